"""Checks that are fair, kind by kind: generators over every exercise that a kind fits.

What is right within rounding passes, what only looks right does not, a dictionary is
read by its keys, and no message says what is not so. Exercises that train in Keras are
left out: a model is not a number, and each costs seconds.
"""

import copy
import functools
import inspect
import itertools
import numbers
import random
import re
from collections import OrderedDict
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pytest

from tests.test_checks import EXERCISES, LESSONS, bank_of, checks_of
from tests.test_mutants import mutants
from tools import build
from tools.cells import split_check

# Kind -> exercises of which it does not hold yet, left to those who make their lessons.
LEFT_TO = {}


@pytest.fixture(scope="module", autouse=True)
def trained_once():
    """A plan for the budget of lesson 4 is trained once, however it is written."""
    checks, plans = checks_of("04"), {}
    train = checks.sweep

    def sweep(*data, **plan):
        if repr(plan) not in plans:
            plans[repr(plan)] = train(*data, **plan)
        return plans[repr(plan)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "sweep", sweep)
        yield


FREE = [param for param in EXERCISES if param.values[1].needs != "keras"]


def right_answers(stem, exercise):
    """Return the right answers of the bank, and the one in the source."""
    return [*bank_of(stem).RIGHT[exercise.name], reference(stem, exercise.name)]


@functools.cache
def codes(stem):
    """Return exercise -> its cell in the source, with the answer."""
    cells = build.read_cells(build.ROOT / "source" / f"{stem}.py")
    named = {build.exercise_name(cell): cell.source for cell in cells}
    return {name: split_check(build.with_answers(c)) for name, c in named.items()}


def reference(stem, name, code=None):
    """Return what a cell hands to its check: an answer, or two or more in a tuple."""
    answer, call = codes(stem)[name]
    handed = []
    asked = type("Asked", (), {name: staticmethod(lambda *given: handed.extend(given))})
    names = {"np": np, "check": asked, **bank_of(stem).NAMES}
    exec(code or answer, names)
    eval(call, names)
    return handed[0]


def each(kind, fits):
    """Parametrize over the exercises of which each right answer fits the kind."""
    fitting = [
        param
        for param in FREE
        if all(map(fits, bank_of(param.values[0]).RIGHT[param.values[1].name]))
    ]
    left = LEFT_TO.get(kind, {})
    chosen = [param for param in fitting if param.values[1].name not in left]
    assert chosen, f"nothing fits {kind}"
    return pytest.mark.parametrize(("stem", "exercise"), chosen)


def is_number(answer):
    is_one = isinstance(answer, np.ndarray) and answer.size == 1
    return isinstance(answer, numbers.Real) or is_one


def is_pair(answer):
    return not isinstance(answer, dict) and np.shape(answer) == (2,)


# A number is right within rounding


def same_numbers(value):
    """Yield (how, the same number) as languages, libraries and rounding write it."""
    yield "a float", float(value)
    yield "a NumPy scalar", np.float64(value)
    yield "float32", np.float32(value)
    yield "an array of no dimension", np.array(float(value))
    yield "an array of one", np.array([value])
    yield "float32, an array of one", np.array([value], np.float32)
    yield "a table of one", np.array([[value]])
    yield "a fraction", Fraction(float(value)).limit_denominator(10**6)
    yield "a decimal", Decimal(str(float(value)))
    yield "a sum of tenths", sum([value / 10] * 10)
    yield "there and back", (value + 0.1) - 0.1
    yield "thirds", 3 * (value / 3)
    yield "a little more", value * (1 + 1e-9)
    yield "a little less", value * (1 - 1e-9)
    if value:
        yield "upside down twice", 1 / (1 / value)
        yield "a root squared", np.copysign(np.sqrt(abs(value)) ** 2, value)
        yield "by logarithms", np.copysign(np.exp(np.log(abs(value))), value)
    if value == int(value):
        yield "an int", int(value)
        yield "a NumPy integer", np.int32(value)
        yield "an array of one integer", np.array([int(value)])


