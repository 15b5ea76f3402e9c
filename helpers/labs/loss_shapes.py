"""Lesson 6: the shapes of losses, and what one outlier does to the fit of each."""

from itertools import combinations

import numpy as np
from matplotlib.figure import Figure

from helpers.films.live import LiveFigure, in_style
from helpers.labs.controls import Choice, LogSlider, Slider
from helpers.labs.core import Lab, legend
from helpers.plots.base import CURVES, OUTLIER

REACH, FAR = 8, 11  # how far the outlier goes, and its error
VIEWS = ("error", "probability")
# Name of each loss, its colour and its line.
LOSSES = (
    ("squared", CURVES[0], "-"),
    ("absolute", CURVES[1], "--"),
    ("Huber", CURVES[2], "-."),
    ("crossentropy", CURVES[4], "--"),
)
POINTS = "#888888"
DELTAS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
# Points near the line y = x / 2, for amounts; the outlier stands at the right.
X = np.array([-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
Y = X / 2 + np.array([0.3, -0.4, 0.2, 0.4, -0.3, -0.2, 0.3, -0.1])
X_OUTLIER = 4.0
# For yes or no: the noes lie below, the yeses above, and they overlap. One no moves.
NOES = np.array([-8.0, -6.5, -5.0, -4.0, -2.5, -1.0, 1.0])
YESES = np.array([-2.0, -0.5, 1.5, 2.5, 3.5, 5.0, 6.0, 7.5])


@in_style
def loss_shapes(view: str = "error", outlier: float = 6.0, delta: float = 1.0) -> Lab:
    """Return the lab that shows losses, and the fit of each while an outlier moves.

    Parameters
    ----------
    view : str
        What the losses are drawn against: "error", with lines through points that
        are amounts, or "probability", with sigmoid curves through yeses and noes.
    outlier : float
        Where the outlier is, from -8 to 8: its height, or the place of a no.
    delta : float
        Where the Huber loss becomes straight.
    """
    figure = Figure(figsize=(7.6, 4.2))
    shapes, data = figure.subplots(ncols=2)
    curves, marks, fits = [], [], []
    for name, colour, line in LOSSES:
        curves += shapes.plot([], [], line, color=colour)
        marks += shapes.plot([], [], "o", color=colour, mec="white", ms=9)
        fits += data.plot([], [], line, color=colour, label=name)
    (points,) = data.plot([], [], "o", color=POINTS, label="data")
    (stray,) = data.plot([], [], "D", color=OUTLIER, mec="black", ms=9, label="outlier")
    shapes.set_title("Loss of one row")
    data.set_title("What each loss fits")
    data.set_xlabel("x")
    live = LiveFigure(figure, [*curves, *marks, *fits, points, stray])
    controls = {
        "view": Choice("Losses against", VIEWS, view),
        "outlier": Slider("Outlier", -REACH, REACH, 0.25, outlier),
        "delta": LogSlider("Huber's delta", DELTAS, delta),
    }

    def choose(change=None):
        """Set the axes for this view."""
        amounts = controls["view"].value == "error"
        for old in figure.legends:
            old.remove()
        shown = fits[:3] if amounts else [fits[0], fits[3]]
        legend(figure, [*shown, points, stray])
        if amounts:
            shapes.set(xlim=(-FAR, FAR), ylim=(-1, 44))
            shapes.set(xlabel="error: prediction minus truth", ylabel="loss")
            data.set(xlim=(-4.8, 4.8), ylim=(-REACH - 1, REACH + 1), ylabel="y")
        else:
            shapes.set(xlim=(-0.02, 1.02), ylim=(-0.2, 5))
            shapes.set(xlabel="probability given to the truth", ylabel="loss")
            data.set(xlim=(-REACH - 0.5, REACH + 0.5), ylim=(-0.1, 1.1))
            data.set(ylabel="probability of yes")
        live.new_background()

    controls["view"].observe(choose, "value")
    choose()

    def draw(view, outlier, delta):
        if view == "error":
            shown, sentence = _lines(outlier, delta)
            points.set_data(X, Y)
            stray.set_data([X_OUTLIER], [outlier])
        else:
            shown, sentence = _sigmoids(outlier)
            points.set_data([*NOES, *YESES], [0] * len(NOES) + [1] * len(YESES))
            stray.set_data([outlier], [0])
        for k, parts in enumerate(zip(curves, marks, fits, strict=True)):
            for part, xy in zip(parts, shown.get(k, (((), ()),) * 3), strict=True):
                part.set_data(*xy)
        return "", sentence

    return Lab(
        loss_shapes,
        live,
        controls,
        draw,
        "Left: losses, and where the outlier is on each. Right: points, an outlier "
        "and what each loss fits to them.",
        on_page={
            "view": VIEWS,
            "delta": (0.3, 1, 3),
            "outlier": np.arange(-REACH, REACH + 0.5, 0.5),
        },
    )


def _lines(outlier, delta):
    """Return three losses, the outlier on each, the line of each; and a sentence."""
    x, y = np.append(X, X_OUTLIER), np.append(Y, outlier)
    lines = _squared_line(x, y), _absolute_line(x, y), _huber_line(x, y, delta)
    errors, ends = np.linspace(-FAR, FAR, 201), np.array([-4.8, 4.8])

    def losses(error):
        size = np.abs(error)
        bent = np.where(size <= delta, size**2 / 2, delta * (size - delta / 2))
        return error**2, size, bent

    shown = {}
    for k, (w, b) in enumerate(lines):
        here = w * X_OUTLIER + b - outlier
        curve, mark = (errors, losses(errors)[k]), ([here], [losses(here)[k]])
        shown[k] = curve, mark, (ends, w * ends + b)
    slopes = [f"{w:.2f}" for w, _ in lines]
    return shown, (
        f"With the outlier at {outlier:g} the slopes are {slopes[0]} (squared), "
        f"{slopes[1]} (absolute) and {slopes[2]} (Huber); the other points lie along a "
        "slope of 0.5."
    )


def _squared_line(x, y, weights=1.0):
    root = np.sqrt(weights * np.ones_like(x))
    return np.linalg.lstsq(np.stack([x, x * 0 + 1], 1) * root[:, None], y * root)[0]


PAIRS = np.array(list(combinations(range(len(X) + 1), 2))).T


def _absolute_line(x, y):
    """Try all pairs: a line of least absolute error goes through two points."""
    i, j = PAIRS
    w = (y[j] - y[i]) / (x[j] - x[i])
    b = y[i] - w * x[i]
    best = np.abs(w[:, None] * x + b[:, None] - y).sum(axis=1).argmin()
    return w[best], b[best]


def _huber_line(x, y, delta):
    """Fit squares again and again, with less weight on what is far off."""
    w, b = _absolute_line(x, y)
    for _ in range(50):
        size = np.maximum(np.abs(w * x + b - y), 1e-9)
        w, b = _squared_line(x, y, np.minimum(1, delta / size))
    return w, b


# Every sigmoid worth looking at: where it is 0.5, and how steep it is there.
MIDDLES, STEEPNESS = np.linspace(-8, 8, 161), np.geomspace(0.05, 5, 70)


def _probability(x):
    """Return that of a yes at each x, for each sigmoid: shape (..., 161, 70)."""
    z = STEEPNESS * (np.asarray(x, float)[..., None, None] - MIDDLES[:, None])
    return 1 / (1 + np.exp(-z))


def _sigmoids(outlier):
    """Return two losses, the outlier on each, the curve of each; and a sentence."""
    given = np.concatenate(
        [_probability(YESES), 1 - _probability(NOES), 1 - _probability([outlier])]
    ).clip(1e-7)
    ends, p = np.linspace(-REACH - 0.5, REACH + 0.5, 120), np.linspace(0.004, 1, 200)
    shown, steep = {}, []
    for k, loss in ((0, lambda p: (1 - p) ** 2), (3, lambda p: -np.log(p))):
        best = np.unravel_index(loss(given).sum(axis=0).argmin(), given.shape[1:])
        middle, steepness = MIDDLES[best[0]], STEEPNESS[best[1]]
        here = given[(-1, *best)]
        curve = 1 / (1 + np.exp(-steepness * (ends - middle)))
        shown[k] = (p, loss(p)), ([here], [loss(here)]), (ends, curve)
        steep.append(steepness)
    sentence = (
        f"With a no at {outlier:g} the steepness is {steep[0]:.2f} (squared) and "
        f"{steep[1]:.2f} (crossentropy)."
    )
    if steep[1] < steep[0]:
        sentence += " Sure and wrong costs without limit, so crossentropy is less sure."
    return shown, sentence
