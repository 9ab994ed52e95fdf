"""Texts as the n-grams that langdetect 1.0.9 sees, and the probabilities of those n-grams.

Everything here reproduces `langdetect/detector.py` (`append`, `cleaning_text`,
`_extract_ngrams`) and `langdetect/utils/ngram.py` exactly; only the order of work differs:

- An n-gram never holds a character from beyond a space, so the n-grams of a word depend on
  that word and on whether a space follows it. They are computed once per distinct word.
- n-grams are numbers: rows of one matrix that holds the probability of each in each language.
"""

import json
import threading
from array import array
from collections.abc import Iterable
from itertools import chain, compress
from operator import add, not_
from pathlib import Path

import numpy as np
from langdetect.detector import Detector
from langdetect.detector_factory import PROFILES_DIRECTORY
from langdetect.utils.ngram import NGram
from numpy.typing import NDArray

_MAX_TEXT_LENGTH = 10_000
_MAX_NGRAM_LENGTH = 3
_MAX_CACHED_WORDS = 100_000
_MAX_CACHED_WORD_LENGTH = 64

# NGram.normalize by code point. For ASCII it keeps the letters only; the rest is filled in as
# characters are met.
_ASCII = bytes(code if chr(code).isalpha() else ord(" ") for code in range(128)).ljust(256)
_NOT_YET_KNOWN = 0xFFFF_FFFF
_CHARACTERS = np.full(0x110000, _NOT_YET_KNOWN, dtype="<u4")


class _WordRows(dict[str, bytes]):
    """The rows of the n-grams of a word, as the bytes of 32-bit integers, computed at first use.

    Concurrent use is safe: a value depends on its word alone, so that a lost or repeated entry
    costs time only.
    """

    def __init__(self, rows: dict[str, int], following: str) -> None:
        """Serve words that are followed by `following`: a space, or nothing at the text's end."""
        super().__init__()
        self._row = rows.get
        self._following = following

    def __missing__(self, word: str) -> bytes:
        found = self._rows_of(word)
        if len(word) <= _MAX_CACHED_WORD_LENGTH:
            if len(self) >= _MAX_CACHED_WORDS:
                self.clear()
            self[word] = found
        return found

    def _rows_of(self, word: str) -> bytes:
        if not word:
            return b""
        before, after = f" {word}", word + self._following
        pairs = list(map(add, before, after))
        # Per character: the n-grams of one, two and three characters that end in it. Neither the
        # lone space nor the empty string has a row.
        ngrams: Iterable[tuple[str, ...]] = zip(
            after, pairs, ["", *map(add, before, pairs[1:])], strict=True
        )
        if any(map(str.isupper, word[1:])):
            # The rule behind langdetect's poor results on capitals: no n-gram ends in the second
            # of two capitals (NGram.capitalword).
            capital = [
                first.isupper() and second.isupper()
                for first, second in zip(before, after, strict=False)
            ]
            ngrams = compress(ngrams, map(not_, capital))
        rows = map(self._row, chain.from_iterable(ngrams))
        return array("i", [row for row in rows if row is not None]).tobytes()


class _Latin1Rows:
    """The rows of texts in Latin-1, by a table of all sequences of three characters.

    A character is reduced to one of about a hundred classes. Class 0 is the space; class 1 holds
    the characters that are neither in an n-gram nor capitals.
    """

    def __init__(self, rows: dict[str, int]) -> None:
        """Tabulate, for each character and the two before it, the rows that it completes."""
        known = set().union(*rows)
        latin1 = [chr(code) for code in range(256)]
        alphabet = [" ", "", *(c for c in latin1 if c != " " and (c in known or c.isupper()))]
        number = {character: place for place, character in enumerate(alphabet)}
        self._classes = bytes(number.get(character, 1) for character in latin1)
        self._base = len(alphabet)
        table = np.full((self._base,) * 3 + (_MAX_NGRAM_LENGTH,), -1, dtype=np.int32)
        by_length = [table[0, 0, :, 0], table[0, :, :, 1], table[:, :, :, 2]]
        for ngram, row in rows.items():
            place = tuple(number.get(character, 1) for character in ngram)
            if 1 not in place:
                by_length[len(place) - 1][place] = row
        table[..., 0] = table[0, 0, :, 0]
        table[..., 1] = table[0, :, :, 1]
        # No n-gram goes beyond a space before it, or ends in the second of two spaces or capitals.
        table[:, 0, :, 2] = -1
        table[:, 0, 0, :] = -1
        capitals = [place for character, place in number.items() if character.isupper()]
        table[np.ix_(range(self._base), capitals, capitals)] = -1
        self._table = table.reshape(-1, _MAX_NGRAM_LENGTH)

    def rows_of(self, normalized: bytes) -> NDArray[np.int32]:
        """Rows of the known n-grams of a normalized text in Latin-1."""
        encoded = bytes(2) + normalized.translate(self._classes)
        classes = np.frombuffer(encoded, dtype=np.uint8).astype(np.intp)
        # Class 0 is the space that langdetect starts from.
        sequence = (classes[:-2] * self._base + classes[1:-1]) * self._base + classes[2:]
        found = self._table.take(sequence, axis=0).ravel()
        return found[found >= 0]


