"""Bets: a guess is kept, drawn and looked back on, and never stands in the way."""

import ast
import functools
import importlib
import json
import re
import subprocess
import sys
import types
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from helpers import plots
from helpers.checks import (
    bet_pictures,
    bet_slider,
    bets,
    class_bets,
    feedback,
    progress,
)
from tests.test_checks import names_in
from tools import build

ROOT = Path(__file__).resolve().parents[1]
ROWS = bets.Bet("rows that differ", 0, 266, "rows", name="rows", lesson=1)
RATE = bets.Bet("the best rate", 0.001, 10.0, log=True, name="rate", lesson=2)
SHARE = bets.Bet("how many get out", 0, 100, "%", name="share", lesson=2)
SOURCES = build.sources()


def lesson_bets(source):
    checks = importlib.import_module(f"helpers.checks.lesson_{source.stem[:2]}")
    return list(getattr(checks, "BETS", ()))


EVERY = [bet for source in SOURCES for bet in lesson_bets(source)]


@pytest.fixture(autouse=True)
def kernel(tmp_path, monkeypatch):
    """A fresh kernel somewhere else than in my/."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOWNHILL_PROGRESS")
    monkeypatch.setattr(bets, "_in_memory", {})
    bet_slider.moved.clear()
    monkeypatch.setattr(feedback, "_said", set())
    yield
    plt.close("all")


@pytest.fixture
def my(tmp_path, monkeypatch):
    """A learner's folder, as `make lab` makes it."""
    (tmp_path / "source").mkdir()
    (tmp_path / "my").mkdir()
    monkeypatch.chdir(tmp_path / "my")
    return tmp_path / "my"


def pixels():
    figure = plt.gcf()
    figure.canvas.draw()
    drawn = np.asarray(figure.canvas.buffer_rgba()).copy()
    plt.close(figure)
    return drawn


# What counts


def test_a_guess_before_the_result_counts_and_is_said_in_words():
    assert "You said 150 rows. Now run on." in repr(ROWS.bet(150))
    assert "You said 150, it is 77 rows." in repr(ROWS.came(77))
    assert "You said 150, it is 77 rows." in repr(ROWS.bet(150))


def test_the_first_guess_counts():
    ROWS.bet(150)
    assert "You said 150 rows" in (said := repr(ROWS.bet(80)))
    assert "The first guess counts" in said
    ROWS.came(77)
    assert "The first guess counts" in repr(ROWS.bet(77))
    assert ROWS.kept() == {"said": 150, "came": 77}


def test_a_guess_after_the_result_does_not_count():
    ROWS.came(77)
    assert "after the result does not count" in repr(ROWS.bet(77))
    assert ROWS.kept() == {"came": 77}


def test_run_all_on_an_untouched_lesson_asks_and_guesses_nothing():
    assert "Write a number from 0 to 266 rows" in repr(ROWS.bet(...))
    assert "You made no bet" in repr(ROWS.came(77))
    assert ROWS.draw() == ""
    assert "said" not in ROWS.kept()


def test_after_a_reset_one_may_guess_again():
    ROWS.bet(150)
    ROWS.came(77)
    ROWS.reset()
    ROWS.bet(80)
    assert ROWS.kept() == {"said": 80}


@pytest.mark.parametrize("guess", ["150", None, True, [150], {}, float("nan"), 1j, ()])
def test_what_is_no_number_is_not_kept_and_says_so(guess):
    assert "should be a number" in repr(ROWS.bet(guess))
    assert ROWS.kept() == {}


@pytest.mark.parametrize("guess", [-1, 267, 1e300, -0.001])
def test_what_lies_outside_of_the_scale_is_not_kept(guess):
    assert "A bet lies from 0 to 266 rows" in repr(ROWS.bet(guess))
    assert ROWS.kept() == {}


@pytest.mark.parametrize(
    "guess", [80, 80.0, np.int64(80), np.float32(80), np.array(80)]
)
def test_any_number_will_do(guess):
    ROWS.bet(guess)
    assert ROWS.kept() == {"said": 80}


