"""Checks that a learner can trust: right answers pass, wrong ones are told why."""

import ast
import gc
import importlib
import itertools
import json
import linecache
import numbers
import symtable
from pathlib import Path

import nbformat
import numpy as np
import pytest

from helpers.checks import progress
from tools import build, cells

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted(path.stem for path in (ROOT / "source").glob("*.py"))


def checks_of(stem):
    return importlib.import_module(f"helpers.checks.lesson_{stem[:2]}")


def bank_of(stem):
    return importlib.import_module(f"bank.lesson_{stem[:2]}")


EXERCISES = [
    pytest.param(stem, exercise, id=f"{exercise.number}-{exercise.name}")
    for stem in LESSONS
    for exercise in checks_of(stem).EXERCISES
]
each_exercise = pytest.mark.parametrize(("stem", "exercise"), EXERCISES)


def bank(kind):
    params = []
    for stem in LESSONS:
        for name, answers in getattr(bank_of(stem), kind).items():
            for number, answer in enumerate(answers, 1):
                label = f"{stem[:2]}-{name}-{number}"
                params.append(pytest.param(stem, name, answer, id=label))
    return params


# The exercises and the sources belong together


@pytest.mark.parametrize("stem", LESSONS)
def test_checks_stand_in_the_order_of_the_source(stem):
    cells = build.read_cells(ROOT / "source" / f"{stem}.py")
    in_source = [build.exercise_name(cell) for cell in cells]
    exercises = checks_of(stem).EXERCISES
    assert [name for name in in_source if name] == [each.name for each in exercises]
    assert exercises, f"{stem} has no exercises"
    headings = [cell.source for cell in cells if "### Exercise" in cell.source]
    for exercise, heading in zip(exercises, headings, strict=True):
        first = heading.splitlines()[0]
        assert first == f"### Exercise {exercise.number} · {exercise.kind}"


@pytest.mark.parametrize("stem", LESSONS)
def test_every_reference_answer_passes(stem):
    """The executed solutions hold what each check said to the reference answer."""
    notebook = nbformat.read(ROOT / "solutions" / f"{stem}.ipynb", as_version=4)
    said = {
        name: cell.outputs[-1]["data"]["text/plain"]
        for cell in notebook.cells
        if (name := build.exercise_name(cell))
    }
    names = {exercise.name for exercise in checks_of(stem).EXERCISES}
    assert said.keys() == names
    assert all(text.startswith("✓ Correct. ") for text in said.values()), said


@pytest.mark.parametrize("stem", LESSONS)
def test_every_stub_is_not_attempted(stem):
    for cell in build.read_cells(ROOT / "source" / f"{stem}.py"):
        name = build.exercise_name(cell)
        if name is None:
            continue
        check = checks_of(stem)
        result = run_cell(build.without_answers(cell.source), name, {"check": check})
        assert result.status == "not attempted", name


@pytest.mark.parametrize("stem", LESSONS)
def test_no_later_cell_uses_an_answer(stem):
    """So a lesson with its stubs runs as far as the solution does."""
    from_answers = set()
    for cell in build.read_cells(ROOT / "source" / f"{stem}.py"):
        if cell.cell_type != "code":
            continue
        own, others = set(), set()
        for statement in ast.parse(build.with_answers(cell.source)).body:
            used, bound = names_in(ast.unparse(statement))
            assert not (used - own - others) & from_answers, cell.source
            (own if build.exercise_name(cell) else others).update(bound)
        from_answers = (from_answers | own) - others
    assert from_answers


def names_in(code):
    """Return the names that code takes from around it, and those that it binds."""
    module = symtable.symtable(code, "cell", "exec")
    used, tables = set(), [module]
    for table in tables:
        tables += table.get_children()
        used |= {
            name.get_name()
            for name in table.get_symbols()
            if name.is_referenced() and (table is module or name.is_global())
        }
    bound = {n.get_name() for n in module.get_symbols() if n.is_assigned()}
    return used, bound | {n.get_name() for n in module.get_symbols() if n.is_imported()}


