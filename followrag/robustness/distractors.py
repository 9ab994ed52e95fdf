"""Passages that have nothing to do with a question: drawn from other items or from a corpus."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from followrag.items import Item, Passage
from followrag.qa import normalize
from followrag.robustness.unfit import UnfitError


class _Candidate(NamedTuple):
    passage: Passage
    title: str
    said: str


class Distractors:
    """A pool of passages to draw from.

    What an item gets depends on its key, the seed and the pool only: not on the order of the
    items or passages, nor on what other items got. To be drawn for an item, a passage must hold
    none of its gold answers (as `followrag.qa.acc_bounded` reads them) and must not come from a
    page (a title) that the item has a passage of.
    """

    def __init__(self, passages: Iterable[Passage], seed: int = 0) -> None:
        """Take passages, each once.

        Args:
            passages: What to draw from; an item's own passages may be among them.
            seed: Another one draws others.
        """
        self.seed = seed
        unique = sorted({(passage.title, passage.content): passage for passage in passages}.items())
        self._pool = [
            _Candidate(passage, normalize(passage.title), bounded(passage)) for _, passage in unique
        ]

    def draw(self, item: Item, count: int) -> list[Passage]:
        """Draw passages for an item; fewer are the first of more.

        Raises:
            UnfitError: There are not as many that have nothing to do with it.
        """
        drawn: list[Passage] = []
        if not count:
            return drawn
        golds = bounded_golds(item)
        titles = {normalize(passage.title) for passage in item.passages}
        for place in _shuffled(len(self._pool), random.Random(f"{self.seed}:{item.key}")):
            passage, title, said = self._pool[place]
            if title in titles or any(gold in said for gold in golds):
                continue
            drawn.append(passage)
            if len(drawn) == count:
                return drawn
        raise UnfitError("there are too few unrelated passages to add; name a larger --corpus")


def bounded(passage: Passage) -> str:
    """Give a passage's title and content to look for golds in."""
    return f" {normalize(f'{passage.title} {passage.content}')} "


def bounded_golds(item: Item) -> list[str]:
    """Give an item's golds to look for in `bounded`; those that normalise to nothing are dropped.

    One is in a passage where `followrag.qa.acc_bounded` finds it.
    """
    return [f" {gold} " for gold in map(normalize, item.golds) if gold]


def _shuffled(count: int, chance: random.Random) -> Iterator[int]:
    """Give the numbers below `count` in a random order, at a cost for those that are taken only."""
    moved: dict[int, int] = {}
    for place in range(count):
        other = chance.randrange(place, count)
        yield moved.get(other, other)
        moved[other] = moved.get(place, place)
