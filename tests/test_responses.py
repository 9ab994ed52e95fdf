"""Reading what models answered, and bringing it together with what they were asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from followrag import Item, ItemSet
from followrag.errors import InputError
from followrag.records import Problem, Records
from followrag.responses import Answers, error_reasons, read_answers, score_answers
from followrag.sources import items_from

Jsonl = Callable[[str, Iterable[object]], Path]
MakeItem = Callable[..., Item]


def sample(key: object, text: str = "Paris", **fields: Any) -> dict[str, Any]:
    """Make a row as lm-eval's --log_samples writes it."""
    return {
        "doc_id": 0,
        "doc": {"key": key, "prompt": "Where?", "instruction_id_list": ["format_json"]},
        "target": "",
        "arguments": {"gen_args_0": {"arg_0": "Where?", "arg_1": {"until": []}}},
        "resps": [[text]],
        "filtered_resps": [text],
        "filter": "none",
        "doc_hash": "0",
        **fields,
    }


def answer(key: object, response: object = "Paris", **fields: Any) -> dict[str, Any]:
    return {"key": key, "response": response, **fields}


@pytest.fixture
def items(make_item: MakeItem) -> ItemSet:
    return ItemSet("asked", tuple(make_item(key=key) for key in (1, 2, "c")))


def texts(answers: Answers) -> dict[str, list[Any]]:
    return {key: [one.responses[0] for one in given] for key, given in answers.found.items()}


# The official format


def test_rows_with_key_and_response_are_read(jsonl: Jsonl) -> None:
    answers = read_answers(jsonl("r.jsonl", [answer(1, "a"), answer("c", "b")]))
    assert texts(answers) == {"1": ["a"], "c": ["b"]}
    assert (answers.problems, answers.documents) == ((), ())


def test_other_fields_are_ignored(jsonl: Jsonl) -> None:
    """FollowRAG's own scripts write the whole item beside the response."""
    row = answer(1, "a", question="q", kwargs=[{}], instruction_id_list=["x"], passages=None)
    assert texts(read_answers(jsonl("r.jsonl", [row]))) == {"1": ["a"]}


def test_a_response_knows_its_place(jsonl: Jsonl) -> None:
    path = jsonl("r.jsonl", [answer(1), answer(2)])
    assert read_answers(path).found["2"] == [(f"{path}, line 2", ("Paris",), None)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"response": "a"}, "has no 'key'; add 'key'"),
        ({"key": 1}, "has no 'response'; add 'response'"),
        ({"key": 1, "responce": "a"}, "did you mean to rename 'responce'?"),
        ({"Key": 1, "response": "a"}, "did you mean to rename 'Key'?"),
        ({"key": None, "response": "a"}, "neither an integer nor a string"),
        ({"key": 1.5, "response": "a"}, "neither an integer nor a string"),
        ({"key": True, "response": "a"}, "neither an integer nor a string"),
        ({"key": [1], "response": "a"}, "neither an integer nor a string"),
    ],
)
def test_a_row_without_key_or_response_is_flagged_by_place_with_the_remedy(
    jsonl: Jsonl, row: dict[str, Any], said: str
) -> None:
    path = jsonl("r.jsonl", [answer(2), row])
    (problem,) = read_answers(path).problems
    assert problem.where == f"{path}, line 2"
    assert said in problem.message


def test_a_file_without_any_usable_row_is_refused_with_the_first_problem(jsonl: Jsonl) -> None:
    path = jsonl("r.jsonl", [{"key": 1, "responce": "a"}, {"key": 2, "responce": "a"}])
    with pytest.raises(InputError, match=r"line 1: has no 'response'; did you .*'responce'"):
        read_answers(path)


