"""Every lab in a real browser: its controls move the picture, and nothing breaks."""

import hashlib

import pytest

from helpers import labs
from tests.jupyterlab import PICTURE, session


@pytest.fixture(scope="module")
def open_notebook(tmp_path_factory):
    with session(tmp_path_factory.mktemp("jupyterlab")) as opener:
        yield opener


@pytest.fixture(scope="module", params=labs.__all__)
def page(request, open_notebook):
    """One lab, open and run, and the same lab here, to ask what controls it has."""
    name = request.param
    notebook = open_notebook(name, [f"from helpers import labs\nlabs.{name}()"])
    notebook.run()
    notebook.page.wait_for_selector(PICTURE, timeout=60_000)
    yield notebook, getattr(labs, name)()
    notebook.close()


def controls(notebook, lab):
    """Each control, with all others as they were at first, and the picture then."""
    for control in lab.controls.values():
        notebook.page.get_by_role("button", name="Reset").click()
        first = notebook.settled_picture()
        assert first == hashlib.sha256(lab.picture.value).hexdigest()
        yield control.description, notebook.control(control.description), first


def is_slider(handle):
    return handle.get_attribute("role") == "slider"


def test_every_control_changes_the_picture_and_reset_brings_it_back(page):
    notebook, lab = page
    for label, handle, first in controls(notebook, lab):
        if is_slider(handle):
            value, most = map(handle.get_attribute, ("aria-valuenow", "aria-valuemax"))
            handle.press("Home" if value == most else "End")
        else:
            handle.select_option(index=0)
        assert notebook.changed_picture(first), label
    assert notebook.errors() == []


def test_a_fast_drag_ends_on_the_last_value(page):
    notebook, lab = page
    mouse = notebook.page.mouse
    for label, handle, _ in controls(notebook, lab):
        if not is_slider(handle):
            continue
        handle.press("End")
        expected = notebook.settled_picture()
        handle.press("Home")
        notebook.changed_picture(expected)
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + 500, y, steps=60)
        mouse.up()
        assert notebook.settled_picture() == expected, label
    assert notebook.errors() == []


def test_the_play_button_moves_the_picture(open_notebook):
    notebook = open_notebook("play", ["from helpers import labs\nlabs.line_fit()"])
    notebook.run()
    notebook.page.wait_for_selector(PICTURE, timeout=60_000)
    before = notebook.settled_picture()
    notebook.page.locator(".widget-play button").first.click()
    later = notebook.changed_picture(before)
    notebook.changed_picture(later)
    assert notebook.errors() == []
    notebook.close()


def test_a_film_moves_unless_the_reader_prefers_no_motion(open_notebook):
    cell = 'from helpers import labs\nlabs.line_fit().animate("step", range(30))'
    notebook = open_notebook("film", [cell])
    notebook.run()
    film = notebook.page.locator(".jp-OutputArea-output picture img")
    film.wait_for(timeout=60_000)
    assert "best line" in film.get_attribute("alt")
    shown = film.evaluate("image => image.currentSrc")
    assert shown.startswith("data:image/webp")
    first = film.screenshot()
    assert any(film.screenshot() != first for _ in range(50))

    notebook.page.emulate_media(reduced_motion="reduce")
    shown = film.evaluate("image => image.currentSrc")
    assert shown.startswith("data:image/png")
    notebook.close()
