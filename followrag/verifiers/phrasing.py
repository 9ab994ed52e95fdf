"""The lines of a text that grants a draft's wishes, in one of several styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice, pairwise
from typing import Literal

from followrag.verifiers import sentences
from followrag.verifiers.draft import Draft
from followrag.verifiers.vocabulary import Vocabulary

__all__ = ["Phrasing", "Style", "Wording", "dealt"]

_SENTENCES_A_LINE = 5
_PLACEHOLDERS = ("name", "date", "place", "source", "page", "author", "year", "country", "topic")
_ACRONYMS = ("NASA", "UNESCO", "NATO", "UNICEF")

Wording = Literal["sentence", "alone", "none"]


@dataclass(frozen=True)
class Style:
    """One way to word a draft.

    Attributes:
        wording: Whether the answer stands in a sentence, alone or nowhere.
        terse: Whether bullets and the like hold numbers instead of sentences, and short sentences
            are preferred.
        extra: Number of stock sentences beyond those that the draft needs.
        offset: Number of the stock sentence to begin with.
    """

    wording: Wording = "sentence"
    terse: bool = False
    extra: int = 0
    offset: int = 0


class Phrasing:
    """Words one draft in one style. Each instance serves for one text."""

    def __init__(self, draft: Draft, vocabulary: Vocabulary, title: str, style: Style) -> None:
        """Prepare for a text.

        Args:
            draft: The wishes. The first of its sentences is the answer.
            vocabulary: The words that the draft allows.
            title: What to write where a title is wanted.
            style: How to word it all.
        """
        self._draft = draft
        self._vocabulary = vocabulary
        self._title = title
        self._style = style
        self._stock = vocabulary.sentences(style.offset, shortest_first=style.terse)
        self._points = vocabulary.numbers() if style.terse else self._stock
        # English words in a foreign text can turn its language.
        self._is_plain = style.terse or draft.language is not None

    def lines(self, least: int) -> list[str]:
        """Write the text's lines in order, the opening first and the ending last.

        Args:
            least: Number of lines that are needed at least.
        """
        draft = self._draft
        head = [draft.opening, self._heading(), self._answer(), *draft.sentences[1:]]
        marks = [*self._placeholders(), *self._acronyms(), *self._sections(), *self._bullets()]
        above = [line for line in (*head, self._highlights()) if line]
        below = [*marks, *self._closing()]
        above += self._keywords("\n".join((*above, *below)))
        return [*above, *self._filling([*above, *below], least), *below]

    def start(self, word: str) -> str:
        """Write a line that starts with a word."""
        if self._is_plain:
            return f"{word}."
        return word + self._vocabulary.pick(" opens this paragraph.", ".")

    def _heading(self) -> str:
        if not self._draft.titled:
            return ""
        title = next(self._points).rstrip(".;।。۔") if self._is_plain else self._title
        return f"<<{self._vocabulary.tamed(title)}>>"

    def _answer(self) -> str:
        answer = self._vocabulary.tamed(self._draft.sentences[0].strip())
        if self._style.wording == "none" or not answer:
            return next(self._points)
        if self._style.wording == "sentence":
            answer = self._vocabulary.pick("The answer is ", "It is ", "") + answer
        return self._vocabulary.ended(answer)

    def _highlights(self) -> str:
        if not self._draft.highlights:
            return ""
        marked = [f"*{point}*" for point in islice(self._points, self._draft.highlights)]
        return " ".join([next(self._points), *marked])

    def _placeholders(self) -> list[str]:
        names = () if self._is_plain else filter(self._vocabulary.allows, _PLACEHOLDERS)
        wanted = self._draft.placeholders
        named = [f"[{name}]" for name in islice((*names, *self._numbers(wanted)), wanted)]
        return [" ".join(named)] if named else []

    def _numbers(self, count: int) -> list[str]:
        return list(islice(self._vocabulary.numbers(), count))

    def _acronyms(self) -> list[str]:
        wanted = list(islice(cycle(_ACRONYMS), self._draft.min_capital_words))
        if not wanted:
            return []
        before = "" if self._is_plain else self._vocabulary.pick("Some acronyms are ", "")
        return [self._vocabulary.ended(before + " and ".join(wanted))]

    def _sections(self) -> list[str]:
        splitter = self._draft.section_splitter
        # Without the space there is no word boundary after a splitter that is also forbidden.
        space = " " if self._vocabulary.tamed(splitter) == splitter else ""
        return [
            f"{splitter}{space}{number} {next(self._points)}"
            for number in self._numbers(self._draft.sections)
        ]

    def _bullets(self) -> list[str]:
        if self._draft.bullets is None or self._draft.json:
            return []
        return [f"- {point}" for point in islice(self._points, self._draft.bullets)]

    def _closing(self) -> list[str]:
        draft = self._draft
        lines = [draft.ending] if draft.ending else []
        if draft.postscript:
            said = draft.ending or next(self._points)
            lines = [f"{self._vocabulary.tamed(draft.postscript)} {said}"]
        if draft.two_responses:
            # One line, so that nothing but the second response follows the divider.
            lines = [" ".join([next(self._points), self._answer(), *lines])]
        return lines

    def _keywords(self, text: str) -> list[str]:
        missing = []
        for word in self._draft.least:
            times = self._vocabulary.lacking(word, text)
            if len(word) == 1 and times:
                missing.append(word * times)
            else:
                missing += [self._vocabulary.tamed(word)] * times
        if not missing:
            return []
        if self._is_plain:
            return [" ".join(missing)]
        before = self._vocabulary.pick("This also touches on ", "")
        between = self._vocabulary.pick(" and ", " ")
        return [self._vocabulary.ended(before + between.join(missing))]

    def _filling(self, frame: Sequence[str], least: int) -> list[str]:
        """Write stock sentences until the text is as long as asked, several in a line."""
        draft = self._draft
        text = "\n".join(frame)
        words = len(draft.word.findall(text))
        ends = sentences.count(text) if draft.min_sentences else 0
        chosen = []
        while words < draft.min_words or ends < draft.min_sentences:
            sentence = next(self._stock)
            chosen.append(sentence)
            words += len(draft.word.findall(sentence))
            ends += 1
        chosen += islice(self._stock, self._style.extra)
        rows = max(least - len(frame), -(-len(chosen) // _SENTENCES_A_LINE))
        chosen += islice(self._points, max(0, rows - len(chosen)))
        return [" ".join(row) for row in dealt(chosen, rows)]


def dealt(things: Sequence[str], groups: int) -> list[list[str]]:
    """Cut a sequence into groups of nearly equal length, in order."""
    cuts = [len(things) * number // groups for number in range(groups + 1)] if groups else []
    return [list(things[start:end]) for start, end in pairwise(cuts)]
