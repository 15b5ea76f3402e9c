"""The exercises of lesson 7: optimizers."""

import warnings
from collections.abc import Mapping
from functools import partial

import numpy as np

from helpers.checks import bets
from helpers.checks.answers import (
    array,
    call,
    choices,
    entries,
    look_up,
    number,
    recognise,
)
from helpers.checks.engine import Lesson, Wrong
from helpers.checks.feedback import kind_of, show
from helpers.checks.old_keras import plain_steps, rate_at
from helpers.descent import descend
from helpers.optimizers import SGD, Adagrad
from helpers.surfaces import bowl, ravine

LESSON = Lesson(7, "Optimizers")

nesterov_limit = bets.Bet(
    "the highest rate that Nesterov bears (SGD: 2)", 0.1, 10.0, log=True
)
rolls_in = bets.Bet(
    "runs in the lowest minimum with momentum 0.9 (without: 71%)", 0, 100, "%"
)
half_way = bets.Bet(
    "steps until an average with rho 0.99 is halfway", 1, 1000, "steps", log=True
)
still_away = bets.Bet(
    "how far RMSprop is from the minimum, at rate 0.3 without noise",
    1e-9,
    1.0,
    log=True,
)
in_centimetres = bets.Bet(
    "Adadelta's steps in centimetres (in metres: 771)", 1, 1_000_000, "steps", log=True
)
by_default = bets.Bet(
    "Adagrad's loss on digits at Keras's default rate", 0.01, 10.0, log=True
)
clipped_loss = bets.Bet(
    "the clipped loss after ten epochs (the mean's: 5,983)", 100, 1_000_000, log=True
)
BETS = bets.of(7, vars())
look_back = partial(bets.look_back, BETS)


@LESSON.exercise(
    "Predict",
    hints=(
        "In the end the velocity no longer changes: what comes in at each step makes "
        "up for what is lost. How much comes in?",
        "Solve v = 0.9 * v + 0.01 * 2 for v.",
    ),
)
def terminal_step(answer):
    """Judge how long momentum's steps get: gradient 2, rate 0.01, momentum 0.9."""
    step = abs(number(answer, "my_step"))
    mistakes = {
        0.02: "That is the first step, and every step of plain SGD. Momentum adds nine "
        "tenths of the last velocity to it, again and again.",
        0.038: "That is the second step. The velocity goes on growing.",
        0.018: "You multiply the step by 0.9. It is the *old velocity* that is kept to "
        "nine tenths; the new push of 0.02 comes on top.",
        0.0222: "You divide by 0.9. What is lost at each step is a tenth: divide by "
        "1 - 0.9.",
        0.1: "The push is rate times gradient, 0.01 * 2. You left the gradient out.",
        2: "You left the rate out: the push is 0.01 * 2.",
        20: "You left the rate out: the push is 0.01 * 2.",
        10: "That is by how many times the step grows. How long is it?",
        0.4: "You multiply by the gradient once too often: the push is 0.01 * 2.",
        0.002: "You multiply by 1 - 0.9. The velocity piles up: divide.",
    }
    look_up(step, mistakes, rtol=5e-3)
    if not np.isclose(step, 0.2, rtol=0.02):
        raise Wrong(
            f"With a velocity of {step:g} the next one is 0.9 * {step:g} + 0.02 = "
            f"{0.9 * step + 0.02:.4g}: it still changes. At which does it stay?"
        )
    return (
        "0.02 / (1 - 0.9): ten times as long as without momentum, where the gradient "
        "stays the same."
    )


