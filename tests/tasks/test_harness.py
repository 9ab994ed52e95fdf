"""The lm-eval tasks, run by lm-eval itself."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lm_eval import simple_evaluate
from lm_eval.api.model import LM
from lm_eval.tasks import TaskManager
from lm_eval.utils import make_table

from followrag import load_items, score_item
from followrag.sources import SOURCES
from followrag.summary import summarise
from followrag.tasks.harness import dataset, process_results
from followrag.tasks.registration import TASKS_FOLDER, task_names

FAMILIES = ["keywords", "length", "position", "structure", "cases", "format"]
IFEVAL_METRICS = [
    f"{level}_level_{reading}_acc"
    for level, reading in itertools.product(["prompt", "inst"], ["strict", "loose"])
]


class Replay(LM):
    """A model that gives prepared answers, by prompt."""

    def __init__(self, answers: dict[str, str]) -> None:
        super().__init__()
        self.answers = answers

    def generate_until(self, requests: list[Any], disable_tqdm: bool = False) -> list[str]:
        return [self.answers[request.args[0]] for request in requests]

    def loglikelihood(self, requests: list[Any], disable_tqdm: bool = False) -> Any:
        raise AssertionError("no task asks for this")

    loglikelihood_rolling = loglikelihood


def run(task: str, answers: dict[str, str], data: str) -> dict[str, Any]:
    manager = TaskManager(
        include_path=str(TASKS_FOLDER), include_defaults=False, metadata={"data": data}
    )
    results = simple_evaluate(
        model=Replay(answers), tasks=[task], task_manager=manager, bootstrap_iters=0
    )
    assert results is not None
    return results


@pytest.fixture(scope="module")
def folder(shared: Path) -> str:
    return str(shared / "data/followrag")


@pytest.fixture(scope="module")
def followrag_run(
    folder: str, oracle: Callable[[str], list[dict[str, Any]]]
) -> tuple[dict[str, Any], Any]:
    """All public items, answered with the oracle's texts: lm-eval's results and our summary."""
    items = load_items("followrag", folder)
    texts = {row["key"]: row["response"] for row in oracle("followrag_verdicts.jsonl.gz")}
    answers = {item.prompt: texts.get(int(item.key), "The answer is: no idea.") for item in items}
    summary = summarise([score_item(item, answers[item.prompt]) for item in items])
    return run("followrag", answers, folder), summary


@pytest.mark.parametrize("metric", ["followrag", "qa_acc", "joint_acc", *IFEVAL_METRICS])
def test_a_metric_equals_the_pooled_figure_over_all_items(
    followrag_run: tuple[dict[str, Any], Any], metric: str
) -> None:
    results, summary = followrag_run
    figures = results["results"]["followrag"]
    assert figures[f"{metric},none"] == pytest.approx(summary.overall[metric].value, abs=1e-9)


@pytest.mark.parametrize("metric", ["followrag", "inst_level_strict_acc", "inst_level_loose_acc"])
def test_a_pooled_metric_has_the_clustered_standard_error(
    followrag_run: tuple[dict[str, Any], Any], metric: str
) -> None:
    results, summary = followrag_run
    stderr = results["results"]["followrag"][f"{metric}_stderr,none"]
    assert stderr == pytest.approx(summary.overall[metric].stderr, abs=1e-9)


def test_the_headline_is_the_mean_of_two_pooled_figures(
    followrag_run: tuple[dict[str, Any], Any],
) -> None:
    figures = followrag_run[0]["results"]["followrag"]
    mean = (figures["inst_level_loose_acc,none"] + figures["qa_acc,none"]) / 2
    assert figures["followrag,none"] == pytest.approx(mean, abs=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_has_a_figure(followrag_run: tuple[dict[str, Any], Any], family: str) -> None:
    results, summary = followrag_run
    figure = summary.by_family[family]["inst_level_loose_acc"]
    figures = results["results"]["followrag"]
    assert figures[f"{family}_loose_acc,none"] == pytest.approx(figure.value, abs=1e-9)
    assert figures[f"{family}_loose_acc_stderr,none"] == pytest.approx(figure.stderr, abs=1e-9)


def test_lm_evals_own_table_has_a_standard_error_in_every_row(folder: str) -> None:
    items = load_items("followrag_mini", folder)
    manager = TaskManager(
        include_path=str(TASKS_FOLDER), include_defaults=False, metadata={"data": folder}
    )
    results = simple_evaluate(
        model=Replay({item.prompt: "Paris." for item in items}),
        tasks=["followrag_mini"],
        task_manager=manager,
    )
    rows = [row for row in make_table(results).splitlines() if "none" in row]
    assert len(rows) == 6 + len(IFEVAL_METRICS) + len(FAMILIES)
    assert not [row for row in rows if "N/A" in row]


def test_ifeval_items_are_scored_by_our_verifiers(
    shared: Path, oracle: Callable[[str], list[dict[str, Any]]]
) -> None:
    data = str(shared / "data/ifeval")
    texts = {row["key"]: row for row in oracle("ifeval_verdicts.jsonl.gz")}
    items = load_items("followrag_ifeval", data)
    answers = {item.prompt: texts.get(item.key, {"response": "No."})["response"] for item in items}
    figures = run("followrag_ifeval", answers, data)["results"]["followrag_ifeval"]
    summary = summarise([score_item(item, answers[item.prompt]) for item in items])
    for metric in IFEVAL_METRICS:
        expected = summary.overall[metric].value
        assert figures[f"{metric},none"] == pytest.approx(expected, abs=1e-9)
    assert "qa_acc,none" not in figures


def test_every_task_has_a_yaml_file_and_a_source() -> None:
    assert set(task_names()) == set(SOURCES)


@pytest.mark.parametrize("task", ["followrag_nq", "followrag_tqa", "followrag_hotpotqa"])
def test_a_dataset_task_holds_the_items_of_its_dataset(folder: str, task: str) -> None:
    rows = dataset(followrag_source=task, data=folder)["test"]
    assert len(rows) == 700
    assert len(set(rows["type"])) == 1


def test_generation_has_no_stop_string_and_room_for_1500_words() -> None:
    manager = TaskManager(include_path=str(TASKS_FOLDER), include_defaults=False)
    settings = manager.load(["followrag_demo"])["tasks"]["followrag_demo"].config.generation_kwargs
    assert settings["until"] == []
    assert settings["max_gen_toks"] >= 1.5 * 1500


def test_the_dataset_keeps_parameters_of_any_type(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    lines = [
        '{"key": 1, "prompt": "p", "instruction_id_list": ["length_words"],'
        ' "kwargs": [{"num_words": 3, "relation": "at least"}]}',
        '{"key": "b", "prompt": "p", "instruction_id_list": ["length_words"],'
        ' "kwargs": [{"num_words": "three"}]}',
    ]
    path.write_text("\n".join(lines))
    rows = list(dataset(followrag_source=str(path))["test"])
    assert [rows[0]["key"], rows[1]["key"]] == [1, "b"]
    assert rows[0]["kwargs"] == [{"num_words": 3, "relation": "at least"}]
    assert rows[1]["kwargs"] == [{"num_words": "three"}]


def test_a_row_with_bad_parameters_is_scored_as_not_followed() -> None:
    doc = {
        "key": 1,
        "prompt": "p",
        "answer_gold": "Paris",
        "instruction_id_list": ["length_words", "format_no_commas", "no_such_id"],
        "kwargs": [{"num_words": "three"}, {}, {}],
    }
    metrics = process_results(doc, ["Paris"])
    assert metrics["inst_level_strict_acc"] == [False, True, False]
    assert metrics["length_loose_acc"] == [False]
    assert metrics["prompt_level_loose_acc"] is False


def test_documents_without_gold_answers_count_for_constraints_only(tmp_path: Path) -> None:
    rows = [
        {"key": key, "prompt": f"p{key}", "answer_gold": gold, "kwargs": [{}]}
        | {"instruction_id_list": ["format_no_commas"]}
        for key, gold in enumerate(["Paris", "Rome", "", ""])
    ]
    (tmp_path / "items.json").write_text(json.dumps(rows))
    answers = {"p0": "Paris", "p1": "Paris", "p2": "a, b", "p3": "a, b"}
    figures = run("followrag", answers, str(tmp_path))["results"]["followrag"]
    assert figures["inst_level_loose_acc,none"] == 0.5
    assert figures["qa_acc,none"] == 0.5
    assert figures["followrag,none"] == 0.75


def test_reasoning_is_not_scored() -> None:
    doc = {
        "key": 1,
        "prompt": "p",
        "answer_gold": "Rome",
        "instruction_id_list": ["format_no_commas"],
        "kwargs": [{}],
    }
    metrics = process_results(doc, ["<think>Paris, or Rome?</think>\n\nParis"])
    assert metrics["inst_level_strict_acc"] == [True]
    assert metrics["qa_acc"] == 0.0


@pytest.fixture(scope="module")
def fixed_run(
    folder: str, oracle: Callable[[str], list[dict[str, Any]]]
) -> tuple[dict[str, Any], Any]:
    """The mini set in fixed mode, answered with the oracle's texts."""
    items = load_items("followrag_mini_fixed", folder)
    texts = {row["key"]: row["response"] for row in oracle("followrag_verdicts.jsonl.gz")}
    answers = {item.prompt: texts.get(int(item.key), "No idea.") for item in items}
    summary = summarise([score_item(item, answers[item.prompt], "fixed") for item in items])
    return run("followrag_mini_fixed", answers, folder)["results"]["followrag_mini_fixed"], summary


