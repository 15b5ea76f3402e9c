# %% [markdown]
# # 6 · Loss functions
#
# **Which loss for which problem?**
#
# So far the loss was handed to you. Here you choose it. After this lesson you can
#
# - say what a loss makes a network learn;
# - choose output, labels, loss and metric for any target;
# - find the fault in a model that trains without complaint and learns nothing;
# - write and check a loss and a metric of your own.
#
# *55 minutes to read and run, with a place to rest, and about 80 for the exercises. Side roads can wait. You need the slope
# of a loss (lesson 2), descent and learning rates (lesson 3), `compile` and `fit` in Keras (lesson 4).*

# %%
import matplotlib.pyplot as plt
import numpy as np

from helpers import labs, plots
from helpers.checks import lesson_06 as check
from helpers.data import load

plots.use_style()

# %% [markdown]
# ## One number for "how wrong"
#
# A loss turns all that is wrong with the predictions into one number. Training makes that number small, and nothing else. So
# the loss is where you say what you care about.
#
# Begin with amounts. The error is prediction minus truth. Three ways to make a loss of it: square it, take it without its
# sign (the **absolute error**), or do the one near zero and the other farther out, the **Huber loss** (Huber 1964, "Robust
# Estimation of a Location Parameter"). A step of descent uses the slope, so that says how hard a row pulls.

# %%
errors = np.linspace(-4, 4, 201)
size = np.abs(errors)
losses = {
    "squared": errors**2,
    "absolute": size,
    "Huber": np.where(size <= 1, size**2 / 2, size - 1 / 2),
}

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
looks = dict(zip(losses, ("C0-", "C1--", "k-."), strict=True))
for name, loss in losses.items():
    left.plot(errors, loss, looks[name], label=name)
    right.plot(errors, np.gradient(loss, errors), looks[name])
left.set(title="Three losses of one error", ylim=(0, 8))
left.set(xlabel="error", ylabel="loss")
right.set(title="How hard a row pulls", ylim=(-5, 5))
right.set(xlabel="error", ylabel="slope of the loss")
left.legend(loc="upper center")
ends = {name: np.gradient(loss, errors)[-2] for name, loss in losses.items()}
slopes = ", ".join(f"{slope:.1f} for {name}" for name, slope in ends.items())
plots.show(f"Three losses against the error, and their slopes: near 4 {slopes}.")

# %% [markdown] tags=["after"]
# *Left, each loss against the error. Right, its slope.* With the square, a row that is ten times as far off pulls ten times
# as hard. With the absolute error all pull alike. Huber's pull grows up to an error of 1, then stays.

# %% [markdown]
# What comes of it? Take seven numbers and predict all of them by one. Which one has the least loss: their mean, their
# **median** (the number in the middle when all are sorted), or another?

# %%
numbers = np.array([1, 2, 2, 3, 6, 7, 7])
guesses = np.linspace(0, 10, 1001)
miss = guesses[:, None] - numbers
for name, loss in (("squared", miss**2), ("absolute", np.abs(miss))):
    print(f"{name:8}: best guess {guesses[loss.mean(axis=1).argmin()]:.2f}")
print(f"mean {numbers.mean():.2f}, median {np.median(numbers):.2f}")

# %% [markdown] tags=["after"]
# Squared error chooses the mean, 4. Absolute error chooses the median, 3: as many rows pull up as down.
#
# ### Exercise 6.1 · Predict
#
# Somebody types a zero too many, and the last number becomes 70 instead of 7. Which guess has the least squared error now,
# and which the least absolute error? Write `{"squared": ..., "absolute": ...}`.

# %% tags=["exercise:slip"]
### BEGIN SOLUTION
my_guesses = {"squared": 13, "absolute": 3}
### END SOLUTION
check.slip(my_guesses)

# %%
# check.slip.hint()
# check.slip.solution()

# %% [markdown] tags=["solution"]
# The mean goes from 4 to $(1 + 2 + 2 + 3 + 6 + 7 + 70) / 7 = 13$, a number that is near none of the seven. The number in the
# middle is 3 as before: the 70 pulls upwards, as the 7 did, and no harder.

# %% [markdown]
# An **outlier** is a value far from the rest, such as this 70. Now drag one yourself. In the lab, the right panel has a line
# for each loss, through the same points; the slider moves a single one. From which height on does the Huber line stay?

# %%
labs.loss_shapes(outlier=7)

# %% [markdown] tags=["after"]
# *Left: the losses, with a mark where the outlier is. Right: eight grey points along a line, one outlier, and the line that
# each loss fits. The squared error's is tilted.* The Huber line stays from a height of about 3.5 on: there the error is larger
# than 1, and the pull grows no more.

# %% tags=["nbval-ignore-output"]
heights = [*range(0, 8, 2), *range(8, -9, -2), *range(-8, 0, 2)]
labs.loss_shapes().animate("outlier", heights)

# %% [markdown] tags=["after"]
# *The outlier travels up and down. The line of the squared error follows all the way, the other two a little.*
#
# ### Real data
#
# One slip among 266 real patients, does it matter? Fit the line of lesson 3, the progression of diabetes against the body
# mass index. Then type one zero too many for the patient at the far right, where a slip has the longest lever, and fit again.
# `fit_line` takes the slope of the loss as an argument now.

# %%
diabetes = load("diabetes")
bmi = diabetes.x_train[:, 2].astype(float)
progression = diabetes.y_train[:, 0].astype(float)
SLOPES = {
    "squared": lambda errors: 2 * errors,
    "absolute": np.sign,
    "Huber": lambda errors: np.clip(errors, -1, 1),
}


def fit_line(y, slope):
    w = b = 0.0
    for _ in range(1000):
        pulls = slope(w * bmi + b - y)
        w, b = w - 0.1 * np.mean(pulls * bmi), b - 0.1 * np.mean(pulls)
    return w, b


# %%
row = bmi.argmax()
typed = progression.copy()
in_units = typed[row] * diabetes.y_scale + diabetes.y_mean  # as it stands in the file
typed[row] = (10 * in_units - diabetes.y_mean) / diabetes.y_scale
for name, slope in SLOPES.items():
    before, after = fit_line(progression, slope)[0], fit_line(typed, slope)[0]
    print(f"{name:8}: w = {before:.2f}, with one slip {after:.2f}")

# %% [markdown] tags=["after"]
# One number in 266, and the slope of the squared error's line grows by more than half. The other two hardly move. So is the
# squared error bad? No. It is right when far-off values are real and have to count, and it gets the *mean* right, which is
# what you want of a total. The median of seven bills, times seven, does not pay them.
#
# ### Exercise 6.2 · Write
#
# Write the Huber loss for any `delta`: half the square of the error where its size is at most `delta`; beyond it a straight
# line that goes on where the square ends, with the same slope. Return the mean over all errors.


# %% tags=["exercise:huber"]
def huber(errors, delta):
    ### BEGIN SOLUTION
    size = np.abs(errors)
    straight = delta * (size - delta / 2)
    return np.where(size <= delta, size**2 / 2, straight).mean()
    ### END SOLUTION


check.huber(huber)

# %%
# check.huber.hint()
# check.huber.solution()

