"""Rules about metrics, which must measure what they seem to."""

import numpy as np

from .compiled import flatten
from .cures import recompiled
from .rules import error, note, warning
from .sample import quiet

ACCURACIES = (
    *("accuracy", "exact", "binary_accuracy", "categorical_accuracy"),
    "sparse_categorical_accuracy",
)
WORDS = ("accuracy", "acc", "crossentropy", "ce")  # fit chooses what they mean


@warning(
    "accuracy-on-logits",
    why="Its threshold is 0.5 on a probability; on a logit that is 0.",
    seen="Keras says nothing; the model learns and the number is too low (0.33 for "
    "1.0).",
    fix="metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)]",
)
def _accuracy_on_logits(case):
    if case.kind != "binary" or not case.from_logits or case.activation == "sigmoid":
        return None
    wrong = [m.given for m in case.metrics or () if _threshold(m, case) == 0.5]
    cure = recompiled(case, metrics="[keras.metrics.BinaryAccuracy(threshold=0.0)]")
    return (f"{', '.join(wrong)} on logits.", cure) if wrong else None


@warning(
    "accuracy-on-amounts",
    why="Accuracy counts labels that are hit; an amount is near or far, never hit.",
    seen="Keras says nothing; it stays at 0.0 or near it, however well the model fits.",
    fix='metrics=["mean_absolute_error"]',
)
def _accuracy_on_amounts(case):
    given = case.metrics_among(ACCURACIES)
    labels = case.target and (case.target.zero_one or case.target.shares)
    several = (case.units or 1) > 1 and case.target and case.target.columns == 1
    labels = labels or case.copies or several and case.target.counted
    if case.kind != "regression" or not given or labels:
        return None
    cure = recompiled(case, metrics='["mean_absolute_error"]')
    return f"{given} on a regression.", cure


@warning(
    "exact-accuracy",
    why="keras.metrics.Accuracy counts predictions equal to y: 0.93 is not 1.",
    seen="Keras says nothing; it stays at 0.0.",
    fix='metrics=["accuracy"]  # the word picks the accuracy that fits',
)
def _exact_accuracy(case):
    if case.kind in (None, "regression") or not case.metrics_among(("exact",)):
        return None
    found = "keras.metrics.Accuracy() on probabilities."
    return found, recompiled(case, metrics='["accuracy"]')


@warning(
    "accuracy-on-many-labels",
    why='"accuracy" takes rows of several units for one-hot and compares the largest.',
    seen="Keras says nothing; the number is too low (0.75 where 0.98 of the labels "
    "fit).",
    fix='metrics=["binary_accuracy"]',
)
def _accuracy_on_many_labels(case):
    given = case.metrics_among(("accuracy", "categorical_accuracy"))
    if not given or not case.alike or not case.target.multi_hot or case.copies:
        return None
    if case.kind not in ("binary", "regression"):
        return None
    cure = recompiled(case, metrics='["binary_accuracy"]')
    return f"{given} on rows with several labels each.", cure


@warning(
    "wrong-accuracy",
    why="Each accuracy is for one form of labels.",
    seen="Keras says nothing, and the number is far too low, or far too high from the "
    'start (0.9 for ten classes); or fit stops: "Dimensions must be equal".',
    fix='metrics=["accuracy"]  # the word picks the accuracy that fits',
)
def _wrong_accuracy(case):
    if case.target is None or case.units is None or case.kind in (None, "regression"):
        return None
    if case.units == 1:
        wrong = ("categorical_accuracy", "sparse_categorical_accuracy")
        form = "one unit"
    elif case.kind == "sparse":
        wrong, form = ("categorical_accuracy", "binary_accuracy"), "integer labels"
    elif case.kind == "categorical" and case.units > 2:
        wrong = ("binary_accuracy", "sparse_categorical_accuracy")
        form = "one-hot rows"
    else:
        return None
    given = case.metrics_among(wrong)
    cure = recompiled(case, metrics='["accuracy"]')
    return (f"{given} on {form}.", cure) if given else None


