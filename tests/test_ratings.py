"""A judge's ratings in a run and in its figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from followrag import Item, ItemSet, Row, score_item
from followrag.estimates import followrag_score, mean
from followrag.ratings import Rating
from followrag.reading import read_run
from followrag.runs import Run, read_metrics, write_ratings, write_run
from followrag.scoring import error_row
from followrag.summary import summarise
from followrag.tables import summary_tables

MakeItem = Callable[..., Item]


def rating(key: int | str, value: float | None) -> Rating:
    votes = () if value is None else (value,)
    return Rating(key, value, votes, "why", "no reply" if value is None else None)


def rated(*ratings: Rating) -> dict[str, Rating]:
    return {str(given.key): given for given in ratings}


@pytest.fixture
def rows(make_item: MakeItem) -> list[Row]:
    """Four answers: followed, not, followed, followed; the last two of another dataset."""
    types = ("ifnq", "ifnq", "iftq", "iftq")
    items = [make_item(key=key, type=type) for key, type in enumerate(types)]
    texts = ("Paris", "Paris, France", "Rome", "Paris")
    return [score_item(item, text) for item, text in zip(items, texts, strict=True)]


@pytest.fixture
def run(tmp_path: Path, rows: list[Row]) -> Run:
    items = ItemSet("asked", tuple(row.item for row in rows if row.item))
    write_run(tmp_path / "run", items, rows, summarise(rows), {"model": "mine"})
    path = tmp_path / "items.jsonl"
    path.write_text("".join(item.model_dump_json() + "\n" for item in items))
    return read_run(tmp_path / "run", str(path))


def reread(run: Run) -> Run:
    return read_run(run.folder, str(run.folder.parent / "items.jsonl"))


# Figures


def test_a_run_that_was_never_judged_has_no_figure_of_a_judge(rows: list[Row]) -> None:
    summary = summarise(rows)
    assert "judge" not in summary.overall
    assert (summary.counts.judged, summary.counts.judge_errors) == (0, 0)


def test_judge_is_the_mean_of_the_ratings(rows: list[Row]) -> None:
    ratings = rated(*(rating(key, value) for key, value in enumerate((1, 0.5, 0, 1))))
    overall = summarise(rows, ratings).overall
    assert overall["judge"] == mean([1, 0.5, 0, 1])
    assert overall["followrag_judge"].value == (0.75 + 0.625) / 2


def test_judge_errors_and_unrated_rows_are_left_out_and_never_0(rows: list[Row]) -> None:
    summary = summarise(rows, rated(rating(0, 1), rating(1, None), rating(2, 0.5)))
    assert summary.overall["judge"] == mean([1, 0.5])
    assert (summary.counts.judged, summary.counts.judge_errors) == (2, 1)


def test_followrag_judge_takes_constraints_from_all_rows(rows: list[Row]) -> None:
    overall = summarise(rows, rated(rating(0, 1), rating(2, 0.5))).overall
    expected = followrag_score([row.loose for row in rows], [1, None, 0.5, None])
    assert overall["followrag_judge"] == expected
    assert expected.value == (0.75 + 0.75) / 2


def test_groups_have_their_own_rows_ratings(rows: list[Row]) -> None:
    summary = summarise(rows, rated(rating(0, 1), rating(1, 0.5)))
    assert summary.by_dataset["nq"]["judge"].value == 0.75
    assert "judge" not in summary.by_dataset["tqa"]
    assert summary.by_constraint_count["1"]["judge"].n == 2


def test_rows_without_gold_answers_or_item_are_in_neither_figure(
    rows: list[Row], make_item: MakeItem
) -> None:
    without = score_item(make_item(key=9, answer_gold=""), "Paris")
    overall = summarise([*rows, without], rated(rating(0, 1), rating(9, 0))).overall
    assert overall["judge"].value == 1
    unread = summarise([*rows, error_row(None, "unreadable")], rated(rating(0, 1))).overall
    assert unread["judge"].value == 1
    assert unread["followrag_judge"].value == (0.6 + 1) / 2


def test_tables_show_the_judge_only_where_there_is_one(rows: list[Row]) -> None:
    first, *_ = summary_tables("mine", summarise(rows, rated(rating(0, 1), rating(1, 0.5))))
    cells = {row[0]: list(row[1:]) for row in first.rows}
    assert cells["rated"] == ["2", "0", "2"]
    assert cells["judge"] == ["75.0±25.0", "-", "75.0±25.0"]
    assert "judge: mean rating" in first.caption
    never, *_ = summary_tables("mine", summarise(rows))
    assert not {"rated", "judge", "followrag_judge"} & {row[0] for row in never.rows}
    assert "judge" not in never.caption


# In the run folder


def test_ratings_and_their_figures_are_read_as_they_were_written(run: Run) -> None:
    given = [rating(2, None), rating(0, 0.5)]
    summary = write_ratings(run, given, {"model": "judge"})
    after = reread(run)
    assert after.ratings == rated(*given)
    assert after.manifest == {**run.manifest, "judge": {"model": "judge"}}
    assert read_metrics(run.folder)["overall"]["judge"]["value"] == 0.5
    assert summary == summarise(run.rows, after.ratings)


def test_ratings_leave_the_rows_alone_and_are_in_their_order(run: Run) -> None:
    before = (run.folder / "rows.jsonl").read_bytes()
    write_ratings(run, [rating(2, 1), rating(0, 0.5)], {})
    assert (run.folder / "rows.jsonl").read_bytes() == before
    lines = (run.folder / "ratings.jsonl").read_text().splitlines()
    assert [json.loads(line)["key"] for line in lines] == [0, 2]


def test_new_ratings_take_the_place_of_earlier_ones(run: Run) -> None:
    write_ratings(run, [rating(0, 1), rating(1, 1)], {"model": "a"})
    write_ratings(reread(run), [rating(1, 0)], {"model": "b"})
    assert reread(run).ratings == rated(rating(1, 0))
    assert reread(run).manifest["judge"] == {"model": "b"}


@pytest.mark.parametrize("keys", [[7], [1, 1]])
def test_ratings_for_no_row_or_twice_for_one_are_refused(run: Run, keys: list[int]) -> None:
    with pytest.raises(ValueError, match="one for each"):
        write_ratings(run, [rating(key, 1) for key in keys], {})
    assert reread(run).ratings == {}


def test_other_rows_in_the_same_folder_have_no_ratings(run: Run) -> None:
    write_ratings(run, [rating(0, 1)], {})
    write_run(run.folder, run.items, run.rows, summarise(run.rows), {})
    assert reread(run).ratings == {}
    assert not (run.folder / "ratings.jsonl").exists()
