# %% [markdown]
# # 1 · Stochastic
#
# **Why does a network learn from random handfuls of its examples, when it could look at all of them before every step?**
#
# **Stochastic** means "determined by chance". It is the first word of *stochastic gradient descent*, which, with its kin, trains
# nearly all neural networks, and this lesson is about that word alone. After it you can
#
# - say what a loss, a minibatch, a step and an epoch are, and count the steps;
# - say how wrong a minibatch is, and what one of four times the size buys;
# - say what a step costs, and what the size of the data has to do with it.
#
# *45 minutes to read and run, and about 70 for the exercises. You need Python, and from school: a straight line, a
# slope, a mean.*

# %%
import matplotlib.pyplot as plt
import numpy as np

from helpers import plots
from helpers.checks import lesson_01 as check
from helpers.data import load

plots.use_style()

# %% [markdown]
# ## The data: 266 patients
#
# When these patients with diabetes were first examined, their body mass index was written down. A year later it was measured
# how far the illness had gone (Efron and others, 2004, "Least Angle Regression"). Can the first number say something about
# the second?
#
# Both are **standardised** here: shifted and scaled so that their mean is 0 and their spread is 1. Spread means the **standard
# deviation**, NumPy's `std`: roughly, how far a value typically lies from the mean. Here are 266 of the 442 patients; lesson 4
# says why.

# %%
patients = load("diabetes")
x = patients.x_train[:, 2].astype(float)  # body mass index
y = patients.y_train[:, 0].astype(float)  # progression of the illness
n = len(x)
print(n, "rows")
for column in (x, y):  # abs: never "-0.00"
    print(f"mean {abs(column.mean()):.2f}, spread {column.std():.2f}")

# %% [markdown]
# A **row** is one example, here one patient. The simplest **model** is a straight line: it predicts $wx + b$. Its two
# numbers, the slope $w$ and the intercept $b$, are called **weights** (strictly, $b$ is the **bias**). Learning means finding
# good ones. Here are the rows and three lines.

# %%
ends = np.array([-2.5, 4])
plt.plot(x, y, "o", color="#999999", alpha=0.6, label="one patient")
for slope, style in ((0.0, "-"), (1.0, "--"), (-0.5, ":")):
    line = f"w = {slope:g}, b = 0"
    plt.plot(ends, slope * ends, style, color=plots.DESCENT, label=line)
plt.xlabel("body mass index (standard deviations)")
plt.ylabel("progression (standard deviations)")
plt.title("The cloud rises to the right: which line fits?")
plt.legend()
plots.show(
    "266 points that scatter widely and rise to the right, with three lines through "
    "the origin, of slopes 0, 1 and -0.5."
)

# %% [markdown]
# *266 patients and three lines. The cloud is wide, but it rises to the right.*
#
# A **loss** turns "how wrong is this line?" into one number. Ours is the **mean squared error**: take each row's error
# (prediction minus truth), square it, and average over the rows. Which of the three lines has the smallest loss?


# %%
def loss(w, b):
    return np.mean((w * x + b - y) ** 2)


for w in (-0.5, 0.0, 1.0):
    print(f"w = {w:4}: loss {loss(w, 0.0):.2f}")

# %% [markdown] tags=["after"]
# The rising line wins, with 0.79. A better one may lie in between. (The flat line has exactly 1: its errors are the $y$
# themselves, and their spread is 1.)
#
# ## Which way should w move?
#
# Stand at the flat line, $w = 0$ and $b = 0$. Nudge $w$ up by a thousandth and see what the loss does.

# %%
nudge = 0.001
print(f"{(loss(nudge, 0.0) - loss(0.0, 0.0)) / nudge:.2f}")

# %% [markdown] tags=["after"]
# At this spot the loss falls at a rate of 1.21 per unit of $w$: the nudge of 0.001 lowered it by 0.00121. That is the **slope
# of the loss** along $w$: minus 1.21. It is negative, so raise $w$.

# %% [markdown]
# You can have the slope without a nudge. Each row contributes $2\,(wx + b - y)\,x$, twice its error times its $x$; the slope
# is the mean over the rows.

# %%
w, b = 0.0, 0.0
per_row = 2 * (w * x + b - y) * x
print(per_row.shape, f"mean {per_row.mean():.2f}")

# %% [markdown]
# The same number. The loss has a slope along $b$, too. When $b$ moves, every prediction moves by as much, whatever its $x$, so
# there each row contributes $2\,(wx + b - y)$, without the $x$. The slopes together, one for each weight, are the **gradient**.
# Computed from all rows it is the **full gradient**. You can compute it from a few rows, too.
#
# ### Exercise 1.1 · Write
#
# `rows` holds the numbers of a few rows, such as `np.array([3, 17, 40])`, and `x[rows]` picks them out. Return the gradient of
# the mean squared error over these rows and no others, without nudges: two numbers, the slopes along `w` and along `b`.
#
# Stuck? Take the `#` of the first line below the check away and run it for a hint, again for a second one. The other line
# shows a solution.


