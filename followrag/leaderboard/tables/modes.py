"""Boards of `fixed` mode: what the same responses are in `reference` mode, and the difference."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from followrag.estimates import Estimate
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.metrics import METRICS, Metric, metric
from followrag.leaderboard.outcomes import Grouping, Outcomes
from followrag.leaderboard.tables.board import Board, Place
from followrag.leaderboard.tables.grids import Cell, Grid, label
from followrag.leaderboard.tables.groups import group_figures
from followrag.tables import points

_CAPTION = (
    "Fixed mode repairs what is provably wrong in the published checks, and asks that one loose "
    "reading follow all constraints of a prompt; reference mode is the published evaluator. "
    "difference: fixed minus reference, in percent points, paired. Figures of answers alone are "
    "the same in both."
)


def _has_checks(name: str) -> bool:
    """Whether constraints have a part in a metric: a mode changes no other."""
    return not name.startswith(("qa_", "judge"))


COMPARED = tuple(filter(_has_checks, METRICS))


class Compared(NamedTuple):
    """A figure in both modes.

    Attributes:
        fixed: In `fixed` mode.
        reference: What the same responses have in `reference` mode.
        difference: The first less the second, paired; without a standard error where there are no
            rows.
    """

    fixed: Estimate
    reference: Estimate
    difference: Estimate


def is_fixed(board: Board) -> bool:
    """Whether a board's runs were scored in `fixed` mode."""
    return board.scorer.get("mode") == "fixed"


def compared(entry: Entry, name: str) -> Compared | None:
    """Give a figure of a run in both modes; None where it is not there in both."""
    if entry.outcomes is not None and entry.reference is not None:
        return _of_rows(metric(name), entry.outcomes, entry.reference)
    fixed, published = entry.given.get(name), entry.given.get(f"{name}_reference")
    if fixed is None or published is None:
        return None
    return Compared(fixed, published, Estimate(fixed.value - published.value, math.nan, fixed.n))


def compared_groups(entry: Entry, name: str, by: Grouping) -> dict[str, Compared]:
    """Give a figure of a run in both modes by group; none without rows."""
    if entry.outcomes is None or entry.reference is None:
        return {}
    published = entry.reference.grouped(by)
    found = {
        group: _of_rows(metric(name), part, published[group])
        for group, part in entry.outcomes.grouped(by).items()
    }
    return {group: both for group, both in found.items() if both is not None}


def mode_grid(board: Board) -> Grid:
    """Lay out what each figure is in both modes: a row for each figure and run."""
    names = [name for name in board.metrics if _has_checks(name)]
    rows = [
        [label(name), place.entry.model, *_cells(both)]
        for name in names
        for place in board.places
        if (both := compared(place.entry, name)) is not None
    ]
    title = f"{board.title}: fixed and reference mode"
    compared_models = {row[1] for row in rows}
    models = (place.entry.model for place in board.places)
    left_out = [model for model in models if model not in compared_models]
    notes = [f"Left out, with figures of fixed mode only: {', '.join(left_out)}."]
    return _grid(title, ["figure", "model"], rows, notes if left_out else [])


def group_mode_grid(board: Board, by: Grouping, headline: str | None = None) -> Grid:
    """Lay out what a metric is in both modes: a row for each group and run."""
    groups = group_figures(board, by, headline)
    found = [compared_groups(place.entry, groups.metric, by) for place in board.places]
    rows = [
        [group, place.entry.model, *_cells(both[group])]
        for group in groups.names
        for place, both in zip(board.places, found, strict=True)
        if group in both
    ]
    title = f"{board.title}: {groups.metric} in fixed and reference mode by {by}"
    return _grid(title, [by, "model"], rows)


def mode_grids(board: Board, by: Grouping | None, headline: str | None) -> Iterator[Grid]:
    """Give the table of both modes that belongs to a board's own; none in `reference` mode."""
    if is_fixed(board):
        yield mode_grid(board) if by is None else group_mode_grid(board, by, headline)


def mode_record(place: Place) -> dict[str, Compared]:
    """Give all figures of a run in both modes, by name."""
    found = {name: compared(place.entry, name) for name in COMPARED}
    return {name: both for name, both in found.items() if both is not None}


def _of_rows(wanted: Metric, fixed: Outcomes, published: Outcomes) -> Compared | None:
    one, other = (wanted.linear(wanted.over(rows)) for rows in (fixed, published))
    if not len(one.influence):
        return None
    return Compared(one.estimate(), other.estimate(), (one - other).estimate())


def _cells(both: Compared) -> list[Cell]:
    return [str(both.fixed.n), both.fixed, both.reference, points(both.difference)]


def _grid(title: str, keys: list[str], rows: list[list[Cell]], notes: Sequence[str] = ()) -> Grid:
    columns = [*keys, "n", "fixed", "reference", "difference"]
    return Grid(title, columns, rows, [_CAPTION, *notes], len(keys))
