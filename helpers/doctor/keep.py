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
