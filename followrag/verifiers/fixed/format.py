"""The form of the whole response, read through the marks that a reader overlooks."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from followrag.verifiers.draft import Draft
from followrag.verifiers.fixed.repair import repair
from followrag.verifiers.fixed.words import caseless, ends, folded
from followrag.verifiers.format import FormatJson, FormatQuotation, FormatRepeatQuestion
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict

_LABEL = re.compile(r"^\s*(?:json\w*|javascript|js)\b", re.IGNORECASE)
_FENCE_LABEL = re.compile(r"^`{3,}[^\n`]*\n")
_MARKUP = "*_`~ \t\r\n\u00a0"
_OPENING = _MARKUP + "\"'«»>#"
_AFTER_QUOTE = _MARKUP + ".,;!?"


@repair(
    reason=(
        "A fence that opens with `jsonc`, or with a space before `json`, made JSON something else; "
        "NaN and Infinity, which JSON has not, passed. A fence of backticks around the whole "
        "answer may have any such label."
    ),
    source="FollowRAG instructions.py:858; RFC 8259, 6 (numbers)",
)
class FixedFormatJson(FormatJson):
    """The whole response is JSON of RFC 8259, perhaps in a fence."""

    def satisfy(self, draft: Draft) -> None:
        """Ask for JSON that is read through its quotation marks and brackets."""
        draft.json = draft.fixed = True

    def _decide(self, response: Response) -> Verdict:
        text = response.stripped
        if text.startswith("`"):
            text = _LABEL.sub("", text.strip("`"), count=1)
        try:
            value = json.loads(text.strip(), parse_constant=_refuse)
        except ValueError as error:
            return Verdict(False, None, f"not JSON: {error}")
        return Verdict(True, type(value).__name__, f"JSON, a {type(value).__name__}")


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


@repair(
    reason=(
        'Curly quotation marks, bold and a full stop after the last one failed, and `""` '
        "passed. Markdown around the whole and punctuation after it don't count, curly marks do, "
        "and something must stand between them."
    ),
    source="FollowRAG instructions.py:1530",
)
class FixedFormatQuotation(FormatQuotation):
    """The response stands in double quotation marks, straight or curly, and says something."""

    def _decide(self, response: Response) -> Verdict:
        text = _FENCE_LABEL.sub("", response.stripped, count=1)
        text = folded(text).lstrip(_MARKUP + "#>").rstrip(_AFTER_QUOTE)
        wrapped = len(text) > 2 and text[0] == text[-1] == '"' and bool(text[1:-1].strip())
        ends = f"{text[:1]!r} and {text[-1:]!r}"
        return Verdict(wrapped, ends, f"starts and ends with {ends}; '\"' and '\"' asked")


@repair(
    reason=(
        "The text had to be repeated to the character, although 78 public prompts show it in "
        "another case or without its last sign. Quotation marks and markdown before it, how much "
        "white space it has and the sign at its end don't count."
    ),
    source="FollowRAG instructions.py:1198",
)
class FixedFormatRepeatQuestion(FormatRepeatQuestion):
    """The response begins with the given text, whatever marks stand around it."""

    @property
    def asked(self) -> str:
        """The text in small letters, without the signs around it."""
        whole = " ".join(caseless(self.prompt_to_repeat).split())
        return whole.lstrip(_OPENING).rstrip(_OPENING + "?.!") or whole

    def _decide(self, response: Response) -> Verdict:
        asked = self.asked
        given = " ".join(caseless(response.text).split()).lstrip(_OPENING)
        is_whole = re.compile(ends(asked[-1])).match(given, len(asked)) is not None
        return self._repeated(asked, given, given.startswith(asked) and is_whole)
