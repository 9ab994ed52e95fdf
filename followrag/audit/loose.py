r"""Writing the texts that prove what can be followed loosely, each constraint by its own reading.

The published loose verdicts let each constraint choose one of eight readings of a response, so that
a text with capitals in its first line and small letters in its last is both. These texts are made
of a body between two lines, which readings drop, and of asterisks, which half of them drop.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import product

from followrag.audit.witness import Witness
from followrag.verifiers import Constraint, Draft, Mode, Response, compose
from followrag.verifiers.format import FormatJson
from followrag.verifiers.joint import joint_verdicts
from followrag.verifiers.keywords import KeywordsExclusion
from followrag.verifiers.phrasing import Style
from followrag.verifiers.position import PositionFirstWord
from followrag.verifiers.rendering import render
from followrag.verifiers.structure import StructureBullets
from followrag.verifiers.vocabulary import Vocabulary

__all__ = ["loose_witness"]

_MOST_PARTED = 6
_MOST_NESTED = 100


def loose_witness(
    constraints: Sequence[Constraint], strict: Witness, most: int, answer: str, mode: Mode
) -> Witness:
    """Write a text that follows as many constraints as it can, loosely.

    Args:
        constraints: The constraints.
        strict: The text that follows most of them as it stands.
        most: How many can be followed loosely at most; the search ends there.
        answer: What the text should say.
        mode: How loose verdicts are decided.

    Returns:
        The best text found, and what it follows. That it doesn't follow all proves nothing.
    """
    best = _checked(strict.text, constraints, mode)
    for text in _texts(constraints, strict.text, answer):
        if len(best.followed) >= most:
            break
        best = max(best, _checked(text, constraints, mode), key=lambda each: len(each.followed))
    return best


def _texts(constraints: Sequence[Constraint], strict: str, answer: str) -> Iterator[str]:
    yield from _starred(constraints, strict)
    if len(constraints) > _MOST_PARTED:
        return
    # 0 is the body, 1 the line before it and 2 the line after it.
    partings = sorted(product((0, 1, 2), repeat=len(constraints)), key=_unlikeliness)
    for parting in partings[1:]:
        body, first, last = (
            [asked for asked, part in zip(constraints, parting, strict=True) if part == wanted]
            for wanted in (0, 1, 2)
        )
        for inner in _bodies(body, [*first, *last], answer):
            parts = [_line(first, answer), inner, _line(last, answer)]
            for between in ("\n", "\n\n"):
                yield between.join(filter(None, parts))
            yield from _starred(constraints, inner)


def _unlikeliness(parting: tuple[int, ...]) -> tuple[int, int]:
    return len(set(parting)), len(parting) - parting.count(0)


def _line(constraints: Sequence[Constraint], answer: str) -> str:
    """Write a text of one line; a first word can only stand at its start."""
    if not constraints:
        return ""
    asked = [
        PositionFirstWord(first_word=each.first_word, num_paragraphs=1, nth_paragraph=1)
        if isinstance(each, PositionFirstWord)
        else each
        for each in constraints
    ]
    return " ".join(compose(asked, answer).split())


def _bodies(
    constraints: Sequence[Constraint], apart: Sequence[Constraint], answer: str
) -> Iterator[str]:
    """Write bodies for constraints, with the paragraphs that a first word in a line needs."""
    words = [asked for asked in apart if isinstance(asked, PositionFirstWord)]
    yield compose(constraints, answer)
    if words:
        yield compose([*constraints, *map(_later, words)], answer)
    yield _numbers(constraints, words)
    if any(isinstance(asked, FormatJson) for asked in constraints):
        yield _nested(constraints, words, answer)


def _later(first: PositionFirstWord) -> PositionFirstWord:
    """Ask for the same paragraphs, but for the word in one that isn't the first."""
    place = max(2, first.nth_paragraph)
    return PositionFirstWord(
        first_word=first.first_word,
        num_paragraphs=max(place, first.num_paragraphs),
        nth_paragraph=place,
    )


def _numbers(constraints: Sequence[Constraint], words: Sequence[PositionFirstWord]) -> str:
    """Write a body of numbers, which are of any case and language."""
    draft = Draft(sentences=["1"])
    for asked in constraints:
        asked.satisfy(draft)
    for word in words:
        draft.paragraphs = word.num_paragraphs
    return render(draft, Vocabulary(draft), "1", Style("none", terse=True))


def _nested(
    constraints: Sequence[Constraint], words: Sequence[PositionFirstWord], answer: str
) -> str:
    """Write JSON of one string, its paragraphs made by brackets, its bullets by asterisks alone."""
    kinds = (FormatJson, PositionFirstWord, StructureBullets)
    bullets = [asked for asked in constraints if isinstance(asked, StructureBullets)]
    depth = max((word.num_paragraphs for word in words), default=1) - 1
    points = sum(asked.num_bullets for asked in bullets)
    said = _line([asked for asked in constraints if not isinstance(asked, kinds)], answer) or "1"
    depth, points = min(depth, _MOST_NESTED), min(points, _MOST_NESTED)
    text = json.dumps(said, ensure_ascii=False)
    return "[\n\n" * depth + "* \n" * points + text + "]" * depth


def _starred(constraints: Sequence[Constraint], text: str) -> Iterator[str]:
    """Break forbidden words by an asterisk."""
    words = [
        word
        for asked in constraints
        if isinstance(asked, KeywordsExclusion)
        for word in asked.forbidden_words
        if len(word) > 1
    ]
    if words:
        pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
        yield pattern.sub(lambda match: f"{match[0][0]}*{match[0][1:]}", text)


def _checked(text: str, constraints: Sequence[Constraint], mode: Mode) -> Witness:
    response = Response(text)
    if mode == "fixed":
        verdicts = joint_verdicts(constraints, response)
    else:
        verdicts = [asked.verdicts(response) for asked in constraints]
    return Witness(text, tuple(n for n, (_, loose) in enumerate(verdicts) if loose.passed))
