"""The training callback never floods; the range test finds a rate for any model."""

import copy
import pickle
import random
from itertools import count as count_from_0

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from helpers import keras_tools, plots
from helpers.data import load
from helpers.keras_tools import from_keras, learning_rate_range
from helpers.losses import sparse_categorical_crossentropy
from helpers.minibatches import batches
from helpers.optimizers import SGD
from helpers.rate_range import RateRange

ROWS = 40


class Handle:
    """Stands in for what IPython returns, and keeps what it is given."""

    def __init__(self):
        self.shown = []

    def update(self, picture):
        self.shown.append(picture)


def fit(callback, epochs=3, metrics=(), steps_per_execution=1, **options):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    compiling = {"metrics": [*metrics], "steps_per_execution": steps_per_execution}
    compiling["run_eagerly"] = steps_per_execution == 1  # a graph takes longer to make
    model.compile("sgd", "mse", **compiling)
    x, y = np.ones((ROWS, 2)), np.ones((ROWS, 1))
    options |= {"verbose": 0, "callbacks": [callback], "validation_data": (x, y)}
    return model.fit(x, y, epochs=epochs, batch_size=10, **options)


@pytest.fixture
def handle(monkeypatch):
    """A notebook, as far as the callback can tell."""
    handle = Handle()
    monkeypatch.setattr(plots, "in_notebook", lambda: True)
    monkeypatch.setattr(keras_tools.curve, "display", lambda *_, **__: handle)
    return handle


def test_the_last_picture_shows_every_epoch(handle):
    callback = keras_tools.LearningCurve("A run")
    history = fit(callback).history
    assert callback.history == history
    assert repr(handle.shown[-1]) == "A run: loss after each epoch."


def test_there_is_one_bar_and_it_fills(handle, capsys):
    fit(keras_tools.LearningCurve())
    written = capsys.readouterr()
    assert written.err == "" and written.out.count("\n") == 1
    assert "epoch 3 of 3" in written.out and "12/12" in written.out


def test_redraws_keep_their_distance(handle):
    fit(keras_tools.LearningCurve(seconds=1000), epochs=6)
    assert len(handle.shown) == 2  # the first epoch, and the end


def test_a_second_fit_starts_a_new_curve(handle):
    callback = keras_tools.LearningCurve()
    fit(callback)
    fit(callback, epochs=2)
    assert len(callback.history["loss"]) == 2


def test_outside_a_notebook_there_is_the_bar_alone(monkeypatch, capsys):
    def never(*_, **__):
        raise AssertionError("drew a picture")

    monkeypatch.setattr(keras_tools.curve, "display", never)
    fit(keras_tools.LearningCurve())
    assert "12/12" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "measured"),
    [
        ({"validation_freq": 2}, [2, 4]),
        ({"validation_freq": 3}, [3]),
        ({"validation_freq": [1, 4]}, [1, 4]),
        ({"initial_epoch": 2}, [3, 4]),
        ({"initial_epoch": 1, "validation_freq": 2}, [2, 4]),
    ],
)
def test_each_validation_stands_at_its_epoch(handle, capsys, options, measured):
    callback = keras_tools.LearningCurve(seconds=0)
    first = options.get("initial_epoch", 0)
    fit(callback, epochs=4, **options)
    (ax,) = plots.learning_curves({"run": callback})
    training, validation = ax.lines
    assert list(training.get_xdata()) == [*range(first + 1, 5)]
    assert list(validation.get_xdata()) == measured
    assert ax.get_xlim() == (first + 1, 4)
    assert f"{4 * (4 - first)}/{4 * (4 - first)}" in capsys.readouterr().out
    plt.close(ax.figure)


def test_the_bar_fills_where_steps_come_in_bundles_or_are_not_known(capsys):
    fit(keras_tools.LearningCurve(), steps_per_execution=3)
    assert "12/12" in capsys.readouterr().out
    x, y = np.ones((10, 2)), np.ones((10, 1))

    class Generator(keras.utils.PyDataset):
        def __getitem__(self, index):
            return x, y

        num_batches = None

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    options = {"verbose": 0, "callbacks": [keras_tools.LearningCurve()]}
    model.fit(Generator(), steps_per_epoch=5, epochs=2, **options)
    assert "10/10" in capsys.readouterr().out


