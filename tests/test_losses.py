import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import losses
from helpers.doctor import choose_loss
from helpers.losses import (
    USUAL,
    binary_crossentropy,
    categorical_crossentropy,
    huber,
    log_softmax,
    mean_absolute_error,
    mean_squared_error,
    sigmoid,
    softmax,
    sparse_categorical_crossentropy,
)

REGRESSION = (mean_squared_error, mean_absolute_error, huber)
CROSSENTROPY = (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
name_of = "{0.__name__}".format
every_loss = pytest.mark.parametrize("loss", REGRESSION + CROSSENTROPY, ids=name_of)
every_crossentropy = pytest.mark.parametrize("loss", CROSSENTROPY, ids=name_of)
both_types = pytest.mark.parametrize("dtype", ["float32", "float64"])


def draw(loss, seed, rows, units, dtype, from_logits=False, runs=()):
    """Targets for one run, and predictions for one or more."""
    rng = np.random.default_rng(seed)
    z = rng.normal(scale=2.0, size=(*runs, rows, units)).astype(dtype)
    classes = rng.integers(0, units, size=rows)
    if loss in REGRESSION:
        return rng.normal(scale=2.0, size=(rows, units)).astype(dtype), z
    if loss is binary_crossentropy:
        y = rng.integers(0, 2, size=(rows, units))
        return y, z if from_logits else sigmoid(z)
    y = classes if loss is sparse_categorical_crossentropy else np.eye(units)[classes]
    return y, z if from_logits else softmax(z)


def from_keras(loss, y_true, y_pred, **options):
    """Keras's value, and its slope by automatic differentiation."""
    y_pred = tf.constant(y_pred)
    with tf.GradientTape() as tape:
        tape.watch(y_pred)
        rows = getattr(keras.losses, loss.__name__)(y_true, y_pred, **options)
        value = tf.reduce_mean(rows)
    return value.numpy(), tape.gradient(value, y_pred).numpy()


def assert_equals_keras(loss, y_true, y_pred, **options):
    value, slope = from_keras(loss, y_true, y_pred, **options)
    ours = loss.gradient(y_true, y_pred, **options)
    atol = 4 * np.finfo(np.asarray(y_pred).dtype).eps  # near 0 the last digit decides
    np.testing.assert_allclose(
        loss(y_true, y_pred, **options), value, rtol=1e-5, atol=atol
    )
    np.testing.assert_allclose(ours, slope, rtol=1e-5, atol=1e-5 * abs(slope).max())


SIZES = {
    "seed": st.integers(0, 10_000),
    "rows": st.integers(1, 40),
    "units": st.integers(2, 12),
}
sizes = given(**SIZES)
many = settings(max_examples=40, deadline=None, derandomize=True)


@every_loss
@both_types
@many
@sizes
def test_value_and_gradient_equal_keras(loss, dtype, seed, rows, units):
    y_true, y_pred = draw(loss, seed, rows, units, dtype)
    assert_equals_keras(loss, y_true, y_pred)


@every_crossentropy
@both_types
@many
@sizes
def test_value_and_gradient_from_logits_equal_keras(loss, dtype, seed, rows, units):
    y_true, z = draw(loss, seed, rows, units, dtype, from_logits=True)
    assert_equals_keras(loss, y_true, z, from_logits=True)


@many
@given(delta=st.floats(0.05, 5.0), **SIZES)
def test_huber_equals_keras_for_every_delta(seed, rows, units, delta):
    y_true, y_pred = draw(huber, seed, rows, units, "float64")
    assert_equals_keras(huber, y_true, y_pred, delta=delta)


@many
@sizes
def test_soft_targets_equal_keras(seed, rows, units):
    rng = np.random.default_rng(seed)
    y_true = softmax(rng.normal(size=(rows, units)))
    y_pred = softmax(rng.normal(size=(rows, units)))
    assert_equals_keras(categorical_crossentropy, y_true, y_pred)
    assert_equals_keras(binary_crossentropy, y_true, y_pred)


@many
@sizes
def test_probabilities_that_do_not_sum_to_one_are_divided_by_their_sum_as_in_keras(
    seed, rows, units
):
    p = np.random.default_rng(seed).uniform(0.05, 0.95, size=(rows, units))
    labels = np.arange(rows) % units
    assert_equals_keras(categorical_crossentropy, np.eye(units)[labels], p)
    assert_equals_keras(sparse_categorical_crossentropy, labels, p)


@every_crossentropy
@both_types
def test_certain_and_wrong_is_clipped_as_in_keras(loss, dtype):
    y_pred = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]], dtype)
    y_true = np.array([0, 0, 1])
    if loss is not sparse_categorical_crossentropy:
        y_true = np.eye(2)[y_true]
    value, slope = from_keras(loss, y_true, y_pred)
    assert loss(y_true, y_pred) == pytest.approx(value, rel=1e-6)
    assert loss.gradient(y_true, y_pred) == pytest.approx(slope, rel=1e-6)


