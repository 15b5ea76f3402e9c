"""Leave no trace: the random states, and the numbers in the names of layers."""

import random
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


def built(model, x):
    """Return a built copy of a model that its first batch would build; or the model."""
    import keras

    if model.built:
        return model
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
        copy.unbuilt = True
        return copy
    return model


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
