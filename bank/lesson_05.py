"""What people answer to the exercises of lesson 5; CONTRIBUTING.md says how."""

import math

import numpy as np


class _LaterKeras:
    """Stands for Keras, and imports it when it is first used: it takes ten seconds."""

    def __getattr__(self, name):
        import keras

        return getattr(keras, name)


keras = _LaterKeras()
NAMES = {"keras": keras}


def _warm(
    climb=lambda step, rate, warm_up: rate * step / warm_up,
    fall=lambda done: (1 + math.cos(math.pi * done)) / 2,
    done=lambda step, warm_up, steps: (step - warm_up) / (steps - warm_up),
):
    """Make a warm-up with a cosine, with one part changed."""

    def answer(step, rate, warm_up, steps):
        if step < warm_up:
            return climb(step, rate, warm_up)
        return rate * fall(done(step, warm_up, steps))

    return answer


def _warm_by_minimum(step, rate, warm_up, steps):
    done = max(0, step - warm_up) / (steps - warm_up)
    return min(1, step / warm_up) * rate * 0.5 * (1 + np.cos(np.pi * done))


def _warm_by_product(step, rate, warm_up, steps):
    falling = rate * (1 + np.cos(np.pi * step / steps)) / 2
    return min(1, step / warm_up) * falling


def _warm_by_sine(step, rate, warm_up, steps):
    done = (step - warm_up) / (steps - warm_up)
    return np.where(
        step <= warm_up,
        rate * step / warm_up,
        rate * (1 - np.sin(np.pi * done / 2) ** 2),
    )


def _choice(batch_size=64, rate=1.1, schedule="constant"):
    return {"batch_size": batch_size, "rate": rate, "schedule": schedule}


def _pairs(wins=lambda worse, better: worse > better, choose=True, pool=np.mean):
    """Make a count over all pairs, with one part changed."""

    def answer(a, b):
        if choose and np.mean(a) > np.mean(b):
            a, b = b, a
        return pool([wins(one, other) for one in a for other in b])

    return answer


def _smaller_share(a, b):
    return min(np.mean(a[:, None] > b), np.mean(a[:, None] < b))


def _of_worse_and_better(share):
    return lambda a, b: share(*sorted((a, b), key=np.mean))


def _run_against_run(worse, better):
    return np.mean([one > other for one, other in zip(worse, better, strict=False)])


def _by_total(a, b):
    total = wins = 0
    low, high = (a, b) if sum(a) / len(a) < sum(b) / len(b) else (b, a)
    for one in low:
        for other in high:
            total += 1
            wins += bool(one > other)
    return wins / total


def _sgd(*schedule, name="InverseTimeDecay", **options):
    """Make a function that makes an SGD with a schedule."""

    def answer():
        rate = getattr(keras.optimizers.schedules, name)(*schedule)
        return keras.optimizers.SGD(learning_rate=rate, **options)

    return answer


def _sgd_in_thousands():
    schedule = keras.optimizers.schedules.InverseTimeDecay(
        initial_learning_rate=0.1, decay_steps=1000, decay_rate=1
    )
    return keras.optimizers.SGD(schedule)


