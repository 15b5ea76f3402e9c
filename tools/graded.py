"""Write dist/graded/: what nbgrader needs to hand out and grade the lessons.

Each notebook is complete in itself, as the portable ones are, and brings no answers. A
cell of its own judges each exercise, with hidden tests: see INSTRUCTORS.md.
"""

import ast
import importlib
import os
import re
import shutil
import textwrap
import tomllib

from nbformat.v4 import new_code_cell

from helpers.checks import progress
from tools import build, portable
from tools.cells import split_check
from tools.outputs import KERNEL_ENVIRONMENT

FOLDER = build.ROOT / "dist" / "graded"
IN_WORDS = build.ROOT / "bank" / "in_words.toml"
CONFIG = f"""\
import os

# A word on stderr costs all points of a cell, and TensorFlow is talkative.
os.environ.update({KERNEL_ENVIRONMENT})
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "downhill"
c.Execute.timeout = 300  # seconds a cell: some train networks
c.Execute.iopub_timeout = 60  # the default, 4 s, fails on a busy machine
"""
SCHEMA = {"schema_version": 3, "solution": False, "task": False, "locked": True}
# Students get the first two lines. The rest is back for the grading: the check must
# accept the answer, and must still know each mistake in the bank.
JUDGE = """\
checked = check.{name}({answer})
display(checked)
### BEGIN HIDDEN TESTS
assert checked, checked.message


def check_the_check():
{definitions}
    for answer, part in {mistakes}:
        verdict = check.{name}(answer)
        known = verdict.status == "incorrect" and part in verdict.message
        assert known, "The check itself was changed."


check_the_check()
### END HIDDEN TESTS"""


def notebook(source):
    """Return a lesson with a graded cell for each exercise, and its code in a cell."""
    cells = build.read_cells(source)
    made = build.make_notebook(cells, "lesson")
    first = portable.first_cell(source, answers=False)
    first.metadata["nbgrader"] = SCHEMA | {"grade_id": first.id, "grade": False}
    made.cells = [first, *(part for cell in made.cells for part in split(cell, source))]
    return made


def split(cell, source):
    """Return an exercise's cell as two, answer and judge; others as they are."""
    name = build.exercise_name(cell)
    if name is None:
        return [cell]
    cell.source, call = split_check(cell.source)
    start, end = f"check.{name}(", ")"
    if not (call.startswith(start) and call.endswith(end)):
        raise build.BuildError(f"{source.name}: {name} must end with {start}...{end}")
    lesson = importlib.import_module(f"helpers.checks.lesson_{source.stem[:2]}")
    exercise = getattr(lesson, name)
    most = 2 if trains(exercise) else None
    definitions, mistakes = known_mistakes(source.stem[:2], exercise, most)
    judge = JUDGE.format(
        name=name,
        answer=call.removeprefix(start).removesuffix(end),
        definitions=textwrap.indent(definitions or "pass", "    "),
        mistakes=mistakes,
    )
    made = new_code_cell(judge, id=f"points-{name}")
    marks = {"grade_id": made.id, "grade": True, "points": exercise.points}
    made.metadata.update(nbgrader=SCHEMA | marks, downhill={"judges": name})
    return [cell, made]


def known_mistakes(number, exercise, most=None):
    """Return the bank's wrong answers to an exercise as code: (definitions, list).

    Each comes with a part of the message that it gets.
    """
    bank = build.ROOT / "bank" / f"lesson_{number}.py"
    nodes = ast.parse(bank.read_text("utf-8")).body
    table = next(node.value for node in nodes if names_made(node) == {"WRONG"})
    names = [key.value for key in table.keys]
    mistakes = table.values[names.index(exercise.name)]
    mistakes.elts = mistakes.elts[:most]
    needed, wanted = [], names_used(mistakes)
    while needed != (found := [node for node in nodes if names_made(node) & wanted]):
        needed = found
        wanted = wanted.union(*map(names_used, needed))
    return "\n".join(map(ast.unparse, needed)), ast.unparse(mistakes)


