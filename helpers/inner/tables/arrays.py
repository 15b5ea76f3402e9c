"""Arrays of one's own: features that are numbers already, or pictures."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.inner.tables import making
from helpers.inner.tables.cells import LARGEST
from helpers.inner.tables.columns import SMALLEST
from helpers.inner.tables.report import Report
from helpers.inner.tables.target import read_target


@dataclass(frozen=True)
class Scaling:
    """What turns arrays into ``x``: call it with rows of the same shape."""

    shape: tuple[int, ...]
    mean: np.ndarray
    scale: np.ndarray

    def __call__(self, x) -> np.ndarray:
        """Return float32 of shape (rows, features)."""
        x = rows_of_numbers(x)
        if x.shape[1:] != self.shape:
            shape = ", ".join(map(str, self.shape))
            raise ValueError(f"x must have shape (rows, {shape}), got {x.shape}")
        scaled = (x.reshape(len(x), -1) - self.mean) / self.scale
        return np.clip(scaled, -LARGEST, LARGEST).astype(np.float32)


def from_arrays(
    x, y, *, problem, groups, order, seed, name, feature_names, choose_loss
):
    """Return the fields of an OwnProblem: ``helpers.data.from_arrays`` makes one."""
    making.check_options(problem, groups, order, seed)
    x = rows_of_numbers(x)
    goal, y, why_not = read_target(_table(y, len(x)), problem, False, choose_loss)
    kept = why_not == ""
    x = x[kept]
    making.enough(len(x), "x")
    sorting = {"groups": groups, "order": order}
    sorting = {
        argument: _one_a_row(argument, values, len(kept))[kept]
        for argument, values in sorting.items()
        if values is not None
    }
    parts = making.split(y, goal.kind, seed, **sorting)
    goal, encoded = making.encode(goal, y, parts["train"])

    flat = x[parts["train"]].reshape(len(parts["train"]), -1).astype(np.float64)
    mean, scale = flat.mean(axis=0), flat.std(axis=0)
    if x.ndim > 2:  # one scale for a whole picture: some pixels are hardly ever lit
        scale = np.full_like(scale, flat.std())
    scale = np.where(scale < SMALLEST, 1.0, scale)
    scaling = Scaling(x.shape[1:], mean, scale)
    names = _names(feature_names, x.shape[1:])
    arrays = {"x_mean": mean.astype("f4"), "x_scale": scale.astype("f4")}
    rows = {"in the arrays": len(kept)}
    for why in sorted(set(why_not) - {""}):
        rows[f"left out: {why}"] = int((why_not == why).sum())
    for part, chosen in parts.items():
        arrays |= {f"x_{part}": scaling(x[chosen]), f"y_{part}": encoded[chosen]}
        rows[making.PARTS[part]] = len(chosen)
    done = "standardised" if x.ndim == 2 else "flattened, less the mean of each, scaled"
    columns = [("x", f"numbers of shape {x.shape[1:]}", 0, done)]
    columns = pd.DataFrame(columns, columns=["column", "was", "gaps", "done"])
    doubts = (
        *making.doubts.duplicates(pd.DataFrame(x.reshape(len(x), -1)), ()),
        *making.doubts.classes(goal, arrays["y_train"]),
        *making.doubts.wide(arrays["x_train"]),
    )
    report = Report(columns, rows, making.described(goal), doubts)
    return making.fields(name, goal, arrays, names, scaling, report)


def rows_of_numbers(x):
    """Return ``x`` as an array of finite numbers with a row for each example."""
    if hasattr(x, "toarray"):  # SciPy's sparse ones
        x = x.toarray()
    try:
        x = np.asarray(x)
    except ValueError as error:  # rows that differ in length
        raise ValueError(f"x makes no array: {error}") from None
    if x.dtype.kind not in "biuf":
        raise TypeError(
            f"x must hold numbers, got {x.dtype}: for columns of words use from_table"
        )
    if x.ndim < 2 or x.size == 0:
        raise ValueError(
            f"x must have shape (rows, features) or (rows, ...), got {x.shape}: make "
            "one feature a column with x[:, None]"
        )
    odd = x.size - int((np.abs(x.astype(np.float64)) <= LARGEST).sum())
    if odd:
        raise ValueError(
            f"x must be finite, got {odd} NaN or infinite values: repair them, or use "
            "from_table, which deals with gaps"
        )
    return x


def _table(y, rows):
    y = y if isinstance(y, pd.DataFrame) else np.asarray(y)
    if y.ndim not in (1, 2) or len(y) != rows:
        raise ValueError(
            "y must have a value, or a column for each label, in each of the "
            f"{rows} rows that x has, got shape {y.shape}"
        )
    table = pd.DataFrame(y).infer_objects()
    names = list(map(str, table.columns)) if len(table.columns) > 1 else ["y"]
    return table.set_axis(names, axis=1).reset_index(drop=True)


def _one_a_row(argument, values, rows):
    values = np.asarray(values)
    if values.shape != (rows,):
        raise ValueError(
            f"{argument} must have a value for each of {rows} rows, got {values.shape}"
        )
    return values


def _names(feature_names, shape):
    width = int(np.prod(shape))
    if feature_names is None:
        indices = np.ndindex(*shape)
        return ["x" + "_".join(map(str, index)) for index in indices]
    if len(feature_names) != width:
        raise ValueError(
            f"feature_names must be {width}, one for each feature, got "
            f"{len(feature_names)}"
        )
    return list(map(str, feature_names))
