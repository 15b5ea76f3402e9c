"""The exercises of lesson 7: optimizers."""

import numpy as np

from helpers.checks.answers import array, call, kind_of, number, show
from helpers.checks.engine import Lesson, Wrong
from helpers.descent import descend
from helpers.optimizers import SGD, Adagrad
from helpers.surfaces import bowl, ravine

LESSON = Lesson(7, "Optimizers")


@LESSON.exercise(
    "Predict",
    hints=(
        "In the end the velocity no longer changes: what comes in at each step makes "
        "up for what is lost. How much comes in?",
        "Solve v = 0.9 * v + 0.01 * 2 for v.",
    ),
)
def terminal_step(answer):
    """Judge the length of a step in the end: gradient 2, rate 0.01, momentum 0.9."""
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
    for value, message in mistakes.items():
        if np.isclose(step, value, rtol=5e-3):
            raise Wrong(message)
    if not np.isclose(step, 0.2, rtol=0.02):
        raise Wrong(
            f"With a velocity of {step:g} the next one is 0.9 * {step:g} + 0.02 = "
            f"{0.9 * step + 0.02:.4g}: it still changes. At which does it stay?"
        )
    return (
        "0.02 / (1 - 0.9): ten times as long as without momentum, as long as the "
        "gradient keeps its direction."
    )


@LESSON.exercise(
    "Tune",
    hints=(
        "The condition number is 100, so its root is 10. What do the two formulas "
        "above say?",
        "They say rate (2 / 11)**2 = 0.033 and momentum (9 / 11)**2 = 0.67. A rate a "
        "little lower, and a momentum a little higher, do even better.",
    ),
)
def heavy_ball(answer):
    """Judge (rate, momentum) by 60 steps from (10, 1) with curvatures 1 and 100."""
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
    loss = path.losses[-1]
    if loss < 1e-4:
        return (
            f"The loss is {loss:.2g}. Both directions share one pace, about "
            f"{np.sqrt(momentum):.2f} a step."
        )
    if path.diverged or loss > 100:
        raise Wrong(
            f"It diverges. The limit across is 2 * (1 + momentum) / 100 = "
            f"{2 * (1 + momentum) / 100:.3f}. Lower the rate."
        )
    said = f"After 60 steps the loss is {loss:.2g}. "
    if momentum == 0:
        raise Wrong(
            f"{said}Without momentum the best that any rate can do is 4.8. Turn the "
            "momentum up."
        )
    if momentum > 0.8:
        raise Wrong(
            f"{said}With momentum {momentum:g} a swing fades by no more than "
            f"{np.sqrt(momentum):.3f} a step: too heavy for 60 steps. Lower it."
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
        "Two lines, one for each formula. Which of the two has to come first?",
        "First `average = rho * average + (1 - rho) * g**2`, then divide `rate * g` by "
        "`np.sqrt(average + epsilon)` and take that away from `w`.",
    ),
)
def rmsprop_step(answer):
    """Judge a function (w, g, average, rate, rho, epsilon) -> (w, average)."""
    random = np.random.default_rng(7)
    for shape, rate, rho, epsilon in (
        ((3,), 0.1, 0.9, 1e-7),
        ((2, 2), 0.02, 0.5, 0.01),
        ((4,), 1.5, 0.99, 0.1),
    ):
        w, g = random.normal(size=(2, *shape))
        average = random.uniform(0.1, 2, size=shape)
        came = call(answer, w, g, average, rate, rho, epsilon, name="rmsprop_step")
        if not isinstance(came, tuple | list) or len(came) != 2:
            raise Wrong(
                "rmsprop_step should return two arrays: `return w, average`. Yours "
                f"returns {kind_of(came)}."
            )
        new_w = array(came[0], shape, "The new w")
        new_average = array(came[1], shape, "The new average")
        message = _rmsprop_mistake(
            new_w, new_average, w, g, average, rate, rho, epsilon
        )
        if message:
            raise Wrong(message)
    return (
        "Every gradient is divided by its own usual size of late, so the step has the "
        "length of the rate, more or less."
    )


