"""Data of one's own: what becomes of a table, and what is said on the way."""

import gzip
import io
import pickle
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.data import (
    OwnProblem,
    Problem,
    from_arrays,
    from_table,
    load,
    load_problem,
)
from helpers.sweeps import sweep

PARTS = ("train", "valid", "test")


def people(rows=200, seed=0):
    """A table as people have it: each kind of column, and gaps."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "number": np.arange(1, rows + 1),
            "age": rng.normal(40, 10, rows),
            "sex": rng.choice(["male", "female"], rows),
            "city": rng.choice(["Bonn", "Cologne", "Trier"], rows),
            "member": rng.random(rows) > 0.5,
            "income": np.where(rng.random(rows) < 0.3, np.nan, rng.normal(3, 1, rows)),
            "country": "Germany",
            "note": [f"called at {x:.9f}" for x in rng.random(rows)],
        }
    )
    score = table["age"] / 10 + (table["sex"] == "male") + rng.normal(0, 1, rows)
    return table.assign(paid=np.where(score > 4.5, "yes", "no"), amount=score)


def quietly(table, target, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return from_table(table, target, **options)


def csv(text, encoding="utf-8"):
    return io.BytesIO(text.encode(encoding))


def done(problem):
    return dict(problem.report.columns.set_index("column")["done"])


@pytest.fixture(scope="module")
def problem():
    return from_table(people(), "paid", leave_out="amount", name="people")


# What comes back


def test_it_is_a_problem_with_the_arrays_of_the_contract(problem):
    assert isinstance(problem, Problem) and problem.kind == "binary"
    assert problem.name == "people" and problem.target_names == ("no", "yes")
    assert [len(getattr(problem, f"x_{p}")) for p in PARTS] == [120, 40, 40]
    for part in PARTS:
        x, y = getattr(problem, f"x_{part}"), getattr(problem, f"y_{part}")
        assert x.dtype == np.float32 and x.shape[1] == len(problem.feature_names)
        assert np.isfinite(x).all() and not x.flags.writeable
        assert y.shape == (len(x),) and y.dtype == np.int64
    assert np.allclose(problem.x_train.mean(axis=0), 0, atol=1e-5)
    assert np.allclose(problem.x_train.std(axis=0), 1, atol=1e-4)


def test_numbers_keep_their_names_and_the_scale_leads_back_to_their_units(problem):
    i = problem.feature_names.index("age")
    ages = problem.x_train[:, i] * problem.x_scale[i] + problem.x_mean[i]
    assert np.isin(ages.round(3), people()["age"].astype("f4").round(3)).mean() > 0.99


def test_each_kind_of_column_becomes_what_it_needs(problem):
    assert problem.feature_names == (
        "age",
        "income",
        "income=(gap)",
        "sex=male",
        "city=Bonn",
        "city=Cologne",
        "city=Trier",
        "member=True",
    )
    for name in ("number", "country", "note", "amount"):
        assert done(problem)[name] == "left out"


@pytest.mark.parametrize("kind", ["regression", "binary", "multiclass"])
def test_the_split_is_that_of_scikit_learn(kind):
    from sklearn.model_selection import train_test_split

    table = people()
    target = {"regression": "amount", "binary": "paid", "multiclass": "city"}[kind]
    mine = quietly(table[["age", target]], target, seed=3)
    labels = None if kind == "regression" else table[target]
    rest, test = train_test_split(
        np.arange(200), test_size=40, random_state=3, stratify=labels
    )
    i = mine.feature_names.index("age")
    ages = mine.x_test[:, i] * mine.x_scale[i] + mine.x_mean[i]
    assert np.allclose(ages, table["age"][test], atol=1e-3)


@pytest.mark.parametrize("target", ["amount", "paid", "city"])
@pytest.mark.parametrize("part", ["valid", "test"])
def test_nothing_is_learnt_from_rows_that_do_not_train(target, part):
    """Whatever stands in them, the training rows' x is the same, bit for bit."""
    table = people()
    before = quietly(table, target)
    position = np.arange(200) / 7
    numbered = quietly(pd.DataFrame({"x": position, target: table[target]}), target)
    chosen = getattr(numbered, f"x_{part}")[:, 0] * numbered.x_scale + numbered.x_mean
    rows = (chosen * 7).round().astype(int)
    spoilt = table.astype(object)
    for column in table.columns.drop(target):
        spoilt.loc[rows, column] = "never seen, 1.234,5"
    for changed in (spoilt, csv(spoilt.to_csv(index=False))):
        after = quietly(changed, target)
        assert after.feature_names == before.feature_names
        other = "test" if part == "valid" else "valid"
        for name in ("x_train", "y_train", f"x_{other}", f"y_{other}"):
            assert getattr(after, name).tobytes() == getattr(before, name).tobytes()
        assert not np.array_equal(*(getattr(p, f"x_{part}") for p in (before, after)))


def test_a_file_a_frame_and_a_dict_give_the_same(tmp_path, problem):
    table = people()
    table.to_csv(tmp_path / "people.csv", index=False)
    address = (tmp_path / "people.csv").as_uri()
    for same in (str(tmp_path / "people.csv"), address, table.to_dict("list")):
        other = from_table(same, "paid", leave_out="amount")
        assert np.allclose(other.x_train[:, 0], problem.x_train[:, 0], atol=1e-5)
        assert other.feature_names == problem.feature_names
    assert other.name == "table"
    table.to_csv(tmp_path / "people.csv.xz", index=False)
    assert quietly(tmp_path / "people.csv.xz", "paid").kind == "binary"
    assert from_table(address, "paid", leave_out="amount").name == "people"


