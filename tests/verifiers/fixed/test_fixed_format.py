"""JSON, quotation marks and the repeated question of `fixed` mode."""

from __future__ import annotations

from typing import Any

import pytest

from followrag.verifiers import Response, Verdict, get_constraint
from followrag.verifiers.fixed import repaired


def check(id: str, text: str, **kwargs: Any) -> Verdict:
    return repaired(get_constraint(id, **kwargs)).check(Response(text))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '```json\n{"a": 1}\n```',
        '``` JSON\n{"a": 1}\n```\n',
        '```jsonc\n{"a": 1}```',
        '```json5\n{"a": 1}\n```',
        "```js\n[1, 2]\n```",
        '```\n{"a": 1}\n```',
        '````json\n{"a": 1}\n````',
        '`{"a": 1}`',
        '```json\n{"a": 1}',
        '"Paris"',
        "42",
        "true",
    ],
)
def test_json_may_stand_in_any_fence(text: str) -> None:
    assert check("format_json", text).passed


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        '{"a": -Infinity}',
        'Here it is: {"a": 1}',
        '```json\n{"a": 1}\n```\nDone.',
        '```python\n{"a": 1}\n```',
        '{"a": 1',
        "json",
        "```json\n```",
        '```\n["a", json 1]\n```',
        '{"a": "one\ntwo"}',
    ],
)
def test_other_text_is_no_json(text: str) -> None:
    assert not check("format_json", text).passed


def test_a_reason_tells_what_json_it_is_or_why_none() -> None:
    assert check("format_json", '```jsonc\n["a"]\n```') == Verdict(True, "list", "JSON, a list")
    assert check("format_json", "NaN") == Verdict(False, None, "not JSON: NaN is no JSON")


@pytest.mark.parametrize(
    "text",
    [
        '"Paris"',
        "“Paris”",
        "„Paris“",
        '"Paris".',
        '**"Paris"**',
        '```\n"Paris"\n```',
        "_“Paris.”_\n",
        '"A" or "B"',
    ],
)
def test_quotation_marks_may_be_curly_and_bold(text: str) -> None:
    assert check("format_quotation", text).passed


@pytest.mark.parametrize(
    "text", ['""', '" "', '"', "“”", '"Paris', "'Paris'", '"Paris" it is', '**"**']
)
def test_what_is_not_quoted_or_says_nothing_fails(text: str) -> None:
    assert not check("format_quotation", text).passed


@pytest.mark.parametrize("asked", ["Who is “X”?", 'who is "X"', '  Who is\n"X"?', '"Who is "X"?"'])
@pytest.mark.parametrize(
    "text",
    [
        'Who is "X"? Paul.',
        "WHO IS “X”?\n\nPaul",
        '**Who is "X"?**\nPaul.',
        '"Who  is "X"? Paul."',
        'who is "x": Paul',
    ],
)
def test_the_question_is_repeated_whatever_signs_are_around_it(asked: str, text: str) -> None:
    verdict = check("format_repeat_question", text, prompt_to_repeat=asked)
    assert verdict == Verdict(True, None, "begins with the text to repeat")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Who is Paul? Paul.", 7),
        ("Who is Xaver?", 7),
        ("Answer: who is X?", 0),
        ("Who is", 6),
        ("Paul. Who is X?", 0),
    ],
)
def test_what_is_not_repeated_is_told_by_its_place(text: str, same: int) -> None:
    verdict = check("format_repeat_question", text, prompt_to_repeat="Who is X?")
    if text == "Who is Xaver?":
        assert not verdict.passed
        return
    reason = f"differs from the text to repeat after {same} of 8 characters"
    assert verdict == Verdict(False, same, reason)


@pytest.mark.parametrize("unit", ["`", " ", '"', "* ", "\n", "[", "```\n", "“", "who is "])
def test_forms_are_decided_in_100_000_characters(unit: str) -> None:
    text = f"`{unit * (100_000 // len(unit))}x"
    for id, kwargs in (
        ("format_json", {}),
        ("format_quotation", {}),
        ("format_repeat_question", {"prompt_to_repeat": "who is it?"}),
    ):
        assert not check(id, text, **kwargs).passed
