"""A slice through a network's loss: the plane is where it says it is."""

import numpy as np
import pytest

from helpers.data import load
from helpers.descent import descend
from helpers.losses import mean_squared_error, sparse_categorical_crossentropy
from helpers.networks import Network
from helpers.optimizers import SGD
from helpers.slices import loss_slice

DIGITS = load("digits")
ROWS = DIGITS.x_train[:300], DIGITS.y_train[:300]


def network(**options):
    loss = sparse_categorical_crossentropy
    return Network((64, 16, 10), loss=loss, runs=2, seed=(0, 1), **options)


@pytest.mark.parametrize("run", [0, 1])
def test_in_the_middle_is_the_network_itself(run):
    own = network().loss_of(ROWS[1], network().logits(ROWS[0]))[run]
    assert loss_slice(network(), *ROWS, run=run).value((0, 0)) == pytest.approx(own)


def test_a_step_of_one_changes_each_unit_by_as_much_as_it_has():
    # One linear unit of squared error, on a single row that looks at one weight.
    one = Network((3, 1), loss=mean_squared_error, dtype="float64")
    length = np.linalg.norm(one.weights[0])
    rows = np.eye(3)
    change = [
        np.sqrt(loss_slice(one, row[None], one.forward(row[None])[0]).value((1, 0)))
        for row in rows
    ]
    assert np.linalg.norm(change) == pytest.approx(length)


def test_biases_stay_as_they_are():
    one = Network((3, 1), loss=mean_squared_error, dtype="float64")
    one.weights[1][:] = 5
    surface = loss_slice(one, np.zeros((1, 3)), np.full((1, 1), 5.0))
    assert surface.value([(0, 0), (1, 1), (-3, 2)]) == pytest.approx(0)


def test_the_gradient_is_that_of_the_values():
    surface = loss_slice(network(dtype="float64"), *ROWS)
    points, step = np.array([[0.3, -0.2], [0, 0], [-1, 1]]), 1e-6
    for axis, way in enumerate(np.eye(2)):
        ahead, back = (
            surface.value(points + step * way),
            surface.value(points - step * way),
        )
        slope = (ahead - back) / (2 * step)
        np.testing.assert_allclose(surface.gradient(points)[:, axis], slope, rtol=1e-5)


def test_the_cut_into_parts_does_not_show():
    surface = loss_slice(network(), *ROWS)
    points = np.random.default_rng(0).uniform(-1, 1, (7, 11, 2))
    together = surface.value(points)
    assert together.shape == (7, 11)
    assert surface.gradient(points).shape == (7, 11, 2)
    assert together[5, 3] == surface.value(points[5, 3])


def test_one_can_walk_on_it():
    path = descend(loss_slice(network(), *ROWS), SGD(0.1), steps=20)
    assert path.losses[-1] < path.losses[0]


def test_seeds_draw_other_planes():
    point = (0.5, 0.5)
    values = [loss_slice(network(), *ROWS, seed=s).value(point) for s in (0, 0, 1)]
    assert values[0] == values[1] != values[2]


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"run": 2}, ValueError, "run must be below the 2 runs, got 2"),
        ({"seed": -1}, ValueError, "seed .* got -1"),
        ({"x": np.full((300, 64), np.nan)}, ValueError, "x must be finite"),
        ({"x": np.ones((5, 64))}, ValueError, "y as many rows"),
    ],
)
def test_wrong_arguments_are_errors(changed, error, message):
    arguments = {"x": ROWS[0], "y": ROWS[1]} | changed
    with pytest.raises(error, match=message):
        loss_slice(network(), **arguments)


def test_a_network_that_diverged_has_no_slice():
    lost = network()
    lost.weights[0][1] = np.nan
    assert np.isfinite(loss_slice(lost, *ROWS).value((0, 0)))
    with pytest.raises(ValueError, match="run 1 has diverged"):
        loss_slice(lost, *ROWS, run=1)
    with pytest.raises(ValueError, match=r"points must have shape \(..., 2\)"):
        loss_slice(lost, *ROWS).value([1.0, 2.0, 3.0])
