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
# *60 minutes to read and run, and about 60 for the exercises. You need the ravine from lesson 3, `sweep` from lesson 4, seeds
# and bands from lesson 5.*

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
# at a rate that suits it: SGD, which is the plain step of lesson 3, momentum and Adam.

# %% tags=["nbval-ignore-output"]
racers = {"first_rate": 0.035, "second_rate": 0.01, "third_rate": 0.4}
labs.race(surface="ravine", **racers).animate("steps", [80, *range(0, 81, 2)])

# %% [markdown]
# *A film of 80 steps. SGD zigzags to the floor of the ravine, then crawls along it to a loss of 0.01. Momentum and Adam swing
# wider and come closer to the minimum (star): to 0.0035 and 0.0008.*
#
# They differ in what they remember. So each optimizer here is a function of the weights `w`, the gradient `g` and a `memory`,
# and returns the new weights. Plain SGD remembers nothing.


# %%
def sgd(w, g, memory, rate):
    return w - rate * g


# %% [markdown]
# `walk` takes steps by any such rule, and keeps all weights and memories. Whatever a rule looks up for the first time is 0:
# that is what `defaultdict(float)` does.


# %%
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
# Print the gradients of six steps.

# %%
curvatures = np.array([1.0, 25.0])


def ravine(w):
    return curvatures * w


# %%
path, _ = walk(sgd, ravine, start=(-10, 1), steps=5, rate=0.074)
gradients = ravine(path)
print("along: ", gradients[:, 0].round(1))
print("across:", gradients[:, 1].round(1))

# %% [markdown]
# Across the ravine the sign changes at every step. Along it the sign stays. So add the last gradients up: across they
# cancel, along they pile up. That is **momentum** (Polyak 1964, "Some methods of speeding up the convergence of iteration
# methods"). It moves by a **velocity** $v$:
#
# $$v \leftarrow \beta\, v - \text{learning\_rate} \cdot g, \qquad w \leftarrow w + v$$
#
# In words: keep a share $\beta$ (beta) of the velocity, push it downhill, and roll on. Keras calls $\beta$ `momentum`. It is
# 0.9 as a rule; in a ravine as short as this one 0.5 is enough.


# %%
def momentum(w, g, memory, rate, beta=0.9):
    memory["velocity"] = beta * memory["velocity"] - rate * g
    return w + memory["velocity"]


# %%
plain, _ = walk(sgd, ravine, (-10, 1), 30, rate=0.074)
heavy, memories = walk(momentum, ravine, (-10, 1), 30, rate=0.074, beta=0.5)
paths = {"SGD: still far away": plain, "momentum 0.5: there": heavy}
plots.ravine_paths(paths, curvatures)
plots.show("Two paths of 30 steps: SGD stops short of the minimum, momentum arrives.")

# %% [markdown]
# *Thirty steps each, at one rate, in a ravine stretched upwards. SGD zigzags and ends well before the star. With momentum the
# zigzag dies away sooner, and the path ends at the star.*

# %%
velocity = np.array([memory["velocity"] for memory in memories])
steps_of_sgd = np.diff(plain, axis=0)
panels = {
    "Along: steps pile up": {"SGD": steps_of_sgd[:, 0], "momentum": velocity[:, 0]},
    "Across: steps cancel": {"SGD": steps_of_sgd[:, 1], "momentum": velocity[:, 1]},
}
plots.traces(panels, ylabel="length of step, with sign", scale="linear")
plots.show("Steps of SGD and of momentum, along and across the ravine.")

# %% [markdown]
# *Along the ravine momentum's steps grow to one and a half times SGD's first. Across, both swing from side to side, and
# momentum's swings fade sooner.*
#
# How much does that buy? Give both their best settings, on ravines with curvature 1 along and $k$ across. For SGD that is the
# rate $2/(1 + k)$ of lesson 3. For momentum theory says: rate $(2/(\sqrt k + 1))^2$ and
# $\beta = ((\sqrt k - 1)/(\sqrt k + 1))^2$. Count the steps until a thousandth of the distance is left, for good.


# %%
def steps_needed(rule, k, **settings):
    path, _ = walk(rule, lambda w: w * [1, k], (1, 1), 4000, **settings)
    far = np.linalg.norm(path, axis=1)
    return np.flatnonzero(far > far[0] / 1000)[-1] + 1  # after the last one above


for k in (10, 100, 1000):
    root = np.sqrt(k)
    best = {"rate": (2 / (root + 1)) ** 2, "beta": ((root - 1) / (root + 1)) ** 2}
    slow = steps_needed(sgd, k, rate=2 / (1 + k))
    print(
        f"k = {k:4}: SGD {slow:4} steps, momentum {steps_needed(momentum, k, **best)}"
    )

# %% [markdown]
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

# %%
path, _ = walk(momentum, lambda w: 2.0, start=0.0, steps=60, rate=0.01)
print("steps 1, 2, 3, 10, 60:", -np.diff(path)[[0, 1, 2, 9, 59]].round(3))

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
# little lower, and a momentum a little higher, do better. With momentum 0.9 a swing fades by no more than
# $\sqrt{0.9} = 0.95$ a step: too slowly for 60 steps.

# %% [markdown]
# ## Momentum overshoots: Nesterov looks ahead
#
# What piles up also rolls on when it should stop. Take a parabola with curvature 1 and a rate of 0.1, where plain SGD slides
# down one side. Momentum swings through the minimum: it *causes* an oscillation where none was. Nesterov (1983, "A method
# for solving the convex programming problem with convergence rate O(1/k²)") looks ahead: it takes the gradient at the place to
# which the velocity is about to lead, and so sees early that the slope turns up. In Keras's form `w` *is* that place ahead.


# %%
def nesterov(w, g, memory, rate, beta=0.9):
    memory["velocity"] = beta * memory["velocity"] - rate * g
    return w + beta * memory["velocity"] - rate * g


# %%
rules = {"SGD": sgd, "momentum": momentum, "Nesterov": nesterov}
swings = {n: walk(r, lambda w: w, 1.0, 60, rate=0.1)[0] for n, r in rules.items()}
plots.traces({"Nesterov brakes in time": swings}, "weight w", scale="linear")
plots.show("Weight against step on a parabola, for three optimizers.")

