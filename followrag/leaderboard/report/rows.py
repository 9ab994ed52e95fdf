"""The rows that the page shows one by one: an index to filter by, and texts in packed shards.

A shard holds the texts of a hundred items: each prompt once, then what each run answered. Answers
repeat their prompt and each other, so what lies close together packs small; the page unpacks the
shards that it shows or searches.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from followrag.errors import InputError
from followrag.files import json_line
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.outcomes import Flags, Outcomes
from followrag.leaderboard.reading.row_texts import RowText, read_texts
from followrag.leaderboard.tables.board import Board
from followrag.leaderboard.texts import one_line
from followrag.progress import Count, counting
from followrag.records import Problem
from followrag.summary import family_of

Kept = Literal["failing", "all"]

ITEMS_A_SHARD = 100
_STRICT, _LOOSE, _UNCHECKED = 1, 2, 4


@dataclass(frozen=True)
class Rows:
    """The rows of a board's runs.

    Attributes:
        index: What was asked and decided, without texts; None where no run has texts.
        shards: The texts, as base64 of gzip of JSON.
        problems: Runs whose texts can't be read.
    """

    index: dict[str, Any] | None
    shards: list[str]
    problems: list[Problem]


def rows_of(board: Board, kept: Kept) -> Rows:
    """Collect the rows of a board's runs.

    Args:
        board: The board.
        kept: `failing` for the rows that break a constraint as the response stands, have a wrong
            answer or could not be scored; or `all`.
    """
    runs: dict[int, tuple[Entry, Outcomes]] = {
        number: (place.entry, place.entry.outcomes)
        for number, place in enumerate(board.places)
        if place.entry.outcomes is not None and place.entry.has_texts
    }
    keys = {key: None for _, outcomes in runs.values() for key in outcomes.keys}
    places = {key: place for place, key in enumerate(keys)}
    pieces: dict[int, dict[int, bytes]] = {}
    problems = []
    for number, (entry, outcomes) in runs.items():
        chosen = _chosen(outcomes, kept)
        wanted = {
            key: places[key] for key, is_in in zip(outcomes.keys, chosen, strict=True) if is_in
        }
        try:
            with counting(len(wanted), f"reading the rows of {one_line(entry.model)}") as count:
                pieces[number] = _pieces(entry, wanted, count)
        except InputError as error:
            problems.append(Problem(str(entry.where), f"its texts are left out: {error}"))
    shown = {number: runs[number] for number in pieces}
    if not shown:
        return Rows(None, [], problems)
    return Rows(
        _index(board, shown, list(places), kept),
        [
            _shard({n: of[chunk] for n, of in pieces.items() if chunk in of})
            for chunk in range(-(-len(places) // ITEMS_A_SHARD))
        ],
        problems,
    )


def _chosen(outcomes: Outcomes, kept: Kept) -> Flags:
    if kept == "all":
        return np.ones(len(outcomes), dtype=np.bool_)
    broken = outcomes.followed(loose=False) < outcomes.counts
    wrong = np.nan_to_num(outcomes.qa_acc, nan=1.0) < 1
    flags: Flags = broken | wrong | outcomes.error
    return flags


def _index(
    board: Board, runs: Mapping[int, tuple[Entry, Outcomes]], keys: list[str], kept: Kept
) -> dict[str, Any]:
    items = _items(runs, keys)
    ids = sorted(
        {id for _, checks in items for id in checks if id}, key=lambda i: (family_of(i), i)
    )
    datasets = sorted({dataset for dataset, _ in items if dataset})
    return {
        "keys": keys,
        "ids": ids,
        "families": [family_of(id) for id in ids],
        "datasets": datasets,
        "dataset": [datasets.index(dataset) if dataset else -1 for dataset, _ in items],
        "checks": [[ids.index(id) if id else -1 for id in checks] for _, checks in items],
        "kept": kept,
        "shard": ITEMS_A_SHARD,
        "runs": [
            {"model": entry.model, "place": number, **_decided(outcomes, keys, items, kept)}
            for number, (entry, outcomes) in runs.items()
        ],
    }


_Item = tuple[str, tuple[str, ...]]


def _items(runs: Mapping[int, tuple[Entry, Outcomes]], keys: list[str]) -> list[_Item]:
    """Give each item's dataset and constraints, as the first run that has it says."""
    found: dict[str, _Item] = {}
    for _, outcomes in runs.values():
        checks: list[list[str]] = [[] for _ in outcomes.keys]
        for row, id in zip(outcomes.row.tolist(), outcomes.id.tolist(), strict=True):
            checks[row].append(id)
        for key, dataset, ids in zip(outcomes.keys, outcomes.dataset.tolist(), checks, strict=True):
            found.setdefault(key, (dataset, tuple(ids)))
    return [found[key] for key in keys]


