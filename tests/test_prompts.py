"""The published prompt, put together and taken apart."""

from hypothesis import given
from hypothesis import strategies as st

from followrag.items import Passage
from followrag.prompts import ReadPrompt, build_prompt, read_prompt

PASSAGES = (
    Passage(title="Elm", content="A tree."),
    Passage(title="Oak (tree)", content="Old.\nTall."),
)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=":"), max_size=30)


def test_the_published_shape() -> None:
    assert build_prompt(PASSAGES[:1], "Which tree?") == (
        "Given the following information: \nPassage-0 Title: Elm Content: A tree.\n\nAnswer the "
        "following question based on the given information or your internal knowledge with one or "
        "few words without the source.\nQuestion: Which tree?"
    )


@given(st.lists(st.builds(Passage, title=WORDS, content=WORDS), max_size=12), st.text(max_size=60))
def test_a_prompt_is_read_as_it_was_built(passages: list[Passage], question: str) -> None:
    assert read_prompt(build_prompt(passages, question)) == (tuple(passages), question)


def test_text_before_the_prompt_is_left_out() -> None:
    example = build_prompt(PASSAGES[:1], "Which tree?") + " Elm"
    prompt = f"Be kind.\n\n{example}\n\n{build_prompt(PASSAGES, 'Which is old?')}"
    assert read_prompt(prompt) == ReadPrompt(PASSAGES, "Which is old?")


def test_a_passage_that_looks_like_two_stays_one() -> None:
    quoting = (Passage(title="Elm", content="See\nPassage-7 Title: x Content: y"),)
    assert read_prompt(build_prompt(quoting, "?")).passages == quoting


def test_another_shape_is_all_question() -> None:
    assert read_prompt("Write a poem.") == ReadPrompt((), "Write a poem.")
    assert read_prompt("") == ReadPrompt((), "")
