"""The doctor's trial, its reading of a learning curve, and its callback."""

import random
from importlib import import_module

import keras
import numpy as np
import pytest
from clinic.programs import AMOUNT, BCE, CLASSES, SCCE, YES, X, chain, heads, mlp
from keras import layers, optimizers

from helpers.doctor import diagnose, watch


class Own(keras.Model):
    """No get_config: no copy can be made of it."""

    def __init__(self, extra):
        super().__init__()
        self.inner, self.norm = layers.Dense(8, "relu"), layers.BatchNormalization()
        self.drop, self.out = layers.Dropout(0.5), layers.Dense(1, "sigmoid")

    def call(self, x, training=False):
        h = self.drop(self.norm(self.inner(x)), training=training)
        return self.out(h)


def own():
    model = Own(extra=object())
    model.compile("adam", BCE, metrics=["accuracy"])
    model(X[:2])
    return model


def dropped():
    output = layers.Dense(1, "sigmoid")
    return chain(layers.Dropout(0.5), output, loss=BCE, metrics=["accuracy"])


def state(model):
    """All that training could change, of the model and of the random numbers."""
    shared = import_module("keras.src.backend.common.global_state")
    seeds = shared.get_global_attribute("global_seed_generator")
    names = shared.get_global_attribute("object_name_uids")
    held = [*model.variables, *model.optimizer.variables]
    held += [v for metric in model.metrics for v in metric.variables]
    kept = ("optimizer", "train_function", "test_function", "history", "loss")
    return {
        "variables": [keras.ops.convert_to_numpy(v).tolist() for v in held],
        "objects": [id(getattr(model, name, None)) for name in kept],
        "stop": model.stop_training,
        "python": random.getstate(),
        "numpy": str(np.random.get_state()),
        "keras": seeds and keras.ops.convert_to_numpy(seeds.state).tolist(),
        "names": dict(names),
    }


@pytest.mark.parametrize("fitted", [False, True])
@pytest.mark.parametrize("make", [dropped, own])
def test_a_trial_leaves_everything_as_it_was(make, fitted):
    model = make()
    keras.random.normal((2,))  # from now on Keras has a random state of its own
    if fitted:
        model.fit(X, YES, epochs=1, verbose=0)
        model.stop_training = True
    before = state(model)
    assert (
        "In a trial of 3 steps the loss went" in diagnose(model, X, YES, steps=3).start
    )
    assert state(model) == before
    model.fit(X, YES, epochs=1, verbose=0)


