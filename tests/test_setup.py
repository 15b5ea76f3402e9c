"""The set-up finds or fetches a Python, and says in a line what it can't do.

uv and pip are stubs here: what they were asked for is read from their log.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools import laptop, setup

ROOT = Path(__file__).resolve().parents[1]
NEWEST, OLDEST = setup.supported()[0], setup.supported()[-1]
TOOLS = "sh dirname sed rm env cat mkdir chmod"
# Says that it is another version, and can be without the module venv.
SITECUSTOMIZE = """\
import sys
sys.version_info = (3, {minor}, 0, "final", 0)
if not {has_venv}:
    sys.modules["ensurepip"] = None
"""
# .venv's Python: pip is a stub, all else is real.
PYTHON = """\
#!/bin/sh
case "$*" in
*"-m pip"*)
    echo "pip $*" >> {clone}/log
    if [ -e {clone}/pip_fails ]; then cat {clone}/pip_fails >&2; exit 1; fi
    echo "Installing collected packages: all" ;;
*sysconfig*) echo {clone}/.venv ;;
*) PYTHONPATH={clone}/modules exec {real} "$@" ;;
esac
"""
UV = """\
#!/bin/sh
echo "uv $*" >> {clone}/log
if [ -e {clone}/uv_fails ]; then echo "error: no route to github.com" >&2; exit 2; fi
mkdir -p {clone}/.venv/bin
cat > {clone}/.venv/bin/python < {clone}/python
chmod +x {clone}/.venv/bin/python
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stubs are shell scripts")


@pytest.fixture
def clone(tmp_path):
    """What the set-up needs, and an empty folder for the path."""
    clone = tmp_path / "Müller's course".replace("'", "")
    (clone / "bin").mkdir(parents=True)
    shutil.copytree(ROOT / "tools", clone / "tools")
    for name in ("Makefile", "pyproject.toml", *ROOT.glob("requirements*.txt")):
        shutil.copy(ROOT / name, clone)
    for name in TOOLS.split():
        (clone / "bin" / name).symlink_to(shutil.which(name))
    python = PYTHON.format(clone=f"'{clone}'", real=f"'{sys.executable}'")
    script(clone / "python", python)
    (clone / "modules").mkdir()
    (clone / "modules" / "pip.py").touch()  # the real one need not have it
    return clone


def script(path, text):
    path.write_text(text)
    path.chmod(0o755)


def a_python(clone, minor, has_venv=True):
    folder = clone / f"python3.{minor}"
    folder.mkdir()
    text = SITECUSTOMIZE.format(minor=minor, has_venv=has_venv)
    (folder / "sitecustomize.py").write_text(text)
    text = f"#!/bin/sh\nPYTHONPATH='{folder}' exec '{sys.executable}' \"$@\"\n"
    script(clone / "bin" / f"python3.{minor}", text)


def a_uv(clone):
    script(clone / "bin" / "uv", UV.format(clone=f"'{clone}'"))


def start(clone, *options):
    """Run the set-up with nothing but the stubs on the path."""
    around = {"PATH": str(clone / "bin"), "HOME": str(clone), "PIP_NO_INDEX": "1"}
    return subprocess.run(
        ["/bin/sh", "tools/setup.sh", *options],
        cwd=clone,
        env=around,
        capture_output=True,
        text=True,
    )


def log(clone):
    return (clone / "log").read_text("utf-8").splitlines()


def pinned(lines):
    """The versions that pip was asked for."""
    return set(re.findall(r"[\w-]+==[\w.]+", " ".join(lines)))


def lines_of(file):
    return pinned((ROOT / file).read_text("utf-8").splitlines())


def test_with_only_a_newer_python_uv_fetches_one(clone):
    a_python(clone, 15)
    a_uv(clone)
    result = start(clone)
    assert result.returncode == 0, result.stderr
    asked, *pip = log(clone)
    assert asked == f"uv venv --seed --python 3.{NEWEST} {clone / '.venv'}"
    assert pinned(pip) == lines_of("requirements.txt")
    assert "MB" in result.stdout and "GB" in result.stdout
    assert result.stderr == ""


def test_with_no_python_at_all_uv_fetches_one(clone):
    a_uv(clone)
    result = start(clone)
    assert result.returncode == 0, result.stderr
    assert log(clone)[0] == f"uv venv --seed --python 3.{NEWEST} .venv"


