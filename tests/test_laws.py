"""Every quantitative claim of the lessons, with its tolerance."""

import importlib
import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from helpers import capstone, labs
from helpers.capstone.recipes import scores_of
from helpers.capstone.recipes import train as train_recipe
from helpers.data import load
from helpers.descent import descend
from helpers.fast_network import FastNetwork
from helpers.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from helpers.minibatches import batches
from helpers.networks import Network
from helpers.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop
from helpers.rate_range import RateRange, has_blown_up
from helpers.schedules import InverseTimeDecay
from helpers.slices import loss_slice
from helpers.surfaces import SURFACES, bowl, line_loss, ravine
from helpers.sweeps import sweep
from helpers.training import fit

# Lesson 1: a minibatch gradient is right on average, and spread as 1 / sqrt(B)


def diabetes_line():
    """One feature of the diabetes patients, and how far their illness went."""
    data = load("diabetes")
    feature = data.feature_names.index("bmi")
    return data.x_train[:, feature].astype(float), data.y_train[:, 0].astype(float)


def slopes_of_batches(batch_size, epochs):
    """The gradient along the slope of a flat line: of each row, and of minibatches."""
    x, y = diabetes_line()
    per_row = 2 * (0.0 * x - y) * x
    rows = [
        rows
        for epoch in range(epochs)
        for rows in batches(len(x), batch_size, epoch, seed=0)
        if len(rows) == batch_size
    ]
    return per_row, per_row[np.array(rows)].mean(axis=1)


def test_the_minibatch_gradient_is_right_on_average():
    per_row, slopes = slopes_of_batches(batch_size=38, epochs=1)
    assert len(slopes) * 38 == len(per_row)
    assert slopes.mean() == pytest.approx(per_row.mean(), rel=1e-12)


