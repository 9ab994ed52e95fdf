"""Reasoning in any form is told from the answer when it is scored."""

from __future__ import annotations

import pytest

from followrag.llm import Reply
from followrag.tasks.reasoning import marked
from followrag.thinking import remove_thinking

GPT_OSS = "<|channel|>final<|message|>"


def scored(reply: Reply, prompt: str = "", end: str | None = None) -> tuple[str, str]:
    answer = remove_thinking(marked(reply, prompt, end))
    return answer.text, answer.thinking


def test_an_answer_without_reasoning_stays_as_it_is() -> None:
    assert marked(Reply("  Paris. ", finish="stop"), "prompt", "</think>") == "  Paris. "


def test_reasoning_that_a_server_gives_apart_is_removed() -> None:
    assert scored(Reply("Paris", reasoning="Hm.", finish="stop")) == ("Paris", "removed")


def test_reasoning_that_ran_into_the_limit_is_no_answer() -> None:
    assert scored(Reply("", reasoning="Hm", finish="length")) == ("", "unclosed")


def test_reasoning_without_an_answer_is_an_empty_answer() -> None:
    assert scored(Reply("", reasoning="Hm", finish="stop")) == ("", "removed")


@pytest.mark.parametrize("text", ["Hm. I think", "Hm.\nParis"])
def test_a_template_that_opens_the_reasoning_starts_it(text: str) -> None:
    assert scored(Reply(text, finish="length"), "<|assistant|><think>\n") == ("", "unclosed")


def test_reasoning_that_the_template_opened_and_the_model_closed_is_removed() -> None:
    reply = Reply("Hm.</think>\n\nParis", finish="stop")
    assert scored(reply, "<|assistant|><think>\n") == ("Paris", "removed")


def test_a_models_own_end_mark_is_known() -> None:
    reply = Reply(f"analysis Hm.{GPT_OSS}Paris", finish="stop")
    assert scored(reply, end=GPT_OSS) == ("Paris", "removed")


def test_a_limit_before_the_models_own_end_mark_leaves_no_answer() -> None:
    assert scored(Reply("analysis Hm", finish="length"), end=GPT_OSS) == ("", "unclosed")


def test_a_limit_before_the_usual_end_mark_leaves_no_answer() -> None:
    assert scored(Reply("Hm, maybe Par", finish="length"), end="</think>") == ("", "unclosed")


def test_a_model_that_may_reason_need_not() -> None:
    assert scored(Reply("Paris", finish="stop"), end=GPT_OSS) == ("Paris", "none")
