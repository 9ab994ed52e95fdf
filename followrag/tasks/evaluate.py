"""`followrag eval`: run lm-eval over our tasks, and write run folders from what it saved."""

from __future__ import annotations

import json as jsonlib
import re
import sys
from contextlib import nullcontext, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from followrag.commands.outcome import has_errors, print_figures, print_warnings
from followrag.errors import InputError
from followrag.records import Problem
from followrag.responses import read_answers, score_answers
from followrag.runs import check_folder, metrics_record, write_run
from followrag.scoring import Row
from followrag.sources import ItemSet, load_items
from followrag.summary import Summary, summarise
from followrag.tasks.lm_eval_run import Saved, parse_options, run_lm_eval
from followrag.tasks.registration import task_names

_SECRET = re.compile(r"key|auth|secret|password|header|(?<!think_end_)token$", re.IGNORECASE)


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
    options = parse_options(["--help"] if help else context.args, data)
    folder = options.metadata.get("data")
    if not isinstance(folder, str | None):
        raise InputError(f"--metadata data={folder!r}: name a file or folder")
    sources = {task: load_items(task, folder) for task in options.tasks if task in task_names()}
    out = Path(options.output_path)
    check_folder(out.parent if out.suffix == ".json" else out)
    with redirect_stdout(sys.stderr) if json else nullcontext():
        saved = run_lm_eval(options)
    if saved is None:
        return
    scored = [_score(task, items, saved) for task, items in sources.items()]
    if not scored:
        print("no task of followrag by its name: no run folder is written", file=sys.stderr)
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


class _Scored(NamedTuple):
    """A run that was written."""

    task: str
    folder: Path
    rows: list[Row]
    summary: Summary
    problems: tuple[Problem, ...]


def _score(task: str, asked: ItemSet, saved: Saved) -> _Scored:
    """Score a samples file into a run folder beside it."""
    samples = saved.samples[task]
    results = jsonlib.loads(saved.results.read_text(encoding="utf-8"))
    answers = read_answers(samples)
    counts = results["n-samples"][task]
    if counts["effective"] < counts["original"]:  # --limit or --samples
        answered = tuple(item for item in asked if str(item.key) in answers.found)
        asked = replace(asked, items=answered, problems=())
    rows, problems = score_answers(asked, answers)
    summary = summarise(rows)
    folder = samples.with_name(samples.stem.removeprefix("samples_"))
    settings = _settings(results, task) | {"results": saved.results.name}
    write_run(folder, asked, rows, summary, settings)
    return _Scored(task, folder, rows, summary, problems)


def _settings(results: dict[str, Any], task: str) -> dict[str, Any]:
    """Take what the manifest needs from the results that lm-eval wrote."""
    config = dict(results["config"])
    model_args = {
        name: "(not recorded)" if _SECRET.search(name) else value
        for name, value in dict(config.pop("model_args", None) or {}).items()
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
