"""Rules about the loss itself: a loss of your own, and the value at the start."""

import numpy as np

from .cures import SCALE, dense, renewed, scaled
from .rules import error, note, warning
from .sample import size_of

ALARM = 2.5  # times the loss of guessing; healthy models start between 0.65 and 1.98
SURE = 10  # and from here on whatever x is like
LARGE = 5  # inputs whose scale may be why
WILD = 30  # outputs that many spreads of the target away
WIDENS = 1.5  # usual initial weights stay below the root of 2
PENALTY = 10  # times the loss


@note(
    "unknown-loss",
    why="Whether it fits output and labels cannot be told.",
    seen="The rest was judged.",
    fix="choose_loss({y})  # the usual loss for this target",
)
def _unknown_loss(case):
    if case.loss is None or case.kind or case.several:
        return None
    name = getattr(case.loss, "__name__", type(case.loss).__name__)
    return f"{case.loss_name or name} is a loss that the doctor does not know."


@error(
    "own-loss-broadcasts",
    why="y of shape (n,) minus an output of shape (n, 1) is a table of (n, n). fit "
    "repairs that for functions, but not for a Loss class of one's own.",
    seen="Keras says nothing; every prediction goes to the mean of y.",
    fix="{y} = np.reshape({y}, (-1, 1))",
)
def _own_loss_broadcasts(case):
    if not _own_loss(case) or not hasattr(case.loss, "call") or not case.paired:
        return None
    if case.units != 1 or case.target_shape != case.output_shape[:-1]:
        return None
    given = case.evaluate(case.sample_target, case.outputs)
    column = case.evaluate(case.sample_target[..., None], case.outputs)
    if given is None or column is None or np.isclose(given, column, rtol=1e-3):
        return None
    return f"The loss of the sample is {given:.4g}; with a column, {column:.4g}."


@warning(
    "log-of-zero",
    why="A sigmoid or softmax reaches 0 and 1 exactly once it is sure, and log(0) is "
    "infinite. Keras's own losses clip, at about 16.1.",
    seen="Keras says nothing; after some good epochs the loss is NaN.",
    fix="y_pred = keras.ops.clip(y_pred, 1e-7, 1 - 1e-7)  # in the loss",
)
def _log_of_zero(case):
    if not _own_loss(case) or case.activation not in ("sigmoid", "softmax"):
        return None
    if not case.paired:
        return None
    units = max(case.units, 2)
    sure = np.eye(units, dtype="float32")[np.arange(case.outputs[..., 0].size) % units]
    for p in (sure, np.roll(sure, 1, axis=0)):
        p = p[:, : case.units].reshape(case.outputs.shape)
        value = case.evaluate(case.sample_target, p)
        if value is not None and not np.isfinite(value):
            return "At a prediction of exactly 0 or 1 the loss is not finite."
    return None


@warning(
    "starting-loss",
    why="A fresh model knows nothing, so its loss should be about that of guessing.",
    seen="The first epochs go into unlearning, or nothing moves.",
    fix=SCALE.format("x"),
)
def _starting_loss(case):
    start = starting_loss(case) or _starting_error(case)
    if start is None or not start[0] > start[2] * start[1]:
        return None
    loss, guess, _, rows = start
    found = f"{loss:.2g} on {rows} rows spread evenly over x; guessing has {guess:.3g}."
    size = max(size_of(leaf) for leaf in case.sample)
    if size > LARGE:
        name = case.names["x"]
        cause = f" {name} has a size of {size:.3g}: scale it."
        return found + cause, scaled(name), _gravity(start, size)
    drawn = [layer for layer, kernel in case.kernels if kernel.ndim > 1]
    wide = [layer for layer in drawn if _widening(layer) > WIDENS]
    if not wide:
        last = case.activation
        if last is None and case.crossentropy and not case.from_logits:
            last = "sigmoid" if case.kind == "binary" else "softmax"
        return found, dense(case.units or 1, last), _gravity(start, size)
    cause = f" x is not large, so look at the initial weights, of {wide[0].name} first."
    return found + cause, renewed(*wide), _gravity(start, size)


def _gravity(start, size):
    """Return how bad it is: some times guessing is unlearnt soon, but not a large x."""
    return "warning" if start[0] > SURE * start[1] or size > 20 else "note"


def _widening(layer):
    """Return how many times larger a layer's weights make its inputs."""
    import keras

    kernel = keras.ops.convert_to_numpy(layer.kernel)
    return float(np.sqrt(np.mean(np.square(kernel)) * np.prod(kernel.shape[:-1])))


@warning(
    "penalty-dominates",
    why="The regularizer adds so much that the loss is about small weights, not y.",
    seen="A loss far above that of guessing falls quickly, and the metric stays bad.",
    fix="kernel_regularizer = keras.regularizers.{kind}({factor})  # in {name}",
)
def _penalty_dominates(case):
    held = [op for op, _ in case.kernels if getattr(op, "kernel_regularizer", None)]
    if not held or not case.fresh or not case.paired:
        return None
    loss = case.evaluate(case.sample_target, case.outputs)
    terms = [float(layer.kernel_regularizer(layer.kernel)) for layer in held]
    penalty = sum(terms)
    if loss is None or not penalty > PENALTY * loss:
        return None
    largest = held[int(np.argmax(terms))]
    given = largest.kernel_regularizer
    config = given.get_config() if hasattr(given, "get_config") else {}
    kind, factor = next(((k.upper(), v) for k, v in config.items() if v), ("L2", 0.01))
    factor = 10.0 ** np.floor(np.log10(max(factor * loss / penalty / 10, 1e-12)))
    found = f"The penalty is {penalty:.3g}, and the loss itself {loss:.3g}."
    return found, {"kind": kind, "factor": f"{factor:g}", "name": largest.name}


def starting_loss(case):
    """Return the loss of a fresh classifier, that of guessing, an alarm, and the rows.

    None where there is nothing to compare: no crossentropy, a model that has trained,
    or batch normalisation, which starts from other numbers in fit.
    """
    if not case.crossentropy or not _comparable(case):
        return None
    loss = case.evaluate(case.sample_target, case.outputs)
    guess = guessing(case)
    if loss is None or not np.isfinite(loss) or not guess:
        return None
    return loss, guess, ALARM, len(case.outputs)


def guessing(case):
    """Return the crossentropy of saying the same to every class, or None."""
    units = 2 if case.kind == "binary" else case.units
    if not case.crossentropy or not case.paired or units < 2:
        return None
    even = np.full_like(case.outputs, 0 if case.from_logits else 1 / units)
    return case.evaluate(case.sample_target, even)


def _starting_error(case):
    """Return the same for amounts: the error beside the spread of y."""
    if case.kind != "regression" or not _comparable(case) or case.target.columns > 1:
        return None
    if case.outputs.size != case.sample_target.size:
        return None
    y = case.target.values.astype(float)
    spread = np.sqrt(np.mean(np.square(y - y.mean())))
    far = np.sqrt(np.mean(np.square(case.outputs, dtype=float)))
    near = max(spread, case.target.scale)
    return (far, near, WILD, len(case.outputs)) if near else None


def _comparable(case):
    if not (case.fresh and case.paired) or len(case.sample_target) != len(case.outputs):
        return False
    return not any("BatchNorm" in type(op).__name__ for op in case.operations)


def _own_loss(case):
    return case.loss is not None and case.loss_name is None and case.target is not None
