"""Loose verdicts of `fixed` mode: one reading of the response for all constraints."""

from __future__ import annotations

from collections.abc import Sequence

from followrag.verifiers.constraint import Constraint
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict, Verdicts

__all__ = ["joint_verdicts"]


def joint_verdicts(
    constraints: Sequence[Constraint | Verdict], response: Response
) -> list[Verdicts]:
    """Decide a response strictly, and loosely by the one reading that follows most constraints.

    The published evaluator lets each constraint be saved by another reading, so that a response of
    one line in capitals and one in small letters is both (FollowRAG if_eval.py:52-73).

    Args:
        constraints: The constraints of one item; an error verdict stands for itself.
        response: The response.

    Returns:
        The verdicts, in order. Loose ones are those of the first reading that most constraints
        pass; the response as it stands is the first of all.
    """
    strict = _decided(constraints, response)
    best, most = strict, _passed(strict)
    for variant in response.variants:
        if most == len(constraints):
            break
        loose = _decided(constraints, variant)
        if (passed := _passed(loose)) > most:
            best, most = loose, passed
    return [Verdicts(*pair) for pair in zip(strict, best, strict=True)]


def _decided(constraints: Sequence[Constraint | Verdict], response: Response) -> list[Verdict]:
    return [
        constraint if isinstance(constraint, Verdict) else constraint.check(response)
        for constraint in constraints
    ]


def _passed(verdicts: Sequence[Verdict]) -> int:
    return sum(verdict.passed for verdict in verdicts)
