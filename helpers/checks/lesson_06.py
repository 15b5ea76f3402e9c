"""The exercises of lesson 6: loss functions."""

from functools import cache, partial

import numpy as np

from helpers.checks import bets
from helpers.checks.answers import call, entries, look_up, number, recognise
from helpers.checks.engine import Lesson, NotAttempted, Wrong, describe_error
from helpers.checks.feedback import kind_of, show
from helpers.data import load

LESSON = Lesson(6, "Loss functions")

smoothed_loss = bets.Bet(
    "what smoothing leaves of the loss, every tenth label wrong", 0, 200, "%"
)
plain_recall = bets.Bet(
    "the share of the eights that the plain model finds", 0, 100, "%"
)
by_heart_6 = bets.Bet("by how much patient 6 misses its ten rows", 0.0, 2.0)
BETS = bets.of(6, vars())
look_back = partial(bets.look_back, BETS)


def _entries(answer, keys, name, example):
    """Return the values of a dictionary, if none is left out."""
    got = entries(answer, keys, name, example, ", ".join(map(repr, keys)))
    if any(value is ... for value in got):
        raise NotAttempted
    return got


@LESSON.exercise(
    "Predict",
    hints=(
        "Which number stands for all seven when errors are squared, and which when "
        "errors count as they are, without their sign? The text above says both.",
        "The mean: add the seven numbers, with the 70, and divide by 7. The median: "
        "sort them and take the one in the middle.",
    ),
)
def slip(answer):
    """Judge the best guess by squared and by absolute error, with one slip."""
    keys = ("squared", "absolute")
    got = _entries(answer, keys, "my_guesses", '{"squared": 4, "absolute": 3}')
    squared = number(got[0], 'my_guesses["squared"]')
    absolute = number(got[1], 'my_guesses["absolute"]')
    if np.allclose((squared, absolute), (3, 13), rtol=1e-6):
        raise Wrong(
            "The other way round: squared errors follow the mean, which the 70 pulls "
            "up; absolute errors follow the median."
        )
    mistakes = {
        4: "4 was the mean before the slip. Now the sum is 63 more than it was: what "
        "is it divided by 7?",
        91: "91 is the sum. The mean is the sum divided by how many there are.",
        3.5: "You leave the 70 out. The squared error does not: it counts most.",
        3: "3 is the median. Squared errors follow the mean of all.",
        70: "The 70 pulls hard, but the other six pull back. Where is balance?",
    }
    look_up(squared, mistakes, rtol=1e-6)
    if abs(squared - 13) > 0.01:
        raise Wrong(
            f'"squared" is not {squared:.10g}: it is the mean of 1, 2, 2, 3, 6, 7, 70.'
        )
    mistakes = {
        13: "13 is the mean. Absolute errors follow the number in the middle.",
        (2.5, 4.5): "Seven numbers have one in the middle: sorted, it is the fourth.",
        4: "4 was the mean. Absolute errors follow the median, before the slip and "
        "after it.",
    }
    look_up(absolute, mistakes, rtol=1e-6)
    if not np.isclose(absolute, 3, rtol=1e-6):
        raise Wrong(
            f'"squared" is right. For "absolute" you say {absolute:.10g}: sort 1, 2, '
            "2, 3, 6, 7, 70. Which stands in the middle?"
        )
    return (
        "The mean moves from 4 to 13, where none of the numbers is; the median stays."
    )


CLOSE = {"rtol": 1e-5, "atol": 1e-6}  # right within the rounding of float32
ONE_BY_ONE = {
    "truth value": "`if` can ask about one number only, and these are many: use "
    "`np.where(condition, ..., ...)`."
}


def _loss(answer, *arguments, name, each="row"):
    """Return the one number that a learner's loss function gives."""
    got, rows = call(answer, *arguments, name=name, advice=ONE_BY_ONE), arguments[0]
    if np.shape(got) == rows.shape and len(rows) > 1:
        raise Wrong(
            f"{name}(...) gives one loss for each {each}. A loss is one number: "
            "return their mean."
        )
    return number(got, f"{name}(...)")


@LESSON.exercise(
    "Write",
    points=2,
    hints=(
        "Work with `size = np.abs(errors)`. `np.where(size <= delta, ..., ...)` picks "
        "one of two formulas for each error.",
        "Where the half square ends, at a size of delta, its value is delta**2 / 2 and "
        "its slope delta. Which line `delta * (size - ...)` has that value there?",
    ),
)
def huber(answer):
    """Judge a function (errors, delta) -> mean Huber loss."""
    random = np.random.default_rng(6)
    for rows, delta in ((9, 0.5), (12, 1.0), (10, 2.0), (1, 0.3)):
        errors = 2 * random.normal(size=rows) + 0.1
        got = _loss(answer, errors, delta, name="huber", each="error")
        right = _huber(errors, delta).mean()
        if not np.isclose(got, right, **CLOSE):
            raise Wrong(_huber_mistake(got, right, errors, delta))
    return "Curved near zero, so that it settles; straight far out, so that it is calm."


