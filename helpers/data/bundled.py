"""Three real problems that come with scikit-learn: nothing is downloaded."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from helpers.data.problem import Problem, mean_and_scale
from helpers.inner.arguments import one_of
from helpers.inner.tables.splits import split

KINDS = {"diabetes": "regression", "breast_cancer": "binary", "digits": "multiclass"}
# Chosen by looking at x alone: with most seeds some pixel of the digits that training
# hardly ever saw lit is up to 260 standard deviations out in the other parts.
SPLIT_SEED = 1


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
    return _load(one_of("name", name, KINDS))


@cache
def _load(name):
    kind = KINDS[name]
    bunch = _bundled(name)
    labels = None if kind == "regression" else bunch.target
    parts = split(len(bunch.data), labels, SPLIT_SEED)

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
    """Return what scikit-learn's ``load_`` function of this name does."""
    if name == "diabetes":
        return _diabetes()
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
