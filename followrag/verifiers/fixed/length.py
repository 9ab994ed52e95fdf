"""Words and sentences of languages that are not written like English."""

from __future__ import annotations

import re

from followrag.verifiers import sentences
from followrag.verifiers.counting import compared
from followrag.verifiers.draft import Draft
from followrag.verifiers.fixed.repair import repair
from followrag.verifiers.fixed.words import MARKS
from followrag.verifiers.length import LengthSentence, LengthWords
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict

_WORD = re.compile(rf"[\w{MARKS}]+")
# Punkt keeps ASCII closing signs with their sentence, but no others.
_ENDS = re.compile(r"[।॥۔؟。！？][।॥۔؟。！？!?]*([\"'”’»」』）)\]*_]*)")


@repair(
    reason=(
        "Vowel signs cut the words of Indic scripts: three words of Kannada were nine. A word "
        "goes on over marks."
    ),
    source="FollowRAG instructions.py:798",
)
class FixedLengthWords(LengthWords):
    r"""Number of runs of `\w` and marks."""

    def satisfy(self, draft: Draft) -> None:
        """Ask for enough filler, or for a short text."""
        super().satisfy(draft)
        draft.word = _WORD

    def _decide(self, response: Response) -> Verdict:
        plain = response.text.isascii()
        words = response.word_count if plain else len(_WORD.findall(response.text))
        return compared(words, "word", self.relation, self.num_words)


@repair(
    reason=(
        "Only the Latin full stop, `!` and `?` ended sentences. The danda, the Arabic question "
        "mark, the Urdu and the Chinese full stop do too."
    ),
    source="FollowRAG instructions.py:152",
)
class FixedLengthSentence(LengthSentence):
    """Number of Punkt sentences, with the ends that other scripts have."""

    def _decide(self, response: Response) -> Verdict:
        # "!" ends a sentence for Punkt wherever it stands; "." might belong to an abbreviation.
        text = _ENDS.sub(r"\1! ", response.text)
        ends = response.sentence_count if text == response.text else sentences.count(text)
        return compared(ends, "sentence", self.relation, self.num_sentences)
