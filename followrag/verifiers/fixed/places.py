"""Where in a text a mark may stand: at the start of a line or sentence, or closing a line."""

from __future__ import annotations

import re

__all__ = ["is_line_end", "is_start"]

_ENDERS = ".!?:;…।॥۔؟。！？"
_BRACKETS = "()[]{}<>\"'“”„«»‘’—–|"
_BETWEEN = " \t\r\u00a0*_`~#+•-"
_LINE_END = re.compile(r"[ \t*_`:)]{0,9}(?:[\r\n]|\\[nr]|\Z)")
_FARTHEST = 60  # signs between a mark and what it stands after


def is_start(text: str, place: int) -> bool:
    r"""Tell whether a line or a sentence starts at a place, or something bracketed stands before.

    White space and markdown may stand between; a `\n` of two characters, as in JSON, is a line
    break.

    Args:
        text: The text.
        place: Where the mark begins.
    """
    for at in range(place - 1, max(-1, place - 1 - _FARTHEST), -1):
        sign = text[at]
        if sign == "\n" or sign in _ENDERS or sign in _BRACKETS:
            return True
        if sign == "n" and text[at - 1 : at] == "\\":
            return True
        if sign not in _BETWEEN:
            return False
    return True


def is_line_end(text: str, place: int) -> bool:
    """Tell whether nothing but markdown, a colon or a bracket follows in a line of a text.

    Args:
        text: The text.
        place: Where the mark ends.
    """
    return _LINE_END.match(text, place) is not None
