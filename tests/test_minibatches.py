"""Epochs and minibatches."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.minibatches import batches, epoch_order

sizes = st.integers(1, 300)
seeds = st.integers(0, 10_000)


@given(n=sizes, batch_size=st.integers(1, 400), epoch=seeds, seed=seeds)
def test_an_epoch_takes_every_row_once(n, batch_size, epoch, seed):
    parts = list(batches(n, batch_size, epoch, seed))
    assert sorted(np.concatenate(parts)) == list(range(n))
    assert len(parts) == math.ceil(n / batch_size)
    assert all(len(part) == batch_size for part in parts[:-1])


@given(n=sizes, epoch=seeds, seed=seeds)
def test_the_order_can_be_replayed(n, epoch, seed):
    once, again = epoch_order(n, epoch, seed), epoch_order(n, epoch, seed)
    assert np.array_equal(once, again)
    assert np.array_equal(np.concatenate(list(batches(n, 7, epoch, seed))), once)


def test_epochs_and_seeds_differ():
    first = epoch_order(100, epoch=0, seed=0)
    assert not np.array_equal(first, epoch_order(100, epoch=1, seed=0))
    assert not np.array_equal(first, epoch_order(100, epoch=0, seed=1))


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("n", 0),
        ("batch_size", 0),
        ("batch_size", 2.5),
        ("batch_size", True),
        ("epoch", -1),
        ("seed", None),
    ],
)
def test_what_is_no_count_is_named(argument, value):
    arguments = {"n": 10, "batch_size": 2, "epoch": 0, "seed": 0, argument: value}
    with pytest.raises(
        (TypeError, ValueError), match=f"{argument} must be .*{value!r}"
    ):
        batches(**arguments)
