"""What the cells of a column are: numbers, dates or words, however they are written."""

import re
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

GAPS = {"", "na", "n/a", "n.a.", "#n/a", "nan", "<na>", "nat", "null", "none", "?"}
GAPS |= {"-", "--", "---", "–", "—", ".", "k.a.", "k. a.", "keine angabe", "n.v."}
GAPS |= {"#nv", "#div/0!", "#value!", "#wert!", "#ref!", "#bezug!", "#num!", "#zahl!"}
LARGEST = float(np.finfo(np.float32).max)
MOST = 0.9  # of a column's words: then the others are slips
SAMPLE = 2000  # so many different words show how a column is written

_SIGNS = re.compile(
    r"\s*(?:R\$|[$€£¥₹₽₩₺%]|\b(?:USD|EUR|CHF|GBP|JPY|INR|BRL|PLN|zł|kr|Rs)\b\.?)\s*"
    r"|(?<=\d)[\s'’](?=\d{3}(?!\d))|[.,][-–]+$"  # CHF 1'200.-
)
_WHOLE = r"(?:\d+|[1-9]\d{0,2}(?:%s\d{3})+)"
_POWER = r"(?:[eE][+-]?\d+)?"
_LAKH = r"[1-9]\d?(?:,\d{2})+,\d{3}"  # 12,34,567, as in India
_DOT = re.compile(rf"[+-]?(?:(?:{_WHOLE % ','}|{_LAKH})(?:\.\d*)?|\.\d+){_POWER}")
_COMMA = re.compile(rf"[+-]?(?:{_WHOLE % '[.]'}(?:,\d*)?|,\d+){_POWER}")
_PLAIN = re.compile(r"[-+.,\deE]+")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")  # becomes hours
_UNIT = re.compile(r"[-+.,\d\s]*\d\s*([^-+.,\d\s]{1,8})")
_DATE = re.compile(
    r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{4}-(?:0[1-9]|1[0-2])"
    r"|\d{1,2}[ -][A-Za-z]{3,9}\.?[ -]\d{2,4}"
    r"|[A-Za-z]{3,9}\.? \d{1,2},? \d{4})"
    r"([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?"
)


@dataclass(frozen=True)
class Style:
    """How a column is written, learnt from its training rows.

    ``kind`` is "number", "date" or "word". In numbers a ``comma`` may be the decimal
    one, and a ``unit`` may follow; in dates of digits the ``day`` may stand first.
    """

    kind: str
    comma: bool = False
    unit: str = ""
    day: bool | None = None

    def read(self, column) -> pd.Series:
        """Return float64 (NaN for a gap), dates (NaT) or words (None), from ``tidy``.

        What float32 cannot hold, such as inf, and what is written otherwise are gaps.
        """
        written = {"f": "number", "M": "date"}.get(column.dtype.kind)
        if self.kind == "word":
            return _words(column)
        if written not in (None, self.kind):
            column = pd.Series(None, column.index, object, column.name)
        if column.dtype == object:
            codes, distinct = pd.factorize(column)
            read = self._numbers if self.kind == "number" else self._dates
            values = read([*distinct, ""])[codes]  # the code -1, the last, is a gap
            return pd.Series(values, column.index, name=column.name)
        return column.where(column.abs() <= LARGEST) if written == "number" else column

    def _numbers(self, words):
        pattern, thousands = (_COMMA, ".") if self.comma else (_DOT, ",")
        numbers = np.full(len(words), np.nan)
        for i, word in enumerate(words):
            if not _PLAIN.fullmatch(word):
                word = _bare(word, self.unit)
            if pattern.fullmatch(word):
                numbers[i] = float(word.replace(thousands, "").replace(",", "."))
        return np.where(np.abs(numbers) <= LARGEST, numbers, np.nan)

    def _dates(self, words):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            how = {"format": "mixed", "errors": "coerce", "utc": True}
            dates = pd.to_datetime(words, dayfirst=bool(self.day), **how)
        dates = dates.tz_localize(None).to_numpy().copy()
        dates[[not _is_date(word) for word in words]] = np.datetime64("NaT")
        return dates


def tidy(column) -> pd.Series:
    """Return a column as float64, as dates without a zone, or as text and None.

    "NA", "?", "-" and the like are gaps, hence None.
    """
    kind, types = column.dtype, pd.api.types
    if isinstance(kind, pd.PeriodDtype):
        return column.dt.to_timestamp()
    if types.is_datetime64_any_dtype(kind):
        return column.dt.tz_convert(None) if column.dt.tz else column
    if types.is_timedelta64_dtype(kind):
        return column.dt.total_seconds() / 86_400
    if types.is_complex_dtype(kind):
        raise TypeError(f"column {column.name!r} holds complex numbers: give two")
    if types.is_numeric_dtype(kind) and not types.is_bool_dtype(kind):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return pd.Series(numbers, column.index, name=column.name)
    cells = zip(column.astype(object), column.isna(), strict=True)
    text = [None if gap else str(cell).strip() for cell, gap in cells]
    codes, distinct = pd.factorize(np.array(text, object))
    words = [None if word.lower() in GAPS else word for word in distinct]
    words = np.array([*words, None], object)[codes]
    return pd.Series(words, column.index, object, column.name)


