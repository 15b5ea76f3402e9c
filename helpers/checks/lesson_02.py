"""The exercises of lesson 2: gradient."""

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

LESSON = Lesson(2, "Gradient")
FOG_TARGET = 0.55

lowest_w = bets.Bet("the w at which the loss is lowest, for b = 0.5", -0.5, 2.5)
largest_slope = bets.Bet("the largest slope in 1,000 directions", 0, 6)
off_the_way = bets.Bet(
    "the angle between steepest down and the way to the minimum", 0, 90, "degrees"
)
condition_number = bets.Bet(
    "the condition number of the raw column", 1, 1_000_000, log=True
)
longer_by_nudges = bets.Bet(
    "how many times as long nudges take as backpropagation", 1, 1000, log=True
)
best_of_1000 = bets.Bet(
    "how steep the best of 1,000 directions is, of the gradient's length", 0, 100, "%"
)
BETS = bets.of(2, vars())
look_back = partial(bets.look_back, BETS)


@LESSON.exercise(
    "Predict",
    hints=(
        "At w = 1 the loss is (3 - 6)² = 9. What is it at w = 1.01, and at 0.99? "
        "Divide the difference by 0.02.",
        "Or multiply: a square changes by 2 times the error for each unit of the "
        "error, and the error 3w - 6 changes by 3 for each unit of w.",
    ),
)
def slope_at_one(answer):
    """Judge a slope at one place: that of (3w - 6)² at w = 1."""
    slope = number(answer, "my_slope")
    if abs(slope + 18) <= 0.1:
        return (
            "The error is -3, and two factors multiply: 2 · (-3) for the square, 3 "
            "because a nudge of w moves the prediction three times as far."
        )
    mistakes = {
        18: "The size is right. At w = 1 more w makes the loss smaller: what sign does "
        "such a slope have?",
        9: "That is the loss at w = 1, its height. The slope is how fast the height "
        "changes.",
        -6: "The square gives 2 · (-3). But a nudge of w moves 3w three times as far: "
        "one more factor.",
        6: "The square gives 2 · (-3), so mind the sign. And a nudge of w moves 3w "
        "three times as far: one more factor.",
        -9: "That is the error, -3, times 3. Where is the 2 of the square?",
        -3: "That is the error, 3w - 6. The slope is that of its square.",
        3: "That is how far the prediction moves for each unit of w. The loss is the "
        "square of the error.",
        0: "The slope is 0 at the lowest point, w = 2. At w = 1 the loss still falls.",
        -36: "A factor of 2 too many: divide by the whole way between the two sides of "
        "your nudge, 2h.",
        -2: "You took the square of w alone, perhaps: the slope of (w - 2)² is -2 "
        "there. Here w is multiplied by 3 before the square.",
    }
    look_up(slope, mistakes, atol=0.01)
    if -18 < slope < -8.9:
        raise Wrong(
            f"{slope:g} is the slope of a long nudge, over which the curve bends. Make "
            "the nudge smaller, or take the mean of both sides."
        )
    raise Wrong(
        f"{slope:g} is not the slope at w = 1. Compute the loss at 1.01 and at 0.99, "
        "take the first minus the second, and divide by 0.02."
    )


