"""Passages looked up in a corpus, and chosen for an item."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from followrag.building.corpus import Corpus, choose_passages, read_corpus
from followrag.building.draws import Draws
from followrag.building.questions import Question, Reference, RefusedError, Source
from followrag.errors import InputError

Write = Callable[[str, Iterable[object]], Path]

P1 = Source("1", "Nile", "The Nile is long.")
P2 = Source("2", "Volga", "The Volga ends in the Caspian Sea.")
P3 = Source("3", "Volga", "The Volga freezes.")
ALL = [Reference("1", ""), Reference("", "Volga")]


def question(
    *references: Reference, passages: tuple[Source, ...] = (), ranked: bool = True
) -> Question:
    return Question("q", "", "", "Where?", ("Caspian Sea",), passages, references, ranked)


def check(corpus: Corpus) -> None:
    assert corpus.find(Reference("1", "")) == [P1]
    assert corpus.find(Reference("x", "Volga")) == [P2, P3]
    assert "2" not in corpus.by_id


def test_json_lines(jsonl: Write) -> None:
    rows = [{"id": 1, "title": "Nile", "text": "The Nile  is long."}]
    rows += [{"id": one.id, "title": one.title, "content": one.content} for one in (P2, P3)]
    check(read_corpus(jsonl("corpus.jsonl", rows), ALL))


@pytest.mark.parametrize("name", ["corpus.tsv", "corpus.tsv.gz"])
def test_dprs_table(name: str, tmp_path: Path) -> None:
    lines = [f"{one.id}\t{one.content}\t{one.title}" for one in (P1, P2, P3)]
    text = "\n".join(["id\ttext\ttitle", *lines, '4\t"A ""quoted"" one."\tQuotes', ""])
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    check(read_corpus(path, ALL))
    (quoted,) = read_corpus(path, [Reference("4", "")]).find(Reference("4", ""))
    assert quoted.content == 'A "quoted" one.'


def test_rows_that_cannot_be_used_are_counted(jsonl: Write) -> None:
    rows = [{"id": 9}, {"id": 8, "text": "\ud800"}, {"id": "1", "title": "Nile", "text": "x"}]
    corpus = read_corpus(jsonl("corpus.jsonl", rows), ALL)
    assert (corpus.unusable, corpus.first_unusable) == (2, "row 1 has no id or no text")


@pytest.mark.parametrize("content", [b"", b"{}\n", b"\xff\xfe", b"\x1f\x8b"])
def test_a_corpus_without_passages_is_an_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / ("c.jsonl.gz" if content.startswith(b"\x1f") else "c.jsonl")
    path.write_bytes(content)
    with pytest.raises(InputError, match=path.name):
        read_corpus(path, ALL)


def test_a_missing_corpus_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        read_corpus(tmp_path / "none.jsonl", ALL)


CORPUS = Corpus({"1": P1}, {"Volga": [P3, P2]})


def test_of_a_page_the_passage_with_the_answer_comes_first() -> None:
    chosen = choose_passages(question(*ALL), CORPUS, 2, Draws(0))
    assert chosen == (P1, P2)


def test_unranked_passages_are_shuffled() -> None:
    asked = question(passages=(P1, P2, P3), ranked=False)
    orders = {choose_passages(asked, None, 3, Draws(seed)) for seed in range(50)}
    assert len(orders) == 6


@pytest.mark.parametrize(
    ("asked", "corpus", "reason"),
    [
        (
            question(Reference("7", "")),
            CORPUS,
            "refers to a passage that the corpus doesn't hold: 7",
        ),
        (question(*ALL), None, "refers to passages of a corpus, but none is named; use --passages"),
        (question(passages=(P1,)), None, "has fewer passages than the 2 that are asked: 1"),
    ],
)
def test_a_question_without_its_passages_is_refused(
    asked: Question, corpus: Corpus | None, reason: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        choose_passages(asked, corpus, 2, Draws(0))
    assert str(refused.value) == reason
