"""Rules about losses for amounts: labels given to them, amounts they cannot take."""

import numpy as np

from .cures import advised, dense, recompiled
from .guess import FEW
from .rules import error, note, warning

SQUASHING = ("sigmoid", "hard_sigmoid", "softmax")
SMALL = 1e-3  # an amount next to which any error is a great percentage


@warning(
    "squared-error-on-yes-no",
    why="Two values are a yes and a no: crossentropy learns their probability, and its "
    "slope does not die behind a sigmoid.",
    seen="It trains, badly: predictions run below 0 and above 1, or hardly move.",
    fix='keras.layers.Dense({units}, activation="sigmoid")'
    '  # loss="binary_crossentropy"',
)
def _squared_error_on_yes_no(case):
    if not _labels(case) or case.target.shares or not _yes_no(case.target):
        return None
    if case.units > 1 and not case.alike:
        return None
    found = f"y is {case.target.low} or {case.target.high}: {_name(case)}."
    also = [] if case.target.zero_one else _zero_one(case)
    cure = dense(case.units, "sigmoid", "binary_crossentropy", also)
    return found, cure, _severity(case)


@warning(
    "squared-error-on-one-hot",
    why="Exactly one class is right: softmax and crossentropy learn its probability.",
    seen="It trains, badly: the rows do not sum to 1, or the loss hardly moves.",
    fix='keras.layers.Dense({units}, activation="softmax")'
    '  # loss="categorical_crossentropy"',
)
def _squared_error_on_one_hot(case):
    if not _labels(case) or not case.alike or not case.target.shares:
        return None
    if not case.target.zero_one:
        return None
    cure = dense(case.units, "softmax", "categorical_crossentropy")
    return f"y is one-hot: {_name(case)}.", cure, _severity(case)


@note(
    "squared-error-on-classes",
    why="If these are class numbers, it takes class 2 for twice class 1; if they are "
    "amounts, all is well.",
    seen="Keras says nothing; predictions land between classes.",
    fix='keras.layers.Dense({units}, activation="{activation}")  # loss="{loss}"',
)
def _squared_error_on_classes(case):
    if not _labels(case) or case.units != 1 or not case.target.counted:
        return None
    if not 2 < len(case.target.distinct) <= FEW or case.activation in SQUASHING:
        return None
    if case.target.values.ndim > 1 or len(case.target.values) < 3 * case.target.high:
        return None
    found = f"y is {case.target.low} to {case.target.high}: {_name(case)}."
    asked = case.metrics_among(("accuracy", "sparse_categorical_accuracy"))
    severity = "warning" if asked else "note"  # accuracy is asked of classes
    return found, advised(case), severity


@error(
    "percentage-of-zero",
    why="A percentage of 0 is infinite; Keras divides by 1e-7 in its place.",
    seen="Keras says nothing; the loss reads 1e8, and only the zeros are learnt.",
    fix='model.compile(model.optimizer, "mean_absolute_error")',
)
def _percentage_of_zero(case):
    if case.loss_name != "mean_absolute_percentage_error" or not case.numbers:
        return None
    zeros = np.mean(np.abs(case.target.values) < SMALL * max(case.target.scale, 1e-30))
    if not zeros:
        return None
    cure = recompiled(case, '"mean_absolute_error"')
    return f"{zeros:.2%} of y is 0, or next to it.", cure


@error(
    "log-of-negative",
    why="The logarithm of a number below -1 does not exist; Keras cuts y off at 0.",
    seen="Keras says nothing; those rows teach nothing; no prediction goes below 0.",
    fix='model.compile(model.optimizer, "mean_squared_error")',
)
def _log_of_negative(case):
    counts = case.loss_name == "poisson"
    if not case.numbers or not (counts or _logarithmic(case)) or case.target.low >= 0:
        return None
    found = f"y goes down to {case.target.low:.6g}: {_name(case)}."
    if counts:
        return found, dense(case.units or 1, None, "mean_squared_error")
    return found, recompiled(case, '"mean_squared_error"')


def _labels(case):
    """Whether y could be labels, given to a loss for amounts of the common kind."""
    if case.kind != "regression" or case.loss_name == "poisson" or _logarithmic(case):
        return False
    if not case.numbers or not case.target.whole or not case.shapes_known:
        return False
    return len(case.target.values) >= 6 and not case.copies


def _logarithmic(case):
    return case.loss_name == "mean_squared_logarithmic_error"


def _yes_no(target):
    return target.distinct.tolist() in ([0, 1], [-1, 1], [1, 2])


def _severity(case):
    """Behind a sigmoid or softmax it trains, if the optimizer evens out the slope."""
    squashed = case.activation in SQUASHING or (not case.activation and case.squashed)
    trains = squashed and not case.plain and case.loss_name == "mean_squared_error"
    return "note" if trains else "warning"


def _zero_one(case):
    y = case.names["y"]
    return [f'{y} = (np.asarray({y}) == {case.target.high}).astype("float32")']


def _name(case):
    return f"the loss is {case.loss_name}"