# %% tags=["exercise:minibatch_gradient"]
def minibatch_gradient(w, b, x, y, rows):
    ### BEGIN SOLUTION
    errors = w * x[rows] + b - y[rows]
    return np.array([np.mean(2 * errors * x[rows]), np.mean(2 * errors)])
    ### END SOLUTION


check.minibatch_gradient(minibatch_gradient)

# %%
# check.minibatch_gradient.hint()
# check.minibatch_gradient.solution()

# %% [markdown] tags=["solution"]
# `x[rows]` and `y[rows]` pick the handful. The error is prediction minus truth, in this order: the other way round both slopes
# change their sign. `np.mean` divides by the size of the handful, so that a large handful does not make a large gradient.

# %% [markdown]
# ## One row, one opinion
#
# `per_row` holds what each patient alone would say about $w$. The mean says: raise $w$. Do most patients agree? Bet how many
# of the 266 would send $w$ the wrong way, then look.

# %% tags=["bet:wrong_way"]
check.wrong_way.bet(...)

# %%
wrong = (per_row > 0).sum()
print(f"{wrong} of {n} rows say: lower w")
check.wrong_way.came(wrong)

# %%
plt.hist(per_row, bins=np.arange(-16, 4.5, 0.5), color=plots.MINIBATCH)
plt.axvline(per_row.mean(), color=plots.FULL_GRADIENT, label="full gradient")
plt.axvline(0, color="#999999", linestyle=":", label="no slope")
plt.xlabel("slope of the loss along w, from one row")
plt.ylabel("number of rows")
plt.title(f"Single rows disagree: {wrong} of {n} point the wrong way")
plt.legend(loc="upper left")
said = check.wrong_way.draw()
plots.show(
    "Histogram of the slope from each single row, from -16 to 4, with a peak near 0. "
    f"The full gradient, {per_row.mean():.2f}, is marked; {wrong} rows lie above 0.{said}"
)

# %% [markdown] tags=["after"]
# *The slope that each row gives by itself. Most are near zero, a few reach beyond −8, and all right of the dotted line point
# the wrong way.*
#
# **77 of 266: more than a quarter.** And nearly all are wrong about the size. One row is cheap, but it knows little.
#
# ## From one opinion to a handful
#
# A **minibatch** is a handful of rows chosen at random, no row twice. The number of rows in it is the **batch size**, $B$.
# Draw five minibatches of 8 rows, and predict first: will they all say *raise w*?

# %%
rng = np.random.default_rng(0)
for _ in range(5):
    rows = rng.choice(n, size=8, replace=False)
    print(f"{per_row[rows].mean():.2f}")

# %% [markdown]
# Now draw 2,000 of them. Where will their mean lie? And how many of the 2,000 still point the wrong way?

# %% tags=["bet:wrong_handfuls"]
check.wrong_handfuls.bet(...)


# %%
def slopes(batch_size, draws=2000):
    rng = np.random.default_rng(0)
    handfuls = [rng.choice(n, batch_size, replace=False) for _ in range(draws)]
    return np.array([per_row[rows].mean() for rows in handfuls])


eights = slopes(8)
print(f"mean {eights.mean():.2f}, spread {eights.std():.2f}")
wrong = (eights > 0).sum()
print(f"wrong way: {wrong}")
check.wrong_handfuls.came(wrong)

# %%
plt.hist(eights, bins=40, color=plots.MINIBATCH, label="minibatches of 8")
plt.axvline(per_row.mean(), color=plots.FULL_GRADIENT, label="full gradient")
plt.axvline(0, color="#999999", linestyle=":", label="no slope")
plt.xlabel("slope of the loss along w, from 8 rows")
plt.ylabel("number of minibatches")
plt.title(f"Their mean is {eights.mean():.2f}; {wrong} point the wrong way")
plt.legend(loc="upper left")
said = check.wrong_handfuls.draw()
plots.show(
    f"Histogram of 2,000 minibatch slopes, from {eights.min():.1f} to "
    f"{eights.max():.1f}, with the mean {eights.mean():.2f}. The full gradient, "
    f"{per_row.mean():.2f}, is marked; {wrong} are above 0.{said}"
)

# %% [markdown] tags=["after"]
# *The slopes from 2,000 minibatches of 8 rows make a heap around the full gradient. Few hit it; few point the wrong way.*
#
# The misses nearly cancel: the 2,000 have the mean −1.24. Over all handfuls that there are, misses cancel exactly, because each
# row is in as many of them as any other. So the minibatch gradient is **unbiased**: not off to one side (the bias $b$ has
# nothing to do with it). A handful of 8 points the wrong way 3 times in 100, a single row 29 times.
#
# ## What do four times as many rows buy?
#
# The spread of that heap is the **noise** of the minibatch gradient. It should shrink when handfuls grow. How fast? You have
# seen 0.81 for 8 rows. Bet on 16, then run 1, 4 and 16.

