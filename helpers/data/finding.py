"""Where a table lies: here, on Kaggle, on Colab, or with the course."""

import os
from difflib import get_close_matches
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

# Measurements of 344 penguins: Horst, Hill and Gorman 2020, "palmerpenguins", CC0. They
# were taken by Gorman, Williams and Fraser 2014 at Palmer Station, Antarctica.
PENGUINS = Path(__file__).with_name("penguins.csv")
KAGGLE = Path("/kaggle/input")
MOST = 10_000  # of Kaggle's files are looked at: some data sets are a million pictures


def find_table(name):
    """Return the path of a table: where you say, below Kaggle's inputs, or uploaded.

    Parameters
    ----------
    name : str or Path
        A path, seen from the notebook's folder. On Kaggle the file's name will do,
        whatever data set it comes with. On Colab a file that is not there is asked for.
        ``"penguins.csv"`` comes with the course. An address, or a table that is no
        file, is returned as it is.

    A file that is nowhere is a FileNotFoundError that says how to bring it.
    """
    if not isinstance(name, str | Path) or "://" in str(name):
        return name
    path = Path(str(name).strip()).expanduser()
    attached = [] if path.is_file() else _attached()
    same = [file for file in attached if file.name.lower() == path.name.lower()]
    if len(same) > 1:
        paths = ", ".join(repr(str(file)) for file in same[:5])
        raise FileNotFoundError(f"{path.name} is there more than once: give {paths}")
    if same:
        return str(same[0])
    if path.is_file():
        return str(path)
    if path.name == PENGUINS.name:
        return str(PENGUINS)
    return _upload(path.name) or _nowhere(path, attached)


def read_rows(table):
    """Return a table as a DataFrame, cells as a file has them: to be looked at.

    What is no table is a ValueError that says what it is.
    """
    from helpers.inner.tables.reading import read_table

    return read_table(table)[0]


def _attached():
    """Return the files of the data sets that are attached on Kaggle."""
    walk = (
        Path(folder, file) for folder, _, files in os.walk(KAGGLE) for file in files
    )
    return sorted(islice(walk, MOST))


def _on_colab():
    try:
        return find_spec("google.colab") is not None
    except ModuleNotFoundError:  # no package `google` at all
        return False


def _upload(name):
    """Ask for a file on Colab; return where it was put, or None."""
    if not _on_colab():
        return None
    from google.colab import files

    print(f"{name} is not here yet: choose it, or a table of another name.")
    uploaded = files.upload()  # writes it into the working folder
    return next(iter(uploaded), None)


def _nowhere(path, attached):
    here = sorted(file for file in Path(".").iterdir() if file.is_file())
    names = [file.name for file in (*here, *attached)]
    near = get_close_matches(path.name, names, n=3, cutoff=0.75)
    tables = [name for name in names if name.lower().endswith((".csv", ".tsv"))]
    there = ", ".join(map(repr, near or tables[:5]))
    if KAGGLE.is_dir():
        how = "choose Add Input and attach the data set that has it"
    elif _on_colab():
        how = "run this cell again and choose it"
    else:
        how = f"put it into {str(Path.cwd())!r}, or give its whole path"
    said = f"{str(path)!r} is not there: {how}."
    said += f" Did you mean {there}?" if near else f" There is {there}." * bool(there)
    raise FileNotFoundError(said)
