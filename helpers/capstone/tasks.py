"""The problems of lesson 8: their budgets, their scores, and one made of two digits."""

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from helpers import training
from helpers.data import Problem, load, mean_and_scale

SEEDS = (0, 1, 2)
FOUND = Path(__file__).with_name("found.json")
PAIRS = {"train": 3000, "valid": 600, "test": 600}


@dataclass(frozen=True)
class Task:
    """What lesson 8 asks for: all scores are means over seeds, on the test rows.

    ``budget`` counts steps. ``baseline`` is what SGD reaches at rate 0.1 with batch
    size 32, ``best`` what the recipe reaches that a search found to be the best on the
    validation rows. ``target``, three fifths of the way, is what passes: on the
    test rows that far came an eighth to a half of all recipes.
    """

    budget: int
    measure: str
    baseline: float
    target: float
    best: float


TASKS = {
    "digits": Task(110, "accuracy", 0.955, 0.968, 0.977),
    "diabetes": Task(200, "R squared", 0.191, 0.296, 0.366),
    "breast_cancer": Task(11, "accuracy", 0.913, 0.954, 0.982),
    "two_digits": Task(300, "pictures all right", 0.193, 0.458, 0.635),
}


def load_task(name: str) -> Problem:
    """Return the problem of a task."""
    return two_digits() if name == "two_digits" else load(name)


@cache
def two_digits() -> Problem:
    """Return pictures of two digits, one laid over the other, and which they are.

    Each pixel is the darker one of the two pictures. ``y`` is float32 of shape
    (rows, 10): 1 in the column of each digit that is there. Training pairs are made of
    training rows only, and so on; the idea is that of Sabour, Frosst and Hinton (2017),
    "Dynamic Routing Between Capsules".
    """
    digits = load("digits")
    arrays = {}
    for seed, (part, pairs) in enumerate(PAIRS.items()):
        x, y = getattr(digits, f"x_{part}"), getattr(digits, f"y_{part}")
        pixels = x * digits.x_scale + digits.x_mean
        first, second = np.random.default_rng(seed).integers(len(x), size=(2, pairs))
        both = np.zeros((pairs, 10), np.float32)
        both[np.arange(pairs), y[first]] = both[np.arange(pairs), y[second]] = 1
        arrays[f"x_{part}"] = np.maximum(pixels[first], pixels[second])
        arrays[f"y_{part}"] = both
    mean, scale = mean_and_scale(arrays["x_train"])
    for part in PAIRS:
        arrays[f"x_{part}"] = (arrays[f"x_{part}"] - mean) / scale
    arrays |= {"x_mean": mean, "x_scale": scale}
    for array in arrays.values():
        array.flags.writeable = False
    return replace(digits, name="two_digits", kind="multilabel", **arrays)


def score(outputs, y, kind: str, logits: bool = False):
    """Return how good outputs of shape (..., rows, units) are: a number, or an array.

    As ``score`` of :mod:`helpers.training`, but for one thing: with several labels a
    row counts only if all of them are right.
    """
    if kind == "multilabel":
        yes = outputs > (0 if logits else 0.5)
        return (yes == (y > 0.5)).all(axis=-1).mean(axis=-1)
    return training.score(outputs, y, kind, logits)


def measure_of(problem) -> str:
    """Return what ``score`` counts, in words."""
    labels = "rows all right"
    if problem.name == "two_digits":
        labels = TASKS[problem.name].measure
    words = {"regression": "R squared", "multilabel": labels}
    return words.get(problem.kind, "accuracy")


def allowed_units(problem):
    """Return how many units the output may have: two for yes and no are right, too."""
    return (1, 2) if problem.kind == "binary" else (training.units_of(problem),)


def steps_of(rows: int, batch_size: int, epochs: int) -> int:
    """Return how many steps that is."""
    return -(-rows // batch_size) * epochs


def found() -> dict:
    """Return what ``python tools/search_recipes.py`` found, by the name of the task.

    Each has ``scores`` (optimizer -> test scores of all its recipes, each a mean over
    seeds); ``best`` and ``reasonable``, recipes with ``mean``, ``low`` and ``high`` on
    the test rows over ten seeds; and ``winners`` (task -> mean test score that the
    best recipe of that task reaches here).
    """
    read = json.loads(FOUND.read_text("utf-8"))
    return {name: read[name] for name in TASKS}
