r"""Keywords that must, must not or may only so often occur.

In `reference` mode a keyword is an unescaped regular expression and matches inside other words:
"song" is found in "Songs", and the dot of "U.S." stands for any character (FollowRAG
instructions.py:688-790, 1055).
"""

from __future__ import annotations

import re
from functools import cached_property
from string import ascii_lowercase

from pydantic import Field, field_validator

from followrag.verifiers.constraint import Constraint, Count, Phrase, Phrases, Relation, constraint
from followrag.verifiers.counting import compared
from followrag.verifiers.draft import Draft
from followrag.verifiers.patterns import Pattern
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict


@constraint("keywords_inclusion", "keywords", ifeval_id="keywords:existence")
class KeywordsInclusion(Constraint):
    """Every keyword occurs, in any case, possibly inside another word."""

    keywords: Phrases

    @cached_property
    def _patterns(self) -> tuple[Pattern, ...]:
        return tuple(Pattern(word, flags=re.IGNORECASE) for word in sorted(self.keywords))

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Include the keywords {', '.join(map(repr, self.keywords))}."

    def _decide(self, response: Response) -> Verdict:
        missing = [p.source for p in self._patterns if not p.found_in(response.text)]
        found = len(self._patterns) - len(missing)
        reason = f"{found} of {len(self._patterns)} keywords found"
        if missing:
            reason += f"; missing: {', '.join(map(repr, missing))}"
        return Verdict(not missing, found, reason)

    def satisfy(self, draft: Draft) -> None:
        """Ask for each keyword once."""
        for word in self.keywords:
            draft.require_word(word, 1)


@constraint("keywords_frequency", "keywords", ifeval_id="keywords:frequency")
class KeywordsFrequency(Constraint):
    """A keyword occurs at least, or less than, so many times."""

    keyword: Phrase
    frequency: Count
    relation: Relation

    @cached_property
    def _pattern(self) -> Pattern:
        return Pattern(self.keyword.strip(), flags=re.IGNORECASE)

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Use the word {self.keyword!r} {self.relation} {self.frequency} times."

    def _decide(self, response: Response) -> Verdict:
        times = self._pattern.count(response.text)
        return compared(times, "occurrence", self.relation, self.frequency, f" of {self.keyword!r}")

    def satisfy(self, draft: Draft) -> None:
        """Ask for the keyword as often as needed, or for no more than is allowed."""
        if self.relation == "at least":
            draft.require_word(self.keyword.strip(), self.frequency)
        else:
            draft.limit_word(self.keyword.strip(), self.frequency - 1)


@constraint("keywords_exclusion", "keywords", ifeval_id="keywords:forbidden_words")
class KeywordsExclusion(Constraint):
    r"""No forbidden word occurs between word boundaries ("songs" may, "my-song" may not)."""

    forbidden_words: Phrases

    @cached_property
    def _patterns(self) -> tuple[Pattern, ...]:
        words = sorted(set(self.forbidden_words))
        return tuple(Pattern(word, r"\b", r"\b", re.IGNORECASE) for word in words)

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Do not use the words {', '.join(map(repr, self.forbidden_words))}."

    def _decide(self, response: Response) -> Verdict:
        found = [p.source for p in self._patterns if p.found_in(response.text)]
        if not found:
            return Verdict(True, 0, f"none of {len(self._patterns)} forbidden words found")
        return Verdict(False, len(found), f"forbidden: {', '.join(map(repr, found))}")

    def satisfy(self, draft: Draft) -> None:
        """Ask for the words to be avoided."""
        draft.forbidden.extend(self.forbidden_words)


@constraint("keywords:letter_frequency", "keywords", ifeval_id="keywords:letter_frequency")
class LetterFrequency(Constraint):
    """A letter occurs at least, or less than, so many times, in any case (IFEval only).

    The published checker replaces anything but a letter from a to z ("#" in item 1122) by a letter
    that it draws anew each time. Here such a constraint gets the verdict that most of the 26
    letters would.
    """

    letter: str = Field(min_length=1, max_length=1)
    let_frequency: Count
    let_relation: Relation

    @field_validator("letter")
    @classmethod
    def _lowered(cls, value: str) -> str:
        return value.lower()

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Use the letter {self.letter!r} {self.let_relation} {self.let_frequency} times."

    def _count(self, letter: str, response: Response) -> Verdict:
        times = response.lowered.count(letter)
        detail = f" of the letter {letter!r}"
        return compared(times, "occurrence", self.let_relation, self.let_frequency, detail)

    def _decide(self, response: Response) -> Verdict:
        if self.letter in ascii_lowercase:
            return self._count(self.letter, response)
        passing = sum(self._count(letter, response).passed for letter in ascii_lowercase)
        reason = (
            f"{self.letter!r} is no letter from a to z, so the published checker draws one; "
            f"{passing} of 26 letters occur {self.let_relation} {self.let_frequency} times"
        )
        return Verdict(passing > 13, passing, reason)

    def satisfy(self, draft: Draft) -> None:
        """Ask for the letter as often as needed, or for no more of it than is allowed."""
        if self.let_relation == "at least":
            draft.require_word(self.letter, self.let_frequency)
        else:
            draft.limit_word(self.letter, self.let_frequency - 1)
