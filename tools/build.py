"""Build the lessons and the solutions from source/: see CONTRIBUTING.md.

python tools/build.py            rebuilds what is stale
python tools/build.py --check    says what is stale, and ends with 1 if anything is
python tools/build.py --all      rebuilds everything
"""

import argparse
import ast
import hashlib
import json
import re
import sys
from collections import Counter
from pathlib import Path

import nbformat
from nbformat.v4 import new_notebook

from tools import secret
from tools.cells import (
    KEPT_TAGS,
    BuildError,
    bet_name,
    collect_answers,
    exercise_name,
    marks,
    read_cells,
    tags,
    with_answers,
    without_answers,
)
from tools.needed import needed
from tools.outputs import execute

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("lessons", "solutions")
ANSWERS = "helpers/checks/answers.json"  # built, too: what `.solution()` shows


def sources():
    """Return the sources of all lessons, in their order."""
    return sorted((ROOT / "source").glob("*.py"))


# The two editions


def make_notebook(cells, edition):
    """Return a lesson or a solution, not executed, that is the same at every build."""
    counter, made = Counter(), []
    for cell in cells:
        identity = cell_id(cell, counter)
        if edition == "lesson" and "solution" in tags(cell):
            continue
        built = nbformat.from_dict(cell)
        if cell.cell_type == "code":
            change = without_answers if edition == "lesson" else with_answers
            built.source = change(cell.source)
            check_syntax(built.source, identity)
        built.id = identity
        built.metadata = metadata(cell)
        if edition == "lesson":
            secret.keep(built, tags(cell))
        made.append(built)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    needs = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return new_notebook(cells=made, metadata=needs)


def cell_id(cell, counter):
    """Return an id that outlives changes in other cells."""
    if name := exercise_name(cell):
        return f"exercise-{name}"
    if name := bet_name(cell):
        return f"bet-{name}"
    content = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()
    counter[content] += 1
    return f"{content[:10]}-{counter[content]}"


def metadata(cell):
    """Return what tools need of a cell: tags, marks, and the slide by the rule."""
    kept = {}
    if needed := [tag for tag in tags(cell) if tag in KEPT_TAGS]:
        kept["tags"] = needed
    marked = dict(marks(cell))
    if cell.cell_type == "code" and is_setup(cell.source):
        marked["setup"] = True
    if cell.cell_type == "code" and "plots.show(" in cell.source:
        marked["figure"] = True
    if marked:
        kept["downhill"] = marked
    slide = None
    if "notes" in tags(cell):
        slide = "notes"
    elif cell.cell_type == "markdown" and re.match("##? ", cell.source):
        slide = "slide"
    elif cell.cell_type == "markdown" and cell.source.startswith("### "):
        slide = "subslide"
    if slide:
        kept["slideshow"] = {"slide_type": slide}
    return kept


def is_setup(code):
    """Tell whether code holds imports alone, or comments."""
    setup = ast.Import | ast.ImportFrom
    return all(
        isinstance(line, setup) or ast.unparse(line) == "plots.use_style()"
        for line in ast.parse(code).body
    )


def check_syntax(code, identity):
    """Stop when a cell no longer parses."""
    try:
        ast.parse(code)
    except SyntaxError as error:
        raise BuildError(f"cell {identity} does not parse: {error}\n{code}") from None


# What is stale


def fingerprint(path):
    """Return a hash of a source and of all that it uses of helpers/."""
    digest = hashlib.sha256(path.read_text("utf-8").encode())
    for text in needed(path, ROOT).values():
        digest.update(text.encode())
    return digest.hexdigest()[:16]


def stale(path):
    """Return which editions of a source are missing or out of date."""
    cells = read_cells(path)
    lesson, solution = editions(path)
    wanted = make_notebook(cells, "lesson"), make_notebook(cells, "solution")
    out = []
    if not lesson.exists() or lesson.read_text("utf-8") != as_text(wanted[0]):
        out.append(lesson)
    if not solution.exists() or not same_solution(solution, wanted[1], path):
        out.append(solution)
    return out


def same_solution(file, wanted, path):
    """Tell whether an executed solution was made from this source and these helpers."""
    try:
        there = nbformat.read(file, as_version=4)
    except nbformat.reader.NotJSONError:  # cut off, or with the marks of a merge
        return False
    made_from = there.metadata.get("downhill", {}).get("made_from")
    found, needed = (
        [(cell.id, cell.source, cell.metadata) for cell in notebook.cells]
        for notebook in (there, wanted)
    )
    return made_from == fingerprint(path) and found == needed


def editions(path):
    """Return where a source's lesson and solution belong."""
    return tuple(ROOT / folder / f"{path.stem}.ipynb" for folder in FOLDERS)


def as_text(notebook):
    """Return a notebook as it is written to disk."""
    return nbformat.writes(notebook) + "\n"


def check_orphans():
    """Stop on a built notebook whose source is gone."""
    stems = {path.stem for path in sources()}
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).glob("*.ipynb")):
            if file.stem not in stems:
                raise BuildError(
                    f"{folder}/{file.name} has no source/{file.stem}.py: "
                    "delete it, or bring its source back"
                )


def answers_text():
    """Return the file of all answers as text."""
    answers = {path.stem[:2]: collect_answers(read_cells(path)) for path in sources()}
    return json.dumps(answers, indent=1, ensure_ascii=False) + "\n"


def build(path, which):
    """Write the editions of a source that are stale."""
    cells = read_cells(path)
    lesson, solution = editions(path)
    if lesson in which:
        lesson.parent.mkdir(exist_ok=True)
        lesson.write_text(as_text(make_notebook(cells, "lesson")), "utf-8")
    if solution in which:
        solution.parent.mkdir(exist_ok=True)
        notebook = make_notebook(cells, "solution")
        execute(notebook, solution.parent)
        notebook.metadata["downhill"] = {"made_from": fingerprint(path)}
        solution.write_text(as_text(notebook), "utf-8")


def main(arguments=None):
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description="Build lessons/ and solutions/.")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="say what is stale")
    choice.add_argument("--all", action="store_true", help="rebuild everything")
    options = parser.parse_args(arguments)
    answers = ROOT / ANSWERS
    try:
        check_orphans()
        text = answers_text()
        same = answers.exists() and answers.read_text("utf-8") == text
        out = [] if same else [answers]
        if out and not options.check:
            answers.write_text(text, "utf-8")
        for path in sources():
            which = editions(path) if options.all else stale(path)
            out += which
            if which and not options.check:
                print(f"building {path.stem}", flush=True)
                build(path, which)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 2
    for file in out if options.check else []:
        print(f"stale: {file.relative_to(ROOT)} (run `make notebooks`)")
    return 1 if options.check and out else 0


if __name__ == "__main__":
    sys.exit(main())
