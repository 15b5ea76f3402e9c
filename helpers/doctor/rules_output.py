"""Rules about the output, whose activation must fit loss and target."""

from .cures import advised, dense
from .graph import RANGES, kind_of, name_of_activation
from .rules import error, warning
from .sample import size_of

NORMS = ("BatchNormalization", "LayerNormalization", "GroupNormalization")


@error(
    "softmax-one-unit",
    why="A softmax over one unit is 1 whatever the weights.",
    seen="A UserWarning, once; on TensorFlow the loss falls as if it learnt, for fit "
    "looks behind the softmax. Every prediction is 1.0, and the accuracy never moves.",
    fix='keras.layers.Dense(1, activation="sigmoid")',
)
def _softmax_one_unit(case):
    if case.units != 1 or case.activation != "softmax" and not _always_1(case):
        return None
    found = "The output is a softmax of one unit."
    if case.activation != "softmax":
        found = "Every output is exactly 1, as a softmax of one unit gives it."
    if case.kind == "regression" and case.advice and case.advice.problem != "binary":
        return found, advised(case)
    yes_no = case.kind == "regression" and case.advice
    loss = "binary_crossentropy" if yes_no else None
    return found, dense(1, "sigmoid", loss)


def _always_1(case):
    """Whether a model that cannot be read says 1 to all rows, though x is small."""
    if case.activation or case.outputs is None or len(case.outputs) < 8:
        return False
    small = all(size_of(leaf) < 5 for leaf in case.sample if leaf.dtype.kind in "iuf")
    return small and case.fresh and bool((abs(case.outputs - 1) < 1e-6).all())


@error(
    "one-unit-for-classes",
    why="Categorical losses compare units with each other, and there is only one.",
    seen="The sparse loss stops with InvalidArgumentError on a CPU, and is NaN on a "
    "GPU; the categorical loss is 0 from the start and nothing moves.",
    fix='keras.layers.Dense({units}, activation="{activation}")  # loss="{loss}"',
)
def _one_unit_for_classes(case):
    if case.kind in ("sparse", "categorical") and case.units == 1:
        return f"{case.loss_name} with an output of one unit.", advised(case)
    return None


@error(
    "output-not-probability",
    why="Crossentropy takes logarithms of probabilities; without a sigmoid or softmax"
    " the outputs are anything, and what is below 0 or above 1 is clipped flat.",
    seen="Keras says nothing; the loss starts far above that of guessing. By luck of "
    "the seed it sticks, at about 7.6 or at ln(classes), or comes down late.",
    fix='keras.layers.Dense({units}, activation="{activation}")',
)
def _output_not_probability(case):
    if not case.crossentropy or case.from_logits:
        return None
    normed = case.readable and kind_of(case.output_operation) in NORMS
    if case.squashed is not False and not normed:
        return None
    activation = "sigmoid" if case.kind == "binary" else "softmax"
    if normed:
        found = f"A {kind_of(case.output_operation)} is the last layer, and "
        found += f"{case.loss_name} expects probabilities."
        norm = kind_of(case.output_operation)
        place = case.operations.index(case.output_operation)
        if name_of_activation(case.operations[place - 1]) == activation:
            return found, f"keras.layers.{norm}()  # before the output layer"
        return found, f"{dense(case.units, activation)}  # the last layer"
    output = f"The output is {case.activation}" if case.activation else "Outputs reach"
    if not case.activation:
        output += f" from {case.outputs.min():.3g} to {case.outputs.max():.3g}"
    found = f"{output}, and {case.loss_name} expects probabilities."
    return found, dense(case.units, activation)


@warning(
    "probabilities-as-logits",
    why="from_logits=True squashes once more what is already squashed.",
    seen="A UserWarning. fit on TensorFlow finds the logits and trains correctly; on "
    "plain arrays and other backends the loss is wrong, and hardly falls.",
    fix="keras.layers.Dense({units})  # logits, or leave from_logits out",
)
def _probabilities_as_logits(case):
    if case.from_logits and case.kind and case.activation and case.squashed:
        holes = {"units": case.units}
        return f"A {case.activation} output with from_logits=True.", holes
    return None


