"""Every small text, and what it follows: what conflict rules are derived again by."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

from followrag.verifiers import Constraint, Response
from followrag.verifiers.conflicts import conflicts

Asked = tuple[str, dict[str, Any]]


def first(word: str, paragraphs: int = 1, nth: int = 1) -> Asked:
    given = {"first_word": word, "num_paragraphs": paragraphs, "nth_paragraph": nth}
    return "position_first_word", given


def include(*words: str) -> Asked:
    return "keywords_inclusion", {"keywords": list(words)}


def forbid(*words: str) -> Asked:
    return "keywords_exclusion", {"forbidden_words": list(words)}


def often(word: str, relation: str, times: int) -> Asked:
    given = {"keyword": word, "relation": relation, "frequency": times}
    return "keywords_frequency", given


def letters(letter: str, relation: str, times: int) -> Asked:
    given = {"letter": letter, "let_relation": relation, "let_frequency": times}
    return "keywords:letter_frequency", given


def words(relation: str, number: int) -> Asked:
    return "length_words", {"relation": relation, "num_words": number}


def sentences(relation: str, number: int) -> Asked:
    return "length_sentence", {"relation": relation, "num_sentences": number}


def capitals(relation: str, number: int) -> Asked:
    return "cases_capital_words", {"capital_relation": relation, "capital_frequency": number}


def sections(mark: str, number: int = 1) -> Asked:
    return "structure_sections", {"section_spliter": mark, "num_sections": number}


def bullets(number: int) -> Asked:
    return "structure_bullets", {"num_bullets": number}


def divided(number: int) -> Asked:
    return "length_paragraph", {"num_paragraphs": number}


def repeat(text: str) -> Asked:
    return "format_repeat_question", {"prompt_to_repeat": text}


def end(phrase: str) -> Asked:
    return "position_end_with", {"end_phrase": phrase}


def postscript(marker: str) -> Asked:
    return "position_postscript", {"postscript_marker": marker}


UPPER: Asked = ("cases_uppercase", {})
LOWER: Asked = ("cases_lowercase", {})
JSON: Asked = ("format_json", {})
QUOTED: Asked = ("format_quotation", {})
NO_COMMAS: Asked = ("format_no_commas", {})

LESS, LEAST = "less than", "at least"


def texts(parts: list[str], most: int) -> Iterator[str]:
    """Write every text of at most `most` parts."""
    for length in range(1, most + 1):
        yield from map("".join, product(parts, repeat=length))


def followed(constraints: list[Constraint], parts: list[str], most: int) -> set[tuple[int, ...]]:
    """Find which sets of constraints some text follows."""
    sets = set()
    for text in texts(parts, most):
        response = Response(text)
        passed = [n for n, asked in enumerate(constraints) if asked.check(response).passed]
        sets.update(combinations(passed, len(constraints)))
        sets.update(combinations(passed, len(constraints) - 1))
    return sets


def assert_nothing_follows(
    constraints: list[Constraint], rule: str, parts: list[str], most: int
) -> None:
    """Assert that a rule finds the constraints, that no text follows them, and that all are needed.

    Args:
        constraints: What is asked.
        rule: Name of the rule.
        parts: What the texts are made of.
        most: How many parts a text has at most.
    """
    everything = tuple(range(len(constraints)))
    (conflict,) = conflicts(constraints)
    assert (conflict.rule, conflict.places) == (rule, everything)
    found = followed(constraints, parts, most)
    assert everything not in found
    assert set(combinations(everything, len(constraints) - 1)) <= found, "a smaller set conflicts"


def assert_something_follows(constraints: list[Constraint], parts: list[str], most: int) -> None:
    """Assert that no rule finds the constraints and that a text follows them; see above."""
    assert conflicts(constraints) == ()
    assert tuple(range(len(constraints))) in followed(constraints, parts, most)
