"""A dense network to and from Keras, which is imported only when this is used."""

from functools import partial
from itertools import pairwise

from helpers import losses
from helpers.networks import HIDDEN, OUTPUT

USUAL_LOSS = {
    "softmax": losses.sparse_categorical_crossentropy,
    "sigmoid": losses.binary_crossentropy,
    "linear": losses.mean_squared_error,
}
LOSSES = [name for name, known in vars(losses).items() if hasattr(known, "gradient")]


def sequential(network, weights):
    """Return a ``keras.Sequential`` like one run of the network, with these weights."""
    import keras

    dtype = weights[0].dtype.name
    units = zip(network.widths[1:], [*network.activations, network.output], strict=True)
    model = keras.Sequential(
        [keras.Input(network.widths[:1], dtype=dtype)]
        + [keras.layers.Dense(n, activation, dtype=dtype) for n, activation in units]
    )
    model.set_weights(weights)
    return model


def settings_and_weights(model):
    """Return Network's arguments, the hidden activations and the weights of a model."""
    layers = _dense_layers(model)
    *hidden, output = [
        getattr(layer.activation, "__name__", repr(layer.activation))
        for layer in layers
    ]
    for name, known in [*((name, HIDDEN) for name in hidden), (output, OUTPUT)]:
        if name not in known:
            raise ValueError(
                f"the model has the activation {name!r}, where a Network knows only "
                f"{', '.join(known)}"
            )
    weights = [w for layer in layers for w in layer.get_weights()]
    settings = {
        "widths": [len(weights[0]), *(layer.units for layer in layers)],
        "output": output,
        "loss": _loss(model, output),
        "dtype": weights[0].dtype.name,
    }
    return settings, hidden, weights


def _dense_layers(model):
    import keras

    layers = [x for x in model.layers if not isinstance(x, keras.layers.InputLayer)]
    for layer in layers:
        if type(layer) is not keras.layers.Dense or not layer.use_bias:
            raise ValueError(
                f"the model must consist of Dense layers with biases, got {layer!r}"
            )
        if layer.kernel_regularizer or layer.bias_regularizer:
            raise ValueError(f"a Network has no regularizers, but {layer!r} has one")
    if not layers or not model.built:
        raise ValueError("the model has no weights yet: begin it with keras.Input")
    if any(after.input is not before.output for before, after in pairwise(layers)):
        raise ValueError("the layers of the model must follow each other in one row")
    return layers


def _loss(model, output):
    if not model.compiled:
        return USUAL_LOSS[output]
    import keras

    loss = keras.losses.get(model.loss)
    name = getattr(loss, "fn", loss).__name__
    if name not in LOSSES:
        raise ValueError(
            f"the model's loss is {name}, a Network knows only {', '.join(LOSSES)}"
        )
    # Not from get_config, which leaves out the delta of Huber.
    options = getattr(loss, "_fn_kwargs", {})
    if options.get("label_smoothing") or options.get("ignore_class") is not None:
        raise ValueError("a Network has no label_smoothing and no ignore_class")
    from_logits = options.get("from_logits", False)
    if name.endswith("crossentropy") and from_logits != (output == "linear"):
        raise ValueError(
            f"the model's output is {output}, from_logits of its loss {from_logits}: "
            "it must be True after linear, and False after softmax or sigmoid"
        )
    function = getattr(losses, name)
    return partial(function, delta=options["delta"]) if "delta" in options else function
