"""Comparing a count with what was asked for, and saying so."""

from __future__ import annotations

from followrag.verifiers.verdict import Verdict


def compared(count: int, what: str, relation: str, asked: int) -> Verdict:
    """Decide `count` against IFEval's two relations: "less than" is `<`, "at least" is `>=`."""
    passed = count < asked if relation == "less than" else count >= asked
    return Verdict(passed, count, f"{count} {what}; {relation} {asked} asked")


def exactly(count: int, what: str, asked: int) -> Verdict:
    """Decide `count` where the published checker wants it met exactly."""
    return Verdict(count == asked, count, f"{count} {what}; exactly {asked} asked")
