# %% [markdown]
# # 2 · Gradient
#
# **Which way is down, when there are many ways to go?**
#
# In lesson 1 you took a slope on trust. Here you see where slopes come from, and how a network gets its own. After this lesson
# you can
#
# - read a slope in one direction, in two, and in any;
# - say what a gradient is, and find it on a map;
# - say what a network is, and compute its gradient in four ways that agree;
# - say why features are put on one scale before training.
#
# *60 minutes to read and run, with a place to rest halfway, and about 120 for the exercises. You need the loss, the
# weights and the slope from lesson 1, and from school sine and cosine.*

# %%
import matplotlib.pyplot as plt
import numpy as np

from helpers import labs, plots
from helpers.checks import lesson_02 as check
from helpers.data import load

plots.use_style()

# %% [markdown]
# ## Eight points and a line
#
# The points lie near $y = x$. The line is $y = 0.2x + 0.5$, so $w$ is 0.2 and $b$ is 0.5.

# %%
x = np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5])
y = np.array([-0.8, -0.8, 0.3, 0.4, 0.6, 1.9, 1.8, 2.8])


def loss(w, b):
    return np.mean((w * x + b - y) ** 2)


print(f"loss {loss(0.2, 0.5):.2f}")

# %% [markdown]
# Draw both.

# %%
fig, ax = plt.subplots(figsize=(5.5, 3.6))
line = 0.2 * x + 0.5
ax.plot(x, y, "o", color="#777777", label="data")
ax.plot(x, line, color=plots.DESCENT, label="line")
ax.vlines(x, y, line, color=plots.DESCENT, linestyle=":", label="errors")
ax.legend()
ax.set(title="Too flat: the line misses both ends", xlabel="x", ylabel="y")
plots.show("Eight points that rise to the right, and a line that rises too little.")

# %% [markdown]
# *Eight points near $y = x$, and a line that is too flat. Dotted lines mark the errors.*
#
# The data are fixed. All that you can change are the two weights. Take them one at a time.
#
# ## Hold b still, move w
#
# Leave $b$ at 0.5 and let $w$ go from −0.5 to 2.5. Sketch the loss against $w$ on paper before you look. Each error changes
# evenly with $w$, and each is squared. Bet on the $w$ at which the loss is lowest.

# %% tags=["bet:lowest_w"]
check.lowest_w.bet(...)

# %%
ws = np.linspace(-0.5, 2.5, 301)
losses = [loss(w, 0.5) for w in ws]
best = ws[np.argmin(losses)]
print(f"lowest at w = {best:.2f}, loss {min(losses):.2f}")
check.lowest_w.came(best)

# %% [markdown]
# The whole curve:

# %%
fig, ax = plt.subplots(figsize=(5.5, 3.6))
ax.plot(ws, losses, color="#777777")
ax.plot(0.2, loss(0.2, 0.5), "o", color=plots.DESCENT, label="our line")
ax.plot(best, min(losses), "*", color=plots.MINIMUM, markersize=12, label="lowest")
ax.legend()
ax.set(title=f"Lowest at w = {best:.2f}", xlabel="w (b = 0.5)", ylabel="loss")
said = check.lowest_w.draw()
plots.show(
    f"The loss against w, with its lowest point at w = {best:.2f}, and our line.{said}"
)

# %% [markdown] tags=["after"]
# *The loss against $w$ is a parabola. Our line stands on its left side; the lowest point is near $w = 0.83$.*

# %% [markdown]
# Suppose that you see only the place where you stand. Which way is down? Nudge $w$ a little and see what the loss does. The
# slope is the change of the loss divided by the nudge, for a nudge so small that the curve looks straight.
# *Books call it* **derivative**. How small is that?

# %%
here = loss(0.2, 0.5)
for nudge in (1.0, 0.1, 0.01, 0.001):
    slope = (loss(0.2 + nudge, 0.5) - here) / nudge
    print(f"nudge {nudge:5}: slope {slope:.4f}")

# %% [markdown] tags=["after"]
# The numbers settle near −2.36. **Minus** says: more $w$, less loss. The size says how steep it is: each hundredth of $w$
# buys about 0.024 of loss.
#
# A nudge of 1 says −0.49, because by then the curve has bent.

# %% [markdown]
# Now look to both sides.

# %%
for nudge in (1.0, 0.1, 1e-5, 1e-17):
    slope = (loss(0.2 + nudge, 0.5) - loss(0.2 - nudge, 0.5)) / (2 * nudge)
    print(f"nudge {nudge:5}: slope {slope:.4f}")

# %% [markdown] tags=["after"]
# The bends to the left and to the right cancel, on a parabola completely. But a nudge of $10^{-17}$ finds no slope at all:
# the computer keeps about 16 digits, and for it $0.2 + 10^{-17}$ is 0.2.

# %% [markdown]
# Where the curve is no parabola, large nudges err, too: take $10^{-5}$. Both recipes are called **finite differences**.
#
# ### Exercise 2.1 · Predict
#
# A single row, $x = 3$ and $y = 6$, and a line without $b$: its loss is $(3w - 6)^2$. What is the slope of the loss at
# $w = 1$? Paper before code.

# %% tags=["exercise:slope_at_one"]
### BEGIN SOLUTION
my_slope = -18
### END SOLUTION
check.slope_at_one(my_slope)

# %%
# check.slope_at_one.hint()
# check.slope_at_one.solution()

# %% [markdown] tags=["solution"]
# At $w = 1$ the loss is $(3 - 6)^2 = 9$. At 1.01 it is $(3.03 - 6)^2 = 8.8209$, at 0.99 it is $(2.97 - 6)^2 = 9.1809$. The
# slope is $(8.8209 - 9.1809) / 0.02 = -18$. Two things multiply: the square changes by $2 \cdot (-3)$ for each unit of the
# error, and the error changes by 3 for each unit of $w$.

