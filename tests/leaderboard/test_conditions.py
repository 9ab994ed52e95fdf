"""Robustness sets on leaderboards: what was made of one item is one, and levels are told apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from lm_eval_layouts import evaluate
from made_entries import made_entry
from report_browser import open_browser

from followrag.conditions import taken_apart
from followrag.errors import InputError
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.metrics import metric
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.reading.baseline_file import baseline_bytes, read_baseline
from followrag.leaderboard.reading.finding import find_runs
from followrag.leaderboard.report.chart import Chart
from followrag.leaderboard.report.contents import drawn
from followrag.leaderboard.statistics.differences import paired
from followrag.leaderboard.statistics.sensitivity import sensitivities
from followrag.leaderboard.tables.board import Board, make_boards
from followrag.leaderboard.tables.data_formats import csv_text, json_bytes
from followrag.leaderboard.tables.ranking import pairwise_p
from followrag.leaderboard.tables.robustness import robustness_grids

MakeOutcomes = Callable[..., Outcomes]
ALL = ("followrag", "inst_level_loose_acc", "prompt_level_strict_acc", "qa_acc", "joint_acc")


def at_levels(parts: dict[str, Outcomes]) -> Outcomes:
    """Put runs on the same items together, each as a condition."""
    found = {}
    for condition, part in parts.items():
        found[condition] = replace(
            part,
            keys=tuple(f"{key}~{condition}" for key in part.keys),
            condition=np.full(len(part), condition),
            origin=np.array(part.keys),
        )
    runs = list(found.values())
    starts = np.cumsum([0, *(len(run) for run in runs)])
    rows = [run.row + start for run, start in zip(runs, starts, strict=False)]
    columns = [field.name for field in fields(Outcomes) if field.name not in ("keys", "row")]
    return replace(
        runs[0],
        keys=tuple(key for run in runs for key in run.keys),
        row=np.concatenate(rows),
        **{name: np.concatenate([getattr(run, name) for run in runs]) for name in columns},
    )


@pytest.fixture
def varied(make_outcomes: MakeOutcomes) -> Callable[..., Outcomes]:
    """A run that gets worse from level to level."""

    def make(
        skills: tuple[float, ...] = (0.8, 0.6, 0.4), seed: int = 0, by: str = "passages"
    ) -> Outcomes:
        levels = (0, 3, 10, 20)
        return at_levels(
            {
                f"{by}={level}": make_outcomes(200, skill, skill, seed=10 * seed + level)
                for level, skill in zip(levels, skills, strict=False)
            }
        )

    return make


def one_board(*entries: Entry, headline: str | None = None) -> Board:
    [board], problems = make_boards(entries, headline)
    assert problems == []
    return board


def charts(board: Board) -> dict[str, Chart]:
    [(_, found)] = drawn([board])
    return {chart.name: chart for chart in found}


# What was made of one item is one


@pytest.mark.parametrize("name", ALL)
def test_repeating_items_makes_no_figure_surer(make_outcomes: MakeOutcomes, name: str) -> None:
    once = make_outcomes(100)
    again = at_levels({f"noise={level}": once for level in range(5)})
    assert metric(name).figure(again) == pytest.approx(metric(name).figure(once))


@pytest.mark.parametrize("name", ALL)
def test_repeating_items_makes_no_difference_surer(make_outcomes: MakeOutcomes, name: str) -> None:
    runs = [make_outcomes(100, skill, skill, seed=n) for n, skill in enumerate((0.5, 0.6))]
    again = [at_levels({f"noise={level}": run for level in range(5)}) for run in runs]
    found, expected = (paired(metric(name), [old], [new]) for old, new in (again, runs))
    assert found is not None and expected is not None
    for field in ("delta", "stderr", "low", "high", "p"):
        assert getattr(found, field) == pytest.approx(getattr(expected, field))
    assert (found.prompts, found.worse, found.better) == (100, expected.worse, expected.better)
    assert pairwise_p(metric(name), again) == pytest.approx(pairwise_p(metric(name), runs))


def test_the_board_says_so(varied: Callable[..., Outcomes]) -> None:
    [note] = one_board(made_entry("m", varied())).notes
    assert note.startswith("A robustness set: 600 prompts made of 200 items, pooled over 3 cond")


def test_other_boards_say_nothing_of_it(make_outcomes: MakeOutcomes) -> None:
    board = one_board(made_entry("m", make_outcomes(20)))
    assert board.notes == ()
    assert not [name for name in charts(board) if "levels" in name or name == "sensitivity"]


# Levels


def test_rows_are_grouped_by_condition_in_the_order_of_levels(
    varied: Callable[..., Outcomes],
) -> None:
    run = varied()
    [grid, _] = robustness_grids([one_board(made_entry("m", run))], "qa_acc")
    assert grid.columns == ["rank", "model", "0", "3", "10"]
    [[_, _, *cells]] = grid.rows
    assert cells == [
        metric("qa_acc").figure(run.rows(np.flatnonzero(run.condition == f"passages={level}")))
        for level in (0, 3, 10)
    ]


def test_the_spread_is_the_paired_difference_of_the_extreme_levels(
    varied: Callable[..., Outcomes],
) -> None:
    run = varied((0.5, 0.9, 0.3))
    found = sensitivities(metric("qa_acc"), run)["passages"]
    assert (found.best, found.worst) == ("passages=3", "passages=10")
    right = {
        level: dict(zip(run.origin[at], run.qa_acc[at], strict=True))
        for level in (3, 10)
        for at in [run.condition == f"passages={level}"]
    }
    differences = np.array([right[3][key] - right[10][key] for key in right[3]])
    assert found.spread == pytest.approx(differences.mean())
    assert found.prompts == 200
    half = differences.std(ddof=1) / np.sqrt(200)
    assert found.low < found.spread - 2.39 * half  # Bonferroni: 3 pairs
    assert found.high > found.spread + 2.39 * half


def test_where_no_level_matters_intervals_rarely_leave_0_out(make_outcomes: MakeOutcomes) -> None:
    def settled(seed: int) -> bool:
        parts = {f"wording={n}": make_outcomes(60, seed=4 * seed + n) for n in range(4)}
        return sensitivities(metric("qa_acc"), at_levels(parts))["wording"].low > 0

    assert sum(map(settled, range(60))) <= 6  # 3 expected at most


def test_a_thing_at_one_level_has_no_spread(make_outcomes: MakeOutcomes) -> None:
    assert sensitivities(metric("qa_acc"), at_levels({"passages=3": make_outcomes(20)})) == {}


def test_runs_without_conditions_are_refused(make_outcomes: MakeOutcomes) -> None:
    board = one_board(made_entry("m", make_outcomes(20)))
    with pytest.raises(InputError, match="no run is on a robustness set"):
        list(robustness_grids([board], None))


def test_boards_without_conditions_are_left_out(
    make_outcomes: MakeOutcomes, varied: Callable[..., Outcomes]
) -> None:
    entries = [made_entry("m", varied()), made_entry("m", make_outcomes(20), sha256="b", task="x")]
    boards, _ = make_boards(entries)
    assert {grid.title for grid in robustness_grids(boards, "qa_acc")} == {
        "demo by passages",
        "demo: sensitivity of qa_acc",
    }


def test_json_and_csv_have_the_conditions(varied: Callable[..., Outcomes]) -> None:
    board = one_board(made_entry("m", varied()))
    [told] = json.loads(json_bytes([board], [], [], "condition", "qa_acc"))["boards"]
    [run] = told["runs"]
    assert [*run["groups"]] == ["passages=0", "passages=3", "passages=10"]
    spread = run["sensitivity"]["passages"]
    assert spread["n"] == 200
    assert spread["low"] < spread["spread"] < spread["high"]
    lines = csv_text([board], [], "condition", "qa_acc").splitlines()
    assert lines[0].startswith("board,kind,rank,model,condition,metric,value")
    assert [line.split(",")[4] for line in lines[1:]] == [*run["groups"]]


# Files


@pytest.fixture(scope="module")
def evaluated_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `followrag eval` has written of the varied demo."""
    return evaluate(tmp_path_factory.mktemp("varied"), "followrag_demo_robust")


