"""What people answer to the exercises of lesson 3, right and wrong.

``RIGHT``: exercise -> answers that must pass. ``WRONG``: exercise -> (answer, a part
of the message that it must get). ``NAMES``: what the collected answers refer to.
"""

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


def _errors(w, b, x, y):
    return w * x + b - y


def _careful_in_one_line(w, b, x, y, rate):
    return [
        w - 2 * rate * (_errors(w, b, x, y) * x).mean(),
        b - 2 * rate * _errors(w, b, x, y).mean(),
    ]


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


def _still_sums(w, b, x, y, rate):
    errors = _errors(w, b, x, y)
    return w - rate * 2 * np.sum(errors * x), b - rate * 2 * np.sum(errors)


def _still_new_w(w, b, x, y, rate):
    w = w - rate * 2 * np.mean((w * x + b - y) * x)
    b = b - rate * 2 * np.mean(w * x + b - y)
    return w, b


def _b_first(w, b, x, y, rate):
    b = b - rate * 2 * np.mean(w * x + b - y)
    w = w - rate * 2 * np.mean((w * x + b - y) * x)
    return w, b


def _uphill(w, b, x, y, rate):
    new_w, new_b = _careful_in_one_line(w, b, x, y, rate)
    return 2 * w - new_w, 2 * b - new_b


def _without_the_two(w, b, x, y, rate):
    return _careful_in_one_line(w, b, x, y, rate / 2)


def _order_swapped(w, b, x, y, rate):
    return _careful_in_one_line(w, b, x, y, rate)[::-1]


def _x_in_both(w, b, x, y, rate):
    slope = 2 * np.mean(_errors(w, b, x, y) * x)
    return w - rate * slope, b - rate * slope


def _no_x_at_all(w, b, x, y, rate):
    slope = 2 * np.mean(_errors(w, b, x, y))
    return w - rate * slope, b - rate * slope


def _one_sum(place):
    def answer(w, b, x, y, rate):
        new = list(_careful_in_one_line(w, b, x, y, rate))
        new[place] = _still_sums(w, b, x, y, rate)[place]
        return new

    return answer


def _divided_by(rows):
    def answer(w, b, x, y, rate):
        return _still_sums(w, b, x, y, rate / rows)

    return answer


def _two_means(w, b, x, y, rate):
    slope = 2 * np.mean(_errors(w, b, x, y))
    return w - rate * slope * np.mean(x), b - rate * slope


def _without_intercept(w, b, x, y, rate):
    errors = _errors(w, 0.0, x, y)
    return w - rate * 2 * np.mean(errors * x), b - rate * 2 * np.mean(errors)


def _the_gradient(w, b, x, y, rate):
    errors = _errors(w, b, x, y)
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


def _descent(
    sign=1, divide=len, seed=0, from_one=0, same_order=False, one_rate=False, stop=False
):
    """Make a function that takes the steps with one mistake."""

    def answer(x, y, batch_size, learning_rates):
        w, b = np.zeros(x.shape[1]), 0.0
        for epoch, rate in enumerate(learning_rates):
            rate = sign * 2 * (learning_rates[0] if one_rate else rate)
            number = 0 if same_order else epoch + from_one
            for rows in batches(len(x), batch_size, number, seed):
                errors = x[rows] @ w + b - y[rows]
                w = w - rate * x[rows].T @ errors / divide(rows)
                b = b - rate * errors.sum() / divide(rows)
            if stop:
                return w, b
        return w, b

    return answer


def _errors_anew(x, y, batch_size, learning_rates):
    w, b = np.zeros(x.shape[1]), 0.0
    for epoch, rate in enumerate(learning_rates):
        for rows in batches(len(x), batch_size, epoch, seed=0):
            w = w - rate * 2 * x[rows].T @ (x[rows] @ w + b - y[rows]) / len(rows)
            b = b - rate * 2 * (x[rows] @ w + b - y[rows]).mean()
    return w, b


def _divides_by_batch_size(x, y, batch_size, learning_rates):
    return _descent(divide=lambda rows: batch_size)(x, y, batch_size, learning_rates)


def _divides_w_by_batch_size(x, y, batch_size, learning_rates):
    def slope(part, errors):
        return part.T @ errors / batch_size

    return _descent_from(_zeros, slope)(x, y, batch_size, learning_rates)


def _every_epoch_for_every_rate(x, y, batch_size, learning_rates):
    w, b = np.zeros(x.shape[1]), 0.0
    for rate in learning_rates:
        for epoch in range(len(learning_rates)):
            for rows in batches(len(x), batch_size, epoch, seed=0):
                errors = x[rows] @ w + b - y[rows]
                w = w - rate * 2 * x[rows].T @ errors / len(rows)
                b = b - rate * 2 * errors.mean()
    return w, b


def _drops_the_last(x, y, batch_size, learning_rates):
    w, b = np.zeros(x.shape[1]), 0.0
    for epoch, rate in enumerate(learning_rates):
        for rows in batches(len(x), batch_size, epoch, seed=0):
            if len(rows) == batch_size:
                errors = x[rows] @ w + b - y[rows]
                w = w - rate * 2 * x[rows].T @ errors / len(rows)
                b = b - rate * 2 * errors.mean()
    return w, b


def _all_rows_once(x, y, batch_size, learning_rates):
    return _descent()(x, y, len(x), learning_rates)


def _all_rows_each_time(x, y, batch_size, learning_rates):
    w, b = np.zeros(x.shape[1]), 0.0
    for epoch, rate in enumerate(learning_rates):
        for _ in batches(len(x), batch_size, epoch, seed=0):
            errors = x @ w + b - y
            w = w - rate * 2 * x.T @ errors / len(x)
            b = b - rate * 2 * errors.mean()
    return w, b


