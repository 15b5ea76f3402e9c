"""The labs without a browser: what they show, what they say, what they put up with.

In CI the last test runs the first ones again, with the widgets of Colab and of Kaggle.
"""

import base64
import dataclasses
import functools
import html
import inspect
import itertools
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers import capstone, labs
from helpers.data import from_arrays
from helpers.descent import descend
from helpers.films.live import Animation
from helpers.labs.controls import rates
from helpers.optimizers import Adagrad
from helpers.surfaces import SURFACES

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(params=labs.__all__)
def make(request):
    return getattr(labs, request.param)


@functools.cache
def opened(make):
    """A lab as it begins: to open one anew takes longer than to move it."""
    return make()


def moved(make, **values):
    """A lab that is open already, reset, with some of its controls set."""
    lab = opened(make)
    lab.reset.click()
    for name, value in values.items():
        lab.controls[name].value = value
    return lab


@pytest.fixture
def lab(make):
    lab = opened(make)
    yield lab
    lab.reset.click()


def text(lab):
    """The words of the line below the picture."""
    return html.unescape(re.sub("<[^>]*>", "", lab.text.value))


def ends(control):
    """Two values of a control, as far apart as they can be."""
    if not hasattr(control, "options"):
        return control.min, control.max
    values = [o[1] if isinstance(o, tuple) else o for o in control.options]
    return values[0], values[-1]


def test_the_output_holds_the_widget_the_picture_and_its_words(lab):
    data, metadata = lab._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert base64.b64decode(data["image/png"]) == lab.picture.value
    assert metadata["image/png"]["alt"] == data["text/plain"] == repr(lab)
    assert len(data["text/plain"]) > 80
    assert f"{metadata['image/png']['width']}" == lab.picture.width


def test_each_argument_is_a_control_with_a_label(lab, make):
    controls = lab.controls
    arguments = set(inspect.signature(make).parameters)
    own = {"problem"} if make is labs.training else set()
    assert set(controls) == arguments - own
    labels = [control.description for control in controls.values()]
    assert all(labels) and len(set(labels)) == len(labels)


def test_every_control_moves_the_picture_and_reset_brings_it_back(lab):
    first = lab.picture.value
    for name, control in lab.controls.items():
        pictures = set()
        for value in ends(control):
            control.value = value
            pictures.add(lab.picture.value)
        assert len(pictures) == 2, name
        lab.reset.click()
        assert lab.picture.value == first, name


def test_what_a_lab_starts_with_can_be_chosen_and_reset_goes_back_to_it(lab, make):
    chosen = {name: ends(control)[1] for name, control in lab.controls.items()}
    lab = make(**chosen)
    first = lab.picture.value
    for control in lab.controls.values():
        control.value = ends(control)[0]
    lab.reset.click()
    assert {name: control.value for name, control in lab.controls.items()} == chosen
    assert lab.picture.value == first


@pytest.mark.parametrize(
    ("make", "value"),
    [(getattr(labs, name), float("nan")) for name in labs.__all__]
    + [(labs.descent, value) for value in (float("inf"), -1e9, "x", None)],
)
def test_what_a_control_cannot_be_is_said_in_the_text_and_nothing_breaks(
    lab, make, value
):
    for control in lab.controls.values():
        control.value = value
        used = control.value if isinstance(control.value, str) else f"{control.value:g}"
        assert f"{control.description} cannot be {value}: {used} is used" in text(lab)
        low, high = ends(control)
        control.value = low if control.value == high else high
        assert "cannot be" not in text(lab)

    started = make(**dict.fromkeys(lab.controls, value))
    for control in started.controls.values():
        told = f"{control.description} cannot be {value}: " in text(started)
        assert told == (value is not None)  # None leaves it as the lab itself begins


def test_where_an_argument_is_none_that_it_knows_a_lab_begins_as_without_it(lab, make):
    odd = zip(lab.controls, itertools.cycle(["x", None, float("nan"), [0.1]]))
    odd = make(**dict(odd))
    for name, control in odd.controls.items():
        assert control.value == lab.controls[name].value, name
    assert odd.picture.value == lab.picture.value


