"""A question with instructions, taken apart: the question, the instructions, their sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

_PLAIN_QUOTES = str.maketrans("“”„‟‘’", '""""\'\'')
# A sentence ends after its closing quotes and brackets, and at a line break. A quoted sentence does
# not end the one around it where that plainly goes on.
_SENTENCE_END = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)(?<=[.?!])"
    r"(?:[)\]]*|[\"')\]]+(?!\s+(?:and|as|at|or|to|with|without|is|are|must|should|while)\b))\s+"
    r"|\s*\n\s*"
)
# What marks a sentence as an instruction about the response, not as a part of the question.
_INSTRUCTION = re.compile(
    r"\b(?:ensure|ensuring|make (?:sure|certain)|be (?:sure|certain)|please|refrain|json"
    r"|(?:your|the|entire|whole) (?:\w+ )?(?:response|answer|reply|output)"
    r"|(?:this|the) (?:question|query)|(?:when|while|in) (?:answering|responding)"
    r"|(?:repeat|echo)(?:ing)? (?:the|this|it)|answer (?:this|in)|avoid (?:using|the use|including)"
    r"|keywords?|postscript|bullet points?|placeholders|(?:no|any) commas|double quot\w+"
    r"|(?:two|double|2) line breaks)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Wording:
    """What a question with instructions says.

    Attributes:
        question: The question alone, as written.
        text: The instructions, with straight quotation marks.
    """

    question: str
    text: str

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the instructions."""
        return tuple(self.text[span.start : span.end] for span in _sentence_spans(self.text))

    def sentences_with(self, pattern: re.Pattern[str]) -> tuple[str, ...]:
        """Keep the sentences in which a pattern is found."""
        return tuple(sentence for sentence in self.sentences if pattern.search(sentence))


class _Span(NamedTuple):
    start: int
    end: int


def split_wording(text: str) -> Wording:
    """Tell the question from the instructions about its response.

    The question ends with the first sentence that asks, and those right after it that ask too, as
    long as no sentence before speaks of the response. Where none asks, the question is what stands
    before the first such sentence, and all of the text counts as instructions: a task such as
    "Write a poem of at least 50 words." is both.
    """
    plain = text.translate(_PLAIN_QUOTES)
    spans = _sentence_spans(plain)
    instructs = [_INSTRUCTION.search(plain, *span) is not None for span in spans]
    asks = [_asks(plain[span.start : span.end]) for span in spans]
    count = instructs.index(True) if True in instructs else len(spans)
    # "Please tell me who wrote it?" instructs and asks.
    count = count or int(asks[:1] == [True])
    if asked := True in asks[:count]:
        last = asks.index(True)
        while last + 1 < count and asks[last + 1]:
            last += 1
        count = last + 1
    end = spans[count - 1].end if count else 0
    # The published questions double the quotation marks inside quoted ones, as CSV files do.
    instructions = plain[end if asked else 0 :].replace('""', '"')
    return Wording(text[:end].strip(), instructions.strip())


def _asks(sentence: str) -> bool:
    """Whether a sentence is a question, not one that quotes a question at its end."""
    return sentence.rstrip("\"' " if sentence[0] in "\"'" else " ").endswith("?")


def _sentence_spans(text: str) -> list[_Span]:
    """Find the sentences without the white space around them."""
    ends = [gap.start() + len(gap.group().rstrip()) for gap in _SENTENCE_END.finditer(text)]
    starts = [gap.end() for gap in _SENTENCE_END.finditer(text)]
    spans = map(_Span, [0, *starts], [*ends, len(text)])
    return [
        _Span(span.start + len(part) - len(part.lstrip()), span.start + len(part.rstrip()))
        for span in spans
        if (part := text[span.start : span.end]).strip()
    ]
