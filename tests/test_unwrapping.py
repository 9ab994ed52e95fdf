"""Answers seen through what constraints force: each step on its own, and on the published items."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag import Item, load_items, score_item
from followrag.qa import acc_substring
from followrag.unwrapping import acc_unwrapped, is_in_english
from followrag.verifiers import Constraint, compose

MakeItem = Callable[..., Item]
Asked = tuple[str, dict[str, Any]]

UPPER: Asked = ("cases_uppercase", {})
JSON: Asked = ("format_json", {})
NO_COMMAS: Asked = ("format_no_commas", {})
QUESTION = "Is Lyon or Turin larger?"
REPEAT = ("format_repeat_question", {"prompt_to_repeat": QUESTION})
END = ("position_end_with", {"end_phrase": "Is there no other way?"})
POSTSCRIPT = ("position_postscript", {"postscript_marker": "P.S."})
SECTIONS = ("structure_sections", {"section_spliter": "PART", "num_sections": 2})


def first_word(word: str, nth: int = 1) -> Asked:
    kwargs = {"first_word": word, "num_paragraphs": 2, "nth_paragraph": nth}
    return "position_first_word", kwargs


def forbidden(*words: str) -> Asked:
    return "keywords_exclusion", {"forbidden_words": list(words)}


@pytest.mark.parametrize(
    ("constraint", "gold", "response", "answered"),
    [
        # What is forced at a fixed place is no answer.
        (REPEAT, "Lyon", f"{QUESTION} I do not know.", False),
        (REPEAT, "Lyon", f"**{QUESTION.upper()}**\nI do not know.", False),
        (REPEAT, "Lyon", f"{QUESTION} Lyon is.", True),
        (REPEAT, "Lyon", "Lyon is.", True),
        (END, "no", "Yes. Is there no other way?", False),
        (END, "no", 'Yes. **Is there no other way?**"', False),
        (END, "no", "No. Is there no other way?", True),
        (END, "no", "Is there no other way? Yes.", True),
        (POSTSCRIPT, "PS", "Yes.\nP.S. thanks", False),
        (SECTIONS, "2", "PART 1 Yes.\nPART 2 No.", False),
        (SECTIONS, "2", "PART 1 Yes.\nPART 2 Two, or 2.", True),
        (first_word("Lyon"), "Lyon", "Lyon is a town.\n\nYes.", False),
        (first_word("Lyon"), "Lyon", "Lyon is a town.\n\nLyon.", True),
        (first_word("Lyon"), "Lyon Cathedral", "Lyon Cathedral it is.\n\nYes.", True),
        (first_word("Lyon", 2), "Lyon", "Lyon is.\n\nLyon again.", True),
        (first_word("Lyon", 2), "Lyon", "Turin is.\n\n\n*Lyon* again.", False),
        # What is forced anywhere is one, if the model says it.
        (("keywords_inclusion", {"keywords": ["Lyon"]}), "Lyon", "It is Lyon.", True),
        # JSON.
        (JSON, "Köln", '{"answer": "K\\u00f6ln"}', True),
        (JSON, "Köln", '```json\n{"answer": ["K\\u00f6ln"]}\n```', True),
        (JSON, "Köln", '{"answer": "K\\u00f6ln and', True),
        (JSON, "a b", '{"text": "a\\nb"}', True),
        (JSON, "answer", '{"answer": "Paris"}', False),
        (JSON, "answer", 'Here it is: {"answer": "Paris"} thanks', False),
        (JSON, "Turin", '{"turin": "by far"}', False),
        (JSON, "Marie Curie", '{"winners": {"marie_curie": 1903}}', True),
        (JSON, "Paul", '{"Pauline": 1903}', False),
        (JSON, "Köln", '{"a": 1}\n{"answer": "K\\u00f6ln"}', True),
        (JSON, "1999", '{"year": 1999}', True),
        (JSON, "first", '{"a": "first", "a": "second"}', True),
        (JSON, "Paris", "Paris", True),
        # Case.
        (UPPER, "Weiße Straße", "DIE WEISSE STRASSE.", True),
        (UPPER, "Kadıköy", "KADIKÖY", True),
        (("cases_lowercase", {}), "İzmir", "izmir", True),
        # Commas.
        (NO_COMMAS, "1,000", "about 1 000 people", True),
        (NO_COMMAS, "1,000", "about 1000 people", True),
        (NO_COMMAS, "Portland, Oregon", "Portland \u2014 Oregon", True),
        (NO_COMMAS, "Romeo,Juliet", "Romeo Juliet", True),
        (NO_COMMAS, "200", "in 1990 200 people", True),
        # Forbidden words.
        (forbidden("Hastings"), "the Battle of Hastings", "It was the Battle of H.", False),
        (forbidden("war"), "the War of 1812", "It was in 1812.", False),
        (forbidden("August"), "August 23, 1998", "23 1998", False),
        (forbidden("1998"), "August 23, 1998", "August 23", True),
        (forbidden("France"), "France/people of France", "The people of Spain.", False),
        (forbidden("energy", "heat"), "stored energy as heat", "It is stored.", False),
        (forbidden("battle"), "Battle of Hastings", "It was at Hastings.", True),
        (forbidden("battle"), "Battle of Hastings", "It was at Hastingses.", False),
        (forbidden("Hastings"), "Hastings", "It was.", False),
        (forbidden("Turin"), "larger Turin", "The larger.", False),
        (forbidden("Hastings"), "the Hastings", "It was the one.", False),
    ],
)
def test_a_step_undoes_what_its_constraint_forces(
    make_item: MakeItem,
    constraint: Asked,
    gold: str,
    response: str,
    answered: bool,
) -> None:
    item = make_item(constraint, answer_gold=gold, question=QUESTION)
    assert acc_unwrapped(response, item) == float(answered)


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("Köln", '{"answer": "K\\u00f6ln"}'),
        ("Weiße Straße", "DIE WEISSE STRASSE."),
        ("1,000", "about 1 000 people"),
        ("Battle of Hastings", "It was at Hastings."),
    ],
)
def test_nothing_is_undone_without_its_constraint(
    make_item: MakeItem, gold: str, response: str
) -> None:
    item = make_item(("length_words", {"num_words": 1, "relation": "at least"}), answer_gold=gold)
    assert acc_unwrapped(response, item) == acc_substring(response, item.golds) == 0.0


@given(st.text(), st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_without_forcing_constraints_it_is_qa_acc(text: str, golds: list[str]) -> None:
    row = {
        "key": 1,
        "prompt": "p",
        "answers": golds,
        "instruction_id_list": ["structure_title"],
        "kwargs": [{}],
    }
    item = Item.model_validate(row)
    assert acc_unwrapped(text, item) == acc_substring(text, item.golds)


@given(st.recursive(st.text() | st.integers() | st.none(), st.lists, max_leaves=20))
def test_any_json_string_is_found(value: Any) -> None:
    row = {
        "key": 1,
        "prompt": "p",
        "answers": ["Ålesund"],
        "instruction_id_list": ["format_json"],
        "kwargs": [{}],
    }
    item = Item.model_validate(row)
    assert acc_unwrapped(json.dumps({"x": [value, {"y": "Ålesund"}]}), item) == 1.0


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "\n " * 50_000, '{"a":' * 20_000, "1 000 " * 20_000]
)
def test_long_texts_are_read(make_item: MakeItem, text: str) -> None:
    item = make_item(JSON, NO_COMMAS, REPEAT, END, SECTIONS, first_word("x", 2))
    assert acc_unwrapped(text, item) == 0.0


# Rows


def test_an_answer_in_another_language_is_reported_apart(make_item: MakeItem) -> None:
    row = score_item(make_item(("format_language", {"language": "it"})), "Parigi, Paris")
    assert (row.qa_acc, row.qa_acc_unwrapped, row.qa_acc_other_language) == (1.0, None, 1.0)


def test_an_answer_in_english_is_not(make_item: MakeItem) -> None:
    row = score_item(make_item(("format_language", {"language": "en"})), "Paris")
    assert (row.qa_acc, row.qa_acc_unwrapped, row.qa_acc_other_language) == (1.0, 1.0, None)


def test_without_gold_answers_there_is_neither(make_item: MakeItem) -> None:
    row = score_item(make_item(answer_gold=""), "Paris")
    assert (row.qa_acc_unwrapped, row.qa_acc_other_language) == (None, None)


# The published items


def test_composed_texts_that_say_the_answer_are_answered(shared: Any) -> None:
    items = load_items("followrag", str(shared / "data/followrag"))
    for item in (item for item in items if is_in_english(item)):
        checks = [check for check in item.constraints if isinstance(check, Constraint)]
        try:
            text = compose(checks, item.golds[0])
        except ValueError:
            continue
        assert acc_unwrapped(text, item) == 1.0, item.key


def test_composed_texts_without_the_answer_are_seen_through(shared: Any) -> None:
    """31 public items have the answer in text that is forced at a fixed place."""
    items = load_items("followrag", str(shared / "data/followrag"))
    seen = []
    for item in (item for item in items if is_in_english(item)):
        checks = [check for check in item.constraints if isinstance(check, Constraint)]
        try:
            text = compose(checks, "Zzyzx qwrtp")
        except ValueError:
            continue
        found, said = acc_unwrapped(text, item), acc_substring(text, item.golds)
        assert found <= said
        if found < said:
            seen.append(item)
    assert len(seen) == 31
    forcing = {"format_repeat_question", "position_first_word", "position_end_with"}
    assert all(forcing & set(item.instruction_id_list) for item in seen)
