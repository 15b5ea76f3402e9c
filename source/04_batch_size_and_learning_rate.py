# %% [markdown]
# # 4 · Batch size and learning rate
#
# **How large a step should a network take, and how many examples should it look at before each one?**
#
# In lesson 3 you took the steps yourself, with two weights. Here Keras takes them for you, with thousands. After this
# lesson you can
#
# - say what training, validation and test rows are for;
# - build a network in Keras, train it, and read its learning curve;
# - turn one dial at a time, and compare two runs without being misled.
#
# *30 minutes. You need minibatches, gradients and steps, from lessons 1 to 3.*

# %%
from helpers import plots
from helpers.checks import lesson_04 as check
from helpers.data import load

plots.use_style()

# %% [markdown]
# ## The task: read a handwritten digit
#
# Here are eight of 1,797 small pictures. People wrote the digits; the label over each picture is what they meant.

# %%
digits = load("digits")
pixels = digits.x_train[:8] * digits.x_scale + digits.x_mean
plots.images(pixels, digits.y_train[:8])
plots.show(
    "Eight pictures of handwritten digits, 8 by 8 grey pixels each, with labels."
)

# %% [markdown]
# *Eight digits as 8 × 8 grey pixels. The writing is coarse, but you can read nearly all of it.*
#
# For the network a picture is a row of 64 numbers, one for each pixel, already brought to a common scale (lesson 2 says
# why that helps). The answer it should give is one of ten **classes**, 0 to 9.

# %%
print(digits.x_train.shape, digits.y_train.shape)
print(digits.y_train[:8])

# %% [markdown]
# ## Three piles of rows
#
# The 1,797 pictures come in three piles, and 1,079 of them are for training. Why not train on all of them? Because of
# pupils like this one. It learns every training row by heart, and says 0 whenever it sees a row for the first time.

# %%
by_heart = {}
for row, label in zip(digits.x_train, digits.y_train, strict=True):
    by_heart[row.tobytes()] = label


def share_right(x, y):
    said = [by_heart.get(row.tobytes(), 0) for row in x]
    return (said == y).mean()


# %% [markdown]
# How well does it do on the rows that it has learnt, and how well on rows that it has never seen? Make your guess, then
# run the cell.

# %%
print(f"rows it has learnt: {share_right(digits.x_train, digits.y_train):.3f}")
print(f"rows it never saw:  {share_right(digits.x_valid, digits.y_valid):.3f}")

# %% [markdown]
# Perfect on the first, and no better than always saying 0 on the second, where one row in ten is a 0. A score on the rows
# that a model learnt from says nothing about the next picture that comes along. Hence the piles:
#
# - **Training rows**: the weights change to fit them, and nothing else.
# - **Validation rows**: you look at them to choose (which learning rate, which batch size, how many epochs).
# - **Test rows**: looked at once, at the very end. Every choice made with the validation rows fits them a little too, so
#   the last word needs rows that had no part in any choice. In this course they score your work in lesson 8.
#
# ## A network in Keras
#
# A **dense layer** does what you did by hand in lesson 2: each of its units multiplies every input by a weight, adds the
# products up and adds a bias. `relu` then turns negative results into 0. The last layer has ten units, one for each class;
# **softmax** makes their ten outputs positive and lets them add up to 1, so that they can be read as probabilities.

# %% tags=["nbval-ignore-output"]
import keras  # takes about ten seconds

