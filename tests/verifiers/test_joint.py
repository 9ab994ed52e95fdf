"""Joint loose verdicts: one reading of the response for all constraints."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from followrag.verifiers import Constraint, Response, Verdict, get_constraint
from followrag.verifiers.joint import joint_verdicts

CONSTRAINTS: list[Constraint] = [
    get_constraint("structure_bullets", num_bullets=1),
    get_constraint("structure_highlights", num_highlights=1),
    get_constraint("format_no_commas"),
    get_constraint("length_words", num_words=2, relation="at least"),
    get_constraint("position_end_with", end_phrase="b"),
]
texts = st.lists(st.sampled_from(["a", "b", "*", ",", "\n", " ", "- "]), max_size=8).map("".join)
chosen = st.lists(st.sampled_from(CONSTRAINTS), min_size=1, max_size=4)


def test_two_constraints_are_not_saved_by_two_readings() -> None:
    capital, small = get_constraint("cases_uppercase"), get_constraint("cases_lowercase")
    response = Response("THE ANSWER IS YES AND THAT IS ALL\nthe answer is yes and that is all")
    assert [rule.verdicts(response).loose.passed for rule in (capital, small)] == [True, True]
    joint = joint_verdicts([capital, small], response)
    assert sorted(verdicts.loose.passed for verdicts in joint) == [False, True]


def test_an_error_verdict_stands_for_itself() -> None:
    error = Verdict.failure("unknown")
    verdicts = joint_verdicts([error, CONSTRAINTS[2]], Response("Sure, here:\nParis"))
    assert [pair.strict for pair in verdicts] == [error, CONSTRAINTS[2].check(Response(","))]
    assert [pair.loose.passed for pair in verdicts] == [False, True]


@given(chosen, texts)
def test_loose_verdicts_are_those_of_the_reading_that_follows_most(
    constraints: list[Constraint], text: str
) -> None:
    response = Response(text)
    verdicts = joint_verdicts(constraints, response)
    readings = [
        [constraint.check(reading) for constraint in constraints]
        for reading in (response, *response.variants)
    ]
    most = max(sum(verdict.passed for verdict in reading) for reading in readings)
    loose = [pair.loose for pair in verdicts]
    assert loose in readings
    assert sum(verdict.passed for verdict in loose) == most
    assert [pair.strict for pair in verdicts] == readings[0]


@given(chosen, texts)
def test_all_are_loosely_followed_if_and_only_if_one_reading_follows_all(
    constraints: list[Constraint], text: str
) -> None:
    response = Response(text)
    loose = all(pair.loose.passed for pair in joint_verdicts(constraints, response))
    assert loose == any(
        all(constraint.check(reading).passed for constraint in constraints)
        for reading in (response, *response.variants)
    )
