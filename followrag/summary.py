"""The figures of a run: over all rows, and by dataset, constraint, family and constraint count."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from followrag import estimates
from followrag.errors import UnknownConstraintError
from followrag.estimates import Estimate
from followrag.ratings import Rating
from followrag.scoring import Row
from followrag.verifiers import constraint_class

Figures = dict[str, Estimate]
Ratings = Mapping[str, Rating]

_NEVER_JUDGED: Ratings = MappingProxyType({})


class Counts(NamedTuple):
    """How many rows were out of the ordinary.

    Attributes:
        rows: All rows.
        errors: Rows that could not be scored as a whole; they count as following nothing.
        constraint_errors: Constraints of the other rows that could not be checked.
        empty: Scored rows whose response is blank, after reasoning was removed.
        thinking_removed: Rows whose reasoning was removed.
        thinking_unclosed: Rows whose reasoning never closed; they are scored as empty.
        judged: Rows that a judge has rated.
        judge_errors: Rows that a judge could not rate; they are in no figure of the judge.
    """

    rows: int
    errors: int
    constraint_errors: int
    empty: int
    thinking_removed: int
    thinking_unclosed: int
    judged: int = 0
    judge_errors: int = 0


class Summary(NamedTuple):
    """All figures of a run.

    Attributes:
        overall: Over all rows.
        by_dataset: By the question's source.
        by_constraint: By constraint id, strict and loose.
        by_family: By constraint family, strict and loose.
        by_constraint_count: By the number of constraints in the prompt.
        counts: Rows out of the ordinary.
    """

    overall: Figures
    by_dataset: dict[str, Figures]
    by_constraint: dict[str, Figures]
    by_family: dict[str, Figures]
    by_constraint_count: dict[str, Figures]
    counts: Counts


def summarise(rows: Sequence[Row], ratings: Ratings = _NEVER_JUDGED) -> Summary:
    """Compute every figure of a run.

    Args:
        rows: Its rows.
        ratings: The judge's ratings of some or all of them, by key as text.
    """
    readable = [row for row in rows if row.item is not None]
    return Summary(
        overall=figures(rows, ratings),
        by_dataset=_grouped(readable, ratings, lambda row: row.item.dataset if row.item else ""),
        by_constraint=_constraint_figures(rows, own_id),
        by_family=_constraint_figures(rows, family_of),
        by_constraint_count=_grouped(readable, ratings, lambda row: len(row.verdicts)),
        counts=_counts(rows, ratings),
    )


def figures(rows: Sequence[Row], ratings: Ratings = _NEVER_JUDGED) -> Figures:
    """Compute the figures of some rows.

    `inst_level_*` pool all constraints and cluster their standard errors by prompt; `qa_acc` is
    acc_substring; `joint_acc` asks for every constraint strictly followed and `qa_acc`;
    `followrag` is the mean of `inst_level_loose_acc` and `qa_acc`. QA figures are over the rows
    that have gold answers, with item rows that could not be read as not answered, and are missing
    where no row has any. `judge` is the mean rating over those of them that were rated, and
    `followrag_judge` the mean of their `inst_level_loose_acc` and `judge`; both are missing where
    none was rated.
    """
    strict, loose = [row.strict for row in rows], [row.loose for row in rows]
    result = {
        "prompt_level_strict_acc": estimates.mean([float(all(row)) for row in strict]),
        "inst_level_strict_acc": estimates.pooled_share(strict),
        "prompt_level_loose_acc": estimates.mean([float(all(row)) for row in loose]),
        "inst_level_loose_acc": estimates.pooled_share(loose),
    }
    if any(row.qa_acc is not None for row in rows):
        asked = [row for row in rows if row.qa_acc is not None or row.item is None]
        answered = [row.qa_acc or 0.0 for row in asked]
        result["qa_acc"] = estimates.mean(answered)
        result["joint_acc"] = estimates.mean([float(bool(row.joint)) for row in asked])
        result["followrag"] = estimates.followrag_score([row.loose for row in asked], answered)
        result |= _answer_figures(asked) | _judge_figures(asked, ratings)
    return result


def _judge_figures(asked: Sequence[Row], ratings: Ratings) -> Figures:
    found = [_rating(row, ratings) for row in asked]
    values = [rating.rating if rating else None for rating in found]
    rated = [value for value in values if value is not None]
    if not rated:
        return {}
    return {
        "judge": estimates.mean(rated),
        "followrag_judge": estimates.followrag_score([row.loose for row in asked], values),
    }


def _rating(row: Row, ratings: Ratings) -> Rating | None:
    return ratings.get(str(row.item.key)) if row.item else None


def _answer_figures(asked: Sequence[Row]) -> Figures:
    names = dict.fromkeys(name for row in asked for name in row.qa or {})
    unread = dict.fromkeys(names, 0.0)
    scores = [unread if row.item is None else row.qa or {} for row in asked]
    return {name: estimates.mean([row[name] for row in scores if name in row]) for name in names}


def _grouped(
    rows: Iterable[Row], ratings: Ratings, group: Callable[[Row], Hashable]
) -> dict[str, Figures]:
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        groups.setdefault(group(row), []).append(row)
    return {str(name): figures(groups[name], ratings) for name in sorted(groups, key=_order)}


def _order(name: Hashable) -> tuple[bool, object]:
    return (isinstance(name, str), name)


def own_id(id: str) -> str:
    """Give a constraint's FollowRAG id; an unknown id as it is."""
    try:
        return constraint_class(id).id
    except UnknownConstraintError:
        return id


def family_of(id: str) -> str:
    """Name a constraint's family; "unknown" for an unknown id."""
    try:
        return constraint_class(id).family
    except UnknownConstraintError:
        return "unknown"


def _constraint_figures(rows: Iterable[Row], name: Callable[[str], str]) -> dict[str, Figures]:
    strict: dict[str, list[list[bool]]] = {}
    loose: dict[str, list[list[bool]]] = {}
    for row in rows:
        if row.item is None:
            continue
        for outcomes, found in ((strict, row.strict), (loose, row.loose)):
            prompt: dict[str, list[bool]] = {}
            for id, passed in zip(row.item.instruction_id_list, found, strict=True):
                prompt.setdefault(name(id), []).append(passed)
            for group, passes in prompt.items():
                outcomes.setdefault(group, []).append(passes)
    return {
        group: {
            "inst_level_strict_acc": estimates.pooled_share(strict[group]),
            "inst_level_loose_acc": estimates.pooled_share(loose[group]),
        }
        for group in sorted(strict)
    }


def _counts(rows: Sequence[Row], ratings: Ratings) -> Counts:
    found = [rating for row in rows if (rating := _rating(row, ratings))]
    return Counts(
        rows=len(rows),
        errors=sum(row.error is not None for row in rows),
        constraint_errors=sum(
            verdict.error for row in rows if row.error is None for verdict in row.loose_verdicts
        ),
        empty=sum(row.error is None and not row.answer.strip() for row in rows),
        thinking_removed=sum(row.thinking == "removed" for row in rows),
        thinking_unclosed=sum(row.thinking == "unclosed" for row in rows),
        judged=sum(rating.rating is not None for rating in found),
        judge_errors=sum(rating.rating is None for rating in found),
    )