def _huber(errors, delta):
    size = np.abs(errors)
    return np.where(size <= delta, size**2 / 2, delta * (size - delta / 2))


def _huber_mistake(got, right, errors, delta):
    size = np.abs(errors)
    near = size <= delta
    half, line = size**2 / 2, delta * (size - delta / 2)
    mistakes = {
        "That is the sum. Return the mean over all errors.": right * len(errors),
        "Near zero it is *half* the square; otherwise the slopes do not meet.": (
            np.where(near, size**2, line).mean()
        ),
        "Your straight part is the size of the error. At a size of delta it should "
        "go on from delta**2 / 2, with slope delta.": np.where(near, half, size).mean(),
        "Your straight part has the right slope and starts too high: at a size of "
        "delta it has to be delta**2 / 2.": np.where(near, half, delta * size).mean(),
        "Your straight part is that of delta = 1. Let it depend on `delta`.": (
            np.where(near, half, size - 0.5).mean()
        ),
        "Your straight part has slope 1. Its slope should be delta.": (
            np.where(near, half, size - delta / 2).mean()
        ),
        "You take delta for 1. It is an argument: use it.": _huber(errors, 1.0).mean(),
        "You take 1 / 2 off the straight part. That joins for delta = 1 alone: at "
        "a size of delta it has to be delta**2 / 2.": (
            np.where(near, half, delta * size - 0.5).mean()
        ),
        "Your two parts meet, but the straight one has slope 1, not delta.": (
            np.where(near, half, size - delta + delta**2 / 2).mean()
        ),
        "That is twice the Huber loss: *half* the square near zero, and a line "
        "that goes on from it.": 2 * right,
        "That is half the square everywhere. Far out it is a line.": half.mean(),
        "The two parts are the wrong way round: the square is for small errors.": (
            np.where(near, line, half).mean()
        ),
        "Large negative errors still get the square. Compare the *size* of the "
        "error with delta: `np.abs(errors)`.": (
            np.where(
                errors <= delta, errors**2 / 2, delta * (errors - delta / 2)
            ).mean()
        ),
    }
    recognise(got, mistakes, **CLOSE)
    return (
        f"For the errors {show(errors.round(2).tolist())} and delta {delta:g} your "
        f"function gives {got:.4g}; {right:.4g} is right. Try one small error alone, "
        "then one large one."
    )


@LESSON.exercise(
    "Write",
    points=2,
    hints=(
        "First find the probability that each row gave to what happened: `p` where y "
        "is 1, and `1 - p` where it is 0. `np.where` can choose.",
        "Clip `p` with `np.clip(p, 1e-7, 1 - 1e-7)` before anything else. Then minus "
        "the mean of the logarithms.",
    ),
)
def crossentropy(answer):
    """Judge a function (y, p) -> mean binary crossentropy, clipped as in Keras."""
    random = np.random.default_rng(6)
    for rows in (8, 30, 1):
        y = random.integers(0, 2, rows)
        p = random.uniform(0.05, 0.95, rows)
        got = _loss(answer, y, p, name="crossentropy")
        right = _crossentropy(y, p)
        if not np.isclose(got, right, **CLOSE):
            raise Wrong(_crossentropy_mistake(got, right, y, p))
    many = np.ones(5000)
    with np.errstate(all="ignore"):
        if not np.isfinite(call(answer, many, many / 2, name="crossentropy")):
            raise Wrong(
                "With 5,000 rows the product of the probabilities is 0 for the "
                "computer. Take the logarithm of each, then their mean."
            )
    for truth, said in ((1, 0.0), (0, 1.0), (1, 1.0), (0, 0.0)):
        y, p = np.array([truth, 1]), np.array([said, 0.5])
        with np.errstate(all="ignore"):
            got = float(np.mean(call(answer, y, p, name="crossentropy")))
        if not np.isfinite(got):
            raise Wrong(
                f"Where the model says exactly {said:g} and the truth is {truth}, your "
                f"loss is {got}. Keep p between 1e-7 and 1 - 1e-7, at both ends."
            )
        right = _crossentropy(y, p)
        if not np.isclose(got, right, atol=0.1):  # in float32 1 - 1e-7 is 1 - 1.2e-7
            raise Wrong(
                f"For a probability of exactly {said:g} and the truth {truth} your "
                f"loss is {got:.3f}; clipped at 1e-7 it is {right:.3f}. Clip p, not "
                "the logarithm, and by no more than 1e-7."
            )
    return (
        "Minus the mean logarithm of what was given to the truth, at most 16.1 a row."
    )


def _crossentropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.log(np.where(y == 1, p, 1 - p)).mean()


