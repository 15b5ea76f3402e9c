"""Run the portable notebooks with the versions of other places: see CONTRIBUTING.md.

python -m tools.try_platforms          everywhere
python -m tools.try_platforms colab    in one place
"""

import argparse
import copy
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import yaml
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell

from tools import build, portable

FILES = build.ROOT / "tools" / "platforms"
SHOWN = ("tensorflow", "keras", "numpy", "matplotlib", "ipywidgets")
# Runs after the last cell: the course's code came out of the notebook itself, and the
# network was out of reach.
PROOF = """\
import socket, helpers
assert "downhill-" in helpers.__file__, helpers.__file__
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
    raise AssertionError("the network is within reach")
except PermissionError:
    pass
"""


class Unreachable(Exception):
    """The package index, or uv, can't be reached from here."""


@dataclass(frozen=True)
class Platform:
    """What is installed: a version of Python, and what uv is asked for."""

    name: str
    python: str
    install: tuple[str, ...]
    reads: tuple[Path, ...]


def platforms():
    """Return name -> platform."""
    made = []
    for name in ("colab", "kaggle"):
        file = FILES / f"{name}.txt"
        python = re.search(r"^# Python (\S+)", file.read_text("utf-8"), re.M)[1]
        made.append(Platform(name, python, ("--no-build", "-r", str(file)), (file,)))

    project = build.ROOT / "pyproject.toml"
    oldest = portable.lowest_versions()["Python"]
    wanted = ("--no-build", "--resolution", "lowest-direct", "-r", str(project))
    made.append(Platform("lowest", oldest, wanted, (project,)))

    conda = build.ROOT / "environment.yml"
    *packages, pip = yaml.safe_load(conda.read_text("utf-8"))["dependencies"]
    python = next(p for p in packages if p.startswith("python=")).split("=")[1]
    wanted = tuple(part for line in pip["pip"] for part in line.split())
    reads = (conda, project, build.ROOT / "requirements.txt")
    made.append(Platform("conda", python, wanted, reads))
    return {platform.name: platform for platform in made}


def environment(platform):
    """Return the folder of a platform's virtual environment; make it if need be."""
    folder = build.ROOT / "dist" / "platforms" / platform.name
    stamp = folder / "made_from"
    inputs = repr(platform).encode() + b"".join(p.read_bytes() for p in platform.reads)
    made_from = hashlib.sha256(inputs).hexdigest()
    if stamp.exists() and stamp.read_text() == made_from:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    try:
        uv("venv", "--python", platform.python, folder)
    except (RuntimeError, Unreachable):  # the table says which Python it was
        uv("venv", "--python", sys.executable, folder)
    python = folder / "bin" / "python"
    uv("pip", "install", "--python", python, *platform.install)
    packages = site_packages(folder)
    shutil.copy(FILES / "no_network.py", packages)
    (packages / "no_network.pth").write_text("import no_network\n")
    kernel = folder / "share" / "jupyter" / "kernels" / "portable" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    start = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    start.append("--log-level=ERROR")
    spec = {"argv": start, "display_name": platform.name, "language": "python"}
    kernel.write_text(json.dumps(spec))
    stamp.write_text(made_from)
    return folder


def site_packages(folder):
    return next(folder.glob("lib/*/site-packages"))


def uv(*command):
    """Run uv in the repository's folder."""
    beside = Path(sys.executable).parent
    program = shutil.which("uv", path=f"{beside}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        raise Unreachable("uv was not found: pip install uv")
    run = subprocess.run(
        [program, *map(str, command)], cwd=build.ROOT, capture_output=True, text=True
    )
    if run.returncode:
        offline = re.search("error sending request|Failed to fetch", run.stderr)
        raise (Unreachable if offline else RuntimeError)(run.stderr)


def run(notebook, folder):
    """Execute a notebook in that environment; return what is wrong, or ''."""
    ran = copy.deepcopy(notebook)
    ran.cells.append(new_code_cell(PROOF))
    specs = KernelSpecManager(kernel_dirs=[str(folder / "share/jupyter/kernels")])
    manager = AsyncKernelManager(kernel_name="portable", kernel_spec_manager=specs)
    home = folder / "home"  # kept, for Matplotlib's list of fonts
    home.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as elsewhere:
        # Nothing of this process's own surroundings, such as PYTHONPATH or MPLBACKEND.
        around = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": elsewhere}
        around["DOWNHILL_PROGRESS"] = "off"
        around["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # no warning from the debugger
        client = NotebookClient(ran, km=manager, timeout=600)
        try:
            client.execute(cwd=elsewhere, env=around, cleanup_kc=True)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            return str(error)
    return "\n".join(differences(notebook, ran))


def differences(expected, ran):
    """Yield what the cells print that is not what they should print."""
    for before, after in zip(expected.cells, ran.cells, strict=False):
        compared = "nbval-ignore-output" not in build.tags(before)
        if before.get("execution_count") and compared:
            wanted, came = printed(before), printed(after)
            if wanted != came:
                yield f"cell {before.id} should print\n{wanted}\nand prints\n{came}"


def printed(cell):
    """Return a cell's text, without pictures and warnings."""
    parts = []
    for output in cell.outputs:
        if output.output_type != "stream":
            parts.append(output.get("data", {}).get("text/plain", ""))
        elif output.name == "stdout":
            parts.append(output.text)
    return "".join(parts)


def notebooks(platform):
    """Return name -> notebook of all that has to run on a platform."""
    made = {}
    for source in build.sources():
        made |= portable.editions(source)
    # All other tests run with the versions of the conda environment.
    return dict(list(made.items())[:1]) if platform.name == "conda" else made


def versions(folder):
    """Return what the table says of an environment."""
    found = {
        re.sub("[-_]cpu$", "", each.name.lower()): each.version
        for each in distributions(path=[str(site_packages(folder))])
    }
    python = re.search(r"version_info = (\S+)", (folder / "pyvenv.cfg").read_text())[1]
    return ", ".join([f"Python {python}", *(f"{n} {found[n]}" for n in SHOWN)])


def try_platform(platform):
    """Run a platform's notebooks; return its line of the table, and what is wrong."""
    folder = environment(platform)
    there, made = versions(folder), notebooks(platform)
    start = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        complaints = list(pool.map(lambda each: run(each, folder), made.values()))
    seconds = time.monotonic() - start
    wrong = {name: said for name, said in zip(made, complaints, strict=True) if said}
    verdict = f"{len(wrong)} FAILED" if wrong else "all right"
    cells = platform.name, there, len(made), f"{seconds:.0f}", verdict
    return f"| {' | '.join(map(str, cells))} |", wrong


def main():
    """Print the table; return the exit code."""
    known = platforms()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("platform", nargs="*", choices=[*known, "all"], default="all")
    chosen = parser.parse_args().platform
    failures = {}
    print("| platform | versions | notebooks | seconds | result |")
    print("|---|---|---|---|---|")
    for name in known if "all" in chosen else chosen:
        try:
            line, wrong = try_platform(known[name])
        except Unreachable as error:
            sys.exit(f"The packages of {name} can't be installed:\n{error}")
        print(line, flush=True)
        failures |= {(name, notebook): said for notebook, said in wrong.items()}
    for where, said in failures.items():
        print(f"\n{' '.join(where)}\n{said}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
