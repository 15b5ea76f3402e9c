"""Problems of your own: from a table, or from arrays."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from inspect import signature
from warnings import warn

import numpy as np

from helpers.data.problem import Problem

# What other libraries call our options.
ELSEWHERE = {"drop": "leave_out", "exclude": "leave_out", "ignore": "leave_out"}
ELSEWHERE |= {"random_state": "seed", "kind": "problem", "task": "problem"}


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
        ``from_arrays`` takes for x. A ValueError names what is not there, a warning the
        words that no training row had.
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
    **unknown,
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

    _no_other(unknown, from_table)
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
    **unknown,
) -> OwnProblem:
    """Make a problem of arrays: of features that are numbers already, or of pictures.

    ``x`` has shape (rows, features), or (rows, height, width) and more, which is
    flattened: a picture gets one scale, a table one for each feature. ``y`` has a value
    for each row, or a column for each label. ``groups`` and ``order`` are arrays of a
    value for each row. All else, and what comes back, is as for ``from_table``.
    """
    from helpers.doctor import choose_loss
    from helpers.inner.tables import arrays

    _no_other(unknown, from_arrays)
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


def _no_other(unknown, function):
    """Say which option there is not, which comes near, and which there are."""
    for name, value in unknown.items():
        known = list(signature(function).parameters)[2:-1]
        near = get_close_matches(name, known, n=1, cutoff=0.7)
        near = [ELSEWHERE[name]] if ELSEWHERE.get(name) in known else near
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise TypeError(
            f"{function.__name__} has no option {name!r}, got {value!r}: {hint}There "
            f"are {', '.join(known)}"
        )


def _own(fields):
    problem = OwnProblem(**fields)
    if doubts := problem.report.doubts:
        warn("in doubt:\n- " + "\n- ".join(doubts), stacklevel=3)
    return problem
