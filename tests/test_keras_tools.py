"""The training callback never floods; the range test finds a rate for any model."""

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

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


def fit(callback, epochs=3):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((ROWS, 2)), np.ones((ROWS, 1))
    options = {"verbose": 0, "callbacks": [callback], "validation_data": (x, y)}
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


@pytest.mark.parametrize("reason", ["finishes", "blows up", "fails"])
def test_a_model_that_one_has_is_left_as_it_was(reason, monkeypatch):
    layers = LAYERS.Dense(4), LAYERS.BatchNormalization(), LAYERS.Dropout(0.5)
    optimizer = keras.optimizers.Adam(0.003)
    model = compiled(*layers, LAYERS.Dense(1), optimizer=optimizer)
    model.fit(*LINE, epochs=2, verbose=0)
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


def test_a_schedule_as_the_rate_plays_no_part():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.5, 10, 0.1)
    scheduled = learning_rate_range(
        lambda: a_line(keras.optimizers.SGD(schedule)), *LINE
    )
    plain = learning_rate_range(a_line, *LINE)
    np.testing.assert_array_equal(scheduled.losses, plain.losses)


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


def test_a_loss_that_is_no_number_ends_the_test():
    found = learning_rate_range(a_line, *LINE, low=0.1, high=1e30, steps=20)
    assert np.isfinite(found.losses).all() and len(found.rates) < 20
    x = np.full((ROWS, 1), np.nan)
    with pytest.raises(ValueError, match="first loss is nan.*diagnose"):
        learning_rate_range(a_line, x, LINE[1])


def test_several_inputs_and_a_model_without_an_input_layer():
    def two_inputs():
        a, b = keras.Input((1,), name="a"), keras.Input((1,), name="b")
        model = keras.Model([a, b], LAYERS.Dense(1)(LAYERS.Concatenate()([a, b])))
        model.compile("sgd", "mse")
        return model

    def unbuilt():
        model = keras.Sequential([LAYERS.Dense(1)])
        model.compile("sgd", "mse")
        return model

    assert learning_rate_range(two_inputs, [LINE[0], LINE[0]], LINE[1]).suggested
    assert learning_rate_range(unbuilt, *LINE).suggested


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"build": lambda: keras.Sequential([])}, ValueError, "model.compile"),
        ({"build": lambda: 3}, TypeError, "must return a Keras model, got 3"),
        ({"build": None}, TypeError, "`lambda: model`"),
        ({"x": LINE[0][:5]}, ValueError, r"as many rows, got \[5, 40\]"),
        ({"x": LINE[0][:0], "y": LINE[1][:0]}, ValueError, "as many rows"),
        ({"low": 1.0, "high": 0.1}, ValueError, "low must be below high, got 1 and"),
        ({"low": 0.0}, ValueError, "low must be above 0"),
        ({"steps": 1}, ValueError, "steps must be .* at least 2"),
        ({"batch_size": 0}, ValueError, "batch_size must be"),
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


def test_keras_refuses_to_cut_a_rate_that_a_schedule_sets():
    model = a_line()
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)
    model.compile(keras.optimizers.SGD(schedule), "mse")
    cut = keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=1e9)
    with pytest.raises(TypeError, match="LearningRateSchedule"):
        model.fit(*LINE, epochs=3, verbose=0, callbacks=[cut])