def _sgd_by_class():
    class Decay(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1 / (1.0 + 0.001 * keras.ops.cast(step, "float32"))

    return keras.optimizers.SGD(Decay())


def _plateau(
    late=0,
    ties=False,
    last=False,
    reset=True,
    now=False,
    change=lambda r, f: r * f,
    first=math.inf,
    forgets=False,
):
    """Make a reduction on a plateau, with one part changed."""

    def answer(losses, rate, factor, patience):
        rates, waited, before = [], 0, math.inf
        best = losses[0] if first is None else first
        for loss in losses:
            if not now:
                rates.append(rate)
            against = before if last else best
            better = loss <= against if ties else loss < against
            waited = 0 if better else waited + 1
            best, before = min(best, loss), loss
            if waited >= patience + late:
                rate = change(rate, factor)
                best = math.inf if forgets else best
                waited = 0 if reset else waited
            if now:
                rates.append(rate)
        return rates

    return answer


def _plateau_of_all(losses, rate, factor, patience):
    rates, waited = [], 0
    for epoch, loss in enumerate(losses):
        rates.append(rate)
        waited += not loss < min(losses[:epoch], default=math.inf)
        if waited == patience:
            rate, waited = rate * factor, 0
    return rates


def _plateau_in_an_array(losses, rate, factor, patience):
    rates = np.full(len(losses), rate, float)
    since = 0
    for epoch in range(1, len(losses)):
        since = 0 if losses[epoch] < min(losses[:epoch]) else since + 1
        if since == patience:
            rates[epoch + 1 :] *= factor
            since = 0
    return rates


RIGHT = {
    "a_quarter": [150, 150.0, np.int64(150), np.float32(150)],
    "which_schedule": [
        {"A": 2, "B": 4, "C": 3, "D": 1},
        {"D": 1.0, "C": np.int64(3), "B": 4, "A": 2},
    ],
    "warm_cosine": [_warm(), _warm_by_minimum, _warm_by_sine],
    "sixty_steps": [
        _choice(rate=1.0),
        _choice(rate=1.5, schedule="cosine"),
        _choice(48, np.float64(1.0), "Constant"),
    ],
    "misled": [_pairs(), _by_total],
    "modern_sgd": [_sgd(0.1, 1, 0.001), _sgd_in_thousands, _sgd_by_class],
    "on_plateau": [_plateau(), _plateau_in_an_array],
}

WRONG = {
    "a_quarter": [
        (50, "half the rate is left"),
        (100, "a third is left"),
        (200, "left out the 1"),
        (38, "*divided*"),
        (30, "the first rate"),
        (69, "exponential"),
        (4, "has to become 4"),
        (149, "What must the divisor be?"),
        (-150, "counted from 0"),
        (150.5, "whole number"),
        ("150", "take the quotes away"),
    ],
    "which_schedule": [
        ({"A": 2, "B": 1, "C": 3, "D": 4}, "B is too smooth"),
        ({"A": 3, "B": 4, "C": 2, "D": 1}, "A falls all at once"),
        ({"A": 1, "B": 4, "C": 3, "D": 2}, "A has a cliff"),
        ({"A": 2, "B": 3, "C": 4, "D": 1}, "B is flat and smooth"),
        ({"A": 2, "B": 4, "C": 1, "D": 3}, "C bends down"),
        ({"A": 2, "B": 4}, "needs the keys"),
        (dict.fromkeys("ABCD", 3), "belongs to one curve"),
        ({"A": "drop", "B": 4, "C": 3, "D": 1}, "take the quotes away"),
        ([2, 4, 3, 1], "should be a dictionary"),
    ],
    "warm_cosine": [
        (_warm(done=lambda step, warm, steps: step / steps), "starts counting"),
        (_warm(done=lambda step, warm, steps: (step - warm) / steps), "reach 0"),
        (_warm(climb=lambda step, rate, warm: rate * (step + 1) / warm), "ahead"),
        (_warm(climb=lambda step, rate, warm: step / warm), "climbs to 1"),
        (_warm(climb=lambda step, rate, warm: rate), "Yours is held"),
        (_warm(fall=lambda done: math.cos(math.pi * done)), "from 1 to -1"),
        (_warm(fall=lambda done: math.cos(math.pi * done / 2)), "quarter of a wave"),
        (_warm(fall=lambda done: 1 + math.cos(math.pi * done)), "to be halved"),
        (_warm(fall=lambda done: (1 - math.cos(math.pi * done)) / 2), "fall to 0"),
        (_warm(fall=lambda done: 1 - done), "in a straight line"),
        (_warm(fall=lambda done: 1), "is held"),
        (lambda step, rate, warm, steps: rate * step / warm, "warm-up alone"),
        (
            lambda step, rate, warm, steps: (
                rate * (1 + math.cos(math.pi * step / steps)) / 2
            ),
            "without the warm-up",
        ),
        (_warm_by_product, "multiply the two shapes"),
        (_warm(fall=lambda done: math.exp(-done)), "should get"),
        (lambda step, rate, steps: rate, "should take 4 argument"),
        (lambda step, rate, warm, steps: print(rate), "Is there a `return`?"),
    ],
    "sixty_steps": [
        (_choice(32, 0.01), "too short"),
        (_choice(64, 0.01), "too short"),
        (_choice(64, 0.2, "exponential"), "too short"),
        (_choice(8, 0.5), "take more rows"),
        (_choice(64, 5.0), "blown up"),
        (_choice(4, 5.0), "or take more rows"),
        (_choice(64, 2.6), "blown up, or nearly"),
        (_choice(32, 1.3), "With half the rate"),
        (_choice(32, 3, "inverse_time"), "neither half nor twice"),
        (_choice(128), "1 to 64 rows"),
        (_choice(0), "1 to 64 rows"),
        (_choice(rate=0), "lies above 0"),
        (_choice(rate=-1), "lies above 0"),
        (_choice(schedule="one_cycle"), "one of"),
        (_choice(rate="1.1"), "take the quotes away"),
        ({"batch_size": 64, "learning_rate": 1, "schedule": "cosine"}, "the keys"),
        ((64, 1.1, "constant"), "should be a dictionary"),
    ],
    "misled": [
        (_pairs(wins=lambda worse, better: worse < better), "*better* setting"),
        (_pairs(wins=lambda worse, better: worse >= better), "ties"),
        (_pairs(choose=False), "wins of `a`"),
        (_pairs(choose=False, wins=lambda a, b: b > a), "wins of `b`"),
        (_pairs(pool=sum), "Divide by how many"),
        (_pairs(pool=lambda wins: 100 * np.mean(wins)), "in percent"),
        (_of_worse_and_better(_run_against_run), "*every* run"),
        (_smaller_share, "the smaller share"),
        (lambda a, b: np.mean(a > b), "*every* run"),
        (
            _of_worse_and_better(
                lambda a, b: (a[:, None] > b).sum() / (len(a) + len(b))
            ),
            "number of runs",
        ),
        (_of_worse_and_better(lambda a, b: np.mean(a > b.mean())), "the other's mean"),
        (lambda a, b: 0.25, "The lower mean wins in"),
        (lambda a, b: np.mean(a) < np.mean(b), "should be a number"),
        (lambda a: 0.5, "should take 2 argument"),
        (0.23, "A function is wanted"),
    ],
    "modern_sgd": [
        (lambda: keras.optimizers.SGD(0.1), "stays at 0.1"),
        (lambda: keras.optimizers.SGD(0.1, decay=0.001), "stays at 0.1"),
        (lambda: keras.optimizers.SGD(), "the default"),
        (lambda: keras.optimizers.SGD(lr=0.1, decay=0.001), "not recognized"),
        (lambda: keras.optimizers.SGD(0.1, weight_decay=0.001), "pulls them towards 0"),
        (lambda: keras.optimizers.SGD(0.1, momentum=0.9), "no momentum"),
        (_sgd(0.1, 1, 0.001, nesterov=True, momentum=0.5), "no momentum"),
        (_sgd(0.1, 1, 0.001, weight_decay=0.001), "shrinks the weights"),
        (_sgd(0.1, 1, 0.001, clipnorm=1.0), "leave `clipnorm` out"),
        (_sgd(0.1, 1, 0.001, use_ema=True), "averaged no weights"),
        (lambda: keras.optimizers.Adam(0.1), "made an SGD"),
        (_sgd(0.1, 1000, 0.001), "slow the decay twice"),
        (_sgd(0.1, 1, 1), "decay_rate of 1"),
        (_sgd(0.1, 1, 1000), "grows by 1000"),
        (_sgd(0.1, 1, 0.001, name="ExponentialDecay"), "That is exponential"),
        (_sgd(0.1, 1, 0.999, name="ExponentialDecay"), "ever more slowly"),
        (_sgd(0.1, 1000, 1, True), "staircase"),
        (_sgd(0.01, 1, 0.001), "had a rate of"),
        (
            lambda: keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.001),
            "That is the schedule",
        ),
        (lambda: keras.optimizers.SGD, "That is a class"),
        (lambda: "sgd", "a Keras optimizer"),
        (lambda rate: rate, "should take 0 argument"),
    ],
    "on_plateau": [
        (_plateau(now=True), "one epoch too early"),
        (_plateau(late=1), "one epoch too long"),
        (_plateau(late=-1), "less than `patience`"),
        (_plateau(last=True), "the *best* so far"),
        (_plateau(forgets=True), "forget the best loss"),
        (_plateau(first=None), "Start with `np.inf`"),
        (_plateau(ties=True), "an equal loss"),
        (_plateau(reset=False), "After a cut"),
        (_plateau_of_all, "After an improvement"),
        (_plateau(change=lambda rate, factor: rate / factor), "divide by the factor"),
        (_plateau(change=lambda rate, factor: rate * (1 - factor)), "*off* the rate"),
        (lambda losses, rate, factor, patience: [rate] * len(losses), "never changes"),
        (
            lambda losses, rate, factor, patience: [
                rate * factor**epoch for epoch in range(len(losses))
            ],
            "should have the rate",
        ),
        (lambda losses, rate, factor, patience: rate, "should have the shape"),
        (lambda *given: _plateau()(*given)[1:], "should have the shape"),
        (lambda losses, rate: [rate] * len(losses), "should take 4 argument"),
    ],
}
