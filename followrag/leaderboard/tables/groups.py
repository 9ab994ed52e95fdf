"""A board's runs by groups of prompts or constraints."""

from __future__ import annotations

from typing import NamedTuple

from followrag import conditions
from followrag.estimates import Estimate
from followrag.leaderboard.metrics import metric
from followrag.leaderboard.outcomes import Grouping
from followrag.leaderboard.tables.board import Board
from followrag.summary import family_of


class Groups(NamedTuple):
    """A metric by groups of prompts or constraints.

    Attributes:
        metric: Its name.
        names: The groups.
        figures: Per place of the board, the figure of each group; none where only figures are
            there.
    """

    metric: str
    names: list[str]
    figures: list[dict[str, Estimate]]


def group_figures(board: Board, by: Grouping, headline: str | None) -> Groups:
    """Compute a metric by group.

    Args:
        board: The runs.
        by: What to group by.
        headline: The metric; where it is None, inst_level_loose_acc for groups of constraints and
            the board's headline for groups of prompts.
    """
    is_of_constraints = by in ("family", "constraint")
    name = headline or ("inst_level_loose_acc" if is_of_constraints else board.headline)
    wanted = metric(name)
    figures: list[dict[str, Estimate]] = []
    for place in board.places:
        outcomes = place.entry.outcomes
        parts = outcomes.grouped(by) if outcomes is not None else {}
        found = {group: wanted.figure(part) for group, part in parts.items()}
        figures.append({group: figure for group, figure in found.items() if figure.n})
    names = dict.fromkeys(group for found in figures for group in found)
    return Groups(name, sorted(names, key=lambda group: _order(group, by)), figures)


def _order(group: str, by: Grouping) -> tuple[object, ...]:
    match by:
        case "constraint":
            return family_of(group), group
        case "count":
            return int(group), ""
        case "condition":
            return conditions.order(group)
        case _:
            return group, ""
