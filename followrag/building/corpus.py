"""The passages that questions refer to, picked out of a corpus of any size as it streams by."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from followrag import qa
from followrag.building.draws import Draws
from followrag.building.questions import Question, Reference, RefusedError, Source
from followrag.errors import InputError
from followrag.progress import working

_MOST_A_PAGE = 20  # passages kept of a title


@dataclass
class Corpus:
    """Those passages of a corpus that some question refers to.

    Attributes:
        by_id: Passages by id.
        by_title: Passages by title, at most 20 each.
        unusable: How many rows could not be read or held no text.
        first_unusable: Where the first of them stands and why.
    """

    by_id: dict[str, Source] = field(default_factory=dict)
    by_title: dict[str, list[Source]] = field(default_factory=dict)
    unusable: int = 0
    first_unusable: str = ""

    def find(self, reference: Reference) -> list[Source]:
        """Give the passages that a reference means: that of its id, else those of its title."""
        if found := self.by_id.get(reference.id):
            return [found]
        return self.by_title.get(reference.title, []) if reference.title else []


def read_corpus(path: Path, references: Iterable[Reference]) -> Corpus:
    """Read the passages that are referred to.

    Args:
        path: JSON Lines with `id`, `title` and `content` or `text`, or DPR's tab-separated `id`,
            `text`, `title` (.tsv); either may be compressed (.gz).
        references: What is looked for; nothing else is kept.

    Raises:
        InputError: The file can't be read, or holds no passage.
    """
    wanted = set(references)
    ids, titles = {one.id for one in wanted if one.id}, {one.title for one in wanted if one.title}
    corpus, usable = Corpus(), False
    try:
        with _opened(path) as file, working(f"reading {path}"):
            for number, row in enumerate(_rows(path, file), start=1):
                try:
                    passage = _passage(row)
                except (ValueError, RecursionError) as error:
                    corpus.unusable += 1
                    corpus.first_unusable = corpus.first_unusable or f"row {number} {error}"
                    continue
                usable = True
                if passage.id in ids:
                    corpus.by_id.setdefault(passage.id, passage)
                if passage.title in titles:
                    page = corpus.by_title.setdefault(passage.title, [])
                    page.extend([passage] if len(page) < _MOST_A_PAGE else [])
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text ({error}); save it as UTF-8") from error
    except (OSError, EOFError, csv.Error) as error:
        raise InputError(f"{path}: can't be read ({error})") from error
    if not usable:
        raise InputError(
            f"{path}: holds no passage; rows need an id and a text "
            f"({corpus.first_unusable or 'the file is empty'})"
        )
    return corpus


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _rows(path: Path, file: TextIO) -> Iterator[str | Mapping[str, Any]]:
    """Give JSON lines as they are, and rows of a table by its names."""
    if path.name.removesuffix(".gz").endswith(".tsv"):
        csv.field_size_limit(1 << 30)
        for cells in csv.reader(file, delimiter="\t"):
            named = dict(zip(("id", "text", "title"), cells, strict=False))
            if named != {"id": "id", "text": "text", "title": "title"}:
                yield named
    else:
        yield from filter(str.strip, file)


def _passage(row: str | Mapping[str, Any]) -> Source:
    """Read a row; a ValueError says why it can't be used."""
    given = json.loads(row) if isinstance(row, str) else row
    if not isinstance(given, Mapping):
        raise ValueError("is no JSON object")
    id, title = given.get("id"), given.get("title")
    text = given.get("content", given.get("text"))
    if not isinstance(id, str | int) or not isinstance(text, str) or not text.strip():
        raise ValueError("has no id or no text")
    named = " ".join(title.split()) if isinstance(title, str) else ""
    passage = Source(str(id), named, " ".join(text.split()))
    "".join(passage).encode()  # raises where it holds half of a surrogate pair
    return passage


def choose_passages(
    question: Question, corpus: Corpus | None, count: int, draws: Draws
) -> tuple[Source, ...]:
    """Choose an item's passages: its best, in a retriever's order or else shuffled.

    Raises:
        RefusedError: A passage is unknown, or there are too few.
    """
    if question.references and corpus is None:
        raise RefusedError("refers to passages of a corpus, but none is named; use --passages")
    pages = [_page(reference, question, corpus) for reference in question.references if corpus]
    best = [page[0] for page in pages]
    rest = [passage for page in pages for passage in page[1:]]
    found = list(dict.fromkeys((*question.passages, *best, *rest)))
    if len(found) < count:
        raise RefusedError(f"has fewer passages than the {count} that are asked: {len(found)}")
    chosen = found[:count]
    return tuple(chosen if question.is_ranked else draws.shuffled(chosen))


def _page(reference: Reference, question: Question, corpus: Corpus) -> list[Source]:
    """Give the passages that a reference means, those that hold an answer first."""
    found = corpus.find(reference)
    if not found:
        named = reference.id or reference.title
        raise RefusedError(f"refers to a passage that the corpus doesn't hold: {named}")
    texts = {passage: f"{passage.title} {passage.content}" for passage in found}
    return sorted(found, key=lambda one: not qa.acc_bounded(texts[one], question.answers))