@error(
    "softmax-for-many-labels",
    why="Softmax and the categorical loss share 1 among the units: two labels can "
    "never both be likely.",
    seen="Keras says nothing. A binary loss falls all the same, for fit on TensorFlow "
    "looks behind the softmax, but predict is wrong; other losses end high.",
    fix='keras.layers.Dense({units}, activation="sigmoid")'
    '  # loss="binary_crossentropy"',
)
def _softmax_for_many_labels(case):
    shared = case.activation == "softmax" and case.kind in ("binary", "regression")
    if not (shared or case.kind == "categorical") or not case.alike:
        return None
    if case.target.shares or not case.target.within_0_1:
        return None
    if case.kind == "regression" and not case.target.zero_one:
        return None
    sums = case.target.values.sum(axis=-1, dtype=float)
    found = f"Rows of y sum to {sums.min():g} up to {sums.max():g}, not to 1."
    return found, {"units": case.units}


@warning(
    "sigmoid-for-classes",
    why="A categorical loss is about outputs that sum to 1, and sigmoids do not.",
    seen="Keras says nothing. fit on TensorFlow looks behind the sigmoid and trains a "
    "softmax; predict gives numbers that are no probabilities.",
    fix='keras.layers.Dense({units}, activation="softmax")',
)
def _sigmoid_for_classes(case):
    categorical = case.kind in ("sparse", "categorical") and not case.from_logits
    if not categorical or case.units == 1:
        return None
    if case.activation == "sigmoid":
        return f"{case.loss_name} behind a sigmoid.", {"units": case.units}
    if case.activation is None and case.squashed and not case.sums_to_1:
        sums = case.outputs.sum(axis=-1, dtype=float)
        found = (
            f"{case.loss_name}, and rows of the output sum to {sums.min():.3g} up to"
        )
        return f"{found} {sums.max():.3g}.", {"units": case.units}
    return None


@warning(
    "softmax-with-binary-loss",
    why="The binary loss asks each unit for a yes or no of its own.",
    seen="Keras says nothing. fit on TensorFlow looks behind the softmax and trains "
    "sigmoids, so the loss printed is not that of the predictions.",
    fix='keras.layers.Dense({units}, activation="softmax")'
    '  # loss="categorical_crossentropy"',
)
def _softmax_with_binary_loss(case):
    softmax = case.kind == "binary" and case.activation == "softmax"
    if softmax and case.alike and case.target.shares:
        found = f"A softmax of {case.units} units with {case.loss_name}."
        return found, {"units": case.units}
    return None


@warning(
    "activation-twice",
    why="The second one sees only what the first lets through: 0 to 1 of a softmax or "
    "sigmoid, nothing below 0 of a relu.",
    seen="Keras says nothing; no answer is ever sure, and the loss ends high.",
    fix='keras.layers.Dense({units}, activation="{last}")  # and no activation of its '
    "own before or behind it",
)
def _activation_twice(case):
    if not case.readable or case.activation not in ("softmax", "sigmoid"):
        return None
    last = case.output_operation
    if kind_of(last) not in ("Activation", "Softmax", "Sigmoid"):
        return None
    place = [i for i, op in enumerate(case.operations) if op is last][0]
    before = case.operations[place - 1] if place else None
    first = name_of_activation(before)
    if getattr(before, "kernel", None) is None and kind_of(before) not in (
        *("Activation", "Softmax", "ReLU"),
    ):
        return None
    if first not in ("softmax", "sigmoid", "relu", "tanh"):
        return None
    found = f"The output goes through {first} and then through {case.activation}."
    return found, {"units": case.units, "last": case.activation}


@error(
    "unreachable-target",
    why="No weights can bring the output there.",
    seen="Keras says nothing; the loss stops at a height, predictions stop at the "
    "border.",
    fix="keras.layers.Dense({units})",
)
def _unreachable_target(case):
    if case.kind != "regression" or not case.activation or not case.numbers:
        return None
    low, high = RANGES[case.activation]
    if case.target.low >= low - 0.01 and case.target.high <= high + 0.01:
        return None
    reach = f"{case.target.low:.6g} to {case.target.high:.6g}"
    found = f"y runs from {reach}; a {case.activation} reaches {low} to {high}."
    pictures = case.target.low >= 0 and case.target.high <= 255 and high == 1
    if pictures and len(case.output_shape) > 1 and not case.target.zero_one:
        return found, f"{case.names['y']} = {case.names['y']} / 255"
    return found, dense(case.units)


@error(
    "poisson-below-0",
    why="The Poisson loss takes the logarithm of the prediction.",
    seen="Keras says nothing; the loss is NaN as soon as one prediction is below 0.",
    fix='keras.layers.Dense({units}, activation="exponential")',
)
def _poisson_below_0(case):
    low = RANGES.get(case.activation, (0, 0))[0]
    if case.loss_name == "poisson" and low < 0:
        return f"The output is {case.activation}.", {"units": case.units}
    return None