# %% [markdown]
# ## Hold w still, move b
#
# The loss has a second direction to go: $w$ stays, $b$ is nudged. So each weight has a slope, the others held still.
# *Books call it* **partial derivative**, and write $\partial L/\partial w$ and $\partial L/\partial b$, where $L$ is the loss.

# %%
h = 1e-5
slope_w = (loss(0.2 + h, 0.5) - loss(0.2 - h, 0.5)) / (2 * h)
slope_b = (loss(0.2, 0.5 + h) - loss(0.2, 0.5 - h)) / (2 * h)
gradient = np.array([slope_w, slope_b])
print(gradient.round(4))

# %% [markdown]
# Steep along $w$, nearly level along $b$. The two slopes together are the gradient. It is a **vector**: a list of numbers
# that you can draw as an arrow, here 2.36 to the left and 0.25 down.
#
# Every point of the next picture is one line, a pair of $w$ and $b$. On the floor lies its map: each **contour** joins places of
# equal loss, in equal steps. Where the contours crowd, the ground is steep.

# %%
ax = plots.landscape(loss, (-1, 3), (-2, 2), (0.2, 0.5), gradient)
ax.set_title("The gradient lies on the map and points uphill")
plots.show(
    "A bowl-shaped surface, the loss over w and b, above its map of contours. "
    "An arrow on the map points from our line away from the middle of the bowl."
)

# %% [markdown]
# *The loss over $w$ and $b$ is a bowl, lighter where it is lower. The black arrow is the gradient at our line, drawn shorter than
# it is. It says how to move $w$ and $b$, so it lies on the map; the dashed line above it shows the loss rising on that way.*
#
# ### Exercise 2.2 · Write
#
# Write the gradient by finite differences for any number of weights. `f` takes one array, all the weights, and returns a
# number; `point` is such an array: call `f(point)`, not `f(w, b)`. Nudge each weight by `h` to both sides while the others
# stay, and return an array of slopes.


# %% tags=["exercise:numerical_gradient"]
def numerical_gradient(f, point, h):
    ### BEGIN SOLUTION
    slopes = []
    for nudge in h * np.eye(len(point)):
        slopes.append((f(point + nudge) - f(point - nudge)) / (2 * h))
    return np.array(slopes)
    ### END SOLUTION


check.numerical_gradient(numerical_gradient)

# %%
# check.numerical_gradient.hint()
# check.numerical_gradient.solution()

# %% [markdown] tags=["solution"]
# `np.eye(n)` has a 1 on its diagonal and 0 elsewhere, so each row of `h * np.eye(n)` nudges one weight and leaves the
# others. From one side to the other the nudge is $2h$ long.

# %% [markdown]
# Now watch $w$ sweep to and fro while $b$ stays.

# %% tags=["nbval-ignore-output"]
turn = np.linspace(0, 2 * np.pi, 40)
labs.gradient().animate("w", 0.9 - 0.8 * np.cos(turn), milliseconds=120)

# %% [markdown]
# *Above, the line turns, and on the map its point moves with its arrow. Below, the **tangents** (straight lines that touch the
# curve) show the two slopes. The arrow is long where the contours crowd, short where they are far apart.*
#
# Your turn: move both sliders. Find a place where one slope is zero and the other is not. Then the place where both are.
# (Lesson 3 has landscapes with several such places.)

# %%
labs.gradient()

# %% [markdown]
# *The pictures of the film, with a slider for each weight.*
#
# ## Every other way
#
# You can walk in any direction. A step of length 1 at an angle goes $\cos$ of the angle along $w$ and $\sin$ of it along $b$.
# Measure the slope in 1,000 random directions. In which will it be largest, and how large? Bet on its size.

# %% tags=["bet:largest_slope"]
check.largest_slope.bet(...)


# %%
def slope_towards(angle, w=0.2, b=0.5):
    dw, db = h * np.cos(angle), h * np.sin(angle)
    return (loss(w + dw, b + db) - loss(w - dw, b - db)) / (2 * h)


angles = np.random.default_rng(0).uniform(0, 2 * np.pi, 1000)
slopes = np.array([slope_towards(angle) for angle in angles])
print(f"largest {slopes.max():.3f}, smallest {slopes.min():.3f}")
check.largest_slope.came(slopes.max())

# %% [markdown]
# At which angles are they? Compare them with the gradient, its angle and its length.

# %%
length = np.sqrt(np.sum(gradient**2))  # Pythagoras
# arctan2: the angle of the arrow
towards = np.degrees(np.arctan2(slope_b, slope_w)) % 360
print(f"gradient: length {length:.3f}, {towards:.0f} degrees")

# %%
fig, ax = plt.subplots(figsize=(6, 3.6))
dots = {"color": "#AAAAAA", "markersize": 9, "label": "random direction"}
ax.plot(np.degrees(angles), slopes, ".", **dots)
turn = np.linspace(0, 360, 361)
wave = length * np.cos(np.radians(turn - towards))
ax.plot(turn, wave, color=plots.DESCENT, linewidth=1, label="length · cosine")
ax.plot(towards, length, "k^", markersize=10, label="gradient")
ax.plot(towards - 180, -length, "kv", markersize=10, label="minus the gradient")
ax.set(xlabel="direction (degrees)", ylabel="slope of the loss")
ax.set_title(f"Largest slope {slopes.max():.2f}, length of the gradient {length:.2f}")
ax.legend()
said = check.largest_slope.draw()
plots.show(
    f"The slopes in 1,000 directions, up to {slopes.max():.2f}. The "
    f"gradient is marked at {towards:.0f} degrees and {length:.2f}, minus the gradient "
    f"at {towards - 180:.0f} degrees and {-length:.2f}.{said}"
)

