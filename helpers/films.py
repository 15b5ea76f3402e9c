"""Films: each function takes results and returns an Animation; nothing here trains."""

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.figure import Figure

from helpers import plots
from helpers.live import Animation, LiveFigure, animate, in_style


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
    data.plot(x, y, "o", color="#C8C8C8", markersize=4, label="not yet seen")
    (used,) = data.plot([], [], "o", color="#666666", markersize=4, label="seen")
    chosen = {"color": plots.MINIBATCH, "mec": "black"}
    (now,) = data.plot([], [], "o", **chosen, markersize=7, label="minibatch")
    data.set(xlabel="body mass index (standard deviations)")
    data.set(ylabel="progression (standard deviations)")
    title = data.set_title(f"Minibatch {len(steps)} of {len(steps)}")

    margin = 0.15 * np.ptp(slopes)
    law.set(xlim=(0, len(steps) + 1), xlabel="minibatch", ylabel="slope along w")
    law.set_title("The mean so far homes in")
    law.set_ylim(min(slopes) - margin, max(slopes) + margin)
    law.xaxis.get_major_locator().set_params(integer=True)
    full = {"color": plots.FULL_GRADIENT, "label": "full gradient"}
    law.axhline(means[-1], linestyle="--", **full)
    (points,) = law.plot([], [], "o", **chosen)
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


@in_style
def valley(walks: Mapping[str, np.ndarray], loss: Callable) -> Animation:
    """Film walks down one valley with its minimum at 0, one panel a walk.

    Parameters
    ----------
    walks : mapping of str to array, shape (steps + 1,)
        Title of the panel -> the weight before the first step and after each. All
        walks are of one length. One that ends farther out than it began is drawn as
        diverged.
    loss : callable
        Weights to losses, for the curve of the valley.
    """
    lengths = {len(walk) for walk in walks.values()}
    if len(lengths) != 1:
        raise ValueError(f"walks must all have one length, got {sorted(lengths)}")
    figure = Figure(figsize=(8.8, 2.8))
    panels = figure.subplots(1, len(walks), sharey=True, squeeze=False)[0]
    reach = 1.6 * max(abs(walk[0]) for walk in walks.values())
    ground = np.linspace(-reach, reach, 120)
    trails, balls, steps = [], [], []
    for panel, (title, walk) in zip(panels, walks.items(), strict=True):
        lost = abs(walk[-1]) > 1.001 * abs(walk[0])
        colour = plots.DIVERGED if lost else plots.DESCENT
        panel.plot(ground, loss(ground), color="grey")
        panel.plot(0, loss(np.zeros(1)), "*", color=plots.MINIMUM, markersize=12)
        trails += panel.plot([], [], "-", color=colour, linewidth=1, alpha=0.6)
        balls += panel.plot([], [], "o", color=colour, mec="white", markersize=11)
        panel.set(title=title, xlabel="weight w", xlim=(-reach, reach))
        steps.append(panel.text(0, 0.88 * loss(ground).max(), "", ha="center"))
        panel.set_ylim(-0.06 * loss(ground).max(), loss(ground).max())
    panels[0].set_ylabel("loss")

    def update(step):
        panels = zip(trails, balls, steps, walks.values(), strict=True)
        for trail, ball, text, walk in panels:
            # Only the last steps: a trail of all of them would fill the valley.
            recent = np.asarray(walk[max(0, step - 3) : step + 1])
            trail.set_data(recent, loss(recent))
            ball.set_data(recent[-1:], loss(recent[-1:]))
            gone = abs(walk[step]) > reach
            text.set_text(f"step {step}" + ", out of sight" * bool(gone))

    alt = f"Balls that jump step by step in one valley each: {', '.join(walks)}."
    live = LiveFigure(figure, [*trails, *balls, *steps])
    return animate(live, update, range(lengths.pop()), alt, milliseconds=300)
