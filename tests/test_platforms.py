"""The solutions as on Colab, in CI; `make test-platforms` runs all the rest."""

import sys

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from packaging.requirements import Requirement

from tools import build, portable, try_platforms

SOURCES = sorted((build.ROOT / "source").glob("*.py"))


@pytest.fixture(scope="module")
def colab(in_ci):
    return try_platforms.environment(try_platforms.platforms()["colab"])


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_a_solution_prints_on_colab_what_it_prints_here(source, colab):
    _, solution = portable.editions(source).values()
    assert try_platforms.run(solution, colab) == ""


def cell(code="", text="", **metadata):
    outputs = [new_output("stream", name="stdout", text=text)] if text else []
    return new_code_cell(code, execution_count=1, outputs=outputs, metadata=metadata)


def test_a_notebook_without_the_course_in_it_is_found_out(colab):
    said = try_platforms.run(new_notebook(cells=[cell("x = 1")]), colab)
    assert "No module named 'helpers'" in said


def test_a_number_that_differs_is_found():
    expected = new_notebook(cells=[cell(text="loss 0.25\n"), cell(text="same")])
    ran = new_notebook(cells=[cell(text="loss 0.26\n"), cell(text="same")])
    (said,) = try_platforms.differences(expected, ran)
    assert "loss 0.25" in said and "loss 0.26" in said


def test_what_changes_from_run_to_run_is_not_compared():
    bar = {"tags": ["nbval-ignore-output"]}
    expected = new_notebook(cells=[cell(text="1 s", **bar)])
    ran = new_notebook(cells=[cell(text="2 s", **bar)])
    assert list(try_platforms.differences(expected, ran)) == []


def test_no_uv_and_no_package_index_are_told_from_a_fault(monkeypatch):
    install = "pip", "install", "--python", sys.executable, "--dry-run", "numpy==99"
    with pytest.raises(RuntimeError, match="No solution found"):
        try_platforms.uv(*install, "--offline")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(try_platforms.Unreachable, match="127.0.0.1:9"):
        index = "--default-index", "http://127.0.0.1:9"
        try_platforms.uv(*install, "--no-cache", *index)
    monkeypatch.setattr(try_platforms.shutil, "which", lambda *_, **__: None)
    with pytest.raises(try_platforms.Unreachable, match="pip install uv"):
        try_platforms.uv(*install)


@pytest.mark.parametrize("name", ["colab", "kaggle"])
def test_a_platform_pins_every_package_that_the_lessons_import(name):
    lines = (try_platforms.FILES / f"{name}.txt").read_text("utf-8").splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    assert all(str(pin.specifier).startswith("==") for pin in pins)
    lowest = portable.lowest_versions()
    assert set(lowest) - {"Python"} <= {pin.name for pin in pins}
    for pin in pins:
        found = str(pin.specifier).removeprefix("==")
        assert Requirement(f"x>={lowest.get(pin.name, 0)}").specifier.contains(found)
