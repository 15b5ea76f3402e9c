"""Pictures: what is drawn is what was given, and nothing is left open."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from helpers import films, plots
from helpers.live import FEW_LEVELS

HISTORY = {"loss": [2.0, 1.0, 0.5], "val_loss": [1.5, 1.0, 0.8]}


@pytest.fixture(autouse=True)
def no_figure_is_left():
    plots.use_style()
    yield
    plt.close("all")


def test_learning_curves_draw_each_run_on_one_scale():
    axes = plots.learning_curves({"first": HISTORY, "second": {"loss": [3.0, 2.5]}})
    assert [ax.get_title(loc="left") for ax in axes] == ["first", "second"]
    training, validation = axes[0].lines
    assert list(training.get_ydata()) == HISTORY["loss"]
    assert list(validation.get_ydata()) == HISTORY["val_loss"]
    assert training.get_linestyle() != validation.get_linestyle()
    assert len(axes[1].lines) == 1
    assert axes[0].get_ylim() == axes[1].get_ylim()


@pytest.mark.parametrize("losses", [[1.0, 50.0], [1.0, np.nan], [1.0, np.inf]])
def test_a_diverged_run_is_named(losses):
    (ax,) = plots.learning_curves({"run": {"loss": losses}}, top=3)
    assert [text.get_text() for text in ax.texts] == ["diverged"]


def test_a_run_that_settles_is_not_called_diverged():
    (ax,) = plots.learning_curves({"run": {"loss": [50.0, 1.0]}}, top=3)
    assert not ax.texts


@pytest.mark.parametrize("epochs", [0, 1, 2])
def test_few_epochs_are_still_visible(epochs):
    (ax,) = plots.learning_curves({"run": {"loss": [1.0] * epochs}})
    assert ax.lines[0].get_marker() == "o" or not epochs
    assert ax.get_xlim()[0] < ax.get_xlim()[1]


def test_a_picture_is_opaque_and_says_what_it_shows():
    plots.images(np.arange(128.0).reshape(2, 64), ["a", "b"])
    picture = plots.Picture(plt.gcf(), "Two pictures.")
    data, metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == "Two pictures."
    corner = Image.open(io.BytesIO(data["image/png"])).convert("RGBA").getpixel((0, 0))
    assert corner == (255, 255, 255, 255)
    assert not plt.get_fignums()


@pytest.mark.parametrize(("seen", "epochs"), [(0, 20), (0, 1), (1, 1), (3, 20)])
def test_the_epoch_axis_counts_in_whole_numbers(seen, epochs):
    (ax,) = plots.learning_curves({"run": {"loss": [1.0] * seen}})
    plots.epoch_axis(ax, epochs)
    ax.figure.canvas.draw()
    assert all(tick == int(tick) for tick in ax.get_xticks())
    assert ax.get_xlim()[1] >= epochs


def test_ravine_paths_draw_each_walk_from_its_start():
    walk = np.array([[-4.0, 1.0], [-2.0, -0.5], [-1.0, 0.2]])
    axes = plots.ravine_paths({"A": walk, "B": walk / 2}, (1.0, 25.0))
    assert [ax.get_title(loc="left") for ax in axes] == ["A", "B"]
    path, start, minimum = axes[1].lines
    assert np.array_equal(path.get_xydata(), walk / 2)
    assert np.array_equal(start.get_xydata(), walk[:1] / 2)
    assert np.array_equal(minimum.get_xydata(), [[0, 0]])
    (left, right), (low, high) = axes[0].get_xlim(), axes[0].get_ylim()
    assert left < -4 and right > 0 and low < -0.5 and high > 1


def test_a_film_of_walks_has_a_picture_for_each_step_and_names_them():
    walks = {"settles": 0.5 ** np.arange(5), "diverges": (-1.1) ** np.arange(5)}
    film = films.valley(walks, loss=lambda w: 4 * w**2)
    assert Image.open(io.BytesIO(film.webp)).n_frames == 5
    assert "settles" in film.alt and "diverges" in film.alt
    last = Image.open(io.BytesIO(film.webp))
    last.seek(3)
    seen = {colour for _, colour in last.convert("RGB").getcolors(1_000_000)}
    for colour in (plots.DESCENT, plots.DIVERGED):
        red, green, blue = bytes.fromhex(colour[1:])
        assert (FEW_LEVELS[red], FEW_LEVELS[green], FEW_LEVELS[blue]) in seen


def test_walks_of_different_lengths_can_not_be_filmed_together():
    with pytest.raises(ValueError, match=r"one length, got \[3, 4\]"):
        films.valley({"a": np.ones(3), "b": np.ones(4)}, loss=np.square)
