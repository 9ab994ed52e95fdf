r"""QA accuracy that sees through what the constraints force.

`qa_acc` looks for a gold answer in the response as it stands. Constraints put words there that are
no answer: the question repeated, which may name the answer, an end phrase, a postscript's marker,
section marks, a paragraph's first word. And they keep right answers from being found: JSON escapes,
upper case ("STRASSE"), forbidden commas ("1 000") and forbidden words. Here the same rule
(`followrag.qa.acc_substring`) is applied to what is left when that is undone, each step only where
the item has the constraint, so that nothing but the unwrapping tells the two figures apart.

* Text that is forced at a fixed place is no answer by itself. A keyword to include is one: it was
  given away to every model alike, but each chose the sentence that it stands in.
* JSON is read as its strings, numbers, true and false. An object can't be written without names,
  so that "answer" or "capital" stand there whatever the answer is: a gold answer in a name counts
  as whole words, if they say more than the question and the words that any answer may have.
* Upper and lower case are undone as far as Unicode goes: "ß" is "SS", "ı" and "İ" are "I".
* Without commas, digits may be grouped by white space or an apostrophe, and a space or a dash may
  stand for a comma.
* A gold answer with a forbidden word counts without it, as whole words, if at least half of it is
  left and that says more than the question and the words that any answer may have: "Hastings" of
  the Battle of Hastings, but neither "battle" nor, of the War of 1812, "1812". If an alias is
  nothing but forbidden words, they are the answer ("France"), and what other aliases have around
  them ("people of France") is none.

Quotation marks, titles' and highlights' marks and dividers are ASCII punctuation, which
normalisation deletes anyway.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from followrag.items import Item
from followrag.qa import acc_substring, normalize
from followrag.remainders import is_telling, remainders
from followrag.verifiers import Constraint
from followrag.verifiers.cases import CasesLowercase, CasesUppercase
from followrag.verifiers.format import (
    FormatJson,
    FormatLanguage,
    FormatNoCommas,
    FormatRepeatQuestion,
)
from followrag.verifiers.keywords import KeywordsExclusion
from followrag.verifiers.position import PositionEndWith, PositionFirstWord, PositionPostscript
from followrag.verifiers.structure import StructureSections

_FORCING = (
    FormatRepeatQuestion,
    PositionEndWith,
    PositionFirstWord,
    PositionPostscript,
    StructureSections,
)
_CASES = (CasesUppercase, CasesLowercase)
_HIDING = (*_CASES, FormatJson, FormatNoCommas, KeywordsExclusion)

_WORD = re.compile(r"[^\W_]+")
_GAP, _NO_WORD_BEFORE, _NO_WORD_AFTER = r"[\W_]+", r"(?<![^\W_])", r"(?![^\W_])"
_BLANK_LINE = re.compile(r"\n\s*\n")
_FENCE = re.compile(r"\A\s*```\s*\w*|```\s*\Z")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\([nrt\"\\/])")
_NAME_GAP = re.compile(r"[_-]")
_GROUPED = re.compile(r"(?<=\d)[\s'\u2019](?=\d{3}(?!\d))")
_FOR_COMMAS = str.maketrans("\u060c\uff0c\u3001\u2013\u2014", "     ")
_JSON = json.JSONDecoder(
    object_pairs_hook=list,  # of tuples, which an array never holds
    parse_int=str,
    parse_float=str,
    parse_constant=str,
    strict=False,
)


class _Reading(NamedTuple):
    """A normalised response, and the parts of it that were forced."""

    said: str
    forced: tuple[str, ...]

    def has(self, gold: str) -> bool:
        """Whether a normalised gold answer is there, not only within what was forced."""
        return not gold or self.said.count(gold) > sum(part.count(gold) for part in self.forced)

    def has_words(self, gold: str) -> bool:
        """The same for whole words."""
        apart = _Reading(_apart(self.said), tuple(map(_apart, self.forced)))
        return apart.has(_apart(gold))


def _apart(words: str) -> str:
    return f" {words.replace(' ', '  ')} "


def is_in_english(item: Item) -> bool:
    """Whether an item leaves the answer in the language of its gold answers."""
    return all(
        constraint.language.lower().startswith("en")
        for constraint in item.constraints
        if isinstance(constraint, FormatLanguage)
    )


def acc_unwrapped(answer: str, item: Item) -> float:
    """Say whether a gold answer is in a response, seen through what its constraints force.

    Args:
        answer: The response without reasoning.
        item: What was asked. An item for answers in another language has gold answers that are no
            measure of them; see `is_in_english`.

    Returns:
        1.0 or 0.0.
    """
    asked = [one for one in item.constraints if isinstance(one, (*_FORCING, *_HIDING))]
    if not asked:
        return acc_substring(answer, item.golds)
    fold = _without_case if any(isinstance(one, _CASES) for one in asked) else str.lower
    is_json = any(isinstance(one, FormatJson) for one in asked)
    said, names = _values_and_names(answer) if is_json else (answer, "")
    text, question = fold(said), fold(item.question)
    texts, golds = [text], [fold(gold) for gold in item.golds]
    if any(isinstance(one, FormatNoCommas) for one in asked):
        texts.append(_GROUPED.sub("", text.translate(_FOR_COMMAS)))
        golds += [gold.replace(",", " ") for gold in golds]
    readings = [_reading(one, asked, fold) for one in texts]
    forbidden = [
        fold(word)
        for one in asked
        if isinstance(one, KeywordsExclusion)
        for word in one.forbidden_words
    ]
    named = _Reading(normalize(fold(names)), ())
    return float(
        any(reading.has(normalize(gold)) for gold in golds for reading in readings)
        or any(
            reading.has_words(part)
            for part in remainders(golds, forbidden, question)
            for reading in (*readings, named)
        )
        or any(
            named.has_words(gold) and is_telling(gold.split(), question)
            for gold in map(normalize, golds)
        )
    )


def _reading(text: str, asked: Sequence[Constraint], fold: Callable[[str], str]) -> _Reading:
    forced: list[str] = []
    end = 0
    for start, stop in sorted(span for one in asked for span in _spans(one, text, fold)):
        forced.append(normalize(text[max(start, end) : stop]))
        end = max(end, stop)
    return _Reading(normalize(text), tuple(forced))


def _spans(
    constraint: Constraint, text: str, fold: Callable[[str], str]
) -> Iterator[tuple[int, int]]:
    """Find what a constraint forces at a fixed place of a folded text."""
    match constraint:
        case FormatRepeatQuestion():
            yield from _found(_words(fold(constraint.prompt_to_repeat)), text)
        case PositionEndWith():
            for start, stop in [*_found(_words(fold(constraint.end_phrase)), text)][-1:]:
                if not _WORD.search(text, stop):
                    yield start, stop
        case PositionPostscript():
            yield from _found(re.escape(fold(constraint.postscript_marker.strip())), text)
        case StructureSections():
            splitter = re.escape(fold(constraint.section_spliter.strip()))
            yield from _found(rf"{splitter}\s*(?:\d+|[ivx]+{_NO_WORD_AFTER})", text)
        case PositionFirstWord():
            start = _paragraph(text, constraint.nth_paragraph)
            word = _words(fold(constraint.first_word))
            found = re.compile(rf"[\W_]*({word}){_NO_WORD_AFTER}").match(text, start)
            if word and found:
                yield found.span(1)


def _found(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    if pattern:
        for found in re.finditer(_NO_WORD_BEFORE + pattern, text):
            yield found.span()


def _words(text: str) -> str:
    """Write a pattern for the words of a text, whatever stands between them."""
    words = map(re.escape, _WORD.findall(text))
    return _GAP.join(words)


def _paragraph(text: str, number: int) -> int:
    """Find where a paragraph starts; the end of the text if there are fewer."""
    starts = [0, *(gap.end() for gap in _BLANK_LINE.finditer(text))]
    stops = [*starts[1:], len(text)]
    full = [start for start, stop in zip(starts, stops, strict=True) if text[start:stop].strip()]
    return full[number - 1] if number <= len(full) else len(text)


def _without_case(text: str) -> str:
    return text.upper().casefold().replace("i\u0307", "i")


def _values_and_names(text: str) -> tuple[str, str]:
    """Read JSON, in a fence or between other text; text that is none is values."""
    bare = _FENCE.sub("", text).strip()
    for start in (0, bare.find("{"), bare.find("[")):
        try:
            value, stop = _JSON.raw_decode(bare, max(start, 0))
        except (ValueError, RecursionError):
            continue
        values, names = _leaves(value)
        around = bare[: max(start, 0)], _unescaped(bare[stop:])
        return "\n".join([around[0], *values, around[1]]), "\n".join(names)
    return _unescaped(bare), ""


def _unescaped(text: str) -> str:
    resolved = _ESCAPE.sub(_resolved, text)
    return resolved.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _resolved(escape: re.Match[str]) -> str:
    code, letter = escape.groups()
    return chr(int(code, 16)) if code else {"n": "\n", "r": "\n", "t": "\t"}.get(letter, letter)


def _leaves(value: Any) -> tuple[list[str], list[str]]:
    """Give the values that hold no others, and the names."""
    values, names, left = [], [], [value]
    while left:
        match left.pop():
            case (str() as name, inner) as pair if isinstance(pair, tuple):
                names.append(_NAME_GAP.sub(" ", name))
                left.append(inner)
            case list() as inner:
                left += reversed(inner)
            case bool() as truth:
                values.append(str(truth).lower())
            case str() as text:
                values.append(text)
    return values, names
