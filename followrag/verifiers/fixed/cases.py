"""Capital and small letters, with a language test for texts that are long enough for one."""

from __future__ import annotations

import unicodedata

from followrag.verifiers import language
from followrag.verifiers.cases import CasesLowercase, CasesUppercase
from followrag.verifiers.fixed.repair import repair
from followrag.verifiers.response import Response
from followrag.verifiers.verdict import Verdict

__all__ = ["LEAST_WORDS"]

# Of genuine English cut to so many words and put in small letters, langdetect takes 0.3 % for
# something else, and less from here on; of 10 words it is 7.3 %, of 15 words 2.6 % (700 passages,
# benchmarks/fixed_differences.py).
LEAST_WORDS = 20
_SOURCE = "FollowRAG instructions.py:{}; langdetect issue 74; the tables in docs/fixed.md"


def _english(response: Response, cased: bool, letters: str) -> Verdict:
    """Decide the case, and the language of the text in small letters if it has words enough."""
    if not cased:
        return Verdict(False, None, f"not all in {letters} letters")
    words = sum(any(map(str.isalpha, word)) for word in response.text.split())
    if words < LEAST_WORDS:
        if _is_latin(response.text):
            reason = f"all in {letters} letters; too short to tell its language"
            return Verdict(True, None, reason)
        return Verdict(False, None, f"all in {letters} letters, but not Latin ones")
    found = language.detect(response.lowered)
    return Verdict(found in ("en", None), found, f"all in {letters} letters, detected as {found!r}")


def _is_latin(text: str) -> bool:
    """Tell whether at least half of the letters are Latin."""
    if text.isascii():
        return True
    letters = list(filter(str.isalpha, text))
    return 2 * sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters) >= len(
        letters
    )


@repair(
    reason=(
        "langdetect, which skips words in capitals, had to find English in texts of a few words: "
        "it finds it in 28 % of English texts of three words. The text in small letters is "
        f"tested, and from {LEAST_WORDS} words on; of shorter ones the letters must be Latin."
    ),
    source=_SOURCE.format(1379),
)
class FixedCasesUppercase(CasesUppercase):
    """English, all in capitals; shorter texts may be in any language written in Latin letters."""

    def _decide(self, response: Response) -> Verdict:
        return _english(response, response.text.isupper(), "capital")


@repair(
    reason=(
        "langdetect had to find English in texts of a few words: it finds it in 64 % of English "
        f"texts of three words in small letters. It is asked from {LEAST_WORDS} words on; of "
        "shorter texts the letters must be Latin."
    ),
    source=_SOURCE.format(1410),
)
class FixedCasesLowercase(CasesLowercase):
    """English, all in small letters; shorter texts may be in any language in Latin letters."""

    def _decide(self, response: Response) -> Verdict:
        return _english(response, response.text.islower(), "small")
