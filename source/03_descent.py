# %% [markdown]
# # 3 · Descent
#
# **You know which way is down. How far do you step, and how do you know that you have arrived?**
#
# After this lesson you can
#
# - take the three steps of stochastic gradient descent by hand, and have Keras take the same ones;
# - tell from the curvature at which learning rate the steps settle, run back and forth, or fly off;
# - say what ravines, noise, potholes and saddles do to a run, and what helps.
#
# *60 minutes to read and run, and about 80 for the exercises. You need minibatches from lesson 1; gradients, contours and the
# condition number from lesson 2.*

# %%
import matplotlib.pyplot as plt
import numpy as np

from helpers import films, labs, plots
from helpers.checks import lesson_03 as check

plots.use_style()

# %% [markdown]
# ## The rule
#
# The gradient points up the slope. To go down, subtract it:
#
# $$w \leftarrow w - \text{learning rate} \cdot \text{gradient}$$
#
# In words: the new weights are the old weights minus the gradient, times a number that says how far to go. That number is
# the **learning rate**.
#
# Try it on the plainest valley there is, a parabola. Its curvature says how fast its slope changes as you walk. With
# curvature 8 the loss is $L(w) = \tfrac{8}{2} w^2$ (half of it times $w^2$, because the slope of $w^2$ is $2w$), its
# slope is $8w$, and its minimum lies at 0.

# %%
curvature = 8.0


def slope(w):
    return curvature * w


# %% [markdown]
# Start at $w = 1$ and take three steps with a learning rate of 0.05.

# %%
w = 1.0
for step in (1, 2, 3):
    w = w - 0.05 * slope(w)
    print(f"step {step}: w = {w:.3f}")

# %% [markdown]
# Down it goes, by 0.4, then 0.24, then 0.144. The slope gets smaller on the way, so the steps get shorter. You will take
# many walks, so put the loop into a function that keeps every point.


# %%
def descend(gradient, start, learning_rate, steps):
    points = [np.array(start, float)]
    for _ in range(steps):
        points.append(points[-1] - learning_rate * gradient(points[-1]))
    return np.array(points)


# %%
walk = descend(slope, start=1.0, learning_rate=0.05, steps=8)
grid = np.linspace(-1.1, 1.1, 100)
plt.plot(grid, curvature / 2 * grid**2, color="grey")
plt.plot(walk, curvature / 2 * walk**2, "o-", color=plots.DESCENT, label="steps")
plt.plot(0, 0, "*", color=plots.MINIMUM, markersize=15, label="minimum")
plt.title("The gentler the slope, the shorter the step")
plt.xlabel("weight w")
plt.ylabel("loss")
plt.legend()
plots.show("Nine points on a parabola, closer together the nearer the minimum.")

# %% [markdown]
# *Eight steps down a parabola, from 1 towards the minimum at 0. Each is shorter than the one before.*
#
# ### Exercise 3.1 · Write
#
# Write one step for any number of weights at once. `weights` and `gradient` are arrays of one shape. Return the new
# weights, and leave the old ones as they are.


# %% tags=["exercise:sgd_step"]
def sgd_step(weights, gradient, learning_rate):
    ### BEGIN SOLUTION
    return weights - learning_rate * gradient
    ### END SOLUTION


check.sgd_step(sgd_step)

# %%
# check.sgd_step.hint()
# check.sgd_step.solution()

# %% [markdown] tags=["solution"]
# The gradient points uphill, so it is subtracted. NumPy does this for all weights at once. `weights -= ...` would look the
# same and change the array of whoever called the function, too.

# %% [markdown]
# ## One number decides
#
# From 1 to 0.6 to 0.36 to 0.216: every step multiplied $w$ by 0.6. A step takes $w$ to
# $w - \text{learning rate} \cdot 8w$, and that is
#
# $$(1 - \text{learning rate} \cdot \text{curvature}) \cdot w.$$
#
# In words: each step keeps a fixed share of the distance to the minimum. Call that share the **multiplier**. Here it is
# $1 - 0.05 \cdot 8 = 0.6$.
#
# ### Exercise 3.2 · Predict
#
# Take half that learning rate, 0.025, and start at 1 again. After how many steps is $w$ below 0.01 for the first time?

# %% tags=["exercise:steps_needed"]
### BEGIN SOLUTION
my_steps = 21
### END SOLUTION
check.steps_needed(my_steps)

# %%
# check.steps_needed.hint()
# check.steps_needed.solution()

# %% [markdown] tags=["solution"]
# The multiplier is $1 - 0.025 \cdot 8 = 0.8$. After $n$ steps $w = 0.8^n$. After 20 steps that is 0.0115, after 21 steps
# 0.0092. With logarithms: $\ln 0.01 / \ln 0.8 = 20.6$, rounded up.

# %% [markdown]
# Now let it walk, at both rates. (`np.argmax` finds the first `True`.)

# %%
for rate in (0.05, 0.025):
    walk = descend(slope, 1.0, rate, steps=30)
    print(f"rate {rate}: below 0.01 from step {np.argmax(walk < 0.01)} on")

# %% [markdown]
# A rate that is too low is safe, and slow.
#
# ## Back and forth, for ever
#
# So turn the rate up. At 0.125 the multiplier is $1 - 0.125 \cdot 8 = 0$: one step lands on the minimum. Go on, and the
# multiplier becomes negative: each step **overshoots**, which means that it lands on the other side.
#
# ### Exercise 3.3 · Predict
#
# With curvature 8, at which learning rate does $w$ jump from 1 to −1, back to 1, and so on for ever? Answer first, then
# scroll.

# %% tags=["exercise:back_and_forth"]
### BEGIN SOLUTION
my_rate = 0.25
### END SOLUTION
check.back_and_forth(my_rate)

# %%
# check.back_and_forth.hint()
# check.back_and_forth.solution()

