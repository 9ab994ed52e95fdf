"""Marking a response that was never given, where only text can be handed on.

lm-eval hands responses on as text and writes them so into its samples files; None becomes the word
"None", which would be scored as an answer.
"""

from __future__ import annotations

_MARK = "\ue0f1no response: "  # begins with a character that no model writes


def failed(reason: str) -> str:
    """Give what stands for a response where there is none."""
    return _MARK + reason


def failure(response: str) -> str | None:
    """Say why there is no response; None for a response."""
    return response.removeprefix(_MARK) if response.startswith(_MARK) else None
