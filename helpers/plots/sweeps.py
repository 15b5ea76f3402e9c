"""What a sweep found: the map with its ridge, and curves with bands over seeds."""

from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap, LogNorm, Normalize
from matplotlib.ticker import LogLocator, NullFormatter

from helpers.inner.arguments import one_of
from helpers.plots.base import DIVERGED, FULL_GRADIENT, NEUTRAL, line_style, subplots

MEASURES = {
    "train_loss": "training loss",
    "valid_loss": "validation loss",
    "valid_score": "validation score",
}
CURRENCIES = {
    "epochs": "epochs",
    "steps": "steps",
    "examples": "examples",
    "seconds": "seconds of one core",
}
NO_SCORE = "no R squared: validation targets are all alike"


def map(sweep, by: str = "valid_loss") -> plt.Axes:
    """Draw what each learning rate reaches with each batch size, as a map.

    A line with circles, the ridge, joins the best rates, one for each batch size (of
    equal ones that with the lowest validation loss). Where a seed diverged, which is to
    end above its start, the map is hatched. What lies beyond the colour bar, a loss
    above twice the start's or a score more than 2 below the best, has its last colour.

    Parameters
    ----------
    sweep : Sweep
    by : str
        "valid_loss", "train_loss" or "valid_score": after the last epoch, as a mean
        over the seeds.
    """
    _check_sweep(sweep)
    rates, sizes = np.argsort(sweep.learning_rates), np.argsort(sweep.batch_sizes)
    values, losses, trained = (
        sweep.final(measure)[np.ix_(rates, sizes)]
        for measure in (by, "valid_loss", "train_loss")
    )
    rates, sizes = sweep.learning_rates[rates], sweep.batch_sizes[sizes]
    grid = _edges(sizes), _edges(rates)
    figure, ax = plt.subplots(layout="constrained")
    ax.set_xscale("log", base=2)
    ax.set(yscale="log", xlabel="batch size", ylabel="learning rate")
    ax.set_xticks(sizes, sizes)
    ax.set_yticks(rates, [f"{rate:.3g}" for rate in rates])
    ax.minorticks_off()
    ax.grid(False)
    epochs = sweep.train_loss.shape[-1]
    ax.set_title(f"{MEASURES[by].capitalize()} after {epochs} epochs: {sweep.problem}")

    reached = np.ma.masked_invalid(values)
    if reached.count():
        score = by == "valid_score"
        low, high = reached.min(), reached.max()
        if score:  # R squared has no end below
            norm, shades = Normalize(max(low, high - 2), high), "viridis"
            ticks, beyond = None, "min" if low < high - 2 else "neither"
        else:
            top = min(high, 2 * sweep.start_loss.max()) or 1
            low = max(min(low, top / 1.1), 1e-12 * top)
            norm, shades = LogNorm(low, top, clip=True), "viridis_r"
            ticks, beyond = _ticks(low, top), "max" if top < high else "neither"
        colours = ax.pcolormesh(*grid, reached, norm=norm, cmap=shades)
        bar = figure.colorbar(
            colours, ax=ax, ticks=ticks, format="{x:g}", extend=beyond
        )
        bar.set_label(MEASURES[by])
        bar.minorticks_off()
        goal = reached.max(axis=0) if score else reached.min(axis=0)
        equal = (reached == goal).filled(False)
        best = np.where(equal, losses, np.inf).argmin(axis=0)
        found = reached.count(axis=0) > 0
        (ridge,) = ax.plot(sizes[found], rates[best][found], "o-", color=FULL_GRADIENT)
        ridge.set(markerfacecolor="white", label="best rate for each batch size")
    for cells, label, hatch, colour in (
        (np.isinf(values), "diverged: ends above its start", "///", DIVERGED),
        (np.isnan(trained), "not finished", "...", NEUTRAL),
        (np.isnan(values) & ~np.isnan(trained), NO_SCORE, "xxx", NEUTRAL),
    ):
        if cells.any():
            style = {"hatch": hatch, "edgecolor": colour, "linewidth": 0}
            white = ListedColormap(["white"])
            ax.pcolor(*grid, np.ma.masked_where(~cells, cells), cmap=white, **style)
            ax.fill([], [], label=label, facecolor="white", **style)
    figure.legend(loc="outside lower center", ncols=3)
    return ax


