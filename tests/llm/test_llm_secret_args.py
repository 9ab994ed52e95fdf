"""Secrets are told apart before lm-eval logs or writes what it was given."""

from __future__ import annotations

import pytest

from followrag.llm.secret_args import split_secrets


@pytest.mark.parametrize(
    "name", ["api_key", "auth_token", "token", "hf_token", "password", "header", "OPENAI_API_KEY"]
)
def test_keys_and_tokens_are_secret(name: str) -> None:
    assert split_secrets({name: "S3CRET", "model": "m"}) == ({"model": "m"}, {name: "S3CRET"})


def test_a_key_of_digits_is_secret() -> None:
    assert split_secrets({"api_key": 1234567890}).secret == {"api_key": 1234567890}


def test_headers_are_secret() -> None:
    header = {"Authorization": "Bearer S3CRET"}
    assert split_secrets({"header": header}).secret == {"header": header}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("add_bos_token", True),
        ("think_end_token", "</think>"),
        ("prefix_token_id", 3),
        ("tokenizer", "t"),
        ("tokenized_requests", False),
        ("pretrained", "org/model@main"),
        ("base_url", "http://127.0.0.1:8000/v1/completions"),
    ],
)
def test_other_arguments_are_public(name: str, value: object) -> None:
    assert split_secrets({name: value}) == ({name: value}, {})


def test_what_a_url_has_beside_its_path_is_secret() -> None:
    url = "https://me:S3CRET@host:8000/v1?api-key=S3CRET"
    public, secret = split_secrets({"base_url": url})
    assert public == {"base_url": "https://host:8000/v1"}
    assert secret == {"base_url": url}
