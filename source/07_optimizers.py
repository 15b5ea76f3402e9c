# %% [markdown]
# # 7 · Optimizers
#
# **Which optimizer should you take, and what does it do that a plain step against the gradient does not?**
#
# After this lesson you can
#
# - write each of the usual optimizers in a few lines, and say which failure it mends;
# - say what `momentum`, `rho`, `epsilon`, `beta_1`, `beta_2` and `amsgrad` do;
# - compare optimizers fairly, and see through tables that don't;
# - read code that was written for an older Keras.
#
# *85 minutes to read and run, 75 without the side roads, with places to rest, and about 60 for the exercises. You need
# the ravine from lesson 3, `sweep` from lesson 4, seeds, bands and schedules from lesson 5.*

# %%
from collections import defaultdict
from functools import partial

import matplotlib.pyplot as plt
import numpy as np

from helpers import labs, plots, surfaces
from helpers.checks import lesson_07 as check
from helpers.descent import descend
from helpers.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop

plots.use_style()

# %% [markdown]
# ## A race
#
# An optimizer is the rule that turns gradients into steps. Here three of them walk down one ravine from one start, each
# at a rate that suits it: SGD, which is the plain step of lesson 3, momentum and Adam. Which comes closest to the star?

# %% tags=["nbval-ignore-output"]
racers = {"first_rate": 0.035, "second_rate": 0.01, "third_rate": 0.4}
labs.race(surface="ravine", **racers).animate("steps", [80, *range(0, 81, 2)])

# %% [markdown] tags=["after"]
# *SGD zigzags to the floor of the ravine, then crawls along it to a loss of 0.01. Momentum and Adam swing wider and come closer
# to the minimum (star): to 0.0035 and 0.0008.* `labs.race()` opens your own.

# %% [markdown]
# They differ in what they remember. So each optimizer here is a function of the weights `w`, the gradient `g` and a `memory`,
# and returns the new weights. Plain SGD remembers nothing. `walk` takes steps by any such rule, and keeps all weights and
# memories. Whatever a rule looks up for the first time is 0: that is what `defaultdict(float)` does.


# %%
def sgd(w, g, memory, rate):
    return w - rate * g


def walk(rule, gradient, start, steps, **settings):
    w, memory = np.array(start, float), defaultdict(float)
    path, memories = [w], []
    for _ in range(steps):
        w = rule(w, gradient(w), memory, **settings)
        path.append(w)
        memories.append(dict(memory))
    return np.array(path), memories


# %% [markdown]
# ## SGD zigzags: momentum
#
# Remember the ravine of lesson 3, with curvature 1 along and 25 across, where the curvature makes the zigzag, not the noise.
# Print its first six gradients.

# %%
curvatures = np.array([1.0, 25.0])


def ravine(w):
    return curvatures * w


path, _ = walk(sgd, ravine, start=(-10, 1), steps=5, rate=0.074)
gradients = ravine(path)
print("along: ", gradients[:, 0].round(1))
print("across:", gradients[:, 1].round(1))

# %% [markdown]
# Across the ravine the sign changes at every step, along it the sign stays. So add the last gradients up: across they cancel,
# along they pile up. That is **momentum** (Polyak 1964, "Some methods of speeding up the convergence of iteration methods"). It
# moves by a **velocity** $v$:
#
# $$v \leftarrow \beta\, v - \text{learning rate} \cdot g, \qquad w \leftarrow w + v$$
#
# In words: keep a share $\beta$ (beta) of the velocity, push it downhill, and roll on. Keras calls $\beta$ `momentum`. 0.9
# is usual; in a ravine as short as this one 0.5 is enough.


# %%
def momentum(w, g, memory, rate, beta=0.9):
    memory["velocity"] = beta * memory["velocity"] - rate * g
    return w + memory["velocity"]


plain, _ = walk(sgd, ravine, (-10, 1), 30, rate=0.074)
heavy, _ = walk(momentum, ravine, (-10, 1), 30, rate=0.074, beta=0.5)

# %%
left = [np.linalg.norm(walked[-1]) for walked in (plain, heavy)]
names = f"SGD: {left[0]:.2f} from the star", f"momentum 0.5: {left[1]:.2f}"
plots.ravine_paths(dict(zip(names, (plain, heavy), strict=True)), curvatures)
plots.show(f"Two paths of 30 steps, and how far they end: {', '.join(names)}.")

# %% [markdown]
# *(Thirty steps each, in a ravine stretched upwards.)* How much does momentum buy? Give both their best settings, on ravines with
# curvature 1 along and $k$ across. For SGD that is the rate $2/(1 + k)$ of lesson 3. For momentum theory says: rate
# $(2/(\sqrt k + 1))^2$ and $\beta = ((\sqrt k - 1)/(\sqrt k + 1))^2$. Count the steps until a thousandth of the distance is
# left, for good.


# %%
def steps_needed(rule, k, **settings):
    path, _ = walk(rule, lambda w: w * [1, k], (1, 1), 4000, **settings)
    far = np.linalg.norm(path, axis=1)
    return np.flatnonzero(far > far[0] / 1000)[-1] + 1  # after the last one above


for k in (10, 100, 1000):
    root = np.sqrt(k)
    rate, beta = (2 / (root + 1)) ** 2, ((root - 1) / (root + 1)) ** 2
    slow = steps_needed(sgd, k, rate=2 / (1 + k))
    fast = steps_needed(momentum, k, rate=rate, beta=beta)
    print(f"k = {k:4}: SGD {slow:4} steps, momentum {fast}")

# %% [markdown] tags=["after"]
# SGD needs steps in proportion to the condition number, momentum in proportion to its square root: at 1,000 one step does the
# work of seventeen. That holds on a parabola whose curvatures you know.
#
# ### Exercise 7.1 · Predict
#
# On a long even slope the gradient is 2 at every step. The rate is 0.01 and the momentum 0.9. The first step has length
# 0.02. How long is each step in the end?

# %% tags=["exercise:terminal_step"]
### BEGIN SOLUTION
my_step = 0.2
### END SOLUTION
check.terminal_step(my_step)

# %%
# check.terminal_step.hint()
# check.terminal_step.solution()

# %% [markdown] tags=["solution"]
# In the end the velocity no longer changes: $v = 0.9\,v + 0.02$, so $0.1\,v = 0.02$ and $v = 0.2$. Momentum 0.9 makes steps
# $1/(1 - 0.9) = 10$ times as long wherever the gradient stays the same. Who adds momentum to a rate that was tuned
# without it should lower the rate.

# %% [markdown]
# ### Exercise 7.2 · Tune
#
# Curvature 1 along and 100 across, start $(10, 1)$, 60 steps. Bring the loss from 100 to below 0.01. The best that plain SGD
# can do here is 4.8. Give rate and momentum in this order: `(0.01, 0.5)`.

# %% tags=["exercise:heavy_ball"]
### BEGIN SOLUTION
my_rate_and_momentum = (0.03, 0.7)
### END SOLUTION
check.heavy_ball(my_rate_and_momentum)

# %%
# check.heavy_ball.hint()
# check.heavy_ball.solution()

# %% [markdown] tags=["solution"]
# With $k = 100$ the root is 10, so theory proposes the rate $(2/11)^2 = 0.033$ and the momentum $(9/11)^2 = 0.67$. A rate a
# little lower, and a momentum a little higher, do better. With momentum 0.9 a swing keeps at least
# $\sqrt{0.9} = 0.95$ of its width a step: too slow for 60 steps, but for luck.