def test_a_start_that_cannot_be_leaves_the_others_as_they_were_asked():
    lab = labs.race("himmelblau", start_y="x", first="Adam", second="adam")
    starts = [lab.controls[name].value for name in ("start_x", "start_y")]
    assert starts == list(SURFACES["himmelblau"].start)
    assert [lab.controls[n].value for n in ("first", "second")] == ["Adam", "momentum"]


def test_print_reads_out_what_the_line_below_the_picture_says():
    lab = labs.recipes("iris", a_rate="high")
    assert "Problem cannot be iris: digits is used." in repr(lab)
    assert "A: learning rate cannot be high: 0.1 is used. After 100 steps" in repr(lab)
    assert repr(lab).endswith(text(lab))
    lab.controls["b_size"].value = 5
    assert "B: batch size cannot be 5: 4 is used." in repr(lab)
    lab.reset.click()
    assert "cannot be" not in repr(lab)


def test_an_unknown_argument_is_an_error(make):
    with pytest.raises(TypeError, match="lerning_rate"):
        make(lerning_rate=0.1)


@pytest.mark.parametrize("make", [labs.descent, labs.line_fit])
def test_a_rate_of_zero_is_answered_and_an_int_is_taken_for_a_float(make):
    lab = make()
    rate = lab.controls["learning_rate"]
    rate.value = 0
    assert "Learning rate cannot be 0: " in text(lab)
    rate.value = 1
    assert rate.value == 1.0 and "cannot be" not in text(lab)
    assert text(make(learning_rate=1)) == text(lab)


def test_rates_are_round_numbers_and_hold_both_ends():
    assert rates(0.05, 1.5) == [
        *(0.05, 0.06, 0.07, 0.08, 0.09),
        *(0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
        *(1.0, 1.2, 1.5),
    ]


def test_a_lab_can_be_filmed_and_is_left_as_it_was():
    lab = labs.line_fit()
    before = lab.picture.value
    film = lab.animate("step", range(60))
    assert isinstance(film, Animation)
    assert len(film.webp) < 300_000
    lab.controls["step"].value = 0
    assert lab.picture.value != before
    lab.reset.click()
    assert lab.picture.value == before


def test_the_play_button_and_its_slider_follow_each_other():
    lab = labs.line_fit(step=30)
    slider, player = lab.controls["step"], lab.player
    assert (player.value, player.min, player.max) == (30, 0, 100)
    player.value += 1
    assert slider.value == 31 and "Step 31 of 100" in text(lab)
    slider.value = 60
    assert player.value == 60
    lab.reset.click()
    assert player.value == slider.value == 30


def test_a_curve_that_is_kept_stays_until_reset():
    lab = labs.training()
    first, keep = lab.picture.value, lab.keep
    keep.click()
    kept = lab.picture.value
    assert kept != first
    lab.controls["batch_size"].value = 256
    both = lab.picture.value
    lab.reset.click()
    assert lab.picture.value == first
    lab.controls["batch_size"].value = 256
    assert lab.picture.value != both


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ((1.28, 8), "▲ diverged"),
        ((0.01, 1079), "After epoch 12, step 12: validation loss 2.5"),
        ((0.16, 8), "The best rate for batch size 8 is 0.16"),
    ],
)
def test_training_says_what_a_cell_reached(cell, words):
    rate, size = cell
    assert words in text(moved(labs.training, learning_rate=rate, batch_size=size))