# Kinds of problem


def test_amounts_are_standardised_and_come_back_in_their_units():
    table = people().assign(price=lambda t: 1000 * t["amount"])
    mine = from_table(table, "price", leave_out=["paid", "amount"])
    assert mine.kind == "regression" and mine.target_names == ("price",)
    assert mine.y_train.shape == (120, 1) and mine.y_train.dtype == np.float32
    assert abs(mine.y_train.mean()) < 1e-5 and abs(mine.y_train.std() - 1) < 1e-5
    assert np.isin(mine.answers(mine.y_test).round(0), table["price"].round(0)).all()
    assert mine.answers(mine.y_test[:, 0]).shape == (40,)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["b", "a", "c"], ["a", "b", "c"]),
        ([True, False], [False, True]),
        ([7, 3], [3, 7]),
        (["1", "0"], [0, 1]),
    ],
)
def test_classes_come_back_as_the_file_has_them(values, words):
    rng = np.random.default_rng(0)
    table = {"x": rng.random(60), "y": np.resize(values, 60)}
    mine = from_table(table, "y")
    assert mine.target_names == tuple(map(str, words))
    labels = np.arange(len(words))
    probabilities = np.eye(len(words))
    assert mine.answers(labels).tolist() == words
    assert mine.answers(probabilities).tolist() == words
    if len(words) == 2:
        assert mine.answers([[0.1], [0.9]]).tolist() == words
        assert mine.answers([[[0.1], [0.9]]] * 5).shape == (5, 2)


def test_several_columns_of_yes_and_no_are_several_labels():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.normal(size=200), "z": rng.normal(size=200)})
    table["rain"] = np.where(table["x"] > 0, "yes", "no")
    table["wind"] = (table["z"] + rng.normal(size=200) > 0).astype(int)
    mine = quietly(table, ["rain", "wind"])
    assert mine.kind == "multilabel" and mine.target_names == ("rain", "wind")
    assert mine.y_train.shape == (120, 2) and mine.y_train.dtype == np.float32
    assert mine.answers([[0.9, 0.2]]).tolist() == [["yes", 0]]
    found = sweep(mine, learning_rates=[1], batch_sizes=[16], epochs=20, progress=False)
    assert found.best().valid_score > 0.8


YES_AND_NO = ["yes no", "ja nein", "Ja nee", "ja nej", "J N", "Sí no", "да нет"]


@pytest.mark.parametrize("yes, no", map(str.split, YES_AND_NO))
def test_a_yes_is_1_whatever_the_alphabet_says(yes, no):
    said = np.arange(200) % 10 < 3
    table = {"x": np.arange(200) % 10 + 0.5, "y": np.where(said, yes, no)}
    one, two = quietly(table, "y"), quietly(table | {"z": table["y"]}, ["y", "z"])
    assert one.target_names == (no, yes) and two.target_names == ("y", "z")
    for part in PARTS:
        x, labels = getattr(one, f"x_{part}")[:, 0], getattr(one, f"y_{part}")
        assert (labels == (x * one.x_scale[0] + one.x_mean[0] < 3)).all()
        x, labels = getattr(two, f"x_{part}")[:, 0], getattr(two, f"y_{part}")
        below_3 = x * two.x_scale[0] + two.x_mean[0] < 3
        assert (labels == below_3[:, None]).all()
    assert one.answers([1, 0]).tolist() == [yes, no]
    assert one.answers([[0.9], [0.1]]).tolist() == [yes, no]
    assert one.answers([[0.2, 0.8]]).tolist() == [yes]
    assert two.answers([[0.9, 0.1]]).tolist() == [[yes, no]]


def test_a_problem_saved_the_other_way_round_keeps_its_own(tmp_path):
    table = {"x": np.arange(200) / 7, "y": np.resize(["ja", "nein"], 200)}
    now = quietly(table, "y")
    upside_down = {f"y_{part}": 1 - getattr(now, f"y_{part}") for part in PARTS}
    target = replace(now.target, names=("ja", "nein"), classes=("ja", "nein"))
    upside_down |= {"target": target, "target_names": target.names}
    replace(now, **upside_down).save(tmp_path / "old.problem")
    old = load_problem(tmp_path / "old.problem")
    assert old.answers(old.y_test).tolist() == now.answers(now.y_test).tolist()
    assert old.answers([[0.9]]).tolist() == ["nein"]
    assert old.rows(table).tobytes() == now.rows(table).tobytes()


def test_one_hot_columns_are_classes_and_several_amounts_stay_amounts():
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 90)
    hot = pd.DataFrame(np.eye(3)[kind], columns=["oak", "elm", "fir"])
    mine = quietly(hot.assign(x=rng.random(90)), ["oak", "elm", "fir"])
    assert mine.kind == "multiclass" and mine.answers([0]).tolist() == ["oak"]
    both = from_table(
        pd.DataFrame(rng.random((90, 3)), columns=list("abc")), ["a", "b"]
    )
    assert both.kind == "regression" and both.y_train.shape == (54, 2)
    assert both.answers(both.y_test).shape == (18, 2)
    sweep(both, learning_rates=[0.1], batch_sizes=[9], epochs=1, progress=False)