# %% tags=["bet:spread_of_16"]
check.spread_of_16.bet(...)

# %%
spreads = [slopes(batch_size).std() for batch_size in (1, 4, 16)]
print(*(f"{spread:.2f}" for spread in spreads))
check.spread_of_16.came(spreads[2])

# %%
plt.bar(["1", "4", "16"], spreads, color=plots.MINIBATCH)
plt.xlabel("rows in a minibatch")
plt.ylabel("spread of the slope along w")
plt.title(f"The last bar is {spreads[2] / spreads[0]:.2f} as high as the first")
said = check.spread_of_16.draw()
heights = ", ".join(f"{spread:.2f}" for spread in spreads)
plots.show(f"Three bars for 1, 4 and 16 rows: spreads of {heights}.{said}")

# %% [markdown] tags=["after"]
# Four times as many rows, **half the noise**; four times as many again, half once more. The spread goes as $1/\sqrt{B}$: one
# divided by the square root of the batch size. The misses of single rows point both ways and partly cancel: statistics says
# that the spread of a sum of $B$ of them grows only as $\sqrt{B}$, and divided by $B$ that makes $1/\sqrt{B}$.
#
# ### Exercise 1.2 · Predict
#
# You have more rows than you can ever use, and the gradient is too noisy for you: you want a **tenth** of the noise. How many
# times as many rows must a minibatch hold?

# %% tags=["exercise:a_tenth_of_the_noise"]
### BEGIN SOLUTION
my_times = 100
### END SOLUTION
check.a_tenth_of_the_noise(my_times)

# %%
# check.a_tenth_of_the_noise.hint()
# check.a_tenth_of_the_noise.solution()

# %% [markdown] tags=["solution"]
# $1/\sqrt{B}$ has to become a tenth of what it is, so $\sqrt{B}$ ten times as large, and $B$ a hundred times. You pay
# a hundred times for ten times the precision. (Precision is not yet progress: lesson 4 counts the steps that it saves.)

# %% [markdown]
# After you have answered: try it, from 10 rows on. To have more rows than 266, draw *with replacement*: a row that was drawn
# goes back and can come again.

# %%
rng = np.random.default_rng(0)
for batch_size in 10 * 4 ** np.arange(5):
    spread = rng.choice(per_row, size=(2000, batch_size)).mean(axis=1).std()
    print(f"{batch_size:4} rows: spread {spread:.2f}")

# %% [markdown] tags=["after"]
# A tenth of 0.72 is reached between 640 and 2,560 rows, where the rule says 1,000 in the place of 10.
#
# ## When the handful is nearly the whole pile
#
# A minibatch draws *without* replacement, and then $1/\sqrt{B}$ can't be the whole truth: a handful of all 266 rows leaves
# nothing to chance. Measure the spread for many sizes, and draw it beside the rule. By how many percent will it miss at 128
# rows?

# %% tags=["bet:below_the_rule"]
check.below_the_rule.bet(...)

# %%
sizes = np.array([1, 2, 4, 8, 16, 32, 64, 128, 196, 256])
measured = np.array([slopes(size).std() for size in sizes])
rule = per_row.std() / np.sqrt(sizes)
missing = 100 * (1 - measured / rule)
check.below_the_rule.came(missing[sizes == 128].item())

# %%
plt.loglog(sizes, rule, ":", color=plots.FULL_GRADIENT, label=r"$1/\sqrt{B}$ rule")
plt.loglog(sizes, measured, "o", color=plots.MINIBATCH, label="measured")
plt.xticks([1, 4, 16, 64, 256], [1, 4, 16, 64, 256])
plt.yticks([2, 1, 0.5, 0.25, 0.125, 0.0625], [2, 1, "1/2", "1/4", "1/8", "1/16"])
plt.minorticks_off()
plt.xlabel("batch size B (rows)")
plt.ylabel("spread of the slope along w")
plt.title(f"At 128 rows {missing[sizes == 128].item():.0f}% below the rule")
plt.legend()
said = check.below_the_rule.draw()
plots.show(
    "Spread against batch size, both on logarithmic axes: a straight line for the rule, "
    f"and measured points, at 16 rows {missing[4]:.0f}% below it, at 64 rows "
    f"{missing[6]:.0f}%, at 128 rows {missing[7]:.0f}%.{said}"
)

# %% [markdown] tags=["after"]
# *On logarithmic axes the rule is a straight line: from tick to tick four times the rows, half the spread. The points follow it
# to about 16 rows and then fall away: at 64 rows by an eighth, at 128 by more than a quarter.*

# %% [markdown]
# This spread, which we called the noise, is known as the **standard error** of the mean. For samples without replacement it is
#
# $$\text{standard error} = \frac{\text{spread of single rows}}{\sqrt{B}} \cdot \sqrt{\frac{n - B}{n - 1}}$$
#
# In words: the rule from before, times the **finite-population factor**. That factor is 1 for a single row, near 1 while the
# handful is a small part of the pile, and exactly 0 at $B = n$. Which of the two agrees with half of our rows?

