"""The portable notebooks: one file that brings all it needs, wherever it is opened."""

import ast
import json
import os
import re
import subprocess
import sys

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.archives import packed_once  # noqa: F401
from tools import build, portable
from tools.needed import needed

SOURCES = sorted((build.ROOT / "source").glob("*.py"))
SOURCE = SOURCES[1]  # takes data along, and no Keras
CODE = portable.first_cell(SOURCE).source
WITH_DOCTOR = {"06", "08", "09"}
HASH = re.search(r'^_HASH = "(\w+)"', CODE, re.M)[1]


@pytest.fixture
def away(tmp_path):
    """A working folder, a temporary one and the cell, away from the repository."""
    for name in ("work", "temporary"):
        (tmp_path / name).mkdir()
    (tmp_path / "cell.py").write_text(CODE, "utf-8")
    return tmp_path


def start(away, code):
    """Start a kernel's Python there, with the cell in `cell`."""
    lead = f"cell = open({str(away / 'cell.py')!r}, encoding='utf-8').read()\n"
    around = os.environ | {"TMPDIR": str(away / "temporary")}
    return subprocess.Popen(
        [sys.executable, "-c", lead + code],
        cwd=away / "work",
        env=around,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(away, code):
    """Run code as in a notebook; return what it prints."""
    process = start(away, code)
    said, wrong = process.communicate(timeout=60)
    assert not process.returncode, wrong
    return said.strip()


def sentence(away, code):
    """Run code and the cell; return the one sentence that stops it."""
    stop = f"""
{code}
try:
    exec(cell)
except Exception as error:
    print(*error._render_traceback_())
"""
    said = run(away, stop)
    assert len(said.splitlines()) == 1 and said.endswith(".")
    return said


WHERE = "import helpers.data; print(helpers.__file__, helpers.data.__file__)"


def is_ours(away, said):
    folder = away / "temporary" / f"downhill-{HASH}" / "helpers"
    return said == f"{folder / '__init__.py'} {folder / 'data' / '__init__.py'}"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_the_cell_is_small_and_holds_what_the_lesson_uses(source):
    most = 130_000 if source.stem[:2] in WITH_DOCTOR else 80_000
    most += 10_000 * (source.stem[:2] == "09")  # and all that reads tables
    assert len(portable.first_cell(source).source) < most
    files = json.loads(portable.archive(source))
    assert f"helpers/checks/lesson_{source.stem[:2]}.py" in files
    assert not any(name.startswith("bank") for name in files)
    used = set(re.findall(r"\blabs\.(\w+)", source.read_text("utf-8")))
    brought = re.findall(
        r"labs\.(\w+) import \1$", files["helpers/labs/__init__.py"], re.M
    )
    assert set(brought) == used


def without_docstrings(text):
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            if ast.get_docstring(node) and len(node.body) > 1:
                del node.body[0]
    return ast.unparse(tree)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_what_comes_along_does_the_same_and_helps_with_what_the_lesson_names(source):
    files = json.loads(portable.archive(source))
    code = re.sub(r"^#.*", "", source.read_text("utf-8"), flags=re.M)
    named = set(re.findall(r"\w+", code))
    for name, text in needed(source, build.ROOT).items():
        if name.endswith(".py"):
            assert without_docstrings(files[name]) == without_docstrings(text), name
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef) and node.name in named:
                    assert (ast.get_docstring(node, clean=False) or "") in files[name]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_notebooks_are_valid_and_have_the_cell_first(source):
    lesson, solution = portable.editions(source).values()
    for notebook in (lesson, solution):
        nbformat.validate(notebook)
        assert notebook.metadata.kernelspec.name == "python3"
        assert notebook.cells[0].source.startswith("# @title ")
        assert not {"widgets", "downhill"} & set(notebook.metadata)
        exercises = filter(None, map(build.exercise_name, notebook.cells))
        assert list(exercises) == list(build.collect_answers(build.read_cells(source)))
    assert not any(cell.get("outputs") for cell in lesson.cells)
    assert any(cell.get("outputs") for cell in solution.cells)


def test_the_cell_is_collapsed_in_colab_in_jupyterlab_and_on_kaggle():
    metadata = portable.first_cell(SOURCE).metadata
    assert metadata["cellView"] == "form"
    assert metadata["jupyter"]["source_hidden"] and metadata["_kg_hide-input"]


def test_two_builds_are_equal():
    assert portable.editions(SOURCE) == portable.editions(SOURCE)


def test_it_unpacks_once_to_a_folder_named_by_its_hash(away):
    assert is_ours(away, run(away, f"exec(cell); {WHERE}"))
    folder = away / "temporary" / f"downhill-{HASH}"
    before = [(file, file.stat().st_mtime_ns) for file in folder.rglob("*.*")]
    assert is_ours(away, run(away, f"exec(cell); {WHERE}"))
    after = [(file, file.stat().st_mtime_ns) for file in folder.rglob("*.*")]
    assert sorted(before) == sorted(after)
    assert [each.name for each in (away / "temporary").iterdir()] == [folder.name]


def test_the_style_the_answers_and_the_checks_come_along(away):
    number = SOURCE.stem[:2]
    said = run(
        away,
        f"""
exec(cell)
from helpers import plots
from helpers.checks import lesson_{number} as check
plots.use_style()
for exercise in check.LESSON.exercises:
    print(exercise.solution())
""",
    )
    for answer in build.collect_answers(build.read_cells(SOURCE)).values():
        assert answer["code"] in said


