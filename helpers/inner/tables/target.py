"""What a target is: amounts, classes or labels, and which rows can be used."""

from dataclasses import replace

import numpy as np
import pandas as pd

from helpers.inner.tables.answers import Target
from helpers.inner.tables.cells import are_numbers, read_all, tidy
from helpers.inner.tables.writing import no_first, odd_one

LEAST = 5  # rows of a class: three to train with, one to choose, one to test


def read_target(table, problem, semicolons, choose_loss):
    """Return the Target, its values, and for each row why it is left out ("" if kept).

    ``table`` has the columns of the target alone. What the values leave open is a
    ValueError that says how to settle it.
    """
    for name in table.columns:
        listed = [c for c in table[name].head(99) if isinstance(c, list | tuple | set)]
        if listed:
            raise ValueError(
                f"target {name!r} holds {type(listed[0]).__name__}s, as {listed[0]!r}: "
                "give each label a column, as pandas.get_dummies(table["
                f"{name!r}].explode()).groupby(level=0).max() does, and name them all"
            )
    how, read = read_all(table, semicolons)
    read = pd.DataFrame(read, index=table.index)
    missing = [tidy(table[name]).isna() for name in table.columns]
    missing = np.any(missing, axis=0)
    out = np.where(read.isna().any(axis=1), f"the target is no {_styles(how)}", "")
    out = np.where(missing, "the target is missing", out)
    kept = read[out == ""]
    for name, column in kept.items():
        _check(name, column, len(table), problem)
        if problem is None and column.dtype == object:
            _ask(name, column, table[name].dtype)
    booleans = [pd.api.types.is_bool_dtype(kind) for kind in table.dtypes]
    if len(read.columns) > 1:
        target, y = _several(kept, booleans, problem, choose_loss)
    else:
        target, y = _one(kept.iloc[:, 0], booleans[0], problem, choose_loss)
    if target.kind in ("binary", "multiclass"):
        target, y, rare = _without_rare(target, y, table.columns[0])
        left_out = np.flatnonzero(out == "")[rare]
        out = out.astype(object)
        out[left_out] = f"its class has fewer than {LEAST} rows"
    return target, y, out.astype(object)


def _styles(how):
    kinds = {style.kind for style in how.values()}
    return "finite number" if kinds == {"number"} else " or ".join(sorted(kinds))


def _check(name, values, rows, problem):
    if values.empty:
        raise ValueError(
            f"target {name!r} is missing in each of {rows} rows, or too large for a "
            "network: choose another, or scale it"
        )
    if values.dtype.kind == "M":
        raise ValueError(
            f"target {name!r} holds dates: predict an amount, such as days from a date"
        )
    distinct = values.unique()
    if len(distinct) == 1:
        raise ValueError(
            f"target {name!r} is {distinct.tolist()[0]!r} in each of {len(values)} "
            "rows: there is nothing to learn; take rows that differ"
        )
    if values.dtype == object and problem == "regression":
        text = values[~are_numbers(values)]
        shown = (values if text.empty else text).iloc[0]
        raise ValueError(
            f'problem="regression" needs numbers, but target {name!r} holds text such '
            f"as {shown!r}: write it in digits, leave it empty if it is not known, or "
            "leave out problem="
        )
    if values.dtype == object and len(distinct) > max(20, len(values) / 2):
        raise ValueError(
            f"target {name!r} holds {len(distinct)} different texts in {len(values)} "
            "rows: names or free text are no classes; choose another column"
        )


def _ask(name, values, kind):
    """Ask what a target is that would be an amount, were it not for some words."""
    word = odd_one(values, kind)
    if word and values[are_numbers(values)].nunique() > 2:
        raise ValueError(
            f"target {name!r} holds numbers, and words such as {word!r}: amounts or "
            f"classes? For amounts give table.replace({{{name!r}: {{{word!r}: None}}}})"
            ', which leaves such rows out, and say problem="regression"; say '
            'problem="multiclass" if they are names'
        )


