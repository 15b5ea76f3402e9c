"""The exercises of lesson 4: batch size and learning rate."""

from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

import numpy as np

from helpers.checks import bets
from helpers.checks.answers import (
    array,
    call,
    choices,
    entries,
    look_up,
    number,
    recognise,
)
from helpers.checks.engine import Lesson, Wrong
from helpers.checks.feedback import show
from helpers.data import load
from helpers.sweeps import sweep

LESSON = Lesson(4, "Batch size and learning rate")

right_by_heart = bets.Bet("rows never seen, and right", 0, 359, "rows")
a_small_rate = bets.Bet("the loss after 20 epochs at rate 0.001", 0.0, 2.6)
all_rows_in_a_step = bets.Bet("the loss after 20 epochs of one step each", 0.0, 2.6)
sideways = bets.Bet(
    "how far sideways 64 steps of 4 rows go (one step: 0.73)", 0.01, 10, log=True
)
rate_for_all_rows = bets.Bet("the best rate for all 1,079 rows", 0.01, 5.12, log=True)
after_20_steps = bets.Bet(
    "the largest curvature after 20 steps (at the start 2.75)", 0.01, 100, log=True
)
noise_later = bets.Bet(
    "the noise scale after ten epochs (at the start 39)", 1, 10_000, "rows", log=True
)
steps_of_128 = bets.Bet(
    "steps of 128 rows to a loss of 0.1 (of 2 rows: 728)", 1, 728, "steps", log=True
)
BETS = bets.of(4, vars())
look_back = partial(bets.look_back, BETS)


@LESSON.exercise(
    "Write",
    points=2,
    hints=(
        "The predicted class of a row is the position of its largest probability. "
        "NumPy's `argmax` finds positions; which axis runs over the classes?",
        "`probabilities.argmax(axis=1)` gives one class a row. Compare it with "
        "`labels`: how large a share of the comparisons is true?",
    ),
)
def accuracy(answer):
    """Judge the accuracy: (probabilities, labels) -> share of rows classified right."""
    for seed, rows, classes in ((19, 5, 5), (2, 40, 4), (0, 8, 3), (1, 5, 5)):
        probabilities, labels, right = _classified(seed, rows, classes)
        got = number(
            call(answer, probabilities, labels, name="accuracy"), "accuracy(...)"
        )
        if seed == 19:  # a square table: along the wrong axis there is no error
            if np.isclose(got, (probabilities.argmax(axis=0) == labels).mean()):
                raise Wrong(
                    "You look for the largest probability down each column, among the "
                    "pictures. Look along each row, among the classes: `axis=1`."
                )
            continue
        if not np.isclose(got, right, atol=1e-6):
            raise Wrong(_accuracy_mistake(got, right, probabilities, labels))
    return (
        "The largest of a row's probabilities decides, and only right or wrong counts: "
        "how sure the network was makes no difference."
    )


