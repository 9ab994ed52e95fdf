"""Regular expressions from the data: `re`'s matches, in bounded time, and never an exception."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followrag.verifiers import Constraint, Response, Verdict, get_constraint


class Family(NamedTuple):
    """A constraint built around a source from the data, and the published use of that source."""

    build: Callable[[str], Constraint]
    read: Callable[[Verdict], object]
    published: Callable[[str, str], object]


FAMILIES = {
    "inclusion": Family(
        lambda source: get_constraint("keywords_inclusion", keywords=[source]),
        lambda verdict: verdict.passed,
        lambda source, text: re.search(source, text, flags=re.IGNORECASE) is not None,
    ),
    "frequency": Family(
        lambda source: get_constraint(
            "keywords_frequency", keyword=source, frequency=1, relation="at least"
        ),
        lambda verdict: verdict.measured,
        lambda source, text: len(re.findall(source.strip(), text, flags=re.IGNORECASE)),
    ),
    "exclusion": Family(
        lambda source: get_constraint("keywords_exclusion", forbidden_words=[source]),
        lambda verdict: not verdict.passed,
        lambda source, text: (
            re.search(r"\b" + source + r"\b", text, flags=re.IGNORECASE) is not None
        ),
    ),
    "postscript": Family(
        lambda source: get_constraint("position_postscript", postscript_marker=source),
        lambda verdict: verdict.passed,
        lambda source, text: bool(
            re.findall(r"\s*" + source.strip().lower() + r".*$", text.lower(), flags=re.MULTILINE)
        ),
    ),
    "sections": Family(
        lambda source: get_constraint("structure_sections", section_spliter=source, num_sections=1),
        lambda verdict: verdict.measured,
        lambda source, text: len(re.split(r"\s?" + source.strip() + r"\s?\d+\s?", text)) - 1,
    ),
}
every_family = pytest.mark.parametrize("family", FAMILIES)

TEXT = "The C++ part: part 1, PART 2 of 3 (U.S.) costs $5. A gull? Two gulls!\naaab [x] a|b ^ 1+1"

# As keywords may look like, and as they read when nobody escapes them.
UNRULY = [
    r"U\.S\.",
    "C++",
    "gull?",
    "gulls?",
    "$5",
    "1+1",
    "(part)",
    # Groups change what `re.split` returns: each adds a part.
    "(p)(a)rt",
    "(?:part)",
    "(part|gull)",
    "part|gull",
    "a|b",
    "a*",
    "a{2}",
    "[pg]",
    "^The",
    "^aaab",
    "1$",
    r"\d",
    r"\bpart\b",
    r"(a)\1",
    "(?=p)part",
    "(?i:PART)",
]


@every_family
@pytest.mark.parametrize("source", UNRULY)
def test_a_pattern_from_the_data_matches_what_re_matches(family: str, source: str) -> None:
    build, read, published = FAMILIES[family]
    verdict = build(source).check(Response(TEXT))
    assert not verdict.error
    assert read(verdict) == published(source, TEXT)


@every_family
@given(source=st.text("aA. 1ſßİ\n-", min_size=1).filter(str.strip), text=st.text("aA. 1sſßİi\n-"))
@settings(deadline=None)
def test_a_plain_source_matches_what_re_matches(family: str, source: str, text: str) -> None:
    build, read, published = FAMILIES[family]
    response = Response("x" + text)
    assert read(build(source).check(response)) == published(source, response.text)


@every_family
@pytest.mark.parametrize(
    "source", ["(", ")", "[", "*", "+", "?", "a**", "(?P<x", "a{2}{3}", "\\", "(?z)"]
)
def test_a_pattern_that_does_not_compile_is_an_error_verdict(family: str, source: str) -> None:
    # Some do compile where a published checker puts something that can be repeated in front:
    # with the `\s*` of a postscript, "+" makes a possessive quantifier.
    build, read, published = FAMILIES[family]
    verdict = build(source).check(Response("a text"))
    try:
        expected = published(source, "a text")
    except re.error:
        assert (verdict.passed, verdict.error) == (False, True)
        assert "is not a regular expression" in verdict.reason
    else:
        assert read(verdict) == expected


@pytest.mark.parametrize("source", ["a{99999999999}", "(" * 5_000 + ")" * 5_000])
def test_a_pattern_too_large_to_compile_is_an_error_verdict(source: str) -> None:
    assert FAMILIES["frequency"].build(source).check(Response("a text")).error


# Each backtracks for longer than the universe is old.
CATASTROPHIC = {
    "inclusion": "(a+)+$",
    "frequency": "(a|a)*$",
    "exclusion": "(a+)+$",
    "postscript": "(a|aa)+$",
    "sections": "(a+)+$",
}


@every_family
def test_a_catastrophic_pattern_is_an_error_verdict(family: str) -> None:
    source = CATASTROPHIC[family]
    strict, loose = FAMILIES[family].build(source).verdicts(Response("a" * 60 + "!\nb"))
    assert (strict.passed, strict.error) == (False, True)
    assert loose.error
    assert repr(source) in strict.reason
    assert "backtrack catastrophically" in strict.reason


def test_one_bad_keyword_among_good_ones_is_an_error_verdict() -> None:
    constraint = get_constraint("keywords_inclusion", keywords=["gull", "("])
    assert constraint.check(Response("A gull.")).error


def test_a_bad_pattern_is_an_error_even_where_the_response_is_long_and_plain() -> None:
    verdict = get_constraint("keywords_exclusion", forbidden_words=["[a"]).check(
        Response("Nothing here. " * 1_000)
    )
    assert verdict.error


def test_a_pattern_reads_text_of_any_script_and_lone_surrogates() -> None:
    constraint = get_constraint(
        "keywords_frequency", keyword="[é\ud83d中]", frequency=3, relation="at least"
    )
    assert constraint.check(Response("Été 中 \ud83d")).measured == 4


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\x85", "\u2028"])
def test_a_pattern_reads_line_breaks_as_they_are(line_break: str) -> None:
    text = f"a{line_break}b"
    constraint = get_constraint(
        "keywords_frequency", keyword="a.*b|^b", frequency=1, relation="at least"
    )
    expected = len(re.findall("a.*b|^b", text, flags=re.IGNORECASE))
    assert constraint.check(Response(text)).measured == expected
