"""Lesson 7: optimizers race down one landscape."""

from functools import lru_cache, partial

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
from helpers.labs.descent import FAR, STEPS
from helpers.live import LiveFigure
from helpers.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop
from helpers.plots import shade
from helpers.surfaces import SURFACES

RACERS = {
    "SGD": SGD,
    "momentum": partial(SGD, momentum=0.9),
    "Nesterov": partial(SGD, momentum=0.9, nesterov=True),
    "Adagrad": Adagrad,
    "RMSprop": RMSprop,
    "Adadelta": Adadelta,
    "Adam": Adam,
    "AMSGrad": partial(Adam, amsgrad=True),
    "AdamW": AdamW,
}
LANES = ("first", "second", "third")
LOOKS = (("#0072B2", "-", "o"), ("#E69F00", "--", "s"), ("#000000", ":", "D"))


@in_style
def race(
    surface: str = "ravine",
    steps: int = 40,
    start_x: float | None = None,
    start_y: float | None = None,
    first: str = "SGD",
    first_rate: float = 0.035,
    second: str = "momentum",
    second_rate: float = 0.01,
    third: str = "Adam",
    third_rate: float = 0.4,
    noise: float = 0.0,
) -> Lab:
    """Return the lab in which three optimizers walk down a surface from one start.

    Parameters
    ----------
    surface : str
        One of ``helpers.surfaces.SURFACES``.
    steps : int
        How many of the 200 steps to show.
    start_x, start_y : float, optional
        Where to start; by default where the surface itself suggests.
    first, second, third : str
        One of ``RACERS``. Momentum is 0.9, and all else as Keras has it.
    first_rate, second_rate, third_rate : float
        Their learning rates.
    noise : float
        Standard deviation of the noise in each part of the gradient, the same noise for
        all three.
    """
    figure = Figure(figsize=(7.6, 4.2))
    land, fall = figure.subplots(ncols=2)
    land.locator_params(integer=True, nbins=6)
    fall.set(xlim=(-4, STEPS + 4), yscale="log", xlabel="step")
    fall.set_title("Loss above the lowest minimum")
    (minima,) = land.plot(
        [], [], "*", color="#009E73", mec="white", ms=14, label="minimum"
    )
    trails, balls, curves = [], [], []
    for color, line, marker in LOOKS:
        style = {"color": color, "linestyle": line, "linewidth": 1.5}
        trails += land.plot([], [], **style)
        curves += fall.plot([], [], **style)
        balls += land.plot([], [], marker, color=color, mec="white", ms=9)
    names = [fall.text(0.98, 0.95 - 0.08 * k, "", ha="right") for k in range(3)]
    for name, (color, _, _) in zip(names, LOOKS, strict=True):
        name.set(transform=fall.transAxes, color=color, va="top", weight="bold")
    title = land.set_title("Step 100")
    live = LiveFigure(figure, [minima, *trails, *balls, *curves, *names, title])
    controls = {
        "surface": Choice("Surface", SURFACES),
        "steps": CountSlider("Steps taken", 0, STEPS),
        "start_x": Slider("Start x", -1, 1, 0.01),
        "start_y": Slider("Start y", -1, 1, 0.01),
    }
    for lane in LANES:
        controls[lane] = Choice(f"{lane.capitalize()} optimizer", RACERS)
        controls[f"{lane}_rate"] = LogSlider(f"Rate of the {lane}", rates(1e-4, 10))
    controls["noise"] = Slider("Noise of gradient", 0, 10, 0.1)
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
        fall.set_ylim(1e-6 * span, 40 * span)
        minima.set_data(*chosen.minima.T)
        live.new_background()

    @lru_cache(maxsize=24)
    def whole_walk(surface, x, y, name, rate, noise):
        return descend(SURFACES[surface], RACERS[name](rate), (x, y), STEPS, noise)

    def draw(surface, steps, start_x, start_y, noise, **lanes):
        chosen, said = SURFACES[surface], []
        lowest = chosen.value(chosen.minima).min()
        for k, lane in enumerate(LANES):
            name, rate = lanes[lane], lanes[f"{lane}_rate"]
            walk = whole_walk(surface, start_x, start_y, name, rate, noise)
            # Far outside of the map there is nothing to draw, and too far for Agg.
            points = walk.points[: steps + 1]
            points = np.where(np.abs(points) < FAR, points, np.nan)
            heights = walk.losses[: steps + 1] - lowest
            trails[k].set_data(*points.T)
            balls[k].set_data(*points[-1:].T)
            curves[k].set_data(np.arange(steps + 1), heights)
            names[k].set_text(f"{name} {rate:g}")
            lost = not np.isfinite(heights[-1])
            said.append(f"{name} {'diverged' if lost else f'{heights[-1]:.2g}'}")
        title.set_text(f"Step {steps}")
        return "", f"Loss above the lowest minimum at step {steps}: {', '.join(said)}."

    controls["surface"].observe(choose, "value")
    choose()
    return Lab(
        live,
        controls,
        draw,
        "Left: a map of the loss with the paths of three optimizers from one start. "
        "Right: the loss of each against the step.",
        play="steps",
        surface=surface,
        steps=steps,
        start_x=start_x,
        start_y=start_y,
        first=first,
        first_rate=first_rate,
        second=second,
        second_rate=second_rate,
        third=third,
        third_rate=third_rate,
        noise=noise,
    )
