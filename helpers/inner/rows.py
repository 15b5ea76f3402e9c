"""Rows to train on that a network cannot take say why, under the caller's names."""

import numpy as np

from helpers.inner.arguments import rows


def check_rows(x_name, x, y_name, y):
    """Return both as arrays, if they are as many rows of finite numbers."""
    x, y = rows(x_name, x), rows(y_name, y)
    if x.dtype == object and x.ndim == 0:
        raise TypeError(
            f"{x_name} must be an array, got {type(x.item()).__name__}: give inputs as "
            f"{x_name}, and targets as {y_name}"
        )
    if x.ndim != 2 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"{x_name} must have shape (rows, inputs), at least one row, and {y_name} "
            f"as many rows, got {x.shape} and {y.shape}"
        )
    for name, values in ((x_name, x), (y_name, y)):
        if values.dtype.kind not in "biuf":
            raise TypeError(
                f"{name} must hold numbers, got {values.dtype}: from_table of "
                "helpers.data makes numbers of a table with text"
            )
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ValueError(f"{name} must be finite, got nan or inf: repair such rows")
    return x, y


def check_match(network, x_name, x, y_name, y):
    """Raise what speaks against these rows for this network, in the caller's names."""
    logits = np.zeros((1, len(y), network.widths[-1]), network.weights[0].dtype)
    try:
        network.check_features(x)
        with np.errstate(all="ignore"):
            network.loss_of(y, logits)
    except (TypeError, ValueError) as error:
        said = str(error).replace("y_true", y_name).replace("y_pred", "the output")
        if said.startswith("x "):
            said = said.replace("x ", f"{x_name} ", 1).replace("x.", f"{x_name}.")
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(said) from None