def _crossentropy_mistake(got, right, y, p):
    mistakes = {
        "The sign is wrong: logarithms of probabilities are below 0.": -right,
        "That is the sum. Divide by the number of rows.": right * len(y),
        "Take the natural logarithm, `np.log`, not that to base 2.": right / np.log(2),
        "Take the natural logarithm, `np.log`, not `np.log10`.": right / np.log(10),
        "You take p for the noes and 1 - p for the yeses: turn it round.": (
            _crossentropy(1 - y, p)
        ),
        "You take p for every row. Where y is 0, the truth was given 1 - p.": (
            -np.log(p).mean()
        ),
        "The rows where y is 0 count nothing in yours. For them the truth was "
        "given 1 - p.": -(y * np.log(p)).mean(),
        "That is the squared error.": ((p - y) ** 2).mean(),
        "You take the logarithm of the mean. Take the mean of the logarithms.": (
            -np.log(np.where(y == 1, p, 1 - p).mean())
        ),
        "The logarithm is missing.": -np.where(y == 1, p, 1 - p).mean(),
    }
    recognise(got, mistakes, **CLOSE)
    return (
        f"For y = {show(y.tolist())} and p = {show(p.round(2).tolist())} your function "
        f"gives {got:.4g}; {right:.4g} is right. Try a single row by hand."
    )


@LESSON.exercise(
    "Predict",
    hints=(
        "Divide the first slope, p - y, by the second. Which factor stays?",
        "What the squared error has besides is 2 p (1 - p). Put in p = 0.01, and turn "
        "it over.",
    ),
)
def steeper(answer):
    """Judge how many times as steep crossentropy is as squared error at p = 0.01."""
    ratio = number(answer, "my_ratio")
    mistakes = {
        101.01: "You leave out the factor 2 of the square's slope.",
        0.0198: "That is squared error by crossentropy. Turn it over.",
        -50.505: "Both slopes have the same sign, so their ratio is positive.",
        25.25: "One factor 2 too many: the slope of the square has it once.",
        50.0: "Close: that leaves out the factor 1 - p, which is 0.99.",
        51.01: "Close: multiply 2, 0.01 and 0.99, then turn it over.",
        0.99: "That is the size of the crossentropy's slope. Divide it by the other.",
        0.0196: "That is the size of the squared error's slope. The other is 0.99.",
        4.605: "That is the loss itself, minus ln 0.01. The question is about slopes.",
        4.7: "That is a ratio of losses. The question is about slopes along z.",
        99.0: "That is (1 - p) / p. Divide p - y by 2 (p - y) p (1 - p).",
        100.0: "That is 1 / p. Divide p - y by 2 (p - y) p (1 - p).",
    }
    look_up(ratio, mistakes, rtol=2e-3)
    if not np.isclose(ratio, 1 / 0.0198, rtol=6e-3):
        raise Wrong(
            f"{ratio:g} is not it. Divide p - y by 2 (p - y) p (1 - p) at p = 0.01: "
            "what is left?"
        )
    return "About fifty times. At p = 0.001 it would be five hundred."


SPARSE, CATEGORICAL = "sparse_categorical_crossentropy", "categorical_crossentropy"
BINARY = "binary_crossentropy"
AMOUNTS = (
    "mean_squared_error",
    "mean_absolute_error",
    "huber",
    "log_cosh",
    "mean_squared_logarithmic_error",
    "mean_absolute_percentage_error",
)
KEEP_ABOVE_0 = ("softplus", "exponential")
UNITS = {
    "hours": (1, "one amount needs one unit."),
    "language": (7, "a unit for each of the 7 languages, 0 to 6."),
    "tags": (3, "a unit for each of the three tags."),
    "spam": (1, "one probability, that of a yes, needs one unit."),
    "team": (3, "a unit for each of the three teams."),
}


@LESSON.exercise(
    "Choose",
    points=2,
    needs="keras",
    hints=(
        "For each target ask what one answer is: an amount, a yes or no, one of "
        "several, or any number of several. Then read the row.",
        "`language` and `team` are both one of several; their labels differ. `tags` "
        "are several yes-or-no questions, so nothing has to sum to 1.",
    ),
)
def rows_of_the_table(answer):
    """Judge units, activation and loss for five targets."""
    got = _entries(answer, UNITS, "my_rows", '{"spam": (1, "sigmoid", "..."), ...}')
    for name, row in zip(UNITS, got, strict=True):
        if not isinstance(row, tuple | list) or len(row) != 3:
            raise Wrong(
                f'my_rows["{name}"] should be units, activation and loss, such as '
                f'(1, "sigmoid", "{BINARY}"). You gave {kind_of(row)}.'
            )
        units = number(row[0], f'The units of "{name}"', whole=True)
        activation = _activation(row[1], f'The activation of "{name}"')
        loss, logits = _loss_name(row[2], f'The loss of "{name}"')
        if logits and activation != "linear":
            mistake = f"the loss takes logits, and {activation} makes none of them."
        else:
            if logits:  # the loss applies the activation itself
                activation = "sigmoid" if loss == BINARY else "softmax"
            mistake = _row_mistake(name, units, activation, loss)
        if mistake:
            raise Wrong(f'"{name}": {mistake}')
    return "The question decides: what is one answer?"


