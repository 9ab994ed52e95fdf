"""What is wrong with gold answers, alone and beside the constraints."""

from collections.abc import Callable
from typing import Any

import pytest

from followrag import Item
from followrag.audit.answers import answer_findings

Asked = tuple[str, dict[str, Any]]

TITLE: Asked = ("structure_title", {})
COMMAS: Asked = ("format_no_commas", {})


def forbid(*words: str) -> Asked:
    return "keywords_exclusion", {"forbidden_words": list(words)}


@pytest.mark.parametrize(
    ("gold", "asked", "kinds"),
    [
        ("Paris/Paris, France", forbid("paris"), ["forbidden word in every gold"]),
        ("Paris/City of Light", forbid("paris"), ["forbidden word in some golds"]),
        ("Parisian", forbid("paris"), []),
        ("Paris, France", COMMAS, ["comma in every gold"]),
        ("Paris/Paris, France", COMMAS, ["comma in some golds"]),
        ("Paris", ("format_language", {"language": "it"}), ["other language"]),
        ("Paris", ("format_language", {"language": "en"}), []),
        ("2001/16 seasons", TITLE, ["slash inside a gold"]),
        ("Cork/UN/LOCODE:IEORK", TITLE, ["slash inside a gold"]),
        ("http://example.org", TITLE, ["slash inside a gold"]),
        ("New York/NEW YORK", TITLE, []),
        ("Helium/H", TITLE, ["gold of one character"]),
        ("the", TITLE, ["gold that normalises to nothing"]),
        ("Paris", ("position_end_with", {"end_phrase": "See Paris!"}), ["gold in the asked text"]),
        ("Paris", ("keywords_inclusion", {"keywords": ["paris"]}), ["gold in the asked text"]),
        ("Par", ("keywords_inclusion", {"keywords": ["paris"]}), []),
        ("", TITLE, []),
    ],
)
def test_findings(
    make_item: Callable[..., Item], gold: str, asked: Asked, kinds: list[str]
) -> None:
    found = answer_findings(make_item(asked, answer_gold=gold))
    assert [finding.kind for finding in found] == kinds


def test_a_list_of_answers_may_hold_slashes(make_item: Callable[..., Item]) -> None:
    item = make_item(TITLE, answer_gold="", answers=["14/12", "1 December"])
    assert answer_findings(item) == ()


def test_findings_name_the_constraint(make_item: Callable[..., Item]) -> None:
    (found,) = answer_findings(make_item(TITLE, COMMAS, answer_gold="Paris, France"))
    assert found.place == 1