@pytest.mark.parametrize("values", [[0, 1, 2], [3.0, 4.0, 7.0], ["1", "2", "3"]])
def test_whole_numbers_are_a_doubt_that_problem_settles(values):
    table = {"x": np.random.default_rng(0).random(60), "y": np.resize(values, 60)}
    with pytest.raises(
        ValueError, match="'y' holds 3 different whole numbers"
    ) as error:
        from_table(table, "y")
    for kind in ("regression", "multiclass"):
        assert f'problem="{kind}"' in str(error.value)
        assert from_table(table, "y", problem=kind).kind == kind


def test_a_problem_that_somebody_else_built_serves_as_well():
    digits = load("digits")
    names = [field for field in Problem.__dataclass_fields__]
    again = Problem(**{name: getattr(digits, name) for name in names})
    sweep(again, learning_rates=[0.1], batch_sizes=[64], epochs=1, progress=False)


# Rows


def test_rows_without_a_target_and_of_rare_classes_are_left_out_and_counted():
    table = people()
    table.loc[:9, "city"] = None
    table.loc[10:12, "city"] = "Ulm"
    mine = quietly(table, "city")
    assert mine.report.rows == {
        "in the table": 200,
        "left out: its class has fewer than 5 rows": 3,
        "left out: the target is missing": 10,
        "train": 113,
        "to choose with": 37,
        "to test with": 37,
    }
    assert "Ulm" not in mine.target_names


