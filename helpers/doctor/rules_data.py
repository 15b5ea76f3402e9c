"""Rules about x, and about x and y side by side."""

from contextlib import suppress

import numpy as np

from .cures import chosen
from .graph import PASSIVE, behind_inputs, kind_of
from .rules import error, warning

READERS = ("TextVectorization", "StringLookup", "Hashing", "CategoryEncoding")
FEW = 0.2  # a share of the rows that can be done without
ROWS = (
    "{0} = np.isfinite(np.asarray({1}, dtype=float)).reshape(len({1}), -1).all(axis=1)"
)


@error(
    "forward-fails",
    why="The model cannot take this x.",
    seen="fit and predict stop with the same error.",
    fix="keras.Input({shape})  # the shape of one row, as the model's first layer",
)
def _forward_fails(case):
    if not case.failure or _embedding_range.find(case):
        return None
    x, shape = case.inputs[0], case.inputs[0].shape[1:]
    found = f"{case.names['x']} of shape {x.shape}: {case.failure}."
    wanted = tuple((getattr(case.model, "inputs", None) or [x])[0].shape[1:])
    keys = _names(case.model)
    if case.keys and len(keys) == len(case.keys) and set(keys) != set(case.keys):
        found = f"x has the keys {case.keys}, the inputs of the model are {keys}."
        if len(keys) == 1:
            return found, f"x = {case.input_names[0]}"
        pairs = zip(keys, case.input_names, strict=True)
        return found, f"x = {{{', '.join(f'{key!r}: {x}' for key, x in pairs)}}}"
    known = all(wanted) and len(case.inputs) == 1 and wanted != shape
    turned = _turned(shape, wanted) if known else None
    if turned:
        return found, f"x = np.transpose(x, {turned})"
    if known and np.prod(wanted) == np.prod(shape):
        return found, f"x = np.reshape(x, {(-1, *wanted)})"
    if known and x.shape == wanted:
        return found, "x = x[None]  # one row, so y needs one too"
    if wanted == shape:
        return found, "model(x[:1])  # the whole message names the layer that stops"
    return found, {"shape": shape}


def _names(model):
    return [tensor.name for tensor in getattr(model, "inputs", None) or ()]


def _turned(shape, wanted):
    """Return the order of axes that makes one shape the other, or None."""
    if len(shape) != len(wanted) or sorted(shape) != sorted(wanted):
        return None
    left = list(enumerate(shape, 1))
    order = [0]
    for size in wanted:
        axis = next(pair for pair in left if pair[1] == size)
        left.remove(axis)
        order.append(axis[0])
    return tuple(order)


@error(
    "embedding-range",
    why="An Embedding has a row for each index from 0 to input_dim - 1.",
    seen="On a CPU fit stops: 'indices ... is not in'; a GPU takes zeros, silently.",
    fix="keras.layers.Embedding({rows}, {units})  # in the place of {name}",
)
def _embedding_range(case):
    for name, x, layer in _looked_up(case):
        whole = x.dtype.kind in "iu" or x.dtype.kind == "f" and (x == np.floor(x)).all()
        if not whole or not x.min() >= 0 or x.max() < layer.input_dim:
            continue
        found = f"Indices in {name} go to {x.max():.0f}, and {layer.name} has "
        holes = {"units": layer.output_dim, "name": layer.name}
        holes["rows"] = int(x.max()) + 1
        return f"{found}{layer.input_dim} rows.", holes
    return None


def _looked_up(case):
    """Return each input that goes into an Embedding as it is: name, values, layer."""
    found = []
    for name, x, behind in zip(
        case.input_names, case.inputs, behind_inputs(case), strict=True
    ):
        layer = next((op for op in behind if kind_of(op) not in PASSIVE), None)
        if kind_of(layer) == "Embedding":
            found.append((name, x, layer))
    return found


@error(
    "rows-differ",
    why="Every row of x needs its row of y.",
    seen='fit stops: "Data cardinality is ambiguous".',
    fix="n = {n}; x, y = x[:n], y[:n]  # if the first n belong together: often a filter"
    " was used on one of the two",
)
def _rows_differ(case):
    if case.target_rows == case.rows:
        return None
    found = f"x has {case.rows} rows and y has {case.target_rows}."
    times, rest = divmod(case.rows, case.target_rows)
    if times > 1 and not rest and len(case.inputs) == 1 and not case.several:
        found += f" Is each row of y meant for {times} rows of x?"
        return found, f"y = np.repeat(y, {times}, axis=0)"
    return found, {"n": min(case.rows, case.target_rows)}


