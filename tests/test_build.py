"""The builder: marks, stubs, ids, slides, freshness."""

import base64
import io
import json
import shutil

import nbformat
import numpy as np
import pytest
from PIL import Image

from tools import build, cells, outputs
from tools.needed import needed

LESSON = """\
# %% [markdown]
# # 9 · A lesson
#
# Its question.
#
# ## A part
#
# Text.

# %%

# %% tags=["nbval-ignore-output"]
import math

# %% [markdown]
# ### Exercise 9.1 · Write

# %% tags=["exercise:double"]
def double(value):
    ### BEGIN SOLUTION
    return 2 * value
    ### END SOLUTION


print("checked")

# %% [markdown] tags=["solution"]
# Twice as much.

# %% tags=["exercise:my_rate"]
### BEGIN SOLUTION
my_rate = 0.5
### END SOLUTION

# %% [markdown] tags=["notes"]
# For the teacher.
"""


def furnish(place):
    """Make a course with one source there."""
    (place / "source").mkdir()
    (place / "helpers" / "checks").mkdir(parents=True)
    (place / "helpers" / "part.py").write_text("value = 1\n")
    (place / "source" / "09_test.py").write_text(LESSON)


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A course with one source, not built."""
    monkeypatch.setattr(build, "ROOT", tmp_path)
    furnish(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    """The same, built: one kernel for all tests that look at what it leaves."""
    place = tmp_path_factory.mktemp("course")
    furnish(place)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "ROOT", place)
        assert build.main([]) == 0
    return place


@pytest.fixture
def built(built_once, tmp_path, monkeypatch):
    """A built course, for one test alone."""
    monkeypatch.setattr(build, "ROOT", tmp_path)
    return shutil.copytree(built_once, tmp_path, dirs_exist_ok=True)


def edition(house, name, text=LESSON):
    source = house / "source" / "09_test.py"
    source.write_text(text)
    return build.make_notebook(build.read_cells(source), name)


def code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_the_lesson_has_stubs_where_the_solution_has_answers(house):
    assert code(edition(house, "lesson")) == [
        "import math",
        'def double(value):\n    ...\n\n\nprint("checked")',
        "my_rate = ...",
    ]
    assert code(edition(house, "solution"))[1:] == [
        'def double(value):\n    return 2 * value\n\n\nprint("checked")',
        "my_rate = 0.5",
    ]


def test_cells_with_the_solution_tag_are_in_the_solution_only(house):
    texts = {
        name: "".join(cell.source for cell in edition(house, name).cells)
        for name in ("lesson", "solution")
    }
    assert "Twice as much" not in texts["lesson"]
    assert "Twice as much" in texts["solution"]


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("rate = 0.5", "rate = ..."),
        ("    a, b = 1, 2", "    a, b = ..., ..."),
        ("rate: float = 0.5", "rate: float = ..."),
        ("    total = 0\n    total += 1", "    ..."),
        ("total += 1", "..."),
        ("rates = [\n    1,\n]", "rates = ..."),
        ("\n    return 1", "    ..."),
    ],
)
def test_an_assignment_keeps_its_left_side(region, expected):
    assert cells.stub(region.splitlines()) == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# %%\n### BEGIN SOLUTION\nx = 1\n", "test.py:2: .*BEGIN.* without .*END"),
        ("# %%\n### END SOLUTION\n", "test.py:2: .*END.* without .*BEGIN"),
        (
            "# %%\n### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION\n",
            "test.py:3: .*BEGIN.* inside",
        ),
        (
            "# %%\n### BEGIN SOLUTION\n# %%\n### END SOLUTION\n",
            "test.py:2: .*without .*END.* in its cell",
        ),
    ],
)
def test_marks_that_do_not_pair_stop_the_build(house, text, complaint):
    with pytest.raises(build.BuildError, match=complaint):
        edition(house, "lesson", text)


def test_code_that_no_longer_parses_stops_the_build(house):
    text = (
        "# %%\nif True:\n### BEGIN SOLUTION\n    x = 1\n    y = 2\n### END SOLUTION\n)"
    )
    with pytest.raises(build.BuildError, match="does not parse"):
        edition(house, "lesson", text)


def test_ids_outlive_changes_elsewhere(house):
    before = edition(house, "lesson")
    text = LESSON.replace("Its question.", "Another question.")
    after = edition(house, "lesson", text)
    assert before.cells[0].id != after.cells[0].id
    assert [c.id for c in before.cells[1:]] == [c.id for c in after.cells[1:]]
    assert "exercise-double" in [cell.id for cell in after.cells]
    assert len({cell.id for cell in after.cells}) == len(after.cells)


def test_equal_cells_get_different_ids(house):
    text = "# %%\nprint(1)\n\n# %%\nprint(1)\n"
    first, second = edition(house, "lesson", text).cells
    assert first.id != second.id


def test_headings_make_slides_and_notes_stay_notes(house):
    cells = edition(house, "lesson").cells
    slides = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in cells]
    assert slides == ["slide", "slide", None, "subslide", None, None, "notes"]


def test_only_the_tags_that_a_notebook_needs_are_left(house):
    cells = edition(house, "lesson").cells
    left = [tag for cell in cells for tag in cell.metadata.get("tags", [])]
    assert left == ["nbval-ignore-output"]


def test_a_cell_is_known_by_its_marks(house):
    assert [build.marks(cell) for cell in edition(house, "lesson").cells] == [
        *({}, {}, {"setup": True}, {}),
        *({"exercise": "double"}, {"exercise": "my_rate"}, {}),
    ]
    text = "# %%\nimport math\n\nplots.show()\n\n# %%\n# check.double.hint()\n"
    drawn, hint = edition(house, "lesson", text).cells
    assert build.marks(drawn) == {"figure": True}
    assert build.marks(hint) == {"setup": True}


@pytest.mark.parametrize(
    "tag", ["soluton", "exercise", "exercise:", "exercice:double", "exercise:a b"]
)
def test_a_tag_with_a_slip_stops_the_build(house, tag):
    with pytest.raises(build.BuildError, match=f"unknown tag '{tag}': .* solution"):
        edition(house, "lesson", f'# %% tags=["{tag}"]\nx = 1\n')


def test_an_answer_ends_where_its_check_is_called():
    assert cells.split_check("a = 1\n\n# Look.\ncheck.a(\n    a,\n)\n") == (
        "a = 1\n\n# Look.",
        "check.a(\n    a,\n)",
    )
    assert cells.split_check("a = check.b\n") == ("a = check.b", "")


def test_a_second_build_changes_nothing(built):
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in built.rglob("*.*")}
    assert build.main(["--check"]) == 0
    assert build.main([]) == 0
    after = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in built.rglob("*.*")}
    assert after == before


def test_solutions_are_executed_and_lessons_are_not(built):
    solution = nbformat.read(built / "solutions" / "09_test.ipynb", as_version=4)
    lesson = nbformat.read(built / "lessons" / "09_test.ipynb", as_version=4)
    ran = [cell for cell in solution.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in ran] == [1, 2, 3]
    assert ran[1].outputs[0].text == "checked\n"
    assert not any(cell.get("outputs") for cell in lesson.cells)
    nbformat.validate(solution)
    nbformat.validate(lesson)


def test_a_change_in_an_imported_helper_makes_the_solution_stale(house, capsys):
    source = house / "source" / "09_test.py"
    source.write_text(LESSON.replace("import math", "import helpers.part"))
    (house / "helpers" / "__init__.py").write_text("")
    first = build.fingerprint(source)
    (house / "helpers" / "unused.py").write_text("value = 1\n")
    assert build.fingerprint(source) == first
    (house / "helpers" / "part.py").write_text("value = 2\n")
    assert build.fingerprint(source) != first


def test_of_a_package_only_what_is_used_is_needed(house):
    helpers = house / "helpers"
    for folder in (helpers, helpers / "checks", helpers / "plots"):
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").write_text("")
    (helpers / "look.mplstyle").write_text("")
    (helpers / "checks" / "answers.json").write_text("{}")
    (helpers / "plots" / "base.py").write_text("STYLE = 'look.mplstyle'\n")
    maps = "from helpers import part\nfrom .base import STYLE\n\nmap = part.value\n"
    (helpers / "plots" / "maps.py").write_text(maps)
    (helpers / "plots" / "curves.py").write_text("import helpers.checks\n\nlow = 1\n")
    gathered = (
        "from helpers.plots.curves import low\nfrom helpers.plots.maps import map\n"
    )
    (helpers / "plots" / "__init__.py").write_text(gathered)

    def need(code):
        (house / "source" / "09_test.py").write_text(code)
        return needed(house / "source" / "09_test.py", house)

    start = {"helpers/__init__.py", "helpers/plots/__init__.py"}
    mapped = start | {f"helpers/{name}" for name in ("part.py", "look.mplstyle")}
    mapped |= {f"helpers/plots/{name}.py" for name in ("base", "maps")}
    for code in (
        "from helpers import plots\nplots.map",
        "from helpers import plots as drawn\n\ndef f():\n    drawn.map()",
        "from helpers.plots import map",
        "from helpers.plots.maps import map",
    ):
        files = need(code)
        assert set(files) == mapped
        kept = files["helpers/plots/__init__.py"].strip()
        assert kept == "from helpers.plots.maps import map"
    assert set(need("from helpers import plots")) == start
    assert set(need("import math")) == set()


def test_check_names_what_is_stale(built, capsys):
    (built / "source" / "09_test.py").write_text(LESSON.replace("Text.", "New text."))
    assert build.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert "lessons/09_test.ipynb" in said and "solutions/09_test.ipynb" in said


@pytest.mark.parametrize(
    ("before", "after"),
    [("2 * value", "3 * value"), ('"exercise": "double"', '"exercise": "twice"')],
)
def test_an_edited_solution_is_stale(built, before, after):
    file = built / "solutions" / "09_test.ipynb"
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, after))
    assert build.main(["--check"]) == 1


def test_a_solution_with_the_marks_of_a_merge_is_built_anew(built):
    file = built / "solutions" / "09_test.ipynb"
    before = file.read_text()
    file.write_text(f"<<<<<<< HEAD\n{before}")
    assert build.main([]) == 0
    assert file.read_text() == before


def test_a_notebook_without_a_source_stops_the_build(built, capsys):
    (built / "source" / "09_test.py").unlink()
    assert build.main([]) == 2
    assert "lessons/09_test.ipynb has no source" in capsys.readouterr().err


def test_a_failing_cell_stops_the_build_and_writes_no_solution(house, capsys):
    (house / "source" / "09_test.py").write_text("# %%\n1 / 0\n")
    assert build.main([]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert not (house / "solutions" / "09_test.ipynb").exists()


def test_warnings_that_a_reader_would_see_stop_the_build(house, capsys):
    text = '# %%\nimport warnings\nwarnings.warn("look out", stacklevel=1)\n'
    (house / "source" / "09_test.py").write_text(text)
    assert build.main([]) == 2
    assert "look out" in capsys.readouterr().err


def test_widgets_leave_a_still_picture_that_weighs_less_and_looks_the_same():
    ramp = np.linspace(0, 255, 300 * 200 * 3).astype(np.uint8).reshape(200, 300, 3)
    buffer = io.BytesIO()
    Image.fromarray(ramp).save(buffer, "PNG")
    png = base64.b64encode(buffer.getvalue()).decode()
    output = nbformat.v4.new_output(
        "display_data", data={outputs.WIDGET_VIEW: {}, "image/png": png}
    )
    cell = nbformat.v4.new_code_cell("lab", outputs=[output])
    outputs.clean_outputs(cell)
    assert list(cell.outputs[0].data) == ["image/png"]
    kept = cell.outputs[0].data["image/png"]
    assert len(kept) < len(png)
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(kept)))).astype(int)
    assert np.abs(pixels - ramp).max() == 2


def test_of_a_progress_bar_the_last_state_is_kept():
    bar = nbformat.v4.new_output("stream", name="stdout", text="\r 0/2\r 2/2\nend\n")
    cell = nbformat.v4.new_code_cell("fit", outputs=[bar])
    outputs.clean_outputs(cell)
    assert cell.outputs[0].text == " 2/2\nend\n"


def test_answers_are_collected_with_their_reasons(built):
    file = built / "helpers" / "checks" / "answers.json"
    answers = json.loads(file.read_text())["09"]
    assert answers["my_rate"] == {"code": "my_rate = 0.5", "text": ""}
    assert answers["double"]["text"] == "Twice as much."
    assert answers["double"]["code"].startswith("def double(value):\n    return")


def test_nothing_in_the_course_is_stale():
    assert build.main(["--check"]) == 0, "run `make notebooks`"