def _activation(word, what):
    """Return Keras's name of an activation, whatever it is called here."""
    import keras

    text = word.strip().lower() if isinstance(word, str) else word
    try:
        got = keras.activations.get(None if text in ("none", "") else text)
        name = getattr(got, "__name__", "")
        keras.activations.get(name)  # a function of one's own has no name there
    except (ValueError, TypeError):
        said = show(word) if isinstance(word, str) else kind_of(word)
        raise Wrong(
            f"{what} should be an activation that Keras knows. You gave {said}."
        ) from None
    return name


def _loss_name(word, what):
    """Return Keras's name of a loss, and whether it takes logits."""
    import keras

    if isinstance(word, type):
        raise Wrong(f"{what} is the class `{word.__name__}`: add brackets.")
    if word is None:
        raise Wrong(f"{what} should be a loss. You gave {kind_of(word)}.")
    words = [word.strip(), word.strip().lower()] if isinstance(word, str) else [word]
    for each in words:
        try:
            loss = keras.losses.get(each)
            break
        except (ValueError, TypeError):
            continue
    else:
        loss = None
    name = getattr(loss, "name", getattr(loss, "__name__", None))
    if not isinstance(name, str):
        said = show(word) if isinstance(word, str) else kind_of(word)
        raise Wrong(f"{what} should be a loss that Keras knows. You gave {said}.")
    return name.removesuffix("_loss"), bool(getattr(loss, "from_logits", False))


def _row_mistake(name, units, activation, loss):
    right, what = UNITS[name]
    if name == "spam" and (units, activation) == (2, "softmax"):
        if loss == SPARSE:
            return None  # the other way, which the lesson comes to
        return f"with two units, labels of 0 and 1 go with {SPARSE}."
    if units != right:
        return f"{what} You gave {units:g}."
    if name == "hours":
        return _amount_mistake(activation, loss)
    if name in ("tags", "spam"):
        return _yes_no_mistake(name, activation, loss)
    return _class_mistake(name, activation, loss)


def _amount_mistake(activation, loss):
    if activation == "relu":
        return (
            "hours are never negative, but behind relu the output can get stuck at "
            "0. The table takes none."
        )
    if activation not in ("linear", *KEEP_ABOVE_0):
        low, high = _ends(activation)
        if high < 10:
            return f"an amount has no upper end; {activation} ends at {high:g}."
        return f"an amount needs no activation, and {activation} bends it."
    if loss == "poisson":
        if activation == "linear":
            return "that loss takes the logarithm of the output, which may be below 0."
        return None
    if loss not in AMOUNTS:
        return "an amount takes a loss of its errors, such as mean_squared_error."
    return None


def _ends(activation):
    """Return what an activation gives far below and far above 0."""
    import keras

    far = keras.ops.convert_to_tensor([[-100.0], [100.0]])
    ends = keras.ops.convert_to_numpy(keras.activations.get(activation)(far))
    return float(ends.min()), float(ends.max())


BRIER = (
    "squared error of a probability is honest (the Brier score), and behind this "
    "activation it learns slowly from sure mistakes. The table takes a crossentropy."
)


def _yes_no_mistake(name, activation, loss):
    if activation == "softmax" and name == "spam":
        return "a softmax of one unit is always 1."
    if activation == "softmax":
        return (
            "a softmax shares 1 among the tags, so beach and dog could never "
            "both be likely. Give each its own yes or no."
        )
    if activation == "hard_sigmoid":
        return "hard_sigmoid is flat at both ends, where sure mistakes stay for ever."
    if activation != "sigmoid":
        return "a yes or no needs a probability between 0 and 1: which activation?"
    if loss == "mean_squared_error":
        return BRIER
    if loss not in (BINARY, "binary_focal_crossentropy"):
        return f"each unit answers a yes or no of its own: {BINARY}."
    return None


def _class_mistake(name, activation, loss):
    if activation == "sigmoid":
        return (
            "exactly one of them is true, so the probabilities share 1: which "
            "activation lets them sum to 1?"
        )
    if activation != "softmax":
        return "probabilities that sum to 1 need an activation that makes them so."
    if name == "language" and loss == CATEGORICAL:
        return "the labels are integers; that loss wants one-hot rows."
    if name == "team" and loss == SPARSE:
        return "the labels are one-hot rows; that loss wants integers."
    if loss == BINARY:
        return "that loss asks a yes or no of each unit; here the classes compete."
    if loss == "mean_squared_error" and name == "team":
        return BRIER
    if name == "team" and loss in ("categorical_focal_crossentropy", "kl_divergence"):
        return None  # of one-hot rows the second is the crossentropy
    if loss != {"language": SPARSE, "team": CATEGORICAL}[name]:
        return f"look up which loss goes with these labels; you gave {loss}."
    return None