def test_a_python_that_fits_is_taken_without_uv(clone):
    a_python(clone, 15)
    a_python(clone, OLDEST)
    a_uv(clone)
    start(clone)
    made = (clone / ".venv" / "pyvenv.cfg").read_text("utf-8")
    assert str(Path(sys.base_prefix)) in made
    assert not (clone / "log").exists()


def test_uv_can_use_a_python_that_has_no_module_venv(clone):
    a_python(clone, OLDEST, has_venv=False)
    a_uv(clone)
    assert start(clone).returncode == 0
    assert log(clone)[0].startswith(f"uv venv --seed --python {sys.executable} ")


def refusal(result):
    """What is said when the set-up can't go on: one or two lines, exit code 1."""
    assert result.returncode == 1
    assert 1 <= len(result.stderr.splitlines()) <= 2, result.stderr
    return result.stderr


def test_no_python_and_no_uv_is_a_line(clone):
    said = refusal(start(clone))
    assert f"install Python 3.{NEWEST}" in said and "try again" in said


def test_a_uv_that_can_not_fetch_is_a_line_and_leaves_nothing(clone):
    a_python(clone, 15)
    a_uv(clone)
    (clone / "uv_fails").touch()
    said = refusal(start(clone))
    assert "no route to github.com" in said
    assert f"uv python install 3.{NEWEST}" in said
    assert not (clone / ".venv").exists()
    (clone / "uv_fails").unlink()
    assert start(clone).returncode == 0


@pytest.mark.parametrize("minor", [OLDEST, 15])
def test_without_the_module_venv_the_line_names_the_package(clone, minor):
    a_python(clone, minor, has_venv=False)
    assert "sudo apt install python3-venv" in refusal(start(clone))


def test_what_pip_could_not_fetch_is_a_line_and_the_next_try_goes_on(clone):
    a_uv(clone)
    (clone / "pip_fails").write_text("WARNING: Retrying after connection broken by x")
    assert "can't be reached" in refusal(start(clone))
    assert not (clone / ".venv" / "ready").exists()
    (clone / "pip_fails").unlink()
    assert start(clone).returncode == 0
    assert [line[:2] for line in log(clone)].count("uv") == 1


def test_what_was_half_unpacked_is_made_anew(clone):
    a_uv(clone)
    start(clone)
    (clone / ".venv" / "unfinished").touch()  # as a killed pip leaves it
    start(clone)
    assert [line[:2] for line in log(clone)].count("uv") == 2
    assert not (clone / ".venv" / "unfinished").exists()


def test_what_is_set_up_is_left_alone_until_the_pins_change(clone):
    a_uv(clone)
    start(clone)
    before = log(clone)
    again = start(clone)
    assert again.stdout == "" and log(clone) == before
    (clone / "requirements.txt").write_text("tqdm==4.70.1\n")
    assert start(clone).stdout and len(log(clone)) > len(before)


def test_tests_and_authors_get_all_pins_and_learners_none_of_theirs(clone):
    a_uv(clone)
    start(clone, "--dev")
    assert pinned(log(clone)) == lines_of("requirements-dev.txt")
    before = log(clone)
    start(clone)  # what learners need is there, too
    assert log(clone) == before


