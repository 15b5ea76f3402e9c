"""What all optimizers share: one step, the step counter, the rate and the memory."""

from inspect import signature
from types import SimpleNamespace

import numpy as np

from helpers.inner.arguments import floats, rates

REMEDIES = {
    "lr": "use learning_rate",
    "decay": "use learning_rate=InverseTimeDecay(rate, 1, decay) of helpers.schedules",
}


class Optimizer:
    """The frame of an optimizer: a subclass adds ``start`` and ``update``.

    Attributes
    ----------
    learning_rate : float, callable or array
        A number; a schedule, called with the number of steps taken so far; or an array
        with one rate for each index of the weights' first axis: one a run.
    iterations : int
        Steps taken so far.
    state : list of SimpleNamespace
        The memory that belongs to each array of weights; empty before the first step.

    A wrong argument raises a TypeError or ValueError that says what to use instead.
    """

    def __new__(cls, *args, **arguments):
        """Refuse the names of other times and places, with a remedy."""
        known = _names(cls)
        for name in arguments:
            if name not in known:
                remedy = REMEDIES.get(name, f"it takes {', '.join(known)}")
                raise TypeError(f"{cls.__name__} has no argument {name!r}: {remedy}")
        return super().__new__(cls)

    def __init__(self, learning_rate):
        if not callable(learning_rate):
            learning_rate = rates("learning_rate", learning_rate)
        self.learning_rate = learning_rate
        self.reset()

    def __repr__(self):
        settings = [f"{name}={getattr(self, name)!r}" for name in _names(type(self))]
        return f"{type(self).__name__}({', '.join(settings)})"

    def reset(self):
        """Forget everything: the next step is the first."""
        self.iterations = 0
        self.state = []
        self._kinds = None
        self._kept = None

    def start(self, w):
        """Return the memory with which ``w`` begins."""
        return SimpleNamespace()

    def update(self, w, g, state, rate):
        """Return the new weights, and bring the memory up to date."""
        raise NotImplementedError(f"{type(self).__name__} must define update")

    def step(self, weights, gradients):
        """Take one step.

        Parameters
        ----------
        weights : array or list of arrays
            float32 or float64; the type is kept.
        gradients : array or list of arrays
            The gradient of the loss by each of the weights, of the same shapes.

        Returns
        -------
        array or list of arrays
            The new weights. What was passed in stays as it was.

        Shapes or types that do not fit each other, or those of the step before, raise a
        ValueError or TypeError.
        """
        several = isinstance(weights, list | tuple)
        if not several:
            weights, gradients = [weights], [gradients]
        weights, gradients = _check_pairs(weights, gradients)
        rate = self._rate()
        own_rates = [_line_up(rate, w) for w in weights]
        self._remember(weights)

        parts = zip(weights, gradients, self.state, own_rates, strict=True)
        weights = [self.update(*part) for part in parts]
        self.iterations += 1
        return weights if several else weights[0]

    def keep(self, runs):
        """Go on with some of the stacked runs only, given a mask of the first axis."""
        for state in self.state:
            for name, array in vars(state).items():
                setattr(state, name, array[runs])
        kept = np.arange(len(runs)) if self._kept is None else self._kept
        self._kept = kept[runs]
        self._kinds = None

    def _rate(self):
        rate = self.learning_rate
        if callable(rate):
            rate = np.asarray(rate(self.iterations))[()]
        rate = rates("learning_rate", rate)
        return rate if np.ndim(rate) == 0 or self._kept is None else rate[self._kept]

    def _remember(self, weights):
        kinds = [(w.dtype, w.shape) for w in weights]
        if self._kinds not in (None, kinds):
            was, now = _describe(self._kinds), _describe(kinds)
            raise ValueError(
                f"weights were {was} in the step before and now are {now}: call "
                "reset(), or make a new optimizer"
            )
        self._kinds = kinds
        if not self.state:
            self.state = [self.start(w) for w in weights]


def check_optimizer(optimizer):
    """Return ``optimizer``, if it is one."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            "optimizer must be one of helpers.optimizers, such as SGD(0.1), got "
            f"{optimizer!r}"
        )
    return optimizer


def _names(optimizer):
    return list(signature(optimizer.__init__).parameters)[1:]


def _check_pairs(weights, gradients):
    if not isinstance(gradients, list | tuple):
        raise TypeError(
            "gradients must be a list of arrays, as weights is, got "
            f"{type(gradients).__name__}"
        )
    if not weights:
        raise ValueError("weights must hold at least one array, got an empty list")
    if len(gradients) != len(weights):
        raise ValueError(
            f"gradients must be {len(weights)} arrays, one for each of the weights, "
            f"got {len(gradients)}"
        )
    return zip(*map(_check_pair, weights, gradients), strict=True)


def _check_pair(w, g):
    w, g = floats("weights", w), floats("gradients", g)
    if w.shape != g.shape:
        raise ValueError(
            f"gradients must have the shape of the weights, {w.shape}, got {g.shape}"
        )
    return w, g.astype(w.dtype, copy=False)


def _describe(kinds):
    return ", ".join(f"{dtype}{list(shape)}" for dtype, shape in kinds)


def _line_up(rate, w):
    """Return the rate so that it multiplies along the first axis of ``w``."""
    if isinstance(rate, float):
        return rate
    if w.shape[:1] != rate.shape:
        raise ValueError(
            f"learning_rate has {len(rate)} values, one a run, but the weights have "
            f"shape {w.shape}: their first axis must count the runs"
        )
    return rate.astype(w.dtype).reshape(-1, *[1] * (w.ndim - 1))