def read_all(table, semicolons=False, often=False):
    """Return how each column of a table is written, and its values, each by name.

    A column such as "1,234" can be read in two ways: it is as the others of the file
    are, and decides none of them, a comma in a file with ``semicolons`` is decimal.
    With ``often``, few numbers outweigh a rarer word: marks from 1 to 5 are numbers.
    """
    columns = {name: tidy(table[name]) for name in table.columns}
    samples, counts = {}, {}
    for name, column in columns.items():
        if column.dtype == object:
            samples[name] = column.dropna().unique()[:SAMPLE]
            counts[name] = (
                column.value_counts().reindex(samples[name]) if often else None
            )
        else:
            samples[name] = Style("date" if column.dtype.kind == "M" else "number")
        if isinstance(table.dtypes[name], pd.CategoricalDtype):
            samples[name] = Style("word")  # its owner says so, whatever it holds
    how = _styles(samples, semicolons, counts)
    return how, {name: how[name].read(column) for name, column in columns.items()}


def _styles(samples, semicolons, counts):
    units = {name: _unit(words) for name, words in samples.items()}
    fits = {
        name: _shares(words, units[name])
        for name, words in samples.items()
        if not isinstance(words, Style)
    }
    votes = semicolons / 2 + sum(
        (comma > dot) - (comma < dot)
        for dot, comma in fits.values()
        if max(dot, comma) >= MOST
    )
    for name, (dot, comma) in fits.items():
        if counts[name] is not None and 0.5 < max(dot, comma) < MOST:
            if _are_slips(samples[name]):
                dot, comma = _shares(samples[name], units[name], counts[name])
        if are_codes(samples[name]):
            samples[name] = Style("word")
        elif max(dot, comma) >= MOST:
            decimal = comma > dot or (comma == dot and votes > 0)
            samples[name] = Style("number", comma=decimal, unit=units[name])
        else:
            samples[name] = _style_of_text(samples[name])
    return samples


def _are_slips(words):
    """Tell whether words beside numbers say none ("3+" does), and numbers are no codes.

    Else nobody but the owner can tell what they are.
    """
    numbers = are_numbers(words)
    amounts = any(re.search(r"\d", word) for word in words[~numbers])
    return not amounts and not are_codes(words[numbers])


def are_codes(words):
    """Tell whether digits are names, such as the postal code "01069"."""
    digits = all(word.isdecimal() for word in words)
    zeros = [word for word in words if word.startswith("0")]
    return digits and bool(zeros) and len(zeros[0]) > 1 == len({*map(len, words)})


def _style_of_text(words):
    dates = [word for word in words if _is_date(word)]
    if not dates or len(dates) < MOST * len(words):
        return Style("word")
    starts = [re.match(r"(\d{1,2})[-/.](\d{1,2})\D", word) for word in dates]
    if not all(starts):  # the year, or a month's name, shows the order
        return Style("date")
    first, second = (max(int(start[i]) for start in starts) for i in (1, 2))
    return Style("date", day=first > 12 or (second <= 12 and "." in dates[0]))


def _is_date(word):
    return bool(_DATE.fullmatch(word))


def _unit(words):
    """Return what follows all the numbers, such as "kg"; else ""."""
    if isinstance(words, Style):
        return ""
    units = {match and match[1] for match in map(_UNIT.fullmatch, words)}
    return units.pop() or "" if len(units) == 1 else ""


def are_numbers(words, pattern=None, unit=""):
    """Return which words read as numbers, with a decimal point or comma: an array."""
    patterns = [pattern] if pattern else [_DOT, _COMMA]
    bare = [_bare(word, unit) for word in words]
    return np.array([any(p.fullmatch(word) for p in patterns) for word in bare], bool)


def _shares(words, unit, counts=None):
    """Return which share reads as numbers with a point, and with a comma."""
    if not len(words):
        return 0.0, 0.0
    fit = [are_numbers(words, pattern, unit) for pattern in (_DOT, _COMMA)]
    return [float(np.average(fits, weights=counts)) for fits in fit]


def _bare(word, unit):
    """Return a number without what stands around it."""
    if clock := _CLOCK.fullmatch(word):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return f"{hours + minutes / 60 + seconds / 3600:.6f}"
    if word.startswith("(") and word.endswith(")"):  # so does a bookkeeper subtract
        word = "-" + word[1:-1]
    word = _SIGNS.sub("", word.replace("\u2212", "-"))
    return word.removesuffix(unit).rstrip()


def _words(column):
    """Return words; a number that is whole is written without a point."""
    if column.dtype.kind == "f":
        column = column.map(lambda number: f"{number:.15g}", na_action="ignore")
    elif column.dtype.kind == "M":
        column = column.map(str, na_action="ignore")
    return column.astype(object).where(column.notna(), None)