def test_a_loop_of_ones_own_needs_no_settings_and_a_copy_keeps_the_results(handle):
    callback = keras_tools.LearningCurve(seconds=0)
    callback.on_train_begin()
    for epoch in range(3):
        callback.on_epoch_begin(epoch)
        callback.on_train_batch_end(0)
        callback.on_epoch_end(epoch, {"loss": np.float32(1)})
    callback.on_train_end()
    again = pickle.loads(pickle.dumps(copy.deepcopy(callback)))
    assert again.history == {"loss": [1, 1, 1]} and again.epoch == [0, 1, 2]


def test_a_metric_of_several_numbers_stops_no_training(handle):
    callback = keras_tools.LearningCurve(seconds=0)
    fit(callback, epochs=1, metrics=[keras.metrics.F1Score(threshold=0.5)])
    assert callback.history["f1_score"][0].shape == (1,)


def test_a_picture_that_cannot_be_drawn_stops_no_training(handle):
    class Blank(keras_tools.LearningCurve):
        def _picture(self):
            return self.history["loss"][5] if self.history else None

    with pytest.warns(UserWarning, match="cannot be drawn"):
        assert len(fit(Blank()).history["loss"]) == 3


# The range test

LAYERS = keras.layers
LINE = (np.linspace(-1, 1, ROWS)[:, None], np.linspace(-1, 3, ROWS)[:, None])


def compiled(*layers, inputs=1, optimizer="sgd", loss="mse", **options):
    model = keras.Sequential([keras.Input((inputs,)), *layers])
    model.compile(optimizer, loss, **options)
    return model


def a_line(optimizer="sgd"):
    keras.utils.set_random_seed(0)
    return compiled(LAYERS.Dense(1), optimizer=optimizer)


def state(model):
    """All that a test could change: weights, optimizer, random numbers of dropout."""
    variables = [*model.variables, *model.optimizer.variables]
    return [variable.numpy() for variable in variables]


def classifier():
    keras.utils.set_random_seed(0)  # layers draw their seeds when they are made
    loss = "sparse_categorical_crossentropy"
    layers = LAYERS.Dense(64, activation="relu"), LAYERS.Dense(10, activation="softmax")
    return compiled(*layers, inputs=64, loss=loss, metrics=["accuracy"])


def test_the_steps_are_those_of_the_network_by_hand():
    data = load("digits")
    x, y = data.x_train, data.y_train
    found = learning_rate_range(classifier, x, y, high=0.5, steps=40, seed=3)
    network = from_keras(classifier())
    order = (b for epoch in range(9) for b in batches(len(x), 32, epoch, seed=3))
    assert network.loss is sparse_categorical_crossentropy
    for rate, loss, rows in zip(found.rates, found.losses, order, strict=False):
        by_hand = network.loss_of(y[rows], network.logits(x[rows]))[0]
        assert loss == pytest.approx(by_hand, rel=1e-4)
        gradients = network.gradients(x[rows], y[rows])
        network.weights = SGD(rate).step(network.weights, gradients)


def test_a_classifier_gets_a_rate_that_trains_it_and_the_test_ends_at_the_blow_up():
    data = load("digits")
    found = learning_rate_range(classifier, data.x_train, data.y_train)
    assert len(found.rates) < 100 and found.rates[-1] < 10
    assert found.losses[-1] > 2 * found.losses[0]
    assert found.suggested == pytest.approx(found.lowest / 10, rel=0.05)
    model = classifier()
    model.optimizer.learning_rate = found.suggested
    model.fit(data.x_train, data.y_train, epochs=8, verbose=0)
    assert model.evaluate(data.x_valid, data.y_valid, verbose=0)[1] > 0.93


