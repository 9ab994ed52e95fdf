"""`followrag eval` with vLLM on CPU, in process and as a server; `make test-vllm` runs these."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from model_server import ModelServer, serving

pytestmark = pytest.mark.vllm

Command = Callable[..., subprocess.CompletedProcess[str]]
ITEMS = 72
CONTEXT = 1024


def run_of(out: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The manifest and the rows of the run in a folder."""
    (manifest,) = out.rglob("manifest.json")
    lines = manifest.with_name("rows.jsonl").read_text().splitlines()
    return json.loads(manifest.read_text()), [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """`vllm serve` with the tiny model under another name."""
    program = Path(sys.executable).with_name("vllm")
    settings = ["--dtype", "bfloat16", "--max-model-len", str(CONTEXT), "--enforce-eager"]
    command = [program, "serve", tiny_model, "--served-model-name", "tiny", *settings]
    log = tmp_path_factory.mktemp("vllm-serve") / "log"
    with serving(command, "tiny", log, within=300) as served:
        yield served


def ask(command: Command, server: ModelServer, out: Path, *options: object) -> str:
    """Run the demo against a server; what it says on the way."""
    named = f"model={server.model},base_url={server.url},num_concurrent=8"
    model = ("--model", "local-chat-completions", "--model_args", named)
    demo = ("--tasks", "followrag_demo", "--output_path", out)
    done = command("eval", *model, *demo, *options, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_in_process_every_item_is_answered(
    command: Command, tiny_model: Path, tmp_path: Path
) -> None:
    settings = f"pretrained={tiny_model},dtype=bfloat16,max_model_len={CONTEXT},enforce_eager=True"
    done = command(
        *("eval", "--model", "vllm", "--model_args", settings, "--batch_size", "auto"),
        *("--tasks", "followrag_demo", "--apply_chat_template", "--output_path", tmp_path),
        *("--gen_kwargs", "max_gen_toks=32"),
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    manifest, rows = run_of(tmp_path)
    assert manifest["backend"] == "vllm"
    assert [row["error"] for row in rows] == [None] * ITEMS
    assert manifest["generation"]["finish_unknown"] == 0
    assert 0 < manifest["generation"]["at_limit"] < ITEMS


def test_its_server_answers_every_item(
    command: Command, server: ModelServer, tmp_path: Path
) -> None:
    ask(command, server, tmp_path, "--gen_kwargs", "max_gen_toks=32")
    manifest, rows = run_of(tmp_path)
    assert [row["error"] for row in rows] == [None] * ITEMS
    assert manifest["generation"]["finish_unknown"] == 0
    assert 0 < manifest["generation"]["at_limit"] < ITEMS


def test_a_limit_above_its_context_gives_way_and_is_told(
    command: Command, server: ModelServer, tmp_path: Path
) -> None:
    said = ask(command, server, tmp_path, "--gen_kwargs", "max_gen_toks=2560", "--limit", 6)
    manifest, rows = run_of(tmp_path)
    assert [row["error"] for row in rows] == [None] * 6
    assert manifest["generation"]["limits_lowered"] == 6
    assert "6 answers had a lower limit" in said


def test_a_model_that_it_does_not_serve_is_named(
    command: Command, server: ModelServer, tmp_path: Path
) -> None:
    model = f"model=other,base_url={server.url}"
    done = command(
        *("eval", "--model", "local-chat-completions", "--model_args", model),
        *("--tasks", "followrag_demo", "--output_path", tmp_path),
    )
    assert done.returncode == 2
    assert "other" in done.stderr
    assert "Traceback" not in done.stderr
