"""Learning curves of Keras runs."""

from collections.abc import Mapping

import numpy as np
from matplotlib.ticker import FixedLocator, MaxNLocator

from helpers.inner.arguments import whole
from helpers.plots.base import DIVERGED, TRAINING, VALIDATION, a_dict, subplots


def learning_curves(runs, top=None):
    """Draw the loss of one or several Keras runs, one panel a run, on one scale.

    Parameters
    ----------
    runs : mapping of str to mapping
        Title of the panel -> what ``fit`` returned, Keras's or, for one run, the
        course's, or its ``history``: lists of ``loss`` and, if there is one,
        ``val_loss``, one value an epoch. Fewer ``val_loss`` are those of every second
        epoch, or third, as ``validation_freq`` makes them.
    top : float, optional
        The highest loss on the scale. A run that ends above it, or that is no longer
        a finite number, is marked as diverged.

    Returns
    -------
    ndarray of Axes, shape (panels,)
    """
    such = 'from a title to what fit returned, such as {"My run": history}'
    runs = {
        title: epochs_and_history(f"runs[{title!r}]", run)
        for title, run in a_dict("runs", runs, such).items()
    }
    width = max(5.5, min(3.7 * len(runs), 11))
    _, axes = subplots(1, len(runs), (width, 3.2))
    lowest = 0.0
    for ax, (title, (epochs, history)) in zip(axes[0], runs.items(), strict=True):
        losses = np.asarray(history.get("loss", []), float)
        lowest = min([lowest, *losses[np.isfinite(losses)]])
        _learning_curve(ax, epochs, losses, history.get("val_loss", []), top)
        ax.set_title(title)
    axes[0, 0].set(ylabel="loss", ylim=(1.05 * lowest, top))
    axes[0, -1].legend(loc="best")
    return axes[0]


def _learning_curve(ax, epochs, losses, validation, top):
    marker = "o" if len(losses) < 3 else ""  # one or two points make no visible line
    ax.plot(epochs, losses, f"{marker}-", color=TRAINING, label="training")
    if len(validation):
        measured, validation = where_measured(epochs, validation)
        marker = "o" if len(measured) < 3 else ""
        (line,) = ax.plot(measured, validation, f"{marker}--", color=VALIDATION)
        line.set_label("validation")
    ends_well = not len(losses) or losses[-1] <= (np.inf if top is None else top)
    if not ends_well or not np.isfinite(losses[-1:]).all():
        words = ax.text(0.5, 0.5, "diverged", ha="center", transform=ax.transAxes)
        words.set(color=DIVERGED, weight="bold")
    first, last = (epochs[0], epochs[-1]) if len(epochs) else (1, 1)
    epoch_axis(ax, last, first)


REMEDIES = {
    "val_loss": "give fit validation_data",
    "learning_rate": "give fit the callback ReduceLROnPlateau, which adds it",
}


def epochs_and_history(name, run, needs=("loss",)):
    """Return the numbers of a run's epochs, from 1 on, and its history."""
    run = _of_one_run(name, run) if hasattr(run, "train_loss") else run
    history = getattr(run, "history", run)
    if not isinstance(history, Mapping):
        raise TypeError(
            f"{name} must be what fit returned, or its history, got "
            f"{type(run).__name__}"
        )
    for needed in needs if history else ():
        if needed not in history:
            names = ", ".join(map(repr, history))
            remedy = REMEDIES.get(needed, "it is what model.fit returns")
            raise ValueError(f"{name} has no {needed!r}, only {names}: {remedy}")
    losses, epochs = history.get("loss", []), getattr(run, "epoch", ())
    # Keras counts from initial_epoch on.
    epochs = epochs if len(epochs) == len(losses) else range(len(losses))
    validation = history.get("val_loss", [])
    if len(validation) > len(losses):
        raise ValueError(
            f"{name} has {len(losses)} loss and {len(validation)} val_loss: give those "
            "of one run"
        )
    return np.asarray(epochs, int) + 1, history


def _of_one_run(name, run):
    """Return what the course's own ``fit`` measured, in Keras's words."""
    shape = run.train_loss.shape
    if len(shape) != 2 or shape[0] > 1:
        raise ValueError(
            f"{name} must be of one run, got losses of shape {shape}: draw several "
            'with plots.traces({"median": history.train_loss.T}, "loss"), a sweep '
            "with plots.curves"
        )
    losses = {"loss": run.train_loss, "val_loss": run.valid_loss}
    return {loss: values[0] for loss, values in losses.items() if values is not None}


def where_measured(epochs, validation):
    """Return the epochs at whose end there was a validation, and its losses.

    A NaN stands for an epoch without one. Where that is not said, ``validation_freq``
    is taken for the one that ends on the last epoch, if there is such a one.
    """
    validation = np.asarray(validation, float)
    if len(validation) < len(epochs):
        choices = range(1, epochs[-1] + 1)
        fits = [k for k in choices if (epochs % k == 0).sum() == len(validation)]
        ends = [k for k in fits if epochs[-1] % k == 0] or fits[-1:]
        spread = np.linspace(0, len(epochs) - 1, len(validation) + 1)[1:].astype(int)
        epochs = epochs[epochs % ends[0] == 0] if ends else epochs[spread]
    measured = np.isfinite(validation)
    return epochs[measured], validation[measured]


def epoch_axis(ax, epochs: int, first: int = 1):
    """Let the axis run up to so many epochs, with whole numbers."""
    whole("epochs", epochs)
    several = epochs > first
    ends = (first, epochs) if several else (first - 0.5, first + 0.5)
    ax.set(xlabel="epoch", xlim=ends)
    ticks = MaxNLocator(integer=True) if several else FixedLocator([first])
    ax.xaxis.set_major_locator(ticks)
