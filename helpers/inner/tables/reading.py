"""Whatever holds a table becomes a DataFrame, and what holds none says why."""

import io
import warnings
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.inner.tables.files import layout, text_of
from helpers.inner.tables.report import counted


def read_table(table, name="table") -> tuple[pd.DataFrame, bool]:
    """Return a DataFrame with text for column names, and whether commas are decimal.

    ``table`` is a DataFrame of pandas or another library, a dict of columns, a list of
    rows that are dicts, or the path or the address of a CSV file. The cells of a file
    stay text: what they mean is learnt later, from the training rows alone. Commas may
    be decimal in a file that parts its cells with semicolons.
    """
    semicolons = False
    if isinstance(table, str | Path) or hasattr(table, "read"):
        frame, semicolons = _read_csv(table)
    elif isinstance(table, pd.DataFrame):
        frame = table
    elif hasattr(table, "to_pandas"):
        frame = table.to_pandas()
    elif isinstance(table, dict | list):
        frame = _from_columns(table, name)
    else:
        raise TypeError(
            f"{name} must be a DataFrame, the path of a CSV file or a dict of columns, "
            f"got {type(table).__name__}: {_as_a_table(table)}"
        )
    if not isinstance(frame.index, pd.RangeIndex) and frame.index.names != [None]:
        frame = frame.reset_index()
    elif isinstance(frame.index, pd.DatetimeIndex):
        frame = frame.rename_axis("date").reset_index()
    frame = frame.set_axis([str(column).strip() for column in frame.columns], axis=1)
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise ValueError(f"{name} has two columns called {twice[0]!r}: rename one")
    if not frame.size:
        rows, columns = map(counted, frame.shape, ("row", "column"))
        raise ValueError(f"{name} is empty: it has {rows} and {columns}")
    return frame.reset_index(drop=True), semicolons


def column_of(frame, wanted, argument) -> str:
    """Return the name of a column, or say which names come near."""
    if np.ndim(wanted) and not isinstance(wanted, tuple):
        raise TypeError(
            f"{argument} must be the name of one column, got {type(wanted).__name__} "
            f"of {len(wanted)} values: make them a column of the table, with "
            f"table.assign({argument}=values), and say {argument}={argument!r}"
        )
    wanted = str(wanted).strip()
    if wanted in frame.columns:
        return wanted
    lower = {name.lower(): name for name in frame.columns}
    near = get_close_matches(wanted.lower(), lower, n=3)
    names = [lower[name] for name in near] or list(frame.columns[:20])
    hint = "did you mean" if near else "its columns are"
    message = (
        f"{argument} must be a column of the table, got {wanted!r}: {hint} "
        + ", ".join(map(repr, names))
        + (", ..." if not near and len(frame.columns) > 20 else "")
    )
    if pd.to_numeric(frame.columns, errors="coerce").notna().mean() > 0.5:
        message += ". The first line seems to hold no names: give pandas.read_csv("
        message += "path, header=None), and the column's number"
    raise ValueError(message)


def _as_a_table(table):
    """Say how what is no table becomes one."""
    if isinstance(table, pd.Series):
        return "give one row as table.iloc[[0]], one column as table[[name]]"
    return "pandas.DataFrame(it, columns=names) makes one, or use from_arrays(x, y)"


def _from_columns(columns, name):
    if isinstance(columns, dict) and not any(
        hasattr(column, "__len__") and not isinstance(column, str)
        for column in columns.values()
    ):
        columns = [columns]  # a single row
    try:
        return pd.DataFrame(columns)
    except Exception as error:  # pandas has many
        raise ValueError(f"{name} makes no table of rows: {error}") from None


def _read_csv(source):
    shown = f"table {str(source)!r}" if isinstance(source, str | Path) else "table"
    text = text_of(source, shown)
    separator, skipped = layout(text)
    look = {"sep": separator, "skiprows": skipped, "skipinitialspace": True}
    look |= {"dtype": str, "keep_default_na": False}
    try:
        frame = pd.read_csv(io.StringIO(text), **look)
        if not isinstance(frame.index, pd.RangeIndex) and _empty(frame.iloc[:, -1]):
            # Each line ends with a separator, so pandas took its first cell for a name.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                frame = pd.read_csv(io.StringIO(text), index_col=False, **look)
    except ValueError as error:  # pandas's ParserError is one, too
        why = str(error).rpartition("C error: ")[2].strip()
        raise ValueError(
            f"{shown} cannot be read as one: {why}. A cell that holds {separator!r} or "
            "a line break must stand between quotes, and each quote must end"
        ) from None
    if len(frame.columns) < 2:
        raise ValueError(
            f"{shown} is none: a line of it holds one cell, such as "
            f"{text.splitlines()[0][:60]!r}. Cells are parted by , ; | tabs or spaces"
        )
    return frame, separator == ";"


def _empty(column):
    return column.fillna("").eq("").all()
