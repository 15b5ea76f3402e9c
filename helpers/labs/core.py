"""What all labs share: controls, one picture, and one line of text below it."""

import base64
import html
import inspect
import math

import ipywidgets
import traitlets

from helpers.films.live import Animation, Coalesced, animate

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# Black on these is readable in light and in dark themes; the words say it too.
BADGES = {
    "converged": ("✓ converged", "#3CC99A"),
    "moving": ("… not converged", "#56B4E9"),
    "diverged": ("▲ diverged", "#F0813A"),
}


class _Control(ipywidgets.DOMWidget):
    """A labelled control that takes the nearest value it has for one it cannot be.

    ``explain`` is called with a message then, and with "" for every other value.
    ``start`` is what its lab was asked to begin with; None leaves that to the lab.
    """

    explain = staticmethod(lambda message: None)
    _taken = None

    def __init__(self, label, start, **options):
        self.start = start
        super().__init__(
            description=label,
            style={"description_width": "9.5em"},
            layout={"width": "auto", "margin": "2px 12px 2px 0"},
            **options,
        )

    @traitlets.validate("value")
    def _validate_value(self, proposal):
        asked = proposal["value"]
        value, is_it = self._read(asked)
        words = value if isinstance(value, str) else f"{value:g}"
        told = f"{self.description} cannot be {asked}: {words} is used."
        self.explain("" if is_it else told)
        self._taken = value
        return value

    def _read(self, asked):
        """Return the value to take, and whether it is the one that was asked for."""
        number = _number(asked)
        if number is None:
            return self._taken, False
        value = self._nearest(number)
        return value, math.isclose(value, number)

    def _nearest(self, number):
        return min(max(number, self.min), self.max)