def test_a_regression_gets_a_rate_below_the_limit():
    x, y = LINE
    found = learning_rate_range(lambda: a_line(), x, y, batch_size=ROWS)
    inputs = np.column_stack([x, np.ones(ROWS)])
    limit = 2 / np.linalg.eigvalsh(2 * inputs.T @ inputs / ROWS).max()
    assert limit / 20 < found.suggested < limit < found.lowest


def test_a_batch_larger_than_the_data_takes_all_rows():
    larger = learning_rate_range(a_line, *LINE, batch_size=10 * ROWS)
    whole = learning_rate_range(a_line, *LINE, batch_size=ROWS)
    assert larger.losses == pytest.approx(whole.losses, rel=1e-3)


@pytest.fixture(scope="module")
def trained():
    layers = LAYERS.Dense(4), LAYERS.BatchNormalization(), LAYERS.Dropout(0.5)
    optimizer = keras.optimizers.Adam(0.003)
    model = compiled(*layers, LAYERS.Dense(1), optimizer=optimizer)
    model.fit(*LINE, epochs=2, verbose=0)
    return model


@pytest.mark.parametrize("reason", ["finishes", "blows up", "fails"])
def test_a_model_that_one_has_is_left_as_it_was(reason, trained, monkeypatch):
    model, optimizer = trained, trained.optimizer
    before = state(model)
    high = 1e6 if reason == "blows up" else 1.0
    if reason == "fails":
        monkeypatch.setattr(keras_tools.range_test, "has_blown_up", None)
        with pytest.raises(TypeError):
            learning_rate_range(lambda: model, *LINE)
    else:
        learning_rate_range(lambda: model, *LINE, high=high)
    assert model.optimizer is optimizer
    assert float(optimizer.learning_rate) == pytest.approx(0.003)
    for old, new in zip(before, state(model), strict=True):
        np.testing.assert_array_equal(old, new)


class OwnSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """Without the get_config that it should have."""

    def __call__(self, step):
        return 0.5


@pytest.mark.parametrize(
    "schedule",
    [
        keras.optimizers.schedules.ExponentialDecay(0.5, 10, 0.1),
        OwnSchedule(),
        lambda: 0.5,
    ],
)
@pytest.mark.parametrize("scaled", [False, True])
def test_a_schedule_as_the_rate_plays_no_part(schedule, scaled):
    def optimizer(rate):
        made = keras.optimizers.SGD(rate, momentum=0.5)
        return keras.optimizers.LossScaleOptimizer(made) if scaled else made

    scheduled, plain = (
        learning_rate_range(lambda r=rate: a_line(optimizer(r)), *LINE, steps=20)
        for rate in (schedule, 0.1)
    )
    np.testing.assert_array_equal(scheduled.losses, plain.losses)


class Batches(keras.utils.PyDataset):
    """The line in batches of ten, with an end or without."""

    def __init__(self, num_batches):
        super().__init__()
        self._number = num_batches

    @property
    def num_batches(self):
        return self._number

    def __getitem__(self, index):
        rows = slice(10 * (index % 4), 10 * (index % 4) + 10)
        return LINE[0][rows], LINE[1][rows]


def generator(count=None):
    taken = iter(range(count)) if count else count_from_0()
    return (Batches(None)[index] for index in taken)


def in_order(steps=60):
    """What a test with these batches in their order should find."""
    model, losses = a_line(), []
    for index, rate in enumerate(np.geomspace(1e-4, 10.0, steps)):
        x, y = Batches(None)[index]
        model.optimizer.learning_rate = rate
        losses.append(model.train_on_batch(x, y))
    return losses


