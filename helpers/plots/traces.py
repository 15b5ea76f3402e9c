"""Quantities on their way: a line for each, against the step."""

from collections.abc import Mapping

import numpy as np

from helpers.plots.base import a_dict, line_style, subplots


def traces(panels: Mapping, ylabel: str, scale="log", columns=None, x=None):
    """Draw quantities against the step: a panel for each group, a line for each name.

    Parameters
    ----------
    panels : mapping of str to mapping or array
        Title of the panel -> label -> array, shape (steps,), or (steps, runs): then the
        line is the median of the runs. An array in place of the labels is one line.
    ylabel : str
    scale : str
        Of the vertical axis: "log" or "linear".
    columns : int, optional
        Panels in a row; by default all of them.
    x : array, shape (steps,), optional
        What stands below the axis in place of the step.

    Returns
    -------
    ndarray of Axes, shape (panels,)
    """
    a_dict("panels", panels, "from a title to values, or to a dict of them")
    columns = columns or len(panels)
    rows = -(-len(panels) // columns)
    size = max(6, min(3.4 * columns, 10.2)), 0.4 + 2.8 * rows
    figure, axes = subplots(rows, columns, size)
    groups = [
        lines if isinstance(lines, Mapping) else {"": lines}
        for lines in panels.values()
    ]
    for ax, title, lines in zip(axes.flat, panels, groups, strict=False):
        for number, (label, values) in enumerate(lines.items()):
            values = np.asarray(values)
            if values.ndim not in (1, 2) or values.dtype.kind not in "biuf":
                raise ValueError(
                    f"panels[{title!r}] must hold numbers of shape (steps,) or (steps, "
                    f"runs), got {values.dtype} of shape {values.shape}"
                )
            middle = values if values.ndim == 1 else np.median(values, axis=1)
            steps = range(len(middle)) if x is None else x
            (line,) = ax.plot(steps, middle, label=label, **line_style(number))
            line.set_markevery(max(1, len(middle) // 8))
        ax.set(title=title, yscale=scale)
    used = axes.flat[: len(panels)]
    named = [ax for ax in used if any(ax.get_legend_handles_labels())]
    if len(named) > 1 and len({tuple(lines) for lines in groups}) == 1:
        handles = axes[0, 0].get_legend_handles_labels()
        figure.legend(*handles, loc="outside lower center", ncols=len(handles[1]))
    else:
        for ax in named:
            ax.legend()
    for ax in axes.flat[len(panels) :]:
        ax.remove()
    for ax in axes.flat[max(0, len(panels) - columns) : len(panels)]:
        ax.set_xlabel("step")
    for ax in axes[:, 0]:
        ax.set_ylabel(ylabel)
    return used
