"""What people answer to the exercises of lesson 8; CONTRIBUTING.md says how."""

import numpy as np

from helpers.data import load

SPARSE = "sparse_categorical_crossentropy"
BINARY = "binary_crossentropy"


class _Keras:
    """Keras itself, imported when a name of it is first used."""

    def __getattr__(self, name):
        import keras

        return getattr(keras, name)


keras = _Keras()


def dense(inputs, hidden, units, activation=None):
    """Build the layers as the lesson does."""
    widths = [keras.layers.Dense(width, activation="relu") for width in hidden]
    output = keras.layers.Dense(units, activation=activation)
    return keras.Sequential([keras.Input((inputs,)), *widths, output])


NAMES = {"keras": keras, "dense": dense}


def _recipe(shape, optimizer, rate, loss, batch_size, epochs):
    def recipe():
        model = dense(*shape)
        made = getattr(keras.optimizers, optimizer)(learning_rate=rate)
        model.compile(made, loss=loss)
        return model, {"batch_size": batch_size, "epochs": epochs}

    return recipe


DIGITS = (64, [64], 10, "softmax")
PATIENTS = (10, [64], 1)
TUMOURS = (30, [16], 1, "sigmoid")
BOTH = (64, [64], 10, "sigmoid")
_good = _recipe(DIGITS, "Adam", 0.01, SPARSE, 32, 3)


def _logits():
    model = dense(64, [64], 10)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1.1), loss=loss)
    return model, {"batch_size": 64, "epochs": 6}


def _functional():
    inputs = keras.Input((64,))
    hidden = keras.layers.Dense(256, activation="relu")(inputs)
    hidden = keras.layers.Dropout(0.1)(hidden)
    outputs = keras.layers.Dense(10, activation="softmax")(hidden)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Nadam(0.01), loss=SPARSE)
    return model, {"batch_size": 128, "epochs": 12}


def _two_units():
    model = dense(30, [16], 2, "softmax")
    model.compile(keras.optimizers.Adam(0.03), loss=SPARSE)
    return model, {"batch_size": 32, "epochs": 1}


def _not_compiled():
    return dense(*DIGITS), {"batch_size": 32, "epochs": 3}


def _model_alone():
    return _good()[0]


def _trained_inside():
    model, how = _good()
    digits = load("digits")
    model.fit(digits.x_train, digits.y_train, batch_size=512, verbose=0)
    return model, how


def _trained_on_test_rows():
    model, how = _good()
    digits = load("digits")
    model.fit(digits.x_test, digits.y_test, epochs=40, verbose=0)
    model.compile(keras.optimizers.Adam(0.01), loss=SPARSE)  # the counter is at 0 again
    return model, how


def _same_model():
    models = []

    def recipe():
        models[:] = models or [_good()[0]]
        models[0].compile(keras.optimizers.Adam(0.01), loss=SPARSE)
        return models[0], {"batch_size": 32, "epochs": 3}

    return recipe


def _same_optimizer():
    optimizers = []

    def recipe():
        model, how = _good()
        optimizers[:] = optimizers or [model.optimizer]
        model.compile(optimizers[0], loss=SPARSE)
        return model, how

    return recipe


def _in_words():
    model, _ = _good()
    return model, {"batch_size": "32", "epochs": 3}


def _validation_too():
    model, how = _good()
    return model, how | {"validation_split": 0.2}


def _blows_up():
    model, _ = _recipe(PATIENTS, "SGD", 50.0, "mean_squared_error", 32, 22)()
    return model, {"batch_size": 32, "epochs": 22}


RIGHT = {
    "affordable": [12, 12.0, np.int64(12), np.array(12), 1.2 / 0.1],
    "my_digits": [_logits, _functional],
    "my_diabetes": [
        _recipe((10, [], 1), "SGD", 0.05, "mean_squared_error", 64, 40),
        _recipe(PATIENTS, "SGD", 0.1, "mse", 32, 3),
    ],
    "my_cancer": [_recipe(TUMOURS, "Adam", 0.05, BINARY, 32, 1), _two_units],
    "costs_most": [
        {"SGD at 1": 2, "momentum at 0.1": 3, "SGD at 0.3": 1},
        {"SGD at 0.3": np.int64(1), "SGD at 1": 2.0, "momentum at 0.1": 3},
    ],
    "my_two_digits": [
        _recipe(BOTH, "SGD", 1.0, BINARY, 32, 3),
        _recipe(BOTH, "Adam", 0.01, "mean_squared_error", 32, 3),
    ],
}


def _costs(low=1, high=2, momentum=3):
    return {"SGD at 0.3": low, "SGD at 1": high, "momentum at 0.1": momentum}


