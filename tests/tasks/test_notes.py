"""What a reader must know before trusting the answers of a run."""

from __future__ import annotations

from followrag.llm import Failure, Outcome, Reply
from followrag.llm.room import Fit
from followrag.tasks.notes import Note, totals, warnings


def note(outcome: Outcome, fit: Fit | None = None, tokens: int | None = None) -> Note:
    return Note("followrag_demo", "7", outcome, fit, tokens)


def test_nothing_out_of_the_ordinary_says_nothing() -> None:
    assert list(warnings([note(Reply("x", finish="stop"), Fit(64), 100)])) == []


def test_a_truncated_prompt_is_counted_and_said_with_what_it_lost() -> None:
    notes = [note(Reply("x"), Fit(256, True, cut)) for cut in (0, 10, 30)]
    assert totals(notes)["prompts_truncated"] == 2
    (truncated, _) = warnings(notes)
    assert truncated.startswith("2 prompts were truncated")
    assert "up to 30" in truncated


def test_an_answer_at_its_limit_is_counted_and_said() -> None:
    notes = [note(Reply("x", finish="length")), note(Reply("x", finish="stop"))]
    assert totals(notes)["at_limit"] == 1
    assert "1 answers ran into their limit" in next(warnings(notes))


def test_a_limit_that_the_server_had_lowered_counts_as_lowered() -> None:
    assert totals([note(Reply("x", max_tokens=640))])["limits_lowered"] == 1


def test_a_limit_that_the_server_lowered_without_a_word_counts_as_lowered() -> None:
    reply = Reply("x", finish="length", completion_tokens=280)
    assert totals([note(reply, Fit(2560))])["limits_lowered"] == 1
    assert totals([note(reply, Fit(280))])["limits_lowered"] == 0


def test_a_failed_request_is_no_answer_of_unknown_end() -> None:
    counted = totals([note(Failure("HTTP 500", attempts=9))])
    assert (counted["failed"], counted["finish_unknown"]) == (1, 0)


def test_the_record_has_the_length_of_the_whole_prompt() -> None:
    reply = Reply("x", finish="stop", prompt_tokens=90, completion_tokens=4, attempts=2)
    assert note(reply, Fit(64), 100).record() == {
        "key": "7",
        "sample": 0,
        "finish": "stop",
        "prompt_tokens": 100,
        "prompt_tokens_cut": 0,
        "completion_tokens": 4,
        "max_tokens": 64,
        "attempts": 2,
        "error": None,
    }


def test_the_record_of_a_failure_says_why() -> None:
    record = note(Failure("HTTP 500", attempts=9)).record()
    assert (record["error"], record["attempts"], record["finish"]) == ("HTTP 500", 9, None)