def test_a_use_of_an_answer_is_found_wherever_it_hides():
    assert names_in("x = f(x)") == ({"x", "f"}, {"x"})
    assert names_in("def g(a):\n    b = a\n    return [b * w for c in a]")[0] == {"w"}
    assert names_in("import numpy as np") == (set(), {"np"})


def run_cell(code, name, names):
    """Run a cell as a kernel does; return what its check says."""
    file = f"<cell {name} {next(counter)}>"
    linecache.cache[file] = (len(code), None, code.splitlines(True), file)
    answer, call = cells.split_check(code)
    exec(compile(answer, file, "exec"), names)
    return eval(call, names)


counter = itertools.count()


# The bank: what people answer


def ask(request, stem, name, answer):
    """What the check says; those that train in Keras are left to CI."""
    exercise = getattr(checks_of(stem), name)
    if exercise.needs == "keras":
        request.getfixturevalue("in_ci")
    return exercise(answer)


@pytest.mark.parametrize(("stem", "name", "answer"), bank("RIGHT"))
def test_other_right_forms_pass(request, stem, name, answer):
    result = ask(request, stem, name, answer)
    assert result, result.message


@pytest.mark.parametrize(("stem", "name", "answer"), bank("WRONG"))
def test_wrong_answers_hear_what_is_wrong(request, stem, name, answer):
    given, expected = answer
    result = ask(request, stem, name, given)
    assert result.status == "incorrect"
    assert expected in result.message


def exercises_that_take(*kinds):
    return [
        param
        for param in EXERCISES
        if all(isinstance(answer, kinds) for answer in right_answers(*param.values))
    ]


def right_answers(stem, exercise):
    return bank_of(stem).RIGHT[exercise.name]


@pytest.mark.parametrize(
    ("stem", "exercise"), exercises_that_take(numbers.Real, np.ndarray)
)
def test_no_number_far_from_the_right_ones_passes(stem, exercise):
    right = [float(answer) for answer in right_answers(stem, exercise)]
    sizes = [*np.logspace(-300, 300, 201), *range(300), *np.arange(0, 9, 0.05)]
    near = 0.1 * max(map(abs, right))
    passed = [
        number
        for size in sizes
        for number in (float(size), -float(size))
        if not min(right) - near < number < max(right) + near and exercise(number)
    ]
    assert not passed


@pytest.mark.parametrize(("stem", "exercise"), exercises_that_take(dict))
def test_of_all_ways_to_choose_only_the_right_one_passes(stem, exercise):
    first, *_ = right_answers(stem, exercise)
    values = list(first.values())
    ways = itertools.product(values, repeat=len(first))
    if len(first) > 5:  # millions: only those that differ in one place or in two
        ways = {repr(values): values}
        for i, j in itertools.combinations(range(len(first)), 2):
            for one, other in itertools.product(values, repeat=2):
                way = [*values]
                way[i], way[j] = one, other
                ways[repr(way)] = way
        ways = ways.values()
    answers = (dict(zip(first, way, strict=True)) for way in ways)
    assert all(answer == first for answer in answers if exercise(answer))
    assert exercise(first)


@pytest.mark.parametrize("stem", LESSONS)
def test_every_exercise_has_its_bank(stem):
    for exercise in checks_of(stem).EXERCISES:
        assert len(bank_of(stem).WRONG[exercise.name]) >= 4
        assert len(bank_of(stem).RIGHT[exercise.name]) >= 2


def test_a_recipe_is_called_once_for_each_seed(in_ci):
    import keras

    from helpers.capstone import SEEDS

    built = []

    def recipe():
        output = keras.layers.Dense(1, activation="sigmoid")
        built.append(keras.Sequential([keras.Input((30,)), output]))
        built[-1].compile(keras.optimizers.SGD(0.1), loss="binary_crossentropy")
        return built[-1], {"batch_size": 32, "epochs": 1}

    assert "Taken apart" in checks_of("08").my_cancer(recipe).message
    assert len(built) == len(SEEDS)
    assert [int(model.optimizer.iterations) for model in built] == [11] * len(SEEDS)


