"""`followrag eval --model hf` on CPU, with a real model."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from followrag import load_items

Command = Callable[..., subprocess.CompletedProcess[str]]
COUNT = 6


def options(model: Path, out: Path) -> list[object]:
    generation = ["--gen_kwargs", "max_gen_toks=32", "--limit", COUNT]
    return [
        *("eval", "--model", "hf", "--model_args", f"pretrained={model}", "--device", "cpu"),
        *("--tasks", "followrag_demo", "--apply_chat_template", *generation, "--output_path", out),
    ]


def rows(out: Path) -> list[dict[str, Any]]:
    (manifest,) = out.rglob("manifest.json")
    lines = manifest.with_name("rows.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def run(command: Command, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hf")
    done = command(*options(tiny_model, out))
    assert done.returncode == 0, done.stderr
    return out


def test_the_answers_are_the_models_own(run: Path, tiny_model: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    model = AutoModelForCausalLM.from_pretrained(tiny_model, dtype="auto")
    expected = {}
    for item in load_items("followrag_demo")[:COUNT]:
        chat = [{"role": "user", "content": item.prompt}]
        prompt = tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        ids = model.generate(**prompt, max_new_tokens=32, do_sample=False)
        answer = ids[0, prompt["input_ids"].shape[1] :]
        expected[item.key] = tokenizer.decode(answer, skip_special_tokens=True)
    assert {row["key"]: row["response"] for row in rows(run)} == expected


def test_the_manifest_says_how_it_was_run(run: Path, tiny_model: Path) -> None:
    (path,) = run.rglob("manifest.json")
    manifest = json.loads(path.read_text())
    assert manifest["backend"] == "hf"
    assert manifest["model"] == str(tiny_model)
    assert manifest["generation_kwargs"]["max_gen_toks"] == 32
    assert manifest["lm_eval"]["chat_template_sha"]


def test_two_processes_of_accelerate_give_the_rows_of_one(
    run: Path, tiny_model: Path, tmp_path: Path
) -> None:
    launch = ["-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2"]
    port = ["--main_process_port", "0", "--module", "followrag"]
    done = subprocess.run(
        [sys.executable, *launch, *port, *map(str, options(tiny_model, tmp_path))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path) == rows(run)
