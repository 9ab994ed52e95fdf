"""Every conflict rule, derived again: all small texts are tried, and none follows what it names."""

import pytest
from small_texts import (
    JSON,
    LEAST,
    LESS,
    LOWER,
    NO_COMMAS,
    QUOTED,
    UPPER,
    Asked,
    assert_nothing_follows,
    assert_something_follows,
    bullets,
    capitals,
    divided,
    end,
    first,
    forbid,
    include,
    letters,
    often,
    postscript,
    repeat,
    sections,
    sentences,
    words,
)

from followrag.verifiers import Constraint, get_constraint
from followrag.verifiers.conflicts import rules

ENGLISH = "the passages were read with care"


# The rule, what it finds in conflict, what it must not, and the parts of the texts that are tried.
CASES: list[tuple[str, list[Asked], list[Asked], list[str], int]] = [
    ("impossible first word", [first("a,")], [first("a-")], list("a,-'\" "), 5),
    ("impossible first word", [first("a b")], [first("ab")], list("ab\" '\n"), 5),
    ("impossible first word", [first('"a"')], [first("*a*")], list("a*\"' "), 5),
    ("end phrase in quotation marks", [end('a"')], [end('"a')], list('a" \nb'), 5),
    ("less than nothing", [words(LESS, 0)], [words(LESS, 1)], list("a1. \n"), 4),
    ("less than nothing", [sentences(LESS, 1)], [sentences(LESS, 2)], list("a.?! \n"), 5),
    ("less than nothing", [often("a", LESS, 0)], [often("a", LESS, 1)], list("aAb "), 4),
    ("less than nothing", [letters("a", LESS, 0)], [letters("a", LESS, 1)], list("aAb "), 4),
    ("less than nothing", [capitals(LESS, 0)], [capitals(LESS, 1)], list("aA. "), 4),
    ("no regular expression", [include("a**")], [include("a.")], list("ab* "), 4),
    ("no regular expression", [forbid("(a")], [forbid("a")], list("ab( "), 4),
    ("no regular expression", [often("a**", LESS, 9)], [often("a.", LESS, 9)], list("ab* "), 4),
    ("no regular expression", [postscript("[a")], [postscript("a")], list("ab[ "), 4),
    ("no regular expression", [sections("(a")], [sections("a")], list("a(1 "), 4),
    ("uppercase and lowercase", [UPPER, LOWER], [UPPER, NO_COMMAS], list("aA1.… "), 5),
    ("lowercase and sections", [LOWER, sections("P")], [LOWER, sections("p")], list("Pp1…"), 6),
    ("lowercase and sections", [LOWER, sections("ǅ.")], [LOWER, sections("P", 0)], list("ǅp1…"), 6),
    ("uppercase and sections", [UPPER, sections("Pa")], [UPPER, sections("P")], list("Pa1…"), 6),
    ("uppercase and sections", [UPPER, sections("ǅ")], [UPPER, sections("p", 0)], list("ǅP1…"), 6),
    (
        "lowercase and capital words",
        [LOWER, capitals(LEAST, 1)],
        [LOWER, capitals(LEAST, 0)],
        list("aA.… "),
        5,
    ),
    (
        "uppercase and few capital words",
        [UPPER, capitals(LESS, 1)],
        [UPPER, capitals(LESS, 2)],
        list("aA.'… "),
        5,
    ),
    (
        "two numbers of words",
        [words(LEAST, 2), words(LESS, 2)],
        [words(LEAST, 2), words(LESS, 3)],
        list("a1. "),
        5,
    ),
    (
        "two numbers of sentences",
        [sentences(LEAST, 2), sentences(LESS, 2)],
        [sentences(LEAST, 2), sentences(LESS, 3)],
        list("aB?. "),
        5,
    ),
    (
        "two numbers of capital words",
        [capitals(LEAST, 2), capitals(LESS, 1)],
        [capitals(LEAST, 1), capitals(LESS, 2)],
        list("aB. "),
        4,
    ),
    (
        "two frequencies",
        [often("a", LEAST, 2), often(" a", LESS, 2)],
        [often("a", LEAST, 2), often("a", LESS, 3)],
        list("aAb "),
        5,
    ),
    (
        "two letter frequencies",
        [letters("a", LEAST, 2), letters("A", LESS, 2)],
        [letters("a", LEAST, 2), letters("b", LESS, 2)],
        list("aAb "),
        5,
    ),
    (
        "two numbers of bullets",
        [bullets(1), bullets(2)],
        [bullets(1), bullets(1)],
        list("-*a\n"),
        6,
    ),
    (
        "two numbers of paragraphs",
        [divided(1), divided(2)],
        [divided(2), bullets(0)],
        ["***", "a", " ", "\n"],
        5,
    ),
    ("comma in asked text", [include("a,"), NO_COMMAS], [include("a"), NO_COMMAS], list("aA, "), 5),
    (
        "comma in asked text",
        [postscript("p.,"), NO_COMMAS],
        [postscript("p."), NO_COMMAS],
        list("pP., "),
        5,
    ),
    (
        "comma in asked text",
        [repeat("a, b"), NO_COMMAS],
        [repeat("a b"), NO_COMMAS],
        list("ab, "),
        6,
    ),
    ("comma in asked text", [end("a,b"), NO_COMMAS], [end("ab"), NO_COMMAS], list('ab,"'), 6),
    (
        "comma in asked text",
        [often("a,", LEAST, 1), NO_COMMAS],
        [often("a,", LESS, 1), NO_COMMAS],
        list("ab, "),
        5,
    ),
    (
        "comma in asked text",
        [sections("a,"), NO_COMMAS],
        [sections("a"), NO_COMMAS],
        list("a,1 "),
        5,
    ),
    (
        "forbidden word in asked text",
        [repeat("a b"), forbid("A")],
        [repeat("b a"), forbid("a")],
        list("abA _"),
        5,
    ),
    (
        "forbidden word in asked text",
        [end("b a"), forbid("a")],
        [end("a b"), forbid("a")],
        list('abA"_ '),
        5,
    ),
    (
        "forbidden word in asked text",
        [end("b-a-b"), forbid("a")],
        [end("b_a-b"), forbid("a")],
        list("ab-_"),
        6,
    ),
    (
        "forbidden word in asked text",
        [first("a"), forbid("a")],
        [first("ab"), forbid("a")],
        list("ab'\", "),
        5,
    ),
    (
        "forbidden word in asked text",
        [include("b a b"), forbid("a")],
        [include("a b"), forbid("a")],
        list("abA_ "),
        6,
    ),
    (
        "asked text too often",
        [repeat("aba"), often("a", LESS, 2)],
        [repeat("aba"), often("a", LESS, 3)],
        list("abA "),
        5,
    ),
    (
        "asked text too often",
        [sections("a", 2), often("a", LESS, 2)],
        [sections("a", 2), often("a", LESS, 3)],
        list("aA1 "),
        6,
    ),
    (
        "asked text too often",
        [often("aa", LEAST, 2), often("a", LESS, 4)],
        [often("aa", LEAST, 2), often("aa", LESS, 3)],
        list("aAb "),
        6,
    ),
    (
        "asked text too often",
        [repeat("ba."), often("a.", LESS, 1)],
        [repeat("ba."), often("a.", LESS, 2)],
        list("ab. "),
        5,
    ),
    (
        "asked letters too often",
        [end("abA"), letters("a", LESS, 2)],
        [end("abA"), letters("a", LESS, 3)],
        list('abA" '),
        5,
    ),
    (
        "asked letters too often",
        [include("bk"), letters("k", LESS, 1)],
        [include("bs"), letters("s", LESS, 1)],
        list("bks\u017f\u212a"),  # "ſ", which re takes for an s, and the Kelvin sign
        4,
    ),
    (
        "asked text too long",
        [end("a b"), words(LESS, 2)],
        [end("a b"), words(LESS, 3)],
        list("ab. "),
        6,
    ),
    (
        "asked text too long",
        [include("a.-b"), words(LESS, 1)],
        [include("a.-b"), words(LESS, 3)],
        list("ab.- "),
        5,
    ),
    (
        "asked text of too many sentences",
        [repeat("a? b"), sentences(LESS, 2)],
        [repeat("a? b"), sentences(LESS, 3)],
        list('abA?" '),
        6,
    ),
    (
        "asked text of too many sentences",
        [end("a!) a?! b"), sentences(LESS, 2)],
        [end("a. b"), sentences(LESS, 2)],
        ["a!) a?! b", "a. b", ".", "?", '"', " ", "\n", "B", "(", "-"],
        4,
    ),
    ("repeat and quotation", [repeat("a"), QUOTED], [repeat('"a'), QUOTED], list('aA" \n'), 5),
    (
        "two texts to repeat",
        [repeat("ab"), repeat("ba")],
        [repeat("ab"), repeat("A")],
        list("abA "),
        5,
    ),
    ("two end phrases", [end("ab"), end("ba")], [end("ab"), end("B")], list('abB" '), 5),
    ("two first words", [first("a"), first("b")], [first("a"), first("A")], list('abA,"'), 5),
    (
        "two first words",
        [first("a", 1), first("a", 2)],
        [first("a", 2, 1), first("b", 2, 2)],
        ["a", "b", "\n", "\n\n", " "],
        5,
    ),
    (
        "repeat and first word",
        [repeat("a b"), first("b")],
        [repeat("a b"), first("A")],
        list("abA '"),
        6,
    ),
    (
        "repeat and first word",
        [repeat("ab"), first("a")],
        [repeat("a"), first("ab")],
        list("ab, \n"),
        5,
    ),
    (
        "repeat and first word",
        [repeat("\"'a"), first("a")],
        [repeat("'\"a"), first("a")],
        list("a'\" "),
        5,
    ),
    (
        "too many paragraphs",
        [repeat("a\n\nb"), first("a", 1)],
        [repeat("a\n\nb"), first("a", 2)],
        ["a", "b", "\n\n", "\n", " "],
        5,
    ),
    (
        "too many paragraphs",
        [end("a\n\nb"), first("a", 1)],
        [end("a\n\nb"), first("b", 2, 2)],
        ["a", "b", "\n\n", "\n", '"'],
        5,
    ),
    ("json and repeat", [JSON, repeat("a")], [JSON, repeat('["a')], list('a"[]1'), 5),
    ("json and repeat", [JSON, repeat('"a" b')], [JSON, repeat('"a"')], list('ab" ['), 6),
    ("json and repeat", [JSON, repeat("1 a")], [JSON, repeat("-1")], list("1a -e."), 5),
    (
        "json and repeat",
        [JSON, repeat("nullx")],
        [JSON, repeat("Nan")],
        ["n", "null", "NaN", "x", " "],
        4,
    ),
    (
        "json and repeat",
        [JSON, repeat("true `x")],
        [JSON, repeat("tr")],
        ["true", " ", "`", "```", "x"],
        4,
    ),
    (
        "json and repeat",
        [JSON, repeat('"a\nb')],
        [JSON, repeat('"a\\"')],
        ['"', "a", "\n", "b", "\\"],
        5,
    ),
    (
        "json and first word",
        [JSON, first("a", 3)],
        [JSON, first("a", 2)],
        ['"a"', '"a', '"', "```", "\n\n", "[", "]", ","],
        5,
    ),
    (
        "json and first word",
        [JSON, first("1", 3)],
        [JSON, first("[", 3)],
        ["1", "[", "]", "\n\n", "```", '"', " "],
        5,
    ),
    (
        "json without commas and bullets",
        [JSON, NO_COMMAS, bullets(2)],
        [JSON, NO_COMMAS, bullets(1)],
        ["[", "]", "\n-1", ",", "-", '"a"', "1"],
        5,
    ),
    (
        "single json string and bullets",
        [JSON, QUOTED, bullets(1)],
        [JSON, QUOTED, bullets(0)],
        ['"', "\n", "-", "1", "[", "]"],
        5,
    ),
    (
        "single json string and bullets",
        [JSON, end("a"), bullets(1)],
        [JSON, end("1"), bullets(1)],
        ['"', "a", "1", "-1", "\n", "[", "]"],
        5,
    ),
    (
        "single json string and bullets",
        [JSON, end("y"), bullets(2)],
        [JSON, end("y"), bullets(1)],
        ["-Infinity", "\n-1", "[", "]", ",", '"', "y"],
        5,
    ),
    (
        "single json string and bullets",
        [JSON, repeat('"a'), bullets(1)],
        [JSON, repeat('["a'), bullets(1)],
        ['"a', '"a"', "[", "]", ",", "\n-1", "```"],
        5,
    ),
    (
        "single json string and paragraphs",
        [JSON, QUOTED, first("a", 2, 2)],
        [JSON, QUOTED, first("a", 1)],
        ['"', "a", "\n\n", "[", "]", "```"],
        5,
    ),
    (
        "single json string and paragraphs",
        [JSON, end("a"), first("a", 3, 2)],
        [JSON, end("a"), first("a", 2, 2)],
        ['"a"', "a", "\n\n", "[", "]", "```"],
        5,
    ),
    (
        "single json string and paragraphs",
        [JSON, repeat('"a'), first("a", 3, 2)],
        [JSON, repeat('"a'), first("a", 2, 1)],
        ['"a"', '"a', "\n\n", "[", "]", "```"],
        5,
    ),
]


def built(asked: list[Asked]) -> list[Constraint]:
    return [get_constraint(id, **given) for id, given in asked]


@pytest.mark.parametrize(("rule", "asked", "near", "parts", "most"), CASES)
def test_no_text_follows_what_a_rule_finds(
    rule: str, asked: list[Asked], near: list[Asked], parts: list[str], most: int
) -> None:
    assert_nothing_follows(built(asked), rule, parts, most)


@pytest.mark.parametrize(("rule", "asked", "near", "parts", "most"), CASES)
def test_some_text_follows_what_a_rule_just_lets_pass(
    rule: str, asked: list[Asked], near: list[Asked], parts: list[str], most: int
) -> None:
    assert_something_follows(built(near), parts, most)


def test_every_rule_of_reference_mode_is_derived_again() -> None:
    found = [rule.name for rule in rules() if "reference" in rule.modes]
    holding = {name for name in found if not name.endswith(", fixed")}
    assert holding == {name for name, *_ in CASES}


def test_every_rule_says_why_it_is_true() -> None:
    assert all(len(rule.proof.split()) > 8 for rule in rules())
