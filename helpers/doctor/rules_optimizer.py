"""Rules about the optimizer and its learning rate."""

import numpy as np

from .cures import recompiled, slower
from .rules import error, warning
from .sample import size_of

# Learning rates outside of these are mistakes rather than choices.
ADAPTIVE, PLAIN = (2e-7, 0.3), (1e-8, 3.0)
RATES = {
    **dict.fromkeys(("Adam", "AdamW", "Adamax", "Nadam", "RMSprop"), ADAPTIVE),
    **dict.fromkeys(("SGD", "Adagrad", "Ftrl"), PLAIN),
    "Lion": (1e-9, 0.1),
    "Adadelta": (0.005, 30.0),
}
SOON, WORN = 20, 1e-3  # steps after which a thousandth of the rate is a mistake
WHOLE = 1  # steps as long as the gradient itself
TINY, LARGE = 1e-5, 5  # a rate at which SGD needs large inputs or targets to get on


@error(
    "lr-attribute",
    why="Keras 3 has no lr: Python made a new attribute that nothing reads.",
    seen="Keras says nothing, and the learning rate is what it was.",
    fix="model.optimizer.learning_rate = {rate}",
)
def _lr_attribute(case):
    if "lr" not in getattr(case.optimizer, "__dict__", ()):
        return None
    rate = case.optimizer.lr
    if isinstance(rate, int | float) and np.isclose(rate, case.rate):
        return None
    return f"optimizer.lr is {rate}, the rate is {case.rate:g}.", {"rate": rate}


@error(
    "rate-negative",
    why="Each step goes uphill.",
    seen="Keras says nothing; the loss grows from the first epoch on.",
    fix="model.optimizer.learning_rate = {rate}",
)
def _rate_negative(case):
    if not case.optimizer or case.rate >= 0:
        return None
    name = type(case.optimizer).__name__
    found = f"{name} with a learning rate of {case.rate:g}."
    return found, slower(case, usual(name))


@warning(
    "rate-too-high",
    why="Each step jumps across the valley and lands higher on the other side.",
    seen="Keras says nothing; the loss grows to 1e6, inf and NaN, or stays high for "
    "ever. The callback TerminateOnNaN stops it.",
    fix="model.optimizer.learning_rate = {rate}",
)
def _rate_too_high(case):
    name, (_, high) = _limits(case)
    if not case.optimizer or case.rate < 0:
        return None
    found = f"{name} with a learning rate of {case.rate:g}."
    cure = slower(case, usual(name))
    if case.rate > high:
        return found, cure
    if RATES.get(name) == ADAPTIVE and len(case.kernels) > 1:
        usual_size, layer = min(map(_size_of_weights, case.kernels), key=lambda s: s[0])
        if case.rate > usual_size:
            found += f" A step that long moves each weight of {layer.name} by more than"
            return f"{found} its usual size, {usual_size:.2g}.", cure
    if name == "SGD" and case.momentum and case.rate / (1 - case.momentum) >= WHOLE:
        sums = case.rate / (1 - min(case.momentum, 0.999))
        found += f" With momentum {case.momentum:g} its steps add up to {sums:.3g}."
        return found, cure, _severity_of_whole_steps(case)
    if name == "SGD" and case.rate >= PLAIN[1]:
        return found, cure, "note"
    return None


def _size_of_weights(layer_and_kernel):
    """Return how large the weights of a layer are as a rule: Glorot's formula."""
    layer, kernel = layer_and_kernel
    taps = np.prod(kernel.shape[:-2]) if kernel.ndim > 1 else 1
    fans = taps * sum(kernel.shape[-2:])
    return (np.sqrt(2 / fans) if layer.trainable else np.inf), layer


def _severity_of_whole_steps(case):
    """Deep stacks of relus without normalisation do not stand steps so long."""
    normed = any("Normalization" in type(op).__name__ for op in case.operations)
    deep = len([1 for _, kernel in case.kernels if kernel.ndim > 1])
    convolved = any(kernel.ndim > 2 for _, kernel in case.kernels)
    return "warning" if convolved and deep > 3 and not normed else "note"


@warning(
    "rate-too-low",
    why="The steps are too small to arrive. (Adadelta in its paper has no rate, which"
    " is 1.0; Keras's default is 0.001.)",
    seen="Keras says nothing; the loss hardly moves.",
    fix="model.optimizer.learning_rate = {rate}",
)
def _rate_too_low(case):
    name, (low, _) = _limits(case)
    if case.optimizer and case.scheduled:
        return _worn_schedule(case, name)
    if case.plain and not _driven(case):
        low = TINY * (1 - min(case.momentum, 0.999))
    if not case.optimizer or not 0 <= case.rate < low:
        return None
    found = f"{name} with a learning rate of {case.rate:g}."
    return found, slower(case, usual(name))


def _driven(case):
    """Whether large numbers, or sums of them, may make up for a small rate."""
    if case.target is None or not case.numbers:
        return True
    large = any(
        leaf.dtype.kind not in "f" or size_of(leaf) > LARGE for leaf in case.sample
    )
    far = not case.crossentropy and case.target.scale > LARGE
    return large or far or case.loss_settings.get("reduction") == "sum"


def _worn_schedule(case, name):
    """Say of a schedule that ends before training has begun, as it counts steps."""
    soon = max(SOON, case.rows // 64)  # half an epoch
    try:
        early = max(float(case.schedule(i)) for i in range(SOON))
        late = [float(case.schedule(int(soon * times))) for times in (1, 1.5, 2, 5)]
    except Exception:  # a schedule of one's own that wants something else
        return None
    if not case.fresh or max(late) >= early * WORN:
        return None
    found = f"{name}'s schedule goes from {early:g} to {late[0]:.2g} in {soon} steps."
    cure = slower(case, early)
    return f"{found} It counts steps, one for each batch, and not epochs.", cure


@error(
    "optimizer-of-another-model",
    why="An optimizer keeps an average for each weight of the model that it trained.",
    seen='fit stops: ValueError "Unknown variable".',
    fix="model.compile(keras.optimizers.Adam(), model.loss)  # a new one each",
)
def _optimizer_of_another_model(case):
    # Keras has no public way to ask. Without this attribute nothing is found.
    known = getattr(case.optimizer, "_trainable_variables", ())
    ids = {id(variable) for variable in known}
    if not ids or all(id(v) in ids for v in case.model.trainable_variables):
        return None
    kind = f"keras.optimizers.{type(case.optimizer).__name__}"
    cure = recompiled(case, optimizer=f"{kind}(learning_rate={case.rate:g})")
    return "The optimizer has trained other weights.", cure


def _limits(case):
    name = type(case.optimizer).__name__
    return name, RATES.get(name, (0, np.inf))


def usual(name):
    """Return the learning rate that an optimizer is usually begun with."""
    return {"SGD": 0.01, "Adadelta": 1.0, "Lion": 1e-4}.get(name, 0.001)
