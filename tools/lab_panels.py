"""The panels of a picture one below another, for screens that are narrow."""

import numpy as np
from matplotlib.transforms import Bbox

MARGIN = 4  # pixels around a panel


def panels(figure):
    """Return the boxes of a drawn figure's panels, then of what stands below them all.

    In pixels from below, as Matplotlib counts. A panel has its title and its labels.
    """
    renderer = figure.canvas.get_renderer()
    drawn = [
        (axes.get_window_extent(renderer), axes.get_tightbbox(renderer))
        for axes in figure.axes
    ]
    legends = [legend.get_window_extent(renderer) for legend in figure.legends]
    return [
        Bbox.union([whole for _, whole in group]).padded(MARGIN)
        for group in _apart(drawn)
    ] + [legend.padded(MARGIN) for legend in legends]


def _apart(drawn):
    """Cut panels into groups that stand side by side, or else below one another."""
    if len(beside := _groups(drawn, 0)) > 1:
        return beside
    below = _groups(drawn, 1)[::-1]
    if len(below) == 1:
        return below
    return [group for row in below for group in _apart(row)]


def _groups(drawn, axis):
    """Group panels by where they stand along an axis, those that overlap together."""
    groups, end = [], -np.inf
    for panel in sorted(drawn, key=lambda panel: panel[0].min[axis]):
        if panel[0].min[axis] >= end:
            groups.append([])
        groups[-1].append(panel)
        end = max(end, panel[0].max[axis])
    return groups
