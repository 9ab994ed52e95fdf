r"""Length: `\w+` runs, English Punkt sentences, and paragraphs between `***` dividers."""

from __future__ import annotations

from typing import Any

import pytest

from followrag.verifiers import Response, Verdict, Verdicts, get_constraint


def check(id: str, text: str, **kwargs: Any) -> Verdict:
    return get_constraint(id, **kwargs).check(Response(text))


def paragraphs(text: str, asked: int) -> Verdicts:
    return get_constraint("length_paragraph", num_paragraphs=asked).verdicts(Response(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Three plain words", 3),
        ("Three, plain; words!", 3),
        # Apostrophes, dots and hyphens split (instructions_util.py, count_words).
        ("don't", 2),
        ("don’t", 2),
        ("U.S.", 2),
        ("9.8", 2),
        ("1,000,000", 3),
        ("well-known", 2),
        ("either/or", 2),
        # The underscore is part of a word; lone punctuation is none.
        ("snake_case", 1),
        ("_", 1),
        ("— … * -", 0),
        ("*bold* **words**", 2),
        # Letters and digits of any script, but a script without spaces is one run.
        ("été ٣٤ 中文字", 3),
        # Vowel signs and viramas of Indic scripts are no word characters, so that each of these
        # three-word sentences has more "words" than that.
        ("ನಾನು ಕನ್ನಡ ಕಲಿಯುತ್ತೇನೆ", 9),
        ("நான் தமிழ் பேசுகிறேன்", 9),
        ("ਮੈਂ ਪੰਜਾਬੀ ਬੋਲਦਾ", 6),
        # A combining accent splits as well, a precomposed one doesn't.
        ("cafe\u0301s", 2),
        ("caf\u00e9s", 1),
        ("soft\u00adhyphen zero\u200bwidth", 4),
    ],
)
def test_words_are_runs_of_word_characters(text: str, words: int) -> None:
    assert check("length_words", text, num_words=1, relation="at least").measured == words


@pytest.mark.parametrize(
    ("relation", "words", "passed"),
    [
        ("less than", 4, True),
        ("less than", 5, False),
        ("less than", 6, False),
        ("at least", 4, False),
        ("at least", 5, True),
        ("at least", 6, True),
    ],
)
def test_words_have_a_strict_upper_or_an_inclusive_lower_bound(
    relation: str, words: int, passed: bool
) -> None:
    verdict = check("length_words", "word " * words, num_words=5, relation=relation)
    assert verdict == Verdict(passed, words, f"{words} words; {relation} 5 asked")


@pytest.mark.parametrize(
    ("relation", "sentences", "passed"),
    [
        ("less than", 4, True),
        ("less than", 5, False),
        ("less than", 6, False),
        ("at least", 4, False),
        ("at least", 5, True),
        ("at least", 6, True),
    ],
)
def test_sentences_have_a_strict_upper_or_an_inclusive_lower_bound(
    relation: str, sentences: int, passed: bool
) -> None:
    text = "The tide came in. " * sentences
    verdict = check("length_sentence", text, num_sentences=5, relation=relation)
    assert verdict == Verdict(passed, sentences, f"{sentences} sentences; {relation} 5 asked")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        # The splitter is the English one whatever the language: only `.`, `?` and `!` end.
        ("یہ ایک کشتی ہے۔ یہ ایک پل ہے۔", 1),
        ("यह एक नाव है। यह एक पुल है।", 1),
        ("这是一条船。这是一座桥。", 1),
        ("Questa è una barca. Questo è un ponte.", 2),
        ("هذه سفينة. هذا جسر؟ نعم!", 2),
        # A text without an end is one sentence; line breaks end none.
        ("no end at all", 1),
        ("First line\n\nSecond line\n- third", 1),
    ],
)
def test_sentences_end_with_latin_punctuation(text: str, sentences: int) -> None:
    verdict = check("length_sentence", text, num_sentences=1, relation="at least")
    assert verdict.measured == sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("one", 1),
        ("one *** two", 2),
        ("one***two***three", 3),
        ("one\n***\ntwo", 2),
        # A divider at the very start or end opens no paragraph.
        ("*** one *** two", 2),
        ("one *** two ***", 2),
        ("*** one ***", 1),
        ("one *** two ***\n\n", 2),
        # Other rules are no dividers: the kwargs' texts say "* * *", which isn't one.
        ("one * * * two", 1),
        ("one\n---\ntwo", 1),
        ("one\n\ntwo", 1),
        # Bold italics are.
        ("a ***very*** long way", 3),
        # Of four asterisks one is left over.
        ("one **** two", 2),
        # Only dividers: nothing is left between them.
        ("***", 0),
    ],
)
def test_paragraphs_stand_between_dividers(text: str, count: int) -> None:
    for asked in range(5):
        strict = paragraphs(text, asked).strict
        assert (strict.passed, strict.measured) == (count == asked, count)


@pytest.mark.parametrize(
    "text", ["one ****** two", "one ***\n*** two", "*** *** one", "* ********"]
)
@pytest.mark.parametrize("asked", range(4))
def test_a_blank_paragraph_between_two_dividers_fails_any_number(text: str, asked: int) -> None:
    assert paragraphs(text, asked).strict == Verdict(
        False, None, "a paragraph between two *** dividers is empty"
    )


def test_six_asterisks_alone_have_a_blank_part_in_the_middle() -> None:
    assert not paragraphs("******", 0).strict.passed


def test_a_loose_reading_without_asterisks_is_one_paragraph() -> None:
    text = "one *** two"
    assert not paragraphs(text, 1).strict.passed
    assert paragraphs(text, 1).loose.passed
