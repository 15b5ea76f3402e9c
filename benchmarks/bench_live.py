"""How fast a picture answers, in JupyterLab in headless Chromium; how fast it films."""

import pytest

from tests.jupyterlab import session

FRAMES = range(60)

# The same picture in the usual way: a function that draws everything.
INTERACT = """\
%matplotlib inline
%config InlineBackend.print_figure_kwargs = {"bbox_inches": None}
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from benchmarks.usual_way import line_fit

ipywidgets.interact(line_fit, step=ipywidgets.IntSlider(20, 0, 100));
"""
BARE = """\
import io
import ipywidgets
from PIL import Image

slider = ipywidgets.IntSlider(20, 0, 100, description="step")
picture = ipywidgets.Image(format="png", width="8")

def redraw(change=None):
    buffer = io.BytesIO()
    Image.new("L", (8, 8), slider.value).save(buffer, "PNG")
    picture.value = buffer.getvalue()

redraw()
slider.observe(redraw, "value")
ipywidgets.VBox([slider, picture])
"""
LAB = "from helpers import labs\nlabs.line_fit()"


class BrowserClock:
    """Counts the seconds that the browser measured, for pytest-benchmark."""

    now = 0.0

    def __call__(self):
        return self.now


clock = BrowserClock()
in_the_browser = pytest.mark.benchmark(timer=clock)


@pytest.fixture(scope="module")
def open_notebook(tmp_path_factory):
    with session(tmp_path_factory.mktemp("jupyterlab")) as opener:
        yield opener


def press(notebook, handle, key="ArrowRight"):
    """Press a key; return the seconds until the next picture is loaded."""
    notebook.page.evaluate(
        """() => {
            let start;
            addEventListener("keydown", () => { start = performance.now(); },
                             {once: true, capture: true});
            window.answered = new Promise((done) => {
                document.addEventListener("load", function listen(event) {
                    if (event.target.tagName !== "IMG") return;
                    document.removeEventListener("load", listen, true);
                    done((performance.now() - start) / 1000);
                }, true);
            });
        }"""
    )
    handle.press(key)
    return notebook.page.evaluate("window.answered")


@pytest.mark.parametrize(
    ("who", "cell"),
    {
        "ours": LAB,
        "interact, inline Matplotlib": INTERACT,
        "bare 8 x 8 image": BARE,
    }.items(),
)
@in_the_browser
def bench_slider(benchmark, open_notebook, who, cell): ...
