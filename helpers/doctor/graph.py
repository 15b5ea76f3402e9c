"""The layers of a model in their order, and what each of them hands on."""

import numpy as np

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


def operations(model):
    """Return layers and operations from input to output, nested models opened."""
    found = []
    for operation in getattr(model, "operations", None) or model.layers:
        opened = is_readable(operation)
        found += operations(operation) if opened else [operation]
    return found


def is_readable(model):
    """Whether its layers are known to run in their order: not in a subclass."""
    import keras

    functional = isinstance(model, keras.Model) and hasattr(model, "operations")
    return functional or isinstance(model, keras.Sequential)


def kind_of(operation):
    """Return the name of a layer's class."""
    return type(operation).__name__


def producer(found, tensor=None):
    """Return what computes a tensor, or the last output, past passive layers."""
    for operation in reversed(found):
        if tensor is not None and not _gives(operation, tensor):
            continue
        if kind_of(operation) not in PASSIVE:
            return operation
        tensor = None if tensor is None else operation.input
    return None


def name_of_activation(operation):
    """Return the name of an operation's activation, or None if it has no known one."""
    operation = getattr(operation, "layer", operation)  # inside TimeDistributed
    function = getattr(operation, "activation", type(operation))
    function = getattr(function, "activation", function)  # a layer given as one
    name = getattr(function, "__name__", "")
    return next((n for n in (name, name.lower()) if n in RANGES), None)


def _gives(operation, tensor):
    try:
        return operation.output is tensor
    except Exception:  # a layer used twice has no single output
        return False


def behind_inputs(case):
    """Return for each input the operations behind it in a row; none if unknown."""
    model, count = case.model, len(case.inputs)
    if not (case.readable and model.built):
        return [[]] * count
    if count == 1:
        return [[op for op in case.operations if kind_of(op) != "InputLayer"]]
    tensors = {getattr(t, "name", ""): t for t in getattr(model, "inputs", None) or ()}
    in_order = list(tensors.values())
    if case.keys:
        in_order = [tensors.get(key) for key in case.keys]
    if len(in_order) != count:
        return [[]] * count
    return [_after(case.operations, tensor) for tensor in in_order]


def _after(operations, tensor):
    behind = []
    for operation in operations:
        try:
            given = operation.input
            joined = kind_of(operation) == "Concatenate" and any(
                part is tensor for part in given
            )
            if (given is tensor or joined) and kind_of(operation) != "InputLayer":
                behind.append(operation)
                tensor = operation.output
        except Exception:  # used twice, or with several inputs
            continue
    return behind