def _number(value):
    """As a float, or None if it is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(number) else number


# The values of ipywidgets' own sliders refuse what is not a number with a traceback.
class Slider(_Control, ipywidgets.FloatSlider):
    """Numbers in equal steps."""

    value = traitlets.TraitType(0.0).tag(sync=True)

    def __init__(self, label, low, high, step, start):
        super().__init__(label, start, min=low, max=high, step=step, value=low)

    def move(self, low, high, value):
        """Take another range and a value in it."""
        # Never leave the value outside of the range, not even for a moment.
        self.min, self.max = min(low, self.min), max(high, self.max)
        self.value = value
        self.min, self.max = low, high


class CountSlider(_Control, ipywidgets.IntSlider):
    """Whole numbers."""

    value = traitlets.TraitType(0).tag(sync=True)

    def __init__(self, label, low, high, start):
        super().__init__(label, start, min=low, max=high, value=low)

    def _nearest(self, number):
        return int(super()._nearest(number))


class LogSlider(_Control, ipywidgets.SelectionSlider):
    """Round numbers in about equal ratios, shown with their unit.

    ipywidgets' own FloatLogSlider shows a number that is not on its grid, such as 0.03,
    as another one.
    """

    value = traitlets.TraitType()

    def __init__(self, label, numbers, start, unit=""):
        units = (unit.removesuffix("s") if number == 1 else unit for number in numbers)
        pairs = [(f"{n:g} {u}".strip(), n) for n, u in zip(numbers, units, strict=True)]
        super().__init__(label, start, options=pairs, value=numbers[0])

    def _nearest(self, number):
        numbers = [value for _, value in self.options]
        number = min(max(number, numbers[0]), numbers[-1])  # also what is infinite
        return min(numbers, key=lambda value: abs(value - number))


class Choice(_Control, ipywidgets.Dropdown):
    """One of several names."""

    value = traitlets.TraitType()

    def __init__(self, label, names, start):
        names = list(names)
        super().__init__(label, start, options=names, value=names[0])

    def _read(self, asked):
        known = isinstance(asked, str) and asked in self.options
        return (asked if known else self._taken), known


def rates(low: float, high: float) -> list[float]:
    """Return round learning rates between two of them, 13 in each tenfold."""
    digits = (1, 1.2, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    numbers = [float(f"{digit}e{decade}") for decade in decades for digit in digits]
    return [number for number in numbers if low <= number <= high]


def legend(figure, handles, side="left"):
    """Name these artists below all panels, in one row."""
    place = f"outside lower {side}"
    figure.legend(handles=handles, loc=place, ncols=len(handles), frameon=False)


class Lab:
    """Controls, a picture that follows them, and a line that says what is to be seen.

    Shows itself live in Jupyter, and as a still picture wherever widgets cannot run:
    both go into the same output.

    Parameters
    ----------
    make : callable
        The function that makes this lab: where a control is to begin with what it
        cannot be, it begins with that function's default.
    live : LiveFigure
        The picture.
    controls : mapping of str to control
        By the names of the arguments of ``draw``.
    draw : callable
        ``draw(**values)`` sets the moving parts; it returns "converged", "moving",
        "diverged" or "", and a sentence.
    alt : str
        What the picture shows, for somebody who cannot see it.
    play : str
        The control that a play button moves, if any.
    kept : list, optional
        Gets the values of all controls at each press of a button, Keep; Reset empties
        it.
    on_page : mapping of str to sequence, optional
        The controls that are live on a web page, and their values there.

    Attributes
    ----------
    controls : dict of str to widget
    picture : ipywidgets.Image
    text : ipywidgets.HTML
        The line below the picture.
    player : ipywidgets.Play or None
        The play button.
    reset, keep : ipywidgets.Button
        Keep is there only if ``kept`` is.
    """

    def __init__(self, make, live, controls, draw, alt, play="", kept=None, on_page=()):
        self._live = live
        self._on_page = dict(on_page)
        self._compute = draw
        self._alt = alt
        self._play = play
        self._note = self._sentence = ""
        self._redraw = Coalesced(self._draw)
        self._resetting = True
        self.controls = dict(controls)
        self.picture = live.picture
        self.text = ipywidgets.HTML()
        self.reset = _button("Reset", "undo", self._back)
        self._kept = [] if kept is None else kept
        self.player = self._player(play) if play else None
        keep = None if kept is None else _button("Keep", "thumb-tack", self._keep)
        self.keep = keep
        own = inspect.signature(make).parameters
        for name, control in self.controls.items():
            control.explain = self._explain
            control.observe(self._changed, "value")
            for start in (own[name].default, control.start):
                if start is not None:
                    control.value = start
        self._start = self._values()
        self._resetting = False
        self._redraw.now()
        player = [self.player] if play else []
        keep = [keep] if keep else []
        place = {"justify_content": "flex-end", "margin": "0 12px 0 0"}
        buttons = ipywidgets.HBox([*player, *keep, self.reset], layout=place)
        # The buttons stand at the right: in the second of two columns.
        gap = [] if len(self.controls) % 2 else [ipywidgets.Box()]
        # Two columns beside each other, or one where the window is narrow.
        columns = {"grid_template_columns": "repeat(auto-fit, minmax(25em, 1fr))"}
        parts = [*self.controls.values(), *gap, buttons]
        grid = ipywidgets.GridBox(parts, layout=columns)
        width = {"max_width": f"{self.picture.width}px"}
        self._widget = ipywidgets.VBox([grid, self.picture, self.text], layout=width)

    def animate(self, control, values, milliseconds=80) -> Animation:
        """Film the picture while one control goes through ``values``."""
        others = self._values()

        def update(value):
            self._compute(**others | {control: value})

        film = animate(self._live, update, values, self._alt, milliseconds)
        self._compute(**others)
        return film

    def to_html(self, **values) -> str:
        """Return the lab as a piece of a web page that works without a kernel.

        Parameters
        ----------
        **values : sequence
            The values that controls have on the page, in the place of the lab's own
            choice; the empty sequence keeps one at its start.
        """
        try:
            from tools import lab_page
        except ImportError:
            raise RuntimeError(
                "to_html() is written by the folder tools/ of the course, which is not "
                "here: call it in the course's own folder"
            ) from None
        return lab_page.piece(self, self._on_page | values)

    def _player(self, name):
        slider = self.controls[name]
        player = ipywidgets.Play(min=slider.min, max=slider.max, interval=80)
        # Linked in the kernel, here and in _draw. A link in the browser sends each
        # move of the slider twice, and the picture waits for both.
        player.observe(lambda change: setattr(slider, "value", change["new"]), "value")
        return player

    def _values(self):
        return {name: control.value for name, control in self.controls.items()}

    def _explain(self, message):
        if self._resetting:
            self._note = f"{self._note} {message}".strip()
            return
        self._note = message
        if message:
            self._redraw()

    def _changed(self, change):
        if not self._resetting:
            self._redraw()

    def _keep(self, button):
        self._kept.append(self._values())
        self._redraw()

    def _back(self, button):
        self._kept.clear()
        self._turn(self._start)
        self._redraw()

    def _turn(self, values):
        """Set controls without drawing."""
        self._resetting, self._note = True, ""
        for name, value in values.items():
            self.controls[name].value = value
        self._resetting = False

    def _say(self):
        """Set the parts that move, and the line of text."""
        state, self._sentence = self._compute(**self._values())
        self.text.value = line(self._note, state, self._sentence)

    def _draw(self):
        self._say()
        self._live.draw()
        if self.player:
            self.player.value = self.controls[self._play].value

    def __repr__(self):
        """Return in words what the picture shows: ``print(lab)`` reads it out."""
        self._redraw.finish()
        return " ".join(filter(None, (self._alt, self._note, self._sentence)))

    def _repr_mimebundle_(self, include=None, exclude=None):
        alt = repr(self)
        view = {"version_major": 2, "version_minor": 0}
        data = {
            "text/plain": alt,
            "image/png": base64.b64encode(self.picture.value).decode(),
            WIDGET_VIEW: view | {"model_id": self._widget.model_id},
        }
        return data, {"image/png": {"alt": alt, "width": int(self.picture.width)}}


def _button(words, icon, pressed):
    button = ipywidgets.Button(description=words, icon=icon, layout={"width": "7em"})
    button.on_click(pressed)
    return button


def line(note, state, sentence):
    """Return the line below a picture as HTML."""
    parts = []
    if note:
        parts.append(f"<b>{html.escape(note)}</b> ")
    if state:
        words, colour = BADGES[state]
        parts.append(
            f'<span style="background: {colour}; color: black; font-weight: 600; '
            f'padding: 1px 8px; border-radius: 9px">{words}</span> '
        )
    parts.append(html.escape(sentence))
    return f'<div role="status" style="line-height: 1.5">{"".join(parts)}</div>'
