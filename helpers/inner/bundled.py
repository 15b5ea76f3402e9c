"""The data sets that come with scikit-learn."""

from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np


def bundled(name):
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