def test_the_same_number_is_the_same():
    assert 1 / 0.1**2 != 100 and 0.1 + 0.2 != 0.3
    assert float(np.float32(0.1)) != 0.1
    for value in (100, 0.08, -1.9, 84):
        for how, same in same_numbers(value):
            assert float(np.asarray(same).item()) == pytest.approx(value, rel=1e-6), how


def refused(exercise, answers):
    """Return how -> message of the answers that do not pass."""
    results = ((how, exercise(answer)) for how, answer in answers)
    return {how: result.message for how, result in results if not result}


@each("a number", is_number)
def test_a_right_number_passes_however_it_is_written(stem, exercise):
    for right in right_answers(stem, exercise):
        right = np.asarray(right).item()
        assert not refused(exercise, same_numbers(right)), right


@each("a pair", is_pair)
def test_a_right_pair_passes_however_it_is_written(stem, exercise):
    for right in filter(is_pair, right_answers(stem, exercise)):
        ways = zip(*map(same_numbers, right), strict=False)
        pairs = [(f"{a[0]}, {b[0]}", (a[1], b[1])) for a, b in ways]
        assert not refused(exercise, pairs)


def is_dictionary(answer):
    return isinstance(answer, dict)


@functools.lru_cache(maxsize=None, typed=True)
def ways_to_write(value):
    return dict(same_numbers(value))


