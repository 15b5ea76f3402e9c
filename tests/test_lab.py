"""`make lab` opens the learner's folder on any machine, and loses nothing of theirs."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import types
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tools import lab as tool
from tools import setup

ROOT = Path(__file__).resolve().parents[1]
START = r"/lab/tree/00_start\.ipynb\?"  # what the lab opens on


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A copy of what `make lab` needs, and a place of its own for who runs there."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    return copy_of_the_course(tmp_path / "Zoë's course")


def copy_of_the_course(folder):
    for name in ("tools", "lessons"):
        hidden = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=hidden)
    return folder


def lab(clone, *options, **environment):
    return subprocess.run(
        [sys.executable, "tools/lab.py", *options],
        cwd=clone,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


# The learner's folder


def test_missing_lessons_are_copied_and_work_is_never_overwritten(clone):
    names = sorted(path.name for path in (clone / "lessons").iterdir())
    first = lab(clone, "--my")
    assert first.returncode == 0 and first.stderr == ""
    assert re.findall(r"New in my/: (.+)", first.stdout) == names
    assert sorted(path.name for path in (clone / "my").iterdir()) == names
    mine = clone / "my" / names[0]
    mine.write_text("my work")
    again = lab(clone, "--my").stdout
    assert "New in my/" not in again and str(clone / "my") in again
    assert mine.read_text() == "my work"


def test_a_copy_that_breaks_off_leaves_no_half_lesson(clone, monkeypatch):
    def full(source, target):
        Path(target).write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tool.shutil, "copyfile", full)
    mine = clone / "01.ipynb"
    with pytest.raises(OSError, match="No space left"):
        tool.put(ROOT / "README.md", mine)
    assert not mine.exists()


def test_a_folder_that_can_not_be_written_is_a_line(clone):
    (clone / "my").write_text("a file where the folder should be")
    result = lab(clone, "--my")
    assert result.returncode == 1 and len(result.stderr.splitlines()) == 1
    assert "can't be written to" in result.stderr and "try again" in result.stderr


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


@pytest.mark.parametrize("name", ["helpers.py", "random.py", "helpers/__init__.py"])
def test_a_file_that_hides_a_module_is_noticed(clone, name):
    for innocent in ("my_plots.py", "try 1.py", name):
        file = clone / "my" / innocent
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (said,) = lab(clone, "--my", PYTHONPATH=str(ROOT)).stderr.splitlines()
    assert str(Path("my", name)) in said and "another name" in said


# The server


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A copy of the course whose lab is open, and what stood in others' settings."""
    before, folder = their_settings(), tmp_path_factory.mktemp("served")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        course = copy_of_the_course(folder / "Zoë's course")
        server, address = start_lab(course)
        try:
            yield course, address, before
        finally:
            stop(server)


def their_settings():
    theirs = Path(sys.prefix, "share/jupyter/lab/settings/overrides.json")
    return theirs.read_bytes() if theirs.exists() else None


def test_the_lab_serves_and_a_busy_port_picks_another(served, tmp_path):
    course, address, _ = served
    port = re.search(r":(\d+)/", address)[1]
    second, other = start_lab(copy_of_the_course(tmp_path / "other"), "--port", port)
    try:
        assert address.split("?")[0] != other.split("?")[0]
        for where in (address, other):
            listing = json.loads(read(re.sub(START, "/api/contents?", where)))
            names = sorted(file["name"] for file in listing["content"])
            assert names == sorted(p.name for p in (course / "lessons").iterdir())
    finally:
        stop(second)


def test_a_second_start_finds_the_first_server(served):
    course, address, _ = served
    result = lab(course, "--no-browser")
    assert result.returncode == 0
    assert address.split("token=")[1] in result.stdout


def test_what_a_killed_server_left_behind_is_not_believed(clone, tmp_path):
    dead = {"hostname": "localhost", "port": 1, "url": "http://localhost:1/"}
    dead |= {"root_dir": str(clone / "my"), "token": "x", "pid": os.getpid()}
    (tmp_path / "runtime").mkdir()
    record = tmp_path / "runtime" / f"jpserver-{os.getpid()}.json"
    record.write_text(json.dumps(dead))
    server, _ = start_lab(clone)
    stop(server)