@LESSON.exercise(
    "Tune",
    hints=(
        "The condition number is 100, so its root is 10. What do the two formulas "
        "above say?",
        "Put 10 for the root into `rate = (2 / (root + 1))**2` and into "
        "`momentum = ((root - 1) / (root + 1))**2`.",
    ),
)
def heavy_ball(answer):
    """Judge rate and momentum for a ravine: 60 steps, curvatures 1 and 100."""
    if isinstance(answer, Mapping):
        keys, example = ("rate", "momentum"), '{"rate": 0.01, "momentum": 0.5}'
        answer = entries(answer, keys, "my_rate_and_momentum", example)
    if not isinstance(answer, tuple | list | np.ndarray) or len(answer) != 2:
        raise Wrong(
            "Two numbers are wanted, the rate and the momentum: (0.01, 0.5). You gave "
            f"{kind_of(answer)}."
        )
    rate, momentum = (
        number(value, name)
        for value, name in zip(answer, ("The rate", "The momentum"), strict=True)
    )
    if rate <= 0:
        raise Wrong(
            "A learning rate of 0 goes nowhere, and a negative one walks uphill."
        )
    if not 0 <= momentum < 1:
        raise Wrong(
            f"Momentum is the share of the velocity that is kept: from 0 to below 1. "
            f"You gave {momentum:g}. The rate comes first."
        )
    path = descend(bowl(100), SGD(rate, momentum=momentum), (10.0, 1.0), 60)
    loss, limit = path.losses[-1], 2 * (1 + momentum) / 100
    if loss < 0.01:
        swings = ((1 + momentum - rate * np.array([1, 100])) ** 2 < 4 * momentum).all()
        pace = f" Both directions share one pace, {np.sqrt(momentum):.2f} a step."
        return f"The loss is {loss:.2g}.{pace * bool(swings)}"
    if np.allclose([rate, momentum], [2 / 11, 9 / 11], rtol=0.02):
        raise Wrong("You left out the squares of the two formulas.")
    if np.allclose([rate, momentum], [(2 / 101) ** 2, (99 / 101) ** 2], rtol=0.02):
        raise Wrong("You put 100 into the formulas: they want its root.")
    if rate > max(momentum, limit) and momentum > 0:
        raise Wrong(
            f"The rate comes first: you gave a rate of {rate:g} and a momentum of "
            f"{momentum:g}. Such a rate is far beyond the limit across."
        )
    if rate >= limit:
        raise Wrong(
            f"It diverges. The limit across is 2 * (1 + momentum) / 100 = {limit:.3f}. "
            "Lower the rate."
        )
    said = f"After 60 steps the loss is {loss:.3g}. "
    if momentum == 0:
        raise Wrong(
            f"{said}Without momentum the best that any rate can do is 4.8. Turn the "
            "momentum up."
        )
    if momentum > 0.899:
        raise Wrong(
            f"{said}With momentum {momentum:g} a swing fades by no more than "
            f"{np.sqrt(momentum):.3f} a step: after 60 steps {momentum**30:.0%} of it "
            "are left. Too heavy: lower it."
        )
    flat, steep = np.array([1.0, 100.0]) * path.points[-1] ** 2 / 2
    if flat > steep:
        raise Wrong(
            f"{said}Nearly all of it is left along the flat direction: raise the rate "
            "or the momentum."
        )
    raise Wrong(
        f"{said}Nearly all of it is left in the steep direction: lower the rate a "
        "little, or turn the momentum up."
    )


@LESSON.exercise(
    "Write",
    points=2,
    hints=(
        "Three lines, one for each formula: RMSprop's average, the centre, the "
        "weights. Which has to come last?",
        "With both averages brought up to date, divide `rate * g` by "
        "`np.sqrt(average - centre**2 + epsilon)`.",
    ),
)
def centered_step(answer):
    """Judge RMSprop, centred: (w, g, average, centre, ...) -> (w, average, centre)."""
    random = np.random.default_rng(7)
    for shape, rate, rho, epsilon in (
        ((3,), 0.1, 0.9, 1e-7),
        ((2, 2), 0.02, 0.5, 0.01),
        ((4,), 1.5, 0.99, 0.1),
    ):
        w, g, centre = random.normal(size=(3, *shape))
        average = centre**2 + random.uniform(0.1, 2, size=shape)
        given = w, g, average, centre, rate, rho, epsilon
        got = call(answer, *given, name="centered_step")
        if not isinstance(got, tuple | list) or len(got) != 3:
            raise Wrong(
                "centered_step should return three arrays: `return w, average, "
                f"centre`. Yours returns {kind_of(got)}."
            )
        # The averages first: wrong ones may have a root of something negative in w.
        new_average = array(got[1], shape, "The new average")
        new_centre = array(got[2], shape, "The new centre")
        _judge_averages(new_average, new_centre, g, average, centre, rho)
        _judge_centered(array(got[0], shape, "The new w"), *given)
    return (
        "The mean of the squares minus the square of the mean is a variance: you "
        "divide by the usual spread."
    )


