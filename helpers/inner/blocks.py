"""Large arrays in blocks: small enough for the processor's cache and the allocator."""

from math import prod

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


def blocks_of_runs(array, most=BYTES):
    """Return slices that cut a stack of arrays along its runs alone."""
    many = max(1, most // (array.itemsize * prod(array.shape[1:])))
    return [slice(first, first + many) for first in range(0, len(array), many)]
