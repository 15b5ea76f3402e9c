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
# - turn one dial at a time, and compare runs without being misled, whether you pay in steps, examples or seconds;
# - say how the best learning rate grows with the batch size, up to where, and why.
#
# *60 minutes to read and run, with a place to rest halfway, and about 60 for the exercises. You need minibatches, gradients
# and steps, from lessons 1 to 3.*

# %%
import matplotlib.pyplot as plt
import numpy as np

from helpers import labs, plots
from helpers.checks import lesson_04 as check
from helpers.data import load

plots.use_style()

# %% [markdown]
# ## The task: read a handwritten digit
#
# Here are eight of 1,797 small pictures. The label over each is what its writer meant.

# %%
digits = load("digits")
pixels = digits.x_train[:8] * digits.x_scale + digits.x_mean

# %%
plots.images(pixels, digits.y_train[:8])
plots.show(
    "Eight pictures of handwritten digits, 8 by 8 grey pixels each, with labels."
)

# %% [markdown]
# *Eight digits as 8 × 8 grey pixels.*
#
# For the network a picture is a row of 64 numbers, one for each pixel, standardised as in lesson 2. The answer it should
# give is one of ten **classes**, 0 to 9.

# %%
x, y = digits.x_train, digits.y_train
print(x.shape, y.shape, y[:8])

# %% [markdown]
# ## Three piles of rows
#
# Of the 1,797 pictures only 1,079 are for training. Why not all of them? Because of pupils like this one. It learns every
# training row by heart, and says 0 whenever it sees a row for the first time. (`tobytes` turns a row into a key for the
# dictionary.)

# %%
by_heart = {row.tobytes(): label for row, label in zip(x, y, strict=True)}


def share_right(rows, labels):
    said = [by_heart.get(row.tobytes(), 0) for row in rows]
    return (said == labels).mean()


# %% [markdown]
# On how many of the 359 validation rows, which it has never seen, will it be right? Bet.

# %% tags=["bet:right_by_heart"]
check.right_by_heart.bet(...)

# %%
learnt, new = share_right(x, y), share_right(digits.x_valid, digits.y_valid)
print(f"rows it has learnt: {learnt:.3f}")
print(f"rows it never saw:  {new:.3f}")
check.right_by_heart.came(round(new * len(digits.y_valid)))

# %%
plt.bar(["rows it has learnt", "rows it never saw"], [learnt, new], color=plots.DESCENT)
plt.ylabel("share that is right")
plt.title(f"Learnt rows: {learnt:.0%} right, new rows: {new:.0%}")
said = check.right_by_heart.draw()
plots.show(
    f"Two bars: {learnt:.0%} of the learnt rows, {new:.0%} of the new ones.{said}"
)

# %% [markdown] tags=["after"]
# Perfect on the first, and no better than always saying 0 on the second. *Books call it* **overfitting**. What you want is
# to be right on new rows. *Books call it* **generalisation**.

# %% [markdown]
# Hence three piles:
#
# - **Training rows**: the weights change to fit them.
# - **Validation rows**: you look at them to choose (which learning rate, which batch size, how many epochs).
# - **Test rows**: looked at once, at the very end. Every choice made with the validation rows fits them a little too, so
#   the last word needs rows that had no part in any choice. They score your work in lesson 8.
#
# ## A network in Keras
#
# A **dense layer** is the layer of lesson 2: each of its units reads every input. The last one has ten units, one for each
# class; **softmax** makes their ten outputs positive and lets them add up to 1, so that they can be read as probabilities
# (lesson 6 says how).

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
# Its weights are still random. Ask it about the first validation row.

# %%
probabilities = model.predict(digits.x_valid, verbose=0)
print(f"together {probabilities[0].sum():.2f}, the right class is {digits.y_valid[0]}")

# %%
plt.figure(figsize=(7, 2.6))
colours = [plots.DESCENT] * 10
colours[digits.y_valid[0]] = plots.MINIMUM
plt.bar(range(10), probabilities[0], color=colours)
plt.xticks(range(10))
plt.xlabel("class")
plt.ylabel("probability")
plt.title(
    f"The right class, {digits.y_valid[0]}, gets {probabilities[0, digits.y_valid[0]]:.2f}"
)
plots.show(
    f"Ten bars: {', '.join(f'{p:.2f}' for p in probabilities[0])}. The right class is "
    f"{digits.y_valid[0]}."
)

# %% [markdown]
# *Ten probabilities that add up to 1, and no reason in them yet. Green: the right class.*
#
# ## Loss and metric
#
# Two numbers will follow the training. The loss is for the network: it is what the steps make smaller. Here it is the
# crossentropy, which is large when the right class gets a small probability (lesson 6 is about it). The **metric** is
# for you: a number that means something in the world. Here it is **accuracy**, the share of rows whose largest probability
# stands at the right class.
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
# Why does the network not train on the accuracy itself? Tell Keras about both numbers with `compile` (`sparse_` says that
# the labels are the numbers of the classes). Then move every weight of the first layer by a ten-thousandth: which of the
# two notices?

# %%
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.1),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
before = model.evaluate(x, y, verbose=0)

# %%
weights = model.get_weights()
weights[0] += 0.0001
model.set_weights(weights)
after = model.evaluate(x, y, verbose=0)
print(f"loss     {before[0]:.5f} -> {after[0]:.5f}")
print(f"accuracy {before[1]:.5f} -> {after[1]:.5f}")

# %% [markdown] tags=["after"]
# The loss moved a little, the accuracy not at all: no row's largest probability changed its place. Accuracy is a
# staircase, flat almost everywhere. There its slope is zero, and that tells nobody which way is down. The steps follow the
# loss: it answers to the smallest nudge.
#
# ## Train
#
# Many networks will follow, so put the two pieces into functions. `build` makes a fresh network, always with the same
# random start. `train` lets it go through the training rows with `fit`.

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
# After each epoch, `fit` also measures loss and accuracy on `validation_data`. It returns all these numbers as a `History`.
# A **callback** is what `fit` calls on the way; the course has one that draws them.


