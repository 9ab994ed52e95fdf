"""Text that one constraint forces, against words, commas and lengths that another limits."""

from __future__ import annotations

import re

from followrag.verifiers.conflicts.forced import FORCING, pieces
from followrag.verifiers.conflicts.rules import rule
from followrag.verifiers.constraint import Constraint
from followrag.verifiers.format import FormatNoCommas
from followrag.verifiers.keywords import (
    KeywordsExclusion,
    KeywordsFrequency,
    KeywordsInclusion,
    LetterFrequency,
)
from followrag.verifiers.length import LengthSentence, LengthWords
from followrag.verifiers.patterns import Pattern

_WORD = re.compile(r"\w+")
_SENTENCE_BREAK = re.compile(r"[?!]\s+(?=[^\W\d_])")


@rule("comma in asked text", FORCING, FormatNoCommas, modes=("reference",))
def _comma(forcing: Constraint, limit: FormatNoCommas) -> str | None:
    """The text stands in the response, in some case; a comma has no case."""
    for piece in pieces(forcing):
        if "," in piece.text:
            return f"{piece.text!r} is asked for and holds a comma"
    return None


@rule("forbidden word in asked text", FORCING, KeywordsExclusion, modes=("reference",))
def _forbidden(forcing: Constraint, limit: KeywordsExclusion) -> str | None:
    """The word matches inside the text whether or not letters stand beside the text.

    Word and text are compared in any case, so that the case of the response doesn't matter.
    """
    for piece in pieces(forcing):
        for word in limit.forbidden_words:
            if Pattern(word).is_linear and piece.holds(word):
                return f"{piece.text!r} is asked for and holds the forbidden {word!r}"
    return None


@rule("asked text too often", FORCING, KeywordsFrequency, modes=("reference",))
def _too_often(forcing: Constraint, limit: KeywordsFrequency) -> str | None:
    """Matches of a plain keyword have one length, so that none is lost beside other text.

    Searching from left to right then finds as many disjoint ones as there are, and the text alone
    has this many.
    """
    keyword = limit.keyword.strip()
    if limit.relation != "less than" or not Pattern(keyword).is_linear:
        return None
    for piece in pieces(forcing):
        if (times := piece.count(keyword)) >= limit.frequency:
            return (
                f"{piece.text!r} is asked for, which makes {times} of {keyword!r}; "
                f"less than {limit.frequency} asked"
            )
    return None


@rule("asked letters too often", FORCING, LetterFrequency, modes=("reference",))
def _too_many_letters(forcing: Constraint, limit: LetterFrequency) -> str | None:
    """The text stands in the response in some case, with its letters, which `str.lower` shows.

    Keywords are left out where `re.IGNORECASE` takes a letter that `str.lower` keeps for theirs:
    "ſ" for "s", "ı" for "i".
    """
    if limit.let_relation != "less than" or not re.fullmatch("[a-z]", limit.letter):
        return None
    if limit.letter in "is" and isinstance(forcing, KeywordsInclusion | KeywordsFrequency):
        return None
    for piece in pieces(forcing):
        times = piece.times * piece.text.lower().count(limit.letter)
        if times >= limit.let_frequency:
            return (
                f"{piece.text!r} is asked for, which makes {times} of the letter {limit.letter!r}; "
                f"less than {limit.let_frequency} asked"
            )
    return None


@rule("asked text too long", FORCING, LengthWords, modes=("reference",))
def _too_many_words(forcing: Constraint, limit: LengthWords) -> str | None:
    """Text beside the asked text may lengthen its first and last word, but joins no two of them."""
    if limit.relation != "less than":
        return None
    for piece in pieces(forcing):
        if (words := len(_WORD.findall(piece.text))) >= limit.num_words:
            return f"{piece.text!r} is asked for, {words} words; less than {limit.num_words} asked"
    return None


@rule("asked text of too many sentences", FORCING, LengthSentence, modes=("reference",))
def _too_many_sentences(forcing: Constraint, limit: LengthSentence) -> str | None:
    """Punkt ends a sentence at every `?` and `!` that white space and a letter follow.

    Unlike the full stop these are tokens of their own, which no abbreviation, initial or small
    letter overrules (nltk punkt.py, `_first_pass_annotation`). The text after the last one is a
    sentence too.
    """
    if limit.relation != "less than":
        return None
    for piece in pieces(forcing):
        breaks = len(_SENTENCE_BREAK.findall(piece.text))
        if breaks and breaks + 1 >= limit.num_sentences:
            return (
                f"{piece.text!r} is asked for, {breaks + 1} sentences; "
                f"less than {limit.num_sentences} asked"
            )
    return None
