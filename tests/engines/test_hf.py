"""`followrag eval --model hf` on CPU, with a real model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from followrag import load_items

COUNT = 5


def lines(out: Path, name: str) -> list[dict[str, Any]]:
    (path,) = out.rglob(name)
    return [json.loads(line) for line in path.open()]


def manifest(out: Path) -> dict[str, Any]:
    (path,) = out.rglob("manifest.json")
    told: dict[str, Any] = json.loads(path.read_text())
    return told


def test_the_answers_are_the_models_own(hf_run: Path, tiny_model: Path) -> None:
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
    found = {row["key"]: row["response"] for row in lines(hf_run, "rows.jsonl")}
    assert found == expected


def test_the_manifest_says_how_it_was_run(hf_run: Path, tiny_model: Path) -> None:
    told = manifest(hf_run)
    assert told["backend"] == "hf"
    assert told["model"] == str(tiny_model)
    assert told["generation_kwargs"]["max_gen_toks"] == 32
    assert told["lm_eval"]["chat_template_sha"]


# Without GPUs accelerate starts one process only, whatever is asked.
def test_accelerates_launcher_starts_the_same_run(
    hf_run: Path, hf_command: tuple[str, ...], tmp_path: Path
) -> None:
    launch = ["-m", "accelerate.commands.launch", "--cpu", "--num_processes", "1"]
    port = ["--main_process_port", "0", "--module", "followrag"]
    done = subprocess.run(
        [sys.executable, *launch, *port, *hf_command, "--output_path", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    assert lines(tmp_path, "rows.jsonl") == lines(hf_run, "rows.jsonl")
    assert len(lines(tmp_path, "requests.jsonl")) == COUNT
    assert manifest(tmp_path)["generation"]["requests"] == COUNT
