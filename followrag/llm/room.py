"""How many tokens an answer may have, and asking for fewer where the prompt leaves no room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEAST = 256


def lowered(limit: int) -> int | None:
    """Halve a limit, down to 256 tokens; None where it is that low already."""
    return max(LEAST, limit // 2) if limit > LEAST else None


def with_less_room(body: Mapping[str, Any]) -> tuple[dict[str, Any], int] | None:
    """Copy a request's body with its limit lowered; give the limit beside it.

    Returns:
        None where the body has no limit, or one that can't be lowered.
    """
    for name in ("max_tokens", "max_completion_tokens", "max_new_tokens"):
        limit = body.get(name)
        if isinstance(limit, int) and (less := lowered(limit)) is not None:
            return {**body, name: less}, less
    # SGLang's own endpoint has it one level down.
    parameters = body.get("sampling_params")
    if isinstance(parameters, Mapping) and (inner := with_less_room(parameters)) is not None:
        return {**body, "sampling_params": inner[0]}, inner[1]
    return None
