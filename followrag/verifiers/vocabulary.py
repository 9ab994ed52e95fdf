"""The words that a draft leaves at hand: stock sentences and phrases without what it limits."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cached_property
from itertools import count, cycle

from followrag.verifiers.draft import Draft
from followrag.verifiers.filler import filler
from followrag.verifiers.patterns import Pattern

__all__ = ["Vocabulary"]

_FULL_STOPS = ".।。۔"
_ENDS = (".", "?", "!")


class Vocabulary:
    """Tells which wordings a draft allows."""

    def __init__(self, draft: Draft) -> None:
        """Read the limits of a draft."""
        self._draft = draft
        self._forbidden = [
            re.compile(rf"\b{_expression(word)}\b", re.IGNORECASE) for word in draft.forbidden
        ]
        self._limited = [re.compile(_expression(word), re.IGNORECASE) for word in draft.most]

    def allows(self, text: str) -> bool:
        """Tell whether `text` holds no forbidden or limited word and no unwanted comma."""
        if not self._draft.commas and "," in text:
            return False
        return not any(word.search(text) for word in (*self._forbidden, *self._limited))

    def pick(self, *phrases: str) -> str:
        """Return the first phrase that is allowed, or the last one."""
        return next(filter(self.allows, phrases), phrases[-1])

    def tamed(self, text: str) -> str:
        """Take unwanted commas out of `text` and set what is forbidden in `_italics_`.

        An underscore leaves no word boundary, so forbidden words beside it aren't found. The whole
        text is set in italics where that is enough, else each forbidden word.
        """
        if not self._draft.commas:
            text = text.replace(",", "")
        if any(word.search(text) for word in self._forbidden):
            if not any(word.search(f"_{text}_") for word in self._forbidden):
                return f"_{text}_"
            for word in self._forbidden:
                text = word.sub(r"_\g<0>_", text)
        return text

    def lacking(self, word: str, text: str) -> int:
        """Count the occurrences of a required word that `text` lacks."""
        found = re.findall(_expression(word), text, re.IGNORECASE)
        return max(0, self._draft.least[word] - len(found))

    def ended(self, text: str) -> str:
        """End `text` with a full stop, or with a semicolon where sentences are limited."""
        return text if text.endswith(_ENDS) else text + self._stop

    def sentences(self, offset: int, shortest_first: bool) -> Iterator[str]:
        """Give stock sentences of the draft's language without end, from number `offset` on.

        Numbers stand in where no sentence is allowed.
        """
        stock = self._stock
        if not stock:
            return self.numbers()
        if shortest_first:
            stock = sorted(stock, key=len)
        offset %= len(stock)
        return cycle(stock[offset:] + stock[:offset])

    def numbers(self) -> Iterator[str]:
        """Give 1, 2, 3, ...: words of every language, in either case."""
        return map(str, count(1))

    @cached_property
    def _stop(self) -> str:
        is_limited = self._draft.max_sentences < sys.maxsize and not self._draft.min_sentences
        return ";" if is_limited else "."

    @cached_property
    def _stock(self) -> list[str]:
        sentences = filter(self.allows, filler(self._draft.language or "en"))
        if self._draft.min_sentences or self._stop != ".":
            # Punkt knows no full stop but the Latin one.
            return [sentence.rstrip(_FULL_STOPS) + self._stop for sentence in sentences]
        return list(sentences)


def _expression(word: str) -> str:
    """Read `word` as the constraints do where that is safe, and as plain characters elsewhere."""
    return word if Pattern(word).is_linear else re.escape(word)