def test_the_clip_is_at_16_118_and_in_float32_above_at_15_942():
    wrong = np.array([[0.0]]), np.array([[1.0]])
    assert binary_crossentropy(*wrong) == pytest.approx(16.118, abs=1e-3)
    y_true, y_pred = (array.astype("f4") for array in wrong)
    assert binary_crossentropy(y_true, y_pred) == pytest.approx(15.942, abs=1e-3)
    assert binary_crossentropy.gradient(*wrong) == 0


@every_crossentropy
@both_types
def test_logits_have_no_clip_and_no_overflow(loss, dtype):
    z = np.array([[-1e4, 1e4], [1e4, -1e4]], dtype)
    right = np.array([1, 0])
    y_true = right if loss is sparse_categorical_crossentropy else np.eye(2)[right]
    wrong = y_true[::-1]
    assert loss(y_true, z, from_logits=True) == 0
    assert loss(wrong, z, from_logits=True) >= 1e4
    assert np.isfinite(loss.gradient(wrong, z, from_logits=True)).all()


@every_loss
@both_types
def test_the_floating_type_of_the_predictions_is_kept(loss, dtype):
    for runs in ((), (3,)):
        y_true, y_pred = draw(loss, 0, 5, 4, dtype, runs=runs)
        assert loss(y_true, y_pred).dtype == dtype
        assert loss.gradient(y_true, y_pred).dtype == dtype


@every_loss
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("shared", [True, False], ids=["one target", "one a run"])
def test_stacked_runs_equal_single_runs(loss, from_logits, shared):
    options = {"from_logits": from_logits} if loss in CROSSENTROPY else {}
    y_true, y_pred = draw(loss, 0, 6, 4, "float64", from_logits, runs=(3,))
    targets = [y_true] * 3 if shared else [np.roll(y_true, r, axis=0) for r in range(3)]
    given_targets = y_true if shared else np.stack(targets)

    values = loss(given_targets, y_pred, **options)
    slopes = loss.gradient(given_targets, y_pred, **options)
    assert values.shape == (3,) and slopes.shape == y_pred.shape
    for run in range(3):
        alone = targets[run], y_pred[run]
        assert values[run] == pytest.approx(loss(*alone, **options), rel=1e-12)
        np.testing.assert_allclose(
            slopes[run], loss.gradient(*alone, **options), rtol=1e-12
        )


@every_loss
def test_one_run_gives_a_number(loss):
    assert np.ndim(loss(*draw(loss, 0, 5, 4, "float64"))) == 0


def test_a_single_unit_can_go_without_its_axis():
    y_true, y_pred = [1.0, 2.0, 4.0], [1.0, 1.0, 2.0]
    assert mean_squared_error(y_true, y_pred) == pytest.approx(5 / 3)
    assert mean_squared_error.gradient(y_true, y_pred) == pytest.approx(
        [0, -2 / 3, -4 / 3]
    )


def test_inputs_stay_as_they_were():
    for loss in REGRESSION + CROSSENTROPY:
        y_true, y_pred = draw(loss, 0, 5, 4, "float64", runs=(2,))
        before = y_true.copy(), y_pred.copy()
        loss(y_true, y_pred)
        loss.gradient(y_true, y_pred)
        assert np.array_equal(y_true, before[0]) and np.array_equal(y_pred, before[1])


def test_softmax_and_sigmoid_keep_their_small_numbers():
    z = np.array([-700.0, -20.0, 0.0, 700.0])
    assert sigmoid(z) == pytest.approx([np.exp(-700), np.exp(-20), 0.5, 1], rel=1e-8)
    assert softmax(z).sum() == pytest.approx(1)
    assert log_softmax(z) == pytest.approx(z - 700)


