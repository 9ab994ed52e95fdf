r"""What counts as an occurrence of a word.

Python's `\w` is letters, digits and "_": it leaves out the vowel signs of Tamil or Hindi, which
stand inside words, and holds the "_" that is markdown around one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

__all__ = [
    "INSIDE",
    "MARKS",
    "Word",
    "caseless",
    "ends",
    "folded",
    "goes_on",
    "is_inside",
    "starts",
]

_LEAST_LETTERS = 3  # "as" is no plural of "a", nor "its" of "it"; but "MPs" is one of "MP"
_AROUND = "\"'«»*_`~ \t\n"
_PUNCTUATION = ".,;:!?"
# Endings by which English makes a plural.
_PLURALS = (
    (re.compile(r".*(?:[sxz]|[cs]h)", re.IGNORECASE), ("es",)),
    (re.compile(r".*o", re.IGNORECASE), ("s", "es")),
    (re.compile(r".*[a-z]", re.IGNORECASE), ("s",)),
)
_CONSONANT_AND_Y = re.compile(r".*[b-df-hj-np-tv-z]y", re.IGNORECASE)
_ALIKE = {"‘’ʼ": "'", "“”„‟": '"', "‐‑": "-"}
_PLAIN = str.maketrans({sign: plain for signs, plain in _ALIKE.items() for sign in signs})


def _marks() -> str:
    blocks = (range(0x300, 0x2000), range(0x20D0, 0x2100), range(0xA800, 0xAC00))
    signs = (chr(code) for block in blocks for code in block)
    return "".join(sign for sign in signs if unicodedata.category(sign).startswith("M"))


MARKS = _marks()  # vowel signs and accents, for a character class
INSIDE = rf"(?:[^\W_]|[{MARKS}])"
_INSIDE = re.compile(INSIDE)
# Scripts that don't set words apart, or (Hangul) add endings to any word.
_UNSPACED = (
    r"\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff"
    r"\U00020000-\U0003ffff"
)
_LATIN = r"[0-9A-Za-zªº\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u1e00-\u1eff]"
_SPACED = rf"(?![{_UNSPACED}]){INSIDE}"
_IS_LATIN = re.compile(_LATIN)
_IS_SPACED = re.compile(_SPACED)


def is_inside(sign: str) -> bool:
    """Tell whether this is a letter, a digit or a mark."""
    return _INSIDE.match(sign) is not None


def starts(sign: str) -> str:
    r"""Give an expression for the place before this sign if a word starts there.

    A word doesn't go on with letters of another script: "Paris" is in "法国Paris市". In JSON, a
    line break before a word is a backslash and a letter.
    """
    return rf"(?:(?<!{_joining(sign)})|(?<=\\[nrt]))"


def ends(sign: str) -> str:
    """Give an expression for the place after this sign if a word ends there."""
    return rf"(?!{_joining(sign)})"


def goes_on(word: str, after: str) -> bool:
    """Tell whether a word goes on with what stands after it, be it after a hyphen."""
    going = re.compile(rf"-?{_joining(word[-1])}")
    return going.match(after) is not None


def _joining(sign: str) -> str:
    """Give an expression for what a word goes on with beside a sign of it."""
    if _IS_LATIN.match(sign):
        return _LATIN
    return _SPACED if _IS_SPACED.match(sign) else r"(?!)"


def folded(text: str) -> str:
    """Write alike what reads alike: composed accents, curly quotation marks, hyphens."""
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(_PLAIN)


def caseless(text: str) -> str:
    """Write alike, in small letters, what reads alike in any case: `STRASSE` and `straße`."""
    # "İ" would have two characters and "I" one.
    return text.lower() if text.isascii() else folded(text).casefold().replace("i\u0307", "i")


@dataclass(frozen=True)
class Word:
    """A word or phrase of an item, and where it occurs.

    It occurs where it stands as a word: in any case, with any white space between its parts, in
    quotation marks or markdown, in a hyphenated word, with 's, and in its regular plural. "song"
    is in "Songs", "song's", "_song_" and "my-song", not in "songwriter". Signs around it in the
    item are not asked for: `"Opera."` is Opera.

    Attributes:
        given: The word as the item has it.
    """

    given: str

    @cached_property
    def core(self) -> str:
        """The word without quotation marks, markdown and punctuation around it."""
        plain = folded(self.given).strip()
        return plain.lstrip(_AROUND).rstrip(_AROUND + _PUNCTUATION) or plain

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The word, and the plurals that English would form of it."""
        core = self.core
        if len(core) < _LEAST_LETTERS and not (len(core) > 1 and core.isupper()):
            return (core,)
        end = core[-2:]
        endings = next((added for shape, added in _PLURALS if shape.fullmatch(end)), ())
        changed = (f"{core[:-1]}ies",) if _CONSONANT_AND_Y.fullmatch(end) else ()
        return (core, *(core + added for added in endings), *changed)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        core = caseless(self.core)
        forms = "|".join(r"\s+".join(map(re.escape, caseless(form).split())) for form in self.forms)
        return re.compile(f"{starts(core[0])}(?:{forms}){ends(core[-1])}")

    def count(self, text: str) -> int:
        """Count the occurrences in a text, in time linear in it."""
        return sum(1 for _ in self._pattern.finditer(caseless(text)))

    def found_in(self, text: str) -> bool:
        """Tell whether it occurs in a text."""
        return self._pattern.search(caseless(text)) is not None
