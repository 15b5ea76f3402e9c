"""Three real problems that come with scikit-learn, and problems of your own."""

from dataclasses import dataclass, field
from functools import cache
from warnings import warn

import numpy as np

from helpers.inner.arguments import one_of
from helpers.inner.bundled import bundled
from helpers.inner.tables.splits import split

KINDS = {"diabetes": "regression", "breast_cancer": "binary", "digits": "multiclass"}
# Chosen by looking at x alone: with most seeds some pixel of the digits that training
# hardly ever saw lit is up to 260 standard deviations out in the other parts.
SPLIT_SEED = 1


@dataclass(frozen=True)
class Problem:
    """A data set, split and standardised, ready to train on.

    ``load``, ``from_table`` and ``from_arrays`` make one, and anybody may build one:
    the arrays are all that training looks at. ``kind`` is "regression", "binary",
    "multiclass" or "multilabel".

    ``x_train``, ``x_valid`` and ``x_test`` are float32 of shape (rows, features).
    ``y_*`` are integers of shape (rows,) for classes, float32 of shape (rows, 1) or
    (rows, amounts) for regression, and float32 of 0 and 1 of shape (rows, labels) for
    "multilabel". ``target_names`` has a name for each class, amount or label.
    Whatever is standardised is measured on the training rows alone:
    ``x * x_scale + x_mean`` gives back the units of the file, and for regression
    ``y * y_scale + y_mean`` does. The arrays are read-only.
    """

    name: str
    kind: str
    x_train: np.ndarray = field(repr=False)
    y_train: np.ndarray = field(repr=False)
    x_valid: np.ndarray = field(repr=False)
    y_valid: np.ndarray = field(repr=False)
    x_test: np.ndarray = field(repr=False)
    y_test: np.ndarray = field(repr=False)
    feature_names: tuple[str, ...] = field(repr=False)
    target_names: tuple[str, ...] = field(repr=False)
    x_mean: np.ndarray = field(repr=False)
    x_scale: np.ndarray = field(repr=False)
    y_mean: float | np.ndarray = field(default=0.0, repr=False)
    y_scale: float | np.ndarray = field(default=1.0, repr=False)


@dataclass(frozen=True, kw_only=True)
class OwnProblem(Problem):
    """A Problem of your own: it prepares new rows, and gives answers in your words.

    ``report`` shows what was done with each column, which rows were left out and why,
    and what is in doubt. Words that no training row had count as rare ones, or as none.
    """

    report: object = field(repr=False)
    preparation: object = field(repr=False)
    target: object = field(repr=False)

    def rows(self, table) -> np.ndarray:
        """Return new rows as x: float32 of shape (rows, features).

        ``table`` is what ``from_table`` takes, with or without the target, or what
        ``from_arrays`` takes for x. A ValueError names what is not there.
        """
        return self.preparation(table)

    def answers(self, predictions) -> np.ndarray:
        """Return predictions in the units and words of your file.

        ``predictions`` of shape (rows, units), or (runs, rows, units): what a Keras
        model's ``predict`` or ``Network.forward`` returns. The answers have a value for
        each row, or one for each of (rows, names) where several are predicted.
        """
        return self.target.answers(predictions)

    def save(self, path):
        """Write all of it to a file, rows included; ``load_problem`` reads it.

        The model goes beside it: ``model.save("mine.keras")``.
        """
        from helpers.inner.tables import saving

        saving.save(self, path)


@cache
def load(name: str) -> Problem:
    """Load one of the three problems, always split in the same way.

    Parameters
    ----------
    name : str
        ``"diabetes"`` (regression, 442 patients), ``"breast_cancer"`` (binary,
        569 tumours) or ``"digits"`` (multiclass, 1,797 pictures of 8 x 8 pixels).

    Returns
    -------
    Problem
        Three fifths of the rows to train on, one fifth to choose with (valid), one
        fifth to score the capstone with (test). The classes keep their proportions.

    Another name raises a ValueError. Source: ``sklearn.datasets``, the copies that come
    with scikit-learn.
    """
    kind = KINDS[one_of("name", name, KINDS)]
    bunch = bundled(name)
    labels = None if kind == "regression" else bunch.target
    parts = split(len(bunch.data), labels, SPLIT_SEED)

    x_mean, x_scale = mean_and_scale(bunch.data[parts["train"]])
    x = ((bunch.data - x_mean) / x_scale).astype(np.float32)
    y_mean, y_scale = 0.0, 1.0
    if kind == "regression":
        y_mean, y_scale = map(float, mean_and_scale(bunch.target[parts["train"]]))
        y = ((bunch.target - y_mean) / y_scale).astype(np.float32)[:, None]
    else:
        y = bunch.target.astype(np.int64)

    arrays = {"x_mean": x_mean.astype(np.float32), "x_scale": x_scale.astype("f4")}
    for part, rows in parts.items():
        arrays |= {f"x_{part}": x[rows], f"y_{part}": y[rows]}
    for array in arrays.values():
        array.flags.writeable = False
    return Problem(
        name=name,
        kind=kind,
        feature_names=tuple(map(str, bunch.feature_names)),
        target_names=tuple(map(str, getattr(bunch, "target_names", ["progression"]))),
        y_mean=y_mean,
        y_scale=y_scale,
        **arrays,
    )


