import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import ast
import copy
import inspect
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import keras
import numpy as np
import own_rules
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import optimizers
from helpers.data import load
from helpers.descent import descend
from helpers.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Optimizer,
    RMSprop,
)
from helpers.schedules import ExponentialDecay
from helpers.surfaces import SURFACES
from helpers.sweeps import sweep
from helpers.training import fit, fresh_network

STEPS = 200
share = st.floats(0.0, 0.99)
epsilon = st.sampled_from([1e-8, 1e-7, 1e-3])
SETTINGS = {
    SGD: {"momentum": share, "nesterov": st.booleans()},
    Adagrad: {"initial_accumulator_value": st.floats(0.0, 1.0), "epsilon": epsilon},
    RMSprop: {"rho": share, "momentum": share, "epsilon": epsilon},
    Adadelta: {"rho": share, "epsilon": epsilon},
    Adam: {
        "beta_1": share,
        "beta_2": st.floats(0.5, 0.999),
        "epsilon": epsilon,
        "amsgrad": st.booleans(),
    },
    AdamW: {"beta_1": share, "weight_decay": st.floats(0.0, 0.5)},
}
every_optimizer = pytest.mark.parametrize("rule", SETTINGS, ids=lambda r: r.__name__)


LESSON = Path(__file__).parents[1] / "source" / "07_optimizers.py"


def functions_of(path):
    """The text of each function of a module, without its docstring."""
    text = path.read_text(encoding="utf-8")
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            lines = text.splitlines()[node.lineno - 1 : node.end_lineno]
            if ast.get_docstring(node):
                first = node.body[0]
                start, end = first.lineno - node.lineno, first.end_lineno - node.lineno
                del lines[start : end + 1]
            found[node.name] = lines
    return found


THEIRS, OURS = functions_of(LESSON), functions_of(Path(optimizers.__file__))


@pytest.mark.parametrize("rule", OURS)
def test_the_rule_that_runs_the_course_is_that_of_lesson_7_letter_by_letter(rule):
    assert OURS[rule] == THEIRS[rule]


def draw_gradients(seed, shape, scale, dtype):
    """Gradients of one size, a third of them 0, as sparse features give them."""
    rng = np.random.default_rng(seed)
    gradients = scale * rng.normal(size=(STEPS, *shape))
    return (gradients * (rng.random(gradients.shape) > 1 / 3)).astype(dtype)


def run_keras(optimizer, start, gradients):
    weights = keras.Variable(start, dtype=str(start.dtype))
    optimizer.build([weights])

    @tf.function
    def all_steps(gradients):
        for gradient in gradients:
            optimizer.apply([gradient], [weights])

    all_steps(tf.constant(gradients))
    return weights.numpy()


def path_of(optimizer, weights, gradients):
    path = [weights]
    for gradient in gradients:
        path.append(optimizer.step(path[-1], gradient))
    return path


def run_ours(optimizer, weights, gradients):
    return path_of(optimizer, weights, gradients)[-1]


def difference(path, expected):
    """The end of a path against Keras, relative to the largest weight on the way.

    The end itself may lie near 0, where rounding on the way would look large.
    """
    return np.max(np.abs(path[-1] - expected)) / np.max(np.abs(path))


@every_optimizer
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data())
def test_200_steps_end_where_keras_ends(rule, dtype, data):
    arguments = {name: data.draw(s, name) for name, s in SETTINGS[rule].items()}
    rate = 10.0 ** data.draw(st.floats(-4, 0), "exponent of the rate")
    if data.draw(st.booleans(), "scheduled"):
        ours = ExponentialDecay(rate, 50, 0.5)
        theirs = keras.optimizers.schedules.ExponentialDecay(rate, 50, 0.5)
    else:
        ours = theirs = rate
    shape = data.draw(st.sampled_from([(1,), (7,), (3, 4), (2, 3, 2)]), "shape")
    scale = 10.0 ** data.draw(st.integers(-3, 2), "exponent of the gradients")
    seed = data.draw(st.integers(0, 1000), "seed")
    gradients = draw_gradients(seed, shape, scale, dtype)
    start = np.random.default_rng(seed).normal(size=shape).astype(dtype)

    path = path_of(rule(ours, **arguments), start, gradients)
    expected = run_keras(
        getattr(keras.optimizers, rule.__name__)(theirs, **arguments), start, gradients
    )

    assert path[-1].dtype == expected.dtype
    assert difference(path, expected) < 1e-4


