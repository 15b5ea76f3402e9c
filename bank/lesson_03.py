"""What people answer to the exercises of lesson 3; CONTRIBUTING.md says how."""

import numpy as np

from helpers.minibatches import batches

NAMES = {"batches": batches}


def _in_place(weights, gradient, learning_rate):
    weights -= learning_rate * gradient
    return weights


def _step_by_loop(weights, gradient, learning_rate):
    new = weights.copy()
    for place in np.ndindex(new.shape):
        new[place] -= learning_rate * gradient[place]
    return new


def _careful(slopes=lambda e, x: (2 * np.mean(e * x), 2 * np.mean(e))):
    """Make a step along what ``slopes`` makes of the errors and x."""

    def answer(w, b, x, y, rate):
        slope_w, slope_b = slopes(w * x + b - y, x)
        return w - rate * slope_w, b - rate * slope_b

    return answer


def _careful_by_loop(w, b, x, y, rate):
    slope_w = slope_b = 0.0
    for one_x, one_y in zip(x, y, strict=True):
        error = w * one_x + b - one_y
        slope_w += 2 * error * one_x / len(x)
        slope_b += 2 * error / len(x)
    return np.array([w - rate * slope_w, b - rate * slope_b])


def _careless(w, b, x, y, rate):
    w = w - rate * 2 * np.sum((w * x + b - y) * x)
    b = b - rate * 2 * np.sum(w * x + b - y)
    return w, b


def _still_new_w(w, b, x, y, rate):
    w = w - rate * 2 * np.mean((w * x + b - y) * x)
    b = b - rate * 2 * np.mean(w * x + b - y)
    return w, b


def _b_first(w, b, x, y, rate):
    b = b - rate * 2 * np.mean(w * x + b - y)
    w = w - rate * 2 * np.mean((w * x + b - y) * x)
    return w, b


def _without_intercept(w, b, x, y, rate):
    new_w, step = _careful()(w, 0.0, x, y, rate)
    return new_w, b + step


def _the_gradient(w, b, x, y, rate):
    errors = w * x + b - y
    return 2 * np.mean(errors * x), 2 * np.mean(errors)


def _descent_by_columns(x, y, batch_size, learning_rates):
    w, b = [0.0] * x.shape[1], 0.0
    for epoch in range(len(learning_rates)):
        for rows in batches(len(x), batch_size, epoch, 0):
            errors = sum(w[k] * x[rows, k] for k in range(len(w))) + b - y[rows]
            rate = 2 * learning_rates[epoch]
            w = [w[k] - rate * np.mean(errors * x[rows, k]) for k in range(len(w))]
            b = b - rate * np.mean(errors)
    return w, b


def _descent_with_a_column_of_ones(x, y, batch_size, learning_rates):
    inputs, weights = np.column_stack([x, np.ones(len(x))]), np.zeros(x.shape[1] + 1)
    for epoch, rate in enumerate(learning_rates):
        for rows in batches(len(x), batch_size, epoch, seed=0):
            errors = inputs[rows] @ weights - y[rows]
            weights = weights - rate * 2 * inputs[rows].T @ errors / len(rows)
    return weights[:-1], weights[-1]


def _deal(seed=0, times=1, first=0):
    return lambda x, size, epoch: batches(len(x), size, times * epoch + first, seed)


_dealt = _deal()


def _descent(
    draw=_dealt,
    factor=2,
    divide=lambda rows, size: len(rows),
    slope=lambda x, errors: x.T @ errors,
    bias=np.sum,
    start=lambda x: np.zeros(x.shape[1]),
    rates=lambda rates: rates,
    errors_anew=False,
):
    """Make a function that takes the steps, rightly or with one part changed."""

    def answer(x, y, batch_size, learning_rates):
        w, b = start(x), 0.0
        for epoch, rate in enumerate(rates(learning_rates)):
            for rows in draw(x, batch_size, epoch):
                pace = factor * rate / divide(rows, batch_size)
                errors = x[rows] @ w + b - y[rows]
                w = w - pace * slope(x[rows], errors)
                if errors_anew:
                    errors = x[rows] @ w + b - y[rows]
                b = b - pace * bias(errors)
        return w, b

    return answer


