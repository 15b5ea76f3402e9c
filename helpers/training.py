"""Train a stack of networks, and measure it over the whole set after every epoch."""

from dataclasses import dataclass, field
from math import prod
from time import perf_counter

import numpy as np

from helpers.inner.arguments import whole
from helpers.inner.optimizer import check_optimizer
from helpers.inner.rows import check_match, check_rows
from helpers.losses import USUAL, binary_crossentropy
from helpers.minibatches import epoch_order
from helpers.networks import USUAL_OUTPUT, Network, one_seed_a_run


@dataclass(frozen=True)
class History:
    """What each run reached at the end of each epoch: arrays of shape (runs, epochs).

    ``train_loss`` and ``valid_loss`` are losses over all rows (not Keras's mean over an
    epoch on the move), ``valid_score`` is what ``score`` counts. Without validation
    rows these two are None. Once a run diverged its losses are inf and its score is
    -inf.

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


def units_of(problem) -> int:
    """Return how many units the output needs: ``USUAL`` says one for what."""
    if problem.kind == "multiclass":
        return len(problem.target_names)
    return prod(np.shape(problem.y_train)[1:])


def fresh_network(problem, hidden, seeds) -> Network:
    """Return networks as a problem needs them, with these hidden units: one a seed."""
    widths = (np.shape(problem.x_train)[1], *hidden, units_of(problem))
    loss = USUAL[problem.kind].loss
    return Network(widths, loss=loss, runs=len(seeds), seed=seeds)


def rows_for(network, problem, part):
    """Return x and y of a part of a problem, y as the network's loss wants it.

    ``part`` is "train", "valid" or "test".
    """
    x, y = (np.asarray(getattr(problem, f"{name}_{part}")) for name in "xy")
    if network.loss is binary_crossentropy and y.ndim == 1:
        y = y[:, None]
    return x, y


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
        It is reset first. Its learning rate may be one a run. If runs diverged it is
        reset in the end, too, since a copy went on with the others.
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
    if not isinstance(network, Network):
        raise TypeError(
            f"network must be a Network, got {network!r}: from_keras of "
            "helpers.keras_tools makes one from a Keras model"
        )
    check_optimizer(optimizer)
    whole("epochs", epochs, least=1)
    whole("batch_size", batch_size, least=1)
    x, y = _checked(network, "x", x, "y", y)
    if validation is not None:
        if not isinstance(validation, tuple | list) or len(validation) != 2:
            raise TypeError(
                "validation must be two arrays, (x_valid, y_valid), got "
                f"{validation!r}: cut off such rows yourself"
            )
        x_valid, y_valid = validation
        validation = _checked(network, "x_valid", x_valid, "y_valid", y_valid)
    seeds = np.array(one_seed_a_run(seed, network.runs))
    train_loss, valid_loss = np.full((2, network.runs, epochs), np.inf)
    valid_score = np.full((network.runs, epochs), -np.inf)
    seconds = np.zeros((network.runs, epochs))

    optimizer.reset()
    going = np.arange(network.runs)
    stack, rule = network.keep(going), optimizer
    for epoch in range(epochs):
        began = perf_counter()
        for _ in epoch_steps(stack, rule, x, y, epoch, batch_size, seeds[going]):
            pass
        seconds[going, epoch] = (perf_counter() - began) / len(going)
        loss = stack.loss_of(y, stack.logits(x))
        finite = np.isfinite(loss)
        if not finite.all():
            stack, rule = stack.keep(finite), rule.keep(finite)
            going, loss = going[finite], loss[finite]
        if len(going) == 0:
            break
        train_loss[going, epoch] = loss
        if validation is not None:
            measured = evaluate(stack, *validation)
            valid_loss[going, epoch], valid_score[going, epoch] = measured

    if len(going) < network.runs:
        optimizer.reset()
    network.weights = [np.full_like(weights, np.nan) for weights in network.weights]
    for weights, trained in zip(network.weights, stack.weights, strict=True):
        weights[going] = trained
    if validation is None:
        valid_loss = valid_score = None
    return History(train_loss, valid_loss, valid_score, seconds.cumsum(axis=1))


def epoch_steps(network, optimizer, x, y, epoch, batch_size, seeds):
    """Take the steps of one epoch, and yield after each.

    Each run goes through the rows in the order of its seed.
    """
    x, order = network.check_features(x), _order(len(x), epoch, seeds)
    for start in range(0, len(x), batch_size):
        network.step(optimizer, x, y, order[..., start : start + batch_size])
        yield


def _order(rows, epoch, seeds):
    """Return the order of the rows: (rows,) for all runs, or (runs, rows) one a run."""
    orders = {int(seed): epoch_order(rows, epoch, int(seed)) for seed in set(seeds)}
    if len(orders) == 1:
        return orders.popitem()[1]
    return np.stack([orders[seed] for seed in seeds])


def evaluate(network, x, y):
    """Return the loss and the score of each run over all rows, each of shape (runs,).

    The score is the accuracy for the crossentropies (for several labels the share of
    labels that are right), R squared for the other losses: see ``score``.
    """
    logits = network.logits(x)
    outputs = logits if network.takes_logits else network.activate(logits)
    # One yes or no is several labels, of which there is one.
    kinds = {"softmax": "multiclass", "sigmoid": "multilabel", "linear": "regression"}
    kind = kinds[USUAL_OUTPUT.get(network.loss, "linear")]
    return network.loss_of(y, logits), score(outputs, y, kind, network.takes_logits)


def score(outputs, y, kind, logits=False):
    """Return how good outputs of shape (..., rows, units) are: a number, or an array.

    "regression": R squared, as a mean over the units if there are several; NaN if the
    targets of a unit are all alike, as those of a single row are. "binary", from one
    unit or two, and "multiclass": the share of rows that are classified right.
    "multilabel": the share of labels that are right. ``logits`` says that the outputs
    are no probabilities yet.
    """
    y = np.asarray(y)
    if kind == "regression":
        alike = (y == y[:1]).all(axis=0)
        unexplained = ((y - outputs) ** 2).mean(axis=-2)
        variance = np.where(alike, np.nan, y.var(axis=0))
        return (1 - unexplained / variance).mean(axis=-1)
    if kind == "multiclass" or (kind == "binary" and outputs.shape[-1] == 2):
        one_hot = y.ndim > 1 and y.shape[-1] == outputs.shape[-1]
        labels = y.argmax(axis=-1) if one_hot else y.ravel()
        return (outputs.argmax(axis=-1) == labels).mean(axis=-1)
    yes = outputs > (0 if logits else 0.5)
    return (yes == (y.reshape(yes.shape[-2:]) > 0.5)).mean(axis=(-2, -1))


def _checked(network, x_name, x, y_name, y):
    x, y = check_rows(x_name, x, y_name, y)
    check_match(network, x_name, x, y_name, y)
    return x, y
