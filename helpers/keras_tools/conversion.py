"""A dense network to Keras, and from it."""

import inspect
from functools import partial

import keras

from helpers import losses
from helpers.doctor.compiled import Compiled
from helpers.inner.arguments import whole
from helpers.networks import HIDDEN, OUTPUT, Network

USUAL_LOSS = {usual.output: usual.loss for usual in losses.USUAL.values()}
LOSSES = [
    name
    for name, known in vars(losses).items()
    if hasattr(known, "gradient") and callable(known.gradient) and callable(known)
]


def to_keras(network, run=0) -> keras.Sequential:
    """Return a Keras model, not yet compiled, with the weights of one run.

    Parameters
    ----------
    network : Network
    run : int
        Which of its runs; another than it has is a ValueError.
    """
    if type(network) is not Network:
        raise TypeError(
            f"network must be a Network, got {network!r}: a FastNetwork goes to Keras "
            "as the Network that it was made from"
        )
    if whole("run", run) >= network.runs:
        raise ValueError(f"run must be below the {network.runs} runs, got {run}")
    weights = [w[run] for w in network.weights]
    dtype = weights[0].dtype.name
    units = zip(network.widths[1:], [*network.activations, network.output], strict=True)
    model = keras.Sequential(
        [keras.Input(network.widths[:1], dtype=dtype)]
        + [keras.layers.Dense(n, activation, dtype=dtype) for n, activation in units]
    )
    model.set_weights(weights)
    return model


def from_keras(model) -> Network:
    """Return a Network of one run that equals a Keras model of Dense layers in a row.

    Its loss is the one that the model was compiled with; a model that was not compiled
    gets the usual one of its output activation.

    Whatever a Network has not is a ValueError that names it, and says what to do: other
    layers and activations, regularizers, constraints, frozen layers, another loss, a
    loss that is summed or weighted. What is no model is a TypeError.
    """
    layers = _dense_layers(model)
    weights = [w for layer in layers for w in layer.get_weights()]
    *hidden, output = [_activation(layer, layer is layers[-1]) for layer in layers]
    network = Network(
        [len(weights[0]), *(layer.units for layer in layers)],
        output=output,
        loss=_loss(model, output),
        dtype=weights[0].dtype.name,
    )
    network.activations = hidden
    network.weights = [w[None] for w in weights]
    return network


def _dense_layers(model):
    if not isinstance(model, keras.Model):
        raise TypeError(
            f"model must be a Keras model, got {model!r}: from a file it comes with "
            "keras.saving.load_model(path)"
        )
    if not type(model).__module__.startswith("keras."):
        raise ValueError(
            "the model must be a keras.Sequential or keras.Model(inputs, outputs), got "
            f"{type(model).__name__}: its layers don't tell what a call of its own does"
        )
    layers = [x for x in model.layers if not isinstance(x, keras.layers.InputLayer)]
    for layer in layers:
        if type(layer) is not keras.layers.Dense or not layer.use_bias:
            raise ValueError(
                f"the model must consist of Dense layers with biases, got {layer!r}: "
                "train it with Keras"
            )
        for name in _what_a_network_has_not(layer):
            raise ValueError(
                f"a Network has no {name}, but the layer {layer.name!r} has: build the "
                f"model without, or train it with Keras"
            )
    if not layers or not model.built:
        raise ValueError("the model has no weights yet: begin it with keras.Input")
    starts = [*(layer.input for layer in layers), *model.outputs]
    ends = [*model.inputs, *(layer.output for layer in layers)]
    in_a_row = list(map(id, starts)) == list(map(id, ends))
    if not (in_a_row or isinstance(model, keras.Sequential)):
        raise ValueError(
            "the layers of the model must follow each other in one row, with nothing "
            "between, from one input to one output: train it with Keras"
        )
    if len(model.input_shape) != 2:
        raise ValueError(
            "a Network takes rows of numbers, but the model takes shape "
            f"{model.input_shape}: train it with Keras"
        )
    return layers


def _what_a_network_has_not(layer):
    """Name what this layer has and no Network knows, such as a kernel_regularizer."""
    return [
        name
        for name in inspect.signature(keras.layers.Dense).parameters
        if name.endswith(("_regularizer", "_constraint")) and getattr(layer, name)
    ] + [
        name
        for name, there in (
            ("frozen weights (trainable=False)", not layer.trainable),
            ("mixed precision", layer.compute_dtype != layer.variable_dtype),
            ("LoRA weights", getattr(layer, "lora_enabled", False)),
            ("quantised weights", getattr(layer, "quantization_mode", None)),
        )
        if there
    ]


def _activation(layer, last):
    known = OUTPUT if last else HIDDEN
    for name in known:
        if layer.activation is keras.activations.get(name):
            return name
    name = getattr(layer.activation, "__name__", repr(layer.activation))
    raise ValueError(
        f"the layer {layer.name!r} has the activation {name!r}, where a Network knows "
        f"only {', '.join(known)}"
    )


def _loss(model, output):
    if not model.compiled:
        return USUAL_LOSS[output]
    compiled = Compiled(model)
    name, settings = compiled.loss_name, compiled.loss_settings
    if name not in LOSSES:
        raise ValueError(
            f"the model's loss is {name or compiled.loss}, a Network knows only "
            f"{', '.join(LOSSES)}"
        )
    if compiled.loss_weights is not None:
        raise ValueError(
            f"a Network has no loss_weights, got {compiled.loss_weights}: compile "
            "without, and multiply the learning rate instead"
        )
    mean = settings.get("reduction", "sum_over_batch_size")
    if mean not in ("sum_over_batch_size", "mean"):
        raise ValueError(
            f'a Network takes the mean over the batch, got reduction="{mean}": compile '
            'with reduction="sum_over_batch_size", which is the default'
        )
    for other, without in (("label_smoothing", 0), ("ignore_class", None)):
        if settings.get(other, without) != without:
            raise ValueError(
                f"a Network has no {other}, got {settings[other]}: compile without"
            )
    from_logits = compiled.from_logits
    if name.endswith("crossentropy") and from_logits != (output == "linear"):
        raise ValueError(
            f"the model's output is {output}, from_logits of its loss {from_logits}: "
            "it must be True after linear, and False after softmax or sigmoid"
        )
    function = getattr(losses, name)
    if "delta" in settings:
        function = partial(function, delta=settings["delta"])
    return function
