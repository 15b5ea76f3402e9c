# %% [markdown]
# # 9 · Your own data
#
# **You have a table and a column to predict. Does what you learnt work on it, and how do you know?**
#
# After this lesson you can
#
# - take a table of your own from the file to answers for new rows, with a score that you can defend;
# - name what makes a score too good, and close it off;
# - say whether the network was worth it, and write down in half a page what you found.
#
# *45 minutes to read and run, with a place to rest, and about 50 for the exercises. You need the map from lesson 4, the range
# test and the bands from lesson 5, the table of losses and the doctor from lesson 6.*

# %% tags=["nbval-ignore-output"]
import warnings

import keras  # takes about ten seconds
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from helpers import labs, plots
from helpers.checks import lesson_09 as check
from helpers.data import find_table, from_table, read_rows

plots.use_style()

# %% [markdown]
# ## One cell to change
#
# Go through this lesson once with the table that comes along: 344 penguins of three species, measured on three islands off
# Antarctica (Horst, Hill and Gorman 2020, "palmerpenguins", free under CC0; measured by Gorman, Williams and Fraser 2014).
# Then write your file's name into the next cell, and run all cells again. Nothing else has to be changed: no
# cell below knows the penguins.

# %%
FILE = "penguins.csv"  # a CSV file's name, path or address, or a DataFrame
TARGET = "body_mass_g"  # the column to predict, or a list of several
PROBLEM = "regression"  # None: let the values decide, where they can
OPTIONS = {}  # such as {"groups": "customer", "leave_out": ["id"]}
NEW = FILE  # rows to answer in the end: a file with the same columns

# %% [markdown]
# The penguins have three kinds of target. `"body_mass_g"` is an amount; `"sex"` is one of two; `"species"` and `"island"` are
# one of several. For those three say `PROBLEM = None`. A weight in whole grams leaves a doubt, since 3750 might be a name.
#
# **Where does your file go?** In JupyterLab drag it into the list on the left, beside this notebook. On Kaggle choose *Add Input*
# and attach your data set: the file's name will do. On Colab run the next cell: it asks for the file. An Excel file comes in
# with `FILE = pd.read_excel("mine.xlsx")`.

# %%
path = find_table(FILE)
table = read_rows(path)
table.head()

# %% [markdown]
# Those are the first rows, as they stand in the file; `NA` is a gap. `from_table` turns the table into a problem for a network. It
# parts the rows (three fifths train, one chooses, one tests), and learns from the training rows alone what each column is, its mean
# and scale, its words, and what to put into its gaps.

# %%
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the report says them
    mine = from_table(path, TARGET, problem=PROBLEM, **OPTIONS)
mine.report

# %% [markdown]
# Was each column taken for what it is? Which rows were left out, and why? And if a line
# begins with *In doubt*, what does it ask you? (For the penguins none does. It sees copies,
# not causes: ask of each column whether you would know it before the answer.)
#
# What you find goes into `notes`, line by line. In the end they make half a page.

# %%
rows, features = mine.x_train.shape
notes = {"Rows": f"{len(table):,} in the file, {rows:,} train, {len(mine.x_valid):,} "}
notes["Rows"] += f"choose, {len(mine.x_test):,} test"
notes["In doubt"] = "; ".join(mine.report.doubts) or "nothing that the table shows"
notes["Set by hand"] = "; ".join(f"{k} = {v}" for k, v in OPTIONS.items()) or "nothing"
asked = TARGET if isinstance(TARGET, str) else ", ".join(TARGET)
print(notes["Rows"])

# %%
_, ax = plt.subplots(figsize=(7, 3))
if mine.kind == "regression":
    ax.hist(mine.answers(mine.y_train), 30, label=mine.target_names)
    ax.legend().set_visible(len(mine.target_names) > 1)
    ax.set(xlabel=f"{asked}, in the file's units", ylabel="rows")
else:
    y = mine.y_train
    often = y.sum(axis=0) if mine.kind == "multilabel" else np.bincount(y)
    ax.barh(mine.target_names, often)
    ax.set_xlabel("rows")
ax.set_title(f"{asked}: the answers of {rows:,} training rows")
plots.show(f"How often each answer of {asked} occurs in {rows:,} training rows.")

