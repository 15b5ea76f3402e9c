"""Rules about metrics, which must measure what they seem to."""

from .rules import note, warning

ACCURACIES = (
    *("accuracy", "exact", "binary_accuracy", "categorical_accuracy"),
    "sparse_categorical_accuracy",
)


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
    return f"{', '.join(wrong)} on logits." if wrong else None


@warning(
    "accuracy-on-amounts",
    why="Accuracy counts labels that are hit; an amount is near or far, never hit.",
    seen="Keras says nothing; it stays at 0.0 or near it, however well the model fits.",
    fix='metrics=["mean_absolute_error"]',
)
def _accuracy_on_amounts(case):
    given = case.metrics_among(ACCURACIES)
    labels = case.target and (case.target.zero_one or case.target.shares)
    if case.kind != "regression" or not given or labels:
        return None
    return f"{given} on a regression."


@warning(
    "exact-accuracy",
    why="keras.metrics.Accuracy counts predictions equal to y: 0.93 is not 1.",
    seen="Keras says nothing; it stays at 0.0.",
    fix='metrics=["accuracy"]  # the word picks the accuracy that fits',
)
def _exact_accuracy(case):
    if case.kind in (None, "regression") or not case.metrics_among(("exact",)):
        return None
    return "keras.metrics.Accuracy() on probabilities."


@warning(
    "accuracy-on-many-labels",
    why='"accuracy" takes rows of several units for one-hot and compares the largest.',
    seen="Keras says nothing; the number is too low (0.75 where 0.98 of the labels "
    "fit).",
    fix='metrics=["binary_accuracy"]',
)
def _accuracy_on_many_labels(case):
    given = case.metrics_among(("accuracy", "categorical_accuracy"))
    if given and case.target and case.target.multi_hot and case.kind == "binary":
        return f"{given} on rows with several labels each."
    return None


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
    return f"{given} on {form}." if given else None


@note(
    "history-key",
    why="The history is keyed by the word given to compile.",
    seen='history["accuracy"] is a KeyError; it is history["acc"].',
    fix='metrics=["accuracy"]',
)
def _history_key(case):
    short = any(metric.given == "acc" for metric in case.metrics or ())
    return 'The metric is called "acc".' if short else None


def _threshold(metric, case):
    """Return the threshold of a metric; "accuracy" means the binary one on one unit."""
    if metric.name == "accuracy":
        return 0.5 if case.units == 1 else None
    key = {"precision": "thresholds", "recall": "thresholds"}.get(metric.name)
    if metric.name == "binary_accuracy":
        key = "threshold"
    value = metric.settings.get(key)
    return 0.5 if key and value is None else value
