"""Loose verdicts: what is skipped as hopeless must not change them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followrag.verifiers import Constraint, Response, get_constraint, language

CONSTRAINTS = [
    get_constraint("length_words", num_words=4, relation="at least"),
    get_constraint("length_words", num_words=4, relation="less than"),
    get_constraint("length_sentence", num_sentences=2, relation="at least"),
    get_constraint("length_sentence", num_sentences=2, relation="less than"),
    get_constraint("format_language", language="ta"),
    get_constraint("format_language", language="it"),
    get_constraint("position_first_word", first_word="the", num_paragraphs=2, nth_paragraph=2),
]
PIECES = ["The ", "the", " house", "*", "**", "\n", "\n\n", ". ", "! ", "casa bella ", "9", "வீடு "]

texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda c: c.describe())
@settings(deadline=None, max_examples=150)
@given(text=texts)
def test_loose_is_any_reading_that_passes(constraint: Constraint, text: str) -> None:
    response = Response(text)
    readings = [response, *response.variants]
    expected = any(constraint.check(Response(reading.text)).passed for reading in readings)
    assert constraint.verdicts(response).loose.passed == expected


@pytest.mark.parametrize("cut", [None, 100, 12, 4, 2])
def test_a_language_that_is_ruled_out_is_not_detected(shared: Path, cut: int | None) -> None:
    items = json.loads((shared / "data/followrag/followRAG_iftq.json").read_text())
    draw = random.Random(cut)
    ruled_out = 0
    for item in draw.sample(items, 60):
        words = item["passages"][0]["content"].split()[:cut]
        text = draw.choice([str, str.upper, str.lower])(" ".join(words))
        label = language.detect(text)
        for code in ("ta", "pa", "ru", "ar", "it", "de", "en", "xx"):
            if not language.may_be(text, code):
                ruled_out += 1
                assert label is not None
                assert label != code
    assert ruled_out > 60


def test_no_language_is_ruled_out_where_none_can_be_detected() -> None:
    assert language.may_be("12 34", "ta")
    assert language.may_be("", "xx")
