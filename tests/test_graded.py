"""The graded edition: no answers inside, the right points, and no harm to others."""

import copy
import csv
import functools
import importlib
import json
import re
import shutil
import subprocess
import warnings

import nbformat
import numpy as np
import pytest

from tests.archives import packed_once  # noqa: F401
from tools import build, grade, graded, portable

SOURCES = sorted((build.ROOT / "source").glob("*.py"))
SOURCE = next(path for path in SOURCES if path.stem.startswith("03_"))
LESSON = SOURCE.stem
ANSWERS = build.collect_answers(build.read_cells(SOURCE))
each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)

made = functools.cache(graded.notebook)


def notebook_of(source):
    return copy.deepcopy(made(source))


@functools.cache
def cells(source, mark):
    """The exercises of the graded edition, or what judges them: name -> code."""
    made = notebook_of(source).cells
    return {build.marks(c)[mark]: c.source for c in made if mark in build.marks(c)}


def points(notebook):
    judges = [c for c in notebook.cells if "judges" in build.marks(c)]
    return {build.marks(c)["judges"]: c.metadata.nbgrader.points for c in judges}


@each_source
def test_every_exercise_has_a_cell_with_its_points(source):
    notebook = notebook_of(source)
    nbformat.validate(notebook)
    exercises = build.collect_answers(build.read_cells(source))
    assert list(points(notebook)) == list(exercises)
    assert all(each > 0 for each in points(notebook).values())
    assert graded.marked_ids(notebook) == [
        "first-cell",
        *(f"points-{name}" for name in exercises),
    ]


@each_source
def test_no_answer_is_inside(source):
    assert "helpers/checks/answers.json" not in json.loads(
        portable.archive(source, answers=False)
    )
    for name, answer in build.collect_answers(build.read_cells(source)).items():
        assert answer["code"] not in cells(source, "exercise")[name]
        assert "..." in cells(source, "exercise")[name]


@each_source
def test_what_students_get_runs_and_shows_what_the_check_says(source):
    for name, code in cells(source, "judges").items():
        compile(code, name, "exec")
        hidden = "### BEGIN HIDDEN TESTS.*### END HIDDEN TESTS"
        first, second = re.sub(hidden, "", code, flags=re.S).split("\n")[:2]
        assert first.startswith(f"checked = check.{name}(")
        assert second == "display(checked)"


@each_source
def test_what_hidden_tests_import_comes_along(source):
    files = json.loads(portable.archive(source, answers=False))
    for code in cells(source, "judges").values():
        for module in re.findall(r"(?:from|import) (helpers[.\w]+)", code):
            path = module.replace(".", "/")
            assert f"{path}.py" in files or f"{path}/__init__.py" in files


def judge(source, name, answer, check):
    """Run an answer and its graded cell as the grader does."""
    bank = importlib.import_module(f"bank.lesson_{source.stem[:2]}")
    names = {"check": check, "display": lambda value: None, "np": np} | bank.NAMES
    exec(f"{answer}\n{cells(source, 'judges')[name]}", names)


def checks(source):
    return importlib.import_module(f"helpers.checks.lesson_{source.stem[:2]}")


@each_source
def test_hidden_tests_pass_the_answers_of_the_course(source):
    answers = build.collect_answers(build.read_cells(source))
    for exercise in checks(source).EXERCISES:
        if not graded.trains(exercise):
            judge(source, exercise.name, answers[exercise.name]["code"], checks(source))


def test_hidden_tests_refuse_a_mistake():
    with pytest.raises(AssertionError, match="settles"):
        judge(SOURCE, "back_and_forth", "my_rate = 0.2", checks(SOURCE))


def test_hidden_tests_notice_a_check_that_says_yes_to_all():
    class Yes:
        status, message = "correct", ""

        def back_and_forth(self, answer):
            return self

    with pytest.raises(AssertionError, match="itself was changed"):
        judge(SOURCE, "back_and_forth", "my_rate = 0.25", Yes())


# Submissions


def fill(notebook, names):
    """Return a copy with the right answers to these exercises."""
    filled = copy.deepcopy(notebook)
    for cell in filled.cells:
        if (name := build.exercise_name(cell)) in names:
            cell.source = ANSWERS[name]["code"]
    return filled


