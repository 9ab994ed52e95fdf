"""Stock sentences get in the way of as few constraints as possible."""

import re

import pytest

from followrag.verifiers import Response
from followrag.verifiers.filler import filler

LANGUAGES = "ar bg bn de en es fa fi fr gu hi it ja kn ko mr ne pa pt ru sw ta te th ur vi zh-cn"


@pytest.mark.parametrize("language", LANGUAGES.split())
def test_sentences_are_of_their_language(language: str) -> None:
    assert Response(" ".join(filler(language))).language == language


@pytest.mark.parametrize("language", LANGUAGES.split())
def test_sentences_are_plain(language: str) -> None:
    sentences = filler(language)
    assert len(set(sentences)) == len(sentences) >= 6
    for sentence in sentences:
        assert re.fullmatch(r"[^,*\[\]<>\"\n-][^,*\[\]<>\"\n]*[.।。۔]", sentence)


def test_english_sentences_hold_no_word_in_capitals() -> None:
    assert Response(" ".join(filler("en"))).capital_word_count == 0


def test_english_sentences_are_counted_as_such() -> None:
    sentences = filler("en")
    assert Response(" ".join(sentences)).sentence_count == len(sentences)


def test_unknown_language_gets_english() -> None:
    assert filler("xx") == filler("en")
