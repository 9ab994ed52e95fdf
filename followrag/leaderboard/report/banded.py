"""A model's line in a chart, with the band of its intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from followrag.leaderboard.report.chart import Trace

__all__ = ["Point", "banded_line"]


class Point(NamedTuple):
    """A point of a line.

    Attributes:
        at: Where it stands on the x axis.
        value: Percent; None where it is unknown.
        low: Lower end of its interval, in percent.
        high: Upper end.
        said: What is shown beside it.
    """

    at: Any
    value: float | None
    low: float
    high: float
    said: str


def banded_line(place: int, name: str, points: Sequence[Point]) -> tuple[Trace, Trace]:
    """Draw a band and the line in it.

    Args:
        place: The model's place on the board.
        name: Its name in the legend.
        points: From left to right.
    """
    at = [point.at for point in points]
    band = {
        "type": "scatter",
        "x": [*at, *reversed(at)],
        "y": [*(point.high for point in points), *(point.low for point in reversed(points))],
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": "series",
        "hoverinfo": "skip",
        "showlegend": False,
        "meta": {"model": place},
    }
    line = {
        "type": "scatter",
        "x": at,
        "y": [point.value for point in points],
        "name": name,
        "mode": "lines+markers",
        "line": {"color": "series", "width": 2.5, "dash": "series"},
        "marker": {"color": "series", "size": 9, "symbol": "series"},
        "hoverinfo": "text",
        "hovertext": [point.said for point in points],
        "meta": {"model": place},
    }
    return band, line
