"""The leaderboard's tables as Markdown and LaTeX, for pasting."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from followrag.estimates import Estimate
from followrag.leaderboard.tables.grids import Cell, Grid
from followrag.leaderboard.texts import one_line

_MARKDOWN_SPECIAL = re.compile(r"([\\`*\[\]<>|~]|\b_|_\b)")
_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\textasciigrave{}",
    "[": "{[}",
    "±": r"$\pm$",
}


def markdown(grid: Grid) -> str:
    """Write a table as a heading, a pipe table and its caption."""
    from tabulate import tabulate

    keys = grid.key_columns
    rows = [[_cell(cell, markdown_text, "{} ± {}") for cell in row] for row in grid.rows]
    body = tabulate(
        rows,
        headers=[markdown_text(name) for name in grid.columns],
        tablefmt="pipe",
        colalign=[*["left"] * keys, *["right"] * (len(grid.columns) - keys)],
        disable_numparse=True,
    )
    caption = " ".join(map(markdown_text, grid.caption))
    return f"### {markdown_text(grid.title)}\n\n{body}\n\n{caption}\n"


def latex(grid: Grid) -> str:
    """Write a table as a LaTeX float with booktabs rules."""
    texts = [[_cell(cell, latex_text, r"${} \pm {}$") for cell in row] for row in grid.rows]
    columns = "l" * grid.key_columns + "r" * (len(grid.columns) - grid.key_columns)
    caption = " ".join(map(latex_text, [f"{grid.title}.", *grid.caption]))
    name = grid.title.partition(":")[0] + (" reported" if grid.is_reported else "")
    label = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{caption}}}",
            rf"\label{{tab:{label}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            " & ".join(map(latex_text, grid.columns)) + r" \\",
            r"\midrule",
            *(" & ".join(row) + r" \\" for row in texts),
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def markdown_text(text: str) -> str:
    """Write a text so that Markdown shows it as it is, in a table's cell too."""
    return _MARKDOWN_SPECIAL.sub(r"\\\1", one_line(text).replace("&", "&amp;"))


def latex_text(text: str) -> str:
    """Write a text so that LaTeX shows it as it is."""
    escaped = "".join(_LATEX_SPECIAL.get(letter, letter) for letter in one_line(text))
    return escaped.replace("--", "-{}-")


def _cell(cell: Cell, escape: Callable[[str], str], figure: str) -> str:
    match cell:
        case str():
            return escape(cell)
        case Estimate() if not math.isnan(cell.value):
            value = f"{100 * cell.value:.1f}"
            if math.isnan(cell.stderr):
                return value
            return figure.format(value, f"{100 * cell.stderr:.1f}")
        case _:
            return "-"
