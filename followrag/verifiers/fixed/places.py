"""Where in a text a mark may stand: at the start of a line or sentence, or closing a line."""

from __future__ import annotations

import re
import unicodedata

from followrag.verifiers.fixed.words import is_inside

__all__ = ["is_line_end", "is_start"]

_ENDERS = ".!?:;…।॥۔؟。！？¡¿\n"
_BRACKETS = "()[]{}<>\"'“”„«»‘’—–|"
_KEYCAP = "\u20e3"  # makes a picture of the digit before it
_LINE_END = re.compile(r"[ \t*_`:)]{0,9}(?:[\r\n]|\\[nr]|\Z)")
_FARTHEST = 60  # signs between a mark and what it stands after


def is_start(text: str, place: int) -> bool:
    r"""Tell whether a line or a sentence starts at a place, or something bracketed stands before.

    A picture (an emoji, an arrow) sets apart as well. Anything but letters and digits may stand
    between; a `\n` of two characters, as in JSON, is a line break.

    Args:
        text: The text.
        place: Where the mark begins.
    """
    for at in range(place - 1, max(-1, place - 1 - _FARTHEST), -1):
        sign = text[at]
        if sign in _ENDERS or sign in _BRACKETS or sign == _KEYCAP:
            return True
        if unicodedata.category(sign) == "So" or (sign == "n" and text[at - 1 : at] == "\\"):
            return True
        if is_inside(sign):
            return False
    return True


def is_line_end(text: str, place: int) -> bool:
    """Tell whether nothing but markdown, a colon or a bracket follows in a line of a text.

    Args:
        text: The text.
        place: Where the mark ends.
    """
    return _LINE_END.match(text, place) is not None
