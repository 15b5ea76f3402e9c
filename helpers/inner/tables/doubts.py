"""What a table may hide that makes a score too good: said aloud, with what to do."""

import re

import numpy as np
import pandas as pd

ROWS = 5000  # so many training rows are looked at for what gives the target away
SURE = 0.99  # of the errors of a guess are gone
FEW = 20  # rows to test with
MOSTLY = 0.95  # of the training rows are one class
ENOUGH = 40  # training rows, below which that may be by chance
_SOMEBODY = re.compile(
    r"(^|[^a-z])(person|patient|subject|customer|client|user|student|pupil|player|member"
    r"|participant|respondent|employee|child|animal|household|speaker|name|id)s?"
    r"([^a-z]|$)"
)
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
        copies = f"{again:,} rows are copies of others"
        yield (
            f"{'1 row is a copy of another' if again == 1 else copies}: what trains "
            "and tests is known by heart. If that is a slip, give "
            "table.drop_duplicates()"
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


def few(parts):
    """Return a doubt about parts that are too small to tell a difference."""
    choose, test = len(parts["valid"]), len(parts["test"])
    if test < FEW:
        yield (
            f"only {choose} rows choose, {test} test, of which one is {1 / test:.0%}: "
            "scores depend on luck. Get more rows, or compare several seeds, as seed=1"
        )


def alphabet(special, sorting):
    """Return a doubt about an order of words."""
    if "order" in special and sorting["order"].dtype == object:
        yield (
            f"column {special['order']!r}, which order= names, holds words: they are "
            "sorted by the alphabet. If that is no order in time, give dates or numbers"
        )


def classes(goal, y_train):
    """Return doubts about classes that no training row has, or nearly all of them."""
    if goal.kind in ("binary", "multiclass"):
        absent = np.setdiff1d(np.arange(len(goal.names)), y_train)
        if len(absent):
            yield f"no training row is {goal.names[absent[0]]!r}: it can't be learnt"
    if goal.kind != "regression":
        yield from _rare(goal, y_train)


def _rare(goal, y_train):
    several = goal.kind == "multilabel"
    columns = zip(goal.names, goal.classes, y_train.T, strict=True) if several else ()
    found = []
    for name, words, labels in columns or [("", goal.names, y_train)]:
        counts = np.bincount(labels.astype(int))
        share = 1000 * counts.max() // len(labels) / 10
        if 100 * MOSTLY <= share < 100:
            where = f" in {name!r}" if several else ""
            found.append((share, f"{words[counts.argmax()]!r}{where}"))
    if found:
        share, always = max(found)
        more = f" (and {len(found) - 1} more are like it)" if len(found) > 1 else ""
        yield (
            f"always {always} is right in {share:g}% of the training rows{more}: "
            "compare scores with that, and see how many of the others are found"
        )


def wide(x_train):
    """Return a doubt about features that outnumber the rows to learn from."""
    rows, features = x_train.shape
    if features > rows:
        yield (
            f"{features:,} features for {rows:,} training rows: a network can learn "
            "the rows by heart. Get more rows, or give fewer columns"
        )
