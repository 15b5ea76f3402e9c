"""Lesson 4: the map of learning rate by batch size, and the curves of its cells."""

from functools import lru_cache

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from helpers.data import load
from helpers.films.live import LiveFigure, in_style
from helpers.labs.core import Choice, CountSlider, Lab, LogSlider, legend
from helpers.sweeps import sweep

RATES = [0.01 * 2**k for k in range(10)]
SIZES = [4, 8, 16, 32, 64, 128, 256, 512, 1079]
EPOCHS = 12
AGAINST = ("epochs", "steps", "examples")
# The cell chosen now, then those that were kept: never told apart by colour alone.
LOOKS = (
    ("#0072B2", "o", "-", "●"),
    ("#E69F00", "s", "--", "■"),
    ("#000000", "^", "-.", "▲"),
    ("#CC79A7", "D", ":", "◆"),
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
    losses = found.valid_loss[:, :, 0]
    lost = found.train_loss[:, :, 0] > found.start_loss[0]
    spent = {name: getattr(found, name)[:, :, 0] for name in AGAINST}

    figure = Figure(figsize=(8.4, 4.9))
    land, fall = figure.subplots(ncols=2, width_ratios=[1.1, 1])
    land.set(xlabel="batch size (rows)", ylabel="learning rate")
    land.set_xticks(range(len(SIZES)), SIZES, rotation=45)
    land.set_yticks(range(len(RATES)), [f"{rate:g}" for rate in RATES])
    land.grid(False)
    shades = {"norm": LogNorm(0.1, 3), "cmap": "viridis_r"}
    area = {"origin": "lower", "aspect": "auto", "interpolation": "nearest"}
    image = land.imshow(losses[..., 0], **area, **shades)
    bar = figure.colorbar(image, ax=land, location="top", ticks=[0.1, 0.2, 0.5, 1, 2])
    bar.ax.minorticks_off()
    bar.set_ticklabels(["0.1", "0.2", "0.5", "1", "2"])
    title = bar.ax.set_title(f"Validation loss after epoch {EPOCHS}")
    fall.set(yscale="log", ylim=(0.08, 6), title="Validation loss of the cells")
    fall.set_yticks([0.1, 0.2, 0.5, 1, 2, 5], ["0.1", "0.2", "0.5", "1", "2", "5"])
    fall.minorticks_off()

    (crosses,) = land.plot([], [], "x", color="#D55E00", label="diverged")
    look = {"color": "black", "mfc": "white", "label": "best rate for a batch size"}
    (ridge,) = land.plot([], [], "o-", **look)
    marks, curves, names = [], [], []
    for number, (colour, marker, style, _) in enumerate(LOOKS):
        ring = {"color": colour, "mec": "white", "mew": 2, "ms": 13}
        marks += land.plot([], [], marker, **ring)
        look = {"color": colour, "marker": marker, "linestyle": style}
        curves += fall.plot([], [], **look)
        place = {"transform": fall.transAxes, "va": "top", "ha": "right"}
        place |= {"color": colour, "weight": "bold"}
        names.append(fall.text(0.98, 0.98 - 0.07 * number, "", **place))
    legend(figure, [ridge, crosses])
    live = LiveFigure(figure, [image, crosses, ridge, *marks, *curves, *names, title])
    kept = []

    def axis(against):
        if fall.get_xlabel() == against:
            return
        most = spent[against].max()
        low = {"epochs": 0.5, "steps": 0.9, "examples": 900}[against]
        fall.set_xscale("linear" if against == "epochs" else "log")
        fall.set(xlabel=against, xlim=(low, 1.1 * most))
        live.new_background()

    def draw(learning_rate, batch_size, epochs, against):
        axis(against)
        last = epochs - 1
        reached = np.where(lost[..., last], np.nan, losses[..., last])
        image.set_data(reached)
        crosses.set_data(*np.nonzero(lost[..., last])[::-1])
        best = np.nanargmin(reached, axis=0)
        ridge.set_data(range(len(SIZES)), best)
        title.set_text(f"Validation loss after epoch {epochs}")
        # The cells that were kept take turns, so that each keeps its look.
        held = dict.fromkeys((c["learning_rate"], c["batch_size"]) for c in kept)
        shown = {1 + n % (len(LOOKS) - 1): cell for n, cell in enumerate(held)}
        shown[0] = learning_rate, batch_size
        for slot, artists in enumerate(zip(marks, curves, names, strict=True)):
            for artist in artists:
                artist.set_visible(slot in shown)
            if slot in shown:
                rate, size = shown[slot]
                i, j = RATES.index(rate), SIZES.index(size)
                mark, curve, name = artists
                mark.set_data([j], [i])
                curve.set_data(spent[against][i, j, :epochs], losses[i, j, :epochs])
                name.set_text(f"{LOOKS[slot][3]} rate {rate:g}, {size} rows")
        i, j = RATES.index(learning_rate), SIZES.index(batch_size)
        steps = spent["steps"][i, j, last]
        done = f"After epoch {epochs}, step {steps}"
        if lost[i, j, last]:
            return "diverged", (
                f"{done}: worse than at the start. For batch size {batch_size} the "
                f"rate {learning_rate:g} is too high."
            )
        return "", (
            f"{done}: validation loss {reached[i, j]:.3f}. The best rate for batch "
            f"size {batch_size} is {RATES[best[j]]:g}: {reached[best[j], j]:.3f}."
        )

    return Lab(
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
    )


@lru_cache(maxsize=1)
def _small_sweep():
    grid = {"learning_rates": RATES, "batch_sizes": SIZES, "epochs": EPOCHS}
    return sweep(load("digits"), **grid, progress=False)