def _without_the_matrix_product(x, y, batch_size, learning_rates):
    w, b = np.zeros(x.shape[1]), 0.0
    for rows in batches(len(x), batch_size, 0, seed=0):
        errors = x[rows] @ w + b - y[rows]
        w = w - learning_rates[0] * 2 * np.mean(errors * x[rows])
    return w, b


def _descent_from(start, slope):
    """Take the steps from other weights, or along another slope."""

    def answer(x, y, batch_size, learning_rates):
        w, b = start(x), 0.0
        for epoch, rate in enumerate(learning_rates):
            for rows in batches(len(x), batch_size, epoch, seed=0):
                errors = x[rows] @ w + b - y[rows]
                w = w - 2 * rate * slope(x[rows], errors)
                b = b - 2 * rate * errors.mean()
        return w, b

    return answer


def _mean_slope(x, errors):
    return x.T @ errors / len(errors)


def _zeros(x):
    return np.zeros(x.shape[1])


def _b_forgotten(x, y, batch_size, learning_rates):
    w = np.zeros(x.shape[1])
    for epoch, rate in enumerate(learning_rates):
        for rows in batches(len(x), batch_size, epoch, seed=0):
            w = w - rate * 2 * x[rows].T @ (x[rows] @ w - y[rows]) / len(rows)
    return w, 0.0


def _rows_in_order(x, y, batch_size, learning_rates):
    w, b = np.zeros(x.shape[1]), 0.0
    for rate in learning_rates:
        for start in range(0, len(x), batch_size):
            part = slice(start, start + batch_size)
            errors = x[part] @ w + b - y[part]
            w = w - rate * 2 * x[part].T @ errors / len(errors)
            b = b - rate * 2 * errors.mean()
    return w, b


RIGHT = {
    "sgd_step": [
        lambda w, g, rate: w + -rate * g,
        lambda weights, gradient, rate: np.subtract(weights, gradient * rate),
        _step_by_loop,
        lambda w, g, rate: (w - rate * g).tolist(),
    ],
    "steps_needed": [21, 21.0, np.int64(21), np.array(21)],
    "back_and_forth": [0.25, np.float64(0.25), 1 / 4, np.float32(0.25)],
    "which_rate": [
        {"A": 0.08, "B": 0.074, "C": 0.01, "D": 0.04},
        {"D": np.float64(0.04), "C": 0.01, "B": 0.074, "A": 2 / 25},
    ],
    "ravine_rate": [0.042, 0.045, 2 / 42, np.float64(0.048)],
    "careful_step": [_careful_in_one_line, _careful_by_loop],
    "ball": [0.25, 1 / 4, np.float64(0.25), 0.247],
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
        (_still_sums, "adds the errors up"),
        (_still_new_w, "The quiet fault"),
        (_b_first, "`b` goes first"),
        (_uphill, "uphill"),
        (_without_the_two, "factor 2"),
        (_order_swapped, "wrong order"),
        (_x_in_both, "without the factor x"),
        (_no_x_at_all, "one step against"),
        (_one_sum(0), "`w` still adds the errors up"),
        (_one_sum(1), "`b` still adds the errors up"),
        (_the_gradient, "You return the gradient"),
        (_divided_by(4), "whatever it is"),
        (_divided_by(266), "whatever it is"),
        (_two_means, "two means"),
        (_without_intercept, "forgot `b`"),
        (lambda w, b, x, y, rate: w, "two values"),
        (lambda w, b, x, y, rate: (w, b), "one step against"),
        (lambda w, b, x, y, rate: (w - rate * _errors(w, b, x, y) * x, b), "number"),
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
        (-0.25, "between 0 and 1"),
        (0.3, "divide the second"),
        ("1/4", "take the quotes away"),
    ],
    "minibatch_descent": [
        (_descent(sign=-1), "uphill"),
        (_descent(sign=0.5), "factor 2"),
        (_descent(divide=lambda rows: 1), "add up the errors"),
        (_divides_by_batch_size, "Divide by `len(rows)`"),
        (_divides_w_by_batch_size, "Divide by `len(rows)`"),
        (_every_epoch_for_every_rate, "a rate of its own"),
        (_errors_anew, "errors once"),
        (_descent(same_order=True), "order of epoch 0"),
        (_descent(from_one=1), "numbered from 1"),
        (_descent(seed=1), "with `seed=0`"),
        (_descent(seed=42), "with `seed=0`"),
        (_descent(seed=7), "Are your first rows"),
        (_all_rows_once, "You take all rows in every step"),
        (_all_rows_each_time, "You take all rows in every step"),
        (_without_the_matrix_product, "adds up error times feature"),
        (_descent(one_rate=True), "first learning rate"),
        (_descent(stop=True), "inside the loop"),
        (_drops_the_last, "smaller minibatch"),
        (_b_forgotten, "b is still 0"),
        (_descent_from(lambda x: 0.0, _mean_slope), "a number for each feature"),
        (_descent_from(lambda x: 1 + _zeros(x), _mean_slope), "Start with all at 0"),
        (_descent_from(_zeros, lambda x, e: x @ e / len(e)), "adds up over the rows"),
        (
            _descent_from(_zeros, lambda x, e: np.mean(e[:, None] * x)),
            "own slope",
        ),
        (_rows_in_order, "without shuffling"),
        (lambda x, y, size, rates: (np.zeros(x.shape[1]), 0.0), "still 0"),
        (lambda x, y, size, rates: np.zeros(x.shape[1]), "two values"),
        (lambda x, y, size: (np.zeros(x.shape[1]), 0.0), "should take 4 argument"),
    ],
}
