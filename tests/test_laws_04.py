"""Laws of lesson 4: batch size and learning rate, on digits with 64 hidden units."""

from dataclasses import replace

import numpy as np
import pytest

from helpers.data import load
from helpers.fast_network import FastNetwork
from helpers.losses import (
    sparse_categorical_crossentropy,
)
from helpers.minibatches import batches
from helpers.networks import Network
from helpers.optimizers import SGD
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


# Why small steps forgive noise, the ridge, the noise scale, and a budget


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
