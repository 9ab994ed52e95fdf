"""The form of a whole response: language, JSON, repetition, commas, quotation marks."""

from __future__ import annotations

from typing import Any

import pytest

from followrag.verifiers import Response, Verdict, get_constraint


def check(id: str, text: str, **kwargs: Any) -> Verdict:
    return get_constraint(id, **kwargs).check(Response(text))


ITALIAN = "La torre del porto fu costruita nel secolo scorso."


@pytest.mark.parametrize(
    ("language", "text", "passed", "found"),
    [
        ("it", ITALIAN, True, "it"),
        ("pt", ITALIAN, False, "it"),
        ("ru", "Башня в порту была построена в прошлом веке.", True, "ru"),
        ("en", "The harbour tower was built in the last century.", True, "en"),
        # Codes are compared as they are, those outside IFEval's list (where the published checker
        # crashes) too. langdetect has no "zh".
        ("zh-cn", "港口的塔建于上个世纪。", True, "zh-cn"),
        ("zh", "港口的塔建于上个世纪。", False, "zh-cn"),
        ("IT", ITALIAN, False, "it"),
        # It skips words in capitals.
        ("it", ITALIAN.upper(), False, "en"),
        # Without features any language is followed (FollowRAG instructions.py:98).
        ("it", "42", True, None),
        ("it", "3.14 - 42!", True, None),
        ("it", "A@BC.COM", True, None),
        ("it", "https://example.org/a", True, None),
    ],
)
def test_a_language_is_what_langdetect_finds(
    language: str, text: str, passed: bool, found: str | None
) -> None:
    verdict = check("format_language", text, language=language)
    assert (verdict.passed, verdict.measured, verdict.error) == (passed, found, False)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"city": "Rome"}', "dict"),
        (" \n[1, 2]\n", "list"),
        # Scalars, and what is no JSON by the standard but is to Python.
        ('"Rome"', "str"),
        ("42", "int"),
        ("-1.5e3", "float"),
        ("true", "bool"),
        ("null", "NoneType"),
        ("NaN", "float"),
        ("-Infinity", "float"),
        ('{"a": 1, "a": 2}', "dict"),
        # A fence in one of four spellings.
        ('```json\n{"a": 1}\n```', "dict"),
        ('```Json\n{"a": 1}\n```', "dict"),
        ('```JSON\n{"a": 1}\n```', "dict"),
        ('```\n{"a": 1}\n```', "dict"),
        ('```json{"a": 1}```', "dict"),
        # It may be open at either end.
        ('```json\n{"a": 1}', "dict"),
        ('{"a": 1}\n```', "dict"),
        # One after another is taken off, in the order of these spellings.
        ("```json```42", "int"),
        ("```json```Json```JSON```42```", "int"),
    ],
)
def test_json_of_any_kind_passes(text: str, kind: str) -> None:
    verdict = check("format_json", text)
    assert (verdict.passed, verdict.measured) == (True, kind)


@pytest.mark.parametrize(
    "text",
    [
        "Rome",
        "{'city': 'Rome'}",
        '{"city": "Rome",}',
        '{"city": "Ro\nme"}',
        '{"a": 1} {"b": 2}',
        # Text around.
        'Here it is: {"a": 1}',
        '{"a": 1} Good?',
        'Here it is:\n```json\n{"a": 1}\n```',
        '```json\n{"a": 1}\n```\nGood?',
        # Other fences.
        '``` json\n{"a": 1}\n```',
        '```jsonc\n{"a": 1}\n```',
        '```js\n{"a": 1}\n```',
        '`{"a": 1}`',
        '~~~\n{"a": 1}\n~~~',
        # In another order, or twice.
        "``````json42",
        "```json```json42",
        "42``````",
        # Nothing in it.
        "```json\n```",
        "```",
        "\ufeff42",
        # Python refuses integers of more than 4,300 digits; that is a ValueError as well.
        "1" * 5_000,
    ],
)
def test_what_python_does_not_load_is_no_json(text: str) -> None:
    verdict = check("format_json", text)
    assert (verdict.passed, verdict.measured, verdict.error) == (False, None, False)
    assert verdict.reason.startswith("not JSON: ")


@pytest.mark.parametrize("text", ['Here it is:\n{"a": 1}', '{"a": 1}\nGood?', '**{"a": 1}**'])
def test_a_loose_reading_forgives_one_line_around_json(text: str) -> None:
    strict, loose = get_constraint("format_json").verdicts(Response(text))
    assert (strict.passed, loose.passed) == (False, True)


