"""What a network answers, beside what is true."""

from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np

from helpers.plots.base import CURVES, DESCENT, NEUTRAL

MOST = 12  # classes or amounts that are drawn


def answers(truth, said, names) -> plt.Axes:
    """Draw answers beside the truth, both as ``OwnProblem.answers`` gives them.

    Amounts: a dot for each row, on the line where the answer is right. Words: for each
    class, or each label, the share of its rows that are answered right.

    Parameters
    ----------
    truth, said : array, shape (rows,) or (rows, names)
    names : sequence of str
        What is predicted: the amounts, the classes or the labels.
    """
    truth, said = np.asarray(truth), np.asarray(said)
    rows = truth.ndim and truth.size and truth.shape == said.shape
    if not rows or not isinstance(names, list | tuple):
        raise ValueError(
            "truth and said must have an answer for each row, and names be a list, as "
            "problem.answers and problem.target_names give them, got shapes "
            f"{truth.shape} and {said.shape}, and {names!r:.60}"
        )
    if truth.dtype.kind == "f":
        return _amounts(truth, said, names)
    if truth.ndim > 1:
        right = {f"{name}": truth[:, i] == said[:, i] for i, name in enumerate(names)}
    else:
        kinds, numbers = np.unique(truth, return_inverse=True)
        right = {
            f"{kind}": (truth == said)[numbers == i] for i, kind in enumerate(kinds)
        }
    worst = sorted(right, key=lambda name: right[name].mean())[:MOST]
    shares = [100 * right[name].mean() for name in worst]
    _, ax = plt.subplots(figsize=(7, 1.6 + 0.4 * len(worst)), layout="constrained")
    ax.barh(range(len(worst)), shares, color=DESCENT)
    labels = [fill(f"{_short(name)} ({len(right[name])} rows)", 42) for name in worst]
    ax.set_yticks(range(len(worst)), labels)
    for place, share in enumerate(shares):
        ax.text(share + 1, place, f"{share:.0f}%", va="center")
    some = f": the {MOST} worst of {len(right)}" if len(right) > MOST else ""
    ax.set(xlim=(0, 115), xlabel=f"answered right (%){some}")
    ax.grid(axis="y", visible=False)
    return ax


def _short(name):
    """Return a name that leaves room for the picture: of a long one both ends."""
    name = f"{name}"
    return name if len(name) <= 72 else f"{name[:46]}…{name[-25:]}"


def _amounts(truth, said, names):
    truth, said = (values.reshape(len(values), -1)[:, :4] for values in (truth, said))
    count = truth.shape[1]
    look = {"figsize": (7, 4.5), "layout": "constrained", "squeeze": False}
    _, axes = plt.subplots(1, count, **look)
    for ax, name, right, got in zip(axes[0], names, truth.T, said.T, strict=False):
        ends = [min(right.min(), got.min()), max(right.max(), got.max())]
        ax.plot(ends, ends, color=NEUTRAL, label="where both are the same")
        ax.plot(right, got, "o", color=CURVES[0], alpha=0.6, label="a row")
        ax.set(xlabel=fill(f"{_short(name)}: in the table", 56 // count))
    some = f"\n(the first {count} of {len(names)})" if len(names) > count else ""
    axes[0, 0].set_ylabel(f"the network's answer{some}")
    axes[0, 0].legend()
    return axes[0, 0]
