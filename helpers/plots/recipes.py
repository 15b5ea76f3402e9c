"""What a search through many recipes found."""

import matplotlib.pyplot as plt
import numpy as np

from helpers.plots.base import DESCENT, DIVERGED, MINIMUM, line_style


def field(found, task) -> plt.Axes:
    """Draw the score of every recipe, a row for each optimizer.

    Parameters
    ----------
    found : dict
        ``scores``: optimizer -> scores; ``best``: with ``mean``.
    task : Task
        With ``baseline``, ``target`` and ``measure``.
    """
    _, ax = plt.subplots(figsize=(7, 3.2))
    random = np.random.default_rng(0)
    lowest = min(map(min, found["scores"].values()))
    left = max(lowest, task.baseline - 1.5 * (task.best - task.baseline))
    margin = 0.18 * (task.best - left)  # room for words about what lies further left
    for row, scores in enumerate(found["scores"].values()):
        scores = np.array(scores)
        height = row + random.uniform(-0.25, 0.25, len(scores))
        inside = scores >= left
        (dots,) = ax.plot(scores[inside], height[inside], **line_style(row))
        dots.set(linestyle="", markersize=4, alpha=0.5)
        out = f"← {(~inside).sum()} more"
        if not inside.all():
            ax.text(left - margin, row, out, ha="left", va="center", fontsize=9)
    lines = {
        "baseline": (DIVERGED, ":"),
        "target": (DESCENT, "--"),
        "best": (MINIMUM, "-"),
    }
    for name, (colour, line) in lines.items():
        value = getattr(task, name)
        label = f"{name} {value:g}"
        ax.axvline(value, color=colour, linestyle=line, label=label, zorder=0)
    ax.set_yticks(range(len(found["scores"])), found["scores"])
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    right = task.best + 0.15 * (task.best - left)
    ax.set(xlabel=f"{task.measure} on the test rows", xlim=(left - margin, right))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3, frameon=False)
    total = sum(map(len, found["scores"].values()))
    reach = sum(score >= task.target for s in found["scores"].values() for score in s)
    ax.set_title(f"{reach} of {total} recipes reach the target")
    return ax