# %% [markdown]
# *The weight against the step; the minimum is at 0. SGD comes down on one side. Momentum swings through and back; Nesterov
# swings less far and settles sooner.*

# %%
for name, swing in swings.items():
    late = np.abs(swing[40:]).max()
    print(f"{name:9} lowest {swing.min():5.2f}, farthest after step 40: {late:.3f}")

# %% [markdown]
# Is that rule really a look ahead? Do it literally: go along the velocity, take the gradient *there*, then move. Compare the
# places at which the gradient is taken.

# %%
w, v, looked = 1.0, 0.0, []
for _ in range(5):
    ahead = w + 0.9 * v
    looked.append(ahead)
    v = 0.9 * v - 0.1 * ahead  # the slope of the parabola is the place itself
    w = w + v
print("looking ahead:", np.round(looked, 4))
print("Keras's form: ", swings["Nesterov"][:5].round(4))

# %% [markdown]
# ## Does momentum escape local minima?
#
# "Momentum gets you out of local minima" is often said. Count it with 500 runs, on the bowl with four potholes of lesson 3. From
# starts all over the map, how many end in the lowest minimum? And from inside a pothole, how many get out? To be fair, keep
# rate / (1 − momentum) at 0.4: then, by exercise 7.1, the steps on an even slope are equal.

# %%
potholes = surfaces.SURFACES["potholes"]
hole, lowest = potholes.minima[3], potholes.minima[0]
anywhere = np.random.default_rng(3).uniform(-3, 3, (500, 2))
inside = hole + 0.1 * np.random.default_rng(2).normal(size=(500, 2))


def far_from(place, beta, starts, noise):
    optimizer = SGD(0.4 * (1 - beta), momentum=beta)
    ends = descend(potholes, optimizer, starts, 200, noise, seed=1).points[-1]
    ends = descend(potholes, SGD(0.1), ends, 200).points[-1]  # settle
    return np.mean(np.linalg.norm(ends - place, axis=1) > 0.3)


# %%
for beta in (0, 0.5, 0.9, 0.95):
    arrive = 1 - far_from(lowest, beta, anywhere, noise=0)
    leave, noisy = (far_from(hole, beta, inside, noise) for noise in (0, 0.5))
    print(
        f"momentum {beta:4}: end in the lowest {arrive:.0%};",
        f"leave a hole {leave:.0%}, with noise {noisy:.0%}",
    )

# %% [markdown]
# What *comes rolling* passes over holes: the share that ends in the lowest minimum rises from 71% to 94%. What *lies in* a
# hole stays there: without noise next to nobody leaves, and with noise momentum makes leaving rarer. So: sometimes, if you
# arrive with speed, and on a map of two weights. (With many, saddles are thought to be the usual obstacle.)
#
# ## One rate for all weights: Adagrad
#
# The next failure has nothing to do with direction. Think of texts, with a weight for each word. A common word appears in
# every text. A rare word appears in one text of fifty; in all others the gradient of its weight is 0. Such data are called
# **sparse**. Make two weights of that kind. Both should become 1, and the gradients are noisy.


# %%
def texts_of_two_words(seed):
    rng = np.random.default_rng(seed)

    def gradient(w):
        appears = rng.random(2) < [1.0, 0.02]
        return appears * (w - 1 + rng.normal(size=2))

    return gradient


# %% [markdown]
# Which rate would you give SGD? With a low one the rare word hardly moves. A high one lets the common word jump about. Adagrad
# (Duchi, Hazan and Singer 2011, "Adaptive Subgradient Methods") gives each weight a rate of its own: it divides by the root of
# the sum $s$ of all its squared gradients.
#
# $$s \leftarrow s + g^2, \qquad w \leftarrow w - \text{learning\_rate} \cdot \frac{g}{\sqrt{s + \epsilon}}$$
#
# In words: a weight that has had large or many gradients takes small steps, one that has had few takes large ones. The
# small $\epsilon$ (epsilon) keeps the division from failing at 0. The sum is an **accumulator**. The inventors let it start at
# 0, Keras at 0.1, which makes the first step shorter.


# %%
def adagrad(w, g, memory, rate, first=0.1, epsilon=1e-7):
    memory["sum"] = memory["sum"] + g**2
    return w - rate * g / np.sqrt(first + memory["sum"] + epsilon)


# %%
panels, tries = {}, {"SGD 0.01: rare stays behind": (sgd, 0.01)}
tries |= {"SGD 0.5: common jumps": (sgd, 0.5), "Adagrad: both arrive": (adagrad, 1)}
for title, (rule, rate) in tries.items():
    path, memories = walk(rule, texts_of_two_words(0), (0, 0), 1000, rate=rate)
    panels[title] = {"common": path[:, 0], "rare": path[:, 1]}
plots.traces(panels, "weight (both should be 1)", scale="linear")
plots.show("Weights of a common and a rare word under SGD at two rates, and Adagrad.")

# %% [markdown]
# *The two weights over 1,000 texts. SGD at 0.01: the rare one has hardly left 0. SGD at 0.5: it moves, and the common one jumps
# about. Adagrad: both end near 1, the rare one by a few large steps.*

# %%
total = np.array([memory["sum"] for memory in memories])  # of Adagrad, the last walk
own_rate = 1 / np.sqrt(0.1 + total)
lines = {"common": own_rate[:, 0], "rare": own_rate[:, 1]}
plots.traces({"Adagrad's own rate for each weight": lines}, "rate / root of the sum")
plots.show("The rate of the common word falls steadily, the other one's in stairs.")

# %% [markdown]
# *The accumulator at work. The common word's rate falls steadily. The rare word's falls by a stair whenever the word appears,
# and stays several times higher.*
#
# ## Adagrad stalls: RMSprop forgets
#
# The sum never falls, so the brakes never come off. Let a walk begin with a cliff of slope 10 and go on over a plain of slope
# 0.1. Then walk down an even slope: does Adagrad's rate become 0?


# %%
def cliff(w):
    return np.where(w < 1, -10.0, -0.1)


path, memories = walk(adagrad, cliff, start=0.0, steps=200, rate=0.1)
print("after 10, 20, 50, 200 steps: w =", path[[10, 20, 50, 200]].round(2))

# %%
even, _ = walk(adagrad, lambda w: 1.0, start=0.0, steps=10_000, rate=0.1)
print("steps 1, 100, 10,000 on an even slope:", -np.diff(even)[[0, 99, 9999]].round(4))

