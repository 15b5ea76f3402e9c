"""Laws of lesson 3: how far a step may go, and where steps end."""

from itertools import product

import numpy as np
import pytest

from helpers.data import load
from helpers.descent import descend
from helpers.losses import mean_squared_error
from helpers.minibatches import batches
from helpers.networks import Network
from helpers.optimizers import SGD
from helpers.surfaces import SURFACES, bowl, line_loss, ravine
from tests.laws import diabetes_line


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


# What the steps do, on a parabola, in a ravine, in noise and on a saddle


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


def test_the_formula_gives_the_ball_on_real_data_and_the_same_rate_over_batch_size():
    x, y = diabetes_line()
    w, b = np.polyfit(x, y, 1)
    one_row = np.var(2 * (w * x + b - y) * x)
    found = {}
    for rate, size in product((0.2, 0.05), (8, 32)):
        found[rate, size] = variance_of_w(rate, size)
        formula = rate / size * one_row / (2 * (2 - 2 * rate))
        far_out = 1.13 if (rate, size) == (0.2, 8) else 1  # there rows disagree more
        assert found[rate, size] == pytest.approx(far_out * formula, rel=0.06)
    assert (found[0.2, 32] / found[0.05, 8]) ** 0.5 == pytest.approx(1.08, abs=0.04)


def test_within_an_epoch_part_of_the_noise_cancels():
    w, _ = fit_line([0.05] * 100, 8, start=np.polyfit(*diabetes_line(), 1)).T
    assert w[100:].var() < 0.8 * variance_of_w(0.05, 8)


def test_slowing_down_shrinks_the_ball():
    w, _ = fit_line([0.2] * 10 + [0.01] * 10, batch_size=8).T
    assert w[100:340].std() == pytest.approx(0.15, abs=0.01)
    assert w[440:].std() == pytest.approx(0.01, abs=0.005)


def share_out_of_a_pothole(rate, noise, runs=500):
    """Of the runs that begin in one pothole."""
    surface = SURFACES["potholes"]
    hole = surface.minima[3]
    starts = hole + 0.1 * np.random.default_rng(2).normal(size=(runs, 2))
    ends = descend(surface, SGD(rate), starts, 100, noise=noise, seed=1).points[-1]
    ends = descend(surface, SGD(0.1), ends, 100).points[-1]
    return np.mean(np.linalg.norm(ends - hole, axis=1) > 0.3)


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
    assert share_out_of_a_pothole(rate, noise) == pytest.approx(share, abs=0.06)


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


def test_one_row_at_a_time_cannot_take_the_rate_that_all_rows_can():
    rows, loss = len(diabetes_line()[0]), line_loss(*diabetes_line()).value
    assert loss(fit_line([0.9] * 100, rows))[-1] == pytest.approx(0.634, abs=0.001)
    highest = [loss(fit_line([rate], batch_size=1))[:101].max() for rate in (0.2, 0.25)]
    assert highest[0] < 8 and 10 < highest[1]
    with_one_row = fit_line([0.5], batch_size=1)
    assert loss(with_one_row)[:101].max() > 1e6
    assert loss(fit_line([0.6], batch_size=1))[100] > 1e6


# Networks: a valley that fits itself to the rate, and width that finds the way


def shaped(network, flat):
    """Give a network, one run a row of ``flat``, these weights; return it."""
    at, weights = 0, []
    for w in network.weights:
        size = w[0].size
        weights.append(flat[:, at : at + size].reshape(-1, *w.shape[1:]))
        at += size
    network.weights = weights
    return network


def slopes(network, x, y):
    """Along each weight, one run a row."""
    gradients = network.gradients(x, y)
    return np.concatenate([g.reshape(len(g), -1) for g in gradients], axis=1)


def test_the_largest_curvature_of_lesson_2s_network_climbs_to_2_over_the_rate():
    data = load("diabetes")
    x, y = data.x_train.astype(float), data.y_train.astype(float)
    seeds, steps = range(4), 4000
    starts = [np.random.default_rng(seed).normal(0, 0.3, 97) for seed in seeds]
    rates = np.array([0.1, 0.2]).repeat(len(seeds))[:, None]
    w = np.tile(starts, (2, 1))
    stack = Network((10, 8, 1), loss=mean_squared_error, runs=len(w))
    losses, curvatures = [], {}
    for step in range(steps + 1):
        shaped(stack, w)
        losses.append(stack.loss_of(y, stack.logits(x)))
        if step in (0, 3500, steps):
            curvatures[step] = [largest_curvature(one, x, y) for one in w]
        w = w - rates * slopes(stack, x, y)
    assert np.less(curvatures[0], 9.5).all()
    for step in (3500, steps):
        assert curvatures[step] == pytest.approx(2 / rates[:, 0], rel=0.07)
    rose = (np.diff(losses[-1001:], axis=0) > 0).mean(axis=0)
    assert rose == pytest.approx(0.5, abs=0.05)
    assert np.less(losses[-1], 0.95 * losses[400]).all()  # and still it falls


def largest_curvature(weights, x, y, h=1e-9):
    network = Network((10, 8, 1), loss=mean_squared_error, runs=98)
    nudged = np.concatenate([weights[None], weights + h * np.eye(97)])
    here, *there = slopes(shaped(network, nudged), x, y)
    return np.linalg.eigvalsh((there - here) / h)[-1]


LINE = np.linspace(-2, 2, 21)[:, None]
ZIGZAG = np.maximum(LINE + [1, 0, -1], 0) @ [[1.0], [-2.0], [2.0]]


def hundred_walks(units, seed, steps):
    """From random starts, towards the zigzag: the networks, and which have found it."""
    w = np.random.default_rng(seed).normal(size=(100, 3 * units + 1))
    w[:, 2 * units :] /= np.sqrt(units)
    stack = shaped(Network((1, units, 1), loss=mean_squared_error, runs=100), w)
    for _ in range(steps):
        pairs = zip(stack.weights, stack.gradients(LINE, ZIGZAG), strict=True)
        stack.weights = [w - 0.03 * gradient for w, gradient in pairs]
    return stack, stack.loss_of(ZIGZAG, stack.logits(LINE)) < 0.003


@pytest.mark.parametrize(
    ("units", "low", "high"),
    [(3, 0, 0.12), (6, 0.22, 0.55), (12, 0.8, 0.97), (24, 0.97, 1)],
)
def test_of_a_hundred_starts_the_wider_network_finds_the_zigzag(units, low, high):
    for seed in (1, 2):
        assert low <= hundred_walks(units, seed, 4000)[1].mean() <= high


def test_of_twelve_units_most_that_miss_it_are_only_slow():
    assert hundred_walks(12, seed=1, steps=10_000)[1].mean() > 0.9


def test_most_narrow_networks_that_miss_it_rest_where_nothing_bends_down(h=1e-7):
    stack, found = hundred_walks(3, seed=1, steps=24_000)
    assert found.mean() < 0.15
    w = np.concatenate([part.reshape(100, -1) for part in stack.weights], axis=1)
    here = slopes(stack, LINE, ZIGZAG)
    nudged = [slopes(shaped(stack, w + h * way), LINE, ZIGZAG) for way in np.eye(10)]
    tables = (np.stack(nudged, axis=1) - here[:, None]) / h
    lowest = np.linalg.eigvalsh((tables + tables.mT) / 2)[:, 0]
    at_rest = (np.linalg.norm(here, axis=1) < 1e-3) & (lowest > -1e-3)
    assert at_rest[~found].mean() > 0.5