# %% [markdown] tags=["solution"]
# At a size of `delta` the half square is `delta**2 / 2` and its slope is `delta`. A line with that slope through that point
# is `delta * (size - delta / 2)`. `np.where` picks one or the other for each error.

# %% [markdown]
# ## Yes or no: the price of being sure
#
# Now a target that is a yes or a no: 1 or 0. The most useful answer is a **probability** $p$ of the yes, between 0 and 1. Here
# are five days, whether it rained, and what two forecasts said.

# %%
rain = np.array([1, 0, 1, 1, 0])
bold = np.array([0.99, 0.05, 0.95, 0.9, 0.98])
modest = np.array([0.7, 0.4, 0.6, 0.7, 0.6])


def given_to_truth(y, p):
    return np.where(y == 1, p, 1 - p)


print("bold:  ", given_to_truth(rain, bold).round(2))
print("modest:", given_to_truth(rain, modest).round(2))

# %% [markdown]
# This is the probability that each forecast gave to *what then happened*. How likely, according to each, were the five days
# as they came? Multiply, as with dice: as if no day had to do with another. The product is the **likelihood**, and the
# forecast under which the data are likelier explains them better. Which of the two?

# %%
for name, p in (("bold", bold), ("modest", modest)):
    given = given_to_truth(rain, p)
    print(f"{name:6}: likelihood {given.prod():.3f}")

# %% [markdown] tags=["after"]
# The bold one was better on four days, and nearly excluded what happened on the fifth. The modest one wins, by four to one.

# %% [markdown]
# A loss should be small where the likelihood is large. So take its logarithm, which turns the product into a sum, divide by
# the number of rows, and put a minus before it. ($\ln$ is NumPy's `np.log`: the power of $e = 2.718$ that gives the number. It
# is 0 for 1 and negative below.)
#
# $$\text{loss} = -\frac{1}{n} \sum \ln(\text{probability given to what happened})$$
#
# In words: the mean over the rows of minus the logarithm of the probability that the truth was given. This is the
# **crossentropy**, 0 for somebody who is always sure and always right. What does each day cost the two forecasts?

# %%
shares = np.linspace(0.01, 1, 200)
plt.plot(shares, -np.log(shares), "k", label="minus the logarithm")
for name, p, look in (("bold", bold, "C3o"), ("modest", modest, "C0s")):
    costs = -np.log(given_to_truth(rain, p))
    plt.plot(np.exp(-costs), costs, look, label=f"{name}: mean {costs.mean():.2f}")
*rest, dearest = np.sort(-np.log(given_to_truth(rain, bold)))
plt.title(f"One day costs the bold {dearest:.1f}, the other four {sum(rest):.1f}")
plt.xlabel("probability given to what happened")
plt.ylabel("cost")
plt.legend()
plots.show("The cost of each of five days, on the curve of minus the logarithm.")

# %% [markdown] tags=["after"]
# *A dot for each day, lower is better.* One sure mistake costs more than four good days save.

# %% [markdown]
# Why the logarithm? Try a thousand days:

# %%
thousand = np.full(1000, 0.4)
print("product:", thousand.prod(), " crossentropy:", -np.log(thousand).mean().round(3))

# %% [markdown] tags=["after"]
# The product is too small for the computer, which calls it 0. The mean of the logarithms has no such trouble.
#
# ### Exercise 6.3 · Write
#
# Write it for rows of `y` (0 or 1) and `p` (the probability of 1). One trap: the logarithm of 0 is minus infinity. So keep `p`
# between `1e-7` and `1 - 1e-7`, as Keras does.


# %% tags=["exercise:crossentropy"]
def crossentropy(y, p):
    ### BEGIN SOLUTION
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.log(np.where(y == 1, p, 1 - p)).mean()
    ### END SOLUTION


check.crossentropy(crossentropy)

# %%
# check.crossentropy.hint()
# check.crossentropy.solution()

# %% [markdown] tags=["solution"]
# `np.where` picks the probability that was given to what happened. Many books write
# $-\left(y \ln p + (1 - y) \ln(1 - p)\right)$: with $y$ at 0 or 1 one of the two terms vanishes, and the other one is this.

# %% [markdown]
# Is the crossentropy honest: does it pay to say what you believe? Of ten patients three have a disease, and you say the same
# $p$ for all.

# %%
sick = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
p = np.linspace(0.01, 0.99, 99)[:, None]
loss = -np.log(given_to_truth(sick, p)).mean(axis=1)
print(f"best p by crossentropy:  {p[loss.argmin(), 0]:.2f}")
print(f"best p by squared error: {p[((p - sick) ** 2).mean(axis=1).argmin(), 0]:.2f}")

# %% [markdown] tags=["after"]
# It pays to say 0.3. The squared error agrees: of a probability it is called the **Brier score** (Brier 1950, "Verification of
# Forecasts Expressed in Terms of Probability"). So why not train with it? That comes next.

# %% [markdown]
# *A side road.* The squared error of an amount comes from likelihood, too: if errors follow the bell curve (here of spread 1), minus the
# logarithm of the bell is half the square, plus a constant. A curve with wider skirts, $e^{-|\text{error}|} / 2$, gives the
# absolute error; the curve of counts (calls an hour) gives the **Poisson loss**. So a loss also says which errors you expect:
# the square, that outliers hardly ever happen.
#
# ## Behind a sigmoid: which loss still pulls?
#
# A unit can give any number $z$, so it needs something that turns $z$ into a probability. The **sigmoid** does:
#
# $$p = \frac{1}{1 + e^{-z}}$$
#
# In words: 0 becomes 0.5, large numbers come close to 1, very negative ones close to 0. Steps move $z$, so what counts is
# the slope of the loss along $z$. The chain rule of lesson 2 multiplies the slope along $p$ by that of the sigmoid, which is
# $p\,(1 - p)$; the slope of $\ln p$ is $1/p$:
#
# | | slope along $p$ | times $p\,(1 - p)$ |
# |---|---|---|
# | squared error | $2\,(p - y)$ | $2\,(p - y)\,p\,(1 - p)$ |
# | crossentropy of a yes | $-1/p$ | $-(1 - p) = p - 1$ |
# | crossentropy of a no | $1/(1 - p)$ | $p$ |
#
# In the crossentropy the sigmoid's slope cancels: what stays is $p - y$, for a yes and for a no.


# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -50, 50)))  # e**50 is near enough to infinity


PULLS = {
    "crossentropy": lambda p, y: p - y,
    "squared error": lambda p, y: 2 * (p - y) * p * (1 - p),
}

# %% [markdown]
# Check both by a nudge, for a yes at $z = -3$.

# %%
p, nudged = sigmoid(-3.0), sigmoid(-3.0 + 1e-6)
by_nudge = {
    "crossentropy": (np.log(p) - np.log(nudged)) / 1e-6,
    "squared error": ((1 - nudged) ** 2 - (1 - p) ** 2) / 1e-6,
}
for name, pull in PULLS.items():
    print(f"{name:13}: nudge {by_nudge[name]:.3f}, formula {pull(p, 1):.3f}")

# %%
z = np.linspace(-8, 8, 200)
p = sigmoid(z)
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
for (name, pull), look in zip(PULLS.items(), ("C3--", "C0-"), strict=True):
    loss = -np.log(p) if name == "crossentropy" else (1 - p) ** 2
    left.plot(z, loss, look, label=name)
    right.plot(z, np.abs(pull(p, 1)), look, label=name)
