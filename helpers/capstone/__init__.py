"""Lesson 8: its problems, and recipes for them that the course's own engine trains."""

from helpers.capstone.recipes import OPTIMIZERS, Recipe, follow, own_task, scores
from helpers.capstone.tasks import (
    SEEDS,
    TASKS,
    Task,
    found,
    load_task,
    measure_of,
    score,
    steps_of,
)

__all__ = [
    "OPTIMIZERS",
    "SEEDS",
    "TASKS",
    "Recipe",
    "Task",
    "follow",
    "found",
    "load_task",
    "measure_of",
    "own_task",
    "score",
    "scores",
    "steps_of",
]
