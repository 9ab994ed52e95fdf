"""What charts show, against figures worked out here from the rows."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from made_entries import made_entry
from scipy.stats import binomtest

from followrag.estimates import Estimate
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome
from followrag.leaderboard.report.chart import DRAWN_AT_ONCE, Chart
from followrag.leaderboard.report.contents import contents, drawn
from followrag.leaderboard.report.rows import Rows
from followrag.leaderboard.report.themes import DARK, LIGHT
from followrag.leaderboard.tables.board import Board, make_boards

MakeOutcomes = Callable[..., Outcomes]


def _board(*entries: Entry) -> Board:
    [board], _ = make_boards(entries)
    return board


def _charts(board: Board) -> dict[str, Chart]:
    [(_, charts)] = drawn([board])
    return {chart.name: chart for chart in charts}


@pytest.fixture
def board(make_outcomes: MakeOutcomes) -> Board:
    return _board(
        *(
            made_entry(f"model {number}", make_outcomes(skill=skill, answering=0.3, seed=number))
            for number, skill in enumerate((0.3, 0.5, 0.8))
        )
    )


def _outcomes(board: Board, model: str) -> Outcomes:
    [found] = [place.entry.outcomes for place in board.places if place.entry.model == model]
    assert found is not None
    return found


def test_plotly_takes_every_chart(board: Board) -> None:
    for chart in _charts(board).values():
        for theme in (LIGHT, DARK):
            for number in range(len(chart.variants)):
                go.Figure(chart.drawn(theme, number))


def test_the_heat_map_holds_the_share_of_each_constraint(board: Board) -> None:
    chart = _charts(board)["constraints"]
    [variant] = chart.variants
    for model, *cells in variant.rows:
        rows = _outcomes(board, model)
        for id, cell in zip(chart.columns[1:], cells, strict=True):
            share = rows.loose[rows.id == id].mean()
            assert cell.split("±")[0] == f"{100 * share:.1f}"
    drawn_shares = variant.data[0]["z"]
    told = [[float(cell.split("±")[0]) for cell in cells] for _, *cells in variant.rows]
    assert np.allclose(drawn_shares, told, atol=0.051)


def test_the_curve_has_wilson_intervals_and_independence(board: Board) -> None:
    [variant] = _charts(board)["counts"].variants
    single: dict[str, float] = {}
    for model, count, share, interval, expected, n in variant.rows:
        rows = _outcomes(board, model)
        chosen = rows.counts == int(count)
        followed = int((rows.followed(loose=True) == rows.counts)[chosen].sum())
        test = binomtest(followed, int(chosen.sum())).proportion_ci(method="wilson")
        single.setdefault(model, followed / chosen.sum())
        assert share == f"{100 * followed / chosen.sum():.1f}"
        assert interval == f"{100 * test.low:.1f} to {100 * test.high:.1f}"
        assert expected == f"{100 * single[model] ** int(count):.1f}"
        assert n == str(chosen.sum())
    assert len(variant.rows) == 12


def test_the_line_joins_what_nothing_beats_in_both(make_outcomes: MakeOutcomes) -> None:
    chance = np.random.default_rng(0)
    entries = [
        made_entry(f"m{n}", make_outcomes(80, *chance.uniform(0.2, 0.9, 2), seed=n))
        for n in range(30)
    ]
    board = _board(*entries)
    values = {
        place.entry.model: (
            place.figures["inst_level_loose_acc"].value,
            place.figures["qa_acc"].value,
        )
        for place in board.places
    }
    unbeaten = {
        model
        for model, own in values.items()
        if not any(
            other != own and all(a >= b for a, b in zip(other, own, strict=True))
            for other in values.values()
        )
    }
    [variant] = _charts(board)["tradeoff"].variants
    assert {model for model, *_, is_on in variant.rows if is_on == "yes"} == unbeaten
    assert len(variant.data[0]["x"]) == len(unbeaten)


def test_crosses_are_95_percent_intervals(board: Board) -> None:
    [variant] = _charts(board)["tradeoff"].variants
    best = board.places[0]
    [cross] = [trace for trace in variant.data if trace.get("name") == best.entry.model]
    half = 1.96 * 100 * best.figures["qa_acc"].stderr
    assert cross["error_x"]["array"] == [pytest.approx(half, abs=0.001)]
    assert cross["x"] == [pytest.approx(100 * best.figures["qa_acc"].value, abs=0.001)]


def test_bars_go_from_strict_to_loose(board: Board) -> None:
    [variant] = _charts(board)["gaps"].variants
    [bars] = variant.data
    for place, base, width in zip(board.places, bars["base"], bars["x"], strict=True):
        rows = _outcomes(board, place.entry.model)
        assert base == pytest.approx(100 * rows.strict.mean(), abs=0.001)
        assert base + width == pytest.approx(100 * rows.loose.mean(), abs=0.002)


def test_differences_are_to_each_base(board: Board) -> None:
    chart = _charts(board)["differences"]
    assert [variant.name for variant in chart.variants] == [p.entry.model for p in board.places]
    values = {p.entry.model: p.figures[board.headline].value for p in board.places}
    for variant in chart.variants:
        assert [model for model, *_ in variant.rows] == [m for m in values if m != variant.name]
        for model, delta, interval, *_ in variant.rows:
            assert delta == f"{100 * (values[model] - values[variant.name]):+.1f}"
            low, high = map(float, interval.split(" to "))
            assert low < float(delta) < high


def test_runs_with_missing_rows_are_compared_on_common_ones(make_outcomes: MakeOutcomes) -> None:
    part = make_outcomes(60, seed=1).rows(np.arange(59, 9, -1))
    runs = {"whole": make_outcomes(60), "part": part}
    items = {"sha256": "a", "count": 60}
    board = _board(*(made_entry(model, rows, dataset=items) for model, rows in runs.items()))
    chart = _charts(board)["differences"]
    assert {row[-1] for variant in chart.variants for row in variant.rows} == {"50"}


def test_all_models_but_the_first_few_are_drawn_faintly(make_outcomes: MakeOutcomes) -> None:
    outcomes = make_outcomes(20)
    count = DRAWN_AT_ONCE + 3
    charts = _charts(_board(*(made_entry(f"m{n}", outcomes) for n in range(count))))
    lines = [t for t in charts["counts"].drawn(LIGHT)["data"] if t.get("mode") == "lines+markers"]
    spots = [t for t in charts["tradeoff"].drawn(LIGHT)["data"] if t.get("mode") == "markers"]
    assert (len(lines), len(spots)) == (DRAWN_AT_ONCE, count)
    assert sum(spot["marker"]["color"] == LIGHT["muted"] for spot in spots) == 3
    assert len({line["line"]["color"] for line in lines}) == DRAWN_AT_ONCE


def test_names_are_written_so_that_plotly_shows_them(make_outcomes: MakeOutcomes) -> None:
    name = '<b>a</b>\n&amp;\x1b[31m "quoted" =1+1'
    charts = _charts(_board(*(made_entry(model, make_outcomes(20)) for model in (name, "b"))))
    ticks = charts["gaps"].layout["yaxis"]["ticktext"]
    assert '&lt;b&gt;a&lt;/b&gt; &amp;amp;\\x1b[31m "quoted" =1+1' in ticks


@pytest.mark.parametrize("name", ["theme", "series", "ink", "card", "%{x}", "x" * 500, "", " "])
def test_no_name_is_taken_for_a_setting(make_outcomes: MakeOutcomes, name: str) -> None:
    charts = _charts(_board(*(made_entry(model, make_outcomes(20)) for model in (name, "b"))))
    for chart in charts.values():
        texts = json.dumps(chart.drawn(LIGHT))
        assert f'"{LIGHT["card"]}"' in texts
        go.Figure(chart.drawn(LIGHT))
    ticks = charts["gaps"].layout["yaxis"]["ticktext"]
    assert all(0 < len(tick) <= 40 for tick in ticks)


def _lonely(**fields: Any) -> Outcomes:
    check = Check("format_json", True, True, False)
    row: dict[str, Any] = {"key": "1", "dataset": "nq", "qa_acc": 1.0, "checks": [check]}
    return Outcomes.of([RowOutcome(**row | fields)])


def test_one_row_can_be_drawn() -> None:
    for chart in _charts(_board(made_entry("a", _lonely()), made_entry("b", _lonely()))).values():
        go.Figure(chart.drawn(LIGHT))


def test_charts_without_figures_are_left_out() -> None:
    charts = _charts(_board(made_entry("a", _lonely(qa_acc=None))))
    assert [*charts] == ["constraints", "counts", "gaps"]


def test_figures_without_rows_are_in_the_charts_that_need_none(make_outcomes: MakeOutcomes) -> None:
    given = {
        name: Estimate(0.5, math.nan, 300)
        for name in ("inst_level_loose_acc", "inst_level_strict_acc", "qa_acc")
    }
    entry = made_entry("full", make_outcomes())
    bare = replace(made_entry("bare", None, given=given), settings=entry.settings)
    charts = _charts(_board(entry, bare))
    assert [row[0] for row in charts["gaps"].variants[0].rows] == ["full", "bare"]
    assert [row[0] for row in charts["constraints"].variants[0].rows] == ["full"]


def test_names_that_differ_in_their_middle_only_are_numbered(make_outcomes: MakeOutcomes) -> None:
    names = [f"organisation/{'x' * 30}-{step}-{'y' * 30}" for step in (100, 200)]
    charts = _charts(_board(*(made_entry(name, make_outcomes()) for name in (*names, "z"))))
    ticks = charts["constraints"].layout["yaxis"]["ticktext"]
    short = f"organisation…{'y' * 23}"
    assert ticks == [f"{short} (1)", f"{short} (2)", "z"]
    for name in ("counts", "tradeoff"):
        assert {trace.get("name") for trace in charts[name].variants[0].data} >= set(ticks)


def test_the_page_shows_figures_as_the_table_does() -> None:
    figure = Estimate(0.12344999999, 0.0585000276, 300)
    given = {"inst_level_loose_acc": figure, "qa_acc": Estimate(0.5, math.nan, 300)}
    board = _board(made_entry("a", None, given=given))
    [shown] = contents(drawn([board]), [], [], [Rows(None, [], [])])["boards"]
    assert [told[-1] for told in shown["places"][0]["figures"]] == ["12.3±5.9", "50.0"]


def test_the_page_says_who_is_first(board: Board) -> None:
    [shown] = contents(drawn([board]), [], [], [Rows(None, [], [])])["boards"]
    best = board.places[0]
    assert shown["says"].startswith(f"3 models on 300 prompts. {best.entry.model} is first with")
    assert f"{100 * best.figures['followrag'].value:.1f}% followrag" in shown["says"]
    assert shown["places"][0]["figures"][0][0] == pytest.approx(
        100 * best.figures["followrag"].value, abs=0.001
    )
