"""What can be followed loosely, each constraint by a reading of its own."""

from itertools import combinations, product
from typing import Any

import pytest

from followrag import Item
from followrag.audit import Audited, audit_item
from followrag.audit.loose_conflicts import loose_conflicts
from followrag.verifiers import Response, get_constraint

Asked = tuple[str, dict[str, Any]]

UPPER: Asked = ("cases_uppercase", {})
LOWER: Asked = ("cases_lowercase", {})
JSON: Asked = ("format_json", {})
QUOTED: Asked = ("format_quotation", {})
COMMAS: Asked = ("format_no_commas", {})


def first(word: str, paragraphs: int, nth: int = 1) -> Asked:
    given = {"first_word": word, "num_paragraphs": paragraphs, "nth_paragraph": nth}
    return "position_first_word", given


def repeat(text: str) -> Asked:
    return "format_repeat_question", {"prompt_to_repeat": text}


def forbid(*words: str) -> Asked:
    return "keywords_exclusion", {"forbidden_words": list(words)}


def audited(*asked: Asked) -> Audited:
    row = {
        "key": 1,
        "prompt": "Who found radium?",
        "answer_gold": "Marie Curie",
        "instruction_id_list": [id for id, _ in asked],
        "kwargs": [given for _, given in asked],
    }
    return audit_item(Item.model_validate(row))


@pytest.mark.parametrize(
    "asked",
    [
        [UPPER, LOWER],
        [UPPER, LOWER, ("structure_bullets", {"num_bullets": 5})],
        [repeat("Who found it, and when?"), COMMAS],
        [repeat("Who found radium?"), JSON],
        [repeat("Who found radium?"), QUOTED, forbid("found")],
        [repeat("Who found radium?"), first("Radium", 5)],
        [first("Radium", 5), JSON],
        [first("Radium", 5), JSON, COMMAS],
        [first("Radium", 5, 3), forbid("radium")],
        [JSON, COMMAS, ("structure_bullets", {"num_bullets": 4})],
        [LOWER, ("structure_sections", {"section_spliter": "PART", "num_sections": 5})],
        [first("Radium", 5), JSON, UPPER, ("format_language", {"language": "ru"})],
    ],
)
def test_what_conflicts_strictly_can_be_followed_loosely(asked: list[Asked]) -> None:
    found = audited(*asked)
    assert found.outcome == "contradictory"
    assert len(found.loose.witness.followed) == len(asked)


# What a rule finds, what it must not, and the parts of the texts that are tried.
IMPOSSIBLE: list[tuple[list[Asked], list[Asked], list[str], int]] = [
    (
        [UPPER, LOWER, first("a", 3, 2)],
        [UPPER, LOWER, first("1", 3, 2)],
        ["a", "A", "1", "…", "\n\n", "\n"],
        6,
    ),
    (
        [UPPER, LOWER, first("a", 3, 2)],
        [UPPER, LOWER, first("A", 2, 2)],
        ["A\n\n", "\n\na", "a", "A*", "…", "*"],
        6,
    ),
    (
        [JSON, first("a", 4), repeat("b")],
        [JSON, first("a", 4), repeat("a b")],
        ["b\n", '"a"', "a", "b", "\n\n", "```"],
        6,
    ),
    (
        [JSON, first("a", 4), repeat("b")],
        [JSON, first("a", 4), repeat("a")],
        ["a\n", "[\n\n", "1]]]", "b\n", '"', "*"],
        6,
    ),
]


def followed(asked: list[Asked], parts: list[str], most: int) -> set[tuple[int, ...]]:
    """Find which sets of constraints some text follows loosely."""
    constraints = [get_constraint(id, **given) for id, given in asked]
    sets: set[tuple[int, ...]] = set()
    for length in range(1, most + 1):
        for text in map("".join, product(parts, repeat=length)):
            response = Response(text)
            passed = [
                n for n, each in enumerate(constraints) if each.verdicts(response).loose.passed
            ]
            for size in range(1, len(passed) + 1):
                sets.update(combinations(passed, size))
    return sets


@pytest.mark.parametrize(("asked", "near", "parts", "most"), IMPOSSIBLE)
def test_no_text_follows_loosely_what_a_rule_finds(
    asked: list[Asked], near: list[Asked], parts: list[str], most: int
) -> None:
    constraints = [get_constraint(id, **given) for id, given in asked]
    (conflict,) = loose_conflicts(constraints, "reference")
    assert conflict.places == (0, 1, 2)
    assert (0, 1, 2) not in followed(asked, parts, most)


@pytest.mark.parametrize(("asked", "near", "parts", "most"), IMPOSSIBLE)
def test_what_a_loose_rule_just_lets_pass_can_be_followed(
    asked: list[Asked], near: list[Asked], parts: list[str], most: int
) -> None:
    constraints = [get_constraint(id, **given) for id, given in near]
    assert loose_conflicts(constraints, "reference") == ()
    assert len(audited(*near).loose.witness.followed) == 3


def test_what_is_impossible_alone_is_so_in_every_reading() -> None:
    found = audited(first("a b", 2), UPPER, LOWER)
    assert [conflict.places for conflict in found.loose_conflicts] == [(0,)]
    assert (len(found.loose.witness.followed), found.loose.most) == (2, 2)


def test_one_reading_follows_all_in_fixed_mode() -> None:
    constraints = [get_constraint("cases_uppercase"), get_constraint("cases_lowercase")]
    assert loose_conflicts(constraints, "fixed")
    assert not loose_conflicts(constraints, "reference")
