"""The exercises of lesson 1: stochastic."""

from functools import partial

import numpy as np

from helpers.checks import bets
from helpers.checks.answers import (
    array,
    call,
    choices,
    close,
    in_order,
    look_up,
    number,
    recognise,
)
from helpers.checks.engine import Lesson, Wrong
from helpers.checks.feedback import kind_of, show
from helpers.checks.nudges import FAR, judge_far, nudged, real

LESSON = Lesson(1, "Stochastic")
# The patients of the lesson: how many, and the spread of the slopes from single rows.
ROWS, SPREAD = 266, 2.20672

wrong_way = bets.Bet("rows that send w the wrong way", 0, 266, "rows")
wrong_handfuls = bets.Bet(
    "handfuls of 8 that point the wrong way", 1, 2000, "handfuls", log=True
)
spread_of_16 = bets.Bet("spread for 16 rows (for 8 it is 0.81)", 0.0, 1.0)
below_the_rule = bets.Bet(
    "how far the spread of 128 rows lies below the rule", 0, 100, "%"
)
never_seen = bets.Bet('patients whom the "epoch" never shows', 0, 266, "patients")
twice_the_price = bets.Bet(
    "rows in a step that costs twice as much as one on a single row",
    1,
    100_000,
    "rows",
    log=True,
)
ten_copies = bets.Bet(
    "spread for 128 of ten times as many rows (of 266 it is 0.14)", 0.0, 0.5
)
country = bets.Bet("people to ask, of 266 million", 1, 266_000_000, log=True)
three_exact_steps = bets.Bet("the loss after three exact steps from 4.21", 0.63, 4.21)
BETS = bets.of(1, vars())
look_back = partial(bets.look_back, BETS)


@LESSON.exercise(
    "Write",
    points=2,
    hints=(
        "Pick the handful first: `x[rows]` and `y[rows]`. What is the error of each of "
        "these rows? What does each contribute to the two slopes?",
        "What a row contributes stands above the exercise, for each of the two slopes. "
        "What makes one number out of the contributions of a handful?",
    ),
)
def minibatch_gradient(answer):
    """Judge the gradient of a minibatch: (w, b, x, y, rows) -> slopes along w and b."""
    random = np.random.default_rng(1)
    x, y = random.normal(1, 2, size=(2, 30))
    name = "minibatch_gradient"
    for w, b, size in ((0.7, -0.4, 5), (-1.5, 2.0, 12), (0.0, 0.5, 1)):
        rows = random.permutation(30)[:size]
        got = call(answer, w, b, real(x), real(y), rows, name=name)
        got = in_order(got, ("w", "b"))
        if size > 2 and np.shape(got) in ((2, size), (size, 2), (2, 30)):
            raise Wrong(
                "You return a value for each row. The gradient has two numbers: take "
                "the mean over the rows of the minibatch."
            )
        if np.shape(got) == ():
            raise Wrong(
                f"{name} should return two numbers, the slope along `w` and the slope "
                f"along `b`. You gave {show(got)}."
            )
        got = array(got, (2,), f"What {name} returns")
        right = _slopes(w, b, x[rows], y[rows])
        if not close(got, right):
            raise Wrong(_gradient_mistake(got, right, (w, b, x, y, rows)))
    for far in FAR:
        there = w, b, abs(x), far + far * abs(y), rows
        overflow = {"OverflowError": nudged(far)}
        got = in_order(call(answer, *there, name=name, advice=overflow), ("w", "b"))
        judge_far(far, [got], [_slopes(w, b, there[2][rows], there[3][rows])])
    return (
        "The mean over the handful, whatever its size. With all row numbers it is the "
        "full gradient; nothing else in it needs to change."
    )


def _slopes(w, b, x, y):
    errors = w * x + b - y
    return 2 * np.array([np.mean(errors * x), np.mean(errors)])


