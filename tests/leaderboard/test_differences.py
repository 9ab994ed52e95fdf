"""Paired differences, against other ways to compute them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from followrag.leaderboard.metrics import METRICS, metric
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome
from followrag.leaderboard.statistics.differences import Difference, paired
from followrag.leaderboard.statistics.multiplicity import holm

MakeOutcomes = Callable[..., Outcomes]
Prompts = list[tuple[list[bool], list[bool]]]

prompts_of_two_runs = st.lists(
    st.integers(1, 4).flatmap(
        lambda size: st.tuples(*[st.lists(st.booleans(), min_size=size, max_size=size)] * 2)
    ),
    min_size=2,
    max_size=10,
)


def run_of(
    followed: Sequence[Sequence[bool]],
    qa_acc: Sequence[float | None] | None = None,
    rating: Sequence[float | None] | None = None,
) -> Outcomes:
    return Outcomes.of(
        RowOutcome(
            str(place),
            "nq",
            [Check("length_words", passed, passed, False) for passed in passes],
            1.0 if qa_acc is None else qa_acc[place],
            None if rating is None else rating[place],
            qa_acc_unwrapped=1.0 if qa_acc is None else qa_acc[place],
            qa_acc_other_language=1.0 if qa_acc is None else qa_acc[place],
        )
        for place, passes in enumerate(followed)
    )


def sides(prompts: Prompts) -> tuple[Outcomes, Outcomes]:
    return run_of([base for base, _ in prompts]), run_of([candidate for _, candidate in prompts])


def compared(name: str, base: Outcomes, candidate: Outcomes) -> Difference:
    return compared_groups(name, [base], [candidate])


def compared_groups(
    name: str, base: Sequence[Outcomes], candidate: Sequence[Outcomes], confidence: float = 0.95
) -> Difference:
    found = paired(metric(name), base, candidate, confidence)
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["prompt_level_loose_acc", "qa_acc", "joint_acc"])
def test_the_p_value_where_prompts_count_0_or_1_is_mcnemars(
    make_outcomes: MakeOutcomes, name: str
) -> None:
    found = compared(name, make_outcomes(seed=1), make_outcomes(seed=2, skill=0.6))
    test = stats.binomtest(found.worse, found.worse + found.better)
    assert found.p == pytest.approx(test.pvalue, rel=1e-9)
    assert (found.better - found.worse) / found.prompts == pytest.approx(found.delta)


@given(prompts_of_two_runs)
def test_the_p_value_at_instruction_level_is_the_share_of_sign_patterns(prompts: Prompts) -> None:
    differences = [sum(candidate) - sum(base) for base, candidate in prompts]
    patterns = product((-1, 1), repeat=len(differences))
    sums = [abs(sum(map(int.__mul__, signs, differences))) for signs in patterns]
    share = sum(reached >= abs(sum(differences)) for reached in sums) / len(sums)
    found = compared("inst_level_loose_acc", *sides(prompts))
    assert found.p == pytest.approx(share, rel=1e-9)


def test_ratings_in_halves_have_an_exact_p_value() -> None:
    base = run_of([[True]] * 4, rating=[0.0, 0.5, 0.0, 0.5])
    candidate = run_of([[True]] * 4, rating=[0.5, 1.0, 1.0, 0.5])
    assert compared("judge", base, candidate).p == pytest.approx(2 / 2**3)


def test_other_ratings_have_the_intervals_p_value() -> None:
    base = run_of([[True]] * 9, rating=[0.3, 0.7, 0.2] * 3)
    candidate = run_of([[True]] * 9, rating=[0.4, 0.9, 0.2] * 3)
    found = compared("judge", base, candidate)
    ends = compared_groups("judge", [base], [candidate], 1 - found.p)
    assert ends.low == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", [name for name in METRICS if "judge" not in name])
def test_the_standard_error_is_clustered_by_prompt(make_outcomes: MakeOutcomes, name: str) -> None:
    base, candidate = make_outcomes(seed=1), make_outcomes(seed=2)
    found = compared(name, base, candidate)
    leave_one_out = [
        metric(name).linear(candidate.rows(rest)).value - metric(name).linear(base.rows(rest)).value
        for rest in (np.delete(np.arange(300), place) for place in range(300))
    ]
    jackknifed = math.sqrt(299**2 / 300 * np.var(leave_one_out, ddof=1))
    assert found.stderr == pytest.approx(jackknifed, rel=0.01)


def prompts_changed(worse: int, better: int, prompts: int) -> Difference:
    """Compare two runs at prompt level."""
    changed = worse + better
    base = [[place < worse] for place in range(prompts)]
    candidate = [[worse <= place < changed] for place in range(prompts)]
    return compared("prompt_level_loose_acc", run_of(base), run_of(candidate))


def test_the_end_near_0_is_that_of_bonett_and_price() -> None:
    found = prompts_changed(worse=40, better=20, prompts=300)
    variance = (60 - 20**2 / 300) / (300 * 299) + 2 / 300**2
    half = stats.t.ppf(0.975, 299) * math.sqrt(variance)
    assert found.high == pytest.approx(found.delta + half, rel=5e-3)


@pytest.mark.parametrize(("worse", "better"), [(8, 0), (30, 20), (0, 0)])
def test_the_end_far_from_0_is_that_of_the_score_interval(worse: int, better: int) -> None:
    """At it, the sum observed is t standard errors away: those of the likeliest Poisson counts."""
    found = prompts_changed(worse, better, prompts=3000)
    end, reached = found.low * 3000, better - worse

    def unlikelihood(variance: float) -> float:
        up, down = (variance + end) / 2, (variance - end) / 2
        return up + down - better * math.log(up) - worse * math.log(down)

    likeliest = optimize.minimize_scalar(
        unlikelihood, bounds=(-end + 1e-9, 10 * (worse + better - end)), method="bounded"
    )
    assert reached - end == pytest.approx(1.9608 * math.sqrt(likeliest.x), rel=5e-3)


@pytest.mark.parametrize("name", ["inst_level_loose_acc", "prompt_level_strict_acc", "followrag"])
def test_swapping_the_sides_turns_the_sign(make_outcomes: MakeOutcomes, name: str) -> None:
    base, candidate = make_outcomes(seed=1), make_outcomes(seed=2, skill=0.5)
    one, other = compared(name, base, candidate), compared(name, candidate, base)
    assert (one.delta, one.low, one.high) == (-other.delta, -other.high, -other.low)
    assert (one.p, one.worse, one.better) == (other.p, other.better, other.worse)


@pytest.mark.parametrize("name", ["inst_level_loose_acc", "followrag"])
def test_the_order_of_rows_changes_no_bit(make_outcomes: MakeOutcomes, name: str) -> None:
    base, candidate = [make_outcomes(seed=1), make_outcomes(seed=2)], [make_outcomes(seed=3)]
    keys = base[0].keys[::-1]
    turned = [[run.of_keys(keys) for run in side] for side in (base, candidate)]
    given = compared_groups(name, base, candidate)
    assert compared_groups(name, turned[0], turned[1]) == given


def test_equal_runs_leave_a_doubt(make_outcomes: MakeOutcomes) -> None:
    run = make_outcomes(prompts=300)
    found = compared("inst_level_loose_acc", run, run)
    assert (found.delta, found.p, found.worse, found.better) == (0, 1, 0, 0)
    largest = 4 / 2.5  # the most constraints of a prompt over the mean
    assert found.high == -found.low == pytest.approx(largest * 1.968**2 / 300, rel=1e-3)


def test_a_change_of_all_prompts_leaves_a_doubt() -> None:
    found = compared("qa_acc", *(run_of([[True]] * 20, [value] * 20) for value in (1.0, 0.0)))
    assert found.delta == -1
    assert -1 == found.low < found.high < 0


def test_one_prompt_says_nothing() -> None:
    found = compared("inst_level_loose_acc", run_of([[True, False]]), run_of([[False, False]]))
    assert (found.delta, found.low, found.high, found.p) == (-0.5, -1, 1, 1)
    assert math.isnan(found.stderr)


def test_one_prompt_says_nothing_in_several_runs() -> None:
    runs = [run_of([[passed]]) for passed in (True, False, True, True)]
    found = compared_groups("inst_level_loose_acc", runs[:2], runs[2:])
    assert (found.low, found.high, found.p) == (-1, 1, 1)


def test_no_prompt_that_counts_gives_nothing(make_outcomes: MakeOutcomes) -> None:
    run = make_outcomes()
    assert paired(metric("judge"), [run], [run]) is None
    assert paired(metric("constraint:none_such"), [run], [run]) is None
    other = run_of([[True]] * 2, qa_acc=[1.0, None])
    assert paired(metric("qa_acc"), [other], [run_of([[True]] * 2, qa_acc=[None, 1.0])]) is None


def test_prompts_count_that_count_in_every_run() -> None:
    base = run_of([[True]] * 4, qa_acc=[1.0, 0.0, None, 1.0])
    candidate = run_of([[True]] * 4, qa_acc=[1.0, 1.0, 1.0, None])
    found = compared("qa_acc", base, candidate)
    assert (found.prompts, found.base, found.candidate) == (2, 0.5, 1.0)


def test_a_constraint_is_compared_on_the_prompts_that_have_it(make_outcomes: MakeOutcomes) -> None:
    base, candidate = make_outcomes(seed=1), make_outcomes(seed=2)
    found = compared("constraint:format_json", base, candidate)
    passed = [float(run.loose[run.id == "format_json"].mean()) for run in (base, candidate)]
    assert [found.base, found.candidate] == pytest.approx(passed)
    assert found.prompts == int((base.id == "format_json").sum())


def test_worse_and_better_count_prompts_by_their_part_in_a_mean_of_ratios() -> None:
    base = run_of([[True, True], [True, True], [False, False]], qa_acc=[0.0, 1.0, 1.0])
    candidate = run_of([[True, False], [True, True], [True, False]], qa_acc=[1.0, 1.0, 1.0])
    found = compared("followrag", base, candidate)
    assert (found.worse, found.better) == (0, 2)


def test_repeated_runs_add_nothing(make_outcomes: MakeOutcomes) -> None:
    base, candidate = make_outcomes(seed=1), make_outcomes(seed=2, skill=0.6)
    once = compared("followrag", base, candidate)
    twice = compared_groups("followrag", [base] * 2, [candidate] * 2)
    assert twice._replace(p=once.p) == pytest.approx(once)
    assert twice.p == pytest.approx(once.p, rel=1e-9)


def test_runs_that_differ_between_them_widen_the_interval(make_outcomes: MakeOutcomes) -> None:
    def of(*skills: float) -> list[Outcomes]:
        return [make_outcomes(seed=place, skill=skill) for place, skill in enumerate(skills)]

    steady = compared_groups("inst_level_loose_acc", of(0.7, 0.7, 0.7), of(0.7, 0.7, 0.7))
    shaky = compared_groups("inst_level_loose_acc", of(0.5, 0.7, 0.9), of(0.5, 0.7, 0.9))
    assert shaky.high - shaky.low > 2 * (steady.high - steady.low)
    assert shaky.stderr > 2 * steady.stderr


def test_runs_far_apart_are_judged_by_their_means() -> None:
    """Where prompts don't differ at all, runs are what is sampled: Student's t test."""
    shares = ([0.50, 0.58, 0.63], [0.81, 0.88, 0.97])
    groups = [
        [run_of([[place < 100 * share] for place in range(100)]) for share in side]
        for side in shares
    ]
    found = compared_groups("prompt_level_loose_acc", groups[0], groups[1])
    spread = math.sqrt((np.var(shares[0], ddof=1) + np.var(shares[1], ddof=1)) / 3)
    assert found.stderr >= spread
    assert found.high - found.delta >= stats.t.ppf(0.975, 4) * spread


@pytest.mark.parametrize("sizes", [(2, 2), (1, 3), (5, 4)])
def test_the_p_value_of_several_runs_is_that_of_the_interval(
    make_outcomes: MakeOutcomes, sizes: tuple[int, int]
) -> None:
    base = [make_outcomes(seed=seed) for seed in range(sizes[0])]
    candidate = [make_outcomes(seed=10 + seed, skill=0.55) for seed in range(sizes[1])]
    p = compared_groups("followrag", base, candidate).p
    ends = compared_groups("followrag", base, candidate, confidence=1 - p)
    assert ends.high == pytest.approx(0, abs=1e-9)


def test_a_higher_confidence_is_wider(make_outcomes: MakeOutcomes) -> None:
    base, candidate = [make_outcomes(seed=1)], [make_outcomes(seed=2)]
    usual = compared_groups("qa_acc", base, candidate)
    wider = compared_groups("qa_acc", base, candidate, confidence=0.99)
    assert wider.low < usual.low < usual.high < wider.high
    assert wider.confidence == 0.99


def test_holm_multiplies_and_keeps_the_order() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_never_exceeds_1() -> None:
    assert holm([0.6, 0.5, 1.0]) == [1.0, 1.0, 1.0]


def test_holm_of_nothing_is_nothing() -> None:
    assert holm([]) == []


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_holm_rejects_what_the_step_down_procedure_rejects(thousandths: list[int]) -> None:
    alpha, p_values = 0.0517, [value / 1000 for value in thousandths]
    steps = [p <= alpha / (len(p_values) - place) for place, p in enumerate(sorted(p_values))]
    rejected = [*steps, False].index(False)
    assert sum(p <= alpha for p in holm(p_values)) == rejected
