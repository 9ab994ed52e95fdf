"""A board's runs by condition: a table for each thing that was varied, and how much it matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from followrag import conditions
from followrag.errors import InputError
from followrag.estimates import Estimate
from followrag.leaderboard.metrics import metric
from followrag.leaderboard.statistics.sensitivity import ALPHA, Sensitivity, sensitivities
from followrag.leaderboard.tables.board import Board, Place
from followrag.leaderboard.tables.grids import PERCENT, Cell, Grid, rank_of
from followrag.leaderboard.tables.groups import group_figures

MEANING = (
    "Spread: the best level less the worst one on the same prompts, in percent points. Its "
    f"interval holds with {1 - ALPHA:.0%} together with those of all other pairs of levels "
    "(Bonferroni), as the two were chosen for being furthest apart. One that leaves out 0 shows "
    "that the level matters."
)


class Varied(NamedTuple):
    """A metric at each level of one thing.

    Attributes:
        name: What was varied.
        metric: The metric's name.
        levels: The levels, in their order, by the condition's name.
        figures: Per place of the board, the figure at each condition; none where there are no rows.
    """

    name: str
    metric: str
    levels: dict[str, str]
    figures: list[dict[str, Estimate]]


def varied(board: Board, headline: str | None = None) -> list[Varied]:
    """Compute a metric at every level of all that was varied; nothing for other sets of items.

    Args:
        board: The runs.
        headline: The metric; the board's headline where it is None.
    """
    if not has_conditions(board):
        return []
    groups = group_figures(board, "condition", headline)
    names = dict.fromkeys(conditions.taken_apart(group).varied for group in groups.names)
    found = []
    for name in names:
        levels = {
            group: conditions.taken_apart(group).level
            for group in groups.names
            if conditions.taken_apart(group).varied == name
        }
        figures = [
            {group: one[group] for group in levels if group in one} for one in groups.figures
        ]
        found.append(Varied(name, groups.metric, levels, figures))
    return found


def has_conditions(board: Board) -> bool:
    """Whether any run is on a robustness set."""
    runs = (place.entry.outcomes for place in board.places)
    return any(run is not None and bool((run.condition != "").any()) for run in runs)


def sensitivity(board: Board, headline: str | None = None) -> list[dict[str, Sensitivity]]:
    """Compute each run's spread of a metric, by what was varied, in the order of the places."""
    wanted = metric(headline or board.headline)
    runs = (place.entry.outcomes for place in board.places)
    return [{} if run is None else sensitivities(wanted, run) for run in runs]


def robustness_grids(boards: Sequence[Board], headline: str | None) -> Iterator[Grid]:
    """Lay out what was varied in the items of some boards; others are left out.

    Raises:
        InputError: None of them is on a robustness set.
    """
    if boards and not any(map(has_conditions, boards)):
        raise InputError(
            "--by condition: no run is on a robustness set; make one with `followrag vary`"
        )
    for board in boards:
        for one in varied(board, headline):
            yield _levels_grid(board, one)
        if has_conditions(board):
            yield _sensitivity_grid(board, headline)


def _levels_grid(board: Board, found: Varied) -> Grid:
    rows: list[list[Cell]] = [
        [rank_of(place), place.entry.model, *(figures.get(name) for name in found.levels)]
        for place, figures in zip(board.places, found.figures, strict=True)
    ]
    sizes = {
        level: max(figures[name].n for figures in found.figures if name in figures)
        for name, level in found.levels.items()
    }
    same = len({*sizes.values()}) == 1
    counted = ", ".join(f"{level} ({size})" for level, size in sizes.items())
    caption = [
        f"{found.metric}: {metric(found.metric).meaning}.",
        PERCENT,
        f"Prompts at each level: {next(iter(sizes.values()))}."
        if same
        else f"Prompts by level: {counted}.",
    ]
    title = f"{board.title} by {found.name}"
    return Grid(title, ["rank", "model", *found.levels.values()], rows, caption, 2)


def _sensitivity_grid(board: Board, headline: str | None) -> Grid:
    rows: list[list[Cell]] = [
        [rank_of(place), place.entry.model, *_cells(one)]
        for place, found in zip(board.places, sensitivity(board, headline), strict=True)
        for one in found.values()
    ]
    columns = ["rank", "model", "varied", "worst at", "worst", "best at", "best", "spread"]
    name = headline or board.headline
    return Grid(
        f"{board.title}: sensitivity of {name}",
        [*columns, "95% interval", "prompts"],
        rows,
        [f"{name}: {metric(name).meaning}.", PERCENT, MEANING, *board.notes],
        3,
    )


def _cells(one: Sensitivity) -> list[Cell]:
    return [
        one.varied,
        conditions.taken_apart(one.worst).level,
        one.low_figure,
        conditions.taken_apart(one.best).level,
        one.high_figure,
        f"{100 * one.spread:.1f}",
        interval(one),
        str(one.prompts),
    ]


def interval(one: Sensitivity) -> str:
    """Write a spread's interval, in percent points."""
    return f"{100 * one.low:+.1f} to {100 * one.high:+.1f}"


def sensitivity_record(place: Place, headline: str) -> dict[str, dict[str, object]]:
    """Give a run's spreads as JSON data, by what was varied, in fractions of 1."""
    run = place.entry.outcomes
    found = {} if run is None else sensitivities(metric(headline), run)
    return {
        name: {
            "worst": one.worst,
            "best": one.best,
            "spread": one.spread,
            "low": one.low,
            "high": one.high,
            "n": one.prompts,
        }
        for name, one in found.items()
    }