# %% [markdown]
# Not 0: it falls as 1 / root of the number of steps. But after a cliff the sum is full of large numbers that have nothing to do
# with the plain, and 150 steps cover 0.03.
#
# **RMSprop** (Tieleman and Hinton 2012, a lecture) forgets. In the place of the sum it keeps a decaying average of squared
# gradients: a share $\rho$ (`rho`) of the old average, and $1 - \rho$ of the newest square.
#
# $$a \leftarrow \rho\, a + (1 - \rho)\, g^2, \qquad w \leftarrow w - \text{learning\_rate} \cdot \frac{g}{\sqrt{a + \epsilon}}$$
#
# In words: divide each gradient by its own usual size of late.


# %%
def rmsprop(w, g, memory, rate, rho=0.9, epsilon=1e-7):
    memory["average"] = rho * memory["average"] + (1 - rho) * g**2
    return w - rate * g / np.sqrt(memory["average"] + epsilon)


# %%
longer, averages = walk(rmsprop, cliff, start=0.0, steps=200, rate=0.1)
print("after 10, 20, 50, 200 steps: w =", longer[[10, 20, 50, 200]].round(2))

# %%
sums = np.array([memory["sum"] for memory in memories])
average = np.array([memory["average"] for memory in averages])
panels = {
    "Adagrad's memory stays full": {"Adagrad: sum": sums, "RMSprop: average": average},
    "RMSprop's rate rises again": {
        "Adagrad": 0.1 / np.sqrt(sums),
        "RMSprop": 0.1 / np.sqrt(average),
    },
}
plots.traces(panels, ylabel="accumulator (left), rate (right)")
plots.show("Left: Adagrad's sum stays high, RMSprop's average falls. Right: the rates.")

# %% [markdown]
# *Left: the two accumulators. Adagrad's sum rises on the cliff and stays there; RMSprop's average loses a tenth a step, until
# the gradients of the plain are all it knows. Right: so RMSprop's rate rises again, from 0.02 to 1.*
#
# ### Exercise 7.3 · Write
#
# Keras's `RMSprop` has an argument `centered`. It divides by the usual *spread* of the gradients in the place of their usual
# size. For that it keeps a second average $c$, of the gradients themselves, and takes its square away from $a$:
#
# $$c \leftarrow \rho\, c + (1 - \rho)\, g, \qquad w \leftarrow w - \text{learning\_rate} \cdot \frac{g}{\sqrt{a - c^2 + \epsilon}}$$
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
# Back to Adagrad's stall: was only its rate too low? Let a minimum wander to and fro, under noisy gradients, give each optimizer
# its best of 15 rates, and measure the mean squared distance in 20 runs. `SGD`, `Adagrad` and so on come from
# `helpers.optimizers` now: the functions above for many runs at once, each with a rate of its own. (Below you test that.)


# %%
RATES = np.geomspace(1e-4, 1000, 15)


def distance_to_a_wandering_minimum(make, runs=20):
    optimizer, rng = make(np.repeat(RATES, runs)), np.random.default_rng(0)
    w, total = np.zeros((15 * runs, 1)), 0  # a row for each rate and run
    for t in range(2000):
        away = w - 3 * np.sin(t / 50)
        total += away**2 / 2000
        noise = np.tile(rng.normal(size=(runs, 1)), (15, 1))
        w = np.clip(optimizer.step(w, away + noise), -100, 100)
    return total.reshape(15, runs)


# %%
for make in (SGD, Adagrad, RMSprop):
    total = distance_to_a_wandering_minimum(make)
    best = total.mean(axis=1).argmin()
    low, high = total[best].min(), total[best].max()
    print(f"{make.__name__:8} rate {RATES[best]:.2g}: {low:.2f} to {high:.2f}")

# %% [markdown]
# The numbers are the lowest and the highest of the runs. The bands of Adagrad and RMSprop do not overlap: what cannot forget
# follows worst.
#
# ## Steps without a unit: Adadelta
#
# RMSprop divides a gradient by the size of gradients. What is left is a pure number near 1, times the rate. So the rate is
# a *length*: how far a weight moves in a step. Walk down one parabola twice, to a tenth of the start, with the weight in metres
# and then in centimetres. (The loss is $w^2/2$ with $w$ in metres, so its slope in centimetres is $w / 100^2$.)

# %%
for unit, k in (("m", 1.0), ("cm", 100.0)):  # k of them make a metre
    path, _ = walk(rmsprop, lambda w, k=k: w / k**2, k, 12_000, rate=0.01)
    print(f"RMSprop in {unit}: {np.argmax(path < k / 10)} steps")

# %% [markdown]
# About a hundred times the steps. Adadelta (Zeiler 2012, "ADADELTA: An Adaptive Learning Rate Method") keeps RMSprop's average
# $a$, and multiplies by the usual size of its own past moves, so that the unit comes out right.
#
# $$\text{move} = -\frac{\sqrt{u + \epsilon}}{\sqrt{a + \epsilon}}\, g, \qquad u \leftarrow \rho\, u + (1 - \rho)\, \text{move}^2$$
#
# In words: the usual move, divided by the usual gradient, times the gradient.


# %%
def adadelta(w, g, memory, rate, rho=0.95, epsilon=1e-7):
    memory["average"] = rho * memory["average"] + (1 - rho) * g**2
    usual_move = (memory["moves"] + epsilon) ** 0.5
    usual_gradient = (memory["average"] + epsilon) ** 0.5
    move = -usual_move / usual_gradient * g
    memory["moves"] = rho * memory["moves"] + (1 - rho) * move**2
    return w + rate * move


# %% [markdown]
# The paper has no rate, which is a rate of 1. "Adadelta needs no learning rate", people say since. Walk down a parabola from 1
# and count the steps to 0.1, at rate 1 and at Keras's default, 0.001. Then change $\epsilon$.

# %%
for rate, epsilon in ((1, 1e-7), (0.001, 1e-7), (1, 1e-5), (1, 1e-3)):
    path, _ = walk(adadelta, lambda w: w, 1.0, 5000, rate=rate, epsilon=epsilon)
    there = np.argmax(path < 0.1) or "more than 5000"
    print(f"rate {rate}, epsilon {epsilon:.0e}: {there} steps")

