"""Agreement between two scores, held against published values and hand computations."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.judge.agreement import Pair, compare, kappa

# Agresti, Categorical Data Analysis (1990), p. 366: rows husbands, columns wives. R's vcd gives
# 0.2374 with linear ("Equal-Spacing") weights, asymptotic standard error 0.0783.
SEXUAL_FUN = [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]
# Cohen's kappa of grant proposals, Wikipedia, "Cohen's kappa", simple example.
GRANTS = {(1.0, 1.0): 20, (1.0, 0.0): 5, (0.0, 1.0): 10, (0.0, 0.0): 15}

rating = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
yes_or_no = st.sampled_from([0.0, 1.0])
some_pairs = st.lists(st.tuples(rating, yes_or_no), min_size=1, max_size=30)


def table(rows: list[list[int]]) -> dict[Pair, int]:
    return {(float(i), float(j)): n for i, row in enumerate(rows) for j, n in enumerate(row)}


def rows_of(counts: dict[Pair, int]) -> list[Pair]:
    return [pair for pair, count in counts.items() for _ in range(count)]


def test_kappa_of_four_ordered_categories_is_the_published_value() -> None:
    assert kappa(table(SEXUAL_FUN)) == pytest.approx(0.2374, abs=5e-5)


def test_the_jackknife_is_near_the_published_asymptotic_standard_error() -> None:
    assert compare(rows_of(table(SEXUAL_FUN))).kappa.stderr == pytest.approx(0.0783, rel=0.05)


def test_kappa_of_two_categories_is_the_published_value() -> None:
    assert kappa(GRANTS) == pytest.approx(0.4)


def test_a_half_is_half_as_far_as_a_whole() -> None:
    # Seen: one half in 4 rows, 0.125. By chance: marginals (1, 1, 2)/4 of 0, 0.5, 1 against
    # (1, 3)/4 of 0, 1: (1*3 + 0.5*(1 + 3) + 2*1) / 16 = 7/16. Kappa: 1 - 0.125 * 16 / 7 = 5/7.
    pairs = [(1.0, 1.0), (1.0, 1.0), (0.5, 1.0), (0.0, 0.0)]
    assert compare(pairs).kappa.value == pytest.approx(5 / 7)


def test_equal_scores_agree_wholly() -> None:
    found = compare([(1.0, 1.0), (0.0, 0.0), (0.5, 0.5)])
    assert found.kappa.value == found.agreement.value == 1
    assert found.difference[:2] == (0, 0)
    assert found.says == "unknown"


def test_kappa_is_unknown_where_all_scores_are_the_same() -> None:
    assert math.isnan(compare([(1.0, 1.0)] * 5).kappa.value)


def test_kappas_error_is_unknown_where_one_row_carries_it() -> None:
    found = compare([(1.0, 1.0)] * 5 + [(0.0, 0.0)])
    assert found.kappa.value == 1
    assert math.isnan(found.kappa.stderr)


def test_no_rows_give_no_figures() -> None:
    found = compare([])
    assert found.table == {}
    assert math.isnan(found.kappa.value)
    assert found.says == "unknown"


def test_means_far_apart_are_told() -> None:
    found = compare([(1.0, 0.0)] * 9 + [(0.0, 0.0)])
    assert found.difference.value == pytest.approx(0.9)
    assert found.says == "different"


def test_means_that_are_close_beyond_doubt_say_the_same() -> None:
    assert compare([(1.0, 1.0)] * 99 + [(0.5, 1.0)]).says == "same"
    assert compare([(1.0, 1.0)] * 20).says == "unknown"


def test_few_rows_that_disagree_say_nothing_though_their_means_are_equal() -> None:
    assert compare([(1.0, 0.0), (0.0, 1.0)]).says == "unknown"


def test_one_row_tells_nothing_of_the_means() -> None:
    assert compare([(1.0, 0.0)]).says == "unknown"


@given(some_pairs)
def test_the_table_counts_every_row(pairs: list[Pair]) -> None:
    found = compare(pairs)
    assert sorted(rows_of(found.table)) == sorted(pairs)


@given(some_pairs)
def test_kappa_is_bounded_and_symmetric(pairs: list[Pair]) -> None:
    found = compare(pairs).kappa.value
    swapped = compare([(right, left) for left, right in pairs]).kappa.value
    assert math.isnan(found) == math.isnan(swapped)
    if not math.isnan(found):
        assert -1 - 1e-9 <= found <= 1
        assert found == pytest.approx(swapped)


@given(st.lists(st.tuples(yes_or_no, yes_or_no), min_size=1, max_size=30))
def test_with_two_categories_kappa_is_the_unweighted_one(pairs: list[Pair]) -> None:
    n = len(pairs)
    seen = sum(left == right for left, right in pairs) / n
    ones = sum(left for left, _ in pairs) * sum(right for _, right in pairs) / n**2
    zeros = sum(1 - left for left, _ in pairs) * sum(1 - right for _, right in pairs) / n**2
    found = compare(pairs).kappa.value
    if math.isnan(found):
        assert ones + zeros == pytest.approx(1)
    else:
        assert found == pytest.approx((seen - ones - zeros) / (1 - ones - zeros), abs=1e-9)


@given(some_pairs)
def test_the_standard_error_is_the_jackknife_over_rows(pairs: list[Pair]) -> None:
    n = len(pairs)
    found = compare(pairs).kappa.stderr
    left_out = [compare(pairs[:place] + pairs[place + 1 :]).kappa.value for place in range(n)]
    if n < 2 or any(math.isnan(value) for value in left_out):
        assert math.isnan(found)
        return
    mean = sum(left_out) / n
    expected = math.sqrt((n - 1) / n * sum((value - mean) ** 2 for value in left_out))
    assert found == pytest.approx(expected, abs=1e-9)
