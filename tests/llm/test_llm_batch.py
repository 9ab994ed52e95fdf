"""Batches of a model in this process: each text goes to its own request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from followrag.llm import Outcome, Reply
from followrag.llm.batch import end_mark, generate


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Any:
    import lm_eval.models  # noqa: F401 (fills the registry)
    from lm_eval.api.registry import get_model

    settings = {"pretrained": str(tiny_model), "device": "cpu", "batch_size": 1}
    return get_model("hf").create_from_arg_obj(settings)


def request(prompt: str, limit: int) -> Any:
    from lm_eval.api.instance import Instance

    settings = {"until": [], "max_gen_toks": limit, "do_sample": False}
    return Instance("generate_until", {}, (prompt, settings), 0)


def texts(model: Any, requests: list[Any]) -> list[str]:
    outcomes: dict[int, Outcome] = {}

    def done(place: int, outcome: Outcome) -> None:
        assert place not in outcomes
        outcomes[place] = outcome

    generate(model, requests, done)
    found = [outcomes[place] for place in range(len(requests))]
    return [outcome.text for outcome in found if isinstance(outcome, Reply)]


def test_equal_prompts_with_other_settings_keep_their_own_texts(model: Any) -> None:
    requests = [
        request("a longer first prompt", 24),
        request("prompt", 4),
        request("prompt", 24),
        request("other", 4),
    ]
    together = texts(model, requests)
    assert together == [texts(model, [one])[0] for one in requests]
    assert together[1] != together[2]


def test_a_model_is_as_before_afterwards(model: Any) -> None:
    before = dict(vars(model))
    texts(model, [request("prompt", 4)])
    assert vars(model) == before


def test_a_mark_that_is_a_token_is_read_as_text(model: Any) -> None:
    assert end_mark(model) is None
    (token,) = model.tokenizer.encode("e")
    model.think_end_token = token
    try:
        assert end_mark(model) == "e"
        model.think_end_token = model.tokenizer.eos_token_id
        assert end_mark(model) is None
    finally:
        model.think_end_token = None
