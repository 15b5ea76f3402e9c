"""Whatever holds a table becomes a DataFrame, and what holds none says why."""

import csv
import gzip
import io
import warnings
import zipfile
from collections import Counter
from difflib import get_close_matches
from pathlib import Path
from urllib.request import urlopen

import pandas as pd

SEPARATORS = ",;\t|"
# How files begin that are no text, and what to do with them instead.
OTHER_FILES = {
    b"PAR1": "a Parquet file: give pandas.read_parquet(path)",
    b"SQLite": "a database: give pandas.read_sql_query(...)",
    b"\xd0\xcf\x11\xe0": "an old Excel file: give pandas.read_excel(path)",
    b"%PDF": "a PDF: save the table as CSV",
    b"\x89HDF": "an HDF5 file: give pandas.read_hdf(path)",
}


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
            f"got {type(table).__name__}: for arrays use from_arrays(x, y)"
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
        rows, columns = frame.shape
        raise ValueError(f"{name} is empty: it has {rows} rows and {columns} columns")
    return frame.reset_index(drop=True), semicolons


def column_of(frame, wanted, argument) -> str:
    """Return the name of a column, or say which names come near."""
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
    text = _text(_bytes(source), source)
    separator, skipped = _layout(text)
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
        raise ValueError(f"table {source} cannot be read as one: {why}") from None
    if len(frame.columns) < 2:
        raise ValueError(
            f"table {source} is none: a line of it holds one cell, such as "
            f"{text.splitlines()[0][:60]!r}. Cells are parted by , ; | or tabs"
        )
    return frame, separator == ";"


def _empty(column):
    return column.fillna("").eq("").all()


def _bytes(source):
    """Return what a file holds, unpacked."""
    if hasattr(source, "read"):
        data = source.read()
        return data.encode() if isinstance(data, str) else data
    if "://" in str(source):
        try:
            with urlopen(str(source), timeout=60) as answer:
                data = answer.read()
        except (OSError, ValueError) as error:
            raise ValueError(
                f"table {source} could not be fetched ({error}): download it with a "
                "browser, and give its path"
            ) from None
    else:
        path = Path(source).expanduser()
        if not path.is_file():
            raise FileNotFoundError(_not_there(path))
        data = path.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        return gzip.decompress(data)
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            files = [
                file for file in packed.namelist() if file.endswith(("csv", "txt"))
            ]
            if len(files) == 1:
                return packed.read(files[0])
        raise ValueError(
            f"table {source} is an Excel file or an archive without one CSV in it: "
            "save it as CSV, or give pandas.read_excel(path)"
        )
    return data


def _not_there(path):
    if "\n" in str(path):
        return "table is text with line breaks, no path: give io.StringIO(text)"
    folder = path if path.is_dir() else path.parent
    message = f"table must be the path of a file, got {str(path)!r}: "
    if not folder.is_dir():
        return message + f"no folder {str(folder)!r} in {str(Path().resolve())!r}"
    files = sorted(file.name for file in folder.iterdir() if file.is_file())
    near = get_close_matches(path.name, files, n=3, cutoff=0.5)
    near = near or [file for file in files if ".csv" in file.lower()][:5]
    there = ", ".join(map(repr, near)) or "nothing like it"
    return message + f"the folder {str(folder.resolve())!r} has {there}"


def _text(data, source):
    for start, what in OTHER_FILES.items():
        if data.startswith(start):
            raise ValueError(f"table {source} is {what}")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if b"\0" in data[:10_000]:
        raise ValueError(f"table {source} is no text file: save the table as CSV")
    if not data.strip():
        raise ValueError(f"table {source} is empty")
    if data.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
        raise ValueError(
            f"table {source} is a web page, not a CSV file: look for its download or "
            '"raw" link'
        )
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _layout(text):
    """Return what parts the cells, and how many lines stand above the names.

    The separator is the one that cuts most lines into as many cells. A line above the
    table, such as a title, has at most half as many.
    """
    lines = text[:100_000].splitlines()[:200]
    best = (0, 0), ",", 0
    for separator in SEPARATORS:
        rows = list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
        counts = Counter(len(row) for row in rows if len(row) > 1)
        if not counts:
            continue
        cells, often = counts.most_common(1)[0]
        filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
        skipped = next((i for i, n in enumerate(filled) if n > cells / 2), 0)
        best = max(best, ((often, cells), separator, skipped))
    return best[1:]
