"""Numbers as a prompt may write them: in digits, in words, and as ordinals."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["says_number", "says_ordinal"]

_UNITS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
]
_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_TIMES = {1: "once", 2: "twice", 3: "thrice"}
_ORDINALS = {
    1: "first|1st|opening|initial|begin",
    2: "second|2nd",
    3: "third|3rd",
    4: "fourth|4th",
    5: "fifth|5th",
    6: "sixth|6th",
    7: "seventh|7th",
    8: "eighth|8th",
    9: "ninth|9th",
    10: "tenth|10th",
}


def says_number(number: int, text: str) -> bool:
    """Tell whether a text holds a number, in digits or in English words."""
    return _pattern(number).search(text) is not None


def says_ordinal(number: int, last: int, text: str) -> bool:
    """Tell whether a text holds an ordinal, or speaks of the last one."""
    written = _ORDINALS.get(number, f"{number}(?:st|nd|rd|th)")
    if number == last:
        written += "|last|final"
    expression = rf"\b(?:{written})|paragraph\W{{0,3}}(?:{number}|{_words(number)})\b"
    return re.search(expression, text, re.IGNORECASE) is not None


@cache
def _pattern(number: int) -> re.Pattern[str]:
    digits = rf"(?<!\d){number}(?!\d)|(?<!\d){number:,}(?!\d)"
    words = "|".join(filter(None, (_words(number), _TIMES.get(number))))
    return re.compile(rf"{digits}|\b(?:{words})\b", re.IGNORECASE)


def _words(number: int) -> str:
    """Write a number below a million as an expression for its words."""
    if number < 20:
        return _UNITS[number]
    if number < 100:
        rest = rf"[\s-]{_UNITS[number % 10]}" if number % 10 else ""
        return _TENS[number // 10] + rest
    size, name = (100, "hundred") if number < 1_000 else (1_000, "thousand")
    if number >= 1_000_000:
        return str(number)
    head = rf"(?:{_words(number // size)}{'|an?' if number // size == 1 else ''})\s{name}"
    return head + (rf"(?:\sand)?\s{_words(number % size)}" if number % size else "")