# %% [markdown]
# *How often each answer occurs.* Does one lie far from the rest, or is a class rare?
#
# ### Exercise 9.1 · Predict
#
# A network takes numbers only. From the report of the *penguins*, with their weight to predict: how many numbers does it get
# for each penguin? A column of words gives one for each word, and one more if some of its cells are empty.

# %% tags=["exercise:inputs"]
### BEGIN SOLUTION
my_inputs = 13
### END SOLUTION
check.inputs(my_inputs)

# %%
# check.inputs.hint()
# check.inputs.solution()

# %% [markdown] tags=["solution"]
# Species and island have three words each, so three features each. Sex has two words and gaps: three again, since "not known"
# may tell something, too. The three lengths and the year stay one number each. $3 + 3 + 3 + 4 = 13$, and the weight is no
# input: it is the answer.

# %% [markdown]
# ## A score too good to be true
#
# Nobody has cleaned up your data for you. The worst fault makes no error message: it makes a *good score*. A friend has a table
# of 600 parcels, and wants to know which will come back, *before* they are sent and for *new* customers. Her network is seldom
# wrong.

# %%
from helpers.sweeps import sweep

parcels = check.parcels()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # you will read the doubts below
    friends = from_table(parcels, "returned")
tried = sweep(friends, learning_rates=0.1, batch_sizes=16, progress=False)
print(f"her score on validation rows: {tried.best().valid_score:.2f}")
pd.DataFrame(parcels).head()

# %% [markdown]
# What does the report say to it?

# %%
print(*friends.report.doubts, sep="\n")

# %% [markdown]
# Books call it **leakage**: something reaches the network that it will not have when it counts. (Kaufman and others, 2012,
# "Leakage in Data Mining".) Four kinds to look for, and what to say to `from_table`:
#
# | what leaks | what you say |
# |---|---|
# | a column that is known only *after* the answer | `leave_out="column"` |
# | several rows of one person, shop or machine, and the network is to answer for others | `groups="column"` |
# | an order in time, and the network is to foretell | `order="column"` |
# | copies of rows | `table.drop_duplicates()` before |
#
# ### Exercise 9.2 · Choose
#
# Five tables. What does each need most? **1** `groups=`, **2** `order=`, **3** `leave_out=`, **4** `problem=`, **5** nothing.
# Write `{"A": 5, "B": 5, "C": 5, "D": 5, "E": 5}`, with the right numbers.
#
# - **A** Loans, paid back or not, to be judged when somebody asks for one. A column counts the reminders that were sent.
# - **B** Wines with a `quality` in whole numbers from 3 to 9. How good is a wine?
# - **C** 3,000 recordings of 60 speakers. The network is to understand anybody.
# - **D** Mushrooms, each found once and by chance. Can one eat it?
# - **E** Ten years of a bakery, a row for each day. How much bread tomorrow?

# %% tags=["exercise:which_option"]
### BEGIN SOLUTION
my_options = {"A": 3, "B": 4, "C": 1, "D": 5, "E": 2}
### END SOLUTION
check.which_option(my_options)

# %%
# check.which_option.hint()
# check.which_option.solution()

# %% [markdown] tags=["solution"]
# A: nobody has been reminded when a loan is asked for. B: whole numbers may be amounts or names, and only you know that 9 is
# better than 8. C: on speakers that it has heard the network would be tested on voices it knows. D: one row each, no order, nothing
# from later. E: a random split would let it train on days after the one that it foretells.

# %% [markdown]
# ### Exercise 9.3 · Fix
#
# Repair her problem: a network for *new* customers, with what is known when a parcel is *sent*.


# %%
def as_she_did(table):
    return from_table(table, "returned")


# %% tags=["exercise:honest"]
def honest(table):
    ### BEGIN SOLUTION
    return from_table(table, "returned", groups="customer", leave_out="refund")
    ### END SOLUTION


check.honest(honest)

# %%
# check.honest.hint()
# check.honest.solution()

# %% [markdown] tags=["solution"]
# The refund is paid when a parcel has come back: it *is* the answer. And a customer who sends everything back does so again,
# so rows of one customer in two parts let the network recognise people. To leave out the column `customer` is not enough: the
# postcode gives them away, too. Keep them together with `groups=`.

# %% [markdown]
# ## Is it wired rightly?
#
# Back to your table. Three tests of lesson 6, before anything is tuned. First, which output and which loss?

