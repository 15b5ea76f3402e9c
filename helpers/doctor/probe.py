"""What the layers of a model hand on, for the rows of the sample."""

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from .graph import kind_of, name_of_activation

VALUES = 4_000_000  # that are kept at most, of all layers together
DENSE = ("Dense", "Conv1D", "Conv2D", "Conv3D")  # layers whose kernel meets their input


@dataclass(frozen=True)
class Passed:
    """A layer with what came in and what went out, an array each."""

    layer: object
    into: np.ndarray
    out: np.ndarray

    @property
    def kind(self):
        """Name of the layer's class."""
        return kind_of(self.layer)

    @property
    def activation(self):
        """Name of its activation, or None."""
        return name_of_activation(self.layer)

    @property
    def weighs(self):
        """Whether its kernel is multiplied with its input."""
        return self.kind in DENSE

    @cached_property
    def reach(self):
        """How far one unit moves if each of its weights moves by 1: sum of |inputs|."""
        taps = prod(self.layer.kernel.shape[:-1]) / self.into.shape[-1]
        return float(
            np.abs(self.into).mean(dtype=float) * self.into.shape[-1] * taps + 1
        )


def passed(case):
    """Return the outputs of a model that can be read, and its layers with their ends.

    The outputs are None where not all rows of the sample go through at once, or where
    the model has several.
    """
    import keras

    model = case.model
    layers, tensors = _ends(model) if case.readable else ([], [])
    feed = _in_order(model, case)
    if not layers or feed is None:
        return None, []
    size = sum(prod(d or 1 for d in tensor.shape[1:]) for tensor in tensors)
    rows = max(8, VALUES // max(size, 1))
    whole = case.batch_size or rows >= len(case.sample_rows)
    feed = feed if whole else [leaf[:rows] for leaf in feed]
    try:
        with case.left_alone():
            cut = keras.Model(model.inputs, [*tensors, *model.outputs], name="probe")
            values = cut(feed if len(feed) > 1 else feed[0], training=False)
    except Exception:  # a graph that cannot be cut, or an x that the model cannot take
        return None, []
    arrays = [keras.ops.convert_to_numpy(value) for value in values]
    pairs = zip(arrays[: len(tensors) : 2], arrays[1 : len(tensors) : 2], strict=True)
    found = [Passed(layer, *ends) for layer, ends in zip(layers, pairs, strict=True)]
    return (arrays[-1] if whole and len(model.outputs) == 1 else None), found


def passing(model):
    """Return how many numbers the layers hand on for one row, as far as is known."""
    tensors = _ends(model)[1][1::2] if model.built else []
    return sum(prod(d or 1 for d in tensor.shape[1:]) for tensor in tensors)


def _ends(model):
    """Return the layers with one input and one output, and these tensors in pairs."""
    layers, tensors = [], []
    for layer in getattr(model, "operations", None) or model.layers:
        try:
            ends = [layer.input, layer.output]
        except Exception:  # used twice, or never
            continue
        if kind_of(layer) != "InputLayer" and all(hasattr(e, "shape") for e in ends):
            layers.append(layer)
            tensors += ends
    return layers, tensors


def _in_order(model, case):
    if not case.keys:
        return case.sample
    named = dict(zip(case.keys, case.sample, strict=True))
    try:
        return [named[tensor.name] for tensor in model.inputs]
    except (KeyError, AttributeError):
        return None
