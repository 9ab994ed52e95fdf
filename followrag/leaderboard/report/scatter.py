"""Whether models that follow constraints also answer, and which are best at both."""

from __future__ import annotations

import math
from typing import NamedTuple

from followrag.estimates import Estimate
from followrag.leaderboard.report.chart import (
    Chart,
    Trace,
    Variant,
    half_width,
    labels,
    layout,
    number_of,
    percent_range,
    points,
    shown,
)
from followrag.leaderboard.tables.board import Board
from followrag.leaderboard.texts import listed
from followrag.tables import percent

_MOST_WITH_CROSSES = 40
_FOLLOWED, _ANSWERED = "inst_level_loose_acc", "qa_acc"


class _Spot(NamedTuple):
    place: int
    model: str
    followed: Estimate
    answered: Estimate


def scatter(board: Board) -> Chart | None:
    """Draw followed constraints against right answers; None where no run has both."""
    spots = [
        _Spot(number, place.entry.model, place.figures[_FOLLOWED], place.figures[_ANSWERED])
        for number, place in enumerate(board.places)
        if place.figures.keys() >= {_FOLLOWED, _ANSWERED}
    ]
    spots = [spot for spot in spots if not math.isnan(spot.followed.value + spot.answered.value)]
    if not spots:
        return None
    best = _pareto(spots)
    unbeaten = listed([spot.model for spot in best], 5)
    says = (
        f"Scatter plot of {number_of(len(spots), 'model')}. Not beaten in "
        f"both by any other: {unbeaten}."
    )
    rows = [
        [
            spot.model,
            percent(spot.followed),
            percent(spot.answered),
            "yes" if spot in best else "no",
        ]
        for spot in spots
    ]
    across = percent_range(end for spot in spots for end in _ends(spot.answered))
    up = percent_range(end for spot in spots for end in _ends(spot.followed))
    names = labels(board)
    crosses = [_cross(spot, names[spot.model], len(spots)) for spot in reversed(spots)]
    return Chart(
        name="tradeoff",
        title="Following and answering",
        caption="Constraints followed (inst_level_loose_acc) against questions answered (qa_acc), "
        "with 95% intervals. The line joins the models that no other one beats in both.",
        layout=layout(
            440,
            {"title": "% of questions answered", "range": across},
            {"title": "% of constraints followed", "range": up},
            showlegend=True,
            traceorder="reversed",
        ),
        columns=["model", _FOLLOWED, _ANSWERED, "on the line"],
        variants=[Variant("", says, [_line(best), *crosses], rows)],
    )


def _pareto(spots: list[_Spot]) -> list[_Spot]:
    """Choose those that no other one beats in one figure without losing in the other."""
    best: list[_Spot] = []
    top = (-1.0, -1.0)
    for spot in sorted(spots, key=lambda s: (-s.answered.value, -s.followed.value, s.place)):
        values = (spot.answered.value, spot.followed.value)
        if values[1] > top[1] or values == top:
            best.append(spot)
            top = values
    return best


def _ends(figure: Estimate) -> list[float]:
    middle, half = 100 * figure.value, half_width(figure) or 0.0
    return [middle - half, middle + half]


def _line(best: list[_Spot]) -> Trace:
    return {
        "type": "scatter",
        "x": [points(spot.answered.value) for spot in best],
        "y": [points(spot.followed.value) for spot in best],
        "mode": "lines",
        "line": {"color": "quiet", "width": 1.5, "dash": "dot", "shape": "hv"},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _cross(spot: _Spot, name: str, spots: int) -> Trace:
    bar = {"type": "data", "width": 0, "thickness": 1.5, "color": "series"}
    faint = {**bar, "color": "muted", "thickness": 1, "visible": spots <= _MOST_WITH_CROSSES}
    x, y = {"array": [half_width(spot.answered)]}, {"array": [half_width(spot.followed)]}
    return {
        "type": "scatter",
        "x": [points(spot.answered.value)],
        "y": [points(spot.followed.value)],
        "error_x": {**bar, **x},
        "error_y": {**bar, **y},
        "name": name,
        "mode": "markers",
        "marker": {"color": "series", "symbol": "series", "size": 11},
        "hoverinfo": "text",
        "hovertext": [
            f"{shown(spot.model)}<br>followed {percent(spot.followed)}<br>"
            f"answered {percent(spot.answered)}"
        ],
        "meta": {
            "model": spot.place,
            "unpicked": {
                "showlegend": False,
                "marker": {"color": "muted", "symbol": "circle", "size": 7},
                "error_x": {**faint, **x},
                "error_y": {**faint, **y},
            },
        },
    }
