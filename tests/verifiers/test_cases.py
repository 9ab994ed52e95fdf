"""Capital and small letters: `str.isupper` and langdetect, and nltk's tokens in capitals."""

from __future__ import annotations

from typing import Any

import pytest

from followrag.verifiers import Response, Verdict, Verdicts, get_constraint


def check(id: str, text: str, **kwargs: Any) -> Verdict:
    return get_constraint(id, **kwargs).check(Response(text))


ENGLISH = "The harbour tower was built in the last century."
ITALIAN = "La torre del porto fu costruita nel secolo scorso."


@pytest.mark.parametrize(
    ("text", "passed", "language"),
    [
        (ENGLISH.upper(), True, "en"),
        # Digits and marks have no case.
        ("IN 1999 THE BRIDGE WAS CLOSED FOR TWO YEARS!", True, "en"),
        # One small letter is enough to fail; "ß" is one.
        (ENGLISH, False, None),
        (ENGLISH.upper() + "ß", False, None),
        # Without any cased letter a text is in no case, whatever its language.
        ("42", False, None),
        ("港口的塔建于上个世纪。", False, None),
        # langdetect skips what stands in capitals, and so fails right answers that are short
        # (Mimino666/langdetect#74) ...
        ("PARIS", False, "tl"),
        ("NEW YORK", False, "cy"),
        # ... and takes Italian for English.
        (ITALIAN.upper(), True, "en"),
        # A text without features follows (FollowRAG instructions.py:1379-1440), if it is cased.
        ("A@BC.COM", True, None),
        ("a@bc.com", False, None),
    ],
)
def test_uppercase_is_english_in_capitals(text: str, passed: bool, language: str | None) -> None:
    verdict = check("cases_uppercase", text)
    assert (verdict.passed, verdict.measured, verdict.error) == (passed, language, False)


@pytest.mark.parametrize(
    ("text", "passed", "language"),
    [
        (ENGLISH.lower(), True, "en"),
        ("in 1999 the bridge was closed for two years!", True, "en"),
        (ENGLISH, False, None),
        (ENGLISH.upper(), False, None),
        ("42", False, None),
        ("港口的塔建于上个世纪。", False, None),
        # Right answers that are short fail here too.
        ("lisbon", False, "et"),
        ("rome", False, "sk"),
        (ITALIAN.lower(), False, "it"),
        ("a@bc.com", True, None),
        ("A@BC.COM", False, None),
    ],
)
def test_lowercase_is_english_in_small_letters(
    text: str, passed: bool, language: str | None
) -> None:
    verdict = check("cases_lowercase", text)
    assert (verdict.passed, verdict.measured, verdict.error) == (passed, language, False)


@pytest.mark.parametrize(
    ("id", "text", "reason"),
    [
        ("cases_uppercase", ENGLISH, "not all in capital letters"),
        ("cases_lowercase", ENGLISH, "not all in small letters"),
        ("cases_uppercase", "PARIS", "all in capital letters, detected as 'tl'"),
        (
            "cases_lowercase",
            "a@bc.com",
            "all in small letters; no language can be detected, which is followed",
        ),
    ],
)
def test_case_or_language_is_named(id: str, text: str, reason: str) -> None:
    assert check(id, text).reason == reason


def loosely(id: str, text: str) -> Verdicts:
    return get_constraint(id).verdicts(Response(text))


@pytest.mark.parametrize(
    ("id", "line", "other"),
    [
        ("cases_uppercase", ENGLISH.upper(), "Here you are:"),
        ("cases_lowercase", ENGLISH.lower(), "Here you are:"),
    ],
)
def test_a_loose_reading_forgives_one_line_in_other_case(id: str, line: str, other: str) -> None:
    for text in (f"{other}\n{line}", f"{line}\n{other}", f"{other}\n{line}\n{other}"):
        strict, loose = loosely(id, text)
        assert (strict.passed, loose.passed) == (False, True)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The ROUTE to NASA", 2),
        # Single letters and initials count.
        ("I saw A ship", 2),
        ("the U.S.A. is large", 1),
        ("J. K. Rowling", 2),
        # A hyphen or a dash joins: such a token is in capitals only as a whole.
        ("a NASA-led mission", 0),
        ("a NASA-LED mission", 1),
        ("NASA—led", 0),
        ("A–Z", 1),
        # Digits may stand with capitals, and not alone.
        ("B2B in 2024", 1),
        # Clitics and marks are tokens of their own.
        ("DON'T", 2),
        ("NASA's ship, (ESA) and *JAXA*!", 3),
        ("ESA/NASA", 1),
        ("NATOs", 0),
        # Capitals of any script, and letters without case are none.
        ("МГУ и ÉTÉ", 2),
        ("中文", 0),
    ],
)
def test_capital_words_are_tokens_in_capitals(text: str, count: int) -> None:
    kwargs = {"capital_frequency": 1, "capital_relation": "at least"}
    assert check("cases_capital_words", text, **kwargs).measured == count


@pytest.mark.parametrize(
    ("relation", "words", "passed"),
    [
        ("less than", 2, True),
        ("less than", 3, False),
        ("less than", 4, False),
        ("at least", 2, False),
        ("at least", 3, True),
        ("at least", 4, True),
    ],
)
def test_capital_words_have_a_strict_upper_or_an_inclusive_lower_bound(
    relation: str, words: int, passed: bool
) -> None:
    kwargs = {"capital_frequency": 3, "capital_relation": relation}
    verdict = check("cases_capital_words", "NASA " * words + "flies", **kwargs)
    assert verdict == Verdict(passed, words, f"{words} words in capitals; {relation} 3 asked")