def _gradient_mistake(got, right, arguments):
    def slopes(errors, x):
        return 2 * np.array([np.mean(errors * x), np.mean(errors)])

    w, b, x, y, rows = arguments
    size = len(rows)
    everywhere = w * x + b - y
    errors = everywhere[rows]
    full = slopes(everywhere, x)
    mistakes = {
        "Your signs are turned round. The error is prediction minus truth.": -right,
        "You lost the factor 2: each row contributes twice its error.": right / 2,
        "You add up the rows. Take their mean: divide by their number.": right * size,
        "You add up the rows, and the factor 2 is missing: take the mean of twice "
        "the errors.": right * size / 2,
        "You divide by the number of rows twice: the mean has done it already.": (
            right / size
        ),
        "You use all rows. The minibatch is `x[rows]` and `y[rows]`.": full,
        "You divide by the number of all rows. The mean is over the minibatch: "
        "divide by `len(rows)`.": right * size / len(x),
        "The two slopes are in the wrong order: `w` first, then `b`.": right[::-1],
        "Both your slopes are along `w`. Along `b` the `x` is missing.": right[[0, 0]],
        "Both your slopes are along `b`. Along `w` there is a factor x.": right[[1, 1]],
        "You forgot `b` in the prediction: it is `w * x + b`.": (
            slopes(errors - b, x[rows])
        ),
        "You add the truth to the prediction. The error is prediction minus truth.": (
            slopes(errors + 2 * y[rows], x[rows])
        ),
        "That is the loss. Wanted are its two slopes.": [np.mean(errors**2)] * 2,
    }
    recognise(got, mistakes, rtol=1e-6, atol=1e-9)
    if np.allclose(got, right, rtol=0.02, atol=1e-3):
        return (
            "Nearly: a nudge gives about this. The formula above the exercise is exact."
        )
    if np.isclose(got[1], right[1]):
        return (
            "The slope along `b` is right, the one along `w` is not: multiply each "
            "row's error by the `x` of the same row before you take the mean."
        )
    if np.isclose(got[0], right[0]):
        return (
            "The slope along `w` is right, the one along `b` is not: it is the mean of "
            "twice the errors, without the `x`."
        )
    return (
        f"For {size} rows, w = {w} and b = {b} the gradient is {right.round(3)}; yours "
        f"is {got.round(3)}. For each row: prediction minus truth, times 2, and for "
        "`w` times its `x`. Then the mean over the rows."
    )


@LESSON.exercise(
    "Predict",
    hints=(
        "Four times as many rows gave half the noise, sixteen times as many gave a "
        "quarter. What does a number of rows have to do with the noise?",
        "The noise goes as one divided by the square root of the batch size. Whose "
        "square root is ten?",
    ),
)
def a_tenth_of_the_noise(answer):
    """Judge the rows for a tenth of the noise: how many times as many."""
    times = number(answer, "my_times")
    if times <= 0:
        raise Wrong(f"{times:g} times as many rows is no minibatch. Count upwards.")
    if np.isclose(times, np.sqrt(10), atol=0.05):
        raise Wrong(
            "That is the root of ten. It is the number of rows that stands under the "
            "root: which number has the root ten?"
        )
    mistakes = {
        10: "Ten times as many rows leave about a third of the noise, 1 / 3.2: four "
        "times as many were needed for a half.",
        20: "You carried on in a straight line from four times for a half. The noise "
        "goes as one divided by the *root* of the batch size.",
        40: "You multiplied 4 by 10. Each halving costs four times the rows, and a "
        "tenth is a bit more than three halvings.",
        64: "That is three halvings, an eighth of the noise. A tenth takes more.",
        16: "That gives a quarter of the noise. A tenth takes more.",
        4: "Four times as many give half the noise. A tenth takes more.",
        1000: "That leaves a thirtieth. The square root of 1,000 is 32; you need a "
        "root of ten.",
        0.1: "A tenth of the rows makes *more* noise. More rows, less noise.",
        0.01: "You turned it round: fewer rows make more noise.",
    }
    look_up(times, mistakes, rtol=1e-4)
    if not np.isclose(times, 100, rtol=1e-4):
        raise Wrong(
            f"{times:.6g} times as many rows change the noise by a factor of 1 / "
            f"{np.sqrt(times):.5g}. You want 1 / 10."
        )
    return (
        "A hundred times the rows for ten times the precision: precision gets dearer "
        "and dearer."
    )


