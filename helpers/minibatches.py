"""Epochs and minibatches: every row once an epoch, in an order that can be replayed."""

from collections.abc import Iterator

import numpy as np

from helpers.inner.arguments import whole


def epoch_order(n: int, epoch: int, seed: int) -> np.ndarray:
    """Return the shuffled row numbers of one epoch.

    Parameters
    ----------
    n : int
        How many rows there are.
    epoch : int
        0 for the first epoch; each epoch has an order of its own.
    seed : int
        The same seed gives the same orders on every machine with one NumPy.

    Returns
    -------
    ndarray of int, shape (n,)
        A permutation of ``range(n)``.
    """
    for name, value, least in (("n", n, 1), ("epoch", epoch, 0), ("seed", seed, 0)):
        whole(name, value, least)
    return np.random.default_rng([seed, epoch]).permutation(n)


def batches(n: int, batch_size: int, epoch: int, seed: int) -> Iterator[np.ndarray]:
    """Cut one epoch's order into minibatches, without replacement.

    Parameters
    ----------
    n, epoch, seed : int
        As in :func:`epoch_order`.
    batch_size : int
        Rows in a minibatch. The last one holds what is left and may be smaller; a
        batch size above ``n`` gives one minibatch of all rows, as in Keras.

    Returns
    -------
    iterator of ndarray of int
        ``ceil(n / batch_size)`` arrays of row numbers.
    """
    whole("batch_size", batch_size, 1)
    order = epoch_order(n, epoch, seed)
    return (order[start : start + batch_size] for start in range(0, n, batch_size))