@pytest.mark.parametrize(
    "data",
    [
        lambda: tf.data.Dataset.from_tensor_slices(LINE).batch(10),
        lambda: tf.data.Dataset.from_tensor_slices(LINE).batch(10).repeat(),
        lambda: tf.data.Dataset.from_tensor_slices((*LINE, np.ones(ROWS))).batch(10),
        lambda: Batches(4),
        lambda: Batches(None),
        generator,
        lambda: ((x.tolist(), y.tolist()) for x, y in generator()),
    ],
)
def test_what_brings_its_batches_is_taken_as_it_comes(data):
    found = learning_rate_range(a_line, data(), steps=60)
    by_hand = in_order()[: len(found.losses)]
    assert found.losses == pytest.approx(by_hand, rel=1e-4, abs=1e-8)


def test_no_more_is_taken_of_a_generator_than_there_are_steps():
    left = generator(25)
    learning_rate_range(a_line, left, steps=20, high=0.1)
    assert len(list(left)) == 5


def test_weights_count_as_in_fit():
    x = np.linspace(-1, 1, ROWS)[:, None]
    yes = (x[:, 0] > 0.2).astype(int)

    def build():
        keras.utils.set_random_seed(0)
        output = LAYERS.Dense(1, activation="sigmoid")
        return compiled(output, loss="binary_crossentropy")

    options = {"steps": 5, "batch_size": ROWS}
    weighted = learning_rate_range(build, x, yes, class_weight={1: 5.0}, **options)
    rows = np.where(yes, 5.0, 1.0)
    same = learning_rate_range(build, x, yes, sample_weight=rows, **options)
    data = tf.data.Dataset.from_tensor_slices((x, yes)).batch(ROWS)
    also = learning_rate_range(build, data, steps=5, class_weight={1: 5.0})
    one_hot = np.eye(2)[yes]
    for found in (weighted, same, also):
        fitted = build().fit(x, yes, sample_weight=rows, verbose=0, batch_size=ROWS)
        assert found.losses[0] == pytest.approx(fitted.history["loss"][0], rel=1e-5)
    two = compiled(LAYERS.Dense(2), loss="categorical_crossentropy")
    assert learning_rate_range(lambda: two, x, one_hot, class_weight={1: 5.0}).losses[0]


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_with_its_loss_scaling(policy):
    keras.config.set_dtype_policy(policy)
    try:
        hidden, output = LAYERS.Dense(8, "relu"), LAYERS.Dense(1, dtype="float32")
        model = compiled(hidden, output, optimizer=keras.optimizers.SGD(OwnSchedule()))
        model.fit(*LINE, epochs=2, verbose=0)
    finally:
        keras.config.set_dtype_policy("float32")
    before = state(model)
    assert 0.01 < learning_rate_range(lambda: model, *LINE).suggested < 1
    for old, new in zip(before, state(model), strict=True):
        np.testing.assert_array_equal(old, new)


class Noise(keras.Layer):
    """Draws from TensorFlow and from Keras."""

    def call(self, x, training=False):
        if not training:
            return x
        return x + tf.random.normal(tf.shape(x)) + keras.random.normal(x.shape[1:])


def test_random_numbers_metrics_and_compiled_functions_are_as_before():
    model = compiled(Noise(), LAYERS.Dense(1), metrics=["mae"])
    model.fit(*LINE, epochs=1, verbose=0)
    model.evaluate(*LINE, verbose=0)

    def then(test):
        keras.utils.set_random_seed(1)
        tf.random.normal((1,)), keras.random.normal((1,))
        if test:
            learning_rate_range(lambda: model, *LINE)
            learning_rate_range(a_line, *LINE)  # which sets all seeds
        numbers = keras.random.normal((1,)), tf.random.normal((1,))
        return (
            random.random(),
            np.random.rand(),
            *(np.asarray(number).item() for number in numbers),
        )

    def rest():
        values = [variable.numpy().tolist() for variable in model.metrics_variables]
        return values, model.train_function, model.test_function

    assert then(test=False) == then(test=False)
    before = rest()
    assert then(test=True) == then(test=False)
    assert rest() == before


