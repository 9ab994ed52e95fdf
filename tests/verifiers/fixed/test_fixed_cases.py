"""Case constraints of `fixed` mode: English is tested where the text is long enough."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from followrag.verifiers import Response, Verdict, get_constraint
from followrag.verifiers.filler import filler
from followrag.verifiers.fixed import repaired
from followrag.verifiers.fixed.cases import LEAST_WORDS

UPPER = repaired(get_constraint("cases_uppercase"))
LOWER = repaired(get_constraint("cases_lowercase"))


@pytest.mark.parametrize(
    "text", ["YES", "PARIS.", "1984: THE ANSWER", "BEYONCÉ", "A@BC.COM", "π IS PI".upper()]
)
def test_a_short_text_in_capitals_is_followed(text: str) -> None:
    reason = "all in capital letters; too short to tell its language"
    assert UPPER.check(Response(text)) == Verdict(True, None, reason)
    assert LOWER.check(Response(text.lower())).passed


@pytest.mark.parametrize("text", ["Yes", "YES, IT is", "1984", "東京"])
def test_letters_of_the_other_case_or_none_fail(text: str) -> None:
    assert UPPER.check(Response(text)) == Verdict(False, None, "not all in capital letters")


@pytest.mark.parametrize("text", ["МОСКВА", "ΑΘΗΝΑ", "A МОСКВА"])
def test_a_short_text_in_other_letters_is_no_english(text: str) -> None:
    assert not UPPER.check(Response(text)).passed
    assert not LOWER.check(Response(text.lower())).passed


def test_the_language_is_asked_for_from_twenty_words_on() -> None:
    words = " ".join(filler("it")).upper().split()
    assert UPPER.check(Response(" ".join(words[: LEAST_WORDS - 1]))).passed
    verdict = UPPER.check(Response(" ".join(words[:LEAST_WORDS])))
    assert verdict == Verdict(False, "it", "all in capital letters, detected as 'it'")
    assert LEAST_WORDS == 20


def test_numbers_are_no_words() -> None:
    assert UPPER.check(Response("ROMA " + "1 " * 100 + "È LA CAPITALE")).passed


@pytest.mark.parametrize("language", ["it", "pt", "fi", "sw", "vi", "de", "fr", "es"])
def test_longer_texts_in_other_languages_are_refused(language: str) -> None:
    text = " ".join(filler(language)[:5])
    assert not UPPER.check(Response(text.upper())).passed
    assert not LOWER.check(Response(text.lower())).passed


@pytest.mark.parametrize("words", [3, 10, 20, 40, 100])
def test_genuine_english_is_hardly_ever_refused(shared: Path, words: int) -> None:
    items = json.loads((shared / "data/followrag/followRAG_ifnq.json").read_text())
    contents = [item["passages"][0]["content"].split() for item in items[::3]]
    texts = [" ".join(content[:words]) for content in contents if len(content) >= words]
    assert len(texts) > 100
    for constraint, put in ((UPPER, str.upper), (LOWER, str.lower)):
        refused = sum(not constraint.check(Response(put(text))).passed for text in texts)
        assert refused <= 0.005 * len(texts)
