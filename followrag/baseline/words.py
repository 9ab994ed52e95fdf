"""How instructions ask for keywords, for an ending and for a postscript.

Each public function reads the parameters of the constraint it is named after, or None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from followrag.baseline.grammar import (
    BOUND,
    NUMBER,
    QUOTED,
    read_list,
    to_bound,
    to_number,
    unquote,
)
from followrag.baseline.wording import Wording

# How many characters around a find are read.
_NEAR = 300
_TIMES = re.compile(
    rf"\b(?P<bound>{BOUND}) (?:a total of )?"
    rf"(?:(?P<n>{NUMBER}) (?:times?|occurrences|instances|mentions)"
    rf"|(?P<word>once|twice|thrice))\b|\b(?P<least>{NUMBER})(?: times)? or more(?: times)?\b",
    re.IGNORECASE,
)
_TIMES_WORDS = {"once": 1, "twice": 2, "thrice": 3}
_OFTEN = re.compile(r"\b(?:times?|once|twice|thrice)\b", re.IGNORECASE)
_COUNTED_WORD_ENDS = re.compile(
    r"\s(?:should|must|is|are|be|being|to|will|shall|can|needs?|has|gets?|appears?|appearing|occurs?"
    r"|occurring|shows?|in|within|a|for|used|mentioned|no|not|does|throughout|at)\b"
)
_CAPITALS = re.compile(r"(?:with|in|of) (?:all )?(?:cap|upper)", re.IGNORECASE)

_NOUN = r"(?:key ?words?|words?|terms?|phrases?)"
_USING = (
    r"(?:includ|incorporat|contain|featur|utili[sz]|us|mention|insert|add|integrat|weav|employ|say"
    r"|referenc|exclud|omit|avoid|embed)(?:e|es|ing|ed|s|ning)?"
)
_NAMED = re.compile(
    rf"\b{_NOUN}\b(?: (?:such as|like|namely|including|following))?(?: in (?:your|the) \w+:)?"
    r"[\s:\[]+(?=[\w\"'`*])",
    re.IGNORECASE,
)
_UNNAMED = re.compile(
    rf"\b(?:{_USING}|ensure|sure|certain|that)(?: both| either| the following| all of)*"
    r"[\s:]+(?=[\"'])"
    rf"|\b{_NOUN}\b[^.:!?\n\"']{{1,50}}(?::\s*(?=[\w\"'`*])|\b(?:are|is|being)\b:?\s*(?=[\"'`]))",
    re.IGNORECASE,
)
_USE = re.compile(
    rf"\b(?:{_USING}|part of|present|appear\w*|ha(?:s|ve)|found|cover\w*|put)\b", re.IGNORECASE
)
_NEGATION = re.compile(
    r"\b(?:no|not(?! (?:only|forget))|never|none|neither|without|cannot|avoid\w*|refrain\w*"
    r"|exclud\w*|omit\w*|leav\w+ out|left out|forbid\w*|prohibit\w*|free (?:of|from)|absent"
    r"|steer\w* clear|abstain\w*|devoid|skip\w*|eliminat\w*|remov\w*|off[- ]limits)\b"
    r"|n't\b(?! forget)",
    re.IGNORECASE,
)
_NEGATED_AFTER = re.compile(
    r"\W*(?:\w+ ){0,6}?(?:not|cannot|\w+n't|never|excluded|omitted|absent|avoided|left out"
    r"|forbidden|prohibited|off)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:.!?\n]\s|\b(?:and|but|while|also|as well as)\b", re.IGNORECASE)
# Words that are not keywords: those to start or end with, "any words", "150 words", a marker.
_OTHER_ROLE = re.compile(
    r"(?:begin|start|commenc|open|initiat|end|conclud|finish|clos|complet|terminat|wrap|sign)\w*"
    r"(?: \w+){0,6}?(?: (?:with|by|using|as))?(?: the| this| these)?"
    r"(?: (?:exact|specific|final|following))*\W*$"
    r"|\b(?:any|no|other|additional|further|extra|more|every|each|own|first|last|\d+|in|few"
    r"|introductory|final|closing|concluding|ending|opening|starting)\W+$"
    r"|(?:paragraph|post-? ?script)[^.]{0,40}$",
    re.IGNORECASE,
)
_AT_THE_END = re.compile(
    r"\W{0,3}(?:\w+ ){0,3}?(?:at the (?:very )?end|(?:as|be) the (?:final|last))", re.IGNORECASE
)

_END = (
    r"(?<!the )(?<!very )"
    r"(?:(?:end|conclud|finish|clos|complet|terminat|finali[sz])(?:e|s|es|ed|ing)?"
    r"|(?:wrap|sign|cap|round)(?:s|ping|ing)? (?:\w+ ){0,3}?(?:up|off|out))"
)
_POSTSCRIPT = r"\bpost ?-?script\b"
_NOT_POSTSCRIPT = rf"(?![^.!?\n\"']{{0,80}}(?:{_POSTSCRIPT}|\bparagraph\b))"
_PHRASE = r"(?:phrase|words|sentence|statement|line|saying)"
_ENDINGS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_END}\b{_NOT_POSTSCRIPT}[^.!?\n\"']{{0,90}}?\b(?:with|by|as|using|{_PHRASE})"
        rf"(?: \w+){{0,5}}[\s:,]+{QUOTED}",
        rf"\b(?:very end|(?:last|final|closing) (?:{_PHRASE}|word|thing)) of (?:your|the) "
        rf"[^.!?\n\"']{{0,60}}?[\s:]+{QUOTED}",
        rf"\bat the (?:very )?end\b{_NOT_POSTSCRIPT}[^.!?\n\"']{{0,60}}"
        rf"\b(?:{_PHRASE}|add|include|say|write)[\s:]+{QUOTED}",
        rf"{QUOTED}[^.!?\n\"']{{0,40}}?\b(?:at the (?:very )?(?:end|conclusion)"
        rf"|(?:as|be) (?:the|your) (?:final|last|closing)|(?:final|last|closing) {_PHRASE})",
        # The phrase may stand without quotes if it starts like a sentence.
        rf"\b{_END}\b{_NOT_POSTSCRIPT}[^.!?\n\"']{{0,60}}?\b(?:with|by)\b(?: saying)?"
        rf"(?: (?:the|this))?(?: (?:exact|following|specific))*(?: (?:{_PHRASE}|question))?[\s:]+"
        r"((?!(?:post|a |an |the ))(?-i:[A-Z])[^.!?\n]{2,80}[.!?])",
    )
)
_POSTSCRIPT_TAIL = re.compile(rf"{_POSTSCRIPT}(?P<tail>[^!?\n]{{0,120}})", re.IGNORECASE)
_MARKED_BY = re.compile(
    r"\b(?:start|begin|commenc|open|lead|introduc|prefac|prefix|label|mark|initiat|denot|indicat|head"
    r"|titl)\w*(?: off)?(?: explicitly)? (?:with|by|as|from|using)(?: the)?"
    r"(?: (?:words?|marker|phrase|term|letters|abbreviation|label|text|prefix|acronym)\b)?:?\s+",
    re.IGNORECASE,
)
_MARKER = re.compile(r"(?:[A-Za-z]\.){2,}[A-Za-z]?\.?|[\w'/]+:?")
_SMALL_MARKER = re.compile(r"(?:[a-z]\.)+[a-z]?\.?|(?:fyi|nb|btw|p+s):?")


class _Mention(NamedTuple):
    """Words that are asked for (`wanted`) or forbidden."""

    words: list[str]
    wanted: bool


def keywords_frequency(wording: Wording) -> dict[str, Any] | None:
    """Read a word and how often it may or must occur."""
    for sentence in wording.sentences:
        for times in _TIMES.finditer(sentence):
            before = sentence[max(0, times.start() - _NEAR) : times.start()]
            after = sentence[times.end() : times.end() + _NEAR]
            if word := _counted_word(before, after):
                said = times["word"] or times["n"] or times["least"]
                number = _TIMES_WORDS.get(said.lower()) or to_number(said)
                bound = to_bound(times["bound"] or "at least", number)
                return {"keyword": word, "frequency": bound.number, "relation": bound.relation}
    return None


def _counted_word(before: str, after: str) -> str | None:
    """Find the word that is counted: the last one named before the count, else one quoted."""
    if named := list(_NAMED.finditer(before)):
        said = before[named[-1].end() :]
        if _CAPITALS.match(said):
            return None
        phrase = _COUNTED_WORD_ENDS.split(said, maxsplit=1)[0].strip()
        words, _ = read_list(phrase)
        return words[0] if words and phrase[:1] in "\"'`*" else phrase.strip(" ,:") or None
    if quoted := list(re.finditer(QUOTED, before)) or list(re.finditer(QUOTED, after)):
        return unquote(quoted[-1]).rstrip(",")
    verb = re.search(rf"\b{_USING}\s+(\w[\w'-]*)\s*$", before, re.IGNORECASE)
    return verb[1] if verb else None


def keywords_inclusion(wording: Wording) -> dict[str, Any] | None:
    """Read the words that must occur."""
    words = [word for mention in _mentions(wording) if mention.wanted for word in mention.words]
    return {"keywords": list(dict.fromkeys(words))} if words else None


def keywords_exclusion(wording: Wording) -> dict[str, Any] | None:
    """Read the words that must not occur."""
    words = [word for mention in _mentions(wording) if not mention.wanted for word in mention.words]
    return {"forbidden_words": list(dict.fromkeys(words))} if words else None


def _mentions(wording: Wording) -> Iterator[_Mention]:
    """Find the lists of words that are asked for or forbidden."""
    for sentence in wording.sentences:
        done = 0
        leads = [*_NAMED.finditer(sentence), *_UNNAMED.finditer(sentence)]
        for lead in sorted(leads, key=lambda match: match.end()):
            if lead.end() < done:
                continue
            words, end = read_list(sentence, lead.end())
            if not words:
                continue
            done = end
            start = lead.start() if lead.re is _NAMED else lead.end()
            before = sentence[max(0, start - _NEAR) : start].rstrip() + " "
            after = sentence[end : end + _NEAR]
            if not _has_other_role(words, before, after):
                wanted = _is_wanted(before, after)
                if wanted is not None or "key" in lead.group().lower():
                    yield _Mention(words, wanted is not False)


def _has_other_role(words: list[str], before: str, after: str) -> bool:
    """Whether words are not keywords but an ending, a counted word, "PART X" and so on."""
    return bool(
        _OTHER_ROLE.search(before)
        or _AT_THE_END.match(after)
        or any(re.search(r" [X1]$", word) for word in words)
        or (len(words) == 1 and _OFTEN.search(_CLAUSE_END.split(after)[0]))
    )


def _is_wanted(before: str, after: str) -> bool | None:
    """Tell from the clauses around a list whether its words are wanted; None if they don't say."""
    following = re.split(r"[;.!?\n]|,\s|\b(?:and|but|while)\b", after)[0]
    if _NEGATED_AFTER.match(following):
        return False
    for clause in reversed(_CLAUSE_END.split(before)):
        if _NEGATION.search(clause):
            return False
        if _USE.search(clause):
            return True
    return True if _USE.search(following) else None


def position_end_with(wording: Wording) -> dict[str, Any] | None:
    """Read the phrase at the end, which is not that of a postscript at the end."""
    postscript = position_postscript(wording) or {}
    for pattern in _ENDINGS:
        for match in pattern.finditer(wording.text):
            phrase = unquote(match).rstrip(",")
            if re.search(r"\w", phrase) and phrase not in postscript.values():
                return {"end_phrase": phrase}
    return None


def position_postscript(wording: Wording) -> dict[str, Any] | None:
    """Read the marker of the postscript."""
    for match in _POSTSCRIPT_TAIL.finditer(wording.text):
        lead = _MARKED_BY.search(match["tail"])
        said = match["tail"][lead.end() :] if lead else ""
        if quoted := re.match(QUOTED, said):
            return {"postscript_marker": unquote(quoted)}
        if marker := _MARKER.match(said):
            text = marker.group()
            # Markers are in small letters where the whole prompt was put in small letters.
            shown = text.upper() if _SMALL_MARKER.fullmatch(text) else text
            return {"postscript_marker": shown}
    return None
