"""Learning rates: how they change, and what a range test found."""

import matplotlib.pyplot as plt
import numpy as np

from helpers.plots.base import (
    CURVES,
    DESCENT,
    DIVERGED,
    MINIBATCH,
    MINIMUM,
    TRAINING,
    VALIDATION,
)

LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))


def lines(curves, x=None, ax=None):
    """Draw named curves on a logarithmic scale, each in its own colour and dashes.

    Parameters
    ----------
    curves : mapping of str to array
        Name -> values, for the legend.
    x : array, optional
        Where the values stand, with a circle for each; by default steps 0, 1, 2, ...
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = ax or plt.subplots()[1]
    styles = zip(curves.items(), CURVES, LINES, strict=False)
    for (name, values), colour, line in styles:
        style = {"color": colour, "linestyle": line, "label": name}
        if x is None:
            ax.plot(values, **style)
        else:
            ax.plot(x, values, marker="o", **style)
    ax.set_yscale("log")
    ax.legend()
    return ax


def panels(curves, figsize=(10, 2.6)):
    """Draw each of several named curves in a panel of its own, against the step.

    Parameters
    ----------
    curves : mapping of str to array
        Title of the panel -> one value for each step.
    figsize : tuple of float

    Returns
    -------
    ndarray of Axes, shape (panels,)
    """
    _, axes = plt.subplots(1, len(curves), sharey=True, figsize=figsize, squeeze=False)
    for ax, (title, values) in zip(axes[0], curves.items(), strict=True):
        ax.plot(values, color=DESCENT)
        ax.set(title=title, xlabel="step")
    return axes[0]


def clouds(scores):
    """Draw what each seed scored, one row a setting, with a bar at the mean.

    Parameters
    ----------
    scores : mapping of str to array, shape (seeds,)

    Returns
    -------
    Axes
    """
    _, ax = plt.subplots(figsize=(7, 1.2 + 1.2 * len(scores)))
    for height, runs in enumerate(scores.values()):
        spread = height + np.linspace(-0.2, 0.2, len(runs))
        ax.plot(runs, spread, "o", color=CURVES[height], alpha=0.7)
        ax.plot([np.mean(runs)] * 2, [height - 0.35, height + 0.35], "k-")
    ax.set_yticks(range(len(scores)), scores)
    ax.grid(axis="y", visible=False)
    return ax


def plateaus(history):
    """Draw a Keras run: its losses above, with the best epoch, its rate below.

    Parameters
    ----------
    history : mapping
        Of ``loss``, ``val_loss`` and ``learning_rate``, one value an epoch.

    Returns
    -------
    ndarray of Axes, shape (2,)
    """
    _, axes = plt.subplots(2, 1, sharex=True)
    losses, validation = history["loss"], history["val_loss"]
    epochs, best = np.arange(1, len(losses) + 1), np.argmin(validation) + 1
    axes[0].plot(epochs, losses, color=TRAINING, label="training")
    axes[0].plot(epochs, validation, "--", color=VALIDATION, label="validation")
    axes[0].axvline(best, color=MINIMUM, linestyle=":", label="best epoch")
    axes[0].set_ylabel("loss")
    axes[0].legend()
    axes[1].step(epochs, history["learning_rate"], where="mid", color=DESCENT)
    axes[1].set(xlabel="epoch", ylabel="learning rate", yscale="log")
    return axes


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
