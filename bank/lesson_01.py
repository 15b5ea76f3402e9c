"""What people answer to the exercises of lesson 1; CONTRIBUTING.md says how."""

import math

import numpy as np

NAMES = {}


def _errors(w, b, x, y, rows):
    return w * x[rows] + b - y[rows]


def _by_hand(w, b, x, y, rows):
    slope_w = slope_b = 0.0
    for row in rows:
        error = w * x[row] + b - y[row]
        slope_w += 2 * error * x[row] / len(rows)
        slope_b += 2 * error / len(rows)
    return slope_w, slope_b


def _by_matrix(w, b, x, y, rows):
    inputs = np.column_stack([x[rows], np.ones(len(rows))])
    return 2 * inputs.T @ (inputs @ [w, b] - y[rows]) / len(rows)


def _gradient(change):
    """Return an answer made from the errors and x of the minibatch by ``change``."""

    def answer(w, b, x, y, rows):
        return change(_errors(w, b, x, y, rows), x[rows])

    return answer


def _over_all(w, b, x, y, rows):
    e = _errors(w, b, x, y, rows)
    return [2 * np.sum(e * x[rows]) / len(x), 2 * np.sum(e) / len(x)]


def _in_place(w, b, x, y, rows):
    y -= w * x + b
    return [np.mean(-2 * y[rows] * x[rows]), np.mean(-2 * y[rows])]


def _by_nudges(w, b, x, y, rows):
    def loss(w, b):
        return np.mean(_errors(w, b, x, y, rows) ** 2)

    here = loss(w, b)
    return (loss(w + 1e-3, b) - here) / 1e-3, (loss(w, b + 1e-3) - here) / 1e-3


def _by_nudges_to_both_sides(w, b, x, y, rows):
    def loss(w, b):
        return np.mean(_errors(w, b, x, y, rows) ** 2)

    h = 0.5  # exact on a parabola, but for rounding
    return loss(w + h, b) - loss(w - h, b), loss(w, b + h) - loss(w, b - h)


def _by_a_complex_step(w, b, x, y, rows):
    def loss(w, b):
        return np.mean(_errors(w, b, x, y, rows) ** 2)

    return loss(w + 1e-20j, b).imag * 1e20, loss(w, b + 1e-20j).imag * 1e20


def _named(w, b, x, y, rows):
    slope_w, slope_b = _by_hand(w, b, x, y, rows)
    return {"b": slope_b, "w": slope_w}


def _forgotten_return(w, b, x, y, rows):
    np.mean(_errors(w, b, x, y, rows))


