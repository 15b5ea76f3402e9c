"""Learning rates that change with the step.

A schedule is called with the number of steps taken so far, 0 at first, and returns the
learning rate of the next step; for an array of steps it returns an array, to be drawn.
The four called ``...Decay`` equal those of ``keras.optimizers.schedules``.

Rates are numbers, or arrays with one for each of many stacked runs. A wrong argument
raises a TypeError or ValueError that names it.
"""

from dataclasses import dataclass

import numpy as np

from helpers.inner.arguments import number, positive, rates, switch, whole


@dataclass(frozen=True)
class Constant:
    """The same rate at every step."""

    learning_rate: float

    def __post_init__(self):
        rates("learning_rate", self.learning_rate)

    def __call__(self, step):
        """Return the rate."""
        return self.learning_rate * np.ones_like(step, dtype=float)


@dataclass(frozen=True)
class PiecewiseConstantDecay:
    """The next of ``values`` after each of the ``boundaries``."""

    boundaries: tuple
    values: tuple

    def __post_init__(self):
        given = self.boundaries, self.values
        if any(isinstance(g, str | dict) or not np.iterable(g) for g in given):
            raise TypeError(
                "boundaries and values must be sequences of numbers, such as (100,) "
                f"and (0.1, 0.03), got {self.boundaries!r} and {self.values!r}"
            )
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                "values must be one more than boundaries, got "
                f"{len(self.values)} values for {len(self.boundaries)} boundaries"
            )
        for boundary in self.boundaries:
            number("boundaries", boundary)
        if list(self.boundaries) != sorted(set(self.boundaries)):
            raise ValueError(f"boundaries must increase, got {self.boundaries}")
        for value in self.values:
            rates("values", value)

    def __call__(self, step):
        """Return the value of the interval that holds the step."""
        return np.asarray(self.values, float)[np.searchsorted(self.boundaries, step)]


@dataclass(frozen=True)
class _Decay:
    """What falls by ``decay_rate`` in every ``decay_steps``, in whatever way."""

    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool = False

    def __post_init__(self):
        rates("initial_learning_rate", self.initial_learning_rate)
        positive("decay_steps", self.decay_steps)
        number("decay_rate", self.decay_rate)
        switch("staircase", self.staircase)

    def _periods(self, step):
        """How many times ``decay_steps`` have gone by."""
        periods = np.asarray(step) / self.decay_steps
        return np.floor(periods) if self.staircase else periods


class InverseTimeDecay(_Decay):
    """Half the rate after ``decay_steps / decay_rate``, a third after twice as many.

    ``staircase`` changes it only once every ``decay_steps``. Keras 2 called this
    ``decay``, with ``decay_steps`` 1.
    """

    def __call__(self, step):
        """Return ``initial_learning_rate / (1 + decay_rate * step / decay_steps)``."""
        return self.initial_learning_rate / (1 + self.decay_rate * self._periods(step))


class ExponentialDecay(_Decay):
    """The rate times ``decay_rate`` in every ``decay_steps``.

    ``staircase`` changes it only once every ``decay_steps``.
    """

    def __call__(self, step):
        """Return ``initial_learning_rate * decay_rate ** (step / decay_steps)``."""
        return self.initial_learning_rate * self.decay_rate ** self._periods(step)


@dataclass(frozen=True)
class CosineDecay:
    """Half a cosine wave to ``alpha`` times the rate (Loshchilov and Hutter 2017).

    With a ``warmup_target`` the rate first climbs there in a straight line, within
    ``warmup_steps``, and ``decay_steps`` count from then on.
    """

    initial_learning_rate: float
    decay_steps: float
    alpha: float = 0.0
    warmup_target: float | None = None
    warmup_steps: int = 0

    def __post_init__(self):
        rates("initial_learning_rate", self.initial_learning_rate)
        positive("decay_steps", self.decay_steps)
        number("alpha", self.alpha)
        whole("warmup_steps", self.warmup_steps)
        if self.warmup_target is not None:
            rates("warmup_target", self.warmup_target)
        elif self.warmup_steps:
            raise ValueError(f"warmup_steps={self.warmup_steps} needs a warmup_target")

    def __call__(self, step):
        """Return the rate on the way up, or on the way down."""
        low, peak = self.initial_learning_rate, self.warmup_target
        if peak is None:
            peak = low
        step = np.asarray(step)
        done = np.clip((step - self.warmup_steps) / self.decay_steps, 0, 1)
        wave = (1 + np.cos(np.pi * done)) / 2
        falling = peak * ((1 - self.alpha) * wave + self.alpha)
        climbing = low + (peak - low) * step / max(self.warmup_steps, 1)
        return np.where(step < self.warmup_steps, climbing, falling)[()]


@dataclass(frozen=True)
class OneCycle:
    """Up, down, and out, in straight lines over ``total_steps`` (Smith 2018).

    From a tenth of ``max_learning_rate`` to the whole of it at 45% of the steps, back
    to the tenth at 90%, and to a thousandth at the end.
    """

    max_learning_rate: float
    total_steps: int

    def __post_init__(self):
        rates("max_learning_rate", self.max_learning_rate)
        whole("total_steps", self.total_steps, least=1)

    def __call__(self, step):
        """Return the rate on the line through the four points."""
        done = np.asarray(step) / self.total_steps
        corners = [0, 0.45, 0.9, 1], [0.1, 1, 0.1, 0.001]
        return self.max_learning_rate * np.interp(done, *corners)