# %%
from helpers.doctor import choose_loss, diagnose

choice = choose_loss(mine.y_train, problem=mine.kind)
notes["Loss"] = f"{choice.loss}, {choice.units} output unit(s), {choice.activation}"
choice

# %% [markdown]
# Then the doctor, on a network with that output, with a trial of 20 steps on a copy.


# %%
def build(optimizer):
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(64, activation="relu")
    model = keras.Sequential([keras.Input((features,)), hidden, choice.output_layer()])
    model.compile(optimizer, choice.loss, metrics=choice.metrics)
    return model


# %% tags=["nbval-ignore-output"]
healthy = diagnose(build("adam"), mine.x_train, mine.y_train, steps=20)
notes["Doctor"] = "; ".join(found.code for found in healthy.findings) or "no finding"
healthy

# %% [markdown]
# Last, **ten rows by heart**: a network of this size that cannot learn ten rows by heart is broken. How many steps of Adam, with
# all ten rows in each, until the loss stays below a hundredth of what it was? 200 are made: bet.

# %% tags=["bet:by_heart"]
check.by_heart.bet(...)

# %%
ten = mine.x_train[:10], mine.y_train[:10]
pupil = build(keras.optimizers.Adam(0.01))
losses = np.empty(200)
for step in range(200):  # 200 epochs of fit, a step each, take ten times as long
    pupil.reset_metrics()
    losses[step] = pupil.train_on_batch(*ten, return_dict=True)["loss"]
needed = int(np.flatnonzero(losses > losses[0] / 100)[-1]) + 1
notes["Ten rows by heart"] = told = f"{needed} steps" if needed < 200 else "never"
None if needed == 200 else check.by_heart.came(needed)

# %%
(ax,) = plots.traces({f"Ten rows by heart: {told}": losses}, "training loss")
ax.axhline(losses[0] / 100, color=plots.MINIMUM, linestyle=":")
said = check.by_heart.draw()
plots.show(f"The loss of ten rows against the step. A hundredth: {told}.{said}")

# %% [markdown] tags=["after"]
# *The loss of ten rows against the step; the dotted line is a hundredth of the first loss.* It bounces, as Adam does, and is through
# soon. Where it stays above, look for a fault in the wiring, or for two rows that are alike and have different answers.

# %% [markdown]
# ## What has to be beaten?
#
# A score says nothing alone. Two yardsticks: what one gets who has learnt *nothing* and gives the same answer to every row, and
# what a network without a hidden layer gets, a **straight line** in many directions. First, nothing: the mean answer of the
# training rows, for every row. (`score` is R squared for amounts, and the share of right answers for words.)

# %%
from helpers.training import score

labels = mine.y_train
if mine.kind == "multiclass":
    labels = np.eye(choice.units)[labels]
mean = labels.reshape(rows, -1).mean(axis=0)
nothing = score(np.tile(mean, (len(mine.x_valid), 1)), mine.y_valid, mine.kind)
nothing = round(float(nothing), 2) + 0.0
print(f"always the same answer: {nothing:.2f}")

# %% [markdown]
# ## The map of your problem
#
# Where to look for the rate? Lesson 5's range test says.

# %%
from helpers.keras_tools import learning_rate_range

tested = learning_rate_range(lambda: build("sgd"), mine.x_train, mine.y_train)
print(tested.reason)

# %%
tested.plot()
plots.show(f"The loss against the rising rate. {tested.reason}")

# %% [markdown]
# Around that rate lies the map: six rates, three times apart, and batch sizes from 4 to 128, as far as your rows allow. Many rows get fewer epochs,
# so that it takes seconds up to some ten thousand rows. Network and straight line, three seeds each.

