"""What happens to accuracy as a prompt asks for more constraints at once."""

from __future__ import annotations

import math
from typing import NamedTuple

from followrag.estimates import Estimate
from followrag.leaderboard.report.banded import Point, banded_line
from followrag.leaderboard.report.chart import (
    NORMAL_95,
    Chart,
    Trace,
    Variant,
    labels,
    layout,
    number_of,
    shown,
)
from followrag.leaderboard.tables.board import Board
from followrag.leaderboard.tables.groups import group_figures


class _Point(NamedTuple):
    asked: int
    share: float
    low: float
    high: float
    n: int


def curve(board: Board) -> Chart | None:
    """Draw prompts whose constraints are all followed, by their number; None without rows."""
    groups = group_figures(board, "count", "prompt_level_loose_acc")
    lines = {
        number: (place.entry.model, [_point(int(name), found[name]) for name in found])
        for number, (place, found) in enumerate(zip(board.places, groups.figures, strict=True))
        if found
    }
    if not lines:
        return None
    traces: list[Trace] = []
    rows = []
    names = labels(board)
    for place, (model, points) in lines.items():
        traces += _traces(place, model, names[model], points)
        rows += [[model, *_cells(point, _independent(points, point.asked))] for point in points]
    counts = sorted({point.asked for _, points in lines.values() for point in points})
    axis = {"title": "constraints in the prompt", "tickvals": counts, "showgrid": False}
    axis["range"] = [counts[0] - 0.25, counts[-1] + 0.25]
    share = {"title": "% of prompts with all followed", "range": [-3, 103]}
    return Chart(
        name="counts",
        title="More constraints at once",
        caption="Prompts whose constraints are all followed (loose), by their number, with 95% "
        "Wilson intervals. Thin lines are p^k: each constraint followed by chance, as often as a "
        "single one is.",
        layout=layout(440, axis, share, showlegend=True),
        columns=["model", "constraints", "% all followed", "95% interval", "p^k", "prompts"],
        variants=[Variant("", _said(lines), traces, rows)],
    )


def _point(count: int, figure: Estimate) -> _Point:
    return _Point(count, figure.value, *_wilson(figure.value, figure.n), figure.n)


def _wilson(share: float, n: int) -> tuple[float, float]:
    z2 = NORMAL_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = NORMAL_95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def _independent(points: list[_Point], count: int) -> float | None:
    return points[0].share ** count if points[0].asked == 1 else None


def _traces(place: int, model: str, name: str, points: list[_Point]) -> list[Trace]:
    counts = [point.asked for point in points]
    band, line = banded_line(
        place,
        name,
        [
            Point(
                point.asked,
                round(100 * point.share, 2),
                round(100 * point.low, 2),
                round(100 * point.high, 2),
                f"{shown(model)}<br>{number_of(point.asked, 'constraint')}: "
                f"{100 * point.share:.1f}% ({_interval(point)})<br>n = {point.n:,}",
            )
            for point in points
        ],
    )
    expected = [_independent(points, count) for count in counts]
    independence = {
        "type": "scatter",
        "x": counts,
        "y": [None if share is None else round(100 * share, 2) for share in expected],
        "mode": "lines",
        "line": {"color": "series", "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
        "showlegend": False,
        "meta": {"model": place},
    }
    return [band, independence, line]


def _interval(point: _Point) -> str:
    return f"{100 * point.low:.1f} to {100 * point.high:.1f}"


def _cells(point: _Point, expected: float | None) -> list[str]:
    told = "–" if expected is None else f"{100 * expected:.1f}"
    return [
        str(point.asked),
        f"{100 * point.share:.1f}",
        _interval(point),
        told,
        f"{point.n:,}",
    ]


def _said(lines: dict[int, tuple[str, list[_Point]]]) -> str:
    model, points = next(iter(lines.values()))
    first, last = points[0], points[-1]
    said = f"Line chart of {number_of(len(lines), 'model')}."
    if first.asked == last.asked:
        return f"{said} {model}: {100 * first.share:.0f}% with {first.asked}."
    return (
        f"{said} {model}, the first on the board, goes from {100 * first.share:.0f}% with "
        f"{first.asked} to {100 * last.share:.0f}% with {last.asked}."
    )
