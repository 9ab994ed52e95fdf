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


def rows(out: Path) -> list[dict[str, Any]]:
    (manifest,) = out.rglob("manifest.json")
    lines = manifest.with_name("rows.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def served(
    command: Command,
    transformers_server: ModelServer,
    five_items: tuple[str, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    out = tmp_path_factory.mktemp("served")
    server = f"model={transformers_server.model},base_url={transformers_server.url}"
    done = command(
        *("eval", "--model", "local-chat-completions", *five_items),
        *("--model_args", f"{server},num_concurrent=4", "--output_path", out),
    )
    assert done.returncode == 0, done.stderr
    return out


def test_every_item_has_an_answer(served: Path) -> None:
    assert [row["error"] for row in rows(served)] == [None] * 5
    assert all(row["response"] for row in rows(served))


def test_the_answers_are_those_of_the_same_model_in_process(served: Path, hf_run: Path) -> None:
    assert rows(hf_run) == rows(served)
