"""The house: what a newcomer types works, and nothing of theirs is lost."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.request
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


@pytest.fixture
def clone(tmp_path):
    """A copy of what `make lab` needs."""
    for folder in ("tools", "lessons"):
        hidden = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=hidden)
    return tmp_path


def lab(clone, *options):
    return run(sys.executable, "tools/lab.py", *options, cwd=clone)


def test_make_alone_prints_the_list():
    said = run("make").stdout
    commands = "lab reset test test-platforms notebooks portable slides graded bench"
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
    """Once, and unmeasured: `make bench` is nobody's daily command."""
    once = "benchmarks", "-o", "addopts=", "-q", "--benchmark-disable"
    result = run(sys.executable, "-m", "pytest", *once, timeout=900)
    assert result.returncode == 0, result.stdout[-2000:]


def test_without_a_supported_python_one_line_says_so(clone):
    for name in ("python3.13", "python3.12", "python3.11", "python3", "python"):
        fake = clone / "bin" / name
        fake.parent.mkdir(exist_ok=True)
        fake.write_text("#!/bin/sh\nexit 1\n")
        fake.chmod(0o755)
    path = f"{clone / 'bin'}:/bin"
    result = run("/bin/sh", "tools/setup.sh", cwd=clone, env={"PATH": path})
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "3.13, 3.12 or 3.11" in result.stderr and "none was found" in result.stderr
    assert not (clone / ".venv").exists()


def test_the_pins_are_those_of_the_one_list():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = list(project["dependencies"])
    for name, extra in project["optional-dependencies"].items():
        wanted += extra if name != "graded" else []
    pins = {}
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        pin = Requirement(line)
        assert pin.url is None and str(pin.specifier).startswith("=="), line
        pins[canonicalize_name(pin.name)] = str(pin.specifier).removeprefix("==")
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)])


def test_conda_installs_the_same():
    text = (ROOT / "environment.yml").read_text("utf-8")
    assert "- -r requirements.txt" in text and "- -e ." in text
    assert re.search(r"python=3\.1[123]\b", text)


def test_missing_lessons_are_copied_and_work_is_never_overwritten(clone, monkeypatch):
    from tools import lab as tool

    monkeypatch.setattr(tool, "ROOT", clone)
    monkeypatch.setattr(tool, "MY", clone / "my")
    names = sorted(path.name for path in (clone / "lessons").iterdir())
    assert tool.copy_missing_lessons() == names
    mine = clone / "my" / names[0]
    mine.write_text("my work")
    assert tool.copy_missing_lessons() == []
    assert mine.read_text() == "my work"


def test_reset_keeps_the_learners_copy_beside_a_fresh_one(clone):
    fresh = next((clone / "lessons").glob("04_*.ipynb"))
    mine = clone / "my" / fresh.name
    mine.parent.mkdir()
    mine.write_text("my work")
    for number in ("04", "4"):
        assert lab(clone, "--reset", number).returncode == 0
    kept = [file for file in mine.parent.iterdir() if "_kept_" in file.name]
    assert "my work" in [file.read_text("utf-8") for file in kept]
    assert mine.read_text("utf-8") == fresh.read_text("utf-8")


@pytest.mark.parametrize("number", ["", "99", "x"])
def test_reset_of_an_unknown_lesson_names_those_that_exist(clone, number):
    result = lab(clone, "--reset", number)
    assert result.returncode == 1 and "LESSON must be one of" in result.stderr
    assert repr(number) in result.stderr and "04" in result.stderr


def test_the_lab_serves_and_a_busy_port_picks_another(clone):
    first, address = start_lab(clone)
    second, other = start_lab(clone, "--port", re.search(r":(\d+)/", address)[1])
    try:
        assert address.split("?")[0] != other.split("?")[0]
        for where in (address, other):
            listing = where.replace("/lab?", "/api/contents?")
            with urllib.request.urlopen(listing) as answer:
                names = sorted(file["name"] for file in json.load(answer)["content"])
            assert names == sorted(p.name for p in (clone / "lessons").iterdir())
    finally:
        for server in (first, second):
            server.terminate()
            server.wait()


def start_lab(clone, *options):
    """Start JupyterLab as `make lab` does; return the process and its address."""
    server = subprocess.Popen(
        [sys.executable, "tools/lab.py", "--no-browser", *options],
        cwd=clone,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"JUPYTER_PREFER_ENV_PATH": "1"},
    )
    for line in server.stderr:
        if found := re.search(r"http://127\.0\.0\.1:\d+/lab\?token=\w+", line):
            return server, found[0]
    raise AssertionError("JupyterLab ended without an address")


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
