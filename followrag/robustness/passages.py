"""Other passages in an item's prompt: how many, in which order, and what stands among them."""

from __future__ import annotations

import random

from followrag.items import Item, Passage
from followrag.robustness.distractors import Distractors, bounded, bounded_golds
from followrag.robustness.unfit import UnfitError


def numbered(item: Item, count: int, pool: Distractors) -> list[Passage]:
    """Give an item a number of passages: the first of its own, then distractors.

    Raises:
        UnfitError: There are not enough distractors.
    """
    own = item.passages[:count]
    return [*own, *pool.draw(item, count - len(own))]


def distracted(item: Item, count: int, pool: Distractors) -> list[Passage]:
    """Put distractors at random places among an item's passages, which keep their order.

    More distractors come to fewer: these stay, and keep their order as well.

    Raises:
        UnfitError: There are not enough distractors, or the item has no passage of its own.
    """
    if not item.passages:
        raise UnfitError("it has no passages")
    passages = list(item.passages)
    chance = random.Random(f"{pool.seed}:{item.key}:places")
    for passage in pool.draw(item, count):
        passages.insert(chance.randint(0, len(passages)), passage)
    return passages


def gold_at(item: Item, position: int) -> list[Passage]:
    """Move the gold passage, the only one that holds a gold answer; the others keep their order.

    Where several hold one, moving one of them would leave the others where they are, and a model
    could read the answer at the same place as before.

    Args:
        item: The item.
        position: Where the gold passage goes, from 0.

    Raises:
        UnfitError: No passage holds a gold answer, or several do, or there is no such position.
    """
    places = gold_places(item)
    if len(places) != 1:
        number = "several" if places else "none"
        raise UnfitError(f"{number} of its passages hold a gold answer")
    if position >= len(item.passages):
        raise UnfitError(f"it has no position {position} for a passage")
    [place] = places
    others = [*item.passages[:place], *item.passages[place + 1 :]]
    return [*others[:position], item.passages[place], *others[position:]]


def gold_places(item: Item) -> list[int]:
    """Give the places of the passages that hold a gold answer whole, from 0.

    Title and content count, as `followrag.qa.acc_bounded` reads them.
    """
    golds = bounded_golds(item)
    return [
        place
        for place, text in enumerate(map(bounded, item.passages))
        if any(gold in text for gold in golds)
    ]