# Hostile answers


def raises(*_):
    raise RuntimeError("boom")


def recurses(*arguments):
    return recurses(*arguments)


def loops(*_):
    while True:
        pass


def loops_and_catches(*_):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue


def yields(*_):
    yield 1


def mutates(*arguments):
    for argument in arguments:
        if isinstance(argument, np.ndarray | list):
            argument[:] = argument[::-1]
    return arguments[0] if arguments else None


def floods(*_):
    while True:
        print("flood " * 1000)


def exits(*_):
    raise SystemExit


def too_few():
    return 1.0


def too_many(a, b, c, d, e, f, g, h):
    return 1.0


def identity(*arguments):
    return arguments[0] if arguments else None


class Nasty:
    """Raises whatever one does with it."""

    def _no(self, *_):
        raise RuntimeError("nasty")

    __repr__ = __str__ = __float__ = __array__ = __eq__ = __len__ = __iter__ = _no
    __call__ = __getitem__ = __bool__ = _no
    __hash__ = None


HOSTILE = {
    "None": None,
    "a string": "answer",
    "an empty string": "",
    "NaN": float("nan"),
    "infinity": float("inf"),
    "minus infinity": -np.inf,
    "True": True,
    "False": False,
    "NumPy's True": np.True_,
    "a complex number": 1j,
    "a huge integer": 10**400,
    "an empty list": [],
    "an empty dictionary": {},
    "an empty array": np.array([]),
    "an array of NaN": np.full(3, np.nan),
    "a huge array": np.zeros((2_000, 1_000)),
    "an array of objects": np.array([None, "x"], dtype=object),
    "a class": Nasty,
    "float, the class": float,
    "a nasty object": Nasty(),
    "a module": np,
    "print": print,
    "raises": raises,
    "recurses": recurses,
    "loops": loops,
    "loops and catches": loops_and_catches,
    "yields": yields,
    "mutates": mutates,
    "floods": floods,
    "exits": exits,
    "too few arguments": too_few,
    "too many arguments": too_many,
    "identity": identity,
    "returns None": lambda *_: None,
    "returns NaN": lambda *_: float("nan"),
    "returns infinity": lambda *_: float("inf"),
    "returns True": lambda *_: True,
    "returns a string": lambda *_: "1",
    "returns nothing but zeros": lambda *_: 0.0,
    "returns an empty list": lambda *_: [],
    "returns a huge array": lambda *_: np.zeros((2_000, 1_000)),
    "returns itself": raises.__class__,
    "needs too much memory": lambda *_: np.zeros(10**15),
}


@each_exercise
def test_hostile_answers_get_a_sentence(stem, exercise, monkeypatch, capfd):
    gc.collect()  # what dies noisily, left by other tests, shall not do it in here
    for name, answer in HOSTILE.items():
        endless = name in ("loops", "loops and catches", "floods")
        monkeypatch.setattr(exercise, "seconds", 0.03 if endless else 0.1)
        result = exercise(answer)
        said = result.message
        assert result.status == "incorrect" and 20 < len(said) < 700, (name, said)
        assert "Traceback" not in said and "object at 0x" not in said, (name, said)
        assert capfd.readouterr().out == "", name
        assert repr(result) and result._repr_html_(), name


@each_exercise
def test_an_ellipsis_is_not_attempted_and_no_answer_is_a_sentence(stem, exercise):
    assert exercise(...).status == "not attempted"
    assert exercise().status == "incorrect"
    assert exercise(1, 2, 3, 4).status == "incorrect"


# What a check says


