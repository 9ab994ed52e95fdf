"""Figures as text."""

from __future__ import annotations

import math

from followrag.leaderboard.statistics.differences import Difference


def points(value: float, sign: str = "") -> str:
    """Write a fraction of 1 in percent, or a difference in percent points with `sign` "+"."""
    return "-" if math.isnan(value) else f"{100 * value:{sign}.1f}"


def interval(difference: Difference) -> str:
    """Write the interval of a difference in percent points."""
    if math.isnan(difference.low):
        return "-"
    return f"{points(difference.low, '+')} to {points(difference.high, '+')}"


def p_value(p: float) -> str:
    """Write a p value with three digits after the point."""
    if math.isnan(p):
        return "-"
    return "<0.001" if p < 0.001 else f"{p:.3f}"
