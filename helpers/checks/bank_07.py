"""What people answer to the exercises of lesson 7, right and wrong.

``RIGHT``: exercise -> answers that must pass. ``WRONG``: exercise -> (answer, a part
of the message that it must get). ``NAMES``: what the collected answers refer to.
"""

import numpy as np

from helpers.descent import descend


class _Keras:
    """Keras, imported when an answer first asks for it."""

    def __getattr__(self, name):
        import keras

        return getattr(keras, name)


keras = _Keras()
NAMES = {"descend": descend, "keras": keras}


def _rmsprop(average, w=lambda w, g, a, rate, e: w - rate * g / np.sqrt(a + e)):
    """Make a step from a rule for the average and one for the weights."""

    def answer(old_w, g, old, rate, rho, epsilon):
        new = average(old, g, rho)
        return w(old_w, g, new, rate, epsilon), new

    return answer


def _decaying(old, g, rho):
    return rho * old + (1 - rho) * g**2


def _rmsprop_by_loop(w, g, average, rate, rho, epsilon):
    w, average = w.copy(), average.copy()
    for k in np.ndindex(w.shape):
        average[k] += (1 - rho) * (g[k] ** 2 - average[k])
        w[k] -= rate * g[k] / (average[k] + epsilon) ** 0.5
    return [w, average]


def _old_average(w, g, average, rate, rho, epsilon):
    return w - rate * g / np.sqrt(average + epsilon), _decaying(average, g, rho)


def _in_place(w, g, average, rate, rho, epsilon):
    average *= rho
    average += (1 - rho) * g**2
    return w - rate * g / np.sqrt(average + epsilon), average


def _ends(make, rates, surface):
    return [descend(surface, make(rate), steps=100).losses for rate in rates]


def _compare(choose):
    """Make a comparison from what it makes of the losses of all rates."""

    def answer(makers, rates, surface):
        return {
            name: choose(_ends(make, rates, surface)) for name, make in makers.items()
        }

    return answer


def _compare_by_loop(makers, rates, surface):
    reached = {}
    for name, make in makers.items():
        reached[name] = np.inf
        for rate in rates:
            end = descend(surface, make(rate), steps=100).losses[-1]
            if end < reached[name]:
                reached[name] = end
    return reached


def _one_best_rate_for_all(makers, rates, surface):
    first = next(iter(makers.values()))
    ends = [losses[-1] for losses in _ends(first, rates, surface)]
    rate = rates[int(np.argmin(ends))]
    return {n: _ends(m, [rate], surface)[0][-1] for n, m in makers.items()}


def _tutorial(optimizer, shared=False, layers=(0, 1), epochs=3):
    """Make a tutorial whose models are compiled with what ``optimizer()`` returns."""

    def answer(x, y):
        models, one = [], optimizer()
        for hidden in layers:
            stack = [keras.layers.Dense(8, activation="relu")] * hidden
            output = keras.layers.Dense(1, activation="sigmoid")
            model = keras.Sequential([keras.Input((x.shape[1],)), *stack, output])
            model.compile(one if shared else optimizer(), "binary_crossentropy")
            model.fit(x, y, epochs=epochs, verbose=0)
            models.append(model)
        return models

    return answer


def _falling(rate=0.1, steps=1, decay=0.01):
    schedule = keras.optimizers.schedules.InverseTimeDecay(rate, steps, decay)
    return keras.optimizers.SGD(schedule)


def _per_epoch():
    return _falling(steps=2)


def _lion(sign=np.sign, uphill=1, pull=None, order="step first", stop=False):
    """Make Lion with a mistake."""

    def answer(gradient, w, steps, rate, beta_1, beta_2, decay):
        m = np.zeros(w.shape)
        for _ in range(steps):
            g = gradient(w)
            if order == "memory first":
                m = beta_2 * m + (1 - beta_2) * g
            way = sign(beta_1 * m + (1 - beta_1) * g)
            shrink = rate * decay * w if pull is None else pull(w, decay)
            w = w - uphill * rate * way - shrink
            if order == "gradient twice":
                g = gradient(w)
            if order != "memory first":
                m = beta_2 * m + (1 - beta_2) * g
            if stop:
                break
        return w

    return answer


def _lion_in_place(gradient, w, steps, rate, beta_1, beta_2, decay):
    w -= rate * np.sign(gradient(w))
    return w


def _lion_swapped(gradient, w, steps, rate, beta_1, beta_2, decay):
    return _lion()(gradient, w, steps, rate, beta_2, beta_1, decay)


def _lion_one_beta(gradient, w, steps, rate, beta_1, beta_2, decay):
    return _lion()(gradient, w, steps, rate, beta_1, beta_1, decay)


