"""Lesson 4: the map of learning rate by batch size, and the curves of its cells."""

from functools import lru_cache
from itertools import chain

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from helpers.data import load
from helpers.films.live import LiveFigure, in_style
from helpers.labs.core import Choice, CountSlider, Lab, LogSlider, legend
from helpers.plots.base import CURVES, DIVERGED, FULL_GRADIENT
from helpers.sweeps import sweep

RATES = [0.01 * 2**k for k in range(10)]
SIZES = [4, 8, 16, 32, 64, 128, 256, 512, 1079]
EPOCHS = 12
TICKS = [0.1, 0.2, 0.5, 1, 2, 5]
# What the curves are drawn against: the scale of the axis, and where it begins.
AGAINST = {"epochs": ("linear", 0.5), "steps": ("log", 0.9), "examples": ("log", 900)}
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
) -> Lab:
    """Return the lab of lesson 4: choose a cell of the map, and compare curves.

    Each cell is a network with one hidden layer of 64 units that learns the digits, all
    from the same start. Keep holds up to three curves beside the one chosen now.

    Parameters
    ----------
    learning_rate : float
        One of 0.01, 0.02, ..., 5.12, each twice the one before.
    batch_size : int
        One of 4, 8, ..., 512, and all 1,079 rows.
    epochs : int
        How many of the 12 epochs to show; ``lab.animate("epochs", range(1, 13))``
        films them.
    against : str
        What the curves are drawn against: "epochs", "steps" or "examples".
    """
    found = _small_sweep()
    figure = Figure(figsize=(8.4, 4.9))
    land, fall = figure.subplots(ncols=2, width_ratios=[1.1, 1])
    image, title = _map(land, _reached(found, EPOCHS))
    (crosses,) = land.plot([], [], "x", color=DIVERGED, label="diverged")
    (ridge,) = land.plot([], [], "o-", color=FULL_GRADIENT, mfc="white")
    ridge.set_label("best rate for a batch size")
    legend(figure, [ridge, crosses])
    fall.set(yscale="log", ylim=(0.08, 6), title="Validation loss of the cells")
    fall.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
    fall.minorticks_off()
    slots = [_Slot(land, fall, number) for number in range(len(STYLES))]
    parts = zip(*(slot.artists for slot in slots), strict=True)
    live = LiveFigure(figure, [image, crosses, ridge, *chain(*parts), title])
    kept = []

    def draw(learning_rate, batch_size, epochs, against):
        if fall.get_xlabel() != against:
            scale, low = AGAINST[against]
            fall.set_xscale(scale)
            fall.set(xlabel=against, xlim=(low, 1.1 * getattr(found, against).max()))
            live.new_background()
        reached = _reached(found, epochs)
        image.set_data(reached)
        crosses.set_data(*np.nonzero(np.isnan(reached))[::-1])
        ridge.set_data(range(len(SIZES)), np.nanargmin(reached, axis=0))
        title.set_text(f"Validation loss after epoch {epochs}")
        others = [(values["learning_rate"], values["batch_size"]) for values in kept]
        cells = _share_out((learning_rate, batch_size), others)
        for slot, cell in zip(slots, cells, strict=True):
            slot.show(cell, found, epochs, against)
        i, j = _index(learning_rate, batch_size)
        done = f"After epoch {epochs}, step {found.steps[i, j, 0, epochs - 1]}"
        return _verdict(done, learning_rate, batch_size, reached)

    return Lab(
        training,
        live,
        {
            "learning_rate": LogSlider("Learning rate", RATES, learning_rate),
            "batch_size": LogSlider("Batch size", SIZES, batch_size, "rows"),
            "epochs": CountSlider("Epochs", 1, EPOCHS, epochs),
            "against": Choice("Curves against", AGAINST, against),
        },
        draw,
        "Left: a map of the validation loss, batch size to the right, learning rate "
        "upwards. The best rates lie along a diagonal; crosses show where runs "
        "diverged. Right: the validation loss of the chosen cell and of those kept.",
        play="epochs",
        kept=kept,
        on_page={
            "against": AGAINST,
            "learning_rate": RATES,
            "batch_size": SIZES,
            "epochs": range(1, EPOCHS + 1),
        },
    )


@lru_cache(maxsize=1)
def _small_sweep():
    return sweep(
        load("digits"),
        learning_rates=RATES,
        batch_sizes=SIZES,
        epochs=EPOCHS,
        progress=False,
    )


def _reached(found, epochs):
    """Return the loss of each cell after so many epochs, nan where it has diverged."""
    losses, training = (
        values[:, :, 0, epochs - 1] for values in (found.valid_loss, found.train_loss)
    )
    return np.where(training > found.start_loss, np.nan, losses)


def _map(ax, losses):
    """Draw the axes of the map; return its image and its title."""
    ax.set(xlabel="batch size (rows)", ylabel="learning rate")
    ax.set_xticks(range(len(SIZES)), SIZES, rotation=45)
    ax.set_yticks(range(len(RATES)), [f"{rate:g}" for rate in RATES])
    ax.grid(False)
    image = ax.imshow(losses, "viridis_r", LogNorm(0.1, 3), origin="lower")
    image.set_interpolation("nearest")
    ax.set_aspect("auto")
    bar = ax.figure.colorbar(image, ax=ax, location="top", ticks=TICKS[:-1])
    bar.ax.minorticks_off()
    bar.set_ticklabels([f"{tick:g}" for tick in TICKS[:-1]])
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
            i, j = _index(*cell)
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


def _index(learning_rate, batch_size):
    return RATES.index(learning_rate), SIZES.index(batch_size)


def _verdict(done, learning_rate, batch_size, reached):
    """Say what a cell has reached, and which rate is the best for its batch size."""
    i, j = _index(learning_rate, batch_size)
    best = np.nanargmin(reached[:, j])
    if np.isnan(reached[i, j]):
        return "diverged", (
            f"{done}: worse than at the start. For batch size {batch_size} the "
            f"rate {learning_rate:g} is too high."
        )
    return "", (
        f"{done}: validation loss {reached[i, j]:.3f}. The best rate for batch "
        f"size {batch_size} is {RATES[best]:g}: {reached[best, j]:.3f}."
    )
