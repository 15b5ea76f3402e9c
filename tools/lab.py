"""Open the lessons: copy what is missing into my/, then start JupyterLab there.

python tools/lab.py                 what `make lab` does
python tools/lab.py --no-browser    the same, with an option of JupyterLab's
python tools/lab.py --reset 04      puts a fresh copy of lesson 4 beside your own
"""

import argparse
import itertools
import json
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MY = ROOT / "my"
SERVER_CONFIG = ROOT / "tools" / "jupyter_server_config.py"
# No question about news on the first start; all cells stay in the page, so that a
# widget is still alive when one scrolls back to it.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "fetchNews": "false",
    },
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


def copy_missing_lessons():
    """Copy the lessons that my/ has not got; return their names."""
    MY.mkdir(exist_ok=True)
    copied = []
    for lesson in sorted((ROOT / "lessons").glob("*.ipynb")):
        mine = MY / lesson.name
        if not mine.exists():
            shutil.copyfile(lesson, mine)
            copied.append(lesson.name)
    return copied


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
    shutil.copyfile(ROOT / "lessons" / mine.name, mine)
    print(f"my/{mine.name} is fresh")


def open_lab(options):
    """Run JupyterLab in my/, until it is stopped."""
    settings = Path(sys.prefix) / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "overrides.json").write_text(json.dumps(SETTINGS), "utf-8")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={MY}"]
    command += ["--ServerApp.log_level=WARN", f"--config={SERVER_CONFIG}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    os.chdir(MY)
    os.execv(sys.executable, command + options)


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description="Open the lessons in JupyterLab.")
    parser.add_argument("--reset", metavar="LESSON", help="start a lesson afresh")
    options, for_jupyterlab = parser.parse_known_args()
    if options.reset is not None:
        return reset(options.reset)
    for name in copy_missing_lessons():
        print(f"New in my/: {name}")
    open_lab(for_jupyterlab)


if __name__ == "__main__":
    main()