class OwnStep(keras.Model):
    """Takes its steps itself."""

    def __init__(self):
        super().__init__()
        self.line = LAYERS.Dense(1)

    def call(self, x):
        return self.line(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
        weights = self.trainable_weights
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return {"loss": loss}


class NoOptimizer(OwnStep):
    """Says a loss, and steps with nothing that could be tested."""

    def train_step(self, data):
        return {"loss": 1.0}


def test_a_model_with_a_train_step_of_its_own_takes_it():
    model = OwnStep()
    model.compile("sgd", "mse")
    model.fit(*LINE, verbose=0)
    before, optimizer = state(model), model.optimizer
    assert 0.05 < learning_rate_range(lambda: model, *LINE).suggested < 1
    assert model.optimizer is optimizer
    for old, new in zip(before, state(model), strict=True):
        np.testing.assert_array_equal(old, new)
    other = NoOptimizer()
    other.compile("sgd", "mse")
    with pytest.raises(ValueError, match="must step with self.optimizer"):
        learning_rate_range(lambda: other, *LINE)


class Parts(keras.Model):
    """Has parts and no call, as models that make pictures are often written."""

    def __init__(self, optimizer="sgd", built=True):
        super().__init__()
        layers = [keras.Input((1,))] * built + [LAYERS.Dense(1)]
        self.line, self.other = keras.Sequential(layers), None
        self.compile(optimizer)

    def train_step(self, data):
        x, y = data
        optimizer = self.other or self.optimizer
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self.line(x) - y) ** 2)
            scaled = optimizer.scale_loss(loss)
        weights = self.line.trainable_weights
        optimizer.apply(tape.gradient(scaled, weights), weights)
        return {"loss": loss}


def test_a_model_without_a_call_takes_its_own_steps():
    model = Parts()
    before = [weights.numpy() for weights in model.weights]
    assert 0.05 < learning_rate_range(lambda: model, *LINE).suggested < 1
    for old, new in zip(before, model.weights, strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_step_that_overflows_is_a_step():
    huge = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), 2.0**120)
    model = Parts(huge)
    model.line.layers[-1].kernel.assign([[1e9]])
    assert len(learning_rate_range(lambda: model, *LINE, steps=5).losses) == 5


def test_optimizers_beside_the_one_of_compile_are_left_as_they_were():
    model = Parts()
    model.other = keras.optimizers.Adam()
    model.fit(*LINE, verbose=0)
    before = [variable.numpy() for variable in model.other.variables]
    with pytest.raises(ValueError, match="must step with self.optimizer"):
        learning_rate_range(lambda: model, *LINE)
    for old, new in zip(before, model.other.variables, strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_settings_of_the_optimizer_are_kept():
    losses = [
        learning_rate_range(lambda o=o: a_line(o), *LINE).losses[:60]
        for o in (keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1, momentum=0.9))
    ]
    assert losses[1][-1] < 0.7 * losses[0][-1]


def test_a_loss_that_never_blows_up_says_that_it_still_fell():
    found = learning_rate_range(a_line, *LINE, high=0.05)
    assert len(found.rates) == 100 and found.rates[-1] == pytest.approx(0.05)
    assert "still falling at 0.05" in found.reason
    assert found.suggested == 0.005


def test_a_range_in_which_nothing_is_learnt_gives_no_rate():
    found = learning_rate_range(a_line, *LINE, low=1e-9, high=1e-7)
    assert found.suggested is None
    assert "never fell" in found.reason and "1e-07" in found.reason
    with pytest.raises(ValueError, match="suggests no rate. The loss never fell"):
        found.rate(3)
    ax = found.plot()
    assert "no rate" in ax.get_title("left") + ax.get_title()  # as the style has it
    plt.close("all")


def test_a_rate_is_so_many_times_the_one_that_is_suggested():
    found = learning_rate_range(a_line, *LINE)
    assert found.rate() == found.suggested
    assert found.rate(3) == pytest.approx(3 * found.suggested)
    with pytest.raises(ValueError, match="times must be above 0"):
        found.rate(0)


