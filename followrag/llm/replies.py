"""Reading what a server answered."""

from __future__ import annotations

from typing import Any

from followrag.llm.calls import Reply
from followrag.llm.faults import message


def read_reply(data: dict[str, Any]) -> Reply:
    """Read the JSON of a chat completion or a completion.

    No content with a reason to finish is an empty text: a model that spent its tokens thinking.

    Raises:
        ValueError: It is neither.
    """
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise ValueError(f"no choices: {message(data)}")
    choice = choices[0]
    told = choice.get("message")
    if not isinstance(told, dict):
        told = {"content": choice.get("text")}
    finish, text = choice.get("finish_reason"), told.get("content")
    if finish in ("abort", "error") or choice.get("error") or data.get("error"):
        raise ValueError(f"the engine gave up: {message(choice)}, {message(data)}")
    if text is None and finish is not None:
        text = ""
    if not isinstance(text, str):
        raise ValueError("a choice without text")
    usage = data.get("usage") or {}
    return Reply(
        text,
        reasoning=told.get("reasoning_content") or told.get("reasoning") or "",
        finish=finish,
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
    )


def _count(told: object) -> int | None:
    return told if isinstance(told, int) and not isinstance(told, bool) else None
