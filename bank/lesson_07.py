"""What people answer to the exercises of lesson 7; CONTRIBUTING.md says how."""

import numpy as np

from helpers.descent import descend


class _Keras:
    """Keras, imported when an answer first asks for it."""

    def __getattr__(self, name):
        import keras

        return getattr(keras, name)


keras = _Keras()
NAMES = {"descend": descend, "keras": keras}


def _mean(old, new, rho):
    return rho * old + (1 - rho) * new


def _centered(
    top=lambda g, c: g,
    bottom=lambda a, c, e: np.sqrt(a - c**2 + e),
    average=_mean,
    centre=_mean,
    step=lambda w, r, top, bottom: w - r * top / bottom,
):
    """Make a step of centered RMSprop, or one with a part changed."""

    def answer(w, g, a, c, rate, rho, epsilon):
        a, c = average(a, g**2, rho), centre(c, g, rho)
        return step(w, rate, top(g, c), bottom(a, c, epsilon)), a, c

    return answer


def _centered_by_loop(w, g, average, centre, rate, rho, epsilon):
    w, average, centre = w.copy(), average.copy(), centre.copy()
    for k in np.ndindex(w.shape):
        average[k] += (1 - rho) * (g[k] ** 2 - average[k])
        centre[k] += (1 - rho) * (g[k] - centre[k])
        w[k] -= rate * g[k] / (average[k] - centre[k] ** 2 + epsilon) ** 0.5
    return [w, average, centre]


def _old_averages(w, g, average, centre, rate, rho, epsilon):
    new = w - rate * g / np.sqrt(average - centre**2 + epsilon)
    return new, _mean(average, g**2, rho), _mean(centre, g, rho)


def _changed_places(*given):
    w, average, centre = _centered()(*given)
    return w, centre, average


def _variance_returned(*given):
    w, average, centre = _centered()(*given)
    return w, average - centre**2, centre


def _of_gradients(w, g, average, centre, rate, rho, epsilon):
    return w, _mean(average, g, rho), _mean(centre, g, rho)


def _of_sizes(w, g, average, centre, rate, rho, epsilon):
    return w, _mean(average, abs(g), rho), _mean(centre, g, rho)


def _both_of_squares(w, g, average, centre, rate, rho, epsilon):
    return w, _mean(average, g**2, rho), _mean(centre, g**2, rho)


def _in_place(w, g, average, centre, rate, rho, epsilon):
    average *= rho
    average += (1 - rho) * g**2
    centre = _mean(centre, g, rho)
    return w, average, centre


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


def _least_sum_of_all(makers, rates, surface):
    ends = [
        {n: _ends(m, [r], surface)[0][-1] for n, m in makers.items()} for r in rates
    ]
    return min(ends, key=lambda end: sum(end.values()))


def _tutorial(optimizer, shared=False, layers=(0, 1), epochs=3, loss=None):
    """Make a tutorial whose models are compiled with what ``optimizer()`` returns."""

    def answer(x, y):
        models, one = [], optimizer()
        for hidden in layers:
            stack = [keras.layers.Dense(8, activation="relu")] * hidden
            output = keras.layers.Dense(1, activation="sigmoid")
            model = keras.Sequential([keras.Input((x.shape[1],)), *stack, output])
            used = one if shared else optimizer()
            model.compile(used, loss or "binary_crossentropy")
            model.fit(x, y, epochs=epochs, verbose=0)
            models.append(model)
        return models

    return answer


def _falling(rate=0.1, steps=1, decay=0.01, **more):
    schedule = keras.optimizers.schedules.InverseTimeDecay(rate, steps, decay)
    return keras.optimizers.SGD(schedule, **more)


def _per_epoch():
    return _falling(steps=2)


def _exponentially():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.99)
    return keras.optimizers.SGD(schedule)


