"""Pictures: each function takes results and returns axes; nothing here trains."""

import io
import sys
from collections.abc import Mapping
from itertools import pairwise, product
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

LINES = 20  # at most, on a map of contours


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


def contours(ax, loss, w_range, b_range, through=None):
    """Draw the map of a loss over two weights: each line joins places of one loss.

    From line to line the loss changes by the same step. One unit is as long along ``b``
    as along ``w``, so that right angles look right.

    Parameters
    ----------
    ax : Axes
    loss : function
        Two numbers, w and b, to the loss.
    w_range, b_range : tuple of float
        The part to draw.
    through : array, shape (2,), optional
        A place whose own contour is drawn, too.

    Returns
    -------
    Axes
    """
    w, b, heights = _heights(loss, w_range, b_range)
    ax.contour(w, b, heights, LINES, colors="#BBBBBB", linewidths=1)
    if through is not None:
        level = [loss(*through)]
        ax.contour(w, b, heights, level, colors=DESCENT, linewidths=1.5)
    ax.set(xlabel="w", ylabel="b", xlim=w_range, ylim=b_range, aspect="equal")
    ax.grid(False)
    return ax


def arrow(ax, start, way, label="", color=FULL_GRADIENT):
    """Draw an arrow from ``start`` that goes ``way``, in the units of the axes.

    Parameters
    ----------
    ax : Axes
    start, way : array, shape (2,)
    label : str
        Stands beyond the tip.
    color : str

    Returns
    -------
    Axes
    """
    tip = np.add(start, way)
    style = {"arrowstyle": "-|>,head_width=0.3", "color": color, "linewidth": 2}
    ax.annotate("", tip, start, arrowprops=style | {"shrinkA": 0, "shrinkB": 0})
    beyond = 11 * np.divide(way, np.linalg.norm(way))
    place = {"xytext": beyond, "textcoords": "offset points"}
    ax.annotate(label, tip, ha="center", va="center", color=color, **place)
    return ax


def landscape(loss, w_range, b_range, point, gradient):
    """Draw a loss over two weights as a surface above its map, with the gradient.

    The gradient is a way to move the weights, so it lies on the map; the dashed line
    above it on the surface is what the loss does on that way. The arrow has a quarter
    of the gradient's length.

    Parameters
    ----------
    loss, w_range, b_range
        As for :func:`contours`.
    point, gradient : array, shape (2,)
        Where to stand, and the gradient there.

    Returns
    -------
    Axes
    """
    figure = plt.figure(figsize=(6.5, 5))
    ax = figure.add_subplot(projection="3d", computed_zorder=False)
    w, b, heights = _heights(loss, w_range, b_range)
    top = heights.max()
    floor = -0.7 * top
    ax.contour(w, b, heights, LINES, colors="#999999", linewidths=1, offset=floor)
    ax.plot_surface(w, b, heights, cmap="viridis", alpha=0.75, linewidth=0)
    point, way = np.asarray(point), np.multiply(0.25, gradient)
    arrowhead = {"arrow_length_ratio": 0.4, "linewidth": 2.5}
    ax.quiver(*point, floor, *way, 0, color=FULL_GRADIENT, **arrowhead)
    path = point + np.linspace(0, 1, 20)[:, None] * way
    ax.plot(*path.T, [loss(*p) for p in path], "--", color=FULL_GRADIENT)
    pole = [floor, loss(*point)]
    ax.plot(*np.tile(point, (2, 1)).T, pole, "o:", color=DESCENT)
    ax.set(xlabel="w", ylabel="b", zlabel="loss", zlim=(floor, top))
    ax.set_zticks([tick for tick in ax.get_zticks() if 0 <= tick <= top])
    ax.locator_params(axis="x", nbins=5)
    ax.locator_params(axis="y", nbins=5)
    ax.view_init(elev=24, azim=-65)
    return ax


def network(widths, names):
    """Draw a small dense network: a circle for each unit, a line for each weight.

    Parameters
    ----------
    widths : sequence of int
        Inputs, then the units of each layer.
    names : sequence of str
        What stands above each column.

    Returns
    -------
    Axes
    """
    _, ax = plt.subplots(figsize=(6, 2.8))
    columns = [
        [(layer, (units - 1) / 2 - unit) for unit in range(units)]
        for layer, units in enumerate(widths)
    ]
    for left, right in pairwise(columns):
        for ends in product(left, right):
            ax.plot(*zip(*ends, strict=True), color="#999999", linewidth=1)
    for column, name in zip(columns, names, strict=True):
        ax.plot(*zip(*column, strict=True), "o", color="white", mec=DESCENT, ms=20)
        ax.text(column[0][0], max(widths) / 2 + 0.2, name, ha="center")
    ax.margins(0.12, 0.2)
    ax.axis("off")
    return ax


def _heights(loss, w_range, b_range, side=81):
    w, b = np.meshgrid(np.linspace(*w_range, side), np.linspace(*b_range, side))
    return w, b, np.vectorize(loss, otypes=[float])(w, b)


def ravine_paths(paths: Mapping[str, np.ndarray], curvatures):
    """Draw walks down one ravine with its minimum at (0, 0), one panel a walk.

    Parameters
    ----------
    paths : mapping of str to array, shape (steps + 1, 2)
        Title of the panel -> the points of the walk.
    curvatures : sequence of float
        The loss is ``(curvatures * point**2).sum() / 2``.

    Returns
    -------
    ndarray of Axes, shape (panels,)
    """
    shape = {"figsize": (7, 0.6 + 1.3 * len(paths)), "squeeze": False}
    figure, axes = plt.subplots(len(paths), 1, sharex=True, sharey=True, **shape)
    wide, high = 1.15 * np.abs(np.concatenate(list(paths.values()))).max(axis=0)
    x, y = np.linspace(-wide, wide / 4, 120), np.linspace(-high, high, 120)
    heights = (curvatures[0] * x**2 + curvatures[1] * y[:, None] ** 2) / 2
    levels = heights.max() * np.linspace(0, 1, 9) ** 2
    for ax, (title, path) in zip(axes[:, 0], paths.items(), strict=True):
        ax.contour(x, y, heights, levels, colors="lightgrey")
        ax.plot(*path.T, ".-", color=DESCENT, linewidth=1)
        ax.plot(*path[0], "s", color="white", mec="black")
        ax.plot(0, 0, "*", color=MINIMUM, markersize=13)
        ax.set_title(title)
        ax.grid(False)
    axes[-1, 0].set_xlabel("weight 1 (flat direction)")
    figure.supylabel("weight 2 (steep direction)")
    return axes[:, 0]
