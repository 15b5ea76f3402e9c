"""Rules about the optimizer, and the target that it has to reach."""

import numpy as np

from .rules import error, note, warning

# Learning rates outside of these are mistakes rather than choices.
ADAPTIVE, PLAIN = (1e-8, 0.3), (1e-8, 3.0)
RATES = {
    **dict.fromkeys(("Adam", "AdamW", "Adamax", "Nadam", "RMSprop"), ADAPTIVE),
    **dict.fromkeys(("SGD", "Adagrad", "Ftrl"), PLAIN),
    "Lion": (1e-9, 0.1),
    "Adadelta": (0.005, 30.0),
}
EXPLODES = 0.5  # learning rate times size of the target; measured: 0.5 to 1 explode
CRAWLS = 30_000  # size of the target in learning rates, that is in steps of Adam


@error(
    "lr-attribute",
    why="Keras 3 has no lr: Python made a new attribute that nothing reads.",
    seen="Keras says nothing, and the learning rate is what it was.",
    fix="optimizer.learning_rate = {rate}",
)
def _lr_attribute(case):
    if "lr" not in getattr(case.optimizer, "__dict__", ()):
        return None
    rate = case.optimizer.lr
    return f"optimizer.lr is {rate}, the rate is {case.rate:g}.", {"rate": rate}


@warning(
    "rate-too-high",
    why="Each step jumps across the valley and lands higher on the other side.",
    seen="Keras says nothing; the loss grows to 1e6, inf and NaN, or stays high for "
    "ever. The callback TerminateOnNaN stops it.",
    fix="optimizer.learning_rate = {rate}",
)
def _rate_too_high(case):
    name, (_, high) = _limits(case)
    if not case.optimizer or not case.rate > high:
        return None
    return f"{name} with a learning rate of {case.rate:g}.", {"rate": _usual(name)}


@warning(
    "rate-too-low",
    why="The steps are too small to arrive. (Adadelta in its paper has no rate, which"
    " is 1.0; Keras's default is 0.001.)",
    seen="Keras says nothing; the loss hardly moves.",
    fix="optimizer.learning_rate = {rate}",
)
def _rate_too_low(case):
    name, (low, _) = _limits(case)
    if not case.optimizer or case.scheduled or case.rate >= low:
        return None
    return f"{name} with a learning rate of {case.rate:g}.", {"rate": _usual(name)}


@warning(
    "unscaled-target",
    why="The gradient grows with the error: plain steps overshoot from the first on.",
    seen="Keras says nothing; the loss reads 3e14, inf, NaN.",
    fix="y = (y - y_train.mean()) / y_train.std()",
)
def _unscaled_target(case):
    scale = _far_from_output(case)
    sgd = type(case.optimizer).__name__ == "SGD"
    if not (scale and sgd and case.loss_name == "mean_squared_error"):
        return None
    clips = ("clipnorm", "clipvalue", "global_clipnorm")
    clipped = any(getattr(case.optimizer, name) for name in clips)
    rate = case.rate / (1 - min(getattr(case.optimizer, "momentum", 0), 0.99))
    if clipped or len(case.kernels) < 2 or rate * scale < EXPLODES:
        return None
    return f"y lies around {scale:.3g}, with SGD at a rate of {case.rate:g}."


@note(
    "far-target",
    why="An adaptive step is about as long as the learning rate, whatever the error.",
    seen="Keras says nothing; the loss falls for many epochs and is still high.",
    fix="y = (y - y_train.mean()) / y_train.std()",
)
def _far_target(case):
    scale = _far_from_output(case)
    adaptive = RATES.get(type(case.optimizer).__name__) == ADAPTIVE
    if not scale or not adaptive or scale < CRAWLS * case.rate:
        return None
    steps = f"{scale / case.rate:,.0f} steps of {case.rate:g} away"
    return f"y lies around {scale:.3g}, {steps}."


@error(
    "optimizer-of-another-model",
    why="An optimizer keeps an average for each weight of the model that it trained.",
    seen='fit stops: ValueError "Unknown variable".',
    fix="model.compile({name}(learning_rate={rate}), ...)  # a new one each",
)
def _optimizer_of_another_model(case):
    # Keras has no public way to ask. Without this attribute nothing is found.
    known = getattr(case.optimizer, "_trainable_variables", ())
    ids = {id(variable) for variable in known}
    if not ids or all(id(v) in ids for v in case.model.trainable_variables):
        return None
    name = f"keras.optimizers.{type(case.optimizer).__name__}"
    holes = {"name": name, "rate": f"{case.rate:g}"}
    return "The optimizer has trained other weights.", holes


def _limits(case):
    name = type(case.optimizer).__name__
    return name, RATES.get(name, (0, np.inf))


def _usual(name):
    return {"SGD": 0.01, "Adadelta": 1.0, "Lion": 1e-4}.get(name, 0.001)


def _far_from_output(case):
    """Return the size of the target, if the outputs are nowhere near it."""
    far = case.kind == "regression" and case.target and not case.target.text
    if not far or case.target.missing or case.outputs is None:
        return None
    near = np.sqrt(np.mean(np.square(case.outputs, dtype=float)))
    return case.target.scale if case.target.scale > max(5, 5 * near) else None
