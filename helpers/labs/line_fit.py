"""Lessons 1 to 3: a line is fitted to real data, minibatch by minibatch."""

from functools import lru_cache
from itertools import chain, count, islice

import numpy as np
from matplotlib.figure import Figure

from helpers.data import load
from helpers.films.live import LiveFigure, in_style
from helpers.labs.controls import CountSlider, LogSlider, rates
from helpers.labs.core import Lab, legend
from helpers.losses import mean_squared_error
from helpers.minibatches import batches
from helpers.optimizers import SGD
from helpers.plots.base import CURVES, DESCENT, FAINT, MINIBATCH, MINIMUM, MINIMUM_WORDS

STEPS = 100
SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
START = np.array([-1.0, 1.0])
FAR = 1e4  # times the loss of any line worth looking at


@in_style
def line_fit(batch_size: int = 8, learning_rate: float = 0.1, step: int = 20) -> Lab:
    """Return the lab that follows one fit: the line, its loss and its two weights.

    The line y = w x + b goes through the diabetes data (body mass index against
    progression, both standardised); the loss is the mean squared error.

    Parameters
    ----------
    batch_size : int
        Rows in a minibatch; the last one of an epoch holds what is left.
    learning_rate : float
        Of plain gradient descent, ``SGD(learning_rate)``.
    step : int
        How many of the 100 steps to show; ``lab.animate("step", range(60))`` films
        the first 60.
    """
    problem = load("diabetes")
    x = problem.x_train[:, problem.feature_names.index("bmi")].astype(float)[:, None]
    y = problem.y_train.astype(float)
    inputs = np.hstack([x, np.ones_like(x)])
    best_weights = np.linalg.lstsq(inputs, y, rcond=None)[0][:, 0]
    best_loss = mean_squared_error(y, inputs @ best_weights[:, None])

    figure = Figure(figsize=(7.6, 4.2))
    panels = figure.subplot_mosaic("dl;dw", width_ratios=[1.15, 1])
    data, losses, weights = panels["d"], panels["l"], panels["w"]
    data.set(xlim=(-2.6, 4), ylim=(-2.6, 3.4))
    data.set_xlabel("body mass index (standard deviations)")
    data.set_ylabel("progression (standard deviations)")
    losses.set(xlim=(0, STEPS), ylim=(0.3, 30), yscale="log")
    losses.set_title("Loss over all rows")
    losses.tick_params(labelbottom=False)
    weights.set(xlim=(0, STEPS), ylim=(-2.2, 2), xlabel="step", title="Weights")

    data.plot(x, y, "o", color=FAINT, markersize=4, label="all rows")
    (batch,) = data.plot([], [], "o", color=MINIBATCH, mec="black", label="minibatch")
    ends = np.array([-2.6, 4])
    best_line = best_weights @ [ends, [1, 1]]
    data.plot(ends, best_line, "--", color=MINIMUM, label="best line")
    (line,) = data.plot([], [], color=DESCENT, linewidth=3, label="line now")
    title = data.set_title("Step 100")
    losses.axhline(best_loss, linestyle="--", color=MINIMUM)
    (curve,) = losses.plot([], [], color=DESCENT)
    for best, name in zip(best_weights, "wb", strict=True):
        weights.axhline(best, linestyle="--", color=MINIMUM)
        words = weights.text(STEPS, best, f"best {name}", ha="right", va="bottom")
        words.set(color=MINIMUM_WORDS, fontsize=9)
    (slope,) = weights.plot([], [], color=DESCENT, label="slope w")
    (intercept,) = weights.plot([], [], "-.", color=CURVES[4], label="intercept b")
    legend(figure, data.get_legend_handles_labels()[0])
    weights.legend(loc="lower right", ncols=2)

    @lru_cache(maxsize=8)
    def fit(batch_size, learning_rate):
        """Rows of each step; weights and loss over all rows before and after each."""
        optimizer = SGD(learning_rate)
        epochs = (batches(len(x), batch_size, epoch, seed=0) for epoch in count())
        chosen = list(islice(chain.from_iterable(epochs), STEPS))
        path = [START]
        with np.errstate(over="ignore", invalid="ignore"):
            for rows in chosen:
                predicted = inputs[rows] @ path[-1][:, None]
                errors = mean_squared_error.gradient(y[rows], predicted)
                path.append(optimizer.step(path[-1], (inputs[rows].T @ errors)[:, 0]))
            path = np.array(path)
            loss = mean_squared_error(y, inputs @ path[:, :, None])
        loss = np.nan_to_num(loss, nan=np.inf)
        # A line that has left the picture for good is not drawn any more.
        path[np.maximum.accumulate(loss) > FAR] = np.nan
        return chosen, path, loss

    def draw(batch_size, learning_rate, step):
        chosen, path, loss = fit(batch_size, learning_rate)
        rows = chosen[max(step, 1) - 1]
        steps = np.arange(step + 1)
        batch.set_data(x[rows], y[rows])
        line.set_data(ends, path[step] @ [ends, [1, 1]])
        curve.set_data(steps, loss[: step + 1])
        slope.set_data(steps, path[: step + 1, 0])
        intercept.set_data(steps, path[: step + 1, 1])
        title.set_text(f"Step {step}")
        if loss[step] > 10 * loss[0]:
            return "diverged", (
                f"At step {step} the loss is {loss[step]:.3g}, and it started at "
                f"{loss[0]:.3g}: the learning rate {learning_rate:g} is too high."
            )
        state = "converged" if loss[step] < 1.02 * best_loss else "moving"
        return state, (
            f"Step {step} of {STEPS}: loss {loss[step]:.3f} over all rows; "
            f"the best line has {best_loss:.3f}."
        )

    return Lab(
        line_fit,
        LiveFigure(figure, [batch, line, title, curve, slope, intercept]),
        {
            "batch_size": LogSlider("Batch size", [*SIZES, len(x)], batch_size, "rows"),
            "learning_rate": LogSlider("Learning rate", rates(0.001, 3), learning_rate),
            "step": CountSlider("Steps taken", 0, STEPS, step),
        },
        draw,
        "Left: the data, a minibatch, the line fitted so far and the best line. "
        "Right: the loss and the two weights against the step.",
        play="step",
        on_page={
            "batch_size": (*SIZES, len(x)),
            "learning_rate": (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.9, 1.2),
            "step": (*range(20), *range(20, STEPS + 1, 4)),
        },
    )
