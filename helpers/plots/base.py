"""The look of every figure, and how it is shown."""

import io
import sys
from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

STYLE = Path(__file__).with_name("downhill.mplstyle")

# What a colour means, everywhere in the course (Okabe and Ito's palette).
FULL_GRADIENT = "#000000"
MINIBATCH = "#E69F00"
DESCENT = TRAINING = "#0072B2"
MINIMUM = "#009E73"
MINIMUM_WORDS = "#006B4F"  # dark enough to read
DIVERGED = OUTLIER = "#D55E00"
VALIDATION = "#CC79A7"
SECOND = "#56B4E9"
# Greys: what is given, what is beside the point, and what only stands behind.
DATA = LOSS = "#777777"
NEUTRAL = "#767676"
FAINT = "#BBBBBB"
CURVES = (DESCENT, MINIBATCH, FULL_GRADIENT, SECOND, VALIDATION, MINIMUM)


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


def subplots(rows: int, columns: int, size: tuple, sharex=False):
    """Return a figure and its axes, shape (rows, columns), with one vertical scale."""
    look = {"figsize": size, "layout": "constrained", "squeeze": False}
    return plt.subplots(rows, columns, sharex=sharex, sharey=True, **look)


def a_dict(name: str, value, such: str):
    """Return ``value``, if it is a dict that is not empty; ``such`` says of what."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict {such}, got {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} must be a dict {such}, got an empty one")
    return value


def like(name: str, value, needs: tuple, such: str):
    """Return ``value``, if it has all that is needed; ``such`` says what to give."""
    if not all(hasattr(value, need) for need in needs):
        raise TypeError(f"{name} must be {such}, got {value!r:.60}")
    return value


def numbers(name: str, value, shape: tuple):
    """Return an array of numbers of this shape; None is any length."""
    try:
        array = np.asarray(value, float)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    fits = zip(array.shape, shape, strict=False)
    same = array.ndim == len(shape) and all(b in (a, None) for a, b in fits)
    if not (same and array.size and np.isfinite(array).any()):
        wanted = " x ".join(str(length or "any") for length in shape)
        got = f"shape {value.shape}" if hasattr(value, "shape") else f"{value!r:.60}"
        raise ValueError(f"{name} must be {wanted} numbers, got {got}")
    return array


def line_style(number: int) -> dict:
    """Return the style of one of many lines: six colours with markers, then dashed."""
    dashes, colour = divmod(number, len(CURVES))
    return {
        "color": CURVES[colour],
        "marker": "osD^vP"[colour],
        "linestyle": ("-", "--", ":")[dashes % 3],
    }


def images(x, labels):
    """Draw rows of 64 pixels as small grey pictures of 8 x 8, a label over each.

    Parameters
    ----------
    x : array, shape (pictures, 64)
        Brightness; every picture is stretched over the same range.
    labels : sequence
        What stands over each picture.

    Returns
    -------
    ndarray of Axes, shape (pictures,)
    """
    x = numbers("x", x, (None, 64))
    if np.ndim(labels) == 0 or len(x) != len(labels):
        raise ValueError(
            f"labels must be one for each of {len(x)} pictures, got {labels!r:.60}"
        )
    _, axes = plt.subplots(1, len(x), figsize=(len(x) * 0.95, 1.35), squeeze=False)
    for ax, pixels, label in zip(axes[0], x, labels, strict=True):
        square = np.reshape(pixels, (8, 8))
        ax.imshow(square, cmap="gray_r", vmin=np.min(x), vmax=np.max(x))
        ax.set(xticks=[], yticks=[])
        ax.set_title(label, loc="center")
    return axes[0]
