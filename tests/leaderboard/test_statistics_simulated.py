"""What the statistics promise, counted over runs drawn from known chances."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from scipy import stats
from simulated_runs import breaking_pair, groups, pair

from followrag.leaderboard.gate.decision import decide
from followrag.leaderboard.gate.policy import Gate, Policy
from followrag.leaderboard.metrics import metric
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.statistics.differences import Difference, added_variance, paired, t_test
from followrag.leaderboard.statistics.power import paired_spread, smallest_effect

DRAWS = 2_000


def monte_carlo_error(share: float) -> float:
    return 3 * math.sqrt(share * (1 - share) / DRAWS)


def compared(name: str, base: Sequence[Outcomes], candidate: Sequence[Outcomes]) -> Difference:
    found = paired(metric(name), base, candidate)
    assert found is not None
    return found


def drawn(
    name: str, prompts: int, discordance: float, effect: float = 0.0, together: float = 0.3
) -> Iterator[Difference]:
    random = np.random.default_rng(0)
    most = 1 if name.startswith("prompt_level") else 4
    for _ in range(DRAWS):
        base, candidate = pair(random, prompts, discordance, effect, together, most)
        yield compared(name, [base], [candidate])


def chance_of_seeing(prompts: int, discordance: float, effect: float) -> float:
    """Compute how often the interval leaves 0 out at prompt level, over all possible tables."""
    changed = stats.binom(prompts, discordance)
    k = np.arange(changed.ppf(1e-9), changed.ppf(1 - 1e-9) + 1)[:, None]
    better = np.arange(k[-1, 0] + 1)[None]
    chance = changed.pmf(k) * stats.binom.pmf(better, k, (1 + effect / discordance) / 2)
    worse = np.clip(k - better, 0, None)
    delta = (better - worse) / prompts
    same = prompts - better - worse
    squares, fourths = (
        better * (1 - delta) ** power + worse * (1 + delta) ** power + same * delta**power
        for power in (2, 4)
    )
    variance = squares / (prompts * (prompts - 1)) + added_variance(squares, fourths, prompts)
    return float(chance[t_test(delta, variance, prompts) < 0.05].sum())


@pytest.mark.parametrize("prompts", [2100, 700, 300])
@pytest.mark.parametrize("discordance", [0.05, 0.1, 0.2])
def test_the_planned_difference_is_seen_in_four_cases_of_five(
    prompts: int, discordance: float
) -> None:
    effect = smallest_effect(prompts, paired_spread(discordance))
    assert chance_of_seeing(prompts, discordance, effect) == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("prompts", [30, 100, 300, 700, 2800])
@pytest.mark.parametrize("discordance", [0.01, 0.03, 0.1, 0.3])
def test_equal_runs_are_told_apart_in_one_case_of_twenty_at_most(
    prompts: int, discordance: float
) -> None:
    assert chance_of_seeing(prompts, discordance, 0) <= 0.05


@pytest.mark.parametrize("name", ["inst_level_loose_acc", "followrag"])
@pytest.mark.parametrize(
    ("prompts", "discordance", "together"), [(50, 0.1, 0.0), (100, 0.05, 1.0), (700, 0.1, 0.3)]
)
def test_equal_runs_raise_a_false_alarm_as_rarely(
    name: str, prompts: int, discordance: float, together: float
) -> None:
    found = list(drawn(name, prompts, discordance, together=together))
    alarms = np.mean([difference.low > 0 or difference.high < 0 for difference in found])
    assert alarms <= 0.05 + monte_carlo_error(0.05)
    assert np.mean([difference.p <= 0.05 for difference in found]) <= 0.05 + monte_carlo_error(0.05)


@pytest.mark.parametrize("name", ["prompt_level_loose_acc", "inst_level_loose_acc", "followrag"])
@pytest.mark.parametrize(
    ("prompts", "discordance", "effect"),
    [(50, 0.1, -0.1), (300, 0.02, 0.02), (300, 0.1, -0.05), (700, 0.2, -0.1)],
)
def test_intervals_hold_the_true_difference(
    name: str, prompts: int, discordance: float, effect: float
) -> None:
    found = list(drawn(name, prompts, discordance, effect))
    above = np.mean([difference.low > effect for difference in found])
    below = np.mean([difference.high < effect for difference in found])
    assert above <= 0.025 + monte_carlo_error(0.025)
    assert below <= 0.025 + monte_carlo_error(0.025)


@pytest.mark.parametrize("name", ["inst_level_loose_acc", "followrag"])
def test_intervals_are_no_wider_than_they_must_be(name: str) -> None:
    found = drawn(name, prompts=700, discordance=0.3, effect=0.05)
    held = np.mean([difference.low <= 0.05 <= difference.high for difference in found])
    assert held == pytest.approx(0.95, abs=0.01 + monte_carlo_error(0.95))


@pytest.mark.parametrize("sizes", [(1, 2), (2, 2), (3, 3), (5, 5)])
@pytest.mark.parametrize("between_seeds", [0.0, 0.3])
def test_equal_models_of_several_runs_raise_a_false_alarm_as_rarely(
    sizes: tuple[int, int], between_seeds: float
) -> None:
    random = np.random.default_rng(0)
    alarms = 0
    for _ in range(DRAWS):
        base, candidate = groups(random, 100, sizes, between_seeds)
        found = compared("inst_level_loose_acc", base, candidate)
        alarms += found.low > 0 or found.high < 0
    assert alarms / DRAWS <= 0.05 + monte_carlo_error(0.05)


def answers(policy: Policy, discordance: float, effect: float) -> list[str]:
    random = np.random.default_rng(0)
    return [
        decide(policy, *([run] for run in pair(random, 300, discordance, effect))).answer
        for _ in range(DRAWS)
    ]


def test_equal_runs_are_called_regressed_in_one_case_of_twenty_at_most() -> None:
    found = answers(Policy(margin=0), discordance=0.1, effect=0)
    assert found.count("REGRESSED") / DRAWS <= 0.05 + monte_carlo_error(0.05)


def test_a_run_worse_by_the_margin_passes_in_one_case_of_forty_at_most() -> None:
    policy = Policy(margin=4, gates={"inst_level_loose_acc": Gate()})
    found = answers(policy, discordance=0.1, effect=-0.04)
    assert found.count("PASS") / DRAWS <= 0.025 + monte_carlo_error(0.025)


@pytest.mark.parametrize("prompts", [150, 200, 300])
def test_a_run_that_breaks_on_long_prompts_only_passes_as_rarely(prompts: int) -> None:
    policy = Policy(margin=2, gates={"inst_level_loose_acc": Gate()})
    random = np.random.default_rng(0)
    pairs = (breaking_pair(random, prompts, 0.02) for _ in range(DRAWS))
    passed = sum(decide(policy, [base], [worse]).answer == "PASS" for base, worse in pairs)
    assert passed / DRAWS <= 0.025 + monte_carlo_error(0.025)
