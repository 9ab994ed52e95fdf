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
    options = ("--device", "cpu", "--batch_size", "8", "--gen_kwargs", "max_gen_toks=300")
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
