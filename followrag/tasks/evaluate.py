"""`followrag eval`: run lm-eval over our tasks, and write run folders from what it saved."""

from __future__ import annotations

import json as jsonlib
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Annotated, Any, NamedTuple

import typer

from followrag.commands.outcome import has_errors, print_figures, print_warnings
from followrag.errors import InputError, OutputError
from followrag.llm.secret_args import split_secrets
from followrag.records import Problem
from followrag.responses import read_answers, score_answers
from followrag.row_records import row_record
from followrag.runs import (
    REQUESTS,
    ROWS,
    check_folder,
    metrics_record,
    provenance,
    write_files,
)
from followrag.scoring import Row
from followrag.sources import ItemSet, load_items
from followrag.summary import Summary, summarise
from followrag.tasks.lm_eval_run import (
    Saved,
    is_first_process,
    is_on_first_machine,
    run_lm_eval,
)
from followrag.tasks.notes import Note, totals, warnings
from followrag.tasks.options import REPEATS, parse_options, run_name
from followrag.tasks.recording import Record
from followrag.tasks.registration import task_names
from followrag.tasks.traps import guard
from followrag.verifiers import Response


def evaluate(
    context: typer.Context,
    data: Annotated[
        str | None, typer.Option(help="Where a published source lies; else FOLLOWRAG_DATA.")
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option(min=1, help="Ask for so many responses to each prompt of our tasks."),
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
    A run that was killed, or whose server died, goes on with the same command.
    """
    begun = time.perf_counter()
    if help:
        print(context.get_help())
    options = parse_options(["--help"] if help else context.args, data)
    if repeats is not None:
        options.metadata[REPEATS] = repeats
    folder = options.metadata.get("data")
    if not isinstance(folder, str | None):
        raise InputError(f"--metadata data={folder!r}: name a file or folder")
    sources = {task: load_items(task, folder) for task in options.tasks if task in task_names()}
    Thread(target=_warm_up, daemon=True).start()
    path = Path(options.output_path)
    out = path.parent if path.suffix == ".json" else path
    check_folder(out)
    for line in guard(options):
        if is_first_process():
            print(f"note: {line}", file=sys.stderr)
    options.model_args, secrets = split_secrets(options.model_args)
    record = Record(out / "unfinished" / run_name(options, secrets), own_tasks=sources)
    with redirect_stdout(sys.stderr) if json else nullcontext():
        saved = run_lm_eval(options, secrets, record)
    if saved is None:
        if not is_on_first_machine():
            record.discard()
        return
    scored = [_score(task, items, saved, record) for task, items in sources.items()]
    has_failures = any(note.error is not None for note in record.notes)
    if not has_failures:
        record.discard()
    if not scored:
        print("no task of followrag by its name: no run folder is written", file=sys.stderr)
    for run in scored:
        if not json:
            print_figures(f"{run.folder.parent.name} on {run.task}", run.summary)
        print_warnings(run.rows, run.problems)
        print(f"run folder: {run.folder}", file=sys.stderr)
    for line in warnings(record.notes):
        print(f"warning: {line}", file=sys.stderr)
    if has_failures:
        print("the same command asks for the missing answers only", file=sys.stderr)
    print(_timing(begun, record), file=sys.stderr)
    if json:
        records = {run.task: metrics_record(run.summary) for run in scored}
        print(jsonlib.dumps(records, indent=2))
    if fail_on_error and any(has_errors(run.summary, run.problems) for run in scored):
        raise typer.Exit(2)


def _warm_up() -> None:
    """Load what verdicts need while lm-eval and the model start; it takes a second."""
    text = Response("A sentence. Another one.")
    _ = text.sentence_count, text.language


class _Scored(NamedTuple):
    """A run that was written."""

    task: str
    folder: Path
    rows: list[Row]
    summary: Summary
    problems: tuple[Problem, ...]


def _score(task: str, asked: ItemSet, saved: Saved, record: Record) -> _Scored:
    """Score a samples file into a run folder beside it."""
    samples = saved.samples[task]
    try:
        results = jsonlib.loads(saved.results.read_text(encoding="utf-8"))
        counts = results["n-samples"][task]
    except (ValueError, LookupError) as error:
        raise OutputError(f"{saved.results}: lm_eval has not saved it whole") from error
    answers = read_answers(samples)
    if answers.problems or len(answers.found) < counts["effective"]:
        raise OutputError(
            f"{samples}: lm_eval has saved {len(answers.found)} of {counts['effective']} samples; "
            "make room on the disk, and run the same command again"
        )
    if counts["effective"] < counts["original"]:  # --limit or --samples
        answered = tuple(item for item in asked if str(item.key) in answers.found)
        asked = replace(asked, items=answered, problems=())
    notes = [note for note in record.notes if note.task == task]
    rows, problems = score_answers(asked, answers)
    summary = summarise(rows)
    folder = samples.with_name(samples.stem.removeprefix("samples_"))
    lines = {ROWS: map(row_record, rows), REQUESTS: [note.record() for note in notes]}
    manifest = provenance(asked) | _settings(results, task, saved, notes)
    write_files(folder, lines, summary, manifest)
    return _Scored(task, folder, rows, summary, problems)


def _settings(
    results: dict[str, Any], task: str, saved: Saved, notes: Sequence[Note]
) -> dict[str, Any]:
    """Take what the manifest needs from the results that lm-eval wrote."""
    config: dict[str, Any] = dict(results["config"])
    return {
        "model": results.get("model_name") or config.get("model"),
        "backend": config.pop("model", None),
        "model_args": config.pop("model_args", None) or {},
        "generation_kwargs": results["configs"][task]["generation_kwargs"],
        "generation": totals(notes),
        "task_version": results["versions"][task],
        "lm_eval": {
            **{name: value for name, value in config.items() if value is not None},
            "chat_template_sha": results.get("chat_template_sha"),
            "system_instruction": results.get("system_instruction"),
            "num_fewshot": results["n-shot"][task],
            "n_samples": results["n-samples"][task],
        },
        "results": saved.results.name,
        "samples": saved.samples[task].name,
    }


def _timing(begun: float, record: Record) -> str:
    """Tell start-up and the run itself apart."""
    started = record.started or time.perf_counter()
    run = time.perf_counter() - started
    return (
        f"start-up {started - begun:.1f} s; run {run:.1f} s, of which {record.seconds:.1f} s "
        "for the model's answers"
    )
