"""The three problems: shapes, splits, scales."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

from helpers.data import KINDS, load

PARTS = ("train", "valid", "test")
ROWS = {"diabetes": 442, "breast_cancer": 569, "digits": 1797}


@pytest.fixture(params=KINDS)
def problem(request):
    return load(request.param)


def test_every_row_is_in_one_part(problem):
    rows = [len(getattr(problem, f"x_{part}")) for part in PARTS]
    assert sum(rows) == ROWS[problem.name]
    assert rows[1] == rows[2] == ROWS[problem.name] // 5
    together = np.vstack([getattr(problem, f"x_{part}") for part in PARTS])
    raw = together * problem.x_scale + problem.x_mean
    assert len(np.unique(raw.round(3), axis=0)) >= ROWS[problem.name] - 1


def test_types_and_shapes_are_those_of_the_contract(problem):
    for part in PARTS:
        x, y = getattr(problem, f"x_{part}"), getattr(problem, f"y_{part}")
        assert x.dtype == np.float32 and x.shape[1] == len(problem.feature_names)
        if problem.kind == "regression":
            assert y.dtype == np.float32 and y.shape == (len(x), 1)
        else:
            assert y.dtype.kind == "i" and y.shape == (len(x),)
            assert set(y) == set(range(len(problem.target_names)))


def test_the_training_rows_alone_set_the_scale(problem):
    spread = problem.x_train.std(axis=0)
    assert np.allclose(problem.x_train.mean(axis=0), 0, atol=1e-5)
    assert np.all(np.isclose(spread, 1, atol=1e-4) | (spread == 0))
    assert not np.allclose(problem.x_valid.mean(axis=0), 0, atol=1e-3)
    if problem.kind == "regression":
        assert np.isclose(problem.y_train.std(), 1, atol=1e-5)
        assert not np.isclose(problem.y_valid.std(), 1, atol=1e-3)


def test_the_scale_leads_back_to_the_units_of_the_file():
    digits, diabetes = load("digits"), load("diabetes")
    pixels = digits.x_test * digits.x_scale + digits.x_mean
    assert np.allclose(pixels, pixels.round(), atol=1e-3)
    assert pixels.round().min() == 0 and pixels.round().max() == 16
    progression = diabetes.y_train * diabetes.y_scale + diabetes.y_mean
    assert progression.min() >= 25 - 1e-3 and progression.max() <= 346 + 1e-3


def test_classes_keep_their_proportions(problem):
    if problem.kind == "regression":
        return
    shares = [np.bincount(getattr(problem, f"y_{p}")) for p in PARTS]
    shares = [counts / counts.sum() for counts in shares]
    assert np.allclose(shares[0], shares[1], atol=0.01)
    assert np.allclose(shares[0], shares[2], atol=0.01)


def test_the_data_can_not_be_changed_by_accident(problem):
    with pytest.raises(ValueError, match="read-only"):
        problem.x_train[0, 0] = 1


@pytest.mark.parametrize("name", ["mnist", "", None, 3])
def test_an_unknown_name_is_answered_with_the_three_that_exist(name):
    with pytest.raises(ValueError) as error:
        load(name)
    assert all(known in str(error.value) for known in (*KINDS, repr(name)))


def test_diabetes_is_what_scikit_learn_loads_and_splits():
    bunch, problem = load_diabetes(scaled=False), load("diabetes")
    assert problem.feature_names == tuple(bunch.feature_names)
    rest, test = train_test_split(np.arange(442), test_size=88, random_state=1)
    train, valid = train_test_split(rest, test_size=88, random_state=1)
    scaled = (bunch.data - bunch.data[train].mean(0)) / bunch.data[train].std(0)
    mean, scale = bunch.target[train].mean(), bunch.target[train].std()
    for part, rows in {"train": train, "valid": valid, "test": test}.items():
        x, y = getattr(problem, f"x_{part}"), getattr(problem, f"y_{part}")
        np.testing.assert_array_equal(x, scaled[rows].astype("f4"))
        np.testing.assert_array_equal(
            y, ((bunch.target[rows] - mean) / scale).astype("f4")[:, None]
        )


def test_diabetes_is_there_before_scikit_learn_could_be_imported():
    code = (
        "import sys; from helpers.data import load; load('diabetes'); "
        "print('sklearn' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout == "False\n", said.stderr