# The slider


def widgets(bet):
    text, row = bet_slider.Slider(bet)._widget().children
    return text, *row.children


def test_the_button_keeps_what_the_number_says_and_says_so():
    text, number, slider, button = widgets(RATE)
    number.value = 0.5
    assert slider.value == pytest.approx(0.5)
    button.click()
    assert RATE.kept() == {"said": 0.5}
    assert "You said 0.5." in text.value and 'role="status"' in text.value
    assert number.disabled and slider.disabled and button.disabled


def test_the_number_follows_the_slider_and_starts_at_an_end():
    _, number, slider, _ = widgets(RATE)
    assert number.value == slider.value == 0.001
    slider.value = 0.1234
    assert number.value == 0.12
    number.value = 7.77  # the slider goes near it, and does not pull the number along
    slider.value = 7.8
    assert number.value == 7.77


def test_a_number_counts_when_the_result_comes_before_the_button():
    _, number, _, button = widgets(ROWS)
    number.value = 120
    ROWS.came(77)
    assert ROWS.kept() == {"said": 120, "came": 77}
    number.value = 78
    button.click()
    assert ROWS.kept()["said"] == 120


def test_a_box_that_nobody_touched_is_no_guess():
    widgets(ROWS)
    ROWS.came(77)
    assert ROWS.kept() == {"came": 77}


