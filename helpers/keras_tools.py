"""Keras in notebooks: training that never floods, and a test that finds a rate."""

import sys
import time
from itertools import count

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from IPython.display import display
from tqdm import tqdm

from helpers import plots
from helpers.arguments import positive, whole
from helpers.minibatches import batches
from helpers.rate_range import RateRange, has_blown_up


class LearningCurve(keras.callbacks.Callback):
    """Show one progress bar and a learning curve that grows while ``fit`` runs.

    Use it with ``verbose=0``: ``fit(..., verbose=0, callbacks=[LearningCurve()])``.
    The curve is drawn from what ``History`` keeps, so the training loss in it is
    Keras's running mean over each epoch. In the end one still picture is left. Outside
    a notebook only the bar is shown.

    Parameters
    ----------
    title : str
        What the picture is called.
    seconds : float
        The least time between two redraws.
    """

    def __init__(self, title: str = "Learning curve", seconds: float = 0.4):
        super().__init__()
        self.title = title
        self.seconds = seconds

    def on_train_begin(self, logs=None):
        """Make room for the picture, and start the bar below it."""
        self.history = {}
        self.drawn_at = -float("inf")
        self.handle = None
        if plots.in_notebook():
            self.handle = display(self._picture(), display_id=True)
        epochs, steps = self.params["epochs"], self.params["steps"]
        total = epochs * steps if steps else None
        look = {"unit": " steps", "file": sys.stdout, "ncols": 80, "mininterval": 0.2}
        self.bar = tqdm(total=total, **look)

    def on_train_batch_end(self, batch, logs=None):
        """Move the bar."""
        self.bar.update()

    def on_epoch_end(self, epoch, logs=None):
        """Take in the epoch's results; redraw when the last drawing is old enough."""
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        done = f"epoch {epoch + 1} of {self.params['epochs']}"
        self.bar.set_description_str(done, refresh=False)
        if time.monotonic() - self.drawn_at > self.seconds:
            self._redraw()

    def on_train_end(self, logs=None):
        """Leave the full bar and the last picture."""
        self.bar.close()
        self._redraw()

    def _redraw(self):
        if self.handle is not None:
            self.handle.update(self._picture())
            self.drawn_at = time.monotonic()

    def _picture(self):
        with plt.style.context(plots.STYLE):
            ax = plots.learning_curves({self.title: self.history})[0]
            plots.epoch_axis(ax, self.params["epochs"])
            return plots.Picture(ax.figure, f"{self.title}: loss after each epoch.")


def learning_rate_range(
    build, x, y, low=1e-4, high=10.0, steps=100, batch_size=32, seed=0
) -> RateRange:
    """Let the rate rise from step to step, and see where the loss turns (Smith 2015).

    Parameters
    ----------
    build : callable
        ``build()`` returns a compiled Keras model. Its weights are put back in the end,
        so ``lambda: model`` tests a model that you have. Its own optimizer is not
        used: the steps are taken by another one with the same settings, and a schedule
        in it plays no part.
    x, y : array, or dict or list of arrays
        As for ``fit``: one row an example.
    low, high : float
        The rates of the first and of the last step; between them each step's rate is
        the same factor above the one before.
    steps : int
        How many, at most: the test ends where the loss blows up or is no number.
    batch_size : int
        If it is above the rows, each step takes all rows.
    seed : int
        Orders the minibatches.

    Returns
    -------
    RateRange
        With ``rates``, ``losses``, ``suggested``, ``reason`` and ``plot()``.

    A wrong argument raises a TypeError or ValueError that says what to use instead.
    """
    if positive("low", low) >= positive("high", high):
        raise ValueError(f"low must be below high, got {low:g} and {high:g}")
    rates = np.geomspace(low, high, whole("steps", steps, least=2))
    rows = _count_rows(x, y)
    model = _compiled(build)

    def part(data, rows):
        return keras.tree.map_structure(lambda array: np.asarray(array)[rows], data)

    drawn = (b for epoch in count() for b in batches(rows, batch_size, epoch, seed))
    model(part(x, [0]))  # before that a model without an Input has no weights
    before = [variable.numpy() for variable in model.variables]
    settings = model.optimizer.get_config() | {"learning_rate": low}
    optimizer = type(model.optimizer).from_config(settings)
    losses = []
    try:
        for rate, chosen in zip(rates, drawn, strict=False):
            inputs, targets = part(x, chosen), part(y, chosen)
            with tf.GradientTape() as tape:
                outputs = model(inputs, training=True)
                loss = model.compute_loss(inputs, targets, outputs, training=True)
            losses.append(float(loss))
            if has_blown_up(losses):
                break
            optimizer.learning_rate = rate
            weights = model.trainable_weights
            optimizer.apply(tape.gradient(loss, weights), weights)
    finally:
        for variable, value in zip(model.variables, before, strict=True):
            variable.assign(value)
    finite = np.isfinite(losses)
    if not finite[0]:
        raise ValueError(
            f"the first loss is {losses[0]}, before any rate could matter: "
            "helpers.doctor.diagnose(model, x, y) looks for the cause"
        )
    return RateRange(rates[: len(losses)][finite], np.array(losses)[finite])


def _count_rows(x, y):
    lengths = {len(array) for data in (x, y) for array in keras.tree.flatten(data)}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"x and y must have as many rows, got {sorted(lengths)}")
    return lengths.pop()


def _compiled(build):
    remedy = "give a function that returns a compiled model, such as `lambda: model`"
    if isinstance(build, keras.Model) or not callable(build):
        raise TypeError(f"build must be called to get a model, got {build!r}: {remedy}")
    model = build()
    if not isinstance(model, keras.Model):
        raise TypeError(f"build() must return a Keras model, got {model!r}: {remedy}")
    if not model.compiled:
        raise ValueError(
            "build() must return a compiled model: call "
            "model.compile(optimizer, loss) in it"
        )
    return model
