"""Each loss as a value and a gradient, equal to those of ``keras.losses``.

``loss(y_true, y_pred)`` is the mean over the rows, and over the units, too; the
categorical crossentropies add up over the units instead, as Keras does. Predictions of
shape (rows, units) give one number; those of many stacked runs, (runs, rows, units),
give an array with one number a run. ``loss.gradient(y_true, y_pred)`` is the slope of
that number along each prediction, in the shape of ``y_pred``. The floating type of
``y_pred`` is kept.

Targets have the shape of the predictions, or of those of one run, which all runs then
share; for ``sparse_categorical_crossentropy`` they are labels, one a row. Nothing else
is broadcast: a ValueError or TypeError says what does not fit.

The crossentropies take probabilities, and keep them ``EPSILON`` away from 0 and 1 as
Keras does, since the logarithm of 0 is infinite; beyond that limit the slope is 0. With
``from_logits=True`` they take the numbers before softmax or sigmoid, with no limit.

``USUAL`` says which loss, with which output, is usual for which kind of problem.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np

from helpers.inner.arguments import positive, switch
from helpers.inner.targets import alike, check_probabilities, labels, one_hot

EPSILON = 1e-7


def mean_squared_error(y_true, y_pred):
    """Return the mean squared error."""
    y_true, y_pred = alike(y_true, y_pred)
    return _mean((y_pred - y_true) ** 2)


def _mean_squared_error_gradient(y_true, y_pred):
    y_true, y_pred = alike(y_true, y_pred)
    return 2 * (y_pred - y_true) / _count(y_pred)


mean_squared_error.gradient = _mean_squared_error_gradient


def mean_absolute_error(y_true, y_pred):
    """Return the mean size of the error."""
    y_true, y_pred = alike(y_true, y_pred)
    return _mean(np.abs(y_pred - y_true))


def _mean_absolute_error_gradient(y_true, y_pred):
    y_true, y_pred = alike(y_true, y_pred)
    return np.sign(y_pred - y_true) / _count(y_pred)


mean_absolute_error.gradient = _mean_absolute_error_gradient


def huber(y_true, y_pred, delta=1.0):
    """Return half the squared error, straightened beyond ``delta`` (Huber 1964)."""
    y_true, y_pred = alike(y_true, y_pred)
    delta = positive("delta", delta)
    size = np.abs(y_pred - y_true)
    return _mean(np.where(size <= delta, size**2 / 2, delta * (size - delta / 2)))


def _huber_gradient(y_true, y_pred, delta=1.0):
    y_true, y_pred = alike(y_true, y_pred)
    delta = positive("delta", delta)
    return np.clip(y_pred - y_true, -delta, delta) / _count(y_pred)


huber.gradient = _huber_gradient


def binary_crossentropy(y_true, y_pred, from_logits=False):
    """Return minus the logarithm of the probability given to what is true.

    ``y_true`` is 0 or 1 (or a probability) for each unit.
    """
    y, p = alike(y_true, y_pred)
    check_probabilities("y_true", y, "write the two classes as 0 and 1")
    if switch("from_logits", from_logits):
        z = p
        return _mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))
    p = _clip(_checked(p))
    return _mean(-y * np.log(p) - (1 - y) * np.log(1 - p))


def _binary_crossentropy_gradient(y_true, y_pred, from_logits=False):
    y, p = alike(y_true, y_pred)
    check_probabilities("y_true", y, "write the two classes as 0 and 1")
    if switch("from_logits", from_logits):
        return (sigmoid(p) - y) / _count(p)
    p = _checked(p)
    kept = _clip(p)
    return (kept == p) * (kept - y) / (kept * (1 - kept)) / _count(p)


binary_crossentropy.gradient = _binary_crossentropy_gradient


def categorical_crossentropy(y_true, y_pred, from_logits=False):
    """Return minus the logarithm of the probability given to the true class.

    ``y_true`` is one-hot: 1 for the class of the row and 0 for the others (or a
    probability for each class). As in Keras, ``y_pred`` is divided by its sum first.
    """
    y, p = one_hot(y_true, y_pred)
    if switch("from_logits", from_logits):
        return -(y * log_softmax(p)).sum(axis=-1).mean(axis=-1)
    p = _checked(p)
    p = _clip(p / p.sum(axis=-1, keepdims=True))
    return -(y * np.log(p)).sum(axis=-1).mean(axis=-1)


def _categorical_crossentropy_gradient(y_true, y_pred, from_logits=False):
    y, p = one_hot(y_true, y_pred)
    rows = p.shape[-2]
    if switch("from_logits", from_logits):
        return (softmax(p) - y) / rows
    total = _checked(p).sum(axis=-1, keepdims=True)
    p = p / total
    kept = _clip(p)
    slope = (kept == p) * -y / kept
    return (slope - (slope * p).sum(axis=-1, keepdims=True)) / total / rows


categorical_crossentropy.gradient = _categorical_crossentropy_gradient


def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False):
    """Return the categorical crossentropy of integer labels.

    ``y_true`` holds the class of each row, from 0 to units - 1.
    """
    classes, p = labels(y_true, y_pred)
    if switch("from_logits", from_logits):
        logs = log_softmax(p)
    else:
        p = _clip(_checked(p))
        logs = np.log(p / p.sum(axis=-1, keepdims=True))
    classes = np.broadcast_to(classes, p.shape[:-1])[..., None]
    return -np.take_along_axis(logs, classes, axis=-1).mean(axis=(-2, -1))


def _sparse_categorical_crossentropy_gradient(y_true, y_pred, from_logits=False):
    classes, p = labels(y_true, y_pred)
    rows, units = p.shape[-2:]
    y = (np.arange(units)[:, None] == classes[..., None, :]).mT
    if switch("from_logits", from_logits):
        return (softmax(p) - y) / rows
    p = _checked(p)
    kept = _clip(p)
    total = kept.sum(axis=-1, keepdims=True)
    return (kept == p) * (1 / total - y / kept) / rows


sparse_categorical_crossentropy.gradient = _sparse_categorical_crossentropy_gradient


@dataclass(frozen=True)
class Usual:
    """What goes together for one kind of problem: a row of lesson 6's table.

    ``loss`` is a function of this module, ``output`` the activation behind the last
    layer, ``units`` how many that layer has, ``metric`` what the score counts.
    """

    loss: Callable
    output: str
    units: str
    metric: str


USUAL = {
    "regression": Usual(
        mean_squared_error, "linear", units="1 for each amount", metric="R squared"
    ),
    "binary": Usual(binary_crossentropy, "sigmoid", units="1", metric="accuracy"),
    "multiclass": Usual(
        sparse_categorical_crossentropy,
        "softmax",
        units="1 for each class",
        metric="accuracy",
    ),
    "multilabel": Usual(
        binary_crossentropy,
        "sigmoid",
        units="1 for each label",
        metric="share of labels right",
    ),
}


def sigmoid(z):
    """Return ``1 / (1 + exp(-z))``, written so that it cannot overflow."""
    small = np.exp(-np.abs(z))
    return np.where(z < 0, small, 1) / (1 + small)


def softmax(z):
    """Return probabilities over the last axis, in the proportions of ``exp(z)``."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def log_softmax(z):
    """Return the logarithm of ``softmax(z)``, also where that rounds to 0."""
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def _mean(values):
    """Mean over rows and units."""
    return values.mean(axis=(-2, -1) if values.ndim > 1 else -1)


def _count(y_pred):
    """How many numbers go into that mean."""
    return prod(y_pred.shape[-2:])


def _checked(p):
    return check_probabilities("y_pred", p, "apply the activation, or from_logits=True")


def _clip(p):
    return np.clip(p, EPSILON, 1 - EPSILON)
