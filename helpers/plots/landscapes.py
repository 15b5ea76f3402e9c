"""Losses over two weights, and walks on them."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap
from mpl_toolkits.mplot3d.proj3d import proj_transform

from helpers.plots.base import (
    DESCENT,
    FAINT,
    FULL_GRADIENT,
    MINIMUM,
    a_dict,
    like,
    numbers,
    subplots,
)

LINES = 20  # at most, on a map of contours
THIN = "#999999"  # lines that join what is drawn
LIGHT_GREYS = LinearSegmentedColormap.from_list("", ["white", "#A0A0A0"])
GRID = 120  # points along each side of a shaded map


def contours(ax, loss, w_range, b_range, through=None) -> plt.Axes:
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
    """
    _axes(ax)
    w, b, heights = _heights(loss, w_range, b_range)
    ax.contour(w, b, heights, LINES, colors=FAINT, linewidths=1)
    if through is not None:
        level = [loss(*numbers("through", through, (2,)))]
        ax.contour(w, b, heights, level, colors=DESCENT, linewidths=1.5)
    ax.set(xlabel="w", ylabel="b", xlim=w_range, ylim=b_range, aspect="equal")
    ax.grid(False)
    return ax


def arrow(ax, start, way, label="", color=FULL_GRADIENT) -> plt.Axes:
    """Draw an arrow from ``start`` that goes ``way``, in the units of the axes.

    Parameters
    ----------
    ax : Axes
    start, way : array, shape (2,)
    label : str
        Stands beyond the tip.
    color : str
    """
    _axes(ax)
    start, way = numbers("start", start, (2,)), numbers("way", way, (2,))
    tip = start + way
    style = {"arrowstyle": "-|>,head_width=0.3", "color": color, "linewidth": 2}
    ax.annotate("", tip, start, arrowprops=style | {"shrinkA": 0, "shrinkB": 0})
    beyond = 11 * way / max(np.linalg.norm(way), 1e-30)
    words = ax.annotate(label, tip, beyond, textcoords="offset points", color=color)
    words.set(ha="center", va="center")
    return ax


def landscape(loss, w_range, b_range, point, gradient) -> plt.Axes:
    """Draw a loss over two weights as a surface above its map, with the gradient.

    The gradient is a way to move the weights, so it lies on the map; the dashed line
    above it on the surface is what the loss does on that way. The arrow has a quarter
    of the gradient's length. The lighter the surface, the lower.

    Parameters
    ----------
    loss, w_range, b_range
        As for :func:`contours`.
    point, gradient : array, shape (2,)
        Where to stand, and the gradient there.
    """
    w, b, heights = _heights(loss, w_range, b_range)
    point = numbers("point", point, (2,))
    way = 0.25 * numbers("gradient", gradient, (2,))
    figure = plt.figure(figsize=(6.5, 5))
    ax = figure.add_subplot(projection="3d", computed_zorder=False)
    top = heights.max()
    floor = -0.7 * top
    ax.contour(w, b, heights, LINES, colors=THIN, linewidths=1, offset=floor)
    ax.plot_surface(w, b, heights, cmap="viridis_r", alpha=0.75, linewidth=0)
    path = point + np.linspace(0, 1, 20)[:, None] * way
    ax.plot(*path.T, [loss(*p) for p in path], "--", color=FULL_GRADIENT)
    pole = [floor, loss(*point)]
    ax.plot(*np.tile(point, (2, 1)).T, pole, "o:", color=DESCENT)
    ax.set(xlabel="w", ylabel="b", zlabel="loss", zlim=(floor, top))
    ax.set_zticks([tick for tick in ax.get_zticks() if 0 <= tick <= top])
    ax.locator_params(axis="x", nbins=5)
    ax.locator_params(axis="y", nbins=5)
    ax.view_init(elev=24, azim=-65)
    ax.set_box_aspect(None, zoom=1.15)
    # The arrows of a 3-D plot have heads of two thin lines: draw one on the page.
    places = *np.transpose([point, point + way]), [floor, floor]
    x, y, _ = proj_transform(*places, ax.get_proj())
    arrow(ax, (x[0], y[0]), (x[1] - x[0], y[1] - y[0]))
    return ax


