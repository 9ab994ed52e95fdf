"""What no text follows in `fixed` mode.

Words that a constraint forces into a text are read there without the signs around them, and are
found as words. The texts compared here are in small letters, folded as the constraints fold a
response; only texts in ASCII and Latin-1 are, whose letters have one capital each.

Each rule is about repaired classes, and its name ends in ", fixed". What stands there of classes
that nothing repairs counts as of `reference` mode, so that the rules hold in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from followrag.verifiers.conflicts.rules import rule
from followrag.verifiers.constraint import Constraint
from followrag.verifiers.fixed.format import (
    FixedFormatJson,
    FixedFormatQuotation,
    FixedFormatRepeatQuestion,
)
from followrag.verifiers.fixed.keywords import (
    FixedKeywordsExclusion,
    FixedKeywordsFrequency,
    FixedKeywordsInclusion,
)
from followrag.verifiers.fixed.length import FixedLengthWords
from followrag.verifiers.fixed.position import (
    FixedPositionEndWith,
    FixedPositionFirstWord,
    FixedPositionPostscript,
)
from followrag.verifiers.fixed.structure import FixedStructureBullets
from followrag.verifiers.fixed.words import goes_on, is_inside
from followrag.verifiers.format import FormatNoCommas

_FORCING = (
    FixedFormatRepeatQuestion,
    FixedPositionEndWith,
    FixedPositionFirstWord,
    FixedPositionPostscript,
    FixedKeywordsInclusion,
    FixedKeywordsFrequency,
)
_STABLE = re.compile(r"[\x00-\x7f\xa0-\xb4\xb6-\xff]*")
_WORD = re.compile(r"\w+")
_LABEL = re.compile(r"json|javascript|js\b")


def _asked(constraint: Constraint) -> Iterator[tuple[str, ...]]:
    """Give what a constraint forces into a response: of each tuple, one text, as a word.

    No letter, digit or mark stands before its first or after its last letter or digit.
    """
    forced: list[tuple[str, ...]] = []
    match constraint:
        case FixedFormatRepeatQuestion():
            forced = [(constraint.asked,)]
        case FixedPositionEndWith():
            forced = [(constraint.phrase,)]
        case FixedPositionFirstWord():
            forced = [(constraint.word,)]
        case FixedPositionPostscript() if not constraint.is_abbreviation:
            forced = [(" ".join(constraint.mark.split()),)]
        case FixedKeywordsInclusion():
            forced = [word.forms for word in constraint.words]
        case FixedKeywordsFrequency(relation="at least") if constraint.frequency:
            forced = [constraint.word.forms]
    for texts in forced:
        if all(map(_STABLE.fullmatch, texts)):
            yield texts


@rule("impossible first word, fixed", FixedPositionFirstWord)
def _impossible_first_word(first: FixedPositionFirstWord) -> str | None:
    """A paragraph is read from its first letter, digit or mark on; the word must begin with one."""
    if not is_inside(first.word[0]):
        return f"a paragraph starts with a letter or digit, and {first.first_word!r} has none"
    return None


@rule("comma in asked text, fixed", _FORCING, FormatNoCommas)
def _comma(forcing: Constraint, limit: FormatNoCommas) -> str | None:
    """The text stands in the response but for case, white space, quotation marks and hyphens."""
    for texts in _asked(forcing):
        if all("," in text for text in texts):
            return f"{texts[0]!r} is asked for and holds a comma"
    return None


@rule("forbidden word in asked text, fixed", _FORCING, FixedKeywordsExclusion)
def _forbidden(forcing: Constraint, limit: FixedKeywordsExclusion) -> str | None:
    """A word of a text that stands as a word is one in the response, whatever is around the text.

    A keyword may stand in its plural: each of its forms must hold a form of the forbidden word.
    """
    for texts in _asked(forcing):
        for word in limit.words:
            if all(map(word.found_in, texts)):
                return f"{texts[0]!r} is asked for and holds the forbidden {word.given!r}"
    return None


@rule("asked text too often, fixed", _FORCING, FixedKeywordsFrequency)
def _too_often(forcing: Constraint, limit: FixedKeywordsFrequency) -> str | None:
    """Occurrences of one word of letters are tokens: none overlaps another, each counts.

    A keyword that is asked for so many times stands there so many times, without overlap.
    """
    if limit.relation != "less than" or not limit.word.core.isalnum():
        return None
    times = forcing.frequency if isinstance(forcing, FixedKeywordsFrequency) else 1
    for texts in _asked(forcing):
        least = times * min(map(limit.word.count, texts))
        if least >= limit.frequency:
            return (
                f"{texts[0]!r} is asked for, which makes {least} of the word "
                f"{limit.word.core!r}; less than {limit.frequency} asked"
            )
    return None


@rule("asked text too long, fixed", _FORCING, FixedLengthWords)
def _too_many_words(forcing: Constraint, limit: FixedLengthWords) -> str | None:
    """What stands beside the text may lengthen its first and last word, but joins no two of it."""
    if limit.relation != "less than":
        return None
    for texts in _asked(forcing):
        least = min(len(_WORD.findall(text)) for text in texts)
        if least >= limit.num_words:
            return f"{texts[0]!r} is asked for, {least} words; less than {limit.num_words} asked"
    return None


@rule("two texts to repeat, fixed", FixedFormatRepeatQuestion, FixedFormatRepeatQuestion)
def _two_repeats(one: FixedFormatRepeatQuestion, other: FixedFormatRepeatQuestion) -> str | None:
    """Both begin the response without its opening signs: of two beginnings, one begins the other.

    A text of nothing but such signs is left out, as it is read with them.
    """
    if not (_says(one.asked) and _says(other.asked)):
        return None
    if one.asked.startswith(other.asked) or other.asked.startswith(one.asked):
        return None
    return "no text begins with both texts to repeat"


@rule("two end phrases, fixed", FixedPositionEndWith, FixedPositionEndWith)
def _two_ends(one: FixedPositionEndWith, other: FixedPositionEndWith) -> str | None:
    """Both end with the response's last letter or digit: of two such ends, one ends the other.

    A phrase without letters and digits is left out.
    """
    first, second = map(_up_to_last_letter, (one.phrase, other.phrase))
    if first.endswith(second) or second.endswith(first):
        return None
    return f"no text ends with both {one.end_phrase!r} and {other.end_phrase!r}"


@rule("two first words, fixed", FixedPositionFirstWord, FixedPositionFirstWord)
def _two_first_words(one: FixedPositionFirstWord, other: FixedPositionFirstWord) -> str | None:
    """Both count the same paragraphs; of two beginnings of one, one begins the other."""
    if one.num_paragraphs != other.num_paragraphs:
        return f"exactly {one.num_paragraphs} and exactly {other.num_paragraphs} paragraphs"
    is_same = one.nth_paragraph == other.nth_paragraph
    if is_same and not one.word.startswith(other.word) and not other.word.startswith(one.word):
        return (
            f"paragraph {one.nth_paragraph} can't start with both {one.first_word!r} "
            f"and {other.first_word!r}"
        )
    return None


@rule("repeat and first word, fixed", FixedFormatRepeatQuestion, FixedPositionFirstWord)
def _repeat_starts_otherwise(
    repeat: FixedFormatRepeatQuestion, first: FixedPositionFirstWord
) -> str | None:
    """The first paragraph that says something begins with the text, from its first letter on.

    Signs before that letter are overlooked by both. Where a blank line cuts the text short, the
    paragraph is a beginning of it; where the word is longer than the text, it may go on.
    """
    begun = re.search(r"[^\W_].*", repeat.asked)
    if first.nth_paragraph != 1 or begun is None or not _STABLE.fullmatch(repeat.asked):
        return None
    given, asked = begun[0], first.word
    if given.startswith(asked) and not goes_on(asked, given[len(asked) :]):
        return None
    if asked.startswith(given):
        return None
    return f"the text to repeat starts with {given.split()[0]!r}, not with {first.first_word!r}"


@rule("json and bullets, fixed", FixedFormatJson, FixedStructureBullets)
def _no_points_in_json(json: FixedFormatJson, bullets: FixedStructureBullets) -> str | None:
    """JSON strings hold no line breaks, so that each line begins with a token or a fence.

    Of these only a negative number begins with a bullet's sign, and its digit is joined to it. What
    follows a quotation mark counts at the start of several lines only, where it opens no JSON.
    """
    if bullets.num_bullets:
        return "no line of JSON is a bullet point"
    return None


@rule(
    "json string and paragraphs, fixed",
    FixedFormatJson,
    (FixedFormatRepeatQuestion, FixedFormatQuotation),
    FixedPositionFirstWord,
)
def _paragraphs_in_string(
    json: FixedFormatJson,
    outer: FixedFormatRepeatQuestion | FixedFormatQuotation,
    first: FixedPositionFirstWord,
) -> str | None:
    """JSON after opening signs that hold no bracket is a string, number or literal, on one line.

    A fence's label makes another paragraph, where nothing but opening signs may stand before.
    """
    most = 2
    if isinstance(outer, FixedFormatRepeatQuestion):
        if not outer.asked[0].isalnum() or _LABEL.match(outer.asked):
            return None
        most = 1
    if first.num_paragraphs > most:
        return f"the JSON is a single string, which has no {first.num_paragraphs} paragraphs"
    return None


def _says(text: str) -> bool:
    """Tell whether a text holds a letter or digit."""
    return any(map(str.isalnum, text))


def _up_to_last_letter(text: str) -> str:
    """Cut what follows the last letter, digit or mark, of which there may be none."""
    return text[: max((n for n, sign in enumerate(text, 1) if is_inside(sign)), default=0)]
