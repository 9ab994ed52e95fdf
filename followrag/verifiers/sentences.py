"""Sentence and word splitting as IFEval's nltk calls do it, without nltk's data downloads.

The English Punkt parameters ship with this package (`punkt/english`, see `punkt/SOURCE.md`) and
are read with plain `open`: nltk.data would look for them in folders of its own and refuse files
that others may write.
"""

from __future__ import annotations

import re
import threading
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar

_PUNKT = Path(__file__).parent / "punkt" / "english"
_loading = threading.Lock()


def count(text: str) -> int:
    """Count the sentences that nltk's English Punkt tokenizer finds in `text`."""
    return sum(1 for _ in _sentence_tokenizer().span_tokenize(text))


def most(text: str) -> int:
    """Bound `count` from above at a fraction of its cost.

    Punkt ends a sentence only after one of `.`, `?` and `!`, so a text has at most one sentence
    more than it has of these.
    """
    return text.count(".") + text.count("?") + text.count("!") + 1


def word_tokens(text: str) -> list[str]:
    """Split `text` as nltk.word_tokenize does: Punkt sentences, then Treebank tokens."""
    words = _word_tokenizer()
    return [
        token
        for sentence in _sentence_tokenizer().tokenize(text)
        for token in words.tokenize(sentence)
    ]


def _sentence_tokenizer() -> Any:
    with _loading:
        return _load_sentence_tokenizer()


def _word_tokenizer() -> Any:
    with _loading:
        return _load_word_tokenizer()


@cache
def _load_sentence_tokenizer() -> Any:
    from nltk.tabdata import PunktDecoder
    from nltk.tokenize.punkt import (
        PunktLanguageVars,
        PunktParameters,
        PunktSentenceTokenizer,
        PunktToken,
    )

    class PublishedToken(PunktToken):  # type: ignore[misc]
        """nltk's token with Python's own regular expressions, as up to 3.9.

        nltk 3.10 uses another engine, which knows other Unicode versions and takes longer.
        """

        __slots__ = ()
        _RE_ELLIPSIS = re.compile(r"\.\.+$")
        _RE_NUMERIC = re.compile(r"^-?[\.,]?\d[\d,\.-]*\.?$")
        _RE_INITIAL = re.compile(r"[^\W\d]\.$")
        _RE_ALPHA = re.compile(r"[^\W\d]+$")
        _RE_NON_PUNCT = re.compile(r"[^\W\d]")

        @property
        def is_non_punct(self) -> re.Match[str] | None:
            return self._RE_NON_PUNCT.search(self.type)

    class PublishedPunctuation(PunktLanguageVars):  # type: ignore[misc]
        """nltk's punctuation rules as they were up to 3.9.

        nltk 3.10 counts curly quotes and guillemets as closing punctuation, which moves sentence
        ends; the published verdicts were made without that.
        """

        re_boundary_realignment = re.compile(r"""["')\]}]+?(?:\s+|(?=--)|$)""", re.MULTILINE)

        @property
        def _re_non_word_chars(self) -> str:
            return r"""(?:[)";}\]*:@'({\[?!])"""

        @cached_property
        def _words(self) -> re.Pattern[str]:
            rules = {
                "NonWord": self._re_non_word_chars,
                "MultiChar": self._re_multi_char_punct,
                "WordStart": self._re_word_start,
            }
            return re.compile(self._word_tokenize_fmt % rules, re.VERBOSE)

        @cached_property
        def _periods(self) -> re.Pattern[str]:
            rules = {
                "NonWord": self._re_non_word_chars,
                "SentEndChars": self._re_sent_end_chars,
            }
            return re.compile(self._period_context_fmt % rules, re.VERBOSE)

        def _word_tokenizer_re(self) -> re.Pattern[str]:
            return self._words

        def period_context_re(self) -> re.Pattern[str]:
            return self._periods

    class SharingTokenizer(PunktSentenceTokenizer):  # type: ignore[misc]
        """nltk's tokenizer, which decides each two words around a full stop only once.

        The loose readings of a response share nearly all of them.
        """

        def __init__(self, parameters: PunktParameters) -> None:
            super().__init__(parameters, lang_vars=PublishedPunctuation(), token_cls=PublishedToken)
            self.text_contains_sentbreak = lru_cache(8192)(super().text_contains_sentbreak)

    decoder = PunktDecoder()
    parameters = PunktParameters()
    with (_PUNKT / "collocations.tab").open(encoding="utf-8") as file:
        parameters.collocations = set(decoder.tab2tups(file))
    with (_PUNKT / "sent_starters.txt").open(encoding="utf-8") as file:
        parameters.sent_starters = decoder.txt2set(file)
    with (_PUNKT / "abbrev_types.txt").open(encoding="utf-8") as file:
        parameters.abbrev_types = decoder.txt2set(file)
    with (_PUNKT / "ortho_context.tab").open(encoding="utf-8") as file:
        parameters.ortho_context = decoder.tab2intdict(file)
    return SharingTokenizer(parameters)


@cache
def _load_word_tokenizer() -> Any:
    from nltk.tokenize.destructive import NLTKWordTokenizer

    class PublishedWordTokenizer(NLTKWordTokenizer):  # type: ignore[misc]
        """nltk's word tokenizer as it was up to 3.9.

        nltk 3.10 splits at long dashes, treats some apostrophes differently, and matches with
        another engine under a limit on wall time.
        """

        STARTING_QUOTES: ClassVar = [
            *map(_with_re, NLTKWordTokenizer.STARTING_QUOTES[:-1]),
            (re.compile(r"(?i)(\')(?!re|ve|ll|m|t|s|d|n)(\w)\b"), r"\1 \2"),
        ]
        PUNCTUATION: ClassVar = [
            _with_re(rule)
            for rule in NLTKWordTokenizer.PUNCTUATION
            if "\\u2012" not in rule[0].pattern
        ]
        ENDING_QUOTES: ClassVar = [*map(_with_re, NLTKWordTokenizer.ENDING_QUOTES)]
        PARENS_BRACKETS = _with_re(NLTKWordTokenizer.PARENS_BRACKETS)
        DOUBLE_DASHES = _with_re(NLTKWordTokenizer.DOUBLE_DASHES)

    return PublishedWordTokenizer()


def _with_re(rule: tuple[Any, str]) -> tuple[re.Pattern[str], str]:
    return re.compile(rule[0].pattern), rule[1]