def curves(sweep, cells=None, by: str = "train_loss", against=("epochs",)):
    """Draw learning curves with a band over the seeds, in one currency or several.

    A line is the mean over the seeds; its band goes from the lowest to the highest.

    Parameters
    ----------
    sweep : Sweep
    cells : sequence of (learning rate, batch size), optional
        What to draw; by default the best rate for each batch size.
    by : str
        "train_loss", "valid_loss" or "valid_score".
    against : sequence of str
        A panel for each: "epochs", "steps", "examples" or "seconds".

    Returns
    -------
    ndarray of Axes, shape (panels,)
    """
    _check_sweep(sweep)
    one_of("by", by, MEASURES)
    against = (against,) if isinstance(against, str) else against
    for currency in against:
        one_of("against", currency, CURRENCIES)
    if cells is None:
        bests = [
            sweep.best(size, by)
            for size, loss in zip(sweep.batch_sizes, sweep.final(by).T, strict=True)
            if np.isfinite(loss).any()
        ]
        cells = [(best.learning_rate, best.batch_size) for best in bests]
    if not all(np.shape(cell) == (2,) for cell in cells):
        raise ValueError(
            "cells must be pairs of learning rate and batch size, such as [(0.1, 32)], "
            f"got {cells!r}"
        )
    width = max(7, 3.6 * len(against))
    figure, axes = subplots(1, len(against), (width, 4))
    scale = "linear" if by == "valid_score" else "log"
    axes[0, 0].set(ylabel=MEASURES[by], yscale=scale)
    for number, cell in enumerate(cells):
        where = sweep.index(*cell)
        runs = np.ma.masked_invalid(getattr(sweep, by)[where])
        style = line_style(number)
        for ax, currency in zip(axes[0], against, strict=True):
            spent = getattr(sweep, currency)[where].mean(axis=0)
            (line,) = ax.plot(spent, runs.mean(axis=0), **style)
            line.set(label=_label(sweep, *cell), markevery=max(1, len(spent) // 10))
            band = ax.fill_between(spent, runs.min(axis=0), runs.max(axis=0))
            band.set(color=style["color"], alpha=0.2, linewidth=0)

    for ax, currency in zip(axes[0], against, strict=True):
        scale = "linear" if currency == "epochs" else "log"
        ax.set(xlabel=CURRENCIES[currency], xscale=scale)
    if not len(cells):
        try:
            sweep.best(by=by)
        except ValueError as reason:
            words = {"s": fill(f"{reason}", 34), "va": "top", "size": 9}
            axes[0, 0].text(0.04, 0.95, transform=axes[0, 0].transAxes, **words)
    if by != "valid_score" and axes[0, 0].get_ylim()[1] > 1.2 * sweep.start_loss.max():
        axes[0, 0].set_ylim(top=1.2 * sweep.start_loss.max())
    for axis in (axes[0, 0].yaxis, *(ax.xaxis for ax in axes[0])):
        if axis.get_scale() == "linear":
            continue
        low, high = axis.get_view_interval()
        if np.floor(np.log10(high)) <= np.ceil(np.log10(low)):  # one power of ten
            axis.set(major_locator=_ticks(low, high), major_formatter="{x:g}")
            axis.set_minor_formatter(NullFormatter())
    seeds = f", {len(sweep.seeds)} seeds" if len(sweep.seeds) > 1 else ""
    axes[0, 0].set_title(f"{MEASURES[by].capitalize()}: {sweep.problem}{seeds}")
    if len(cells):
        names, ncols = axes[0, 0].get_legend_handles_labels(), min(3, len(against) + 1)
        figure.legend(*names, loc="outside lower center", ncols=ncols)
    return axes[0]


def _check_sweep(sweep):
    if not hasattr(sweep, "start_loss"):
        raise TypeError(
            "sweep must be what sweep(problem, ...) returned, got "
            f"{type(sweep).__name__}"
        )


def _label(sweep, rate, size):
    lost = ": diverged" if sweep.diverged[sweep.index(rate, size)].any() else ""
    return f"batch size {size}, rate {rate:.2g}{lost}"


def _ticks(low, high):
    """Return where a logarithmic axis has ticks: few, but never none."""
    return LogLocator(subs=(1, 2, 5) if high < 1e4 * low else (1,))


def _edges(centres):
    """Return the borders between the cells of a logarithmic axis."""
    logs = np.log(centres)
    gaps = np.diff(logs) if len(logs) > 1 else np.log([2])
    middle = logs[:-1] + gaps[: len(logs) - 1] / 2
    return np.exp([logs[0] - gaps[0] / 2, *middle, logs[-1] + gaps[-1] / 2])
