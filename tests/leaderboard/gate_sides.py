"""Sides of a comparison, made of outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from made_entries import made_entry

from followrag.leaderboard.gate.sides import Side
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome

SETTINGS: Mapping[str, Any] = {
    "dataset": {"sha256": "ab", "count": 3, "problems": 0},
    "prompt": {"system_instruction": None, "num_fewshot": 0},
    "scorer": {"mode": "reference", "version": "1"},
    "generation": {"temperature": 0.0, "until": []},
}


def make_side(runs: Sequence[Outcomes], name: str = "base", **entry: Any) -> Side:
    """Wrap outcomes as the runs of a side; `entry` is what differs from its name and `SETTINGS`."""
    wrapped = {"model": name, **SETTINGS, **entry}
    return Side(name, tuple(made_entry(outcomes=run, **wrapped) for run in runs))


def prompt_outcomes(
    followed: Iterable[bool], errors: Iterable[int] = (), answered: float | None = None
) -> Outcomes:
    """Make prompts of one constraint each, the response's digest telling whether it is followed."""
    failed = set(errors)
    return Outcomes.of(
        RowOutcome(
            str(place),
            "nq",
            [Check("format_json", good, good, False)],
            answered,
            error=place in failed,
            digest=int(good),
        )
        for place, good in enumerate(followed)
    )