def _right_at_the_sixth():
    """Return an SGD whose rate is right after the training, and at no other step."""
    schedule = keras.optimizers.schedules.PolynomialDecay(0.1, 6, 0.1 / 1.06)
    return keras.optimizers.SGD(schedule)


def _lion(
    way=lambda g, mixed, pull: np.sign(mixed),
    pull=lambda w, rate, decay: rate * decay * w,
    order="step first",
    betas=lambda beta_1, beta_2: (beta_1, beta_2),
    count=lambda steps: steps,
):
    """Make Lion, rightly or with one part changed."""

    def answer(gradient, w, steps, rate, beta_1, beta_2, decay):
        beta_1, beta_2 = betas(beta_1, beta_2)
        m = np.zeros(w.shape)
        for _ in range(count(steps)):
            g = gradient(w)
            if order == "memory first":
                m = beta_2 * m + (1 - beta_2) * g
            mixed = beta_1 * m + (1 - beta_1) * g
            w = w - rate * way(g, mixed, decay * w) - pull(w, rate, decay)
            if order == "gradient twice":
                g = gradient(w)
            if order != "memory first":
                m = beta_2 * m + (1 - beta_2) * g
        return w

    return answer


def _lion_in_place(gradient, w, steps, rate, beta_1, beta_2, decay):
    w -= rate * np.sign(gradient(w))
    return w


def _lion_recursive(gradient, w, steps, rate, beta_1, beta_2, decay, m=0.0):
    if steps == 0:
        return w
    g = gradient(w)
    new = w * (1 - rate * decay) - rate * np.sign(beta_1 * m + (1 - beta_1) * g)
    m = m * beta_2 + g - g * beta_2
    return _lion_recursive(gradient, new, steps - 1, rate, beta_1, beta_2, decay, m)


def _lion_new_w(gradient, w, steps, rate, beta_1, beta_2, decay):
    m = 0
    for _ in range(steps):
        g = gradient(w)
        w = w - rate * np.sign(beta_1 * m + (1 - beta_1) * g)
        w = w - rate * decay * w
        m = beta_2 * m + (1 - beta_2) * g
    return w