def _divides_w_by_batch_size(x, y, size, rates):
    return _descent(slope=lambda x, e: x.T @ e * len(e) / size)(x, y, size, rates)


def _every_epoch_for_every_rate(x, y, size, rates):
    return _descent(
        lambda x, size, epoch: _dealt(x, size, epoch % len(rates)),
        rates=lambda rates: np.repeat(rates, len(rates)),
    )(x, y, size, rates)


def _drops_the_last(x, size, epoch):
    return [rows for rows in _dealt(x, size, epoch) if len(rows) == size]


def _all_rows_once(x, size, epoch):
    return [np.arange(len(x))]


def _all_rows_each_time(x, size, epoch):
    return [np.arange(len(x)) for _ in _dealt(x, size, epoch)]


def _rows_in_order(x, size, epoch):
    return [np.arange(len(x))[k : k + size] for k in range(0, len(x), size)]


RIGHT = {
    "sgd_step": [
        lambda w, g, rate: w + -rate * g,
        lambda weights, gradient, rate: np.subtract(weights, gradient * rate),
        _step_by_loop,
        lambda w, g, rate: (w - rate * g).tolist(),
    ],
    "steps_needed": [21, 21.0, np.int64(21), np.array(21)],
    "back_and_forth": [0.25, np.float64(0.25), 1 / 4, np.float32(0.25), 0.1 + 0.15],
    "which_rate": [
        {"A": 0.08, "B": 0.074, "C": 0.01, "D": 0.04},
        {"D": np.float64(0.04), "C": 0.01, "B": 0.074, "A": 2 / 25},
        dict(zip("BADC", np.float32([0.074, 0.08, 0.04, 0.01]), strict=True)),
        {"A": 0.1 - 0.02, "B": 3 * 0.074 / 3, "C": 0.1**2, "D": 0.03 + 0.01},
    ],
    "ravine_rate": [0.042, 0.045, 2 / 42, np.float64(0.048), np.float32(0.045)],
    "careful_step": [_careful(), _careful_by_loop],
    "ball": [0.25, 1 / 4, np.float64(0.25), 0.247, 0.1 + 0.15, np.float32(0.25)],
    "minibatch_descent": [
        _descent(),
        _descent_by_columns,
        _descent_with_a_column_of_ones,
    ],
}