# %%
keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((64,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
print(f"{model.count_params():,} weights and biases")

# %% [markdown]
# Its weights are random so far. Ask it about the first validation row all the same.

# %%
probabilities = model.predict(digits.x_valid, verbose=0)
print(probabilities[0].round(2))
print(f"together {probabilities[0].sum():.2f}, the right class is {digits.y_valid[0]}")

# %% [markdown]
# Ten probabilities that add up to 1, and no reason in them yet.
#
# ## Loss and metric
#
# Two numbers will follow the training. The **loss** is for the network: it is what the steps make smaller. Here it is the
# crossentropy of lesson 6, which is large when the right class gets a small probability. The **metric** is for you: a
# number that means something in the world. Here it is **accuracy**, the share of rows whose largest probability stands at
# the right class.
#
# ### Exercise 4.1 · Write
#
# Write the metric. `probabilities` has one row for each picture and one column for each class; `labels` holds the right
# classes. Return the share of rows that are classified right, for any number of rows and classes.


# %% tags=["exercise:accuracy"]
def accuracy(probabilities, labels):
    ### BEGIN SOLUTION
    return (probabilities.argmax(axis=1) == labels).mean()
    ### END SOLUTION


check.accuracy(accuracy)

# %%
# check.accuracy.hint()
# check.accuracy.solution()

# %% [markdown] tags=["solution"]
# `argmax(axis=1)` goes along each row, over the classes, and gives the position of the largest probability: the class that
# the network would choose. Comparing with the labels gives True or False for each row, and the mean of those is the share
# that is true.

# %% [markdown]
# Why does the network not train on the accuracy itself? Tell Keras about both numbers with `compile`, then move every
# weight of the first layer by a ten-thousandth, and watch which of the two notices.

# %%
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.1),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
before = model.evaluate(digits.x_train, digits.y_train, verbose=0)

# %%
weights = model.get_weights()
weights[0] += 0.0001
model.set_weights(weights)
after = model.evaluate(digits.x_train, digits.y_train, verbose=0)
print(f"loss     {before[0]:.5f} -> {after[0]:.5f}")
print(f"accuracy {before[1]:.5f} -> {after[1]:.5f}")

# %% [markdown]
# The loss moved a little and the accuracy did not move at all: no row changed its largest probability. Seen from a single
# weight, accuracy is a staircase. It is flat almost everywhere, its slope is zero, and a slope of zero tells nobody which
# way is down. The loss is smooth, so that is what the steps follow.
#
# ## Train
#
# We will train many networks, so put the two pieces into functions. `build` makes a fresh network, always with the same
# random start. `train` lets it go through the training rows.

# %%
SGD = keras.optimizers.SGD
LOSS = "sparse_categorical_crossentropy"


def build(learning_rate):
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(64, activation="relu")
    output = keras.layers.Dense(10, activation="softmax")
    model = keras.Sequential([keras.Input((64,)), hidden, output])
    model.compile(SGD(learning_rate), loss=LOSS, metrics=["accuracy"])
    return model


# %% [markdown]
# After each epoch, `fit` also measures loss and accuracy on `validation_data`, and it returns a **history** of them all.
# Keras would print a line an epoch; `verbose=0` and the course's callback make it a picture that grows.

# %% tags=["nbval-ignore-output"]
from helpers.keras_tools import LearningCurve


def train(learning_rate, batch_size=32, epochs=20):
    return build(learning_rate).fit(
        digits.x_train,
        digits.y_train,
        validation_data=(digits.x_valid, digits.y_valid),
        batch_size=batch_size,
        epochs=epochs,
        verbose=0,
        callbacks=[LearningCurve(f"Rate {learning_rate:g}, batch size {batch_size}")],
    )


# %% [markdown]
# ### Exercise 4.2 · Predict
#
# One **update** is one step of all the weights, after one minibatch. There are 1,079 training rows, the batch size is 32
# and the training goes on for 20 epochs. How many updates will that be? The bar below will count them.

# %% tags=["exercise:updates"]
### BEGIN SOLUTION
my_updates = 34 * 20
### END SOLUTION
check.updates(my_updates)

# %%
# check.updates.hint()
# check.updates.solution()

# %% [markdown] tags=["solution"]
# 1079 / 32 = 33.7, so an epoch has 33 full minibatches and one of the 23 rows that are left: $\lceil 1079/32 \rceil = 34$
# updates. Twenty epochs make 680.

# %% tags=["nbval-ignore-output"]
first = train(learning_rate=0.1)

# %% [markdown]
# *The loss against the epoch, for training and validation rows. Both fall steeply at first, then ever more slowly; towards
# the end the training loss keeps falling while the validation loss has become flat.*
#
# ## Read the learning curve
#
# This picture is the first thing to look at after any training. Put its two ends into numbers.

# %%
for name in ("loss", "val_loss", "accuracy", "val_accuracy"):
    values = first.history[name]
    print(f"{name:12}", *(f"epoch {n:2}: {values[n - 1]:.2f}  " for n in (1, 10, 20)))

# %% [markdown]
# Read it in this order.
#
# 1. **Does it fall?** Yes, from 1.3 to 0.03. The steps go downhill.
# 2. **Is it still falling?** The validation loss hardly is. More epochs would buy little.
# 3. **Is there a gap?** Yes. The network ends up much surer of the rows it learnt from (0.03) than of new ones (0.14). Part
#    of what it learnt, it learnt by heart. Its accuracy on new rows, 95%, is the number to trust.
#
# ## Train again, with another learning rate
#
# Now turn one dial and leave all else alone. What will the curve look like with a rate a hundred times smaller, and what
# with one twenty times larger? Sketch both on paper, then run.

# %% tags=["nbval-ignore-output"]
small = train(learning_rate=0.001)

# %% tags=["nbval-ignore-output"]
large = train(learning_rate=2.0)

# %%
panels = {"0.001: hardly moves": small, "0.1: learns": first, "2: diverges": large}
plots.learning_curves(panels, top=3)
plots.show(
    "Three learning curves. At rate 0.001 the loss falls from 2.6 to 1.7 in 20 epochs; "
    "at 0.1 it falls below 0.2; at 2 it is off the scale."
)

# %% [markdown]
# *Three learning curves on one scale. At 0.001 the loss creeps down along a nearly straight line; at 0.1 it drops and
# flattens; at 2 it is beyond the top of the picture.*

# %%
for rate, run in ((0.001, small), (0.1, first), (2.0, large)):
    loss, share = run.history["loss"][-1], run.history["val_accuracy"][-1]
    print(f"rate {rate:5}: training loss {loss:.2f}, validation accuracy {share:.2f}")

# %% [markdown]
# Too low is reliable but slow: after 20 epochs the network is right on every second row. Too high never arrives: its loss
# stopped being a number, and it is right on one row in ten, as often as a guess. Nothing was printed to warn you. Only the
# curve says it.
#
# ## Train again, with another batch size
#
# Put the rate back to 0.1 and turn the other dial. With 256 rows in a minibatch each gradient has less noise than with 32
# (lesson 1), so each step goes in a better direction. After the same 20 epochs, will the loss be lower or higher?

# %% tags=["nbval-ignore-output"]
larger_batch = train(learning_rate=0.1, batch_size=256)

# %% tags=["nbval-ignore-output"]
all_rows = train(learning_rate=0.1, batch_size=len(digits.x_train))

# %%
panels = {"32: 680 steps": first, "256: 100 steps": larger_batch}
panels["1079: 20 steps"] = all_rows
plots.learning_curves(panels, top=3)
plots.show(
    "Three learning curves at rate 0.1. The larger the batch size, the slower the loss "
    "falls per epoch: after 20 epochs 0.03, 0.2 and 1.0."
)

# %% [markdown]
# *Three learning curves at rate 0.1, for batch sizes 32, 256 and 1,079 (all rows). The larger the batch size, the slower
# the loss falls from epoch to epoch.*
#
# Higher. The directions were better, but there were far fewer steps: an epoch makes 34 of them, or 5, or a single one.
# **Equal epochs are not equal steps.** The batch size changed two things at once, the noise in each step and the number of
# steps, and a fair comparison has to say which of them it holds still.
#
# Turn the dial the other way, to a batch size of 1: 1,079 steps an epoch, each in a very noisy direction, at the rate that
# served 32 so well. What do you expect after one epoch?

# %% tags=["nbval-ignore-output"]
single = train(learning_rate=0.1, batch_size=1, epochs=1)

# %%
loss = single.history["val_loss"][-1]
print("loss after one epoch above 10:", loss > 10)

# %% [markdown]
# It blew up. A fresh network starts at 2.6, and this one got far worse. One row alone can point far off, and a step of
# that length follows it all the way. So the two dials belong together: **with noisy directions, take smaller steps.** Try
# it: a rate of 0.01 with the same batch size of 1.

# %% tags=["nbval-ignore-output"]
careful = train(learning_rate=0.01, batch_size=1, epochs=1)

# %%
print(f"validation accuracy {careful.history['val_accuracy'][-1]:.2f}")

# %% [markdown]
# After a single epoch it is right on nine rows in ten. If you don't know exactly where you are going, don't go too fast.
#
# ### Exercise 4.3 · Choose
#
# Three networks train at rate 0.05 with batch sizes 8, 64 and 512. The computer shuffles them and calls them A, B and C.
# Don't print `sizes`: the curves tell you which is which.

# %%
import numpy as np

sizes = np.random.default_rng(9).permutation([8, 64, 512])
rows = {"x": digits.x_train, "y": digits.y_train}
rows["validation_data"] = (digits.x_valid, digits.y_valid)
curves = {}
for letter, size in zip("ABC", sizes, strict=True):
    history = build(0.05).fit(**rows, batch_size=int(size), epochs=10, verbose=0)
    curves[f"Curve {letter}"] = history

# %%
plots.learning_curves(curves, top=3)
plots.show(
    "Three learning curves over ten epochs. A falls slowly and ends highest. B is low "
    "after one epoch. C lies between them."
)

# %% [markdown]
# *Three learning curves over ten epochs. A falls slowly and ends highest, B is low after a single epoch, C lies between.*

# %% tags=["exercise:which_batch_size"]
### BEGIN SOLUTION
my_sizes = {"A": 512, "B": 8, "C": 64}
### END SOLUTION
check.which_batch_size(my_sizes)

# %%
# check.which_batch_size.hint()
# check.which_batch_size.solution()

# %% [markdown] tags=["solution"]
# In ten epochs batch size 8 makes 1,350 updates, 64 makes 170, and 512 makes 30. At one learning rate more updates go
# further, so the curve that is down first had the smallest batch size.

# %% [markdown]
# ## Trap 1: the printed training loss is not the loss
#
# In the very first picture the training loss of epoch 1 was 1.3 and the validation loss 0.65. Was the network better on
# rows that it had never seen? Train for one epoch, then measure the training rows again with `evaluate`.

# %% tags=["nbval-ignore-output"]
run = train(learning_rate=0.1, epochs=1)

# %%
measured = run.model.evaluate(digits.x_train, digits.y_train, verbose=0)[0]
print(f"fit says      {run.history['loss'][0]:.2f}")
print(f"evaluate says {measured:.2f}")

# %% [markdown]
# The same rows and the same epoch, and `evaluate` finds less than half the loss. What `fit` reports is a **running mean**:
# every minibatch is measured when its turn comes, the first ones by a network that has hardly started, and all of them
# are averaged. The validation loss is measured at the end of the epoch, when the network is at its best.
#
# The error is not the same for all runs, and that is what makes it a trap. Before you run the next cell: for which batch
# size will the two numbers be furthest apart?

# %%
for size in (8, 32, 256, 1079):
    run = build(0.1).fit(digits.x_train, digits.y_train, size, epochs=3, verbose=0)
    measured = run.model.evaluate(digits.x_train, digits.y_train, verbose=0)[0]
    print(f"{size:5}: fit {run.history['loss'][-1]:.2f}, evaluate {measured:.2f}")

# %% [markdown]
# `fit` always says more than there is, because the loss falls while it averages. With batch size 8 it says 0.08 where 0.05 is
# right, half as much again; with 256 it is off by 0.20, nearly a fifth; with all rows, by a fifteenth. A table of the left
# numbers would not compare the runs; it would compare how fast each was falling.
#
# **Compare runs on `evaluate`, or on the validation loss, never on the training loss that `fit` prints.**
#
# ## Trap 2: `compile` does not start afresh
#
# You have trained a network and want to try another optimizer on it. So you compile it again. What is its loss now, before
# the new training has begun?

# %%
x, y = digits.x_train, digits.y_train
again, fresh = first.model, build(learning_rate=0.01)
again.compile(SGD(0.01), loss=LOSS, metrics=["accuracy"])
for name, model in (("compiled again", again), ("built again", fresh)):
    print(f"{name:14}: loss {model.evaluate(x, y, verbose=0)[0]:.2f}")

# %% [markdown]
# `compile` chooses loss, metrics and optimizer. The weights stay as they are, so the second training begins where the first
# one ended, and wins whatever its learning rate. To start afresh, build the network again, from the same seed.
#
# ### Exercise 4.4 · Fix
#
# This function wants to compare learning rates. It gives another answer when the same rates come in another order.


# %%
def compare_carelessly(learning_rates, x, y):
    model = build(learning_rate=0.1)
    losses = []
    for learning_rate in learning_rates:
        model.compile(SGD(learning_rate), loss=LOSS, metrics=["accuracy"])
        model.fit(x, y, epochs=3, verbose=0)
        losses.append(model.evaluate(x, y, verbose=0)[0])
    return losses


# %%
for rates in ([0.1, 0.01], [0.01, 0.1]):
    losses = compare_carelessly(rates, x, y)
    for rate, loss in zip(rates, losses, strict=True):
        print(f"rate {rate}: loss {loss:.2f}", end="   ")
    print()

# %% [markdown]
# Repair it: each rate should get a run of its own, and the order should not matter. Return the loss of each run on `x` and
# `y`, measured after its training. Two or three epochs are enough.


# %% tags=["exercise:compare_rates"]
def compare_rates(learning_rates, x, y):
    losses = []
    for learning_rate in learning_rates:
        ### BEGIN SOLUTION
        model = build(learning_rate)
        model.fit(x, y, epochs=3, verbose=0)
        losses.append(model.evaluate(x, y, verbose=0)[0])
        ### END SOLUTION
    return losses


check.compare_rates(compare_rates)

# %%
# check.compare_rates.hint()
# check.compare_rates.solution()

# %% [markdown] tags=["solution"]
# `build` stands inside the loop, so that every run starts from the same fresh weights, and it compiles with the rate of that
# run. The loss comes from `evaluate`, after the training, not from the history of `fit`.

# %% [markdown]
# ## What to remember
#
# **How large a step, and how many examples before it?** The two dials belong together: the noisier the direction, the
# smaller the step has to be; and what you gain or lose by either, the learning curve on validation rows tells you.
#
# - Training rows change the weights, validation rows choose, test rows have the last word.
# - The loss is what the steps make smaller; the metric is what you care about.
# - A rate too high never arrives, a rate too low is reliable but slow, and Keras warns you of neither.
# - Equal epochs are not equal steps: a batch eight times as large makes about an eighth of the updates.
# - Compare on `evaluate`, and build afresh for every run.
#
# These were single runs, from one random start. How much of a difference is chance is a question of its own, and lesson 5
# answers it with bands over many seeds.

# %%
# check.progress()
