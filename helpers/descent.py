"""Walk down a surface with any optimizer, from one start or from many at once."""

from dataclasses import dataclass, field

import numpy as np

from helpers.inner.arguments import floats, number, whole
from helpers.inner.optimizer import check_optimizer
from helpers.surfaces import Surface

# Farther out than this from the origin a walk has diverged: it will not come back, and
# soon its losses would be too large for a float.
FARTHEST = 1e6


@dataclass(frozen=True)
class Path:
    """Where a walk went.

    ``points`` has shape (steps + 1, 2), or (steps + 1, n, 2) for n starts; the first is
    the start. ``losses`` are the surface's values there, (steps + 1,) or
    (steps + 1, n). From where a walk diverged its points are NaN and its losses inf,
    and ``diverged``, one bool or n of them, is True.
    """

    points: np.ndarray = field(repr=False)
    losses: np.ndarray = field(repr=False)
    diverged: np.ndarray | bool


@np.errstate(over="ignore", invalid="ignore")
def descend(surface, optimizer, start=None, steps=100, noise=0.0, seed=0) -> Path:
    """Walk down a surface.

    Parameters
    ----------
    surface : Surface
    optimizer : Optimizer
        It is reset first. With n starts its learning rate may be one a start.
    start : array, shape (2,) or (n, 2), optional
        By default the surface's own.
    steps : int
    noise : float
        Standard deviation of the normal noise in each part of each gradient, like that
        of a minibatch.
    seed : int
        Draws the noise.

    A wrong argument raises a TypeError or ValueError that says what to use instead.
    """
    if not isinstance(surface, Surface):
        raise TypeError(
            'surface must be a Surface, such as SURFACES["bowl"] or ravine(100), got '
            f"{surface!r}"
        )
    check_optimizer(optimizer).reset()
    points = _check_start(surface.start if start is None else start)
    noise = number("noise", noise)
    rng = np.random.default_rng(whole("seed", seed))

    path = [points]
    for _ in range(whole("steps", steps)):
        noisy = surface.gradient(points) + noise * rng.normal(size=points.shape)
        # A copy, since a learner's own rule may change its weights in place.
        points = optimizer.step(points.copy(), noisy)
        near = (np.abs(points) <= FARTHEST).all(axis=-1, keepdims=True)
        points = np.where(near, points, np.nan)
        path.append(points)

    path = np.array(path)
    losses = surface.value(path)
    return Path(
        points=path,
        losses=np.where(np.isnan(losses), np.inf, losses),
        diverged=np.isnan(points).any(axis=-1),
    )


def _check_start(start):
    start = floats("start", start).astype(float)
    if start.ndim not in (1, 2) or start.shape[-1] != 2 or start.size == 0:
        raise ValueError(f"start must have shape (2,) or (n, 2), got {start.shape}")
    if not (np.abs(start) <= FARTHEST).all():
        raise ValueError(
            f"start must be within {FARTHEST:g} of 0, got {start.tolist()}"
        )
    return start
