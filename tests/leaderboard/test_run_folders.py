"""Run folders as entries, good ones and damaged ones."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from followrag import Item, score_item
from followrag.errors import InputError
from followrag.failures import failed
from followrag.files import json_line
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.metrics import METRICS
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.reading.run_folders import read_run_folder
from followrag.ratings import Rating
from followrag.reading import read_run
from followrag.records import Problem
from followrag.runs import read_metrics, write_ratings, write_run
from followrag.scoring import Row, error_row
from followrag.sources import ItemSet
from followrag.summary import summarise

MakeRun = Callable[..., Path]


@pytest.fixture
def folder(write_demo_run: MakeRun, tmp_path: Path) -> Path:
    return write_demo_run(tmp_path / "run")


def outcomes(entry: Entry) -> Outcomes:
    assert entry.outcomes is not None
    return entry.outcomes


def change_manifest(folder: Path, **changes: Any) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | changes))


def change_row(folder: Path, number: int, **changes: Any) -> None:
    lines = (folder / "rows.jsonl").read_text().splitlines()
    lines[number] = json.dumps(json.loads(lines[number]) | changes)
    (folder / "rows.jsonl").write_text("\n".join(lines) + "\n")


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_run_folder(folder)
    return str(raised.value)


def item(key: int | str = 1, **changes: Any) -> Item:
    plain = {
        "key": key,
        "type": "ifnq",
        "prompt": "Who? Answer in a word.",
        "answer_gold": "Ada",
        "instruction_id_list": ["length_words"],
        "kwargs": [{"relation": "less than", "num_words": 3}],
    }
    return Item.model_validate(plain | changes)


def written(folder: Path, items: list[Item], rows: list[Row], *unread: str) -> Path:
    problems = tuple(Problem("items", text) for text in unread)
    write_run(folder, ItemSet("some", tuple(items), problems), rows, summarise(rows), {})
    return folder


def test_figures_are_those_of_the_run(folder: Path) -> None:
    written = read_metrics(folder)["overall"]
    figures = read_run_folder(folder).figures()
    assert figures.keys() == written.keys() & METRICS.keys()
    for name, found in figures.items():
        assert found._asdict() == pytest.approx(written[name], abs=1e-12)


def test_groups_are_those_of_the_run(folder: Path) -> None:
    read = outcomes(read_run_folder(folder))
    metrics = read_metrics(folder)
    for grouping, name in (("dataset", "by_dataset"), ("count", "by_constraint_count")):
        assert set(read.grouped(grouping)) == set(metrics[name])  # type: ignore[arg-type]
    assert set(read.grouped("constraint")) == set(metrics["by_constraint"])


def test_rows_are_those_of_the_slow_reader(folder: Path) -> None:
    read, run = outcomes(read_run_folder(folder)), read_run(folder)
    assert read.keys == tuple(run.items.by_key)
    assert read.qa_acc.tolist() == [row.qa_acc for row in run.rows]
    assert read.strict.tolist() == [passed for row in run.rows for passed in row.strict]
    assert read.loose.tolist() == [passed for row in run.rows for passed in row.loose]
    assert read.length.tolist() == [len(row.answer) for row in run.rows]


def test_settings_tell_what_makes_runs_comparable(folder: Path) -> None:
    settings = read_run_folder(folder).settings
    manifest = json.loads((folder / "manifest.json").read_text())
    sha256 = manifest["items"]["sha256"]
    assert settings.dataset == {"sha256": sha256, "count": 72, "problems": 0}
    assert settings.scorer == {"mode": "reference", "version": manifest["scorer_version"]}
    assert settings.generation == {"temperature": 0.0}


def test_scored_responses_have_no_generation_settings(folder: Path) -> None:
    change_manifest(folder, generation_kwargs=None)
    assert read_run_folder(folder).settings.generation is None


def test_ratings_are_read_and_failed_ones_are_no_zero(folder: Path) -> None:
    run = read_run(folder)
    first, second = list(run.items.by_key)[:2]
    ratings = [Rating(first, 0.5, (0.5,), "partly", None), Rating(second, None, (), "", "timeout")]
    write_ratings(run, ratings, {"model": "m", "prompt_version": "1", "usage": {"prompt": 9}})
    entry = read_run_folder(folder)
    read = outcomes(entry)
    assert read.rating[0] == 0.5
    assert np.isnan(read.rating[1:]).all()
    assert read.judge_error.tolist() == [False, True] + [False] * 70
    assert entry.settings.judge == {"model": "m", "prompt_version": "1"}


def test_a_rating_that_is_none_is_named(folder: Path) -> None:
    run = read_run(folder)
    write_ratings(run, [Rating(run.items[0].key, 1.0, (1.0,), "", None)], {"model": "m"})
    (folder / "ratings.jsonl").write_text('{"key": 0, "rating": 5}\n')
    assert refusal(folder).startswith(f"{folder / 'ratings.jsonl'}, line 1: is damaged")


def test_rows_of_unreadable_items_have_keys_of_their_own(tmp_path: Path) -> None:
    rows = [score_item(item(), "Ada"), error_row(None, "bad"), error_row(None, "worse")]
    read = outcomes(read_run_folder(written(tmp_path, [item()], rows, "bad", "worse")))
    assert read.keys == ("1", "unreadable item 1", "unreadable item 2")
    assert read.dataset.tolist() == ["nq", "", ""]
    assert read.id.tolist() == ["length_words", "", ""]
    assert read.qa_acc.tolist() == [1.0, 0.0, 0.0]


def test_a_run_of_one_row(tmp_path: Path) -> None:
    entry = read_run_folder(written(tmp_path, [item()], [score_item(item(), "Ada")]))
    figure = entry.figure("followrag")
    assert figure is not None
    assert (figure.value, figure.n) == (1.0, 1)
    assert math.isnan(figure.stderr)


def test_a_run_of_errors_only(tmp_path: Path) -> None:
    rows = [score_item(item(), failed("timed out"))]
    read = outcomes(read_run_folder(written(tmp_path, [item()], rows)))
    assert (read.error.all(), read.length[0], read.digest[0]) == (True, 0, 0)


def test_reasoning_does_not_count_as_length(tmp_path: Path) -> None:
    rows = [score_item(item(), "<think>Who was it?</think>Ada")]
    assert outcomes(read_run_folder(written(tmp_path, [item()], rows))).length[0] == 3


def test_ids_of_ifeval_are_read_as_followrags(tmp_path: Path) -> None:
    one = item(
        instruction_id_list=["length_constraints:number_words", "invented:id"],
        kwargs=[{"relation": "at least", "num_words": 1}, {}],
    )
    read = outcomes(read_run_folder(written(tmp_path, [one], [score_item(one, "Ada")])))
    assert read.id.tolist() == ["length_words", "invented:id"]
    assert read.unchecked.tolist() == [False, True]


@pytest.mark.parametrize(
    "text",
    ["日本語 🎉", "half a pair \ud800", "a\nb\u2028c\x00\x1b[31m", "<script>alert(1)</script>"],
)
def test_responses_may_hold_anything(text: str, tmp_path: Path) -> None:
    name = "名前|&<b>=1+1"
    one = item(name)
    read = outcomes(read_run_folder(written(tmp_path / name, [one], [score_item(one, text)])))
    assert (read.keys, read.length[0]) == ((name,), len(text))
    assert read.digest[0] != 0


def test_equal_responses_have_equal_digests(tmp_path: Path) -> None:
    items = [item(1), item(2), item(3)]
    rows = [score_item(one, text) for one, text in zip(items, ["a", "a", "b"], strict=True)]
    first, second, third = outcomes(read_run_folder(written(tmp_path, items, rows))).digest
    assert first == second != third


def test_rows_of_earlier_versions_lack_fields(folder: Path) -> None:
    lines = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    for row in lines:
        del row["question"], row["answer_gold"]
        del row["qa_acc_unwrapped"], row["qa_acc_other_language"]
        for check in row["constraints"]:
            del check["loose_reason"]
    (folder / "rows.jsonl").write_bytes(b"".join(map(json_line, lines)))
    entry = read_run_folder(folder)
    assert len(outcomes(entry)) == 72
    assert "qa_acc" in entry.figures()
    assert "qa_acc_unwrapped" not in entry.figures()


def test_the_model_is_named_by_the_folder_if_by_nothing_else(folder: Path) -> None:
    change_manifest(folder, model=None)
    assert read_run_folder(folder).model == "run"


def test_no_secret_is_kept(folder: Path) -> None:
    change_manifest(folder, model_args={"model": "m", "api_key": "hidden"})
    assert read_run_folder(folder).details["model_args"] == {"model": "m"}


def test_a_limit_in_the_manifest_is_named(folder: Path) -> None:
    change_manifest(folder, lm_eval={"limit": 10.0})
    assert refusal(folder).startswith(f"{folder}: was made with --limit 10;")


def test_an_interrupted_write_is_finished(folder: Path) -> None:
    ready = folder / ".ready"
    ready.mkdir()
    (folder / "manifest.json").rename(ready / "000-manifest.json")
    assert read_run_folder(folder).model == "model"
    assert not ready.exists()


def test_a_manifest_without_rows_is_named(folder: Path) -> None:
    (folder / "rows.jsonl").unlink()
    assert refusal(folder).startswith(f"{folder / 'rows.jsonl'}: can't be read")


def test_rows_without_a_manifest_are_named(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    assert refusal(folder).startswith(f"{folder}: holds no manifest.json")


@pytest.mark.parametrize(
    ("text", "said"), [("", "is empty"), ('{"items": ', "is not JSON"), ("{}", "is damaged")]
)
def test_a_damaged_manifest_is_named(text: str, said: str, folder: Path) -> None:
    (folder / "manifest.json").write_text(text)
    assert refusal(folder).startswith(f"{folder / 'manifest.json'}: {said}")


def test_rows_that_are_missing_are_counted(folder: Path) -> None:
    lines = (folder / "rows.jsonl").read_text().splitlines(keepends=True)
    (folder / "rows.jsonl").write_text("".join(lines[:-2]))
    assert refusal(folder).startswith(f"{folder / 'rows.jsonl'}: holds 70 of 72 rows")


def test_a_line_that_was_cut_short_is_named(folder: Path) -> None:
    content = (folder / "rows.jsonl").read_bytes()
    (folder / "rows.jsonl").write_bytes(content[:-50])
    assert refusal(folder).startswith(f"{folder / 'rows.jsonl'}, line 72: is not JSON")


def test_a_binary_file_is_named(folder: Path) -> None:
    (folder / "rows.jsonl").write_bytes(b"\x1f\x8b\x08\xff\xfe")
    assert refusal(folder).startswith(f"{folder / 'rows.jsonl'}, line 1: is not UTF-8 text")


@pytest.mark.parametrize(
    "changes", [{"qa_acc": "yes"}, {"constraints": []}, {"response": 5}, {"qa_acc": 2.0}]
)
def test_a_row_of_another_form_is_named(changes: dict[str, Any], folder: Path) -> None:
    change_row(folder, 4, **changes)
    assert refusal(folder).startswith(f"{folder / 'rows.jsonl'}, line 5: is damaged")


def test_a_key_that_is_there_twice_is_named(folder: Path) -> None:
    change_row(folder, 4, key=0)
    assert refusal(folder).startswith(f"{folder / 'rows.jsonl'}: has two rows of key 0")