@LESSON.exercise(
    "Write",
    points=2,
    hints=(
        "For each weight make two copies of the point: one with `h` added to that "
        "weight alone, one with `h` taken off. How far apart are they?",
        "The rows of `h * np.eye(len(point))` are the nudges, one for each weight. For "
        "each: the loss ahead minus the loss behind, divided by the way between them.",
    ),
)
def numerical_gradient(answer):
    """Judge slopes by nudges: (f, point, h) -> slopes of f along each weight."""
    name = "numerical_gradient"
    for point, h in (
        (np.array([0.5, -1.2, 0.8]), 0.1),
        (np.array([1.5, 0.3]), 0.01),
        (np.array([-0.7, 2.0, 0.4, 1.1]), 0.2),
    ):
        many = f"Here `point` holds {len(point)} weights: go through them in a loop."
        got = call(answer, f, point, h, name=name, advice={"unpack": many})
        if np.shape(got) == ():
            raise Wrong(
                f"{name} gives one value for {len(point)} weights. Wanted is an "
                "array with a slope for each: nudge them one at a time, and return "
                "after the loop."
            )
        got = array(got, point.shape, f"What {name} returns")
        right = _slopes(f, point, h, h)
        if not np.allclose(got, right, rtol=1e-6, atol=1e-8):
            raise Wrong(_numerical_mistake(got, right, f, point, h))
    return (
        "One weight at a time, to both sides, divided by the whole way from one side "
        "to the other."
    )


def f(weights, *more):
    """Return a loss that is no parabola, and in which the weights interact."""
    if more:
        raise Wrong(
            "You hand `f` the weights one by one. It takes one array that holds them "
            "all: `f(point)`, not `f(w, b)`."
        )
    weights = np.asarray(weights, float)
    if weights.ndim == 0:
        raise Wrong(
            "You hand `f` a single weight. It takes the whole point, with one weight "
            "nudged in it and the others as they are."
        )
    return float(np.sum(np.sin(weights) + weights**3) + np.prod(weights))


def _slopes(f, point, ahead, behind):
    """Return the slopes along each weight, from so far behind to so far ahead."""
    ways, length = np.eye(len(point)), ahead + behind
    return np.array(
        [(f(point + ahead * w) - f(point - behind * w)) / length for w in ways]
    )


def _numerical_mistake(got, right, f, point, h):
    ahead, behind = _slopes(f, point, h, 0), _slopes(f, point, 0, h)
    one_side = "You nudge to one side only. Nudge to both, and divide by `2 * h`."
    for slopes in (ahead, behind):
        recognise(got, {one_side: slopes}, rtol=1e-6, atol=1e-9)
    mistakes = {
        "Every slope has the wrong sign: it is ahead minus behind.": -right,
        "Every slope is twice as large as it should be: from `point - h` to "
        "`point + h` the way is `2 * h` long.": 2 * right,
        "You nudge to one side only, and divide by `2 * h`. Nudge to both sides.": (
            ahead / 2
        ),
        "Divide the change of the loss by the nudge, `2 * h`.": right * 2 * h,
        "`/ 2 * h` divides by 2 and then multiplies by h: write `/ (2 * h)`.": (
            right * h * h
        ),
        "You nudge all weights at once: one at a time, while the others stay.": (
            (f(point + h) - f(point - h)) / (2 * h)
        ),
        "You use a nudge of your own: use the `h` that the function is given.": (
            _slopes(f, point, 1e-5, 1e-5)
        ),
    }
    recognise(got, mistakes, rtol=1e-6, atol=1e-9)
    return (
        f"At {show(point)} with h = {h} it gives {show(got.round(3))}; the slopes by "
        f"nudges to both sides are {show(right.round(3))}. Does each nudge start from "
        "the same point?"
    )


