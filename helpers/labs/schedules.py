"""Lesson 5: a learning rate that changes, and what that does to a noisy walk."""

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
from helpers.surfaces import SURFACES

STEPS = 200
LANDS = ("bowl", "ravine", "potholes")
GRID = 100  # points along each side of the map
FAR = 1e3
# Each schedule: share of the steps done, from 0 to 1, and where to end -> share of the
# highest rate.
SHAPES = {
    "constant": lambda done, end: np.ones_like(done),
    "step": lambda done, end: end ** (np.floor(3 * np.minimum(done, 0.999)) / 2),
    "inverse time": lambda done, end: 1 / (1 + (1 / end - 1) * done),
    "exponential": lambda done, end: end**done,
    "cosine": lambda done, end: end + (1 - end) * (1 + np.cos(np.pi * done)) / 2,
    "warm-up, cosine": lambda done, end: np.where(
        done < 0.1,
        done / 0.1,
        end + (1 - end) * (1 + np.cos(np.pi * (done - 0.1) / 0.9)) / 2,
    ),
    "one-cycle": lambda done, end: np.interp(
        done, [0, 0.45, 0.9, 1], [max(end, 0.1), 1, max(end, 0.1), end]
    ),
}


@in_style
def schedules(
    surface: str = "bowl",
    schedule: str = "cosine",
    learning_rate: float = 0.3,
    end: float = 0.01,
    noise: float = 1.0,
    steps: int = 200,
) -> Lab:
    """Return the lab that walks down a noisy surface at a rate that changes.

    Parameters
    ----------
    surface : str
        "bowl", "ravine" or "potholes".
    schedule : str
        One of ``SHAPES``.
    learning_rate : float
        The highest rate.
    end : float
        The last rate, as a share of the highest.
    noise : float
        Standard deviation of the noise in each part of the gradient.
    steps : int
        How many of the 200 steps to show.
    """
    figure = Figure(figsize=(7.6, 4.4))
    panels = figure.subplot_mosaic([["land", "pace"], ["land", "fall"]])
    land, pace, fall = panels["land"], panels["pace"], panels["fall"]
    land.set(xlabel="x", ylabel="y", box_aspect=1)
    land.grid(False)
    pace.set(xlim=(-4, STEPS + 4), ylim=(-0.05, 1.08))
    pace.set_title("Share of the highest rate")
    fall.set(xlim=(-4, STEPS + 4), yscale="log", xlabel="step", ylabel="loss")
    fall.set_title("Loss above the lowest minimum")
    walk = {"color": "#0072B2", "linewidth": 1.5}
    held = {"color": "#767676", "linewidth": 1, "linestyle": ":"}
    (path,) = land.plot([], [], ".-", markersize=3, **walk | {"linewidth": 1})
    (first,) = land.plot([], [], "s", color="white", mec="black", label="start")
    (now,) = land.plot([], [], "o", color="#0072B2", mec="white", ms=10, label="now")
    (minima,) = land.plot(
        [], [], "*", color="#009E73", mec="white", ms=14, label="minimum"
    )
    (rate_line,) = pace.plot([], [], **walk)
    (rate_now,) = pace.plot([], [], "o", color="#0072B2", mec="white", ms=10)
    (flat,) = fall.plot([], [], **held, label="the highest rate, held")
    (curve,) = fall.plot([], [], **walk)
    (end_of_curve,) = fall.plot([], [], "o", color="#0072B2", mec="white", ms=10)
    title = land.set_title("Step 100: diverged")
    figure.legend(
        handles=[first, now, minima, flat],
        loc="outside lower left",
        ncols=4,
        frameon=False,
    )
    moving = [path, minima, first, now, rate_line, rate_now]
    live = LiveFigure(figure, [*moving, flat, curve, end_of_curve, title])
    controls = {
        "surface": Choice("Surface", LANDS),
        "schedule": Choice("Schedule", SHAPES),
        "learning_rate": LogSlider("Highest rate", rates(1e-3, 2)),
        "end": LogSlider("Ends at", [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "times"),
        "noise": Slider("Noise of gradient", 0, 3, 0.1),
        "steps": CountSlider("Steps taken", 0, STEPS),
    }
    lines = []

    def choose(change=None):
        """Draw another map."""
        chosen = SURFACES[controls["surface"].value]
        sides = [np.linspace(*bounds, GRID) for bounds in chosen.bounds]
        heights = chosen.value(np.stack(np.meshgrid(*sides), axis=-1))
        while lines:
            lines.pop().remove()
        levels = np.unique(np.quantile(heights, np.linspace(0, 1, 14)))
        style = {"colors": "#BBBBBB", "linewidths": 0.8}
        lines.append(land.contour(*sides, heights, levels, **style))
        land.set(xlim=chosen.bounds[0], ylim=chosen.bounds[1])
        span = np.ptp(heights)
        fall.set_ylim(1e-5 * span, 4 * span)
        minima.set_data(*chosen.minima.T)
        live.new_background()

    @lru_cache(maxsize=16)
    def whole_walk(surface, schedule, learning_rate, end, noise):
        paces = learning_rate * SHAPES[schedule](np.arange(STEPS) / (STEPS - 1), end)
        chosen = SURFACES[surface]
        walk = descend(chosen, SGD(lambda step: paces[step]), None, STEPS, noise)
        return paces, walk, walk.losses - chosen.value(chosen.minima).min()

    def draw(surface, schedule, learning_rate, end, noise, steps):
        where = surface, schedule, learning_rate, end, noise
        paces, walk, heights = whole_walk(*where)
        flat_heights = whole_walk(surface, "constant", learning_rate, end, noise)[2]
        lost = not np.isfinite(heights[steps])
        for artist in (path, now, curve, end_of_curve):
            artist.set_color("#D55E00" if lost else "#0072B2")
        points = walk.points[: steps + 1]
        # Far outside of the map there is nothing to draw, and too far for Agg.
        inside = np.where(np.abs(points) < FAR, points, np.nan)
        path.set_data(*inside.T)
        first.set_data(*inside[:1].T)
        now.set_data(*inside[-1:].T)
        at = min(steps, STEPS - 1)
        rate_line.set_data(np.arange(STEPS), paces / learning_rate)
        rate_now.set_data([at], [paces[at] / learning_rate])
        flat.set_data(np.arange(STEPS + 1), flat_heights)
        curve.set_data(np.arange(steps + 1), heights[: steps + 1])
        end_of_curve.set_data([steps], heights[steps : steps + 1])
        title.set_text(f"Step {steps}: diverged" if lost else f"Step {steps}")
        if lost:
            gone = np.isinf(heights).argmax()
            return (
                "diverged",
                f"Out of sight since step {gone}: lower the highest rate.",
            )
        last, held = (
            h[max(0, steps - 19) : steps + 1] for h in (heights, flat_heights)
        )
        return "", (
            f"Over the last {len(last)} steps the loss is {last.mean():.3g} above the "
            f"lowest minimum; with the highest rate held it is {held.mean():.3g}. "
            f"The rate is now {paces[at]:.2g}."
        )

    controls["surface"].observe(choose, "value")
    choose()
    return Lab(
        live,
        controls,
        draw,
        "Left: a map of the loss, its minima marked by stars, and the path of descent. "
        "Right, above: the learning rate against the step. Right, below: the loss "
        "above the lowest minimum, and dotted what it is with the highest rate held.",
        play="steps",
        surface=surface,
        schedule=schedule,
        learning_rate=learning_rate,
        end=end,
        noise=noise,
        steps=steps,
    )