left.set(title="Two losses of a yes", ylabel="loss")
left.set(xlabel="z (before the sigmoid)")
right.set(title="How hard each pulls")
right.set(xlabel="z (before the sigmoid)", ylabel="size of the slope")
left.legend()
sizes = ", ".join(f"{abs(pull(p[0], 1)):.3f} for {n}" for n, pull in PULLS.items())
plots.show(
    f"Two losses of a yes against z, and the size of their slopes: {sizes} at -8."
)

# %% [markdown] tags=["after"]
# *The truth is yes, so small $z$ is wrong. Left: the crossentropy is a ramp, the squared error a step between two plains.
# Right: at the far left the crossentropy's slope has size 1, the squared error's is close to 0.*
#
# ### Exercise 6.4 · Predict
#
# The truth is yes, and the model says $p = 0.01$: sure and wrong. How many times as steep is the crossentropy as the squared
# error, along $z$?

# %% tags=["exercise:steeper"]
### BEGIN SOLUTION
my_ratio = 50.5
### END SOLUTION
check.steeper(my_ratio)

# %%
# check.steeper.hint()
# check.steeper.solution()

# %% [markdown] tags=["solution"]
# Both slopes have the factor $p - y = -0.99$. The squared error has $2\,p\,(1 - p) = 2 \cdot 0.01 \cdot 0.99 = 0.0198$
# besides. So the crossentropy is $1 / 0.0198 = 50.5$ times as steep. The surer the mistake, the larger the factor.

# %% [markdown]
# Does it matter in training? Take 343 tumours with 30 measurements each, and a single sigmoid unit. It starts with large random
# weights, sure and often wrong. Count the steps until it is right on 95% of the rows, at eight rates for each loss, from 25
# starts (a row of `w` each).

# %%
cancer = load("breast_cancer")
x, y = cancer.x_train.astype(float), cancer.y_train
starts = 3 * np.random.default_rng(0).normal(size=(25, 30))


def steps_needed(pull, learning_rate):
    w, needed = starts, np.full(len(starts), np.inf)
    for step in range(500):
        p = sigmoid(w @ x.T)
        there = ((p > 0.5) == y).mean(axis=1) >= 0.95
        needed = np.minimum(needed, np.where(there, step, np.inf))  # the first counts
        if np.isfinite(needed).all():
            break
        w = w - learning_rate * pull(p, y) @ x / len(y)
    return needed


# %%
rates, steps = 10.0 ** np.arange(-1, 3, 0.5), {}
for name, pull in PULLS.items():
    steps[name] = np.median([steps_needed(pull, rate) for rate in rates], axis=1)
    at_1, best = steps[name][2], steps[name].min()
    print(f"{name:13}: {at_1:3.0f} steps at rate 1, {best:.0f} at its best rate")

# %%
for (name, needed), look in zip(steps.items(), ("C3o--", "C0s-"), strict=True):
    plt.loglog(rates, needed, look, label=name)
bests = [f"{name} {needed.min():.0f} steps" for name, needed in steps.items()]
plt.title(f"At its best rate: {', '.join(bests)}")
plt.xlabel("learning rate")
plt.ylabel("steps to 95% right (median of 25)")
plt.yticks([3, 10, 30, 100, 300], [3, 10, 30, 100, 300])
plt.legend()
plots.show("Steps against the learning rate on log axes, one line for each loss.")

# %% [markdown] tags=["after"]
# *The steps to 95% against the learning rate, on logarithmic axes. A point that is missing did not arrive in 500 steps.* At
# rate 1 the squared error takes about eleven times as many. With the best rate for each it is 7 against 3: tuning mends
# most of it.

# %% [markdown]
# That strength has a price: a *wrong label* is sure and wrong, too. In the lab, drag the orange no among the yeses, to 6.
# What happens to the two curves?

# %%
labs.loss_shapes(view="probability", outlier=-6)

# %% [markdown] tags=["after"]
# *Left: two losses against the probability given to the truth. Right: noes, yeses, one stray no, and the sigmoid that each
# loss fits.* From −6 to 6 the stray no makes the crossentropy's curve half as steep; the squared error's loses a quarter.

# %% [markdown]
# A remedy is **label smoothing** (Szegedy and others 2016, "Rethinking the Inception Architecture for Computer Vision"): ask
# for 0.9 and 0.1 in the place of 1 and 0, and nothing is gained by being surer. Turn every tenth label of the tumours round,
# train five networks for long, look at validation rows: all right. Bet: what per cent of their loss does 0.1 leave?

# %% tags=["bet:smoothed_loss"]
check.smoothed_loss.bet(...)

# %%
from helpers.losses import binary_crossentropy
from helpers.networks import Network
from helpers.optimizers import SGD
from helpers.training import fit

right = cancer.y_train.astype("float32")
wrong = np.where(np.arange(len(right)) % 10 == 0, 1 - right, right)
lows, smoothed = (0, 0.1, 0.2, 0.3), {"every tenth wrong": [], "all right": []}


def smooth_loss(labels, low):
    five = Network((30, 16, 1), loss=binary_crossentropy, runs=5, seed=range(5))
    fit(five, SGD(0.3), cancer.x_train, (low + (1 - 2 * low) * labels)[:, None], 100)
    given = given_to_truth(cancer.y_valid, five.forward(cancer.x_valid)[..., 0])
    return -np.log(given).mean()


for losses, labels in zip(smoothed.values(), (wrong, right), strict=True):
    losses += [smooth_loss(labels, low) for low in lows]
plain, smooth, *_ = smoothed["every tenth wrong"]
check.smoothed_loss.came(round(100 * smooth / plain))

# %%
told = ", ".join(f"{n} {y[0]:.2f} to {y[1]:.2f}" for n, y in smoothed.items())
(ax,) = plots.traces({told.capitalize(): smoothed}, "loss", scale="linear", x=lows)
ax.set(xlabel="asked for in the place of 0", ylim=(0, None))
said = check.smoothed_loss.draw()
plots.show(f"Validation loss against what is asked for. From 0 to 0.1, {told}.{said}")

# %% [markdown] tags=["after"]
# It helps; with all labels right it only costs. In Keras: `BinaryCrossentropy(label_smoothing=0.2)`.

# %% [markdown]
# ## Several classes
#
# For digits you need ten probabilities that sum to 1. **Logits** are what the output units give before the activation. The
# softmax of lesson 4 takes $e$ to the power of each and divides by the sum.

# %%
logits = np.array([[2.0, 1.0, -1.0], [0.5, 0.0, 3.0]])
powers = np.exp(logits)
probabilities = powers / powers.sum(axis=1, keepdims=True)
print(probabilities.round(3))

# %% [markdown]
# The crossentropy is what it was. Labels come in two forms. An integer names the class. A **one-hot** row has a 1 at the place
# of the class and 0 elsewhere.

# %%
labels = np.array([0, 1])
one_hot = np.eye(3)[labels]
sparse = -np.log(probabilities[[0, 1], labels]).mean()  # row 0, class 0; row 1, class 1
categorical = -(one_hot * np.log(probabilities)).sum(axis=1).mean()
print(f"integers: {sparse:.4f}, one-hot: {categorical:.4f}")

