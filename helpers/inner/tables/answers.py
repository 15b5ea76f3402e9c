"""A target as a network learns it, and predictions as the file would write them."""

from dataclasses import dataclass, replace

import numpy as np

from helpers.inner.tables.cells import LARGEST


@dataclass(frozen=True)
class Target:
    """What is predicted, and how it was written.

    ``classes`` has what the file calls each class (for "multilabel": no and yes of each
    column), and is empty for "regression", which has a ``mean`` and a ``scale``.
    """

    kind: str
    names: tuple[str, ...]
    classes: tuple = ()
    mean: float | np.ndarray = 0.0
    scale: float | np.ndarray = 1.0

    def encode(self, y, train):
        """Return Target and y as Problem keeps it; training rows set the scale."""
        if self.kind == "multilabel":
            return self, y.astype(np.float32)
        if self.kind != "regression":
            return self, y.astype(np.int64)
        mean, scale = y[train].mean(axis=0), y[train].std(axis=0)
        scaled = ((y - mean) / scale).clip(-LARGEST, LARGEST).astype(np.float32)
        if len(self.names) == 1:
            mean, scale = mean.item(), scale.item()
        return replace(self, mean=mean, scale=scale), scaled

    def answers(self, predictions):
        """Return predictions in the units and words of the file."""
        p = np.asarray(predictions)
        if p.dtype.kind not in "biuf" or p.ndim == 0 or not np.isfinite(p).all():
            raise ValueError(
                "predictions must be finite numbers, a row for each example, as "
                f"model.predict(x) returns them, got {p.dtype} of shape {p.shape}"
            )
        labels = self.kind in ("binary", "multiclass") and p.dtype.kind in "iu"
        if labels and p.ndim == 1:
            return self._words(p)
        units = 1 if self.kind == "binary" else len(self.names)
        if p.ndim == 1 and units == 1:
            p = p[:, None]
        two = self.kind == "binary" and p.ndim > 1 and p.shape[-1] == 2
        if p.ndim < 2 or (p.shape[-1] != units and not two):
            raise ValueError(
                f"predictions must have shape (rows, {units}), got {np.shape(p)}"
            )
        if self.kind == "regression":
            amounts = p.astype(np.float64) * self.scale + self.mean
            return amounts[..., 0] if units == 1 else amounts
        if self.kind == "multiclass" or two:
            return self._words(p.argmax(axis=-1))
        if p.size and (p.min() < 0 or p.max() > 1):
            raise ValueError(
                f"predictions must be probabilities, got {p.min():.3g} to {p.max():.3g}"
                ": those of the sigmoid, as model.predict or network.forward give them"
            )
        yes = (p > 0.5).astype(int)
        if self.kind == "binary":
            return self._words(yes[..., 0])
        pairs = [np.array(pair, object) for pair in self.classes]
        return np.stack([pair[yes[..., i]] for i, pair in enumerate(pairs)], axis=-1)

    def _words(self, labels):
        last = len(self.classes) - 1
        if labels.size and (labels.min() < 0 or labels.max() > last):
            raise ValueError(
                f"predictions must be labels from 0 to {last}, got {labels.min()} to "
                f"{labels.max()}"
            )
        return np.array(self.classes)[labels]
