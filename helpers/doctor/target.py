"""Read a target, whatever holds it, and say what its values look like."""

from contextlib import suppress
from functools import cached_property

import numpy as np

TEXT = "US"
LARGE = 2_000_000  # values that np.unique sorts in a moment


class Target:
    """The values of a target as an array of one kind, and what can be told from them.

    ``values`` has shape (rows,), (rows, units) or more; a single column counts as
    none: it becomes (rows,). ``shape`` is the shape as given.
    """

    def __init__(self, y):
        values = as_array(y)
        if values.ndim == 0 or values.size == 0:
            raise ValueError(
                f"y must hold at least one row, got shape {values.shape}: give one "
                "target for each row of x"
            )
        self.shape = values.shape
        one_column = values.ndim == 2 and values.shape[1] == 1
        self.values = values[:, 0] if one_column else values
        self.columns = values.shape[-1] if self.values.ndim > 1 else 1
        self.text = values.dtype.kind in TEXT

    @cached_property
    def missing(self):
        """How many values are NaN or infinite."""
        if self.text or np.isfinite(self.values.sum(dtype=float)):
            return 0
        return int((~np.isfinite(self.values)).sum())

    @cached_property
    def distinct(self):
        """The different values, sorted; of large pictures, those of some rows."""
        step = max(1, self.values.size // LARGE) if self.values.ndim > 1 else 1
        return np.unique(self.values[::step])

    @cached_property
    def low(self):
        """The least value."""
        return (self.distinct[0] if self.text else self.values.min()).item()

    @cached_property
    def high(self):
        """The greatest value."""
        return (self.distinct[-1] if self.text else self.values.max()).item()

    @cached_property
    def scale(self):
        """Root mean square of the values: how far from 0 they lie."""
        return float(np.sqrt(np.mean(np.square(self.values, dtype=float))))

    @cached_property
    def whole(self):
        """Whether every value is a whole number."""
        if self.text or self.values.dtype.kind in "biu":
            return not self.text
        return bool((self.values == np.floor(self.values)).all())

    @property
    def within_0_1(self):
        """Whether every value could be a probability."""
        return not self.text and self.low >= 0 and self.high <= 1

    @property
    def zero_one(self):
        """Whether the values are 0 and 1, and nothing between."""
        return self.whole and self.within_0_1

    @cached_property
    def shares(self):
        """Whether each row shares 1 among several columns: one-hot, or soft labels."""
        if self.columns == 1 or not self.within_0_1:
            return False
        return bool(np.abs(self.values.sum(axis=-1, dtype=float) - 1).max() < 1e-3)

    @property
    def multi_hot(self):
        """Whether a row may carry several labels at once, or none."""
        return self.columns > 1 and self.zero_one and not self.shares

    @property
    def counted(self):
        """Whether these are labels 0, 1, ... or 1, 2, ... with none left out."""
        if not self.whole or self.low not in (0, 1):
            return False
        return self.high - self.low + 1 == len(self.distinct)


def as_array(y, name="y"):
    """Return an array of booleans, numbers or text from whatever holds a target.

    Raises
    ------
    TypeError
        If it is no array, mixes kinds, or holds what no loss can use.
    ValueError
        If its rows differ in length, or text is missing.
    """
    if not isinstance(y, list | tuple | range) and not hasattr(y, "__array__"):
        raise TypeError(
            f"{name} must be an array, a list, a table or a tensor with a row for each "
            f"example, got {_what(y)}: {_remedy(y, name)}"
        )
    try:
        values = np.asarray(y)
    except Exception as error:  # each library has its own
        raise ValueError(
            f"{name} could not be read as an array: {_why(y, error)}"
        ) from None
    if values.dtype.kind in TEXT and isinstance(y, list | tuple) and not _is_text(y):
        values = np.asarray(y, dtype=object)  # np.asarray made text of the numbers
    if values.dtype.kind == "O":
        values = _from_objects(values, name)
    if values.dtype.kind not in "biuf" + TEXT:
        raise TypeError(
            f"{name} must hold numbers, booleans or text, got {values.dtype}: turn it "
            'into numbers first, for instance with .astype("float32")'
        )
    return values


def _what(y):
    return f"{type(y).__name__} {y!r:.60}" if isinstance(y, str) else type(y).__name__


def _remedy(y, name):
    if hasattr(y, "toarray"):
        return f"convert it with {name}.toarray()"
    if y is None:
        return "give what fit is given; the targets of an autoencoder are x again"
    if isinstance(y, str) or hasattr(y, "__fspath__"):
        return "read the file first, with np.load or pandas.read_csv"
    remedy = "convert it with np.asarray"
    batches = hasattr(y, "__next__") or hasattr(y, "element_spec")
    if batches or hasattr(type(y), "__getitem__"):
        one = "next(iter(data))" if batches else "data[0]"
        remedy += f", or take one large batch of a data set, x, y = {one}"
    return remedy


def _why(y, error):
    rows = y if isinstance(y, list | tuple) else ()
    shapes = {np.shape(row) for row in rows if hasattr(row, "shape")}
    if len(shapes) > 1:
        some = " and ".join(map(str, sorted(shapes)[:2]))
        return f"its rows have shapes such as {some}; give each row the same length"
    if "inhomogeneous" in str(error):
        return f"give each row the same length, or pad the short ones ({error})"
    return f"convert it first ({error})"


def _is_text(y):
    return all(isinstance(value, str | bytes) for value in y)


def _from_objects(values, name):
    """Return an array of one kind from an array of Python objects."""
    if values.size > LARGE and isinstance(values.flat[0], int | float):
        with suppress(TypeError, ValueError):  # else it is read value by value
            return values.astype(float)
    flat = values.ravel().tolist() if values.ndim else [values.item()]
    gone = [_is_missing(value) for value in flat]
    kinds = {type(v) for v, missing in zip(flat, gone, strict=True) if not missing}
    if kinds <= {str} or kinds <= {bytes}:
        if kinds and not any(gone):
            return np.array(flat).reshape(values.shape)
        raise ValueError(
            f"{name} has {sum(gone)} missing values among {len(flat)}: drop those rows "
            "of x and y, or give them a class of their own"
        )
    try:
        numbers = [
            np.nan if missing else _number(value)
            for value, missing in zip(flat, gone, strict=True)
        ]
    except TypeError:
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise TypeError(
            f"{name} must hold one kind of value with rows of one length, got {names}: "
            "make all of it numbers, with pandas.get_dummies or float(), or all of it "
            "text"
        ) from None
    return np.array(numbers).reshape(values.shape)


def _is_missing(value):
    """Tell None, NaN and pandas's NA and NaT, without pandas."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value


def _number(value):
    if isinstance(value, bool | int | float | np.generic):
        return value
    if isinstance(value, str | bytes) or not hasattr(value, "__float__"):
        raise TypeError
    return float(value)