@pytest.mark.parametrize("batch_size", [1, 4, 16, 64, 200])
def test_the_spread_falls_as_one_over_root_b_with_the_factor_for_finite_data(
    batch_size,
):
    per_row, slopes = slopes_of_batches(batch_size, epochs=600 * batch_size // 64 + 60)
    n = len(per_row)
    predicted = per_row.std() / np.sqrt(batch_size)
    predicted *= np.sqrt((n - batch_size) / (n - 1))
    measured = np.sqrt(np.mean((slopes - per_row.mean()) ** 2))
    assert measured == pytest.approx(predicted, rel=0.06)


def test_the_whole_set_has_no_spread():
    per_row, slopes = slopes_of_batches(len(diabetes_line()[0]), epochs=20)
    assert slopes == pytest.approx(per_row.mean(), rel=1e-12)


# Lesson 2: minus the gradient is the steepest way down


def test_no_direction_has_a_steeper_slope_than_the_gradient():
    surface, directions = ravine(), np.random.default_rng(0).normal(size=(1000, 2))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    gradient = surface.gradient(surface.start)
    slopes = directions @ gradient
    assert slopes.min() >= -np.linalg.norm(gradient)
    assert slopes.min() == pytest.approx(-np.linalg.norm(gradient), rel=1e-3)


# Lesson 3: how far a step may go


def test_descent_diverges_beyond_two_over_the_largest_curvature():
    surface = line_loss(*diabetes_line())
    origin = surface.gradient(np.zeros(2))
    curvature = np.linalg.eigvalsh(surface.gradient(np.eye(2)) - origin).max()
    low, high = 0.0, 2.0
    for _ in range(20):
        middle = (low + high) / 2
        path = descend(surface, SGD(middle), steps=2000)
        low, high = (
            (middle, high) if path.losses[-1] < path.losses[0] else (low, middle)
        )
    assert low == pytest.approx(2 / curvature, rel=1e-3)


def test_at_exactly_two_over_the_curvature_it_runs_back_and_forth_for_ever():
    path = descend(bowl(4.0), SGD(2 / 4), start=(0.0, 1.0), steps=2000)
    assert np.array_equal(path.points[:, 1], (-1.0) ** np.arange(2001))


@pytest.mark.parametrize("condition", [10, 100, 1000])
def test_the_best_rate_on_a_ravine_leaves_k_minus_1_over_k_plus_1(condition):
    best = 2 / (1 + condition)
    start = (1.0, 3.0)  # as much along the ravine as across it
    factors = []
    for rate in (best, 0.98 * best, 1.02 * best):
        path = descend(ravine(condition), SGD(rate), start, steps=200)
        distance = np.linalg.norm(path.points, axis=1)
        factors.append((distance[-1] / distance[-101]) ** (1 / 100))
    assert factors[0] == pytest.approx((condition - 1) / (condition + 1), rel=1e-9)
    assert factors[0] < min(factors[1:])


@pytest.mark.parametrize("condition", [10, 100, 1000])
def test_with_momentum_it_leaves_the_same_of_the_root_of_k(condition):
    root = np.sqrt(condition)
    momentum, rate = ((root - 1) / (root + 1)) ** 2, (2 / (root + 1)) ** 2
    steps = int(16 * root)
    path = descend(ravine(condition), SGD(rate, momentum), steps=steps)
    distance = np.linalg.norm(path.points, axis=1)
    # At the best momentum two modes coincide: the distance goes as t * factor ** t.
    half = steps // 2
    factor = (distance[2 * half] / distance[half] / 2) ** (1 / half)
    assert factor == pytest.approx((root - 1) / (root + 1), rel=2e-3)


@pytest.mark.parametrize(
    ("rate", "curvature", "batch_size"),
    [(0.1, 1.0, 1), (0.05, 1.0, 1), (0.1, 1.0, 4), (0.1, 4.0, 1), (0.3, 4.0, 16)],
)
def test_a_constant_rate_ends_in_a_ball_of_variance_rate_over_batch_size(
    rate, curvature, batch_size
):
    sigma = 0.5
    starts = np.zeros((4000, 2))
    path = descend(
        bowl(curvature), SGD(rate), starts, 300, noise=sigma / np.sqrt(batch_size)
    )
    measured = path.points[150:, :, 1].var()
    predicted = rate * sigma**2 / (batch_size * curvature * (2 - rate * curvature))
    assert measured == pytest.approx(predicted, rel=0.015)


# Lesson 4: batch size and learning rate, on digits with one hidden layer of 64 units


def test_k_times_the_batch_wants_k_times_the_rate_until_that_breaks():
    data = load("digits")
    # 1,024 rows fill every batch: a last small batch would take a step too many.
    rows = slice(1024)
    data = replace(data, x_train=data.x_train[rows], y_train=data.y_train[rows])
    factors = 2 ** np.arange(8)
    result = sweep(
        data,
        learning_rates=0.02 * factors,
        batch_sizes=8 * factors,
        seeds=range(2),
        epochs=5,
        progress=False,
    )
    scaled = result.final("train_loss").diagonal()
    unscaled = result.final("train_loss")[0]
    assert scaled[:5] == pytest.approx(scaled[0], rel=0.02)
    assert unscaled[4] > 8 * scaled[4]
    assert scaled[6] == pytest.approx(scaled[0], rel=0.15)
    assert scaled[7] > 3 * scaled[0]


def test_the_noise_scale_predicts_the_best_rate_at_every_batch_size():
    data = load("digits")
    x, y, rows = data.x_train, data.y_train, len(data.x_train)
    start = Network((64, 64, 10), loss=sparse_categorical_crossentropy)
    rng = np.random.default_rng(0)

    def best_rate(batch_size, tries):
        """The rate whose step lowers the loss most, on average over minibatches."""
        chosen = [rng.permutation(rows)[:batch_size] for _ in range(tries)]
        stack = start.keep(np.zeros(tries, int))
        gradients = stack.gradients(x[chosen], y[chosen])
        rates = np.geomspace(0.05, 3, 18)
        losses = []
        for rate in rates:
            stepped = start.keep(np.zeros(tries, int))
            stepped.weights = [
                w - rate * g for w, g in zip(stack.weights, gradients, strict=True)
            ]
            losses.append(stepped.loss_of(y, FastNetwork(stepped).logits(x)).mean())
        low = np.argmin(losses)
        near = slice(low - 2, low + 3)
        a, b, _ = np.polyfit(rates[near], losses[near], 2)
        return -b / (2 * a)

    top = best_rate(rows, tries=1)
    share = {size: best_rate(size, tries=100) / top for size in (4, 16, 64, 256)}

    def noise(batch_size):
        """Of one minibatch without replacement, in units of a single row's."""
        return (rows - batch_size) / (rows - 1) / batch_size

    signal, one_row = signal_and_noise(start)
    for size in share:
        predicted = 1 / (1 + one_row / signal * noise(size))
        assert share[size] == pytest.approx(predicted, rel=0.1)


def test_steps_to_a_target_fall_as_one_over_the_batch_then_level_off():
    data, target = load("digits"), 0.1
    rows, steps = len(data.x_train), {}
    for batch_size, epochs in ((1, 3), (4, 3), (16, 4), (64, 5), (256, 8), (rows, 25)):
        # Around the best rate, which grows with the batch until about 2.
        rates = np.geomspace(0.3, 2, 6) * min(1.5, 0.04 * batch_size**0.8)
        result = sweep(
            data,
            learning_rates=rates,
            batch_sizes=batch_size,
            seeds=range(3),
            epochs=epochs,
            progress=False,
        )
        passes = [
            np.mean(
                [
                    passes_to(target, [start, *losses])
                    for start, losses in zip(result.start_loss, seeds, strict=True)
                ]
            )
            for seeds in result.train_loss[:, 0]
        ]
        steps[batch_size] = min(passes) * result.steps[0, 0, 0, 0]

    examples = {size: size * steps[size] for size in steps}
    for size in (4, 16, 64):
        assert examples[size] == pytest.approx(examples[1], rel=0.3)
    assert examples[256] > 2 * examples[64] and examples[rows] > 5 * examples[64]
    assert steps[rows] > steps[256] / 2


def test_between_two_rates_of_the_map_512_rows_need_14_steps():
    result = sweep(
        load("digits"),
        learning_rates=(1.28, 1.8, 2.56),
        batch_sizes=512,
        seeds=range(3),
        epochs=12,
        progress=False,
    )
    start = result.start_loss.mean()
    steps = [
        3 * passes_to(0.1, [start, *losses])
        for losses in result.train_loss[:, 0].mean(axis=1)
    ]
    assert steps == pytest.approx([17, 14, 30], abs=0.6)


def passes_to(target, losses):
    """Epochs until the lowest loss so far is at the target, between two by its log."""
    lowest = np.log(np.minimum.accumulate(losses))
    return np.interp(-np.log(target), -lowest, range(len(losses)), right=np.inf)


# Lesson 5: slowing down, and finding the rate


def test_a_rate_that_falls_with_time_settles_where_a_constant_one_does_not():
    starts = np.tile(bowl().start, (300, 1))
    far = {}
    for name, rate in {
        "constant": 0.2,
        "falling": InverseTimeDecay(0.2, 50, 1.0),
    }.items():
        for steps in (500, 4000):
            path = descend(bowl(), SGD(rate), starts, steps, noise=0.5)
            far[name, steps] = np.sqrt(np.mean(path.points[-1] ** 2))
    assert far["constant", 4000] == pytest.approx(far["constant", 500], rel=0.1)
    assert far["falling", 4000] < far["falling", 500] / 2


def test_the_rate_of_least_loss_in_a_range_test_overshoots_the_less_the_slower():
    surface, low, high = ravine(50.0), 1e-3, 100.0
    overshoot = []
    for steps in (100, 400, 2000, 10_000):

        def rising(step, steps=steps):
            return low * (high / low) ** (step / steps)

        path = descend(surface, SGD(rising), steps=steps)
        overshoot.append(rising(np.argmin(path.losses)) / (2 / 50))
    assert overshoot == pytest.approx([5.6, 2.97, 1.58, 1.20], rel=0.02)


# Lesson 5: what the loss of a network looks like


@pytest.mark.parametrize("scale", [10.0, 0.1])
def test_a_normalised_slice_does_not_see_the_scale_of_relu_weights(scale):
    data = load("digits")
    x, y = data.x_train, data.y_train
    network = Network((64, 16, 10), loss=sparse_categorical_crossentropy)
    fit(network, SGD(0.1), x, y, epochs=5)
    rescaled = network.keep([0])
    W1, b1, W2, b2 = network.weights
    rescaled.weights = [scale * W1, scale * b1, W2 / scale, b2]
    np.testing.assert_allclose(
        rescaled.logits(x), network.logits(x), rtol=1e-3, atol=1e-4
    )

    points = np.random.default_rng(0).uniform(-1, 1, (50, 2))
    normalised = [loss_slice(n, x, y).value(points) for n in (network, rescaled)]
    np.testing.assert_allclose(*normalised, rtol=1e-5)

    rng = np.random.default_rng(0)
    noise = [0.05 * rng.normal(size=w.shape).astype("f4") for w in network.weights]
    raw = []
    for n in (network, rescaled):
        moved = n.keep([0])
        moved.weights = [w + d for w, d in zip(n.weights, noise, strict=True)]
        raw.append((moved.loss_of(y, moved.logits(x)) - n.loss_of(y, n.logits(x)))[0])
    assert raw[1] > 20 * raw[0]


# Lesson 6: what a loss starts at, and two ways to say yes or no

STARTS = {
    "digits": ((64, 64, 10), sparse_categorical_crossentropy, np.log(10)),
    "breast_cancer": ((30, 16, 1), binary_crossentropy, np.log(2)),
}


@pytest.mark.parametrize("problem", STARTS)
def test_a_fresh_classifier_starts_near_the_logarithm_of_the_classes(problem):
    widths, loss, expected = STARTS[problem]
    data = load(problem)
    y = data.y_train if widths[-1] > 1 else data.y_train[:, None]
    network = Network(widths, loss=loss, runs=50, seed=range(50))
    start = network.loss_of(y, network.logits(data.x_train))
    assert 0.6 < (start / expected).min() and (start / expected).max() < 2.5

    network.weights[-2][:] = 0
    start = network.loss_of(y, network.logits(data.x_train))
    assert start == pytest.approx(expected, rel=1e-6)


def test_two_softmax_units_train_as_one_sigmoid_at_twice_the_rate():
    data = load("breast_cancer")
    x, y = data.x_train, data.y_train
    two = Network((30, 2), loss=sparse_categorical_crossentropy, dtype="float64")
    one = Network((30, 1), loss=binary_crossentropy, dtype="float64")
    for pair, single in zip(two.weights, one.weights, strict=True):
        single[:] = pair[..., 1:] - pair[..., :1]
    fit(two, SGD(0.05), x, y, epochs=5)
    fit(one, SGD(0.10), x, y[:, None], epochs=5)
    np.testing.assert_allclose(two.forward(x)[..., 1:], one.forward(x), rtol=1e-10)


def test_labels_and_one_hot_rows_are_one_loss():
    data = load("digits")
    sparse = Network((64, 10), loss=sparse_categorical_crossentropy)
    dense = Network((64, 10), loss=categorical_crossentropy)
    fit(sparse, SGD(0.1), data.x_train, data.y_train, epochs=2)
    fit(dense, SGD(0.1), data.x_train, np.eye(10)[data.y_train], epochs=2)
    np.testing.assert_allclose(sparse.weights[0], dense.weights[0], atol=1e-6)


# Lesson 7: where Adam fails, and where adaptive methods find another solution


def last_point_of_reddi(optimizer, steps=10_000, slope=3.0):
    """Go down a loss that is usually -x, but every third time 3 x, within [-1, 1].

    On average it rises with x, so that -1 is best.
    """
    x = np.array(0.0)
    for step in range(steps):
        gradient = slope if step % 3 == 0 else -1.0
        x = np.clip(optimizer.step(x, np.array(gradient)), -1, 1)
    return x


@pytest.mark.parametrize(
    ("make", "end"),
    [
        (lambda rate: Adam(rate, beta_1=0, beta_2=0.1), 1),
        (lambda rate: Adam(rate, beta_1=0, beta_2=0.1, amsgrad=True), -1),
        (SGD, -1),
    ],
    ids=["Adam", "AMSGrad", "SGD"],
)
def test_adam_can_end_at_the_worst_point_and_amsgrad_does_not(make, end):
    optimizer = make(lambda step: 0.5 / np.sqrt(step + 1))
    assert last_point_of_reddi(optimizer) == pytest.approx(end, abs=0.01)


def wilson(rows, minority, rng):
    """The data of Wilson et al. 2017, section 3.3.

    The first feature is the label, the next two are always 1; then every row has
    features of its own, one for a row of the majority (+1), five for the minority (-1).
    """
    y = np.where(rng.permutation(rows) < minority * rows, -1.0, 1.0)
    own = np.zeros((rows, rows, 5))
    own[range(rows), range(rows), 0] = 1
    own[y < 0, np.flatnonzero(y < 0)] = 1
    shared = np.stack([y, np.ones(rows), np.ones(rows)], axis=1)
    return np.hstack([shared, own.reshape(rows, -1)]), y[:, None]


@pytest.mark.parametrize(
    ("optimizer", "test_error"),
    [
        (SGD(0.1), 0.0),
        (SGD(0.05, momentum=0.9), 0.0),
        # As in the paper; from Keras's 0.1 the first steps are like those of SGD.
        (Adagrad(0.1, initial_accumulator_value=0.0), 0.3),
        (RMSprop(0.01), 0.3),
        (Adam(0.01), 0.3),
    ],
    ids=["SGD", "momentum", "Adagrad", "RMSprop", "Adam"],
)
def test_adaptive_methods_can_find_the_majority_where_sgd_finds_the_rule(
    optimizer, test_error
):
    x, y = wilson(rows=60, minority=0.3, rng=np.random.default_rng(0))
    w = np.zeros((x.shape[1], 1))
    for _ in range(3000):
        w = optimizer.step(w, x.T @ mean_squared_error.gradient(y, x @ w))
    assert np.mean(np.sign(x @ w) != y) == 0

    # New rows share the first three features with these, and nothing else.
    new = np.hstack([y, np.ones((60, 2))]) @ w[:3]
    assert np.mean(np.sign(new) != y) == pytest.approx(test_error)


# Lesson 1


def test_single_rows_disagree_and_handfuls_hardly_ever():
    per_row, eights = slopes_of_batches(batch_size=8, epochs=100)
    assert per_row.mean() == pytest.approx(-1.21, abs=0.005)
    assert (per_row > 0).sum() == 77
    assert (per_row < -8).sum() == 4
    assert -16 < per_row.min() and per_row.max() < 4  # the histogram shows them all
    assert (eights > 0).mean() == pytest.approx(0.03, abs=0.01)


def test_a_hundred_times_the_rows_leave_a_tenth_of_the_noise():
    per_row, _ = slopes_of_batches(batch_size=8, epochs=1)
    rng = np.random.default_rng(0)
    ten, thousand = (
        rng.choice(per_row, size=(4000, size)).mean(axis=1).std() for size in (10, 1000)
    )
    assert ten / thousand == pytest.approx(10, rel=0.05)


def test_84_rows_are_the_fewest_with_a_standard_error_of_a_fifth():
    per_row, _ = slopes_of_batches(batch_size=8, epochs=1)
    n, sizes = len(per_row), np.arange(1, len(per_row) + 1)
    simple = per_row.std() / np.sqrt(sizes)
    exact = simple * np.sqrt((n - sizes) / (n - 1))
    assert sizes[exact <= 0.2][0] == 84
    assert sizes[simple <= 0.2][0] == 122
    below = 1 - exact / simple
    assert below[[15, 63, 127]] == pytest.approx([0.03, 1 / 8, 0.28], abs=0.005)
    assert exact[-1] == 0


@pytest.mark.parametrize("batch_size", [14, 32, 60])
def test_an_epoch_gives_the_full_gradient_when_each_row_counts_once(batch_size):
    per_row, _ = slopes_of_batches(batch_size=8, epochs=1)
    n = len(per_row)
    dealt = list(batches(n, batch_size, epoch=0, seed=0))
    means = [per_row[rows].mean() for rows in dealt]
    sizes = [len(rows) for rows in dealt]
    assert len(dealt) == int(np.ceil(n / batch_size))
    assert sizes[-1] == (n % batch_size or batch_size)
    assert np.average(means, weights=sizes) == pytest.approx(per_row.mean(), rel=1e-12)


def test_drawing_with_replacement_misses_more_than_a_third_of_the_rows():
    n, rng = 266, np.random.default_rng(0)
    seen = rng.integers(n, size=(500, n // 32 * 32))
    missed = np.mean([1 - len(np.unique(epoch)) / n for epoch in seen])
    assert missed == pytest.approx((1 - 1 / n) ** 256, rel=0.01)
    assert 1 / 3 < missed < 0.4


def test_memory_of_a_step_goes_by_the_size_of_the_minibatch():
    import tracemalloc

    x, weights = np.ones((100_000, 20)), np.zeros(20)
    peaks = []
    for size in (1_000, 10_000, 100_000):
        tracemalloc.start()
        errors = x[:size] @ weights - 1
        2 * errors @ x[:size] / size
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] / peaks[0] == pytest.approx(10, rel=0.1)
    assert peaks[2] / peaks[1] == pytest.approx(10, rel=0.02)


def losses_of_line(batch_size, rate, seed=0, epochs=3):
    """Fit the line from w = -1, b = 1; the loss over all rows after each step."""
    x, y = diabetes_line()
    surface, w = line_loss(x, y), np.array([-1.0, 1.0])
    losses = [surface.value(w)]
    for epoch in range(epochs):
        for rows in batches(len(x), batch_size, epoch, seed):
            errors = w[0] * x[rows] + w[1] - y[rows]
            slopes = [np.mean(2 * errors * x[rows]), np.mean(2 * errors)]
            w = w - rate * np.array(slopes)
            losses.append(surface.value(w))
    return np.array(losses)


@pytest.mark.parametrize("seed", range(5))
def test_many_rough_steps_get_further_than_three_exact_ones(seed):
    best = 0.6336
    all_rows, some, single = (losses_of_line(b, 0.05, seed) for b in (266, 32, 1))
    assert [len(run) - 1 for run in (all_rows, some, single)] == [3, 27, 798]
    assert all_rows[-1] == pytest.approx(2.53, abs=0.01)
    assert some[-1] < best + 0.03
    assert single[:60].min() < 0.75 and single[-266:].max() > best + 0.1


@pytest.mark.parametrize("seed", range(5))
def test_an_exact_direction_allows_longer_steps(seed):
    assert losses_of_line(266, 0.5, seed)[1] == pytest.approx(0.6336, abs=1e-4)
    assert losses_of_line(32, 0.5, seed)[1:].max() < 1
    assert losses_of_line(1, 0.5, seed).max() > 100


def test_exact_gradients_find_the_lowest_valley_of_a_convex_loss_only():
    line = line_loss(*diabetes_line())
    for w in (-3.0, 0.0, 3.0):
        path = descend(line, SGD(0.05), start=(w, 0.0), steps=100)
        assert path.points[-1] == pytest.approx([0.605, 0.0], abs=1e-3)
    starts = [[-2.8, 1.8], [2.5, 2.5], [2.0, -1.0]]
    path = descend(SURFACES["potholes"], SGD(0.1), starts, steps=300)
    assert path.losses[-1] == pytest.approx([0.50, 0.13, 0.0], abs=0.005)


def test_keras_takes_a_step_for_each_minibatch_against_its_gradient():
    import keras

    x, y = (values[:, None] for values in diabetes_line())
    for batch_size, steps in ((1, 266), (32, 9), (266, 1), (None, 9)):
        line = keras.layers.Dense(1, kernel_initializer="zeros")
        model = keras.Sequential([keras.Input((1,)), line])
        rate = 1.0 if batch_size == 266 else 0.01
        model.compile(keras.optimizers.SGD(rate), loss="mean_squared_error")
        model.fit(x, y, batch_size=batch_size, epochs=1, verbose=0)
        assert int(model.optimizer.iterations.numpy()) == steps
        if steps == 1:
            assert model.get_weights()[0].item() == pytest.approx(1.2106, abs=1e-4)


# Lesson 2: slopes, the gradient, and how to compute it

POINTS = (
    np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5]),
    np.array([-0.8, -0.8, 0.3, 0.4, 0.6, 1.9, 1.8, 2.8]),
)
HERE = np.array([0.2, 0.5])


def eight_points(place):
    """The loss of the lesson's line."""
    x, y = POINTS
    return np.mean((place[0] * x + place[1] - y) ** 2)


def two_sided(f, place, way, h=1e-5):
    """The slope of f along a way, by nudges to both sides."""
    return (f(place + h * way) - f(place - h * way)) / (2 * h)


def unit(directions):
    return directions / np.linalg.norm(directions, axis=-1, keepdims=True)


def network_of_97():
    """The lesson's network: its data, its weights, and its loss over one vector."""
    data = load("diabetes")
    x, y = data.x_train.astype(float), data.y_train.astype(float)
    weights = np.random.default_rng(0).normal(0, 0.3, 97)

    def unpack(weights):
        W1, b1, W2, b2 = np.split(weights, [80, 88, 96])
        return W1.reshape(10, 8), b1, W2.reshape(8, 1), b2

    def network_loss(weights):
        W1, b1, W2, b2 = unpack(weights)
        return np.mean((np.maximum(x @ W1 + b1, 0) @ W2 + b2 - y) ** 2)

    network = Network((10, 8, 1), loss=mean_squared_error, dtype="float64")
    network.weights = [part[None] for part in unpack(weights)]
    gradient = np.concatenate([part.ravel() for part in network.gradients(x, y)])
    return x, y, weights, unpack, network_loss, gradient


