"""A test that finds a learning rate for a Keras model."""

import warnings
from contextlib import contextmanager, suppress
from functools import partial
from inspect import signature
from itertools import chain

import keras
import numpy as np
import tensorflow as tf

from helpers.doctor.keep import unchanged
from helpers.inner.arguments import positive, whole
from helpers.keras_tools.feeding import feed
from helpers.rate_range import RateRange, has_blown_up


def learning_rate_range(
    build,
    x,
    y=None,
    low=1e-4,
    high=10.0,
    steps=100,
    batch_size=None,
    seed=0,
    sample_weight=None,
    class_weight=None,
) -> RateRange:
    """Let the rate rise from step to step, and see where the loss turns (Smith 2015).

    Parameters
    ----------
    build : callable
        ``build()`` returns a compiled Keras model. All of it is put back in the end,
        and so are the random states: ``lambda: model`` tests a model that you have.
        Its own optimizer is not used: the steps are taken by another one with the same
        settings, and a schedule in it plays no part.
    x, y : array, or dict or list of arrays
        As for ``fit``: one row an example. Or x alone: a ``tf.data.Dataset``, a
        ``keras.utils.PyDataset`` or a generator that gives batches. It may be without
        an end, since no more than ``steps`` batches are taken; a generator is then used
        up by so many.
    low, high : float
        The rates of the first and of the last step; between them each step's rate is
        the same factor above the one before.
    steps : int
        How many, at most: the test ends where the loss blows up or is no number.
    batch_size : int, optional
        32 if it is not given. If it is above the rows, each step takes all rows.
    seed : int
        Orders the minibatches of arrays.
    sample_weight, class_weight : optional
        As for ``fit``.

    Returns
    -------
    RateRange
        With ``rates``, ``losses``, ``suggested``, ``reason``, ``rate()`` and
        ``plot()``.

    A wrong argument raises a TypeError or ValueError that says what to use instead.
    """
    if positive("low", low) >= positive("high", high):
        raise ValueError(f"low must be below high, got {low:g} and {high:g}")
    rates = np.geomspace(low, high, whole("steps", steps, least=2))
    with unchanged(), _tensorflow_unchanged():
        model = _compiled(build)
        drawn = feed(model, x, y, sample_weight, class_weight, batch_size, seed)
        first = next(drawn)
        if not (model.built and model.trainable_weights):
            _build(model, first[0])
        optimizer, losses = _another(model.optimizer, low), []
        with _put_back(model):
            take_step = _step_of(model, optimizer)
            for rate, batch in zip(rates, chain([first], drawn), strict=False):
                optimizer.learning_rate = rate
                losses.append(take_step(batch))
                if has_blown_up(losses):
                    break
    finite = np.isfinite(losses)
    if not finite[0]:
        raise ValueError(
            f"the first loss is {losses[0]}, before any rate could matter: "
            "helpers.doctor.diagnose(model, x, y) looks for the cause"
        )
    return RateRange.of(rates[: len(losses)][finite], np.array(losses)[finite])


def _compiled(build):
    remedy = "give a function that returns a compiled model, such as `lambda: model`"
    if isinstance(build, keras.Model) or not callable(build):
        raise TypeError(f"build must be called to get a model, got {build!r}: {remedy}")
    model = build()
    if not isinstance(model, keras.Model):
        raise TypeError(f"build() must return a Keras model, got {model!r}: {remedy}")
    strategy, usual = model.distribute_strategy, tf.distribute.get_strategy()
    if tf.distribute.has_strategy() or type(strategy) is not type(usual):
        raise ValueError(
            f"the model is spread over devices by {type(strategy).__name__}: for the "
            "test build it, and call the test, outside of strategy.scope()"
        )
    if not model.compiled:
        raise ValueError(
            "build() must return a compiled model: call "
            "model.compile(optimizer, loss) in it"
        )
    return model


