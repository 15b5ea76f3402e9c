"""How a bet is asked for: a number, a slider beside it, and a button."""

import math

from helpers.checks.feedback import NEUTRAL, box

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
STEPS = 200  # of a slider
moved = {}  # bet -> the number in its box, while the button is not yet pressed


class Slider:
    """The question for a bet: a slider and a button, or how to write a number."""

    def __init__(self, bet):
        self.bet = bet

    def __repr__(self):
        return (
            f"Your bet: {self.bet.about}. Write a number {self.bet.range()} in the "
            "place of the `...` and run the cell again, or go on without."
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        title, words = repr(self).split(". ", 1)
        data = {"text/plain": repr(self), "text/html": box(title, words, NEUTRAL)}
        try:
            model = self._widget().model_id
        except ImportError:
            return data
        view = {"version_major": 2, "version_minor": 0, "model_id": model}
        return data | {WIDGET_VIEW: view}

    def _widget(self):
        import ipywidgets

        bet, low, high = self.bet, self.bet.low, self.bet.high
        # The number is the accessible one of the two: of a slider on a logarithmic
        # scale a screen reader gets the logarithm, and no name.
        number = ipywidgets.BoundedFloatText(
            description="Your bet",
            value=low,
            min=low,
            max=high,
            step=0.01 if high < 10 else 1,
            layout={"width": "12em"},
        )
        kind = ipywidgets.FloatLogSlider if bet.log else ipywidgets.FloatSlider
        ends = (math.log10(low), math.log10(high)) if bet.log else (low, high)
        slider = kind(
            value=low,
            min=ends[0],
            max=ends[1],
            step=(ends[1] - ends[0]) / STEPS,
            readout=False,
            layout={"width": "20em"},
        )
        button = ipywidgets.Button(description="This is my bet")
        text = ipywidgets.HTML()

        def say(title, words):
            text.value = f'<div role="status">{box(title, words, NEUTRAL)}</div>'

        def dragged(_):
            # A slider that follows the number goes to its own nearest step.
            if abs(bet.place(slider.value) - bet.place(number.value)) > 0.6 / STEPS:
                number.value = self._rounded(slider.value)

        def written(_):
            slider.value = moved[bet] = number.value

        def pressed(_):
            for each in (number, slider, button):
                each.disabled = True
            remark = bet.keep(number.value)
            say(f"Your bet: {bet.about}", f"{bet.words(bet.kept())} {remark}")

        slider.observe(dragged, "value")
        number.observe(written, "value")
        button.on_click(pressed)
        say(f"Your bet: {bet.about}", f"A number {bet.range()}, before you run on.")
        row = ipywidgets.HBox(
            [number, slider, button], layout={"flex_flow": "row wrap"}
        )
        return ipywidgets.VBox([text, row])

    def _rounded(self, value):
        if self.bet.log:
            return float(f"{value:.2g}")
        return float(round(value, 0 if self.bet.high - self.bet.low >= 50 else 2))