def test_a_loss_that_is_no_number_ends_the_test():
    found = learning_rate_range(a_line, *LINE, low=0.1, high=1e30, steps=20)
    assert np.isfinite(found.losses).all() and len(found.rates) < 20
    x = np.full((ROWS, 1), np.nan)
    with pytest.raises(ValueError, match="first loss is nan.*diagnose"):
        learning_rate_range(a_line, x, LINE[1])


def test_several_inputs_and_a_model_without_an_input_layer():
    keras.utils.set_random_seed(0)

    def two_inputs():
        a, b = keras.Input((1,), name="a"), keras.Input((1,), name="b")
        model = keras.Model([a, b], LAYERS.Dense(1)(LAYERS.Concatenate()([a, b])))
        model.compile("sgd", "mse")
        return model

    def unbuilt():
        model = keras.Sequential([LAYERS.Dense(1)])
        model.compile("sgd", "mse")
        return model

    def two_outputs():
        a = keras.Input((1,))
        ends = {"far": LAYERS.Dense(1)(a), "near": LAYERS.Dense(1)(a)}
        model = keras.Model(a, ends)
        model.compile("sgd", {"far": "mse", "near": "mae"}, metrics={"far": ["mae"]})
        return model

    x, y = LINE
    for both in ([x, x], {"a": pd.DataFrame(x), "b": pd.Series(x[:, 0])}):
        assert learning_rate_range(two_inputs, both, y).suggested
    for both in ([y, y], {"far": y, "near": y.tolist()}):
        assert learning_rate_range(two_outputs, x, both).suggested
    rows = tf.data.Dataset.from_tensor_slices(({"a": x, "b": x}, y))
    rows = rows.shuffle(ROWS, seed=0).batch(10)
    assert learning_rate_range(two_inputs, rows).suggested
    assert learning_rate_range(unbuilt, *LINE).suggested
    assert learning_rate_range(unbuilt, x.tolist(), y.tolist()).suggested


def stateful(batch_size=10):
    unit = LAYERS.SimpleRNN(3, stateful=True)
    shape = keras.Input((1, 1), batch_size=batch_size)
    model = keras.Sequential([shape, unit, LAYERS.Dense(1)])
    model.compile("sgd", "mse")
    return model


def spread():
    with tf.distribute.MirroredStrategy(["/cpu:0"]).scope():
        return a_line()


def test_a_model_that_keeps_states_gets_the_batches_that_it_takes():
    x, y = LINE[0][:, None], LINE[1]
    model = stateful()
    model.fit(x, y, batch_size=10, verbose=0)
    before = state(model)
    assert learning_rate_range(lambda: model, x, y, steps=5).losses.all()
    for old, new in zip(before, state(model), strict=True):
        np.testing.assert_array_equal(old, new)


