"""The page keeps the secret: what a lesson folds, so that a guess comes before its end.

Solutions and slides stay open.
"""

SUMMARY = "After you have run it"
FOLDED = {"source_hidden": True}


def keep(cell, tags):
    """Fold a lesson's cell: code that draws, and text that tells what a run shows."""
    if draws(cell):
        cell.metadata["jupyter"] = FOLDED
    if "after" in tags and not cell.source.startswith("#"):
        # Without the empty line JupyterLab would not set the Markdown inside.
        opened = f"<details><summary>{SUMMARY}</summary>"
        cell.source = f"{opened}\n\n{cell.source}\n\n</details>"


def draws(cell):
    """Tell whether a cell is code that ends in a figure: its title says the finding."""
    return cell.cell_type == "code" and "plots.show(" in cell.source


def fold_for_colab_and_kaggle(cell):
    """Fold a cell there, too, if it is folded in JupyterLab."""
    if cell.metadata.get("jupyter") == FOLDED:
        cell.metadata |= {"cellView": "form", "_kg_hide-input": True}
        cell.source = f"# @title Draw the figure\n{cell.source}"
