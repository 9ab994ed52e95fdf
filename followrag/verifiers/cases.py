"""Capital and small letters."""

from __future__ import annotations

from followrag.verifiers.constraint import Constraint, Count, Relation, constraint
from followrag.verifiers.counting import compared
from followrag.verifiers.draft import Draft
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict


@constraint("cases_capital_words", "cases", ifeval_id="change_case:capital_word_frequency")
class CasesCapitalWords(Constraint):
    """Number of nltk word tokens in capitals (FollowRAG instructions.py:1464).

    "I", "A" and "U.S.A." count, "NASA-led" does not.
    """

    capital_frequency: Count
    capital_relation: Relation

    def describe(self) -> str:
        """Say the rule in words."""
        return f"Use {self.capital_relation} {self.capital_frequency} words in all capital letters."

    def _decide(self, response: Response) -> Verdict:
        return compared(
            response.capital_word_count,
            "word",
            self.capital_relation,
            self.capital_frequency,
            " in capitals",
        )

    def satisfy(self, draft: Draft) -> None:
        """Ask for words in capitals, or for few of them."""
        if self.capital_relation == "at least":
            draft.min_capital_words = max(draft.min_capital_words, self.capital_frequency)
        else:
            draft.max_capital_words = min(draft.max_capital_words, self.capital_frequency - 1)


def _english(response: Response, cased: bool, letters: str) -> Verdict:
    """Decide IFEval's two parts of a case constraint: the case first, then the language.

    A text in which langdetect finds no features is followed (FollowRAG instructions.py:1379-1440).
    """
    if not cased:
        return Verdict(False, None, f"not all in {letters} letters")
    found = response.language
    if found is None:
        return Verdict(
            True, None, f"all in {letters} letters; no language can be detected, which is followed"
        )
    return Verdict(found == "en", found, f"all in {letters} letters, detected as {found!r}")


@constraint("cases_uppercase", "cases", ifeval_id="change_case:english_capital")
class CasesUppercase(Constraint):
    """English, all in capitals; langdetect with seed 0 says whether it is English."""

    def describe(self) -> str:
        """Say the rule in words."""
        return "Answer in English, in capital letters only."

    def _decide(self, response: Response) -> Verdict:
        return _english(response, response.text.isupper(), "capital")

    def satisfy(self, draft: Draft) -> None:
        """Ask for capitals."""
        draft.case = "upper"


@constraint("cases_lowercase", "cases", ifeval_id="change_case:english_lowercase")
class CasesLowercase(Constraint):
    """English, all in small letters; langdetect with seed 0 says whether it is English."""

    def describe(self) -> str:
        """Say the rule in words."""
        return "Answer in English, in small letters only."

    def _decide(self, response: Response) -> Verdict:
        return _english(response, response.text.islower(), "small")

    def satisfy(self, draft: Draft) -> None:
        """Ask for small letters."""
        draft.case = "lower"
