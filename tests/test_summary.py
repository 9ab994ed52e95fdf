"""A run's figures, against plain counting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from followrag import Item, Row, load_items, score_item
from followrag.estimates import followrag_score, mean, pooled_share
from followrag.scoring import ANSWER_METRICS, error_row
from followrag.summary import Figures, Summary, summarise

MakeItem = Callable[..., Item]
Published = dict[str, Any]

SHORT = {"ifnq": "nq", "iftq": "tqa"}
INSTRUCTION_FIGURES = ["inst_level_strict_acc", "inst_level_loose_acc"]


@pytest.fixture(scope="module")
def published(
    shared: Path, oracle: Callable[[str], list[Published]]
) -> list[tuple[Published, Item]]:
    """The published verdicts on about 340 responses, with the items."""
    items = load_items("followrag", str(shared / "data/followrag")).by_key
    rows = oracle("followrag_verdicts.jsonl.gz")[::10]
    return [(row, items[str(row["key"])]) for row in rows]


@pytest.fixture(scope="module")
def rows(published: list[tuple[Published, Item]]) -> list[Row]:
    return [score_item(item, row["response"]) for row, item in published]


@pytest.fixture(scope="module")
def summary(rows: list[Row]) -> Summary:
    return summarise(rows)


def share(outcomes: list[list[bool]]) -> float:
    return fmean(passed for prompt in outcomes for passed in prompt)


def values(groups: dict[str, Figures], name: str) -> dict[str, float]:
    return {group: figures[name].value for group, figures in groups.items()}


def grouped(
    published: list[tuple[Published, Item]], side: str, group: Callable[[Item], str]
) -> dict[str, list[list[bool]]]:
    found = defaultdict(list)
    for row, item in published:
        found[group(item)].append(row[side])
    return found


# Over all rows


@pytest.mark.parametrize("side", ["strict", "loose"])
def test_instruction_level_pools_the_constraints_of_all_prompts(
    summary: Summary, published: list[tuple[Published, Item]], side: str
) -> None:
    figure = summary.overall[f"inst_level_{side}_acc"]
    assert figure.value == pytest.approx(share([row[side] for row, _ in published]))
    assert figure.n == len(published)


@pytest.mark.parametrize("side", ["strict", "loose"])
def test_prompt_level_asks_for_every_constraint_of_a_prompt(
    summary: Summary, published: list[tuple[Published, Item]], side: str
) -> None:
    figure = summary.overall[f"prompt_level_{side}_acc"]
    assert figure.value == pytest.approx(fmean(all(row[side]) for row, _ in published))


@pytest.mark.parametrize("side", ["strict", "loose"])
def test_standard_errors_of_instruction_level_figures_are_clustered_by_prompt(
    summary: Summary, published: list[tuple[Published, Item]], side: str
) -> None:
    expected = pooled_share([row[side] for row, _ in published])
    assert summary.overall[f"inst_level_{side}_acc"] == expected


def test_qa_acc_and_joint_acc_are_means_over_prompts(summary: Summary, rows: list[Row]) -> None:
    answered = [float(row.qa_acc or 0) for row in rows]
    joint = [float(all(row.strict) and row.qa_acc == 1) for row in rows]
    assert summary.overall["qa_acc"] == mean(answered)
    assert summary.overall["joint_acc"] == mean(joint)


def test_followrag_is_the_mean_of_loose_instruction_level_and_qa_acc(
    summary: Summary, rows: list[Row]
) -> None:
    overall = summary.overall
    expected = (overall["inst_level_loose_acc"].value + overall["qa_acc"].value) / 2
    assert overall["followrag"].value == pytest.approx(expected)
    answered = [float(row.qa_acc or 0) for row in rows]
    assert overall["followrag"] == followrag_score([row.loose for row in rows], answered)


@pytest.mark.parametrize("name", [*ANSWER_METRICS, "k_precision"])
def test_every_answer_metric_is_a_mean_over_prompts(
    summary: Summary, rows: list[Row], name: str
) -> None:
    assert summary.overall[name] == mean([row.qa[name] for row in rows if row.qa])


def test_loose_figures_are_never_below_strict_ones(summary: Summary) -> None:
    """Strict results once overwrote loose ones (evalchemy #145)."""
    overall = summary.overall
    assert overall["inst_level_loose_acc"].value > overall["inst_level_strict_acc"].value
    assert overall["prompt_level_loose_acc"].value > overall["prompt_level_strict_acc"].value


# By group


def test_by_dataset_every_figure_is_over_its_rows(summary: Summary, rows: list[Row]) -> None:
    assert set(summary.by_dataset) == {"nq", "tqa"}
    for type, dataset in SHORT.items():
        own = [row for row in rows if row.item is not None and row.item.type == type]
        assert summary.by_dataset[dataset] == summarise(own).overall


@pytest.mark.parametrize("side", ["strict", "loose"])
def test_by_dataset_figures_are_those_of_plain_counting(
    summary: Summary, published: list[tuple[Published, Item]], side: str
) -> None:
    outcomes = grouped(published, side, lambda item: SHORT[item.type])
    expected = {name: share(found) for name, found in outcomes.items()}
    assert values(summary.by_dataset, f"inst_level_{side}_acc") == pytest.approx(expected)


@pytest.mark.parametrize("side", ["strict", "loose"])
def test_by_constraint_count_figures_are_those_of_plain_counting(
    summary: Summary, published: list[tuple[Published, Item]], side: str
) -> None:
    outcomes = grouped(published, side, lambda item: str(len(item.kwargs)))
    expected = {name: fmean(map(all, found)) for name, found in outcomes.items()}
    assert values(summary.by_constraint_count, f"prompt_level_{side}_acc") == pytest.approx(
        expected
    )


def test_constraint_counts_are_in_numeric_order(make_item: MakeItem) -> None:
    items = [make_item(*[("format_no_commas", {})] * number) for number in (10, 1, 2)]
    found = summarise([score_item(item, "Paris") for item in items]).by_constraint_count
    assert list(found) == ["1", "2", "10"]


@pytest.mark.parametrize("side", ["strict", "loose"])
def test_by_constraint_figures_are_those_of_plain_counting(
    summary: Summary, published: list[tuple[Published, Item]], side: str
) -> None:
    outcomes = defaultdict(list)
    for row, item in published:
        for id, passed in zip(item.instruction_id_list, row[side], strict=True):
            outcomes[id].append(passed)
    expected = {id: fmean(passes) for id, passes in outcomes.items()}
    assert values(summary.by_constraint, f"inst_level_{side}_acc") == pytest.approx(expected)
    assert list(summary.by_constraint) == sorted(expected)


@pytest.mark.parametrize("side", ["strict", "loose"])
def test_by_family_figures_are_those_of_plain_counting(
    summary: Summary, published: list[tuple[Published, Item]], side: str
) -> None:
    outcomes = defaultdict(list)
    for row, item in published:
        for id, passed in zip(item.instruction_id_list, row[side], strict=True):
            outcomes[id.partition("_")[0]].append(passed)
    expected = {family: fmean(passes) for family, passes in outcomes.items()}
    assert values(summary.by_family, f"inst_level_{side}_acc") == pytest.approx(expected)


def test_a_familys_standard_error_is_clustered_by_prompt(make_item: MakeItem) -> None:
    item = make_item(("format_no_commas", {}), ("format_json", {}))
    rows = [score_item(item, response) for response in ("Paris", '"Paris"', "Paris, France")]
    figure = summarise(rows).by_family["format"]["inst_level_strict_acc"]
    assert figure == pooled_share([[True, False], [True, True], [False, False]])


def test_ifeval_ids_are_counted_under_the_followrag_id(make_item: MakeItem) -> None:
    items = [make_item(("punctuation:no_comma", {})), make_item(("format_no_commas", {}))]
    found = summarise([score_item(item, "Paris") for item in items]).by_constraint
    assert list(found) == ["format_no_commas"]
    assert found["format_no_commas"]["inst_level_strict_acc"].n == 2


def test_unknown_ids_are_a_family_of_their_own(make_item: MakeItem) -> None:
    found = summarise([score_item(make_item(("nonsense", {})), "Paris")])
    assert list(found.by_constraint) == ["nonsense"]
    assert found.by_family["unknown"]["inst_level_strict_acc"].value == 0.0


def test_a_constraint_asked_twice_in_one_prompt_counts_twice(make_item: MakeItem) -> None:
    """A dict by id loses one of them (tinker-cookbook #893)."""
    words = (("keywords_exclusion", {"forbidden_words": [word]}) for word in ("Rome", "Paris"))
    found = summarise([score_item(make_item(*words), "Paris")]).by_constraint
    assert found["keywords_exclusion"]["inst_level_strict_acc"].value == 0.5


# Out of the ordinary


def test_answer_figures_are_missing_without_gold_answers(make_item: MakeItem) -> None:
    found = summarise([score_item(make_item(answer_gold=""), "Paris")])
    assert set(found.overall) == {
        f"{level}_level_{side}_acc" for level in ("inst", "prompt") for side in ("strict", "loose")
    }


def test_answer_figures_are_over_the_rows_with_gold_answers(make_item: MakeItem) -> None:
    items = [make_item(), make_item(answer_gold=""), make_item()]
    found = summarise([score_item(item, "Paris") for item in items])
    assert found.overall["qa_acc"].n == 2
    assert found.overall["inst_level_strict_acc"].n == 3


def test_error_rows_count_as_following_nothing(make_item: MakeItem) -> None:
    item = make_item(("format_no_commas", {}), ("format_json", {}))
    found = summarise([score_item(item, '"Paris"'), error_row(item, "no response")]).overall
    assert found["inst_level_strict_acc"].value == 0.5
    assert found["prompt_level_loose_acc"].value == 0.5
    assert found["qa_acc"].value == 0.5


def test_unreadable_item_rows_count_over_all_rows_and_in_no_group(make_item: MakeItem) -> None:
    found = summarise([score_item(make_item(), "Paris"), error_row(None, "unreadable")])
    assert found.overall["inst_level_strict_acc"].value == 0.5
    assert found.overall["prompt_level_strict_acc"].n == 2
    assert [figures["inst_level_strict_acc"].n for figures in found.by_dataset.values()] == [1]
    assert [figures["inst_level_strict_acc"].n for figures in found.by_family.values()] == [1]


def test_rows_out_of_the_ordinary_are_counted(make_item: MakeItem) -> None:
    item, half_known = make_item(), make_item(("nonsense", {}), ("format_no_commas", {}))
    counts = summarise(
        [
            score_item(item, "Paris"),
            score_item(item, " "),
            score_item(item, "<think>a</think>Paris"),
            score_item(item, "<think>a</think> "),
            score_item(item, "<think>a"),
            score_item(half_known, "Paris"),
            error_row(half_known, "no response"),
            error_row(None, "unreadable"),
        ]
    ).counts
    assert counts._asdict() == {
        "rows": 8,
        "errors": 2,
        "constraint_errors": 1,
        "empty": 3,
        "thinking_removed": 2,
        "thinking_unclosed": 1,
        "judged": 0,
        "judge_errors": 0,
        "samples": 0,
        "fewer_samples": 0,
        "sample_errors": 0,
    }