def test_the_lab_of_lesson_2_shows_the_points_of_its_text():
    lab = importlib.import_module("helpers.labs.gradient")
    assert np.array_equal((lab.X, lab.Y), POINTS)


def test_the_gradient_of_the_line():
    slopes = [two_sided(eight_points, HERE, way) for way in np.eye(2)]
    assert eight_points(HERE) == pytest.approx(1)
    assert slopes == pytest.approx([-2.3625, -0.25], abs=1e-8)
    assert line_loss(*POINTS).gradient(HERE) == pytest.approx(slopes, abs=1e-8)


def test_nudges_to_both_sides_are_exact_on_a_parabola_and_to_one_side_are_not():
    along_w = np.array([1.0, 0.0])
    for h in (1.0, 0.1, 1e-5):
        slope = two_sided(eight_points, HERE, along_w, h)
        assert slope == pytest.approx(-2.3625, abs=1e-8)
    one_sided = eight_points(HERE + along_w) - eight_points(HERE)
    assert one_sided == pytest.approx(-0.4875)


def test_a_nudge_can_be_too_small_to_be_seen():
    along_w = np.array([1.0, 0.0])
    assert two_sided(eight_points, HERE, along_w, h=1e-17) == 0
    # In float32 even the nudge of the lesson drowns.
    x, y, weights, unpack, _, gradient = network_of_97()
    x, y = x.astype(np.float32), y.astype(np.float32)

    def loss_in_float32(weights):
        W1, b1, W2, b2 = (part.astype(np.float32) for part in unpack(weights))
        return np.mean((np.maximum(x @ W1 + b1, 0) @ W2 + b2 - y) ** 2)

    slopes = [two_sided(loss_in_float32, weights, way) for way in np.eye(97)]
    assert np.abs(slopes - gradient).max() > 1e-3


def test_of_measured_slopes_none_is_below_minus_the_length_of_the_gradient():
    _, _, weights, _, network_loss, gradient = network_of_97()
    cases = (
        (eight_points, HERE, line_loss(*POINTS).gradient(HERE)),
        (network_loss, weights, gradient),
    )
    for seed, (f, place, gradient) in enumerate(cases):
        ways = unit(np.random.default_rng(seed).normal(size=(1000, len(place))))
        slopes = np.array([two_sided(f, place, way) for way in ways])
        length = np.linalg.norm(gradient)
        assert slopes.min() >= -length * (1 + 1e-6)
        assert two_sided(f, place, unit(-gradient)) == pytest.approx(-length, rel=1e-6)
        if len(place) == 2:
            assert slopes.min() == pytest.approx(-length, rel=1e-3)
        else:
            assert slopes.min() > -length / 2
            typical = np.sqrt(np.mean(slopes**2))
            assert typical == pytest.approx(length / np.sqrt(97), rel=0.06)


def test_the_gradient_crosses_the_contour_at_right_angles_and_misses_the_minimum():
    surface = line_loss(*POINTS)
    gradient = surface.gradient(HERE)
    along = unit(np.array([-gradient[1], gradient[0]]))
    assert two_sided(eight_points, HERE, along) == pytest.approx(0, abs=1e-8)
    cosine = unit(-gradient) @ unit(surface.minima[0] - HERE)
    assert np.degrees(np.arccos(cosine)) == pytest.approx(37, abs=0.5)


def test_standardising_rounds_the_valley():
    data = load("diabetes")
    x, y = diabetes_line()
    raw = x * data.x_scale[2] + data.x_mean[2]
    conditions, degrees_off = [], []
    for column in (raw, x):
        surface = line_loss(column, y)
        origin = surface.gradient(np.zeros(2))
        bends = np.linalg.eigvalsh(surface.gradient(np.eye(2)) - origin)
        angles = np.linspace(0, np.pi, 10_001)
        moved = np.outer(np.cos(angles), column) + np.sin(angles)[:, None]
        measured = 2 * np.mean(moved**2, axis=1)
        assert (measured.min(), measured.max()) == pytest.approx(bends, rel=1e-3)
        conditions.append(bends[1] / bends[0])
        cosine = unit(-origin) @ unit(surface.minima[0])
        degrees_off.append(np.degrees(np.arccos(min(cosine, 1))))
    assert conditions == pytest.approx([25_500, 1], rel=1e-3)
    assert degrees_off == pytest.approx([88, 0], abs=0.5)


def test_features_that_go_together_keep_a_valley_long_after_standardising():
    x = load("diabetes").x_train.astype(float)
    raw = x * load("diabetes").x_scale + load("diabetes").x_mean
    tables = [np.column_stack([table, np.ones(len(x))]) for table in (raw, x)]
    conditions = [np.linalg.cond(table) ** 2 for table in tables]
    assert conditions == pytest.approx([4.82e7, 402], rel=2e-3)
    apart = np.abs(np.corrcoef(x.T) - np.eye(10))
    assert apart.max() == pytest.approx(0.89, abs=0.01)
    # Without what the features have in common the number would be 1.
    whitened = x @ np.linalg.inv(np.linalg.cholesky(np.cov(x.T, bias=True))).T
    both = np.column_stack([whitened, np.ones(len(x))])
    assert np.linalg.cond(both) ** 2 == pytest.approx(1, rel=1e-3)


def test_layers_without_relu_are_one_line_and_each_relu_bends_it_once():
    x = np.linspace(-2, 2, 401)[:, None]
    W1, b1 = np.ones((1, 3)), np.array([1.0, 0.0, -1.0])
    W2 = np.array([[1.0], [-2.0], [2.0]])
    straight, bent = (x @ W1 + b1) @ W2, np.maximum(x @ W1 + b1, 0) @ W2
    assert np.diff(straight[:, 0], 2) == pytest.approx(0, abs=1e-12)
    bends = np.flatnonzero(np.abs(np.diff(bent[:, 0], 2)) > 1e-9) + 1
    assert x[bends, 0] == pytest.approx([-1, 0, 1])


def test_four_ways_give_one_gradient():
    import keras
    import tensorflow as tf

    x, y, weights, unpack, network_loss, backpropagated = network_of_97()
    by_nudges = [two_sided(network_loss, weights, way) for way in np.eye(97)]

    W1, b1, W2, b2 = unpack(weights)
    z = x @ W1 + b1
    error = (np.maximum(z, 0) @ W2 + b2 - y)[:, 0]
    paths = [(z[:, j] > 0) * W2[j, 0] * 2 * error for j in range(8)]
    by_hand = [np.mean(x[:, i] * path) for i in range(10) for path in paths]
    by_hand += [np.mean(path) for path in paths]
    by_hand += [np.mean(np.maximum(z[:, j], 0) * 2 * error) for j in range(8)]
    by_hand += [np.mean(2 * error)]

    hidden = keras.layers.Dense(8, activation="relu", dtype="float64")
    output = keras.layers.Dense(1, dtype="float64")
    model = keras.Sequential([keras.Input((10,)), hidden, output])
    model.set_weights(unpack(weights))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x) - y) ** 2)
    parts = tape.gradient(loss, model.trainable_variables)
    by_tape = np.concatenate([part.numpy().ravel() for part in parts])

    for way in (by_nudges, by_hand, by_tape):
        np.testing.assert_allclose(way, backpropagated, rtol=0, atol=1e-6)


# Lesson 3: what the steps do, on a parabola, in a ravine, in noise and on a saddle


@pytest.mark.parametrize("rate", [0.05, 0.125, 0.22, 0.25, 0.26])
def test_each_step_on_a_parabola_keeps_one_minus_rate_times_curvature(rate):
    walk = descend(bowl(8.0), SGD(rate), (0.0, 1.0), steps=16).points[:, 1]
    assert walk[1:] == pytest.approx((1 - rate * 8) * walk[:-1], abs=1e-12)


@pytest.mark.parametrize(("rate", "steps"), [(0.05, 10), (0.025, 21)])
def test_half_the_rate_takes_about_twice_the_steps_to_a_hundredth(rate, steps):
    walk = descend(bowl(8.0), SGD(rate), (0.0, 1.0), steps=30).points[:, 1]
    assert np.argmax(walk < 0.01) == steps


@pytest.mark.parametrize(
    ("rate", "steepness"), [(0.05, 0), (0.00001, 7.97), (0.25, 8.0)]
)
def test_a_loss_that_stops_falling_has_not_always_converged(rate, steepness):
    path = descend(bowl(8.0), SGD(rate), (0.0, 1.0), steps=50)
    assert path.losses[-2] - path.losses[-1] < 0.001
    slope = np.abs(bowl(8.0).gradient(path.points[-1])).max()
    assert slope == pytest.approx(steepness, abs=0.005)


@pytest.mark.parametrize(("length", "share"), [(0.001, 0), (0.5, 0.06), (2.0, 0.21)])
def test_after_a_longer_step_other_directions_end_lower(length, share):
    surface, start = bowl(25.0), np.array([-10.0, 1.0])
    down = -surface.gradient(start) / np.linalg.norm(surface.gradient(start))
    angles = np.linspace(0, 2 * np.pi, 1000)
    others = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    lower = surface.value(start + length * others) < surface.value(
        start + length * down
    )
    assert lower.mean() == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize(
    ("condition", "steps"), [(1, 1), (10, 35), (100, 346), (1000, 3454)]
)
def test_steps_in_a_ravine_grow_with_the_condition_number(condition, steps):
    rate = 2 / (1 + condition)
    path = descend(bowl(condition), SGD(rate), (1.0, 1.0), steps=5000)
    distance = np.linalg.norm(path.points, axis=1)
    assert np.argmax(distance < distance[0] / 1000) == steps


def line_gradient(points, x, y):
    """Along w and b, for points (runs, 2) and rows (runs, batch_size) of x and y."""
    errors = points[:, :1] * x + points[:, 1:] - y
    return 2 * np.stack([errors * x, errors], axis=1).mean(axis=2)


def fit_line(rates, batch_size, start=(-1.0, 1.0)):
    """The weights after each step, with one rate for each epoch."""
    x, y = diabetes_line()
    path = [np.array([start])]
    for epoch, rate in enumerate(rates):
        for rows in batches(len(x), batch_size, epoch, seed=0):
            gradient = line_gradient(path[-1], x[None, rows], y[None, rows])
            path.append(path[-1] - rate * gradient)
    return np.concatenate(path)


def test_near_the_bottom_half_of_the_minibatch_steps_raise_the_loss():
    rose = np.diff(line_loss(*diabetes_line()).value(fit_line([0.1] * 3, 8))) > 0
    assert rose[:10].sum() == 1
    assert rose[10:].mean() == pytest.approx(0.5, abs=0.05)


def variance_of_w(rate, batch_size):
    x, y = diabetes_line()
    rng = np.random.default_rng(1)
    points, seen = np.tile(np.polyfit(x, y, 1), (1000, 1)), []
    for _ in range(300):
        rows = rng.integers(len(x), size=(1000, batch_size))
        points = points - rate * line_gradient(points, x[rows], y[rows])
        seen.append(points[:, 0])
    return np.var(seen[100:])


def test_half_the_rate_and_twice_the_batch_leave_a_quarter_of_the_ball():
    ball = variance_of_w(0.1, 8)
    assert variance_of_w(0.05, 8) / ball == pytest.approx(1 / 2, abs=0.06)
    assert variance_of_w(0.1, 16) / ball == pytest.approx(1 / 2, abs=0.03)
    assert variance_of_w(0.05, 16) / ball == pytest.approx(1 / 4, abs=0.03)
    x, y = diabetes_line()
    w, b = np.polyfit(x, y, 1)
    one_row = np.var(2 * (w * x + b - y) * x)
    for rate, size in ((0.05, 8), (0.05, 16)):
        formula = rate / size * one_row / (2 * 2)
        assert variance_of_w(rate, size) == pytest.approx(formula, rel=0.15)


def test_within_an_epoch_part_of_the_noise_cancels():
    w, _ = fit_line([0.05] * 100, 8, start=np.polyfit(*diabetes_line(), 1)).T
    assert w[100:].var() < 0.8 * variance_of_w(0.05, 8)


def test_slowing_down_shrinks_the_ball():
    w, _ = fit_line([0.2] * 10 + [0.01] * 10, batch_size=8).T
    assert w[100:340].std() == pytest.approx(0.15, abs=0.01)
    assert w[440:].std() == pytest.approx(0.01, abs=0.005)


