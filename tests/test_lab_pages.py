"""Labs on a web page: no kernel, no network, and the kernel's own picture.

Here with a few values of each control, so that all are there within seconds;
test_whole_site.py takes what a page of the course has.
"""

import contextlib
import html
import io
import itertools
import json
import re
import sys

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image
from scipy import ndimage

from helpers import labs
from tests.jupyterlab import ARGUMENTS, chromium
from tools import lab_page
from tools.recorder import FINE

FEW = {
    "descent": dict(surface=["ravine", "saddle"], learning_rate=[0.2], steps=[0, 60]),
    "gradient": dict(w=[0.2, 1.5], b=[-0.5, 0.5]),
    "line_fit": dict(batch_size=[266], learning_rate=[1.2], step=[0, 60]),
    "loss_shapes": dict(delta=[], outlier=[-3, 6]),
    "race": dict(surface=["saddle"], third=["AdamW"], third_rate=[], steps=[100]),
    "recipes": dict(b_optimizer=["SGD"], b_rate=[0.1], b_size=[]),
    "sampling": dict(w=[0, 1], batch_size=[1, 64, 266]),
    "schedules": dict(surface=["potholes"], schedule=["one-cycle"], steps=[50]),
    "training": dict(learning_rate=[5.12], batch_size=[4], epochs=[3, 12]),
}
FEW["descent"]["momentum"] = FEW["schedules"]["learning_rate"] = []
STILL = dict(against=[], learning_rate=[], batch_size=[], epochs=[])
# The picture at a whole pixel, to compare it.
PAGE = """<!doctype html><meta charset="utf-8">
<style>.downhill-picture { position: fixed !important; left: 0; top: 400px }</style>"""
TIGHT = 24  # of 255: what anti-aliasing may add where all pixels around are alike


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    path = chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        with contextlib.closing(opened):
            yield opened


class Shown:
    """A lab on a page, and the same lab here, to compare with."""

    def __init__(self, browser, folder, name, values, drawn=None):
        self.lab, piece = drawn or (getattr(labs, name)(), "")
        self.dials = lab_page.dials_of(self.lab, self.lab._on_page | values)
        self.html = piece or self.lab.to_html(**values)
        file = folder / f"{name}.html"
        file.write_text(f"{PAGE}{self.html}", "utf-8")
        self.page = browser.new_page(viewport={"width": 1000, "height": 1000})
        self.asked, self.errors = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.goto(file.as_uri())

    def dial(self, name):
        return self.page.locator(f'.downhill-dials [name="{name}"]')

    def choose(self, name, place):
        """With the keyboard, as far as one can: set a control, here and there."""
        dial = self.dial(name)
        if dial.get_attribute("type") == "range":
            dial.press("Home")
            for _ in range(place):
                dial.press("ArrowRight")
        else:
            dial.select_option(index=place)
        self.lab.controls[name].value = self.dials[name][place]

    def said(self):
        return self.page.locator(".downhill-said").inner_text()

    def picture(self):
        width, height = self.lab._live.figure.bbox.size.round()
        clip = {"x": 0, "y": 400, "width": width, "height": height}
        shot = self.page.screenshot(clip=clip)
        return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)

    def apart(self):
        """The share of pixels that are none of those around them in the kernel's.

        Outside letters, and inside: Agg moves the parts of a letter to whole pixels, a
        browser does not.
        """
        ours = self.picture()
        kernel = Image.open(io.BytesIO(self.lab.picture.value)).convert("RGB")
        theirs = np.asarray(kernel).astype(int)
        low = ndimage.minimum_filter(theirs, (3, 3, 1))
        high = ndimage.maximum_filter(theirs, (3, 3, 1))
        odd = np.maximum(low - ours, ours - high).max(axis=2) > TIGHT
        letters = np.zeros(odd.shape, bool)
        for text in self.lab._live.figure.findobj(Text):
            box = text.get_window_extent()
            up, down = (int(len(odd) - y) for y in (box.y1 + 2, box.y0 - 2))
            letters[max(0, up) : down, max(0, int(box.x0) - 2) : int(box.x1) + 3] = True
        return odd[~letters].mean(), odd[letters].mean()


