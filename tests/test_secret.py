"""The page keeps the secret: nothing tells the answer before the run."""

import ast
import importlib
import re
import tomllib
from pathlib import Path

import nbformat
import pytest

from tests.archives import packed_once  # noqa: F401
from tests.test_checks import names_in
from tools import build, portable, secret

ROOT = Path(__file__).resolve().parents[1]
SOURCES = build.sources()
TELLS = tomllib.loads((ROOT / "bank/tells.toml").read_text("utf-8"))
# A lesson is held to its secrets from its first bet or fold on.
MINUTES = r"(\d+) minutes to read\s+and\s+run.*?about\s+(\d+)\s+for"
MARK = re.compile(r'tags=\["(after|bet:)')
KEPT = [path for path in SOURCES if MARK.search(path.read_text("utf-8"))]
each_kept = pytest.mark.parametrize("source", KEPT, ids=lambda path: path.stem)


def built(source, folder="lessons"):
    return nbformat.read(ROOT / folder / f"{source.stem}.ipynb", as_version=4).cells


def checks(source):
    return importlib.import_module(f"helpers.checks.lesson_{source.stem[:2]}")


def results(source):
    """Return bet -> what came in the executed solution."""
    name = re.compile(r"check\.(\w+)\.came\(")
    found = {}
    for cell in built(source, "solutions"):
        if called := name.search(cell.source):
            said = cell.outputs[-1]["data"]["text/plain"]
            found[called[1]] = re.search(r"It is (−?[\d.,]*\d)", said)[1]
    return found


def readable(cells):
    """Return what can be read of cells before a run: open text, and code as well.

    Folded code counts: VS Code and GitHub show it.
    """
    return "\n".join(
        re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL)
        for cell in cells
    )


def before_and_beside(cells, place):
    """Return what can be read from the start to the next section, its title too."""
    for number, cell in enumerate(cells):
        if number > place and cell.source.startswith("## "):
            return readable(cells[:number]) + "\n" + cell.source.splitlines()[0]
    return readable(cells)


def numbers_in(text):
    """Return the numbers of a text, of code or prose, without commas and minus."""
    return re.findall(r"(?<![\w.])\d[\d,_]*(?:\.\d+)?(?!\w)", text)


def tells(text, number):
    """Tell whether a number stands in a text, written in any usual way."""
    value = abs(float(number.replace("−", "-").replace(",", "")))
    ways = {f"{value:.3g}", f"{value:.2f}"} | (
        {f"{value:.0f}"} if value > 12 else set()
    )
    return ways & {
        found.replace(",", "").replace("_", "") for found in numbers_in(text)
    }


# Bets


@each_kept
def test_no_bet_can_be_read_off_before_its_run(source):
    cells, came = built(source), results(source)
    for bet in getattr(checks(source), "BETS", ()):
        run = next(i for i, c in enumerate(cells) if f"{bet.name}.came(" in c.source)
        text = before_and_beside(cells, run)
        assert not tells(text, came[bet.name]), f"{bet.name} is {came[bet.name]}"
        for words in TELLS.get(source.stem[:2], {}).get(bet.name, ()):
            assert words.lower() not in text.lower(), f"{bet.name}: {words}"


@each_kept
def test_each_bet_stands_before_its_run_and_its_figure_after(source):
    cells = [cell.source for cell in built(source)]
    bets = getattr(checks(source), "BETS", ())
    asked = [
        cell.metadata.downhill.bet
        for cell in built(source)
        if "bet" in cell.metadata.get("downhill", {})
    ]
    assert asked == [bet.name for bet in bets] and len({*asked}) == len(asked)
    for bet in bets:
        assert getattr(checks(source), bet.name) is bet
        assert bet.lesson == int(source.stem[:2])
        places = [
            [i for i, code in enumerate(cells) if f"check.{bet.name}.{call}" in code]
            for call in ("bet(...)", "came(", "draw()")
        ]
        assert all(len(place) == 1 for place in places), bet.name
        assert sum(places, []) == sorted(sum(places, [])), bet.name
        assert secret.FOLDED == built(source)[places[2][0]].metadata["jupyter"]


# Exercises


@each_kept
def test_no_prediction_can_be_read_off_before_its_check(source):
    """From the question to the end of its part; a reference answer may be a table."""
    parts = re.split(r"^(?=##)", readable(built(source)), flags=re.MULTILINE)
    answers = build.collect_answers(build.read_cells(source))
    for exercise in checks(source).EXERCISES:
        if exercise.kind != "Predict":
            continue
        part = next(p for p in parts if f"Exercise {exercise.number} ·" in p)
        question = part.replace(f"Exercise {exercise.number} ·", "")
        for node in ast.walk(ast.parse(answers[exercise.name]["code"])):
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
                assert not tells_exactly(question, node.value), exercise.name


WORDS = dict(
    enumerate("no once twice three four five six seven eight nine ten".split())
)
WORDS |= {100: "hundred", 1000: "thousand"}


