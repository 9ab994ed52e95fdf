"""What is left of an answer without some of its words, and whether it still says anything."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from followrag.qa import normalize

_FUNCTION_WORDS = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it", "its", "of",
    "on", "or", "that", "the", "to", "was", "were", "with",
})  # fmt: skip
# What many names and descriptions have beside the words that tell one from another.
_COMMON_WORDS = frozenset({
    "age", "airport", "album", "answer", "army", "band", "bank", "battle", "bay", "book", "bridge",
    "canal", "cape", "castle", "cathedral", "century", "church", "city", "club", "coast", "college",
    "company", "corporation", "council", "country", "county", "court", "creek", "cup", "date",
    "day", "department", "desert", "district", "duke", "east", "emperor", "empire", "episode",
    "federation", "festival", "film", "force", "forest", "fort", "game", "garden", "general",
    "group", "gulf", "hall", "hill", "history", "hospital", "hotel", "house", "institute", "island",
    "kind", "king", "kingdom", "lake", "language", "law", "league", "location", "lord", "magazine",
    "man", "member", "minister", "month", "mount", "mountain", "movement", "movie", "museum",
    "name", "nation", "national", "new", "newspaper", "north", "novel", "number", "ocean", "order",
    "organization", "palace", "park", "party", "peninsula", "people", "person", "place", "play",
    "point", "port", "president", "prime", "prince", "princess", "province", "queen", "railway",
    "region", "republic", "river", "road", "royal", "saint", "school", "sea", "season", "series",
    "show", "sir", "society", "song", "south", "square", "st", "stadium", "star", "state",
    "station", "street", "system", "team", "temple", "theatre", "time", "title", "tower", "town",
    "treaty", "tribe", "type", "union", "united", "university", "valley", "village", "war",
    "water", "west", "woman", "word", "world", "year",
})  # fmt: skip


def is_telling(words: Sequence[str], question: str) -> bool:
    """Whether any normalised word is more than the question's, a number and what any answer has."""
    asked = {_stem(word) for word in normalize(question).split()}
    return any(
        word not in _FUNCTION_WORDS
        and _stem(word) not in _COMMON_STEMS
        and _stem(word) not in asked
        and len(word) > 1
        and not word.isdigit()
        for word in words
    )


def remainders(golds: Sequence[str], forbidden: Collection[str], question: str) -> Iterator[str]:
    """Give what is left of gold answers without forbidden words, where that is an answer.

    At least half of the words that are no function words must be left, and tell something
    (`is_telling`). Where a gold answer is nothing but forbidden words, these are the answer, and
    what other aliases have around them is none.

    Args:
        golds: The gold answers, in the same case as the other two.
        forbidden: The words.
        question: What was asked.

    Yields:
        Normalised answers, to be found as whole words.
    """
    pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, forbidden))})(?![^\W_])")
    touched = [gold for gold in golds if pattern.search(gold)] if forbidden else []
    left = {gold: _trimmed(normalize(pattern.sub(" ", gold)).split()) for gold in touched}
    if not all(left.values()):
        return
    for gold, words in left.items():
        is_half = 2 * _size(words) >= _size(normalize(gold).split())
        if is_half and is_telling(words, question):
            yield " ".join(words)


def _trimmed(words: Sequence[str]) -> list[str]:
    """Take function words off both ends."""
    places = [place for place, word in enumerate(words) if word not in _FUNCTION_WORDS]
    return list(words[places[0] : places[-1] + 1]) if places else []


def _size(words: Sequence[str]) -> int:
    return sum(word not in _FUNCTION_WORDS for word in words)


def _stem(word: str) -> str:
    return word.removesuffix("s")


_COMMON_STEMS = frozenset(map(_stem, _COMMON_WORDS))
