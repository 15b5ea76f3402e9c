"""The exercises of lesson 5: choosing parameters."""

from functools import cache, partial
from itertools import count

import numpy as np

from helpers.checks import bets
from helpers.checks.answers import (
    array,
    call,
    choices,
    entries,
    look_up,
    number,
    one_of,
    recognise,
)
from helpers.checks.engine import Lesson, Wrong
from helpers.checks.feedback import kind_of, show
from helpers.checks.old_keras import plain_steps, rate_at
from helpers.data import load
from helpers.fast_network import FastNetwork
from helpers.losses import sparse_categorical_crossentropy
from helpers.minibatches import batches
from helpers.networks import Network
from helpers.optimizers import SGD

LESSON = Lesson(5, "Choosing parameters")

rate_held = bets.Bet(
    "how far from the minimum rate 0.3 is after 400 steps", 0.01, 3.0, log=True
)
after_the_drop = bets.Bet(
    "how far from the minimum `drop` ends (constant: 0.46)", 0.01, 1.0, log=True
)
the_middle = bets.Bet(
    "how far the mean of the last 200 points is (the last: 0.46)", 0.01, 1.0, log=True
)
held_large = bets.Bet("runs in the lowest minimum at the large rate", 0, 100, "%")
past_the_limit = bets.Bet(
    "the rate of the lowest loss, in limits", 0.1, 100.0, "limits", log=True
)
turns_at = bets.Bet(
    "the rate at which the loss on digits turns", 0.0001, 10.0, log=True
)
three_seeds = bets.Bet("how often three seeds each name the wrong winner", 0, 50, "%")
BETS = bets.of(5, vars())
look_back = partial(bets.look_back, BETS)


@LESSON.exercise(
    "Predict",
    hints=(
        "The rate is 0.4 divided by something that grows with the step. What is that "
        "at step 0?",
        "By what has 0.4 been divided when a quarter is left? How much must "
        "`0.02 * step` have become by then?",
    ),
)
def a_quarter(answer):
    """Judge the step at a quarter of the rate: of 0.4 / (1 + 0.02 step)."""
    step = number(answer, "my_step", whole=True)
    mistakes = {
        50: "At step 50 the divisor is 2: half the rate is left. You want a quarter.",
        100: "Twice the steps to the half is where a third is left: the divisor grows "
        "by the same amount each time, and 1 + 0.02 * 100 = 3.",
        200: "You left out the 1: at step 200 the divisor is 1 + 4 = 5.",
        450: "That is where a tenth is left, the divisor being 10.",
        (37, 38): "The rate does not lose 2% in each step: it is *divided* by "
        "1 + 0.02 * step.",
        3: "The divisor has to grow by 3, and it grows by 0.02 a step.",
        4: "The divisor has to become 4, and it grows by 0.02 a step.",
        (12, 13): "The divisor has to grow by 3. You divide 0.25 by 0.02.",
        30: "At step 30 the divisor is 1.6, and the rate has become 0.25. Wanted is "
        "the step at which a quarter of the first rate is left: 0.1.",
        69: "That would be an exponential, a share off in each step. Here the divisor "
        "grows by 0.02 a step.",
    }
    look_up(step, mistakes)
    if step < 0:
        raise Wrong("Steps are counted from 0 on, and the rate falls with them.")
    if step != 150:
        raise Wrong(
            f"At step {step:g} the rate is {0.4 / (1 + 0.02 * step):.3g}, and a "
            "quarter of 0.4 is 0.1. What must the divisor be?"
        )
    return "1 + 0.02 * 150 = 4, so a quarter is left. Half was left at step 50 already."


NAMES = {1: "constant", 2: "drop", 3: "cosine", 4: "frozen"}
RIGHT = {"A": 2, "B": 4, "C": 3, "D": 1}