# %%
def train(learning_rate, batch_size=32, epochs=20, callbacks=()):
    return build(learning_rate).fit(
        x,
        y,
        validation_data=(digits.x_valid, digits.y_valid),
        batch_size=batch_size,
        epochs=epochs,
        callbacks=list(callbacks),
        verbose=0,
    )


# %% [markdown]
# ### Exercise 4.2 · Predict
#
# A step is also called an **update**: after a minibatch all weights move once. There are 1,079 training rows, the batch
# size is 32, and the training goes on for 20 epochs. How many updates will that be?

# %% tags=["exercise:updates"]
### BEGIN SOLUTION
my_updates = 680
### END SOLUTION
check.updates(my_updates)

# %%
# check.updates.hint()
# check.updates.solution()

# %% [markdown] tags=["solution"]
# 1079 / 32 = 33.7, so an epoch has 33 full minibatches and one of the 23 rows that are left: $\lceil 1079/32 \rceil = 34$
# updates. Twenty epochs make 680.

# %% tags=["nbval-ignore-output"]
from helpers.keras_tools import LearningCurve

curve = LearningCurve("Rate 0.1, batch size 32")
first = train(learning_rate=0.1, callbacks=[curve])

# %% [markdown]
# *The loss against the epoch, for training and validation rows.*
#
# ## Read the learning curve
#
# Look at this picture first after any training. In numbers:

# %%
for name in ("loss", "val_loss", "accuracy", "val_accuracy"):
    values = first.history[name]
    print(f"{name:12}", *(f"epoch {n:2}: {values[n - 1]:.2f}  " for n in (1, 10, 20)))

# %% [markdown] tags=["after"]
# Read it in this order.
#
# 1. **Does it fall?** Yes, from 1.3 to 0.03.
# 2. **Is it still falling?** The validation loss hardly is.
# 3. **Is there a gap?** Yes. The network ends up much surer of the rows it learnt from (0.03) than of new ones (0.14): in
#    part it knows them by heart. Its accuracy on new rows, 95%, is the number to trust, as long as you choose nothing by
#    it.
#
# ## Train again, with another learning rate
#
# Rate and batch size are set before the training. *Books call each* a **hyperparameter**. Turn one of these dials, and leave
# all else alone. What will the curve look like with a rate a hundred times smaller, and with one twenty
# times larger? A fresh network has a loss of 2.6 (to find all ten classes equally likely costs $\ln 10 = 2.3$): bet on the
# small rate's training loss after 20 epochs.

# %% tags=["bet:a_small_rate"]
check.a_small_rate.bet(...)

# %%
by_rate = {rate: train(rate) for rate in (0.001, 2.0)} | {0.1: first}
for rate, run in sorted(by_rate.items()):
    loss, share = run.history["loss"][-1], run.history["val_accuracy"][-1]
    print(f"rate {rate:5}: training loss {loss:.2f}, validation accuracy {share:.2f}")
check.a_small_rate.came(round(by_rate[0.001].history["loss"][-1], 2))

# %%
plots.learning_curves(
    {f"rate {rate}": by_rate[rate] for rate in sorted(by_rate)}, top=3
)
said = check.a_small_rate.draw()
ends = ", ".join(
    f"{by_rate[r].history['loss'][-1]:.2f} at {r}" for r in sorted(by_rate)
)
plots.show(f"Three learning curves; after 20 epochs the training loss is {ends}.{said}")

# %% [markdown] tags=["after"]
# *Three learning curves on one scale. At 2 the loss is beyond the top of the picture.*
#
# Too low is reliable but slow: after 20 epochs the network is right on every second row. Too high never arrives: its loss
# is `nan`, "not a number", and it is right on one row in ten, as always saying 0 would be. Keras printed no warning. Only
# the curve says it.
#
# ## Train again, with another batch size
#
# Put the rate back to 0.1 and turn the other dial. With 256 rows in a minibatch, or all 1,079, a gradient has less noise
# than with 32 (lesson 1), so each step goes in a better direction. After the same 20 epochs, will the loss be lower or
# higher than with 32 rows? Bet on all 1,079.

# %% tags=["bet:all_rows_in_a_step"]
check.all_rows_in_a_step.bet(...)

# %%
by_size = {32: first} | {size: train(0.1, batch_size=size) for size in (256, len(x))}
for size, run in by_size.items():
    print(f"batch size {size:4}: training loss {run.history['loss'][-1]:.2f}")
check.all_rows_in_a_step.came(round(by_size[len(x)].history["loss"][-1], 2))

# %%
plots.learning_curves({f"{size} rows": run for size, run in by_size.items()}, top=3)
said = check.all_rows_in_a_step.draw()
ends = ", ".join(f"{r.history['loss'][-1]:.2f} ({n} rows)" for n, r in by_size.items())
plots.show(f"Three learning curves; after 20 epochs the training loss is {ends}.{said}")

# %% [markdown] tags=["after"]
# *The larger the batch size, the slower the loss falls from epoch to epoch.*
#
# The loss ends higher. The directions were better, but an epoch makes 34 steps, or 5, or a single one. **Equal epochs are
# not equal steps.** The batch size changed two things at once, the noise in each step and the number of steps.

# %% [markdown]
# Turn the dial the other way, to a batch size of 1: 1,079 steps an epoch. What do you expect after one epoch?

# %%
single = train(learning_rate=0.1, batch_size=1, epochs=1)
loss = single.history["val_loss"][-1]
print("validation loss:", "below 10" if loss < 10 else "not below 10")

# %% [markdown] tags=["after"]
# It blew up: a fresh network starts at 2.6. One row alone can point far off, and a step of that length follows it all the
# way. **With noisy directions, take smaller steps.** Now the same at 0.01.

# %%
careful = train(learning_rate=0.01, batch_size=1, epochs=1)
print(f"validation accuracy {careful.history['val_accuracy'][-1]:.2f}")

# %% [markdown] tags=["after"]
# After a single epoch it is right on nine rows in ten. If you don't know exactly where you are going, don't go too fast.
#
# ### Exercise 4.3 · Choose
#
# Three networks train at rate 0.05 with batch sizes 8, 64 and 512. The computer shuffles them and calls them A, B and C.
# Which is which? Don't print `sizes`. Answer with a dictionary of the form `{"A": 8, "B": 64, "C": 512}`.

