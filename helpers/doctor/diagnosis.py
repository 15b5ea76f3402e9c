"""Diagnose a model: go through the rules, and show what they found."""

import html
import textwrap
from dataclasses import dataclass

import numpy as np

from . import (
    rules_data,
    rules_inputs,
    rules_layers,
    rules_loss,
    rules_model,
    rules_optimizer,
    rules_order,
    rules_weights,
)
from .case import Case
from .causes import one_cause
from .curve import read_curve
from .keep import ready, unchanged
from .of_output import RULES_OF_OUTPUT
from .rules import SEVERITIES, Finding, examine, fill, rules_in
from .trial import findings, try_out

RULES_OF_MODEL = rules_in(
    *(
        rules_model,
        rules_data,
        rules_inputs,
        rules_layers,
        rules_optimizer,
        rules_weights,
    ),
    rules_order,
)
RULES = sorted(
    [*RULES_OF_MODEL, *RULES_OF_OUTPUT],
    key=lambda rule: SEVERITIES.index(rule.severity),
)

# The mark repeats what the colour says. Text and background are the theme's own.
MARKS = {
    "error": ("✗", "#D55E00"),
    "warning": ("▲", "#E69F00"),
    "note": ("•", "#0072B2"),
}
FINE = ("✓", "#009E73")


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """What the doctor found, the gravest first. Printed, it is a report.

    ``start`` compares the loss of a model that has not been trained with that of
    guessing, and says on how many rows; "" where there is nothing to compare.
    """

    findings: tuple[Finding, ...]
    start: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is no error and no warning; notes may remain."""
        return all(finding.severity == "note" for finding in self.findings)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the findings, in their order."""
        return tuple(finding.code for finding in self.findings)

    def _head(self):
        counts = []
        for severity in SEVERITIES:
            count = sum(finding.severity == severity for finding in self.findings)
            if count:
                counts.append(f"{count} {severity}{'s' if count > 1 else ''}")
        return f"{', '.join(counts) or 'Nothing found'}. {self.start}".strip()

    def __repr__(self):
        parts = [textwrap.fill(self._head(), 88)]
        for finding in self.findings:
            problem = textwrap.indent(textwrap.fill(finding.problem, 84), "    ")
            title = f"  {MARKS[finding.severity][0]} {finding.severity}: {finding.code}"
            parts.append(f"{title}\n{problem}\n    Fix: {finding.fix}")
        return "\n\n".join(parts)

    def _repr_html_(self):
        worst = MARKS[self.findings[0].severity] if self.findings else FINE
        boxes = [_box(f"{worst[0]} {self._head()}", "", worst[1])]
        for finding in self.findings:
            mark, colour = MARKS[finding.severity]
            title = f"{mark} {finding.severity}: {finding.code}"
            problem, fix = _escape(finding.problem), _escape(finding.fix)
            boxes.append(_box(title, f"<p>{problem}</p><code>{fix}</code>", colour))
        return "".join(boxes)


def diagnose(model, x, y=None, *, steps: int = 0, history=None) -> Diagnosis:
    """Say what is wrong with a model and its data, without training it.

    Parameters
    ----------
    model : keras.Model
        Compiled. It stays as it is: weights, optimizer, metrics, and the random states
        of Python, NumPy and Keras as well.
    x : array, table or tensor, shape (rows, ...)
        The inputs, as ``fit`` is given them; a list or dict for several inputs.
    y : array, table or tensor, shape (rows,), (rows, units) or more
        The targets, as ``fit`` is given them; a list or dict for several outputs.
        None for a model that needs none: ``add_loss``, or a training step of its own.
    steps : int, default 0
        So many steps of training on a copy: does the loss become NaN, does it triple,
        do all rows get one answer? 20 take a few seconds.
    history : History or dict, optional
        What ``fit`` has returned: its learning curve is read as well.

    Returns
    -------
    Diagnosis
        ``findings``, each with ``code``, ``severity`` ("error", "warning" or "note"),
        ``problem`` and ``fix``; ``ok`` if there is no error and no warning.

    Raises
    ------
    TypeError
        If ``model`` is no Keras model, ``x`` or ``y`` is no array, or ``history`` is
        nothing that ``fit`` returns.
    ValueError
        If ``x`` or ``y`` is empty or ragged, ``steps`` is below 0 or no whole number,
        or ``history`` has no loss.

    Notes
    -----
    At most 128 rows, drawn evenly, go through the model.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(
            f"model must be a keras.Model of Keras {keras.__version__}, got "
            f"{type(model).__module__}.{type(model).__name__}: give the compiled model"
        )
    if not isinstance(steps, int | np.integer) or steps < 0:
        raise ValueError(f"steps must be a whole number from 0 on, got {steps!r}")
    with unchanged(), ready(model, x) as patient:
        case = Case(patient, x, y)
        found, said = judged(case), [_start(case)]
        if steps:
            told, line = _tried(case, steps, found)
            found, said = [*found, *told], [*said, line]
        if history is not None:
            guess = rules_loss.guessing(case)
            found += read_curve(history, case, guess)
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Diagnosis(one_cause(found), " ".join(filter(None, said)))


def judged(case):
    """Return the findings of all rules, those of several outputs one by one."""
    found = [f for rule in RULES_OF_MODEL if (f := examine(rule, case))]
    for part in case.heads or [case]:
        found += [f for rule in RULES_OF_OUTPUT if (f := examine(rule, part))]
    return found


def _tried(case, steps, found):
    if any(finding.severity == "error" for finding in one_cause(found)):
        return [], "No trial was made: repair the error first."
    trial = try_out(case, int(steps))
    return findings(case, trial), trial.line


def table() -> str:
    """Return all codes with cause, symptom and cure, as a table in Markdown."""
    lines = ["| code | severity | why | what you see in Keras 3 | cure |"]
    lines.append("|---|---|---|---|---|")
    for rule in RULES:
        cells = (f"`{rule.code}`", rule.severity, rule.why, rule.seen)
        cells += (f"`{fill(rule.fix, {'x': 'x', 'y': 'y'})}`",)
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines)


def _start(case):
    start = rules_loss.starting_loss(case)
    if start is None:
        return ""
    loss, guess, _, rows = start
    return f"The loss starts at {loss:.2g} on {rows} rows; guessing has {guess:.3g}."


def _box(title, body, colour):
    return (
        f'<div style="border-left: 5px solid {colour}; padding: 0.3em 0.9em; '
        f'margin: 0.4em 0; max-width: 46em; line-height: 1.45">'
        f"<strong>{_escape(title)}</strong>{body}</div>"
    )


def _escape(text):
    return html.escape(text, quote=False)