QUESTION = "Who built the harbour tower?"


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        (f"{QUESTION} Nobody knows.", True),
        (QUESTION, True),
        (f"\n  {QUESTION}\nNobody knows.", True),
        (f"{QUESTION.upper()} Nobody knows.", True),
        # tinker-cookbook #897: a checker that accepted anything.
        ("Nobody knows.", False),
        (f"The question is: {QUESTION}", False),
        # A quotation mark or markup in front.
        (f'"{QUESTION}"', False),
        (f"**{QUESTION}**", False),
        ("Who built the harbour tower Nobody knows.", False),
        ("Who built  the harbour tower?", False),
        ("Who built the harbour", False),
        # No word boundary is asked at the end.
        (f"{QUESTION}Nobody.", True),
    ],
)
@pytest.mark.parametrize("asked", [QUESTION, f"  {QUESTION}\n", QUESTION.lower()])
def test_the_text_to_repeat_comes_first(text: str, passed: bool, asked: str) -> None:
    assert check("format_repeat_question", text, prompt_to_repeat=asked).passed is passed


@pytest.mark.parametrize(
    ("text", "place"), [("Who built it?", 10), ("Nobody.", 0), ("Who built the harbour", 21)]
)
def test_the_first_difference_is_measured(text: str, place: int) -> None:
    verdict = check("format_repeat_question", text, prompt_to_repeat=QUESTION)
    reason = f"differs from the text to repeat after {place} of 28 characters"
    assert verdict == Verdict(False, place, reason)


@pytest.mark.parametrize(
    ("text", "commas"),
    [
        ("No pause at all", 0),
        ("One, two, three", 2),
        ("1,000", 1),
        # Only the ASCII comma: Arabic, full-width and ideographic ones are allowed.
        ("نعم، لا", 0),
        ("一，二、三", 0),
        ("one; two", 0),
    ],
)
def test_commas_are_ascii_commas(text: str, commas: int) -> None:
    verdict = check("format_no_commas", text)
    assert (verdict.passed, verdict.measured) == (commas == 0, commas)
    assert verdict.reason.endswith("; none asked")


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ('"Rome"', True),
        (' \n"Rome"\n', True),
        ('""', True),
        ('"Rome" and "Milan"', True),
        ('"', False),
        ("Rome", False),
        ('"Rome', False),
        ('Rome"', False),
        ('"Rome".', False),
        ('**"Rome"**', False),
        # Only ASCII double quotes.
        ("“Rome”", False),
        ("'Rome'", False),
        ("«Rome»", False),
        ("''Rome''", False),
    ],
)
def test_quotation_marks_wrap_the_response(text: str, passed: bool) -> None:
    assert check("format_quotation", text).passed is passed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My answer is yes.", "My answer is yes."),
        ("Well: My answer is no. Sorry.", "My answer is no."),
        ("My answer is maybe.", "My answer is maybe."),
        ("**My answer is yes.**", "My answer is yes."),
        ("My answer is yes. My answer is no.", "My answer is yes."),
        # Word for word, the full stop and the case included (IFEval instructions_util.py).
        ("My answer is yes", None),
        ("my answer is yes.", None),
        ("My answer is YES.", None),
        ("My answer is  yes.", None),
        ("My answer is *yes*.", None),
        ("Yes.", None),
    ],
)
def test_a_constrained_response_holds_one_of_three_sentences(text: str, found: str | None) -> None:
    verdict = check("detectable_format:constrained_response", text)
    assert (verdict.passed, verdict.measured) == (found is not None, found)


@pytest.mark.parametrize(
    ("text", "passed", "count"),
    [
        ("One.\n******\nTwo.", True, 2),
        ("One.******Two.", True, 2),
        ("One.", False, 1),
        ("One.\n******\nTwo.\n******\nThree.", False, 3),
        # They must differ, apart from the space around them.
        ("One.\n******\nOne.", False, 2),
        ("One. ******  One.\n", False, 2),
        ("One.\n******\none.", True, 2),
        # A divider at the very start or end is allowed, and one response is too few.
        ("******\nOne.\n******\nTwo.\n******", True, 2),
        ("One.\n******", False, 1),
        ("******", False, 0),
        # Of other numbers of asterisks some are left over.
        ("One.\n*****\nTwo.", False, 1),
        ("One.\n*******\nTwo.", True, 2),
        # An empty response between two dividers.
        ("One.\n******\n******\nTwo.", False, None),
        ("One.************Two.", False, None),
    ],
)
def test_two_responses_differ_and_are_divided_by_six_asterisks(
    text: str, passed: bool, count: int | None
) -> None:
    verdict = check("combination:two_responses", text)
    assert (verdict.passed, verdict.measured) == (passed, count)
