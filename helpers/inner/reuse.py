"""Large arrays, used again as soon as nobody holds them."""

from collections import defaultdict
from math import prod
from sys import getrefcount
from threading import Lock

import numpy as np

# Smaller ones an allocator has at hand; larger ones it may ask the system for, and give
# back, at every step, and the system clears each page of them.
LARGE = 48 * 1024


class Arrays:
    """Hands out arrays; the next call may hand out one that was dropped meanwhile."""

    def __init__(self):
        self._arrays, self._lock = {}, Lock()

    def __reduce__(self):
        return Arrays, ()

    def empty(self, shape, dtype):
        """Return an array as ``np.empty`` does, which nobody else holds."""
        if prod(shape) * dtype.itemsize < LARGE:
            return np.empty(shape, dtype)
        with self._lock:
            arrays = self._arrays.setdefault((shape, dtype), [])
            for number in range(len(arrays)):
                if _times_held(arrays, number) == HELD_BY_NOBODY_ELSE:
                    break
            else:
                number = len(arrays)
                arrays.append(np.empty(shape, dtype))
            # Whoever holds the view, or a view of it, holds the array.
            return arrays[number].view()


def _times_held(arrays, number):
    return getrefcount(arrays[number])


# By the list alone, and by whatever a Python holds while it counts.
HELD_BY_NOBODY_ELSE = _times_held([np.empty(0)], 0)


class _Reusing(np.ndarray):
    """An array whose results, of its own shape and type, are arrays used again."""

    spent = False

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        plain, result = [], None
        for value in inputs:
            if isinstance(value, _Reusing):
                plain.append(value.view(np.ndarray))
                result = plain[-1] if value.spent else result
            else:
                plain.append(value)
        if method != "__call__" or options:
            return getattr(ufunc, method)(*plain, **options)
        if result is None:
            result = self.arrays.empty(self.shape, self.dtype)
        return _reusing(ufunc(*plain, out=result), self.arrays)


def apply(rule, w, g, memory, rate, arrays, spend):
    """Return what an optimizer's rule does, its large results in arrays used again.

    The rule must give each weight what depends on that weight's own past alone. If it
    may ``spend`` the gradient, the result made of ``g`` is written over it.
    """
    lent = defaultdict(float, {name: _reusing(memory[name], arrays) for name in memory})
    g = _reusing(g, arrays)
    g.spent = spend
    new = rule(_reusing(w, arrays), g, lent, rate)
    memory.update((name, _plain(value)) for name, value in lent.items())
    return _plain(new)


def _reusing(value, arrays):
    if not isinstance(value, np.ndarray):
        return value
    value = value.view(_Reusing)
    value.arrays = arrays
    return value


def _plain(value):
    return value.view(np.ndarray) if isinstance(value, _Reusing) else value
