"""Set the course up in .venv, once. Any Python from 3.8 on can run this file.

python3 tools/setup.py          what learners need
python3 tools/setup.py --dev    what tests and authors need, too

Where no Python is there that TensorFlow has packages for, uv fetches one.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
OWN_UV = ROOT / ".uv"
UNFINISHED = VENV / "unfinished"  # is there while pip unpacks
BIN, EXE = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
PYTHON = VENV / BIN / f"python{EXE}"
HAS_VENV = "__import__('venv') and __import__('ensurepip')"
# What pip or venv say when they fail, and what to do about it.
REMEDIES = {
    "No space left|Errno 28|Disk quota|WinError 112": "The disk is full: make room, "
    "2.5 GB for {place} and pip's cache",
    "Long Path support": "The folder's path is too long for Windows: move the folder, "
    "to C:\\downhill for example",
    "Permission denied|Access is denied|Read-only file": "Nothing can be written to "
    "{place}: move the folder to where you may write",
    "CERTIFICATE_VERIFY_FAILED|certificate verify failed": "The network shows a "
    "certificate that is not trusted here: type `{set} PIP_CERT=FILE` with your "
    "school's or company's own",
    "Tunnel connection failed": "The proxy refuses: type `{set} HTTPS_PROXY="
    "http://NAME:PASSWORD@HOST:PORT` with what your network asks for",
    "ConnectionError|NameResolution|ProxyError|[Tt]imeout|timed out|connection broken|"
    "ConnectionReset|Incomplete|HTTPError|unreachable": "The package index can't be "
    "reached: check the network; behind a proxy, type `{set} HTTPS_PROXY=http://"
    "HOST:PORT`",
    "No matching distribution found for ([^ ;\\s]+)": "The package index has no "
    "{found} for this machine: on an Intel Mac, Windows on Arm or Alpine take Colab or "
    "Kaggle (README.md); elsewhere wait a while",
}


class Stop(Exception):
    """What a learner reads who can't go on: why, and what to do next."""


def main():
    """Set up, unless that is done already."""
    dev = "--dev" in sys.argv[1:]
    wanted = {VENV / "ready": ROOT / "requirements.txt"}
    if dev:  # its pins hold the learners', too
        wanted[VENV / "ready-dev"] = ROOT / "requirements-dev.txt"
    if not (usable() and all(same(*each) for each in wanted.items())):
        use_own_folders_where_the_home_is_closed()
        if not usable():
            make_environment()
        size = "440 to 600" if dev else "350 to 500"
        print(f"Setting up .venv, once: {size} MB to fetch, 2 GB on disk.", flush=True)
        pip(
            PYTHON, "--quiet", "--upgrade", "pip>=25.2"
        )  # goes on where a connection broke
        install([*wanted.values()][-1])
        find_the_course()
        print("\n" * sys.stdout.isatty(), end="")
        start = f"{PYTHON.relative_to(ROOT)} {Path('tools', 'lab.py')}"
        print(f"Ready: `make lab`, or `{start}`, opens the lessons.")
    for mark, pins in wanted.items():  # written anew, since make looks at the time
        shutil.copyfile(pins, mark)


def same(mark, pins):
    """Return whether just these pins were installed."""
    return mark.exists() and mark.read_bytes() == pins.read_bytes()


def supported():
    """Return the minor versions of Python 3 that pyproject.toml names, newest first."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    low, high = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', text).groups()
    return range(int(high) - 1, int(low) - 1, -1)


def fits():
    """Return the question whether there are packages for a Python."""
    minors = f"sys.version_info[0] == 3 and sys.version_info[1] in {[*supported()]}"
    return f"{minors} and sys.implementation.name == 'cpython' and sys.maxsize > 2**32"


def ask(python, question):
    """Return a Python's path if it is there and says yes, else ''."""
    code = f"import sys; print(sys.executable if {question} else '')"
    try:
        said = subprocess.run([*python, "-c", code], capture_output=True, text=True)
    except OSError:
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""


def usable():
    """Return whether .venv is whole, and has a Python that fits."""
    with_pip = f"{fits()} and __import__('pip')"
    return not UNFINISHED.exists() and ask([str(PYTHON)], with_pip)


