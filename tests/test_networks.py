import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pickle
import subprocess
import sys
from functools import partial

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import losses
from helpers.data import load
from helpers.keras_tools import from_keras, to_keras
from helpers.losses import (
    USUAL,
    binary_crossentropy,
    categorical_crossentropy,
    huber,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from helpers.minibatches import batches
from helpers.networks import HIDDEN, OUTPUT, Network
from helpers.optimizers import SGD, Adam
from helpers.training import evaluate, fit, score

LOSSES = [
    mean_squared_error,
    mean_absolute_error,
    partial(huber, delta=0.5),
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
]


def targets(loss, rows, units, rng):
    if loss is sparse_categorical_crossentropy:
        return rng.integers(0, units, rows)
    if loss is categorical_crossentropy:
        return np.eye(units)[rng.integers(0, units, rows)]
    if loss is binary_crossentropy:
        return rng.integers(0, 2, (rows, units))
    return rng.normal(size=(rows, units))


def loss_of(network, x, y):
    return network.loss_of(y, network.logits(x))


def finite_difference(network, x, y, array, index, step=1e-6):
    """The slope of each run's loss along one weight of each run, both sides."""
    weights = network.weights[array]
    kept = weights[:, *index].copy()
    ends = []
    for side in (step, -step):
        weights[:, *index] = kept + side
        ends.append(loss_of(network, x, y))
    weights[:, *index] = kept
    return (ends[0] - ends[1]) / (2 * step)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    activation=st.sampled_from(sorted(HIDDEN)),
    loss=st.sampled_from(LOSSES),
    output=st.sampled_from([None, *OUTPUT]),
    hidden=st.lists(st.integers(1, 5), max_size=2),
    own_rows=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_gradients_equal_finite_differences(
    activation, loss, output, hidden, own_rows, seed
):
    rng = np.random.default_rng(seed)
    network = Network(
        (4, *hidden, 3),
        activation,
        loss=loss,
        output=output,
        runs=2,
        seed=(seed, seed + 1),
        dtype="float64",
    )
    for weights in network.weights:
        weights += rng.normal(scale=0.3, size=weights.shape)
    x, y = rng.normal(size=(7, 4)), targets(loss, 7, 3, rng)
    if own_rows:
        x, y = np.stack([x, x[::-1]]), np.stack([y, y[::-1]])

    for array, gradient in enumerate(network.gradients(x, y)):
        assert gradient.shape == network.weights[array].shape
        for index in np.ndindex(gradient.shape[1:]):
            slope = finite_difference(network, x, y, array, index)
            np.testing.assert_allclose(gradient[:, *index], slope, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_stacked_runs_equal_single_runs(loss):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(9, 4)), targets(loss, 9, 3, rng)
    arguments = {"widths": (4, 6, 3), "loss": loss, "dtype": "float64"}
    stack = Network(**arguments, runs=3, seed=(5, 6, 7))
    for run, seed in enumerate((5, 6, 7)):
        alone = Network(**arguments, seed=seed)
        assert np.array_equal(stack.weights[0][run], alone.weights[0][0])
        np.testing.assert_allclose(stack.forward(x)[run], alone.forward(x)[0])
        for together, own in zip(
            stack.gradients(x, y), alone.gradients(x, y), strict=True
        ):
            np.testing.assert_allclose(together[run], own[0], atol=1e-15)


def test_one_seed_starts_all_runs_alike():
    network = Network((4, 3, 2), loss=mean_squared_error, runs=3, seed=8)
    for weights in network.weights:
        assert (weights == weights[0]).all()


def test_the_start_is_that_of_keras():
    W, b = Network((300, 200), loss=mean_squared_error).weights
    limit = np.sqrt(6 / 500)
    theirs = np.array(keras.initializers.GlorotUniform(0)((300, 200)))
    assert W.std() == pytest.approx(limit / np.sqrt(3), rel=0.01)
    assert theirs.std() == pytest.approx(limit / np.sqrt(3), rel=0.01)
    assert limit * 0.99 < abs(W).max() < limit and limit * 0.99 < abs(theirs).max()
    assert (b == 0).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_floating_type_is_kept_whatever_the_data(dtype):
    network = Network((3, 4, 2), loss=huber, dtype=dtype)
    x, y = np.ones((5, 3), "int64"), np.ones((5, 2))
    assert network.forward(x).dtype == dtype
    assert {g.dtype.name for g in network.gradients(x, y)} == {dtype}


@pytest.mark.parametrize(
    ("loss", "output"),
    [
        (mean_squared_error, "linear"),
        (binary_crossentropy, "sigmoid"),
        (categorical_crossentropy, "softmax"),
        (sparse_categorical_crossentropy, "softmax"),
    ],
)
def test_the_output_belongs_to_the_loss(loss, output):
    assert Network((2, 3), loss=loss).output == output


@pytest.mark.parametrize("dtype", ["float64", np.float64, np.dtype("float64")])
def test_a_type_may_be_named_as_numpy_does(dtype):
    network = Network((2, 3), loss=mean_squared_error, dtype=dtype)
    assert network.weights[0].dtype == "float64"


def test_a_crossentropy_after_a_linear_output_takes_logits():
    x, y = np.random.default_rng(0).normal(size=(6, 4)), np.array([0, 1, 2, 0, 1, 2])
    arguments = {"widths": (4, 3), "loss": sparse_categorical_crossentropy}
    plain, linear = Network(**arguments), Network(**arguments, output="linear")
    assert loss_of(plain, x, y) == loss_of(linear, x, y)
    assert losses.softmax(linear.forward(x)) == pytest.approx(plain.forward(x))


KERAS_LOSSES = {
    "mse": mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
    "binary_crossentropy": binary_crossentropy,
    "categorical_crossentropy": categorical_crossentropy,
    "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
}


@pytest.mark.parametrize("activation", HIDDEN)
@pytest.mark.parametrize("output", OUTPUT)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_goes_to_keras_and_back(activation, output, dtype):
    loss = dict(softmax=categorical_crossentropy, sigmoid=binary_crossentropy).get(
        output, mean_squared_error
    )
    network = Network(
        (5, 4, 4, 3), activation, loss=loss, runs=2, seed=(1, 2), dtype=dtype
    )
    x = np.random.default_rng(0).normal(size=(6, 5)).astype(dtype)
    model = to_keras(network, run=1)
    np.testing.assert_allclose(model(x), network.forward(x)[1], rtol=1e-5, atol=1e-6)

    again = from_keras(model)
    assert again.runs == 1 and again.weights[0].dtype == dtype
    assert np.array_equal(again.forward(x)[0], network.forward(x)[1])


@pytest.mark.parametrize("name", KERAS_LOSSES)
def test_a_compiled_model_brings_its_loss(name):
    output = {
        "mse": None,
        "mean_absolute_error": None,
        "binary_crossentropy": "sigmoid",
    }
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, output.get(name, "softmax"))]
    )
    model.compile(loss=name)
    assert from_keras(model).loss is KERAS_LOSSES[name]