def mean_and_scale(values):
    """Return mean and standard deviation of each column; a constant one has 1."""
    scale = values.std(axis=0)
    return values.mean(axis=0), np.where(scale == 0, 1.0, scale)


def from_table(
    table,
    target,
    *,
    problem=None,
    groups=None,
    order=None,
    leave_out=(),
    seed=0,
    name=None,
) -> OwnProblem:
    """Make a problem of your own table.

    ::

        mine = from_table("houses.csv", target="price", problem="regression")
        mine.report
        found = sweep(mine, learning_rates=[0.01, 0.1, 1], batch_sizes=[8, 32, 128])
        mine.answers(model.predict(mine.rows("new_houses.csv")))

    Numbers are standardised, words become features of 0 and 1, dates numbers, gaps the
    median, with a feature that tells where they were. Columns that teach nothing are
    left out: one value only, row numbers, free text. All of it is learnt from the
    training rows alone, with scikit-learn's transformers.

    Parameters
    ----------
    table : DataFrame, path, address or dict of columns
        A CSV file may part its cells by , ; | or tabs, have decimal commas, thousands
        separators, currency or percent signs, and a title above the names.
    target : str or list of str
        The column to predict; or several: a label each if they say yes or no.
    problem : str, optional
        "regression", "binary", "multiclass" or "multilabel", where the values leave a
        doubt: whole numbers may be amounts or classes.
    groups : str, optional
        A column: rows that have the same value in it, such as those of one person, are
        kept together in one part. It is no feature.
    order : str, optional
        A column, such as a date: the first three fifths of the rows by it are to train
        with, the last fifth is to test.
    leave_out : str or list of str
        Columns that are not to be used.
    seed : int
        Draws the split: three fifths, one, one; classes keep their proportions.
    name : str, optional
        The name of the problem; by default that of the file.

    Returns
    -------
    OwnProblem
        A Problem with ``report``, ``rows``, ``answers`` and ``save``.

    Warns of what may make scores too good: columns that give the target away, copies of
    rows, several rows of one person, an order in time. A ValueError or TypeError names
    the column or argument that is wrong; a file that is not there is a
    FileNotFoundError.
    """
    from helpers.doctor import choose_loss
    from helpers.inner.tables import making

    how = {"problem": problem, "groups": groups, "order": order, "seed": seed}
    how |= {"leave_out": leave_out, "name": name, "choose_loss": choose_loss}
    return _own(making.from_table(table, target, **how))


def from_arrays(
    x,
    y,
    *,
    problem=None,
    groups=None,
    order=None,
    seed=0,
    name="arrays",
    feature_names=None,
) -> OwnProblem:
    """Make a problem of arrays: of features that are numbers already, or of pictures.

    ``x`` has shape (rows, features), or (rows, height, width) and more, which is
    flattened: a picture gets one scale, a table one for each feature. ``y`` has a value
    for each row, or a column for each label. ``groups`` and ``order`` are arrays of a
    value for each row. All else, and what comes back, is as for ``from_table``.
    """
    from helpers.doctor import choose_loss
    from helpers.inner.tables import arrays

    how = {"problem": problem, "groups": groups, "order": order, "seed": seed}
    how |= {"feature_names": feature_names, "name": name, "choose_loss": choose_loss}
    return _own(arrays.from_arrays(x, y, **how))


def load_problem(path) -> OwnProblem:
    """Return the problem that ``problem.save(path)`` wrote, ready to use.

    Reading it runs what the file says: open only files that you trust. Other versions
    of Python, NumPy, pandas or scikit-learn are named in a warning, or in a ValueError
    if it cannot be read.
    """
    from helpers.inner.tables import saving

    return saving.load(path)


def _own(fields):
    problem = OwnProblem(**fields)
    for doubt in problem.report.doubts:
        warn(doubt, stacklevel=3)
    return problem
