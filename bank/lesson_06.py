"""What people answer to the exercises of lesson 6; CONTRIBUTING.md says how."""

import numpy as np

from helpers.data import load


class _Late:
    """A module that is imported when it is first used."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        import importlib

        return getattr(importlib.import_module(self._name), attribute)


keras, ops = _Late("keras"), _Late("keras.ops")


def build(inputs, units, activation, loss, metrics=None):
    """Build a small network, as the lesson does."""
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(16, activation="relu")
    output = keras.layers.Dense(units, activation=activation)
    model = keras.Sequential([keras.Input((inputs,)), hidden, output])
    model.compile(keras.optimizers.SGD(0.1), loss=loss, metrics=metrics)
    return model


signs = 2 * load("breast_cancer").y_train - 1
_diabetes = load("diabetes")
raw = _diabetes.y_train * _diabetes.y_scale + _diabetes.y_mean
flat = _diabetes.y_train[:, 0]
_column = flat[:, None]
NAMES = {"build": build, "keras": keras, "ops": ops}
NAMES |= {"signs": signs, "raw": raw, "flat": flat}


def _huber_by_loop(errors, delta):
    total = 0.0
    for error in errors:
        size = abs(error)
        total += size**2 / 2 if size <= delta else delta * size - delta**2 / 2
    return total / len(errors)


def _huber(near=None, far=None, end=np.mean):
    """Make a Huber loss with other parts."""
    near = near or (lambda e, d: e**2 / 2)
    far = far or (lambda e, d: d * (np.abs(e) - d / 2))

    def answer(errors, delta):
        inside = np.abs(errors) <= delta
        return end(np.where(inside, near(errors, delta), far(errors, delta)))

    return answer


def _huber_signed(errors, delta):
    straight = delta * (errors - delta / 2)
    return np.where(errors <= delta, errors**2 / 2, straight).mean()


def _huber_in_place(errors, delta):
    errors[:] = np.abs(errors)
    return _huber()(errors, delta)


def _clip(p):
    return np.clip(p, 1e-7, 1 - 1e-7)


def _both_terms(y, p):
    p = _clip(p)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def _by_loop(y, p):
    p = _clip(p)
    return sum(-np.log(p[i] if y[i] else 1 - p[i]) for i in range(len(y))) / len(y)


def _given(y, p):
    return np.where(y == 1, p, 1 - p)


def _unclipped(y, p):
    return -np.log(_given(y, p)).mean()


def _clipped_below_only(y, p):
    return -np.log(_given(y, np.maximum(p, 1e-7))).mean()


def _clipped_too_much(y, p):
    return -np.log(_given(y, np.clip(p, 1e-3, 1 - 1e-3))).mean()


def _table(**other):
    """Return the right rows, with others in their place."""
    rows = {
        "hours": (1, "linear", "mean_squared_error"),
        "language": (7, "softmax", "sparse_categorical_crossentropy"),
        "tags": (3, "sigmoid", "binary_crossentropy"),
        "spam": (1, "sigmoid", "binary_crossentropy"),
        "team": (3, "softmax", "categorical_crossentropy"),
    }
    return rows | other


def _diagnoses(**other):
    right = {1: "B", 2: "A", 3: "E", 4: "C", 5: "F", 6: "D", 7: "G", 8: "H"}
    return right | {int(key[1:]): letter for key, letter in other.items()}


def _repairs(**other):
    """Return the right repairs, with others in their place."""
    right = {1: "sigmoid", 3: (signs + 1) / 2, 4: "sigmoid", 5: (raw - 156) / 77}
    right |= {6: "linear", 7: flat[:, None], 8: "sparse_categorical_crossentropy"}
    return right | {int(key[1:]): value for key, value in other.items()}


def _logits_loss():
    return keras.losses.BinaryCrossentropy(from_logits=True)


def _zero():
    return keras.metrics.BinaryAccuracy(threshold=0.0)


def _patient_2_by_hand():
    layers = [keras.layers.Dense(8, "relu"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((30,)), *layers])
    optimizer = keras.optimizers.Adam(0.01)
    model.compile(optimizer, _logits_loss(), metrics=[_zero()])
    return model


def _own_accuracy(y_true, y_pred):
    y_true = ops.reshape(ops.cast(y_true, y_pred.dtype), ops.shape(y_pred))
    return ops.mean(ops.equal(y_true > 0.5, y_pred > 0), axis=-1)


def _accuracy_of_a_table(y_true, y_pred):
    y_true = ops.cast(y_true, y_pred.dtype)
    return ops.mean(ops.equal(y_true > 0.5, y_pred > 0), axis=-1)


def _patient_2_both():
    return build(30, 1, None, _logits_loss(), ["accuracy", _zero()])


def _patient_2_trained():
    model = build(30, 1, None, _logits_loss(), [_zero()])
    cancer = load("breast_cancer")
    model.fit(cancer.x_train, cancer.y_train, verbose=0)
    return model


def _patient_2_tanh():
    return build(30, 1, "tanh", _logits_loss(), [_zero()])


def _pinball_by_loop(y, prediction, share):
    total = 0.0
    for truth, said in zip(y, prediction, strict=True):
        error = truth - said
        total += share * error if error > 0 else (1 - share) * -error
    return total / len(y)


def _weighed(above=lambda e, s: s * e, below=lambda e, s: (s - 1) * e, end=np.mean):
    """Make a loss of what a positive and a negative error cost."""

    def answer(y, prediction, share):
        error = y - prediction
        return end(np.where(error > 0, above(error, share), below(error, share)))

    return answer


RIGHT = {
    "slip": [
        {"squared": 13.0, "absolute": 3},
        {"absolute": np.int64(3), "squared": 91 / 7},
    ],
    "huber": [
        _huber_by_loop,
        lambda e, d: np.mean(
            np.minimum(np.abs(e), d) * (np.abs(e) - np.minimum(np.abs(e), d) / 2)
        ),
    ],
    "crossentropy": [_both_terms, _by_loop],
    "steeper": [50.5, np.float64(50.505), 1 / 0.0198],
    "rows_of_the_table": [
        _table(hours=[1, None, "mae"], spam=(1, "Sigmoid", "binary_crossentropy")),
        _table(
            hours=(1, "linear", "huber"),
            spam=(2, "softmax", "sparse_categorical_crossentropy"),
        ),
        _table(
            hours=(1, "softplus", "MeanSquaredError"),
            language=(7, "Softmax", "SparseCategoricalCrossentropy"),
            tags=(3, "sigmoid", "bce"),
            spam=(np.int64(1), "sigmoid", "BinaryCrossentropy"),
            team=(3.0, "softmax", "CategoricalCrossentropy"),
        ),
        _table(hours=(1, "softplus", "msle"), tags=(3, "sigmoid", "bce")),
        _table(hours=(1, "", "log_cosh"), team=(3, "softmax", "kld")),
        _table(hours=(1, "exponential", "poisson"), tags=[3, "sigmoid", "bce"]),
    ],
    "same_progress": [0.1, np.float64(0.1), 2 * 0.05],
    "ward_round": [_diagnoses(p1="b"), _diagnoses(p8=" H ")],
    "repairs": [
        _repairs(p5=_column, p7=_column),  # the same numbers mend both
        _repairs(p3=signs == 1, p5=list(raw[:, 0] / 100), p6=None),
        _repairs(p7=flat.reshape(-1, 1).tolist(), p8="SparseCategoricalCrossentropy"),
    ],
    "patient_2": [
        lambda: build(30, 1, None, _logits_loss(), (_zero(),)),
        _patient_2_by_hand,
        _patient_2_both,
        lambda: build(30, 1, None, _logits_loss(), [_own_accuracy]),
    ],
    "pinball": [
        _pinball_by_loop,
        lambda y, p, share: np.maximum(share * (y - p), (share - 1) * (y - p)).mean(),
        lambda y, p, s: (np.abs(y - p) / 2 + (s - 0.5) * (y - p)).mean(),
    ],
}

WRONG = {
    "slip": [
        ({"squared": 3, "absolute": 13}, "other way round"),
        ({"squared": 4, "absolute": 3}, "before the slip"),
        ({"squared": 13, "absolute": 13}, "number in the middle"),
        ({"squared": 91, "absolute": 3}, "91 is the sum"),
        ({"squared": 70, "absolute": 3}, "Where is balance"),
        ({"squared": 21 / 6, "absolute": 3}, "leave the 70 out"),
        ({"squared": 3, "absolute": 3}, "mean of all"),
        ({"squared": 13, "absolute": 4.5}, "one in the middle"),
        ({"squared": 13, "absolute": 4}, "4 was the mean"),
        ({"squared": 13, "absolute": 6}, "Which stands in the middle"),
        ({"squared": 9, "absolute": 3}, "it is the mean"),
        ({"squared": 13}, "needs the keys"),
        ({"squared": "13", "absolute": 3}, "take the quotes away"),
        ([13, 3], "should be a dictionary"),
    ],
    "huber": [
        (_huber(end=np.sum), "the sum"),
        (_huber(end=lambda losses: losses), "one loss for each error"),
        (_huber(near=lambda e, d: e**2), "*half* the square"),
        (_huber(far=lambda e, d: np.abs(e)), "straight part is the size"),
        (_huber(far=lambda e, d: d * np.abs(e)), "starts too high"),
        (_huber(far=lambda e, d: np.abs(e) - 0.5), "that of delta = 1"),
        (_huber(far=lambda e, d: np.abs(e) - d / 2), "slope 1"),
        (lambda e, d: _huber()(e, 1.0), "You take delta for 1"),
        (lambda e, d: (e**2 / 2).mean(), "everywhere"),
        (_huber_signed, "Large negative errors"),
        (_huber_in_place, "changes the values"),
        (lambda e: (e**2).mean(), "should take 2 argument"),
        (lambda e, d: print(e), "Is there a `return`?"),
        (lambda e, d: np.abs(e).mean(), "one small error alone"),
        (_huber(far=lambda e, d: d * np.abs(e) - 0.5), "joins for delta = 1 alone"),
        (_huber(far=lambda e, d: np.abs(e) - d + d**2 / 2), "two parts meet"),
        (lambda e, d: 2 * _huber()(e, d), "twice the Huber loss"),
        (lambda e, d: e**2 / 2 if np.abs(e) <= d else d * e, "`if` can ask about one"),
    ],
    "crossentropy": [
        (_unclipped, "at both ends"),
        (_clipped_below_only, "at both ends"),
        (_clipped_too_much, "by no more than 1e-7"),
        (lambda y, p: -_both_terms(y, p), "The sign is wrong"),
        (lambda y, p: _both_terms(y, p) * len(y), "That is the sum"),
        (lambda y, p: -np.log(_given(y, _clip(p))), "one loss for each row"),
        (lambda y, p: _both_terms(y, p) / np.log(2), "base 2"),
        (lambda y, p: _both_terms(y, p) / np.log(10), "log10"),
        (lambda y, p: _both_terms(1 - y, p), "turn it round"),
        (lambda y, p: -np.log(_clip(p)).mean(), "for every row"),
        (lambda y, p: -(y * np.log(_clip(p))).mean(), "count nothing"),
        (lambda y, p: ((p - y) ** 2).mean(), "squared error"),
        (lambda y, p: -np.log(_given(y, _clip(p)).mean()), "mean of the logarithms"),
        (lambda y, p: -_given(y, p).mean(), "logarithm is missing"),
        (lambda y, p: ((p > 0.5) == y).mean(), "a single row by hand"),
        (lambda y, p: -np.log(_given(y, _clip(p)).prod()) / len(y), "5,000 rows"),
        (lambda y, p: np.log(p) if y == 1 else np.log(1 - p), "`if` can ask about one"),
    ],
    "steeper": [
        (101, "factor 2"),
        (0.0198, "Turn it over"),
        (25.25, "One factor 2 too many"),
        (50, "leaves out the factor 1 - p"),
        (100, "1 / p"),
        (99, "(1 - p) / p"),
        (0.99, "Divide it by the other"),
        (-50.5, "same sign"),
        (4.605, "about slopes"),
        (2, "what is left"),
        ("50.5", "take the quotes away"),
    ],
    "rows_of_the_table": [
        (_table(hours=(1, "sigmoid", "mse")), "ends at 1"),
        (_table(hours=(1, "tanh", "mse")), "ends at 1"),
        (_table(hours=(1, "relu6", "mse")), "ends at 6"),
        (_table(hours=(1, "leaky_relu", "mse")), "bends it"),
        (_table(hours=(1, None, "poisson")), "takes the logarithm of the output"),
        (_table(hours=(1, "lineal", "mse")), "should be an activation that Keras"),
        (_table(hours=(1, None, "mean_square")), "should be a loss that Keras knows"),
        (_table(hours=(1, None, None)), "should be a loss"),
        (_table(hours=(1, "relu", "mse")), "stuck at 0"),
        (_table(hours=(1, "linear", "binary_crossentropy")), "loss of its errors"),
        (_table(language=(1, "softmax", "mse")), "each of the 7 languages"),
        (_table(language=(6, "softmax", "mse")), "each of the 7 languages"),
        (
            _table(language=(7, "softmax", "categorical_crossentropy")),
            "wants one-hot rows",
        ),
        (_table(language=(7, "sigmoid", "binary_crossentropy")), "exactly one"),
        (_table(tags=(3, "softmax", "categorical_crossentropy")), "never both"),
        (_table(tags=(3, "sigmoid", "categorical_crossentropy")), "yes or no of its"),
        (_table(spam=(1, "softmax", "binary_crossentropy")), "always 1"),
        (_table(spam=(2, "sigmoid", "binary_crossentropy")), "needs one unit"),
        (_table(spam=(2, "softmax", "categorical_crossentropy")), "with two units"),
        (_table(spam=(1, "sigmoid", "mse")), "Brier score"),
        (_table(team=(3, "softmax", "mse")), "Brier score"),
        (_table(spam=(1, "hard_sigmoid", "bce")), "flat at both ends"),
        (
            _table(team=(3, "softmax", "sparse_categorical_crossentropy")),
            "wants integers",
        ),
        (_table(team=(3, "softmax", "binary_crossentropy")), "classes compete"),
        (_table(team=(3, "relu", "categorical_crossentropy")), "makes them so"),
        (_table(spam="sigmoid"), "units, activation and loss"),
        (_table(spam=("1", "sigmoid", "binary_crossentropy")), "quotes"),
        ({"hours": (1, "linear", "mse")}, "needs the keys"),
    ],
    "same_progress": [
        (0.05, "half as far"),
        (0.025, "wrong way round"),
        (2, "the factor"),
        (0.2, "one doubling too many"),
        (-0.1, "uphill"),
        (0.5, "how far does b - a move"),
        ("0.1", "take the quotes away"),
    ],
    "ward_round": [
        (_diagnoses(p1="A"), "exactly 1.00"),
        (_diagnoses(p2="J"), "same size learns"),
        (_diagnoses(p3="I"), "not only the metric"),
        (_diagnoses(p4="B"), "near 1 together"),
        (_diagnoses(p5="J"), "how hard do they pull"),
        (_diagnoses(p6="A"), "least of the truth"),
        (_diagnoses(p7="J"), "Compare the shape"),
        (_diagnoses(p8="E"), "read what Keras says"),
        (_diagnoses(p1="K"), "a letter from A to J"),
        (_diagnoses(p1=2), "a letter from A to J"),
        ({1: "B"}, "needs the keys"),
        ("BAECFDGH", "should be a dictionary"),
    ],
    "repairs": [
        (_repairs(p1="softmax"), "Patient 1: that is what it has"),
        (_repairs(p1="linear"), "patient 2's is"),
        (_repairs(p1="relu"), "relu goes above 1"),
        (_repairs(p1="tanh"), "tanh goes down to -1"),
        (_repairs(p1="binary_crossentropy"), "activation is asked for"),
        (_repairs(p1="swish"), "not in its row of the table"),
        (_repairs(p1=1), "name of the activation"),
        (_repairs(p4="softmax"), "never both be likely"),
        (_repairs(p4=None), "Patient 4: without an activation"),
        (_repairs(p4="bce"), "Patient 4: that is its loss"),
        (_repairs(p7=flat), "still make a table"),
        (_repairs(p7=flat[None, :]), "still make a table"),
        (_repairs(p7=flat[::-1, None]), "in their order"),
        (_repairs(p7=raw), "values of `flat`"),
        (_repairs(p6="none at all"), "that Keras knows"),
        (_repairs(p3=signs), "-1 and 1 still"),
        (_repairs(p3=(1 - signs) / 2), "malignant is 1"),
        (_repairs(p3=signs + 1), "Halve them"),
        (_repairs(p3=np.abs(signs)), "the noes are lost"),
        (_repairs(p3=signs / 2), "-0.5 and 0.5"),
        (_repairs(p3=(signs - 1) / 2), "-1 and 0"),
        (_repairs(p3=signs[::-1] == 1), "in the order of `signs`"),
        (_repairs(p3="0 and 1"), "made by NumPy, not text"),
        (_repairs(p3=1), "a number for each of 343 rows"),
        (_repairs(p5=raw), "far too large"),
        (_repairs(p5=raw - raw.mean()), "spread is still 77"),
        (_repairs(p5=(raw - raw.mean()) / raw.var()), "too small now"),
        (_repairs(p5=raw / raw.std() + raw.mean()), "Take the mean of `raw` away"),
        (_repairs(p5=(raw.mean() - raw) / raw.std()), "turned round"),
        (_repairs(p5=raw * 0), "all values are the same"),
        (_repairs(p5=np.sort(raw, axis=0)), "no longer follow"),
        (_repairs(p5=raw / 1000), "does not learn yet"),
        (_repairs(p5=raw / np.nan), "not finite"),
        (_repairs(p6="relu"), "nothing below 0"),
        (_repairs(p6="tanh"), "tanh ends at -1 and 1"),
        (_repairs(p6="mse"), "activation is asked for"),
        (_repairs(p8="categorical_crossentropy"), "wants one-hot rows"),
        (_repairs(p8="binary_crossentropy"), "exclude each other"),
        (_repairs(p8="mse"), "for amounts"),
        (_repairs(p8=np.eye(10)), "name of the loss"),
        (_repairs(p8=None), "should be a loss"),
        (_repairs(p4=lambda z: z), "an activation that Keras knows"),
        ({1: "sigmoid"}, "needs the keys"),
        (["sigmoid"], "should be a dictionary"),
    ],
    "patient_2": [
        (lambda: build(30, 1, None, keras.losses.BinaryCrossentropy), "is a class"),
        (lambda: build(30, 1, None, "binary_crossentropy"), "Still the old fault"),
        (lambda: build(30, 1, None, _logits_loss(), ["accuracy"]), "for a logit it is"),
        (lambda: build(30, 1, "sigmoid", _logits_loss()), "done twice"),
        (
            lambda: build(30, 1, "sigmoid", "binary_crossentropy", ["accuracy"]),
            "owner wants logits",
        ),
        (lambda: build(30, 1, None, _logits_loss()), "no metric reports this share"),
        (
            lambda: build(30, 1, None, _logits_loss(), [_accuracy_of_a_table]),
            "for no metric of your own",
        ),
        (_patient_2_tanh, "goes through tanh"),
        (_patient_2_trained, "trained already"),
        (lambda: build(30, 1, "softmax", "binary_crossentropy"), "patient 1"),
        (lambda: build(30, 1, None, "mean_squared_error"), "would learn amounts"),
        (lambda: build(30, 2, None, _logits_loss()), "needs one unit"),
        (lambda: build(64, 1, None, _logits_loss()), "should take 30 inputs"),
        (lambda: (1, "linear"), "should return a model"),
    ],
    "pinball": [
        (_weighed(below=lambda e, s: (1 - s) * e), "Count their size"),
        (
            _weighed(lambda e, s: (1 - s) * e, lambda e, s: -s * e),
            "the wrong way round",
        ),
        (_weighed(end=np.sum), "That is the sum"),
        (_weighed(end=lambda rows: rows), "one loss for each row"),
        (lambda y, p, s: np.abs(y - p).mean(), "Weigh the two sides"),
        (lambda y, p, s: s * np.abs(y - p).mean(), "Both sides count"),
        (lambda y, p, s: np.maximum(s * (y - p), 0).mean(), "costs nothing"),
        (_weighed(below=lambda e, s: -e), "in full"),
        (_weighed(lambda e, s: s, lambda e, s: 1 - s), "count the rows"),
        (
            _weighed(lambda e, s: s * e**2, lambda e, s: (1 - s) * e**2),
            "not its square",
        ),
        (lambda y, p, s: _pinball_by_loop(y, p, 0.9), "You take 0.9"),
        (lambda y, p, s: -_pinball_by_loop(y, p, s), "The sign is wrong"),
        (lambda y, p: 0.0, "should take 3 argument"),
        (lambda y, p, s: 2 * _pinball_by_loop(y, p, s), "twice as much"),
        (
            lambda y, p, s: max(s * np.mean(y - p), (s - 1) * np.mean(y - p)),
            "Weigh each row",
        ),
        (lambda y, p, s: s * y if y > p else (s - 1) * y, "`if` can ask about one"),
    ],
}
