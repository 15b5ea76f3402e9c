"""Which loss for this target, and what is wrong with this model.

Needs Keras and NumPy and nothing else of this course: it can be taken away whole.
"""

from .choice import LossChoice, choose_loss
from .diagnosis import Diagnosis, diagnose, table
from .rules import Finding
from .watch import watch

__all__ = [
    "Diagnosis",
    "Finding",
    "LossChoice",
    "choose_loss",
    "diagnose",
    "table",
    "watch",
]
