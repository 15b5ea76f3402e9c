"""Every lab in a real browser: its controls move the picture, and nothing breaks."""

import hashlib
import re
from functools import partial

import nbformat
import pytest

from helpers import labs
from tests.jupyterlab import PICTURE, ROOT, session


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
    return notebook, getattr(labs, name)()


def digest(lab):
    return hashlib.sha256(lab.picture.value).hexdigest()


def controls(notebook, lab):
    """Each control and its handle on the page, with all others as at first."""
    for control in lab.controls.values():
        lab.reset.click()
        notebook.page.get_by_role("button", name="Reset").click()
        assert notebook.shows(digest(lab))
        yield control, notebook.control(control.description)


def is_slider(handle):
    return handle.get_attribute("role") == "slider"


def test_every_control_changes_the_picture_and_reset_brings_it_back(page):
    notebook, lab = page
    for control, handle in controls(notebook, lab):
        if is_slider(handle):
            value, most = map(handle.get_attribute, ("aria-valuenow", "aria-valuemax"))
            handle.press("Home" if value == most else "End")
        else:
            handle.select_option(index=0 if control.index else 1)
        assert notebook.changed_picture(digest(lab)), control.description
    assert notebook.errors() == []


@pytest.mark.parametrize("page", ["descent", "training"], indirect=True)
def test_a_fast_drag_ends_on_the_last_value(page):
    notebook, lab = page
    mouse = notebook.page.mouse
    control, handle = next(
        both for both in controls(notebook, lab) if is_slider(both[1])
    )
    handle.press("Home")
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 500, y, steps=60)
    mouse.up()
    if hasattr(control, "options"):
        control.index = len(control.options) - 1
    else:
        control.value = control.max
    assert notebook.shows(digest(lab)), control.description
    assert notebook.errors() == []


COUNT_SENT = """() => {
    const send = WebSocket.prototype.send;
    window.sent = 0;
    WebSocket.prototype.send = function (data) {
        window.sent += 1;
        return send.call(this, data);
    };
}"""


def test_a_slider_that_can_be_played_sends_one_message_a_move(open_notebook):
    """With a link to the play button in the browser it would be two."""
    notebook = open_notebook("once", ["from helpers import labs\nlabs.line_fit()"])
    notebook.run()
    notebook.page.wait_for_selector(PICTURE, timeout=60_000)
    before = notebook.settled_picture()
    notebook.page.evaluate(COUNT_SENT)
    notebook.control("Steps taken").press("ArrowRight")
    notebook.changed_picture(before)
    notebook.settled_picture()
    assert notebook.page.evaluate("window.sent") == 1


def test_the_play_button_moves_the_picture(open_notebook):
    notebook = open_notebook("play", ["from helpers import labs\nlabs.line_fit()"])
    notebook.run()
    notebook.page.wait_for_selector(PICTURE, timeout=60_000)
    before = notebook.settled_picture()
    notebook.page.locator(".widget-play button").first.click()
    later = notebook.changed_picture(before)
    notebook.changed_picture(later)
    assert notebook.errors() == []


FOCUS = "() => [document.activeElement.role, document.activeElement.className]"


def test_a_lab_is_worked_with_the_keyboard_alone(open_notebook):
    cells = ["from helpers import labs\nlabs.descent()", "1 + 1"]
    notebook = open_notebook("keys", cells)
    press, focus = notebook.page.keyboard.press, partial(notebook.page.evaluate, FOCUS)
    press("Shift+Enter")
    notebook.page.wait_for_selector(PICTURE, timeout=60_000)
    before = notebook.settled_picture()
    press("k")
    places = [press("Tab") or focus() for _ in range(4)]
    assert "slider" in [role for role, _ in places]
    while focus()[0] != "slider":
        press("Shift+Tab")
    press("ArrowRight")
    notebook.changed_picture(before)
    press("j")
    assert "jp-Cell" in focus()[1]


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
    assert film.evaluate("image => image.currentSrc") != shown
    first = film.screenshot()
    assert all(film.screenshot() == first for _ in range(15))


def test_the_check_of_an_exercise_shows_its_feedback(open_notebook):
    """The first exercise of the first lesson: as it comes, then with its answer."""
    name = min((ROOT / "lessons").glob("*.ipynb")).name
    lesson, solution = (
        nbformat.read(ROOT / folder / name, 4).cells
        for folder in ("lessons", "solutions")
    )
    code = [cell for cell in lesson if cell.cell_type == "code"]
    place = next(i for i, cell in enumerate(code) if cell.id.startswith("exercise-"))
    answer = next(cell for cell in solution if cell.id == code[place].id)
    cells = [cell.source for cell in [*code[: place + 1], answer]]
    # High enough for all cells: JupyterLab keeps what is out of sight off the page.
    notebook = open_notebook("check", cells, viewport={"width": 1400, "height": 9000})
    notebook.run()
    said = notebook.page.locator(".jp-OutputArea-output")
    stub = said.get_by_text(re.compile(r"… Exercise \d\.1: not attempted yet"))
    stub.wait_for(timeout=60_000)
    said.get_by_text(re.compile(r"✓ Exercise \d\.1: correct")).wait_for()
    assert notebook.errors() == []
