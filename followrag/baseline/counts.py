"""How instructions ask for so many words, sentences, paragraphs, bullets and other marks.

Each function reads the parameters of the constraint it is named after, or None.
"""

from __future__ import annotations

import re
from typing import Any

from followrag.baseline.grammar import BOUND, NUMBER, Bound, to_bound, to_number
from followrag.baseline.wording import Wording

_N = rf"\*{{0,2}}(?P<n>{NUMBER})\*{{0,2}}"
_ADJECTIVES = r"(?:[\w-]+ ){0,2}?"
_CAPITALS = r"(?:in|with|of) (?:all )?(?:caps|capital|upper)"
_PARTS = r"(?:sections?|parts?|segments?|portions?|pieces?|chapters?|divisions?|blocks?)"
_SPOTS = (
    rf"(?:{_PARTS}|areas?|phrases?|points?|passages?|places?|elements?|highlights?|words|keywords"
    r"|items?|sentences?|snippets?)"
)
_HIGHLIGHT = r"(?:highlight|italici[sz]|emphasi[sz]|bold|accentuat|mark)\w*"
_HIGHLIGHTED = r"(?:highlight|italic|emphasi[sz]|bold|accentuat)\w*"
_EMPHASIS = re.compile(_HIGHLIGHTED, re.IGNORECASE)
_HIGHLIGHTS = (
    rf"\b{_HIGHLIGHT}[^.!?\n<>]{{0,40}}?\b{_N} {_ADJECTIVES}{_SPOTS}\b",
    rf"\b{_N} (?:[\w-]+ ){{0,3}}?{_SPOTS}\b[^.!?\n]{{0,60}}?\b\*?{_HIGHLIGHTED}",
    rf"\b{_N} \*?{_HIGHLIGHTED}",
)
_BULLETS = (
    rf"\b{_N} (?:[\w-]+ ){{0,3}}?bullet",
    rf"\bbullet(?:ed|s)?\b[^.!?\n*]{{0,40}}?\b{_N}(?: (?:points|bullets|items)|\b)",
)
_SECTION_MARK = re.compile(
    r"\b([A-Za-z]{2,})\W{0,2} (?:X|x|#|N|\[?number\]?)\b(?!-)|\b([A-Za-z]{3,}) (?:1|I)\b"
)
# "*highlighted section 1*" is an example of a highlight, "Point 1" of a bullet.
_EXAMPLE = re.compile(r"\*[^*\n]* \d+\*|\*highlight[^*\n]*\*", re.IGNORECASE)
_EXAMPLES = {"bullet", "example", "item", "line", "paragraph", "placeholder", "point", "text"}