@LESSON.exercise(
    "Choose",
    hints=(
        "Which curve jitters to the end, and why? A curve without any jitter has a "
        "rate so small that the noise can't move it.",
        "A sudden fall in the middle is a sudden cut of the rate. A bend at the very "
        "end is a rate that reaches 0 there.",
    ),
)
def which_schedule(answer):
    """Judge which curve has which schedule."""
    example = '{"A": 1, "B": 2, ...}'
    numbers = choices(answer, "ABCD", "my_schedules", example, whole=True)
    if sorted(numbers.values()) != sorted(NAMES):
        raise Wrong("Each of the numbers 1 to 4 belongs to one curve.")
    clues = {
        ("B", "constant"): "B is too smooth to be constant: a constant rate keeps "
        "following the noise, so its curve jitters to the end.",
        ("D", "frozen"): "D still jitters at the last step, so its rate is not near 0.",
        ("A", "cosine"): "A falls all at once in the middle. A cosine has no cliff: "
        "its curve sinks bit by bit, down to the last step.",
        ("C", "drop"): "C has no cliff: a rate that is cut to a tenth shows one.",
    }
    for (letter, name), clue in clues.items():
        if NAMES[numbers[letter]] == name:
            raise Wrong(clue)
    for letter, clue in (
        ("A", "A has a cliff in the middle: what changes there, and all at once?"),
        ("B", "B is flat and smooth: neither progress nor noise. What is its rate?"),
        ("C", "C bends down at the end: which rate reaches 0 at the last step?"),
    ):
        if numbers[letter] != RIGHT[letter]:
            raise Wrong(clue)
    return (
        "A cliff for the drop, a bend at the end for the cosine, jitter for ever at a "
        "constant rate, and a smooth standstill for the frozen one."
    )