# %% [markdown] tags=["after"]
# *The slope against the direction is one wave, with its crest at the direction of the gradient and its trough half a turn away.
# Every slope lies on the line, a cosine as high as the gradient is long.*
#
# Why a cosine? A small step $(u, v)$ changes the loss by $u$ times the slope along $w$, plus $v$ times the slope along $b$.
# Geometry says that such a sum of products of two arrows is length times length times the cosine of the angle between them. The
# step has length 1, so its slope is the gradient's length times a cosine, and a cosine is largest, 1, at the angle 0. So
#
# **where it is not zero, the gradient points where the loss rises most steeply, and its length is that slope. Minus the
# gradient is the steepest way down.** At right angles the cosine is 0: the loss stays level, and that is the way the contour
# runs.

# %% [markdown]
# All this is about small steps; lesson 3 has longer ones. And steepest does not mean straight to the goal. The cosine of the
# angle between two arrows is the sum of the products of their parts, which NumPy writes `@`, divided by both lengths. Bet on
# the angle: 0 would be straight to the minimum. (`np.polyfit` finds the best line.)

# %% tags=["bet:off_the_way"]
check.off_the_way.bet(...)

# %%
minimum = np.polyfit(x, y, 1)
to_minimum = minimum - [0.2, 0.5]
cosine = -gradient @ to_minimum / length / np.linalg.norm(to_minimum)
off = np.degrees(np.arccos(cosine))
print(f"{off:.0f} degrees")
check.off_the_way.came(off)

# %%
fig, ax = plt.subplots(figsize=(5.5, 4.8))
plots.contours(ax, loss, (-0.5, 2.5), (-1.5, 1.5), through=(0.2, 0.5))
plots.arrow(ax, (0.2, 0.5), -0.3 * gradient, color=plots.DESCENT)
ax.plot(0.2, 0.5, "o", color=plots.DESCENT, label="our line, and steepest down")
ax.plot([0.2, minimum[0]], [0.5, minimum[1]], ":", color=plots.MINIMUM)
ax.plot(*minimum, "*", color=plots.MINIMUM, markersize=12, label="minimum")
ax.legend(loc="upper right")
ax.set_title(f"The steepest way down goes {off:.0f} degrees off")
said = check.off_the_way.draw()
plots.show(
    "On the map, the arrow of steepest descent leaves the contour at right angles, "
    f"{off:.0f} degrees away from the straight line to the minimum.{said}"
)

# %% [markdown] tags=["after"]
# *Minus the gradient leaves the contour at right angles (the blue one is extra, not one of the equal steps). The dotted line to
# the minimum goes another way.*
#
# The gradient knows the ground under your feet, and nothing of what lies further on.
#
# ### Exercise 2.3 · Choose
#
# Four arrows start at one point. Here are the slopes of the loss in their four directions, from low to high; one is zero, and
# two are alike up to the sign. Which slope belongs to which arrow? Answer with a dictionary of the form
# `{"A": 1.0, "B": 2.0, "C": 3.0, "D": 4.0}`.

# %%
directions = {"A": 256, "B": 346, "C": 134, "D": 166}  # degrees
point = (2.0, -1.0)
four = [slope_towards(np.radians(angle), *point) for angle in directions.values()]
print(np.sort(four).round(1) + 0)  # + 0: never "-0."

# %% [markdown]
# And the arrows:

# %%
fig, ax = plt.subplots(figsize=(5.5, 4.8))
plots.contours(ax, loss, (-0.5, 3), (-2, 1.5), through=point)
for letter, degrees in directions.items():
    angle = np.radians(degrees)
    plots.arrow(ax, point, 0.6 * np.array([np.cos(angle), np.sin(angle)]), letter)
ax.plot(*point, "o", color=plots.DESCENT)
ax.plot(*minimum, "*", color=plots.MINIMUM, markersize=12)
ax.set_title("One of these four is the gradient's direction")
plots.show(
    "A map of contours, tilted ellipses around a minimum at (1, 0), and four arrows from "
    "(2, -1): A points down and a little to the left, B to the right and a little down, "
    "C up and to the left, D to the left and a little up."
)

# %% [markdown]
# *Four arrows from one point, and, extra in blue, the contour through it. The star is the minimum.*

# %% tags=["exercise:four_arrows"]
### BEGIN SOLUTION
my_slopes = {"A": 0.0, "B": 2.2, "C": -1.9, "D": -2.2}
### END SOLUTION
check.four_arrows(my_slopes)

# %%
# check.four_arrows.hint()
# check.four_arrows.solution()

# %% [markdown] tags=["solution"]
# B is the gradient's direction: at right angles to the contour, uphill. D is its opposite, the steepest way down. C goes to
# the minimum, and less steeply. Along the contour, A, the loss does not change.

# %% [markdown]
# ### Exercise 2.4 · Predict
#
# At another place, with another loss, the slope is 3 along $w$ and −4 along $b$. You walk in the direction in which the
# loss falls most steeply. What is the slope on your way?

# %% tags=["exercise:steepest_slope"]
### BEGIN SOLUTION
my_steepest = -5
### END SOLUTION
check.steepest_slope(my_steepest)

# %%
# check.steepest_slope.hint()
# check.steepest_slope.solution()

# %% [markdown] tags=["solution"]
# The gradient is $(3, -4)$, and its length is $\sqrt{3^2 + 4^2} = 5$. Uphill the slope is 5, downhill it is −5. No single
# weight offers more than 4: walking in both directions at once is steeper.