# %% [markdown]
# With Keras's default it goes nowhere. At rate 1 all depends on $\epsilon$. In the first step $u$ is 0 and $a$ is
# $(1 - \rho) g^2$, so the move is $\sqrt{\epsilon / (1 - \rho)}$. The learning rate did not vanish; it hides in $\epsilon$.

# %%
path, memories = walk(adadelta, lambda w: w, 1.0, 800, rate=1)
usual = {
    "usual gradient": np.sqrt([memory["average"] for memory in memories]),
    "usual move": np.sqrt([memory["moves"] for memory in memories]),
    "w": path[1:],
}
plots.traces({"Adadelta's moves begin at the root of epsilon": usual}, ylabel="size")
plots.show("Adadelta's two accumulators and the weight against the step.")

# %% [markdown]
# *The roots of the two accumulators, and the weight. The usual move starts at 0.0003, the root of epsilon, and never gets
# beyond 0.0015. So the weight comes down slowly.*
#
# ## A first step that is too long: Adam
#
# RMSprop's average starts at 0, so it is too small at first, and what is divided by its root too large. On an even slope every
# step should have the length of the rate. In units of the rate:

# %%
for rho in (0.9, 0.999):
    path, _ = walk(rmsprop, lambda w: 1.0, 0.0, 1000, rate=0.01, rho=rho)
    print(
        f"rho {rho}: steps 1, 10, 1000:", (-np.diff(path) / 0.01)[[0, 9, 999]].round(2)
    )

# %% [markdown]
# The first step is 3 times as long, with the longer memory 32 times. **Adam** (Kingma and Ba 2015, "Adam: A Method for
# Stochastic Optimization") knows what share of the average has come in after $t$ steps, and divides by it: its **bias
# correction**. It also takes momentum on board, as a decaying average $m$ of gradients. And $v$, no velocity now, is that of
# their squares.
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad w \leftarrow w - \text{learning\_rate} \cdot \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)}}$$
#
# In words: the average gradient over the root of the average square, both set right for their start at 0. Below the line an
# $\epsilon$ is added, where Keras adds it.