# %%
sizes = np.random.default_rng(9).permutation([8, 64, 512])
curves = {}
for letter, size in zip("ABC", sizes, strict=True):
    curves[f"Curve {letter}"] = train(0.05, batch_size=int(size), epochs=6)

# %%
plots.learning_curves(curves, top=3)
falls = [(name, run.history["val_loss"]) for name, run in curves.items()]
falls = [f"{name} from {fall[0]:.1f} to {fall[-1]:.1f}" for name, fall in falls]
plots.show(f"Three learning curves over six epochs. They fall: {', '.join(falls)}.")

# %% [markdown]
# *Three learning curves over six epochs, on one scale.*

# %% tags=["exercise:which_batch_size"]
### BEGIN SOLUTION
my_sizes = {"A": 512, "B": 8, "C": 64}
### END SOLUTION
check.which_batch_size(my_sizes)

# %%
# check.which_batch_size.hint()
# check.which_batch_size.solution()

# %% [markdown] tags=["solution"]
# In six epochs batch size 8 makes 810 updates, 64 makes 102, and 512 makes 18. At one learning rate more updates go
# further, so the curve that is down first had the smallest batch size.

# %% [markdown]
# ## Trap 1: which loss does `fit` report?
#
# In the first picture the training loss of epoch 1 was 1.3 and the validation loss 0.65. Was the network better on rows
# that it had never seen? Train for one epoch, then measure the training rows again with `evaluate`.

# %%
run = train(learning_rate=0.1, epochs=1)
measured = run.model.evaluate(x, y, verbose=0)[0]
print(f"fit says      {run.history['loss'][0]:.2f}")
print(f"evaluate says {measured:.2f}")

# %% [markdown] tags=["after"]
# `evaluate` finds less than half the loss. What `fit` reports is a **running mean**:
# every minibatch is measured before its step, the first ones by a network that has hardly started, and all of them are
# averaged. The validation loss is measured at the end of the epoch.

# %% [markdown]
# Are all runs off by the same share? Guess first.

# %%
said_and_found = {}
for size in (8, 256, 1079):
    run = train(0.1, size, epochs=3)
    measured = run.model.evaluate(x, y, verbose=0)[0]
    said_and_found[f"{size} rows"] = run.history["loss"][-1], measured
    print(f"{size:5}: fit {run.history['loss'][-1]:.2f}, evaluate {measured:.2f}")

# %%
places = np.arange(3)
by_fit, by_evaluate = zip(*said_and_found.values(), strict=True)
plt.figure(figsize=(7, 3))
plt.bar(places - 0.2, by_fit, 0.38, color="#BBBBBB", label="fit says")
plt.bar(places + 0.2, by_evaluate, 0.38, color=plots.DESCENT, label="evaluate says")
plt.xticks(places, said_and_found)
plt.ylabel("training loss")
more = [f"{a / b:.1f}" for a, b in said_and_found.values()]
plt.title(f"fit says {', '.join(more)} times as much")
plt.legend()
plots.show(f"Pairs of bars. fit says {', '.join(more)} times as much as evaluate.")

# %% [markdown] tags=["after"]
# `fit` says more than there is, because the loss falls while it averages: half as much again with batch size 8, a
# fifteenth with all rows. **Compare runs on `evaluate`, or on the validation loss, never on the training loss that `fit`
# prints**, unless they lie as far apart as above.
#
# ## Trap 2: what does `compile` change?
#
# You have trained a network and want to try another rate. So you compile it again. What is its loss now, before the new
# training has begun?

# %%
again, fresh = first.model, build(learning_rate=0.01)
again.compile(SGD(0.01), loss=LOSS, metrics=["accuracy"])
for name, model in (("compiled again", again), ("built again", fresh)):
    print(f"{name:14}: loss {model.evaluate(x, y, verbose=0)[0]:.2f}")

# %% [markdown] tags=["after"]
# `compile` chooses loss, metrics and optimizer. The weights stay as they are, so the second training begins where the first
# one ended. To start afresh, build the network again, from the same seed.
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
# `build` stands inside the loop, so that every run starts from the same fresh weights, and it compiles with the rate of
# that run. The loss comes from `evaluate`, after the training, not from the history of `fit`.

# %% [markdown]
# *A good place to rest: so far you trained one network at a time, from here on hundreds.*

# %% [markdown]
# ## One long step, or many short ones?
#
# A smaller rate saved the run with batch size 1. Why, if each of its directions was as bad as before?
#
# The backpropagation of lesson 2 does not mind one more axis: 100 networks become a stack, trained side by side by the
# same few lines of NumPy. `start` is one network, number 0; `keep([0] * runs)` gives a stack of copies.

# %%
from helpers.losses import sparse_categorical_crossentropy
from helpers.networks import Network

start = Network((64, 64, 10), loss=sparse_categorical_crossentropy, seed=0)


def flat(arrays):  # a row for each network, with all its weights
    return np.concatenate([a.reshape(len(a), -1) for a in arrays], axis=1)


# %%
def walk(learning_rate, batch_size, steps, runs=100):
    rng, stack = np.random.default_rng(0), start.keep([0] * runs)
    for _ in range(steps):
        rows = rng.integers(len(x), size=(runs, batch_size))
        pairs = zip(stack.weights, stack.gradients(x[rows], y[rows]), strict=True)
        stack.weights = [w - learning_rate * gradient for w, gradient in pairs]
    return flat(stack.weights) - flat(start.weights)  # how far each has moved


# %% [markdown]
# Every run has its own luck with its rows. Split its way in two: how far it went down, along minus the gradient of all rows,
# and how far sideways, at right angles to that.

# %%
gradient = flat(start.gradients(x, y))[0]
down = -gradient / np.linalg.norm(gradient)


def down_and_sideways(moved):
    far_down = moved @ down
    return far_down, np.linalg.norm(moved - far_down[:, None] * down, axis=1)


# %% [markdown]
# In all walks, rate times steps is 0.16:
#
# - 1, 4, 16 or 64 steps, of four rows each;
# - one step, of as many rows altogether.
#
# One step of four rows goes 0.25 down and 0.73 sideways. How far sideways do 64 steps go? Bet.