def test_groups_stay_together_and_classes_keep_their_proportions():
    table = people(600).assign(person=np.arange(600) // 4)
    mine = quietly(table.assign(copy=table.index // 4 / 7), "paid", groups="person")
    i = mine.feature_names.index("copy")
    persons = [set(getattr(mine, f"x_{part}")[:, i].tolist()) for part in PARTS]
    assert not persons[0] & persons[1] and not (persons[0] | persons[1]) & persons[2]
    assert "person" not in mine.feature_names
    shares = [getattr(mine, f"y_{part}").mean() for part in PARTS]
    assert np.ptp(shares) < 0.15


def test_order_tests_with_the_last_rows():
    days = pd.date_range("2020-01-01", periods=200)
    table = people().assign(day=days).sample(frac=1, random_state=0)
    mine = quietly(table, "amount", order="day", leave_out="paid")
    i = mine.feature_names.index("day days")
    when = [getattr(mine, f"x_{part}")[:, i] for part in PARTS]
    assert when[0].max() < when[1].min() and when[1].max() < when[2].min()


def test_new_rows_are_prepared_as_the_old_ones(problem, tmp_path):
    table = people()
    ages = problem.rows(table)[:, 0]
    assert set(problem.x_train[:, 0]) < set(ages)
    one = {"age": 30, "sex": "male", "city": "Bonn", "member": True, "income": None}
    x = problem.rows(one)
    assert x.shape == (1, 8) and x.dtype == np.float32 and np.isfinite(x).all()
    odd = one | {"city": "Atlantis", "income": "lots", "age": np.inf, "sex": "divers"}
    with pytest.warns(UserWarning) as seen:
        unseen = problem.rows(odd)
    said = "\n".join(str(each.message) for each in seen)
    assert {each.filename for each in seen} == {__file__}
    for word in ("'city'", "'Atlantis': taken as none of", "'lots'", "'divers'", "inf"):
        assert word in said, word
    assert np.isfinite(unseen).all()
    back = unseen * problem.x_scale + problem.x_mean
    assert np.allclose(back[0, 4:7], 0, atol=1e-6) and np.isclose(back[0, 2], 1)
    table.to_csv(tmp_path / "new.csv")
    assert np.allclose(problem.rows(tmp_path / "new.csv")[:, 0], ages, atol=1e-5)


def test_new_rows_that_lack_a_column_are_told_which(problem):
    with pytest.raises(ValueError, match="got 'age': did you mean 'Age'"):
        problem.rows(people().rename(columns={"age": "Age"}))


def test_saved_and_loaded_it_does_the_same(problem, tmp_path):
    problem.save(tmp_path / "people.problem")
    again = load_problem(tmp_path / "people.problem")
    assert isinstance(again, OwnProblem)
    assert np.array_equal(again.rows(people()), problem.rows(people()))
    assert again.answers([[0.8]]).tolist() == ["yes"]
    assert repr(again.report) == repr(problem.report)
    assert pickle.loads(pickle.dumps(problem)).kind == "binary"


def test_another_version_is_named(problem, tmp_path, monkeypatch):
    from helpers.inner.tables import saving

    problem.save(tmp_path / "people.problem")
    monkeypatch.setitem(saving.VERSIONS, "scikit-learn", "9.9")
    with pytest.warns(UserWarning, match="scikit-learn .* \\(here 9.9\\)"):
        load_problem(tmp_path / "people.problem")


def test_what_is_no_saved_problem_is_told(tmp_path):
    (tmp_path / "x").write_text("no")
    with pytest.raises(ValueError, match="no file that problem.save"):
        load_problem(tmp_path / "x")
    with pytest.raises(FileNotFoundError, match="is not there"):
        load_problem(tmp_path / "y")


def test_a_place_that_cannot_be_saved_to_is_told(problem, tmp_path):
    with pytest.raises(ValueError, match="is a folder: give one such as"):
        problem.save(tmp_path)
    with pytest.raises(ValueError, match="has no folder"):
        problem.save(tmp_path / "nowhere" / "mine.problem")
    with pytest.raises(FileNotFoundError, match="path is a folder"):
        load_problem(tmp_path)
    with pytest.raises(TypeError, match="path must be one.*got None"):
        load_problem(None)


def test_predictions_that_are_none_are_told(problem):
    for wrong in ([["a"]], [[np.nan]], np.zeros((3, 4)), 0.5):
        with pytest.raises(ValueError, match="predictions must"):
            problem.answers(wrong)
    with pytest.raises(ValueError, match="predictions must be probabilities, got -3"):
        problem.answers([[-3.0], [2.0]])


# The report


def test_the_report_is_text_here_and_a_table_in_a_notebook(problem):
    text, page = repr(problem.report), problem.report._repr_html_()
    for said in ("income", "names or free text", "120 train", "no, yes (binary)"):
        assert said in text and said in page
    assert "<table" in page and "one value only" in page


# What is suspected


def doubt(table, target="paid", **options):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        mine = from_table(table, target, **options)
    said = ["in doubt:\n- " + "\n- ".join(mine.report.doubts)]
    assert [str(w.message) for w in seen] == said * bool(mine.report.doubts)
    assert {w.filename for w in seen} <= {__file__}
    return "\n".join(mine.report.doubts)


@pytest.mark.parametrize(
    ("name", "cells", "said"),
    [
        (
            "share",
            lambda i: f"{i % 90}%" if i % 2 else f"{i % 90 / 100}",
            "no sign and %",
        ),
        ("cost", lambda i: f"{'$€'[i % 2]}{i % 70}.5", "'cost' has numbers with"),
        ("found", lambda i: f"<{i}.5" if i % 4 else f"{i}.1", "looks like amounts"),
        ("day", lambda i: 20250101 + i % 28, "if they are dates"),
        ("weight", lambda i: 1e12 if i == 3 else i % 50 + 0.5, "so far out"),
        ("place", lambda i: ["Málaga", "malaga", "Bonn"][i % 3], "may be one"),
        ("shop", lambda i: "Total" if i == 199 else "ab"[i % 2], "adds up the others"),
    ],
)
def test_what_people_write_into_tables_is_doubted_aloud(name, cells, said):
    table = people().drop(columns="amount")
    table[name] = [cells(i) for i in range(len(table))]
    assert said in doubt(table) and repr(name) in doubt(table)


def test_a_target_with_a_slip_is_doubted():
    table = people().drop(columns="paid").astype({"amount": float})
    table.loc[5, "amount"] = 1e13
    assert "target 'amount' has a value so far out" in doubt(table, "amount")


def test_a_tiny_table_is_doubted():
    assert "scores depend on luck" in doubt(people().head(60).drop(columns="amount"))


def test_digits_that_begin_with_0_are_names():
    table = people().assign(post=[f"0{1067 + i % 5}" for i in range(200)])
    mine = quietly(table, "paid")
    assert "post=01067" in mine.feature_names and "5 codes" in repr(mine.report)


@pytest.mark.parametrize(
    ("written", "number"),
    [("CHF 1'200.-", 1200), ("Rs. 1,300", 1300), ("12,34,567", 1234567), ("R$ 7", 7)],
)
def test_amounts_are_read_as_other_countries_write_them(written, number):
    table = people().assign(price=[written] + [f"{i % 70}" for i in range(1, 200)])
    mine = quietly(table, "paid", leave_out="amount")
    i = mine.feature_names.index("price")
    x = mine.rows(table)[0, i] * mine.x_scale[i] + mine.x_mean[i]
    assert np.isclose(x, number, rtol=1e-4)


@pytest.mark.parametrize("function", [from_table, from_arrays])
def test_an_option_that_is_not_there_names_the_nearest(function):
    with pytest.raises(TypeError, match="no option 'problme'.* mean 'problem'.* seed"):
        function(people(), "paid", problme="binary")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("drop", "leave_out"), ("random_state", "seed"), ("task", "problem")],
)
def test_an_option_of_another_library_is_answered_with_ours(theirs, ours):
    with pytest.raises(TypeError, match=f"no option '{theirs}'.* mean '{ours}'"):
        from_table(people(), "paid", **{theirs: 1})
    with pytest.raises(TypeError, match="no option 'test_size', got 0.2: There are"):
        from_table(people(), "paid", test_size=0.2)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (gzip.compress(bytes(range(256)) * 9, mtime=0)[:99], "may be cut short"),
        (b"PK\x03\x04 no archive", "may be cut short"),
        (b' [\n {"a": 1}]', "is JSON: give pandas.read_json"),
        (b'{"a": 1}\n{"a": 2}', "lines=True"),
    ],
)
def test_files_that_are_no_table_say_what_to_do(data, said, tmp_path):
    (tmp_path / "mine.csv").write_bytes(data)
    with pytest.raises(ValueError, match=said):
        from_table(tmp_path / "mine.csv", "a")


def test_a_good_table_is_beyond_doubt():
    assert doubt(people().drop(columns="amount")) == ""


@pytest.mark.parametrize(
    ("target", "copy"),
    [
        ("paid", lambda t: t["paid"].map({"yes": "paid up", "no": "owes"})),
        ("paid", lambda t: (t["paid"] == "yes") + 0.001 * t["age"]),
        ("city", lambda t: t["city"].str[:1]),
        ("amount", lambda t: np.exp(t["amount"])),
        ("amount", lambda t: -3 * t["amount"]),
        ("paid", lambda t: np.where(t["paid"] == "yes", t["age"], np.nan)),
    ],
)
def test_a_column_that_gives_the_target_away_is_suspected(target, copy):
    table = people().drop(columns=["amount", "paid"])
    table[target] = people()[target]
    said = doubt(table.assign(after=copy), target)
    assert "'after' gives the target away" in said and 'leave_out="after"' in said
    assert "gives" not in doubt(table.assign(after=copy), target, leave_out="after")