def test_running_it_again_leaves_the_modules_alone(away):
    code = "exec(cell); import helpers.data as first; exec(cell)\n"
    code += "import helpers.data as second; print(first is second)"
    assert run(away, code) == "True"


def test_a_strangers_helpers_is_not_ours(away):
    (away / "work" / "helpers.py").write_text("stranger = True\n")
    assert is_ours(away, run(away, f"exec(cell); {WHERE}"))
    before = "import helpers; assert helpers.stranger\n"
    assert is_ours(away, run(away, f"{before}exec(cell); {WHERE}"))


def test_an_older_helpers_of_the_course_is_not_this_one(away):
    other = away / "other" / "helpers"
    other.mkdir(parents=True)
    for name, text in json.loads(portable.archive(SOURCE)).items():
        file = away / "other" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("float32", "float16"), "utf-8")
    before = f"import sys; sys.path.insert(0, {str(other.parent)!r})\n"
    before += "import helpers.data, helpers.checks\n"
    assert is_ours(away, run(away, f"{before}exec(cell); {WHERE}"))


def test_a_folder_that_was_tampered_with_is_not_used(away):
    folder = away / "temporary" / f"downhill-{HASH}"
    run(away, "exec(cell)")
    (folder / "helpers" / "data" / "__init__.py").write_text("stranger = True\n")
    said = run(away, "exec(cell); import helpers.data as d; print(d.load('digits'))")
    assert said.startswith("Problem(name='digits'")


def test_many_notebooks_at_once_share_one_folder(away):
    processes = [start(away, f"exec(cell); {WHERE}") for _ in range(6)]
    for process in processes:
        said, wrong = process.communicate(timeout=60)
        assert not process.returncode, wrong
        assert "downhill-" in said, list((away / "temporary").rglob("*"))
    assert (away / "temporary" / f"downhill-{HASH}").is_dir()


@pytest.mark.parametrize(
    "damage",
    [
        "cell = cell.replace('_ARCHIVE = \"', '_ARCHIVE = \"0')",
        "cell = cell.replace('_ARCHIVE = \"', '_ARCHIVE = \"\\u00e9')",
        "i = len(cell) // 3; cell = cell[:i] + 'xyzzy' + cell[i + 5:]",
        f"cell = cell.replace('{HASH}', '0123456789abcdef')",
    ],
)
def test_a_damaged_archive_is_said(away, damage):
    assert "damaged: get a fresh copy" in sentence(away, damage)


def test_a_temporary_folder_that_cannot_be_written_is_said(away):
    (away / "file").write_text("")
    setting = f"import tempfile; tempfile.tempdir = {str(away / 'file')!r}"
    assert "set TMPDIR" in sentence(away, setting)
    nowhere = "import tempfile; tempfile._candidate_tempdir_list = lambda: []"
    assert "No usable temporary directory" in sentence(away, nowhere)


def test_what_is_too_old_is_named_with_the_remedy(away):
    old = "import platform; platform.python_version = lambda: '3.10.13'"
    said = sentence(away, old)
    assert "needs Python 3.11 or newer, and here it is 3.10.13" in said
    assert "upgrade Python" in said and "Kaggle" in said and "Colab" in said

    lowest = portable.lowest_versions()["numpy"]
    old = "from importlib import metadata; real = metadata.version\n"
    old += "metadata.version = lambda n: '1.26.4' if n == 'numpy' else real(n)"
    assert f"numpy {lowest} or newer, and here it is 1.26.4" in sentence(away, old)


def test_an_old_python_can_read_the_cell_that_says_so():
    ast.parse(CODE, feature_version=(3, 7))


def test_a_notebook_shows_the_sentence_alone(capsys, monkeypatch):
    # A shell takes the place of the main module.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    shell = InteractiveShell.instance()
    try:
        shell.run_cell(CODE.replace(f'_HASH = "{HASH}"', '_HASH = "0"'))
    finally:
        InteractiveShell.clear_instance()
    said = capsys.readouterr().out.strip()
    assert said == "This cell is damaged: get a fresh copy of the notebook."


@pytest.fixture
def address(tmp_path, monkeypatch):
    """Set the repository's address in a pyproject.toml."""

    def write(line):
        (tmp_path / "pyproject.toml").write_text(f"[project]\n[project.urls]\n{line}\n")

    monkeypatch.setattr(build, "ROOT", tmp_path)
    return write


@pytest.mark.parametrize("ending", ["", "/", ".git"])
def test_badges_point_to_the_branch_of_the_repository(address, ending):
    address(f'Repository = "https://github.com/somebody/their.course{ending}"')
    place = "somebody/their.course/blob/portable/01_a.ipynb"
    said = portable.badges("01_a.ipynb")
    assert f"(https://colab.research.google.com/github/{place})" in said
    assert f"/kernels/welcome?src=https://github.com/{place})" in said


@pytest.mark.parametrize("line", ["", 'Repository = "https://example.org/a/b"'])
def test_without_an_address_on_github_there_are_no_badges(address, line):
    address(line)
    assert portable.badges("01_a.ipynb") == ""
