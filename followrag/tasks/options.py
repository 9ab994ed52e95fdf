"""lm-eval's options, parsed as it parses them, with our defaults where nothing is said."""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from followrag.errors import InputError
from followrag.tasks.registration import SUITE, suite_tasks, task_names

BASELINE = "followrag-baseline"
ORACLE = "followrag-oracle"
REPEATS = "repeats"  # in lm-eval's metadata: how many responses to each prompt of our tasks
# What may differ between two runs of which the second goes on with the first.
_INCIDENTAL = {
    "func", "output_path", "batch_size", "max_batch_size", "device", "verbosity", "show_config",
    "write_out", "use_cache", "wandb_args", "trackio_args", "hf_hub_log_args",
}  # fmt: skip
_INCIDENTAL_ARGUMENTS = {"num_concurrent", "timeout", "max_retries", "batch_size"}


def parse_options(given: Sequence[str], data: str | None) -> argparse.Namespace:
    """Parse lm-eval's options as it does, and put our defaults where nothing is said.

    Args:
        given: The options.
        data: Where a published source lies, for `metadata`.

    Raises:
        InputError: A configuration file or an option can't be read.
    """
    try:
        return _parse(given, data)
    except (OSError, TypeError, ValueError) as error:
        said = str(error)
        if said.startswith("Invalid JSON"):  # and quotes it, with all keys
            said = "what should be a JSON object is none; check its quotes and commas"
        raise InputError(f"lm_eval's options: {said}") from error


def _parse(given: Sequence[str], data: str | None) -> argparse.Namespace:
    from lm_eval._cli.run import Run
    from lm_eval.config.evaluate_config import EvaluatorConfig
    from lm_eval.utils import simple_parse_args_string

    subparsers = argparse.ArgumentParser(prog="followrag").add_subparsers()
    Run.create(subparsers)
    parser = subparsers.choices["run"]
    parser.prog = "followrag eval"
    arguments = parser.parse_args(given)
    settings = EvaluatorConfig.load_yaml_config(arguments.config) if arguments.config else {}
    settings |= {name: value for name, value in vars(arguments).items() if value or value == 0}
    for name in ("model_args", "metadata", "gen_kwargs"):
        value = settings.get(name) or {}
        settings[name] = simple_parse_args_string(value) if isinstance(value, str) else dict(value)
    if data is not None:
        settings["metadata"]["data"] = data
    samples = settings.get("samples")
    if isinstance(samples, str) and "{" not in samples and not Path(samples).is_file():
        raise ValueError(f"--samples {samples} is neither a JSON object nor a file")
    settings.setdefault("model", BASELINE)
    if settings["model"] == BASELINE:
        # lm-eval files results under the model's name, and would draw one at random.
        name = ORACLE if settings["model_args"].get("oracle") else BASELINE
        settings["model_args"].setdefault("model", name)
    has_data = "data" in settings["metadata"] or os.environ.get("FOLLOWRAG_DATA")
    tasks = settings.get("tasks") or ("followrag" if has_data else "followrag_demo")
    named = tasks.split(",") if isinstance(tasks, str) else map(str, tasks)
    settings["tasks"] = [task for name in named for task in _expanded(name.strip())]
    settings.setdefault("output_path", "runs")
    return argparse.Namespace(**settings | {"log_samples": True, "config": None})


def _expanded(name: str) -> Sequence[str]:
    """List the tasks that a name of ours stands for; else leave the name to lm-eval."""
    if name == SUITE:
        return suite_tasks()
    return fnmatch.filter(task_names(), name) or [name]


def run_name(options: argparse.Namespace, secrets: Mapping[str, Any]) -> str:
    """Name what a command asks for, in a form for file names.

    The same for the same command, as long as the files of a local model stay as they are.
    """
    arguments = options.model_args
    asked = {name: value for name, value in vars(options).items() if name not in _INCIDENTAL}
    asked["model_args"] = {
        name: value for name, value in arguments.items() if name not in _INCIDENTAL_ARGUMENTS
    }
    asked["base_url"] = secrets.get("base_url")  # its query may name another model
    asked["files"] = [
        (file.name, file.stat().st_size, file.stat().st_mtime_ns)
        for name in ("pretrained", "model", "peft", "delta")
        if (folder := Path(str(arguments.get(name, "")))).is_dir() and arguments.get(name)
        for file in sorted(folder.iterdir())
    ]
    text = json.dumps(asked, sort_keys=True, default=str)
    model = str(arguments.get("pretrained") or arguments.get("model") or options.model)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return re.sub(r"[^\w.-]", "_", f"{Path(model).name}_{options.tasks[0]}_{digest}")
