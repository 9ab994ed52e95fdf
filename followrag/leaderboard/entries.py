"""A run as a leaderboard takes it, wherever it was read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from followrag.estimates import Estimate
from followrag.leaderboard.metrics import METRICS, metric
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.settings import Settings

Origin = Literal["run folder", "lm-eval samples", "lm-eval results", "baseline"]


@dataclass(frozen=True, eq=False)
class Entry:
    """One model on one task.

    Attributes:
        model: The model's name.
        where: The folder or file that it was read from.
        origin: What kind of folder or file that is.
        settings: What was asked and how.
        outcomes: What was decided, row by row; None where only figures are there.
        given: The figures, where there are no outcomes.
        date: When it ran, as ISO 8601; empty where that is not recorded.
        details: What else is recorded: `backend`, `model_args`, `packages`, `seed`.
        reference: What is decided of the same rows in `reference` mode, where `outcomes` are those
            of `fixed` mode; else None.
    """

    model: str
    where: Path
    origin: Origin
    settings: Settings
    outcomes: Outcomes | None
    given: Mapping[str, Estimate] = field(default_factory=dict)
    date: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    reference: Outcomes | None = None

    def figure(self, name: str) -> Estimate | None:
        """Give a metric with its standard error; None where the run has none of that name.

        Args:
            name: As for `followrag.leaderboard.metrics.metric`.
        """
        if self.outcomes is None:
            return self.given.get(name)
        estimate = metric(name).figure(self.outcomes)
        return estimate if estimate.n else None

    def figures(self, names: Iterable[str] = METRICS) -> dict[str, Estimate]:
        """Give those of some metrics that the run has, by name."""
        found = {name: self.figure(name) for name in names}
        return {name: figure for name, figure in found.items() if figure is not None}

    @property
    def prompts(self) -> int:
        """The number of prompts; 0 where it is not recorded."""
        if self.outcomes is not None:
            return len(self.outcomes)
        return max((figure.n for figure in self.given.values()), default=0)

    @property
    def has_texts(self) -> bool:
        """Whether prompts and responses stand where it was read from."""
        return self.origin in ("run folder", "lm-eval samples")