# %% [markdown]
# In Keras the first is `sparse_categorical_crossentropy`, the second `categorical_crossentropy`. Are they the same there, too?

# %% tags=["nbval-ignore-output"]
import keras  # takes about ten seconds

# %%
of_labels = keras.losses.SparseCategoricalCrossentropy()(labels, probabilities)
of_rows = keras.losses.CategoricalCrossentropy()(one_hot, probabilities)
print(f"{float(of_labels):.4f} {float(of_rows):.4f}")
print("the same to 1e-6:", abs(float(of_labels) - float(of_rows)) < 1e-6)

# %% [markdown]
# So choose by the labels you have. One-hot rows can hold doubt, such as 0.8 and 0.2.
#
# *A good place to rest: from here on Keras does the work.*
#
# ## The table
#
# Problem, output, labels, loss and metric belong together. Ask first what a row's answer *is*:
#
# | the answer is | units | activation | labels | loss | metric |
# |---|---|---|---|---|---|
# | an amount (**regression**) | 1 for each amount | none (`linear`) | numbers, scaled | `mean_squared_error`; with slips among them `huber` | `mean_absolute_error` |
# | a count: 0, 1, 2, ... | 1 | `exponential` | whole numbers | `poisson` | `mean_absolute_error` |
# | yes or no (**binary**) | 1 | `sigmoid` | 0 or 1 | `binary_crossentropy` | `accuracy` |
# | one of several classes (**multiclass**) | 1 for each class | `softmax` | integers from 0 | `sparse_categorical_crossentropy` | `accuracy` |
# | the same, labels one-hot | 1 for each class | `softmax` | rows with a single 1 | `categorical_crossentropy` | `accuracy` |
# | any number of labels (**multilabel**) | 1 for each label | `sigmoid` | rows of 0 and 1 | `binary_crossentropy` | `binary_accuracy` |
#
# The last row is several yes-or-no questions about one example: a photo may show a dog *and* a beach, or neither. So each
# unit has a sigmoid of its own, and the probabilities need not sum to 1:

# %%
both_ways = {"softmax": probabilities[0], "a sigmoid each": sigmoid(logits[0])}
for shift, (name, p) in zip((-0.2, 0.2), both_ways.items(), strict=True):
    plt.bar(np.arange(3) + shift, p, 0.38, label=f"{name}: sum {p.sum():.2f}")
plt.title("One row of logits, two ways")
plt.xticks(range(3), [f"logit {z:g}" for z in logits[0]])
plt.ylabel("probability")
plt.legend()
plots.show(f"Bars: {'; '.join(f'{n} {p.round(2)}' for n, p in both_ways.items())}.")

# %% [markdown]
# ### Exercise 6.5 · Choose
#
# Give units, activation and loss for each of these targets.
#
# - `"hours"`: how many hours until a machine fails;
# - `"language"`: in which of 7 languages a text is written, as an integer from 0 to 6;
# - `"tags"`: which of the tags beach, dog and night fit a photo, as rows such as `[1, 0, 1]`;
# - `"spam"`: whether a message is spam, as 0 or 1;
# - `"team"`: which of 3 teams wins the cup, as rows such as `[0, 1, 0]`.
#
# Write it as `{"hours": (10, "softmax", "huber"), ...}`.

# %% tags=["exercise:rows_of_the_table"]
### BEGIN SOLUTION
my_rows = {
    "hours": (1, "linear", "mean_squared_error"),
    "language": (7, "softmax", "sparse_categorical_crossentropy"),
    "tags": (3, "sigmoid", "binary_crossentropy"),
    "spam": (1, "sigmoid", "binary_crossentropy"),
    "team": (3, "softmax", "categorical_crossentropy"),
}
### END SOLUTION
check.rows_of_the_table(my_rows)

# %%
# check.rows_of_the_table.hint()
# check.rows_of_the_table.solution()

# %% [markdown] tags=["solution"]
# `"tags"` and `"team"` both have rows of three. What tells them apart is the question: exactly one team wins, so the three
# probabilities share 1 (softmax). Any number of tags may fit, so each gets a yes or no of its own (sigmoid).

# %% [markdown]
# `choose_loss` looks at a target and reads the table for you.

# %%
from helpers.doctor import choose_loss

digits = load("digits")
tags = [[1, 0, 1], [0, 0, 0], [1, 1, 0]]
for target in (diabetes.y_train, cancer.y_train, digits.y_train, tags):
    row = choose_loss(target)
    print(f"{row.problem}: {row.units} {row.activation}, {row.loss}")

# %% [markdown]
# It sees values, not meanings. Ask it about one to five stars:

# %%
choose_loss([1, 2, 3, 4, 5] * 20)

# %% [markdown]
# Are five stars five times one star? You have to know.
#
# ## Three data sets, three losses
#
# Many small models follow, so put the making of one into a function. It takes what stands in the table. All else stays the
# same: 16 hidden units, and SGD with a rate of 0.1.


# %%
def build(inputs, units, activation, loss, metrics=None):
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(16, activation="relu")
    output = keras.layers.Dense(units, activation=activation)
    model = keras.Sequential([keras.Input((inputs,)), hidden, output])
    model.compile(keras.optimizers.SGD(0.1), loss=loss, metrics=metrics)
    return model


# %%
SPARSE = "sparse_categorical_crossentropy"
ROWS = {
    "diabetes": (1, "linear", "mean_squared_error", ["mean_absolute_error"]),
    "breast_cancer": (1, "sigmoid", "binary_crossentropy", ["accuracy"]),
    "digits": (10, "softmax", SPARSE, ["accuracy"]),
}

# %% [markdown]
# Before each training, measure the loss of the fresh network. Guess it for the digits: it knows nothing, so it gives the true
# class about a tenth.

# %%
trained, curves = {}, {}
for name, row in ROWS.items():
    data = load(name)
    model = trained[name] = build(data.x_train.shape[1], *row)
    start, _ = model.evaluate(data.x_train, data.y_train, verbose=0)
    later = model.fit(data.x_train, data.y_train, epochs=10, verbose=0).history
    curves[name] = [start, *later["loss"]]
    loss, score = model.evaluate(data.x_valid, data.y_valid, verbose=0)
    metric = row[-1][0]
    print(
        f"{name:13}: starts at {start:.2f}; on validation rows {loss:.2f}, {metric} {score:.2f}"
    )

# %%
starts = ", ".join(f"{curve[0]:.1f}" for curve in curves.values())
(ax,) = plots.traces({f"They start at {starts}": curves}, "loss", scale="linear")
ax.hlines(np.log([2, 10]), 0, 10, "black", ":", label="ln 2, ln 10")
ax.legend()
ax.set(xlabel="epoch", ylim=(0, None))
plots.show(f"Loss against epoch for three data sets. They start at {starts}.")

