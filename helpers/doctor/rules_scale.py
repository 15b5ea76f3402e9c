"""Rules about a target, or inputs, too large for the steps: how far, how steep."""

import numpy as np

from .cures import SCALE, scaled, scaled_target, slower
from .rules import warning
from .rules_inputs import UNSCALED
from .rules_optimizer import ADAPTIVE, RATES
from .sample import of_bytes, size_of

EXPLODES = 0.5  # learning rate times size of the target; measured: 0.5 to 1 explode
CRAWLS = 30_000  # size of the target in learning rates, that is in steps of Adam
FAR = 100_000  # and from here on it hurts
EPOCHS = 500  # at the least, for a single layer, whose longest step is known
BEYOND = 3  # times the stable rate: a network may still land on flatter ground
LARGE = 5  # inputs whose scale may be why
BATCH_SIZE = 32


@warning(
    "rate-beyond-curvature",
    why="For squared error behind a linear layer the curvature is that of the layer's "
    "inputs, and a rate beyond 2 / curvature throws each step further than the last.",
    seen="Keras says nothing; the loss reads 1e6, inf, NaN.",
    fix="model.optimizer.learning_rate = {rate}",
)
def _rate_beyond_curvature(case):
    limit = stable_rate(case)
    if limit is None or case.rate < 0:
        return None
    alone = len(case.kernels) == 1
    if case.rate <= limit * (1 if alone else BEYOND):
        return None
    found = f"SGD at {case.rate:g}; on these rows the limit is {limit:.2g}."
    severity = "error" if alone else "warning"
    size, i = max((size_of(leaf), i) for i, leaf in enumerate(case.sample))
    if size > (LARGE if alone else UNSCALED):
        name, pictures = case.input_names[i], of_bytes(case.inputs[i])
        return f"{found} {name} is not scaled.", scaled(name, pictures), severity
    rate = 10.0 ** np.floor(np.log10(limit / 2))
    return found, slower(case, rate), severity


@warning(
    "unscaled-target",
    why="The gradient grows with the error: plain steps overshoot from the first on.",
    seen="Keras says nothing; the loss reads 3e14, inf, NaN.",
    fix=SCALE.format("y"),
)
def _unscaled_target(case):
    scale = _far_from_output(case)
    sgd = type(case.optimizer).__name__ == "SGD"
    if not (scale and sgd and case.loss_name == "mean_squared_error"):
        return None
    rate = case.rate / (1 - min(case.momentum, 0.99))
    if clipped(case) or len(case.kernels) < 2 or rate * scale < EXPLODES:
        return None
    found = f"y has a size of {scale:.3g}, with SGD at a rate of {case.rate:g}."
    return found, scaled_target(case)


@warning(
    "far-target",
    why="An adaptive step is about as long as the learning rate, whatever the error.",
    seen="Keras says nothing; the loss falls for many epochs and is still high.",
    fix=SCALE.format("y"),
)
def _far_target(case):
    scale = _far_from_output(case)
    adaptive = RATES.get(type(case.optimizer).__name__) == ADAPTIVE
    if not scale or not adaptive or case.rate <= 0:
        return None
    steps = scale / case.rate
    found = f"y has a size of {scale:.3g}, {steps:,.0f} steps of {case.rate:g} away."
    cure = scaled_target(case)
    if len(case.kernels) == 1 and len(case.layers) == 1 and case.layers[0].weighs:
        # Then the output moves by no more than that in one step.
        least = steps / case.layers[0].reach / np.ceil(case.rows / BATCH_SIZE)
        if least > EPOCHS:
            return f"{found} That is {least:,.0f} epochs at the least.", cure
    if steps < CRAWLS:
        return None
    return found, cure, "warning" if steps > FAR else "note"


def stable_rate(case):
    """Return the largest stable rate of SGD in the last layer, or None if unknown."""
    if type(case.optimizer).__name__ != "SGD" or clipped(case) or not case.numbers:
        return None
    if case.loss_name != "mean_squared_error" or case.activation != "linear":
        return None
    last = next(
        (s for s in case.layers[::-1] if s.layer is case.output_operation), None
    )
    if last is None or last.kind != "Dense" or not np.isfinite(last.into).all():
        return None
    rows = last.into.reshape(-1, last.into.shape[-1]).astype(float)
    rows = np.hstack([rows, np.ones((len(rows), 1))]) if last.layer.use_bias else rows
    square = rows @ rows.T if len(rows) < rows.shape[1] else rows.T @ rows
    largest = np.linalg.eigvalsh(square)[-1] / len(rows)
    curvature = 2 * largest / last.layer.units
    momentum = case.momentum
    room = 2 * (1 + momentum)
    if case.optimizer.nesterov:
        room /= 1 + 2 * momentum
    return room / curvature


def clipped(case):
    """Whether the gradients are cut to a length."""
    names = ("clipnorm", "clipvalue", "global_clipnorm")
    return any(getattr(case.optimizer, name) for name in names)


def _far_from_output(case):
    """Return the size of the target, if the outputs are nowhere near it."""
    far = case.kind == "regression" and case.target and not case.target.text
    if not far or case.target.missing or case.outputs is None:
        return None
    near = np.sqrt(np.mean(np.square(case.outputs, dtype=float)))
    return case.target.scale if case.target.scale > max(5, 5 * near) else None
