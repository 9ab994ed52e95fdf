"""Boards: runs on the same items under the same scorer, ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from followrag.errors import InputError
from followrag.estimates import Estimate
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.metrics import METRICS, metric
from followrag.leaderboard.tables.notes import robustness_note, setting_notes, unranked_note
from followrag.leaderboard.tables.ranking import ALPHA, rank_runs
from followrag.leaderboard.tables.selection import by_items, select
from followrag.records import Problem


class Place(NamedTuple):
    """A run's place on a board.

    Attributes:
        rank: Its rank; None where it can't be ranked: only its figures are there, or it has no
            figure of the headline.
        entry: The run.
        figures: Its figures of the headline and of all `METRICS` that it has.
        p_next: The adjusted p value of no difference from the next ranked run; None where there is
            no next one.
    """

    rank: int | None
    entry: Entry
    figures: Mapping[str, Estimate]
    p_next: float | None = None


@dataclass(frozen=True)
class Board:
    """Runs on the same items under the same scorer, one of each model.

    Attributes:
        title: What the items are called; no other board has the same title.
        headline: The metric that they are ranked by.
        places: The ranked runs, best first; then the others.
        prompts: How many items there are.
        dataset: `sha256` and `count` of the items, and `problems`, the number that were unreadable.
        scorer: `mode` and `version` of the scorer.
        notes: In which other settings the runs differ, and why some are not ranked.
    """

    title: str
    headline: str
    places: tuple[Place, ...]
    prompts: int
    dataset: Mapping[str, Any]
    scorer: Mapping[str, Any]
    notes: tuple[str, ...]

    @property
    def metrics(self) -> list[str]:
        """The metrics that any of the runs has, the headline first."""
        found = {name for place in self.places for name in place.figures}
        return [self.headline, *(name for name in METRICS if name in found - {self.headline})]

    @property
    def definition(self) -> str:
        """What the headline is, in a sentence."""
        return f"{self.headline}: {metric(self.headline).meaning}."

    @property
    def ranking(self) -> str:
        """How ranks are made, in a sentence."""
        return (
            "Models share a rank where no paired difference among them is significant "
            f"at {ALPHA:.0%} (Holm's correction over all pairs)."
        )


class Boards(NamedTuple):
    """What was made of some runs, and which of them could not be used."""

    boards: list[Board]
    problems: list[Problem]


def make_boards(entries: Sequence[Entry], headline: str | None = None) -> Boards:
    """Group runs by their items and rank each group.

    A run that was scored by another version than the others, and all but the newest of a model's
    runs, stay off a board; these problems say what to do.

    Args:
        entries: The runs.
        headline: The metric to rank by, as for `followrag.leaderboard.metrics.metric`; where it is
            None, followrag if all runs of a board have it, else inst_level_loose_acc.

    Raises:
        InputError: There is no such metric, or no run has it.
    """
    if headline is not None:
        metric(headline)
    boards, problems = [], []
    for group in by_items(entries):
        kept, left_out = select(group)
        problems += left_out
        boards.append(_board(kept, headline))
    if headline and boards and not any(_has(board, headline) for board in boards):
        raise InputError(f"{headline}: no run has a figure of that metric; name another one")
    return Boards(_titled_apart(boards), problems)


def _has(board: Board, name: str) -> bool:
    return any(name in place.figures for place in board.places)


def _board(entries: Sequence[Entry], headline: str | None) -> Board:
    figures = [_figures(entry, headline) for entry in entries]
    chosen = headline or _headline(entries, figures)
    rankable = [
        number
        for number, entry in enumerate(entries)
        if entry.outcomes is not None and chosen in figures[number]
    ]
    runs = [run for number in rankable if (run := entries[number].outcomes) is not None]
    ranking = rank_runs(metric(chosen), runs)
    places = []
    for at, (place, rank) in enumerate(zip(ranking.order, ranking.ranks, strict=True)):
        after = ranking.order[at + 1 : at + 2]
        p_next = float(ranking.p[place, after[0]]) if after else None
        number = rankable[place]
        places.append(Place(rank, entries[number], figures[number], p_next))
    others = [number for number in range(len(entries)) if number not in rankable]
    others.sort(key=lambda number: -_value(figures[number], chosen))
    places += [Place(None, entries[number], figures[number]) for number in others]
    pattern = next((entries[number] for number in rankable), entries[0]).settings
    [(title, _)] = Counter(entry.settings.task for entry in entries).most_common(1)
    if pattern.is_fixed != title.endswith("_fixed"):
        title += " (fixed mode)" if pattern.is_fixed else " (reference mode)"
    unranked = [entries[number] for number in others]
    return Board(
        title=title,
        headline=chosen,
        places=tuple(places),
        prompts=max(entry.prompts for entry in entries),
        dataset=pattern.dataset,
        scorer=pattern.scorer,
        notes=(
            *robustness_note(entries),
            *unranked_note(unranked, chosen),
            *setting_notes(entries),
        ),
    )


def _figures(entry: Entry, headline: str | None) -> dict[str, Estimate]:
    return entry.figures(dict.fromkeys([*METRICS, *([headline] if headline else [])]))


def _headline(entries: Sequence[Entry], figures: Sequence[Mapping[str, Estimate]]) -> str:
    with_rows = [
        found for entry, found in zip(entries, figures, strict=True) if entry.outcomes is not None
    ]
    has_all = all("followrag" in found for found in with_rows or figures)
    return "followrag" if has_all else "inst_level_loose_acc"


def _value(figures: Mapping[str, Estimate], name: str) -> float:
    return figures[name].value if name in figures else -1.0


def _titled_apart(boards: Sequence[Board]) -> list[Board]:
    """Tell boards of the same title apart by their items' number or checksum."""
    titles = Counter(board.title for board in boards)
    sizes = Counter((board.title, board.prompts) for board in boards)
    titled = []
    for board in boards:
        title = board.title
        if titles[title] > 1:
            sha256 = str(board.dataset.get("sha256"))[:8]
            is_same_size = sizes[title, board.prompts] > 1
            title += f" ({board.prompts} items{f', sha256 {sha256}' if is_same_size else ''})"
        titled.append(replace(board, title=title))
    return titled
