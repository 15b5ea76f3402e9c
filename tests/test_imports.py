"""Which way imports go, down only and never in a circle; and how long a file may be."""

import ast
from fnmatch import fnmatch
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tools import needed

ROOT = Path(__file__).resolve().parents[1]
KERAS = "keras tensorflow"
# A room of the house -> the rooms that its files import, and whether Keras. "flat" are
# the files in no folder: what the lessons teach.
BELOW = {
    "inner": "inner",
    "data": "data inner",
    "flat": "flat data inner",
    "plots": "plots inner",  # they draw what they are given, and never train
    "films": "films plots",
    "doctor": "doctor keras",  # can be taken away
    "capstone": "capstone flat data inner",
    "keras_tools": f"keras_tools plots flat data inner {KERAS}",
    "labs": "labs capstone films plots flat data",
    "checks": f"checks capstone keras_tools doctor plots flat data {KERAS}",
    "source": "checks labs capstone films keras_tools doctor plots flat data pandas "
    + KERAS,
}
# Of all that a file imports these are looked at: the rooms, what is slow to open, and
# what learners have not.
WATCHED = {"bank", "benchmarks", "pandas", "sklearn", "tests", "tools"}
WATCHED = WATCHED.union(*map(str.split, BELOW.values()))
EXCEPTIONS = {
    "helpers.rate_range > plots, in a function": "a range can draw itself",
    "helpers.data.own > doctor, in a function": "choose_loss tells a table's kind",
    "helpers.labs.core > tools, in a function": "a lab writes itself as a page",
    "helpers.inner.tables.* > sklearn": "what prepares a table's columns",
    "helpers.inner.tables.* > sklearn, in a function": "what few tables need",
    "helpers.inner.tables.* > pandas": "tables",
    "helpers.data.bundled > sklearn, in a function": "the data sets",
    "helpers.inner.* > pandas, in a function": "a sweep as a table",
    "helpers.keras_tools.conversion > doctor": "one reader of a compiled loss",
    "helpers.keras_tools.range_test > doctor": "one keeper of random states",
}


# A file is read in one sitting, of 250 lines at most. What is longer, and why.
LONG = {
    "helpers/checks/lesson_*.py": "a file a lesson",
    "bank/lesson_*.py": "a file a lesson",
    "helpers/checks/bets.py": "a bet and what is kept of it: one class, its file",
    "helpers/checks/engine.py": "one exercise, and the clock that stops its answer",
    "helpers/doctor/case.py": "one class: all that a rule may ask of a model",
    "helpers/doctor/choice.py": "one table of losses, with its reasons",
    "helpers/fast_network.py": "one network, whose passes share their arrays",
    "helpers/inner/optimizer.py": "one class: a rule, its settings, its memory",
    "helpers/keras_tools/feeding.py": "one question: what may a model be fed with?",
    "helpers/labs/training.py": "one lab",
    "helpers/sweeps.py": "one function, and all that its arguments may be",
    "tools/recorder.py": "one canvas",
    "tools/site_pages.py": "one page of the site, cell by cell",
    "tools/talk.py": "one class: a talk in the making",
}


def files():
    """Return module -> text, of the package and of the lessons."""
    found = [*ROOT.glob("helpers/**/*.py"), *ROOT.glob("source/*.py")]
    name = ".".join
    return {
        name(file.relative_to(ROOT).with_suffix("").parts): file.read_text("utf-8")
        for file in found
    }


def imports(module, text):
    """Yield (dotted name, whether a function does it) for all that a module imports."""
    nodes = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    functions = {line for n in nodes for line in range(n.lineno, n.end_lineno + 1)}
    for statement, _, dotted in needed.imports(text, module.rpartition(".")[0]):
        yield dotted, statement.lineno in functions


def room(name):
    """Return the room of a dotted name; of another package its first part."""
    first, second = (name.split(".") + [""])[:2]
    if first != "helpers":
        return first
    return second if (ROOT / "helpers" / second).is_dir() and second else "flat"


def wrong(texts):
    """Return what goes another way than down, as "file > room"."""
    found = {
        f"{module} > {room(name)}{', in a function' * inside}"
        for module, text in texts.items()
        for name, inside in imports(module, text)
        if room(name) in WATCHED - set(BELOW[room(module)].split())
    }
    return {each for each in found if not any(fnmatch(each, e) for e in EXCEPTIONS)}


def circle(texts):
    """Return modules that import each other, or None."""

    def file(name):
        parts = name, f"{name}.__init__", name.rpartition(".")[0]
        return next((part for part in parts if part in texts), name)

    graph = {
        module: {file(name) for name, _ in imports(module, text)}
        for module, text in texts.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]


def test_imports_go_down_only():
    assert wrong(files()) == set()


def test_no_modules_import_each_other():
    assert circle(files()) is None


@pytest.mark.parametrize(
    ("module", "line", "said"),
    [
        ("helpers.inner.targets", "from helpers.losses import huber", "flat"),
        ("helpers.networks", "import helpers.labs.core", "labs"),
        ("helpers.plots.sweeps", "from helpers import sweeps", "flat"),
        ("helpers.films.walks", "from helpers.checks import bets", "checks"),
        ("helpers.doctor.rules", "from ..losses import huber", "flat"),
        ("helpers.losses", "import tensorflow as tf", "tensorflow"),
        ("helpers.labs.race", "from keras import layers", "keras"),
        ("helpers.sweeps", "import sklearn.datasets", "sklearn"),
        ("helpers.checks.engine", "from bank.lesson_01 import WRONG", "bank"),
        ("source.01_stochastic", "from helpers.inner import targets", "inner"),
    ],
)
def test_one_import_that_goes_up_is_found(module, line, said):
    text = files()[module]
    assert wrong({module: f"{text}\n{line}\n"}) == {f"{module} > {said}"}
    inside = f"{text}\ndef lazily():\n    {line}\n"
    assert wrong({module: inside}) == {f"{module} > {said}, in a function"}


def test_two_modules_that_import_each_other_are_found_even_in_a_function():
    texts = files()
    texts["helpers.losses"] += "\ndef lazily():\n    from helpers import networks\n"
    assert {"helpers.losses", "helpers.networks"} <= set(circle(texts))


def test_nothing_imports_by_a_name_that_nobody_sees():
    """The list of lessons does, and a check that warms up a package from outside."""
    by_name = {name for name, text in files().items() if "import_module" in text}
    assert by_name == {"helpers.checks.progress", "helpers.checks.engine"}


def test_a_file_is_read_in_one_sitting_or_says_why_not():
    found = [
        file
        for room in ("helpers", "bank", "tools")
        for file in ROOT.glob(f"{room}/**/*.py")
    ]
    long = {
        file.relative_to(ROOT).as_posix()
        for file in found
        if len(file.read_text("utf-8").splitlines()) > 250
    }
    for pattern, why in LONG.items():
        assert why and any(fnmatch(file, pattern) for file in long), (
            f"{pattern} is short"
        )
    assert {file for file in long if not any(fnmatch(file, p) for p in LONG)} == set()
