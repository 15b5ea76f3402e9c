"""What each column of a table is, judged by its training rows, and its features."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.inner.tables.cells import Style, are_codes

GAP = "(gap)"
SMALLEST = 1e-30  # what differs by less is one value to float32
_ID = re.compile(r"(^|[^a-z])(id|nr|no|num|number|key|uuid|guid|index|idx)$")
PARTS = {
    "days": lambda dates: (dates - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1),
    "month": lambda dates: dates.dt.month.astype(float),
    "weekday": lambda dates: dates.dt.day_of_week.astype(float),
    "hour": lambda dates: dates.dt.hour + dates.dt.minute / 60,
}


@dataclass(frozen=True)
class Column:
    """A column, what it was taken for, and what was done with it.

    ``parts`` names the numbers that come from it, ``words`` says whether features for
    words do, and ``gaps`` whether one tells where it is empty.
    """

    name: str
    style: Style
    what: str
    done: str
    parts: tuple[str, ...] = ()
    words: bool = False
    gaps: bool = False

    @property
    def used(self):
        """Whether it is not left out."""
        return bool(self.parts or self.words or self.gaps)

    def numbers(self, values):
        """Return what it gives in numbers, NaN for gaps: name -> values."""
        made = {part: values for part in self.parts}
        if self.style.kind == "date":
            made = {part: PARTS[part.rpartition(" ")[2]](values) for part in self.parts}
        if self.gaps:
            made[f"{self.name}={GAP}"] = values.isna().astype(float)
        return made


def frequent(rows):
    """Return how many rows must share a word, or a gap, to be worth a feature.

    That is one in a hundred: a feature that is rarer would lie more than ten standard
    deviations out where it is there, and steer each step that meets it.
    """
    return max(2, -(-rows // 100))


def judge(name, style, values) -> Column:
    """Return a Column, from the values of the training rows, indexed by row number."""
    present, enough = values.dropna(), frequent(len(values))
    empty = len(values) - len(present)
    gaps = len(present) >= enough <= empty
    if present.empty:
        return Column(name, style, "empty", "left out")
    if _is_constant(present):
        if gaps:
            done = "one feature tells where it is empty"
            return Column(name, style, "one value, or a gap", done, gaps=True)
        return Column(name, style, "one value only", "left out")
    if style.kind == "word":
        return _judge_words(name, style, values.fillna(GAP), present, enough)
    whole = style.kind == "number" and (present == np.floor(present)).all()
    if whole and not empty:
        if (present - present.index).nunique() == 1:
            return Column(name, style, "row numbers", "left out")
        if present.is_unique and _is_id(name):
            return Column(name, style, "a number for each row", "left out")
    if style.kind == "date":
        varying = [f"{name} {p}" for p, f in PARTS.items() if f(present).nunique() > 1]
        order = "day before month" if style.day else "month before day"
        done = f"standardised: {', '.join(p.rpartition(' ')[2] for p in varying)}"
        if style.day is not None:
            done += f", read with the {order}"
        what, parts = "dates", tuple(varying)
    else:
        what = f"numbers in {style.unit}" if style.unit else "numbers"
        parts, done = (name,), "standardised"
    if empty:
        done += "; gaps become the median"
    if gaps:
        done += ", and a feature tells where they were"
    return Column(name, style, what, done, parts, gaps=gaps)


def _judge_words(name, style, values, present, enough):
    counts, different = values.value_counts(), present.nunique()
    if different > max(10, len(present) / 2):
        return Column(name, style, "names or free text", "left out")
    kept = int((counts >= enough).sum())
    what = f"{different} words"
    if are_codes(present.unique()):
        what = f"{different} codes: digits that begin with 0 are names"
    if kept == 0:
        done = f"left out: none of them is in {enough} training rows or more"
        return Column(name, style, what, done)
    rare = len(counts) - kept
    features = kept + bool(rare)
    if features == 1:
        return Column(name, style, what, "left out")
    done = "yes or no" if features == 2 else f"{features} features, each yes or no"
    if rare:
        done += f"; rare words ({rare}) share one"
    return Column(name, style, what, done, words=True)


def _is_constant(present):
    if present.dtype.kind == "f":
        return np.ptp(present.to_numpy()) < SMALLEST
    return present.nunique() == 1


def _is_id(name):
    return bool(_ID.search(re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower().strip()))
