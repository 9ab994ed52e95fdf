"""Constraints that can be followed together, but by no text that a reader would want.

>>> from followrag.verifiers import get_constraint
>>> points = get_constraint("structure_bullets", num_bullets=2)
>>> degeneracies([get_constraint("format_json"), points])[0].reason
'bullet points in JSON can only be lines of negative numbers'
"""

from __future__ import annotations

from collections.abc import Sequence

from followrag.verifiers import Constraint
from followrag.verifiers.cases import CasesLowercase, CasesUppercase
from followrag.verifiers.conflicts import Conflict
from followrag.verifiers.conflicts.forced import Piece, pieces
from followrag.verifiers.conflicts.rules import RuleBook
from followrag.verifiers.format import (
    FormatJson,
    FormatLanguage,
    FormatQuotation,
    FormatRepeatQuestion,
)
from followrag.verifiers.keywords import KeywordsExclusion, KeywordsFrequency, KeywordsInclusion
from followrag.verifiers.ngrams import load_profiles
from followrag.verifiers.position import PositionEndWith, PositionFirstWord, PositionPostscript
from followrag.verifiers.structure import StructureBullets, StructureSections

__all__ = ["degeneracies"]

_DEGENERATE = RuleBook()


def degeneracies(constraints: Sequence[Constraint]) -> tuple[Conflict, ...]:
    """Find every smallest set of constraints that only a degenerate text follows.

    Args:
        constraints: Constraints of one text, in either mode.

    Returns:
        The sets, as `followrag.verifiers.conflicts.conflicts` gives its own. That there are none
        is no promise that a good text can be written.
    """
    return _DEGENERATE.find(constraints)


@_DEGENERATE.rule("json and bullets", FormatJson, StructureBullets)
def _points_in_json(json: FormatJson, bullets: StructureBullets) -> str | None:
    """JSON strings have no lines; outside them only numbers begin with a dash."""
    if bullets.num_bullets:
        return "bullet points in JSON can only be lines of negative numbers"
    return None


@_DEGENERATE.rule("json and paragraphs", FormatJson, PositionFirstWord)
def _paragraphs_in_json(json: FormatJson, first: PositionFirstWord) -> str | None:
    """JSON strings have no lines; paragraphs end between an array's or object's parts."""
    if first.num_paragraphs > 1:
        return "paragraphs in JSON can only be made by blank lines between its parts"
    return None


@_DEGENERATE.rule(
    "bare json string", FormatJson, (PositionEndWith, FormatQuotation, FormatRepeatQuestion)
)
def _bare_string(
    json: FormatJson, outer: PositionEndWith | FormatQuotation | FormatRepeatQuestion
) -> str | None:
    """An array or object neither begins nor ends with a quotation mark or a letter.

    In `fixed` mode an end phrase may stand before the closing marks of one.
    """
    match outer:
        case PositionEndWith() if outer.mode == "fixed" or outer.end_phrase.strip()[-1] in "}]`":
            return None
        case FormatRepeatQuestion() if outer.prompt_to_repeat.strip()[0] in "{[`":
            return None
    return "the JSON can only be a bare string, as no array or object begins or ends so"


@_DEGENERATE.rule(
    "asked word is forbidden",
    (KeywordsInclusion, KeywordsFrequency, PositionPostscript, StructureSections),
    KeywordsExclusion,
)
def _forbidden_but_inside(
    asked: KeywordsInclusion | KeywordsFrequency | PositionPostscript | StructureSections,
    limit: KeywordsExclusion,
) -> str | None:
    """What is found inside other words too may stand there and not alone."""
    for piece in pieces(asked):
        alone = Piece(piece.text, before="no word", after="no word")
        for word in limit.forbidden_words:
            if alone.holds(word):
                return (
                    f"{piece.text!r} is asked for and {word!r} forbidden, so that it can only "
                    "stand inside another word"
                )
    return None


@_DEGENERATE.rule(
    "end phrase in postscript", PositionEndWith, PositionPostscript, modes=("reference",)
)
def _end_in_postscript(end: PositionEndWith, postscript: PositionPostscript) -> str | None:
    """A postscript is what a text ends with, and so is the phrase.

    In `fixed` mode, where the marker starts a line, that is a postscript like any other.
    """
    if postscript.postscript_marker.strip().lower() in end.end_phrase.lower():
        return None
    return "the end phrase can only stand in the postscript"


@_DEGENERATE.rule("case in another language", (CasesUppercase, CasesLowercase), FormatLanguage)
def _cased_foreign(case: CasesUppercase | CasesLowercase, asked: FormatLanguage) -> str | None:
    """The text must be English and another language, which only goes where neither can be told.

    In `fixed` mode a short text may do as well.
    """
    if asked.language != "en":
        return (
            f"English in letters of one case and {asked.language!r} at once can only be a text "
            "whose language can't be told"
        )
    return None


@_DEGENERATE.rule("two languages", FormatLanguage, FormatLanguage)
def _two_languages(one: FormatLanguage, other: FormatLanguage) -> str | None:
    """Langdetect finds one language or none."""
    if one.language != other.language:
        return (
            f"both {one.language!r} and {other.language!r} can only be a text in which no "
            "language can be detected"
        )
    return None


@_DEGENERATE.rule("unknown language", FormatLanguage)
def _unknown_language(asked: FormatLanguage) -> str | None:
    """Langdetect never says what it has no profile of."""
    if asked.language not in (*load_profiles().languages, "unknown"):
        return (
            f"langdetect doesn't know the language {asked.language!r}, so that only a text in "
            "which no language can be detected is followed"
        )
    return None