def test_copies_of_rows_are_suspected():
    table = people().drop(columns="amount")
    said = doubt(pd.concat([table, table[:30]]))
    assert "30 rows are copies" in said and "drop_duplicates" in said


@pytest.mark.parametrize("name", ["patient", "customerId", "user_id", "Name"])
def test_several_rows_of_one_person_are_suspected(name):
    table = people().drop(columns="amount").assign(**{name: np.arange(200) % 40})
    assert f'groups="{name}"' in doubt(table)
    assert doubt(table, groups=name) == ""


def test_an_order_in_time_is_suspected():
    table = people().drop(columns="amount")
    table["day"] = pd.date_range("2020-01-01", periods=200).strftime("%d.%m.%Y")
    assert 'order="day"' in doubt(table)
    assert doubt(table, order="day") == ""
    assert 'order="year"' in doubt(
        people().assign(year=1800 + np.arange(200)), "amount"
    )


def test_cells_that_do_not_fit_their_column_are_named():
    table = people().drop(columns="amount")
    table["age"] = table["age"].map("{:.2f}".format)
    table.loc[::20, "age"] = "about 20"
    said = doubt(csv(table.to_csv(index=False)))
    assert "'age' has" in said and "'about 20'" in said


@pytest.mark.parametrize("code", [-999, -1, 9999])
def test_numbers_that_may_stand_for_gaps_are_suspected(code):
    table = people().drop(columns="amount").assign(dose=np.arange(200) % 7 / 8)
    table.loc[::9, "dose"] = code
    assert f"cells of {code}, far from the others" in doubt(table)


def marks(word, every=20):
    """A column of marks from 1 to 5, and a word now and then."""
    return [word if i % every == 7 else str(1 + i * 7 % 5) for i in range(200)]


def test_a_rare_word_among_few_numbers_is_a_slip():
    table = people().drop(columns="amount").assign(mark=marks("unbekannt"))
    mine = quietly(table, "paid")
    assert {"mark", "mark=(gap)"} <= {*mine.feature_names}
    assert "'mark' has 10 cells that are no number, as 'unbekannt'" in doubt(table)
    table["mark"] = [mark.zfill(2) if mark < "6" else mark for mark in marks("x")]
    assert "mark=03" in quietly(table, "paid").feature_names  # codes stay words
    assert "mark=5+" in quietly(table.assign(mark=marks("5+")), "paid").feature_names
    assert "write this in digits, too" in doubt(table.assign(mark=marks("5+")))


def test_words_because_of_a_frequent_one_are_doubted():
    table = people().drop(columns="amount").assign(mark=marks("unbekannt", every=8))
    assert "mark=unbekannt" in quietly(table, "paid").feature_names
    said = doubt(table)
    assert "'mark' is taken for words because of 'unbekannt'" in said
    remedy = "table.replace({'mark': {'unbekannt': None}})"
    assert remedy in said
    assert doubt(eval(remedy, {"table": table})) == ""
    assert doubt(table.astype({"mark": "category"})) == ""
    assert doubt(table.assign(mark=np.resize(["1", "a", "2", "b"], 200))) == ""


def test_a_single_slip_is_told_as_one():
    table = people().drop(columns="amount").round(1).astype({"age": str})
    table.loc[5, "age"] = "old"
    assert "has 1 cell that is no number, as 'old': taken for a gap" in doubt(table)
    table = pd.concat([people().drop(columns="amount")] * 2)[:201]
    assert "1 row is a copy of another: what" in doubt(table)


def test_a_rare_class_is_doubted():
    z = np.arange(2000)
    table = pd.DataFrame({"x": z * 7919 % 2000 / 7, "y": np.where(z < 27, "yes", "no")})
    assert "always 'no' is right in 98.5% of the training rows" in doubt(table, "y")
    table["other"] = np.resize(["yes", "no"], 2000)
    assert "always 'no' in 'y' is right in 98." in doubt(table, ["other", "y"])
    three = doubt(table.assign(z=z < 9), ["other", "y", "z"])
    assert "always False in 'z' is right in 99." in three and "(and 1 more" in three
    assert doubt(table, "other", leave_out="y") == ""
    with pytest.warns(UserWarning, match="always 'False' is right in 99.6%"):
        from_arrays(table[["x"]], z > 1993)


def test_more_features_than_rows_are_doubted():
    x = np.random.default_rng(0).random((100, 61))
    said = "61 features for 60 training rows: a network can learn"
    assert said in doubt(pd.DataFrame(x).assign(y=x[::-1, 0]), "y")
    with pytest.warns(UserWarning, match=said):
        from_arrays(x, x[::-1, 0])
    assert doubt(pd.DataFrame(x[:, :60]).assign(y=x[::-1, 0]), "y") == ""


def test_names_with_commas_are_told_apart():
    names = ["independent", "independent, leaning left", "left"]
    table = {"x": np.arange(300) / 7, "party": np.resize(names, 300)}
    assert quietly(table, "party").report.target == "; ".join(names) + " (multiclass)"


# Tables as people write them

