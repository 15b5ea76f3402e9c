"""Lesson 4: the map of learning rate by batch size, and the curves of its cells."""

from functools import lru_cache, partial
from itertools import chain

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from helpers.data import load
from helpers.data.problem import some_rows
from helpers.films.live import LiveFigure, in_style
from helpers.labs.controls import Choice, CountSlider, LogSlider
from helpers.labs.core import Lab, legend
from helpers.plots.base import CURVES, DIVERGED, FULL_GRADIENT
from helpers.sweeps import checked_problem, sweep

RATES = [0.01 * 2**k for k in range(10)]
AMOUNT_RATES = [0.001 * 2**k for k in range(10)]  # squared errors are steeper
SIZES = [4, 8, 16, 32, 64, 128, 256, 512, 1079]
EPOCHS = 12
# What the curves are drawn against: the scale of the axis, and where it begins.
AGAINST = {"epochs": "linear", "steps": "log", "examples": "log"}
# The cell chosen now, then those that were kept: never told apart by colour alone.
STYLES = (
    (CURVES[0], "o", "-", "●"),
    (CURVES[1], "s", "--", "■"),
    (CURVES[2], "^", "-.", "▲"),
    (CURVES[4], "D", ":", "◆"),
)


@in_style
def training(
    learning_rate: float = 0.32,
    batch_size: int = 32,
    epochs: int = EPOCHS,
    against: str = "epochs",
    problem=None,
) -> Lab:
    """Return the lab of lesson 4: choose a cell of the map, and compare curves.

    Each cell is a network with one hidden layer of 64 units that learns the digits, all
    from the same start. Keep holds up to three curves beside the one chosen now.

    Parameters
    ----------
    learning_rate : float
        One of 0.01, 0.02, ..., 5.12, each twice the one before; a tenth of these where
        the answer is an amount.
    batch_size : int
        One of 4, 8, ..., 512, and all 1,079 rows.
    epochs : int
        How many of the 12 epochs to show; ``lab.animate("epochs", range(1, 13))``
        films them.
    against : str
        What the curves are drawn against: "epochs", "steps" or "examples".
    problem : Problem or str, optional
        Data of your own, as ``from_table`` makes it, or the name of a problem that
        comes along. Of a large one it takes some of the rows, and says so.
    """
    on, make, (low, high) = "", training, (0.1, 3)
    if problem is None:
        found = _small_sweep()
    else:
        problem = checked_problem(
            load(problem) if isinstance(problem, str) else problem
        )
        some = some_rows(problem)
        found = _sweep(some, progress=True)
        low, high = _limits(found)
        start, size = _middle(found.learning_rates), _middle(found.batch_sizes)
        make = partial(training, problem=problem, learning_rate=start, batch_size=size)
        learning_rate = start if learning_rate == 0.32 else learning_rate
        batch_size = size if batch_size == 32 else batch_size
        on = f" of {problem.name}"
        if len(some.x_train) < len(problem.x_train):
            on += f", on {len(some.x_train):,} of {len(problem.x_train):,} rows"
    figure = Figure(figsize=(8.4, 4.9))
    land, fall = figure.subplots(ncols=2, width_ratios=[1.1, 1])
    ticks = _ticks(low, 2 * high)
    image, title = _map(land, found, _reached(found, EPOCHS), low, high)
    (crosses,) = land.plot([], [], "x", color=DIVERGED, label="diverged")
    (ridge,) = land.plot([], [], "o-", color=FULL_GRADIENT, mfc="white")
    ridge.set_label("best rate for a batch size")
    legend(figure, [ridge, crosses])
    fall.set(yscale="log", ylim=(0.8 * low, 2 * high))
    fall.set_title("Validation loss of the cells")
    fall.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    fall.minorticks_off()
    slots = [_Slot(land, fall, number) for number in range(len(STYLES))]
    parts = zip(*(slot.artists for slot in slots), strict=True)
    live = LiveFigure(figure, [image, crosses, ridge, *chain(*parts), title])
    kept = []
    first = {"epochs": 0.5, "steps": 0.9, "examples": 0.9 * found.rows}

    def draw(learning_rate, batch_size, epochs, against):
        if fall.get_xlabel() != against:
            fall.set_xscale(AGAINST[against])
            last = 1.1 * getattr(found, against).max()
            fall.set(xlabel=against, xlim=(first[against], last))
            live.new_background()
        reached = _reached(found, epochs)
        image.set_data(reached)
        crosses.set_data(*np.nonzero(np.isnan(reached))[::-1])
        learnt = np.flatnonzero(~np.isnan(reached).all(axis=0))
        ridge.set_data(learnt, np.nanargmin(reached[:, learnt], axis=0))
        title.set_text(f"Validation loss after epoch {epochs}")
        others = [(values["learning_rate"], values["batch_size"]) for values in kept]
        cells = _share_out((learning_rate, batch_size), others)
        for slot, cell in zip(slots, cells, strict=True):
            slot.show(cell, found, epochs, against)
        i, j = _index(found, learning_rate, batch_size)
        done = f"After epoch {epochs}, step {found.steps[i, j, 0, epochs - 1]}{on}"
        return _verdict(done, found, (i, j), reached)

    rates, sizes = found.learning_rates.tolist(), found.batch_sizes.tolist()
    return Lab(
        make,
        live,
        {
            "learning_rate": LogSlider("Learning rate", rates, learning_rate),
            "batch_size": LogSlider("Batch size", sizes, batch_size, "rows"),
            "epochs": CountSlider("Epochs", 1, EPOCHS, epochs),
            "against": Choice("Curves against", AGAINST, against),
        },
        draw,
        f"Left: a map of the validation loss{on}, batch size to the right, learning "
        "rate upwards. Crosses show where runs diverged. Right: the validation loss of "
        "the chosen cell and of those kept.",
        play="epochs",
        kept=kept,
        on_page={
            "against": AGAINST,
            "learning_rate": rates,
            "batch_size": sizes,
            "epochs": range(1, EPOCHS + 1),
        },
    )