def strip(notebook, keep_ids=True):
    stripped = copy.deepcopy(notebook)
    for cell in stripped.cells:
        cell.metadata = {"id": cell.id} if keep_ids else {}
        cell.id = f"changed-{cell.id[:40]}"
    return stripped


@pytest.mark.parametrize("keep_ids", [True, False])
def test_lost_marks_are_given_back(keep_ids):
    notebook = notebook_of(SOURCE)
    lost = graded.marked_ids(notebook)
    stripped = strip(notebook, keep_ids)
    assert graded.marked_ids(stripped) == []
    assert grade.mend(stripped, notebook) == lost
    assert graded.marked_ids(stripped) == lost
    assert grade.mend(stripped, notebook) == []


def test_a_submission_from_colab_gets_ids_and_no_warning_is_printed(tmp_path):
    notebook = strip(notebook_of(SOURCE))
    for cell in notebook.cells:
        del cell["id"]
    grade.mend(notebook, notebook_of(SOURCE))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nbformat.write(notebook, tmp_path / "mended.ipynb")


@pytest.mark.parametrize("keep_ids", [True, False])
def test_a_deleted_cell_comes_back_where_it_was(keep_ids):
    source = notebook_of(SOURCE)
    notebook = fill(source, ["ball"])
    gone = "first-cell", "points-ball"
    notebook.cells = [cell for cell in notebook.cells if cell.id not in gone]
    stripped = strip(notebook, keep_ids)
    assert set(gone) <= set(grade.mend(stripped, source))
    texts = [cell.source for cell in fill(source, ["ball"]).cells]
    assert [cell.source for cell in stripped.cells] == texts


def test_check_says_when_all_is_well_and_what_is_misnamed(tmp_path, capsys):
    notebook = notebook_of(SOURCE)
    for place in ("source", "submitted/ann", "submitted/bob"):
        (tmp_path / place / SOURCE.stem).mkdir(parents=True)
        file = f"{SOURCE.stem}{' (1)' * place.endswith('bob')}.ipynb"
        nbformat.write(notebook, tmp_path / place / SOURCE.stem / file)
    command = ["check", SOURCE.stem, "--course", str(tmp_path)]
    assert grade.main(command) == 1
    wanted = f"bob: rename to {SOURCE.stem}.ipynb: {SOURCE.stem} (1).ipynb\n"
    assert capsys.readouterr().out == wanted
    shutil.rmtree(tmp_path / "submitted" / "bob")
    assert grade.main(command) == 0
    assert "All is well: 1 submitted" in capsys.readouterr().out
    shutil.rmtree(tmp_path / "submitted")
    assert grade.main(command) == 0
    assert "Nothing is in" in capsys.readouterr().out


def test_a_judge_that_was_deleted_with_its_exercise_comes_back():
    notebook, source = notebook_of(SOURCE), notebook_of(SOURCE)
    gone = "exercise-ball", "points-ball"
    notebook.cells = [cell for cell in notebook.cells if cell.id not in gone]
    assert grade.mend(notebook, source) == ["points-ball"]
    left = [cell.id for cell in source.cells if cell.id != "exercise-ball"]
    assert [cell.id for cell in notebook.cells] == left


