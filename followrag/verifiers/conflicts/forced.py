r"""The text that a constraint forces into every response that follows it.

Constraints read a response in any case, so that what they force is known but for its case. Only
texts are given here for which that changes nothing else. Left out are İ, of which `str.lower` makes
two characters, and Greek, where it reads the neighbours of Σ and `re.IGNORECASE` takes a mark for a
letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from followrag.verifiers.constraint import Constraint
from followrag.verifiers.format import FormatRepeatQuestion
from followrag.verifiers.keywords import KeywordsFrequency, KeywordsInclusion
from followrag.verifiers.patterns import Pattern
from followrag.verifiers.position import (
    PositionEndWith,
    PositionFirstWord,
    PositionPostscript,
)
from followrag.verifiers.structure import StructureSections

__all__ = ["FORCING", "Piece", "pieces"]

_UNSTABLE = re.compile("[\u0307İ\u0345-\u03ff\u1f00-\u1fff]")
_SPECIAL_POSTSCRIPTS = ("P.P.S", "P.S.")

FORCING = (
    FormatRepeatQuestion,
    PositionEndWith,
    PositionFirstWord,
    PositionPostscript,
    KeywordsInclusion,
    KeywordsFrequency,
    StructureSections,
)

Neighbour = Literal["no word", "any"]


class Piece(NamedTuple):
    """A text that stands in every response.

    Attributes:
        text: The text, in some case.
        before: Whether what stands before it (if anything) may be a character of a word.
        after: The same of what follows it.
        times: How often it occurs at least, without overlap.
    """

    text: str
    before: Neighbour = "any"
    after: Neighbour = "any"
    times: int = 1

    def holds(self, word: str) -> bool:
        r"""Tell whether `\bword\b` matches inside the piece, in any case, whatever is around it."""
        pattern = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
        return all(
            any(
                match.start() >= 1 and match.end() <= 1 + len(self.text)
                for match in pattern.finditer(f"{before}{self.text}{after}")
            )
            for before in _examples(self.before)
            for after in _examples(self.after)
        )

    def count(self, word: str) -> int:
        """Count a word inside the piece, also inside other words, in any case, every time."""
        return self.times * len(re.findall(re.escape(word), self.text, re.IGNORECASE))


def _examples(neighbour: Neighbour) -> str:
    return " " if neighbour == "no word" else " _"


def pieces(constraint: Constraint) -> Iterator[Piece]:
    r"""Give the texts that a constraint forces into a response.

    * A repeated text begins the response, after white space at most; an end phrase ends it, before
      white space and `"` at most (`str.strip`, then `str.strip('"')`).
    * The first word of a paragraph follows white space, `'`, `"` or nothing, and white space, one
      of `. , ? ! ' "` or nothing follows it.
    * Keywords, markers and splitters are patterns. A plain one matches itself; where it has dots,
      which match anything, each part between them.
    """
    for piece in _asked(constraint):
        if not _UNSTABLE.search(piece.text):
            yield piece


def _asked(constraint: Constraint) -> Iterator[Piece]:
    match constraint:
        case FormatRepeatQuestion():
            yield Piece(constraint.prompt_to_repeat.strip(), before="no word")
        case PositionEndWith():
            yield Piece(constraint.end_phrase.strip(), after="no word")
        case PositionFirstWord():
            yield Piece(constraint.first_word, before="no word", after="no word")
        case PositionPostscript():
            marker = constraint.postscript_marker.strip()
            if marker not in _SPECIAL_POSTSCRIPTS:
                yield from _matched(marker)
        case KeywordsInclusion():
            for word in constraint.keywords:
                yield from _matched(word)
        case KeywordsFrequency(relation="at least", frequency=times) if times > 0:
            yield from _matched(constraint.keyword.strip(), times)
        case StructureSections(num_sections=times) if times > 0:
            yield from _matched(constraint.section_spliter.strip(), times)


def _matched(source: str, times: int = 1) -> Iterator[Piece]:
    if Pattern(source).is_linear:
        for part in filter(None, source.split(".")):
            yield Piece(part, times=times)
