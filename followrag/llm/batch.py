"""A batch for a model of lm-eval's in this process, watched for what lm-eval drops."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from followrag.llm.finish import finish_reasons


def generate(
    model: Any,
    requests: Sequence[Any],
    done: Callable[[int, str, str | None], None],
    *,
    keep_reasoning: bool = False,
) -> None:
    """Have a model generate.

    Args:
        model: lm-eval's model.
        requests: lm-eval's instances, with prompt and settings as their arguments.
        done: Called with the place of each request, its text, and how the generation ended ("stop"
            or "length"; None where the engine doesn't tell). It is called as soon as the model
            reports a text, else when the batch returns.
        keep_reasoning: Whether to have the text as generated, though the model was told where
            reasoning ends (`think_end_token`).
    """
    waiting: dict[str, deque[int]] = {}
    for place, request in enumerate(requests):
        waiting.setdefault(request.args[0], deque()).append(place)
    finishes: deque[str | None] = deque()

    def reported(prompt: str, text: str) -> None:
        if waiting.get(prompt):
            done(waiting[prompt].popleft(), text, finishes.popleft() if finishes else None)

    hook = model.cache_hook
    with _watched(model, finishes, keep_reasoning):
        model.set_cache_hook(_Hook(reported))
        try:
            texts = model.generate_until(requests, disable_tqdm=True)
        finally:
            model.set_cache_hook(hook)
    for request, text in zip(requests, texts, strict=True):
        reported(request.args[0], text)


class _Hook:
    """What lm-eval's models call with each text as soon as they have it."""

    def __init__(self, reported: Callable[[str, str], None]) -> None:
        self._reported = reported

    def add_partial(self, _: str, request: Sequence[Any], text: str) -> None:
        """Take a text; lm-eval's name for it."""
        self._reported(request[0], text)


@contextmanager
def _watched(model: Any, finishes: deque[str | None], keep_reasoning: bool) -> Iterator[None]:
    """Note how generations end, in the order in which the model reports their texts."""
    own = vars(model)
    before = dict(own)
    if engine := getattr(model, "_model_generate", None):

        def watched(*given: Any, **named: Any) -> Any:
            outputs = engine(*given, **named)
            finishes.extend(finish_reasons(outputs, model, named))
            return outputs

        own["_model_generate"] = watched
    if keep_reasoning and isinstance(own.get("think_end_token"), str):
        own["think_end_token"] = None
    try:
        yield
    finally:
        for name in ("_model_generate", "think_end_token"):
            if name in before:
                own[name] = before[name]
            else:
                own.pop(name, None)
