"""Rules about labels, which must be what the loss takes them for."""

from .guess import FEW
from .rules import error, note, warning


@error(
    "integer-labels",
    why="The categorical loss wants one-hot rows; integers go with the sparse one.",
    seen='fit stops: "must have the same rank (ndim)" or "the same shape".',
    fix='model.compile(optimizer, "sparse_categorical_crossentropy")',
)
def _integer_labels(case):
    if case.kind != "categorical" or not case.shapes_known or case.units == 1:
        return None
    shape = case.target_shape
    if shape in (case.output_shape[:-1], (*case.output_shape[:-1], 1)):
        return f"{case.loss_name} with labels of shape {case.target.shape}."
    return None


@error(
    "one-hot-labels",
    why="The sparse loss wants one integer a row; one-hot rows go with the other one.",
    seen='fit stops: "must have rank (ndim) `target.ndim - 1`".',
    fix='model.compile(optimizer, "categorical_crossentropy")',
)
def _one_hot_labels(case):
    if case.kind != "sparse" or not case.shapes_known:
        return None
    shape = case.target_shape
    if len(shape) == len(case.output_shape) and shape[-1] > 1:
        return f"{case.loss_name} with labels of shape {case.target.shape}."
    return None


@error(
    "labels-out-of-range",
    why="Labels count the units from 0.",
    seen="On a CPU a wall of InvalidArgumentError; with jit_compile=True, as on a GPU,"
    " silently NaN.",
    fix="y = y - {low}",
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
    if len(labels) > case.units:
        return found, f'keras.layers.Dense({len(labels)}, activation="softmax")'
    if high - low >= case.units:
        return found, "classes, y = np.unique(y, return_inverse=True)"
    return found, {"low": low if low >= 0 else f"({low})"}


@error(
    "fractional-labels",
    why="The sparse loss cuts labels to whole numbers: 1.5 becomes class 1.",
    seen="Keras says nothing; amounts are learnt as if they were classes.",
    fix='keras.layers.Dense(1)  # with loss="mean_squared_error"',
)
def _fractional_labels(case):
    if case.kind == "sparse" and case.numbers and not case.target.whole:
        return "y holds fractions."
    return None


@error(
    "labels-not-0-1",
    why="Binary crossentropy takes y for a probability.",
    seen="Keras says nothing; the loss falls below 0 and goes on falling, to -45 and "
    "on.",
    fix='y = (y == {high}).astype("float32")',
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
    return f"y runs from {low:.6g} to {high:.6g}, not 0 to 1.", case.advised


@error(
    "shapes-differ",
    why="Each row needs as many targets as the output has units.",
    seen='fit stops: "Dimensions must be equal", "must have the same shape"; but where'
    " either has one column, squared error spreads it over the others, silently.",
    fix='keras.layers.Dense({units}, activation="{activation}")  # loss="{loss}"',
)
def _shapes_differ(case):
    if not case.shapes_known or case.kind in (None, "sparse"):
        return None
    if case.kind == "categorical" and case.units == 1:
        return None
    output, target = case.output_shape, case.target_shape
    alike = (output, output[:-1] if output[-1:] == (1,) else output, (*output, 1))
    if target in alike or _integer_labels.find(case):
        return None
    shape = ", ".join(map(str, ("rows", *output)))
    found = f"y has shape {case.target.shape}, the output ({shape})."
    return found, case.advised


@warning(
    "squared-error-on-yes-no",
    why="Two values are a yes and a no: crossentropy learns their probability.",
    seen="It trains, but predictions run below 0 and above 1.",
    fix='keras.layers.Dense(1, activation="sigmoid")  # loss="binary_crossentropy"',
)
def _squared_error_on_yes_no(case):
    if _labels_like_amounts(case) and len(case.target.distinct) == 2:
        return f"y is {case.target.low} or {case.target.high}: {_name(case)}."
    return None


@note(
    "squared-error-on-classes",
    why="If these are class numbers, it takes class 2 for twice class 1; if they are "
    "amounts, all is well.",
    seen="Keras says nothing; predictions land between classes.",
    fix='keras.layers.Dense({units}, activation="{activation}")  # loss="{loss}"',
)
def _squared_error_on_classes(case):
    if not _labels_like_amounts(case) or not 2 < len(case.target.distinct) <= FEW:
        return None
    found = f"y is {case.target.low} to {case.target.high}: {_name(case)}."
    return found, case.advised


def _name(case):
    return f"the loss is {case.loss_name}"


def _outside_0_1(case):
    return case.kind == "binary" and case.numbers and not case.target.within_0_1


def _labels_like_amounts(case):
    """Whether y could be class numbers, given to a loss for amounts."""
    plain = case.kind == "regression" and case.loss_name != "poisson"
    linear = case.activation in (None, "linear") and case.units == 1
    if not (plain and linear and case.numbers and case.target.counted):
        return False
    return len(case.target.values) >= 3 * len(case.target.distinct)