@LESSON.exercise(
    "Predict",
    hints=(
        "What counts is the difference b - a. By how much does it change in one step "
        "of the pair?",
        "It changes by -2 r g, since both units move, in opposite directions. The "
        "single unit changes by -rate g.",
    ),
)
def same_progress(answer):
    """Judge the sigmoid's rate that trains as a softmax pair at 0.05."""
    rate = number(answer, "my_rate")
    mistakes = {
        0.05: "At the same rate the single unit moves half as far: in the pair *both* "
        "units move, in opposite directions.",
        0.025: "The wrong way round: the pair's difference moves further in a step "
        "than a single unit would.",
        2: "That is the factor. The question is for the rate.",
        0.2: "A factor of 4 is one doubling too many: two units move, each once.",
        -0.1: "A negative rate walks uphill. The size is right.",
        0.0025: "Squaring the rate has no reason here: follow b - a through one step.",
    }
    look_up(rate, mistakes, rtol=1e-6)
    if not np.isclose(rate, 0.1, rtol=1e-6):
        raise Wrong(
            f"{rate:g} is not it. In one step b moves by -0.05 g and a by +0.05 g: how "
            "far does b - a move?"
        )
    return "Twice the rate, since the difference of two units moves twice as far."


FAULTS = {1: "B", 2: "A", 3: "E", 4: "C", 5: "F", 6: "D", 7: "G", 8: "H"}
CLUES = {
    1: "look at its predictions: what gives exactly 1.00 for everybody?",
    2: "look at the range of its predictions: are those probabilities?",
    3: "its loss is below 0. What labels must a crossentropy have to stay above?",
    4: "a picture may have two labels at once. Can its outputs be near 1 together?",
    5: "not a number from the first epoch. How large are the errors at the start, and "
    "how hard do they pull?",
    6: "what is the least of its predictions, and the least of the truth?",
    7: "it says nearly the same for everybody. Compare the shape of `flat` with that "
    "of the output.",
    8: "read what Keras says: the labels have one dimension, the output two.",
}
HEALTHY = {
    "I": "its predictions are wrong themselves, so it is not only the metric that errs",
    "J": "a healthy twin of the same size learns, so it is not the size",
}


@LESSON.exercise(
    "Choose",
    points=4,
    hints=(
        "Begin with what cannot be: a probability below 0, a crossentropy below 0, a "
        "prediction that is the same for all. The last letters are nobody's.",
        "Read each line of code beside the table: does the output fit the question, "
        "and do the labels fit the loss? 4 and 1 both have a softmax, for two reasons.",
    ),
)
def ward_round(answer):
    """Judge the faults of the eight patients."""
    got = _entries(answer, FAULTS, "my_diagnoses", '{1: "A", 2: "B", ...}')
    letters = {}
    for patient, letter in zip(FAULTS, got, strict=True):
        if not isinstance(letter, str) or letter.strip().upper() not in [*"ABCDEFGHIJ"]:
            raise Wrong(
                f"my_diagnoses[{patient}] should be a letter from A to J. "
                f"You gave {show(letter)}."
            )
        letters[patient] = letter.strip().upper()
    right = [patient for patient in FAULTS if letters[patient] == FAULTS[patient]]
    if len(right) == len(FAULTS):
        return "Eight of eight, without the doctor. From now on you need only a chart."
    wrong = next(patient for patient in FAULTS if patient not in right)
    letter = letters[wrong]
    reason = f" ({HEALTHY[letter]})" if letter in HEALTHY else ""
    raise Wrong(
        f"Right: {len(right)} of 8. Patient {wrong} does not have {letter}{reason}: "
        f"{CLUES[wrong]}"
    )


HEALTHY_WORDS = {1: "sigmoid", 4: "sigmoid", 6: "linear", 8: SPARSE}
ILL_WORDS = {
    (1, "softmax"): "that is what it has: one softmax unit gives 1, whatever it sees.",
    (1, "linear"): "without an activation its output is no probability, as patient 2's "
    "is.",
    (1, "relu"): "relu goes above 1, and a probability does not. Which activation ends "
    "at 0 and at 1?",
    (1, "tanh"): "tanh goes down to -1, and a probability ends at 0.",
    (1, BINARY): "that is its loss, and it is well. The activation is asked for.",
    (4, "softmax"): "that is what it has, and it shares 1: two labels can never both "
    "be likely.",
    (4, "linear"): "without an activation its outputs are no probabilities.",
    (4, "relu"): "relu goes above 1, and a probability does not.",
    (4, "tanh"): "tanh goes down to -1, and a probability ends at 0.",
    (4, BINARY): "that is its loss, and it is well. The activation is asked for.",
    (6, "relu"): "that is what it has, and it gives nothing below 0.",
    (6, "sigmoid"): "a sigmoid ends at 0 and 1; its truth goes from -1.7 to 2.5.",
    (6, "tanh"): "tanh ends at -1 and 1; its truth goes from -1.7 to 2.5.",
    (6, "softmax"): "a softmax of one unit is always 1.",
    (6, "mean_squared_error"): "that is its loss, and it is well. The activation is "
    "asked for.",
    (8, CATEGORICAL): "that is what it has, and it wants one-hot rows. Its labels are "
    "integers.",
    (8, BINARY): "it has ten classes that exclude each other, not ten yes-or-no "
    "questions.",
    (8, "mean_squared_error"): "squared error would take the digits for amounts.",
    (8, "softmax"): "that is its activation, and it is well. The loss is asked for.",
}


