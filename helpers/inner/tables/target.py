"""A target as a table has it, as a network learns it, and back."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from helpers.inner.tables.cells import read_all

LEAST = 5  # rows of a class: three to train with, one to choose, one to test


@dataclass(frozen=True)
class Target:
    """What is predicted, and how it was written.

    ``classes`` has what the file calls each class (for "multilabel": no and yes of each
    column), and is empty for "regression", which has a ``mean`` and a ``scale``.
    """

    kind: str
    names: tuple[str, ...]
    classes: tuple = ()
    mean: float = 0.0
    scale: float = 1.0

    def encode(self, y, train):
        """Return Target and y as Problem keeps it; training rows set the scale."""
        if self.kind == "multilabel":
            return self, y.astype(np.float32)
        if self.kind != "regression":
            return self, y.astype(np.int64)
        mean, scale = float(y[train].mean()), float(y[train].std())
        scaled = ((y - mean) / scale).astype(np.float32)[:, None]
        return replace(self, mean=mean, scale=scale), scaled

    def answers(self, predictions):
        """Return predictions in the units and words of the file."""
        p = np.asarray(predictions)
        if p.dtype.kind not in "biuf" or p.ndim == 0 or not np.isfinite(p).all():
            raise ValueError(
                "predictions must be finite numbers, a row for each example, as "
                f"model.predict(x) returns them, got {p.dtype} of shape {p.shape}"
            )
        units = {"multiclass": len(self.classes), "multilabel": len(self.classes)}
        units = units.get(self.kind, 1)
        labels = self.kind in ("binary", "multiclass") and p.ndim == 1
        if labels and p.dtype.kind in "biu" and 0 <= p.min(initial=0):
            if p.max(initial=0) < len(self.classes):
                return np.array(self.classes)[p.astype(int)]
        two = self.kind == "binary" and p.shape[-1] == 2 and p.ndim > 1
        if p.ndim == 1 and units == 1:
            p = p[:, None]
        if p.ndim < 2 or (p.shape[-1] != units and not two):
            raise ValueError(
                f"predictions must have shape (rows, {units}), got {np.shape(p)}"
            )
        if self.kind == "regression":
            return p[..., 0].astype(np.float64) * self.scale + self.mean
        if self.kind == "multiclass" or two:
            return np.array(self.classes)[p.argmax(axis=-1)]
        if p.size and (p.min() < 0 or p.max() > 1):
            raise ValueError(
                f"predictions must be probabilities, got {p.min():.3g} to {p.max():.3g}"
                ": those of the sigmoid, as model.predict or network.forward give them"
            )
        yes = (p > 0.5).astype(int)
        if self.kind == "binary":
            return np.array(self.classes)[yes[..., 0]]
        words = [
            np.array(pair, object)[yes[..., i]] for i, pair in enumerate(self.classes)
        ]
        return np.stack(words, axis=-1)


def read_target(table, problem, semicolons, choose_loss):
    """Return the Target, its values, and for each row why it is left out ("" if kept).

    ``table`` has the columns of the target alone. What the values leave open is a
    ValueError that says how to settle it.
    """
    _, read = read_all(table, semicolons)
    read = pd.DataFrame(read, index=table.index)
    out = np.where(read.isna().any(axis=1), "the target is missing", "")
    kept = read[out == ""]
    for name, column in kept.items():
        _check(name, column, len(table))
    booleans = [pd.api.types.is_bool_dtype(kind) for kind in table.dtypes]
    if len(read.columns) > 1:
        target, y = _several(kept, booleans, problem, choose_loss)
    else:
        target, y = _one(kept.iloc[:, 0], booleans[0], problem, choose_loss)
    if target.kind in ("binary", "multiclass"):
        target, y, rare = _without_rare(target, y, table.columns[0])
        left_out = np.flatnonzero(out == "")[rare]
        out = out.astype(object)
        out[left_out] = f"its class has fewer than {LEAST} rows"
    return target, y, out.astype(object)


def _check(name, values, rows):
    if values.empty:
        raise ValueError(
            f"target {name!r} is missing in each of {rows} rows: choose another"
        )
    if values.dtype.kind == "M":
        raise ValueError(
            f"target {name!r} holds dates: predict an amount, such as days from a date"
        )
    distinct = values.unique()
    if len(distinct) == 1:
        raise ValueError(
            f"target {name!r} is {distinct.tolist()[0]!r} in each of {len(values)} "
            "rows: there is nothing to learn; take rows that differ"
        )
    if values.dtype == object and len(distinct) > max(20, len(values) / 2):
        raise ValueError(
            f"target {name!r} holds {len(distinct)} different texts in {len(values)} "
            "rows: names or free text are no classes; choose another column"
        )


def _one(column, boolean, problem, choose_loss):
    name, numbers = column.name, column.dtype != object
    distinct = np.unique(column.tolist())
    whole = numbers and bool((distinct == np.floor(distinct)).all())
    if problem is None and whole and len(distinct) > 2:
        raise ValueError(
            f"target {name!r} holds {len(distinct)} different whole numbers: amounts "
            'or classes? Say problem="regression" if 2 is twice as much as 1, or '
            'problem="multiclass" if they are names'
        )
    kind = _kind(name, np.array(column.tolist()), problem, choose_loss)
    if kind == "regression":
        return Target(kind, (name,)), column.to_numpy(np.float64)
    if kind == "binary" and len(distinct) != 2:
        raise ValueError(
            f'problem="binary" needs two different values, but target {name!r} has '
            f'{len(distinct)}: say problem="multiclass" or "regression"'
        )
    classes = distinct.astype(bool) if boolean else distinct
    classes = distinct.astype(int) if whole and not boolean else classes
    names = tuple(map(str, classes.tolist()))
    y = np.searchsorted(distinct, column.tolist())
    return Target(kind, names, tuple(classes.tolist())), y


def _several(columns, booleans, problem, choose_loss):
    y, classes = np.empty(columns.shape), []
    for i, (name, column) in enumerate(columns.items()):
        pair = np.unique(column.tolist())
        if len(pair) > 2:
            raise ValueError(
                f"target has several columns, so each must be yes or no, but {name!r} "
                f"has {len(pair)} different values: give one column"
            )
        y[:, i] = column.to_numpy() == pair[1]
        whole = pair.dtype.kind == "f" and (pair == np.floor(pair)).all()
        pair = pair.astype(bool if booleans[i] else int) if whole else pair
        classes.append(tuple(pair.tolist()))
    names = tuple(columns.columns)
    kind = _kind(", ".join(names), y, problem, choose_loss)
    if kind not in ("multiclass", "multilabel"):
        raise ValueError(
            f'problem="{kind}" needs one column, but target has {len(names)}: give '
            'one, or say problem="multilabel"'
        )
    if kind == "multiclass":  # one-hot
        return Target(kind, names, names), y.argmax(axis=1)
    return Target(kind, names, tuple(classes)), y


def _kind(name, values, problem, choose_loss):
    try:
        return choose_loss(values, problem).problem
    except ValueError as error:
        said = str(error).replace("y must", "it must").replace("but y", "but it")
        raise ValueError(f"target {name!r}: {said}") from None


def _without_rare(target, y, name):
    """Return Target and y without classes that are too rare to be split, and a mask."""
    counts = np.bincount(y, minlength=len(target.classes))
    rare = counts < LEAST
    if (~rare).sum() < 2:
        few = ", ".join(
            f"{target.names[i]!r} in {counts[i]}" for i in np.flatnonzero(rare)[:5]
        )
        raise ValueError(
            f"target {name!r} has {len(counts)} classes in {len(y)} rows, {few}: two "
            f"or more need at least {LEAST} rows each, for three parts; get more rows, "
            "or put classes together"
        )
    numbers = np.cumsum(~rare) - 1
    kept = {"names": target.names, "classes": target.classes}
    kept = {
        field: tuple(np.array(values, object)[~rare]) for field, values in kept.items()
    }
    return replace(target, **kept), numbers[y][~rare[y]], rare[y]
