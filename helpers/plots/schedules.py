"""Learning rates: a range test, a plateau, and what each seed scored."""

import matplotlib.pyplot as plt
import numpy as np

from helpers.inner.arguments import positive
from helpers.plots.base import (
    CURVES,
    DESCENT,
    DIVERGED,
    MINIBATCH,
    MINIMUM,
    TRAINING,
    VALIDATION,
    a_dict,
    numbers,
)
from helpers.plots.training import epochs_and_history, where_measured


def clouds(scores) -> plt.Axes:
    """Draw what each seed scored, one row a setting, with a bar at the mean.

    Parameters
    ----------
    scores : mapping of str to array, shape (seeds,)
    """
    scores = a_dict("scores", scores, "from a name to a score for each seed")
    scores = {
        name: numbers(f"scores[{name!r}]", np.atleast_1d(runs), (None,))
        for name, runs in scores.items()
    }
    _, ax = plt.subplots(figsize=(7, 1.2 + 1.2 * len(scores)))
    for height, runs in enumerate(scores.values()):
        spread = height + np.linspace(-0.2, 0.2, len(runs))
        ax.plot(runs, spread, "o", color=CURVES[height % len(CURVES)], alpha=0.7)
        ax.plot([np.mean(runs)] * 2, [height - 0.35, height + 0.35], "k-")
    ax.set_yticks(range(len(scores)), scores)
    ax.grid(axis="y", visible=False)
    return ax


def plateaus(history):
    """Draw a Keras run: its losses above, with the best epoch, its rate below.

    Parameters
    ----------
    history : mapping
        What ``fit`` returned, or its ``history``, of ``loss``, ``val_loss`` and
        ``learning_rate``, which ``ReduceLROnPlateau`` adds.

    Returns
    -------
    ndarray of Axes, shape (2,)
    """
    needs = "loss", "val_loss", "learning_rate"
    epochs, history = epochs_and_history("history", history, needs)
    if not len(history.get("val_loss", [])):
        raise ValueError("history must be that of one epoch or more, got none")
    measured, validation = where_measured(epochs, history["val_loss"])
    best = measured[np.argmin(validation)] if len(measured) else epochs[-1]
    _, axes = plt.subplots(2, 1, sharex=True)
    axes[0].plot(epochs, history["loss"], color=TRAINING, label="training")
    axes[0].plot(measured, validation, "--", color=VALIDATION, label="validation")
    axes[0].axvline(best, color=MINIMUM, linestyle=":", label="best epoch")
    axes[0].set_ylabel("loss")
    axes[0].legend()
    axes[1].step(epochs, history["learning_rate"], where="mid", color=DESCENT)
    axes[1].set(xlabel="epoch", ylabel="learning rate", yscale="log")
    return axes


def rate_range(rates, losses, smoothed, lowest, suggested=None) -> plt.Axes:
    """Draw a learning-rate range test: the loss against the rising rate.

    Parameters
    ----------
    rates, losses, smoothed : array, shape (steps,)
        The rate of each step, the loss of its minibatch, and a running mean of it.
    lowest : float
        The rate at the lowest smoothed loss.
    suggested : float, optional
        The rate to take.
    """
    rates = numbers("rates", rates, (None,))
    losses = numbers("losses", losses, rates.shape)
    smoothed = numbers("smoothed", smoothed, rates.shape)
    positive("lowest", lowest)
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
