"""Data sets, split and standardised: three that come along, and your own."""

from helpers.data.bundled import KINDS, load
from helpers.data.finding import find_table, read_rows
from helpers.data.own import OwnProblem, from_arrays, from_table, load_problem
from helpers.data.problem import Problem, mean_and_scale

__all__ = [
    "KINDS",
    "OwnProblem",
    "Problem",
    "find_table",
    "from_arrays",
    "from_table",
    "load",
    "load_problem",
    "mean_and_scale",
    "read_rows",
]
