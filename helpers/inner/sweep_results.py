"""What a sweep found: losses and scores of a whole grid of networks."""

from dataclasses import dataclass, field

import numpy as np

from helpers.inner.arguments import one_of

MEASURES = ("train_loss", "valid_loss", "valid_score")


@dataclass(frozen=True)
class Cell:
    """One learning rate with one batch size, at the end: means over the seeds."""

    learning_rate: float
    batch_size: int
    train_loss: float
    valid_loss: float
    valid_score: float


@dataclass(frozen=True, eq=False)
class Sweep:
    """What each network of a grid reached at the end of each epoch.

    All arrays have the shape (learning_rates, batch_sizes, seeds, epochs).

    Attributes
    ----------
    train_loss, valid_loss : array
        Over all rows, never the running mean; inf once a run diverged.
    valid_score : array
        Accuracy for classes, the share of labels that are right for several labels, R
        squared for regression (NaN if the validation rows have all the same target);
        -inf once a run diverged.
    seconds : array
        By the clock, from the start, in steps alone. Networks that train side by side
        share their time in equal parts, so it is what a network costs in the sweep; a
        network on its own takes longer.
    epochs, steps, examples : array
        Passes, updates and rows used for them, since the start.

    start_loss : array, shape (seeds,)
        Over the training rows, before the first step.

    In a sweep that was interrupted the runs that did not finish are NaN.
    """

    problem: str
    learning_rates: np.ndarray
    batch_sizes: np.ndarray
    seeds: np.ndarray
    rows: int = field(repr=False)
    start_loss: np.ndarray = field(repr=False)
    train_loss: np.ndarray = field(repr=False)
    valid_loss: np.ndarray = field(repr=False)
    valid_score: np.ndarray = field(repr=False)
    seconds: np.ndarray = field(repr=False)

    @property
    def epochs(self):
        """The number of each epoch: 1, 2, ..."""
        return self._along_the_grid(1)

    @property
    def steps(self):
        """Updates made until the end of each epoch."""
        a_pass = np.ceil(self.rows / self.batch_sizes).astype(int)
        return self._along_the_grid(a_pass[:, None, None])

    @property
    def examples(self):
        """Rows used until the end of each epoch, each as often as it was."""
        return self._along_the_grid(self.rows)

    def _along_the_grid(self, an_epoch):
        epochs = np.arange(1, self.train_loss.shape[-1] + 1)
        return np.broadcast_to(an_epoch * epochs, self.train_loss.shape)

    @property
    def diverged(self):
        """Which runs end above the loss they started from: (rates, batches, seeds)."""
        return self.train_loss[..., -1] > self.start_loss

    def index(self, learning_rate, batch_size):
        """Return where a cell is: ``train_loss[index]`` has shape (seeds, epochs)."""
        near = np.isclose(self.learning_rates, learning_rate, rtol=1e-6, atol=0)
        same = self.batch_sizes == batch_size
        if not near.any() or not same.any():
            rates, sizes = _listed(self.learning_rates), _listed(self.batch_sizes)
            raise ValueError(
                f"learning_rate must be one of {rates} and batch_size one of {sizes}, "
                f"got {learning_rate!r} and {batch_size!r}"
            )
        return near.argmax(), same.argmax()

    def final(self, by="valid_loss"):
        """Return a measure after the last epoch, as a mean over the seeds.

        Parameters
        ----------
        by : str
            "train_loss", "valid_loss" or "valid_score".

        Returns
        -------
        ndarray, shape (learning_rates, batch_sizes)
            inf (the score: -inf) where one of the seeds diverged, NaN where one did not
            finish.
        """
        values = getattr(self, one_of("by", by, MEASURES))[..., -1].mean(axis=-1)
        worst = -np.inf if by == "valid_score" else np.inf
        return np.where(self.diverged.any(axis=-1), worst, values)

    def best(self, batch_size=None, by="valid_loss") -> Cell:
        """Return the best cell at the end.

        Parameters
        ----------
        batch_size : int, optional
            The best learning rate for this batch size; otherwise the best of all.
        by : str
            What is compared, as :meth:`final` returns it.

        If there is none, a ValueError gives the reason.
        """
        loss = self.final(by) * (-1 if by == "valid_score" else 1)
        if (np.isnan(loss) & np.isfinite(self.final("train_loss"))).any():
            raise ValueError(
                "R squared needs validation rows whose targets differ, so none is "
                'best: compare by="valid_loss"'
            )
        if batch_size is not None:
            _, j = self.index(self.learning_rates[0], batch_size)
            loss[:, np.arange(loss.shape[1]) != j] = np.nan
        if np.isnan(loss).all():
            raise ValueError(
                "no cell is finished, so none is best: let the sweep run on"
            )
        i, j = np.unravel_index(np.nanargmin(loss), loss.shape)
        if np.isinf(loss[i, j]):
            raise ValueError(
                "every run ends above the loss it started from, so none is best: try "
                f"learning_rates below {self.learning_rates.min():g}"
            )
        return Cell(
            float(self.learning_rates[i]),
            int(self.batch_sizes[j]),
            *(float(self.final(measure)[i, j]) for measure in MEASURES),
        )

    def to_frame(self):
        """Return a pandas DataFrame with a row for each run and epoch that finished."""
        import pandas as pd

        axes = {
            "learning_rate": self.learning_rates,
            "batch_size": self.batch_sizes,
            "seed": self.seeds,
            "epoch": self.epochs[0, 0, 0],
        }
        grid = np.meshgrid(*axes.values(), indexing="ij")
        columns = dict(zip(axes, grid, strict=True))
        for name in ("steps", "examples", "seconds", *MEASURES):
            columns[name] = getattr(self, name)
        frame = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
        return frame[frame["train_loss"].notna()].reset_index(drop=True)


def _listed(values):
    return ", ".join(f"{value:g}" for value in values)
