"""The site as it is published, with all values of its labs: light, and all is drawn.

To draw a lab's thousands of states takes long: the site's are looked at here, too.
"""

import gzip
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers import labs
from tests.test_lab_pages import Shown, browser  # noqa: F401
from tools import build, lab_page, site

PIECE = lab_page.piece
SHARED = f"""<style>{lab_page.read("lab.css")}</style>
<script>{lab_page.read("lab.js")}</script>"""

# Sphinx's own extensions say so of each other.
pytestmark = pytest.mark.filterwarnings("ignore:'(sphinx_book_theme|myst_parser)")


def file_name(names):
    return "-".join(sorted(set(names) - {"problem"}))


@pytest.fixture(scope="module")
def whole(tmp_path_factory, in_ci):
    """The folder of the site, and one of its labs, as its processes leave them.

    Written by a process of its own: one that has TensorFlow must not be forked.
    """
    folders = [tmp_path_factory.mktemp(name) / name for name in ("whole", "drawn")]
    command = sys.executable, "-m", "tests.test_whole_site", *map(str, folders)
    subprocess.run(command, check=True, cwd=build.ROOT)
    return folders


def write(made, drawn):
    """Write the site, and note what it draws of each lab."""

    def noted(lab, values, shared=True):
        piece = PIECE(lab, values, shared)
        text = json.dumps({"start": lab._values(), "html": piece + SHARED})
        file = f"{file_name(lab.controls)}.{os.getpid()}.json"
        (drawn / file).write_text(text, "utf-8")
        return piece

    drawn.mkdir()
    lab_page.piece = noted
    site.write(made)


def test_the_whole_site_is_light(whole):
    files = [file for file in whole[0].rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 30e6
    assert not [file for file in files if "solution" in file.name]


@pytest.mark.parametrize("name", labs.__all__)
def test_with_all_values_of_the_course_a_lab_is_light(name, whole, browser, tmp_path):  # noqa: F811
    make, drawn = getattr(labs, name), None
    controls = file_name(inspect.signature(make).parameters)
    for file in whole[1].glob(f"{controls}.*.json"):
        found = json.loads(file.read_text("utf-8"))
        drawn = make(**found["start"]), found["html"]
    opened = Shown(browser, tmp_path, name, {}, drawn)
    assert len(gzip.compress(opened.html.encode())) < 400_000
    draw = np.random.default_rng(0)
    for _ in range(3):
        for control, values in opened.dials.items():
            opened.choose(control, int(draw.integers(len(values))))
        outside, inside = opened.apart()
        assert outside < 0.001 and inside < 0.05
    opened.page.close()


if __name__ == "__main__":
    write(*map(Path, sys.argv[1:]))
