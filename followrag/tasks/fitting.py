"""Making prompts fit a model's context: the prompt stays whole at the expense of the answer.

lm-eval cuts a prompt from the left as soon as prompt and generation limit together exceed the
context, and says so in a warning at best. Here the limit gives way first. A prompt is cut only
where it leaves no room for any answer, and whoever reads the run is told how often.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

_ENOUGH = 256
_STEP = 64  # models generate in one batch only what has one limit
_LIMIT_NAMES = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")


class Fit(NamedTuple):
    """How a prompt fits the context, in tokens.

    Attributes:
        limit: The generation limit.
        lowered: Whether that is less than was asked for.
        cut: How much of the prompt's start is lost.
    """

    limit: int
    lowered: bool = False
    cut: int = 0


def fit(prompt: int, asked: int, context: int) -> Fit:
    """Choose the generation limit for a prompt, and say how much of the prompt must go.

    Args:
        prompt: Length of the prompt in tokens.
        asked: The generation limit that was asked for.
        context: Number of tokens that prompt and answer may have together.
    """
    free = context - prompt
    if asked <= free:
        return Fit(asked)
    if free >= _ENOUGH:
        return Fit(free - free % _STEP, lowered=True)
    limit = min(asked, _ENOUGH, max(1, context // 2))
    return Fit(limit, lowered=limit < asked, cut=max(0, limit - free))


def generation_limit(settings: Mapping[str, Any]) -> int | None:
    """Read the generation limit from a request's settings, by any of its names."""
    limits = (settings.get(name) for name in _LIMIT_NAMES)
    return next((int(limit) for limit in limits if limit is not None), None)


def with_limit(settings: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """Give the settings with another generation limit."""
    others = {name: value for name, value in settings.items() if name not in _LIMIT_NAMES}
    return others | {"max_gen_toks": limit}
