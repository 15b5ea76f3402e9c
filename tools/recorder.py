"""Notes what Matplotlib draws as SVG, in the place of pixels."""

import itertools
import json
from html import escape

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

FINE = 10  # units of the picture in a pixel
COMMANDS = {Path.MOVETO: "m", Path.LINETO: "l", Path.CURVE3: "q", Path.CURVE4: "c"}
CAPS = {"projecting": "square"}


class Recorder(RendererBase):
    """Notes what Matplotlib draws: each part as SVG's attributes and a path.

    Parameters
    ----------
    figure : Figure
        Drawn by Agg already, which settles where the panels are.
    name : str
        What the names of clips and markers on the page begin with.

    Attributes
    ----------
    parts : list of (str, str)
        The attributes as JSON, and the path, in tenths of a pixel.
    defined : dict of str to str
        Clips and markers: SVG -> name.
    """

    def __init__(self, figure, name):
        super().__init__()
        self._agg = figure.canvas.get_renderer()
        self.height, self.width = np.shape(self._agg.buffer_rgba())[:2]
        self._down = Affine2D().scale(1, -1).translate(0, self.height)
        self._name = name
        self._words, self._styles, self._markers = {}, {}, {}
        self.parts, self.defined = [], {}

    def take(self):
        """Return what was noted since the last call."""
        taken, self.parts = self.parts, []
        return taken

    def get_canvas_width_height(self):
        return self.width, self.height

    def points_to_pixels(self, points):
        return self._agg.points_to_pixels(points)

    def get_text_width_height_descent(self, s, prop, ismath):
        return self._agg.get_text_width_height_descent(s, prop, ismath)

    def draw_path(self, gc, path, transform, rgbFace=None):
        # As Agg does: cut off at the edges, straight lines moved to whole pixels.
        edges = -1, -1, self.width + 1, self.height + 1
        clean = path.cleaned(
            transform + self._down,
            remove_nans=True,
            clip=edges if rgbFace is None else None,
            simplify=path.should_simplify and rgbFace is None,
            curves=True,
            stroke_width=self.points_to_pixels(gc.get_linewidth()),
            snap=gc.get_snap(),
        )
        self._note(self._style(gc, rgbFace), _d(clean))

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        # As Agg does: each at a whole pixel.
        places = (trans + self._down).transform(path.vertices)
        places = np.floor(places[np.isfinite(places).all(axis=1)] + 0.5)
        width, snap = self.points_to_pixels(gc.get_linewidth()), gc.get_snap()
        key = marker_path.vertices.tobytes(), marker_trans.to_values(), width, snap
        if key not in self._markers:
            made = _marker(marker_path, marker_trans, width, snap)
            self._markers[key] = made, _d(made)
        shape, d = self._markers[key]
        style = self._style(gc, rgbFace)
        if len(places) == 1:
            self._note(style, _d(Path(shape.vertices + places[0], shape.codes)))
        elif len(places):
            clip = {"clip-path": style.pop("clip-path")} if "clip-path" in style else {}
            kind = 'overflow="visible" markerUnits="userSpaceOnUse"'
            inside = f'<path d="{d}" {attributes(style)}/>'
            ends = ("marker-start", "marker-mid", "marker-end")
            at = dict.fromkeys(ends, self._define("marker", kind, inside))
            self._note({"fill": "none"} | at | clip, _d(Path(places)))

    def draw_image(self, gc, x, y, im, transform=None):
        # A map: its cells as rectangles, not a picture within the picture.
        im = im[::-1]  # from above
        top = self.height - y - len(im)
        rows, columns = _edges(im), _edges(im.swapaxes(0, 1))
        clip = {k: v for k, v in self._style(gc, None).items() if k == "clip-path"}
        for (up, down), (left, right) in itertools.product(rows, columns):
            red, green, blue, alpha = im[up, left]
            if alpha:
                fill = {"fill": f"#{red:02x}{green:02x}{blue:02x}"}
                corners = _d(_box(x + left, top + up, x + right, top + down))
                self._note(fill | clip | _opacity("fill", alpha / 255), corners)

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        size = self.points_to_pixels(prop.get_size_in_points())
        key = s, hash(prop), bool(ismath), size, angle
        if key not in self._words:
            vertices, codes = text_to_path.get_text_path(prop, s, ismath=ismath)
            # Agg's letters, moved to whole pixels, stand a little closer or wider.
            ours, theirs = (
                measure.get_text_width_height_descent(s, prop, ismath)[0]
                for measure in (self, text_to_path)
            )
            wider = ours / self.points_to_pixels(theirs) if theirs else 1
            scaled = Affine2D().scale(size / text_to_path.FONT_SCALE)
            scaled.scale(wider, -1).rotate_deg(-angle)
            self._words[key] = scaled.transform(vertices), codes
        vertices, codes = self._words[key]
        if len(vertices):
            style = self._style(gc, gc.get_rgb())
            style = {k: v for k, v in style.items() if not k.startswith("stroke")}
            self._note(style, _d(Path(vertices + [x, y], codes)))

    def _note(self, style, d):
        if d:
            self.parts.append((json.dumps(style), d))

    def _style(self, gc, face):
        """Return the attributes of a path, each kind worked out once."""
        clip, (start, dashes) = gc.get_clip_rectangle(), gc.get_dashes()
        key = (
            None if face is None else tuple(face),
            gc.get_alpha() if gc.get_forced_alpha() else None,
            gc.get_antialiased(),
            tuple(gc.get_rgb()),
            gc.get_linewidth(),
            gc.get_capstyle(),
            gc.get_joinstyle(),
            (start, None if dashes is None else tuple(dashes)),
            None if clip is None else clip.extents.tobytes(),
        )
        if key not in self._styles:
            self._styles[key] = self._new_style(gc, face)
        return dict(self._styles[key])

    def _new_style(self, gc, face):
        forced = gc.get_alpha() if gc.get_forced_alpha() else None
        style = {"fill": "none"}
        if face is not None:
            style = _paint("fill", face, forced)
        if not gc.get_antialiased():
            style["shape-rendering"] = "crispEdges"
        width = self.points_to_pixels(gc.get_linewidth())
        stroke = _paint("stroke", gc.get_rgb(), forced)
        if width and stroke.get("stroke-opacity") != 0:
            style |= stroke | {"stroke-width": _round(width)}
            if (cap := gc.get_capstyle()) != "butt":
                style["stroke-linecap"] = CAPS.get(cap, cap)
            if (join := gc.get_joinstyle()) != "miter":
                style["stroke-linejoin"] = join
            start, dashes = gc.get_dashes()
            if dashes is not None:
                dashes = [_round(self.points_to_pixels(dash)) for dash in dashes]
                style["stroke-dasharray"] = " ".join(map(str, dashes))
                if start:
                    style["stroke-dashoffset"] = _round(self.points_to_pixels(start))
        if (box := gc.get_clip_rectangle()) is not None:
            x0, x1 = np.floor(np.array([box.x0, box.x1]) + 0.5)
            y0, y1 = self.height - np.floor(np.array([box.y1, box.y0]) + 0.5)
            shape = f'<path d="{_d(_box(x0, y0, x1, y1))}"/>'
            style["clip-path"] = self._define("clipPath", "", shape)
        return style

    def _define(self, kind, attributes, inside):
        key = kind, attributes, inside
        name = self.defined.setdefault(key, f"{self._name}-{len(self.defined)}")
        return f"url(#{name})"

    def definitions(self):
        """Return the clips and markers as SVG."""
        return "".join(
            f'<{kind} id="{name}" {attributes}>{inside}</{kind}>'
            for (kind, attributes, inside), name in self.defined.items()
        )


