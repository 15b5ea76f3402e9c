"""All that a lab shows in the states of a page, each path and each sentence once."""

import json
import os
import zlib

import numpy as np
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from helpers.labs.core import line
from tools.lab_panels import panels
from tools.recorder import FINE, Recorder, attributes


class Record:
    """What a lab shows in all states, each path and each sentence once.

    Attributes
    ----------
    states : list of list of int
        Background, sentence, and the parts that move; the last control moves fastest.
    """

    def __init__(self, lab, name):
        self._lab, self._recorder = lab, Recorder(lab._live.figure, name)
        self._styles, self._shapes, self._said = _Numbered(), _Numbered(), _Numbered()
        self._parts, self._backgrounds = _Numbered(), _Numbered()
        self._drawn, self._ground, self._panels, self._name = {}, None, [], name
        self.states = []

    def add(self):
        """Note what the lab shows now."""
        state, sentence = self._lab._compute(**self._lab._values())
        if self._lab._live.settle() or self._ground is None:
            self._drawn.clear()
            self._lab._live.figure.draw(self._recorder)
            self._ground = self._backgrounds(tuple(self._taken()))
            self._panels.append(panels(self._lab._live.figure))
        moving = [
            part for artist in self._lab._live.moving for part in self._of(artist)
        ]
        said = self._said(quiet(line("", state, sentence)))
        self.states.append([self._ground, said, *moving])

    def _of(self, artist):
        """Return the parts of an artist, drawn anew only if something has changed."""
        key = _content(artist)
        if key is None or key not in self._drawn:
            artist.draw(self._recorder)
            self._drawn[key] = self._taken()
        return self._drawn[key]

    def _taken(self):
        return [
            self._parts((self._styles(style), self._shapes(shape)))
            for style, shape in self._recorder.take()
        ]

    def packed(self):
        """Return all as JSON, compressed."""
        # In the order of their text shapes begin alike, and only what differs is kept.
        order = sorted(range(len(self._shapes)), key=list(self._shapes).__getitem__)
        shapes, before = [], ""
        for shape in sorted(self._shapes):
            alike = len(os.path.commonprefix([before, shape]))
            shapes += [alike, shape[alike:]]
            before = shape
        place = dict(zip(order, range(len(order)), strict=True))
        text = {
            "styles": list(map(json.loads, self._styles)),
            "shapes": shapes,
            "parts": [n for style, shape in self._parts for n in (style, place[shape])],
            "backgrounds": list(self._backgrounds),
            "said": list(self._said),
            "states": self.states,
        }
        return zlib.compress(json.dumps(text, separators=(",", ":")).encode(), 9)

    def svg(self, parts):
        """Return parts as SVG."""
        styles, shapes, drawn = (
            list(each) for each in (self._styles, self._shapes, self._parts)
        )
        return "".join(
            f'<path {attributes(json.loads(styles[style]))} d="{shapes[shape]}"/>'
            for style, shape in (drawn[part] for part in parts)
        )

    def still(self, state):
        """Return a state's picture as two layers: background, and what moves.

        Then its panels one by one, each a window on both.
        """
        width, height = self._recorder.width, self._recorder.height
        box = f'viewBox="0 0 {FINE * width} {FINE * height}" aria-hidden="true"'
        ground = self.svg(list(self._backgrounds)[state[0]])
        layers = [f"{self._name}-{layer}" for layer in ("ground", "moving")]
        both = "".join(f'<use href="#{layer}"/>' for layer in layers)
        windows = "".join(
            f'<svg viewBox="{x:.0f} {y:.0f} {w:.0f} {h:.0f}" width="{w / FINE:.0f}" '
            f'aria-hidden="true">{both}</svg>'
            for x, y, w, h in self._windows()
        )
        return (
            f'<svg {box} width="{width}"><defs>{self._recorder.definitions()}</defs>'
            f'<g id="{layers[0]}">{ground}</g></svg>'
            f'<svg {box}><g id="{layers[1]}">{self.svg(state[2:])}</g></svg>'
            f'<div class="downhill-panels">{windows}</div>'
        )

    def _windows(self):
        """Return left, top, width and height of each panel, whatever is chosen."""
        for boxes in zip(*self._panels, strict=True):
            box, height = Bbox.union(boxes), self._recorder.height
            yield [FINE * n for n in (box.x0, height - box.y1, box.width, box.height)]


class _Numbered(dict):
    """Gives each thing a number, and the same thing the same one."""

    def __call__(self, thing):
        return self.setdefault(thing, len(self))


def _content(artist):
    """Return all that a line, a text or a map shows, or None for anything else."""
    own = id(artist), artist.get_visible(), artist.get_alpha()
    if isinstance(artist, Line2D):
        return *own, artist.get_color(), artist.get_xydata().tobytes()
    if isinstance(artist, Text):
        return *own, artist.get_color(), artist.get_text(), artist.get_position()
    if isinstance(artist, AxesImage):
        return *own, artist.get_array().filled(np.nan).tobytes()
    return None


def quiet(said):
    """Return a line without a role: on a page what it stands in announces it."""
    return said.replace(' role="status"', "")
