"""A file's text, and how its cells are parted."""

import bz2
import csv
import gzip
import io
import lzma
import zipfile
import zlib
from collections import Counter
from difflib import get_close_matches
from pathlib import Path
from urllib.request import urlopen

DAMAGED = EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile
PACKED = {
    b"\x1f\x8b": gzip.decompress,
    b"BZh": bz2.decompress,
    b"\xfd7zXZ": lzma.decompress,
}
SEPARATORS = ",;\t|"
# How files begin that are no text, and what to do with them instead.
OTHER_FILES = {
    b"PAR1": "a Parquet file: give pandas.read_parquet(path)",
    b"SQLite": "a database: give pandas.read_sql_query(...)",
    b"\xd0\xcf\x11\xe0": "an old Excel file: give pandas.read_excel(path)",
    b"%PDF": "a PDF: save the table as CSV",
    b"\x89HDF": "an HDF5 file: give pandas.read_hdf(path)",
    b"\x93NUMPY": "a NumPy file: give from_arrays(numpy.load(path), y)",
    b"versionhttps://git-lfs": "a pointer to a file: fetch that with git lfs pull",
    b"[{": "JSON: give pandas.read_json(path)",
    b'{"': "JSON: give pandas.read_json(path), with lines=True if each line is a row",
}


def _bytes(source, shown):
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
                f"{shown} could not be fetched ({error}): download it with a "
                "browser, and give its path"
            ) from None
    else:
        path = Path(source).expanduser()
        if not path.is_file():
            raise FileNotFoundError(_not_there(path))
        data = path.read_bytes()
    try:
        return _unpacked(data, shown)
    except DAMAGED as error:
        raise ValueError(
            f"{shown} is a packed file that cannot be read ({error}): it may be cut "
            "short; fetch it again"
        ) from None


def _unpacked(data, shown):
    for start, unpack in PACKED.items():
        if data.startswith(start):
            return unpack(data)
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            files = [
                file for file in packed.namelist() if file.endswith(("csv", "txt"))
            ]
            if len(files) == 1:
                return packed.read(files[0])
        raise ValueError(
            f"{shown} is an Excel file or an archive without one CSV in it: "
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
    near = get_close_matches(path.name, files, n=3, cutoff=0.75)
    near = near or [file for file in files if ".csv" in file.lower()][:5]
    there = ", ".join(map(repr, near)) or "nothing like it"
    return message + f"the folder {str(folder.resolve())!r} has {there}"


def text_of(source, shown):
    """Return the text of a file, an address or what can be read, in any encoding.

    What is no text is a ValueError that says what it is.
    """
    data = _bytes(source, shown)
    for start, what in OTHER_FILES.items():
        if b"".join(data[:99].split()).startswith(start):
            raise ValueError(f"{shown} is {what}")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if b"\0" in data[:10_000]:
        raise ValueError(f"{shown} is no text file: save the table as CSV")
    if not data.strip():
        raise ValueError(f"{shown} is empty")
    if data.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
        raise ValueError(
            f"{shown} is a web page, not a CSV file: look for its download or "
            '"raw" link'
        )
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def layout(text):
    """Return what parts the cells, and how many lines stand above the names.

    The separator is the one that cuts most lines into as many cells. A line above the
    table, such as a title, has at most half as many.
    """
    lines = text[:100_000].splitlines()[:200]
    found = [_cut(lines, separator) for separator in SEPARATORS]
    often, _, separator, skipped = max(found, key=lambda cut: cut[:2])
    if not often:  # some files have spaces between their cells, and nothing else
        *_, skipped = _cut([" ".join(line.split()) for line in lines], " ")
        separator = r"\s+"
    return separator, skipped


def _cut(lines, separator):
    """Return how many lines have as many cells, how many, and what stands above."""
    rows = list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
    counts = Counter(len(row) for row in rows if len(row) > 1)
    cells, often = counts.most_common(1)[0] if counts else (0, 0)
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    skipped = next((i for i, n in enumerate(filled) if n > cells / 2), 0)
    return often, cells, separator, skipped
