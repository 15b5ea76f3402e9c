"""Write dist/slides/: each lesson as slides in one file that needs no network.

nbconvert's slides exporter makes them from the executed solutions. What it would load
from elsewhere stands in tools/slides/: reveal.js 6.0.2 as npm has it (MIT), and a
template. Formulas become MathML, which browsers set by themselves.
"""

import re
import sys
from pathlib import Path

from latex2mathml.converter import convert
from nbconvert import SlidesExporter
from traitlets.config import Config

from tools import build, lab_page, talk

PARTS = Path(__file__).with_name("slides")
LINK = re.compile(r"\]\((\w+)\.ipynb[^)\s]*\)")
FORMULA = re.compile(r"(`+[^`]+`+)|\$\$(.+?)\$\$|\$([^$]+?)\$", re.DOTALL)


def pages(source):
    """Return the notebook of a lesson's talk: formulas as MathML, links to slides."""
    notebook = talk.pages(source)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(r"](\1.slides.html)", cell.source)
            cell.source = FORMULA.sub(mathml, cell.source)
    return notebook


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
