"""Sides of a comparison, made of outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from followrag.leaderboard.entries import Entry
from followrag.leaderboard.gate.sides import Side
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome
from followrag.leaderboard.settings import Settings

SETTINGS: Mapping[str, Any] = {
    "dataset": {"sha256": "ab", "count": 3, "problems": 0},
    "prompt": {"system_instruction": None, "num_fewshot": 0},
    "scorer": {"mode": "reference", "version": "1"},
    "generation": {"temperature": 0.0, "until": []},
}


def make_entry(
    outcomes: Outcomes | None,
    model: str = "model",
    task: str = "demo",
    where: str = "runs/a",
    details: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Entry:
    """Wrap outcomes as a run; `settings` are parts of `SETTINGS` that differ."""
    return Entry(
        model,
        Path(where),
        "run folder",
        Settings(task, **{**SETTINGS, **settings}),
        outcomes,
        details=details or {},
    )


def make_side(runs: Sequence[Outcomes], name: str = "base", **entry: Any) -> Side:
    """Wrap outcomes as the runs of a side."""
    return Side(name, tuple(make_entry(run, **{"model": name, **entry}) for run in runs))


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
