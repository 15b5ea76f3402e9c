"""Pictures: each function takes results and returns axes; nothing here trains."""

from helpers.plots.answers import answers
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
from helpers.plots.landscapes import (
    arrow,
    contours,
    landscape,
    ravine_paths,
    shade,
    walks,
)
from helpers.plots.networks import network, nudge_path
from helpers.plots.optimizers import family_tree, tuned
from helpers.plots.recipes import bands, field
from helpers.plots.schedules import clouds, plateaus, rate_range
from helpers.plots.sweeps import curves, map
from helpers.plots.traces import traces
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
    "answers",
    "arrow",
    "bands",
    "clouds",
    "contours",
    "curves",
    "epoch_axis",
    "family_tree",
    "field",
    "images",
    "in_notebook",
    "landscape",
    "learning_curves",
    "map",
    "network",
    "nudge_path",
    "plateaus",
    "rate_range",
    "ravine_paths",
    "shade",
    "show",
    "traces",
    "tuned",
    "use_style",
    "walks",
]
