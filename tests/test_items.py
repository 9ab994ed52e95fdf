"""Items: what is accepted, what is refused, and what becomes of constraints."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from followrag import Item
from followrag.verifiers import Constraint, Verdict, constraint_classes

IFEVAL_ROW = {
    "key": 1000,
    "prompt": "Write without commas.",
    "instruction_id_list": ["punctuation:no_comma", "length_constraints:number_words"],
    "kwargs": [{}, {"relation": "at least", "num_words": 300}],
}
IDS = [id for cls in constraint_classes() for id in (cls.id, cls.ifeval_id) if id]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
parameter_names = st.text() | st.sampled_from(
    sorted({name for cls in constraint_classes() for name in cls.model_fields})
)


def constraint_row(id: str, kwargs: object) -> dict[str, Any]:
    return {"key": 1, "prompt": "Answer.", "instruction_id_list": [id], "kwargs": [kwargs]}


@pytest.mark.parametrize("name", ["ifnq", "iftq", "ifhq"])
def test_every_published_row_comes_back_as_it_went_in(shared: Path, name: str) -> None:
    rows = json.loads((shared / f"data/followrag/followRAG_{name}.json").read_text("utf-8"))
    assert [Item.model_validate(row).model_dump(mode="json") for row in rows] == rows


def test_an_ifeval_row_needs_four_fields_only() -> None:
    item = Item.model_validate(IFEVAL_ROW)
    assert (item.key, item.question, item.golds, item.passages) == (1000, "", (), ())


def test_ifeval_ids_build_the_same_constraints_as_followrag_ids() -> None:
    item = Item.model_validate(IFEVAL_ROW)
    own = item.model_copy(update={"instruction_id_list": ("format_no_commas", "length_words")})
    assert item.constraints == own.constraints


@pytest.mark.parametrize("name", ["key", "prompt", "instruction_id_list", "kwargs"])
def test_a_row_without_a_needed_field_is_refused(name: str) -> None:
    row = {field: value for field, value in IFEVAL_ROW.items() if field != name}
    with pytest.raises(ValidationError, match=f"{name}\n  Field required"):
        Item.model_validate(row)


def test_an_empty_prompt_is_refused() -> None:
    with pytest.raises(ValidationError, match="prompt"):
        Item.model_validate(IFEVAL_ROW | {"prompt": ""})


def test_fields_of_other_names_are_ignored() -> None:
    assert Item.model_validate(IFEVAL_ROW | {"source": "x"}) == Item.model_validate(IFEVAL_ROW)


@pytest.mark.parametrize("key", [7, "seven"])
def test_a_key_is_a_number_or_text(key: int | str) -> None:
    assert Item.model_validate(IFEVAL_ROW | {"key": key}).key == key


def test_null_padded_kwargs_lose_their_padding() -> None:
    """Hugging Face datasets pads rows with null (josejg/instruction_following_eval #2)."""
    item = Item.model_validate(constraint_row("length_words", {"num_words": 3, "keyword": None}))
    assert item.kwargs == ({"num_words": 3},)


def test_kwargs_keep_values_that_are_false_but_not_null() -> None:
    item = Item.model_validate(constraint_row("keywords_frequency", {"frequency": 0, "x": ""}))
    assert item.kwargs == ({"frequency": 0, "x": ""},)


def test_null_in_place_of_one_constraints_kwargs_means_no_parameters() -> None:
    assert Item.model_validate(constraint_row("format_json", None)).kwargs == ({},)


def test_kwargs_as_json_text_are_read() -> None:
    item = Item.model_validate(constraint_row("length_words", '{"num_words": 3, "keyword": null}'))
    assert item.kwargs == ({"num_words": 3},)


@pytest.mark.parametrize("text", ["{", "3", "[" * 100_000])
def test_kwargs_that_are_no_json_object_are_refused_by_place(text: str) -> None:
    with pytest.raises(ValidationError, match=r"kwargs\.0"):
        Item.model_validate(constraint_row("length_words", text))


def test_misaligned_ids_and_kwargs_are_refused_with_both_counts() -> None:
    with pytest.raises(ValidationError, match="2 entries but kwargs has 1"):
        Item.model_validate(IFEVAL_ROW | {"kwargs": [{}]})


def test_an_item_without_constraints_is_refused() -> None:
    with pytest.raises(ValidationError, match="instruction_id_list"):
        Item.model_validate(IFEVAL_ROW | {"instruction_id_list": [], "kwargs": []})


def test_an_item_is_frozen() -> None:
    item = Item.model_validate(IFEVAL_ROW)
    with pytest.raises(ValidationError, match="frozen"):
        item.prompt = "another"  # type: ignore[misc]


def test_constraints_are_built_in_order_once(make_item: Callable[..., Item]) -> None:
    item = make_item(("format_json", {}), ("format_no_commas", {}))
    assert [built.id for built in item.constraints if isinstance(built, Constraint)] == [
        "format_json",
        "format_no_commas",
    ]
    assert item.constraints is item.constraints


def test_a_repeated_id_keeps_each_of_its_parameters(make_item: Callable[..., Item]) -> None:
    """Verdicts kept in a dict by id lose one (tinker-cookbook #893)."""
    words = [{"forbidden_words": ["a"]}, {"forbidden_words": ["b"]}]
    item = make_item(*(("keywords_exclusion", kwargs) for kwargs in words))
    first, second = item.constraints
    assert first != second


def test_an_unknown_id_is_an_error_verdict_that_names_the_nearest(
    make_item: Callable[..., Item],
) -> None:
    """An unknown id must never pass (tinker-cookbook #897)."""
    (verdict,) = make_item(("lenght_words", {})).constraints
    assert isinstance(verdict, Verdict)
    assert verdict.error
    assert not verdict.passed
    assert "'length_words'" in verdict.reason


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        ({"relation": "at least"}, "num_words is missing"),
        ({"num_words": "x", "relation": "at least"}, "num_words='x'"),
        ({"num_words": 3, "relation": "at least", "n": 1}, "n is not a parameter"),
    ],
)
def test_bad_parameters_are_an_error_verdict_that_says_which(
    make_item: Callable[..., Item], kwargs: dict[str, Any], said: str
) -> None:
    (verdict,) = make_item(("length_words", kwargs)).constraints
    assert isinstance(verdict, Verdict)
    assert verdict.error
    assert said in verdict.reason


