"""Bets: a guess before an experiment, kept, drawn into its figure, looked back on.

A lesson's bets are declared in ``helpers/checks/lesson_NN.py``. The learner writes
``check.name.bet(150)``, or moves the slider that ``check.name.bet(...)`` shows, or goes
on without. After the run come ``check.name.came(result)`` and ``check.name.draw()``.
"""

import json
import math
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from helpers.checks import bet_pictures, progress
from helpers.checks.answers import number
from helpers.checks.bet_slider import Slider, moved
from helpers.checks.engine import Wrong
from helpers.checks.feedback import Note, once, show_now
from helpers.plots.base import Picture

NONE = "-"  # in the line for a class: no bet was made
_in_memory = {}


@dataclass(eq=False)
class Bet:
    """A number to guess before an experiment shows it.

    Parameters
    ----------
    about : str
        What is guessed, in a few words: "patients who send w the wrong way".
    low, high : float
        Where a guess may lie: the ends of the scale on which it is drawn.
    unit : str
        "rows", "%" or nothing.
    log : bool
        Whether equal factors are equally far, for what spans decades.
    name : str
        Its name among the checks of its lesson: set by :func:`of`.
    lesson : int
        The lesson's number, likewise.
    """

    about: str
    low: float
    high: float
    unit: str = ""
    log: bool = False
    name: str = ""
    lesson: int = 0

    def bet(self, guess):
        """Keep a guess; for ``...`` show a slider, or say how to write a number."""
        if guess is ...:
            return self._note() if self.kept() else Slider(self)
        try:
            return self._note(self.keep(number(guess, "Your bet")))
        except Wrong as wrong:
            return self._note(str(wrong))

    def keep(self, said: float) -> str:
        """Keep the first guess, if it comes before the result; return a remark."""
        kept = self.kept()
        if not self.low <= said <= self.high:
            return f"A bet lies {self.range()}: {self.value(said)} is not kept."
        if "said" not in kept and "came" not in kept:
            return _write(self, {"said": said})
        again = f"`check.{self.name}.reset()` forgets it."
        if "said" not in kept:
            return f"A guess made after the result does not count. {again}"
        return "" if kept["said"] == said else f"The first guess counts. {again}"

    def came(self, result) -> Note:
        """Keep what the experiment gave: from now on a guess comes too late."""
        kept, stands = self.kept(), moved.pop(self, None)
        if stands is not None and not kept:
            kept = {"said": stands}
        kept = kept | {"came": float(result)}
        if kept != self.kept():
            _write(self, kept)
        return Note(f"Your bet: {self.about}", self.words(kept))

    def draw(self) -> str:
        """Draw the guess below the current figure; return a sentence for its text.

        Call it last, before ``plots.show``. Without a guess the figure stays as it is.
        """
        kept = self.kept()
        if "said" not in kept:
            return ""
        bet_pictures.below(self, kept)
        return f" {self.words(kept)}"

    def reset(self) -> Note:
        """Forget the guess, and that the result was seen."""
        moved.pop(self, None)
        _write(self, {})
        return self._note("It is forgotten.")

    def kept(self) -> dict:
        """Return what is kept: "said" and "came", each when it is there."""
        return read().get(f"{self.lesson:02}", {}).get(self.name, {})

    def place(self, value: float) -> float:
        """Return where a value lies on the scale, from 0 to 1."""
        change = math.log if self.log else float
        low, high = change(self.low), change(self.high)
        return (change(min(max(value, self.low), self.high)) - low) / (high - low)

    def miss(self, kept: dict) -> float:
        """Return how far guess and result are apart, as a share of the scale."""
        return abs(self.place(kept["said"]) - self.place(kept["came"]))

    def blind(self, kept: dict) -> float:
        """Return by how much a guess anywhere on the scale misses on average."""
        place = self.place(kept["came"])
        return (place**2 + (1 - place) ** 2) / 2

    @staticmethod
    def digits(number: float) -> str:
        """Return a number as it is shown: three digits, or all of a large one."""
        shown = f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
        return shown.replace("-", "−")

    def value(self, number: float) -> str:
        """Return a number with its unit: "1,200 rows"."""
        unit = self.unit.removesuffix("s") if number == 1 else self.unit
        return f"{self.digits(number)}{' ' * (unit > '%')}{unit}"

    def range(self) -> str:
        """Return in words where a guess may lie."""
        return f"from {self.digits(self.low)} to {self.value(self.high)}"

    def words(self, kept: dict) -> str:
        """Return in words what was said and what came."""
        if not kept:
            return ""
        if "said" not in kept:
            return f"It is {self.value(kept['came'])}. You made no bet."
        if "came" not in kept:
            return f"You said {self.value(kept['said'])}. Now run on."
        said, came = self.digits(kept["said"]), self.value(kept["came"])
        return f"You said {said}, it is {came}. {_comment(self, kept)}".strip()

    def _note(self, remark=""):
        said = f"{self.words(self.kept())} {remark}"
        return Note(f"Your bet: {self.about}", said.strip())


