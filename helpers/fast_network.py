"""The network of :mod:`helpers.networks`, its arrays laid out for speed."""

from math import prod

import numpy as np

from helpers.inner.blocks import blocks, blocks_of_runs
from helpers.inner.reuse import Arrays
from helpers.losses import (
    binary_crossentropy,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from helpers.networks import HIDDEN, Network

# Where nothing is learnt from them, rows pass through in blocks: so few at a time that
# what goes from one layer to the next is still in the processor's cache.
BLOCK = 64
IN_CACHE = 256 * 1024


class FastNetwork(Network):
    """A Network that trains in two thirds of the time.

    Its losses and activations are those of the Network that it is made from; three
    things differ. Rows lie side by side, as columns, so that what is done along the
    classes, as in softmax, is done for many rows at once. A bias is a weight whose
    input is always 1, so that each layer is a single array. And a step uses the arrays
    of the step before again, since to get new ones may take longer than to fill them.

    Some sums are then taken in another order: after ten epochs on digits, at rates
    that converge, the losses differ from the Network's by 3e-6 of their size at most.
    To and from Keras goes the Network alone.

    Parameters
    ----------
    network : Network
        It stays as it is.

    Attributes
    ----------
    weights : list of arrays
        One for each layer, of shape (runs, units, inputs + 1): the bias comes last.
    """

    def __init__(self, network):
        if not isinstance(network, Network) or isinstance(network, FastNetwork):
            raise TypeError(
                f"network must be a Network, as taught, got {network!r}: a FastNetwork "
                "is made of one"
            )
        self.widths, self.activations = network.widths, [*network.activations]
        self.output, self.takes_logits = network.output, network.takes_logits
        self.loss, self._options = network.loss, {**network._options}
        pairs = zip(network.weights[::2], network.weights[1::2], strict=True)
        self.weights = [np.concatenate([W.mT, b[..., None]], axis=-1) for W, b in pairs]
        self._spaces, self._arrays = {}, Arrays()

    def keep(self, runs):
        """Return a network of some of the runs, given a mask or their numbers."""
        part = super().keep(runs)
        part._spaces, part._arrays = {}, Arrays()
        return part

    def logits(self, x):
        """Return the outputs before their activation, of shape (runs, rows, units)."""
        x = self.check_features(x)
        rows = x.shape[-2]
        logits = self._arrays.empty((self.runs, self.widths[-1], rows), x.dtype)
        for start in range(0, rows, BLOCK):
            block = slice(start, min(start + BLOCK, rows))
            space = self._space((*x.shape[:-2], block.stop - start))
            space.inputs[0][..., :-1, :] = x[..., block, :].mT
            logits[..., block] = self._forward(space)
        return logits.mT

    def loss_of(self, y, logits):
        """Return the loss of each run, of shape (runs,)."""
        y = np.asarray(y)
        stacked, found = self._is_stacked(y), []
        for runs in blocks_of_runs(logits):
            found.append(super().loss_of(y[runs] if stacked else y, logits[runs]))
            if self.loss is sparse_categorical_crossentropy and self.takes_logits:
                # The first block has shown that rows and labels fit each other.
                rest = slice(runs.stop, None)
                labels = y[rest] if stacked else y
                found.append(_softmax_values(labels, logits[rest].mT, self._arrays))
                break
        return np.concatenate(found)

    def gradients(self, x, y):
        """Return the gradients of each run's loss, a list like ``weights``."""
        x = self.check_features(x)
        space = _Space(self, x.shape[:-1])
        space.take_in(x)
        slope = self._output_slope(y, self._forward(space).mT).mT
        return self._backward(np.ascontiguousarray(slope), space)

    def step(self, optimizer, x, y, rows):
        """Take one step, on these rows of x and y."""
        space = self._space(rows.shape)
        if not rows.flags.c_contiguous:
            numbers = self._arrays.empty(rows.shape, rows.dtype)
            numbers[:], rows = rows, numbers
        space.take_in(self._taken(x, rows))
        slope = self._slope_in_place(self._taken(y, rows), self._forward(space), space)
        gradients = self._backward(slope, space)
        self.weights = optimizer.step(self.weights, gradients, spend=True)

    def _taken(self, values, rows):
        """Return ``values[rows]``, for row numbers that lie side by side."""
        taken = self._arrays.empty((*rows.shape, *values.shape[1:]), values.dtype)
        # With "raise" NumPy would fill an array of its own first.
        return np.take(values, rows, axis=0, out=taken, mode="clip")

    def _forward(self, space):
        """Fill in the input of every layer; return the logits, (runs, units, rows)."""
        for W, a, z, name in zip(
            self.weights[:-1],
            space.inputs[:-1],
            space.inputs[1:],
            self.activations,
            strict=True,
        ):
            z = np.matmul(W, a, out=z[:, :-1])
            if name == "relu":
                np.maximum(z, space.zeros[: z.shape[1]], out=z)
                continue
            activation, _ = HIDDEN[name]
            for block in blocks(z):
                z[block] = activation(z[block])
        return np.matmul(self.weights[-1], space.inputs[-1], out=space.slopes[-1])

    def _backward(self, d, space):
        """Return the gradients, from the slope of the loss along the logits."""
        gradients = [self._arrays.empty(w.shape, w.dtype) for w in self.weights]
        for layer in reversed(range(len(self.weights))):
            a = space.inputs[layer]
            np.matmul(d, a.mT if layer > 0 else space.rows, out=gradients[layer])
            if layer > 0:
                W = self.weights[layer][:, :, :-1]
                d = np.matmul(W.mT, d, out=space.slopes[layer - 1])
                self._pass_activation(layer - 1, a[:, :-1], d, space)
        return gradients

    def _pass_activation(self, layer, a, d, space):
        """Make the slope along an activation one along what it is an activation of."""
        if self.activations[layer] == "relu":
            np.multiply(d, np.greater(a, 0, out=space.masks[layer]), out=d)
            return
        _, way_back = HIDDEN[self.activations[layer]]
        for block in blocks(d):
            d[block] = way_back(a[block], d[block])

    def _slope_in_place(self, y, z, space):
        """Return the slope of the loss along the logits ``z``, written over them."""
        if self._usual and self.loss in SLOPES:
            SLOPES[self.loss](y, z, space)
            return z
        stacked = self._is_stacked(y)
        for runs in blocks_of_runs(z):
            slope = self._output_slope(y[runs] if stacked else y, z[runs].mT)
            z[runs] = slope.mT
        return z

    @property
    def _usual(self):
        """Whether the loss is taken of the logits as they are."""
        return self.takes_logits or self.output == "linear"

    def _is_stacked(self, y):
        """Tell whether each run has targets of its own."""
        return y.ndim == (2 if self.loss is sparse_categorical_crossentropy else 3)

    def _space(self, shape):
        if shape not in self._spaces:
            self._spaces[shape] = _Space(self, shape)
        return self._spaces[shape]


class _Space:
    """The arrays of a step on so many rows, which the next step writes over.

    ``shape`` is (rows,), or (runs, rows) if each run has rows of its own.
    """

    def __init__(self, network, shape):
        *own, rows = shape
        runs, dtype = network.runs, network.weights[0].dtype
        inputs, *units = network.widths
        self.rows = np.ones((*shape, inputs + 1), dtype)
        self.inputs = [np.ones((*own, inputs + 1, rows), dtype)]
        self.inputs += [np.ones((runs, n + 1, rows), dtype) for n in units[:-1]]
        self.slopes = [np.empty((runs, n, rows), dtype) for n in units]
        self.masks = [np.empty((runs, n, rows), bool) for n in units]
        self.targets = np.empty((*own, units[-1], rows), dtype)
        self.labelled = np.empty(self.targets.shape, bool)
        self.spare = np.empty((runs, units[-1], rows), dtype)
        self.one_a_row = np.empty((runs, 1, rows), dtype)
        self.zeros = np.zeros((max(units), rows), dtype)

    def take_in(self, x):
        """Lay out the inputs: as rows, and side by side as columns."""
        self.rows[..., :-1] = x
        self.inputs[0][..., :-1, :] = x.mT


def _softmax_values(labels, z, arrays):
    """Return ``sparse_categorical_crossentropy`` of logits (runs, units, rows)."""
    found, rows = [np.empty(0, z.dtype)], np.arange(z.shape[-1])
    for runs in blocks_of_runs(z, IN_CACHE):
        part, own = z[runs], labels[runs] if labels.ndim == 2 else labels
        shifted = arrays.empty(part.shape, z.dtype)
        np.subtract(part, part.max(axis=1, keepdims=True), out=shifted)
        of_run = np.arange(len(part))[:, None]
        true = shifted[of_run, own, rows]
        np.exp(shifted, out=shifted)
        found.append((np.log(shifted.sum(axis=1)) - true).mean(axis=-1))
    return np.concatenate(found)


# Each loss's way back from the logits as in helpers.losses, bit by bit, but written
# over ``z``, of shape (runs, units, rows).


def _softmax_slope(y, z, space):
    np.subtract(z, np.max(z, axis=1, keepdims=True, out=space.one_a_row), out=z)
    np.exp(z, out=z)
    np.divide(z, np.sum(z, axis=1, keepdims=True, out=space.one_a_row), out=z)
    classes = np.arange(z.shape[1])[:, None]
    np.subtract(z, np.equal(classes, y[..., None, :], out=space.labelled), out=z)
    np.divide(z, z.shape[-1], out=z)


def _sigmoid_slope(y, z, space):
    positive = np.greater_equal(z, 0, out=space.masks[-1])
    small = np.abs(z, out=space.spare)
    np.exp(np.negative(small, out=small), out=small)
    np.add(small, 1, out=z)
    np.divide(np.maximum(small, positive, out=small), z, out=z)
    space.targets[:] = y.mT
    np.subtract(z, space.targets, out=z)
    np.divide(z, prod(z.shape[1:]), out=z)


def _squared_slope(y, z, space):
    space.targets[:] = y.mT
    np.subtract(z, space.targets, out=z)
    np.multiply(z, 2, out=z)
    np.divide(z, prod(z.shape[1:]), out=z)


SLOPES = {
    sparse_categorical_crossentropy: _softmax_slope,
    binary_crossentropy: _sigmoid_slope,
    mean_squared_error: _squared_slope,
}