def shade(ax, surface):
    """Draw a surface as a map: the lighter, the lower.

    Parameters
    ----------
    ax : Axes
    surface : helpers.surfaces.Surface

    Returns
    -------
    tuple
        The heights drawn, and the two artists.
    """
    _axes(ax)
    _surface(surface)
    sides = [np.linspace(*bounds, GRID) for bounds in surface.bounds]
    heights = surface.value(np.stack(np.meshgrid(*sides), axis=-1))
    # Bands of equal area: steep and flat surfaces alike show their shape.
    levels = np.unique(np.quantile(heights, np.linspace(0, 1, 16)))
    tones = BoundaryNorm(levels, 256)
    bands = ax.contourf(*sides, heights, levels, norm=tones, cmap=LIGHT_GREYS)
    lines = ax.contour(*sides, heights, levels, colors="white", linewidths=0.5)
    ax.set(xlabel="first weight", ylabel="second weight", box_aspect=1)
    ax.set(xlim=surface.bounds[0], ylim=surface.bounds[1])
    ax.grid(False)
    return heights, (bands, lines)


def walks(surface, paths) -> plt.Axes:
    """Draw walks over a surface, on its map, with the lowest point as a star.

    Parameters
    ----------
    surface : helpers.surfaces.Surface
    paths : sequence of array, shape (steps + 1, 2)
    """
    _surface(surface)
    if np.ndim(paths) == 0 or not len(paths):
        raise ValueError(f"paths must be one walk or more, in a list, got {paths!r}")
    paths = [numbers(f"paths[{i}]", path, (None, 2)) for i, path in enumerate(paths)]
    figure, ax = plt.subplots(figsize=(5, 5))
    shade(ax, surface)
    for path in paths:
        ax.plot(*path.T, "-", color=DESCENT)
        (start,) = ax.plot(*path[0], "s", color="white", mec="black")
        (end,) = ax.plot(*path[-1], "o", color="none", mec=DESCENT, mew=2, ms=15)
    heights = surface.value(surface.minima)
    lowest = surface.minima[heights == heights.min()]
    (star,) = ax.plot(*lowest.T, "*", color=MINIMUM, markersize=12, zorder=3)
    names = ["start", "end", "lowest point"]
    figure.legend([start, end, star], names, loc="outside lower left", ncols=3)
    return ax


def ravine_paths(paths, curvatures):
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
    a_dict("paths", paths, "from a title to the points of a walk")
    paths = {title: numbers(title, path, (None, 2)) for title, path in paths.items()}
    curvatures = numbers("curvatures", curvatures, (2,))
    figure, axes = subplots(len(paths), 1, (7, 0.6 + 1.3 * len(paths)), sharex=True)
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
    axes[-1, 0].set_xlabel("first weight (flat direction)")
    figure.supylabel("second weight (steep direction)")
    return axes[:, 0]


def _axes(ax):
    return like("ax", ax, ("contour",), "axes to draw on, as plt.subplots()[1]")


def _surface(surface):
    such = 'a surface, such as SURFACES["bowl"] of helpers.surfaces'
    return like("surface", surface, ("bounds", "minima", "value"), such)


def _heights(loss, w_range, b_range):
    if not callable(loss):
        raise TypeError(f"loss must be a function of w and b, got {loss!r:.60}")
    w_range = numbers("w_range", w_range, (2,))
    b_range = numbers("b_range", b_range, (2,))
    w, b = np.meshgrid(np.linspace(*w_range, 81), np.linspace(*b_range, 81))
    return w, b, np.vectorize(loss, otypes=[float])(w, b)
