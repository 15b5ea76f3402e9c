"""Rules about x, and about x and y side by side."""

import numpy as np

from .cures import SCALE, chosen, scaled
from .graph import PASSIVE, kind_of
from .rules import error, note, warning
from .sample import size_of

UNSCALED = 20  # inputs this far from 0, in root mean square
FEW = 0.2  # a share of the rows that can be done without
FIRST = (
    *("Dense", "Conv1D", "Conv2D", "Conv3D", "SeparableConv1D", "SeparableConv2D"),
    *("LSTM", "GRU", "SimpleRNN", "Bidirectional", "ConvLSTM2D", "TimeDistributed"),
)
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "Bidirectional")
HANDS_ON = (*PASSIVE, "Masking", "ZeroPadding2D", "GaussianNoise", "Permute")
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
    known = all(wanted) and len(case.inputs) == 1 and wanted != shape
    if known and np.prod(wanted) == np.prod(shape):
        return found, f"x = np.reshape(x, {(-1, *wanted)})"
    if known and x.shape == wanted:
        return found, "x = x[None]  # one row, so y needs one too"
    return found, {"shape": shape}


@error(
    "embedding-range",
    why="An Embedding has a row for each index from 0 to input_dim - 1.",
    seen="On a CPU fit stops: 'indices ... is not in'; a GPU takes zeros, silently.",
    fix="keras.layers.Embedding({rows}, {units})  # in the place of {name}",
)
def _embedding_range(case):
    layers = [op for op in case.operations if kind_of(op) == "Embedding"]
    if len(case.inputs) > 1 or len(layers) != 1:
        return None
    x, layer = case.inputs[0], layers[0]
    if x.dtype.kind not in "iu" or not x.min() >= 0 or x.max() < layer.input_dim:
        return None
    found = f"Indices go to {x.max()}, and {layer.name} has {layer.input_dim} rows."
    holes = {"rows": x.max() + 1, "units": layer.output_dim, "name": layer.name}
    return found, holes


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
    why="NumPy's own text type is unknown to fit; Python objects are taken.",
    seen='fit stops: "Invalid dtype: str", though a call of the model works.',
    fix="x = x.astype(object)",
)
def _text_input(case):
    return "x is an array of NumPy's text." if case.numpy_text else None


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


@warning(
    "unscaled-input",
    why="Large inputs make large steps: features near 0 with spread 1 train best.",
    seen="A high loss at the start; units that saturate or die; SGD may explode, and "
    "Adam takes longer.",
    fix=SCALE.format("x"),
)
def _unscaled_input(case):
    for name, leaf, first in zip(
        case.input_names, case.inputs, first_layers(case), strict=True
    ):
        if first is None or leaf.dtype.kind not in "biuf":
            continue
        scale = size_of(leaf[case.sample_rows])
        if not scale > UNSCALED:
            continue
        pictures = leaf.ndim > 2 and leaf.min() >= 0 and 1 < leaf.max() <= 255
        cure = scaled(name, of_pictures=pictures or leaf.dtype == np.uint8)
        one_line = not case.plain and len(case.kernels) < 2
        found = f"{name} lies around {scale:.3g}."
        return found, cure, "note" if one_line else "warning"
    return None


@note(
    "one-time-step",
    why="A recurrent layer remembers from one time step to the next, and there is one.",
    seen="It trains as a Dense layer would, and has nothing to remember.",
    fix="keras.Input({shape})  # and x, y = np.stack([x[i : len(x) - 2 + i, 0] for i in"
    " range(3)], axis=1), y[2:]",
)
def _one_time_step(case):
    x = case.inputs[0]
    if len(case.inputs) > 1 or x.ndim != 3 or x.shape[1] != 1 or case.rows < 4:
        return None
    if any(getattr(op, "stateful", False) for op in case.operations):
        return None  # it remembers from batch to batch
    first = first_layers(case)[0]
    if first is None or kind_of(first) not in (
        "LSTM",
        "GRU",
        "SimpleRNN",
        "Bidirectional",
    ):
        return None
    return f"x of shape {x.shape}: one time step a row.", {"shape": (3, x.shape[2])}


def first_layers(case):
    """Return for each input the first layer that has weights for it; None if unknown.

    None as well where something scales the input first, or where the layer comes with
    weights of its own, that know the scale of their inputs.
    """
    model, count = case.model, len(case.inputs)
    if not (case.readable and model.built):
        return [None] * count
    if count == 1:
        return [_first([op for op in case.operations if kind_of(op) != "InputLayer"])]
    tensors = {getattr(t, "name", ""): t for t in getattr(model, "inputs", None) or ()}
    in_order = list(tensors.values())
    if case.keys:
        in_order = [tensors.get(key) for key in case.keys]
    return [_first(_after(case.operations, tensor)) for tensor in in_order[:count]]


def _after(operations, tensor):
    behind = []
    for operation in operations:
        try:
            if operation.input is tensor and kind_of(operation) != "InputLayer":
                behind.append(operation)
                tensor = operation.output
        except Exception:  # used twice, or with several inputs
            continue
    return behind


def _first(operations):
    import keras

    layer = next((op for op in operations if kind_of(op) not in HANDS_ON), None)
    if kind_of(layer) not in FIRST or not layer.trainable:
        return None
    bias = getattr(layer, "bias", None)
    trained = bias is not None and keras.ops.convert_to_numpy(bias).any()
    zeros = type(getattr(layer, "bias_initializer", None)).__name__ == "Zeros"
    return None if trained and zeros else layer
