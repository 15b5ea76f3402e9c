"""Rules about the weights that a model starts with."""

from itertools import pairwise

import numpy as np

from .cures import ANEW, DRAWN, renewed
from .rules import error, note, warning


@note(
    "weights-kept",
    why="compile makes a new optimizer and keeps the weights. Loaded weights look the"
    " same, and are meant.",
    seen="The first loss of the second run goes on where the last one ended.",
    fix=ANEW,
)
def _weights_kept(case):
    biases = [_bias(layer) for layer, _ in case.kernels if _starts_at_0(layer)]
    if not case.fresh or not any(bias is not None and bias.any() for bias in biases):
        return None
    return "The optimizer is new, but the weights have been trained."


@warning(
    "identical-weights",
    why="One initializer object, or one seed, draws the same numbers for each layer "
    "of the same shape.",
    seen="Keras says nothing; the layers start as copies of each other.",
    fix=DRAWN,
)
def _identical_weights(case):
    drawn = [(a, k) for a, k in case.kernels if _is_drawn(a) and k.size > 1]
    pairs = [
        (other, one)
        for i, (one, kernel) in enumerate(drawn)
        for other, second in drawn[:i]
        if one is not other and np.array_equal(kernel, second)
    ]
    if not pairs:
        return None
    later = list({id(one): one for _, one in pairs}.values())
    names = " and ".join(layer.name for layer in (pairs[0][0], *later))
    return f"{names} have identical weights.", renewed(*later)


@warning(
    "equal-units",
    why="Units that are equal get equal gradients and stay equal for ever.",
    seen="Keras says nothing; a layer of many units learns no more than one.",
    fix=DRAWN,
)
def _equal_units(case):
    for (layer, into), (after, out) in pairwise(case.kernels):
        if not type(layer).__name__ == type(after).__name__ == "Dense":
            continue
        if into.shape[1] > 1 and (into == into[:, :1]).all() and (out == out[:1]).all():
            found = f"All units of {layer.name} have the same weights, in and out."
            return found, renewed(layer)
    return None


@warning(
    "constant-weights",
    why="All units of the layer start alike and answer alike; only what stands behind "
    "them can tell them apart, slowly.",
    seen="Keras says nothing; the loss starts far off, or leaves its plateau late.",
    fix=DRAWN,
)
def _constant_weights(case):
    for layer, kernel in case.kernels[:-1]:
        if (
            kernel.ndim > 1
            and kernel.shape[-1] > 1
            and (kernel == kernel.flat[0]).all()
        ):
            found = f"All weights of {layer.name} are {kernel.flat[0]:g}."
            return found, renewed(layer)
    return None


@error(
    "weights-not-finite",
    why="NaN never goes away: the model is lost. Find the cause (NaN in the data, or "
    "too large a learning rate), then build anew.",
    seen="The loss is NaN, or finite behind a ReLU with one prediction for all.",
    fix=ANEW,
)
def _weights_not_finite(case):
    bad = [layer.name for layer, k in case.kernels if not np.isfinite(k).all()]
    return f"NaN or infinite weights in {', '.join(bad)}." if bad else None


@warning(
    "nothing-trainable",
    why="Every layer is frozen.",
    seen='A UserWarning "does not have any trainable weights"; the loss never moves.',
    fix="for layer in [model, *model.layers]: layer.trainable = True  # compile again",
)
def _nothing_trainable(case):
    frozen = case.model.weights and not case.model.trainable_variables
    return "No weight can move." if frozen else None


@warning(
    "one-answer",
    why="The model has been trained, and what it says no longer depends on x.",
    seen="The loss stays at that of guessing, and goes on doing so.",
    fix=ANEW,
)
def _one_answer(case):
    if case.fresh or case.outputs is None or case.several or len(case.outputs) < 2:
        return None
    if not np.isfinite(case.outputs).all():
        return None
    spread = np.ptp(case.outputs.astype(float), axis=0).max()
    if spread > 1e-6 * max(1e-6, float(np.abs(case.outputs).max())):
        return None
    return f"All {len(case.outputs)} rows of the sample get the same answer."


def _bias(layer):
    import keras

    bias = getattr(layer, "bias", None)
    return None if bias is None else keras.ops.convert_to_numpy(bias)


def _starts_at_0(layer):
    return type(getattr(layer, "bias_initializer", None)).__name__ == "Zeros"


def _is_drawn(layer):
    initializer = getattr(layer, "kernel_initializer", None)
    return hasattr(initializer, "get_config") and "seed" in initializer.get_config()
