"""What a table may hide that makes a score too good: said aloud, with what to do."""

import re
import unicodedata

import numpy as np
import pandas as pd

from helpers.inner.tables.cells import are_codes, tidy

ROWS = 5000  # so many training rows are looked at for what gives the target away
SURE = 0.99  # of the errors of a guess are gone
GAP_CODES = {sign * (10**n - 1) for sign in (-1, 1) for n in range(1, 7)} | {-1}
FEW = 20  # rows to test with
ENOUGH = 40  # training rows, below which that may be by chance
_SOMEBODY = re.compile(
    r"(^|[^a-z])(person|patient|subject|customer|client|user|student|pupil|player|member"
    r"|participant|respondent|employee|child|animal|household|speaker|name|id)s?"
    r"([^a-z]|$)"
)
_TOTAL = re.compile(
    r"(grand |sub)?(totals?|sum|summe|gesamt|insgesamt|suma|somme|totale|average)\b"
)
_NUMBER = re.compile(r"\D{0,4}\d[\d.,' ]*\D{0,3}")
_SIGNS = re.compile(r"[$€£¥₹]|%")
SAME = {"yes": "1", "true": "1", "y": "1", "si": "1", "ja": "1", "oui": "1"}
SAME |= {"no": "0", "false": "0", "n": "0", "nein": "0", "non": "0"}
FAR = 100  # times the range of nine tenths of the values
_TIME = re.compile(r"(^|[^a-z])(year|month|week|day|date|time|timestamp|hour)s?$")


def duplicates(frame, columns):
    """Return doubts about rows that are there twice."""
    ids = {
        c.name for c in columns if c.what in ("row numbers", "a number for each row")
    }
    cells = frame[[name for name in frame.columns if name not in ids]]
    try:
        again = int(cells.duplicated().sum())
    except TypeError:  # a cell that holds a list
        again = int(cells.astype(str).duplicated().sum())
    if again:
        yield (
            f"{again:,} rows are copies of others: what trains and tests is known by "
            "heart. If they are slips, give table.drop_duplicates()"
        )


def people(columns, read):
    """Return doubts about several rows of one person, or of one of anything."""
    for column in columns:
        values, kind = read[column.name].dropna(), column.style.kind
        if kind == "date" or (kind == "number" and (values % 1).any()):
            continue
        different = values.nunique()
        named = re.sub(r"([a-z])([A-Z])", r"\1 \2", column.name).lower()
        left_out = kind == "word" and not column.used
        somebody = left_out or _SOMEBODY.search(named)
        if somebody and 5 <= different <= len(values) / 2:
            yield (
                f"column {column.name!r} has {different:,} different values in "
                f"{len(values):,} training rows: if those of one belong together, and "
                f'the network is to answer for others, say groups="{column.name}"'
            )


def time(columns, read):
    """Return a doubt about an order in time."""
    for column in columns:
        named = column.name.lower()
        values = read[column.name].dropna()
        if values.nunique() < 10 or "birth" in named or column.style.kind == "word":
            continue
        if column.style.kind == "number":
            values = values.sort_index()  # as the rows stand in the table
            ordered = values.is_monotonic_increasing or values.is_monotonic_decreasing
            if not (ordered and _TIME.search(named)):
                continue
        yield (
            f"column {column.name!r} tells the time: if the network is to foretell, "
            "then a random split lets it train on what comes later; say "
            f'order="{column.name}", and the last rows test'
        )
        return


def giveaways(x, y, kind, sources):
    """Return doubts about columns that tell the target by themselves.

    For amounts: the order of the rows by the column is their order by the target. For
    classes: a small tree of the column's features alone hardly ever errs on rows that
    it has not seen.
    """
    if len(x) < ENOUGH:
        return
    x, y = x[:ROWS], y[:ROWS]
    told = _tell_amounts(x, y) if kind == "regression" else None
    features = {}
    for i, source in enumerate(sources):
        features.setdefault(source, []).append(i)
    for source, columns in features.items():
        if kind == "regression":
            tells = told[:, columns].max() > 0.9995
        else:
            labels = y.T if kind == "multilabel" else [y]
            tells = any(_tells_class(x[:, columns], label) for label in labels)
        if tells:
            yield (
                f"column {source!r} gives the target away by itself: is it known "
                f'before the target is? If not, say leave_out="{source}"'
            )


def _tell_amounts(x, y):
    """Return how far targets and features are in one order: (targets, features)."""
    ranks = pd.DataFrame(x).rank().to_numpy() - (len(x) + 1) / 2
    target = pd.DataFrame(y).rank().to_numpy() - (len(x) + 1) / 2
    norms = np.sqrt(np.outer((target**2).sum(axis=0), (ranks**2).sum(axis=0)))
    return np.abs(target.T @ ranks) / np.maximum(norms, 1e-9)


def _tells_class(x, y):
    from sklearn.tree import DecisionTreeClassifier

    half, (classes, counts) = len(x) // 2, np.unique(y, return_counts=True)
    if len(classes) < 2 or len(y) - counts.max() < 10:
        return False
    tree = DecisionTreeClassifier(max_leaf_nodes=2 * len(classes), random_state=0)
    wrong = np.mean(tree.fit(x[:half], y[:half]).predict(x[half:]) != y[half:])
    return wrong <= (1 - SURE) * (1 - counts.max() / len(y))


def slips(frame, columns, read):
    """Return doubts about cells that are not written as the rest of their column."""
    for column in columns:
        if column.used and column.style.kind != "word":
            cells = frame[column.name][read[column.name].isna()]
            lost = tidy(cells).dropna()
            if len(lost):
                yield (
                    f"column {column.name!r} has {len(lost):,} cells that are no "
                    f"{column.style.kind}s, as {lost.tolist()[0]!r}: taken for gaps"
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
        words = tidy(frame[column.name].iloc[:ROWS]).dropna()
        if words.dtype != object or words.empty:
            continue
        words = words.unique()
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


def few(parts):
    """Return a doubt about parts that are too small to tell a difference."""
    choose, test = len(parts["valid"]), len(parts["test"])
    if test < FEW:
        yield (
            f"only {choose} rows choose, {test} test, of which one is {1 / test:.0%}: "
            "scores depend on luck. Get more rows, or compare several seeds, as seed=1"
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
        letters = unicodedata.normalize("NFKD", str(name).lower())
        plain = "".join(c for c in letters if not unicodedata.combining(c))
        other = seen.setdefault(SAME.get(plain, plain), name)
        if other != name:
            yield f"{what} {other!r} and {name!r} may be one: write it in one way"


def alphabet(special, sorting):
    """Return a doubt about an order of words."""
    if "order" in special and sorting["order"].dtype == object:
        yield (
            f"column {special['order']!r}, which order= names, holds words: they are "
            "sorted by the alphabet. If that is no order in time, give dates or numbers"
        )


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


def classes(goal, y_train):
    """Return doubts about classes that no training row has."""
    if goal.kind in ("binary", "multiclass"):
        absent = np.setdiff1d(np.arange(len(goal.names)), y_train)
        if len(absent):
            yield f"no training row is {goal.names[absent[0]]!r}: it can't be learnt"
