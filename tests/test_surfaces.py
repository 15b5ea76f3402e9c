import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.descent import FARTHEST, descend
from helpers.losses import mean_squared_error
from helpers.optimizers import SGD, Adadelta, Adagrad, Adam, RMSprop
from helpers.surfaces import SURFACES, Surface, bowl, line_loss, ravine

rng = np.random.default_rng(0)
X = rng.normal(size=30)
EVERY = {
    **SURFACES,
    "round bowl": bowl(1.0),
    "steep bowl": bowl(1000.0),
    "steep ravine": ravine(1000.0),
    "line": line_loss(X, 3 * X + 1 + rng.normal(size=30)),
}
every_surface = pytest.mark.parametrize("surface", EVERY.values(), ids=EVERY)


def inside(surface, shape, seed=0):
    low, high = np.transpose(surface.bounds)
    return np.random.default_rng(seed).uniform(low, high, size=(*shape, 2))


def hessian(surface, point, step=1e-5):
    return np.array(
        [
            (surface.gradient(point + side) - surface.gradient(point - side)) / 2 / step
            for side in step * np.eye(2)
        ]
    )


@every_surface
@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_gradients_equal_finite_differences(surface, seed):
    point, step = inside(surface, (), seed), 1e-6
    slopes = [
        (surface.value(point + side) - surface.value(point - side)) / 2 / step
        for side in step * np.eye(2)
    ]
    scale = np.abs(surface.gradient(inside(surface, (100,)))).max()
    np.testing.assert_allclose(surface.gradient(point), slopes, atol=1e-7 * scale)


@every_surface
def test_minima_are_where_the_gradient_vanishes_and_the_surface_bends_up(surface):
    for minimum in surface.minima:
        assert np.abs(surface.gradient(minimum)).max() < 1e-10
        assert (np.linalg.eigvalsh(hessian(surface, minimum)) > 0).all()


@every_surface
@pytest.mark.parametrize("name", ["minima", "start"])
def test_no_surface_can_be_written_to(surface, name):
    with pytest.raises(ValueError, match="read-only"):
        getattr(surface, name)[:] = 0
    with pytest.raises(TypeError, match="does not support item assignment"):
        SURFACES["bowl"] = surface


def test_a_surface_keeps_a_copy_and_leaves_the_arrays_it_was_made_from_alone():
    minima, start = np.zeros((1, 2)), np.ones(2)
    own = Surface("own", np.sum, np.sign, minima, ((-1, 1), (-1, 1)), start)
    minima[:] = start[:] = 7
    assert own.minima.tolist() == [[0, 0]] and own.start.tolist() == [1, 1]


@every_surface
def test_the_first_minimum_is_the_lowest_and_nothing_drawn_lies_lower(surface):
    values = surface.value(surface.minima)
    assert values[0] <= values.min() + 1e-12
    assert surface.value(inside(surface, (200, 200))).min() >= values[0]


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_from_everywhere_a_careful_walk_ends_in_one_of_the_minima(surface):
    bends = [np.linalg.eigvalsh(hessian(surface, p)) for p in inside(surface, (200,))]
    careful = SGD(1 / np.max(bends), momentum=0.99)
    path = descend(surface, careful, inside(surface, (50,)), steps=4000)
    ways = path.points[-1][:, None] - surface.minima
    assert np.linalg.norm(ways, axis=-1).min(axis=1).max() < 1e-3


@every_surface
def test_start_and_minima_lie_in_the_picture(surface):
    low, high = np.transpose(surface.bounds)
    for point in (surface.start, *surface.minima):
        assert ((low < point) & (point < high)).all()


@every_surface
def test_any_number_of_points_can_be_asked_for_at_once(surface):
    points = inside(surface, (4, 5))
    assert surface.value(points).shape == (4, 5)
    assert surface.gradient(points).shape == (4, 5, 2)
    assert surface.value(points)[2, 3] == pytest.approx(surface.value(points[2, 3]))
    assert surface.value(points[2, 3].tolist()) == surface.value(points[2, 3])


@every_surface
def test_points_need_two_numbers_each(surface):
    for function in (surface.value, surface.gradient):
        with pytest.raises(ValueError, match=r"points must have shape \(..., 2\)"):
            function(np.ones((2, 3)))


@pytest.mark.parametrize("make", [bowl, ravine])
@pytest.mark.parametrize("condition", [1.0, 10, 1e6])
def test_bowl_and_ravine_have_the_condition_asked_for(make, condition):
    low, high = np.linalg.eigvalsh(make(condition).gradient(np.eye(2)))
    assert low == pytest.approx(1) and high == pytest.approx(condition)


def test_the_ravine_lies_aslant_to_both_axes():
    assert np.abs(ravine(50).gradient(np.eye(2))).min() > 1


