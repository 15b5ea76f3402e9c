"""Rules about labels, which must be what a crossentropy takes them for."""

import numpy as np

from .cures import advised, dense, labels_of, recompiled
from .rules import error, note, warning
from .rules_shapes import each_step
from .sample import of_bytes

IGNORED = (-1, 255, -100)  # what stands for "no label" elsewhere


@error(
    "integer-labels",
    why="The categorical loss wants one-hot rows; integers go with the sparse one.",
    seen='fit stops: "must have the same rank (ndim)" or "the same shape".',
    fix='model.compile(model.optimizer, "sparse_categorical_crossentropy")',
)
def _integer_labels(case):
    if case.kind != "categorical" or not case.shapes_known or case.units == 1:
        return None
    shape = case.target_shape
    if shape not in (case.output_shape[:-1], (*case.output_shape[:-1], 1)):
        return None
    found = f"{case.loss_name} with labels of shape {case.target.shape}."
    cure = recompiled(case, '"sparse_categorical_crossentropy"')
    fits = case.numbers and case.target.low >= 0 and case.target.high < case.units
    if case.numbers and not fits:
        if len(case.target.distinct) > case.units or not case.target.whole:
            return found, advised(case)
        cure = f"{_shift(case)}; {cure}"
    return found, cure


@error(
    "one-hot-labels",
    why="The sparse loss wants one integer a row; one-hot rows go with the other one.",
    seen='fit stops: "must have rank (ndim) `target.ndim - 1`".',
    fix='model.compile(model.optimizer, "categorical_crossentropy")',
)
def _one_hot_labels(case):
    if case.kind != "sparse" or not case.shapes_known:
        return None
    shape = case.target_shape
    if len(shape) != len(case.output_shape) or shape[-1] == 1:
        return None
    found = f"{case.loss_name} with labels of shape {case.target.shape}."
    if case.numbers and not case.target.shares:
        return found, each_step(case) or advised(case)
    return found, recompiled(case, '"categorical_crossentropy"')


@error(
    "labels-out-of-range",
    why="Labels count the units from 0.",
    seen="On a CPU a wall of InvalidArgumentError; with jit_compile=True, as on a GPU,"
    " silently NaN.",
    fix="{y} = {y} - 1",
)
def _labels_out_of_range(case):
    if case.kind != "sparse" or not case.numbers or (case.units or 1) == 1:
        return None
    if _one_hot_labels.find(case):
        return None
    ignored = case.loss_settings.get("ignore_class")
    labels = case.target.distinct[case.target.distinct != ignored]
    if len(labels) == 0 or (labels[0] >= 0 and labels[-1] < case.units):
        return None
    low, high = int(labels[0]), int(labels[-1])
    units = f"{case.units} units are 0 to {case.units - 1}"
    found = f"Labels from {low} to {high}, where {units}."
    outside = labels[(labels < 0) | (labels >= case.units)]
    padding = len(outside) == 1 and outside[0] in IGNORED and ignored is None
    if padding and (high - low >= case.units or len(case.target_shape) > 1):
        loss = "keras.losses.SparseCategoricalCrossentropy("
        loss += "from_logits=True, " * case.from_logits
        found += (
            f" {int(outside[0])} looks like padding, or like pixels without a label."
        )
        cure = recompiled(case, f"{loss}ignore_class={int(outside[0])})")
        return found, cure
    if len(labels) > case.units:
        names = () if low == 0 and high < len(labels) else (_shift(case),)
        activation = None if case.from_logits else "softmax"
        return found, dense(len(labels), activation, also=names)
    return found, _shift(case)


def _shift(case):
    """Return the line that makes labels 0, 1, ... of those there are."""
    labels, y = case.target.distinct, case.names["y"]
    low, high = int(labels[0]), int(labels[-1])
    if high - low < (case.units or 1):
        return f"{y} = {y} - {low if low >= 0 else f'({low})'}"
    return f"classes, {y} = np.unique({y}, return_inverse=True)"


@error(
    "fractional-labels",
    why="The sparse loss cuts labels to whole numbers: 1.5 becomes class 1.",
    seen="Keras says nothing; amounts are learnt as if they were classes.",
    fix="classes, {y} = np.unique({y}, return_inverse=True)",
)
def _fractional_labels(case):
    if case.kind != "sparse" or not case.numbers or case.target.whole:
        return None
    few = len(case.target.distinct)
    if few <= case.units and 3 * few <= len(case.target.values):
        found = f"y holds fractions, of {few} different values: classes, divided?"
        y = case.names["y"]
        return found, f"classes, {y} = np.unique({y}, return_inverse=True)"
    return "y holds fractions.", advised(case)


