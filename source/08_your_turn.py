# %% [markdown]
# # 8 · Your turn
#
# **A problem, a budget, and every dial in your own hand: what do you choose first, and how do you know that it was good?**
#
# Four problems wait, and the choices are yours. After this lesson you can
#
# - take a new problem from the data to a trained model, within a budget;
# - say which of your choices mattered, in numbers;
# - defend a choice in writing, with its price.
#
# *40 minutes to read and run, and about 80 for the exercises. You can rest after any problem. You need the rows and the curve
# from lesson 4, rates, schedules and seeds from lesson 5, the table of losses from lesson 6, the optimizers from lesson 7.*

# %% tags=["nbval-ignore-output"]
import keras  # takes about ten seconds
import matplotlib.pyplot as plt
import numpy as np

from helpers import capstone, labs, plots
from helpers.checks import lesson_08 as check

plots.use_style()

# %% [markdown]
# ## The rules
#
# 1. **A budget of steps.** You may make so many updates and no more. How large the minibatches are is up to you.
# 2. **Three piles**, as in lesson 4. Train on training rows, choose on validation rows. The test rows have the last word.
# 3. **Three seeds**, as in lesson 5. One run is an anecdote, so your score is a mean over three.
# 4. **You hand over a recipe**, not a model. A **recipe** is every choice you make. It is written as a function that returns a
#    fresh compiled model, and how to train it. The check runs it, counts the steps, and scores the result.
#
# Here is one, with the rate and batch size that lesson 4 began with. It is the *baseline*: in each problem the recipe to beat
# is SGD at 0.1 with 32 rows a step.


# %%
def dense(inputs, hidden, units, activation=None):
    widths = [keras.layers.Dense(width, activation="relu") for width in hidden]
    output = keras.layers.Dense(units, activation=activation)
    return keras.Sequential([keras.Input((inputs,)), *widths, output])


def baseline():
    model = dense(64, [64], 10, "softmax")
    optimizer = keras.optimizers.SGD(learning_rate=0.1)
    model.compile(optimizer, loss="sparse_categorical_crossentropy")
    return model, {"batch_size": 32, "epochs": 3}


# %% [markdown]
# `dense` saves typing: inputs, the widths of the hidden layers, and the output. And this is all that is done with a recipe. The
# seed decides the random start and the order of the rows; `how` is what `fit` is told.


# %%
def train(recipe, problem, seed, **more):
    keras.utils.set_random_seed(seed)
    model, how = recipe()
    history = model.fit(problem.x_train, problem.y_train, verbose=0, **how, **more)
    return model, history


def try_out(recipe, problem):
    scores = []
    for seed in capstone.SEEDS:
        model, _ = train(recipe, problem, seed)
        outputs = model(problem.x_valid).numpy()
        scores.append(capstone.score(outputs, problem.y_valid, problem.kind))
    print(f"{np.mean(scores):.2f}, from {min(scores):.2f} to {max(scores):.2f}")


# %% [markdown]
# `score` counts what the problem asks for: R squared where the answer is an amount, the share of right rows elsewhere. It
# takes the output for a probability; if yours are logits, add `logits=True` to its arguments in `try_out`. On *validation*
# rows the baseline has:

# %%
digits = capstone.load_task("digits")
try_out(baseline, digits)

# %% [markdown]
# And here are the four problems. Their scores are on *test* rows, so the baseline's differs from the one you have just seen.
# *Best* is what a search through hundreds of recipes chose by validation rows alone. The *target*, which is what passes, lies
# three fifths of the way from baseline to best. (All are means over ten seeds of the course's own engine. Three in Keras can
# come out elsewhere: the diabetes baseline at 0.24.)

# %%
for name, task in capstone.TASKS.items():
    print(f"{name:13} {task.budget:3} steps, {task.measure:18}", end=" ")
    print(f"baseline {task.baseline:g}, target {task.target:g}, best {task.best:g}")

