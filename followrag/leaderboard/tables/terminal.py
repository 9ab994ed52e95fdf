"""The leaderboard's tables for people: as wide as the terminal, or whole where output is piped."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from itertools import chain

from followrag.leaderboard.tables.grids import Cell, Grid
from followrag.leaderboard.texts import one_line
from followrag.tables import Table, percent, show

_NAME_WIDTH, _HEADING_WIDTH = 40, 12  # longer ones are folded
_BETWEEN = 3  # what rich puts between two columns


def show_grid(grid: Grid) -> None:
    """Print a table; in a terminal that is too narrow for it, as several."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for table in _tables(grid, width):
        show(table)


def _tables(grid: Grid, width: int | None) -> Iterator[Table]:
    longest = _NAME_WIDTH if width is None else min(_NAME_WIDTH, width // 3)
    columns = [_folded(name, longest) if width is None else _stacked(name) for name in grid.columns]
    rows = [[_text(cell, longest) for cell in row] for row in grid.rows]
    title, caption = one_line(grid.title), " ".join(map(one_line, grid.caption))
    keys = grid.key_columns
    parts = _parts(columns, rows, keys, width)
    for number, part in enumerate(parts, start=1):
        shown = [*range(keys), *part]
        yield Table(
            f"{title} ({number} of {len(parts)})" if len(parts) > 1 else title,
            [columns[place] for place in shown],
            [[row[place] for place in shown] for row in rows],
            caption if number == len(parts) else "",
            text_columns=keys,
        )


def _parts(
    columns: Sequence[str], rows: Sequence[Sequence[str]], keys: int, width: int | None
) -> list[list[int]]:
    """Divide the columns after the first `keys` so that each part fits into the width."""
    rest = list(range(keys, len(columns)))
    if width is None:
        return [rest]
    widths = [
        _width(chain([name], (row[place] for row in rows))) for place, name in enumerate(columns)
    ]
    free = width - sum(widths[:keys]) + _BETWEEN
    parts: list[list[int]] = [[]]
    left = free
    for place in rest:
        if parts[-1] and widths[place] > left:
            parts.append([])
            left = free
        parts[-1].append(place)
        left -= widths[place]
    return parts


def _width(texts: Iterator[str]) -> int:
    from rich.cells import cell_len

    return _BETWEEN + max(cell_len(line) for text in texts for line in text.split("\n"))


def _text(cell: Cell, longest: int) -> str:
    return _folded(cell, longest) if isinstance(cell, str) else percent(cell)


def _stacked(name: str) -> str:
    """Put a heading's words below each other, and long words' parts."""
    lines: list[str] = []
    for word in one_line(name).split(" "):
        lines.append("")
        for part in re.split(r"(?<=[_/-])", word):
            if lines[-1] and len(lines[-1] + part) > _HEADING_WIDTH:
                lines.append("")
            lines[-1] += part
    return "\n".join(_folded(line, _HEADING_WIDTH) for line in lines)


def _folded(text: str, longest: int) -> str:
    from rich.cells import cell_len, chop_cells

    line = one_line(text)
    return line if cell_len(line) <= longest else "\n".join(chop_cells(line, longest))
