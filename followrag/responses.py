"""Reading what models answered: the official response format and lm-eval's samples files."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from followrag.errors import InputError
from followrag.items import Item
from followrag.progress import tracked
from followrag.records import Problem, Record, read_records
from followrag.scoring import Row, error_row, score_item
from followrag.sources import ItemSet


@dataclass(frozen=True)
class Answers:
    """Responses by item key.

    Attributes:
        found: By key as text, every response given for it and where.
        problems: Rows without a usable key.
        documents: The items that an lm-eval samples file holds beside the responses.
    """

    found: dict[str, list[tuple[str, Any]]]
    problems: tuple[Problem, ...]
    documents: tuple[Record, ...] = ()


def read_answers(path: Path) -> Answers:
    """Read a responses file.

    Two formats are told apart row by row: rows with `key` and `response`, as FollowRAG's scripts
    write them (other fields are ignored), and lm-eval's samples rows with `doc` and `resps`. Of
    several filters' rows for one document in a samples file, the first is taken.

    Raises:
        InputError: The file can't be read or no row can be used.
    """
    good, bad = read_records(path)
    problems = list(bad)
    found: dict[str, list[tuple[str, Any]]] = {}
    documents: list[Record] = []
    filters: dict[str, str] = {}
    for record in good:
        is_sample = "doc" in record.value and "response" not in record.value
        try:
            key, response = _samples_row(record) if is_sample else _plain_row(record)
        except _UnusableRowError as error:
            problems.append(Problem(record.where, str(error)))
            continue
        if is_sample:
            name = record.value.get("filter", "")
            if filters.setdefault(key, name) != name:
                continue
            if key not in found:
                documents.append(Record(record.where, record.value["doc"]))
        found.setdefault(key, []).append((record.where, response))
    if not found:
        raise InputError(f"{path}: no usable row; first problem: {problems[0]}")
    return Answers(found, tuple(problems), tuple(documents))


class _UnusableRowError(Exception):
    """A row without what is needed; the text says what."""


def _plain_row(record: Record) -> tuple[str, Any]:
    row = record.value
    for name in ("key", "response"):
        if name not in row:
            near = difflib.get_close_matches(name, row, n=1)
            hint = f"did you mean to rename {near[0]!r}?" if near else f"add {name!r}"
            raise _UnusableRowError(f"has no {name!r}; {hint}")
    return _key(row["key"]), row["response"]


def _samples_row(record: Record) -> tuple[str, Any]:
    doc, responses = record.value["doc"], record.value.get("resps")
    if not isinstance(doc, dict) or "key" not in doc:
        raise _UnusableRowError("its doc has no 'key': not a sample of a followrag task")
    while isinstance(responses, list) and responses:
        responses = responses[0]
    return _key(doc["key"]), responses


def _key(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _UnusableRowError(f"its key is {value!r}, which is neither an integer nor a string")
    return str(value)


def score_answers(items: ItemSet, answers: Answers) -> tuple[list[Row], tuple[Problem, ...]]:
    """Score every item of a set.

    Args:
        items: What was asked.
        answers: What was answered.

    Returns:
        A row per item, in the items' order, with an error row for every item that has no or
        several responses or whose row could not be read, and all problems.

    Raises:
        InputError: No response belongs to any item.
    """
    if not answers.found.keys() & items.by_key.keys():
        some = ", ".join(sorted(answers.found)[:3])
        raise InputError(
            f"none of the {len(answers.found)} response keys ({some}, ...) is a key of "
            f"{items.name}; name the items that the model was given with --items"
        )
    unknown = tuple(
        Problem(given[0][0], f"key {key} is not an item of {items.name}; the row is left out")
        for key, given in answers.found.items()
        if key not in items.by_key
    )
    rows = []
    for item in tracked(items, "scoring"):
        row = _score(item, answers.found.get(str(item.key), []))
        _ = row.qa  # computed here, where progress is shown
        rows.append(row)
    rows += [error_row(None, str(problem)) for problem in items.problems]
    return rows, (*items.problems, *answers.problems, *unknown)


def _score(item: Item, given: list[tuple[str, Any]]) -> Row:
    match given:
        case [(where, response)]:
            if isinstance(response, str):
                return score_item(item, response)
            if response is None:
                return error_row(item, f"{where}: no response; generate it and score again")
            kind = type(response).__name__
            return error_row(item, f"{where}: the response must be a string, not {kind}")
        case []:
            return error_row(item, f"key {item.key}: no response; generate it and score again")
        case _:
            places = ", ".join(where for where, _ in given)
            return error_row(
                item, f"key {item.key}: {len(given)} responses ({places}); keep one of them"
            )


def error_reasons(rows: Sequence[Row]) -> Counter[str]:
    """Count why rows and constraints could not be checked."""
    reasons: Counter[str] = Counter()
    for row in rows:
        if row.error is not None:
            reasons[row.error] += 1
        elif row.item is not None:
            for verdict in row.loose_verdicts:
                if verdict.error:
                    reasons[f"key {row.item.key}: {verdict.reason}"] += 1
    return reasons
