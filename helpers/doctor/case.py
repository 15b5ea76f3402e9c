"""What the doctor looks at: a model, and a sample of its data."""

from copy import copy
from functools import cached_property

import numpy as np

from .choice import choose_loss
from .compiled import as_metrics, of_output
from .data import holds_objects, is_list_of_rows, leaves
from .graph import RANGES, is_readable, name_of_activation, operations, producer
from .sample import Sample, quiet
from .target import Target


class Case(Sample):
    """A model with its data, read once; the rules look at this and at nothing else.

    ``target`` is None where there are several outputs: each is a case of its own, in
    ``heads``. ``outputs`` is the forward pass of a sample, or None, with ``failure``
    saying why. ``names`` are those of x and y in the user's code.
    """

    place = head = ""
    layers = ()  # those that can be read, with what the sample sends through them

    def __init__(self, model, x, y):
        super().__init__(model)
        counts = [len(getattr(model, kind, None) or ()) or None for kind in _ENDS]
        named = leaves(x, "x", counts[0])
        self.inputs, self.input_names = list(named.values()), list(named)
        self.rows = len(self.inputs[0])
        self.names = {"x": self.input_names[0], "y": "y"}
        given = (("x", x, counts[0]), ("y", y, counts[1]))
        self.lists = [n for n, v, count in given if is_list_of_rows(v, count)]
        self.objects = [n for n, v, _ in given if holds_objects(v)]
        self.numpy_text = getattr(getattr(x, "dtype", None), "kind", "") == "U"
        self.whole_loss = self.given_loss
        self.sample_rows = self._sample_rows()
        self.sample = [leaf[self.sample_rows] for leaf in self.inputs]
        self.keys = list(x) if isinstance(x, dict) else None
        self.outputs, self.failure = self._forward()
        if isinstance(self.outputs, list):
            counts[1] = len(self.outputs)
        shape = getattr(model, "output_shape", None) if model.built else None
        self.several = any(isinstance(s, list | dict) for s in (self.outputs, shape))
        none_needed = y is None and self.trains_itself
        self.targets = {} if none_needed else leaves(y, "y", counts[1])
        self.target_keys = list(y) if isinstance(y, dict) else None
        if self.several or none_needed:
            some = next(iter(self.targets.values()), self.inputs[0])
            self.target, self.target_rows = None, len(some)
        else:
            self.names["y"], values = next(iter(self.targets.items()))
            self.target = Target(values)
            self.target_rows = len(self.target.values)

    @cached_property
    def heads(self):
        """A case for each of several outputs, with its own target, loss and metrics."""
        if not self.several or not isinstance(self.outputs, list | dict):
            return []
        found = self.outputs
        keys = list(found) if isinstance(found, dict) else list(range(len(found)))
        names = list(getattr(self.model, "output_names", None) or map(str, keys))
        if len(self.targets) != len(keys) or len(names) != len(keys):
            return []
        if not isinstance(found, dict):
            return [self._head(i, key, names[i]) for i, key in enumerate(keys)]
        # Keras flattens a dict by its sorted keys, whatever their order is here.
        order = names if set(names) == set(keys) else sorted(keys)
        return [self._head(order.index(key), key, str(key)) for key in keys]

    def _head(self, i, key, name):
        shared = {k: v for k, v in vars(self).items() if k not in _OWN}
        head = copy(self)
        head.__dict__ = shared
        count, targets = len(self.targets), list(self.targets)
        label = f'y["{name}"]'.replace('"', "'")
        y = label if label in self.targets else targets[i]
        head.several, head.outputs = False, self.outputs[key]
        head.place, head.head = f"Output {name}: ", name
        head.names = self.names | {"y": y}
        head.target = Target(self.targets[y])
        head.target_rows = len(head.target.values)
        head.given_loss = of_output(self.given_loss, name, i, count)
        for field in ("given_metrics", "stored_metrics"):
            kept = getattr(self, field)
            kept = kept and [of_output(entry, name, i, count) for entry in kept]
            setattr(head, field, kept)
        head.metrics = (
            None if head.stored_metrics is None else as_metrics(head.stored_metrics)
        )
        tensors = getattr(self.model, "outputs", None)
        head.output_operation = tensors and producer(self.operations, tensors[i])
        return head

    @cached_property
    def operations(self):
        """The layers and operations from input to output, nested models opened."""
        return operations(self.model)

    @cached_property
    def output_operation(self):
        """What computes the output, past layers that only hand it on; or None."""
        return producer(self.operations)

    @cached_property
    def readable(self):
        """Whether the layers are known to run in their order: not in a subclass."""
        return is_readable(self.model)

    @cached_property
    def activation(self):
        """Name of the output's activation; None where only the values can tell."""
        if self.several:
            return None
        if not self.readable:
            return "softmax" if self.units != 1 and self.sums_to_1 else None
        return name_of_activation(self.output_operation)

    @property
    def sums_to_1(self):
        """Whether the outputs of each row share 1, as those of a softmax do."""
        outputs = self.outputs
        if outputs is None or self.several or outputs.ndim < 2 or len(outputs) < 8:
            return False
        sums = outputs.sum(axis=-1, dtype=float)
        return bool((outputs >= 0).all() and (abs(sums - 1) < 1e-3).all())

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
        if self.model.built:
            shape = getattr(self.model, "output_shape", None)
            return shape and tuple(shape[1:])
        units = getattr(self.output_operation, "units", 0)
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
        ignored = self.loss_settings.get("ignore_class")
        kept = y != ignored if ignored is not None else np.ones(1, bool)
        y = y.astype("int32" if self.kind == "sparse" else "float32")
        try:
            with quiet():
                tensors = map(keras.ops.convert_to_tensor, (y, outputs))
                losses = keras.ops.convert_to_numpy(call(*tensors))
                return float(np.mean(losses) / np.mean(kept))
        except Exception:  # the label rules say why
            return None

    def sample_targets(self):
        """Return the targets of the sample in the form that fit takes."""
        if not self.targets:
            return None
        if not self.several:
            return self.sample_target
        parts = [leaf[self.sample_rows] for leaf in self.targets.values()]
        keys = self.target_keys
        return dict(zip(keys, parts, strict=True)) if keys else parts

    @property
    def paired(self):
        """Whether outputs and targets of the sample stand side by side."""
        known = self.outputs is not None and self.numbers and not self.several
        return known and self.target_rows == self.rows

    @cached_property
    def copies(self):
        """Whether y is x again: an autoencoder, for which 0 and 1 are no labels."""
        return self.paired and any(
            (leaf == self.sample_target).all()
            for leaf in self.sample
            if leaf.shape == self.sample_target.shape
        )

    @cached_property
    def advice(self):
        """What choose_loss says of the target, or None."""
        try:
            return choose_loss(self.target.values)
        except (ValueError, TypeError, AttributeError):
            return None


_ENDS = ("inputs", "outputs")
_OWN = (
    *("heads", "output_operation", "activation", "squashed", "output_shape", "advice"),
    *("sample_target", "loss", "loss_name", "kind", "loss_settings", "copies"),
)
