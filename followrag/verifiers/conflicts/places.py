"""What must stand at the start, at the end, or at the start of a paragraph."""

from __future__ import annotations

import re

from followrag.verifiers.conflicts.forced import pieces
from followrag.verifiers.conflicts.rules import rule
from followrag.verifiers.format import FormatQuotation, FormatRepeatQuestion
from followrag.verifiers.position import PositionEndWith, PositionFirstWord

_WORD_ENDS = re.compile(r"[.,?!'\"]")


@rule("repeat and quotation", FormatRepeatQuestion, FormatQuotation, modes=("reference",))
def _repeat_in_quotes(repeat: FormatRepeatQuestion, quotation: FormatQuotation) -> str | None:
    """The first character of the stripped response can't be two; no character lowers to `"`."""
    first = repeat.prompt_to_repeat.strip()[0]
    if first != '"':
        return f"the response must begin with {first!r} and with '\"'"
    return None


@rule("two texts to repeat", FormatRepeatQuestion, FormatRepeatQuestion, modes=("reference",))
def _two_repeats(one: FormatRepeatQuestion, other: FormatRepeatQuestion) -> str | None:
    """Of two beginnings of the same text, one begins the other."""
    texts = sorted((one.prompt_to_repeat, other.prompt_to_repeat), key=lambda text: len(text))
    short, long = (text.strip().lower() for text in texts)
    if not long.startswith(short) and not short.startswith(long):
        return "no text begins with both texts to repeat"
    return None


@rule("two end phrases", PositionEndWith, PositionEndWith, modes=("reference",))
def _two_ends(one: PositionEndWith, other: PositionEndWith) -> str | None:
    """Of two ends of the same text, one ends the other."""
    first, second = one.end_phrase.strip().lower(), other.end_phrase.strip().lower()
    if not first.endswith(second) and not second.endswith(first):
        return f"no text ends with both {one.end_phrase!r} and {other.end_phrase!r}"
    return None


@rule("two first words", PositionFirstWord, PositionFirstWord, modes=("reference",))
def _two_first_words(one: PositionFirstWord, other: PositionFirstWord) -> str | None:
    """Both count the same paragraphs and want their number met exactly; each has one first word."""
    if one.num_paragraphs != other.num_paragraphs:
        return f"exactly {one.num_paragraphs} and exactly {other.num_paragraphs} paragraphs"
    same_place = one.nth_paragraph == other.nth_paragraph
    if same_place and one.first_word.lower() != other.first_word.lower():
        return (
            f"paragraph {one.nth_paragraph} can't start with both {one.first_word!r} "
            f"and {other.first_word!r}"
        )
    return None


@rule("repeat and first word", FormatRepeatQuestion, PositionFirstWord, modes=("reference",))
def _repeat_starts_otherwise(repeat: FormatRepeatQuestion, first: PositionFirstWord) -> str | None:
    """The first paragraph of a response that follows `first` is not blank: the repeat begins it.

    The repeat's first word is then that paragraph's, read as the constraint reads it: without
    leading `'`, then without leading `"`, up to the first of `. , ? ! ' "`. Where the repeat ends
    before the word does, the response's word only begins with it.
    """
    if first.nth_paragraph != 1:
        return None
    for piece in pieces(repeat):
        token, *rest = piece.text.split(maxsplit=1)
        word = token.lstrip("'").lstrip('"')
        is_whole = bool(rest or _WORD_ENDS.search(word))
        begun = _WORD_ENDS.split(word, maxsplit=1)[0].lower()
        asked = first.first_word.lower()
        if asked != begun if is_whole else not asked.startswith(begun):
            return f"the text to repeat starts with {token!r}, not with {first.first_word!r}"
    return None


@rule(
    "too many paragraphs",
    (FormatRepeatQuestion, PositionEndWith),
    PositionFirstWord,
    modes=("reference",),
)
def _too_many_paragraphs(
    forcing: FormatRepeatQuestion | PositionEndWith, first: PositionFirstWord
) -> str | None:
    r"""What stands beside the text changes no `\n\n` inside it, as white space doesn't bound it."""
    for piece in pieces(forcing):
        paragraphs = sum(map(bool, map(str.strip, piece.text.split("\n\n"))))
        if paragraphs > first.num_paragraphs:
            return (
                f"{piece.text!r} is asked for, {paragraphs} paragraphs; "
                f"exactly {first.num_paragraphs} asked"
            )
    return None