@error(
    "python-list",
    why="Keras takes a list for several arrays, one for each input or output.",
    seen='fit stops: "Unrecognized data type", "Data cardinality is ambiguous", or an '
    "IndexError.",
    fix="{x} = np.asarray({x})",
)
def _python_list(case):
    if not case.lists:
        return None
    cure = "; ".join(f"{name} = np.asarray({name})" for name in case.lists)
    return f"{' and '.join(case.lists)} given as a list of rows.", cure


@error(
    "object-array",
    why="An array of Python objects, as a table of several kinds becomes, has no dtype "
    "that Keras could calculate with.",
    seen='fit stops: "Failed to convert a NumPy array to a Tensor (Unsupported object '
    'type int)", or "Invalid dtype: object".',
    fix='{x} = np.asarray({x}).astype("float32")',
)
def _object_array(case):
    text = {"x": any(leaf.dtype.kind in "US" for leaf in case.inputs)}
    text["y"] = case.target is None or case.target.text
    names = [name for name in case.objects if not text[name]]
    cure = "; ".join(f'{n} = np.asarray({n}).astype("float32")' for n in names)
    verb = "is an array" if len(names) == 1 else "are arrays"
    found = f"{' and '.join(names)} {verb} of dtype object, though of numbers."
    return (found, cure) if names else None


@error(
    "text-input",
    why="Weights multiply numbers: words must become numbers first.",
    seen='fit stops: "Invalid dtype: str", "Cast string to float is not supported".',
    fix="x = x.astype(object)",
)
def _text_input(case):
    name, x = case.input_names[0], case.inputs[0]
    if x.dtype.kind not in "US" or len(case.inputs) > 1:
        return None
    if not case.readable or any(kind_of(op) in READERS for op in case.operations):
        said = "x is an array of NumPy's own text, which fit does not take."
        return (said, "x = x.astype(object)") if case.numpy_text else None
    found = f"{name} holds text, such as {str(x.flat[0])!r:.40}, and no layer reads it."
    with suppress(ValueError):
        x.astype(float)
        return found, f'{name} = np.asarray({name}).astype("float32")'
    if x[0].size > 1:
        table = f"pandas.get_dummies(pandas.DataFrame({name}))"
        return found, f'{name} = {table}.to_numpy("float32")  # as many inputs'
    layer = next((op for op in case.operations if kind_of(op) == "Embedding"), None)
    words = getattr(layer, "input_dim", 1000)
    length = max(len(str(text).split()) for text in x.flat)
    if case.model.built and case.model.inputs[0].shape[1:2]:
        length = case.model.inputs[0].shape[1] or length
    reader = f"keras.layers.TextVectorization({words}, output_sequence_length={length})"
    return (
        found,
        f"reader = {reader}; reader.adapt({name}); {name} = np.asarray(reader({name}))",
    )


@error(
    "x-not-finite",
    why="One NaN or infinite input spoils every weight in a single step.",
    seen="The loss is NaN; or it stays finite behind a ReLU, with weights that are NaN "
    "and one prediction for all.",
    fix="{x} = np.where(np.isfinite(np.asarray({x}, dtype=float)), {x}, 0)  # or "
    "another value that says: missing",
)
def _x_not_finite(case):
    for name, leaf in zip(case.input_names, case.inputs, strict=True):
        # A finite sum has no such value in it, and is found sooner.
        if leaf.dtype.kind != "f" or np.isfinite(leaf.sum(dtype=float)):
            continue
        bad = ~np.isfinite(leaf)
        found = f"{name} holds {bad.sum()} NaN or infinite values"
        rows = bad.reshape(len(leaf), -1).any(axis=1).mean()
        if leaf.ndim == 2 and bad.any(axis=0).sum() <= leaf.shape[1] / 2:
            columns = np.flatnonzero(bad.any(axis=0))
            found += f", in column{'s' * (len(columns) > 1)} "
            found += ", ".join(map(str, columns[:5])) + " ..." * (len(columns) > 5)
        found += f", {rows:.0%} of the rows."
        if rows > FEW:
            return found, {"x": name}
        return found, f"{ROWS.format('keep', name)}; {chosen(case, 'keep')}"
    return None


@warning(
    "x-alike",
    why="The model sees the same thing each time, so it can only answer the same.",
    seen="The loss stays at that of guessing.",
    fix="np.unique(x, axis=0)  # what x holds",
)
def _x_alike(case):
    alike = all((leaf == leaf[:1]).all() for leaf in case.sample)
    return f"All {case.rows} rows of x are alike." if alike and case.rows > 1 else None