def trains(exercise):
    """Tell whether a check takes its time."""
    return exercise.needs == "keras" or exercise.seconds > 5


def names_made(node):
    """Return the names that a statement of a module makes."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {node.name} if hasattr(node, "name") else set()


def names_used(node):
    """Return the names that code looks up."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def mistakes(source, train=True):
    """Return what people get wrong in a lesson as Markdown: a page, in their words.

    Without ``train``, of the messages of exercises in Keras comes the known part alone.
    """
    number = source.stem[:2]
    lesson = importlib.import_module(f"helpers.checks.lesson_{number}")
    lines = [f"## {lesson.LESSON.number} · {lesson.LESSON.title}", ""]
    lines += ["| exercise | a student writes | the check says | ask back |"]
    lines += ["|---|---|---|---|"]
    for exercise in lesson.EXERCISES:
        name = f"{exercise.number} {progress.title(exercise)}"
        for entry in in_words(number).get(exercise.name, []):
            answer, said = known_mistake(number, exercise.name, entry["part"])
            if train or exercise.needs != "keras":
                message = exercise(answer).message
                # A busy machine stops an answer: that is no mistake of its author.
                said = shortened(message, said) if said in message else said
            cells = name, entry["said"], said, entry["ask"]
            cells = (" ".join(cell.replace("|", "\\|").split()) for cell in cells)
            lines.append("| {} | {} | {} | {} |".format(*cells))
            name = ""
    return "\n".join(lines) + "\n"


def in_words(number):
    """Return a lesson's mistakes in people's words: exercise -> said, part, ask."""
    return tomllib.loads(IN_WORDS.read_text("utf-8")).get(number, {})


def known_mistake(number, name, part):
    """Return a wrong answer of the bank, and the part of its message, by a piece of it.

    Where several have the piece, it is the first of those with the shortest part.
    """
    bank = importlib.import_module(f"bank.lesson_{number}")
    found = [known for known in bank.WRONG[name] if part in known[1]]
    if not found:
        raise build.BuildError(f"bank: no message of {name} has {part!r} in it")
    return min(found, key=lambda known: len(known[1]))


def shortened(message, part, words=20):
    """Return a message's sentence with its part, and its neighbours while few words."""
    sentences = re.split(r"(?<=[.?!]) +(?=[^a-z])", " ".join(message.split()))
    at = next((k for k, each in enumerate(sentences) if part in each), 0)
    text = sentences[at]
    for before in reversed(sentences[:at]):
        if len(f"{before} {text}".split()) > words and len(text.split()) > 5:
            break
        text = f"{before} {text}"
    for after in sentences[at + 1 :]:
        if len(f"{text} {after}".split()) > words:
            break
        text = f"{text} {after}"
    return text


def write(folder=FOLDER):
    """Write all assignments; what students handed in stays."""
    os.environ.update(KERNEL_ENVIRONMENT)
    shutil.rmtree(folder / "source", ignore_errors=True)
    for source in build.sources():
        file = folder / "source" / source.stem / f"{source.stem}.ipynb"
        file.parent.mkdir(parents=True)
        made = notebook(source)
        file.write_text(build.as_text(made), "utf-8")
        points = [c.metadata.nbgrader.points for c in made.cells[1:] if locked(c)]
        print(f"{source.stem:40} {len(points)} exercises, {sum(points):2} points")
    (folder / "nbgrader_config.py").write_text(CONFIG, "utf-8")
    told = "For each exercise the commonest first. Long messages are shortened."
    pages = ["# What people get wrong", "", told, "", *map(mistakes, build.sources())]
    text = "\n".join(pages)
    (folder / "mistakes.md").write_text(text, "utf-8")


def locked(cell):
    """Tell whether nbgrader grades a cell, or brings it back as it was."""
    return "nbgrader" in cell.metadata


def marked_ids(notebook):
    """Return nbgrader's names for the cells that it grades or brings back."""
    return [c.metadata.nbgrader.grade_id for c in notebook.cells if locked(c)]


if __name__ == "__main__":
    write()
