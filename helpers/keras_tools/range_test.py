"""A test that finds a learning rate for a Keras model."""

from itertools import count

import keras
import numpy as np
import tensorflow as tf

from helpers.inner.arguments import positive, whole
from helpers.minibatches import batches
from helpers.rate_range import RateRange, has_blown_up


def learning_rate_range(
    build, x, y, low=1e-4, high=10.0, steps=100, batch_size=32, seed=0
) -> RateRange:
    """Let the rate rise from step to step, and see where the loss turns (Smith 2015).

    Parameters
    ----------
    build : callable
        ``build()`` returns a compiled Keras model. Its weights are put back in the end,
        so ``lambda: model`` tests a model that you have. Its own optimizer is not
        used: the steps are taken by another one with the same settings, and a schedule
        in it plays no part.
    x, y : array, or dict or list of arrays
        As for ``fit``: one row an example.
    low, high : float
        The rates of the first and of the last step; between them each step's rate is
        the same factor above the one before.
    steps : int
        How many, at most: the test ends where the loss blows up or is no number.
    batch_size : int
        If it is above the rows, each step takes all rows.
    seed : int
        Orders the minibatches.

    Returns
    -------
    RateRange
        With ``rates``, ``losses``, ``suggested``, ``reason`` and ``plot()``.

    A wrong argument raises a TypeError or ValueError that says what to use instead.
    """
    if positive("low", low) >= positive("high", high):
        raise ValueError(f"low must be below high, got {low:g} and {high:g}")
    rates = np.geomspace(low, high, whole("steps", steps, least=2))
    rows = _count_rows(x, y)
    model = _compiled(build)

    def part(data, rows):
        return keras.tree.map_structure(lambda array: np.asarray(array)[rows], data)

    drawn = (b for epoch in count() for b in batches(rows, batch_size, epoch, seed))
    model(part(x, [0]))  # before that a model without an Input has no weights
    before = [variable.numpy() for variable in model.variables]
    settings = model.optimizer.get_config() | {"learning_rate": low}
    optimizer = type(model.optimizer).from_config(settings)
    losses = []
    try:
        for rate, chosen in zip(rates, drawn, strict=False):
            inputs, targets = part(x, chosen), part(y, chosen)
            with tf.GradientTape() as tape:
                outputs = model(inputs, training=True)
                loss = model.compute_loss(inputs, targets, outputs, training=True)
            losses.append(float(loss))
            if has_blown_up(losses):
                break
            optimizer.learning_rate = rate
            weights = model.trainable_weights
            optimizer.apply(tape.gradient(loss, weights), weights)
    finally:
        for variable, value in zip(model.variables, before, strict=True):
            variable.assign(value)
    finite = np.isfinite(losses)
    if not finite[0]:
        raise ValueError(
            f"the first loss is {losses[0]}, before any rate could matter: "
            "helpers.doctor.diagnose(model, x, y) looks for the cause"
        )
    return RateRange.of(rates[: len(losses)][finite], np.array(losses)[finite])


def _count_rows(x, y):
    lengths = {len(array) for data in (x, y) for array in keras.tree.flatten(data)}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"x and y must have as many rows, got {sorted(lengths)}")
    return lengths.pop()


def _compiled(build):
    remedy = "give a function that returns a compiled model, such as `lambda: model`"
    if isinstance(build, keras.Model) or not callable(build):
        raise TypeError(f"build must be called to get a model, got {build!r}: {remedy}")
    model = build()
    if not isinstance(model, keras.Model):
        raise TypeError(f"build() must return a Keras model, got {model!r}: {remedy}")
    if not model.compiled:
        raise ValueError(
            "build() must return a compiled model: call "
            "model.compile(optimizer, loss) in it"
        )
    return model
