"""Which constraints each model follows."""

from __future__ import annotations

from followrag.estimates import Estimate
from followrag.leaderboard.report.chart import (
    Chart,
    Variant,
    labels,
    layout,
    models_axis,
    models_height,
    number_of,
    points,
    shown,
)
from followrag.leaderboard.tables.board import Board
from followrag.leaderboard.tables.groups import group_figures
from followrag.summary import family_of
from followrag.tables import percent

_MOST_WITH_TEXT = 30
_SCALE = {
    "title": {"text": "% followed", "side": "right", "font": {"color": "quiet"}},
    "tickfont": {"color": "quiet"},
    "outlinewidth": 0,
    "thickness": 10,
    "lenmode": "pixels",
    "len": 260,
    "y": 1,
    "yanchor": "top",
}


def heatmap(board: Board) -> Chart | None:
    """Draw followed constraints by model and constraint; None where no run has rows."""
    groups = group_figures(board, "constraint", None)
    found = {
        place.entry.model: figures
        for place, figures in zip(board.places, groups.figures, strict=True)
        if place.entry.outcomes is not None
    }
    ids = groups.names
    if not ids:
        return None
    models, figures = list(found), list(found.values())
    trace = {
        "type": "heatmap",
        "x": [[family_of(id) for id in ids], [_short(id) for id in ids]],
        "y": list(range(len(models))),
        "z": [[points(of[id].value) if id in of else None for id in ids] for of in figures],
        "zmin": 0,
        "zmax": 100,
        "xgap": 2 if len(models) <= _MOST_WITH_TEXT else 1,
        "ygap": 2 if len(models) <= _MOST_WITH_TEXT else 0,
        "colorscale": "scale",
        "showscale": False,
        "hoverinfo": "text",
        "hovertext": [
            [f"{shown(model)}<br>{shown(id)}<br>{_told(of.get(id))}" for id in ids]
            for model, of in found.items()
        ],
    }
    if len(models) <= _MOST_WITH_TEXT:
        trace |= {
            "text": [
                [f"{100 * of[id].value:.0f}" if id in of else "" for id in ids] for of in figures
            ],
            "texttemplate": "%{text}",
            "textfont": {"size": 11},
        }
    else:
        trace |= {"showscale": True, "colorbar": _SCALE}
    axis = {
        "side": "top",
        "tickangle": -90,
        "showgrid": False,
        "showdividers": True,
        "dividercolor": "line",
        "dividerwidth": 1,
        "type": "multicategory",
    }
    says = (
        f"Heat map of {number_of(len(models), 'model')} by "
        f"{number_of(len(ids), 'constraint')}. {_extremes(figures)}"
    )
    return Chart(
        name="constraints",
        title="Each constraint",
        caption="Share of the prompts with that constraint whose response follows it (loose), by "
        "family. Hover for n and the standard error.",
        layout=layout(models_height(len(models), 200), axis, models_axis(models, labels(board))),
        columns=["model", *ids],
        variants=[
            Variant(
                "",
                says,
                [trace],
                [[model, *(percent(of.get(id)) for id in ids)] for model, of in found.items()],
            )
        ],
        width=300 + 34 * len(ids),
    )


def _short(id: str) -> str:
    """Leave the family out of an id, which the axis names already."""
    return shown(id.removeprefix(f"{family_of(id)}_").replace("_", " "))


def _told(figure: Estimate | None) -> str:
    return f"{percent(figure)} (n = {figure.n:,})" if figure is not None else "not asked"


def _extremes(figures: list[dict[str, Estimate]]) -> str:
    """Name the constraints that are followed most and least on average."""
    values: dict[str, list[float]] = {}
    for found in figures:
        for id, figure in found.items():
            values.setdefault(id, []).append(figure.value)
    means = {id: sum(given) / len(given) for id, given in values.items()}
    best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    if means[best] == means[worst]:
        return f"All are followed equally often on average ({100 * means[best]:.0f}%)."
    return (
        f"Followed most on average: {best} ({100 * means[best]:.0f}%); "
        f"least: {worst} ({100 * means[worst]:.0f}%)."
    )
