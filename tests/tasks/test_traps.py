"""Settings with which lm-eval would measure something else are put right, or refused."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from followrag.errors import InputError
from followrag.tasks.traps import guard

CHAT = "http://127.0.0.1:9/v1/chat/completions"


def guarded(model: str, arguments: dict[str, Any], **options: Any) -> tuple[Namespace, list[str]]:
    options = {"gen_kwargs": {}, "metadata": {}} | options
    namespace = Namespace(model=model, model_args=arguments, **options)
    return namespace, list(guard(namespace))


@pytest.mark.parametrize("name", ["max_tokens", "max_new_tokens", "max_completion_tokens"])
def test_a_limit_by_any_name_is_the_limit(name: str) -> None:
    options, _ = guarded("dummy", {}, gen_kwargs={name: 20, "top_p": 0.5})
    assert options.gen_kwargs == {"max_gen_toks": 20, "top_p": 0.5}


@pytest.mark.parametrize("option", ["gen_kwargs", "metadata"])
def test_a_key_where_it_would_be_written_is_refused(option: str) -> None:
    with pytest.raises(InputError, match="api_key") as caught:
        guarded("dummy", {}, **{option: {"api_key": "S3CRET"}})
    assert "S3CRET" not in str(caught.value)


def test_a_header_that_is_no_object_is_refused() -> None:
    with pytest.raises(InputError, match="header") as caught:
        guarded("dummy", {"header": "Bearer S3CRET"})
    assert "S3CRET" not in str(caught.value)


def test_a_chat_server_without_conversations_is_refused() -> None:
    arguments = {"model": "m", "base_url": CHAT}
    with pytest.raises(InputError, match="conversations only"):
        guarded("local-chat-completions", arguments, apply_chat_template="none")


def test_sglang_gets_a_device_that_it_takes_for_a_gpu() -> None:
    for device in ({}, {"device": "cuda:0"}):
        options, notes = guarded("sglang", {"pretrained": "no/such"}, **device)
        assert options.device == "cuda"
        assert "cuda:0" in notes[0]


def test_a_device_that_is_named_stays() -> None:
    options, _ = guarded("sglang", {"pretrained": "no/such"}, device="cuda:1")
    assert options.device == "cuda:1"


@pytest.mark.parametrize("name", ["Qwen2.5-7B", "gpt-3.5-turbo", "gpt-4.5", "llama-o1-like"])
def test_a_name_with_a_5_is_not_taken_for_a_reasoning_model(name: str) -> None:
    options, notes = guarded("openai-chat-completions", {"model": name, "base_url": CHAT})
    assert options.model == "local-chat-completions"
    assert options.model_args["base_url"] == CHAT
    assert name in notes[0]


@pytest.mark.parametrize("name", ["o3-mini", "o1", "gpt-5", "gpt-5.1-mini", "gpt-4o"])
def test_names_that_lm_eval_reads_rightly_stay(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    options, _ = guarded("openai-chat-completions", {"model": name})
    assert options.model == "openai-chat-completions"


def test_openai_without_a_key_is_refused() -> None:
    with pytest.raises(InputError, match="OPENAI_API_KEY"):
        guarded("openai-chat-completions", {"model": "gpt-4o"})


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://127.0.0.1:9/v1/"])
def test_a_base_url_gets_its_endpoint(url: str) -> None:
    options, _ = guarded("local-chat-completions", {"model": "m", "base_url": url})
    assert options.model_args["base_url"] == CHAT


def test_an_endpoint_of_its_own_stays() -> None:
    url = "http://127.0.0.1:9/openai/chat"
    options, _ = guarded("local-chat-completions", {"model": "m", "base_url": url})
    assert options.model_args["base_url"] == url


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"model": "m"}, "base_url=http"),
        ({"model": "m", "base_url": "127.0.0.1:9/v1"}, "base_url=127.0.0.1:9/v1"),
        ({"model": "m", "base_url": "http://[::1/v1"}, "base_url=http"),
        ({"base_url": CHAT}, "model=NAME"),
    ],
)
def test_a_server_without_address_or_model_is_refused(
    arguments: dict[str, Any], named: str
) -> None:
    with pytest.raises(InputError, match=named):
        guarded("local-chat-completions", arguments)


def test_requests_go_out_together_unless_told() -> None:
    options, _ = guarded("local-chat-completions", {"model": "m", "base_url": CHAT})
    assert options.model_args["num_concurrent"] > 1
    told, _ = guarded(
        "local-chat-completions", {"model": "m", "base_url": CHAT, "num_concurrent": 1}
    )
    assert told.model_args["num_concurrent"] == 1


def test_chat_servers_get_messages() -> None:
    options, _ = guarded("local-chat-completions", {"model": "m", "base_url": CHAT})
    assert options.apply_chat_template is True


def test_local_completions_takes_the_models_own_context(tiny_model: Path) -> None:
    arguments = {"model": str(tiny_model), "base_url": "http://127.0.0.1:9/v1/completions"}
    options, notes = guarded("local-completions", arguments)
    assert options.model_args["max_length"] == 4096
    assert any("2,048" in note for note in notes)


def test_local_completions_asks_the_server_first(
    tiny_model: Path, chat_server: Callable[..., Any]
) -> None:
    server = chat_server("--context", 1024, "--model", tiny_model)
    arguments = {"model": str(tiny_model), "base_url": server.url}
    assert guarded("local-completions", arguments)[0].model_args["max_length"] == 1024


def test_openais_completions_of_unknown_context_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    with pytest.raises(InputError, match="max_length=N"):
        guarded("openai-completions", {"model": "no/such"})


def test_local_completions_of_unknown_context_is_refused() -> None:
    arguments = {"model": "no/such", "base_url": "http://127.0.0.1:9/v1/completions"}
    with pytest.raises(InputError, match="max_length=N"):
        guarded("local-completions", arguments)


@pytest.mark.parametrize("how", [{"tokenized_requests": False}, {"tokenizer_backend": "none"}])
def test_texts_for_a_server_get_no_chat_template_here(
    tiny_model: Path, how: dict[str, Any]
) -> None:
    arguments = {"model": str(tiny_model), "base_url": CHAT, "max_length": 77, **how}
    options, _ = guarded("local-completions", arguments)
    assert not vars(options).get("apply_chat_template")
    with pytest.raises(InputError, match="without a tokenizer"):
        guarded("local-completions", arguments, apply_chat_template=True)


def test_a_context_that_is_named_stays() -> None:
    arguments = {"model": "no/such", "base_url": CHAT, "max_length": 77}
    assert guarded("local-completions", arguments)[0].model_args["max_length"] == 77


def test_a_model_with_a_chat_template_gets_it(tiny_model: Path) -> None:
    options, notes = guarded("hf", {"pretrained": str(tiny_model)})
    assert options.apply_chat_template is True
    assert "--apply_chat_template none" in notes[0]


@pytest.mark.parametrize("said", ["none", False])
def test_a_chat_template_can_be_left_out(tiny_model: Path, said: object) -> None:
    options, notes = guarded("hf", {"pretrained": str(tiny_model)}, apply_chat_template=said)
    assert options.apply_chat_template is False
    assert notes == []


def test_a_base_model_gets_the_bare_prompt(make_model: Callable[..., Path]) -> None:
    model = make_model(template=False)
    options, notes = guarded("hf", {"pretrained": str(model)})
    assert not vars(options).get("apply_chat_template")
    assert notes == []


def test_a_chat_template_that_isnt_there_is_refused(make_model: Callable[..., Path]) -> None:
    model = str(make_model(template=False))
    with pytest.raises(InputError, match="no chat template"):
        guarded("hf", {"pretrained": model}, apply_chat_template=True)


def test_models_of_other_kinds_are_left_alone() -> None:
    options, notes = guarded("followrag-baseline", {"oracle": True})
    assert (options.model, options.model_args) == ("followrag-baseline", {"oracle": True})
    assert notes == []


@pytest.mark.parametrize(
    "settings", [{}, {"temperature": 0}, {"temperature": 1, "do_sample": False}]
)
def test_several_responses_without_sampling_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="--repeats 4: without sampling all responses"):
        guarded("dummy", {}, gen_kwargs=settings, metadata={"repeats": 4})


def test_the_baseline_is_not_asked_several_times() -> None:
    with pytest.raises(InputError, match="answers the same each time"):
        guarded("followrag-baseline", {}, gen_kwargs={"temperature": 1.0}, metadata={"repeats": 2})


def test_several_responses_are_sampled_by_every_engine() -> None:
    options, notes = guarded("dummy", {}, gen_kwargs={"temperature": 0.7}, metadata={"repeats": 4})
    assert options.gen_kwargs == {"temperature": 0.7, "do_sample": True}
    assert "do_sample=True" in notes[0]


@pytest.mark.parametrize("repeats", [0, -1, "many", 1.5])
def test_a_number_of_responses_that_is_none_is_refused(repeats: object) -> None:
    with pytest.raises(InputError, match="name a whole number"):
        guarded("dummy", {}, gen_kwargs={"temperature": 1}, metadata={"repeats": repeats})
