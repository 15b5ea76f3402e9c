"""Count each lesson's words, or measure what a student needs for it.

python -m tools.measure            words, figures, the longest way without a figure
python -m tools.measure --write    runs all lessons, and writes their seconds and sizes
                                   into INSTRUCTORS.md: on a quiet machine with Linux
"""

import argparse
import os
import re
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from tools import build, outputs

GUIDE = build.ROOT / "INSTRUCTORS.md"
TABLE = re.compile(r"(?<=<!-- sizes -->\n).*?(?=<!-- end -->)", re.DOTALL)
FOLD = re.compile("</?details>|<summary>.*?</summary>")
LAST_CELL = """\
import resource, time
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time())
"""


def measure(source):
    """Run a lesson with its answers; return its line of the table."""
    notebook = build.make_notebook(build.read_cells(source), "solution")
    notebook.cells.append(new_code_cell(LAST_CELL))
    start = time.monotonic()
    NotebookClient(notebook, timeout=600).execute()
    seconds = time.monotonic() - start
    memory, work = map(float, notebook.cells[-1].outputs[0].text.split())
    size = build.editions(source)[0].stat().st_size
    cells = int(source.stem[:2]), seconds, work, memory / 1024, size / 1000
    return f"| {' | '.join(f'{cell:.0f}' for cell in cells)} |"


def count(source):
    """Return a lesson's words outside of code, its figures, films and labs, and the
    most words between two of them."""
    lesson, solution = (nbformat.read(file, 4) for file in build.editions(source))
    outputs = {cell.id: str(cell.get("outputs")) for cell in solution.cells}
    words, figures, stretch, longest = 0, 0, 0, 0
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            said = len(FOLD.sub("", cell.source).split())
            words, stretch = words + said, stretch + said
            longest = max(longest, stretch)
        elif re.search("image/(png|svg)|widget-view", outputs.get(cell.id, "")):
            figures, stretch = figures + 1, 0
    return words, figures, longest


def main():
    """Print a table; with ``--write`` the measured one, and put it into its place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--write", action="store_true", help="run all lessons")
    if not parser.parse_args().write:
        print(f"{'lesson':32}  words  figures  most words without one")
        for source in build.sources():
            words, figures, longest = count(source)
            print(f"{source.stem:32} {words:6} {figures:8} {longest:7}")
        return
    os.environ.update(outputs.KERNEL_ENVIRONMENT)
    head = "| lesson | seconds | seconds of processor | MB of memory | KB of notebook |"
    lines = [head, "|---|---|---|---|---|"]
    for source in build.sources():
        lines.append(measure(source))
        print(lines[-1], flush=True)
    text = GUIDE.read_text("utf-8")
    GUIDE.write_text(TABLE.sub("\n".join(["", *lines, "", ""]), text), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
