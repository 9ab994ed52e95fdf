"""What an item's words ask for against what its parameters check.

A scan for words, not a reader: it looks for each parameter, and for a cue word of each constraint
without parameters, in the text that puts the constraints into words. What it finds is worth a look;
a paraphrase that avoids every cue is found too, and a wrong sense of the right words is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from followrag.audit.answers import Finding
from followrag.audit.numbers import says_number, says_ordinal
from followrag.items import Item
from followrag.languages import CODES, language_name
from followrag.verifiers import Constraint, language
from followrag.verifiers.format import FormatLanguage, FormatQuotation, FormatRepeatQuestion
from followrag.verifiers.position import PositionFirstWord

__all__ = ["mismatches"]

_CUES = {
    "cases_capital_words": r"capital|upper.?case|\bcaps\b",
    "cases_uppercase": r"capital|upper.?case|\bcaps\b",
    "cases_lowercase": r"lower.?case|small letter|capital|upper.?case",
    "format_json": r"json",
    "format_no_commas": r"comma",
    "format_quotation": r"quot|speech marks|\binverted comma",
    "format_repeat_question": r"repeat|restat|reiterat|rephras|copy|echo|replicat|duplicat",
    "structure_bullets": r"bullet|\bpoints?\b",
    "structure_highlights": r"highlight|\bbold|italic|emphasi",
    "structure_placeholder": r"placeholder|bracket",
    "structure_title": r"title|heading|<<",
    "position_postscript": r"postscript|p\.? ?s\b|\bnote\b|\bend\b",
    "length_paragraph": r"paragraph|\*\*\*",
    "length_words": r"\bwords?\b",
    "length_sentence": r"sentence",
}
_WORDED = ("keywords", "forbidden_words", "keyword", "postscript_marker", "end_phrase",
           "section_spliter", "first_word", "letter")  # fmt: skip
_NUMBERED = ("frequency", "num_words", "num_sentences", "num_paragraphs", "num_placeholders",
             "num_bullets", "num_highlights", "num_sections", "let_frequency",
             "capital_frequency")  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_MARKUP = re.compile(r"[*_\"“”`]")
_LEAST_KEPT = 0.45
_LANGUAGES = re.compile(rf"\b({'|'.join(sorted(CODES, key=len, reverse=True))})\b")


def mismatches(item: Item) -> tuple[Finding, ...]:
    """Find where an item's words don't say what its parameters check.

    Args:
        item: The item. Its `question_with_instrs` is read, or its prompt where that is empty;
            constraints that can't be built are passed over.
    """
    text = item.question_with_instrs or item.prompt
    found = list(_question(item, text))
    for place, asked in enumerate(item.constraints):
        if isinstance(asked, Constraint):
            found += [finding._replace(place=place) for finding in _asked(item, asked, text)]
    return tuple(found)


def _question(item: Item, text: str) -> Iterator[Finding]:
    """Tell whether the question is still there, in English."""
    words = _words(item.question)
    kept = sum(f" {word} " in _spaced(text) for word in words)
    if words and kept < _LEAST_KEPT * len(words):
        yield Finding("question gone", f"{kept} of {len(words)} words of the question are there")
    if item.question and language.detect(item.question) == "en":
        found = language.detect(text)
        if found not in ("en", None):
            yield Finding("text in another language", f"the text is detected as {found!r}")


def _asked(item: Item, asked: Constraint, text: str) -> Iterator[Finding]:
    instructions = _without_question(text, item.question).lower()
    cue = _CUES.get(asked.id)
    if cue is not None and not re.search(cue, instructions):
        quoted = isinstance(asked, FormatQuotation) and text.strip().startswith('"')
        kind = "text quoted instead" if quoted else "constraint missing in the text"
        yield Finding(kind, f"nothing in the text says: {asked.describe()}")
        return
    if missing := list(_missing(asked, text)):
        yield Finding("parameter missing in the text", f"the text lacks {', '.join(missing)}")
    match asked:
        case FormatLanguage():
            yield from _language(asked, instructions)
        case FormatRepeatQuestion():
            if asked.prompt_to_repeat.strip().lower() not in text.lower():
                detail = f"the text to repeat is not in the text: {asked.prompt_to_repeat!r}"
                yield Finding("parameter missing in the text", detail)
        case PositionFirstWord():
            if not says_ordinal(asked.nth_paragraph, asked.num_paragraphs, instructions):
                detail = f"the text doesn't say that it is paragraph {asked.nth_paragraph}"
                yield Finding("parameter missing in the text", detail)
            if _MARKUP.search(asked.first_word):
                yield Finding("first word with markup", f"{asked.first_word!r} is checked")


def _language(asked: FormatLanguage, instructions: str) -> Iterator[Finding]:
    named = {CODES[name] for name in _LANGUAGES.findall(instructions)}
    if asked.language in named or language.detect(instructions) == asked.language:
        return
    name = language_name(asked.language)
    if named:
        others = ", ".join(sorted(map(language_name, named)))
        yield Finding("another language named", f"{name} is checked, the text names {others}")
    else:
        yield Finding("parameter missing in the text", f"the text lacks {name}")


def _missing(asked: Constraint, text: str) -> Iterator[str]:
    """Name the parameters of a constraint that a text doesn't hold."""
    given: dict[str, Any] = dict(asked)
    for name, value in given.items():
        if name in _NUMBERED and not _says_count(value, "less than" in given.values(), text):
            yield f"the number {value}"
        if name in _WORDED:
            for word in value if isinstance(value, tuple) else [value]:
                if not _says(word, text):
                    yield repr(word)


def _says_count(asked: int, is_limit: bool, text: str) -> bool:
    """Tell whether a text holds a number, or "no more than 3" for "less than 4"."""
    return says_number(asked, text) or (is_limit and asked > 0 and says_number(asked - 1, text))


def _says(asked: str, text: str) -> bool:
    """Tell whether the words of a parameter stand in a text, whatever its case and punctuation."""
    words = " ".join(_words(asked))
    return words in _spaced(text) if words else asked.strip() in text


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _spaced(text: str) -> str:
    return f" {' '.join(_words(text))} "


def _without_question(text: str, question: str) -> str:
    """Cut the question out, whose words are no instructions."""
    words = map(re.escape, _WORD.findall(question))
    found = re.search(r"[\W_]+".join(words), text, re.IGNORECASE) if question else None
    return text if found is None else text[: found.start()] + text[found.end() :]