@LESSON.exercise(
    "Write",
    points=2,
    hints=(
        "Two cases: before step `warm_up` and from there on. On the way up, which "
        "share of `rate` belongs to `step`?",
        "On the way down, `done = (step - warm_up) / (steps - warm_up)` goes from 0 to "
        "1. `cosine` above shows what to do with it.",
    ),
)
def warm_cosine(answer):
    """Judge a warm-up, then a cosine: (step, rate, warm_up, steps) -> the rate."""
    name = "warm_cosine"
    for rate, warm_up, steps in ((0.5, 20, 120), (2.0, 7, 50)):
        asked = [0, 1, warm_up // 2, warm_up - 1, warm_up, warm_up + 1]
        asked += [(warm_up + steps) // 2, steps - 3, steps]
        got = np.array(
            [
                number(call(answer, step, rate, warm_up, steps, name=name), name)
                for step in asked
            ]
        )
        right = _warm_cosine(np.array(asked), rate, warm_up, steps)
        if not np.allclose(got, right, atol=1e-6):
            raise Wrong(_warm_mistake(got, np.array(asked), rate, warm_up, steps))
    return "Up in a straight line, down along half a wave, 0 at both ends."


def _warm_cosine(step, rate, warm_up, steps):
    wave = (1 + np.cos(np.pi * (step - warm_up) / (steps - warm_up))) / 2
    return rate * np.where(step < warm_up, step / warm_up, wave)


def _warm_mistake(got, asked, rate, warm_up, steps):
    done = (asked - warm_up) / (steps - warm_up)
    up = rate * asked / warm_up

    def joined(climb, fall):
        return np.where(asked < warm_up, climb, fall)

    def wave(share):
        return rate * (1 + np.cos(np.pi * share)) / 2

    mistakes = {
        "The cosine starts counting at step 0, so the rate jumps at the end of the "
        "warm-up. Let it count from `warm_up` on.": joined(up, wave(asked / steps)),
        "The way down takes `steps - warm_up` steps: yours does not reach 0.": (
            joined(up, wave((asked - warm_up) / steps))
        ),
        "Your warm-up is one step ahead: it should be 0 at step 0 and reach "
        "`rate` at step `warm_up`.": joined(rate * (asked + 1) / warm_up, wave(done)),
        "The warm-up climbs to 1. It should climb to `rate`.": (
            joined(asked / warm_up, wave(done))
        ),
        "You multiply the two shapes, so the cosine falls during the warm-up "
        "already. Let it begin at step `warm_up`.": (
            np.minimum(up, rate) * wave(asked / steps) / rate
        ),
        "That is the warm-up alone: after it the rate should fall.": up,
        "That is a cosine without the warm-up.": wave(asked / steps),
        "That is the cosine alone: before `warm_up` the rate climbs.": wave(done),
        "You take a quarter of a wave. Half a wave, moved up: `(1 + cos) / 2`.": (
            joined(up, rate * np.cos(np.pi * done / 2))
        ),
        "A cosine goes from 1 to -1. Move it up by 1 and halve it.": (
            joined(up, rate * np.cos(np.pi * done))
        ),
        "Your cosine starts at twice the rate: `(1 + cos)` has to be halved.": (
            joined(up, 2 * wave(done))
        ),
        "After the warm-up your rate climbs from 0. It should fall to 0.": (
            joined(up, wave(1 - done))
        ),
        "You fall in a straight line: take the cosine.": joined(up, rate * (1 - done)),
        "After the warm-up your rate is held. It should fall.": joined(up, rate),
        "Before `warm_up` the rate should climb from 0. Yours is held.": (
            joined(rate, wave(done))
        ),
    }
    recognise(got, mistakes, atol=1e-6)
    right = _warm_cosine(asked, rate, warm_up, steps)
    worst = np.abs(got - right).argmax()
    return (
        f"With rate {rate:g}, warm_up {warm_up} and steps {steps}, step {asked[worst]} "
        f"should get {right[worst]:.4g}. You give {got[worst]:.4g}."
    )


BUDGET, MOST_ROWS, GOAL = 60, 64, 0.95
CHOICES = {  # share of the steps done -> share of the first rate
    "constant": lambda done: 1,
    "drop": lambda done: 1 if done < 0.5 else 0.1,
    "inverse_time": lambda done: 1 / (1 + 20 * done),
    "exponential": lambda done: 0.01**done,
    "linear": lambda done: 1 - done,
    "cosine": lambda done: (1 + np.cos(np.pi * done)) / 2,
}


@LESSON.exercise(
    "Tune",
    points=2,
    seconds=20,
    needs="sklearn.datasets",
    hints=(
        "Two things cost you here: noise, and steps that are too short. Which batch "
        "size has the least noise? Then raise the rate as the range test suggests.",
        "With 64 rows, the rates from 0.4 up are worth trying. Sixty steps are few: "
        "does it pay to spend many of them at a small rate?",
    ),
)
def sixty_steps(answer):
    """Judge 95% in 60 steps: batch size, rate, schedule, by three seeds on digits."""
    keys = ("batch_size", "rate", "schedule")
    example = '{"batch_size": 32, "rate": 0.01, "schedule": "constant"}'
    size, rate, schedule = entries(answer, keys, "my_choice", example)
    size = number(size, 'my_choice["batch_size"]', whole=True)
    rate = number(rate, 'my_choice["rate"]')
    schedule = one_of(schedule, CHOICES, 'my_choice["schedule"]')
    if not 1 <= size <= MOST_ROWS:
        raise Wrong(f"A batch holds 1 to {MOST_ROWS} rows here. You ask for {size:g}.")
    if not 0 < rate <= 1000:
        raise Wrong(f"A learning rate lies above 0, and far below 1000, not {rate:g}.")
    score, loss = _sixty_steps(int(size), rate, schedule)
    reached = f"Your choice reaches {score:.1%} as a mean over three seeds"
    if score >= GOAL:
        return f"{reached}, after 60 steps of {size:g} rows."
    if not loss < 3:  # a fresh network starts at 2.6
        raise Wrong(
            f"{reached}: it has blown up, or nearly. "
            + ("Lower the rate." if size > 32 else "Lower the rate, or take more rows.")
        )
    slower, faster = (_sixty_steps(int(size), rate * f, schedule)[0] for f in (0.5, 2))
    if faster > max(score, slower):
        raise Wrong(
            f"{reached}. The steps are too short: with twice the rate it is more."
        )
    if size < 32:
        raise Wrong(
            f"{reached}. With {size:g} rows a step each direction is noisy, and the "
            "budget counts steps: take more rows."
        )
    if slower > score:
        raise Wrong(f"{reached}. With half the rate it is more: go down.")
    raise Wrong(
        f"{reached}, and neither half nor twice the rate does better. Then change the "
        "batch size or the schedule: with few steps, what does slowing down cost?"
    )


@cache
def _sixty_steps(batch_size, rate, schedule):
    """Return the mean validation accuracy and training loss over three seeds."""
    data = load("digits")
    x, y = data.x_train, data.y_train
    shape, scores, losses = CHOICES[schedule], [], []
    for seed in range(3):
        network = FastNetwork(
            Network((64, 64, 10), loss=sparse_categorical_crossentropy, seed=seed)
        )
        optimizer = SGD(lambda step: rate * shape(step / BUDGET))
        order = (
            b for epoch in count() for b in batches(len(x), batch_size, epoch, seed)
        )
        with np.errstate(over="ignore", invalid="ignore"):
            for _, rows in zip(range(BUDGET), order, strict=False):
                gradients = network.gradients(x[rows], y[rows])
                network.weights = optimizer.step(network.weights, gradients)
            losses.append(network.loss_of(y, network.logits(x))[0])
            guesses = network.logits(data.x_valid)[0].argmax(axis=1)
        scores.append((guesses == data.y_valid).mean())
    return np.mean(scores), np.mean(losses)


@LESSON.exercise(
    "Write",
    points=2,
    hints=(
        "First find out which of the two has the lower mean. Then look at all pairs, "
        "with a loop inside a loop, or by comparing a column with a row.",
        "`scores[:, None]` turns an array into a column; compared with a row it makes "
        "a table of all pairs. Which setting is the column, and what share is true?",
    ),
)
def misled(answer):
    """Judge how often one run misleads: (a, b) -> share of pairs."""
    random = np.random.default_rng(255)
    pairs = []
    for rows, others, lift in ((11, 11, 0.5), (7, 12, -0.4), (13, 6, 0.3)):
        a = np.round(random.normal(5, 1, rows), 1)
        b = np.round(random.normal(5 + lift, 1, others), 1)
        b[:2] = a[:2]  # ties
        pairs.append((a, b))
    # One bad run spoils the mean: the lower mean wins most pairs.
    pairs.append((np.array([0.9, 0.9, 0.9, 0.0]), np.full(5, 0.8)))
    shares = []
    for a, b in pairs:
        shares.append(number(call(answer, a, b, name="misled"), "misled(...)"))
        if len(a) == len(b) and np.isclose(shares[-1], (a > b).mean()):
            raise Wrong(
                "You compare run 0 with run 0, run 1 with run 1, and so on. Compare "
                "each with *every* run of the other."
            )
    smaller = [min((a[:, None] > b).mean(), (a[:, None] < b).mean()) for a, b in pairs]
    if np.allclose(shares, smaller):
        raise Wrong(
            "You take the smaller share. The setting with the lower mean may still "
            "win most pairs, when one bad run spoils its mean."
        )
    for name, wins in (("a", np.greater), ("b", np.less)):
        if np.allclose(shares, [wins(a[:, None], b).mean() for a, b in pairs]):
            raise Wrong(
                f"You always count the wins of `{name}`. Count those of the setting "
                "with the lower mean, whichever it is."
            )
    for share, (a, b) in zip(shares, pairs, strict=True):
        if not np.isclose(share, _misled(a, b), atol=1e-9):
            raise Wrong(_misled_mistake(share, a, b))
    return "Every pair counts once, ties are no win, and the means say who should win."


def _misled(a, b):
    if a.mean() > b.mean():
        a, b = b, a
    return (a[:, None] > b).mean()


def _misled_mistake(got, a, b):
    worse, better = (a, b) if a.mean() <= b.mean() else (b, a)
    table = worse[:, None] > better
    mistakes = {
        "That is how often the *better* setting wins. Turn the comparison round.": (
            (worse[:, None] < better).mean()
        ),
        "You count ties as wins of the worse setting. Use `>`, not `>=`.": (
            (worse[:, None] >= better).mean()
        ),
        "That is the number of pairs. Divide by how many there are.": table.sum(),
        "That is in percent. Leave it as a share from 0 to 1.": 100 * table.mean(),
        "You divide by the number of runs. How many *pairs* are there?": (
            table.sum() / (len(a) + len(b))
        ),
        "You compare the runs with the other's mean. Compare them with each of its "
        "runs.": (worse > better.mean()).mean(),
    }
    recognise(got, mistakes, atol=1e-9)
    return (
        f"For {show(a.tolist())} and {show(b.tolist())} you give {got:.4g}. The lower "
        f"mean wins in {table.sum()} of {table.size} pairs: {table.mean():.4g}."
    )


@LESSON.exercise(
    "Fix",
    points=2,
    seconds=10,
    needs="keras",
    hints=(
        "The rate falls as inverse time. Which object in `keras.optimizers.schedules` "
        "does that, and what are its three numbers?",
        "`InverseTimeDecay(first rate, decay_steps, decay_rate)`: after how many steps "
        "does the divisor grow by `decay_rate`? Give it to `SGD(learning_rate=...)`.",
    ),
)
def modern_sgd(answer):
    """Judge an old line for Keras 3: () -> optimizer, by the rates of its steps."""
    import keras

    made = call(answer, name="modern_sgd")
    schedules = keras.optimizers.schedules
    if isinstance(made, schedules.LearningRateSchedule):
        raise Wrong("That is the schedule. Give it to an `SGD`, and return that.")
    if isinstance(made, type):
        raise Wrong("That is a class. Call it: `keras.optimizers.SGD(...)`.")
    if not isinstance(made, keras.optimizers.Optimizer):
        raise Wrong(
            f"modern_sgd should return a Keras optimizer. You gave {kind_of(made)}."
        )
    if not isinstance(made, keras.optimizers.SGD):
        raise Wrong(
            f"The old line made an SGD. Yours is {type(made).__name__}, which takes "
            "other steps."
        )
    plain_steps(made, [keras.Variable(np.zeros(2))])
    asked = np.array([0, 1, 10, 500, 1000, 9000])
    got = np.array([rate_at(made, step) for step in asked])
    right = 0.1 / (1 + 0.001 * asked)
    mistakes = {
        "The rate stays at 0.1 for ever. In Keras 3 `decay` is ignored: the rate "
        "itself has to be a schedule.": np.full(6, 0.1),
        "The rate is the default, 0.01, for ever. It should start at 0.1 and fall.": (
            np.full(6, 0.01)
        ),
        "That is exponential: after one step a thousandth is left. The old `decay` "
        "was inverse time.": 0.1 * 0.001**asked,
        "That is exponential, a thousandth off each step. The old `decay` was "
        "inverse time, which falls ever more slowly.": 0.1 * 0.999**asked,
        "With a decay_rate of 1 the rate halves after one step. Which of the two "
        "numbers is 0.001?": 0.1 / (1 + asked),
        "You slow the decay twice, by decay_steps and by decay_rate. One of them "
        "should be 1.": 0.1 / (1 + 0.001 * asked / 1000),
        "Your divisor grows by 1000 in each step. It should grow by 0.001.": (
            0.1 / (1 + 1000 * asked)
        ),
        "`staircase=True` changes the rate only every 1,000 steps. The old one "
        "changed in each.": 0.1 / (1 + np.floor(0.001 * asked)),
    }
    if not np.allclose(got, right, rtol=1e-4):
        recognise(got, mistakes, rtol=2e-3, atol=1e-12)
        worst = np.abs(got / right - 1).argmax()
        raise Wrong(
            f"At step {asked[worst]} the old line had a rate of {right[worst]:.4g}. "
            f"Yours has {got[worst]:.4g}."
        )
    return "0.1 at the start, half of it after 1,000 steps: as the old line meant it."


@LESSON.exercise(
    "Write",
    points=3,
    hints=(
        "Keep three things from epoch to epoch: the rate, the best loss so far, and "
        "how many epochs have gone by without an improvement.",
        "Note the rate of an epoch before you look at its loss. Then change the count, "
        "and only then ask whether it has reached `patience`.",
    ),
)
def on_plateau(answer):
    """Judge a cut on a plateau: (losses, rate, factor, patience) -> rates of epochs."""
    falling = [5.0, 4.0, 3.0, 2.0]
    for losses, rate, factor, patience in (
        ([*falling, 2.5, 2.2, 2.1, 2.4, 1.5, 1.6, 1.7, 1.8, 1.9], 0.8, 0.5, 3),
        ([3.0, 3.1, 2.9, 2.9, 3.0, 2.8, 3.0, 2.9, 2.7, 4.0], 0.1, 0.1, 2),
        ([1.0, 1.2, 1.1, 1.3, 1.2, 1.1], 1.0, 0.5, 1),
        ([4.0, 3.0, 3.5, 3.4, 3.3, 3.2, 3.1, 3.05, 3.01], 0.2, 0.3, 2),
    ):
        asked = losses, rate, factor, patience
        name = "on_plateau"
        got = array(call(answer, *asked, name=name), (len(losses),), f"{name}(...)")
        if not np.allclose(got, _plateau(*asked), rtol=1e-6, atol=0):
            raise Wrong(_plateau_mistake(got, *asked))
    return "Note the rate, look at the loss, and only then decide about the next epoch."


def _plateau(losses, rate, factor, patience, late=0, mistake=""):
    """Return the rates, rightly or with one of the usual mistakes."""
    rates, best, waited, before = [], np.inf, 0, np.inf
    for loss in losses:
        if mistake != "at once":
            rates.append(rate)
        if mistake == "first" and len(rates) == 1:
            best = loss
        against = before if mistake == "last" else best
        if not (loss < against or mistake == "ties" and loss == against):
            waited += 1
        elif mistake != "total":
            waited = 0
        best, before = min(best, loss), loss
        if waited >= patience + late:
            rate, waited = rate * factor, waited if mistake == "no reset" else 0
            best = np.inf if mistake == "forgets" else best
        if mistake == "at once":
            rates.append(rate)
    return rates


def _plateau_mistake(got, losses, rate, factor, patience):
    def rates(factor=factor, **change):
        return _plateau(losses, rate, factor, patience, **change)

    mistakes = {
        "Your new rate comes one epoch too early: the loss of an epoch can only "
        "change the rate of the *next*.": rates(mistake="at once"),
        "You wait one epoch too long: with `patience` epochs gone by, the next "
        "one has the new rate.": rates(late=1),
        "You wait one epoch less than `patience`.": rates(late=-1),
        "At a cut you forget the best loss. Only the count goes back to 0.": (
            rates(mistake="forgets")
        ),
        "Your best loss is the first before the loop looks at it, so epoch 0 counts "
        "as one without an improvement. Start with `np.inf`.": rates(mistake="first"),
        "You compare with the loss of the epoch before. Compare with the *best* "
        "so far: a loss that falls from a bump is no improvement.": (
            rates(mistake="last")
        ),
        "You take an equal loss for an improvement. It has to be lower.": (
            rates(mistake="ties")
        ),
        "You count all epochs without an improvement. After an improvement the "
        "counting should start again from 0.": rates(mistake="total"),
        "After a cut the counting should start again from 0. Yours cuts the rate "
        "again in the next epoch.": rates(mistake="no reset"),
    }
    if np.allclose(got, rate):
        return "Your rate never changes. Does the count reach `patience`?"
    recognise(got, mistakes, rtol=1e-6, atol=0)
    other_cuts = {
        "You divide by the factor. Multiply: the rate should get smaller.": (
            rates(1 / factor)
        ),
        "You take the factor *off* the rate. Multiply the rate by it.": (
            rates(1 - factor)
        ),
    }
    recognise(got, other_cuts, rtol=1e-6)
    right = rates()
    wrong = np.argmax(~np.isclose(got, right, rtol=1e-6, atol=0))
    return (
        f"For the losses {losses}, factor {factor:g} and patience {patience}, epoch "
        f"{wrong} should have the rate {right[wrong]:.4g}. Yours has {got[wrong]:.4g}."
    )


EXERCISES = LESSON.exercises
progress = LESSON.progress