# %% [markdown]
# ## Every dial at once
#
# Here are two recipes side by side, A and B, each with its optimizer, rate, batch size and schedule. Both make the same
# number of steps from the same three starts. The bands reach from the lowest to the highest seed.

# %%
labs.recipes()

# %% [markdown] tags=["after"]
# *Two recipes on one problem: the validation score against the step, each with a band over three seeds.*

# %% [markdown]
# Try these, one at a time, and commit to a guess before each. Give both SGD, and B a rate ten times as high. Give B Adadelta
# at 0.001, Keras's default. Give both the same recipe, then B another batch size. After which of these do the bands end apart?
#
# Now one dial alone is turned: B is Adam, and its rate goes from 0.0003 to 1.

# %% tags=["nbval-ignore-output"]
rates = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0]
labs.recipes().animate("b_rate", rates, milliseconds=900)

# %% [markdown] tags=["after"]
# *A film. A stays as it is. B creeps at 0.0003, catches up with A at 0.003, is ahead at 0.01 and 0.03, and falls back
# above. There its band is wide and its line jagged, but it does not break.*
#
# ### Exercise 8.1 · Predict
#
# Plan before you train. There are 1,079 training rows and a budget of 110 steps. With a batch size of 128, how many whole
# epochs can you afford?

# %% tags=["exercise:affordable"]
### BEGIN SOLUTION
my_epochs = 12
### END SOLUTION
check.affordable(my_epochs)

# %%
# check.affordable.hint()
# check.affordable.solution()

# %% [markdown] tags=["solution"]
# An epoch takes $\lceil 1079 / 128 \rceil = 9$ steps, the last with the 55 rows that are left over. $110 / 9 = 12.2$, so
# twelve epochs, 108 steps. With batch size 32 it is 34 steps and three epochs: a larger batch sees more rows for the same
# number of steps, and pays for it in seconds.

# %% [markdown]
# ## Problem 1: read a digit, in 110 steps
#
# In lessons 4 and 5 you brought it to 95% on validation rows, in 60 steps. Now you have 110.
#
# Begin with `sweep`: on problems 1 to 3 it trains a hundred networks in the time that Keras takes for a few. Here are nine
# rates for two optimizers, with 16 rows a step and one epoch: 68 steps.

# %%
from helpers.optimizers import SGD, Adam
from helpers.sweeps import sweep

rates = np.geomspace(0.001, 3, 9)
grid = {"learning_rates": rates, "batch_sizes": 16, "seeds": range(3), "epochs": 1}
for optimizer in (SGD, Adam):
    result = sweep(digits, optimizer=optimizer, progress=False, **grid)
    best = result.best(by="valid_score")
    print(f"{optimizer.__name__:4} best rate {best.learning_rate:.2g}", end=", ")
    print(f"validation accuracy {best.valid_score:.2f}")

# %% [markdown] tags=["after"]
# The best rates of the two lie a factor of twenty apart. Lesson 7 said it: there is no such thing as *the* learning rate,
# only the rate of an optimizer, and of a batch size. Neither is at 0.96 yet: change `grid`, and run it again.
#
# ### Exercise 8.2 · Tune
#
# Hand over a recipe for the digits: at most **110 steps**, and a mean test accuracy of **0.968** or more. Loss and output are
# as in lesson 4; all the rest is open. Aim at 0.96 on validation rows first: put `#` before the check's line, and write
# `try_out(my_digits, digits)` below it. (Either takes some ten seconds, longer with wide layers or many epochs.)


# %% tags=["exercise:my_digits"]
def my_digits():
    ### BEGIN SOLUTION
    model = dense(64, [64], 10, "softmax")
    optimizer = keras.optimizers.Adam(learning_rate=0.02)
    model.compile(optimizer, loss="sparse_categorical_crossentropy")
    return model, {"batch_size": 64, "epochs": 6}
    ### END SOLUTION


check.my_digits(my_digits)

