"""Rules about the layers between input and output."""

from itertools import pairwise

import numpy as np

from .cures import DRAWN, activated, dropping, renewed
from .graph import kind_of, name_of_activation
from .probe import DENSE
from .rules import error, note, warning

KEEPS_LINE = (
    *("InputLayer", "Dropout", "Flatten", "Reshape", "MaxPooling1D", "MaxPooling2D"),
    *("AveragePooling1D", "AveragePooling2D", "GlobalAveragePooling1D", "Rescaling"),
    *("GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D"),
    *("BatchNormalization", "ZeroPadding2D", "Normalization", "ActivityRegularization"),
)
ADJACENT = ("Dropout", "Flatten", "Reshape", "MaxPooling2D", "MaxPooling1D")
KEPT = 0.2  # of a signal: less than that and a layer can hardly be learnt through
HIGH = 0.7  # a dropout that may be meant
MANY = 8  # units of a softmax; fewer may be shares that are meant
WORN = (1e-2, 1e-3)  # what is left of the spread of x behind several sigmoids


@warning(
    "linear-stack",
    why="Layers without an activation in a row are one layer: a sum of sums is a sum.",
    seen="Keras says nothing; the model learns what a single layer could, and no more.",
    fix="model.get_layer(name).activation = keras.activations.relu",
)
def _linear_stack(case):
    if not case.readable:
        return None
    places = [(i, op) for i, op in enumerate(case.operations) if kind_of(op) in DENSE]
    linear = [
        (i, op)
        for i, op in places[:-1]
        if name_of_activation(op) == "linear"
        and kind_of(_next(case.operations[i + 1 :], ADJACENT)) in DENSE
    ]
    if not linear or any(_shared(op) for _, op in places):
        return None
    whole = all(_is_linear(op) for op in case.operations[: places[-1][0]])
    if not whole:
        linear = [(i, op) for i, op in linear if not _narrow(op, case)]
    if not linear:
        return None
    cure = activated([op for _, op in linear])
    names = ", ".join(op.name for _, op in linear[:3]) + " ..." * (len(linear) > 3)
    found = f"{names}: no activation before the next layer."
    if whole:
        found = f"The whole model is linear: {found}"
    return found, cure, "warning" if whole and not case.copies else "note"


@error(
    "dead-layer",
    why="A relu that gets nothing above 0 hands on 0, and its gradient is 0 as well: "
    "nothing behind it sees x, nothing before it ever moves.",
    seen="Keras says nothing; one prediction for all rows, and the loss of guessing.",
    fix=DRAWN,
)
def _dead_layer(case):
    for i, step in enumerate(case.layers):
        if step.activation != "relu" or step.out.size == 0 or step.out.any():
            continue
        if not np.isfinite(step.out).all():
            continue
        if step.layer is case.output_operation and case.numbers and case.target.low < 0:
            continue  # the relu itself is wrong, and unreachable-target says so
        source = step
        if getattr(step.layer, "kernel", None) is None:
            source = next((s for s in case.layers[:i][::-1] if s.weighs), None)
        found = f"{step.layer.name} hands on 0 for every row of the sample."
        zeros = [op for op, k in case.kernels[:-1] if k.size > 1 and not k.any()]
        if source and source.layer in zeros:
            return found, renewed(*zeros)
        name = step.layer.name
        if step.kind == "Dense" and any(
            step.layer.output is tensor for tensor in case.model.outputs
        ):
            return (
                found,
                f"keras.layers.Dense({step.layer.units})  # in the place of {name}",
            )
        cure = f"keras.layers.Identity()  # in the place of {name}: no x is above 0"
        cure = renewed(source.layer) if source else cure
        return found, cure
    return None


@warning(
    "dropout-behind-output",
    why="Dropout sets outputs to 0 and enlarges the others: no probabilities any more, "
    "and a random error in an amount.",
    seen="Keras says nothing; with a crossentropy the loss is NaN or jumps.",
    fix="keras.layers.{kind}({rate})  # before the output layer, not behind it",
)
def _dropout_behind_output(case):
    for operation in reversed(case.operations if case.readable else []):
        if kind_of(operation) in ("Dropout", "GaussianDropout", "AlphaDropout"):
            holes = {"kind": kind_of(operation), "rate": operation.rate}
            return f"{operation.name} stands behind the output layer.", holes
        if kind_of(operation) not in ("Flatten", "Reshape", "Identity"):
            return None
    return None


