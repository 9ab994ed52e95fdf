"""What `compose` promises: texts that follow constraints, alone and together."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followrag.verifiers import Constraint, Response, compose, get_constraint

ANSWER = "Marie Curie"

ALONE: list[tuple[str, dict[str, Any]]] = [
    ("keywords_inclusion", {"keywords": ["radium", "Gian Giorgio", "2014"]}),
    ("keywords_frequency", {"keyword": "radium", "frequency": 4, "relation": "at least"}),
    ("keywords_frequency", {"keyword": "passages", "frequency": 1, "relation": "less than"}),
    ("keywords_frequency", {"keyword": "H.G.", "frequency": 4, "relation": "less than"}),
    ("keywords_exclusion", {"forbidden_words": ["the", "answer", "is"]}),
    ("keywords:letter_frequency", {"letter": "q", "let_frequency": 9, "let_relation": "at least"}),
    ("keywords:letter_frequency", {"letter": "t", "let_frequency": 1, "let_relation": "less than"}),
    ("keywords:letter_frequency", {"letter": "#", "let_frequency": 4, "let_relation": "at least"}),
    ("length_words", {"num_words": 500, "relation": "at least"}),
    ("length_words", {"num_words": 4, "relation": "less than"}),
    ("length_sentence", {"num_sentences": 25, "relation": "at least"}),
    ("length_sentence", {"num_sentences": 2, "relation": "less than"}),
    ("length_paragraph", {"num_paragraphs": 1}),
    ("length_paragraph", {"num_paragraphs": 6}),
    ("position_first_word", {"first_word": "radium", "num_paragraphs": 5, "nth_paragraph": 1}),
    ("position_first_word", {"first_word": "1994", "num_paragraphs": 6, "nth_paragraph": 6}),
    ("position_postscript", {"postscript_marker": "P.S."}),
    ("position_postscript", {"postscript_marker": "P.P.S"}),
    ("position_postscript", {"postscript_marker": "By the way,"}),
    ("position_end_with", {"end_phrase": "Ready, set, go!"}),
    ("structure_placeholder", {"num_placeholders": 12}),
    ("structure_bullets", {"num_bullets": 1}),
    ("structure_bullets", {"num_bullets": 10}),
    ("structure_highlights", {"num_highlights": 15}),
    ("structure_sections", {"section_spliter": "PART", "num_sections": 5}),
    ("structure_sections", {"section_spliter": "Day", "num_sections": 1}),
    ("structure_title", {}),
    ("cases_capital_words", {"capital_frequency": 10, "capital_relation": "at least"}),
    ("cases_capital_words", {"capital_frequency": 1, "capital_relation": "less than"}),
    ("cases_uppercase", {}),
    ("cases_lowercase", {}),
    ("format_json", {}),
    ("format_repeat_question", {"prompt_to_repeat": "Who found radium?\n\nSay, who?"}),
    ("format_no_commas", {}),
    ("format_quotation", {}),
    ("detectable_format:constrained_response", {}),
    ("combination:two_responses", {}),
]

LANGUAGES = "ar bg bn de en es fa fi fr gu hi it ja kn ko mr ne pa pt ru sw ta te th ur vi zh-cn"

TOGETHER: list[dict[str, dict[str, Any]]] = [
    {
        "position_first_word": {"first_word": "Radium", "num_paragraphs": 5, "nth_paragraph": 3},
        "length_paragraph": {"num_paragraphs": 2},
        "length_words": {"num_words": 150, "relation": "at least"},
    },
    {
        "position_first_word": {"first_word": "Radium", "num_paragraphs": 5, "nth_paragraph": 1},
        "length_words": {"num_words": 100, "relation": "less than"},
        "length_sentence": {"num_sentences": 15, "relation": "at least"},
    },
    {
        "position_first_word": {"first_word": "Radium", "num_paragraphs": 5, "nth_paragraph": 2},
        "format_json": {},
        "cases_lowercase": {},
    },
    {"format_json": {}, "position_end_with": {"end_phrase": "Take care!"}, "structure_title": {}},
    {"format_json": {}, "structure_bullets": {"num_bullets": 5}},
    {
        "format_json": {},
        "structure_highlights": {"num_highlights": 4},
        "length_paragraph": {"num_paragraphs": 2},
    },
    {"format_quotation": {}, "position_end_with": {"end_phrase": "Take care!"}},
    {
        "format_quotation": {},
        "format_repeat_question": {"prompt_to_repeat": '"Who found radium?'},
        "structure_bullets": {"num_bullets": 4},
    },
    {
        "cases_uppercase": {},
        "position_postscript": {"postscript_marker": "N.B."},
        "position_end_with": {"end_phrase": "Let me know if this helps."},
    },
    {
        "format_language": {"language": "it"},
        "format_repeat_question": {"prompt_to_repeat": "Which element did they find in the ore?"},
        "structure_sections": {"section_spliter": "CHAPTER", "num_sections": 5},
    },
    {
        "format_language": {"language": "ur"},
        "length_sentence": {"num_sentences": 20, "relation": "at least"},
        "structure_highlights": {"num_highlights": 4},
    },
    {
        "keywords_inclusion": {"keywords": ["radium"]},
        "keywords_exclusion": {"forbidden_words": ["Radium", "the"]},
    },
    {
        "structure_sections": {"section_spliter": "PART", "num_sections": 5},
        "keywords_exclusion": {"forbidden_words": ["part"]},
    },
    {
        "structure_bullets": {"num_bullets": 5},
        "length_words": {"num_words": 20, "relation": "less than"},
        "structure_highlights": {"num_highlights": 4},
    },
    {
        "length_paragraph": {"num_paragraphs": 2},
        "structure_bullets": {"num_bullets": 3},
        "structure_highlights": {"num_highlights": 3},
    },
]

CONTRADICTORY: list[dict[str, dict[str, Any]]] = [
    {"cases_uppercase": {}, "cases_lowercase": {}, "structure_title": {}},
    {"format_json": {}, "format_repeat_question": {"prompt_to_repeat": "Who found radium?"}},
    {
        "format_repeat_question": {"prompt_to_repeat": "Who found radium?"},
        "position_first_word": {"first_word": "Radium", "num_paragraphs": 5, "nth_paragraph": 1},
        "length_words": {"num_words": 100, "relation": "at least"},
    },
    {
        "cases_lowercase": {},
        "structure_sections": {"section_spliter": "PART", "num_sections": 5},
        "structure_bullets": {"num_bullets": 4},
    },
]


def built(wishes: dict[str, dict[str, Any]]) -> list[Constraint]:
    return [get_constraint(id, **parameters) for id, parameters in wishes.items()]


def failures(constraints: list[Constraint], text: str) -> list[str]:
    response = Response(text)
    verdicts = [(constraint.id, constraint.check(response)) for constraint in constraints]
    return [f"{id}: {verdict.reason}" for id, verdict in verdicts if not verdict.passed]


@pytest.mark.parametrize(("id", "parameters"), ALONE)
def test_each_constraint_alone_is_followed(id: str, parameters: dict[str, Any]) -> None:
    constraints = built({id: parameters})
    text = compose(constraints, ANSWER)
    assert failures(constraints, text) == []
    assert ANSWER.lower() in text.lower()


@pytest.mark.parametrize("language", LANGUAGES.split())
def test_each_language_is_followed(language: str) -> None:
    constraints = built({"format_language": {"language": language}})
    text = compose(constraints, ANSWER)
    assert failures(constraints, text) == []
    assert ANSWER in text


@pytest.mark.parametrize("wishes", TOGETHER)
def test_constraints_are_followed_together(wishes: dict[str, dict[str, Any]]) -> None:
    constraints = built(wishes)
    text = compose(constraints, ANSWER)
    assert failures(constraints, text) == []
    assert ANSWER.lower() in text.lower()


@pytest.mark.parametrize("wishes", CONTRADICTORY)
def test_contradictory_constraints_cost_one_of_them(wishes: dict[str, dict[str, Any]]) -> None:
    constraints = built(wishes)
    assert len(failures(constraints, compose(constraints, ANSWER))) == 1


def test_without_constraints_the_text_is_the_answer() -> None:
    assert compose([], ANSWER) == ANSWER


def test_an_answer_that_follows_already_is_left_alone() -> None:
    constraints = built({"format_no_commas": {}, "keywords_exclusion": {"forbidden_words": ["x"]}})
    assert compose(constraints, ANSWER) == ANSWER


def test_title_is_used() -> None:
    assert "<<Radium>>" in compose(built({"structure_title": {}}), ANSWER, title="Radium")


def test_unwanted_commas_leave_the_answer() -> None:
    text = compose(built({"format_no_commas": {}, "structure_title": {}}), "1,000 km, or so")
    assert "1000 km or so" in text


def test_answer_with_forbidden_word_is_kept_in_italics() -> None:
    constraints = built({"keywords_exclusion": {"forbidden_words": ["curie"]}})
    text = compose(constraints, ANSWER)
    assert failures(constraints, text) == []
    assert ANSWER in text


def test_answer_gives_way_to_constraints() -> None:
    letter = {"letter": "e", "let_frequency": 1, "let_relation": "less than"}
    wishes: dict[str, dict[str, Any]] = {
        "keywords:letter_frequency": letter,
        "length_paragraph": {"num_paragraphs": 3},
    }
    constraints = built(wishes)
    assert failures(constraints, compose(constraints, ANSWER)) == []


def test_json_holds_the_answer() -> None:
    text = compose(built({"format_json": {}}), 'Joseph "Joe" Estevez')
    assert 'Joseph "Joe" Estevez' in json.loads(text)["answer"]


@pytest.mark.parametrize(
    "answer", ["", " ", "?", "-5", "* a", '"Odorama"', "M*A*S*H", "[x]", "U.S."]
)
def test_odd_answers_are_taken(answer: str) -> None:
    constraints = built(
        {
            "structure_bullets": {"num_bullets": 3},
            "position_postscript": {"postscript_marker": "NB"},
        }
    )
    assert failures(constraints, compose(constraints, answer)) == []


def test_demands_beyond_reason_end_soon() -> None:
    constraints = built(
        {
            "length_words": {"num_words": 10**12, "relation": "at least"},
            "structure_bullets": {"num_bullets": 10**12},
            "structure_title": {},
        }
    )
    assert len(failures(constraints, compose(constraints, ANSWER))) == 2


def test_what_cannot_be_checked_does_not_stop_the_rest() -> None:
    constraints = built({"keywords_inclusion": {"keywords": ["(unclosed"]}, "structure_title": {}})
    text = compose(constraints, ANSWER)
    assert len(failures(constraints, text)) == 1
    assert "<<" in text


compatible: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "structure_title": st.just({}),
        "structure_placeholder": st.builds(dict, num_placeholders=st.integers(0, 12)),
        "structure_highlights": st.builds(dict, num_highlights=st.integers(0, 9)),
        "structure_bullets": st.builds(dict, num_bullets=st.integers(0, 9)),
        "length_words": st.builds(
            dict, num_words=st.integers(0, 300), relation=st.just("at least")
        ),
        "length_sentence": st.builds(
            dict, num_sentences=st.integers(0, 30), relation=st.just("at least")
        ),
        "length_paragraph": st.builds(dict, num_paragraphs=st.integers(1, 5)),
        "keywords_exclusion": st.builds(
            dict,
            forbidden_words=st.lists(
                st.sampled_from(["the", "answer", "is", "passages", "this", "name"]), min_size=1
            ),
        ),
        "position_postscript": st.builds(
            dict, postscript_marker=st.sampled_from(["P.S.", "NB", "FYI:", "Reminder: "])
        ),
        "position_end_with": st.builds(
            dict, end_phrase=st.sampled_from(["Take care!", "Do you understand?"])
        ),
        "format_no_commas": st.just({}),
        "format_quotation": st.just({}),
    },
)


@settings(deadline=None, max_examples=80)
@given(compatible)
def test_compatible_constraints_are_all_followed(wishes: dict[str, dict[str, Any]]) -> None:
    constraints = built(wishes)
    text = compose(constraints, ANSWER)
    assert failures(constraints, text) == []
    assert ANSWER in text


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(ALONE), max_size=4), st.text(max_size=12))
def test_any_set_of_constraints_gives_one_text(
    wishes: list[tuple[str, dict[str, Any]]], answer: str
) -> None:
    constraints = [get_constraint(id, **parameters) for id, parameters in wishes]
    text = compose(constraints, answer)
    assert compose(constraints, answer) == text
    assert len(failures(constraints, text)) <= len(failures(constraints, answer))
