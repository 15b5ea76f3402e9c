"""What a check asks of an answer: each function returns it, or says what is wrong."""

import copy
import inspect
import numbers
import types
from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from helpers.checks.engine import NotAttempted, Wrong, describe_error
from helpers.checks.feedback import kind_of, place_of, show


def number(answer, name="your answer", whole=False) -> float:
    """Return a real, finite number; a NumPy scalar or an array of one will do.

    A whole number is one within rounding: ``1 / 0.1**2`` is 100.
    """
    wanted = "a whole number, such as 12" if whole else "a number, such as 0.5"
    if hasattr(answer, "__array__") and np.size(answer) == 1:
        answer = np.asarray(answer).item()  # a NumPy scalar, an array or tensor of one
    if isinstance(answer, str):
        raise Wrong(f"{name} should be {wanted}. You gave text: take the quotes away.")
    if isinstance(answer, bool | np.bool_):
        raise Wrong(f"{name} should be {wanted}, not {answer}: say it in numbers.")
    if not isinstance(answer, numbers.Real | Decimal):
        raise Wrong(f"{name} should be {wanted}. You gave {kind_of(answer)}.")
    value = float(answer)
    if not np.isfinite(value):
        raise Wrong(f"{name} should be {wanted}, and finite. You gave {value}.")
    if whole:
        off = abs(value - round(value))
        if off > min(1e-3, 1e-6 * max(1, abs(value))):
            raise Wrong(f"{name} should be {wanted}. You gave {value:.10g}.")
        value = float(round(value))
    return value


def one_of(answer, options, name="your answer") -> str:
    """Return one of the options, whatever its case and the spaces around it."""
    listed = ", ".join(f'"{option}"' for option in options)
    if not isinstance(answer, str):
        raise Wrong(f"{name} should be one of {listed}. You gave {kind_of(answer)}.")
    for option in options:
        if answer.strip().lower() == option.lower():
            return option
    raise Wrong(f"{name} should be one of {listed}. You gave {show(answer)}.")


def array(answer, shape, name="your answer") -> np.ndarray:
    """Return finite numbers of this shape; a list will do."""
    is_list = isinstance(answer, list | tuple | numbers.Real)
    if not is_list and not hasattr(answer, "__array__"):
        raise Wrong(f"{name} should be an array. You gave {kind_of(answer)}.")
    if is_list and np.ndim(answer) > 1 == len(shape):  # numbers as arrays of one
        answer = [part.item() if np.size(part) == 1 else part for part in answer]
    got = np.asarray(answer)
    if got.size == 1 and shape == ():
        got = got.reshape(())
    if got.dtype.kind not in "iuf":
        raise Wrong(f"{name} should hold numbers. You gave {show(answer)}.")
    if got.shape != tuple(shape):
        raise Wrong(
            f"{name} should have the shape {tuple(shape)}. Yours has {got.shape}."
        )
    if not np.isfinite(got).all():
        raise Wrong(f"{name} holds a value that is not finite: {show(got)}.")
    return got


def call(
    function,
    *arguments,
    name="your function",
    nothing="Is there a `return`?",
    advice=None,
):
    """Call the learner's function on copies; return what it returns.

    ``nothing`` is what to ask when it returns nothing, ``advice`` what to say to an
    error: a part of its text -> a sentence.

    Whatever goes wrong is said: no function, a class, the wrong number of arguments,
    an error, an argument that was changed, nothing returned, a generator.
    """
    if isinstance(function, type):
        raise Wrong(f"{name} is a class. A function is wanted: `def ...`.")
    if not callable(function):
        raise Wrong(
            f"A function is wanted, without brackets after its name. "
            f"You gave {kind_of(function)}."
        )
    _check_signature(function, arguments, name)
    copies = copy.deepcopy(arguments)
    given = ", ".join(map(show, arguments))
    try:
        result = function(*copies)
    except (Wrong, NotAttempted):
        raise
    except RecursionError:
        raise Wrong(f"{name}({given}) calls itself without end.") from None
    except Exception as error:
        said = describe_error(error)
        tips = [tip for part, tip in (advice or {}).items() if part in said]
        called = f"{said}{place_of(error)}, when {name}({given}) was called."
        raise Wrong(" ".join([called, *tips])) from None
    if not all(map(_unchanged, arguments, copies)):
        raise Wrong(
            f"{name} changes the values that it is given. Change a copy, such as "
            "`w.copy()`, or make new ones: `w = w - step` in the place of `w -= step`."
        )
    if result is None:
        raise Wrong(f"{name}({given}) returns nothing. {nothing}")
    if result is ...:
        raise NotAttempted
    if isinstance(result, types.GeneratorType | types.CoroutineType):
        raise Wrong(f"{name} makes a generator. Use `return`, not `yield`.")
    return result


def entries(answer, keys, name, example, listed="") -> list:
    """Return the values of a dictionary that has these keys and no others."""
    if not isinstance(answer, Mapping):
        raise Wrong(
            f"{name} should be a dictionary such as {example}. "
            f"You gave {kind_of(answer)}."
        )
    if set(answer) != set(keys):
        listed = listed or f"{', '.join(keys[:-1])} and {keys[-1]}"
        raise Wrong(f"{name} needs the keys {listed}. Yours are {show([*answer])}.")
    return [answer[key] for key in keys]


def in_order(answer, *orders):
    """Return the values of a dictionary by its keys, anything else as it is.

    ``orders`` are the keys that it may have, each in the order of the values wanted.
    """
    if not isinstance(answer, Mapping):
        return answer
    for keys in orders:
        if set(answer) == set(keys):
            return [answer[key] for key in keys]
    raise Wrong(
        f"A dictionary is read by its keys. Wanted are {', '.join(orders[0])}; yours "
        f"are {show([*answer])}."
    )


def close(got, right, tolerance=1e-5) -> bool:
    """Tell whether arrays agree as well as they do when reckoned in float32."""
    size = np.abs(right).max(initial=0)
    return np.allclose(got, right, rtol=tolerance, atol=tolerance * size + 1e-12)


def look_up(got, mistakes, rtol=0, atol=0):
    """Say what is wrong with a number that is known: number, or numbers -> words."""
    for known, words in mistakes.items():
        known = known if isinstance(known, tuple) else (known,)
        if any(abs(got - each) <= atol + rtol * abs(each) for each in known):
            raise Wrong(words)


def recognise(got, mistakes, **tolerance):
    """Say what the first mistake is that gives these values: words -> values."""
    for words, values in mistakes.items():
        if np.allclose(got, values, **tolerance):
            raise Wrong(words)


def _check_signature(function, arguments, name):
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # built-in functions may have none
        return
    try:
        signature.bind(*arguments)
    except TypeError:
        raise Wrong(
            f"{name} should take {len(arguments)} argument(s). Yours is "
            f"`{name}{signature}`."
        ) from None


def _unchanged(before, after):
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and np.array_equal(before, after)
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_unchanged, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(
            _unchanged(before[key], after[key]) for key in before
        )
    return True


def choices(answer, letters, name, example, whole=False) -> dict:
    """Return a dictionary letter -> number."""
    got = entries(answer, letters, name, example)
    return {
        letter: number(value, f"{name}[{letter!r}]", whole)
        for letter, value in zip(letters, got, strict=True)
    }
