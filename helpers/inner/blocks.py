"""Large arrays in blocks: small enough for the processor's cache and the allocator."""

from math import prod

import numpy as np

# What a block's own results take, at most. An allocator has arrays of this size at
# hand; larger ones it may ask the system for, and give back, at every step.
BYTES = 48 * 1024


def blocks(array):
    """Return indices that cut a stack of arrays along its runs, then its units."""
    units = array.shape[1]
    unit = array.itemsize * prod(array.shape[2:])
    if unit * units <= BYTES:
        return [(runs,) for runs in blocks_of_runs(array)]
    many = max(1, BYTES // unit)
    return [
        (slice(run, run + 1), slice(first, first + many))
        for run in range(len(array))
        for first in range(0, units, many)
    ]


def blocks_of_runs(array):
    """Return slices that cut a stack of arrays along its runs alone."""
    many = max(1, BYTES // (array.itemsize * prod(array.shape[1:])))
    return [slice(first, first + many) for first in range(0, len(array), many)]


class BlockMemory(dict):
    """An optimizer's memory of one block: its arrays are views of those of the whole.

    A number, such as a count of steps, is each block's own, or each would count on from
    where the block before it came to.
    """

    def __init__(self, whole, block, weights):
        super().__init__(
            (name, value[block] if isinstance(value, np.ndarray) else value)
            for name, value in whole.items()
        )
        self.whole, self.block, self.weights = whole, block, weights

    def __missing__(self, name):
        return 0.0

    def __setitem__(self, name, value):
        if not isinstance(value, np.ndarray):
            self.whole[name] = value
            super().__setitem__(name, value)
            return
        if not isinstance(self.get(name), np.ndarray):
            if not isinstance(self.whole.get(name), np.ndarray):
                self.whole[name] = np.empty(self.weights.shape, self.weights.dtype)
            super().__setitem__(name, self.whole[name][self.block])
        self[name][...] = value
