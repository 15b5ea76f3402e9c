"""Minibatches, one after the other, of whatever ``fit`` takes."""

from itertools import count

import keras
import numpy as np
import tensorflow as tf

from helpers.inner.arguments import whole
from helpers.minibatches import batches

TENSORS = tf.Tensor, tf.RaggedTensor, tf.SparseTensor


def feed(model, x, y, sample_weight, class_weight, batch_size, seed):
    """Yield (x, y, sample weights) of each minibatch, without an end.

    Arrays are gone through in a new order each time, by ``batches``; what brings its
    batches itself is begun again where it ends, if it can be. A wrong argument raises
    a TypeError or ValueError that names it, before the first batch.
    """
    if x is None:
        raise TypeError("x must be arrays or batches, got None")
    if class_weight is not None:
        _check_class_weight(class_weight, sample_weight)
    if brings_batches(x):
        given = {"y": y, "sample_weight": sample_weight, "batch_size": batch_size}
        for name, value in given.items():
            if value is not None:
                raise ValueError(
                    f"{name} must be left out, got {_short(value)}: x, a "
                    f"{type(x).__name__}, brings its own batches, of (inputs, targets) "
                    "or (inputs, targets, sample weights)"
                )
        drawn = _as_they_come(model, x)
    else:
        drawn = _rows(model, x, y, sample_weight, batch_size, seed)
    for inputs, targets, weights in drawn:
        if targets is None and model.loss is not None:
            why = "the model's loss compares with targets"
            if brings_batches(x):
                raise ValueError(
                    f"x, a {type(x).__name__}, must give (inputs, targets), got inputs "
                    f"{_short(inputs)} alone: {why}. A data set of dicts needs x.map("
                    'lambda row: (row["image"], row["label"]))'
                )
            raise ValueError(f"y must be given, got None: {why}")
        if class_weight is not None:
            weights = _weights_of(class_weight, targets)
        yield inputs, targets, weights


def brings_batches(x):
    """Tell a data set, a generator and the like from arrays."""
    if hasattr(x, "__array__") or hasattr(x, "shape"):
        return False
    return np.iterable(x) and not isinstance(x, dict | list | tuple | str | range)


def _as_they_come(model, x):
    """Yield what a data set or a generator gives, again and again."""
    for number in count():
        taken = 0
        for taken, batch in enumerate(_once(x), start=1):  # noqa: B007
            parts = keras.utils.unpack_x_y_sample_weight(batch)
            parts = [keras.tree.map_structure(_tensor, _one(part)) for part in parts]
            if number == 0 and taken == 1:
                _check_batched(model, parts[0])
            yield parts
        if not taken:
            raise ValueError(
                f"x, a {type(x).__name__}, gives no batch: it is empty, or used up"
            )
        if iter(x) is x:  # it cannot be begun again
            raise ValueError(
                f"x, a {type(x).__name__}, ended after {taken} batches, before the "
                "test did: give one that goes on, a tf.data.Dataset or a "
                "keras.utils.PyDataset, or fewer steps"
            )
        if isinstance(x, keras.utils.PyDataset):
            x.on_epoch_end()


def _once(x):
    """Return the batches of one time through."""
    if not isinstance(x, keras.utils.PyDataset):
        return x
    try:
        number = x.num_batches
    except NotImplementedError:
        number = None
    return (x[index] for index in (count() if number is None else range(number)))


def _one(part):
    """Return a list of numbers as an array; a list of arrays is several inputs."""
    several = not isinstance(part, list | tuple) or any(map(_is_array, part))
    return part if several else np.asarray(part)


def _rows(model, x, y, sample_weight, batch_size, seed):
    """Yield minibatches of arrays."""
    x, y = _arrays("x", x, model, "inputs"), _arrays("y", y, model, "outputs")
    weights = _arrays("sample_weight", sample_weight, model, "outputs")
    given = {"x": x, "y": y, "sample_weight": weights}
    lengths = {
        name: sorted({leaf.shape[0] for leaf in _leaves(data)})
        for name, data in given.items()
    }
    different = set(sum(lengths.values(), []))
    if len(different) != 1 or 0 in different:
        got = ", ".join(
            f"{' and '.join(map(str, rows))} in {name}"
            for name, rows in lengths.items()
            if rows
        )
        raise ValueError(f"x and y must have as many rows, above 0, got {got}")
    (rows,) = different
    for part in _leaves(weights):
        if not (np.isfinite(part).all() and np.any(part)):
            raise ValueError(
                "sample_weight must be finite numbers, not all 0, got "
                f"{np.min(part)} to {np.max(part)}"
            )
    fixed = _fixed_batch(model)
    batch_size = fixed if fixed and not batch_size else batch_size
    batch_size = whole("batch_size", 32 if batch_size is None else batch_size, least=1)
    if fixed and (batch_size != fixed or rows % fixed):
        raise ValueError(
            f"batch_size must be {fixed}, as the stateful model takes it, and the rows "
            f"a multiple of it, got {batch_size} and {rows} rows: leave out "
            f"batch_size, and the last {rows % fixed} rows"
        )
    for epoch in count():
        for chosen in batches(rows, batch_size, epoch, seed):
            yield tuple(
                keras.tree.map_structure(lambda leaf: _tensor(leaf, chosen), data)  # noqa: B023
                for data in (x, y, weights)
            )


def _fixed_batch(model):
    """Return how many rows a model takes that keeps states from batch to batch."""
    stateful = any(getattr(layer, "stateful", False) for layer in model.layers)
    shapes = [tensor.shape for tensor in getattr(model, "inputs", None) or ()]
    return shapes[0][0] if stateful and shapes else None


