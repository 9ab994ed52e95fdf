"""Items made of questions: constraints that go together, evenly used, and possible to follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from bridge_questions import make_plain_rows
from hypothesis import given
from hypothesis import strategies as st

from followrag import qa
from followrag.building import Batch, Recipe, make, row
from followrag.building.choosing import Balance, choose
from followrag.building.draws import Draws
from followrag.building.making import broken
from followrag.building.parameters import draw, drawable
from followrag.building.questions import Question, Questions, Source
from followrag.building.sense import make_sense
from followrag.building.setting import Setting, distinct
from followrag.items import Item
from followrag.prompts import read_prompt
from followrag.verifiers import Constraint, constraint_classes, get_constraint
from followrag.wordings import literals

Rows = list[dict[str, Any]]
COUNT = 250


def questions_of(rows: Rows) -> Questions:
    good = [
        Question(
            f"set, row {place}",
            one["id"],
            "",
            one["question"],
            tuple(one["answers"]),
            tuple(Source(**passage) for passage in one["passages"]),
            (),
            True,
        )
        for place, one in enumerate(rows)
    ]
    return Questions(good, [])


@pytest.fixture(scope="module")
def built() -> Batch:
    return make(questions_of(make_plain_rows(COUNT)), None, Recipe())


def test_every_question_becomes_an_item(built: Batch) -> None:
    assert (len(built.made), built.rejected) == (COUNT, [])


def test_constraints_are_used_evenly(built: Batch) -> None:
    used = Counter(constraint.id for made in built.made for constraint in made.constraints)
    mean = used.total() / 22
    assert used.keys() == set(drawable())
    assert max(abs(count - mean) for count in used.values()) < 0.05 * mean


def test_numbers_of_constraints_are_used_evenly(built: Batch) -> None:
    sizes = Counter(len(made.constraints) for made in built.made)
    assert sizes.keys() == {1, 2, 3, 4}
    assert max(sizes.values()) - min(sizes.values()) <= 1


def test_every_item_can_be_followed_by_a_right_answer(built: Batch) -> None:
    assert all(broken(made.constraints, made.setting.answers) == [] for made in built.made)


def test_no_constraint_but_a_repeated_question_gives_an_answer_away(built: Batch) -> None:
    for made in built.made:
        for constraint in made.constraints:
            if constraint.id != "format_repeat_question":
                assert not qa.acc_bounded(" ".join(literals(constraint)), made.setting.answers)


def test_no_answer_is_forbidden(built: Batch) -> None:
    for made in built.made:
        for constraint in made.constraints:
            words = {word.lower() for word in getattr(constraint, "forbidden_words", ())}
            assert words.isdisjoint(" ".join(made.setting.answers).lower().split())


def test_sentences_say_what_the_constraints_ask(built: Batch) -> None:
    for made in built.made:
        for constraint, sentence in zip(made.constraints, made.sentences, strict=True):
            assert all(literal in sentence for literal in literals(constraint))


def test_rows_are_items_in_the_published_prompt(built: Batch) -> None:
    made = built.made[5]
    given = row(made, 5, Recipe(), "set.jsonl", None)
    item = Item.model_validate(given)
    read = read_prompt(item.prompt)
    assert [constraint.model_dump() for constraint in made.constraints] == [
        constraint.model_dump()
        for constraint in item.constraints
        if isinstance(constraint, Constraint)
    ]
    assert (read.passages, read.question_with_instrs) == (item.passages, item.question_with_instrs)
    assert (item.type, item.golds) == ("set", made.setting.answers)
    assert given["provenance"]["source"] == "set, row 5"
    assert given["provenance"]["passages"] == ["5a", "5b", "5c"]


def test_an_answer_with_a_slash_survives() -> None:
    rows = make_plain_rows(1)
    rows[0]["answers"] = ["2001/02 season"]
    (made,) = make(questions_of(rows), None, Recipe()).made
    assert Item.model_validate(row(made, 0, Recipe(), "x", None)).golds == ("2001/02 season",)


def test_another_seed_gives_other_items(plain_rows: Callable[[int], Rows]) -> None:
    asked = questions_of(plain_rows(20))
    zero, again, one = (make(asked, None, Recipe(seed)) for seed in (0, 0, 1))
    assert zero == again
    assert zero != one


def test_only_the_named_constraints_are_used(plain_rows: Callable[[int], Rows]) -> None:
    recipe = Recipe(constraints=("structure_title", "format_no_commas"))
    batch = make(questions_of(plain_rows(20)), None, recipe)
    assert Counter(len(made.constraints) for made in batch.made) == {1: 10, 2: 10}


def test_where_nothing_goes_together_the_row_is_refused(plain_rows: Callable[[int], Rows]) -> None:
    recipe = Recipe(least=2, constraints=("cases_uppercase", "cases_lowercase"))
    batch = make(questions_of(plain_rows(2)), None, recipe)
    assert not batch.made
    assert {one.reason for one in batch.rejected} == {
        "has no set of constraints that can be followed together; allow more of them"
    }


def test_no_commas_is_not_asked_where_every_answer_has_one() -> None:
    passages = (Source("", "", "Some plain text about harbours."),)
    for answers, is_asked in ((("Paris, France",), False), (("Paris, France", "Paris"), True)):
        drawn = draw("format_no_commas", Setting("Where?", answers, passages), Draws(0))
        assert (drawn is not None) is is_asked


@given(st.sampled_from(drawable()), st.integers(min_value=0, max_value=10**9))
def test_whatever_is_drawn_can_be_followed_alone(id: str, seed: int) -> None:
    passages = (Source("", "Corvo", "A stone bridge crosses the harbour beside the old orchard."),)
    setting = Setting("who designed it", ("Ilves Brandt",), passages)
    drawn = draw(id, setting, Draws(seed))
    assert drawn is not None
    assert broken([drawn], setting.answers) == []


def test_all_22_constraints_can_be_drawn() -> None:
    assert set(drawable()) == {cls.id for cls in constraint_classes() if ":" not in cls.id}


def test_what_was_used_least_comes_first() -> None:
    setting = Setting("who", ("Ilves Brandt",), ())
    balance = Balance(("structure_title", "format_json"), (1,))
    balance.count([get_constraint("structure_title")])
    (chosen,) = choose(setting, balance, Draws(0), lambda _: True)
    assert chosen.id == "format_json"


@pytest.mark.parametrize(
    ("constraints", "sensible"),
    [
        ((("format_language", {"language": "it"}), ("structure_title", {})), True),
        (
            (
                ("format_language", {"language": "it"}),
                ("position_end_with", {"end_phrase": "The end."}),
            ),
            False,
        ),
        ((("format_json", {}), ("structure_bullets", {"num_bullets": 2})), False),
        (
            (
                ("keywords_inclusion", {"keywords": ["river", "bank"]}),
                ("keywords_exclusion", {"forbidden_words": ["rivers"]}),
            ),
            False,
        ),
        (
            (
                ("length_sentence", {"num_sentences": 3, "relation": "less than"}),
                ("structure_bullets", {"num_bullets": 3}),
            ),
            False,
        ),
        (
            (
                ("length_sentence", {"num_sentences": 3, "relation": "at least"}),
                ("structure_bullets", {"num_bullets": 3}),
            ),
            True,
        ),
        (
            (
                ("length_sentence", {"num_sentences": 7, "relation": "at least"}),
                ("length_words", {"num_words": 40, "relation": "less than"}),
            ),
            False,
        ),
        (
            (
                ("length_sentence", {"num_sentences": 3, "relation": "less than"}),
                ("length_words", {"num_words": 60, "relation": "at least"}),
            ),
            False,
        ),
        (
            (
                ("format_repeat_question", {"prompt_to_repeat": "Who? " * 30}),
                ("length_words", {"num_words": 30, "relation": "less than"}),
            ),
            False,
        ),
        (
            (("cases_lowercase", {}), ("format_repeat_question", {"prompt_to_repeat": "Who?"})),
            False,
        ),
        (
            (("cases_lowercase", {}), ("format_repeat_question", {"prompt_to_repeat": "who?"})),
            True,
        ),
        ((("cases_uppercase", {}), ("position_end_with", {"end_phrase": "The end."})), False),
        (
            (
                ("format_language", {"language": "hi"}),
                ("length_words", {"num_words": 60, "relation": "at least"}),
            ),
            False,
        ),
        (
            (
                ("format_language", {"language": "it"}),
                ("length_words", {"num_words": 60, "relation": "at least"}),
            ),
            True,
        ),
    ],
)
def test_senseless_sets_are_told(
    constraints: tuple[tuple[str, dict[str, Any]], ...], sensible: bool
) -> None:
    assert make_sense([get_constraint(id, **kwargs) for id, kwargs in constraints]) is sensible


def test_words_are_telling_and_not_the_answers() -> None:
    text = "Which is the Curie institute, where Pierre's laboratory-bench stood with 12 magnets."
    setting = Setting("who stood there", ("Marie Curie",), (Source("", "Radium", text),))
    assert setting.words == ("Radium", "institute", "stood", "magnets")
    assert setting.unasked_words == ("Radium", "institute", "magnets")


@pytest.mark.parametrize(
    "text",
    [
        "हिन्दी भाषाएँ",
        "长江是中国最长的河流",
        '<table class="x2"><br/></table>',
        "https://harbour.org/bridges",
    ],
)
def test_parts_of_words_and_of_markup_are_no_words(text: str) -> None:
    assert Setting("who", ("Curie",), (Source("", "", text),)).words == ()


@given(st.lists(st.sampled_from(["sea", "Seas", "river", "riverbed", "bank"]), max_size=5))
def test_distinct_words_hold_no_other(words: list[str]) -> None:
    left = [word.lower() for word in distinct(words)]
    assert not any(a in b for i, a in enumerate(left) for j, b in enumerate(left) if i != j)
