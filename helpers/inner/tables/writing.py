"""What may be written wrongly in a table: said aloud, with what to do."""

import re
import unicodedata

import numpy as np
import pandas as pd

from helpers.inner.tables.cells import are_codes, are_numbers, tidy
from helpers.inner.tables.report import counted

ROWS = 5000  # so many training rows are looked at
GAP_CODES = {sign * (10**n - 1) for sign in (-1, 1) for n in range(1, 7)} | {-1}
FAR = 100  # times the range of nine tenths of the values
_TOTAL = re.compile(
    r"(grand |sub)?(totals?|sum|summe|gesamt|insgesamt|suma|somme|totale|average)\b"
)
_NUMBER = re.compile(r"\D{0,4}\d[\d.,' ]*\D{0,3}")
_SIGNS = re.compile(r"[$€£¥₹]|%")
SAME = {"yes": "1", "true": "1", "y": "1", "si": "1", "ja": "1", "oui": "1"}
SAME |= {"no": "0", "false": "0", "n": "0", "nein": "0", "non": "0"}
SAME |= {"nee": "0", "nej": "0", "да": "1", "нет": "0"}


def slips(frame, columns, read):
    """Return doubts about cells that are not written as the rest of their column."""
    for column in columns:
        if column.used and column.style.kind != "word":
            cells = frame[column.name][read[column.name].isna()]
            lost = tidy(cells).dropna()
            if len(lost):
                are = "is" if len(lost) == 1 else "are"
                yield (
                    f"column {column.name!r} has {counted(len(lost), 'cell')} that "
                    f"{are} no {column.style.kind}, as {lost.tolist()[0]!r}: taken for "
                    f"{'a gap' if are == 'is' else 'gaps'}"
                )


def totals(frame):
    """Return a doubt about last rows that add up the others."""
    for name in frame.columns:
        for cell in frame[name].iloc[-3:]:
            if isinstance(cell, str) and _TOTAL.match(cell.strip().lower()):
                yield (
                    f"column {name!r} ends with {cell.strip()!r}: if that row adds up "
                    "the others, leave it out, as with table.iloc[:-1]"
                )
                return


def ways(frame, columns):
    """Return doubts about columns that are written in more than one way."""
    for column in columns:
        cells = tidy(frame[column.name].iloc[:ROWS]).dropna()
        if cells.dtype != object or cells.empty:
            continue
        words = cells.unique()
        if column.style.kind == "number":
            signs = {"".join(_SIGNS.findall(word)) for word in words if word != "0"}
            if len(signs) > 1 and (len(signs - {""}) > 1 or "%" in signs):
                shown = " and ".join(sign or "no sign" for sign in sorted(signs))
                yield (
                    f"column {column.name!r} has numbers with {shown}, read as if they "
                    "were alike: write them in one unit"
                )
        elif not column.used and not are_codes(words):
            amounts = [word for word in words if _NUMBER.fullmatch(word)]
            if len(amounts) > len(words) / 2 and len(words) > 2:
                yield (
                    f"column {column.name!r} is left out as text, but most of it looks "
                    f"like amounts, as {amounts[0]!r}: if so, write them in one way"
                )
        elif column.words:
            yield from spellings(f"column {column.name!r}: the words", words)
            if word := odd_one(cells, frame[column.name].dtype):
                yield (
                    f"column {column.name!r} is taken for words because of {word!r}, "
                    "but most of its cells are numbers: if it holds amounts, write "
                    "this in digits, too, or make it a gap, as "
                    f"table.replace({{{column.name!r}: {{{word!r}: None}}}})"
                )


def odd_one(cells, kind):
    """Return the first word among cells that mostly are numbers, else None."""
    words = pd.Series(cells.unique())
    numbers = are_numbers(words)
    names = isinstance(kind, pd.CategoricalDtype) or are_codes(words[numbers])
    if 0.5 < numbers.mean() < 1 and not names:
        if cells.isin(words[numbers]).mean() > 0.5:
            return words[~numbers].iloc[0]
    return None


def outliers(goal, y, columns, read):
    """Return doubts about values beside which all others look alike."""
    far = {}
    if goal.kind == "regression":
        far = {f"target {n!r}": v for n, v in zip(goal.names, y.T, strict=True)}
    for column in columns:
        if column.style.kind == "number" and column.parts:
            far[f"column {column.name!r}"] = read[column.name].dropna().to_numpy()
    for name, values in far.items():
        low, high = np.quantile(values, [0.05, 0.95])
        if np.std(values) > FAR * (high - low) > 0:
            yield (
                f"{name} has a value so far out that all others look alike beside it: "
                "if it is a slip, leave its row out; if not, take the logarithm"
            )


def codes(columns, read):
    """Return doubts about numbers that may be gaps, such as -999, or dates."""
    for column in columns:
        values = read[column.name].dropna()
        if column.style.kind != "number" or not column.used or values.nunique() < 3:
            continue
        if values.between(19_000_101, 21_001_231).all():
            days = values.astype(int).astype(str)
            days = pd.to_datetime(days, format="%Y%m%d", errors="coerce")
            if days.notna().all():
                yield (
                    f"column {column.name!r} holds numbers such as {values.iloc[0]:.0f}"
                    ": if they are dates, give pandas.to_datetime(table["
                    f'{column.name!r}].astype(str), format="%Y%m%d")'
                )
        for value in (values.min(), values.max()):
            others = values[values != value]
            far = np.abs(others - value).min() > np.ptp(others)
            if far and len(values) - len(others) > 1 and value in GAP_CODES:
                yield (
                    f"column {column.name!r} has {len(values) - len(others)} cells of "
                    f"{value:g}, far from the others: if they are gaps, give "
                    f"table.replace({{{column.name!r}: {{{value:g}: None}}}})"
                )


def spellings(what, names):
    """Return doubts about words that may be one word, written in two ways."""
    seen = {}
    for name in names:
        plain = _plain(name)
        other = seen.setdefault(SAME.get(plain, plain), name)
        if other != name:
            yield f"{what} {other!r} and {name!r} may be one: write it in one way"


def no_first(distinct):
    """Return the different values of a target, a no before its yes, whatever its A-Z.

    Else 1 would stand for "nein", which the alphabet puts behind "ja".
    """
    plain = [_plain(value) for value in distinct]
    said = [{"j": "1", **SAME}.get(word, word) for word in plain]
    return distinct[::-1] if said == ["1", "0"] else distinct


def _plain(word):
    """Return a word in small letters, without accents."""
    letters = unicodedata.normalize("NFKD", str(word).lower())
    return "".join(c for c in letters if not unicodedata.combining(c))


def several_labels(goal):
    """Return a doubt about classes that are lists of labels, such as "a|b"."""
    classes = set(goal.names if goal.kind == "multiclass" else ())
    for separator in "|;,":
        parts = [{p.strip() for p in c.split(separator)} for c in classes]
        labels = set().union(*parts)
        if len(labels) < len(classes) and max(map(len, parts)) > 1:
            yield (
                f"{len(classes)} classes are made of {len(labels)} labels and "
                f"{separator!r}: if a row may have several, give each a column of 0 "
                f'and 1, as table[target].str.get_dummies("{separator}") does'
            )
            return
