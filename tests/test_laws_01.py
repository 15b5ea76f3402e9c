"""Laws of lesson 1: what a minibatch gradient knows, and what it costs."""

import numpy as np
import pytest

from helpers.descent import descend
from helpers.minibatches import batches
from helpers.optimizers import SGD
from helpers.surfaces import SURFACES, line_loss
from tests.laws import diabetes_line


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


@pytest.mark.parametrize("seed", range(3))
def test_a_country_needs_hardly_more_rows_than_a_town(seed):
    per_row, _ = slopes_of_batches(batch_size=8, epochs=1)
    n, spread = len(per_row), per_row.std()

    def poll(people, asked):
        rng = np.random.default_rng(seed)
        polls = [rng.choice(people, asked, replace=False) % n for _ in range(2000)]
        return per_row[np.array(polls)].mean(axis=1).std()

    for people, asked in ((n, 84), (10 * n, 117), (100 * n, 122), (10**6 * n, 122)):
        sizes = np.arange(1, n + 1)
        errors = spread / np.sqrt(sizes) * np.sqrt((people - sizes) / (people - 1))
        assert sizes[errors <= 0.2][0] == asked
        assert poll(people, asked) == pytest.approx(0.2, rel=0.06)
    assert int(np.ceil((spread / 0.2) ** 2)) == 122
    measured = [poll(people, 100) for people in (n, 10 * n, 10**6 * n)]
    assert measured == pytest.approx([0.174, 0.216, 0.221], abs=0.012)


def test_ten_copies_of_each_row_give_the_same_full_gradient():
    per_row, _ = slopes_of_batches(batch_size=8, epochs=1)
    tenfold = np.tile(per_row, 10)
    assert len(tenfold) == 10 * len(per_row)
    assert tenfold.mean() == pytest.approx(per_row.mean(), rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_among_ten_copies_handfuls_of_128_spread_more_than_among_the_rows(seed):
    per_row, _ = slopes_of_batches(batch_size=8, epochs=1)
    rng, n = np.random.default_rng(seed), len(per_row)
    for copies, spread in ((1, 0.141), (10, 0.190)):
        drawn = [rng.choice(copies * n, 128, replace=False) % n for _ in range(2000)]
        heap = per_row[np.array(drawn)].mean(axis=1)
        assert heap.std() == pytest.approx(spread, rel=0.05)
        assert heap.mean() == pytest.approx(per_row.mean(), abs=0.02)


def test_a_step_on_dozens_of_rows_costs_little_more_than_one_on_a_single_row():
    import time

    x, weights = np.ones((100_000, 20)), np.zeros(20)
    prices = {}
    for size in (1, 32, 4096):
        seconds = []
        for _ in range(500):
            begin = time.perf_counter()
            errors = x[:size] @ weights - 1
            2 * errors @ x[:size] / size
            seconds.append(time.perf_counter() - begin)
        prices[size] = min(seconds)  # what other work does not disturb
    assert prices[32] < 2 * prices[1] < prices[4096]


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