@LESSON.exercise(
    "Fix",
    points=4,
    seconds=90,
    needs="keras",
    hints=(
        "Find each one's row of the table and compare: only one entry differs. For "
        "5, the features show what a target should look like; for 7, what shape does "
        "the output have?",
        "1 and 4 need the activation of a yes or no, 6 that of an amount, 8 the loss "
        "of integer labels. `signs == 1` is true for a yes. Take the mean of `raw` "
        "away, then divide by its spread. `flat[:, None]` is a column.",
    ),
)
def repairs(answer):
    """Judge what mends seven of the patients; train them with it."""
    example = '{1: "...", 3: ..., 4: "...", 5: ..., 6: "...", 7: ..., 8: "..."}'
    keys = (1, 3, 4, 5, 6, 7, 8)
    values = _entries(answer, keys, "my_repairs", example)
    got = dict(zip(keys, values, strict=True))
    for patient, right in HEALTHY_WORDS.items():
        said = _named(got[patient], patient)
        if said != right:
            other = f"{said} is not in its row of the table."
            wrong = ILL_WORDS.get((patient, said), other)
            raise Wrong(f"Patient {patient}: {wrong}")
    cancer, diabetes = map(load, ("breast_cancer", "diabetes"))
    labels = _target(got[3], len(cancer.y_train), 3)
    if mistake := _labels_mistake(labels, cancer.y_train):
        raise Wrong(f"Patient 3: {mistake}")
    truth = diabetes.y_train[:, 0]
    target, column = (_target(got[patient], len(truth), patient) for patient in (5, 7))
    if mistake := _target_mistake(target, truth):
        raise Wrong(f"Patient 5: {mistake}")
    if mistake := _column_mistake(np.shape(got[7]), column, truth):
        raise Wrong(f"Patient 7: {mistake}")
    return _learned(tuple(labels), tuple(target))


def _named(word, patient):
    """Return Keras's name of the activation or loss that was given for a patient."""
    what = "loss" if patient == 8 else "activation"
    name = f"my_repairs[{patient}]"
    if word is not None and not isinstance(word, str) and not callable(word):
        raise Wrong(f"{name} should be the name of the {what}. You gave {show(word)}.")
    first, other = (_loss_of, _activation) if patient == 8 else (_activation, _loss_of)
    try:
        return first(word, name)
    except Wrong:
        if isinstance(word, str):
            try:
                return other(word, name)  # the other of the two, which is well
            except Wrong:
                pass
        raise


def _loss_of(word, name):
    loss, logits = _loss_name(word, name)
    if logits:
        raise Wrong(f"{name} takes logits, and behind the softmax there are none.")
    return loss


def _column_mistake(shape, column, truth):
    if not np.allclose(column, truth, **CLOSE):
        return "it should hold the values of `flat`, in their order."
    if shape != (len(truth), 1):
        return (
            f"its shape is {shape}, and the output has {(len(truth), 1)}: they would "
            "still make a table."
        )
    return ""


@cache
def _learned(labels, target):
    """Train with the repairs; return what the patients learn."""
    cancer, diabetes, digits = map(load, ("breast_cancer", "diabetes", "digits"))
    labels, target = np.array(labels), np.array(target)
    x, column = diabetes.x_train, diabetes.y_train
    amounts = _train(x, target, 1, "linear", "mse")[:, 0]
    explained = 1 - np.mean((amounts - target) ** 2) / target.var()
    if not explained > 0.3:
        raise Wrong(
            f"Patient 5: with this target it does not learn yet (spread "
            f"{target.std():.3g}). Give it a mean of 0 and a spread of 1."
        )
    sure = _train(cancer.x_train, labels, 1, "sigmoid", BINARY)[:, 0]
    y = digits.y_train
    three = np.stack([y % 2 == 0, y >= 5, np.isin(y, [0, 6, 8, 9])], axis=1)
    tags = _train(digits.x_train, three.astype("float32"), 3, "sigmoid", BINARY)
    classes = _train(digits.x_train, y, 10, "softmax", SPARSE)
    error = np.mean((_train(x, column, 1, "linear", _own_squares()) - column) ** 2)
    shares = {
        "1 and 3 are right on {} of the tumours": np.mean((sure > 0.5) == labels),
        "4 on {} of the labels": np.mean((tags > 0.5) == three),
        "8 on {} of the digits": np.mean(classes.argmax(axis=1) == y),
        "5 and 6 explain {} of the variance": explained,
    }
    said = ", ".join(words.format(f"{share:.0%}") for words, share in shares.items())
    return (
        f"All seven learn. After five epochs {said}; the squared error of 7 is "
        f"{error:.2f}, and was 1.01."
    )


