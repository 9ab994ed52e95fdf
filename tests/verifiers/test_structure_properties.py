"""Marks and places against the published rules, on any text made of what they look for.

Where the published regular expressions take quadratic time, ours are others (see
`followrag/verifiers/structure.py`). Here the published ones are written out once more.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followrag.verifiers import Response, Verdict, constraint_classes, get_constraint

# Among them white space that is no line break to `re`, and characters whose case is odd.
ALPHABET = "**--[]<>\n\n \t\r\x1c\x85\u00a0\u2028a1.\"'"
WORDS = "aAßΣσςİ \n\n.'\"*"

many = settings(max_examples=300, deadline=None)


def texts(alphabet: str) -> st.SearchStrategy[str]:
    """Texts that start with a character that isn't blank: blank ones follow nothing."""
    return st.builds("{}{}".format, st.sampled_from("a*-[<"), st.text(alphabet, max_size=40))


def check(id: str, text: str, **kwargs: Any) -> Verdict:
    return get_constraint(id, **kwargs).check(Response(text))


@many
@given(texts(ALPHABET))
def test_bullets(text: str) -> None:
    published = re.findall(r"^\s*\*[^\*].*$", text, flags=re.MULTILINE)
    published += re.findall(r"^\s*-.*$", text, flags=re.MULTILINE)
    assert check("structure_bullets", text, num_bullets=1).measured == len(published)


@many
@given(st.text("*- \n\ta", min_size=1).filter(str.strip))
def test_bullets_after_blank_lines(text: str) -> None:
    published = re.findall(r"^\s*\*[^\*].*$", text, flags=re.MULTILINE)
    published += re.findall(r"^\s*-.*$", text, flags=re.MULTILINE)
    assert check("structure_bullets", text, num_bullets=1).measured == len(published)


@many
@given(texts("***ab \n\t"))
def test_highlights(text: str) -> None:
    single = re.findall(r"\*[^\n\*]*\*", text)
    double = re.findall(r"\*\*[^\n\*]*\*\*", text)
    published = sum(bool(mark.strip("*").strip()) for mark in single)
    published += sum(bool(mark.removeprefix("**").removesuffix("**").strip()) for mark in double)
    assert check("structure_highlights", text, num_highlights=1).measured == published


@many
@given(texts("[[]]\n\ra"))
def test_placeholders(text: str) -> None:
    published = re.findall(r"\[.*?\]", text)
    assert check("structure_placeholder", text, num_placeholders=1).measured == len(published)


@many
@given(texts("<<<>>>\n a"))
def test_title(text: str) -> None:
    titles = re.findall(r"<<[^\n]+>>", text)
    published = any(title.lstrip("<").rstrip(">").strip() for title in titles)
    assert check("structure_title", text).passed == published


@many
@given(text=texts("AP11 \n\u2028٣x"), splitter=st.sampled_from(["A", "AP", "P A", "1", ".", " A "]))
def test_sections(text: str, splitter: str) -> None:
    published = re.split(r"\s?" + splitter.strip() + r"\s?\d+\s?", text)
    verdict = check("structure_sections", text, section_spliter=splitter, num_sections=1)
    assert verdict.measured == len(published) - 1


@many
@given(text=texts("******a \n"), asked=st.integers(0, 4))
def test_paragraphs(text: str, asked: int) -> None:
    def published() -> bool:
        paragraphs = re.split(r"\s?\*\*\*\s?", text)
        num_paragraphs = len(paragraphs)
        for index, paragraph in enumerate(paragraphs):
            if not paragraph.strip():
                if index == 0 or index == len(paragraphs) - 1:
                    num_paragraphs -= 1
                else:
                    return False
        return num_paragraphs == asked

    assert check("length_paragraph", text, num_paragraphs=asked).passed == published()


OPENINGS = ["a", "A", "aσ", "aς", "AΣ", "ß", "İ", "*a", "-"]


@many
@given(
    text=st.lists(st.sampled_from([*OPENINGS, *" .'\"\n", "\n\n"]), max_size=8)
    .map("".join)
    .filter(str.strip),
    word=st.sampled_from([*OPENINGS, "a."]),
    paragraphs=st.integers(1, 3),
    nth=st.integers(1, 3),
)
def test_first_word(text: str, word: str, paragraphs: int, nth: int) -> None:
    nth = min(nth, paragraphs)

    def published() -> bool:
        parts = re.split(r"\n\n", text)
        count = sum(bool(part.strip()) for part in parts)
        if nth > count or not parts[nth - 1].strip():
            return False
        first = ""
        for letter in parts[nth - 1].strip().split()[0].strip().lstrip("'").lstrip('"'):
            if letter in {".", ",", "?", "!", "'", '"'}:
                break
            first += letter.lower()
        return count == paragraphs and first == word.lower()

    verdict = check(
        "position_first_word",
        text,
        first_word=word,
        num_paragraphs=paragraphs,
        nth_paragraph=nth,
    )
    assert verdict.passed == published()


@many
@given(text=texts(WORDS), phrase=st.text(WORDS, min_size=1, max_size=3).filter(str.strip))
def test_end(text: str, phrase: str) -> None:
    published = text.strip().strip('"').lower().endswith(phrase.strip().lower())
    assert check("position_end_with", text, end_phrase=phrase).passed == published