@LESSON.exercise(
    "Choose",
    hints=(
        "Which arrow runs along a contour, so that the loss stays as it is? And which "
        "two cross it at right angles?",
        "The slope is largest at right angles to the contour, uphill, and smallest the "
        "opposite way. In between it lies between.",
    ),
)
def four_arrows(answer):
    """Judge which slope belongs to which arrow: four of each."""
    right = {"A": 0.0, "B": 2.2, "C": -1.9, "D": -2.2}
    example = '{"A": 2.2, "B": 0.0, "C": -2.2, "D": -1.9}'
    got = choices(answer, "ABCD", "my_slopes", example)
    if not np.allclose(sorted(got.values()), sorted(right.values()), atol=0.051):
        raise Wrong(
            "Each of the four slopes that the cell prints belongs to one arrow."
        )

    def given(letter, slope):
        return abs(got[letter] - slope) <= 0.051

    if given("B", -2.2) and given("D", 2.2):
        raise Wrong(
            "B and D are the steepest ways, but the other way round: the loss falls "
            "towards the minimum. Uphill has the positive slope."
        )
    if given("C", 2.2):
        raise Wrong(
            "C points at the minimum: there the loss falls. The gradient points to "
            "where it rises most steeply."
        )
    if given("C", -2.2):
        raise Wrong(
            "C goes straight to the minimum, but that is not the steepest way down. "
            "The steepest crosses the contour at right angles."
        )
    if not given("A", 0):
        raise Wrong("A runs along the contour. How does the loss change on a contour?")
    if not all(given(letter, slope) for letter, slope in right.items()):
        raise Wrong(
            "A is right. B leads outwards, to higher contours: its slope is positive. "
            "C and D lead inwards, and one of them crosses the contour at right angles."
        )
    return (
        "B is the gradient's direction and D its opposite, both at right angles to the "
        "contour. Straight at the minimum, C, the slope is gentler."
    )


@LESSON.exercise(
    "Predict",
    hints=(
        "The slopes 3 and -4 make the gradient, an arrow. Its length is the slope of "
        "the steepest way up.",
        "The arrow goes 3 along w and 4 against b. Pythagoras gives its length. "
        "Downhill the slope has the other sign.",
    ),
)
def steepest_slope(answer):
    """Judge the slope of the steepest way down: gradient (3, -4)."""
    if isinstance(answer, tuple | list) and len(answer) == 2:
        raise Wrong(
            "That is an arrow, a direction. The slope on the way there is one number."
        )
    slope = number(answer, "my_steepest")
    mistakes = {
        5: "That is the slope of the steepest way up. On the way down the loss falls.",
        -7: "You added the sizes: that would be a step of 1 along w and another of 1 "
        "along b. A direction has length 1 in all.",
        7: "You added the sizes. A direction has length 1 in all; and on the way down "
        "the loss falls.",
        (-1, 1): "You added the slopes. They are two sides of a right-angled triangle: "
        "the length of the arrow counts.",
        -4: "That is the way along b alone, to larger b. Smaller w helps too: which "
        "way combines both?",
        4: "That is the size of the slope along b alone. Which way combines both, and "
        "what sign has a way down?",
        -3: "That is the way along w alone, to smaller w. Larger b helps too: which "
        "way combines both?",
        -25: "That is the length squared. Take the root.",
        25: "That is the length squared. Take the root, and mind the sign of a way "
        "down.",
        -3.5: "That is the mean of the two sizes. They are two sides of a "
        "right-angled triangle.",
        0: "Slope 0 is the way along the contour. Down is at right angles to it.",
    }
    if abs(slope + 5) < 0.01:
        return (
            "The gradient's length is √(3² + 4²) = 5, and against it the loss falls by "
            "5 for each unit. Along one weight alone it is 4 at most."
        )
    look_up(slope, mistakes, atol=0.01)
    if slope < -5:
        raise Wrong(
            f"No direction has a slope of {slope:g}: minus the length of the gradient "
            "is the lowest."
        )
    raise Wrong(
        f"The loss can fall more steeply than {slope:g}. How long is the arrow (3, -4)?"
        if slope < 0
        else "On the way down the loss falls: the slope is negative."
    )


