"""How long a response is, in words, sentences and paragraphs."""

from __future__ import annotations

import re

from followrag.verifiers import sentences
from followrag.verifiers.constraint import Constraint, Count, Relation, constraint
from followrag.verifiers.counting import compared, exactly
from followrag.verifiers.draft import Draft
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict

_DIVIDER = re.compile(r"\s?\*\*\*\s?")


@constraint("length_words", "length", ifeval_id="length_constraints:number_words")
class LengthWords(Constraint):
    r"""Number of `\w+` runs: "don't" and "9.8" are two words (FollowRAG instructions.py:798)."""

    num_words: Count
    relation: Relation

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Answer with {self.relation} {self.num_words} words."

    def _decide(self, response: Response) -> Verdict:
        return compared(response.word_count, "word", self.relation, self.num_words)

    def _is_hopeless(self, variant: Response) -> bool:
        # A loose reading lacks lines or asterisks of the response, which leaves no more words.
        return self.relation == "at least"

    def satisfy(self, draft: Draft) -> None:
        """Ask for enough filler, or for a short text."""
        if self.relation == "at least":
            draft.min_words = max(draft.min_words, self.num_words)
        else:
            draft.max_words = min(draft.max_words, self.num_words - 1)


@constraint("length_sentence", "length", ifeval_id="length_constraints:number_sentences")
class LengthSentence(Constraint):
    """Number of English Punkt sentences, whatever the language (FollowRAG instructions.py:152)."""

    num_sentences: Count
    relation: Relation

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Answer with {self.relation} {self.num_sentences} sentences."

    def _decide(self, response: Response) -> Verdict:
        return compared(response.sentence_count, "sentence", self.relation, self.num_sentences)

    def _is_hopeless(self, variant: Response) -> bool:
        return self.relation == "at least" and sentences.most(variant.text) < self.num_sentences

    def satisfy(self, draft: Draft) -> None:
        """Ask for enough filler sentences, or for few."""
        if self.relation == "at least":
            draft.min_sentences = max(draft.min_sentences, self.num_sentences)
        else:
            draft.max_sentences = min(draft.max_sentences, self.num_sentences - 1)


@constraint("length_paragraph", "length", ifeval_id="length_constraints:number_paragraphs")
class LengthParagraph(Constraint):
    """Exactly so many paragraphs between `***` dividers (FollowRAG instructions.py:515).

    A divider at the very start or end opens no paragraph; an empty paragraph between two dividers
    fails the response.
    """

    num_paragraphs: Count

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Write exactly {self.num_paragraphs} paragraphs separated by ***."

    def _decide(self, response: Response) -> Verdict:
        parts = [part.strip() for part in _DIVIDER.split(response.text)]
        if not all(parts[1:-1]):
            return Verdict(False, None, "a paragraph between two *** dividers is empty")
        return exactly(sum(map(bool, parts)), "paragraph", self.num_paragraphs)

    def satisfy(self, draft: Draft) -> None:
        """Ask for the dividers."""
        draft.divided_paragraphs = self.num_paragraphs