def attributes(values):
    """Return a dict as the attributes of an element."""
    return " ".join(f'{name}="{escape(str(value))}"' for name, value in values.items())


def _marker(path, transform, width, snap):
    """Return a marker around (0, 0), y downwards."""
    own = {"transform": transform + Affine2D().scale(1, -1), "curves": True}
    clean = path.cleaned(**own, stroke_width=width, snap=snap)
    loose = path.cleaned(**own, stroke_width=width, snap=False)
    if np.array_equal(clean.vertices, loose.vertices):  # in the middle of a pixel
        clean.vertices += 0.5
    return clean


def _round(length):
    """Return a length in the picture's units."""
    return round(FINE * float(length), 1)


def _opacity(name, alpha):
    return {} if alpha == 1 else {f"{name}-opacity": round(float(alpha), 3)}


def _paint(name, colour, forced):
    red, green, blue = (round(255 * float(part)) for part in colour[:3])
    alpha = colour[3] if len(colour) > 3 else 1
    alpha = alpha if forced is None else forced
    return {name: f"#{red:02x}{green:02x}{blue:02x}"} | _opacity(name, alpha)


def _box(x0, y0, x1, y1):
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    return Path(corners, closed=True)


def _edges(image):
    """Return (first, next) of each run of equal rows."""
    changed = (image[1:] != image[:-1]).any(axis=(1, 2))
    ends = [0, *(np.flatnonzero(changed) + 1).tolist(), len(image)]
    return list(itertools.pairwise(ends))


def _d(path):
    """Return a path as SVG writes it, in whole units and each from the one before."""
    points = np.rint(FINE * path.vertices).astype(int)
    if path.codes is None:
        lines = _joined("l", points[1:], points[0]) if len(points) > 1 else ""
        return _joined("m", points[:1], (0, 0)) + lines
    said, at, start, i, codes = [], (0, 0), (0, 0), 0, path.codes
    while i < len(codes) and codes[i] != Path.STOP:
        code = codes[i]
        if code == Path.CLOSEPOLY:
            said.append("z")
            at, i = start, i + 1
            continue
        n = Path.NUM_VERTICES_FOR_CODE[code]
        end = i + n
        if code == Path.LINETO:  # a whole run at once
            while end < len(codes) and codes[end] == code:
                end += 1
            said.append(_joined("l", points[i:end], at))
        else:
            said.append(_numbers(COMMANDS[code], (points[i:end] - at).ravel()))
        at, i = points[end - 1], end
        if code == Path.MOVETO:
            start = at
    return "".join(said)


def _joined(command, points, before):
    return _numbers(command, np.diff(points, axis=0, prepend=[before]).ravel())


def _numbers(command, values):
    return (command + " ".join(map(str, values.tolist()))).replace(" -", "-")
