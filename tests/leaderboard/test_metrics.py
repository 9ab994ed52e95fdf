"""The leaderboard's figures are those of the run, to the last digit."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag import Item
from followrag.errors import InputError
from followrag.leaderboard.metrics import METRICS, metric
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome
from followrag.ratings import Rating
from followrag.scoring import Row, error_row
from followrag.summary import Figures, summarise
from followrag.verifiers import Verdict

IDS = ("length_words", "format_json", "keywords_inclusion", "format_no_commas", "made_up")

passes = st.tuples(st.sampled_from(IDS), st.booleans(), st.booleans())
answers = st.tuples(
    st.sampled_from(["ifnq", "iftq"]),
    st.lists(passes, min_size=1, max_size=4),
    st.sampled_from([None, 0.0, 1.0]),
    st.sampled_from([None, 0.0, 0.5, 1.0]),
    st.booleans(),
)


def built(given: Sequence[Any]) -> tuple[list[Row], dict[str, Rating], Outcomes]:
    """Build the same rows for the summary and for the leaderboard."""
    rows, ratings, outcomes = [], {}, []
    for key, (type, checks, qa_acc, rating, is_read) in enumerate(given):
        if not is_read:
            rows.append(error_row(None, f"bad item {key}"))
            failed = [Check("", False, False, True)]
            outcomes.append(RowOutcome(f"bad {key}", "", failed, None, error=True))
            continue
        item = Item.model_validate(
            {
                "key": key,
                "type": type,
                "prompt": "?",
                "answer_gold": "" if qa_acc is None else "Paris",
                "instruction_id_list": [id for id, _, _ in checks],
                "kwargs": [{}] * len(checks),
            }
        )
        strict = tuple(Verdict(a and b, None, "") for _, a, b in checks)
        loose = tuple(Verdict(a, None, "") for _, a, _ in checks)
        row = Row(item, "text", strict, loose)
        scores = None if qa_acc is None else {}
        vars(row).update(qa=scores, qa_acc=qa_acc, qa_acc_unwrapped=qa_acc)
        rows.append(row)
        if rating is not None:
            ratings[str(key)] = Rating(key, rating, (), "", None)
        listed = [Check(id, a and b, a, False) for id, a, b in checks]
        outcomes.append(
            RowOutcome(str(key), item.dataset, listed, qa_acc, rating, qa_acc_unwrapped=qa_acc)
        )
    return rows, ratings, Outcomes.of(outcomes)


def assert_same(figures: Figures, outcomes: Outcomes) -> None:
    for name in METRICS:
        ours, theirs = METRICS[name].figure(outcomes), figures.get(name)
        if theirs is None:
            assert ours.n == 0
        else:
            assert tuple(ours) == pytest.approx(tuple(theirs), rel=1e-12, nan_ok=True), name


@given(st.lists(answers, min_size=1, max_size=12))
def test_figures_are_those_of_the_summary(given: list[Any]) -> None:
    rows, ratings, outcomes = built(given)
    summary = summarise(rows, ratings)
    assert_same(summary.overall, outcomes)
    for by, groups in (
        ("dataset", summary.by_dataset),
        ("count", summary.by_constraint_count),
    ):
        found = outcomes.grouped(by)  # type: ignore[arg-type]
        assert found.keys() == groups.keys()
        for name, group in found.items():
            assert_same(groups[name], group)


@given(st.lists(answers, min_size=1, max_size=12))
def test_figures_by_constraint_and_family_are_those_of_the_summary(given: list[Any]) -> None:
    rows, _, outcomes = built(given)
    summary = summarise(rows)
    for by, groups in (("constraint", summary.by_constraint), ("family", summary.by_family)):
        found = outcomes.grouped(by)  # type: ignore[arg-type]
        assert found.keys() == groups.keys()
        for name, group in found.items():
            for figure, estimate in groups[name].items():
                ours = METRICS[figure].figure(group)
                assert tuple(ours) == pytest.approx(tuple(estimate), rel=1e-12, nan_ok=True)
            loose = tuple(groups[name]["inst_level_loose_acc"])
            names = [f"{by}:{name}", *([f"{name}_loose_acc"] if by == "family" else [])]
            for same in names:
                found = tuple(metric(same).figure(outcomes))
                assert found == pytest.approx(loose, rel=1e-12, nan_ok=True)


def test_a_metric_over_nothing_is_nan() -> None:
    estimate = metric("family:length").figure(Outcomes.of([]))
    assert estimate.n == 0
    assert math.isnan(estimate.value)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("inst_level_lose_acc", "did you mean 'inst_level_loose_acc'?"),
        ("families:length", "did you mean 'family:length'?"),
        ("family:lenght", "did you mean 'family:length'?"),
        ("lenght_loose_acc", "did you mean"),
        ("length", "did you mean 'family:length'?"),
        ("family:", "did you mean"),
        ("", "known: followrag, "),
    ],
)
def test_an_unknown_metric_is_named_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(InputError, match=re.escape(f"{name}: is no metric; {hint}")):
        metric(name)
