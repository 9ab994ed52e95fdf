"""What a question asks for, and the spans of a text that could be its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["person", "place", "time", "number", "thing"]

_STOP_WORDS = (
    "a about according after all also although among an and any are as at be because been "
    "before being both but by can come comes could despite did do does during each every for "
    "from get gets give given go goes had has have he her here him his how however i if in "
    "into is it its many me more most much my name named no now of off on one only or other "
    "our out over same she should since so some such than that the their them then there "
    "these they this those to today under until up upon us use used was we were what when "
    "where which while who whom whose why will with within would year yes you your"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_ENDINGS = ("ing", "ed", "es", "s", "e")

_ASKING = re.compile(
    r"\b(?:who|whom|whose|where|when|what|which"
    r"|how (?:many|much|long|far|tall|high|big|large|often|deep|fast|old)|how)\b",
    re.IGNORECASE,
)
_KINDS: dict[str, Kind] = {
    "who": "person",
    "whom": "person",
    "whose": "person",
    "where": "place",
    "when": "time",
    "how": "thing",
    "how old": "time",
}
_PERSONS = (
    "actor actress artist author boxer character comedian composer director footballer golfer "
    "inventor king leader man musician novelist painter person philosopher player poet politician "
    "president producer queen rapper scientist singer woman writer"
)
_PLACES = (
    "capital city continent country county district island lake location mountain nation place "
    "province region river state town village"
)
_TIMES = "year date day month decade century time"
_NUMBERS = "number percentage percent age population amount"
_FOCUS_KINDS: dict[str, Kind] = {
    **dict.fromkeys(_PERSONS.split(), "person"),
    **dict.fromkeys(_PLACES.split(), "place"),
    **dict.fromkeys(_TIMES.split(), "time"),
    **dict.fromkeys(_NUMBERS.split(), "number"),
}
_FOCUS_ENDS = re.compile(r"is|are|was|were|did|does|do|has|have|had|can|the|an?|of|in|by|that")
_NAMED_FOCUS = re.compile(
    r"\s*(?:is|are|was|were) the (?:\w+ ){0,2}?"
    r"(name|year|date|number|population|capital|country|city|age)\b"
)

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_STARTS_WITH_MONTH = re.compile(_MONTH)
_TIME = re.compile(
    rf"(?:\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)?\b{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?\b)?,?"
    r"(?: \d{4})?\b|\b1\d{3}s?\b|\b20\d\d\b|\b\d{1,2}(?:st|nd|rd|th) century\b"
)
_NO_UNIT = (
    "(?:and|are|as|at|but|by|for|from|had|has|have|in|is|of|on|or|that|the|to|was|were|when|with)"
)
_NUMBER = re.compile(
    r"(?<![\w.,])[$£€]?\d+(?:[.,]\d+)*%?(?: (?:hundred|thousand|million|billion|trillion))?"
    rf"(?: (?!{_NO_UNIT}\b)[a-z]{{2,}})?"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|twenty)\b"
)
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_NAME_WORD = r"(?:[A-Z][\w'’.&-]*\w|[A-Z]\.?)"
_NAME = re.compile(
    rf"{_NAME_WORD}"
    rf"(?: (?:(?:of|de|la|von|van|der|du|del|&|al|el|le)(?: the)? )*(?:{_NAME_WORD}|\d+\b))*"
)
_IN_QUOTES = re.compile(r"[\"“]([^\"”]{2,60})[\"”]")


class Stem(NamedTuple):
    """A word without its ending and the place where it starts."""

    text: str
    start: int


class Span(NamedTuple):
    """A piece of text that could be the answer.

    Attributes:
        text: The piece.
        start: Where it starts.
        weight: How well its form fits what is asked; 1.0 is ordinary.
    """

    text: str
    start: int
    weight: float = 1.0


@dataclass(frozen=True)
class Asked:
    """What a question asks for.

    Attributes:
        kind: What kind of answer fits.
        focus: Stem of the noun after "what" or "which", empty where there is none.
        stems: Stems of the question's telling words.
    """

    kind: Kind
    focus: str
    stems: frozenset[str]


def stems(text: str, stop_words: bool = False) -> list[Stem]:
    """Give the words of a text without their endings; those that tell little only if asked for."""
    return [
        Stem(_stem(match.group()), match.start())
        for match in _WORD.finditer(text)
        if stop_words or match.group().lower() not in STOP_WORDS
    ]


def _stem(word: str) -> str:
    word = word.lower().replace("’", "'").removesuffix("'s").replace(".", "")
    for ending in _ENDINGS:
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word[: -len(ending)]
    return word


def read_asked(question: str) -> Asked:
    """Guess from its question word what a question asks for."""
    telling = frozenset(stem.text for stem in stems(question))
    asking = list(_ASKING.finditer(question))
    if not asking:
        return Asked("thing", "", telling)
    chosen = asking[0]
    if chosen.start() > 0 and chosen.group().lower() not in {"what", "which"}:
        # In "When she was ..., which ...?" and "the man who ... in what year?" the latter asks.
        chosen = next((m for m in asking if m.group().lower() in {"what", "which"}), chosen)
    word = chosen.group().lower()
    focus = _focus(question[chosen.end() :].lower())
    if word in {"how many", "how much"}:
        return Asked("number", _stem(focus), telling)
    if word not in {"what", "which"}:
        return Asked(_KINDS.get(word, "number"), "", telling)
    return Asked(_FOCUS_KINDS.get(focus.rstrip("s"), "thing"), _stem(focus), telling)


def _focus(after: str) -> str:
    """Find the noun that says what is asked for in what follows "what" or "which"."""
    focus = ""
    for word in re.findall(r"[\w'-]+", after)[:5]:
        if _FOCUS_ENDS.fullmatch(word):
            break
        focus = word
        if word in _FOCUS_KINDS:
            break
    if not focus and (named := _NAMED_FOCUS.match(after)):
        focus = named[1]
    return focus


def find_spans(text: str, kind: Kind) -> Iterator[Span]:
    """Find the spans of a text that could answer a question for `kind`."""
    if kind == "time":
        for match in _TIME.finditer(text):
            yield Span(match.group().strip(" ,"), match.start())
    elif kind == "number":
        for match in _NUMBER.finditer(text):
            yield Span(match.group(), match.start(), 0.5 if _YEAR.fullmatch(match.group()) else 1.0)
    else:
        yield from _names(text, kind)


def _names(text: str, kind: Kind) -> Iterator[Span]:
    for match in _NAME.finditer(text):
        words, start = match.group().split(), match.start()
        while words and (words[0].lower() in STOP_WORDS or not words[0][0].isupper()):
            start += len(words.pop(0)) + 1
        if not words:
            continue
        weight = 0.1 if _STARTS_WITH_MONTH.match(words[0]) else 1.0
        if kind == "person":
            weight *= 1.8 if 2 <= len(words) <= 3 else 0.8
        name = " ".join(words).removesuffix("'s").removesuffix("’s").rstrip(".")
        yield Span(name, start, weight)
    if kind == "thing":
        for match in _IN_QUOTES.finditer(text):
            yield Span(match[1].strip(" ,."), match.start(1), 1.1)
