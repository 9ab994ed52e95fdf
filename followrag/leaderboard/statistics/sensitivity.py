"""How much a run's figure hangs on a thing that should not matter, or not much."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from followrag import conditions
from followrag.estimates import Estimate
from followrag.leaderboard.metrics import Metric
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.statistics.differences import paired

ALPHA = 0.05


class Sensitivity(NamedTuple):
    """The spread of a figure over the levels of one thing, in fractions of 1.

    Attributes:
        varied: What was varied.
        worst: The condition with the lowest figure; of equals, the first.
        best: The condition with the highest figure; of equals, the first that is not `worst`.
        low_figure: The figure at `worst`.
        high_figure: The figure at `best`.
        spread: The paired difference between the two, on the units that both have.
        low: Lower end of its interval.
        high: Upper end.
        prompts: Number of units compared.
    """

    varied: str
    worst: str
    best: str
    low_figure: Estimate
    high_figure: Estimate
    spread: float
    low: float
    high: float
    prompts: int


def sensitivities(metric: Metric, run: Outcomes) -> dict[str, Sensitivity]:
    """Compute the spread of a metric over the levels of each thing that was varied.

    The two levels are chosen for being furthest apart, out of all pairs; an interval for them alone
    would claim too much. So each has the level 1 - 0.05 / pairs: then all pairs' intervals hold
    together with 95% (Bonferroni), and the chosen one's with them.

    Args:
        metric: What to look at.
        run: A run on a robustness set; rows of one origin are paired.

    Returns:
        By what was varied; nothing for what has one level, or fewer than two prompts in common.
    """
    levels: dict[str, dict[str, Outcomes]] = defaultdict(dict)
    groups = run.grouped("condition")
    for name in sorted(groups, key=conditions.order):
        levels[conditions.taken_apart(name).varied][name] = groups[name]
    found = {varied: _sensitivity(metric, varied, parts) for varied, parts in levels.items()}
    return {varied: one for varied, one in found.items() if one is not None}


def _sensitivity(metric: Metric, varied: str, parts: dict[str, Outcomes]) -> Sensitivity | None:
    figures = {name: metric.figure(part) for name, part in parts.items()}
    counted = [name for name, figure in figures.items() if figure.n]
    if len(counted) < 2:
        return None
    worst = min(counted, key=lambda name: figures[name].value)
    best = max((name for name in counted if name != worst), key=lambda name: figures[name].value)
    pairs = len(list(combinations(counted, 2)))
    low, high = (replace(part, keys=part.origins) for part in (parts[worst], parts[best]))
    difference = paired(metric, [low], [high], confidence=1 - ALPHA / pairs)
    if difference is None or difference.prompts < 2:
        return None
    return Sensitivity(
        varied=varied,
        worst=worst,
        best=best,
        low_figure=figures[worst],
        high_figure=figures[best],
        spread=difference.delta,
        low=difference.low,
        high=difference.high,
        prompts=difference.prompts,
    )