def _own_squares():
    """Return the loss of patient 7."""
    import keras

    class OwnSquares(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return keras.ops.square(y_true - y_pred)

    return OwnSquares()


def _target(values, rows, patient):
    """Return one finite number for each row."""
    if isinstance(values, str):
        raise Wrong(
            f"my_repairs[{patient}] should be an array, made by NumPy, not text."
        )
    got = np.asarray(values)
    if got.dtype.kind not in "biuf" or got.size != rows:
        raise Wrong(
            f"my_repairs[{patient}] should hold a number for each of {rows} rows. "
            f"You gave {kind_of(values)}."
        )
    values = got.ravel().astype(float)
    if not np.isfinite(values).all():
        raise Wrong(f"my_repairs[{patient}] holds a value that is not finite.")
    return values


def _labels_mistake(labels, truth):
    mistakes = {
        "": truth,
        "the labels are -1 and 1 still. A no has to be 0.": 2 * truth - 1,
        "now malignant is 1 and benign 0: turned round.": 1 - truth,
        "the labels are 0 and 2 now. Halve them.": 2 * truth,
        "all labels are 1 now: the noes are lost.": truth * 0 + 1,
        "the labels are -0.5 and 0.5 now. A no has to be 0, a yes 1.": truth - 0.5,
        "the labels are -1 and 0 now. A no has to be 0, a yes 1.": truth - 1,
    }
    for mistake, values in mistakes.items():
        if np.array_equal(labels, values):
            return mistake
    return "a yes has to be 1 and a no 0, in the order of `signs`."


def _target_mistake(target, truth):
    if target.std() == 0:
        return "all values are the same now."
    with_truth = np.corrcoef(target, truth)[0, 1]
    if with_truth < -0.99:
        return "turned round: the sickest have the lowest value now."
    if with_truth < 0.9:
        return "the values no longer follow `raw`, row by row."
    if target.std() > 10 and abs(target.mean()) < 1:
        return (
            f"the mean is 0 now, but the spread is still {target.std():.0f}. Divide by "
            "`raw.std()`."
        )
    if target.std() > 10:
        return f"its spread is {target.std():.0f}: still far too large for the steps."
    if abs(target.mean()) > 3 * target.std():
        return (
            f"its mean is {target.mean():.3g}, far from 0 for a spread of "
            f"{target.std():.2g}. Take the mean of `raw` away."
        )
    if target.std() < 0.05:
        return (
            f"its spread is {target.std():.2g}: too small now. Divide by `raw.std()`, "
            "not by the variance or twice."
        )
    return ""


def _train(x, y, units, activation, loss):
    """Train a model of the clinic; return what it predicts."""
    import keras

    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(16, activation="relu")
    output = keras.layers.Dense(units, activation=activation)
    model = keras.Sequential([keras.Input(x.shape[1:]), hidden, output])
    model.compile(keras.optimizers.SGD(0.1), loss=loss)
    model.fit(x, y, epochs=5, verbose=0)
    return model(x).numpy()


def _model(answer, name, inputs):
    """Return the Keras model with so many inputs that a function gives."""
    import keras

    model = call(answer, name=name)
    if not isinstance(model, keras.Model):
        raise Wrong(
            f"{name}() should return a model, as `build(...)` does. It gives "
            f"{kind_of(model)}."
        )
    if not model.compiled:
        raise Wrong(f"The model of {name}() is not compiled: it has no loss.")
    if int(model.optimizer.iterations) > 0:
        raise Wrong(f"The model of {name}() is trained already: return a fresh one.")
    if not model.built or model.input_shape != (None, inputs):
        raise Wrong(f"The model of {name}() should take {inputs} inputs.")
    if isinstance(model.loss, type):
        raise Wrong(
            f"`{model.loss.__name__}` is a class. Make an object of it: add brackets, "
            "with `from_logits=True` in them where the output is a logit."
        )
    return model


def _treat(model, x, y, name, messages):
    """Return what a model predicts after five epochs, if the doctor finds it well."""
    from helpers.doctor import diagnose

    for finding in diagnose(model, x, y).findings:
        # A metric that misleads may stand beside one that tells the truth.
        if finding.severity != "note" and finding.code != "accuracy-on-logits":
            raise Wrong(messages.get(finding.code, finding.problem))
    try:
        model.fit(x, y, epochs=5, verbose=0)
        return model(x).numpy()
    except Exception as error:
        raise Wrong(
            f"The model of {name}() does not train: {describe_error(error)}."
        ) from None


@LESSON.exercise(
    "Fix",
    points=2,
    seconds=40,
    needs="keras",
    hints=(
        "Two things take the output for a probability: the loss and the metric. The "
        "section on logits has an object for each.",
        "`keras.losses.BinaryCrossentropy(from_logits=True)`, and "
        "`keras.metrics.BinaryAccuracy(threshold=0.0)` in the list of metrics.",
    ),
)
def patient_2(answer):
    """Judge a function that returns a model for the tumours, with logits."""
    import keras

    data = load("breast_cancer")
    x, y = data.x_train, data.y_train
    model = _model(answer, "patient_2", inputs=30)
    if model.output_shape != (None, 1):
        raise Wrong(
            f"A yes or no needs one unit; the output has shape {model.output_shape}."
        )
    predicted = _treat(model, x, y, "patient_2", LOGITS)[:, 0]
    last = getattr(model.layers[-1], "activation", None)
    if last not in (None, keras.activations.linear):
        raise Wrong(
            f"Its output goes through {getattr(last, '__name__', 'an activation')}. "
            "The owner wants logits: leave the output linear, and tell the loss."
        )
    if predicted.min() >= 0 and predicted.max() <= 1:
        raise Wrong(
            "Its outputs all lie between 0 and 1. The owner wants logits: leave the "
            "output linear, and tell the loss."
        )
    right = ((predicted > 0) == y).mean()
    if right < 0.8:
        raise Wrong(
            f"After five epochs it is right on {right:.0%} of the rows, and guessing "
            "gives 63%. Which loss asks for a yes or no?"
        )
    _judge_metric(model, x, y, right)
    return f"It learns: after five epochs it is right on {right:.0%} of its rows."


LOGITS = {
    "output-not-probability": "Still the old fault: the loss takes the outputs for "
    "probabilities, and they are logits. Tell it `from_logits=True`.",
    "accuracy-on-logits": "The loss is right now, the metric is not: its border is at "
    "0.5, and for a logit it is 0.",
    "probabilities-as-logits": "Now it is done twice: the output is squashed, and the "
    "loss does it again. Leave the output linear.",
    "softmax-one-unit": "A softmax of one unit is always 1: that is patient 1's "
    "illness.",
    "squared-error-on-yes-no": "Squared error would learn amounts. A yes or no takes "
    "the binary crossentropy.",
}


def _judge_metric(model, x, y, right):
    """Look for the share that is right among what the model reports."""
    scores = model.evaluate(x, y, verbose=0, return_dict=True)
    shown = [value for name, value in scores.items() if name != "loss"]
    if any(np.isclose(value, right, atol=0.005) for value in shown):
        return
    if {"accuracy", "binary_accuracy", "acc"} & set(scores):
        raise Wrong(LOGITS["accuracy-on-logits"])
    listed = ", ".join(f"{name} {value:.3f}" for name, value in scores.items())
    raise Wrong(
        f"It learns, and {right:.1%} are right, but no metric reports this share: it "
        f"shows {listed}."
    )


@LESSON.exercise(
    "Write",
    points=3,
    hints=(
        "`np.where(error > 0, ..., ...)`: what does a positive error cost, and what a "
        "negative one? Both costs are positive.",
        "A positive error costs `share * error`. For a negative one the size is "
        "`-error`, so it costs `(1 - share) * -error`.",
    ),
)
def pinball(answer):
    """Judge a function (y, prediction, share) -> mean pinball loss."""
    random = np.random.default_rng(66)
    for rows, share in ((9, 0.9), (12, 0.5), (10, 0.2)):
        y, prediction = random.normal(size=(2, rows))
        got = _loss(answer, y, prediction, share, name="pinball")
        right = _pinball(y, prediction, share).mean()
        if not np.isclose(got, right, **CLOSE):
            raise Wrong(_pinball_mistake(got, right, y, prediction, share))
    return (
        "Its best guess lies above that share of the rows: 0.9 for the bakery. With "
        "0.5 it is half the absolute error, and the best guess is the median."
    )


def _pinball(y, prediction, share):
    error = y - prediction
    return np.where(error > 0, share * error, (share - 1) * error)


def _pinball_mistake(got, right, y, prediction, share):
    error = y - prediction
    size = np.abs(error)
    mistakes = {
        "That is the sum. Return the mean.": right * len(y),
        "The two shares are the wrong way round: `error = y - prediction` is "
        "positive where the prediction was too low, and that counts `share` times.": (
            np.where(error > 0, (1 - share) * size, share * size).mean()
        ),
        "Your negative errors are taken away from the loss. Count their size: "
        "minus the error.": (np.where(error > 0, share, 1 - share) * error).mean(),
        "The sign is wrong: a loss grows when the errors do.": -right,
        "That is the absolute error. Weigh the two sides.": size.mean(),
        "That is twice as much. The shares are `share` and `1 - share`.": 2 * right,
        "You take the mean of the errors first, and there too many and too few "
        "cancel. Weigh each row, then take the mean.": (
            max(share * error.mean(), (share - 1) * error.mean())
        ),
        "Both sides count `share` times in yours. A negative error counts "
        "`1 - share` times.": (share * size).mean(),
        "A negative error costs nothing in yours. It counts `1 - share` times.": (
            np.where(error > 0, share * error, 0).mean()
        ),
        "A negative error counts in full in yours. It counts `1 - share` times.": (
            np.where(error > 0, share * size, size).mean()
        ),
        "You count the rows. Multiply each weight by the size of its error.": (
            np.where(error > 0, share, 1 - share).mean()
        ),
        "The size of the error counts, not its square.": (
            (np.where(error > 0, share, 1 - share) * error**2).mean()
        ),
        "You take 0.9 whatever `share` is. It is an argument: use it.": (
            _pinball(y, prediction, 0.9).mean()
        ),
    }
    recognise(got, mistakes, **CLOSE)
    return (
        f"For share {share:g} your function gives {got:.4g}; {right:.4g} is right. "
        "Try a single row, once with a prediction too low and once too high."
    )


EXERCISES = LESSON.exercises
progress = LESSON.progress
