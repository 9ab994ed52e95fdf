"""The names of conditions: what was varied and how far, such as "passages=3"."""

from __future__ import annotations

import math
from typing import NamedTuple


class Condition(NamedTuple):
    """A condition taken apart.

    Attributes:
        varied: What was varied; the whole name where it has no "=".
        level: How far, as written; empty where the name has no "=".
    """

    varied: str
    level: str

    @property
    def number(self) -> float:
        """The level as a number; nan where it is none."""
        try:
            return float(self.level)
        except ValueError:
            return math.nan


def named(varied: str, level: int) -> str:
    """Name a condition."""
    return f"{varied}={level}"


def taken_apart(name: str) -> Condition:
    """Take the name of a condition apart."""
    varied, _, level = name.partition("=")
    return Condition(varied, level)


def order(name: str) -> tuple[str, bool, float, str]:
    """Give what conditions are sorted by: what was varied, then numbers as numbers."""
    varied, level = condition = taken_apart(name)
    number = condition.number
    return (varied, True, 0.0, level) if math.isnan(number) else (varied, False, number, level)
