"""The bets of a class as one picture, from the line that each learner sends."""

import re

import matplotlib.pyplot as plt
import numpy as np

from helpers.checks import bet_pictures, progress
from helpers.checks.bets import NONE
from helpers.plots.base import Picture

LINE = re.compile(r"bets\s*(\d+)\s*:(.*)", re.IGNORECASE)


def together(lines: str) -> Picture:
    """Return the picture of a class's bets, from the lines that learners sent.

    Parameters
    ----------
    lines : str
        One learner's line below another, all of one lesson, as ``look_back`` shows
        them. What stands before "bets", such as a name or the time, does not count.

    Returns
    -------
    Picture
        A scale for each bet with every guess, their median, and the result if it was
        seen here. Its text says the same, and which lines could not be read.

    Raises
    ------
    ValueError
        If there is no line that can be read, or if lines are of several lessons.
    """
    given = [text for text in str(lines).splitlines() if text.strip()]
    found = [LINE.search(text) for text in given]
    lessons = sorted({int(match[1]) for match in found if match})
    known = {module.LESSON.number: module for module in progress.modules()}
    known = {n: module.BETS for n, module in known.items() if hasattr(module, "BETS")}
    if len(lessons) != 1 or lessons[0] not in known:
        are = ", ".join(map(str, lessons)) or "none"
        raise ValueError(
            'lines must be bets of one lesson, each line like "bets 1: 150 3 - 0.4", '
            f"for one of the lessons {', '.join(map(str, known))}; got lessons: {are}"
        )
    bets = known[lessons[0]]
    read = [match and _guesses(match[2], bets) for match in found]
    strange = [text.strip() for text, row in zip(given, read, strict=True) if not row]
    rows = [row for row in read if row]
    if not rows:
        raise ValueError(
            f'no line has {len(bets)} numbers, as lesson {lessons[0]} has bets ("-" '
            f"where none was made); the first is {given[0].strip()!r}"
        )
    made = [(bet, [row[i] for row in rows]) for i, bet in enumerate(bets)]
    made = [(bet, [g for g in guesses if g is not None]) for bet, guesses in made]
    made = [(bet, guesses) for bet, guesses in made if guesses]
    title = f"Lesson {lessons[0]}: the bets of {len(rows)}"
    words = [f"{title}.", *(_words(bet, guesses) for bet, guesses in made)]
    if strange:
        words.append(f"Not read: {'; '.join(strange)}.")
        title += f", {len(strange)} not read: {strange[0]:.40}"
    return Picture(picture(made, title), " ".join(words))


def _guesses(text, bets):
    """Return a line's guesses, None where there is none; None if it can't be read."""
    words = text.split()
    if len(words) != len(bets) or not set(words) - {NONE}:
        return None
    guesses = []
    for word, bet in zip(words, bets, strict=True):
        if word == NONE:
            guesses.append(None)
            continue
        try:
            guesses.append(float(word.replace("−", "-")))
        except ValueError:
            return None
        if not bet.low <= guesses[-1] <= bet.high:
            return None
    return guesses


def _words(bet, guesses):
    """Return in words what a class said, and how its median did."""
    low, high = bet.digits(min(guesses)), bet.value(max(guesses))
    many = f"{len(guesses)} bet{'s' * (len(guesses) > 1)}"
    middle = float(np.median(guesses))
    words = f"{bet.about}: {many} from {low} to {high}, median {bet.digits(middle)}"
    if "came" not in (kept := bet.kept()):
        return f"{words}."
    misses = [bet.miss(kept | {"said": guess}) for guess in guesses]
    nearer = sum(miss > bet.miss(kept | {"said": middle}) for miss in misses)
    return (
        f"{words}; it is {bet.value(kept['came'])}. "
        f"The median is nearer than {nearer} of the {many}."
    )


def picture(made, title):
    """Return a figure with all guesses at each bet, their median, and the result."""
    figure, ax = plt.subplots(figsize=(7, 0.7 + 1.1 * len(made)))
    for row, (bet, guesses) in enumerate(made):
        y = -2.6 * row
        bet_pictures.scale(ax, y, bet)
        ax.text(
            -0.1, y + 1.15, bet_pictures.name_of(bet), fontsize=10, fontweight="bold"
        )
        places = sorted(map(bet.place, guesses))
        # Guesses that would cover each other stand on top of each other.
        bins = [round(50 * place) for place in places]
        heights = [bins[:i].count(at) for i, at in enumerate(bins)]
        lift = 0.8 / max(4, *heights)
        heights = [y + 0.18 + lift * height for height in heights]
        ax.plot(places, heights, "v", color="black", fillstyle="none", markersize=7)
        middle = float(np.median(guesses))
        at = bet.place(middle)
        ax.plot([at, at], [y - 0.12, y + 0.12], color="black", linewidth=3)
        words = {"ha": "center", "va": "top", "fontsize": 10}
        said = f"median {bet.digits(middle)}"
        if "came" in (kept := bet.kept()):
            came = bet.place(kept["came"])
            ax.plot(came, y, "o", markersize=7, color="black")
            result = f"it is {bet.value(kept['came'])}"
            if abs(came - at) < 0.25:  # the words would cover each other
                said = f"{said}, {result}" if came >= at else f"{result}, {said}"
            else:
                ax.text(came, y - 0.25, result, **words)
        ax.text(at, y - 0.25, said, **words)
    ax.set(xlim=(-0.14, 1.18), ylim=(y - 0.9, 1.7))
    ax.set_title(title, fontsize=11)
    ax.axis("off")
    return figure