def make_environment():
    """Make .venv with a Python of this machine, or with one that uv fetches."""
    names = [[f"python3.{minor}"] for minor in supported()]
    names += [["py", f"-3.{minor}"] for minor in supported()]  # Windows
    names += [["python3"], ["python"], [sys.executable]]
    others = f"{fits()} and sys.prefix != {str(VENV)!r}"  # .venv's own is about to go
    fitting = [name for name in names if ask(name, others)]
    whole = [name for name in fitting if ask(name, HAS_VENV)]
    shutil.rmtree(VENV, ignore_errors=True)
    newest, oldest = supported()[0], supported()[-1]
    if whole:
        said = run([*whole[0], "-m", "venv", str(VENV)])
    else:
        python = ask(fitting[0], "1") if fitting else f"3.{newest}"
        uv = find_uv()
        print(f"Looking for Python {python}; uv fetches it if need be.", flush=True)
        said = run([uv, "venv", "--seed", "--python", python, str(VENV)])
    if usable():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if whole:
        raise Stop(remedy(said))
    raise Stop(
        f"There is no Python from 3.{oldest} to 3.{newest} here, and uv got none: "
        f"{last_line(said)}\nInstall Python 3.{newest} (python.org/downloads, or "
        f"`uv python install 3.{newest}`), then try again."
    )


def find_uv():
    """Return uv from the path, or from an environment of its own."""
    if there := shutil.which("uv"):
        return there
    own = OWN_UV / BIN / f"uv{EXE}"
    if not own.exists():
        if not ask([sys.executable], HAS_VENV):
            raise Stop(
                "Python here comes without its module venv: type `sudo apt install "
                "python3-venv`, or what your system has for it, then try again."
            )
        shutil.rmtree(OWN_UV, ignore_errors=True)
        if said := run([sys.executable, "-m", "venv", str(OWN_UV)]):
            raise Stop(remedy(said))
        pip(OWN_UV / BIN / f"python{EXE}", "--quiet", "uv")
    return str(own)


def install(pins):
    """Install what a file pins, in parts: a try after an interruption goes on there."""
    lines, done = pins.read_text("utf-8").splitlines(), 0
    how = "--no-deps", "--no-compile", "--progress-bar=raw"
    for i in range(0, len(lines), 12):
        done = pip(PYTHON, *how, *lines[i : i + 12], done=done)
        UNFINISHED.unlink(missing_ok=True)


def pip(python, *wanted, done=0):
    """Install with a Python's pip; return the bytes that were fetched up to now."""
    command = [str(python), "-m", "pip", "install", "--only-binary=:all:", "--no-input"]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(
            [*command, "--disable-pip-version-check", *wanted],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=dict(os.environ, PYTHONUNBUFFERED="1"),
            encoding="utf-8",
            errors="replace",
        )
        done = show_progress(process.stdout, done)
        if process.wait():
            errors.seek(0)
            raise Stop(remedy(errors.read()))
    return done


def show_progress(lines, done):
    """Show the megabytes that are there: on one line, or on one for a large file."""
    file, live = "", sys.stdout.isatty()
    for line in lines:
        if found := re.match(r"\s+Downloading (\w+)", line):
            file = found[1]
        elif found := re.match(r"Progress (\d+) of (\d+)", line):
            here, size = map(int, found.groups())
            text = f"{(done + here) / 1e6:5.0f} MB fetched: {file}"
            if live:
                print(f"\r{text:60.60}", end="", flush=True)
            elif here == size > 5e6:
                print(text, flush=True)
            done += size if here == size else 0
        elif line.startswith("Installing"):
            UNFINISHED.touch()
    return done


def remedy(said):
    """Return what to do about a failure of which pip or venv said this."""
    how = {"place": VENV.parent, "set": "set" if os.name == "nt" else "export"}
    for pattern, text in REMEDIES.items():
        if found := re.search(pattern, said):
            text = text.format(found=found[found.lastindex or 0], **how)
            return f"{text}, then try again. What was fetched is kept."
    return f"The set-up could not be finished: {last_line(said)}"


def last_line(said):
    """Return the last line of a report."""
    return (said.strip() or "no reason given").splitlines()[-1].strip()


def find_the_course():
    """Let .venv's Python find `helpers` beside it, wherever the folder is moved."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.check_output([str(PYTHON), "-c", code], text=True).strip()
    (Path(packages) / "downhill.pth").write_text(os.path.relpath(ROOT, packages))


def use_own_folders_where_the_home_is_closed():
    """Keep what is fetched in this folder if the home can't be written to."""
    try:
        tempfile.TemporaryFile(dir=Path.home()).close()
    except (OSError, RuntimeError):
        for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR", "UV_PYTHON_INSTALL_DIR"):
            os.environ.setdefault(name, str(OWN_UV / name.lower()))


def run(command):
    """Run a command; return what it said if it failed, else ''."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode("utf-8", "replace") if done.returncode else ""


if __name__ == "__main__":
    try:
        main()
    except Stop as stop:
        sys.exit(str(stop))
    except KeyboardInterrupt:
        sys.exit("\nStopped. What was fetched is kept: the same command goes on.")
    except OSError as error:
        sys.exit(remedy(str(error)))
