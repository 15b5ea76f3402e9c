"""The house: what a newcomer types works, and nothing of theirs is lost."""

import io
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image, ImageSequence

from tools.picture import PICTURE, film

ROOT = Path(__file__).resolve().parents[1]


def run(*command, cwd=ROOT, timeout=120, **options):
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=timeout, **options
    )


def test_make_alone_prints_the_list():
    said = run("make").stdout
    commands = "lab my reset test test-platforms notebooks portable slides graded bench"
    for command in commands.split():
        assert re.search(rf"make {command} +\w", said)


def test_all_tests_run_side_by_side_and_a_single_file_alone():
    made = run("make", "--dry-run", "--old-file=.venv/ready", "test").stdout
    assert "pytest -n 3 --dist loadscope" in made
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    options = project["tool"]["pytest"]["ini_options"]
    assert "-n " not in options["addopts"] and "--nbval " in options["addopts"]
    assert {"lessons", "solutions"} <= set(options["testpaths"])


def test_each_row_of_the_bench_runs(in_ci):
    """Once, small and unmeasured: `make bench` is nobody's daily command."""
    once = "benchmarks", "-o", "addopts=", "-q", "--benchmark-disable"
    tried = os.environ | {"DOWNHILL_BENCH": "tried"}
    result = run(sys.executable, "-m", "pytest", *once, timeout=900, env=tried)
    assert result.returncode == 0, result.stdout[-2000:]


def pins(file):
    found = {}
    for line in (ROOT / file).read_text("utf-8").splitlines():
        pin = Requirement(line)
        assert pin.url is None and str(pin.specifier).startswith("=="), line
        found[canonicalize_name(pin.name)] = str(pin.specifier).removeprefix("==")
    return found


def test_the_pins_are_those_of_the_one_list():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    learners, all_of_them = pins("requirements.txt"), pins("requirements-dev.txt")
    assert learners.items() <= all_of_them.items()
    for requirement in map(Requirement, project["dependencies"]):
        pinned = learners[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(pinned)
    for name in extras.keys() - {"graded", "bench"}:
        for requirement in map(Requirement, extras[name]):
            pinned = all_of_them[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(pinned)


def test_learners_get_nothing_that_is_for_tests_and_authors():
    others = "pytest ruff hypothesis playwright jupytext distributed dask nbgrader uv"
    assert not set(others.split()) & pins("requirements.txt").keys()


def test_conda_installs_the_same():
    text = (ROOT / "environment.yml").read_text("utf-8")
    assert "- -r requirements.txt" in text and "- -e ." in text
    assert re.search(r"python=3\.1[123]\b", text)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_ruff_is_content(command):
    result = run(sys.executable, "-m", "ruff", *command, "--quiet", ".")
    assert result.returncode == 0, result.stdout


def test_words_are_spelt_right():
    result = run(sys.executable, "-m", "codespell_lib")
    assert result.returncode == 0, result.stdout


def test_the_first_page_has_a_light_picture_that_moves():
    named = re.findall(r"!\[[^]]+\]\((\S+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert named == [PICTURE.relative_to(ROOT).as_posix()]
    assert PICTURE.stat().st_size <= 400_000
    ours, anew = (last_frame(film) for film in (PICTURE, io.BytesIO(film().webp)))
    assert np.abs(ours - anew).mean() < 0.5  # python -m tools.picture films it again


def last_frame(film):
    *_, last = ImageSequence.Iterator(Image.open(film))
    return np.array(last.convert("RGB"), dtype=float)


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=lambda page: page.name)
def test_links_in_the_repository_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    targets += re.findall(r'(?:src|href)="([^":]+)"', page.read_text("utf-8"))
    assert [target for target in targets if not (ROOT / target).exists()] == []
