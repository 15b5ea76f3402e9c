"""What an SGD of Keras 2 with ``decay`` did, asked of one of Keras 3."""

import numpy as np

from helpers.checks.engine import Wrong

# Arguments that change the steps, and what to say to each.
MORE = {
    "momentum": "The old line had no momentum.",
    "weight_decay": "`weight_decay` shrinks the weights: it pulls them towards 0. The "
    "old `decay` lowered the *rate*, and that is a schedule now.",
    "clipnorm": "The old line clipped no gradients: leave `clipnorm` out.",
    "clipvalue": "The old line clipped no gradients: leave `clipvalue` out.",
    "global_clipnorm": "The old line clipped no gradients: leave `global_clipnorm` "
    "out.",
    "use_ema": "The old line averaged no weights: leave `use_ema` out.",
    "gradient_accumulation_steps": "The old line took a step with each gradient: leave "
    "`gradient_accumulation_steps` out.",
}


def plain_steps(optimizer, weights):
    """Say what an optimizer does beyond steps of its rate against the gradient.

    It takes one with ``weights``, a list of Keras variables.
    """
    for argument, remedy in MORE.items():
        if getattr(optimizer, argument, None):
            raise Wrong(remedy)
    before = [each.numpy() for each in weights]
    slopes = [np.full(each.shape, 100.0, np.float32) for each in before]
    wanted = 100 * rate_at(optimizer, 3)
    optimizer.apply(slopes, weights)
    for old, each in zip(before, weights, strict=True):
        if not np.allclose(old - each.numpy(), wanted, rtol=1e-3, atol=1e-4):
            raise Wrong("Your optimizer does not step by rate times gradient.")


def rate_at(optimizer, step):
    """Return the learning rate of a step."""
    optimizer.iterations.assign(step)
    return float(optimizer.learning_rate)
