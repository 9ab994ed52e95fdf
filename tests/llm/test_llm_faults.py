"""What servers say of prompts that leave no room, and the room that is asked for then."""

from __future__ import annotations

from itertools import pairwise

import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.llm.faults import Kind, message, status_fault
from followrag.llm.replies import read_reply
from followrag.llm.room import with_less_room


def fault_kind(status: int, said: str) -> Kind:
    response = httpx2.Response(status, request=httpx2.Request("POST", "http://h/v1"))
    error = openai.APIStatusError(said, response=response, body={"message": said})
    return status_fault(error, "m").kind


@pytest.mark.parametrize(
    ("status", "said"),
    [
        # vLLM, old and new
        (400, "This model's maximum context length is 16384 tokens. However, you requested 122946"),
        (400, "max_tokens must be at least 1, got -186."),
        (400, "'max_tokens' or 'max_completion_tokens' is too large: 3000. This model's maximum"),
        (400, "The decoder prompt (length 5000) is longer than the maximum model length of 4096."),
        # SGLang
        (400, "The input (61709 tokens) is longer than the model's context length (40960 tokens)."),
        (400, "Requested token count exceeds the model's maximum context length of 2048 tokens."),
        # OpenAI
        (400, "max_tokens is too large: 100000. This model supports at most 16384 completion"),
        # TGI
        (422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given"),
        (422, "Input validation error: `inputs` must have less than 1024 tokens. Given: 2000"),
        # llama.cpp and its Python server
        (400, "the request exceeds the available context size. try increasing the context size"),
        (500, "Requested tokens (2285) exceed context window of 2048"),
        (413, "Prompt too long"),
    ],
)
def test_a_prompt_without_room_is_recognised(status: int, said: str) -> None:
    assert fault_kind(status, said) is Kind.UNFIT


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, "temperature must be non-negative, got -1.", Kind.REFUSED),
        (422, "Input should be a valid integer", Kind.REFUSED),
        (429, "Rate limit reached", Kind.BUSY),
        (429, "You exceeded your quota (insufficient_quota)", Kind.HOPELESS),
        (500, "CUDA error", Kind.BUSY),
        (404, "model 'x' not found", Kind.HOPELESS),
    ],
)
def test_other_faults_are_not_taken_for_it(status: int, said: str, kind: Kind) -> None:
    assert fault_kind(status, said) is kind


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "a\nb"}, "a b"),
        ({"error": {"message": "wrong", "code": 400}}, "wrong"),
        ({"error": "wrong", "error_type": "validation"}, "wrong"),
        ({"detail": "Not Found"}, "Not Found"),
        ("<html><style>h1 {}</style><h1>502 Bad\nGateway</h1></html>", "502 Bad Gateway"),
        ({}, "no reason given"),
        (None, "no reason given"),
    ],
)
def test_what_a_server_says_is_found(body: object, said: str) -> None:
    assert message(body) == said


@given(st.integers(1, 100_000))
def test_a_limit_is_halved_down_to_256(limit: int) -> None:
    steps = [limit]
    while (less := with_less_room({"max_tokens": steps[-1]})) is not None:
        steps.append(less[1])
    assert all(later < earlier for earlier, later in pairwise(steps))
    assert steps[-1] == min(limit, 256)


@pytest.mark.parametrize(
    ("body", "less"),
    [
        ({"max_tokens": 1000}, ({"max_tokens": 500}, 500)),
        ({"max_completion_tokens": 300}, ({"max_completion_tokens": 256}, 256)),
        (
            {"text": "t", "sampling_params": {"max_new_tokens": 800, "n": 1}},
            ({"text": "t", "sampling_params": {"max_new_tokens": 400, "n": 1}}, 400),
        ),
        ({"max_tokens": 256}, None),
        ({"model": "m"}, None),
    ],
)
def test_the_limit_is_found_wherever_a_body_has_it(body: dict[str, object], less: object) -> None:
    assert with_less_room(body) == less


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"choices": []},
        {"choices": [{}]},
        {"choices": [{"message": {"content": None}}]},
        {"choices": [{"message": {"content": 7}, "finish_reason": "stop"}]},
        {"error": {"message": "overloaded"}},
    ],
)
def test_what_is_no_completion_is_no_reply(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="choice"):
        read_reply(data)


def test_reasoning_is_read_under_both_names() -> None:
    for name in ("reasoning_content", "reasoning"):
        choice = {"message": {"content": "4", name: "2 + 2"}, "finish_reason": "stop"}
        assert read_reply({"choices": [choice]}).reasoning == "2 + 2"
