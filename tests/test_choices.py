"""Multiple-choice reading: the published scorer's verdicts, mistakes included."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.choices import Choice, extract_choice

ANIMALS = {"A": "dog", "B": "cat", "C": "tiger", "D": "whale"}


def test_equals_the_published_scorer_on_every_row(shared: Path) -> None:
    with gzip.open(shared / "oracles/qa_metrics.json.gz", "rt", encoding="utf-8") as file:
        rows = json.load(file)["choice"]
    assert len(rows) == 60
    choices = [extract_choice(row["text"], row["options"]) for row in rows]
    assert choices == [Choice(row["choice"], row["rule"]) for row in rows]


@pytest.mark.parametrize(
    "text", ["B", "(B)", "**B**", "B: cat", "Answer: B) cat", "It is B", "#B", "答案是B", "选为B"]
)
def test_a_letter_standing_alone_is_the_choice(text: str) -> None:
    assert extract_choice(text, ANIMALS) == Choice("B", 1)


def test_the_first_letter_counts() -> None:
    assert extract_choice("C, not D", ANIMALS) == Choice("C", 1)


def test_a_letter_inside_a_word_does_not_count() -> None:
    assert extract_choice("Bob_B B2 whale", ANIMALS) == Choice("D", 2)


def test_an_article_is_not_a_choice() -> None:
    assert extract_choice("A whale is a whale", ANIMALS) == Choice("D", 2)


@pytest.mark.parametrize(
    ("text", "letter"),
    [("I think the answer is B.", "I"), ("3.5 m/s", "m"), ("E. none", "E"), ("b", "b")],
)
def test_a_letter_is_taken_without_a_look_at_the_options_as_published(
    text: str, letter: str
) -> None:
    assert extract_choice(text, ANIMALS) == Choice(letter, 1)


def test_the_option_that_occurs_last_counts_even_if_negated_as_published() -> None:
    assert extract_choice("The DOG, not the CAT", ANIMALS) == Choice("B", 2)


def test_of_options_at_one_place_the_first_listed_counts() -> None:
    assert extract_choice("whales", {"A": "x", "B": "whale", "C": "whales"}) == Choice("B", 2)


def test_an_empty_option_occurs_last_in_any_text_as_published() -> None:
    assert extract_choice("dog", {"A": "dog", "B": ""}) == Choice("B", 2)


def test_else_the_most_similar_option_counts() -> None:
    assert extract_choice("tigger", ANIMALS) == Choice("C", 3)


def test_an_empty_text_gets_the_last_option_as_published() -> None:
    assert extract_choice("", ANIMALS) == Choice("D", 3)


def test_only_the_text_after_the_response_marker_is_read() -> None:
    assert extract_choice("A ## Response: B ## Response: C", ANIMALS) == Choice("B", 1)


def test_a_letter_needs_no_options() -> None:
    assert extract_choice("B", {}) == Choice("B", 1)


def test_no_letter_and_no_options_is_an_error_that_shows_the_text() -> None:
    with pytest.raises(ValueError, match="unknown thing"):
        extract_choice("unknown thing", {})


@given(st.text(), st.dictionaries(st.sampled_from("ABCDE"), st.text(max_size=8), min_size=1))
def test_any_text_gets_a_letter_or_an_option(text: str, options: dict[str, str]) -> None:
    choice, rule = extract_choice(text, options)
    assert choice in (options if rule > 1 else "abcdefghijklmnABCDEFGHIJKLMN")


@pytest.mark.parametrize("unit", ["oz ", "o", "\n", "是", "a "])
def test_a_huge_text_is_read(unit: str) -> None:
    assert extract_choice(unit * 50_000, ANIMALS).rule in (1, 2, 3)
