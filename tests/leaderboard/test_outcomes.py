"""Columns of outcomes: taking, grouping, and what is empty."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome

MakeOutcomes = Callable[..., Outcomes]


def row(key: str, *ids: str, dataset: str = "nq", **others: object) -> RowOutcome:
    checks = [Check(id, True, True, False) for id in ids]
    return RowOutcome(key, dataset, checks, **{"qa_acc": None, **others})  # type: ignore[arg-type]


def as_rows(outcomes: Outcomes) -> list[tuple[str, str, list[tuple[str, bool, bool]]]]:
    """Read the columns back, slowly."""
    return [
        (
            key,
            str(outcomes.dataset[place]),
            [
                (str(outcomes.id[at]), bool(outcomes.strict[at]), bool(outcomes.loose[at]))
                for at in np.flatnonzero(outcomes.row == place)
            ],
        )
        for place, key in enumerate(outcomes.keys)
    ]


@given(st.lists(st.integers(0, 39), max_size=60))
def test_taking_rows_takes_their_constraints_along(places: list[int]) -> None:
    rows = [row(str(n), *["a", "b", "c"][: 1 + n % 3], dataset=f"d{n % 4}") for n in range(40)]
    outcomes = Outcomes.of(rows)
    taken = outcomes.rows(np.array(places, dtype=np.int64))
    everything = as_rows(outcomes)
    assert as_rows(taken) == [everything[place] for place in places]


def test_rows_are_taken_by_key(make_outcomes: MakeOutcomes) -> None:
    outcomes = make_outcomes(20)
    assert outcomes.of_keys(["7", "3"]).keys == ("7", "3")
    with pytest.raises(KeyError):
        outcomes.of_keys(["none"])


def test_taking_constraints_drops_rows_without_any() -> None:
    outcomes = Outcomes.of([row("1", "length_words"), row("2", "format_json", "length_words")])
    kept = outcomes.only(outcomes.id == "format_json")
    assert kept.keys == ("2",)
    assert kept.counts.tolist() == [1]


def test_followed_constraints_are_counted_by_row(make_outcomes: MakeOutcomes) -> None:
    outcomes = make_outcomes(50)
    counted = [sum(loose for _, _, loose in checks) for _, _, checks in as_rows(outcomes)]
    assert outcomes.followed(loose=True).tolist() == counted


def test_groups_by_dataset_and_count_divide_the_rows(make_outcomes: MakeOutcomes) -> None:
    outcomes = make_outcomes(50)
    for by in ("dataset", "count"):
        keys = [key for group in outcomes.grouped(by).values() for key in group.keys]  # type: ignore[arg-type]
        assert sorted(keys) == sorted(outcomes.keys)


def test_groups_by_family_join_those_by_constraint() -> None:
    outcomes = Outcomes.of([row("1", "length_words", "length_sentence"), row("2", "no_such_id")])
    assert sorted(outcomes.grouped("constraint")) == [
        "length_sentence",
        "length_words",
        "no_such_id",
    ]
    families = outcomes.grouped("family")
    assert sorted(families) == ["length", "unknown"]
    assert families["length"].counts.tolist() == [2]


def test_an_unreadable_item_is_in_no_group_and_counts_as_not_answered() -> None:
    unread = RowOutcome("unreadable item 1", "", [Check("", False, False, True)], None, error=True)
    outcomes = Outcomes.of([row("1", "length_words", qa_acc=1.0), unread])
    assert outcomes.qa_acc.tolist() == [1.0, 0.0]
    for by in ("dataset", "family", "constraint", "count"):
        groups = outcomes.grouped(by)  # type: ignore[arg-type]
        assert [group.keys for group in groups.values()] == [("1",)]


def test_an_unreadable_item_has_no_answer_where_no_item_has_gold_answers() -> None:
    unread = RowOutcome("unreadable item 1", "", [Check("", False, False, True)], None, error=True)
    assert np.isnan(Outcomes.of([row("1", "length_words"), unread]).qa_acc).all()


def test_no_rows_are_no_error() -> None:
    outcomes = Outcomes.of([])
    assert len(outcomes) == 0
    assert outcomes.grouped("constraint") == {}
