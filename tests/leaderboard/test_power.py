"""Planning a comparison: the formulas, and `followrag power` as typed."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from followrag.leaderboard.metrics import metric
from followrag.leaderboard.reading.finding import find_runs
from followrag.leaderboard.statistics.differences import paired
from followrag.leaderboard.statistics.power import (
    paired_spread,
    pass_chance,
    power_of,
    prompts_needed,
    prompts_to_pass,
    prompts_to_settle,
    regressed_chance,
    smallest_effect,
    unpaired_spread,
)

Command = Callable[..., subprocess.CompletedProcess[str]]
MakeRun = Callable[..., Path]

effects = st.floats(0.005, 0.5)
spreads = st.floats(0.05, 1)


@pytest.mark.parametrize(
    ("prompts", "points"),
    [(2100, (1.4, 1.9, 2.7)), (700, (2.4, 3.4, 4.7)), (300, (3.6, 5.1, 7.2))],
)
def test_the_smallest_paired_effect_is_the_published_one(
    prompts: int, points: tuple[float, ...]
) -> None:
    found = [100 * smallest_effect(prompts, paired_spread(share)) for share in (0.05, 0.1, 0.2)]
    assert found == pytest.approx(points, abs=0.06)


def test_the_smallest_unpaired_effect_is_the_published_one() -> None:
    found = [100 * smallest_effect(prompts, unpaired_spread()) for prompts in (2100, 700, 300)]
    assert found == pytest.approx([4.3, 7.5, 11.4], abs=0.05)


def test_the_documented_table_is_what_the_formulas_give() -> None:
    page = Path(__file__).parents[2] / "docs" / "statistics.md"
    _, _, table = page.read_text().partition("| prompts | 5% change |")
    rows = [row.strip("| ").split(" | ") for row in table.split("\n\n")[0].splitlines()[2:]]
    spreads = [*map(paired_spread, (0.05, 0.1, 0.2)), unpaired_spread()]
    assert [int(row[0]) for row in rows] == [300, 700, 2100, 2800]
    for prompts, *points in rows:
        found = [f"{100 * smallest_effect(int(prompts), spread):.1f}" for spread in spreads]
        assert points == found


@given(effects, spreads)
def test_the_prompts_needed_are_the_fewest_that_give_the_power(
    effect: float, spread: float
) -> None:
    needed = prompts_needed(effect, spread)
    assert smallest_effect(needed, spread) <= effect * (1 + 1e-12)
    assert needed == 2 or smallest_effect(needed - 1, spread) > effect * (1 - 1e-12)


@given(effects, spreads, st.integers(2, 5000))
def test_power_is_the_chance_of_a_normal_estimate_beyond_the_critical_value(
    effect: float, spread: float, prompts: int
) -> None:
    estimate = stats.norm(effect, spread / math.sqrt(prompts))
    critical = stats.norm.ppf(0.975) * spread / math.sqrt(prompts)
    chance = estimate.sf(critical) + estimate.cdf(-critical)
    assert power_of(prompts, effect, spread) == pytest.approx(chance, abs=1e-9)


def test_no_effect_is_seen_as_often_as_alpha_says() -> None:
    assert power_of(700, 0, 0.3, alpha=0.1) == pytest.approx(0.1)


def test_an_equal_run_passes_with_the_smallest_effect_as_margin() -> None:
    margin = smallest_effect(700, 0.3, power=0.9)
    assert pass_chance(700, margin, 0.3) == pytest.approx(0.9)
    assert prompts_to_pass(margin, 0.3, power=0.9) in (700, 701)


def test_a_run_worse_by_the_margin_seldom_passes() -> None:
    assert pass_chance(700, 0.02, 0.3, effect=-0.02) == pytest.approx(0.025)


def test_no_number_of_prompts_passes_a_run_that_is_worse_by_the_margin() -> None:
    assert prompts_to_pass(0.02, 0.3, effect=-0.02) is None


def test_a_drop_of_the_margin_is_a_regression_half_of_the_time_at_most() -> None:
    assert regressed_chance(10_000, 0.02, 0.02, 0.3) == pytest.approx(0.5)
    assert regressed_chance(100, 0.02, 0.02, 0.3) < 0.5


def test_without_a_margin_a_regression_is_a_drop_that_is_seen() -> None:
    assert regressed_chance(700, 0.05, 0, 0.3) == pytest.approx(power_of(700, 0.05, 0.3), abs=1e-6)


def test_what_settles_is_a_pass_or_a_regression() -> None:
    assert prompts_to_settle(-0.01, 0.02, 0.3) == prompts_needed(0.01, 0.3)
    assert prompts_to_settle(-0.03, 0.02, 0.3) == prompts_needed(0.03, 0.3)
    assert prompts_to_settle(-0.02, 0.02, 0.3) is None


@pytest.fixture
def planned(command: Command) -> Callable[..., dict[str, Any]]:
    def run(*arguments: object) -> dict[str, Any]:
        ended = command("power", *arguments, "--json")
        assert ended.returncode == 0, ended.stderr
        record: dict[str, Any] = json.loads(ended.stdout)
        assert record["schema"] == "followrag.power/1"
        return record

    return run


def test_without_options_usual_plans_are_listed(command: Command) -> None:
    ended = command("power")
    assert ended.returncode == 0
    (line,) = [
        line for line in ended.stdout.splitlines() if line.startswith("10% ") if "2100" in line
    ]
    assert line.split()[-2:] == ["1.9", "80%"]


def test_prompts_give_the_effect(planned: Callable[..., dict[str, Any]]) -> None:
    (plan,) = planned("--prompts", 700, "--discordance", 5)["plans"]
    assert plan["effect"] == pytest.approx(smallest_effect(700, math.sqrt(0.05)))


def test_an_effect_gives_the_prompts(planned: Callable[..., dict[str, Any]]) -> None:
    (plan,) = planned("--effect", 2, "--discordance", 10, "--alpha", 0.1, "--power", 0.9)["plans"]
    assert plan["prompts"] == prompts_needed(0.02, math.sqrt(0.1), alpha=0.1, power=0.9)


def test_prompts_and_an_effect_give_the_power(command: Command) -> None:
    ended = command("power", "--prompts", 700, "--effect", 2, "--discordance", 10)
    assert "a true difference of 2.0 points is seen in 39% of comparisons." in ended.stdout


def test_a_margin_gives_the_chances_of_the_verdicts(command: Command) -> None:
    ended = command("power", "--prompts", 700, "--effect", 4, "--discordance", 10, "--margin", 3)
    assert "is REGRESSED in 80%, and one that is as good is a PASS in 71%" in ended.stdout


def test_a_margin_alone_gives_the_prompts_to_pass(planned: Callable[..., dict[str, Any]]) -> None:
    (plan,) = planned("--margin", 2, "--discordance", 10)["plans"]
    assert plan["prompts"] == prompts_to_pass(0.02, math.sqrt(0.1))
    assert plan["pass"] == pytest.approx(0.8, abs=0.001)


def test_cases_that_can_not_reach_the_effect_are_left_out(
    planned: Callable[..., dict[str, Any]],
) -> None:
    names = [plan["case"] for plan in planned("--effect", 10)["plans"]]
    assert not any(name.startswith("5%") for name in names)
    assert len(names) == 3


def test_too_few_prompts_see_nothing(command: Command) -> None:
    ended = command("power", "--prompts", 30, "--discordance", 4)
    assert ended.returncode == 0
    assert "no difference is seen in 80% of comparisons" in ended.stdout


def test_two_runs_tell_how_much_prompts_change(
    planned: Callable[..., dict[str, Any]], write_demo_run: MakeRun, tmp_path: Path
) -> None:
    folders = [write_demo_run(tmp_path / name, seed=place) for place, name in enumerate("ab")]
    (plan,) = planned(*folders, "--prompts", 700, "--metric", "prompt_level_loose_acc")["plans"]
    base, candidate = (run.outcomes for run in find_runs([*map(str, folders)]).entries)
    assert base is not None and candidate is not None
    found = paired(metric("prompt_level_loose_acc"), [base], [candidate])
    assert found is not None
    share = (found.worse + found.better) / found.prompts
    exact = (share - found.delta**2) * found.prompts / (found.prompts - 1)
    assert plan["spread"] == pytest.approx(math.sqrt(exact))


def test_several_runs_a_side_are_compared_one_by_one(
    planned: Callable[..., dict[str, Any]], write_demo_run: MakeRun, tmp_path: Path
) -> None:
    for place, name in enumerate(("base/1", "base/2", "other")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_demo_run(tmp_path / name, seed=place)

    def spread(base: str) -> float:
        (plan,) = planned(tmp_path / base, tmp_path / "other", "--prompts", 100)["plans"]
        return float(plan["spread"])

    mean_square = (spread("base/1") ** 2 + spread("base/2") ** 2) / 2
    assert spread("base") == pytest.approx(math.sqrt(mean_square))


def test_two_runs_tell_how_likely_an_equal_candidate_passes_with_their_prompts(
    command: Command,
    planned: Callable[..., dict[str, Any]],
    write_demo_run: MakeRun,
    tmp_path: Path,
) -> None:
    folders = [write_demo_run(tmp_path / name, seed=place) for place, name in enumerate("ab")]
    own, wanted = planned(*folders, "--margin", 8)["plans"]
    assert own["prompts"] == 72
    assert own["pass"] == pytest.approx(pass_chance(72, 0.08, own["spread"]))
    assert wanted["pass"] == pytest.approx(0.8, abs=0.01)
    said = command("power", *folders, "--margin", 8).stdout.splitlines()[-1]
    assert said.startswith("With 72 prompts, ")
    assert said.endswith(f"one that is as good is a PASS in {100 * own['pass']:.0f}%.")


def test_runs_that_can_not_be_compared_teach_only_if_told_to(
    command: Command, write_demo_run: MakeRun, tmp_path: Path
) -> None:
    cold, hot = (
        write_demo_run(tmp_path / str(heat), seed=heat, generation_kwargs={"temperature": heat})
        for heat in (0, 1)
    )
    refused = command("power", cold, hot)
    assert refused.returncode == 2
    assert "\n  generation: temperature is 0 and 1\n" in refused.stderr
    assert command("power", cold, hot, "--allow", "generation").returncode == 0


def test_of_several_tasks_one_is_chosen(
    command: Command, write_demo_run: MakeRun, tmp_path: Path
) -> None:
    for seed, task in enumerate(("one", "other")):
        for side in "ab":
            run = write_demo_run(tmp_path / side / task, seed=10 * seed + ord(side))
            manifest = json.loads((run / "manifest.json").read_text())
            manifest["items"]["source"] = task
            (run / "manifest.json").write_text(json.dumps(manifest))
    folders = (tmp_path / "a", tmp_path / "b")
    assert "choose one with --task" in command("power", *folders).stderr
    assert command("power", *folders, "--task", "one").returncode == 0


def test_output_that_can_not_be_written_is_an_error() -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "followrag", "power"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: standard output: can't be written to (No space left")


def test_equal_runs_teach_nothing(
    command: Command, write_demo_run: MakeRun, tmp_path: Path
) -> None:
    run = write_demo_run(tmp_path / "run")
    ended = command("power", run, run)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "do not differ in inst_level_loose_acc on any prompt" in ended.stderr


def test_a_metric_that_the_runs_lack_is_named(
    command: Command, write_demo_run: MakeRun, tmp_path: Path
) -> None:
    folders = [write_demo_run(tmp_path / name, seed=place) for place, name in enumerate("ab")]
    ended = command("power", *folders, "--metric", "judge")
    assert ended.returncode == 2
    assert "have no two prompts in common that judge counts" in ended.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--prompts", 1], "--prompts 1: is not from 2"),
        (["--prompts", 10**30], "is not from 2"),
        (["--effect", 0], "--effect 0: is not from 0.001 to 100"),
        (["--effect", "nan"], "--effect nan"),
        (["--margin", -1], "--margin -1"),
        (["--discordance", 101], "--discordance 101"),
        (["--alpha", 0], "--alpha 0"),
        (["--power", 1], "--power 1"),
        (["--power", 0.01], "is not between alpha and 1"),
        (["--effect", 10, "--discordance", 5], "name a smaller effect or more discordance"),
        (["run"], "is one run; name another"),
        (["run", "other", "--discordance", 5], "leave out either them or it"),
        (["--metric", "judge"], "--metric needs two runs"),
        (["--task", "nq"], "--task needs two runs"),
        (["no_such_run", "other"], "no_such_run: no such file or folder"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_can_not_be_planned_is_told(
    command: Command, options: list[object], message: str
) -> None:
    ended = command("power", *options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: ")
    assert message in ended.stderr
