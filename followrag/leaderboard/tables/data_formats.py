"""The leaderboard as CSV and JSON, for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from followrag.estimates import Estimate
from followrag.files import json_line, json_number
from followrag.leaderboard.metrics import METRICS, metric
from followrag.leaderboard.outcomes import Grouping
from followrag.leaderboard.reading.reported import ReportedTable
from followrag.leaderboard.tables.board import Board, Place
from followrag.leaderboard.tables.conduct import conduct
from followrag.leaderboard.tables.groups import Groups, group_figures
from followrag.leaderboard.tables.modes import (
    COMPARED,
    Compared,
    compared,
    compared_groups,
    is_fixed,
    mode_record,
)
from followrag.leaderboard.tables.ranking import ALPHA
from followrag.leaderboard.tables.robustness import sensitivity_record
from followrag.leaderboard.texts import one_line
from followrag.records import Problem

SCHEMA = "followrag.leaderboard/1"
_FORMULA = ("=", "+", "-", "@")

Record = dict[str, Any]


def csv_text(
    boards: Sequence[Board],
    reported: Sequence[ReportedTable],
    by: Grouping | None = None,
    headline: str | None = None,
) -> str:
    """Write a row for each run, or by group a row for each run and group; figures as fractions.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    rows = [row for board in boards for row in _board_rows(board, by, headline)]
    rows += [row for table in reported for row in _reported_rows(table, by)]
    out = io.StringIO()
    columns = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(out, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def json_bytes(
    boards: Sequence[Board],
    reported: Sequence[ReportedTable],
    problems: Sequence[Problem],
    by: Grouping | None = None,
    headline: str | None = None,
) -> bytes:
    """Write all that is known of the boards; figures as fractions, null where there is none."""
    record = {
        "schema": SCHEMA,
        "boards": [_board_record(board, by, headline) for board in boards],
        "reported": [_reported_record(table) for table in reported],
        "problems": [{"where": problem.where, "message": problem.message} for problem in problems],
    }
    return json_line(record, indent=2)


def _board_rows(board: Board, by: Grouping | None, headline: str | None) -> Iterator[Record]:
    if by is None:
        names = [name for name in METRICS if name in board.metrics]
        names += [name for name in board.metrics if name not in METRICS]
        for place in board.places:
            row = _place_columns(board, place)
            row["headline"] = board.headline
            for name in names:
                figure = place.figures.get(name)
                row[name] = figure and json_number(figure.value)
                row[f"{name}_stderr"] = figure and json_number(figure.stderr)
                if is_fixed(board) and name in COMPARED:
                    row |= _mode_columns(f"{name}_", compared(place.entry, name))
            yield row | {"n": place.entry.prompts} | conduct(place.entry)._asdict()
        return
    groups = group_figures(board, by, headline)
    for place, found in zip(board.places, groups.figures, strict=True):
        both = compared_groups(place.entry, groups.metric, by) if is_fixed(board) else {}
        for name, figure in ((name, found[name]) for name in groups.names if name in found):
            yield {
                **_place_columns(board, place),
                **{by: name, "metric": groups.metric},
                **_figure_record(figure),
                **(_mode_columns("", both.get(name)) if is_fixed(board) else {}),
            }


def _mode_columns(prefix: str, both: Compared | None) -> Record:
    """Give what a figure of `fixed` mode is in `reference` mode, and the difference."""
    return {
        f"{prefix}reference": both and json_number(both.reference.value),
        f"{prefix}difference": both and json_number(both.difference.value),
        f"{prefix}difference_stderr": both and json_number(both.difference.stderr),
    }


def _place_columns(board: Board, place: Place) -> Record:
    return {
        "board": board.title,
        "kind": "measured",
        "rank": place.rank,
        "model": place.entry.model,
    }


def _reported_rows(table: ReportedTable, by: Grouping | None) -> Iterator[Record]:
    for row in table.rows:
        start = {"board": table.title, "kind": "reported", "rank": None, "model": row.model}
        if row.version:
            start["version"] = row.version
        values = {
            name: value if value is None else round(value / 100, 6)
            for name, value in zip(table.columns, row.values, strict=True)
        }
        if by is None:
            yield start | values
        else:
            yield from (start | {by: name, "value": value} for name, value in values.items())


def _board_record(board: Board, by: Grouping | None, headline: str | None) -> Record:
    groups = group_figures(board, by, headline) if by is not None else None
    return {
        "title": board.title,
        "prompts": board.prompts,
        "dataset": dict(board.dataset),
        "scorer": dict(board.scorer),
        "headline": board.headline,
        "metrics": {name: metric(name).meaning for name in board.metrics},
        "ranking": {"alpha": ALPHA, "correction": "holm", "rule": board.ranking},
        "by": groups and {"kind": by, "metric": groups.metric},
        "notes": list(board.notes),
        "runs": [
            _run_record(place, number, groups, by) for number, place in enumerate(board.places)
        ],
    }


def _run_record(place: Place, number: int, groups: Groups | None, by: Grouping | None) -> Record:
    entry = place.entry
    record: Record = {
        "rank": place.rank,
        "model": entry.model,
        "where": str(entry.where),
        "origin": entry.origin,
        "date": entry.date or None,
        "figures": {name: _figure_record(figure) for name, figure in place.figures.items()},
        "p_next": place.p_next,
        "prompts": entry.prompts,
        **conduct(entry)._asdict(),
    }
    if entry.settings.is_fixed:
        record["modes"] = _modes_record(mode_record(place))
    if groups is not None:
        found = groups.figures[number]
        ordered = [name for name in groups.names if name in found]
        record["groups"] = {name: _figure_record(found[name]) for name in ordered}
        if by is not None and entry.settings.is_fixed:
            record["group_modes"] = _modes_record(compared_groups(entry, groups.metric, by))
        if by == "condition":
            record["sensitivity"] = sensitivity_record(place, groups.metric)
    return record


def _modes_record(found: Mapping[str, Compared]) -> Record:
    return {
        name: {
            "reference": _figure_record(both.reference),
            "difference": _figure_record(both.difference),
        }
        for name, both in found.items()
    }


def _reported_record(table: ReportedTable) -> Record:
    return {
        "name": table.name,
        "title": table.title,
        "kind": "reported",
        "unit": "percent",
        "source": table.source,
        "note": table.note,
        "columns": list(table.columns),
        "rows": [
            {"model": row.model, "version": row.version, "values": list(row.values)}
            for row in table.rows
        ],
    }


def _figure_record(figure: Estimate) -> Record:
    return {
        "value": json_number(figure.value),
        "stderr": json_number(figure.stderr),
        "n": figure.n,
    }


def _safe(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = one_line(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