def test_run_folders_samples_and_baselines_tell_the_same(
    evaluated_set: Path, tmp_path: Path
) -> None:
    [folder] = (path for path in evaluated_set.iterdir() if (path / "rows.jsonl").is_file())
    [samples] = evaluated_set.glob("samples_*.jsonl")
    [first], [second] = (find_runs([str(path)]).entries for path in (folder, samples))
    (tmp_path / "kept.json").write_bytes(baseline_bytes([first]))
    [third] = read_baseline(tmp_path / "kept.json")
    assert first.outcomes is not None
    assert {taken_apart(name).varied for name in first.outcomes.condition.tolist()} == {
        "passages", "position", "distractors", "order", "wording",
    }  # fmt: skip
    for entry in (second, third):
        assert entry.outcomes is not None
        assert entry.outcomes.condition.tolist() == first.outcomes.condition.tolist()
        assert entry.outcomes.origins == first.outcomes.origins
        assert entry.figures() == first.figures()


def test_a_run_folder_has_the_figures_of_the_leaderboard(evaluated_set: Path) -> None:
    [folder] = (path for path in evaluated_set.iterdir() if (path / "rows.jsonl").is_file())
    [entry] = find_runs([str(folder)]).entries
    metrics = json.loads((folder / "metrics.json").read_text())
    assert entry.outcomes is not None
    for name, part in {"": entry.outcomes, **entry.outcomes.grouped("condition")}.items():
        told = metrics["by_condition"][name] if name else metrics["overall"]
        for figure in ALL:
            value, stderr, n = metric(figure).figure(part)
            assert told[figure]["n"] == n
            assert told[figure]["value"] == pytest.approx(value)
            assert told[figure]["stderr"] == pytest.approx(stderr)