def _same(got, value):
    return np.allclose(got, value, rtol=1e-6, atol=1e-7)


def _mean(old, new, rho):
    return rho * old + (1 - rho) * new


def _judge_average(got, old, new, rho, name):
    """Say what is wrong with a decaying average of ``new``."""
    right = _mean(old, new, rho)
    if _same(got, right):
        return
    mistakes = {
        f"Your {name} is a sum: keep a share `rho` of the old one, and add "
        "`1 - rho` of what is new.": old + new,
        f"In your {name} what is new counts only `1 - rho`.": rho * old + new,
        f"In your {name} `rho` and `1 - rho` have changed places: `rho` is the "
        "share of the *old* one.": _mean(old, new, 1 - rho),
        f"Your {name} comes back as it was: bring it up to date.": old,
        f"Your {name} is right for rho = 0.9 only: use `rho`.": _mean(old, new, 0.9),
        f"In your {name} all weights share one mean. Each weight has an average of "
        "its own.": _mean(old, np.mean(new), rho),
    }
    recognise(got, mistakes, atol=1e-9)
    raise Wrong(
        f"Your {name} is wrong. For the old value {old.ravel()[0]:.4g}, the new "
        f"{new.ravel()[0]:.4g} and rho {rho:g} it is {got.ravel()[0]:.4g}; wanted "
        f"{right.ravel()[0]:.4g}."
    )


def _judge_averages(new_average, new_centre, g, average, centre, rho):
    a, c = _mean(average, g**2, rho), _mean(centre, g, rho)
    if _same(new_average, c) and _same(new_centre, a):
        raise Wrong(
            "Average and centre have changed places: return w, average, centre."
        )
    mistakes = {
        "Return `average` itself: the square of `centre` goes off for the step.": (
            a - c**2
        ),
        "Your average is one of gradients. Average their squares: gradients of "
        "both signs would cancel.": _mean(average, g, rho),
        "You average the sizes. Average the squares; the root comes later.": (
            _mean(average, np.abs(g), rho)
        ),
    }
    recognise(new_average, mistakes, atol=1e-9)
    if _same(new_centre, _mean(centre, g**2, rho)):
        raise Wrong("Your centre is an average of squares: it is one of the gradients.")
    _judge_average(new_average, average, g**2, rho, "average")
    _judge_average(new_centre, centre, g, rho, "centre")


def _judge_centered(new_w, w, g, average, centre, rate, rho, epsilon):
    a, c = _mean(average, g**2, rho), _mean(centre, g, rho)
    step, variance = rate * g, a - c**2
    root = np.sqrt(variance + epsilon)
    right = w - step / root
    if _same(new_w, right):
        return
    mistakes = {
        "Your step goes uphill.": w + step / root,
        "That is RMSprop as it was: take the square of `centre` away.": (
            w - step / np.sqrt(a + epsilon)
        ),
        "You add the square of `centre`: take it away.": (
            w - step / np.sqrt(a + c**2 + epsilon)
        ),
        "You take `centre` away and not its square.": (
            w - step / np.sqrt(np.abs(a - c) + epsilon)
        ),
        "You take `centre` away above the line, too. The step follows `g` itself.": (
            w - rate * (g - c) / root
        ),
        "The step follows `g`, not `centre`.": w - rate * c / root,
        "You divide by the old averages. Bring both up to date first.": (
            w - step / np.sqrt(average - centre**2 + epsilon)
        ),
        "You divide by the variance itself. Take its root: a gradient over a "
        "square has the wrong size.": w - step / (variance + epsilon),
        "Epsilon stands under the root here, as in Keras's RMSprop.": (
            w - step / (np.sqrt(variance) + epsilon)
        ),
        "You leave epsilon out, or take it only where the variance is smaller. Add it, "
        "under the root.": w - step / np.sqrt(np.maximum(variance, epsilon)),
        "You leave epsilon out. It keeps 0 / 0 from happening.": (
            w - step / np.sqrt(variance)
        ),
        "You multiply by the root. Divide: a large spread should get a small rate.": (
            w - step * root
        ),
        "That is plain SGD: divide by the root.": w - step,
        "You leave the gradient out above the line.": w - rate / root,
        "You leave the learning rate out: multiply by it.": w - g / root,
        "The weights have not moved.": w,
    }
    recognise(new_w, mistakes, atol=1e-9)
    raise Wrong(
        f"Both averages are right. With rate {rate:g} the first weight "
        f"{w.ravel()[0]:.3f} goes to {new_w.ravel()[0]:.4g}; wanted "
        f"{right.ravel()[0]:.4g}."
    )


