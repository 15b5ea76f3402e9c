"""What a search through many recipes found."""

import matplotlib.pyplot as plt
import numpy as np

from helpers.plots.base import DESCENT, DIVERGED, MINIMUM, a_dict, like, line_style

TASK = "baseline", "target", "best", "measure"


def field(found, task) -> plt.Axes:
    """Draw the score of every recipe, a row for each optimizer.

    Parameters
    ----------
    found : dict
        ``scores``: optimizer -> scores; ``best``: with ``mean``.
    task : Task
        With ``baseline``, ``target`` and ``measure``.
    """
    _needs("found", found, "scores")
    a_dict('found["scores"]', found["scores"], "from an optimizer to scores")
    like("task", task, TASK, "a Task, such as TASKS[name] of helpers.capstone")
    _, ax = plt.subplots(figsize=(7, 3.2))
    random = np.random.default_rng(0)
    lowest = min(map(min, found["scores"].values()))
    left = max(lowest, task.baseline - 1.5 * (task.best - task.baseline))
    # Room for words about what lies further left, if anything does.
    margin = (0.18 if lowest < left else 0.03) * (task.best - left)
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


def bands(found, tasks) -> np.ndarray:
    """Draw the best recipe of each problem, and sensible ones, with their bands.

    Parameters
    ----------
    found : dict
        Problem -> ``best``, and ``reasonable``: recipes, each with the ``mean``,
        ``low`` and ``high`` of its scores.
    tasks : dict
        Problem -> Task, with ``baseline``, ``target`` and ``measure``.

    Returns
    -------
    array of Axes, one for each problem
    """
    a_dict("found", found, "from a problem to its best recipes")
    for name, result in found.items():
        _needs(f"found[{name!r}]", result, "best", "reasonable")
        if name not in a_dict("tasks", tasks, "from a problem to its Task"):
            raise ValueError(f"tasks must have each problem, {name!r} is not there")
    _, axes = plt.subplots(-(-len(found) // 2), 2, figsize=(10, 6.4), squeeze=False)
    for ax in axes.flat[len(found) :]:
        ax.remove()
    for ax, (name, result) in zip(axes.flat, found.items(), strict=False):
        recipes, task = [result["best"], *result["reasonable"]], tasks[name]
        for row, each in enumerate(recipes):
            colour = DESCENT if row else MINIMUM
            ax.plot([each["low"], each["high"]], [row, row], "-", color=colour)
            ax.plot(each["mean"], row, "D" if row == 0 else "o", color=colour)
        ax.axvline(task.baseline, color=DIVERGED, linestyle=":", zorder=0)
        ax.axvline(task.target, color=DESCENT, linestyle="--", zorder=0)
        ax.set_yticks(range(len(recipes)), map(_in_words, recipes), fontsize=8)
        ax.set(title=name.replace("_", " "), xlabel=f"test rows: {task.measure}")
        ax.invert_yaxis()
        ax.grid(visible=False, axis="y")
    looks = {
        "best": {"color": MINIMUM, "marker": "D"},
        "sensible": {"color": DESCENT, "marker": "o"},
        "baseline": {"color": DIVERGED, "linestyle": ":"},
        "target": {"color": DESCENT, "linestyle": "--"},
    }
    handles = [plt.Line2D([], [], label=name, **look) for name, look in looks.items()]
    axes[0, 0].figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return axes.ravel()[: len(found)]


def _needs(name, found, *keys):
    a_dict(name, found, f"with {', '.join(keys)}")
    for key in keys:
        if key not in found:
            raise ValueError(f"{name} must have {key!r}, got only {', '.join(found)}")


def _in_words(each):
    """Return a stored recipe in a line."""
    cosine = ", cosine" if each["schedule"] == "cosine" else ""
    hidden = "-".join(map(str, each["hidden"])) or "none"
    return (
        f"{each['optimizer']} {each['rate']:g}{cosine}, {each['batch_size']} rows, "
        f"hidden {hidden}"
    )