@warning(
    "high-dropout",
    why="Keras's rate is the share that is dropped, not the share that is kept.",
    seen="The loss falls slowly and ends high, on the training rows as well.",
    fix="{line}",
)
def _high_dropout(case):
    stretches = [[]]
    for operation in case.operations if case.readable else []:
        if "Dropout" in kind_of(operation) and getattr(operation, "rate", 0):
            stretches[-1].append(operation)
        elif kind_of(operation) not in (*ADJACENT, "Activation", "BatchNormalization"):
            stretches.append([])
    high = [stretch for stretch in stretches if _kept(stretch) <= 1 - HIGH + 1e-9]
    if not high:
        return None
    left = min(map(_kept, high))
    names = ", ".join(operation.name for operation in min(high, key=_kept))
    said = f"Between two layers {left:.0%} of a signal is kept ({names})."
    severity = "warning" if left <= KEPT + 1e-9 else "note"
    return said, {"line": _lower_dropout(high)}, severity


def _kept(stretch):
    return float(np.prod([1 - operation.rate for operation in stretch]))


def _lower_dropout(stretches):
    """Return the line that drops what was kept, or a fifth where that is too much."""
    every = [operation for stretch in stretches for operation in stretch]
    layers = [operation for operation in every if operation.rate > 0.5]
    rate = round(1 - max(operation.rate for operation in every), 2)
    for stretch in stretches:
        kept = [1 - (rate if op in layers else op.rate) for op in stretch]
        if np.prod(kept) <= 1 - HIGH + 1e-9:
            layers, rate = every, 0.2
    return dropping(layers, rate)


@note(
    "softmax-inside",
    why="A softmax shares 1 among its units: with many units each hands on nearly "
    "nothing, and nearly the same for all rows.",
    seen="Keras says nothing; the loss stays on a plateau, for many epochs.",
    fix="model.get_layer(name).activation = keras.activations.relu",
)
def _softmax_inside(case):
    steps = [s for s in case.layers if s.kind == "Dense"]
    inner = [
        one
        for one, after in pairwise(steps)
        if one.activation == "softmax"
        and one.out.shape[-1] >= MANY
        and np.array_equal(one.out, after.into)
    ]
    if not inner or case.copies or case.several:
        return None
    names = ", ".join(step.layer.name for step in inner)
    found = f"A softmax between two layers: {names}."
    severity = "warning" if len(inner) > 1 else "note"
    return found, activated([step.layer for step in inner]), severity


@note(
    "vanishing",
    why="A sigmoid passes on at most a quarter of each change, and of each gradient; "
    "several in a row pass on nearly nothing.",
    seen="Keras says nothing; the loss stays on a plateau, for many epochs.",
    fix="model.get_layer(name).activation = keras.activations.relu",
)
def _vanishing(case):
    steps = [s for s in case.layers if s.activation in ("sigmoid", "hard_sigmoid")]
    last = case.output_operation
    inner = [
        s for s in steps if s.layer is not last and s.kind in ("Dense", "Activation")
    ]
    if len(inner) < 2 or len(case.inputs) > 1 or not case.layers[0].into.size:
        return None
    before, after = (_spread(a) for a in (case.layers[0].into, inner[-1].out))
    left = after / before if before else 1
    if not left < WORN[0]:
        return None
    found = f"{len(inner)} sigmoids in a row leave {left:.1g} of the spread of x."
    severity = "warning" if len(inner) > 2 and left < WORN[1] else "note"
    return found, activated([step.layer for step in inner]), severity


def _spread(values):
    return float(np.std(values.reshape(len(values), -1), axis=0, dtype=float).mean())


def _next(operations, passing):
    return next((op for op in operations if kind_of(op) not in passing), None)


def _is_linear(operation):
    if kind_of(operation) in DENSE:
        return name_of_activation(operation) == "linear"
    if kind_of(operation) == "Activation":
        return name_of_activation(operation) == "linear"
    return kind_of(operation) in KEEPS_LINE


def _narrow(layer, case):
    """Whether a layer has few units on purpose: a code, or a factor of low rank."""
    units = getattr(layer, "units", None)
    kernels = [op for op in case.operations if kind_of(op) in DENSE]
    after = kernels[kernels.index(layer) + 1]
    wide = getattr(after, "units", 0)
    return bool(units and wide and units < wide and units < layer.kernel.shape[-2])


def _shared(layer):
    """Whether a layer runs more than once, so that the order says little."""
    try:
        return layer.output is None
    except Exception:  # Keras cannot say which of its outputs is meant
        return True