# %% [markdown] tags=["solution"]
# Back and forth means that each step only flips the sign: a multiplier of −1. From $1 - \text{learning rate} \cdot 8 = -1$
# follows a learning rate of $2/8 = 0.25$.

# %% [markdown]
# Four walks down the same valley, from the same start; only the rate differs. First a film, then the weight against the step.

# %%
walks = {}
names = {0.6: "settles", -0.76: "overshoots", -1: "for ever", -1.08: "diverges"}
for multiplier, name in names.items():
    rate = (1 - multiplier) / curvature
    walks[f"{rate:.2g}: {name}"] = descend(slope, 1.0, rate, steps=16)

# %% tags=["nbval-ignore-output"]
first_steps = {title: walk[:7] for title, walk in walks.items()}
films.valley(first_steps, loss=lambda w: curvature / 2 * w**2)

# %%
fig, axes = plt.subplots(1, 4, sharey=True, figsize=(10, 3))
for ax, (title, walk) in zip(axes, walks.items(), strict=True):
    ax.axhline(0, color=plots.MINIMUM, linestyle="--")
    colour = plots.DIVERGED if "diverges" in title else plots.DESCENT
    ax.plot(walk, "o-", color=colour, markersize=4)
    ax.set(title=title, xlabel="step", ylim=(-2, 2))
axes[0].set_ylabel("weight w")
reach = [f"{w.min():.2f} to {w.max():.2f} at {title}" for title, w in walks.items()]
plots.show(f"Weight against step at four rates. It goes from {', '.join(reach)}.")

# %% [markdown] tags=["after"]
# *The weight against the step; dashed, the minimum. At 0.26 each swing is wider than the last: it **diverges**.*
#
# | multiplier | learning rate | what you see |
# |---|---|---|
# | between 0 and 1 | below 1 / curvature | slides down one side |
# | 0 | 1 / curvature | one step, and there |
# | between −1 and 0 | between 1 / curvature and 2 / curvature | overshoots, settles |
# | −1 | **2 / curvature** | back and forth for ever |
# | below −1 | above 2 / curvature | diverges |
#
# So a narrow valley, where the curvature is large, needs a small rate.
#
# ## When have you arrived?
#
# A run has **converged** when it has settled where the slope is zero, or as close to that as its noise allows. Training
# usually stops "when the loss no longer falls". Is that the same? Three runs after 50 steps: by how much did the loss fall
# in the last step, and how steep is it there?

# %%
for multiplier in (0.6, 0.99992, -1):
    rate = (1 - multiplier) / curvature
    before, after = descend(slope, 1.0, rate, steps=50)[-2:]
    fell = curvature / 2 * (before**2 - after**2)
    print(f"rate {rate:.5f}: loss fell by {fell:.3f}, slope {abs(slope(after)):.2f}")

# %% [markdown] tags=["after"]
# In all three the loss has all but stopped falling. Only the first has converged: the second crawls, the third runs back and
# forth at a loss of 4.
#
# So ask for both: the loss no longer falls **and** the full gradient is close to zero. (A minibatch's gradient hardly ever
# gets there. And level ground need not be the bottom: see the saddles below.) How to stop in practice is in lesson 5.

# %% [markdown]
# ## The ravine: one rate for two curvatures
#
# Real losses bend more in one direction than in another. Take curvature 1 along one weight and 25 along the other: seen as a
# map, a ravine, of condition number 25. Every direction has its own multiplier, and they share one learning rate.

# %%
curvatures = np.array([1.0, 25.0])


def ravine(weights):
    return curvatures * weights


for rate in (0.01, 0.04, 0.08):
    print(f"rate {rate}: multipliers", *(1 - rate * curvatures).round(2))

# %% [markdown]
# At 0.04 the steep direction is done in one step, while the flat one keeps 96% of its distance. At 0.08 the steep direction
# runs back and forth for ever. **The largest curvature sets the speed limit for all weights: 2 / 25.**
#
# ### Exercise 3.4 · Choose
#
# Four walks of 40 steps start at the white square, with the rates 0.01, 0.04, 0.074 and 0.08. The computer shuffles them
# and calls them A to D. Which is which? Don't print `rates`. Answer with a dictionary of the form
# `{"A": 0.01, "B": 0.04, "C": 0.074, "D": 0.08}`.

# %%
rates = np.random.default_rng(2).permutation([0.01, 0.04, 0.074, 0.08])
paths = [descend(ravine, (-10, 1), rate, steps=40) for rate in rates]

# %%
plots.ravine_paths(dict(zip("ABCD", paths, strict=True)), curvatures)
plt.suptitle("Which is which: 0.01, 0.04, 0.074, 0.08?")
plots.show(
    "Four paths in a ravine. A zigzags across it with one width, B with a shrinking "
    "one. C and D do not zigzag: C comes down slowly and ends a third of the way along, "
    "D drops at once and ends after four fifths."
)

# %% [markdown]
# *Four paths in one ravine, stretched upwards so that you can see its width. The star is the minimum.*

# %% tags=["exercise:which_rate"]
### BEGIN SOLUTION
my_rates = {"A": 0.08, "B": 0.074, "C": 0.01, "D": 0.04}
### END SOLUTION
check.which_rate(my_rates)

# %%
# check.which_rate.hint()
# check.which_rate.solution()

# %% [markdown] tags=["solution"]
# Look across the ravine first, where the curvature is 25. The multipliers are 0.75, 0, −0.85 and −1: sliding, done at once,
# zigzag that closes in, zigzag for ever. Along the ravine the curvature is 1, and the larger the rate, the further it gets.

# %% [markdown]
# The **zigzag** comes from the curvature. There is no noise here: these are full gradients.
#
# Look at the start of any path: minus the gradient points mostly across, not at the minimum. For a tiny step nothing beats
# it (lesson 2). For a longer one? Let a thousand directions compete.

