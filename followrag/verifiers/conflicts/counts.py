"""Two demands on one quantity."""

from __future__ import annotations

from followrag.verifiers.cases import CasesCapitalWords
from followrag.verifiers.conflicts.rules import rule
from followrag.verifiers.keywords import KeywordsFrequency, LetterFrequency
from followrag.verifiers.length import LengthParagraph, LengthSentence, LengthWords
from followrag.verifiers.structure import StructureBullets


def _excluded(one: tuple[str, int], other: tuple[str, int], what: str) -> str | None:
    """Say that a count can't be at least one number and less than another that isn't greater."""
    bounds = dict((one, other))
    if len(bounds) == 2 and bounds["less than"] <= bounds["at least"]:
        return f"at least {bounds['at least']} and less than {bounds['less than']} {what}"
    return None


@rule("two numbers of words", LengthWords, LengthWords)
def _two_word_counts(one: LengthWords, other: LengthWords) -> str | None:
    """Both measure the same count, which can't be in two ranges that don't meet."""
    return _excluded((one.relation, one.num_words), (other.relation, other.num_words), "words")


@rule("two numbers of sentences", LengthSentence, LengthSentence)
def _two_sentence_counts(one: LengthSentence, other: LengthSentence) -> str | None:
    """Both measure the same count, which can't be in two ranges that don't meet."""
    return _excluded(
        (one.relation, one.num_sentences), (other.relation, other.num_sentences), "sentences"
    )


@rule("two numbers of capital words", CasesCapitalWords, CasesCapitalWords)
def _two_capital_counts(one: CasesCapitalWords, other: CasesCapitalWords) -> str | None:
    """Both measure the same count, which can't be in two ranges that don't meet."""
    return _excluded(
        (one.capital_relation, one.capital_frequency),
        (other.capital_relation, other.capital_frequency),
        "words in capitals",
    )


@rule("two frequencies", KeywordsFrequency, KeywordsFrequency)
def _two_frequencies(one: KeywordsFrequency, other: KeywordsFrequency) -> str | None:
    """Both measure the same count where they have the same keyword, read as the same pattern."""
    keyword = one.keyword.strip()
    if keyword != other.keyword.strip():
        return None
    return _excluded(
        (one.relation, one.frequency), (other.relation, other.frequency), f"times {keyword!r}"
    )


@rule("two letter frequencies", LetterFrequency, LetterFrequency)
def _two_letter_frequencies(one: LetterFrequency, other: LetterFrequency) -> str | None:
    """Both measure the same count where they have the same letter."""
    if one.letter != other.letter or not one.letter.isascii() or not one.letter.isalpha():
        return None
    return _excluded(
        (one.let_relation, one.let_frequency),
        (other.let_relation, other.let_frequency),
        f"times {one.letter!r}",
    )


@rule("two numbers of bullets", StructureBullets, StructureBullets)
def _two_bullet_counts(one: StructureBullets, other: StructureBullets) -> str | None:
    """Both measure the same count, and each wants it met exactly."""
    if one.num_bullets != other.num_bullets:
        return f"exactly {one.num_bullets} and exactly {other.num_bullets} bullet points"
    return None


@rule("two numbers of paragraphs", LengthParagraph, LengthParagraph)
def _two_paragraph_counts(one: LengthParagraph, other: LengthParagraph) -> str | None:
    """Both measure the same count, and each wants it met exactly."""
    if one.num_paragraphs != other.num_paragraphs:
        return f"exactly {one.num_paragraphs} and exactly {other.num_paragraphs} paragraphs"
    return None
