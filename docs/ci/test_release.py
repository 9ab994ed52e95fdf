"""The release gate as tests, with pytest and no plugin: BASELINE=... CANDIDATE=... pytest."""

import os

import pytest

from followrag.leaderboard.gate import Comparison, Policy, compare_runs


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Compare what the environment names; unusable input is an error of every test."""
    policy = Policy(margin=2.0)  # percent points
    return compare_runs(os.environ["BASELINE"], os.environ["CANDIDATE"], policy)


def test_no_metric_that_gates_is_worse(comparison: Comparison) -> None:
    """The verdict is PASS; what isn't is named, with why."""
    reasons = {
        gate.difference.metric: f"{gate.answer}: {gate.reason}"
        for gate in comparison.decision.gates
        if gate.answer != "PASS"
    }
    assert reasons == {}


def test_no_constraint_is_worse(comparison: Comparison) -> None:
    """No constraint is worse beyond chance, corrected for their number."""
    assert [part.name for part in comparison.constraints if part.change == "worse"] == []


def test_every_row_was_scored(comparison: Comparison) -> None:
    """No row is missing from the figures."""
    assert comparison.unscored == ((), ())
