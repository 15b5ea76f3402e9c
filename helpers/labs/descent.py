"""Lesson 3: gradient descent, step by step, over a landscape."""

from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure

from helpers.descent import descend
from helpers.films.live import LiveFigure, in_style
from helpers.labs.controls import LogSlider, Slider, rates
from helpers.labs.core import Lab, legend
from helpers.labs.walking import SHOWN, STEPS, Ground, Trail
from helpers.optimizers import SGD
from helpers.plots.base import DESCENT, DIVERGED
from helpers.surfaces import SURFACES

# Converged: this many steps in a row within so much of the map's width of a minimum.
SETTLED, NEAR = 5, 0.01


@in_style
def descent(
    surface: str = "ravine",
    start_x: float | None = None,
    start_y: float | None = None,
    learning_rate: float = 0.03,
    momentum: float = 0.0,
    noise: float = 0.0,
    steps: int = 30,
) -> Lab:
    """Return the lab that walks down a surface, from any start, with any rate.

    Parameters
    ----------
    surface : str
        One of ``helpers.surfaces.SURFACES``.
    start_x, start_y : float, optional
        Where to start; by default where the surface itself suggests.
    learning_rate, momentum : float
        As in ``SGD(learning_rate, momentum)``.
    noise : float
        Standard deviation of the noise in each part of the gradient.
    steps : int
        How many of the 200 steps to show.
    """
    figure = Figure(figsize=(7.6, 4))
    land, fall = figure.subplots(ncols=2)
    ground = Ground(land, fall, surface, steps, (start_x, start_y))
    trail = Trail(land, fall, dots=".")
    (first,) = land.plot([], [], "s", color="white", mec="black", label="start")
    title = land.set_title("Step 100: diverged")
    legend(figure, [first, trail.now, ground.minima])
    path, now, *curve = trail.artists
    live = LiveFigure(figure, [path, ground.minima, first, now, *curve, title])
    ground.follow(live)

    @lru_cache(maxsize=8)
    def whole_walk(surface, x, y, learning_rate, momentum, noise):
        optimizer = SGD(learning_rate, momentum)
        return descend(SURFACES[surface], optimizer, (x, y), STEPS, noise)

    def draw(surface, steps, start_x, start_y, learning_rate, momentum, noise):
        chosen = SURFACES[surface]
        walk = whole_walk(surface, start_x, start_y, learning_rate, momentum, noise)
        heights = trail.show(walk, chosen, steps)
        first.set_data(*walk.points[:1].T)
        lost = not np.isfinite(heights[-1])
        for artist in trail.artists:
            artist.set_color(DIVERGED if lost else DESCENT)
        title.set_text(f"Step {steps}: diverged" if lost else f"Step {steps}")
        if lost:
            return "diverged", (
                f"Out of sight since step {np.isinf(heights).argmax()}: each step led "
                f"farther away. The learning rate {learning_rate:g} is too high here."
            )
        last = walk.points[: steps + 1][-SETTLED:]
        ways = np.linalg.norm(last[:, None] - chosen.minima, axis=2)
        size = np.ptp(chosen.bounds[0])
        here = ways[-1].argmin()
        now = heights[-1]
        place = f"step {steps} of {STEPS}, loss {now:.3g} above the lowest minimum"
        if (ways[:, here] > NEAR * size).any():
            return "moving", f"At {place}."
        return "converged", f"In a minimum at {place}."

    return Lab(
        descent,
        live,
        {
            **ground.controls,
            **ground.starts,
            "learning_rate": LogSlider("Learning rate", rates(1e-4, 3), learning_rate),
            "momentum": Slider("Momentum", 0, 0.99, 0.01, momentum),
            "noise": Slider("Noise of gradient", 0, 10, 0.1, noise),
        },
        draw,
        "Left: a map of the loss, the minima marked by stars, and the path of descent. "
        "Right: the loss above the lowest minimum against the step.",
        play="steps",
        on_page={
            "surface": SURFACES,
            "learning_rate": (0.001, 0.01, 0.02, 0.03, 0.035, 0.04, 0.05, 0.2),
            "momentum": (0, 0.9),
            "steps": SHOWN,
        },
    )
