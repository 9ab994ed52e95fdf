"""Bullets, highlights, placeholders and sections of `fixed` mode."""

from __future__ import annotations

from typing import Any

import pytest

from followrag.verifiers import Response, Verdict, get_constraint
from followrag.verifiers.fixed import repaired


def check(id: str, text: str, **kwargs: Any) -> Verdict:
    return repaired(get_constraint(id, **kwargs)).check(Response(text))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("* one\n- two\n+ three\n• four\n•five", 5),
        ("  * one\n\t- two\n\u00a0\u00a0* three", 3),
        ("-one\n*one\n*one **bold** more", 3),
        ("* **bold** one\n- *two*\n* *three*\n- [ ] four\n- 5", 5),
        # Rules, numbers, highlights, bold lines and empty bullets are none.
        ("---\n- - -\n***\n* * *\n----------\n-- \n-->", 0),
        ("-5\n-6.2\n+7\n*highlight* of a line\n**bold** line\n*a* and *b*", 0),
        ("-\n*\n+\n•\n- \n* ", 0),
        ("1. one\n2) two\n– three\n> * four\n| - |", 0),
        ("one * two\nthree - four", 0),
        # The response's quotation mark is no part of its first line.
        ('"* one\n* two"', 2),
        ("“- one\n- two”\n", 2),
        ('"- one"', 0),
    ],
)
def test_bullets_are_what_markdown_shows_as_such(text: str, count: int) -> None:
    assert check("structure_bullets", text, num_bullets=1).measured == count


def test_the_number_of_bullets_is_exact() -> None:
    verdict = check("structure_bullets", "---\n- one\n- two", num_bullets=1)
    assert verdict == Verdict(False, 2, "2 bullet lines; exactly 1 asked")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("*one* and **two** and ***three***", 3),
        ("* **one** of\n- *two* and\n+ three", 2),
        ("* one * two\n2 * b * c\n*a * b * c*", 0),
        ("*one two* **three.** *(four)*", 3),
        ("* one\n* two", 0),
        ("** **\n****\n* *\n*\nx*", 0),
        ("*one\ntwo*", 0),
        ('{"a": "*one* *two*"}', 2),
    ],
)
def test_highlights_stand_beside_their_asterisks(text: str, count: int) -> None:
    assert check("structure_highlights", text, num_highlights=1).measured == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("[name] [date of birth] [1]", 3),
        ("[] [ ] [...]", 0),
        ('["one", "two"] [{"a": 1}] [["b"]]', 0),
        ("[[name]] [a [b] c]", 2),
        ('{"answer": "[name] and [date]"}', 2),
        ("[one\ntwo] ] [", 0),
    ],
)
def test_placeholders_hold_something_other_than_data(text: str, count: int) -> None:
    assert check("structure_placeholder", text, num_placeholders=1).measured == count


@pytest.mark.parametrize(
    "mark",
    [
        "PART 1",
        "PART1",
        "Part 1",
        "part 1:",
        "PART  1",
        "PART\n1",
        "PART I",
        "PART iv.",
        "PART X",
        "PART A",
        "PART One",
        "PART #1",
        "PART - 1",
        "**PART 1**",
        "**Part** 1",
        "## PART 1",
        "> PART 1",
        "- (PART 1)",
        "“PART 1”",
        "Intro: PART 1",
        "That is all. PART 1",
        "<<Title>> PART 1",
        "Legislation, PART 1",
        "Paris PART 1 is",
        "PART (1)",
        "PART № 1",
        "PART A – of it",
        "✅ Part 1 of it",
        "1️⃣ Part 1 of it",
        "PART 1巴黎",
        '{"PART 1": "text"}',
        '{"a": "text\\nPART 1"}',
    ],
)
def test_a_section_mark_is_what_a_reader_takes_for_one(mark: str) -> None:
    verdict = check("structure_sections", f"{mark}\ntext", section_spliter="PART", num_sections=1)
    assert verdict == Verdict(True, 1, "1 mark like 'PART 1'; at least 1 asked")


@pytest.mark.parametrize(
    "text",
    [
        "APART 1\nof it",
        "RAMPART 1",
        "PART of it",
        "PARTS 1",
        "PART mix",
        "as in part 1 of the text",
        "Part I played in it",
        "Part A of it",
        "PART\n\n\n\n\n1",
    ],
)
def test_other_text_is_no_section_mark(text: str) -> None:
    verdict = check("structure_sections", text, section_spliter="PART", num_sections=1)
    assert not verdict.passed


def test_a_splitter_of_any_case_and_signs_is_looked_for_as_it_is() -> None:
    text = "STEP (A) 1 x.\nstep (a) 2"
    assert check("structure_sections", text, section_spliter="Step (a)", num_sections=2).passed


@pytest.mark.parametrize(
    "unit", ["\n", "*", "* ", "*a ", "[", "]", "[a", "- ", "PART ", "PART\n\n", "#", " "]
)
def test_marks_are_counted_in_100_000_characters(unit: str) -> None:
    text = "x" + unit * (100_000 // len(unit)) + "x"
    for id, kwargs in (
        ("structure_bullets", {"num_bullets": 100_001}),
        ("structure_highlights", {"num_highlights": 100_001}),
        ("structure_placeholder", {"num_placeholders": 100_001}),
        ("structure_sections", {"section_spliter": "PART", "num_sections": 100_001}),
    ):
        verdict = check(id, text, **kwargs)
        assert (verdict.passed, verdict.error) == (False, False)