ROWS = range(40)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("".join(f"{i}.5,{i % 2}\n" for i in ROWS), 3.5),
        ("".join(f"{i},5;{i % 2}\n" for i in ROWS), 3.5),
        ("".join(f"{i}.5\t{i % 2}\n" for i in ROWS), 3.5),
        ("".join(f"{i}.5|{i % 2}\n" for i in ROWS), 3.5),
        ("".join(f"{i},250.5;{i % 2}\n" for i in ROWS), 3250.5),
        ("".join(f"{i}.250,5;{i % 2}\n" for i in ROWS), 3250.5),
        ("".join(f"{i}.250;{i % 2}\n" for i in ROWS if i), 3250),
        ("".join(f'"{i},250",{i % 2}\n' for i in ROWS if i), 3250),
        ("".join(f"{i} 250;{i % 2}\n" for i in ROWS if i), 3250),
        ("".join(f'"${i},250.00",{i % 2}\n' for i in ROWS), 3250),
        ("".join(f"{i},5 €;{i % 2}\n" for i in ROWS), 3.5),
        ("".join(f"{i}.5%,{i % 2}\n" for i in ROWS), 3.5),
        ("".join(f"{i}.5 kg,{i % 2}\n" for i in ROWS), 3.5),
        ("".join(f"({i}.5),{i % 2}\n" for i in ROWS), -3.5),
        ("".join(f" {i}.5 , {i % 2} ,\n" for i in ROWS), 3.5),
        ("".join(f"{i}.5   {i % 2}\n" for i in ROWS), 3.5),
        ("".join(f"{i % 24}:30,{i % 2}\n" for i in ROWS), 3.5),
    ],
)
def test_numbers_are_read_however_they_are_written(text, value):
    separator = next(s for s in "\t|;, " if s in text)
    mine = quietly(csv(f"weight{separator}y\n{text}"), "y")
    assert mine.feature_names[0] == "weight"
    whole = [getattr(mine, f"x_{part}")[:, 0] for part in PARTS]
    units = np.concatenate(whole) * mine.x_scale[0] + mine.x_mean[0]
    assert np.isclose(units, value, rtol=1e-4).any()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"]
)
def test_letters_and_titles_of_all_countries_are_read(encoding):
    rows = "".join(f"{i},5;{'Köln' if i % 3 else 'Tübingen'};{i % 2}\n" for i in ROWS)
    text = f"Umsätze für März;;\n\nGröße;Ort;ja\n{rows}"
    mine = quietly(csv(text, encoding), "ja")
    assert mine.feature_names == ("Größe", "Ort=Tübingen")


GAPS = ["NA", "?", "-", "", "n/a", "null", " ", "k.A.", "k. A.", "keine Angabe"]


@pytest.mark.parametrize("gap", [*GAPS, "#N/A", "#NV", "#WERT!", "#DIV/0!"])
def test_gaps_are_gaps_however_they_are_written(gap):
    rows = "".join(f"{gap if i % 4 == 0 else i},{'ab'[i % 2]}\n" for i in ROWS)
    mine = quietly(csv(f"size,y\n{rows}"), "y")
    assert mine.feature_names == ("size", "size=(gap)")
    table = mine.report.columns.set_index("column")
    assert table.loc["size", "gaps"] == 10
    assert "no number" not in repr(mine.report)
    mine = quietly(csv(f"y,size\n{rows}"), "y", problem="regression")
    assert mine.report.rows["left out: the target is missing"] == 10


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ("%Y-%m-%d", None),
        ("%d.%m.%Y", "day before month"),
        ("%d/%m/%Y", "day before month"),
        ("%m/%d/%Y", "month before day"),
        ("%d %b %Y", None),
        ("%b %d, %Y", None),
        ("%Y-%m-%dT%H:%M:%SZ", None),
    ],
)
def test_dates_are_read_however_they_are_written(dates, day):
    when = pd.date_range("2020-01-20", periods=60, freq="31h")
    table = {"when": when.strftime(dates), "y": np.resize(["a", "b"], 60)}
    mine = quietly(table, "y")
    i = mine.feature_names.index("when month")
    months = mine.x_train[:, i] * mine.x_scale[i] + mine.x_mean[i]
    assert set(months.round().astype(int)) == {1, 2, 3, 4}
    assert day is None or day in done(mine)["when"]


def test_a_column_with_a_name_of_two_levels_can_be_the_target():
    columns = pd.MultiIndex.from_product([["a", "b"], ["x", "y"]])
    table = pd.DataFrame(np.random.default_rng(0).random((40, 4)), columns=columns)
    assert from_table(table, ("b", "y")).target_names == ("('b', 'y')",)


def test_mixed_types_in_a_column_are_words():
    table = {"x": [1, "a", 2.5, None] * 20, "y": np.resize(["a", "b"], 80)}
    assert quietly(table, "y").feature_names == ("x=(gap)", "x=1", "x=2.5", "x=a")


def test_categories_of_numbers_are_words_as_their_owner_says():
    code = pd.Series(np.resize([3, 4, 5], 60)).astype("category")
    table = pd.DataFrame({"code": code, "y": np.random.default_rng(0).random(60)})
    assert from_table(table, "y").feature_names == ("code=3", "code=4", "code=5")


# Bad input


