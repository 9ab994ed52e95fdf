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
from typing import Annotated, Any, NamedTuple

import typer

from followrag.commands.outcome import has_errors, print_figures, print_warnings
from followrag.errors import InputError, OutputError
from followrag.progress import tracked
from followrag.records import Problem
from followrag.responses import read_answers, score_answers
from followrag.runs import check_folder, metrics_record, write_run
from followrag.scoring import Row
from followrag.sources import ItemSet, load_items
from followrag.summary import Summary, summarise
from followrag.tasks.registration import TASKS_FOLDER, task_names

BASELINE = "followrag-baseline"
ORACLE = "followrag-oracle"
_SECRET = re.compile(r"key|auth|secret|password|header|(?<!think_end_)token$", re.IGNORECASE)
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
      --tasks        followrag where data are named, else followrag_demo
      --output_path  runs
      --log_samples
    """
    if help:
        print(context.get_help())
    arguments = _arguments(["--help"] if help else context.args, data)
    folder = arguments.metadata.get("data")
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
    scored = [_score(samples, sources) for samples in written if _task(samples) in sources]
    for run in scored:
        if not json:
            print_figures(f"{run.folder.parent.name} on {run.task}", run.summary)
        print_warnings(run.rows, run.problems)
        print(f"run folder: {run.folder}", file=sys.stderr)
    if json:
        records = {run.task: metrics_record(run.summary) for run in scored}
        print(jsonlib.dumps(records, indent=2))
    if fail_on_error and any(has_errors(run.summary, run.problems) for run in scored):
        raise typer.Exit(2)


def _arguments(given: Sequence[str], data: str | None) -> argparse.Namespace:
    """Parse the options as lm-eval does, and put our defaults where nothing is said."""
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
    for name in ("model_args", "metadata"):
        value = settings.get(name) or {}
        settings[name] = simple_parse_args_string(value) if isinstance(value, str) else dict(value)
    if data is not None:
        settings["metadata"]["data"] = data
    settings.setdefault("model", BASELINE)
    if settings["model"] == BASELINE:
        # lm-eval files results under the model's name, and would draw one at random.
        name = ORACLE if settings["model_args"].get("oracle") else BASELINE
        settings["model_args"].setdefault("model", name)
    has_data = "data" in settings["metadata"] or os.environ.get("FOLLOWRAG_DATA")
    tasks = settings.get("tasks") or ("followrag" if has_data else "followrag_demo")
    settings["tasks"] = tasks.split(",") if isinstance(tasks, str) else tasks
    settings.setdefault("output_path", "runs")
    return argparse.Namespace(**settings | {"log_samples": True, "config": None})


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


class _Scored(NamedTuple):
    """A run that was written."""

    task: str
    folder: Path
    rows: list[Row]
    summary: Summary
    problems: tuple[Problem, ...]


def _task(samples: Path) -> str | None:
    match = _SAMPLES.fullmatch(samples.name)
    return match["task"] if match else None


def _score(samples: Path, sources: Mapping[str, ItemSet]) -> _Scored:
    """Score a samples file into a run folder beside it."""
    task = str(_task(samples))
    stem = samples.stem.removeprefix("samples_")
    results_file = samples.with_name(f"results_{stem.removeprefix(f'{task}_')}.json")
    results = jsonlib.loads(results_file.read_text(encoding="utf-8"))
    answers = read_answers(samples)
    asked = sources[task]
    counts = results["n-samples"][task]
    if counts["effective"] < counts["original"]:  # --limit or --samples
        answered = tuple(item for item in asked if str(item.key) in answers.found)
        asked = replace(asked, items=answered)
    rows, problems = score_answers(asked, answers)
    for row in tracked(rows, "scoring answers"):
        _ = row.qa
    summary = summarise(rows)
    folder = samples.with_name(stem)
    settings = _settings(results, task) | {"results": results_file.name}
    write_run(folder, asked, rows, summary, settings)
    return _Scored(task, folder, rows, summary, problems)


def _settings(results: dict[str, Any], task: str) -> dict[str, Any]:
    """Take what the manifest needs from the results that lm-eval wrote."""
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
        },
    }
