"""Scoring recorded responses again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from followrag import Item, ItemSet, score_item
from followrag.ratings import Rating
from followrag.reading import find_items, read_recorded, read_run
from followrag.records import Problem
from followrag.rescoring import Rescored, score_again
from followrag.runs import read_metrics, write_ratings, write_run
from followrag.scoring import error_row
from followrag.summary import summarise

MakeItem = Callable[..., Item]

WORDS = ("length_words", {"num_words": 3, "relation": "at least"})


def write_items(folder: Path, *items: Item) -> str:
    path = folder / "items.jsonl"
    path.write_text("".join(item.model_dump_json() + "\n" for item in items))
    return str(path)


@pytest.fixture
def items(make_item: MakeItem) -> ItemSet:
    """Three items, the last of which no response came for, and a row that is none."""
    asked = make_item(key=1), make_item(WORDS, key=2), make_item(WORDS, key="c")
    return ItemSet("asked", asked, (Problem("file, row 3", "is not an item"),))


@pytest.fixture
def folder(tmp_path: Path, items: ItemSet) -> Path:
    write_items(tmp_path, *items)
    texts = "Paris", "In Paris, France"
    rows = [score_item(item, text) for item, text in zip(items, texts, strict=False)]
    rows += [error_row(items[2], "the server died"), error_row(None, str(items.problems[0]))]
    write_run(tmp_path / "run", items, rows, summarise(rows), {})
    return tmp_path / "run"


def edit(folder: Path, row: int, **fields: Any) -> None:
    """Change what a row holds, and `check` in its first constraint."""
    path = folder / "rows.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    check = fields.pop("check", {})
    rows[row].update(fields)
    rows[row]["constraints"][0].update(check)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def again(folder: Path, source: str | None = None) -> Rescored:
    recorded = read_recorded(folder)
    asked = find_items(recorded, source or str(folder.with_name("items.jsonl")))
    return score_again(recorded, read_metrics(folder), asked)


def said(result: Rescored) -> list[str]:
    return [str(change) for change in result.changes]


def figures(result: Rescored) -> dict[tuple[str, str], tuple[Any, Any]]:
    return {(change.group, change.figure): change[2:] for change in result.figure_changes}


def test_nothing_changes_where_items_and_scorer_are_the_same(folder: Path) -> None:
    result = again(folder)
    assert (result.changes, result.figure_changes, result.same_lines) == ([], [], True)


def test_rows_without_a_response_keep_their_reason(folder: Path) -> None:
    rows = again(folder).rows
    assert [row.error for row in rows] == [
        None,
        None,
        "the server died",
        "file, row 3: is not an item",
    ]


def test_a_verdict_that_changed_is_told_with_both_reasons(folder: Path) -> None:
    edit(folder, 1, check={"passed": False, "reason": "2 words, said the old scorer"})
    assert said(again(folder)) == [
        "key 2, length_words: failed -> passed: 3 words; at least 3 asked "
        "(was: 2 words, said the old scorer)"
    ]


def test_the_loose_verdict_is_told_apart(folder: Path) -> None:
    edit(folder, 1, check={"loose": False, "loose_reason": "of old"})
    assert said(again(folder)) == [
        "key 2, length_words loose: failed -> passed: 3 words; at least 3 asked (was: of old)"
    ]


def test_an_error_that_is_a_verdict_now_is_told(folder: Path) -> None:
    old = {"passed": False, "loose": False, "error": True, "reason": "no", "loose_reason": "no"}
    edit(folder, 1, check=old)
    strict, loose = again(folder).changes
    assert (strict.what, strict.old, strict.new) == ("length_words", "error", "passed")
    assert (loose.what, loose.old, loose.new) == ("length_words loose", "error", "passed")


def test_another_reason_alone_is_a_change_of_wording(folder: Path) -> None:
    edit(folder, 1, check={"reason": "three words"})
    (change,) = again(folder).changes
    assert (change.is_wording, change.was) == (True, "three words")


def test_a_metric_that_changed_is_told(folder: Path) -> None:
    qa = json.loads((folder / "rows.jsonl").read_text().splitlines()[0])["qa"]
    edit(folder, 0, qa={**qa, "acc_substring": 0.0, "gone": 0.5}, qa_acc=0.0)
    assert said(again(folder)) == [
        "key 1, acc_substring: 0.0 -> 1.0",
        "key 1, gone: 0.5 -> null",
        "key 1, qa_acc: 0.0 -> 1.0",
    ]


def test_reasoning_that_is_removed_now_is_told(folder: Path) -> None:
    edit(folder, 0, response="<think>a</think>Paris")
    assert said(again(folder))[0] == "key 1, thinking: none -> removed"


def test_figures_that_changed_have_both_values(folder: Path) -> None:
    metrics = read_metrics(folder)
    metrics["overall"]["qa_acc"]["value"] = 0.75
    metrics["by_dataset"]["nq"].pop("f1")
    metrics["counts"]["empty"] = 4
    (folder / "metrics.json").write_text(json.dumps(metrics))
    found = figures(again(folder))
    assert set(found) == {("overall", "qa_acc"), ("by_dataset nq", "f1"), ("counts", "empty")}
    old, new = found["overall", "qa_acc"]
    assert (old["value"], new["value"]) == (0.75, 0.5)
    assert found["by_dataset nq", "f1"][0] is None
    assert found["counts", "empty"] == (4, 0)


def test_a_run_of_a_time_with_fewer_fields_is_read_and_written_anew(folder: Path) -> None:
    path = folder / "rows.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        del row["question"], row["answer_gold"]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    metrics = read_metrics(folder)
    del metrics["counts"]["judged"], metrics["counts"]["judge_errors"]
    (folder / "metrics.json").write_text(json.dumps(metrics))
    result = again(folder)
    assert (result.changes, result.figure_changes, result.same_lines) == ([], [], False)


# Ratings


def test_ratings_stay_and_their_figures_are_computed_again(folder: Path) -> None:
    items = str(folder.with_name("items.jsonl"))
    ratings = [Rating(1, 0.5, (0.5,), "", None), Rating("c", 0.0, (), "no response", None)]
    write_ratings(read_run(folder, items), ratings, {})
    metrics = read_metrics(folder)
    metrics["overall"]["judge"]["value"] = 0.9
    (folder / "metrics.json").write_text(json.dumps(metrics))
    result = again(folder)
    assert result.ratings == {"1": ratings[0], "c": ratings[1]}
    assert result.summary.overall["judge"].value == 0.25
    assert list(figures(result)) == [("overall", "judge")]


# Items that are others now


def test_gold_answers_and_questions_that_changed_explain_the_row(
    folder: Path, items: ItemSet, tmp_path: Path
) -> None:
    changed = items[0].model_copy(update={"answer_gold": "Lutetia", "question": "where?"})
    result = again(folder, write_items(tmp_path, changed, *items[1:]))
    told = said(result)
    assert told[:2] == [
        "key 1, question: where is the eiffel tower -> where?",
        "key 1, answer_gold: Paris/City of Light -> Lutetia",
    ]
    assert "key 1, acc_substring: 1.0 -> 0.0" in told
    assert told[-1] == ("unreadable item, row: in the run -> left out: file, row 3: is not an item")


def test_constraints_that_changed_explain_the_row(
    folder: Path, make_item: MakeItem, items: ItemSet, tmp_path: Path
) -> None:
    more = ("length_words", {"num_words": 4, "relation": "at least"})
    changed = make_item(more, ("format_no_commas", {}), more, key=2)
    told = said(again(folder, write_items(tmp_path, items[0], changed, items[2])))
    assert told[0].startswith('key 2, constraints: [{"id": "length_words", "kwargs": {"num_words"')
    assert told[1:7] == [
        "key 2, length_words: passed -> failed: 3 words; at least 4 asked "
        "(was: 3 words; at least 3 asked)",
        "key 2, length_words loose: passed -> failed: 3 words; at least 4 asked "
        "(was: 3 words; at least 3 asked)",
        "key 2, format_no_commas: not asked -> failed: 1 comma; none asked",
        "key 2, format_no_commas loose: not asked -> failed: 1 comma; none asked",
        "key 2, length_words #2: not asked -> failed: 3 words; at least 4 asked",
        "key 2, length_words #2 loose: not asked -> failed: 3 words; at least 4 asked",
    ]


def test_a_row_whose_item_is_gone_is_left_out_and_told(
    folder: Path, items: ItemSet, tmp_path: Path
) -> None:
    source = write_items(tmp_path, *items[1:])
    result = again(folder, source)
    assert said(result)[0] == f"key 1, row: in the run -> left out: not an item of {source}"
    assert [row.item.key for row in result.rows if row.item] == [2, "c"]


def test_items_that_were_never_asked_are_no_rows(
    folder: Path, items: ItemSet, make_item: MakeItem, tmp_path: Path
) -> None:
    result = again(folder, write_items(tmp_path, make_item(key=99), *items))
    assert result.changes == []


def test_a_run_of_an_earlier_version_gets_its_unwrapped_answers(folder: Path) -> None:
    path = folder / "rows.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        del row["qa_acc_unwrapped"], row["qa_acc_other_language"]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = again(folder)
    assert (result.changes, result.same_lines) == ([], False)
    assert result.rows[0].qa_acc_unwrapped == 1.0