@LESSON.exercise(
    "Write",
    points=2,
    hints=(
        "Follow a nudge of w through three links: the line, its square, the squared "
        "error. What does each of them multiply it by?",
        "The line multiplies by x, for b by 1. A square multiplies by 2 times what is "
        "squared, and there are two squares. Then take the mean over the rows.",
    ),
)
def squared_gradient(answer):
    """Judge slopes by the chain rule: (w, b, x, y) -> slopes for (w x + b)²."""
    name, random = "squared_gradient", np.random.default_rng(2)
    for rows, w, b in ((6, 0.5, -1.0), (9, -1.25, 2.0), (1, 3.0, 0.25)):
        x, y = random.normal(1, 2, rows).round(2), random.normal(0, 2, rows).round(2)
        got = _two_slopes(call(answer, w, b, real(x), real(y), name=name), rows)
        line = w * x + b
        link = 4 * (line**2 - y) * line
        right = np.array([np.mean(link * x), np.mean(link)])
        if not close(got, right):
            raise Wrong(_squared_mistake(got, right, line, link, x, y, b))
    for far in FAR:
        there = abs(x), far + far * abs(y)
        link = 4 * ((w * there[0] + b) ** 2 - there[1]) * (w * there[0] + b)
        overflow = {"OverflowError": nudged(far)}
        got = in_order(call(answer, w, b, *there, name=name, advice=overflow), "wb")
        judge_far(far, [got], [[np.mean(link * there[0]), np.mean(link)]])
    return (
        "Slopes along a chain multiply: a 2 and what is squared for each of the "
        "squares, then x for w and 1 for b."
    )


def _two_slopes(got, rows):
    got = in_order(got, ("w", "b"))
    wanted = "Return two numbers, the slope along w and the slope along b. You returned"
    try:
        parts = list(got)
    except TypeError:
        raise Wrong(f"{wanted} {show(got)}.") from None
    if len(parts) != 2:
        raise Wrong(f"{wanted} {len(parts)}.")
    if rows > 1 and any(np.shape(part) == (rows,) for part in parts):
        raise Wrong(
            "You return a slope for each row. The loss is a mean over the rows, and so "
            "is its slope."
        )
    return np.array([number(part, "each slope") for part in parts])


def _squared_mistake(got, right, line, link, x, y, b):
    rows, (w_slope, b_slope) = len(x), right
    error = line**2 - y
    apart = np.mean(2 * error) * np.mean(2 * line)
    links = {
        "Both signs are turned: the error is the prediction minus y.": -link,
        "One factor 2 is missing: there are two squares, and each brings a 2.": (
            link / 2
        ),
        "Two factors 2 are missing: there are two squares, and each brings one.": (
            link / 4
        ),
        "A link is missing: the nudge also goes through the square of the line, "
        "which multiplies it by 2 · (wx + b).": 2 * error,
        "Those are the slopes of the line itself. This model squares the line: one "
        "more link.": 2 * (line - y),
        "The error is the prediction minus y, and the prediction is (wx + b)².": (
            4 * (line - y) * line
        ),
        "The slope of a square is not the square: it is 2 times what is squared.": (
            2 * error * line**2
        ),
        "Keep the sign of the error: it says on which side of y the prediction is.": (
            4 * np.abs(error) * line
        ),
        "You forgot `b` in the prediction: it is (wx + b)².": (
            4 * ((line - b) ** 2 - y) * (line - b)
        ),
        "The slope of a square is not 2: it is 2 times what is squared.": 4 * error,
        "You add the factors. Slopes along a chain multiply.": 2 * error + 2 * line,
    }
    mistakes = {
        words: [np.mean(wrong * x), np.mean(wrong)] for words, wrong in links.items()
    }
    mistakes |= {
        "You take the sum over the rows. The loss is a mean.": right * rows,
        "The two slopes are right, in the wrong order: w first.": right[::-1],
        "A nudge of w moves the line x times as far: along w there is one more "
        "factor.": [b_slope, b_slope],
        "Along b you have the factor x, too. A nudge of b moves the line by "
        "exactly as much.": [w_slope, w_slope],
        "Along b you multiply by b. A nudge of b moves the line by exactly as "
        "much: the factor is 1.": [w_slope, b_slope * b],
        "Multiply row by row, then take the mean: the mean of a product is not the "
        "product of the means.": [b_slope * x.mean(), b_slope],
        "Along w you take the sum over the rows. The loss is a mean.": [
            w_slope * rows,
            b_slope,
        ],
        "Along b you take the sum over the rows. The loss is a mean.": [
            w_slope,
            b_slope * rows,
        ],
    }
    recognise(got, mistakes, rtol=1e-6, atol=1e-9)
    if rows > 1 and np.isclose(got[1], apart, rtol=1e-6):
        return (
            "You take a mean for each link and multiply the means. Multiply row by "
            "row, then take the mean."
        )
    names = [
        n for n, a, c in zip("wb", right, got, strict=True) if not np.isclose(a, c)
    ]
    return (
        f"Not right: the slope along {' and the one along '.join(names)}. On data of "
        f"{rows} row{'s' * (rows > 1)} you return {show(got.round(3))}; by nudges the "
        f"two slopes are {show(right.round(3))}."
    )