@each_exercise
def test_two_hints_then_the_solution(stem, exercise, monkeypatch):
    monkeypatch.setattr(exercise, "_hints_given", 0)
    first, second, third = (repr(exercise.hint()) for _ in range(3))
    assert "Hint 1 of 2" in first and "Hint 2 of 2" in second and third == second
    assert ".solution()" in second
    solution = exercise.solution()
    assert solution.code and solution.message
    assert "```python" in solution._repr_mimebundle_()["text/markdown"]


def test_without_collected_answers_there_is_no_solution_to_show(monkeypatch, tmp_path):
    from helpers.checks import engine

    monkeypatch.setattr(engine, "ANSWERS", tmp_path / "answers.json")
    exercise = EXERCISES[0].values[1]
    assert "comes without the solutions" in repr(exercise.solution())


def test_what_an_answer_prints_is_kept_short(monkeypatch):
    exercise = checks_of("04").accuracy

    def answer(probabilities, labels):
        print("looking")
        return 0.5

    assert "Your code printed: `looking` / `looking`" in exercise(answer).message


def test_feedback_is_safe_html():
    from helpers.checks.feedback import Result

    shown = Result("incorrect", "use `a < b`\n\n<script>", "Exercise")._repr_html_()
    assert "<code>a &lt; b</code>" in shown and "<script>" not in shown


def test_where_no_alarm_clock_is_the_check_says_so(monkeypatch):
    from helpers.checks import engine, feedback

    monkeypatch.setattr(engine, "_can_stop", lambda: False)
    monkeypatch.setattr(feedback, "_said", set())
    assert "interrupt the kernel" in checks_of("04").updates(1).message
    assert "interrupt the kernel" not in checks_of("04").updates(1).message


def test_alarm_and_tracer_are_put_back():
    import signal
    import sys

    before = signal.getsignal(signal.SIGALRM), sys.gettrace()
    checks_of("04").accuracy(loops)
    assert (signal.getsignal(signal.SIGALRM), sys.gettrace()) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


# Progress


@pytest.fixture
def my(tmp_path, monkeypatch):
    """A learner's folder, as `make lab` makes it."""
    (tmp_path / "source").mkdir()
    (tmp_path / "my").mkdir()
    monkeypatch.chdir(tmp_path / "my")
    monkeypatch.delenv("DOWNHILL_PROGRESS")
    return tmp_path / "my"


def test_progress_is_kept_in_my(my):
    check = checks_of("04")
    check.updates(1)
    assert not (my / "progress.json").exists()
    check.updates(680)
    check.updates(680)
    assert json.loads((my / "progress.json").read_text()) == {"04": ["updates"]}
    assert [file.name for file in my.glob("[!.]*")] == ["progress.json"]
    shown = check.progress()
    assert "1 of" in shown.title and "✓ 4.2" in repr(shown)


def test_an_unreadable_file_is_put_aside_not_lost(my):
    (my / "progress.json").write_text("{broken")
    result = checks_of("04").updates(680)
    assert result and "progress.unreadable.json" in result.message
    assert (my / "progress.unreadable.json").read_text() == "{broken"
    assert json.loads((my / "progress.json").read_text()) == {"04": ["updates"]}


def test_elsewhere_progress_is_in_memory_and_said_once(tmp_path, monkeypatch):
    from helpers.checks import feedback

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOWNHILL_PROGRESS")
    monkeypatch.setattr(progress, "_in_memory", {})
    monkeypatch.setattr(feedback, "_said", set())
    check = checks_of("04")
    assert "until this notebook's kernel stops" in check.updates(680).message
    assert "kernel stops" not in check.updates(680).message
    assert "✓ 4.2" in repr(check.progress())
    assert not list(tmp_path.iterdir())


def test_a_folder_that_can_not_be_written_is_said(my, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(progress.tempfile, "NamedTemporaryFile", refuse)
    result = checks_of("04").updates(680)
    assert result and "could not be kept: Permission denied" in result.message


def test_the_tests_and_the_build_record_nothing(my, monkeypatch):
    monkeypatch.setenv("DOWNHILL_PROGRESS", "off")
    checks_of("04").updates(680)
    assert not list(my.iterdir())