# %% [markdown]
# ## The chain rule: slopes without nudges
#
# Nudges cost two losses for each weight. Lesson 1 had a formula instead. It comes from following a nudge of $w$ on its way to
# the loss of one row.
#
# 1. The nudge moves the prediction $wx + b$ by $x$ times as much.
# 2. That moves the error, prediction minus $y$, by the same amount.
# 3. That moves the squared error by $2 \cdot \text{error}$ times as much, as long as the nudge is small.
#    (For an error $e$ and its change $c$: $(e + c)^2 = e^2 + 2ec + c^2$, and $c^2$ is tiny.)
#
# So the slope is $2 \cdot \text{error} \cdot x$. This is the **chain rule**: *slopes along a chain multiply*. And the slope of a
# mean is the mean of the slopes.

# %%
error = 0.2 * x + 0.5 - y
by_chain = 2 * error * x
print(f"mean {by_chain.mean():.4f}, by nudges {slope_w:.4f}")

# %%
fig, ax = plt.subplots(figsize=(5.5, 2.8))
ax.stem(x, by_chain, linefmt="#777777", basefmt=" ", label="one point")
ax.axhline(by_chain.mean(), color=plots.DESCENT, label="mean")
ax.legend(loc="lower left")
ax.set(title=f"Mean slope {by_chain.mean():.2f}", xlabel="x", ylabel="slope along w")
told = ", ".join(f"{slope:.2f}" for slope in by_chain)
plots.show(f"The slope along w from each point, left to right: {told}.")

# %% [markdown]
# *The slope from each point.* Their mean is what the nudges found. A nudge of $b$ moves the prediction by exactly as much: its
# first factor is 1, so its slope is the mean of $2 \cdot \text{error}$.
#
# ### Exercise 2.5 · Write
#
# A model with one more link: it squares what the line says, so that its prediction is $(wx + b)^2$. Write both slopes of
# its mean squared error with the chain rule, no nudges: return the slope along $w$ and the slope along $b$, for any data.


# %% tags=["exercise:squared_gradient"]
def squared_gradient(w, b, x, y):
    ### BEGIN SOLUTION
    line = w * x + b
    error = line**2 - y
    chain = 2 * error * 2 * line
    return np.mean(chain * x), np.mean(chain)
    ### END SOLUTION


check.squared_gradient(squared_gradient)

# %%
# check.squared_gradient.hint()
# check.squared_gradient.solution()

# %% [markdown] tags=["solution"]
# The nudge of $w$ goes through three links. The line multiplies it by $x$, the square of the line by $2 \cdot (wx + b)$,
# the squared error by $2 \cdot \text{error}$. For $b$ the first factor is 1.

# %% [markdown]
# ### Exercise 2.6 · Tune
#
# You stand in fog, on the loss of other data. All that you can ask is `feel(w, b)`: the loss, and the two slopes. Walk to a
# loss below 0.55: call `feel` as often as you like, let the slopes tell you which way to go and roughly how far, and give
# the place as a pair `(w, b)`.

# %%
fog_x = np.linspace(-1, 2, 31)
fog_y = np.exp(fog_x)  # a curve: its best line is for you to find


def feel(w, b):
    error = w * fog_x + b - fog_y
    w_slope, b_slope = np.mean(2 * error * fog_x), np.mean(2 * error)
    print(f"loss {np.mean(error**2):.3f}, slopes {w_slope:.2f} and {b_slope:.2f}")


feel(0, 0)

# %% tags=["exercise:in_the_fog"]
### BEGIN SOLUTION
my_place = (2.0, 1.4)
### END SOLUTION
check.in_the_fog(my_place)

# %%
# check.in_the_fog.hint()
# check.in_the_fog.solution()

# %% [markdown] tags=["solution"]
# Against the slopes each time: from (0, 0), where both are very negative, to (2, 1), where the slope along $w$ is −0.5 and
# along $b$ −0.8; then $b$ a little up. At the lowest point, near (2.08, 1.35), both slopes are 0 and the loss is 0.52. It
# is not 0: no line goes through a curve.

# %% [markdown]
# ## Real data: why features are put on one scale
#
# Lesson 1 used the patients' body mass index (BMI), standardised. Here is the column as it stands in the file, in kg/m².

# %%
patients = load("diabetes")
bmi = patients.x_train[:, 2].astype(float)
progression = patients.y_train[:, 0].astype(float)
raw_bmi = bmi * patients.x_scale[2] + patients.x_mean[2]
for name, column in (("raw", raw_bmi), ("standardised", bmi)):
    mean, spread = abs(column.mean()), column.std()  # abs: never "-0.0"
    print(f"{name:12}: mean {mean:4.1f}, standard deviation {spread:.1f}")

# %% [markdown]
# Standardising loses nothing, yet the landscape changes. **Curvature** says how bent the loss is: by how much the slope
# changes per unit of step. Along $w$ the slope is the mean of $2 \cdot \text{error} \cdot x$. A step of 1 adds $x$ to each error,
# and so the mean of $2 x^2$ to the slope. That is the curvature along $w$; along $b$ a 1 stands in the place of $x$.

# %%
bend_w, bend_b = 2 * np.mean(raw_bmi**2), 2 * 1**2
print(f"raw, along w: {bend_w:,.0f}, along b: {bend_b}")

# %%
w, b = np.polyfit(raw_bmi, progression, 1)  # the best line
away = np.linspace(-1, 1, 101)
for step, style, name in ((raw_bmi, "-", "w"), (1, "--", "b")):
    curve = [np.mean((w * raw_bmi + b + a * step - progression) ** 2) for a in away]
    plt.plot(away, curve, style, color="#777777", label=f"along {name}")
plt.gcf().set_size_inches(6, 3.6)
plt.title(f"Raw: curvature {bend_w:,.0f} along w, {bend_b} along b")
plt.xlabel("away from the best line")
plt.ylabel("loss")
plt.legend()
plots.show(
    "The loss around the best line. Along w it is a steep parabola; along b, on the "
    "same scale, it looks level."
)

