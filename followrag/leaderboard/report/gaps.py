"""How much of following a constraint hangs on the wrapping of the response."""

from __future__ import annotations

import math

from followrag.estimates import Estimate
from followrag.leaderboard.report.chart import (
    Chart,
    Variant,
    labels,
    layout,
    models_axis,
    models_height,
    number_of,
    percent_range,
    points,
    scale_side,
    shown,
)
from followrag.leaderboard.tables.board import Board
from followrag.tables import percent

_STRICT, _LOOSE = "inst_level_strict_acc", "inst_level_loose_acc"


def gaps(board: Board) -> Chart | None:
    """Draw a bar a model from strictly to loosely followed; None where no run has both."""
    found: dict[str, tuple[Estimate, Estimate]] = {
        place.entry.model: (place.figures[_STRICT], place.figures[_LOOSE])
        for place in board.places
        if place.figures.keys() >= {_STRICT, _LOOSE}
        and not math.isnan(place.figures[_STRICT].value + place.figures[_LOOSE].value)
    }
    if not found:
        return None
    widths = {model: 100 * (loose.value - strict.value) for model, (strict, loose) in found.items()}
    widest = max(widths, key=widths.__getitem__)
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(found))),
        "base": [points(strict.value) for strict, _ in found.values()],
        "x": [round(width, 3) for width in widths.values()],
        "width": 0.55,
        "marker": {"color": "accent", "line": {"color": "accent", "width": 2}},
        "text": [f"+{width:.1f}" for width in widths.values()],
        "textposition": "outside",
        "textfont": {"color": "quiet", "size": 11},
        "cliponaxis": False,
        "hoverinfo": "text",
        "hovertext": [
            f"{shown(model)}<br>strict {percent(strict)}<br>loose {percent(loose)}"
            for model, (strict, loose) in found.items()
        ],
    }
    ends = [points(figure.value) for both in found.values() for figure in both]
    axis = {
        "title": "% of constraints followed, strict to loose",
        "side": scale_side(len(found)),
        "range": percent_range(ends),
    }
    rows = [
        [model, percent(strict), percent(loose), f"{widths[model]:.1f}"]
        for model, (strict, loose) in found.items()
    ]
    return Chart(
        name="gaps",
        title="Strict and loose",
        caption="Each bar goes from the share of constraints that responses follow as they stand "
        "to the share that they follow when their wrapping is forgiven (first and last line, "
        "asterisks).",
        layout=layout(
            models_height(len(found), 100), axis, models_axis(list(found), labels(board))
        ),
        columns=["model", "strict", "loose", "gap"],
        variants=[
            Variant(
                "",
                f"Bar chart of {number_of(len(found), 'model')}. The widest "
                f"gap is {widths[widest]:.1f} points, of {widest}.",
                [bars],
                rows,
            )
        ],
        width=420,
    )