COMPARED = ["followrag", "joint_acc", *IFEVAL_METRICS]


@pytest.mark.parametrize("metric", COMPARED)
def test_a_fixed_tasks_metric_stands_beside_that_of_reference_mode(
    fixed_run: tuple[dict[str, Any], Any], metric: str
) -> None:
    figures, summary = fixed_run
    published = summary.reference.overall[metric]
    assert figures[f"{metric},none"] == pytest.approx(summary.overall[metric].value)
    assert figures[f"{metric}_reference,none"] == pytest.approx(published.value)
    if not metric.startswith("prompt"):  # lm-eval's own, bootstrapped
        stderr = figures[f"{metric}_reference_stderr,none"]
        assert stderr == pytest.approx(published.stderr, abs=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_fixed_tasks_families_stand_beside_those_of_reference_mode(
    fixed_run: tuple[dict[str, Any], Any], family: str
) -> None:
    figures, summary = fixed_run
    published = summary.reference.by_family[family]["inst_level_loose_acc"].value
    assert figures[f"{family}_loose_acc_reference,none"] == pytest.approx(published)


@pytest.mark.parametrize("metric", ["qa_acc_unwrapped", "qa_acc_other_language"])
def test_answers_are_seen_through_what_constraints_force(
    followrag_run: tuple[dict[str, Any], Any], metric: str
) -> None:
    results, summary = followrag_run
    figures, expected = results["results"]["followrag"], summary.overall[metric]
    assert figures[f"{metric},none"] == pytest.approx(expected.value)
    assert figures[f"{metric}_stderr,none"] == pytest.approx(expected.stderr)
