"""The exact test of no difference that flips the signs of prompts."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]


def sign_flip_p(differences: Floats) -> float | None:
    """Give the exact two-sided p value of a sum of differences.

    Where nothing changed, each prompt's difference is as likely to have the other sign. The p value
    is the share of all sign patterns whose sum is at least as far from 0 as the one observed. With
    differences of -1, 0 and 1 this is McNemar's exact test.

    Args:
        differences: Per prompt, whole or half numbers.

    Returns:
        The p value; None where a difference is no multiple of a half.
    """
    halves = np.rint(2 * np.asarray(differences, dtype=np.float64)).astype(np.int64)
    if not np.array_equal(halves / 2, differences):
        return None
    if not halves.any():
        return 1.0
    steps = halves // np.gcd.reduce(halves)
    total, reached = int(np.abs(steps).sum()), abs(int(steps.sum()))
    tail = math.fsum(_positive_part(np.abs(steps))[(total + reached) // 2 :])
    return min(1.0, 2 * tail)


def _positive_part(sizes: NDArray[np.int64]) -> Floats:
    """Give the distribution of the sum over the prompts whose sign is positive, from 0 on."""
    chances = np.ones(1)
    for size, count in zip(*np.unique(sizes[sizes > 0], return_counts=True), strict=True):
        binomial = _fair_binomial(int(count))
        spread = np.zeros(len(chances) + int(size) * int(count))
        for times, chance in enumerate(binomial):
            start = times * int(size)
            spread[start : start + len(chances)] += chance * chances
        chances = spread
    return chances


def _fair_binomial(trials: int) -> Floats:
    heads = np.arange(trials + 1)
    log_ways = -special.betaln(1 + trials - heads, 1 + heads) - math.log1p(trials)
    chances: Floats = np.exp(log_ways - trials * math.log(2))
    return chances