# %%
start = np.array([-10.0, 1.0])
down = -ravine(start) / np.linalg.norm(ravine(start))
angles = np.linspace(0, 2 * np.pi, 1000)
others = np.stack([np.cos(angles), np.sin(angles)], axis=1)
for length in (0.001, 0.5, 2.0):
    # Twice the loss will do: it is compared with itself.
    heights = (curvatures * (start + length * others) ** 2).sum(axis=1)
    reached = (curvatures * (start + length * down) ** 2).sum()
    print(f"step of {length}: {(heights < reached).mean():.0%} of directions beat it")

# %% [markdown] tags=["after"]
# The gradient is right about the spot, and no further.
#
# ### Exercise 3.5 · Tune
#
# Find a learning rate that brings the loss below 0.02 in 50 steps, from $(10, 1)$, with curvatures 2 and 40: the loss is half
# of $2 w_1^2 + 40 w_2^2$. The cell says how far your rate gets.

# %% tags=["exercise:ravine_rate"]
### BEGIN SOLUTION
my_rate = 0.045
### END SOLUTION
check.ravine_rate(my_rate)

# %%
# check.ravine_rate.hint()
# check.ravine_rate.solution()

# %% [markdown] tags=["solution"]
# The speed limit is $2/40 = 0.05$. Well below it the flat direction is too slow; right at it the steep one does not settle.
# At 0.045 the multipliers are 0.91 along and −0.8 across, and 50 steps are enough for both. Rates from 0.041 to 0.048 do.

# %% [markdown]
# Draw what each direction keeps in a step, with curvatures 1 and 25, against the rate. The slower of
# the two decides.

# %%
axis = np.linspace(0, 0.082, 200)
kept = np.abs(1 - axis * np.array([[1.0], [25.0]]))
at = kept.max(axis=0).argmin()

# %%
plt.plot(axis, kept[0], "-", color=plots.DESCENT, label="flat: 1 − rate")
plt.plot(axis, kept[1], "--", color=plots.DIVERGED, label="steep: |1 − 25 rate|")
plt.plot(axis[at], kept[0, at], "*", color=plots.MINIMUM, markersize=15)
plt.title(f"Best at {axis[at]:.3f}: both keep {kept[0, at]:.2f}")
plt.xlabel("learning rate")
plt.ylabel("share kept in a step")
plt.legend()
plots.show(
    "Two lines against the rate: the flat one falls slowly, the steep one drops to 0 "
    f"and rises. They cross at {axis[at]:.3f}, where both are {kept[0, at]:.2f}."
)

# %% [markdown]
# There $1 - \text{rate} \cdot \text{smallest} = \text{rate} \cdot \text{largest} - 1$. With $k$ for the condition number:
#
# $$\text{best rate} = \frac{2}{\text{smallest} + \text{largest curvature}}, \qquad \text{share kept} = \frac{k - 1}{k + 1}.$$
#
# Count the steps until a thousandth of the distance is left. Bet on those for a condition number of 1,000.

# %% tags=["bet:steps_in_a_ravine"]
check.steps_in_a_ravine.bet(...)


# %%
def steps_to_a_thousandth(k):
    path = descend(lambda w: w * [1, k], (1, 1), 2 / (1 + k), steps=5000)
    far = np.linalg.norm(path, axis=1)
    return np.argmax(far < far[0] / 1000)


needed = {}
for k in (1, 10, 100, 1000):
    needed[k] = steps_to_a_thousandth(k)
    print(f"condition number {k:4}: {needed[k]} steps")
check.steps_in_a_ravine.came(needed[1000])

# %%
plt.loglog(needed.keys(), needed.values(), "o-", color=plots.DESCENT)
for ticks in (plt.xticks, plt.yticks):
    ticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
plt.minorticks_off()
plt.title(f"From 100 to 1,000: {needed[1000] / needed[100]:.1f} times the steps")
plt.xlabel("condition number")
plt.ylabel("steps to a thousandth")
said = check.steps_in_a_ravine.draw()
counts = ", ".join(f"{steps} steps at {k}" for k, steps in needed.items())
plots.show(f"Steps against condition number, both logarithmic: {counts}.{said}")

# %% [markdown] tags=["after"]
# From 10 on, ten times the condition number is ten times the steps. That is why lesson 2 scaled the features first.

# %% [markdown]
# Now walk down a ravine that lies at an angle, with curvature 1 along and 50 across. At which rate will it run back and forth
# for ever? Work it out, then set it. Leave momentum at 0: it belongs to lesson 7.

# %%
labs.descent(surface="ravine", learning_rate=0.035, steps=40)

# %% [markdown] tags=["after"]
# *Left: the map, with the path zigzagging towards the minimum. Right: the loss, on a logarithmic scale: after a bent start it
# falls along a straight line, so each step keeps the same share.* At 2/50 = 0.04 it never settles.

# %% [markdown]
# *Halfway: a good place to rest. When you come back, click here and choose **Run > Run All Above Selected Cell**.*

# %% [markdown]
# ## Real data, minibatch by minibatch
#
# So far the whole gradient was known. Stochastic gradient descent guesses it:
#
# 1. take a minibatch;
# 2. use it to compute the gradient of the loss;
# 3. update the weights;
#
# and again, until it has converged. The data are those of lesson 1: body mass index and the progression of the illness,
# both standardised. `batches(n, batch_size, epoch, seed)` deals one epoch as in exercise 1.6.

# %%
from helpers.data import load
from helpers.minibatches import batches

patients = load("diabetes")
x = patients.x_train[:, 2].astype(float)
y = patients.y_train[:, 0].astype(float)


# %%
def line_gradient(weights, rows):
    w, b = weights
    errors = w * x[rows] + b - y[rows]
    return 2 * np.array([np.mean(errors * x[rows]), np.mean(errors)])


