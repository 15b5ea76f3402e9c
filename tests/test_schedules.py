import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pickle

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.optimizers import SGD
from helpers.schedules import (
    Constant,
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    OneCycle,
    PiecewiseConstantDecay,
)

STEPS = np.arange(0, 400, 7)
rate = st.floats(1e-4, 10.0)
decay = {
    "initial_learning_rate": rate,
    "decay_steps": st.integers(1, 300),
    "decay_rate": st.floats(0.01, 2.0),
    "staircase": st.booleans(),
}
ARGUMENTS = {
    ExponentialDecay: decay,
    InverseTimeDecay: decay,
    CosineDecay: {
        "initial_learning_rate": rate,
        "decay_steps": st.integers(1, 300),
        "alpha": st.floats(0.0, 1.0),
    },
}
ONE_OF_EACH = [
    Constant(0.1),
    PiecewiseConstantDecay((10, 20), (0.1, 0.01, 0.001)),
    InverseTimeDecay(0.1, 10, 1.0),
    ExponentialDecay(0.1, 10, 0.5, staircase=True),
    CosineDecay(0.0, 100, alpha=0.1, warmup_target=0.1, warmup_steps=20),
    OneCycle(0.1, 100),
]
each_schedule = pytest.mark.parametrize(
    "schedule", ONE_OF_EACH, ids=lambda s: type(s).__name__
)


def assert_equals_keras(schedule, **arguments):
    """Compare in Keras's float32, relative to the largest rate of the schedule."""
    theirs = getattr(keras.optimizers.schedules, type(schedule).__name__)(**arguments)
    expected = np.array([theirs(int(step)) for step in STEPS])
    np.testing.assert_allclose(
        schedule(STEPS), expected, rtol=0, atol=1e-6 * expected.max()
    )


@pytest.mark.parametrize("kind", ARGUMENTS, ids=lambda k: k.__name__)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data())
def test_decays_equal_keras_at_every_step(kind, data):
    arguments = {name: data.draw(s, name) for name, s in ARGUMENTS[kind].items()}
    if kind is ExponentialDecay:
        # Above 1 it grows without end, and float32 with it.
        arguments["decay_rate"] = min(arguments["decay_rate"], 1.0)
    assert_equals_keras(kind(**arguments), **arguments)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    low=st.floats(0.0, 1.0),
    decay_steps=st.integers(1, 300),
    alpha=st.floats(0.0, 1.0),
    peak=rate,
    warmup_steps=st.integers(0, 100),
)
def test_cosine_with_warm_up_equals_keras(low, decay_steps, alpha, peak, warmup_steps):
    arguments = {
        "initial_learning_rate": low,
        "decay_steps": decay_steps,
        "alpha": alpha,
        "warmup_target": peak,
        "warmup_steps": warmup_steps,
    }
    assert_equals_keras(CosineDecay(**arguments), **arguments)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    boundaries=st.lists(st.integers(0, 400), min_size=1, max_size=5, unique=True),
    data=st.data(),
)
def test_steps_equal_keras_on_and_beside_the_boundaries(boundaries, data):
    boundaries = sorted(boundaries)
    size = len(boundaries) + 1
    values = data.draw(st.lists(rate, min_size=size, max_size=size))
    ours = PiecewiseConstantDecay(boundaries, values)
    theirs = keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, values)
    for step in {b + beside for b in boundaries for beside in (-1, 0, 1)}:
        assert ours(step) == pytest.approx(float(theirs(step)), rel=1e-6)


def test_inverse_time_decay_is_what_keras_2_called_decay():
    assert InverseTimeDecay(0.5, 1, 0.1)(20) == pytest.approx(0.5 / (1 + 0.1 * 20))


def test_one_cycle_climbs_to_its_maximum_and_falls_to_a_thousandth():
    schedule = OneCycle(2.0, 1000)
    rates = schedule(np.arange(1001))
    assert rates[[0, 450, 900, 1000]] == pytest.approx([0.2, 2.0, 0.2, 0.002])
    assert (np.diff(rates[:451]) > 0).all() and (np.diff(rates[450:]) < 0).all()
    assert schedule(5000) == pytest.approx(0.002)


def test_constant_stays():
    assert Constant(0.3)(STEPS).tolist() == [0.3] * len(STEPS)


@each_schedule
def test_one_step_at_a_time_equals_many_at_once(schedule):
    assert [schedule(int(step)) for step in STEPS] == schedule(STEPS).tolist()


@each_schedule
def test_schedules_can_be_pickled(schedule):
    assert pickle.loads(pickle.dumps(schedule)) == schedule


@each_schedule
def test_an_optimizer_takes_its_first_rate_at_step_0(schedule):
    optimizer = SGD(schedule)
    assert optimizer.step(1.0, 1.0) == pytest.approx(1 - schedule(0))
    assert optimizer.step(1.0, 1.0) == pytest.approx(1 - schedule(1))


def test_stacked_runs_can_have_a_rate_each():
    rates = np.array([0.1, 0.2, 0.4])
    for stacked, alone in (
        (Constant(rates), Constant),
        (InverseTimeDecay(rates, 10, 1.0), lambda r: InverseTimeDecay(r, 10, 1.0)),
        (ExponentialDecay(rates, 10, 0.5), lambda r: ExponentialDecay(r, 10, 0.5)),
        (CosineDecay(rates, 10), lambda r: CosineDecay(r, 10)),
        (OneCycle(rates, 10), lambda r: OneCycle(r, 10)),
    ):
        assert stacked(4) == pytest.approx([alone(r)(4) for r in rates])


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Constant(-1.0), ValueError, "learning_rate .* got -1.0"),
        (lambda: Constant(True), TypeError, "learning_rate .* got True"),
        (
            lambda: PiecewiseConstantDecay(10, 0.1),
            TypeError,
            "boundaries and values must be sequences .* got 10 and 0.1",
        ),
        (lambda: CosineDecay("fast", 10), TypeError, "initial_learning_rate .* 'fast'"),
        (lambda: CosineDecay(0.1, 0), ValueError, "decay_steps must be above 0, got 0"),
        (lambda: CosineDecay(0.1, 10, alpha=-1), ValueError, "alpha .* got -1"),
        (
            lambda: CosineDecay(0.1, 10, warmup_steps=5),
            ValueError,
            "warmup_steps=5 needs a warmup_target",
        ),
        (
            lambda: CosineDecay(0.1, 10, 0.0, 0.2, 2.5),
            TypeError,
            "warmup_steps must be a whole number, at least 0, got 2.5",
        ),
        (
            lambda: ExponentialDecay(0.1, 10, float("nan")),
            ValueError,
            "decay_rate .* got nan",
        ),
        (
            lambda: InverseTimeDecay(0.1, 10, 1.0, "yes"),
            TypeError,
            "staircase must be True or False, got 'yes'",
        ),
        (lambda: OneCycle(0.1, 0), ValueError, "total_steps .* at least 1, got 0"),
        (
            lambda: PiecewiseConstantDecay((10,), (0.1,)),
            ValueError,
            "got 1 values for 1 boundaries",
        ),
        (
            lambda: PiecewiseConstantDecay((20, 10), (0.1, 0.2, 0.3)),
            ValueError,
            "boundaries must increase",
        ),
    ],
)
def test_wrong_settings_are_errors_that_name_argument_and_value(make, error, message):
    with pytest.raises(error, match=message):
        make()