class Profiles:
    """The language profiles of langdetect.

    Attributes:
        languages: Names, in the order in which langdetect reads them: it decides ties.
        probabilities: One row per n-gram of one to three characters other than the single space,
            which langdetect skips; one column per language.
    """

    def __init__(
        self, languages: list[str], rows: dict[str, int], probabilities: NDArray[np.float64]
    ) -> None:
        """Index the n-grams; `rows` names the row of `probabilities` of each."""
        self.languages = languages
        self.probabilities = probabilities
        self._latin1 = _Latin1Rows(rows)
        self._inner_words = _WordRows(rows, following=" ")
        self._last_words = _WordRows(rows, following="")

    def rows_of(self, text: str) -> NDArray[np.int32]:
        """Rows of the known n-grams of a text, in langdetect's order."""
        text = _normalize(text)
        try:
            return self._latin1.rows_of(text.encode("latin-1"))
        except UnicodeEncodeError:
            words = text.split(" ")
            last = words.pop()
            parts = [*map(self._inner_words.__getitem__, words), self._last_words[last]]
            return np.frombuffer(b"".join(parts), dtype=np.int32)


_lock = threading.Lock()
_loaded: Profiles | None = None


def load_profiles() -> Profiles:
    """The profiles that ship with the installed langdetect, read at the first call only.

    Raises:
        OSError: A profile can't be read.
    """
    global _loaded
    if _loaded is None:
        with _lock:
            if _loaded is None:
                _loaded = _read_profiles(Path(PROFILES_DIRECTORY))
    return _loaded


def _read_profiles(directory: Path) -> Profiles:
    """Read profiles as `DetectorFactory.load_profile` does: count / total of that length."""
    languages: list[str] = []
    rows: dict[str, int] = {}
    columns: list[tuple[list[int], NDArray[np.float64]]] = []
    for path in sorted(directory.iterdir()):
        if path.name.startswith(".") or not path.is_file():
            continue
        profile = json.loads(path.read_text(encoding="utf-8"))
        counts = {
            ngram: count
            for ngram, count in profile["freq"].items()
            if ngram != " " and 1 <= len(ngram) <= _MAX_NGRAM_LENGTH
        }
        totals = np.array([1, *profile["n_words"]])[list(map(len, counts))]
        numbers = [rows.setdefault(ngram, len(rows)) for ngram in counts]
        languages.append(profile["name"])
        columns.append((numbers, np.array(list(counts.values())) / totals))
    probabilities = np.zeros((len(rows), len(languages)))
    for column, (numbers, values) in enumerate(columns):
        probabilities[numbers, column] = values
    return Profiles(languages, rows, probabilities)


def _normalize(text: str) -> str:
    """Text as its n-grams see it: no addresses, characters merged, other symbols as spaces.

    langdetect also collapses runs of spaces. That changes no n-gram, and is left out.
    """
    # Each match holds the string looked for: without it, the (slow) pattern can't match.
    if "://" in text:
        text = Detector.URL_RE.sub(" ", text)
    if "@" in text:
        text = Detector.MAIL_RE.sub(" ", text)
    if text.isascii():
        return text[:_MAX_TEXT_LENGTH].encode().translate(_ASCII).decode()
    if any(mark in text for mark in NGram.DMARK_CLASS):
        text = NGram.normalize_vi(text)
    encoded = text[:_MAX_TEXT_LENGTH].encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(encoded, dtype="<u4")
    # cleaning_text: "A" to "z" counts as Latin, U+0300 and above as not Latin. Its exception for
    # Latin Extended Additional never applies (it compares a block's number with a name).
    latin = (codes >= ord("A")) & (codes <= ord("z"))
    if np.count_nonzero(latin) * 2 < np.count_nonzero(codes >= 0x300):
        codes = codes[~latin]
    normalized: NDArray[np.uint32] = _CHARACTERS[codes]
    if normalized.max(initial=0) == _NOT_YET_KNOWN:
        for code in np.unique(codes[normalized == _NOT_YET_KNOWN]).tolist():
            _CHARACTERS[code] = ord(NGram.normalize(chr(code)))
        normalized = _CHARACTERS[codes]
    return normalized.tobytes().decode("utf-32-le", "surrogatepass")
