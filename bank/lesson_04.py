"""What people answer to the exercises of lesson 4; CONTRIBUTING.md says how."""

import numpy as np


def build(learning_rate):
    """Build the network of the lesson."""
    import keras

    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(64, activation="relu")
    output = keras.layers.Dense(10, activation="softmax")
    model = keras.Sequential([keras.Input((64,)), hidden, output])
    loss = "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.SGD(learning_rate), loss, metrics=["accuracy"])
    return model


NAMES = {"build": build}


def _hits(probabilities, labels):
    return probabilities.argmax(axis=1) == labels


def _accuracy_by_loop(probabilities, labels):
    right = 0
    for row, label in zip(probabilities, labels, strict=True):
        right += int(max(range(len(row)), key=lambda k: row[k]) == label)
    return right / len(labels)


def _accuracy_in_place(probabilities, labels):
    probabilities -= probabilities.max(axis=1, keepdims=True)
    return (probabilities[np.arange(len(labels)), labels] == 0).mean()


def _fit(model, x, y, epochs=2):
    return model.fit(x, y, epochs=epochs, verbose=0)


def _train(model, x, y, epochs=2):
    _fit(model, x, y, epochs)
    return model.evaluate(x, y, verbose=0)[0]


def _each(measure):
    """Make an answer that measures something on a fresh model for each rate."""
    return lambda rates, x, y: [measure(build(rate), x, y) for rate in rates]


def _dictionary_of_losses(rates, x, y):
    return dict(zip(rates, _each(_train)(rates, x, y), strict=True))


def _array_of_losses(rates, x, y):
    return np.array([_train(build(rate), x, y, epochs=3) for rate in rates])


def _built_once(rates, x, y):
    model = build(0.1)
    return [_train(model, x, y) for rate in rates]


def _compiled_again(rates, x, y):
    import keras

    model, losses = build(0.1), []
    for rate in rates:
        model.compile(keras.optimizers.SGD(rate), model.loss, metrics=["accuracy"])
        losses.append(_train(model, x, y))
    return losses


def _on_the_digits(model, x, y):
    from helpers.data import load

    digits = load("digits")
    return _train(model, digits.x_train, digits.y_train)


def _never_trained(model, x, y):
    return model.evaluate(x, y, verbose=0)[0]


def _loss_and_accuracy(model, x, y):
    _fit(model, x, y)
    return model.evaluate(x, y, verbose=0)


def _running_mean(model, x, y):
    return _fit(model, x, y).history["loss"][-1]


def _noise(change, small, large):
    return change / (1 / small - 1 / large)


def _signal_and_noise(small, large, squared_small, squared_large):
    noise = _noise(squared_small - squared_large, small, large)
    return squared_small - noise / small, noise


def _from_two(noise=_noise, size="small", sign=-1):
    """Make an answer that finds the noise, then the signal at one of the sizes."""

    def answer(small, large, squared_small, squared_large):
        found = noise(squared_small - squared_large, small, large)
        if size == "small":
            return found / (squared_small + sign * found / small)
        return found / (squared_large + sign * found / large)

    return answer


def _two_equations(small, large, squared_small, squared_large):
    signal, noise = np.linalg.solve(
        [[1, 1 / small], [1, 1 / large]], [squared_small, squared_large]
    )
    return noise / signal


def _as_mccandlish(small, large, squared_small, squared_large):
    signal = (large * squared_large - small * squared_small) / (large - small)
    return (squared_small - squared_large) / (1 / small - 1 / large) / signal


def _by_rows(small, large, squared_small, squared_large):
    signal, _ = _signal_and_noise(small, large, squared_small, squared_large)
    return (squared_small - squared_large) / (large - small) / signal


def _turned(change, small, large):
    return change / (1 / large - 1 / small)


