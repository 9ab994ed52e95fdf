"""The small words of instructions: numbers, bounds, quotations and lists of words."""

from __future__ import annotations

import re
from typing import NamedTuple

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: value for value, word in enumerate(_UNITS.split())}
_VALUES |= {word: 20 + 10 * place for place, word in enumerate(_TENS.split())}
_VALUE = f"(?:{'|'.join(sorted(_VALUES, key=len, reverse=True))})"
# ASCII alone: ignoring case, Unicode takes "ſix" for "six". Nine digits: `int` refuses thousands.
NUMBER = (
    r"(?a:\d{1,3}(?:,\d{3}){1,2}|\d{1,9}"
    rf"|{_VALUE}(?:[- ](?:hundred|thousand|{_VALUE})){{0,6}})"
)

_MORE_THAN = r"(?:more|longer|greater) than|over|exceed(?:s|ing)?|upwards of"
_AT_LEAST = (
    r"at (?:the )?(?:very )?least|(?:a |the )?min(?:imum|imal)(?: \w+)? of|minimum"
    r"|(?:no|not) (?:fewer|less|shorter) than"
)
_AT_MOST = (
    r"(?:no|not) (?:more|longer|greater) than|at (?:the )?(?:very )?most"
    r"|(?:a |the )?max(?:imum|imal)(?: \w+)? of|up to|not (?:to )?exceed(?:ing)?|within"
)
_LESS_THAN = r"(?:less|fewer|shorter) than|under|below"
BOUND = rf"(?:{_AT_MOST}|{_AT_LEAST}|{_MORE_THAN}|{_LESS_THAN})"

# One group matches: what stands in double or single quotation marks, backticks or asterisks.
QUOTED = (
    r"(?:\"+([^\"\n]+)\"+|(?<![\w'])'((?:[^'\n]|(?<=\w)'(?=\w)){1,300})'(?!\w)|`([^`\n]+)`"
    r"|(?<!\*)\*{1,2}(\w[^*\n]*)\*{1,2}(?!\*))"
)
_QUOTED = re.compile(QUOTED)
_BARE = re.compile(r"(?:[A-Z][\w'-]*(?: [A-Z][\w'-]*)+|[^\W_][\w'-]*(?:\.[\w'-]+)*)")
_AND = r"(?:and/or|and|or|nor)\b"
_BETWEEN_BARE = re.compile(rf"\s*[,;&/]\s*(?:{_AND}\s*)?|\s+{_AND}\s*")
_BETWEEN_QUOTED = re.compile(rf"\s*[,;&/]?\s*(?:{_AND}\s*)?")
# What can't be a bare word of a list: "the words that follow", "no words after this".
_NO_ITEM_WORDS = (
    "a about additionally after afterward afterwards again ahead all also an and any appear "
    "appearing appears are as at avoid be been before being beyond both but by can cannot "
    "characters conclude could count do does each end ensure ensuring exactly except fewer finally "
    "finish follow followed following for from furthermore here highlight how i in include "
    "included including into is it its keep lastly length less letters like limit long make may "
    "minimum more moreover must no nor not occur occurs of on once only or per please preceding "
    "prior provide repeat respond should so such than that the their them then there these they "
    "this those thrice times to together total twice under until upon use used using was were what "
    "when where which while who will with within without would write you your"
)
_NO_ITEM = frozenset(_NO_ITEM_WORDS.split())


class Bound(NamedTuple):
    """A number that is asked for: `at least` or `less than` it."""

    relation: str
    number: int


def to_number(text: str) -> int:
    """Read what `NUMBER` matched: "1,000", "fifteen" or "two hundred fifty"."""
    if text[0].isdigit():
        return int(text.replace(",", ""))
    total = part = 0
    for word in re.split(r"[- ]", text.lower()):
        if word == "hundred":
            part = max(part, 1) * 100
        elif word == "thousand":
            total, part = total + max(part, 1) * 1000, 0
        else:
            part += _VALUES[word]
    return total + part


def to_bound(words: str, number: int) -> Bound:
    """Read what `BOUND` matched as one of the two relations that constraints know."""
    if re.fullmatch(_AT_MOST, words, re.IGNORECASE):
        return Bound("less than", number + 1)
    if re.fullmatch(_MORE_THAN, words, re.IGNORECASE):
        return Bound("at least", number + 1)
    is_floor = re.fullmatch(_AT_LEAST, words, re.IGNORECASE)
    return Bound("at least" if is_floor else "less than", number)


def unquote(match: re.Match[str]) -> str:
    """Take the text out of a match of a pattern whose groups are those of `QUOTED`."""
    text: str = next(filter(None, match.groups()))
    return text.strip()


class WordList(NamedTuple):
    """A list of words and the place in the text where it ends."""

    words: list[str]
    end: int


def read_list(text: str, start: int = 0) -> WordList:
    """Read the list that stands at `start`: words in quotes, or bare up to a word of grammar."""
    words: list[str] = []
    at = end = start
    is_quoted = _QUOTED.match(text, start) is not None
    item, between = (_QUOTED, _BETWEEN_QUOTED) if is_quoted else (_BARE, _BETWEEN_BARE)
    while match := item.match(text, at):
        word = unquote(match) if is_quoted else match.group()
        if not is_quoted and word.lower() in _NO_ITEM:
            break
        words.append(word.rstrip(",.;:"))
        end = match.end()
        gap = between.match(text, end)
        if gap is None:
            break
        at = gap.end()
    # The two letters of a written-out line break are no word.
    return WordList([word for word in words if re.search(r"\w", word.replace("\\n", ""))], end)
