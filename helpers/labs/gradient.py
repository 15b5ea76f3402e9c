"""Lesson 2: the loss of a line, its two slopes, and the gradient that they make."""

import numpy as np
from matplotlib.figure import Figure

from helpers.films.live import LiveFigure, in_style
from helpers.labs.controls import Slider
from helpers.labs.core import Lab, legend
from helpers.plots.base import DATA, DESCENT, FAINT, FULL_GRADIENT, LOSS, MINIMUM
from helpers.surfaces import line_loss

X = np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5])
Y = np.array([-0.8, -0.8, 0.3, 0.4, 0.6, 1.9, 1.8, 2.8])  # near y = x
W, B = (-0.5, 2.5), (-1.5, 1.5)
W_SLIDER, B_SLIDER = (-0.25, 2.25), (-1.0, 1.0)  # inside, so that the arrow has room
TOP = 6.5  # of the two cuts: above any loss that the sliders reach
ARROW = 0.2  # length of the arrow where the slope is 1
LEVEL = 0.1  # a slope below this counts as none
TANGENT = "#444444"


@in_style
def gradient(w: float = 0.2, b: float = 0.5) -> Lab:
    """Return the lab of lesson 2: a line through eight points, and its gradient.

    The loss is the mean squared error of y = w x + b.

    Parameters
    ----------
    w, b : float
        Slope and intercept of the line. ``lab.animate("w", values)`` films a sweep.
    """
    surface = line_loss(X, Y)
    best = surface.minima[0]

    figure = Figure(figsize=(7.6, 5.1))
    panels = figure.subplot_mosaic("dm;wb", height_ratios=[1.75, 1])
    data, land, along_w, along_b = (panels[name] for name in "dmwb")
    data.set(xlim=(-1.4, 2.9), ylim=(-3.2, 4.2), xlabel="x", ylabel="y")
    data.set_title("The line and its errors")
    land.set(xlim=W, ylim=B, xlabel="w", ylabel="b", box_aspect=1, xticks=[0, 1, 2])
    land.grid(False)
    cuts = {along_w: (W, "w"), along_b: (B, "b")}
    for panel, (limits, name) in cuts.items():
        panel.set(xlim=limits, ylim=(0, TOP), xlabel=name)
    along_w.set_ylabel("loss")

    sides = [np.linspace(*limits, 121) for limits in (W, B)]
    heights = surface.value(np.stack(np.meshgrid(*sides), axis=-1))
    levels = np.arange(0.5, 12)  # equal steps: crowded lines are steep ground
    land.contour(*sides, heights, levels, colors=FAINT, linewidths=1)
    land.plot(*best, "*", color=MINIMUM, mec="white", ms=14, label="minimum")

    data.plot(X, Y, "o", color=DATA, label="data")
    (errors,) = data.plot([], [], ":", color=DESCENT, label="errors")
    (line,) = data.plot([], [], color=DESCENT, linewidth=3, label="line")
    (across,) = land.plot([], [], ":", color=DESCENT, linewidth=1)
    (upright,) = land.plot([], [], ":", color=DESCENT, linewidth=1)
    (ring,) = land.plot([], [], color=DESCENT, linewidth=1.2, label="same loss")
    (down,) = land.plot([], [], "--", color=DESCENT, label="against the gradient")
    up = land.quiver(
        0, 0, 1, 1, angles="xy", scale_units="xy", scale=1 / ARROW, width=0.014
    )
    up.set_facecolor(FULL_GRADIENT)
    land.plot([], [], "k-", marker=">", ms=8, markevery=[1], label="gradient")
    dots = [
        panel.plot([], [], "o", color=DESCENT, mec="white", ms=9, zorder=4)[0]
        for panel in (land, along_w, along_b)
    ]
    curves = [panel.plot([], [], color=LOSS)[0] for panel in cuts]
    tangents = [
        panel.plot([], [], "--", color=TANGENT, label="tangent")[0] for panel in cuts
    ]
    titles = [panel.set_title("Slope along w: -10.00") for panel in cuts]
    land_title = land.set_title("Loss 10.00")
    data.legend(loc="upper left")
    along_w.legend(loc="upper right")
    legend(figure, land.get_legend_handles_labels()[0], "center")
    turns = np.linspace(0, 2 * np.pi, 181)
    circle = np.column_stack([np.cos(turns), np.sin(turns)])
    curvature = surface.gradient(np.eye(2)) - surface.gradient(np.zeros(2))
    root = np.linalg.inv(np.linalg.cholesky(curvature))

    def draw(w, b):
        here = np.array([w, b])
        loss, slopes = surface.value(here), surface.gradient(here)
        predicted = w * X + b
        gaps = np.full(len(X), np.nan)  # a break after each error's line
        errors.set_data(np.repeat(X, 3), np.column_stack([Y, predicted, gaps]).ravel())
        line.set_data([-1.4, 2.9], [-1.4 * w + b, 2.9 * w + b])
        across.set_data(W, [b, b])
        upright.set_data([w, w], B)
        reach = np.sqrt(2 * (loss - surface.value(best)))
        ring.set_data(*(best + reach * circle @ root).T)
        down.set_data(*np.column_stack([here, here - ARROW * slopes]))
        up.set_offsets([here])
        up.set_UVC(*slopes[:, None])
        step = np.array([-0.5, 0.5])
        cuts_now = zip(cuts.values(), curves, tangents, titles, strict=True)
        for part, ((limits, name), curve, tangent, title) in enumerate(cuts_now):
            side = np.linspace(*limits, 121)
            points = np.tile(here, (len(side), 1))
            points[:, part] = side
            curve.set_data(side, surface.value(points))
            tangent.set_data(here[part] + step, loss + slopes[part] * step)
            title.set_text(f"Slope along {name}: {slopes[part]:.2f}")
        for dot, place in zip(dots, ((w, b), (w, loss), (b, loss)), strict=True):
            dot.set_data([place[0]], [place[1]])
        land_title.set_text(f"Loss {loss:.2f}")
        return "", _sentence(loss, slopes)

    moving = [across, upright, ring, down, up, errors, line, *curves, *tangents, *dots]
    return Lab(
        gradient,
        LiveFigure(figure, [*moving, *titles, land_title]),
        {
            "w": Slider("Slope w of line", *W_SLIDER, 0.05, w),
            "b": Slider("Intercept b", *B_SLIDER, 0.05, b),
        },
        draw,
        "Above: a line through eight points with its errors, and a map of the loss "
        "over w and b with the gradient as an arrow at right angles to the contour. "
        "Below: the loss along w and along b, each with its tangent.",
        on_page={
            "w": np.arange(W_SLIDER[0], W_SLIDER[1] + 0.1, 0.1).round(2),
            "b": np.arange(B_SLIDER[0], B_SLIDER[1] + 0.1, 0.1).round(2),
        },
    )


def _sentence(loss, slopes):
    """Say what is to be seen now."""
    if max(abs(slopes)) < LEVEL:
        return (
            f"Loss {loss:.2f}. Both slopes are nearly 0: this is the bottom, and the "
            "arrow is gone."
        )
    advice = []
    for name, slope in zip("wb", slopes, strict=True):
        if abs(slope) < LEVEL:
            advice.append(f"along {name} the ground is level")
        else:
            way = "more" if slope < 0 else "less"
            advice.append(f"{way} {name} lowers the loss")
    return (
        f"Loss {loss:.2f}; slopes {slopes[0]:.2f} along w and {slopes[1]:.2f} along b: "
        f"{', '.join(advice)}."
    )
