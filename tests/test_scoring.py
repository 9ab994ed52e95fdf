"""Scoring one response: what a row says, and that nothing but item and text decides it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followrag import Item, ItemSet, load_items, score_item
from followrag.row_records import row_record
from followrag.scoring import ANSWER_METRICS, error_row

MakeItem = Callable[..., Item]
Answered = tuple[Item, str]

COLD_START = """
import json, sys, threading
from concurrent.futures import ThreadPoolExecutor
from followrag import load_items, score_item
from followrag.row_records import row_record

data, threads = sys.argv[1], int(sys.argv[2])
items = load_items("followrag", data).by_key
given = json.load(sys.stdin)
sys.setswitchinterval(1e-6)
together = threading.Barrier(threads)

def score(pair):
    return json.dumps(row_record(score_item(items[pair[0]], pair[1])))

with ThreadPoolExecutor(threads, initializer=together.wait) as pool:
    print("\\n".join(pool.map(score, given)))
"""


# One row


def test_a_row_has_a_verdict_per_constraint_in_order(make_item: MakeItem) -> None:
    row = score_item(make_item(("format_no_commas", {}), ("format_quotation", {})), "Paris")
    assert row.strict == [True, False]
    assert row.verdicts[0].reason == "0 commas; none asked"


def test_loose_forgives_the_first_line_where_strict_does_not(make_item: MakeItem) -> None:
    row = score_item(make_item(), "Sure, here you are:\nParis")
    assert (row.strict, row.loose) == ([False], [True])


def test_a_row_keeps_item_and_response_as_given(make_item: MakeItem) -> None:
    item = make_item()
    row = score_item(item, " Paris \n")
    assert (row.item, row.response, row.error) == (item, " Paris \n", None)


@pytest.mark.parametrize("response", ["", " \n\t"])
def test_a_blank_response_follows_nothing(make_item: MakeItem, response: str) -> None:
    row = score_item(make_item(), response)
    assert (row.strict, row.loose, row.has_error) == ([False], [False], False)


def test_reference_is_the_default_mode(make_item: MakeItem) -> None:
    item = make_item()
    assert score_item(item, "Paris") == score_item(item, "Paris", mode="reference")


def test_an_unknown_mode_is_refused(make_item: MakeItem) -> None:
    with pytest.raises(ValueError, match=r"reference, fixed, not .lenient"):
        score_item(make_item(), "Paris", mode="lenient")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("response", "kind"), [(None, "NoneType"), (3, "int"), (["Paris"], "list"), (b"x", "bytes")]
)
def test_a_response_that_is_not_a_string_is_an_error_row(
    make_item: MakeItem, response: Any, kind: str
) -> None:
    row = score_item(make_item(), response)
    assert row.error == f"the response must be a string, not {kind}"
    assert row.response is None


def test_a_constraint_that_cant_be_built_counts_as_not_followed_and_as_error(
    make_item: MakeItem,
) -> None:
    """An unknown id must never pass (tinker-cookbook #897)."""
    row = score_item(make_item(("nonsense", {}), ("format_no_commas", {})), "Paris")
    assert (row.strict, row.loose) == ([False, True], [False, True])
    assert (row.error, row.has_error) == (None, True)


# Thinking


def test_reasoning_is_removed_before_scoring_and_recorded(make_item: MakeItem) -> None:
    """Reasoning models' blocks break most constraints (lm-eval #3161, QwenLM/Qwen3 #1563)."""
    row = score_item(make_item(), "<think>Well, well.</think>\nParis")
    assert (row.strict, row.thinking, row.answer) == ([True], "removed", "Paris")
    assert row.response == "<think>Well, well.</think>\nParis"


def test_reasoning_that_never_closes_is_scored_as_empty(make_item: MakeItem) -> None:
    row = score_item(make_item(), "<think>It is Paris")
    assert (row.strict, row.loose, row.qa_acc) == ([False], [False], 0.0)
    assert (row.thinking, row.error) == ("unclosed", None)


def test_an_answer_in_the_reasoning_does_not_count(make_item: MakeItem) -> None:
    assert score_item(make_item(), "<think>Paris</think>Rome").qa_acc == 0.0


# Answers


def test_qa_metrics_are_given_by_name(make_item: MakeItem) -> None:
    scores = score_item(make_item(), "It is Paris.").qa
    assert scores is not None
    assert set(scores) == {*ANSWER_METRICS, "k_precision"}
    assert (scores["acc_substring"], scores["em"]) == (1.0, 0.0)


def test_qa_acc_is_acc_substring(make_item: MakeItem) -> None:
    for response in ("It is Paris.", "Rome"):
        row = score_item(make_item(), response)
        assert row.qa is not None
        assert row.qa_acc == row.qa["acc_substring"]


def test_k_precision_is_missing_without_passages(make_item: MakeItem) -> None:
    scores = score_item(make_item(passages=[]), "Paris").qa
    assert scores is not None
    assert set(scores) == set(ANSWER_METRICS)


@pytest.mark.parametrize("gold", ["", " / "])
def test_without_gold_answers_there_are_no_answer_figures(make_item: MakeItem, gold: str) -> None:
    row = score_item(make_item(answer_gold=gold), "Paris")
    assert (row.qa, row.qa_acc, row.joint) == (None, None, None)


@pytest.mark.parametrize(
    ("response", "joint"),
    [
        ("Paris", True),
        ("Rome", False),
        ("Paris, France", False),
        ("Sure, here it is:\nParis", False),
    ],
)
def test_joint_asks_for_every_strict_constraint_and_the_answer(
    make_item: MakeItem, response: str, joint: bool
) -> None:
    assert score_item(make_item(), response).joint is joint


# Error rows


def test_an_error_row_fails_every_constraint_of_its_item(make_item: MakeItem) -> None:
    row = error_row(make_item(("format_json", {}), ("format_no_commas", {})), "no response")
    assert (row.strict, row.loose) == ([False, False], [False, False])
    assert [verdict.reason for verdict in row.verdicts] == ["no response", "no response"]
    assert (row.error, row.has_error) == ("no response", True)


def test_an_error_row_answers_nothing(make_item: MakeItem) -> None:
    row = error_row(make_item(), "no response")
    assert (row.response, row.answer, row.qa_acc, row.joint) == (None, "", 0.0, False)


def test_an_item_row_that_could_not_be_read_counts_as_one_constraint() -> None:
    row = error_row(None, "unreadable")
    assert (row.strict, row.loose, row.qa, row.qa_acc) == ([False], [False], None, None)


# The same bytes in any order, thread and process


@pytest.fixture(scope="module")
def answered(shared: Path, oracle: Callable[[str], list[dict[str, Any]]]) -> list[Answered]:
    """About 150 published responses of every kind, with their items."""
    items = load_items("followrag", str(shared / "data/followrag")).by_key
    rows = oracle("followrag_verdicts.jsonl.gz")[::23]
    return [(items[str(row["key"])], row["response"]) for row in rows]


def scored(pair: Answered) -> str:
    return json.dumps(row_record(score_item(*pair)))


@pytest.fixture(scope="module")
def in_order(answered: list[Answered]) -> list[str]:
    return [scored(pair) for pair in answered]


def test_the_order_of_scoring_does_not_matter(
    answered: list[Answered], in_order: list[str]
) -> None:
    places = list(range(len(answered)))
    random.Random(1).shuffle(places)
    shuffled = {place: scored(answered[place]) for place in places}
    assert [shuffled[place] for place in range(len(answered))] == in_order


def test_threads_do_not_matter(answered: list[Answered], in_order: list[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(scored, answered)) == in_order


@pytest.mark.parametrize(("hash_seed", "threads"), [("1", "1"), ("2", "1"), ("3", "8")])
def test_a_fresh_process_gives_the_same_bytes_even_if_threads_load_everything_at_once(
    answered: list[Answered], in_order: list[str], shared: Path, hash_seed: str, threads: str
) -> None:
    """An unseeded langdetect gives other verdicts (lm-eval #4213, evalscope #1543).

    One whose profiles are loaded by several threads fails (evalscope #394).
    """
    ended = subprocess.run(
        [sys.executable, "-c", COLD_START, str(shared / "data/followrag"), threads],
        input=json.dumps([(str(item.key), response) for item, response in answered]),
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stderr == ""
    assert ended.stdout.splitlines() == in_order


def test_scoring_leaves_the_global_random_numbers_alone(answered: list[Answered]) -> None:
    random.seed(7)
    before = random.getstate()
    for pair in answered[:20]:
        scored(pair)
    assert random.getstate() == before


# Loose never asks for more than strict


@pytest.fixture(scope="session")
def demo() -> ItemSet:
    return load_items("followrag_demo")


PIECES = ["*", "\n", "\n\n", "***", "<<Title>>", "{}", "[x]", "P.S.", "PART 1", "- ", ",", '"']
texts = st.text() | st.lists(st.sampled_from([*PIECES, "PARIS.", "paris", "The answer is "])).map(
    "".join
)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_whatever_is_followed_strictly_is_followed_loosely(demo: ItemSet, text: str) -> None:
    """Checkers rebuilt with random parameters broke this (olmo-eval PR #296)."""
    for item in demo:
        row = score_item(item, text)
        assert all(loose >= strict for strict, loose in zip(row.strict, row.loose, strict=True))


def test_a_row_without_a_response_answers_nothing(make_item: Callable[..., Item]) -> None:
    # A gold that normalises to nothing is contained in any text, even in none.
    row = error_row(make_item(answer_gold="The"), "no response")
    assert row.qa_acc == 0.0
    assert row.qa is not None
    assert set(row.qa.values()) == {0.0}


def test_an_error_in_a_loose_reading_is_an_error(make_item: Callable[..., Item]) -> None:
    item = make_item(("keywords_inclusion", {"keywords": [r"\A(a+)+\Z"]}))
    row = score_item(item, "!\n" + "a" * 40 + "!")
    assert (row.strict, row.loose) == ([False], [False])
    assert row.has_error
