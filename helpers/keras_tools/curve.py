"""A learning curve that grows while Keras trains, and never floods."""

import sys
import time
import warnings

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from tqdm import tqdm

from helpers import plots


class LearningCurve(keras.callbacks.Callback):
    """Show one progress bar and a learning curve that grows while ``fit`` runs.

    Use it with ``verbose=0``: ``fit(..., verbose=0, callbacks=[LearningCurve()])``.
    The curve is drawn from what ``History`` keeps, so the training loss in it is
    Keras's running mean over each epoch. In the end one still picture is left. Outside
    a notebook only the bar is shown. ``plots.learning_curves({"My run": callback})``
    draws it again.

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
        self.params, self.bar, self.handle = {}, None, None

    def __getstate__(self):
        """Return what a copy keeps: the results, and nothing that is on the screen."""
        return vars(self) | {"bar": None, "handle": None}

    def on_train_begin(self, logs=None):
        """Make room for the picture."""
        self.epoch, self.history = [], {}
        self.drawn_at = -float("inf")
        self.bar = self.handle = None
        if plots.in_notebook():
            self.handle = display(self._picture(), display_id=True)

    def on_epoch_begin(self, epoch, logs=None):
        """Start the bar below the picture, at the first epoch."""
        self.steps_done = 0
        if self.bar is None:
            self.epochs_to_do, steps = self._epochs(epoch) - epoch, self._steps()
            total = self.epochs_to_do * steps if steps else None
            look = {"unit": " steps", "ncols": 80, "mininterval": 0.2}
            self.bar = tqdm(total=total, file=sys.stdout, **look)

    def on_train_batch_end(self, batch, logs=None):
        """Move the bar; several steps may have been taken at once."""
        done = min(batch + 1, self._steps() or batch + 1)
        self.bar.update(done - self.steps_done)
        self.steps_done = done

    def on_epoch_end(self, epoch, logs=None):
        """Take in the epoch's results; redraw when the last drawing is old enough.

        What some epochs do not measure, as with ``validation_freq``, is NaN there.
        """
        logs = {name: _number(value) for name, value in (logs or {}).items()}
        for name in self.history | logs:
            before = [float("nan")] * len(self.epoch)
            self.history.setdefault(name, before).append(logs.get(name, float("nan")))
        self.epoch.append(epoch)
        if self.bar.total is None:  # the data did not say how long an epoch is
            self.bar.total = self.bar.n * self.epochs_to_do
        done = f"epoch {epoch + 1} of {self._epochs(epoch)}"
        self.bar.set_description_str(done, refresh=False)
        if time.monotonic() - self.drawn_at > self.seconds:
            self._redraw()

    def on_train_end(self, logs=None):
        """Leave the full bar and the last picture."""
        if self.bar is not None:
            self.bar.close()
        self._redraw()

    def _steps(self):
        return self.params.get("steps")

    def _epochs(self, epoch):
        """Return how many there will be; a loop of one's own may not have said so."""
        return self.params.get("epochs") or epoch + 1

    def _redraw(self):
        if self.handle is None:
            return
        try:
            self.handle.update(self._picture())
        except Exception as error:  # a picture is no reason to stop a training
            warnings.warn(f"The learning curve cannot be drawn: {error}", stacklevel=2)
            self.handle = None
        self.drawn_at = time.monotonic()

    def _picture(self):
        with plt.style.context(plots.STYLE):
            ax = plots.learning_curves({self.title: self})[0]
            first = self.epoch[0] + 1 if self.epoch else 1
            plots.epoch_axis(ax, self._epochs(max([0, *self.epoch])), first)
            return plots.Picture(ax.figure, f"{self.title}: loss after each epoch.")


def _number(value):
    """Return a number as a float; a metric of several numbers stays as it is."""
    return float(value) if np.ndim(value) == 0 else value
