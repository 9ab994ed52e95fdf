"""The rows of a run as texts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from lm_eval_layouts import Pair, write_dated, write_undated

from followrag import load_items
from followrag.errors import InputError
from followrag.failures import failed
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.reading.finding import find_runs
from followrag.leaderboard.reading.row_texts import RowText, read_texts
from followrag.ratings import Rating
from followrag.reading import read_run
from followrag.runs import write_ratings, write_run
from followrag.scoring import error_row
from followrag.summary import summarise

MakeRun = Callable[..., Path]


def entry(path: Path) -> Entry:
    found = find_runs([str(path)])
    assert not found.problems
    (only,) = found.entries
    return only


def texts(path: Path) -> list[RowText]:
    return list(read_texts(entry(path)))


def test_rows_come_in_the_order_of_the_outcomes(evaluated: Path) -> None:
    run = entry(evaluated)
    assert run.outcomes is not None
    read = list(read_texts(run))
    assert tuple(row.key for row in read) == run.outcomes.keys
    assert [row.dataset for row in read] == run.outcomes.dataset.tolist()
    assert [check.loose for row in read for check in row.checks] == run.outcomes.loose.tolist()


def test_rows_say_what_was_asked_answered_and_why(evaluated: Path) -> None:
    run = read_run(entry(evaluated).where)
    for row, text in zip(run.rows, texts(evaluated), strict=True):
        assert row.item is not None
        assert (text.prompt, text.question) == (row.item.prompt, row.item.question)
        assert (text.response, text.qa_acc) == (row.response, row.qa_acc)
        assert [check.reason for check in text.checks] == [v.reason for v in row.verdicts]
        assert all(check.in_words for check in text.checks)
        assert not text.note


def test_samples_give_the_texts_of_the_run_folder(evaluated: Path) -> None:
    (results,) = evaluated.glob("results_*.json")
    assert texts(results) == texts(evaluated)


def test_old_samples_give_the_same_texts(evaluated: Path, pair: Pair, tmp_path: Path) -> None:
    write_undated(tmp_path, pair)
    assert texts(tmp_path) == texts(evaluated)


def test_only_the_rows_that_are_wanted_are_read(evaluated: Path) -> None:
    (results,) = evaluated.glob("results_*.json")
    for path in (evaluated, results):
        assert [row.key for row in read_texts(entry(path), {"3", "1", "x"})] == ["1", "3"]


def test_a_verdict_that_is_another_now_says_so(pair: Pair, tmp_path: Path) -> None:
    sample = pair.samples[0]
    recorded = sample["inst_level_strict_acc"][0]
    sample["inst_level_strict_acc"][0] = not recorded
    first = texts(write_dated(tmp_path, pair))[0].checks[0]
    assert first.strict is not recorded
    assert first.reason.startswith("recorded as not followed; scored again it is followed: ")


def test_a_request_that_failed_has_no_response(pair: Pair, tmp_path: Path) -> None:
    pair.samples[0]["resps"] = [[failed("timed out")]]
    pair.samples[0]["filtered_resps"] = [failed("timed out")]
    for level in ("inst_level_strict_acc", "inst_level_loose_acc"):
        pair.samples[0][level] = [False for _ in pair.samples[0][level]]
    first = texts(write_dated(tmp_path, pair))[0]
    assert first.response is None
    assert first.error is not None
    assert "timed out" in first.error


def test_ratings_come_with_their_reasons(write_demo_run: MakeRun, tmp_path: Path) -> None:
    run = read_run(write_demo_run(tmp_path))
    first, second = (item.key for item in run.items[:2])
    ratings = [Rating(first, 0.5, (0.5,), "partly", None), Rating(second, None, (), "", "timeout")]
    write_ratings(run, ratings, {"model": "m"})
    read = texts(tmp_path)
    assert [(row.rating, row.rating_reason) for row in read[:3]] == [
        (0.5, "partly"),
        (None, "timeout"),
        (None, ""),
    ]


def test_an_item_row_that_could_not_be_read_has_its_error(tmp_path: Path) -> None:
    items = load_items("followrag_demo")
    rows = [error_row(item, "no response") for item in items] + [error_row(None, "bad line")]
    write_run(tmp_path, items, rows, summarise(rows), {})
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["items"]["problems"] = ["file, line 3: bad line"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    last = texts(tmp_path)[-1]
    assert (last.key, last.dataset, last.error) == ("unreadable item 1", "", "bad line")
    assert last.checks[0].id == ""
    assert not last.note


def test_prompts_that_can_not_be_found_leave_a_note(
    evaluated: Path, tmp_path: Path, write_demo_run: MakeRun
) -> None:
    folder = write_demo_run(tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["items"]["source"] = str(tmp_path / "lost.json")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    first = texts(folder)[0]
    assert first.prompt == ""
    assert "lost.json" in first.note
    assert first.question
    assert first.checks[0].in_words


def test_prompts_of_other_items_are_not_shown(write_demo_run: MakeRun, tmp_path: Path) -> None:
    folder = write_demo_run(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["items"]["sha256"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    first = texts(folder)[0]
    assert first.prompt == ""
    assert "scored with other items" in first.note


def test_results_alone_have_no_texts(pair: Pair, tmp_path: Path) -> None:
    write_dated(tmp_path, pair)
    next(tmp_path.glob("samples_*")).unlink()
    assert texts(tmp_path) == []


def test_a_run_that_has_gone_is_an_input_error(evaluated: Path, tmp_path: Path) -> None:
    run = entry(shutil.copytree(evaluated, tmp_path / "copy"))
    shutil.rmtree(tmp_path / "copy")
    with pytest.raises(InputError, match="can't be read"):
        list(read_texts(run))