# %% [markdown] tags=["after"]
# All three learn: the diabetes prediction is off by about half a standard deviation, the other two are right on more than nine
# rows in ten. The dotted lines: $\ln 10 = 2.30$ for the digits, $\ln 2 = 0.69$ for a yes or no.
#
# ## The starting loss: a first check
#
# A fresh classifier guesses. With $k$ classes it gives each about $1/k$, and minus the logarithm of that is $\ln k$.
# Fresh networks start near it, mostly above, as random weights
# are a little sure. For a standardised amount, always saying the mean has a squared error of 1.
#
# **If the first loss is several times that, or below 0, something is wrong: the wiring, or the scale of the features.**
#
# ## Two classes, two ways
#
# For a yes or no you can also take *two* softmax units, one for each class, with the sparse loss (or one-hot rows and the
# other one). Are the two ways different? Softmax of two logits $a$ and $b$ gives the second class
#
# $$\frac{e^b}{e^a + e^b} = \frac{1}{1 + e^{-(b - a)}}$$
#
# In words: the sigmoid of their difference. Both can say the same things. Do they *learn* alike? The crossentropy pulls at
# $b$ with some slope $g$ and at $a$ with $-g$, since only the difference counts. So one step at rate $r$ moves $b$ by $-r
# g$ and $a$ by $+r g$.
#
# ### Exercise 6.6 · Predict
#
# The pair trains at rate 0.05. At which rate does a single sigmoid unit, whose slope is the same $g$, make exactly the same
# progress?

# %% tags=["exercise:same_progress"]
### BEGIN SOLUTION
my_rate = 0.1
### END SOLUTION
check.same_progress(my_rate)

# %%
# check.same_progress.hint()
# check.same_progress.solution()

# %% [markdown] tags=["solution"]
# The difference $b - a$ moves by $-2 r g$ in one step of the pair: both units move, in opposite directions. The single unit
# moves by its own rate times $g$. So its rate has to be $2 \cdot 0.05 = 0.1$.

# %% [markdown]
# Watch it in Keras. The models are single layers. The sigmoid starts with the difference of the pair's weights, and all take
# the same minibatches. (Calling a model is a shorter `predict`; `.numpy()` makes an array of what it gives.)


# %%
def one_layer(units, activation, loss, learning_rate):
    keras.utils.set_random_seed(0)
    layer = keras.layers.Dense(units, activation=activation)
    model = keras.Sequential([keras.Input((30,)), layer])
    model.compile(keras.optimizers.SGD(learning_rate), loss=loss)
    return model


def after_five_epochs(model):
    model.fit(cancer.x_train, cancer.y_train, epochs=5, shuffle=False, verbose=0)
    return model(cancer.x_valid).numpy()[:, -1]


# %%
pair = one_layer(2, "softmax", "sparse_categorical_crossentropy", 0.05)
difference = [w[..., 1:] - w[..., :1] for w in pair.get_weights()]  # b - a
of_pair, singles = after_five_epochs(pair), {}
for times in (1, 2):
    single = one_layer(1, "sigmoid", "binary_crossentropy", times * 0.05)
    single.set_weights(difference)
    singles[times] = after_five_epochs(single)

# %%
for (times, p), look in zip(singles.items(), ("C1s", "C0o"), strict=True):
    plt.plot(of_pair, p, look, markersize=4, label=f"sigmoid at {times} times 0.05")
plt.plot([0, 1], [0, 1], "k--", linewidth=1)
apart = [np.abs(p - of_pair).max() for p in singles.values()]
plt.title(f"Apart by at most {apart[0]:.2f} and {apart[1]:.4f}")
plt.xlabel("probability by the pair, at 0.05")
plt.ylabel("probability by the single unit")
plt.legend()
plots.show(
    f"Two single units against the pair, apart by {apart[0]:.2f} and {apart[1]:.4f}."
)

# %% [markdown] tags=["after"]
# After 55 steps one of them gives the pair's probabilities, to four digits: on the dashed line. So the two ways are one model at two speeds. With
# a hidden layer below that is no longer exact: its weights would move at another speed, too.
#
# ## Logits: leave the last activation to the loss
#
# The output may also stay linear, and the loss applies the sigmoid or softmax itself: `from_logits=True`. Why would one? Ask
# both about a model that is very sure and wrong: $z = -40$ where the truth is yes.

# %%
truth, z = np.array([[1.0]]), np.array([[-40.0]])
of_p = keras.losses.BinaryCrossentropy()(truth, sigmoid(z))
of_z = keras.losses.BinaryCrossentropy(from_logits=True)(truth, z)
print(f"from the probability: {float(of_p):.1f}, from the logit: {float(of_z):.1f}")

# %% [markdown] tags=["after"]
# From the probability, the loss ends at 16, where Keras keeps $p$ away from 0; beyond there nothing pulls. From the logit it is
# 40. (On TensorFlow, Keras finds the logit behind an output's activation by itself. Here it got a number.)

# %% [markdown]
# The price: for a probability you apply the sigmoid yourself, and a metric has to know. `"accuracy"` calls everything above
# 0.5 a yes. For a logit the border is 0.

# %%
at_zero = keras.metrics.BinaryAccuracy(threshold=0.0, name="right_threshold")
loss = keras.losses.BinaryCrossentropy(from_logits=True)
model = build(30, 1, "linear", loss, ["accuracy", at_zero])
model.fit(cancer.x_train, cancer.y_train, epochs=2, verbose=0)
scores = model.evaluate(cancer.x_valid, cancer.y_valid, verbose=0, return_dict=True)
print(f"accuracy {scores['accuracy']:.3f}, {scores['right_threshold']:.3f} in truth")

# %% [markdown] tags=["after"]
# The string took each yes with a logit between 0 and 0.5 for a no, and Keras said nothing.
#
# ## Loss against metric
#
# The loss is for the steps, the metric for you (lesson 4). They may disagree. Two models judge four rows, all of them yes:

# %%
careful = np.array([0.6, 0.7, 0.6, 0.4])
daring = np.array([0.99, 0.99, 0.99, 0.001])
for name, p in (("careful", careful), ("daring", daring)):
    print(f"{name}: accuracy {(p > 0.5).mean():.2f}, loss {-np.log(p).mean():.2f}")

# %% [markdown] tags=["after"]
# The same accuracy, and three times the loss: one sure mistake costs more than three good answers gain.

# %% [markdown]
# And real networks? Let five learn the tumours for long, and look at the validation rows after the epoch with the lowest
# loss, and at the end. Will the accuracy fall when the loss rises?

# %%
from helpers.sweeps import sweep

grid = dict(learning_rates=[1.0], batch_sizes=[32], seeds=range(5), epochs=100)
runs = sweep(cancer, **grid, hidden=(16,), progress=False)
loss = runs.valid_loss[0, 0].mean(axis=0)  # over the five
accuracy = runs.valid_score[0, 0].mean(axis=0)
for name, epoch in (("lowest loss", loss.argmin()), ("loss at the end", -1)):
    print(f"{name:15}: {loss[epoch]:.2f}, accuracy {accuracy[epoch]:.2f}")

# %% [markdown] tags=["after"]
# The loss about doubles and the accuracy stays: the networks became surer, of their mistakes too. If you need the probabilities,
# trust the loss; if you need the decisions, the metric.

# %% [markdown]
# ### When a yes is rare
#
# Is a digit an 8? One in ten is: the **base rate**. Who always says no is right on 90%, and an accuracy means nothing
# without that. Look at **recall**, the share of the yeses that are found, and at the share of false alarms among the noes. You
# can choose the **threshold**, the $p$ from which on you say yes, or let a yes count more: `class_weight`. With a weight of 9
# for a yes, a $p$ of 0.1 becomes one half. Bet on the recall of the plain model, in percent.

