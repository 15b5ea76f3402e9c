"""A dense network, forward and backward, for one run or a thousand side by side."""

from copy import copy
from functools import partial
from itertools import pairwise

import numpy as np

from helpers.inner.arguments import one_of, rows, whole
from helpers.losses import USUAL, categorical_crossentropy, sigmoid, softmax

# Each activation a = f(z), and the way back through it: from a, and the slope d of the
# loss along a, to the slope of the loss along z.
HIDDEN = {
    "relu": (lambda z: np.maximum(z, 0), lambda a, d: d * (a > 0)),
    "tanh": (np.tanh, lambda a, d: d * (1 - a**2)),
    "sigmoid": (sigmoid, lambda a, d: d * a * (1 - a)),
    "linear": (lambda z: z, lambda a, d: d),
}
OUTPUT = {
    "linear": HIDDEN["linear"],
    "sigmoid": HIDDEN["sigmoid"],
    "softmax": (softmax, lambda a, d: a * (d - (a * d).sum(axis=-1, keepdims=True))),
}
USUAL_OUTPUT = {usual.loss: usual.output for usual in USUAL.values()}
USUAL_OUTPUT[categorical_crossentropy] = "softmax"


class Network:
    """Dense layers, stacked: each array holds a layer's weights in all of the runs.

    Parameters
    ----------
    widths : sequence of int
        Inputs, then the units of each layer: (64, 32, 10) is 64 inputs, one hidden
        layer of 32 units, 10 outputs.
    activation : str
        Of the hidden layers: "relu", "tanh", "sigmoid" or "linear".
    loss : function
        One of :mod:`helpers.losses`, or ``functools.partial(huber, delta=2.0)``.
    output : str, optional
        "softmax", "sigmoid" or "linear"; if not given, the one that the loss needs. A
        crossentropy after "linear" takes the outputs as logits.
    runs : int
        How many networks.
    seed : int or sequence of int
        Draws the start: one for all runs, which then begin alike, or one a run.
    dtype : str
        "float32" or "float64".

    Attributes
    ----------
    activations : list of str
        One for each hidden layer.
    weights : list of arrays
        ``[W1, b1, W2, b2, ...]`` of shapes (runs, inputs, units) and (runs, units), to
        be given to ``optimizer.step(network.weights, network.gradients(x, y))``. As in
        Keras, W starts uniform within the root of 6 / (inputs + units), and b at 0
        (Glorot and Bengio 2010).

    A wrong argument raises a TypeError or ValueError that says what to use instead.
    """

    def __init__(
        self,
        widths,
        activation="relu",
        *,
        loss,
        output=None,
        runs=1,
        seed=0,
        dtype="float32",
    ):
        if not np.iterable(widths):
            raise TypeError(
                f"widths must be a sequence, such as (64, 32, 10), got {widths!r}"
            )
        self.widths = tuple(whole("widths", width, least=1) for width in widths)
        if len(self.widths) < 2:
            raise ValueError(
                f"widths must be the inputs and each layer's units, got {widths!r}"
            )
        self.loss, self._options = _loss_and_options(loss)
        usual = USUAL_OUTPUT.get(self.loss, "linear")
        self.output = one_of("output", output or usual, OUTPUT)
        if self.output == "softmax" and self.widths[-1] == 1:
            raise ValueError(
                'output "softmax" over a single unit is always 1: use "sigmoid" with '
                "binary_crossentropy, or give the output a unit for each class"
            )
        activation = one_of("activation", activation, HIDDEN)
        self.activations = [activation] * (len(self.widths) - 2)

        # A crossentropy that is given logits needs no clip, and the way back through it
        # and the softmax or sigmoid before it comes to a single difference.
        self.takes_logits = usual != "linear" and self.output in (usual, "linear")
        if self.takes_logits:
            self._options["from_logits"] = True

        dtype = getattr(dtype, "__name__", str(dtype))  # np.float32 is one, too
        one_of("dtype", dtype, ("float32", "float64"))
        seeds = one_seed_a_run(seed, whole("runs", runs, least=1))
        starts = {s: _glorot(self.widths, s, dtype) for s in set(seeds)}
        by_run = [starts[s] for s in seeds]
        self.weights = [np.stack(arrays) for arrays in zip(*by_run, strict=True)]

    def __repr__(self):
        return (
            f"{type(self).__name__}({self.widths}, "
            f"{'-'.join([*self.activations, self.output])}, {self.loss.__name__}, "
            f"runs={self.runs}, {self.weights[0].dtype})"
        )

    @property
    def runs(self):
        """How many networks."""
        return len(self.weights[0])

    def forward(self, x):
        """Return the outputs, of shape (runs, rows, units).

        ``x`` has the shape (rows, inputs), for all runs alike, or (runs, rows, inputs).
        """
        return self.activate(self.logits(x))

    def logits(self, x):
        """Return the outputs before their activation, of the same shape."""
        return self._layers(x)[-1]

    def activate(self, logits):
        """Return the outputs that belong to these logits."""
        activation, _ = OUTPUT[self.output]
        return activation(logits)

    def loss_of(self, y, logits):
        """Return the loss of each run, of shape (runs,)."""
        y_pred = logits if self.takes_logits else self.activate(logits)
        return self.loss(y, y_pred, **self._options)

    def gradients(self, x, y):
        """Return the gradients of each run's loss, a list like ``weights``.

        This is backpropagation: ``d``, the slope of the loss along a layer's logits,
        gives the gradients of that layer, then passes through it to the layer before.
        """
        *inputs, logits = self._layers(x)
        d = self._output_slope(y, logits)
        gradients = []
        for layer in reversed(range(len(inputs))):
            a, W = inputs[layer], self.weights[2 * layer]
            gradients = [a.mT @ d, d.sum(axis=1), *gradients]
            if layer > 0:
                _, way_back = HIDDEN[self.activations[layer - 1]]
                d = way_back(a, d @ W.mT)
        return gradients

    def step(self, optimizer, x, y, rows):
        """Take one step, on these rows of x and y."""
        gradients = self.gradients(x[rows], y[rows])
        self.weights = optimizer.step(self.weights, gradients)

    def keep(self, runs):
        """Return a network of some of the runs, given a mask or their numbers."""
        part = copy(self)
        part.weights = [w[runs] for w in self.weights]
        return part

    def check_features(self, x):
        """Return x in the weights' type, if it has rows for this network."""
        x, inputs = rows("x", x), self.widths[0]
        if x.dtype.kind not in "iuf":
            raise TypeError(
                f'x must hold numbers, got {x.dtype}: use x.astype("float32")'
            )
        if x.ndim not in (2, 3) or x.shape[-1] != inputs:
            raise ValueError(
                f"x must have shape (rows, {inputs}) or (runs, rows, {inputs}), got "
                f"{x.shape}"
            )
        if x.ndim == 3 and len(x) != self.runs:
            raise ValueError(f"x must be for {self.runs} runs, got {len(x)}")
        return x.astype(self.weights[0].dtype, copy=False)

    def _layers(self, x):
        """Return the input of every layer, and the logits of the last."""
        values = [self.check_features(x)]
        names = [*self.activations, "linear"]
        for name, W, b in zip(
            names, self.weights[::2], self.weights[1::2], strict=True
        ):
            activation, _ = HIDDEN[name]
            values.append(activation(values[-1] @ W + b[:, None]))
        return values

    def _output_slope(self, y, logits):
        if self.takes_logits:
            return self.loss.gradient(y, logits, **self._options)
        outputs = self.activate(logits)
        _, way_back = OUTPUT[self.output]
        return way_back(outputs, self.loss.gradient(y, outputs, **self._options))


def one_seed_a_run(seed, runs):
    """Return a list of seeds, one for each run, from one seed or as many as runs."""
    seeds = [seed] * runs if np.ndim(seed) == 0 else list(seed)
    if len(seeds) != runs:
        raise ValueError(
            f"seed must be one, or one for each of {runs} runs, got {seed}"
        )
    return [whole("seed", s) for s in seeds]


def _glorot(widths, seed, dtype):
    rng = np.random.default_rng(seed)
    weights = []
    for inputs, units in pairwise(widths):
        limit = (6 / (inputs + units)) ** 0.5
        weights.append(rng.uniform(-limit, limit, (inputs, units)).astype(dtype))
        weights.append(np.zeros(units, dtype))
    return weights


def _loss_and_options(loss):
    options = {}
    if isinstance(loss, partial):
        loss, options = loss.func, dict(loss.keywords)
    if not hasattr(loss, "gradient"):
        raise TypeError(
            f"loss must be a function of helpers.losses with a gradient, got {loss!r}"
        )
    return loss, options
