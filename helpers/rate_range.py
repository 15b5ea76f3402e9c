"""What a learning-rate range test says: smoothed losses, and a rate with its reason."""

from dataclasses import dataclass, field

import numpy as np

from helpers.inner.arguments import floats, positive

# Each smoothed loss is nine parts what it was before and one part the new loss.
KEEP = 0.9
# In the first steps the rates are too low to change much: a low or a high loss there is
# the luck of a minibatch. None of the first 10 is taken for the lowest; the first 20
# show where the loss starts, and end no test.
FIRST, START = 10, 20
# At a rising rate the lowest loss comes too late, often several times: take the safe
# end of the usual 3 to 10.
DIVIDE = 10


@dataclass(frozen=True, eq=False)
class RateRange:
    """The loss of each step of a test in which the learning rate rises.

    Attributes
    ----------
    rates, losses : array, shape (steps,)
        The rate of each step, and the loss of its minibatch before the step.
    smoothed : array, shape (steps,)
        A running mean of the losses.
    lowest : float
        The rate at the lowest smoothed loss after the first ten steps.
    suggested : float or None
        The rate to start with, a tenth of ``lowest``; None if the loss never fell.
    reason : str
        Why.

    ``rate(3)`` is three times the suggested rate, or says why there is none.
    """

    rates: np.ndarray = field(repr=False)
    losses: np.ndarray = field(repr=False)
    smoothed: np.ndarray = field(repr=False)
    lowest: float
    suggested: float | None
    reason: str

    @classmethod
    def of(cls, rates, losses):
        """Return what a test with these rates and losses says.

        Losses that are not finite, or not one for each rate, raise a ValueError.
        """
        rates, losses = (
            floats(name, values).astype(float)
            for name, values in (("rates", rates), ("losses", losses))
        )
        if rates.ndim != 1 or rates.shape != losses.shape or not len(rates):
            raise ValueError(
                "rates and losses must be one number for each step, got "
                f"{rates.shape} and {losses.shape}"
            )
        if not (rates > 0).all():
            raise ValueError(f"rates must be above 0, got {rates.min():g}")
        if not np.isfinite(losses).all():
            raise ValueError("losses must be finite: end the test where they are not")
        smoothed = smooth(losses)
        first = min(FIRST, len(losses) - 1)
        lowest = first + smoothed[first:].argmin()
        suggested, reason = _suggestion(rates, losses, smoothed, lowest)
        return cls(rates, losses, smoothed, float(rates[lowest]), suggested, reason)

    def rate(self, times: float = 1.0) -> float:
        """Return so many times the suggested rate.

        Where none is suggested, a ValueError gives the reason.
        """
        if self.suggested is None:
            raise ValueError(f"The range test suggests no rate. {self.reason}")
        return positive("times", times) * self.suggested

    def plot(self):
        """Draw the losses against the rate, with the suggestion; return the axes."""
        from helpers import plots

        ax = plots.rate_range(
            self.rates, self.losses, self.smoothed, self.lowest, self.suggested
        )
        if self.suggested is None:
            ax.set_title("The loss never fell: no rate is suggested")
        return ax


def _suggestion(rates, losses, smoothed, lowest):
    """Return the rate to start with, or None, and the reason."""
    start, noise = losses[:START].mean(), losses[:START].std()
    last = f"{rates[-1]:.2g}"
    if smoothed[lowest] >= start - max(noise, 0.05 * abs(start)):
        return None, (
            f"The loss never fell by more than its noise, up to a rate of {last}: "
            "try another seed or a wider range, or look for a fault in the model "
            "or the data."
        )
    rate = float(f"{float(rates[lowest]) / DIVIDE:.2g}")
    reason = (
        f"The loss is lowest at a rate of {rates[lowest]:.2g}. A test with a rising "
        f"rate gets there too late, often several times, so take a tenth: {rate:g}."
    )
    peak = int(smoothed[: lowest + 1].argmax())
    before = smoothed[: peak + 1].min()
    if smoothed[peak] > before + abs(before) + 4 * noise:
        reason += (
            f" On the way it jumped up, at {rates[peak]:.2g}, as with inputs that are "
            "not scaled: a network may have died there."
        )
    if lowest == len(rates) - 1:
        reason += f" It was still falling at {last}: try a higher end of the range."
    return rate, reason


def smooth(losses) -> np.ndarray:
    """Return the running mean of the losses, in which older ones fade away."""
    mean, smoothed = 0.0, []
    for step, loss in enumerate(losses, start=1):
        mean = KEEP * mean + (1 - KEEP) * loss
        smoothed.append(mean / (1 - KEEP**step))  # at first the mean is short of terms
    return np.array(smoothed)


def has_blown_up(losses) -> bool:
    """Tell whether a test should end: the smoothed loss is twice that of its start.

    The first 20 losses end no test, unless they are no number.
    """
    if not np.isfinite(losses[-1]):
        return True
    if len(losses) <= START:
        return False
    smoothed = smooth(losses)
    start = smoothed[:FIRST].max()
    return bool(smoothed[-1] > start + abs(start))
