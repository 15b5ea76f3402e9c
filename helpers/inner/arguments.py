"""Arguments that are wrong say so: which one, what it was, and what it should be."""

import numpy as np


def number(name: str, value, below: float = np.inf) -> float:
    """Return ``value`` as a float, if it is a number from 0 up to ``below``."""
    is_number = isinstance(value, int | float | np.integer | np.floating)
    if not is_number or isinstance(value, bool):
        why = ""
        if value is None and name.endswith(("learning_rate", "learning_rates")):
            why = ": a range test that suggests none says why in its .reason"
        raise TypeError(f"{name} must be a number, got {value!r}{why}")
    if not 0 <= value < below:
        limit = "finite" if below == np.inf else f"below {below:g}"
        raise ValueError(f"{name} must be at least 0 and {limit}, got {value!r}")
    return float(value)


def positive(name: str, value) -> float:
    """Return ``value`` as a float, if it is a number above 0."""
    if number(name, value) == 0:
        raise ValueError(f"{name} must be above 0, got {value!r}")
    return float(value)


def whole(name: str, value, least: int = 0) -> int:
    """Return ``value`` as an int, if it is a whole number, at least ``least``."""
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_whole or value < least:
        kind = ValueError if is_whole else TypeError
        raise kind(f"{name} must be a whole number, at least {least}, got {value!r}")
    return int(value)


def switch(name: str, value) -> bool:
    """Return ``value``, if it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def one_of(name: str, value, choices):
    """Return ``value``, if it is one of the choices."""
    if not isinstance(value, str) or value not in choices:
        known = ", ".join(f'"{choice}"' for choice in choices)
        raise ValueError(f"{name} must be one of {known}, got {value!r}")
    return value


def rows(name: str, value) -> np.ndarray:
    """Return ``value`` as an array, if its rows have one length."""
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must have rows of one length, got some that make no array: pad or "
            "drop them"
        ) from None


def floats(name: str, value) -> np.ndarray:
    """Return ``value`` as an array of float32 or float64; integers become float64."""
    array = rows(name, value)
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"{name} must hold numbers of type float32 or float64, got {array.dtype}"
        )
    return array


def rates(name: str, value) -> float | np.ndarray:
    """Return one rate as a float, or one for each of many runs as an array."""
    if np.ndim(value) == 0:
        return number(name, value)
    array = floats(name, value)
    if array.size == 0 or array.size != len(array):
        raise ValueError(
            f"{name} must be one number, or one a run, got shape {array.shape}"
        )
    for wrong in array[~((array >= 0) & (array < np.inf))]:
        number(name, wrong.item())
    return array.ravel()