# %%
def fit_line(learning_rate, batch_size, epochs):
    path = [np.array([-1.0, 1.0])]
    for epoch in range(epochs):
        for rows in batches(len(x), batch_size, epoch, seed=0):  # 1
            gradient = line_gradient(path[-1], rows)  # 2
            path.append(path[-1] - learning_rate * gradient)  # 3
    return np.array(path)


# %% [markdown]
# Three epochs, batches of 8, rate 0.1: 102 steps. Bet in how many of them the loss over all rows rises.

# %% tags=["bet:rises"]
check.rises.bet(...)

# %%
path = fit_line(learning_rate=0.1, batch_size=8, epochs=3)
# A row for each step, a column for each patient:
losses = np.mean((path[:, :1] * x + path[:, 1:] - y) ** 2, axis=1)
rose = np.diff(losses) > 0
print("loss at steps 0, 10, 102:", losses[[0, 10, 102]].round(2))
print(
    f"rose in {rose[:10].sum()} of the first 10 steps, {rose[10:].sum()} of the next 92"
)
check.rises.came(rose.sum())

# %%
rising = np.flatnonzero(rose) + 1
plt.semilogy(losses, color=plots.DESCENT, label="loss over all rows")
plt.plot(rising, losses[rising], "x", color=plots.DIVERGED, label="it rose")
plt.yticks([0.7, 1, 2, 4], [0.7, 1, 2, 4])
plt.minorticks_off()
plt.title(f"The loss rose in {rose.sum()} of {len(rose)} steps")
plt.xlabel("step")
plt.ylabel("loss")
plt.legend()
said = check.rises.draw()
plots.show(
    f"Loss against step, from {losses[0]:.2f} to {losses[-1]:.2f}; crosses mark the "
    f"{rose.sum()} steps in which it rose.{said}"
)

# %% [markdown] tags=["after"]
# On the way down nearly every step helps. Near the bottom half of them hurt: the slope has become so small that the noise
# of the minibatch is larger.

# %% [markdown]
# Watch it.

# %% tags=["nbval-ignore-output"]
labs.line_fit(batch_size=8, learning_rate=0.1).animate("step", range(0, 61, 4))

# %% [markdown] tags=["after"]
# *A film of 60 steps. The line turns towards the best line within a dozen steps, then trembles; loss and weights keep
# jittering.*

# %% [markdown]
# Now turn the dials yourself. With all rows the curvature is 2 along $w$ and along $b$ (twice the mean of $x^2$, twice the
# mean of 1), so the border is $2/2 = 1$. With one row in a batch, how high can the rate go before the line flies off?

# %%
labs.line_fit(batch_size=1, learning_rate=0.1, step=40)

# %% [markdown]
# *Left: the rows, the row of this step, the best line and the line now. Right: loss and weights against the step.*

# %% [markdown] tags=["after"]
# All rows at once still settle at 0.9. With one row a step the loss leaps above 10 from 0.25 on, and at 0.5 past all bounds:
# a single row can bend the loss much more than the mean of all rows does.
#
# ### Exercise 3.6 · Fix
#
# This step works with 4 rows and diverges with 64, at the same learning rate.


# %%
def careless_step(w, b, x, y, learning_rate):
    w = w - learning_rate * 2 * np.sum((w * x + b - y) * x)
    b = b - learning_rate * 2 * np.sum(w * x + b - y)
    return w, b


# %%
for size in (4, 64):
    w, b = -1.0, 1.0
    for rows in batches(len(x), size, epoch=0, seed=0):
        w, b = careless_step(w, b, x[rows], y[rows], learning_rate=0.05)
    print(f"{size:2} rows: w = {w:.1f}, b = {b:.1f}")

# %% [markdown]
# Repair it. It has two faults, and only one of them shows here. The other is quiet: compare it with `line_gradient`.


# %% tags=["exercise:careful_step"]
def careful_step(w, b, x, y, learning_rate):
    ### BEGIN SOLUTION
    errors = w * x + b - y
    new_w = w - learning_rate * 2 * np.mean(errors * x)
    new_b = b - learning_rate * 2 * np.mean(errors)
    return new_w, new_b
    ### END SOLUTION


check.careful_step(careful_step)

# %%
# check.careful_step.hint()
# check.careful_step.solution()

# %% [markdown] tags=["solution"]
# A sum grows with the number of rows, so 64 rows made the curvature, and with it the step, sixteen times as large as 4
# rows did: beyond the speed limit. A mean does not. And `b` has to use the errors from *before* the step: the gradient
# belongs to one point, the one where you stand.

# %% [markdown]
# ## Does a network keep to the limit?
#
# A network's loss is no parabola: its curvature changes as you walk. Take lesson 2's own network, with all rows in each step.
# The code, not needed in detail, is `backpropagate` for many networks at once, one in each column of `weights`.


# %%
def forward(weights, x):
    inputs = x.shape[1]
    units = (len(weights) - 1) // (inputs + 2)
    W1, b1, W2, b2 = np.split(weights, [inputs * units, (inputs + 1) * units, -1])
    z = (x @ W1.reshape(inputs, -1)).reshape(len(x), units, -1) + b1
    hidden = np.maximum(z, 0)  # rows, units, networks
    return W2, hidden, np.einsum("run,un->rn", hidden, W2) + b2


def network_gradient(weights, x, y):
    W2, hidden, outputs = forward(weights, x)
    d = 2 * (outputs - y) / len(x)
    dW2 = np.einsum("run,rn->un", hidden, d)
    back = d[:, None] * W2 * (hidden > 0)
    dW1 = (x.T @ back.reshape(len(x), -1)).reshape(-1, weights.shape[1])
    return np.concatenate([dW1, back.sum(axis=0), dW2, d.sum(axis=0)[None]])


