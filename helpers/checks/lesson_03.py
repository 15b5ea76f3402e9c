"""The exercises of lesson 3: descent."""

from functools import partial

import numpy as np

from helpers.checks import bets
from helpers.checks.answers import array, call, choices, look_up, number, recognise
from helpers.checks.engine import Lesson, Wrong
from helpers.checks.feedback import kind_of, show
from helpers.minibatches import batches

LESSON = Lesson(3, "Descent")
NO_RATE = "A learning rate of 0 goes nowhere, and a negative one walks uphill."

steps_in_a_ravine = bets.Bet(
    "steps down a ravine of condition number 1,000", 1, 100_000, "steps", log=True
)
rises = bets.Bet("steps in which the loss rises", 0, 102, "steps")
fitted = bets.Bet(
    "how many times as large the curvature is after 2,400 steps at 0.1",
    0.1,
    10,
    "times",
    log=True,
)
as_wide = bets.Bet(
    "the width of one ball, in per cent of another's", 10, 1000, "%", log=True
)
times_less_spread = bets.Bet(
    "how many times smaller the spread is at a twentieth of the rate",
    1,
    1000,
    "times",
    log=True,
)
out_of_the_hole = bets.Bet("runs that get out at 0.2 with noise 0.5", 0, 500, "runs")
half_are_away = bets.Bet(
    "the step by which half are away with a millionth of noise", 10, 10_000, log=True
)
found_by_twelve = bets.Bet("starts that find the zigzag with 12 units", 0, 100, "%")
BETS = bets.of(3, vars())
look_back = partial(bets.look_back, BETS)


@LESSON.exercise(
    "Write",
    points=2,
    hints=(
        "The gradient points uphill. Which way do you want to go?",
        "In the loop above one step was `w - 0.05 * slope(w)`. Which argument stands "
        "in the place of each of its parts?",
    ),
)
def sgd_step(answer):
    """Judge one step down: (weights, gradient, learning_rate) -> new weights."""
    random = np.random.default_rng(3)
    advice = {"not callable": "`gradient` is no function here: it holds the slopes."}
    for shape, rate in (((3,), 0.1), ((2, 4), 0.03), ((1,), 1.5)):
        weights, gradient = random.normal(size=(2, *shape))
        got = call(answer, weights, gradient, rate, name="sgd_step", advice=advice)
        got = array(got, shape, "sgd_step(...)")
        if not np.allclose(got, weights - rate * gradient, atol=1e-9):
            raise Wrong(_step_mistake(got, weights, gradient, rate))
    return (
        "Against the gradient, as far as the learning rate says, all weights at once."
    )


def _step_mistake(got, weights, gradient, rate):
    mistakes = {
        "Your step goes uphill. The gradient points up the slope: subtract it.": (
            weights + rate * gradient
        ),
        "You leave the learning rate out: multiply by it.": weights - gradient,
        "That is the step alone. Add it to the weights, to say where it leads.": (
            -rate * gradient
        ),
        "That is the step alone, and uphill. Take it away from the weights.": (
            rate * gradient
        ),
        "You shrink the weights by a share of themselves. Subtract learning rate "
        "times gradient from them; don't multiply by the weights.": (
            weights * (1 - rate * gradient)
        ),
        "All of your steps are equally long. Use the gradient, not only its sign.": (
            weights - rate * np.sign(gradient)
        ),
        "You divide the gradient by its length. Leave it as long as it is: where "
        "the slope is small, the step should be short.": (
            weights - rate * gradient / np.linalg.norm(gradient)
        ),
        "You divide by the learning rate. A small rate should make a short step: "
        "multiply.": weights - gradient / rate,
        "The weights have not moved. Return the new ones.": weights,
        "You use 0.05. Use the `learning_rate` that the function is given.": (
            weights - 0.05 * gradient
        ),
        "You multiply the weights by the learning rate, too: mind the brackets.": (
            rate * (weights - gradient)
        ),
        "You subtract a share of the weights. The step goes against the gradient.": (
            weights - rate * weights
        ),
        "All weights get one step, along the mean slope. Each has its own slope.": (
            weights - rate * gradient.mean()
        ),
    }
    recognise(got, mistakes, atol=1e-9)
    return (
        f"For weights {show(weights.round(2).tolist())}, gradient "
        f"{show(gradient.round(2).tolist())} and learning rate {rate:g} you return "
        f"{show(got.round(2).tolist())}. Wanted: the weights minus the learning rate "
        "times the gradient."
    )


