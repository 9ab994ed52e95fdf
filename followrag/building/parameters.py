"""Drawing parameters: each constraint's, from ranges that make sense for its item.

Phrases, markers and ranges are our own; they need no comma, quotation mark or sign of a regular
expression, so that both modes check the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from followrag import qa
from followrag.building.draws import Draws
from followrag.building.setting import Setting, distinct
from followrag.verifiers import Constraint, get_constraint
from followrag.wordings import literals, with_instructions

Drawer = Callable[[Setting, Draws], dict[str, Any] | None]

_DRAWERS: dict[str, Drawer] = {}
# Those that stock sentences are at hand for: an audit needs them to write a text.
_LANGUAGE_CODES = "ar bg bn de es fa fi fr gu hi it ja kn ko mr ne pa pt ru sw ta te th ur vi zh-cn"
_LANGUAGES = tuple(_LANGUAGE_CODES.split())
_ENDINGS = (
    "More than that the passages do not tell.",
    "That settles the matter for me.",
    "This is where my answer stops.",
    "I have nothing to add to this.",
    "Ask again if something remains unclear.",
    "Please compare this with the passages yourself.",
    "So much for this one.",
    "With that I rest my case.",
    "May this be of some use to you.",
    "Here my knowledge comes to its end.",
    "Do you want to know more about it?",
    "What else would you like to hear?",
    "Shall I look for further details?",
    "Those are all the facts at hand.",
    "Consider your request fulfilled.",
    "Thank you for reading this far.",
)
_MARKERS = ("P.S.", "P.P.S", "PS:", "NB:", "N.B.", "FYI:", "Note:", "Reminder:", "BTW:")
_SPLITTERS = ("PART", "SECTION", "CHAPTER", "SEGMENT", "DIVISION", "TOPIC")
_RELATIONS = ("at least", "less than")


def drawable() -> tuple[str, ...]:
    """Ids of the constraints that can be drawn: all 22 of FollowRAG."""
    return tuple(_DRAWERS)


def draw(id: str, setting: Setting, draws: Draws) -> Constraint | None:
    """Draw a constraint for an item.

    Args:
        id: One of `drawable()`.
        setting: The item's question, answers and passages.
        draws: Where chance comes from.

    Returns:
        The constraint; None where the item gives no fitting parameters, or where it would stand
        against every answer or, without repeating the question, give one away.
    """
    parameters = _DRAWERS[id](setting, draws)
    if parameters is None:
        return None
    drawn = get_constraint(id, **parameters)
    if id != "format_repeat_question" and qa.acc_bounded(
        "\n".join(literals(drawn)), setting.answers
    ):
        return None
    return drawn


def _drawer(id: str) -> Callable[[Drawer], Drawer]:
    def register(drawer: Drawer) -> Drawer:
        _DRAWERS[id] = drawer
        return drawer

    return register


def _numbers(id: str, name: str, *numbers: int) -> None:
    """Register a constraint whose only parameter is a number."""
    _DRAWERS[id] = lambda _, draws: {name: draws.one(numbers)}


def _bounds(id: str, name: str, relation: str, floors: range, ceilings: range) -> None:
    """Register a constraint with a number that is a floor or a ceiling."""

    def drawn(_: Setting, draws: Draws) -> dict[str, Any]:
        said = draws.one(_RELATIONS)
        return {name: draws.one(floors if said == "at least" else ceilings), relation: said}

    _DRAWERS[id] = drawn


def _plain(id: str) -> None:
    """Register a constraint without parameters."""
    _DRAWERS[id] = lambda _, __: {}


@_drawer("keywords_inclusion")
def _inclusion(setting: Setting, draws: Draws) -> dict[str, Any] | None:
    words = distinct(draws.some(setting.words, draws.one((2, 2, 3))))
    return {"keywords": words} if len(words) > 1 else None


@_drawer("keywords_frequency")
def _frequency(setting: Setting, draws: Draws) -> dict[str, Any] | None:
    if not setting.words:
        return None
    # "Less than" is followed by nearly any text, so it is asked for less often.
    relation = draws.one(("at least", *_RELATIONS))
    word = draws.one(setting.words)
    return {"keyword": word, "frequency": draws.one((2, 3, 4)), "relation": relation}


@_drawer("keywords_exclusion")
def _exclusion(setting: Setting, draws: Draws) -> dict[str, Any] | None:
    words = distinct(draws.some(setting.unasked_words, draws.one((2, 2, 3))))
    return {"forbidden_words": words} if len(words) > 1 else None


@_drawer("format_language")
def _language(_: Setting, draws: Draws) -> dict[str, Any]:
    return {"language": draws.one(_LANGUAGES)}


_bounds("length_sentence", "num_sentences", "relation", range(3, 9), range(3, 7))
_bounds("length_words", "num_words", "relation", range(30, 160, 10), range(30, 110, 10))
_numbers("length_paragraph", "num_paragraphs", 2, 3, 4)


@_drawer("position_first_word")
def _first_word(setting: Setting, draws: Draws) -> dict[str, Any] | None:
    if not setting.words:
        return None
    word = draws.one(setting.words)
    paragraphs = draws.one(range(2, 6))
    nth = draws.one(range(1, paragraphs + 1))
    return {
        "first_word": word[:1].upper() + word[1:],
        "num_paragraphs": paragraphs,
        "nth_paragraph": nth,
    }


_numbers("structure_placeholder", "num_placeholders", 2, 3, 4, 5)


@_drawer("position_postscript")
def _postscript(_: Setting, draws: Draws) -> dict[str, Any]:
    return {"postscript_marker": draws.one(_MARKERS)}


_numbers("structure_bullets", "num_bullets", 2, 3, 4, 5, 6)
_numbers("structure_highlights", "num_highlights", 2, 3, 4, 5)


@_drawer("structure_sections")
def _sections(_: Setting, draws: Draws) -> dict[str, Any]:
    return {"section_spliter": draws.one(_SPLITTERS), "num_sections": draws.one(range(2, 6))}


_plain("format_json")
_plain("structure_title")


@_drawer("format_repeat_question")
def _repeat(setting: Setting, _: Draws) -> dict[str, Any]:
    return {"prompt_to_repeat": with_instructions(setting.question, ())}


@_drawer("position_end_with")
def _ending(_: Setting, draws: Draws) -> dict[str, Any]:
    return {"end_phrase": draws.one(_ENDINGS)}


_bounds("cases_capital_words", "capital_frequency", "capital_relation", range(2, 7), range(3, 9))
_plain("cases_uppercase")
_plain("cases_lowercase")


@_drawer("format_no_commas")
def _no_commas(setting: Setting, _: Draws) -> dict[str, Any] | None:
    return None if setting.every_answer_has(",") else {}


_plain("format_quotation")
