"""Pictures: what is drawn is what was given, and nothing is left open."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from helpers import plots

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
