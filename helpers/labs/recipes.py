"""Lesson 8: two recipes side by side, on one problem and within one budget."""

from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure

from helpers.capstone import OPTIMIZERS, Recipe, load_task, measure_of, scores
from helpers.data.problem import some_rows
from helpers.films.live import LiveFigure, in_style
from helpers.labs.controls import Choice, LogSlider, rates
from helpers.labs.core import Lab, legend
from helpers.plots.base import CURVES
from helpers.sweeps import checked_problem

PROBLEMS = ("digits", "diabetes", "breast_cancer")
SIZES = (4, 8, 16, 32, 64, 128)
SCHEDULES = ("constant", "cosine")
HIDDEN = (32,)
MEASURED = 12  # times along the way, the start and the end among them
LOWEST = {"digits": 0.0, "diabetes": -0.5, "breast_cancer": 0.3}


@in_style
def recipes(
    problem: str = "digits",
    steps: int = 100,
    a_optimizer: str = "SGD",
    b_optimizer: str = "Adam",
    a_rate: float = 0.1,
    b_rate: float = 0.01,
    a_size: int = 32,
    b_size: int = 32,
    a_schedule: str = "constant",
    b_schedule: str = "constant",
) -> Lab:
    """Return the lab that trains two recipes and shows whether they really differ.

    A network with one hidden layer of 32 units, three seeds for each recipe; the line
    is their mean score on the validation rows, the band goes from lowest to highest.

    Parameters
    ----------
    problem : str or Problem
        "digits", "diabetes" or "breast_cancer"; or data of your own, as ``from_table``
        makes it. Of a large one it takes some of the rows, and says so.
    steps : int
        How many each recipe makes.
    a_optimizer, b_optimizer : str
        One of ``helpers.capstone.OPTIMIZERS``.
    a_rate, b_rate : float
        The learning rate at the first step.
    a_size, b_size : int
        The batch size.
    a_schedule, b_schedule : str
        "constant", or "cosine": down to 0 at the last step.
    """
    problems = {name: load_task(name) for name in PROBLEMS}
    lowest, on = dict(LOWEST), {}
    if not isinstance(problem, str | float | None):
        own = checked_problem(problem)
        problem = own.name if own.name not in PROBLEMS else f"{own.name} (yours)"
        problems[problem] = few = some_rows(own)
        lowest[problem] = -0.5 if own.kind == "regression" else 0.0
        if len(few.x_train) < len(own.x_train):
            on[problem] = f", on {len(few.x_train):,} of {len(own.x_train):,} rows"
    figure = Figure(figsize=(7.6, 3.8))
    ax = figure.subplots()
    ax.set(xlabel="step")
    lines, bands = {}, {}
    for name, colour, line in (("A", CURVES[0], "o-"), ("B", CURVES[1], "s--")):
        (lines[name],) = ax.plot([], [], line, color=colour, label=name)
        bands[name] = ax.fill_between([0, 1], [0, 0], color=colour, alpha=0.25, lw=0)
    legend(figure, [*lines.values()])
    title = ax.set_title("Validation score")
    live = LiveFigure(figure, [*bands.values(), *lines.values(), title])
    controls = {
        "problem": Choice("Problem", problems, problem),
        "steps": LogSlider("Steps", (10, 20, 50, 100, 200), steps, "steps"),
        "a_optimizer": Choice("A: optimizer", OPTIMIZERS, a_optimizer),
        "b_optimizer": Choice("B: optimizer", OPTIMIZERS, b_optimizer),
        "a_rate": LogSlider("A: learning rate", rates(1e-4, 3), a_rate),
        "b_rate": LogSlider("B: learning rate", rates(1e-4, 3), b_rate),
        "a_size": LogSlider("A: batch size", SIZES, a_size, "rows"),
        "b_size": LogSlider("B: batch size", SIZES, b_size, "rows"),
        "a_schedule": Choice("A: schedule", SCHEDULES, a_schedule),
        "b_schedule": Choice("B: schedule", SCHEDULES, b_schedule),
    }

    def choose(change=None):
        """Draw the axes again for another problem or another number of steps."""
        name, steps = controls["problem"].value, controls["steps"].value
        ax.set(xlim=(0, steps * 1.02), ylim=(lowest[name], 1.02))
        ax.set_ylabel(f"validation {measure_of(problems[name])}")
        live.new_background()

    @lru_cache(maxsize=32)
    def follow(problem, steps, optimizer, rate, size, schedule):
        when = np.unique(np.linspace(0, steps, MEASURED).astype(int)).tolist()
        recipe = Recipe(optimizer, rate, size, schedule, HIDDEN)
        found = scores(problems[problem], recipe, steps, after=when)
        values = np.array([found[step] for step in when])
        return when, values

    def draw(problem, steps, **choices):
        ends = {}
        for name in "AB":
            parts = ("optimizer", "rate", "size", "schedule")
            chosen = [choices[f"{name.lower()}_{part}"] for part in parts]
            when, values = follow(problem, steps, *chosen)
            ends[name] = values[-1]
            values = np.maximum(values, lowest[problem] - 1)  # -inf: blew up
            lines[name].set_data(when, values.mean(axis=1))
            low = np.column_stack([when, values.min(axis=1)])
            high = np.column_stack([when, values.max(axis=1)])
            bands[name].set_verts([np.concatenate([low, high[::-1]])])
        title.set_text(f"{problem.replace('_', ' ')}: {_verdict(**ends)}")
        return "", (
            f"After {steps} steps{on.get(problem, '')} A has {_band(ends['A'])} and B "
            f"{_band(ends['B'])} on the validation rows: {_verdict(**ends)}."
        )

    for name in ("problem", "steps"):
        controls[name].observe(choose, "value")
    choose()
    return Lab(
        recipes,
        live,
        controls,
        draw,
        "The validation score of two recipes, A and B, against the step, each with a "
        "band over three seeds.",
        on_page={
            "b_optimizer": OPTIMIZERS,
            "b_rate": (0.001, 0.01, 0.1, 1),
            "b_size": (4, 32, 128),
        },
    )


def _verdict(A, B):
    if max(A.max(), B.max()) == -np.inf:
        return "both blew up"
    if A.min() > B.max():
        return "A is ahead"
    if B.min() > A.max():
        return "B is ahead"
    return "no clear difference"


def _band(scores):
    lost, (low, high) = np.isinf(scores).sum(), (scores.min(), scores.max())
    if lost:
        return f"blown up in {lost} of {len(scores)} runs"
    if low < -10:
        return f"{low:.0e} to {high:.2g}"
    return f"{scores.mean():.2f} ({low:.2f} to {high:.2f})"
