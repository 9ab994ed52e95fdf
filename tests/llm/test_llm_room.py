"""The prompt stays whole at the expense of the answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from followrag.llm.room import Fit, fit, generation_limit, with_limit

lengths = st.integers(1, 20_000)


def test_what_fits_is_left_alone() -> None:
    assert fit(prompt=1000, asked=2560, context=4096) == Fit(2560)


def test_the_limit_gives_way_before_the_prompt() -> None:
    assert fit(prompt=3000, asked=2560, context=4096) == Fit(1088, lowered=True)


def test_a_prompt_that_leaves_no_room_is_cut() -> None:
    assert fit(prompt=4000, asked=2560, context=4096) == Fit(256, lowered=True, cut=160)


def test_a_short_answer_cuts_no_more_than_it_needs() -> None:
    assert fit(prompt=4090, asked=32, context=4096) == Fit(32, cut=26)


@given(lengths, lengths, lengths)
def test_prompt_and_answer_fit_the_context(prompt: int, asked: int, context: int) -> None:
    found = fit(prompt, asked, context)
    assert 1 <= found.limit <= asked
    assert found.lowered == (found.limit < asked)
    assert found.cut >= 0
    assert prompt - found.cut + found.limit <= context or context == 1


@given(lengths, lengths, lengths)
def test_nothing_is_cut_where_256_tokens_of_room_are_left(
    prompt: int, asked: int, context: int
) -> None:
    assert fit(prompt, asked, context).cut == 0 or context - prompt < min(256, asked)


def test_the_limit_is_read_by_any_of_its_names() -> None:
    assert generation_limit({"max_new_tokens": "32"}) == 32
    assert generation_limit({"max_tokens": 64, "until": []}) == 64
    assert generation_limit({"until": []}) is None


def test_a_changed_limit_replaces_every_name_of_it() -> None:
    settings = {"max_new_tokens": 32, "max_tokens": 8, "until": ["x"]}
    assert with_limit(settings, 16) == {"until": ["x"], "max_gen_toks": 16}
