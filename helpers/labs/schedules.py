"""Lesson 5: a learning rate that changes, and what that does to a noisy walk."""

from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure

from helpers.descent import descend
from helpers.films.live import LiveFigure, in_style
from helpers.labs.controls import Choice, LogSlider, Slider, rates
from helpers.labs.core import Lab, legend
from helpers.labs.walking import SHOWN, STEPS, Ground, Trail, above_lowest
from helpers.optimizers import SGD
from helpers.plots.base import DESCENT, DIVERGED, NEUTRAL
from helpers.surfaces import SURFACES

ENDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1)
LANDS = ("bowl", "ravine", "potholes")
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
    ground = Ground(land, fall, surface, steps, names=LANDS, limits=(1e-5, 4))
    pace.set(xlim=(-4, STEPS + 4), ylim=(-0.05, 1.08))
    pace.set_title("Share of the highest rate")
    (flat,) = fall.plot([], [], ":", color=NEUTRAL, linewidth=1)
    flat.set_label("the highest rate, held")
    trail = Trail(land, fall, dots=".")
    trail.path.set(linewidth=1, markersize=3)
    (first,) = land.plot([], [], "s", color="white", mec="black", label="start")
    (rate_line,) = pace.plot([], [], color=DESCENT, linewidth=1.5)
    (rate_now,) = pace.plot([], [], "o", color=DESCENT, mec="white", ms=9)
    title = land.set_title("Step 100: diverged")
    legend(figure, [first, trail.now, ground.minima, flat])
    path, now, *curve = trail.artists
    moving = [path, ground.minima, first, now, rate_line, rate_now, flat, *curve]
    live = LiveFigure(figure, [*moving, title])
    ground.follow(live)

    @lru_cache(maxsize=16)
    def whole_walk(surface, schedule, learning_rate, end, noise):
        paces = learning_rate * SHAPES[schedule](np.arange(STEPS) / (STEPS - 1), end)
        chosen = SURFACES[surface]
        walk = descend(chosen, SGD(lambda step: paces[step]), None, STEPS, noise)
        return paces, walk, above_lowest(walk, chosen)

    def draw(surface, schedule, learning_rate, end, noise, steps):
        where = surface, schedule, learning_rate, end, noise
        paces, walk, _ = whole_walk(*where)
        flat_heights = whole_walk(surface, "constant", learning_rate, end, noise)[2]
        heights = trail.show(walk, SURFACES[surface], steps)
        first.set_data(*walk.points[:1].T)
        lost = not np.isfinite(heights[-1])
        for artist in trail.artists:
            artist.set_color(DIVERGED if lost else DESCENT)
        at = min(steps, STEPS - 1)
        rate_line.set_data(np.arange(STEPS), paces / learning_rate)
        rate_now.set_data([at], [paces[at] / learning_rate])
        flat.set_data(np.arange(STEPS + 1), flat_heights)
        title.set_text(f"Step {steps}: diverged" if lost else f"Step {steps}")
        if lost:
            gone = np.isinf(heights).argmax()
            said = f"Out of sight since step {gone}: lower the highest rate."
            return "diverged", said
        recent = slice(max(0, steps - 19), steps + 1)
        last, held = heights[recent], flat_heights[recent].mean()
        held = f"{held:.3g}" if np.isfinite(held) else "out of sight"
        return "", (
            f"Over the last {len(last)} steps the loss is {last.mean():.3g} above the "
            f"lowest minimum; with the highest rate held it is {held}. "
            f"The rate is now {paces[at]:.2g}."
        )

    return Lab(
        schedules,
        live,
        {
            **ground.controls,
            "schedule": Choice("Schedule", SHAPES, schedule),
            "learning_rate": LogSlider("Highest rate", rates(1e-3, 2), learning_rate),
            "end": LogSlider("Ends at", ENDS, end, "times"),
            "noise": Slider("Noise of gradient", 0, 3, 0.1, noise),
        },
        draw,
        "Left: a map of the loss, its minima marked by stars, and the path of descent. "
        "Right, above: the learning rate against the step. Right, below: the loss "
        "above the lowest minimum, and dotted what it is with the highest rate held.",
        play="steps",
        on_page={
            "surface": LANDS,
            "learning_rate": (0.03, 0.1, 0.3),
            "schedule": SHAPES,
            "steps": SHOWN[::2],
        },
    )