@LESSON.exercise(
    "Tune",
    hints=(
        "A negative slope says: more of this weight, less loss. Change one weight by 1 "
        "and see how its slope changed; from that you can tell where it will be 0.",
        "Move each weight against its slope by the same share of it, and ask again. "
        "If the loss rose, the share was too large. Near the goal, small slopes mean "
        "small steps.",
    ),
)
def in_the_fog(answer):
    """Judge a walk in the fog: a place (w, b), by its loss."""
    answer = in_order(answer, ("w", "b"))
    w, b = map(float, array(answer, (2,), "my_place, the pair (w, b),"))
    x = np.linspace(-1, 2, 31)
    y = np.exp(x)

    def loss(w, b):
        return np.mean((w * x + b - y) ** 2)

    here = loss(w, b)
    if here < FOG_TARGET:
        return f"Loss {here:.3f}, found from nothing but the slopes under your feet."
    if loss(b, w) < FOG_TARGET:
        raise Wrong("The two numbers are exchanged: first `w`, then `b`.")
    if max(abs(w), abs(b)) > 1000:
        raise Wrong("That is far off the map. The goal is a few units from the start.")
    error = w * x + b - y
    slopes = {"w": np.mean(2 * error * x), "b": np.mean(2 * error)}
    steps = [
        f"along {name} the slope is {slope:.2f}, so {'more' if slope < 0 else 'less'} "
        f"{name} lowers the loss"
        for name, slope in slopes.items()
    ]
    advice = f"There, {'; '.join(steps)}."
    if (w, b) == (0, 0):
        raise Wrong(f"That is the start, with loss 9.70. {advice}")
    if here > loss(0, 0):
        raise Wrong(
            f"Loss {here:.3f}, more than at the start: you went uphill, or far past "
            f"the goal. {advice}"
        )
    if here < 0.7:
        raise Wrong(f"Loss {here:.3f}: nearly there. {advice} Take small steps now.")
    raise Wrong(f"Loss {here:.3f}; the goal is below {FOG_TARGET}. {advice}")


@LESSON.exercise(
    "Predict",
    hints=(
        "Count layer by layer. Each unit has a weight for every number that it reads, "
        "and one bias.",
        "The hidden layer: 8 units with 10 weights and a bias each. The last layer: "
        "one unit that reads 8 numbers.",
    ),
)
def count_weights(answer):
    """Judge how many slopes a network has: weights and biases of 10-8-1."""
    count = number(answer, "my_count", whole=True)
    mistakes = {
        88: "That is the hidden layer, or all weights without biases. The last unit "
        "counts too, and every unit has a bias.",
        80: "Those are the weights from the inputs to the hidden units. The biases and "
        "the last unit count too.",
        89: "There are 8 weights into the last unit, and 9 biases in all. Count again "
        "what is missing.",
        96: "The bias of the last unit is missing.",
        90: "Every unit has a bias of its own: that makes 9, not one for each layer.",
        9: "Those are the biases, or the units. Each unit has weights as well.",
        10: "That is the number of features. Each of the 8 units has a weight for each "
        "of them.",
        19: "Those are the inputs and the units. Count the lines between them, too.",
        18: "Multiply inputs and units: each unit has a weight for every input.",
        107: "Inputs are data: they have no bias.",
        98: "One too many. The hidden layer has 88, the last one 9.",
        99: "Two too many. The hidden layer has 88, the last one 9.",
        25802: "Count one set of weights: all rows of data share it.",
    }
    look_up(count, mistakes)
    if count != 97:
        raise Wrong(
            f"{count:g} is not the number of weights and biases. For each layer: "
            "inputs times units, and a bias for every unit."
        )
    return (
        "10 · 8 weights and 8 biases, then 8 weights and 1 bias: the gradient is a "
        "vector of 97 slopes."
    )


