"""Which loss for this target? The whole row of the table: output, labels, metric."""

import html
from dataclasses import dataclass

import numpy as np

from .guess import YES, guess
from .target import Target

PROBLEMS = ("regression", "binary", "multiclass", "multilabel", "counts")
FAR = 20  # quartile distances from the median: an outlier that squares would follow


@dataclass(frozen=True, repr=False)
class LossChoice:
    """What a target needs: printed, it is a table.

    ``labels`` is a line of code that turns your ``y`` into what the loss expects;
    ``metrics`` is ready for ``compile``. ``doubt`` says what the values alone cannot
    settle ("" where nothing is left open).
    """

    problem: str
    units: int
    activation: str
    labels: str
    loss: str
    metrics: list[str]
    why: str
    doubt: str = ""

    def output_layer(self):
        """Return the output layer: a ``keras.layers.Dense``, not yet built."""
        import keras

        return keras.layers.Dense(self.units, activation=self.activation)

    def _rows(self):
        rows = {
            "problem": self.problem,
            "output": f'Dense({self.units}, activation="{self.activation}")',
            "labels": self.labels,
            "loss": f'"{self.loss}"',
            "metrics": str(self.metrics).replace("'", '"'),
            "why": self.why,
            "in doubt": self.doubt,
        }
        return [(name, text) for name, text in rows.items() if text]

    def __repr__(self):
        return "\n".join(f"{name:<9} {text}" for name, text in self._rows())

    def _repr_html_(self):
        code = ("output", "labels", "loss", "metrics")
        cells = "".join(
            '<tr><th style="text-align: left; vertical-align: top">'
            f'{name}</th><td style="text-align: left">'
            + (f"<code>{html.escape(text)}</code>" if name in code else _prose(text))
            + "</td></tr>"
            for name, text in self._rows()
        )
        return f'<table style="max-width: 52em">{cells}</table>'


def _prose(text):
    return html.escape(text, quote=False)


def choose_loss(y, problem: str | None = None) -> LossChoice:
    """Say which output, labels, loss and metric a target needs, and why.

    Parameters
    ----------
    y : array, list, table or tensor, shape (rows,) or (rows, units)
        The target: numbers, booleans or text; one-hot or multi-hot rows.
    problem : "regression", "binary", "multiclass", "multilabel" or "counts", optional
        What it is, where the values alone leave a doubt. Left out, it is judged by
        the values.

    Returns
    -------
    LossChoice
        ``problem``, ``units``, ``activation``, ``labels``, ``loss``, ``metrics``,
        ``why``, ``doubt``; ``output_layer()`` gives the Keras layer.

    Raises
    ------
    TypeError
        If ``y`` is no array of numbers, booleans or text.
    ValueError
        If ``y`` is empty, ragged, has missing values or one value only, or does not
        fit the ``problem`` that is given.
    """
    if problem is not None and problem not in PROBLEMS:
        names = ", ".join(f'"{name}"' for name in PROBLEMS)
        raise ValueError(
            f"problem must be one of {names}, or left out, got {problem!r}"
        )
    target = Target(y)
    _check(target)
    doubt = ""
    if problem is None:
        problem, doubt = guess(target)
    return LossChoice(problem, *_CHOOSERS[problem](target, doubt))


def _check(target):
    if target.values.ndim > 2:
        raise ValueError(
            f"y must have shape (rows,) or (rows, units), got {target.shape}: give one "
            "row for each prediction, with y.reshape(-1, y.shape[-1])"
        )
    if target.missing:
        raise ValueError(
            f"y must be finite, got {target.missing} NaN or infinite values among "
            f"{target.values.size}: drop those rows of x and y, or repair them"
        )
    one_hot_of_one = target.columns > 1 and (target.values == target.values[0]).all()
    if len(target.distinct) == 1 or (one_hot_of_one and target.zero_one):
        value = target.values[0].tolist()
        raise ValueError(
            f"y must hold at least two different values, got {value!r} in each of "
            f"{len(target.values)} rows: there is nothing to learn; take rows of every "
            "class"
        )


def _regression(target, doubt):
    if target.text:
        raise ValueError(
            'problem="regression" needs numbers, but y holds text: give '
            "y.astype(float), or leave problem out (problem=None)"
        )
    values = target.values.astype(float)
    labels = f'np.asarray(y, dtype="float32").reshape(-1, {target.columns})'
    why = "an amount: the output is the prediction itself, and errors count squared"
    if not 0.1 <= target.scale <= 10:
        if target.columns == 1 or (values.std(axis=0) == 0).any():
            shift = f"({labels} - {values.mean():.6g}) / {values.std():.6g}"
        else:
            shift = f"({labels} - np.mean(y, axis=0)) / np.std(y, axis=0)"
        labels = shift
        why += (
            f". Values around {target.scale:.3g} are scaled, or SGD explodes and Adam "
            "crawls: use the numbers of the training rows for all rows"
        )
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    if high > low and np.abs(values - middle).max() > FAR * (high - low):
        far = 'some values lie far from the rest: "huber" follows them less'
        doubt = f"{doubt}; {far}" if doubt else far
    loss, metrics = "mean_squared_error", ["mean_absolute_error"]
    return target.columns, "linear", f"y = {labels}", loss, metrics, why, doubt


