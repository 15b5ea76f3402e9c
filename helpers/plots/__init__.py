"""Pictures: each function takes results and returns axes; nothing here trains."""

from helpers.plots.base import (
    DESCENT,
    DIVERGED,
    FULL_GRADIENT,
    MINIBATCH,
    MINIMUM,
    SECOND,
    STYLE,
    TRAINING,
    VALIDATION,
    Picture,
    images,
    in_notebook,
    show,
    use_style,
)
from helpers.plots.capstone import field
from helpers.plots.landscapes import arrow, contours, landscape, network, ravine_paths
from helpers.plots.sweeps import curves, map
from helpers.plots.training import epoch_axis, learning_curves

__all__ = [
    "DESCENT",
    "DIVERGED",
    "FULL_GRADIENT",
    "MINIBATCH",
    "MINIMUM",
    "SECOND",
    "STYLE",
    "TRAINING",
    "VALIDATION",
    "Picture",
    "arrow",
    "contours",
    "curves",
    "epoch_axis",
    "field",
    "images",
    "in_notebook",
    "landscape",
    "learning_curves",
    "map",
    "network",
    "ravine_paths",
    "show",
    "use_style",
]