# %%
# check.my_digits.hint()
# check.my_digits.solution()

# %% [markdown] tags=["solution"]
# One of many: the network of lesson 4, and the rate that the sweep finds for Adam with 64 rows a step and six epochs. SGD at
# *its* rate for these passes as well. What may not is a rate that was found for something else: with 64 units Adam at its
# default of 0.001 needs more steps than you have. (With 1,024 it passes: many weights that each move a little move the
# output a lot. So a rate found on a narrow network does not carry over to a wide one; Yang and others 2022, "Tensor Programs
# V", scale it so that it does.)

# %% [markdown]
# The check also takes your recipe apart, on validation rows, one choice at a time, and names what costs more than chance. And
# it counts your looks at the test rows: each that you use to choose makes them a little more like validation
# rows.
#
# ### What the search found
#
# Hundreds of recipes, each a mean over three seeds. Where do you expect the optimizers, best to worst?

# %%
found = capstone.found()

# %%
ax = plots.field(found["digits"], capstone.TASKS["digits"])
plots.show(f"Test accuracy by optimizer: {ax.get_title('left')}.")

# %% [markdown] tags=["after"]
# *Each dot is one recipe; its place is the test accuracy. The arrows count recipes further left.* With every optimizer some
# recipes reach the target, and others fall far below the baseline.
#
# ## Problem 2: the course of a disease, in 200 steps
#
# 266 patients, ten numbers each; the answer is how far their diabetes has progressed a year later, standardised. There is
# little data and a lot of chance in it. Here is the baseline, in the sizes of this problem:

# %%
diabetes = capstone.load_task("diabetes")


def first_try():
    model = dense(10, [64], 1)
    model.compile(keras.optimizers.SGD(0.1), loss="mean_squared_error")
    return model, {"batch_size": 32, "epochs": 22}


# %%
valid = {"validation_data": (diabetes.x_valid, diabetes.y_valid)}
trained, history = train(first_try, diabetes, seed=0, **valid)

# %%
losses = [history.history[name] for name in ("loss", "val_loss")]
ends = "{:.2f} in training, {:.2f} in validation".format(*(loss[-1] for loss in losses))
plots.learning_curves({f"At the end {ends}": history}, top=1)
plots.show(f"Two losses against the epoch; at the end {ends}.")

# %% [markdown] tags=["after"]
# *Training loss and validation loss against the epoch.* The one falls all the way. The other has come down to 0.50 after four
# epochs, and 18 more do hardly anything for it.

# %%
outputs = trained(diabetes.x_valid).numpy()
r_squared = capstone.score(outputs, diabetes.y_valid, "regression")
print(f"R squared on validation rows: {r_squared:.2f}")

# %% [markdown]
# You have seen this gap before. What would you change, the rate, the steps or the width, and in which direction?
#
# ### Exercise 8.3 · Write
#
# A recipe of your own for the diabetes data, from loss and output on: at most **200 steps**, and a mean R squared of **0.296**
# or more on the test rows. The validation rows are much easier: there aim at 0.57. You need not spend the whole budget.


# %% tags=["exercise:my_diabetes"]
def my_diabetes():
    ### BEGIN SOLUTION
    model = dense(10, [64], 1)
    optimizer = keras.optimizers.SGD(learning_rate=0.01)
    model.compile(optimizer, loss="mean_squared_error")
    return model, {"batch_size": 32, "epochs": 22}
    ### END SOLUTION


check.my_diabetes(my_diabetes)

# %%
# check.my_diabetes.hint()
# check.my_diabetes.solution()

# %% [markdown] tags=["solution"]
# A regression: one linear unit, squared error, R squared as the score. This is the baseline with one change, a tenth of the
# rate: the network has no time to learn 266 patients by heart. No hidden layer at all would do, too. What loses is a high
# rate with much to turn: two layers of 64 with Adam at 0.01 end below the baseline. Width alone does no harm: the best recipe
# of the search has 512 units, at a rate of 0.0003.

