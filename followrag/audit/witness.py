"""Writing the texts that prove what can be followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from followrag.verifiers import Constraint, Response, compose
from followrag.verifiers.conflicts import Conflict
from followrag.verifiers.format import FormatLanguage

__all__ = ["Witness", "fewest_broken", "strict_witness"]

_PADDINGS = (100, 1_000, 4_000)
_MOST_HITTING_SETS = 50


class Witness(NamedTuple):
    """A text and what it follows.

    Attributes:
        text: The text.
        followed: Places of the constraints that it follows, ascending.
    """

    text: str
    followed: tuple[int, ...]


def strict_witness(
    constraints: Sequence[Constraint], found: Sequence[Conflict], answer: str
) -> Witness:
    """Write a text that follows as many constraints as it can, as it stands.

    Args:
        constraints: The constraints.
        found: The conflicts between them.
        answer: What the text should say.

    Returns:
        The best text found, and what it follows. That it doesn't follow all proves nothing.
    """
    best = _checked(compose(constraints, answer), constraints)
    most = len(constraints) - len(fewest_broken(found))
    for text in _other_texts(constraints, found, answer):
        if len(best.followed) >= most:
            break
        best = max(best, _checked(text, constraints), key=lambda witness: len(witness.followed))
    return best


def fewest_broken(found: Sequence[Conflict]) -> tuple[int, ...]:
    """Give the fewest places of which each conflict holds one; no text follows all others."""
    return next(_hitting_sets(found))


def _hitting_sets(found: Sequence[Conflict]) -> Iterator[tuple[int, ...]]:
    """Give the sets of places that hold one of each conflict, the smallest first."""
    involved = sorted({place for conflict in found for place in conflict.places})
    for size in range(len(involved) + 1):
        for places in combinations(involved, size):
            if all(not set(places).isdisjoint(conflict.places) for conflict in found):
                yield places


def _other_texts(
    constraints: Sequence[Constraint], found: Sequence[Conflict], answer: str
) -> Iterator[str]:
    """Give texts without what is in conflict, and such in which no language is detected."""
    least = len(fewest_broken(found))
    given_up = [places for places in _hitting_sets(found) if len(places) == least]
    for places in given_up[:_MOST_HITTING_SETS]:
        rest = [asked for place, asked in enumerate(constraints) if place not in places]
        if places:
            yield compose(rest, answer)
        if any(isinstance(asked, FormatLanguage) for asked in rest):
            yield from _featureless(rest, answer)


def _featureless(constraints: Sequence[Constraint], answer: str) -> Iterator[str]:
    """Give texts in which langdetect finds no feature, and which every language follows.

    langdetect drops A to z where there are more than twice as many characters from U+0300 on
    (detector.py, `cleaning_text`), and knows nothing of "…".
    """
    rest = [asked for asked in constraints if not isinstance(asked, FormatLanguage)]
    for said in (f"{answer} ", ""):
        for length in _PADDINGS:
            yield compose(rest, said + "…" * length)


def _checked(text: str, constraints: Sequence[Constraint]) -> Witness:
    response = Response(text)
    passed = (place for place, asked in enumerate(constraints) if asked.check(response).passed)
    return Witness(text, tuple(passed))