RIGHT = {
    "terminal_step": [0.2, np.float64(0.2), 1 / 5, -0.2],
    "heavy_ball": [
        (0.03, 0.7),
        [(2 / 11) ** 2, (9 / 11) ** 2],
        np.array([0.025, 0.75]),
        (0.029, np.float32(0.7)),
        (0.012, 0.86),
    ],
    "centered_step": [_centered(), _centered_by_loop],
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
        _tutorial(_falling, loss="bce"),
        _tutorial(_falling, loss="BinaryCrossentropy"),
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
        ((0.7, 0.03), "The rate comes first"),
        ((2 / 11, 9 / 11), "left out the squares"),
        (((2 / 101) ** 2, (99 / 101) ** 2), "want its root"),
        ((0.0193, 0), "Turn the momentum up"),
        ((0.01, 0.9), "Too heavy"),
        ((0.01, 0.5), "flat direction"),
        ((0.025, 0.6), "the loss is 0.0104"),
        ((0.0198, 0.669), "flat direction"),
        ((0.0328, 0.65), "steep direction"),
        ((0.1, 0.7), "It diverges"),
        ((-0.03, 0.7), "walks uphill"),
        ((0.03, 1.0), "share of the velocity"),
        ((0.03, 7), "share of the velocity"),
        (("0.03", 0.7), "take the quotes away"),
        ({"rate": 0.03, "beta": 0.7}, "needs the keys rate and momentum"),
        ((0.02, 0.01), "steep direction"),
        ((0.0385, 0.99), "Too heavy"),
    ],
    "centered_step": [
        (_centered(average=lambda old, new, rho: old + new), "average is a sum"),
        (_centered(centre=lambda old, new, rho: old + new), "centre is a sum"),
        (_centered(average=lambda old, new, rho: rho * old + new), "counts only"),
        (
            _centered(average=lambda old, new, rho: _mean(old, new, 1 - rho)),
            "changed places",
        ),
        (
            _centered(centre=lambda old, new, rho: _mean(old, new, 1 - rho)),
            "changed places",
        ),
        (_centered(average=lambda old, new, rho: old), "as it was"),
        (_centered(centre=lambda old, new, rho: old), "as it was"),
        (
            _centered(average=lambda old, new, rho: _mean(old, new, 0.9)),
            "for rho = 0.9 only",
        ),
        (
            _centered(average=lambda old, new, rho: _mean(old, new.mean(), rho)),
            "share one mean",
        ),
        (_centered(average=lambda old, new, rho: new), "average is wrong"),
        (_old_averages, "the old averages"),
        (_changed_places, "Average and centre"),
        (_variance_returned, "`average` itself"),
        (_of_gradients, "Average their squares"),
        (_of_sizes, "the sizes"),
        (_both_of_squares, "average of squares"),
        (_centered(step=lambda w, r, top, bottom: w + r * top / bottom), "uphill"),
        (_centered(bottom=lambda a, c, e: np.sqrt(a + e)), "as it was"),
        (_centered(bottom=lambda a, c, e: np.sqrt(a + c**2 + e)), "You add the square"),
        (_centered(bottom=lambda a, c, e: np.sqrt(abs(a - c) + e)), "not its square"),
        (_centered(top=lambda g, c: g - c), "above the line, too"),
        (_centered(top=lambda g, c: c), "follows `g`, not"),
        (_centered(bottom=lambda a, c, e: a - c**2 + e), "Take its root"),
        (_centered(bottom=lambda a, c, e: np.sqrt(a - c**2) + e), "under the root"),
        (_centered(bottom=lambda a, c, e: np.sqrt(a - c**2)), "leave epsilon out"),
        (
            _centered(bottom=lambda a, c, e: np.sqrt(np.maximum(a - c**2, e))),
            "only where the variance is smaller",
        ),
        (
            _centered(step=lambda w, r, top, bottom: w - r * top * bottom),
            "multiply by the root",
        ),
        (_centered(bottom=lambda a, c, e: 1), "plain SGD"),
        (_centered(top=lambda g, c: 1), "leave the gradient out"),
        (
            _centered(step=lambda w, r, top, bottom: w - top / bottom),
            "learning rate out",
        ),
        (_centered(step=lambda w, *_: w), "have not moved"),
        (_centered(step=lambda w, r, *_: w - r), "Both averages are right"),
        (lambda w, g, a, c, r, rho, e: w - r * g, "three arrays"),
        (lambda *given: (0.0, *_centered()(*given)[1:]), "should have the shape"),
        (_in_place, "changes the values"),
        (lambda w, g: (w, g), "should take 7 argument"),
    ],
    "first_step": [
        (4e-5, "That is SGD"),
        (0.004, "divided by itself"),
        (0.001, "by that tenth"),
        (0.0316, "without the correction"),
        (0.316, "RMSprop with rho"),
        (2.5, "divide the rate by the gradient"),
        (1, "multiplied by the rate"),
        (0.1, "that m takes up"),
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
        (_compare(lambda losses: losses[0][-1]), "result of the first rate"),
        (_compare(lambda losses: losses[-1][-1]), "the last rate"),
        (_compare(lambda losses: min(losses, key=min)[-1]), "Choose by the end, too"),
        (_compare(lambda losses: max(each[-1] for each in losses)), "the worst"),
        (_compare(lambda losses: np.mean([each[-1] for each in losses])), "mean over"),
        (_compare(lambda losses: float(np.argmin([e[-1] for e in losses]))), "place"),
        (_compare(lambda losses: losses[0][0]), "For momentum you return"),
        (_one_best_rate_for_all, "best rate of its own"),
        (_least_sum_of_all, "best rate of its own"),
        (lambda makers, rates, surface: list(makers), "a dictionary with a loss"),
        (lambda makers, rates, surface: 0.1, "a dictionary with a loss"),
        (lambda makers, rates: {}, "should take 3 argument"),
    ],
    "new_tutorial": [
        (_tutorial(_falling, shared=True), "share one optimizer"),
        (_tutorial(lambda: keras.optimizers.SGD(lr=0.1)), "`learning_rate` now"),
        (_tutorial(lambda: keras.optimizers.legacy.SGD(0.1)), "is gone"),
        (_tutorial(_falling, loss="mse"), "binary crossentropy"),
        (_tutorial(_falling, loss="binary_focal_crossentropy"), "binary crossentropy"),
        (_tutorial(lambda: _falling(momentum=0.9)), "no momentum"),
        (_tutorial(lambda: _falling(weight_decay=0.01)), "shrinks the weights"),
        (_tutorial(lambda: _falling(clipnorm=1.0)), "clipped no gradients"),
        (_tutorial(_right_at_the_sixth), "At step 1000 the rate should be"),
        (_tutorial(lambda: _falling(decay=0.001)), "1e-3 of the table"),
        (_tutorial(_exponentially), "exponentially"),
        (_tutorial(lambda: keras.optimizers.SGD(0.1)), "still 0.1"),
        (_tutorial(lambda: keras.optimizers.SGD(0.1, decay=0.01)), "still 0.1"),
        (
            _tutorial(lambda: keras.optimizers.SGD(0.1, weight_decay=0.01)),
            "shrinks the weights",
        ),
        (_tutorial(lambda: "sgd"), "Keras's default"),
        (_tutorial(_per_epoch), "falls with the epochs"),
        (_tutorial(lambda: _falling(decay=0.1)), "At step 1000 the rate should be"),
        (_tutorial(lambda: keras.optimizers.Adam(0.1)), "compiled with SGD"),
        (_tutorial(_falling, epochs=1), "6 steps"),
        (_tutorial(_falling, layers=(1, 1)), "one layer"),
        (lambda x, y: _tutorial(_falling)(x, y)[0], "two models"),
        (lambda x, y: [1, 2], "models themselves"),
    ],
    "lion": [
        (_lion(lambda g, mixed, pull: -np.sign(mixed)), "uphill"),
        (_lion(lambda g, mixed, pull: mixed), "Only the sign"),
        (_lion(order="memory first"), "before the step"),
        (_lion(order="gradient twice"), "the gradient twice"),
        (_lion(lambda g, mixed, pull: np.sign(g)), "Mix in `m`"),
        (_lion(betas=lambda beta_1, beta_2: (beta_2, beta_1)), "changed places"),
        (_lion(betas=lambda beta_1, beta_2: (beta_1, beta_1)), "kept with `beta_2`"),
        (_lion(betas=lambda *_: (0.9, 0.99)), "0.9 and 0.99 whatever"),
        (_lion(pull=lambda *_: 0), "leave `decay` out"),
        (_lion(pull=lambda w, rate, decay: decay * w), "multiplies the decay"),
        (
            _lion(lambda g, mixed, pull: np.sign(mixed + pull), lambda *_: 0),
            "within the sign",
        ),
        (_lion_new_w, "shrink the new"),
        (_lion(pull=lambda w, rate, decay: rate * decay), "a share of the weight"),
        (_lion(betas=lambda beta_1, beta_2: (1, beta_2)), "sign of `m` alone"),
        (_lion(count=lambda steps: 1), "in the loop"),
        (_lion(count=lambda steps: steps + 1), "one step too many"),
        (lambda gradient, w, *rest: w, "have not moved"),
        (lambda gradient, w, *rest: w + 1, "Follow one step"),
        (lambda *given: (_lion()(*given), 0), "Return `w` alone"),
        (_lion_in_place, "changes the values"),
        (lambda gradient, w, steps: w, "should take 7 argument"),
    ],
}