RIGHT = {
    "accuracy": [
        lambda p, y: np.mean(np.argmax(p, axis=-1) == y),
        lambda p, y: float(_hits(p, y).sum() / len(y)),
        _accuracy_by_loop,
    ],
    "updates": [680, 680.0, np.int64(680), np.array(680)],
    "which_batch_size": [
        {"A": 512, "B": 8, "C": 64},
        {"C": 64.0, "B": np.int64(8), "A": 512},
    ],
    "compare_rates": [_dictionary_of_losses, _array_of_losses],
    "scaled_rate": [0.16, np.float64(0.16), 0.02 * 8, np.array(0.16), 0.1 + 0.06],
    "share_of_highest": [0.25, 1 / 4, np.float32(0.25), 0.1 + 0.15, 1 / (1 + 3)],
    "budget": [
        {"learning_rate": 0.8, "batch_size": 64},
        {"batch_size": np.int64(100), "learning_rate": np.float64(1.4)},
        {"learning_rate": 1.28, "batch_size": 128.0},
        {"batch_size": np.float32(64), "learning_rate": np.float32(0.8)},
    ],
    "noise_from_two": [_two_equations, _as_mccandlish],
}

WRONG = {
    "accuracy": [
        (lambda p, y: 1 - _hits(p, y).mean(), "share of wrong rows"),
        (lambda p, y: _hits(p, y).sum(), "Divide by how many"),
        (lambda p, y: 100 * _hits(p, y).mean(), "in percent"),
        (lambda p, y: (p.argmin(axis=1) == y).mean(), "smallest probability"),
        (lambda p, y: p[np.arange(len(y)), y].mean(), "mean probability"),
        (lambda p, y: (p[np.arange(len(y)), y] > 0.5).mean(), "need not reach 0.5"),
        (lambda p, y: _hits(p, y).sum() / p.shape[1], "number of classes"),
        (lambda p, y: _hits(p, y).sum() / 10, "You divide by 10"),
        (lambda p, y: (p.argmax(axis=0) == y).mean(), "down each column"),
        (lambda p, y: (p.argmax(axis=0) == y[: p.shape[1]]).mean(), "down each column"),
        (lambda p, y: (p.argmax() == y).mean(), "with `axis=1`"),
        (lambda p, y: (p.max(axis=1) == y).mean(), "position of its largest"),
        (lambda p, y: _hits(p, y), "should be a number"),
        (lambda p, y: 0.75, "which class"),
        (lambda p: 1.0, "should take 2 argument"),
        (lambda p, y: None, "Is there a `return`?"),
        (_accuracy_in_place, "changes the values"),
        (0.95, "A function is wanted"),
    ],
    "updates": [
        (660, "round"),
        (34, "20 times"),
        (33, "one epoch"),
        (20, "number of epochs"),
        (675, "rounded once"),
        (674, "rounded once"),
        (21580, "rows seen"),
        (640, "multiplies batch size and epochs"),
        (674.375, "whole number"),
        ("680", "take the quotes away"),
        (-680, "Count the minibatches"),
        ([680], "a list of 1"),
    ],
    "which_batch_size": [
        ({"A": 8, "B": 512, "C": 64}, "upside down"),
        ({"A": 8, "B": 64, "C": 512}, "after a single epoch"),
        ({"A": 64, "B": 8, "C": 512}, "only three updates"),
        ({"A": 512, "B": 64, "C": 8}, "after a single epoch"),
        ({"A": 512, "B": 8}, "needs the keys"),
        ({"a": 512, "b": 8, "c": 64}, "needs the keys"),
        ({"A": 8, "B": 8, "C": 8}, "belongs to one curve"),
        ({"A": "512", "B": 8, "C": 64}, "take the quotes away"),
        ([512, 8, 64], "should be a dictionary"),
        ("B", "should be a dictionary"),
    ],
    "compare_rates": [
        (_compiled_again, "order should not matter"),
        (_built_once, "Does each run use its own rate"),
        (
            lambda rates, x, y: _each(_train)([0.1, 0.1], x, y),
            "its own `learning_rate`",
        ),
        (_each(_never_trained), "train before it ends"),
        (_each(_running_mean), "running means"),
        (_each(_on_the_digits), "always takes the digits"),
        (_each(_loss_and_accuracy), "with `[0]`"),
        (lambda rates, x, y: _each(_train)(rates[:1], x, y), "inside the loop"),
        (lambda rates, x, y: _each(_train)(rates, x, y)[-1], "a single number"),
        (
            lambda rates, x, y: _each(_train)(sorted(rates), x, y),
            "stand in the order of `learning_rates`",
        ),
        (
            _each(lambda *given: _loss_and_accuracy(*given)[1]),
            "that is the accuracy",
        ),
        (lambda rates, x, y: [1 + rate for rate in rates][:1] * 3, "shape (2,)"),
        (lambda rates, x, y: [0.5 / rate for rate in rates], "losses are"),
        (lambda rates, x, y: [2 - rate for rate in rates], "Do you train on"),
        (lambda rates, x, y: [], "list is empty"),
    ],
    "scaled_rate": [
        (0.02, "as it is"),
        (0.0025, "other way round"),
        (0.0566, "root of the factor"),
        (1.28, "multiplies by the new batch size"),
        (1.12, "a difference"),
        (8, "That is the factor"),
        (0.1, "grows by the same factor"),
        (-0.16, "grows by the same factor"),
        ("0.16", "take the quotes away"),
        ([0.16], "a list of 1"),
    ],
    "share_of_highest": [
        (4, "divided by it"),
        (3, "Add 1 to it"),
        (1 / 3, "leaves out the 1"),
        (np.float32(1 / 3), "leaves out the 1"),
        (0.75, "turned the two round"),
        (25, "in percent"),
        (1 / 37, "a single row"),
        (1 / 13, "in the place of"),
        (0.5, "equals the noise scale"),
        (0.2, "is not the share"),
        ("25%", "take the quotes away"),
    ],
    "budget": [
        ({"learning_rate": 0.32, "batch_size": 32}, "three epochs do not fit"),
        ({"learning_rate": 0.64, "batch_size": 16}, "a single epoch takes 68 steps"),
        ({"learning_rate": 0.1, "batch_size": 64}, "far below the best"),
        ({"learning_rate": 2.0, "batch_size": 54}, "above the best"),
        ({"learning_rate": 1.28, "batch_size": 512}, "take fewer rows a step"),
        ({"learning_rate": 0.1, "batch_size": 32}, "In 1 epoch of 34 steps"),
        ({"learning_rate": 5.12, "batch_size": 64}, "diverged"),
        ({"learning_rate": 0.68, "batch_size": 120}, "turn the rate a little"),
        ({"learning_rate": 0.32, "batch_size": 2000}, "only 1079 training rows"),
        ({"learning_rate": -1.0, "batch_size": 64}, "positive"),
        ({"learning_rate": 1.0, "batch_size": 64.5}, "whole number"),
        ({"learning_rate": 1.0}, "needs the keys"),
        ((1.0, 64), "should be a dictionary"),
        (1.0, "should be a dictionary"),
    ],
    "noise_from_two": [
        (lambda *given: _signal_and_noise(*given)[1], "That is the variance"),
        (lambda *given: _signal_and_noise(*given)[0], "That is the signal"),
        (lambda *given: 1 / _two_equations(*given), "Turn it over"),
        (lambda *given: _two_equations(*given) ** 0.5, "That is the root"),
        (
            lambda *given: _signal_and_noise(*given)[1] / given[3],
            "noise / large in it",
        ),
        (
            lambda *given: _signal_and_noise(*given)[1] / given[2],
            "noise / small in it",
        ),
        (_from_two(_turned), "need the same order"),
        (_from_two(lambda change, *_: change), "not yet the noise"),
        (_by_rows, "You divide by large - small"),
        (_from_two(_turned, "large"), "need the same order"),
        (
            _from_two(lambda change, small, large: change / (large - small), "large"),
            "You divide by large - small",
        ),
        (_from_two(sign=1), "you add it"),
        (_from_two(size="large", sign=1), "you add it"),
        (
            _from_two(lambda change, small, large: change * (1 / small - 1 / large)),
            "Divide by it",
        ),
        (lambda *given: 37.0, "Yours is 37"),
        (lambda small, large, squared_small, squared_large: None, "`return`"),
        (lambda small, large: small, "should take 4 argument"),
        (_signal_and_noise, "You gave a tuple"),
    ],
}
