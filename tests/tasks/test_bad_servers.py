"""What is wrong with a server or its model is said in one line, in seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

KEY = "sk-S3CRET-0123456789"


def evaluate(
    folder: Path, arguments: str, *options: str, model: str = "local-chat-completions"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "followrag", "eval", "--model", model),
            *("--model_args", arguments, "--tasks", "followrag_demo", *options),
        ],
        cwd=folder,
        env=os.environ | {"OPENAI_API_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def said(done: subprocess.CompletedProcess[str], folder: Path) -> str:
    """Give the one line that says what is wrong; nothing else may have come of the run."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert not list(folder.rglob("results_*"))
    assert KEY not in done.stderr + done.stdout
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    return line


def test_a_server_that_isnt_there(tmp_path: Path) -> None:
    line = said(evaluate(tmp_path, "model=m,base_url=http://127.0.0.1:9/v1"), tmp_path)
    assert "127.0.0.1:9" in line


# All the other modes are in tests/llm/test_llm_server.py.
@pytest.mark.parametrize(("mode", "named"), [("401", "OPENAI_API_KEY"), ("shapeless", "choices")])
def test_a_server_that_gives_no_answers(
    chat_server: Callable[..., Any], tmp_path: Path, mode: str, named: str
) -> None:
    server = chat_server("--mode", mode)
    done = evaluate(tmp_path, f"model=m,base_url={server.url}")
    assert named in said(done, tmp_path)


def test_a_wrong_path(chat_server: Callable[..., Any], tmp_path: Path) -> None:
    url = chat_server().url.replace("/v1", "/v2/chat")
    assert "/v2/chat" in said(evaluate(tmp_path, f"model=m,base_url={url}"), tmp_path)


def test_a_context_that_no_prompt_fits(chat_server: Callable[..., Any], tmp_path: Path) -> None:
    server = chat_server("--mode", "context", "--context", 100)
    done = evaluate(tmp_path, f"model=m,base_url={server.url}")
    assert "context" in said(done, tmp_path)


def test_a_model_in_process_that_no_prompt_fits(
    make_model: Callable[..., Path], tmp_path: Path
) -> None:
    model = make_model(context=256)
    done = evaluate(tmp_path, f"pretrained={model}", "--device", "cpu", model="hf")
    assert "256 tokens" in said(done, tmp_path)


def test_a_model_that_isnt_there(tmp_path: Path) -> None:
    done = evaluate(tmp_path, "pretrained=no/such/model", "--device", "cpu", model="hf")
    assert "no/such/model" in said(done, tmp_path)


def test_an_absent_chat_template(make_model: Callable[..., Path], tmp_path: Path) -> None:
    model = make_model(template=False)
    done = evaluate(tmp_path, f"pretrained={model}", "--apply_chat_template", model="hf")
    assert "no chat template" in said(done, tmp_path)


def test_no_key_reaches_a_file_or_the_screen(
    chat_server: Callable[..., Any], tmp_path: Path
) -> None:
    server = chat_server("--key", KEY)
    arguments = {
        "model": "m",
        "base_url": f"{server.url}/chat/completions?key={KEY}",
        "header": {"Authorization": f"Bearer {KEY}"},
        "auth_token": KEY,
    }
    options = ("--limit", "3", "--verbosity", "DEBUG")
    done = evaluate(tmp_path, json.dumps(arguments), *options)
    assert done.returncode == 0, done.stderr
    assert KEY not in done.stdout + done.stderr
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) >= 5
    assert [path for path in written if KEY.encode() in path.read_bytes()] == []
