"""Networks as pictures."""

from itertools import pairwise, product

import matplotlib.pyplot as plt
import numpy as np

from helpers.plots.base import DATA, DESCENT, numbers
from helpers.plots.landscapes import THIN, arrow


def network(widths, names) -> plt.Axes:
    """Draw a small dense network: a circle for each unit, a line for each weight.

    Parameters
    ----------
    widths : sequence of int
        Inputs, then the units of each layer.
    names : sequence of str
        What stands above each column.
    """
    widths = [int(width) for width in numbers("widths", widths, (None,))]
    if min(widths) < 1 or len(names) != len(widths):
        raise ValueError(
            f"widths must be above 0, and names one for each, got {widths} and {names}"
        )
    _, ax = plt.subplots(figsize=(6, 2.8))
    columns = [
        [(layer, (units - 1) / 2 - unit) for unit in range(units)]
        for layer, units in enumerate(widths)
    ]
    for left, right in pairwise(columns):
        for ends in product(left, right):
            ax.plot(*zip(*ends, strict=True), color=THIN, linewidth=1)
    for column, name in zip(columns, names, strict=True):
        ax.plot(*zip(*column, strict=True), "o", color="white", mec=DESCENT, ms=20)
        ax.text(column[0][0], max(widths) / 2 + 0.2, name, ha="center")
    ax.margins(0.12, 0.2)
    ax.axis("off")
    return ax


def nudge_path(factors) -> np.ndarray:
    """Draw a nudge's way through a small network to the loss, and the way back.

    Parameters
    ----------
    factors : sequence of float
        What the nudge is multiplied by on its way: the input, the slope of the
        activation, the unit's weight in the next layer, the slope of the loss.

    Returns
    -------
    ndarray of Axes, shape (2,)
    """
    factors = numbers("factors", factors, (4,))
    _, axes = plt.subplots(1, 2, figsize=(9.6, 3.2))
    inputs, sums, bends = ([(x, y) for y in (1, 0, -1)] for x in (0, 1.3, 2.1))
    output, loss = (3.2, 0), (4.3, 0)
    lines = [*product(inputs, sums), *zip(sums, bends, strict=True)]
    lines += [*product(bends, [output]), (output, loss)]
    names = ("inputs", "sums z", "ReLU", "output", "loss")
    spots = (inputs[0], sums[0], bends[0], output, loss)
    chain = [inputs[0], sums[0], bends[0], output, loss]
    factors = [f"{factor:.2f}".replace("-", "−") for factor in factors]
    fan = [(sums[0], place, "") for place in inputs[1:]]
    forwards = [
        (*ends, f"× {factor}")
        for ends, factor in zip(pairwise(chain), factors, strict=True)
    ]
    words = ["× each input", f"× {factors[1]}", f"× {factors[2]}", factors[3]]
    backwards = [*zip(chain[1:], chain, words, strict=False), *fan]
    for ax, way in zip(axes, (forwards, backwards), strict=True):
        for ends in lines:
            ax.plot(*zip(*ends, strict=True), color=THIN, linewidth=1)
        for place in (*inputs, *sums, *bends, output, loss):
            ax.plot(*place, "o", color="white", mec=DESCENT, ms=13, zorder=3)
        for name, (across, up) in zip(names, spots, strict=True):
            ax.text(across, up + 0.3, name, ha="center", color=DATA)
        for start, end, factor in way:
            arrow(ax, start, 0.93 * np.subtract(end, start), color=DESCENT)
            beside = (-22, -14) if start[1] != end[1] else (0, 7)
            middle = np.mean([start, end], axis=0)
            ax.annotate(factor, middle, beside, textcoords="offset points", ha="center")
        ax.margins(0.08, 0.2)
        ax.axis("off")
    axes[0].set_title("Forwards: one nudge, four factors")
    axes[1].set_title("Backwards: three of them, for all weights of a unit")
    return axes
