"""Which constraints make no sense together, though a text can be written that follows them.

The published items hold such sets: FollowRAG's conflict list names four pairs, where IFEval's has
dozens (INSTRUCTION_CONFLICTS in instructions_registry.py). The audit finds those that only a
degenerate text follows; those here ask for what nobody would, such as an English phrase at the end
of a Thai answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from followrag.building.setting import distinct
from followrag.verifiers import Constraint
from followrag.verifiers.conflicts.degenerate import degeneracies

_ENGLISH_WORDS = (
    "keywords_inclusion",
    "keywords_frequency",
    "keywords_exclusion",
    "position_first_word",
    "position_end_with",
    "format_repeat_question",
    "cases_capital_words",
    "position_postscript",
    "structure_sections",
)
# Each pair with the reason why nobody would ask for both.
_SENSELESS = {
    **{("format_language", id): "English words in a foreign text" for id in _ENGLISH_WORDS},
    ("format_json", "position_postscript"): "a postscript to data",
    ("format_json", "length_paragraph"): "dividers inside data",
    ("position_first_word", "length_paragraph"): "two ways to tell paragraphs apart",
    ("cases_capital_words", "cases_uppercase"): "settled by the case of the whole text",
    ("cases_capital_words", "cases_lowercase"): "settled by the case of the whole text",
}
_PAIRS = frozenset(map(frozenset, _SENSELESS))
_WORDS = ("keywords", "keyword", "forbidden_words", "first_word")
_COPIED = ("prompt_to_repeat", "end_phrase")
_MARKS = ("postscript_marker", "section_spliter")
_PARTS = ("num_paragraphs", "num_bullets", "num_sections")
# Their words and sentences are told apart like English ones, which the published checks count.
_COUNTED_LANGUAGES = ("bg", "de", "es", "fi", "fr", "it", "ko", "pt", "ru", "sw", "vi")
_WORDS_A_PART = 6  # that a sentence, a bullet or a section needs
_WORDS_A_SENTENCE = 25  # that it can have


def make_sense(constraints: Sequence[Constraint]) -> bool:
    """Whether somebody could mean a set of constraints.

    Apart from senseless pairs and what only a degenerate text follows, no word may be asked for,
    counted or forbidden twice, what is to be copied must have the case that is asked for, lengths
    must leave room for each other and for all parts, and they are not asked for in a language in
    which the published checks count something else than words and sentences.
    """
    ids = [constraint.id for constraint in constraints]
    if any(frozenset(pair) in _PAIRS for pair in combinations(ids, 2)):
        return False
    words = _texts(constraints, _WORDS)
    return (
        len(distinct(words)) == len(words)
        and _can_be_copied(ids, _texts(constraints, (*_COPIED, *_MARKS)))
        and _can_be_counted(constraints)
        and _have_room(constraints)
        and not degeneracies(constraints)
    )


def _texts(constraints: Sequence[Constraint], names: Sequence[str]) -> list[str]:
    """Give the texts that parameters of these names hold."""
    given = [getattr(constraint, name, ()) for constraint in constraints for name in names]
    return [text for part in given for text in ([part] if isinstance(part, str) else part)]


def _can_be_copied(ids: Sequence[str], copied: Sequence[str]) -> bool:
    """Whether texts are in the case of the whole answer; the checks don't mind, but readers do."""
    return not (
        ("cases_uppercase" in ids and any(text != text.upper() for text in copied))
        or ("cases_lowercase" in ids and any(text != text.lower() for text in copied))
    )


def _can_be_counted(constraints: Sequence[Constraint]) -> bool:
    languages = _texts(constraints, ("language",))
    is_counted = any(
        hasattr(constraint, name)
        for constraint in constraints
        for name in ("num_words", "num_sentences")
    )
    return not is_counted or all(code in _COUNTED_LANGUAGES for code in languages)


def _have_room(constraints: Sequence[Constraint]) -> bool:
    """Whether sentences can be as many and as long as they must be."""
    copied = _texts(constraints, _COPIED)
    parts = sum(getattr(constraint, name, 0) for constraint in constraints for name in _PARTS)
    words, sentences = _bounds(constraints, "num_words"), _bounds(constraints, "num_sentences")
    needed = _WORDS_A_PART * max(parts, sentences.least) + sum(len(text.split()) for text in copied)
    return (
        max(parts, 1) + len(copied) < sentences.limit
        and needed < words.limit
        and words.least <= _WORDS_A_SENTENCE * (sentences.limit - 1)
    )


class _Bounds(NamedTuple):
    least: int
    limit: float


def _bounds(constraints: Sequence[Constraint], name: str) -> _Bounds:
    """Give the least number that is asked for, and the one that must not be reached."""
    asked = [constraint for constraint in constraints if hasattr(constraint, name)]
    given = [(getattr(one, "relation", ""), int(getattr(one, name))) for one in asked]
    floors = [number for relation, number in given if relation == "at least"]
    ceilings = [number for relation, number in given if relation == "less than"]
    return _Bounds(max(floors, default=0), min(ceilings, default=math.inf))