# %% [markdown]
# Did the score surprise you, so far below the one on validation rows? Only 88 patients are in each of these two piles, and the
# piles are not equally hard. Draw 88 patients at random from the test rows, with repeats, again and again, and see how far the
# score of *one* trained model moves: the baseline of the picture above.

# %%
outputs, y = trained(diabetes.x_test).numpy(), diabetes.y_test
rng, scores = np.random.default_rng(0), []
for _ in range(1000):
    rows = rng.integers(len(y), size=len(y))
    scores.append(capstone.score(outputs[rows], y[rows], "regression"))
low, high = np.quantile(scores, [0.05, 0.95])
print(f"nine times out of ten between {low:.1f} and {high:.1f}")

# %% [markdown] tags=["after"]
# That is wider than the way from the baseline to the best. Three seeds tell you how much the *training* varies, not which
# patients happened to be in the pile. With few test rows the second decimal of a score is an opinion.

# %% [markdown]
# Such redrawing is called the **bootstrap** (Efron 1979, "Bootstrap Methods: Another Look at the Jackknife"). Two recipes on
# the *same* rows are easier to tell apart: an easy pile is easy for both, so their difference moves less. The check redraws
# so when it takes your recipe apart.

# %%
ax = plots.field(found["diabetes"], capstone.TASKS["diabetes"])
plots.show(f"R squared on the test rows by optimizer: {ax.get_title('left')}.")

# %% [markdown] tags=["after"]
# *Each dot is one recipe for the diabetes data.* Some lie to the right of the best, which the validation rows chose. Had we
# chosen by the test rows, we would state one of those, and a part of it would be luck.
#
# ## Problem 3: an old recipe, in 11 steps
#
# Tumours: 30 measurements each, malignant (0) or benign (1). A friend sends you a recipe for it, glued together from three old
# web pages. "It runs", she writes, "and the loss goes down. What do you think of it?"


# %%
def from_a_friend():
    model = dense(30, [16], 1, "softmax")
    optimizer = keras.optimizers.Adadelta()
    model.compile(optimizer, loss="binary_crossentropy")
    return model, {"batch_size": 8, "epochs": 2}


# %%
import warnings

cancer = capstone.load_task("breast_cancer")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Keras has a remark, and so will you
    try_out(from_a_friend, cancer)

# %% [markdown] tags=["after"]
# That is the share of benign tumours: this model calls them all so.
#
# ### Exercise 8.4 · Fix
#
# Repair it: at most **11 steps** (hers makes 86), and a mean test accuracy of **0.954** or more; on validation rows aim at
# 0.97. Change as little as you can, and know why for each change. The doctor of lesson 6 calls one of the faults an error and
# warns of another. The third it cannot know.


# %% tags=["exercise:my_cancer"]
def my_cancer():
    ### BEGIN SOLUTION
    model = dense(30, [16], 1, "sigmoid")
    optimizer = keras.optimizers.Adam(learning_rate=0.03)
    model.compile(optimizer, loss="binary_crossentropy")
    return model, {"batch_size": 32, "epochs": 1}
    ### END SOLUTION


check.my_cancer(my_cancer)

# %%
# check.my_cancer.hint()
# check.my_cancer.solution()

# %% [markdown] tags=["solution"]
# Three faults. A softmax over one unit is always 1: a sigmoid, or two softmax units with the sparse loss. Adadelta at Keras's
# default of 0.001 hardly moves: any optimizer at a rate that suits it. And 43 steps an epoch for two epochs are 86 steps: with
# batch size 32 one epoch is 11.

# %%
ax = plots.field(found["breast_cancer"], capstone.TASKS["breast_cancer"])
plots.show(f"Test accuracy by optimizer: {ax.get_title('left')}.")