def shares_out_of_a_pothole(rate, noise, runs=500):
    """Of the runs that begin in one pothole: out of it, and in the lowest minimum."""
    surface = SURFACES["potholes"]
    hole = surface.minima[3]
    starts = hole + 0.1 * np.random.default_rng(2).normal(size=(runs, 2))
    ends = descend(surface, SGD(rate), starts, 100, noise=noise, seed=1).points[-1]
    ends = descend(surface, SGD(0.1), ends, 100).points[-1]
    distance = np.linalg.norm(ends[:, None] - surface.minima[[3, 0]], axis=2)
    return np.mean(distance[:, 0] > 0.3), np.mean(distance[:, 1] < 0.3)


@pytest.mark.parametrize(
    ("rate", "noise", "share"),
    [
        (0.2, 0, 0),
        (0.4, 0, 0),  # above 2 / curvature, and still inside
        (0.8, 0, 1),
        (0.1, 0.5, 0),
        (0.2, 0.5, 0.48),
        (0.4, 0.5, 1),
        (0.05, 1, 0.1),
        (0.1, 1, 0.74),
        (0.2, 1, 1),
        (0.05, 2, 0.78),
        (0.1, 2, 0.97),
        (0.8, 2, 0.91),  # some are thrown back in
    ],
)
def test_noise_and_larger_steps_leave_a_pothole(rate, noise, share):
    out, _ = shares_out_of_a_pothole(rate, noise)
    assert out == pytest.approx(share, abs=0.06)


def test_too_much_noise_falls_into_other_potholes():
    lowest = [shares_out_of_a_pothole(0.4, noise)[1] for noise in (0.5, 1, 2)]
    assert lowest == pytest.approx([0.99, 0.91, 0.77], abs=0.05)
    assert shares_out_of_a_pothole(0.8, 2)[1] == pytest.approx(0.7, abs=0.05)


def test_runs_that_end_in_their_pothole_in_spite_of_much_noise_had_been_out():
    surface = SURFACES["potholes"]
    hole = surface.minima[3]
    starts = hole + 0.1 * np.random.default_rng(2).normal(size=(500, 2))
    points = descend(surface, SGD(0.8), starts, 100, noise=2, seed=1).points
    ends = descend(surface, SGD(0.1), points[-1], 100).points[-1]
    back = np.linalg.norm(ends - hole, axis=1) < 0.3
    assert 10 < back.sum() < 80
    farthest = np.linalg.norm(points - hole, axis=2).max(axis=0)
    assert farthest[back].min() > 1


def distance_from_the_ridge(rate, noise, steps=400):
    starts = np.tile([-1.5, 0.0], (500, 1))
    path = descend(SURFACES["saddle"], SGD(rate), starts, steps, noise=noise)
    return np.abs(path.points[..., 1])


def test_beside_a_saddle_the_distance_grows_by_rate_times_curvature():
    middle = np.median(distance_from_the_ridge(0.1, 1e-9), axis=1)
    assert middle[150] / middle[50] == pytest.approx(1.1**100, rel=0.05)
    assert not distance_from_the_ridge(0.1, 0).any()


def test_a_thousandth_of_the_noise_delays_by_the_same_number_of_steps():
    leave = [
        np.argmax(np.median(distance_from_the_ridge(0.1, noise), axis=1) > 0.5)
        for noise in (1e-3, 1e-6, 1e-9)
    ]
    assert np.diff(leave) == pytest.approx(np.log(1000) / np.log(1.1), abs=2)
    assert (distance_from_the_ridge(0.1, 1e-9)[-1] > 0.5).all()


def test_a_small_push_starts_the_loss_falling_on_a_saddle_and_not_in_a_minimum():
    surface, push = SURFACES["saddle"], np.array([0.0, 0.01])
    at_rest = descend(surface, SGD(0.1), (-1.5, 0.0), 200).points[-1]
    assert surface.gradient(at_rest) == pytest.approx([0, 0], abs=1e-8)
    pushed = descend(surface, SGD(0.1), at_rest + push, 200)
    assert pushed.losses[-1] < surface.value(at_rest) - 0.2
    settled = descend(surface, SGD(0.1), surface.minima[0] + push, 200)
    assert settled.losses[-1] == pytest.approx(surface.value(surface.minima[0]))


@pytest.mark.parametrize(("rate", "share"), [(0.03, 0), (0.1, 0.85), (0.3, 1)])
def test_a_smaller_rate_stays_longer_at_a_saddle(rate, share):
    away = distance_from_the_ridge(rate, 1e-3, steps=100)[-1] > 0.5
    assert away.mean() == pytest.approx(share, abs=0.06)


@pytest.mark.parametrize(
    ("weights", "all_up"), [(1, 0.5), (2, 0.146), (3, 0.025), (4, 0.0025), (10, 0)]
)
def test_by_chance_hardly_any_flat_place_bends_up_in_all_directions(weights, all_up):
    random = np.random.default_rng(1).normal(size=(20_000, weights, weights))
    bends = np.linalg.eigvalsh(random + random.transpose(0, 2, 1))
    share = (bends > 0).all(axis=1).mean()
    error = np.sqrt(all_up * (1 - all_up) / 20_000)
    assert share == pytest.approx(all_up, abs=4 * error)


def test_one_row_at_a_time_cannot_take_the_rate_that_all_rows_can():
    rows, loss = len(diabetes_line()[0]), line_loss(*diabetes_line()).value
    assert loss(fit_line([0.9] * 100, rows))[-1] == pytest.approx(0.634, abs=0.001)
    with_one_row = fit_line([0.5], batch_size=1)
    assert loss(with_one_row)[:101].max() > 1e6
    assert loss(fit_line([0.6], batch_size=1))[100] > 1e6


# Lesson 7: what each optimizer mends, and what it costs


RATES = np.geomspace(1e-4, 1000, 15)
MAKERS = {
    "SGD": SGD,
    "momentum": partial(SGD, momentum=0.9),
    "Nesterov": partial(SGD, momentum=0.9, nesterov=True),
    "Adagrad": Adagrad,
    "RMSprop": RMSprop,
    "Adadelta": Adadelta,
    "Adam": Adam,
    "AMSGrad": partial(Adam, amsgrad=True),
}
each_rate = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def steps_taken(optimizer, slope, steps, start=0.0):
    """The weight before the first step and after each, where it has this slope."""
    path = [np.array(start)]
    for _ in range(steps):
        path.append(optimizer.step(path[-1], np.array(slope(path[-1]))))
    return np.array(path)


def best_of(values):
    """The first half of the runs chooses the rate; return the others' results."""
    half = values.shape[1] // 2
    return values[values[:, :half].mean(axis=1).argmin(), half:]


@pytest.mark.parametrize(
    ("condition", "plain", "heavy"), [(10, 35, 15), (100, 346, 56), (1000, 3454, 198)]
)
def test_momentum_takes_steps_by_the_root_of_the_condition_number(
    condition, plain, heavy
):
    root = np.sqrt(condition)
    best = (2 / (root + 1)) ** 2, ((root - 1) / (root + 1)) ** 2
    for optimizer, steps in ((SGD(2 / (1 + condition)), plain), (SGD(*best), heavy)):
        path = descend(bowl(condition), optimizer, (1.0, 1.0), steps=4000)
        far = np.linalg.norm(path.points, axis=1)
        assert np.flatnonzero(far > far[0] / 1000)[-1] + 1 == steps


def test_momentum_makes_steps_ten_times_as_long_where_the_gradient_stays():
    path = steps_taken(SGD(0.01, momentum=0.9), lambda w: 2.0, 200)
    assert -np.diff(path)[0] == pytest.approx(0.02)
    assert -np.diff(path)[-1] == pytest.approx(0.2)


def test_plain_steps_cannot_do_the_tuning_exercise_of_lesson_7():
    starts = np.tile([10.0, 1.0], (200, 1))
    path = descend(bowl(100), SGD(np.geomspace(0.001, 0.1, 200)), starts, 60)
    assert path.losses[0, 0] == 100
    assert path.losses[-1].min() == pytest.approx(4.8, abs=0.05)


@pytest.mark.parametrize(
    ("optimizer", "lowest", "late"),
    [
        (SGD(0.1), 0, 0.015),
        (SGD(0.1, momentum=0.9), -0.60, 0.116),
        (SGD(0.1, momentum=0.9, nesterov=True), -0.39, 0.014),
    ],
    ids=["SGD", "momentum", "Nesterov"],
)
def test_momentum_swings_where_plain_steps_slide_and_nesterov_swings_less(
    optimizer, lowest, late
):
    path = steps_taken(optimizer, lambda w: w, 60, start=1.0)
    assert path.min() == pytest.approx(lowest, abs=0.005)
    assert np.abs(path[40:]).max() == pytest.approx(late, abs=0.001)


@pytest.mark.parametrize(
    ("beta", "arrive", "leave", "leave_in_noise"),
    [(0, 0.7, 0, 1), (0.5, 0.74, 0, 1), (0.9, 0.94, 0, 0.93), (0.95, 0.93, 0.01, 0.82)],
)
def test_momentum_passes_over_potholes_and_does_not_climb_out_of_them(
    beta, arrive, leave, leave_in_noise
):
    surface, rng = SURFACES["potholes"], np.random.default_rng(1)
    hole, lowest = surface.minima[[3, 0]]

    def share_near(place, starts, noise):
        optimizer = SGD(0.4 * (1 - beta), momentum=beta)
        ends = descend(surface, optimizer, starts, 200, noise, seed=2).points[-1]
        ends = descend(surface, SGD(0.1), ends, 200).points[-1]
        return np.mean(np.linalg.norm(ends - place, axis=1) < 0.3)

    anywhere = rng.uniform(-3, 3, (1000, 2))
    inside = hole + 0.1 * rng.normal(size=(1000, 2))
    assert share_near(lowest, anywhere, 0) == pytest.approx(arrive, abs=0.04)
    assert 1 - share_near(hole, inside, 0) == pytest.approx(leave, abs=0.02)
    share = 1 - share_near(hole, inside, 0.5)
    assert share == pytest.approx(leave_in_noise, abs=0.04)


def test_adagrad_slows_as_one_over_root_t_and_never_to_nothing():
    steps = -np.diff(steps_taken(Adagrad(0.1), lambda w: 1.0, 10_000))
    assert steps[[99, 9999]] == pytest.approx([0.01, 0.001], rel=0.001)


@pytest.mark.parametrize(
    ("optimizer", "reached"), [(Adagrad(0.1), 1.04), (RMSprop(0.1), 14.0)]
)
def test_after_a_cliff_rmsprop_forgets_and_adagrad_does_not(optimizer, reached):
    path = steps_taken(optimizer, lambda w: -10.0 if w < 1 else -0.1, 200)
    assert path[-1] == pytest.approx(reached, abs=0.01)


def test_a_rare_word_keeps_a_higher_rate_in_adagrad():
    rng, optimizer, w = np.random.default_rng(1), Adagrad(1.0), np.zeros(2)
    for _ in range(1000):
        appears = rng.random(2) < [1.0, 0.02]
        w = optimizer.step(w, appears * (w - 1 + rng.normal(size=2)))
    own = 1 / np.sqrt(optimizer.state[0].accumulator)
    assert 4 < own[1] / own[0] < 12  # about the root of 1 / 0.02


@pytest.mark.parametrize(
    ("rate", "epsilon", "steps"),
    [(1.0, 1e-7, 771), (1.0, 1e-5, 122), (1.0, 1e-3, 13), (0.001, 1e-7, 0)],
)
def test_adadelta_hides_its_rate_in_epsilon(rate, epsilon, steps):
    path = steps_taken(Adadelta(rate, epsilon=epsilon), lambda w: w, 5000, start=1.0)
    assert np.argmax(path < 0.1) == steps


@pytest.mark.parametrize(("rho", "first"), [(0.9, 3.16), (0.999, 31.6)])
def test_the_first_step_of_rmsprop_is_too_long_and_that_of_adam_is_the_rate(rho, first):
    for gradient in (1.0, 0.004, -300.0):
        step = steps_taken(Adam(0.01, beta_2=rho), lambda w, g=gradient: g, 1)[1]
        assert abs(step) == pytest.approx(0.01, rel=1e-3)
    step = steps_taken(RMSprop(0.01, rho=rho), lambda w: 1.0, 1)[1]
    assert abs(step) == pytest.approx(0.01 * first, rel=0.001)


def test_without_its_correction_adam_would_step_six_times_too_far():
    optimizer, steps = Adam(0.01), []
    for _ in range(1000):
        optimizer.step(np.array(0.0), np.array(1.0))
        state = optimizer.state[0]
        steps.append(state.first_moment / np.sqrt(state.second_moment))
    assert max(steps) == pytest.approx(6.5, abs=0.1) and steps[-1] > 1.2


