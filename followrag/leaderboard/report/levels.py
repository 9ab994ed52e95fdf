"""Curves of what a robustness set varies: a chart for each thing, a line for each model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from followrag import conditions
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
    percent_range,
    points,
    shown,
)
from followrag.leaderboard.tables.board import Board
from followrag.leaderboard.tables.robustness import Varied, varied

_FIGURES = ("inst_level_loose_acc", "prompt_level_loose_acc", "qa_acc", "judge")


class _Named(NamedTuple):
    title: str
    axis: str
    caption: str
    is_scale: bool


_NAMED: Mapping[str, _Named] = MappingProxyType(
    {
        "passages": _Named(
            "Number of passages",
            "passages in the prompt",
            "The same items with other numbers of passages: the first of their own, then unrelated "
            "ones.",
            True,
        ),
        "position": _Named(
            "Position of the gold passage",
            "position of the passage with the answer, from 0",
            "The same items with the one passage that holds a gold answer at each place.",
            True,
        ),
        "distractors": _Named(
            "Unrelated passages",
            "unrelated passages among the item's own",
            "The same items with unrelated passages at random places among their own.",
            True,
        ),
        "order": _Named(
            "Order of the constraints",
            "order of the constraints",
            "The same items with their constraints in another order: 0 as given, 1 backwards, the "
            "others at random; all in our own words.",
            False,
        ),
        "wording": _Named(
            "Wording of the constraints",
            "wording of the constraints",
            "The same items with their constraints in other words, all our own.",
            False,
        ),
    }
)


class _Line(NamedTuple):
    place: int
    model: str
    levels: list[str]
    figures: list[Estimate]


def curves(board: Board) -> list[Chart]:
    """Draw a chart for each thing that was varied; none where nothing was."""
    names = [name for name in dict.fromkeys([board.headline, *_FIGURES]) if name in board.metrics]
    by_name: dict[str, list[Varied]] = {}
    for found in (found for name in names for found in varied(board, name)):
        by_name.setdefault(found.name, []).append(found)
    return [_curve(board, found) for found in by_name.values() if len(found[0].levels) > 1]


def _curve(board: Board, found: Sequence[Varied]) -> Chart:
    name = found[0].name
    told = _NAMED.get(name, _Named(f"By {name}", name, f"The same items, {name} varied.", True))
    levels = found[0].levels
    is_scale = told.is_scale and not any(
        math.isnan(conditions.taken_apart(level).number) for level in levels
    )
    lines = {one.metric: _lines(board, one) for one in found}
    axis: dict[str, Any] = {"title": told.axis, "showgrid": False, "zeroline": False}
    if is_scale:
        axis |= {"tickvals": [float(level) for level in levels.values()]}
    else:
        axis |= {"type": "category", "categoryarray": list(levels.values())}
    ends = [
        end
        for each in lines.values()
        for line in each
        for figure in line.figures
        for end in _ends(figure)
    ]
    return Chart(
        name=f"levels-{name}",
        title=told.title,
        caption=f"{told.caption} Bands are 95% intervals of each figure alone; the spread below "
        "compares levels on the same prompts.",
        layout=layout(400, axis, {"title": "%", "range": percent_range(ends)}, showlegend=True),
        columns=["model", name, "%", "95% interval", "prompts"],
        variants=[
            Variant(
                one.metric,
                _said(lines[one.metric]),
                [
                    trace
                    for line in lines[one.metric]
                    for trace in _traces(line, labels(board)[line.model], is_scale)
                ],
                [row for line in lines[one.metric] for row in _rows(line)],
            )
            for one in found
        ],
        choice="Figure",
    )


def _lines(board: Board, found: Varied) -> list[_Line]:
    return [
        _Line(
            number,
            place.entry.model,
            [found.levels[name] for name in figures],
            list(figures.values()),
        )
        for number, (place, figures) in enumerate(zip(board.places, found.figures, strict=True))
        if figures
    ]


def _ends(figure: Estimate) -> tuple[float, float]:
    """Give the 95% interval in percent, within what a percentage can be."""
    half = 0.0 if math.isnan(figure.stderr) else NORMAL_95 * figure.stderr
    low, high = max(0.0, figure.value - half), min(1.0, figure.value + half)
    return round(100 * low, 2), round(100 * high, 2)


def _traces(line: _Line, name: str, is_scale: bool) -> list[Trace]:
    at: list[Any] = [float(level) for level in line.levels] if is_scale else line.levels
    drawn = []
    for place, level, figure in zip(at, line.levels, line.figures, strict=True):
        low, high = _ends(figure)
        said = (
            f"{shown(line.model)}<br>{shown(level)}: {100 * figure.value:.1f}% "
            f"({low:.1f} to {high:.1f})<br>n = {figure.n:,}"
        )
        drawn.append(Point(place, points(figure.value), low, high, said))
    return [*banded_line(line.place, name, drawn)]


def _rows(line: _Line) -> list[list[str]]:
    return [
        [
            line.model,
            level,
            f"{100 * figure.value:.1f}",
            f"{low:.1f} to {high:.1f}",
            f"{figure.n:,}",
        ]
        for level, figure in zip(line.levels, line.figures, strict=True)
        for low, high in [_ends(figure)]
    ]


def _said(lines: Sequence[_Line]) -> str:
    said = f"Line chart of {number_of(len(lines), 'model')}."
    if not lines:
        return said
    model, levels, figures = lines[0].model, lines[0].levels, lines[0].figures
    return (
        f"{said} {model}, the first on the board, has {100 * figures[0].value:.0f}% at {levels[0]} "
        f"and {100 * figures[-1].value:.0f}% at {levels[-1]}."
    )