# %% [markdown] tags=["after"]
# *On the scale of the parabola along $w$, that along $b$ looks level.*

# %% [markdown]
# In any other direction a step of length 1 moves the prediction of row $i$ by $\cos(\text{angle}) \cdot x_i + \sin(\text{angle})$,
# which then takes the place of $x$. The largest curvature over the smallest is the **condition number**. Where it is large, the
# loss is a **ravine**, a long, narrow valley. Bet on that of the raw column.

# %% tags=["bet:condition_number"]
check.condition_number.bet(...)


# %%
angles = np.linspace(0, np.pi, 10_001)


def curvatures(x):
    # np.outer: a row for each angle, a column for each patient
    moved = np.outer(np.cos(angles), x) + np.sin(angles)[:, None]
    return 2 * np.mean(moved**2, axis=1)


ratios = {}
for name, column in (("raw", raw_bmi), ("standardised", bmi)):
    least, most = curvatures(column).min(), curvatures(column).max()
    ratios[name] = most / least
    print(f"{name:12}: {least:.2f} to {most:,.2f}, ratio {most / least:,.0f}")
check.condition_number.came(ratios["raw"])

# %% [markdown] tags=["after"]
# Raw, the loss is 25,500 times more bent across than along. Along means 27.5 less $b$ for each 1 more $w$: near the mean BMI,
# 26.7, the prediction hardly moves. Standardised the number is 1.

# %% [markdown]
# What will the two maps look like?

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 4.4))
for ax, name, column in zip(axes, ratios, (raw_bmi, bmi), strict=True):

    def column_loss(w, b, x=column):
        return np.mean((w * x + b - progression) ** 2)

    w, b = np.polyfit(column, progression, 1)  # the best line
    plots.contours(ax, column_loss, (w - 1, w + 1), (b - 1, b + 1))
    ax.locator_params(nbins=5)
    ax.plot(w, b, "*", color=plots.MINIMUM, markersize=12)
    ax.set_title(f"{name.capitalize()}: condition number {ratios[name]:,.0f}")
said = check.condition_number.draw()
plots.show(
    "Two maps of contours with the minimum in the middle: raw, with condition number "
    f"{ratios['raw']:,.0f}, and standardised, {ratios['standardised']:,.0f}.{said}"
)

# %% [markdown] tags=["after"]
# *Two maps with the minimum in the middle. Raw, the contours look like parallel stripes along the ravine; standardised, they
# are circles.*

# %% [markdown]
# Start from $w = 0$, $b = 0$. How far is the steepest way down off the way to the minimum?

# %%
for name, column in (("raw", raw_bmi), ("standardised", bmi)):
    # Minus the gradient: here each error is 0 - y.
    down = np.array([np.mean(2 * progression * column), np.mean(2 * progression)])
    goal = np.polyfit(column, progression, 1)
    cosine = down @ goal / np.linalg.norm(down) / np.linalg.norm(goal)
    print(f"{name:12}: {np.degrees(np.arccos(min(cosine, 1))):.0f} degrees off")

# %% [markdown] tags=["after"]
# In the ravine nearly a right angle; in the standardised bowl straight there.

# %% [markdown]
# And with all ten features? NumPy's `cond` of the table of inputs, squared, is the condition number of the loss: the ratio of
# its largest and smallest curvature in all directions.

# %%
features = patients.x_train.astype(float)
raw_features = features * patients.x_scale + patients.x_mean
for name, table in (("raw", raw_features), ("standardised", features)):
    inputs = np.column_stack([table, np.ones(len(table))])  # a 1 for the bias
    print(f"{name:12}: condition number {np.linalg.cond(inputs) ** 2:.3g}")

# %% [markdown] tags=["after"]
# From 48 million (`4.82e+07`) to 402. Not to 1: standardising removes the units, but features that go together still make a
# ravine.

# %% [markdown]
# *A good place to rest: so far it was about slopes, from here on it is about networks. When you come back, click here and
# choose **Run > Run All Above Selected Cell**.*
#
# ## What a network is
#
# A **network** is many lines, side by side and one after another.

# %%
names = ("2 inputs", "layer of 3 units", "layer of 1 unit")
ax = plots.network((2, 3, 1), names)
plots.show(
    "Two circles on the left, three in the middle, one on the right; a line joins each "
    "circle to each of the next column."
)

# %% [markdown]
# *Each circle after the inputs is a unit; each line is a weight.*

# %% [markdown]
# - A **unit** multiplies each of its inputs by a weight of its own, adds the products up, and adds one more number, its
#   bias.
# - A **layer** is a group of units that all read the same inputs. Its weights form a table `W`, a row for each input and a
#   column for each unit; its biases a list `b`. `x @ W + b` computes all units for all rows of data at once.
# - In a network the outputs of one layer are the inputs of the next. Layers before the last are called **hidden**.

# %% [markdown]
# Between two tables `@` takes each row of the first with each column of the second, multiplies number by number, and adds up.
# `.T` turns a table on its side: its columns become its rows.

# %%
two_rows, two_units = np.array([[1, 2], [3, 4]]), np.array([[10, 0], [1, 5]])
print(two_rows @ two_units, two_units.T, sep="\n\n")

# %% [markdown]
# The 12 is $1 \cdot 10 + 2 \cdot 1$, the first row with the first unit; the 10 beside it is $1 \cdot 0 + 2 \cdot 5$, with the
# second.
#
# Three units that read one input, and a last one that adds up what they say with weights 1, −2 and 2:

# %%
line_x = np.linspace(-2, 2, 201)[:, None]
W1, b1 = np.array([[1.0, 1.0, 1.0]]), np.array([1.0, 0.0, -1.0])
W2, b2 = np.array([[1.0], [-2.0], [2.0]]), np.array([0.0])
stacked = (line_x @ W1 + b1) @ W2 + b2

