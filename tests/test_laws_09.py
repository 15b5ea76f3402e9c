"""Laws of lesson 9: what tables of few rows can tell, and what makes a score false."""

import math
import warnings
from functools import cache

import numpy as np
import pytest

from helpers.checks.lesson_09 import inputs, parcels
from helpers.data import from_table
from helpers.data.finding import PENGUINS
from helpers.optimizers import SGD
from helpers.schedules import CosineDecay
from helpers.sweeps import sweep
from helpers.training import epoch_steps, evaluate, fresh_network, rows_for

# Target -> the kind, and the cells that the lesson's map finds: rate and batch size of
# the network and of the straight line.
TARGETS = {
    "body_mass_g": ("regression", (0.031, 128), (0.031, 16)),
    "sex": (None, (0.034, 8), (0.1, 8)),
    "species": (None, (0.79, 8), (0.79, 8)),
    "island": (None, (0.033, 16), (0.033, 16)),
}
SEEDS = range(10)


def penguins(target, seed=0):
    return from_table(str(PENGUINS), target, problem=TARGETS[target][0], seed=seed)


def train(problem, rate, size, hidden=(64,), epochs=40):
    """Ten networks, as the lesson trains them, and what they were in later epochs."""
    networks, optimizer, ends = fresh_network(problem, hidden, SEEDS), SGD(rate), []
    x, y = rows_for(networks, problem, "train")
    for epoch in range(epochs):
        for _ in epoch_steps(networks, optimizer, x, y, epoch, size, SEEDS):
            pass
        ends.append([weights.copy() for weights in networks.weights])
    return networks, ends[epochs // 2 :]


def scores_of(networks, problem):
    return evaluate(networks, *rows_for(networks, problem, "valid"))[1]


@cache
def splits(target, number=16):
    """Scores of network and straight line: arrays (splits, seeds)."""
    _, cell, straight = TARGETS[target]
    found = []
    for seed in range(number):
        problem = penguins(target, seed)
        networks, _ = train(problem, *cell)
        lines, _ = train(problem, *straight, hidden=())
        found.append([scores_of(networks, problem), scores_of(lines, problem)])
    return np.array(found).swapaxes(0, 1)


def test_the_penguins_are_as_the_lesson_says():
    amount = penguins("body_mass_g")
    assert len(amount.feature_names) == 13 and inputs(13)
    assert [len(amount.x_train), len(amount.x_valid)] == [206, 68]
    assert amount.report.rows["in the table"] == 344 and not amount.report.doubts
    kinds = [penguins(target).kind for target in TARGETS]
    assert kinds == ["regression", "binary", "multiclass", "multiclass"]
    assert amount.report.columns["gaps"].astype(int).sum() > 0


@pytest.mark.parametrize("target", TARGETS)
def test_a_straight_line_is_nearly_as_good_as_a_network(target):
    """As a mean over many splits; one split alone may say otherwise."""
    networks, lines = (scores.mean(axis=1) for scores in splits(target))
    print(target, (networks - lines).round(3), (networks > lines).mean())
    assert abs((networks - lines).mean()) < 0.01
    assert np.ptp(networks - lines) > (0 if target == "species" else 0.02)


@pytest.mark.parametrize("target", ["body_mass_g", "sex", "island"])
def test_the_rows_move_the_score_more_than_the_seeds(target):
    networks, _ = splits(target)
    of_rows, of_seeds = networks.mean(axis=1).std(), networks.std(axis=1).mean()
    print(target, of_rows, of_seeds)
    assert of_rows > of_seeds


def test_three_ways_to_end_make_no_clear_difference():
    """Of the ten seeds nine or more say so by chance about once in a hundred."""
    by_chance = sum(math.comb(10, wins) for wins in (9, 10)) / 2**10
    assert by_chance == pytest.approx(0.01, abs=0.001)
    _, (rate, size), _ = TARGETS["body_mass_g"]
    clear = []
    for seed in range(6):
        problem = penguins("body_mass_g", seed)
        steps = 40 * -(-len(problem.x_train) // size)
        held, ends = train(problem, rate, size)
        falling, _ = train(problem, CosineDecay(2 * rate, steps), size)
        mean = held.keep(range(10))
        mean.weights = [np.mean(w, axis=0) for w in zip(*ends, strict=True)]
        before = scores_of(held, problem)
        for other in (falling, mean):
            after = scores_of(other, problem)
            assert abs(after.mean() - before.mean()) < 0.01
            clear.append((after > before).sum() >= 9)
    print(clear)
    assert sum(clear) <= 3


@pytest.mark.filterwarnings("ignore")
def test_what_leaks_makes_a_score_that_new_customers_do_not_give():
    """The refund, then the customer, then the postcode, each worth some hundredths."""
    options = {
        "as she did": {},
        "refund out": {"leave_out": "refund"},
        "customer out": {"leave_out": ["refund", "customer"]},
        "honest": {"leave_out": "refund", "groups": "customer"},
    }
    found = {name: [] for name in options}
    for seed in range(8):
        for name, how in options.items():
            problem = from_table(parcels(seed), "returned", **how)
            grid = {"learning_rates": 0.1, "batch_sizes": 16, "seeds": range(3)}
            tried = sweep(problem, **grid, progress=False)
            found[name].append(tried.final("valid_score")[0, 0])
    means = {name: np.mean(scores) for name, scores in found.items()}
    print(means)
    assert means["as she did"] > 0.9
    assert means["as she did"] - means["refund out"] > 0.15
    assert means["refund out"] - means["customer out"] > 0.02
    assert means["customer out"] - means["honest"] > 0.02
    assert 0.5 < means["honest"] < 0.65


def test_the_doubts_name_both_leaks_of_the_parcels():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        doubts = from_table(parcels(), "returned").report.doubts
    assert len(doubts) == 2
    assert 'leave_out="refund"' in doubts[0] and 'groups="customer"' in doubts[1]


def test_redrawn_rows_give_too_narrow_a_range_where_rows_hang_together():
    """Test scores of 24 customers, 5 parcels each, who have habits or have none."""
    rng = np.random.default_rng(0)

    def right(habits, times=400):
        """Return (times, rows): which answers are right."""
        chance = 1 / (1 + np.exp(-(rng.normal(0, 2.5, (times, 24)) * habits)))
        return rng.random((times, 120)) < chance.repeat(5, axis=1)

    shares = {}
    for habits in (0, 1):
        came = right(habits)
        redrawn = [row[rng.integers(120, size=(200, 120))].mean(1) for row in came]
        low, high = np.quantile(redrawn, [0.05, 0.95], axis=1)
        shares[habits] = ((low <= 0.5) & (0.5 <= high)).mean()
    print(shares)
    assert shares[0] > 0.85 and shares[1] < 0.75
