"""What of a lesson a room sees, and what its speaker says: a notebook for the slides.

The rules: a question stands alone on its slide, and what comes of it on the next. A
figure or a lab fills a page. Of a text the room sees headings, questions, formulas,
tables, lists, what is short, and sentences with a term or a finding in bold; the
speaker's notes have all of it. Code is shown where it is the point: a function, or a
few lines that print. Which section is in which plan stands in tools/slides/plans.toml.
"""

import importlib
import re
import tomllib
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell, new_output

from tools import build, lab_page
from tools.cells import split_check
from tools.sentences import (
    WHOLE,
    WORDS,
    asked,
    at_questions,
    findings,
    first_words,
    is_caption,
    last_words,
    sentences_of,
    without,
)

PLANS = Path(__file__).with_name("slides") / "plans.toml"
LINES = 14  # of a function, that a room can take in
SHORT = 6  # lines of other code
TALK = ("Predict", "Choose")  # exercises that need no computer
DESK = re.compile(r"(Don't|Answer (with|first)|The cell|Try as often|Return|Write `)")
POINT = re.compile("^- ", re.MULTILINE)
IMAGE = re.compile("image/(png|svg)|video/|widget-view")
CHECK = re.compile(r"^.*\bcheck\..*\n?|^(from|import) .*\n?", re.MULTILINE)
QUIET = re.compile(r"\*[^*]*good place to rest|\*\d+ min|\*\*Next|What books call it:")
BAR = re.compile(r"\d+%\|")  # of progress
KEEP = re.compile(r".*\*Keep\*")  # works in the notebook alone
CAPTION = re.compile(r"\*(?!A side road)[^*]+[.)]\*\s+")  # and more behind it


def pages(source):
    """Return the notebook that the slides show: answers are in the speaker's notes."""
    files = build.editions(source)
    lesson, solution = (nbformat.read(file, as_version=4) for file in files)
    learners = {cell.id: cell for cell in lesson.cells}
    talk = Talk(source)
    talk.came = came(solution.cells)
    for cell in solution.cells:
        marks = build.marks(cell)
        if "setup" in marks:
            continue  # hints; imports
        if cell.id not in learners:  # a solution
            talk.note(cell.source)
        elif cell.cell_type == "markdown":
            talk.text(cell)
        elif "bet" in marks:
            talk.bet(marks["bet"])
        elif "exercise" not in marks:
            talk.code(cell)
        else:
            if talk.kind == "Fix":  # the code is the question
                talk.code(learners[cell.id])
            answer, _ = split_check(cell.source)
            talk.note(f"The answer:\n\n```python\n{answer}\n```")
    talk.close()
    solution.cells = talk.cells
    return solution


