"""The leaderboard's tables, whatever format they are written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from followrag.estimates import Estimate
from followrag.leaderboard.metrics import metric
from followrag.leaderboard.outcomes import Grouping
from followrag.leaderboard.reading.reported import ReportedTable
from followrag.leaderboard.tables.board import Board, Place
from followrag.leaderboard.tables.conduct import conduct
from followrag.leaderboard.tables.groups import group_figures
from followrag.summary import family_of

REPORTED = "reported by the papers (not measured here, not ranked)"
_LABELS = {
    "inst_level_loose_acc": "inst loose",
    "inst_level_strict_acc": "inst strict",
    "prompt_level_loose_acc": "prompt loose",
    "prompt_level_strict_acc": "prompt strict",
    "joint_acc": "joint",
    "qa_acc_unwrapped": "qa unwrapped",
    "qa_acc_other_language": "qa other lang.",
}
PERCENT = "Percent ± standard error, clustered by prompt."
_GROUPS = {
    "dataset": "dataset",
    "family": "constraint family",
    "constraint": "constraint",
    "count": "number of constraints",
    "condition": "condition",
}

Cell = str | Estimate | None


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        title: Its heading.
        columns: Column names.
        rows: Cells: text, a figure in fractions of 1, or nothing.
        caption: What the figures mean, in sentences.
        key_columns: How many columns say what a row is about; these hold text.
        is_reported: Whether papers report it, and nothing was measured here.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    caption: Sequence[str]
    key_columns: int
    is_reported: bool = False


def label(name: str) -> str:
    """Give a metric's short name."""
    return _LABELS.get(name, name)


def board_grid(board: Board) -> Grid:
    """Lay a board out: a row for each run, all its metrics, what it was measured on."""
    conducts = [conduct(place.entry) for place in board.places]
    is_judged = any(found.judge_error_share is not None for found in conducts)
    columns = ["rank", "model", *map(label, board.metrics), "n", "length", "errors %"]
    rows = []
    for place, found in zip(board.places, conducts, strict=True):
        row: list[Cell] = [rank_of(place), place.entry.model]
        row += [place.figures.get(name) for name in board.metrics]
        row += [str(place.entry.prompts or "-"), _whole(found.length), _percent(found.error_share)]
        if is_judged:
            row.append(_percent(found.judge_error_share))
        rows.append(row)
    caption = [
        f"Ranked by {board.definition}",
        board.ranking,
        PERCENT,
        "inst: constraints pooled. prompt: prompts whose constraints are all followed. loose: the "
        "response's wrapping is forgiven. n: prompts. length: mean characters of the responses "
        "without their reasoning. errors: rows that could not be scored.",
        *(
            f"{name}: {metric(name).meaning}."
            for name in ("judge", "followrag_judge")
            if name in board.metrics and name != board.headline
        ),
    ]
    if is_judged:
        columns.append("judge errors %")
        caption.append("judge errors: responses that the judge could not rate.")
    return Grid(board.title, columns, rows, [*caption, *board.notes], 2)


def group_grid(board: Board, by: Grouping, headline: str | None) -> Grid:
    """Lay a metric out by group: a row for each run, or a column where constraints are more."""
    groups = group_figures(board, by, headline)
    sizes = {
        name: max(found[name].n for found in groups.figures if name in found)
        for name in groups.names
    }
    title = f"{board.title} by {_GROUPS[by]}"
    caption = [f"{groups.metric}: {metric(groups.metric).meaning}.", PERCENT]
    models = [place.entry.model for place in board.places]
    if by == "constraint" and len(models) <= len(groups.names):
        rows = [
            [family_of(id), id, str(sizes[id]), *(found.get(id) for found in groups.figures)]
            for id in groups.names
        ]
        columns = ["family", "constraint", "n", *models]
        caption.append("n: prompts. Models in the order of their rank.")
        return Grid(title, columns, rows, [*caption, *board.notes], 3)
    rows = [
        [rank_of(place), place.entry.model, *(found.get(name) for name in groups.names)]
        for place, found in zip(board.places, groups.figures, strict=True)
    ]
    counted = ", ".join(f"{name} ({sizes[name]})" for name in groups.names)
    caption += [
        f"Prompts by {_GROUPS[by]}: {counted}.",
        f"Ranked by {board.definition}",
        board.ranking,
    ]
    columns = ["rank", "model", *groups.names]
    return Grid(title, columns, rows, [*caption, *board.notes], 2)


def reported_grid(table: ReportedTable) -> Grid:
    """Lay a published table out."""
    rows: list[list[Cell]] = [
        [row.model, *([row.version] if _has_versions(table) else []), *map(_printed, row.values)]
        for row in table.rows
    ]
    keys = ["model", *(["version"] if _has_versions(table) else [])]
    caption = [f"Source: {table.source}.", f"Figures: {table.note}."]
    columns = [*keys, *table.columns]
    return Grid(f"{table.title}: {REPORTED}", columns, rows, caption, len(keys), is_reported=True)


def _has_versions(table: ReportedTable) -> bool:
    return any(row.version for row in table.rows)


def _printed(value: float | None) -> Cell:
    return None if value is None else f"{value:.1f}"


def rank_of(place: Place) -> str:
    """Write a run's rank."""
    return "-" if place.rank is None else str(place.rank)


def _whole(value: float | None) -> Cell:
    return None if value is None else f"{value:.0f}"


def _percent(value: float | None) -> Cell:
    return None if value is None else f"{100 * value:.1f}"
