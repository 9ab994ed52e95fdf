"""Random choices that are the same on every machine and in every version of Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draws:
    """Choices drawn from a seed.

    Only `random()` is used, the one method whose sequence Python promises to keep.

    Args:
        *seed: What the choices are a function of.
    """

    def __init__(self, *seed: object) -> None:
        self._random = random.Random("/".join(map(str, seed))).random

    def number(self) -> float:
        """Draw a number from 0 to 1, without 1."""
        return self._random()

    def one(self, things: Sequence[T]) -> T:
        """Draw one of several."""
        return things[int(self._random() * len(things))]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """Put things into a random order."""
        keyed = [(self._random(), place) for place in range(len(things))]
        return [things[place] for _, place in sorted(keyed)]

    def some(self, things: Sequence[T], count: int) -> list[T]:
        """Draw several different ones, or all if there are fewer."""
        return self.shuffled(things)[:count]