@LESSON.exercise(
    "Predict",
    hints=(
        "What are m and v after one step, when both start at 0? Put g = 0.004 in.",
        "m is 0.1 * g and v is 0.001 * g**2. The correction divides them by 0.1 and by "
        "0.001. What is left of the quotient?",
    ),
)
def first_step(answer):
    """Judge how far Adam's first step goes: at rate 0.01, with the gradient 0.004."""
    move = abs(number(answer, "my_move"))
    mistakes = {
        4e-5: "That is SGD: rate times gradient. Adam divides by the gradient's own "
        "size.",
        0.004: "The size of the gradient does not matter: it is divided by itself.",
        0.001: "The average of gradients starts at 0 and takes up a tenth, but the "
        "correction divides by that tenth again.",
        0.0316: "That is without the correction: 0.1 / sqrt(0.001) = 3.16 times the "
        "rate.",
        0.316: "That is RMSprop with rho = 0.999: its average is not corrected.",
        2.5: "You divide the rate by the gradient. The gradient stands above, too: "
        "g / |g| is 1 or -1.",
        1: "The quotient is 1. Then it is multiplied by the rate.",
        0.1: "That is the share that m takes up; the correction divides by it again.",
        0: "It does move: g / |g| is 1 or -1, however small g is.",
    }
    look_up(move, mistakes, rtol=0.02, atol=1e-9)
    if not np.isclose(move, 0.01, rtol=0.01):
        raise Wrong(
            f"{move:g} is not it. After the correction m is g and v is g squared: what "
            "is m over the root of v?"
        )
    return "g over |g|, times the rate: the size of the first gradient drops out."


NUMBERS = {"A": 3, "B": 1, "C": 2}


@LESSON.exercise(
    "Choose",
    hints=(
        "After step 100 the gradients are fifty times smaller. Which memory never gets "
        "smaller, so that its rate cannot rise?",
        "With rho = 0.9 a tenth of the average is new at each step, with 0.99 a "
        "hundredth. Which rate rises at once, and which takes its time?",
    ),
)
def whose_memory(answer):
    """Judge which own rate belongs to which optimizer."""
    example = '{"A": 1, "B": 2, "C": 3}'
    got = choices(answer, "ABC", "my_numbers", example, whole=True)
    if sorted(got.values()) != [1, 2, 3]:
        raise Wrong("Each of the numbers 1, 2 and 3 belongs to one letter.")
    if got["B"] != 1:
        raise Wrong(
            "Which rate never rises again, although the gradients have become small? "
            "It belongs to a sum, and a sum does not shrink: that is Adagrad, 1."
        )
    if got != NUMBERS:
        raise Wrong(
            "Adagrad is right. Of A and C, which forgets faster? `rho` is the share of "
            "the *old* average that is kept: 0.99 keeps more than 0.9."
        )
    return "A sum never shrinks; an average forgets, the faster the lower rho is."


@LESSON.exercise(
    "Fix",
    points=2,
    hints=(
        "Which rates does `unfair` try? And which of a path's losses does it take?",
        "For each rate make an optimizer, `make(rate)`, walk 100 steps, and take "
        "`path.losses[-1]`. The lowest of those is what the optimizer can reach.",
    ),
)
def fair_comparison(answer):
    """Judge a fair comparison: (makers, rates, surface) -> each one's best end."""

    def heavy(rate):
        return SGD(rate, momentum=0.95)

    cases = (
        ({"momentum": heavy, "SGD": SGD}, [0.005, 0.01, 0.04, 0.06, 0.03], ravine(30)),
        ({"Adagrad": Adagrad, "SGD": SGD}, [0.5, 0.3, 0.03, 0.003], bowl(8)),
    )
    for makers, rates, surface in cases:
        got = call(answer, makers, rates, surface, name="fair_comparison")
        if not isinstance(got, dict) or set(got) != set(makers):
            raise Wrong(
                "fair_comparison should return a dictionary with a loss for each name "
                f"in `makers`. Yours returns {kind_of(got)}."
            )
        for name, make in makers.items():
            loss = number(got[name], f"The loss of {name}")
            walks = [descend(surface, make(rate), steps=100) for rate in rates]
            _judge_end(loss, name, rates, [walk.losses for walk in walks])
    return "The same rates for all, and the end decides."