# %% tags=["bet:sideways"]
check.sideways.bet(...)

# %%
counts = (1, 4, 16, 64)
many = [down_and_sideways(walk(0.16 / steps, 4, steps)) for steps in counts]
one = [down_and_sideways(walk(0.16, 4 * steps, 1)) for steps in counts]
for steps, *both in zip(counts, many, one, strict=True):
    (down_many, side_many), (down_one, side_one) = np.mean(both, axis=2)
    print(
        f"{steps:2} steps of 4 rows: {down_many:.2f} down, {side_many:.2f} sideways",
        end="   ",
    )
    print(f"1 step of {4 * steps:3}: {down_one:.2f}, {side_one:.2f}")
check.sideways.came(many[3][1].mean().round(2))

# %%
fig, axes = plt.subplots(2, 4, figsize=(9, 4.4), sharex=True, sharey=True)
sides = np.where(np.arange(100) % 2, 1, -1)  # every other run is drawn downwards
for ax, (way, side) in zip(axes.ravel(), many + one, strict=True):
    ends = np.stack([way, sides * side])
    ax.plot(*np.stack([0 * ends, ends], axis=1), color=plots.MINIBATCH, alpha=0.5)
    ax.plot([0, 0.16 * np.linalg.norm(gradient)], [0, 0], color=plots.FULL_GRADIENT)
for k, above, below in zip(counts, *axes, strict=True):
    above.set_title(f"{k} steps of 4" if k > 1 else "1 step of 4")
    below.set(title=f"1 step of {4 * k}", xlabel="down")
axes[0, 0].set_ylabel("sideways")
axes[1, 0].set_ylabel("sideways")
widths = [side.mean() for _, side in many]
fig.suptitle("Sideways: " + ", ".join(f"{width:.2f}" for width in widths))
said = check.sideways.draw()
plots.show(
    "Two rows of four fans of lines. Sideways on average "
    f"{', '.join(f'{width:.2f}' for width in widths)} in the upper row.{said}"
)

# %% [markdown] tags=["after"]
# *100 walks a panel; black: a step with all rows. Above many steps of four rows, below one step of as many rows.*
#
# **The fan closes.** The way down stays; the way sideways halves with four times the steps: the errors average out, by
# lesson 1's law of the root. And the rows are alike: many small steps point as well as one long step with as many rows.

# %% [markdown]
# So with $k$ times the batch size, take $k$ times the learning rate: each step replaces $k$ small ones, as long as the slope
# hardly changes on the way. This is **linear scaling** (Goyal and others, 2017, "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour").
#
# ### Exercise 4.5 · Predict
#
# With batch size 8 and rate 0.02, five epochs bring the training loss to 0.14. You want the same after five epochs with
# batch size 64. Which learning rate does the rule give?

# %% tags=["exercise:scaled_rate"]
### BEGIN SOLUTION
my_rate = 0.16
### END SOLUTION
check.scaled_rate(my_rate)

# %%
# check.scaled_rate.hint()
# check.scaled_rate.solution()

# %% [markdown] tags=["solution"]
# Eight times the batch size, eight times the rate: 0.16. An epoch then has an eighth of the steps, each eight times as
# long. The *noise* of a gradient shrinks only with the root of the batch size, but that is not what is held still here:
# what counts is how far an epoch goes, and that is steps times rate.

# %% [markdown]
# (A rule for SGD. Adam, of lesson 7, wants nearer the *root*: from 2 to 32 rows about 4 times the rate.)
#
# ## The whole map at once
#
# Now try all rates with all batch sizes. Ten of each, from three random starts: 300 networks, which would keep Keras busy
# for many minutes. `sweep` does what `walk` did, and deals the rows out in epochs. Its `train_loss` and `valid_loss` are
# tables with four axes: rate, batch size, start, epoch.
#
# Where will the line of the best rates run, and where the border beyond which runs diverge? Bet on the best of the ten rates
# for all 1,079 rows.

# %% tags=["bet:rate_for_all_rows"]
check.rate_for_all_rows.bet(...)

# %% tags=["nbval-ignore-output"]
from helpers.sweeps import sweep

result = sweep(
    digits,
    learning_rates=0.01 * 2 ** np.arange(10),
    batch_sizes=(2, 4, 8, 16, 32, 64, 128, 256, 512, len(x)),
    seeds=range(3),
    epochs=12,
)

# %%
best_rates = {size: result.best(size).learning_rate for size in (2, 8, 32, 128, 1079)}
for size, rate in best_rates.items():
    print(f"batch size {size:4}: best rate {rate:.2f}")
check.rate_for_all_rows.came(best_rates[1079])

# %%
few, most = best_rates[2], best_rates[1079]
plots.map(result).set_title(
    f"The best rate: {few:.2f} with 2 rows, {most:.2f} with all"
)
said = check.rate_for_all_rows.draw()
line = ", ".join(f"{rate:.2f} for {size}" for size, rate in best_rates.items())
plots.show(
    "Map of the validation loss, batch size to the right, learning rate upwards, both in "
    f"doublings. Best rates: {line} rows.{said}"
)

# %% [markdown] tags=["after"]
# *The validation loss after 12 epochs for each pair of dials: the brighter, the lower. The line with circles joins the
# best rates, one for each batch size. Hatched: diverged.*
#
# From 2 to 32 rows the best rate grows sixteenfold, as the batch size does (to a doubling, the map's grid). From
# 32 to 1,079 rows, 34 times as many, it only grows fourfold.
#
# Look at the corners, too. Lower right more epochs would do, upper left no number of them. Between best and
# broken there are often only one or two doublings.
#
# ### One of them in Keras
#
# Did these networks do what Keras does? Replay one: the same start, the same rows in the same order, 204 steps of `fit`.

# %%
from helpers.keras_tools import to_keras
from helpers.minibatches import epoch_order

model, losses = to_keras(start), []
model.compile(SGD(learning_rate=0.32), loss=LOSS)
for epoch in range(6):
    order = epoch_order(len(x), epoch, seed=0)
    model.fit(x[order], y[order], batch_size=32, shuffle=False, verbose=0)
    losses.append(model.evaluate(x, y, verbose=0))

