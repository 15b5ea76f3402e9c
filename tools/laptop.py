"""What tools/ready.py looks at: is this computer ready for a lesson?"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys

from tools import setup

SECONDS = 120  # for a first start of TensorFlow, from a slow disk
ROOM = 2.5e9  # bytes, for the set-up and pip's cache
# Runs in .venv: all that a lesson starts, and 16 networks. Its last line is read.
TRIAL = """\
import importlib, json, os, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
for name in ("jupyterlab", "ipywidgets", "matplotlib"):
    importlib.import_module(name)
import keras
from helpers.data import load
from helpers.sweeps import sweep
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.train_on_batch(*keras.ops.ones((2, 1, 1)))
grid = dict(learning_rates=[0.1] * 16, batch_sizes=[32], epochs=2, progress=False)
start = time.perf_counter()
sweep(load("digits"), **grid)
print(json.dumps([keras.__version__, time.perf_counter() - start]))
"""


def main():
    """Print a line for each thing that was looked at; return the exit code."""
    with contextlib.suppress(AttributeError, ValueError):  # a console that has no ✓
        sys.stdout.reconfigure(errors="replace")
    for look in (set_up, packages, lessons, server):
        try:
            print(f"✓ {look()}.", flush=True)
        except setup.Stop as stop:
            print(f"✗ {stop}.", flush=True)
            return 1
    print("Ready.")
    return 0


def set_up():
    """Return which Python the course was set up with."""
    how = "make lab" if shutil.which("make") else "python3 tools/setup.py"
    for mark in (setup.VENV / "ready", setup.VENV / "ready-dev"):
        pins = setup.ROOT / f"requirements{mark.name[5:]}.txt"
        if setup.same(mark, pins) and setup.usable():
            code = "import sys; print('%d.%d' % sys.version_info[:2])"
            said = subprocess.check_output([str(setup.PYTHON), "-c", code], text=True)
            return f"The course is set up, with Python {said.strip()}"
    free = shutil.disk_usage(setup.ROOT).free
    room = f"{free / 1e9:.1f} GB are free, of the {ROOM / 1e9:g} that it needs"
    if free < ROOM:
        raise setup.Stop(f"The disk is too full: {room}. Make room, then `{how}`")
    raise setup.Stop(
        f"The course is not set up, or an older one is: `{how}`, once, with a network "
        f"that can take 350 to 500 MB ({room})"
    )


def packages():
    """Return what a lesson's imports and sixteen networks took."""
    command = [str(setup.PYTHON), "-c", TRIAL]
    try:
        done = subprocess.run(
            command, cwd=setup.ROOT, capture_output=True, text=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        raise setup.Stop(
            f"TensorFlow did not start within {SECONDS} seconds: close what else runs, "
            "and try once more (a virus scanner reads each file the first time)"
        ) from None
    if done.returncode:
        raise setup.Stop(
            f"The packages do not start: {setup.last_line(done.stderr)}. Delete the "
            "folder .venv and set up again; if that does not help, send this line"
        )
    version, seconds = json.loads(done.stdout.splitlines()[-1])
    return f"Keras {version} starts, and 16 networks train in {seconds:.1f} s"


def lessons():
    """Return where the lessons are that one learns in."""
    here = sorted((setup.ROOT / "lessons").glob("*.ipynb"))
    if not here:
        raise setup.Stop("The folder lessons/ is empty: get a fresh copy of the course")
    mine = setup.ROOT / "my"
    with_own = mine if mine.is_dir() else setup.ROOT
    if not os.access(with_own, os.W_OK):
        raise setup.Stop(f"Nothing can be written to {with_own}: move the course")
    return f"{len(here)} lessons are here, and {with_own.name}/ can keep your work"


def server():
    """Return that a notebook could talk to its kernel."""
    try:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            socket.create_connection(listening.getsockname(), timeout=5).close()
    except OSError as error:
        raise setup.Stop(
            f"No program here can reach another at 127.0.0.1 ({error.strerror}): let "
            "the firewall allow Python"
        ) from None
    return "JupyterLab can be reached by the browser of this computer"
