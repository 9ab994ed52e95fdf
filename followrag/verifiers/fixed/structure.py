"""Marks that give a response its structure, counted as a reader would count them."""

from __future__ import annotations

import re
from functools import cached_property

from followrag.verifiers.counting import compared, exactly
from followrag.verifiers.fixed.places import is_line_end, is_start
from followrag.verifiers.fixed.repair import repair
from followrag.verifiers.fixed.words import INSIDE, folded, starts
from followrag.verifiers.response import Response
from followrag.verifiers.structure import (
    StructureBullets,
    StructureHighlights,
    StructurePlaceholder,
    StructureSections,
)
from followrag.verifiers.verdict import Verdict

_BULLET = re.compile(r"[*+•‣◦▪●]\s+\S|[•‣◦▪●]\S|-(?:\s+\S|[^\s\d>-])|\*[^*]")
_RULE = re.compile(r"(?:\*\s*){3,}|(?:-\s*){3,}")
_BULLET_SIGN = re.compile(r"^\s*[*+-]\s+")
_HIGHLIGHT = re.compile(r"\*{1,3}(?!\s)[^*\n]+(?<!\s)\*{1,3}")
_DATA = ('"', "{", "[")
_OPENING_QUOTES = '"“”„«'
_NUMBER = (
    # "Part I know" and "Part A of it" are words.
    r"(?:\d+|(?:(?![ia][ \t]+(?-i:[a-z]))(?:(?=[ivx])x{0,3}(?:i[xv]|v?i{0,3})|(?-i:[A-Z]))"
    rf"|one|two|three|four|five|six|seven|eight|nine|ten)(?!{INSIDE}))"
)
_JOINT = r"(?![^\W\d_])\s{0,3}(?:(?:[#:.*_–—(\[№-]{1,3}|no\.|number)\s{0,3})?"


@repair(
    reason=(
        "Rules (`---`, `* * *`), negative numbers, lines that open with a `*highlight*` and a dash "
        "alone were bullets; `•`, `+` and a bullet right after the quotation mark that opens the "
        "response were not. CommonMark's bullet signs and `•` count, before something that is no "
        "number joined to them."
    ),
    source="FollowRAG instructions.py:265; CommonMark 0.31, 4.1 and 5.2",
)
class FixedStructureBullets(StructureBullets):
    """Exactly so many lines that start with `*`, `-`, `+` or `•`."""

    def _decide(self, response: Response) -> Verdict:
        first, *others = response.stripped.split("\n")
        if others:  # one line in quotation marks is a JSON string
            first = first.lstrip(_OPENING_QUOTES)
        bullets = sum(map(_is_bullet, map(str.strip, (first, *others))))
        return exactly(bullets, "bullet line", self.num_bullets)


def _is_bullet(line: str) -> bool:
    is_other = _RULE.fullmatch(line) or _HIGHLIGHT.match(line)
    return _BULLET.match(line) is not None and not is_other


@repair(
    reason=(
        "What stands between any two asterisks of a line was highlighted: `b` in `2 * b * c`, "
        "and bold in a bullet twice. A highlight begins and ends beside its asterisks, as in "
        "markdown, a bullet's own sign is none of them, and each counts once."
    ),
    source="FollowRAG instructions.py:396; CommonMark 0.31, 6.2",
)
class FixedStructureHighlights(StructureHighlights):
    """At least so many `*parts*`, `**parts**` or `***parts***` within a line."""

    def _decide(self, response: Response) -> Verdict:
        lines = (_BULLET_SIGN.sub("", line, count=1) for line in response.text.split("\n"))
        highlights = sum(len(_HIGHLIGHT.findall(line)) for line in lines)
        return compared(highlights, "highlighted part", "at least", self.num_highlights)


@repair(
    reason=(
        "Empty brackets and JSON arrays were placeholders. A placeholder holds a letter or "
        "digit and doesn't open with a quotation mark or bracket, as data does."
    ),
    source="FollowRAG instructions.py:220",
)
class FixedStructurePlaceholder(StructurePlaceholder):
    """At least so many `[...]` within a line that hold something other than data."""

    def _decide(self, response: Response) -> Verdict:
        placeholders = sum(map(_placeholders, response.text.split("\n")))
        return compared(placeholders, "placeholder", "at least", self.num_placeholders)


def _placeholders(line: str) -> int:
    """Count the brackets that hold a placeholder, innermost where they are nested."""
    parts = (part.rpartition("[") for part in line.split("]")[:-1])
    insides = (inside.strip() for _, bracket, inside in parts if bracket)
    return sum(not inside.startswith(_DATA) and any(map(str.isalnum, inside)) for inside in insides)


@repair(
    reason=(
        "Only the splitter's own case, one white space and digits made a mark: `Part 1`, "
        "`PART I`, `**PART** 1` were none, but `APART 1` was. A mark starts a line or "
        "sentence or ends a line, in any case, with any common numbering; the prompt's own "
        "`PART X` counts. A mark just as published counts anywhere, as a word."
    ),
    source="FollowRAG instructions.py:451; 18 public items ask for PART in small letters",
)
class FixedStructureSections(StructureSections):
    """At least so many marks of splitter and number, set apart or written as published."""

    @cached_property
    def _mark(self) -> re.Pattern[str]:
        words = folded(self.section_spliter).split()
        splitter = r"\s+".join(map(re.escape, words))
        return re.compile(f"{starts(words[0][0])}{splitter}{_JOINT}{_NUMBER}", re.IGNORECASE)

    @cached_property
    def _published(self) -> re.Pattern[str]:
        return re.compile(rf"{re.escape(folded(self.section_spliter).strip())}\s?\d")

    def _decide(self, response: Response) -> Verdict:
        text = folded(response.text)
        sections = sum(
            is_start(text, mark.start())
            or is_line_end(text, mark.end())
            or self._published.match(text, mark.start()) is not None
            for mark in self._mark.finditer(text)
        )
        detail = f" like '{self.section_spliter.strip()} 1'"
        return compared(sections, "mark", "at least", self.num_sections, detail)
