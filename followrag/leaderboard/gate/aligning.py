"""Pairing the rows of two sides by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from followrag.errors import InputError
from followrag.leaderboard.gate.sides import Side
from followrag.leaderboard.outcomes import Outcomes


@dataclass(frozen=True)
class Aligned:
    """The rows that every run of both sides has, in the same order everywhere.

    Attributes:
        base: The base's runs.
        candidate: The candidate's runs.
        only_base: Keys that a run of the candidate lacks.
        only_candidate: Keys that a run of the base lacks.
        changed: Keys that are there everywhere, but not with the same constraints, or with gold
            answers in some runs only; left out.
    """

    base: list[Outcomes]
    candidate: list[Outcomes]
    only_base: tuple[str, ...] = ()
    only_candidate: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def are_all(self) -> bool:
        """Whether no row of any run is left out."""
        return not (self.only_base or self.only_candidate or self.changed)


def align(base: Side, candidate: Side) -> Aligned:
    """Pair rows by key.

    Raises:
        InputError: No row is on both sides.
    """
    runs = [*base.outcomes, *candidate.outcomes]
    shared = set(runs[0].keys).intersection(*(run.keys for run in runs[1:]))
    common = [key for key in runs[0].keys if key in shared]
    asked = [_asked(run.of_keys(common)) for run in runs]
    changed = {key for key, *all_asked in zip(common, *asked, strict=True) if len({*all_asked}) > 1}
    keys = [key for key in common if key not in changed]
    if not keys:
        raise InputError(f"{base.name} and {candidate.name}: have no row in common")
    return Aligned(
        base=[run.of_keys(keys) for run in base.outcomes],
        candidate=[run.of_keys(keys) for run in candidate.outcomes],
        only_base=_others(base.outcomes, shared),
        only_candidate=_others(candidate.outcomes, shared),
        changed=tuple(key for key in common if key in changed),
    )


def _asked(run: Outcomes) -> list[tuple[bool, tuple[str, ...]]]:
    """Say per row whether it has gold answers, and its constraints."""
    ids: list[list[str]] = [[] for _ in run.keys]
    for row, id in zip(run.row, run.id, strict=True):
        ids[row].append(str(id))
    return [(bool(has), tuple(row)) for has, row in zip(~np.isnan(run.qa_acc), ids, strict=True)]


def _others(runs: Sequence[Outcomes], shared: set[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for run in runs for key in run.keys if key not in shared))
