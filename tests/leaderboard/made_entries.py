"""Entries made of outcomes, without files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from followrag.leaderboard.entries import Entry
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.settings import Settings


def made_entry(
    model: str,
    outcomes: Outcomes | None,
    *,
    where: str = "",
    date: str = "",
    sha256: str | None = "a",
    version: str = "1",
    given: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Entry:
    """Make a run of a model on items of this checksum; `settings` are parts of its settings."""
    count = 0 if outcomes is None else len(outcomes)
    return Entry(
        model=model,
        where=Path(where or f"runs/{model}"),
        origin="run folder" if outcomes is not None else "lm-eval results",
        settings=Settings(
            **{
                "task": "demo",
                "dataset": {"sha256": sha256, "count": count, "problems": 0},
                "scorer": {"mode": "reference", "version": version},
                **settings,
            }
        ),
        outcomes=outcomes,
        given=given or {},
        date=date,
        details=details or {},
    )
