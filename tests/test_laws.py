"""Every quantitative claim of the lessons, with its tolerance."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

from helpers import capstone
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
from helpers.optimizers import SGD, Adagrad, Adam, RMSprop
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

    noise_scale = (1 / share[4] - 1) / noise(4)
    assert 20 < noise_scale < 80
    for size in (16, 64, 256):
        predicted = 1 / (1 + noise_scale * noise(size))
        assert share[size] == pytest.approx(predicted, rel=0.08)


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
    ],
)
def test_noise_and_larger_steps_leave_a_pothole(rate, noise, share):
    out, _ = shares_out_of_a_pothole(rate, noise)
    assert out == pytest.approx(share, abs=0.06)


def test_too_much_noise_falls_into_other_potholes():
    lowest = [shares_out_of_a_pothole(0.4, noise)[1] for noise in (0.5, 1, 2)]
    assert lowest == pytest.approx([0.99, 0.91, 0.77], abs=0.05)
    assert shares_out_of_a_pothole(0.8, 2)[1] == pytest.approx(0.7, abs=0.05)


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
    assert loss(fit_line([0.6], batch_size=1))[100] > 1e6


# Lesson 8


@pytest.mark.parametrize("name", capstone.TASKS)
def test_the_stored_search_is_what_the_command_finds(name):
    """Two recipes of each problem, trained again, have the scores that are stored."""
    problem, task = capstone.load_task(name), capstone.TASKS[name]
    for stored in capstone.found()[name]["reasonable"][:2]:
        fields = ("optimizer", "rate", "batch_size", "schedule", "hidden")
        recipe = capstone.Recipe(*(stored[field] for field in fields))
        rows = len(problem.x_train)
        steps = capstone.steps_of(rows, recipe.batch_size, stored["epochs"])
        assert steps <= task.budget
        ten = capstone.scores(problem, recipe, steps, range(10), "test")[steps]
        assert ten.mean() == pytest.approx(stored["mean"], abs=0.01)
        assert ten.min() == pytest.approx(stored["low"], abs=0.02)


@pytest.mark.parametrize("name", capstone.TASKS)
def test_the_baseline_can_be_beaten_and_the_best_is_hard(name):
    """Two of five sensible choices reach the target, and a tenth of all recipes do."""
    task, stored = capstone.TASKS[name], capstone.found()[name]
    baseline, *others = stored["reasonable"]
    assert baseline["mean"] == pytest.approx(task.baseline, abs=0.01)
    assert stored["best"]["mean"] == pytest.approx(task.best, abs=0.01)
    assert baseline["mean"] < task.target < task.best
    assert sum(other["mean"] >= task.target for other in others) >= 2
    every = np.concatenate(list(stored["scores"].values()))
    assert np.mean(every >= task.target) > 0.1


@pytest.mark.parametrize(
    ("name", "recipe", "steps", "worst"),
    [
        ("digits", capstone.Recipe("SGD", 1.0, 64, "cosine"), 102, "rate high"),
        ("digits", capstone.Recipe("RMSprop", 0.01, 64, "cosine"), 102, "rate low"),
        ("diabetes", capstone.Recipe("Adam", 0.003, 32, "cosine"), 198, "rate low"),
    ],
)
def test_of_five_spoilt_choices_the_rate_costs_most(name, recipe, steps, worst):
    """Too high for SGD, too low for what divides by the size of the gradients."""
    problem = capstone.load_task(name)
    spoilt = {
        "rate low": replace(recipe, rate=recipe.rate / 10),
        "rate high": replace(recipe, rate=recipe.rate * 10),
        "few rows": replace(recipe, batch_size=4),
        "no schedule": replace(recipe, schedule="constant"),
        "narrow": replace(recipe, hidden=(16,)),
    }
    means = {
        how: np.maximum(
            capstone.scores(problem, changed, steps, range(10))[steps], 0
        ).mean()
        for how, changed in spoilt.items()
    }
    others = [mean for how, mean in means.items() if how != worst]
    assert means[worst] < min(others) - 0.02
