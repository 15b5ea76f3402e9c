"""What was done with a table: a table in a notebook, text anywhere else."""

import html
from dataclasses import dataclass

import pandas as pd


def counted(number, what):
    """Return a number and its noun: 1 row, 2,000 rows."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


@dataclass(frozen=True, repr=False)
class Report:
    """What each column was and what was done, which rows went where, what is suspected.

    ``columns`` is a DataFrame with a row for each column: "column", "was", "gaps" and
    "done". ``rows`` is a dict: how many are in each part, how many were left out and
    why. ``target`` says what is predicted, ``doubts`` what you should look at.
    """

    columns: pd.DataFrame
    rows: dict[str, int]
    target: str
    doubts: tuple[str, ...] = ()

    def _lines(self):
        rows = ", ".join(f"{count:,} {why}" for why, count in self.rows.items())
        return [f"Predicted: {self.target}.", f"Rows: {rows}."]

    def __repr__(self):
        cells = [list(self.columns), *self.columns.astype(str).values.tolist()]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        columns = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
        doubts = [f"In doubt: {doubt}." for doubt in self.doubts]
        return "\n".join([*columns, *self._lines(), *doubts])

    def _repr_html_(self):
        with pd.option_context("display.max_colwidth", None):
            table = self.columns.to_html(index=False, border=0, justify="left")
        lines = [html.escape(line, quote=False) for line in self._lines()]
        lines += [f"<b>In doubt:</b> {html.escape(doubt)}." for doubt in self.doubts]
        return table + "".join(f"<p>{line}</p>" for line in lines)
