"""Pictures: what is drawn is what was given, and nothing is left open."""

import io
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from helpers import films, plots
from helpers.films.live import FEW_LEVELS
from helpers.inner.sweep_results import Sweep
from helpers.surfaces import SURFACES

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


@pytest.mark.parametrize(
    ("epochs", "validations", "measured"),
    [(20, 2, [10, 20]), (7, 2, [3, 6]), (4, 4, [1, 2, 3, 4]), (5, 0, None)],
)
def test_fewer_validations_stand_where_validation_freq_puts_them(
    epochs, validations, measured
):
    run = {"loss": [1.0] * epochs, "val_loss": [1.0] * validations}
    (ax,) = plots.learning_curves({"run": run})
    drawn = [list(line.get_xdata()) for line in ax.lines[1:]]
    assert drawn == ([] if measured is None else [measured])


def test_the_courses_own_fit_has_a_curve_too():
    own = SimpleNamespace(train_loss=np.array([[2.0, 1.0]]), valid_loss=None)
    (ax,) = plots.learning_curves({"run": own})
    assert list(ax.lines[0].get_ydata()) == [2, 1] and len(ax.lines) == 1
    own.valid_loss = own.train_loss + 1
    (ax,) = plots.learning_curves({"run": own})
    assert list(ax.lines[1].get_ydata()) == [3, 2]
    own.train_loss = np.ones((3, 2))
    with pytest.raises(ValueError, match=r"shape \(3, 2\): .* plots.traces"):
        plots.learning_curves({"run": own})


def test_the_legend_keeps_clear_of_flat_curves():
    (ax,) = plots.learning_curves({"flat": {"loss": np.linspace(0.63, 0.58, 20)}})
    ax.figure.canvas.draw()
    line = ax.lines[0].get_path().transformed(ax.transData)
    assert not line.intersects_bbox(ax.get_legend().get_window_extent(), filled=False)


