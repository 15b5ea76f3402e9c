"""A recipe is every choice but loss and output; the NumPy engine trains it."""

from dataclasses import dataclass
from functools import partial
from itertools import chain, count, islice, product

import numpy as np

from helpers.capstone.tasks import SEEDS, Task, measure_of, score
from helpers.fast_network import FastNetwork
from helpers.inner.arguments import one_of, whole
from helpers.inner.blas import one_blas_thread
from helpers.inner.rows import check_rows
from helpers.optimizers import SGD, Adadelta, Adagrad, Adam, RMSprop
from helpers.schedules import CosineDecay
from helpers.sweeps import checked_problem
from helpers.training import epoch_steps, fresh_network, rows_for

OPTIMIZERS = {
    "SGD": SGD,
    "momentum": partial(SGD, momentum=0.9),
    "RMSprop": RMSprop,
    "Adam": Adam,
    "Adagrad": Adagrad,
    "Adadelta": Adadelta,
}


PARTS = ("train", "valid", "test")


@dataclass(frozen=True)
class Recipe:
    """Every choice but loss and output, which follow from the problem.

    ``rate`` may be an array that broadcasts against the runs: one for each.
    ``schedule`` is "constant" or "cosine", which ends at 0 with the last step.
    """

    optimizer: str
    rate: float
    batch_size: int
    schedule: str = "constant"
    hidden: tuple[int, ...] = (64,)

    def make_optimizer(self, steps):
        """Return the optimizer for so many steps."""
        rate = self.rate
        if self.schedule == "cosine":
            rate = CosineDecay(rate, steps)
        return OPTIMIZERS[self.optimizer](rate)


def scores(problem, recipe, steps, seeds=SEEDS, part="valid", after=()):
    """Train a recipe; return its scores after so many steps, and after the last one.

    Parameters
    ----------
    problem : Problem
    recipe : Recipe
    steps : int
    seeds : sequence of int
        One run each.
    part : str
        On which rows: "train", "valid" or "test".
    after : sequence of int
        The numbers of steps after which to score, besides the last.

    Returns
    -------
    dict of int to array, shape (runs,)
        By the number of steps. A run that blew up has -inf.

    What is wrong with a problem of your own is a TypeError or ValueError.
    """
    problem, steps = checked_problem(problem), whole("steps", steps, least=1)
    x_part, y_part = (f"{axis}_{one_of('part', part, PARTS)}" for axis in "xy")
    x, y = (getattr(problem, name) for name in (x_part, y_part))
    _, y = check_rows(f"problem.{x_part}", x, f"problem.{y_part}", y)
    if problem.kind == "regression" and (y == y[:1]).all(axis=0).any():
        raise ValueError(
            f"problem.y_{part} must differ, R squared needs it, got {len(y)} rows alike"
        )
    trained = train(problem, recipe, steps, seeds, after)
    return {done: scores_of(network, problem, part) for done, network in trained}


def own_task(problem, budget: int = 200, batch_size: int = 32) -> Task:
    """Return what to reach on a problem of your own, as ``TASKS`` says of lesson 8's.

    The baseline is SGD at 0.1. The best of 20 recipes, five rates of four optimizers,
    is the one with the best mean score on the validation rows. Both are scored on the
    test rows, in so many steps, and the target lies three fifths of the way. Where no
    recipe is better there, all three are the baseline's.
    """
    rates = {"SGD": 1, "momentum": 0.1, "RMSprop": 0.03, "Adam": 0.1}
    baseline = Recipe("SGD", 0.1, batch_size)
    tried = [
        Recipe(name, float(f"{top / 3**i:.1g}"), batch_size)
        for (name, top), i in product(rates.items(), range(5))
    ]

    def reached(recipe, part):
        return float(scores(problem, recipe, budget, part=part)[budget].mean())

    best = max(tried, key=lambda recipe: reached(recipe, "valid"))
    low = reached(baseline, "test")
    high = max(low, reached(best, "test"))
    target = low + 0.6 * (high - low)
    return Task(
        budget, measure_of(problem), *(round(s, 3) for s in (low, target, high))
    )


def train(problem, recipe, steps, seeds, after=()):
    """Train fresh networks by a recipe, one for each seed; yield as ``follow`` does."""
    network = fresh_network(problem, recipe.hidden, seeds)
    optimizer = recipe.make_optimizer(steps)
    return follow(problem, network, optimizer, recipe.batch_size, steps, seeds, after)


def follow(problem, network, optimizer, batch_size, steps, seeds, after=()):
    """Train a network; yield (steps done, network) after so many steps, and the last.

    Each run goes through the rows in the order of its seed. The network that is given
    stays as it is.
    """
    x, y = rows_for(network, problem, "train")
    network = FastNetwork(network)
    optimizer.reset()
    taken = chain.from_iterable(
        epoch_steps(network, optimizer, x, y, epoch, batch_size, seeds)
        for epoch in count()
    )
    done = 0
    for stop in sorted({*after, steps}):
        # On matrices this small, threads of BLAS wait for one another more than they
        # help.
        with np.errstate(over="ignore", invalid="ignore"), one_blas_thread():
            for _ in islice(taken, stop - done):
                pass
        done = stop
        yield done, network


@np.errstate(over="ignore", invalid="ignore")
def scores_of(network, problem, part):
    """Return the score of each run on a part of the rows; -inf if it blew up."""
    x, y = getattr(problem, f"x_{part}"), getattr(problem, f"y_{part}")
    outputs = network.logits(x)
    scored = score(outputs, y, problem.kind, logits=network.takes_logits)
    finite = np.isfinite(outputs).all(axis=(-2, -1)) & np.isfinite(scored)
    return np.where(finite, scored, -np.inf)