# %%
half = n // 2
rule_alone = per_row.std() / np.sqrt(half)
factor = np.sqrt((n - half) / (n - 1))
print(f"rule {rule_alone:.3f}, with the factor {rule_alone * factor:.3f}")
print(f"measured {slopes(half).std():.3f}")

# %% [markdown]
# ### Exercise 1.3 · Tune
#
# Find the smallest batch size, a whole number of rows, that brings the standard error of the slope along $w$ down to 0.2 or
# less. `per_row.std()` and `n` are those of our patients. Work it out, or try sizes in a cell of your own.

# %% tags=["exercise:small_enough"]
### BEGIN SOLUTION
my_batch_size = 84
### END SOLUTION
check.small_enough(my_batch_size)

# %%
# check.small_enough.hint()
# check.small_enough.solution()

# %% [markdown] tags=["solution"]
# With 83 rows the formula gives 0.2013, with 84 rows 0.1995. Without the finite-population factor you would have asked for
# nearly half as many again. Exercise 1.7 lets the computer do the search.

# %% [markdown]
# ## The lab: a cloud that shrinks
#
# So far you saw one slope. A gradient has two, so each minibatch is a point in the plane. Drag the batch size and watch the
# cloud close in on the full gradient. Then change $w$: the cross moves, the noise changes, the rule stays.

# %%
from helpers import labs

labs.sampling()

# %% [markdown]
# *Left: minibatch gradients around the full one. Right: their typical distance from it; the circle marks your batch size.*
#
# ### Exercise 1.4 · Choose
#
# Three clouds, seen along $w$: 2,000 minibatches each, of 4, 16 and 64 rows. The computer shuffled them and calls them A, B
# and C. Which is which? Don't print `mixed`: the pictures tell you. Answer with a dictionary of the form
# `{"A": 4, "B": 16, "C": 64}`.

# %%
mixed = np.random.default_rng(11).permutation([4, 16, 64])
clouds = dict(zip("ABC", map(slopes, mixed), strict=True))

# %%
fig, axes = plt.subplots(1, 3, sharex=True, figsize=(9, 2.6))
for ax, (letter, cloud) in zip(axes, clouds.items(), strict=True):
    ax.hist(cloud, bins=30, color=plots.MINIBATCH)
    ax.axvline(per_row.mean(), color=plots.FULL_GRADIENT)
    ax.set(title=f"Cloud {letter}", xlabel="slope along w", xlim=(-9, 2), yticks=[])
reach = [f"{name} from {c.min():.1f} to {c.max():.1f}" for name, c in clouds.items()]
plots.show(
    f"Three histograms around the full gradient, {per_row.mean():.2f}. "
    f"They reach: {', '.join(reach)}."
)

# %% [markdown]
# *Three histograms around the full gradient, on one scale.*

# %% tags=["exercise:which_cloud"]
### BEGIN SOLUTION
my_sizes = {"A": 16, "B": 4, "C": 64}
### END SOLUTION
check.which_cloud(my_sizes)

# %%
# check.which_cloud.hint()
# check.which_cloud.solution()

# %% [markdown] tags=["solution"]
# The more rows, the less noise. From 4 to 16 and from 16 to 64 rows each cloud has half the width of the one before (for 64 a
# little less, because 64 is already a quarter of all rows).

# %% [markdown]
# *Halfway: a good place to rest. When you come back, click here and choose **Run > Run All Above Selected Cell**.*

# %% [markdown]
# ## An epoch: every row once
#
# Training usually does not draw each handful from all rows. It shuffles the row numbers, like a pack of cards, and deals them
# out: the first $B$, the next $B$, until none is left. One pass over all rows is an **epoch**. Then it shuffles again.


# %%
def epoch_of_minibatches(batch_size, seed=0):
    order = np.random.default_rng(seed).permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


print([len(rows) for rows in epoch_of_minibatches(32)])

# %% [markdown]
# Eight minibatches of 32 and a last one of 10, with what was left. After each the network (our line is the smallest there is)
# takes one **step**: its weights move a little, against the gradient of this minibatch. So
#
# $$\text{steps per epoch} = \lceil n / B \rceil$$
#
# Rows divided by batch size, rounded *up*. Here $266/32 = 8.3$, and 9 steps.
#
# Watch one epoch of 19 minibatches with 14 rows each. The line stays at $w = 0$; only the slopes are computed.

# %% tags=["nbval-ignore-output"]
from helpers import films

dealt = np.array(epoch_of_minibatches(14))
films.one_epoch(x, y, dealt, per_row[dealt].mean(axis=1))

# %% [markdown]
# *Left: the rows of each minibatch light up, then turn dark. Right: the minibatch slopes jump about; their mean so far homes in
# on the full gradient.*
#
# It meets it exactly, because every row was counted once. Does that hold for handfuls of 32, where the last is smaller?

