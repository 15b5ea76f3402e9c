"""Do what a cure says: run the line, and put its layer where its comment wants it."""

import re

import keras
import numpy as np

from helpers.doctor import choose_loss

OUTPUT = re.compile(r'loss="(\w+)"')
PLACE = re.compile(r"(in the place of|before|behind) (?:the )?(\w+)")


def treat(fix, model, x, y):
    """Return model, x and y as they are after a line of code that was printed."""
    code, _, words = fix.partition("  # ")
    if not model.built and isinstance(model, keras.Sequential):
        model.build((None, *np.shape(x)[1:]))
    names = {"np": np, "keras": keras, "model": model, "x": x, "y": y}
    names["choose_loss"] = choose_loss
    made = None
    try:
        made = eval(code, names)
    except SyntaxError:
        exec(code, names)
    if isinstance(made, keras.layers.Layer) and not isinstance(made, keras.Model):
        loss = OUTPUT.search(words)
        names["model"] = rebuilt(names["model"], made, words, loss and loss[1])
    elif keras.backend.is_keras_tensor(made):
        names["model"] = rebuilt(names["model"], made, words)
    elif "kernel_regularizer" in names:
        names["model"] = with_penalty(names["model"], names["kernel_regularizer"])
    for also in re.findall(r"and ((?:\w+, )?[\w\[\]\"']+ = .+)", words):
        exec(also, names)
    return names["model"], names["x"], names["y"]


def rebuilt(model, new, words, loss=None):
    """Return the model with another layer, or input, and perhaps another loss."""
    place = PLACE.search(words)
    if not model.built:
        raise AssertionError("build the model first")
    if len(model.outputs) > 1 or len(model.inputs) > 1:
        return exchanged(model, new, place[2] if place else new.name, loss)
    layers = [copy(layer) for layer in chain(model)]
    names = [layer.name for layer in layers]
    if keras.backend.is_keras_tensor(new):
        return compiled_as(
            keras.Sequential([keras.Input(new.shape[1:]), *layers]), model
        )
    if "no activation of its" in words or place is None:
        last = last_kernel(layers)
        layers[last:] = [new]
    elif place[1] == "in the place of":
        layers[names.index(place[2])] = new
    elif place[2] == "output":
        drop = type(new).__name__.endswith(("Dropout", "Normalization"))
        layers = [i for i in layers if not (drop and i is layers[-1])]
        layers.insert(last_kernel(layers), new)
    elif place[2] == "all":
        layers.append(new)
    else:
        layers.insert(names.index(place[2]), new)
    keras.utils.set_random_seed(0)
    inputs = [keras.Input(batch_shape=t.shape, dtype=t.dtype) for t in model.inputs[:1]]
    return compiled_as(keras.Sequential([*inputs, *layers]), model, loss)


def exchanged(model, new, name, loss):
    """Return a graph with another layer of this name, and perhaps its other loss."""

    def either(layer):
        return new if layer.name == name else copy(layer)

    assert name in [layer.name for layer in model.layers], name
    if loss and isinstance(model.loss, dict):
        loss = model.loss | {name: loss}
    elif loss:
        pairs = zip(model.output_names, model.loss, strict=True)
        loss = [loss if output == name else old for output, old in pairs]
    graph = keras.models.clone_model(model, clone_function=either)
    return compiled_as(graph, model, loss)


def chain(model):
    """Return the layers of a model without branches, nested models opened."""
    found = []
    for layer in model.layers:
        if isinstance(layer, keras.Sequential):
            found += chain(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            found.append(layer)
    return found


def copy(layer):
    return type(layer).from_config(layer.get_config())


def last_kernel(layers):
    weighs = [
        i for i, layer in enumerate(layers) if hasattr(layer, "kernel_initializer")
    ]
    last = weighs[-1] if weighs else len(layers) - 1
    if type(layers[-1]).__name__ == "TimeDistributed":
        last = len(layers) - 1
    return last


def compiled_as(new, old, loss=None):
    """Compile a new model as the old one was, perhaps with another loss."""
    optimizer = type(old.optimizer).from_config(old.optimizer.get_config())
    config = old._compile_config.config
    metrics = config.get("metrics")
    new.compile(optimizer, loss or old.loss, metrics=metrics)
    return new


def with_penalty(model, penalty):
    """Return the model with another regularizer wherever it has one."""

    def lighter(layer):
        config = layer.get_config()
        if config.get("kernel_regularizer"):
            config["kernel_regularizer"] = keras.regularizers.serialize(penalty)
        return type(layer).from_config(config)

    new = keras.models.clone_model(model, clone_function=lighter)
    return compiled_as(new, model)