def test_adamw_decays_all_weights_alike_and_decay_in_the_gradient_does_not():
    size, rng = np.array([[10.0], [0.1]]), np.random.default_rng(1)
    within, apart = np.ones((2, 200)), np.ones((2, 200))
    adam, adamw = Adam(0.001), AdamW(0.001, weight_decay=0.1)
    for _ in range(2000):
        noise = size * rng.normal(size=(2, 200))
        within = adam.step(within, noise + 0.1 * within)
        apart = adamw.step(apart, noise)
    assert apart.mean(axis=1) == pytest.approx(0.9999**2000, abs=0.02)
    assert within.mean(axis=1) == pytest.approx([0.98, 0.19], abs=0.02)


def test_with_a_long_memory_adam_passes_reddis_test():
    optimizer = Adam(lambda step: 0.5 / np.sqrt(step + 1))
    assert last_point_of_reddi(optimizer) == pytest.approx(-1, abs=0.01)


def on_a_noisy_ravine(optimizer):
    starts = np.tile([-2.5, -0.5], (400, 1))
    path = descend(SURFACES["ravine"], optimizer, starts, 300, noise=2.0, seed=3)
    return np.median(path.losses, axis=1)


def test_each_argument_up_and_down():
    momentum = {b: on_a_noisy_ravine(SGD(0.005, b))[-1] for b in (0, 0.9, 0.99)}
    assert momentum[0.9] < momentum[0] < momentum[0.99]
    rho = {r: on_a_noisy_ravine(RMSprop(0.03, r))[50] for r in (0.5, 0.9, 0.999)}
    assert rho[0.5] == pytest.approx(rho[0.9], rel=0.2) and rho[0.999] < rho[0.9] / 4
    ball = {
        name: on_a_noisy_ravine(Adam(0.1, **{argument: value}))[200:].mean()
        for name, argument, value in (
            ("usual", "beta_1", 0.9),
            ("no momentum", "beta_1", 0),
            ("short memory", "beta_2", 0.5),
        )
    }
    assert ball["no momentum"] / ball["usual"] == pytest.approx(2, abs=0.4)
    assert ball["short memory"] / ball["usual"] == pytest.approx(3, abs=0.7)
    off, on = (
        on_a_noisy_ravine(Adam(0.1, beta_2=0.5, amsgrad=a)) for a in (False, True)
    )
    assert on[100] > 2 * off[100] and on[-1] < off[-1]
    swing = on_a_noisy_ravine(Adam(0.1, beta_1=0.99))
    assert swing[100] > 2 * swing[150] and swing[200] > 2 * swing[150]


def test_a_large_epsilon_turns_adam_into_momentum():
    adam, sgd = Adam(0.1, epsilon=100), SGD(0.1 / 100 * 0.1, momentum=0.9)
    away = np.abs(on_a_noisy_ravine(adam)[150:] / on_a_noisy_ravine(sgd)[150:] - 1)
    assert away.max() < 0.5


def steps_on(surface, starts):
    """Steps until the loss stays below a hundredth of its start, at most 400."""
    found = {}
    for name, make in MAKERS.items():
        optimizer = make(np.repeat(RATES, len(starts)))
        path = descend(surface, optimizer, np.tile(starts, (15, 1)), steps=400)
        above = path.losses - surface.value(surface.minima).min()
        late = above > above[0] / 100
        found[name] = best_of((400 - late[::-1].argmax(axis=0)).reshape(15, -1))
    return found


@each_rate
@pytest.mark.parametrize(("surface", "adagrad"), [(ravine(200), 36), (bowl(200), 2.3)])
def test_own_rates_help_in_a_ravine_along_the_axes_only(surface, adagrad):
    around = np.random.default_rng(0).normal(size=(20, 2))
    around *= 2 / np.linalg.norm(around, axis=1, keepdims=True)
    found = steps_on(surface, around)
    assert found["Adagrad"].mean() == pytest.approx(adagrad, rel=0.05)
    assert 40 < found["momentum"].min() and found["momentum"].max() < 53
    assert found["SGD"].min() < 4 and found["SGD"].max() > 290
    assert found["SGD"].mean() > 2 * found["momentum"].mean()
    assert min(found, key=lambda name: found[name].mean()) in ("Nesterov", "Adagrad")


@each_rate
def test_on_a_saddle_nothing_beats_plain_steps_by_much():
    rng = np.random.default_rng(1)
    ridge = np.stack([np.full(20, -1.5), 10 ** rng.uniform(-6, -1, 20)], axis=1)
    means = {
        name: found.mean()
        for name, found in steps_on(SURFACES["saddle"], ridge).items()
    }
    assert sorted(means, key=means.get)[:2] == ["Adagrad", "SGD"]
    assert min(means[name] for name in ("momentum", "RMSprop", "Adam")) > 30


def sparse_texts(seed, size=3000, words=1000):
    """The lesson's bag of words: which words each text has, and of which kind it is."""
    rng = np.random.default_rng(seed)
    often = 1 / np.arange(1, words + 1)
    picks = rng.choice(words, (size, 20), p=often / often.sum())
    x = np.zeros((size, words), np.float32)
    np.put_along_axis(x, picks, 1, axis=1)
    chance = 1 / (1 + np.exp(-2 * x @ rng.normal(size=words)))
    return x, (rng.random(size) < chance).astype(np.float32)


def loss_on_new_texts(make, seeds):
    losses = []
    for seed in seeds:
        (x, y), optimizer = sparse_texts(seed), make(RATES)
        w = np.zeros((15, x.shape[1]), np.float32)
        for rows in np.arange(2000).reshape(200, 10):
            said = 1 / (1 + np.exp(-np.clip(w @ x[rows].T, -30, 30)))
            w = optimizer.step(w, (said - y[rows]) @ x[rows] / 10)
        z = np.clip(w @ x[2000:].T, -30, 30)
        losses.append((np.logaddexp(0, z) - z * y[2000:]).mean(axis=1))
    return best_of(np.stack(losses, axis=1))


def test_on_sparse_texts_own_rates_beat_one_rate():
    found = {
        name: loss_on_new_texts(MAKERS[name], range(10, 20))
        for name in ("SGD", "momentum", "Adagrad", "RMSprop", "Adam")
    }
    assert (sparse_texts(0)[0] == 0).mean() > 0.98
    for name in ("Adagrad", "Adam"):
        assert (found[name] < found["SGD"]).all()
        assert found[name].mean() < 0.93 * found["momentum"].mean()
        assert found[name].mean() < found["RMSprop"].mean() < found["SGD"].mean()


@each_rate
def test_what_cannot_forget_follows_a_wandering_minimum_worst():
    found = {}
    for name, make in MAKERS.items():
        optimizer, rng = make(np.repeat(RATES, 20)), np.random.default_rng(1)
        w, total = np.zeros((300, 1)), 0
        for t in range(2000):
            away = w - 3 * np.sin(t / 50)
            total = total + away**2 / 2000
            noise = np.tile(rng.normal(size=20), 15)[:, None]
            w = np.clip(optimizer.step(w, away + noise), -100, 100)
        found[name] = best_of(total.reshape(15, 20))
    means = {name: values.mean() for name, values in found.items()}
    order = sorted(means, key=means.get)
    assert order[0] == "Nesterov" and order[-1] == "Adagrad"
    assert found["RMSprop"].max() < found["Adagrad"].min()


@each_rate
def test_noise_that_differs_by_weight_is_what_rmsprop_is_good_at():
    def left_over(make, noise):
        optimizer, rng = make(np.repeat(RATES, 20)), np.random.default_rng(1)
        w = np.ones((300, 100))
        for _ in range(300):
            kicks = np.tile(noise * rng.normal(size=(20, 100)), (15, 1))
            w = np.clip(optimizer.step(w, w + kicks), -100, 100)
        return best_of((w**2).mean(axis=1).reshape(15, 20)).mean()

    ratios = [
        left_over(RMSprop, noise) / left_over(SGD, noise)
        for noise in (
            np.full(100, 1.0),
            np.full(100, 10.0),
            np.geomspace(0.01, 10, 100),
        )
    ]
    assert ratios == pytest.approx([1.23, 1.02, 0.79], abs=0.1)


def best_on_data(problem, make, rates=RATES, hidden=(32,)):
    result = sweep(
        problem,
        learning_rates=rates,
        batch_sizes=[32],
        seeds=range(10),
        epochs=5,
        hidden=hidden,
        optimizer=make,
        progress=False,
    )
    return best_of(result.valid_loss[:, 0, :, -1])


def test_on_features_in_odd_units_adagrad_and_adam_beat_sgd():
    data = load("breast_cancer")
    units = 10 ** np.random.default_rng(0).uniform(-1.5, 1.5, 30).astype(np.float32)
    data = replace(data, x_train=data.x_train * units, x_valid=data.x_valid * units)
    means = {
        name: best_on_data(data, MAKERS[name], hidden=()).mean()
        for name in ("SGD", "momentum", "Nesterov", "Adagrad", "Adam")
    }
    assert max(means["Adagrad"], means["Adam"]) < 0.75 * min(
        means["SGD"], means["momentum"], means["Nesterov"]
    )


@pytest.mark.parametrize("name", ["digits", "breast_cancer", "diabetes"])
def test_on_scaled_data_the_bands_of_all_tuned_optimizers_overlap(name):
    found = {key: best_on_data(load(name), make) for key, make in MAKERS.items()}
    assert max(values.min() for values in found.values()) < min(
        values.max() for values in found.values()
    )
    np.testing.assert_allclose(found["Adam"], found["AMSGrad"], rtol=0.01)
    adamw = best_on_data(load(name), AdamW)
    np.testing.assert_allclose(adamw, found["Adam"], rtol=0.02)


def test_a_ranking_at_default_rates_ranks_the_defaults():
    data, default = load("digits"), {}
    for name, make in MAKERS.items():
        rate = 0.01 if name in ("SGD", "momentum", "Nesterov") else 0.001
        default[name] = best_on_data(data, make, rates=[rate]).mean()
    assert sorted(default, key=default.get)[-2:] == ["Adagrad", "Adadelta"]
    assert default["Adadelta"] > 10 * default["Nesterov"]
    tuned = {n: best_on_data(data, MAKERS[n]).mean() for n in ("Adadelta", "Nesterov")}
    assert tuned["Adadelta"] < 1.1 * tuned["Nesterov"]


def test_with_keras_start_adagrad_finds_wilsons_rule():
    x, y = wilson(rows=60, minority=0.3, rng=np.random.default_rng(0))
    w, optimizer = np.zeros((x.shape[1], 1)), Adagrad(0.1)
    for _ in range(3000):
        w = optimizer.step(w, x.T @ mean_squared_error.gradient(y, x @ w))
    new = np.hstack([y, np.ones((60, 2))]) @ w[:3]
    assert (np.sign(x @ w) == y).all() and (np.sign(new) == y).all()


def test_what_keras_says_to_old_code():
    import keras

    with pytest.raises(ValueError, match="not recognized: {'lr': 0.1}"):
        keras.optimizers.SGD(lr=0.1)
    with pytest.warns(UserWarning, match="no longer supported and will be ignored"):
        optimizer = keras.optimizers.SGD(learning_rate=0.1, decay=0.01)
    weights = keras.Variable(np.ones(1))
    for _ in range(3):
        optimizer.apply([keras.ops.zeros(1)], [weights])
    assert optimizer.learning_rate.numpy() == pytest.approx(0.1)
    with pytest.raises(ImportError, match="not supported in Keras 3"):
        keras.optimizers.legacy.Adam()
    optimizer.lr = 0.5
    assert optimizer.learning_rate.numpy() == pytest.approx(0.1)
    with pytest.raises(ValueError, match="Unknown variable"):
        optimizer.apply([keras.ops.zeros(1)], [keras.Variable(np.ones(1))])
    careless = keras.optimizers.RMSprop(0.001, epsilon=None)
    with pytest.raises((ValueError, TypeError)):
        careless.apply([keras.ops.zeros(1)], [keras.Variable(np.ones(1))])


def test_weight_decay_shrinks_weights_and_a_schedule_shrinks_the_rate():
    import keras

    fading = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.01)
    ends = []
    for optimizer in (
        keras.optimizers.SGD(0.1, weight_decay=0.01),
        keras.optimizers.SGD(fading),
    ):
        weights = keras.Variable(np.ones(1))
        for _ in range(100):
            optimizer.apply([keras.ops.zeros(1)], [weights])
        ends += [weights.numpy().item(), float(optimizer.learning_rate.numpy())]
    assert ends == pytest.approx([0.999**100, 0.1, 1.0, 0.05], rel=1e-3)


def test_the_lion_of_the_exercise_is_that_of_keras():
    import keras

    from helpers.checks.lesson_07 import _lion

    target, start = np.random.default_rng(0).normal(size=(2, 5))
    weights = keras.Variable(start, dtype="float64")
    optimizer = keras.optimizers.Lion(0.03, weight_decay=0.1)
    for _ in range(40):
        optimizer.apply([keras.ops.convert_to_tensor(weights - target)], [weights])
    ours = _lion(lambda w: w - target, start, 40, 0.03, 0.9, 0.99, 0.1)
    np.testing.assert_allclose(weights.numpy(), ours, atol=1e-6)