@LESSON.exercise(
    "Tune",
    hints=(
        "Put a batch size into the formula for the standard error: `per_row.std() / "
        "np.sqrt(B) * np.sqrt((n - B) / (n - 1))`. Is it above 0.2 or below?",
        "50 rows give 0.28 and 120 rows 0.15. Halve the interval between them a few "
        "times, or let a loop try every size.",
    ),
)
def small_enough(answer):
    """Judge the smallest batch that is good enough: a standard error up to 0.2."""
    size = number(answer, "my_batch_size", whole=True)
    if size < 1 or size > ROWS:
        raise Wrong(
            f"A minibatch holds from 1 to {ROWS} of our rows; yours would hold "
            f"{size:g}."
        )
    if size in (121, 122):
        raise Wrong(
            f"{size:g} is what the rule without the finite-population factor asks for. "
            "A handful that large holds nearly half of all rows, and the factor brings "
            "the noise down to 0.15: fewer rows will do."
        )
    if size in (11, 12):
        raise Wrong(
            "You divided by the batch size. The noise goes down with its square root: "
            f"{size:g} rows leave {_standard_error(size):.2f}."
        )
    if size == ROWS:
        raise Wrong("All rows leave no noise at all. Up to 0.2 is allowed: use fewer.")
    error = _standard_error(size)
    if error > 0.2:
        raise Wrong(
            f"With {size:g} row{'s' * (size > 1)} the standard error is {error:.4f}, "
            "above 0.2: take more rows."
        )
    if size > 84:
        raise Wrong(
            f"With {size:g} rows the standard error is {error:.4f}. That is low "
            "enough, but a smaller minibatch would do, too."
        )
    return (
        f"{error:.4f} with 84 rows, and 83 would miss the target. Without the "
        "finite-population factor it would be nearly half as many again."
    )


def _standard_error(size):
    return SPREAD / np.sqrt(size) * np.sqrt((ROWS - size) / (ROWS - 1))


@LESSON.exercise(
    "Choose",
    hints=(
        "All three clouds have the same middle. Compare how far each of them reaches.",
        "The more rows in a minibatch, the more of their errors cancel. Which cloud is "
        "the narrowest, and which batch size has the least noise?",
    ),
)
def which_cloud(answer):
    """Judge which cloud has which batch size."""
    example = '{"A": 4, "B": 16, "C": 64}'
    got = choices(answer, "ABC", "my_sizes", example, whole=True)
    if sorted(got.values()) != [4, 16, 64]:
        raise Wrong("Each of the batch sizes 4, 16 and 64 belongs to one cloud.")
    if got == {"A": 16, "B": 64, "C": 4}:
        raise Wrong(
            "You have it upside down. More rows do not spread further: their errors "
            "cancel, and the cloud gets narrower."
        )
    if got["B"] != 4:
        raise Wrong(
            f"You gave {got['B']:g} rows to B. It is the widest of the three: which "
            "batch size has the most noise?"
        )
    if got["C"] != 64:
        raise Wrong("B is right. Of A and C, which is narrower? It has more rows.")
    return "Four times the rows, half the width, and the same middle for all three."


@LESSON.exercise(
    "Predict",
    hints=(
        "Deal out 60 rows at a time. How many full minibatches do 266 rows make?",
        "Four full minibatches use up 240 rows. The last one holds what is left.",
    ),
)
def last_minibatch(answer):
    """Judge the last minibatch of an epoch: of 266 rows, 60 at a time."""
    rows = number(answer, "my_rows", whole=True)
    mistakes = {
        60: "Only full minibatches hold 60, and 60 does not divide 266.",
        0: "Nothing is thrown away: the rows that are left make a smaller minibatch.",
        5: "That is the number of steps in the epoch. How many rows has the last one?",
        4: "That is the number of full minibatches. How many rows do they leave?",
        34: "That is how many rows are missing to a full one. How many are there?",
        86: "You left out one full minibatch: 266 - 3 * 60 is still more than 60.",
        10: "That was the last one of batch size 32. Here the batch size is 60.",
        (53, 54): "That shares the rows out evenly. Minibatches are filled one after "
        "the other: 60, 60, and so on, then what is left.",
        27: "One too many: four full minibatches hold 4 * 60 rows. What is left?",
        25: "One too few: four full minibatches hold 4 * 60 rows. What is left?",
    }
    look_up(rows, mistakes)
    if rows != 26:
        raise Wrong(
            f"{rows:g} rows is not what is left. Take 60 away from 266 as often as you "
            "can."
        )
    return "Four times 60 is 240, and 26 are left: the fifth step of the epoch."


@LESSON.exercise(
    "Fix",
    points=2,
    hints=(
        "There are two faults. Which line lets a row come twice? And what becomes of "
        "the rows that do not fill a minibatch?",
        "What puts all row numbers into a random order, each once? Then cut: where "
        "does each minibatch begin? A slice past the end stops there by itself.",
    ),
)
def epoch(answer):
    """Judge an epoch repaired: (n, batch_size, seed) -> each row exactly once."""
    for n, batch_size in ((50, 8), (48, 8), (30, 7), (5, 8), (6, 1)):
        first = _minibatches(answer, n, batch_size, seed=1)
        if 1 < batch_size < n and np.array_equal(np.concatenate(first), np.arange(n)):
            raise Wrong(
                "The rows come in the order of the data. Shuffle them first: "
                "`rng.permutation(n)`."
            )
    twice = [_minibatches(answer, 50, 8, seed=1) for _ in range(2)]
    if not all(map(np.array_equal, *twice)):
        raise Wrong(
            "Two calls with the same seed give two orders, so nobody can replay your "
            "run. Draw with the `rng` of the function."
        )
    _judge_shuffle([_minibatches(answer, 50, 8, seed) for seed in range(40)])
    return "Shuffle once, then cut: every row comes exactly once, and none is lost."