def _binary(target, doubt):
    if target.columns > 1:
        raise ValueError(
            f'problem="binary" needs one column, got {target.columns}: give one, with '
            'y[:, 1], or say problem="multiclass" or "multilabel"'
        )
    two = len(target.distinct) == 2
    if not two and not target.within_0_1:
        raise ValueError(
            f'problem="binary" needs two different values, got {len(target.distinct)}: '
            'say problem="multiclass" or "regression"'
        )
    if target.within_0_1 and (target.zero_one or not two):
        labels = 'y = np.asarray(y, dtype="float32").reshape(-1, 1)'
        means = "a yes"
    else:
        said = [word for word in target.distinct if str(word).strip().lower() in YES]
        known = target.text and len(said) == 1
        yes = said[0].item() if known else target.high
        labels = f'y = (np.asarray(y) == {yes!r}).astype("float32")'
        labels, means = f"{labels}.reshape(-1, 1)", f"{yes!r}"
    why = f"yes or no: one sigmoid unit gives the probability of {means}"
    return 1, "sigmoid", labels, "binary_crossentropy", ["accuracy"], why, doubt


def _multiclass(target, doubt):
    loss, units = "sparse_categorical_crossentropy", len(target.distinct)
    if target.columns > 1:
        if not target.shares:
            raise ValueError(
                'problem="multiclass" needs one column, or one-hot rows that sum to 1, '
                f"but y has {target.columns} columns with others: give one at a time, "
                'as y[:, 0], or say problem="multilabel" or "regression"'
            )
        loss, units = "categorical_crossentropy", target.columns
        labels = 'y = np.asarray(y, dtype="float32")'
        why = "each row shares 1 among the classes, as the softmax does"
    elif not (target.text or target.whole):
        raise ValueError(
            f'problem="multiclass" needs labels, but y holds fractions such as '
            f'{_fraction(target)!r}: say problem="regression"'
        )
    else:
        why = "one class of several: a softmax unit for each, labels 0, 1, 2, ..."
        labels = "classes, y = np.unique(y, return_inverse=True)"
        if not target.text and target.counted:
            start = " - 1" if target.low == 1 else ""
            labels = f"y = np.asarray(y, dtype=int).reshape(-1){start}"
    return units, "softmax", labels, loss, ["accuracy"], why, doubt


def _fraction(target):
    return target.distinct[target.distinct != np.floor(target.distinct)][0].item()


def _multilabel(target, doubt):
    signs = target.distinct.tolist() == [-1, 1]
    if target.columns == 1 or not (signs or target.within_0_1):
        raise ValueError(
            'problem="multilabel" needs a column of 0 and 1 for each label, got shape '
            f"{target.shape} with values {target.low!r} to {target.high!r}: make it "
            "multi-hot"
        )
    labels = 'y = np.asarray(y, dtype="float32")'
    if signs:
        labels = 'y = (np.asarray(y) > 0).astype("float32")'
    why = (
        "a row may carry several labels: one sigmoid unit answers yes or no for each. "
        '"accuracy" would look for the one largest'
    )
    loss, metrics = "binary_crossentropy", ["binary_accuracy"]
    return target.columns, "sigmoid", labels, loss, metrics, why, doubt


def _counts(target, doubt):
    if target.text or not target.whole or target.low < 0:
        low = (
            f"text such as {target.low!r}"
            if target.text
            else f"values such as {target.low!r}"
        )
        if not target.text and target.low >= 0:
            low = f"fractions such as {_fraction(target)!r}"
        raise ValueError(
            f'problem="counts" needs whole numbers from 0 on, but y holds {low}: say '
            'problem="regression"'
        )
    labels = f'y = np.asarray(y, dtype="float32").reshape(-1, {target.columns})'
    why = (
        "a number of events: the exponential keeps the mean above 0, and the Poisson "
        "loss lets large counts scatter more than small ones"
    )
    metrics = ["mean_absolute_error"]
    return target.columns, "exponential", labels, "poisson", metrics, why, doubt


# From a target and a doubt to the fields of a LossChoice after the problem.
_ALL = _regression, _binary, _multiclass, _multilabel, _counts
_CHOOSERS = dict(zip(PROBLEMS, _ALL, strict=True))