# %% [markdown]
# There are 113 test rows. Between 0.97 and 0.98 lies a single tumour.
#
# ## Which choice mattered?
#
# Take three good recipes for the digits and spoil *one* choice at a time. `Recipe` writes one down for the course's own engine,
# which trains ten seeds in a second. All three have a batch size of 64, a cosine, 64 hidden units and 102 steps.

# %%
from dataclasses import replace

RECIPES = {
    "SGD at 0.3": capstone.Recipe("SGD", 0.3, 64, "cosine"),
    "SGD at 1": capstone.Recipe("SGD", 1.0, 64, "cosine"),
    "momentum at 0.1": capstone.Recipe("momentum", 0.1, 64, "cosine"),
}


def spoil(recipe):
    return {
        1: replace(recipe, rate=recipe.rate / 10),
        2: replace(recipe, rate=recipe.rate * 10),
        3: replace(recipe, batch_size=4),
        4: replace(recipe, schedule="constant"),
        5: replace(recipe, hidden=(16,)),
    }


# %% [markdown]
# In words: **1** a tenth of the rate, **2** ten times the rate, **3** four rows a step in as many steps, **4** a constant
# rate, **5** a quarter of the hidden units. `accuracy` measures one: the mean validation accuracy over ten seeds, a run that
# blew up counting 0.


# %%
def accuracy(recipe):
    scores = capstone.scores(digits, recipe, 102, seeds=range(10))[102]
    return float(scores.clip(0).mean())


# %% [markdown]
# ### Exercise 8.5 · Choose
#
# For each of the three, which number costs most? Think of what lesson 3 said about the speed limit, lesson 4 about noise and
# small steps, lesson 7 about how far momentum goes: ten times as far where slopes agree, and it does not blow up at a lower
# *rate* than SGD. Try one with `accuracy`, if you like, before you answer. The three answers differ. Write them as
# `{"SGD at 0.3": 5, "SGD at 1": 5, "momentum at 0.1": 5}`, with the right numbers.

# %% tags=["exercise:costs_most"]
### BEGIN SOLUTION
my_costs = {"SGD at 0.3": 1, "SGD at 1": 2, "momentum at 0.1": 3}
### END SOLUTION
check.costs_most(my_costs)

# %%
# check.costs_most.hint()
# check.costs_most.solution()

# %% [markdown] tags=["solution"]
# SGD at 0.3 has room above it: ten times as much is bearable, a tenth does not arrive. SGD at 1 has less: ten times as much
# blows up. Where slopes agree, momentum 0.9 makes steps ten times as long, so 0.1 goes as far as SGD at 1, and four rows a
# step cost both about 0.2: the ball of noise goes by the length of the steps. But momentum bears ten times its rate, so for it
# nothing costs more than the noise.

# %% [markdown]
# Measure them all: what each change takes away, rounded to tenths, where that is more than 0.1.

# %%
for title, recipe in RECIPES.items():
    good = accuracy(recipe)
    lost = {n: good - accuracy(bad) for n, bad in spoil(recipe).items()}
    costs = {n: round(loss, 1) for n, loss in lost.items() if loss > 0.1}
    print(f"{title:15} has {good:.2f} and loses", costs)

# %% [markdown] tags=["after"]
# Three culprits: a rate too low, too high, or too high for the noise. How long your steps are, and how much room is above
# them, decides which way it hurts. The schedule and narrow layers cost little here. So when your time is short, spend it on
# the rate, and look at it from both sides. (That was one problem.)
#
# ## Problem 4: two digits in one picture, in 300 steps
#
# Less help here. Two pictures of digits lie one over the other. Which digits are there?

# %%
both = capstone.load_task("two_digits")
pixels = both.x_train[:8] * both.x_scale + both.x_mean
labels = [" ".join(map(str, np.flatnonzero(row))) for row in both.y_train[:8]]

# %%
plots.images(pixels, labels)
plots.show("Eight pictures, each of two digits over one another, with their labels.")

