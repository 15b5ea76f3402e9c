"""Rules about the shapes of output and target."""

from .cures import advised
from .graph import kind_of
from .rules import error

WHOLE_SEQUENCE = ("LSTM", "GRU", "SimpleRNN", "ConvLSTM2D", "Bidirectional", "RNN")


@error(
    "shapes-differ",
    why="Each row needs as many targets as the output has units.",
    seen='fit stops: "Dimensions must be equal", "must have the same shape"; but where'
    " either has one column, squared error spreads it over the others, silently.",
    fix='keras.layers.Dense({units}, activation="{activation}")  # loss="{loss}"',
)
def _shapes_differ(case):
    if not case.shapes_known or case.kind in (None, "sparse"):
        return None
    if case.kind == "categorical" and case.units == 1:
        return None
    output, target = case.output_shape, case.target_shape
    if target in _fitting(output) or _integer_like(case) or extra_axes(case):
        return None
    found = f"y has shape {case.target.shape}, the output {_rows(output)}."
    cure = each_step(case) or advised(case)
    if target[1:] and target[-1:] == output[-1:]:
        cure = f"{case.names['y']}.shape, model.output_shape  # make them alike"
    return found, cure


@error(
    "extra-axes",
    why="One answer a row is wanted, and the model gives one for each time step, pixel"
    " or row of a picture.",
    seen='fit stops: "must have the same shape", "Dimensions must be equal", or "must '
    'have rank"; squared error may spread one over the other, silently.',
    fix="keras.layers.Flatten()  # before the first Dense",
)
def _extra_axes(case):
    if not extra_axes(case):
        return None
    found = f"The output has shape {_rows(case.output_shape)}, y {case.target.shape}."
    names = [kind_of(op) for op in case.operations]
    last = _last_recurrent(case)
    if last is not None and getattr(last, "return_sequences", False):
        found += f" {last.name} returns a whole sequence."
        if "TimeDistributed" in names:
            return found, "keras.layers.GlobalAveragePooling1D()  # behind all"
        return found, _recurrent(last)
    if "Flatten" not in names:
        found += " No layer makes the axes one: Flatten, or GlobalAveragePooling."
    before = next((op for op in case.operations if kind_of(op) == "Dense"), None)
    if before is None:
        return found, "keras.layers.Flatten()  # before the output layer"
    return found, f"keras.layers.Flatten()  # before {before.name}"


def each_step(case):
    """Return the line that gives one answer for each time step, if y has so many."""
    last = _last_recurrent(case)
    if last is None or getattr(last, "return_sequences", False):
        return None
    output, target = case.output_shape, case.target_shape
    steps = next((s.into.shape[1] for s in case.layers if s.layer is last), None)
    fits = target[1:] in ((), (1,), output) and target[:1] == (steps,)
    return _recurrent(last, "return_sequences=True") if fits and steps > 1 else None


def _last_recurrent(case):
    found = [op for op in case.operations if kind_of(op) in WHOLE_SEQUENCE]
    return found[-1] if found else None


def _recurrent(layer, *settings):
    """Return the line of a recurrent layer that hands on its last step, or each."""
    inner = getattr(layer, "forward_layer", layer)
    units = getattr(inner, "units", None) or getattr(inner, "filters", "units")
    cure = f"keras.layers.{kind_of(inner)}({', '.join([str(units), *settings])})"
    if layer is not inner:
        cure = f"keras.layers.Bidirectional({cure})"
    return f"{cure}  # in the place of {layer.name}"


def extra_axes(case):
    """Whether the output has axes between rows and units that y has not."""
    if not case.shapes_known or case.kind is None:
        return False
    output, target = case.output_shape, case.target_shape
    if target in (*_fitting(output), output[:-1]):
        return False
    depth = len(target)
    if case.kind == "sparse" and target[-1:] != (1,):
        depth += 1
    return len(output) > max(depth, 1)


def _fitting(output):
    return output, output[:-1] if output[-1:] == (1,) else output, (*output, 1)


def _integer_like(case):
    """Whether integer labels stand where the categorical loss wants one-hot rows."""
    output, target = case.output_shape, case.target_shape
    return case.kind == "categorical" and target in (output[:-1], (*output[:-1], 1))


def _rows(shape):
    return f"({', '.join(map(str, ('rows', *shape)))})"
