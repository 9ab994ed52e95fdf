"""Several responses to an item: read, scored, written, read back and scored again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from followrag import Item, ItemSet, score_item
from followrag.leaderboard.reading.run_folders import read_run_folder
from followrag.pif import Pif, pif_named, pifs
from followrag.reading import find_items, read_recorded, read_run
from followrag.rescoring import score_again
from followrag.responses import error_reasons, read_answers, score_answers
from followrag.runs import read_metrics, write_run
from followrag.scoring import Row, with_samples
from followrag.summary import summarise

MakeItem = Callable[..., Item]
Jsonl = Callable[[str, Iterable[object]], Path]

GOOD, WRAPPED, BAD = "Paris", "Well, here:\nParis", "Paris, France"


@pytest.fixture
def items(make_item: MakeItem) -> ItemSet:
    return ItemSet("asked", tuple(make_item(key=key) for key in (1, 2, 3)))


def sampled(item: Item, *responses: str) -> Row:
    first, *others = [score_item(item, response) for response in responses]
    return with_samples(first, others)


def scored(items: ItemSet, path: Path) -> list[Row]:
    return score_answers(items, read_answers(path))[0]


def texts(row: Row) -> list[str | None]:
    return [row.response, *(sample.response for sample in row.samples)]


# Ways in


def test_responses_may_be_a_list(items: ItemSet, jsonl: Jsonl) -> None:
    rows = scored(items, jsonl("r.jsonl", [{"key": 1, "responses": [GOOD, BAD]}]))
    assert texts(rows[0]) == [GOOD, BAD]


def test_rows_of_one_key_may_number_their_samples(items: ItemSet, jsonl: Jsonl) -> None:
    given = [
        {"key": 1, "response": text, "sample": number} for number, text in ((1, BAD), (0, GOOD))
    ]
    assert texts(scored(items, jsonl("r.jsonl", given))[0]) == [GOOD, BAD]


@pytest.mark.parametrize("numbers", [(0, 0), (0, None), (None, None), ("0", "1"), (True, False)])
def test_rows_of_one_key_that_dont_are_an_error(
    items: ItemSet, jsonl: Jsonl, numbers: tuple[Any, Any]
) -> None:
    given = [{"key": 1, "response": GOOD, "sample": number} for number in numbers]
    (row, *_) = scored(items, jsonl("r.jsonl", given))
    assert row.error is not None
    assert "2 responses" in row.error


@pytest.mark.parametrize("responses", [[], "Paris", None])
def test_responses_that_are_no_list_are_a_problem(jsonl: Jsonl, responses: object) -> None:
    given = [{"key": 1, "response": GOOD}, {"key": 2, "responses": responses}]
    (problem,) = read_answers(jsonl("r.jsonl", given)).problems
    assert problem.message == "its 'responses' is no list of at least one response"


def test_lm_evals_repeats_are_samples(items: ItemSet, jsonl: Jsonl) -> None:
    given = {"doc_id": 0, "doc": items[0].model_dump(mode="json"), "resps": [[GOOD, BAD, GOOD]]}
    assert texts(scored(items, jsonl("samples.jsonl", [given]))[0]) == [GOOD, BAD, GOOD]


# Figures


def test_a_prompt_counts_where_at_least_k_of_n_follow_everything(items: ItemSet) -> None:
    rows = [
        sampled(items[0], GOOD, GOOD, GOOD, BAD),
        sampled(items[1], BAD, GOOD, BAD, WRAPPED),
        sampled(items[2], BAD, BAD, BAD, BAD),
    ]
    overall = summarise(rows).overall
    shares = {name: figure.value for name, figure in overall.items() if name.startswith("pif")}
    at_least = [shares[f"pif_{least}_of_4"] for least in (1, 2, 3, 4)]
    assert at_least == pytest.approx([2 / 3, 1 / 3, 1 / 3, 0])
    assert shares["pif_2_of_4_loose"] == pytest.approx(2 / 3)
    assert shares["pif_mean_of_4"] == pytest.approx((3 + 1 + 0) / 12)
    assert overall["prompt_level_strict_acc"].value == pytest.approx(1 / 3)  # the first responses


def test_prompts_with_fewer_responses_are_out_and_counted(items: ItemSet) -> None:
    rows = [sampled(items[0], GOOD, BAD), score_item(items[1], GOOD)]
    summary = summarise(rows)
    assert summary.overall["pif_1_of_2"]._asdict() | {"stderr": 0} == {
        "value": 1.0,
        "stderr": 0,
        "n": 1,
    }
    assert (summary.counts.samples, summary.counts.fewer_samples) == (2, 1)


def test_one_response_to_each_prompt_has_no_such_figure(items: ItemSet) -> None:
    summary = summarise([score_item(item, GOOD) for item in items])
    assert not [name for name in summary.overall if name.startswith("pif")]
    assert summary.counts.samples == 0


def test_a_sample_that_failed_is_told(items: ItemSet, jsonl: Jsonl) -> None:
    rows = scored(items, jsonl("r.jsonl", [{"key": 1, "responses": [GOOD, None]}]))
    assert any("no response" in reason for reason in error_reasons(rows[:1]))
    assert summarise(rows[:1]).counts.sample_errors == 1


@pytest.mark.parametrize("pif", pifs(3))
def test_a_figures_name_says_what_it_is(pif: Pif) -> None:
    assert pif_named(pif.name) == pif


@pytest.mark.parametrize("name", ["pif_5_of_4", "pif_0_of_4", "pif_2_of_4_strict", "pif", "qa_acc"])
def test_other_names_are_none(name: str) -> None:
    assert pif_named(name) is None


# On disk


@pytest.fixture(params=["reference", "fixed"])
def folder(request: pytest.FixtureRequest, items: ItemSet, tmp_path: Path, jsonl: Jsonl) -> Path:
    asked = replace(items, mode=request.param)
    jsonl("items.jsonl", [item.model_dump(mode="json") for item in items])
    given = [{"key": key, "responses": [GOOD, BAD, WRAPPED]} for key in (1, 2, 3)]
    rows = scored(asked, jsonl("r.jsonl", given))
    write_run(tmp_path / "run", asked, rows, summarise(rows), {})
    return tmp_path / "run"


def test_a_run_folder_holds_every_sample(folder: Path) -> None:
    row = json.loads((folder / "rows.jsonl").read_text().splitlines()[0])
    assert [row["response"], *(sample["response"] for sample in row["samples"])] == [
        GOOD,
        BAD,
        WRAPPED,
    ]
    assert [sample["strict"] for sample in row["samples"]] == [[False], [False]]
    assert [sample["loose"] for sample in row["samples"]] == [[False], [True]]


def test_a_run_that_is_read_back_has_the_same_figures(folder: Path) -> None:
    run = read_run(folder, str(folder.with_name("items.jsonl")))
    written = read_metrics(folder)
    again = summarise(run.rows)
    assert again.overall["pif_2_of_3_loose"].value == 1.0
    assert {name: figure.value for name, figure in again.overall.items()} == {
        name: figure["value"] for name, figure in written["overall"].items()
    }
    assert (again.reference is None) == ("reference" not in written)


def test_scoring_again_changes_nothing(folder: Path) -> None:
    recorded = read_recorded(folder)
    asked = find_items(recorded, str(folder.with_name("items.jsonl")))
    result = score_again(recorded, read_metrics(folder), asked)
    assert (result.changes, result.figure_changes, result.same_lines) == ([], [], True)


def test_scoring_again_tells_of_samples(folder: Path) -> None:
    lines = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    lines[0]["samples"][1]["constraints"][0]["loose"] = False
    (folder / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    recorded = read_recorded(folder)
    asked = find_items(recorded, str(folder.with_name("items.jsonl")))
    (change,) = score_again(recorded, read_metrics(folder), asked).changes
    assert (change.key, change.what) == (1, "sample 2, format_no_commas loose")


def test_leaderboards_have_the_figures_by_name(folder: Path) -> None:
    entry, written = read_run_folder(folder), read_metrics(folder)["overall"]
    for pif in pifs(3):
        figure = entry.figure(pif.name)
        assert figure is not None
        assert figure.value == written[pif.name]["value"]
    assert entry.figure("pif_1_of_2") is None
