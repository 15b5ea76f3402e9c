"""Write dist/portable/: each notebook complete in itself, for Kaggle and Colab."""

import base64
import bz2
import hashlib
import json
import re
import sys
import tomllib
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell
from packaging.requirements import Requirement

from tools import build, secret
from tools.lean import lean
from tools.needed import needed

# Collapsed in Colab (a form), in JupyterLab and on Kaggle, and left out of slides.
FIRST_CELL = {
    "cellView": "form",
    "jupyter": {"source_hidden": True},
    "_kg_hide-input": True,
    "slideshow": {"slide_type": "skip"},
}


def archive(source, answers=True):
    """Return what a lesson uses of helpers/, with its answers: JSON, path -> text."""
    files = lean(needed(source, build.ROOT), source.read_text("utf-8"))
    if answers:
        number = source.stem[:2]
        every = json.loads((build.ROOT / build.ANSWERS).read_text("utf-8"))
        files[build.ANSWERS] = json.dumps({number: every[number]}, ensure_ascii=False)
    return json.dumps(files, sort_keys=True, ensure_ascii=False).encode()


def lowest_versions():
    """Return name -> lowest version, of Python and of what the lessons import."""
    project = read_project()
    lowest = {"Python": lower_bound(project["requires-python"])}
    for requirement in map(Requirement, project["dependencies"]):
        if requirement.name != "jupyterlab":
            lowest[requirement.name] = lower_bound(str(requirement.specifier))
    return lowest


def lower_bound(specifier):
    return re.search(r">=([\d.]+)", specifier)[1]


def read_project():
    return tomllib.loads((build.ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def first_cell(source, answers=True):
    """Return the cell that brings helpers along, with or without the answers."""
    text = archive(source, answers)
    packed = base64.b85encode(bz2.compress(text)).decode()
    code = Path(__file__).with_name("first_cell.py").read_text("utf-8").strip()
    for mark, value in (
        ("@ARCHIVE@", packed),
        ("@HASH@", hashlib.sha256(text).hexdigest()[:16]),
        ("@LOWEST@", lowest_versions()),
    ):
        code = code.replace(f'"{mark}"', json.dumps(value))
    return new_code_cell(code, id="first-cell", metadata=FIRST_CELL)


def addresses(name):
    """Return where Colab and Kaggle open a file of the branch `portable`, if known."""
    address = read_project().get("urls", {}).get("Repository", "")
    found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(\.git)?/?", address)
    if not found:
        return {}
    place = f"{found[1]}/blob/portable/{name}"
    return {
        "Colab": f"https://colab.research.google.com/github/{place}",
        "Kaggle": f"https://www.kaggle.com/kernels/welcome?src=https://github.com/{place}",
    }


def badges(name):
    """Return two pictures that open a file in Colab and in Kaggle, or nothing."""
    pictures = {
        "Colab": "https://colab.research.google.com/assets/colab-badge.svg",
        "Kaggle": "https://www.kaggle.com/static/images/open-in-kaggle.svg",
    }
    links = [
        f"[![Open in {place}]({pictures[place]})]({address})"
        for place, address in addresses(name).items()
    ]
    return "\n\n" + " ".join(links) if links else ""


def links_elsewhere(text):
    """Return a text whose links to other lessons lead on in Colab and Kaggle.

    There the files lie apart; without an address a link's file is named in its place.
    """

    def elsewhere(link):
        title, name = link.groups()
        links = [f"[{place}]({to})" for place, to in addresses(name).items()]
        return f"{title} ({', '.join(links) or f'`{name}`'})"

    return re.sub(r"\[([^]]+)\]\((\d\d_\w+\.ipynb)\)", elsewhere, text)


def editions(source):
    """Return name -> notebook: the lesson and the solution, complete in themselves."""
    names = f"{source.stem}.ipynb", f"{source.stem}_solution.ipynb"
    made = {}
    for name, file in zip(names, build.editions(source), strict=True):
        notebook = nbformat.read(file, as_version=4)
        notebook.metadata.pop("downhill", None)
        title, *text = notebook.cells[0].source.split("\n", 1)
        notebook.cells[0].source = "\n".join([title + badges(name), *text])
        for cell in notebook.cells:
            secret.fold_for_colab_and_kaggle(cell)
            if cell.cell_type == "markdown":
                cell.source = links_elsewhere(cell.source)
        notebook.cells.insert(0, first_cell(source))
        made[name] = notebook
    return made


def main():
    """Write all notebooks and print their sizes; return the exit code."""
    if build.main(["--check"]):
        return 1
    folder = build.ROOT / "dist" / "portable"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.ipynb"):
        old.unlink()
    for source in build.sources():
        for name, notebook in editions(source).items():
            text = build.as_text(notebook)
            (folder / name).write_text(text, "utf-8")
            size, code = (len(t) / 1000 for t in (text, notebook.cells[0].source))
            print(f"{name:52} {size:4.0f} KB, {code:.0f} KB of it helpers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
