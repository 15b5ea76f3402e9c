"""A slice through the loss of a real network: a plane, as a surface to walk on."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from helpers.fast_network import FastNetwork
from helpers.inner.arguments import whole
from helpers.inner.blas import one_blas_thread
from helpers.inner.rows import check_match, check_rows
from helpers.surfaces import Surface, check_points

# Points whose networks stand side by side at a time.
POINTS = 32


def loss_slice(network, x, y, run=0, seed=0) -> Surface:
    """Return the loss on a plane through the weights of a network.

    At (0, 0) are the network's own weights; both axes are random directions. They are
    filter-normalised: the part that belongs to a unit is as long as the weights into
    that unit, and biases stay as they are (Li and others 2018). So a step of 1 changes
    each unit by as much as it has, and networks that compute the same with whole layers
    on different scales have the same slice.

    Parameters
    ----------
    network : Network
    x, y : array
        The rows to measure on, as for ``fit``.
    run : int
        Which of the network's runs.
    seed : int
        Draws the directions.

    Returns
    -------
    Surface
        Its minima are not known, so there are none listed. A plane is two of thousands
        of directions: a hill on it may have a way round, and a valley may be a slope.

    A wrong argument raises a TypeError or ValueError that says what to use instead.
    """
    if whole("run", run) >= network.runs:
        raise ValueError(f"run must be below the {network.runs} runs, got {run}")
    x, y = check_rows("x", x, "y", y)
    check_match(network, "x", x, "y", y)
    centre = FastNetwork(network).keep([run])
    if not all(np.isfinite(w).all() for w in centre.weights):
        raise ValueError(f"run {run} has diverged: its weights are not finite")
    rng = np.random.default_rng(whole("seed", seed))
    directions = [[_like(w, rng) for w in centre.weights] for _ in range(2)]

    def at(points):
        """Return the networks at these points, stacked."""
        points = points.astype(centre.weights[0].dtype)
        there = centre.keep([0])
        there.weights = [
            w + points[:, 0, None, None] * first + points[:, 1, None, None] * second
            for w, first, second in zip(centre.weights, *directions, strict=True)
        ]
        return there

    def value(points):
        there = at(points)
        return there.loss_of(y, there.logits(x))

    def gradient(points):
        slopes = at(points).gradients(x, y)
        pairs = (zip(slopes, way, strict=True) for way in directions)
        along = [sum((g * d).sum(axis=(1, 2)) for g, d in pair) for pair in pairs]
        return np.stack(along, axis=-1)

    return Surface(
        name="loss slice",
        value=_in_parts(value),
        gradient=_in_parts(gradient),
        minima=np.empty((0, 2)),
        bounds=((-1.0, 1.0), (-1.0, 1.0)),
        start=np.array([-0.8, 0.8]),
    )


def _like(w, rng):
    """Return a random direction, for each unit as long as its weights in ``w``."""
    direction = rng.normal(size=w.shape).astype(w.dtype)
    direction[..., -1] = 0
    own = np.linalg.norm(w[..., :-1], axis=-1, keepdims=True)
    return direction * own / np.linalg.norm(direction, axis=-1, keepdims=True)


def _in_parts(function):
    """Let a function take points of shape (..., 2), a part of them on each core."""

    def over(points):
        points = check_points(points)
        flat = points.reshape(-1, 2)
        parts = np.split(flat, range(POINTS, len(flat), POINTS))
        with one_blas_thread(), ThreadPoolExecutor(os.cpu_count()) as pool:
            values = np.concatenate(list(pool.map(function, parts)))
        shape = points.shape[:-1] + values.shape[1:]
        return values.reshape(shape).astype(float)

    return over