@LESSON.exercise(
    "Predict",
    hints=(
        "What is the multiplier, 1 - learning rate * curvature, at this rate? After "
        "two steps w has been multiplied by it twice.",
        "The multiplier is 0.8, so w is 0.8**n after n steps. For which n does that "
        "fall below 0.01? Try n = 10, then 20.",
    ),
)
def steps_needed(answer):
    """Judge how many steps it takes: from 1 to below 0.01, curvature 8, rate 0.025."""
    steps = number(answer, "my_steps", whole=True)
    mistakes = {
        20: "One too few: 0.8 to the power of 20 is 0.0115, still above 0.01.",
        22: "It is there one step earlier. Count the steps, not the points: the start "
        "is point 0.",
        10: "That is the number for a learning rate of 0.05, where the multiplier is "
        "0.6. Which multiplier has 0.025?",
        9: "That is about right for a rate of 0.05, with the multiplier 0.6. Which "
        "multiplier has 0.025?",
        5: "You take steps of equal length, 0.2 each. The slope gets smaller on the "
        "way, and the steps with it: each keeps 80% of what is left.",
        40: "You divide 1 by the rate. Each step keeps a fixed share of the distance; "
        "find that share first.",
        3: "You multiply by 0.2 each time. That is what a step takes away; it leaves "
        "1 - 0.2 = 0.8.",
        (182, 183): "You leave the curvature out: the multiplier is 1 - 0.025 * 8.",
    }
    look_up(steps, mistakes)
    if steps != 21:
        left = (
            f"After {steps:g} steps w is {0.8**steps:.2g}. "
            if 0 <= steps < 1000
            else ""
        )
        if steps > 22:
            left += "It has been below 0.01 for some steps. "
        raise Wrong(
            f"{left}Each step multiplies w by 1 - 0.025 * 8 = 0.8. Which is the first "
            "power of 0.8 below 0.01?"
        )
    return "0.8 to the power of 20 is 0.0115, to the power of 21 it is 0.0092."


@LESSON.exercise(
    "Predict",
    hints=(
        "From 1 to -1 and back: by which number does each step multiply w?",
        "The multiplier has to be -1. Solve 1 - learning_rate * 8 = -1.",
    ),
)
def back_and_forth(answer):
    """Judge the rate that runs back and forth: on curvature 8."""
    rate = number(answer, "my_rate")
    multiplier = 1 - np.float64(rate) * 8
    mistakes = {
        0.125: "At 0.125 the first step lands on the minimum: the multiplier is 0. You "
        "want the one that only flips the sign.",
        2: "That is the border for curvature 1. Divide by the curvature.",
        4: "Turn it over: 2 divided by the curvature, not the other way.",
        0.5: "At 0.5 the multiplier is 1 - 0.5 * 8 = -3. It should be -1. (0.5 is "
        "right for curvature 4.)",
        8: "8 is the curvature. Which rate makes 1 - rate * 8 equal to -1?",
    }
    look_up(rate, mistakes, rtol=1e-5)
    if rate <= 0:
        raise Wrong(NO_RATE)
    if not np.isclose(multiplier, -1, rtol=0, atol=1e-5):
        what = "Too high" if multiplier < -1 else "It settles"
        raise Wrong(
            f"{what}: the multiplier is 1 - {rate:g} * 8 = {multiplier:.5g}, so after "
            f"6 steps w is {multiplier**6:.4g}. Each swing should be as wide as the "
            "last."
        )
    return (
        "2 / curvature: there the multiplier is -1, and each step only flips the sign."
    )


RATES = {"A": 0.08, "B": 0.074, "C": 0.01, "D": 0.04}


