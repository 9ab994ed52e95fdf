"""Gold answers that an item's constraints stand against, or that can't be told from other text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from followrag import qa
from followrag.items import Item
from followrag.verifiers import Constraint, Mode, Response
from followrag.verifiers.conflicts.forced import pieces
from followrag.verifiers.format import FormatLanguage, FormatNoCommas, FormatRepeatQuestion
from followrag.verifiers.keywords import KeywordsExclusion, KeywordsInclusion
from followrag.verifiers.position import PositionEndWith

__all__ = ["Finding", "answer_findings"]

# A slash between digits (dates and seasons, but also two years), in an address, or in the name of a
# code such as "UN/LOCODE:".
_DOUBTFUL_SLASH = re.compile(r"\d/\d|https?:/|\b[A-Z]{2,}/[A-Z]{2,}:")


class Finding(NamedTuple):
    """Something about an item that its maker may want to mend.

    Attributes:
        kind: What kind of problem it is.
        detail: The problem in words.
        place: Place of the constraint that it is about, if it is about one.
    """

    kind: str
    detail: str
    place: int | None = None


def answer_findings(item: Item, mode: Mode = "reference") -> tuple[Finding, ...]:
    """Find what is wrong with an item's gold answers, alone and beside its constraints.

    Args:
        item: The item. One without gold answers has no findings.
        mode: Which checks decide whether a constraint stands against an answer.
    """
    if not item.golds:
        return ()
    return (*_at_odds(item, mode), *_given_away(item), *_unclear(item))


def _at_odds(item: Item, mode: Mode) -> Iterator[Finding]:
    """Find constraints that some or all gold answers break."""
    for place, asked in enumerate(item.constraints_in(mode)):
        match asked:
            case KeywordsExclusion():
                yield from _broken(item, place, asked, "forbidden word")
            case FormatNoCommas():
                yield from _broken(item, place, asked, "comma")
            case FormatLanguage() if asked.language != "en":
                detail = f"the answer is asked for in {asked.language!r}, the golds are English"
                yield Finding("other language", detail, place)


def _broken(item: Item, place: int, asked: Constraint, what: str) -> Iterator[Finding]:
    broken = [gold for gold in item.golds if not asked.check(Response(gold)).passed]
    if len(broken) == len(item.golds):
        yield Finding(f"{what} in every gold", f"every gold breaks it, as {broken[0]!r}", place)
    elif broken:
        share = f"{len(broken)} of {len(item.golds)} golds break it"
        yield Finding(f"{what} in some golds", f"{share}, as {broken[0]!r}", place)


def _given_away(item: Item) -> Iterator[Finding]:
    """Find constraints that make every response say a gold answer."""
    for place, asked in enumerate(item.constraints):
        if not isinstance(asked, FormatRepeatQuestion | PositionEndWith | KeywordsInclusion):
            continue
        said = " ".join(piece.text for piece in pieces(asked))
        given = [gold for gold in item.golds if qa.acc_bounded(said, [gold])]
        if given:
            detail = f"who follows it says the gold {given[0]!r}, right or wrong"
            yield Finding("gold in the asked text", detail, place)


def _unclear(item: Item) -> Iterator[Finding]:
    """Find golds that the "/" cuts in two, and those that are in almost any response."""
    if not item.answers and (cut := _DOUBTFUL_SLASH.search(item.answer_gold)):
        around = item.answer_gold[max(0, cut.start() - 20) : cut.end() + 20]
        yield Finding("slash inside a gold", f"the '/' in {around!r} may separate nothing")
    normal = {gold: qa.normalize(gold) for gold in item.golds}
    if short := [gold for gold, text in normal.items() if len(text) == 1]:
        detail = f"{', '.join(map(repr, short))}: one character, found in almost any response"
        yield Finding("gold of one character", detail)
    if empty := [gold for gold, text in normal.items() if not text]:
        detail = f"{', '.join(map(repr, empty))}: nothing is left of it, which is in any response"
        yield Finding("gold that normalises to nothing", detail)
