"""The interactive labs: move a slider and the picture follows.

Each function returns a :class:`~helpers.labs.core.Lab`. Put it last in a cell to show
it. What its controls start with can be chosen: ``labs.descent(learning_rate=0.1)``.
"""

from helpers.labs.descent import descent
from helpers.labs.gradient import gradient
from helpers.labs.line_fit import line_fit
from helpers.labs.loss_shapes import loss_shapes
from helpers.labs.race import race
from helpers.labs.recipes import recipes
from helpers.labs.sampling import sampling
from helpers.labs.schedules import schedules
from helpers.labs.training import training

__all__ = [
    "descent",
    "gradient",
    "line_fit",
    "loss_shapes",
    "race",
    "recipes",
    "sampling",
    "schedules",
    "training",
]
