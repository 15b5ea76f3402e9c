"""The cells of a lesson's source: their marks and tags, and what stands in a stub."""

import ast
import re
import textwrap

import jupytext
import nbformat

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
KEPT_TAGS = {"nbval-ignore-output", "raises-exception"}
TAGS = KEPT_TAGS | {"solution", "notes", "after"}
# Of tags such as "exercise:name", which cells keep: see marks().
MARKS = {"exercise", "bet"}


class BuildError(Exception):
    """Something in a source that its author has to mend."""


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
