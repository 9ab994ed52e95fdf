"""Questions to build items from: KILT's, DPR's and plain rows, told apart by their shape."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from followrag import qa
from followrag.records import Record, read_records

_CONTEXTS = ("positive_ctxs", "hard_negative_ctxs", "negative_ctxs")


class RefusedError(Exception):
    """A row that no item can be made of; the text says why, what is special to it after a colon."""


class Source(NamedTuple):
    """A passage and what it is called where it comes from.

    Attributes:
        id: Its id there; empty where it has none.
        title: Its title; may be empty.
        content: Its text, on one line.
    """

    id: str
    title: str
    content: str


class Reference(NamedTuple):
    """What a row says of a passage that stands in the corpus: its id, else its title."""

    id: str
    title: str


@dataclass(frozen=True)
class Question:
    """A row that an item can be made of.

    Attributes:
        where: The file, without its folder, and the row.
        id: The row's id; empty where it has none.
        type: The row's own `type`; empty where it has none.
        text: The question.
        answers: The accepted answers, without repeats.
        passages: The passages that the row holds itself.
        references: Passages that stand in the corpus.
        is_ranked: Whether the passages stand in a retriever's order, which is kept. Otherwise the
            best come first, and the order would give them away.
    """

    where: str
    id: str
    type: str
    text: str
    answers: tuple[str, ...]
    passages: tuple[Source, ...]
    references: tuple[Reference, ...]
    is_ranked: bool


class Rejected(NamedTuple):
    """A row that was refused.

    Attributes:
        where: The file, without its folder, and the row.
        question: Its question, as far as it could be read.
        reason: Why, and what to do.
    """

    where: str
    question: str
    reason: str


class Questions(NamedTuple):
    """What a file holds."""

    good: list[Question]
    bad: list[Rejected]


def read_questions(path: Path, limit: int | None = None) -> Questions:
    """Read questions, row by row.

    Args:
        path: JSON Lines or a JSON array of rows in KILT's shape (`input`, `output`), DPR's
            (`question`, `answers`, `positive_ctxs`, ... or a retriever's `ctxs`) or plain
            (`question`, `answers` or `answer`, `passages`: objects, or ids into the corpus).
        limit: How many rows are read; all unless told.

    Returns:
        The questions, and rows refused for what they hold. A question that was asked before,
        whatever its case and closing sign, is refused.

    Raises:
        InputError: The file can't be read or holds no row.
    """
    records = read_records(path)
    questions, seen = Questions([], []), dict[str, str]()
    for problem in records.bad:
        questions.bad.append(Rejected(_named(path, problem.where), "", problem.message))
    for record in records.good[:limit]:
        where = _named(path, record.where)
        try:
            _require_unicode(record.value)
            question = _question(where, record)
            asked = _same(question.text)
            if asked in seen:
                raise RefusedError(f"was asked before: at {seen[asked]}")
        except RefusedError as error:
            said = record.value.get("question", record.value.get("input", ""))
            questions.bad.append(Rejected(where, said if isinstance(said, str) else "", str(error)))
        else:
            seen[asked] = where
            questions.good.append(question)
    return questions


def _require_unicode(row: dict[str, Any]) -> None:
    """Refuse halves of surrogate pairs: no prompt that holds one can be sent to a model."""
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise RefusedError(
            "has half of a surrogate pair, which is no text; mend the row"
        ) from error


def _named(path: Path, where: str) -> str:
    """Leave the folder out: what is built mustn't depend on where the files lie."""
    return where.replace(str(path), path.name, 1)


def _same(question: str) -> str:
    return " ".join(question.casefold().split()).rstrip(" ?.!")


def _question(where: str, record: Record) -> Question:
    row = record.value
    id, type = row.get("id"), row.get("type")
    passages: list[Source] = []
    references: list[Reference] = []
    if "input" in row and "output" in row:
        text, answers = row["input"], _kilt_answers(row["output"])
        references = list(_provenance(row["output"]))
    elif "question" in row:
        text = row["question"]
        answers = _texts(row.get("answers", row.get("answer")))
        for given in _listed(row):
            match given:
                case dict():
                    passages.append(_passage(given, len(passages) + 1))
                case str() | int():
                    references.append(Reference(str(given), ""))
                case _:
                    raise RefusedError("has a passage that is neither an object nor an id")
    else:
        raise RefusedError("has neither `question` nor KILT's `input` and `output`")
    if not isinstance(text, str) or not text.strip():
        raise RefusedError("has no question")
    return Question(
        where,
        "" if id is None else str(id),
        type if isinstance(type, str) else "",
        " ".join(text.split()),
        _golds(answers),
        tuple({passage.content: passage for passage in reversed(passages)}.values())[::-1],
        tuple(dict.fromkeys(references)),
        not any(name in row for name in (*_CONTEXTS, "output")),
    )


def _listed(row: dict[str, Any]) -> Iterable[Any]:
    """Give the row's passages, the one with the answer first where the row tells which."""
    if "passages" in row or "ctxs" in row:
        given = row["passages"] if "passages" in row else row["ctxs"]
        return _list(given, "passages")
    positive, hard, other = (_list(row.get(name), name) for name in _CONTEXTS)
    return chain(positive[:1], hard, other, positive[1:])


def _list(value: Any, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise RefusedError(f"has `{name}` that is no list")
    return value


def _passage(given: dict[str, Any], number: int) -> Source:
    content = given.get("content", given.get("text"))
    if not isinstance(content, str) or not content.strip():
        raise RefusedError(f"has an empty passage: number {number}")
    title, id = given.get("title"), given.get("id", given.get("passage_id"))
    return Source(
        "" if id is None else str(id),
        " ".join(title.split()) if isinstance(title, str) else "",
        " ".join(content.split()),
    )


def _kilt_answers(output: Any) -> list[str]:
    return [
        answer
        for part in _list(output, "output")
        if isinstance(part, dict) and isinstance(answer := part.get("answer"), str)
    ]


def _provenance(output: Any) -> Iterator[Reference]:
    for part in _list(output, "output"):
        for page in _list(part.get("provenance") if isinstance(part, dict) else None, "provenance"):
            if isinstance(page, dict):
                id, title = page.get("wikipedia_id"), page.get("title")
                if id or title:
                    yield Reference(str(id or ""), str(title or ""))


def _texts(answers: Any) -> list[str]:
    given = answers if isinstance(answers, list) else [] if answers is None else [answers]
    if not all(isinstance(answer, str) for answer in given):
        raise RefusedError("has an answer that is no text; put it in quotation marks")
    return given


def _golds(answers: Iterable[str]) -> tuple[str, ...]:
    """Drop blank answers and those found in nearly any text, which FollowRAG has 106 of."""
    given = dict.fromkeys(" ".join(answer.split()) for answer in answers if answer.strip())
    if not given:
        raise RefusedError("has no answer")
    kept = tuple(answer for answer in given if len(qa.normalize(answer)) > 1)
    if not kept:
        raise RefusedError(f"has no answer that normalises to two characters: {next(iter(given))}")
    return kept
