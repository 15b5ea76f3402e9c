"""Laws of lesson 2: slopes, the gradient, and how to compute it."""

import importlib

import numpy as np
import pytest

from helpers.data import load
from helpers.losses import (
    mean_squared_error,
)
from helpers.networks import Network
from helpers.surfaces import line_loss, ravine
from tests.laws import diabetes_line


def test_no_direction_has_a_steeper_slope_than_the_gradient():
    surface, directions = ravine(), np.random.default_rng(0).normal(size=(1000, 2))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    gradient = surface.gradient(surface.start)
    slopes = directions @ gradient
    assert slopes.min() >= -np.linalg.norm(gradient)
    assert slopes.min() == pytest.approx(-np.linalg.norm(gradient), rel=1e-3)


# Slopes, the gradient, and how to compute it

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


def network_of_97(seed=0):
    """The lesson's network: its data, its weights, and its loss over one vector."""
    data = load("diabetes")
    x, y = data.x_train.astype(float), data.y_train.astype(float)
    weights = np.random.default_rng(seed).normal(0, 0.3, 97)

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


@pytest.mark.parametrize("seed", range(4))
def test_in_float32_a_nudge_has_to_be_longer(seed):
    x, y, weights, unpack, network_loss, gradient = network_of_97(seed)
    x, y = x.astype(np.float32), y.astype(np.float32)

    def loss_in_float32(weights):
        W1, b1, W2, b2 = (part.astype(np.float32) for part in unpack(weights))
        return np.mean((np.maximum(x @ W1 + b1, 0) @ W2 + b2 - y) ** 2)

    def misses(loss, h):
        slopes = [two_sided(loss, weights, way, h) for way in np.eye(97)]
        return np.abs(slopes - gradient) / np.abs(gradient)

    assert 0.01 < np.median(misses(loss_in_float32, 1e-5)) < 0.1
    assert np.median(misses(loss_in_float32, 1e-3)) < 0.002
    # With 16 digits the short nudge is exact; the long one crosses bends of ReLUs.
    assert misses(network_loss, 1e-5).max() < 1e-5 < misses(network_loss, 1e-3).max()


def test_all_slopes_lie_on_a_cosine_as_high_as_the_gradient_is_long():
    gradient = line_loss(*POINTS).gradient(HERE)
    angles = np.random.default_rng(0).uniform(0, 2 * np.pi, 1000)
    ways = np.column_stack([np.cos(angles), np.sin(angles)])
    slopes = [two_sided(eight_points, HERE, way) for way in ways]
    towards = np.arctan2(gradient[1], gradient[0])
    wave = np.linalg.norm(gradient) * np.cos(angles - towards)
    assert slopes == pytest.approx(wave, abs=1e-8)


def test_the_weights_of_a_unit_share_three_of_their_four_factors():
    x, y, weights, unpack, network_loss, gradient = network_of_97()
    W1, b1, W2, b2 = unpack(weights)
    z = x @ W1 + b1
    error = (np.maximum(z, 0) @ W2 + b2 - y)[:, 0]
    shared = (z > 0) * W2[:, 0] * 2 * error[:, None]  # of each row and unit
    assert x.T @ shared / len(x) == pytest.approx(gradient[:80].reshape(10, 8))
    assert [x[2, 2], z[2, 0] > 0, W2[0, 0], 2 * error[2]] == pytest.approx(
        [2.16, 1, -0.23, -1.76], abs=0.005
    )


def test_nudges_take_many_times_as_long_as_backpropagation():
    import time

    x, y, weights, unpack, network_loss, _ = network_of_97()

    def backpropagate():
        W1, b1, W2, b2 = unpack(weights)
        z = x @ W1 + b1
        hidden = np.maximum(z, 0)
        d = 2 * (hidden @ W2 + b2 - y) / len(x)
        back = d @ W2.T * (z > 0)
        return x.T @ back, back.sum(axis=0), hidden.T @ d, d.sum(axis=0)

    def price(work, tries):
        seconds = []
        for _ in range(tries):
            begin = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - begin)
        return min(seconds)  # what other work does not disturb

    nudges = [(network_loss, weights, way) for way in np.eye(97)]
    by_nudges = price(lambda: [two_sided(*nudge) for nudge in nudges], 9)
    assert by_nudges > 10 * price(backpropagate, 99)


def test_curvature_along_one_weight_is_the_mean_of_twice_the_square():
    data = load("diabetes")
    raw = diabetes_line()[0] * data.x_scale[2] + data.x_mean[2]
    assert 2 * np.mean(raw**2) == pytest.approx(1467, abs=0.5)


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
