"""The rules that look at one output and its target."""

from . import (
    rules_amounts,
    rules_labels,
    rules_loss,
    rules_metrics,
    rules_output,
    rules_scale,
    rules_shapes,
    rules_target,
)
from .rules import rules_in

RULES_OF_OUTPUT = rules_in(
    *(rules_target, rules_labels, rules_amounts, rules_shapes, rules_output),
    *(rules_loss, rules_metrics, rules_scale),
)
