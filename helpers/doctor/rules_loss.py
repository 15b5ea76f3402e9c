"""Rules about the loss itself: a loss of your own, and the value at the start."""

import numpy as np

from .rules import error, note, warning

ALARM = 2.5  # times the loss of guessing; healthy models start between 0.65 and 1.98


@note(
    "unknown-loss",
    why="Whether it fits output and labels cannot be told.",
    seen="The rest was judged.",
    fix="choose_loss(y)  # the usual loss for this target",
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
    fix="y = y[:, None]",
)
def _own_loss_broadcasts(case):
    if not _own_loss(case) or not hasattr(case.loss, "call") or case.outputs is None:
        return None
    if not case.numbers or case.target_rows != case.rows:
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
    if case.outputs is None or not case.numbers or case.target_rows != case.rows:
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
    why="A fresh classifier knows nothing, so its loss should be that of guessing.",
    seen="The first epochs go into unlearning, or nothing moves. Look at the other "
    "findings, the scale of x, and the initial weights.",
    fix="x = (x - x_train.mean(axis=0)) / x_train.std(axis=0)",
)
def _starting_loss(case):
    start = starting_loss(case)
    if start is None or not start[0] > ALARM * start[1]:
        return None
    loss, guess, rows = start
    return f"{loss:.3g} on {rows} rows spread evenly over x; guessing has {guess:.3g}."


def starting_loss(case):
    """Return the loss of a fresh classifier, that of guessing, and on how many rows.

    None where there is nothing to compare: no crossentropy, a model that has trained,
    or batch normalisation, which starts from other numbers in fit.
    """
    if not (case.crossentropy and case.fresh and case.numbers):
        return None
    if case.outputs is None or len(case.sample_target) != len(case.outputs):
        return None
    if any("BatchNorm" in type(operation).__name__ for operation in case.operations):
        return None
    loss = case.evaluate(case.sample_target, case.outputs)
    units = 2 if case.kind == "binary" else case.units
    if loss is None or not np.isfinite(loss) or units < 2:
        return None
    return loss, float(np.log(units)), len(case.outputs)


def _own_loss(case):
    return case.loss is not None and case.loss_name is None and case.target is not None
