"""Learning rates: how they change, and what a range test found."""

import matplotlib.pyplot as plt
import numpy as np

from helpers.plots.base import DESCENT, DIVERGED, MINIBATCH, MINIMUM


def rate_range(rates, losses, smoothed, lowest, suggested=None):
    """Draw a learning-rate range test: the loss against the rising rate.

    Parameters
    ----------
    rates, losses, smoothed : array, shape (steps,)
        The rate of each step, the loss of its minibatch, and a running mean of it.
    lowest : float
        The rate at the lowest smoothed loss.
    suggested : float, optional
        The rate to take.

    Returns
    -------
    Axes
    """
    _, ax = plt.subplots()
    ax.plot(rates, losses, ".", color=MINIBATCH, markersize=4, label="minibatch")
    ax.plot(rates, smoothed, color=DESCENT, label="smoothed")
    ax.axvline(lowest, color=DIVERGED, linestyle=":", label=f"lowest at {lowest:.2g}")
    title = "The loss falls, turns, and blows up"
    if suggested is not None:
        label = f"suggested: {suggested:.2g}"
        ax.axvline(suggested, color=MINIMUM, linestyle="--", label=label)
        title = f"Lowest at {lowest:.2g}: start with a tenth of that"
    top = 1.5 * smoothed[: max(1, len(smoothed) // 10)].max()
    ax.set(xscale="log", xlabel="learning rate", ylabel="loss", title=title)
    ax.set_ylim(min(0, np.min(smoothed)), max(top, 1.05 * np.median(losses)))
    ax.legend()
    return ax