def _judge_end(loss, name, rates, losses):
    ends = [each[-1] for each in losses]
    if np.isclose(loss, min(ends), rtol=1e-5, atol=1e-30):
        return
    lowest = [each.min() for each in losses]
    mistakes = {
        f"All rates get their turn, but for {name} you take the lowest loss on the "
        "way. Take the last one: `path.losses[-1]`.": min(lowest),
        f"{name} ends with the result of the first rate, {rates[0]:g}. Each optimizer "
        "has a best rate of its own.": ends[0],
        "Both faults are still there: one rate, and the lowest loss.": lowest[0],
        f"For {name} you choose the rate by its lowest loss on the way, and return "
        "where that one ends. Choose by the end, too.": ends[int(np.argmin(lowest))],
        f"{name} ends with the result of the last rate, {rates[-1]:g}.": ends[-1],
        "That is the worst of the ends: take the lowest.": max(ends),
        "That is the mean over the rates: take the lowest.": np.mean(ends),
        "That is the place of the best rate. Return the loss.": (
            min(range(len(ends)), key=ends.__getitem__)
        ),
        "That is the best rate. Return its loss.": rates[int(np.argmin(ends))],
    }
    for rate, end in zip(rates, ends, strict=True):
        words = f"{name} ends with the result of the rate {rate:g}. Each optimizer has "
        mistakes.setdefault(f"{words}a best rate of its own.", end)
    recognise(loss, mistakes, rtol=1e-5, atol=1e-30)
    raise Wrong(
        f"For {name} you return {loss:.4g}. With the rates {show(rates)} its losses "
        f"after 100 steps are {show([float(f'{end:.3g}') for end in ends])}."
    )


OLD_WORDS = {
    "Unknown variable": "Both models share one optimizer, and Keras says `Unknown "
    "variable`: make a new one for each, inside the loop.",
    "{'lr'": "`lr` is no longer known: the name is `learning_rate` now.",
    "keras.optimizers.legacy": "`keras.optimizers.legacy` is gone: the class is "
    "`keras.optimizers.SGD`.",
}


@LESSON.exercise(
    "Fix",
    points=2,
    seconds=40,
    needs="keras",
    hints=(
        "Three things: a name, an argument that became a schedule, and one optimizer "
        "for two models. The table above has them all.",
        "Inside the loop: `keras.optimizers.SGD(learning_rate=keras.optimizers."
        "schedules.InverseTimeDecay(0.1, 1, 0.01))`.",
    ),
)
def new_tutorial(answer):
    """Judge an old tutorial, mended: (x, y) -> two models with a falling rate."""
    import keras

    random = np.random.default_rng(7)
    x = random.normal(size=(64, 4)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.float32)
    try:
        got = call(answer, x, y, name="new_tutorial")
    except Wrong as wrong:
        for said, remedy in OLD_WORDS.items():
            if said in str(wrong):
                raise Wrong(remedy) from None
        raise
    if not isinstance(got, list | tuple) or len(got) != 2:
        raise Wrong(
            f"new_tutorial should return two models. Yours returns {kind_of(got)}."
        )
    if not all(isinstance(model, keras.Model) for model in got):
        raise Wrong("new_tutorial should return the two Keras models themselves.")
    if got[0] is got[1] or [len(model.layers) for model in got] != [1, 2]:
        raise Wrong(
            "The first model should have one layer and the second two, as in the old "
            "tutorial."
        )
    for layer, units, activation in (
        (got[1].layers[0], 8, "relu"),
        (got[0].layers[0], 1, "sigmoid"),
        (got[1].layers[1], 1, "sigmoid"),
    ):
        kind = getattr(getattr(layer, "activation", None), "__name__", "none")
        if getattr(layer, "units", None) != units or kind != activation:
            raise Wrong(
                f"`{layer.name}` should be a dense layer of {units} with the "
                f"activation {activation}, as in the old tutorial. Its activation is "
                f"{kind}."
            )
    if got[0].optimizer is not None and got[0].optimizer is got[1].optimizer:
        raise Wrong("Both models still share one optimizer: make it inside the loop.")
    for model in got:
        optimizer = getattr(model, "optimizer", None)
        if not isinstance(optimizer, keras.optimizers.SGD):
            raise Wrong(
                "Each model should be compiled with SGD, as in the old tutorial. Yours "
                f"has {kind_of(optimizer)}."
            )
        steps = int(optimizer.iterations.numpy())
        if steps != 6:
            raise Wrong(
                f"Three epochs of two minibatches are 6 steps; one of your optimizers "
                f"took {steps}."
            )
        _judge_loss(model, x, y[:, None])
        plain_steps(optimizer, model.trainable_variables)
        _judge_rates(optimizer)
    return "A new name, a schedule in the place of `decay`, and an optimizer for each."


