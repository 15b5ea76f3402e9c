"""What all labs share: one picture that follows controls, and a line below it."""

import base64
import html
import inspect

import ipywidgets

from helpers.films.live import Animation, Coalesced, animate

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# Black on these is readable in light and in dark themes; the words say it too.
BADGES = {
    "converged": ("✓ converged", "#3CC99A"),
    "moving": ("… not converged", "#56B4E9"),
    "diverged": ("▲ diverged", "#F0813A"),
}


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
