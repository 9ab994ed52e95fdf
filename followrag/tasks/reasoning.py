"""Marking reasoning in a generation, so that it is told from the answer when it is scored.

Models end their reasoning in different ways, and a generation that ran into its limit may not end
it at all. Scored as it stands, such reasoning would be taken for the answer. Here all forms become
one, `<think>...</think>` before the answer, which `followrag.thinking` removes and counts.
"""

from __future__ import annotations

from followrag.llm import Reply

_OPEN, _CLOSE = "<think>", "</think>"


def marked(reply: Reply, prompt: str = "", end: str | None = None) -> str:
    """Give a reply's text with its reasoning between tags.

    Args:
        reply: What the model generated; some servers give the reasoning apart.
        prompt: What the model was given, chat template included. A template that ends in an open
            tag makes the text start within the reasoning.
        end: The model's own mark for the end of reasoning (lm-eval's `think_end_token`).
    """
    text = reply.text
    if reply.reasoning:
        is_cut = reply.finish == "length" and not text
        return f"{_OPEN}{reply.reasoning}" + ("" if is_cut else f"{_CLOSE}{text}")
    if end:
        reasoning, found, answer = text.rpartition(end)
        if found:
            return text if end == _CLOSE else f"{_OPEN}{reasoning}{_CLOSE}{answer}"
        if reply.finish == "length":
            return f"{_OPEN}{text}"
    is_open = prompt.rstrip().endswith(_OPEN) and _CLOSE not in text
    return f"{_OPEN}{text}" if is_open else text