def _rmsprop_mistake(new_w, new_average, w, g, old, rate, rho, epsilon):
    right = rho * old + (1 - rho) * g**2

    def same(came, value):
        return np.allclose(came, value, atol=1e-9)

    for value, message in (
        (
            old + g**2,
            "Your average is a sum: that is Adagrad. Keep a share `rho` of it, and add "
            "`1 - rho` of the new square.",
        ),
        (
            rho * old + g**2,
            "The new square counts only `1 - rho`: otherwise it is no average.",
        ),
        (
            (1 - rho) * old + rho * g**2,
            "`rho` and `1 - rho` have changed places: `rho` is the share of the *old* "
            "average.",
        ),
        (
            rho * old + (1 - rho) * g,
            "You average the gradients. Average their squares: gradients of both signs "
            "would cancel.",
        ),
        (
            rho * old + (1 - rho) * np.abs(g),
            "You average the sizes. Average the squares; the root comes later.",
        ),
        (old, "The average comes back as it was: bring it up to date."),
    ):
        if same(new_average, value) and not same(value, right):
            return message
    if not same(new_average, right):
        return (
            f"For the average {show(old.ravel()[0].round(3))}, the gradient "
            f"{show(g.ravel()[0].round(3))} and rho {rho:g} your new average is "
            f"{new_average.ravel()[0]:.4g}; wanted {right.ravel()[0]:.4g}."
        )
    for value, message in (
        (w - rate * g / np.sqrt(right + epsilon), ""),
        (
            w + rate * g / np.sqrt(right + epsilon),
            "Your step goes uphill: subtract it.",
        ),
        (
            w - rate * g / np.sqrt(old + epsilon),
            "You divide by the old average. Bring it up to date first.",
        ),
        (
            w - rate * g / (right + epsilon),
            "You divide by the average itself. Take its root: a gradient over a square "
            "has the wrong size.",
        ),
        (
            w - rate * g / (np.sqrt(right) + epsilon),
            "Epsilon stands under the root here, as in Keras's RMSprop.",
        ),
        (
            w - rate * g / np.sqrt(right),
            "You leave epsilon out. It keeps 0 / 0 from happening.",
        ),
        (
            w - rate * g * np.sqrt(right + epsilon),
            "You multiply by the root. Divide: large gradients should get small rates.",
        ),
        (w - rate * g, "That is plain SGD: divide by the root of the average."),
        (
            w - g / np.sqrt(right + epsilon),
            "You leave the learning rate out: multiply by it.",
        ),
        (w, "The weights have not moved."),
    ):
        if same(new_w, value):
            return message
    return (
        f"The average is right. With rate {rate:g} the first weight "
        f"{w.ravel()[0]:.3f} goes to {new_w.ravel()[0]:.4g}; wanted "
        f"{(w - rate * g / np.sqrt(right + epsilon)).ravel()[0]:.4g}."
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
    """Judge how far Adam's first step at rate 0.01 goes, with the gradient 0.004."""
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
        0: "It does move: g / |g| is 1 or -1, however small g is.",
    }
    for value, message in mistakes.items():
        if np.isclose(move, value, rtol=0.02, atol=1e-9):
            raise Wrong(message)
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
    if not isinstance(answer, dict):
        raise Wrong(
            'my_numbers should be a dictionary such as {"A": 1, "B": 2, "C": 3}. You '
            f"gave {kind_of(answer)}."
        )
    if set(answer) != set(NUMBERS):
        raise Wrong(
            f"my_numbers needs the keys A, B and C. Yours are {show([*answer])}."
        )
    came = {
        key: number(answer[key], f"my_numbers[{key!r}]", whole=True) for key in "ABC"
    }
    if sorted(came.values()) != [1, 2, 3]:
        raise Wrong("Each of the numbers 1, 2 and 3 belongs to one letter.")
    if came["B"] != 1:
        raise Wrong(
            "Which rate never rises again, although the gradients have become small? "
            "It belongs to a sum, and a sum does not shrink: that is Adagrad, 1."
        )
    if came != NUMBERS:
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
    """Judge a function (makers, rates, surface) -> the best end of each optimizer."""

    def heavy(rate):
        return SGD(rate, momentum=0.95)

    cases = (
        ({"heavy": heavy, "SGD": SGD}, [0.03, 0.01, 0.02, 0.06], ravine(30)),
        ({"Adagrad": Adagrad, "SGD": SGD}, [3.0, 0.3, 0.03, 0.003], bowl(8)),
    )
    for makers, rates, surface in cases:
        came = call(answer, makers, rates, surface, name="fair_comparison")
        if not isinstance(came, dict) or set(came) != set(makers):
            raise Wrong(
                "fair_comparison should return a dictionary with a loss for each name "
                f"in `makers`. Yours returns {kind_of(came)}."
            )
        for name, make in makers.items():
            loss = number(came[name], f"The loss of {name}")
            walks = [descend(surface, make(rate), steps=100) for rate in rates]
            _judge_end(loss, name, rates, [walk.losses for walk in walks])
    return "The same rates for all, and the end decides."