def test_a_broken_line_is_a_problem_beside_the_good_rows(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text('{"key": 1, "response": "a"}\n{"key": 2, "resp\n')
    answers = read_answers(path)
    assert texts(answers) == {"1": ["a"]}
    assert [problem.where for problem in answers.problems] == [f"{path}, line 2"]


# lm-eval's samples files


def test_an_lm_eval_samples_row_is_read(jsonl: Jsonl) -> None:
    answers = read_answers(jsonl("samples.jsonl", [sample(1, "a"), sample(2, "b")]))
    assert texts(answers) == {"1": ["a"], "2": ["b"]}


def test_an_lm_eval_samples_file_holds_the_documents(jsonl: Jsonl) -> None:
    path = jsonl("samples.jsonl", [sample(1), sample(2)])
    documents = read_answers(path).documents
    assert [(record.where, record.value["key"]) for record in documents] == [
        (f"{path}, line 1", 1),
        (f"{path}, line 2", 2),
    ]


@pytest.mark.parametrize("resps", [["a"], [["a"]], [["a", "b"]], "a"])
def test_the_first_text_of_nested_resps_is_the_response(jsonl: Jsonl, resps: object) -> None:
    assert texts(read_answers(jsonl("s.jsonl", [sample(1, resps=resps)]))) == {"1": ["a"]}


def test_of_two_filters_the_first_ones_rows_are_taken(jsonl: Jsonl) -> None:
    rows = [
        sample(1, "a", filter="none"),
        sample(2, "b", filter="none"),
        sample(1, "x", filter="strip"),
        sample(2, "x", filter="strip"),
    ]
    answers = read_answers(jsonl("s.jsonl", rows))
    assert texts(answers) == {"1": ["a"], "2": ["b"]}
    assert len(answers.documents) == 2


def test_a_document_sampled_twice_by_one_filter_is_two_responses_and_one_document(
    jsonl: Jsonl,
) -> None:
    answers = read_answers(jsonl("s.jsonl", [sample(1, "a"), sample(1, "b")]))
    assert texts(answers) == {"1": ["a", "b"]}
    assert len(answers.documents) == 1


@pytest.mark.parametrize("doc", [{"question": "?"}, "text", None])
def test_a_sample_of_another_task_is_flagged(jsonl: Jsonl, doc: object) -> None:
    (problem,) = read_answers(jsonl("s.jsonl", [sample(1), sample(2, doc=doc)])).problems
    assert "not a sample of a followrag task" in problem.message


# Both together


def test_there_is_a_row_per_item_in_the_items_order(jsonl: Jsonl, items: ItemSet) -> None:
    path = jsonl("r.jsonl", [answer("c", "Rome"), answer(2, "Paris, France"), answer(1)])
    rows, problems = score_answers(items, read_answers(path))
    assert [row.item for row in rows] == list(items)
    assert [row.response for row in rows] == ["Paris", "Paris, France", "Rome"]
    assert [row.strict for row in rows] == [[True], [False], [True]]
    assert problems == ()


def test_a_key_is_the_same_as_number_and_text(jsonl: Jsonl, items: ItemSet) -> None:
    path = jsonl("r.jsonl", [answer("1"), answer("2"), answer("c")])
    rows, _ = score_answers(items, read_answers(path))
    assert [row.error for row in rows] == [None, None, None]


def test_an_item_without_response_is_an_error_row_by_key(jsonl: Jsonl, items: ItemSet) -> None:
    rows, _ = score_answers(items, read_answers(jsonl("r.jsonl", [answer(1), answer("c")])))
    assert rows[1].error == "key 2: no response; generate it and score again"
    assert rows[1].strict == [False]


def test_an_item_with_two_responses_is_an_error_row_with_both_places(
    jsonl: Jsonl, items: ItemSet
) -> None:
    path = jsonl("r.jsonl", [answer(1, "a"), answer(2), answer("1", "b")])
    rows, _ = score_answers(items, read_answers(path))
    places = f"({path}, line 1, {path}, line 3)"
    assert rows[0].error is not None
    assert rows[0].error.startswith(f"key 1: 2 responses {places}; keep one of them")


@pytest.mark.parametrize(
    ("response", "wrong"),
    [
        (None, "no response; generate it and score again"),
        (3, "the response must be a string, not int"),
        ({"text": "a"}, "the response must be a string, not dict"),
    ],
)
def test_a_response_that_is_no_string_is_an_error_row_by_place(
    jsonl: Jsonl, items: ItemSet, response: object, wrong: str
) -> None:
    path = jsonl("r.jsonl", [answer(1, response), answer(2), answer("c")])
    rows, _ = score_answers(items, read_answers(path))
    assert rows[0].error == f"{path}, line 1: {wrong}"


def test_an_empty_response_is_scored_and_is_no_error(jsonl: Jsonl, items: ItemSet) -> None:
    rows, _ = score_answers(items, read_answers(jsonl("r.jsonl", [answer(1, "")])))
    assert (rows[0].strict, rows[0].error) == ([False], None)


def test_a_response_to_no_item_is_a_problem_by_place(jsonl: Jsonl, items: ItemSet) -> None:
    path = jsonl("r.jsonl", [answer(1), answer(99)])
    _, problems = score_answers(items, read_answers(path))
    assert [str(problem) for problem in problems] == [
        f"{path}, line 2: key 99 is not an item of asked; the row is left out"
    ]


def test_responses_to_none_of_the_items_are_refused_with_the_remedy(
    jsonl: Jsonl, items: ItemSet
) -> None:
    answers = read_answers(jsonl("r.jsonl", [answer(98), answer(99)]))
    with pytest.raises(InputError, match=r"none of the 2 response keys .* asked; .*--items"):
        score_answers(items, answers)


def test_an_item_row_that_could_not_be_read_is_an_error_row(jsonl: Jsonl, items: ItemSet) -> None:
    broken = ItemSet("asked", items.items, (Problem("items.json, row 3", "is not an item"),))
    rows, problems = score_answers(broken, read_answers(jsonl("r.jsonl", [answer(1)])))
    assert (rows[-1].item, rows[-1].error) == (None, "items.json, row 3: is not an item")
    assert problems == broken.problems


def test_the_documents_of_a_samples_file_can_be_scored(jsonl: Jsonl) -> None:
    """lm-eval's documents are padded with null (josejg/instruction_following_eval #2)."""
    doc = {
        "key": 5,
        "prompt": "Where?",
        "instruction_id_list": ["length_words", "format_no_commas"],
        "kwargs": [{"num_words": 1, "relation": "at least", "x": None}, {"num_words": None}],
    }
    answers = read_answers(jsonl("s.jsonl", [sample(5, "Paris, France", doc=doc)]))
    items = items_from("s", Records(list(answers.documents), []))
    rows, _ = score_answers(items, answers)
    assert [row.strict for row in rows] == [[True, False]]


# What went wrong, counted


def test_reasons_of_rows_and_constraints_are_counted(jsonl: Jsonl, make_item: MakeItem) -> None:
    items = ItemSet("asked", (make_item(key=1), make_item(("nonsense", {}), key=2)))
    rows, _ = score_answers(items, read_answers(jsonl("r.jsonl", [answer(2)])))
    reasons = error_reasons(rows)
    assert reasons["key 1: no response; generate it and score again"] == 1
    (unknown,) = (reason for reason in reasons if reason.startswith("key 2: unknown constraint id"))
    assert reasons[unknown] == 1
    assert len(reasons) == 2


def test_a_field_called_doc_is_ignored_like_any_other(jsonl: Jsonl) -> None:
    answers = read_answers(jsonl("mine.jsonl", [{"key": 1, "response": "x", "doc": "note"}]))
    assert texts(answers) == {"1": ["x"]}
