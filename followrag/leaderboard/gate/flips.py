"""Rows that are decided otherwise on the other side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from followrag.leaderboard.outcomes import Floats, Outcomes


@dataclass(frozen=True)
class Change:
    """What changed in a row.

    Attributes:
        what: A constraint's id (decided loosely), or `qa_acc`.
        base: The share of the base's runs in which it is followed, or right.
        candidate: The same for the candidate.
    """

    what: str
    base: float
    candidate: float


@dataclass(frozen=True)
class Flip:
    """A row in which something changed.

    Attributes:
        key: The item's key.
        dataset: The question's source.
        changes: What changed, constraints first.
    """

    key: str
    dataset: str
    changes: tuple[Change, ...]

    @property
    def is_worse(self) -> bool:
        """Whether anything got worse."""
        return any(change.candidate < change.base for change in self.changes)

    @property
    def is_better(self) -> bool:
        """Whether anything got better."""
        return any(change.candidate > change.base for change in self.changes)


def flips(base: Sequence[Outcomes], candidate: Sequence[Outcomes]) -> list[Flip]:
    """List the rows in which something changed, in order.

    Args:
        base: The base's runs, with the same keys and constraints in the same order everywhere.
        candidate: The candidate's runs, likewise.
    """
    sides = (base, candidate)
    loose = [np.mean([run.loose for run in side], axis=0) for side in sides]
    qa_acc = [np.mean([run.qa_acc for run in side], axis=0) for side in sides]
    changes: dict[int, list[Change]] = {}
    for check in _unequal(*loose):
        change = Change(str(base[0].id[check]), *(float(side[check]) for side in loose))
        changes.setdefault(int(base[0].row[check]), []).append(change)
    for row in _unequal(*qa_acc):
        change = Change("qa_acc", *(float(side[row]) for side in qa_acc))
        changes.setdefault(row, []).append(change)
    return [
        Flip(base[0].keys[row], str(base[0].dataset[row]), tuple(changes[row]))
        for row in sorted(changes)
    ]


def _unequal(base: Floats, candidate: Floats) -> Iterator[int]:
    differ = ~np.isclose(base, candidate, rtol=0, atol=1e-9, equal_nan=True)
    known = ~np.isnan(base) & ~np.isnan(candidate)
    yield from map(int, np.flatnonzero(differ & known))
