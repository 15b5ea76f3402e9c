"""The lessons as Markdown for the site: they ask before they tell."""

import base64
import html
import io
import re
from importlib import import_module

import nbformat
from PIL import Image

from tools import build, lab_page
from tools.cells import split_check
from tools.sentences import ASKS, LEANS
from tools.site_cuts import SPLIT, to_read
from tools.site_texts import FILES, HERE, fenced, formulas, links, take_along

NOT_SHOWN = re.compile(r"(check|bets)\.(progress|look_back|prophet)\(\)|# check\..*")
SEE = "See what comes out"
BAR = re.compile(r"^.*\d+%\|.*\n?", re.MULTILINE)  # of progress
BET = """<p class="bet"><label>Your guess, {range}: <input size="8" autocomplete="off"
enterkeyhint="go" data-bet="{name}" data-range="{range}" data-low="{low!r}"
data-high="{high!r}"></label> Say a number before you go on. <output></output></p>"""
CAME = '<p class="came" id="came-{0}" data-came="{1}">It is {1}.</p>'
BOOKS = re.compile(
    r"(?P<stars>\*{0,2})Books call (?:it|each|such [^*]*)(?P=stars).*?(?<=[.?!)])"
    r"(?=\s|$)",
    re.DOTALL,
)
TERM = re.compile(r"\*\*(?!Books)(.+?)\*\*", re.DOTALL)


class Page:
    """One lesson as Markdown, written cell by cell.

    What the lesson keeps secret until it is run stands behind a fold: its texts, and
    what comes out of the cells before them, or behind a bet.

    Attributes
    ----------
    text : str
    files : dict of str to bytes
        Pictures and films, by their names.
    books : list of (str, str, str)
        Of each sentence that says what books call a thing: the term, the sentence after
        the plain words, its place. What a fold hides is not told.
    labs : list of str
    """

    def __init__(self, source):
        self._stem = source.stem
        lesson, solution = (
            nbformat.read(file, as_version=4) for file in build.editions(source)
        )
        self._lesson = {cell.id: cell.source for cell in lesson.cells}
        check = import_module(f"helpers.checks.lesson_{source.stem[:2]}")
        self._exercises = {e.name: (e.kind, e.hints) for e in check.EXERCISES}
        self._bets = {bet.name: bet for bet in getattr(check, "BETS", ())}
        self._parts, self.files, self.books, self.labs = [], {}, [], []
        self._secret = self._open_fold = self._asked = self._predicted = False
        cells = list(solution.cells)
        while cells:
            cell = cells.pop(0)
            if cell.cell_type == "markdown":
                self._text(cell)
            elif not all(map(NOT_SHOWN.fullmatch, cell.source.splitlines())):
                self._code_cell(cell, cells)
        self._end()
        opening = lesson.cells[0].source
        self.title = opening.splitlines()[0].removeprefix("# ")
        self.question = _found(r"\*\*(.+?)\*\*", opening)
        self.minutes = _minutes(opening)
        self.text = "\n\n".join(self._parts) + "\n"

    def _raw(self, text):
        self._parts.append(f"```````{{raw}} html\n{text}\n```````")

    def _fold(self, kind, summary, *parts):
        self._raw(f'<details class="{kind}"><summary>{summary}</summary>')
        self._parts += parts
        self._raw("</details>")

    def _begin(self):
        """Put what follows into the fold of what comes out."""
        if not self._open_fold:
            self._raw(f'<details class="finding"><summary>{SEE}</summary>')
        self._open_fold = True

    def _end(self):
        if self._open_fold:
            self._raw("</details>")
        self._open_fold = False

    def _is_secret(self, cell):
        return cell.cell_type == "markdown" and self._lesson.get(
            cell.id, ""
        ).startswith("<details>")

    def _text(self, cell):
        """Add a text; one that the lesson folds goes into the fold."""
        if not (text := to_read(cell.source)):
            return
        head, *more = re.split(r"\n(?=#{1,3} )", text)
        if self._is_secret(cell):
            self._begin()
            self._parts.append(self._prose(head, secret=True))
        elif cell.id not in self._lesson:
            self._fold("answer", "Show the answer", self._prose(text))
            return
        else:
            more = [text]
        for part in more:
            self._end()
            self._secret = False
            self._predicted &= not part.startswith("#")
            if part.startswith("# "):
                title, _, part = part.partition("\n")
                self._parts.append(title)
                self._raw(take_along(self._stem))
                if self._stem.startswith("00"):
                    self._parts.append(HERE)
            self._parts.append(self._prose(part))
        # What stands above an exercise's code is what its question is about.
        last = re.split(r"\n\s*\n", text)[-1]
        self._asked = bool(ASKS.search(last)) and not text.startswith("### Exercise")

    def _prose(self, text, secret=False):
        """Return a text as the page has it, and note what books call it."""

        def place(found):
            if not (term := TERM.search(found[0])):
                return found[0]
            name = f"books-{len(self.books)}"
            plain = "" if secret else plain_words(text[: found.start()])
            term = " ".join(term[1].split())
            self.books.append((term, f"{plain} {found[0]}".strip(), name))
            return f'<span id="{name}"></span>{found[0]}'

        return formulas(links(BOOKS.sub(place, text)))

    def _code_cell(self, cell, rest):
        marks = build.marks(cell)
        if "exercise" in marks:
            self._end()
            self._exercise(cell, rest)
        elif "bet" in marks:
            self._end()
            self._secret = True
            bet = self._bets[marks["bet"]]
            self._raw(
                BET.format(name=bet.name, range=bet.range(), low=bet.low, high=bet.high)
            )
        elif "setup" in marks:
            self._fold("code", "Imports", fenced(cell.source))
        elif live := lab_page.lab(cell.source):
            self._end()
            self._asked = False
            self._parts.append(fenced(cell.source))
            self.labs.append(lab_page.piece(live, live._on_page, shared=False))
            self._raw(self.labs[-1])
        else:
            next_text = next((c for c in rest if c.cell_type == "markdown"), cell)
            self._secret |= self._is_secret(next_text)
            self._run(cell, "figure" in marks)

    def _run(self, cell, figure):
        """Add a cell that runs: its code, and what comes out of it."""
        code = _without_bets(cell.source)
        if not figure and code:
            self._end()
            self._parts.append(fenced(code))
        shown = [output for output in map(_without_bar, cell.outputs) if output]
        shown = [output for output in shown if not _is_note(output)]
        came = [found for output in cell.outputs if (found := _came(output))]
        self._secret |= self._asked or self._predicted or bool(came)
        if (shown or came) and self._secret:
            self._begin()
        names = re.findall(r"check\.(\w+)\.came\(", cell.source)
        for name, value in zip(names, came, strict=True):
            self._raw(CAME.format(name, value))
        for number, output in enumerate(shown):
            if page := output.get("data", {}).get("text/markdown"):
                self._begin()
                self._parts.append(
                    re.sub("^#+ (.*)", r"**\1**", page, flags=re.MULTILINE)
                )
                continue
            self._raw(self._output(output, f"{self._stem}-{cell.id}-{number}"))
        if "labs." in code and ".animate(" not in code and shown:
            self._raw("<p><em>A still picture: its dials are in the notebook.</em></p>")
        if figure:
            self._fold("code", "The code that draws it", fenced(code))

    def _output(self, output, name):
        """Return an output as HTML; the data of pictures and films go into files."""
        data = output.get("data", {})
        if "image/png" not in data:
            text = output.get("text") or data.get("text/plain", "")
            return data.get(
                "text/html", f'<pre class="output">{html.escape(text.rstrip())}</pre>'
            )
        film = data.get("text/html", "")
        found = re.findall(r"data:image/webp;base64,([^\"]+)", film)
        for number, packed in enumerate(found):
            file = f"{name}-{number}.webp"
            self.files[file] = base64.b64decode(packed)
            film = film.replace(f"data:image/webp;base64,{packed}", f"{FILES}/{file}")
        if found:
            return film
        alt = html.escape(output.metadata.get("image/png", {}).get("alt", ""))
        self.files[f"{name}.png"] = png = base64.b64decode(data["image/png"])
        width, height = Image.open(io.BytesIO(png)).size  # room for it from the start
        size = f'width="{width}" height="{height}"'
        return f'<img loading="lazy" {size} alt="{alt}" src="{FILES}/{name}.png">'

    def _exercise(self, cell, rest):
        """Add an exercise: its stub, one hint after the other, and the answer."""
        name = build.exercise_name(cell)
        self._parts.append(fenced(split_check(self._lesson[cell.id])[0]))
        kind, hints = self._exercises[name]
        self._predicted = kind in ("Predict", "Choose")
        first, second = map(self._prose, hints)
        self._raw('<details class="hint"><summary>A hint</summary>')
        self._parts.append(first)
        self._fold("hint", "One more hint", second)
        self._raw("</details>")
        texts = []
        while rest and (
            NOT_SHOWN.match(rest[0].source)
            or rest[0].id not in self._lesson
            or not to_read(rest[0].source)
        ):
            after = rest.pop(0)
            if after.cell_type == "markdown":
                texts.append(self._prose(to_read(after.source)))
        answer = fenced(split_check(cell.source)[0])
        self._fold("answer", "Show the answer", answer, *texts)