def test_plain_sgd_differs_from_keras_only_by_the_rounding_of_the_rate():
    gradients = draw_gradients(0, (24,), 1.0, "float64")
    path = path_of(SGD(0.01), np.ones(24), gradients)
    expected = run_keras(keras.optimizers.SGD(0.01), np.ones(24), gradients)
    assert difference(path, expected) < 3e-8


@every_optimizer
def test_arguments_have_the_names_order_and_defaults_of_keras(rule):
    keras_class = getattr(keras.optimizers, rule.__name__)
    ours = inspect.signature(rule.__init__).parameters
    theirs = inspect.signature(keras_class.__init__).parameters
    shared = [name for name in theirs if name in ours]
    assert list(ours) == shared
    assert [ours[n].default for n in ours] == [theirs[n].default for n in ours]


@every_optimizer
def test_a_step_leaves_what_it_was_given_as_it_was(rule):
    optimizer = rule(0.1)
    weights, gradients = np.array([1.0, -2.0]), np.array([0.5, 3.0])
    for _ in range(3):
        optimizer.step(weights, gradients)
    assert weights.tolist() == [1.0, -2.0]
    assert gradients.tolist() == [0.5, 3.0]


@every_optimizer
def test_after_reset_the_same_steps_lead_to_the_same_place(rule):
    optimizer = rule(0.1)
    gradients = draw_gradients(0, (3,), 1.0, "float64")
    first = run_ours(optimizer, np.ones(3), gradients)
    optimizer.reset()
    assert np.array_equal(run_ours(optimizer, np.ones(3), gradients), first)


@every_optimizer
def test_a_list_of_arrays_steps_as_each_array_would_alone(rule):
    shapes = (4, 3), (3,)
    lists = [draw_gradients(seed, s, 1.0, "f4") for seed, s in enumerate(shapes)]
    together = run_ours(
        rule(0.1), [np.ones(s, "f4") for s in shapes], zip(*lists, strict=True)
    )
    for shape, gradients, ours in zip(shapes, lists, together, strict=True):
        alone = run_ours(rule(0.1), np.ones(shape, "f4"), gradients)
        assert np.array_equal(ours, alone)


@every_optimizer
def test_stacked_runs_with_a_rate_each_equal_single_runs(rule):
    rates = np.array([0.001, 0.01, 0.1])
    gradients = draw_gradients(1, (3, 4, 2), 1.0, "float64")
    stacked = run_ours(rule(rates), np.ones((3, 4, 2)), gradients)
    for run, rate in enumerate(rates):
        alone = run_ours(rule(rate), np.ones((4, 2)), gradients[:, run])
        np.testing.assert_allclose(stacked[run], alone, rtol=1e-12)


@every_optimizer
def test_runs_that_are_kept_go_on_as_if_nothing_had_happened(rule):
    schedule = ExponentialDecay(np.array([0.001, 0.01, 0.1]), 10, 0.9)
    gradients = draw_gradients(1, (3, 2), 1.0, "float64")
    whole = run_ours(rule(schedule), np.ones((3, 2)), gradients[:60])

    optimizer, mask = rule(schedule), np.array([True, False, True])
    weights = run_ours(optimizer, np.ones((3, 2)), gradients[:20])
    optimizer = optimizer.keep(mask)
    weights = run_ours(optimizer, weights[mask], gradients[20:40, mask])
    optimizer = optimizer.keep([1])  # of those two
    weights = run_ours(optimizer, weights[1:], gradients[40:60, 2:])
    assert np.array_equal(weights, whole[2:])