def test_a_compiled_model_brings_the_settings_of_its_loss():
    rng = np.random.default_rng(0)
    x, y, labels = rng.normal(size=(6, 4)), rng.normal(size=(6, 3)), np.arange(6) % 3
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    for loss, target in (
        (keras.losses.Huber(delta=0.1), y),
        (keras.losses.SparseCategoricalCrossentropy(from_logits=True), labels),
    ):
        model.compile(loss=loss)
        expected = model.evaluate(x, target, verbose=0)
        assert loss_of(from_keras(model), x, target) == pytest.approx(expected)


def test_a_functional_model_with_different_activations_can_come_from_keras():
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(5, "tanh")(keras.layers.Dense(6, "relu")(inputs))
    model = keras.Model(inputs, keras.layers.Dense(2, "softmax")(hidden))
    x = np.random.default_rng(0).normal(size=(6, 4)).astype("f4")
    network = from_keras(model)
    assert network.activations == ["relu", "tanh"]
    np.testing.assert_allclose(network.forward(x)[0], model(x), rtol=1e-5)


def two_branches():
    inputs = keras.Input((4,))
    return keras.Model(inputs, [keras.layers.Dense(4)(inputs) for _ in range(2)])


def compiled(activation, loss, loss_weights=None, **settings):
    layer = keras.layers.Dense(3, activation, **settings)
    model = keras.Sequential([keras.Input((4,)), layer])
    model.compile(loss=loss, loss_weights=loss_weights)
    return model


