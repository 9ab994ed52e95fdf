"""What a run says of how its answers came to be, with a real model in this process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from followrag.runs import read_metrics
from followrag.sources import load_items


class Done(NamedTuple):
    errors: str
    folder: Path

    @property
    def generation(self) -> dict[str, int]:
        found: dict[str, int] = json.loads((self.folder / "manifest.json").read_text())[
            "generation"
        ]
        return found

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "requests.jsonl").open()]


def evaluate(out: Path, model: str, arguments: str, *options: str) -> Done:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "followrag", "eval", "--model", model),
            *("--model_args", arguments, "--output_path", str(out), *options),
        ],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (manifest,) = out.rglob("manifest.json")
    return Done(done.stderr, manifest.parent)


@pytest.fixture(scope="module")
def cramped(make_model: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Done:
    """A model whose context some prompts exceed: they have about 390 to 470 tokens."""
    model = make_model(context=700)
    batches = ("--device", "cpu", "--batch_size", "8", "--limit", "24")
    options = (*batches, "--gen_kwargs", "max_gen_toks=300")
    return evaluate(tmp_path_factory.mktemp("cramped"), "hf", f"pretrained={model}", *options)


def test_truncated_prompts_are_counted_and_said(cramped: Done) -> None:
    cut = [request["prompt_tokens_cut"] for request in cramped.requests]
    truncated = sum(tokens > 0 for tokens in cut)
    assert 0 < truncated < len(cut)
    assert cramped.generation["prompts_truncated"] == truncated
    assert f"warning: {truncated} prompts were truncated" in cramped.errors
    assert f"up to {max(cut)}" in cramped.errors


def test_the_limit_gives_way_before_the_prompt_is_cut(cramped: Done) -> None:
    for request in cramped.requests:
        length = request["prompt_tokens"] - request["prompt_tokens_cut"] + request["max_tokens"]
        assert length <= 700
        assert request["prompt_tokens_cut"] == 0 or request["max_tokens"] == 256
    assert cramped.generation["limits_lowered"] > 0


def test_answers_at_their_limit_are_told_from_those_that_ended(cramped: Done) -> None:
    finishes = [request["finish"] for request in cramped.requests]
    assert set(finishes) == {"stop", "length"}
    assert cramped.generation["at_limit"] == finishes.count("length")
    assert f"{finishes.count('length')} answers ran into their limit" in cramped.errors


def test_a_server_that_gives_reasoning_apart_is_understood(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    server = chat_server("--mode", "thinking")
    arguments = f"model=m,base_url={server.url}"
    done = evaluate(tmp_path, "local-chat-completions", arguments, "--limit", "4")
    counts = read_metrics(done.folder)["counts"]
    assert (counts["thinking_unclosed"], counts["empty"]) == (4, 4)
    assert done.generation["at_limit"] == 4


def test_local_completions_gets_whole_prompts_as_tokens(
    chat_server: Callable[..., Any], tiny_model: Path, tmp_path: Path
) -> None:
    server = chat_server("--context", 4096, "--model", tiny_model)
    arguments = f"model={tiny_model},base_url={server.url}"
    options = ("--limit", "4", "--tasks", "followrag_demo")
    done = evaluate(tmp_path, "local-completions", arguments, *options)
    sent = [request["body"]["prompt"] for request in server.answered]
    lengths = sorted(len(tokens) for (tokens,) in sent)
    assert lengths == sorted(request["prompt_tokens"] for request in done.requests)
    assert done.generation["prompts_truncated"] == 0


def test_the_run_tells_start_up_and_answers_apart(cramped: Done) -> None:
    assert "start-up " in cramped.errors
    assert " s for the model's answers" in cramped.errors


def test_sglangs_own_endpoint_is_understood(
    chat_server: Callable[..., Any], tiny_model: Path, tmp_path: Path
) -> None:
    server = chat_server()
    arguments = f"model={tiny_model},base_url={server.url.removesuffix('/v1')}"
    done = evaluate(tmp_path, "sglang-generate", arguments, "--limit", "3")
    assert done.generation["at_limit"] == 3
    assert {len(request["body"]["input_ids"]) for request in server.answered} == {
        request["prompt_tokens"] for request in done.requests
    }


def test_answers_stay_with_their_items_beside_failures_and_lm_evals_cache(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    server = chat_server("--mode", "context", "--context", 530)
    arguments = f"model=m,base_url={server.url}"
    options = ("--gen_kwargs", "max_gen_toks=256", "--use_cache", str(tmp_path / "cache"))
    done = evaluate(tmp_path / "runs", "local-chat-completions", arguments, *options)
    rows = [json.loads(line) for line in (done.folder / "rows.jsonl").open()]
    answered = {
        request["body"]["messages"][-1]["content"]: request["reply"] for request in server.answered
    }
    prompts = {item.key: item.prompt for item in load_items("followrag_demo")}
    assert 0 < len(answered) < len(rows)
    assert all(row["response"] == answered.get(prompts[row["key"]]) for row in rows)


def test_a_token_that_ends_reasoning_is_a_mark_like_any_other(
    tiny_model: Path, tmp_path: Path
) -> None:
    """transformers takes a token's number; 0 to 4 are special, 11 is a letter or sign."""
    options = ("--device", "cpu", "--limit", "6", "--gen_kwargs", "max_gen_toks=48")
    plain = evaluate(tmp_path / "plain", "hf", f"pretrained={tiny_model}", *options)
    texts = [json.loads(line)["response"] for line in (plain.folder / "rows.jsonl").open()]
    token, sign = _frequent_token(tiny_model, texts)
    arguments = f"pretrained={tiny_model},think_end_token={token}"
    done = evaluate(tmp_path / "marked", "hf", arguments, *options)
    rows = [json.loads(line) for line in (done.folder / "rows.jsonl").open()]
    finishes = [request["finish"] for request in done.requests]
    for text, row, finish in zip(texts, rows, finishes, strict=True):
        before, found, after = text.rpartition(sign)
        if found:
            assert row["response"] == f"<think>{before}</think>{after}"
        else:
            assert row["response"] == (f"<think>{text}" if finish == "length" else text)
    assert {row["thinking"] for row in rows} >= {"removed"}


def _frequent_token(model: Path, texts: list[str]) -> tuple[int, str]:
    """Find a letter that is a token by itself and occurs in some of the texts."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    letters = sorted({letter for text in texts for letter in text if letter.isascii()})
    return next(
        (ids[0], letter)
        for letter in letters
        if letter.isalpha() and len(ids := tokenizer.encode(letter)) == 1
    )
