"""The extractive answerer: what kind of span it picks, and from where."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followrag.baseline import pick_answer
from followrag.items import Passage

LIGHTHOUSE = Passage(
    title="Elm Lighthouse",
    content=(
        "Elm Lighthouse stands on the cliffs of Port Elm. The lighthouse was designed by Ada Moss "
        "and opened on 4 May 1871. Its tower is 38 feet high and has 112 steps. In 1902 Karl "
        "Brandt became its keeper. Visitors reach it from Saltmarsh County by ferry."
    ),
)
HARBOUR = Passage(
    title="Port Elm (harbour)",
    content='Port Elm is a harbour town. The song "Grey Morning" is sung when boats come home.',
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who designed the lighthouse?", "Ada Moss"),
        ("who became keeper of elm lighthouse", "Karl Brandt"),
        ("When was the lighthouse opened?", "4 May 1871"),
        ("How many steps has the tower?", "112 steps"),
        ("Which county do visitors come from by ferry?", "Saltmarsh County"),
        ("Which song is sung when boats come home?", "Grey Morning"),
        ("Did Ada Moss design the lighthouse?", "yes"),
        ("Which is taller, Elm Lighthouse or Oak Tower?", "Elm Lighthouse"),
    ],
)
def test_the_span_fits_the_question(question: str, answer: str) -> None:
    assert pick_answer(question, [LIGHTHOUSE, HARBOUR]) == answer


def test_names_in_the_question_are_not_answers() -> None:
    answer = pick_answer("Who was Ada Moss followed by at Elm Lighthouse?", [LIGHTHOUSE])
    assert answer not in {"Ada Moss", "Elm Lighthouse"}


def test_a_title_can_be_the_answer_without_its_disambiguation() -> None:
    question = "Which harbour town sings when boats come home?"
    passage = HARBOUR.model_copy(update={"content": "The harbour town sings when boats come home."})
    assert pick_answer(question, [passage]) == "Port Elm"


def test_without_a_span_the_first_title_is_the_answer() -> None:
    assert pick_answer("When did it rain?", [Passage(title="Rain", content="wet.")]) == "Rain"


def test_without_passages_the_first_words_are_the_answer() -> None:
    assert pick_answer("when did it rain so much last week", []) == "when did it rain so"


@given(st.text(max_size=80), st.lists(st.tuples(st.text(max_size=20), st.text(max_size=120))))
def test_any_question_has_the_same_answer_again(
    question: str, texts: list[tuple[str, str]]
) -> None:
    passages = [Passage(title=title, content=content) for title, content in texts]
    assert pick_answer(question, passages) == pick_answer(question, passages)


def test_the_answer_stands_in_the_passages() -> None:
    words = LIGHTHOUSE.content.split()
    for seed in range(30):
        shuffled = random.Random(seed).sample(words, len(words))
        passage = Passage(title="Oak", content=" ".join(shuffled))
        answer = pick_answer("Who designed the lighthouse?", [passage])
        assert answer in f"{passage.title} {passage.content}"
