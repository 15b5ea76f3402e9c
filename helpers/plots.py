"""Pictures: each function takes results and returns axes; nothing here trains."""

import io
import sys
from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FixedLocator, MaxNLocator

STYLE = Path(__file__).with_name("downhill.mplstyle")

# What a colour means, everywhere in the course (Okabe and Ito's palette).
FULL_GRADIENT = "#000000"
MINIBATCH = "#E69F00"
DESCENT = TRAINING = "#0072B2"
MINIMUM = "#009E73"
DIVERGED = "#D55E00"
VALIDATION = "#CC79A7"
SECOND = "#56B4E9"


def use_style():
    """Give every figure from here on the look of the course."""
    plt.style.use(STYLE)


def in_notebook() -> bool:
    """Tell whether a notebook's kernel runs this code."""
    if "IPython" not in sys.modules:
        return False
    return hasattr(sys.modules["IPython"].get_ipython(), "kernel")


class Picture:
    """A finished figure as a PNG, with a text for those who can't see it.

    It takes the figure over and closes it, so that nothing shows it twice.
    """

    def __init__(self, figure, alt: str):
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
        plt.close(figure)
        self.png, self.alt = buffer.getvalue(), alt

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {"image/png": self.png, "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt}}


def show(alt: str):
    """Show the current figure; ``alt`` says what it shows to those who can't see it."""
    from IPython.display import display

    display(Picture(plt.gcf(), alt))


def images(x, labels, shape: tuple[int, int] = (8, 8)):
    """Draw rows of pixels as small grey pictures, a label over each.

    Parameters
    ----------
    x : array, shape (pictures, pixels)
        Brightness; every picture is stretched over the same range.
    labels : sequence
        What stands over each picture.
    shape : tuple of int
        Height and width in pixels.

    Returns
    -------
    ndarray of Axes, shape (pictures,)
    """
    figure, axes = plt.subplots(1, len(x), figsize=(len(x) * 0.95, 1.35), squeeze=False)
    for ax, pixels, label in zip(axes[0], x, labels, strict=True):
        ax.imshow(
            np.reshape(pixels, shape), cmap="gray_r", vmin=np.min(x), vmax=np.max(x)
        )
        ax.set(xticks=[], yticks=[])
        ax.set_title(label, loc="center")
    return axes[0]


def learning_curves(runs: Mapping[str, Mapping], top: float | None = None):
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
    figure, axes = plt.subplots(
        1, len(runs), sharey=True, squeeze=False, figsize=(width, 3.2)
    )
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
        style = {"color": VALIDATION, "label": "validation"}
        ax.plot(epochs, history["val_loss"], f"{marker}--", **style)
    if losses and not (np.isfinite(losses[-1]) and losses[-1] <= (top or np.inf)):
        style = {"color": DIVERGED, "weight": "bold", "ha": "center"}
        ax.text(0.5, 0.5, "diverged", transform=ax.transAxes, **style)
    epoch_axis(ax, len(losses))


def epoch_axis(ax, epochs: int):
    """Let the axis run over so many epochs, with whole numbers."""
    ax.set(xlabel="epoch", xlim=(1, epochs) if epochs > 1 else (0.5, 1.5))
    ax.xaxis.set_major_locator(
        MaxNLocator(integer=True) if epochs > 1 else FixedLocator([1])
    )
