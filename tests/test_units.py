"""Standard errors where several prompts were made of one item."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag import Item
from followrag.estimates import Linear, average, ratio
from followrag.scoring import Row, score_item
from followrag.summary import summarise
from followrag.units import units_of

MakeItem = Callable[..., Item]
counted = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 4), st.sampled_from("abcdef")),
    min_size=1,
    max_size=40,
)


@given(counted)
def test_units_are_as_if_their_prompts_were_one(prompts: list[tuple[int, int, str]]) -> None:
    hits: dict[str, int] = defaultdict(int)
    counts: dict[str, int] = defaultdict(int)
    for hit, count, unit in prompts:
        hits[unit] += hit
        counts[unit] += count
    apart = ratio([hit for hit, _, _ in prompts], [count for _, count, _ in prompts])
    found = apart.by([unit for _, _, unit in prompts]).estimate()
    expected = ratio([*hits.values()], [*counts.values()]).estimate()
    assert found.value == expected.value == pytest.approx(apart.value)
    assert found.n == expected.n == len(hits)
    assert found.stderr == pytest.approx(expected.stderr, abs=1e-12, nan_ok=True)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abc")), min_size=1), st.randoms())
def test_the_order_of_prompts_does_not_change_a_bit(
    prompts: list[tuple[bool, str]], chance: object
) -> None:
    def figure(given: list[tuple[bool, str]]) -> tuple[float, float]:
        values = [float(hit) for hit, _ in given]
        found = average(values).by([unit for _, unit in given]).estimate()
        return found.value, found.stderr

    mixed = sorted(prompts, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert np.array_equal(figure(prompts), figure(mixed), equal_nan=True)


def test_without_units_each_prompt_is_one() -> None:
    linear = average([1.0, 0.0, 1.0])
    assert linear.by(None) is linear
    assert Linear.estimate(linear.by([1, 2, 3])) == linear.estimate()


def test_repeating_a_prompt_teaches_nothing(make_item: MakeItem) -> None:
    rows = [
        score_item(make_item(("format_no_commas", {}), key=key), text)
        for key, text in enumerate(["Paris", "a, b", "no", "City of Light, Paris"])
    ]
    once = summarise(rows)
    again = summarise([made_of(row, level) for row in rows for level in range(5)])
    assert again.by_constraint["format_no_commas"] == once.by_constraint["format_no_commas"]
    assert again.by_condition is not None
    assert [*again.by_condition] == [f"noise={level}" for level in range(5)]
    for figures in (again.overall, *again.by_condition.values()):
        for name, figure in once.overall.items():
            assert figures[name] == pytest.approx(figure, nan_ok=True)
    assert once.by_condition is None


def made_of(row: Row, level: int) -> Row:
    assert row.item is not None
    condition = f"noise={level}"
    changed = {
        "key": f"{row.item.key}~{condition}",
        "condition": condition,
        "origin": row.item.key,
    }
    return replace(row, item=Item.model_validate(row.item.model_dump() | changed))


def test_items_that_were_not_made_of_others_are_units_of_their_own(make_item: MakeItem) -> None:
    plain = [score_item(make_item(key=key), "x") for key in (0, 1)]
    assert units_of(plain) is None
    assert units_of([*plain, made_of(plain[0], 3)]) == ["0", "1", "0"]
    assert not math.isnan(summarise(plain).overall["qa_acc"].stderr)