# %% [markdown]
# How the slope along each of the 97 weights changes as each weight moves is a square table. *Books call it* the **Hessian**.
# The ravine's is `[[1, 0], [0, 25]]`; in any such table `eigvalsh` finds the curvatures, the largest last.

# %%
X, Y = patients.x_train.astype(float), patients.y_train.astype(float)


def largest_curvature(weights, h=1e-9):
    # Each column nudges one weight; a larger h would cross bends of the ReLUs.
    nudged = weights[:, None] + h * np.eye(97)
    here = network_gradient(weights[:, None], X, Y)
    return np.linalg.eigvalsh((network_gradient(nudged, X, Y) - here) / h)[-1]


first = np.random.default_rng(0).normal(0, 0.3, size=97)  # as in lesson 2
print(f"at the start: {largest_curvature(first):.1f}")

# %% [markdown]
# Walk 2,400 steps, at rates 0.1 and 0.2. At 0.1, how many times as large as at the start is the curvature in the end? Bet.

# %% tags=["bet:fitted"]
check.fitted.bet(...)

# %%
both, rates = np.tile(first[:, None], 2), np.array([0.1, 0.2])
points = descend(lambda w: network_gradient(w, X, Y), both, rates, steps=2400)
every = range(0, 2401, 600)
sharp = {
    r: [largest_curvature(points[k, :, j]) for k in every] for j, r in enumerate(rates)
}
for rate, curve in sharp.items():
    print(f"rate {rate}: after 1,200 and 2,400 steps", *np.round(curve[2::2], 1))
check.fitted.came(np.round(sharp[0.1][-1] / sharp[0.1][0], 1))


# %%
def losses_at(points):
    return np.array([np.mean((forward(w, X)[-1] - Y) ** 2, axis=0) for w in points])


losses = losses_at(points[::20])
rose = np.diff(losses_at(points[-501:]), axis=0) > 0
print("loss at steps 0, 1,200, 2,400:", *losses[::60].round(2))
print("share of the last 500 steps in which it rose:", *rose.mean(axis=0).round(1))

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6))
for j, (rate, line) in enumerate(zip(rates, ("-", "--"), strict=True)):
    colour = (plots.DESCENT, plots.SECOND)[j]
    axes[0].plot(every, sharp[rate], line, color=colour, label=f"rate {rate}")
    axes[0].axhline(2 / rate, color=colour, linestyle=":")
    axes[1].semilogy(range(0, 2401, 20), losses[:, j], line, color=colour)
ends = [f"{curve[-1]:.1f}" for curve in sharp.values()]
axes[0].set(title=f"Largest curvature: it ends at {' and '.join(ends)}", xlabel="step")
axes[0].set_ylim(0, 24)
axes[1].set(title="Loss", xlabel="step")
axes[1].set_yticks([0.3, 0.5, 1], [0.3, 0.5, 1])
axes[1].minorticks_off()
axes[0].legend()
said = check.fitted.draw()
plots.show(
    f"Left: the largest curvature against the step; it ends at {' and '.join(ends)}. "
    f"Right: the loss falls, with ripples.{said}"
)

# %% [markdown] tags=["after"]
# *Left: the largest curvature; dotted, 2 / rate. Right: the loss.*
#
# **The valley fits itself to your rate**: the curvature climbs to the limit, and stays. The loss then rises in every second
# step, and in the long run still falls (Cohen and others, 2021, "Gradient Descent on Neural Networks Typically Occurs at the
# Edge of Stability"). Typically, not always: lesson 4 meets one that crosses the limit.

# %% [markdown]
# ## The ball of noise
#
# At the minimum a minibatch's gradient is not zero, as long as the rows disagree. So at a constant rate the weights never
# come to rest: they end in a fuzzy **ball** around the minimum. Take one weight and its **variance** $V$, the mean squared
# distance from the middle. A step at rate $r$ multiplies the distance by $1 - r\lambda$, where $\lambda$ (lambda) is the
# curvature, so $V$ by its square, and adds **noise** of variance $r^2 \sigma^2 / B$, where $\sigma^2$ (sigma squared) is the variance of one row's
# gradient and $B$ the batch size. At rest the variance is the same before and after the step:
#
# $$V = (1 - r\lambda)^2\, V + r^2\,\frac{\sigma^2}{B} \quad\Rightarrow\quad V = \frac{r}{B} \cdot \frac{\sigma^2}{\lambda\,(2 - r\lambda)}.$$
#
# In words: for small rates, the variance is in proportion to learning rate / batch size.
#
# ### Exercise 3.7 · Predict
#
# You halve a small learning rate and double the batch size. By which factor does the variance of the ball change?

# %% tags=["exercise:ball"]
### BEGIN SOLUTION
my_factor = 0.25
### END SOLUTION
check.ball(my_factor)

# %%
# check.ball.hint()
# check.ball.solution()

# %% [markdown] tags=["solution"]
# The variance goes as rate / batch size. Half the rate gives a half, twice the batch size another half: a quarter. The
# *radius* of the ball, the root of the variance, becomes half as large.

# %% [markdown]
# Measure it on lesson 1's line, where the curvature along $w$ is 2: start 500 runs at its minimum, and see how far they spread.
# Every minibatch is drawn from all rows here.

# %%
rng = np.random.default_rng(0)


def fresh_batches(points, batch_size):
    rows = rng.integers(len(x), size=(len(points), batch_size))
    # A row for each run, a column for each patient of its minibatch:
    errors = points[:, :1] * x[rows] + points[:, 1:] - y[rows]
    slopes = [np.mean(errors * x[rows], axis=1), np.mean(errors, axis=1)]
    return 2 * np.transpose(slopes)  # a row for each run: along w, along b


# %% [markdown]
# How wide is the ball of rate 0.2 with 32 rows, in per cent of that of rate 0.05 with 8 rows? Bet.

