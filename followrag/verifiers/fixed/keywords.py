"""Keywords, found as words and not inside other words."""

from __future__ import annotations

from functools import cached_property

from followrag.verifiers.counting import compared
from followrag.verifiers.draft import Draft
from followrag.verifiers.fixed.repair import repair
from followrag.verifiers.fixed.words import Word
from followrag.verifiers.keywords import KeywordsExclusion, KeywordsFrequency, KeywordsInclusion
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict


@repair(
    reason=(
        "A keyword was a regular expression, found inside any word: `team` in `steam`. It is "
        "found as a word, its regular plural and `'s` included."
    ),
    source="FollowRAG instructions.py:688",
)
class FixedKeywordsInclusion(KeywordsInclusion):
    """Every keyword occurs as a word."""

    @cached_property
    def _words(self) -> tuple[Word, ...]:
        return tuple(map(Word, sorted(self.keywords)))

    @property
    def words(self) -> tuple[Word, ...]:
        """The keywords, in order of the alphabet."""
        return self._words

    def _decide(self, response: Response) -> Verdict:
        missing = [word.given for word in self.words if not word.found_in(response.text)]
        found = len(self.words) - len(missing)
        reason = f"{found} of {len(self.words)} keywords found as words"
        if missing:
            reason += f"; missing: {', '.join(map(repr, missing))}"
        return Verdict(not missing, found, reason)

    def satisfy(self, draft: Draft) -> None:
        """Ask for each keyword, inside whatever words the text may hold it already."""
        draft.sentences.append(f"{' and '.join(word.core for word in self.words)}.")


@repair(
    reason=(
        "A keyword was a regular expression, counted inside any word: `AI` in `said`, `Ice.` in "
        '`iced`, `"Opera."` in quotation marks only. Its occurrences as a word are counted, those '
        "of its regular plural and with `'s` included."
    ),
    source="FollowRAG instructions.py:730",
)
class FixedKeywordsFrequency(KeywordsFrequency):
    """A keyword occurs as a word at least, or less than, so many times."""

    @cached_property
    def _word(self) -> Word:
        return Word(self.keyword)

    @property
    def word(self) -> Word:
        """The keyword."""
        return self._word

    def _decide(self, response: Response) -> Verdict:
        times = self.word.count(response.text)
        detail = f" of the word {self.word.core!r}"
        return compared(times, "occurrence", self.relation, self.frequency, detail)

    def satisfy(self, draft: Draft) -> None:
        """Ask for the keyword as often as needed, or for no more than is allowed."""
        if self.relation == "at least":
            draft.sentences.append(" ".join([self.word.core] * self.frequency) + ".")
        else:
            draft.limit_word(self.word.core, self.frequency - 1)


@repair(
    reason=(
        "A forbidden word was a regular expression between word boundaries: `songs` and `_song_` "
        "were allowed where `song` is forbidden, although `songs` includes the keyword `song`. "
        "What includes a keyword is what breaks its ban: the word, its regular plural, with `'s`, "
        "and in markdown."
    ),
    source="FollowRAG instructions.py:1055 and :688",
)
class FixedKeywordsExclusion(KeywordsExclusion):
    """No forbidden word occurs as a word."""

    @cached_property
    def _words(self) -> tuple[Word, ...]:
        return tuple(map(Word, sorted(set(self.forbidden_words))))

    @property
    def words(self) -> tuple[Word, ...]:
        """The forbidden words, in order of the alphabet."""
        return self._words

    def _decide(self, response: Response) -> Verdict:
        found = [word.given for word in self.words if word.found_in(response.text)]
        if not found:
            return Verdict(True, 0, f"none of {len(self.words)} forbidden words found")
        return Verdict(False, len(found), f"forbidden: {', '.join(map(repr, found))}")

    def satisfy(self, draft: Draft) -> None:
        """Ask for the words and their plurals to be avoided."""
        draft.forbidden.extend(form for word in self.words for form in word.forms)
