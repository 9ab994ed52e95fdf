"""The figures of a run: over all rows, and by dataset, constraint, family and constraint count."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from followrag import conditions, estimates
from followrag.errors import UnknownConstraintError
from followrag.estimates import Linear
from followrag.figures import (
    NEVER_JUDGED,
    Figures,
    Ratings,
    differences,
    figures,
    followed_figures,
    rating_of,
    references,
)
from followrag.pif import most_samples, samples_of
from followrag.scoring import Row
from followrag.units import units_of
from followrag.verifiers import constraint_class

_ByConstraint = Callable[[Sequence[Row], Callable[[str], str]], dict[str, Figures]]


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
        samples: Responses to each prompt; 0 where no prompt has several.
        fewer_samples: Rows with fewer responses than that; they are in no figure of `pif`.
        sample_errors: Responses after the first that could not be scored; they follow nothing.
    """

    rows: int
    errors: int
    constraint_errors: int
    empty: int
    thinking_removed: int
    thinking_unclosed: int
    judged: int = 0
    judge_errors: int = 0
    samples: int = 0
    fewer_samples: int = 0
    sample_errors: int = 0


class Groups(NamedTuple):
    """Figures over all rows and by groups, as in `Summary`."""

    overall: Figures
    by_dataset: dict[str, Figures]
    by_constraint: dict[str, Figures]
    by_family: dict[str, Figures]
    by_constraint_count: dict[str, Figures]
    by_condition: dict[str, Figures] | None = None


class Summary(NamedTuple):
    """All figures of a run.

    Attributes:
        overall: Over all rows.
        by_dataset: By the question's source.
        by_constraint: By constraint id, strict and loose.
        by_family: By constraint family, strict and loose.
        by_constraint_count: By the number of constraints in the prompt.
        counts: Rows out of the ordinary.
        reference: In `fixed` mode, what the same responses have in `reference` mode, of the figures
            that constraints have a part in; else None.
        difference: How far the former are above the latter, paired.
        by_condition: By condition, where the items are of a robustness set; else None.
    """

    overall: Figures
    by_dataset: dict[str, Figures]
    by_constraint: dict[str, Figures]
    by_family: dict[str, Figures]
    by_constraint_count: dict[str, Figures]
    counts: Counts
    reference: Groups | None = None
    difference: Groups | None = None
    by_condition: dict[str, Figures] | None = None


def summarise(rows: Sequence[Row], ratings: Ratings = NEVER_JUDGED) -> Summary:
    """Compute every figure of a run.

    Args:
        rows: Its rows.
        ratings: The judge's ratings of some or all of them, by key as text.
    """
    samples = most_samples(rows)
    every, followed, differing = (
        partial(over, ratings=ratings, samples=samples)
        for over in (figures, followed_figures, differences)
    )
    summary = Summary(
        **_groups(rows, every, _constraint_figures)._asdict(),
        counts=_counts(rows, ratings, samples),
    )
    published = references(rows)
    if not published:
        return summary
    return summary._replace(
        reference=_groups(published, followed, _constraint_figures),
        difference=_groups(rows, differing, _constraint_differences),
    )


def _groups(
    rows: Sequence[Row], over: Callable[[Sequence[Row]], Figures], by_constraint: _ByConstraint
) -> Groups:
    readable = [row for row in rows if row.item is not None]
    return Groups(
        overall=over(rows),
        by_dataset=_grouped(readable, over, lambda row: row.item.dataset if row.item else ""),
        by_constraint=by_constraint(rows, own_id),
        by_family=by_constraint(rows, family_of),
        by_constraint_count=_grouped(readable, over, lambda row: len(row.verdicts)),
        by_condition=_by_condition(readable, over),
    )


def _grouped(
    rows: Iterable[Row], over: Callable[[Sequence[Row]], Figures], group: Callable[[Row], Hashable]
) -> dict[str, Figures]:
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        groups.setdefault(group(row), []).append(row)
    return {str(name): over(groups[name]) for name in sorted(groups, key=_order)}


def _by_condition(
    rows: Iterable[Row], over: Callable[[Sequence[Row]], Figures]
) -> dict[str, Figures] | None:
    made = [row for row in rows if row.item and row.item.condition]
    groups = _grouped(made, over, lambda row: row.item.condition if row.item else "")
    return {name: groups[name] for name in sorted(groups, key=conditions.order)} or None


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


def _constraint_figures(rows: Sequence[Row], name: Callable[[str], str]) -> dict[str, Figures]:
    return {
        group: {figure: part.estimate() for figure, part in parts.items()}
        for group, parts in _by_constraint(rows, name).items()
    }


def _constraint_differences(rows: Sequence[Row], name: Callable[[str], str]) -> dict[str, Figures]:
    published = _by_constraint(references(rows), name)
    return {
        group: {
            figure: (part - published[group][figure]).estimate() for figure, part in parts.items()
        }
        for group, parts in _by_constraint(rows, name).items()
    }


def _by_constraint(rows: Iterable[Row], name: Callable[[str], str]) -> dict[str, dict[str, Linear]]:
    strict: dict[str, list[list[bool]]] = {}
    loose: dict[str, list[list[bool]]] = {}
    asking: dict[str, list[Row]] = {}
    for row in rows:
        if row.item is None:
            continue
        for group in dict.fromkeys(map(name, row.item.instruction_id_list)):
            asking.setdefault(group, []).append(row)
        for outcomes, found in ((strict, row.strict), (loose, row.loose)):
            prompt: dict[str, list[bool]] = {}
            for id, passed in zip(row.item.instruction_id_list, found, strict=True):
                prompt.setdefault(name(id), []).append(passed)
            for group, passes in prompt.items():
                outcomes.setdefault(group, []).append(passes)
    return {
        group: {
            "inst_level_strict_acc": estimates.pooled(strict[group]).by(units_of(asking[group])),
            "inst_level_loose_acc": estimates.pooled(loose[group]).by(units_of(asking[group])),
        }
        for group in sorted(strict)
    }


def _counts(rows: Sequence[Row], ratings: Ratings, samples: int) -> Counts:
    found = [rating for row in rows if (rating := rating_of(row, ratings))]
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
        samples=samples if samples > 1 else 0,
        fewer_samples=sum(len(samples_of(row)) < samples for row in rows),
        sample_errors=sum(sample.error is not None for row in rows for sample in row.samples),
    )
