"""What all optimizers share: one step, the step counter, the rate and the memory."""

from collections import defaultdict
from copy import copy
from functools import partial
from inspect import signature

import numpy as np

from helpers.inner.arguments import floats, rates
from helpers.inner.reuse import LARGE, Arrays, apply

REMEDIES = {
    "lr": "use learning_rate",
    "decay": "use learning_rate=InverseTimeDecay(rate, 1, decay) of helpers.schedules",
}


class Optimizer:
    """The frame of an optimizer: a subclass adds ``update``.

    Attributes
    ----------
    learning_rate : float, callable or array
        A number; a schedule, called with the number of steps taken so far; or an array
        with one rate for each index of the weights' first axis: one a run.
    iterations : int
        Steps taken so far.
    memory : list of defaultdict
        What belongs to each array of weights; empty before the first step.

    A wrong argument raises a TypeError or ValueError that says what to use instead.
    """

    # On the class, for a subclass that sets its learning rate by itself: a dataclass's
    # __init__ never comes to the one below.
    iterations, memory, _kinds, _arrays = 0, (), (), None

    def __new__(cls, *_, **arguments):
        """Refuse the names of other times and places, with a remedy."""
        _, *parameters = signature(cls.__init__).parameters.values()
        known = [parameter.name for parameter in parameters]
        takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
        for name in arguments:
            if name not in known and not takes_any:
                remedy = REMEDIES.get(name, f"it takes {', '.join(known)}")
                raise TypeError(f"{cls.__name__} has no argument {name!r}: {remedy}")
        return super().__new__(cls)

    def __init__(self, learning_rate):
        if callable(learning_rate):
            _check_schedule(learning_rate)
        else:
            learning_rate = rates("learning_rate", learning_rate)
        self.learning_rate = learning_rate

    def __repr__(self):
        settings = [
            f"{name}={value!r}"
            for name, value in vars(self).items()
            if name not in ("iterations", "memory") and not name.startswith("_")
        ]
        return f"{type(self).__name__}({', '.join(settings)})"

    def reset(self):
        """Forget everything: the next step is the first."""
        self.iterations, self.memory, self._kinds = 0, [], []

    def update(self, w, g, memory, rate):
        """Return the new weights, and bring the memory up to date.

        Parameters
        ----------
        w, g : array
            Weights and the gradient there, of one shape.
        memory : defaultdict
            Of this ``w`` alone; what is looked up for the first time is 0. An array in
            it whose first axis is as long as that of ``w`` has a row for each run.
        rate : float or array
            The learning rate of this step, which multiplies ``g``.
        """
        raise NotImplementedError(f"{type(self).__name__} must define update")

    # Whether ``update`` looks at the gradient a single time.
    uses_gradient_once = False

    def step(self, weights, gradients, spend=False):
        """Take one step.

        Parameters
        ----------
        weights : array or list of arrays
            float32 or float64; the type is kept.
        gradients : array or list of arrays
            The gradient of the loss by each of the weights, of the same shapes.
        spend : bool
            Whether a rule that needs no gradient twice may write over it.

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

        parts = zip(weights, gradients, self.memory, own_rates, strict=True)
        spend = spend and self.uses_gradient_once
        weights = [self._updated(*part, spend) for part in parts]
        self.iterations += 1
        return weights if several else weights[0]

    def keep(self, runs):
        """Return an optimizer that goes on with some of the stacked runs only.

        They are given by a mask of the first axis or by their numbers.
        """
        part = copy(self)
        part.learning_rate = _rate_of(runs, self.learning_rate)
        part.memory, part._kinds, part._arrays = [], [], Arrays()
        for memory, (dtype, shape) in zip(self.memory, self._kinds, strict=True):
            numbers = np.arange(shape[0])[runs]
            kept = {k: _rows_of(numbers, v, shape[0]) for k, v in memory.items()}
            part.memory.append(defaultdict(float, kept))
            part._kinds.append((dtype, (len(numbers), *shape[1:])))
        return part

    def _rate(self):
        rate = self.learning_rate
        if callable(rate):
            rate = np.asarray(rate(self.iterations))[()]
            return rates("learning_rate at this step", rate)
        return rates("learning_rate", rate)

    def _remember(self, weights):
        kinds = [(w.dtype, w.shape) for w in weights]
        if not self.memory:
            self.memory, self._kinds = [defaultdict(float) for _ in weights], kinds
            self._arrays = Arrays()
        if kinds != self._kinds:
            was, now = _describe(self._kinds), _describe(kinds)
            raise ValueError(
                f"weights were {was} in the step before and now are {now}: call "
                "reset(), or make a new optimizer"
            )

    def _updated(self, w, g, memory, rate, spend):
        """Return the new weights, if they are such as the old, and in their type."""
        name = f"what {type(self).__name__}.update returns"
        if w.nbytes >= LARGE and _goes_weight_by_weight(self):
            return apply(self.update, w, g, memory, rate, self._arrays, spend)
        new = floats(name, self.update(w, g, memory, rate))
        if new.shape != w.shape:
            raise ValueError(f"{name} must have shape {w.shape}, got {new.shape}")
        return new.astype(w.dtype, copy=False)[()]  # a plain number stays one


def check_optimizer(optimizer):
    """Return ``optimizer``, if it is one."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            "optimizer must be one of helpers.optimizers, such as SGD(0.1), got "
            f"{optimizer!r}"
        )
    if not hasattr(optimizer, "learning_rate"):
        raise TypeError(
            f"{type(optimizer).__name__} has no learning_rate: begin its __init__ with "
            "super().__init__(learning_rate)"
        )
    return optimizer


def _check_schedule(schedule):
    """Check that it can be called with the number of steps, and is no class."""
    if isinstance(schedule, type):
        what = f"the class {schedule.__name__}: make one of it, with its arguments"
    else:
        try:
            signature(schedule).bind(0)
        except TypeError:
            what = f"{schedule!r}, which takes something else"
        except ValueError:  # of some functions one cannot know
            return
        else:
            return
    raise TypeError(
        "learning_rate must be a number, or a schedule that is called with the number "
        f"of steps, got {what}"
    )


def _goes_weight_by_weight(optimizer):
    """Tell whether the rule is one of the course's own; of others one cannot know."""
    return type(optimizer).update.__module__ == "helpers.optimizers"


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


def _rate_of(runs, rate):
    """Return the rates of some runs, or the schedule of such."""
    if callable(rate):
        return partial(_scheduled, runs, rate)
    return np.asarray(rate)[runs] if np.ndim(rate) else rate


def _scheduled(runs, schedule, step):
    return _rate_of(runs, schedule(step))


def _rows_of(numbers, value, runs):
    """Return the rows of these runs, of each array that has a row for every run."""
    if isinstance(value, list | tuple):
        return type(value)(_rows_of(numbers, item, runs) for item in value)
    stacked = isinstance(value, np.ndarray) and value.shape[:1] == (runs,)
    return value[numbers] if stacked else value
