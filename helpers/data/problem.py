"""What every data set becomes: a problem to train on."""

from dataclasses import dataclass, field, replace

import numpy as np

# So many rows, and numbers in them, train in a moment.
MOST_ROWS, MOST_NUMBERS = 1500, 100_000


@dataclass(frozen=True)
class Problem:
    """A data set, split and standardised, ready to train on.

    ``load``, ``from_table`` and ``from_arrays`` make one, and anybody may build one:
    the arrays are all that training looks at. ``kind`` is "regression", "binary",
    "multiclass" or "multilabel".

    ``x_train``, ``x_valid`` and ``x_test`` are float32 of shape (rows, features).
    ``y_*`` are integers of shape (rows,) for classes, float32 of shape (rows, 1) or
    (rows, amounts) for regression, and float32 of 0 and 1 of shape (rows, labels) for
    "multilabel". ``target_names`` has a name for each class, amount or label.
    Whatever is standardised is measured on the training rows alone:
    ``x * x_scale + x_mean`` gives back the units of the file, and for regression
    ``y * y_scale + y_mean`` does. The arrays are read-only.
    """

    name: str
    kind: str
    x_train: np.ndarray = field(repr=False)
    y_train: np.ndarray = field(repr=False)
    x_valid: np.ndarray = field(repr=False)
    y_valid: np.ndarray = field(repr=False)
    x_test: np.ndarray = field(repr=False)
    y_test: np.ndarray = field(repr=False)
    feature_names: tuple[str, ...] = field(repr=False)
    target_names: tuple[str, ...] = field(repr=False)
    x_mean: np.ndarray = field(repr=False)
    x_scale: np.ndarray = field(repr=False)
    y_mean: float | np.ndarray = field(default=0.0, repr=False)
    y_scale: float | np.ndarray = field(default=1.0, repr=False)


def mean_and_scale(values):
    """Return mean and standard deviation of each column; a constant one has 1."""
    scale = values.std(axis=0)
    return values.mean(axis=0), np.where(scale == 0, 1.0, scale)


def some_rows(problem) -> Problem:
    """Return a problem of so many rows, evenly spread, that a lab on it is live."""
    features, kept = np.shape(problem.x_train)[1], {}
    most = max(200, min(MOST_ROWS, MOST_NUMBERS // features))
    for part in ("train", "valid"):
        rows = len(getattr(problem, f"x_{part}"))
        chosen = np.linspace(0, rows - 1, min(rows, most)).astype(int)
        for name in (f"x_{part}", f"y_{part}"):
            kept[name] = getattr(problem, name)[chosen]
    return replace(problem, **kept)
