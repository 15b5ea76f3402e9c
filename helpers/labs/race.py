"""Lesson 7: optimizers race down one landscape."""

from functools import lru_cache, partial

import numpy as np
from matplotlib.figure import Figure

from helpers.descent import descend
from helpers.films.live import LiveFigure, in_style
from helpers.labs.controls import Choice, LogSlider, Slider, rates
from helpers.labs.core import Lab
from helpers.labs.walking import SHOWN, STEPS, Ground, Trail
from helpers.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop
from helpers.plots.base import CURVES
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
STYLES = tuple(zip(CURVES[:3], ("-", "--", ":"), "osD", strict=True))


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
    ground = Ground(land, fall, surface, steps, (start_x, start_y), limits=(1e-6, 40))
    trails = [Trail(land, fall, *style) for style in STYLES]
    names = [fall.text(0.98, 0.95 - 0.08 * k, "", ha="right") for k in range(3)]
    for name, (color, _, _) in zip(names, STYLES, strict=True):
        name.set(transform=fall.transAxes, color=color, va="top", weight="bold")
    title = land.set_title("Step 100")
    moving = [artist for trail in trails for artist in trail.artists]
    live = LiveFigure(figure, [*moving, ground.minima, *names, title])
    ground.follow(live)
    controls = ground.controls | ground.starts
    racers = (first, first_rate), (second, second_rate), (third, third_rate)
    for lane, (name, rate) in zip(LANES, racers, strict=True):
        controls[lane] = Choice(f"{lane.capitalize()} optimizer", RACERS, name)
        label = f"Rate of the {lane}"
        controls[f"{lane}_rate"] = LogSlider(label, rates(1e-4, 10), rate)
    controls["noise"] = Slider("Noise of gradient", 0, 10, 0.1, noise)

    @lru_cache(maxsize=24)
    def whole_walk(surface, x, y, name, rate, noise):
        return descend(SURFACES[surface], RACERS[name](rate), (x, y), STEPS, noise)

    def draw(surface, steps, start_x, start_y, noise, **lanes):
        said = []
        for k, lane in enumerate(LANES):
            name, rate = lanes[lane], lanes[f"{lane}_rate"]
            walk = whole_walk(surface, start_x, start_y, name, rate, noise)
            heights = trails[k].show(walk, SURFACES[surface], steps)
            names[k].set_text(f"{name} {rate:g}")
            lost = not np.isfinite(heights[-1])
            said.append(f"{name} {'diverged' if lost else f'{heights[-1]:.2g}'}")
        title.set_text(f"Step {steps}")
        return "", f"Loss above the lowest minimum at step {steps}: {', '.join(said)}."

    return Lab(
        race,
        live,
        controls,
        draw,
        "Left: a map of the loss with the paths of three optimizers from one start. "
        "Right: the loss of each against the step.",
        play="steps",
        on_page={
            "surface": SURFACES,
            "third": RACERS,
            "third_rate": (0.01, 0.1, 0.4),
            "steps": SHOWN[::4],
        },
    )
