"""How a check tells slopes by nudges from slopes by their formula."""

import numpy as np

from helpers.checks.answers import close
from helpers.checks.engine import Wrong

FAR = (1e30, 1e200)  # so far that rounding swallows a nudge, and that a loss overflows


def judge_far(far, got, right):
    """Say so where slopes by nudges fail: on data with y near ``far``.

    ``got`` and ``right`` are lists of arrays. Beyond the range of float32 all that
    counts is that float64 gives numbers.
    """
    for ours, theirs in zip(map(np.ravel, right), map(np.ravel, got), strict=True):
        if far < 1e38:
            lost = not close(theirs, ours)
        else:
            lost = theirs.dtype != np.float32 and np.isnan(theirs.astype(float)).any()
        if lost:
            raise Wrong(nudged(far))


def nudged(far) -> str:
    """Return what to say to slopes that are right, but not where y is near ``far``."""
    return (
        f"On ordinary data this is right to many digits, and where y is near {far:g} "
        "it is not: there the loss is so large that a nudge is lost in it. Compute the "
        "slopes themselves, without nudges."
    )


def real(array) -> np.ndarray:
    """Return an array that refuses complex numbers: they make a nudge, too."""
    return np.asarray(array).view(_Real)


class _Real(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        plain = [_plain(value) for value in inputs]
        if any(np.iscomplexobj(value) for value in plain):
            raise Wrong(
                "A complex step is a nudge, too, if a clever one. Compute the slopes "
                "themselves, without nudges."
            )
        if out:
            options["out"] = tuple(map(_plain, out))
        return getattr(ufunc, method)(*plain, **options)

    def __repr__(self):
        return repr(_plain(self))


def _plain(value):
    return np.asarray(value) if isinstance(value, _Real) else value
