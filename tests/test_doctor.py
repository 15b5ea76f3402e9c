"""The doctor: each row of the table of mistakes, beside what Keras itself does with it.

Where a new Keras behaves otherwise, the test fails and the doctor's text is corrected.
Row numbers are those of the course's table of the usual mistakes.
"""

import functools
import math
import subprocess
import sys
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, losses, metrics, optimizers

from helpers.doctor import choose_loss, diagnose, table
from helpers.doctor.diagnosis import RULES

RNG = np.random.default_rng(0)
X = RNG.normal(size=(96, 4)).astype("float32")
AMOUNT = (X @ [1.0, -2.0, 0.5, 0.0] + 0.1 * RNG.normal(size=96)).astype("float32")
YES = (AMOUNT > 0).astype("float32")
CLASSES = np.digitize(AMOUNT, [-1.0, 1.0])
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
LABELS = (X[:, :3] > 0).astype("float32")  # several at once
SIGNS = 2 * YES - 1


def net(units=1, activation=None, hidden=8, **options):
    """A small model, the same each time."""
    keras.utils.set_random_seed(0)
    inner = [layers.Dense(hidden, "relu")] if hidden else []
    output = layers.Dense(units, activation, **options)
    return keras.Sequential([keras.Input((4,)), *inner, output])


def compiled(model, loss, optimizer="adam", graph=False, **options):
    """Compile; without a graph, which takes longer to make than a few steps to run."""
    model.compile(optimizer, loss, run_eagerly=not graph, **options)
    return model


def fit(model, y, epochs=10, x=X, batch_size=96, **options):
    """Losses of a short run, one step an epoch, and the rest of the history."""
    size = {"batch_size": batch_size, "verbose": 0}
    history = model.fit(x, y, epochs=epochs, **size, **options).history
    return history["loss"], history


