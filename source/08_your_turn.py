# %% [markdown]
# # 8 · Your turn
#
# **A problem, a budget, and every dial in your own hand: what do you choose first, and how do you know that it was good?**
#
# Four problems wait. Nobody tells you the loss, the output, the optimizer, the batch size, the rate or the schedule. After
# this lesson you can
#
# - take a new problem from the data to a trained model, within a budget;
# - say which of your choices mattered, in numbers;
# - defend a choice in writing, with its price.
#
# *60 to 90 minutes; give each problem its time. You need all that came before: the rows and the curve from lesson 4, rates,
# schedules and seeds from lesson 5, the table of losses from lesson 6, the optimizers from lesson 7.*

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
# 1. **A budget of steps.** You may make so many updates and no more. How you spend them (many small minibatches, few large
#    ones, all of them or half) is up to you.
# 2. **Three piles**, as in lesson 4. Train on training rows, choose on validation rows. The test rows have the last word.
# 3. **Three seeds**, as in lesson 5. One run is an anecdote, so your score is a mean over three.
# 4. **You hand over a recipe**, not a model: a function that returns a fresh compiled model, and how to train it. The check
#    runs it, counts the steps, and scores the result. It believes nothing.
#
# Here is such a **recipe**. It is what lesson 4 began with, and it is the one to beat in all four problems: the *baseline*.


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
# `dense` saves typing: inputs, the widths of the hidden layers, and the output. You may also write out the layers yourself.
# And this is all that is done with a recipe. The seed decides the random start and the order of the rows.


# %%
def train(recipe, problem, seed):
    keras.utils.set_random_seed(seed)
    model, how = recipe()
    history = model.fit(
        problem.x_train,
        problem.y_train,
        validation_data=(problem.x_valid, problem.y_valid),
        verbose=0,
        **how,
    )
    return model, history


def try_out(recipe, problem):
    scores = []
    for seed in capstone.SEEDS:
        model, _ = train(recipe, problem, seed)
        outputs = model.predict(problem.x_valid, verbose=0)
        scores.append(capstone.score(outputs, problem.y_valid, problem.kind))
    print(f"{np.mean(scores):.2f}, from {min(scores):.2f} to {max(scores):.2f}")


# %% [markdown]
# `score` counts what the problem asks for: R squared where the answer is an amount, the share of right rows elsewhere. It
# takes the output for a probability; if yours are logits, tell it `logits=True`. On validation rows the baseline has:

# %%
digits = capstone.load_task("digits")
try_out(baseline, digits)

# %% [markdown]
# Now look at the prices of the four problems. *Best* is the best recipe that a search through hundreds of them found; you
# will see it after each problem. Halfway between the two lies the *target*, and that is what passes.

# %%
for name, task in capstone.TASKS.items():
    print(f"{name:13} {task.budget:3} steps, {task.measure:18}", end=" ")
    print(f"baseline {task.baseline:.2f}, target {task.target:.2f}, best {task.best:.2f}")

# %% [markdown]
# ## Every dial at once
#
# Before you spend a step: here are two recipes side by side, A and B, each with its optimizer, rate, batch size and schedule.
# Both make the same number of steps from the same three starts. The bands reach from the lowest to the highest seed.

# %%
labs.recipes()

# %% [markdown]
# *Two recipes on one problem: the validation score against the step, each with a band over three seeds.*
#
# Try these, one at a time, and commit to a guess before each. Give both SGD, and B a rate ten times as high. Give B Adadelta
# at 0.001, Keras's default. Set both to the same, then B to another batch size. Where do the bands stop overlapping?

# %% tags=["nbval-ignore-output"]
labs.recipes().animate("b_rate", [0.001, 0.01, 0.1, 1.0])
