"""The picture of ``labs.line_fit`` as one usually writes it: pyplot, all drawn anew."""

from itertools import chain, count, islice

import matplotlib.pyplot as plt
import numpy as np

from helpers.data import load
from helpers.minibatches import batches
from helpers.plots.base import STYLE

plt.style.use(STYLE)
problem = load("diabetes")
x = problem.x_train[:, problem.feature_names.index("bmi")].astype(float)
y = problem.y_train[:, 0].astype(float)
inputs = np.column_stack([x, np.ones_like(x)])
best = np.linalg.lstsq(inputs, y, rcond=None)[0]
epochs = (batches(len(x), 8, epoch, seed=0) for epoch in count())
chosen = list(islice(chain.from_iterable(epochs), 100))
path = [np.array([-1.0, 1.0])]
for rows in chosen:
    errors = inputs[rows] @ path[-1] - y[rows]
    path.append(path[-1] - 0.1 * 2 * inputs[rows].T @ errors / len(rows))
path = np.array(path)
loss = ((inputs @ path.T - y[:, None]) ** 2).mean(axis=0)


def line_fit(step):
    """Draw the data, the line, the loss and the weights after so many steps."""
    fig, axes = plt.subplot_mosaic("dl;dw", figsize=(7.6, 4.2), width_ratios=[1.15, 1])
    ax, rows, ends = axes["d"], chosen[max(step, 1) - 1], np.array([-2.6, 4])
    ax.plot(x, y, "o", color="#BBBBBB", markersize=4, label="all rows")
    ax.plot(x[rows], y[rows], "o", color="#E69F00", mec="black", label="minibatch")
    ax.plot(ends, best[0] * ends + best[1], "--", color="#009E73", label="best line")
    now = path[step, 0] * ends + path[step, 1]
    ax.plot(ends, now, color="#0072B2", linewidth=3, label="line now")
    ax.set(title=f"Step {step}", xlim=(-2.6, 4), ylim=(-2.6, 3.4))
    ax.set_xlabel("body mass index (standard deviations)")
    ax.set_ylabel("progression (standard deviations)")
    fig.legend(loc="outside lower left", ncols=4, frameon=False)

    steps, ax = np.arange(step + 1), axes["l"]
    ax.axhline(((inputs @ best - y) ** 2).mean(), linestyle="--", color="#009E73")
    ax.plot(steps, loss[: step + 1], color="#0072B2")
    ax.set(xlim=(0, 100), ylim=(0.3, 30), yscale="log", title="Loss over all rows")
    ax.tick_params(labelbottom=False)

    ax = axes["w"]
    place = {"ha": "right", "va": "bottom", "color": "#006B4F", "fontsize": 9}
    for weight, name in zip(best, "wb", strict=True):
        ax.axhline(weight, linestyle="--", color="#009E73")
        ax.text(100, weight, f"best {name}", **place)
    ax.plot(steps, path[: step + 1, 0], color="#0072B2", label="slope w")
    ax.plot(steps, path[: step + 1, 1], "-.", color="#CC79A7", label="intercept b")
    ax.set(xlim=(0, 100), ylim=(-2.2, 2), xlabel="step", title="Weights")
    ax.legend(loc="lower right", ncols=2)
    plt.show()
