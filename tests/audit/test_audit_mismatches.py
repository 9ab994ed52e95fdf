"""What an item's words ask for against what its parameters check."""

from collections.abc import Callable
from typing import Any

import pytest

from followrag import Item
from followrag.audit.mismatches import mismatches
from followrag.audit.numbers import says_number, says_ordinal

Asked = tuple[str, dict[str, Any]]

QUESTION = "who found the element radium in Paris"


@pytest.fixture
def found(make_item: Callable[..., Item]) -> Callable[[str, Asked], list[str]]:
    """Give the kinds that are found for instructions after the question."""

    def find(instructions: str, asked: Asked) -> list[str]:
        text = f"Who found the element radium in Paris? {instructions}"
        item = make_item(asked, question=QUESTION, question_with_instrs=text)
        return [finding.kind for finding in mismatches(item)]

    return find


def first(word: str = "Radium") -> Asked:
    return "position_first_word", {"first_word": word, "num_paragraphs": 5, "nth_paragraph": 3}


LIMIT: Asked = (
    "keywords_frequency",
    {"keyword": "ore", "frequency": 4, "relation": "less than"},
)
REPEAT: Asked = ("format_repeat_question", {"prompt_to_repeat": "Who found the element radium"})
ITALIAN: Asked = ("format_language", {"language": "it"})
WORDS: Asked = ("length_words", {"relation": "at least", "num_words": 150})
PLAIN = [
    ("Use the words ore and “lab”.", ("keywords_inclusion", {"keywords": ["Ore", "lab"]})),
    ("Mention ore fewer than four times, please.", LIMIT),
    ("Mention ore no more than 3 times, please.", LIMIT),
    ("Answer with at least a hundred and fifty words.", WORDS),
    ("Answer with at least 150 words.", WORDS),
    ("Answer in Italian, please, and in no other language.", ITALIAN),
    ("Repeat this request to begin with.", REPEAT),
    ("Write five paragraphs and start the third one with RADIUM.", first()),
    ("Leave out all commas in what you answer.", ("format_no_commas", {})),
    ("Put the answer into quotation marks, please.", ("format_quotation", {})),
    ("Use no uppercase letters in the whole answer.", ("cases_lowercase", {})),
]
WRONG = [
    (
        "Use the word ore in it.",
        ("keywords_inclusion", {"keywords": ["ore", "lab"]}),
        "parameter missing in the text",
    ),
    ("Mention ore fewer than nine times, please.", LIMIT, "parameter missing in the text"),
    ("Answer with at least 15 words.", WORDS, "parameter missing in the text"),
    ("Answer in English, please, and in no other language.", ITALIAN, "another language named"),
    ("Answer in another tongue, please.", ITALIAN, "parameter missing in the text"),
    (
        "She found it, as the answer says.",
        ("format_no_commas", {}),
        "constraint missing in the text",
    ),
    (
        "Write five paragraphs and start the last but two with Radium.",
        ("position_first_word", {"first_word": "Radium", "num_paragraphs": 5, "nth_paragraph": 2}),
        "parameter missing in the text",
    ),
    (
        "Write five paragraphs and start the third one with Radium.",
        first("**Radium**"),
        "first word with markup",
    ),
]


@pytest.mark.parametrize(("instructions", "asked"), PLAIN)
def test_words_that_say_it_are_no_mismatch(
    found: Callable[[str, Asked], list[str]], instructions: str, asked: Asked
) -> None:
    assert found(instructions, asked) == []


@pytest.mark.parametrize(("instructions", "asked", "kind"), WRONG)
def test_words_that_do_not_are(
    found: Callable[[str, Asked], list[str]], instructions: str, asked: Asked, kind: str
) -> None:
    assert found(instructions, asked) == [kind]


def test_words_of_the_question_are_no_instructions(make_item: Callable[..., Item]) -> None:
    question = "what is a comma called in French"
    item = make_item(question=question, question_with_instrs=f"{question.title()}? Be brief.")
    assert [finding.kind for finding in mismatches(item)] == ["constraint missing in the text"]


def test_a_text_to_repeat_must_stand_there_to_the_letter(make_item: Callable[..., Item]) -> None:
    asked = ("format_repeat_question", {"prompt_to_repeat": "Who found radium ?"})
    item = make_item(asked, question="", question_with_instrs="Who found radium? Repeat that.")
    assert [finding.place for finding in mismatches(item)] == [0]


def test_a_quoted_prompt_is_told_apart(make_item: Callable[..., Item]) -> None:
    item = make_item(("format_quotation", {}), question="", question_with_instrs='"Who was it?"')
    assert [finding.kind for finding in mismatches(item)] == ["text quoted instead"]


def test_a_question_that_is_gone_is_found(make_item: Callable[..., Item]) -> None:
    text = "No commas. The tower was built by an engineer for a fair."
    item = make_item(question=QUESTION, question_with_instrs=text)
    assert "question gone" in [finding.kind for finding in mismatches(item)]


def test_a_translated_text_is_found(make_item: Callable[..., Item]) -> None:
    text = "Chi ha scoperto il radio a Parigi? Nella risposta non usare nessuna virgola (comma)."
    item = make_item(question=QUESTION, question_with_instrs=text)
    assert "text in another language" in [finding.kind for finding in mismatches(item)]


def test_a_prompt_stands_in_for_a_missing_text(make_item: Callable[..., Item]) -> None:
    item = make_item(prompt="Where is it? No commas please.", question="")
    assert mismatches(item) == ()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (5, "five"),
        (2, "twice"),
        (15, "Fifteen sentences"),
        (25, "twenty-five"),
        (100, "a hundred"),
        (250, "two hundred and fifty"),
        (1000, "1,000"),
        (1500, "one thousand five hundred"),
    ],
)
def test_numbers_are_read_as_they_are_written(number: int, text: str) -> None:
    assert says_number(number, text)


@pytest.mark.parametrize(("number", "text"), [(5, "15"), (1, "none"), (50, "150"), (7, "seventh")])
def test_other_numbers_are_not(number: int, text: str) -> None:
    assert not says_number(number, text)


@pytest.mark.parametrize(
    ("number", "last", "text"),
    [
        (1, 5, "the opening paragraph"),
        (3, 5, "the 3rd"),
        (5, 5, "the final one"),
        (2, 5, "paragraph 2"),
    ],
)
def test_ordinals_are_read_as_they_are_written(number: int, last: int, text: str) -> None:
    assert says_ordinal(number, last, text)
    assert not says_ordinal(4, 6, text)