def with_another_loss():
    class Penalised(keras.Sequential):
        def call(self, x):
            self.add_loss(keras.ops.mean(x**2))
            return super().call(x)

    model = Penalised([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile(loss="mse")
    model(np.ones((2, 4)))
    return model


dense = keras.layers.Dense


def times_2():
    x = keras.Input((4,))
    return keras.Model(x, 2 * dense(3)(x))


def test_layers_that_stand_in_two_models_or_come_from_a_file_are_a_row(tmp_path):
    model = keras.Sequential([dense(3, "relu"), dense(1)])
    model.build((None, 4))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    shared = keras.Sequential([keras.Input((4,)), *model.layers])
    x = np.ones((2, 4), "float32")
    for each in (model, again, shared):
        assert from_keras(each).forward(x)[0] == pytest.approx(model(x).numpy())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: keras.Sequential([dense(3)]), "begin it with keras.Input"),
        (
            lambda: keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5)]),
            "must consist of Dense layers with biases, got <Dropout",
        ),
        (
            lambda: keras.Sequential([keras.Input((4,)), dense(3, use_bias=False)]),
            "Dense layers with biases",
        ),
        (
            lambda: keras.Sequential(
                [keras.Input((4,)), dense(3, kernel_regularizer="l2")]
            ),
            "no kernel_regularizer, but the layer",
        ),
        (lambda: compiled("selu", "mse"), "activation 'selu'"),
        (lambda: compiled(keras.layers.ReLU(), "mse"), "activation '<ReLU"),
        (lambda: compiled(None, "poisson"), "loss is poisson"),
        (lambda: compiled(None, "binary_crossentropy"), "from_logits"),
        (
            lambda: compiled(
                "softmax", keras.losses.CategoricalCrossentropy(from_logits=True)
            ),
            "from_logits",
        ),
        (
            lambda: compiled(
                "softmax", keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
            ),
            "label_smoothing",
        ),
        (two_branches, "in one row"),
        (
            lambda: compiled(None, keras.losses.MeanSquaredError(reduction="sum")),
            'reduction="sum": compile with',
        ),
        (lambda: compiled(None, "mse", loss_weights=[5.0]), "no loss_weights, got"),
        (lambda: compiled(None, lambda y, p: y - p), "loss is <function"),
        (lambda: compiled(None, "mse", activity_regularizer="l2"), "no activity_reg"),
        (
            lambda: compiled(None, "mse", bias_constraint="non_neg"),
            "no bias_constraint",
        ),
        (lambda: compiled(None, "mse", trainable=False), "no frozen weights"),
        (lambda: compiled(None, "mse", dtype="mixed_float16"), "no mixed precision"),
        (lambda: compiled(None, "mse", dtype="float16"), "dtype must be one of"),
        (lambda: with_another_loss(), "got Penalised: its layers don't tell"),
        (lambda: times_2(), "with nothing between"),
        (
            lambda: keras.Sequential([keras.Input((5, 4)), dense(3)]),
            r"takes shape \(None, 5, 4\)",
        ),
    ],
)
def test_a_model_that_is_no_row_of_dense_layers_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        from_keras(make())


@pytest.mark.parametrize("model", ["a/model.keras", None, keras.layers.Dense(3)])
def test_what_is_no_model_is_refused(model):
    with pytest.raises(TypeError, match="must be a Keras model, got .*load_model"):
        from_keras(model)


