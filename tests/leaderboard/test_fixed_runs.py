"""Runs in `fixed` mode: read from every kind of file, shown beside reference, never mixed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_entries import made_entry

from followrag import Item, load_items, score_item
from followrag.baseline import oracle_answer
from followrag.errors import InputError
from followrag.estimates import Estimate
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.gate.comparable import permitted_mismatches
from followrag.leaderboard.gate.sides import make_side
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.reading.lm_eval_results import Results, settings_of
from followrag.leaderboard.reading.lm_eval_samples import SamplesReader
from followrag.leaderboard.reading.row_texts import read_texts
from followrag.leaderboard.reading.run_folders import read_run_folder
from followrag.leaderboard.report.contents import contents, drawn
from followrag.leaderboard.report.rows import Rows
from followrag.leaderboard.settings import KINDS
from followrag.leaderboard.tables.board import Board, make_boards
from followrag.leaderboard.tables.data_formats import csv_text, json_bytes
from followrag.leaderboard.tables.modes import compared, group_mode_grid, mode_grid, mode_grids
from followrag.runs import read_metrics, write_run
from followrag.sources import ItemSet
from followrag.summary import summarise
from followrag.tables import percent, points
from followrag.tasks.harness import process_fixed_results

MakeOutcomes = Callable[..., Outcomes]
FIXED: dict[str, Any] = {"scorer": {"mode": "fixed", "version": "1"}}


def answered(item: Item) -> str:
    """A good answer that markdown ends, which `fixed` mode forgives an end phrase."""
    return f"{oracle_answer(item)}**"


@pytest.fixture(scope="module")
def items() -> ItemSet:
    return replace(load_items("followrag_demo"), mode="fixed")


@pytest.fixture(scope="module")
def folder(items: ItemSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [score_item(item, answered(item), "fixed") for item in items]
    path = tmp_path_factory.mktemp("fixed") / "run"
    write_run(path, items, rows, summarise(rows), {"model": "m"})
    return path


@pytest.fixture(scope="module")
def samples(items: ItemSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = []
    for place, item in enumerate(items):
        doc, text = item.model_dump(mode="json"), answered(item)
        line = {"doc_id": place, "doc": doc, "arguments": {}, "resps": [[text]]}
        lines.append(line | process_fixed_results(doc, [text]))
    path = tmp_path_factory.mktemp("samples") / "samples.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def fixed_entry(model: str, make: MakeOutcomes, seed: int = 0) -> Entry:
    """Make a run whose reference verdicts are those of another seed."""
    entry = made_entry(model, make(40, seed=seed), **FIXED)
    return replace(entry, reference=make(40, seed=seed + 100))


@pytest.fixture
def board(make_outcomes: MakeOutcomes) -> Board:
    entries = [fixed_entry("a", make_outcomes, 1), fixed_entry("b", make_outcomes, 2)]
    return make_boards(entries).boards[0]


# Reading


def test_a_run_folder_is_read_in_both_modes(folder: Path) -> None:
    entry, written = read_run_folder(folder), read_metrics(folder)
    assert entry.settings.scorer["mode"] == "fixed"
    for name in ("inst_level_loose_acc", "prompt_level_strict_acc", "joint_acc", "followrag"):
        both = compared(entry, name)
        assert both is not None
        assert both.fixed._asdict() == pytest.approx(written["overall"][name])
        assert both.reference._asdict() == pytest.approx(written["reference"]["overall"][name])
        assert both.difference._asdict() == pytest.approx(written["difference"]["overall"][name])


def test_samples_of_lm_eval_hold_the_same(folder: Path, samples: Path) -> None:
    _, outcomes, reference = SamplesReader().read(samples)
    entry = read_run_folder(folder)
    assert entry.outcomes is not None
    assert entry.reference is not None
    assert reference is not None
    assert outcomes.loose.tolist() == entry.outcomes.loose.tolist()
    assert reference.loose.tolist() == entry.reference.loose.tolist()
    assert reference.strict.tolist() != outcomes.strict.tolist()


def test_rows_without_reference_verdicts_are_named(folder: Path, tmp_path: Path) -> None:
    for name in ("manifest.json", "metrics.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    lines = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    del lines[3]["constraints"][0]["reference"]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(InputError, match=r"key .* lacks verdicts of reference mode"):
        read_run_folder(tmp_path)


@pytest.mark.parametrize(
    ("source", "mode"), [("followrag_mini_fixed", "fixed"), ("followrag_mini", "reference")]
)
def test_the_tasks_name_tells_the_mode(source: str, mode: str) -> None:
    config = {"dataset_kwargs": {"followrag_source": source}}
    results = Results(results={}, configs={"t": config}, versions={"t": 1.0})
    assert settings_of(results, "t", {}).scorer == {"mode": mode, "version": "1"}


def test_results_alone_give_a_difference_without_a_standard_error() -> None:
    given = {"followrag": Estimate(0.5, 0.1, 9), "followrag_reference": Estimate(0.4, 0.1, 9)}
    both = compared(made_entry("m", None, given=given, **FIXED), "followrag")
    assert both is not None
    assert points(both.difference) == "+10.0"


def test_a_rows_reason_tells_where_reference_mode_decides_otherwise(folder: Path) -> None:
    checks = [check for row in read_texts(read_run_folder(folder)) for check in row.checks]
    told = [check for check in checks if "(in reference mode " in check.reason]
    assert 0 < len(told) < len(checks)
    assert all(("(in reference mode followed" in check.reason) != check.strict for check in told)


# Never mixed


def test_runs_of_both_modes_have_boards_of_their_own(make_outcomes: MakeOutcomes) -> None:
    fixed, published = fixed_entry("m", make_outcomes), made_entry("m", make_outcomes(40))
    boards, problems = make_boards([fixed, published])
    assert [board.title for board in boards] == ["demo (fixed mode)", "demo"]
    assert problems == []


def test_runs_of_both_modes_are_not_compared(make_outcomes: MakeOutcomes) -> None:
    fixed = make_side("a", [fixed_entry("m", make_outcomes)])
    published = make_side("b", [made_entry("m", make_outcomes(40))])
    with pytest.raises(InputError, match=r"in fixed mode and others were not"):
        permitted_mismatches(fixed, published, KINDS)


# Shown


def test_the_table_has_a_row_for_each_figure_and_run(board: Board) -> None:
    grid = mode_grid(board)
    rows = {(row[0], row[1]): row[3:] for row in grid.rows}
    place = board.places[0]
    both = compared(place.entry, "inst_level_loose_acc")
    assert both is not None
    cells = rows["inst loose", place.entry.model]
    assert cells == [both.fixed, both.reference, points(both.difference)]
    assert not [figure for figure, _ in rows if str(figure).startswith("qa")]


def test_the_table_by_constraint_has_a_row_for_each_and_run(board: Board) -> None:
    grid = group_mode_grid(board, "constraint", "inst_level_strict_acc")
    [constraints] = [{row[0] for row in grid.rows if row[1] == "a"}]
    entry = next(place.entry for place in board.places if place.entry.model == "a")
    assert entry.outcomes is not None
    assert constraints == set(entry.outcomes.grouped("constraint"))


def test_a_board_of_reference_mode_has_no_such_table(make_outcomes: MakeOutcomes) -> None:
    [board] = make_boards([made_entry("m", make_outcomes(40))]).boards
    assert list(mode_grids(board, None, None)) == []


def test_a_run_without_reference_verdicts_is_named(make_outcomes: MakeOutcomes) -> None:
    bare = made_entry("b", make_outcomes(40, seed=2), **FIXED)
    [board] = make_boards([fixed_entry("a", make_outcomes, 1), bare]).boards
    assert mode_grid(board).caption[-1].endswith("fixed mode only: b.")


def test_files_for_programs_hold_both(board: Board) -> None:
    [told] = json.loads(json_bytes([board], [], [], "constraint", None))["boards"]
    run = told["runs"][0]
    both = compared(board.places[0].entry, "followrag")
    assert both is not None
    assert run["modes"]["followrag"]["difference"]["stderr"] == both.difference.stderr
    assert set(run["group_modes"]) == set(run["groups"])
    [row, _] = csv.DictReader(io.StringIO(csv_text([board], [])))
    assert float(row["followrag_difference"]) == both.difference.value
    assert float(row["followrag_reference"]) == both.reference.value


def test_the_page_has_the_tables(board: Board) -> None:
    told = contents(drawn([board]), [], [], [Rows(None, [], [])])["boards"][0]["modes"]
    assert [table["keys"] for table in told] == [2, 2, 2]
    both = compared(board.places[0].entry, board.headline)
    assert both is not None
    assert told[0]["rows"][0][3:] == [
        percent(both.fixed),
        percent(both.reference),
        points(both.difference),
    ]