# %%
i, j = result.index(learning_rate=0.32, batch_size=32)
difference = np.abs(result.train_loss[i, j, 0, :6] - losses)  # of start 0
print("after the sixth epoch, Keras:", round(losses[-1], 3))
print("the same to 0.0001 after every epoch:", (difference < 1e-4).all())

# %% [markdown]
# Now you. Move the cell with the two sliders, press *Keep* to hold its curve, and go on to another. Can you find two cells
# far apart whose curves lie on each other, epoch by epoch?

# %%
labs.training()

# %% [markdown]
# *Left: the map, with the cell you chose. Right: its validation loss after each epoch, and the curves that you kept.* (One start
# here, three above: the line of the best rates jumps.)

# %% [markdown]
# Follow the first map's diagonal that begins at 2 rows and rate 0.01: the training loss after five epochs. Beside it the rate
# stays at 0.01 while the batch grows.

# %%
for k in (1, 4, 16, 64, 128, 256):
    cells = result.index(0.01 * k, 2 * k), result.index(0.01, 2 * k)
    scaled, fixed = (result.train_loss[cell][:, 4].mean() for cell in cells)
    shown = f"{scaled:.3f}" if scaled < 1 else "above 1"
    print(f"{2 * k:3} rows, rate {0.01 * k:.2f}: {shown}   rate 0.01: {fixed:.3f}")

# %% [markdown] tags=["after"]
# Cells on one diagonal share a curve: linear scaling. Up to 64 times the batch size the loss stays at 0.07, where it is thirty
# times as high without. At 512 rows the rule breaks.
#
# ## How long may a step be?
#
# With all rows nothing is left to chance. What is lesson 3's limit, 2 / (the largest curvature)? Nudge the weights in some
# direction, take the change of the gradient as the next direction, and so on: it turns to where the loss bends most; twelve
# rounds come within a sixth. (You need not read the code.)


# %%
def gradient_of(network):
    return network.gradients(x, y)


def largest_curvature(network, rounds=12, h=1e-9):  # so small: no ReLU switches
    rng, nudged = np.random.default_rng(0), network.keep([0])
    here = gradient_of(network)
    way = [rng.normal(size=w.shape) for w in network.weights]
    for _ in range(rounds):
        length = np.linalg.norm(flat(way))
        pairs = zip(network.weights, way, strict=True)
        nudged.weights = [w + h * part / length for w, part in pairs]
        pairs = zip(gradient_of(nudged), here, strict=True)
        way = [(after - before) / h for after, before in pairs]
    return np.linalg.norm(flat(way))


# %%
exact = start.keep([0])
exact.weights = [w.astype(float) for w in start.weights]  # nudges want 16 digits
first_curvature = largest_curvature(exact)
print(f"largest curvature {first_curvature:.2f}, limit {2 / first_curvature:.2f}")

# %% [markdown]
# Walk at the map's best rate for all rows, and at a quarter of it. Bet: what is the largest curvature after 20 steps at the
# best rate?

# %% tags=["bet:after_20_steps"]
check.after_20_steps.bet(...)


# %%
def downhill(learning_rate):
    network, losses, bends = exact.keep([0]), [], {}
    for step in range(21):
        losses.append(network.loss_of(y, network.logits(x))[0])
        if step in (0, 5, 8, 20):
            bends[step] = largest_curvature(network)
        pairs = zip(network.weights, gradient_of(network), strict=True)
        network.weights = [w - learning_rate * gradient for w, gradient in pairs]
    return np.round(losses, 2), bends


# %%
best = best_rates[1079]
walks = {rate: downhill(rate) for rate in (best / 4, best)}
for rate, (losses, _) in walks.items():
    print(f"rate {rate}: loss", *losses[:9], "... at the end", losses[-1])
check.after_20_steps.came(round(walks[best][1][20], 2))

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6))
styles = (":", plots.DESCENT), ("o-", plots.SECOND)
for (rate, (losses, bends)), (line, colour) in zip(walks.items(), styles, strict=True):
    axes[0].plot(losses, line, color=colour, label=f"rate {rate}")
    axes[1].plot(bends.keys(), bends.values(), line, color=colour)
axes[0].set(xlabel="step", ylabel="loss")
axes[0].set_title(f"Highest after the start: {losses[1:].max():.2f}")
axes[0].legend()
axes[1].axhline(2 / best, color="grey", linestyle="--")
axes[1].annotate(f"2 / {best}", (14, 0.9))
axes[1].set(xlabel="step", ylabel="largest curvature", ylim=(0, 3.2))
axes[1].set_title(f"From {bends[0]:.2f} to {bends[20]:.2f}")
for ax in axes:
    ax.set_xticks(range(0, 21, 4))
said = check.after_20_steps.draw()
ends = [f"{w[-1]:.2f} at {r}, curvature {b[20]:.2f}" for r, (w, b) in walks.items()]
plots.show(f"Loss and largest curvature; after 20 steps {'; '.join(ends)}.{said}")

# %% [markdown] tags=["after"]
# **The rate that should not work** is the best. Above the limit the loss may climb. But it lands where the ground is
# flatter, and below the dashed line the rate fits. (At 0.64 it gets flatter, too, only less. Lewkowycz and others, 2020, "The
# Large Learning Rate Phase of Deep Learning: the Catapult Mechanism".) Twice as high the map is hatched: even without noise
# there is a longest useful step, the level part of the line.

# %% [markdown]
# ## How much noise is too much?
#
# On the left of the map the noise limits the step, on the right the landscape. One weight on a parabola shows both. Where
# the slope is $g$ and the curvature $\lambda$, a move by $d$ changes the loss by $g\,d + \tfrac{\lambda}{2} d^2$.
#
# A step moves by $d = -r\,m$: minus the rate times the minibatch's gradient. On average $m$ is $g$, and $m^2$ is $g^2$
# plus the variance of $m$ (a mean of squares is the square of the mean plus the variance). That variance is $\sigma^2$
# for a single row and $\sigma^2/B$ for $B$ rows (lesson 1). So on average a step changes the loss by
#
# $$-\,r\,g^2 \;+\; \frac{r^2 \lambda}{2}\left(g^2 + \frac{\sigma^2}{B}\right).$$
#
# In words: the gain grows with the rate, the price with its square, and the noise only adds to the price. Drawn for $g$ and
# $\lambda$ of 1 and $\sigma^2 = 20$:

