"""A rule about several targets: each must stand where its output is."""

from copy import copy
from itertools import permutations

from .of_output import RULES_OF_OUTPUT
from .rules import error, examine

MOST = 3  # outputs, whose orders are tried


@error(
    "targets-swapped",
    why="A list of targets goes to the outputs in the order of model.output_names.",
    seen="fit stops on the labels of another output; or nothing is said, and each "
    "output learns the other's task.",
    fix="y = [y[1], y[0]]",
)
def _targets_swapped(case):
    count = len(case.heads)
    if not 2 <= count <= MOST or not _errors(case):
        return None
    keys, targets = list(case.targets), list(case.targets.values())
    for order in permutations(range(count)):
        other = copy(case)
        vars(other).pop("heads", None)
        other.targets = {key: targets[i] for key, i in zip(keys, order, strict=True)}
        if _errors(other):
            continue
        names = ", ".join(case.model.output_names)
        found = f"In another order the targets fit the outputs {names}."
        parts = [keys[i] for i in order]
        if case.target_keys:
            named = zip(case.target_keys, parts, strict=True)
            return found, f"y = {{{', '.join(f'{k!r}: {p}' for k, p in named)}}}"
        return found, f"y = [{', '.join(parts)}]"
    return None


def _errors(case):
    rules = [rule for rule in RULES_OF_OUTPUT if rule.severity == "error"]
    return any(examine(rule, head) for head in case.heads for rule in rules)