@lru_cache(maxsize=1)
def _small_sweep():
    return _sweep(load("digits"), progress=False)


def _sweep(problem, progress):
    rows = len(problem.x_train)
    return sweep(
        problem,
        learning_rates=AMOUNT_RATES if problem.kind == "regression" else RATES,
        batch_sizes=[*(size for size in SIZES[:-1] if size < rows), rows],
        epochs=EPOCHS,
        progress=progress,
    )


def _limits(found):
    """Return the lowest loss of any epoch, and the loss at the start."""
    start = float(found.start_loss.max())
    losses = [_reached(found, epoch) for epoch in range(1, EPOCHS + 1)]
    lowest = float(np.nanmin(losses)) if np.isfinite(losses).any() else start
    lowest = lowest if lowest < 0.95 * start else start / 2
    return max(0.95 * lowest, start / 1000), start


def _middle(values):
    return values[len(values) // 2].item()


def _ticks(low, high):
    ticks = LogLocator(subs=(1, 2, 5)).tick_values(low, high)
    return [tick for tick in ticks if 0.99 * low <= tick <= high]


def _reached(found, epochs):
    """Return the loss of each cell after so many epochs, nan where it has diverged."""
    losses, training = (
        values[:, :, 0, epochs - 1] for values in (found.valid_loss, found.train_loss)
    )
    return np.where(training > found.start_loss, np.nan, losses)


def _map(ax, found, losses, low, high):
    """Draw the axes of the map; return its image and its title."""
    sizes, rates = found.batch_sizes, found.learning_rates
    ax.set(xlabel="batch size (rows)", ylabel="learning rate")
    ax.set_xticks(range(len(sizes)), sizes, rotation=45)
    ax.set_yticks(range(len(rates)), [f"{rate:g}" for rate in rates])
    ax.grid(False)
    image = ax.imshow(losses, "viridis_r", LogNorm(low, high), origin="lower")
    image.set_interpolation("nearest")
    ax.set_aspect("auto")
    ticks = _ticks(low, high)
    bar = ax.figure.colorbar(image, ax=ax, location="top", ticks=ticks)
    bar.ax.minorticks_off()
    bar.set_ticklabels([f"{tick:g}" for tick in ticks])
    return image, bar.ax.set_title(f"Validation loss after epoch {EPOCHS}")


class _Slot:
    """One of the cells that are compared: a ring on the map, a curve and its name."""

    def __init__(self, land, fall, number):
        colour, marker, line, self.sign = STYLES[number]
        (self.ring,) = land.plot(
            [], [], marker, color=colour, mec="white", mew=2, ms=13
        )
        (self.curve,) = fall.plot([], [], line, marker=marker, color=colour)
        self.name = fall.text(0.98, 0.98 - 0.07 * number, "", transform=fall.transAxes)
        self.name.set(color=colour, weight="bold", va="top", ha="right")
        self.artists = self.ring, self.curve, self.name

    def show(self, cell, found, epochs, against):
        """Show a cell, a learning rate and a batch size; or nothing for None."""
        for artist in self.artists:
            artist.set_visible(cell is not None)
        if cell is not None:
            i, j = _index(found, *cell)
            self.ring.set_data([j], [i])
            spent, losses = getattr(found, against), found.valid_loss
            self.curve.set_data(spent[i, j, 0, :epochs], losses[i, j, 0, :epochs])
            self.name.set_text(f"{self.sign} rate {cell[0]:g}, {cell[1]} rows")


def _share_out(chosen, kept):
    """Return the cell of each slot, or None: those kept take turns at all but one."""
    cells = [chosen] + [None] * (len(STYLES) - 1)
    for n, cell in enumerate(dict.fromkeys(kept)):
        cells[1 + n % (len(STYLES) - 1)] = cell
    return cells


def _index(found, learning_rate, batch_size):
    rates, sizes = found.learning_rates.tolist(), found.batch_sizes.tolist()
    return rates.index(learning_rate), sizes.index(batch_size)


def _verdict(done, found, cell, reached):
    """Say what a cell has reached, and which rate is the best for its batch size."""
    i, j = cell
    rate, size = found.learning_rates[i], found.batch_sizes[j]
    if np.isnan(reached[i, j]):
        return "diverged", (
            f"{done}: worse than at the start. For batch size {size} the rate {rate:g} "
            "is too high."
        )
    best = np.nanargmin(reached[:, j])
    return "", (
        f"{done}: validation loss {reached[i, j]:.3f}. The best rate for batch size "
        f"{size} is {found.learning_rates[best]:g}: {reached[best, j]:.3f}."
    )
