"""Read what fit is given: one array for each input or output, and its name."""

import numpy as np

from .target import as_array

FEW_INPUTS = 8  # a list of more arrays than that holds rows, not inputs


def leaves(values, name, count):
    """Return name in code -> array: one for each of ``count`` inputs or outputs.

    ``count`` is None where the model does not say how many it has.
    """
    if isinstance(values, dict):
        named = {f"{name}[{key!r}]": leaf for key, leaf in values.items()}
    elif is_rows(values, count):
        named = {name: values}
    else:
        named = {f"{name}[{i}]": leaf for i, leaf in enumerate(values)}
    arrays = {key: as_array(leaf, key) for key, leaf in named.items()}
    if not arrays or any(leaf.ndim == 0 or leaf.size == 0 for leaf in arrays.values()):
        shapes = ", ".join(str(leaf.shape) for leaf in arrays.values())
        raise ValueError(f"{name} must hold at least one row, got {shapes or values!r}")
    return arrays


def is_rows(values, count):
    """Whether this is one array or a list of its rows, not a list of several arrays."""
    if not isinstance(values, list | tuple) or not values:
        return True
    shapes = [np.shape(leaf) if hasattr(leaf, "shape") else None for leaf in values]
    if count is None:
        several = (
            len(values) <= FEW_INPUTS and len(set(s and s[0] for s in shapes)) == 1
        )
        return not (several and shapes[0] and max(map(len, shapes)) > 1)
    if count > 1:
        return len(values) != count
    return not (len(values) == 1 and shapes[0])


def is_list_of_rows(values, count):
    """Whether an array was given as a Python list of its rows."""
    return isinstance(values, list | tuple) and is_rows(values, count)


def holds_objects(values):
    """Whether NumPy reads this as Python objects, which fit cannot convert."""
    if hasattr(values, "dtypes"):  # a table: one kind for each column
        values = np.asarray(values[:1])
    return getattr(getattr(values, "dtype", None), "kind", "") == "O"