# %% tags=["bet:as_wide"]
check.as_wide.bet(...)

# %%
best, bend = np.polyfit(x, y, 1), 2  # bend: the curvature along w
starts = np.tile(best, (500, 1))
one_row = np.var(2 * (best[0] * x + best[1] - y) * x)  # of its slope along w


def ball(rate, size):
    """Return 500 runs at rest, 100 steps long."""
    return descend(lambda at: fresh_batches(at, size), starts, rate, 200)[101:]


balls = {(rate, size): ball(rate, size) for rate in (0.2, 0.05) for size in (8, 32)}
for (rate, size), runs in balls.items():
    formula = rate / size * one_row / (bend * (2 - rate * bend))
    measured = runs[..., 0].var()
    print(f"rate {rate:4}, {size:2} rows: {measured:.4f}, formula {formula:.4f}")
check.as_wide.came(100 * balls[0.2, 32][..., 0].std() / balls[0.05, 8][..., 0].std())

# %%
fig, axes = plt.subplots(1, 4, figsize=(9, 2.9), sharex=True, sharey=True)
wide = {key: runs[..., 0].std() for key, runs in balls.items()}
for ax, ((rate, size), runs) in zip(axes, balls.items(), strict=True):
    ax.plot(*runs[-1].T, ".", color=plots.MINIBATCH, alpha=0.5)
    ax.plot(*best, "+", color=plots.FULL_GRADIENT, markersize=12)
    ax.set(title=f"rate {rate}, {size} rows", xlabel="w")
axes[0].set_ylabel("b")
ratio = wide[0.2, 32] / wide[0.05, 8]
fig.suptitle(f"The second cloud is {ratio:.0%} as wide as the third")
said = check.as_wide.draw()
told = ", ".join(f"{wide[r, n]:.3f} at {r} with {n} rows" for r, n in wide)
plots.show(f"Four clouds around the best weights. Spread of w: {told}.{said}")

# %% [markdown] tags=["after"]
# *500 ends each. The two clouds in the middle look alike: the same learning rate / batch size.* The formula is close; at rate
# 0.2 with 8 rows it is a ninth low, since so far out the rows disagree more. (With epochs and a low
# rate the ball is smaller still: within an epoch each row comes once, so much of the noise cancels out.)

# %% [markdown]
# The remedy: **first far, then fine.** Take large steps while there is way to go, then slow down to settle. At a twentieth of
# the rate, how many times smaller is the spread of $w$?

# %% tags=["bet:times_less_spread"]
check.times_less_spread.bet(...)

# %%
fast = fit_line(learning_rate=0.2, batch_size=8, epochs=10)
slow = [fast[-1]]
for epoch in range(10, 20):
    for rows in batches(len(x), 8, epoch, seed=0):
        slow.append(slow[-1] - 0.01 * line_gradient(slow[-1], rows))
w_path = np.concatenate([fast, slow[1:]])[:, 0]  # slow[0] is the end of fast
spread = [np.std(part) for part in (w_path[100:340], w_path[440:])]
print("spread of w: {:.3f} at rate 0.2, {:.3f} at rate 0.01".format(*spread))
check.times_less_spread.came(spread[0] / spread[1])

# %%
plt.axhline(best[0], color=plots.MINIMUM, linestyle="--", label="best w")
plt.plot(w_path, color=plots.DESCENT, label="w")
plt.axvline(len(fast) - 1, color="grey", linestyle=":")  # here the rate changes
plt.annotate("rate 0.2", (120, -0.7))
plt.annotate("rate 0.01", (460, -0.7))
plt.title(f"Slow down, and the spread shrinks {spread[0] / spread[1]:.0f} times")
plt.xlabel("step")
plt.ylabel("weight w")
plt.legend(loc="lower center")
said = check.times_less_spread.draw()
plots.show(
    "Weight against step: around the best value its spread is "
    f"{spread[0]:.3f} at rate 0.2, then {spread[1]:.3f} at rate 0.01.{said}"
)

# %% [markdown] tags=["after"]
# *The weight $w$ against the step. At rate 0.2 it arrives within ten steps and jitters widely. After the dotted line, at
# 0.01, it settles.*
#
# The law promises about five times less spread, and here it is more than ten: much of the rest is the cancelling within an
# epoch. Lesson 5 slows down well.
#
# ## Potholes
#
# A **local minimum** is lower than everything near it, and not the lowest of all: as if you stepped into a pothole on the way
# down the hill and took it for the valley.

# %%
labs.descent(surface="potholes", learning_rate=0.05, steps=60)

# %% [markdown]
# *Left: a wide bowl with four potholes, lighter where it is lower. Each star is a minimum; the one in the middle is the lowest
# of all. The path ends in another.*
#
# Can larger steps, or noise, bounce out? Put 500 runs into the pothole at the bottom of the map, `minima[3]`. `noise` is the
# spread of the gradient's error; four times the batch size would halve it. After 100 steps each run settles without noise.

# %%
from helpers.surfaces import SURFACES

potholes = SURFACES["potholes"]
hole = potholes.minima[3]


def runs_from_the_hole(rate, noise):
    rng = np.random.default_rng(2)

    def gradient(points):
        return potholes.gradient(points) + noise * rng.normal(size=points.shape)

    starts = hole + 0.1 * rng.normal(size=(500, 2))
    points = descend(gradient, starts, rate, steps=100)[-1]
    return descend(potholes.gradient, points, 0.1, steps=50)[-1]


# %% [markdown]
# The pothole's curvature at the bottom is 5.2 in one direction and 6.2 in the other. So above a rate of 2 / 6.2 = 0.32 a
# run cannot settle there. How many of the 500 will get out at 0.4 without noise? And at 0.2 with noise 0.5? Bet on the second.

# %% tags=["bet:out_of_the_hole"]
check.out_of_the_hole.bet(...)