@every_optimizer
def test_optimizers_can_be_copied_and_pickled_in_the_middle_of_a_run(rule):
    optimizer = rule(0.1)
    weights = optimizer.step(np.ones(2), np.ones(2))
    expected = copy.deepcopy(optimizer).step(weights, np.ones(2))
    again = pickle.loads(pickle.dumps(optimizer)).step(weights, np.ones(2))
    assert np.array_equal(again, expected)


@every_optimizer
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_floating_type_of_the_weights_is_kept(rule, dtype):
    for rate in (np.float64(0.1), np.array([0.1, 0.2]), lambda step: np.float64(0.1)):
        optimizer = rule(rate)
        weights = np.ones((2, 3), dtype)
        for _ in range(2):
            weights = optimizer.step(weights, np.ones((2, 3), "float64"))
        assert weights.dtype == dtype
        arrays = [v for v in optimizer.memory[0].values() if np.ndim(v)]
        assert all(array.dtype == dtype for array in arrays)


def test_a_plain_number_can_be_stepped():
    assert SGD(0.1).step(1.0, 4) == pytest.approx(0.6)


def test_a_keras_schedule_can_be_used():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    assert SGD(schedule).step(1.0, 1.0) == pytest.approx(0.9)


def test_a_new_learning_rate_takes_effect_at_the_next_step():
    optimizer = SGD(0.1)
    optimizer.learning_rate = 0.5
    assert optimizer.step(1.0, 1.0) == 0.5


def test_a_repr_can_be_read_back():
    for rule in SETTINGS:
        again = eval(repr(rule(0.5)), vars(optimizers))
        assert repr(again) == repr(rule(0.5))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SGD(lr=0.1), TypeError, "'lr': use learning_rate"),
        (lambda: Adam(decay=1e-4), TypeError, "InverseTimeDecay"),
        (lambda: SGD(clipnorm=1.0), TypeError, "it takes learning_rate, momentum"),
        (lambda: RMSprop(centered=True), TypeError, "'centered'"),
        (lambda: SGD(-0.1), ValueError, r"learning_rate .* got -0.1"),
        (lambda: SGD(float("nan")), ValueError, "learning_rate .* got nan"),
        (lambda: SGD(np.inf), ValueError, "learning_rate .* got inf"),
        (lambda: SGD(True), TypeError, "learning_rate .* got True"),
        (lambda: SGD("0.1"), TypeError, "learning_rate .* got '0.1'"),
        (lambda: SGD(None), TypeError, "learning_rate .* got None: a range test"),
        (lambda: SGD(SGD), TypeError, "learning_rate .* got the class SGD: make one"),
        (lambda: SGD(lambda: 0.1), TypeError, "learning_rate .* takes something else"),
        (lambda: SGD([]), ValueError, r"learning_rate .* got shape \(0,\)"),
        (lambda: SGD([0.1, -0.2]), ValueError, "learning_rate .* got -0.2"),
        (lambda: SGD(np.ones((2, 2))), ValueError, r"learning_rate .*\(2, 2\)"),
        (lambda: SGD(momentum=1.0), ValueError, "momentum .* below 1, got 1.0"),
        (lambda: SGD(momentum=-0.1), ValueError, "momentum .* got -0.1"),
        (lambda: SGD(nesterov=1), TypeError, "nesterov .* got 1"),
        (lambda: RMSprop(rho=1.5), ValueError, "rho .* got 1.5"),
        (lambda: Adam(beta_2=1), ValueError, "beta_2 .* got 1"),
        (lambda: Adam(epsilon=-1e-7), ValueError, "epsilon .* got -1e-07"),
        (lambda: AdamW(weight_decay=-1.0), ValueError, "weight_decay .* got -1.0"),
        (
            lambda: Adagrad(initial_accumulator_value="no"),
            TypeError,
            "initial_accumulator_value",
        ),
    ],
)
def test_wrong_settings_are_errors_that_name_argument_and_value(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    ("weights", "gradients", "error", "message"),
    [
        (np.ones(3), np.ones(2), ValueError, r"shape of the weights, \(3,\), got \(2,"),
        (np.ones((3, 1)), np.ones(3), ValueError, r"\(3, 1\), got \(3,\)"),
        (np.ones(3), 1.0, ValueError, r"\(3,\), got \(\)"),
        ([np.ones(3)], np.ones((1, 3)), TypeError, "gradients must be a list"),
        ([np.ones(3)], [], ValueError, "gradients must be 1 arrays"),
        ([], [], ValueError, "weights must hold at least one array"),
        (np.array(["a"]), np.ones(1), TypeError, "weights must hold numbers"),
        (np.array([True]), np.ones(1), TypeError, "weights .* got bool"),
        (np.ones(1, "f2"), np.ones(1), TypeError, "weights .* got float16"),
        (np.ones(1), np.array([1j]), TypeError, "gradients .* got complex128"),
    ],
)
def test_gradients_that_do_not_fit_are_errors_and_no_step(
    weights, gradients, error, message
):
    optimizer = SGD()
    with pytest.raises(error, match=message):
        optimizer.step(weights, gradients)
    assert optimizer.iterations == 0