def test_a_loss_below_0_is_on_the_scale():
    (ax,) = plots.learning_curves({"run": {"loss": [0.5, -2.0]}})
    assert ax.get_ylim()[0] < -2


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: plots.learning_curves(HISTORY), r"runs\['loss'\] must be what fit"),
        (lambda: plots.learning_curves([HISTORY]), "runs must be a dict .* got list"),
        (lambda: plots.learning_curves({}), "runs must be a dict .* empty"),
        (lambda: plots.learning_curves({"a": {"mae": [1]}}), r"runs\['a'\] has no 'lo"),
        (
            lambda: plots.learning_curves({"a": {"loss": [1], "val_loss": [1, 2]}}),
            r"runs\['a'\] has 1 loss and 2 val_loss",
        ),
        (lambda: plots.plateaus(HISTORY), "no 'learning_rate'.*ReduceLROnPlateau"),
        (lambda: plots.plateaus({"loss": [1.0]}), "no 'val_loss'.*validation_data"),
        (lambda: plots.plateaus({}), "history must be that of one epoch"),
        (lambda: plots.map(HISTORY), r"sweep must be what sweep\(problem"),
        (lambda: plots.curves(None), "sweep must be .* got NoneType"),
        (lambda: plots.traces([1, 2], "loss"), "panels must be a dict"),
        (lambda: plots.clouds([1, 2]), "scores must be a dict"),
        (lambda: plots.tuned({"a": {}}, {"b": ""}), "ylabels must name .* 'a' is not"),
        (lambda: plots.rate_range([1, 2], [1], [1], 1), "losses must be 2 numbers"),
        (lambda: plots.images(np.ones((2, 9)), "ab"), "x must be any x 64"),
    ],
)
def test_what_cannot_be_drawn_is_named(call, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call()


def bowl(w, b):
    return w**2 + 3 * b**2


def test_a_map_has_one_scale_in_both_directions_and_the_contour_through_a_place():
    ax = plots.contours(plt.gca(), bowl, (-2, 2), (-1, 1), through=(1.0, 0.5))
    assert ax.get_aspect() == 1
    lines, own = ax.collections
    assert np.allclose(np.diff(lines.levels), np.diff(lines.levels)[0])
    ring = own.get_paths()[0].vertices
    assert np.allclose(bowl(*ring.T), bowl(1.0, 0.5), atol=0.01)


def test_an_arrow_goes_its_way_from_its_start():
    ax = plots.arrow(plt.gca(), (1.0, 2.0), (0.5, -1.0), "A")
    line, letter = ax.texts
    assert line.xyann == (1.0, 2.0) and tuple(line.xy) == (1.5, 1.0)
    assert letter.get_text() == "A"


def test_a_landscape_shows_the_loss_on_the_way_of_the_gradient():
    ax = plots.landscape(bowl, (-2, 2), (-1, 1), (1.0, 0.5), (2.0, 3.0))
    path, pole = ax.lines
    w, b, heights = path.get_data_3d()
    assert np.allclose(heights, bowl(w, b))
    assert np.allclose((w[-1], b[-1]), (1.5, 1.25))
    assert pole.get_data_3d()[2][1] == bowl(1.0, 0.5)


def test_a_network_has_a_line_for_each_weight():
    ax = plots.network((2, 3, 1), ("inputs", "hidden", "output"))
    weights = [line for line in ax.lines if line.get_linestyle() != "None"]
    assert len(weights) == 2 * 3 + 3 * 1
    assert [text.get_text() for text in ax.texts] == ["inputs", "hidden", "output"]


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


def test_walks_on_a_surface_begin_and_end_where_they_were_and_low_is_light():
    surface = SURFACES["potholes"]
    path = np.array([[-2.0, 1.0], [-1.0, 0.5], [0.5, 0.2]])
    ax = plots.walks(surface, [path])
    line, start, end, star = ax.lines
    assert np.array_equal(line.get_xydata(), path)
    assert np.array_equal(start.get_xydata(), path[:1])
    assert np.array_equal(end.get_xydata(), path[-1:])
    assert np.allclose(star.get_xydata(), 0, atol=1e-6)
    bands = ax.collections[0]
    light = bands.cmap(bands.norm([-0.3, 2.0]))[:, 0]
    assert light[0] > light[1]


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


def made_up_sweep(losses, seeds=1):
    """A sweep with these losses, (rates, batch sizes), in each of its 3 epochs."""
    losses = np.array(losses, float)[:, :, None, None] * np.ones((seeds, 3))
    rates, sizes = losses.shape[:2]
    return Sweep(
        "made up",
        learning_rates=10.0 ** np.arange(-rates, 0),
        batch_sizes=16 * 4 ** np.arange(sizes),
        seeds=np.arange(seeds),
        rows=1000,
        start_loss=np.full(seeds, 2.0),
        train_loss=losses,
        valid_loss=losses + 0.1,
        valid_score=1 - losses / 2,
        seconds=np.cumsum(np.ones_like(losses), axis=-1),
    )


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_ridge_of_the_map_joins_the_best_rates():
    sweep = made_up_sweep([[0.5, 1.0], [0.1, 0.5], [1.5, 0.2], [np.inf, 9.0]])
    for by in ("train_loss", "valid_loss", "valid_score"):
        ax = plots.map(sweep, by)
        assert ax.get_xscale() == ax.get_yscale() == "log"
        (ridge,) = ax.lines
        assert list(ridge.get_xdata()) == [16, 64]
        assert list(ridge.get_ydata()) == pytest.approx([1e-3, 1e-2])
        assert legend(ax.figure) == [
            "best rate for each batch size",
            "diverged: ends above its start",
        ]


def test_the_order_of_the_grid_does_not_matter_to_the_map():
    sweep = made_up_sweep([[0.5, 1.0], [0.1, 0.5], [1.5, 0.2]])
    turned = made_up_sweep([[0.2, 1.5], [0.5, 0.1], [1.0, 0.5]])
    turned.learning_rates[:] = turned.learning_rates[::-1].copy()
    turned.batch_sizes[:] = turned.batch_sizes[::-1].copy()
    ridges = [plots.map(s).lines[0].get_xydata() for s in (sweep, turned)]
    np.testing.assert_array_equal(*ridges)


def test_what_diverged_and_what_is_not_finished_is_hatched_and_named():
    ax = plots.map(made_up_sweep([[0.5, np.nan], [2.5, 0.4]]))
    assert [m.get_hatch() for m in ax.collections if m.get_hatch()] == ["///", "..."]
    diverged, unfinished = (m.get_array() for m in ax.collections if m.get_hatch())
    assert diverged.mask.tolist() == [[True, True], [False, True]]
    assert unfinished.mask.tolist() == [[True, False], [True, True]]
    assert legend(ax.figure)[1:] == ["diverged: ends above its start", "not finished"]


def test_a_map_where_all_diverged_says_so():
    ax = plots.map(made_up_sweep([[np.inf, 5.0], [np.inf, np.inf]]))
    assert not ax.lines
    assert legend(ax.figure) == ["diverged: ends above its start"]
    ax.figure.canvas.draw()


def bar_of(ax):
    """The colour bar, and the numbers that stand on it."""
    ax.figure.canvas.draw()
    bar = ax.figure.axes[1]
    ticks, (low, high) = bar.get_yticks(), bar.get_ylim()
    return ax.collections[0].colorbar, [t for t in ticks if low <= t <= high]


@pytest.mark.parametrize("wild", [9.0, 2.2e11])
def test_one_wild_cell_leaves_the_others_their_colours_and_the_bar_its_ticks(wild):
    sweep = made_up_sweep([[0.5, 1.0], [0.1, 0.5]])
    sweep.valid_loss[1, 1], sweep.valid_score[1, 1] = wild, 1 - wild
    for by, ends in (("valid_loss", "max"), ("valid_score", "min")):
        bar, ticks = bar_of(plots.map(sweep, by))
        shades = bar.norm(bar.mappable.get_array()).data
        assert np.ptp(shades[[0, 0, 1], [0, 1, 0]]) > 0.15, by
        assert bar.extend == ends and len(ticks) > 1


@pytest.mark.parametrize("losses", [[[0.0, 0.0]], [[0.0, 0.4]], [[1e-9, 1.0]]])
def test_a_map_of_any_losses_has_a_bar_with_ticks(losses):
    bar, ticks = bar_of(plots.map(made_up_sweep(losses), "train_loss"))
    assert bar.extend == "neither" and 1 < len(ticks) < 15
    assert not bar.norm(bar.mappable.get_array()).mask.any()


def test_a_map_without_r_squared_does_not_say_that_it_is_not_finished():
    sweep = made_up_sweep([[0.5, np.nan]])
    sweep.valid_score[:] = np.nan
    assert legend(plots.map(sweep, "valid_score").figure) == [
        "not finished",
        "no R squared: validation targets are all alike",
    ]


def test_of_equal_scores_the_map_joins_those_with_the_lowest_loss():
    sweep = made_up_sweep([[0.5, 1.0], [0.1, 0.5], [0.3, 0.2]])
    sweep.valid_score[:] = 1
    (ridge,) = plots.map(sweep, "valid_score").lines
    assert list(ridge.get_ydata()) == pytest.approx([1e-2, 1e-1])


def test_legends_lie_beside_the_axes_without_the_style_too():
    sweep = made_up_sweep([[0.5, 0.4]])
    with plt.style.context("default"):
        drawn = plots.map(sweep), plots.curves(sweep, against=("epochs", "steps"))[1]
        for ax in drawn:
            ax.figure.canvas.draw()
            label = ax.xaxis.label.get_window_extent()
            assert not ax.figure.legends[0].get_window_extent().overlaps(label)


def test_curves_within_a_decade_have_few_plain_numbers():
    axes = plots.curves(made_up_sweep([[0.5, 0.6]]), against=("steps", "examples"))
    axes[0].figure.canvas.draw()
    for axis in (axes[0].yaxis, axes[0].xaxis, axes[1].xaxis):
        assert not any(label.get_text() for label in axis.get_minorticklabels())
        texts = [label.get_text() for label in axis.get_majorticklabels()]
        assert len(texts) > 1 and all(float(text) > 0 for text in texts)


def test_curves_where_all_diverged_say_so():
    (ax,) = plots.curves(made_up_sweep([[np.inf, 5.0]]))
    (words,) = ax.texts
    assert words.get_text().startswith("every run ends above the loss")
    assert not ax.figure.legends


@pytest.mark.parametrize("losses", [[[0.5]], [[0.5, 0.4, 0.3]], [[0.5], [0.4]]])
def test_a_map_of_one_row_or_column_has_cells_with_an_area(losses):
    ax = plots.map(made_up_sweep(losses))
    ax.figure.canvas.draw()
    (x_low, x_high), (y_low, y_high) = ax.get_xlim(), ax.get_ylim()
    sweep = made_up_sweep(losses)
    assert x_low < sweep.batch_sizes.min() and sweep.batch_sizes.max() < x_high
    assert y_low < sweep.learning_rates.min() and sweep.learning_rates.max() < y_high


def test_curves_draw_the_mean_and_a_band_over_the_seeds():
    sweep = made_up_sweep([[0.5, 0.6]], seeds=2)
    sweep.train_loss[0, 0] = [[0.6, 0.5, 0.4], [0.8, 0.7, 0.6]]
    axes = plots.curves(sweep, [(0.1, 16)])
    (line,), (band,) = axes[0].lines, axes[0].collections
    assert list(line.get_xdata()) == [1, 2, 3]
    assert list(line.get_ydata()) == pytest.approx([0.7, 0.6, 0.5])
    edges = band.get_paths()[0].vertices[:, 1]
    assert edges.min() == 0.4 and edges.max() == 0.8
    assert "2 seeds" in axes[0].get_title(loc="left")


def test_curves_come_in_any_currency():
    sweep = made_up_sweep([[0.5, 0.6]])
    currencies = ("epochs", "steps", "examples", "seconds")
    axes = plots.curves(sweep, [(0.1, 64)], against=currencies)
    drawn = [list(ax.lines[0].get_xdata()) for ax in axes]
    assert drawn == [[1, 2, 3], [16, 32, 48], [1000, 2000, 3000], [1, 2, 3]]


def test_curves_are_those_of_the_best_cells_unless_others_are_asked_for():
    sweep = made_up_sweep([[0.5, np.inf, 0.6], [0.4, np.inf, np.inf]])
    (ax,) = plots.curves(sweep)
    assert legend(ax.figure) == ["batch size 16, rate 0.1", "batch size 256, rate 0.01"]
    (ax,) = plots.curves(sweep, [(0.1, 256)])
    assert legend(ax.figure) == ["batch size 256, rate 0.1: diverged"]
    with pytest.raises(ValueError, match="learning_rate must be one of 0.01, 0.1 and"):
        plots.curves(sweep, [(0.3, 16)])
    with pytest.raises(
        ValueError, match='against must be one of .*"seconds", got .hours.'
    ):
        plots.curves(sweep, against=("hours",))


def words_of(ax):
    ax.figure.canvas.draw()
    return [label.get_text() for label in ax.get_yticklabels()]


def test_answers_stand_beside_their_bars_and_say_that_they_are_some():
    names = [f"{kind:02} {'very ' * 20} long, {kind:02}" for kind in range(50)]
    truth = np.repeat(names, 2)
    ax = plots.answers(truth, np.where(np.arange(100) < 90, truth, ""), names)
    assert ax.get_xlabel().endswith("the 12 worst of 50")
    labels = words_of(ax)
    assert labels[0].startswith("45 very") and labels[0].endswith(", 45 (2 rows)")
    lines = [line for label in labels for line in label.splitlines()]
    assert max(map(len, lines)) < 43 and len(lines) == 2 * 12
    for bar, text in zip(ax.patches, ax.texts, strict=True):
        words = text.get_window_extent()
        assert words.x0 > bar.get_window_extent().x1
        assert words.x1 < ax.get_window_extent().x1


def test_amounts_with_long_names_do_not_write_over_each_other():
    amounts = np.arange(30.0).reshape(6, 5)
    first = plots.answers(amounts, amounts, ["a_rather_long_name" * 4] * 5)
    assert "the first 4 of 5" in first.get_ylabel()
    first.figure.canvas.draw()
    boxes = [ax.xaxis.label.get_window_extent() for ax in first.figure.axes]
    assert len(boxes) == 4
    assert all(a.x1 < b.x0 for a, b in zip(boxes, boxes[1:], strict=False))


def test_traces_have_a_panel_for_each_group_and_a_line_for_each_name():
    runs = np.array([[1.0, 9.0, 2.0], [3.0, 5.0, 4.0]])
    axes = plots.traces({"one": {"a": [1, 2], "b": runs}, "two": {"a": [3, 4]}}, "y")
    assert [ax.get_title(loc="left") for ax in axes] == ["one", "two"]
    assert axes[0].lines[1].get_ydata().tolist() == [2.0, 4.0]  # medians
    assert axes[0].get_ylabel() == "y" and axes[1].get_xlabel() == "step"
    first, second = axes[0].lines
    assert first.get_color() != second.get_color()
    assert first.get_marker() != second.get_marker()


def test_traces_of_one_array_each_share_one_scale_and_need_no_legend():
    axes = plots.traces({"flat": np.ones(5), "rising": np.arange(5)}, "y", "linear")
    assert axes[0].get_ylim() == axes[1].get_ylim()
    assert not any(ax.get_legend() for ax in axes) and not axes[0].figure.legends


def test_traces_can_stand_over_something_else_than_steps():
    (ax,) = plots.traces({"": {"a": [1, 2], "b": [3, 4]}}, "y", x=[0.1, 0.2])
    assert list(ax.lines[1].get_xdata()) == [0.1, 0.2]


def test_tuned_results_show_mean_band_and_the_best():
    found = {"SGD": np.array([1.0, 3.0]), "Adam": np.array([0.5, 1.5])}
    (ax,) = plots.tuned({"digits": found}, {"digits": "loss"})
    ends, circle, *_, star = (list(line.get_xdata()) for line in ax.lines)
    assert ends == [1.0, 3.0] and circle == [2.0] and star == [1.0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["SGD", "Adam"]


def test_the_family_tree_names_each_optimizer_that_helpers_has():
    texts = " ".join(text.get_text() for text in plots.family_tree().texts)
    for name in ("SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW", "AMSGrad"):
        assert rf"\bf{{{name}}}" in texts


def test_clouds_have_a_dot_for_each_seed_and_a_bar_at_the_mean():
    ax = plots.clouds({"a": np.array([1.0, 2.0, 6.0]), "b": np.array([4.0, 5.0, 6.0])})
    dots, bar = ax.lines[:2]
    assert list(dots.get_xdata()) == [1, 2, 6] and list(bar.get_xdata()) == [3, 3]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]


def test_plateaus_mark_the_best_epoch():
    history = {"loss": [3, 2, 1], "val_loss": [3, 1, 2], "learning_rate": [1, 1, 0.1]}
    above, below = plots.plateaus(history)
    assert list(above.lines[-1].get_xdata()) == [2, 2]
    assert list(below.lines[0].get_ydata()) == [1, 1, 0.1]
    plots.plateaus(SimpleNamespace(history=history, epoch=[0, 1, 2]))


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda ax: plots.field({}, None), "found must be a dict"),
        (lambda ax: plots.field({"scores": {"SGD": [1]}}, 3), "task must be a Task"),
        (lambda ax: plots.bands({"iris": {}}, {}), "found\\['iris'\\] must be a dict"),
        (lambda ax: plots.walks("bowl", []), "surface must be .*SURFACES.*'bowl'"),
        (lambda ax: plots.walks(SURFACES["bowl"], [3]), "paths\\[0\\] must be any x 2"),
        (lambda ax: plots.shade(None, SURFACES["bowl"]), "ax must be axes"),
        (lambda ax: plots.contours(None, None, None, None), "ax must be axes .* None"),
        (lambda ax: plots.contours(ax, 3, (0, 1), (0, 1)), "loss must be a function"),
        (lambda ax: plots.contours(ax, max, 3, (0, 1)), "w_range must be 2 numbers"),
        (lambda ax: plots.landscape(max, (0, 1), (0, 1), 0, 0), "point must be 2"),
        (
            lambda ax: plots.arrow(ax, 1, (1, 1)),
            "start must be 2 numbers, got 1",
        ),
        (lambda ax: plots.ravine_paths({"a": [1]}, (1, 2)), "a must be any x 2"),
        (lambda ax: plots.network([2, 3], ["in"]), "names one for each"),
        (lambda ax: plots.nudge_path([1]), "factors must be 4 numbers"),
        (lambda ax: plots.answers(["a"], ["a", "b"], ["y"]), "for each row"),
        (lambda ax: plots.clouds({"SGD": None}), "scores\\['SGD'\\] must be any"),
        (lambda ax: plots.traces({"a": None}, "loss"), "panels\\['a'\\] must hold"),
        (lambda ax: plots.tuned({"a": None}, {"a": ""}), "results\\['a'\\] must be"),
        (lambda ax: plots.images([[1, 2]], "a"), "x must be any x 64 numbers"),
        (lambda ax: plots.epoch_axis(ax, "5"), "epochs must be a whole number"),
    ],
)
def test_what_is_no_picture_is_named_with_a_remedy(draw, said):
    _, ax = plt.subplots()
    with pytest.raises((TypeError, ValueError), match=said):
        draw(ax)
    plt.close("all")