def tells_exactly(text, value):
    """Tell whether a reference answer stands in a text, in digits or as a word."""
    digits = {float(re.sub("[,_]", "", found)) for found in numbers_in(text)}
    words = re.findall(r"\w+", text.lower())
    return value in digits or WORDS.get(value) in words


# Folds


@each_kept
def test_cells_that_draw_are_folded_and_those_that_one_needs_are_not(source):
    for cell in built(source):
        folded = cell.metadata.get("jupyter") == secret.FOLDED
        assert folded == ("plots.show(" in cell.source and cell.cell_type == "code")
        if folded:
            assert not cell.metadata.get("downhill", {}).keys() & {"exercise", "bet"}
            assert not re.search(r"^(import|from|def|class)\b", cell.source, re.M)


@each_kept
def test_no_later_cell_uses_what_a_folded_one_makes(source):
    from_drawing = set()
    for cell in built(source):
        if cell.cell_type != "code":
            continue
        if cell.metadata.get("jupyter") == secret.FOLDED:
            from_drawing |= names_in(cell.source)[1]
            continue
        own = set()
        for statement in ast.parse(cell.source).body:
            used, bound = names_in(ast.unparse(statement))
            own |= bound if isinstance(statement, ast.For) else set()
            assert not (used - own) & from_drawing, cell.source
            own |= bound
        from_drawing -= own


@each_kept
def test_a_fold_opens_and_closes_around_text_alone(source):
    for cell in built(source):
        if "<details>" in cell.source:
            inside = re.fullmatch(
                rf"<details><summary>{secret.SUMMARY}</summary>\n\n(.*)\n\n</details>",
                cell.source,
                re.DOTALL,
            )
            assert inside and not re.search(r"^#|<details", inside[1], re.MULTILINE)


@each_kept
def test_solutions_are_open(source):
    for cell in built(source, "solutions"):
        assert "jupyter" not in cell.metadata and "<details>" not in cell.source


@each_kept
def test_folds_hold_on_colab_and_kaggle(source):
    lesson, solution = portable.editions(source).values()
    drawing = [cell for cell in lesson.cells[1:] if "plots.show(" in cell.source]
    for cell in drawing:
        assert cell.source.startswith("# @title ")
        assert cell.metadata["cellView"] == "form"
        assert cell.metadata["_kg_hide-input"]
    assert not any("cellView" in cell.metadata for cell in solution.cells[1:])


def test_what_a_secret_is_told_by():
    for text in ("77 of 266", "(77)", "x = 77\n", "0.29 of all, 77.", "**77**"):
        assert tells(text, "77")
    for text in ("177", "77.5", "0.77", "x77", "7.7"):
        assert not tells(text, "77")
    assert tells("down to −2.53", "2.53") and tells("1,024 rows", "1,024")
    assert tells("2.534 and 0.5", "0.50") == {"0.5"}
    assert tells_exactly("seven steps", 7) and not tells_exactly("17 steps", 7)


# The way on


@each_kept
def test_a_lesson_ends_with_what_is_solved_and_the_way_on(source):
    *_, progress, last = built(source)
    assert progress.source == "check.progress()" or source.stem[:2] == "00"
    later = SOURCES[SOURCES.index(source) + 1 :]
    if later:
        assert f"]({later[0].stem}.ipynb)" in last.source


@each_kept
def test_a_long_lesson_has_a_place_to_rest(source):
    text = readable(built(source))
    minutes = re.search(MINUTES, text, re.DOTALL)
    if minutes and int(minutes[1]) > 40:
        assert "place to rest" in text.split("## ", 1)[1]


def test_links_lead_on_in_colab_and_kaggle(monkeypatch):
    text = "**Next:** [2 · Gradient](02_gradient.ipynb), [a page](https://x.org)"
    assert portable.links_elsewhere(text).startswith(
        "**Next:** 2 · Gradient (`02_gradient.ipynb`), [a page](https://x.org)"
    )
    project = {"urls": {"Repository": "https://github.com/some/body"}}
    monkeypatch.setattr(portable, "read_project", lambda: project)
    place = "some/body/blob/portable/02_gradient.ipynb"
    assert portable.links_elsewhere(text).startswith(
        "**Next:** 2 · Gradient "
        f"([Colab](https://colab.research.google.com/github/{place}), "
        f"[Kaggle](https://www.kaggle.com/kernels/welcome?src=https://github.com/{place}))"
    )


def test_the_start_page_lists_all_lessons_with_their_minutes():
    start, *lessons = SOURCES
    rows = re.findall(
        r"\| \[(.+?)\]\((.+?)\.ipynb\) .*?\| (\d+) \| (\d+) \|", readable(built(start))
    )
    wanted = []
    for source in lessons:
        opening = built(source)[0].source
        title = opening.splitlines()[0].removeprefix("# ")
        minutes = re.search(MINUTES, opening, re.DOTALL).groups()
        wanted.append((title, source.stem, *minutes))
    assert rows == wanted