def _build(model, inputs):
    """Let a model make its weights: without an Input it has none before."""
    try:
        model(inputs)
    except NotImplementedError:  # it has no call, only a train_step of its own
        if not model.trainable_weights:
            raise ValueError(
                f"{type(model).__name__} has no weights before its first step, which "
                "could not be put back: begin its parts with keras.Input"
            ) from None


def _another(optimizer, rate):
    """Return an optimizer with the same settings and a plain rate, at its start."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)  # out of loss scaling
    kind = type(inner)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of lambdas, which are not stored here
            settings = inner.get_config()
    except Exception:  # of a schedule of one's own, say
        names = set(signature(kind.__init__).parameters) - {"learning_rate"}
        settings = {
            name: getattr(inner, name) for name in names if hasattr(inner, name)
        }
    try:
        other = kind.from_config(settings | {"learning_rate": rate})
    except Exception as error:
        raise ValueError(
            f"the model's optimizer, {kind.__name__}, cannot be made again: give it "
            f"a get_config that returns what its __init__ takes ({error})"
        ) from None
    if inner is not optimizer:
        built = optimizer.built
        scale = optimizer.dynamic_scale if built else optimizer.initial_scale
        growth = {"dynamic_growth_steps": optimizer.dynamic_growth_steps}
        other = keras.optimizers.LossScaleOptimizer(other, float(scale), **growth)
    return other


def _step_of(model, optimizer):
    """Return a function that takes a step on a minibatch, and returns its loss."""
    if type(model).train_step is not keras.Model.train_step:
        model.optimizer = optimizer
        return partial(_own_step, model)
    if not model.trainable_weights:
        raise ValueError(
            "the model has no weights to train: set trainable = True in some layer, "
            "and compile it again"
        )
    # A loss of one's own may be written without this argument.
    arguments = signature(model.compute_loss).parameters
    told = {"training": True} if "training" in arguments else {}

    def take_step(batch):
        x, y, weights = batch
        with tf.GradientTape() as tape:
            outputs = model(x, training=True)
            loss = model.compute_loss(x, y, outputs, weights, **told)
            scaled = optimizer.scale_loss(loss)
        trained = model.trainable_weights
        optimizer.apply(tape.gradient(scaled, trained), trained)
        return float(loss)

    return take_step


def _own_step(model, batch):
    """Let the model take the step, by a train_step of its own."""
    before = _progress(model.optimizer)
    model.reset_metrics()
    said = model.train_step(keras.utils.pack_x_y_sample_weight(*batch))
    loss = said.get("loss") if isinstance(said, dict) else None
    if loss is None or _progress(model.optimizer) == before:
        raise ValueError(
            f"{type(model).__name__}.train_step must step with self.optimizer, and "
            'return a dict with "loss": otherwise no rate of it can be tested'
        )
    return float(loss)


def _progress(optimizer):
    """Return what a step changes, even one that overflows and is left out."""
    scale = getattr(optimizer, "dynamic_scale", None) if optimizer.built else None
    return int(optimizer.iterations), scale if scale is None else float(scale)


@contextmanager
def _put_back(model):
    """Give the model back its weights, states, metrics and optimizers."""
    variables = [*model.variables, *model.metrics_variables]
    for own in vars(model).values():
        if isinstance(own, keras.optimizers.Optimizer) and own is not model.optimizer:
            variables += own.variables
    before = [variable.numpy() for variable in variables]
    optimizer = model.optimizer
    try:
        yield
    finally:
        model.optimizer = optimizer
        model.reset_metrics()  # those that were made since
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)


@contextmanager
def _tensorflow_unchanged():
    """Give TensorFlow back its random state."""
    here = state = None
    with suppress(ImportError, AttributeError):  # it has no public way to ask for it
        from tensorflow.python.eager import context

        here = context.context()
        state = here._seed, here._rng, here._rng.getstate()
    try:
        yield
    finally:
        if state is not None and state != (here._seed, here._rng, here._rng.getstate()):
            here._seed, here._rng, numbers = state
            here._rng.setstate(numbers)
            here.clear_kernel_cache()  # each call's own numbers are kept there