@pytest.mark.parametrize(
    ("table", "target", "said"),
    [
        (people(), "payed", "target .* 'payed': did you mean 'paid'"),
        (people(), ["paid", "cty"], "did you mean 'city'"),
        (people()[:0], "paid", "table is empty: it has 0 rows and 10 columns"),
        (pd.DataFrame(), "paid", "table is empty"),
        ({}, "paid", "table is empty"),
        (people()[:3], "amount", "3 rows to use: three parts need at least 10"),
        (people()[:3], "paid", "2 classes in 3 rows"),
        (people(), "country", "'country' is 'Germany' in each of 200 rows"),
        (people(), "note", "'note' holds 200 different texts in 200 rows"),
        (people().assign(paid=None), "paid", "'paid' is missing in each of 200 rows"),
        (people()[["paid"]], "paid", "no column beside paid"),
        (people()[["country", "paid"]], "paid", "'country': one value only"),
        ({"a": [np.nan] * 40, "y": ["a", "b"] * 20}, "y", "'a': empty"),
        (csv("title\n"), "paid", "holds one cell"),
        (csv(""), "paid", "is empty"),
        (csv("<!DOCTYPE html><p>no</p>"), "paid", "is a web page"),
        (io.BytesIO(b"PAR1" + bytes(99)), "paid", "read_parquet"),
        (io.BytesIO(bytes(99)), "paid", "is no text file"),
        (csv("a,b\n1,2\n1,2,3,4\n"), "b", "line 3"),
        ({"a": [1, 2], "b": [1, 2, 3]}, "b", "table makes no table of rows"),
        (pd.DataFrame([[1, 2, 3]], columns=["a", "a", "b"]), "b", "two columns .* 'a'"),
        (csv("5.1,3.5,7\n" + "4.9,3.0,8\n" * 20), "y", "hold no names"),
        (people().assign(paid=pd.Timestamp("2020")), "paid", "'paid' holds dates"),
        (people().assign(tags=[["a"], ["b"]] * 100), "tags", "lists, as .*explode"),
        (csv("name,y\n" + "x,1\n" * 9 + "a,b,c\n"), "y", "',' .* between quotes"),
        (csv('a,y\n"1,2\n3,4\n'), "y", "each quote must end"),
        (io.BytesIO(b"\x93NUMPY" + bytes(9)), "y", "from_arrays.numpy.load.path"),
        (csv("version https://git-lfs.github.com/spec/v1\noid 1"), "y", "git lfs pull"),
    ],
)
def test_bad_tables_are_told_what_to_do(table, target, said):
    with pytest.raises(ValueError, match=said):
        from_table(table, target)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"problem": "classification"}, 'problem must be one of "regression"'),
        ({"problem": "regression"}, "needs numbers, but target 'paid'"),
        ({"groups": "persn"}, "groups must be a column"),
        ({"groups": "city"}, "groups must hold at least 5 different values, got 3"),
        ({"order": "paid"}, "order must not be the target"),
        ({"groups": "note", "order": "age"}, "groups or order, not both"),
        ({"leave_out": "ages"}, "leave_out must be a column .* did you mean 'age'"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"seed": 2**40}, "seed must be below 2.*got 1099511627776"),
        ({"order": "country"}, "order must tell rows apart, got Germany in each"),
        (
            {"leave_out": [c for c in people() if c != "paid"]},
            "beside paid, number.*none to learn",
        ),
    ],
)
def test_bad_options_are_told_what_to_do(options, said):
    with pytest.raises(ValueError, match=said):
        from_table(people(), "paid", **options)


def test_a_file_that_is_not_there_is_answered_with_those_that_are(tmp_path):
    (tmp_path / "people.csv").write_text("a,b\n1,2\n")
    for name in ("poeple.csv", "people"):
        with pytest.raises(FileNotFoundError, match="has 'people.csv'"):
            from_table(tmp_path / name, "a")
    with pytest.raises(ValueError, match="download it with a browser"):
        from_table("file:///nowhere/at/all.csv", "a")


@pytest.mark.parametrize(
    ("table", "remedy"),
    [
        (None, "from_arrays"),
        (3, "from_arrays"),
        (np.ones((9, 2)), "pandas.DataFrame.it, columns=names"),
        (pd.Series([1, 2]), r"table.iloc\[\[0\]\]"),
    ],
)
def test_what_is_no_table_is_answered_with_what_is_one(table, remedy):
    with pytest.raises(TypeError, match=f"table must be a DataFrame.*{remedy}"):
        from_table(table, "a")


@pytest.mark.parametrize("argument", ["target", "groups", "order"])
@pytest.mark.parametrize("values", [np.arange(200), pd.Series(range(200)), {1: 2}])
def test_values_in_the_place_of_a_name_become_a_column(argument, values):
    options = {"target": "paid", argument: values}
    if isinstance(values, dict):
        with pytest.raises(ValueError, match=f"{argument} must be a column"):
            from_table(people(), **options)
        return
    with pytest.raises(TypeError, match=f"of 200 values: .*assign.{argument}=values"):
        from_table(people(), **options)


def test_an_order_of_words_and_classes_of_several_labels_are_doubted():
    table = people().drop(columns="amount")
    assert "sorted by the alphabet" in doubt(table, order="city")
    table["genre"] = np.resize(["Drama", "Comedy", "Drama|Comedy", "War|Drama"], 200)
    said = doubt(table, "genre")
    assert "4 classes are made of 3 labels and '|'" in said
    assert 'str.get_dummies("|")' in said
    assert "labels" not in doubt(table, "city")