# %%
r = np.linspace(0, 1.4, 100)
for size, line in ((4, ":"), (20, "--"), (1000, "-")):
    change = -r + r**2 / 2 * (1 + 20 / size)
    low = change.argmin()
    plt.plot(r, change, line, color=plots.DESCENT, label=f"{size} rows")
    plt.plot(r[low], change[low], "*", color=plots.MINIMUM, markersize=12)
plt.ylim(-0.6, 0.4)
plt.xlabel("learning rate")
plt.ylabel("change of the loss")
plt.title("The less noise, the longer and the better the best step")
plt.legend()
plots.show(
    "Three parabolas against the rate. With 4 rows the lowest point lies near 0.17 and "
    "is shallow, with 20 at 0.5, with 1,000 near 1 and deepest."
)

# %% [markdown]
# The lowest point of each parabola lies at
#
# $$\text{best rate} = \frac{1/\lambda}{1 + B_\text{noise}/B}, \qquad B_\text{noise} = \frac{\sigma^2}{g^2}.$$
#
# In words: without noise the best rate is $1/\lambda$, which lands on the minimum (lesson 3). ($\lambda$ is the curvature
# along the gradient, averaged over the step.) Which share of it is best depends on the batch size and on
# $B_\text{noise}$, the **gradient noise scale**: the variance of a single row's gradient over the squared gradient
# (McCandlish and others, 2018, "An Empirical Model of Large-Batch Training"). Far below it the best rate is proportional
# to $B$: linear scaling.
#
# ### Exercise 4.6 · Predict
#
# A network has a noise scale of 36 rows. You train with 12. Which share of the best rate without noise is best?

# %% tags=["exercise:share_of_highest"]
### BEGIN SOLUTION
my_share = 0.25
### END SOLUTION
check.share_of_highest(my_share)

# %%
# check.share_of_highest.hint()
# check.share_of_highest.solution()

# %% [markdown] tags=["solution"]
# $B_\text{noise}/B = 36/12 = 3$: the variance of such a minibatch's gradient is three times the squared gradient. The share is
# $1/(1+3) = 0.25$. At $B = B_\text{noise}$ it is a half.

# %% [markdown]
# A network has many weights: add up the variances, and the squares of the mean gradient. (That takes the loss as equally
# bent in all directions; the exact formula weighs each by its curvature.) Each row gets a copy of the network, and so a
# gradient of its own.


# %%
def noise_scale(network):
    stack = network.keep([0] * len(x))
    per_row = flat(stack.gradients(x[:, None], y[:, None]))
    return per_row.var(axis=0).sum() / (per_row.mean(axis=0) ** 2).sum()


noise = noise_scale(start)
print(f"noise scale at the start: {noise:.0f} rows")

# %% [markdown]
# From that number alone the formula predicts a share for each batch size. Now measure: one step with each of 12
# minibatches, at 14 rates. Which rate lowers the loss over all rows most? (`lowest` fits a parabola to the five points
# around the lowest one, to read between the rates.)


# %%
def best_rate(batch_size, tries=12):
    rng = np.random.default_rng(0)
    rows = [rng.permutation(len(x))[:batch_size] for _ in range(tries)]
    stack = start.keep([0] * tries)
    gradients = stack.gradients(x[rows], y[rows])
    rates, losses = np.geomspace(0.1, 3, 14), []
    for rate in rates:
        pairs = zip(start.weights, gradients, strict=True)
        stack.weights = [w - rate * gradient for w, gradient in pairs]
        losses.append(stack.loss_of(y, stack.logits(x)).mean())
    return lowest(rates, losses)


def lowest(rates, losses):
    at = np.argmin(losses)
    near = slice(at - 2, at + 3)
    a, b, _ = np.polyfit(np.log(rates[near]), losses[near], 2)
    return np.exp(-b / (2 * a))


# %%
quiet = best_rate(len(x), tries=1)
sizes = np.array([4, 32, 256])
measured = np.array([best_rate(size) for size in sizes]) / quiet
predicted = 1 / (1 + noise / sizes)
print("predicted share:", predicted.round(2))
print("measured share: ", measured.round(2))

# %%
grid = np.geomspace(2, 1079, 100)
plt.plot(grid, 1 / (1 + noise / grid), color=plots.DESCENT, label="predicted")
plt.plot(sizes, measured, "o", color=plots.MINIBATCH, mec="black", label="measured")
plt.axvline(noise, color="grey", linestyle=":", label="noise scale")
plt.loglog()
plt.xticks([4, 16, 64, 256, 1024], [4, 16, 64, 256, 1024])
plt.yticks([0.05, 0.1, 0.2, 0.5, 1], [0.05, 0.1, 0.2, 0.5, 1])
plt.minorticks_off()
plt.title("Predicted from the gradients alone, and measured")
plt.xlabel("batch size (rows)")
plt.ylabel("best rate (share of that without noise)")
plt.legend()
both = zip(sizes, predicted, measured, strict=True)
shares = [f"{p:.2f} and {m:.2f} at {size} rows" for size, p, m in both]
plots.show(f"Share predicted and measured: {', '.join(shares)}.")

# %% [markdown] tags=["after"]
# *The best rate for one step against the batch size, on logarithmic axes: it climbs straight below the noise scale of 39
# rows, bends there, and levels off.*
#
# **Nothing was fitted to these points.** (That is one step from the start. In a whole training the best rate may be larger
# yet, as you saw.)

# %% [markdown]
# Now train on, at batch size 32. How will the noise scale change? Bet on ten epochs.

# %% tags=["bet:noise_later"]
check.noise_later.bet(...)

# %%
from helpers import optimizers
from helpers.training import fit

trained, scales = [0, 1, 5, 10], [noise]
for epochs in trained[1:]:
    network = start.keep([0])
    fit(network, optimizers.SGD(0.1), x, y, epochs)
    scales.append(noise_scale(network))
    print(f"after {epochs:2} epochs: {scales[-1]:5.0f} rows")
check.noise_later.came(round(scales[-1]))

