"""Comparisons that are planned, and what they can see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from followrag.leaderboard.statistics.power import (
    pass_chance,
    power_of,
    prompts_needed,
    prompts_to_pass,
    regressed_chance,
    smallest_effect,
)

_USUAL_PROMPTS = (300, 700, 2100, 2800)


class Case(NamedTuple):
    """Two runs to compare.

    Attributes:
        name: What it is called.
        spread: The spread of a prompt's difference.
        most: How far they can be apart.
        prompts: The number of prompts of runs that are there.
    """

    name: str
    spread: float
    most: float = 1.0
    prompts: int | None = None


class Wish(NamedTuple):
    """What is asked for.

    Attributes:
        prompts: Number of prompts.
        effect: The difference to see, as a fraction of 1.
        margin: The margin of the release gate, as a fraction of 1.
        alpha: Chance of seeing a difference where there is none.
        power: Chance of seeing one that is there.
    """

    prompts: int | None
    effect: float | None
    margin: float | None
    alpha: float
    power: float


class Plan(NamedTuple):
    """A comparison and what it can see.

    Attributes:
        case: The runs.
        prompts: Number of prompts.
        effect: The true difference; None where none that is possible is large enough.
        power: Chance that it is seen.
        passes: Chance that a run that is as good passes the margin; None without one.
        regresses: Chance that a run that is worse by `effect` is called REGRESSED.
    """

    case: Case
    prompts: int
    effect: float | None
    power: float | None
    passes: float | None
    regresses: float | None


def make_plans(cases: Sequence[Case], wish: Wish) -> Iterator[Plan]:
    """Plan comparisons of each case, of as many prompts as are given, or as the wish takes.

    Runs that are there are planned with their own number of prompts first.
    """
    for case in cases:
        if wish.effect is not None and wish.effect > case.most:
            continue
        for prompts in _sizes(case, wish):
            yield _plan(case, prompts, wish)


def _sizes(case: Case, wish: Wish) -> tuple[int, ...]:
    if wish.prompts is not None:
        return (wish.prompts,)
    known = [] if case.prompts is None else [case.prompts]
    return tuple(dict.fromkeys([*known, *_sizes_wanted(case, wish)]))


def _sizes_wanted(case: Case, wish: Wish) -> tuple[int, ...]:
    if wish.effect is not None:
        return (prompts_needed(wish.effect, case.spread, wish.alpha, wish.power),)
    if wish.margin is not None:
        needed = prompts_to_pass(wish.margin, case.spread, alpha=wish.alpha, power=wish.power)
        return () if needed is None else (needed,)
    return _USUAL_PROMPTS


def _plan(case: Case, prompts: int, wish: Wish) -> Plan:
    spread, alpha, margin = case.spread, wish.alpha, wish.margin
    effect = wish.effect
    if effect is None:
        smallest = smallest_effect(prompts, spread, alpha, wish.power)
        effect = smallest if smallest <= case.most else None
    return Plan(
        case=case,
        prompts=prompts,
        effect=effect,
        power=None if effect is None else power_of(prompts, effect, spread, alpha),
        passes=None if margin is None else pass_chance(prompts, margin, spread, alpha=alpha),
        regresses=None
        if margin is None or effect is None
        else regressed_chance(prompts, effect, margin, spread, alpha),
    )
