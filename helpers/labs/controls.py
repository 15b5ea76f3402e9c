"""The controls of labs: each takes the nearest value it has for one it cannot be."""

import math

import ipywidgets
import traitlets


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