# %% [markdown]
# What does `stacked` look like, drawn against `line_x`? And what changes if every hidden unit that comes out negative says
# 0 instead? That is all that **ReLU** does: $\text{relu}(z) = \max(z, 0)$. What a unit does to its sum before passing it on
# is called its **activation**.

# %%
hidden = np.maximum(line_x @ W1 + b1, 0)
with_relu = hidden @ W2 + b2

# %%
bends, bends_without = (
    np.sum(np.abs(np.diff(line[:, 0], 2)) > 1e-9) for line in (with_relu, stacked)
)
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True)
axes[0].plot(line_x, hidden, "--", color="#777777")
axes[0].set(title=f"The {hidden.shape[1]} hidden units", xlabel="x", ylabel="output")
axes[1].plot(line_x, stacked, ":", color="#777777", label="without ReLU")
axes[1].plot(line_x, with_relu, color=plots.DESCENT, label="with ReLU")
axes[1].legend()
axes[1].set(title=f"Their sum: {bends} bends, {bends_without} without ReLU", xlabel="x")
plots.show(
    "Left: what each hidden unit says. Right: their sum, which has "
    f"{bends} bends with ReLU and {bends_without} without."
)

# %% [markdown] tags=["after"]
# *Left: each hidden unit is 0 up to its own bend, then rises. Right: their sum without ReLU is a straight line again, with ReLU
# a zigzag with three bends.*
#
# Lines of lines are lines: without ReLU, a hundred layers can do no more than one. With it, each unit can add a bend, and enough
# of them can follow any unbroken curve on a bounded stretch, as closely as you like (Leshno and others, 1993, "Multilayer
# Feedforward Networks with a Nonpolynomial Activation Function Can Approximate Any Function"). Such weights exist; training has
# to find them, and for that each weight needs its slope.
#
# ### Exercise 2.7 · Predict
#
# The next network reads all ten features, has one hidden layer of 8 units, and one unit at the end. How many numbers,
# weights and biases together, have a slope?

# %% tags=["exercise:count_weights"]
### BEGIN SOLUTION
my_count = 97
### END SOLUTION
check.count_weights(my_count)

# %%
# check.count_weights.hint()
# check.count_weights.solution()

# %% [markdown] tags=["solution"]
# Each of the 8 hidden units has 10 weights and a bias: 88. The last unit reads 8 numbers, so it has 8 weights and a bias:
# 9. Together 97.

# %% [markdown]
# ## Backpropagation: the chain rule, with nothing done twice
#
# Keep all weights and biases in one long vector, random for now; `unpack` cuts it into the tables of the two layers.

# %%
X, Y = features, patients.y_train.astype(float)
shapes = (10, 8), (8,), (8, 1), (1,)
counts = [np.prod(shape) for shape in shapes]
weights = np.random.default_rng(0).normal(0, 0.3, size=sum(counts))


