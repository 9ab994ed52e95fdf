"""Questions read from QA sets: what each shape says, and what is refused and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from followrag.building.questions import Question, Reference, read_questions

Write = Callable[[str, Iterable[object]], Path]

PASSAGE = {"title": "Paris", "text": "The Eiffel  Tower\nstands in Paris."}
FAR = {"title": "C", "text": "Far off."}
PLAIN = {"question": "Where is it?", "answer": "Paris", "passages": [PASSAGE]}
DPR = {
    "question": "where is it",
    "answers": ["Paris", "Paris "],
    "positive_ctxs": [PASSAGE, {"title": "B", "text": "Second good one."}],
    "negative_ctxs": [FAR],
    "hard_negative_ctxs": [{"title": "D", "text": "Near by."}],
}
KILT = {
    "id": "k1",
    "input": "where is it",
    "output": [
        {"answer": "Paris", "provenance": [{"wikipedia_id": "22", "title": "Eiffel Tower"}]},
        {"answer": "Paris, France"},
        {"provenance": [{"wikipedia_id": "23", "title": "Champ de Mars"}]},
    ],
}


@pytest.fixture
def one(jsonl: Write) -> Callable[[dict[str, Any]], Question]:
    def read(row: dict[str, Any]) -> Question:
        (question,) = read_questions(jsonl("set.jsonl", [row])).good
        return question

    return read


def test_a_plain_row(one: Callable[..., Question]) -> None:
    question = one({**PLAIN, "id": 7, "type": "mine"})
    assert (question.where, question.id, question.type) == ("set.jsonl, line 1", "7", "mine")
    assert question.answers == ("Paris",)
    assert question.passages[0].content == "The Eiffel Tower stands in Paris."
    assert question.is_ranked


def test_passages_may_be_ids_into_a_corpus(one: Callable[..., Question]) -> None:
    question = one({**PLAIN, "passages": ["p1", 2]})
    assert question.references == (Reference("p1", ""), Reference("2", ""))


def test_dprs_rows_have_the_good_passage_first_and_hard_ones_next(
    one: Callable[..., Question],
) -> None:
    question = one(DPR)
    assert [passage.title for passage in question.passages] == ["Paris", "D", "C", "B"]
    assert question.answers == ("Paris",)
    assert not question.is_ranked


def test_a_retrievers_order_is_kept(one: Callable[..., Question]) -> None:
    question = one({"question": "q", "answers": ["Paris"], "ctxs": [FAR, PASSAGE]})
    assert [passage.title for passage in question.passages] == ["C", "Paris"]
    assert question.is_ranked


def test_kilts_rows_refer_to_pages(one: Callable[..., Question]) -> None:
    question = one(KILT)
    assert question.answers == ("Paris", "Paris, France")
    assert [reference.id for reference in question.references] == ["22", "23"]
    assert question.id == "k1"


def test_a_json_array_of_mixed_shapes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text(json.dumps([PLAIN | {"question": "other?"}, KILT]))
    assert [question.text for question in read_questions(path).good] == ["other?", "where is it"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"question": "Who?", "passages": [PASSAGE]}, "has no answer"),
        (PLAIN | {"answer": " "}, "has no answer"),
        (PLAIN | {"answer": None}, "has no answer"),
        (
            PLAIN | {"answer": 1953},
            "has an answer that is no text; put it in quotation marks",
        ),
        (
            PLAIN | {"answer": "\ud800 left"},
            "has half of a surrogate pair, which is no text; mend the row",
        ),
        (PLAIN | {"answers": [1953]}, "has an answer that is no text; put it in quotation marks"),
        (PLAIN | {"answers": ["M", "🐷"]}, "has no answer that normalises to two characters: M"),
        (PLAIN | {"question": ""}, "has no question"),
        (PLAIN | {"question": None}, "has no question"),
        (
            PLAIN | {"passages": [PASSAGE, {"title": "x", "text": " "}]},
            "has an empty passage: number 2",
        ),
        (PLAIN | {"passages": [["x"]]}, "has a passage that is neither an object nor an id"),
        (PLAIN | {"passages": "x"}, "has `passages` that is no list"),
        ({"input": "q", "output": []}, "has no answer"),
        ({"text": "q"}, "has neither `question` nor KILT's `input` and `output`"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason(
    row: dict[str, Any], reason: str, jsonl: Write
) -> None:
    found = read_questions(jsonl("set.jsonl", [PLAIN | {"question": "good?"}, row]))
    assert len(found.good) == 1
    assert [(one.where, one.reason) for one in found.bad] == [("set.jsonl, line 2", reason)]


def test_only_short_answers_are_dropped(one: Callable[..., Question]) -> None:
    assert one(PLAIN | {"answer": ["M", "Paris"]}).answers == ("Paris",)


def test_a_question_is_taken_once_whatever_its_case_and_sign(jsonl: Write) -> None:
    rows = [PLAIN, PLAIN | {"question": "where  is IT"}]
    (refused,) = read_questions(jsonl("set.jsonl", rows)).bad
    assert refused.reason == "was asked before: at set.jsonl, line 1"


def test_a_broken_line_is_refused(jsonl: Write) -> None:
    path = jsonl("set.jsonl", [PLAIN])
    path.write_text(path.read_text() + '{"question": \n')
    (refused,) = read_questions(path).bad
    assert refused.where == "set.jsonl, line 2"
    assert "is not JSON" in refused.reason


def test_a_limit_is_of_rows(jsonl: Write) -> None:
    rows = [PLAIN | {"question": f"number {number}"} for number in range(5)]
    assert len(read_questions(jsonl("set.jsonl", rows), limit=2).good) == 2


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["answer", "title", "text", "id", "provenance", "wikipedia_id"]), inner
        )
    ),
    max_leaves=8,
)
NAMES = ["question", "answers", "answer", "passages", "ctxs", "positive_ctxs", "input", "output"]


@example({"input": "q", "output": None})
@given(st.dictionaries(st.sampled_from([*NAMES, "id", "type"]), VALUES))
def test_any_row_is_a_question_or_refused(row: dict[str, Any]) -> None:
    with NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write(json.dumps(row) + "\n")
        file.flush()
        found = read_questions(Path(file.name))
    assert len(found.good) + len(found.bad) == 1
