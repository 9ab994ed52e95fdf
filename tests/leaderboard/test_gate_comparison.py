"""What may be compared, and what a comparison says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gate_sides import make_side, prompt_outcomes
from made_entries import made_entry
from scipy.stats import binomtest

from followrag.errors import InputError
from followrag.leaderboard.gate import Policy, compare_runs
from followrag.leaderboard.gate.comparison import compare_sides
from followrag.leaderboard.gate.policy import Gate
from followrag.leaderboard.gate.sides import make_side as side_of
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome

MakeRun = Callable[..., Path]
MakeOutcomes = Callable[..., Outcomes]


def rows_of(folder: Path) -> dict[int, dict[str, Any]]:
    lines = (folder / "rows.jsonl").read_text().splitlines()
    return {row["key"]: row for row in map(json.loads, lines)}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, write_demo_run: MakeRun) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("runs")
    base = write_demo_run(folder / "base", model="old", skill=0.8)
    return base, write_demo_run(folder / "candidate", model="new", skill=0.6, seed=1)


# Figures, against those computed from the rows here


def test_the_figures_are_those_of_the_rows(runs: tuple[Path, Path]) -> None:
    found = {figure.metric: figure for figure in compare_runs(*runs).metrics}
    old, new = map(rows_of, runs)
    loose = found["inst_level_loose_acc"]
    for rows, value in ((old, loose.base), (new, loose.candidate)):
        flags = [flag for row in rows.values() for flag in row["loose"]]
        assert value == pytest.approx(sum(flags) / len(flags))
    answered = found["qa_acc"]
    assert answered.candidate == pytest.approx(np.mean([row["qa_acc"] for row in new.values()]))
    assert loose.delta == pytest.approx(loose.candidate - loose.base)


def test_the_p_value_at_prompt_level_is_mcnemars(runs: tuple[Path, Path]) -> None:
    found = {figure.metric: figure for figure in compare_runs(*runs).metrics}
    figure = found["prompt_level_strict_acc"]
    old, new = map(rows_of, runs)
    worse = sum(all(old[key]["strict"]) and not all(new[key]["strict"]) for key in old)
    better = sum(all(new[key]["strict"]) and not all(old[key]["strict"]) for key in old)
    assert (figure.worse, figure.better) == (worse, better)
    assert figure.p == pytest.approx(binomtest(worse, worse + better).pvalue)


def test_constraints_are_corrected_together_and_families_together(
    runs: tuple[Path, Path],
) -> None:
    comparison = compare_runs(*runs)
    for parts in (comparison.constraints, comparison.families):
        ordered = sorted(parts, key=lambda part: part.difference.p)
        least = ordered[0]
        assert least.adjusted_p == pytest.approx(min(1.0, least.difference.p * len(parts)))
    old = rows_of(runs[0])
    ids = {check["id"] for row in old.values() for check in row["constraints"]}
    assert {part.name for part in comparison.constraints} == ids
    flags = [
        check["loose"]
        for row in old.values()
        for check in row["constraints"]
        if check["id"] == "length_words"
    ]
    (part,) = [part for part in comparison.constraints if part.name == "length_words"]
    assert part.difference.base == pytest.approx(sum(flags) / len(flags))


def test_the_rows_that_changed_are_listed(runs: tuple[Path, Path]) -> None:
    old, new = map(rows_of, runs)
    worse = {
        str(key)
        for key in old
        if any(
            was and not now for was, now in zip(old[key]["loose"], new[key]["loose"], strict=True)
        )
        or old[key]["qa_acc"] > new[key]["qa_acc"]
    }
    assert {flip.key for flip in compare_runs(*runs).flips if flip.is_worse} == worse


def test_a_metric_is_told_by_dataset(make_outcomes: MakeOutcomes) -> None:
    base, candidate = make_outcomes(seed=1), make_outcomes(seed=2)
    comparison = compare_sides(make_side([base]), make_side([candidate]), Policy())
    parts = {part.name: part for part in comparison.datasets["qa_acc"]}
    is_nq = base.dataset == "nq"
    assert set(parts) == {"nq", "tqa", "hotpotqa", "webq"}
    assert parts["nq"].difference.base == pytest.approx(base.qa_acc[is_nq].mean())


# Settings


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (
            "dataset",
            {"sha256": "cd", "count": 3, "problems": 0},
            'dataset: sha256 is "ab" and "cd"',
        ),
        (
            "prompt",
            {"system_instruction": "Be brief.", "num_fewshot": 0},
            'prompt: system_instruction is not recorded and "Be brief."',
        ),
        (
            "scorer",
            {"mode": "reference", "version": "2"},
            'scorer: version is "1" and "2"',
        ),
        (
            "generation",
            {"temperature": 0.7, "until": []},
            "generation: temperature is 0.0 and 0.7",
        ),
    ],
)
def test_runs_that_differ_in_settings_are_refused_unless_that_is_allowed(
    kind: Any, values: dict[str, Any], said: str
) -> None:
    base = make_side([prompt_outcomes([True] * 3)])
    candidate = make_side([prompt_outcomes([True] * 3)], "candidate", **{kind: values})
    with pytest.raises(InputError) as raised:
        compare_sides(base, candidate, Policy())
    assert f"\n  {said}\n" in str(raised.value)
    assert f"--allow {kind}" in str(raised.value)
    comparison = compare_sides(base, candidate, Policy(), [kind])
    assert [str(mismatch) for mismatch in comparison.permitted] == [said]


def test_every_mismatch_is_listed_with_all_that_would_have_to_be_allowed() -> None:
    base = make_side([prompt_outcomes([True])])
    other = {"scorer": {}, "generation": None}
    candidate = make_side([prompt_outcomes([True])], "candidate", **other)
    with pytest.raises(InputError) as raised:
        compare_sides(base, candidate, Policy(), ["scorer"])
    assert str(raised.value).count("\n  ") == 1
    with pytest.raises(InputError) as raised:
        compare_sides(base, candidate, Policy())
    assert str(raised.value).count("\n  ") == 3
    assert str(raised.value).endswith("--allow scorer --allow generation")


def test_seeds_of_a_side_must_be_alike_too() -> None:
    cold = {"generation": {"temperature": 0.0}}
    first = made_entry("m", prompt_outcomes([True, False]), where="runs/0", **cold)
    second = prompt_outcomes([False, True])
    side = side_of("runs", [first, made_entry("m", second, where="runs/1", **cold)])
    assert len(compare_sides(side, side, Policy()).base.entries) == 2
    hot = made_entry("m", second, where="runs/1", generation={"temperature": 1.0})
    with pytest.raises(InputError, match=r"temperature is 0.0 and 1.0 \(runs/0, runs/1\)"):
        compare_sides(side_of("runs", [first, hot]), side, Policy())


def test_other_differences_are_only_told() -> None:
    base = make_side([prompt_outcomes([True])], details={"packages": {"nltk": "3.9.1"}})
    candidate = make_side([prompt_outcomes([True])], details={"packages": {"nltk": "3.10"}})
    assert compare_sides(base, candidate, Policy()).notes == ("nltk differs: 3.9.1, 3.10",)


# Rows


def test_rows_that_a_side_lacks_are_refused_and_listed() -> None:
    base, candidate = (
        make_side([prompt_outcomes([True] * 15)]),
        make_side([prompt_outcomes([True] * 3)], "candidate"),
    )
    with pytest.raises(InputError) as raised:
        compare_sides(base, candidate, Policy())
    assert "12 rows that candidate lacks: 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more\n" in str(
        raised.value
    )
    comparison = compare_sides(base, candidate, Policy(), ["dataset"])
    assert comparison.prompts == 3
    assert comparison.rows.only_base == tuple(map(str, range(3, 15)))


def test_rows_with_other_constraints_are_not_compared() -> None:
    def run(id: str) -> Outcomes:
        checks = [Check(id, True, True, False)], [Check("format_json", True, True, False)]
        return Outcomes.of(
            RowOutcome(str(key), "nq", check, 1.0) for key, check in enumerate(checks)
        )

    sides = make_side([run("length_words")]), make_side([run("format_title")])
    with pytest.raises(InputError, match=r"1 rows that have other constraints, or gold .*: 0"):
        compare_sides(*sides, Policy())
    assert compare_sides(*sides, Policy(), ["dataset"]).rows.changed == ("0",)


def test_rows_with_gold_answers_on_one_side_only_are_not_compared() -> None:
    run = prompt_outcomes([True, True], answered=1.0)
    half = replace(run, qa_acc=np.array([1.0, np.nan]))
    sides = make_side([run]), make_side([half])
    with pytest.raises(InputError, match=r"1 rows that have other constraints, or gold .*: 1"):
        compare_sides(*sides, Policy())
    found = compare_sides(*sides, Policy(), ["dataset"])
    assert (found.prompts, found.rows.changed) == (1, ("1",))


def test_rows_that_are_rated_on_one_side_only_are_told() -> None:
    run = replace(prompt_outcomes([True, True], answered=1.0), rating=np.array([1.0, 0.5]))
    half = replace(run, rating=np.array([1.0, np.nan]))
    found = compare_sides(make_side([run]), make_side([half]), Policy())
    assert "rows not rated in every run, which the judge's figures lack: 1" in found.notes


def test_sides_without_a_common_row_are_refused() -> None:
    other = Outcomes.of([RowOutcome("x", "nq", [Check("format_json", True, True, False)], None)])
    sides = make_side([prompt_outcomes([True])]), make_side([other])
    with pytest.raises(InputError, match="have no row in common"):
        compare_sides(*sides, Policy(), ["dataset"])


def test_rows_are_paired_by_key_whatever_their_order() -> None:
    base = prompt_outcomes([True, False, True])
    turned = base.rows(np.array([2, 1, 0]))
    comparison = compare_sides(make_side([base]), make_side([turned]), Policy())
    assert comparison.decision.identical
    assert comparison.flips == ()


def test_rows_that_could_not_be_scored_are_listed_for_each_side() -> None:
    base, candidate = prompt_outcomes([True, False], errors=[1]), prompt_outcomes([False, True])
    comparison = compare_sides(make_side([base]), make_side([candidate]), Policy())
    assert comparison.unscored == (("1",), ())


# Judges


def rated(rating: float) -> Outcomes:
    checks = [Check("format_json", True, True, False)]
    return Outcomes.of(RowOutcome(str(key), "nq", checks, 1.0, rating) for key in range(3))


def test_ratings_by_different_judges_are_not_compared() -> None:
    base = make_side([rated(1.0)], judge={"model": "one"})
    candidate = make_side([rated(0.5)], "candidate", judge={"model": "other"})
    comparison = compare_sides(base, candidate, Policy())
    assert "judge" not in {figure.metric for figure in comparison.metrics}
    assert "rated by different judges: the judge's figures are not compared" in comparison.notes
    with pytest.raises(InputError, match="were rated by different judges, so judge can't gate"):
        compare_sides(base, candidate, Policy(gates={"judge": Gate()}))


def test_ratings_by_the_same_judge_are_compared() -> None:
    sides = [make_side([rated(rating)], judge={"model": "one"}) for rating in (1.0, 0.5)]
    found = {figure.metric: figure for figure in compare_sides(*sides, Policy()).metrics}
    assert found["judge"].delta == -0.5


# Sides


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], "runs: holds no run"),
        (
            [{"model": "a"}, {"model": "b"}],
            "runs: has runs of several models; name one of them:\n  a: runs/a\n  b: runs/b",
        ),
        ([{"task": "nq"}, {"task": "tqa"}], "runs: has runs on nq, tqa; choose one with --task"),
    ],
)
def test_a_side_is_one_model_on_one_task(entries: list[dict[str, str]], said: str) -> None:
    made = [
        made_entry(**{"model": "m", **entry}, outcomes=prompt_outcomes([bool(place)]))
        for place, entry in enumerate(entries)
    ]
    with pytest.raises(InputError) as raised:
        side_of("runs", made)
    assert str(raised.value) == said


def test_a_task_can_be_chosen() -> None:
    entries = [made_entry("m", prompt_outcomes([True]), task=task) for task in ("nq", "tqa")]
    assert side_of("runs", entries, "tqa").task == "tqa"
    with pytest.raises(InputError, match="holds no run on webq; there are runs on nq, tqa"):
        side_of("runs", entries, "webq")


def test_runs_with_the_same_responses_count_once() -> None:
    run = prompt_outcomes([True, False])
    entries = [made_entry("m", run, where=f"runs/{place}") for place in range(2)]
    comparison = compare_sides(side_of("runs", entries), side_of("runs", entries[:1]), Policy())
    assert len(comparison.base.entries) == 1
    assert comparison.notes == (
        "runs/1 has the same responses as another run of runs and is left out",
    )


def test_a_copy_with_its_rows_in_another_order_is_no_second_seed() -> None:
    run = prompt_outcomes([True, False, True])
    entries = [made_entry("m", each) for each in (run, run.rows(np.array([2, 0, 1])))]
    assert len(side_of("runs", entries).entries) == 1


def test_tasks_that_are_paths_go_by_their_last_part() -> None:
    places = ("/mon/items.jsonl", "/tue/items.jsonl")
    runs = [prompt_outcomes([good]) for good in (True, False)]
    entries = [
        made_entry("m", run, task=task, where=task) for run, task in zip(runs, places, strict=True)
    ]
    for task, found in ((None, 2), ("items.jsonl", 2), ("/wed/items.jsonl", 2), (places[1], 1)):
        side = side_of("runs", entries, task)
        assert (side.task, len(side.entries)) == ("items.jsonl", found)


def test_figures_without_rows_are_refused() -> None:
    with pytest.raises(InputError, match="has figures but no samples"):
        side_of("runs", [made_entry("m", None)])


def test_a_run_with_errors_only_is_refused() -> None:
    failed = prompt_outcomes([False, False], errors=[0, 1])
    with pytest.raises(InputError, match="has no row that could be scored"):
        side_of("runs", [made_entry("m", failed)])


def test_seeds_are_averaged(tmp_path: Path, write_demo_run: MakeRun) -> None:
    for side, skill in (("base", 0.8), ("candidate", 0.6)):
        for seed in (1, 2, 3):
            folder = tmp_path / side / str(seed)
            write_demo_run(folder, model=side, skill=skill, seed=seed + 10 * len(side))
    comparison = compare_runs(tmp_path / "base", tmp_path / "candidate")
    assert len(comparison.base.entries) == len(comparison.candidate.entries) == 3
    answered = [
        row["qa_acc"] for seed in "123" for row in rows_of(tmp_path / "base" / seed).values()
    ]
    found = {figure.metric: figure for figure in comparison.metrics}
    assert found["qa_acc"].base == pytest.approx(np.mean(answered))


@pytest.mark.parametrize("file", ["rows.jsonl", "manifest.json"])
def test_a_damaged_run_is_refused_by_name(
    tmp_path: Path, write_demo_run: MakeRun, runs: tuple[Path, Path], file: str
) -> None:
    damaged = write_demo_run(tmp_path / "damaged")
    content = (damaged / file).read_text()
    (damaged / file).write_text(content[: len(content) // 2])
    with pytest.raises(InputError, match=file):
        compare_runs(runs[0], damaged)