PARTS = ("W1", "b1", "W2", "b2")
SLOPES = ("dW1", "db1", "dW2", "db2")


@LESSON.exercise(
    "Fix",
    points=2,
    hints=(
        "`W2` needs `hidden` and `d`, and is right. What do `W1` and `b1` have in "
        "common that `W2` has not? And what do `b1` and `b2`?",
        "On the way back `d` is multiplied by the slope of the activation. What is it "
        "above zero, and what below? And where is `d` divided by the number of rows?",
    ),
)
def leaky_gradients(answer):
    """Judge the way back through a leaky ReLU: (x, y, W1, b1, W2, b2) -> gradients."""
    name = "leaky_gradients"
    for seed, rows, (inputs, units, outputs) in ((3, 7, (3, 4, 1)), (1, 12, (2, 5, 1))):
        random = np.random.default_rng(seed)
        x, y = random.normal(size=(rows, inputs)), random.normal(size=(rows, outputs))
        weights = _layer(random, inputs, units) + _layer(random, units, outputs)
        turned = {"matmul": "Forwards it is `@ W2`. Backwards the table is turned."}
        given = real(x), real(y), *weights
        got = call(answer, *given, name=name, advice=turned)
        got = in_order(got, SLOPES, PARTS)
        if not isinstance(got, list | tuple) or len(got) != 4:
            raise Wrong(
                f"Return the four gradients, {', '.join(PARTS)}. You returned "
                f"{kind_of(got)}."
            )
        right = _leaky(x, y, *weights)
        wrong, tried = [], f"(checked on {inputs} inputs and {units} units)"
        for part, ours, theirs in zip(PARTS, right, got, strict=True):
            if np.shape(theirs) == ours.T.shape != ours.shape:
                raise Wrong(
                    f"The gradient of {part} is turned: it should have the shape of "
                    f"{part}, {ours.shape}, and yours has {np.shape(theirs)} {tried}."
                )
            theirs = array(theirs, ours.shape, f"The gradient of {part} {tried}")
            if not close(theirs, ours):
                wrong.append((part, ours, theirs))
        if wrong:
            raise Wrong(_leaky_mistake(wrong, got, x, y, weights))
    for far in FAR:
        there = abs(x), far + far * abs(y), *weights
        got = in_order(call(answer, *there, name=name), SLOPES, PARTS)
        judge_far(far, got, _leaky(*there))
    return (
        "The way back is multiplied by the activation's slope, 1 or a tenth, and the "
        "biases add up what the rows say."
    )


def _layer(random, inputs, units):
    return [random.normal(size=(inputs, units)), random.normal(size=units)]


def _tenths(z):
    return np.where(z > 0, 1, 0.1)


def _leaky(x, y, W1, b1, W2, b2, mask=lambda z, d: _tenths(z)):
    """Return the gradients, rightly or with another mask on the way back."""
    z = x @ W1 + b1
    hidden = np.where(z > 0, z, 0.1 * z)
    d = 2 * (hidden @ W2 + b2 - y) / len(x)
    back = d @ W2.T * mask(z, d)
    return [x.T @ back, back.sum(axis=0), hidden.T @ d, d.sum(axis=0)]


