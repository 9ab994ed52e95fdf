"""What a run's figures don't say: how long its answers are, and how often something failed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from followrag.leaderboard.entries import Entry


class Conduct(NamedTuple):
    """How a run went; None for what isn't known.

    Attributes:
        length: Mean characters of the responses without their reasoning, error rows left out.
        error_share: Share of rows that could not be scored.
        judge_error_share: Share of the responses given to a judge that it could not rate.
        qa_unwrapping_differs: Share of the rows with a `qa_acc_unwrapped` whose `qa_acc`
            is another.
    """

    length: float | None
    error_share: float | None
    judge_error_share: float | None
    qa_unwrapping_differs: float | None


def conduct(entry: Entry) -> Conduct:
    """Count how a run went."""
    outcomes = entry.outcomes
    if outcomes is None or not len(outcomes):
        return Conduct(None, None, None, None)
    answered = outcomes.length[~outcomes.error]
    failed = int(outcomes.judge_error.sum())
    judged = failed + int((~np.isnan(outcomes.rating)).sum())
    known = ~np.isnan(outcomes.qa_acc_unwrapped)
    differs = (outcomes.qa_acc != outcomes.qa_acc_unwrapped)[known]
    return Conduct(
        length=float(answered.mean()) if len(answered) else None,
        error_share=float(outcomes.error.mean()),
        judge_error_share=failed / judged if judged else None,
        qa_unwrapping_differs=float(differs.mean()) if len(differs) else None,
    )
