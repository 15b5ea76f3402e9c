"""What the labs that walk down a surface share: its map, and the loss on the way."""

import numpy as np

from helpers.descent import Path
from helpers.labs.controls import Choice, CountSlider, Slider
from helpers.plots import shade
from helpers.plots.base import DESCENT, MINIMUM
from helpers.surfaces import SURFACES, Surface

STEPS = 200
FAR = 1e3
# How many steps a web page can show: fine at first, where most happens.
SHOWN = (*range(20), *range(20, 60, 4), *range(60, 100, 10), *range(100, 201, 20))


class Ground:
    """A map of the surface that is chosen, with its minima, and the loss over steps.

    Parameters
    ----------
    land, fall : Axes
        Of the map, and of the loss.
    surface : str
    steps : int
    start : tuple of float or None, optional
        What the controls begin with.
    names : iterable of str
        The surfaces to choose from.
    limits : tuple of float
        The lowest and the highest loss drawn, as shares of the map's range.

    Attributes
    ----------
    controls, starts : dict of str to control
        The surface and how many steps to show; where to start.
    minima : Artist
    """

    def __init__(
        self, land, fall, surface, steps, start=None, names=SURFACES, limits=(1e-6, 4)
    ):
        self._land, self._fall, self._range = land, fall, limits
        self._shades = []
        land.locator_params(integer=True, nbins=6)
        fall.set(xlim=(-4, STEPS + 4), yscale="log", xlabel="step")
        fall.set_title("Loss above the lowest minimum")
        (self.minima,) = land.plot(
            [], [], "*", color=MINIMUM, mec="white", ms=14, label="minimum"
        )
        self.controls = {
            "surface": Choice("Surface", names, surface),
            "steps": CountSlider("Steps taken", 0, STEPS, steps),
        }
        x, y = start or (None, None)
        self.starts = {
            "start_x": Slider("Start, 1st weight", -1, 1, 0.01, x),
            "start_y": Slider("Start, 2nd weight", -1, 1, 0.01, y),
        }

    def follow(self, live):
        """Draw the map, and another one whenever another surface is chosen."""

        def draw(change=None):
            chosen = SURFACES[self.controls["surface"].value]
            places = zip(self.starts.values(), chosen.bounds, chosen.start, strict=True)
            for slider, bounds, start in places:
                slider.move(*bounds, start)
            while self._shades:
                self._shades.pop().remove()
            heights, self._shades[:] = shade(self._land, chosen)
            self._fall.set_ylim(np.multiply(self._range, np.ptp(heights)))
            self.minima.set_data(*chosen.minima.T)
            live.new_background()

        self.controls["surface"].observe(draw, "value")
        draw()


class Trail:
    """One walk: its path on the map, its loss, and where it is now.

    Parameters
    ----------
    land, fall : Axes
    color, line, marker : str
    dots : str
        A marker for every step of the path.
    """

    def __init__(self, land, fall, color=DESCENT, line="-", marker="o", dots=""):
        (self.path,) = land.plot([], [], line, marker=dots, color=color, linewidth=1.5)
        (self.curve,) = fall.plot([], [], line, color=color, linewidth=1.5)
        (self.now,) = land.plot([], [], marker, color=color, mec="white", ms=9)
        (self.end,) = fall.plot([], [], marker, color=color, mec="white", ms=9)
        self.now.set_label("now")

    @property
    def artists(self):
        """In the order in which they are drawn."""
        return self.path, self.now, self.curve, self.end

    def show(self, walk: Path, surface: Surface, steps: int) -> np.ndarray:
        """Draw so many steps of a walk; return its losses above the lowest minimum."""
        points = walk.points[: steps + 1]
        points = np.where(_far_out(points), np.nan, points)
        heights = above_lowest(walk, surface)[: steps + 1]
        self.path.set_data(*points.T)
        self.now.set_data(*points[-1:].T)
        self.curve.set_data(np.arange(steps + 1), heights)
        self.end.set_data([steps], heights[-1:])
        return heights


def above_lowest(walk: Path, surface: Surface) -> np.ndarray:
    """Return how far above the lowest minimum each step is; inf where out of sight."""
    heights = walk.losses - surface.value(surface.minima).min()
    return np.where(_far_out(walk.points)[:, 0], np.inf, heights)


def _far_out(points):
    """Tell of each point, (steps, 1), whether it is out of sight: too far for Agg."""
    return ~(np.abs(points) < FAR).all(axis=1, keepdims=True)
