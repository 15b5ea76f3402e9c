"""Lesson 3: gradient descent, step by step, over a landscape."""

from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure

from helpers.descent import descend
from helpers.labs.core import (
    Choice,
    CountSlider,
    Lab,
    LogSlider,
    Slider,
    in_style,
    rates,
)
from helpers.live import LiveFigure
from helpers.optimizers import SGD
from helpers.plots import shade
from helpers.surfaces import SURFACES

STEPS = 200
FAR = 1e3
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
    land.locator_params(integer=True, nbins=6)
    fall.set(xlim=(-4, STEPS + 4), yscale="log", xlabel="step")
    fall.set_title("Loss above the lowest minimum")
    walk = {"color": "#0072B2", "linewidth": 1.5}
    (path,) = land.plot([], [], ".-", **walk)
    (first,) = land.plot([], [], "s", color="white", mec="black", label="start")
    (now,) = land.plot([], [], "o", color="#0072B2", mec="white", ms=10, label="now")
    (minima,) = land.plot(
        [], [], "*", color="#009E73", mec="white", ms=14, label="minimum"
    )
    (curve,) = fall.plot([], [], **walk)
    (end,) = fall.plot([], [], "o", color="#0072B2", mec="white", ms=10)
    title = land.set_title("Step 100: diverged")
    figure.legend(
        handles=[first, now, minima], loc="outside lower left", ncols=3, frameon=False
    )
    live = LiveFigure(figure, [path, minima, first, now, curve, end, title])
    controls = {
        "surface": Choice("Surface", SURFACES),
        "steps": CountSlider("Steps taken", 0, STEPS),
        "start_x": Slider("Start, 1st weight", -1, 1, 0.01),
        "start_y": Slider("Start, 2nd weight", -1, 1, 0.01),
        "learning_rate": LogSlider("Learning rate", rates(1e-4, 3)),
        "momentum": Slider("Momentum", 0, 0.99, 0.01),
        "noise": Slider("Noise of gradient", 0, 10, 0.1),
    }
    bands = []

    def choose(change=None):
        """Draw another map; start where that surface suggests."""
        chosen = SURFACES[controls["surface"].value]
        for name, bounds, value in zip(
            ("start_x", "start_y"), chosen.bounds, chosen.start, strict=True
        ):
            controls[name].move(*bounds, value)
        while bands:
            bands.pop().remove()
        heights, drawn = shade(land, chosen)
        bands.extend(drawn)
        span = np.ptp(heights)
        fall.set_ylim(1e-6 * span, 4 * span)
        minima.set_data(*chosen.minima.T)
        live.new_background()

    @lru_cache(maxsize=8)
    def whole_walk(surface, x, y, learning_rate, momentum, noise):
        return descend(
            SURFACES[surface], SGD(learning_rate, momentum), (x, y), STEPS, noise
        )

    def draw(surface, steps, start_x, start_y, learning_rate, momentum, noise):
        chosen = SURFACES[surface]
        walk = whole_walk(surface, start_x, start_y, learning_rate, momentum, noise)
        points, losses = walk.points[: steps + 1], walk.losses[: steps + 1]
        heights = losses - chosen.value(chosen.minima).min()
        lost = not np.isfinite(losses[-1])
        colour = "#D55E00" if lost else "#0072B2"
        for artist in (path, curve, now, end):
            artist.set_color(colour)
        # Far outside of the map there is nothing to draw, and too far for Agg.
        inside = np.where(np.abs(points) < FAR, points, np.nan)
        path.set_data(*inside.T)
        first.set_data(*inside[:1].T)
        now.set_data(*inside[-1:].T)
        curve.set_data(np.arange(steps + 1), heights)
        end.set_data([steps], heights[-1:])
        title.set_text(f"Step {steps}: diverged" if lost else f"Step {steps}")
        if lost:
            return "diverged", (
                f"Out of sight since step {np.isinf(losses).argmax()}: each step led "
                f"farther away. The learning rate {learning_rate:g} is too high here."
            )
        ways = np.linalg.norm(points[-SETTLED:, None] - chosen.minima, axis=2)
        size = np.ptp(chosen.bounds[0])
        here = ways[-1].argmin()
        place = (
            f"step {steps} of {STEPS}, loss {heights[-1]:.3g} above the lowest minimum"
        )
        if (ways[:, here] > NEAR * size).any():
            return "moving", f"At {place}."
        return "converged", f"In a minimum at {place}."

    controls["surface"].observe(choose, "value")
    choose()
    return Lab(
        live,
        controls,
        draw,
        "Left: a map of the loss, the minima marked by stars, and the path of descent. "
        "Right: the loss above the lowest minimum against the step.",
        play="steps",
        surface=surface,
        start_x=start_x,
        start_y=start_y,
        learning_rate=learning_rate,
        momentum=momentum,
        noise=noise,
        steps=steps,
    )