def _leaky_mistake(wrong, got, x, y, weights):
    rows = len(x)
    names = " and ".join(part for part, _, _ in wrong)
    W1, b1, W2, b2 = weights
    plain = _deep(x, y, [(W1, b1), (W2, b2)])
    if all(map(np.allclose, got, (part for pair in plain for part in pair))):
        return "That is the plain ReLU, forwards and backwards. Here it is a leaky one."
    masks = {
        "`W1` is as if the activation were not there. On the way back multiply by "
        "its slope: 1 above zero, 0.1 below.": lambda z, d: 1,
        "`W1` is that of a plain ReLU. A leaky one lets a tenth through on the way "
        "back, too.": lambda z, d: z > 0,
        "You multiply by what the unit says. Multiply by the slope of the "
        "activation: 1 above zero, 0.1 below.": lambda z, d: z * _tenths(z),
        "The slopes of the activation are exchanged: 1 above zero, 0.1 below.": (
            lambda z, d: np.where(z > 0, 0.1, 1)
        ),
        "Below zero the activation still rises, by a tenth: its slope is 0.1.": (
            lambda z, d: np.where(z > 0, 1, -0.1)
        ),
        "You multiply by 0.1 everywhere. Above zero the slope of the activation is "
        "1.": lambda z, d: 0.1,
    }

    def first(mask):
        return _leaky(x, y, *weights, mask)[0]

    recognise(got[0], {words: first(mask) for words, mask in masks.items()})
    signs_of_d = lambda z, d: _tenths(d @ W2.T), lambda z, d: _tenths(d)
    if any(np.allclose(got[0], first(mask)) for mask in signs_of_d):
        return (
            "You ask whether `d` is above zero. Whether the unit was is said by `z`: "
            "use `np.where(z > 0, 1, 0.1)`."
        )
    scales = {
        f"The signs of {names} are turned: the error is prediction minus y.": -1,
        f"{names}: `d` is divided by the rows already, so add up and do not take "
        "the mean.": 1 / rows,
        f"{names}: not divided by the number of rows. The loss is a mean.": rows,
        f"{names}: the factor 2 of the square is missing.": 0.5,
    }
    for message, scale in scales.items():
        if all(np.allclose(theirs, scale * ours) for _, ours, theirs in wrong):
            return message
    return (
        f"{names}: not the slopes that nudges find. For each layer: inputs turned, "
        "times `d`; for its biases the sum of `d` over the rows."
    )


@LESSON.exercise(
    "Write",
    points=3,
    hints=(
        "Write it out for three layers, line by line, as `backpropagate` does for two. "
        "Which lines come again, and which names change in them?",
        "Two kinds of lines of `backpropagate` make a loop: the line with `dW, db` and "
        "the line that carries `d` back. `zip(layers[::-1], inputs[::-1])` gives each "
        "layer with its inputs, the last one first.",
    ),
)
def deep_gradients(answer):
    """Judge backpropagation at any depth: (x, y, layers) -> (dW, db) of each layer."""
    name = "deep_gradients"
    for seed, rows, widths in (
        (0, 8, (3, 1)),
        (1, 9, (3, 4, 1)),
        (2, 10, (2, 5, 4, 3, 1)),
    ):
        random = np.random.default_rng(seed)
        layers = [
            tuple(_layer(random, inputs, units))
            for inputs, units in zip(widths, widths[1:], strict=False)
        ]
        x, y = random.normal(size=(rows, widths[0])), random.normal(size=(rows, 1))
        advice = {
            "matmul": "At the start `d` belongs to the last layer: go from the last "
            "layer to the first, and take `d` back through the `W` of the layer where "
            "you are, turned. (After the loop above `W` is still the last one.)",
            "broadcast": "Through which ReLU does `d` come? Its mask is that of the "
            "inputs of the layer where you are.",
            "unpack": "`layers` may hold any number of layers: use a loop.",
        }
        got = call(answer, real(x), real(y), layers, name=name, advice=advice)
        _check_pairs(got, layers)
        right = _deep(x, y, layers)
        for place, (ours, theirs) in enumerate(zip(right, got, strict=True), 1):
            for part, good, given in zip(("W", "b"), ours, theirs, strict=True):
                what = f"gradient of {part} in layer {place} of {len(layers)}"
                given = array(given, good.shape, f"The {what}")
                if not close(given, good):
                    raise Wrong(_deep_mistake(got, x, y, layers, what, given, good))
    for far in FAR:
        there = abs(x), far + far * abs(y), layers
        got, right = call(answer, *there, name=name), _deep(*there)
        judge_far(far, *([part for pair in g for part in pair] for g in (got, right)))
    return (
        "From the last layer to the first, with nothing computed twice: this works for "
        "any depth."
    )


