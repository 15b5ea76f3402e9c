"""Rules about y alone: what it holds, in which order, and how often."""

import numpy as np

from .cures import chosen, labels_of, recompiled
from .rules import error, note, warning
from .rules_data import ROWS

MOST = 0.95  # of one class: always saying it scores as much
FAIR = ("auc", "precision", "recall", "f1_score", "fbeta_score")
UNUSED = 1 / 3  # of the units: with fewer, a class may just be rare


@error(
    "y-not-finite",
    why="The loss of a NaN is NaN, and so is its gradient.",
    seen="The loss is NaN from the first batch that holds one, and stays so.",
    fix=ROWS.format("keep", "{y}") + "; x, y = x[keep], y[keep]",
)
def _y_not_finite(case):
    bad = case.target.missing if case.target else 0
    cure = f"{ROWS.format('keep', case.names['y'])}; {chosen(case, 'keep')}"
    return (f"y holds {bad} NaN or infinite values.", cure) if bad else None


@error(
    "text-target",
    why="A loss calculates with numbers.",
    seen='fit stops: "Invalid dtype: str", or "UnimplementedError" on a Cast.',
    fix="classes, {y} = np.unique({y}, return_inverse=True)",
)
def _text_target(case):
    if not (case.target and case.target.text):
        return None
    found = f"y holds text, such as {case.target.distinct[0].item()!r}."
    yes_no = case.advice and case.advice.problem == "binary" and case.units == 1
    return (found, labels_of(case)) if yes_no else found


@warning(
    "one-value",
    why="There is nothing to tell apart.",
    seen="The loss falls towards 0 and the accuracy is perfect, whatever x is.",
    fix="np.unique({y}, axis=0, return_counts=True)  # what y holds",
)
def _one_value(case):
    last = case.output_operation
    if case.readable and not getattr(last, "trainable", True):
        return None  # half of a GAN: what stands behind it is frozen and knows both
    values = None if case.target is None else case.target.values
    if values is None or values.ndim > 2 or len(values) == 1:
        return None
    alike = (values == values[0]).all()
    return f"All {len(values)} rows of y are alike." if alike else None


@note(
    "sorted-target",
    why="validation_split takes the last rows, without shuffling.",
    seen="Good on the training rows, poor on the others, which hold other classes.",
    fix="rows = np.random.default_rng(0).permutation(len(x)); x, y = x[rows], y[rows]",
)
def _sorted_target(case):
    target = case.target
    if target is None or target.text or target.missing or len(target.values) < 10:
        return None
    values = target.values.argmax(axis=1) if target.shares else target.values
    if values.ndim > 1 or (values == values[0]).all():
        return None
    # Not of unsigned or boolean values, which have no negative differences.
    steps = np.diff(values.astype(float))
    rows = f"rows = np.random.default_rng(0).permutation({case.rows})"
    cure = f"{rows}; {chosen(case, 'rows')}"
    return ("The rows are sorted by y.", cure) if _one_way(steps) else None


def _one_way(steps):
    return (steps >= 0).all() or (steps <= 0).all()


@warning(
    "rare-class",
    why="Always saying the frequent class scores as much, and finds no other.",
    seen="Keras says nothing; the accuracy is high from the first epoch on.",
    fix='metrics=["accuracy", keras.metrics.AUC()]',
)
def _rare_class(case):
    target = case.target
    given = case.metrics_among(("accuracy", "binary_accuracy", "categorical_accuracy"))
    given = given or case.metrics_among(("sparse_categorical_accuracy",))
    if not given or not case.numbers or not (case.crossentropy or target.zero_one):
        return None
    if case.metrics_among(FAIR) or case.stored_metrics[1]:
        return None
    values = target.values
    if target.columns > 1:
        if not target.shares or not target.zero_one or values.ndim > 2:
            return None
        values = values.argmax(axis=-1)
    if len(values) < 50 or not target.whole or target.distinct.size < 2:
        return None
    kinds, counts = np.unique(values, return_counts=True)
    share = counts.max() / counts.sum()
    if share < MOST or len(kinds) < 2:
        return None
    found = f"{share:.1%} of y is {kinds[counts.argmax()]}, and the metric is {given}."
    if case.kind == "binary" and case.units == 1:
        logits = "from_logits=True" if case.from_logits else ""
        metrics = f'["accuracy", keras.metrics.AUC({logits})]'
        return found, recompiled(case, metrics=metrics)
    weights = {
        int(k): round(float(counts.mean() / n), 3)
        for k, n in zip(kinds, counts, strict=True)
    }
    cure = recompiled(case, metrics='["accuracy"]', argument="weighted_metrics")
    return found, f"{cure}  # and fit(..., class_weight={weights})"


@note(
    "unused-classes",
    why="Units without a row learn to be unlikely, and nothing else.",
    seen="Keras says nothing; the loss starts higher than the task needs.",
    fix='keras.layers.Dense({units}, activation="softmax")  # and {labels}',
)
def _unused_classes(case):
    target, units = case.target, case.units
    if not case.numbers or case.kind not in ("sparse", "categorical"):
        return None
    if not 2 < units <= 50 or len(target.values) < 3 * units or target.values.ndim > 2:
        return None
    y = case.names["y"]
    if case.kind == "categorical":
        if not case.alike:
            return None
        used, labels = (
            np.flatnonzero(target.values.any(axis=0)),
            f"{y} = {y}[:, {y}.any(axis=0)]",
        )
    else:
        if not target.whole or target.low < 0 or target.high >= units:
            return None
        used = target.distinct
        labels = f"classes, {y} = np.unique({y}, return_inverse=True)"
    if len(used) < 2 or units - len(used) <= UNUSED * units:
        return None
    found = f"{units - len(used)} of {units} classes stand in no row of y."
    return found, {"units": len(used), "labels": labels}
