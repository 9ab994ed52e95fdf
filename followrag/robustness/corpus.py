"""Reading passages from a file of the user's."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from followrag.errors import InputError
from followrag.items import Passage
from followrag.records import Problem, read_records


class Corpus(NamedTuple):
    """What a file of passages holds.

    Attributes:
        passages: The passages, in file order.
        problems: Rows that can't be used.
    """

    passages: list[Passage]
    problems: list[Problem]


def read_corpus(path: Path) -> Corpus:
    """Read passages: JSON Lines, or a JSON array, of objects with `title` and `content` or `text`.

    Raises:
        InputError: The file can't be read, or no row of it can be used.
    """
    good, bad = read_records(path)
    passages: list[Passage] = []
    problems = list(bad)
    for where, row in good:
        title, content = row.get("title", ""), _content(row)
        if isinstance(title, str) and isinstance(content, str) and content.strip():
            passages.append(Passage(title=title, content=content))
        else:
            message = "is no passage; give it a `title` and a `content` (or `text`) that are texts"
            problems.append(Problem(where, message))
    if not passages:
        raise InputError(f"{path}: holds no passage; first problem: {problems[0]}")
    return Corpus(passages, problems)


def _content(row: dict[str, Any]) -> Any:
    return row["content"] if "content" in row else row.get("text")