WRONG = {
    "sgd_step": [
        (lambda w, g, rate: w + rate * g, "uphill"),
        (lambda w, g, rate: w - g, "leave the learning rate out"),
        (lambda w, g, rate: -rate * g, "the step alone"),
        (lambda w, g, rate: rate * g, "the step alone"),
        (lambda w, g, rate: w - rate * g * w, "share of themselves"),
        (lambda w, g, rate: w - rate * np.sign(g), "equally long"),
        (lambda w, g, rate: w - rate * g / np.linalg.norm(g), "by its length"),
        (lambda w, g, rate: w - g / rate, "divide by the learning rate"),
        (lambda w, g, rate: w, "have not moved"),
        (lambda w, g, rate: g - rate * w, "Wanted: the weights"),
        (lambda w, g, rate: w - rate * g.mean(), "Each has its own slope"),
        (lambda w, g, rate: w - 0.05 * g, "that the function is given"),
        (lambda w, g, rate: (w - g) * rate, "mind the brackets"),
        (lambda w, g, rate: w - rate * w, "a share of the weights"),
        (lambda w, g, rate: w - rate * g(w), "is no function here"),
        (lambda w, g, rate: (w - rate * g).sum(), "should have the shape"),
        (lambda w, g: w - g, "should take 3 argument"),
        (lambda w, g, rate: print(w - rate * g), "Is there a `return`?"),
        (_in_place, "changes the values"),
        (0.6, "A function is wanted"),
    ],
    "steps_needed": [
        (20, "One too few"),
        (22, "one step earlier"),
        (10, "0.05"),
        (9, "0.05"),
        (5, "equal length"),
        (40, "fixed share"),
        (3, "leaves"),
        (182, "leave the curvature out"),
        (20.6, "whole number"),
        (-21, "first power of 0.8"),
        (30, "below 0.01 for some steps"),
        ("21", "take the quotes away"),
        ([21], "a list of 1"),
    ],
    "back_and_forth": [
        (0.125, "lands on the minimum"),
        (2, "Divide by the curvature"),
        (4, "Turn it over"),
        (0.5, "right for curvature 4"),
        (0.26, "Too high"),
        (1, "Too high"),
        (5, "Too high"),
        (7, "Too high"),
        (8, "8 is the curvature"),
        (16, "Too high"),
        (1000, "Too high"),
        (1e300, "Too high"),
        (0.2501, "Too high"),
        (0.000001, "It settles"),
        (1e-12, "It settles"),
        (0.24, "It settles"),
        (0.22, "It settles"),
        (0.05, "It settles"),
        (-0.25, "walks uphill"),
        (0, "goes nowhere"),
        ("0.25", "take the quotes away"),
        ("2 / 8", "take the quotes away"),
    ],
    "which_rate": [
        ({"A": 0.074, "B": 0.08, "C": 0.01, "D": 0.04}, "two zigzags"),
        ({"A": 0.08, "B": 0.074, "C": 0.04, "D": 0.01}, "C and D are the other way"),
        ({"A": 0.01, "B": 0.04, "C": 0.08, "D": 0.074}, "does not zigzag"),
        ({"A": 0.01, "B": 0.04, "C": 0.074, "D": 0.08}, "does not zigzag"),
        ({"A": 0.04, "B": 0.074, "C": 0.01, "D": 0.08}, "which multiplier is -1"),
        ({"A": 0.08, "B": 0.04, "C": 0.01, "D": 0.074}, "B jumps across"),
        ({"A": 0.08, "B": 0.01, "C": 0.074, "D": 0.04}, "B jumps across"),
        (
            dict(zip("ABCD", np.float32([0.074, 0.08, 0.01, 0.04]), strict=True)),
            "two zigzags",
        ),
        ({"A": 0.0801, "B": 0.074, "C": 0.01, "D": 0.04}, "belongs to one path"),
        ({"A": 0.08, "B": 0.074}, "needs the keys"),
        ({"a": 0.08, "b": 0.074, "c": 0.01, "d": 0.04}, "needs the keys"),
        ({"A": 0.08, "B": 0.08, "C": 0.08, "D": 0.08}, "belongs to one path"),
        ({"A": "0.08", "B": 0.074, "C": 0.01, "D": 0.04}, "take the quotes away"),
        ([0.08, 0.074, 0.01, 0.04], "should be a dictionary"),
    ],
    "ravine_rate": [
        (0.01, "Raise the rate"),
        (0.025, "Raise the rate"),
        (0.04, "Raise the rate"),
        (0.0495, "Lower the rate a little"),
        (0.05, "back and forth for ever"),
        (np.float32(0.05), "back and forth for ever"),
        (0.05001, "speed limit"),
        (0.06, "speed limit"),
        (1, "speed limit"),
        (2 / 2, "speed limit"),
        (1e200, "speed limit"),
        (-0.045, "walks uphill"),
        (0, "goes nowhere"),
        ("0.045", "take the quotes away"),
        ([0.045], "a list of 1"),
    ],
    "careful_step": [
        (_careless, "Both faults"),
        (_careful(lambda e, x: (2 * e @ x, 2 * e.sum())), "adds the errors up"),
        (_still_new_w, "The quiet fault"),
        (_b_first, "`b` goes first"),
        (_careful(lambda e, x: (-2 * np.mean(e * x), -2 * np.mean(e))), "uphill"),
        (_careful(lambda e, x: (np.mean(e * x), np.mean(e))), "factor 2"),
        (lambda *given: _careful()(*given)[::-1], "wrong order"),
        (_careful(lambda e, x: [2 * np.mean(e * x)] * 2), "without the factor x"),
        (_careful(lambda e, x: [2 * np.mean(e)] * 2), "one step against"),
        (
            _careful(lambda e, x: (2 * np.sum(e * x), 2 * np.mean(e))),
            "`w` still adds the errors up",
        ),
        (
            _careful(lambda e, x: (2 * np.mean(e * x), 2 * np.sum(e))),
            "`b` still adds the errors up",
        ),
        (_the_gradient, "You return the gradient"),
        (_careful(lambda e, x: (np.sum(e * x) / 2, np.sum(e) / 2)), "whatever it is"),
        (_careful(lambda e, x: (e @ x / 133, np.sum(e) / 133)), "whatever it is"),
        (_careful(lambda e, x: (2 * e.mean() * x.mean(), 2 * e.mean())), "two means"),
        (_without_intercept, "forgot `b`"),
        (lambda w, b, x, y, rate: w, "two values"),
        (lambda w, b, x, y, rate: (w, b), "one step against"),
        (lambda w, b, x, y, rate: (w - rate * (w * x + b - y) * x, b), "number"),
        (lambda w, b, x, y: (w, b), "should take 5 argument"),
    ],
    "ball": [
        (0.5, "One half comes from the rate"),
        (1, "do not cancel"),
        (4, "wrong way round"),
        (2, "gets smaller"),
        (1 / 16, "squared once too often"),
        (1 / 8, "proportion to the rate itself"),
        (0.75, "multiply"),
        (0.5 / np.sqrt(2), "A root is for the spread"),
        (25, "in percent"),
        (np.float32(0.1) * 250, "in percent"),
        (0.5 + 1e-9, "One half comes from the rate"),
        (-0.25, "between 0 and 1"),
        (0.3, "divide the second"),
        ("1/4", "take the quotes away"),
    ],
    "minibatch_descent": [
        (_descent(factor=-2), "uphill"),
        (_descent(factor=1), "factor 2"),
        (_descent(divide=lambda rows, size: 1), "add up the errors"),
        (_descent(divide=lambda rows, size: size), "Divide by `len(rows)`"),
        (_divides_w_by_batch_size, "Divide by `len(rows)`"),
        (_every_epoch_for_every_rate, "a rate of its own"),
        (_descent(errors_anew=True), "errors once"),
        (_descent(_deal(times=0)), "order of epoch 0"),
        (_descent(_deal(first=1)), "numbered from 1"),
        (_descent(_deal(seed=1)), "with `seed=0`"),
        (_descent(_deal(seed=42)), "with `seed=0`"),
        (_descent(_deal(seed=7)), "Are your first rows"),
        (_descent(_all_rows_once), "You take all rows in every step"),
        (_descent(_all_rows_each_time), "You take all rows in every step"),
        (_descent(slope=lambda x, e: np.mean(e * x)), "adds up error times feature"),
        (_descent(rates=lambda rates: rates[:1] * len(rates)), "first learning rate"),
        (_descent(rates=lambda rates: rates[:1]), "inside the loop"),
        (_descent(_drops_the_last), "smaller minibatch"),
        (_descent(bias=lambda errors: 0.0), "b is still 0"),
        (_descent(start=lambda x: 0.0), "a number for each feature"),
        (_descent(start=lambda x: np.ones(x.shape[1])), "Start with all at 0"),
        (_descent(slope=lambda x, e: x @ e), "adds up over the rows"),
        (_descent(slope=lambda x, e: len(e) * np.mean(e[:, None] * x)), "own slope"),
        (_descent(_rows_in_order), "without shuffling"),
        (lambda x, y, size, rates: (np.zeros(x.shape[1]), 0.0), "still 0"),
        (lambda x, y, size, rates: np.zeros(x.shape[1]), "two values"),
        (lambda x, y, size: (np.zeros(x.shape[1]), 0.0), "should take 4 argument"),
    ],
}
