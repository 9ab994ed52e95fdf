"""What `followrag judge` prints of its ratings."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from followrag.estimates import Estimate
from followrag.files import json_number
from followrag.judge.agreement import MARGIN, Agreement, compare
from followrag.ratings import Rating
from followrag.scoring import Row
from followrag.summary import Summary
from followrag.tables import Table, percent, show

SCORES = ("acc_substring", "acc_bounded")
_FIGURES = ("judge", "followrag_judge")
_SHOWN = 10


def agreements(rows: Sequence[Row], ratings: Sequence[Rating]) -> dict[str, Agreement]:
    """Compare the ratings with each score that needs no judge, over the rows that have both."""
    scored = {str(row.item.key): row.qa for row in rows if row.item is not None}
    rated = [
        (rating.rating, qa)
        for rating in ratings
        if rating.rating is not None and (qa := scored[str(rating.key)]) is not None
    ]
    return {name: compare([(rating, qa[name]) for rating, qa in rated]) for name in SCORES}


def print_report(
    settings: Mapping[str, Any], summary: Summary, found: Mapping[str, Agreement]
) -> None:
    """Print everything to standard output.

    Args:
        settings: What the manifest says of the judge.
        summary: The run's figures.
        found: How the scores without a judge compare.
    """
    for table in _tables(f"Rated by {settings['model']}", summary, found):
        show(table)
    print(_conclusion(found["acc_substring"]))
    counts, usage, cost = settings["counts"], settings["usage"], settings["cost"]
    unmetered = usage["unmetered"]
    parts = [f"{counts['rated']} rows rated"]
    parts += [
        f"{counts[name]} {what}"
        for name, what in (
            ("without_call", "of them without a call"),
            ("errors", "judge errors"),
            ("without_gold", "without gold answers"),
        )
        if counts[name]
    ]
    print(", ".join(parts))
    print(
        f"{usage['calls']} calls with {usage['prompt_tokens']:,} prompt and "
        f"{usage['completion_tokens']:,} completion tokens"
        f"{f', ${cost:.2f}' if cost is not None else ''}, those of earlier runs included"
        f"{f'; {unmetered} replies came without their count' if unmetered else ''}"
    )


def _tables(title: str, summary: Summary, found: Mapping[str, Agreement]) -> Iterator[Table]:
    """Lay out the judge's figures and how far the scores without a judge agree with it."""
    datasets = summary.by_dataset if len(summary.by_dataset) > 1 else {}
    groups = {**datasets, "all": summary.overall}
    sizes = [str(figures["judge"].n if "judge" in figures else 0) for figures in groups.values()]
    rows = [
        ["rated", *sizes],
        *([name, *(percent(group.get(name)) for group in groups.values())] for name in _FIGURES),
    ]
    yield Table(
        title,
        ["figure", *groups],
        rows,
        "Percent ± standard error. judge: mean rating. followrag_judge: mean of "
        "inst_level_loose_acc and judge.",
        text_columns=1,
    )
    yield Table(
        "Rows by rating and score",
        ["rating", *(f"{name} {score}" for name in found for score in (0, 1))],
        [
            [
                f"{rating:g}",
                *(
                    str(agreement.table.get((rating, float(score)), 0))
                    for agreement in found.values()
                    for score in (0, 1)
                ),
            ]
            for rating in _ratings(found)
        ],
        text_columns=1,
    )
    yield Table(
        "Agreement with the judge",
        ["measure", *found],
        [
            ["equal", *(percent(agreement.agreement) for agreement in found.values())],
            ["kappa", *(_plain(agreement.kappa) for agreement in found.values())],
            ["judge - score", *(percent(agreement.difference) for agreement in found.values())],
        ],
        "Percent ± standard error. kappa: Cohen's, linear weights, from 0 (chance) to 1.",
        text_columns=1,
    )


def _conclusion(agreement: Agreement) -> str:
    """Say whether the judge-free accuracy is enough here, by what its mean tells."""
    name = "qa_acc (acc_substring)"
    difference = agreement.difference
    points = f"{100 * difference.value:+.1f} points (judge minus score)"
    match agreement.says:
        case "same":
            return f"{name} says the same as the judge here, within {100 * MARGIN:.0f} points."
        case "different":
            return f"{name} says something else than the judge here: {points}, beyond chance."
        case "unknown":
            return f"Too few rows to say whether {name} says the same as the judge."


def print_judge_errors(ratings: Sequence[Rating]) -> None:
    """Print why rows have no rating to standard error."""
    errors = Counter(rating.error for rating in ratings if rating.error is not None)
    if not errors:
        return
    total = errors.total()
    print(f"warning: {total} judge errors, left out of the figures:", file=sys.stderr)
    for reason, times in errors.most_common(_SHOWN):
        print(f"  {reason}{f' ({times} times)' if times > 1 else ''}", file=sys.stderr)
    if len(errors) > _SHOWN:
        print(f"  and {len(errors) - _SHOWN} more reasons", file=sys.stderr)


def record(
    settings: Mapping[str, Any],
    summary: Summary,
    found: Mapping[str, Agreement],
    ratings: Sequence[Rating],
) -> dict[str, Any]:
    """Give everything as JSON data."""
    groups = {"all": summary.overall, **summary.by_dataset}
    return {
        "judge": settings,
        "figures": {
            group: {name: _numbers(figures[name]) for name in _FIGURES if name in figures}
            for group, figures in groups.items()
        },
        "agreement": {
            name: {
                "table": [
                    {"rating": rating, "score": score, "rows": count}
                    for (rating, score), count in agreement.table.items()
                ],
                "agreement": _numbers(agreement.agreement),
                "kappa": _numbers(agreement.kappa),
                "difference": _numbers(agreement.difference),
                "says": agreement.says,
            }
            for name, agreement in found.items()
        },
        "errors": [
            {"key": rating.key, "error": rating.error}
            for rating in ratings
            if rating.error is not None
        ],
    }


def _ratings(found: Mapping[str, Agreement]) -> list[float]:
    given = {rating for agreement in found.values() for rating, _ in agreement.table}
    return sorted(given | {0.0, 0.5, 1.0}) if given else []


def _plain(figure: Estimate) -> str:
    if math.isnan(figure.value):
        return "-"
    return f"{figure.value:.2f}" + ("" if math.isnan(figure.stderr) else f"±{figure.stderr:.2f}")


def _numbers(figure: Estimate) -> dict[str, float | None]:
    return {name: json_number(number) for name, number in figure._asdict().items()}