def with_numbers(value, write):
    """Return an answer with each number in it written another way."""
    if isinstance(value, dict):
        return {key: with_numbers(part, write) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(with_numbers(part, write) for part in value)
    is_one = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return write(value) if is_one else value


@each("numbers in a dictionary", is_dictionary)
def test_right_numbers_in_a_dictionary_pass_however_they_are_written(stem, exercise):
    for right in right_answers(stem, exercise):
        ways = ways_to_write(1)
        written = [
            (how, with_numbers(right, lambda v, how=how: ways_to_write(v)[how]))
            for how in ways
            if not writes_nothing(right, how)
        ]
        assert not refused(exercise, written)


def writes_nothing(answer, how):
    """Tell whether a number in an answer can't be written so: 0 upside down."""
    unfit = []
    with_numbers(answer, lambda v: unfit.append(how not in ways_to_write(v)))
    return any(unfit)


def is_function(answer):
    return callable(answer)


def floats(change):
    """Change what holds floats in a result, to any depth."""

    def changed(result):
        if isinstance(result, dict):
            return {key: changed(part) for key, part in result.items()}
        if isinstance(result, list | tuple):
            return type(result)(map(changed, result))
        kind = np.asarray(result).dtype.kind
        return change(result) if kind == "f" else result

    return changed


def arrays_of_one(result):
    """Make each number of a pair, or a number by itself, an array of one."""
    if _is_flat(result):
        return [*map(arrays_of_one, result)]
    return np.array([result]) if isinstance(result, numbers.Real) else result


RETURNED = {
    "as float32": floats(lambda v: np.asarray(v, np.float32)[()]),
    "a little more": floats(lambda v: v * (1 + 1e-12)),
    "numbers as arrays of one": arrays_of_one,
    "numbers as Python's": floats(lambda v: v if np.ndim(v) else float(v)),
    "arrays as lists": floats(lambda v: v.tolist() if np.ndim(v) == 1 else v),
}


def in_other_words(answer, change=lambda result: result, arguments=lambda given: given):
    """Return a function that does as ``answer`` does, with its signature and source."""

    @functools.wraps(answer)
    def other(*given):
        return change(answer(*arguments(given)))

    return other


@pytest.mark.parametrize("how", RETURNED)
@each("what a function returns", is_function)
def test_what_a_right_function_returns_passes_however_it_is_written(
    stem, exercise, how
):
    for right in right_answers(stem, exercise):
        result = exercise(in_other_words(right, RETURNED[how]))
        assert result, result.message


def in_float32(given):
    """Return arguments with their arrays in float32: a function reckons with these."""
    return [
        value.astype(np.float32)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f"
        else in_float32(value)
        if isinstance(value, list)
        and any(isinstance(v, np.ndarray | tuple) for v in value)
        else tuple(in_float32(value))
        if isinstance(value, tuple)
        else value
        for value in given
    ]


@each("reckoned in float32", is_function)
def test_a_right_function_may_reckon_in_float32(stem, exercise):
    for right in right_answers(stem, exercise):
        result = exercise(in_other_words(right, arguments=in_float32))
        assert result, result.message


# What only looks right is caught: an order that is no shuffle


def _cut(order, batch_size):
    return [order[k : k + batch_size] for k in range(0, len(order), batch_size)]


def cut_first(n, batch_size, rng):
    parts = [rng.permutation(part) for part in _cut(np.arange(n), batch_size)]
    most = [parts[k] for k in rng.permutation(n // batch_size)]
    return most + parts[n // batch_size :]


def cut_first_and_left_inside(n, batch_size, rng):
    parts = _cut(np.arange(n), batch_size)
    most = [parts[k] for k in rng.permutation(n // batch_size)]
    return most + parts[n // batch_size :]


def dealt_in_turn(n, batch_size, rng):
    """Row k goes to minibatch k mod the number of them, whatever the seed."""
    order = np.concatenate(
        [np.arange(k, n, n // batch_size or 1) for k in range(n // batch_size or 1)]
    )
    return [rng.permutation(part) for part in _cut(order, batch_size)]


def halves_shuffled(n, batch_size, rng):
    half = n // 2
    order = np.concatenate([rng.permutation(half), half + rng.permutation(n - half)])
    return _cut(order, batch_size)


def neighbours_exchanged(n, batch_size, rng):
    order = np.arange(n)
    for k in range(0, n - 1, 2):
        if rng.random() < 0.5:
            order[[k, k + 1]] = order[[k + 1, k]]
    return _cut(order, batch_size)


def once_exchanged(n, batch_size, rng):
    order = np.arange(n)
    a, b = rng.choice(n, 2, replace=False)
    order[[a, b]] = order[[b, a]]
    return _cut(order, batch_size)


def a_stride(n, batch_size, rng):
    coprime = [k for k in range(2, n) if np.gcd(k, n) == 1] or [1]
    return _cut(np.arange(n) * rng.choice(coprime) % n, batch_size)


def evens_then_odds(n, batch_size, rng):
    start = rng.integers(n)
    return _cut(np.roll([*range(0, n, 2), *range(1, n, 2)], start), batch_size)


NO_SHUFFLES = {
    "cut first, then shuffled": cut_first,
    "cut first, minibatches shuffled": cut_first_and_left_inside,
    "dealt in turn, then shuffled": dealt_in_turn,
    "the data's order": lambda n, size, rng: _cut(np.arange(n), size),
    "backwards": lambda n, size, rng: _cut(np.arange(n)[::-1], size),
    "rolled": lambda n, size, rng: _cut(
        np.roll(np.arange(n), rng.integers(1, n)), size
    ),
    "rolled backwards": lambda n, size, rng: _cut(
        np.roll(np.arange(n)[::-1], rng.integers(1, n)), size
    ),
    "a stride": a_stride,
    "evens, then odds": evens_then_odds,
    "each half shuffled": halves_shuffled,
    "neighbours exchanged": neighbours_exchanged,
    "two rows exchanged": once_exchanged,
    "one shuffle, rolled": lambda n, size, rng: _cut(
        np.roll(np.random.default_rng(0).permutation(n), rng.integers(n)), size
    ),
    "one shuffle, backwards or not": lambda n, size, rng: _cut(
        np.random.default_rng(0).permutation(n)[:: rng.choice([-1, 1])], size
    ),
    "the same shuffle for every seed": lambda n, size, rng: _cut(
        np.random.default_rng(0).permutation(n), size
    ),
    "the same minibatches, in another order": lambda n, size, rng: [
        *map(rng.permutation, _cut(np.random.default_rng(0).permutation(n), size))
    ],
    "shuffled, sorted inside": lambda n, size, rng: [
        *map(np.sort, _cut(rng.permutation(n), size))
    ],
}


@pytest.mark.parametrize("order", NO_SHUFFLES)
def test_an_order_that_is_no_shuffle_is_caught(order):
    def epoch(n, batch_size, seed):
        return NO_SHUFFLES[order](n, batch_size, np.random.default_rng(seed))

    rows = [row for part in epoch(50, 8, 3) for row in part]
    assert sorted(rows) == list(range(50))  # it does look right
    assert checks_of("01").epoch(epoch).status == "incorrect"


SHUFFLES = {
    "permutation": lambda n, seed: np.random.default_rng(seed).permutation(n),
    "choice": lambda n, seed: np.random.default_rng(seed).choice(n, n, replace=False),
    "sorted by chance": lambda n, seed: np.random.default_rng(seed).random(n).argsort(),
    "the old generator": lambda n, seed: np.random.RandomState(seed).permutation(n),
    "Python's": lambda n, seed: random.Random(seed).sample(range(n), n),
    "backwards": lambda n, seed: np.random.default_rng(seed).permutation(n)[::-1],
    "twice": lambda n, seed: np.random.default_rng(seed).permutation(
        np.random.default_rng(seed + 1).permutation(n)
    ),
    "another seed": lambda n, seed: np.random.default_rng(seed + 1000).permutation(n),
}


@pytest.mark.parametrize("shift", range(0, 100, 10))
@pytest.mark.parametrize("how", SHUFFLES)
def test_any_shuffle_passes(how, shift):
    def epoch(n, batch_size, seed):
        return _cut(np.array(SHUFFLES[how](n, seed + shift)), batch_size)

    result = checks_of("01").epoch(epoch)
    assert result, result.message


# What only looks right is caught: nudges where the slopes themselves are asked for


def _squares(parts, x, y):
    w, b = parts
    return np.mean(((w * x + b) ** 2 - y) ** 2)


def _network(parts, x, y, leak):
    a = x
    for W, b in zip(parts[:-2:2], parts[1:-2:2], strict=True):
        z = a @ W + b
        a = np.where(np.real(z) > 0, z, leak * z)
    return np.mean((a @ parts[-2] + parts[-1] - y) ** 2)


def _of_line(slopes):
    def answer(w, b, x, y, rows):
        return slopes(
            lambda parts: np.mean((parts[0] * x[rows] + parts[1] - y[rows]) ** 2),
            [w, b],
        )

    return answer


def _of_squared(slopes):
    return lambda w, b, x, y: slopes(lambda parts: _squares(parts, x, y), [w, b])


def _of_leaky(slopes):
    return lambda x, y, W1, b1, W2, b2: slopes(
        lambda parts: _network(parts, x, y, 0.1), [W1, b1, W2, b2]
    )


def _of_deep(slopes):
    def answer(x, y, layers):
        parts = [part for pair in layers for part in pair]
        got = slopes(lambda parts: _network(parts, x, y, 0), parts)
        return list(zip(got[::2], got[1::2], strict=True))

    return answer


NO_NUDGES = {
    ("01", "minibatch_gradient"): _of_line,
    ("02", "squared_gradient"): _of_squared,
    ("02", "leaky_gradients"): _of_leaky,
    ("02", "deep_gradients"): _of_deep,
}


def _each_weight(slope):
    """Make slopes(f, parts) -> parts from the slope along one weight: (g, w) -> slope.

    g(nudge) is the loss with this weight, which is w, nudged.
    """

    def slopes(f, parts):
        got = []
        for k, part in enumerate(parts):
            found = np.zeros(np.shape(part))
            for place in np.ndindex(found.shape):

                def nudged(nudge, k=k, part=part, place=place):
                    changed = np.array(part, np.result_type(nudge, float))
                    changed[place] += nudge
                    return f([*parts[:k], changed, *parts[k + 1 :]])

                found[place] = slope(nudged, np.asarray(part)[place])
            got.append(found if found.shape else float(found))
        return got

    return slopes


def _two_sided(f, h):
    return (f(h) - f(-h)) / (2 * h)


STEPS = {
    "one-sided, 1e-3": lambda f, w: (f(1e-3) - f(0.0)) / 1e-3,
    "one-sided, 1e-6": lambda f, w: (f(1e-6) - f(0.0)) / 1e-6,
    "one-sided, 1e-8": lambda f, w: (f(1e-8) - f(0.0)) / 1e-8,
    "two-sided, 1": lambda f, w: _two_sided(f, 1.0),
    "two-sided, 1e-2": lambda f, w: _two_sided(f, 1e-2),
    "two-sided, 1e-4": lambda f, w: _two_sided(f, 1e-4),
    "two-sided, 1e-5": lambda f, w: _two_sided(f, 1e-5),
    "two-sided, 1e-6": lambda f, w: _two_sided(f, 1e-6),
    "a step for each weight": lambda f, w: _two_sided(f, 6e-6 * max(abs(w), 1)),
    "a share of each weight": lambda f, w: _two_sided(f, 1e-5 * abs(w) + 1e-12),
    "four points": lambda f, w: (4 * _two_sided(f, 1e-3) - _two_sided(f, 2e-3)) / 3,
    "six points": lambda f, w: (
        (15 * _two_sided(f, 1e-2) - 6 * _two_sided(f, 2e-2) + _two_sided(f, 3e-2)) / 10
    ),
    "a complex step": lambda f, w: np.imag(f(1e-20j)) / 1e-20,
    "a complex step, longer": lambda f, w: np.imag(f(1e-8j)) / 1e-8,
    "a complex step, shorter": lambda f, w: np.imag(f(1e-200j)) / 1e-200,
}


def on_plain_arrays(answer):
    """Return an answer that turns what it is given into plain arrays first."""

    def other(*given):
        return answer(*(np.array(v) if isinstance(v, np.ndarray) else v for v in given))

    other.__signature__ = inspect.signature(answer)
    return other


@pytest.mark.parametrize("arrays", [lambda answer: answer, on_plain_arrays])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("where", NO_NUDGES, ids=lambda where: where[1])
def test_nudges_are_caught_where_none_are_allowed(where, step, arrays):
    lesson, name = where
    answer = arrays(NO_NUDGES[where](_each_weight(STEPS[step])))
    result = getattr(checks_of(lesson), name)(answer)
    assert result.status == "incorrect"
    assert re.search("nudge|Nearly", result.message), result.message


# A dictionary is read by its keys


def other_dictionaries(right):
    """Yield (how, a dictionary with the same keys and values)."""
    yield "backwards", dict(reversed(right.items()))
    shuffled = list(right.items())
    random.Random(1).shuffle(shuffled)
    yield "shuffled", dict(shuffled)
    yield "ordered", OrderedDict(shuffled)
    yield "to be read only", MappingProxyType(dict(shuffled))
    yield "with NumPy's keys", {np.array([key])[0]: right[key] for key in right}
    yield (
        "through an array",
        dict(zip(np.array(list(right)), right.values(), strict=True)),
    )
    yield "with its own default", _default(right)


class _default(dict):
    def __missing__(self, key):
        return None


@each("a dictionary", is_dictionary)
def test_a_dictionary_is_read_by_its_keys(stem, exercise):
    for right in right_answers(stem, exercise):
        assert not refused(exercise, other_dictionaries(right))


@each("a dictionary", is_dictionary)
def test_right_values_under_wrong_keys_do_not_pass(stem, exercise):
    for right in right_answers(stem, exercise):
        others = {f"{key}_": value for key, value in right.items()}
        assert "key" in exercise(others).message
        turned = dict(zip(right, list(right.values())[1:], strict=False))
        assert not exercise(turned)  # a key is missing


KEYS = {
    "squared_gradient": [("w", "b")],
    "minibatch_gradient": [("w", "b")],
    "in_the_fog": [("w", "b")],
    "leaky_gradients": [("dW1", "db1", "dW2", "db2"), ("W1", "b1", "W2", "b2")],
}


@pytest.mark.parametrize("name", KEYS)
def test_a_dictionary_for_a_pair_is_read_by_its_keys(name):
    stem, exercise = next(p.values for p in FREE if p.values[1].name == name)
    rights = [r for r in right_answers(stem, exercise) if not isinstance(r, dict)]
    for right, keys in itertools.product(rights, KEYS[name]):
        others = [f"part {k}" for k in range(len(keys))]

        def by_keys(result, order, keys=keys):
            if isinstance(result, dict):
                result = [result[key] for key in KEYS[name][0]]
            return {keys[k]: result[k] for k in order}

        def hand_in(change, right=right):
            return in_other_words(right, change) if callable(right) else change(right)

        for order in itertools.permutations(range(len(keys))):
            result = exercise(hand_in(functools.partial(by_keys, order=order)))
            assert result, result.message
        misnamed = hand_in(functools.partial(by_keys, order=order, keys=others))
        assert "by its keys" in exercise(misnamed).message


# A message never says what is not so


def near(value):
    """Yield numbers so near that a careless format would show them as the right one."""
    for digits, side in itertools.product(range(1, 13), (-1, 1)):
        yield value * (1 + side * 10.0**-digits)


@each("a number", is_number)
def test_a_near_miss_is_not_shown_as_the_right_number(stem, exercise):
    """A message that says the learner's number says one that is not right."""
    right = float(np.asarray(bank_of(stem).RIGHT[exercise.name][0]).item())
    for wrong in near(right):
        result = exercise(wrong)
        if not result and f"{wrong:g}" == f"{right:g}":
            assert not re.search(
                rf"(?<![\w.,]){re.escape(f'{right:g}')}(?![\w%]|[.,]\d)",
                result.message,
            ), f"{wrong!r}: {result.message}"


SAID_RIGHT = re.compile(r'((?:"?\w+"?, )*"?\w+"?(?: and "?\w+"?)?) (?:is|are) right\b')


@each("a dictionary", is_dictionary)
def test_what_is_called_right_is_right(stem, exercise):
    right = bank_of(stem).RIGHT[exercise.name][0]
    values, seen = list(right.values()), random.Random(0)
    ways = list(itertools.islice(itertools.permutations(values), 5000))
    for way in [*seen.sample(ways, min(len(ways), 120)), *(values for _ in "1")]:
        answer = dict(zip(right, way, strict=True))
        result = exercise(answer)
        for said in SAID_RIGHT.findall(result.message):
            for key in re.findall(r"\w+", said):
                if key in right:
                    assert answer[key] == right[key], (answer, result.message)


class Recorded:
    """What came of the last call of a learner's function."""

    def __init__(self, answer):
        self.given, self.changed, self.results = None, False, []

        @functools.wraps(answer)
        def watched(*given):
            self.given = before = copy.deepcopy(given)
            self.results.append(answer(*given))
            self.changed |= not _alike(before, given)
            return self.results[-1]

        self.answer = watched


def _alike(a, b):
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_alike, a, b))
    return np.array_equal(a, b) if isinstance(a, np.ndarray) else True


def _leaves(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple) or np.ndim(value) == 1:
        return [leaf for part in value for leaf in _leaves(part)]
    return [value]


def _shapes(value):
    """Return the shapes of a value and of its parts, as text."""
    parts = value if isinstance(value, list | tuple) else []
    inner = [shape for part in parts for shape in _shapes(part)]
    try:
        return [str(np.shape(value)), *inner]
    except ValueError:  # parts of several shapes
        return inner


def _not_finite(last):
    leaves = [np.asarray(leaf) for leaf in _leaves(last)]
    return any(
        leaf.dtype.kind == "f" and not np.isfinite(leaf).all() for leaf in leaves
    )


# What a message says of a result -> whether it is so.
CLAIMS = {
    r"returns nothing": lambda last, seen, found: last is None,
    r"changes the values": lambda last, seen, found: seen.changed,
    r"not finite|and finite": lambda last, seen, found: _not_finite(last),
    r"Yours has (\([\d, ]*\))": lambda last, seen, found: found[1] in _shapes(last),
    r"(?:gave|returned|is) a (list|tuple|dict) of (\d+)": lambda last, seen, found: any(
        type(part).__name__ == found[1] and len(part) == int(found[2])
        for part in [last, *(last if isinstance(last, list | tuple) else [])]
        if isinstance(part, list | tuple | dict)
    ),
    r"(?:gave|returned|returns) an array of shape (\([\d, ]*\))": lambda *given: (
        given[2][1] in _shapes(given[0])
    ),
}


def judge_claims(exercise, answer):
    """Return the claims of a message that are not so."""
    seen = Recorded(answer)
    message = exercise(seen.answer).message
    if not seen.results or ", when " in message:  # it stopped with an error
        return []
    last = seen.results[-1]
    return [
        f"{claim}: {message}"
        for claim, so in CLAIMS.items()
        if (found := re.search(claim, message)) and not so(last, seen, found)
    ]


# A message that names a mistake names its cure: the result so mended is right.
CURES = {
    r"signs are turned round|Both signs are turned|slope has the wrong sign": floats(
        np.negative
    ),
    r"lost the factor 2|One factor 2 is missing": floats(lambda v: 2 * v),
    r"Two factors 2 are missing": floats(lambda v: 4 * v),
    r"twice as large as it should": floats(lambda v: v / 2),
    r"slopes are in the wrong order|right, in the wrong order": lambda r: r[::-1],
    r"last layer first": lambda result: result[::-1],
}


def judge_cures(exercise, answer, right):
    """Return the named mistakes whose cure does not make the last result right."""
    seen = Recorded(answer)
    message = exercise(seen.answer).message
    return [
        f"{words}: {message}"
        for words, mend in CURES.items()
        if re.search(words, message)
        and not _same(mend(_array(seen.results[-1])), right(*seen.given))
    ]


def _same(one, other):
    pairs = zip(_leaves(one), _leaves(other), strict=True)
    return all(np.allclose(a, b, rtol=1e-4, atol=1e-6) for a, b in pairs)


def _array(result):
    return np.array(result) if _is_flat(result) else result


def _is_flat(result):
    """Tell whether a result is a list or tuple of nothing but numbers."""
    return isinstance(result, list | tuple) and all(
        isinstance(part, numbers.Real) for part in result
    )


def wrong_functions(stem, exercise):
    """Yield functions that do not pass: of the bank, and mutants of the reference."""
    for answer, _ in bank_of(stem).WRONG[exercise.name]:
        if inspect.isfunction(answer):
            yield answer
    code, _ = codes(stem)[exercise.name]
    for _, text in sorted(set(mutants(code))):
        try:
            answer = reference(stem, exercise.name, text)
        except Exception:  # a mutant that does not even run to its check
            continue
        if inspect.isfunction(answer):
            yield answer


@each("a function", is_function)
def test_what_a_message_says_of_a_function_is_so(stem, exercise):
    false, right = [], reference(stem, exercise.name)
    for answer in wrong_functions(stem, exercise):
        false += judge_claims(exercise, answer) + judge_cures(exercise, answer, right)
    assert not false


@pytest.mark.parametrize("stem", LESSONS)
def test_what_is_left_is_printed(stem):
    names = {param.values[1].name for param in FREE if param.values[0] == stem}
    for kind, left in LEFT_TO.items():
        if here := sorted(names & left):
            print(f"{stem}, {kind}: left to {', '.join(here)}")
    assert all(
        any(param.values[1].name == name for param in FREE)
        for left in LEFT_TO.values()
        for name in left
    )
