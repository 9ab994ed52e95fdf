"""Constraints in words: nothing that the verifier checks may be lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.baseline import read_constraints
from followrag.languages import CODES
from followrag.verifiers import Constraint, constraint_classes, get_constraint
from followrag.verifiers.fixed import repaired
from followrag.wordings import count, literals, with_instructions, worded

FOLLOWRAG_IDS = sorted(cls.id for cls in constraint_classes() if ":" not in cls.id)
PHRASES = st.text(min_size=1, max_size=20).filter(str.strip)
SMALL = st.integers(min_value=1, max_value=2_000)
BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "keywords": st.lists(PHRASES, min_size=1, max_size=4),
    "forbidden_words": st.lists(PHRASES, min_size=1, max_size=4),
    "language": st.sampled_from(sorted(CODES.values())) | PHRASES,
    "relation": st.sampled_from(["less than", "at least"]),
    "capital_relation": st.sampled_from(["less than", "at least"]),
    "first_word": PHRASES,
    "keyword": PHRASES,
    "postscript_marker": PHRASES,
    "section_spliter": PHRASES,
    "prompt_to_repeat": PHRASES,
    "end_phrase": PHRASES,
    "num_paragraphs": st.integers(min_value=6, max_value=60),
    "nth_paragraph": st.integers(min_value=1, max_value=6),
}


def constraints_of(id: str) -> st.SearchStrategy[Constraint]:
    fields = {cls.id: cls for cls in constraint_classes()}[id].model_fields
    kwargs = st.fixed_dictionaries({name: BY_NAME.get(name, SMALL) for name in fields})
    return kwargs.map(lambda given: get_constraint(id, **given))


ANY = st.sampled_from(FOLLOWRAG_IDS).flatmap(constraints_of)


def test_all_22_constraints_have_at_least_four_wordings() -> None:
    assert len(FOLLOWRAG_IDS) == 22


@given(ANY)
def test_every_wording_holds_every_parameter(constraint: Constraint) -> None:
    wordings = [worded(constraint, number) for number in range(count(constraint))]
    assert len(wordings) >= 4
    assert len(set(wordings)) == len(wordings)
    for wording in wordings:
        assert all(literal in wording for literal in literals(constraint))


@given(ANY)
def test_literals_tell_every_parameter(constraint: Constraint) -> None:
    said = " ".join(literals(constraint))
    for name, value in constraint.model_dump().items():
        parts = value if isinstance(value, tuple) else [value]
        assert name == "language" or all(str(part).strip() in said for part in parts)


@given(ANY, st.integers(min_value=0, max_value=100))
def test_numbers_beyond_the_last_start_over(constraint: Constraint, number: int) -> None:
    assert worded(constraint, number) == worded(constraint, number % count(constraint))


@given(ANY)
def test_both_modes_are_worded_alike(constraint: Constraint) -> None:
    assert worded(repaired(constraint), 1) == worded(constraint, 1)


def test_one_of_something_is_no_plural() -> None:
    one = get_constraint("length_words", num_words=1, relation="at least")
    assert worded(one, 0) == "Your response should contain at least 1 word."


def test_a_phrase_with_quotation_marks_stands_in_others() -> None:
    quoted = get_constraint("keywords_inclusion", keywords=['"Opera"', "Verdi"])
    assert 'the keywords \'"Opera"\' and "Verdi"' in worded(quoted, 0)


def test_languages_go_by_their_english_names() -> None:
    assert literals(get_constraint("format_language", language="zh-cn")) == ("Simplified Chinese",)


def test_sections_are_numbered_as_the_verifier_reads_them() -> None:
    sections = get_constraint("structure_sections", section_spliter="PART ", num_sections=3)
    assert "PART 1, PART 2" in worded(sections, 0)


def test_what_only_ifeval_has_is_worded_as_described() -> None:
    two = get_constraint("combination:two_responses")
    assert (count(two), worded(two, 3)) == (1, two.describe())


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("who is it", "who is it?"),
        ("Name them. ", "Name them."),
        ('Who said "I am"?', 'Who said "I am"?'),
        ('Who wrote "Help!"', 'Who wrote "Help!"'),
    ],
)
def test_a_question_without_a_closing_sign_gets_one(question: str, asked: str) -> None:
    assert with_instructions(question, ["Say it.", "Twice."]) == f"{asked} Say it. Twice."


PLAIN: dict[str, dict[str, Any]] = {
    "keywords_inclusion": {"keywords": ["harbour", "stone bridge"]},
    "keywords_frequency": {"keyword": "river", "frequency": 3, "relation": "at least"},
    "keywords_exclusion": {"forbidden_words": ["castle", "market"]},
    "format_language": {"language": "it"},
    "length_sentence": {"num_sentences": 4, "relation": "at least"},
    "length_words": {"num_words": 40, "relation": "at least"},
    "length_paragraph": {"num_paragraphs": 3},
    "position_first_word": {"first_word": "Engineers", "num_paragraphs": 4, "nth_paragraph": 2},
    "structure_placeholder": {"num_placeholders": 3},
    "position_postscript": {"postscript_marker": "P.S."},
    "structure_bullets": {"num_bullets": 4},
    "structure_highlights": {"num_highlights": 2},
    "structure_sections": {"section_spliter": "PART", "num_sections": 3},
    "format_repeat_question": {"prompt_to_repeat": "Who built the old bridge?"},
    "position_end_with": {"end_phrase": "That is all I found."},
    "cases_capital_words": {"capital_frequency": 3, "capital_relation": "at least"},
}


@pytest.mark.parametrize("id", FOLLOWRAG_IDS)
def test_the_baseline_reads_every_wording(id: str) -> None:
    constraint = get_constraint(id, **PLAIN.get(id, {}))
    for number in range(count(constraint)):
        text = with_instructions("Who built the old bridge?", [worded(constraint, number)])
        assert read_constraints(text) == [constraint], text
