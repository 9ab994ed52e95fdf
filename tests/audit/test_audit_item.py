"""What an audit says of one item."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followrag import Item, score_item
from followrag.audit import audit_item

MakeItem = Callable[..., Item]

UPPER = ("cases_uppercase", {})
LOWER = ("cases_lowercase", {})
COMMAS = ("format_no_commas", {})
JSON = ("format_json", {})
TITLE = ("structure_title", {})


def words(relation: str, number: int) -> tuple[str, dict[str, Any]]:
    return "length_words", {"relation": relation, "num_words": number}


def test_a_satisfiable_item_has_a_text_that_scoring_passes(make_item: MakeItem) -> None:
    item = make_item(COMMAS, TITLE, words("at least", 30))
    audited = audit_item(item)
    assert audited.outcome == "satisfiable"
    assert all(score_item(item, audited.strict.witness.text).strict)


def test_a_contradiction_is_the_smallest_one(make_item: MakeItem) -> None:
    repeat = ("format_repeat_question", {"prompt_to_repeat": "Well, who?"})
    audited = audit_item(make_item(TITLE, UPPER, repeat, LOWER, COMMAS))
    assert audited.outcome == "contradictory"
    assert [conflict.places for conflict in audited.conflicts] == [(1, 3), (2, 4)]


def test_the_ceiling_leaves_one_of_each_contradiction_out(make_item: MakeItem) -> None:
    audited = audit_item(make_item(UPPER, LOWER, TITLE))
    assert (len(audited.strict.witness.followed), audited.strict.most) == (2, 2)


def test_one_constraint_may_be_in_the_way_of_several(make_item: MakeItem) -> None:
    item = make_item(
        ("format_repeat_question", {"prompt_to_repeat": "Well, who?"}),
        JSON,
        ("format_quotation", {}),
        COMMAS,
    )
    audited = audit_item(item)
    assert len(audited.conflicts) == 3
    assert audited.strict.witness.followed == (1, 2, 3)
    assert audited.strict.is_known


def test_what_no_rule_and_no_text_decides_is_undecided(make_item: MakeItem) -> None:
    item = make_item(("keywords_inclusion", {"keywords": ["x^"]}), TITLE)
    audited = audit_item(item)
    assert audited.outcome == "undecided"
    assert (len(audited.strict.witness.followed), audited.strict.most) == (1, 2)


def test_an_unknown_constraint_is_an_error_and_not_skipped(make_item: MakeItem) -> None:
    audited = audit_item(make_item(("format_yaml", {}), COMMAS))
    assert audited.outcome == "error"
    assert "unknown constraint id 'format_yaml'" in audited.errors[0]
    assert (audited.strict.witness.followed, audited.strict.most) == ((1,), 1)


def test_bad_parameters_are_an_error(make_item: MakeItem) -> None:
    audited = audit_item(make_item(("length_words", {"relation": "at least"})))
    assert "num_words is missing" in audited.errors[0]


def test_a_pattern_that_does_not_end_is_an_error(make_item: MakeItem) -> None:
    never = ("keywords_inclusion", {"keywords": ["(.*)*(.*)*(.*)*(.*)*\\b_$"]})
    audited = audit_item(make_item(never, answer_gold="a b c d e f g h " * 8))
    assert audited.outcome == "error"
    assert "did not end" in audited.errors[0]


def test_a_keyword_that_is_no_pattern_is_a_contradiction(make_item: MakeItem) -> None:
    audited = audit_item(make_item(("keywords_inclusion", {"keywords": ["C (1"]})))
    assert audited.outcome == "contradictory"
    assert audited.conflicts[0].rule == "no regular expression"


def test_conflicts_beside_an_error_keep_their_places(make_item: MakeItem) -> None:
    audited = audit_item(make_item(("format_yaml", {}), UPPER, LOWER))
    assert audited.outcome == "error"
    assert audited.conflicts[0].places == (1, 2)
    assert audited.loose.witness.followed == (1, 2)


def test_an_item_without_gold_answers_is_examined(make_item: MakeItem) -> None:
    assert audit_item(make_item(TITLE, answer_gold="")).outcome == "satisfiable"


def test_modes_decide_by_their_own_checks(make_item: MakeItem) -> None:
    item = make_item(("keywords_inclusion", {"keywords": ["C (1"]}))
    assert audit_item(item, "fixed").outcome == "satisfiable"


def test_capitals_in_another_language_need_a_text_without_language(make_item: MakeItem) -> None:
    item = make_item(UPPER, ("format_language", {"language": "ta"}))
    audited = audit_item(item)
    assert audited.outcome == "satisfiable"
    assert all(score_item(item, audited.strict.witness.text).strict)
    assert [conflict.rule for conflict in audited.degenerate] == ["case in another language"]


@given(
    st.lists(
        st.sampled_from([UPPER, LOWER, COMMAS, JSON, TITLE, words("less than", 1)]),
        min_size=1,
        max_size=5,
        unique_by=lambda asked: asked[0],
    )
)
@settings(deadline=None, max_examples=15)
def test_texts_follow_what_the_audit_says(chosen: list[tuple[str, dict[str, Any]]]) -> None:
    item = Item.model_validate(
        {
            "key": 1,
            "prompt": "Where?",
            "answer_gold": "Paris",
            "instruction_id_list": [id for id, _ in chosen],
            "kwargs": [given for _, given in chosen],
        }
    )
    audited = audit_item(item)
    strict = score_item(item, audited.strict.witness.text).strict
    loose = score_item(item, audited.loose.witness.text).loose
    assert [n for n, passed in enumerate(strict) if passed] == [*audited.strict.witness.followed]
    assert [n for n, passed in enumerate(loose) if passed] == [*audited.loose.witness.followed]
    assert sum(strict) <= audited.strict.most <= audited.loose.most


def test_an_audit_of_an_item_is_the_same_each_time(make_item: MakeItem) -> None:
    item = make_item(UPPER, LOWER, JSON)
    assert audit_item(item) == audit_item(item)
    assert audit_item(item).loose == audit_item(item).loose


@pytest.mark.parametrize("asked", [UPPER, LOWER, COMMAS, JSON, TITLE])
def test_a_sound_item_has_no_degenerate_parts(
    make_item: MakeItem, asked: tuple[str, dict[str, Any]]
) -> None:
    assert audit_item(make_item(asked)).degenerate == ()
