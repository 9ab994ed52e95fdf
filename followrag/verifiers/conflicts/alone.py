"""Constraints that no text follows, whatever else is asked."""

from __future__ import annotations

import re

from followrag.verifiers.cases import CasesCapitalWords
from followrag.verifiers.conflicts.rules import rule
from followrag.verifiers.keywords import (
    KeywordsExclusion,
    KeywordsFrequency,
    KeywordsInclusion,
    LetterFrequency,
)
from followrag.verifiers.length import LengthSentence, LengthWords
from followrag.verifiers.position import PositionEndWith, PositionFirstWord, PositionPostscript
from followrag.verifiers.structure import StructureSections

_NOT_IN_FIRST_WORD = re.compile(r"[\s.,?!'\"]")


@rule("impossible first word", PositionFirstWord, modes=("reference",))
def _impossible_first_word(first: PositionFirstWord) -> str | None:
    r"""The word is read up to white space or one of `. , ? ! ' "`, and so holds none of them.

    Leading `'` and `"` are taken off before, which leaves none either. Lower case neither makes
    nor removes such a character.
    """
    if found := _NOT_IN_FIRST_WORD.search(first.first_word):
        return (
            f"the first word of a paragraph is read without white space and . , ? ! ' \", "
            f"but {first.first_word!r} holds {found[0]!r}"
        )
    return None


@rule("end phrase in quotation marks", PositionEndWith, modes=("reference",))
def _quoted_end(end: PositionEndWith) -> str | None:
    """The end is read after closing `"` are taken off the response, and so never is one."""
    phrase = end.end_phrase.strip()
    if phrase.endswith('"'):
        return f"closing quotation marks are taken off before the end is read, but {phrase!r} is"
    return None


@rule(
    "less than nothing",
    (LengthWords, LengthSentence, KeywordsFrequency, LetterFrequency, CasesCapitalWords),
)
def _less_than_nothing(
    limit: LengthWords | LengthSentence | KeywordsFrequency | LetterFrequency | CasesCapitalWords,
) -> str | None:
    """No count is below 0. A response is never blank, so that it has at least one sentence."""
    match limit:
        case LengthSentence(relation="less than", num_sentences=0 | 1):
            return "every response has at least one sentence"
        case (
            LengthWords(relation="less than", num_words=0)
            | KeywordsFrequency(relation="less than", frequency=0)
            | LetterFrequency(let_relation="less than", let_frequency=0)
            | CasesCapitalWords(capital_relation="less than", capital_frequency=0)
        ):
            return "nothing is there less than 0 times"
    return None


@rule(
    "no regular expression",
    (
        KeywordsInclusion,
        KeywordsFrequency,
        KeywordsExclusion,
        PositionPostscript,
        StructureSections,
    ),
    modes=("reference",),
)
def _no_expression(
    asked: KeywordsInclusion
    | KeywordsFrequency
    | KeywordsExclusion
    | PositionPostscript
    | StructureSections,
) -> str | None:
    """A source that doesn't compile is an error verdict for every response."""
    match asked:
        case KeywordsInclusion():
            sources = list(asked.keywords)
        case KeywordsFrequency():
            sources = [asked.keyword.strip()]
        case KeywordsExclusion():
            sources = [rf"\b{word}\b" for word in asked.forbidden_words]
        case PositionPostscript():
            sources = [rf"\s*{asked.postscript_marker.strip().lower()}.*$"]
        case StructureSections():
            sources = [rf"\s?{asked.section_spliter.strip()}\s?\d+\s?"]
    for source in sources:
        try:
            re.compile(source)
        except (re.error, OverflowError, RecursionError) as error:
            return f"{source!r} is read as a regular expression and is none ({error})"
    return None