def of(lesson: int, names: dict) -> tuple[Bet, ...]:
    """Return the bets among a module's names, in order; each learns its own name."""
    made = {name: bet for name, bet in names.items() if isinstance(bet, Bet)}
    for name, bet in made.items():
        bet.lesson, bet.name = lesson, name
    return tuple(made.values())


def _comment(bet, kept):
    miss = bet.miss(kept)
    if miss <= 0.02:
        return "Spot on."
    return "Close." if miss <= 0.1 else "Not what one would think!" * (miss > 0.3)


# Looking back


def look_back(bets) -> Note | Picture:
    """Return the bets of a lesson as one picture: what was said, what came."""
    made = [(bet, bet.kept()) for bet in bets]
    made = [(bet, kept) for bet, kept in made if len(kept) == 2]
    if not made:
        return Note("Your bets", "You made none in this lesson, or it is not kept.")
    title = f"Your bets: {bet_pictures.how_good(made)}"
    words = [f"{bet.about}: {bet.words(kept)}" for bet, kept in made]
    figure = bet_pictures.one_below_another(made, title)
    shown = show_now(Picture(figure, " ".join([title, *words])))
    return shown or Note("In a class", f"Your bets in one line: `{line(bets)}`")


def line(bets) -> str:
    """Return a learner's bets of a lesson as one line: "bets 1: 150 3 - 0.4".

    They stand in the lesson's order, "-" where none was made.
    """
    said = [bet.kept().get("said") for bet in bets]
    words = [NONE if guess is None else f"{guess:.6g}" for guess in said]
    return f"bets {bets[0].lesson}: {' '.join(words)}"


def prophet() -> Note | Picture:
    """Return all lessons' bets as one picture: how good they are, and the trend."""
    every = [
        bet for lesson in progress.modules() for bet in getattr(lesson, "BETS", ())
    ]
    made = [(bet, bet.kept()) for bet in every]
    made = [(bet, kept) for bet, kept in made if len(kept) == 2]
    if not made:
        return Note("How good a prophet are you?", "Make a bet, and look here again.")
    title = f"{bet_pictures.how_good(made)}\n{bet_pictures.trend(made)}".strip()
    return Picture(bet_pictures.over_the_course(made, title), title)


# What is kept, in one file beside the progress


def read() -> dict:
    """Return all bets that are kept: lesson -> name -> {"said": ..., "came": ...}."""
    file = _file()
    if file is None:
        return _in_memory
    try:
        kept = json.loads(file.read_text("utf-8"))
        return {
            lesson: {
                name: {key: float(value) for key, value in record.items()}
                for name, record in bets.items()
            }
            for lesson, bets in kept.items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError):
        file.replace(file.with_suffix(".unreadable.json"))
        return {}


def _write(bet, record):
    """Keep a bet's record; return a remark where that is not for long."""
    if os.environ.get("DOWNHILL_PROGRESS") == "off":
        return "Nothing is kept here."
    file = _file()
    try:
        with progress.no_other_kernel():
            kept = read()
            kept.setdefault(f"{bet.lesson:02}", {})[bet.name] = record
            if file is None:
                return once("It is kept until this notebook's kernel stops.").strip()
            # Moved over the file at the end: a killed kernel leaves the old one.
            with tempfile.NamedTemporaryFile(
                "w", dir=file.parent, suffix=".tmp", delete=False, encoding="utf-8"
            ) as new:
                json.dump(kept, new, indent=1)
            os.replace(new.name, file)
    except OSError as error:
        return f"It could not be kept: {error.strerror}."
    return ""


def _file() -> Path | None:
    file = progress.progress_file()
    return file and file.with_name("bets.json")
