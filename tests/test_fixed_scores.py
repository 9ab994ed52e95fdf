"""Scores of `fixed` mode beside those of `reference` mode, from scoring to files and tables."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from followrag import Item, ItemSet, score_item
from followrag.figures import differences, figures, references
from followrag.reading import read_run
from followrag.runs import read_metrics, write_run
from followrag.scoring import Row, error_row
from followrag.summary import summarise
from followrag.tables import summary_tables

MakeItem = Callable[..., Item]

# One constraint is saved by the last line, the other by the first: no one reading follows both.
CASES: tuple[tuple[str, dict[str, Any]], ...] = (("cases_uppercase", {}), ("cases_lowercase", {}))
TORN = "THIS IS THE ANSWER TO THE QUESTION THAT WAS ASKED\nthis is the answer to the question"
PLAIN = "this is the answer to the question that was asked"


@pytest.fixture
def items(make_item: MakeItem) -> ItemSet:
    asked = tuple(make_item(*CASES, key=key) for key in range(4))
    return ItemSet("asked", asked, mode="fixed")


@pytest.fixture
def rows(items: ItemSet) -> list[Row]:
    given = zip(items, [TORN, PLAIN, TORN], strict=False)
    decided = [score_item(item, text, "fixed") for item, text in given]
    return [*decided, error_row(items[3], "no response", "fixed")]


@pytest.fixture
def folder(tmp_path: Path, items: ItemSet, rows: list[Row]) -> Path:
    path = tmp_path / "items.jsonl"
    path.write_text("".join(item.model_dump_json() + "\n" for item in items))
    write_run(tmp_path / "run", items, rows, summarise(rows), {})
    return tmp_path / "run"


def test_a_row_of_fixed_mode_carries_the_one_of_reference_mode(items: ItemSet) -> None:
    row = score_item(items[0], TORN, "fixed")
    assert row.reference == score_item(items[0], TORN)
    assert row.loose != row.reference.loose


def test_reference_figures_are_those_of_the_same_rows_in_reference_mode(
    items: ItemSet, rows: list[Row]
) -> None:
    summary = summarise(rows)
    given = zip(items, [TORN, PLAIN, TORN], strict=False)
    alone = [score_item(*pair) for pair in given]
    published = summarise([*alone, error_row(items[3], "no response")])
    assert summary.reference is not None
    for name, figure in summary.reference.overall.items():
        assert tuple(figure) == tuple(published.overall[name])
    for grouping in ("by_constraint", "by_family"):
        assert getattr(summary.reference, grouping) == getattr(published, grouping)


def test_a_difference_is_paired(rows: list[Row]) -> None:
    found = differences(rows)["prompt_level_loose_acc"]
    changes = [
        float(all(row.loose)) - float(all(was.loose))
        for row, was in zip(rows, references(rows), strict=True)
    ]
    assert found.value == pytest.approx(np.mean(changes))
    assert found.stderr == pytest.approx(np.std(changes, ddof=1) / math.sqrt(len(changes)))


def test_every_difference_is_fixed_minus_reference(rows: list[Row]) -> None:
    summary = summarise(rows)
    assert summary.reference is not None
    assert summary.difference is not None
    for name, figure in summary.difference.overall.items():
        expected = summary.overall[name].value - summary.reference.overall[name].value
        assert figure.value == pytest.approx(expected)
    loose = summary.difference.by_constraint["cases_uppercase"]["inst_level_loose_acc"]
    now = summary.by_constraint["cases_uppercase"]["inst_level_loose_acc"].value
    was = summary.reference.by_constraint["cases_uppercase"]["inst_level_loose_acc"].value
    assert loose.value == pytest.approx(now - was)


def test_figures_of_answers_alone_are_not_compared(rows: list[Row]) -> None:
    assert "qa_acc" in figures(rows)
    assert not [name for name in differences(rows) if name.startswith("qa_")]


def test_reference_mode_has_nothing_to_compare(items: ItemSet) -> None:
    summary = summarise([score_item(item, PLAIN) for item in items])
    assert (summary.reference, summary.difference) == (None, None)


def test_a_run_folder_holds_both_verdicts_and_both_figures(folder: Path) -> None:
    assert json.loads((folder / "manifest.json").read_text())["mode"] == "fixed"
    checks = json.loads((folder / "rows.jsonl").read_text().splitlines()[0])["constraints"]
    assert [check["reference"]["loose"] for check in checks] == [True, True]
    assert sorted(check["loose"] for check in checks) == [False, True]
    metrics = read_metrics(folder)
    assert metrics["reference"]["overall"]["inst_level_loose_acc"]["value"] == pytest.approx(5 / 8)
    assert set(metrics["difference"]) == set(metrics["reference"])


def test_what_is_read_back_is_what_was_written(folder: Path, rows: list[Row]) -> None:
    run = read_run(folder, str(folder.with_name("items.jsonl")))
    assert run.items.mode == "fixed"
    assert [row.strict for row in run.rows] == [row.strict for row in rows]
    assert [row.loose for row in references(run.rows)] == [row.loose for row in references(rows)]
    assert summarise(run.rows) == summarise(rows)


def test_tables_show_every_fixed_figure_beside_reference_and_difference(rows: list[Row]) -> None:
    tables = list(summary_tables("a run", summarise(rows)))
    lines = [row[0] for row in tables[0].rows]
    place = lines.index("inst_level_loose_acc")
    assert lines[place + 1 : place + 3] == ["- in reference mode", "- difference"]
    assert [table.title for table in tables[-2:]] == [
        "By family and constraint, loose",
        "By family and constraint, strict",
    ]
    assert list(tables[-1].columns[3:]) == ["fixed", "reference", "difference"]
    assert "- difference" not in lines[lines.index("qa_acc") : lines.index("joint_acc")]


def test_conditions_are_shown_in_both_modes(make_item: MakeItem) -> None:
    asked = make_item(*CASES).model_copy(update={"condition": "order=0", "origin": 1})
    summary = summarise([score_item(asked, TORN, "fixed")])
    assert summary.reference is not None
    assert summary.reference.by_condition is not None
    table = next(one for one in summary_tables("a run", summary) if one.title == "By condition")
    assert [row[0] for row in table.rows] == ["order=0", "- in reference mode", "- difference"]
