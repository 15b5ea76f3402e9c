"""Lesson 9's cells on tables that it has never seen, and on files that are none."""

import sys
import types
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from helpers.data import find_table, finding
from tools import build

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "source" / "09_your_own.py"
CHOICE = ("FILE", "TARGET", "PROBLEM", "OPTIONS", "NEW")
N = 240
# Names of the penguins' columns, words and numbers: no cell that runs on may know them.
OURS = ("species", "island", "bill_", "flipper", "body_mass", "sex", "adelie", "gram")


def cells():
    """The code of the lesson that a learner runs, stubs and all."""
    notebook = build.make_notebook(build.read_cells(SOURCE), "lesson")
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def run(until=None, **choice):
    """Run the lesson's cells with another choice; return what they leave."""
    choice = {"PROBLEM": None, "OPTIONS": {}, "NEW": choice["FILE"]} | choice
    names = {}
    for code in cells():
        if code.startswith("FILE"):
            names |= choice
            continue
        exec(compile(code, "<cell>", "exec"), names)
        plt.close("all")
        if until and until in code:
            break
    return names


def houses(folder):
    """Semicolons, decimal commas, a date, gaps and words: an amount."""
    rng = np.random.default_rng(1)
    area, floor = rng.uniform(20, 150, N).round(1), rng.integers(0, 6, N)
    price = (2000 * area + 9000 * floor + rng.normal(0, 9000, N)).round(2)
    table = pd.DataFrame(
        {
            "Lage": rng.choice(["Mitte", "Nord", "Süd"], N),
            "Fläche": [f"{a:.1f}".replace(".", ",") for a in area],
            "Etage": np.where(rng.random(N) < 0.1, "", floor.astype(str)),
            "Verkauft": pd.date_range("2020-01-01", periods=N).strftime("%d.%m.%Y"),
            "Preis": [f"{p:.2f}".replace(".", ",") for p in price],
        }
    )
    table.to_csv(folder / "houses.csv", sep=";", index=False)
    return {"FILE": "houses.csv", "TARGET": "Preis"}


def visits(folder):
    """Text, gaps, several rows a patient, one answer in six: yes or no."""
    rng = np.random.default_rng(2)
    age = rng.integers(1, 95, N)
    table = pd.DataFrame(
        {
            "patient": rng.integers(0, 60, N),
            "ward": rng.choice(["a", "b", None], N),
            "age": np.where(rng.random(N) < 0.2, np.nan, age),
            "back": np.where(rng.random(N) < age / 300, "yes", "no"),
        }
    )
    table.to_csv(folder / "visits.csv", index=False)
    options = {"groups": "patient"}
    return {"FILE": "visits.csv", "TARGET": "back", "OPTIONS": options}


