"""Which loss for which target, whatever holds it; nothing here waits for Keras."""

from collections import deque
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from helpers.doctor import choose_loss
from helpers.doctor.choice import PROBLEMS

RNG = np.random.default_rng(0)
CLASSES = np.arange(30) % 3
AMOUNT = RNG.normal(size=30)
NAMES = np.array(["ant", "bee", "cow"])[CLASSES]
SEVERAL = np.array([[1, 1, 0], [0, 0, 0], [0, 1, 1]])


def encoded(y, choice):
    """What the line of code makes of y."""
    names = {"np": np, "y": y}
    exec(choice.labels, names)
    return np.asarray(names["y"])


class Tensor:
    """Stands for the tensors of any library: all that is asked of one is this."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def __len__(self):
        return len(self.values)

    def __array__(self, dtype=None, copy=None):
        return self.values.astype(dtype or self.values.dtype)


@pytest.mark.parametrize(
    "y",
    [
        [0, 1, 1, 0],
        (0.0, 1.0, 1.0, 0.0),
        [False, True, True, False],
        ["no", "yes", "yes", "no"],
        [[0], [1], [1], [0]],
        np.array([-1, 1, 1, -1]),
        np.array([[1.0], [2], [2], [1]]),
        np.array([0, 255, 255, 0], dtype="uint8"),
        np.array([b"no", b"yes", b"yes", b"no"], dtype=object),
        pd.Series([True, False] * 3, dtype="boolean"),
        pd.Series([1, 2, 1], dtype="Int64"),
        pd.Series(["b", "m", "b"], dtype="category"),
        pd.DataFrame({"y": [3, 7, 7]}),
        Tensor([0, 1, 0]),
    ],
)
def test_two_values_are_a_yes_and_a_no(y):
    choice = choose_loss(y)
    assert (choice.problem, choice.units, choice.activation) == ("binary", 1, "sigmoid")
    assert choice.loss == "binary_crossentropy" and choice.metrics == ["accuracy"]
    assert choice.doubt == ""
    labels = encoded(y, choice)
    assert labels.shape == (len(y), 1) and set(labels.ravel()) == {0.0, 1.0}


def test_the_larger_value_is_the_yes():
    choice = choose_loss(["spam", "ham", "ham"])
    assert encoded(["spam", "ham", "ham"], choice).ravel().tolist() == [1, 0, 0]
    assert "'spam'" in choice.why


@pytest.mark.parametrize(
    ("y", "doubtful"),
    [
        (CLASSES, True),
        (CLASSES + 1, True),
        (CLASSES.astype("float32"), True),
        (CLASSES[:, None], True),
        (CLASSES.tolist(), True),
        (7 * CLASSES + 3, True),
        (NAMES, False),
        (NAMES.tolist(), False),
        (pd.Series(NAMES), False),
        (pd.Series(NAMES, dtype="category"), False),
        (pd.Categorical(NAMES), False),
        (pd.DataFrame({"y": NAMES}), False),
    ],
)
def test_labels_of_several_classes_are_counted_from_0(y, doubtful):
    choice = choose_loss(y)
    assert (choice.problem, choice.units, choice.activation) == (
        *("multiclass", 3, "softmax"),
    )
    assert choice.loss == "sparse_categorical_crossentropy"
    assert bool(choice.doubt) == doubtful
    assert encoded(y, choice).ravel().tolist() == CLASSES.tolist()


@pytest.mark.parametrize(
    "y",
    [
        np.eye(3)[CLASSES],
        np.eye(3, dtype=int)[CLASSES].tolist(),
        np.eye(3, dtype=bool)[CLASSES],
        0.9 * np.eye(3)[CLASSES] + 0.1 / 3,
        pd.get_dummies(pd.Series(NAMES)),
    ],
)
def test_one_hot_rows_take_the_categorical_loss(y):
    choice = choose_loss(y)
    assert (choice.problem, choice.units) == ("multiclass", 3)
    assert choice.loss == "categorical_crossentropy" and choice.doubt == ""
    assert encoded(y, choice) == pytest.approx(np.asarray(y, dtype=float))


@pytest.mark.parametrize("y", [SEVERAL, SEVERAL > 0, SEVERAL.tolist(), 2 * SEVERAL - 1])
def test_rows_with_several_labels_are_as_many_sigmoids(y):
    choice = choose_loss(y)
    assert (choice.problem, choice.units, choice.activation) == (
        *("multilabel", 3, "sigmoid"),
    )
    assert choice.metrics == ["binary_accuracy"]
    assert encoded(y, choice).tolist() == SEVERAL.tolist()


@pytest.mark.parametrize(
    "y",
    [
        AMOUNT,
        AMOUNT.tolist(),
        AMOUNT[:, None],
        pd.Series(AMOUNT),
        pd.Series(AMOUNT, dtype="Float64"),
        [Fraction(1, 3), Fraction(5, 2)],
        RNG.normal(size=(30, 2)),
        pd.DataFrame(RNG.normal(size=(30, 2))),
        range(0, 600, 7),
    ],
)
def test_amounts_are_a_regression(y):
    choice = choose_loss(y)
    assert (choice.problem, choice.activation) == ("regression", "linear")
    assert choice.loss == "mean_squared_error"
    assert encoded(y, choice).shape == (len(y), choice.units)


@pytest.mark.parametrize(
    "y", [150 + 70 * AMOUNT, AMOUNT[:, None] / 1e3, 1e5 * RNG.normal(size=(30, 2))]
)
def test_far_amounts_are_scaled_by_the_line_of_code(y):
    scaled = encoded(y, choose_loss(y))
    assert scaled.mean(axis=0) == pytest.approx(0, abs=1e-3)
    assert scaled.std(axis=0) == pytest.approx(1, abs=1e-3)


def test_columns_one_of_which_never_changes_are_scaled_together():
    y = np.column_stack([150 + 70 * AMOUNT, np.full(30, 5.0)])
    assert np.isfinite(encoded(y, choose_loss(y))).all()


def test_outliers_bring_huber_to_mind():
    assert "huber" in choose_loss(np.append(AMOUNT, 500.0)).doubt
    assert "huber" not in choose_loss(AMOUNT).doubt


def test_doubtful_cases_are_told_and_problem_settles_them():
    counts = RNG.poisson(3, 300)
    assert choose_loss(counts).problem == "multiclass"
    assert "classes or counts" in choose_loss(counts).doubt
    settled = choose_loss(counts, problem="regression")
    assert (settled.problem, settled.units, settled.doubt) == ("regression", 1, "")
    ids = np.arange(1000) % 100
    assert 'problem="multiclass"' in choose_loss(ids).doubt
    assert choose_loss(ids, problem="multiclass").units == 100
    shares = RNG.uniform(size=50)
    assert choose_loss(shares).problem == "regression"
    assert 'problem="binary"' in choose_loss(shares).doubt
    assert choose_loss(shares, problem="binary").activation == "sigmoid"
    assert choose_loss([0, 1, 1], problem="multiclass").units == 2
    one_hot = np.eye(3)[CLASSES]
    assert choose_loss(one_hot, problem="multilabel").activation == "sigmoid"
    assert "reads as numbers" in choose_loss(["1.5", "2.5", "3.5"]).doubt
    assert "classes at all" in choose_loss([f"row {i}" for i in range(30)]).doubt


@pytest.mark.parametrize("kind", ["int64", "float32"])
def test_whole_numbers_in_several_columns_are_a_doubt(kind):
    two = np.column_stack([CLASSES, np.arange(30) % 5]).astype(kind)
    tags = RNG.integers(0, 4, (15, 12)).astype(kind)
    for y in (two, tags, tags - 1):
        choice = choose_loss(y)
        assert choice.problem == "regression"
        assert f"whole numbers in {y.shape[1]} columns" in choice.doubt
        assert ('problem="counts"' in choice.doubt) == (y.min() >= 0)
        assert choose_loss(y, problem="regression").doubt == ""
    assert choose_loss(two[:, 0]).units == 3 and choose_loss(np.ravel(tags)).units == 4
    assert choose_loss(RNG.integers(0, 10**6, (30, 2))).doubt == ""
    with pytest.raises(ValueError, match=r"give one at a time, as y\[:, 0\]"):
        choose_loss(two, problem="multiclass")


def test_counts_of_events_take_the_poisson_loss():
    counts = RNG.poisson(np.exp(RNG.normal(1.5, 1, 400)))
    choice = choose_loss(counts)
    assert (choice.problem, choice.activation) == ("counts", "exponential")
    assert choice.loss == "poisson" and 'problem="regression"' in choice.doubt
    assert encoded(counts, choice).shape == (400, 1)
    few = choose_loss(RNG.poisson(2, 300))
    assert few.problem == "multiclass" and 'problem="counts"' in few.doubt
    assert choose_loss([0, 3, 1, 7], problem="counts").metrics == [
        "mean_absolute_error"
    ]
    ages = choose_loss(RNG.integers(18, 90, 400))
    assert ages.problem == "regression"


@pytest.mark.parametrize("y", [[0.5, 1, 2], [-1, 0, 3], ["a", "b"]])
def test_what_cannot_be_counts_is_refused_with_a_remedy(y):
    with pytest.raises(ValueError, match='problem="counts" needs whole numbers'):
        choose_loss(y, problem="counts")


@pytest.mark.parametrize(
    ("y", "error", "match"),
    [
        (None, TypeError, "y must be an array.*NoneType"),
        ("yes", TypeError, "y must be an array.*str"),
        (3, TypeError, "y must be an array.*int"),
        ({"a": [1, 2]}, TypeError, "y must be an array.*dict"),
        (deque([0, 1]), TypeError, "deque: convert it with np.asarray"),
        ((i for i in range(3)), TypeError, "generator"),
        ([], ValueError, r"at least one row, got shape \(0,\)"),
        (np.array(3.0), ValueError, "at least one row"),
        (np.ones((0, 3)), ValueError, "at least one row"),
        ([[1], [1, 2]], ValueError, "same length"),
        (np.array([[1], [1, 2]], dtype=object), TypeError, "rows of one length"),
        ([1.0, np.nan, 2.0], ValueError, "1 NaN or infinite values among 3: drop"),
        ([1.0, np.inf], ValueError, "1 NaN or infinite"),
        ([1, None, 2], ValueError, "1 NaN or infinite"),
        (pd.Series([1, None, 2], dtype="Int64"), ValueError, "1 NaN or infinite"),
        (["a", None, "b"], ValueError, "1 missing values among 3: drop"),
        (pd.Series(["a", None], dtype="category"), ValueError, "1 missing values"),
        (["a", 1], TypeError, "one kind of value.*int, str"),
        ([1, object()], TypeError, "one kind of value.*object"),
        (np.array(["2020-01-01"], "M8[D]"), TypeError, "got datetime64"),
        ([1j, 2j], TypeError, "got complex128"),
        (np.ones(9), ValueError, "at least two different values, got 1.0 in each of 9"),
        (["a"] * 4, ValueError, "at least two different values, got 'a'"),
        (np.eye(3)[[1, 1, 1]], ValueError, "at least two different values"),
        (np.ones((4, 3, 2)), ValueError, r"shape \(rows,\) or \(rows, units\)"),
        ([["a", "b"], ["c", "d"]], ValueError, "one column of text, got 2"),
    ],
)
def test_a_bad_target_is_refused_with_a_remedy(y, error, match):
    with pytest.raises(error, match=match):
        choose_loss(y)


@pytest.mark.parametrize(
    ("words", "made"),
    [
        ([["yes", "no"], ["no", "yes"], ["yes", "yes"]], [[1, 0], [0, 1], [1, 1]]),
        ([["ja", "Ja"], ["nein", "Nein"], ["ja", "Ja"]], [[1, 1], [0, 0], [1, 1]]),
        ([["nein", "ja"], ["nein", "nein"], ["nein", "ja"]], [[0, 1], [0, 0], [0, 1]]),
        ([["wet", "no"], ["dry", "yes"], ["wet", "yes"]], [[1, 0], [0, 1], [1, 1]]),
    ],
)
def test_words_in_several_columns_become_a_column_for_each_label(words, made):
    for y in (words, pd.DataFrame(words)):
        with pytest.raises(ValueError, match="make it multi-hot, with ") as error:
            choose_loss(y)
        code = str(error.value).rpartition("with ")[2]
        y = eval(code, {"np": np, "y": y})
        assert y.tolist() == made
        assert choose_loss(y, problem="multilabel").units == 2


def test_more_than_two_words_in_a_column_are_left_to_pandas():
    with pytest.raises(ValueError, match="multi-hot, with pandas.get_dummies"):
        choose_loss([["a", "b"], ["c", "d"], ["e", "f"]])


@pytest.mark.parametrize(
    ("y", "problem", "match"),
    [
        ([0, 1], "classification", 'problem must be one of "regression".*got'),
        ([0, 1], 3, "problem must be one of"),
        (NAMES, "regression", "needs numbers, but y holds text"),
        (CLASSES, "binary", "needs two different values, got 3"),
        (NAMES, "binary", "needs two different values, got 3"),
        (np.eye(3)[CLASSES], "binary", "needs one column, got 3"),
        (AMOUNT, "multiclass", "needs labels, but y holds fractions such as"),
        (SEVERAL, "multiclass", "rows that sum to 1"),
        (CLASSES, "multilabel", "a column of 0 and 1 for each label"),
        (RNG.normal(size=(9, 2)), "multilabel", "a column of 0 and 1 for each label"),
    ],
)
def test_a_problem_that_does_not_fit_is_refused_with_a_remedy(y, problem, match):
    with pytest.raises(ValueError, match=match):
        choose_loss(y, problem=problem)


any_array = arrays.arrays(
    dtype=st.one_of(
        arrays.boolean_dtypes(),
        arrays.integer_dtypes(),
        arrays.unsigned_integer_dtypes(),
        arrays.floating_dtypes(endianness="="),
        arrays.unicode_string_dtypes(max_len=3),
    ),
    shape=arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=6),
)


@given(y=any_array, problem=st.sampled_from([None, *PROBLEMS]))
def test_any_array_is_chosen_for_or_refused_in_words(y, problem):
    before = y.copy()
    try:
        choice = choose_loss(y, problem=problem)
    except ValueError as error:
        assert str(error).startswith(("y must", "problem="))
    else:
        assert choice.problem == (problem or choice.problem)
        assert repr(choice).count("\n") >= 5
    np.testing.assert_array_equal(y, before)


@given(
    labels=st.lists(st.integers(-5, 12), min_size=2, max_size=40),
    form=st.sampled_from([list, tuple, np.array, pd.Series, Tensor]),
)
def test_the_line_of_code_makes_labels_that_fit_the_units(labels, form):
    if len(set(labels)) == 1:
        return
    y = form(labels)
    choice = choose_loss(y)
    made = encoded(y, choice)
    assert len(made) == len(labels)
    if choice.problem == "multiclass":
        assert set(made.ravel()) == set(range(choice.units))
    else:
        assert made.shape == (len(labels), choice.units) and np.isfinite(made).all()


def test_it_prints_as_text_and_as_a_table():
    choice = choose_loss(["<b>", "&"])
    lines = repr(choice).splitlines()
    assert lines[0].split() == ["problem", "binary"]
    assert [line.split()[0] for line in lines[1:]] == [
        *("output", "labels", "loss", "metrics", "why"),
    ]
    page = choice._repr_html_()
    assert page.count("<tr>") == len(lines)
    assert "<b>" not in page and "&lt;b&gt;" in page