def _judge_end(loss, name, rates, losses):
    ends = [each[-1] for each in losses]
    if np.isclose(loss, min(ends), rtol=1e-6, atol=1e-300):
        return
    lowest = [each.min() for each in losses]
    for value, message in (
        (
            min(lowest),
            f"All rates get their turn, but for {name} you take the lowest loss on the "
            "way. Take the last one: `path.losses[-1]`.",
        ),
        (ends[0], f"{name} still gets the first rate alone, {rates[0]:g}."),
        (lowest[0], "Both faults are still there: one rate, and the lowest loss."),
        (ends[-1], f"{name} ends with the result of the last rate, {rates[-1]:g}."),
        (max(ends), "That is the worst of the ends: take the lowest."),
        (np.mean(ends), "That is the mean over the rates: take the lowest."),
        (
            min(range(len(ends)), key=ends.__getitem__),
            "That is the place of the best rate. Return the loss.",
        ),
        (rates[int(np.argmin(ends))], "That is the best rate. Return its loss."),
    ):
        if np.isclose(loss, value, rtol=1e-6, atol=1e-300):
            raise Wrong(message)
    raise Wrong(
        f"For {name} you return {loss:.4g}. With the rates {show(rates)} its losses "
        f"after 100 steps are {show([float(f'{end:.3g}') for end in ends])}."
    )


@LESSON.exercise(
    "Fix",
    points=2,
    seconds=40,
    needs_keras=True,
    hints=(
        "Three things: a name, an argument that became a schedule, and one optimizer "
        "for two models. The table above has them all.",
        "Inside the loop: `keras.optimizers.SGD(learning_rate=keras.optimizers."
        "schedules.InverseTimeDecay(0.1, 1, 0.01))`.",
    ),
)
def new_tutorial(answer):
    """Judge a function (x, y) -> two Keras models, trained with a falling rate."""
    import keras

    random = np.random.default_rng(7)
    x = random.normal(size=(64, 4)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.float32)
    came = call(answer, x, y, name="new_tutorial")
    if not isinstance(came, list | tuple) or len(came) != 2:
        raise Wrong(
            f"new_tutorial should return two models. Yours returns {kind_of(came)}."
        )
    if not all(isinstance(model, keras.Model) for model in came):
        raise Wrong("new_tutorial should return the two Keras models themselves.")
    if came[0] is came[1] or [len(model.layers) for model in came] != [1, 2]:
        raise Wrong(
            "The first model should have one layer and the second two, as in the old "
            "tutorial."
        )
    if came[1].layers[0].units != 8:
        raise Wrong("The hidden layer should have 8 units, as in the old tutorial.")
    for model in came:
        optimizer = getattr(model, "optimizer", None)
        if not isinstance(optimizer, keras.optimizers.SGD):
            raise Wrong(
                "Each model should be compiled with SGD, as in the old tutorial."
            )
        steps = int(optimizer.iterations.numpy())
        if steps != 6:
            raise Wrong(
                f"Three epochs of two minibatches are 6 steps; one of your optimizers "
                f"took {steps}."
            )
        _judge_rate(optimizer, steps)
    if came[0].optimizer is came[1].optimizer:
        raise Wrong("Both models still share one optimizer: make it inside the loop.")
    return "A new name, a schedule in the place of `decay`, and an optimizer for each."


