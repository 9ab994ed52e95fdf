"""What the page says, as plain data: tables, charts, sentences and problems."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from followrag.estimates import Estimate
from followrag.leaderboard.metrics import metric
from followrag.leaderboard.outcomes import Grouping
from followrag.leaderboard.reading.reported import ReportedTable
from followrag.leaderboard.report.chart import DRAWN_AT_ONCE, NORMAL_95, Chart, number_of
from followrag.leaderboard.report.curve import curve
from followrag.leaderboard.report.forest import forest
from followrag.leaderboard.report.gaps import gaps
from followrag.leaderboard.report.heatmap import heatmap
from followrag.leaderboard.report.levels import curves
from followrag.leaderboard.report.rows import Rows
from followrag.leaderboard.report.scatter import scatter
from followrag.leaderboard.report.spreads import spreads
from followrag.leaderboard.tables.board import Board, Place
from followrag.leaderboard.tables.conduct import conduct
from followrag.leaderboard.tables.grids import REPORTED, Grid, label
from followrag.leaderboard.tables.modes import mode_grids
from followrag.records import Problem
from followrag.tables import percent

_MODES_BY: tuple[tuple[Grouping | None, str | None], ...] = (
    (None, None),
    ("constraint", "inst_level_loose_acc"),
    ("constraint", "inst_level_strict_acc"),
)
_CHARTS = (spreads, heatmap, curve, scatter, forest, gaps)


class Drawn(NamedTuple):
    """A board and its charts."""

    board: Board
    charts: list[Chart]


def drawn(boards: Iterable[Board]) -> list[Drawn]:
    """Draw the charts of each board; those that its runs have no figures for are left out."""
    return [
        Drawn(
            board,
            [
                *curves(board),
                *(chart for draw in _CHARTS if (chart := draw(board)) is not None),
            ],
        )
        for board in boards
    ]


def counted(boards: Sequence[Board], reported: Sequence[ReportedTable]) -> list[str]:
    """Say how much there is: of what was measured, and of what was published."""
    said = []
    if boards:
        runs = number_of(sum(len(board.places) for board in boards), "run")
        said.append(f"{runs} on {number_of(len(boards), 'set')} of items")
    if reported:
        said.append(number_of(len(reported), "published table"))
    return said


def contents(
    boards: Sequence[Drawn],
    reported: Sequence[ReportedTable],
    problems: Sequence[Problem],
    rows: Sequence[Rows],
) -> dict[str, Any]:
    """Give all that the page shows besides the texts of rows.

    Args:
        boards: The boards with their charts.
        reported: Published tables.
        problems: What could not be used.
        rows: Per board, its rows.
    """
    return {
        "says": f"{'; '.join(counted([board for board, _ in boards], reported))}.",
        "boards": [
            {**_board(*given), "rows": texts.index}
            for given, texts in zip(boards, rows, strict=True)
        ],
        "reported": {
            "title": REPORTED[0].upper() + REPORTED[1:],
            "tables": [_reported(table) for table in reported],
        },
        "problems": [{"where": p.where, "message": p.message} for p in problems],
    }


def _board(board: Board, charts: Sequence[Chart]) -> dict[str, Any]:
    return {
        "title": board.title,
        "says": _says(board),
        "definition": board.definition,
        "ranking": board.ranking,
        "notes": list(board.notes),
        "metrics": [
            {"name": name, "label": label(name), "meaning": metric(name).meaning}
            for name in board.metrics
        ],
        "places": [_place(place, board.metrics) for place in board.places],
        "charts": [_chart(chart) for chart in charts],
        "modes": [_grid(grid) for shown in _MODES_BY for grid in mode_grids(board, *shown)],
        "drawn": DRAWN_AT_ONCE,
    }


def _grid(grid: Grid) -> dict[str, Any]:
    """Give a table as text."""
    rows = [[cell if isinstance(cell, str) else percent(cell) for cell in row] for row in grid.rows]
    return {
        "title": grid.title,
        "columns": list(grid.columns),
        "rows": rows,
        "keys": grid.key_columns,
        "caption": " ".join(grid.caption),
    }


def _place(place: Place, metrics: Sequence[str]) -> dict[str, Any]:
    found = conduct(place.entry)
    return {
        "rank": place.rank,
        "model": place.entry.model,
        "figures": [_figure(place.figures.get(name)) for name in metrics],
        "prompts": place.entry.prompts,
        "length": _shown(found.length, ",.0f"),
        "errors": _shown(found.error_share, ".1f", 100),
        "judge_errors": _shown(found.judge_error_share, ".1f", 100),
    }


def _shown(value: float | None, form: str, unit: int = 1) -> list[float | str] | None:
    """Give a number to sort by and its text: the page rounds nothing itself."""
    return None if value is None else [unit * value, format(unit * value, form)]


def _figure(figure: Estimate | None) -> list[float | str | None] | None:
    """Give a figure in percent, its standard error, and both as text."""
    if figure is None or math.isnan(figure.value):
        return None
    stderr = None if math.isnan(figure.stderr) else 100 * figure.stderr
    return [100 * figure.value, stderr, percent(figure)]


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "name": chart.name,
        "title": chart.title,
        "caption": chart.caption,
        "layout": chart.layout,
        "columns": chart.columns,
        "choice": chart.choice,
        "width": chart.width,
        "variants": [variant._asdict() for variant in chart.variants],
    }


def _says(board: Board) -> str:
    ranked = [place for place in board.places if place.rank is not None]
    if not ranked:
        return f"{number_of(len(board.places), 'model')}, none of them ranked."
    best = ranked[0].figures[board.headline]
    told = f"{100 * best.value:.1f}% {board.headline}"
    if best.stderr > 0:
        low = max(0.0, best.value - NORMAL_95 * best.stderr)
        high = min(1.0, best.value + NORMAL_95 * best.stderr)
        told += f" (95% interval {100 * low:.1f} to {100 * high:.1f})"
    first, prompts = ranked[0].entry.model, number_of(board.prompts, "prompt")
    if len(ranked) == 1:
        return f"{first} reaches {told} on {prompts}."
    said = f"{number_of(len(ranked), 'model')} on {prompts}. {first} is first with {told}"
    equal = sum(place.rank == 1 for place in ranked)
    if equal == 1:
        return f"{said}, and the next one differs significantly."
    others = "one other" if equal == 2 else f"{equal - 1} others"
    return f"{said}, and shares its rank with {others}."


def _reported(table: ReportedTable) -> dict[str, Any]:
    return {
        "title": table.title,
        "source": table.source,
        "note": table.note,
        "columns": list(table.columns),
        "rows": [
            {"model": row.model, "version": row.version, "values": list(map(_printed, row.values))}
            for row in table.rows
        ],
    }


def _printed(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"