# %% [markdown]
# *Two handwritten digits over one another, and above them which they are.* Now and then both are the same; then a single label
# is 1.
#
# There are 3,000 training pictures. `sweep` would score each of the ten answers on its own. `scores` trains a `Recipe`
# (of `"SGD"`, `"momentum"`, `"RMSprop"` or `"Adam"`) with three seeds, and scores as the task does. The baseline on validation rows, after three epochs (282 steps):

# %%
baseline_recipe = capstone.Recipe("SGD", 0.1, 32)
print(f"{capstone.scores(both, baseline_recipe, 282)[282].mean():.2f}")

# %% [markdown]
# ### Exercise 8.6 · Write
#
# A stretch. At most **300 steps**; a picture counts as right only if *all ten* answers are right, and **0.458** of the test
# pictures have to be; on validation rows aim at 0.48. Say yourself what the output is and which loss goes with it.


# %% tags=["exercise:my_two_digits"]
def my_two_digits():
    ### BEGIN SOLUTION
    model = dense(64, [64], 10, "sigmoid")
    optimizer = keras.optimizers.Adam(learning_rate=0.01)
    model.compile(optimizer, loss="binary_crossentropy")
    return model, {"batch_size": 32, "epochs": 3}
    ### END SOLUTION


check.my_two_digits(my_two_digits)

# %%
# check.my_two_digits.hint()
# check.my_two_digits.solution()

# %% [markdown] tags=["solution"]
# Ten yes-or-no questions about one picture: ten sigmoid units and `binary_crossentropy`, one for each digit. A softmax would
# have to share 1 between two digits: never can both be above one half.

# %%
ax = plots.field(found["two_digits"], capstone.TASKS["two_digits"])
plots.show(f"Share of pictures all right, by optimizer: {ax.get_title('left')}.")

# %% [markdown]
# ## Write it down
#
# A choice that nobody can follow is a guess. Copy this table into a text cell of your own and fill it in, for one problem.
#
# | question | your answer |
# |---|---|
# | What is one row's answer: an amount, a yes or no, one of several, any number of labels? | |
# | So: units, activation, loss. And which number do *you* look at? | |
# | Optimizer and rate: how did you find the rate, and on which rows? | |
# | Batch size and schedule: what did they buy, and what did they cost? | |
# | How many recipes did you try before this one? | |
# | Mean and band over seeds, and the same for the baseline. Do the bands overlap? | |
# | Which single change would cost most? Which makes no difference? | |
# | What would you do with ten times the budget? With a tenth? | |
# | What does your score not say? | |

# %% [markdown]
# A good answer weighs these, whichever recipe it comes to:
#
# - **The problem comes first.** Loss and output follow from what an answer *is*.
# - **The rate is found, not remembered**: on validation rows, for this optimizer and batch size.
# - **One change at a time**, with the steps held equal.
# - **Bands, not single numbers.** "No clear difference" is a result, and then the cheaper choice wins.
# - **Prices are named**: seconds, memory, one more number to tune.
# - **The limits are named**: how many test rows, how many looks at them, what kind of data was never seen.
#
# ## Is there a best recipe?
#
# For each problem, here is the recipe that was best on validation rows, and below it six choices that sensible people make,
# the baseline first: test scores over ten fresh seeds. Do the bands overlap?

# %%
axes = plots.bands(found, capstone.TASKS)
best = [f"{name} {task.best:g}" for name, task in capstone.TASKS.items()]
plots.show(f"Seven recipes for each problem with their bands; best: {', '.join(best)}.")

# %% [markdown] tags=["after"]
# *Each row is a recipe: a mark for the mean, a line from the lowest to the highest of ten seeds.* Three of the best are RMSprop, one
# is Adam, but rates go from 0.0003 to 0.03, batch sizes from 16 to 256. Most bands of a problem's better recipes overlap;
# on two digits the two recipes with 128 units are ahead. What falls behind is a rate that does not suit: too low for the
# budget, such as Adam's default on both kinds of digits, or too high where chance is large. A good rate for any optimizer is
# worth more than the best optimizer at a bad one.

