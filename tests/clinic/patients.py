"""All programs with a fault: the code that is due, and what makes model, x and y."""

from .data import DATA
from .graphs import GRAPHS
from .labels import LABELS
from .layers import LAYERS
from .steps import STEPS

PATIENTS = [*LABELS, *STEPS, *LAYERS, *DATA, *GRAPHS]
