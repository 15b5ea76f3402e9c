"""Build the lessons and the solutions from source/: see CONTRIBUTING.md.

python tools/build.py            rebuilds what is stale
python tools/build.py --check    says what is stale, and ends with 1 if anything is
python tools/build.py --all      rebuilds everything
"""

import argparse
import ast
import base64
import hashlib
import io
import json
import os
import re
import sys
import textwrap
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_notebook
from PIL import Image

from tools import secret
from tools.needed import needed

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("lessons", "solutions")
ANSWERS = "helpers/checks/answers.json"  # built, too: what `.solution()` shows
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
KEPT_TAGS = {"nbval-ignore-output", "raises-exception"}
TAGS = KEPT_TAGS | {"solution", "notes", "after"}
# Of tags such as "exercise:name", which cells keep: see marks().
MARKS = {"exercise", "bet"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# Steps of five out of 255 look the same, and make the pictures a third lighter.
FEWER_LEVELS = [round(level / 5) * 5 for level in range(256)] * 3
KERNEL_ENVIRONMENT = {
    "DOWNHILL_PROGRESS": "off",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


class BuildError(Exception):
    """Something in a source that its author has to mend."""


# Reading a source


def sources():
    """Return the sources of all lessons, in their order."""
    return sorted((ROOT / "source").glob("*.py"))


def read_cells(path):
    """Return the source's cells: markdown split at its headings, empty ones dropped."""
    check_marks(path)
    notebook = jupytext.read(path, fmt="py:percent")
    cells = []
    for cell in notebook.cells:
        check_tags(cell, path)
        named = dict(tag.split(":") for tag in tags(cell) if ":" in tag)
        parts = [cell.source]
        if cell.cell_type == "markdown":
            parts = re.split(r"\n(?=#{1,3} )", cell.source)
        for part in map(str.strip, parts):
            if part:
                split = nbformat.from_dict(cell)
                split.source = part
                split.metadata.downhill = nbformat.from_dict(named)
                cells.append(split)
    return cells


def check_marks(path):
    """Stop on a solution mark that is unpaired, nested, or split over two cells."""
    opened = None
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        mark = line.strip()
        if mark == BEGIN and opened:
            raise BuildError(f"{path.name}:{number}: {BEGIN} inside that of {opened}")
        if mark == END and not opened:
            raise BuildError(f"{path.name}:{number}: {END} without {BEGIN}")
        if line.startswith("# %%") and opened:
            raise BuildError(f"{path.name}:{opened}: {BEGIN} without {END} in its cell")
        opened = number if mark == BEGIN else None if mark == END else opened
    if opened:
        raise BuildError(f"{path.name}:{opened}: {BEGIN} without {END}")


def check_tags(cell, path):
    """Stop on a tag that says nothing, such as one with a slip in it."""
    for tag in tags(cell):
        mark, colon, name = tag.partition(":")
        if tag not in TAGS and not (colon and mark in MARKS and name.isidentifier()):
            known = ", ".join([*sorted(TAGS), *(f"{mark}:name" for mark in MARKS)])
            raise BuildError(f"{path.name}: unknown tag {tag!r}: use one of {known}")


def tags(cell):
    """Return a cell's tags."""
    return cell.metadata.get("tags", [])


def marks(cell):
    """Return what every tool knows a cell by, of a source or built.

    {"exercise": name}; in a built notebook also {"setup": True}, for imports alone, and
    {"figure": True}, for code that draws one.
    """
    return cell.metadata.get("downhill", {})


def exercise_name(cell):
    """Return the name of the exercise that a cell holds, or None."""
    return marks(cell).get("exercise")


def bet_name(cell):
    """Return the name of the bet that a cell asks for, or None."""
    return marks(cell).get("bet")


def with_answers(code):
    """Return a cell's code with the marks taken out."""
    lines = code.splitlines()
    return "\n".join(line for line in lines if line.strip() not in (BEGIN, END))


def without_answers(code):
    """Return a cell's code with every marked region turned into a stub."""
    kept, region = [], None
    for line in code.splitlines():
        mark = line.strip()
        if mark == BEGIN:
            region = []
        elif mark == END:
            kept.append(stub(region))
            region = None
        else:
            (kept if region is None else region).append(line)
    return "\n".join(kept)


def stub(region):
    """Return `name = ...` for a region that is one assignment, else `...`."""
    code = "\n".join(region)
    first = next((line for line in region if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    body = ast.parse(textwrap.dedent(code)).body
    if len(body) == 1 and isinstance(body[0], ast.Assign):
        targets = [ast.unparse(target).strip("()") for target in body[0].targets]
        # `a, b = ...` would not run: every name gets a value of its own.
        values = ", ".join(["..."] * len(getattr(body[0].targets[0], "elts", [1])))
        return f"{indent}{' = '.join(targets)} = {values}"
    if len(body) == 1 and isinstance(body[0], ast.AnnAssign):
        target, kind = body[0].target, body[0].annotation
        return f"{indent}{ast.unparse(target)}: {ast.unparse(kind)} = ..."
    return f"{indent}..."


def split_check(code):
    """Return an exercise's code as two: the answer, and the call of its check."""
    answer, found, call = code.partition("\ncheck.")
    return answer.strip(), f"check.{call}".strip() if found else ""


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


def collect_answers(cells):
    """Return name -> {code, text}: the marked cell, and the solution text after it."""
    answers, name = {}, None
    for cell in cells:
        if exercise_name(cell):
            name = exercise_name(cell)
            code, _ = split_check(with_answers(cell.source))
            answers[name] = {"code": code, "text": ""}
        elif name and "solution" in tags(cell) and cell.cell_type == "markdown":
            text = f"{answers[name]['text']}\n\n{cell.source}"
            answers[name]["text"] = text.strip()
    return answers


def execute(notebook, folder):
    """Run a notebook's cells in that folder and keep their outputs."""
    os.environ.update(KERNEL_ENVIRONMENT)
    place = {"metadata": {"path": str(folder)}}
    try:
        NotebookClient(notebook, timeout=600, resources=place).execute()
    except CellExecutionError as error:
        raise BuildError(
            f"a cell fails: {error.ename}: {error.evalue}\n{error}"
        ) from None
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            clean_outputs(cell)


def clean_outputs(cell):
    """Keep light stills and full bars; stop on warnings that a reader would see."""
    joined = []
    for output in cell.outputs:  # a bar that was printed slowly comes in pieces
        if joined and output.get("name", 0) == joined[-1].get("name"):
            joined[-1].text += output.text
        else:
            joined.append(output)
    cell.outputs = joined
    for output in cell.outputs:
        data = output.get("data", {})
        data.pop(WIDGET_VIEW, None)
        if "image/png" in data:
            data["image/png"] = light(data["image/png"])
        if output.output_type == "stream":  # of a bar, what it showed last
            lines = output.text.split("\n")
            output.text = "\n".join(line.rsplit("\r", 1)[-1] for line in lines)
    stderr = [output for output in cell.outputs if output.get("name") == "stderr"]
    if stderr and "nbval-ignore-output" not in tags(cell):
        raise BuildError(f"cell {cell.id} writes to stderr:\n{stderr[0].text}")
    cell.outputs = [output for output in cell.outputs if output not in stderr]


def light(png):
    """Return a PNG, in base64, as one that weighs less and looks the same."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    buffer = io.BytesIO()
    picture.point(FEWER_LEVELS).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


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
