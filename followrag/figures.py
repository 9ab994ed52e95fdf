"""The figures of some rows, and how far those of `fixed` mode are from those of `reference`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from followrag import estimates
from followrag.estimates import Estimate, Linear
from followrag.pif import pif_figures
from followrag.ratings import Rating
from followrag.scoring import Row
from followrag.units import units_of

Figures = dict[str, Estimate]
Ratings = Mapping[str, Rating]

NEVER_JUDGED: Ratings = MappingProxyType({})


def figures(
    rows: Sequence[Row], ratings: Ratings = NEVER_JUDGED, samples: int | None = None
) -> Figures:
    """Compute the figures of some rows.

    `inst_level_*` pool all constraints and cluster their standard errors by prompt; `qa_acc` is
    acc_substring; `joint_acc` asks for every constraint strictly followed and `qa_acc`;
    `followrag` is the mean of `inst_level_loose_acc` and `qa_acc`. QA figures are over the rows
    that have gold answers, with item rows that could not be read as not answered, and are missing
    where no row has any. `qa_acc_unwrapped` and `qa_unwrapping_differs`, how often it differs from
    `qa_acc`, are over those of them that ask for an answer in English, `qa_acc_other_language` is
    `qa_acc` over the others. `judge` is the mean rating over the rows that were rated, and
    `followrag_judge` the mean of their `inst_level_loose_acc` and `judge`; both are missing where
    none was rated. `pif_*` are those of `followrag.pif`, where the run has several responses to a
    prompt.

    Args:
        rows: The rows.
        ratings: The judge's ratings of some or all of them, by key as text.
        samples: How many responses to a prompt the run has; the most of any of the rows where it
            is None.
    """
    followed = _followed(rows, ratings, samples)
    asked = _with_golds(rows)
    answers = _answers(asked, ratings) if asked else {}
    found = {name: part.estimate() for name, part in (followed | answers).items()}
    if "judge" in found and sum(_value(row, ratings) is not None for row in asked) < 2:
        found["followrag_judge"] = found["followrag_judge"]._replace(stderr=math.nan)
    return found


def followed_figures(
    rows: Sequence[Row], ratings: Ratings = NEVER_JUDGED, samples: int | None = None
) -> Figures:
    """Compute those of the figures that constraints have a part in: a mode changes no other."""
    return {name: part.estimate() for name, part in _followed(rows, ratings, samples).items()}


def differences(
    rows: Sequence[Row], ratings: Ratings = NEVER_JUDGED, samples: int | None = None
) -> Figures:
    """Compute how far `followed_figures` of rows in `fixed` mode are above those of `reference`.

    Both are of the same responses, so the standard error is that of the paired difference.
    """
    fixed = _followed(rows, ratings, samples)
    published = _followed(references(rows), ratings, samples)
    return {name: (part - published[name]).estimate() for name, part in fixed.items()}


def references(rows: Sequence[Row]) -> list[Row]:
    """Give rows of `fixed` mode as `reference` mode has them."""
    return [row.reference for row in rows if row.reference is not None]


def _followed(rows: Sequence[Row], ratings: Ratings, samples: int | None) -> dict[str, Linear]:
    strict, loose = [row.strict for row in rows], [row.loose for row in rows]
    result = {
        "prompt_level_strict_acc": _mean(rows, lambda row: float(all(row.strict))),
        "inst_level_strict_acc": estimates.pooled(strict).by(units_of(rows)),
        "prompt_level_loose_acc": _mean(rows, lambda row: float(all(row.loose))),
        "inst_level_loose_acc": estimates.pooled(loose).by(units_of(rows)),
    }
    if asked := _with_golds(rows):
        outcomes = [row.loose for row in asked]
        answered = [row.qa_acc or 0.0 for row in asked]
        units = units_of(asked)
        result["joint_acc"] = _mean(asked, lambda row: float(bool(row.joint)))
        result["followrag"] = estimates.followrag_linear(outcomes, answered).by(units)
        values = [_value(row, ratings) for row in asked]
        if any(value is not None for value in values):
            result["followrag_judge"] = estimates.followrag_linear(outcomes, values).by(units)
    return result | pif_figures(rows, samples)


def _with_golds(rows: Sequence[Row]) -> list[Row]:
    """Take the rows with gold answers and, where there are any, the unreadable ones."""
    if all(row.qa_acc is None for row in rows):
        return []
    return [row for row in rows if row.qa_acc is not None or row.item is None]


def _answers(asked: Sequence[Row], ratings: Ratings) -> dict[str, Linear]:
    english = [row for row in asked if row.item is None or row.qa_acc_unwrapped is not None]
    others = [row for row in asked if row.qa_acc_other_language is not None]
    result = {"qa_acc": _mean(asked, _right)}
    if english:
        result["qa_acc_unwrapped"] = _mean(english, lambda row: row.qa_acc_unwrapped or 0.0)
        result["qa_unwrapping_differs"] = _mean(
            english, lambda row: float(row.qa_acc != row.qa_acc_unwrapped)
        )
    if others:
        result["qa_acc_other_language"] = _mean(others, _right)
    result |= _by_name(asked)
    rated = [row for row in asked if _value(row, ratings) is not None]
    return result | (
        {"judge": _mean(rated, lambda row: _value(row, ratings) or 0.0)} if rated else {}
    )


def _right(row: Row) -> float:
    return row.qa_acc or 0.0


def _by_name(asked: Sequence[Row]) -> dict[str, Linear]:
    names = dict.fromkeys(name for row in asked for name in row.qa or {})
    unread = dict.fromkeys(names, 0.0)
    scores = [(row, unread if row.item is None else row.qa or {}) for row in asked]
    scored = {name: [(row, qa[name]) for row, qa in scores if name in qa] for name in names}
    return {
        name: estimates.average([value for _, value in found]).by(
            units_of([row for row, _ in found])
        )
        for name, found in scored.items()
    }


def _mean(rows: Sequence[Row], value: Callable[[Row], float]) -> Linear:
    return estimates.average([value(row) for row in rows]).by(units_of(rows))


def rating_of(row: Row, ratings: Ratings) -> Rating | None:
    """Give a row's rating, if there is one."""
    return ratings.get(str(row.item.key)) if row.item else None


def _value(row: Row, ratings: Ratings) -> float | None:
    rating = rating_of(row, ratings)
    return rating.rating if rating else None