@error(
    "classes-loss-on-amounts",
    why="A categorical loss shares 1 among the units; amounts share nothing.",
    seen="Keras says nothing; the loss is far from that of guessing, or below 0, and "
    "the outputs stay between 0 and 1.",
    fix='keras.layers.Dense({units})  # loss="mean_squared_error"',
)
def _classes_loss_on_amounts(case):
    if case.kind != "categorical" or not case.alike or case.target.within_0_1:
        return None
    low, high = case.target.low, case.target.high
    return f"y runs from {low:.6g} to {high:.6g}, not 0 to 1.", advised(case)


@error(
    "labels-not-0-1",
    why="Binary crossentropy takes y for a probability.",
    seen="Keras says nothing; the loss falls below 0 and goes on falling, to -45 and "
    "on.",
    fix='{y} = (np.asarray({y}) == {high}).astype("float32")',
)
def _labels_not_0_1(case):
    two = _outside_0_1(case) and len(case.target.distinct) == 2
    if not two:
        return None
    low, high = case.target.low, case.target.high
    return f"The labels are {low} and {high}, not 0 and 1.", {"high": high}


@error(
    "binary-loss-on-amounts",
    why="Binary crossentropy takes y for a probability of yes.",
    seen="Keras says nothing; the loss goes far below 0, and predictions end at 0 or "
    "1.",
    fix='keras.layers.Dense({units}, activation="{activation}")  # loss="{loss}"',
)
def _binary_loss_on_amounts(case):
    if not _outside_0_1(case) or len(case.target.distinct) == 2:
        return None
    low, high = case.target.low, case.target.high
    found = f"y runs from {low:.6g} to {high:.6g}, not 0 to 1."
    if case.target_shape == case.output_shape and of_bytes(case.target.values):
        return found, f"{case.names['y']} = {case.names['y']} / 255"
    return found, advised(case)


@note(
    "sigmoids-for-one-class",
    why="Exactly one class is right, and sigmoids answer for each by itself.",
    seen="It trains; the rows do not sum to 1, the accuracy of the binary loss looks "
    "high, and a softmax learns faster.",
    fix='keras.layers.Dense({units}, activation="softmax")'
    '  # loss="categorical_crossentropy"',
)
def _sigmoids_for_one_class(case):
    if case.kind != "binary" or not case.alike or not case.target.shares:
        return None
    if case.activation != "sigmoid" or not case.target.zero_one or case.units < 3:
        return None
    found = f"{case.units} sigmoids on one-hot rows."
    return found, dense(case.units, "softmax", "categorical_crossentropy")


@warning(
    "hinge-output",
    why="Hinge losses pull the right side beyond 1 and the other beyond -1; Keras turns"
    " labels 0 into -1.",
    seen="Keras says nothing; an output between 0 and 1 never gets there, and learns "
    "little.",
    fix='keras.layers.Dense({units})  # loss="hinge"',
)
def _hinge_output(case):
    if case.kind != "hinge" or not case.numbers or not case.squashed:
        return None
    if case.activation is None or case.loss_name == "categorical_hinge":
        return None
    found = f"{case.loss_name} behind a {case.activation}."
    if case.alike and case.target.shares:
        return found, dense(case.units, "softmax", "categorical_crossentropy")
    return found, dense(case.units, None, case.loss_name)


@error(
    "hinge-labels",
    why="A hinge loss knows two sides: -1 and 1, or 0 and 1.",
    seen="Keras says nothing; a label of 3 asks for three times the pull.",
    fix='keras.layers.Dense({units}, activation="{activation}")  # loss="{loss}"',
)
def _hinge_labels(case):
    if (
        case.kind != "hinge"
        or not case.numbers
        or case.loss_name == "categorical_hinge"
    ):
        return None
    if np.isin(case.target.distinct, (-1, 0, 1)).all():
        return None
    found = f"{case.loss_name} with y from {case.target.low} to {case.target.high}."
    if len(case.target.distinct) == 2:
        return found, labels_of(case)
    return found, advised(case)


def _outside_0_1(case):
    return case.kind == "binary" and case.numbers and not case.target.within_0_1