def _leaves(data):
    return [leaf for leaf in keras.tree.flatten(data) if leaf is not None]


def _arrays(name, data, model, ends):
    """Return the arrays of a dict or list of arrays, or of one array."""
    if data is None:
        return None
    if isinstance(data, dict):
        parts = data.items()
        return {k: _arrays(f"{name}[{k!r}]", part, model, "") for k, part in parts}
    if isinstance(data, list) and data and all(isinstance(d, tuple) for d in data):
        raise ValueError(
            f"{name} is a list of {len(data)} tuples: if each is a batch, give "
            "np.concatenate of their inputs as x, and of their targets as y"
        )
    if isinstance(data, list | tuple) and any(map(_is_array, data)):
        _check_count(name, len(data), model, ends)
        return [_arrays(f"{name}[{i}]", part, model, "") for i, part in enumerate(data)]
    return _array(name, data)


def _is_array(part):
    if hasattr(part, "toarray"):
        return True
    return hasattr(part, "__array__") and np.ndim(part) > 0


def _check_count(name, given, model, ends):
    """Check that a list is of an array for each of the model's inputs or outputs."""
    known = getattr(model, ends, None) if ends else None
    if known and given != len(known):
        a_list = f"a list of {len(known)}, one for each of its {ends}"
        if len(known) == 1:
            a_list = f"np.stack({name}), one array of all rows"
        raise ValueError(
            f"{name} is a list of {given} arrays: the model takes {a_list}"
        )


def _array(name, data):
    """Return an array that TensorFlow takes."""
    if hasattr(data, "toarray"):
        return data.tocsr()
    if isinstance(data, str | bytes) or hasattr(data, "__fspath__"):
        raise TypeError(
            f"{name} must be arrays, got {data!r}: read the file first, with "
            "pandas.read_csv, np.load or keras.utils.image_dataset_from_directory"
        )
    if callable(data):
        raise TypeError(f"{name} must be arrays or batches, got {data!r}: call it")
    if isinstance(data, tf.RaggedTensor | tf.SparseTensor):
        raise TypeError(
            f"{name} must be an array or a tensor with a value in each place, got a "
            f"{type(data).__name__}: put it in batches, with "
            "tf.data.Dataset.from_tensor_slices((x, y)).batch(32)"
        )
    try:
        array = np.asarray(data)
    except Exception as error:  # each library has its own
        raise ValueError(
            f"{name} makes no array: pad its rows to one length ({error})"
        ) from None
    if array.ndim == 0:
        raise TypeError(f"{name} must have a row for each example, got {data!r}")
    _check_values(name, array)
    return array


def _check_values(name, array):
    kind, text = array.dtype.kind, array.dtype.kind in "USO" and array.size > 0
    if kind == "O":
        odd = [value for value in array.flat if not isinstance(value, int | float)]
        text = len(odd) == array.size and all(isinstance(v, str | bytes) for v in odd)
        if not text:
            such = f"as {odd[0]!r:.60} among them" if odd else "some of Python's own"
            raise TypeError(
                f"{name} must hold numbers, got objects, {such}: give "
                f'{name}.astype("float32"), or make numbers of words with '
                f"pandas.get_dummies({name}, dtype=float)"
            )
    elif kind not in "biufUS":
        raise TypeError(
            f"{name} must hold numbers, got {array.dtype}: turn it into numbers first"
        )
    if text and name.startswith("y"):
        raise TypeError(
            f"{name} must hold numbers, got text such as {str(array.flat[0])!r}: give "
            f"labels, with classes, y = np.unique({name}, return_inverse=True)"
        )


def _tensor(data, rows=slice(None)):
    """Return these rows as a tensor; fractions in the type that Keras trains in."""
    if data is None:
        return None
    if not isinstance(data, TENSORS):
        sparse = hasattr(data, "toarray")
        array = data[rows].toarray() if sparse else np.asarray(data)[rows]
        data = tf.convert_to_tensor(array.tolist() if array.dtype == object else array)
    return tf.cast(data, keras.config.floatx()) if data.dtype.is_floating else data


def _check_batched(model, inputs):
    known, leaves = getattr(model, "inputs", None), _leaves(inputs)
    if known and leaves and leaves[0].shape.rank == len(known[0].shape) - 1:
        raise ValueError(
            f"x gives single rows of shape {tuple(leaves[0].shape)}, no batches: give "
            "x.batch(32)"
        )


def _check_class_weight(class_weight, sample_weight):
    numbers = isinstance(class_weight, dict) and all(
        isinstance(value, int | float | np.number) and value >= 0
        for pair in class_weight.items()
        for value in pair
    )
    if not numbers:
        raise TypeError(
            "class_weight must be a dict from class to weight, such as {0: 1.0, 1: 5.0}"
            f", got {class_weight!r}"
        )
    if sample_weight is not None:
        raise ValueError(
            "give class_weight or sample_weight, not both: multiply them into one "
            "sample_weight"
        )


def _weights_of(class_weight, y):
    """Return the weight of each row by its class, as ``fit`` does; absent: 1."""
    if not isinstance(y, TENSORS) or y.shape.rank > 2:
        raise ValueError(
            "class_weight needs one class a row, and y has several outputs or places: "
            "give sample_weight instead"
        )
    y = y.numpy()
    labels = y.argmax(axis=-1) if y.ndim > 1 and y.shape[-1] > 1 else y.round()
    weights = [class_weight.get(int(label), 1.0) for label in labels.ravel()]
    return tf.constant(weights, keras.config.floatx())


def _short(value):
    shape = getattr(value, "shape", None)
    return f"an array of shape {tuple(shape)}" if shape else f"{value!r:.40}"
