"""The bets of a class as one picture, from the line that each learner sends."""

import re

import matplotlib.pyplot as plt
import numpy as np

from helpers.checks import bet_pictures, progress
from helpers.checks.bets import NONE
from helpers.plots.base import Picture

NONES = (NONE, "–", "—", "−", "_", "?")
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
        If there is no line that can be read: it says why for the first.
    """
    given = [text.strip() for text in str(lines).splitlines() if text.strip()]
    found = [LINE.search(text) for text in given]
    known = {module.LESSON.number: module for module in progress.modules()}
    known = {n: module.BETS for n, module in known.items() if hasattr(module, "BETS")}
    numbers = [int(match[1]) for match in found if match and int(match[1]) in known]
    lesson = max(numbers, key=numbers.count, default=None)
    bets = known.get(lesson, ())
    rows, strange = [], []
    for text, match in zip(given, found, strict=True):
        try:
            rows.append(_guesses(match, lesson, bets))
        except ValueError as error:
            strange.append(f"{text} ({error})")
    if not rows:
        raise ValueError(
            'lines must be bets of one lesson, each like "bets 1: 150 3 - 0.4"; not '
            f"read: {strange[0] if strange else 'nothing is there'}"
        )
    made = [(bet, [row[i] for row in rows]) for i, bet in enumerate(bets)]
    made = [(bet, [g for g in guesses if g is not None]) for bet, guesses in made]
    made = [(bet, guesses) for bet, guesses in made if guesses]
    title = f"Lesson {lesson}: the bets of {len(rows)}"
    words = [f"{title}.", *(_words(bet, guesses) for bet, guesses in made)]
    if strange:
        words.append(f"Not read: {'; '.join(strange)}.")
        title += "".join(f"\nnot read: {text:.90}" for text in strange[:4])
    if not any("came" in bet.kept() for bet, _ in made):
        words.append("Run the lesson first, and the picture has the results, too.")
    return Picture(picture(made, title), " ".join(words))


def _guesses(match, lesson, bets):
    """Return a line's guesses, None where there is none."""
    if not match:
        raise ValueError('no "bets 1:" in it')
    if int(match[1]) != lesson:
        raise ValueError(
            f"of lesson {match[1]}, or without bets" if lesson else "no bets"
        )
    # Chats turn a hyphen into a dash; people write 3,000 and 20%.
    text = re.sub(r"(?<=\d),(?=\d{3}\b)|%", "", match[2])
    words = re.split(r"[\s,;]+", text.strip(" ,;"))
    if len(words) != len(bets):
        raise ValueError(
            f"{len(words)} numbers, and lesson {lesson} has {len(bets)} bets"
        )
    guesses = []
    for word, bet in zip(words, bets, strict=True):
        if word in NONES:
            guesses.append(None)
            continue
        try:
            guess = float(word.replace("−", "-"))
        except ValueError:
            raise ValueError(f"{word!r} is no number") from None
        if not bet.low <= guess <= bet.high:
            raise ValueError(f"{bet.about}: {word} is not {bet.range()}")
        guesses.append(guess)
    if set(guesses) == {None}:
        raise ValueError("no bet was made")
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
