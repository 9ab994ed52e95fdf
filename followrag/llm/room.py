"""Making prompts fit a model's context: the prompt stays whole at the expense of the answer.

lm-eval cuts a prompt from the left as soon as prompt and generation limit together exceed the
context, and says so in a warning at best. Here the limit gives way first. Where the lengths are
known it becomes what is left; a server that doesn't tell is asked again with half.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

_LEAST = 256  # tokens of room that an answer gets before the prompt is touched
_STEP = 64  # models generate in one batch only what has one limit
_NAMES = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")


class Fit(NamedTuple):
    """How a prompt fits the context, in tokens.

    Attributes:
        limit: The generation limit.
        lowered: Whether that is less than was asked for.
        cut: How much of the prompt's start has to go.
    """

    limit: int
    lowered: bool = False
    cut: int = 0


def fit(prompt: int, asked: int, context: int) -> Fit:
    """Choose the generation limit for a prompt, and say how much of the prompt has to go.

    Args:
        prompt: Length of the prompt in tokens.
        asked: The generation limit that was asked for.
        context: Number of tokens that prompt and answer may have together.
    """
    free = context - prompt
    if asked <= free:
        return Fit(asked)
    if free >= _LEAST:
        return Fit(free - free % _STEP, lowered=True)
    limit = min(asked, _LEAST, max(1, context // 2))
    return Fit(limit, lowered=limit < asked, cut=max(0, limit - free))


def generation_limit(settings: Mapping[str, Any]) -> int | None:
    """Read the generation limit from a request's settings, by any of its names."""
    limits = (settings.get(name) for name in _NAMES)
    return next((int(limit) for limit in limits if limit is not None), None)


def with_limit(settings: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """Give the settings with another generation limit, under lm-eval's name."""
    others = {name: value for name, value in settings.items() if name not in _NAMES}
    return others | {"max_gen_toks": limit}


def with_less_room(body: Mapping[str, Any]) -> tuple[dict[str, Any], int] | None:
    """Copy a request's body with half its limit, or 256 tokens; give the limit beside it.

    Returns:
        None where the body has no limit, or one that is as low already.
    """
    for name in _NAMES:
        limit = body.get(name)
        if isinstance(limit, int) and limit > _LEAST:
            less = max(_LEAST, limit // 2)
            return {**body, name: less}, less
    # SGLang's own endpoint has it one level down.
    parameters = body.get("sampling_params")
    if isinstance(parameters, Mapping) and (inner := with_less_room(parameters)) is not None:
        return {**body, "sampling_params": inner[0]}, inner[1]
    return None
