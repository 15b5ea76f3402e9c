"""Measure what a student needs for each lesson, and write it into INSTRUCTORS.md.

python -m tools.measure    on a quiet machine with Linux: other work makes it slower
"""

import os
import re
import sys
import time

from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from tools import build

GUIDE = build.ROOT / "INSTRUCTORS.md"
TABLE = re.compile(r"(?<=<!-- sizes -->\n).*?(?=<!-- end -->)", re.DOTALL)
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


def main():
    """Print the table and put it into its place."""
    os.environ.update(build.KERNEL_ENVIRONMENT)
    head = "| lesson | seconds | seconds of processor | MB of memory | KB of notebook |"
    lines = [head, "|---|---|---|---|---|"]
    for source in build.sources():
        lines.append(measure(source))
        print(lines[-1], flush=True)
    text = GUIDE.read_text("utf-8")
    GUIDE.write_text(TABLE.sub("\n".join(["", *lines, "", ""]), text), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