_STARS = re.compile(r"\*\*\*|\* \* \*|(?:three|triple|3) (?:asterisks|stars)", re.IGNORECASE)
_STAR_PARTS = re.compile(rf"\b{_N}[ -]{_ADJECTIVES}(?:paragraphs?|{_PARTS})\b", re.IGNORECASE)
_NO_ADJECTIVE = (
    r"(?:new)?lines?|line-?breaks?|blank|breaks?|sections?|parts?|bullets?|words?|sentences?"
)
_PARAGRAPHS = re.compile(
    rf"\b{_N}[ -](?:(?!(?:{_NO_ADJECTIVE})\b)[a-z-]+,? ){{0,4}}?paragraphs?\b", re.IGNORECASE
)
_FIRSTS = "1st first opening initial"
_NTHS = (
    "2nd second|3rd third|4th fourth|5th fifth|6th sixth|7th seventh|8th eighth|9th ninth"
    "|10th tenth"
)
_ORDINALS = {
    word: place
    for place, words in enumerate([_FIRSTS, *_NTHS.split("|")], start=1)
    for word in words.split()
}
_NTH = rf"(?P<nth>{'|'.join(_ORDINALS)}|last|final|closing|concluding)"
_PARAGRAPH = rf"(?:the |your )?(?:very )?{_NTH} (?:and \w+ )?paragraph"
_PARAGRAPH_PLACE = rf"paragraph (?:number )?(?P<place>{NUMBER})"
_STARTS = r"(?:begin|start|commenc|open|initiat|introduc|lead)\w*(?: off)?"
_MUST = r"(?:should|must|shall|will|needs? to|has to|is to|to)"
_THE_WORD = r"(?: the)?(?: word| term)?:?"
_WORD = r"(?:[\s\"'*:(,]{0,4}(?P<word>[^\W_](?:[\w'-]*[^\W_])?))"
_FIRST_WORDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_PARAGRAPH}\b[^.!?\n]{{0,60}}?\b{_STARTS}[^.!?\n\"']{{0,25}}?\b(?:with|by|using|as)\b"
        rf"[^.!?\n\"']{{0,25}}?\b(?:word|term)\b(?: of)?:?{_WORD}",
        rf"\b{_PARAGRAPH}\b[^.!?\n]{{0,60}}?\b{_STARTS} (?:with|by)(?: the)?{_WORD}",
        rf"\b{_STARTS} (?:{_PARAGRAPH}|{_PARAGRAPH_PLACE})[^.!?\n]{{0,30}}?"
        rf"(?:with|by|using)(?: the)?(?: \w+){{0,2}}?(?: word| term)?:?{_WORD}",
        rf"\bfirst word (?:of|in) {_PARAGRAPH}[^.!?\n\"']{{0,40}}?\b(?:be|is|as){_THE_WORD}{_WORD}",
        rf"\b(?:{_PARAGRAPH_PLACE}|{_NTH} one)\b[^.!?\n]{{0,30}}?\b{_STARTS}"
        rf" (?:with|by){_THE_WORD}{_WORD}",
        rf"\b{_NTH}(?: of (?:these|which|them))?(?: {_MUST})? {_STARTS} (?:with|by)"
        rf"{_THE_WORD}{_WORD}",
        rf"\b{_STARTS} (?:with|by){_THE_WORD}{_WORD}[\"'*]* (?:in|for) {_PARAGRAPH}",
        rf"\b{_WORD}[\"'*]* (?:is|{_MUST} (?:be|serve as)) the (?:first|opening|starting) word"
        rf" (?:of|in) {_PARAGRAPH}",
    )
)


