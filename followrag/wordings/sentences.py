"""Filling a constraint's parameters into the sentences of `sentences.json`.

A sentence has slots such as `{num_words:word}`, which is filled with "1 word" or "30 words". Every
slot is filled literally, so that the sentence says what the verifier checks, number for number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from followrag.languages import language_name
from followrag.verifiers import Constraint

_SENTENCES = Path(__file__).parent / "sentences.json"
_ENDS = tuple(".?!。？！؟।")
_BARE = ("relation", "section_spliter")  # parameters that stand without quotation marks
_CLOSERS = "\"')]}”’»* "


class _Number(int):
    """A number; formatted with a noun it is counted."""

    def __format__(self, noun: str) -> str:
        if not noun:
            return str(int(self))
        return f"{int(self)} {noun}" if self == 1 else f"{int(self)} {noun}s"


class _Phrases(tuple[str, ...]):
    """Phrases in quotation marks; formatted with "noun and" they are named and joined so."""

    def __format__(self, words: str) -> str:
        noun, _, joint = words.partition(" ")
        *before, last = map(_quoted, self)
        name = f"the {noun}{'s' if before else ''} " if noun else ""
        return f"{name}{', '.join(before)} {joint} {last}" if before else name + last


def count(constraint: Constraint) -> int:
    """Number of wordings that a constraint has.

    At least four for FollowRAG's constraints; those that only IFEval has are worded once, as their
    `describe` does.
    """
    return len(_read().get(constraint.id, ())) or 1


def worded(constraint: Constraint, number: int) -> str:
    """Say a constraint as a sentence, addressed to who answers.

    The sentence holds all of `literals(constraint)`.

    Args:
        constraint: Of either mode; both are worded alike.
        number: Which wording; beyond the last it starts over.

    Returns:
        One full English sentence.
    """
    sentences = _read().get(constraint.id)
    if not sentences:
        return constraint.describe()
    slots = {name: _slot(name, value) for name, value in _parameters(constraint).items()}
    return sentences[number % len(sentences)].format_map(slots)


def literals(constraint: Constraint) -> tuple[str, ...]:
    """Give what any wording of a constraint must hold, letter by letter.

    These are its parameters: numbers in digits, phrases, relations, the first mark of a section
    ("PART 1") and the English name of a language.
    """
    parts: list[str] = []
    for name, value in _parameters(constraint).items():
        match _slot(name, value):
            case _Phrases() as phrases:
                parts.extend(phrases)
            case filled:
                parts.append(f"{filled} 1" if name == "section_spliter" else f"{filled}")
    return tuple(dict.fromkeys(parts))


def with_instructions(question: str, sentences: Iterable[str]) -> str:
    """Put a question and its constraints in words together, in their order.

    Args:
        question: The bare question, kept as it is; one that ends without a sign gets a "?".
        sentences: The constraints in words.

    Returns:
        What published items call `question_with_instrs`.
    """
    asked = question.strip()
    if asked and not asked.rstrip(_CLOSERS).endswith(_ENDS):
        asked += "?"
    return " ".join(filter(None, (asked, *sentences)))


def _parameters(constraint: Constraint) -> dict[str, Any]:
    return {name: getattr(constraint, name) for name in type(constraint).model_fields}


def _slot(name: str, value: object) -> _Number | _Phrases | str:
    match value:
        case int():
            return _Number(value)
        case tuple():
            return _Phrases(phrase.strip() for phrase in value)
    text = str(value).strip()
    if name == "language":
        return language_name(text)
    return text if name.endswith(_BARE) else _Phrases((text,))


def _quoted(phrase: str) -> str:
    mark = "'" if '"' in phrase else '"'
    return f"{mark}{phrase}{mark}"


@cache
def _read() -> dict[str, tuple[str, ...]]:
    with _SENTENCES.open(encoding="utf-8") as file:
        return {id: tuple(sentences) for id, sentences in json.load(file).items()}
