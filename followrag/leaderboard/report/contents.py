"""What the page says, as plain data: tables, charts, sentences and problems."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from followrag.estimates import Estimate
from followrag.leaderboard.metrics import metric
from followrag.leaderboard.reading.reported import ReportedTable
from followrag.leaderboard.report.chart import DRAWN_AT_ONCE, NORMAL_95, Chart, number_of, points
from followrag.leaderboard.report.curve import curve
from followrag.leaderboard.report.forest import forest
from followrag.leaderboard.report.gaps import gaps
from followrag.leaderboard.report.heatmap import heatmap
from followrag.leaderboard.report.rows import Rows
from followrag.leaderboard.report.scatter import scatter
from followrag.leaderboard.tables.board import Board, Place
from followrag.leaderboard.tables.conduct import conduct
from followrag.leaderboard.tables.grids import REPORTED, label
from followrag.leaderboard.tables.selection import prompts as size_of
from followrag.records import Problem

_CHARTS = (heatmap, curve, scatter, forest, gaps)


class Drawn(NamedTuple):
    """A board and its charts."""

    board: Board
    charts: list[Chart]


def drawn(boards: Iterable[Board]) -> list[Drawn]:
    """Draw the charts of each board; those that its runs have no figures for are left out."""
    return [
        Drawn(board, [chart for draw in _CHARTS if (chart := draw(board)) is not None])
        for board in boards
    ]


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
    runs = sum(len(board.places) for board, _ in boards)
    return {
        "says": f"{number_of(runs, 'run')} on {number_of(len(boards), 'set')} of items.",
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
        "drawn": DRAWN_AT_ONCE,
    }


def _place(place: Place, metrics: Sequence[str]) -> dict[str, Any]:
    found = conduct(place.entry)
    return {
        "rank": place.rank,
        "model": place.entry.model,
        "figures": [_figure(place.figures.get(name)) for name in metrics],
        "prompts": size_of(place.entry),
        "length": found.length,
        "errors": _share(found.error_share),
        "judge_errors": _share(found.judge_error_share),
    }


def _share(value: float | None) -> float | None:
    return None if value is None else points(value)


def _figure(figure: Estimate | None) -> list[float | int | None] | None:
    if figure is None or math.isnan(figure.value):
        return None
    return [points(figure.value), points(figure.stderr), figure.n]


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
            {"model": row.model, "version": row.version, "values": list(row.values)}
            for row in table.rows
        ],
    }