@pytest.fixture(scope="module", params=labs.__all__)
def shown(request, browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    opened = Shown(browser, folder, request.param, FEW[request.param])
    yield opened
    opened.page.close()


def words(lab):
    """The line below the picture of a lab."""
    return html.unescape(re.sub("<[^>]*>", "", lab.text.value)).strip()


def test_it_is_the_picture_and_the_words_of_the_kernel(shown):
    """At the start, then with each control at both ends, the others as they are."""
    places = [(name, 0) for name in shown.dials]
    places += [(name, len(values) - 1) for name, values in shown.dials.items()]
    for name, place in [(None, 0), *places]:
        if name:
            shown.choose(name, place)
        outside, inside = shown.apart()
        assert outside < 0.001 and inside < 0.05, (name, place)
        assert " ".join(shown.said().split()) == words(shown.lab)
    shown.page.get_by_role("button", name="Reset").press("Enter")
    shown.lab.reset.click()
    shown.page.wait_for_timeout(100)
    assert " ".join(shown.said().split()) == words(shown.lab)
    assert shown.apart()[0] < 0.001


def test_another_state_is_another_picture(shown):
    """So that the test above can fail."""
    name = list(shown.dials)[-1]
    now = shown.lab.controls[name].value
    other = next(value for value in shown.dials[name] if value != now)
    shown.lab.controls[name].value = other
    assert shown.apart()[0] > 0.001
    shown.lab.controls[name].value = now


def test_it_asks_nobody_for_anything_and_no_script_fails(shown):
    assert [url for url in shown.asked if not url.startswith("file:")] == []
    assert shown.errors == []


def test_each_control_has_a_name_and_says_its_value(shown):
    for name, values in shown.dials.items():
        label = shown.lab.controls[name].description
        dial = shown.page.get_by_label(label, exact=True)
        assert dial.get_attribute("name") == name
        if dial.get_attribute("type") == "range":
            said = json.loads(dial.get_attribute("data-words"))
            assert len(said) == len(values)
            assert dial.get_attribute("aria-valuetext") in said
    picture = shown.page.get_by_role("img")
    assert picture.get_attribute("aria-label") == shown.lab._alt
    live = shown.page.locator(".downhill-said")
    assert live.get_attribute("aria-live") == "polite"
    for name in shown.lab.controls.keys() - shown.dials.keys():
        other = shown.lab.controls[name].description
        assert other in shown.page.locator(".downhill-fixed").inner_text()


def test_on_a_phone_its_panels_stand_below_one_another(shown):
    """Each as wide as the page or as drawn, and they move with the dials."""
    page, panels = shown.page, shown.page.locator(".downhill-panels")
    assert not panels.is_visible()
    page.set_viewport_size({"width": 390, "height": 2000})
    boxes = [panel.bounding_box() for panel in panels.locator("svg").all()]
    assert len(boxes) >= len(shown.lab._live.figure.legends) + 1
    for above, below in itertools.pairwise(boxes):
        assert below["y"] >= above["y"] + above["height"] - 1
    drawn = panels.locator("svg").first.get_attribute("viewBox").split()[2]
    if len(boxes) > 2:
        assert boxes[0]["width"] > 0.8 * float(drawn) / FINE
    name = list(shown.dials)[-1]
    pictures = []
    for place in (0, len(shown.dials[name]) - 1):
        shown.choose(name, place)
        page.wait_for_timeout(100)
        pictures.append(panels.screenshot())
    assert pictures[0] != pictures[1]
    page.get_by_role("button", name="Reset").press("Enter")
    shown.lab.reset.click()
    page.set_viewport_size({"width": 1000, "height": 1000})
    assert not panels.is_visible()


def test_it_is_a_still_without_a_script(shown, browser, tmp_path):
    file = tmp_path / "still.html"
    file.write_text(f"{PAGE}{shown.html}", "utf-8")
    page = browser.new_page(java_script_enabled=False)
    page.goto(file.as_uri())
    assert page.locator(".downhill-picture path").count() > 10
    assert page.locator(".downhill-said").inner_text()
    assert not page.locator(".downhill-dials").is_visible()
    page.close()


def test_it_plays_to_the_end_and_is_quiet_meanwhile(browser, tmp_path):
    values = FEW["line_fit"] | {"step": range(0, 100, 20)}
    opened = Shown(browser, tmp_path, "line_fit", values)
    opened.page.get_by_role("button", name="Play").press("Enter")
    live = opened.page.locator(".downhill-said")
    assert live.get_attribute("aria-live") == "off"
    opened.page.get_by_role("button", name="Play").wait_for()
    assert "Step 80 of 100" in opened.said()
    assert live.get_attribute("aria-live") == "polite"
    assert opened.errors == []
    opened.page.close()


def test_another_surface_has_its_own_start_and_the_first_one_the_labs():
    lab = labs.descent("ravine", start_x=1, steps=0)
    values = dict(surface=["bowl", "ravine"], learning_rate=[], momentum=[], steps=[])
    starts, draw = [], lab._compute

    def noted(**now):
        starts.append(now["start_x"])
        return draw(**now)

    lab._compute = noted
    made = lab.to_html(**values)
    assert starts == [-2.5, 1, 1]  # the last is the lab itself again
    assert "Start, 1st weight; Start, 2nd weight; Learning rate 0.03; " in made


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (dict(w=np.arange(-0.25, 2.25, 0.05), b=np.linspace(-1, 1, 999)), "b fewer"),
        (dict(speed=[1]), "speed is no control of this lab: take w, b"),
        (dict(w=[7]), "Slope w of line cannot be 7: take 2.25"),
    ],
)
def test_what_a_page_cannot_carry_is_an_error_that_says_how_much(values, words):
    with pytest.raises(ValueError, match=words) as error:
        labs.gradient().to_html(**values)
    if "fewer" in words:
        assert re.search(r"\d\d,\d{3} states are too many.* 8,000", str(error.value))


def test_too_many_bytes_are_an_error_too(monkeypatch):
    monkeypatch.setattr(lab_page, "MOST_BYTES", 2000)
    with pytest.raises(ValueError, match="4 states come to .* KB.* give w fewer than"):
        labs.gradient().to_html(w=[1], b=[0])


def test_without_the_folder_of_tools_it_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "tools", None)
    monkeypatch.setitem(sys.modules, "tools.lab_page", None)
    with pytest.raises(RuntimeError, match="tools/ of the course"):
        labs.gradient().to_html()


def test_a_lab_is_as_it_was():
    lab = labs.descent(steps=7)
    before = lab._values(), lab.picture.value, lab.text.value
    lab.to_html(**FEW["descent"])
    lab._draw()
    assert (lab._values(), lab.picture.value, lab.text.value) == before


def test_what_a_page_cannot_do_it_says():
    assert "Keep works in the notebook only." in labs.training().to_html(**STILL)
    assert "Keep" not in labs.gradient().to_html(w=[], b=[]).split("<style>")[0]
