"""Runs in lm-eval's own files, of every layout that 0.4.x has written."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from lm_eval_layouts import (
    DATE,
    TASK,
    Pair,
    as_ifeval,
    write_dated,
    write_undated,
)

from followrag.failures import failed
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.reading.finding import find_runs
from followrag.leaderboard.reading.lm_eval_results import TASK_VERSION
from followrag.sources import load_items

Write = Callable[..., Path]


def only(*names: Path) -> Entry:
    found = find_runs([str(name) for name in names])
    assert not found.problems
    (entry,) = found.entries
    return entry


def problem(*names: Path) -> str:
    found = find_runs([str(name) for name in names])
    assert not found.entries
    (told,) = found.problems
    return str(told)


def columns(entry: Entry) -> dict[str, Any]:
    assert entry.outcomes is not None
    return {
        field.name: list(value)
        if isinstance(value, tuple)
        else np.nan_to_num(value, nan=-1).tolist()
        if value.dtype == float
        else value.tolist()
        for field in fields(entry.outcomes)
        for value in [getattr(entry.outcomes, field.name)]
    }


def test_a_run_folder_and_lm_evals_files_tell_the_same_of_a_run(evaluated: Path) -> None:
    (results,) = evaluated.glob("results_*.json")
    ours, theirs = only(evaluated), only(results)
    assert (ours.origin, theirs.origin) == ("run folder", "lm-eval samples")
    assert ours.settings == theirs.settings
    assert ours.settings.mismatches(theirs.settings) == []
    assert columns(ours) == columns(theirs)
    assert (ours.model, ours.date) == (theirs.model, theirs.date)


def test_samples_have_the_checksum_of_the_items(pair: Pair, tmp_path: Path) -> None:
    entry = only(write_dated(tmp_path, pair))
    assert entry.settings.dataset["sha256"] == load_items(TASK).sha256


def test_figures_are_those_of_lm_evals_table(pair: Pair, tmp_path: Path) -> None:
    entry = only(write_dated(tmp_path, pair))
    table = pair.results["results"][TASK]
    for name in ("followrag", "qa_acc", "joint_acc", "inst_level_loose_acc"):
        figure = entry.figure(name)
        assert figure is not None
        assert figure.value == pytest.approx(table[f"{name},none"], abs=1e-12)
        assert figure.stderr == pytest.approx(table[f"{name}_stderr,none"], abs=1e-12)


def test_the_current_task_is_scored_as_run_folders_are() -> None:
    text = Path("followrag/tasks/_followrag.yml").read_text(encoding="utf-8")
    plain = yaml.safe_load(text.replace("!function ", ""))
    assert str(plain["metadata"]["version"]) == TASK_VERSION


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(write_dated, id="a folder, since 0.4.3"),
        pytest.param(lambda folder, pair: write_dated(folder, pair, stem="x"), id="x_DATE.json"),
        pytest.param(lambda folder, pair: write_dated(folder, pair, is_array=True), id="an array"),
        pytest.param(write_undated, id="a folder, up to 0.4.2"),
        pytest.param(lambda folder, pair: write_undated(folder, pair, "x.json"), id="x.json"),
    ],
)
@pytest.mark.parametrize("named", ["folder", "results", "samples"])
def test_every_layout_gives_the_same_run(
    write: Write, named: str, evaluated: Path, pair: Pair, tmp_path: Path
) -> None:
    results = write(tmp_path / "deep" / "model", pair)
    (samples,) = (path for path in results.parent.iterdir() if path != results)
    entry = only({"folder": tmp_path, "results": results, "samples": samples}[named])
    expected = only(evaluated)
    assert columns(entry) == columns(expected)
    assert entry.settings.mismatches(expected.settings) == []
    assert entry.model == "followrag-baseline"


def test_results_without_a_date_are_dated_by_their_name(pair: Pair, tmp_path: Path) -> None:
    del pair.results["date"]
    assert only(write_dated(tmp_path, pair)).date == "2026-01-02T03:04:05"


def test_the_order_of_documents_does_not_matter(
    evaluated: Path, pair: Pair, tmp_path: Path
) -> None:
    random.Random(0).shuffle(pair.samples)
    assert columns(only(write_dated(tmp_path, pair))) == columns(only(evaluated))


@pytest.mark.parametrize("has_names", [True, False])
def test_of_several_filters_the_first_counts(
    has_names: bool, evaluated: Path, pair: Pair, tmp_path: Path
) -> None:
    others = []
    for sample in pair.samples:
        failing = {"inst_level_loose_acc": [False] * len(sample["inst_level_loose_acc"])}
        others.append({**sample, **failing, "filter": "other"})
        if not has_names:
            del sample["filter"], others[-1]["filter"]
    mixed = Pair(pair.results, pair.samples + others)
    assert columns(only(write_dated(tmp_path, mixed))) == columns(only(evaluated))


def test_lm_evals_own_ifeval_is_a_scorer_of_its_own(pair: Pair, tmp_path: Path) -> None:
    entry = only(write_dated(tmp_path, as_ifeval(pair), task="ifeval"))
    assert entry.settings.scorer == {"mode": "lm-eval ifeval", "version": "4.0"}
    assert list(entry.figures()) == [
        "inst_level_loose_acc",
        "inst_level_strict_acc",
        "prompt_level_loose_acc",
        "prompt_level_strict_acc",
    ]


def test_padding_of_parameters_does_not_make_other_items(pair: Pair, tmp_path: Path) -> None:
    padded = as_ifeval(pair)
    first = only(write_dated(tmp_path / "a", padded, task="ifeval"))
    for sample in padded.samples:
        given = [{k: v for k, v in one.items() if v is not None} for one in sample["doc"]["kwargs"]]
        sample["doc"]["kwargs"] = given
    second = only(write_dated(tmp_path / "b", padded, task="ifeval"))
    assert first.settings.dataset == second.settings.dataset


def test_an_older_task_is_another_scorer(pair: Pair, tmp_path: Path) -> None:
    pair.results["versions"][TASK] = 0.9
    scorer = only(write_dated(tmp_path, pair)).settings.scorer
    assert scorer == {"mode": "reference", "version": "task 0.9"}


@pytest.mark.parametrize(
    ("config", "model"),
    [
        ({"model": "hf", "model_args": "pretrained=org/name,dtype=float16"}, "org/name"),
        ({"model": "hf", "model_args": {"pretrained": "base", "peft": "tuned"}}, "tuned"),
        ({"model": "vllm", "model_args": ""}, "vllm"),
        ({"model": "hf", "model_args": None}, "hf"),
    ],
)
def test_a_model_without_a_name_is_named_by_its_arguments(
    config: dict[str, Any], model: str, pair: Pair, tmp_path: Path
) -> None:
    del pair.results["model_name"]
    pair.results["config"] |= config
    assert only(write_dated(tmp_path, pair)).model == model


def test_secrets_among_the_arguments_are_dropped(pair: Pair, tmp_path: Path) -> None:
    pair.results["config"]["model_args"] = "model=m,api_key=hidden,base_url=http://u:hidden@host/v1"
    entry = only(write_dated(tmp_path, pair))
    assert "hidden" not in repr(entry)
    assert entry.details["model_args"]["model"] == "m"


def test_runs_that_differ_in_the_seed_only_can_be_compared(pair: Pair, tmp_path: Path) -> None:
    plain = only(write_dated(tmp_path / "a", pair))
    pair.results["configs"][TASK]["generation_kwargs"]["seed"] = 7
    seeded = only(write_dated(tmp_path / "b", pair))
    assert seeded.settings.mismatches(plain.settings) == []
    assert seeded.details["seed"] == 7


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"system_instruction": "Be brief."}, "system_instruction"),
        ({"chat_template": "{{ messages }}"}, "chat_template"),
        ({"n-shot": {TASK: 3}}, "num_fewshot"),
    ],
)
def test_other_prompts_are_mismatches(
    changed: dict[str, Any], name: str, pair: Pair, tmp_path: Path
) -> None:
    plain = only(write_dated(tmp_path / "a", pair))
    other = only(write_dated(tmp_path / "b", Pair(pair.results | changed, pair.samples)))
    assert [each.name for each in plain.settings.mismatches(other.settings)] == [name]


def test_a_failed_request_is_an_error_row_as_in_run_folders(pair: Pair, tmp_path: Path) -> None:
    pair.samples[0]["resps"] = [[failed("timed out")]]
    pair.samples[0]["filtered_resps"] = [failed("timed out")]
    outcomes = only(write_dated(tmp_path, pair)).outcomes
    assert isinstance(outcomes, Outcomes)
    assert outcomes.error.tolist() == [True] + [False] * 71
    assert (outcomes.length[0], outcomes.digest[0]) == (0, 0)


def test_what_is_no_json_to_others_is_read(pair: Pair, tmp_path: Path) -> None:
    pair.samples[0]["resps"] = pair.samples[0]["filtered_resps"] = ["half a pair \ud800"]
    pair.samples[0]["doc"]["kwargs"][0]["relation"] = math.nan
    pair.results["results"][TASK]["qa_acc_stderr,none"] = math.nan
    folder = tmp_path / "m"
    folder.mkdir()
    lines = [json.dumps(sample) + "\n" for sample in pair.samples]
    (folder / f"samples_{TASK}_{DATE}.jsonl").write_text("".join(lines))
    (folder / f"results_{DATE}.json").write_text(json.dumps(pair.results))
    outcomes = only(folder).outcomes
    assert outcomes is not None
    assert outcomes.length[0] == len("half a pair \ud800")


def test_results_without_samples_give_figures_only(pair: Pair, tmp_path: Path) -> None:
    results = write_dated(tmp_path, pair)
    (tmp_path / f"samples_{TASK}_{DATE}.jsonl").unlink()
    entry = only(tmp_path)
    assert (entry.origin, entry.outcomes, entry.where) == ("lm-eval results", None, results)
    figure = entry.figure("followrag")
    assert figure is not None
    table = pair.results["results"][TASK]
    assert tuple(figure) == (table["followrag,none"], table["followrag_stderr,none"], 72)


def test_a_figure_without_a_standard_error(pair: Pair, tmp_path: Path) -> None:
    pair.results["results"][TASK]["qa_acc_stderr,none"] = "N/A"
    write_dated(tmp_path, pair)
    (tmp_path / f"samples_{TASK}_{DATE}.jsonl").unlink()
    figure = only(tmp_path).figure("qa_acc")
    assert figure is not None
    assert math.isnan(figure.stderr)


@pytest.mark.parametrize("value", [10**400, -0.1, 78.2])
@pytest.mark.parametrize("name", ["followrag", "followrag_stderr"])
def test_a_figure_that_is_none_is_named(
    name: str, value: float, pair: Pair, tmp_path: Path
) -> None:
    pair.results["results"][TASK][f"{name},none"] = value
    results = write_dated(tmp_path, pair)
    (tmp_path / f"samples_{TASK}_{DATE}.jsonl").unlink()
    assert problem(tmp_path).startswith(f"{results}, {TASK}: {name},none is damaged")


def test_samples_without_results_are_named(pair: Pair, tmp_path: Path) -> None:
    write_dated(tmp_path, pair).unlink()
    told = problem(tmp_path)
    assert told.startswith(f"{tmp_path / f'samples_{TASK}_{DATE}.jsonl'}: its results file is")


def test_damaged_results_are_one_problem_with_their_samples(pair: Pair, tmp_path: Path) -> None:
    results = write_dated(tmp_path, pair)
    results.write_text(results.read_text()[:500])
    assert problem(tmp_path).startswith(f"{results}: is not JSON")


def test_samples_of_damaged_results_name_the_results(pair: Pair, tmp_path: Path) -> None:
    results = write_dated(tmp_path, pair)
    results.write_text("")
    assert problem(next(tmp_path.glob("samples_*"))).startswith(f"{results}: is empty")


@pytest.mark.parametrize(
    ("limit", "effective", "said"),
    [(10.0, 10, "--limit 10 (10 of 72 items)"), (None, 5, "--samples (5 of 72 items)")],
)
def test_a_limited_run_is_named(
    limit: float | None, effective: int, said: str, pair: Pair, tmp_path: Path
) -> None:
    pair.results["config"]["limit"] = limit
    pair.results["n-samples"][TASK]["effective"] = effective
    told = problem(write_dated(tmp_path, Pair(pair.results, pair.samples[:effective])))
    assert said in told
    assert told.startswith(str(tmp_path / f"results_{DATE}.json"))


def test_a_limit_of_more_than_there_are_is_none(pair: Pair, tmp_path: Path) -> None:
    pair.results["config"]["limit"] = 1000.0
    assert only(write_dated(tmp_path, pair)).outcomes is not None


def test_an_old_limited_run_is_named(pair: Pair, tmp_path: Path) -> None:
    pair.results["config"]["limit"] = 3
    assert "was made with --limit 3;" in problem(write_undated(tmp_path, pair))


def test_samples_of_another_run_in_the_same_undated_files(pair: Pair, tmp_path: Path) -> None:
    first = write_undated(tmp_path, pair, "a.json")
    second = json.loads(first.read_text())
    second["results"][TASK]["inst_level_loose_acc,none"] = 0.5
    (tmp_path / "b.json").write_text(json.dumps(second))
    found = find_runs([str(tmp_path)])
    assert len(found.entries) == 1
    (told,) = found.problems
    assert "is of another run than b.json" in str(told)


@pytest.mark.parametrize("lines", [1, 40])
def test_samples_that_lack_documents_are_named(lines: int, pair: Pair, tmp_path: Path) -> None:
    told = problem(write_dated(tmp_path, Pair(pair.results, pair.samples[:lines])))
    assert f"holds {lines} of 72 documents" in told


def test_a_line_that_was_cut_short_is_named(pair: Pair, tmp_path: Path) -> None:
    write_dated(tmp_path, pair)
    (samples,) = tmp_path.glob("samples_*")
    samples.write_bytes(samples.read_bytes()[:-500])
    assert problem(tmp_path).startswith(f"{samples}, line 72: is not JSON")


def test_an_array_that_was_cut_short_is_named(pair: Pair, tmp_path: Path) -> None:
    write_undated(tmp_path, pair)
    (samples,) = tmp_path.glob("*.jsonl")
    samples.write_bytes(samples.read_bytes()[:-500])
    assert problem(tmp_path).startswith(f"{samples}: is not JSON")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("inst_level_loose_acc", [True] * 9, "9 loose verdicts on"),
        ("inst_level_strict_acc", ["yes"], "is damaged"),
        ("qa_acc", 7.0, "is damaged"),
        ("doc", {"key": 0, "instruction_id_list": []}, "is not an item"),
    ],
)
def test_a_damaged_sample_is_named(
    field: str, value: Any, said: str, pair: Pair, tmp_path: Path
) -> None:
    pair.samples[0][field] = value
    told = problem(write_dated(tmp_path, pair))
    assert said in told
    assert str(tmp_path / f"samples_{TASK}_{DATE}.jsonl") in told


def test_a_document_that_is_no_utf_8_is_named(pair: Pair, tmp_path: Path) -> None:
    pair.samples[0]["doc"]["prompt"] = "caf\u00e9"
    write_dated(tmp_path, pair)
    (samples,) = tmp_path.glob("samples_*")
    samples.write_bytes(samples.read_bytes().replace("caf\u00e9".encode(), b"caf\xe9"))
    assert problem(tmp_path).startswith(f"{samples}, doc_id 0: is damaged")


def test_arguments_too_long_for_a_file_name(pair: Pair, tmp_path: Path) -> None:
    results = write_undated(tmp_path, pair)
    content = json.loads(results.read_text())
    content["config"]["model_args"] = "pretrained=" + "x" * 300
    results.write_text(json.dumps(content))
    next(tmp_path.glob("*.jsonl")).unlink()
    assert only(tmp_path).model == "x" * 300


@pytest.mark.parametrize("date", [1.7e12, math.nan, "yesterday", -1e30])
def test_a_date_that_is_none_is_taken_from_the_name(date: Any, pair: Pair, tmp_path: Path) -> None:
    pair.results["date"] = date
    assert only(write_dated(tmp_path, pair)).date == "2026-01-02T03:04:05"


def test_a_date_that_no_calendar_has_is_unknown(pair: Pair, tmp_path: Path) -> None:
    pair.results["date"] = None
    for path in (write_dated(tmp_path, pair), tmp_path / f"samples_{TASK}_{DATE}.jsonl"):
        path.rename(path.with_name(path.name.replace(DATE, "2026-13-45T99-99-99")))
    assert only(tmp_path).date == ""


def test_other_encodings_are_named(pair: Pair, tmp_path: Path) -> None:
    write_dated(tmp_path, pair)
    (samples,) = tmp_path.glob("samples_*")
    samples.write_bytes(samples.read_text().encode("utf-16"))
    assert str(samples) in problem(tmp_path)


def test_responses_without_verdicts_are_named(pair: Pair, tmp_path: Path) -> None:
    for sample in pair.samples:
        for name in [name for name in sample if name.endswith(("_acc", "_stderr"))]:
            del sample[name]
    pair.results["results"][TASK] = {"bypass,none": 999}
    assert "--predict_only" in problem(write_dated(tmp_path, pair))


def test_other_tasks_are_passed_over_beside_ours(pair: Pair, tmp_path: Path) -> None:
    pair.results["configs"]["mmlu"] = {"task": "mmlu"}
    pair.results["results"]["mmlu"] = {"acc,none": 0.5}
    write_dated(tmp_path, pair)
    other = {"doc_id": 0, "doc": {"question": "2+2?"}, "arguments": [], "acc": 1.0}
    (tmp_path / f"samples_mmlu_{DATE}.jsonl").write_text(json.dumps(other) + "\n")
    assert only(tmp_path).settings.task == TASK


def test_a_folder_of_other_tasks_only_holds_no_run(pair: Pair, tmp_path: Path) -> None:
    config = {"results": {"mmlu": {"acc,none": 0.5}}, "configs": {"mmlu": {}}}
    (tmp_path / "results.json").write_text(json.dumps(pair.results | config))
    assert "holds no run" in problem(tmp_path)


def test_several_tasks_of_ours_are_several_runs(pair: Pair, tmp_path: Path) -> None:
    other = as_ifeval(pair)
    write_dated(tmp_path, other, task="ifeval")
    for part in ("results", "configs", "versions", "n-shot", "n-samples"):
        pair.results[part] |= other.results[part]
    write_dated(tmp_path, pair)
    found = find_runs([str(tmp_path)])
    assert sorted(entry.settings.task for entry in found.entries) == [TASK, "ifeval"]