# %% tags=["bet:plain_recall"]
check.plain_recall.bet(...)

# %%
eight, truth = (part == 8 for part in (digits.y_train, digits.y_valid))
outputs = {}
for name, weights in (("plain", None), ("weighted", {0: 1, 1: 9})):
    model = build(64, 1, "sigmoid", "binary_crossentropy")
    model.fit(digits.x_train, eight, epochs=3, class_weight=weights, verbose=0)
    outputs[name] = model(digits.x_valid).numpy()[:, 0]


def found(name, threshold):
    yes = outputs[name] > threshold
    return yes[~truth].mean(), yes[truth].mean(), (yes == truth).mean()


# %%
for name, threshold in (("plain", 0.5), ("plain", 0.1), ("weighted", 0.5)):
    alarms, recall, accuracy = found(name, threshold)
    print(f"{name:8} above {threshold}: accuracy {accuracy:.2f}, ", end="")
    print(f"recall {recall:.2f}, false alarms {alarms:.2f}")
check.plain_recall.came(round(100 * found("plain", 0.5)[1]))

# %%
for name, look in (("plain", "C0-"), ("weighted", "C3--")):
    curve = [found(name, threshold)[:2] for threshold in np.linspace(0, 1, 201)]
    plt.plot(*zip(*curve, strict=True), look, label=name)
    plt.plot(*found(name, 0.5)[:2], look[:2] + "o", markersize=9)
alarms, recall, _ = found("plain", 0.1)
plt.plot(alarms, recall, "C0s", markersize=9, label="plain, threshold 0.1")
plt.title(f"Plain: recall {found('plain', 0.5)[1]:.0%}, or {recall:.0%} above 0.1")
plt.xlim(-0.01, 0.3)
plt.xlabel("false alarms (share of the noes)")
plt.ylabel("recall (share of the eights)")
plt.legend()
said = check.plain_recall.draw()
plots.show(f"Recall against false alarms at all thresholds, plain and weighted.{said}")

# %% [markdown] tags=["after"]
# *Recall against false alarms, for all thresholds; round marks at 0.5.* The area below such a curve is the **AUC**, how often a
# yes gets a higher $p$ than a no.
#
# Accuracy 0.97, and nearly a quarter of the eights missed (with most seeds half). Weight and lower threshold find nearly all, for
# more false alarms: the weighted with fewer of them.

# %% [markdown]
# For several labels the word `"accuracy"` misleads, too. Make three of each digit: is it even, is it 5 or more, has it a
# loop?

# %%
number = digits.y_train
loop = np.isin(number, [0, 6, 8, 9])
three = np.stack([number % 2 == 0, number >= 5, loop], axis=1).astype("float32")
both = ["accuracy", "binary_accuracy"]
model = build(64, 3, "sigmoid", "binary_crossentropy", both)
end = model.fit(digits.x_train, three, epochs=5, verbose=0).history
print(f"accuracy {end['accuracy'][-1]:.2f}, binary {end['binary_accuracy'][-1]:.2f}")

# %% [markdown] tags=["after"]
# Of all labels nine in ten are right. `"accuracy"` sees rows of three, takes them for one-hot, and asks only whether the largest
# output stands at the first 1 (or at the first place, if there is none).
#
# ## Objects in the place of words
#
# `compile` takes words, objects, or functions such as `keras.metrics.binary_accuracy`. A word stands for default settings. An
# object lets you change them:

# %%
model = build(10, 1, "linear", "mean_squared_error")
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.05),
    loss=keras.losses.Huber(delta=0.5),
    metrics=[keras.metrics.MeanAbsoluteError(name="typical_error")],
)
scores = model.evaluate(diabetes.x_train, diabetes.y_train, verbose=0, return_dict=True)
print(f"typical error {scores['typical_error']:.2f}, not trained")

# %% [markdown]
# ### Does a loss belong to an optimizer?
#
# *A side road.* Old examples pair them off: SGD with squared error, RMSprop with binary crossentropy, Adam with categorical. Does it
# have to be so? Train all nine pairs, each at the best of six rates, from three seeds. How far is the worst from the best?

# %%
from helpers.optimizers import Adam, RMSprop

rates = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
grid = dict(learning_rates=rates, batch_sizes=[32], seeds=range(3), epochs=8)
grid |= dict(hidden=(16,), progress=False)
for name in ROWS:
    three_ways = [sweep(load(name), optimizer=o, **grid) for o in (SGD, RMSprop, Adam)]
    losses = [runs.best().valid_loss for runs in three_ways]
    print(f"{name}: {min(losses):.2f} to {max(losses):.2f}", end="   ")

# %% [markdown]
# ### A loss and a metric of your own
#
# A loss is a function of truth and prediction that returns one number for each row. Write it with `keras.ops`, which has
# NumPy's names and lets Keras find the slopes, and check it against a built-in one. Here is the Huber loss with a delta of 0.5.

# %%
from keras import ops


def own_huber(y_true, y_pred):
    size = ops.abs(y_true - y_pred)
    straight = 0.5 * (size - 0.25)
    return ops.mean(ops.where(size <= 0.5, size**2 / 2, straight), axis=-1)


model = build(10, 1, "linear", own_huber)
own = model.evaluate(diabetes.x_train, diabetes.y_train, verbose=0)
predicted = model(diabetes.x_train).numpy()
built_in = keras.losses.Huber(delta=0.5)(diabetes.y_train, predicted)
print(f"own {own:.4f}, built-in {float(built_in):.4f}")

# %% [markdown]
# A metric is made in the same way. The tumours' `y` is flat, of the shape (343,); the output has
# (343, 1). Do own and built-in agree again?


# %%
def own_accuracy(y_true, y_pred):
    y_true = ops.cast(y_true, y_pred.dtype)
    return ops.mean(ops.equal(y_true, ops.round(y_pred)), axis=-1)


x, y = cancer.x_train, cancer.y_train
model = trained["breast_cancer"]
model.compile(loss="binary_crossentropy", metrics=["accuracy", own_accuracy])
_, keras_says, own = model.evaluate(x, y, verbose=0)
print(f"{y.shape}: {keras_says:.2f}, own {own:.2f}")
column = ops.mean(own_accuracy(y[:, None], model(x)))
print(f"{y[:, None].shape}: own {float(column):.2f}")

# %%
table = y[:16, None] == model(x[:16]).numpy().round().T
plt.figure(figsize=(4.6, 4.2))
plt.imshow(table, cmap="Greys_r", vmin=-0.6)
plt.plot(range(16), range(16), "o", color="C1", label="row with itself")
plt.title(
    f"Equal: {table.mean():.2f} of all, {table.diagonal().mean():.2f} of the dots"
)
plt.xlabel("prediction of row")
plt.ylabel("truth of row")
plt.grid(False)
plots.show(f"16 x 16 comparisons. Equal: {table.mean():.2f}; on the diagonal more.")