ROWS = np.full((5, 3), 1 / 3)
UNIT = np.full((5, 1), 0.5)
LABELS = np.array([0, 1, 2, 0, 1])


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "error", "message"),
    [
        (
            mean_squared_error,
            np.ones(5),
            UNIT,
            ValueError,
            r"\(5,\) but y_pred has shape \(5, 1\): use np.expand_dims\(y_true, -1\)",
        ),
        (huber, np.ones(5), np.ones((2, 5, 1)), ValueError, r"use np.expand_dims"),
        (huber, np.ones((5, 1)), np.ones(5), ValueError, r"use y_true\[..., 0\]"),
        (mean_absolute_error, UNIT, ROWS, ValueError, "they must be the same"),
        (mean_squared_error, ROWS[:1], ROWS, ValueError, "they must be the same"),
        (
            mean_squared_error,
            np.ones((1, 5, 3)),
            np.ones((2, 5, 3)),
            ValueError,
            r"or \(5, 3\), shared by all runs",
        ),
        (mean_squared_error, np.full((5, 1), np.nan), UNIT, ValueError, "finite"),
        (mean_squared_error, [["a"]], [[1.0]], TypeError, "y_true must hold numbers"),
        (mean_squared_error, [[1.0]], [["a"]], TypeError, "y_pred must hold numbers"),
        (mean_squared_error, [[1.0]], [[True]], TypeError, "y_pred .* got bool"),
        (mean_squared_error, 1.0, 1.0, ValueError, "y_pred must have shape"),
        (mean_squared_error, UNIT[:0], UNIT[:0], ValueError, "at least one row"),
        (
            binary_crossentropy,
            LABELS,
            UNIT,
            ValueError,
            r"use np.expand_dims\(y_true, -1\)",
        ),
        (
            binary_crossentropy,
            LABELS[:, None],
            UNIT,
            ValueError,
            "y_true must be between 0 and 1, got 0 to 2: write the two classes as 0",
        ),
        (
            binary_crossentropy,
            np.ones((5, 1)),
            UNIT * 9,
            ValueError,
            "y_pred must be between 0 and 1, .*from_logits=True",
        ),
        (categorical_crossentropy, LABELS, ROWS, ValueError, r"np.eye\(3\)\[y_true\]"),
        (categorical_crossentropy, ROWS * 2, ROWS, ValueError, "sum to 1: .*one-hot"),
        (categorical_crossentropy, UNIT, UNIT, ValueError, "use binary_crossentropy"),
        (
            sparse_categorical_crossentropy,
            np.eye(3)[LABELS],
            ROWS,
            ValueError,
            "one-hot rows: give labels",
        ),
        (
            sparse_categorical_crossentropy,
            LABELS[:, None],
            ROWS,
            ValueError,
            r"labels of shape \(5,\), one a row, got shape \(5, 1\)",
        ),
        (
            sparse_categorical_crossentropy,
            LABELS + 1,
            ROWS,
            ValueError,
            "labels from 0 to 2, .* got 1 to 3: count from 0",
        ),
        (sparse_categorical_crossentropy, LABELS - 1, ROWS, ValueError, "got -1 to 1"),
        (
            sparse_categorical_crossentropy,
            LABELS.astype(float),
            ROWS,
            TypeError,
            r"integer labels, got float64: use y_true.astype\(int\)",
        ),
        (
            sparse_categorical_crossentropy,
            LABELS,
            ROWS - 1,
            ValueError,
            "y_pred must be between 0 and 1",
        ),
        (sparse_categorical_crossentropy, LABELS * 0, UNIT, ValueError, "binary_cross"),
    ],
)
def test_what_does_not_fit_is_an_error_with_a_remedy(
    loss, y_true, y_pred, error, message
):
    for function in (loss, loss.gradient):
        with pytest.raises(error, match=message):
            function(y_true, y_pred)


@pytest.mark.parametrize("delta", [0, -1.0, float("nan")])
def test_huber_needs_a_positive_delta(delta):
    for function in (huber, huber.gradient):
        with pytest.raises(ValueError, match="delta must be"):
            function(UNIT, UNIT, delta=delta)


def test_from_logits_is_a_switch():
    with pytest.raises(TypeError, match="from_logits must be True or False"):
        binary_crossentropy(UNIT, UNIT, from_logits="yes")


def test_the_clip_is_keras_epsilon():
    assert losses.EPSILON == keras.backend.epsilon()


@pytest.mark.parametrize("kind", USUAL)
def test_the_table_says_what_the_doctor_says(kind):
    y = {
        "regression": np.linspace(0.1, 2, 40) ** 2,
        "binary": np.arange(40) % 2,
        "multiclass": np.arange(40) % 3,
        "multilabel": (np.arange(40)[:, None] % [2, 3, 5] == 0).astype(int),
    }[kind]
    choice, usual = choose_loss(y, kind), USUAL[kind]
    assert choice.loss == usual.loss.__name__
    assert (choice.activation or "linear") == usual.output
    assert choice.units == (3 if "each" in usual.units and kind != "regression" else 1)
