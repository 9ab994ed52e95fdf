"""`followrag power`: plan a comparison."""

from __future__ import annotations

import json as jsonlib
import math
from collections.abc import Iterator
from itertools import product
from typing import Annotated, Any, NamedTuple

import typer

from followrag.errors import InputError
from followrag.leaderboard.statistics.power import (
    ALPHA,
    POWER,
    paired_spread,
    pass_chance,
    power_of,
    prompts_needed,
    prompts_to_pass,
    regressed_chance,
    smallest_effect,
    unpaired_spread,
)
from followrag.tables import Table, show

SCHEMA = "followrag.power/1"
_DEFAULT_METRIC = "inst_level_loose_acc"
_MOST_PROMPTS = 10**12
_USUAL_PROMPTS = (300, 700, 2100, 2800)
_USUAL_DISCORDANCE = (0.05, 0.1, 0.2)


class _Case(NamedTuple):
    """Two runs to compare: the spread of a prompt's difference, and how far they can be apart."""

    name: str
    spread: float
    most: float = 1.0


class _Wish(NamedTuple):
    """What is asked for; effects and margins as fractions of 1."""

    prompts: int | None
    effect: float | None
    margin: float | None
    alpha: float
    power: float


class _Plan(NamedTuple):
    """A comparison and what it can see.

    Attributes:
        case: The runs.
        prompts: Number of prompts.
        effect: The true difference; None where none that is possible is large enough.
        power: Chance that it is seen.
        passes: Chance that a run that is as good passes the margin; None without one.
        regresses: Chance that a run that is worse by `effect` is called REGRESSED.
    """

    case: _Case
    prompts: int
    effect: float | None
    power: float | None
    passes: float | None
    regresses: float | None