def _one(column, boolean, problem, choose_loss):
    name, numbers = column.name, column.dtype != object
    distinct = np.unique(column.tolist())
    whole = numbers and bool((distinct == np.floor(distinct)).all())
    if problem is None and whole and len(distinct) > 2:
        raise ValueError(
            f"target {name!r} holds {len(distinct)} different whole numbers: amounts "
            'or classes? Say problem="regression" if 2 is twice as much as 1, or '
            'problem="multiclass" if they are names'
        )
    kind = _kind(name, np.array(column.tolist()), problem, choose_loss)
    if kind == "regression":
        return Target(kind, (name,)), column.to_numpy(np.float64)[:, None]
    if kind == "binary" and len(distinct) != 2:
        raise ValueError(
            f'problem="binary" needs two different values, but target {name!r} has '
            f'{len(distinct)}: say problem="multiclass" or "regression"'
        )
    distinct = no_first(distinct)
    classes = _as_written(distinct, boolean)
    names = tuple(map(str, classes))
    y = pd.Index(distinct).get_indexer(column.tolist())
    return Target(kind, names, tuple(classes)), y


def _several(columns, booleans, problem, choose_loss):
    names = tuple(columns.columns)
    if problem == "regression" or _amounts(columns, problem):
        return Target("regression", names), columns.to_numpy(np.float64)
    y, classes = np.empty(columns.shape), []
    for i, (name, column) in enumerate(columns.items()):
        pair = no_first(np.unique(column.tolist()))
        if len(pair) > 2:
            raise ValueError(
                "target has several columns, so each must be yes or no, or each an "
                f"amount, but {name!r} has {len(pair)} different values: give one"
            )
        y[:, i] = column.to_numpy() == pair[1]
        classes.append(tuple(_as_written(pair, booleans[i])))
    kind = _kind(", ".join(names), y, problem, choose_loss)
    if kind == "binary":
        raise ValueError(
            f'problem="binary" needs one column, but target has {len(names)}: give '
            'one, or say problem="multilabel"'
        )
    if kind == "multiclass":  # one-hot
        return Target(kind, names, names), y.argmax(axis=1)
    return Target(kind, names, tuple(classes)), y


def _amounts(columns, problem):
    """Tell whether several columns are amounts: numbers, more than two in each."""
    numbers = all(
        column.dtype != object and column.nunique() > 2 for _, column in columns.items()
    )
    if numbers and problem is None and not (columns % 1).any().all():
        raise ValueError(
            f"target {', '.join(columns.columns)!r} holds whole numbers: amounts or "
            'classes? Say problem="regression" for amounts; classes must be one column'
        )
    return numbers and problem is None


def _as_written(classes, boolean):
    """Return what the file calls the classes: text, whole numbers, True and False."""
    if boolean:
        return [word == "True" for word in classes]
    whole = classes.dtype.kind == "f" and (classes == np.floor(classes)).all()
    whole = whole and np.abs(classes).max() < 2**53  # above, a float skips numbers
    return (classes.astype(np.int64) if whole else classes).tolist()


def _kind(name, values, problem, choose_loss):
    try:
        return choose_loss(values, problem).problem
    except ValueError as error:
        said = str(error).replace("y must", "it must").replace("but y", "but it")
        raise ValueError(f"target {name!r}: {said}") from None


def _without_rare(target, y, name):
    """Return Target and y without classes that are too rare to be split, and a mask."""
    counts = np.bincount(y, minlength=len(target.classes))
    rare = counts < LEAST
    if (~rare).sum() < 2:
        few = ", ".join(
            f"{target.names[i]!r} in {counts[i]}" for i in np.flatnonzero(rare)[:5]
        )
        raise ValueError(
            f"target {name!r} has {len(counts)} classes in {len(y)} rows, {few}: two "
            f"or more need at least {LEAST} rows each, for three parts; get more rows, "
            "or put classes together"
        )
    numbers = np.cumsum(~rare) - 1
    kept = {"names": target.names, "classes": target.classes}
    kept = {
        field: tuple(np.array(values, object)[~rare]) for field, values in kept.items()
    }
    return replace(target, **kept), numbers[y][~rare[y]], rare[y]