@many
@given(text=texts(WORDS), asked=st.text(WORDS, min_size=1, max_size=3).filter(str.strip))
def test_repeated_text(text: str, asked: str) -> None:
    published = text.strip().lower().startswith(asked.strip().lower())
    assert check("format_repeat_question", text, prompt_to_repeat=asked).passed == published


@many
@given(
    text=texts("pPsS.. \n\u2028nbİK"),
    marker=st.sampled_from(["P.S.", "P.P.S", "P.P.S.", "p.s.", "N.B.", "NB", "İ", "K", " P.S. "]),
)
def test_postscript(text: str, marker: str) -> None:
    value = text.lower()
    if marker.strip() == "P.P.S":
        pattern = r"\s*p\.\s?p\.\s?s.*$"
    elif marker.strip() == "P.S.":
        pattern = r"\s*p\.\s?s\..*$"
    else:
        pattern = r"\s*" + marker.strip().lower() + r".*$"
    published = bool(re.findall(pattern, value, flags=re.MULTILINE))
    assert check("position_postscript", text, postscript_marker=marker).passed == published


FENCES = ["```", "```json", "```Json", "```JSON", "json"]
TOKENS = [*'{}[]:,1-" \n\\\u00a0\x00', '"a"', ".5", "null", "NaN"]


@many
@given(st.lists(st.sampled_from(FENCES + TOKENS), max_size=8).map("".join).filter(str.strip))
def test_json(text: str) -> None:
    value = (
        text.strip()
        .removeprefix("```json")
        .removeprefix("```Json")
        .removeprefix("```JSON")
        .removeprefix("```")
        .removesuffix("```")
        .strip()
    )
    try:
        json.loads(value)
    except ValueError:
        published = False
    else:
        published = True
    assert check("format_json", text).passed == published


@many
@given(texts("\"“”' \na"))
def test_quotation(text: str) -> None:
    value = text.strip()
    published = len(value) > 1 and value[0] == '"' and value[-1] == '"'
    assert check("format_quotation", text).passed == published


@many
@given(texts("******a \n"))
def test_two_responses(text: str) -> None:
    def published() -> bool:
        valid = []
        responses = text.split("******")
        for index, response in enumerate(responses):
            if response.strip():
                valid.append(response)
            elif index not in (0, len(responses) - 1):
                return False
        return len(valid) == 2 and valid[0].strip() != valid[1].strip()

    assert check("combination:two_responses", text).passed == published()


# --- degenerate texts --------------------------------------------------------------------------

KWARGS: dict[str, dict[str, Any]] = {
    "keywords_inclusion": {"keywords": ["a b", "U.S."]},
    "keywords_frequency": {"keyword": "a.b", "frequency": 2, "relation": "at least"},
    "keywords_exclusion": {"forbidden_words": ["a b", "U.S."]},
    "keywords:letter_frequency": {"letter": "a", "let_frequency": 2, "let_relation": "at least"},
    "length_words": {"num_words": 2, "relation": "at least"},
    "length_sentence": {"num_sentences": 2, "relation": "at least"},
    "length_paragraph": {"num_paragraphs": 2},
    "position_first_word": {"first_word": "a", "num_paragraphs": 2, "nth_paragraph": 2},
    "position_postscript": {"postscript_marker": "N.B."},
    "position_end_with": {"end_phrase": "the end"},
    "structure_bullets": {"num_bullets": 2},
    "structure_highlights": {"num_highlights": 2},
    "structure_placeholder": {"num_placeholders": 2},
    "structure_sections": {"section_spliter": "PART", "num_sections": 2},
    "cases_capital_words": {"capital_frequency": 2, "capital_relation": "at least"},
    "format_language": {"language": "it"},
    "format_repeat_question": {"prompt_to_repeat": "who?"},
}

# What a model that has lost its way repeats until it is cut off. The published expressions take
# minutes for some of these.
REPEATED = [
    "\n",
    "[",
    "<",
    "*",
    " ",
    "-",
    "\n ",
    "\n*",
    "* ",
    "[]",
    "[\n",
    "<<",
    "<\n",
    "<>",
    "P.S",
]
REPEATED += ["PART", "PART ", ".", ". ", "\t\n", "\r\n", "a", "A", "1", '"', "```", "\u00a0\n"]


def assert_decided(text: str) -> None:
    response = Response(text)
    for cls in constraint_classes():
        strict, loose = get_constraint(cls.id, **KWARGS.get(cls.id, {})).verdicts(response)
        # Python's JSON parser gives up on deeply nested brackets; that is a verdict as well.
        assert cls.id == "format_json" or not (strict.error or loose.error)


@pytest.mark.parametrize("repeated", REPEATED, ids=repr)
@pytest.mark.parametrize("around", ["", "x"])
def test_a_degenerate_text_is_decided(repeated: str, around: str) -> None:
    assert_decided(around + (repeated * 30_000)[:30_000] + around)


def test_a_text_that_degenerates_again_and_again_is_decided() -> None:
    assert_decided("".join(repeated * 1_000 for repeated in REPEATED))
