"""Large arrays, used again as soon as nobody holds them."""

from collections import defaultdict
from sys import getrefcount
from threading import Lock

import numpy as np

# Smaller ones an allocator has at hand; larger ones it may ask the system for, and give
# back, at every step, and the system clears each page of them.
LARGE = 16 * 1024


def _holders_of_a_free_array():
    """Return what ``getrefcount`` says of an array that is in a list and a loop."""
    return next(getrefcount(array) for array in [np.empty(0)])


HELD_BY_US = _holders_of_a_free_array()


class Arrays:
    """Hands out arrays; the next call may hand out one that was dropped meanwhile."""

    def __init__(self):
        self._arrays, self._lock = {}, Lock()

    def __reduce__(self):
        return Arrays, ()

    def empty(self, shape, dtype):
        """Return an array as ``np.empty`` does, which nobody else holds."""
        size = np.dtype(dtype).itemsize
        for length in shape:
            size *= length
        if size < LARGE:
            return np.empty(shape, dtype)
        with self._lock:
            known = self._arrays.setdefault((shape, np.dtype(dtype)), [])
            # A view holds the array that it is a view of, and so on.
            free = (array for array in known if getrefcount(array) == HELD_BY_US)
            array = next(free, None)
            if array is None:
                array = np.empty(shape, dtype)
                known.append(array)
            return array.view()


class _Reusing(np.ndarray):
    """An array whose results, of its own shape and type, are arrays used again."""

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        plain = [_plain(value) for value in inputs]
        if method != "__call__" or options:
            return getattr(ufunc, method)(*plain, **options)
        result = self.arrays.empty(self.shape, self.dtype)
        return _reusing(ufunc(*plain, out=result), self.arrays)


def apply(rule, w, g, memory, rate, arrays):
    """Return what an optimizer's rule does, its large results in arrays used again.

    The rule must give each weight what depends on that weight's own past alone.
    """
    lent = defaultdict(float, {name: _reusing(memory[name], arrays) for name in memory})
    new = rule(_reusing(w, arrays), _reusing(g, arrays), lent, rate)
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