# %% [markdown]
# ## Momentum overshoots: Nesterov looks ahead
#
# What piles up also rolls on when it should stop: how far past the minimum, on a parabola with curvature 1 and at a rate of
# 0.1, from 1? Nesterov (1983, "A method for solving the convex programming problem with
# convergence rate O(1/k²)") looks ahead: it takes the gradient where the velocity is about to lead, and so sees early that the
# slope turns up. Keras keeps that place in `w`: so $\beta v$ is added in advance.


# %%
def nesterov(w, g, memory, rate, beta=0.9):
    memory["velocity"] = beta * memory["velocity"] - rate * g
    return w + beta * memory["velocity"] - rate * g


rules = {"SGD": sgd, "momentum": momentum, "Nesterov": nesterov}
swings = {n: walk(r, lambda w: w, 1.0, 60, rate=0.1)[0] for n, r in rules.items()}

# %%
told = ", ".join(f"{name} {swing.min():.2f}" for name, swing in swings.items())
told = f"Lowest: {told.replace('-', '−')}"
plots.traces({told: swings}, "weight w", scale="linear")
plots.show(f"Weight against step on a parabola. {told}.")

# %% [markdown] tags=["after"]
# *SGD slides down one side, momentum swings through the minimum, Nesterov swings less.*
#
# ### Speed limits
#
# On this parabola SGD diverges above a rate of 2 (lesson 3). And the others, with $\beta = 0.9$? Try 399 rates, and look for the
# last one that comes nearer to the minimum in 300 steps. Bet on Nesterov.

# %% tags=["bet:nesterov_limit"]
check.nesterov_limit.bet(...)

# %%
rates, ends = np.arange(1, 400) / 100, {}
for name, rule in rules.items():
    path, _ = walk(rule, lambda w: w, np.ones(399), 300, rate=rates)
    ends[name] = np.abs(path[-1])
limits = {name: rates[end < 1].max() for name, end in ends.items()}
check.nesterov_limit.came(limits["Nesterov"])

# %%
told = ", ".join(f"{name} {limit:.2f}" for name, limit in limits.items())
(ax,) = plots.traces({f"Limits: {told}": ends}, "distance after 300 steps", x=rates)
ax.set(xlabel="learning rate", ylim=(1e-9, 1e9))
said = check.nesterov_limit.draw()
plots.show(f"Distance after 300 steps against the rate. The limits: {told}.{said}")

# %% [markdown] tags=["after"]
# *Where a curve crosses 1, the walk diverges.* Momentum bears nearly twice SGD's rate: the kept velocity brakes
# each jump back. In theory the limit is $2(1 + \beta)$ over the curvature, here 3.8, and Nesterov's $2(1 + \beta) / (1 + 2\beta)$,
# 1.36: *lower* than SGD's. Its newest gradient counts $1 + \beta$ times at once.
#
# ## Does momentum escape local minima?
#
# "Momentum gets you out of local minima" is often said. Count it with 500 runs, on the bowl with four potholes of lesson 3. From
# starts all over the map, how many end in the lowest minimum? And from inside a pothole, how many get out? To be fair, keep
# rate / (1 − momentum) at 0.4, so that by exercise 7.1 the steps on an even slope are equal. Without momentum 71% end in the
# lowest. Bet on momentum 0.9.

# %% tags=["bet:rolls_in"]
check.rolls_in.bet(...)

# %%
potholes = surfaces.SURFACES["potholes"]
hole, lowest = potholes.minima[3], potholes.minima[0]
anywhere = np.random.default_rng(3).uniform(-3, 3, (500, 2))
inside = hole + 0.1 * np.random.default_rng(2).normal(size=(500, 2))


def far_from(place, beta, starts, noise):
    optimizer = SGD(0.4 * (1 - beta), momentum=beta)
    ends = descend(potholes, optimizer, starts, 200, noise, seed=1).points[-1]
    ends = descend(potholes, SGD(0.1), ends, 200).points[-1]  # settle
    return 100 * np.mean(np.linalg.norm(ends - place, axis=1) > 0.3)


shares = {}
for beta in (0, 0.5, 0.9, 0.95):
    leave, noisy = (far_from(hole, beta, inside, noise) for noise in (0, 0.5))
    shares[beta] = 100 - far_from(lowest, beta, anywhere, noise=0), leave, noisy
check.rolls_in.came(round(shares[0.9][0]))

# %%
labels = "end in the lowest", "leave a hole", "leave it, with noise"
for place, (beta, percent) in enumerate(shares.items()):
    bars = plt.bar(np.arange(3) + 0.2 * place, percent, 0.18, label=f"momentum {beta}")
    plt.bar_label(bars, fmt="%.0f", fontsize=8)
plt.xticks(np.arange(3) + 0.3, labels)
plt.ylabel("runs (%)")
told = ", ".join(f"{beta}: {percent[0]:.0f}%" for beta, percent in shares.items())
plt.title(f"In the lowest, by momentum: {told}")
plt.legend()
said = check.rolls_in.draw()
rows = [f"{b}: {', '.join(f'{p:.0f}%' for p in each)}" for b, each in shares.items()]
plots.show(f"Bars for momentum {'; '.join(rows)} ({', '.join(labels)}).{said}")

# %% [markdown] tags=["after"]
# What *comes rolling* passes over holes: the share that ends in the lowest minimum rises from 71% to 94%. What *lies in* a
# hole stays there: without noise next to nobody leaves, and with noise momentum makes leaving rarer. So: sometimes, if you
# arrive with speed, and on a map of two weights.
#
# ## One rate for all weights: Adagrad
#
# The next failure has nothing to do with direction. Think of texts, with a weight for each word. A common word appears in
# every text, a rare one in one of fifty; in all others the gradient of its weight is 0. Such data are called **sparse**. Which rate would you give SGD?
# Adagrad (Duchi, Hazan and Singer 2011, "Adaptive Subgradient Methods") gives each weight a rate of its own: it divides by
# the root of the sum $s$ of all its squared gradients.
#
# $$s \leftarrow s + g^2, \qquad w \leftarrow w - \text{learning rate} \cdot \frac{g}{\sqrt{s + \epsilon}}$$
#
# In words: a weight that has had large or many gradients takes small steps, one that has had few takes large ones. The
# small $\epsilon$ (epsilon) keeps the division from failing at 0. The sum is an **accumulator**. The inventors let it start at
# 0, Keras at 0.1. Below, both weights should become 1, and the gradients are noisy.


# %%
def adagrad(w, g, memory, rate, first=0.1, epsilon=1e-7):
    memory["sum"] = memory["sum"] + g**2
    return w - rate * g / np.sqrt(first + memory["sum"] + epsilon)


def texts_of_two_words(rng):
    return lambda w: (rng.random(2) < [1.0, 0.02]) * (w - 1 + rng.normal(size=2))


words = {}
for rule, rate in ((sgd, 0.01), (sgd, 0.5), (adagrad, 1)):
    gradient = texts_of_two_words(np.random.default_rng(0))
    path, _ = walk(rule, gradient, (0, 0), 1000, rate=rate)
    words[f"{rule.__name__}, rate {rate}"] = {"common": path[:, 0], "rare": path[:, 1]}

# %%
plots.traces(words, "weight (both should be 1)", scale="linear")
ends = [f"{name}: {lines['rare'][-1]:.2f}" for name, lines in words.items()]
plots.show(f"The weights of two words. The rare one ends at: {'; '.join(ends)}.")