def _classified(seed, rows, classes):
    """Make probabilities and labels of which neither all nor none are right."""
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.ones(classes), rows)
    labels = probabilities.argmax(axis=1)
    wrong = random.permutation(rows)[: rows // 3]
    labels[wrong] = (labels[wrong] + 1) % classes
    return probabilities, labels, 1 - len(wrong) / rows


def _accuracy_mistake(got, right, probabilities, labels):
    rows = len(labels)
    chosen = probabilities[np.arange(rows), labels]
    mistakes = {
        "That is the share of wrong rows. Count those that are right.": 1 - right,
        "That is how many rows are right. Divide by how many there are.": right * rows,
        "That is in percent. Leave it as a share, between 0 and 1.": 100 * right,
        "You take the class with the smallest probability: use `argmax`.": (
            (probabilities.argmin(axis=1) == labels).mean()
        ),
        "That is the mean probability given to the right class. Accuracy asks only "
        "whether the right class had the largest one.": chosen.mean(),
        "A class need not reach 0.5 to be chosen: it is enough to have the largest "
        "probability of the row.": (chosen > 0.5).mean(),
        "You divide by the number of classes. Divide by the number of rows.": (
            right * rows / probabilities.shape[1]
        ),
        "You divide by 10. Divide by the number of rows, whatever it is.": (
            right * rows / 10
        ),
        "None of the rows counts as right. For each row, the class is the position "
        "of its largest probability: `argmax` with `axis=1`.": 0,
    }
    recognise(got, mistakes, atol=1e-6)
    return (
        f"For {rows} rows and {probabilities.shape[1]} classes your function gives "
        f"{got:.4g}, and {right:.4g} of the rows are right. For each row, which class "
        "has the largest probability? Is it the label?"
    )


@LESSON.exercise(
    "Predict",
    hints=(
        "Every epoch goes through all 1,079 training rows, 32 at a time. How many "
        "handfuls is that? The last one may be smaller, and it counts.",
        "1079 / 32 = 33.7, so an epoch has 33 full minibatches and one with what is "
        "left. Twenty epochs have twenty times as many.",
    ),
)
def updates(answer):
    """Judge how many updates a training makes: 20 epochs, 32 of 1,079 rows."""
    count = number(answer, "my_updates", whole=True)
    mistakes = {
        660: "That leaves out the last, smaller minibatch of each epoch: round "
        "1079 / 32 up, not down.",
        34: "That is one epoch. The training goes through the rows 20 times.",
        33: "That is one epoch, without its last minibatch. Round up, then count all "
        "20 epochs.",
        20: "That is the number of epochs. The weights change after every minibatch.",
        675: "You rounded once, at the end. Every epoch ends with a smaller minibatch "
        "of its own: round up within the epoch, then multiply.",
        674: "You rounded once, at the end, and down. Every epoch ends with a smaller "
        "minibatch of its own: round up within the epoch, then multiply.",
        21580: "That is the number of rows seen. One update uses 32 of them.",
        640: "That multiplies batch size and epochs. How many minibatches make an "
        "epoch?",
    }
    look_up(count, mistakes)
    if count != 680:
        raise Wrong(
            f"{count:g} updates is not what Keras will make. Count the minibatches of "
            "one epoch first, then multiply by the epochs."
        )
    return "34 minibatches an epoch, the last one of 23 rows, times 20 epochs."


@LESSON.exercise(
    "Choose",
    hints=(
        "All three had the same learning rate and the same six epochs. What differs is "
        "how many updates an epoch holds.",
        "Batch size 8 makes 135 updates an epoch, 64 makes 17, 512 makes 3. Which "
        "curve had got furthest after the first epoch?",
    ),
)
def which_batch_size(answer):
    """Judge which curve has which batch size."""
    example = '{"A": 8, "B": 64, "C": 512}'
    got = choices(answer, "ABC", "my_sizes", example, whole=True)
    if sorted(got.values()) != [8, 64, 512]:
        raise Wrong("Each of the batch sizes 8, 64 and 512 belongs to one curve.")
    if got == {"A": 8, "B": 512, "C": 64}:
        raise Wrong(
            "You have it upside down: a small batch size means many updates an epoch, "
            "so its curve falls first."
        )
    if got["B"] != 8:
        raise Wrong(
            "Which curve is almost down after a single epoch? It had the most updates."
        )
    if got["A"] != 512:
        raise Wrong("B is right. Of A and C, which had only three updates an epoch?")
    return (
        "At one learning rate the smallest batch size makes the most updates an "
        "epoch, so per epoch it gets furthest. Per second is another matter."
    )


SHAPES_OF_MISTAKES = {
    (): "That is a single number. Return a list: one loss for each learning rate.",
    (0,): "The list is empty. Append the loss of each run to it.",
    (1,): "Only one loss came back for two rates. Does `return` stand inside the loop?",
    (2, 2): "`evaluate` returns the loss and the accuracy. Keep the first, with `[0]`.",
}


@contextmanager
def _listening_to_fit(reported, rows):
    """Add the loss that each ``fit`` reports last to a list, to another its rows."""
    import keras

    fit = keras.Model.fit

    def listening(model, x, *args, **kwargs):
        rows.append(len(x))
        history = fit(model, x, *args, **kwargs)
        reported.extend(history.history.get("loss", [])[-1:])
        return history

    with patch.object(keras.Model, "fit", listening):
        yield


@LESSON.exercise(
    "Fix",
    points=2,
    seconds=40,
    needs="keras",
    hints=(
        "Which line decides what weights a run starts from? How often is it executed, "
        "and how often should it be?",
        "`build(learning_rate)` gives a fresh network. Call it inside the loop, once "
        "for each learning rate, in the place of `compile`.",
    ),
)
def compare_rates(answer):
    """Judge a fair comparison of rates: (learning_rates, x, y) -> losses."""
    random = np.random.default_rng(4)
    x = random.normal(size=(192, 64)).astype(np.float32)
    y = np.argmax(x[:, :10], axis=1)
    name = "compare_rates"

    reported = []  # by `fit`: the running means of the last epochs
    rows = []

    def losses(rates, y=y):
        with _listening_to_fit(reported, rows):
            got = call(answer, rates, x, y, name=name)
        got = list(got.values()) if isinstance(got, dict) else got
        if len(rates) == 2 and np.shape(got) in SHAPES_OF_MISTAKES:
            raise Wrong(SHAPES_OF_MISTAKES[np.shape(got)])
        return array(got, (len(rates),), f"What {name}({show(rates)}, x, y) returns")

    together = losses([0.2, 0.02])
    if set(rows) - {len(x)}:
        raise Wrong(
            "A run trains on other rows than the `x` and `y` of the function. The "
            "lesson's `train` always takes the digits: call `fit` yourself."
        )
    if np.isin(together, reported).all():
        raise Wrong(
            "Those are the losses that `fit` reports: running means (trap 1). Measure "
            "with `evaluate` after the training."
        )
    if np.isclose(together[0], together[1], rtol=1e-3):
        raise Wrong(
            "Two learning rates, ten times apart, end at the same loss. Does each run "
            + ("use its own `learning_rate`?" if reported else "train before it ends?")
        )
    if together.max() > 5 or together.min() < 0:
        raise Wrong(
            f"The losses are {show(together.round(3))}. For each learning rate, return "
            "the first value of `evaluate`: the loss."
        )
    turned = losses([0.02, 0.2])[::-1]
    if np.allclose(together, turned[::-1], rtol=1e-3):
        raise Wrong(
            "With the rates in another order the same losses come in the same order. "
            "Does each run use its own rate, and do the losses stand in the order of "
            "`learning_rates`?"
        )
    if not np.allclose(together, turned, rtol=1e-2):
        raise Wrong(
            f"Rates 0.2 and 0.02 end at {together.round(3)}; when 0.02 goes first, "
            f"they end at {turned.round(3)}. The order should not matter: the second "
            "run still begins where the first one ended."
        )
    shuffled = losses([0.2], y=y[::-1].copy())
    if np.isclose(shuffled[0], together[0], rtol=1e-3):
        raise Wrong("With other labels the loss is the same. Do you train on `x`, `y`?")
    if together[0] > together[1]:
        if together.max() <= 1:
            raise Wrong(
                "The better rate has the larger number: that is the accuracy. "
                "`evaluate` returns the loss first."
            )
        raise Wrong(
            f"After training, rate 0.2 should be ahead of 0.02 on this data; yours end "
            f"at {together.round(3)}. Does each run train, and is the loss measured "
            "after the training?"
        )
    return "Every run starts from the same fresh weights, so only the rate differs."


@LESSON.exercise(
    "Predict",
    hints=(
        "By which factor does the batch size grow? An epoch then has so many times "
        "fewer steps. What must each step do to get as far in an epoch?",
        "From 8 to 64 is eight times as many rows. Linear scaling: the rate grows by "
        "the same factor.",
    ),
)
def scaled_rate(answer):
    """Judge the rate that linear scaling gives: for 64 rows, from 0.02 for 8."""
    rate = number(answer, "my_rate")
    mistakes = {
        0.02: "That leaves the rate as it is: an eighth of the steps, and none of "
        "them longer, gets only an eighth of the way.",
        0.02 / 8: "That is the other way round. With more rows the direction is surer, "
        "so the step may be longer.",
        0.02 * 8**0.5: "That is the root of the factor. The noise of a gradient goes "
        "with the root; the length that replaces eight steps does not.",
        0.02 * 64: "That multiplies by the new batch size. By which factor did it "
        "grow, from 8?",
        0.02 * 56: "64 - 8 = 56 is a difference. Scaling asks for the factor, 64 / 8.",
        8.0: "That is the factor. Multiply the old rate by it.",
    }
    look_up(rate, mistakes, rtol=0.01)
    if not np.isclose(rate, 0.16, rtol=0.01):
        raise Wrong(
            f"{rate:g} is not what linear scaling gives. The batch size grows from 8 "
            "to 64; the rate, 0.02, grows by the same factor."
        )
    return "Eight times the rows, eight times the step, an eighth of the steps."


@LESSON.exercise(
    "Predict",
    hints=(
        "The share is 1 / (1 + noise scale / batch size). Begin with the division "
        "inside the brackets.",
        "36 / 12 = 3: the variance is three times the squared gradient. Now add 1, and "
        "turn it over.",
    ),
)
def share_of_highest(answer):
    """Judge the best share of the rate without noise: 1 / (1 + 36 / 12)."""
    share = number(answer, "my_share")
    mistakes = {
        4.0: "That is 1 + 36 / 12. The share is 1 divided by it, so it is below 1.",
        3.0: "That is noise scale / batch size. Add 1 to it, then divide 1 by that.",
        1 / 3: "That leaves out the 1 that is added below: 1 / (1 + 36 / 12).",
        0.75: "Either you turned the two round, and 12 / 36 stands in the brackets, or "
        "that is the share that the noise takes. It should be 1 / (1 + 36 / 12).",
        25.0: "That is in percent. Give it as a share, between 0 and 1.",
        1 / 37: "That is for a single row. With 12 rows the noise is 36 / 12.",
        1 / 13: "That has the batch size in the place of noise scale / batch size.",
        0.5: "A half is right where the batch size equals the noise scale. Here it is "
        "a third of it.",
    }
    look_up(share, mistakes, rtol=0.005)
    if not np.isclose(share, 0.25, rtol=0.005):
        raise Wrong(
            f"{share:g} is not the share. Put noise scale / batch size = 36 / 12 into "
            "1 / (1 + ...)."
        )
    return "A variance of three times the squared gradient leaves a quarter."


STEPS, EPOCHS, TARGET = 60, 3, 0.95


@LESSON.exercise(
    "Tune",
    points=2,
    seconds=20,
    needs="sklearn.datasets",
    hints=(
        "Small batches make the most of each pass, and need many steps for it. Which "
        "is the smallest batch size that gets three epochs out of 60 steps?",
        "Three epochs in 60 steps are 20 steps an epoch: 1079 / 20 = 53.95 rows. Where "
        "does the best rate of the map lie for some 54 rows? Try rates around there.",
    ),
)
def budget(answer):
    """Judge 95% on a budget: at most 60 steps and 3 epochs, the middle of five."""
    rate, size = _dials(answer)
    digits = load("digits")
    rows = len(digits.x_train)
    if size > rows:
        raise Wrong(f"There are only {rows} training rows: a batch has no more.")
    an_epoch = int(np.ceil(rows / size))
    epochs = min(EPOCHS, STEPS // an_epoch)
    if epochs == 0:
        raise Wrong(
            f"With batch size {size} a single epoch takes {an_epoch} steps, and the "
            f"budget is {STEPS}. Take more rows a step."
        )
    found = sweep(
        digits,
        learning_rates=rate,
        batch_sizes=size,
        seeds=range(5),
        epochs=epochs,
        progress=False,
    )
    spent = f"{_count(epochs, 'epoch')} of {_count(an_epoch, 'step')}"
    if found.diverged.sum() > 2:
        raise Wrong(
            f"In {spent} most of the five runs diverged: the rate {rate:g} is too high "
            f"for batch size {size}."
        )
    middle = np.median(np.maximum(found.valid_score[..., -1], 0))
    reached = f"In {spent} the middle one of five networks reaches {middle:.1%}"
    if middle < TARGET:
        raise Wrong(f"{reached}, and the target is {TARGET:.0%}. {_advice(rate, size)}")
    return f"{reached}."


def _count(number, what):
    return f"{number} {what}{'s' * (number > 1)}"


def _dials(answer):
    """Return the learning rate and the batch size, if they are such."""
    names = "learning_rate", "batch_size"
    example = '{"learning_rate": 0.1, "batch_size": 32}'
    rate, size = entries(answer, names, "my_dials", example)
    rate, size = number(rate, names[0]), number(size, names[1], whole=True)
    if rate <= 0 or size < 1:
        raise Wrong("Both dials should be positive: a step forward, with some rows.")
    return rate, int(size)


def _advice(rate, size):
    """Say which dial is off: the best rate is near 0.02 a row, and at most 1.3."""
    best = min(0.02 * size, 1.3)
    if rate < best / 2:
        return (
            "The rate is far below the best of the map for this batch size: longer "
            "steps would get further."
        )
    if rate > 1.7 * best:
        return (
            "The rate is above the best of the map for this batch size: such long "
            "steps cost more than they gain."
        )
    if size < 54:
        return (
            "The rate suits the batch size, but three epochs do not fit into 60 steps: "
            "take more rows a step."
        )
    if size > 128:
        return (
            "The rate suits the batch size, but three epochs have few steps with so "
            "many rows: take fewer rows a step."
        )
    return "You are close: turn the rate a little."


@LESSON.exercise(
    "Write",
    points=3,
    hints=(
        "You have two equations with two unknowns, signal and noise. Subtract one from "
        "the other: what drops out?",
        "The difference of the two squared lengths is noise * (1 / small - 1 / large). "
        "Once you have the noise, either equation gives the signal.",
    ),
)
def noise_from_two(answer):
    """Judge the noise scale from minibatches: from two sizes and squared lengths."""
    name = "noise_from_two"
    for small, large, signal, noise in (
        (8, 64, 2.5, 100.0),
        (2, 6, 1.0, 12.0),
        (16, 1024, 0.02, 30.0),
    ):
        lengths = signal + noise / small, signal + noise / large
        got = number(call(answer, small, large, *lengths, name=name), f"{name}(...)")
        if not np.isclose(got, noise / signal, rtol=1e-6):
            raise Wrong(_noise_mistake(got, small, large, signal, noise))
    return (
        "Signal plus noise, measured twice with different shares of noise: that is "
        "enough to tell them apart."
    )


def _noise_mistake(got, small, large, signal, noise):
    short, long = signal + noise / large, signal + noise / small
    gap = 1 / small - 1 / large
    slips = {
        "The difference of the lengths and that of 1 / small and 1 / large need "
        "the same order, or the noise turns negative.": -noise,
        "The difference of the two lengths is not yet the noise: divide it by "
        "1 / small - 1 / large.": long - short,
        "You divide by large - small. The noise goes as 1 / batch size: divide by "
        "1 / small - 1 / large.": (long - short) / (large - small),
        "You multiply by 1 / small - 1 / large. Divide by it.": (long - short) * gap,
    }
    mistakes = {
        "That is the variance, sigma squared. Divide it by the signal.": noise,
        "That is the signal, the squared length of the full gradient. The "
        "noise scale is noise / signal.": signal,
        "That is signal / noise. Turn it over.": signal / noise,
        "That is the root. The noise scale compares squares: "
        "a variance with a squared length.": (noise / signal) ** 0.5,
        "You divide by the squared length of the large minibatch's "
        "gradient. That still has noise / large in it: subtract it first.": noise
        / short,
        "You divide by the squared length of the small minibatch's "
        "gradient. That still has noise / small in it: subtract it first.": noise
        / long,
    }
    recognise(got, mistakes, rtol=1e-6)
    for size, length in ((small, long), (large, short)):
        added = (
            "To get the signal, subtract noise / batch size from the squared length; "
            "you add it."
        )
        recognise(got, {added: noise / (length + noise / size)}, rtol=1e-6)
    for words, wrong in slips.items():
        for found in (signal, long - wrong / small, short - wrong / large):
            recognise(got, {words: wrong / found}, rtol=1e-6)
    return (
        f"With a signal of {signal:g} and a noise of {noise:g}, batch sizes {small} "
        f"and {large} have the squared lengths {long:g} and {short:g}, and the noise "
        f"scale is {noise / signal:g}. Yours is {got:.4g}."
    )


EXERCISES = LESSON.exercises
progress = LESSON.progress
