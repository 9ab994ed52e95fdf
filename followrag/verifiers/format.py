"""The form of the whole response: its language, JSON, quotation marks, commas, repetition."""

from __future__ import annotations

import json

from followrag.verifiers import language
from followrag.verifiers.constraint import Constraint, Phrase, constraint
from followrag.verifiers.counting import counted
from followrag.verifiers.draft import Draft
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict

_FENCES = ("```json", "```Json", "```JSON", "```")
_OPTIONS = ("My answer is yes.", "My answer is no.", "My answer is maybe.")


@constraint("format_language", "format", ifeval_id="language:response_language")
class FormatLanguage(Constraint):
    """langdetect, seeded with 0, finds this language (FollowRAG instructions.py:98).

    A text in which langdetect finds no features (digits, punctuation, addresses) is followed.
    """

    language: Phrase

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Answer entirely in the language with code {self.language!r}."

    def _decide(self, response: Response) -> Verdict:
        found = response.language
        if found is None:
            return Verdict(True, None, "no language can be detected, which counts as followed")
        return Verdict(
            found == self.language, found, f"detected as {found!r}; {self.language!r} asked"
        )

    def _is_hopeless(self, variant: Response) -> bool:
        return not language.may_be(variant.text, self.language)

    def satisfy(self, draft: Draft) -> None:
        """Ask for text in the language."""
        draft.language = self.language


@constraint("format_json", "format", ifeval_id="detectable_format:json_format")
class FormatJson(Constraint):
    """The whole response is JSON, perhaps in a ``` fence (FollowRAG instructions.py:858).

    Scalars, NaN and Infinity pass; text around the fence and a "```jsonc" don't.
    """

    def describe(self) -> str:
        """Say the rule in words."""
        return "Give the whole answer as JSON."

    def _decide(self, response: Response) -> Verdict:
        text = response.stripped
        for fence in _FENCES:
            text = text.removeprefix(fence)
        try:
            value = json.loads(text.removesuffix("```").strip())
        except ValueError as error:
            return Verdict(False, None, f"not JSON: {error}")
        return Verdict(True, type(value).__name__, f"JSON, a {type(value).__name__}")

    def satisfy(self, draft: Draft) -> None:
        """Ask for JSON."""
        draft.json = True


@constraint("format_repeat_question", "format", ifeval_id="combination:repeat_prompt")
class FormatRepeatQuestion(Constraint):
    """The response begins with the given text, in any case (FollowRAG instructions.py:1198)."""

    prompt_to_repeat: Phrase

    def describe(self) -> str:
        """Say the rule in words."""
        return f"First repeat this text word for word: {self.prompt_to_repeat!r}."

    def _decide(self, response: Response) -> Verdict:
        asked = self.prompt_to_repeat.strip().lower()
        given = response.stripped.lower()
        return self._repeated(asked, given, given.startswith(asked))

    @staticmethod
    def _repeated(asked: str, given: str, passed: bool) -> Verdict:
        if passed:
            return Verdict(True, None, "begins with the text to repeat")
        same = next((i for i, (a, b) in enumerate(zip(asked, given, strict=False)) if a != b), None)
        place = min(len(asked), len(given)) if same is None else same
        return Verdict(
            False,
            place,
            f"differs from the text to repeat after {place} of {len(asked)} characters",
        )

    def satisfy(self, draft: Draft) -> None:
        """Ask for the text at the start."""
        draft.opening = self.prompt_to_repeat.strip()


@constraint("format_no_commas", "format", ifeval_id="punctuation:no_comma")
class FormatNoCommas(Constraint):
    """No ASCII comma; "،" and "，" are allowed (FollowRAG instructions.py:1442)."""

    def describe(self) -> str:
        """Say the rule in words."""
        return "Do not use any commas."

    def _decide(self, response: Response) -> Verdict:
        commas = response.text.count(",")
        return Verdict(commas == 0, commas, f"{counted(commas, 'comma')}; none asked")

    def satisfy(self, draft: Draft) -> None:
        """Ask for a text without commas."""
        draft.commas = False


@constraint("format_quotation", "format", ifeval_id="startend:quotation")
class FormatQuotation(Constraint):
    """The response is wrapped in ASCII `"`; `""` passes (FollowRAG instructions.py:1530)."""

    def describe(self) -> str:
        """Say the rule in words."""
        return "Wrap the whole answer in double quotation marks."

    def _decide(self, response: Response) -> Verdict:
        text = response.stripped
        wrapped = len(text) > 1 and text[0] == text[-1] == '"'
        ends = f"{text[0]!r} and {text[-1]!r}"
        return Verdict(wrapped, ends, f"starts and ends with {ends}; '\"' and '\"' asked")

    def satisfy(self, draft: Draft) -> None:
        """Ask for the quotation marks."""
        draft.quoted = True


@constraint(
    "detectable_format:constrained_response",
    "format",
    ifeval_id="detectable_format:constrained_response",
)
class ConstrainedResponse(Constraint):
    """One of IFEval's three sentences occurs somewhere (IFEval only)."""

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Answer with one of: {' | '.join(_OPTIONS)}"

    def _decide(self, response: Response) -> Verdict:
        found = next((option for option in _OPTIONS if option in response.text), None)
        return Verdict(found is not None, found, f"option found: {found or 'none'}")

    def satisfy(self, draft: Draft) -> None:
        """Ask for the first option."""
        draft.sentences.append(_OPTIONS[0])


@constraint("combination:two_responses", "format", ifeval_id="combination:two_responses")
class TwoResponses(Constraint):
    """Two different responses with `******` between them (IFEval only)."""

    def describe(self) -> str:
        """Say the rule in words."""
        return "Give two different responses separated by ******."

    def _decide(self, response: Response) -> Verdict:
        parts = [part.strip() for part in response.text.split("******")]
        if not all(parts[1:-1]):
            return Verdict(False, None, "a response between two ****** is empty")
        given = [part for part in parts if part]
        if len(given) == 2 and given[0] == given[1]:
            return Verdict(False, 2, "the two responses are the same")
        return Verdict(len(given) == 2, len(given), f"{len(given)} responses; exactly 2 asked")

    def satisfy(self, draft: Draft) -> None:
        """Ask for a second response."""
        draft.two_responses = True