def test_the_loss_of_a_line_is_the_mean_squared_error_of_the_line():
    y = rng.normal(size=30)
    surface = line_loss(X, y)
    for w, b in inside(surface, (20,)):
        line = w * X + b
        assert surface.value((w, b)) == pytest.approx(mean_squared_error(y, line))
        slope = mean_squared_error.gradient(y, line)
        expected = [(slope * X).sum(), slope.sum()]
        assert surface.gradient((w, b)) == pytest.approx(expected)
    assert surface.minima[0] == pytest.approx(np.polyfit(X, y, 1))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: bowl(0), ValueError, "condition must be above 0, got 0"),
        (lambda: ravine("steep"), TypeError, "condition must be a number"),
        (lambda: line_loss([1, 2], [1, 2, 3]), ValueError, r"\(2,\) and \(3,\)"),
        (lambda: line_loss(X[:, None], X[:, None]), ValueError, "must have one shape"),
        (lambda: line_loss([1, 1], [1, 2]), ValueError, "two different numbers"),
        (lambda: line_loss([], []), ValueError, "two different numbers"),
        (lambda: line_loss([1, 2], [1, np.nan]), ValueError, "must be finite"),
        (lambda: line_loss(["a"], [1]), TypeError, "x must hold numbers"),
    ],
)
def test_wrong_surfaces_are_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()


# Descent


def test_a_path_holds_the_start_and_every_step_after_it():
    path = descend(bowl(2.0), SGD(0.1), start=(1.0, 1.0), steps=3)
    expected = [[0.9**t, 0.8**t] for t in range(4)]
    assert path.points == pytest.approx(np.array(expected))
    assert path.losses == pytest.approx(bowl(2.0).value(path.points))
    assert not path.diverged


@every_surface
@pytest.mark.parametrize("rule", [SGD, Adagrad, RMSprop, Adadelta, Adam])
def test_many_starts_at_once_equal_one_after_another(surface, rule):
    starts = inside(surface, (4,))
    together = descend(surface, rule(0.001), starts, steps=50)
    assert together.points.shape == (51, 4, 2) and together.losses.shape == (51, 4)
    for i, start in enumerate(starts):
        alone = descend(surface, rule(0.001), start, steps=50)
        np.testing.assert_allclose(together.points[:, i], alone.points, rtol=1e-10)
        np.testing.assert_allclose(together.losses[:, i], alone.losses, rtol=1e-10)


def test_every_start_can_have_a_rate_of_its_own():
    path = descend(bowl(2.0), SGD([0.1, 0.4]), np.ones((2, 2)), steps=1)
    assert path.points[1] == pytest.approx(np.array([[0.9, 0.8], [0.6, 0.2]]))


@pytest.mark.filterwarnings("error")
@every_surface
def test_divergence_is_marked_and_silent(surface):
    starts = np.stack([surface.minima[0], surface.start])
    path = descend(surface, SGD([1e-6, 100.0]), starts, steps=400)
    assert path.diverged.tolist() == [False, True]
    lost = np.isnan(path.points[:, 1, 0])
    assert lost[-1] and (np.diff(lost.astype(int)) >= 0).all()
    assert (path.losses[lost, 1] == np.inf).all()
    assert np.isfinite(path.losses[~lost, 1]).all()
    assert np.isfinite(path.points[:, 0]).all() and np.isfinite(path.losses[:, 0]).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rule", [SGD, RMSprop, Adam])
def test_even_an_absurd_rate_is_silent(rule):
    path = descend(SURFACES["rosenbrock"], rule(1e300))
    assert path.diverged and path.losses[-1] == np.inf


def test_noise_is_drawn_from_the_seed_with_the_deviation_asked_for():
    def steps(seed):
        path = descend(
            bowl(1.0), SGD(1.0), np.zeros((50_000, 2)), 1, noise=0.5, seed=seed
        )
        return path.points[1]

    assert steps(0).std(axis=0) == pytest.approx([0.5, 0.5], rel=0.02)
    assert np.array_equal(steps(0), steps(0))
    assert not np.array_equal(steps(0), steps(1))


def test_a_descent_begins_anew_with_a_used_optimizer():
    optimizer = Adam(0.1)
    first = descend(ravine(), optimizer)
    assert np.array_equal(descend(ravine(), optimizer).points, first.points)


def test_no_steps_is_a_path_of_the_start_alone():
    path = descend(bowl(), SGD(), steps=0)
    assert np.array_equal(path.points, [bowl().start])


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"surface": "bowl"}, TypeError, r"SURFACES\[\"bowl\"\].* got 'bowl'"),
        ({"optimizer": SGD}, TypeError, r"such as SGD\(0.1\)"),
        ({"start": (1.0, 2.0, 3.0)}, ValueError, r"\(n, 2\), got \(3,\)"),
        ({"start": np.ones((0, 2))}, ValueError, r"got \(0, 2\)"),
        ({"start": (np.nan, 1.0)}, ValueError, "start must be within"),
        ({"start": (2 * FARTHEST, 1.0)}, ValueError, "start must be within 1e"),
        ({"start": "here"}, TypeError, "start must hold numbers"),
        ({"steps": -1}, ValueError, "steps .* got -1"),
        ({"steps": 1.5}, TypeError, "steps .* got 1.5"),
        ({"noise": -0.1}, ValueError, "noise .* got -0.1"),
        ({"seed": True}, TypeError, "seed .* got True"),
    ],
)
def test_wrong_arguments_of_descend_are_errors(changed, error, message):
    with pytest.raises(error, match=message):
        descend(**({"surface": bowl(), "optimizer": SGD()} | changed))
