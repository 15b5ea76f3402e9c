"""Labs on pages with a few states: what tests a page has no need of all."""

from tools import lab_page

PIECE = lab_page.piece


def few_states(lab, values, shared):
    """Return a lab's piece in which one control has two values, or one."""
    name, taken = list(values.items())[-1]
    return PIECE(lab, {name: [list(taken)[0]]}, shared)
