"""Learning curves of Keras runs."""

import numpy as np
from matplotlib.ticker import FixedLocator, MaxNLocator

from helpers.plots.base import DIVERGED, TRAINING, VALIDATION, subplots


def learning_curves(runs, top=None):
    """Draw the loss of one or several Keras runs, one panel a run, on one scale.

    Parameters
    ----------
    runs : mapping of str to mapping
        Title of the panel -> what ``fit`` returned, or its ``history``: lists of
        ``loss`` and, if there is one, ``val_loss``, one value an epoch.
    top : float, optional
        The highest loss on the scale. A run that ends above it, or that is no longer
        a finite number, is marked as diverged.

    Returns
    -------
    ndarray of Axes, shape (panels,)
    """
    histories = {title: getattr(run, "history", run) for title, run in runs.items()}
    width = max(5.5, min(3.7 * len(runs), 11))
    _, axes = subplots(1, len(runs), (width, 3.2))
    for ax, (title, history) in zip(axes[0], histories.items(), strict=True):
        _learning_curve(ax, history, top)
        ax.set_title(title)
    axes[0, 0].set(ylabel="loss", ylim=(0, top))
    axes[0, -1].legend(loc="upper right")
    return axes[0]


def _learning_curve(ax, history, top):
    losses = history.get("loss", [])
    epochs = np.arange(1, len(losses) + 1)
    marker = "o" if len(losses) < 3 else ""  # one or two points make no visible line
    ax.plot(epochs, losses, f"{marker}-", color=TRAINING, label="training")
    if "val_loss" in history:
        (line,) = ax.plot(epochs, history["val_loss"], f"{marker}--", color=VALIDATION)
        line.set_label("validation")
    if losses and not (np.isfinite(losses[-1]) and losses[-1] <= (top or np.inf)):
        words = ax.text(0.5, 0.5, "diverged", ha="center", transform=ax.transAxes)
        words.set(color=DIVERGED, weight="bold")
    epoch_axis(ax, len(losses))


def epoch_axis(ax, epochs: int):
    """Let the axis run over so many epochs, with whole numbers."""
    ax.set(xlabel="epoch", xlim=(1, epochs) if epochs > 1 else (0.5, 1.5))
    whole = MaxNLocator(integer=True) if epochs > 1 else FixedLocator([1])
    ax.xaxis.set_major_locator(whole)
