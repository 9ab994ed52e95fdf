"""`followrag power`: plan a comparison."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated, Any

import typer

from followrag.errors import InputError
from followrag.leaderboard.gate.comparable import kinds
from followrag.leaderboard.gate.pilots import read_pilot
from followrag.leaderboard.gate.plans import Case, Plan, Wish, make_plans
from followrag.leaderboard.settings import KINDS, Kind
from followrag.leaderboard.statistics.power import ALPHA, POWER, paired_spread, unpaired_spread
from followrag.printing import printing
from followrag.tables import Table, show

SCHEMA = "followrag.power/1"
_DEFAULT_METRIC = "inst_level_loose_acc"
_MOST_PROMPTS = 10**12
_USUAL_DISCORDANCE = (0.05, 0.1, 0.2)


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
    task: Annotated[
        str | None, typer.Option(help="With BASE and CANDIDATE: the task, where there are several.")
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar=f"<{'|'.join(KINDS)}>",
            help="With BASE and CANDIDATE: settings of this kind may differ; repeatable.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how many prompts a comparison needs, or how small a difference it can see.

    Two runs of yours, best of one model with two seeds, tell how much prompts change.
    """
    _check(prompts, effect, discordance, margin, alpha, power)
    cases = _cases(base, candidate, discordance, metric, task, kinds(allow or []))
    wish = Wish(
        prompts,
        None if effect is None else effect / 100,
        None if margin is None else margin / 100,
        alpha,
        power,
    )
    plans = list(make_plans(cases, wish))
    with printing():
        if json:
            print(jsonlib.dumps(_record(plans, wish), indent=2, ensure_ascii=False))
        else:
            show(_table(plans, wish))
            if len(plans) == 1 or cases[0].prompts is not None:
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
    base: str | None,
    candidate: str | None,
    discordance: float | None,
    metric: str | None,
    task: str | None,
    allow: list[Kind],
) -> list[Case]:
    if base is not None and candidate is not None:
        if discordance is not None:
            raise InputError("two runs tell the discordance: leave out either them or it")
        name = metric or _DEFAULT_METRIC
        pilot = read_pilot(base, candidate, name, task, allow)
        return [Case(f"{name} of these runs", pilot.spread, prompts=pilot.prompts)]
    if base is not None:
        raise InputError(f"{base}: is one run; name another one to learn how much prompts change")
    for option, given in (("metric", metric), ("task", task), ("allow", allow)):
        if given:
            raise InputError(f"--{option} needs two runs to learn from how much prompts change")
    if discordance is not None:
        return [_discordant(discordance / 100)]
    assumed = [_discordant(share) for share in _USUAL_DISCORDANCE]
    return [*assumed, Case("runs on different prompts, worst case", unpaired_spread())]


def _discordant(share: float) -> Case:
    return Case(f"{100 * share:g}% of prompts change", paired_spread(share), share)


def _table(plans: list[Plan], wish: Wish) -> Table:
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


def _cells(plan: Plan) -> list[str]:
    return [
        plan.case.name,
        str(plan.prompts),
        "none" if plan.effect is None else f"{100 * plan.effect:.1f}",
        _percent(plan.power),
        _percent(plan.regresses),
        _percent(plan.passes),
    ]


def _sentence(plan: Plan, wish: Wish) -> str:
    if plan.effect is None:
        seen = (
            f"With {plan.prompts} prompts of which so few change, no difference is seen in "
            f"{_percent(wish.power)} of comparisons"
        )
    else:
        seen = (
            f"With {plan.prompts} prompts, a true difference of {100 * plan.effect:.1f} points is "
            f"seen in {_percent(plan.power)} of comparisons"
        )
    if wish.margin is None:
        return f"{seen}."
    worse = (
        f"a run that is worse by that difference is REGRESSED in {_percent(plan.regresses)}, and "
        if plan.regresses is not None
        else ""
    )
    return (
        f"{seen}; with a margin of {100 * wish.margin:g} points, {worse}one that is as good is a "
        f"PASS in {_percent(plan.passes)}."
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f}%"


def _record(plans: list[Plan], wish: Wish) -> dict[str, Any]:
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
