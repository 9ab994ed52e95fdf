"""`followrag rescore`: a run's responses scored again, and what that changes."""

from __future__ import annotations

import json as jsonlib
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from followrag.estimates import Estimate
from followrag.reading import Recorded, find_items, read_recorded, require_same_items, samples_file
from followrag.rescoring import Change, Rescored, score_again
from followrag.row_records import row_record
from followrag.runs import (
    CHANGES,
    RATINGS,
    REQUESTS,
    ROWS,
    check_folder,
    provenance,
    read_metrics,
    write_files,
)
from followrag.tables import Table, show
from followrag.verifiers import Mode


def rescore(
    run: Annotated[Path, typer.Argument(help="Run folder, as eval and score write it.")],
    items: Annotated[
        str | None,
        typer.Option(help="The run's items, where they can't be found or are not the same."),
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Where a published source lies; else FOLLOWRAG_DATA.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Run folder to write; else the run itself is changed.")
    ] = None,
    mode: Annotated[
        Mode | None, typer.Option(help="Which checks decide; the run's own where it is missing.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print what changed as JSON.")] = False,
) -> None:
    """Score a run's responses again, without a model, and explain what changed row by row.

    Error rows stay as they are, and so do a judge's ratings.
    """
    recorded = read_recorded(run)
    metrics = read_metrics(run)
    asked = find_items(recorded, items, data)
    if items is None:
        require_same_items(recorded, asked)
    asked = replace(asked, mode=mode or asked.mode)
    if not dry_run:
        check_folder(out or run)
    result = score_again(recorded, metrics, asked)
    now = provenance(asked)
    before = {name: recorded.manifest.get(name) for name in now}
    if not dry_run and (out or now != before or not result.same_lines):
        _write(recorded, result, before, now, out or run)
    if json:
        changes = {
            "before": before,
            "now": now,
            "figures": [change._asdict() for change in result.figure_changes],
            "changes": [change._asdict() for change in result.changes],
        }
        print(jsonlib.dumps(changes, indent=2))
    else:
        _print(run, result, before, now)
    _warn_of_ratings(result)


def _write(
    recorded: Recorded,
    result: Rescored,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    folder: Path,
) -> None:
    manifest = {**recorded.manifest, **now}
    manifest["rescored"] = [*manifest.get("rescored", []), before]
    samples = samples_file(recorded)
    if samples.exists():
        manifest["samples"] = os.path.relpath(samples, folder.absolute().parent)
    lines = {
        ROWS: map(row_record, result.rows),
        CHANGES: (change._asdict() for change in result.changes),
    }
    if "judge" in manifest:
        lines[RATINGS] = (rating._asdict() for rating in result.ratings.values())
    if folder != recorded.folder:
        folder.mkdir(parents=True, exist_ok=True)
        for path in (recorded.folder / REQUESTS, *recorded.folder.glob("judge_calls_*.jsonl")):
            if path.exists():
                shutil.copyfile(path, folder / path.name)
    write_files(folder, lines, result.summary, manifest)
    print(f"run folder: {folder}", file=sys.stderr)


def _print(run: Path, result: Rescored, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    for what, (old, new) in _differences(before, now).items():
        print(f"{what}: {old} -> {new}")
    figures = [
        [change.group, change.figure, _percent(change.old), _percent(change.new)]
        for change in result.figure_changes
    ]
    columns = ["over", "figure", "old", "new"]
    show(Table(f"Figures of {run} that changed", columns, figures, "Percent ± standard error.", 2))
    decided = [change for change in result.changes if not change.is_wording]
    for change in decided:
        print(_printable(change))
    worded = len(result.changes) - len(decided)
    if worded:
        print(f"{worded} verdicts are the same for another reason; {CHANGES} and --json list them")
    if not result.changes and not figures:
        print("nothing changed")


def _differences(
    before: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, tuple[object, object]]:
    """Tell with what else the run is scored now."""
    pairs = {
        "items": (before["items"]["sha256"], now["items"]["sha256"]),
        "mode": (before["mode"] or "reference", now["mode"]),
        "scorer version": (before["scorer_version"], now["scorer_version"]),
        **{
            name: (before["packages"].get(name), version)
            for name, version in now["packages"].items()
        },
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _percent(figure: Any) -> str:
    """Write a figure as `followrag.tables.percent` does, so finely that one verdict is seen."""
    if not isinstance(figure, dict):
        return "-" if figure is None else str(figure)
    value, stderr, n = Estimate(**figure)
    shown = [f"{100 * number:.2f}" for number in (value, stderr) if number is not None]
    return f"{'±'.join(shown) or '-'} (n={n})"


def _printable(change: Change) -> str:
    return str(change).encode("utf-8", errors="backslashreplace").decode("utf-8")


def _warn_of_ratings(result: Rescored) -> None:
    judged = {"question", "answer_gold", "thinking"}
    stale = {str(change.key) for change in result.changes if change.what in judged}
    if stale := stale & result.ratings.keys():
        print(
            f"warning: {len(stale)} ratings are of another question, gold answer or response "
            f"(first: key {min(stale)}); run followrag judge again",
            file=sys.stderr,
        )
