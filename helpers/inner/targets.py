"""Targets and predictions that do not fit each other say why; nothing is broadcast."""

import numpy as np

from helpers.inner.arguments import floats, rows


def alike(y_true, y_pred):
    """Return targets and predictions of one shape and type, a number for each unit."""
    y_true, y_pred = rows("y_true", y_true), _predictions(y_pred)
    if y_true.dtype.kind not in "buif":
        raise TypeError(f"y_true must hold numbers, got {y_true.dtype}")
    if y_true.shape not in _shapes(y_pred.shape, runs=y_pred.ndim == 3):
        raise ValueError(_explain(y_true.shape, y_pred.shape))
    if not np.isfinite(y_true).all():
        raise ValueError(
            "y_true must be finite, got nan or inf: drop or repair such rows"
        )
    return y_true.astype(y_pred.dtype, copy=False), y_pred


def one_hot(y_true, y_pred):
    """Return targets whose every row shares 1 among the classes, and predictions."""
    y_pred = _classes(y_pred)
    if np.shape(y_true) in _shapes(y_pred.shape[:-1], runs=y_pred.ndim == 3):
        raise ValueError(
            f"y_true has shape {np.shape(y_true)}, labels: make them one-hot, with "
            f"np.eye({y_pred.shape[-1]})[y_true], or use the sparse loss"
        )
    y_true, y_pred = alike(y_true, y_pred)
    check_probabilities("y_true", y_true, "make it one-hot")
    if np.abs(y_true.sum(axis=-1) - 1).max() > 1e-3:
        raise ValueError("y_true must have rows that sum to 1: make it one-hot")
    return y_true, y_pred


def labels(y_true, y_pred):
    """Return integer labels, one a row for each run or for all, and predictions."""
    y_true, y_pred = rows("y_true", y_true), _classes(y_pred)
    shape, classes = y_pred.shape[:-1], y_pred.shape[-1]
    stacked = y_pred.ndim == 3
    if y_true.shape in _shapes(y_pred.shape, runs=stacked):
        raise ValueError(
            f"y_true has shape {y_true.shape}, one-hot rows: give labels, as from "
            "y_true.argmax(axis=-1), or use categorical_crossentropy"
        )
    if y_true.shape not in _shapes(shape, runs=stacked):
        raise ValueError(
            f"y_true must be labels of shape {shape[-1:]}, one a row, got shape "
            f"{y_true.shape} for y_pred of shape {y_pred.shape}"
        )
    if y_true.dtype.kind not in "iu":
        raise TypeError(
            f"y_true must be integer labels, got {y_true.dtype}: use y_true.astype(int)"
        )
    if y_true.min() < 0 or y_true.max() >= classes:
        raise ValueError(
            f"y_true must be labels from 0 to {classes - 1}, one for each of the "
            f"{classes} units, got {y_true.min()} to {y_true.max()}: count from 0, or "
            "give the output more units"
        )
    return y_true, y_pred


def check_probabilities(name, p, remedy):
    """Return ``p``, if nothing in it is below 0 or above 1."""
    if p.min() < 0 or p.max() > 1:
        raise ValueError(
            f"{name} must be between 0 and 1, got {p.min():g} to {p.max():g}: {remedy}"
        )
    return p


def _predictions(y_pred):
    y_pred = floats("y_pred", y_pred)
    if not 1 <= y_pred.ndim <= 3 or y_pred.size == 0:
        raise ValueError(
            "y_pred must have shape (rows, units) or (runs, rows, units), at least one "
            f"row, got {y_pred.shape}"
        )
    return y_pred


def _classes(y_pred):
    y_pred = _predictions(y_pred)
    if y_pred.ndim == 1 or y_pred.shape[-1] == 1:
        raise ValueError(
            f"y_pred must have a unit for each class, got shape {y_pred.shape}: use "
            "binary_crossentropy for a single unit"
        )
    return y_pred


def _shapes(shape, runs):
    """Shapes that fit: the same, or that of one run, which all runs share."""
    return (shape, shape[1:]) if runs else (shape,)


def _explain(true, pred):
    message = f"y_true has shape {true} but y_pred has shape {pred}"
    if pred[-1] == 1 and true in _shapes(pred[:-1], runs=len(pred) == 3):
        return f"{message}: use np.expand_dims(y_true, -1): each row has its unit"
    if true == (*pred, 1):
        return f"{message}: use y_true[..., 0]"
    if len(pred) == 3:
        return f"{message}: it must be the same, or {pred[1:]}, shared by all runs"
    return f"{message}: they must be the same"
