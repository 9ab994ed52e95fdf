"""Capital and small letters against each other, and against text whose case counts.

No rule stands between a case or a language and another language: a text in which langdetect finds
no feature follows them all, such as English in capitals among twice as many "…", which langdetect
takes for the text's script (detector.py, `cleaning_text`) and then ignores.
"""

from __future__ import annotations

from followrag.verifiers.cases import CasesCapitalWords, CasesLowercase, CasesUppercase
from followrag.verifiers.conflicts.rules import rule
from followrag.verifiers.patterns import Pattern
from followrag.verifiers.structure import StructureSections


@rule("uppercase and lowercase", CasesUppercase, CasesLowercase)
def _two_cases(upper: CasesUppercase, lower: CasesLowercase) -> str:
    """Each needs a letter with case, and that all such letters are of its own case."""
    return "no text is all in capital and all in small letters"


@rule("lowercase and sections", CasesLowercase, StructureSections, modes=("reference",))
def _small_sections(lower: CasesLowercase, sections: StructureSections) -> str | None:
    """Section marks are found case-sensitively; a plain splitter is found as it is."""
    mark = sections.section_spliter.strip()
    if sections.num_sections and Pattern(mark).is_linear and any(map(_is_not_small, mark)):
        return f"the section mark {mark!r} counts only with its capitals"
    return None


@rule("uppercase and sections", CasesUppercase, StructureSections, modes=("reference",))
def _capital_sections(upper: CasesUppercase, sections: StructureSections) -> str | None:
    """Section marks are found case-sensitively; a plain splitter is found as it is."""
    mark = sections.section_spliter.strip()
    if sections.num_sections and Pattern(mark).is_linear and any(map(_is_not_capital, mark)):
        return f"the section mark {mark!r} counts only with its small letters"
    return None


def _is_not_small(character: str) -> bool:
    """Whether no text with this character `islower`: it is a capital or a title letter ("ǅ")."""
    return character.istitle()


def _is_not_capital(character: str) -> bool:
    """Whether no text with this character `isupper`."""
    return character.islower() or (character.istitle() and not character.isupper())


@rule("lowercase and capital words", CasesLowercase, CasesCapitalWords)
def _small_capital_words(lower: CasesLowercase, words: CasesCapitalWords) -> str | None:
    """A word in capitals holds a capital letter, and a text in small letters none."""
    if words.capital_relation == "at least" and words.capital_frequency > 0:
        return "a text all in small letters has no word in capitals"
    return None


@rule("uppercase and few capital words", CasesUppercase, CasesCapitalWords)
def _no_capital_word(upper: CasesUppercase, words: CasesCapitalWords) -> str | None:
    """The text has a letter with case. The token that holds it has no letter of the other case."""
    if words.capital_relation == "less than" and words.capital_frequency <= 1:
        return "a text all in capital letters has at least one word in capitals"
    return None
