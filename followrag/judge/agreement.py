"""Whether a score that needs no judge says the same as the judge."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from followrag import estimates
from followrag.estimates import Estimate

Pair = tuple[float, float]
MARGIN = 0.05  # means this close say the same of a model


class Agreement(NamedTuple):
    """How two scores of the same rows compare; both are numbers from 0 to 1.

    Attributes:
        table: How many rows have each pair of scores.
        agreement: Share of rows with equal scores.
        kappa: Cohen's kappa with linear weights: 1 where all are equal, 0 where they are as close
            as by chance; nan where all scores are one and the same.
        difference: Mean of first minus second, row by row.
    """

    table: dict[Pair, int]
    agreement: Estimate
    kappa: Estimate
    difference: Estimate

    @property
    def says(self) -> Literal["same", "different", "unknown"]:
        """Whether the means are the same, within 5 points, or different, beyond chance.

        Both at 2 standard errors; with too few rows neither can be said. Rows that never disagree
        leave room for a disagreement in 3 / n of them (the rule of three).
        """
        distance, doubt = abs(self.difference.value), 2 * self.difference.stderr
        if distance + max(doubt, 3 / max(self.difference.n, 1)) <= MARGIN:
            return "same"
        return "different" if distance > doubt else "unknown"


def compare(pairs: Sequence[Pair]) -> Agreement:
    """Compare two scores given as a pair for each row."""
    table = Counter(pairs)
    return Agreement(
        table={pair: table[pair] for pair in sorted(table)},
        agreement=estimates.mean([float(first == second) for first, second in pairs]),
        kappa=_kappa_estimate(table),
        difference=estimates.mean([first - second for first, second in pairs]),
    )


def kappa(table: Mapping[Pair, int]) -> float:
    """Compute Cohen's kappa with linear weights (Cohen 1968) from a table of pairs.

    One minus the mean distance within the pairs over the mean distance that chance gives with the
    same marginal counts. A distance is the absolute difference of two scores, so with two
    categories this is the unweighted kappa.

    Returns:
        At most 1; nan where all scores are one and the same, or there are none.
    """
    total = sum(table.values())
    first: Counter[float] = Counter()
    second: Counter[float] = Counter()
    for (left, right), count in table.items():
        first[left] += count
        second[right] += count
    seen = math.fsum(count * abs(left - right) for (left, right), count in table.items())
    chance = math.fsum(
        mine * yours * abs(left - right)
        for left, mine in first.items()
        for right, yours in second.items()
    )
    return 1 - total * seen / chance if chance else math.nan


def _kappa_estimate(table: Mapping[Pair, int]) -> Estimate:
    """Estimate kappa; the standard error is the jackknife's over rows.

    Rows of one cell are alike, so leaving each row out in turn takes one kappa a cell.
    """
    counts = {pair: count for pair, count in table.items() if count}
    n = sum(counts.values())
    without = {pair: kappa({**counts, pair: counts[pair] - 1}) for pair in counts}
    if n < 2:
        return Estimate(kappa(counts), math.nan, n)
    mean = math.fsum(counts[pair] * without[pair] for pair in counts) / n
    squares = math.fsum(counts[pair] * (without[pair] - mean) ** 2 for pair in counts)
    return Estimate(kappa(counts), math.sqrt(squares * (n - 1) / n), n)
