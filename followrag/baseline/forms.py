"""How instructions ask for a language, a case or a form of the whole response.

Each public function reads the parameters of the constraint it is named after, or None.
"""

from __future__ import annotations

import re
from typing import Any

from followrag.baseline.grammar import NUMBER, QUOTED, unquote
from followrag.baseline.wording import Wording
from followrag.languages import CODES

# ASCII alone: ignoring case, Unicode takes "ſpanish" for "spanish".
_NAMES = f"(?a:{'|'.join(CODES)})"
_LANGUAGE = re.compile(
    rf"\b(?:in|into|using|use|only)(?: the| only| exclusively| entirely| just)* ({_NAMES})\b"
    rf"(?! (?:alphabet|letters|lower|upper))|\b({_NAMES}) (?:only|exclusively)\b",
    re.IGNORECASE,
)
_NO_OTHER_LANGUAGE = re.compile(r"\bother languages?\b", re.IGNORECASE)

_LARGE = r"(?:capital|all[- ]caps|upper-?case|upper case|caps\b|majuscule)"
_SMALL = r"(?:lower-?case|lower case|small letters|non-capital)"
_NEVER = (
    r"\b(?:no|not|without|avoid\w*|never|any|free (?:of|from)|refrain\w*|devoid|exclud\w*|zero)\b"
)
_FORBIDDEN = (
    r"(?: letters?| characters?)? (?:(?:are|is|must|should|may|can) (?:not|never)|cannot|\w+n't"
    r"|(?:are|is) (?:forbidden|prohibited))\b"
)
_NO_LARGE = re.compile(
    rf"{_NEVER}[^.;,\n]{{0,60}}?\b{_LARGE}|{_LARGE}{_FORBIDDEN}|(?<!n't )\b{_SMALL}", re.IGNORECASE
)
_NO_SMALL = re.compile(rf"{_NEVER}[^.;,\n]{{0,60}}?\b{_SMALL}|{_SMALL}{_FORBIDDEN}", re.IGNORECASE)
_ANY_LARGE = re.compile(rf"\b{_LARGE}", re.IGNORECASE)
_SOME_WORDS = re.compile(
    rf"\b(?:times|some|few|several|{NUMBER}|stress|number of) (?:\w+ ){{0,2}}?words?\b|\btimes\b"
    r"|\bwords with\b",
    re.IGNORECASE,
)

_QUOTATION = re.compile(r'"[^"\n]{20,}"')
_COMMAS = re.compile(r"\bcommas?\b", re.IGNORECASE)
_NONE = re.compile(
    r"\b(?:avoid\w*|without|no|not|never|none|cannot|free|refrain\w*|exclud\w*|exclusion|omit\w*"
    r"|absen\w+|devoid|zero|abstain\w*|steer\w*|eliminat\w*|forgo|forbidden|prohibited|skip\w*|remov\w*"
    r"|leav\w+ out|lacks?)\b|n't\b|comma-free",
    re.IGNORECASE,
)
_JSON = re.compile(r"\bjson\b", re.IGNORECASE)
_TITLE = re.compile(
    r"<<[^\n]*>>|\b(?:double|two) (?:angular|angled?|chevron)|\bang(?:ular|led?) brackets",
    re.IGNORECASE,
)
_DOUBLE_QUOTES = re.compile(
    r"\bdouble[- ]?quot\w*|\bdouble inverted commas"
    r"|\b(?:surround|wrap|enclos|encas|encapsul|put|plac)\w*[^.!?\n]{0,60}?\bquot(?:ation|es)",
    re.IGNORECASE,
)
_REQUEST = r"(?:request|question|prompt|query|instructions?|inquiry|task)"
_REPEAT = re.compile(
    r"\b(?:repeat\w*|restat\w*|echo\w*|reiterat\w*|cop(?:y|ying)|reproduc\w*|recit\w*)\b[^.!?\n]{0,60}?"
    rf"\b(?:{_REQUEST}|it|sentence|text|statement|above|exactly|verbatim|word[- ]for[- ]word)\b"
    rf"|\b(?:begin|start)\w* (?:your \w+ )?with the (?:exact|original|same) {_REQUEST}\b",
    re.IGNORECASE,
)
_QUOTED_REQUEST = re.compile(rf"[^.!?\n\"']{{0,60}}?[:(*]*\s*{QUOTED}")


def format_language(wording: Wording) -> dict[str, Any] | None:
    """Read the language; English counts only where it is the only one named and allowed."""
    matches = _LANGUAGE.finditer(wording.text)
    codes = [CODES[(match[1] or match[2]).lower()] for match in matches]
    foreign = [code for code in codes if code != "en"]
    if foreign:
        return {"language": foreign[0]}
    return {"language": "en"} if codes and _NO_OTHER_LANGUAGE.search(wording.text) else None


def _clauses(wording: Wording) -> list[str]:
    """Split the instructions at commas, without what they quote: a question may name a capital."""
    plain = (_QUOTATION.sub('""', sentence) for sentence in wording.sentences)
    return [clause for sentence in plain for clause in re.split(r",\s|;", sentence)]


def _forbids_capitals(clause: str) -> bool:
    return bool(_NO_LARGE.search(clause)) and not _NO_SMALL.search(clause)


def cases_lowercase(wording: Wording) -> dict[str, Any] | None:
    """Read that there must be no capitals."""
    return {} if any(map(_forbids_capitals, _clauses(wording))) else None


def cases_uppercase(wording: Wording) -> dict[str, Any] | None:
    """Read that there must be capitals only."""
    for clause in _clauses(wording):
        is_about_all = _ANY_LARGE.search(clause) and not _SOME_WORDS.search(clause)
        if _NO_SMALL.search(clause) or (is_about_all and not _forbids_capitals(clause)):
            return {}
    return None


def format_json(wording: Wording) -> dict[str, Any] | None:
    """Read that the response must be JSON."""
    return {} if _JSON.search(wording.text) else None


def format_no_commas(wording: Wording) -> dict[str, Any] | None:
    """Read that there must be no commas."""
    return {} if any(map(_NONE.search, wording.sentences_with(_COMMAS))) else None


def format_quotation(wording: Wording) -> dict[str, Any] | None:
    """Read that the response must stand in double quotation marks."""
    return {} if _DOUBLE_QUOTES.search(wording.text) else None


def structure_title(wording: Wording) -> dict[str, Any] | None:
    """Read that a title in double angular brackets is wanted."""
    return {} if _TITLE.search(wording.text) else None


def format_repeat_question(wording: Wording) -> dict[str, Any] | None:
    """Read that the question must be repeated, in the words given for that if they differ."""
    match = _REPEAT.search(wording.text)
    if match is None:
        return None
    quoted = _QUOTED_REQUEST.match(wording.text, match.end())
    said = unquote(quoted) if quoted else ""
    if len(said.split()) > 3 and _letters(said) not in _letters(wording.question):
        return {"prompt_to_repeat": said}
    return {"prompt_to_repeat": wording.question} if wording.question else None


def _letters(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
