"""One epoch: its minibatches, and what the mean of their slopes comes to."""

import numpy as np
from matplotlib.figure import Figure

from helpers import plots
from helpers.films.live import Animation, LiveFigure, animate

SEEN, UNSEEN = "#666666", "#C8C8C8"


def one_epoch(x, y, minibatches, slopes) -> Animation:
    """Film one epoch, a frame a minibatch: its rows, and the mean of the slopes so far.

    Parameters
    ----------
    x, y : array, shape (rows,)
        The data.
    minibatches : array of int, shape (steps, batch size)
        The row numbers of each minibatch, all of one size.
    slopes : array, shape (steps,)
        The slope of the loss that each minibatch gives.
    """
    steps = np.arange(1, len(slopes) + 1)
    means = np.cumsum(slopes) / steps
    figure = Figure(figsize=(7.6, 4))
    data, law = figure.subplots(ncols=2)
    data.plot(x, y, "o", color=UNSEEN, markersize=4, label="not yet seen")
    (used,) = data.plot([], [], "o", color=SEEN, markersize=4, label="seen")
    (now,) = data.plot([], [], "o", color=plots.MINIBATCH, mec="black", markersize=7)
    now.set_label("minibatch")
    data.set(xlabel="body mass index (standard deviations)")
    data.set(ylabel="progression (standard deviations)")
    title = data.set_title(f"Minibatch {len(steps)} of {len(steps)}")

    margin = 0.15 * np.ptp(slopes)
    law.set(xlim=(0, len(steps) + 1), xlabel="minibatch", ylabel="slope along w")
    law.set_title("The mean so far homes in")
    law.set_ylim(min(slopes) - margin, max(slopes) + margin)
    law.xaxis.get_major_locator().set_params(integer=True)
    full = law.axhline(means[-1], linestyle="--", color=plots.FULL_GRADIENT)
    full.set_label("full gradient")
    (points,) = law.plot([], [], "o", color=plots.MINIBATCH, mec="black")
    (mean,) = law.plot([], [], color=plots.DESCENT, label="mean so far")
    figure.legend(loc="outside lower left", ncols=5, frameon=False)

    def update(step):
        seen = np.ravel(minibatches[: step - 1])
        used.set_data(x[seen], y[seen])
        now.set_data(x[minibatches[step - 1]], y[minibatches[step - 1]])
        points.set_data(steps[:step], slopes[:step])
        mean.set_data(steps[:step], means[:step])
        title.set_text(f"Minibatch {step} of {len(steps)}")

    return animate(
        LiveFigure(figure, [used, now, points, mean, title]),
        update,
        steps,
        "Left: the rows of each minibatch light up in turn, until all have been seen. "
        "Right: their slopes jump about; the mean so far ends at the full gradient.",
        milliseconds=500,
    )
