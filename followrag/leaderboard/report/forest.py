"""How far each model is from another one on the same prompts."""

from __future__ import annotations

from collections.abc import Sequence

from followrag.leaderboard.metrics import metric
from followrag.leaderboard.report.chart import (
    Chart,
    Trace,
    Variant,
    labels,
    layout,
    models_axis,
    models_height,
    points,
    scale_side,
    shown,
)
from followrag.leaderboard.statistics.differences import Difference, paired
from followrag.leaderboard.tables.board import Board

_MOST_PAIRS = 2500


def forest(board: Board) -> Chart | None:
    """Draw paired differences of the headline to each base; None with fewer than two runs.

    With many models only the best ones are bases.
    """
    runs = [
        (place.entry.model, place.entry.outcomes)
        for place in board.places
        if place.rank is not None and place.entry.outcomes is not None
    ]
    if len(runs) < 2:
        return None
    headline = metric(board.headline)
    bases = runs[: max(1, _MOST_PAIRS // len(runs))]
    variants = []
    for base, outcomes in bases:
        found = {
            model: difference
            for model, other in runs
            if model != base and (difference := paired(headline, [outcomes], [other])) is not None
        }
        variants.append(_variant(base, found, [model for model, _ in runs]))
    axis = {
        "title": f"difference in {board.headline}, percent points",
        "side": scale_side(len(runs)),
        "zeroline": True,
        "zerolinewidth": 1.5,
        "zerolinecolor": "quiet",
    }
    few = (
        "" if len(bases) == len(runs) else f" Bases to choose from: the first {len(bases)} models."
    )
    return Chart(
        name="differences",
        title="Paired differences",
        caption=f"How much more {board.headline} each model has than the base on the same prompts, "
        "with 95% intervals of each difference alone. Where an interval leaves out 0, the sign is "
        "settled; ranks ask for more, as they compare all pairs at once." + few,
        layout=layout(
            models_height(len(runs), 100),
            axis,
            models_axis([name for name, _ in runs], labels(board)),
        ),
        columns=["model", "difference", "95% interval", "p", "better", "worse", "prompts"],
        variants=variants,
        choice="Compared with",
        width=420,
    )


def _variant(base: str, found: dict[str, Difference], names: Sequence[str]) -> Variant:
    better = [model for model, difference in found.items() if difference.low > 0]
    worse = [model for model, difference in found.items() if difference.high < 0]
    groups = {
        "better": (better, "good", "triangle-right"),
        "worse": (worse, "bad", "triangle-left"),
        "not settled": ([m for m in found if m not in {*better, *worse}], "quiet", "circle"),
    }
    traces: list[Trace] = [
        {
            "type": "scatter",
            "x": [0],
            "y": [names.index(base)],
            "mode": "markers+text",
            "marker": {"color": "quiet", "symbol": "line-ns-open", "size": 12},
            "text": ["base"],
            "textposition": f"middle {'left' if 2 * len(worse) > len(found) else 'right'}",
            "textfont": {"color": "quiet", "size": 11},
            "hoverinfo": "skip",
        }
    ]
    for told, (models, colour, symbol) in groups.items():
        chosen = [found[model] for model in models]
        traces.append(
            {
                "type": "scatter",
                "x": [points(difference.delta) for difference in chosen],
                "y": [names.index(model) for model in models],
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [points(d.high - d.delta) for d in chosen],
                    "arrayminus": [points(d.delta - d.low) for d in chosen],
                    "color": colour,
                    "thickness": 1.5,
                    "width": 4,
                },
                "mode": "markers",
                "marker": {"color": colour, "symbol": symbol, "size": 10},
                "hoverinfo": "text",
                "hovertext": [
                    f"{shown(model)}: {told}<br>{found[model].delta * 100:+.1f} "
                    f"({_interval(found[model])})"
                    for model in models
                ],
            }
        )
    says = (
        f"Compared with {base} on the same prompts: {len(better)} better, {len(worse)} worse, "
        f"{len(found) - len(better) - len(worse)} not settled."
    )
    return Variant(base, says, traces, [_row(model, found[model]) for model in found])


def _row(model: str, difference: Difference) -> list[str]:
    return [
        model,
        f"{100 * difference.delta:+.1f}",
        _interval(difference),
        f"{difference.p:.2g}",
        f"{difference.better:,}",
        f"{difference.worse:,}",
        f"{difference.prompts:,}",
    ]


def _interval(difference: Difference) -> str:
    return f"{100 * difference.low:+.1f} to {100 * difference.high:+.1f}"
