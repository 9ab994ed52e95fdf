"""Comparing a candidate with a base: from two names to everything that is reported."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from followrag.errors import InputError
from followrag.leaderboard.gate.aligning import Aligned, align
from followrag.leaderboard.gate.comparable import permitted_mismatches, told_differences
from followrag.leaderboard.gate.decision import Decision, decide
from followrag.leaderboard.gate.flips import Flip, flips
from followrag.leaderboard.gate.parts import Part, constraint_parts, dataset_parts, family_parts
from followrag.leaderboard.gate.policy import DEFAULT_GATES, Policy
from followrag.leaderboard.gate.sides import Side, read_side
from followrag.leaderboard.gate.unscored import unrated_rows, unscored_rows
from followrag.leaderboard.metrics import METRICS, metric
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.settings import Kind, Mismatch
from followrag.leaderboard.statistics.differences import Difference, paired
from followrag.leaderboard.texts import listed


@dataclass(frozen=True)
class Comparison:
    """A candidate compared with a base.

    Attributes:
        base: What it is compared with.
        candidate: What is compared.
        decision: The verdict, with its exit code.
        metrics: Every metric that both sides have, with 95% intervals.
        constraints: Each constraint, sorted by family.
        families: Each family of constraints.
        datasets: Each dataset, by metric.
        rows: Which rows were compared, and which could not be.
        unscored: Keys of the compared rows that a run of the base, or of the candidate, failed to
            score, as a whole or in a constraint; that counts as not followed.
        flips: The rows in which something changed.
        permitted: Where settings differ, as was allowed.
        notes: What else to know.
    """

    base: Side
    candidate: Side
    decision: Decision
    metrics: tuple[Difference, ...]
    constraints: tuple[Part, ...]
    families: tuple[Part, ...]
    datasets: Mapping[str, tuple[Part, ...]]
    rows: Aligned
    unscored: tuple[tuple[str, ...], tuple[str, ...]]
    flips: tuple[Flip, ...]
    permitted: tuple[Mismatch, ...]
    notes: tuple[str, ...]

    @property
    def prompts(self) -> int:
        """Number of prompts compared."""
        return len(self.rows.base[0])


def compare_runs(
    base: str | os.PathLike[str],
    candidate: str | os.PathLike[str],
    policy: Policy | None = None,
    task: str | None = None,
    allow: Collection[Kind] = (),
) -> Comparison:
    """Compare a candidate with a base.

    Args:
        base: A run folder, a folder of runs of one model with different seeds, an lm-eval results
            or samples file, or a baseline file.
        candidate: Likewise.
        policy: When the candidate passes; by default `Policy()`.
        task: Compare the runs on this task, where a side has several.
        allow: Kinds of settings that may differ.

    Raises:
        InputError: A side can't be used, or the two can't be compared.
    """
    sides = (read_side(base, task), read_side(candidate, task))
    return compare_sides(*sides, policy or Policy(), allow)


def compare_sides(
    base: Side, candidate: Side, policy: Policy, allow: Collection[Kind] = ()
) -> Comparison:
    """Compare two sides, as `compare_runs` does."""
    permitted = permitted_mismatches(base, candidate, allow)
    rows = align(base, candidate)
    if "dataset" not in allow:
        _require_all_rows(base, candidate, rows)
    notes = [*_repeated_notes(base, candidate), *told_differences(base.entries + candidate.entries)]
    if _judges_differ(base, candidate):
        gates = [name for name in policy.gates or () if metric(name).is_judged]
        if gates:
            raise InputError(
                f"{base.name} and {candidate.name}: were rated by different judges, so "
                f"{' and '.join(gates)} can't gate; rate both with the same `followrag judge`"
            )
        notes.append("rated by different judges: the judge's figures are not compared")
        rows = replace(
            rows, base=_without_ratings(rows.base), candidate=_without_ratings(rows.candidate)
        )
    pair = (rows.base, rows.candidate)
    if unrated := int(unrated_rows([*rows.base, *rows.candidate]).sum()):
        notes.append(f"rows not rated in every run, which the judge's figures lack: {unrated}")
    unscored = (_unscored(rows.base), _unscored(rows.candidate))
    differences = [paired(known, *pair) for known in METRICS.values()]
    datasets = {name: tuple(dataset_parts(name, *pair)) for name in DEFAULT_GATES}
    return Comparison(
        base=base,
        candidate=candidate,
        decision=decide(policy, *pair, are_all_rows=rows.are_all),
        metrics=tuple(difference for difference in differences if difference is not None),
        constraints=tuple(constraint_parts(*pair)),
        families=tuple(family_parts(*pair)),
        datasets={name: parts for name, parts in datasets.items() if parts},
        rows=rows,
        unscored=unscored,
        flips=tuple(flips(*pair)),
        permitted=tuple(permitted),
        notes=tuple(notes),
    )


def _require_all_rows(base: Side, candidate: Side, rows: Aligned) -> None:
    missing = [
        f"\n  {number} {what}: {listed(keys)}"
        for keys, what in (
            (rows.only_base, f"rows that {candidate.name} lacks"),
            (rows.only_candidate, f"rows that {base.name} lacks"),
            (rows.changed, "rows that have other constraints, or gold answers on one side only"),
        )
        if (number := len(keys))
    ]
    if missing:
        raise InputError(
            f"{base.name} and {candidate.name}: don't have the same rows:{''.join(missing)}\n"
            "run both on the same items, or compare the others only with --allow dataset"
        )


def _repeated_notes(*sides: Side) -> list[str]:
    return [
        f"{entry.where} has the same responses as another run of {side.name} and is left out"
        for side in sides
        for entry in side.repeated
    ]


def _judges_differ(base: Side, candidate: Side) -> bool:
    judges = [entry.settings.judge for side in (base, candidate) for entry in side.entries]
    known = [judge for judge in judges if judge is not None]
    return any(judge != known[0] for judge in known)


def _without_ratings(runs: Sequence[Outcomes]) -> list[Outcomes]:
    return [replace(run, rating=np.full(len(run), np.nan)) for run in runs]


def _unscored(runs: Sequence[Outcomes]) -> tuple[str, ...]:
    failed = np.logical_or.reduce([unscored_rows(run) for run in runs])
    return tuple(runs[0].keys[place] for place in np.flatnonzero(failed))
