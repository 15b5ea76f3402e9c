"""Three real problems that come with scikit-learn: nothing is downloaded."""

from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from helpers.inner.arguments import one_of

KINDS = {"diabetes": "regression", "breast_cancer": "binary", "digits": "multiclass"}
# Chosen by looking at x alone: with most seeds some pixel of the digits that training
# hardly ever saw lit is up to 260 standard deviations out in the other parts.
SPLIT_SEED = 1


@dataclass(frozen=True)
class Problem:
    """A data set, split and standardised, ready to train on.

    ``x_train``, ``x_valid`` and ``x_test`` are float32 of shape (rows, features).
    ``y_*`` are integers of shape (rows,) for classes, and float32 of shape
    (rows, 1) for regression. Whatever is standardised is measured on the training
    rows alone: ``x * x_scale + x_mean`` gives back the units of the file, and for
    regression ``y * y_scale + y_mean`` does. The arrays are read-only.
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
    y_mean: float = field(default=0.0, repr=False)
    y_scale: float = field(default=1.0, repr=False)


@cache
def load(name: str) -> Problem:
    """Load one of the three problems, always split in the same way.

    Parameters
    ----------
    name : str
        ``"diabetes"`` (regression, 442 patients), ``"breast_cancer"`` (binary,
        569 tumours) or ``"digits"`` (multiclass, 1,797 pictures of 8 x 8 pixels).

    Returns
    -------
    Problem
        Three fifths of the rows to train on, one fifth to choose with (valid), one
        fifth to score the capstone with (test). The classes keep their proportions.

    Another name raises a ValueError. Source: ``sklearn.datasets``, the copies that come
    with scikit-learn.
    """
    kind = KINDS[one_of("name", name, KINDS)]
    bunch = _diabetes() if name == "diabetes" else _bundled(name)
    labels = None if kind == "regression" else bunch.target
    parts = _split(len(bunch.data), labels)

    x_mean, x_scale = mean_and_scale(bunch.data[parts["train"]])
    x = ((bunch.data - x_mean) / x_scale).astype(np.float32)
    y_mean, y_scale = 0.0, 1.0
    if kind == "regression":
        y_mean, y_scale = map(float, mean_and_scale(bunch.target[parts["train"]]))
        y = ((bunch.target - y_mean) / y_scale).astype(np.float32)[:, None]
    else:
        y = bunch.target.astype(np.int64)

    arrays = {"x_mean": x_mean.astype(np.float32), "x_scale": x_scale.astype("f4")}
    for part, rows in parts.items():
        arrays |= {f"x_{part}": x[rows], f"y_{part}": y[rows]}
    for array in arrays.values():
        array.flags.writeable = False
    return Problem(
        name=name,
        kind=kind,
        feature_names=tuple(map(str, bunch.feature_names)),
        target_names=tuple(map(str, getattr(bunch, "target_names", ["progression"]))),
        y_mean=y_mean,
        y_scale=y_scale,
        **arrays,
    )


def _bundled(name):
    from sklearn import datasets

    return getattr(datasets, f"load_{name}")()


def _diabetes():
    """Read what ``load_diabetes(scaled=False)`` reads, from scikit-learn's own files.

    The first lessons need no more of scikit-learn, which takes seconds to import.
    """
    files = Path(find_spec("sklearn").origin).parent / "datasets" / "data"
    return SimpleNamespace(
        data=np.loadtxt(files / "diabetes_data_raw.csv.gz"),
        target=np.loadtxt(files / "diabetes_target.csv.gz"),
        feature_names="age sex bmi bp s1 s2 s3 s4 s5 s6".split(),
    )


def _split(n, labels):
    """Shuffled row numbers of the three parts."""
    cut = _cut if labels is None else _stratified_cut
    rest, test = cut(np.arange(n), n // 5, labels)
    train, valid = cut(rest, n // 5, labels)
    return {"train": train, "valid": valid, "test": test}


def _cut(rows, size, labels):
    """Shuffle and cut off the first: as ``train_test_split`` does."""
    order = np.random.RandomState(SPLIT_SEED).permutation(len(rows))
    return rows[order[size:]], rows[order[:size]]


def _stratified_cut(rows, size, labels):
    from sklearn.model_selection import train_test_split

    return train_test_split(
        rows, test_size=size, random_state=SPLIT_SEED, stratify=labels[rows]
    )


def mean_and_scale(values):
    """Return mean and standard deviation of each column; a constant one has 1."""
    scale = values.std(axis=0)
    return values.mean(axis=0), np.where(scale == 0, 1.0, scale)
