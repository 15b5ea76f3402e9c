"""A recipe in the course's own engine, trained again with one choice changed."""

import inspect
from dataclasses import dataclass, replace

import numpy as np

from helpers import optimizers
from helpers.capstone import SEEDS, follow, score
from helpers.data import Problem
from helpers.networks import Network
from helpers.schedules import CosineDecay

FACTORS = (0.1, 0.3, 3, 10)
MOST_ROWS, MOST_WEIGHTS = 256, 100_000  # more would take too long to try
DRAWS, SPREADS = 100, 2.6  # by chance alone one of eleven changes speaks in 5 of 100
NO_TWIN = (
    "Your model is too large to be taken apart here, or has unknown parts: change one "
    "choice at a time yourself."
)


@dataclass(frozen=True, eq=False)
class Twin:
    """A recipe with a run for each seed; ``rates`` holds the rate of each step."""

    problem: Problem
    network: Network
    optimizer: type
    settings: dict
    batch_size: int
    rates: np.ndarray

    @np.errstate(over="ignore", invalid="ignore")
    def scores(self):
        """Return validation scores of shape (1 + draws, seeds).

        First over all rows, then over rows that are drawn anew, the same for every
        twin, so that two can be compared row with row. A run that blew up counts 0.
        """
        optimizer = self.optimizer(lambda step: self.rates[step], **self.settings)
        how = self.batch_size, len(self.rates), SEEDS
        ((_, trained),) = follow(self.problem, self.network, optimizer, *how)
        outputs, y = trained.logits(self.problem.x_valid), self.problem.y_valid
        drawn = np.random.default_rng(0).integers(len(y), size=(DRAWS, len(y)))
        how = self.problem.kind, trained.takes_logits
        scored = [score(outputs[:, r], y[r], *how) for r in (np.arange(len(y)), *drawn)]
        finite = np.isfinite(outputs).all(axis=(-2, -1)) & np.isfinite(scored)
        return np.where(finite, scored, 0).clip(0)

    def with_hidden(self, hidden):
        """Return the same with fresh networks, their last layer and loss as it was."""
        inputs, *_, units = self.network.widths
        fresh = Network(
            [inputs, *hidden, units],
            output=self.network.output,
            loss=self.network.loss,
            runs=len(SEEDS),
            seed=SEEDS,
        )
        return replace(self, network=fresh)


def twin_of(models, problem, batch_size, steps) -> Twin | None:
    """Return the twin of Keras models, one a seed, that have not been trained yet.

    None if they are large, or have what the course's engine has not.
    """
    from helpers.keras_tools import from_keras  # takes ten seconds with Keras

    optimizer = models[0].optimizer
    if models[0].count_params() > MOST_WEIGHTS:
        return None
    try:
        networks = [from_keras(model) for model in models]
        kind = getattr(optimizers, type(optimizer).__name__)
        rates = _rates(optimizer, steps)
    except (ValueError, TypeError, AttributeError):
        return None
    weights = zip(*(network.weights for network in networks), strict=True)
    networks[0].weights = [np.concatenate(arrays) for arrays in weights]
    known = set(inspect.signature(kind).parameters) - {"learning_rate"}
    settings = {k: v for k, v in optimizer.get_config().items() if k in known}
    return Twin(problem, networks[0], kind, settings, batch_size, rates)


def _rates(optimizer, steps):
    """Return the learning rate of each step, whatever schedule there is."""
    rates = []
    try:
        for step in range(steps):
            optimizer.iterations.assign(step)
            rates.append(float(optimizer.learning_rate))
    finally:
        optimizer.iterations.assign(0)
    return np.array(rates)


def most_costly(twin) -> str:
    """Say which single change gains most on the validation rows, beyond chance.

    Beyond chance is what gains with each seed, and on almost any rows drawn anew.
    """
    if twin is None:
        return NO_TWIN
    try:
        own = twin.scores()
        gains = {change: other.scores() - own for change, other in _changes(twin)}
    except (ValueError, TypeError):
        return NO_TWIN
    best = max(
        gains, key=lambda change: (_is_sure(gains[change]), gains[change][0].mean())
    )
    gain, reach = _with_reach(gains[best])
    none = (
        f"Taken apart, on the validation rows: none of {len(gains)} changes, one "
        "choice at a time, gains"
    )
    if gain <= 0:
        return f"{none} anything."
    said = f"{best[0]} ({best[1]} gains {gain:.3f}, give or take {reach:.3f})"
    if not _is_sure(gains[best]):
        return f"{none} more than chance. The most is {said}."
    return (
        "Taken apart, one choice changed at a time, on the validation rows, what "
        f"costs most: {said}."
    )


def _with_reach(gain):
    """Return what a change gains, and how far the rows may have moved that."""
    return gain[0].mean(), SPREADS * gain[1:].mean(axis=1).std()


def _is_sure(gain):
    mean, reach = _with_reach(gain)
    return bool((gain[0] > 0).all() and mean > reach)


def _changes(twin):
    """Yield (choice, change), and the twin with that one choice changed."""
    first, steps, size = twin.rates[0], len(twin.rates), twin.batch_size
    if np.ptp(twin.rates) < 1e-6 * first:
        words, rates = "a cosine down to 0", CosineDecay(first, steps)(np.arange(steps))
    else:
        words, rates = "a constant rate", np.full(steps, first)
    yield ("the schedule", words), replace(twin, rates=rates)
    for factor in FACTORS:
        words = f"{factor:g} times as high"
        yield ("the learning rate", words), replace(twin, rates=factor * twin.rates)
    for rows in (size // 4, size * 4):
        if 1 <= rows <= MOST_ROWS:
            words = f"{rows} rows in as many steps"
            yield ("the batch size", words), replace(twin, batch_size=rows)
    if steps >= 8:
        fewer = twin.rates[::4]
        yield ("the number of steps", "a quarter"), replace(twin, rates=fewer)
    if hidden := twin.network.widths[1:-1]:
        twice = [2 * width for width in hidden]
        yield ("the hidden layers", "twice the units"), twin.with_hidden(twice)
        yield ("the hidden layers", "none at all"), twin.with_hidden([])
    for kind, rate in ((optimizers.SGD, 0.3), (optimizers.Adam, 0.01)):
        if kind is not twin.optimizer:
            words, rates = f"{kind.__name__} at {rate:g}", np.full(steps, rate)
            other = replace(twin, optimizer=kind, settings={}, rates=rates)
            yield ("the optimizer", words), other