def test_a_closed_home_keeps_what_is_fetched_in_the_folder(clone, monkeypatch):
    monkeypatch.setattr(setup, "OWN_UV", clone / ".uv")
    monkeypatch.setenv("HOME", "/dev/null")
    names = ("PIP_CACHE_DIR", "UV_CACHE_DIR", "UV_PYTHON_INSTALL_DIR")
    for name in names:
        monkeypatch.setenv(name, "there for pytest to take away")
        monkeypatch.delenv(name)
    setup.use_own_folders_where_the_home_is_closed()
    assert {Path(os.environ[name]).parent for name in names} == {clone / ".uv"}


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("OSError: [Errno 28] No space left on device", "make room"),
        ("HINT: ... does not have Windows Long Path support enabled", "move the fold"),
        ("Error: [Errno 13] Permission denied: '/opt/x/.venv'", "may write"),
        (
            "connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: "
            "CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed')",
            "PIP_CERT=",
        ),
        (
            "connection broken by 'ProxyError('Cannot connect to proxy.', OSError("
            "'Tunnel connection failed: 407 Proxy Authentication Required'))'",
            "NAME:PASSWORD",
        ),
        ("ReadTimeoutError(\"HTTPSConnectionPool(host='x', port=443)", "the network"),
        ("NameResolutionError(\"Failed to resolve 'pypi.org'\")", "HTTPS_PROXY="),
        (
            "ERROR: No matching distribution found for tensorflow==2.21.0",
            "has no tensorflow==2.21.0 for this machine",
        ),
    ],
)
def test_what_pip_says_becomes_a_line_with_what_to_do(said, remedy):
    other = "WARNING: something\n" + said
    if "matching" not in said:  # pip ends so, too, when the network was the reason
        other += "\nERROR: No matching distribution found for absl-py==2.5.1\n"
    line = setup.remedy(other)
    assert remedy in line and "try again" in line and "\n" not in line


def test_an_unknown_failure_shows_the_last_line():
    assert setup.remedy("much\nERROR: odd\n").endswith("ERROR: odd")


def test_progress_is_shown_where_nobody_watches_a_line_a_large_file(capsys, clone):
    setup.show_progress(
        [
            "  Downloading small-1-py3-none-any.whl (1 kB)\n",
            "Progress 1000 of 1000\n",
            "  Downloading tensorflow_cpu-2.21.0-cp313.whl (273.8 MB)\n",
            "Progress 10000000 of 273800000\n",
            "Progress 273800000 of 273800000\n",
        ],
        5_000_000,
    )
    assert capsys.readouterr().out == "  279 MB fetched: tensorflow_cpu\n"


def test_every_place_names_the_versions_of_the_one_list():
    minors = sorted(setup.supported())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == f">=3.{minors[0]},<3.{minors[-1] + 1}"
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"3.{minors[0]} to 3.{minors[-1]}" in readme
    conda = (ROOT / "environment.yml").read_text("utf-8")
    assert int(re.search(r"python=3\.(\d+)", conda)[1]) in minors
    for path in (".github/workflows/test.yml", "tools/Dockerfile"):
        named = re.findall(r"python:3\.(\d+)", (ROOT / path).read_text("utf-8"))
        assert named and {int(minor) for minor in named} <= set(minors)
    for path in ("Makefile", "tools/setup.sh", "tools/setup.py", "tools/pins.sh"):
        assert re.findall(r"\b3\.1\d\b", (ROOT / path).read_text("utf-8")) == []


# Monday's check


def everything(folder):
    return {file for file in folder.rglob("*") if "__pycache__" not in file.parts}


def ready(folder):
    command = [sys.executable, str(folder / "tools" / "ready.py")]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


def test_without_a_set_up_the_check_says_what_to_type_and_changes_nothing(clone):
    before = everything(clone)
    done = ready(clone)
    assert done.returncode == 1 and done.stdout.count("\n") == 1
    assert "✗ The course is not set up" in done.stdout and "GB are free" in done.stdout
    assert everything(clone) == before


def test_an_old_python_says_which_one_to_get():
    file = ROOT / "tools" / "ready.py"
    tree = ast.parse(file.read_text("ascii"), feature_version=(3, 4))
    assert not any(isinstance(node, ast.JoinedStr) for node in ast.walk(tree))
    for version in ((2, 7, 18), (3, 7, 9)):
        act_old = f"import runpy, sys; sys.version_info = {version}"
        run = f"runpy.run_path({str(file)!r}, run_name='__main__')"
        command = [sys.executable, "-c", f"{act_old}; {run}"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 1 and done.stderr.count("\n") == 1
        assert f"Python {version[0]}.{version[1]} is too old. If" in done.stderr


def test_where_all_is_there_the_check_says_ready(in_ci):
    done = ready(ROOT)
    assert done.stdout.count("✓") == 4 and done.stdout.endswith("Ready.\n"), done


def test_packages_that_do_not_start_are_named(clone, monkeypatch):
    monkeypatch.setattr(laptop.setup, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(laptop, "TRIAL", "import no_such_package")
    with pytest.raises(setup.Stop, match="No module named 'no_such_package'.*Delete"):
        laptop.packages()
