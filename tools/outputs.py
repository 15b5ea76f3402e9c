"""What a solution's cells give: executed in a kernel, and made small and lasting."""

import base64
import io
import os

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

from tools.cells import BuildError, tags

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# Steps of five out of 255 look the same, and make the pictures a third lighter.
FEWER_LEVELS = [round(level / 5) * 5 for level in range(256)] * 3
KERNEL_ENVIRONMENT = {
    "DOWNHILL_PROGRESS": "off",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


def execute(notebook, folder):
    """Run a notebook's cells in that folder and keep their outputs."""
    os.environ.update(KERNEL_ENVIRONMENT)
    place = {"metadata": {"path": str(folder)}}
    try:
        NotebookClient(notebook, timeout=600, resources=place).execute()
    except CellExecutionError as error:
        raise BuildError(
            f"a cell fails: {error.ename}: {error.evalue}\n{error}"
        ) from None
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            clean_outputs(cell)


def clean_outputs(cell):
    """Keep light stills and full bars; stop on warnings that a reader would see."""
    joined = []
    for output in cell.outputs:  # a bar that was printed slowly comes in pieces
        if joined and output.get("name", 0) == joined[-1].get("name"):
            joined[-1].text += output.text
        else:
            joined.append(output)
    cell.outputs = joined
    for output in cell.outputs:
        data = output.get("data", {})
        data.pop(WIDGET_VIEW, None)
        if "image/png" in data:
            data["image/png"] = light(data["image/png"])
        if output.output_type == "stream":  # of a bar, what it showed last
            lines = output.text.split("\n")
            output.text = "\n".join(line.rsplit("\r", 1)[-1] for line in lines)
    stderr = [output for output in cell.outputs if output.get("name") == "stderr"]
    if stderr and "nbval-ignore-output" not in tags(cell):
        raise BuildError(f"cell {cell.id} writes to stderr:\n{stderr[0].text}")
    cell.outputs = [output for output in cell.outputs if output not in stderr]


def light(png):
    """Return a PNG, in base64, as one that weighs less and looks the same."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    buffer = io.BytesIO()
    picture.point(FEWER_LEVELS).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()
