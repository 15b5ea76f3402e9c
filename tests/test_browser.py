"""Every lab in a real browser: its controls move the picture, and nothing breaks."""

import pytest

from helpers import labs
from tests.jupyterlab import PICTURE, session

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def open_notebook(tmp_path_factory):
    with session(tmp_path_factory.mktemp("jupyterlab")) as opener:
        yield opener


@pytest.fixture(scope="module", params=labs.__all__)
def lab(request, open_notebook):
    """A lab on the page, and its twin in this process, to ask for its controls."""
    name = request.param
    notebook = open_notebook(name, [f"from helpers import labs\nlabs.{name}()"])
    notebook.run()
    notebook.page.wait_for_selector(PICTURE, timeout=60_000)
    yield notebook, getattr(labs, name)()
    notebook.close()


def test_every_control_changes_the_picture(lab):
    notebook, twin = lab
    for control in twin.controls.values():
        handle = notebook.control(control.description)
        before = notebook.settled_picture()
        if handle.evaluate("node => node.tagName") == "SELECT":
            other = next(n for n in control.options if n != control.value)
            handle.select_option(other)
        else:
            at_the_end = handle.get_attribute("aria-valuenow") == "100.0"
            handle.press("Home" if at_the_end else "End")
        notebook.changed_picture(before)
        assert notebook.errors() == []


def test_reset_brings_the_first_picture_back(lab):
    notebook, twin = lab
    ...


def test_a_fast_drag_ends_on_the_last_value(lab): ...