def test_the_centered_step_of_the_exercise_is_that_of_keras():
    import keras

    from bank.lesson_07 import _centered

    gradients = np.random.default_rng(0).normal(size=(20, 3))
    weights = keras.Variable(np.ones(3), dtype="float64")
    optimizer = keras.optimizers.RMSprop(0.01, rho=0.9, centered=True)
    w, average, centre = np.ones(3), np.zeros(3), np.zeros(3)
    for g in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g)], [weights])
        w, average, centre = _centered()(w, g, average, centre, 0.01, 0.9, 1e-7)
    np.testing.assert_allclose(weights.numpy(), w, atol=1e-6)


def test_a_longer_memory_makes_rmsprop_as_good_as_adam_on_sparse_texts():
    short, long, adam = (
        loss_on_new_texts(make, range(10, 20)).mean()
        for make in (RMSprop, partial(RMSprop, rho=0.99), Adam)
    )
    assert long < 0.97 * short
    assert long < 1.02 * adam


def test_a_weight_in_other_units_needs_another_rate_of_rmsprop():
    steps = [
        np.argmax(
            steps_taken(RMSprop(0.01), lambda w, s=unit: w / s**2, 12_000, start=unit)
            < unit / 10
        )
        for unit in (1.0, 100.0)
    ]
    assert steps == [98, 9056]


def test_adams_first_step_keeps_the_signs_of_the_gradient_only():
    step = steps_taken(Adam(0.01), lambda w: [-10.0, 25.0], 1, start=[0.0, 0.0])[1]
    assert step == pytest.approx([0.01, -0.01], rel=1e-4)


def test_the_race_of_lesson_7_ends_as_its_caption_says():
    racers = SGD(0.035), SGD(0.01, momentum=0.9), Adam(0.4)
    losses = [descend(SURFACES["ravine"], each, steps=80).losses[-1] for each in racers]
    assert losses == pytest.approx([0.01, 0.0035, 0.00079], rel=0.03)


# Lesson 4: why small steps forgive noise, the ridge, the noise scale, and a budget


def flat(arrays):
    return np.concatenate([a.reshape(len(a), -1) for a in arrays], axis=1)


def digits_start():
    return load("digits"), Network((64, 64, 10), loss=sparse_categorical_crossentropy)


def cosine_of_walks(rate, batch_size, steps, runs=100):
    """Between where runs go, on average, and minus the gradient over all rows."""
    data, start = digits_start()
    rng, stack = np.random.default_rng(1), start.keep([0] * runs)
    for _ in range(steps):
        rows = rng.integers(len(data.x_train), size=(runs, batch_size))
        gradients = stack.gradients(data.x_train[rows], data.y_train[rows])
        stack.weights = SGD(rate).step(stack.weights, gradients)
    moved = flat(stack.weights) - flat(start.weights)
    down = -flat(start.gradients(data.x_train, data.y_train))[0]
    return np.mean(moved @ down / np.linalg.norm(moved, axis=1) / np.linalg.norm(down))


@pytest.mark.parametrize(
    ("steps", "cosine"), [(1, 0.33), (4, 0.55), (16, 0.79), (64, 0.93)]
)
def test_many_small_steps_point_as_well_as_one_step_with_as_many_rows(steps, cosine):
    many = cosine_of_walks(0.16 / steps, 4, steps)
    one = cosine_of_walks(0.16, 4 * steps, 1)
    assert (many, one) == pytest.approx((cosine, cosine), abs=0.02)


@pytest.fixture(scope="module")
def digits_map():
    return sweep(
        load("digits"),
        learning_rates=0.01 * 2 ** np.arange(10),
        batch_sizes=(2, 8, 32, 128, 1079),
        seeds=range(3),
        epochs=12,
        progress=False,
    )


def test_the_ridge_climbs_with_the_batch_size_then_levels_off(digits_map):
    best = [digits_map.best(size).learning_rate for size in digits_map.batch_sizes]
    assert best[:3] == pytest.approx([0.04, 0.16, 0.64])
    assert 1 <= best[4] / best[2] <= 4


def test_low_rates_never_diverge_and_two_doublings_above_the_ridge_small_batches_do(
    digits_map,
):
    assert not digits_map.diverged[:4].any()
    for size in (2, 8, 32):
        best = digits_map.best(size).learning_rate
        assert digits_map.diverged[digits_map.index(4 * best, size)].all()


def test_cells_on_a_diagonal_of_the_map_share_a_curve(digits_map):
    scaled, fixed = (
        [
            digits_map.train_loss[digits_map.index(rate, size)][:, 4].mean()
            for rate, size in zip(rates, (2, 8, 32, 128), strict=True)
        ]
        for rates in ((0.01, 0.04, 0.16, 0.64), (0.01,) * 4)
    )
    assert scaled == pytest.approx([0.07] * 4, rel=0.07)
    assert fixed[-1] > 20 * scaled[-1]


@pytest.mark.parametrize(
    ("k", "apart"), [(4, 0.03), (16, 0.14), (64, 0.56), (128, 1.07)]
)
def test_one_long_step_leaves_the_way_of_k_small_ones(k, apart):
    data, start = digits_start()

    def moved(rate, steps):
        stack = start.keep([0])
        for _ in range(steps):
            gradients = stack.gradients(data.x_train, data.y_train)
            stack.weights = SGD(rate).step(stack.weights, gradients)
        return flat(stack.weights) - flat(start.weights)

    small, large = moved(0.02, k), moved(0.02 * k, 1)
    lengths = np.linalg.norm(small), np.linalg.norm(large)
    measured = np.linalg.norm(large - small) / lengths[0]
    assert measured == pytest.approx(apart, abs=0.02)
    if k == 128:  # not aside, but nearly twice as far
        assert lengths[1] / lengths[0] == pytest.approx(1.9, abs=0.05)


def signal_and_noise(network):
    """The squared length of the full gradient, and the variance of a single row's."""
    data, _ = digits_start()
    stack = network.keep([0] * len(data.x_train))
    per_row = flat(stack.gradients(data.x_train[:, None], data.y_train[:, None]))
    return (per_row.mean(axis=0) ** 2).sum(), per_row.var(axis=0).sum()


def test_the_noise_scale_is_39_rows_at_the_start_and_grows_in_training():
    data, start = digits_start()
    scales = []
    for epochs in (0, 1, 5, 10):
        network = start.keep([0])
        if epochs:
            fit(network, SGD(0.1), data.x_train, data.y_train, epochs)
        signal, noise = signal_and_noise(network)
        scales.append(noise / signal)
    assert scales == pytest.approx([39, 157, 713, 1259], rel=0.03)


def test_after_a_seed_keras_deals_every_epoch_in_one_order():
    import keras
    import tensorflow as tf

    data = load("digits")

    def losses_of_epochs(seed):
        """After each minibatch, of a network that stands still."""
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(0.0), loss)
        tf.random.set_seed(seed)
        losses = []
        note = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda _, logs: losses.append(logs["loss"])
        )
        model.fit(data.x_train, data.y_train, epochs=3, callbacks=[note], verbose=0)
        return np.reshape(losses, (3, 34))

    for seed, orders in ((0, 1), (None, 3)):
        firsts = losses_of_epochs(seed)[:, 0]
        assert len(np.unique(firsts)) == orders


def test_on_digits_one_order_for_all_epochs_does_no_harm():
    data, runs = load("digits"), range(8)
    start = Network(
        (64, 64, 10), loss=sparse_categorical_crossentropy, runs=8, seed=runs
    )

    def loss_after_twelve_epochs(number):
        stack = start.keep(runs)
        for epoch in range(12):
            orders = [batches(len(data.x_train), 32, number(epoch), k) for k in runs]
            for rows in zip(*orders, strict=True):
                x, y = data.x_train[np.array(rows)], data.y_train[np.array(rows)]
                stack.weights = SGD(0.1).step(stack.weights, stack.gradients(x, y))
        return stack.loss_of(data.y_train, stack.logits(data.x_train))

    alike = loss_after_twelve_epochs(lambda epoch: 0)
    anew = loss_after_twelve_epochs(lambda epoch: epoch)
    assert anew == pytest.approx(alike, abs=0.001)
    assert 0.03 < anew.mean() < 0.06  # they learnt


def test_the_squared_length_of_a_minibatch_gradient_is_signal_plus_noise():
    data, start = digits_start()
    signal, noise = signal_and_noise(start)
    rng, stack = np.random.default_rng(0), start.keep([0] * 400)
    for size, squared in ((8, 14.2), (64, 4.04)):
        rows = rng.integers(len(data.x_train), size=(400, size))
        gradients = flat(stack.gradients(data.x_train[rows], data.y_train[rows]))
        measured = (gradients**2).sum(axis=1).mean()
        assert measured == pytest.approx(signal + noise / size, rel=0.05)
        assert measured == pytest.approx(squared, rel=0.01)


