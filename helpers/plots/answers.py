"""What a network answers, beside what is true."""

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
    rarest = sorted(right, key=lambda name: right[name].mean())[:MOST]
    shares = [100 * right[name].mean() for name in rarest]
    _, ax = plt.subplots(figsize=(7, 1.6 + 0.4 * len(rarest)))
    ax.barh(
        [f"{name} ({len(right[name])} rows)" for name in rarest], shares, color=DESCENT
    )
    for place, share in enumerate(shares):
        ax.text(min(share, 90) + 1, place, f"{share:.0f}%", va="center")
    ax.set(xlim=(0, 104), xlabel="answered right (%)")
    ax.grid(axis="y", visible=False)
    return ax


def _amounts(truth, said, names):
    truth, said = (values.reshape(len(values), -1)[:, :4] for values in (truth, said))
    _, axes = plt.subplots(1, truth.shape[1], figsize=(7, 4.5), squeeze=False)
    for ax, name, right, got in zip(axes[0], names, truth.T, said.T, strict=False):
        ends = [min(right.min(), got.min()), max(right.max(), got.max())]
        ax.plot(ends, ends, color=NEUTRAL, label="where both are the same")
        ax.plot(right, got, "o", color=CURVES[0], alpha=0.6, label="a row")
        ax.set(xlabel=f"{name}: in the table")
    axes[0, 0].set_ylabel("the network's answer")
    axes[0, 0].legend()
    return axes[0, 0]