def plain_words(text):
    """Return the last sentence of a text, and the one that it leans on."""
    last = " ".join(re.split(r"\n\s*\n", text)[-1].split())
    sentences = SPLIT.split(last)
    return " ".join(sentences[-2 if LEANS.match(sentences[-1]) else -1 :])


def _found(pattern, text):
    found = re.search(pattern, text, re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def _minutes(text):
    """Return how long a lesson takes, in figures: "45", or "5 to 10"."""
    found = _found(r"(\w+(?: to \w+)?) minutes", text).lower()
    figures = {"five": "5", "ten": "10", "fifteen": "15", "twenty": "20"}
    return " ".join(figures.get(word, word) for word in found.split())


def _came(output):
    """Return what the run gave to a bet, with its unit, if an output says it."""
    said = output.get("data", {}).get("text/plain", "")
    return _found(r"^Your bet: .*\n\nIt is (.+)\. You made no bet\.", said)


def _is_note(output):
    """Tell whether an output is a check's, or a bet's."""
    return "border-left: 5px solid" in output.get("data", {}).get("text/html", "")


def _without_bar(output):
    """Return an output without a bar of progress, or None if it is nothing else."""
    if output.get("name") != "stdout" or not BAR.search(output["text"]):
        return output
    left = BAR.sub("", output["text"])
    return output | {"text": left} if left.strip() else None


def _without_bets(code):
    """Return code without the lines that keep and draw a bet."""
    lines = code.splitlines()
    kept = [line for line in lines if not re.search(r"check\.\w+\.(came|draw)\(", line)]
    return "\n".join(kept).replace("{said}", "").strip()
