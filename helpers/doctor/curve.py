"""Read a learning curve: what the losses of fit's epochs say."""

import numpy as np

from .cures import ANEW, slower
from .rules import Finding

FLAT = 0.02  # of the first loss: less than that is no fall
FALLING = 0.05  # of the whole fall, in the last fifth of the epochs
RISEN = 1.1  # times the lowest validation loss
BELOW = 0.95  # times the training loss
UPWARDS = 0.5  # of the way down was lost again
AGAIN = "model.fit(x, y, epochs={epochs})  # goes on from the weights there are"
STOP = "keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)"
SPOKEN = {  # code -> severity, what it means
    "curve-nan": (
        "error",
        "NaN never goes away. Build the model anew; a lower rate, or "
        "scaled x and y, keep it finite.",
    ),
    "curve-rises": (
        "warning",
        "The steps lead upwards: the rate is too high for these data.",
    ),
    "curve-jumps": (
        "warning",
        "The steps jump to and fro: a lower rate, or a larger batch, calms them.",
    ),
    "curve-flat": (
        "warning",
        "It does not learn: the rate is far too low, the units are "
        "dead, or x says nothing about y. A trial may tell.",
    ),
    "curve-overfits": (
        "warning",
        "From there on it learns the training rows by heart.",
    ),
    "curve-below": ("note", "That is no wonder by itself."),
    "curve-falling": ("note", "It has not arrived: more epochs, or a higher rate."),
}


def read_curve(history, case, guess=None):
    """Return findings about a run of fit; ``guess`` is the loss of guessing, if known.

    Raises
    ------
    TypeError, ValueError
        If ``history`` is not what fit returns, or has no loss.
    """
    record = getattr(history, "history", history)
    if not isinstance(record, dict):
        raise TypeError(
            "history must be what fit returns, or a dict of lists with the key "
            f'"loss", got {type(history).__name__}: give run = model.fit(...)'
        )
    if not np.size(record.get("loss", ())):
        raise ValueError(
            f'history must have a "loss" for each epoch, got the keys {list(record)}: '
            "give the run of a fit that has ended"
        )
    loss = np.asarray(record["loss"], dtype=float)
    valid = np.asarray(record.get("val_loss", ()), dtype=float)
    if not np.isfinite(loss).all():
        epoch = int(np.argmin(np.isfinite(loss))) + 1
        code, _, words = ANEW.partition("  # ")
        cure = f"{code}; {slower(case, case.rate / 10)}  # {words}"
        return [
            _finding("curve-nan", f"The loss is no number from epoch {epoch} on.", cure)
        ]
    if len(loss) < 3:
        return []
    found = _course(loss, case, guess)
    if len(valid) == len(loss) and np.isfinite(valid).all():
        found += _beside(loss, valid, case)
    elif not found and _falls(loss):
        found.append(_falling(loss))
    return found


def _course(loss, case, guess):
    """Say what the training loss does from epoch to epoch."""
    fall, steps = loss[0] - loss[-1], np.diff(loss)
    ups, downs = steps[steps > 0].sum(), -steps[steps < 0].sum()
    if loss[-1] > 2 * abs(loss[0]):
        said = f"The loss rises from {loss[0]:.3g} to {loss[-1]:.3g}."
        return [_finding("curve-rises", said, slower(case, case.rate / 10))]
    span = np.ptp(loss)
    if span > FLAT * abs(loss[0]) and (steps > 0).sum() > 1 and ups > UPWARDS * downs:
        said = f"In {(steps > 0).sum()} of {len(steps)} epochs the loss went up."
        return [_finding("curve-jumps", said, slower(case, case.rate / 3))]
    if abs(fall) < FLAT * abs(loss[0]):
        said = f"The loss stays at {loss[-1]:.3g} for {len(loss)} epochs"
        near = guess and abs(loss[-1] - guess) < 0.1 * guess
        said += f", where guessing has {guess:.3g}." if near else "."
        return [_finding("curve-flat", said, "diagnose(model, x, y, steps=20)")]
    return []


def _beside(loss, valid, case):
    """Say what the validation loss does beside the training loss."""
    best = int(np.argmin(valid))
    if valid[-1] > RISEN * valid[best] > 0 and len(valid) - best > 3:
        said = (
            f"The validation loss rises since epoch {best + 1}, from {valid[best]:.3g} "
            f"to {valid[-1]:.3g}."
        )
        return [_finding("curve-overfits", said, f"{STOP}  # among fit's callbacks")]
    found = [_falling(loss)] if _falls(loss) and _falls(valid) else []
    if np.mean(valid < BELOW * loss) > 0.5 and (valid > 0).all():
        said = (
            f"The validation loss, {valid[-1]:.3g}, is below training's {loss[-1]:.3g}."
        )
        dropped = [op.name for op in case.operations if "Dropout" in type(op).__name__]
        why = "fit's own number is a running mean over the epoch, so it lags behind"
        if dropped:
            why = f"validation runs without dropout ({dropped[0]}), and {why}"
        if not _falls(loss) and not dropped:
            why = "these rows may be easier, or some of them also stand in training"
        cure = "model.evaluate(x, y)  # both sets, after training, measured alike"
        found.append(_finding("curve-below", f"{said} Why: {why}.", cure))
    return found


def _falls(loss):
    last = max(2, len(loss) // 5)
    late = loss[-last - 1] - loss[-1]
    return late > FALLING * (loss[0] - loss[-1]) > 0


def _falling(loss):
    last = max(2, len(loss) // 5)
    said = (
        f"In its last {last} epochs the loss still fell from {loss[-last - 1]:.3g} to "
    )
    return _finding(
        "curve-falling", f"{said}{loss[-1]:.3g}.", AGAIN.format(epochs=len(loss))
    )


def _finding(code, said, fix):
    severity, meaning = SPOKEN[code]
    return Finding(code, severity, f"{said} {meaning}", fix)
