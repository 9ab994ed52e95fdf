"""Structure: bullets, highlights, placeholders, sections and the title, as published."""

from __future__ import annotations

from typing import Any

import pytest

from followrag.verifiers import Response, Verdict, get_constraint


def check(id: str, text: str, **kwargs: Any) -> Verdict:
    return get_constraint(id, **kwargs).check(Response(text))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("* one\n* two", 2),
        ("- one\n- two", 2),
        ("* one\n- two", 2),
        ("*one", 1),
        ("-one", 1),
        ("  * one\n\t- two", 2),
        # Blank lines before a bullet are swallowed, not counted.
        ("\n\n  \n* one", 1),
        # Other bullets don't count.
        ("• one\n+ two\n1. three\n– four\n· five", 0),
        # Within a line neither do these.
        ("one * two\nthree - four", 0),
        # Rules and negative numbers do.
        ("---", 1),
        ("one\n\n----------\n\ntwo", 1),
        ("-5\n-6.2", 2),
        ("-", 1),
        # Bold lines don't, lines that open with a highlight do.
        ("**bold** line", 0),
        ("*highlight* line", 1),
        ("***", 0),
        ("* * *", 1),
        ("* **bold** bullet", 1),
        # A lone asterisk needs something after it, be it the next line's first character ...
        ("*", 0),
        ("one\n*", 0),
        ("*\ntwo", 1),
        # ... so that it may swallow the bullet that follows, but no dash of a dash bullet.
        ("*\n* two", 1),
        ("*\n- two", 2),
        ("* \n* two", 2),
        # Line breaks are `\n`: a lone `\r` breaks no line, and `\r\n` does.
        ("* one\r\n* two", 2),
        ("* one\r* two", 1),
        # Any white space may precede, no-break spaces and line separators included.
        ("\u00a0* one\n\u2028- two", 2),
        ("\u200b* one", 0),
        ("> * quoted", 0),
    ],
)
def test_bullets_are_lines_that_start_with_a_star_or_a_dash(text: str, count: int) -> None:
    assert check("structure_bullets", text, num_bullets=1).measured == count


@pytest.mark.parametrize(("asked", "passed"), [(1, False), (2, True), (3, False)])
def test_the_number_of_bullets_is_exact(asked: int, passed: bool) -> None:
    verdict = check("structure_bullets", "* one\n* two", num_bullets=asked)
    assert verdict == Verdict(passed, 2, f"2 bullet lines; exactly {asked} asked")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("*one* and *two*", 2),
        ("*one two*", 1),
        # Bold is found by the second pattern alone: the first finds empty pairs.
        ("**one**", 1),
        ("**one** and *two*", 2),
        # Where asterisks are in threes, or a bullet opens with bold, both patterns find one.
        ("***one***", 2),
        ("* **one**", 2),
        ("** **", 0),
        ("* *", 0),
        ("**", 0),
        ("****", 0),
        ("*\t*", 0),
        # Not across lines.
        ("*one\ntwo*", 0),
        ("**one\ntwo**", 0),
        # Bullets and products on one line pass for highlights.
        ("* one * two", 1),
        ("2 * 3 * 4", 1),
        ("*a * b * c*", 2),
        ("* one\n* two", 0),
        ("* *one*", 0),
        ("- **one**", 1),
        # Underscores and HTML don't.
        ("_one_ __two__ <b>three</b>", 0),
        # The pairs are taken from the left: "*a**b*" is *a* and *b*.
        ("*a**b*", 2),
        ("*a*b*", 1),
        ("**a*b**", 1),
        ("*\\*", 1),
    ],
)
def test_highlights_stand_between_asterisks_within_a_line(text: str, count: int) -> None:
    assert check("structure_highlights", text, num_highlights=1).measured == count


@pytest.mark.parametrize(("asked", "passed"), [(1, True), (2, True), (3, False)])
def test_the_number_of_highlights_is_a_lower_bound(asked: int, passed: bool) -> None:
    verdict = check("structure_highlights", "*one* **two**", num_highlights=asked)
    assert verdict == Verdict(passed, 2, f"2 highlighted parts; at least {asked} asked")


