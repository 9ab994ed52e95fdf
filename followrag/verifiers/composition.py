r"""Making a text that follows several constraints at once.

>>> from followrag.verifiers import get_constraint
>>> compose([get_constraint("structure_title"), get_constraint("format_quotation")], "Paris")
'"<<The answer>>\nThe answer is Paris."'
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import islice, product

from followrag.verifiers.constraint import Constraint
from followrag.verifiers.draft import Draft
from followrag.verifiers.phrasing import Style, Wording
from followrag.verifiers.rendering import render
from followrag.verifiers.response import Response
from followrag.verifiers.vocabulary import Vocabulary

__all__ = ["compose"]

_MOST_CANDIDATES = 80
_STYLES_WITHOUT_ONE = 4
_MOST_OF_ANYTHING = 5_000


def compose(constraints: Sequence[Constraint], answer: str, title: str = "The answer") -> str:
    """Write a text that gives an answer and follows constraints, as many as can be.

    A pure function. It tries at most 80 texts: where one follows all constraints, that shows that
    they can be followed together; where none does, that is no proof that they can't.

    Args:
        constraints: What the text must follow.
        answer: What the text must say. It is changed (its commas go, forbidden words are set in
            italics) or left out only where constraints stand against it.
        title: What to write where a title is wanted.

    Returns:
        The first text tried that every constraint passes strictly, else the first of those that
        most constraints pass. Without constraints, the answer.
    """
    best, fewest = answer, len(constraints) + 1
    pending, broken = list(constraints), 0
    for text in islice(_candidates(constraints, answer, title), _MOST_CANDIDATES):
        failed, errors = _failures(pending, text, fewest - broken)
        if broken + len(failed) < fewest:
            best, fewest = text, broken + len(failed)
        if len(failed) == len(errors):
            break
        # What failed here is likely to fail again and is asked first, to know it soon. What can't
        # be checked may have taken seconds to find out and isn't asked again.
        broken += len(errors)
        pending = [constraint for constraint in pending if constraint not in errors]
        pending.sort(key=lambda constraint: constraint not in failed)
    return best


def _failures(
    constraints: Sequence[Constraint], text: str, enough: int
) -> tuple[list[Constraint], list[Constraint]]:
    """Find the constraints that `text` fails, at most `enough`, and those that are errors."""
    response = Response(text)
    failed, errors = [], []
    for constraint in constraints:
        verdict = constraint.check(response)
        if not verdict.passed:
            failed.append(constraint)
        if verdict.error:
            errors.append(constraint)
        if len(failed) == enough:
            break
    return failed, errors


def _candidates(constraints: Sequence[Constraint], answer: str, title: str) -> Iterator[str]:
    """Give texts to try: the bare answer, full drafts, then drafts that give one constraint up."""
    yield answer
    yield from _texts(constraints, answer, title)
    for given_up in range(len(constraints)):
        rest = [*constraints[:given_up], *constraints[given_up + 1 :]]
        yield from islice(_texts(rest, answer, title), _STYLES_WITHOUT_ONE)


def _texts(constraints: Sequence[Constraint], answer: str, title: str) -> Iterator[str]:
    draft = Draft(sentences=[answer])
    for constraint in constraints:
        constraint.satisfy(draft)
    _bound(draft)
    vocabulary = Vocabulary(draft)
    for style in _styles(draft):
        yield render(draft, vocabulary, title, style)


def _bound(draft: Draft) -> None:
    """Cap what a draft asks for, so that any parameters take bounded time."""
    for wish in fields(draft):
        value = getattr(draft, wish.name)
        if isinstance(value, int) and not wish.name.startswith("max_"):
            setattr(draft, wish.name, min(value, _MOST_OF_ANYTHING))
    draft.least = {word: min(times, _MOST_OF_ANYTHING) for word, times in draft.least.items()}


def _styles(draft: Draft) -> Iterator[Style]:
    """Give the styles to try, the most readable first."""
    extras: Sequence[int] = (0, 2, 6)
    offsets: Sequence[int] = (0, 7)
    wordings: Sequence[Wording] = ("sentence", "alone")
    if draft.language:
        extras, offsets, wordings = (3, 8, 16, 28, 44), (0, 3, 5), ("alone",)
    elif draft.case:
        # langdetect often takes a short English text in capitals for another language.
        extras, offsets = (0, 4, 8, 14), (0, 5, 13)
    for extra, offset, wording, terse in product(extras, offsets, wordings, (False, True)):
        yield Style(wording, terse, extra, offset)
    for extra, terse in product(extras, (False, True)):
        yield Style("none", terse, extra)