def test_a_loss_in_a_list_of_one_is_that_loss():
    model = compiled(None, ["mse"])
    assert from_keras(model).loss is mean_squared_error


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"widths": (4,)}, ValueError, r"widths must be the inputs .* got \(4,\)"),
        ({"widths": (4, 0)}, ValueError, "widths .* at least 1, got 0"),
        ({"widths": 5}, TypeError, "widths must be a sequence, .* got 5"),
        ({"widths": (4, 2.5)}, TypeError, "widths .* got 2.5"),
        ({"activation": "selu"}, ValueError, 'activation must be one of "relu"'),
        ({"output": "relu"}, ValueError, 'output must be one of "linear"'),
        ({"loss": "mse"}, TypeError, "loss must be a function .* got 'mse'"),
        ({"runs": 0}, ValueError, "runs .* at least 1, got 0"),
        ({"seed": (1, 2)}, ValueError, "seed .* each of 1 runs"),
        ({"seed": -1}, ValueError, "seed .* got -1"),
        ({"dtype": "float16"}, ValueError, 'dtype must be one of "float32"'),
        ({"dtype": "foo"}, ValueError, "dtype must be one of .* got 'foo'"),
        (
            {"widths": (4, 1), "loss": sparse_categorical_crossentropy},
            ValueError,
            "softmax.* over a single unit is always 1",
        ),
    ],
)
def test_wrong_settings_are_errors_that_name_argument_and_value(
    arguments, error, message
):
    with pytest.raises(error, match=message):
        Network(**({"widths": (4, 3), "loss": mean_squared_error} | arguments))


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.ones(4), ValueError, r"x must have shape \(rows, 4\)"),
        (np.ones((2, 5)), ValueError, r"got \(2, 5\)"),
        (np.ones((3, 2, 4)), ValueError, "x must be for 1 runs, got 3"),
        (np.array([["a"] * 4]), TypeError, "x must hold numbers"),
    ],
)
def test_wrong_rows_are_errors(x, error, message):
    with pytest.raises(error, match=message):
        Network((4, 3), loss=mean_squared_error).forward(x)


def test_a_run_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match="run must be below the 2 runs, got 2"):
        to_keras(Network((4, 3), loss=mean_squared_error, runs=2), run=2)


def test_the_core_opens_without_tensorflow_and_scikit_learn():
    core = "losses optimizers schedules surfaces descent networks training".split()
    program = "import sys; " + "".join(f"import helpers.{name}; " for name in core)
    program += "print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    loaded = set(ran.stdout.split())
    assert "helpers.training" in loaded
    assert not {"keras", "tensorflow", "sklearn", "matplotlib"} & loaded


def test_networks_can_be_pickled():
    network = Network((4, 3, 2), loss=partial(huber, delta=0.5))
    again = pickle.loads(pickle.dumps(network))
    x = np.ones((2, 4))
    assert np.array_equal(again.forward(x), network.forward(x))


# Training


def test_five_epochs_on_digits_equal_keras_in_every_weight():
    digits = load("digits")
    network = Network(
        (64, 64, 10), loss=sparse_categorical_crossentropy, runs=2, seed=(3, 4)
    )
    models = [to_keras(network, run) for run in range(2)]
    fit(network, SGD([0.1, 0.03]), digits.x_train, digits.y_train, 5, 32, seed=(3, 4))

    for run, (model, rate) in enumerate(zip(models, (0.1, 0.03), strict=True)):
        model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy")
        for epoch in range(5):
            for rows in batches(len(digits.x_train), 32, epoch, seed=3 + run):
                model.train_on_batch(digits.x_train[rows], digits.y_train[rows])
        for ours, theirs in zip(network.weights, model.get_weights(), strict=True):
            np.testing.assert_allclose(ours[run], theirs, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("problem", "widths", "loss", "good"),
    [
        ("digits", (64, 32, 10), sparse_categorical_crossentropy, 0.9),
        ("breast_cancer", (30, 8, 1), binary_crossentropy, 0.9),
        ("diabetes", (10, 8, 1), mean_squared_error, 0.35),
    ],
)
def test_every_kind_of_problem_is_learnt(problem, widths, loss, good):
    data = load(problem)
    train, valid = [
        (x, y[:, None] if loss is binary_crossentropy else y)
        for x, y in ((data.x_train, data.y_train), (data.x_valid, data.y_valid))
    ]
    network = Network(widths, loss=loss, runs=2, seed=(0, 1))
    history = fit(network, Adam(0.01), *train, epochs=8, validation=valid)
    assert history.valid_score.shape == (2, 8)
    assert (history.valid_score[:, -1] > good).all()
    loss, score = evaluate(network, *valid)
    assert np.array_equal(history.valid_loss[:, -1], loss)
    assert np.array_equal(history.valid_score[:, -1], score)
    assert np.array_equal(history.train_loss[:, -1], evaluate(network, *train)[0])