# %%
def share_out(rate, noise):
    ends = runs_from_the_hole(rate, noise)
    return np.mean(np.linalg.norm(ends - hole, axis=1) > 0.3)


rates, noises = (0.1, 0.2, 0.4, 0.8), (0, 0.5, 1, 2)
out = {(noise, rate): share_out(rate, noise) for noise in noises for rate in rates}
for noise in noises:
    print(f"noise {noise:3}:", *(f"{out[noise, r]:4.0%} at {r}  " for r in rates))
check.out_of_the_hole.came(500 * out[0.5, 0.2])

# %%
for noise, marker, alpha in zip(noises, "os^D", (0.3, 0.5, 0.75, 1), strict=True):
    style = {"color": plots.DESCENT, "alpha": alpha, "label": f"noise {noise}"}
    plt.plot(rates, [out[noise, r] for r in rates], f"{marker}-", **style)
plt.xscale("log")
plt.xticks(rates, rates)
plt.minorticks_off()
plt.title(f"At 0.2: {out[0, 0.2]:.0%} get out without noise, {out[1, 0.2]:.0%} with 1")
plt.xlabel("learning rate")
plt.ylabel("share of 500 runs that got out")
plt.legend()
said = check.out_of_the_hole.draw()
at = ", ".join(f"{out[noise, 0.2]:.0%} with noise {noise}" for noise in noises)
plots.show(
    "Share of runs that got out against the rate, one line for each noise level. "
    f"At 0.2: {at}.{said}"
)

# %% [markdown] tags=["after"]
# **At 0.4 without noise nobody gets out.** "Above 2 / curvature it diverges" holds on a parabola. This hole bends less towards
# its rim, so the runs swing back and forth inside it. At 0.8 they all leap out. With noise, lower rates are enough. With noise
# 2 and a high rate the share falls again: runs that were out have been thrown back in.

# %% [markdown]
# ## Saddles
#
# A gradient of zero need not mean a minimum. On a **saddle**, like a mountain pass, the loss bends upwards in one direction
# and downwards in another: a negative curvature. With curvature −1 and rate 0.1 the multiplier is $1 + 0.1 = 1.1$: the
# distance from the saddle *grows* by a tenth in each step. Two walks without noise: one starts exactly on the ridge that leads
# into the saddle, the other a hundredth beside it.

# %%
saddle = SURFACES["saddle"]
walks = [descend(saddle.gradient, (-1.5, b), 0.1, steps=150) for b in (0, 0.01)]
apart = np.linalg.norm(walks[0][-1] - walks[1][-1])

# %%
ax = plots.walks(saddle, walks)
ax.set_title(f"First 0.01 apart, then {apart:.1f}")
ends_at = [tuple((np.round(walk[-1], 1) + 0).tolist()) for walk in walks]
plots.show(
    "A map with two valleys, above and below, and a saddle between them. Two walks "
    f"start side by side on the left and end at {ends_at[0]} and {ends_at[1]}."
)

# %% [markdown] tags=["after"]
# *A saddle at $(0, 0)$ between two valleys. On the ridge the walk stops at the saddle; a hundredth beside it, it leaves.*

# %% [markdown]
# Now start 500 runs exactly on the ridge. How much noise does it take to get away? Bet: with a millionth of noise (`1e-6`), by
# which step are half of them further than 0.5 from the ridge?

# %% tags=["bet:half_are_away"]
check.half_are_away.bet(...)


# %%
def distance_from_ridge(rate, noise, steps):
    rng = np.random.default_rng(0)

    def gradient(points):
        return saddle.gradient(points) + noise * rng.normal(size=points.shape)

    starts = np.tile([-1.5, 0.0], (500, 1))
    return np.abs(descend(gradient, starts, rate, steps)[:, :, 1])


# %%
far = {n: distance_from_ridge(0.1, n, steps=400) for n in (0, 1e-9, 1e-6, 1e-3)}
for noise, distances in far.items():
    shares = (distances[[100, 200, 400]] > 0.5).mean(axis=1)
    print(f"noise {noise:g}: got away by step 100, 200, 400:", *shares.round(2))
half = np.argmax(np.median(far[1e-6], axis=1) > 0.5)
check.half_are_away.came(half)

# %%
for noise, line in zip((1e-3, 1e-6, 1e-9), ("-", "--", ":"), strict=True):
    middle = np.median(far[noise], axis=1)[1:]
    plt.plot(range(1, 401), middle, line, color=plots.DESCENT, label=f"noise {noise}")
plt.yscale("log")
plt.yticks([1e-9, 1e-6, 1e-3, 1], ["1e-9", "1e-6", "0.001", "1"])
plt.minorticks_off()
plt.title(f"With noise of a millionth half are away by step {half}")
plt.xlabel("step")
plt.ylabel("distance from the ridge (median)")
plt.legend()
said = check.half_are_away.draw()
plots.show(
    "Distance from the ridge on a log scale, one line for each noise. With 1e-06 it "
    f"passes 0.5 at step {half}.{said}"
)

# %% [markdown] tags=["after"]
# *The distance from the ridge, on a logarithmic scale. After a few steps each curve is straight: a tenth
# more in every step. A thousandth of the noise only means some 70 steps more.*
#
# Everybody gets away, unless there is no noise at all and you start exactly on the ridge. The cost is time. (With a small rate
# a random start avoids such saddles: Lee and others, 2016, "Gradient Descent Only Converges to Minimizers".)

# %% [markdown]
# ## Does a network get stuck?
#
# In many dimensions potholes get rare: *all* directions have to bend upwards. If a coin decided for each, ten would do so once in
# a thousand times. A loss is no coin, but Dauphin and others (2014, "Identifying and Attacking the Saddle Point Problem in
# High-Dimensional Non-Convex Optimization") argue, and measure on small networks, that where the loss is still high the flat
# places are mostly saddles.
#
# Lesson 2 made a zigzag of three hidden units. Can descent find it again, from random weights and 21 of its points? Give it
# 40 starts with 3 units, then with 6, 12 and 24. Bet: in how many per cent of the starts will 12 units find it (a loss
# below 0.003 within 3,000 steps)?

