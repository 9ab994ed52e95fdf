"""The rows of a run folder as outcomes, read without their items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple, Protocol, TypeVar

import msgspec

from followrag.errors import InputError
from followrag.items import dataset_of
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome, digest_of
from followrag.leaderboard.reading.decoding import Form, read_lines
from followrag.runs import RATINGS, ROWS
from followrag.summary import own_id
from followrag.thinking import remove_thinking

SCORE_AGAIN = "score the responses again"


class _Verdicts(msgspec.Struct):
    passed: bool
    loose: bool
    error: bool


class _Check(_Verdicts):
    id: str | None
    reference: _Verdicts | None = None


class _Sample(msgspec.Struct):
    constraints: Annotated[list[_Check], msgspec.Meta(min_length=1)]


class _Row(msgspec.Struct):
    key: int | str | None
    response: str | None
    error: str | None
    qa_acc: Annotated[float, msgspec.Meta(ge=0, le=1)] | None
    constraints: Annotated[list[_Check], msgspec.Meta(min_length=1)]
    type: str | None = None
    qa_acc_unwrapped: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    qa_acc_other_language: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    samples: list[_Sample] = msgspec.field(default_factory=list)
    condition: str = ""
    origin: int | str | None = None


class _HasKey(Protocol):
    key: int | str | None


Keyed = TypeVar("Keyed", bound=_HasKey)


class _Rating(msgspec.Struct):
    key: int | str
    rating: Annotated[float, msgspec.Meta(ge=0, le=1)] | None


class RecordedOutcomes(NamedTuple):
    """What was decided; of a run in `fixed` mode also what the same rows are in `reference`."""

    outcomes: Outcomes
    reference: Outcomes | None


_ROW, _RATING = Form(_Row), Form(_Rating)
_own_id = cache(own_id)


def read_outcomes(
    folder: Path, expected: int, *, is_judged: bool, is_fixed: bool
) -> RecordedOutcomes:
    """Read the rows of a run folder, and its ratings.

    Args:
        folder: The run folder.
        expected: How many rows it should hold.
        is_judged: Whether it holds ratings.
        is_fixed: Whether it was scored in `fixed` mode.

    Raises:
        InputError: Rows are missing or damaged, or two have the same key.
    """
    rows = _read_rows(folder / ROWS, expected)
    ratings: dict[str, _Rating] = {}
    if is_judged:
        lines = read_lines(folder / RATINGS, _RATING, "judge the run again")
        ratings = {str(rating.key): rating for _, rating in lines}
    published = _published(folder / ROWS, rows) if is_fixed else None
    return RecordedOutcomes(
        _outcomes(rows, ratings), None if published is None else _outcomes(published, ratings)
    )


def keyed(rows: Iterable[Keyed]) -> Iterator[tuple[str, Keyed]]:
    """Give each row its key as text; item rows that could not be read are numbered."""
    unread = 0
    for row in rows:
        unread += row.key is None
        yield f"unreadable item {unread}" if row.key is None else str(row.key), row


def _read_rows(path: Path, expected: int) -> dict[str, _Row]:
    rows: dict[str, _Row] = {}
    lines = read_lines(path, _ROW, SCORE_AGAIN)
    for key, row in keyed(row for _, row in lines):
        if key in rows:
            raise InputError(f"{path}: has two rows of key {key}; {SCORE_AGAIN}")
        rows[key] = row
    if len(rows) != expected:
        raise InputError(f"{path}: holds {len(rows)} of {expected} rows; {SCORE_AGAIN}")
    return rows


def _published(path: Path, rows: Mapping[str, _Row]) -> dict[str, _Row]:
    """Give the rows of `fixed` mode as `reference` mode has them."""
    given = {}
    for key, row in rows.items():
        samples = [
            _Sample(_published_checks(path, key, sample.constraints)) for sample in row.samples
        ]
        checks = _published_checks(path, key, row.constraints)
        given[key] = msgspec.structs.replace(row, constraints=checks, samples=samples)
    return given


def _published_checks(path: Path, key: str, checks: Iterable[_Check]) -> list[_Check]:
    found = []
    for check in checks:
        was = check.reference
        if was is None:
            raise InputError(f"{path}, key {key}: lacks verdicts of reference mode; {SCORE_AGAIN}")
        found.append(_Check(was.passed, was.loose, was.error, check.id))
    return found


def _outcomes(rows: Mapping[str, _Row], ratings: Mapping[str, _Rating]) -> Outcomes:
    return Outcomes.of(_outcome(key, row, ratings.get(key)) for key, row in rows.items())


def _outcome(key: str, row: _Row, rating: _Rating | None) -> RowOutcome:
    response = row.response or ""
    return RowOutcome(
        key=key,
        dataset="" if row.key is None else dataset_of(row.type),
        checks=[
            Check(_own_id(check.id or ""), check.passed, check.loose, check.error)
            for check in row.constraints
        ],
        qa_acc=row.qa_acc,
        rating=rating.rating if rating else None,
        judge_error=rating is not None and rating.rating is None,
        error=row.error is not None,
        length=len(remove_thinking(response).text),
        digest=digest_of(response) if response else 0,
        qa_acc_unwrapped=row.qa_acc_unwrapped,
        qa_acc_other_language=row.qa_acc_other_language,
        repeats=[
            (
                all(check.passed for check in sample.constraints),
                all(check.loose for check in sample.constraints),
            )
            for sample in row.samples
        ],
        condition=row.condition,
        origin="" if row.origin is None else str(row.origin),
    )
