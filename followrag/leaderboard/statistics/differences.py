"""How far two runs, or two groups of runs, are apart on the same prompts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from followrag.estimates import Linear
from followrag.leaderboard.metrics import Metric, Term
from followrag.leaderboard.outcomes import Floats, Outcomes
from followrag.leaderboard.statistics.sign_flips import sign_flip_p


class Difference(NamedTuple):
    """A paired difference, candidate minus base, in fractions of 1.

    Attributes:
        metric: What differs.
        base: The metric over the compared prompts, mean over the base's runs.
        candidate: The same for the candidate.
        delta: candidate - base.
        stderr: Standard error of delta, clustered by prompt; with several runs a side also of what
            differs between them. nan with one prompt.
        low: Lower end of the interval.
        high: Upper end of the interval.
        confidence: The interval's level.
        p: Two-sided p value of no difference: exact (sign flips of prompts; at prompt level that is
            McNemar's test) where each side is one run and the values allow it, else the one that
            the interval is made of.
        prompts: Number of prompts compared.
        worse: Prompts on which the candidate is worse.
        better: Prompts on which the candidate is better.
    """

    metric: str
    base: float
    candidate: float
    delta: float
    stderr: float
    low: float
    high: float
    confidence: float
    p: float
    prompts: int
    worse: int
    better: int


def paired(
    metric: Metric,
    base: Sequence[Outcomes],
    candidate: Sequence[Outcomes],
    confidence: float = 0.95,
) -> Difference | None:
    """Compare a metric between two groups of runs on the prompts that it counts in all of them.

    The interval is delta ± t * sqrt(V + A), or the score interval at an end where that reaches
    further: V is the variance clustered by prompt, A is `added_variance`, and with several runs a
    side what differs between runs counts as well, with a t of its own. docs/statistics.md says why,
    and what simulations found.

    Args:
        metric: What to compare.
        base: The base's runs (seeds); prompts are paired by key, in any order.
        candidate: The candidate's runs.
        confidence: The interval's level.

    Returns:
        The difference; None where no prompt counts in all runs.
    """
    runs = _counted(metric, [*base, *candidate])
    base, candidate = runs[: len(base)], runs[len(base) :]
    groups = [[metric.linear(run) for run in side] for side in (base, candidate)]
    if not len(runs[0]) or any(math.isnan(run.value) for side in groups for run in side):
        return None
    old, new = (Linear.average(side) for side in groups)
    largest = max(_largest_influence(metric, run) for run in runs)
    noise = _Noise.of(new - old, groups, largest)
    change = new.value - old.value
    below, above = noise.reach(change, (1 - confidence) / 2)
    exact = _exact_p(metric, base, candidate)
    moves = _moves(metric, base, candidate)
    return Difference(
        metric=metric.name,
        base=old.value,
        candidate=new.value,
        delta=change,
        stderr=noise.stderr,
        low=max(-1.0, change - below),
        high=min(1.0, change + above),
        confidence=confidence,
        p=noise.p(change) if exact is None else exact,
        prompts=len(moves),
        worse=int((moves < 0).sum()),
        better=int((moves > 0).sum()),
    )


def added_variance(squares: ArrayLike, fourths: ArrayLike, prompts: int) -> Floats:
    """Give what is added to a difference's variance, so that few changes give no false certainty.

    It is what one more changed prompt in each direction would add: Bonett and Price (Statistics in
    Medicine, 2012) add one to each discordant cell of McNemar's table, which this is at prompt
    level.

    Args:
        squares: Sum of squares of the difference's influence; one or an array of them.
        fourths: Sum of its fourth powers.
        prompts: Number of prompts.
    """
    added: Floats = 2 * _squared_move(squares, fourths, prompts, 1.0)
    return added


def _squared_move(squares: ArrayLike, fourths: ArrayLike, prompts: int, unseen: float) -> Floats:
    """Give the square of how far a changed prompt moves a metric.

    That is taken from the prompts that changed, and from one that is still to change with the
    influence `unseen`, so that it is known where none did.
    """
    moved: Floats = (np.asarray(fourths) + unseen**4) / (np.asarray(squares) + unseen**2)
    return moved / prompts**2


def _largest_influence(metric: Metric, run: Outcomes) -> float:
    """Give the influence of the prompt that moves a metric most by changing wholly."""
    counts = [sums.counts for sums in metric.sums(run)]
    shares = np.mean([count / count.sum() for count in counts], axis=0)
    return float(shares.max()) * len(shares)


def t_test(delta: ArrayLike, variance: ArrayLike, prompts: int) -> Floats:
    """Give two-sided p values of differences of which each side is one run.

    Args:
        delta: The difference; one or an array of them.
        variance: Its variance with `added_variance`, more than 0.
        prompts: Number of prompts, at least 2.
    """
    statistic = -np.abs(np.asarray(delta, dtype=np.float64)) / np.sqrt(variance)
    p: Floats = 2 * np.asarray(special.stdtr(prompts - 1, statistic))
    return p


@dataclass(frozen=True)
class _Noise:
    """What a difference may be off by.

    Attributes:
        prompts: Number of prompts.
        pooled: Variance clustered by prompt, of the mean over runs.
        added: The small-sample addition to it.
        skewing: Square of how far the prompts that may yet change move the metric.
        shared: The part of `pooled` that more runs would leave.
        between: Variance of the mean over runs, from how runs of one side differ.
        spare_runs: Degrees of freedom of `between`; 0 where each side is one run.
    """

    prompts: int
    pooled: float
    added: float
    skewing: float
    shared: float = 0.0
    between: float = 0.0
    spare_runs: int = 0

    @classmethod
    def of(cls, change: Linear, groups: Sequence[Sequence[Linear]], largest: float) -> _Noise:
        """Measure it.

        Each prompt's part in a run is the prompt's own, the run's, and chance; the parts are told
        apart as in a two-way analysis of variance, with one spread of runs for both sides.
        """
        n = len(change.influence)
        squares, fourths = math.fsum(change.influence**2), math.fsum(change.influence**4)
        pooled = squares / (n * (n - 1)) if n > 1 else math.nan
        added = float(added_variance(squares, fourths, n))
        skewing = float(_squared_move(squares, fourths, n, largest))
        spare = sum(len(side) - 1 for side in groups)
        if spare == 0 or n < 2:
            return cls(n, pooled, added, skewing)
        share = sum(1 / len(side) for side in groups)
        values = [np.array([run.value for run in side]) for side in groups]
        between = sum(_squares(side) for side in values) / spare * share
        influences = [np.array([run.influence for run in side]) for side in groups]
        within = sum(_squares(side) for side in influences) / (spare * (n - 1)) / n * share
        return cls(n, pooled, added, skewing, max(0.0, pooled - within), between, spare)

    @property
    def stderr(self) -> float:
        return math.sqrt(max(self.pooled, self.shared + self.between))

    def half_width(self, tail: float) -> float:
        t = special.stdtrit(self.prompts - 1, tail) ** 2
        return math.sqrt(self._square(tail) + t * self.added)

    def reach(self, delta: float, tail: float) -> tuple[float, float]:
        """Give how far the interval reaches below and above delta.

        The score interval's ends are where a difference is t standard errors away that are computed
        for that difference: those x with x^3 - (t^2 V + t^4 w^2) x - t^4 w^2 delta = 0, for Poisson
        numbers of prompts that move the metric by w up and down.
        """
        if self.prompts < 2:
            return math.inf, math.inf
        skew = special.stdtrit(self.prompts - 1, tail) ** 4 * self.skewing
        spread = self._square(tail) + skew
        size, width = 2 * math.sqrt(spread / 3), self.half_width(tail)
        cosine = max(-1.0, min(1.0, skew * delta / 2 * math.sqrt(27 / spread**3)))
        below, above = (size * math.cos(math.acos(sign * cosine) / 3) for sign in (-1, 1))
        return max(width, below), max(width, above)

    def _square(self, tail: float) -> float:
        t = special.stdtrit(self.prompts - 1, tail) ** 2
        if not self.spare_runs:
            return float(t * self.pooled)
        between = special.stdtrit(self.spare_runs, tail) ** 2 * self.between
        return float(max(t * self.pooled, t * self.shared + between))

    def p(self, delta: float) -> float:
        """Give 1 less the level at which the interval ends at 0."""
        if self.prompts < 2:
            return 1.0
        if not self.spare_runs:
            return float(t_test(delta, self.pooled + self.added, self.prompts))
        low, high = -150.0, math.log10(0.5)
        for _ in range(60):
            middle = (low + high) / 2
            if self.half_width(10**middle) > abs(delta):
                low = middle
            else:
                high = middle
        return min(1.0, 2 * 10**high)


def _squares(runs: Floats) -> float:
    return math.fsum(((runs - runs.mean(axis=0)) ** 2).ravel())


def _counted(metric: Metric, runs: Sequence[Outcomes]) -> list[Outcomes]:
    """Take what the metric counts in every run: prompts, and of them the ratings."""
    counted = [metric.over(run) for run in runs]
    if any(run.keys != counted[0].keys for run in counted):
        shared = set.intersection(*(set(run.keys) for run in counted))
        keys = [key for key in counted[0].keys if key in shared]
        counted = [run.of_keys(keys) for run in counted]
    if not metric.is_judged:
        return counted
    unrated = np.logical_or.reduce([np.isnan(run.rating) for run in counted])
    return [replace(run, rating=np.where(unrated, np.nan, run.rating)) for run in counted]


def _exact_p(
    metric: Metric, base: Sequence[Outcomes], candidate: Sequence[Outcomes]
) -> float | None:
    if len(base) > 1 or len(candidate) > 1 or len(metric.terms) > 1:
        return None
    [old], [new] = (metric.sums(run) for run in (base[0], candidate[0]))
    if not np.array_equal(old.counts, new.counts):
        return None
    return sign_flip_p(new.hits - old.hits)


def _moves(metric: Metric, base: Sequence[Outcomes], candidate: Sequence[Outcomes]) -> Floats:
    """Say per prompt which way it moves the metric, where it counts alike in all runs."""
    moves = np.zeros(len(base[0].units.names))
    sides = ([metric.sums(run) for run in side] for side in (base, candidate))
    for old, new in zip(*(zip(*side, strict=True) for side in sides), strict=True):
        counts = old[0].counts
        alike = np.logical_and.reduce([run.counts == counts for run in [*old, *new]])
        gained = _hits(new) * len(base) - _hits(old) * len(candidate)
        moves += np.where(alike, gained, 0.0) / counts.sum()
    return moves


def _hits(runs: Sequence[Term]) -> Floats:
    total: Floats = np.add.reduce([run.hits for run in runs])
    return total
