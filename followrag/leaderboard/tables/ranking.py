"""Ranks that runs share where nothing tells them apart.

Every two runs are compared on the prompts that count in both, by the paired difference and the
test that the interval of `followrag.leaderboard.statistics.differences.paired` is made of, with
Holm's correction over all pairs. Pairs are computed a run against all later ones at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from followrag.leaderboard.metrics import Metric, Term
from followrag.leaderboard.outcomes import Flags, Floats, Outcomes
from followrag.leaderboard.statistics.differences import added_variance, t_test
from followrag.leaderboard.statistics.multiplicity import holm

ALPHA = 0.05


class Ranking(NamedTuple):
    """Runs in order.

    Attributes:
        order: The places of the runs in what was given, best first; equals as they were given.
        ranks: Their ranks, in that order.
        p: Per pair of runs, as they were given, the p value of no difference, adjusted by Holm.
    """

    order: tuple[int, ...]
    ranks: tuple[int, ...]
    p: Floats


def rank_runs(metric: Metric, runs: Sequence[Outcomes], alpha: float = ALPHA) -> Ranking:
    """Rank runs.

    From the best down, a run joins the group above it if it differs significantly from no member
    of it, and else begins a group. A group's rank is 1 + the number of runs above it.

    Args:
        metric: What they are ranked by; each run must have a figure of it.
        runs: The runs.
        alpha: How often equal runs may be told apart.
    """
    values = np.array([metric.figure(run).value for run in runs])
    order = tuple(int(place) for place in np.argsort(-values, kind="stable"))
    p = _adjusted(pairwise_p(metric, runs))
    ranks: list[int] = []
    group: list[int] = []
    for above, place in enumerate(order):
        if any(p[place, member] < alpha for member in group):
            group = []
        ranks.append(ranks[-1] if group else 1 + above)
        group.append(place)
    return Ranking(order, tuple(ranks), p)


def pairwise_p(metric: Metric, runs: Sequence[Outcomes]) -> Floats:
    """Give the p value of no difference of each pair of runs; 1 where nothing can be compared."""
    p = np.ones((len(runs), len(runs)))
    counted, terms = _columns(metric, runs)
    are_same_prompts = all((known == known[:1]).all() for known in (counted, *map(_known, terms)))
    whole = _linear(terms, counted) if are_same_prompts else None
    for first in range(len(runs) - 1):
        rest = slice(first + 1, None)
        both = counted[rest] & counted[first]
        if whole is not None:
            change = _Values(*(part[rest] for part in whole)).since(
                _Values(*(part[first] for part in whole))
            )
        else:
            shared = [_known(term)[rest] & _known(term)[first] for term in terms]
            mine, other = (
                _linear(
                    [
                        Term(term.hits[which] * known, term.counts[which] * known)
                        for term, known in zip(terms, shared, strict=True)
                    ],
                    both,
                )
                for which in (first, rest)
            )
            change = other.since(mine)
        p[first, rest] = p[rest, first] = _p(change, both.sum(axis=1))
    return p


class _Values(NamedTuple):
    """As `followrag.estimates.Linear`, a row a run."""

    value: Floats
    influence: Floats

    def since(self, old: _Values) -> _Values:
        return _Values(self.value - old.value, self.influence - old.influence)


def _known(term: Term) -> Flags:
    known: Flags = term.counts > 0
    return known


def _columns(metric: Metric, runs: Sequence[Outcomes]) -> tuple[Flags, list[Term]]:
    """Per run (row) and prompt (column): whether it counts, and what goes into each ratio."""
    places = {
        unit: place
        for place, unit in enumerate(dict.fromkeys(u for run in runs for u in run.units.names))
    }
    shape = (len(runs), len(places))
    counted = np.zeros(shape, dtype=np.bool_)
    terms = [Term(np.zeros(shape), np.zeros(shape)) for _ in metric.terms]
    for number, run in enumerate(runs):
        chosen = metric.over(run)
        at = np.array([places[unit] for unit in chosen.units.names], dtype=np.int64)
        counted[number, at] = True
        for (hits, counts), sums in zip(terms, metric.sums(chosen), strict=True):
            hits[number, at], counts[number, at] = sums
    return counted, terms


def _linear(terms: Sequence[Term], counted: Flags) -> _Values:
    """Compute the mean of ratios over the prompts that count, a row a run."""
    n = counted.sum(axis=1)
    values, influences = [], []
    with np.errstate(divide="ignore", invalid="ignore"):
        for hits, counts in terms:
            total = (counts * counted).sum(axis=1)
            value = (hits * counted).sum(axis=1) / total
            values.append(value)
            influences.append((hits - value[:, None] * counts) * counted * (n / total)[:, None])
    return _Values(np.mean(values, axis=0), np.mean(influences, axis=0))


def _p(change: _Values, prompts: Floats) -> Floats:
    p = np.ones(len(prompts))
    squares = change.influence**2
    sums, fourths = squares.sum(axis=1), (squares**2).sum(axis=1)
    for n in map(int, np.unique(prompts[prompts > 1])):
        at = (prompts == n) & ~np.isnan(change.value)
        variance = sums[at] / (n * (n - 1)) + added_variance(sums[at], fourths[at], n)
        p[at] = t_test(change.value[at], variance, n)
    return p


def _adjusted(p: Floats) -> Floats:
    first, second = np.triu_indices(len(p), 1)
    adjusted = np.ones_like(p)
    adjusted[first, second] = adjusted[second, first] = holm(p[first, second].tolist())
    return adjusted