# %% [markdown] tags=["after"]
# The same function, 0.97 with a column and about half with a flat `y`: NumPy and Keras spread the two into a table, every
# truth against every prediction (white: equal), where only the dots are wanted. No error, a plausible number, and a wrong one.
#
# Keras brings both to one shape before it calls a *loss* that is a plain function. For a *metric* of your own, and for a loss
# that is a class, it does not: give `fit` a column. In such a loss each prediction is compared with all truths alike, so
# with squares each wants to be their mean.

# %% [markdown]
# ## The clinic
#
# Eight models are ill. Six train without a word from Keras. Each of these letters belongs to one patient at most, two to nobody:
#
# | | fault |
# |---|---|
# | A | the activation of the output is missing |
# | B | a softmax of one unit: always 1 |
# | C | a softmax, which shares 1, where several labels may be true |
# | D | a relu, which cuts off what the target needs |
# | E | the labels are not 0 and 1 |
# | F | the target is far too large for these steps |
# | G | `y` has shape (n,), the output (n, 1), and the loss spreads them into a table |
# | H | integer labels with the loss for one-hot rows |
# | I | the metric is wrong, the model is well |
# | J | the network is too small |
#
# `examine` trains a patient for five epochs and writes its chart: loss and metric in the first and the last epoch, the range
# of the predictions, and what Keras had to say.

# %%
import warnings

patients = {}


def examine(name, x, y, units, activation, loss, metrics=None):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", UserWarning)
        model = build(x.shape[1], units, activation, loss, metrics)
        history = model.fit(x, y, epochs=5, verbose=0).history
        predictions = model(x).numpy()
    for key in sorted(history, key=len):
        print(f"{key}: {history[key][0]:.3g} -> {history[key][-1]:.3g}")
    print(f"predictions: {predictions.min():.2f} to {predictions.max():.2f}")
    print("Keras says:", f"{str(said[0].message)[:70]} ..." if said else "nothing")
    patients[name] = model, x, y


# %% [markdown]
# Go from bed to bed, and write down a letter for each: read the line of code, then the chart.
#
# **Patient 1**: is the tumour benign? Does the accuracy follow the loss?

# %%
x, y = cancer.x_train, cancer.y_train
examine(1, x, y, 1, "softmax", "binary_crossentropy", ["accuracy"])

# %% [markdown]
# **Patient 2**: the same question. What should the loss start at?

# %%
examine(2, x, y, 1, "linear", "binary_crossentropy", ["accuracy"])

# %% [markdown]
# **Patient 3**: the same, from a file that says it in signs. What is the least that a crossentropy can be?

# %%
signs = 2 * cancer.y_train - 1
examine(3, x, signs, 1, "sigmoid", "binary_crossentropy", ["accuracy"])

# %% [markdown]
# **Patient 4**: the three labels of a digit: even, 5 or more, with a loop. Compare with the model above.

# %%
x = digits.x_train
examine(4, x, three, 3, "softmax", "binary_crossentropy", ["binary_accuracy"])

# %% [markdown]
# **Patient 5**: the progression of diabetes, in the units of the file, where it runs from 25 to 346.

# %%
x, raw = diabetes.x_train, diabetes.y_train * diabetes.y_scale + diabetes.y_mean
examine(5, x, raw, 1, "linear", "mean_squared_error")

# %% [markdown]
# **Patient 6**: the same, scaled. Compare the range of the predictions with that of the truth, −1.7 to 2.5.

# %%
examine(6, x, diabetes.y_train, 1, "relu", "mean_squared_error")

# %% [markdown]
# **Patient 7**: the same again, `y` flat, and a loss of its own, as a class: Keras calls its `call`.


