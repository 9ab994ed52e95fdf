"""Stock sentences: what a text says when it has to be longer, or in another language."""

import json
from functools import cache
from pathlib import Path

__all__ = ["filler"]

_SENTENCES = Path(__file__).parent / "filler.json"


def filler(language: str) -> tuple[str, ...]:
    """Give some sentences in a language, without commas and without single-letter words.

    The English ones come in an order of use: those that langdetect takes for English even when
    written in capitals come first.

    Args:
        language: A langdetect code.

    Returns:
        The sentences, each with its full stop; English ones for a language that has none here.
    """
    sentences = _read()
    return sentences.get(language, sentences["en"])


@cache
def _read() -> dict[str, tuple[str, ...]]:
    with _SENTENCES.open(encoding="utf-8") as file:
        return {language: tuple(sentences) for language, sentences in json.load(file).items()}
