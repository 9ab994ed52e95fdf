r"""What counts as an occurrence of a word.

Python's `\w` is letters, digits and "_": it leaves out the vowel signs of Tamil or Hindi, which
stand inside words, and holds the "_" that is markdown around one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

__all__ = ["INSIDE", "MARKS", "NOT_AFTER", "Word", "folded", "is_inside"]

_LEAST_LETTERS = 3  # "as" is no plural of "a", nor "its" of "it"
_AROUND = "\"'«»*_`~ \t\n"
_PUNCTUATION = ".,;:!?"
# Endings by which English makes a plural; a word that ends in s otherwise is taken for one.
_PLURALS = (
    (re.compile(r".*(?:ss|us|is|[xz]|[cs]h)", re.IGNORECASE), ("es",)),
    (re.compile(r".*s", re.IGNORECASE), ()),
    (re.compile(r".*o", re.IGNORECASE), ("s", "es")),
    (re.compile(r".*[a-z]", re.IGNORECASE), ("s",)),
)
_CONSONANT_AND_Y = re.compile(r".*[b-df-hj-np-tv-z]y", re.IGNORECASE)
# Words are not set apart in these scripts, or (Hangul) take endings.
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
_ALIKE = {"‘’ʼ": "'", "“”„‟": '"', "‐‑": "-"}
_PLAIN = str.maketrans({sign: plain for signs, plain in _ALIKE.items() for sign in signs})


def _marks() -> str:
    blocks = (range(0x300, 0x2000), range(0x20D0, 0x2100), range(0xA800, 0xAC00))
    signs = (chr(code) for block in blocks for code in block)
    return "".join(sign for sign in signs if unicodedata.category(sign).startswith("M"))


MARKS = _marks()  # vowel signs and accents, for a character class
INSIDE = rf"(?:[^\W_]|[{MARKS}])"
_INSIDE = re.compile(INSIDE)
# In JSON, a line break before a word is a backslash and a letter.
NOT_AFTER = rf"(?:(?<![^\W_])(?<![{MARKS}])|(?<=\\[nrt]))"
_NOT_BEFORE = rf"(?!{INSIDE})"


def is_inside(sign: str) -> bool:
    """Tell whether a word goes on with this character."""
    return _INSIDE.match(sign) is not None


def folded(text: str) -> str:
    """Write alike what reads alike: composed accents, curly quotation marks, hyphens."""
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(_PLAIN)


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
        if len(core) < _LEAST_LETTERS:
            return (core,)
        end = core[-2:]
        endings = next((added for shape, added in _PLURALS if shape.fullmatch(end)), ())
        changed = (f"{core[:-1]}ies",) if _CONSONANT_AND_Y.fullmatch(end) else ()
        return (core, *(core + added for added in endings), *changed)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        before = "" if _is_unspaced(self.core[0]) else NOT_AFTER
        after = "" if _is_unspaced(self.core[-1]) else _NOT_BEFORE
        # A sign that is no part of words, such as the last one of "C++", ends where it ends.
        before = before if is_inside(self.core[0]) else ""
        after = after if is_inside(self.core[-1]) else ""
        forms = "|".join(r"\s+".join(map(re.escape, form.split())) for form in self.forms)
        return re.compile(f"{before}(?:{forms}){after}", re.IGNORECASE)

    def count(self, text: str) -> int:
        """Count the occurrences in a text, in time linear in it."""
        return sum(1 for _ in self._pattern.finditer(folded(text)))

    def found_in(self, text: str) -> bool:
        """Tell whether it occurs in a text."""
        return self._pattern.search(folded(text)) is not None


def _is_unspaced(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith(_UNSPACED)