# Charts


def test_a_curve_has_a_point_for_each_level_and_an_interval(
    varied: Callable[..., Outcomes],
) -> None:
    run = varied()
    chart = charts(one_board(made_entry("m", run), headline="qa_acc"))["levels-passages"]
    assert chart.variants[0].name == "qa_acc"
    [_, line] = chart.variants[0].data
    assert line["x"] == [0, 3, 10]
    for (_, level, share, interval, n), drawn_at in zip(
        chart.variants[0].rows, line["y"], strict=True
    ):
        right = run.qa_acc[run.condition == f"passages={level}"]
        half = 1.96 * right.std(ddof=1) / np.sqrt(len(right))
        low, high = map(float, interval.split(" to "))
        assert drawn_at == pytest.approx(100 * right.mean(), abs=0.001)
        assert (share, n) == (f"{100 * right.mean():.1f}", "200")
        assert (low, high) == pytest.approx(
            (100 * (right.mean() - half), 100 * (right.mean() + half)), abs=0.06
        )


def test_levels_that_are_no_scale_are_names(varied: Callable[..., Outcomes]) -> None:
    run = at_levels({name: varied().rows(np.arange(50)) for name in ("mood=good", "mood=bad")})
    chart = charts(one_board(made_entry("m", run)))["levels-mood"]
    assert chart.layout["xaxis"]["type"] == "category"
    assert chart.variants[0].data[1]["x"] == ["bad", "good"]


def test_a_thing_at_one_level_is_not_drawn(make_outcomes: MakeOutcomes) -> None:
    board = one_board(made_entry("m", at_levels({"passages=3": make_outcomes(20)})))
    assert not {"levels-passages", "sensitivity"} & {*charts(board)}


def test_the_page_shows_the_curves(
    command: Callable[..., object], evaluated_set: Path, tmp_path: Path
) -> None:
    page_file = tmp_path / "page.html"
    command("report", evaluated_set, "--out", page_file)
    with open_browser() as browser:
        page = browser.open(page_file)
        card = page.locator("section.card[aria-label='Number of passages']")
        card.scroll_into_view_if_needed()
        page.wait_for_selector("section.card[aria-label='Number of passages'] svg.main-svg")
        assert card.locator(".scatterlayer .trace.scatter path.point").count() == 6
        card.locator("select").select_option(label="qa_acc")
        assert "0% at 0" in card.locator(".says").inner_text()
        card.locator("summary").click()
        card.locator("tbody tr").first.wait_for()
        assert card.locator("tbody tr").count() == 6
        names = page.locator("section.card h3").all_inner_texts()
        assert {"Position of the gold passage", "Sensitivity"} <= {*names}
