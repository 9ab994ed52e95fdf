"""A run of lm-eval's, written as its versions have written it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

DATE = "2026-01-02T03-04-05.678901"
TASK = "followrag_demo"
_NOT_YET = (
    *("n-samples", "higher_is_better", "date", "transformers_version", "lm_eval_version"),
    *("task_hashes", "model_source", "model_name", "model_name_sanitized", "system_instruction"),
    *("system_instruction_sha", "fewshot_as_multiturn", "chat_template", "chat_template_sha"),
)


class Pair(NamedTuple):
    """What a results file and the samples of its task hold."""

    results: dict[str, Any]
    samples: list[dict[str, Any]]

    def copy(self) -> Pair:
        """Copy it, to change the copy."""
        return deepcopy(self)


def evaluate(folder: Path, task: str = TASK) -> Path:
    """Let lm-eval evaluate a task; give the folder of its files and of the run folder."""
    command = [sys.executable, "-m", "followrag", "eval", "--tasks", task, "--output_path", "out"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    (beside,) = (folder / "out").iterdir()
    return beside


def read_pair(folder: Path) -> Pair:
    """Read what a run has left."""
    (results,) = folder.glob("results_*.json")
    (samples,) = folder.glob("samples_*.jsonl")
    lines = samples.read_text(encoding="utf-8").splitlines()
    return Pair(json.loads(results.read_text()), [json.loads(line) for line in lines])


def write_dated(
    folder: Path,
    pair: Pair,
    *,
    stem: str = "results",
    date: str = DATE,
    task: str = TASK,
    is_array: bool = False,
) -> Path:
    """Write files as since 0.4.3, or, as one array, as shortly before; give the results."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"samples_{task}_{date}"
    if is_array:
        (folder / f"{name}.json").write_text(json.dumps(pair.samples, indent=2))
    else:
        lines = [json.dumps(sample, ensure_ascii=False) + "\n" for sample in pair.samples]
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    results = folder / f"{stem}_{date}.json"
    results.write_text(json.dumps(pair.results, indent=2))
    return results


def write_undated(folder: Path, pair: Pair, name: str = "results.json") -> Path:
    """Write files as 0.4.0 does; give the results."""
    folder.mkdir(parents=True, exist_ok=True)
    old = {key: value for key, value in pair.results.items() if key not in _NOT_YET}
    config = old["config"]
    arguments = ",".join(f"{name}={value}" for name, value in config["model_args"].items())
    old["config"] = {**config, "model_args": arguments}
    samples = []
    for sample in pair.samples:
        request = tuple(sample["arguments"]["gen_args_0"].values())
        kept = {key: value for key, value in sample.items() if not key.endswith("_hash")}
        samples.append({**kept, "arguments": [request]})
        del samples[-1]["filter"]
    results = folder / name
    results.write_text(json.dumps(old, indent=2))
    file = "{}_{}.jsonl".format(re.sub("/|=", "__", arguments), TASK)
    (folder / file).write_text(json.dumps(samples, indent=2))
    return results


def as_ifeval(pair: Pair) -> Pair:
    """Make of a run what lm-eval's own `ifeval` would have written of the same documents."""
    results, samples = pair.copy()
    config = results["configs"].pop(TASK) | {"task": "ifeval"}
    del config["dataset_kwargs"]
    figures = {name: value for name, value in results["results"][TASK].items() if "_level_" in name}
    for sample in samples:
        doc = sample["doc"]
        kwargs = [{**given, "relation": None, "num_words": None} | given for given in doc["kwargs"]]
        sample["doc"] = {
            "key": doc["key"],
            "prompt": doc["prompt"],
            "instruction_id_list": doc["instruction_id_list"],
            "kwargs": kwargs,
        }
        others = [name for name in sample if name.endswith("_acc") and "_level_" not in name]
        for name in [*others, "qa_acc_unwrapped", "qa_acc_other_language"]:
            del sample[name]
    moved = {
        "results": {"ifeval": figures},
        "configs": {"ifeval": config},
        "versions": {"ifeval": 4.0},
        "n-shot": {"ifeval": 0},
        "n-samples": {"ifeval": results["n-samples"][TASK]},
    }
    return Pair(results | moved, samples)