def _epoch(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def _shuffled_list(n, batch_size, seed):
    rows = list(range(n))
    np.random.default_rng(seed).shuffle(rows)
    minibatches = []
    while rows:
        minibatches.append(np.array(rows[:batch_size]))
        rows = rows[batch_size:]
    return minibatches


def _split_at(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    return np.split(order, range(batch_size, n, batch_size))


def _by_choice(n, batch_size, seed):
    order = np.random.default_rng(seed).choice(n, n, replace=False)
    count = math.ceil(n / batch_size)
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(count)]


def _with_replacement(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    count = math.ceil(n / batch_size)
    return [rng.integers(n, size=batch_size) for _ in range(count)]


def _unique_within(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    sizes = [len(part) for part in _epoch(n, batch_size, seed)]
    return [rng.choice(n, size, replace=False) for size in sizes]


def _not_shuffled(n, batch_size, seed):
    rows = np.arange(n)
    return [rows[start : start + batch_size] for start in range(0, n, batch_size)]


def _shuffled_within(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    return [rng.permutation(part) for part in _not_shuffled(n, batch_size, seed)]


def _cut_first(n, batch_size, seed):
    """Shuffle the fixed minibatches, and the rows inside each: a natural repair."""
    *parts, last = _shuffled_within(n, batch_size, seed)
    order = np.random.default_rng(seed).permutation(len(parts))
    return [*(parts[k] for k in order), last]


def _cut(order, batch_size):
    return np.split(order, range(batch_size, len(order), batch_size))


def _rolled(n, batch_size, seed):
    return _cut(np.roll(np.arange(n), 3 * seed + 1), batch_size)


def _one_shuffle_rolled(n, batch_size, seed):
    return _cut(np.roll(np.random.default_rng(0).permutation(n), seed), batch_size)


def _first_row_first(n, batch_size, seed):
    order = 1 + np.random.default_rng(seed).permutation(n - 1)
    return _cut(np.array([0, *order]), batch_size)


def _fours_together(n, batch_size, seed):
    """Shuffle cards that are glued together by fours, then each minibatch."""
    rng = np.random.default_rng(seed)
    glued = np.random.default_rng(0).permutation(n)
    fours = rng.permutation(glued[: n // 4 * 4].reshape(-1, 4)).ravel()
    order = np.array([*fours, *glued[n // 4 * 4 :]])
    return [*map(rng.permutation, _cut(order, batch_size))]


def _one_too_many(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    count = n // batch_size + 1
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(count)]


def _overlapping(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    return [order[start : start + batch_size + 1] for start in range(0, n, batch_size)]


def _evened_out(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    return np.array_split(order, math.ceil(n / batch_size))


def _full_ones_with_replacement(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    return [rng.integers(n, size=batch_size) for _ in range(n // batch_size)]


def _starts_one_apart(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    return [order[k : k + batch_size] for k in range(n // batch_size + 1)]


def _shuffled_to_nothing(n, batch_size, seed):
    order = np.random.default_rng(seed).shuffle(np.arange(n))
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def _error(per_row, batch_size):
    n = len(per_row)
    return per_row.std() / np.sqrt(batch_size) * np.sqrt((n - batch_size) / (n - 1))


def _solved(per_row, target):
    n, spread = len(per_row), per_row.std()
    return math.ceil(n / (1 + (n - 1) * target**2 / spread**2) - 1e-9)


def _other_books(per_row, target):
    """Take n - 1 in the spread and n in the factor, as other books do: the same."""
    n, size = len(per_row), 1
    spread = per_row.std(ddof=1)
    while spread / np.sqrt(size) * np.sqrt(1 - size / n) > target:
        size += 1
    return size


def _first_true(per_row, target):
    sizes = np.arange(1, len(per_row) + 1)
    return sizes[np.argmax(_error(per_row, sizes) <= target)]


def _search(good_enough):
    """Return an answer that goes up until ``good_enough(per_row, size, target)``."""

    def answer(per_row, target):
        for size in range(1, len(per_row) + 1):
            if good_enough(per_row, size, target):
                return size
        return len(per_row)

    return answer


def _factor_without_root(per_row, size, target):
    n = len(per_row)
    return per_row.std() / np.sqrt(size) * (n - size) / (n - 1) <= target


def _the_lessons_n(per_row, target):
    n = 266  # taken from the notebook
    sizes = np.arange(1, n + 1)
    errors = per_row.std() / np.sqrt(sizes) * np.sqrt((n - sizes) / (n - 1))
    return sizes[np.argmax(errors <= target)]


def _stops_before_n(per_row, target):
    for size in range(1, len(per_row)):
        if _error(per_row, size) <= target:
            return size


def _strictly_less(per_row, target):
    for size in range(1, len(per_row) + 1):
        if _error(per_row, size) < target:
            return size


def _capped(per_row, target):
    if target == 0:
        return len(per_row)
    return min(len(per_row), math.ceil((per_row.std() / target) ** 2))


RIGHT = {
    "minibatch_gradient": [_by_hand, _by_matrix, _named],
    "a_tenth_of_the_noise": [
        100,
        100.0,
        np.int64(100),
        10**2,
        1 / 0.1**2,
        np.float32(100),
    ],
    "small_enough": [84, 84.0, np.int64(84)],
    "which_cloud": [
        {"A": 16, "B": 4, "C": 64},
        {"C": 64.0, "B": np.int64(4), "A": 16},
    ],
    "last_minibatch": [26, 26.0, np.int64(26), 266 % 60],
    "epoch": [_shuffled_list, _split_at, _by_choice],
    "rows_needed": [_solved, _other_books, _first_true],
}

WRONG = {
    "minibatch_gradient": [
        (_gradient(lambda e, x: [-2 * np.mean(e * x), -2 * np.mean(e)]), "signs"),
        (_gradient(lambda e, x: [np.mean(e * x), np.mean(e)]), "factor 2"),
        (_gradient(lambda e, x: [2 * np.sum(e * x), 2 * np.sum(e)]), "Take their mean"),
        (_gradient(lambda e, x: [np.sum(e * x), np.sum(e)]), "factor 2 is missing"),
        (
            lambda w, b, x, y, rows: _by_hand(w, b, x, y, range(len(x))),
            "You use all rows",
        ),
        (_over_all, "divide by `len(rows)`"),
        (
            _gradient(lambda e, x: [2 * np.mean(part) / len(e) for part in (e * x, e)]),
            "twice",
        ),
        (_by_nudges, "a nudge gives about this"),
        (_by_nudges_to_both_sides, "without nudges"),
        (_by_a_complex_step, "A complex step is a nudge"),
        (lambda *given: dict(zip("xy", _by_hand(*given), strict=True)), "by its keys"),
        (_gradient(lambda e, x: [2 * np.mean(e), 2 * np.mean(e * x)]), "wrong order"),
        (
            _gradient(lambda e, x: [2 * np.mean(e * x)] * 2),
            "Both your slopes are along",
        ),
        (_gradient(lambda e, x: [2 * np.mean(e)] * 2), "a factor x"),
        (
            _gradient(lambda e, x: [2 * np.mean(e) * np.mean(x), 2 * np.mean(e)]),
            "the one along `w` is not",
        ),
        (
            _gradient(lambda e, x: [2 * np.mean(e * x), 2 * np.mean(e) / np.mean(x)]),
            "the one along `b` is not",
        ),
        (_gradient(lambda e, x: np.array([2 * e * x, 2 * e])), "value for each row"),
        (_gradient(lambda e, x: 2 * np.mean(e * x)), "should return two numbers"),
        (_gradient(lambda e, x: [2 * np.mean(e * x)]), "shape (2,)"),
        (_gradient(lambda e, x: [np.mean(e**2)] * 2), "That is the loss"),
        (lambda w, b, x, y, rows: _by_hand(w, 0.0, x, y, rows), "forgot `b`"),
        (lambda w, b, x, y, rows: _by_hand(w, b, x, -y, rows), "You add the truth"),
        (_in_place, "changes the values"),
        (_forgotten_return, "Is there a `return`?"),
        (lambda w, b, x, y: [0.0, 0.0], "should take 5 argument"),
        ([-1.21, 0.0], "A function is wanted"),
    ],
    "a_tenth_of_the_noise": [
        (10, "about a third"),
        (20, "straight line"),
        (40, "multiplied 4 by 10"),
        (64, "three halvings"),
        (16, "a quarter"),
        (4, "half the noise"),
        (1000, "a thirtieth"),
        (3.16, "under the root"),
        (math.sqrt(10), "under the root"),
        (0.1, "makes *more* noise"),
        (0.01, "turned it round"),
        (-100, "is no minibatch"),
        (0, "is no minibatch"),
        (50, "You want 1 / 10"),
        (101, "1 / 10.05"),
        ("100", "take the quotes away"),
    ],
    "small_enough": [
        (122, "without the finite-population factor"),
        (121, "without the finite-population factor"),
        (83, "above 0.2"),
        (85, "a smaller minibatch would do"),
        (100, "a smaller minibatch would do"),
        (32, "take more rows"),
        (1, "With 1 row the"),
        (11, "divided by the batch size"),
        (12, "divided by the batch size"),
        (266, "no noise at all"),
        (300, "from 1 to 266"),
        (0, "from 1 to 266"),
        (83.7, "whole number"),
        (0.2, "whole number"),
        ("84", "take the quotes away"),
    ],
    "which_cloud": [
        ({"A": 16, "B": 64, "C": 4}, "upside down"),
        ({"A": 4, "B": 16, "C": 64}, "the widest"),
        ({"A": 4, "B": 64, "C": 16}, "the widest"),
        ({"A": 64, "B": 4, "C": 16}, "which is narrower"),
        ({"A": 16, "B": 4}, "needs the keys"),
        ({"a": 16, "b": 4, "c": 64}, "needs the keys"),
        ({"A": 4, "B": 4, "C": 4}, "belongs to one cloud"),
        ({"A": "16", "B": 4, "C": 64}, "take the quotes away"),
        ([16, 4, 64], "should be a dictionary"),
        ("B", "should be a dictionary"),
    ],
    "last_minibatch": [
        (60, "does not divide"),
        (0, "Nothing is thrown away"),
        (5, "number of steps"),
        (4, "full minibatches"),
        (34, "missing to a full one"),
        (86, "left out one full minibatch"),
        (10, "batch size 32"),
        (53, "evenly"),
        (54, "evenly"),
        (27, "One too many"),
        (25, "One too few"),
        (4.43, "whole number"),
        (-26, "Take 60 away"),
        ([26], "a list of 1"),
    ],
    "epoch": [
        (_with_replacement, "comes more than once"),
        (_unique_within, "comes more than once"),
        (_full_ones_with_replacement, "comes more than once"),
        (_overlapping, "comes more than once"),
        (_starts_one_apart, "Where should the next one begin?"),
        (
            lambda n, size, seed: _epoch(n, size, seed)[: n // size],
            "deals out 48 of 50 rows",
        ),
        (_not_shuffled, "order of the data"),
        (_shuffled_within, "same rows for every seed"),
        (_cut_first, "same rows for every seed"),
        (_rolled, "counted in a circle"),
        (_one_shuffle_rolled, "in the order of seed 0"),
        (_first_row_first, "in the first half"),
        (_fours_together, "in one minibatch"),
        (_one_too_many, "without rows"),
        (_evened_out, "only the last may be smaller"),
        (lambda *given: [part + 1 for part in _epoch(*given)], "Row numbers go from 0"),
        (
            lambda n, size, seed: _epoch(n, size, 0),
            "different seeds give the same order",
        ),
        (lambda n, size, seed: _epoch(n, size, None), "nobody can replay"),
        (lambda *given: [np.sort(part) for part in _epoch(*given)], "are sorted"),
        (_shuffled_to_nothing, "`rng.shuffle` changes its list"),
        (lambda n, size, seed: np.random.default_rng(seed).permutation(n), "a list of"),
        (lambda n, size, seed: list(range(n)), "an array of row numbers"),
        (lambda n, size, seed: [], "deals out 0 of 50"),
        (lambda n, size: [], "should take 3 argument"),
    ],
    "rows_needed": [
        (lambda g, t: math.ceil((g.std() / max(t, 1e-3)) ** 2), "leaves out"),
        (_capped, "leaves out"),
        (_search(_factor_without_root), "is a square root"),
        (_the_lessons_n, "`n` is the lesson's"),
        (_search(lambda g, size, t: g.std() / np.sqrt(size) <= t), "leaves out"),
        (_search(lambda g, size, t: g.std() / size <= t), "square root"),
        (lambda g, t: max(_solved(g, t) - 1, 1), "round up"),
        (
            _search(lambda g, size, t: _error(g, size) < t or size == len(g)),
            "equal to the target",
        ),
        (lambda g, t: min(_solved(g, t) + 1, len(g)), "one row less would do"),
        (_search(lambda g, size, t: _error(g, size) > t), "too few"),
        (_search(lambda g, size, t: abs(g.mean()) / np.sqrt(size) <= t), "more than"),
        (_search(lambda g, size, t: _error(g, size) ** 2 <= t), "too few"),
        (lambda g, t: len(g), "more than"),
        (lambda g, t: 84, "too few"),
        (lambda g, t: 83.7, "whole number"),
        (lambda g, t: [_solved(g, t)], "a list of 1"),
        (lambda g, t: None, "Is there a `return`?"),
        (_stops_before_n, "does the loop go up to n"),
        (_strictly_less, "is `<=` meant"),
        (lambda g, t: _solved(g, t) if t else len(g) + 1, "a rounding error"),
        (lambda g: 1, "should take 2 argument"),
        (84, "A function is wanted"),
    ],
}
