"""Open the lessons: copy what is missing into my/, then start JupyterLab there.

python tools/lab.py                 what `make lab` does
python tools/lab.py --no-browser    the same, with an option of JupyterLab's
python tools/lab.py --my            only copies, for who opens my/ with something else
python tools/lab.py --reset 04      puts a fresh copy of lesson 4 beside your own
"""

import argparse
import contextlib
import itertools
import os
import shutil
import socket
import sys
import tempfile
import webbrowser
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MY = ROOT / "my"
SERVER_CONFIG = ROOT / "tools" / "jupyter_server_config.py"
# No question about news on the first start; all cells stay in the page, so that a
# widget is still alive when one scrolls back to it.
SETTINGS = ROOT / "tools" / "lab_settings"
START = "lab/tree/00_start.ipynb"
NEEDED = ("jupyterlab", "ipywidgets", "sklearn", "keras", "tensorflow")


def copy_missing_lessons():
    """Copy the lessons that my/ has not got; return their names."""
    MY.mkdir(exist_ok=True)
    copied = []
    for lesson in sorted((ROOT / "lessons").glob("*.ipynb")):
        mine = MY / lesson.name
        if not mine.exists():
            put(lesson, mine)
            copied.append(lesson.name)
    return copied


def put(lesson, mine):
    """Copy a lesson at once or not at all: half a file would never be replaced."""
    part = mine.with_suffix(".part")
    shutil.copyfile(lesson, part)
    part.replace(mine)


def reset(number):
    """Move the learner's copy of a lesson aside and put a fresh one in its place."""
    names = [lesson.name for lesson in sorted((ROOT / "lessons").glob("*.ipynb"))]
    found = [name for name in names if number and name.startswith(f"{number:0>2}_")]
    if not found:
        have = ", ".join(name[:2] for name in names)
        sys.exit(f"LESSON must be one of {have}, got {number!r}: make reset LESSON=04")
    mine = MY / found[0]
    MY.mkdir(exist_ok=True)
    if mine.exists():
        names = (mine.with_stem(f"{mine.stem}_kept_{n}") for n in itertools.count(1))
        kept = next(name for name in names if not name.exists())
        mine.rename(kept)
        print(f"Your copy is kept as my/{kept.name}")
    put(ROOT / "lessons" / mine.name, mine)
    print(f"my/{mine.name} is fresh")


def hiding():
    """Yield what in my/ hides a module of the same name from every notebook there."""
    for path in sorted([*MY.glob("*.py"), *MY.glob("*/__init__.py")]):
        name = path.parent.name if path.stem == "__init__" else path.stem
        if name.isidentifier() and find_spec(name):
            yield path, name


def open_lab(options):
    """Run JupyterLab in my/, until it is stopped; or show the one that runs there."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        sys.exit(
            f"This Python has no {', '.join(missing)}: {sys.executable}\n"
            "Set up with `python3 tools/setup.py`, which then says how to start."
        )
    use_own_home_where_it_is_closed()
    if address := running():
        print(f"JupyterLab runs already: {address}")
        if "--no-browser" not in options:
            webbrowser.open(address)
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    # An installed course has the folder's old path, after it was renamed.
    paths = str(ROOT), os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    command = [f"--ServerApp.root_dir={MY}", f"--LabApp.app_settings_dir={SETTINGS}"]
    command += ["--ServerApp.log_level=WARN", f"--config={SERVER_CONFIG}"]
    command.append(f"--LabApp.default_url=/{START}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    os.chdir(MY)
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(command + options)


def use_own_home_where_it_is_closed():
    """Let Jupyter keep its files in this folder if the home can't be written to."""
    try:
        tempfile.TemporaryFile(dir=Path.home()).close()
    except (OSError, RuntimeError):
        home = ROOT / ".home"
        home.mkdir(exist_ok=True)
        os.environ["HOME"] = os.environ["USERPROFILE"] = str(home)
        print(
            f"Your home folder can't be written to: Jupyter's settings are in {home}.",
            file=sys.stderr,
        )


def running():
    """Return the address of the JupyterLab that serves my/ already, or None."""
    from jupyter_server.serverapp import list_running_servers

    for server in list_running_servers():
        if Path(server["root_dir"]) == MY:
            place = server["hostname"], server["port"]
            # A server that was killed leaves its record behind.
            with contextlib.suppress(OSError), socket.create_connection(place, 2):
                return f"{server['url']}{START}?token={server['token']}"
    return None


def main():
    """Run the command."""
    del sys.path[0]  # this folder: its files shall not hide other modules
    parser = argparse.ArgumentParser(
        description="Open the lessons in JupyterLab.", allow_abbrev=False
    )
    parser.add_argument("--my", action="store_true", help="copy what is missing, only")
    parser.add_argument("--reset", metavar="LESSON", help="start a lesson afresh")
    options, for_jupyterlab = parser.parse_known_args()
    try:
        if options.reset is not None:
            return reset(options.reset)
        for name in copy_missing_lessons():
            print(f"New in my/: {name}")
    except OSError as error:
        sys.exit(
            f"{MY} can't be written to ({error.strerror}): move the folder to where "
            "you may write, or make room, then try again."
        )
    for path, name in hiding():
        print(
            f"{path.relative_to(ROOT)} hides the module {name} from every lesson: "
            "give it another name.",
            file=sys.stderr,
        )
    if options.my:
        print(f"Your lessons are in {MY}")
    else:
        open_lab(for_jupyterlab)


if __name__ == "__main__":
    main()