@every_optimizer
@pytest.mark.parametrize(
    "changed", [np.ones(4), np.ones(3, "f4"), [np.ones(3), np.ones(3)]]
)
def test_weights_that_change_shape_or_type_need_a_reset(rule, changed):
    optimizer = rule()
    optimizer.step(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match=r"weights were float64\[3\].*call reset"):
        optimizer.step(changed, changed)
    optimizer.reset()
    optimizer.step(changed, changed)


def test_a_rate_for_each_run_needs_as_many_runs():
    with pytest.raises(ValueError, match=r"learning_rate has 2 values.*\(3, 2\)"):
        SGD([0.1, 0.2]).step(np.ones((3, 2)), np.ones((3, 2)))


def test_a_schedule_that_goes_wrong_is_named_at_its_step():
    optimizer = SGD(lambda step: 0.1 - step)
    weights = optimizer.step(1.0, 1.0)
    with pytest.raises(ValueError, match="learning_rate .* got"):
        optimizer.step(weights, 1.0)


# A rule of a learner's own works wherever ours do

own_rule = pytest.mark.parametrize("rule", own_rules.RULES, ids=lambda r: r.__name__)
DIGITS = load("digits")
RATES = np.array([0.001, 1e30, 0.002])  # the second run diverges


@own_rule
def test_an_own_rule_keeps_the_type_of_each_array(rule):
    optimizer, weights = rule(0.1), [np.ones((2, 3), "f4"), np.ones(3)]
    for _ in range(3):
        weights = optimizer.step(weights, [w.copy() for w in weights])
    assert [w.dtype.name for w in weights] == ["float32", "float64"]
    assert [w.shape for w in weights] == [(2, 3), (3,)]


@own_rule
def test_an_own_rule_walks_as_it_does_step_by_step(rule):
    surface, optimizer = SURFACES["bowl"], rule(0.01)
    path, steps = descend(surface, optimizer, steps=20), rule(0.01)
    w = np.array(surface.start, float)
    for point in path.points:
        assert w.tolist() == point.tolist()
        w = steps.step(w, surface.gradient(w))
    assert optimizer.iterations == 20


@own_rule
def test_an_own_rule_trains_on_where_other_runs_diverge(rule):
    def trained(rates):
        network = fresh_network(DIGITS, (8,), seeds=[0] * len(rates))
        rows = DIGITS.x_train[:200], DIGITS.y_train[:200]
        return fit(network, rule(rates), *rows, epochs=3), network.weights

    history, weights = trained(RATES)
    assert history.diverged.tolist() == [False, True, False]
    alone, weights_alone = trained(RATES[[0, 2]])
    np.testing.assert_allclose(history.train_loss[[0, 2]], alone.train_loss, rtol=1e-5)
    for ours, theirs in zip(weights, weights_alone, strict=True):
        np.testing.assert_allclose(ours[[0, 2]], theirs, atol=1e-4)