def _judge_shuffle(epochs):
    """Say what tells the orders of 40 seeds from shuffles: no chance would bring it."""
    orders = np.array([np.concatenate(parts) for parts in epochs])
    seeds, n = orders.shape
    if any(np.array_equal(orders[0], order) for order in orders[1:]):
        raise Wrong("Two different seeds give the same order. Draw with `rng`.")
    if len({frozenset(map(frozenset, map(np.ndarray.tolist, e))) for e in epochs}) == 1:
        raise Wrong(
            "The minibatches hold the same rows for every seed. Shuffle all rows, not "
            "only those within a minibatch, and cut then."
        )
    if all(np.all(np.diff(part) > 0) for part in epochs[0] if len(part) > 1):
        raise Wrong("Within each minibatch the rows are sorted. Leave them shuffled.")
    places = orders.argsort(axis=1)  # of each row
    _judge_steps(np.diff(orders) % n, "the next row is the last one", 0)
    in_the_first = places[0][orders[1:]]  # where each row stands in the order of seed 0
    what = "the place of the next row in the order of seed 0 is that of the last one"
    _judge_steps(np.diff(in_the_first) % n, what, 1)
    together = places // len(epochs[0][0])
    pairs = np.sum(together[:, :, None] == together[:, None, :], axis=0)
    a, b = np.unravel_index(np.argmax(pairs - seeds * np.eye(n)), pairs.shape)
    if pairs[a, b] > 0.6 * seeds:
        raise Wrong(
            f"For {pairs[a, b]} of {seeds} seeds the rows {a} and {b} are in one "
            "minibatch. Shuffle all rows singly, then cut."
        )
    early = np.sum(places < n / 2, axis=0)
    for row, times in enumerate(early):
        if min(times, seeds - times) <= 2:
            raise Wrong(
                f"For {times} of {seeds} seeds row {row} comes in the first half of "
                "the epoch. In a shuffle it may come anywhere: `rng.permutation(n)`."
            )


def _judge_steps(steps, what, first_seed):
    """Say so where one step, counted in a circle, comes far too often for a shuffle."""
    for seed, row in enumerate(steps, first_seed):
        counts = np.bincount(row)
        times, step, n = counts.max(), counts.argmax(), len(row) + 1
        if times > n / 4:
            raise Wrong(
                f"That is no shuffle: for seed {seed}, {times} of {n - 1} times {what} "
                f"plus {step}, counted in a circle. Use `rng.permutation(n)`."
            )


def _minibatches(answer, n, batch_size, seed):
    """Return a learner's minibatches, each row once, or say what is wrong."""
    given = f"epoch({n}, {batch_size}, seed={seed})"
    shuffled = "`rng.shuffle` changes its list and returns nothing."
    got = call(answer, n, batch_size, seed, name="epoch", advice={"NoneType": shuffled})
    if not isinstance(got, list | tuple):
        raise Wrong(
            f"{given} should return a list of arrays, one a minibatch. It returns "
            f"{kind_of(got)}."
        )
    if any(np.ndim(part) != 1 for part in got):
        raise Wrong(f"Each minibatch of {given} should be an array of row numbers.")
    if any(len(part) == 0 for part in got):
        raise Wrong(f"{given} has a minibatch without rows. Where should you stop?")
    parts = [array(part, (len(part),), "A minibatch") for part in got]
    rows = np.concatenate(parts) if parts else np.array([], int)
    if any(part.dtype.kind not in "iu" for part in parts):
        raise Wrong("Row numbers have to be integers: they pick rows out of the data.")
    if len(rows) and (rows.max() >= n or rows.min() < 0):
        raise Wrong(f"Row numbers go from 0 to {n - 1}. Yours hold {_odd(rows, n)}.")
    if len(np.unique(rows)) < len(rows):
        pairs = zip(parts, parts[1:], strict=False)
        if all(np.array_equal(a[1:], b[: len(a) - 1]) for a, b in pairs):
            raise Wrong(
                f"In {given} each minibatch begins one row after the one before. Where "
                "should the next one begin?"
            )
        raise Wrong(
            f"In {given} row {_twice(rows)} comes more than once. Within an epoch a "
            "row that was dealt is gone: shuffle once, then cut."
        )
    if len(rows) < n:
        raise Wrong(
            f"{given} deals out {len(rows)} of {n} rows. What is left over at the end "
            "makes a last, smaller minibatch."
        )
    sizes = [len(part) for part in parts]
    full, rest = divmod(n, batch_size)
    wanted = [batch_size] * full + [rest] * (rest > 0)
    if sizes != wanted:
        raise Wrong(
            f"The minibatches of {given} hold {sizes} rows; wanted are {wanted}: full "
            "ones, and only the last may be smaller."
        )
    return parts


