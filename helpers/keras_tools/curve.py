"""A learning curve that grows while Keras trains, and never floods."""

import sys
import time

import keras
import matplotlib.pyplot as plt
from IPython.display import display
from tqdm import tqdm

from helpers import plots


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