def test_the_lab_has_settings_of_its_own_and_leaves_the_environments_alone(served):
    _, address, before = served
    name = "/lab/api/settings/@jupyterlab/notebook-extension:tracker?"
    setting = json.loads(read(re.sub(START, name, address)))
    assert setting["schema"]["properties"]["windowingMode"]["default"] == "none"
    assert their_settings() == before


def test_a_home_that_can_not_be_written_gets_a_message_and_the_lab_starts(clone):
    homes = {"HOME": "/dev/null", "USERPROFILE": "/dev/null"}
    server, _ = start_lab(clone, **homes, JUPYTER_RUNTIME_DIR="")
    stop(server)
    said = "".join(server.said)
    assert "home folder can't be written to" in said and "Traceback" not in said


def start_lab(clone, *options, **environment):
    """Start JupyterLab as `make lab` does; return the process and its address."""
    server = subprocess.Popen(
        [sys.executable, "tools/lab.py", "--no-browser", *options],
        cwd=clone,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"JUPYTER_PREFER_ENV_PATH": "1"} | environment,
    )
    server.said = []
    for line in server.stderr:
        server.said.append(line)
        if found := re.search(
            r"http://127\.0\.0\.1:\d+/lab/tree/00_start.ipynb\?token=\w+", line
        ):
            return server, found[0]
    raise AssertionError(f"JupyterLab ended without an address: {server.said}")


def stop(*servers):
    for server in servers:
        server.terminate()
        server.communicate()


def read(address):
    """Return what the server answers: it says its address before it listens."""
    for _ in range(200):
        with contextlib.suppress(urllib.error.URLError):
            with urllib.request.urlopen(address) as answer:
                return answer.read()
        time.sleep(0.1)
    raise AssertionError(f"nobody answers at {address}")


def test_without_jupyterlab_a_line_says_how_to_set_up(clone):
    command = [sys.executable, "-I", "-S", "tools/lab.py"]
    result = subprocess.run(command, cwd=clone, capture_output=True, text=True)
    assert result.returncode == 1 and len(result.stderr.splitlines()) <= 2
    assert "no jupyterlab" in result.stderr and "tools/setup.py" in result.stderr


def test_a_server_that_has_moved_its_class_starts_all_the_same(monkeypatch):
    path = "jupyter_server.services.kernels.connection.channels"
    monkeypatch.setitem(sys.modules, path, types.ModuleType("channels"))
    server, lab = types.SimpleNamespace(), types.SimpleNamespace()
    config = types.SimpleNamespace(ServerApp=server, LabApp=lab)
    names = {"c": config, "__file__": str(tool.SERVER_CONFIG)}
    exec(tool.SERVER_CONFIG.read_text("utf-8"), names)
    assert vars(server).keys() == {"tornado_settings"} and lab.custom_css


# A folder that is renamed, or moved


def test_a_renamed_folder_finds_its_own_helpers(tmp_path, monkeypatch):
    before, after = tmp_path / "before", tmp_path / "after"
    packages = before / ".venv" / "lib" / "python" / "site-packages"
    packages.mkdir(parents=True)
    (before / "helpers.py").write_text("here = __file__")
    monkeypatch.setattr(setup, "ROOT", before)
    monkeypatch.setattr(
        setup.subprocess, "check_output", lambda *_, **__: f"{packages}"
    )
    setup.find_the_course()
    before.rename(after)
    packages = after / packages.relative_to(before)
    code = f"import site; site.addsitedir({str(packages)!r}); import helpers"
    command = [sys.executable, "-I", "-S", "-c", f"{code}; print(helpers.here)"]
    found = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    assert Path(found).samefile(after / "helpers.py")


def test_the_kernels_find_the_course_where_the_lab_was_started(monkeypatch, tmp_path):
    started = []
    app = types.SimpleNamespace(launch_instance=started.extend)
    module = types.SimpleNamespace(LabApp=app)
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", module)
    monkeypatch.setattr(tool, "MY", tmp_path)
    monkeypatch.setattr(tool, "running", lambda: None)
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.chdir(tmp_path)
    tool.open_lab(["--port=1"])
    assert os.environ["PYTHONPATH"].split(os.pathsep) == [str(tool.ROOT), "elsewhere"]
    assert started[-1] == "--port=1"
