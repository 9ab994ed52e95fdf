"""Which constraints only a degenerate text follows."""

from typing import Any

import pytest

from followrag.verifiers import get_constraint
from followrag.verifiers.conflicts.degenerate import degeneracies

Asked = tuple[str, dict[str, Any]]

JSON: Asked = ("format_json", {})
EXCLUDE: Asked = ("keywords_exclusion", {"forbidden_words": ["radium"]})


def first(paragraphs: int) -> Asked:
    given = {"first_word": "Radium", "num_paragraphs": paragraphs, "nth_paragraph": paragraphs}
    return "position_first_word", given


def bullets(number: int) -> Asked:
    return "structure_bullets", {"num_bullets": number}


def end(phrase: str) -> Asked:
    return "position_end_with", {"end_phrase": phrase}


def repeat(text: str) -> Asked:
    return "format_repeat_question", {"prompt_to_repeat": text}


def often(word: str, relation: str) -> Asked:
    return "keywords_frequency", {"keyword": word, "frequency": 4, "relation": relation}


def speak(language: str) -> Asked:
    return "format_language", {"language": language}


POSTSCRIPT: Asked = ("position_postscript", {"postscript_marker": "P.S."})
UPPER: Asked = ("cases_uppercase", {})
LOWER: Asked = ("cases_lowercase", {})

# The rule, what it finds, and what it doesn't.
CASES: list[tuple[str, list[Asked], list[Asked]]] = [
    ("json and bullets", [JSON, bullets(3)], [JSON, bullets(0)]),
    ("json and paragraphs", [JSON, first(2)], [JSON, first(1)]),
    ("bare json string", [JSON, end("Bye.")], [JSON, end("}")]),
    ("bare json string", [JSON, ("format_quotation", {})], [JSON]),
    ("bare json string", [JSON, repeat('"Radium')], [JSON, repeat('{"radium')]),
    (
        "asked word is forbidden",
        [("keywords_inclusion", {"keywords": ["Radium"]}), EXCLUDE],
        [("keywords_inclusion", {"keywords": ["radiums"]}), EXCLUDE],
    ),
    (
        "asked word is forbidden",
        [often("radium", "at least"), EXCLUDE],
        [often("radium", "less than"), EXCLUDE],
    ),
    (
        "asked word is forbidden",
        [("structure_sections", {"section_spliter": "RADIUM", "num_sections": 1}), EXCLUDE],
        [("structure_sections", {"section_spliter": "RADIUM", "num_sections": 0}), EXCLUDE],
    ),
    ("end phrase in postscript", [end("Bye."), POSTSCRIPT], [end("P.S. Bye."), POSTSCRIPT]),
    ("case in another language", [UPPER, speak("it")], [UPPER, speak("en")]),
    ("case in another language", [LOWER, speak("ar")], [LOWER, speak("en")]),
    ("two languages", [speak("it"), speak("fr")], [speak("it"), speak("it")]),
    ("unknown language", [speak("zh")], [speak("zh-cn")]),
]


@pytest.mark.parametrize(("rule", "asked", "near"), CASES)
def test_a_rule_finds_what_it_is_about(rule: str, asked: list[Asked], near: list[Asked]) -> None:
    (found,) = degeneracies([get_constraint(id, **given) for id, given in asked])
    assert (found.rule, found.places) == (rule, tuple(range(len(asked))))


@pytest.mark.parametrize(("rule", "asked", "near"), CASES)
def test_a_rule_finds_nothing_beside_it(rule: str, asked: list[Asked], near: list[Asked]) -> None:
    assert degeneracies([get_constraint(id, **given) for id, given in near]) == ()
