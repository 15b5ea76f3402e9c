"""Optimizers: what they reach, and which one comes from which."""

import matplotlib.pyplot as plt
import numpy as np

from helpers.plots.base import DESCENT, MINIMUM, NEUTRAL, a_dict, subplots

# Optimizer: its place on the picture, what it adds, and those that it comes from.
FAMILY = {
    "SGD": ((2, 4), "step against the gradient", ""),
    "momentum": ((0.6, 3), "+ velocity", "SGD"),
    "Adagrad": ((3.6, 3), "+ a rate for each weight", "SGD"),
    "Nesterov": ((0, 2), "+ look ahead", "momentum"),
    "RMSprop": ((3.6, 2), "+ forget", "Adagrad"),
    "Adam": (
        (2, 1),
        "momentum + RMSprop,\ncorrected for its start",
        "momentum RMSprop",
    ),
    "Adadelta": ((4.5, 1), "+ past moves for a rate", "RMSprop"),
    "AMSGrad": ((1, 0), "+ never forget the largest", "Adam"),
    "AdamW": ((3, 0), "+ decay of its own", "Adam"),
}


def tuned(results, ylabels):
    """Draw what each optimizer reached: a panel for each problem, lower is better.

    Parameters
    ----------
    results : mapping of str to mapping
        Problem -> optimizer -> array, shape (seeds,). The circle is the mean, the line
        goes from the lowest to the highest.
    ylabels : mapping of str to str
        Problem -> what was measured.

    Returns
    -------
    ndarray of Axes, shape (panels,)
    """
    a_dict("results", results, "from a problem to a dict of optimizers")
    unnamed = set(results) - set(a_dict("ylabels", ylabels, "from each problem"))
    if unnamed:
        raise ValueError(f"ylabels must name each problem, {unnamed.pop()!r} is not")
    for problem, found in results.items():
        a_dict(f"results[{problem!r}]", found, "from an optimizer to its scores")
    rows = -(-len(results) // 3)
    _, axes = subplots(rows, 3, (9.6, 0.3 + 2.7 * rows))
    for ax, (problem, found) in zip(axes.flat, results.items(), strict=False):
        for place, values in enumerate(found.values()):
            ends = [np.min(values), np.max(values)]
            ax.plot(ends, [place, place], color=DESCENT, linewidth=4, alpha=0.35)
            ax.plot(np.mean(values), place, "o", color=DESCENT, markersize=7)
        best = min(found, key=lambda name: np.mean(found[name]))
        place = list(found).index(best)
        ax.plot(np.mean(found[best]), place, "*", color=MINIMUM, mec="white", ms=15)
        ax.set(title=problem, xlabel=ylabels[problem])
        ax.set_yticks(range(len(found)), found)
    axes[0, 0].invert_yaxis()
    for ax in axes.flat[len(results) :]:
        ax.remove()
    return axes.flat[: len(results)]


def family_tree() -> plt.Axes:
    """Draw which optimizer comes from which, and what each one adds."""
    _, ax = plt.subplots(figsize=(9.2, 5.2))
    box = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": DESCENT}
    boxes = {
        name: ax.annotate(
            rf"$\bf{{{name}}}$" + f"\n{adds}", place, ha="center", va="center", bbox=box
        )
        for name, (place, adds, _) in FAMILY.items()
    }
    pairs = [(parent, child) for child in FAMILY for parent in FAMILY[child][2].split()]
    for parent, child in pairs:
        ends = FAMILY[child][0], FAMILY[parent][0]
        style = {"arrowstyle": "-|>", "color": NEUTRAL, "shrinkA": 0, "shrinkB": 0}
        style["patchA"] = boxes[parent].get_bbox_patch()
        style["patchB"] = boxes[child].get_bbox_patch()
        ax.annotate("", *ends, arrowprops=style, zorder=0)
    ax.set(xlim=(-0.9, 5.3), ylim=(-0.4, 4.4))
    ax.set_title("What each optimizer adds")
    ax.axis("off")
    return ax