def test_the_score_is_that_of_scikit_learn():
    from sklearn.metrics import accuracy_score, r2_score

    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 5))
    for loss in LOSSES:
        network = Network((5, 3), loss=loss, dtype="float64")
        y = targets(loss, 40, 3, rng)
        outputs, (_, score) = network.forward(x)[0], evaluate(network, x, y)
        if loss is sparse_categorical_crossentropy:
            expected = accuracy_score(y, outputs.argmax(axis=1))
        elif loss is categorical_crossentropy:
            expected = accuracy_score(y.argmax(axis=1), outputs.argmax(axis=1))
        elif loss is binary_crossentropy:
            expected = accuracy_score(y.ravel(), outputs.ravel() > 0.5)
        else:
            expected = r2_score(y, outputs)
        assert score == pytest.approx(expected)


@pytest.mark.parametrize("kind", USUAL)
def test_the_score_of_a_kind_is_that_of_its_loss(kind):
    rng, usual = np.random.default_rng(0), USUAL[kind]
    network = Network((5, 1 if kind == "binary" else 3), loss=usual.loss)
    x, y = rng.normal(size=(40, 5)), targets(usual.loss, 40, network.widths[-1], rng)
    expected = evaluate(network, x, y)[1]
    assert np.array_equal(score(network.forward(x), y, kind), expected)
    if network.takes_logits:
        logits = network.logits(x)
        assert np.array_equal(score(logits, y, kind, logits=True), expected)


def test_yes_or_no_from_two_units_is_scored_as_from_one():
    p = np.random.default_rng(0).uniform(size=(40, 1))
    y = np.arange(40) % 2
    both = np.concatenate([1 - p, p], axis=-1)
    expected = (y == (p[:, 0] > 0.5)).mean()
    for labels in (y, y[:, None]):
        assert score(p, labels, "binary") == expected
        assert score(both, labels, "binary") == expected


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rows", [1, 5])
def test_r_squared_of_targets_that_are_alike_is_no_number(rows):
    x, y = np.random.default_rng(0).normal(size=(20, 3)), np.linspace(0, 1, 20)
    network = Network((3, 1), loss=mean_squared_error)
    valid = x[:rows], np.full((rows, 1), 0.1, "f4")
    history = fit(network, SGD(), x, y[:, None], epochs=2, validation=valid)
    assert np.isnan(history.valid_score).all() and not history.diverged.any()
    assert np.isfinite(history.valid_loss).all()


def test_binary_logits_are_right_above_0():
    network = Network((5, 1), loss=binary_crossentropy, output="linear")
    x = np.random.default_rng(0).normal(size=(40, 5))
    y = network.forward(x)[0] > 0
    assert evaluate(network, x, y.astype(int))[1] == 1


def problem(runs, seed=0):
    digits = load("digits")
    return (
        Network(
            (64, 16, 10), loss=sparse_categorical_crossentropy, runs=runs, seed=seed
        ),
        (digits.x_train, digits.y_train),
        (digits.x_valid, digits.y_valid),
    )


@pytest.mark.parametrize("seeds", [(0, 0, 0), (0, 1, 2)], ids=["shared", "one a run"])
@pytest.mark.parametrize("rule", [SGD, partial(SGD, momentum=0.9), Adam])
def test_a_diverged_run_is_parked_and_the_others_do_not_notice(seeds, rule):
    rates = np.array([0.01, 1e20, 0.002])
    network, train, valid = problem(3, seeds)
    history = fit(network, rule(rates), *train, 3, seed=seeds, validation=valid)
    assert history.diverged.tolist() == [False, True, False]
    assert (history.train_loss[1] == np.inf).all()
    assert (history.valid_loss[1] == np.inf).all()
    assert (history.valid_score[1] == -np.inf).all()
    assert np.isnan(network.weights[0][1]).all()
    for run in (0, 2):
        alone, train, valid = problem(1, seeds[run])
        expected = fit(
            alone, rule(rates[run]), *train, 3, seed=seeds[run], validation=valid
        )
        np.testing.assert_allclose(
            history.valid_loss[run], expected.valid_loss[0], rtol=1e-4
        )
        np.testing.assert_allclose(
            network.weights[0][run], alone.weights[0][0], atol=1e-4
        )


