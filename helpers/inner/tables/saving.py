"""A problem of one's own in a file, with the versions that wrote it."""

import json
import pickle
import platform
import warnings
import zipfile
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn

VERSIONS = {
    "Python": platform.python_version(),
    "NumPy": np.__version__,
    "pandas": pd.__version__,
    "scikit-learn": sklearn.__version__,
}


def save(problem, path):
    """Write a problem and the versions of what made it."""
    path = _path(path)
    if path.is_dir() or not path.parent.is_dir():
        why = "is a folder" if path.is_dir() else f"has no folder {str(path.parent)!r}"
        raise ValueError(f'path {str(path)!r} {why}: give one such as "mine.problem"')
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("versions.json", json.dumps(VERSIONS))
        file.writestr("problem.pickle", pickle.dumps(problem))


def load(path):
    """Return what was saved; other versions are a warning, or the error's reason."""
    path = _path(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        raise FileNotFoundError(f"path {what}: {str(path)!r}")
    try:
        with zipfile.ZipFile(path) as file:
            versions = json.loads(file.read("versions.json"))
            data = file.read("problem.pickle")
    except (zipfile.BadZipFile, KeyError):
        raise ValueError(
            f"path {str(path)!r} is no file that problem.save(path) wrote"
        ) from None
    differ = [
        f"{name} {version} (here {VERSIONS[name]})"
        for name, version in versions.items()
        if version != VERSIONS[name]
    ]
    said = f"{path.name} was saved with {', '.join(differ)}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scikit-learn's own word on versions
            problem = pickle.loads(data)
    except Exception as error:  # a pickle of other versions may raise anything
        raise ValueError(
            f"{said if differ else path.name}: it cannot be read ({error!r}). Install "
            "those versions, or make the problem anew"
        ) from None
    if differ:
        warnings.warn(f"{said}: compare some answers", stacklevel=3)
    return problem


def _path(path):
    if not isinstance(path, str | PathLike):
        raise TypeError(f'path must be one, such as "mine.problem", got {path!r}')
    return Path(path).expanduser()
