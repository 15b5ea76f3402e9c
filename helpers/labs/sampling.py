"""Lesson 1: the batch size moves a cloud of minibatch gradients around the true one."""

from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure

from helpers.data import load
from helpers.films.live import LiveFigure, in_style
from helpers.labs.controls import LogSlider, Slider
from helpers.labs.core import Lab, legend
from helpers.plots.base import MINIBATCH

DRAWS = 300
SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256)


@in_style
def sampling(batch_size: int = 8, w: float = 0.0) -> Lab:
    """Return the lab of lesson 1: the gradients of many minibatches of one size.

    The model is the line y = w x through the diabetes data (body mass index against
    progression, both standardised), the loss the mean squared error; the gradient has
    a part along w and one along the intercept b, which stays 0.

    Parameters
    ----------
    batch_size : int
        Rows in each of the 300 minibatches, drawn without replacement.
    w : float
        The slope of the line at which the gradients are taken.
    """
    problem = load("diabetes")
    x = problem.x_train[:, problem.feature_names.index("bmi")].astype(float)
    y = problem.y_train[:, 0].astype(float)
    n = len(x)
    counts = np.arange(1, n + 1)
    sizes = np.array([*SIZES, n])
    # Each column is one shuffled copy of the rows; its first B rows are a minibatch.
    rows = np.tile(np.arange(n), (DRAWS, 1))
    orders = np.random.default_rng(0).permuted(rows, axis=1).T

    figure = Figure(figsize=(7.6, 4))
    cloud, law = figure.subplots(ncols=2)
    cloud.set(xlim=(-6, 6), ylim=(-5, 5))
    cloud.set(xlabel="slope of the loss along w", ylabel="slope of the loss along b")
    law.set(xlim=(0.9, n * 1.2), ylim=(0.02, 6), xscale="log", yscale="log")
    law.set(xlabel="batch size (rows)", ylabel="distance from the full gradient")
    law.set_title("Spread against batch size")
    (points,) = cloud.plot([], [], "o", color=MINIBATCH, alpha=0.5)
    points.set_label("minibatch gradients")
    (centre,) = cloud.plot([], [], "k+", markersize=16, label="full gradient")
    title = cloud.set_title("Minibatches of 100")
    (simple,) = law.plot([], [], "k:", label=r"as 1/$\sqrt{B}$")
    (exact,) = law.plot([], [], "k-", label="without replacement")
    (measured,) = law.plot([], [], "o", color=MINIBATCH, label="measured")
    (here,) = law.plot([], [], "o", color="black", markersize=12, fillstyle="none")
    legend(figure, [points, centre])
    law.legend(loc="lower left")

    @lru_cache(maxsize=1)
    def at(w):
        gradients = 2 * (w * x - y)[:, None] * np.column_stack([x, np.ones(n)])
        full = gradients.mean(axis=0)
        means = gradients[orders].cumsum(axis=0) / counts[:, None, None]
        spread = np.sqrt(((means - full) ** 2).sum(axis=2).mean(axis=1))
        one = np.sqrt(((gradients - full) ** 2).sum(axis=1).mean())
        return full, means, spread, one / np.sqrt(counts)

    factor = np.sqrt((n - counts) / (n - 1))

    def draw(batch_size, w):
        full, means, spread, root = at(w)
        found, predicted = spread[batch_size - 1], (root * factor)[batch_size - 1]
        points.set_data(*means[batch_size - 1].T)
        centre.set_data(full[:1], full[1:])
        simple.set_data(counts, root)
        exact.set_data(counts[:-1], (root * factor)[:-1])
        measured.set_data(sizes[:-1], spread[sizes[:-1] - 1])
        here.set_data([batch_size], [found])
        if batch_size == n:
            title.set_text(f"Batches of all {n} rows")
            return "", (
                f"With all {n} rows nothing is left to chance: {DRAWS} times the same "
                "gradient, no spread."
            )
        title.set_text(f"Minibatches of {batch_size}")
        return "", (
            f"The gradients of {DRAWS} minibatches of size {batch_size} lie "
            f"{found:.2f} from the full gradient (root mean square); "
            f"predicted {predicted:.2f}."
        )

    return Lab(
        sampling,
        LiveFigure(figure, [points, centre, title, simple, exact, measured, here]),
        {
            "batch_size": LogSlider("Batch size B", sizes.tolist(), batch_size, "rows"),
            "w": Slider("Slope w of line", -0.5, 1.5, 0.05, w),
        },
        draw,
        "Left: a cloud of minibatch gradients around the full gradient. Right: the "
        "cloud's spread against the batch size falls along the predicted line.",
        on_page={"w": (-0.5, 0, 0.5, 1, 1.5), "batch_size": sizes},
    )
