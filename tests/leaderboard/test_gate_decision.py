"""The verdict: what it says, and with which exit code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from gate_sides import prompt_outcomes
from hypothesis import given
from hypothesis import strategies as st

from followrag.errors import InputError
from followrag.leaderboard.gate.decision import Decision, GateResult, decide
from followrag.leaderboard.gate.policy import Gate, Policy
from followrag.leaderboard.metrics import metric
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.statistics.differences import paired

MakeOutcomes = Callable[..., Outcomes]
Pair = tuple[list[Outcomes], list[Outcomes]]
PROMPTS = Policy(gates={"prompt_level_loose_acc": Gate()})


def changed(prompts: int, worse: int, better: int = 0, **runs: Any) -> Pair:
    """Two runs, of which the second is worse on some prompts and better on some others."""
    base = np.arange(prompts) % 2 == 0
    candidate = base.copy()
    candidate[np.flatnonzero(base)[:worse]] = False
    candidate[np.flatnonzero(~base)[:better]] = True
    return [prompt_outcomes(base, **runs)], [prompt_outcomes(candidate, **runs)]


# With b prompts worse and c better of n, the interval is (c - b) / n ± t * sqrt(V + 2 / n ** 2),
# n * (n - 1) * V = b + c - (b - c) ** 2 / n.
@pytest.mark.parametrize(
    ("worse", "better", "answer"),
    [
        (120, 20, "REGRESSED"),  # -12.3 to -7.7 points
        (18, 0, "INCONCLUSIVE"),  # -2.7 to -0.9: worse, but perhaps by less than the margin of 2
        (60, 60, "INCONCLUSIVE"),  # -2.2 to +2.2
        (5, 5, "PASS"),  # -0.7 to +0.7
        (0, 100, "PASS"),
    ],
)
def test_the_answer_follows_from_the_interval_and_the_margin(
    worse: int, better: int, answer: str
) -> None:
    assert decide(PROMPTS, *changed(1000, worse, better)).answer == answer


@pytest.mark.parametrize(
    ("moved", "inconclusive", "code"),
    [
        ((120, 20), "inconclusive", 1),
        ((5, 5), "inconclusive", 0),
        ((60, 60), "inconclusive", 3),
        ((60, 60), "fail", 1),
        ((60, 60), "pass", 0),
        ((120, 20), "pass", 1),
        ((5, 5), "fail", 0),
    ],
)
def test_the_policy_says_what_doubt_means_and_nothing_else(
    moved: tuple[int, int], inconclusive: Any, code: int
) -> None:
    policy = PROMPTS.model_copy(update={"inconclusive": inconclusive})
    assert decide(policy, *changed(1000, *moved)).exit_code == code


def test_a_wider_margin_turns_a_regression_into_doubt_and_then_a_pass() -> None:
    runs = changed(1000, 120, 20)
    answers = [decide(PROMPTS.with_margin(margin), *runs).answer for margin in (9.9, 10.1, 12.5)]
    assert answers == ["REGRESSED", "INCONCLUSIVE", "PASS"]


@given(answers=st.lists(st.sampled_from(["REGRESSED", "PASS", "INCONCLUSIVE"]), min_size=1))
def test_one_regression_is_enough_and_a_pass_takes_all(answers: list[Any]) -> None:
    base, candidate = changed(4, 1)
    difference = paired(metric("inst_level_loose_acc"), base, candidate)
    assert difference is not None
    gates = tuple(GateResult(difference, 0.02, 0.0, answer, "", None, None) for answer in answers)
    decision = Decision(gates, Policy(), identical=False)
    if "REGRESSED" in answers:
        assert (decision.answer, decision.exit_code) == ("REGRESSED", 1)
    elif "INCONCLUSIVE" in answers:
        assert (decision.answer, decision.exit_code) == ("INCONCLUSIVE", 3)
    else:
        assert (decision.answer, decision.exit_code) == ("PASS", 0)


# Which metrics gate, and at which level


@pytest.mark.parametrize(
    ("answered", "gates"),
    [(1.0, ["inst_level_loose_acc", "qa_acc"]), (None, ["inst_level_loose_acc"])],
)
def test_answers_gate_by_default_where_there_are_gold_answers(
    answered: float | None, gates: list[str]
) -> None:
    decision = decide(Policy(), *changed(10, 1, answered=answered))
    assert [gate.difference.metric for gate in decision.gates] == gates


def test_a_gate_that_a_side_lacks_is_refused() -> None:
    with pytest.raises(InputError, match=r"^qa_acc: gates, but no row has it on both sides"):
        decide(Policy(gates={"qa_acc": Gate()}), *changed(10, 1))


@pytest.mark.parametrize(("gates", "level"), [(1, 0.95), (2, 0.95), (4, 0.975)])
def test_more_than_two_gates_take_wider_intervals(
    make_outcomes: MakeOutcomes, gates: int, level: float
) -> None:
    names = ["inst_level_loose_acc", "qa_acc", "family:length", "constraint:format_json"][:gates]
    policy = Policy(gates={name: Gate() for name in names})
    decision = decide(policy, [make_outcomes(seed=1)], [make_outcomes(seed=2)])
    assert decision.confidence == pytest.approx(level)
    assert {gate.difference.confidence for gate in decision.gates} == {decision.confidence}


def test_each_gate_has_its_own_margin_or_the_policys() -> None:
    gates = {"inst_level_loose_acc": Gate(margin=5.0), "prompt_level_loose_acc": Gate()}
    decision = decide(Policy(margin=1.0, gates=gates), *changed(100, 1))
    assert [gate.margin for gate in decision.gates] == [0.05, 0.01]


# The same responses


def test_a_run_compared_with_itself_passes_whatever_its_size() -> None:
    for run in (prompt_outcomes([True]), prompt_outcomes([True, False])):
        decision = decide(Policy(margin=0.0), [run], [run])
        assert decision.answer == "PASS"
        assert {gate.reason for gate in decision.gates} == {"the responses are the same"}


def test_the_same_seeds_in_another_order_are_the_same_responses(
    make_outcomes: MakeOutcomes,
) -> None:
    first, second = make_outcomes(seed=1), make_outcomes(seed=2)
    assert decide(Policy(), [first, second], [second, first]).identical


def test_the_same_responses_decided_otherwise_are_not_the_same() -> None:
    base = prompt_outcomes([True] * 50)
    candidate = replace(base, loose=~base.loose, strict=~base.strict)
    decision = decide(Policy(), [base], [candidate])
    assert not decision.identical
    assert decision.answer == "REGRESSED"


# Doubt


def test_doubt_says_what_so_many_prompts_show_and_how_many_would_settle_it() -> None:
    base, candidate = changed(1000, 60, 60)
    (gate,) = decide(PROMPTS, base, candidate).gates
    stderr = gate.difference.high / 1.96
    assert stderr == pytest.approx(np.sqrt(120) / 1000, rel=0.05)
    assert gate.detectable == pytest.approx((1.96 + 0.8416) * stderr, rel=0.01)
    # A difference of 0 passes where 1.96 + 0.84 standard errors are within the margin of 2 points.
    assert gate.prompts_needed == pytest.approx(1000 * (2.8016 * stderr / 0.02) ** 2, rel=0.01)


def test_the_number_of_prompts_that_would_settle_it_does() -> None:
    (gate,) = decide(PROMPTS, *changed(200, 12, 11)).gates
    assert gate.prompts_needed is not None
    times = -(-gate.prompts_needed // 200)
    assert decide(PROMPTS, *changed(200 * times, 12 * times, 11 * times)).answer == "PASS"


def test_a_single_prompt_decides_nothing() -> None:
    decision = decide(PROMPTS, *changed(1, 1))
    (gate,) = decision.gates
    assert (decision.answer, gate.detectable) == ("INCONCLUSIVE", None)


# Rows that could not be scored


def test_rows_that_the_base_failed_to_score_stand_in_the_way_of_a_pass() -> None:
    followed = [True] * 950 + [False] * 50
    base, sound = prompt_outcomes(followed, errors=range(950, 1000)), prompt_outcomes(followed)
    (gate,) = decide(PROMPTS, [base], [sound]).gates
    assert gate.unscored == pytest.approx(0.05)
    assert gate.answer == "INCONCLUSIVE"
    assert "5.0 points hang on rows that the base failed to score" in gate.reason
    assert gate.prompts_needed is None


def test_rows_that_neither_side_could_score_hide_no_regression() -> None:
    scored = range(900)
    base = prompt_outcomes([place >= 900 for place in range(1000)], errors=scored)
    worse = prompt_outcomes([place >= 920 for place in range(1000)], errors=scored)
    assert decide(PROMPTS, [base], [worse]).answer != "PASS"
    same = prompt_outcomes([place >= 900 for place in range(1000)], errors=scored)
    assert decide(PROMPTS, [base], [same]).answer == "INCONCLUSIVE"


def test_each_run_of_the_base_is_held_to_its_own_failures_only() -> None:
    def failing(which: range) -> Outcomes:
        followed = [place not in which for place in range(1000)]
        run = prompt_outcomes(followed, errors=which)
        return replace(run, digest=run.digest + np.uint64(which.start))

    base = [failing(range(start, start + 5)) for start in (0, 5, 10, 15, 20)]
    (gate,) = decide(PROMPTS, base, [prompt_outcomes([True] * 1000)]).gates
    assert gate.unscored == pytest.approx(0.005)
    assert gate.answer == "PASS"


def test_a_constraint_that_could_not_be_checked_is_as_a_row_that_was_not_scored() -> None:
    followed = [True] * 950 + [False] * 50
    run = prompt_outcomes(followed)
    base = replace(run, unchecked=~run.loose)
    (gate,) = decide(PROMPTS, [base], [prompt_outcomes(followed)]).gates
    assert (gate.unscored, gate.answer) == (pytest.approx(0.05), "INCONCLUSIVE")


def test_a_regression_says_how_much_of_it_is_rows_that_were_not_scored() -> None:
    base = prompt_outcomes([True] * 1000)
    failing = prompt_outcomes([True] * 900 + [False] * 100, errors=range(900, 1000))
    (gate,) = decide(PROMPTS, [base], [failing]).gates
    assert gate.answer == "REGRESSED"
    assert gate.reason.endswith(
        "; up to 10.0 points of that are rows that the candidate failed to score"
    )


JUDGED = Policy(gates={"judge": Gate(), "followrag_judge": Gate()})


def rated(ratings: list[float], seed: int = 0) -> Outcomes:
    run = prompt_outcomes([True] * len(ratings), answered=1.0)
    return replace(run, rating=np.array(ratings), digest=run.digest + np.uint64(seed))


def test_ratings_are_compared_where_both_sides_have_them() -> None:
    low, high = [0.0] * 500, [1.0] * 500
    base, candidate = rated(low + high), rated([np.nan] * 500 + high, seed=1)
    for gate in decide(JUDGED, [base], [candidate]).gates:
        assert gate.difference.delta == 0
        assert gate.answer == "INCONCLUSIVE"
        assert "not rated on both sides" in gate.reason


def test_ratings_that_are_nowhere_are_not_missed() -> None:
    some = [1.0] * 800 + [np.nan] * 200
    base, candidate = rated(some), rated(some, seed=1)
    assert decide(JUDGED, [base], [candidate]).answer == "PASS"


def test_the_same_responses_to_some_of_the_rows_are_no_pass_by_themselves() -> None:
    run = prompt_outcomes([True])
    assert decide(PROMPTS, [run], [run]).answer == "PASS"
    assert decide(PROMPTS, [run], [run], are_all_rows=False).answer == "INCONCLUSIVE"


def test_a_constraint_that_nobody_has_is_named_with_the_nearest() -> None:
    run = prompt_outcomes([True])
    with pytest.raises(InputError, match=r"did you mean 'constraint:format_json'\?"):
        decide(Policy(gates={"constraint:format_jsn": Gate()}), [run], [run])
