"""The published FollowRAG prompt, byte for byte (verified on all 2,100 public items)."""

from __future__ import annotations

from collections.abc import Iterable

from followrag.items import Passage

_HEAD = "Given the following information: \n"
_ASK = (
    "\n\nAnswer the following question based on the given information or your internal knowledge "
    "with one or few words without the source.\nQuestion: "
)


def build_prompt(passages: Iterable[Passage], question_with_instrs: str) -> str:
    """Put passages and the question with its constraints into the published prompt."""
    information = "\n".join(
        f"Passage-{number} Title: {passage.title} Content: {passage.content}"
        for number, passage in enumerate(passages)
    )
    return f"{_HEAD}{information}{_ASK}{question_with_instrs}"


def question_part(prompt: str) -> str:
    """Cut the question with its constraints out of a prompt; the prompt itself if it has none."""
    return prompt.rpartition(_ASK)[2]


def passages_part(prompt: str) -> str:
    """Cut the passages out of a prompt; empty if it has none."""
    return prompt.rpartition(_ASK)[0].removeprefix(_HEAD)
