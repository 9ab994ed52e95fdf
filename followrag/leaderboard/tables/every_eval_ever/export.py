"""Writing records and rows into a folder laid out as the datastore is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from followrag.files import json_line, write_whole
from followrag.leaderboard.reading.reported import ReportedTable
from followrag.leaderboard.tables.board import Board, Place
from followrag.leaderboard.tables.every_eval_ever.identity import Identity
from followrag.leaderboard.tables.every_eval_ever.published import published_record
from followrag.leaderboard.tables.every_eval_ever.records import run_record
from followrag.leaderboard.tables.every_eval_ever.rows import row_records


def export(boards: Sequence[Board], reported: Sequence[ReportedTable], folder: Path) -> int:
    """Write a record for each run, with its rows where there are any, and for each published line.

    The same runs give the same files.

    Returns:
        The number of records.

    Raises:
        InputError: A run's rows can't be read any more.
        OSError: A file can't be written.
    """
    written = 0
    for board in boards:
        for place in board.places:
            _export_run(board, place, folder)
            written += 1
    for table in reported:
        for row in table.rows:
            content = {"version": row.version, "values": row.values}
            identity = Identity.of(f"{table.name}_reported", row.model, content)
            _write(folder / identity.record, published_record(table, row, identity))
            written += 1
    return written


def _export_run(board: Board, place: Place, folder: Path) -> None:
    identity = Identity.of(board.title, place.entry.model, _content(place))
    record = run_record(board, place, identity)
    if place.entry.has_texts:
        lines = _Lines()
        rows = row_records(place.entry, board.title, identity)
        write_whole(folder / identity.samples, lines.of(rows))
        record["detailed_evaluation_results"] = {
            "format": "jsonl",
            "file_path": identity.samples,
            "hash_algorithm": "sha256",
            "checksum": lines.hash.hexdigest(),
            "total_rows": lines.count,
        }
    _write(folder / identity.record, record)


def _content(place: Place) -> dict[str, Any]:
    """Gather what tells a run from every other."""
    entry = place.entry
    settings = entry.settings
    return {
        "dataset": dict(settings.dataset),
        "scorer": dict(settings.scorer),
        "date": entry.date,
        "figures": {name: repr(figure) for name, figure in place.figures.items()},
        "responses": None if entry.outcomes is None else entry.outcomes.digest.tolist(),
    }


@dataclass
class _Lines:
    """Rows on their way into a file, counted and hashed."""

    hash: Any = field(default_factory=sha256)
    count: int = 0

    def of(self, rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
        for row in rows:
            line = json_line(row)
            self.hash.update(line)
            self.count += 1
            yield line


def _write(path: Path, record: dict[str, Any]) -> None:
    write_whole(path, [json_line(record, indent=2)])