@note(
    "history-key",
    why="The history is keyed by the word given to compile.",
    seen='history["accuracy"] is a KeyError; it is history["acc"].',
    fix='metrics=["accuracy"]',
)
def _history_key(case):
    short = any(metric.given == "acc" for metric in case.metrics or ())
    cure = recompiled(case, metrics='["accuracy"]')
    return ('The metric is called "acc".', cure) if short else None


@warning(
    "own-metric-broadcasts",
    why="y of shape (n,) minus an output of shape (n, 1) is a table of (n, n). fit "
    "repairs that for a plain loss, but for no metric of your own.",
    seen="Keras says nothing, and the number is that of the table.",
    fix="{y} = np.reshape({y}, (-1, 1))",
)
def _own_metric_broadcasts(case):
    if not case.paired or case.units != 1:
        return None
    if case.target_shape != case.output_shape[:-1]:
        return None
    for metric in flatten(case.given_metrics):
        if not callable(metric) or not _is_own(metric):
            continue
        given = _measured(metric, case.sample_target, case.outputs)
        column = _measured(metric, case.sample_target[..., None], case.outputs)
        if given is None or column is None or np.isclose(given, column, rtol=1e-3):
            continue
        name = getattr(metric, "__name__", "your metric")
        return f"{name} of the sample is {given:.4g}; with a column, {column:.4g}."
    return None


@error(
    "metric-fails",
    why="A metric has to take the labels and outputs as they are.",
    seen="fit stops in its first batch, in the words of the metric.",
    fix='metrics=["accuracy"]',
)
def _metric_fails(case):
    if not case.paired or case.kind is None or not case.outputs.size:
        return None
    for metric in flatten(case.given_metrics):
        failure = _failure(metric, case)
        if failure:
            name = metric if isinstance(metric, str) else type(metric).__name__
            name = getattr(metric, "__name__", name)
            right = "mean_absolute_error" if case.kind == "regression" else "accuracy"
            if case.kind == "binary" and case.units and case.units > 1:
                right = "binary_accuracy"
            cure = recompiled(case, metrics=f'["{right}"]')
            return f"{name} on these labels and outputs: {failure}", cure
    return None


def _failure(metric, case):
    """Return why a metric of Keras's cannot be calculated for the sample, or ""."""
    import keras

    if isinstance(metric, str) and metric.lower() in WORDS:
        return ""
    if not isinstance(metric, str) and _is_own(metric):
        return ""
    rows = slice(0, 8)
    try:
        with quiet():
            made = keras.metrics.get(metric) if isinstance(metric, str) else metric
            if isinstance(made, keras.Metric):
                made = type(made).from_config(made.get_config())
                made.update_state(case.sample_target[rows], case.outputs[rows])
            else:
                made(case.sample_target[rows], case.outputs[rows])
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0][:120]}"
    return ""


def _measured(metric, y, outputs):
    import keras

    try:
        with quiet():
            tensors = map(keras.ops.convert_to_tensor, (y.astype("float32"), outputs))
            return float(np.mean(keras.ops.convert_to_numpy(metric(*tensors))))
    except Exception:  # of its own: fit will say so
        return None


def _is_own(metric):
    import keras

    if isinstance(metric, keras.Metric):
        return not type(metric).__module__.startswith("keras.")
    return not getattr(metric, "__module__", "").startswith("keras.")


def _threshold(metric, case):
    """Return the threshold of a metric; "accuracy" means the binary one on one unit."""
    if metric.name == "accuracy":
        return 0.5 if case.units == 1 else None
    key = {"precision": "thresholds", "recall": "thresholds"}.get(metric.name)
    if metric.name == "binary_accuracy":
        key = "threshold"
    value = metric.settings.get(key)
    return 0.5 if key and value is None else value
