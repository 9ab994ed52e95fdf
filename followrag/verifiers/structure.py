r"""Marks that give a response its structure: bullets, highlights, placeholders, sections, title.

Where the published regular expressions take time quadratic in the text (a response may be 30,000
line breaks), these count the same matches in linear time; tests hold the two side by side.
"""

from __future__ import annotations

import re
from functools import cached_property

from followrag.verifiers.constraint import Constraint, Count, Phrase, constraint
from followrag.verifiers.counting import compared, exactly
from followrag.verifiers.draft import Draft
from followrag.verifiers.patterns import Pattern
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict

# The published `^\s*` also runs over blank lines; what it then matches is counted all the same,
# once, from the start of the bullet's own line.
_STAR_BULLET = re.compile(r"^[^\S\n]*+\*[^\*].*$", re.MULTILINE)
_DASH_BULLET = re.compile(r"^[^\S\n]*+-.*$", re.MULTILINE)
_HIGHLIGHT = re.compile(r"\*[^\n\*]*\*")
_BOLD_HIGHLIGHT = re.compile(r"\*\*[^\n\*]*\*\*")


@constraint("structure_bullets", "structure", ifeval_id="detectable_format:number_bullet_lists")
class StructureBullets(Constraint):
    """Exactly so many lines that start with `*` or `-` (FollowRAG instructions.py:265).

    Rules (`---`), negative numbers and lines that open with a `*highlight*` count; `**bold`, `•`
    and numbers don't.
    """

    num_bullets: Count

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Use exactly {self.num_bullets} markdown bullet points."

    def _decide(self, response: Response) -> Verdict:
        bullets = len(_STAR_BULLET.findall(response.text)) + len(
            _DASH_BULLET.findall(response.text)
        )
        return exactly(bullets, "bullet line", self.num_bullets)

    def satisfy(self, draft: Draft) -> None:
        """Ask for the bullets."""
        draft.bullets = self.num_bullets


@constraint(
    "structure_highlights", "structure", ifeval_id="detectable_format:number_highlighted_sections"
)
class StructureHighlights(Constraint):
    """At least so many `*parts*` or `**parts**` within a line (FollowRAG instructions.py:396)."""

    num_highlights: Count

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Highlight at least {self.num_highlights} parts with *asterisks*."

    def _decide(self, response: Response) -> Verdict:
        single = _HIGHLIGHT.findall(response.text)
        double = _BOLD_HIGHLIGHT.findall(response.text)
        highlights = sum(1 for mark in single if mark.strip("*").strip())
        highlights += sum(1 for mark in double if mark[2:-2].strip())
        return compared(highlights, "highlighted part", "at least", self.num_highlights)

    def satisfy(self, draft: Draft) -> None:
        """Ask for the highlights."""
        draft.highlights = max(draft.highlights, self.num_highlights)


@constraint(
    "structure_placeholder", "structure", ifeval_id="detectable_content:number_placeholders"
)
class StructurePlaceholder(Constraint):
    """At least so many `[...]` within a line; `[]` counts (FollowRAG instructions.py:220)."""

    num_placeholders: Count

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Include at least {self.num_placeholders} placeholders such as [name]."

    def _decide(self, response: Response) -> Verdict:
        placeholders = sum(map(_bracketed, response.text.split("\n")))
        return compared(placeholders, "placeholder", "at least", self.num_placeholders)

    def satisfy(self, draft: Draft) -> None:
        """Ask for the placeholders."""
        draft.placeholders = max(draft.placeholders, self.num_placeholders)


def _bracketed(line: str) -> int:
    r"""Count the matches of the published `\[.*?\]` in one line."""
    found = end = 0
    while (start := line.find("[", end)) >= 0 and (end := line.find("]", start) + 1) > 0:
        found += 1
    return found


@constraint("structure_sections", "structure", ifeval_id="detectable_format:multiple_sections")
class StructureSections(Constraint):
    """At least so many `SPLITTER number` marks (FollowRAG instructions.py:451).

    Case-sensitive, at most one white space before the number, arabic numerals only: "PART 1" and
    "APART 1" count, "Part 1", "PART I" and a literal "PART X" don't.
    """

    section_spliter: Phrase
    num_sections: Count

    @cached_property
    def _pattern(self) -> Pattern:
        return Pattern(self.section_spliter.strip(), r"\s?", r"\s?\d+\s?")

    def describe(self) -> str:
        """Say the rule in words."""
        mark = self.section_spliter.strip()
        return f"Mark at least {self.num_sections} sections as {mark} 1, {mark} 2 and so on."

    def _decide(self, response: Response) -> Verdict:
        sections = self._pattern.cuts(response.text)
        detail = f" like '{self.section_spliter.strip()} 1'"
        return compared(sections, "mark", "at least", self.num_sections, detail)

    def satisfy(self, draft: Draft) -> None:
        """Ask for the sections."""
        draft.section_splitter = self.section_spliter.strip()
        draft.sections = self.num_sections


@constraint("structure_title", "structure", ifeval_id="detectable_format:title")
class StructureTitle(Constraint):
    """A non-empty `<<title>>` within one line (FollowRAG instructions.py:1271)."""

    def describe(self) -> str:
        """Say the rule in words."""
        return "Include a title in double angle brackets, such as <<title>>."

    def _decide(self, response: Response) -> Verdict:
        for line in response.text.split("\n"):
            start, end = line.find("<<"), line.rfind(">>")
            # The published `<<[^\n]+>>` is greedy: one match a line, to the last `>>`.
            if 0 <= start < end - 2:
                title = line[start:end].lstrip("<").rstrip(">").strip()
                if title:
                    return Verdict(True, title, f"title {title!r}")
        return Verdict(False, None, "no <<title>> found")

    def satisfy(self, draft: Draft) -> None:
        """Ask for a title."""
        draft.titled = True