def test_a_loose_reading_without_asterisks_has_no_highlight() -> None:
    verdicts = get_constraint("structure_highlights", num_highlights=2).verdicts(
        Response("*one*\nnothing")
    )
    assert not verdicts.loose.passed


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("[name] and [date]", 2),
        ("[]", 1),
        ("[ ]", 1),
        # A JSON array or a link counts.
        ('["a", "b"]', 1),
        ("[here](https://example.org)", 1),
        # The shortest stretch from the first bracket on.
        ("[[name]]", 1),
        ("[a [b] c]", 1),
        ("[a] b]", 1),
        ("]a[", 0),
        ("[a", 0),
        # Not across lines, where `\r` and the line separator are no line breaks.
        ("[first\nlast]", 0),
        ("[first\n[last]", 1),
        ("[first\r\u2028last]", 1),
        # Other brackets don't count.
        ("{name} <name> (name) 【name】", 0),
        ("\\[name\\]", 1),
    ],
)
def test_placeholders_stand_in_brackets_within_a_line(text: str, count: int) -> None:
    assert check("structure_placeholder", text, num_placeholders=1).measured == count


@pytest.mark.parametrize(("asked", "passed"), [(1, True), (2, True), (3, False)])
def test_the_number_of_placeholders_is_a_lower_bound(asked: int, passed: bool) -> None:
    verdict = check("structure_placeholder", "[a] [b]", num_placeholders=asked)
    assert verdict == Verdict(passed, 2, f"2 placeholders; at least {asked} asked")


@pytest.mark.parametrize(
    ("splitter", "text", "count"),
    [
        ("PART", "PART 1\none\nPART 2\ntwo", 2),
        # Anywhere, inside words and without a space.
        ("PART", "see PART 1 and PART 2", 2),
        ("PART", "APART 1", 1),
        ("PART", "PART1", 1),
        ("PART", "PART\n1", 1),
        ("PART", "PART 12", 1),
        # At most one white space before the number.
        ("PART", "PART  1", 0),
        ("PART", "PART: 1", 0),
        ("PART", "PART #1", 0),
        # Case-sensitive.
        ("PART", "Part 1 part 2", 0),
        ("Part", "PART 1", 0),
        # A number in digits of any script, and neither roman ones nor the prompt's own "X".
        ("PART", "PART X", 0),
        ("PART", "PART I\nPART II", 0),
        ("PART", "PART one", 0),
        ("PART", "PART ٣", 1),
        ("PART", "PART ²", 0),
        ("PART", "**PART 1**", 1),
        ("PART", "PART **1**", 0),
        # The splitter is stripped, and otherwise a regular expression.
        ("  PART ", "PART 1", 1),
        ("STEP.", "STEPS 1 STEP-2 STEP 3 STEP", 3),
        ("SUB PART", "SUB PART 1", 1),
    ],
)
def test_sections_are_marks_of_the_splitter_and_a_number(
    splitter: str, text: str, count: int
) -> None:
    verdict = check("structure_sections", text, section_spliter=splitter, num_sections=1)
    assert verdict.measured == count


@pytest.mark.parametrize(("asked", "passed"), [(1, True), (2, True), (3, False)])
def test_the_number_of_sections_is_a_lower_bound(asked: int, passed: bool) -> None:
    text = "PART 1 a PART 2 b"
    verdict = check("structure_sections", text, section_spliter="PART", num_sections=asked)
    assert verdict == Verdict(passed, 2, f"2 marks like 'PART 1'; at least {asked} asked")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("<<The sea>>", "The sea"),
        ("Some text\n  <<The sea>> and more", "The sea"),
        ("<< The sea >>", "The sea"),
        # Any number of angle brackets from two on.
        ("<<<The sea>>>", "The sea"),
        # Greedy to the last pair of the line; single brackets inside do no harm.
        ("<<The sea> and the land>>", "The sea> and the land"),
        ("<<a>> and <<b>>", "a>> and <<b"),
        # Nothing but brackets and white space between is no title.
        ("<<>>", None),
        ("<< >>", None),
        ("<<<>>>", None),
        ("<<>><<>>", ">><<"),
        ("<< >>\n<<b>>", "b"),
        # Not across lines.
        ("<<The\nsea>>", None),
        ("<<The sea\n>>", None),
        # One pair at either end.
        ("<The sea>", None),
        ("<<The sea>", None),
        ("<The sea>>", None),
        (">>The sea<<", None),
        ("«The sea»", None),
        ("# The sea", None),
    ],
)
def test_a_title_stands_between_double_angle_brackets(text: str, title: str | None) -> None:
    verdict = check("structure_title", text)
    assert (verdict.passed, verdict.measured) == (title is not None, title)
