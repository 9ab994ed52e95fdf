"""What an item's parameters are drawn from: its question, answers and passages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from followrag.baseline.spans import STOP_WORDS
from followrag.building.questions import Source
from followrag.verifiers.fixed.words import MARKS

# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana and Han.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
# Whole words of letters only, and none of HTML's names or a link's parts.
_WORD = re.compile(
    rf"(?<![\w{MARKS}'’.<&/=@-])[^\W\d_{_UNSPACED}]{{4,14}}(?![\w{MARKS}'’=;/>@-]|://)"
)
_ANY_WORD = re.compile(r"\w{3,}")
_TELLING_LITTLE = (
    "almost along although always another around became become began behind between called come "
    "early even ever first from having including itself known large later made main make many "
    "mostly much name near nearly never often once only other part second several since sometimes "
    "still such than that their them then there these they this those three through today together "
    "took toward under until upon usually well were what when where which while whose will with "
    "within without would your answer question response reply word words sentence paragraph"
)
_EMPTY_WORDS = STOP_WORDS | frozenset(_TELLING_LITTLE.split())


@dataclass(frozen=True)
class Setting:
    """What an item says before it has constraints.

    Attributes:
        question: The question.
        answers: The accepted answers.
        passages: The passages.
    """

    question: str
    answers: tuple[str, ...]
    passages: tuple[Source, ...]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Telling words of the passages as they are first written there, each once.

        None of them is, holds or is held by a word of an answer: asking for one mustn't give the
        answer away, and forbidding one mustn't forbid it.
        """
        given = {word.lower() for answer in self.answers for word in _ANY_WORD.findall(answer)}
        texts = (f"{passage.title} {passage.content}" for passage in self.passages)
        found: dict[str, str] = {}
        for word in _WORD.findall(" ".join(texts)):
            found.setdefault(word.lower(), word)
        return tuple(
            word
            for lowered, word in found.items()
            if lowered not in _EMPTY_WORDS
            and not any(part in lowered or lowered in part for part in given)
        )

    @cached_property
    def unasked_words(self) -> tuple[str, ...]:
        """Those of the words that the question doesn't need."""
        asked = self.question.lower()
        return tuple(word for word in self.words if word.lower() not in asked)

    def every_answer_has(self, sign: str) -> bool:
        """Whether no answer can be given without a sign."""
        return all(sign in answer for answer in self.answers)


def distinct(words: Sequence[str]) -> list[str]:
    """Leave out words that are part of another one: what asks for one would ask for both."""
    lowered = [word.lower() for word in words]
    return [
        word
        for place, word in enumerate(words)
        if not any(
            lowered[place] in other or other in lowered[place]
            for other in (*lowered[:place], *lowered[place + 1 :])
        )
    ]
