"""Lines of code that several rules print as their cure."""

import re

from .graph import RANGES

TRAIN = "# mean and std of the training rows, for all rows"
DRAWN = "layer.kernel.assign(keras.initializers.GlorotUniform()(layer.kernel.shape))"
ANEW = (
    "fresh = keras.models.clone_model(model); "
    "fresh.compile_from_config(model.get_compile_config()); model = fresh"
    "  # or build it anew with a function of your own"
)
SCALE = "{0} = ({0} - np.mean({0}, axis=0)) / (np.std({0}, axis=0) + 1e-7)"


def scaled(name, of_pictures=False):
    """Return the line that scales an array: bytes to 0 to 1, others to spread 1."""
    if of_pictures:
        return f"{name} = {name} / 255"
    return f"{SCALE.format(name)}  {TRAIN}"


def scaled_target(case, name=None):
    """Return the line that scales y: above 0 where the output cannot go below."""
    y = name or case.names["y"]
    if RANGES.get(case.activation, (-1, 1))[0] == 0:
        return f"{y} = {y} / np.std({y})  # that of the training rows, for all rows"
    return scaled(y)


def dense(units, activation=None, loss=None, also=()):
    """Return the line of an output layer, with the loss that goes with it."""
    given = "" if activation in (None, "linear") else f', activation="{activation}"'
    words = ", ".join(
        [f'loss="{loss}"'] * bool(loss) + [f"and {line}" for line in also]
    )
    return f"keras.layers.Dense({units}{given})" + (f"  # {words}" if words else "")


def advised(case):
    """Return the output layer that choose_loss advises, with its loss and labels."""
    advice, target = case.advice, case.target
    if advice is None:
        return dense(case.units or 1)
    fits = target.columns > 1 or target.zero_one
    fits = fits or (
        advice.problem == "multiclass" and target.counted and not target.low
    )
    fits = fits or advice.problem not in ("multiclass", "binary")
    labels = [] if fits and not target.text else [labels_of(case)]
    return dense(advice.units, advice.activation, advice.loss, labels)


def labels_of(case):
    """Return choose_loss's line for the labels, with the name that y has here."""
    return re.sub(r"\by\b", lambda _: case.names["y"], case.advice.labels)


def recompiled(
    case, loss=None, metrics=None, optimizer="model.optimizer", argument="metrics"
):
    """Return a compile that changes one thing: of several outputs, at this one.

    ``loss`` and ``metrics`` are Python code.
    """
    name = case.head
    text = "model.loss"
    if loss:
        text = _with_loss(case, name, loss) if name else loss
    if not metrics and not name and case.given_metrics[0] in (["accuracy"], ["acc"]):
        metrics = '["accuracy"]'
    if metrics:
        given = f'{{"{name}": {metrics}}}' if name else metrics
        text += f", {argument}={given}"
    return f"model.compile({optimizer}, {text})"


def _with_loss(case, name, loss):
    if isinstance(case.whole_loss, dict):
        return f'model.loss | {{"{name}": {loss}}}'
    names = list(case.model.output_names)
    parts = ["model.loss"] * len(names)
    if isinstance(case.whole_loss, list | tuple):
        parts = [f"model.loss[{i}]" for i in range(len(names))]
    parts[names.index(name)] = loss
    return f"[{', '.join(parts)}]"


def renewed(*layers):
    """Return the line that draws the weights of layers anew."""
    if len(layers) > 1:
        names = ", ".join(f'"{layer.name}"' for layer in layers)
        return f"for name in [{names}]: layer = model.get_layer(name); {DRAWN}"
    layer = layers[0]
    line = f'layer = model.get_layer("{layer.name}"); {DRAWN}'
    if getattr(layer, "bias", None) is not None:
        line += "; layer.bias.assign(0 * layer.bias)"
    return line


def activated(layers):
    """Return the line that gives layers a relu."""
    names = ", ".join(f'"{layer.name}"' for layer in layers)
    line = "model.get_layer(name).activation = keras.activations.relu"
    return f"for name in [{names}]: {line}"


def dropping(layers, rate):
    """Return the line that gives dropout layers another rate."""
    if len(layers) == 1:
        return f"keras.layers.Dropout({rate:g})  # in the place of {layers[0].name}"
    names = ", ".join(f'"{layer.name}"' for layer in layers)
    return f"for name in [{names}]: model.get_layer(name).rate = {rate:g}"


def chosen(case, rows):
    """Return the statement that takes some rows of all that fit is given."""
    x, y = f"x[{rows}]", f"y[{rows}]"
    if case.keys:
        x = f"{{key: part[{rows}] for key, part in x.items()}}"
    elif len(case.inputs) > 1:
        x = f"[part[{rows}] for part in x]"
    if case.target_keys:
        y = f"{{key: part[{rows}] for key, part in y.items()}}"
    elif len(case.targets) > 1:
        y = f"[part[{rows}] for part in y]"
    return f"x, y = {x}, {y}"


def slower(case, rate):
    """Return the line that sets another learning rate."""
    if case.scheduled:
        kind = f"keras.optimizers.{type(case.optimizer).__name__}"
        return recompiled(case, optimizer=f"{kind}(learning_rate={rate:g})")
    return f"model.optimizer.learning_rate = {rate:g}"