@LESSON.exercise(
    "Choose",
    hints=(
        "Work out the multiplier across the ravine, 1 - rate * 25, for each of the "
        "four rates. Which are negative? Which is 0?",
        "Across: 0.75 at 0.01, 0 at 0.04, -0.85 at 0.074, -1 at 0.08. A negative "
        "multiplier is a zigzag, and at -1 the zigzag never narrows.",
    ),
)
def which_rate(answer):
    """Judge which path has which rate: four in a ravine."""
    got = choices(answer, "ABCD", "my_rates", '{"A": 0.01, "B": 0.04, ...}')
    for letter, rate in got.items():  # 0.08 in float32 is 0.08, too
        same = [known for known in RATES.values() if np.isclose(rate, known)]
        got[letter] = same[0] if same else rate
    if sorted(got.values()) != sorted(RATES.values()):
        raise Wrong("Each of the rates 0.01, 0.04, 0.074 and 0.08 belongs to one path.")
    if got["A"] == 0.074 and got["B"] == 0.08:
        raise Wrong(
            "A and B are the two zigzags, but the other way round. At 2 / 25 = 0.08 "
            "the zigzag never narrows."
        )
    if got["C"] == 0.04 and got["D"] == 0.01:
        raise Wrong(
            "C and D are the other way round. Across the ravine the multiplier of 0.04 "
            "is 1 - 0.04 * 25 = 0: there in one step."
        )
    if got["A"] == 0.01:
        raise Wrong(
            "A small rate does not zigzag. To jump across takes a negative multiplier, "
            "so a rate above 1 / 25 = 0.04."
        )
    for letter, clue in (
        ("A", "A swings as wide at the end as at the start: which multiplier is -1?"),
        ("B", "B jumps across and closes in: a multiplier between -1 and 0."),
        ("C", "C slides to the floor on one side, and gets least far along it."),
    ):
        if got[letter] != RATES[letter]:
            raise Wrong(clue)
    return (
        "Across the ravine the multiplier tells the zigzag; along it, the larger rate "
        "gets further."
    )


@LESSON.exercise(
    "Tune",
    hints=(
        "The largest curvature, 40, sets the limit: 2 / 40. Near the limit the steep "
        "direction settles slowly, far below it the flat one does.",
        "At rate 0.03 the loss is still above 0.02 because of the flat direction, at "
        "0.0495 because of the steep one. Look between them.",
    ),
)
def ravine_rate(answer):
    """Judge a rate for a ravine: 50 steps from (10, 1), curvatures 2 and 40."""
    rate = number(answer, "my_rate")
    if rate <= 0:
        raise Wrong(NO_RATE)
    curvatures, w = np.array([2.0, 40.0]), np.array([10.0, 1.0])
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(50):
            w = w - rate * curvatures * w
        flat, steep = curvatures * w**2 / 2
    if np.isclose(rate, 0.05, atol=1e-9):
        raise Wrong(
            "At exactly 2 / 40 the steep direction runs back and forth for ever: the "
            "loss stays at 20. Go a little lower."
        )
    if rate > 0.05:
        raise Wrong(
            f"Above the speed limit: across, each step multiplies by "
            f"1 - {rate:.8g} * 40 = {1 - rate * 40:.8g}, so it diverges. "
            "The limit is 2 / 40."
        )
    if flat + steep >= 0.02 and flat > steep:
        raise Wrong(
            f"After 50 steps the loss is {flat + steep:.3g}, nearly all of it from the "
            f"flat direction, which keeps {1 - 2 * rate:.1%} of its distance in each "
            "step. Raise the rate."
        )
    if flat + steep >= 0.02:
        raise Wrong(
            f"After 50 steps the loss is {flat + steep:.3g}, nearly all of it from the "
            f"steep direction, whose multiplier is {1 - 40 * rate:.3f}. "
            "Lower the rate a little."
        )
    return (
        f"The loss is {flat + steep:.2g}. The multipliers are {1 - 2 * rate:.3f} along "
        f"and {1 - 40 * rate:.3f} across: both small enough for 50 steps."
    )


