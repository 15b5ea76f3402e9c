"""Some rows of the data, and what the model makes of them."""

import re
import warnings
from contextlib import contextmanager
from functools import cached_property

import numpy as np

from .compiled import Compiled
from .probe import passed, passing

SAMPLE = 128  # rows of the one forward pass
SAMPLE_VALUES = 2_000_000  # and fewer where the rows are large pictures


class Sample(Compiled):
    """The forward pass of a sample; rows and inputs are read by the class below it."""

    def _sample_rows(self):
        size = max(sum(leaf[0].size for leaf in self.inputs), passing(self.model) // 4)
        count = min(self.rows, SAMPLE, max(8, SAMPLE_VALUES // max(1, size)))
        rows = np.unique(np.linspace(0, self.rows - 1, count).astype(int))
        return np.resize(rows, self.batch_size) if self.batch_size else rows

    @cached_property
    def batch_size(self):
        """How many rows the model takes at once, if that is fixed; or None."""
        inputs = getattr(self.model, "inputs", None)
        return inputs[0].shape[0] if inputs and inputs[0].shape else None

    def feed(self):
        """Return the sample in the form that the model takes."""
        if self.keys:
            return dict(zip(self.keys, self.sample, strict=True))
        return self.sample if len(self.sample) > 1 else self.sample[0]

    def _forward(self):
        """Return the outputs of a sample, or why there are none."""
        import keras

        if not self.model.built:
            return None, ""
        outputs, self.layers = passed(self)
        if outputs is not None:
            return outputs, ""
        try:
            with self.left_alone():
                outputs = self.model(self.feed(), training=False)
        except Exception as error:
            lines = re.sub(r"\x1b\[\d+m", "", str(error)).splitlines()
            told = [line for line in lines if line and "Exception enc" not in line]
            return None, f"{type(error).__name__}: {(told or [''])[0].strip()}"
        convert = keras.ops.convert_to_numpy
        if isinstance(outputs, dict):
            return {key: convert(value) for key, value in outputs.items()}, ""
        if isinstance(outputs, list | tuple):
            return [convert(value) for value in outputs], ""
        return convert(outputs), ""

    @contextmanager
    def left_alone(self):
        """Silence what runs, and give stateful layers back the states they had."""
        import keras

        states = [
            v for op in self.operations for v in getattr(op, "states", None) or ()
        ]
        values = [keras.ops.convert_to_numpy(state).copy() for state in states]
        try:
            with quiet():
                yield
        finally:
            for state, value in zip(states, values, strict=True):
                state.assign(value)


@contextmanager
def quiet():
    """Let nothing warn."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def of_bytes(values):
    """Whether these are pictures of 0 to 255, as bytes, as numbers, or in rows."""
    if values.dtype == np.uint8:
        return True
    if (
        values.dtype.kind not in "iuf"
        or values.min() < 0
        or not 1 < values.max() <= 255
    ):
        return False
    if values.ndim > 3:
        return True
    wide = values[0].size >= 50 and values.max() > 127
    return bool(wide and (values == np.floor(values)).all())


def size_of(values):
    """Return the root mean square of the finite values."""
    values = values.astype(float)
    values = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(np.square(values)))) if values.size else 0.0