# %% [markdown] tags=["after"]
# *SGD at 0.01: the rare word's weight has hardly left 0. At 0.5: it moves, and the common one jumps about. Adagrad: both end near
# 1, the rare one by a few large steps.*
#
# ## Adagrad stalls: RMSprop forgets
#
# The sum never falls: on an even slope Adagrad's steps shorten as 1 / root of their number. Worse, let a walk begin with a cliff
# of slope 10 and go on over a plain of slope 0.1: then the sum is full of large numbers that have nothing to do with the plain. **RMSprop** (Tieleman and Hinton 2012, a lecture) forgets. In the place of the sum it keeps a
# **decaying average** of squared gradients: a share $\rho$ (`rho`) of the old average, and $1 - \rho$ of the newest square.
#
# $$a \leftarrow \rho\, a + (1 - \rho)\, g^2, \qquad w \leftarrow w - \text{learning rate} \cdot \frac{g}{\sqrt{a + \epsilon}}$$
#
# In words: divide each gradient by its own usual size of late. How far does each come in 200 steps?


# %%
def rmsprop(w, g, memory, rate, rho=0.9, epsilon=1e-7):
    memory["average"] = rho * memory["average"] + (1 - rho) * g**2
    return w - rate * g / np.sqrt(memory["average"] + epsilon)


def cliff(w):
    return np.where(w < 1, -10.0, -0.1)


kept = {}
for rule in (adagrad, rmsprop):
    path, memories = walk(rule, cliff, start=0.0, steps=200, rate=0.1)
    kept[rule.__name__] = np.array([[*memory.values()][0] for memory in memories])
    print(f"{rule.__name__}: {path[10]:.2f} after 10 steps, {path[200]:.2f} after 200")

# %%
own = {name: 0.1 / np.sqrt(values) for name, values in kept.items()}
plots.traces({"What is remembered": kept, "Rate of the weight": own}, "value")
ends = ", ".join(f"{name} {rate[-1]:.2g}" for name, rate in own.items())
plots.show(f"Accumulators and own rates of the weight. The rates end at: {ends}.")

# %% [markdown] tags=["after"]
# *Left: Adagrad's sum rises on the cliff and stays there; RMSprop's average loses a tenth a step, until the gradients of the
# plain are all it knows. Right: so RMSprop's rate rises again, from 0.02 to 1.*
#
# ### What an average remembers
#
# RMSprop, Adam and what came after are made of such averages: look at one alone. The true value jumps from 0 to 1,
# under noise. After how many steps has the average with $\rho = 0.99$ come halfway, if there is no noise?

# %% tags=["bet:half_way"]
check.half_way.bet(...)


# %%
def average(values, rho):
    mean, means = 0.0, []
    for value in values:
        mean = rho * mean + (1 - rho) * value
        means.append(mean)
    return np.array(means)


truth = np.repeat([0.0, 1.0], [100, 400])
noisy = truth + 0.5 * np.random.default_rng(0).normal(size=500)
averages = {f"rho {rho}": average(noisy, rho) for rho in (0.5, 0.9, 0.99)}
halfway = (average(truth, 0.99) < 0.5).sum() - 100 + 1
check.half_way.came(halfway)

# %%
title = f"Rho 0.99 is halfway after {halfway} steps"
(ax,) = plots.traces({title: averages}, "value", scale="linear")
ax.plot(noisy, ".", color="#BBBBBB", markersize=3, zorder=0)
said = check.half_way.draw()
plots.show(f"Three averages over noisy dots. {title}.{said}")

# %% [markdown] tags=["after"]
# *Grey dots: what came. The average with 0.5 follows at once and jumps about; that with 0.99 is smooth and late.* An average
# remembers about $1 / (1 - \rho)$ steps: 2, 10, 100. *Books call it* an **exponential moving average**.
#
# ### Exercise 7.3 · Write
#
# Keras's `RMSprop` has an argument `centered`. It divides by the usual *spread* of the gradients in the place of their usual
# size. For that it keeps a second average $c$, of the gradients themselves, and takes its square away from $a$:
#
# $$c \leftarrow \rho\, c + (1 - \rho)\, g, \qquad w \leftarrow w - \text{learning rate} \cdot \frac{g}{\sqrt{a - c^2 + \epsilon}}$$
#
# Write one step. `w`, `g`, `average` ($a$) and `centre` ($c$) are arrays of one shape. Return the new `w`, `average` and
# `centre`, and leave what you were given as it was.


# %% tags=["exercise:centered_step"]
def centered_step(w, g, average, centre, rate, rho, epsilon):
    ### BEGIN SOLUTION
    average = rho * average + (1 - rho) * g**2
    centre = rho * centre + (1 - rho) * g
    spread = np.sqrt(average - centre**2 + epsilon)
    return w - rate * g / spread, average, centre
    ### END SOLUTION


check.centered_step(centered_step)

# %%
# check.centered_step.hint()
# check.centered_step.solution()

# %% [markdown] tags=["solution"]
# Both averages are brought up to date first, and the step divides by the root of what is new. The mean of the squares minus
# the square of the mean is the variance, so its root is a spread. The steadier the gradient, the smaller that is and the
# longer the step: on an even slope nothing but $\epsilon$ holds it back.

# %% [markdown]
# ## Does it settle?
#
# RMSprop divides a gradient by the size of gradients. What is left is a pure number near 1, times the rate: the rate is a
# *length*, how far a weight moves in a step. Then can it come to rest? A parabola, no noise at all, start at 1, rate 0.3. Where
# is it after 300 steps? And if the rate falls in a straight line to 0?

# %% tags=["bet:still_away"]
check.still_away.bet(...)

# %%
away = {"SGD": np.abs(walk(sgd, lambda w: w, 1.0, 300, rate=0.3)[0])}
away["RMSprop"] = np.abs(walk(rmsprop, lambda w: w, 1.0, 300, rate=0.3)[0])
w, memory, slowing = np.array(1.0), defaultdict(float), [1.0]
for step in range(300):
    w = rmsprop(w, w, memory, rate=0.3 * (1 - step / 300))
    slowing.append(abs(w))
away["RMSprop, rate to 0"] = np.array(slowing)
check.still_away.came(away["RMSprop"][-1].round(2))

# %%
stays, falls = (away[name][-1] for name in list(away)[1:])
told = f"RMSprop ends at {stays:.2g}, with a falling rate at {falls:.0e}"
(ax,) = plots.traces({told: away}, "distance from the minimum")
ax.set_ylim(bottom=1e-13)
plots.show(f"Distance against the step. {told}.{check.still_away.draw()}")

# %% [markdown] tags=["after"]
# SGD's steps shrink with the slope. RMSprop comes near, then its average forgets, the quotient grows, and in the end it jumps
# from half a rate on one side to half a rate on the other, for ever. So **an adaptive rate replaces no schedule**.

# %% [markdown]
# *A good place to rest.*
#
# ## Steps without a unit: Adadelta
#
# If the rate is a length, it has a unit. Walk down one parabola twice: with the weight in metres, where the loss is $w^2 / 2$ and
# its slope $w$; and in centimetres, where every weight is 100 times as large. There the same loss is $(w / 100)^2 / 2$, with the
# slope $w / 100^2$. From the start to a tenth of it, at rate 0.01, RMSprop takes 98 steps in metres and 9,056 in centimetres.
#
# Adadelta (Zeiler 2012, "ADADELTA: An Adaptive Learning Rate Method") keeps RMSprop's average $a$, and multiplies by the usual
# size of its own past moves, so that the unit should come out right.
#
# $$\text{move} = -\frac{\sqrt{u + \epsilon}}{\sqrt{a + \epsilon}}\, g, \qquad u \leftarrow \rho\, u + (1 - \rho)\, \text{move}^2$$
#
# In words: the usual move, divided by the usual gradient, times the gradient. The paper has no rate, which is a rate of 1. Let
# it take the test: in metres it needs 771 steps. And in centimetres?

