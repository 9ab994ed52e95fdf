"""Constraints read from words: one wording after another, in sentences of our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.baseline import read_constraints
from followrag.verifiers import constraint_class, constraint_classes

QUESTION = "Who built the lighthouse of Port Elm?"


def read(instructions: str, question: str = QUESTION) -> dict[str, dict[str, object]]:
    found = read_constraints(f"{question} {instructions}")
    return {constraint.id: constraint.model_dump() for constraint in found}


@pytest.mark.parametrize(
    ("words", "relation", "number"),
    [
        ("Use at least 80 words.", "at least", 80),
        ("Write no fewer than two hundred fifty words.", "at least", 250),
        ("The answer must have a minimum length of 1,500 words.", "at least", 1500),
        ("Say it in 40 words or more.", "at least", 40),
        ("Use more than 9 words.", "at least", 10),
        ("Stay under 30 words.", "less than", 30),
        ("Use no more than 30 words.", "less than", 31),
        ("Answer in 30 words or fewer.", "less than", 31),
    ],
)
def test_a_number_of_words(words: str, relation: str, number: int) -> None:
    assert read(words) == {"length_words": {"num_words": number, "relation": relation}}


def test_a_number_of_sentences() -> None:
    asked = {"num_sentences": 12, "relation": "at least"}
    assert read("Your reply should be at least twelve sentences long.") == {
        "length_sentence": asked
    }


@pytest.mark.parametrize(
    ("instructions", "id", "number"),
    [
        ("Make a list of exactly 4 bullet points.", "structure_bullets", 4),
        ("Emphasize at least *three parts* with markdown.", "structure_highlights", 3),
        ("No fewer than two parts of it should be highlighted.", "structure_highlights", 2),
        ("Leave at least six placeholders such as [name].", "structure_placeholder", 6),
        ("Split it into 3 parts with *** between them.", "length_paragraph", 3),
    ],
)
def test_a_number_of_marks(instructions: str, id: str, number: int) -> None:
    assert read(instructions) == {id: dict.fromkeys(constraint_class(id).model_fields, number)}


@pytest.mark.parametrize(
    ("instructions", "mark"),
    [
        ("Write four chapters and start each one with CHAPTER X.", "CHAPTER"),
        ("Write four steps, marked Step 1, Step 2 and so on.", "Step"),
        ("write four parts. each of them begins with part x.", "PART"),
    ],
)
def test_sections_and_their_mark(instructions: str, mark: str) -> None:
    asked = {"section_spliter": mark, "num_sections": 4}
    assert read(instructions) == {"structure_sections": asked}


def test_an_example_of_highlights_is_not_a_row_of_sections() -> None:
    found = read("Highlight at least 2 sections, like *highlighted section 1*, *section 2*.")
    assert found == {"structure_highlights": {"num_highlights": 2}}


@pytest.mark.parametrize(
    ("instructions", "nth"),
    [
        ('Write 4 paragraphs. The third paragraph must begin with the word "Stone".', 3),
        ("Write four paragraphs and start the last paragraph with Stone.", 4),
        ('Give 4 paragraphs; the first word of the second paragraph should be "Stone".', 2),
        ("Write exactly 4 paragraphs. Paragraph 2 has to start with the word Stone.", 2),
    ],
)
def test_the_first_word_of_a_paragraph(instructions: str, nth: int) -> None:
    asked = {"first_word": "Stone", "num_paragraphs": 4, "nth_paragraph": nth}
    assert read(instructions) == {"position_first_word": asked}


def test_two_kinds_of_paragraphs_are_told_apart() -> None:
    found = read(
        "Divide the text into 2 paragraphs with *** between them. Also write 5 paragraphs with two "
        'line breaks between them, the fourth paragraph starting with the word "Tower".'
    )
    assert found["length_paragraph"] == {"num_paragraphs": 2}
    assert found["position_first_word"] == {
        "first_word": "Tower",
        "num_paragraphs": 5,
        "nth_paragraph": 4,
    }


@pytest.mark.parametrize(
    ("instructions", "words"),
    [
        ("Include the keywords granite and harbour in your reply.", ("granite", "harbour")),
        ("Mention 'granite', 'oil lamp' and 'keeper'.", ("granite", "oil lamp", "keeper")),
        ('Make sure that "granite" and "keeper" are part of it.', ("granite", "keeper")),
        ("Don't forget to use the word granite.", ("granite",)),
        ("Keywords: granite, keeper.", ("granite", "keeper")),
    ],
)
def test_words_to_include(instructions: str, words: tuple[str, ...]) -> None:
    assert read(instructions) == {"keywords_inclusion": {"keywords": words}}


@pytest.mark.parametrize(
    ("instructions", "words"),
    [
        ("Avoid the words granite, sea, or keeper.", ("granite", "sea", "keeper")),
        ('Do not use the words "granite," "sea," or "keeper."', ("granite", "sea", "keeper")),
        ("The terms granite and sea must not appear.", ("granite", "sea")),
        ("Answer without mentioning 'granite'.", ("granite",)),
    ],
)
def test_words_to_leave_out(instructions: str, words: tuple[str, ...]) -> None:
    assert read(instructions) == {"keywords_exclusion": {"forbidden_words": words}}


def test_wanted_and_forbidden_words_in_one_sentence() -> None:
    found = read("Avoid the words sea and salt, but include the word granite.")
    assert found == {
        "keywords_exclusion": {"forbidden_words": ("sea", "salt")},
        "keywords_inclusion": {"keywords": ("granite",)},
    }


@pytest.mark.parametrize(
    ("instructions", "relation", "frequency"),
    [
        ("The word lamp should appear fewer than 3 times.", "less than", 3),
        ('Use "lamp" at least twice.', "at least", 2),
        ("Make sure the term lamp occurs no more than four times.", "less than", 5),
        ("The word lamp should occur 6 or more times.", "at least", 6),
    ],
)
def test_how_often_a_word_occurs(instructions: str, relation: str, frequency: int) -> None:
    asked = {"keyword": "lamp", "frequency": frequency, "relation": relation}
    assert read(instructions) == {"keywords_frequency": asked}


@pytest.mark.parametrize(
    "instructions",
    [
        'End with "All is well." and nothing after it.',
        "Conclude your reply with the exact phrase 'All is well.'",
        'The very end of your answer should read "All is well."',
        'Put the phrase "All is well." at the end of your reply.',
        "Finish the text with this sentence: All is well.",
    ],
)
def test_the_phrase_at_the_end(instructions: str) -> None:
    assert read(instructions) == {"position_end_with": {"end_phrase": "All is well."}}


@pytest.mark.parametrize(
    ("instructions", "marker"),
    [
        ("Add a postscript that starts with P.P.S.", "P.P.S."),
        ("At the end add a postscript beginning with NB: Thank you.", "NB:"),
        ('Close with a postscript starting with "Mind you".', "Mind you"),
        ("add a postscript starting with fyi", "FYI"),
    ],
)
def test_the_marker_of_a_postscript(instructions: str, marker: str) -> None:
    assert read(instructions) == {"position_postscript": {"postscript_marker": marker}}


@pytest.mark.parametrize(
    ("instructions", "id"),
    [
        ("Use capital letters only.", "cases_uppercase"),
        ("Lowercase letters are not allowed.", "cases_uppercase"),
        ("Write in lowercase.", "cases_lowercase"),
        ("There must be no capital letters in your reply.", "cases_lowercase"),
        ("Give the whole reply as JSON.", "format_json"),
        ("Your reply should be free of commas.", "format_no_commas"),
        ("Enclose the entire reply in double quotation marks.", "format_quotation"),
        ("Add a title in double angular brackets such as <<My title>>.", "structure_title"),
    ],
)
def test_a_form_of_the_whole_response(instructions: str, id: str) -> None:
    assert read(instructions) == {id: {}}


def test_a_number_of_words_in_capitals() -> None:
    asked = {"capital_frequency": 3, "capital_relation": "at least"}
    assert read("Have at least 3 words in all capital letters.") == {"cases_capital_words": asked}


@pytest.mark.parametrize(
    ("instructions", "code"),
    [
        ("Your whole reply must be in Finnish, no other language is allowed.", "fi"),
        ("Use only Swahili.", "sw"),
        ("Answer in English, no other language is permitted.", "en"),
    ],
)
def test_the_language(instructions: str, code: str) -> None:
    assert read(instructions) == {"format_language": {"language": code}}


def test_english_is_named_with_the_case_and_is_no_constraint_of_its_own() -> None:
    assert read("Write in English and in small letters only.") == {"cases_lowercase": {}}


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        "Two towers burnt down. Which one was rebuilt?",
        "Who came first? Ada or Grace?",
        "the tower was built in which year",
    ],
)
def test_the_question_to_repeat(question: str) -> None:
    found = read("Please repeat the request word for word first.", question.rstrip("?") + "?")
    asked = {"prompt_to_repeat": question.rstrip("?") + "?"}
    assert found == {"format_repeat_question": asked}


def test_a_question_without_a_question_mark_ends_before_the_instructions() -> None:
    found = read("Make sure to repeat the question first.", "This man built the tower of Elm.")
    asked = {"prompt_to_repeat": "This man built the tower of Elm."}
    assert found["format_repeat_question"] == asked


def test_the_question_itself_is_no_instruction() -> None:
    question = "Which 5 words did the captain of the Sea Lion avoid in Italian?"
    assert read("Use no commas.", question) == {"format_no_commas": {}}


def test_a_task_is_question_and_instruction_in_one() -> None:
    found = read_constraints("Write a poem of at least 50 words about rain without any commas.")
    assert {constraint.id for constraint in found} == {"length_words", "format_no_commas"}


def test_nothing_is_read_where_nothing_is_asked() -> None:
    assert read_constraints(QUESTION) == []
    assert read_constraints("") == []


def test_all_constraints_of_followrag_are_known_in_their_own_words() -> None:
    parameters = {
        "keywords": ["granite", "keeper"],
        "forbidden_words": ["salt", "foam"],
        "keyword": "lamp",
        "frequency": 3,
        "relation": "at least",
        "language": "it",
        "num_words": 60,
        "num_sentences": 7,
        "num_paragraphs": 4,
        "nth_paragraph": 2,
        "first_word": "Stone",
        "num_bullets": 5,
        "num_highlights": 2,
        "num_placeholders": 3,
        "num_sections": 3,
        "section_spliter": "PART",
        "postscript_marker": "P.S.",
        "end_phrase": "All is well.",
        "capital_frequency": 3,
        "capital_relation": "at least",
        "prompt_to_repeat": QUESTION,
    }
    for cls in constraint_classes():
        # describe() names a language by its code, which no question does.
        if ":" in cls.id or cls.id == "format_language":
            continue
        constraint = cls.model_validate({name: parameters[name] for name in cls.model_fields})
        found = read_constraints(f"{QUESTION} {constraint.describe()}")
        assert constraint.id in {one.id for one in found}, constraint.describe()


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    ids = [constraint.id for constraint in read_constraints(text)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("number", ["9" * 6000, "ſix", "²", "two-thousand", "1,000,000,000"])
def test_odd_numbers_are_read_or_left_out(number: str) -> None:
    found = read(f"Use at least {number} words. Write it in ſpanish.")
    assert all(found[id].get("num_words", 1) for id in found)


@pytest.mark.parametrize("unit", ['"', "'a", "words ", "PART X ", "five ", 'end with "', "a, "])
def test_long_texts_are_read_in_bounded_time(unit: str) -> None:
    assert isinstance(read_constraints(unit * 200_000), list)