# %%
class OwnSquares(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ops.square(y_true - y_pred)


flat = diabetes.y_train[:, 0]
examine(7, x, flat, 1, "linear", OwnSquares())

# %% [markdown]
# **Patient 8**: the digits. This one does not get as far as training.

# %%
x, y, loss = digits.x_train, digits.y_train, "categorical_crossentropy"
try:
    examine(8, x, y, 10, "softmax", loss, ["accuracy"])
except ValueError as error:
    print("Keras stops:", str(error)[:62])
patients[8] = build(64, 10, "softmax", loss), x, y

# %% [markdown]
# The charts of 6 and 7 say little. Put predictions beside truth, and a healthy model beside them.

# %%
healthy = trained["diabetes"]
models = {"Patient 6": patients[6][0], "Patient 7": patients[7][0], "healthy": healthy}

# %%
fig, axes = plt.subplots(1, 3, figsize=(10, 3.4), sharex=True, sharey=True)
said = {name: model(diabetes.x_train).numpy() for name, model in models.items()}
for ax, (title, predicted) in zip(axes, said.items(), strict=True):
    ax.plot(diabetes.y_train, predicted, "o", alpha=0.4, markersize=4)
    ax.plot([-2, 2.5], [-2, 2.5], "--", color="black", linewidth=1)
    ax.set(title=title, xlabel="truth (standard deviations)")
axes[0].set_ylabel("prediction")
ranges = [f"{n} says {p.min():.1f} to {p.max():.1f}" for n, p in said.items()]
plots.show(f"Predictions against truth: {'; '.join(ranges)}.")

# %% [markdown] tags=["after"]
# *Patient 6 is cut off at 0, patient 7 says nearly the same for everybody, the healthy model follows the dashed line.*
#
# ### Exercise 6.7 · Choose
#
# Name the fault of each patient, before you ask anybody: `{1: "A", 2: "B", ...}`.

# %% tags=["exercise:ward_round"]
### BEGIN SOLUTION
my_diagnoses = {1: "B", 2: "A", 3: "E", 4: "C", 5: "F", 6: "D", 7: "G", 8: "H"}
### END SOLUTION
check.ward_round(my_diagnoses)

# %%
# check.ward_round.hint()
# check.ward_round.solution()

# %% [markdown] tags=["solution"]
# 1: predictions of exactly 1.00 for all. 2: predictions below 0 are no probabilities. Keras takes them for 0, so each yes
# costs 16, and 63% are: a loss of 10 where ln 2 is 0.7. 3: a loss below 0, which no crossentropy of 0 and 1 can have. 4: the three outputs of a row sum to 1. 5: not a
# number from the start. 6: nothing below 0. 7: one answer for all. 8: Keras compares the two shapes in its message.

# %% [markdown]
# ### Ten rows by heart
#
# At a fair rate, what can learn at all learns ten rows by heart. Three of the eight show their fault themselves, by a loss below 0, a nan or an
# error. Take the other five afresh, give each 300 steps on ten of its rows, and see by how much it misses them, in the mean.
# Bet on patient 6. (The truths have a spread of 1.)

# %% tags=["bet:by_heart_6"]
check.by_heart_6.bet(...)


# %%
def by_heart(model, x, y):
    x, y = x[20:30], y[20:30]
    fresh = keras.Sequential.from_config(model.get_config())
    fresh.compile(keras.optimizers.SGD(0.1), loss=model.loss)
    fresh.fit(np.repeat(x, 300, axis=0), np.repeat(y, 300, axis=0), 10, verbose=0)
    return np.abs(fresh(x).numpy() - y.reshape(10, -1)).mean()


# %%
warnings.simplefilter("ignore")  # patient 1 has had its remark
cases = {name: patients[name] for name in (1, 2, 4, 6, 7)}
cases["healthy"] = healthy, diabetes.x_train, diabetes.y_train
misses = {str(name): by_heart(*case) for name, case in cases.items()}
check.by_heart_6.came(misses["6"].round(2))

# %%
plt.bar_label(plt.bar(*zip(*misses.items(), strict=True)), fmt="%.1f")
least = min(list(misses.values())[:5])
plt.title(f"Healthy: {misses['healthy']:.1f}, the five patients: {least:.1f} or more")
plt.xlabel("patient")
plt.ylabel("mean miss on ten rows")
said = check.by_heart_6.draw()
told = ", ".join(f"{name} {miss:.1f}" for name, miss in misses.items())
plots.show(f"Bars of the mean miss on ten rows: {told}.{said}")

# %% [markdown] tags=["after"]
# The healthy one misses nothing, each of the five 0.3 or more: one test, no doctor.

# %% [markdown]
# ### Exercise 6.8 · Fix
#
# Seven of them need one word or one line of NumPy. What belongs in the place of what is wrong? For 1, 4 and 6 give the
# activation, for 8 the loss, for 3 the labels, made from `signs`, for 5 the target, made from `raw`, for 7 the target, made
# from `flat`: `{1: "...", 3: ..., 4: "...", 5: ..., 6: "...", 7: ..., 8: "..."}`. The check trains them and says what they learn.

# %% tags=["exercise:repairs"]
### BEGIN SOLUTION
my_repairs = {
    1: "sigmoid",
    3: (signs + 1) / 2,
    4: "sigmoid",
    5: (raw - raw.mean()) / raw.std(),
    6: "linear",
    7: flat[:, None],
    8: "sparse_categorical_crossentropy",
}
### END SOLUTION
check.repairs(my_repairs)

# %%
# check.repairs.hint()
# check.repairs.solution()

# %% [markdown] tags=["solution"]
# 1 is a yes or no: one sigmoid. 3 has to say no with 0, not with −1. 4 has several yes-or-no questions: a sigmoid on each unit
# answers its own. 5 gets a target with mean 0 and spread 1, as the features have. 6 is an amount, which may lie below 0. 7
# gets a column, so that row meets row; `ops.reshape(y_true, ops.shape(y_pred))` inside `call` would do, too. 8 has integers
# for labels: the sparse loss.

# %% [markdown]
# ### Exercise 6.9 · Fix
#
# Patient 2 is left. Its owner wants logits, so the output has to stay linear. Return a fresh model from `build`, for 30
# inputs, that can learn whether a tumour is benign, with a metric that tells the share that is right.


# %% tags=["exercise:patient_2"]
def patient_2():
    ### BEGIN SOLUTION
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    right = keras.metrics.BinaryAccuracy(threshold=0.0)
    return build(30, 1, "linear", loss, [right])
    ### END SOLUTION


check.patient_2(patient_2)

# %%
# check.patient_2.hint()
# check.patient_2.solution()

# %% [markdown] tags=["solution"]
# The loss has to know that it gets logits. Without that, Keras takes them for probabilities: what is below 0 is clipped, the
# slope there is 0, and a network that starts with outputs below 0 is stuck. The metric has to know, too: for a logit the
# border between no and yes is 0, not 0.5.

# %% [markdown]
# ### Ask the doctor
#
# `diagnose` looks at model and data, without training.

# %%
from helpers.doctor import diagnose

for name, case in patients.items():
    print(name, *diagnose(*case).codes)

# %% [markdown] tags=["after"]
# 5 has two words: what came of the fault, then the fault. The second of 7 is a note: the doctor does not know this loss.

# %% [markdown]
# In full, for patient 1:

# %%
diagnose(*patients[1])

# %% [markdown]
# Twenty steps on a copy show more. Patient 5, before its training:

# %%
fresh = build(10, 1, "linear", "mean_squared_error")
diagnose(fresh, diabetes.x_train, raw, steps=20)

# %% [markdown]
# (`watch(x, y)` from the same place does this inside `fit`, as a callback.) Why does the loss of patients 1 and 4 fall? Look at the logit of patient 1, before its softmax:

# %%
model, x, y = patients[1]
hidden, output = model.layers
logits = hidden(x) @ output.kernel + output.bias
for name, said in (("its logit", logits > 0), ("its prediction", model(x) > 0.5)):
    print(f"{name:14} is right on {np.mean(said[:, 0] == y):.0%}")

# %% [markdown] tags=["after"]
# `fit`, on TensorFlow, looks behind the softmax and trains the logits as if sigmoids stood there; `predict` does not. So
# trust neither a falling loss nor silence: look at the predictions.

# %% [markdown]
# ## A loss for a bakery
#
# One loaf too few loses a customer, one too many is old bread, and the first is nine times as bad. So the bakery wants neither
# mean nor median of the demand.

# %%
plt.plot([-10, 0, 10], [1, 0, 9])
plt.title("Ten too few cost nine times what ten too many cost")
plt.xlabel("demand minus what was baked (loaves)")
plt.ylabel("cost")
plots.show("The bakery's cost: 1 for ten loaves too many, 9 for ten too few.")

# %% [markdown]
# ### Exercise 6.10 · Write
#
# A stretch. Write its loss. For each row, with `error = y - prediction` (here truth minus prediction: positive is too few), a
# positive error counts `share` times its size, a negative one `1 - share` times. Return the mean. Then `share=0.9` is the bakery; what does `share=0.5` remind you of?


# %% tags=["exercise:pinball"]
def pinball(y, prediction, share):
    ### BEGIN SOLUTION
    error = y - prediction
    return np.mean(np.where(error > 0, share * error, (share - 1) * error))
    ### END SOLUTION


check.pinball(pinball)

# %%
# check.pinball.hint()
# check.pinball.solution()

# %% [markdown] tags=["solution"]
# For a negative error, `(share - 1) * error` is positive: minus times minus. At the bakery's best guess nine days in ten need
# less bread and pull down gently; one needs more and pulls up nine times as hard. With `share=0.5` it is half the absolute
# error, and the best guess is the median. The best guess for any share is called a *quantile*; Koenker and Bassett (1978,
# "Regression Quantiles") fit whole lines this way.

# %% [markdown]
# ## What to remember
#
# **Which loss for which problem?** Ask what one answer is: an amount takes squared error (Huber where outliers are slips), a
# yes or no takes a sigmoid with binary crossentropy, one of several classes a softmax with categorical or sparse
# crossentropy, any number of labels a sigmoid each with binary crossentropy, a count an exponential with Poisson's loss.
#
# - The slope of a loss is how hard a row pulls. Squared errors follow the mean and the outliers, absolute errors the median.
# - Crossentropy is minus the mean logarithm of the probability given to what happened. It still pulls when a model is sure
#   and wrong; squared error behind a sigmoid hardly does.
# - Check the first loss: at several times ln(classes) something is wrong. Then let it learn ten rows by heart.
# - A falling loss proves little and silence proves nothing. Look at the predictions; where a yes is rare, at recall.
# - Loss and optimizer are chosen apart.
#
# A loss that suits the problem does not make a model good: that takes data, and the dials of lessons 4, 5 and 7.

# %%
check.look_back()

# %%
check.progress()

# %% [markdown]
# **Next:** [7 · Optimizers](07_optimizers.ipynb)