@LESSON.exercise(
    "Fix",
    points=2,
    hints=(
        "How does a sum over the errors grow with the number of rows? And which `w` "
        "does the second line of `careless_step` use?",
        "Compute `errors = w * x + b - y` once, before you change anything. Then use "
        "`np.mean` in both updates.",
    ),
)
def careful_step(answer):
    """Judge a step repaired: (w, b, x, y, learning_rate) -> (w, b) after it."""
    random = np.random.default_rng(6)
    for rows, rate in ((4, 0.1), (64, 0.3), (7, 0.05)):
        x, y = random.normal(size=(2, rows))
        w, b = random.normal(size=2)
        got = call(answer, w, b, x, y, rate, name="careful_step")
        if not isinstance(got, tuple | list | np.ndarray) or len(got) != 2:
            raise Wrong(
                "careful_step should return two values: `return w, b`. Yours returns "
                f"{kind_of(got)}."
            )
        got = number(got[0], "The new w"), number(got[1], "The new b")
        _judge_line_step(got, w, b, x, y, rate)
    return (
        "Means instead of sums, so the rate fits every batch size; and both updates "
        "start from the same point."
    )


def _judge_line_step(got, w, b, x, y, rate):
    def step(pool=np.mean, factor=2.0, first=False):
        next_w = w - factor * rate * pool((w * x + b - y) * x)
        used = next_w if first else w
        return next_w, b - factor * rate * pool(used * x + b - y)

    right, sums = step(), step(np.sum)
    first_b_w = w - 2 * rate * np.mean((w * x + right[1] - y) * x)
    mistakes = {
        "Both faults are still there: sums, and a new `w`.": step(np.sum, first=True),
        "Your step adds the errors up: with more rows it gets longer. Take the "
        "mean.": sums,
        "The mean is right. The quiet fault is still there: `b` is changed with "
        "errors computed from the new `w`. Compute the errors once, before.": (
            step(first=True)
        ),
        "Now `b` goes first and `w` is changed with errors from the new `b`. "
        "Compute the errors once, before both.": (first_b_w, right[1]),
        "Your step goes uphill. Subtract the gradient from w and b.": step(factor=-2.0),
        "The gradient of a square has a factor 2: keep it.": step(factor=1.0),
        "`w` takes the mean now. `b` still adds the errors up.": (right[0], sums[1]),
        "`b` takes the mean now. `w` still adds the errors up.": (sums[0], right[1]),
        "You return the gradient. Take the step with it: return the new w and b.": (
            (w - right[0]) / rate,
            (b - right[1]) / rate,
        ),
        "w and b come back in the wrong order: `return w, b`.": right[::-1],
        "The slope along b is the mean error, without the factor x.": (
            right[0],
            b - 2 * rate * np.mean((w * x + b - y) * x),
        ),
        "Along w you multiply two means. Multiply error by x row by row, then take "
        "the mean.": (w - 2 * rate * np.mean(w * x + b - y) * np.mean(x), right[1]),
        "You forgot `b` in the prediction: it is `w * x + b`.": (
            w - 2 * rate * np.mean((w * x - y) * x),
            b - 2 * rate * np.mean(w * x - y),
        ),
    }
    if np.allclose(got, right, atol=1e-9):
        return
    recognise(got, mistakes, atol=1e-9)
    part = 1 if np.isclose(got[0], right[0], atol=1e-9) else 0
    ways = (got[0] - w) / (right[0] - w), (got[1] - b) / (right[1] - b)
    if np.isclose(*ways) and ways[0] > 0:
        raise Wrong(
            f"With {len(x)} rows your step goes the right way, {ways[0]:.3g} times as "
            "far as it should. Divide the sums by the number of rows that the step is "
            "given, whatever it is: `np.mean` does."
        )
    raise Wrong(
        f"With {len(x)} rows your step leads to {'wb'[part]} = {got[part]:.4g}, and "
        f"one step against `line_gradient` to {right[part]:.4g}."
    )