def test_a_slip_in_a_target_of_amounts_is_shown_and_asked_about():
    table = people().assign(rooms=[str(1 + i % 6) for i in range(200)])
    table.loc[7, "rooms"] = "unbekannt"
    with pytest.raises(ValueError, match="holds text such as 'unbekannt'.* empty"):
        from_table(table, "rooms", problem="regression")
    with pytest.raises(ValueError, match="words such as 'unbekannt': amounts or") as e:
        from_table(table, "rooms")
    remedy = "table.replace({'rooms': {'unbekannt': None}})"
    assert remedy in str(e.value)
    mine = quietly(eval(remedy, {"table": table}), "rooms", problem="regression")
    assert mine.report.rows["left out: the target is missing"] == 1
    assert quietly(table, "rooms", problem="multiclass").kind == "multiclass"
    named = table.astype({"rooms": "category"})
    assert quietly(named, "rooms").kind == "multiclass"


def test_amounts_in_words_are_told_to_be_written_in_digits():
    table = people().assign(amount=[f"about {i}" for i in range(200)])
    with pytest.raises(ValueError, match="'amount' holds text such as 'about 0'"):
        from_table(table, "amount", problem="regression")


# Arrays


def test_sparse_arrays_are_filled():
    from scipy.sparse import csr_matrix

    x = np.random.default_rng(0).normal(size=(40, 3))
    assert np.allclose(
        *(from_arrays(kind(x), x[:, 0] + 1).x_train for kind in (csr_matrix, np.array))
    )


def test_pictures_are_flattened_and_scaled_as_one():
    digits = load("digits")
    pixels = (digits.x_train * digits.x_scale + digits.x_mean).reshape(-1, 8, 8)
    mine = from_arrays(pixels, digits.y_train, problem="multiclass", name="pictures")
    assert mine.kind == "multiclass" and mine.x_train.shape[1] == 64
    assert np.ptp(mine.x_scale) == 0 and abs(mine.x_train.mean()) < 1e-5
    assert mine.answers(mine.y_test).dtype.kind == "i"
    assert np.allclose(mine.rows(pixels[:3]).shape, (3, 64))
    options = {"batch_sizes": [32], "epochs": 5, "progress": False}
    assert sweep(mine, learning_rates=[0.1], **options).best().valid_score > 0.8


@pytest.mark.parametrize(
    ("x", "y", "error", "said"),
    [
        (np.ones((20, 2)), np.ones(19), ValueError, "each of the 20 rows"),
        (np.ones(20), np.ones(20), ValueError, "x must have shape"),
        (np.full((20, 2), np.nan), np.ones(20), ValueError, "x must be finite, got 40"),
        (np.full((20, 2), "a"), np.ones(20), TypeError, "x must hold numbers"),
        ([[1, 2], [3]], [0, 1], ValueError, "x makes no array"),
        (np.ones((20, 2)), np.ones(20), ValueError, "in each of 20 rows"),
        (np.ones((3, 2)), [0.1, 0.2, 0.3], ValueError, "3 rows to use"),
        (np.ones((20, 2)), np.ones((20, 4, 4)), ValueError, "a column for each label"),
    ],
)
def test_bad_arrays_are_told_what_to_do(x, y, error, said):
    with pytest.raises(error, match=said):
        from_arrays(x, y)


# Whatever comes

CELLS = {
    "floats": st.floats(),
    "numbers": st.integers(-(2**70), 2**70),
    "words": st.sampled_from(["a", "b", "", "NA", "1", "1,5", "2020-02-30", "inf"]),
    "text": st.text(max_size=5),
    "booleans": st.booleans(),
    "dates": st.datetimes(),
    "anything": st.one_of(
        st.none(),
        st.floats(),
        st.text(max_size=2),
        st.booleans(),
        st.binary(max_size=2),
    ),
    "lists": st.lists(st.integers(), max_size=2),
}


@st.composite
def tables(draw):
    rows = draw(st.integers(0, 40))
    names = draw(st.lists(st.text(max_size=4), min_size=1, max_size=5, unique=True))
    columns = {}
    for name in names:
        cells = CELLS[draw(st.sampled_from(sorted(CELLS)))]
        few = draw(st.lists(cells, min_size=1, max_size=8))
        order = draw(
            st.lists(st.sampled_from(range(len(few))), min_size=rows, max_size=rows)
        )
        columns[name] = [few[i] for i in order]
    return columns


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@given(tables(), st.data())
def test_any_table_gives_a_problem_or_an_error_that_says_why(columns, data):
    target = data.draw(st.sampled_from(sorted(columns)))
    problem = data.draw(st.sampled_from([None, "regression", "multiclass", "binary"]))
    table = columns
    if data.draw(st.booleans()):
        table = pd.DataFrame(columns)
    elif data.draw(st.booleans()):
        table = csv(pd.DataFrame(columns).to_csv(index=False), "utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", module=__name__)  # our own word to the user
        try:
            mine = from_table(table, target, problem=problem)
        except (ValueError, TypeError) as error:
            words = ("target", "table", "column", "problem", "leave_out")
            assert any(word in str(error) for word in words), error
            return
    for part in PARTS:
        x, y = getattr(mine, f"x_{part}"), getattr(mine, f"y_{part}")
        assert x.dtype == np.float32 and np.isfinite(x).all() and np.isfinite(y).all()
        assert x.shape == (len(y), len(mine.feature_names))
    assert np.isfinite(mine.x_mean).all() and (mine.x_scale > 0).all()
    repr(mine.report), mine.report._repr_html_()
