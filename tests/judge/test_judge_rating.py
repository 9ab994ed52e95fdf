"""Which rows are rated, what is asked for each, and what the replies make of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag import Item, ItemSet, score_item
from followrag.errors import InputError
from followrag.judge.prompt import Vote
from followrag.judge.rating import Judge, ask_judge, rate, select
from followrag.llm import Call, Failure, Journal, Outcome, Reply
from followrag.scoring import Row, error_row

MakeItem = Callable[..., Item]
JUDGE = Judge("judge", 1, {"temperature": 0})
GOOD = Reply("Rating: [1]\nReason: right", finish="stop")
BAD = Reply("Well.", finish="stop")


class Scripted:
    """An engine that answers as a function of the call and remembers what it was asked."""

    def __init__(self, answer: Callable[[Call], Outcome]) -> None:
        self.answered = 0
        self.answer = answer
        self.asked: list[Call] = []

    def run(self, calls: Sequence[Call], done: Callable[[Call, Outcome], None]) -> None:
        for call in calls:
            self.asked.append(call)
            done(call, self.answer(call))

    @property
    def samples(self) -> list[int]:
        return [call.sample for call in self.asked]


@pytest.fixture
def row(make_item: MakeItem) -> Row:
    return score_item(make_item(), "Paris")


# Which rows


@pytest.fixture
def published(make_item: MakeItem) -> list[Row]:
    """Rows of published keys, in no order; 6 and 703 are in the mini set."""
    types = {703: "iftq", 6: "ifnq", 5: "ifnq", 1400: "ifhq"}
    return [score_item(make_item(key=key, type=type), "Paris") for key, type in types.items()]


def keys(rows: Sequence[Row]) -> list[object]:
    return [row.item.key for row in rows if row.item]


def test_of_the_published_items_the_mini_set_is_selected_by_key(published: list[Row]) -> None:
    chosen = select(published)
    assert (chosen.which, keys(chosen.to_ask)) == ("mini", [703, 6])


def test_all_published_items_are_rated_if_asked(published: list[Row]) -> None:
    assert keys(select(published, "all").to_ask) == [703, 6, 5, 1400]


def test_of_other_items_all_are_rated(make_item: MakeItem) -> None:
    assert select([score_item(make_item(key="a"), "Paris")]).which == "all"


def test_the_demo_is_not_taken_for_published_items(demo: ItemSet) -> None:
    assert select([score_item(item, "Paris") for item in demo[:10]]).which == "all"


def test_no_row_of_the_mini_set_is_an_error(published: list[Row]) -> None:
    with pytest.raises(InputError, match="none of the 2 rows is in the mini set; use --rows all"):
        select(published[2:])


def test_rows_without_gold_answers_are_not_rated(make_item: MakeItem, row: Row) -> None:
    chosen = select([row, score_item(make_item(key=2, answer_gold=""), "Paris")], "all")
    assert (keys(chosen.to_ask), chosen.without_gold) == ([1], 1)


def test_no_gold_answer_at_all_is_an_error(make_item: MakeItem) -> None:
    with pytest.raises(InputError, match="no row has gold answers"):
        select([score_item(make_item(answer_gold=""), "Paris")], "all")


def test_item_rows_that_could_not_be_read_are_not_rated(row: Row) -> None:
    assert keys(select([row, error_row(None, "broken")], "all").to_ask) == [1]


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (None, "not asked: no response (timed out)"),
        (" \n", "not asked: the response is empty"),
        ("<think>so</think>\n", "not asked: the response is empty"),
        ("<think>so", "not asked: the response is empty but unclosed reasoning"),
    ],
)
def test_a_row_without_an_answer_is_not_asked_about(
    make_item: MakeItem, response: str | None, reason: str
) -> None:
    item = make_item()
    row = error_row(item, "timed out") if response is None else score_item(item, response)
    chosen = select([row], "all")
    assert (chosen.to_ask, chosen.unanswered) == ((), ((1, reason),))


# What is asked


def test_the_judge_sees_the_bare_question_and_the_response_without_reasoning(
    make_item: MakeItem,
) -> None:
    item = make_item(question="where is it", question_with_instrs="where is it, without commas")
    call = JUDGE.call(score_item(item, "<think>Rome?</think>In Paris."), 0)
    (message,) = call.body["messages"]
    assert (message["role"], set(message)) == ("user", {"role", "content"})
    for part in ("\nwhere is it\n", "\nParis/City of Light\n", "\nIn Paris.\n"):
        assert part in message["content"]
    for part in ("Rome", "without commas", "<think>"):
        assert part not in message["content"]


def test_a_first_request_has_no_seed(row: Row) -> None:
    assert JUDGE.call(row, 0).body.keys() == {"model", "messages", "temperature"}


def test_a_row_is_asked_about_once(row: Row) -> None:
    engine = Scripted(lambda _: GOOD)
    asked = ask_judge(JUDGE, [row], engine, None)
    assert asked.votes == {1: [Vote(1.0, "right")]}
    assert engine.samples == [0]


def test_an_unreadable_reply_is_asked_for_again_with_the_sample_as_seed(row: Row) -> None:
    engine = Scripted(lambda call: GOOD if call.sample else BAD)
    assert ask_judge(JUDGE, [row], engine, None).votes == {1: [Vote(1.0, "right")]}
    assert engine.samples == [0, 1]
    assert engine.asked[1].body == {**engine.asked[0].body, "seed": 1}


def test_three_unreadable_replies_are_enough(row: Row) -> None:
    engine = Scripted(lambda _: BAD)
    asked = ask_judge(JUDGE, [row], engine, None)
    assert asked.votes == {1: [Vote(None, "no clear rating in 'Well.'")]}
    assert engine.samples == [0, 1, 2]


def test_a_failed_call_is_not_asked_again(row: Row) -> None:
    engine = Scripted(lambda _: Failure("HTTP 500"))
    assert ask_judge(JUDGE, [row], engine, None).votes == {1: [Vote(None, "HTTP 500")]}
    assert engine.samples == [0]


def test_a_reply_that_was_cut_off_says_what_to_do(row: Row) -> None:
    engine = Scripted(lambda _: Reply("<think>Is it", finish="length"))
    ((vote,),) = ask_judge(JUDGE, [row], engine, None).votes.values()
    assert vote.reason == "an empty reply, cut off at the token limit; raise --max-tokens"


def test_each_vote_is_a_sample_and_repeats_take_the_next_ones(row: Row) -> None:
    engine = Scripted(lambda call: BAD if call.sample == 1 else GOOD)
    asked = ask_judge(Judge("judge", 3, {}), [row], engine, None)
    assert [vote.rating for vote in asked.votes[1]] == [1, 1, 1]
    assert engine.samples == [0, 1, 2, 4]


def test_what_the_journal_holds_is_not_asked_again(row: Row, tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl") as journal:
        first = ask_judge(JUDGE, [row], Scripted(lambda c: GOOD if c.sample else BAD), journal)
        engine = Scripted(lambda _: BAD)
        assert ask_judge(JUDGE, [row], engine, journal) == first
        assert engine.samples == []


def test_more_votes_build_on_the_first(row: Row, tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl") as journal:
        ask_judge(JUDGE, [row], Scripted(lambda _: GOOD), journal)
        engine = Scripted(lambda _: GOOD)
        ask_judge(Judge("judge", 3, JUDGE.body), [row], engine, journal)
        assert engine.samples == [1, 2]


def test_another_judge_is_asked_on_its_own(row: Row, tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl") as journal:
        ask_judge(JUDGE, [row], Scripted(lambda _: GOOD), journal)
        engine = Scripted(lambda _: GOOD)
        ask_judge(Judge("other", 1, JUDGE.body), [row], engine, journal)
        assert engine.samples == [0]


def test_equal_rows_are_paid_for_once_and_both_rated(make_item: MakeItem) -> None:
    engine = Scripted(lambda _: GOOD)
    rows = [score_item(make_item(key=key), "Paris") for key in (1, 2)]
    asked = ask_judge(JUDGE, rows, engine, None)
    assert set(asked.votes) == {1, 2}
    assert len(engine.asked) == len(asked.outcomes) == 1


# What the votes make


def vote(rating: float | None) -> Vote:
    return Vote(rating, f"says {rating}")


@pytest.mark.parametrize(
    ("votes", "rating"),
    [
        ([0.5], 0.5),
        ([0, 1, 1], 1),
        ([0, 0.5, 1], 0.5),
        ([None, 0, 1], None),
        ([None, 0.5, 0.5], 0.5),
        ([None, None, 0, 0.5, 1], 0.5),
        ([None, None, 1], None),
        ([None, None, None, 0, 1], None),
        ([None], None),
    ],
)
def test_the_rating_is_the_median_if_half_of_the_votes_are_valid(
    votes: list[float | None], rating: float | None
) -> None:
    assert rate(1, [vote(value) for value in votes]).rating == rating


def test_a_rating_keeps_its_votes_and_the_reason_of_one_that_gave_it() -> None:
    assert rate(1, [vote(0.0), vote(1.0), vote(1.0)]) == (1, 1.0, (0.0, 1.0, 1.0), "says 1.0", None)


def test_a_judge_error_says_why() -> None:
    assert rate(1, [Vote(None, "HTTP 500")]) == (1, None, (), "", "HTTP 500")


def test_a_judge_error_of_several_votes_says_how_many_failed() -> None:
    found = rate(1, [vote(1.0), Vote(None, "HTTP 500"), Vote(None, "an empty reply")])
    assert (found.votes, found.error) == ((1.0,), "2 of 3 votes failed: HTTP 500")


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, None]), min_size=1, max_size=9))
def test_a_rating_lies_between_its_votes_and_is_there_or_an_error(
    votes: list[float | None],
) -> None:
    found = rate(1, [vote(value) for value in votes])
    assert (found.rating is None) == (found.error is not None)
    if found.rating is not None:
        assert min(found.votes) <= found.rating <= max(found.votes)
        assert found.rating * 4 % 1 == 0