# %% tags=["bet:found_by_twelve"]
check.found_by_twelve.bet(...)

# %%
line = np.linspace(-2, 2, 21)[:, None]
zigzag = np.maximum(line + [1, 0, -1], 0) @ [[1], [-2], [2]]


def share_that_finds_it(units, runs=40):
    weights = np.random.default_rng(0).normal(size=(3 * units + 1, runs))
    weights[2 * units :] /= np.sqrt(units)  # the output's size stays the same
    for _ in range(3000):
        weights = weights - 0.03 * network_gradient(weights, line, zigzag)
    errors = forward(weights, line)[-1] - zigzag
    return np.mean(np.mean(errors**2, axis=0) < 0.003)


found = {units: share_that_finds_it(units) for units in (3, 6, 12, 24)}
for units, share in found.items():
    print(f"{units:2} units: {share:.0%} find the zigzag")
check.found_by_twelve.came(100 * found[12])

# %%
names = [f"{units} units" for units in found]
bars = plt.bar(names, [100 * share for share in found.values()], color=plots.DESCENT)
plt.bar_label(bars, fmt="%.0f%%")
plt.ylabel("starts that find it (%)")
plt.title(f"3 units would do: {found[3]:.0%} find it. With 24, {found[24]:.0%}")
said = check.found_by_twelve.draw()
told = ", ".join(f"{share:.0%} with {units}" for units, share in found.items())
plots.show(f"Share of starts that find the zigzag: {told} units.{said}")

# %% [markdown] tags=["after"]
# **Width finds the way.** Where every unit is needed, one that lies wrongly is missed. With 24, some always lie well. (Some are only slow: with 12 units, given 10,000 steps, nearly
# all arrive; with 3 few.)
#
# So when a loss stops falling, think of the ball of noise first: does it fall again at a lower rate? Then of saddles and
# flats, and of potholes last.

# %% [markdown]
# ## The same in Keras
#
# A line is a network with a single unit. Give it your start, your rate and your minibatches: `epoch_order` is what
# `batches` cuts into pieces, and `shuffle=False` keeps that order.

# %% tags=["nbval-ignore-output"]
import keras  # takes about ten seconds

from helpers.minibatches import epoch_order

# %%
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.set_weights([np.array([[-1.0]]), np.array([1.0])])
model.compile(keras.optimizers.SGD(learning_rate=0.1), loss="mean_squared_error")
for epoch in range(3):
    order = epoch_order(len(x), epoch, seed=0)
    model.fit(x[order, None], y[order, None], batch_size=8, verbose=0, shuffle=False)

# %%
by_hand = fit_line(learning_rate=0.1, batch_size=8, epochs=3)[-1]
in_keras = [weights.item() for weights in model.get_weights()]
print("by hand:", by_hand.round(4))
print("Keras:  ", np.round(in_keras, 4))

# %% [markdown]
# After 102 steps the same numbers. `fit` with `SGD` is the loop that you wrote.
#
# ### Exercise 3.8 · Write
#
# *A stretch: take extra time, or come back to it.* Fit any number of features at once (`x.shape[1]`), and slow down on the
# way. `x` has one row for each patient, `learning_rates` one rate for each epoch. Start with all weights and `b` at 0,
# predict `x @ w + b`, take the minibatches of `batches(len(x), batch_size, epoch, seed=0)`, and return `w` and `b`.


# %% tags=["exercise:minibatch_descent"]
def minibatch_descent(x, y, batch_size, learning_rates):
    ### BEGIN SOLUTION
    w, b = np.zeros(x.shape[1]), 0.0
    for epoch, learning_rate in enumerate(learning_rates):
        for rows in batches(len(x), batch_size, epoch, seed=0):
            errors = x[rows] @ w + b - y[rows]
            w = w - learning_rate * 2 * x[rows].T @ errors / len(rows)
            b = b - learning_rate * 2 * errors.mean()
    return w, b
    ### END SOLUTION


check.minibatch_descent(minibatch_descent)

# %%
# check.minibatch_descent.hint()
# check.minibatch_descent.solution()

# %% [markdown] tags=["solution"]
# The three steps stand in the inner loop, in their order. `x[rows].T @ errors` adds up error times feature for each of the
# features; divided by the number of rows *in this minibatch* (the last one is smaller) it is a mean. The errors are computed
# once, before either update. On all ten features: `minibatch_descent(patients.x_train.astype(float), y, 8, [0.05, 0.01])`.

# %% [markdown]
# ## What to remember
#
# **How far do you step, and when have you arrived?** Step against the gradient; on a parabola at a rate below 2 / (the
# largest curvature), with minibatches lower still; slow down near the end, because of the noise. You have arrived when the
# loss no longer falls, the full gradient is close to zero, and a small push does not start it falling again.
#
# - On a parabola each step multiplies the distance by 1 − learning rate · curvature.
# - In a ravine the steepest direction sets the limit and the flattest sets the time: steps grow with the condition number.
# - On a network, with full gradients, 2 / curvature is no wall: the valley may fit itself to the rate.
# - If rows disagree, a constant rate ends in a ball of noise. Its variance goes as learning rate / batch size.
# - Large steps or noise carry a run out of potholes; too much noise throws some back in.
# - Saddles cost time. Wide networks find their way where small ones get stuck or crawl.
#
# Lesson 4 sets rate and batch size together, on a network.

# %%
check.look_back()

# %%
check.progress()

# %% [markdown]
# **Next:** [4 · Batch size and learning rate](04_batch_size_and_learning_rate.ipynb)
