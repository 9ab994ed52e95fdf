"""What a response that is JSON from end to end can't be besides.

JSON is read after the response's outer white space, a ``` fence before it and one after it are
taken off. A JSON string holds no line break, and a number or a literal (true, NaN) no white space,
so that JSON which is no array or object stands on one line, fences apart.
"""

from __future__ import annotations

import re

from followrag.verifiers.conflicts.rules import rule
from followrag.verifiers.format import (
    FormatJson,
    FormatNoCommas,
    FormatQuotation,
    FormatRepeatQuestion,
)
from followrag.verifiers.position import PositionEndWith, PositionFirstWord
from followrag.verifiers.structure import StructureBullets

_AFTER = re.compile(r"\s*`{0,3}")
_NUMBER = re.compile(r"-?[\d.e+-]*\s*`{0,3}")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*(?P<closed>"\s*`{0,3})?\\?')
_LITERALS = ("true", "false", "null", "nan", "infinity", "-infinity")


@rule("json and repeat", FormatJson, FormatRepeatQuestion, modes=("reference",))
def _repeat_as_json(json: FormatJson, repeat: FormatRepeatQuestion) -> str | None:
    """A response that begins so is no JSON however it goes on; see `_may_open`."""
    if not _may_open(repeat.prompt_to_repeat.strip().lower()):
        return "a response that begins with the text to repeat is no JSON"
    return None


def _may_open(text: str) -> bool:
    """Tell whether JSON may begin with a text in lower case; certain where it is False.

    A fence, an array or an object may go on somehow. A string, a number or a literal either goes on
    after the text, or white space and one closing fence are all that may follow it.
    """
    if text[0] in "{[`":
        return True
    if text[0] == '"':
        return _STRING.fullmatch(text) is not None
    return _NUMBER.fullmatch(text) is not None or any(
        literal.startswith(text)
        or (text.startswith(literal) and _AFTER.fullmatch(text[len(literal) :]))
        for literal in _LITERALS
    )


@rule("json and first word", FormatJson, PositionFirstWord, modes=("reference",))
def _json_starts_with_word(json: FormatJson, first: PositionFirstWord) -> str | None:
    """A first word that opens no fence, array or object is in a string, a number or a literal.

    That and a closing fence make two paragraphs at most.
    """
    if first.nth_paragraph == 1 and first.num_paragraphs > 2 and first.first_word[0] not in "{[`":
        return (
            f"JSON whose first word is {first.first_word!r} is a single string, "
            f"which has no {first.num_paragraphs} paragraphs"
        )
    return None


@rule(
    "json without commas and bullets",
    FormatJson,
    FormatNoCommas,
    StructureBullets,
    modes=("reference",),
)
def _points_without_commas(
    json: FormatJson, commas: FormatNoCommas, bullets: StructureBullets
) -> str | None:
    """A bullet in JSON is a line that begins with a negative number, as strings have no lines.

    Without commas, no array or object has two entries, so that there is one number at most.
    """
    if bullets.num_bullets > 1:
        return (
            f"the only bullet points in JSON are lines of negative numbers, and "
            f"{bullets.num_bullets} of them need commas between"
        )
    return None


@rule(
    "single json string and bullets",
    FormatJson,
    (PositionEndWith, FormatQuotation, FormatRepeatQuestion),
    StructureBullets,
    modes=("reference",),
)
def _points_in_string(
    json: FormatJson,
    outer: PositionEndWith | FormatQuotation | FormatRepeatQuestion,
    bullets: StructureBullets,
) -> str | None:
    """A string that a quotation mark begins has no line that begins with a dash.

    An end phrase that no array, object or fence ends with is the end of a string or of one number
    or literal, which may be negative: one bullet.
    """
    most = 0
    if isinstance(outer, PositionEndWith) and outer.end_phrase.strip()[-1] in "0123456789yY":
        most = 1
    if _is_single(outer) and bullets.num_bullets > most:
        return f"the JSON is a single string, which has no {bullets.num_bullets} bullet points"
    return None


@rule(
    "single json string and paragraphs",
    FormatJson,
    (PositionEndWith, FormatQuotation, FormatRepeatQuestion),
    PositionFirstWord,
    modes=("reference",),
)
def _paragraphs_in_string(
    json: FormatJson,
    outer: PositionEndWith | FormatQuotation | FormatRepeatQuestion,
    first: PositionFirstWord,
) -> str | None:
    """One line is one paragraph; a fence can make another where no quotation mark bounds both ends.

    An end phrase leaves room for a fence before the string only, a repeated text after it only.
    """
    most = 1 if isinstance(outer, FormatQuotation) else 2
    if _is_single(outer) and first.num_paragraphs > most:
        return f"the JSON is a single string, which has no {first.num_paragraphs} paragraphs"
    return None


def _is_single(outer: PositionEndWith | FormatQuotation | FormatRepeatQuestion) -> bool:
    """Tell whether JSON that follows this as well is certainly no array or object."""
    match outer:
        case PositionEndWith():
            return outer.end_phrase.strip()[-1] not in "}]`"
        case FormatQuotation():
            return True
        case FormatRepeatQuestion():
            return outer.prompt_to_repeat.strip()[0] == '"'