def _decided(outcomes: Outcomes, keys: list[str], items: list[_Item], kept: Kept) -> dict[str, str]:
    """Write what was decided as texts with a character a row, or a digit a constraint."""
    digits: list[str] = [""] * len(outcomes)
    marks = _STRICT * outcomes.strict + _LOOSE * outcomes.loose + _UNCHECKED * outcomes.unchecked
    for row, mark in zip(outcomes.row.tolist(), marks.tolist(), strict=True):
        digits[row] += str(mark)
    chosen = _chosen(outcomes, kept)
    place = {key: number for number, key in enumerate(outcomes.keys)}
    at = [place.get(key) for key in keys]
    answer = ["-" if np.isnan(value) else str(int(value == 1)) for value in outcomes.qa_acc]
    return {
        "marks": "".join(
            "." * len(checks) if row is None else digits[row][: len(checks)].ljust(len(checks), ".")
            for row, (_, checks) in zip(at, items, strict=True)
        ),
        "answers": "".join("-" if row is None else answer[row] for row in at),
        "errors": "".join("0" if row is None else str(int(outcomes.error[row])) for row in at),
        "kept": "".join("0" if row is None else str(int(chosen[row])) for row in at),
    }


def _pieces(entry: Entry, wanted: Mapping[str, int], count: Count) -> dict[int, bytes]:
    """Read a run's texts into a packed piece a shard, holding no more than a few of them open."""
    missing = Counter(place // ITEMS_A_SHARD for place in wanted.values())
    waiting: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    pieces = {}
    for text in read_texts(entry, wanted):
        count()
        chunk = wanted[text.key] // ITEMS_A_SHARD
        waiting[chunk][str(wanted[text.key])] = _record(text)
        if len(waiting[chunk]) == missing[chunk]:
            pieces[chunk] = zlib.compress(json_line(waiting.pop(chunk)), 1)
    return pieces | {chunk: zlib.compress(json_line(rows), 1) for chunk, rows in waiting.items()}


def _record(text: RowText) -> dict[str, Any]:
    return {
        "prompt": text.prompt,
        "item": {
            "question": text.question,
            "gold": text.answer_gold,
            "words": [check.in_words for check in text.checks],
        },
        "answer": {
            "response": text.response,
            "thinking": text.thinking,
            "error": text.error,
            "rating": text.rating,
            "rating_reason": text.rating_reason or None,
            "note": text.note or None,
            "reasons": [check.reason for check in text.checks],
            "loose_reasons": [
                None if check.loose_reason == check.reason else check.loose_reason
                for check in text.checks
            ],
        },
    }


def _shard(pieces: Mapping[int, bytes]) -> str:
    items: dict[str, dict[str, Any]] = {}
    for number, place, record in _records(pieces):
        item = items.setdefault(
            place, {"prompt": record["prompt"], **record["item"], "answers": {}}
        )
        item["prompt"] = item["prompt"] or record["prompt"]
        answer = {name: value for name, value in record["answer"].items() if value is not None}
        if record["prompt"] not in ("", item["prompt"]):
            answer["prompt"] = record["prompt"]
        item["answers"][number] = answer
    ordered = {place: items[place] for place in sorted(items, key=int)}
    return packed(json_line(ordered))


def _records(pieces: Mapping[int, bytes]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    for number, piece in pieces.items():
        for place, record in json.loads(zlib.decompress(piece)).items():
            yield number, place, record


def packed(content: bytes) -> str:
    """Pack bytes as text that can stand anywhere in a page; the same bytes give the same text."""
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode("ascii")