def _odd(rows, n):
    return next(int(row) for row in rows if not 0 <= row < n)


def _twice(rows):
    values, counts = np.unique(rows, return_counts=True)
    return int(values[counts.argmax()])


@LESSON.exercise(
    "Write",
    points=3,
    hints=(
        "Write the standard error for one batch size as code first. Then go up from 1 "
        "and stop as soon as it is small enough.",
        "The number of rows is `len(per_row)`, their spread `per_row.std()`. All rows "
        "must be among the sizes that you try: where does `range` stop?",
    ),
)
def rows_needed(answer):
    """Judge the batch size for any data: (per_row, target) -> smallest good enough."""
    random = np.random.default_rng(5)
    name = "rows_needed"
    shares = (400, 0.06), (12, 0.31), (400, 0.4), (60, 0.0), (60, 5.0)
    drawn = ((random.normal(3, 2, size=n), share) for n, share in shares)
    for per_row, share in (*drawn, (np.tile([-2.0, 2.0], 4), 1.0)):  # 2 counts as 2
        n, target = len(per_row), share * per_row.std()
        nothing = (
            "Is there a `return`?"
            if target
            else "For the target 0: does the loop go up to n, and is `<=` meant?"
        )
        got = call(answer, per_row, target, name=name, nothing=nothing)
        got = number(got, f"What {name} returns", whole=True)
        right = _needed(n, per_row.std(), target)
        if got != right:
            raise Wrong(_needed_mistake(got, right, per_row, target))
    return (
        "From one row up to all of them: the first size that is good enough. For a "
        "target of 0 that is the whole set, where the factor is exactly 0."
    )


def _needed(n, spread, target, factor=np.sqrt):
    sizes = np.arange(1, n + 1)
    errors = spread / np.sqrt(sizes) * factor((n - sizes) / (n - 1))
    return sizes[errors <= target][0]


def _needed_mistake(got, right, per_row, target):
    n, spread = len(per_row), per_row.std()
    where = f"For {n} rows of spread {spread:.2f} and the target {target:.3f}"
    if got == n + 1:
        return (
            f"{where} your function returns {got:g}, one more than there are: perhaps "
            "a rounding error of the computer. `min(n, ...)` cures it."
        )
    if n != ROWS and target and got == _needed(ROWS, spread, target):
        return (
            f"{where} your function returns {got:g}, the size for {ROWS} rows: `n` is "
            "the lesson's. The data that you are given have `len(per_row)`."
        )
    if target == 0:
        return (
            f"{where} your function returns {got:g}. Only all {n} rows leave no noise "
            "at all."
        )
    simple = (spread / target) ** 2
    if got in (int(simple), np.ceil(simple)) and simple > right:
        return (
            f"{where} you ask for {got:g} rows: that leaves out the finite-population "
            f"factor. With it {right} are enough."
        )
    if got == _needed(n, spread, target, factor=lambda share: share):
        return (
            f"{where} your function returns {got:g}. The finite-population factor is "
            "a square root."
        )
    linear = spread / target
    if got in (int(linear), np.ceil(linear)) and linear > 1:
        return (
            f"{where} your function returns {got:g}. The noise goes down with the "
            "square root of the batch size, not with the batch size."
        )
    if got == right - 1:
        return (
            f"{where} your function returns {got:g}. With that many rows the standard "
            "error is still above the target: round up, or is `n - 1` below the line?"
        )
    if got == right + 1:
        return (
            f"{where} your function returns {got:g}, and one row less would do. Does "
            "a standard error equal to the target count? Is `n - 1` below the line, "
            "and the spread a plain `std()`?"
        )
    direction = "too few" if got < right else "more than needed"
    return (
        f"{where} your function returns {got:g} rows. That is {direction}: {right} is "
        "the smallest size whose standard error is at most the target."
    )


EXERCISES = LESSON.exercises
progress = LESSON.progress
