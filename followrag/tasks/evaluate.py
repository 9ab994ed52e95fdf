"""`followrag eval`: lm-eval's own run command over our tasks, and a run folder from what it wrote.

lm-eval spends four seconds on indexing its thousands of tasks before it starts. Here it sees only
ours unless another one is asked for.
"""

from __future__ import annotations

import argparse
import json as jsonlib
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from followrag.commands.outcome import has_errors, print_outcome
from followrag.errors import InputError, OutputError
from followrag.progress import tracked
from followrag.responses import read_answers, score_answers
from followrag.runs import check_folder, write_run
from followrag.sources import ItemSet, load_items
from followrag.summary import summarise
from followrag.tasks.registration import TASKS_FOLDER, task_names

BASELINE = "followrag-baseline"
ORACLE = "followrag-oracle"
_SECRET = re.compile(r"token|key|secret|password|header|auth", re.IGNORECASE)
_SAMPLES = re.compile(r"samples_(?P<task>followrag\w*?)_(?P<date>\d{4}-\d\d-\d\dT.*)\.jsonl")


def evaluate(
    context: typer.Context,
    data: Annotated[
        str | None, typer.Option(help="Where a published source lies; else FOLLOWRAG_DATA.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    fail_on_error: Annotated[
        bool,
        typer.Option("--fail-on-error", help="End with exit code 2 if any row could not be used."),
    ] = False,
    help: Annotated[bool, typer.Option("--help", help="Show lm_eval's options as well.")] = False,
) -> None:
    """Run a model with lm_eval's options, and write a run folder for each of our tasks.

    Every option of lm_eval is taken, with these defaults:
      --model        followrag-baseline
      --tasks        followrag where FOLLOWRAG_DATA is set, else followrag_demo
      --output_path  runs
      --log_samples
    """
    if help:
        print(context.get_help())
    arguments = _arguments(["--help"] if help else context.args)
    if data is not None:
        arguments.metadata = {**(arguments.metadata or {}), "data": data}
    folder = (arguments.metadata or {}).get("data")
    sources = {task: load_items(task, folder) for task in arguments.tasks if task in task_names()}
    out = _output_folder(Path(arguments.output_path))
    check_folder(out)
    earlier = set(out.rglob("samples_*.jsonl"))
    with redirect_stdout(sys.stderr) if json else nullcontext():
        _run(arguments)
    if int(os.environ.get("RANK", "0")) != 0:
        return  # under accelerate, the first process writes the results
    written = sorted(set(out.rglob("samples_*.jsonl")) - earlier)
    if not written:
        raise OutputError(f"{out}: lm_eval has saved no samples there; see its warnings above")
    failed = [_score(samples, sources, arguments, json) for samples in written]
    if fail_on_error and any(failed):
        raise typer.Exit(2)


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    """Parse the options as lm-eval does, and put our defaults where nothing is said."""
    from lm_eval._cli.run import Run
    from lm_eval.config.evaluate_config import EvaluatorConfig

    subparsers = argparse.ArgumentParser(prog="followrag").add_subparsers()
    Run.create(subparsers)
    parser = subparsers.choices["run"]
    parser.prog = "followrag eval"
    arguments = parser.parse_args(given)
    configured = EvaluatorConfig.load_yaml_config(arguments.config) if arguments.config else {}
    defaults = {
        "model": BASELINE,
        "tasks": ["followrag" if os.environ.get("FOLLOWRAG_DATA") else "followrag_demo"],
        "output_path": "runs",
    }
    for name, default in defaults.items():
        setattr(arguments, name, getattr(arguments, name) or configured.get(name) or default)
    if isinstance(arguments.tasks, str):
        arguments.tasks = arguments.tasks.split(",")
    if arguments.model == BASELINE:
        # lm-eval files results under the model's name, and would draw one at random.
        model_args = arguments.model_args or {}
        name = ORACLE if model_args.get("oracle") else BASELINE
        arguments.model_args = {"model": name, **model_args}
    arguments.log_samples = True
    return arguments


def _output_folder(path: Path) -> Path:
    return path.parent if path.suffix == ".json" else path


def _run(arguments: argparse.Namespace) -> None:
    from lm_eval.api.registry import model_registry
    from lm_eval.utils import setup_logging

    import_module("lm_eval.models")  # fills the registry with lm_eval's own models
    setup_logging()
    model_registry.register(BASELINE, target="followrag.baseline.model:BaselineLM")
    with _own_tasks(arguments.tasks):
        try:
            arguments.func(arguments)
        except ValueError as error:
            raise InputError(f"lm_eval can't run this: {error}") from error


@contextmanager
def _own_tasks(asked: Sequence[str]) -> Iterator[None]:
    """Let lm-eval see our tasks, and its own only if one of `asked` isn't ours."""
    import lm_eval.tasks as lm_eval_tasks

    original = lm_eval_tasks.TaskManager
    others = not set(asked) <= set(task_names())

    def task_manager(include_path: str | list[str] | None = None, metadata: Any = None) -> Any:
        more = [include_path] if isinstance(include_path, str) else include_path or []
        return original(
            include_path=[str(TASKS_FOLDER), *more],
            include_defaults=others,
            metadata=metadata,
        )

    lm_eval_tasks.TaskManager = task_manager
    try:
        yield
    finally:
        lm_eval_tasks.TaskManager = original


def _score(
    samples: Path, sources: Mapping[str, ItemSet], arguments: argparse.Namespace, as_json: bool
) -> bool:
    """Score a samples file into a run folder beside it; tell whether anything went wrong."""
    match = _SAMPLES.fullmatch(samples.name)
    if match is None or match["task"] not in sources:
        return False
    answers = read_answers(samples)
    asked = sources[match["task"]]
    if getattr(arguments, "limit", None) or getattr(arguments, "samples", None):
        asked = replace(
            asked, items=tuple(item for item in asked if str(item.key) in answers.found)
        )
    rows, problems = score_answers(asked, answers)
    for row in tracked(rows, "scoring answers"):
        _ = row.qa
    summary = summarise(rows)
    folder = samples.with_name(f"{match['task']}_{match['date']}")
    write_run(folder, asked, rows, summary, _settings(samples, **match.groupdict()))
    print_outcome(f"{samples.parent.name} on {asked.name}", rows, summary, problems, as_json)
    print(f"run folder: {folder}", file=sys.stderr)
    return has_errors(summary, problems)


def _settings(samples: Path, task: str, date: str) -> dict[str, Any]:
    """Take what the manifest needs from the results file that lm-eval wrote beside the samples."""
    results = jsonlib.loads(samples.with_name(f"results_{date}.json").read_text(encoding="utf-8"))
    config = dict(results["config"])
    model_args = config.pop("model_args", None) or {}
    if isinstance(model_args, dict):
        model_args = {
            name: "(not recorded)" if _SECRET.search(name) else value
            for name, value in model_args.items()
        }
    return {
        "model": results.get("model_name") or config.get("model"),
        "backend": config.pop("model", None),
        "model_args": model_args,
        "generation_kwargs": results["configs"][task]["generation_kwargs"],
        "task_version": results["versions"][task],
        "lm_eval": {
            **{name: value for name, value in config.items() if value is not None},
            "chat_template_sha": results.get("chat_template_sha"),
            "system_instruction": results.get("system_instruction"),
            "results": f"results_{date}.json",
        },
    }