@LESSON.exercise(
    "Predict",
    hints=(
        "The variance goes as learning rate / batch size. What does half the rate do "
        "to that fraction? And what does twice the batch size?",
        "Put numbers in: 0.1 / 8 before, 0.05 / 16 after. What is the second divided "
        "by the first?",
    ),
)
def ball(answer):
    """Judge the ball of noise: the factor for half the rate and twice the batch."""
    factor = number(answer, "my_factor")
    mistakes = {
        0.5: "One half comes from the rate. The batch size has its own effect: it "
        "halves the variance once more. (If you meant the radius, you are right; the "
        "variance is its square.)",
        1.0: "The two do not cancel: a smaller rate and a larger batch both make the "
        "ball smaller.",
        4.0: "The wrong way round: less rate and less noise make the ball smaller.",
        2.0: "The ball gets smaller: a smaller rate follows the noise less, and a "
        "larger batch has less of it.",
        0.0625: "You squared once too often. The variance, which is the square of the "
        "radius already, goes as rate / batch size.",
        0.125: "The variance is in proportion to the rate itself, not to its square: a "
        "half from the rate, a half from the batch size.",
        0.75: "The effects multiply, they do not add up: a half of a half.",
    }
    look_up(factor, mistakes, rtol=1e-5)
    if np.isclose(factor, 0.5**1.5, atol=2e-3):
        raise Wrong(
            "A root is for the spread, 1 / sqrt(batch size). The variance, its square, "
            "goes as 1 / batch size."
        )
    if np.isclose(factor, 25):
        raise Wrong("That is in percent. Give the factor, as a number below 1.")
    if factor < 0:
        raise Wrong(
            "A factor that makes something smaller lies between 0 and 1, not below 0."
        )
    if not np.isclose(factor, 0.25, atol=0.005):
        raise Wrong(
            f"Not {factor:g}. Write down rate / batch size before and after, and "
            "divide the second by the first."
        )
    return "A half from the rate and a half from the batch size."


@LESSON.exercise(
    "Write",
    points=3,
    seconds=4,
    hints=(
        "`fit_line` is the pattern. Two loops: over the epochs, each with its own "
        "rate, and over its minibatches. `enumerate(learning_rates)` gives both epoch "
        "and rate.",
        "In a minibatch: `errors = x[rows] @ w + b - y[rows]`. The gradient along w is "
        "`2 * x[rows].T @ errors / len(rows)`, that along b is `2 * errors.mean()`.",
    ),
)
def minibatch_descent(answer):
    """Judge minibatch descent: (x, y, batch_size, learning_rates) -> (w, b)."""
    random = np.random.default_rng(8)
    for rows, features, size, rates in (
        (12, 3, 12, [0.1]),
        (10, 2, 4, [0.2]),
        (23, 4, 5, [0.15, 0.1, 0.02]),
    ):
        x = random.normal(size=(rows, features))
        y = x @ random.normal(size=features) + 1 + 0.5 * random.normal(size=rows)
        advice = {
            "broadcast": "`errors` holds one number a row, `x[rows]` one a row and "
            "feature. `x[rows].T @ errors` adds up error times feature, for each "
            "feature.",
            "enough dimensions": "`w` holds a number for each feature: start with "
            "`np.zeros(x.shape[1])`.",
            "mismatch": "A slope adds up over the rows: `x[rows].T`, with the features "
            "turned into rows, times the errors.",
        }
        got = call(answer, x, y, size, rates, name="minibatch_descent", advice=advice)
        if not isinstance(got, tuple | list) or len(got) != 2:
            raise Wrong(
                "minibatch_descent should return two values: `return w, b`. Yours "
                f"returns {kind_of(got)}."
            )
        got = np.array([*array(got[0], (features,), "w"), number(got[1], "b")])
        right = _descend_line(x, y, _draw(rows, size), rates)
        if not np.allclose(got, right, atol=1e-6):
            raise Wrong(_descent_mistake(got, right, x, y, size, rates))
    return (
        "Three steps, again and again: a minibatch, its gradient, an update. That is "
        "all there is to stochastic gradient descent."
    )


def _draw(rows, size):
    return lambda epoch: batches(rows, size, epoch, seed=0)