def test_own_rules_sweep_here_and_in_other_processes_alike():
    grid = {"learning_rates": RATES, "batch_sizes": [64], "epochs": 2, "hidden": (8,)}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for rule in own_rules.RULES:
            here = sweep(DIGITS, **grid, optimizer=rule, progress=False)
            there = sweep(DIGITS, **grid, optimizer=rule, progress=False, executor=pool)
            assert here.diverged.ravel().tolist() == [False, True, False], rule
            np.testing.assert_array_equal(here.valid_loss, there.valid_loss)


@own_rule
def test_an_own_rule_can_be_pickled_in_the_middle_of_a_run(rule):
    def gradient():
        return np.array([[0.5, -1.0], [2.0, 0.1]])

    optimizer = rule(ExponentialDecay(np.array([0.1, 0.2]), 10, 0.9))
    weights = optimizer.step(np.ones((2, 2)), gradient())
    for other in (pickle.loads(pickle.dumps(optimizer)), optimizer.keep([True, True])):
        other = pickle.loads(pickle.dumps(other))
        expected = copy.deepcopy(optimizer).step(weights.copy(), gradient())
        assert np.array_equal(other.step(weights.copy(), gradient()), expected)


def test_the_repr_of_an_own_rule_shows_its_settings_by_the_names_they_have_inside():
    optimizer = own_rules.Lion(0.5, decay=0.1)
    optimizer.step(1.0, 1.0)
    assert repr(optimizer) == "Lion(learning_rate=0.5, b1=0.9, b2=0.99, shrink=0.1)"
    assert repr(own_rules.MyAdam()) == (
        "MyAdam(learning_rate=0.001, beta_1=0.9, beta_2=0.999)"
    )


def test_settings_that_go_on_to_the_parent_are_checked_there():
    assert own_rules.Heavy(nesterov=True).nesterov
    with pytest.raises(TypeError, match="'lr'"):
        own_rules.Heavy(lr=0.1)
    with pytest.raises(TypeError, match="Lion has no argument 'lr': use learning_rate"):
        own_rules.Lion(lr=0.1)


@pytest.mark.parametrize(
    ("returned", "error", "message"),
    [
        (None, TypeError, "what Own.update returns must hold numbers"),
        (np.ones(3), ValueError, r"what Own.update returns .*\(2, 3\), got \(3,\)"),
    ],
)
def test_an_own_rule_that_returns_no_new_weights_is_told_so(returned, error, message):
    class Own(Optimizer):
        def update(self, w, g, memory, rate):
            return returned

    with pytest.raises(error, match=message):
        Own(0.1).step(np.ones((2, 3)), np.ones((2, 3)))


def test_an_own_rule_without_a_learning_rate_is_told_how_to_get_one():
    class Own(SGD):
        def __init__(self):
            self.rate = 0.1

    with pytest.raises(
        TypeError, match=r"Own has no learning_rate.*super\(\).__init__"
    ):
        descend(SURFACES["bowl"], Own())


def test_a_number_or_a_list_in_the_memory_is_no_row_of_a_run():
    optimizer = SGD(0.1)
    optimizer.step(np.ones((3, 2)), np.ones((3, 2)))
    kinds = {"number": 5, "mean": np.float32(2), "word": "a", "short": np.ones(2)}
    optimizer.memory[0].update(kinds, rows=np.arange(3), both=[np.arange(3), 7])
    memory = optimizer.keep(np.array([True, False, True])).memory[0]
    assert {name: memory[name] for name in kinds} == kinds
    assert memory["rows"].tolist() == [0, 2]
    assert memory["both"][0].tolist() == [0, 2] and memory["both"][1] == 7
    assert memory["new"] == 0


def test_an_optimizer_of_some_runs_leaves_the_one_it_came_from_as_it_was():
    optimizer = SGD([0.1, 0.2, 0.3], momentum=0.9)
    weights = optimizer.step(np.ones((3, 2)), np.ones((3, 2)))
    part = optimizer.keep([2, 0])
    part.step(weights[[2, 0]], np.ones((2, 2)))
    assert (optimizer.iterations, part.iterations) == (1, 2)
    assert part.learning_rate.tolist() == [0.3, 0.1]
    assert optimizer.step(weights, np.ones((3, 2))).shape == (3, 2)
