"""The built-in demo: its shape, its passages and its answers."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from followrag import Item, load_items
from followrag.baseline import oracle_answer
from followrag.demo import FOLDER, ITEMS, rows
from followrag.qa import normalize
from followrag.scoring import score_item
from followrag.verifiers import Constraint, Response, compose, constraint_classes

DEMO = list(load_items("followrag_demo"))
each_item = pytest.mark.parametrize("item", DEMO, ids=lambda item: str(item.key))


def test_it_is_what_the_builder_makes_of_its_questions(
    command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """Where this fails, followrag.demo tells how to build it again."""
    files = (FOLDER / "questions.jsonl", "--passages", FOLDER / "corpus.jsonl")
    done = command("build", *files, "--out", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "demo" / "items.jsonl").read_bytes() == ITEMS.read_bytes()


def test_it_has_the_four_kinds_of_questions_in_equal_numbers() -> None:
    assert Counter(item.type for item in DEMO) == dict.fromkeys(
        ["ifnq", "iftq", "ifhq", "ifwebq"], 18
    )


def test_it_has_over_a_hundred_passages() -> None:
    assert len({passage.content for item in DEMO for passage in item.passages}) > 100


def test_all_22_constraints_occur_several_times() -> None:
    counts = Counter(id for item in DEMO for id in item.instruction_id_list)
    followrag_ids = {cls.id for cls in constraint_classes() if ":" not in cls.id}
    assert counts.keys() == followrag_ids
    assert len(followrag_ids) == 22
    assert min(counts.values()) >= 5


def test_no_question_is_asked_twice() -> None:
    assert len({row["question"].lower() for row in rows()}) == len(DEMO)


@each_item
def test_an_item_has_one_to_four_constraints_that_can_be_checked(item: Item) -> None:
    assert 1 <= len(item.constraints) <= 4
    assert all(isinstance(constraint, Constraint) for constraint in item.constraints)


@each_item
def test_an_item_can_be_followed_in_fixed_mode(item: Item) -> None:
    asked = [one for one in item.fixed_constraints if isinstance(one, Constraint)]
    response = Response(compose(asked, item.golds[0]))
    assert all(constraint.check(response).passed for constraint in asked)


@each_item
def test_the_answer_is_in_one_of_three_passages(item: Item) -> None:
    answer = normalize(item.golds[0])
    assert len(set(item.passages)) == 3
    assert any(answer in normalize(passage.content) for passage in item.passages)


@each_item
def test_an_item_can_be_followed_and_answered(item: Item) -> None:
    row = score_item(item, oracle_answer(item))
    assert row.strict == [True] * len(item.constraints)
    assert row.qa is not None
    assert row.qa["acc_bounded"] == 1.0
