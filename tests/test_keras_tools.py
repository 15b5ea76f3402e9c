"""The training callback: one bar, one picture, never a flood."""

import keras
import numpy as np
import pytest

from helpers import keras_tools, plots

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
    monkeypatch.setattr(keras_tools, "display", lambda *_, **__: handle)
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

    monkeypatch.setattr(keras_tools, "display", never)
    fit(keras_tools.LearningCurve())
    assert "12/12" in capsys.readouterr().out
