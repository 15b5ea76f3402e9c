"""Walks down one valley."""

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.figure import Figure

from helpers import plots
from helpers.films.live import Animation, LiveFigure, animate, in_style


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
