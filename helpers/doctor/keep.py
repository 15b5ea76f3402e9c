"""Leave no trace: the random states, and the numbers in the names of layers."""

import random
import warnings
from contextlib import contextmanager, suppress

import numpy as np

# Keras has no public way to ask for these two; without them the rest is kept.
_GLOBALS = ("global_seed_generator", "object_name_uids")


@contextmanager
def unchanged():
    """Give Python, NumPy and Keras back their random states and counters."""
    python, numpy = random.getstate(), np.random.get_state()
    keras = _keras_state()
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        _restore(keras)


@contextmanager
def ready(model, x):
    """Give the model; if its first batch would build it, a built copy of it.

    Where no copy can be made, the model itself is built, and taken apart again.
    ``unbuilt`` says that it was, or why it could not be.
    """
    copy = model if model.built else _built_copy(model, x)
    if copy is not None:
        yield copy
        return
    with set_back(model):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model(_rows(x), training=False)
            model.unbuilt = ""
        except Exception as error:  # of the model's own code, or an x it cannot take
            model.built = False
            line = (str(error).strip().splitlines() or [""])[0]
            model.unbuilt = f"{type(error).__name__}: {line:.160}"
        yield model


@contextmanager
def set_back(model):
    """Undo what building and training change: variables, and what Keras attaches."""
    import keras

    measured = [v for metric in model.metrics for v in metric.variables]
    values = keras.ops.convert_to_numpy
    variables = [(v, values(v).copy()) for v in [*model.variables, *measured]]
    layers = list(model._flatten_layers())  # no public way to ask
    trackers = [layer._tracker for layer in layers if hasattr(layer, "_tracker")]
    kept = [(vars(thing), dict(vars(thing))) for thing in (*layers, *trackers)]
    parts = [part for _, was in kept for part in was.values()]
    parts += [part for tracker in trackers for part in tracker.stored_ids.values()]
    parts = [(p, p.copy()) for p in parts if type(p) in (list, dict, set)]
    try:
        yield
    finally:
        for variable, value in variables:
            variable.assign(value)
        for now, was in kept + [pair for pair in parts if type(pair[0]) is not list]:
            now.clear()
            now.update(was)
        for now, was in parts:
            if type(now) is list:
                now[:] = was


def _built_copy(model, x):
    """Return a built copy, or None."""
    import keras

    with suppress(Exception):  # no get_config, or an x that the model cannot take
        copy = type(model).from_config(model.get_config())
        if isinstance(copy, keras.Sequential):
            copy.build((None, *np.asarray(x).shape[1:]))  # for batches of any size
        else:
            copy(_rows(x))
        for old, new in zip(model.layers, copy.layers, strict=True):
            if old.built and old.weights:
                new.set_weights(old.get_weights())
                getattr(new, "finalize_state", bool)()
        if model.compiled:
            given = model._compile_config.config  # no public way to ask
            copy.compile(**given)
        copy.unbuilt = ""
        return copy
    return None


def _rows(x):
    if isinstance(x, dict):
        return {key: _rows(part) for key, part in x.items()}
    if isinstance(x, list | tuple) and hasattr(x[0], "shape"):
        return [_rows(part) for part in x]
    return np.asarray(x)[:2]


def _keras_state():
    with suppress(ImportError, AttributeError):
        from keras import ops
        from keras.src.backend.common import global_state as state

        seeds, names = (state.get_global_attribute(name) for name in _GLOBALS)
        value = None if seeds is None else ops.convert_to_numpy(seeds.state).copy()
        return state, seeds, value, None if names is None else dict(names)
    return None


def _restore(kept):
    if kept is None:
        return
    state, seeds, value, names = kept
    if seeds is not None:
        seeds.state.assign(value)
    state.set_global_attribute(_GLOBALS[0], seeds)
    now = state.get_global_attribute(_GLOBALS[1])
    if now is not None:
        now.clear()
        now.update(names or {})
