"""The tables of papers, as they were published."""

from __future__ import annotations

import json
from pathlib import Path

from followrag.leaderboard.reading.reported import NAMES, reported_table


def test_followrags_table_is_the_published_one(shared: Path) -> None:
    published = json.loads((shared / "data/published_followrag.json").read_text())
    table = reported_table("followrag")
    assert table.source == published["source"]
    expected = {
        row["model"]: {
            f"{dataset} {figure}": value
            for dataset, figures in row["scores"].items()
            for figure, value in figures.items()
        }
        for row in published["rows"]
    }
    assert {
        row.model: dict(zip(table.columns, row.values, strict=True)) for row in table.rows
    } == expected


def test_the_tables_of_question_answering_are_the_published_ones(shared: Path) -> None:
    published = json.loads((shared / "data/published_ragqa.json").read_text())
    for name, part in (("ragqa", published), ("instruct_rag", published["instruct_rag"])):
        table = reported_table(name)
        assert (table.source, list(table.columns)) == (part["source"], part["columns"])
        assert [
            {"model": row.model, "scores": list(row.values)}
            | ({"version": row.version} if row.version else {})
            for row in table.rows
        ] == part["rows"]


def test_every_row_has_a_figure_for_every_column() -> None:
    for name in NAMES:
        table = reported_table(name)
        assert all(len(row.values) == len(table.columns) for row in table.rows)
        assert all(0 <= value <= 100 for row in table.rows for value in row.values)
