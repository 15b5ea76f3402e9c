"""Write dist/slides/: each lesson as slides in one file that needs no network.

nbconvert's slides exporter makes them from the executed solutions. What it would load
from elsewhere stands in tools/slides/: reveal.js 6.0.2 as npm has it (MIT), and a
template. Formulas become MathML, which browsers set by themselves.
"""

import re
import sys
from pathlib import Path

import nbformat
from latex2mathml.converter import convert
from nbconvert import SlidesExporter
from nbformat.v4 import new_output
from traitlets.config import Config

from tools import build, lab_page

PARTS = Path(__file__).with_name("slides")
FORMULA = re.compile(r"(`+[^`]+`+)|\$\$(.+?)\$\$|\$([^$]+?)\$", re.DOTALL)


def pages(source):
    """Return the notebook that the slides show: no answers, no checks."""
    files = build.editions(source)
    lesson, solution = (nbformat.read(file, as_version=4) for file in files)
    stubs = {cell.id: cell for cell in lesson.cells}
    shown, after_exercise = [], False
    for cell in solution.cells:
        marks = build.marks(cell)
        if cell.id not in stubs or "setup" in marks:
            continue  # a solution's text; hints; imports
        if after_exercise and "slideshow" not in cell.metadata:
            cell.metadata["slideshow"] = {"slide_type": "subslide"}
        after_exercise = "exercise" in marks
        if after_exercise:
            cell = stubs[cell.id]
        if cell.cell_type == "markdown":
            cell.source = FORMULA.sub(mathml, cell.source)
        elif "figure" in marks and cell.outputs:
            cell.source = ""  # a figure needs no lines that draw it
        elif not after_exercise and (live := lab_page.lab(cell.source)):
            piece = lab_page.piece(live, live._on_page, shared=False)
            cell.outputs = [new_output("display_data", {"text/html": piece})]
        shown.append(cell)
    solution.cells = shown
    return solution


def mathml(found):
    """Return a formula as MathML, and `code` as it is."""
    code, block, inline = found.groups()
    if code:
        return code
    display = "block" if block else "inline"
    formula = convert((block or inline).strip(), display=display)
    return formula.replace(r"\_", "_").replace("_", "&#95;").replace("\n", " ")


def slides(source):
    """Return a lesson as slides: the text of an HTML file."""
    notebook = pages(source)
    exporter = SlidesExporter(
        config=Config(CSSHTMLHeaderPreprocessor={"style": "default"}),
        extra_template_basedirs=[str(PARTS.parent)],
        template_name=PARTS.name,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    style = "".join(read(name) for name in ("reveal.css", "slides.css"))
    style += lab_page.read("lab.css")
    scripts = [read(name) for name in ("reveal.js", "notes.js", "slides.js")]
    scripts.append(lab_page.read("lab.js"))
    title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
    ours = {"title": title, "css": style, "scripts": scripts}
    text, _ = exporter.from_notebook_node(notebook, {"downhill": ours})
    return text


def read(name):
    """Return a file of tools/slides/ that can stand inside an HTML file."""
    return (PARTS / name).read_text("utf-8").replace("</script", r"<\/script")


def main():
    """Write all slides and print their sizes; return the exit code."""
    if build.main(["--check"]):
        return 1
    folder = build.ROOT / "dist" / "slides"
    folder.mkdir(parents=True, exist_ok=True)
    for source in build.sources():
        file = folder / f"{source.stem}.slides.html"
        file.write_text(slides(source), "utf-8")
        print(f"{file.name:45} {file.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
