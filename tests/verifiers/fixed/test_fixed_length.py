"""Words and sentences of `fixed` mode, in languages not written like English."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.verifiers import Response, get_constraint
from followrag.verifiers.fixed import repaired

WORDS = get_constraint("length_words", num_words=1, relation="at least")
SENTENCES = get_constraint("length_sentence", num_sentences=1, relation="at least")


def measured(constraint: Any, text: str) -> object:
    return repaired(constraint).check(Response(text)).measured


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("ನಾನು ಮನೆಗೆ ಹೋದೆ", 3),
        ("நான் வீட்டுக்கு போனேன்.", 3),
        ("मैं घर गया।", 3),
        ("I don't, 9.8", 5),
        ("cafe\u0301s", 1),
        ("schöne Häuser", 2),
    ],
)
def test_words_go_on_over_marks(text: str, count: int) -> None:
    assert measured(WORDS, text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("मैं घर गया। वह आया।", 2),
        ("میں گھر گیا۔ وہ آیا۔", 2),
        ("هل هو هنا؟ نعم.", 2),
        ("是的。不是。", 2),
        # A sentence's closing signs and further ends are its own.
        ("「是的。」", 1),
        ("“मैं घर गया।” वह आया।।", 2),
        ("什么？！", 1),
        ("Mr. Röntgen was here. He left.", 2),
    ],
)
def test_sentences_end_as_their_script_ends_them(text: str, count: int) -> None:
    assert measured(SENTENCES, text) == count


@given(st.text(st.characters(max_codepoint=0x2FF), min_size=1).filter(str.strip))
def test_latin_text_is_counted_as_published(text: str) -> None:
    for constraint in (WORDS, SENTENCES):
        assert measured(constraint, text) == constraint.check(Response(text)).measured
