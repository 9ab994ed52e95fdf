"""Laying the lines of a text out: paragraphs, dividers, quotation marks, JSON, case."""

from __future__ import annotations

import json
from collections.abc import Sequence

from followrag.verifiers.draft import Draft
from followrag.verifiers.phrasing import Phrasing, Style, dealt
from followrag.verifiers.vocabulary import Vocabulary

__all__ = ["render"]


def render(draft: Draft, vocabulary: Vocabulary, title: str, style: Style) -> str:
    """Write a text for a draft; it may miss some wishes.

    Args:
        draft: The wishes. The first of its sentences is the answer.
        vocabulary: The words that the draft allows.
        title: What to write where a title is wanted.
        style: How to word it.
    """
    paragraphs = _paragraphs(draft, Phrasing(draft, vocabulary, title, style))
    if draft.json:
        return _as_json(draft, vocabulary, [" ".join(lines) for lines in paragraphs])
    text = "\n\n".join("\n".join(lines) for lines in paragraphs)
    if draft.quoted:
        is_open = draft.opening.startswith('"')
        return text + '"' if is_open else f'"{text}"'
    return text


def _paragraphs(draft: Draft, phrasing: Phrasing) -> list[list[str]]:
    """Deal the lines into paragraphs, with dividers as lines of their own."""
    dividers = ["***"] * ((draft.divided_paragraphs or 1) - 1)
    if draft.two_responses:
        dividers.append("******")
    # The text to repeat may hold paragraphs of its own; the last of them goes on after it.
    inside = max(0, sum(map(bool, map(str.strip, draft.opening.split("\n\n")))) - 1)
    count = max(1, (draft.paragraphs or 1) - inside)
    lines = [_cased(draft, line) for line in phrasing.lines(count + len(dividers))]
    paragraphs = dealt(lines, count)
    for number, word in draft.paragraph_starts.items():
        if inside < number <= inside + count and not (draft.opening and number == 1):
            paragraphs[number - inside - 1].insert(0, _cased(draft, phrasing.start(word)))
    _divide(paragraphs, dividers)
    return paragraphs


def _divide(paragraphs: Sequence[list[str]], dividers: Sequence[str]) -> None:
    """Put dividers between lines of the same paragraph, late in the text.

    Late, because a `***` before highlights on the same line (in JSON) would be paired with them.
    """
    gaps = [
        (_is_bullet(lines[gap - 1]) and _is_bullet(lines[gap]), -number, -gap)
        for number, lines in enumerate(paragraphs)
        for gap in range(1, len(lines))
    ]
    chosen = sorted(gaps)[: len(dividers)]
    places = sorted((-number, -gap) for _, number, gap in chosen)
    for (number, gap), divider in zip(reversed(places), reversed(dividers), strict=False):
        paragraphs[number].insert(gap, divider)


def _is_bullet(line: str) -> bool:
    return line.startswith("- ")


def _cased(draft: Draft, text: str) -> str:
    match draft.case:
        case "upper":
            return text.upper()
        case "lower":
            return text.lower()
        case None:
            return text


def _as_json(draft: Draft, vocabulary: Vocabulary, paragraphs: Sequence[str]) -> str:
    """Pack paragraphs into a JSON object, array or string, whichever suits the draft."""
    if draft.fixed:
        # What JSON escapes reads otherwise.
        paragraphs = [paragraph.replace('"', "”") for paragraph in paragraphs]
    if draft.paragraphs:
        if draft.fixed and not draft.commas:
            return _nested(paragraphs)
        separator = ",\n\n"
        return f"[{separator.join(map(_dumped, paragraphs))}]"
    text = _dumped(" ".join(paragraphs))
    is_bare = draft.quoted or (draft.opening if draft.fixed else draft.ending)
    if is_bare or not vocabulary.allows("answer"):
        return text
    key = _dumped(_cased(draft, "answer"))
    if not draft.bullets:
        return f"{{{key}: {text}}}"
    # A line break can't stand in a JSON string, but lines can start with negative numbers.
    points = ",\n".join(f"-{number}" for number in range(1, draft.bullets + 1))
    return f"{{{key}: {text}, {_dumped(_cased(draft, 'points'))}: [\n{points}\n]}}"


def _nested(paragraphs: Sequence[str]) -> str:
    """Pack paragraphs into objects inside each other, which need no commas."""
    text = _dumped(paragraphs[-1])
    for paragraph in reversed(paragraphs[:-1]):
        text = f"{{{_dumped(paragraph)}:\n\n{text}}}"
    return text


def _dumped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