def _deep(x, y, layers, mask=True):
    inputs = [x]
    for W, b in layers[:-1]:
        inputs.append(np.maximum(inputs[-1] @ W + b, 0))
    W, b = layers[-1]
    d = 2 * (inputs[-1] @ W + b - y) / len(x)
    gradients = []
    for (W, _), a in zip(layers[::-1], inputs[::-1], strict=True):
        gradients.insert(0, (a.T @ d, d.sum(axis=0)))
        d = d @ W.T * ((a > 0) if mask else 1)
    return gradients


def _check_pairs(got, layers):
    """Say what is wrong with a list of pairs of arrays, if anything is."""
    if not isinstance(got, list | tuple):
        raise Wrong(f"Return a list of pairs (dW, db). You returned {kind_of(got)}.")
    if len(got) == 2 * len(layers) and all(hasattr(part, "ndim") for part in got):
        raise Wrong(
            f"Your list holds {len(got)} arrays in a row. Put the two of a layer into "
            "a pair: `[(dW, db), (dW, db), ...]`."
        )
    if len(got) != len(layers):
        raise Wrong(
            f"For {len(layers)} layer(s) your list has {len(got)} pair(s). Each "
            "layer, the first and the last included, has a pair (dW, db)."
        )
    for pair in got:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Wrong(
                f"Each layer has a pair (dW, db). One of yours is {kind_of(pair)}."
            )
    shapes = [tuple(map(np.shape, pair)) for pair in got]
    wanted = [tuple(map(np.shape, pair)) for pair in layers]
    if shapes != wanted and shapes[::-1] == wanted:
        raise Wrong(
            "The pairs are in the order in which you made them, last layer first. They "
            "should stand as in `layers`: first layer first."
        )
    if any(
        shape[0] == good[0][::-1] != good[0]
        for shape, good in zip(shapes, wanted, strict=True)
    ):
        raise Wrong(
            "The gradient of a W is turned. It has the shape of W: the inputs of the "
            "layer, turned, times `d`."
        )


def _deep_mistake(got, x, y, layers, what, given, good):
    def same(gradients):
        return all(
            np.allclose(ours, theirs)
            for pair, others in zip(gradients, got, strict=True)
            for ours, theirs in zip(pair, others, strict=True)
        )

    if same(_deep(x, y, layers, mask=False)):
        return (
            "The way back ignores the ReLU. A unit that said 0 passes nothing back: "
            "multiply by `(inputs of the layer > 0)`."
        )
    if np.allclose(given, -good):
        return f"The sign of the {what} is turned. `d` has the right sign at the start."
    if np.allclose(given * len(x), good):
        return (
            f"For the {what} you take the mean over the rows. `d` is divided by them "
            "already: add up."
        )
    return (
        f"The {what} is not what nudges find. Did `d` come back "
        "through the weights of the layer after it, and through the ReLU between them, "
        "each once?"
    )


EXERCISES = LESSON.exercises
progress = LESSON.progress
