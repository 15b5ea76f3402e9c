"""What the doctor looks at: a model, and a sample of its data."""

import re
import warnings
from functools import cached_property

import numpy as np

from .choice import choose_loss
from .compiled import Compiled
from .target import Target, as_array

SAMPLE = 128  # rows of the one forward pass
# Between which values an output can lie. What no name stands here for is judged by the
# values of the sample.
RANGES = {
    **dict.fromkeys(("sigmoid", "hard_sigmoid", "softmax"), (0, 1)),
    **dict.fromkeys(("tanh", "softsign", "hard_tanh"), (-1, 1)),
    **dict.fromkeys(("relu", "softplus", "exponential"), (0, np.inf)),
    **dict.fromkeys(
        ("linear", "elu", "selu", "gelu", "silu", "leaky_relu"), (-np.inf, np.inf)
    ),
}
# They hand on what they are given, so the activation is that of the layer before.
PASSIVE = ("Dropout", "Flatten", "Reshape", "Identity", "ActivityRegularization")


class Case(Compiled):
    """A model with its data, read once; the rules look at this and at nothing else.

    ``target`` is None where labels cannot be judged (several outputs); ``outputs`` is
    the forward pass of a sample, or None, with ``failure`` saying why.
    """

    def __init__(self, model, x, y):
        super().__init__(model)
        several = len(getattr(model, "inputs", None) or ()) > 1
        self.inputs = _leaves(x, "x", several)
        self.rows = len(self.inputs[0])
        self.lists = [n for n, v in (("x", x), ("y", y)) if _is_list_of_rows(v)]
        self.numpy_text = getattr(getattr(x, "dtype", None), "kind", "") == "U"
        step = np.linspace(0, self.rows - 1, min(self.rows, SAMPLE))
        self.sample_rows = np.unique(step.astype(int))
        self.outputs, self.failure = self._forward(x)
        shape = getattr(model, "output_shape", None) if model.built else None
        self.several = any(isinstance(s, list | dict) for s in (self.outputs, shape))
        if self.several:
            self.target, self.target_rows = None, len(_leaves(y, "y", several=True)[0])
        else:
            self.target = Target(y)
            self.target_rows = len(self.target.values)

    def _forward(self, x):
        """Return the outputs of a sample, or why there are none."""
        import keras

        if not self.model.built:
            return None, ""
        sample = [leaf[self.sample_rows] for leaf in self.inputs]
        if isinstance(x, dict):
            sample = dict(zip(x, sample, strict=True))
        elif len(sample) == 1:
            sample = sample[0]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                outputs = self.model(sample, training=False)
        except Exception as error:
            lines = re.sub(r"\x1b\[\d+m", "", str(error)).splitlines()
            told = [line for line in lines if line and "Exception enc" not in line]
            return None, f"{type(error).__name__}: {(told or [''])[0].strip()}"
        if isinstance(outputs, list | tuple | dict):
            return list(outputs), ""
        return keras.ops.convert_to_numpy(outputs), ""

    @cached_property
    def operations(self):
        """The layers and operations from input to output, nested models opened."""
        return _operations(self.model)

    @cached_property
    def output_operation(self):
        """What computes the output, past layers that only hand it on; or None."""
        for operation in reversed(self.operations):
            if type(operation).__name__ not in PASSIVE:
                return operation
        return None

    @cached_property
    def readable(self):
        """Whether the layers are known to run in their order: not in a subclass."""
        return _is_readable(self.model)

    @cached_property
    def activation(self):
        """Name of the output's activation; None where only the values can tell."""
        if not self.readable or self.several:
            return None
        operation = self.output_operation
        operation = getattr(operation, "layer", operation)  # inside TimeDistributed
        function = getattr(operation, "activation", type(operation))
        name = getattr(function, "__name__", "")
        return next((n for n in (name, name.lower()) if n in RANGES), None)

    @cached_property
    def squashed(self):
        """Whether the output is a probability: by activation, else by the sample."""
        if self.activation:
            return RANGES[self.activation] == (0, 1)
        if self.outputs is None or self.several:
            return None
        return bool((self.outputs >= 0).all() and (self.outputs <= 1).all())

    @cached_property
    def output_shape(self):
        """Shape of one row's output, or None."""
        if self.several:
            return None
        if self.outputs is not None:
            return self.outputs.shape[1:]
        units = None if self.model.built else getattr(self.output_operation, "units", 0)
        return (units,) if units else None

    @property
    def units(self):
        """How many numbers the output has for each prediction, or None."""
        return self.output_shape[-1] if self.output_shape else None

    @property
    def target_shape(self):
        """Shape of one row's target as it was given, or None."""
        return None if self.target is None else self.target.shape[1:]

    @property
    def shapes_known(self):
        """Whether target and output can be compared."""
        return self.target_shape is not None and bool(self.output_shape)

    @property
    def alike(self):
        """Whether a row of numbers stands against as many units, several of them."""
        same = self.shapes_known and self.target_shape == self.output_shape
        return same and self.units > 1 and self.numbers

    @property
    def numbers(self):
        """Whether the target is one of numbers, none of them missing."""
        target = self.target
        return target is not None and not target.text and not target.missing

    @cached_property
    def sample_target(self):
        """The target of the rows that went through the model, in the shape given."""
        rows = self.sample_rows[self.sample_rows < self.target_rows]
        return self.target.values.reshape(self.target.shape)[rows]

    @cached_property
    def advice(self):
        """What choose_loss says of the target, or None."""
        try:
            return choose_loss(self.target.values)
        except (ValueError, TypeError, AttributeError):
            return None

    @property
    def advised(self):
        """Its units, activation and loss: they fill the holes of a fix."""
        names = ("units", "activation", "loss")
        return {name: getattr(self.advice, name) for name in names if self.advice}

    @cached_property
    def kernels(self):
        """Each layer that has a kernel, with the kernel's values."""
        import keras

        return [
            (layer, keras.ops.convert_to_numpy(layer.kernel))
            for layer in self.operations
            if type(layer).__module__.startswith("keras.")
            and getattr(layer, "built", False)
            and getattr(layer, "kernel", None) is not None
        ]

    def evaluate(self, y, outputs):
        """Return the mean loss of the sample, or None where it cannot be calculated."""
        import keras

        call = getattr(self.loss, "call", self.loss)
        if self.kind in ("binary", "categorical") and y.size == outputs.size:
            y = y.reshape(outputs.shape)
        y = y.astype("int32" if self.kind == "sparse" else "float32")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tensors = map(keras.ops.convert_to_tensor, (y, outputs))
                return float(np.mean(keras.ops.convert_to_numpy(call(*tensors))))
        except Exception:  # the label rules say why
            return None


def _operations(model):
    found = []
    for operation in getattr(model, "operations", None) or model.layers:
        found += _operations(operation) if _is_readable(operation) else [operation]
    return found


def _is_readable(model):
    import keras

    functional = isinstance(model, keras.Model) and hasattr(model, "operations")
    return functional or isinstance(model, keras.Sequential)


def _leaves(values, name, several):
    """Return the arrays of an input: one, or one for each input of the model."""
    if isinstance(values, dict):
        named = {f"{name}[{key!r}]": leaf for key, leaf in values.items()}
    elif isinstance(values, list | tuple) and (several or not _is_list_of_rows(values)):
        named = {f"{name}[{i}]": leaf for i, leaf in enumerate(values)}
    else:
        named = {name: values}
    leaves = [as_array(leaf, name) for name, leaf in named.items()]
    if not leaves or any(leaf.ndim == 0 or leaf.size == 0 for leaf in leaves):
        shapes = ", ".join(str(leaf.shape) for leaf in leaves)
        raise ValueError(f"{name} must hold at least one row, got {shapes or values!r}")
    return leaves


def _is_list_of_rows(values):
    filled = isinstance(values, list | tuple) and len(values) > 0
    return filled and not hasattr(values[0], "shape")