# %%
dealt = epoch_of_minibatches(32)
means = [per_row[rows].mean() for rows in dealt]
counts = [len(rows) for rows in dealt]
print(f"plain mean           {np.mean(means):.3f}")
print(f"each times its rows  {np.sum(np.multiply(means, counts)) / n:.3f}")
print(f"full gradient        {per_row.mean():.3f}")

# %% [markdown] tags=["after"]
# It does when each counts as many times as it has rows. In the plain mean the 10 patients of the last one weigh more than
# three times as much as the others.

# %% [markdown]
# In training the weights move after each minibatch, so its gradient is right on average *for the place where they are then*
# (almost: within an epoch the rows still to come are slightly unlike those already used).
#
# ### Exercise 1.5 · Predict
#
# The same 266 patients with a batch size of 60. How many rows does the last minibatch of an epoch hold?

# %% tags=["exercise:last_minibatch"]
### BEGIN SOLUTION
my_rows = 26
### END SOLUTION
check.last_minibatch(my_rows)

# %%
# check.last_minibatch.hint()
# check.last_minibatch.solution()

# %% [markdown] tags=["solution"]
# Four full minibatches take 240 rows, and 266 − 240 = 26 are left. They make the fifth step. In Python: `266 % 60`.

# %% [markdown]
# After you have answered: deal them out.

# %%
print([len(rows) for rows in epoch_of_minibatches(60)])

# %% [markdown]
# ### Exercise 1.6 · Fix
#
# This function should deal out one epoch. How many of the 266 patients does it never show?