def test_three_cells_of_a_hundred_reach_95_percent_in_60_steps_and_3_epochs():
    data, reached = load("digits"), []
    for size in (32, 64, 128, 256, 512, 1079):  # below, an epoch has over 60 steps
        an_epoch = -(-len(data.x_train) // size)
        result = sweep(
            data,
            learning_rates=0.01 * 2 ** np.arange(10),
            batch_sizes=size,
            seeds=range(5),
            epochs=min(3, 60 // an_epoch),
            progress=False,
        )
        middle = np.median(result.valid_score[:, 0, :, -1], axis=1)
        reached += [(rate, size) for rate in result.learning_rates[middle >= 0.95]]
    assert reached == [(0.64, 64), (1.28, 64), (1.28, 128)]


# Lesson 5

HALF_WAVE = {
    "constant": lambda rate, done: rate,
    "cosine": lambda rate, done: rate * (1 + np.cos(np.pi * done)) / 2,
    "warm-up": lambda rate, done: rate * min(1, done / 0.1 + 0.03),
    "one-cycle": lambda rate, done: (
        rate * np.interp(done, [0, 0.45, 0.9, 1], [0.1, 1, 0.1, 0.001])
    ),
}


def train_on(problem, schedule, learning_rates, batch_size, epochs, **options):
    """A sweep whose rates follow a schedule to its end at the last step."""
    steps = epochs * -(-len(problem.x_train) // batch_size)
    shape = HALF_WAVE[schedule]
    return sweep(
        problem,
        learning_rates=learning_rates,
        batch_sizes=batch_size,
        seeds=range(3),
        epochs=epochs,
        optimizer=lambda rates: SGD(lambda step: shape(rates, step / steps)),
        progress=False,
        **options,
    )


def test_rates_whose_sum_is_finite_freeze_a_run_and_inverse_time_goes_on():
    starts = np.tile(bowl().start, (100, 1))
    far = {}
    for name, rate in {
        "frozen": lambda step: 0.3 * 0.9**step,
        "inverse": InverseTimeDecay(0.3, 1, 0.3),
    }.items():
        path = descend(bowl(), SGD(rate), starts, 10_000, noise=1.0)
        distance = np.linalg.norm(path.points, axis=2).mean(axis=1)
        far[name] = distance[[100, 1000, 10_000]]
    assert far["frozen"] == pytest.approx(far["frozen"][0], rel=1e-3)
    steps = far["inverse"][:-1] / far["inverse"][1:]
    assert steps == pytest.approx(np.sqrt(10), rel=0.15)


def test_a_lucky_walk_at_a_small_rate_ends_below_a_cosine_and_is_late():
    late, end = {}, {}
    for shape, rate in (("constant", 0.03), ("cosine", 0.3)):
        said = [
            labs.schedules(schedule=shape, learning_rate=rate, steps=steps).text.value
            for steps in (10, 200)
        ]
        late[shape], end[shape] = (
            float(re.search(r"the loss is (\S+) above", each)[1]) for each in said
        )
    assert end["constant"] < end["cosine"] / 2
    assert late["constant"] > 3 * late["cosine"]


def test_on_a_line_a_cosine_ends_far_nearer_and_new_rows_do_not_notice():
    data = load("diabetes")
    columns = np.column_stack([data.x_train, np.ones(len(data.x_train))])
    weights = np.linalg.lstsq(columns, data.y_train)[0]
    lowest = np.mean((columns @ weights - data.y_train) ** 2)
    rates = np.geomspace(0.003, 0.4, 10)
    above, score = {}, {}
    for name in ("constant", "cosine"):
        result = train_on(data, name, rates, 8, epochs=20, hidden=())
        best = result.best(by="train_loss")
        above[name], score[name] = best.train_loss - lowest, best.valid_score
    assert above["constant"] > 6 * above["cosine"]
    assert score["constant"] == pytest.approx(score["cosine"], abs=0.005)


def test_on_digits_the_way_down_lets_a_high_rate_through_not_the_way_up():
    rates = [0.4, 0.8, 1.2, 1.6]
    losses = {
        name: train_on(load("digits"), name, rates, 32, epochs=10).train_loss
        for name in HALF_WAVE
    }
    ends = {name: values[:, 0, :, -1] for name, values in losses.items()}
    constant, cosine = (ends[name].mean(axis=1) for name in ("constant", "cosine"))
    assert (constant[:3] < cosine[:3]).all()
    assert 1.5 < np.nanmin(constant) / cosine.min() < 3  # each at its own best rate
    below = {name: (values[-1] < 0.1).sum() for name, values in ends.items()}
    assert below == {"constant": 0, "warm-up": 0, "cosine": 3, "one-cycle": 3}


def test_on_digits_the_noise_fades_with_the_loss_and_the_slope_fades_faster():
    data = load("digits")
    x, y = data.x_train, data.y_train
    network = Network((64, 64, 10), loss=sparse_categorical_crossentropy)
    noise, slope = [], []
    for epochs in (1, 9):
        fit(network, SGD(0.4), x, y, epochs=epochs)
        rows = network.keep([0] * len(x)).gradients(x[:, None], y[:, None])
        per_row = np.concatenate([g.reshape(len(x), -1) for g in rows], axis=1)
        noise.append(np.sqrt(per_row.var(axis=0).sum()))
        slope.append(np.linalg.norm(per_row.mean(axis=0)))
    assert noise[1] < noise[0] / 5
    assert slope[1] / slope[0] < 0.7 * noise[1] / noise[0]


@pytest.mark.parametrize(
    ("schedule", "rate", "noise", "lowest", "caught"),
    [
        ("constant", 0.05, 0.5, 0.60, 0.30),
        ("constant", 0.4, 0.5, 0.19, 0.01),
        ("cosine", 0.4, 0.5, 0.86, 0.01),
        ("cosine", 0.4, 0.0, 0.71, 0.29),
    ],
)
def test_large_steps_bounce_out_and_small_ones_settle(
    schedule, rate, noise, lowest, caught
):
    land, steps = SURFACES["potholes"], 300
    starts = np.random.default_rng(1).uniform(-3, 3, size=(2000, 2))

    def pace(step):
        return HALF_WAVE[schedule](rate, step / steps)

    path = descend(land, SGD(pace), starts, steps, noise=noise, seed=2)
    far = np.linalg.norm(path.points[-1][:, None] - land.minima, axis=2)
    assert (far[:, 0] < 0.3).mean() == pytest.approx(lowest, abs=0.05)
    assert (far[:, 1:] < 0.3).any(axis=1).mean() == pytest.approx(caught, abs=0.05)


def test_after_one_epoch_too_a_network_stands_at_the_bottom_of_its_slice():
    data = load("digits")
    x, y = data.x_train, data.y_train
    network = Network((64, 64, 10), loss=sparse_categorical_crossentropy)
    first = fit(network, SGD(0.3), x, y, epochs=1).train_loss[0, -1]
    side = np.linspace(-1, 1, 31)
    plane = np.stack(np.meshgrid(side, side), axis=-1)
    heights = loss_slice(network, x, y).value(plane)
    lowest = plane[np.unravel_index(heights.argmin(), heights.shape)]
    assert np.abs(lowest).max() < 0.25 and heights.min() > 0.8 * first
    later = fit(network, SGD(0.3), x, y, epochs=20).train_loss[0, -1]
    assert later < first / 30


def test_one_seed_each_names_the_wrong_winner_in_a_quarter_of_the_cases():
    result = sweep(
        load("digits"),
        learning_rates=[0.2, 0.4],
        batch_sizes=32,
        seeds=range(24),
        epochs=10,
        progress=False,
    )
    low, high = result.valid_score[:, 0, :, -1]
    assert 0.002 < high.mean() - low.mean() < 0.01
    assert 0.15 < (low[:, None] > high).mean() < 0.32
    draws = np.random.default_rng(0)
    tens = [draws.choice(runs, (5000, 10)).mean(axis=1) for runs in (low, high)]
    assert np.mean(tens[0] > tens[1]) < 0.08


def split_again(problem, seed):
    """Other training and validation rows; the test rows stay where they are."""
    x = np.concatenate([problem.x_train, problem.x_valid])
    y = np.concatenate([problem.y_train, problem.y_valid])
    order = np.random.default_rng(seed).permutation(len(x))
    train, valid = np.split(order, [len(problem.x_train)])
    scale = np.where(x[train].std(axis=0) == 0, 1, x[train].std(axis=0))
    x = (x - x[train].mean(axis=0)) / scale
    if problem.kind == "regression":
        y = (y - y[train].mean()) / y[train].std()
    return replace(
        problem, x_train=x[train], y_train=y[train], x_valid=x[valid], y_valid=y[valid]
    )


def range_test(problem, seed=0):
    """100 steps of 32 rows from 0.0001 to 10, until the loss is three times as high."""
    x, y = problem.x_train, problem.y_train
    y = y[:, None] if problem.kind == "binary" else y
    loss = {
        "regression": mean_squared_error,
        "binary": binary_crossentropy,
        "multiclass": sparse_categorical_crossentropy,
    }[problem.kind]
    units = len(problem.target_names) if problem.kind == "multiclass" else 1
    network = Network((x.shape[1], 64, units), loss=loss, seed=seed)
    minibatches = (b for epoch in range(100) for b in batches(len(x), 32, epoch, seed))
    rates, losses = np.geomspace(1e-4, 10, 100), []
    for rate, rows in zip(rates, minibatches, strict=False):
        losses.append(network.loss_of(y[rows], network.logits(x[rows]))[0])
        if len(losses) > 20 and losses[-1] > 3 * np.mean(losses[:10]):
            break
        gradients = network.gradients(x[rows], y[rows])
        network.weights = SGD(rate).step(network.weights, gradients)
    return RateRange.of(rates[: len(losses)], losses)


@pytest.mark.parametrize("seed", [7, 127])
def test_an_odd_minibatch_at_the_start_does_not_end_a_range_test(seed):
    found = range_test(load("diabetes"), seed)
    assert len(found.rates) > 50 and 0.005 < found.suggested < 0.05
    early = found.losses[:20]
    assert not any(has_blown_up(early[:step]) for step in range(1, 21))


def test_a_lucky_first_minibatch_is_not_taken_for_the_lowest():
    losses = np.concatenate([[0.1], np.linspace(3, 1, 60), np.linspace(1, 4, 20)])
    found = RateRange.of(np.geomspace(1e-4, 10, 81), losses)
    assert 0.3 < found.lowest < 1 and found.suggested


def recipe_and_ten_best(problem):
    """The score of lesson 5's recipe, and the median of the ten best of 84 cells."""
    rates = range_test(problem).suggested * np.array([1 / 3, 1, 3])
    recipe = train_on(problem, "cosine", rates, 32, epochs=20).best(by="valid_score")
    cells = sweep(
        problem,
        learning_rates=np.geomspace(0.001, 3, 12),
        batch_sizes=(4, 8, 16, 32, 64, 128, 256),
        seeds=range(3),
        epochs=20,
        progress=False,
    ).final("valid_score")
    return recipe.valid_score, np.median(np.sort(cells.ravel())[-10:])


@pytest.mark.parametrize("split", [1, 2])
@pytest.mark.parametrize(
    ("name", "near"), [("diabetes", 0.02), ("breast_cancer", 0.01), ("digits", 0.01)]
)
def test_nine_runs_of_the_recipe_come_near_the_best_of_a_whole_sweep(name, near, split):
    recipe, ten_best = recipe_and_ten_best(split_again(load(name), split))
    assert recipe > ten_best - near


# Lesson 6


def test_squares_choose_the_mean_sizes_the_median_and_a_pinball_the_quantile():
    y = np.random.default_rng(0).exponential(size=1001)
    guesses = np.linspace(0, 8, 8001)
    error = y - guesses[:, None]
    losses = {
        np.mean(y): error**2,
        np.median(y): np.abs(error),
        np.quantile(y, 0.9): np.where(error > 0, 0.9 * error, -0.1 * error),
    }
    for expected, loss in losses.items():
        assert guesses[loss.mean(axis=1).argmin()] == pytest.approx(expected, abs=0.01)


def line_by_slope(x, y, slope, steps=1000):
    w = b = 0.0
    for _ in range(steps):
        pulls = slope(w * x + b - y)
        w, b = w - 0.1 * np.mean(pulls * x), b - 0.1 * np.mean(pulls)
    return w


def test_one_slip_in_266_bends_the_line_of_squares_and_hardly_the_others():
    data, (x, y) = load("diabetes"), diabetes_line()
    typed, row = y.copy(), x.argmax()
    in_units = y[row] * data.y_scale + data.y_mean
    typed[row] = (10 * in_units - data.y_mean) / data.y_scale
    moved = {
        name: line_by_slope(x, typed, slope) / line_by_slope(x, y, slope) - 1
        for name, slope in {
            "squared": lambda e: 2 * e,
            "absolute": np.sign,
            "huber": lambda e: np.clip(e, -1, 1),
        }.items()
    }
    assert moved["squared"] == pytest.approx(0.59, abs=0.01)
    assert 0 < moved["absolute"] < 0.06 and 0 < moved["huber"] < 0.06


def test_both_losses_of_a_probability_are_least_at_the_share_of_yeses():
    y = np.array([[1.0], [1], [1], *[[0]] * 7])
    p = np.linspace(0.01, 0.99, 99)
    for loss in (binary_crossentropy, mean_squared_error):
        values = loss(y, np.tile(p[:, None, None], (1, 10, 1)))
        assert p[values.argmin()] == pytest.approx(0.3)


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -50, 50)))


PULLS = {
    "crossentropy": lambda p, y: p - y,
    "squares": lambda p, y: 2 * (p - y) * p * (1 - p),
}


def test_behind_a_sigmoid_sure_mistakes_pull_fifty_times_as_hard():
    y, z = np.array([[1.0]]), np.array([[np.log(0.01 / 0.99)]])
    slopes = {}
    for name, loss in (
        ("crossentropy", binary_crossentropy),
        ("squares", mean_squared_error),
    ):
        ends = [loss(y, sigmoid(z + h)) for h in (-1e-5, 1e-5)]
        slopes[name] = (ends[1] - ends[0]) / 2e-5
        assert slopes[name] == pytest.approx(PULLS[name](0.01, 1), rel=1e-6)
    assert slopes["crossentropy"] / slopes["squares"] == pytest.approx(50.5, abs=0.01)


def steps_from_a_wrong_start(pull, rate, seed, limit=500):
    """Steps until 95 % of the tumours are right, from 25 starts."""
    data = load("breast_cancer")
    x, y = data.x_train.astype(float), data.y_train
    w = 3 * np.random.default_rng(seed).normal(size=(25, 30))
    needed = np.full(len(w), np.inf)
    for step in range(limit):
        p = sigmoid(w @ x.T)
        right = ((p > 0.5) == y).mean(axis=1) >= 0.95
        needed[right & np.isinf(needed)] = step
        if np.isfinite(needed).all():
            break
        w = w - rate * pull(p, y) @ x / len(y)
    return needed


@pytest.mark.parametrize("seed", [0, 1])
def test_squared_error_learns_slowly_behind_a_sigmoid_and_can_get_stuck(seed):
    steps = {
        name: {
            rate: steps_from_a_wrong_start(pull, rate, seed)
            for rate in (1, 3.16, 10, 31.6, 100, 316, 1000)
        }
        for name, pull in PULLS.items()
    }
    middle = {
        name: {rate: np.median(found) for rate, found in runs.items()}
        for name, runs in steps.items()
    }
    for rate in (1, 3.16):
        ratio = middle["squares"][rate] / middle["crossentropy"][rate]
        assert ratio == pytest.approx(10, abs=3)
    assert all(
        middle["squares"][r] > middle["crossentropy"][r] for r in steps["squares"]
    )
    best = {name: min(values.values()) for name, values in middle.items()}
    assert best["crossentropy"] <= 4 and 6 <= best["squares"] <= 9
    for rate in (10, 31.6, 100, 316, 1000):
        assert np.isfinite(steps["crossentropy"][rate]).all()
    assert np.isfinite(steps["squares"][1000]).mean() == pytest.approx(0.5, abs=0.2)


def test_from_logits_a_sure_mistake_still_pulls_and_from_the_probability_it_does_not():
    y, z = np.array([[1.0]]), np.array([[-40.0]])
    assert binary_crossentropy(y, z, from_logits=True) == pytest.approx(40)
    assert binary_crossentropy.gradient(y, z, from_logits=True) == pytest.approx(-1)
    assert binary_crossentropy(y, sigmoid(z)) == pytest.approx(16.1, abs=0.1)
    assert binary_crossentropy.gradient(y, sigmoid(z)) == 0