WRONG = {
    "affordable": [
        (13, "9 steps, not 8.4"),
        (9, "steps in one epoch"),
        (8, "about one epoch"),
        (108, "How many epochs"),
        (3, "batch size 32"),
        (110, "budget in steps"),
        (14, "126 steps"),
        (12.2, "12.2 is not whole"),
        (12.0001, "12.0001 is not whole"),
        (11, "make 99"),
        ("12", "take the quotes away"),
    ],
    "my_digits": [
        (_recipe(DIGITS, "SGD", 0.1, SPARSE, 32, 3), "with the baseline's optimizer"),
        (_recipe(DIGITS, "SGD", 0.03, SPARSE, 32, 3), "what costs most: the optimizer"),
        (_recipe(DIGITS, "SGD", 10.0, SPARSE, 64, 6), "blew up"),
        (_same_model(), "each seed needs its own"),
        (_same_optimizer(), "each seed needs its own"),
        (
            _recipe(DIGITS, "Adadelta", 0.001, SPARSE, 32, 3),
            "no better than the baseline",
        ),
        (_recipe(DIGITS, "Adam", 0.01, SPARSE, 32, 20), "budget is 110"),
        (_recipe(DIGITS, "Adam", 0.01, SPARSE, 4, 1), "Not even one epoch"),
        (_recipe(DIGITS, "Adam", 0.01, SPARSE, 32, 0), "at least 1"),
        (
            _recipe(DIGITS, "Adam", 0.01, "categorical_crossentropy", 32, 3),
            "integers go with the sparse one",
        ),
        (_recipe((64, [64], 10), "Adam", 0.01, SPARSE, 32, 3), "expects probabilities"),
        (
            _recipe((64, [64], 1, "sigmoid"), "Adam", 0.01, BINARY, 32, 3),
            "should have 10 unit",
        ),
        (_recipe((10, [64], 10), "Adam", 0.01, SPARSE, 32, 3), "64 features"),
        (_not_compiled, "not compiled"),
        (_model_alone, "only the model"),
        (_trained_inside, "before it is handed over"),
        (_trained_on_test_rows, "trained on the test rows"),
        (_in_words, "take the quotes away"),
        (_validation_too, "nothing else"),
        ({"batch_size": 32, "epochs": 3}, "A function is wanted"),
        ((None, {}), "without brackets"),
    ],
    "my_diabetes": [
        (
            _recipe(PATIENTS, "SGD", 0.1, "mse", 32, 22),
            "short of the target, with the baseline's",
        ),
        (
            _recipe((10, [64, 64], 1), "Adam", 0.01, "mse", 32, 22),
            "no better than the baseline",
        ),
        (_recipe(PATIENTS, "SGD", 0.008, "mse", 32, 3), "over 3 seeds"),
        (_recipe(PATIENTS, "SGD", 0.1, "mean_squared_error", 32, 200), "Over budget"),
        (_recipe((10, [64], 10), "Adam", 0.01, "mse", 32, 5), "should have 1 unit"),
        (_recipe((10, [64], 1, "sigmoid"), "Adam", 0.001, BINARY, 32, 5), "doctor"),
        (_recipe((10, [320, 320], 1), "SGD", 1e-5, "mse", 32, 1), "too large"),
        (_blows_up, "blew up"),
    ],
    "my_cancer": [
        (_recipe((30, [16], 1, "softmax"), "Adam", 0.03, BINARY, 32, 1), "one unit"),
        (_recipe(TUMOURS, "Adadelta", 0.001, BINARY, 32, 1), "costs most"),
        (_recipe(TUMOURS, "Adam", 0.03, BINARY, 8, 2), "43 steps an epoch"),
        (_recipe((30, [16], 1), "Adam", 0.03, BINARY, 32, 1), "probabilities"),
        (_recipe(TUMOURS, "Adam", 0.03, SPARSE, 32, 1), "doctor"),
    ],
    "costs_most": [
        (_costs(low=2), "bearable with a cosine"),
        (_costs(low=3), "small steps forgive noise"),
        (_costs(high=1), "worse than slow"),
        (_costs(high=3), "takes all of it"),
        (_costs(momentum=1), "what do long steps pass on"),
        (_costs(momentum=2), "goes as far as SGD at 10"),
        (_costs(low=4), "next to nothing"),
        (_costs(high=5), "more than they need"),
        (_costs(low=6), "numbers 1 to 5"),
        (_costs(low="rate low"), "take the quotes away"),
        ({"SGD at 1": 2}, "needs the keys"),
        (1, "should be a dictionary"),
    ],
    "my_two_digits": [
        (
            _recipe(
                (64, [64], 10, "softmax"),
                *("Adam", 0.01, "categorical_crossentropy", 128, 12),
            ),
            "two labels can never both be likely",
        ),
        (_recipe((64, [64], 10, "softmax"), "Adam", 0.01, SPARSE, 128, 12), "doctor"),
        (_recipe((64, [64], 2), "Adam", 0.01, "mse", 128, 12), "should have 10 unit"),
        (_recipe(BOTH, "SGD", 0.01, BINARY, 128, 12), "no better than the baseline"),
        (_recipe(BOTH, "Adam", 0.01, BINARY, 32, 10), "Over budget"),
    ],
}
