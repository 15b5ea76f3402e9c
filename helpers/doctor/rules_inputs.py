"""Rules about the scale and the shape in which inputs reach the first weights."""

import numpy as np

from .cures import SCALE, scaled, scaled_target
from .graph import PASSIVE, behind_inputs, kind_of
from .graph import operations as operations_of
from .rules import note, warning
from .sample import of_bytes, size_of

NARROW = 0.02  # between the least and the largest input; bytes scaled twice: 0.004
UNSCALED = 20  # inputs this far from 0, in root mean square
FIRST = (
    *("Dense", "Conv1D", "Conv2D", "Conv3D", "SeparableConv1D", "SeparableConv2D"),
    *("LSTM", "GRU", "SimpleRNN", "Bidirectional", "ConvLSTM2D", "TimeDistributed"),
)
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "Bidirectional")
# Those of keras.applications that want -1 to 1, or colours of mean 0 and spread 1.
BASES = (
    *(("mobilenet_", "mobilenet"), ("mobilenetv2", "mobilenet_v2")),
    *(("xception", "xception"), ("inception_v3", "inception_v3")),
    *(("inception_resnet_v2", "inception_resnet_v2"), ("NASNet", "nasnet")),
    *((f"resnet{depth}v2", "resnet_v2") for depth in (50, 101, 152)),
    ("densenet", "densenet"),
)
HANDS_ON = (
    *(*PASSIVE, "Masking", "ZeroPadding2D", "GaussianNoise", "Permute", "Concatenate"),
)


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
        cure = scaled(name, of_pictures=of_bytes(leaf))
        if case.copies and not of_bytes(leaf):
            cure = scaled_target(case, name)  # x and y alike
        learnt = [op for op in case.operations if getattr(op, "trainable_weights", ())]
        judged = not case.plain or case.loss_name == "mean_squared_error"
        one_line = judged and len(learnt) < 2  # rate-beyond-curvature decides for SGD
        found = f"{name} has a size of {scale:.3g}{_columns(leaf[case.sample_rows])}."
        return found, cure, "note" if one_line else "warning"
    return None


def _columns(values):
    """Say which columns of a table are large, where the others are not."""
    sizes = [size_of(column) for column in values.T] if values.ndim == 2 else []
    large = [i for i, size in enumerate(sizes) if size > UNSCALED]
    if not 0 < len(large) <= len(sizes) / 2:
        return ""
    some = ", ".join(map(str, large[:5])) + " ..." * (len(large) > 5)
    return f", because of column{'s' * (len(large) > 1)} {some}"


@warning(
    "scaled-twice",
    why="The model scales its inputs itself.",
    seen="Keras says nothing; all inputs are nearly alike, and the loss moves little.",
    fix="{x} = {x} * 255",
)
def _scaled_twice(case):
    for name, leaf, behind in zip(
        case.input_names, case.inputs, behind_inputs(case), strict=True
    ):
        first = next((op for op in behind if kind_of(op) not in HANDS_ON), None)
        if kind_of(first) != "Rescaling" or leaf.dtype.kind not in "iuf":
            continue
        if not np.isscalar(first.scale) or first.scale > 0.01 or leaf.dtype == "uint8":
            continue
        low, high = float(leaf.min()), float(leaf.max())
        if -1 <= low < high <= 1:
            found = f"{name} runs from {low:.3g} to {high:.3g}, and {first.name} scales"
            return f"{found} it by {first.scale:.2g} once more.", {"x": name}
    return None


@warning(
    "x-hardly-varies",
    why="Next to weights of usual size such inputs are one and the same; weights would"
    " have to grow a hundredfold. Mostly they were scaled twice.",
    seen="Keras says nothing; the loss stays near that of guessing, for many epochs.",
    fix="{x} = ({x} - np.mean({x})) / np.std({x})",
)
def _x_hardly_varies(case):
    for name, leaf, first in zip(
        case.input_names, case.inputs, first_layers(case), strict=True
    ):
        if first is None or leaf.dtype.kind != "f" or len(leaf) < 2:
            continue
        low, high = float(leaf.min()), float(leaf.max())
        if 0 < high - low < NARROW:
            return f"{name} lies between {low:.4g} and {high:.4g}.", {"x": name}
    return None


@warning(
    "not-preprocessed",
    why="Each base of keras.applications was trained on inputs of its own scale.",
    seen="Keras says nothing; what the base hands on says little, and the accuracy "
    "stays low.",
    fix="x = keras.applications.{kind}.preprocess_input(1.0 * x)",
)
def _not_preprocessed(case):
    x, operations = case.inputs[0], case.operations
    if len(case.inputs) > 1 or not (case.readable and case.model.built) or x.ndim != 4:
        return None
    for base in _bases(case.model):
        kind = next((k for name, k in BASES if base.name.startswith(name)), None)
        own = {id(op) for op in operations_of(base)}
        before = [op for op in operations[: _place(operations, own)]]
        plain = all(
            kind_of(op) in (*HANDS_ON, "InputLayer") or "Random" in kind_of(op)
            for op in before
        )
        if kind and plain and of_bytes(x) and x.max() > 20:
            found = f"x runs from {x.min():.3g} to {x.max():.3g}, straight into "
            return f"{found}{base.name}.", {"kind": kind}
    return None


def _bases(model):
    """Return the model and those inside it."""
    inside = [layer for layer in model.layers if hasattr(layer, "layers")]
    return [model, *(base for layer in inside for base in _bases(layer))]


def _place(operations, own):
    return next((i for i, op in enumerate(operations) if id(op) in own), 0)


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
    if kind_of(first) not in RECURRENT:
        return None
    return f"x of shape {x.shape}: one time step a row.", {"shape": (3, x.shape[2])}


def first_layers(case):
    """Return for each input the first layer that has weights for it; None if unknown.

    None as well where something scales the input first, or where the layer comes with
    weights of its own, that know the scale of their inputs.
    """
    return [_first(behind) for behind in behind_inputs(case)]


def _first(operations):
    import keras

    layer = next((op for op in operations if kind_of(op) not in HANDS_ON), None)
    if kind_of(layer) not in FIRST or not layer.trainable:
        return None
    bias = getattr(layer, "bias", None)
    trained = bias is not None and keras.ops.convert_to_numpy(bias).any()
    zeros = type(getattr(layer, "bias_initializer", None)).__name__ == "Zeros"
    return None if trained and zeros else layer
