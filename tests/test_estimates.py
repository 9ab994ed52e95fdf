"""Figures and their standard errors, against other ways to compute them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from followrag.estimates import Estimate, followrag_score, mean, pooled_share

Outcomes = list[list[bool]]

outcome_lists = st.lists(st.lists(st.booleans(), min_size=1, max_size=5), min_size=2, max_size=30)


def close(estimate: Estimate) -> object:
    """Compare up to rounding, nan with nan."""
    return pytest.approx(tuple(estimate), rel=1e-9, abs=1e-12, nan_ok=True)


@pytest.fixture(scope="module")
def clustered() -> Outcomes:
    """300 prompts of 1 to 4 constraints whose outcomes hang together."""
    random = np.random.default_rng(0)
    ability = random.beta(1, 1, size=300)
    return [list(random.random(random.integers(1, 5)) < p) for p in ability]


@pytest.fixture(scope="module")
def answered(clustered: Outcomes) -> list[float]:
    """Whether each prompt was answered, more often where more is followed."""
    random = np.random.default_rng(1)
    return [float(random.random() < (np.mean(prompt) + 0.5) / 2) for prompt in clustered]


def sums(outcomes: Outcomes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    hits = np.array([sum(prompt) for prompt in outcomes], dtype=float)
    return hits, np.array([len(prompt) for prompt in outcomes], dtype=float)


def jackknifed(leave_one_out: NDArray[np.float64]) -> float:
    n = len(leave_one_out)
    return math.sqrt((n - 1) / n * float(((leave_one_out - leave_one_out.mean()) ** 2).sum()))


def resampled(n: int, draws: int = 4_000) -> NDArray[np.int64]:
    """Prompts drawn with replacement, a row per resample."""
    return np.random.default_rng(2).integers(0, n, size=(draws, n))


# Means


def test_a_mean_by_hand() -> None:
    assert mean([1.0, 0.0, 1.0, 1.0]) == close(Estimate(0.75, 0.25, 4))


@given(st.lists(st.floats(0, 1), min_size=2))
def test_the_standard_error_of_a_mean_is_the_usual_one(values: list[float]) -> None:
    expected = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    assert mean(values).stderr == pytest.approx(expected, abs=1e-12)


def test_a_mean_of_nothing_is_nan() -> None:
    assert mean([]) == close(Estimate(math.nan, math.nan, 0))


def test_a_mean_of_one_has_no_standard_error() -> None:
    assert mean([1.0]) == close(Estimate(1.0, math.nan, 1))


# Pooled shares


def test_a_pooled_share_by_hand() -> None:
    """Deviations from 3/6 are 1, -1/2 and -1/2: sqrt(3/2 * 3/2) / 6."""
    outcomes = [[True, True], [False], [True, False, False]]
    assert pooled_share(outcomes) == close(Estimate(0.5, 0.25, 3))


def test_a_pooled_share_is_no_mean_of_shares() -> None:
    assert pooled_share([[True], [False, False, False]]).value == 0.25


@given(st.lists(st.booleans(), min_size=2))
def test_with_one_constraint_a_prompt_the_standard_error_is_the_usual_one(
    passes: list[bool],
) -> None:
    estimate = pooled_share([[passed] for passed in passes])
    expected = float(np.std(passes, ddof=1)) / math.sqrt(len(passes))
    assert estimate == close(Estimate(sum(passes) / len(passes), expected, len(passes)))


@given(outcome_lists, st.integers(2, 4))
def test_repeating_the_constraints_of_every_prompt_adds_no_certainty(
    outcomes: Outcomes, times: int
) -> None:
    assert pooled_share([prompt * times for prompt in outcomes]) == close(pooled_share(outcomes))


@given(outcome_lists, st.integers(2, 4))
def test_repeating_every_prompt_adds_the_certainty_of_more_prompts(
    outcomes: Outcomes, times: int
) -> None:
    once, n = pooled_share(outcomes), len(outcomes)
    stderr = once.stderr * math.sqrt((n - 1) / (times * n - 1))
    assert pooled_share(outcomes * times) == close(Estimate(once.value, stderr, times * n))


@given(outcome_lists.flatmap(lambda outcomes: st.permutations(outcomes)))
def test_the_order_of_prompts_does_not_matter(outcomes: Outcomes) -> None:
    assert pooled_share(sorted(outcomes)) == close(pooled_share(outcomes))


@given(outcome_lists)
def test_the_share_of_failures_is_the_rest_and_as_certain(outcomes: Outcomes) -> None:
    share = pooled_share(outcomes)
    failures = pooled_share([[not passed for passed in prompt] for prompt in outcomes])
    assert failures == close(Estimate(1 - share.value, share.stderr, share.n))


def test_prompts_without_constraints_are_left_out() -> None:
    assert pooled_share([[], [True], [], [False]]) == pooled_share([[True], [False]])


@pytest.mark.parametrize("outcomes", [[], [[]], [[], []]])
def test_a_share_of_nothing_is_nan(outcomes: Outcomes) -> None:
    assert pooled_share(outcomes) == close(Estimate(math.nan, math.nan, 0))


def test_a_share_of_one_prompt_has_no_standard_error() -> None:
    assert pooled_share([[True, False]]) == close(Estimate(0.5, math.nan, 1))


def test_the_standard_error_of_a_share_is_the_jackknifes_by_prompt(clustered: Outcomes) -> None:
    hits, counts = sums(clustered)
    left = (hits.sum() - hits) / (counts.sum() - counts)
    assert pooled_share(clustered).stderr == pytest.approx(jackknifed(left), rel=0.01)


def test_the_standard_error_of_a_share_is_the_bootstraps_by_prompt(clustered: Outcomes) -> None:
    hits, counts = sums(clustered)
    drawn = resampled(len(clustered))
    shares = hits[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    assert pooled_share(clustered).stderr == pytest.approx(float(shares.std()), rel=0.05)


def test_clustering_matters(clustered: Outcomes) -> None:
    alone = pooled_share([[passed] for prompt in clustered for passed in prompt])
    assert pooled_share(clustered).stderr > 1.2 * alone.stderr


def test_95_of_100_intervals_hold_the_true_share() -> None:
    random = np.random.default_rng(3)
    held = 0
    for _ in range(1_000):
        counts = random.integers(1, 5, size=100)
        hits = random.binomial(counts, random.beta(2, 1, size=100))
        outcomes = [
            [place < hit for place in range(n)] for hit, n in zip(hits, counts, strict=True)
        ]
        share = pooled_share(outcomes)
        held += abs(share.value - 2 / 3) < 1.96 * share.stderr
    assert 0.93 < held / 1_000 < 0.97


# The followrag score


def test_the_followrag_score_by_hand() -> None:
    """Halves of (1/2 + 1/3), (-1/4 - 2/3) and (-1/4 + 1/3), whose squares sum to 37/96."""
    outcomes = [[True, True], [False], [True, False, False]]
    expected = Estimate(7 / 12, math.sqrt(37 / 96 / 6), 3)
    assert followrag_score(outcomes, [1.0, 0.0, 1.0]) == close(expected)


def test_the_followrag_score_is_the_mean_of_its_two_figures(
    clustered: Outcomes, answered: list[float]
) -> None:
    score = followrag_score(clustered, answered)
    both = (pooled_share(clustered).value + mean(answered).value) / 2
    assert score.value == pytest.approx(both)
    assert score.n == 300


def test_the_standard_error_of_the_followrag_score_is_the_jackknifes(
    clustered: Outcomes, answered: list[float]
) -> None:
    hits, counts = sums(clustered)
    correct = np.array(answered)
    n = len(correct)
    left = (hits.sum() - hits) / (counts.sum() - counts) + (correct.sum() - correct) / (n - 1)
    score = followrag_score(clustered, answered)
    assert score.stderr == pytest.approx(jackknifed(left / 2), rel=0.01)


def test_the_standard_error_of_the_followrag_score_is_the_bootstraps(
    clustered: Outcomes, answered: list[float]
) -> None:
    hits, counts = sums(clustered)
    correct = np.array(answered)
    drawn = resampled(len(clustered))
    scores = hits[drawn].sum(axis=1) / counts[drawn].sum(axis=1) + correct[drawn].mean(axis=1)
    score = followrag_score(clustered, answered)
    assert score.stderr == pytest.approx(float(scores.std()) / 2, rel=0.05)


def test_the_followrag_score_keeps_the_covariance_of_its_two_figures() -> None:
    passes = [True, False, True, True]
    answered = [float(passed) for passed in passes]
    opposite = [1 - value for value in answered]
    outcomes = [[passed] for passed in passes]
    assert followrag_score(outcomes, answered) == close(mean(answered))
    assert followrag_score(outcomes, opposite) == close(Estimate(0.5, 0.0, 4))


def test_the_followrag_score_of_nothing_is_nan() -> None:
    assert followrag_score([], []) == close(Estimate(math.nan, math.nan, 0))


def test_the_followrag_score_of_one_prompt_has_no_standard_error() -> None:
    assert followrag_score([[True, False]], [1.0]) == close(Estimate(0.75, math.nan, 1))


# The followrag score where only some prompts are rated


@pytest.fixture(scope="module")
def rated(clustered: Outcomes) -> list[float | None]:
    """Ratings of about half of the prompts, more often of those with many constraints."""
    random = np.random.default_rng(4)
    levels = (np.array([np.mean(prompt) for prompt in clustered]) + random.random(300)).round() / 2
    chosen = random.random(300) < [0.2 + 0.15 * len(prompt) for prompt in clustered]
    return [float(level) if take else None for level, take in zip(levels, chosen, strict=True)]


def parts(rated: list[float | None]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = np.array([value is not None for value in rated], dtype=float)
    return np.array([value or 0.0 for value in rated]), known


def test_unrated_prompts_add_nothing_to_the_mean_rating(
    clustered: Outcomes, rated: list[float | None]
) -> None:
    score = followrag_score(clustered, rated)
    known = [value for value in rated if value is not None]
    assert 100 < len(known) < 250
    assert score.value == pytest.approx((pooled_share(clustered).value + mean(known).value) / 2)
    assert score.n == 300


def test_the_standard_error_with_unrated_prompts_is_the_jackknifes(
    clustered: Outcomes, rated: list[float | None]
) -> None:
    (hits, counts), (values, known) = sums(clustered), parts(rated)
    followed = (hits.sum() - hits) / (counts.sum() - counts)
    correct = (values.sum() - values) / (known.sum() - known)
    score = followrag_score(clustered, rated)
    assert score.stderr == pytest.approx(jackknifed((followed + correct) / 2), rel=0.01)


def test_the_standard_error_with_unrated_prompts_is_the_bootstraps(
    clustered: Outcomes, rated: list[float | None]
) -> None:
    (hits, counts), (values, known) = sums(clustered), parts(rated)
    drawn = resampled(300)
    followed = hits[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    correct = values[drawn].sum(axis=1) / known[drawn].sum(axis=1)
    score = followrag_score(clustered, rated)
    assert score.stderr == pytest.approx(float((followed + correct).std()) / 2, rel=0.05)


def test_a_score_with_an_unrated_prompt_by_hand() -> None:
    """Halves of (3/8 - 3/4), (3/4 - 3/8) and 0, whose squares sum to 9/128."""
    outcomes = [[True], [False], [True, False]]
    expected = Estimate(0.5, math.sqrt(9 / 128 / 6), 3)
    assert followrag_score(outcomes, [0.0, 1.0, None]) == close(expected)


@given(outcome_lists, st.data())
def test_the_order_of_partly_rated_prompts_does_not_matter(
    outcomes: Outcomes, data: st.DataObject
) -> None:
    ratings = st.sampled_from([None, 0.0, 0.5, 1.0])
    prompts = [(prompt, data.draw(ratings)) for prompt in outcomes]
    shuffled = data.draw(st.permutations(prompts))
    scores = [
        followrag_score([prompt for prompt, _ in order], [value for _, value in order])
        for order in (prompts, shuffled)
    ]
    assert scores[0] == close(scores[1])


@given(outcome_lists, st.data())
def test_repeating_partly_rated_prompts_adds_the_certainty_of_more_prompts(
    outcomes: Outcomes, data: st.DataObject
) -> None:
    n = len(outcomes)
    ratings = data.draw(st.lists(st.none() | st.floats(0, 1), min_size=n, max_size=n))
    once = followrag_score(outcomes, ratings)
    twice = followrag_score(outcomes * 2, ratings * 2)
    assert twice.value == pytest.approx(once.value, nan_ok=True)
    if sum(value is not None for value in ratings) > 1:
        stderr = once.stderr * math.sqrt((n - 1) / (2 * n - 1))
        assert twice.stderr == pytest.approx(stderr, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("rating", [None, 1.0])
def test_with_fewer_than_two_ratings_there_is_no_standard_error(rating: float | None) -> None:
    score = followrag_score([[True], [False], [True]], [rating, None, None])
    assert math.isnan(score.stderr)
    assert math.isnan(score.value) == (rating is None)
