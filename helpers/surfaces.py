"""Losses of two parameters, to walk on: each with its exact gradient and its minima."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from helpers.inner.arguments import floats, positive


@dataclass(frozen=True, eq=False)
class Surface:
    """A loss over the plane.

    Attributes
    ----------
    name : str
    value : function
        Points of shape (..., 2) to losses of shape (...).
    gradient : function
        Points of shape (..., 2) to gradients of the same shape.
    minima : array, shape (k, 2)
        All local minima, the lowest first. Read-only, as is ``start``.
    bounds : tuple
        ``((x_low, x_high), (y_low, y_high))``, the part worth drawing.
    start : array, shape (2,)
        A good place to begin.
    """

    name: str
    value: Callable
    gradient: Callable
    minima: np.ndarray
    bounds: tuple
    start: np.ndarray

    def __post_init__(self):
        for name in ("minima", "start"):
            array = np.array(getattr(self, name), float)
            array.flags.writeable = False
            object.__setattr__(self, name, array)


def bowl(condition: float = 2.0) -> Surface:
    """Return a bowl along the axes, of curvature 1 in x and ``condition`` in y."""
    curvature = np.diag([1.0, positive("condition", condition)])
    return _quadratic("bowl", curvature, start=(-2.5, 2.0))


def ravine(condition: float = 50.0) -> Surface:
    """Return a valley aslant to both axes, of curvature 1 along, ``condition`` across.

    Along is the direction (2, 1), across is (-1, 2).
    """
    along, across = np.array([2.0, 1.0]), np.array([-1.0, 2.0])
    condition = positive("condition", condition)
    curvature = (np.outer(along, along) + condition * np.outer(across, across)) / 5
    return _quadratic("ravine", curvature, start=(-2.5, -0.5))


def line_loss(x, y) -> Surface:
    """Return the mean squared error of ``y = w * x + b`` over points (w, b).

    Parameters
    ----------
    x, y : array, shape (rows,)
        The data.

    Anything else raises a ValueError or TypeError; so do x that are all the same, since
    many lines then fit equally well.
    """
    x, y = floats("x", x).astype(float), floats("y", y).astype(float)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(
            f"x and y must have one shape, (rows,), got {x.shape} and {y.shape}"
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("x and y must be finite, got nan or inf: drop such rows")
    if len(x) == 0 or np.ptp(x) == 0:
        raise ValueError("x must hold at least two different numbers to fix a line")
    curvature = 2 * np.array([[np.mean(x**2), x.mean()], [x.mean(), 1.0]])
    w = np.mean((x - x.mean()) * (y - y.mean())) / x.var()
    b = y.mean() - w * x.mean()
    floor = np.mean((w * x + b - y) ** 2)
    half = max(2.0, 1.5 * abs(w), 1.5 * abs(b))
    start = (w - 0.8 * half, b + 0.8 * half)
    return _quadratic("line_loss", curvature, start, (w, b), half, floor)


def _quadratic(name, curvature, start, minimum=(0.0, 0.0), half=3.0, floor=0.0):
    """Any bowl: ``floor + way @ curvature @ way / 2``, on the way from the minimum.

    A squared error is one too: it has the same curvature everywhere.
    """
    minimum = np.array(minimum)

    def gradient(points):
        return (check_points(points) - minimum) @ curvature

    def value(points):
        way = check_points(points) - minimum
        return floor + (way * (way @ curvature)).sum(axis=-1) / 2

    bounds = tuple((float(m - half), float(m + half)) for m in minimum)
    return Surface(name, value, gradient, [minimum], bounds, start)


def _rosenbrock(points):
    x, y = _xy(points)
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _rosenbrock_gradient(points):
    x, y = _xy(points)
    across = 200 * (y - x**2)
    return np.stack([2 * (x - 1) - 2 * x * across, across], axis=-1)


def _himmelblau(points):
    x, y = _xy(points)
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def _himmelblau_gradient(points):
    x, y = _xy(points)
    first, second = 2 * (x**2 + y - 11), 2 * (x + y**2 - 7)
    return np.stack([2 * x * first + second, first + 2 * y * second], axis=-1)


def _saddle(points):
    x, y = _xy(points)
    return x**2 / 2 - y**2 / 2 + y**4 / 4


def _saddle_gradient(points):
    x, y = _xy(points)
    return np.stack([x, y**3 - y], axis=-1)


# Holes in the side of a wide bowl, of one depth and one width.
SLOPE, DEPTH, WIDTH = 0.3, 0.4, 0.25
POTHOLES = np.array([[-2.1, 1.4], [-1.5, 0.8], [1.5, 1.2], [0.6, -2.0]])


def _holes(points):
    """Return how deep each hole is at the points, and the way there from its middle."""
    way = points[..., None, :] - POTHOLES
    return DEPTH * np.exp(-(way**2).sum(axis=-1) / (2 * WIDTH**2)), way


def _potholes(points):
    points = check_points(points)
    depths, _ = _holes(points)
    return SLOPE * (points**2).sum(axis=-1) / 2 - depths.sum(axis=-1)


def _potholes_gradient(points):
    points = check_points(points)
    depths, way = _holes(points)
    return SLOPE * points + (depths[..., None] * way).sum(axis=-2) / WIDTH**2


def check_points(points):
    """Return points as an array of floats of shape (..., 2), if they are that."""
    points = np.asarray(points, float)
    if points.shape[-1:] != (2,):
        raise ValueError(f"points must have shape (..., 2), got {points.shape}")
    return points


def _xy(points):
    return np.moveaxis(check_points(points), -1, 0)


_ALL = (
    bowl(),
    ravine(),
    Surface(
        "rosenbrock",
        _rosenbrock,
        _rosenbrock_gradient,
        minima=[[1.0, 1.0]],
        bounds=((-2.0, 2.0), (-1.0, 3.0)),
        start=[-1.5, 2.0],
    ),
    Surface(
        "himmelblau",
        _himmelblau,
        _himmelblau_gradient,
        minima=[
            [3.0, 2.0],
            [-2.805118086952745, 3.131312518250573],
            [-3.779310253377747, -3.283185991286170],
            [3.584428340330492, -1.848126526964404],
        ],
        bounds=((-5.0, 5.0), (-5.0, 5.0)),
        start=[0.0, -4.0],
    ),
    Surface(
        "saddle",
        _saddle,
        _saddle_gradient,
        minima=[[0.0, 1.0], [0.0, -1.0]],
        bounds=((-2.0, 2.0), (-2.0, 2.0)),
        start=[-1.5, 0.001],
    ),
    Surface(
        "potholes",
        _potholes,
        _potholes_gradient,
        minima=[
            [-2.9076e-9, 1.5572e-9],  # that far the holes still pull
            [-1.4302937047088162, 0.7631252397118303],
            [1.428383981380592, 1.1427071851044734],
            [0.5709572948462782, -1.9031909828209275],
            [-1.9783433096987304, 1.3146333908064147],
        ],
        bounds=((-3.0, 3.0), (-3.0, 3.0)),
        start=[-2.8, 1.8],
    ),
)
SURFACES = MappingProxyType({surface.name: surface for surface in _ALL})
