"""What a chart is: a plotly figure with named colours, the table that says the same, and words."""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from followrag.estimates import Estimate
from followrag.leaderboard.report.themes import DASHES, SYMBOLS, Theme, coloured
from followrag.leaderboard.tables.board import Board
from followrag.leaderboard.texts import one_line

Trace = dict[str, Any]

NORMAL_95 = 1.959963984540054
DRAWN_AT_ONCE = 6
_LABEL = 36


class Variant(NamedTuple):
    """One of the views of a chart.

    Attributes:
        name: What it is chosen by; empty where there is but one.
        says: What is seen, in a sentence or two.
        data: The traces. One that is of a model has its place as `meta`, `{"model": 3}`, and the
            word "series" where the model's colour, dash or symbol goes.
        rows: The same as a table.
    """

    name: str
    says: str
    data: list[Trace]
    rows: list[list[str]]


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes:
        name: A short name for files and links.
        title: Its heading.
        caption: How to read it.
        layout: Plotly's layout.
        columns: The columns of the table that says the same.
        variants: Its views, at least one.
        choice: What is chosen among the views, as the label of a menu; empty for one view.
        width: The narrowest it is drawn, in pixels.
    """

    name: str
    title: str
    caption: str
    layout: dict[str, Any]
    columns: list[str]
    variants: list[Variant]
    choice: str = ""
    width: int = 300

    def drawn(self, theme: Theme, variant: int = 0) -> dict[str, Any]:
        """Give a figure for plotly with a theme's colours and the first models picked out."""
        traces = []
        for trace in self.variants[variant].data:
            model = trace.get("meta", {}).get("model", 0)
            if model < DRAWN_AT_ONCE:
                traces.append(_dressed(trace, model, theme))
            elif trace["meta"].get("unpicked"):
                traces.append({**trace, **trace["meta"]["unpicked"]})
        return {"data": coloured(traces, theme), "layout": coloured(self.layout, theme)}


def _dressed(value: Any, slot: int, theme: Theme) -> Any:
    colour = theme["series"][slot]
    worn = {"color": colour, "fillcolor": f"{colour}1c", "dash": DASHES[slot]}
    worn["symbol"] = SYMBOLS[slot]
    match value:
        case Mapping():
            return {
                key: worn[key]
                if inner == "series" and key in worn
                else _dressed(inner, slot, theme)
                for key, inner in value.items()
            }
        case _:
            return value


def layout(
    height: int,
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    showlegend: bool = False,
    traceorder: str = "normal",
) -> dict[str, Any]:
    """Lay a chart out in the page's style.

    Args:
        height: In pixels.
        x: What is special about the x axis.
        y: What is special about the y axis.
        showlegend: Whether to name the models.
        traceorder: In which order.
    """
    axis = {
        "gridcolor": "grid",
        "linecolor": "line",
        "zerolinecolor": "line",
        "tickcolor": "line",
        "tickfont": {"color": "quiet", "size": 12},
        "title": {"font": {"color": "quiet", "size": 12}, "standoff": 12},
        "automargin": True,
        "fixedrange": True,
    }
    return {
        "height": height,
        "autosize": True,
        "font": {
            "family": 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
            "size": 12,
            "color": "ink",
        },
        "paper_bgcolor": "card",
        "plot_bgcolor": "card",
        "margin": {"l": 8, "r": 16, "t": 12, "b": 8, "pad": 4},
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
            "bgcolor": "card",
            "traceorder": traceorder,
        },
        "showlegend": showlegend,
        "hovermode": "closest",
        "dragmode": False,
        "hoverlabel": {"bgcolor": "card", "bordercolor": "line", "font": {"color": "ink"}},
        "modebar": {"bgcolor": "card", "color": "quiet", "activecolor": "accent"},
        "xaxis": _merged(axis, x),
        "yaxis": _merged(axis, y),
    }


def _merged(base: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**base, **extra}
    if "title" in extra:
        merged["title"] = {**base["title"], "text": extra["title"]}
    return merged


def models_axis(names: Sequence[str], labels: Mapping[str, str]) -> dict[str, Any]:
    """Give the settings of a y axis with a model a line, the first on top."""
    return {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [labels[name] for name in names],
        "range": [len(names) - 0.5, -0.5],
        "zeroline": False,
        "showgrid": False,
        "tickfont": {"color": "ink", "size": 12},
    }


def scale_side(count: int) -> str:
    """Say where the other axis goes: above where the chart is higher than a screen."""
    return "bottom" if count <= 25 else "top"


def percent_range(values: Iterable[float | None]) -> list[float]:
    """Give the range of an axis around percents, no wider than percents can be."""
    known = [value for value in values if value is not None]
    margin = 5 + 0.05 * (max(known) - min(known))
    return [max(-1.9, min(known) - margin), min(101.9, max(known) + margin)]


def models_height(count: int, around: int) -> int:
    """Give the height for a line a model, in pixels."""
    return around + count * (26 if count <= 40 else 18)


def shown(text: str) -> str:
    """Write a text so that plotly shows it as it is, on one line: it reads tags and entities."""
    return html.escape(one_line(text), quote=False)


def labels(board: Board) -> dict[str, str]:
    """Write models' names for axes: long ones without their middle, then equal ones numbered."""
    short = {place.entry.model: _label(place.entry.model) for place in board.places}
    times = Counter(short.values())
    numbers: Counter[str] = Counter()
    for name, text in short.items():
        if times[text] > 1:
            numbers[text] += 1
            short[name] = f"{text} ({numbers[text]})"
    return short


def _label(name: str) -> str:
    plain = one_line(name)
    if len(plain) > _LABEL:
        plain = f"{plain[:12].rstrip()}…{plain[13 - _LABEL :].lstrip()}"
    return html.escape(plain, quote=False) or "(no name)"


def points(value: float) -> float | None:
    """Give a fraction as percent, as fine as a chart can show; None for nan."""
    return None if math.isnan(value) else round(100 * value, 3)


def half_width(figure: Estimate) -> float | None:
    """Give half of the 95% interval in percent points; None where it is unknown."""
    return points(NORMAL_95 * figure.stderr)


def number_of(count: int, name: str) -> str:
    """Write a number of things."""
    return f"1 {name}" if count == 1 else f"{count:,} {name}s"
