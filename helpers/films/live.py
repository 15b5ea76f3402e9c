"""Figures that redraw in milliseconds: a background drawn once, moving parts on top.

A :class:`LiveFigure` feeds one picture widget; :func:`animate` makes a short film in
the same way. Both draw with Agg alone, without pyplot: nothing is shown twice.
"""

import asyncio
import base64
import functools
import html
import io
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import ipywidgets
import matplotlib.style
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from helpers.plots.base import STYLE

# Shorter than a screen's frame, longer than a kernel takes to read a waiting message.
BURST_SECONDS = 0.01
NEVER = float("-inf")
# Sixteen levels a colour look the same and make a film less than half as large.
FEW_LEVELS = [round(level / 17) * 17 for level in range(256)] * 3
# More effort than this hardly makes a film lighter.
LIGHT = {"lossless": True, "quality": 30, "method": 2}


def in_style(function):
    """Let a function draw in the course's style, whatever is set outside."""

    @functools.wraps(function)
    def styled(*args, **options):
        with matplotlib.style.context(STYLE, after_reset=True):
            return function(*args, **options)

    return styled


class LiveFigure:
    """A figure whose background is drawn once and whose moving parts are blitted.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Made without pyplot: ``Figure(...)``.
    moving : sequence of Artist
        The parts that change, in the order in which they are drawn.

    Attributes
    ----------
    picture : ipywidgets.Image
        The one widget that shows every drawing, at the figure's own width.
    """

    def __init__(self, figure: Figure, moving: Sequence[Artist]):
        self.figure = figure
        self.moving = tuple(moving)
        self._canvas = FigureCanvasAgg(figure)
        self._background = None
        for artist in self.moving:
            artist.set_animated(True)
        self.picture = ipywidgets.Image(
            format="png",
            # Without a width of its own JupyterLab stretches the picture.
            width=str(int(figure.bbox.width)),
            layout={"max_width": "100%", "height": "auto"},
        )

    def new_background(self) -> None:
        """Draw everything afresh next time: after a change of limits, say."""
        self._background = None

    def settle(self) -> bool:
        """Draw the background if it is a new one, and tell whether it is."""
        if self._background is not None:
            return False
        self._canvas.draw()
        # From now on the panels stay where they are.
        self.figure.set_layout_engine("none")
        self._background = self._canvas.copy_from_bbox(self.figure.bbox)
        return True

    def frame(self) -> np.ndarray:
        """Draw the moving parts onto the background: pixels (height, width, RGB)."""
        self.settle()
        self._canvas.restore_region(self._background)
        for artist in self.moving:
            self.figure.draw_artist(artist)
        return np.asarray(self._canvas.buffer_rgba())[..., :3]

    def draw(self) -> None:
        """Send the picture as it is now."""
        self.picture.value = _quick_png(self.frame())


class Coalesced:
    """Calls a drawing function at once, and in a burst of calls only now and then.

    A slider that is dragged fast sends more values than can be drawn. The first is
    drawn at once. Those that follow on its heels wait until the kernel has read what
    is in its queue, then one drawing shows the newest; so the last is always shown.
    Outside a kernel, where no event loop runs, every call draws.

    JupyterLab may answer a widget while a cell runs, in a thread of the kernel's own
    (a subshell): hence the lock.
    """

    def __init__(self, draw: Callable[[], None]):
        self._draw = draw
        self._lock = threading.RLock()
        self._finished = NEVER
        self._due = NEVER  # when the newest value that waits will be drawn

    def __call__(self) -> None:
        """Draw now or, in a burst, soon."""
        with self._lock:
            moment = time.monotonic()
            if moment < self._due:
                return
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return self.now()
            # Overdue means that the loop is kept busy by a cell: do not wait for it.
            if self._due > NEVER or moment - self._finished > BURST_SECONDS:
                return self.now()
            self._due = moment + BURST_SECONDS
            loop.call_later(BURST_SECONDS, self._when_due, self._due)

    def now(self) -> None:
        """Draw without waiting."""
        with self._lock:
            self._due = NEVER
            self._draw()
            self._finished = time.monotonic()

    def _when_due(self, due):
        with self._lock:
            if due == self._due:
                self.now()

    def finish(self) -> None:
        """Draw now what is still waiting to be drawn, if anything is."""
        with self._lock:
            if self._due > NEVER:
                self.now()


@dataclass(frozen=True)
class Animation:
    """A short film to show in a notebook: animated WebP, and its first frame.

    Readers who ask their system for less motion see the first frame, a WebP as well;
    so do, as a PNG, those whose viewer leaves out HTML. Everybody else sees it move.
    """

    webp: bytes = field(repr=False)
    first: bytes = field(repr=False)
    still: bytes = field(repr=False)
    width: int
    alt: str

    def _repr_mimebundle_(self, include=None, exclude=None):
        film, first, still = (
            base64.b64encode(data).decode()
            for data in (self.webp, self.first, self.still)
        )
        page = (
            '<picture><source media="(prefers-reduced-motion: reduce)" '
            f'srcset="data:image/webp;base64,{first}">'
            f'<img src="data:image/webp;base64,{film}" width="{self.width}" '
            f'style="max-width: 100%; height: auto" alt="{html.escape(self.alt)}">'
            "</picture>"
        )
        return (
            {"text/html": page, "image/png": still, "text/plain": self.alt},
            {"image/png": {"alt": self.alt, "width": self.width}},
        )


def animate(
    live: LiveFigure,
    update: Callable[[object], None],
    frames: Iterable,
    alt: str,
    milliseconds: int = 80,
) -> Animation:
    """Film a live figure: the film plays for ever where it is shown.

    Parameters
    ----------
    live : LiveFigure
        What to film.
    update : callable
        ``update(frame)`` sets the moving parts for one frame.
    frames : iterable
        What ``update`` is called with, once a frame.
    alt : str
        What the film shows, in words.
    milliseconds : int
        How long each frame stays; the last stays for a second and a half.
    """
    pictures = []
    for frame in frames:
        update(frame)
        pictures.append(Image.fromarray(live.frame()).point(FEW_LEVELS))
    if not pictures:
        raise ValueError("frames must hold at least one frame, got none")
    first, rest = pictures[0], pictures[1:]
    times = [milliseconds] * len(rest) + [1500]
    moves = {"save_all": True, "append_images": rest, "duration": times, "loop": 0}
    # One key frame: nobody jumps about in a film of a few seconds.
    moves |= {"kmin": len(pictures) + 1, "kmax": len(pictures) + 2}
    film = _encoded(first, "WEBP", **moves, **LIGHT)
    stills = _encoded(first, "WEBP", **LIGHT), _encoded(first, "PNG")
    return Animation(film, *stills, first.width, alt)


def _quick_png(pixels):
    """Write a PNG without filters: 3 ms where Pillow, which tries them, takes 8."""
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # a row starts with its filter
    colours = rows[:, 1:].reshape(pixels.shape)
    for colour in range(3):  # five times as fast as all three at once
        colours[..., colour] = pixels[..., colour]
    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB
    chunks = b"IHDR" + header, b"IDAT" + zlib.compress(rows, 1), b"IEND"
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in chunks
    )


def _encoded(picture, file_format, **options):
    buffer = io.BytesIO()
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()
