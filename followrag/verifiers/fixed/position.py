"""Words that must stand at a given place, found as a reader would find them."""

from __future__ import annotations

import re
from functools import cached_property

from followrag.verifiers.fixed.places import is_start
from followrag.verifiers.fixed.repair import repair
from followrag.verifiers.fixed.words import (
    INSIDE,
    caseless,
    ends,
    folded,
    goes_on,
    is_inside,
    starts,
)
from followrag.verifiers.position import PositionEndWith, PositionFirstWord, PositionPostscript
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict

__all__ = ["FixedPositionEndWith", "FixedPositionFirstWord", "FixedPositionPostscript"]

_BREAK = re.compile(r"\n\s*\n")
_SAID = re.compile(INSIDE)
_CLOSING = "\"'“”‘’»*_`~)]}>.!?…,;: \t\r\n\u00a0"
_QUOTES = "\"'*_"
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?")
_LETTERS_OF_AN_ABBREVIATION = 4


def _plain(text: str) -> str:
    """Write a text in small letters without quotation marks, brackets or markdown before it."""
    said = _SAID.search(text)
    return " ".join(caseless(text[said.start() :]).split()) if said else ""


@repair(
    reason=(
        "A colon, bracket, asterisk or curly quotation mark beside the first word, or an asterisk "
        "in the parameter, made it another word; a third line break or a space between two made "
        "or hid a paragraph; a first word of several words could not be met. Signs around the "
        "word don't count on either side, any blank lines are one break, and what holds no letter "
        "or digit is no paragraph."
    ),
    source="FollowRAG instructions.py:893; 10 public items are impossible alone",
)
class FixedPositionFirstWord(PositionFirstWord):
    """The nth of exactly so many paragraphs starts with a word, whatever signs are around it."""

    @property
    def word(self) -> str:
        """The first word in small letters, without the signs around it."""
        return _plain(self.first_word).rstrip(_CLOSING) or caseless(self.first_word)

    def _decide(self, response: Response) -> Verdict:
        parts = [part for part in _BREAK.split(response.text) if _SAID.search(part)]
        asked = (
            f"{self.num_paragraphs} paragraphs and {self.first_word!r} "
            f"at paragraph {self.nth_paragraph} asked"
        )
        if self.nth_paragraph > len(parts):
            return Verdict(False, len(parts), f"{len(parts)} paragraphs; {asked}")
        paragraph = _plain(parts[self.nth_paragraph - 1])
        word = self.word
        is_first = paragraph.startswith(word) and not goes_on(word, paragraph[len(word) :])
        start = word if is_first else paragraph.split(maxsplit=1)[0]
        return Verdict(
            is_first and len(parts) == self.num_paragraphs,
            start,
            f"{len(parts)} paragraphs, number {self.nth_paragraph} starts with {start!r}; {asked}",
        )

    def _is_hopeless(self, variant: Response) -> bool:
        return variant.text.count("\n") < 2 * (self.num_paragraphs - 1)


@repair(
    reason=(
        "The marker was a regular expression, found anywhere: `NB` in `unbox`, `N.B.` in `n by`. "
        "It is a word that starts a line or a sentence, or stands anywhere just as it was given; "
        "the full stops of an abbreviation and the punctuation after a marker may be there or not."
    ),
    source="FollowRAG instructions.py:569; 66 of 225 public markers hold a dot",
)
class FixedPositionPostscript(PositionPostscript):
    """The postscript's marker starts a line or a sentence, or is written as given."""

    @property
    def mark(self) -> str:
        """The marker without the punctuation after it."""
        marker = folded(self.postscript_marker).strip()
        return marker.rstrip(_CLOSING) or marker

    @property
    def is_abbreviation(self) -> bool:
        """Whether full stops may stand between its letters."""
        letters = self.mark.replace(".", "")
        is_short = len(letters) <= _LETTERS_OF_AN_ABBREVIATION and self.mark.isupper()
        return letters.isalpha() and (is_short or _DOTTED.fullmatch(self.mark) is not None)

    @cached_property
    def _pattern_of_mark(self) -> re.Pattern[str]:
        if self.is_abbreviation:
            letters = self.mark.replace(".", "")
            # "P.S." is no part of "U.P.S." or "P. P. S.".
            alone = rf"(?<!\b[^\W\d_]\.)(?<!\b{letters[0]}\.\s)"
            spelled = alone + r"(?:\.\s?)?".join(letters)
        else:
            spelled = r"\s+".join(map(re.escape, self.mark.split()))
        bounded = f"{starts(self.mark[0])}{spelled}{ends(self.mark[-1])}"
        return re.compile(bounded, re.IGNORECASE)

    def _decide(self, response: Response) -> Verdict:
        marker = self.postscript_marker.strip()
        text, given = folded(response.text), folded(marker)
        found = any(
            text.startswith(given, mark.start()) or is_start(text, mark.start())
            for mark in self._pattern_of_mark.finditer(text)
        )
        return Verdict(found, None, f"postscript {marker!r} {'found' if found else 'not found'}")


@repair(
    reason=(
        "A full stop, an asterisk, a bracket, a curly quotation mark or a fence after the phrase "
        "failed it. Neither the signs that close the phrase nor anything after it but letters and "
        "digits count, nor does how much white space there is; it must start as a word does."
    ),
    source="FollowRAG instructions.py:1235",
)
class FixedPositionEndWith(PositionEndWith):
    """The response ends with a phrase, before any closing signs."""

    @property
    def phrase(self) -> str:
        """The phrase in small letters, without quotation marks and closing signs."""
        phrase = " ".join(caseless(self.end_phrase).split())
        return phrase.lstrip(_QUOTES).rstrip(_CLOSING) or phrase

    def _decide(self, response: Response) -> Verdict:
        asked = self.end_phrase.strip()
        text = " ".join(caseless(response.text).split())
        before, phrase, after = text.rpartition(self.phrase)
        is_word = re.compile(starts(self.phrase[0])).match(text, len(before)) is not None
        passed = phrase != "" and is_word and not any(map(is_inside, after))
        ending = phrase if passed else text.rstrip(_CLOSING)[-len(self.phrase) :]
        return Verdict(passed, ending, f"ends with {ending!r}; {asked!r} asked")
