"""Taking reasoning off a response."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.thinking import Answer, remove_thinking

untagged = st.text().filter(lambda text: "think>" not in text)
tagged = st.lists(
    st.sampled_from(["<think>", "</think>", " ", "\n", "a", "<th", "ink>", "</"])
).map("".join)


@pytest.mark.parametrize(
    "response",
    [
        "<think>Where is it?</think>Paris",
        "<think>Where is it?</think>\n\nParis",
        "<think>Line one\nline two\n</think> Paris",
        "<think></think>Paris",
        "<think>a</think><think>b</think>\nParis",
        "<think>a <think> b</think> c</think> Paris",
    ],
)
def test_a_block_and_the_white_space_after_it_are_removed(response: str) -> None:
    assert remove_thinking(response) == Answer("Paris", "removed")


def test_reasoning_whose_opening_tag_is_in_the_prompt_is_removed() -> None:
    """Chat templates open the block (lm-eval #3161, lighteval #790)."""
    assert remove_thinking("Where is it?\n</think>\n\nParis") == Answer("Paris", "removed")


def test_both_kinds_in_one_response_are_removed() -> None:
    response = "a</think>\n<think>b</think>\nParis"
    assert remove_thinking(response) == Answer("Paris", "removed")


def test_text_before_a_block_stays() -> None:
    assert remove_thinking("Well, <think>a</think>Paris") == Answer("Well, Paris", "removed")


@pytest.mark.parametrize("response", ["<think>Where", "<think>a</think>b<think>c", "Paris<think>"])
def test_reasoning_that_never_closes_leaves_no_answer(response: str) -> None:
    assert remove_thinking(response) == Answer("", "unclosed")


def test_white_space_at_the_end_stays() -> None:
    assert remove_thinking("<think>a</think> Paris \n").text == "Paris \n"


@pytest.mark.parametrize("response", ["", "<thinking>a</thinking>b", "<THINK>a</THINK>b"])
def test_other_tags_stay(response: str) -> None:
    assert remove_thinking(response) == Answer(response, "none")


@given(untagged)
def test_a_text_without_tags_is_unchanged(text: str) -> None:
    assert remove_thinking(text) == Answer(text, "none")


@given(untagged, untagged, st.sampled_from(["<think>", ""]))
def test_an_answer_after_one_block_is_left_but_for_leading_white_space(
    reasoning: str, answer: str, opening: str
) -> None:
    response = f"{opening}{reasoning}</think>{answer}"
    assert remove_thinking(response) == Answer(answer.lstrip(), "removed")


@given(tagged)
def test_no_tag_is_ever_left(response: str) -> None:
    text = remove_thinking(response).text
    assert "<think>" not in text
    assert "</think>" not in text


@pytest.mark.parametrize("unit", ["<think>", "</think>", "<think></think>", "<think>a</think> b"])
def test_a_model_stuck_in_a_loop_costs_no_more_than_a_moment(unit: str) -> None:
    start = time.perf_counter()
    remove_thinking(unit * 10_000)
    assert time.perf_counter() - start < 0.5