def silent(model, y, **options):
    """Fit, and fail if Keras says anything."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # TensorFlow's own, about a NumPy function that it still calls
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        return fit(model, y, **options)


def found(model, y, x=X):
    """Codes of the findings, without the notes."""
    findings = diagnose(model, x, y).findings
    return {finding.code for finding in findings if finding.severity != "note"}


def notes(model, y, x=X):
    return set(diagnose(model, x, y).codes) - found(model, y, x)


def sgd(rate, **options):
    return optimizers.SGD(learning_rate=rate, **options)


# The rows of the table


def test_row_1_softmax_on_one_unit_falls_and_predicts_1_everywhere():
    fast = optimizers.Adam(0.05)
    model = compiled(net(1, "softmax"), "bce", fast, metrics=["accuracy"], graph=True)
    assert found(model, YES) == {"softmax-one-unit"}
    with pytest.warns(UserWarning, match="axis has size 1"):
        loss, history = fit(model, YES)
    assert loss[-1] < 0.5 * loss[0]
    assert np.allclose(model.predict(X, verbose=0), 1)
    assert len(set(history["accuracy"])) == 1


@pytest.mark.parametrize("y", [CLASSES, CLASSES[:, None]])
def test_row_2_integer_labels_with_the_categorical_loss(y):
    model = compiled(net(3, "softmax"), "categorical_crossentropy")
    assert found(model, y) == {"integer-labels"}
    with pytest.raises(ValueError, match="must have the same (rank|shape)"):
        fit(model, y)


def test_row_3_one_hot_labels_with_the_sparse_loss():
    model = compiled(net(3, "softmax"), "sparse_categorical_crossentropy")
    assert found(model, ONE_HOT) == {"one-hot-labels"}
    with pytest.raises(ValueError, match="must have rank .ndim. `target.ndim - 1`"):
        fit(model, ONE_HOT)


def test_row_4_sigmoid_with_from_logits_trains_in_fit_and_is_wrong_on_arrays():
    loss = losses.BinaryCrossentropy(from_logits=True)
    twice = compiled(net(1, "sigmoid"), loss, graph=True)
    once = compiled(net(1), loss, graph=True)
    assert found(twice, YES) == {"probabilities-as-logits"}
    with pytest.warns(UserWarning, match="from_logits=True"):
        curve, _ = fit(twice, YES, epochs=4)
    assert curve == pytest.approx(fit(once, YES, epochs=4)[0], rel=1e-5)
    sure = np.where(YES > 0, 0.99, 0.01)[:, None].astype("float32")
    right = losses.BinaryCrossentropy()(YES[:, None], sure)
    assert float(loss(YES[:, None], sure)) > 10 * float(right)


def test_row_4_softmax_with_from_logits():
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    model = compiled(net(3, "softmax"), loss)
    assert found(model, CLASSES) == {"probabilities-as-logits"}
    with pytest.warns(UserWarning, match="from_logits=True"):
        fit(model, CLASSES, epochs=1)


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y"),
    [
        (1, "sigmoid", "binary_crossentropy", YES),
        (3, "softmax", "sparse_categorical_crossentropy", CLASSES),
    ],
)
def test_row_5_without_output_activation_the_loss_is_stuck(units, activation, loss, y):
    right = compiled(net(units, activation), loss, optimizers.Adam(0.05), graph=True)
    wrong = compiled(net(units), loss, optimizers.Adam(0.05), graph=True)
    assert found(right, y) == set()
    assert found(wrong, y) == {"output-not-probability"}
    for model in (right, wrong):  # where all outputs are below 0, as happens by chance
        model.layers[-1].bias.assign(np.full(units, -9.0))
    assert silent(right, y, batch_size=8)[0][-1] < 0.6
    stuck = silent(wrong, y, batch_size=8)[0]
    assert stuck == pytest.approx([stuck[0]] * len(stuck))


def test_row_6_accuracy_on_logits_keeps_the_threshold_of_probabilities():
    model = net(1, hidden=0)
    model.set_weights([np.array([[0.2], [-0.4], [0.1], [0]]), np.zeros(1)])
    right = metrics.BinaryAccuracy(threshold=0.0, name="right")
    loss = losses.BinaryCrossentropy(from_logits=True)
    compiled(model, loss, metrics=["accuracy", right])
    scores = model.evaluate(X, YES, verbose=0, return_dict=True)
    assert scores["right"] > 0.95 > scores["accuracy"] + 0.05
    assert found(model, YES) == {"accuracy-on-logits"}
    assert found(compiled(model, loss, metrics=[right]), YES) == set()


@pytest.mark.parametrize("y", [SIGNS, YES + 1])
def test_row_7_labels_other_than_0_and_1_drive_binary_crossentropy_below_0(y):
    model = compiled(net(1, "sigmoid"), "binary_crossentropy", optimizers.Adam(0.1))
    assert "labels-not-0-1" in found(model, y)
    assert silent(model, y)[0][-1] < -1


def test_row_8_labels_from_1_stop_on_a_cpu_and_are_nan_where_compiled():
    loss = "sparse_categorical_crossentropy"
    y = CLASSES + 1
    model = compiled(net(3, "softmax"), loss, graph=True)
    assert found(model, y) == {"labels-out-of-range"}
    with pytest.raises(Exception, match="outside the valid range") as stop:
        fit(model, y)
    assert type(stop.value).__name__ == "InvalidArgumentError"
    model = compiled(net(3, "softmax"), loss, graph=True, jit_compile=True)
    assert math.isnan(silent(model, y, epochs=1)[0][-1])


def test_row_8_a_sparse_loss_with_one_unit():
    model = compiled(net(1, "sigmoid"), "sparse_categorical_crossentropy")
    assert "one-unit-for-classes" in found(model, YES)
    with pytest.raises(Exception, match="outside the valid range"):
        fit(model, YES)


def test_row_9_squared_error_on_class_numbers():
    three, one = compiled(net(3), "mse", graph=True), compiled(net(1), "mse")
    assert found(three, CLASSES) == {"shapes-differ"}
    with pytest.raises(ValueError, match="Dimensions must be equal"):
        fit(three, CLASSES)
    three, column = compiled(net(3), "mse", graph=True), CLASSES[:, None]
    assert found(three, column) == {"shapes-differ"}
    silent(three, column, epochs=1)
    assert notes(one, CLASSES) == {"squared-error-on-classes"}
    silent(one, CLASSES, epochs=1)
    assert found(one, YES) == {"squared-error-on-yes-no"}


def test_row_10_an_unscaled_target_explodes_with_sgd():
    y = 100 * AMOUNT + 150
    model = compiled(net(1, hidden=32), "mse", sgd(0.01))
    assert found(model, y) == {"unscaled-target"}
    assert not np.isfinite(silent(model, y)[0][-1])
    scaled = (y - y.mean()) / y.std()
    assert found(compiled(net(1, hidden=32), "mse", sgd(0.01)), scaled) == set()


def test_row_11_a_rate_far_too_large_explodes_and_terminate_on_nan_stops_it():
    model = compiled(net(1), "mse", sgd(10.0))
    assert found(model, AMOUNT) == {"rate-too-high"}
    stop = keras.callbacks.TerminateOnNaN()
    loss, _ = silent(model, AMOUNT, batch_size=8, callbacks=[stop])
    assert not np.isfinite(loss[-1]) and len(loss) < 10
    assert "weights-not-finite" in found(model, AMOUNT)


def test_row_12_lr_is_no_argument_and_so_never_reaches_a_model():
    with pytest.raises(ValueError, match=r"not recognized: \{'lr': 0.1\}"):
        optimizers.SGD(lr=0.1)


def test_row_13_decay_is_ignored_and_leaves_no_trace_that_could_be_found():
    with pytest.warns(UserWarning, match="no longer supported and will be ignored"):
        optimizer = optimizers.SGD(0.1, decay=1.0)
    model = compiled(net(1), "mse", optimizer)
    fit(model, AMOUNT, epochs=1)
    assert float(optimizer.learning_rate) == pytest.approx(0.1)
    assert "decay" not in optimizer.get_config() and found(model, AMOUNT) == set()


def test_row_14_setting_lr_changes_nothing():
    model = compiled(net(1), "mse", sgd(0.1))
    model.optimizer.lr = 0.5
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1)
    assert found(model, AMOUNT) == {"lr-attribute"}


def test_row_15_the_legacy_optimizers_are_gone_before_there_is_a_model():
    with pytest.raises(ImportError, match="tf_keras"):
        optimizers.legacy.SGD()


def test_row_16_an_optimizer_that_trained_another_model():
    optimizer = sgd(0.01)
    first = compiled(net(1), "mse", optimizer)
    fit(first, AMOUNT, epochs=1)
    second = compiled(net(1), "mse", optimizer)
    assert found(first, AMOUNT) == set()
    assert found(second, AMOUNT) == {"optimizer-of-another-model"}
    with pytest.raises(ValueError, match="Unknown variable"):
        fit(second, AMOUNT)


def test_row_17_compile_keeps_the_weights():
    model = compiled(net(1), "mse", sgd(0.05))
    fit(model, AMOUNT)
    trained = model.get_weights()
    assert notes(model, AMOUNT) == set()
    compiled(model, "mse", sgd(0.05))
    assert notes(model, AMOUNT) == {"weights-kept"}
    for before, after in zip(trained, model.get_weights(), strict=True):
        assert np.array_equal(before, after)


def test_row_18_accuracy_on_a_regression_and_exact_accuracy_are_0():
    model = compiled(net(1), "mse", metrics=["accuracy"])
    assert found(model, AMOUNT) == {"accuracy-on-amounts"}
    assert set(silent(model, AMOUNT)[1]["accuracy"]) == {0.0}
    model = compiled(net(1, "sigmoid"), "bce", metrics=[metrics.Accuracy()])
    assert found(model, YES) == {"exact-accuracy"}
    assert set(silent(model, YES)[1]["accuracy"]) == {0.0}


def test_row_19_accuracy_on_many_labels_is_the_categorical_one():
    both = ["accuracy", "binary_accuracy", "categorical_accuracy"]
    model = compiled(net(3, "sigmoid"), "bce", optimizers.Adam(0.1), metrics=both)
    assert found(model, LABELS) == {"accuracy-on-many-labels"}
    _, history = silent(model, LABELS)
    last = {name: history[name][-1] for name in both}
    assert last["accuracy"] == last["categorical_accuracy"]
    assert last["binary_accuracy"] > last["accuracy"] + 0.1


def test_row_20_the_key_of_the_history_follows_the_word_given():
    model = compiled(net(1, "sigmoid"), "bce", metrics=["acc"])
    assert notes(model, YES) == {"history-key"}
    _, history = fit(model, YES, epochs=1)
    assert "acc" in history and "accuracy" not in history


def test_row_21_callbacks_are_given_to_fit_and_cannot_be_seen_before():
    model = compiled(net(1), "mse")
    wrong = keras.callbacks.EarlyStopping(monitor="val_loss")
    with pytest.warns(UserWarning, match="not available"):
        fit(model, AMOUNT, epochs=1, callbacks=[wrong])
    wrong = keras.callbacks.EarlyStopping(monitor="val_acc")
    with pytest.raises(ValueError, match="val_acc"):
        fit(model, AMOUNT, epochs=1, callbacks=[wrong], validation_data=(X, AMOUNT))
    schedule = optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    model = compiled(net(1), "mse", sgd(schedule))
    plateau = keras.callbacks.ReduceLROnPlateau("loss", patience=0, min_delta=1e9)
    with pytest.raises(TypeError):
        fit(model, AMOUNT, epochs=5, callbacks=[plateau])
    assert found(model, AMOUNT) == set()


@keras.saving.register_keras_serializable("test_doctor")
class OwnSquares(losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


def own_squares(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


def test_row_22_a_loss_class_of_ones_own_broadcasts_and_a_function_does_not():
    flat = compiled(net(1), OwnSquares(), optimizers.Adam(0.05), graph=True)
    right = compiled(net(1), own_squares, optimizers.Adam(0.05), graph=True)
    assert found(flat, AMOUNT) == {"own-loss-broadcasts"}
    assert found(flat, AMOUNT[:, None]) == found(right, AMOUNT) == set()
    for model in (flat, right):
        silent(model, AMOUNT, epochs=40)
    spread = {m: m.predict(X, verbose=0).std() for m in (flat, right)}
    assert spread[flat] < 0.2 * spread[right]
    assert notes(right, AMOUNT) == {"unknown-loss"}


def own_crossentropy(y_true, y_pred):
    yes = y_true * keras.ops.log(y_pred)
    return -keras.ops.mean(yes + (1 - y_true) * keras.ops.log(1 - y_pred), axis=-1)


def clipped_crossentropy(y_true, y_pred):
    return own_crossentropy(y_true, keras.ops.clip(y_pred, 1e-7, 1 - 1e-7))


def test_row_23_log_of_zero_is_nan_and_keras_clips_at_about_16():
    y, sure = np.array([[1.0], [0.0]]), np.array([[1.0], [0.0]])
    assert np.isnan(own_crossentropy(y, sure)).all()
    wrong = losses.binary_crossentropy(y, 1 - sure)
    assert np.asarray(wrong) == pytest.approx([16.0, 16.0], abs=0.2)
    own = compiled(net(1, "sigmoid"), own_crossentropy)
    assert found(own, YES) == {"log-of-zero"}
    assert found(compiled(net(1, "sigmoid"), clipped_crossentropy), YES) == set()


def test_row_24_a_batch_larger_than_the_data_is_one_step_an_epoch():
    model = compiled(net(1), "mse")
    silent(model, AMOUNT, epochs=3, batch_size=500)
    assert int(model.optimizer.iterations) == 3
    # What fit will be given cannot be seen; that the default is too large can.
    assert "one-batch" in notes(model, AMOUNT[:20], X[:20])
    assert "one-batch" not in notes(model, AMOUNT)


def test_row_25_validation_split_takes_the_tail():
    order = np.argsort(CLASSES, kind="stable")
    loss = "sparse_categorical_crossentropy"
    fast = optimizers.Adam(0.05)
    model = compiled(net(3, "softmax"), loss, fast, metrics=["accuracy"])
    assert notes(model, CLASSES[order], X[order]) == {"sorted-target"}
    _, history = fit(model, CLASSES[order], x=X[order], validation_split=0.2)
    assert history["accuracy"][-1] > history["val_accuracy"][-1] + 0.3


def test_row_26_a_scaler_fitted_before_the_split_leaves_no_trace():
    model = compiled(net(1), "mse")
    whole = (X - X.mean(axis=0)) / X.std(axis=0)
    train = (X - X[:70].mean(axis=0)) / X[:70].std(axis=0)
    assert not np.allclose(whole, train)
    assert found(model, AMOUNT[:70], whole[:70]) == set()
    assert found(model, AMOUNT[:70], train[:70]) == set()


def test_row_27_the_printed_loss_is_a_running_mean():
    model = compiled(net(1), "mse", sgd(0.05))
    printed = fit(model, AMOUNT, epochs=1, batch_size=8)[0][0]
    after = model.evaluate(X, AMOUNT, verbose=0)
    assert printed > 1.2 * after
    assert found(model, AMOUNT) == set()


def test_row_28_one_initializer_object_draws_the_same_weights_twice():
    one = keras.initializers.GlorotUniform()
    wide = [layers.Dense(4, "relu", kernel_initializer=one) for _ in range(2)]
    model = keras.Sequential([keras.Input((4,)), *wide, layers.Dense(1)])
    compiled(model, "mse")
    assert np.array_equal(*(np.asarray(layer.kernel) for layer in wide))
    assert found(model, AMOUNT) == {"identical-weights"}


# What else people get wrong


def wrong_models():
    """Pairs of the code that should be found and what it should be found in."""
    one_unit = compiled(net(1, "sigmoid"), "categorical_crossentropy")
    yield "one-unit-for-classes", one_unit, X, YES[:, None]
    sparse = compiled(net(3, "softmax"), "sparse_categorical_crossentropy")
    yield "labels-out-of-range", sparse, X, CLASSES - 1
    yield "labels-out-of-range", sparse, X, np.arange(96) % 5
    yield "labels-out-of-range", sparse, X, 5 * CLASSES
    yield "fractional-labels", sparse, X, np.abs(AMOUNT) % 2
    yield "text-target", sparse, X, np.array(["a", "b", "c"])[CLASSES]
    yes = compiled(net(1, "sigmoid"), "binary_crossentropy")
    yield "binary-loss-on-amounts", yes, X, AMOUNT
    yield "binary-loss-on-amounts", yes, X, CLASSES
    yield "one-value", yes, X, np.ones(96)
    yield "y-not-finite", yes, X, np.where(YES == 1, np.nan, 0)
    yield "x-not-finite", yes, np.where(X > 2, np.inf, X), YES
    yield "rows-differ", yes, X, YES[:-1]
    yield "rows-differ", yes, X[:-1], YES
    yield "python-list", yes, X, YES.tolist()
    yield "python-list", yes, X.tolist(), YES
    yield "forward-fails", yes, X[:, :3], YES
    yield "shapes-differ", yes, X, ONE_HOT
    two = compiled(net(2, "softmax"), "binary_crossentropy")
    yield "shapes-differ", two, X, YES
    yield "shapes-differ", compiled(net(1), "mse"), X, ONE_HOT
    many = compiled(net(3, "softmax"), "binary_crossentropy")
    yield "softmax-for-many-labels", many, X, LABELS
    yield "softmax-with-binary-loss", many, X, ONE_HOT
    many = compiled(net(3, "softmax"), "categorical_crossentropy")
    yield "softmax-for-many-labels", many, X, LABELS
    loose = compiled(net(3, "sigmoid"), "categorical_crossentropy")
    yield "sigmoid-for-classes", loose, X, ONE_HOT
    for activation in ("relu", "sigmoid", "tanh", "softplus"):
        yield "unreachable-target", compiled(net(1, activation), "mse"), X, AMOUNT * 3
    yield "poisson-below-0", compiled(net(1), "poisson"), X, CLASSES
    yield "output-not-probability", compiled(net(1, "relu"), "bce"), X, YES
    no_softmax = compiled(net(3), "categorical_crossentropy")
    yield "output-not-probability", no_softmax, X, ONE_HOT
    lambda_output = compiled(net(1, lambda z: 5 * z), "bce")
    yield "output-not-probability", lambda_output, X, YES
    for metric in ("Precision", "Recall", metrics.BinaryAccuracy()):
        loss = losses.BinaryCrossentropy(from_logits=True)
        yield "accuracy-on-logits", compiled(net(), loss, metrics=[metric]), X, YES
    argmax = compiled(net(1, "sigmoid"), "bce", metrics=["categorical_accuracy"])
    yield "wrong-accuracy", argmax, X, YES
    loss = "sparse_categorical_crossentropy"
    flat = compiled(net(3, "softmax"), loss, metrics=["categorical_accuracy"])
    yield "wrong-accuracy", flat, X, CLASSES
    loss = "categorical_crossentropy"
    easy = compiled(net(3, "softmax"), loss, metrics=["binary_accuracy"])
    yield "wrong-accuracy", easy, X, ONE_HOT
    stops = ["sparse_categorical_accuracy"]
    stops = compiled(net(3, "softmax"), loss, metrics=stops)
    yield "wrong-accuracy", stops, X, ONE_HOT
    for optimizer in (sgd(0.0), optimizers.Adam(1e-9), "adadelta"):
        yield "rate-too-low", compiled(net(1), "mse", optimizer), X, AMOUNT
    for optimizer in (optimizers.Adam(1.0), optimizers.RMSprop(5.0)):
        yield "rate-too-high", compiled(net(1), "mse", optimizer), X, AMOUNT
    yield "far-target", compiled(net(1), "mse"), X, 100 * AMOUNT + 150
    yield "unscaled-input", compiled(net(1), "mse"), 100 * X, AMOUNT
    far = compiled(net(3, "softmax"), "sparse_categorical_crossentropy")
    yield "unscaled-input", far, 200 * X, CLASSES
    frozen = net(1)
    frozen.trainable = False
    yield "nothing-trainable", compiled(frozen, "mse"), X, AMOUNT
    same = net(1)
    same.set_weights([np.full_like(w, 0.5) for w in same.get_weights()])
    yield "equal-units", compiled(same, "mse"), X, AMOUNT
    yield "not-compiled", net(1), X, AMOUNT
    yield "not-compiled", compiled(net(1), None), X, AMOUNT
    unbuilt = compiled(keras.Sequential([layers.Dense(1)]), "mse")
    yield "not-built", unbuilt, X, AMOUNT
    yield "unknown-loss", compiled(net(1), own_squares), X, AMOUNT
    yield "unknown-loss", compiled(net(1), "cosine_similarity"), X, AMOUNT


@pytest.fixture(scope="module")
def wrong():
    return list(wrong_models())


def test_what_is_wrong_is_found(wrong):
    codes = [(code, diagnose(model, x, y).codes) for code, model, x, y in wrong]
    assert [(code, among) for code, among in codes if code not in among] == []


@pytest.mark.parametrize(
    ("activation", "loss", "y"),
    [
        ("sigmoid", "categorical_crossentropy", ONE_HOT),
        ("softmax", "binary_crossentropy", ONE_HOT),
        ("softmax", "binary_crossentropy", LABELS),
    ],
)
def test_fit_looks_behind_a_wrong_activation_and_predict_does_not(activation, loss, y):
    right = {"sigmoid": "softmax", "softmax": "sigmoid"}[activation]
    wrong = compiled(net(3, activation), loss, optimizers.Adam(0.05))
    right = compiled(net(3, right), loss, optimizers.Adam(0.05))
    curve, _ = silent(wrong, y, epochs=5)
    assert curve == pytest.approx(silent(right, y, epochs=5)[0], rel=1e-4)
    for model, same in ((right, True), (wrong, False)):
        measured = getattr(losses, loss)(y, np.asarray(model(X)))
        told = model.evaluate(X, y, verbose=0)
        assert (float(np.mean(measured)) == pytest.approx(told, rel=0.02)) == same


def test_what_keras_says_to_some_of_these():
    many = compiled(net(3, "softmax"), "categorical_crossentropy", optimizers.Adam(0.1))
    assert silent(many, LABELS)[0][-1] > 1
    counts = compiled(net(1), "poisson")
    assert np.isnan(silent(counts, CLASSES, epochs=1)[0][-1])
    yes = compiled(net(1, "sigmoid"), "bce", optimizers.Adam(0.1))
    assert silent(yes, 3 * AMOUNT)[0][-1] < 0
    slow = compiled(net(1), "mse", "adadelta")
    loss, _ = silent(slow, AMOUNT, epochs=5)
    assert loss[-1] > 0.95 * loss[0]


def test_what_keras_says_to_text():
    words = np.array(["a b", "c"] * 48)
    read = layers.TextVectorization(output_sequence_length=3)
    read.adapt(words)
    inner = [read, layers.Embedding(9, 2), layers.Flatten(), layers.Dense(1, "sigmoid")]
    model = keras.Sequential([keras.Input((), dtype="string"), *inner])
    compiled(model, "bce")
    assert found(model, YES, words) == {"text-input"}
    with pytest.raises(ValueError, match="Invalid dtype: str"):
        fit(model, YES, x=words)
    assert found(model, YES, words.astype(object)) == set()
    fit(model, YES, x=words.astype(object), epochs=1)


@pytest.mark.parametrize(
    ("x", "y", "error"),
    [
        (X, np.array(["a", "b"])[YES.astype(int)], "Invalid dtype: str"),
        (X, YES[:-1], "cardinality is ambiguous"),
        (X[:, :3], YES, "expected axis -1"),
        (X, YES.tolist(), "Unrecognized data type|tuple index out of range"),
        (X.tolist(), YES, "Unrecognized data type|tuple index out of range"),
    ],
)
def test_what_keras_says_to_data_that_it_refuses(x, y, error):
    model = compiled(net(1, "sigmoid"), "bce")
    with pytest.raises((ValueError, IndexError), match=error):
        fit(model, y, x=x)


def test_what_keras_says_to_a_model_without_a_loss():
    with pytest.raises(ValueError, match="must call `compile"):
        fit(net(1), YES)
    with pytest.raises(ValueError, match="No loss to compute"):
        fit(compiled(net(1), None), YES)


def test_a_nan_input_leaves_the_weights_nan():
    model = compiled(net(1), "mse")
    silent(model, AMOUNT, x=np.where(X > 2, np.nan, X), epochs=1)
    assert "weights-not-finite" in found(model, AMOUNT)


# Models that nothing is wrong with


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner, self.out = layers.Dense(8, "relu"), layers.Dense(1)

    def call(self, x):
        return self.out(self.inner(x))


class Schedule(optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.01


def chain(*inner, shape=(4,)):
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input(shape), *inner])


def functional(output):
    inputs = keras.Input((4,))
    return keras.Model(inputs, output(layers.Dense(8, "relu")(inputs)))


def healthy_models():
    """Name, model, x and y of everything that should be left in peace."""
    bce, cce = "binary_crossentropy", "categorical_crossentropy"
    scce = "sparse_categorical_crossentropy"
    accuracy = {"metrics": ["accuracy"]}
    logits = {"from_logits": True}
    zero = {"metrics": [metrics.BinaryAccuracy(threshold=0.0)]}
    small = RNG.uniform(size=(96, 4)).astype("float32")
    pictures = RNG.uniform(size=(96, 8, 8, 1)).astype("float32")
    words = RNG.integers(0, 50, (96, 6))
    counts = RNG.poisson(np.exp(0.5 * X[:, 0]))

    # yes or no
    yield "yes", compiled(net(1, "sigmoid"), bce, **accuracy), X, YES
    yield "yes, column", compiled(net(1, "sigmoid"), "bce", **accuracy), X, YES[:, None]
    yield "yes, integers", compiled(net(1, "sigmoid"), bce), X, YES.astype(int)
    yield "yes, booleans", compiled(net(1, "sigmoid"), bce, **accuracy), X, YES > 0
    yield "soft yes", compiled(net(1, "sigmoid"), bce), X, 0.1 + 0.8 * YES
    function = compiled(net(1, "sigmoid"), losses.binary_crossentropy, **accuracy)
    yield "yes, function", function, X, YES
    smooth = losses.BinaryCrossentropy(label_smoothing=0.1)
    yield "yes, smoothed", compiled(net(1, "sigmoid"), smooth, **accuracy), X, YES
    focal = losses.BinaryFocalCrossentropy(apply_class_balancing=True)
    yield "yes, focal", compiled(net(1, "sigmoid"), focal, **accuracy), X, YES
    loss = losses.BinaryCrossentropy(**logits)
    yield "yes, logits", compiled(net(1), loss, **zero), X, YES
    part = functools.partial(losses.binary_crossentropy, from_logits=True)
    yield "yes, partial", compiled(net(1), part, **zero), X, YES
    layer = compiled(chain(layers.Dense(1), layers.Activation("sigmoid")), bce)
    yield "yes, activation layer", layer, X, YES
    hard = compiled(net(1, "hard_sigmoid"), bce, **accuracy)
    yield "yes, hard sigmoid", hard, X, YES
    own = compiled(net(1, lambda z: keras.ops.sigmoid(z)), bce, **accuracy)
    yield "yes, lambda", own, X, YES
    weighted = compiled(net(1, "sigmoid"), bce, weighted_metrics=["accuracy"])
    yield "yes, weighted metrics", weighted, X, YES
    scores = ["accuracy", metrics.AUC(), metrics.Precision(), metrics.Recall()]
    yield "yes, metrics", compiled(net(1, "sigmoid"), bce, metrics=scores), X, YES
    brier = compiled(net(1, "sigmoid"), "mse", **accuracy)
    yield "yes, squared error", brier, X, YES

    # one of several
    yield "classes", compiled(net(3, "softmax"), scce, **accuracy), X, CLASSES
    column = compiled(net(3, "softmax"), scce, **accuracy)
    yield "classes, column", column, X, CLASSES[:, None]
    yield "classes, floats", column, X, CLASSES.astype("float32")
    yield "one-hot", compiled(net(3, "softmax"), cce, **accuracy), X, ONE_HOT
    yield "soft labels", compiled(net(3, "softmax"), cce), X, 0.9 * ONE_HOT + 0.1 / 3
    loss = losses.CategoricalCrossentropy(label_smoothing=0.1)
    yield "one-hot, smoothed", compiled(net(3, "softmax"), loss, **accuracy), X, ONE_HOT
    focal = losses.CategoricalFocalCrossentropy()
    yield "one-hot, focal", compiled(net(3, "softmax"), focal, **accuracy), X, ONE_HOT
    loss = losses.SparseCategoricalCrossentropy(**logits)
    yield "classes, logits", compiled(net(3), loss, **accuracy), X, CLASSES
    loss = losses.CategoricalCrossentropy(**logits)
    yield "one-hot, logits", compiled(net(3), loss, **accuracy), X, ONE_HOT
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    ignoring = np.where(X[:, 3] > 1, -1, CLASSES)
    yield "ignored class", compiled(net(3, "softmax"), loss), X, ignoring
    softmax = compiled(functional(layers.Dense(3, "softmax")), scce, **accuracy)
    yield "functional", softmax, X, CLASSES
    softmax = chain(layers.Dense(8, "relu"), layers.Dense(3), layers.Softmax())
    yield "softmax layer", compiled(softmax, scce, **accuracy), X, CLASSES
    operation = functional(lambda h: keras.ops.softmax(layers.Dense(3)(h)))
    yield "softmax operation", compiled(operation, scce, **accuracy), X, CLASSES
    pair = compiled(net(2, "softmax"), scce, **accuracy)
    yield "two units", pair, X, YES.astype(int)
    pair = compiled(net(2, "softmax"), cce, **accuracy)
    yield "two units, one-hot", pair, X, np.eye(2)[YES.astype(int)]
    named = compiled(net(3, "softmax"), scce, metrics=["sparse_categorical_accuracy"])
    yield "classes, named metric", named, X, CLASSES
    deep = [layers.Dense(16, "relu", kernel_initializer="he_normal") for _ in range(8)]
    deep = chain(*deep, layers.Dense(3, "softmax"))
    yield "deep", compiled(deep, scce, **accuracy), X, CLASSES
    norm = chain(
        layers.Dense(8), layers.BatchNormalization(), layers.Dense(3, "softmax")
    )
    yield "batch normalisation", compiled(norm, scce, **accuracy), 10 * X, CLASSES
    nested = chain(net(5, "relu"), layers.Dense(3, "softmax"))
    yield "nested", compiled(nested, scce, **accuracy), X, CLASSES
    convolution = chain(
        layers.Conv2D(4, 3, activation="relu"),
        layers.MaxPooling2D(),
        *(layers.Flatten(), layers.Dropout(0.5), layers.Dense(3, "softmax")),
        shape=(8, 8, 1),
    )
    yield "pictures", compiled(convolution, scce, **accuracy), pictures, CLASSES
    rescaled = chain(
        *(layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(3, "softmax")),
        shape=(8, 8, 1),
    )
    bytes_ = (255 * pictures).astype("uint8")
    yield "bytes, rescaled", compiled(rescaled, scce, **accuracy), bytes_, CLASSES
    normal = layers.Normalization()
    normal.adapt(100 * X)
    normal = chain(normal, layers.Dense(3, "softmax"))
    yield "normalised inside", compiled(normal, scce, **accuracy), 100 * X, CLASSES
    embedded = chain(
        *(layers.Embedding(50, 4), layers.LSTM(4), layers.Dense(1, "sigmoid")),
        shape=(6,),
    )
    yield "words", compiled(embedded, bce, **accuracy), words, YES
    tags = chain(
        *(layers.Embedding(50, 4), layers.GRU(4, return_sequences=True)),
        layers.TimeDistributed(layers.Dense(3, "softmax")),
        shape=(6,),
    )
    yield "a class a word", compiled(tags, scce, **accuracy), words, words % 3
    mask = chain(
        layers.Conv2D(1, 3, padding="same", activation="sigmoid"), shape=(8, 8, 1)
    )
    yield "a yes a pixel", compiled(mask, bce, **accuracy), pictures, pictures > 0.5

    # several at once
    several = {"metrics": ["binary_accuracy"]}
    yield "labels", compiled(net(3, "sigmoid"), bce, **several), X, LABELS
    loss = losses.BinaryCrossentropy(**logits)
    yield "labels, logits", compiled(net(3), loss, **zero), X, LABELS

    # amounts
    mae = {"metrics": ["mae"]}
    yield "amount", compiled(net(1), "mse", **mae), X, AMOUNT
    yield "amount, column", compiled(net(1), "mse", "sgd", **mae), X, AMOUNT[:, None]
    yield "amount, huber", compiled(net(1), losses.Huber(2.0)), X, AMOUNT
    yield "amount, log cosh", compiled(net(1), losses.LogCosh()), X, AMOUNT
    yield "amount, absolute", compiled(net(1), losses.mean_absolute_error), X, AMOUNT
    yield "three amounts", compiled(net(3), "mse"), X, X[:, :3]
    tanh = compiled(net(1, "tanh"), "mse")
    yield "amount in -1 to 1", tanh, X, np.tanh(AMOUNT)
    yield "amount above 0", compiled(net(1, "softplus"), "mse"), X, np.exp(AMOUNT / 4)
    yield "share", compiled(net(1, "sigmoid"), "mse"), X, (np.tanh(AMOUNT) + 1) / 2
    line = chain(layers.Dense(1))
    yield "a line, unscaled", compiled(line, "mse", "sgd"), X, 100 * AMOUNT + 150
    clipped = compiled(net(1), "mse", sgd(0.01, clipnorm=1.0))
    yield "clipped, unscaled", clipped, X, 100 * AMOUNT + 150
    back = chain(layers.Dense(8, "relu"), layers.Dense(1), layers.Rescaling(90, 150))
    yield "scaled back inside", compiled(back, "mse", sgd(1e-6)), X, 90 * AMOUNT + 150
    for activation in ("exponential", "softplus", "relu"):
        model = compiled(net(1, activation), "poisson")
        yield f"counts, {activation}", model, X, counts
    encoder = compiled(net(4, "sigmoid"), bce)
    yield "autoencoder", encoder, small, small
    yield "autoencoder, squares", compiled(net(4), "mse", **mae), X, X
    whole = RNG.integers(20, 90, 96)
    yield "ages", compiled(net(1), "mae", optimizers.Adam(0.01)), X, whole

    # optimizers
    rates = [
        *(sgd(0.5), sgd(1.0), sgd(0.01, momentum=0.9, nesterov=True)),
        *(optimizers.Adadelta(1.0), optimizers.Adam(0.05), optimizers.Adam(1e-5)),
        *(optimizers.Adagrad(0.5), optimizers.Lion(1e-4), optimizers.Nadam()),
        sgd(
            optimizers.schedules.CosineDecay(0.0, 99, warmup_target=0.1, warmup_steps=9)
        ),
    ]
    for optimizer in rates:
        name = f"{type(optimizer).__name__} {float(optimizer.learning_rate):g}"
        yield name, compiled(net(1), "mse", optimizer), X, AMOUNT
    yield "a schedule of one's own", compiled(net(1), "mse", sgd(Schedule())), X, AMOUNT
    mixed = optimizers.LossScaleOptimizer(optimizers.Adam())
    yield "loss scaling", compiled(net(1), "mse", mixed), X, AMOUNT

    # containers
    import pandas as pd

    table = pd.DataFrame(X, columns=list("abcd"))
    model = compiled(net(1), "mse")
    yield "pandas", model, table, pd.Series(AMOUNT)
    tensor = keras.ops.convert_to_tensor
    yield "tensors", compiled(net(1), "mse"), tensor(X), tensor(AMOUNT)
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    both = layers.Dense(1)(layers.Concatenate()([left, right]))
    model = compiled(keras.Model([left, right], both), "mse")
    yield "two inputs", model, [X, small], AMOUNT
    model = compiled(keras.Model({"left": left, "right": right}, both), "mse")
    yield "two inputs, dict", model, {"left": X, "right": small}, AMOUNT
    model = compiled(Subclassed(), "mse")
    model(X[:1])
    yield "subclassed", model, X, AMOUNT
    heads = functional(lambda h: [layers.Dense(1)(h), layers.Dense(3, "softmax")(h)])
    compiled(heads, ["mse", scce], metrics=[["mae"], ["accuracy"]])
    yield "two outputs", heads, X, [AMOUNT, CLASSES]


@pytest.fixture(scope="module")
def healthy():
    return {name: rest for name, *rest in healthy_models()}


def test_healthy_models_are_left_in_peace_and_untouched(healthy):
    for name, (model, x, y) in healthy.items():
        weights = [np.array(w) for w in model.get_weights()]
        diagnosis = diagnose(model, x, y)
        assert diagnosis.ok, (name, diagnosis)
        assert int(model.optimizer.iterations) == 0
        for before, after in zip(weights, model.get_weights(), strict=True):
            assert np.array_equal(before, after)


def test_there_are_as_many_healthy_models_as_broken_ones(healthy, wrong):
    assert len(healthy) >= max(30, len(wrong))


# The two halves agree


@pytest.mark.parametrize(
    ("y", "problem"),
    [
        (YES, None),
        (SIGNS, None),
        (np.array(["no", "yes"])[YES.astype(int)], None),
        (CLASSES, None),
        (CLASSES + 1, None),
        (np.array(["ant", "bee", "cow"])[CLASSES], None),
        (ONE_HOT, None),
        (LABELS, None),
        (AMOUNT, None),
        (100 * AMOUNT + 150, None),
        (CLASSES, "regression"),
        (YES.astype(int), "multiclass"),
        (YES * 0.8 + 0.1, "binary"),
        (ONE_HOT, "multilabel"),
    ],
)
def test_a_model_made_as_choose_loss_says_is_healthy_and_trains(y, problem):
    choice = choose_loss(y, problem=problem)
    names = {"np": np, "y": y}
    exec(choice.labels, names)
    keras.utils.set_random_seed(0)
    inner = layers.Dense(8, "relu")
    model = keras.Sequential([keras.Input((4,)), inner, choice.output_layer()])
    compiled(model, choice.loss, optimizers.Adam(0.05), metrics=choice.metrics)
    assert diagnose(model, X, names["y"]).ok
    loss, _ = silent(model, names["y"], epochs=5)
    assert loss[-1] < loss[0]


def test_the_cure_for_labels_out_of_range_depends_on_the_labels():
    model = compiled(net(3, "softmax"), "sparse_categorical_crossentropy")
    cures = {
        "y = y - 1": CLASSES + 1,
        "y = y - (-1)": CLASSES - 1,
        "classes, y = np.unique(y, return_inverse=True)": 5 * CLASSES,
        'keras.layers.Dense(5, activation="softmax")': np.arange(96) % 5,
    }
    for cure, y in cures.items():
        fixes = {f.code: f.fix for f in diagnose(model, X, y).findings}
        assert fixes["labels-out-of-range"].partition("  # ")[0] == cure


# What cannot be told is said


def test_what_cannot_be_told_is_a_note_and_the_rest_is_judged(healthy):
    assert "subclassed" in diagnose(*healthy["subclassed"]).codes
    assert "metrics-unread" in diagnose(*healthy["a schedule of one's own"]).codes
    model = compiled(net(1), own_squares, sgd(50.0))
    assert set(diagnose(model, X, AMOUNT).codes) == {"unknown-loss", "rate-too-high"}
    model = compiled(Subclassed(), "bce")
    model(X[:1])
    assert found(model, YES) >= {"output-not-probability"}


def test_a_loss_or_a_step_of_ones_own_needs_no_compiled_loss():
    class Own(keras.Sequential):
        def train_step(self, data):
            return {}

    model = Own([keras.Input((4,)), layers.Dense(1)])
    model.compile("adam")
    assert found(model, AMOUNT) == set()
    penalised = chain(layers.Dense(1, activity_regularizer="l2"))
    penalised(X)
    assert found(compiled(penalised, None), AMOUNT) == set()


# The starting loss


def test_the_starting_loss_is_told_beside_that_of_guessing(healthy):
    for name, guess in (("yes", 0.693), ("classes", 1.1), ("labels, logits", 0.693)):
        start = diagnose(*healthy[name]).start
        assert f"guessing has {guess}" in start and "on 96 rows" in start


def test_a_trained_model_has_no_starting_loss():
    model = compiled(net(3, "softmax"), "sparse_categorical_crossentropy")
    fit(model, CLASSES, epochs=1)
    assert diagnose(model, 200 * X, CLASSES).start == ""


def test_keras_trains_each_healthy_model(healthy, in_ci):
    for name, (model, x, y) in healthy.items():
        data = (v if isinstance(v, list | dict) else np.asarray(v) for v in (x, y))
        assert np.isfinite(model.train_on_batch(*data)).all(), name


# Bad input


@pytest.mark.parametrize("model", [None, "model", net, layers.Dense(1)])
def test_what_is_no_model_is_refused(model):
    with pytest.raises(TypeError, match="model must be a keras.Model"):
        diagnose(model, X, YES)


@pytest.mark.parametrize(
    ("x", "y", "match"),
    [
        (X, None, "y must be an array"),
        (None, YES, "x must be an array"),
        (X, [], "y must hold at least one row"),
        (X[:0], YES, "x must hold at least one row"),
        (X, 3, "y must be an array"),
        ((row for row in X), YES, "x must be an array.*batch of a data set"),
        ([[1, 2], [3]], YES, "x could not be read .*same length"),
    ],
)
def test_bad_data_is_refused_with_a_remedy(x, y, match):
    model = compiled(net(1, "sigmoid"), "bce")
    with pytest.raises((TypeError, ValueError), match=match):
        diagnose(model, x, y)


# How it reads


def test_a_diagnosis_reads_as_text_and_as_html():
    model = compiled(net(1, "softmax"), "bce", metrics=["accuracy", "acc"])
    diagnosis = diagnose(model, X, YES)
    text, page = repr(diagnosis), diagnosis._repr_html_()
    assert text.startswith("1 error, 1 note. The loss starts at")
    for finding in diagnosis.findings:
        assert finding.code in text and finding.code in page
        assert finding.fix in text
    assert max(map(len, text.splitlines())) <= 100
    assert "background" not in page and "<script" not in page
    fine = diagnose(compiled(net(1), "mse"), X, AMOUNT)
    assert repr(fine).startswith("Nothing found") and "✓" in fine._repr_html_()


def test_the_gravest_comes_first():
    model = compiled(net(1, "softmax"), "bce", sgd(50.0), metrics=["acc"])
    severities = [f.severity for f in diagnose(model, X, YES).findings]
    assert severities == ["error", "warning", "note"]


def test_the_table_tells_of_every_code_and_has_no_empty_cell():
    rows = table().splitlines()
    assert len(rows) == len(RULES) + 2
    assert len({rule.code for rule in RULES}) == len(RULES)
    for rule, row in zip(RULES, rows[2:], strict=True):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[0] == f"`{rule.code}`" and len(cells) == 5 and all(cells)


# Taken away as a package


def test_the_folder_works_alone_under_another_name_and_waits_with_keras(tmp_path):
    import shutil

    import helpers.doctor

    source = Path(helpers.doctor.__file__).parent
    shutil.copytree(source, tmp_path / "clinic")
    code = (
        "import sys; from clinic import choose_loss; choose_loss([0, 1, 2]);"
        "print([m for m in ('keras', 'tensorflow', 'pandas', 'helpers')"
        " if m in sys.modules])"
    )
    options = {"cwd": tmp_path, "capture_output": True, "text": True}
    result = subprocess.run([sys.executable, "-c", code], **options, timeout=60)
    assert result.stdout.strip() == "[]", result.stderr