def test_the_container_gets_no_network_and_one_folder_only(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(grade, "run_for", lambda command, *_: seen.append(command))
    write(tmp_path, "source", notebook_of(SOURCE))
    course = grade.Course(tmp_path, LESSON)
    file = write(tmp_path, "submitted/ada", notebook_of(SOURCE))
    (tmp_path / "copy.log").write_text("docker: no such image")
    row = grade.grade_one(course, "ada", file, tmp_path / "copy", "image", 1)
    assert row["score"] == 0 and row["remark"].endswith("it: docker: no such image")
    (command,) = seen
    assert command[:2] == ["docker", "run"] and "--network none" in " ".join(command)
    volumes = [part for part in command if ":/" in part and "tmp:" not in part[:5]]
    assert volumes == [f"{tmp_path / 'copy'}:/course"]


def write(folder, where, notebook):
    file = folder / where / LESSON / f"{LESSON}.ipynb"
    file.parent.mkdir(parents=True)
    nbformat.write(notebook, file)
    return file


# With nbgrader itself


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with lesson 3, without all that its exercises don't need."""
    path = grade.around()["PATH"]
    if shutil.which("nbgrader", path=path) is None:
        pytest.skip("nbgrader is not installed (INSTRUCTORS.md says how)")
    folder = tmp_path_factory.mktemp("course")
    notebook = notebook_of(SOURCE)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if graded.locked(cell)
        or build.exercise_name(cell)
        or (cell.source.startswith(("import ", "from ")) and "keras" not in cell.source)
    ]
    write(folder, "source", notebook)
    config = graded.CONFIG.replace("Execute.timeout = 300", "Execute.timeout = 20")
    (folder / "nbgrader_config.py").write_text(config)
    nbgrader(folder, "generate_assignment", LESSON)
    return folder


def nbgrader(folder, *command):
    subprocess.run(["nbgrader", *command], cwd=folder, check=True, env=grade.around())


def released(course):
    file = course / "release" / LESSON / f"{LESSON}.ipynb"
    return nbformat.read(file, as_version=4)


def scores(file):
    with open(file, encoding="utf-8") as table:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(table)}


def test_the_released_notebook_has_no_hidden_tests(course):
    text = build.as_text(released(course))
    assert "HIDDEN" not in text and "check_the_check" not in text


def test_three_submissions_get_the_right_points(course):
    some = ["sgd_step", "ball"]
    for student, names in (("perfect", ANSWERS), ("partly", some), ("untouched", [])):
        write(course, f"submitted/{student}", fill(released(course), names))
    nbgrader(course, "autograde", LESSON)
    nbgrader(course, "export")
    each = points(notebook_of(SOURCE))
    assert scores(course / "grades.csv") == {
        "perfect": sum(each.values()),
        "partly": each["sgd_step"] + each["ball"],
        "untouched": 0,
    }


def test_what_one_hands_in_does_no_harm_to_the_others(course, capsys):
    full = fill(released(course), ANSWERS)
    bad = {
        "loops": "while True: pass",
        "deletes": "import pathlib, shutil; course = pathlib.Path.cwd().parents[2]\n"
        "if (course / 'nbgrader_config.py').exists(): shutil.rmtree(course)",
        "cheats": "import helpers.checks.engine as engine\n"
        "engine.Exercise.__call__ = lambda self, *_: engine.Result('correct', '')",
    }
    shutil.rmtree(course / "submitted", ignore_errors=True)
    for student, code in bad.items():
        notebook = copy.deepcopy(full)
        first = next(c for c in notebook.cells if build.exercise_name(c) == "sgd_step")
        first.source += f"\n{code}"
        write(course, f"submitted/{student}", notebook)
    write(course, "submitted/stripped", strip(full))
    broken = write(course, "submitted/unreadable", full)
    broken.write_text("no notebook")

    command = [LESSON, "--course", str(course)]
    assert grade.main(["check", *command]) == 1
    assert "stripped: without nbgrader's marks: first-cell" in capsys.readouterr().out
    before = sorted(course.glob("s*/**/*"))
    assert grade.main(["run", *command]) == 0
    assert sorted(course.glob("s*/**/*")) == before
    every = sum(points(full).values())
    assert scores(course / "grades.csv") == {
        "loops": every,
        "deletes": 0,
        "cheats": 0,
        "stripped": every,
        "unreadable": 0,
    }


# The guide


@each_source
def test_the_guide_places_every_exercise(source):
    guide = (build.ROOT / "INSTRUCTORS.md").read_text("utf-8")
    lesson = checks(source)
    title = f"### {lesson.LESSON.number} · {lesson.LESSON.title}\n"
    assert title in guide
    section = guide.split(title)[1].split("\n## ")[0].split("\n### ")[0]
    places = section.split("\nIn class ")[1]
    named = set(re.findall(r"\d+\.\d+", places))
    assert {exercise.number for exercise in lesson.EXERCISES} <= named
