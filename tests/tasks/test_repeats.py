"""`followrag eval --repeats`: several responses to each prompt, each sampled anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from followrag.runs import read_metrics


@pytest.fixture(scope="module")
def server(module_chat_server: Callable[..., Any]) -> Any:
    return module_chat_server()


@pytest.fixture(scope="module")
def folder(server: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("repeats")
    command = [
        *(sys.executable, "-m", "followrag", "eval", "--model", "local-chat-completions"),
        *("--model_args", f"model=m,base_url={server.url}", "--tasks", "followrag_demo"),
        *("--limit", "5", "--repeats", "3", "--gen_kwargs", "temperature=0.7"),
        *("--output_path", str(out)),
    ]
    done = subprocess.run(
        command, env=os.environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "followrag_demo" in done.stdout
    [manifest] = out.rglob("manifest.json")
    return manifest.parent


def test_every_row_has_all_responses(folder: Path) -> None:
    rows = [json.loads(line) for line in (folder / "rows.jsonl").open()]
    assert [len(row["samples"]) for row in rows] == [2] * 5
    assert read_metrics(folder)["overall"]["pif_1_of_3"]["n"] == 5


def test_every_response_has_a_seed_of_its_own(folder: Path, server: Any) -> None:
    assert folder
    bodies = [request["body"] for request in server.answered]
    seeds = {(json.dumps(body["messages"]), body["seed"]) for body in bodies}
    assert len(seeds) == len(bodies) == 15


def test_every_response_has_a_note(folder: Path) -> None:
    notes = [json.loads(line) for line in (folder / "requests.jsonl").open()]
    assert sorted(note["sample"] for note in notes) == [0] * 5 + [1] * 5 + [2] * 5
