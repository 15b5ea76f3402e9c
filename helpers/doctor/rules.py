"""What a rule is: a cause, a symptom, a cure, and how to find it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

SEVERITIES = ("error", "warning", "note")  # the gravest first


@dataclass(frozen=True)
class Rule:
    """What can be wrong with a model.

    ``why`` and ``seen`` (the symptom in Keras 3) hold for every model; ``fix`` is a
    line of code with holes, such as ``{units}``. ``find(case)`` returns what it saw in
    this model, as a sentence, or None; or the sentence with what fills the holes, or
    with another line of code; and last, where it differs, the severity.
    """

    code: str
    severity: str
    why: str
    seen: str
    fix: str
    find: Callable


@dataclass(frozen=True)
class Finding:
    """One thing that the doctor found.

    ``code`` is short and stable; ``severity`` is "error" (it cannot work), "warning"
    (it works badly, or shows false numbers) or "note" (good to know); ``problem`` says
    what is wrong, why, and what Keras shows; ``fix`` is a line of code.
    """

    code: str
    severity: str
    problem: str
    fix: str


class _Holes(dict):
    """In the table for the reader, a hole that nothing fills shows its own name."""

    def __missing__(self, name):
        return name


def _rule(severity, code, *, why, seen, fix):
    """Make a rule of the function below it, which finds the fault."""
    return lambda find: Rule(code, severity, why, seen, fix, find)


error, warning, note = (partial(_rule, severity) for severity in SEVERITIES)


def examine(rule, case):
    """Return the finding of one rule, or None."""
    found = rule.find(case)
    if not found:
        return None
    sentence, *rest = found if isinstance(found, tuple) else (found,)
    fix = rest[0] if rest else {}
    severity = rest[1] if len(rest) > 1 else rule.severity
    if isinstance(fix, dict):
        fix = fill(rule.fix, case.names | fix)
    if case.place and fix.startswith("keras.layers.Dense("):
        fix = fix.replace(")", f', name="{case.head}")', 1)  # of which output
    if fix.startswith("keras.layers.Dense("):
        line, _, words = fix.partition("  # ")
        if not words or words.startswith(("loss", "and ")):
            words = f"with {words}" if words.startswith("loss") else words
            fix = f"{line}  # the output layer{', ' * bool(words)}{words}"
    problem = f"{case.place}{sentence} {rule.why} What you see: {rule.seen}"
    return Finding(rule.code, severity, problem, fix)


def fill(fix, holes):
    """Return the line of code with its holes filled."""
    return fix.format_map(_Holes(holes))


def rules_in(*files):
    """Return the rules of these modules, in their order."""
    return [r for file in files for r in vars(file).values() if isinstance(r, Rule)]