def _judge_loss(model, x, y):
    """Say that a loss is not binary crossentropy, by what it makes of predictions."""
    p = np.asarray(model(x), float)
    wanted = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    loss = float(model.compute_loss(x, y, model(x)))
    if not np.isclose(loss, wanted, rtol=1e-3):
        raise Wrong(
            "The loss should be binary crossentropy, as in the tutorial: "
            f"{wanted:.4f} for the predictions of a model. Yours gives {loss:.4f}."
        )


def _judge_rates(optimizer):
    """Say what is wrong with the rates of the steps."""
    steps = np.array([0, 1, 2, 5, 6, 40, 1000])
    rates = np.array([rate_at(optimizer, step) for step in steps])
    wanted = 0.1 / (1 + 0.01 * steps)
    if np.allclose(rates, wanted, rtol=1e-4):
        return
    mistakes = {
        "The rate is still 0.1 after the training. `decay` is ignored; a schedule, "
        "`InverseTimeDecay`, does what it did.": np.full(7, 0.1),
        "The rate is 0.01, Keras's default. It should begin at 0.1.": np.full(7, 0.01),
        "That is the 1e-3 of the table. The tutorial's decay was 0.01.": (
            0.1 / (1 + 0.001 * steps)
        ),
        "Your rate falls with the epochs. The old one fell at every step: "
        "`decay_steps` is 1.": 0.1 / (1 + 0.01 * steps / 2),
        "That falls by a hundredth of itself at every step, exponentially. The old "
        "decay was 0.1 / (1 + 0.01 * step): `InverseTimeDecay`.": 0.1 * 0.99**steps,
    }
    recognise(rates, mistakes, rtol=1e-3, atol=1e-9)
    step = np.abs(rates / wanted - 1).argmax()
    raise Wrong(
        f"At step {steps[step]} the rate should be 0.1 / (1 + 0.01 * {steps[step]}) = "
        f"{wanted[step]:.4f}; yours is {rates[step]:.4f}."
    )


@LESSON.exercise(
    "Write",
    points=3,
    hints=(
        "Before the loop: `m`, zeros of the shape of `w`. In the loop: the gradient "
        "once, then the two formulas, the one for `w` first.",
        "`w = w - rate * (np.sign(beta_1 * m + (1 - beta_1) * g) + decay * w)`, then "
        "`m = beta_2 * m + (1 - beta_2) * g`.",
    ),
)
def lion(answer):
    """Judge Lion from its formula: (gradient, w, steps, rate, ...) -> w."""
    random = np.random.default_rng(8)
    for shape, steps, rate, beta_1, beta_2, decay in (
        ((4,), 25, 0.03, 0.9, 0.99, 0.0),  # many first: they tell mistakes apart
        ((3,), 1, 0.1, 0.9, 0.99, 0.0),
        ((2, 2), 30, 0.05, 0.5, 0.8, 0.4),
    ):
        target, w = random.normal(size=(2, *shape))

        def gradient(place, target=target):
            return np.asarray(place) - target

        settings = {"rate": rate, "beta_1": beta_1, "beta_2": beta_2, "decay": decay}
        got = call(answer, gradient, w, steps, *settings.values(), name="lion")
        if isinstance(got, tuple):
            raise Wrong(f"Return `w` alone. Yours returns {kind_of(got)}.")
        got = array(got, shape, "lion(...)")
        if not np.allclose(got, _lion(gradient, w, steps, **settings), atol=1e-5):
            raise Wrong(_lion_mistake(got, gradient, w, steps, settings))
    return "As Keras's Lion does it: the sign decides, whatever the size."