def unpack(weights):
    parts = np.split(weights, np.cumsum(counts)[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


# %% [markdown]
# The loss of the network, for any such vector:


# %%
def network_loss(weights):
    W1, b1, W2, b2 = unpack(weights)
    return np.mean((np.maximum(X @ W1 + b1, 0) @ W2 + b2 - Y) ** 2)


# %% [markdown]
# For slopes by nudges, in any direction:


# %%
def slope_along(f, weights, direction):
    ahead, behind = f(weights + h * direction), f(weights - h * direction)
    return (ahead - behind) / (2 * h)


# %% [markdown]
# Follow one nudge, of the weight from feature `i` to hidden unit `j`, for one patient. The unit's sum, `z` in the code, moves
# $x_i$ times as much. ReLU multiplies that by 1 if $z > 0$, else by 0; the unit's weight in `W2` multiplies it again, and
# the squared error by $2 \cdot \text{error}$. Four factors:


# %%
W1, b1, W2, b2 = unpack(weights)
z = X @ W1 + b1
error = (np.maximum(z, 0) @ W2 + b2 - Y)[:, 0]


factors = X[2, 2], z[2, 0] > 0, W2[0, 0], 2 * error[2]
print("patient 2, feature 2 to unit 0:", *(f"{factor:.2f}" for factor in factors))


def slope_by_hand(i, j):
    return np.mean(X[:, i] * (z[:, j] > 0) * W2[j, 0] * 2 * error)


print(f"all patients, feature 2 to unit 0: {slope_by_hand(2, 0):.6f}")

# %% [markdown]
# Which of the four do other weights share? Draw the way of the nudge, and the way back.

# %%
ways = plots.nudge_path(factors)
shown = ", ".join(f"{factor:.2f}" for factor in factors)
plots.show(
    "Left: in a small network one way leads from an input through a unit's sum, its "
    f"ReLU and the output to the loss, with the factors {shown}. Right: the same way "
    "back to the unit's sum, and from there to each input."
)

# %% [markdown] tags=["after"]
# *Left: a nudge of one weight goes to the loss, and each link multiplies it. Right: from the loss back to the sum of a unit all
# its weights share one way. Only the input is each weight's own.*

# %% [markdown]
# **Backpropagation** makes each product once. It starts at the loss and goes back layer by layer, with `d`: the slope of the
# loss along what a layer computes, `x @ W + b`, for every row.


# %%
def backpropagate(x, y, W1, b1, W2, b2):
    z = x @ W1 + b1
    hidden = np.maximum(z, 0)
    d = 2 * (hidden @ W2 + b2 - y) / len(x)  # shape (266, 1)
    dW2, db2 = hidden.T @ d, d.sum(axis=0)
    d = d @ W2.T * (z > 0)  # shape (266, 8)
    dW1, db1 = x.T @ d, d.sum(axis=0)
    return dW1, db1, dW2, db2


dW1, db1, dW2, db2 = backpropagate(X, Y, *unpack(weights))
print(f"feature 2 to unit 0: {dW1[2, 0]:.6f}")

# %% [markdown]
# The same number, and with it all others. Read it line by line:
#
# - `2 * error / len(x)` starts the way back; the division makes means of the sums over rows.
# - `dW2 = hidden.T @ d` are the slopes along `W2`: a weight's slope is its input times `d`, added up over the rows. A bias has
#   the input 1, so `d` alone is added up.
# - `d @ W2.T` carries `d` back through the weights; `* (z > 0)` back through ReLU. A unit that said 0 passes nothing back.
#   (Exactly at its bend a ReLU has no single slope; this line calls it 0. A nudge across a bend measures a bit of both sides.)

# %% [markdown]
# Nudges need two runs through the network for each weight; this needs one forward and one back for all. (Rumelhart, Hinton and
# Williams, 1986, "Learning Representations by Back-Propagating Errors".) Bet how many times as long nudges take for one gradient.

# %% tags=["bet:longer_by_nudges"]
check.longer_by_nudges.bet(...)

# %% tags=["nbval-ignore-output"]
import time


def milliseconds(work, tries):
    begin = time.perf_counter()
    for _ in range(tries):
        work()
    return 1000 * (time.perf_counter() - begin) / tries


every = np.eye(len(weights))  # a direction for each weight alone
nudged = milliseconds(
    lambda: [slope_along(network_loss, weights, way) for way in every], tries=10
)
backwards = milliseconds(lambda: backpropagate(X, Y, *unpack(weights)), tries=500)
print(f"nudges {nudged:.1f} ms, backpropagation {backwards:.2f} ms")
check.longer_by_nudges.came(nudged / backwards)

# %% tags=["nbval-ignore-output"]
fig, ax = plt.subplots(figsize=(6, 2.2))
ax.barh(["backpropagation", "nudges"], [backwards, nudged], color="#777777")
ax.set_xlabel("time for one gradient (milliseconds)")
ax.set_title(f"Nudges take {nudged / backwards:.0f} times as long")
said = check.longer_by_nudges.draw()
plots.show(f"Two bars: nudges {nudged:.1f}, backpropagation {backwards:.2f} ms.{said}")

# %% [markdown] tags=["after"]
# *One gradient by nudges, and by backpropagation.* 97 weights take 194 runs forward; backpropagation, one forward and one back.
# The more weights, the wider the gap: large networks have billions.

# %% [markdown]
# ### Exercise 2.8 · Fix
#
# A **leaky ReLU** lets a small share of each negative value through, here a tenth: `np.where(z > 0, z, 0.1 * z)`. Somebody
# wrote the gradients for it, and training goes astray. Finite differences tell which parts are wrong.


# %%
def leaky_carelessly(x, y, W1, b1, W2, b2):
    z = x @ W1 + b1
    hidden = np.where(z > 0, z, 0.1 * z)
    d = 2 * (hidden @ W2 + b2 - y) / len(x)
    d_hidden = d @ W2.T
    dW1, db1 = x.T @ d_hidden, d_hidden.mean(axis=0)
    dW2, db2 = hidden.T @ d, d.mean(axis=0)
    return dW1, db1, dW2, db2


# %% [markdown]
# Its loss, and its slopes by nudges:


# %%
def leaky_loss(weights):
    W1, b1, W2, b2 = unpack(weights)
    z = X @ W1 + b1
    return np.mean((np.where(z > 0, z, 0.1 * z) @ W2 + b2 - Y) ** 2)


# %%
true = np.array([slope_along(leaky_loss, weights, way) for way in every])
parts = leaky_carelessly(X, Y, *unpack(weights))
names = ("W1", "b1", "W2", "b2")
for name, right, part in zip(names, unpack(true), parts, strict=True):
    print(f"{name}: largest difference {np.abs(part - right).max():.2f}")

# %% [markdown]
# What differs is wrong. Write the way back again, and return the four gradients `dW1`, `db1`, `dW2`, `db2`, in this order.


# %% tags=["exercise:leaky_gradients"]
def leaky_gradients(x, y, W1, b1, W2, b2):
    z = x @ W1 + b1
    hidden = np.where(z > 0, z, 0.1 * z)
    d = 2 * (hidden @ W2 + b2 - y) / len(x)
    ### BEGIN SOLUTION
    d_hidden = d @ W2.T * np.where(z > 0, 1, 0.1)
    return x.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d, d.sum(axis=0)
    ### END SOLUTION


check.leaky_gradients(leaky_gradients)

# %%
# check.leaky_gradients.hint()
# check.leaky_gradients.solution()

# %% [markdown] tags=["solution"]
# Two mistakes. On the way back `d` was not multiplied by the slope of the activation, 1 above zero and 0.1 below: that
# spoilt `W1` and `b1`. And the biases took the mean over the rows, where `d` is divided by the number of rows already: that
# spoilt `b1` and `b2`.

# %% [markdown]
# ## A thousand directions
#
# Is minus the gradient still the steepest way down among so many weights? Measure the slope in 1,000 random directions of
# length 1, and compare them with the gradient's length. How close will the best of them come? Bet in percent of that length.

# %% tags=["bet:best_of_1000"]
check.best_of_1000.bet(...)

# %%
gradient = np.concatenate([part.ravel() for part in (dW1, db1, dW2, db2)])
directions = np.random.default_rng(1).normal(size=(1000, len(weights)))
directions /= np.linalg.norm(directions, axis=1, keepdims=True)
slopes = [slope_along(network_loss, weights, way) for way in directions]
length = np.linalg.norm(gradient)
typical = np.sqrt(np.mean(np.square(slopes)))
print(f"steepest {min(slopes):.2f}, typical {typical:.2f}, gradient {length:.2f}")
share = 100 * -min(slopes) / length
check.best_of_1000.came(share)

# %%
fig, ax = plt.subplots(figsize=(6, 3.6))
ax.hist(slopes, bins=30, color="#777777", label="random directions")
ax.axvline(-length, color="black", linestyle="--", label="minus the gradient")
ax.set(xlabel="slope of the loss", ylabel="directions")
ax.set_title(f"The best of 1,000 directions reaches {share:.0f}%")
ax.legend()
said = check.best_of_1000.draw()
plots.show(
    f"Histogram of slopes around zero, from {min(slopes):.2f} to {max(slopes):.2f}; "
    f"minus the gradient is a line at {-length:.2f}.{said}"
)

# %% [markdown] tags=["after"]
# *The slopes in 1,000 random directions; far to their left, minus the gradient.*
#
# **A thousand tries, and none even half as steep.** With two weights many directions were nearly as good. With 97 most are nearly
# level: by Pythagoras 97 directions at right angles share the squared length, so the typical slope is the length divided by
# $\sqrt{97}$, 0.19.
#
# ## The same in Keras: four ways, one gradient
#
# TensorFlow, which computes underneath Keras here, has a `GradientTape`. It records
# every operation on the way forward, then plays the tape backwards: backpropagation for whatever you computed.
# *Books call it* **automatic differentiation**, in reverse mode.

# %% tags=["nbval-ignore-output"]
import keras  # takes about ten seconds
import tensorflow as tf

# %%
model = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(8, activation="relu", dtype="float64"),
        keras.layers.Dense(1, dtype="float64"),
    ]
)
model.set_weights(unpack(weights))