# %% tags=["bet:in_centimetres"]
check.in_centimetres.bet(...)


# %%
def adadelta(w, g, memory, rate, rho=0.95, epsilon=1e-7):
    memory["average"] = rho * memory["average"] + (1 - rho) * g**2
    usual_move = (memory["moves"] + epsilon) ** 0.5
    usual_gradient = (memory["average"] + epsilon) ** 0.5
    move = -usual_move / usual_gradient * g
    memory["moves"] = rho * memory["moves"] + (1 - rho) * move**2
    return w + rate * move


units = np.array([1.0, 100.0])  # m and cm; a row for each setting: the first counts
settings = {"rate": np.array([[1], [1], [1], [0.001]])}
settings["epsilon"] = np.array([[1e-7], [1e-5], [1e-3], [1e-7]])
path, _ = walk(
    adadelta, lambda w: w / units**2, units * np.ones((4, 1)), 30_000, **settings
)
steps = np.argmax(path < units / 10, axis=0)  # 0: never
check.in_centimetres.came(steps[0, 1])

# %%
lines = {"metres": path[:, 0, 0], "centimetres": path[:, 0, 1] / 100}
told = f"To a tenth: {steps[0, 0]} and {steps[0, 1]:,} steps"
(ax,) = plots.traces({told: lines}, "share of the start")
ax.set(xscale="log", xlim=(1, 40_000), ylim=(0.05, 2))
plots.show(f"Adadelta in two units. {told}.{check.in_centimetres.draw()}")

# %% [markdown] tags=["after"]
# 37 times as many (RMSprop: 92 times): it fails the test that it was made for. For $\epsilon$ is added to squared moves *and* to
# squared gradients: it would need two units at once.

# %% [markdown]
# Try other values of $\epsilon$, and in the last row another rate:

# %%
for rate, epsilon, (m, cm) in zip(
    *map(np.ravel, settings.values()), steps, strict=True
):
    print(f"rate {rate:5g}, epsilon {epsilon:.0e}: {m:4} steps in m, {cm:6} in cm")

# %% [markdown] tags=["after"]
# (0: not in 30,000 steps.) "Adadelta needs no learning rate", people say. In the first step $u$ is 0 and $a$ is $(1 - \rho) g^2$, so
# the move is $\sqrt{\epsilon / (1 - \rho)}$: the rate did not vanish, it hides in $\epsilon$, and so does the unit. With Keras's
# default rate, 0.001, it hardly moves.
#
# ## A first step that is too long: Adam
#
# RMSprop's average starts at 0, so it is too small at first: on an even slope the first step is $1 / \sqrt{1 - \rho}$ times as
# long as the rate, 3 times with 0.9, 32 times with 0.999. **Adam** (Kingma and Ba
# 2015, "Adam: A Method for Stochastic Optimization") knows what share of the average has come in after $t$ steps, and divides by
# it: its **bias correction**. You have divided by that in lesson 5's `smooth`. It also takes momentum on board, as a decaying
# average $m$ of gradients. And $v$, no velocity now, is that of their squares.
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad w \leftarrow w - \text{learning rate} \cdot \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)}}$$
#
# In words: the average gradient over the root of the average square, both set right for their start at 0. The code,
# like Keras, corrects both in one factor and adds $\epsilon$ to the uncorrected root.


