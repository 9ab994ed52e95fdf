"""A run on disk: one model's scored answers to one set of items.

A run is a folder with three files. `rows.jsonl` holds a row per item with the response, each
verdict and its reason; `metrics.json` holds every figure with its standard error. Neither depends
on when, where or in what order the rows were scored. `manifest.json` says what was scored and with
what; a run without one is incomplete. Where a judge has rated the answers, `ratings.jsonl` holds
its ratings, and the manifest says so.

A run is changed as a whole: killed at any moment, it is as before or as after.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Required

from pydantic import TypeAdapter
from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from followrag.errors import InputError, OutputError
from followrag.estimates import Estimate
from followrag.files import json_line, json_number, settle, write_together
from followrag.ratings import Rating
from followrag.row_records import row_record
from followrag.scoring import Row
from followrag.sources import ItemSet
from followrag.summary import Counts, Groups, Summary, summarise

MANIFEST, ROWS, METRICS = "manifest.json", "rows.jsonl", "metrics.json"
RATINGS, CHANGES, REQUESTS = "ratings.jsonl", "changes.jsonl", "requests.jsonl"
SCORER_VERSION = "1"
_PACKAGES = ("followrag", "lm-eval", "langdetect", "nltk", "numpy")


class _Figure(TypedDict):
    value: float | None
    stderr: float | None
    n: int


class _Metrics(TypedDict, total=False):
    overall: Required[dict[str, _Figure]]
    by_dataset: dict[str, dict[str, _Figure]]
    by_constraint: dict[str, dict[str, _Figure]]
    by_family: dict[str, dict[str, _Figure]]
    by_constraint_count: dict[str, dict[str, _Figure]]
    counts: dict[str, int]
    by_condition: dict[str, dict[str, _Figure]]
    reference: dict[str, dict[str, Any]]
    difference: dict[str, dict[str, Any]]


_METRICS = TypeAdapter(_Metrics)


@dataclass(frozen=True)
class Run:
    """A run as it was written (`followrag.reading.read_run`).

    Attributes:
        folder: Where it is.
        manifest: What was scored and with what.
        items: What was asked.
        rows: The rows as recorded; nothing is scored again.
        ratings: The judge's ratings by key as text; none where the run was never judged.
    """

    folder: Path
    manifest: dict[str, Any]
    items: ItemSet
    rows: list[Row]
    ratings: dict[str, Rating]


def check_folder(folder: Path) -> None:
    """Make sure that a run can be written into `folder`, before anything is scored or written.

    Raises:
        OutputError: The folder can't be made or written to.
    """
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise OutputError(f"{there}: is a file; name a folder to write the run into")
    if not os.access(there, os.W_OK | os.X_OK):
        raise OutputError(f"{there}: can't be written to; name another folder for the run")


def write_run(
    folder: Path,
    items: ItemSet,
    rows: Sequence[Row],
    summary: Summary,
    settings: Mapping[str, Any],
) -> None:
    """Write a run folder, as a whole or not at all.

    Args:
        folder: Where to write; made if it isn't there, an earlier run is replaced.
        items: What was asked.
        rows: The scored rows.
        summary: Their figures.
        settings: What else the manifest should say (model, generation settings, ...).

    Raises:
        OutputError: The folder can't be written to.
    """
    manifest = {**provenance(items), **settings}
    write_files(folder, {ROWS: map(row_record, rows)}, summary, manifest)
    (folder / REQUESTS).unlink(missing_ok=True)  # of the run that was there


def write_ratings(run: Run, ratings: Sequence[Rating], settings: Mapping[str, Any]) -> Summary:
    """Add a judge's ratings to a run, in the place of earlier ones.

    Args:
        run: The run.
        ratings: All ratings, at most one for a row, in any order.
        settings: What the manifest should say of the judge.

    Returns:
        The run's figures, now with the judge's.

    Raises:
        ValueError: A rating is for no row of the run, or a row has several.
        OutputError: The folder can't be written to.
    """
    if json.loads((run.folder / MANIFEST).read_text(encoding="utf-8")) != run.manifest:
        raise OutputError(f"{run.folder}: was changed meanwhile; run the same command again")
    given = {str(rating.key): rating for rating in ratings}
    if len(given) < len(ratings) or not given.keys() <= run.items.by_key.keys():
        raise ValueError(f"{run.folder}: ratings must be for its rows, one for each")
    summary = summarise(run.rows, given)
    ordered = [given[key]._asdict() for key in run.items.by_key if key in given]
    manifest = {**run.manifest, "judge": dict(settings)}
    write_files(run.folder, {RATINGS: ordered}, summary, manifest)
    return summary


def write_files(
    folder: Path,
    lines: Mapping[str, Iterable[Mapping[str, Any]]],
    summary: Summary,
    manifest: Mapping[str, Any],
) -> None:
    """Write some of a run's files together, with its figures and its manifest.

    Args:
        folder: Where to write; made if it isn't there.
        lines: By name of a file, what its lines hold. With new rows, ratings and changes that are
            not given are of earlier rows: they are removed.
        summary: The figures.
        manifest: All that the manifest should say.

    Raises:
        OutputError: The folder can't be written to.
    """
    files = {name: map(json_line, values) for name, values in lines.items()}
    metrics, described = json_line(metrics_record(summary), indent=2), json_line(manifest, indent=2)
    try:
        write_together(folder, {**files, METRICS: [metrics], MANIFEST: [described]})
        for name in (RATINGS, CHANGES):
            if ROWS in lines and name not in lines:
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: can't be written to ({error.strerror}); name another folder"
        ) from error


def read_metrics(folder: Path) -> dict[str, Any]:
    """Read a run's figures as `metrics_record` gave them.

    Raises:
        InputError: The folder is no run.
    """
    try:
        settle(folder)
        loaded: dict[str, Any] = json.loads((folder / METRICS).read_text(encoding="utf-8"))
        _METRICS.validate_python(loaded)
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: holds no readable {METRICS}; is it a run folder?") from error
    return loaded


def metrics_record(summary: Summary) -> dict[str, Any]:
    """Give a summary as JSON data: per figure its value, standard error and number of prompts."""

    def plain(value: Any) -> Any:
        match value:
            case Summary() | Groups() | Counts() | Estimate():
                return plain(value._asdict())
            case dict():
                known = {key: inner for key, inner in value.items() if inner is not None}
                return {key: plain(inner) for key, inner in known.items()}
            case float():
                return json_number(value)
            case _:
                return value

    record: dict[str, Any] = plain(summary)
    return record


def provenance(items: ItemSet) -> dict[str, Any]:
    """Say what is scored and with what, as the manifest does."""
    return {
        "items": {
            "source": items.name,
            "count": len(items),
            "sha256": items.sha256,
            "absent": list(items.absent),
            "problems": [str(problem) for problem in items.problems],
        },
        "mode": items.mode,
        "scorer_version": SCORER_VERSION,
        "packages": dict(_versions()),
    }


def _versions() -> Iterator[tuple[str, str | None]]:
    for package in _PACKAGES:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            yield package, None