def test_with_a_hidden_layer_the_pair_and_the_single_unit_part():
    data = load("breast_cancer")
    x, y = data.x_train, data.y_train
    two = Network((30, 8, 2), loss=sparse_categorical_crossentropy, dtype="float64")
    one = Network((30, 8, 1), loss=binary_crossentropy, dtype="float64")
    one.weights[:2] = [part.copy() for part in two.weights[:2]]
    for pair, single in zip(two.weights[2:], one.weights[2:], strict=True):
        single[:] = pair[..., 1:] - pair[..., :1]
    np.testing.assert_allclose(two.forward(x)[..., 1:], one.forward(x), rtol=1e-10)
    fit(two, SGD(0.05), x, y, epochs=5)
    fit(one, SGD(0.10), x, y[:, None], epochs=5)
    assert np.abs(two.forward(x)[..., 1:] - one.forward(x)).max() > 0.01


@pytest.mark.parametrize("problem", ["diabetes", "breast_cancer", "digits"])
def test_each_loss_is_made_small_by_each_optimizer(problem):
    bests = []
    for optimizer in (SGD, RMSprop, Adam):
        runs = sweep(
            load(problem),
            learning_rates=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3),
            batch_sizes=[32],
            seeds=range(3),
            epochs=8,
            hidden=(16,),
            optimizer=optimizer,
            progress=False,
        )
        bests.append(runs.best().valid_loss)
    assert max(bests) < 1.25 * min(bests)
    assert (
        max(bests) < {"diabetes": 0.55, "breast_cancer": 0.1, "digits": 0.25}[problem]
    )


def small_keras(x, y, units, activation, loss):
    """Train a model of the clinic; return it and its losses."""
    import keras

    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(16, activation="relu")
    output = keras.layers.Dense(units, activation=activation)
    model = keras.Sequential([keras.Input(x.shape[1:]), hidden, output])
    model.compile(keras.optimizers.SGD(0.1), loss=loss)
    return model, model.fit(x, y, epochs=10, verbose=0).history["loss"]


@pytest.mark.parametrize(("problem", "units"), [("breast_cancer", 1), ("digits", 3)])
def test_fit_looks_behind_a_softmax_and_predict_does_not(problem, units):
    data = load(problem)
    x, y = data.x_train, data.y_train
    if units == 3:
        y = np.stack([y % 2 == 0, y >= 5, np.isin(y, [0, 6, 8, 9])], axis=1)
        y = y.astype("float32")
    ill, ill_losses = small_keras(x, y, units, "softmax", "binary_crossentropy")
    well, well_losses = small_keras(x, y, units, "sigmoid", "binary_crossentropy")
    np.testing.assert_allclose(ill_losses, well_losses, rtol=1e-5)
    for one, other in zip(ill.get_weights(), well.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    right = [np.mean((m(x).numpy().reshape(y.shape) > 0.5) == y) for m in (ill, well)]
    assert right[0] < 0.75 and right[1] > 0.9


def test_keras_spares_a_function_the_table_and_not_a_class():
    import keras

    def squares(y_true, y_pred):
        return keras.ops.square(y_true - y_pred)

    class Squares(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return squares(y_true, y_pred)

    data = load("diabetes")
    ends = [
        small_keras(data.x_train, data.y_train[:, 0], 1, "linear", loss)[1][-1]
        for loss in (squares, Squares())
    ]
    assert ends == pytest.approx([0.44, 1.01], abs=0.02)


def test_the_validation_loss_can_double_while_the_accuracy_stays():
    grid = dict(learning_rates=[1.0], batch_sizes=[32], seeds=range(5), epochs=100)
    runs = sweep(load("breast_cancer"), **grid, hidden=(16,), progress=False)
    losses, scores = runs.valid_loss[0, 0], runs.valid_score[0, 0]
    assert (losses[:, -1] > 1.5 * losses.min(axis=1)).all()
    assert losses.mean(axis=0).argmin() == pytest.approx(12, abs=4)
    assert losses[:, -1].mean() / losses[:, 12].mean() == pytest.approx(1.83, abs=0.2)
    assert scores[:, -1].mean() == pytest.approx(scores[:, 12].mean(), abs=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_meanwhile_the_networks_become_surer_of_their_mistakes_too(seed):
    data = load("breast_cancer")
    losses = []
    for epochs in (12, 100):
        network = Network((30, 16, 1), loss=binary_crossentropy, seed=seed)
        fit(network, SGD(1.0), data.x_train, data.y_train[:, None], epochs)
        yes = 1 / (1 + np.exp(-network.logits(data.x_valid)[0, :, 0].astype(float)))
        to_the_truth = np.where(data.y_valid == 1, yes, 1 - yes)
        right = to_the_truth > 0.5
        losses.append([-np.log(to_the_truth[rows]).mean() for rows in (right, ~right)])
    (right_before, wrong_before), (right_after, wrong_after) = losses
    assert right_after < 0.7 * right_before
    assert wrong_after > 1.5 * wrong_before


# Lesson 8


def stored_recipe(stored):
    """A recipe of the stored search."""
    fields = capstone.Recipe.__dataclass_fields__
    return capstone.Recipe(**{field: stored[field] for field in fields})


@pytest.mark.parametrize("name", capstone.TASKS)
def test_the_stored_search_is_what_the_command_finds(name):
    """Two recipes of each problem, trained again, have the scores that are stored."""
    problem, task = capstone.load_task(name), capstone.TASKS[name]
    for stored in capstone.found()[name]["reasonable"][:2]:
        rows = len(problem.x_train)
        steps = capstone.steps_of(rows, stored["batch_size"], stored["epochs"])
        assert steps <= task.budget
        recipe = stored_recipe(stored)
        ten = capstone.scores(problem, recipe, steps, range(20, 30), "test")[steps]
        assert ten.mean() == pytest.approx(stored["mean"], abs=0.01)
        assert ten.min() == pytest.approx(stored["low"], abs=0.02)


@pytest.mark.parametrize("name", capstone.TASKS)
def test_targets_lie_three_fifths_of_the_way_from_the_baseline_to_the_best(name):
    """Baseline and best are what was found; the target between them is a rule."""
    task, stored = capstone.TASKS[name], capstone.found()[name]
    assert task.baseline == stored["reasonable"][0]["mean"]
    assert task.best == stored["best"]["mean"]
    between = task.baseline + 0.6 * (task.best - task.baseline)
    assert task.target == pytest.approx(between, abs=0.001)


@pytest.mark.parametrize("name", capstone.TASKS)
def test_the_baseline_can_be_beaten_and_the_best_is_hard(name):
    """Of five sensible choices three reach the target, and none of them the best."""
    task, stored = capstone.TASKS[name], capstone.found()[name]
    means = [other["mean"] for other in stored["reasonable"][1:]]
    assert sum(mean >= task.target for mean in means) >= 3
    assert min(means) < task.target and max(means) < task.best


def test_no_winner_wins_everywhere():
    """What wins where answers are nearly certain loses where chance decides."""
    found, tasks = capstone.found(), capstone.TASKS
    for winner in ("digits", "breast_cancer", "two_digits"):
        assert found["diabetes"]["winners"][winner] < tasks["diabetes"].baseline - 0.02
    assert found["digits"]["winners"]["diabetes"] < tasks["digits"].baseline - 0.01
    recipe = stored_recipe(found["digits"]["best"])
    problem, steps = capstone.load_task("diabetes"), tasks["diabetes"].budget
    again = capstone.scores(problem, recipe, steps, range(20, 30), "test")[steps]
    came = found["diabetes"]["winners"]["digits"]
    assert again.mean() == pytest.approx(came, abs=0.02)


@pytest.mark.parametrize(
    ("optimizer", "rate", "worst"),
    [
        ("SGD", 0.3, "rate low"),
        ("SGD", 1.0, "rate high"),
        ("momentum", 0.1, "few rows"),
    ],
)
def test_the_length_of_the_steps_and_the_room_above_decide_what_costs_most(
    optimizer, rate, worst
):
    """Three recipes for the digits, five choices spoilt one at a time, ten seeds."""
    digits = capstone.load_task("digits")
    recipe = capstone.Recipe(optimizer, rate, 64, "cosine")
    spoilt = {
        "rate low": replace(recipe, rate=rate / 10),
        "rate high": replace(recipe, rate=rate * 10),
        "few rows": replace(recipe, batch_size=4),
        "no schedule": replace(recipe, schedule="constant"),
        "narrow": replace(recipe, hidden=(16,)),
    }
    means = {
        how: capstone.scores(digits, changed, 102, range(10))[102].clip(0).mean()
        for how, changed in spoilt.items()
    }
    others = [mean for how, mean in means.items() if how != worst]
    assert means[worst] < min(others) - 0.05


def test_momentum_bears_ten_times_its_rate_but_not_more_noise_than_sgd():
    digits = capstone.load_task("digits")
    sgd = capstone.Recipe("SGD", 1.0, 64, "cosine")
    momentum = capstone.Recipe("momentum", 0.1, 64, "cosine")
    tries = {
        "SGD": sgd,
        "SGD, ten times": replace(sgd, rate=10.0),
        "SGD, few rows": replace(sgd, batch_size=4),
        "momentum": momentum,
        "momentum, ten times": replace(momentum, rate=1.0),
        "momentum, few rows": replace(momentum, batch_size=4),
    }
    came = {
        name: capstone.scores(digits, recipe, 102, range(10))[102].clip(0).mean()
        for name, recipe in tries.items()
    }
    assert came["SGD, ten times"] == 0
    assert came["momentum"] - came["momentum, ten times"] == pytest.approx(
        0.05, abs=0.03
    )
    for name in ("SGD", "momentum"):
        assert came[name] - came[f"{name}, few rows"] == pytest.approx(0.2, abs=0.05)


@pytest.mark.parametrize(
    ("name", "reach", "recipes"),
    [
        ("digits", 51, 432),
        ("diabetes", 182, 576),
        ("breast_cancer", 92, 288),
        ("two_digits", 96, 192),
    ],
)
def test_so_many_recipes_of_the_search_reach_the_target(name, reach, recipes):
    scores, target = capstone.found()[name]["scores"], capstone.TASKS[name].target
    reached = {
        optimizer: sum(score >= target for score in found)
        for optimizer, found in scores.items()
    }
    assert sum(reached.values()) == reach and min(reached.values()) > 0
    assert sum(map(len, scores.values())) == recipes


@pytest.mark.parametrize(
    ("name", "aim"),
    [
        ("digits", 0.96),
        ("diabetes", 0.57),
        ("breast_cancer", 0.97),
        ("two_digits", 0.48),
    ],
)
def test_who_reaches_the_aim_on_validation_rows_reaches_the_target(name, aim):
    """Ten seeds each of the best recipe and of six sensible ones, to two decimals."""
    problem, task, stored = (
        capstone.load_task(name),
        capstone.TASKS[name],
        capstone.found()[name],
    )
    reached = []
    for each in (stored["best"], *stored["reasonable"]):
        rows, recipe = len(problem.x_train), stored_recipe(each)
        steps = capstone.steps_of(rows, each["batch_size"], each["epochs"])
        ((_, trained),) = train_recipe(problem, recipe, steps, range(10))
        valid, test = (
            scores_of(trained, problem, part).mean() for part in ("valid", "test")
        )
        reached.append(round(valid, 2) >= aim)
        assert test >= task.target or not reached[-1], recipe
    assert sum(reached) >= 3


def test_two_recipes_on_the_same_rows_differ_more_surely_than_their_scores():
    """Redrawn test rows move the difference less, and it keeps its sign."""
    diabetes = capstone.load_task("diabetes")
    outputs = []
    for rate in (0.1, 0.01):
        run = train_recipe(diabetes, capstone.Recipe("SGD", rate, 32), 198, [0])
        ((_, stack),) = run
        outputs.append(stack.logits(diabetes.x_test)[0])
    y, rng = diabetes.y_test, np.random.default_rng(0)
    draws = rng.integers(len(y), size=(2000, len(y)))
    base, calm = (
        [capstone.score(out[rows], y[rows], "regression") for rows in draws]
        for out in outputs
    )
    low, high = np.quantile(base, [0.05, 0.95])
    less, more = np.quantile(np.subtract(calm, base), [0.05, 0.95])
    assert less > 0
    assert more - less < 0.75 * (high - low)


def test_adams_default_is_too_low_for_64_units_and_not_for_1024():
    digits, target = capstone.load_task("digits"), capstone.TASKS["digits"].target
    few, many = (
        capstone.scores(
            digits,
            capstone.Recipe("Adam", 0.001, 64, hidden=(units,)),
            102,
            range(5),
            "test",
        )[102].mean()
        for units in (64, 1024)
    )
    assert few < target - 0.03 and many >= target