# %%
plt.semilogy(trained, scales, "o-", color=plots.DESCENT, label="noise scale")
plt.axhline(len(x), color="grey", linestyle=":", label="all rows")
plt.xlabel("epochs")
plt.ylabel("rows")
plt.title(
    f"Noise scale: {scales[0]:.0f} rows at the start, {scales[-1]:,.0f} at the end"
)
plt.legend()
said = check.noise_later.draw()
rows = ", ".join(
    f"{scale:.0f} after {n}" for n, scale in zip(trained, scales, strict=True)
)
plots.show(f"The noise scale against epochs, in rows: {rows}.{said}")

# %% [markdown] tags=["after"]
# It grows from 39 to more than there are rows: the less there is left to do, the less the rows agree about it. Early on a
# small batch tells you enough; later you need a larger one, or smaller steps (lesson 5).
#
# ## A fair comparison, in three currencies
#
# Which batch size is best? It depends on what you pay with: *steps*, if any number of rows can be worked on side by side;
# *examples*, the rows read, which is the work; or *seconds* on your machine. Give each batch size its own best rate, from
# the map, and five starts that had no part in the choice.

# %% tags=["nbval-ignore-output"]
cells = [(best_rates[size], size) for size in (8, 32, 128, 1079)]
rates, sizes = zip(*cells, strict=True)
again = sweep(
    digits, learning_rates=rates, batch_sizes=sizes, seeds=range(10, 15), epochs=12
)

# %%
axes = plots.curves(again, cells, against=("steps", "examples", "seconds"))
axes[0].set_title("Four batch sizes, each at its best rate")
firsts = [again.train_loss[again.index(*cell)][:, 0].mean() for cell in cells]
told = [f"{f:.1f} for {size}" for f, (_, size) in zip(firsts, cells, strict=True)]
plots.show(
    "Training loss against steps, examples and seconds. After one epoch it is "
    f"{', '.join(told)} rows."
)

# %% [markdown] tags=["after"]
# *Training loss for four batch sizes, each at its best rate; bands from the lowest to the highest of five starts. In
# examples 8 and 32 rows lead together, and all rows come last; their curve climbs before it falls, as it did above.*
#
# Counted in steps, all rows win: about 10 to a loss of 0.1, where 8 rows take 200. Counted in seconds, on our machine,
# something between wins: 8 rows waste time on many small steps, 1,079 rows on many passes.

# %% [markdown]
# Which takes longer for one pass through all rows, 135 steps of 8 rows or a single one? Guess, then let Keras run both.

# %% tags=["nbval-ignore-output"]
from time import perf_counter

model, seconds = build(0.01), {}
for size in (8, 1079) * 2:  # the first pass of each also prepares the model
    began = perf_counter()
    model.fit(x, y, batch_size=size, verbose=0)
    seconds[size] = perf_counter() - began
print({size: f"{1000 * second:.0f} milliseconds" for size, second in seconds.items()})

# %%
print("faster:", "one step" if seconds[1079] < seconds[8] else "135 steps")

# %% [markdown] tags=["after"]
# The many steps, on a network this small: each has costs of its own. A large one wins nothing more once a step
# fills the processor, and can lose: with two layers of 1,024 units, 8,192 rows took us longer in one step than in 16. What
# grows is the *number of passes*.

# %% [markdown]
# Now for every batch size of the map, each with its best rate: how many steps, and how many passes through the rows, until the
# training loss is at 0.1? With 2 rows a step it takes 728 steps. Bet on 128 rows. (You need not read the code.)

# %% tags=["bet:steps_of_128"]
check.steps_of_128.bet(...)


# %%
def passes(losses, target=0.1):
    so_far = -np.log(np.minimum.accumulate(losses))
    return np.interp(-np.log(target), so_far, range(len(losses)), right=np.inf)


sizes, needed = result.batch_sizes, []
for j in range(len(sizes)):
    curves = result.train_loss[:, j].mean(axis=1)
    start_loss = result.start_loss.mean()
    needed.append(min(passes([start_loss, *curve]) for curve in curves))
needed = np.array(needed)
steps = needed * np.ceil(len(x) / sizes)

# %%
for size in (2, 32, 128, 1079):
    at = list(sizes).index(size)
    print(f"batch size {size:4}: {steps[at]:3.0f} steps, {needed[at]:4.1f} passes")
check.steps_of_128.came(round(steps[list(sizes).index(128)]))

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6))
axes[0].plot(sizes, steps, "o-", color=plots.DESCENT, label="measured")
axes[0].plot(sizes, steps[0] * 2 / sizes, ":", color="grey", label="as 1 / batch size")
axes[0].set(title=f"Steps: {steps[0]:.0f} to {steps[-1]:.0f}", ylabel="steps")
axes[0].legend()
axes[1].plot(sizes, needed, "o-", color=plots.DESCENT)
axes[1].set(title=f"Passes: {needed[0]:.1f} to {needed[-1]:.1f}", ylabel="passes")
axes[1].set_ylim(0, 10)
axes[0].set(yscale="log")
for ax in axes:
    ax.set(xscale="log", xlabel="batch size (rows)")
    ax.set_xticks(sizes[::2], sizes[::2])
    ax.minorticks_off()
said = check.steps_of_128.draw()
told = [f"{s:.0f} of {size} rows" for s, size in zip(steps, sizes, strict=True)]
plots.show(f"Steps and passes to a loss of 0.1. Steps: {', '.join(told)}.{said}")

# %% [markdown] tags=["after"]
# *Left: steps until the training loss is 0.1; they halve with each doubling of the batch size (dotted), then lag behind.
# Right: passes through the rows; level, then rising.*
#
# Up to 64 rows, doubling the batch about halves the steps, at hardly any cost in rows. Beyond that it saves few
# steps for ever more rows: all 1,079 at once need half the steps of 128, and four times the passes. The bend is what
# McCandlish and others call the **critical batch size**; many kinds of network have one (Shallue and others, 2019,
# "Measuring the Effects of Data Parallelism on Neural Network Training"). It lies in the range of the noise scales that
# you measured: 39 at the start, hundreds later.