# %%
def adam(w, g, memory, rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    memory["t"] = t = memory["t"] + 1
    memory["m"] = beta_1 * memory["m"] + (1 - beta_1) * g
    memory["v"] = beta_2 * memory["v"] + (1 - beta_2) * g**2
    correction = (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    return w - rate * correction * memory["m"] / (np.sqrt(memory["v"]) + epsilon)


path, memories = walk(adam, lambda w: 1.0, 0.0, 1000, rate=0.01)
m, v = (np.array([memory[name] for memory in memories]) for name in "mv")
lengths = {"Adam": -np.diff(path) / 0.01, "without correction": m / np.sqrt(v)}

# %%
told = f"Longest: {lengths['Adam'].max():.0f} and {(m / np.sqrt(v)).max():.0f}"
plots.traces({told: lengths, "The two averages": {"m": m, "v": v}}, "step / rate")
plots.show(f"Left: steps of Adam, and without correction. {told}. Right: m and v.")

# %% [markdown] tags=["after"]
# *On an even slope of 1. Left: Adam's steps have the length of the rate; without the correction they would be more than six
# times as long (not 32: $m$ starts at 0, too). Right: the two averages on their way from 0 to 1.*
#
# ### Exercise 7.4 · Predict
#
# A weight gets its first gradient: 0.004. Adam's `learning_rate` is 1e-2. How far does the weight move?

# %% tags=["exercise:first_step"]
### BEGIN SOLUTION
my_move = 0.01
### END SOLUTION
check.first_step(my_move)

# %%
# check.first_step.hint()
# check.first_step.solution()

# %% [markdown] tags=["solution"]
# After one step the corrected averages are $g$ and $g^2$, so the quotient is $g / |g|$, which is 1 or −1. The first step has
# the length of the rate, whatever the gradient. (Only one that is not far above $\epsilon$ makes a difference.) So in a ravine
# Adam's first step goes along a diagonal: it keeps the signs of the gradient and forgets its direction.

# %% [markdown]
# ## A trial for Adam: AMSGrad
#
# *A side road, but run the next cell: later ones use it.* Forgetting costs, too. Reddi, Kale and Kumar (2018, "On the Convergence of Adam and Beyond") built a loss to
# try Adam. Its slope is 3 and then −1 twice, over and over, and $w$ has to stay between −1 and 1. On average the slope
# is positive: the best place is −1. AMSGrad changes one thing: it divides by the *largest* average so far. Let the rate fall, so
# that all come to rest, and give both a short memory: $\beta_1 = 0$, $\beta_2 = 0.1$. Who goes where?


# %%
def amsgrad(w, g, memory, rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    memory["t"] = t = memory["t"] + 1
    memory["m"] = beta_1 * memory["m"] + (1 - beta_1) * g
    memory["v"] = beta_2 * memory["v"] + (1 - beta_2) * g**2
    memory["largest"] = np.maximum(memory["largest"], memory["v"])
    correction = (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    return w - rate * correction * memory["m"] / (np.sqrt(memory["largest"]) + epsilon)


def reddi(rule, **settings):
    w, memory, path = np.array(0.0), defaultdict(float), []
    for step in range(300):
        g, rate = (3.0 if step % 3 == 0 else -1.0), 0.5 / np.sqrt(step + 1)
        w = np.clip(rule(w, np.array(g), memory, rate, **settings), -1, 1)
        path.append(w)
    return np.array(path)


s = {"beta_1": 0, "beta_2": 0.1}
ways = {"SGD": reddi(sgd), "Adam": reddi(adam, **s), "AMSGrad": reddi(amsgrad, **s)}

# %%
told = ", ".join(f"{name} {path[-1]:.1f}" for name, path in ways.items())
told = told.replace("-", "−")
plots.traces({f"Ends: {told}": ways}, "w (best: −1)", scale="linear")
plots.show(f"The weight in 300 steps. Ends: {told}.")

# %% [markdown] tags=["after"]
# *Adam goes to 1, the worst place; AMSGrad and SGD towards −1.* The large gradient is the right one. But it swells $v$ at once,
# and so is divided by its own size; for the next two $v$ falls back. AMSGrad's largest stays. Adam fails here only with a short
# memory; for every pair with $\beta_1 < \sqrt{\beta_2}$ such a loss can be built. On the problems below both reach the same.
#
# ## Adam spoils weight decay: AdamW
#
# **Weight decay** pulls every weight a little towards 0 in each step, to keep networks from learning by heart. With plain SGD you
# may as well add the weight, times a factor, to its gradient. In Adam that pull is divided by the size of the gradient. AdamW (Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization") shrinks the weight apart from it. Here are
# both, a line each.
#
# Two weights start at 1. Their gradients are noise around 0, for the first weight a hundred times as large. Only the decay of
# 0.1 pulls them anywhere. How much is left after 2,000 steps at rate 0.001, on average over 200 runs?


# %%
def within(w, g, memory, rate, weight_decay=0.004, **settings):
    return adam(w, g + weight_decay * w, memory, rate, **settings)


def adamw(w, g, memory, rate, weight_decay=0.004, **settings):
    return adam(w - rate * weight_decay * w, g, memory, rate, **settings)


def noise(rng):
    return lambda w: [[10.0], [0.1]] * rng.normal(size=(2, 200))


start, settings = np.ones((2, 200)), {"rate": 0.001, "weight_decay": 0.1}
for rule in (within, adamw):
    path, _ = walk(rule, noise(np.random.default_rng(0)), start, 2000, **settings)
    print(f"{rule.__name__:6}: {path[-1].mean(axis=1).round(2)}")
print("0.9999 to the power 2000:", round(0.9999**2000, 2))

# %% [markdown] tags=["after"]
# Within the gradient the noisy weight hardly decays, the quiet one quickly. AdamW treats both alike.
#
# ## By hand, and in `helpers`
#
# Give each of your nine rules and its twin in `helpers.optimizers` the same 30 gradients. (`partial` fills in arguments: here
# momentum 0.9.)

# %%
FAMILY = {
    "SGD": (sgd, SGD),
    "momentum": (momentum, partial(SGD, momentum=0.9)),
    "Nesterov": (nesterov, partial(SGD, momentum=0.9, nesterov=True)),
    "Adagrad": (adagrad, Adagrad),
    "RMSprop": (rmsprop, RMSprop),
    "Adadelta": (adadelta, Adadelta),
    "Adam": (adam, Adam),
    "AMSGrad": (amsgrad, partial(Adam, amsgrad=True)),
    "AdamW": (adamw, AdamW),
}
gradients, by_hand = np.random.default_rng(0).normal(size=(30, 4)), {}
for name, (rule, make) in FAMILY.items():
    draw, optimizer, twin = iter(gradients), make(0.1), np.ones(4)
    path, _ = walk(rule, lambda w, draw=draw: next(draw), np.ones(4), 30, rate=0.1)
    for gradient in gradients:
        twin = optimizer.step(twin, gradient)
    by_hand[name] = path[-1]
    assert (twin == path[-1]).all(), name
print("equal to the last digit:", *by_hand)

# %% [markdown]
# No wonder: `helpers/optimizers.py` is made of your functions.
#
# ### Exercise 7.5 · Choose
#
# A weight gets gradients of size 5 for 100 steps, then of size 0.1. The picture shows its own rate, the learning rate over
# the root of what the optimizer remembers. The computer shuffled Adagrad (1), RMSprop with `rho` 0.9 (2) and RMSprop with
# `rho` 0.99 (3). Which is which? Don't print `shuffled`. Answer with a dictionary of the form `{"A": 1, "B": 2, "C": 3}`.

# %%
rules = {"Adagrad": (adagrad, {}), "RMSprop 0.9": (rmsprop, {})}
rules["RMSprop 0.99"] = rmsprop, {"rho": 0.99}
shuffled = np.random.default_rng(2).permutation(list(rules))
lines = {}
for letter, name in zip("ABC", shuffled, strict=True):
    rule, settings = rules[name]
    sizes = iter([5.0] * 100 + [0.1] * 200)
    _, memories = walk(rule, lambda w, s=sizes: next(s), 0.0, 300, rate=1, **settings)
    remembered = np.array([[*memory.values()][0] for memory in memories])
    lines[letter] = 1 / np.sqrt(remembered)
axes = plots.traces({"Whose memory is this?": lines}, "own rate of the weight")
axes[0].legend(loc=(0.8, 0.2))
told = [f"{letter} {line[[99, 120, 299]].round(2)}" for letter, line in lines.items()]
plots.show(f"Three rates after steps 100, 121 and 300: {', '.join(told)}.")

# %% tags=["exercise:whose_memory"]
### BEGIN SOLUTION
my_numbers = {"A": 3, "B": 1, "C": 2}
### END SOLUTION
check.whose_memory(my_numbers)

# %%
# check.whose_memory.hint()
# check.whose_memory.solution()

# %% [markdown] tags=["solution"]
# Only a sum can never let a rate rise again, so B is Adagrad. The other two forget. With `rho` 0.9 a tenth of the average is
# renewed at each step, and after some 80 steps the large gradients are gone: C. With 0.99 it takes ten times as long: A.

# %% [markdown]
# ## Each argument, up and down
#
# Three arguments on a noisy ravine, all else left alone: the median of 100 runs. What happens at either end?


# %%
def turned(optimizer, steps=300):
    starts = np.tile([-2.5, -0.5], (100, 1))
    return descend(
        surfaces.SURFACES["ravine"], optimizer, starts, steps, noise=2.0
    ).losses


panels = {
    "momentum (SGD)": {b: turned(SGD(0.005, momentum=b)) for b in (0, 0.9, 0.99)},
    "epsilon (Adam)": {e: turned(Adam(0.1, epsilon=e)) for e in (1e-7, 1, 100)},
    "beta_2 (Adam)": {b: turned(Adam(0.1, beta_2=b)) for b in (0.5, 0.9, 0.999)},
}

# %%
plots.traces(panels, ylabel="loss", columns=3)[0].set_ylim(top=300)
plots.show("Three panels: the loss against the step for three values of each argument.")

# %% [markdown] tags=["after"]
# | argument | low | high |
# |---|---|---|
# | `momentum` | 0: slow along the ravine | 0.99: swings for hundreds of steps |
# | `epsilon` | 1e-7: avoids 0 / 0, no more | 1: slower, and ends lower; 100: outweighs the root, so that Adam becomes slow momentum, with one rate for all |
# | `beta_2` | 0.5: a noisy divisor, a ball three times as high | 0.999: steady |
#
# `beta_1` acts as momentum does, `rho` as `beta_2`. `amsgrad` does nothing here, unless `beta_2` is low: slower, and it ends lower.

# %% [markdown]
# *A good place to rest. When you come back, click here and choose **Run > Run All Above Selected Cell**.*
#
# ## Which for what? Ask fairly
#
# A comparison says something only if each optimizer has a rate that suits it. So all get the same 15 rates, from 0.0001 to
# 1000. Half of the runs choose the rate; the *other* half is reported, so that nobody profits from luck. Momentum is 0.9, all
# else as Keras has it. (AdamW stays out: it pulls to 0, where the ravines have their minimum.)
#
# Six problems. First two ravines, one aslant and one along the axes, both with condition number 200. From 20 starts, how many steps
# until the loss stays below a hundredth of its start (at most 400)? All rates and starts walk at once, a row for each pair.

# %%
RATES = np.geomspace(1e-4, 1000, 15)
MAKERS = {name: make for name, (_, make) in FAMILY.items() if name != "AdamW"}


def steps_on(surface, starts):
    def measure(make):
        optimizer = make(np.repeat(RATES, len(starts)))
        path = descend(surface, optimizer, np.tile(starts, (15, 1)), steps=400)
        late = path.losses > path.losses[0] / 100
        return (400 - late[::-1].argmax(axis=0)).reshape(15, -1)  # the last late step

    return measure


around = np.random.default_rng(0).normal(size=(20, 2))
around *= 2 / np.linalg.norm(around, axis=1, keepdims=True)
problems = {
    "ravine, aslant": steps_on(surfaces.ravine(200), around),
    "ravine along the axes": steps_on(surfaces.bowl(200), around),
}

# %% [markdown]
# Then gradients of different sizes. Texts of 20 words out of 1,000, as common as in a language: the second half as often as the
# first, the third a third (Zipf's law). Each word has a hidden weight, and their sum decides how likely a text
# is of one kind. Each optimizer reads 2,000 texts once, ten at a time, with binary crossentropy; 1,000 new ones give the loss. (`check.texts` makes them.)


# %%
def read_once(make):
    losses = []
    for seed in range(8):
        (x, y), optimizer = check.texts(seed), make(RATES)
        w = np.zeros((15, x.shape[1]), np.float32)
        for rows in np.arange(2000).reshape(200, 10):
            said = 1 / (1 + np.exp(-np.clip(w @ x[rows].T, -30, 30)))
            w = optimizer.step(w, (said - y[rows]) @ x[rows] / 10)
        z = np.clip(w @ x[2000:].T, -30, 30)
        losses.append((np.logaddexp(0, z) - z * y[2000:]).mean(axis=1))  # from logits
    return np.stack(losses, axis=1)


# %% [markdown]
# Then real data, with `sweep`: the tumours with each feature in some other unit (times a number between 1/30 and 30) and no
# hidden layer; digits and diabetes as they are, with 32 hidden units.

# %%
from dataclasses import replace

from helpers.data import load
from helpers.sweeps import sweep


def network(problem, hidden=(32,)):
    grid = {"learning_rates": RATES, "batch_sizes": [32], "seeds": range(10)}
    grid |= {"epochs": 5, "hidden": hidden, "progress": False}
    return lambda make: sweep(problem, optimizer=make, **grid).valid_loss[:, 0, :, -1]


tumours = load("breast_cancer")
units = 10 ** np.random.default_rng(0).uniform(-1.5, 1.5, 30).astype(np.float32)
parts = {"x_train": tumours.x_train * units, "x_valid": tumours.x_valid * units}
problems["sparse texts"] = read_once
problems["tumours, odd units"] = network(replace(tumours, **parts), hidden=())
problems |= {name: network(load(name)) for name in ("digits", "diabetes")}


# %%
def best_of(values):
    half = values.shape[1] // 2
    best = values[:, :half].mean(axis=1).argmin()
    return RATES[best], values[best, half:]


results, chosen = {}, defaultdict(list)  # takes about half a minute
for problem, measure in problems.items():
    results[problem] = {}
    for name, make in MAKERS.items():
        rate, results[problem][name] = best_of(measure(make))
        chosen[name].append(rate)
for name, rates in chosen.items():
    print(f"{name:9} best rates from {min(rates):.3g} to {max(rates):.3g}")

# %%
kinds = 2 * ["steps to 1% of the loss"] + ["loss on new texts"] + 3 * ["loss"]
plots.tuned(results, dict(zip(results, kinds, strict=True)))
means = {p: {n: x.mean() for n, x in found.items()} for p, found in results.items()}
first = [f"{p}: {min(mean, key=mean.get)}" for p, mean in means.items()]
plots.show(f"What each tuned optimizer reached. Best means: {'; '.join(first)}.")

# %% [markdown] tags=["after"]
# *Further left is better. Circle: mean of the runs that had no part in the choice. Line: lowest to highest. Star: the best mean.*
# Look at two panels first, the ravine along the axes and the digits.
#
# - **Ravine.** Momentum's band is short: it takes its 41 to 52 steps from everywhere, where SGD takes 2 to 400. Adagrad
#   needs two steps on average where the ravine lies along the axes, and 36 where it lies aslant: a rate for each *weight* is no rate for
#   each direction.
# - **Sparse texts, odd units.** Adagrad and Adam have the best means, ahead of SGD and both momentums (the bands overlap).
# - **Digits, diabetes.** With features brought to one scale (lesson 2) the bands of all eight overlap: five seeds, and
#   rates three times apart, name no winner.
#
# So Adam suits many problems: here it is last nowhere, and not always first. (On transformers, with large batches, plain SGD
# stays far behind Adam, tuned or not; Kunstner and others 2023, "Noise Is Not the Main Factor Behind the Gap Between SGD
# and Adam on Transformers, but Sign Descent Might Be".) "Adam needs no tuning"? In these short runs its best rates lie between 10 and 300 times its
# default.

# %% [markdown]
# Keras's manual used to say of RMSprop: change the rate alone. Is its `rho` of 0.9 good enough? Tune the rate for several:

# %%
for rho in (0.5, 0.9, 0.99, 0.999):
    make = partial(RMSprop, rho=rho)
    two = [problems[name](make) for name in ("sparse texts", "tumours, odd units")]
    read, found = (best_of(values)[1].mean() for values in two)
    print(f"rho {rho:5}: texts {read:.2f}, tumours {found:.2f}")

# %% [markdown] tags=["after"]
# With a longer memory RMSprop is as good as Adagrad and Adam. What looked like a better optimizer was a better `rho`.
#
# ### The trap of the defaults
#
# Now the comparison that many tables make: everybody at Keras's default, 0.01 for SGD and 0.001 for the others. On digits tuned
# Adagrad had the best mean. Bet on its loss at the default.

# %% tags=["bet:by_default"]
check.by_default.bet(...)

# %%
by_default = {}
for name, make in MAKERS.items():
    grid = {"batch_sizes": [32], "seeds": range(5, 10), "epochs": 5, "hidden": (32,)}
    rate = 0.01 if name in ("SGD", "momentum", "Nesterov") else 0.001
    result = sweep(
        load("digits"), learning_rates=[rate], optimizer=make, progress=False, **grid
    )
    by_default[name] = result.final().item()
check.by_default.came(round(by_default["Adagrad"], 2))

# %%
order = sorted(by_default, key=by_default.get)
tuned = [results["digits"][name].mean() for name in order]
plt.barh(order, [by_default[name] for name in order], color=plots.SECOND)
plt.plot(tuned, order, "*", color=plots.MINIMUM, markersize=12, label="tuned")
plt.xlabel("validation loss on digits, by default (bars)")
plt.title(f"Last by default: {order[-2]} and {order[-1]}")
plt.legend(loc="lower right")
said = check.by_default.draw()
told = ", ".join(f"{name} {by_default[name]:.2f}" for name in order)
plots.show(
    f"Loss by default: {told}. Tuned: {min(tuned):.2f} to {max(tuned):.2f}.{said}"
)

# %% [markdown] tags=["after"]
# At their defaults Adagrad and Adadelta have hardly begun. (Who knows nothing is at ln 10 = 2.3, a fresh network may be above: it is a little sure.) A ranking at
# defaults ranks the defaults.
#
# ### Exercise 7.6 · Fix
#
# This function wants to say which loss each optimizer ends at after 100 steps on a surface. `makers` maps names to functions
# from a rate to an optimizer. It is wrong twice. Repair it below: return for each name one loss, the best that this optimizer can
# end at with any of the `rates`.


# %%
def unfair(makers, rates, surface):
    reached = {}
    for name, make in makers.items():
        reached[name] = descend(surface, make(rates[0]), steps=100).losses.min()
    return reached


pair = {"momentum": partial(SGD, momentum=0.95), "Adagrad": Adagrad}
for name, loss in unfair(pair, [0.1, 1, 10], surfaces.bowl(2)).items():
    print(f"{name}: {loss:.1g}")


# %% tags=["exercise:fair_comparison"]
def fair_comparison(makers, rates, surface):
    reached = {}
    for name, make in makers.items():
        ### BEGIN SOLUTION
        ends = [descend(surface, make(r), steps=100).losses[-1] for r in rates]
        reached[name] = min(ends)
        ### END SOLUTION
    return reached


check.fair_comparison(fair_comparison)

# %%
# check.fair_comparison.hint()
# check.fair_comparison.solution()

# %% [markdown] tags=["solution"]
# One optimizer's good rate is another's bad one, so each needs all of them. And the lowest loss *on the way* flatters who
# swings: momentum passes the minimum on its way to somewhere else. You stop at the end, so the end counts.

# %% [markdown]
# ## Another solution: Wilson's data
#
# *A side road.* With more weights than rows many solutions fit, and which one you get depends on the optimizer. Wilson and
# others (2017, "The Marginal Value of Adaptive Gradient Methods in Machine Learning") built data where that matters. Feature 1 is
# the label itself, 1 or −1. Features 2 and 3 are always 1. Then every row has features that no other row shares: five ones if its
# label is −1, a single one otherwise. Of 60 rows 42 have the label 1. New rows share the first three features, nothing else. Who
# finds the rule?

# %%
y = np.where(np.random.default_rng(0).permutation(60) < 18, -1.0, 1.0)
shared = np.stack([y, np.ones(60), np.ones(60)], axis=1)
own = np.zeros((60, 60, 5))  # five places for each row, of which only it uses some
for row, label in enumerate(y):
    places = 1 if label == 1 else 5
    own[row, row, :places] = 1
x = np.hstack([shared, own.reshape(60, -1)])

makers = {"SGD": SGD(0.1), "momentum": SGD(0.05, momentum=0.9), "Adam": Adam(0.01)}
makers |= {"RMSprop": RMSprop(0.01), "Adagrad, first sum 0.1": Adagrad(0.1)}
makers["Adagrad, first sum 0"] = Adagrad(0.1, initial_accumulator_value=0)
wrong = {}
for name, optimizer in makers.items():
    w = np.zeros(x.shape[1])
    for _ in range(3000):
        w = optimizer.step(w, 2 * x.T @ (x @ w - y) / 60)
    said = np.sign(x @ w), np.sign(shared @ w[:3])
    wrong[name] = [100 * np.mean(each != y) for each in said]

# %%
own_rows, new_rows = np.transpose(list(wrong.values()))
plt.barh(list(wrong), new_rows, color=plots.SECOND, label="new rows")
plt.plot(own_rows, list(wrong), "k|", markersize=14, label="its own rows")
plt.title(f"Wrong on new rows: from {new_rows.min():.0f}% to {new_rows.max():.0f}%")
plt.xlim(-1)
plt.xlabel("wrong (%)")
plt.legend()
told = ", ".join(f"{name} {new:.0f}%" for name, (_, new) in wrong.items())
plots.show(f"Wrong on new rows: {told}. On its own: at most {own_rows.max():.0f}%.")

# %% [markdown] tags=["after"]
# All fit their own rows. On new rows SGD and momentum make no mistake; Adam, RMSprop and Adagrad as published say 1 to
# everything and fail on the 30% that are −1. All weights get steps of one size, so the label's weight grows no faster than the two
# that are always 1, and two outvote one. (Keras's first sum of 0.1 holds
# back only the rows' own features, whose gradients are small, so there the three shared ones do the work.) Our
# data sets show nothing of the kind. But it *can* happen: look at the validation loss.
#
# ## The same in Keras
#
# Keras has the whole family. Give it the 30 gradients that your rules got. And give `compile` an object with its arguments: a
# string, such as `"adadelta"`, takes the defaults. In Keras 3 *every* one takes `weight_decay`: within the gradient, or apart?

# %% tags=["nbval-ignore-output"]
import keras  # takes about ten seconds

# %%
theirs = {
    "momentum": partial(keras.optimizers.SGD, momentum=0.9),
    "Nesterov": partial(keras.optimizers.SGD, momentum=0.9, nesterov=True),
    "AMSGrad": partial(keras.optimizers.Adam, amsgrad=True),
}


def end_in_keras(optimizer):
    weights = keras.Variable(np.ones(4))
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32")], [weights])
    return weights.numpy()


# %%
for name in FAMILY:
    make = theirs.get(name) or getattr(keras.optimizers, name)
    assert np.abs(end_in_keras(make(0.1)) - by_hand[name]).max() < 1e-5, name
print("equal to Keras to 1e-5:", *by_hand)
decay = end_in_keras(keras.optimizers.Adam(0.001, weight_decay=0.1))
print(
    "equal to AdamW:",
    (decay == end_in_keras(keras.optimizers.AdamW(0.001, 0.1))).all(),
)

# %% [markdown] tags=["after"]
# Apart, to the last digit. (Into the gradient goes a layer's `kernel_regularizer`.) The rate multiplies the decay: who turns the
# one turns both. `exclude_from_weight_decay` spares biases.
#
# ### Clipping
#
# Patient 5 of lesson 6 diverged: the progression of diabetes in the units of the file. `clipnorm=1` shortens each array of
# gradients to a length of at most 1 (`global_clipnorm` all as one). A cure? Always saying the mean costs 5,983.

# %% tags=["bet:clipped_loss"]
check.clipped_loss.bet(...)

# %%
diabetes = load("diabetes")
raw = diabetes.y_train * diabetes.y_scale + diabetes.y_mean
losses = {}
for name, y, clip in (("as it was", raw, None), ("clipped", raw, 1.0)):
    keras.utils.set_random_seed(0)
    hidden, output = keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((10,)), hidden, output])
    model.compile(keras.optimizers.SGD(0.1, clipnorm=clip), "mean_squared_error")
    losses[name] = model.fit(diabetes.x_train, y, epochs=10, verbose=0).history["loss"]
check.clipped_loss.came(round(losses["clipped"][-1], -2))

# %%
told = f"Clipped {round(losses['clipped'][-1], -2):,.0f} after ten epochs"
told += f", as it was {losses['as it was'][0]} after one"
(ax,) = plots.traces({told: losses["clipped"]}, "training loss", "linear")
ax.axhline(raw.var(), color="black", linestyle=":", label="always the mean")
ax.set(xlabel="epoch", ylim=0, xticks=range(10), xticklabels=range(1, 11))
ax.legend()
plots.show(f"Training loss against the epoch. {told}.{check.clipped_loss.draw()}")

# %% [markdown] tags=["after"]
# It survives, and is not cured: always saying the mean would do better. Clipping guards against rare wild gradients: log
# their lengths. Here *all* are too large: scale the target.
#
# ## Reading old code
#
# Examples on the web were often written for Keras 1 or 2. `check.attempt` runs such a line and prints what Keras 3
# says. The last one gives an optimizer that has served one model to another.


# %%
check.attempt("keras.optimizers.SGD(lr=0.1)")
check.attempt("keras.optimizers.SGD(learning_rate=0.1, decay=0.001)")
check.attempt("keras.optimizers.legacy.Adam()")
check.attempt("keras.optimizers.SGD(1)")
optimizer, zero = keras.optimizers.SGD(0.1, momentum=0.9), [keras.ops.zeros(1)]
check.attempt("optimizer.lr = 0.5", optimizer=optimizer)
print(f"    and now the rate is {optimizer.learning_rate.numpy():.1f}")
optimizer.apply(zero, [keras.Variable(np.ones(1))])
other = [keras.Variable(np.ones(1))]
check.attempt(
    "optimizer.apply(zero, other)", optimizer=optimizer, zero=zero, other=other
)

# %% [markdown] tags=["after"]
# | old | in Keras 3 | instead |
# |---|---|---|
# | `SGD(lr=0.1)` | ValueError | `learning_rate=0.1` |
# | `SGD(decay=1e-3)` | a warning, and a constant rate | `learning_rate=InverseTimeDecay(0.1, 1, 1e-3)` |
# | `optimizers.legacy.Adam` | ImportError | `optimizers.Adam` |
# | `SGD(1)`, a whole number | ValueError | `SGD(1.0)`, with a point |
# | `optimizer.lr = 0.5` | nothing at all | `optimizer.learning_rate = 0.5` |
# | one instance for two models | ValueError | a new one for each |
#
# Two words look alike: old `decay` made the *rate* fall, `weight_decay` shrinks the *weights*.
#
# ### Exercise 7.7 · Fix
#
# This function is from an old tutorial: it trains two networks, one without and one with a hidden layer. Three things in it are
# out of date. In Keras 2 `decay=0.01` gave the rate 0.1 / (1 + 0.01 · step). Repair it below, so that each network trains as the
# first one did then. Return both trained models.


# %%
def old_tutorial(x, y):
    optimizer = keras.optimizers.SGD(lr=0.1, decay=0.01)
    models = []
    for hidden in ([], [keras.layers.Dense(8, activation="relu")]):
        output = keras.layers.Dense(1, activation="sigmoid")
        model = keras.Sequential([keras.Input((x.shape[1],)), *hidden, output])
        model.compile(optimizer, loss="binary_crossentropy")
        model.fit(x, y, epochs=3, verbose=0)
        models.append(model)
    return models


# %% tags=["exercise:new_tutorial"]
def new_tutorial(x, y):
    models = []
    for hidden in ([], [keras.layers.Dense(8, activation="relu")]):
        output = keras.layers.Dense(1, activation="sigmoid")
        model = keras.Sequential([keras.Input((x.shape[1],)), *hidden, output])
        ### BEGIN SOLUTION
        rate = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.01)
        optimizer = keras.optimizers.SGD(learning_rate=rate)
        model.compile(optimizer, loss="binary_crossentropy")
        ### END SOLUTION
        model.fit(x, y, epochs=3, verbose=0)
        models.append(model)
    return models


check.new_tutorial(new_tutorial)

# %%
# check.new_tutorial.hint()
# check.new_tutorial.solution()

# %% [markdown] tags=["solution"]
# `lr` is now `learning_rate`. `decay` is a schedule: `InverseTimeDecay(0.1, 1, 0.01)` is 0.1 / (1 + 0.01 · step / 1). And the
# optimizer is made inside the loop, since each model needs one of its own.

# %% [markdown]
# ## What else Keras has
#
# First your nine on one page. From SGD two branches start, momentum (mends the direction) and Adagrad (mends the size of the step
# for each weight). They meet in Adam.

# %%
plots.family_tree()
plots.show(
    "A tree: below SGD momentum and Adagrad, below both Adam, below Adam its mends."
)

# %% [markdown]
# | optimizer | what it is, and for what |
# |---|---|
# | `Adamax` | Adam that divides by the largest recent gradient |
# | `Nadam` | Adam that looks ahead, like Nesterov |
# | `ScheduleFreeAdamW` | AdamW with an average of the weights (lesson 5) in the place of a schedule; newer versions only |
# | `Ftrl` | Adagrad's relative that can set small weights to 0: huge sparse linear models |
# | `Adafactor` | RMSprop that keeps sums by row and column: saves memory |
# | `Lamb` | Adam with steps in proportion to each layer's weights: very large batches |
# | `Lion` | only the sign of an average: half of Adam's memory |
# | `Muon` | momentum whose matrix of steps is made orthogonal: hidden layers of large models |
# | `LossScaleOptimizer`, `MultiOptimizer` (the latter newer) | wrap others: for 16-bit arithmetic; one for each group of layers |
#
# (So their authors say.)
#
# ### Exercise 7.8 · Write
#
# *A stretch: take extra time, or come back to it.* Read a new optimizer from its formula, as you will have to. Lion (Chen and
# others 2023, "Symbolic Discovery of Optimization Algorithms") keeps one average $m$, which starts at 0:
#
# $$w \leftarrow w - \text{rate} \cdot \big(\text{sign}(\beta_1 m + (1 - \beta_1) g) + \text{decay} \cdot w\big), \qquad m \leftarrow \beta_2 m + (1 - \beta_2) g$$
#
# Every `w` on the right is the old one. `gradient(w)` gives the gradient. Take `steps` steps from `w`; return the last weights.


# %% tags=["exercise:lion"]
def lion(gradient, w, steps, rate, beta_1, beta_2, decay):
    ### BEGIN SOLUTION
    m = np.zeros_like(w)
    for _ in range(steps):
        g = gradient(w)
        way = np.sign(beta_1 * m + (1 - beta_1) * g)
        w = w - rate * (way + decay * w)
        m = beta_2 * m + (1 - beta_2) * g
    return w
    ### END SOLUTION


check.lion(lion)

# %%
# check.lion.hint()
# check.lion.solution()

# %% [markdown] tags=["solution"]
# The gradient is taken once a step, before anything changes. The step follows one mixture of `m` and `g`, the memory keeps
# another: with $\beta_1 < \beta_2$ the step listens more to the newest gradient than the memory does. Only the sign counts, so
# every weight moves by the rate, apart from the decay, and gradients of any size are the same to Lion.

# %% [markdown]
# ## What to remember
#
# **Which optimizer should you take, and what does it do that a plain step does not?** It remembers past gradients, to mend the
# direction (momentum) or each weight's size of step (Adagrad and its descendants). Adam, which does both, is a good first
# choice; here tuning the rate mattered more than which of them you took.
#
# - Momentum adds up what stays and cancels what alternates. Nesterov looks ahead, and bears a lower rate.
# - Adagrad: a rate for each weight, good for sparse features. RMSprop forgets. Adadelta hides its rate, and the unit, in epsilon.
# - Adam: momentum, RMSprop, and a correction for the start. AMSGrad and AdamW mend two of its faults.
# - Own rates replace no schedule. Compare optimizers only with a tuned rate for each, and with bands.
# - In old code look for `lr`, `decay`, `legacy`, `optimizer.lr =`, and one instance for two models.

# %%
check.look_back()

# %%
check.progress()

# %% [markdown]
# **Next:** [8 · Your turn](08_your_turn.ipynb)
