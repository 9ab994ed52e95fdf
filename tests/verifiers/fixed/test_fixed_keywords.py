"""Keywords of `fixed` mode: found as words, the same for all three constraints."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.verifiers import Response, Verdict, get_constraint
from followrag.verifiers.fixed import repaired


def check(id: str, text: str, **kwargs: Any) -> Verdict:
    return repaired(get_constraint(id, **kwargs)).check(Response(text))


def occurrences(word: str, text: str) -> object:
    verdict = check("keywords_frequency", text, keyword=word, frequency=1, relation="at least")
    return verdict.measured


@pytest.mark.parametrize(
    ("word", "text", "count"),
    [
        ("song", "A song, SONG. (Song) “song” **song** _song_ `song`", 7),
        ("song", "song's my-song song/dance song2 singsong songwriter", 3),
        ("AI", "It was said in plain air. AI!", 1),
        # Regular plurals are occurrences, other words that begin so are not.
        ("song", "songs", 1),
        ("city", "cities", 1),
        ("Kennedy", "the Kennedys", 1),
        ("church", "churches", 1),
        ("bus", "two buses", 1),
        ("hero", "heroes or heros", 2),
        ("tires", "tire tires tiresome", 1),
        ("gas", "gas gases gassy", 2),
        ("MP", "MP, MPs, mph", 2),
        ("cloth", "clothes", 0),
        ("it", "its is it", 1),
        ("a", "as at a", 1),
        ("2001", "2001s 2001, 12001", 1),
        ("1970s", "the 1970s", 1),
        # Signs around the item's word are not asked for, those inside are, as they are.
        ('"Opera."', 'The Opera is an "opera".', 2),
        ("Congress.", "Congress met.", 1),
        ("Ice.", "iced ice", 1),
        ("H.G.", "H.G. Wells, Hug, H.G", 2),
        ("C++", "C++ and C", 1),
        ("U.S.", "bus US U.S. UxS.", 1),
        ("(sic", "(sic) [sic", 1),
        ("Flag-bearer", "flag-bearer flag\u2011bearer flag bearer", 2),
        ("Cold War", "cold  war, Cold\nWar, coldwar", 2),
        ("King's", "King’s King's", 2),
        # Accents may be composed or not; a vowel sign is part of a word.
        ("Beyoncé", "Beyonce\u0301 BEYONCÉ Beyonce", 2),
        ("வீடு", "வீடு வீடுகள் மவீடு", 1),
        ("राम", "राम आराम रामा", 1),
        # A word ends where another script begins, and case is that of any language.
        ("Paris", "法国Paris市 Paris는 Parisien parısParisж", 2),
        ("2014", "2014年, 2014ж, 20141", 2),
        ("Straße", "STRASSE Straße Strasser", 2),
        ("İzmir", "İzmir İZMİR i\u0307zmir izmirli", 3),
        ("Αθήνας", "ΑΘΉΝΑΣ αθήνας", 2),
        # Some scripts don't set words apart.
        ("東京", "私は東京に住む", 1),
        ("서울", "서울에 산다", 1),
        # In JSON, a backslash and a letter may stand before a word.
        ("song", '{"a": "one\\nsong"}', 1),
    ],
)
def test_a_keyword_is_counted_where_it_stands_as_a_word(word: str, text: str, count: int) -> None:
    assert occurrences(word, text) == count


def test_a_keyword_that_is_no_regular_expression_is_looked_for_as_it_is() -> None:
    verdict = check("keywords_inclusion", "ask (why, now", keywords=["(why"])
    assert verdict == Verdict(True, 1, "1 of 1 keywords found as words")


def test_missing_keywords_are_named() -> None:
    verdict = check("keywords_inclusion", "steam", keywords=["team", "steam"])
    assert verdict == Verdict(False, 1, "1 of 2 keywords found as words; missing: 'team'")


def test_forbidden_words_are_named() -> None:
    verdict = check("keywords_exclusion", "wars _trade_", forbidden_words=["war", "trade", "art"])
    assert verdict == Verdict(False, 2, "forbidden: 'trade', 'war'")


words = st.sampled_from(
    ["song", "songs", "Song", "city", "cities", "steam", "team", "as", "a", "C++"]
)
joints = st.sampled_from([" ", "\n", "-", ", ", "_", "** ", "'s ", "", "’", "\\n", "é"])
texts = st.lists(st.tuples(words, joints), min_size=1, max_size=6).map(
    lambda parts: "".join(word + joint for word, joint in parts)
)


@given(words, texts)
def test_a_text_includes_what_breaks_a_ban_and_nothing_else(word: str, text: str) -> None:
    included = check("keywords_inclusion", text, keywords=[word]).passed
    assert included != check("keywords_exclusion", text, forbidden_words=[word]).passed
    assert included == (occurrences(word, text) != 0)


@given(st.lists(st.sampled_from(["team", "song", "the", "city", "boat"]), min_size=1).map(" ".join))
def test_plain_words_in_plain_text_are_decided_as_published(text: str) -> None:
    for id, kwargs in (
        ("keywords_inclusion", {"keywords": ["team", "boat"]}),
        ("keywords_exclusion", {"forbidden_words": ["team", "boat"]}),
        ("keywords_frequency", {"keyword": "team", "frequency": 2, "relation": "less than"}),
    ):
        published = get_constraint(id, **kwargs).check(Response(text))
        assert check(id, text, **kwargs).measured == published.measured


@pytest.mark.parametrize("unit", ["a", "a ", "song", "Gian ", " \n", "x y ", "\u0301", "வீ", "\\n"])
def test_keywords_are_counted_in_100_000_characters(unit: str) -> None:
    text = "x" + unit * (100_000 // len(unit))
    for word in ("song", "Gian Giorgio", "x y z", "a a"):
        assert isinstance(occurrences(word, text), int)
