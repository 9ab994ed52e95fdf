"""The conflict rules of `fixed` mode, derived again: all small texts are tried."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_texts import (
    JSON,
    LEAST,
    LESS,
    NO_COMMAS,
    QUOTED,
    Asked,
    assert_nothing_follows,
    assert_something_follows,
    bullets,
    end,
    first,
    forbid,
    include,
    often,
    postscript,
    repeat,
    words,
)

from followrag.verifiers import Constraint, Response, compose, get_constraint
from followrag.verifiers.conflicts import conflicts, rules
from followrag.verifiers.fixed import repaired

# The rule, what it finds in conflict, what it must not, and the parts of the texts that are tried.
CASES: list[tuple[str, list[Asked], list[Asked], list[str], int]] = [
    ("impossible first word", [first("*")], [first("*a*")], list('a*" \n'), 5),
    (
        "comma in asked text",
        [repeat("a, b"), NO_COMMAS],
        [repeat("a b"), NO_COMMAS],
        list("ab, "),
        6,
    ),
    ("comma in asked text", [end("a,b"), NO_COMMAS], [end("a,"), NO_COMMAS], list("ab, "), 5),
    (
        "comma in asked text",
        [postscript("a,b"), NO_COMMAS],
        [postscript("a,"), NO_COMMAS],
        list("ab,"),
        5,
    ),
    (
        "comma in asked text",
        [include("a,b"), NO_COMMAS],
        [include("a,"), NO_COMMAS],
        list("ab, "),
        5,
    ),
    (
        "forbidden word in asked text",
        [include("ab"), forbid("AB")],
        [include("ab"), forbid("a")],
        list("abAB -_"),
        4,
    ),
    (
        "forbidden word in asked text",
        [include("abc"), forbid("abc")],
        [include("abc"), forbid("abcs")],
        ["abc", "s", "es", "-", "_", " "],
        5,
    ),
    (
        "forbidden word in asked text",
        [often("a", LEAST, 2), forbid("a")],
        [often("a", LESS, 2), forbid("a")],
        list("ab-_ '"),
        5,
    ),
    (
        "forbidden word in asked text",
        [repeat("a b?"), forbid("b")],
        [repeat("a b?"), forbid("c")],
        list("ab? -"),
        5,
    ),
    (
        "forbidden word in asked text",
        [end("a b."), forbid("a")],
        [end("a b."), forbid("ab")],
        list("ab. "),
        5,
    ),
    (
        "forbidden word in asked text",
        [first("a", 2, 2), forbid("a")],
        [first("ab", 2, 2), forbid("a")],
        ["a", "b", "\n\n", "-", "_", "'"],
        5,
    ),
    (
        "forbidden word in asked text",
        [postscript("ab c"), forbid("c")],
        [postscript("FYI"), forbid("f")],
        ["ab", "c", " ", "FYI", "\n", "-"],
        4,
    ),
    (
        "asked text too often",
        [often("a", LEAST, 2), often("A", LESS, 2)],
        [often("a", LEAST, 2), often("A", LESS, 3)],
        list("ab -_"),
        5,
    ),
    (
        "asked text too often",
        [repeat("a a"), often("a", LESS, 2)],
        [repeat("a ab"), often("a", LESS, 2)],
        list("ab -"),
        5,
    ),
    (
        "asked text too long",
        [end("a b."), words(LESS, 2)],
        [end("a b."), words(LESS, 3)],
        list("ab._ "),
        5,
    ),
    (
        "asked text too long",
        [include("a-b"), words(LESS, 2)],
        [include("a_b"), words(LESS, 2)],
        list("ab-_ "),
        5,
    ),
    (
        "two texts to repeat",
        [repeat("a b"), repeat("b")],
        [repeat("a b?"), repeat('"a')],
        list('ab? "'),
        5,
    ),
    ("two end phrases", [end("a b."), end("a")], [end("a b."), end("B!")], list("ab.! "), 5),
    ("two end phrases", [end("a+"), end("b")], [end("a+"), end("a")], list("ab+ "), 4),
    ("two first words", [first("a"), first("b")], [first("a"), first("a b")], list("ab *\n"), 5),
    (
        "two first words",
        [first("a", 1), first("a", 2)],
        [first("a", 2), first("b", 2, 2)],
        ["a", "b", "\n\n", " ", "*"],
        4,
    ),
    (
        "repeat and first word",
        [repeat("a b"), first("b")],
        [repeat('"a b"'), first("a")],
        list('ab "*\n'),
        5,
    ),
    (
        "repeat and first word",
        [repeat("ab"), first("a")],
        [repeat("a-b"), first("a-b c")],
        list("abc -\n"),
        5,
    ),
    (
        "repeat and first word",
        [repeat("a-b"), first("a")],
        [repeat("a'b"), first("a")],
        list("ab-' \n"),
        5,
    ),
    (
        "json and bullets",
        [JSON, bullets(1)],
        [JSON, bullets(0)],
        ["[", "]", "\n", "-", "1", "* ", '"', "I", "```"],
        5,
    ),
    (
        "json string and paragraphs",
        [JSON, repeat("a b"), first("a", 2)],
        [JSON, repeat("a b"), first("a")],
        ['"a b', '"', '["a"', ",\n\n", "1]", "\n\n", "c", "```"],
        5,
    ),
    (
        "json string and paragraphs",
        [JSON, QUOTED, first("b", 3, 3)],
        [JSON, QUOTED, first("b", 1)],
        ['"', "b", "1\n\n", "[1", ",\n\n", "1", '"b"]', "```"],
        5,
    ),
]


def built(asked: list[Asked]) -> list[Constraint]:
    return [repaired(get_constraint(id, **given)) for id, given in asked]


@pytest.mark.parametrize(("rule", "asked", "near", "parts", "most"), CASES)
def test_no_text_follows_what_a_rule_finds(
    rule: str, asked: list[Asked], near: list[Asked], parts: list[str], most: int
) -> None:
    assert_nothing_follows(built(asked), f"{rule}, fixed", parts, most)


@pytest.mark.parametrize(("rule", "asked", "near", "parts", "most"), CASES)
def test_some_text_follows_what_a_rule_just_lets_pass(
    rule: str, asked: list[Asked], near: list[Asked], parts: list[str], most: int
) -> None:
    assert_something_follows(built(near), parts, most)


def test_every_rule_of_fixed_mode_is_derived_again() -> None:
    found = {rule.name for rule in rules() if rule.name.endswith(", fixed")}
    assert found == {f"{name}, fixed" for name, *_ in CASES}


KEYWORDS = st.sampled_from(["song", "songs", "a song", "is", "a,b", "C++", '"Opera."'])
CHOICES = st.one_of(
    KEYWORDS.map(include),
    KEYWORDS.map(forbid),
    st.builds(often, KEYWORDS, st.sampled_from([LESS, LEAST]), st.integers(0, 3)),
    KEYWORDS.map(repeat),
    KEYWORDS.map(end),
    KEYWORDS.map(postscript),
    st.builds(first, KEYWORDS, st.just(2), st.integers(1, 2)),
    st.builds(words, st.sampled_from([LESS, LEAST]), st.integers(1, 4)),
    st.sampled_from([JSON, QUOTED, NO_COMMAS, bullets(0), bullets(2)]),
)


@settings(deadline=None, max_examples=200)
@given(st.lists(CHOICES, min_size=1, max_size=4))
def test_what_is_composed_is_in_no_conflict(asked: list[Asked]) -> None:
    constraints = built(asked)
    response = Response(compose(constraints, "Paris"))
    followed = [rule for rule in constraints if rule.check(response).passed]
    assert conflicts(followed) == ()
