"""Large arrays in blocks: small enough for the processor's cache and the allocator."""

from math import prod

# What a block's own results take, at most. An allocator has arrays of this size at
# hand; larger ones it may ask the system for, and give back, at every step.
BYTES = 48 * 1024


def blocks(array):
    """Return indices that cut a stack of arrays along its runs, then its units."""
    runs, units = array.shape[:2]
    unit = array.itemsize * prod(array.shape[2:])
    if unit * units <= BYTES:
        many = BYTES // (unit * units)
        return [(slice(i, i + many),) for i in range(0, runs, many)]
    many = max(1, BYTES // unit)
    return [
        (slice(run, run + 1), slice(i, i + many))
        for run in range(runs)
        for i in range(0, units, many)
    ]


def blocks_of_runs(array):
    """Return slices that cut a stack of arrays along its runs alone."""
    many = max(1, BYTES // (array.itemsize * prod(array.shape[1:])))
    return [slice(i, i + many) for i in range(0, len(array), many)]
