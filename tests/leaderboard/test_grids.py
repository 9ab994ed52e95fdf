"""What stands in a leaderboard's tables."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from made_entries import made_entry

from followrag.estimates import Estimate
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.metrics import metric
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome
from followrag.leaderboard.tables.board import Board, make_boards
from followrag.leaderboard.tables.conduct import Conduct, conduct
from followrag.leaderboard.tables.data_formats import csv_text, json_bytes
from followrag.leaderboard.tables.grids import Grid, board_grid, group_grid
from followrag.leaderboard.tables.markup import latex, markdown
from followrag.leaderboard.tables.terminal import show_grid

MakeOutcomes = Callable[..., Outcomes]


def one_board(*entries: Entry, headline: str | None = None) -> Board:
    [board], problems = make_boards(entries, headline)
    assert problems == []
    return board


def column(grid: Grid, name: str) -> list[object]:
    return [row[list(grid.columns).index(name)] for row in grid.rows]


def rows_of_errors(count: int = 4) -> Outcomes:
    failed = [Check("format_json", False, False, True)]
    return Outcomes.of(
        RowOutcome(str(n), "nq", failed, 0.0, error=True, length=9) for n in range(count)
    )


def test_length_is_that_of_the_answers() -> None:
    check = [Check("format_json", True, True, False)]
    rows = [
        RowOutcome("1", "nq", check, 1.0, length=10),
        RowOutcome("2", "nq", check, 1.0, length=21),
        RowOutcome("3", "nq", check, 0.0, length=999, error=True),
    ]
    assert conduct(made_entry("m", Outcomes.of(rows))) == Conduct(15.5, 1 / 3, None, None)


def test_it_is_said_how_often_unwrapping_makes_a_difference() -> None:
    check = [Check("format_json", True, True, False)]
    rows = [
        RowOutcome("1", "nq", check, 1.0, qa_acc_unwrapped=0.0),
        RowOutcome("2", "nq", check, 1.0, qa_acc_unwrapped=1.0),
        RowOutcome("3", "nq", check, 1.0, qa_acc_other_language=1.0),
    ]
    assert conduct(made_entry("m", Outcomes.of(rows))).qa_unwrapping_differs == 1 / 2


def test_judge_errors_are_a_share_of_what_was_judged() -> None:
    check = [Check("format_json", True, True, False)]
    rows = [
        RowOutcome("1", "nq", check, 1.0, rating=1.0),
        RowOutcome("2", "nq", check, 1.0, judge_error=True),
        RowOutcome("3", "nq", check, 1.0, rating=0.5),
        RowOutcome("4", "nq", check, 1.0),
    ]
    entry = made_entry("m", Outcomes.of(rows))
    assert conduct(entry).judge_error_share == 1 / 3
    grid = board_grid(one_board(entry))
    assert column(grid, "judge errors %") == ["33.3"]
    assert column(grid, "judge") == [Estimate(0.75, 0.25, 2)]
    for name in ("judge", "followrag_judge"):
        assert f"{name}: {metric(name).meaning}." in grid.caption


def test_runs_that_were_not_judged_have_no_judge_columns(make_outcomes: MakeOutcomes) -> None:
    grid = board_grid(one_board(made_entry("m", make_outcomes())))
    assert not {"judge", "followrag_judge", "judge errors %"} & set(grid.columns)


def test_a_chosen_headline_comes_first(make_outcomes: MakeOutcomes) -> None:
    grid = board_grid(one_board(made_entry("m", make_outcomes()), headline="family:keywords"))
    assert grid.columns[2:4] == ["family:keywords", "followrag"]
    assert grid.caption[0].startswith("Ranked by family:keywords: inst_level_loose_acc over")


def test_figures_without_rows_show_a_dash_for_what_is_not_known() -> None:
    given = {"inst_level_loose_acc": Estimate(0.5, math.nan, 0)}
    entry = made_entry("m", None, given=given)
    grid = board_grid(one_board(entry))
    assert column(grid, "rank") == ["-"]
    assert column(grid, "n") == ["-"]
    assert column(grid, "length") == [None]


def test_each_format_takes_a_run_of_one_row_of_errors_and_of_nothing_but_figures(
    make_outcomes: MakeOutcomes,
) -> None:
    figures = made_entry("f", None, sha256=None, given={"qa_acc": Estimate(0.5, math.nan, 1)})
    for outcomes in (make_outcomes(1), rows_of_errors(1), rows_of_errors(9)):
        board = one_board(made_entry("zq7", outcomes))
        for by in ("dataset", "family", "constraint", "count"):
            for grid in (board_grid(board), group_grid(board, by, None)):
                assert "zq7" in markdown(grid)
                assert "zq7" in latex(grid)
                show_grid(grid)
            assert csv_text([board], [], by).count("zq7") > 0
            (told,) = json.loads(json_bytes([board], [], [], by))["boards"]
            assert [run["model"] for run in told["runs"]] == ["zq7"]
    for by in ("dataset", "family", "constraint", "count"):
        assert group_grid(one_board(figures), by, None).caption


def test_a_run_of_errors_counts_as_nothing_followed() -> None:
    board = one_board(made_entry("m", rows_of_errors()))
    grid = board_grid(board)
    assert column(grid, "errors %") == ["100.0"]
    assert column(grid, "length") == [None]
    assert column(grid, "followrag") == [Estimate(0.0, 0.0, 4)]


def test_groups_are_in_their_natural_order(make_outcomes: MakeOutcomes) -> None:
    board = one_board(made_entry("m", make_outcomes()))
    assert group_grid(board, "count", None).columns[2:] == ["1", "2", "3", "4"]
    assert column(group_grid(board, "constraint", None), "family") == [
        "format",
        "keywords",
        "length",
        "structure",
    ]


def test_constraints_are_columns_where_models_are_more(make_outcomes: MakeOutcomes) -> None:
    outcomes = make_outcomes(40)
    board = one_board(*(made_entry(str(number), outcomes) for number in range(5)))
    grid = group_grid(board, "constraint", None)
    assert len(grid.rows) == 5
    assert "keywords_inclusion" in grid.columns


def test_groups_have_the_metric_of_their_rows(make_outcomes: MakeOutcomes) -> None:
    outcomes = make_outcomes(200)
    board = one_board(made_entry("m", outcomes))
    [cell] = column(group_grid(board, "dataset", None), "nq")
    part = outcomes.rows(np.flatnonzero(outcomes.dataset == "nq"))
    assert cell == made_entry("m", part).figure("followrag")
    [cell] = column(group_grid(board, "dataset", "joint_acc"), "nq")
    assert cell == made_entry("m", part).figure("joint_acc")


def test_a_run_without_the_metric_has_empty_groups(make_outcomes: MakeOutcomes) -> None:
    outcomes = make_outcomes(40)
    judged = replace(outcomes, rating=np.ones(40))
    board = one_board(made_entry("a", judged), made_entry("b", outcomes), headline="judge")
    grid = group_grid(board, "dataset", "judge")
    assert column(grid, "rank") == ["1", "-"]
    assert column(grid, "nq")[1] is None
