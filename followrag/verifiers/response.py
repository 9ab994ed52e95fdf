"""The text under test, with each costly view of it computed at most once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from followrag.verifiers import language, sentences

_WORD = re.compile(r"\w+")
_WORD_BYTES = bytes(ord("w") if _WORD.match(chr(code)) else ord(" ") for code in range(256))


@dataclass(frozen=True)
class Response:
    """An immutable response whose views are shared by every constraint that asks for them.

    Attributes:
        text: The response exactly as the model gave it.

    Raises:
        TypeError: `text` is not a string.
    """

    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise TypeError(f"a response must be a string, not {type(self.text).__name__}")

    @cached_property
    def stripped(self) -> str:
        """The text without surrounding whitespace; empty for a blank response."""
        return self.text.strip()

    @cached_property
    def lowered(self) -> str:
        """The text in lower case."""
        return self.text.lower()

    @cached_property
    def word_count(self) -> int:
        r"""Number of `\w+` runs (IFEval instructions_util.py, count_words)."""
        if self.text.isascii():
            return len(self.text.encode().translate(_WORD_BYTES).split())
        return len(_WORD.findall(self.text))

    @cached_property
    def sentence_count(self) -> int:
        """Number of English Punkt sentences (IFEval instructions_util.py, count_sentences)."""
        return sentences.count(self.text)

    @cached_property
    def capital_word_count(self) -> int:
        """Number of nltk word tokens in capitals (IFEval instructions.py, capital words)."""
        return sum(token.isupper() for token in sentences.word_tokens(self.text))

    @cached_property
    def language(self) -> str | None:
        """What langdetect says of the text with seed 0; None where it finds no features."""
        return language.detect(self.text)

    @cached_property
    def variants(self) -> tuple[Response, ...]:
        """The distinct non-blank loose readings other than the text itself.

        FollowRAG if_eval.py:32-73 (IFEval's loose accuracy) tries the text without its first
        line, without its last line, without both, and each of these and the text itself without
        asterisks. Equal readings decide equally, so each is kept once, in the published order.
        """
        lines = self.text.split("\n")
        cut = ["\n".join(part).strip() for part in (lines[1:], lines[:-1], lines[1:-1])]
        readings = [self.text.replace("*", ""), *cut, *(part.replace("*", "") for part in cut)]
        distinct = dict.fromkeys(reading for reading in readings if reading.strip())
        distinct.pop(self.text, None)
        return tuple(map(Response, distinct))
