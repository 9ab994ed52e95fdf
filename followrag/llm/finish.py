"""How generations ended, read from what lm-eval's in-process models get from their engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def finish_reasons(outputs: Any, model: Any, given: Mapping[str, Any]) -> list[str | None]:
    """Say for each generation whether it stopped by itself ("stop") or at its limit ("length").

    Args:
        outputs: What the model's `_model_generate` returned: a tensor of tokens (transformers), or
            a list of vLLM's or SGLang's outputs.
        model: lm-eval's model.
        given: The keyword arguments of `_model_generate`.

    Returns:
        A reason for each output; None where the engine doesn't tell.
    """
    if not isinstance(outputs, list):
        return list(_of_tokens(outputs, model, given))
    return [_of_output(output) for output in outputs]


def _of_output(output: Any) -> str | None:
    if isinstance(output, dict):  # SGLang
        reason = output.get("meta_info", {}).get("finish_reason")
        return reason.get("type") if isinstance(reason, dict) else reason
    generations = getattr(output, "outputs", None)  # vLLM
    return generations[0].finish_reason if generations else None


def _of_tokens(tokens: Any, model: Any, given: Mapping[str, Any]) -> Iterable[str | None]:
    """Transformers pads what has ended: only a row without an end reached the limit."""
    context, limit = given.get("context"), given.get("max_length")
    if context is None or limit is None or getattr(model, "backend", "causal") != "causal":
        return [None] * len(tokens)
    ends = _end_tokens(model)
    rows = tokens[:, context.shape[1] :].tolist()
    if tokens.shape[1] < limit:
        return ["stop"] * len(rows)
    stops = [text for text in given.get("stop") or () if text]
    return [
        "stop"
        if ends.intersection(row) or any(text in model.tok_decode(row) for text in stops)
        else "length"
        for row in rows
    ]


def _end_tokens(model: Any) -> set[int]:
    named = getattr(getattr(model.model, "generation_config", None), "eos_token_id", None)
    ids = named if isinstance(named, list) else [named]
    return {id for id in (*ids, model.eot_token_id) if id is not None}
