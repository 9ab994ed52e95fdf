"""Tables that papers have published: shown beside what is measured here, never ranked with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent / "data"


class ReportedRow(NamedTuple):
    """A line of a published table.

    Attributes:
        model: The model, as the table names it.
        version: Which of several published versions of the table; empty where there is one.
        values: The figures in percent, as printed, by column.
    """

    model: str
    version: str
    values: tuple[float, ...]


class ReportedTable(NamedTuple):
    """A published table.

    Attributes:
        name: What it is asked for by: `reported:NAME`.
        title: What it shows.
        source: Where it was published.
        note: What a reader must know of its figures.
        columns: The names of its figures.
        rows: Its lines, in the published order.
    """

    name: str
    title: str
    source: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[ReportedRow, ...]


def reported_table(name: str) -> ReportedTable:
    """Give a published table by its name in `NAMES`."""
    return _TABLES[name]()


def _followrag() -> ReportedTable:
    data = json.loads((_FOLDER / "reported_followrag.json").read_text(encoding="utf-8"))
    groups = tuple(data["rows"][0]["scores"])
    figures = tuple(data["metric"])
    return ReportedTable(
        name="followrag",
        title="FollowRAG",
        source=data["source"],
        note="; ".join(f"{name}: {meaning}" for name, meaning in data["metric"].items()),
        columns=tuple(f"{group} {figure}" for group in groups for figure in figures),
        rows=tuple(
            ReportedRow(
                row["model"],
                "",
                tuple(row["scores"][group][figure] for group in groups for figure in figures),
            )
            for row in data["rows"]
        ),
    )


def _ragqa() -> ReportedTable:
    data = json.loads((_FOLDER / "reported_ragqa.json").read_text(encoding="utf-8"))
    return ReportedTable(
        name="ragqa",
        title="Question answering with retrieved passages",
        source=data["source"],
        note="percent; models that stand in both versions show how far a figure is reproducible",
        columns=tuple(data["columns"]),
        rows=tuple(
            ReportedRow(row["model"], row["version"], tuple(row["scores"])) for row in data["rows"]
        ),
    )


def _instruct_rag() -> ReportedTable:
    data = json.loads((_FOLDER / "reported_ragqa.json").read_text(encoding="utf-8"))
    table = data["instruct_rag"]
    return ReportedTable(
        name="instruct_rag",
        title="InstructRAG",
        source=table["source"],
        note="percent",
        columns=tuple(table["columns"]),
        rows=tuple(ReportedRow(row["model"], "", tuple(row["scores"])) for row in table["rows"]),
    )


_TABLES = {"followrag": _followrag, "ragqa": _ragqa, "instruct_rag": _instruct_rag}
NAMES = tuple(_TABLES)