class Talk:
    """The cells of a talk, in the making."""

    def __init__(self, source):
        number = source.stem[:2]
        self.checks = importlib.import_module(f"helpers.checks.lesson_{number}")
        self.plans = tomllib.loads(PLANS.read_text("utf-8")).get(number, {})
        self.cells, self.kind = [], ""
        self.lead = ""  # what the room did not see of the text above
        self.part = 0  # the plan of the exercise that the next code belongs to
        self.full = False  # whether the last slide takes nothing more
        self.came = {}  # what each bet came to
        self.said = None  # the last text that the room saw, while nothing follows

    def add(self, text, slide_type="", full=False):
        """Add a text, on a slide of its own or below what stands there."""
        cell = new_markdown_cell(text)
        self._put(cell, slide_type, full)

    def _put(self, cell, slide_type="", full=False):
        slide_type = slide_type or ("subslide" if self.full else "-")
        if self.part and slide_type == "subslide" and cell.cell_type == "code":
            self.add(mark("part", self.part), "subslide")
            slide_type = "-"
        cell.metadata["slideshow"] = {"slide_type": slide_type}
        self.cells.append(cell)
        self.full, self.said = full, None

    def close(self):
        """Take back the words that led to what the room does not see; tell if so."""
        *before, last = self.said.source.split("\n\n") if self.said else [""]
        if not last.endswith((":", ",")) or WHOLE.match(last):
            return False
        kept = " ".join(sentences_of(last)[:-1])
        self.said.source = "\n\n".join([*before, kept] if kept else before)
        if not self.said.source:
            self.full = kind_of(self.said) == "subslide"
            self.cells = [cell for cell in self.cells if cell is not self.said]
        return True

    def shown(self):
        """Return the cells that the room sees."""
        return [cell for cell in self.cells if kind_of(cell) != "notes"]

    def note(self, text):
        """Add what the speaker can say."""
        if text.strip():
            cell = new_markdown_cell(text)
            cell.metadata["slideshow"] = {"slide_type": "notes"}
            self.cells.append(cell)

    def ask(self, text, plan=0):
        """Add a question, alone on its slide."""
        self.add(f"{mark('question', plan)}\n\n{text}", "subslide", full=True)

    def text(self, cell):
        """Add what a room needs of a text; all of it is for the speaker."""
        cut = self.close()
        blocks = re.split(r"\n\s*\n", cell.source.strip())
        blocks = [block for block in blocks if not QUIET.match(block)]
        if (
            cell.metadata.get("slideshow", {}).get("slide_type") == "notes"
            or not blocks
        ):
            self.note(cell.source)
            return
        words = "\n\n".join(blocks)
        blocks = [
            without(KEEP, block) if KEEP.search(block) else block for block in blocks
        ]
        self.lead, self.part = "", 0
        heading = blocks.pop(0) if blocks[0].startswith("#") else ""
        level = len(heading.split(" ")[0])
        self.kind = heading.split("· ")[-1] if level == 3 else ""
        if level == 1:
            blocks = [self.points("goals", block) for block in blocks]
            self.add("\n\n".join([heading, *blocks]), "slide", full=True)
            return
        if level == 3 and self.kind != heading:  # an exercise
            plan = 0 if self.kind in TALK else 90
            task = [heading, *(without(DESK, block) for block in blocks)]
            if self.cells and self.cells[-1].source.rpartition("\n")[2].startswith(
                "##"
            ):
                section = self.cells.pop()  # the exercise is all of it
                task = [section.source, mark("question", plan), *task]
                self.add("\n\n".join(task), kind_of(section), full=True)
            else:
                self.ask("\n\n".join(task), plan)
            self.part = plan
            return
        if level == 2:
            heading = f"{mark('plan', self.plan(heading))}\n\n{heading}"
            self.add(heading, "slide")
            if not blocks:
                return
        elif level == 3:
            self.add(heading, "subslide")
        elif is_caption(blocks[0]):  # the figure says it
            self.note(blocks.pop(0))
        elif self.full and self.cells and self.shown()[-1].cell_type == "code":
            blocks[0] = CAPTION.sub("", blocks[0], count=1)
        if cut and blocks and blocks[0][0].islower():  # the end of that sentence
            blocks = blocks[1:]
        if heading.endswith("## What to remember"):
            points = [self.points("remember", block) for block in blocks]
            blocks, pieces = [], [points]
        else:
            pieces = at_questions(blocks)
        told = False
        for piece in pieces:
            piece, question, answer = asked(piece)
            if self.show(piece) and not told:
                self.note(words)
                told = True
            if question and heading and self.cells[-1].source == heading:
                kind = kind_of(self.cells.pop())
                question = f"{mark('question')}\n\n{heading}\n\n{question}"
                self.add(question, kind, full=True)
            elif question:
                self.ask(question)
            if question and not told:
                self.note(words)
                told = True
            if answer:
                self.add(answer)
        if not told and blocks:
            first = first_words(sentences_of(blocks[0])) if heading else ""
            if heading:
                self.add(first)
            self.lead = last_words(
                s for s in sentences_of(blocks[-1]) if s not in first
            )
        if not told:
            self.note(words)

    def plan(self, heading):
        """Return the shortest plan, in minutes, that has a section."""
        title = heading.removeprefix("## ")
        fitting = [int(m) for m, titles in self.plans.items() if title in titles]
        return min(fitting, default=90 if self.plans else 0)

    def points(self, of, block):
        """Mark the points of a list, each by the shortest plan that comes to it."""
        plans = iter(self.plans.get(of, ()) if block.startswith("- ") else ())
        return POINT.sub(lambda _: f"- {mark('part', next(plans, 0))}", block)

    def show(self, blocks):
        """Add the blocks of a text that a room should see; tell if there are any."""
        shown = []
        for block in blocks:
            most = WORDS * (1.5 if "**" in block else 1)
            if WHOLE.match(block) or 4 < len(block.split()) <= most:
                shown.append(block)
            else:
                shown += findings(sentences_of(block))
        if shown:
            self.add("\n\n".join(shown))
            self.said = self.cells[-1]
        return bool(shown)

    def bet(self, name):
        """Say on the question's slide between which numbers the hands go up."""
        bet = getattr(self.checks, name)
        scale = f"{mark('bet')}**{bet.about[0].upper()}{bet.about[1:]}**: {bet.range()}"
        last = self.shown()[-1]
        if self.full and "question" in last.source:
            last.source += f"\n\n{scale}"
        else:
            self.ask(scale, self.part)
        self.note(f"**{self.came[name]}**" if name in self.came else "")

    def code(self, cell):
        """Add code where it is the point, and what it gives: a figure has its page."""
        if live := lab_page.lab(cell.source) if "labs." in cell.source else None:
            made = lab_page.piece(live, live._on_page, shared=False)
            cell.source = ""
            cell.outputs = [new_output("display_data", {"text/html": made})]
            self._put(cell, self.figure_on(), full=True)
            return
        draws = bool(IMAGE.search(str(cell.outputs)))
        code = re.sub(r"\n{3,}", "\n\n", CHECK.sub("", cell.source)).strip()
        # A check's boxes and a bar of progress say nothing to a room.
        cell.outputs = [output for output in cell.outputs if code and shows(output)]
        lines = len(code.splitlines())
        taught = lines <= LINES if "def " in code else cell.outputs and lines <= SHORT
        cell.source = code if taught and not draws else ""
        if self.lead and cell.outputs and not cell.source and not draws:
            self.add(self.lead)  # or nobody knows what the numbers are
        self.lead = ""
        if cell.source or cell.outputs:
            self._put(cell, self.figure_on() if draws else "", full=draws)

    def figure_on(self):
        """Return where a figure goes: below a few words, or on a page of its own."""
        starts = [i for i, c in enumerate(self.cells) if "slide" in kind_of(c)]
        page = [c for c in self.cells[starts[-1] :] if kind_of(c) != "notes"]
        words = " ".join(c.source for c in page).split()
        few = len(words) <= WORDS and all(c.cell_type == "markdown" for c in page)
        return "-" if few and not self.full and not self.part else "subslide"


def came(cells):
    """Return what each bet came to, as its run says it: name -> sentence."""
    runs = [cell for cell in cells if ".came(" in cell.source]
    names = [re.search(r"check\.(\w+)\.came\(", cell.source)[1] for cell in runs]
    said = [re.search(r"It is .+?\.(?= You made no bet)", str(c.outputs)) for c in runs]
    return {name: found[0] for name, found in zip(names, said, strict=True) if found}


def kind_of(cell):
    """Return where the slides show a cell: slide, subslide, - or notes."""
    return cell.metadata["slideshow"]["slide_type"]


def mark(kind, plan=0):
    """Return what the page's script knows a slide by, in a text."""
    return f'<span class="{kind}" data-plan="{plan}"></span>'


def shows(output):
    """Tell whether an output is a print, a table or a figure."""
    if output.get("name") == "stdout":
        return not BAR.search(output["text"])
    return bool(IMAGE.search(str(output))) or 'class="dataframe"' in str(output)
