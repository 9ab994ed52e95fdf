"""The published FollowRAG prompt, byte for byte (verified on all 2,100 public items)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from followrag.items import Passage

_HEAD = "Given the following information: \n"
_ASK = (
    "\n\nAnswer the following question based on the given information or your internal knowledge "
    "with one or few words without the source.\nQuestion: "
)
_PASSAGE_START = re.compile(r"(?:^|\n)Passage-(?P<number>\d+) Title: ")
_CONTENT_START = " Content: "


class ReadPrompt(NamedTuple):
    """What a prompt holds.

    Attributes:
        passages: The passages, in their order.
        question_with_instrs: The question with its constraints.
    """

    passages: tuple[Passage, ...]
    question_with_instrs: str


def build_prompt(passages: Iterable[Passage], question_with_instrs: str) -> str:
    """Put passages and the question with its constraints into the published prompt."""
    information = "\n".join(
        f"Passage-{number} Title: {passage.title} Content: {passage.content}"
        for number, passage in enumerate(passages)
    )
    return f"{_HEAD}{information}{_ASK}{question_with_instrs}"


def read_prompt(prompt: str) -> ReadPrompt:
    """Take the published prompt apart again, the last one where several follow each other.

    Args:
        prompt: Any text; what stands before the published prompt is left out.

    Returns:
        Passages and question. A prompt of another shape has no passages and is the question.
    """
    before, _, question = prompt.rpartition(_ASK)
    _, head, information = before.rpartition(_HEAD)
    if not head:
        return ReadPrompt((), prompt)
    starts: list[re.Match[str]] = []
    for match in _PASSAGE_START.finditer(information):
        # A passage that quotes another prompt is still one passage.
        if int(match["number"]) == len(starts):
            starts.append(match)
    ends = [*(match.start() for match in starts[1:]), len(information)]
    parts = (information[match.end() : end] for match, end in zip(starts, ends, strict=False))
    split = (part.partition(_CONTENT_START) for part in parts)
    passages = tuple(Passage(title=title, content=content) for title, _, content in split)
    return ReadPrompt(passages, question)