def _descend_line(
    x, y, draw, rates, uphill=1, divide=len, for_b=None, renew=False, start=0.0
):
    """Take the steps, rightly or with one of the usual mistakes."""
    w, b = np.full(x.shape[1], start), 0.0
    for epoch, rate in enumerate(rates):
        for rows in draw(epoch):
            errors = x[rows] @ w + b - y[rows]
            pace = uphill * rate * 2
            w = w - pace * x[rows].T @ errors / divide(rows)
            if renew:
                errors = x[rows] @ w + b - y[rows]
            b = b - pace * errors.sum() / (for_b or divide)(rows)
    return np.array([*w, b])


def _descent_mistake(got, right, x, y, size, rates):
    draw = _draw(len(x), size)
    order = np.arange(len(x))

    def other(seed):
        return lambda epoch: batches(len(x), size, epoch, seed(epoch))

    def end(**change):
        return _descend_line(x, y, **{"draw": draw, "rates": rates} | change)

    no_minibatch = (
        "You take all rows in every step. Take those of one minibatch: `x[rows]`."
    )
    another_order = (
        "Your minibatches hold other rows: let `batches` deal them with `seed=0`, "
        "whatever the epoch."
    )
    for seed in (lambda epoch: 1, lambda epoch: 42, lambda epoch: epoch):
        recognise(got, {another_order: end(draw=other(seed))}, atol=1e-6)
    for all_rows in (lambda epoch: [order], lambda epoch: [order for _ in draw(epoch)]):
        recognise(got, {no_minibatch: end(draw=all_rows)}, atol=1e-6)
    smaller = (
        "The last minibatch of an epoch is smaller. Divide by `len(rows)`, not by "
        "`batch_size`."
    )
    for for_b in (None, len):
        change = {"divide": lambda rows: size, "for_b": for_b}
        recognise(got, {smaller: end(**change)}, atol=1e-6)
    mistakes = {
        "You walk uphill: subtract the gradient.": end(uphill=-1),
        "You start with weights of 1. Start with all at 0.": end(start=1.0),
        "The gradient of a square has a factor 2: keep it.": end(uphill=0.5),
        "You add up the errors. Divide by the rows of the minibatch.": (
            end(divide=lambda rows: 1)
        ),
        "`b` is changed with errors computed from the new `w`. Compute the errors "
        "once, before both updates.": end(renew=True),
        "Every epoch has the order of epoch 0. Pass the number of the epoch on to "
        "`batches`.": end(draw=lambda epoch: draw(0)),
        "Your epochs are numbered from 1. The first one has the number 0.": (
            end(draw=lambda epoch: draw(epoch + 1))
        ),
        "You leave out the last, smaller minibatch of an epoch. It counts.": (
            end(draw=lambda epoch: (b for b in draw(epoch) if len(b) == size))
        ),
        "Your minibatches take the rows as they stand, without shuffling: let "
        "`batches` draw them.": (
            end(draw=lambda epoch: (order[k : k + size] for k in order[::size]))
        ),
        "All epochs have the first learning rate. Take the one of each epoch.": (
            end(rates=rates[:1] * len(rates))
        ),
        "You run all epochs with every rate. Each epoch has a rate of its own: one "
        "loop for both.": end(
            draw=lambda epoch: draw(epoch % len(rates)),
            rates=np.repeat(rates, len(rates)),
        ),
        "You return after the first epoch. Is `return` inside the loop?": (
            end(rates=rates[:1])
        ),
    }
    recognise(got, mistakes, atol=1e-6)
    if not got.any():
        return "w and b are still 0. Does the inner loop change them?"
    if len(got) > 2 and np.ptp(got[:-1]) < 1e-9:
        return (
            "All weights are alike: you take one mean over rows and features. Each "
            "feature has its own slope."
        )
    if got[-1] == 0:
        return "b is still 0. It takes steps, too: against the mean error, twice."
    return (
        f"For {len(x)} rows, batch size {size} and the rates {show(rates)} you end "
        f"at {_point(got)}; the three steps lead to {_point(right)}. Are your first "
        "rows those of `next(batches(len(x), batch_size, 0, seed=0))`?"
    )


def _point(end):
    return f"w = {show(end[:-1].round(3).tolist())}, b = {end[-1]:.3f}"


EXERCISES = LESSON.exercises
progress = LESSON.progress
