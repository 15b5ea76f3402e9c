"""Every quantitative claim of the lessons, with its tolerance."""

import numpy as np
import pytest

from helpers.data import load
from helpers.descent import descend
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
from helpers.surfaces import bowl, line_loss, ravine
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
