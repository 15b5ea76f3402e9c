"""A recipe is every choice but loss and output; the NumPy engine trains it."""

from dataclasses import dataclass
from functools import partial
from itertools import count

import numpy as np
from threadpoolctl import threadpool_limits

from helpers.capstone.tasks import SEEDS, score
from helpers.fast_network import FastNetwork
from helpers.minibatches import epoch_order
from helpers.optimizers import SGD, Adadelta, Adagrad, Adam, RMSprop
from helpers.schedules import CosineDecay
from helpers.training import fresh_network

OPTIMIZERS = {
    "SGD": SGD,
    "momentum": partial(SGD, momentum=0.9),
    "RMSprop": RMSprop,
    "Adam": Adam,
    "Adagrad": Adagrad,
    "Adadelta": Adadelta,
}


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


def scores(problem, recipe, steps, seeds=SEEDS, part="valid", look=()):
    """Train a recipe; return its scores after the steps in ``look`` and the last one.

    Parameters
    ----------
    problem : Problem
    recipe : Recipe
    steps : int
    seeds : sequence of int
        One run each.
    part : str
        On which rows: "train", "valid" or "test".
    look : sequence of int

    Returns
    -------
    dict of int to array, shape (runs,)
        By the number of steps. A run that blew up has -inf.
    """
    trained = train(problem, recipe, steps, seeds, look)
    return {done: scores_of(stack, problem, part) for done, stack in trained}


def train(problem, recipe, steps, seeds, look=()):
    """Train fresh networks by a recipe, one for each seed; yield as ``follow`` does."""
    network = fresh_network(problem, recipe.hidden, seeds)
    optimizer = recipe.make_optimizer(steps)
    return follow(problem, network, optimizer, recipe.batch_size, steps, seeds, look)


def follow(problem, network, optimizer, batch_size, steps, seeds, look=()):
    """Train a network, and yield (steps done, network) at the steps in ``look``.

    The last step is always among them. Each run goes through the rows in the order of
    its seed. The network that is given stays as it is.
    """
    x, y = problem.x_train, problem.y_train
    if problem.kind == "binary" and network.widths[-1] == 1:
        y = y[:, None]
    stack, done, epochs = FastNetwork(network), 0, count()
    look = {*look, steps}
    optimizer.reset()
    # On matrices this small, threads of BLAS wait for one another more than they help.
    with np.errstate(over="ignore", invalid="ignore"), threadpool_limits(1, "blas"):
        while done <= steps:
            epoch = next(epochs)
            orders = {seed: epoch_order(len(x), epoch, seed) for seed in set(seeds)}
            order = np.stack([orders[seed] for seed in seeds])
            for start in range(0, len(x), batch_size):
                if done in look:
                    yield done, stack
                if done == steps:
                    return
                rows = order[:, start : start + batch_size]
                gradients = stack.gradients(x[rows], y[rows])
                stack.weights = optimizer.step(stack.weights, gradients)
                done += 1


@np.errstate(over="ignore", invalid="ignore")
def scores_of(network, problem, part):
    """Return the score of each run on a part of the rows; -inf if it blew up."""
    x, y = getattr(problem, f"x_{part}"), getattr(problem, f"y_{part}")
    outputs = network.logits(x)
    came = score(outputs, y, problem.kind, logits=network.takes_logits)
    finite = np.isfinite(outputs).all(axis=(-2, -1)) & np.isfinite(came)
    return np.where(finite, came, -np.inf)
