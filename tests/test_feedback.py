"""What a check says: the error first, each note that was asked for, one minus sign."""

import sys

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers.checks import feedback
from helpers.checks import lesson_01 as check


@pytest.fixture
def cell(monkeypatch):
    """Run a cell as a kernel does; return what its last line gives."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    shell = InteractiveShell()
    shell.push({"check": check})
    yield lambda code: shell.run_cell(code).result
    shell.reset()


def test_an_error_in_an_answer_comes_first_with_its_line(cell):
    code = """\
def minibatch_gradient(w, b, x, y, rows):
    errors = weight * x[rows]
    return errors.mean(), errors.mean()
check.minibatch_gradient(minibatch_gradient)
"""
    said = cell(code).message
    start = "`NameError: name 'weight' is not defined` in line 2 of your cell, when"
    assert said.startswith(start)


def test_the_line_is_the_learners_where_a_library_raised_the_error(cell):
    code = """\
import numpy as np
def minibatch_gradient(w, b, x, y, rows):
    errors = w * x[rows]
    return np.linalg.solve(errors, errors)
check.minibatch_gradient(minibatch_gradient)
"""
    assert "LinAlgError" in (said := cell(code).message) and "in line 4 of" in said


def test_a_hint_and_a_solution_in_one_cell_are_both_shown(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr("helpers.plots.base.in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", shown.append)
    assert check.epoch.hint() is None and check.epoch.solution() is None
    assert [note.title.split()[0] for note in shown] == ["Hint", "Solution"]


def test_negative_numbers_have_one_minus_sign_outside_of_code():
    text = "a slope of -1.21, (-2, -3), not `-1`, nor 10-3, 1e-05 or w-3"
    said = "a slope of −1.21, (−2, −3), not `-1`, nor 10-3, 1e-05 or w-3"
    assert feedback.minus(text) == said
    for shown in (feedback.Result("incorrect", text), feedback.Note("Hint", text)):
        assert said in repr(shown)


def with_dots(w, b, x, y, rows):
    ...
    errors = w * x[rows] + b - y[rows]
    return np.array([np.mean(2 * errors * x[rows]), np.mean(2 * errors)])


def half_with_dots(w, b, x, y, rows):
    ...
    return with_dots(w, b, x, y, rows) / 2


def test_dots_left_in_the_code_make_no_right_answer_wrong():
    assert check.minibatch_gradient(with_dots).status == "correct"
    half = check.minibatch_gradient(half_with_dots)
    assert half.status == "not attempted" and "still stands" in half.message