# %%
def careless_epoch(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    minibatches = []
    for _ in range(n // batch_size):
        minibatches.append(rng.integers(n, size=batch_size))
    return minibatches


# %% tags=["bet:never_seen"]
check.never_seen.bet(...)

# %%
dealt = careless_epoch(n, 32, seed=0)
# bincount: how often each row number comes, then how many rows came so often
times_seen = np.bincount(np.concatenate(dealt), minlength=n)
rows_seen = np.bincount(times_seen)
check.never_seen.came(rows_seen[0])

# %%
plt.bar(range(len(rows_seen)), rows_seen, color=plots.MINIBATCH)
plt.xlabel('times seen in this "epoch"')
plt.ylabel("number of rows")
plt.title(f"{rows_seen[0]} rows never, {rows_seen[1]} once, as it should be")
said = check.never_seen.draw()
plots.show(f"Bars of rows seen 0, 1, 2 times and more: {rows_seen.tolist()}.{said}")

# %% [markdown]
# Repair it: every row exactly once, in a random order that depends on `seed`, in minibatches of `batch_size`; only the last may
# be smaller. Return a list of arrays. Try it without copying the right one above.


# %% tags=["exercise:epoch"]
def epoch(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    ### BEGIN SOLUTION
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]
    ### END SOLUTION


check.epoch(epoch)

# %%
# check.epoch.hint()
# check.epoch.solution()

# %% [markdown] tags=["solution"]
# There were two faults. `rng.integers` draws with replacement, so a row can come twice and another never: shuffle once, then
# cut. And `n // batch_size` rounds down, so the rows of the last, smaller minibatch were lost: `range(0, n, batch_size)` goes
# on to the end. NumPy's slices stop at the end by themselves. (Draw $n$ of $n$ rows with replacement, and about $1/e$, 37%, of
# them never come.)

# %% [markdown]
# ## Three names for one dial
#
# | batch size | name | steps in an epoch of 266 rows |
# |---|---|---|
# | $B = n$, all rows | **batch** (or full-batch) gradient descent | 1 |
# | $1 < B < n$ | minibatch gradient descent | 9 for $B = 32$ |
# | $B = 1$ | stochastic gradient descent, in the narrow sense | 266 |
#
# One method, one dial. "SGD uses a single sample" is true in the narrow, older sense only (it goes back to Robbins and Monro,
# 1951, "A Stochastic Approximation Method"). Today **SGD** means minibatches of any size. Many say *batch* for a minibatch;
# hence *batch size*.

# %% [markdown]
# ## What a step costs
#
# So all rows are best? Look at the bill, with more data: 100,000 rows of 20 **features**, numbers that describe a row, as the
# body mass index did. Each has a weight, so there are 20 slopes. `some_x @ weights` adds up feature times weight, which gives
# the prediction of each row; `errors @ some_x` adds up error times feature, for each slope.

# %%
rng = np.random.default_rng(0)
many_x = rng.normal(size=(100_000, 20))
many_y = many_x @ np.ones(20) + rng.normal(size=100_000)
weights = np.zeros(20)


def gradient_of(start, size):
    some_x, some_y = many_x[start : start + size], many_y[start : start + size]
    errors = some_x @ weights - some_y
    return 2 * errors @ some_x / size


# %% [markdown]
# These rows came in random order, so neighbours will do for a handful. A step on a single row has its price in milliseconds.
# How many rows does a step hold at *twice* that price? Bet, then time all sizes.

# %% tags=["bet:twice_the_price"]
check.twice_the_price.bet(...)

# %% tags=["nbval-ignore-output"]
import time

sizes = np.array([1, 4, 16, 32, 64, 256, 1024, 4096, 16_384, 100_000])
step_price = []  # in milliseconds
for size in sizes:
    seconds = []
    for k in range(np.clip(200_000 // size, 9, 2000)):
        begin = time.perf_counter()
        gradient_of(k * size % (100_001 - size), size)  # other rows each time
        seconds.append(time.perf_counter() - begin)
    step_price.append(1000 * np.median(seconds))
epoch_price = np.array(step_price) * 100_000 / sizes
twice = np.interp(2 * step_price[0], step_price, sizes).round(-1)
check.twice_the_price.came(twice)

# %% tags=["nbval-ignore-output"]
plt.loglog(sizes, epoch_price, "s--", color=plots.DESCENT, label="an epoch")
plt.loglog(sizes, step_price, "o-", color=plots.MINIBATCH, label="a step")
plt.axvline(twice, color="#999999", linestyle=":", label="a step at twice the price")
plt.xlabel("batch size (rows)")
plt.ylabel("time (milliseconds)")
plt.title(f"A step on {twice:.0f} rows costs twice as much as on one")
plt.legend()
said = check.twice_the_price.draw()
plots.show(
    "Time against batch size, both on logarithmic axes: the price of a step, and that "
    f"of an epoch. A step on {twice:.0f} rows costs twice as much as on one.{said}"
)

# %% [markdown] tags=["after"]
# *The price of a step is nearly level up to dozens of rows, then rises with them. That of an epoch falls at first.*
#
# To start a computation takes time of its own, whatever the number of rows. So 32 rows cost little more than one, and an
# epoch row by row is by far the slowest. What one step on all rows costs depends on the machine. It wastes the chance to move:
# it is one step where minibatches of 32 make 3,125.
#
# Predictions and errors take memory, too, for each row of the handful; larger networks keep many more numbers: that sets a limit
# to the batch size. (In use are tens to thousands. Masters and Luschi, 2018, "Revisiting Small Batch Training for Deep Neural
# Networks", found 32 or fewer best; Goyal and others, 2017, "Accurate, Large Minibatch SGD", took 8,192.)
#
# ## A town and a country
#
# The size of the data is *not* in this bill. But can a small handful speak for many rows? Copy each patient ten times. The
# spread of handfuls of 128 was 0.14. Bet on it among ten times as many rows.

# %% tags=["bet:ten_copies"]
check.ten_copies.bet(...)


# %%
def polls(people, asked):
    rng = np.random.default_rng(0)
    # Person n is a copy of patient 0, and so on.
    drawn = [rng.choice(people, asked, replace=False) % n for _ in range(2000)]
    return per_row[np.array(drawn)].mean(axis=1)


print(f"full gradient of the copies: {np.tile(per_row, 10).mean():.2f}")
heaps = {people: polls(people, 128) for people in (n, 10 * n)}
check.ten_copies.came(heaps[10 * n].std())

# %%
looks = {"alpha": 0.4}, {"histtype": "step", "linewidth": 2}
for (people, heap), look in zip(heaps.items(), looks, strict=True):
    look |= {"bins": np.linspace(-2, -0.4, 41), "color": plots.MINIBATCH}
    plt.hist(heap, label=f"128 of {people:,}", **look)
plt.axvline(per_row.mean(), color=plots.FULL_GRADIENT, label="full gradient of both")
plt.xlabel("slope of the loss along w, from 128 rows")
plt.ylabel("number of minibatches")
plt.title(f"Ten times the rows: spread {heaps[10 * n].std():.2f}")
plt.legend(loc="upper left")
said = check.ten_copies.draw()
spreads = ", ".join(f"{heap.std():.2f} of {k:,} rows" for k, heap in heaps.items())
plots.show(f"Two heaps around one full gradient. Spread: {spreads}.{said}")

# %% [markdown] tags=["after"]
# *Two heaps around one full gradient, the outlined one wider.* That gradient costs ten times as much. The handful is a smaller part now, and
# the factor near 1. (Real rows are not copies, but many say nearly the same.)

# %% [markdown]
# Now a million copies: our patients are a town, and this is a country of 266 million. You want a standard error of 0.2, as in
# exercise 1.3. Bet how many of the country, drawn at random, you have to ask.

# %% tags=["bet:country"]
check.country.bet(...)

# %%
asked = int(np.ceil((per_row.std() / 0.2) ** 2))  # by the rule
spread = polls(1_000_000 * n, asked).std()
print(f"{asked} of {1_000_000 * n:,} asked: spread {spread:.3f}")
check.country.came(asked)

# %%
sizes, at_100 = np.arange(1, n + 1), []
for people, style in ((n, "-"), (10 * n, "--"), (1_000_000 * n, ":")):
    errors = per_row.std() / np.sqrt(sizes) * np.sqrt((people - sizes) / (people - 1))
    label = f"of {people:,} people"
    plt.plot(sizes, errors, style, color=plots.MINIBATCH, label=label)
    at_100.append(f"{errors[99]:.3f}")
plt.axhline(0.2, color=plots.FULL_GRADIENT, linewidth=1, label="wanted")
plt.ylim(0, 0.6)
plt.xlabel("people asked")
plt.ylabel("standard error of the slope along w")
plt.title(f"{asked} people speak for {1_000_000 * n:,}")
plt.legend()
said = check.country.draw()
plots.show(
    "The standard error against the people asked, of a town, of ten times as many, and "
    f"of the country: {', '.join(at_100)} for 100 people. The curve of the town falls to "
    f"0 when all are asked; the country reaches 0.2 at {asked}.{said}"
)

# %% [markdown] tags=["after"]
# *The curves of 2,660 and of 266 million people hardly differ. Only in the town, where you ask a good part of all, do you need
# fewer.*
#
# 84 of the town, 117 of 2,660, and 122 of 266 million: there the finite-population factor is as good as 1.
#
# **What a small part of the pile knows depends on its own size, hardly on the pile's.** So a step is cheap however many rows
# there are.
#
# ## Real data: does it pay?
#
# Fit the line to the patients. Start from $w = -1$, $b = 1$, and after each minibatch move each weight by a twentieth of its
# slope, downhill, hence the minus. (That number, 0.05, is the learning rate: lesson 3.)


# %%
def fit(batch_size, learning_rate=0.05, epochs=3):
    w, b = -1.0, 1.0
    losses = [loss(w, b)]
    for epoch_number in range(epochs):
        for rows in epoch_of_minibatches(batch_size, seed=epoch_number):
            errors = w * x[rows] + b - y[rows]
            w = w - learning_rate * np.mean(2 * errors * x[rows])
            b = b - learning_rate * np.mean(2 * errors)
            losses.append(loss(w, b))
    return np.array(losses)


# %% [markdown]
# Each run may read $3 \cdot 266 = 798$ rows. With all rows in a step that makes 3 steps, with 32 rows 27, with single rows 798.
# The first run knows the way exactly. It starts at 4.21, and no line goes below 0.63. Where will it end?

# %% tags=["bet:three_exact_steps"]
check.three_exact_steps.bet(...)

# %%
runs = {size: fit(size) for size in (266, 32, 1)}
for size, losses in runs.items():
    print(f"B = {size:3}: {len(losses) - 1:3} steps, loss {losses[-1]:.2f}")
check.three_exact_steps.came(runs[266][-1])

# %%
styles = {266: "s-", 32: "o-", 1: "-"}
colours = {266: plots.FULL_GRADIENT, 32: plots.DESCENT, 1: plots.MINIBATCH}
for size, losses in runs.items():
    seen = np.linspace(0, 798, len(losses))
    plt.plot(seen, losses, styles[size], color=colours[size], label=f"B = {size}")
plt.axhline(0.634, linestyle="--", color=plots.MINIMUM, label="best line")
plt.yscale("log")
plt.yticks([0.6, 1, 2, 4], [0.6, 1, 2, 4])
plt.minorticks_off()
plt.xlabel("rows read")
plt.ylabel("loss over all rows")
plt.title(f"Loss {runs[266][-1]:.2f} after 3 steps, {runs[32][-1]:.2f} after 27")
plt.legend()
said = check.three_exact_steps.draw()
ends = ", ".join(f"B = {size} at {losses[-1]:.2f}" for size, losses in runs.items())
plots.show(
    "Loss against rows read, each run from the same start: 3 steps on all rows, 27 on "
    f"32, and 798 on single ones. They end: {ends}.{said}"
)

# %% [markdown] tags=["after"]
# *Loss against the number of rows read (the axis of the loss is logarithmic). Single rows are down first and then stay restless;
# minibatches of 32 come down smoothly; three exact steps get less than half the way.*
#
# For the same rows, 27 rough steps reach 0.64, three exact ones 2.53, and the noise of single rows keeps throwing the line
# about. Between the two lies the reason for minibatches.

# %% [markdown]
# This comparison has a catch: the same learning rate for all. Does an exact direction allow longer steps?

# %%
for size in (266, 32, 1):
    losses = fit(size, learning_rate=0.5)
    print(f"B = {size:3}: highest loss after the first step {losses[1:].max():.2g}")

# %% [markdown] tags=["after"]
# Ten times the rate, and the full gradient is at the best line, 0.63, after *one* step. Minibatches of 32 stay below 1, single
# rows throw the line out of all bounds. This loss is as round as a bowl can be; on most, even an exact gradient has to take
# small steps (lesson 3). Lesson 4 runs a fair race, each size with its own best rate.
#
# ## Does the full gradient find the lowest valley?
#
# You may read that full-batch descent finds the **global minimum**, the lowest point of all, and that minibatches do not. The
# loss of our line has one valley only: it is **convex**, nowhere bent downwards. Here is one with potholes, over two weights,
# made up for lesson 3. Where will exact gradients end from these three starts?

# %%
from helpers.surfaces import SURFACES

potholes = SURFACES["potholes"]
paths = []
for start in ([-2.8, 1.8], [2.5, 2.5], [2.0, -1.0]):
    path = [np.array(start)]
    for _ in range(300):
        path.append(path[-1] - 0.1 * potholes.gradient(path[-1]))
    paths.append(np.array(path))
    print(f"from {start}: loss {potholes.value(path[-1]):.2f}")

# %%
ax = plots.walks(potholes, paths)
lost = sum(potholes.value(path[-1]) > 0.1 for path in paths)
ax.set_title(f"Exact steps: {lost} of {len(paths)} get stuck")
plots.show(
    "A map of a loss, lighter where lower, with a wide bowl and four holes. Of "
    f"{len(paths)} paths {lost} end in holes, the others at the star, the lowest point."
)

# %% [markdown] tags=["after"]
# *A map of the loss, lighter where it is lower. One path reaches the star, the lowest point of all. Two end in potholes.*
#
# Every one of these steps was exact. On a smooth convex loss that has a lowest point the full gradient leads there (with small
# enough steps); on others it promises no lowest valley. Noise can even help out of a hole: lesson 3 counts how often.
#
# ## The same in Keras
#
# **Keras** is a Python library that builds and trains networks. It calls our line `Dense(1)`: one weight and a bias. An
# **optimizer** is the rule for a step, here `SGD`. Let it take one step at rate 1 on all rows, from $w = b = 0$. By how much
# will $w$ move? (*Kernel* is its word for the weights without the bias; `x[:, None]` makes a table of one column.)

# %% tags=["nbval-ignore-output"]
import keras  # takes about ten seconds


# %%
def build(learning_rate):
    line = keras.layers.Dense(1, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), line])
    model.compile(keras.optimizers.SGD(learning_rate), loss="mean_squared_error")
    return model


model = build(learning_rate=1.0)
model.fit(x[:, None], y[:, None], batch_size=266, epochs=1, verbose=0)
print(f"w = {model.get_weights()[0].item():.2f}")

# %% [markdown]
# Does Keras count its steps as you do? `None` stands for "not given".

# %%
for size in (1, 32, 266, None):
    model = build(learning_rate=0.01)
    model.fit(x[:, None], y[:, None], batch_size=size, epochs=1, verbose=0)
    print(f"batch_size={size}: steps: {model.optimizer.iterations.numpy()}")

# %% [markdown] tags=["after"]
# Above, minus the full gradient, as by hand. Here 266, nine and one step, by one optimizer. The batch size belongs to `fit`, which also shuffles the rows;
# if you don't say, it is 32.
#
# ## Find the batch size for any data
#
# ### Exercise 1.7 · Write
#
# *A stretch: take extra time and paper, or come back to it.* Given the slope from each row, of any data, and a target, return
# the smallest batch size, a whole number, whose standard error is at most the target. A target of 0 must give all the rows.


# %% tags=["exercise:rows_needed"]
def rows_needed(per_row, target):
    ### BEGIN SOLUTION
    n = len(per_row)
    for batch_size in range(1, n + 1):
        factor = np.sqrt((n - batch_size) / (n - 1))
        if per_row.std() / np.sqrt(batch_size) * factor <= target:
            return batch_size
    ### END SOLUTION


check.rows_needed(rows_needed)

# %%
# check.rows_needed.hint()
# check.rows_needed.solution()

# %% [markdown] tags=["solution"]
# Go up from one row and stop at the first size that is good enough. At `batch_size = n` the factor is exactly 0, so the loop
# always finds one. Solving the formula for $B$ does it without a loop: $B = n / (1 + (n-1)\,t^2/s^2)$ for the target $t$ and
# the spread $s$, rounded up.

# %% [markdown]
# ## What to remember
#
# **Why random handfuls?** Because a handful points the right way on average, and costs the same however many rows there are:
# many rough steps are usually worth more than a few exact ones.
#
# - A minibatch gradient is unbiased: right on average, wrong each time.
# - Four times the batch buys half the noise.
# - Without replacement the noise is smaller still by $\sqrt{(n-B)/(n-1)}$, and zero at $B = n$.
# - An epoch deals out a shuffled copy, every row once, in $\lceil n/B \rceil$ steps.
# - Small exact steps find the lowest point of a smooth convex loss. Elsewhere they promise no lowest valley.
#
# You took the slope $2\,(wx + b - y)\,x$ on trust. Lesson 2 shows where it comes from, and why it points uphill.

# %%
check.look_back()

# %%
check.progress()

# %% [markdown]
# **Next:** [2 · Gradient: which way is down?](02_gradient.ipynb)
