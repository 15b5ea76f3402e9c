"""Laws of lesson 4: batch size and learning rate, on digits with 64 hidden units."""

from dataclasses import replace

import numpy as np
import pytest

from helpers.data import load
from helpers.fast_network import FastNetwork
from helpers.losses import (
    sparse_categorical_crossentropy,
)
from helpers.networks import Network
from helpers.optimizers import SGD, Adam
from helpers.sweeps import sweep
from helpers.training import fit


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


def passes_to(target, losses):
    """Epochs until the lowest loss so far is at the target, between two by its log."""
    lowest = np.log(np.minimum.accumulate(losses))
    return np.interp(-np.log(target), -lowest, range(len(losses)), right=np.inf)


# One long step or many short ones, the ridge, the noise scale, and a budget


def flat(arrays):
    return np.concatenate([a.reshape(len(a), -1) for a in arrays], axis=1)


def digits_start():
    return load("digits"), Network((64, 64, 10), loss=sparse_categorical_crossentropy)


def down_and_sideways(seed, rate, batch_size, steps, runs=100):
    """How far runs go along minus the full gradient, and across, on average."""
    data = load("digits")
    start = Network((64, 64, 10), loss=sparse_categorical_crossentropy, seed=seed)
    rng, stack = np.random.default_rng(1), start.keep([0] * runs)
    for _ in range(steps):
        rows = rng.integers(len(data.x_train), size=(runs, batch_size))
        gradients = stack.gradients(data.x_train[rows], data.y_train[rows])
        stack.weights = SGD(rate).step(stack.weights, gradients)
    moved = flat(stack.weights) - flat(start.weights)
    down = -flat(start.gradients(data.x_train, data.y_train))[0]
    down /= np.linalg.norm(down)
    way = moved @ down
    return way.mean(), np.linalg.norm(moved - way[:, None] * down, axis=1).mean()


@pytest.mark.parametrize("seed", range(3))
def test_the_way_sideways_halves_with_four_times_the_steps_and_the_way_down_stays(seed):
    many = [down_and_sideways(seed, 0.16 / k, 4, k) for k in (1, 4, 16, 64)]
    one = [down_and_sideways(seed, 0.16, 4 * k, 1) for k in (1, 4, 16, 64)]
    down, sideways = np.transpose(many)
    assert down == pytest.approx(down[0], rel=0.1)
    assert sideways[:-1] / sideways[1:] == pytest.approx(2, abs=0.12)
    # One step from as many rows altogether goes the same way.
    assert np.array(many) == pytest.approx(np.array(one), rel=0.1)
    if seed == 0:  # the lesson's start
        assert sideways == pytest.approx([0.73, 0.36, 0.18, 0.09], abs=0.02)


def test_from_2_to_32_rows_sgd_wants_16_times_the_rate_and_adam_4_times():
    for optimizer, lowest_rate, factor in ((SGD, 0.01, 16), (Adam, 0.001, 4)):
        result = sweep(
            load("digits"),
            learning_rates=lowest_rate * 2.0 ** np.arange(8),
            batch_sizes=(2, 32),
            seeds=range(3),
            epochs=3,
            optimizer=optimizer,
            progress=False,
        )
        few, many = [
            lowest_between(np.log(result.learning_rates), np.log(losses))
            for losses in result.final("train_loss").T
        ]
        assert np.exp(many - few) == pytest.approx(factor, rel=0.3)


def lowest_between(x, y):
    """Where a parabola through the lowest point and its neighbours is lowest."""
    near = slice(np.argmin(y) - 1, np.argmin(y) + 2)
    a, b, _ = np.polyfit(x[near], y[near], 2)
    return -b / (2 * a)


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


def largest_curvature(network, x, y, rounds=20, h=1e-7):
    """Nudge along the change of the gradient, again and again: a power iteration."""
    shapes = [w[0].shape for w in network.weights]
    cuts = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
    nudged, here = network.keep([0]), flat(network.gradients(x, y))[0]
    way = np.random.default_rng(1).normal(size=len(here))
    for _ in range(rounds):
        parts = np.split(h * way / np.linalg.norm(way), cuts)
        nudged.weights = [
            w + part.reshape(w.shape)
            for w, part in zip(network.weights, parts, strict=True)
        ]
        way = (flat(nudged.gradients(x, y))[0] - here) / h
    return np.linalg.norm(way)


@pytest.mark.parametrize("seed", range(3))
def test_a_rate_far_above_the_limit_lands_on_flatter_ground_and_is_the_best(seed):
    data = load("digits")
    x, y = data.x_train.astype(float), data.y_train
    start = Network((64, 64, 10), loss=sparse_categorical_crossentropy, seed=seed)
    start.weights = [w.astype(float) for w in start.weights]
    curvature = largest_curvature(start, x, y)
    assert 2.56 > 2.4 * 2 / curvature
    if seed == 0:  # the lesson's
        assert curvature == pytest.approx(2.75, abs=0.01)
    losses, ends = {}, {}
    for rate in (0.64, 1.28, 2.56, 5.12):
        network, losses[rate] = start.keep([0]), []
        for _ in range(41):
            losses[rate].append(network.loss_of(y, network.logits(x))[0])
            network.weights = SGD(rate).step(network.weights, network.gradients(x, y))
        ends[rate] = network
    assert (np.diff(losses[0.64]) < 0).all() and (np.diff(losses[1.28]) < 0).all()
    assert (np.diff(losses[2.56][:8]) > 0).any()
    assert losses[2.56][40] < 0.5 * losses[1.28][40] < 0.3 * losses[0.64][40]
    assert largest_curvature(ends[2.56], x, y) < 0.5 * 2 / 2.56
    assert losses[5.12][40] > 10


def test_twelve_rounds_come_within_a_sixth_of_the_largest_curvature():
    data = load("digits")
    x, y = data.x_train.astype(float), data.y_train
    network = Network((64, 64, 10), loss=sparse_categorical_crossentropy, seed=0)
    network.weights = [w.astype(float) for w in network.weights]
    for _ in range(5):  # where it takes longest, of the lesson's
        network.weights = SGD(0.64).step(network.weights, network.gradients(x, y))
    few, many = (largest_curvature(network, x, y, n, 1e-9) for n in (12, 60))
    assert 5 / 6 < few / many <= 1


def test_eight_accumulated_minibatches_of_32_make_the_step_of_256_rows():
    import keras

    data = load("digits")

    def trained(batch_size, wait=None):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        sgd = keras.optimizers.SGD(0.1, gradient_accumulation_steps=wait)
        model.compile(sgd, loss)
        rows = data.x_train[:1024], data.y_train[:1024]
        model.fit(*rows, batch_size=batch_size, shuffle=False, verbose=0)
        return np.concatenate([w.ravel() for w in model.get_weights()])

    few, many, waited = trained(32), trained(256), trained(32, wait=8)
    assert waited == pytest.approx(many, abs=1e-5)
    assert np.abs(few - many).max() > 0.01


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