# %%
def adam(w, g, memory, rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    memory["t"] = t = memory["t"] + 1
    memory["m"] = beta_1 * memory["m"] + (1 - beta_1) * g
    memory["v"] = beta_2 * memory["v"] + (1 - beta_2) * g**2
    correction = (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    return w - rate * correction * memory["m"] / (np.sqrt(memory["v"]) + epsilon)


# %%
path, memories = walk(adam, lambda w: 1.0, 0.0, 1000, rate=0.01)
m, v = (np.array([memory[name] for memory in memories]) for name in "mv")
steps = {"Adam": -np.diff(path) / 0.01, "without correction": m / np.sqrt(v)}
panels = {"Step / rate: 1 with the correction": steps}
panels["Both averages begin near 0"] = {"m": m, "v": v}
plots.traces(panels, ylabel="step / rate (left), average (right)")
plots.show(
    "Left: Adam's steps are 1; without the correction up to 6.5. Right: m and v."
)

# %% [markdown]
# *On an even slope of 1. Left: Adam's steps have the length of the rate; without the correction they would be up to 6.5 times
# as long. Right: the two averages on their way from 0 to 1.*
#
# So Adam keeps two averages: of past gradients, as momentum does, and of their squares. The second is *RMSprop's* average, not
# Adagrad's sum.
#
# ### Exercise 7.4 · Predict
#
# A weight gets its first gradient: 0.004. Adam's rate is 0.01. How far does the weight move?

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
# the length of the rate, whatever the gradient. (Only one that is not far above $\epsilon$ makes a difference.)

# %% [markdown]
# SGD's move is the rate times the gradient. And Adam's first step in the ravine?

# %%
path, _ = walk(adam, ravine, (-10, 1), 1, rate=0.01)
print("gradient:", ravine(path[0]), "Adam's step:", np.diff(path, axis=0)[0].round(3))

# %% [markdown]
# It goes along a diagonal. It keeps the signs of the gradient and forgets its direction.
#
# ## Where Adam fails: AMSGrad
#
# Forgetting has its price, too. Reddi, Kale and Kumar (2018, "On the Convergence of Adam and Beyond") found a loss that Adam
# walks *up*. Its slope is 3 and then −1 twice, over and over, and $w$ has to stay between −1 and 1. On average the slope is
# positive: the best place is −1. AMSGrad changes one thing: it divides by the *largest* average so far.


# %%
def amsgrad(w, g, memory, rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    memory["t"] = t = memory["t"] + 1
    memory["m"] = beta_1 * memory["m"] + (1 - beta_1) * g
    memory["v"] = beta_2 * memory["v"] + (1 - beta_2) * g**2
    memory["largest"] = np.maximum(memory["largest"], memory["v"])
    correction = (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    return w - rate * correction * memory["m"] / (np.sqrt(memory["largest"]) + epsilon)


# %% [markdown]
# Let the rate fall, so that all come to rest, and give both a short memory: $\beta_1 = 0$, $\beta_2 = 0.1$.


# %%
def reddi(rule, **settings):
    w, memory, path, memories = np.array(0.0), defaultdict(float), [], []
    for step in range(5000):
        g, rate = (3.0 if step % 3 == 0 else -1.0), 0.5 / np.sqrt(step + 1)
        w = np.clip(rule(w, np.array(g), memory, rate, **settings), -1, 1)
        path.append(w)
        memories.append(dict(memory))
    return np.array(path), memories


# %%
short = {"beta_1": 0, "beta_2": 0.1}
ways = {"SGD": reddi(sgd), "Adam": reddi(adam, **short)}
ways["AMSGrad"] = reddi(amsgrad, **short)
early = {name: path[:300] for name, (path, _) in ways.items()}
plots.traces({"Adam walks to the worst place, 1": early}, "w", scale="linear")
plots.show("Adam goes up to 1; AMSGrad and SGD go down to -1.")

# %% [markdown]
# *The weight in the first 300 steps. Adam goes to 1, the worst place. AMSGrad and SGD go to −1, the best.*

# %%
for name, (path, _) in ways.items():
    print(f"{name:7} after 5,000 steps: {path[-1]:.2f}")
for key in ("v", "largest"):
    print(f"{key:7}", [round(float(m[key]), 1) for m in ways["AMSGrad"][1][:7]])

# %% [markdown]
# The last two lines are the memories. The large gradient is the right one. But it swells $v$ to 8 at once, and so is divided by
# its own size; for the next two $v$ falls back towards 1. AMSGrad's largest stays. And with a $\beta_2$ of 0.999?

# %%
for name, rule in (("Adam", adam), ("AMSGrad", amsgrad)):
    print(f"{name} with beta_2 = 0.999 ends at {reddi(rule)[0][-1]:.2f}")

# %% [markdown]
# So the failure is real, and here it takes a short memory. (For any memory such a loss can be built.) Below, on nine problems,
# both will reach the same.
#
# ## Adam spoils weight decay: AdamW
#
# **Weight decay** pulls every weight a little towards 0 in each step; it is meant to keep networks from learning by heart. With
# plain SGD you may as well add the weight, times a factor, to its gradient. In Adam that pull would be divided by the size of
# the gradient. AdamW (Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization") shrinks the weight apart from it.


# %%
def adamw(w, g, memory, rate, weight_decay=0.004, **settings):
    return adam(w - rate * weight_decay * w, g, memory, rate, **settings)


# %% [markdown]
# Two weights start at 1. Their gradients are noise around 0, for the first weight a hundred times as large. Only the decay of
# 0.1 pulls them anywhere. How much is left after 2,000 steps at rate 0.001, on average over 200 runs?


# %%
def noise(seed):
    rng, size = np.random.default_rng(seed), np.array([[10.0], [0.1]])
    return lambda w: size * rng.normal(size=(2, 200))


def pulled(seed):
    draw = noise(seed)
    return lambda w: draw(w) + 0.1 * w


start, steps = np.ones((2, 200)), 2000
within, _ = walk(adam, pulled(0), start, steps, rate=0.001)
apart, _ = walk(adamw, noise(0), start, steps, rate=0.001, weight_decay=0.1)
print("decay within the gradient:", within[-1].mean(axis=1).round(2))
print("AdamW, decay apart:       ", apart[-1].mean(axis=1).round(2))
print("0.9999 to the power 2000:  ", round(0.9999**2000, 2))

# %% [markdown]
# Within the gradient the noisy weight hardly decays, the quiet one quickly. AdamW treats both alike.
#
# ## By hand, and in `helpers`
#
# Give each of your nine rules and its twin in `helpers.optimizers` the same 100 gradients. (`partial` fills in arguments: here
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
gradients = np.random.default_rng(0).normal(size=(100, 4))

# %%
by_hand = {}
for name, (rule, make) in FAMILY.items():
    draw, optimizer, twin = iter(gradients), make(0.1), np.ones(4)
    path, _ = walk(rule, lambda w, draw=draw: next(draw), np.ones(4), 100, rate=0.1)
    for gradient in gradients:
        twin = optimizer.step(twin, gradient)
    by_hand[name] = path[-1]
    assert (twin == path[-1]).all(), name
print("equal to the last digit:", *by_hand)

# %% [markdown]
# No wonder: `helpers/optimizers.py` is made of your functions. All of them on one page:

# %%
plots.family_tree()
plots.show(
    "A tree: below SGD momentum and Adagrad, below both Adam, below Adam its mends."
)

# %% [markdown]
# *The family. From SGD two branches start: momentum (mends the direction) and Adagrad (mends the size of the step for each
# weight). They meet in Adam.*
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
plots.show("Three rates. After step 100 A rises slowly, B never, C at once.")

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
# What do the other numbers do? A panel for each, on a noisy ravine, all else left alone. (`plots.traces` draws the median of
# the 100 runs.)


# %%
def turned(optimizer, steps=300):
    starts = np.tile([-2.5, -0.5], (100, 1))
    return descend(
        surfaces.SURFACES["ravine"], optimizer, starts, steps, noise=2.0
    ).losses


panels = {
    "momentum (SGD)": {b: turned(SGD(0.005, momentum=b)) for b in (0, 0.9, 0.99)},
    "rho (RMSprop)": {r: turned(RMSprop(0.03, rho=r)) for r in (0.5, 0.9, 0.999)},
    "epsilon (Adam)": {e: turned(Adam(0.1, epsilon=e)) for e in (1e-7, 1, 100)},
    "beta_1 (Adam)": {b: turned(Adam(0.1, beta_1=b)) for b in (0, 0.9, 0.99)},
    "beta_2 (Adam)": {b: turned(Adam(0.1, beta_2=b)) for b in (0.5, 0.9, 0.999)},
    "amsgrad (beta_2 0.5)": {
        a: turned(Adam(0.1, beta_2=0.5, amsgrad=a)) for a in (False, True)
    },
}

# %%
plots.traces(panels, ylabel="loss", columns=3)[0].set_ylim(top=300)
plt.suptitle("Most arguments can be turned too far")
plots.show("Six panels: the loss against the step for three values of each argument.")

# %% [markdown]
# *Six panels, each with the loss against the step for two or three values of one argument.*
#
# | argument | low | high |
# |---|---|---|
# | `momentum` | 0: slow along the ravine | 0.99: swings for hundreds of steps |
# | `rho` | 0.5: here much like 0.9 | 0.999: the first steps, not corrected, are long; here that helps |
# | `epsilon` | 1e-7: avoids 0 / 0, no more | 100: outweighs the root; Adam becomes slow momentum, with one rate for all |
# | `beta_1` | 0: no momentum, a ball of noise twice as high | 0.99: swings, as momentum does |
# | `beta_2` | 0.5: a noisy divisor, a ball three times as high | 0.999: steady |
# | `amsgrad` | off: fast | on: the divisor never shrinks; slower, and ends lower |
#

# %% [markdown]
# ## Which for what? Ask fairly
#
# A comparison says something only if each optimizer has a rate that suits it. So all get the same 15 rates, from 0.0001 to
# 1000. Half of the runs choose the rate; the *other* half is reported, so that nobody profits from luck. Momentum is 0.9, all
# else as Keras has it. (AdamW stays out: it pulls to 0, where these surfaces have their minimum.)

# %%
MAKERS = {name: make for name, (_, make) in FAMILY.items() if name != "AdamW"}


def best_of(values):
    half = values.shape[1] // 2
    best = values[:, :half].mean(axis=1).argmin()
    return RATES[best], values[best, half:]


# %% [markdown]
# Nine problems. First three surfaces: a ravine aslant and one along the axes, both with condition number 200, and the saddle of
# lesson 3, from 20 starts close to its ridge. How many steps until the loss stays below a hundredth of its start (at most 400)?


# %%
def steps_on(surface, starts):
    def measure(make):
        optimizer = make(np.repeat(RATES, len(starts)))
        path = descend(surface, optimizer, np.tile(starts, (15, 1)), steps=400)
        above = path.losses - surface.value(surface.minima).min()
        late = above > above[0] / 100
        return (400 - late[::-1].argmax(axis=0)).reshape(15, -1)

    return measure


# %%
rng = np.random.default_rng(0)
around = rng.normal(size=(20, 2))
around *= 2 / np.linalg.norm(around, axis=1, keepdims=True)
ridge = np.stack([np.full(20, -1.5), 10 ** rng.uniform(-6, -1, 20)], axis=1)
problems = {
    "ravine, aslant": steps_on(surfaces.ravine(200), around),
    "ravine along the axes": steps_on(surfaces.bowl(200), around),
    "saddle": steps_on(surfaces.SURFACES["saddle"], ridge),
}

# %% [markdown]
# Then gradients of different sizes. Texts of 20 words out of 1,000, as common as in a language: the second word half as
# common as the first, the third a third (Zipf's law). Each word has a hidden weight, and their sum decides how likely a text
# is of one kind. Each optimizer reads 2,000 texts once, ten at a time, with binary crossentropy; 1,000 new texts give the loss.


# %%
def texts(seed, size=3000, words=1000):
    rng = np.random.default_rng(seed)
    often = 1 / np.arange(1, words + 1)
    picks = rng.choice(words, (size, 20), p=often / often.sum())
    x = np.zeros((size, words), np.float32)
    np.put_along_axis(x, picks, 1, axis=1)
    chance = 1 / (1 + np.exp(-2 * x @ rng.normal(size=words)))
    return x, (rng.random(size) < chance).astype(np.float32)


# %%
def read_once(make):
    losses = []
    for seed in range(8):
        (x, y), optimizer = texts(seed), make(RATES)
        w = np.zeros((15, x.shape[1]), np.float32)
        for rows in np.arange(2000).reshape(200, 10):
            said = 1 / (1 + np.exp(-np.clip(w @ x[rows].T, -30, 30)))
            w = optimizer.step(w, (said - y[rows]) @ x[rows] / 10)
        z = np.clip(w @ x[2000:].T, -30, 30)
        losses.append((np.logaddexp(0, z) - z * y[2000:]).mean(axis=1))
    return np.stack(losses, axis=1)


# %% [markdown]
# Then the wandering minimum from above. Then real data, with `sweep`: the tumours with each feature in some other unit (times
# a number between 1/30 and 30) and no hidden layer, and our three data sets as they are, with 32 hidden units.

# %%
from dataclasses import replace

from helpers.data import load
from helpers.sweeps import sweep


def network(problem, hidden=(32,)):
    grid = {"learning_rates": RATES, "batch_sizes": [32], "seeds": range(10)}
    grid |= {"epochs": 5, "hidden": hidden, "progress": False}
    return lambda make: sweep(problem, optimizer=make, **grid).valid_loss[:, 0, :, -1]


# %%
tumours = load("breast_cancer")
units = 10 ** np.random.default_rng(0).uniform(-1.5, 1.5, 30).astype(np.float32)
parts = {"x_train": tumours.x_train * units, "x_valid": tumours.x_valid * units}
problems |= {
    "sparse texts": read_once,
    "wandering minimum": distance_to_a_wandering_minimum,
    "tumours, odd units": network(replace(tumours, **parts), hidden=()),
    "digits": network(load("digits")),
    "tumours": network(tumours),
    "diabetes": network(load("diabetes")),
}

# %%
results, chosen = {}, {}
for problem, measure in problems.items():
    found = {name: best_of(measure(make)) for name, make in MAKERS.items()}
    chosen[problem] = {name: rate for name, (rate, _) in found.items()}
    results[problem] = {name: values for name, (_, values) in found.items()}

# %%
labels = dict.fromkeys(results, "validation loss")
labels |= dict.fromkeys(list(results)[:3], "steps to 1% of the loss")
labels |= {"sparse texts": "loss on new texts"}
labels |= {"wandering minimum": "mean squared distance"}
plots.tuned(results, labels)
plt.suptitle("Tuned, eight optimizers differ on made problems, hardly on real ones")
plots.show("Nine panels: what each tuned optimizer reached, with bands over the runs.")

# %% [markdown]
# *What each optimizer reached at its own best rate; further left is better. Circle: mean of the runs that had no part in the
# choice. Line: lowest to highest. Star: the best mean.*

# %%
print(f"{'mean':21}", *(f"{name:>8}" for name in MAKERS))
for problem, found in results.items():
    means = (float(f"{values.mean():.2g}") for values in found.values())
    print(f"{problem:21}", *(f"{mean:8g}" for mean in means))

# %% [markdown]
# Read it row by row.
#
# - **Ravine.** Momentum's band is short: it takes its 40 to 50 steps from everywhere, where SGD takes two, or hundreds. Adagrad
#   needs two steps where the ravine lies along the axes, and 36 where it lies aslant: a rate for each *weight* is no rate for
#   each direction.
# - **Saddle.** Adagrad and plain SGD are first.
# - **Sparse texts, odd units.** Adagrad and Adam have the best means, ahead of SGD and both kinds of momentum: here own rates
#   pay.
# - **Wandering minimum.** Nesterov and Adam follow best, Adagrad worst.
# - **Digits, tumours, diabetes.** With features brought to one scale (lesson 2) the bands of all eight overlap: five seeds, and
#   rates three times apart, name no winner.
#
# So Adam suits many problems: here it is last nowhere, and not always first. (Other networks differ: on transformers, the kind
# behind language models, plain SGD stays far behind Adam, tuned or not; Kunstner and others 2023, "Noise Is Not the Main Factor
# Behind the Gap Between SGD and Adam on Transformers, but Sign Descent Might Be".) And these are the rates that it took:

# %%
for name in MAKERS:
    rates = [found[name] for found in chosen.values()]
    print(f"{name:9} best rates from {min(rates):.3g} to {max(rates):.3g}")

# %% [markdown]
# From 0.003 to 100. "Adam needs no tuning"? Its best rates lie between 10 and 300 times its default. And "leave RMSprop's
# other arguments at their defaults, change only the rate", as Keras's manual used to say? Tune the rate for several `rho`:

# %%
for rho in (0.5, 0.9, 0.99, 0.999):
    make = partial(RMSprop, rho=rho)
    two = [problems[name](make) for name in ("sparse texts", "tumours, odd units")]
    read, found = (best_of(values)[1].mean() for values in two)
    print(f"rho {rho:5}: texts {read:.2f}, tumours {found:.2f}")

# %% [markdown]
# With a longer memory RMSprop is as good as Adagrad and Adam. What looked like a better optimizer was a better `rho`.
#
# ### The trap of the defaults
#
# Now the comparison that many tables make: everybody at Keras's default, 0.01 for SGD and 0.001 for the others. Digits again.

# %%
by_default = {}
for name, make in MAKERS.items():
    grid = {"batch_sizes": [32], "seeds": range(5, 10), "epochs": 5, "hidden": (32,)}
    rate = 0.01 if name in ("SGD", "momentum", "Nesterov") else 0.001
    result = sweep(
        load("digits"), learning_rates=[rate], optimizer=make, progress=False, **grid
    )
    by_default[name] = result.final().item()
for name in sorted(by_default, key=by_default.get):
    tuned = results["digits"][name].mean()
    print(f"{name:9} default {by_default[name]:.2f}   tuned {tuned:.2f}")

# %% [markdown]
# At their defaults Adagrad and Adadelta have hardly begun. Tuned, Adagrad has the best mean. A ranking at defaults ranks the
# defaults.
#
# ### Exercise 7.6 · Fix
#
# This function wants to say which loss each optimizer ends at after 100 steps on a surface. `makers` maps names to functions
# from a rate to an optimizer. It is wrong twice.


# %%
def unfair(makers, rates, surface):
    reached = {}
    for name, make in makers.items():
        reached[name] = descend(surface, make(rates[0]), steps=100).losses.min()
    return reached


# %%
pair = {"momentum": partial(SGD, momentum=0.95), "Adagrad": Adagrad}
for name, loss in unfair(pair, [0.1, 1, 10], surfaces.bowl(2)).items():
    print(f"{name}: {loss:.1g}")

# %% [markdown]
# Repair it. Return for each name one loss: the best that this optimizer can end at with any of the `rates`.


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
# ## Gradients of varying size, or of high variance?
#
# Is RMSprop "particularly effective where gradients exhibit high variance"? Take 100 weights that start at 1 and
# should become 0, with noise in their gradients: little for all, much for all, or from 0.01 to 10 according to weight.


# %%
def left_over(make, noise, runs=20):
    optimizer, rng = make(np.repeat(RATES, runs)), np.random.default_rng(0)
    w = np.ones((15 * runs, 100))
    for _ in range(300):
        kicks = np.tile(noise * rng.normal(size=(runs, 100)), (15, 1))
        w = np.clip(optimizer.step(w, w + kicks), -100, 100)
    return best_of((w**2).mean(axis=1).reshape(15, runs))[1].mean()


# %%
kinds = {"little": np.full(100, 1.0), "much": np.full(100, 10.0)}
kinds["differs by weight"] = np.geomspace(0.01, 10, 100)
for kind, noise in kinds.items():
    ratio = left_over(RMSprop, noise) / left_over(SGD, noise)
    print(f"noise {kind:17}: RMSprop leaves {ratio:.2f} times what SGD leaves")

# %% [markdown]
# High variance alone is no reason for RMSprop: with much noise it does no better than SGD, and with little it leaves a quarter
# more. Noise whose size *differs from weight to weight* is one: there it leaves a fifth less. So read "of varying size" for "of
# high variance".

# %% [markdown]
# ## Another solution: Wilson's data
#
# With more weights than rows many solutions fit the training rows perfectly. Which one you get depends on the optimizer.
# Wilson and others (2017, "The Marginal Value of Adaptive Gradient Methods in Machine Learning") built data where that matters.
# Feature 1 is the label itself, 1 or −1. Features 2 and 3 are always 1. Then every row has features that no other row shares:
# five ones if its label is −1, a single one otherwise. Of 60 rows 42 have the label 1.

# %%
y = np.where(np.random.default_rng(0).permutation(60) < 18, -1.0, 1.0)
shared = np.stack([y, np.ones(60), np.ones(60)], axis=1)
own = np.zeros((60, 60, 5))  # five places for each row, of which only it uses some
for row, label in enumerate(y):
    own[row, row, : 1 if label == 1 else 5] = 1
x = np.hstack([shared, own.reshape(60, -1)])

# %% [markdown]
# New rows have such first three features, and nothing else in common. Minimise the mean squared error; count the mistakes.

# %%
makers = {"SGD": SGD(0.1), "momentum": SGD(0.05, momentum=0.9), "Adam": Adam(0.01)}
makers |= {"RMSprop": RMSprop(0.01), "Adagrad, first sum 0.1": Adagrad(0.1)}
makers["Adagrad, first sum 0"] = Adagrad(0.1, initial_accumulator_value=0)
for name, optimizer in makers.items():
    w = np.zeros(x.shape[1])
    for _ in range(3000):
        w = optimizer.step(w, 2 * x.T @ (x @ w - y) / 60)
    wrong = np.sign(x @ w) != y
    new = np.sign(shared @ w[:3]) != y
    print(
        f"{name:22}: wrong on its rows {wrong.mean():.0%}, on new rows {new.mean():.0%}"
    )

# %% [markdown]
# All fit their own rows. On new rows SGD and momentum make no mistake; Adam, RMSprop and Adagrad as published say 1 to
# everything and fail on the 30% that are −1. They give all weights steps of one size, so the label's weight grows no faster than
# the two that are always 1, and two outvote one. (Beside Keras's first sum of 0.1 the gradients are small, and Adagrad's steps
# resemble SGD's.)
#
# The data are built for the purpose; our three data sets show nothing of the kind. But it *can* happen: look at the validation
# loss, not only at the training loss.
#
# ## The same in Keras

# %% tags=["nbval-ignore-output"]
import keras  # takes about ten seconds

# %% [markdown]
# Keras has the whole family. Give it the 100 gradients that your rules got:

# %%
theirs = {
    "momentum": partial(keras.optimizers.SGD, momentum=0.9),
    "Nesterov": partial(keras.optimizers.SGD, momentum=0.9, nesterov=True),
    "AMSGrad": partial(keras.optimizers.Adam, amsgrad=True),
}
for name in FAMILY:
    make = theirs.get(name) or getattr(keras.optimizers, name)
    weights, optimizer = keras.Variable(np.ones(4)), make(0.1)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32")], [weights])
    gap = np.abs(keras.ops.convert_to_numpy(weights) - by_hand[name]).max()
    assert gap < 1e-5, name
print("equal to Keras to 1e-5:", *by_hand)

# %% [markdown]
# So give `compile` an object with its arguments. A string, such as `"adadelta"`, takes the defaults. See what that can mean:


# %%
def build():
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(32, activation="relu")
    output = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((64,)), hidden, output])


digits = load("digits")
for optimizer in ("adadelta", keras.optimizers.Adadelta(10.0)):
    model = build()
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(digits.x_train, digits.y_train, epochs=5, verbose=0)
    accuracy = model.evaluate(digits.x_valid, digits.y_valid, verbose=0)[1]
    print(f"rate {model.optimizer.learning_rate.numpy():g}: accuracy {accuracy:.2f}")

# %% [markdown]
# ## Reading old code
#
# Examples on the web were often written for Keras 1 or 2. `attempt` runs such a line and prints what Keras 3 says. (How it
# does that does not matter here.)

# %%
import warnings


def attempt(line, **names):
    said = ["silence"]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(line, {"keras": keras} | names)
        except Exception as error:
            said = [f"{type(error).__name__}: {error}"]
    said = [
        f"warning: {w.message}" for w in caught if w.category is UserWarning
    ] or said
    print(f"{line}\n    {said[0].split(' <')[0][:78]}")


# %%
attempt("keras.optimizers.SGD(lr=0.1)")
attempt("keras.optimizers.SGD(learning_rate=0.1, decay=0.001)")
attempt("keras.optimizers.legacy.Adam()")
attempt("optimizer.lr = 0.5", optimizer=keras.optimizers.SGD(0.1))

# %% [markdown]
# The first and the third stop you. The second goes on with a constant rate. The fourth is the worst: silence. Did it work?

# %%
optimizer = keras.optimizers.SGD(0.1)
optimizer.lr = 0.5
print(f"after optimizer.lr = 0.5: {optimizer.learning_rate.numpy():.1f}")
optimizer.learning_rate = 0.5
print(f"after optimizer.learning_rate = 0.5: {optimizer.learning_rate.numpy():.1f}")

# %% [markdown]
# And one optimizer for two models? It keeps a memory for each weight, so it belongs to one model:

# %%
one, x, y = keras.optimizers.Adam(0.01), digits.x_train[:64], digits.y_train[:64]
for model in (build(), build()):
    model.compile(one, "sparse_categorical_crossentropy")
    attempt("model.fit(x, y, verbose=0)", model=model, x=x, y=y)

# %% [markdown]
# Last, two words that look alike. Old `decay` made the *rate* fall, `weight_decay` shrinks the *weights*. Give two optimizers a
# weight of 1 and gradients of 0, for 100 steps:

# %%
fading = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.01)  # once: decay=0.01
for name, arguments in (("weight_decay", {"weight_decay": 0.01}), ("schedule", {})):
    rate = fading if name == "schedule" else 0.1
    weights = keras.Variable(np.ones(1))
    optimizer = keras.optimizers.SGD(rate, **arguments)
    for _ in range(100):
        optimizer.apply([keras.ops.zeros(1)], [weights])
    left, rate = weights.numpy().item(), optimizer.learning_rate.numpy()
    print(f"{name:12}: weight {left:.3f}, rate {rate:.3f}")

# %% [markdown]
# | old | in Keras 3 | instead |
# |---|---|---|
# | `SGD(lr=0.1)` | ValueError | `learning_rate=0.1` |
# | `SGD(decay=1e-3)` | a warning, and a constant rate | `learning_rate=InverseTimeDecay(0.1, 1, 1e-3)` |
# | `optimizers.legacy.Adam` | ImportError | `optimizers.Adam` |
# | `optimizer.lr = 0.5` | nothing at all | `optimizer.learning_rate = 0.5` |
# | one instance for two models | ValueError | a new one for each |
#
# ### Exercise 7.7 · Fix
#
# This function is from an old tutorial: it trains two networks, one without and one with a hidden layer. Three things in it are
# out of date. In Keras 2 `decay=0.01` gave the rate 0.1 / (1 + 0.01 · step).


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


# %% [markdown]
# Repair it, so that each network trains as the first one did then. Return both trained models.


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
# Newer versions may have more.
#
# | optimizer | what it is | when |
# |---|---|---|
# | `Adamax` | Adam that divides by the largest recent gradient | in the place of Adam |
# | `Nadam` | Adam that looks ahead, like Nesterov | in the place of Adam |
# | `Ftrl` | Adagrad's relative that sets small weights to 0 | huge sparse linear models |
# | `Adafactor` | RMSprop that keeps sums by row and column | very large models: saves memory |
# | `Lamb` | Adam with steps in proportion to each layer's weights | very large batches |
# | `Lion` | only the sign of an average | large models; half of Adam's memory |
# | `Muon` | momentum whose matrix of steps is made orthogonal | hidden layers of large models |
# | `LossScaleOptimizer` | wraps another one | 16-bit arithmetic |
#
# The right column is what their authors say; nothing here has tested it.
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
# direction (momentum) or each weight's size of step (Adagrad and its descendants); Adam, which does both, or SGD with momentum
# is a good first choice, and here tuning its rate mattered more than which of them you took.
#
# - Momentum adds up what stays and cancels what alternates. It overshoots; Nesterov looks ahead.
# - Adagrad: a rate for each weight, good for sparse features. It never forgets; RMSprop does. Adadelta hides its rate in
#   epsilon.
# - Adam: momentum, RMSprop, and a correction for the start. AMSGrad and AdamW mend two of its faults.
# - Compare optimizers only with a tuned rate for each, and with bands.
# - In old code look for `lr`, `decay`, `legacy`, `optimizer.lr =`, and one instance for two models.

# %%
# check.progress()