def _lion_defaults(gradient, w, steps, rate, beta_1, beta_2, decay):
    return _lion()(gradient, w, steps, rate, 0.9, 0.99, decay)


def _lion_one_more(gradient, w, steps, rate, beta_1, beta_2, decay):
    return _lion()(gradient, w, steps + 1, rate, beta_1, beta_2, decay)


def _lion_recursive(gradient, w, steps, rate, beta_1, beta_2, decay, m=0.0):
    if steps == 0:
        return w
    g = gradient(w)
    new = w * (1 - rate * decay) - rate * np.sign(beta_1 * m + (1 - beta_1) * g)
    m = m * beta_2 + g - g * beta_2
    return _lion_recursive(gradient, new, steps - 1, rate, beta_1, beta_2, decay, m)


def _sign_descent(gradient, w, steps, rate, beta_1, beta_2, decay):
    for _ in range(steps):
        w = w - rate * np.sign(gradient(w)) - rate * decay * w
    return w


RIGHT = {
    "terminal_step": [0.2, np.float64(0.2), 1 / 5, -0.2],
    "heavy_ball": [
        (0.03, 0.7),
        [(2 / 11) ** 2, (9 / 11) ** 2],
        np.array([0.025, 0.75]),
        (0.029, np.float32(0.7)),
    ],
    "rmsprop_step": [_rmsprop(_decaying), _rmsprop_by_loop],
    "first_step": [0.01, np.float64(0.01), 1e-2, -0.01],
    "whose_memory": [
        {"A": 3, "B": 1, "C": 2},
        {"C": 2.0, "A": np.int64(3), "B": 1},
    ],
    "fair_comparison": [
        _compare(lambda losses: min(each[-1] for each in losses)),
        _compare_by_loop,
    ],
    "new_tutorial": [
        _tutorial(_falling),
        _tutorial(lambda: _falling(steps=10, decay=0.1)),
    ],
    "lion": [_lion(), _lion_recursive],
}

