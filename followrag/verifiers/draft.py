"""What constraints ask of a text that is still to be written."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import Literal

_WORD = re.compile(r"\w+")


@dataclass
class Draft:
    """The wishes of several constraints for one text, gathered by their `satisfy` faces.

    `followrag.verifiers.composition.compose` turns them into a text.

    Attributes:
        sentences: What the text must say, one sentence or phrase each; the answer comes first.
        opening: Text to begin with, word for word.
        ending: Text to end with, word for word.
        postscript: Marker of a postscript.
        titled: Whether a `<<title>>` is wanted.
        bullets: Exact number of bullet lines, or None if it doesn't matter.
        highlights: Least number of highlighted parts.
        placeholders: Least number of bracketed placeholders.
        section_splitter: Word before a section's number.
        sections: Least number of sections.
        paragraphs: Exact number of paragraphs between blank lines, or None.
        paragraph_starts: First word by paragraph number, from 1.
        divided_paragraphs: Exact number of paragraphs between `***`, or None.
        two_responses: Whether a second response after `******` is wanted.
        min_words: Least number of words.
        max_words: Greatest number of words.
        min_sentences: Least number of sentences.
        max_sentences: Greatest number of sentences.
        min_capital_words: Least number of words in capitals.
        max_capital_words: Greatest number of words in capitals.
        least: Least number of occurrences by word, those inside other words included.
        most: Greatest number of occurrences by word, those inside other words included.
        forbidden: Words that must not occur between word boundaries.
        case: Case of the whole text, or None.
        language: langdetect code of the whole text, or None for English.
        json: Whether the whole text must be JSON.
        quoted: Whether the whole text must stand in double quotes.
        commas: Whether commas are allowed.
        word: What counts as one word.
        fixed: Whether JSON is read as in `fixed` mode, through its quotation marks and brackets.
    """

    sentences: list[str] = field(default_factory=list)
    opening: str = ""
    ending: str = ""
    postscript: str = ""
    titled: bool = False
    bullets: int | None = None
    highlights: int = 0
    placeholders: int = 0
    section_splitter: str = ""
    sections: int = 0
    paragraphs: int | None = None
    paragraph_starts: dict[int, str] = field(default_factory=dict)
    divided_paragraphs: int | None = None
    two_responses: bool = False
    min_words: int = 0
    max_words: int = sys.maxsize
    min_sentences: int = 0
    max_sentences: int = sys.maxsize
    min_capital_words: int = 0
    max_capital_words: int = sys.maxsize
    least: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)
    forbidden: list[str] = field(default_factory=list)
    case: Literal["upper", "lower"] | None = None
    language: str | None = None
    json: bool = False
    quoted: bool = False
    commas: bool = True
    word: re.Pattern[str] = _WORD
    fixed: bool = False

    def require_word(self, word: str, times: int) -> None:
        """Ask for a word at least so many times."""
        self.least[word] = max(self.least.get(word, 0), times)

    def limit_word(self, word: str, times: int) -> None:
        """Ask for a word at most so many times."""
        self.most[word] = min(self.most.get(word, times), times)