def test_without_widgets_the_cell_says_how_to_write_a_number(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    bundle = ROWS.bet(...)._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "in the place of the <code>...</code>" in bundle["text/html"]


# What is kept


def test_bets_are_kept_in_my_beside_the_progress(my):
    ROWS.bet(150)
    ROWS.came(77)
    kept = {"01": {"rows": {"said": 150.0, "came": 77.0}}}
    assert json.loads((my / "bets.json").read_text()) == kept
    assert {file.name for file in my.iterdir()} == {"bets.json", ".progress.lock"}
    assert "my" not in repr(ROWS.bet(150))


@pytest.mark.parametrize("text", ["{broken", "[]", '{"01": {"rows": {"said": "x"}}}'])
def test_an_unreadable_file_is_put_aside_not_lost(my, text):
    (my / "bets.json").write_text(text)
    ROWS.bet(150)
    assert ROWS.kept() == {"said": 150}
    assert (my / "bets.unreadable.json").read_text() == text


def test_elsewhere_bets_last_as_long_as_the_kernel_and_that_is_said_once(tmp_path):
    assert "until this notebook's kernel stops" in repr(ROWS.bet(150))
    assert "kernel stops" not in repr(SHARE.bet(20))
    assert ROWS.kept() and not list(tmp_path.iterdir())


def test_the_tests_and_the_build_keep_nothing(my, monkeypatch):
    monkeypatch.setenv("DOWNHILL_PROGRESS", "off")
    assert "Nothing is kept here" in repr(ROWS.bet(150))
    assert "You made no bet" in repr(ROWS.came(77))
    assert not list(my.iterdir()) and bets.read() == {}


# The pictures


def middle(bet):
    return (bet.low * bet.high) ** 0.5 if bet.log else (bet.low + bet.high) / 2


@functools.cache
def without_a_guess():
    """The figure below as it is without a bet, whichever it might be."""
    return a_finding().tobytes()


def a_finding(bet=None):
    with plt.rc_context({"figure.dpi": 50}):
        plt.axes(xticks=[], yticks=[], title="A finding")  # ticks cost time
        if bet:
            assert bet.draw().startswith(" You said")
        return pixels()


@pytest.mark.parametrize("bet", EVERY, ids=lambda bet: f"{bet.lesson}-{bet.name}")
def test_a_figure_differs_with_a_guess_and_without(bet):
    plots.use_style()
    bet.came(bet.high)
    assert bet.draw() == "" and not plt.get_fignums()
    drawn = {without_a_guess()}
    for guess in (middle(bet), bet.low, bet.high):
        bet.reset()
        bet.bet(guess)
        bet.came(bet.high)
        drawn.add(a_finding(bet).tobytes())
    assert len(drawn) == 4


def changed_in_place(node):
    """The name of what a statement may change: `a[0] = 1`, `a.b = 1`, `a.append(1)`."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        node = node.value.func
    elif not isinstance(getattr(node, "ctx", None), ast.Store):
        return None
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return getattr(node, "id", None)


def what_leads_to_bets(cells):
    """Leave out the cells on whose names no bet and no figure of one depends."""
    cells = cells[: 1 + max(n for n, cell in enumerate(cells) if ".draw()" in cell)]
    needed, chosen = set(), []
    for cell in reversed(cells):
        used, bound = names_in(cell)
        nodes = [*ast.walk(ast.parse(cell))]
        imports = any(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes)
        bound = bound | set(filter(None, map(changed_in_place, nodes)))
        if imports or bound & needed or re.search(r"\.(bet|came|draw)\(", cell):
            needed |= used
            chosen.append(cell)
    return chosen[::-1]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_the_lessons_own_figures_differ_with_guesses(source, in_ci, monkeypatch):
    changed = []

    def compared(bet, kept):
        figure = plt.gcf()
        before = figure.get_size_inches().tolist(), len(figure.axes)
        below(bet, kept)
        after = figure.get_size_inches().tolist(), len(figure.axes)
        changed.append((bet, before != after))

    below = bet_pictures.below
    monkeypatch.setattr(bet_pictures, "below", compared)
    lesson = lesson_bets(source)
    for bet in lesson:
        bet.bet(middle(bet))
    names = {"__name__": "lesson"}
    cells = nbformat.read(ROOT / "lessons" / f"{source.stem}.ipynb", 4).cells
    cells = [cell.source for cell in cells if cell.cell_type == "code"]
    for cell in what_leads_to_bets(cells) if lesson else ():
        exec(compile(cell, source.name, "exec"), names)
    assert changed == [(bet, True) for bet in lesson]


def test_the_strip_says_both_numbers_and_marks_them_by_shape():
    plots.use_style()
    figure, ax = plt.subplots()
    ROWS.bet(150)
    ROWS.came(77)
    ROWS.draw()
    strip = figure.axes[-1]
    assert {"you said 150", "it is 77 rows"} <= {
        text.get_text() for text in strip.texts
    }
    assert {"v", "o"} <= {line.get_marker() for line in strip.lines}
    assert figure.axes[0] is ax


def test_the_last_picture_shows_each_bet_that_was_made():
    ROWS.bet(150)
    ROWS.came(77)
    RATE.came(0.1)
    shown = bets.look_back([ROWS, RATE])
    assert "rows that differ: You said 150, it is 77 rows." in shown.alt
    assert "rate" not in shown.alt and shown.png.startswith(b"\x89PNG")


def test_without_bets_there_is_a_sentence_in_the_place_of_a_picture(monkeypatch):
    monkeypatch.setattr(progress, "modules", list)
    assert "You made none" in repr(bets.look_back([ROWS, RATE]))
    assert "Make a bet" in repr(bets.prophet())


def test_guesses_of_all_kinds_come_onto_one_scale():
    assert ROWS.miss({"said": 133, "came": 0}) == 0.5
    assert RATE.miss({"said": 0.01, "came": 1.0}) == pytest.approx(0.5)
    assert SHARE.miss({"said": 100, "came": 1000}) == 0  # off the scale: at its end
    guesses = np.linspace(0, 266, 20_001)
    for came in (0, 77, 266):
        missed = np.mean([ROWS.miss({"said": said, "came": came}) for said in guesses])
        assert ROWS.blind({"came": came}) == pytest.approx(missed, abs=1e-3)


@pytest.mark.parametrize(
    ("misses", "verdict"),
    [([0.5] * 3 + [0.1] * 3, "you are getting better"), ([0.2] * 6, "half 20%.")],
)
def test_the_prophet_sums_up_all_lessons(misses, verdict, monkeypatch):
    class Checks:
        BETS = tuple(
            bets.Bet("a share", 0, 100, "%", name=f"bet_{number}", lesson=number // 2)
            for number in range(len(misses))
        )

    monkeypatch.setattr(progress, "modules", lambda: [Checks])
    for bet, miss in zip(Checks.BETS, misses, strict=True):
        bet.bet(100 * miss)
        bet.came(0)
    shown = bets.prophet()
    assert verdict in shown.alt and "a blind guess: 50%" in shown.alt


def test_numbers_are_said_with_their_unit_and_one_minus_sign():
    assert ROWS.value(1) == "1 row" and ROWS.value(1234) == "1,234 rows"
    assert SHARE.value(26.77) == "26.8%" and RATE.value(-0.5) == "−0.5"


def test_all_checks_open_without_keras():
    """The start page shows all lessons at once."""
    code = "from helpers.checks import progress; progress.modules(); import sys; "
    code += "assert not {'keras', 'tensorflow', 'sklearn'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


# A class


CHOSEN = [ROWS, bets.Bet("the best rate", 0.001, 10.0, log=True, name="rate", lesson=1)]


@pytest.fixture
def lesson(monkeypatch):
    """A course of one lesson with two bets."""

    class Checks:
        LESSON, BETS = types.SimpleNamespace(number=1), CHOSEN

    monkeypatch.setattr(progress, "modules", lambda: [Checks])


def test_a_learners_bets_are_one_line_to_send(lesson):
    assert bets.line(CHOSEN) == "bets 1: - -"
    ROWS.bet(150)
    assert bets.line(CHOSEN) == "bets 1: 150 -"
    CHOSEN[1].bet(1 / 3)
    assert bets.line(CHOSEN) == "bets 1: 150 0.333333"


def test_thirty_lines_become_one_picture_and_what_is_no_line_is_named(lesson):
    lines = [f"[10:{n}] Name {n}: Bets 1: {5 * n} -" for n in range(1, 31)]
    lines += [
        "",
        "sorry, what?",
        "bets 1: 3",
        "bets 1: 900 -",
        "bets 2: 3 -",
        "bets 1: nan -",
    ]
    before = class_bets.together("\n".join(lines))
    assert "30 bets from 5 to 150 rows, median 77.5." in before.alt
    for said in (
        'sorry, what? (no "bets 1:" in it)',
        "bets 1: 3 (1 numbers, and lesson 1 has 2 bets)",
        "bets 1: 900 - (rows that differ: 900 is not from 0 to 266 rows)",
        "bets 2: 3 - (of lesson 2, or without bets)",
    ):
        assert said in before.alt
    assert "Run the lesson first" in before.alt
    assert "best rate" not in before.alt  # nobody bet on it
    ROWS.came(77)
    after = class_bets.together("\n".join(lines))
    assert "it is 77 rows. The median is nearer than 30 of the 30 bets." in after.alt
    assert after.png != before.png


def test_a_chats_dashes_and_peoples_numbers_are_read(lesson):
    lines = "bets 1: 150, –\nBETS 1: 30 — \nAnn: bets 1: 20% 0.1;"
    assert "3 bets from 20 to 150 rows" in class_bets.together(lines).alt


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "nothing is there"),
        ("bets 7: 3 -", "bets 7: 3 - .no bets"),
        ("bets 1: 3 4 5", "3 numbers, and lesson 1 has 2 bets"),
        ("bets 1: - -", "no bet was made"),
    ],
)
def test_lines_that_cannot_be_read_say_what_is_wanted(lines, said, lesson):
    with pytest.raises(ValueError, match=said):
        class_bets.together(lines)


def test_the_lines_that_the_instructor_is_shown_can_be_read():
    text = (ROOT / "INSTRUCTORS.md").read_text("utf-8")
    (lines,) = re.findall(r'together\("""(.+?)"""', text, re.DOTALL)
    said = class_bets.together(lines).alt
    assert "the bets of 2." in said and "Not read" not in said