def test_constraints_beside_one_that_cant_be_built_are_built(
    make_item: Callable[..., Item],
) -> None:
    _, other = make_item(("nonsense", {}), ("format_no_commas", {})).constraints
    assert isinstance(other, Constraint)


@given(st.sampled_from(IDS) | st.text(), st.dictionaries(parameter_names, anything))
def test_any_id_and_parameters_give_a_constraint_or_an_error_verdict(
    id: str, kwargs: dict[str, Any]
) -> None:
    """A single strange row once crashed a whole run (olmo-eval #325)."""
    (built,) = Item.model_validate(constraint_row(id, kwargs)).constraints
    assert isinstance(built, Constraint) or built.error


@pytest.mark.parametrize(
    ("type", "dataset"),
    [
        ("ifnq", "nq"),
        ("iftq", "tqa"),
        ("ifhq", "hotpotqa"),
        ("ifwebq", "webq"),
        ("my own", "my own"),
        ("", "other"),
    ],
)
def test_a_dataset_is_named_after_the_questions_source(
    make_item: Callable[..., Item], type: str, dataset: str
) -> None:
    assert make_item(type=type).dataset == dataset


def test_golds_are_the_parts_of_answer_gold(make_item: Callable[..., Item]) -> None:
    assert make_item(answer_gold="Paris/City of Light").golds == ("Paris", "City of Light")


def test_knowledge_holds_titles_and_contents(make_item: Callable[..., Item]) -> None:
    passages = [{"title": "A", "content": "b."}, {"title": "C", "content": "d."}]
    assert make_item(passages=passages).knowledge == "A b.\nC d."


def test_numbers_that_json_cannot_write_give_an_error_verdict_that_can_be_written(
    make_item: Callable[..., Item],
) -> None:
    parameters = {"num_words": math.inf, "relation": [math.nan, {"x": -math.inf}]}
    item = make_item(("length_words", parameters))
    (verdict,) = item.constraints
    assert isinstance(verdict, Verdict)
    assert "num_words='inf'" in verdict.reason
    assert json.dumps(item.kwargs, allow_nan=False)