# %% [markdown]
# Our network, with our weights. Run it under the tape.

# %%
with tf.GradientTape() as tape:
    tape_loss = tf.reduce_mean((model(X) - Y) ** 2)
by_tape = tape.gradient(tape_loss, model.trainable_variables)
by_tape = np.concatenate([part.numpy().ravel() for part in by_tape])

# %% [markdown]
# Now all weights by nudges, and by the chain rule, one at a time.

# %%
by_nudges = [slope_along(network_loss, weights, way) for way in every]

# %%
slopes_W1 = [slope_by_hand(i, j) for i in range(10) for j in range(8)]
slopes_b1 = [np.mean((z[:, j] > 0) * W2[j, 0] * 2 * error) for j in range(8)]
slopes_W2 = [np.mean(np.maximum(z[:, j], 0) * 2 * error) for j in range(8)]
by_hand = np.array([*slopes_W1, *slopes_b1, *slopes_W2, np.mean(2 * error)])

# %%
ways = {"nudges": by_nudges, "by hand": by_hand}
ways |= {"backpropagation": gradient, "tape": by_tape}
for name, way in ways.items():
    same = np.abs(way - by_tape).max() < 1e-6
    print(f"{name:15}", np.round(way[:4], 6), "all within 1e-6:", same)

# %% [markdown]
# Four ways, one gradient; they differ in the work. (With Keras's usual `float32`, 7 digits, nudge by $10^{-3}$: $10^{-5}$ leaves
# one or two digits right.)
#
# ### Exercise 2.9 · Write
#
# *A stretch: take extra time, or come back to it.* Backpropagation, not nudges, for any number of hidden layers. `layers` is a
# list of pairs `(W, b)`, with ReLU after each but the last. The way forward is there. It keeps the inputs of every layer, and
# not its `z`: but what comes out of a ReLU is above 0 where its `z` was, and nowhere else. Fill `gradients` with a pair
# `(dW, db)` for each layer, in the order of `layers`.


# %% tags=["exercise:deep_gradients"]
def deep_gradients(x, y, layers):
    inputs = [x]
    for W, b in layers[:-1]:
        inputs.append(np.maximum(inputs[-1] @ W + b, 0))
    W, b = layers[-1]
    d = 2 * (inputs[-1] @ W + b - y) / len(x)
    gradients = []
    ### BEGIN SOLUTION
    for (W, _), a in zip(layers[::-1], inputs[::-1], strict=True):
        gradients.insert(0, (a.T @ d, d.sum(axis=0)))
        d = d @ W.T * (a > 0)
    ### END SOLUTION
    return gradients


check.deep_gradients(deep_gradients)

# %%
# check.deep_gradients.hint()
# check.deep_gradients.solution()

# %% [markdown] tags=["solution"]
# From the last layer to the first: the layer's gradients from its inputs and `d`, then `d` back through its weights and
# through the ReLU that made its inputs. An input that is above 0 came through that ReLU; one that is 0 did not, so `a > 0`
# serves as well as `z > 0`. The new one goes to the front of the list each time. This loop is all that a framework needs
# for dense layers with ReLU, of any depth.

# %% [markdown]
# ## What to remember
#
# **Which way is down?** Against the gradient, the list of the slopes of all weights: from where you stand, no direction falls
# more steeply.
#
# - A slope is the change of the loss over a small nudge of one weight, the others held still.
# - The gradient crosses the contour at right angles, and its length is the steepest slope. It usually does not point straight
#   away from the minimum.
# - A network is layers of units, each a sum of weighted inputs and a bias; ReLU lets it bend.
# - Backpropagation is the chain rule from the loss backwards: one run forward, one back, and every weight has its slope.
# - Features on one scale usually make a rounder valley, in which the gradient is a better guide.
#
# How far to go down is lesson 3.

# %%
check.look_back()

# %%
check.progress()

# %% [markdown]
# **Next:** [3 · Descent: how far do you step?](03_descent.ipynb)