def _first(patterns: tuple[str, ...], text: str) -> re.Match[str] | None:
    """Find the first pattern that matches anywhere."""
    found = (re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
    return next(filter(None, found), None)


def _bound(unit: str, text: str) -> Bound | None:
    """Find "at least N units", "N units or more", "a minimum length of N units" and the like."""
    units = rf"{_N}[ -]{_ADJECTIVES}{unit}s?\b(?![^.!?\n]{{0,40}}\b{_CAPITALS})"
    if match := _first(
        (
            rf"\b(?P<bound>{BOUND})\W{{1,2}}(?:of )?(?:exactly |about )?{units}",
            rf"\b(?P<bound>{BOUND})\W{{1,2}}(?:[\w-]+ ){{1,4}}?(?:of )?{units}",
            rf"\b{unit} (?:count|length|total)[^.!?\n]{{0,30}}?\b(?P<bound>{BOUND}) {_N}\b",
            rf"\b{unit}s\b[^.!?\n]{{0,40}}?\b(?P<bound>{BOUND}) {_N}\b(?! (?:times|\w+s\b))",
        ),
        text,
    ):
        return to_bound(match["bound"], to_number(match["n"]))
    if match := _first(
        (rf"\b{_N}[ -]{unit}s?\b(?: \w+)?,? or (?P<other>more|longer|fewer|less)\b",), text
    ):
        is_floor = match["other"].lower() in {"more", "longer"}
        return to_bound("at least" if is_floor else "at most", to_number(match["n"]))
    match = _first((rf"\b{_N}(?:\+|-)[ -]?{unit}s?\b",), text)
    return match and Bound("at least", to_number(match["n"]))


def length_words(wording: Wording) -> dict[str, Any] | None:
    """Read a number of words."""
    bound = _bound("word", wording.text)
    return bound and {"num_words": bound.number, "relation": bound.relation}


def length_sentence(wording: Wording) -> dict[str, Any] | None:
    """Read a number of sentences."""
    bound = _bound("sentence", wording.text)
    return bound and {"num_sentences": bound.number, "relation": bound.relation}


def length_paragraph(wording: Wording) -> dict[str, Any] | None:
    """Read a number of paragraphs between `***`."""
    match = _count_of_starred(wording.text)
    return match and {"num_paragraphs": to_number(match["n"])}


def _count_of_starred(text: str) -> re.Match[str] | None:
    """Find the count that the mention of `***` is about: the nearest before it, else after it."""
    stars = _STARS.search(text)
    if stars is None:
        return None
    counts = list(_STAR_PARTS.finditer(text))
    before = [match for match in counts if -150 < match.end() - stars.start() <= 0]
    after = [match for match in counts if 0 < match.start() - stars.end() < 150]
    return next(iter(before[-1:] + after), None)


def position_first_word(wording: Wording) -> dict[str, Any] | None:
    """Read the first word of one of so many paragraphs."""
    found = next(filter(None, (pattern.search(wording.text) for pattern in _FIRST_WORDS)), None)
    if found is None:
        return None
    starred = _count_of_starred(wording.text)
    counts = [
        match
        for match in _PARAGRAPHS.finditer(wording.text)
        if starred is None or match.start() != starred.start()
    ]
    count = next(iter(counts), starred)
    if count is None:
        return None
    paragraphs = to_number(count["n"])
    place = found.groupdict().get("place")
    nth = to_number(place) if place else _ORDINALS.get(found["nth"].lower(), paragraphs)
    return {"first_word": found["word"], "num_paragraphs": paragraphs, "nth_paragraph": nth}


def structure_bullets(wording: Wording) -> dict[str, Any] | None:
    """Read a number of bullet points."""
    match = _first(_BULLETS, wording.text)
    return match and {"num_bullets": to_number(match["n"])}


def structure_highlights(wording: Wording) -> dict[str, Any] | None:
    """Read a number of highlighted parts."""
    for sentence in wording.sentences_with(_EMPHASIS):
        if match := _first(_HIGHLIGHTS, sentence):
            return {"num_highlights": to_number(match["n"])}
    return None


def structure_placeholder(wording: Wording) -> dict[str, Any] | None:
    """Read a number of placeholders."""
    match = _first((rf"\b{_N} (?:[\w-]+ ){{0,3}}?placeholders?\b",), wording.text)
    return match and {"num_placeholders": to_number(match["n"])}


def structure_sections(wording: Wording) -> dict[str, Any] | None:
    """Read a number of sections and the word before their numbers."""
    before = ""
    for sentence in wording.sentences:
        found = _SECTION_MARK.findall(_EXAMPLE.sub("", sentence))
        for mark, first in dict.fromkeys(found):
            mark = mark or first
            if first and not _is_numbered(mark, sentence):
                continue
            counted = (rf"\b{_N} {_ADJECTIVES}(?:{_PARTS}|{mark}s?)\b",)
            if count := _first(counted, sentence) or _first(counted, before):
                # Marks are in small letters where the whole prompt was put in small letters.
                shown = mark.upper() if mark.islower() else mark
                return {"section_spliter": shown, "num_sections": to_number(count["n"])}
        before = sentence
    return None


def _is_numbered(mark: str, sentence: str) -> bool:
    """Whether "MARK 1" is meant as the first of a row."""
    return mark.lower() not in _EXAMPLES and bool(re.search(rf"\b{mark} (?:2|II)\b", sentence))


def cases_capital_words(wording: Wording) -> dict[str, Any] | None:
    """Read a number of words in capitals."""
    patterns = (
        rf"\bwords? {_CAPITALS}[^.!?\n]{{0,60}}?\b(?P<bound>{BOUND}) {_N} times",
        rf"\b(?P<bound>{BOUND}) {_N} (?:[\w-]+ )??words? {_CAPITALS}",
        rf"\b(?P<bound>{BOUND}) {_N} (?:all[- ]cap\w*|(?:fully )?capitali[sz]ed|uppercase) words",
    )
    match = _first(patterns, wording.text)
    if match is None:
        return None
    bound = to_bound(match["bound"], to_number(match["n"]))
    return {"capital_frequency": bound.number, "capital_relation": bound.relation}
