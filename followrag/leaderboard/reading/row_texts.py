"""The rows of a run as texts: what was asked and answered, and why it was decided so."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from followrag.errors import FollowragError, InputError
from followrag.items import Item, dataset_of
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.reading.decoding import Form, read_lines, read_value
from followrag.leaderboard.reading.lm_eval_samples import (
    Sample,
    items_of,
    read_samples,
    verdicts_of,
)
from followrag.leaderboard.reading.recorded_rows import keyed
from followrag.reading import Recorded, find_items, require_same_items
from followrag.runs import MANIFEST, RATINGS, ROWS
from followrag.scoring import score_item
from followrag.verifiers import Mode, Verdict, get_constraint

_REMEDY = "score the responses again"


class CheckText(NamedTuple):
    """How a constraint of a row was decided, and why.

    Attributes:
        id: Its id as in the item; empty for an item row that could not be read.
        in_words: What it asks for; empty where it can't be built.
        strict: Whether the response as it stands follows it.
        loose: Whether the response or one of its loose readings does.
        reason: Why, of the strict verdict.
        loose_reason: Why, of the loose verdict.
        error: Whether it could not be checked.
    """

    id: str
    in_words: str
    strict: bool
    loose: bool
    reason: str
    loose_reason: str
    error: bool


class RowText(NamedTuple):
    """A row of a run.

    Attributes:
        key: Its key in the run's outcomes.
        dataset: The question's source; empty for an item row that could not be read.
        prompt: What the model was given; empty where `note` says why it is not known.
        question: The bare question.
        answer_gold: The accepted answers, joined by "/".
        response: What the model answered, reasoning included; None where there is no answer.
        thinking: Whether reasoning was removed before scoring: none, removed or unclosed.
        error: Why the row could not be scored as a whole, or None.
        qa_acc: Whether the answer is right; None without gold answers.
        rating: The judge's rating; None where there is none.
        rating_reason: Why, in the judge's words, or why there is no rating.
        checks: Its constraints.
        note: What a reader must know; mostly empty.
    """

    key: str
    dataset: str
    prompt: str
    question: str
    answer_gold: str
    response: str | None
    thinking: str
    error: str | None
    qa_acc: float | None
    rating: float | None
    rating_reason: str
    checks: tuple[CheckText, ...]
    note: str = ""


class _Published(msgspec.Struct):
    passed: bool
    reason: str = ""


class _Check(msgspec.Struct):
    id: str | None
    passed: bool
    loose: bool
    error: bool
    reference: _Published | None = None
    kwargs: dict[str, Any] | None = None
    reason: str = ""
    loose_reason: str = ""


class _Row(msgspec.Struct):
    key: int | str | None
    response: str | None
    error: str | None
    qa_acc: float | None
    constraints: list[_Check]
    type: str | None = None
    question: str | None = None
    answer_gold: str | None = None
    thinking: str = "none"


class _Rating(msgspec.Struct):
    key: int | str
    rating: float | None
    reason: str = ""
    error: str | None = None


_MANIFEST, _ROW, _RATING = Form(dict[str, Any]), Form(_Row), Form(_Rating)


def read_texts(entry: Entry, keys: Container[str] | None = None) -> Iterator[RowText]:
    """Read a run's rows one by one, in the order of its outcomes.

    Run folders give the reasons that they recorded. lm-eval's samples hold none: their rows are
    scored again (about 10 ms each), and where that decides otherwise the reason says so. Baselines
    and results without samples have no texts.

    Args:
        entry: The run.
        keys: Keys of the rows to read; all where it is None.

    Raises:
        InputError: Its files are not there any more, or are damaged.
    """
    if not entry.has_texts:
        return iter(())
    if entry.origin == "run folder":
        return _of_run_folder(entry.where, keys)
    return _of_samples(entry.where, keys, "fixed" if entry.reference is not None else "reference")


def _of_run_folder(folder: Path, keys: Container[str] | None) -> Iterator[RowText]:
    rows = [row for _, row in read_lines(folder / ROWS, _ROW, _REMEDY)]
    manifest = read_value(folder / MANIFEST, _MANIFEST, _REMEDY)
    asked, note = _items(folder, manifest, rows)
    ratings: dict[str, _Rating] = {}
    if manifest.get("judge") is not None:
        lines = read_lines(folder / RATINGS, _RATING, "judge the run again")
        ratings = {str(rating.key): rating for _, rating in lines}
    for key, row in keyed(rows):
        if keys is None or key in keys:
            missing = "" if key in asked or row.key is None else note
            yield _recorded(key, row, asked.get(key), ratings.get(key), missing)


def _items(
    folder: Path, manifest: Mapping[str, Any], rows: list[_Row]
) -> tuple[Mapping[str, Item], str]:
    """Find the items of a run's rows by key, or say why they can't be found."""
    described = {"absent": [], "problems": [], **manifest["items"]}
    keys = [{"key": row.key} for row in rows]
    recorded = Recorded(folder, {**manifest, "items": described}, keys, {})
    try:
        asked = find_items(recorded)
        require_same_items(recorded, asked)
    except InputError as error:
        return {}, f"the prompts can't be shown: {error}"
    return asked.by_key, ""


def _recorded(key: str, row: _Row, item: Item | None, rating: _Rating | None, note: str) -> RowText:
    return RowText(
        key=key,
        dataset="" if row.key is None else dataset_of(row.type),
        prompt=item.prompt if item else "",
        question=row.question or (item.question if item else ""),
        answer_gold=row.answer_gold or (item.answer_gold if item else ""),
        response=row.response,
        thinking=row.thinking,
        error=row.error,
        qa_acc=row.qa_acc,
        rating=rating.rating if rating else None,
        rating_reason=(rating.error or rating.reason) if rating else "",
        checks=tuple(
            CheckText(
                id=check.id or "",
                in_words=_in_words(check.id, check.kwargs or {}),
                strict=check.passed,
                loose=check.loose,
                reason=_compared(check.reason, check.passed, check.reference),
                loose_reason=check.loose_reason,
                error=check.error,
            )
            for check in row.constraints
        ),
        note=note,
    )


def _compared(reason: str, passed: bool, published: _Published | Verdict | None) -> str:
    """Add what `reference` mode says, where it decides otherwise."""
    if published is None or published.passed == passed:
        return reason
    word = "followed" if published.passed else "not followed"
    return f"{reason} (in reference mode {word}: {published.reason})"


def _in_words(id: str | None, parameters: Mapping[str, Any]) -> str:
    try:
        return get_constraint(id, **parameters).describe() if id else ""
    except FollowragError:
        return ""


def _of_samples(path: Path, keys: Container[str] | None, mode: Mode) -> Iterator[RowText]:
    samples = read_samples(path)
    for sample, item in zip(samples, items_of(path, samples), strict=True):
        if keys is None or str(item.key) in keys:
            yield _scored_again(path, sample, item, mode)


def _scored_again(path: Path, sample: Sample, item: Item, mode: Mode) -> RowText:
    strict, loose = verdicts_of(path, sample, len(item.instruction_id_list))
    row = score_item(item, sample.response, mode)
    published = (row.reference or row).verdicts
    return RowText(
        key=str(item.key),
        dataset=item.dataset,
        prompt=sample.prompt,
        question=item.question,
        answer_gold=item.answer_gold,
        response=row.response,
        thinking=row.thinking,
        error=row.error,
        qa_acc=sample.qa_acc,
        rating=None,
        rating_reason="",
        checks=tuple(
            CheckText(
                id=id,
                in_words=_in_words(id, parameters),
                strict=was_strict,
                loose=was_loose,
                reason=_compared(_reason(verdict, was_strict), verdict.passed, was),
                loose_reason=_reason(loose_verdict, was_loose),
                error=loose_verdict.error,
            )
            for id, parameters, was_strict, was_loose, verdict, loose_verdict, was in zip(
                item.instruction_id_list,
                item.kwargs,
                strict,
                loose,
                row.verdicts,
                row.loose_verdicts,
                published,
                strict=True,
            )
        ),
    )


def _reason(verdict: Verdict, recorded: bool) -> str:
    if verdict.passed == recorded:
        return verdict.reason
    was, is_now = ("followed", "not followed") if recorded else ("not followed", "followed")
    return f"recorded as {was}; scored again it is {is_now}: {verdict.reason}"
