"""Requests to a model of lm-eval's in this process, watched for what lm-eval drops."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from inspect import signature
from typing import Any

from followrag.llm.calls import Failure, Outcome, Reply
from followrag.llm.finish import finish_reasons

_AT_ONCE = 512  # requests whose answers a kill can cost where the engine takes all at once

_BROKEN = ("abort", "error")

Done = Callable[[int, Outcome], None]


def generate(
    model: Any, requests: Sequence[Any], done: Done, *, keep_reasoning: bool = False
) -> None:
    """Have a model generate, for all requests of the same settings together.

    Args:
        model: lm-eval's model.
        requests: lm-eval's instances, with prompt and settings as their arguments.
        done: Called with the place of each request and what came of it, as soon as the model
            reports its text, else when the batch returns.
        keep_reasoning: Whether to have the text as generated, though the model was told where
            reasoning ends (see `end_mark`).
    """
    groups: dict[str, list[int]] = {}
    for place, request in enumerate(requests):
        groups.setdefault(json.dumps(request.args[1], sort_keys=True), []).append(place)
    for places in groups.values():
        size = _at_once(model) or len(places)
        for start in range(0, len(places), size):
            batch = places[start : start + size]
            finishes: deque[str | None] = deque()
            with _watched(model, finishes, keep_reasoning):
                _generate(model, requests, batch, finishes, done)


def end_mark(model: Any) -> str | None:
    """The text after which a model's answer begins, if it was told one (`think_end_token`).

    None also where transformers was given a token that it leaves out of texts: it then takes the
    reasoning off itself.
    """
    mark = vars(model).get("think_end_token")
    if isinstance(mark, int):
        mark = model.tok_decode([mark])
    return mark if isinstance(mark, str) and mark else None


def _at_once(model: Any) -> int | None:
    """Number of requests that an engine is given at once; None where it makes its own batches."""
    module = type(model).__module__
    if "vllm" in module:
        # Its copies on several GPUs are started for each call.
        return None if int(model.data_parallel_size) > 1 else _AT_ONCE
    return _AT_ONCE if "sglang" in module else None


def _generate(
    model: Any,
    requests: Sequence[Any],
    batch: Sequence[int],
    finishes: deque[str | None],
    done: Done,
) -> None:
    waiting: dict[str, deque[int]] = {}
    for place in batch:
        waiting.setdefault(requests[place].args[0], deque()).append(place)

    def reported(prompt: str, text: str) -> None:
        if waiting.get(prompt):
            finish = finishes.popleft() if finishes else None
            outcome: Outcome = Reply(text, finish=finish)
            if finish in _BROKEN:
                outcome = Failure(f"the engine gave up ({finish})")
            done(waiting[prompt].popleft(), outcome)

    quiet = "disable_tqdm" in signature(model.generate_until).parameters
    hook = model.cache_hook
    model.set_cache_hook(_Hook(reported))
    try:
        asked = [requests[place] for place in batch]
        texts = model.generate_until(asked, **({"disable_tqdm": True} if quiet else {}))
    finally:
        model.set_cache_hook(hook)
    for request, text in zip(asked, texts, strict=True):
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
    if keep_reasoning and end_mark(model) is not None:
        own["think_end_token"] = None
    try:
        yield
    finally:
        for name in ("_model_generate", "think_end_token"):
            if name in before:
                own[name] = before[name]
            else:
                own.pop(name, None)