def _judge_rate(optimizer, steps):
    """Say what is wrong with the rate after so many steps."""
    rate, wanted = float(optimizer.learning_rate.numpy()), 0.1 / (1 + 0.01 * steps)
    if np.isclose(rate, wanted, rtol=1e-4):
        return
    if optimizer.weight_decay:
        raise Wrong(
            "`weight_decay` shrinks the weights. The old `decay` made the rate fall: "
            "that is a schedule now."
        )
    if np.isclose(rate, 0.1, rtol=1e-4):
        raise Wrong(
            "The rate is still 0.1 after the training. `decay` is ignored; a schedule, "
            "`InverseTimeDecay`, does what it did."
        )
    if np.isclose(rate, 0.01, rtol=1e-4):
        raise Wrong("The rate is 0.01, Keras's default. It should begin at 0.1.")
    raise Wrong(
        f"After {steps} steps the rate should be 0.1 / (1 + 0.01 * {steps}) = "
        f"{wanted:.4f}; yours is {rate:.4f}."
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
    """Judge a function (gradient, w, steps, rate, beta_1, beta_2, decay) -> w."""
    random = np.random.default_rng(8)
    for shape, steps, rate, beta_1, beta_2, decay in (
        ((3,), 1, 0.1, 0.9, 0.99, 0.0),
        ((4,), 25, 0.03, 0.9, 0.99, 0.0),
        ((2, 2), 30, 0.05, 0.5, 0.8, 0.4),
    ):
        target, w = random.normal(size=(2, *shape))

        def gradient(place, target=target):
            return np.asarray(place) - target

        settings = {"rate": rate, "beta_1": beta_1, "beta_2": beta_2, "decay": decay}
        came = array(
            call(answer, gradient, w, steps, *settings.values(), name="lion"),
            shape,
            "lion(...)",
        )
        if not np.allclose(came, _lion(gradient, w, steps, **settings), atol=1e-9):
            raise Wrong(_lion_mistake(came, gradient, w, steps, settings))
    return "As Keras's Lion does it: the sign decides, and every step has one length."


def _lion(gradient, w, steps, rate, beta_1, beta_2, decay, **change):
    """Take the steps of Lion; ``change`` names a mistake."""
    m = np.zeros_like(w)
    for _ in range(steps):
        g = gradient(w)
        if "memory_first" in change:
            m = beta_2 * m + (1 - beta_2) * g
        mixed = beta_1 * m + (1 - beta_1) * g
        way = mixed if "no_sign" in change else np.sign(mixed)
        way = np.sign(g) if "no_memory" in change else way
        pull = decay * w if "decay_alone" not in change else decay * w / rate
        w = w - change.get("uphill", 1) * rate * way - rate * pull
        if "memory_first" not in change:
            g = gradient(w) if "new_gradient" in change else g
            m = beta_2 * m + (1 - beta_2) * g
    return w


def _lion_mistake(came, gradient, w, steps, settings):
    swapped = {"beta_1": settings["beta_2"], "beta_2": settings["beta_1"]}
    same = {"beta_1": settings["beta_1"], "beta_2": settings["beta_1"]}
    defaults = {"beta_1": 0.9, "beta_2": 0.99}
    for change, message in (
        ({"steps": 0}, "The weights have not moved. Is there a loop over `steps`?"),
        ({"uphill": -1}, "You walk uphill: subtract the step."),
        ({"no_sign": 1}, "Only the sign of the mixture counts: `np.sign(...)`."),
        ({"no_memory": 1}, "Your step follows the sign of `g` alone. Mix in `m`."),
        (
            {"memory_first": 1},
            "You bring `m` up to date before the step. The step uses the old `m`.",
        ),
        (
            {"new_gradient": 1},
            "You take the gradient twice, the second time at the new `w`. Take it once "
            "a step, at the start.",
        ),
        (swapped, "`beta_1` and `beta_2` have changed places."),
        (same, "`m` should be kept with `beta_2`, not with `beta_1`."),
        ({"decay": 0.0}, "You leave `decay` out."),
        (
            {"decay_alone": 1},
            "The rate multiplies the decay, too: it stands outside of the bracket.",
        ),
        (defaults, "You use 0.9 and 0.99 whatever `beta_1` and `beta_2` are."),
        ({"steps": 1}, "You return after the first step. Is `return` in the loop?"),
        ({"steps": steps - 1}, "That is one step too few."),
        ({"steps": steps + 1}, "That is one step too many."),
    ):
        wrong = _lion(gradient, w, **{"steps": steps} | settings | change)
        if np.allclose(came, wrong, atol=1e-9):
            return message
    right = _lion(gradient, w, steps, **settings)
    return (
        f"After {steps} step(s) you are at {show(came.ravel().round(3).tolist())}; the "
        f"formula leads to {show(right.ravel().round(3).tolist())}. Follow one step by "
        "hand."
    )


EXERCISES = LESSON.exercises
progress = LESSON.progress