# %% [markdown]
# These are the trades:
#
# | you gain | you pay |
# |---|---|
# | larger batch: steadier steps | more rows for each step; fewer steps an epoch |
# | higher rate: sooner there | a fuzzy ball at the end, or a run that blows up |
# | schedule: settles | one more number: you must know the last step |
# | adaptive optimizer: forgives a rate that is too high | memory for each weight; in the end a small lead on two digits, no clear one elsewhere |
# | more steps, or a higher rate: fits the training rows better | learns by heart where rows are few and chance is large |

# %% [markdown]
# Is a recipe that wins one problem the best everywhere? Each winner, on all four, spends that problem's budget to the last step
# (above: whole epochs). 0 is the baseline, 1 the best. Which mark would you bet on?


# %%
def way(name, winner):
    task, score = capstone.TASKS[name], found[name]["winners"][winner]
    return (score - task.baseline) / (task.best - task.baseline)


ways = {winner: [way(name, winner) for name in found] for winner in found}
below = sum(share < 0 for shares in ways.values() for share in shares)

# %%
_, ax = plt.subplots()
for (winner, shares), mark in zip(ways.items(), "os^D", strict=True):
    ax.plot(shares, range(4), mark, label=f"wins {winner}")
ax.set_yticks(range(4), found)
ax.axvline(0, color="k", linestyle=":")
ax.set_xlabel("way from the baseline (0) to the best (1)")
ax.legend()
ax.set_title(f"Winners elsewhere: {below} of 12 below the baseline")
plots.show(f"Four winners on four problems: {below} times below the baseline.")

# %% [markdown] tags=["after"]
# *A row for each problem, a mark for each winner.* No mark is ahead in all rows. On the diabetes data the other three end *below
# the baseline*: they learn 266 patients by heart. Its own winner, slow and careful, falls below it on the digits. What wins where
# the answer is nearly certain loses where chance decides most of it.

# %% [markdown]
# These were four small problems, dense layers, budgets of seconds. On large networks memory, the seconds of a step and a
# schedule over weeks weigh differently. The way of finding out stays the same.
#
# ## What to remember
#
# **First the output and the loss that fit what an answer is, then the learning rate of the optimizer that you have; and it was
# good if it beats a baseline on the same rows, which had no part in the choice, by more than chance.** After that see whether
# anything else does.
#
# - A wrong output or loss cannot be tuned away; the starting loss and the doctor find it before the first step.
# - Rates belong to an optimizer, a batch size and a budget. A rate from another recipe is a guess.
# - More is not better: with few rows and much chance in the answer, fewer steps or a smaller rate win.
# - Chance is in the seed (lesson 5), in the choice (7), in the rows (8). Seeds show only the first.
# - There is no best optimizer, batch size or schedule. There is a way to choose, and a price to name.
#
# ## Where to go from here
#
# Pictures and sequences need other layers than dense ones (convolutions, attention). The way of choosing stays the same. Not
# every result does: on networks with attention plain SGD, with large batches, stays far behind Adam (Kunstner and others, 2023, "Noise
# Is Not the Main Factor Behind the Gap Between SGD and Adam on Transformers, but Sign Descent Might Be"). Three to go on with,
# all free on the web:
#
# - Chollet and Watson 2025, "Deep Learning with Python", third edition: those layers, in Keras 3.
# - Goodfellow, Bengio and Courville 2016, "Deep Learning": why things work.
# - Godbole and others, 2023, "Deep Learning Tuning Playbook": what you did here, at full size.
#
# Best of all: data of your own. There no column is scaled, nobody has searched for the best, and rows may know the answer in ways
# that new rows will not. The next lesson takes your table from the file to a score.

# %%
check.progress()

# %% [markdown]
# **Next:** [9 · Your own data](09_your_own.ipynb)
