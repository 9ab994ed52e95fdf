"""Words that must stand at a given place."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Self

from pydantic import model_validator

from followrag.verifiers.constraint import Constraint, Ordinal, Phrase, constraint
from followrag.verifiers.draft import Draft
from followrag.verifiers.patterns import Pattern
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict

_FIRST_WORD_ENDS = re.compile(r"[.,?!'\"]")
_POSTSCRIPTS = {"P.P.S": r"p\.\s?p\.\s?s", "P.S.": r"p\.\s?s\."}


@constraint(
    "position_first_word", "position", ifeval_id="length_constraints:nth_paragraph_first_word"
)
class PositionFirstWord(Constraint):
    r"""The nth of exactly so many paragraphs starts with a word (FollowRAG instructions.py:893).

    Paragraphs are what stands between `\n\n`; blank ones don't count towards their number but do
    towards n. The word is compared in lower case up to the first of `. , ? ! ' "`, after leading
    `'` and then leading `"` are taken off.
    """

    first_word: Phrase
    num_paragraphs: Ordinal
    nth_paragraph: Ordinal

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.nth_paragraph > self.num_paragraphs:
            raise ValueError(
                f"nth_paragraph={self.nth_paragraph} is past num_paragraphs={self.num_paragraphs}"
            )
        return self

    def describe(self) -> str:
        """Say the rule in words."""
        return (
            f"Write exactly {self.num_paragraphs} paragraphs separated by two line breaks; start "
            f"paragraph {self.nth_paragraph} with the word {self.first_word!r}."
        )

    def _decide(self, response: Response) -> Verdict:
        parts = [part.strip() for part in response.text.split("\n\n")]
        paragraphs = sum(map(bool, parts))
        asked = (
            f"{self.num_paragraphs} paragraphs and {self.first_word!r} "
            f"at paragraph {self.nth_paragraph} asked"
        )
        if self.nth_paragraph > paragraphs:
            return Verdict(False, paragraphs, f"{paragraphs} paragraphs; {asked}")
        paragraph = parts[self.nth_paragraph - 1]
        if not paragraph:
            return Verdict(False, paragraphs, f"paragraph {self.nth_paragraph} is blank; {asked}")
        token = paragraph.split(maxsplit=1)[0].lstrip("'").lstrip('"')
        word = _FIRST_WORD_ENDS.split(token, maxsplit=1)[0]
        # Letter by letter, as published: "Σ" at the end of a word becomes "σ", not "ς".
        lowered = "".join(map(str.lower, word))
        return Verdict(
            paragraphs == self.num_paragraphs and lowered == self.first_word.lower(),
            word,
            f"{paragraphs} paragraphs, number {self.nth_paragraph} starts with {word!r}; {asked}",
        )

    def _is_hopeless(self, variant: Response) -> bool:
        return variant.text.count("\n\n") < self.num_paragraphs - 1

    def satisfy(self, draft: Draft) -> None:
        """Ask for the paragraphs and the word."""
        draft.paragraphs = self.num_paragraphs
        draft.paragraph_starts[self.nth_paragraph] = self.first_word


@constraint("position_postscript", "position", ifeval_id="detectable_content:postscript")
class PositionPostscript(Constraint):
    """The postscript's marker occurs, in any case (FollowRAG instructions.py:569).

    The marker is an unescaped regular expression, found anywhere, not only at the end: "NB" is
    found in "unbox". "P.S." and "P.P.S" alone are read as what they mean.
    """

    postscript_marker: Phrase

    @cached_property
    def _pattern(self) -> Pattern:
        marker = self.postscript_marker.strip()
        if marker in _POSTSCRIPTS:
            return Pattern("", _POSTSCRIPTS[marker])
        pattern = Pattern(marker.lower(), r"\s*", r".*$", re.MULTILINE)
        # White space before and the rest of the line after decide nothing where the marker is
        # plain, and searching for them takes time quadratic in the text.
        return Pattern(marker.lower()) if pattern.is_linear else pattern

    def describe(self) -> str:
        """Say the rule in words."""
        return f"End with a postscript that starts with {self.postscript_marker.strip()!r}."

    def _decide(self, response: Response) -> Verdict:
        marker = self.postscript_marker.strip()
        found = self._pattern.found_in(response.lowered)
        return Verdict(found, None, f"postscript {marker!r} {'found' if found else 'not found'}")

    def satisfy(self, draft: Draft) -> None:
        """Ask for the postscript."""
        draft.postscript = self.postscript_marker.strip()


@constraint("position_end_with", "position", ifeval_id="startend:end_checker")
class PositionEndWith(Constraint):
    """The response ends with a phrase, before any closing `"` (FollowRAG instructions.py:1235)."""

    end_phrase: Phrase

    def describe(self) -> str:
        """Say the rule in words."""
        return f"End with exactly this phrase: {self.end_phrase.strip()!r}."

    def _decide(self, response: Response) -> Verdict:
        asked = self.end_phrase.strip()
        text = response.stripped.strip('"')
        ending = text[-len(asked) :]
        return Verdict(
            text.lower().endswith(asked.lower()), ending, f"ends with {ending!r}; {asked!r} asked"
        )

    def satisfy(self, draft: Draft) -> None:
        """Ask for the phrase at the end."""
        draft.ending = self.end_phrase.strip()
