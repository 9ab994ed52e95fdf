"""`followrag eval` against `transformers serve`, a real server with an OpenAI-compatible API."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from model_server import ModelServer

Command = Callable[..., subprocess.CompletedProcess[str]]
DEMO = ("--tasks", "followrag_demo", "--limit", 6, "--gen_kwargs", "max_gen_toks=32")


def rows(out: Path) -> list[dict[str, Any]]:
    (manifest,) = out.rglob("manifest.json")
    lines = manifest.with_name("rows.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def served(
    command: Command, transformers_server: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    out = tmp_path_factory.mktemp("served")
    server = f"model={transformers_server.model},base_url={transformers_server.url}"
    done = command(
        *("eval", "--model", "local-chat-completions", "--apply_chat_template", *DEMO),
        *("--model_args", f"{server},num_concurrent=4", "--output_path", out),
    )
    assert done.returncode == 0, done.stderr
    return out


def test_every_item_has_an_answer(served: Path) -> None:
    assert [row["error"] for row in rows(served)] == [None] * 6
    assert all(row["response"] for row in rows(served))


def test_the_answers_are_those_of_the_same_model_in_process(
    served: Path, command: Command, tiny_model: Path, tmp_path: Path
) -> None:
    model = ("--model", "hf", "--model_args", f"pretrained={tiny_model}", "--device", "cpu")
    done = command("eval", *model, "--apply_chat_template", *DEMO, "--output_path", tmp_path)
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path) == rows(served)