# %% [markdown]
# ## Which batch size, then?
#
# Sizes in use go from tens to hundreds of rows; large language models, trained on many machines, take thousands of texts a
# step, millions of words. Start with 32 to 128. If your machine takes a larger step in the same time, double batch and
# rate, as long as it saves steps.
#
# And if memory holds only 32 rows, and you want 256? The mean of eight gradients of 32 rows each *is* the gradient of the 256.
# Keras averages them, then takes one step. That saves memory, no time:


# %%
def trained_on_1024(batch_size, wait=None):
    model = build(0.1)
    model.compile(SGD(0.1, gradient_accumulation_steps=wait), loss=LOSS)
    model.fit(x[:1024], y[:1024], batch_size=batch_size, shuffle=False, verbose=0)
    return np.concatenate([w.ravel() for w in model.get_weights()])


apart = np.abs(trained_on_1024(32, wait=8) - trained_on_1024(256)).max()
print("eight times 32 rows and 256 rows: the same weights to 0.00001:", apart < 1e-5)

# %% [markdown]
# ### Exercise 4.7 · Tune
#
# A challenge on a budget: 95% accuracy on the validation rows of digits, **in at most 60 steps and at most 3 epochs**. The
# check trains five networks with your dials, as many whole epochs as the budget allows, and takes the middle one of the
# five accuracies. Of the 100 cells of the map only three do it. Write your dials as
# `{"learning_rate": 0.1, "batch_size": 32}`.

# %% tags=["exercise:budget"]
### BEGIN SOLUTION
my_dials = {"learning_rate": 1.0, "batch_size": 54}
### END SOLUTION
check.budget(my_dials)

# %%
# check.budget.hint()
# check.budget.solution()

# %% [markdown] tags=["solution"]
# Three epochs in 60 steps are 20 steps an epoch, and 1079 / 20 = 53.95: at least 54 rows a step. Small batches make the
# most of each pass, so take no more than that. The map then gives the rate: 0.02 for each row, about 1. Up to 128 rows
# there are other ways, with rates from 0.5 (54 rows) to 2 (128).

# %% [markdown]
# ### Exercise 4.8 · Write
#
# *A stretch: take paper, or come back.* To measure the noise scale we took the gradient of every
# single row. With a large network you only ever see the gradients of minibatches. Two sizes are enough: the mean squared
# length of a minibatch gradient is
#
# $$\text{length}^2(B) = |g|^2 + \frac{\sigma^2}{B},$$
#
# the squared signal plus the variance (for a batch size far below the number of rows), where $|g|^2$ is the squared length
# of the full gradient. At our start 400 minibatches gave 14.2 for 8 rows and 4.04 for 64.

# %%
shares = np.array([1 / 64, 1 / 8])
plt.figure(figsize=(7, 3))
plt.plot(shares, [4.04, 14.2], "o", color=plots.MINIBATCH, mec="black", markersize=8)
plt.axline((shares[0], 4.04), (shares[1], 14.2), color="grey", linestyle=":")
plt.xlim(0, 0.14)
plt.ylim(0, 16)
plt.xlabel("1 / batch size")
plt.ylabel("mean squared length")
plt.title("Signal and noise lie in one line")
plots.show("Two points, at 1/64 and 1/8, 4.04 and 14.2 high, on a dotted line.")

# %% [markdown]
# *What are the line's slope, and its height at 0?* Write a function that finds the noise scale $\sigma^2 / |g|^2$ from two
# batch sizes and the two mean squared lengths. Those above should give about 36.


# %% tags=["exercise:noise_from_two"]
def noise_from_two(small, large, squared_small, squared_large):
    ### BEGIN SOLUTION
    noise = (squared_small - squared_large) / (1 / small - 1 / large)
    signal = squared_small - noise / small
    return noise / signal
    ### END SOLUTION


check.noise_from_two(noise_from_two)

# %%
# check.noise_from_two.hint()
# check.noise_from_two.solution()

# %% [markdown] tags=["solution"]
# Subtract the two equations, and the signal is gone: what is left is $\sigma^2 (1/B_\text{small} - 1/B_\text{large})$.
# With $\sigma^2$ known, either equation gives the signal. Average each squared length over many minibatches first, and
# divide last: the ratio of two shaky numbers is off on average, too. Large training runs measure it so, as each machine
# has the gradient of its own small batch.

# %% [markdown]
# ## What to remember
#
# **How large a step, and how many examples before it?** The more rows in a batch, the surer the direction and the larger
# the step may be, in proportion, until the noise no longer matters.
#
# - Training rows change the weights, validation rows choose, test rows have the last word.
# - The loss is what the steps make smaller; the metric is what you care about.
# - A rate too high never arrives, a rate too low is reliable but slow; Keras warns of neither.
# - Compare on `evaluate`, build afresh for every run, give each batch size its own rate, and say what you count: steps,
#   examples or seconds.
# - $k$ times the batch, $k$ times the rate, until the steps get too long. The *best* rate grows like that up to about the
#   noise scale. Beyond the critical batch size, more rows a step save few steps.
# - Above 2 / curvature the loss may rise, and still come down, where the ground is flatter.
#
# What this small experiment does not show: whether large batches, given all the epochs they need, end with a worse network
# (Keskar and others, 2017, say so; Hoffer and others, 2017, that longer training helps). And the numbers, such as 39 rows,
# are true of this network on digits: only the shape of the map carries over.
#
# What books call it: [derivative](02_gradient.ipynb#Hold-b-still,-move-w),
# [partial derivative](02_gradient.ipynb#Hold-w-still,-move-b),
# [automatic differentiation](02_gradient.ipynb#The-same-in-Keras:-four-ways,-one-gradient),
# [Hessian](03_descent.ipynb#Does-a-network-keep-to-the-limit?),
# [hyperparameter](04_batch_size_and_learning_rate.ipynb#Train-again,-with-another-learning-rate),
# [overfitting](04_batch_size_and_learning_rate.ipynb#Three-piles-of-rows), [generalisation](04_batch_size_and_learning_rate.ipynb#Three-piles-of-rows).

# %%
check.look_back()

# %%
check.progress()

# %% [markdown]
# **Next:** [5 · Choosing parameters](05_choosing_parameters.ipynb)
