"""How much each thing that a robustness set varies matters to each model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from followrag import conditions
from followrag.leaderboard.report.chart import (
    Chart,
    Variant,
    labels,
    layout,
    models_axis,
    models_height,
    number_of,
    points,
    scale_side,
    shown,
)
from followrag.leaderboard.statistics.sensitivity import Sensitivity
from followrag.leaderboard.tables.board import Board
from followrag.leaderboard.tables.robustness import MEANING, interval, sensitivity
from followrag.tables import percent


def spreads(board: Board) -> Chart | None:
    """Draw how far each run's best level is above its worst one; None where nothing was varied."""
    found = {
        place.entry.model: one
        for place, one in zip(board.places, sensitivity(board), strict=True)
        if one
    }
    kinds = list(dict.fromkeys(kind for one in found.values() for kind in one))
    if not kinds:
        return None
    axis = {
        "title": f"best less worst level in {board.headline}, percent points",
        "side": scale_side(len(found)),
        "zeroline": True,
        "zerolinewidth": 1.5,
        "zerolinecolor": "quiet",
    }
    models = list(found)
    return Chart(
        name="sensitivity",
        title="Sensitivity",
        caption=f"How far {board.headline} at the best level is above that at the worst one. "
        f"{MEANING}",
        layout=layout(models_height(len(models), 100), axis, models_axis(models, labels(board))),
        columns=[
            "model",
            "worst at",
            "worst",
            "best at",
            "best",
            "spread",
            "95% interval",
            "prompts",
        ],
        variants=[
            _spread(kind, {model: one[kind] for model, one in found.items() if kind in one}, models)
            for kind in kinds
        ],
        choice="Varied" if len(kinds) > 1 else "",
        width=420,
    )


def _spread(kind: str, found: Mapping[str, Sensitivity], models: Sequence[str]) -> Variant:
    settled = [model for model, one in found.items() if one.low > 0]
    trace = {
        "type": "scatter",
        "x": [points(one.spread) for one in found.values()],
        "y": [models.index(model) for model in found],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [points(one.high - one.spread) for one in found.values()],
            "arrayminus": [points(one.spread - one.low) for one in found.values()],
            "color": "accent",
            "thickness": 1.5,
            "width": 4,
        },
        "mode": "markers",
        "marker": {"color": "accent", "size": 10},
        "hoverinfo": "text",
        "hovertext": [
            f"{shown(model)}<br>{100 * one.spread:.1f} ({interval(one)})<br>worst at "
            f"{shown(_level(one.worst))}, best at {shown(_level(one.best))}"
            for model, one in found.items()
        ],
    }
    rows = [
        [
            model,
            _level(one.worst),
            percent(one.low_figure),
            _level(one.best),
            percent(one.high_figure),
            f"{100 * one.spread:.1f}",
            interval(one),
            f"{one.prompts:,}",
        ]
        for model, one in found.items()
    ]
    says = (
        f"{kind}: the level matters for {len(settled)} of {number_of(len(found), 'model')} beyond "
        "what chance explains."
    )
    return Variant(kind, says, [trace], rows)


def _level(condition: str) -> str:
    return conditions.taken_apart(condition).level