def test_a_diverged_run_costs_nothing_more(monkeypatch):
    sizes = []
    gradients = Network.gradients
    monkeypatch.setattr(
        Network,
        "gradients",
        lambda self, x, y: sizes.append(self.runs) or gradients(self, x, y),
    )
    network, train, _ = problem(3)
    fit(network, SGD([0.01, 1e20, 0.01]), *train, epochs=3, batch_size=2000)
    assert sizes == [3, 2, 2]
    network, train, _ = problem(2)
    history = fit(network, SGD([1e20, 1e20]), *train, epochs=3, batch_size=2000)
    assert history.diverged.all() and sizes[3:] == [2]


def test_after_runs_diverged_the_optimizer_fits_all_of_them_again():
    network, train, _ = problem(2)
    optimizer = Adam([0.01, 1e30])
    fit(network, optimizer, *train, epochs=2, batch_size=500)
    gradients = [np.ones_like(weights) for weights in network.weights]
    stepped = optimizer.step(network.weights, gradients)
    assert np.isfinite(stepped[0][0]).all() and np.isnan(stepped[0][1]).all()


@pytest.mark.filterwarnings("error")
def test_divergence_is_silent():
    network, train, valid = problem(1)
    fit(network, SGD(1e20), *train, epochs=2, validation=valid)


def test_training_twice_gives_the_same():
    results = []
    optimizer = Adam(0.01)
    for _ in range(2):
        network, train, _ = problem(1)
        results.append(fit(network, optimizer, *train, epochs=2).train_loss)
    assert np.array_equal(*results)


def test_without_validation_rows_there_is_no_validation():
    network, train, _ = problem(1)
    history = fit(network, SGD(), *train, epochs=1)
    assert history.valid_loss is None and history.valid_score is None


def test_a_batch_larger_than_the_data_is_one_step_an_epoch():
    network, train, _ = problem(1)
    optimizer = SGD()
    fit(network, optimizer, *train, epochs=3, batch_size=10_000)
    assert optimizer.iterations == 3


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"optimizer": SGD}, TypeError, r"such as SGD\(0.1\), got <class"),
        ({"network": compiled(None, "mse")}, TypeError, "network must .*from_keras"),
        ({"x": np.ones((0, 64)), "y": np.ones(0, int)}, ValueError, "at least one row"),
        ({"x": np.ones((1079, 3))}, ValueError, r"x must have shape \(rows, 64\)"),
        ({"x": np.ones((1079, 64), bool)}, TypeError, r"x must .*: use x.astype"),
        ({"y": np.full(1079, 10)}, ValueError, "^y must be labels from 0 to 9"),
        ({"y": np.full(1079, "a")}, TypeError, "^y must hold numbers, got <U1"),
        ({"validation": 0.2}, TypeError, "validation must be two arrays, .* got 0.2"),
        ({"validation": [np.ones((2, 64))]}, TypeError, "validation must be two"),
        (
            {"validation": (np.ones((2, 64)), np.ones((2, 1), int))},
            ValueError,
            "^y_valid must be labels of shape",
        ),
        ({"epochs": 0}, ValueError, "epochs .* got 0"),
        ({"batch_size": 2.0}, TypeError, "batch_size .* got 2.0"),
        ({"seed": (1, 2)}, ValueError, "seed .* each of 1 runs"),
        ({"x": np.ones((3, 64))}, ValueError, r"y as many rows, got \(3, 64\)"),
        ({"x": np.full((1079, 64), np.nan)}, ValueError, "x must be finite"),
        ({"optimizer": SGD([0.1, 0.2])}, ValueError, "learning_rate has 2 values"),
        (
            {"validation": (np.ones((2, 64)), np.ones(3, int))},
            ValueError,
            "x_valid must have shape .* y_valid as many rows",
        ),
    ],
)
def test_wrong_arguments_of_fit_are_errors(changed, error, message):
    network, (x, y), _ = problem(1)
    arguments = {"network": network, "optimizer": SGD(), "x": x, "y": y, "epochs": 1}
    with pytest.raises(error, match=message):
        fit(**arguments | changed)
