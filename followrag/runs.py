"""A run on disk: one model's scored answers to one set of items.

A run is a folder with three files. `rows.jsonl` holds a row per item with the response, each
verdict and its reason; `metrics.json` holds every figure with its standard error. Neither depends
on when, where or in what order the rows were scored. `manifest.json` says what was scored and with
what; it is written last, so that a run without one is incomplete.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from followrag.errors import InputError, OutputError
from followrag.estimates import Estimate
from followrag.files import write_whole
from followrag.scoring import Row
from followrag.sources import ItemSet
from followrag.summary import Summary

MANIFEST, ROWS, METRICS = "manifest.json", "rows.jsonl", "metrics.json"
SCORER_VERSION = "1"
_PACKAGES = ("followrag", "lm-eval", "langdetect", "nltk", "numpy")


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
    """Write a run folder; each file appears whole or not at all, the manifest last.

    Args:
        folder: Where to write; made if it isn't there, files of an earlier run are replaced.
        items: What was asked.
        rows: The scored rows.
        summary: Their figures.
        settings: What else the manifest should say (model, generation settings, ...).

    Raises:
        OutputError: The folder can't be written to.
    """
    try:
        (folder / MANIFEST).unlink(missing_ok=True)
        write_whole(folder / ROWS, (_json(row_record(row)) for row in rows))
        write_whole(folder / METRICS, [_json(metrics_record(summary), indent=2)])
        write_whole(folder / MANIFEST, [_json(_manifest(items, settings), indent=2)])
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
        loaded: dict[str, Any] = json.loads((folder / METRICS).read_text(encoding="utf-8"))
        if not isinstance(loaded, dict):
            raise ValueError(f"a JSON {type(loaded).__name__}, not an object")
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: holds no readable {METRICS}; is it a run folder?") from error
    return loaded


def row_record(row: Row) -> dict[str, Any]:
    """Give a row as JSON data."""
    item = row.item
    return {
        "key": item.key if item else None,
        "type": item.type if item else None,
        "response": row.response,
        "thinking": row.thinking,
        "error": row.error,
        "strict": row.strict,
        "loose": row.loose,
        "qa": row.qa,
        "qa_acc": row.qa_acc,
        "joint": row.joint,
        "constraints": [
            {
                "id": item.instruction_id_list[place] if item else None,
                "kwargs": item.kwargs[place] if item else None,
                "passed": verdict.passed,
                "measured": verdict.measured,
                "reason": verdict.reason,
                "loose": loose.passed,
                "loose_reason": loose.reason,
                "error": loose.error,
            }
            for place, (verdict, loose) in enumerate(
                zip(row.verdicts, row.loose_verdicts, strict=True)
            )
        ],
    }


def metrics_record(summary: Summary) -> dict[str, Any]:
    """Give a summary as JSON data: per figure its value, standard error and number of prompts."""

    def plain(value: Any) -> Any:
        match value:
            case Estimate():
                return {
                    name: None if number != number else number
                    for name, number in value._asdict().items()
                }
            case dict():
                return {key: plain(inner) for key, inner in value.items()}
            case _:
                return value._asdict()

    return {name: plain(value) for name, value in summary._asdict().items()}


def _manifest(items: ItemSet, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "items": {
            "source": items.name,
            "count": len(items),
            "sha256": items.sha256,
            "absent": items.absent,
            "problems": [str(problem) for problem in items.problems],
        },
        "mode": "reference",
        "scorer_version": SCORER_VERSION,
        "packages": dict(_versions()),
        **settings,
    }


def _versions() -> Iterator[tuple[str, str | None]]:
    for package in _PACKAGES:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            yield package, None


def _json(value: object, indent: int | None = None) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    # A lone surrogate in a response can't be UTF-8; as `\udXXX` it is JSON again.
    return text.encode("utf-8", errors="backslashreplace") + b"\n"
