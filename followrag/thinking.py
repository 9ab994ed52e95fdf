"""Taking a thinking model's reasoning off its response before it is scored."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Thinking = Literal["none", "removed", "unclosed"]

_BLOCK = re.compile(r"<think>.*?</think>\s*", re.DOTALL)


class Answer(NamedTuple):
    """What is left to score, and what was done about reasoning."""

    text: str
    thinking: Thinking


def remove_thinking(response: str) -> Answer:
    """Remove `<think>...</think>` and the white space around the answer's start.

    Chat templates may put the opening tag into the prompt, so a response up to a `</think>`
    without one is reasoning as well. Reasoning that never closes ran into the generation limit:
    there is no answer, and the response is scored as empty.
    """
    if "<think>" not in response and "</think>" not in response:
        return Answer(response, "none")
    # No block ends after the last closing tag: looking there again for every opening tag would
    # take the square of the length.
    closed, close, rest = response.rpartition("</think>")
    text = _BLOCK.sub("", closed + close) + rest
    if "<think>" in text:
        return Answer("", "unclosed")
    return Answer(text.rpartition("</think>")[2].lstrip(), "removed")
