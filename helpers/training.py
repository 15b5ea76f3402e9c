"""Train a stack of networks, and measure it over the whole set after every epoch."""

from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from helpers import losses
from helpers.inner.arguments import whole
from helpers.inner.optimizer import check_optimizer
from helpers.minibatches import epoch_order
from helpers.networks import Network, one_seed_a_run

LOSSES = {
    "regression": losses.mean_squared_error,
    "binary": losses.binary_crossentropy,
    "multiclass": losses.sparse_categorical_crossentropy,
    "multilabel": losses.binary_crossentropy,
}


@dataclass(frozen=True)
class History:
    """What each run reached at the end of each epoch: arrays of shape (runs, epochs).

    ``train_loss`` and ``valid_loss`` are losses over all rows (not Keras's mean over an
    epoch on the move), ``valid_score`` is the accuracy for classes and R squared for
    regression. Without validation rows these two are None. Once a run diverged its
    losses are inf and its score is -inf.

    ``seconds`` is the time since the start that went into steps, without the measuring;
    runs that train side by side share it in equal parts.
    """

    train_loss: np.ndarray = field(repr=False)
    valid_loss: np.ndarray | None = field(repr=False)
    valid_score: np.ndarray | None = field(repr=False)
    seconds: np.ndarray = field(repr=False)

    @property
    def diverged(self):
        """Which runs did, an array of bool of shape (runs,)."""
        return np.isinf(self.train_loss[:, -1])


def fresh_network(problem, hidden, seeds) -> Network:
    """Return networks as a problem needs them, with these hidden units: one a seed."""
    classes = problem.kind.startswith("multi")
    units = len(problem.target_names) if classes else 1
    widths = (problem.x_train.shape[1], *hidden, units)
    return Network(widths, loss=LOSSES[problem.kind], runs=len(seeds), seed=seeds)


@np.errstate(over="ignore", invalid="ignore")
def fit(
    network, optimizer, x, y, epochs, batch_size=32, seed=0, validation=None
) -> History:
    """Train all runs of a network, side by side.

    Parameters
    ----------
    network : Network
        Its weights become those after the last epoch; NaN in runs that diverged.
    optimizer : Optimizer
        It is reset first. Its learning rate may be one a run.
    x : array, shape (rows, inputs)
    y : array
        Targets, as the network's loss wants them.
    epochs, batch_size : int
        A batch size above the rows gives one step an epoch, as in Keras.
    seed : int or sequence of int
        Orders the minibatches, by ``epoch_order(rows, epoch, seed)``: one for all runs,
        or one a run.
    validation : tuple of arrays, optional
        ``(x_valid, y_valid)``.

    Returns
    -------
    History
        Measured at the end of each epoch. A run whose loss is no longer finite leaves
        the stack there, and costs nothing more.

    A wrong argument raises a TypeError or ValueError that says what to use instead.
    """
    check_optimizer(optimizer)
    whole("epochs", epochs, least=1)
    whole("batch_size", batch_size, least=1)
    x, y = check_rows("x", x, "y", y)
    if validation is not None:
        validation = check_rows("x_valid", validation[0], "y_valid", validation[1])
    seeds = np.array(one_seed_a_run(seed, network.runs))
    train_loss, valid_loss = np.full((2, network.runs, epochs), np.inf)
    valid_score = np.full((network.runs, epochs), -np.inf)
    seconds = np.zeros((network.runs, epochs))

    optimizer.reset()
    going = np.arange(network.runs)
    stack = network.keep(going)
    for epoch in range(epochs):
        began = perf_counter()
        _train(stack, optimizer, x, y, _order(len(x), epoch, seeds[going]), batch_size)
        seconds[going, epoch] = (perf_counter() - began) / len(going)
        loss = stack.loss_of(y, stack.logits(x))
        finite = np.isfinite(loss)
        if not finite.all():
            going, stack, loss = going[finite], stack.keep(finite), loss[finite]
            optimizer.keep(finite)
        if len(going) == 0:
            break
        train_loss[going, epoch] = loss
        if validation is not None:
            measured = evaluate(stack, *validation)
            valid_loss[going, epoch], valid_score[going, epoch] = measured

    network.weights = [np.full_like(weights, np.nan) for weights in network.weights]
    for weights, trained in zip(network.weights, stack.weights, strict=True):
        weights[going] = trained
    if validation is None:
        valid_loss = valid_score = None
    return History(train_loss, valid_loss, valid_score, seconds.cumsum(axis=1))


def evaluate(network, x, y):
    """Return the loss and the score of each run over all rows, each of shape (runs,).

    The score is the accuracy for the crossentropies, R squared for the other losses.
    """
    logits = network.logits(x)
    outputs = logits if network.takes_logits else network.activate(logits)
    return network.loss_of(y, logits), _score(network, y, outputs)


def _train(stack, optimizer, x, y, order, batch_size):
    """Take the steps of one epoch."""
    x, y, runs = x[order], y[order], [slice(None)] * (order.ndim - 1)
    for start in range(0, order.shape[-1], batch_size):
        rows = *runs, slice(start, start + batch_size)
        stack.weights = optimizer.step(stack.weights, stack.gradients(x[rows], y[rows]))


def _order(rows, epoch, seeds):
    """Return the order of the rows: (rows,) for all runs, or (runs, rows) one a run."""
    orders = {seed: epoch_order(rows, epoch, seed) for seed in set(seeds.tolist())}
    if len(orders) == 1:
        return orders[seeds[0]]
    return np.stack([orders[seed] for seed in seeds])


def _score(network, y, outputs):
    y = np.asarray(y)
    if network.loss is losses.sparse_categorical_crossentropy:
        return (outputs.argmax(axis=-1) == y).mean(axis=-1)
    if network.loss is losses.categorical_crossentropy:
        return (outputs.argmax(axis=-1) == y.argmax(axis=-1)).mean(axis=-1)
    if network.loss is losses.binary_crossentropy:
        threshold = 0 if network.takes_logits else 0.5
        return ((outputs > threshold) == (y > 0.5)).mean(axis=(-2, -1))
    unexplained = ((y - outputs) ** 2).mean(axis=-2) / y.var(axis=-2)
    return (1 - unexplained).mean(axis=-1)


def check_rows(x_name, x, y_name, y):
    """Return both as arrays, if they are as many finite rows."""
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim != 2 or len(x) != len(y):
        raise ValueError(
            f"{x_name} must have shape (rows, inputs) and {y_name} as many rows, got "
            f"{x.shape} and {y.shape}"
        )
    for name, values in ((x_name, x), (y_name, y)):
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ValueError(f"{name} must be finite, got nan or inf: repair such rows")
    return x, y