WRONG = {
    "terminal_step": [
        (0.02, "first step"),
        (0.038, "second step"),
        (0.018, "old velocity"),
        (0.0222, "divide by"),
        (0.1, "left the gradient out"),
        (20, "left the rate out"),
        (10, "by how many times"),
        (0.4, "once too often"),
        (0.002, "piles up"),
        (0.3, "it still changes"),
        ("0.2", "take the quotes away"),
    ],
    "heavy_ball": [
        (0.03, "Two numbers"),
        ((0.7, 0.03), "It diverges"),
        ((0.0193, 0), "Turn the momentum up"),
        ((0.01, 0.9), "too heavy"),
        ((0.01, 0.5), "flat direction"),
        ((0.0316, 0.6), "flat direction"),
        ((0.03267, 0.65), "steep direction"),
        ((0.1, 0.7), "It diverges"),
        ((-0.03, 0.7), "walks uphill"),
        ((0.03, 1.0), "share of the velocity"),
        ((0.03, 7), "share of the velocity"),
        (("0.03", 0.7), "take the quotes away"),
        ({"rate": 0.03, "momentum": 0.7}, "Two numbers"),
    ],
    "rmsprop_step": [
        (_rmsprop(lambda old, g, rho: old + g**2), "that is Adagrad"),
        (_rmsprop(lambda old, g, rho: rho * old + g**2), "no average"),
        (_rmsprop(lambda old, g, rho: (1 - rho) * old + rho * g**2), "changed places"),
        (_rmsprop(lambda old, g, rho: rho * old + (1 - rho) * g), "their squares"),
        (_rmsprop(lambda old, g, rho: rho * old + (1 - rho) * abs(g)), "the sizes"),
        (_rmsprop(lambda old, g, rho: old), "as it was"),
        (_rmsprop(lambda old, g, rho: 0.9 * old + 0.1 * g**2), "wanted"),
        (_old_average, "the old average"),
        (
            _rmsprop(_decaying, lambda w, g, a, r, e: w + r * g / np.sqrt(a + e)),
            "uphill",
        ),
        (
            _rmsprop(_decaying, lambda w, g, a, r, e: w - r * g / (a + e)),
            "Take its root",
        ),
        (
            _rmsprop(_decaying, lambda w, g, a, r, e: w - r * g / (np.sqrt(a) + e)),
            "under the root",
        ),
        (
            _rmsprop(_decaying, lambda w, g, a, r, e: w - r * g / np.sqrt(a)),
            "leave epsilon out",
        ),
        (
            _rmsprop(_decaying, lambda w, g, a, r, e: w - r * g * np.sqrt(a + e)),
            "multiply by the root",
        ),
        (_rmsprop(_decaying, lambda w, g, a, r, e: w - r * g), "plain SGD"),
        (
            _rmsprop(_decaying, lambda w, g, a, r, e: w - g / np.sqrt(a + e)),
            "learning rate out",
        ),
        (_rmsprop(_decaying, lambda w, g, a, r, e: w), "have not moved"),
        (_rmsprop(_decaying, lambda w, g, a, r, e: w - r), "The average is right"),
        (lambda w, g, a, r, rho, e: w - r * g, "two arrays"),
        (lambda w, g, a, r, rho, e: (w.sum(), a), "should have the shape"),
        (_in_place, "changes the values"),
        (lambda w, g: (w, g), "should take 6 argument"),
    ],
    "first_step": [
        (4e-5, "That is SGD"),
        (0.004, "divided by itself"),
        (0.001, "by that tenth"),
        (0.0316, "without the correction"),
        (0.316, "RMSprop with rho"),
        (2.5, "divide the rate by the gradient"),
        (1, "multiplied by the rate"),
        (0, "It does move"),
        (0.02, "is not it"),
        ("0.01", "take the quotes away"),
    ],
    "whose_memory": [
        ({"A": 1, "B": 2, "C": 3}, "never rises"),
        ({"A": 2, "B": 3, "C": 1}, "never rises"),
        ({"A": 2, "B": 1, "C": 3}, "forgets faster"),
        ({"A": 2, "B": 1, "C": 2}, "belongs to one letter"),
        ({"A": 0.99, "B": 1, "C": 0.9}, "whole number"),
        ({"A": "RMSprop 0.99", "B": "Adagrad", "C": "RMSprop 0.9"}, "quotes"),
        ({"a": 3, "b": 1, "c": 2}, "needs the keys"),
        ([3, 1, 2], "should be a dictionary"),
    ],
    "fair_comparison": [
        (_compare(lambda losses: losses[0].min()), "Both faults"),
        (_compare(lambda losses: min(map(min, losses))), "the lowest loss on the way"),
        (_compare(lambda losses: losses[0][-1]), "the first rate alone"),
        (_compare(lambda losses: losses[-1][-1]), "the last rate"),
        (_compare(lambda losses: max(each[-1] for each in losses)), "the worst"),
        (_compare(lambda losses: np.mean([each[-1] for each in losses])), "mean over"),
        (_compare(lambda losses: float(np.argmin([e[-1] for e in losses]))), "place"),
        (_compare(lambda losses: losses[0][0]), "For heavy you return"),
        (_one_best_rate_for_all, "For SGD you return"),
        (lambda makers, rates, surface: list(makers), "a dictionary with a loss"),
        (lambda makers, rates, surface: 0.1, "a dictionary with a loss"),
        (lambda makers, rates: {}, "should take 3 argument"),
    ],
    "new_tutorial": [
        (_tutorial(_falling, shared=True), "Unknown variable"),
        (_tutorial(lambda: keras.optimizers.SGD(lr=0.1)), "lr"),
        (_tutorial(lambda: keras.optimizers.SGD(0.1)), "still 0.1"),
        (_tutorial(lambda: keras.optimizers.SGD(0.1, decay=0.01)), "still 0.1"),
        (
            _tutorial(lambda: keras.optimizers.SGD(0.1, weight_decay=0.01)),
            "shrinks the weights",
        ),
        (_tutorial(lambda: "sgd"), "Keras's default"),
        (_tutorial(_per_epoch), "the rate should be"),
        (_tutorial(lambda: _falling(decay=0.1)), "the rate should be"),
        (_tutorial(lambda: keras.optimizers.Adam(0.1)), "compiled with SGD"),
        (_tutorial(_falling, epochs=1), "6 steps"),
        (_tutorial(_falling, layers=(1, 1)), "one layer"),
        (lambda x, y: _tutorial(_falling)(x, y)[0], "two models"),
        (lambda x, y: [1, 2], "models themselves"),
    ],
    "lion": [
        (_lion(uphill=-1), "uphill"),
        (_lion(sign=lambda way: way), "Only the sign"),
        (_lion(order="memory first"), "before the step"),
        (_lion(order="gradient twice"), "the gradient twice"),
        (_sign_descent, "Mix in `m`"),
        (_lion_swapped, "changed places"),
        (_lion_one_beta, "kept with `beta_2`"),
        (_lion_defaults, "0.9 and 0.99 whatever"),
        (_lion(pull=lambda w, decay: 0), "leave `decay` out"),
        (_lion(pull=lambda w, decay: decay * w), "multiplies the decay"),
        (_lion(stop=True), "in the loop"),
        (_lion_one_more, "one step too many"),
        (lambda gradient, w, *rest: w, "have not moved"),
        (lambda gradient, w, *rest: w + 1, "Follow one step"),
        (_lion_in_place, "changes the values"),
        (lambda gradient, w, steps: w, "should take 7 argument"),
    ],
}