def _lion(gradient, w, steps, rate, beta_1, beta_2, decay, mistake=""):
    """Take the steps of Lion, rightly or with one of the usual mistakes."""
    m = np.zeros_like(w)
    for _ in range(steps):
        g = gradient(w)
        if mistake == "memory first":
            m = beta_2 * m + (1 - beta_2) * g
        mixed = beta_1 * m + (1 - beta_1) * g
        way = {
            "no sign": mixed,
            "no memory": np.sign(g),
            "decay in sign": np.sign(mixed + decay * w),
        }.get(mistake, np.sign(mixed))
        pull = {
            "decay alone": decay * w / rate,
            "decay in sign": 0,
            "new w": decay * (w - rate * way),
            "no w": decay,
        }.get(mistake, decay * w)
        w = w - (-1 if mistake == "uphill" else 1) * rate * way - rate * pull
        if mistake != "memory first":
            g = gradient(w) if mistake == "new gradient" else g
            m = beta_2 * m + (1 - beta_2) * g
    return w


def _lion_mistake(got, gradient, w, steps, settings):
    def end(mistake="", **change):
        changed = {"steps": steps} | settings | change
        return _lion(gradient, w, **changed, mistake=mistake)

    beta_1, beta_2 = settings["beta_1"], settings["beta_2"]
    mistakes = {
        "The weights have not moved. Is there a loop over `steps`?": end(steps=0),
        "You walk uphill: subtract the step.": end("uphill"),
        "Only the sign of the mixture counts: `np.sign(...)`.": end("no sign"),
        "Your step follows the sign of `g` alone. Mix in `m`.": end("no memory"),
        "Your step follows the sign of `m` alone. Mix in `g`.": end(beta_1=1),
        "You bring `m` up to date before the step. The step uses the old `m`.": (
            end("memory first")
        ),
        "You take the gradient twice, the second time at the new `w`. Take it once "
        "a step, at the start.": end("new gradient"),
        "`beta_1` and `beta_2` have changed places.": end(beta_1=beta_2, beta_2=beta_1),
        "`m` should be kept with `beta_2`, not with `beta_1`.": end(beta_2=beta_1),
        "You leave `decay` out.": end(decay=0.0),
        "The rate multiplies the decay, too: it stands outside of the bracket.": (
            end("decay alone")
        ),
        "Your decay is within the sign: it stands outside of it.": end("decay in sign"),
        "You shrink the new `w`. The decay takes the old one.": end("new w"),
        "The decay takes off a share of the weight: `decay * w`.": end("no w"),
        "You use 0.9 and 0.99 whatever `beta_1` and `beta_2` are.": (
            end(beta_1=0.9, beta_2=0.99)
        ),
        "You return after the first step. Is `return` in the loop?": end(steps=1),
        "That is one step too few.": end(steps=steps - 1),
        "That is one step too many.": end(steps=steps + 1),
    }
    recognise(got, mistakes, atol=1e-9)
    right = _lion(gradient, w, steps, **settings)
    return (
        f"After {steps} step(s) you are at {show(got.ravel().round(3).tolist())}; the "
        f"formula leads to {show(right.ravel().round(3).tolist())}. Follow one step by "
        "hand."
    )


def texts(seed, size=3000, words=1000):
    """Return texts, a row each with 1 for a word that is in it, and their kinds."""
    rng = np.random.default_rng(seed)
    often = 1 / np.arange(1, words + 1)
    picks = rng.choice(words, (size, 20), p=often / often.sum())
    x = np.zeros((size, words), np.float32)
    np.put_along_axis(x, picks, 1, axis=1)
    chance = 1 / (1 + np.exp(-2 * x @ rng.normal(size=words)))
    return x, (rng.random(size) < chance).astype(np.float32)


def attempt(line, **names):
    """Run a line of old code, and print what Keras says to it."""
    import keras

    said = ["silence"]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(line, {"keras": keras} | names)
        except Exception as error:
            said = [f"{type(error).__name__}: {error}"]
    told = [f"warning: {w.message}" for w in caught if w.category is UserWarning]
    print(f"{line}\n    {(told or said)[0].split(' <')[0][:78]}")


EXERCISES = LESSON.exercises
progress = LESSON.progress
