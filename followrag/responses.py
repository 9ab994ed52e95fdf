"""Reading what models answered: the official response format and lm-eval's samples files."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from followrag.errors import InputError
from followrag.items import Item
from followrag.pif import samples_of
from followrag.progress import tracked
from followrag.records import Problem, Record, read_records
from followrag.scoring import Row, error_row, score_item, with_samples
from followrag.sources import ItemSet
from followrag.verifiers import Mode


class Given(NamedTuple):
    """What a row of a responses file answers.

    Attributes:
        where: Which row.
        responses: Its responses, at least one, the one that is scored first.
        sample: The number that the row gives its response among several of the same item.
    """

    where: str
    responses: tuple[Any, ...]
    sample: int | None = None


@dataclass(frozen=True)
class Answers:
    """Responses by item key.

    Attributes:
        found: By key as text, every row given for it.
        problems: Rows without a usable key.
        documents: The items that an lm-eval samples file holds beside the responses.
    """

    found: dict[str, list[Given]]
    problems: tuple[Problem, ...]
    documents: tuple[Record, ...] = ()


def read_answers(path: Path) -> Answers:
    """Read a responses file.

    Two formats are told apart row by row: rows with `key` and `response`, as FollowRAG's scripts
    write them (other fields are ignored), and lm-eval's samples rows with `doc` and `resps`. Of
    several filters' rows for one document in a samples file, the first is taken. Several responses
    of the model to an item are a list, `responses`, or rows that number them, `sample`; a samples
    file has them where lm-eval's `repeats` asked for them.

    Raises:
        InputError: The file can't be read or no row can be used.
    """
    good, bad = read_records(path)
    problems = list(bad)
    found: dict[str, list[Given]] = {}
    documents: list[Record] = []
    filters: dict[str, str] = {}
    for record in good:
        is_sample = "doc" in record.value and not record.value.keys() & {"response", "responses"}
        try:
            key, given = _samples_row(record) if is_sample else _plain_row(record)
        except _UnusableRowError as error:
            problems.append(Problem(record.where, str(error)))
            continue
        if is_sample:
            name = record.value.get("filter", "")
            if filters.setdefault(key, name) != name:
                continue
            if key not in found:
                documents.append(Record(record.where, record.value["doc"]))
        found.setdefault(key, []).append(given)
    if not found:
        raise InputError(f"{path}: no usable row; first problem: {problems[0]}")
    return Answers(found, tuple(problems), tuple(documents))


class _UnusableRowError(Exception):
    """A row without what is needed; the text says what."""


def _plain_row(record: Record) -> tuple[str, Given]:
    row = record.value
    answer = "responses" if "responses" in row and "response" not in row else "response"
    for name in ("key", answer):
        if name not in row:
            near = difflib.get_close_matches(name, row, n=1)
            hint = f"did you mean to rename {near[0]!r}?" if near else f"add {name!r}"
            raise _UnusableRowError(f"has no {name!r}; {hint}")
    responses = row[answer] if answer == "responses" else [row["response"]]
    if not isinstance(responses, list) or not responses:
        raise _UnusableRowError("its 'responses' is no list of at least one response")
    return _key(row["key"]), Given(record.where, tuple(responses), _sample_number(row))


def _sample_number(row: dict[str, Any]) -> int | None:
    number = row.get("sample")
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _samples_row(record: Record) -> tuple[str, Given]:
    doc, responses = record.value["doc"], record.value.get("resps")
    if not isinstance(doc, dict) or "key" not in doc:
        raise _UnusableRowError("its doc has no 'key': not a sample of a followrag task")
    if isinstance(responses, list) and responses and isinstance(responses[0], list):
        responses = responses[0]  # of the document's one request
    repeats = responses if isinstance(responses, list) and responses else [responses]
    return _key(doc["key"]), Given(record.where, tuple(map(_innermost, repeats)))


def _innermost(response: Any) -> Any:
    while isinstance(response, list) and response:
        response = response[0]
    return response


def _key(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _UnusableRowError(f"its key is {value!r}, which is neither an integer nor a string")
    return str(value)


def score_answers(items: ItemSet, answers: Answers) -> tuple[list[Row], tuple[Problem, ...]]:
    """Score every item of a set, in the set's mode.

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
        Problem(given[0].where, f"key {key} is not an item of {items.name}; the row is left out")
        for key, given in answers.found.items()
        if key not in items.by_key
    )
    rows = []
    for item in tracked(items, "scoring"):
        row = _score(item, answers.found.get(str(item.key), []), items.mode)
        for sample in samples_of(row):
            _ = sample.qa, sample.qa_acc_unwrapped  # computed here, where progress is shown
        rows.append(row)
    rows += [error_row(None, str(problem), items.mode) for problem in items.problems]
    return rows, (*items.problems, *answers.problems, *unknown)


def _score(item: Item, given: list[Given], mode: Mode) -> Row:
    if not given:
        reason = f"key {item.key}: no response; generate it and score again"
        return error_row(item, reason, mode)
    numbers = [one.sample for one in given]
    if len(given) > 1 and (None in numbers or len(set(numbers)) < len(numbers)):
        places = ", ".join(one.where for one in given)
        reason = (
            f"key {item.key}: {len(given)} responses ({places}); keep one of them, or give each "
            "another 'sample' number"
        )
        return error_row(item, reason, mode)
    ordered = sorted(given, key=lambda one: one.sample or 0)
    first, *others = [
        _scored(item, one.where, response, mode) for one in ordered for response in one.responses
    ]
    return with_samples(first, others) if others else first


def _scored(item: Item, where: str, response: Any, mode: Mode) -> Row:
    if isinstance(response, str):
        return score_item(item, response, mode)
    if response is None:
        return error_row(item, f"{where}: no response; generate it and score again", mode)
    kind = type(response).__name__
    return error_row(item, f"{where}: the response must be a string, not {kind}", mode)


def error_reasons(rows: Sequence[Row]) -> Counter[str]:
    """Count why rows and constraints could not be checked."""
    reasons: Counter[str] = Counter()
    for row in chain.from_iterable(map(samples_of, rows)):
        if row.error is not None:
            reasons[row.error] += 1
        elif row.item is not None:
            for verdict in row.loose_verdicts:
                if verdict.error:
                    reasons[f"key {row.item.key}: {verdict.reason}"] += 1
    return reasons
