"""A trial of some steps on a copy: what no look at a model can tell."""

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

import numpy as np

from .cures import slower
from .graph import is_readable, operations
from .keep import set_back
from .rules import Finding

BATCH_SIZE = 32
SECONDS = 2
TRIPLED = 3  # times the first loss, at the end
ALIKE = 1e-6  # spread of the predictions over the rows


@dataclass(frozen=True)
class Trial:
    """The losses of the steps that were made, and the predictions after them."""

    losses: tuple[float, ...] = ()
    predictions: np.ndarray | None = None
    failure: str = ""
    cut: bool = False

    @property
    def line(self):
        """What happened, in one sentence."""
        if self.failure:
            return f"No trial was made: {self.failure}"
        first, last = self.losses[0], self.losses[-1]
        steps = f"{len(self.losses)} steps"
        if self.cut:
            steps += " (there was no time for more)"
        return f"In a trial of {steps} the loss went from {first:.3g} to {last:.3g}."


def try_out(case, steps):
    """Train for some steps on a copy, or on the model and set it back."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            with _patient(case.model) as model:
                return _train(model, case, steps)
    except Exception as error:  # of the model's own code, or of Keras with this data
        told = (str(error).splitlines() or [""])[0]
        return Trial(failure=f"{type(error).__name__}: {told:.160}")


def findings(case, trial):
    """Return what a trial shows, as findings."""
    if trial.failure or case.optimizer is None:
        return []
    cure = slower(case, case.rate / 10)
    losses, predictions = np.array(trial.losses), trial.predictions
    if not np.isfinite(losses).all():
        when = int(np.argmin(np.isfinite(losses))) + 1
        said = f"In a trial the loss was no number after {when} steps."
        return [_finding("trial-nan", "error", said, cure)]
    if losses[-4:].mean() > TRIPLED * losses[0] > 0 and _higher(case, predictions):
        said = f"{trial.line} Steps of {case.rate:g} lead upwards."
        return [_finding("trial-rises", "warning", said, cure)]
    flat = predictions is not None and len(predictions) > 1
    if flat and np.ptp(predictions, axis=0).max() < ALIKE:
        said = f"After {len(losses)} steps all rows of the sample get the same answer."
        return [_finding("trial-one-answer", "warning", said, cure)]
    return []


def _higher(case, predictions):
    """Whether the whole sample agrees: a single batch may lie higher than the first."""
    if predictions is None or not case.paired:
        return True
    before = case.evaluate(case.sample_target, case.outputs)
    after = case.evaluate(case.sample_target, predictions.astype("float32"))
    if before is None or after is None or not np.isfinite([before, after]).all():
        return True
    return after > TRIPLED * before


def _finding(code, severity, said, fix):
    return Finding(code, severity, f"{said} {SEEN[code]}", fix)


SEEN = {
    "trial-nan": "What you see: nan in the progress bar, and one prediction for all.",
    "trial-rises": "What you see: a loss that grows, or stays far above its start.",
    "trial-one-answer": "Its units are dead or saturated; a lower rate, or other "
    "initial weights, may save them. What you see: a loss that never moves again.",
}


def _train(model, case, steps):
    import keras

    rows = len(case.sample_rows)
    size = case.batch_size or min(BATCH_SIZE, rows)
    target = case.sample_targets()
    # Rows in order of y would make of each batch a task of its own.
    order = (
        np.arange(rows)
        if case.batch_size
        else np.random.default_rng(0).permutation(rows)
    )
    losses, end = [], np.inf
    for step in range(steps):
        chosen = order[np.arange(step * size, (step + 1) * size) % rows]
        x, y = (_rows(part, chosen) for part in (case.feed(), target))
        losses.append(float(np.ravel(model.train_on_batch(x, y))[0]))
        end = min(end, monotonic() + SECONDS)  # the first step also builds the graph
        if monotonic() > end:
            break
    predictions = None
    if not case.several:
        outputs = model(case.feed(), training=False)
        predictions = keras.ops.convert_to_numpy(outputs).astype(float)
    return Trial(tuple(losses), predictions, cut=len(losses) < steps)


def _rows(part, chosen):
    if part is None:
        return None
    if isinstance(part, dict):
        return {key: leaf[chosen] for key, leaf in part.items()}
    return [leaf[chosen] for leaf in part] if isinstance(part, list) else part[chosen]


@contextmanager
def _patient(model):
    """Give a compiled copy; where none can be made, the model itself, and undo all."""
    import keras

    optimizer = model.optimizer
    fresh = type(optimizer).from_config(optimizer.get_config())
    inner = getattr(optimizer, "inner_optimizer", None)
    if inner is not None:
        fresh = type(optimizer)(type(inner).from_config(inner.get_config()))
    given = getattr(getattr(model, "_compile_config", None), "config", {})
    weights = given.get("loss_weights")
    copied = None
    # What a layer has adapted to is no part of its settings, so not of a copy.
    adapted = any(hasattr(layer, "adapt") for layer in operations(model))
    if is_readable(model) and not adapted:
        try:
            copied = keras.models.clone_model(model)
            copied.set_weights(model.get_weights())
        except Exception:  # a layer that cannot be copied
            copied = None
    if copied is not None and type(copied) is type(model):
        copied.compile(fresh, model.loss, loss_weights=weights, jit_compile=False)
        yield copied
        return
    with set_back(model):
        settings = {"loss_weights": weights, "jit_compile": False}
        model.compile(
            fresh, model.loss, metrics=[], **settings
        )  # else the old ones count
        yield model