def test_a_diagnosis_without_a_trial_leaves_the_states_of_a_stateful_layer():
    inputs = keras.Input(batch_shape=(8, 5, 6))
    model = keras.Sequential([inputs, layers.LSTM(3, stateful=True), layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.repeat(X[:32, None], 5, axis=1)
    model.predict(x, batch_size=8, verbose=0)
    before = state(model)
    diagnose(model, x, AMOUNT[:32])
    assert state(model) == before


def test_a_trial_sees_a_rate_that_no_rule_knows():
    class Steep(keras.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight((shape[-1], 1), initializer="zeros")

        def call(self, x):
            return keras.ops.matmul(1e3 * x, self.w)

    model = chain(Steep(), opt="sgd")
    quiet, told = diagnose(model, X, AMOUNT), diagnose(model, X, AMOUNT, steps=20)
    assert "trial-nan" in told.codes or "trial-rises" in told.codes
    assert not any(code.startswith("trial") for code in quiet.codes)


def test_a_trial_of_healthy_models_finds_nothing():
    for model, y in ((mlp(3, "softmax", SCCE), CLASSES), (heads(), [AMOUNT, CLASSES])):
        told = diagnose(model, X, y, steps=8)
        assert told.ok and "In a trial of 8 steps" in told.start


def test_a_trial_stops_when_its_time_is_up_and_says_so(monkeypatch):
    monkeypatch.setattr("helpers.doctor.trial.SECONDS", -1)
    told = diagnose(mlp(3, "softmax", SCCE), X, CLASSES, steps=20)
    assert "In a trial of 1 steps (there was no time for more) the" in told.start


def test_where_no_trial_can_be_made_one_line_says_so():
    class Stuck(keras.Model):
        def call(self, x):
            return x[:, :1]

        def train_step(self, data):
            raise RuntimeError("not today")

    model = Stuck()
    model.compile("adam", "mse")
    model(X[:1])
    told = diagnose(model, X, AMOUNT, steps=2)
    assert "No trial was made: RuntimeError: not today" in told.start
    broken = mlp(3, "softmax", SCCE)
    told = diagnose(broken, X, CLASSES + 1, steps=2)
    assert "No trial was made: repair the error first" in told.start


@pytest.mark.parametrize("steps", [-1, 2.5, "20"])
def test_steps_are_counted(steps):
    with pytest.raises(ValueError, match=f"steps must be .* got {steps!r}"):
        diagnose(mlp(1), X, AMOUNT, steps=steps)


# The learning curve

FALLS = [1.0, 0.7, 0.5, 0.4, 0.33, 0.28, 0.24, 0.2]
LEVEL = [1.0, 0.5, 0.3, 0.22, 0.205, 0.201, 0.2, 0.2, 0.2, 0.2]


@pytest.mark.parametrize(
    ("record", "code", "words"),
    [
        ({"loss": [1.0, 2.0, np.nan, np.nan]}, "curve-nan", "from epoch 3 on"),
        ({"loss": [1.0, 4.0, 9.0, 30.0]}, "curve-rises", "rises from 1 to 30"),
        ({"loss": [1.0, 0.4, 0.9, 0.3, 1.0, 0.5]}, "curve-jumps", "2 of 5 epochs"),
        ({"loss": [0.695, 0.694, 0.693, 0.693]}, "curve-flat", "guessing has 0.693"),
        ({"loss": FALLS}, "curve-falling", "still fell from 0.28 to 0.2"),
        (
            {"loss": FALLS, "val_loss": [1.0, 0.8, 0.7, 0.75, 0.8, 0.9, 1.0, 1.1]},
            *("curve-overfits", "rises since epoch 3"),
        ),
        ({"loss": FALLS, "val_loss": [0.8 * v for v in FALLS]}, "curve-below", "mean"),
        ({"loss": LEVEL, "val_loss": LEVEL}, None, ""),
        ({"loss": [1.0, 0.9]}, None, ""),
    ],
)
def test_a_learning_curve_is_read(record, code, words):
    told = diagnose(mlp(1, "sigmoid", BCE), X, YES, history=record)
    found = {f.code: f.problem for f in told.findings if f.code.startswith("curve")}
    assert (code in found and words in found[code]) if code else not found


def test_dropout_is_named_where_validation_is_better():
    record = {"loss": LEVEL, "val_loss": [0.7 * v for v in LEVEL]}
    told = diagnose(dropped(), X, YES, history=record)
    assert "validation runs without dropout" in told.findings[-1].problem


def test_what_fit_returns_is_read_as_it_is():
    model = mlp(1, "sigmoid", BCE, opt=optimizers.SGD(1e-6))
    run = model.fit(X, YES, epochs=3, verbose=0)
    assert "curve-flat" in diagnose(model, X, YES, history=run).codes


@pytest.mark.parametrize(
    ("history", "match"),
    [
        ([1, 2], "history must be what fit returns.*got list"),
        ({"accuracy": [1.0]}, "history must have a .loss..*accuracy"),
        ({"loss": []}, "history must have a .loss."),
    ],
)
def test_what_is_no_history_is_refused(history, match):
    with pytest.raises((TypeError, ValueError), match=match):
        diagnose(mlp(1), X, AMOUNT, history=history)


# The callback


def test_the_callback_speaks_before_the_first_epoch_and_at_the_end():
    heard = []
    model = mlp(1, "sigmoid", BCE, opt=optimizers.SGD(1e-6))
    model.fit(
        300 * X, YES, epochs=3, verbose=0, callbacks=[watch(300 * X, YES, heard.append)]
    )
    before, after = heard
    assert "unscaled-input" in before.codes
    assert after.codes and all(code.startswith("curve") for code in after.codes)


def test_the_callback_keeps_quiet_where_all_is_well():
    heard = []
    watching = watch(X, YES, heard.append)
    mlp(1, "sigmoid", BCE).fit(X, YES, epochs=1, verbose=0, callbacks=[watching])
    assert heard == []


def test_a_fault_of_the_callback_is_a_line_and_training_goes_on():
    heard = []
    model = mlp(1, "sigmoid", BCE)
    run = model.fit(
        X, YES, epochs=1, verbose=0, callbacks=[watch("x.csv", YES, heard.append)]
    )
    assert len(run.history["loss"]) == 1
    assert all(
        line.startswith("The doctor could not look: TypeError") for line in heard
    )