def power(
    base: Annotated[
        str | None,
        typer.Argument(help="A run to learn from how much prompts change, as for compare."),
    ] = None,
    candidate: Annotated[str | None, typer.Argument(help="Another run, with BASE.")] = None,
    prompts: Annotated[int | None, typer.Option(help="Number of prompts.")] = None,
    effect: Annotated[
        float | None, typer.Option(help="The difference to see, in percent points.")
    ] = None,
    discordance: Annotated[
        float | None,
        typer.Option(help="Percent of the prompts that one run gets right and the other wrong."),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(help="The margin of the release gate, in percent points."),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(help=f"With BASE and CANDIDATE: the metric; else {_DEFAULT_METRIC}."),
    ] = None,
    alpha: Annotated[
        float, typer.Option(help="Chance of seeing a difference where there is none.")
    ] = ALPHA,
    power: Annotated[
        float, typer.Option(help="Chance of seeing a difference that is there.")
    ] = POWER,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how many prompts a comparison needs, or how small a difference it can see.

    Two runs of yours, best of one model with two seeds, tell how much prompts change.
    """
    _check(prompts, effect, discordance, margin, alpha, power)
    cases = _cases(base, candidate, discordance, metric)
    wish = _Wish(
        prompts,
        None if effect is None else effect / 100,
        None if margin is None else margin / 100,
        alpha,
        power,
    )
    plans = list(_plans(cases, wish))
    if json:
        print(jsonlib.dumps(_record(plans, wish), indent=2, ensure_ascii=False))
    else:
        show(_table(plans, wish))
        if len(plans) == 1:
            print(_sentence(plans[0], wish))


def _check(
    prompts: int | None,
    effect: float | None,
    discordance: float | None,
    margin: float | None,
    alpha: float,
    power: float,
) -> None:
    if prompts is not None and not 2 <= prompts <= _MOST_PROMPTS:
        raise InputError(f"--prompts {prompts}: is not from 2 to {_MOST_PROMPTS}")
    for name, value in (("effect", effect), ("discordance", discordance), ("margin", margin)):
        if value is not None and not 0.001 <= value <= 100:
            raise InputError(f"--{name} {value:g}: is not from 0.001 to 100 percent points")
    if not 1e-6 <= alpha < 1:
        raise InputError(f"--alpha {alpha:g}: is not between 0.000001 and 1, like 0.05")
    if not alpha < power < 1:
        raise InputError(f"--power {power:g}: is not between alpha and 1, like 0.8")
    if effect is not None and discordance is not None and effect > discordance:
        raise InputError(
            f"--effect {effect:g} with --discordance {discordance:g}: the runs can't be further "
            "apart than the prompts that change; name a smaller effect or more discordance"
        )


def _cases(
    base: str | None, candidate: str | None, discordance: float | None, metric: str | None
) -> list[_Case]:
    if base is not None and candidate is not None:
        if discordance is not None:
            raise InputError("two runs tell the discordance: leave out either them or it")
        return [_measured(base, candidate, metric or _DEFAULT_METRIC)]
    if base is not None:
        raise InputError(f"{base}: is one run; name another one to learn how much prompts change")
    if metric is not None:
        raise InputError("--metric needs two runs to learn from how much prompts change")
    if discordance is not None:
        return [_discordant(discordance / 100)]
    assumed = [_discordant(share) for share in _USUAL_DISCORDANCE]
    return [*assumed, _Case("runs on different prompts, worst case", unpaired_spread())]


def _discordant(share: float) -> _Case:
    return _Case(f"{100 * share:g}% of prompts change", paired_spread(share), share)


def _measured(base: str, candidate: str, name: str) -> _Case:
    from followrag.leaderboard.gate.aligning import align
    from followrag.leaderboard.gate.sides import read_side
    from followrag.leaderboard.metrics import metric
    from followrag.leaderboard.statistics.differences import paired

    rows = align(read_side(base), read_side(candidate))
    pairs = product(rows.base, rows.candidate)
    found = [paired(metric(name), [old], [new]) for old, new in pairs]
    squares = [one.stderr**2 * one.prompts for one in found if one and one.prompts > 1]
    if not squares:
        raise InputError(
            f"{base} and {candidate}: have no two prompts in common that {name} counts"
        )
    if not any(squares):
        raise InputError(
            f"{base} and {candidate}: do not differ in {name} on any prompt, so nothing is learned "
            "from them; name other runs, or give --discordance"
        )
    return _Case(f"{name} of these runs", math.sqrt(math.fsum(squares) / len(squares)))


def _plans(cases: list[_Case], wish: _Wish) -> Iterator[_Plan]:
    for case in cases:
        if wish.effect is not None and wish.effect > case.most:
            continue
        for prompts in _sizes(case, wish):
            yield _plan(case, prompts, wish)


def _sizes(case: _Case, wish: _Wish) -> tuple[int, ...]:
    if wish.prompts is not None:
        return (wish.prompts,)
    if wish.effect is not None:
        return (prompts_needed(wish.effect, case.spread, wish.alpha, wish.power),)
    if wish.margin is not None:
        needed = prompts_to_pass(wish.margin, case.spread, alpha=wish.alpha, power=wish.power)
        return () if needed is None else (needed,)
    return _USUAL_PROMPTS


def _plan(case: _Case, prompts: int, wish: _Wish) -> _Plan:
    spread, alpha, margin = case.spread, wish.alpha, wish.margin
    effect = wish.effect
    if effect is None:
        smallest = smallest_effect(prompts, spread, alpha, wish.power)
        effect = smallest if smallest <= case.most else None
    return _Plan(
        case=case,
        prompts=prompts,
        effect=effect,
        power=None if effect is None else power_of(prompts, effect, spread, alpha),
        passes=None if margin is None else pass_chance(prompts, margin, spread, alpha=alpha),
        regresses=None
        if margin is None or effect is None
        else regressed_chance(prompts, effect, margin, spread, alpha),
    )


def _table(plans: list[_Plan], wish: _Wish) -> Table:
    columns = ["case", "prompts", "difference", "power"]
    caption = (
        "difference: true difference in percent points; none where too few prompts change. power: "
        f"chance that the {100 * (1 - wish.alpha):g}% interval leaves 0 out."
    )
    if wish.margin is not None:
        columns += ["REGRESSED", "PASS"]
        caption += (
            f" With a margin of {100 * wish.margin:g}, REGRESSED: chance where the candidate is "
            "worse by the difference; PASS: chance where it is as good."
        )
    rows = [_cells(plan)[: len(columns)] for plan in plans]
    return Table("Planned comparison of two runs", columns, rows, caption, text_columns=1)


def _cells(plan: _Plan) -> list[str]:
    return [
        plan.case.name,
        str(plan.prompts),
        "none" if plan.effect is None else f"{100 * plan.effect:.1f}",
        _percent(plan.power),
        _percent(plan.regresses),
        _percent(plan.passes),
    ]


def _sentence(plan: _Plan, wish: _Wish) -> str:
    if plan.effect is None:
        return (
            f"With {plan.prompts} prompts of which so few change, no difference is seen in "
            f"{_percent(wish.power)} of comparisons."
        )
    seen = (
        f"With {plan.prompts} prompts, a true difference of {100 * plan.effect:.1f} points is seen "
        f"in {_percent(plan.power)} of comparisons"
    )
    if wish.margin is None:
        return f"{seen}."
    return (
        f"{seen}; with a margin of {100 * wish.margin:g} points, a run that is worse by it is "
        f"REGRESSED in {_percent(plan.regresses)}, and one that is as good is a PASS in "
        f"{_percent(plan.passes)}."
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f}%"


def _record(plans: list[_Plan], wish: _Wish) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "alpha": wish.alpha,
        "margin": wish.margin,
        "plans": [
            {
                "case": plan.case.name,
                "spread": plan.case.spread,
                "prompts": plan.prompts,
                "effect": plan.effect,
                "power": plan.power,
                "regressed": plan.regresses,
                "pass": plan.passes,
            }
            for plan in plans
        ],
    }