def mine(target, rows=60):
    """A problem of one's own."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 3))
    y = {
        "amount": 100 * x[:, 0] + rng.normal(size=rows),
        "class": np.array(["low", "high"])[(x[:, 0] > 0).astype(int)],
        "labels": (x[:, :2] > 0).astype(int),
    }[target]
    return from_arrays(x, y, name=f"my {target}")


@pytest.mark.parametrize("target", ["amount", "class", "labels"])
@pytest.mark.parametrize("make", [labs.training, labs.recipes])
def test_data_of_ones_own_has_a_lab(make, target):
    lab = make(problem=mine(target))
    assert make is labs.recipes or f"of my {target}: " in text(lab)
    assert "cannot be" not in text(lab)
    first = lab.picture.value
    for control in lab.controls.values():
        for value in ends(control):
            control.value = value
            assert "cannot be" not in text(lab)
    lab.reset.click()
    assert lab.picture.value == first


def test_training_on_ones_own_starts_where_it_is_asked_to():
    lab = labs.training(problem=mine("amount"), learning_rate=0.008, batch_size=36)
    assert lab.controls["learning_rate"].value == 0.008
    assert lab.controls["batch_size"].value == 36
    assert "step 12 of my amount: validation loss" in text(lab)
    assert labs.training(problem="diabetes").controls["batch_size"].value == 64


@pytest.mark.parametrize("make", [labs.training, labs.recipes])
def test_of_many_rows_a_lab_takes_some_and_says_so(make):
    assert "on 200 of 300 rows" in text(make(problem=wide()))


def wide():
    """More numbers than a lab takes."""
    rng = np.random.default_rng(0)
    with pytest.warns(UserWarning, match="600 features for 300 training rows"):
        return from_arrays(rng.normal(size=(500, 600)), np.arange(500) % 2)


@pytest.mark.parametrize("make", [labs.training, labs.recipes])
def test_what_is_no_problem_is_told(make):
    with pytest.raises(TypeError, match="problem must be a Problem.* got ndarray"):
        make(problem=np.ones((5, 5)))


def test_a_run_that_never_learns_leaves_a_lab_whole(monkeypatch):
    module = labs.training.__wrapped__.__globals__
    monkeypatch.setitem(module, "AMOUNT_RATES", [1e3, 1e4])
    lab = labs.training(problem=mine("amount"))
    assert "▲ diverged" in text(lab)


@pytest.mark.parametrize("target", ["amount", "class", "labels"])
def test_a_task_of_ones_own_has_a_baseline_and_a_target(target):
    problem = mine(target, rows=200)
    task = capstone.own_task(problem, budget=30)
    assert task.baseline <= task.target <= task.best <= 1 and task.budget == 30
    assert task.measure == capstone.measure_of(problem)
    recipe = capstone.Recipe("SGD", 0.1, 32)
    reached = capstone.scores(problem, recipe, 30, part="test")[30]
    assert task.baseline == pytest.approx(reached.mean(), abs=0.001)


def test_what_no_recipe_can_be_scored_on_is_told():
    problem, recipe = mine("amount"), capstone.Recipe("SGD", 0.1, 32)
    with pytest.raises(ValueError, match="^problem.y_valid must differ"):
        alike = dataclasses.replace(problem, y_valid=np.ones((12, 1)))
        capstone.scores(alike, recipe, 5)
    with pytest.raises(TypeError, match="problem must be a Problem"):
        capstone.scores(problem.x_train, recipe, 5)
    with pytest.raises(ValueError, match="part must be one of"):
        capstone.scores(problem, recipe, 5, part="validation")


def numbers(lab):
    return [float(n) for n in re.findall(r"-?\d+\.\d+", text(lab))]


@pytest.mark.parametrize("w", [-0.5, 0.6, 1.5])
@pytest.mark.parametrize("batch_size", [1, 8, 64, 192])
def test_sampling_measures_the_spread_that_it_predicts(batch_size, w):
    lab = moved(labs.sampling, batch_size=batch_size, w=w)
    measured, predicted = numbers(lab)[-2:]
    # 300 draws: the spread itself is known to about 1 / sqrt(2 * 300), some 4 %.
    assert measured == pytest.approx(predicted, rel=0.15)


def test_sampling_has_one_gradient_where_all_rows_are_in_the_batch():
    assert "no spread" in text(labs.sampling(10**6))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (dict(surface="bowl", learning_rate=0.5, steps=60), "✓ converged"),
        (dict(surface="bowl", learning_rate=0.01, steps=60), "… not converged"),
        (dict(surface="bowl", learning_rate=1.2, steps=200), "▲ diverged"),
        (dict(surface="ravine", learning_rate=0.04, steps=200), "… not converged"),
        (dict(surface="saddle", start_y=0, steps=200), "… not converged"),
    ],
)
def test_descent_says_in_words_how_it_went(settings, words):
    assert words in text(moved(labs.descent, **settings))


def test_descent_starts_where_the_surface_suggests_and_stays_on_its_map():
    lab = labs.descent("himmelblau")
    x, y = lab.controls["start_x"], lab.controls["start_y"]
    assert (x.value, y.value, x.min, x.max) == (0, -4, -5, 5)
    lab.controls["surface"].value = "rosenbrock"
    assert (x.value, y.value, x.min, x.max) == (-1.5, 2, -2, 2)


def test_a_line_that_is_fitted_too_fast_diverges_in_words():
    lab = moved(labs.line_fit, batch_size=266, learning_rate=1.2, step=100)
    assert "▲ diverged" in text(lab)
    lab.controls["learning_rate"].value = 0.3
    assert "✓ converged" in text(lab)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ((0.2, 0.5), "more w lowers the loss, more b lowers the loss"),
        ((2.0, -1.0), "less w lowers the loss, more b lowers the loss"),
        ((0.2, 0.6), "along b the ground is level"),
        ((1.05, 0.0), "this is the bottom"),
    ],
)
def test_gradient_says_which_way_is_down(place, words):
    assert words in text(moved(labs.gradient, w=place[0], b=place[1]))


def test_the_race_says_where_descend_ends():
    lab = labs.race(surface="bowl", first="Adagrad", first_rate=1, steps=25)
    path = descend(SURFACES["bowl"], Adagrad(1.0), steps=25)
    assert f"Adagrad {path.losses[-1]:.2g}," in text(lab)


def test_a_racer_that_leaves_the_map_for_good_is_called_diverged():
    assert "SGD diverged, momentum" in text(labs.race(first_rate=1, steps=200))


def test_an_outlier_pulls_the_line_of_squares_and_stops_pulling_the_others():
    near, far, further = (
        numbers(moved(labs.loss_shapes, outlier=y)) for y in (3, 5, 8)
    )
    assert near[0] < far[0] - 0.1 < further[0] - 0.2
    assert far[1:] == further[1:] == [near[1], pytest.approx(0.59), 0.5]


def test_a_stray_no_flattens_the_crossentropy_more_than_the_square():
    before, after = (
        numbers(moved(labs.loss_shapes, view="probability", outlier=x)) for x in (-6, 6)
    )
    assert after[1] / before[1] == pytest.approx(0.5, abs=0.05)
    assert after[0] / before[0] == pytest.approx(0.75, abs=0.05)


# matplotlib 3.10.0 uses names that pyparsing 3.3 deprecates.
WIDGETS = {
    "Colab": "pyparsing<3.3 ipywidgets==7.7.1 ipykernel==6.17.1 ipython==7.34.0 "
    "numpy==2.1.3 matplotlib==3.10.0 scikit-learn==1.6.1",
    "Kaggle": "pyparsing<3.3 ipywidgets==8.1.5 "
    "numpy==2.0.2 matplotlib==3.10.0 scikit-learn==1.6.1",
}


@pytest.mark.parametrize("platform", WIDGETS)
def test_the_same_holds_with_the_widgets_of(platform, tmp_path, in_ci):
    """In an environment of its own, with deprecation warnings as errors."""
    python = tmp_path / "bin" / "python"
    wanted = [*WIDGETS[platform].split(), "pillow", "pytest", "tqdm"]
    if uv := shutil.which("uv"):
        run(uv, "venv", "-q", "-p", sys.executable, tmp_path)
        run(uv, "pip", "install", "-q", "-p", python, *wanted)
    else:
        run(sys.executable, "-m", "venv", tmp_path)
        run(python, "-m", "pip", "install", "-q", *wanted)
    options = "-q -p no:cacheprovider -o addopts= --tb=short -k"
    tests = [*options.split(), "output or control", "tests/test_labs.py"]
    said = run(python, "-m", "pytest", *tests, check=False)
    assert said.returncode == 0 and " passed" in said.stdout, said.stdout


def run(*command, check=True):
    return subprocess.run(
        command, cwd=ROOT, check=check, capture_output=True, text=True
    )
