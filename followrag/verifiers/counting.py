"""Comparing a count with what was asked for, and saying so."""

from __future__ import annotations

from followrag.verifiers.verdict import Verdict


def compared(count: int, noun: str, relation: str, asked: int, detail: str = "") -> Verdict:
    """Decide `count` against IFEval's two relations: "less than" is `<`, "at least" is `>=`."""
    passed = count < asked if relation == "less than" else count >= asked
    return Verdict(passed, count, f"{counted(count, noun)}{detail}; {relation} {asked} asked")


def exactly(count: int, noun: str, asked: int) -> Verdict:
    """Decide `count` where the published checker wants it met exactly."""
    return Verdict(count == asked, count, f"{counted(count, noun)}; exactly {asked} asked")


def counted(count: int, noun: str) -> str:
    """Say how many of something there are."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