# %%
epochs = int(np.clip(20_000 // rows, 3, 40))
grid = {
    "learning_rates": (tested.suggested or 0.01) * 3.0 ** np.arange(-3, 3),
    "batch_sizes": [size for size in (4, 8, 16, 32, 64, 128) if size <= rows],
    "seeds": range(3),
    "epochs": epochs,
    "progress": False,
}
network, line = sweep(mine, **grid), sweep(mine, hidden=(), **grid)

# %% [markdown]
# How much better is the network than the straight line, each at its best, on the validation rows? Bet in hundredths of the
# score, below 0 if you think that it is worse.

# %% tags=["bet:beyond_the_line"]
check.beyond_the_line.bet(...)

# %%
best, straight = network.best(), line.best()
for name, found in {"network": best, "straight line": straight}.items():
    print(f"{name}: rate {found.learning_rate:.2g}, batch size {found.batch_size}")
    print(f"   score {found.valid_score:.2f} on the validation rows")
more = 100 * (best.valid_score - straight.valid_score)
check.beyond_the_line.came(round(more, 1))

# %%
ax = plots.map(network)
ax.set_title(f"Best: rate {best.learning_rate:.2g}, batch size {best.batch_size}")
said = check.beyond_the_line.draw()
plots.show(
    "The validation loss for each rate and batch size. Best: rate "
    f"{best.learning_rate:.2g}, batch size {best.batch_size}.{said}"
)

# %% [markdown] tags=["after"]
# *The validation loss of each rate and batch size; white circles mark the best rate for a batch size.* On the penguins lesson 4's
# ridge is there, from 0.001 at 4 rows to 0.03 at 128. And the straight line is nearly as good as the network. If your best rate
# lies at an edge, move the map: `np.arange(-2, 4)` above is three times as high.
#
# Who wants the best score tries trees, too, such as scikit-learn's gradient boosting: on tables of about 10,000 rows they were ahead
# of networks (Grinsztajn and others, 2022, "Why Do Tree-Based Models Still Outperform Deep Learning on Typical Tabular Data?"). On
# smaller ones TabPFN, trained beforehand on millions of made-up tables, is often ahead of both (Hollmann and others, 2025).

# %%
notes["Rate"] = f"{best.learning_rate:.2g} at batch size {best.batch_size}, SGD, "
notes["Rate"] += f"{epochs} epochs, best of {network.valid_loss[..., 0, 0].size} cells"
notes["Yardsticks"] = f"always the same answer {nothing:.2f}, a straight line "
notes["Yardsticks"] += f"{straight.valid_score:.2f}, the network {best.valid_score:.2f}"

# %% [markdown]
# Another map as a lab, for your problem: pick cells, compare their curves.

# %% tags=["nbval-ignore-output"]
labs.training(problem=mine)

# %% [markdown]
# *Left: the map of your problem. Right: the validation loss of the chosen cell against the epoch.*

# %% [markdown]
# ### A side road: when one machine is too small
#
# `sweep` sends its networks wherever an `executor` leads, and **Dask** makes one of many machines. These three lines
# train the same map on a cluster of two processes, here:
#
# ```python
# from distributed import Client  # pip install distributed; Colab and Kaggle have it
# client = Client(n_workers=2, threads_per_worker=1)
# network = sweep(mine, executor=client.get_executor(), **grid)
# ```
#
# For a real cluster the second line changes, and nothing else: `client = Client("tcp://...:8786")`, with the address that `dask
# scheduler` prints. Its machines, on each of which `dask worker` runs with that address, need this course's package and your
# versions.

# %%
TRY_IT = False  # True starts the two processes, which takes some ten seconds
if TRY_IT:
    from distributed import Client

    with Client(n_workers=2, threads_per_worker=1) as client:
        again = sweep(mine, executor=client.get_executor(), **grid)
    same = np.array_equal(again.train_loss, network.train_loss)
    print("the same numbers, to the last digit:", same)

# %% [markdown]
# A worker dies half-way? Another trains again what it had not handed in: nothing is lost but time. You interrupt the cell (the
# square button)? What is finished is kept.
#
# *A good place to rest.*
#
# ## Schedule or average?
#
# Does it pay to let the rate fall, or to average the weights over the second half of the epochs? Ten seeds for each way. `epoch_steps`
# takes the steps of one epoch, for ten networks side by side. A run that breaks has learnt nothing, and is scored so.

# %%
from helpers.optimizers import SGD
from helpers.schedules import CosineDecay
from helpers.training import epoch_steps, evaluate, fresh_network, rows_for

SEEDS = range(10)


def train(problem, rate, size, hidden=(64,)):
    networks, optimizer = fresh_network(problem, hidden, SEEDS), SGD(rate)
    x, y = rows_for(networks, problem, "train")
    averaged, later = networks.keep(SEEDS), epochs - epochs // 2
    averaged.weights = [np.zeros_like(weights) for weights in networks.weights]
    for epoch in range(epochs):
        for _ in epoch_steps(networks, optimizer, x, y, epoch, size, SEEDS):
            pass
        if epoch >= epochs // 2:
            for total, weights in zip(averaged.weights, networks.weights, strict=True):
                total += weights / later
    return networks, averaged


def scores_of(networks, problem):
    found = evaluate(networks, *rows_for(networks, problem, "valid"))[1]
    return np.where(np.isfinite(found), found, nothing)


# %% [markdown]
# Three ways: the best rate of the map held; a cosine from twice that rate down to 0; the held rate again, averaged. Which one
# has the best mean?

# %%
rate, size = best.learning_rate, best.batch_size
steps = epochs * int(np.ceil(len(mine.x_train) / size))
falls = CosineDecay(2 * rate, steps)
held, averaged = train(mine, rate, size)
falling, _ = train(mine, falls, size)
ways = {"rate held": held, "cosine from twice the rate": falling, "average": averaged}
scores = {name: scores_of(networks, mine) for name, networks in ways.items()}

# %%
ax = plots.clouds(scores)
ax.set_title("Three ways to end, ten seeds each")
ax.set_xlabel("validation score")
told = [f"{name} {runs.mean():.2f}" for name, runs in scores.items()]
plots.show(f"Three clouds of ten dots. Means: {', '.join(told)}.")

# %% [markdown] tags=["after"]
# *Each dot is one seed's score on the validation rows, the bars are the means.* On the penguins the three clouds lie over one
# another: no clear difference, so the cheapest way will do.

# %% [markdown]
# A rule that is fair to chance: leave the held rate only for a way that is better with at least nine of the ten seeds. (By luck
# alone each of the other two does that once in a hundred times.)

# %%
wins = {name: int((runs > scores["rate held"]).sum()) for name, runs in scores.items()}
way = max(wins, key=wins.get) if max(wins.values()) >= 9 else "rate held"
chosen, band = ways[way], scores[way]
notes["Way"] = f"{way}; seeds from {band.min():.2f} to {band.max():.2f}"
print(wins, "so:", way)

# %% [markdown]
# ### Exercise 9.4 · Write
#
# What does `groups=` do? By hand: `people` holds a name for each row. Return three arrays of row numbers, to train, to choose and
# to test with. Shuffle the *different* names with `np.random.default_rng(seed).permutation`. A fifth of the names, rounded down,
# chooses, another fifth tests; all rows of the others train.


# %% tags=["exercise:split_people"]
def split_people(people, seed):
    ### BEGIN SOLUTION
    names = np.random.default_rng(seed).permutation(np.unique(people))
    fifth = len(names) // 5
    valid = np.isin(people, names[:fifth])
    test = np.isin(people, names[fifth : 2 * fifth])
    return [np.flatnonzero(part) for part in (~(valid | test), valid, test)]
    ### END SOLUTION


check.split_people(split_people)

# %%
# check.split_people.hint()
# check.split_people.solution()

# %% [markdown] tags=["solution"]
# The names are dealt out, and each row follows its name. The parts then have about three fifths, one and one of the rows, not
# exactly: some people have more rows than others.

# %% [markdown]
# ## Other rows, other scores
#
# The band shows how much the *training* varies. But which rows were to choose with was chance as well. Deal all rows out anew, five
# times (test rows, too: so change nothing after it), and train ten networks in the way chosen and ten straight lines on each. How far apart are the highest and the lowest of the
# network's five means, in hundredths of the score? The band of the ten seeds you have just seen. (With `order=` there is but one
# split, and nothing to deal.)

# %% tags=["bet:other_rows"]
check.other_rows.bet(...)

# %%
means = []
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the doubts are known
    for seed in [0] if OPTIONS.get("order") else range(10, 15):
        other = from_table(path, TARGET, problem=PROBLEM, **OPTIONS | {"seed": seed})
        rule = falls if chosen is falling else rate
        nets = train(other, rule, size)[chosen is averaged]  # the last, or the mean
        lines, _ = train(other, straight.learning_rate, straight.batch_size, ())
        means.append([scores_of(nets, other).mean(), scores_of(lines, other).mean()])
nets, lines = np.array(means).T
ahead = (nets > lines).sum()
apart = (100 * np.ptp(nets)).round(1)
None if len(nets) == 1 else check.other_rows.came(apart)

# %%
ax = plots.clouds({"straight line": lines, "network": nets})
ax.set_title(f"Splits: {len(nets)}. The network is ahead in {ahead}")
ax.set_xlabel("validation score, mean of ten seeds")
said = check.other_rows.draw()
told = f"{nets.min():.2f} to {nets.max():.2f}, {lines.min():.2f} to {lines.max():.2f}"
plots.show(f"Means of ten, network and straight line: {told}.{said}")

# %% [markdown] tags=["after"]
# *Each dot is the mean of ten seeds on one split.* On the penguins the splits lie further apart than the seeds: which 68 rows you
# choose with matters more than how the training begins. So compare network and line on the *same* split, pair by pair: here neither
# is ahead. Books call such repeated dealing **Monte Carlo
# cross-validation** (in the plain kind each row is left out once).

# %%
notes["Splits"] = f"{len(nets)}, from {nets.min():.2f} to {nets.max():.2f}; network "
notes["Splits"] += f"ahead of the straight line in {ahead}"
print(notes["Splits"])

# %% [markdown]
# ### Exercise 9.5 · Write
#
# A stretch: which column does the network lean on? Shuffle its values among the rows, so that it tells nothing any more, and see how
# much of the score is lost (Breiman 2001, "Random Forests"). `predict` takes x and returns outputs, `score_of(outputs)` is their score,
# `columns` are the places of the features that come from one column of the file, such as `[6, 7, 8]` for three words. Shuffle the rows
# of these by *one* permutation, `np.random.default_rng(seed).permutation(len(x))`. Return what is lost.


# %% tags=["exercise:importance"]
def importance(predict, score_of, x, columns, seed):
    ### BEGIN SOLUTION
    shuffled = x.copy()
    order = np.random.default_rng(seed).permutation(len(x))
    shuffled[:, columns] = x[order][:, columns]
    return score_of(predict(x)) - score_of(predict(shuffled))
    ### END SOLUTION


check.importance(importance)

# %%
# check.importance.hint()
# check.importance.solution()

# %% [markdown] tags=["solution"]
# The features of one column move together: a penguin that is a quarter Adelie and a quarter Gentoo has never been seen, and the
# score would suffer for the nonsense, not for what is missing. Zeros for all three words would be such nonsense, too. And two
# columns that tell the same hide each other: each alone seems to be worth nothing.

# %% [markdown]
# ## The test rows, once
#
# All choices are made. What will the chosen network score on rows that had no part in choosing it? Its validation score stands
# above; bet in hundredths.

# %% tags=["bet:last_word"]
check.last_word.bet(...)

# %%
from helpers.keras_tools import to_keras

model = to_keras(chosen)  # the first of the ten seeds, as a Keras model
_, y_test = rows_for(chosen, mine, "test")
outputs = model.predict(mine.x_test, verbose=0)
rng, redrawn = np.random.default_rng(0), []
for _ in range(1000):
    drawn = rng.integers(len(y_test), size=len(y_test))
    redrawn.append(score(outputs[drawn], y_test[drawn], mine.kind))
low, high = np.nanquantile(redrawn, [0.05, 0.95])
final = score(outputs, y_test, mine.kind)
if final == 1 and mine.kind != "regression":  # redrawn, it would be all right again
    low = 0.05 ** (1 / len(y_test))  # who is right so often is all right once in 20
truth, answers = mine.answers(mine.y_test), mine.answers(outputs)
print(f"test rows: {final:.2f}; nine times out of ten {low:.2f} to {high:.2f}")
lines, _ = train(mine, straight.learning_rate, straight.batch_size, ())
on_test = [evaluate(n, *rows_for(n, mine, "test"))[1].mean() for n in (chosen, lines)]
print("ten networks {:.2f}, ten straight lines {:.2f}".format(*on_test))
check.last_word.came((100 * final).round())

# %% [markdown]
# The two numbers behind it are lesson 8's bootstrap: rows redrawn with repeats. With `groups=` or `order=` rows hang together,
# and the range is too narrow.
#
# ### When it does not work
#
# | what you see | what it may be | what to do |
# |---|---|---|
# | splits far apart | few rows, much chance | the straight line; more rows; tell the range, not the best |
# | no better than always the same answer | the columns do not tell it | ask somebody who knows the subject, not the optimizer |
# | a class with few rows is never answered | it costs little to ignore it | class weights and recall, lesson 6 |
# | better on validation than on test rows | chance, or too many looks | fewer choices, more seeds and splits |
# | far better than anybody expected | leakage | *A score too good to be true*, column by column |
#
# Where is it wrong?

# %%
ax = plots.answers(truth, answers, mine.target_names)
ax.set_title(f"Test rows: {final:.2f}")
said = check.last_word.draw()
plots.show(f"The network's answers for the test rows beside the truth.{said}")

# %% [markdown] tags=["after"]
# *For an amount: each dot is a test row, on the line where the answer is right. For words: the share of each class that is
# answered right.* On the penguins the test rows turn out harder than those it was chosen by: one more split. With words look at the
# classes one by one: a rare one may be lost altogether while the score is high.

# %%
notes["Test rows"] = f"{final:.2f}, nine times out of ten {low:.2f} to {high:.2f}; "
notes["Test rows"] += "ten networks {:.2f}, ten straight lines {:.2f}".format(*on_test)
rounded = np.vectorize(round)
if mine.kind == "regression":
    error = np.abs(truth - answers).mean(axis=0)
    digits = -np.floor(np.log10(np.maximum(error, 1e-9))).astype(int)
    off = np.atleast_1d(rounded(error, digits))
    notes["Test rows"] += f"; off by {', '.join(map('{:g}'.format, off))} on average"
print(notes["Test rows"])

# %% [markdown]
# ## New rows
#
# `mine.rows` prepares rows as the training rows were, and `mine.answers` gives answers in the words and units of the file. More
# digits than the error has would be false precision, so amounts are rounded to its first. (Without a `NEW` file these are old rows,
# most of them trained on.) A word that it has not met counts as none, and is said.

# %%
new = read_rows(find_table(NEW)).tail()
answers = mine.answers(model.predict(mine.rows(new), verbose=0))
if mine.kind == "regression":
    answers = rounded(answers, digits)
new.assign(answer=answers.tolist())

# %% [markdown]
# To use it next month: `model.save("mine.keras")` and `mine.save("mine.problem")`; `load_problem` of `helpers.data` reads the
# second.
#
# ## Half a page
#
# This is what you found, as a file beside this notebook. Put two sentences of your
# own into `OWN_WORDS`: what the answer is for, and what your rows do *not* contain.

# %%
from pathlib import Path

from IPython.display import Markdown

OWN_WORDS = ""
page = [f"### {mine.name}: {asked}", "", f"Predicted: {mine.report.target}.", ""]
page += [f"- **{what}:** {found}." for what, found in notes.items()]
page += ["", OWN_WORDS, "", "Not shown: rows unlike these, of another place or year."]
Path(f"{mine.name}_report.md").write_text("\n".join(page) + "\n", "utf-8")
Markdown("\n".join(page))

# %% [markdown]
# On Colab download the file from the list on the left; on Kaggle *Save Version* keeps it.

# %% [markdown] tags=["after"]
# The same cells with the other targets of the penguins gave:
#
# | target | nothing learnt | straight line | network | ahead, of five splits | test rows |
# |---|---|---|---|---|---|
# | `sex` | 0.50 | 0.92 | 0.92 | 4 | 0.91 |
# | `species` | 0.44 | 0.99 | 0.99 | 1 | 0.97 |
# | `island` | 0.49 | 0.63 | 0.70 | 1 | 0.71 |
#
# Over 16 splits the means of network and line differ by less than 0.01, for each of the four. The honest last line of all four pages
# is: take the straight line.

# %% [markdown]
# ## What to remember
#
# **It works on yours if the network beats the same answer for all *and* a straight line by more than chance, on the same rows,
# which had no part in the choice; and if nothing reaches it that it will not have when it counts.**
#
# - Read the report before the score. A column from later, one person on both sides, a shuffled calendar: each can give a good
#   score that is false.
# - Loss, doctor and ten rows by heart find wrong wiring before anything is tuned.
# - The range test says where to put the map; the map says whether the rate matters.
# - Seeds and splits move a score. Compare two ways on the same rows, pair by pair, before you call one better.
# - Look at the test rows once, then write down what you found, with its limits.

# %%
check.look_back()

# %%
check.progress()

# %% [markdown]
# That was the last lesson. Now change the cell at the top. What you have solved in all lessons stands on the
# [start page](00_start.ipynb).
