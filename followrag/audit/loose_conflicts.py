"""Which constraints no text can follow loosely, each by a reading of its own, and why.

The readings of a text are its lines without the first, the last, both or none of them, with
asterisks and without. All hold the lines between, and there are two places where one can start.
"""

from __future__ import annotations

from collections.abc import Sequence

from followrag.verifiers import Constraint, Mode
from followrag.verifiers.cases import CasesLowercase, CasesUppercase
from followrag.verifiers.conflicts import Conflict, conflicts
from followrag.verifiers.conflicts.rules import RuleBook
from followrag.verifiers.format import FormatJson, FormatRepeatQuestion
from followrag.verifiers.position import PositionFirstWord

__all__ = ["loose_conflicts"]

_LOOSE = RuleBook()
_JSON_STARTS = '{[`"-0123456789tfni*'


def loose_conflicts(constraints: Sequence[Constraint], mode: Mode) -> tuple[Conflict, ...]:
    """Find every smallest set of constraints that are proven not to be followed loosely together.

    In `fixed` mode one reading must follow them all, and a reading is a text.

    Args:
        constraints: Constraints of one text.
        mode: How loose verdicts are decided.
    """
    strict = conflicts(constraints)
    if mode == "fixed":
        return strict
    alone = tuple(conflict for conflict in strict if len(conflict.places) == 1)
    hopeless = {place for conflict in alone for place in conflict.places}
    return alone + tuple(
        conflict for conflict in _LOOSE.find(constraints) if hopeless.isdisjoint(conflict.places)
    )


@_LOOSE.rule("two cases around an inner word", CasesUppercase, CasesLowercase, PositionFirstWord)
def _inner_word(
    upper: CasesUppercase, lower: CasesLowercase, first: PositionFirstWord
) -> str | None:
    r"""The word's line is neither the first nor the last line of the text, so all readings hold it.

    A `\n\n` goes before the word's paragraph, as it isn't the first. It and those before it are no
    more than its number, so that another one follows that isn't blank. Readings with and without
    asterisks have the same letters in that line, in one case.
    """
    inside = 1 < first.nth_paragraph < first.num_paragraphs
    if inside and first.first_word.upper() != first.first_word.lower():
        return (
            f"{first.first_word!r} stands in a line that every reading holds, and can't be in "
            "capital letters in one and in small letters in another"
        )
    return None


@_LOOSE.rule("three starts", FormatJson, PositionFirstWord, FormatRepeatQuestion)
def _three_starts(
    json: FormatJson, first: PositionFirstWord, repeat: FormatRepeatQuestion
) -> str | None:
    """Readings start with the text's first line or with its second: two of three share a start.

    Taking asterisks away changes no start that one of the three accepts, as none of them starts
    with an asterisk or accepts one inside what it asks for. The text to repeat and the first word
    differ, and the former starts no JSON. JSON that shares its start with the word is a string; the
    lines of that, of a closing fence and one that another reading drops make three paragraphs.
    """
    text = repeat.prompt_to_repeat.strip().lower()
    word = first.first_word.lower()
    apart = conflicts([repeat, first]) and text[0] not in _JSON_STARTS
    plain = word[0] not in _JSON_STARTS and "*" not in word and "*" not in text
    if first.nth_paragraph == 1 and first.num_paragraphs > 3 and apart and plain:
        return "JSON, the first word and the text to repeat need three different starts"
    return None
