"""Calls, asking, usage, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.errors import FollowragError, ServerError
from followrag.llm import (
    Call,
    Failure,
    Journal,
    Outcome,
    Prices,
    Reply,
    Usage,
    ask,
    chat,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


class Echo:
    """An engine that answers with the prompt's last word, or fails at "bad"."""

    def __init__(self, until: int = 1000) -> None:
        self.answered, self.until = 0, until
        self.asked: list[Call] = []

    def run(self, calls: Sequence[Call], done: Callable[[Call, Outcome], None]) -> None:
        for call in reversed(calls):
            if len(self.asked) == self.until:
                raise ServerError("gone")
            self.asked.append(call)
            word = call.body["messages"][-1]["content"].split()[-1]
            done(call, Failure("it is bad") if word == "bad" else Reply(word))


def calls(*prompts: str) -> list[Call]:
    return [chat("m", [{"role": "user", "content": prompt}]) for prompt in prompts]


@given(st.dictionaries(st.text(), JSON, max_size=4), st.integers(0, 3))
def test_a_key_says_what_is_asked_and_not_in_which_order(body: dict[str, object], n: int) -> None:
    other_order = dict(reversed(body.items()))
    assert Call(body, n).key == Call(other_order, n).key
    assert Call(body, n).key != Call(body, n + 1).key
    assert Call(body, n).key != Call({**body, "one more": 1}, n).key
    assert len(Call(body, n).key) == 64


def test_a_key_never_changes() -> None:
    """Journals of earlier versions stay good."""
    (call,) = calls("où")
    assert call.key == "83cde4695a342d3fca037f12706f239f1e5716648e866ca923037ba2279e030b"


def test_chat_makes_the_body_of_a_request() -> None:
    told = [{"role": "user", "content": "hi"}]
    assert chat("m", told, sample=2, temperature=0).body == {
        "model": "m",
        "messages": told,
        "temperature": 0,
    }


def test_outcomes_come_in_the_order_of_the_calls() -> None:
    assert ask(Echo(), calls("a", "bad", "b")) == [Reply("a"), Failure("it is bad"), Reply("b")]


def test_equal_calls_are_asked_once() -> None:
    engine = Echo()
    assert ask(engine, calls("a", "b", "a")) == [Reply("a"), Reply("b"), Reply("a")]
    assert len(engine.asked) == 2


def test_what_the_journal_holds_is_not_asked(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        ask(Echo(), calls("a", "bad"), journal)
        assert len(journal) == 1
        engine = Echo()
        assert ask(engine, calls("bad", "a", "b"), journal)[1:] == [Reply("a"), Reply("b")]
    assert [call.body["messages"][-1]["content"] for call in engine.asked] == ["b", "bad"]
    assert engine.answered == 1


def test_an_engine_with_nothing_to_do_is_left_alone(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        ask(Echo(), calls("a"), journal)
        assert ask(Echo(until=0), calls("a"), journal) == [Reply("a")]
    assert ask(Echo(until=0), []) == []


def test_a_server_error_says_what_is_kept(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        ask(Echo(), calls("a"), journal)
        with pytest.raises(FollowragError) as caught:
            ask(Echo(until=3), calls("a", "b", "bad", "c", "d"), journal)
        assert len(journal) == 3
    assert str(caught.value) == (
        f"gone; 3 of 5 replies are kept in {tmp_path / 'j'}, and the same command goes on "
        "from there"
    )


def test_usage_adds_up_and_costs() -> None:
    outcomes = [
        Reply("a", prompt_tokens=1_000_000, completion_tokens=500_000),
        Reply("b", prompt_tokens=500_000, attempts=3),
        Failure("no", attempts=2),
    ]
    usage = Usage.of(outcomes)
    assert usage == Usage(3, 1, 3, 1_500_000, 500_000, 1)
    assert usage.cost(Prices(input=2.0, output=10.0)) is None
    assert Usage.of(outcomes[:1]).cost(Prices(input=2.0, output=10.0)) == 7.0


def test_importing_brings_nothing_heavy() -> None:
    code = (
        "import sys, followrag.llm; heavy = {'lm_eval', 'datasets', 'torch', 'nltk', 'openai'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr
