"""What could not be scored or rated: no interval knows of it, so it is held against a PASS."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from followrag.leaderboard.metrics import Metric
from followrag.leaderboard.outcomes import Flags, Floats, Outcomes


def unscored_rows(run: Outcomes) -> Flags:
    """Tell the rows that could not be scored, as a whole or in one of their constraints."""
    unchecked = np.bincount(run.row[run.unchecked], minlength=len(run)) > 0
    rows: Flags = run.error | unchecked
    return rows


def unrated_rows(runs: Sequence[Outcomes]) -> Flags:
    """Tell the rows that some of the runs have a rating of, or an attempt at one, but not all."""
    known = np.array([~np.isnan(run.rating) for run in runs])
    tried = known.any(axis=0) | np.logical_or.reduce([run.judge_error for run in runs])
    rows: Flags = tried & ~known.all(axis=0)
    return rows


def hidden_drop(metric: Metric, base: Sequence[Outcomes], candidate: Sequence[Outcomes]) -> float:
    """Give by how much the candidate might be worse than it seems, as a fraction of 1.

    That is so if the base were right wherever it could not be scored, and if the candidate's lead
    were 1 less in every row that is not rated on both sides.

    Args:
        metric: What is compared.
        base: The base's runs, with the same keys in the same order as the candidate's.
        candidate: The candidate's runs.
    """
    drop = unscored_share(metric, base)
    if metric.is_judged:
        unrated = unrated_rows([*base, *candidate])
        rated = ~np.isnan([run.rating for run in (*base, *candidate)]).any(axis=0)
        drop += unrated.sum() / max(1, (unrated | rated).sum()) / len(metric.terms)
    return min(1.0, float(drop))


def unscored_share(metric: Metric, runs: Sequence[Outcomes]) -> float:
    """Give how much of a metric hangs on rows that could not be scored, mean over the runs."""
    return float(np.mean([_share(metric, run) for run in runs]))


def _share(metric: Metric, run: Outcomes) -> float:
    unscored = {key for key, is_one in zip(run.keys, unscored_rows(run), strict=True) if is_one}
    counted = metric.over(run)
    if not unscored or not len(counted):
        return 0.0
    hidden = np.array([key in unscored for key in counted.keys])
    counts: list[Floats] = [term(counted).counts for term in metric.terms]
    return float(np.mean([count[hidden].sum() / max(1.0, count.sum()) for count in counts]))
