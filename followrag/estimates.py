"""A figure and its standard error, with prompts as the units that were sampled.

Constraints of one prompt share a response, so they are no independent observations: every figure
here is a ratio of two per-prompt sums, and its standard error comes from how the prompts differ
(the linearised, cluster-robust one; with one constraint a prompt it is the usual standard error
of a mean, s / sqrt(n)). Sums are correctly rounded, so that neither the order of the prompts nor
the machine changes a bit.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Estimate(NamedTuple):
    """A figure.

    Attributes:
        value: The figure as a fraction of 1; nan where nothing was counted.
        stderr: Its standard error; nan with fewer than two prompts.
        n: Number of prompts that count towards it.
    """

    value: float
    stderr: float
    n: int


@dataclass(frozen=True)
class Linear:
    """A value and what each prompt contributes to its deviation.

    Values over the same prompts subtract and average, and keep their covariance.

    Attributes:
        value: The value as a fraction of 1.
        influence: Per prompt, how far it pulls the value, times the number of prompts; sums to 0.
    """

    value: float
    influence: NDArray[np.float64]

    def __sub__(self, other: Linear) -> Linear:
        """Give the difference of two values over the same prompts, in the same order."""
        return Linear(self.value - other.value, self.influence - other.influence)

    @staticmethod
    def average(parts: Sequence[Linear]) -> Linear:
        """Give the mean of values over the same prompts, in the same order."""
        value = sum(part.value for part in parts) / len(parts)
        influence = np.add.reduce([part.influence for part in parts]) / len(parts)
        return Linear(value, influence)

    def by(self, units: Sequence[Hashable] | None) -> Linear:
        """Take all prompts of a unit for one observation.

        Args:
            units: Per prompt, its unit; None where each prompt is one.
        """
        if units is None:
            return self
        together: dict[Hashable, list[float]] = {unit: [] for unit in units}
        for unit, pull in zip(units, self.influence.tolist(), strict=True):
            together[unit].append(pull)
        summed = np.array([math.fsum(pulls) for pulls in together.values()], dtype=np.float64)
        return Linear(self.value, summed * (len(together) / max(1, len(units))))

    def estimate(self) -> Estimate:
        """Give the value with its standard error, clustered by prompt."""
        n = len(self.influence)
        if n < 2:
            return Estimate(self.value, math.nan, n)
        variance = math.fsum(self.influence**2) / (n * (n - 1))
        return Estimate(self.value, math.sqrt(variance), n)


def ratio(hits: ArrayLike, counts: ArrayLike) -> Linear:
    """Divide a sum over prompts by another.

    Args:
        hits: Per prompt, what goes into the upper sum.
        counts: Per prompt, what goes into the lower sum.
    """
    numerator = np.asarray(hits, dtype=np.float64)
    denominator = np.asarray(counts, dtype=np.float64)
    total = math.fsum(denominator)
    if total == 0:
        return Linear(math.nan, np.zeros(len(denominator)))
    value = math.fsum(numerator) / total
    return Linear(value, (numerator - value * denominator) * (len(denominator) / total))


def mean(values: Sequence[float]) -> Estimate:
    """Estimate a mean over prompts."""
    return average(values).estimate()


def average(values: Sequence[float]) -> Linear:
    """Give a mean over prompts, with what each contributes."""
    return ratio(values, [1.0] * len(values))


def pooled_share(outcomes: Sequence[Sequence[bool]]) -> Estimate:
    """Estimate the share of true outcomes over all prompts, clustered by prompt.

    Args:
        outcomes: Per prompt, the outcomes of its constraints; prompts without any are left out.
    """
    return pooled([prompt for prompt in outcomes if prompt]).estimate()


def pooled(outcomes: Sequence[Sequence[bool]]) -> Linear:
    """Give the share of true outcomes over all prompts, with what each contributes."""
    return ratio([sum(p) for p in outcomes], [len(p) for p in outcomes])


def followrag_score(
    outcomes: Sequence[Sequence[bool]], correct: Sequence[float | None]
) -> Estimate:
    """Estimate `followrag_linear`, without a standard error where one prompt has a correctness."""
    score = followrag_linear(outcomes, correct).estimate()
    known = sum(value is not None for value in correct)
    return score if known > 1 else score._replace(stderr=math.nan)


def followrag_linear(outcomes: Sequence[Sequence[bool]], correct: Sequence[float | None]) -> Linear:
    """Give the mean of the pooled share of followed constraints and of the mean correctness.

    Both come from the same prompts, so the standard error keeps their covariance, also where only
    some of the prompts have a correctness: the others add nothing to that mean.

    Args:
        outcomes: Per prompt, the outcomes of its constraints.
        correct: Per prompt, in the same order, how correct the answer is, from 0 to 1; None where
            nobody has said.
    """
    known = [float(value is not None) for value in correct]
    answered = ratio([value or 0.0 for value in correct], known)
    return Linear.average([pooled(outcomes), answered])