def films(folder):
    """Three labels, any number of which a row may have."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(N, 4)).round(3)
    table = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    table["sad"] = (x[:, 0] > 0).astype(int)
    table["long"] = (x[:, 1] + x[:, 2] > 0.5).astype(int)
    table["old"] = (rng.random(N) < 0.3).astype(int)
    table.to_csv(folder / "films.tsv", sep="\t", index=False)
    return {"FILE": "films.tsv", "TARGET": ["sad", "long", "old"]}


def plants(folder):
    """Few rows that are easy, four kinds in numbers, one of them with a single row."""
    rng = np.random.default_rng(4)
    kind = np.r_[np.arange(59) % 3, 3]
    table = {"size": kind + rng.normal(0, 0.05, 60), "red": rng.random(60) < 0.5}
    pd.DataFrame(table | {"kind": kind}).to_csv(folder / "plants.csv", index=False)
    return {"FILE": "plants.csv", "TARGET": "kind", "PROBLEM": "multiclass"}


@pytest.mark.parametrize("table", [houses, visits, films, plants])
def test_the_same_cells_run_on_a_table_of_another_kind(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    left = run(**table(tmp_path))
    problem, page = left["mine"], next(tmp_path.glob("*_report.md")).read_text("utf-8")
    assert len(left["answers"]) == min(5, N)
    assert 15 <= len(page.splitlines()) + len(left["notes"]) <= 40
    for what in ("Rows", "In doubt", "Loss", "Doctor", "Rate", "Yardsticks", "Splits"):
        assert f"- **{what}:** " in page
    assert problem.name in page and "nan" not in page
    assert left["healthy"].ok, left["healthy"]
    assert left["final"] > left["nothing"] - 0.1
    assert left["low"] < left["final"] <= left["high"]
    assert table is not plants or left["final"] == 1


def test_no_cell_that_runs_on_knows_the_penguins():
    for code in cells():
        if "penguins.csv" not in code and "check." not in code:
            assert not [word for word in OURS if word in code.lower()], code


# What may be wrong with a file


FILES = {
    "empty.csv": "",
    "letter.csv": "Dear all,\nhere is the file that you asked for.\nBye",
    "page.csv": "<!DOCTYPE html><html><body>Not found</body></html>",
    "small.csv": "a,b\n" + "\n".join(f"{i},{i * 1.5}" for i in range(7)),
    "ones.csv": "a,b\n" + "\n".join(f"{i % 4}.5,name{i}" for i in range(30)),
    "rare.csv": "a,b\n" + "\n".join(f"{i}.5,{'yx'[i > 0]}" for i in range(30)),
    "book.xlsx": "PK\x05\x06" + "\0" * 18,
}
# What somebody chose: file, target, options, and a part of what is said.
BROKEN = [
    ("mime.csv", "b", {}, "put it into"),
    ("smal.csv", "b", {}, "Did you mean 'small.csv'"),
    ("empty.csv", "b", {}, "is empty"),
    ("letter.csv", "b", {}, "its columns are 'Dear all'"),
    ("page.csv", "b", {}, "look for its download"),
    ("book.xlsx", "b", {}, "save it as CSV"),
    ("small.csv", "c", {}, "its columns are 'a', 'b'"),
    ("small.csv", "b", {}, "need at least 10"),
    ("ones.csv", "b", {}, "choose another column"),
    ("rare.csv", "b", {}, "put classes together"),
    ("rare.csv", "b", {"groups": "who"}, "groups must be a column of the table"),
]


@pytest.mark.parametrize(("file", "target", "options", "said"), BROKEN)
def test_a_file_that_will_not_do_says_what_to_do(
    file, target, options, said, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text, "utf-8")
    with pytest.raises((ValueError, FileNotFoundError)) as caught:
        run("from_table(path", FILE=file, TARGET=target, OPTIONS=options)
    assert said in str(caught.value)


# Where a file lies


def attach(tmp_path, monkeypatch, *names):
    for name in names:
        file = tmp_path / "input" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("a,b\n1,2\n")
    monkeypatch.setattr(finding, "KAGGLE", tmp_path / "input")
    (tmp_path / "working").mkdir()
    monkeypatch.chdir(tmp_path / "working")


def test_on_kaggle_the_name_of_an_attached_file_will_do(tmp_path, monkeypatch):
    attach(tmp_path, monkeypatch, "my-set/deep/mine.csv", "my-set/other.csv")
    assert find_table("mine.csv") == str(tmp_path / "input/my-set/deep/mine.csv")
    assert find_table("penguins.csv") == str(finding.PENGUINS)
    with pytest.raises(FileNotFoundError, match="Add Input.* Did you mean 'other.csv'"):
        find_table("othr.csv")


def test_two_attached_files_of_one_name_are_both_named(tmp_path, monkeypatch):
    attach(tmp_path, monkeypatch, "a/train.csv", "b/train.csv")
    with pytest.raises(FileNotFoundError, match="a/train.csv.*b/train.csv"):
        find_table("train.csv")


def test_what_lies_here_comes_first(tmp_path, monkeypatch):
    attach(tmp_path, monkeypatch, "a/penguins.csv")
    assert find_table("penguins.csv").endswith("a/penguins.csv")
    Path("penguins.csv").write_text("a,b\n1,2\n")
    assert find_table("penguins.csv") == "penguins.csv"
    assert find_table("https://some.org/t.csv") == "https://some.org/t.csv"


@pytest.fixture
def colab(monkeypatch, tmp_path):
    """What Colab's module does: it writes what is chosen into the working folder."""
    chosen = {}

    def upload():
        for name, data in chosen.items():
            Path(name).write_bytes(data)
        return chosen

    for name in ("google", "google.colab", "google.colab.files"):
        module = types.ModuleType(name)
        module.__path__, module.upload = [], upload
        module.__spec__ = types.SimpleNamespace(name=name)
        monkeypatch.setitem(sys.modules, name, module)
    sys.modules["google.colab"].files = sys.modules["google.colab.files"]
    monkeypatch.chdir(tmp_path)
    return chosen


def test_on_colab_a_file_that_is_not_there_is_asked_for(colab, capsys):
    colab["mine (1).csv"] = b"a,b\n1,2\n"
    assert find_table("mine.csv") == "mine (1).csv"
    assert "mine.csv is not here yet" in capsys.readouterr().out
    assert find_table("penguins.csv") == str(finding.PENGUINS)


def test_on_colab_nothing_chosen_says_so(colab):
    with pytest.raises(FileNotFoundError, match="run this cell again and choose it"):
        find_table("mine.csv")
