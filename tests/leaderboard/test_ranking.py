"""Ranks: shared where no paired difference is significant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from followrag.leaderboard.metrics import METRICS, metric
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome
from followrag.leaderboard.statistics.differences import paired
from followrag.leaderboard.statistics.multiplicity import holm
from followrag.leaderboard.tables.ranking import pairwise_p, rank_runs

MakeOutcomes = Callable[..., Outcomes]


def with_ratings(outcomes: Outcomes, seed: int) -> Outcomes:
    """Rate most of the rows, other ones for each seed."""
    chance = np.random.default_rng(seed)
    rating = chance.choice([0.0, 0.5, 1.0, np.nan], size=len(outcomes), p=[0.2, 0.2, 0.5, 0.1])
    return replace(outcomes, rating=rating)


def prompts_followed(share: float, count: int = 400) -> Outcomes:
    """Rows of one constraint, of which the first part is followed."""
    rows = []
    for number in range(count):
        passed = number < share * count
        rows.append(
            RowOutcome(str(number), "nq", [Check("format_json", passed, passed, False)], None)
        )
    return Outcomes.of(rows)


@pytest.mark.parametrize("name", [*METRICS, "family:keywords", "constraint:format_json"])
def test_two_runs_are_tested_as_their_interval_is(make_outcomes: MakeOutcomes, name: str) -> None:
    base, candidate = (
        with_ratings(make_outcomes(200, skill=skill, seed=seed), seed)
        for seed, skill in ((1, 0.6), (2, 0.7))
    )
    p = pairwise_p(metric(name), [base, candidate])[0, 1]
    found = paired(metric(name), [base], [candidate], confidence=1 - p)
    assert found is not None
    nearest = found.low if found.delta > 0 else found.high
    assert 0 < p < 1
    assert nearest == pytest.approx(0, abs=1e-9)


def test_all_pairs_are_tested_as_if_alone(make_outcomes: MakeOutcomes) -> None:
    runs = [with_ratings(make_outcomes(80, seed=seed), seed) for seed in range(5)]
    for name in ("followrag", "judge"):
        p = pairwise_p(metric(name), runs)
        for first, second in combinations(range(5), 2):
            alone = pairwise_p(metric(name), [runs[first], runs[second]])
            assert p[first, second] == pytest.approx(alone[0, 1])
            assert p[second, first] == p[first, second]


def test_rows_in_another_order_are_paired_by_key(make_outcomes: MakeOutcomes) -> None:
    base, candidate = (make_outcomes(100, seed=seed) for seed in (1, 2))
    turned = candidate.rows(np.arange(len(candidate))[::-1])
    followrag = metric("followrag")
    p = pairwise_p(followrag, [base, turned])
    assert p == pytest.approx(pairwise_p(followrag, [base, candidate]))


def test_p_values_are_adjusted_over_all_pairs(make_outcomes: MakeOutcomes) -> None:
    runs = [make_outcomes(300, skill=skill, seed=3) for skill in (0.5, 0.6, 0.7, 0.8)]
    chosen = metric("inst_level_loose_acc")
    raw, adjusted = pairwise_p(chosen, runs), rank_runs(chosen, runs).p
    pairs = list(combinations(range(4), 2))
    assert [adjusted[pair] for pair in pairs] == pytest.approx(holm([raw[pair] for pair in pairs]))


def test_a_rank_is_one_more_than_the_runs_above_its_group() -> None:
    runs = [prompts_followed(share) for share in (0.50, 0.80, 0.49, 0.81, 0.10)]
    found = rank_runs(metric("prompt_level_loose_acc"), runs)
    assert found.order == (3, 1, 0, 2, 4)
    assert found.ranks == (1, 1, 3, 3, 5)


def test_a_group_has_no_two_runs_that_differ() -> None:
    """A chain of small steps is cut where its ends differ."""
    runs = [prompts_followed(0.9 - 0.01 * step) for step in range(12)]
    found = rank_runs(metric("prompt_level_loose_acc"), runs)
    for one, other in combinations(range(12), 2):
        if found.ranks[one] == found.ranks[other]:
            assert found.p[found.order[one], found.order[other]] >= 0.05
    assert len(set(found.ranks)) > 1


def test_equal_runs_share_a_rank_in_the_order_given(make_outcomes: MakeOutcomes) -> None:
    run = make_outcomes(50)
    found = rank_runs(metric("followrag"), [run, run, run])
    assert (found.order, found.ranks) == ((0, 1, 2), (1, 1, 1))
    assert (found.p == 1).all()


def test_runs_of_a_row_or_of_errors_only_tie(make_outcomes: MakeOutcomes) -> None:
    one, other = make_outcomes(1, skill=0.99), make_outcomes(1, skill=0.01)
    assert rank_runs(metric("inst_level_loose_acc"), [one, other]).ranks == (1, 1)
    nothing = prompts_followed(0.0, count=5)
    assert rank_runs(metric("prompt_level_loose_acc"), [nothing, nothing]).ranks == (1, 1)


def test_runs_without_a_prompt_in_common_are_not_told_apart(make_outcomes: MakeOutcomes) -> None:
    run = make_outcomes(20)
    other = replace(run, keys=tuple(f"other {key}" for key in run.keys))
    assert (pairwise_p(metric("followrag"), [run, other]) == 1).all()


def test_equal_models_are_rarely_told_apart(make_outcomes: MakeOutcomes) -> None:
    """Ten equal models: any wrong split happens at most about as often as 5%."""
    splits = 0
    for trial in range(100):
        chance = np.random.default_rng(trial)
        runs = [
            Outcomes.of(
                RowOutcome(str(row), "nq", [Check("format_json", passed, passed, False)], None)
                for row, passed in enumerate((chance.random(60) < 0.7).tolist())
            )
            for _ in range(6)
        ]
        splits += len(set(rank_runs(metric("prompt_level_loose_acc"), runs).ranks)) > 1
    assert splits <= 5 + 3 * np.sqrt(100 * 0.05 * 0.95)
