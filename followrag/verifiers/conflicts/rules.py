"""The rules' registry, and what they find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from followrag.verifiers.constraint import Constraint

__all__ = ["Conflict", "conflicts"]


class Conflict(NamedTuple):
    """Constraints that no text follows together.

    Attributes:
        places: Their places among the constraints that were asked about, ascending.
        rule: Name of the rule that found it.
        reason: Why, in words.
    """

    places: tuple[int, ...]
    rule: str
    reason: str


def conflicts(constraints: Sequence[Constraint]) -> tuple[Conflict, ...]:
    """Find every smallest set of constraints that no text follows strictly together.

    Args:
        constraints: Constraints of one text, in either mode.

    Returns:
        The conflicts, none of which contains another, in order of their places.
    """
    return ()