def frozen():
    model = a_line()
    model.trainable = False
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"build": lambda: keras.Sequential([])}, ValueError, "model.compile"),
        ({"build": lambda: 3}, TypeError, "must return a Keras model, got 3"),
        ({"build": None}, TypeError, "`lambda: model`"),
        ({"x": LINE[0][:5]}, ValueError, "as many rows, .* 5 in x, 40 in y"),
        ({"x": LINE[0][:0], "y": LINE[1][:0]}, ValueError, "as many rows"),
        ({"low": 1.0, "high": 0.1}, ValueError, "low must be below high, got 1 and"),
        ({"low": 0.0}, ValueError, "low must be above 0"),
        ({"steps": 1}, ValueError, "steps must be .* at least 2"),
        ({"batch_size": 0}, ValueError, "batch_size must be"),
        ({"x": generator(5), "y": None}, ValueError, "ended after 5 batches"),
        ({"x": iter(()), "y": None}, ValueError, "no batch: it is empty"),
        ({"x": Batches(4)}, ValueError, "^y must be left out"),
        ({"x": Batches(4), "y": None, "batch_size": 5}, ValueError, "^batch_size must"),
        (
            {"x": tf.data.Dataset.from_tensor_slices(LINE), "y": None},
            ValueError,
            r"single rows of shape \(1,\), no batches: give x.batch\(32\)",
        ),
        ({"x": None}, TypeError, "x must be arrays or batches, got None"),
        ({"x": generator}, TypeError, "x must be .* call it"),
        ({"x": "data.csv"}, TypeError, "x must be arrays, got 'data.csv': read the"),
        ({"y": None}, ValueError, "y must be given"),
        ({"y": np.array(["a", "b"] * 20)}, TypeError, "text such as 'a'.*np.unique"),
        ({"x": np.full((ROWS, 1), None)}, TypeError, "x must hold numbers, got object"),
        ({"x": [[1.0], [1.0, 2.0]]}, ValueError, "x makes no array: pad its rows"),
        ({"x": [*LINE[0]]}, ValueError, r"np.stack\(x\), one array of all rows"),
        ({"sample_weight": np.ones(5)}, ValueError, "40 in y, 5 in sample_weight"),
        ({"class_weight": "balanced"}, TypeError, "a dict .*got 'balanced'"),
        (
            {"class_weight": {0: 1}, "sample_weight": np.ones(ROWS)},
            ValueError,
            "not both",
        ),
        ({"build": frozen}, ValueError, "no weights to train"),
        ({"sample_weight": np.zeros(ROWS)}, ValueError, "sample_weight .* 0.0 to 0.0"),
        ({"sample_weight": np.full(ROWS, np.nan)}, ValueError, "got nan to nan"),
        ({"x": [LINE, LINE]}, ValueError, "x is a list of 2 tuples.*np.concatenate"),
        (
            {"x": tf.data.Dataset.from_tensors({"a": LINE[0]}), "y": None},
            ValueError,
            r"x, a .*, must give \(inputs, targets\), got inputs .* x.map",
        ),
        (
            {"build": lambda: stateful(16)},
            ValueError,
            "got 16 and 40 rows.*last 8 rows",
        ),
        ({"build": stateful, "batch_size": 8}, ValueError, "batch_size must be 10,"),
        ({"build": lambda: spread()}, ValueError, "MirroredStrategy: .* outside of"),
        ({"build": lambda: Parts(built=False)}, ValueError, "begin its parts with"),
    ],
)
def test_a_wrong_argument_says_what_to_use_instead(arguments, error, words):
    with pytest.raises(error, match=words):
        learning_rate_range(**{"build": a_line, "x": LINE[0], "y": LINE[1]} | arguments)


def test_a_model_in_the_place_of_the_function_is_told_apart():
    with pytest.raises(TypeError, match="`lambda: model`"):
        learning_rate_range(a_line(), *LINE)


def test_the_plot_shows_the_losses_and_both_rates():
    found = learning_rate_range(a_line, *LINE)
    ax = found.plot()
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[2:] == [
        f"lowest at {found.lowest:.2g}",
        f"suggested: {found.suggested:.2g}",
    ]
    assert ax.get_xscale() == "log"
    plt.close(ax.figure)
    nothing = learning_rate_range(a_line, *LINE, low=1e-9, high=1e-7).plot()
    assert len(nothing.get_legend().get_texts()) == 3
    plt.close(nothing.figure)


def test_rates_and_losses_that_do_not_belong_together_are_an_error():
    with pytest.raises(ValueError, match="one number for each step"):
        RateRange.of([0.1, 0.2], [1.0])
    with pytest.raises(ValueError, match="must be finite"):
        RateRange.of([0.1, 0.2], [1.0, np.nan])
    with pytest.raises(ValueError, match="rates must be above 0, got -0.1"):
        RateRange.of([-0.1, 0.2], [1.0, 2.0])


def test_keras_refuses_to_cut_a_rate_that_a_schedule_sets():
    model = a_line()
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)
    model.compile(keras.optimizers.SGD(schedule), "mse")
    cut = keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=1e9)
    with pytest.raises(TypeError, match="LearningRateSchedule"):
        model.fit(*LINE, epochs=3, verbose=0, callbacks=[cut])
