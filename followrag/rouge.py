"""ROUGE-L as KILT reports it: the number of the `rouge` package, without its recursion.

KILT calls `rouge` 1.0.1 (PyPI, by pltrdy). What that package calls ROUGE-L is its own variant, and
the published figures carry it, so it is reproduced here with its habits:

* A text is cut at every `.`, so "3.5" is two sentences; pieces of no characters vanish, but a piece
  of blanks stays and holds one word, the empty string (rouge.py:143-144, rouge_score.py:104-106).
* A text made of dots only, or of nothing, has no sentence: the package raises ValueError, which
  KILT reads as 0 (rouge_score.py:252-255).
* Words are whitespace tokens, case and punctuation kept, and are counted once per text, not once
  per occurrence (rouge_score.py:34-45, 374-383).
* The overlap is the set of words that lie on a longest common subsequence (LCS) of some sentence of
  the reference with some sentence of the prediction (rouge_score.py:297-338). Where several LCS
  exist, the words depend on how the table is walked back (rouge_score.py:179-188).
* The harmonic mean adds 1e-8 to its divisor (rouge_score.py:399): a perfect score is 0.999999995.

The package fills a dictionary cell by cell and walks it back by recursion: a sentence of about
1,000 words ends in RecursionError. Here the table is one integer per reference word, bit j telling
whether the LCS grows at prediction word j, which is also all that the walk back needs to know.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

__all__ = ["RougeL"]


class RougeL:
    """One prediction, indexed once, to be scored against any number of references.

    Time and memory of a score grow with the words that both texts share; in the worst case, two
    sentences of n and m shared words, with n * m / 30 machine steps and n * m / 8 bytes.
    """

    __slots__ = ("_places",)

    def __init__(self, prediction: str) -> None:
        """Index the words of a prediction; any text will do, the empty one included.

        Args:
            prediction: The text as given; it is not stripped or normalised.
        """
        places: dict[str, dict[int, list[int]]] = {}
        for number, sentence in enumerate(_sentences(prediction)):
            for position, word in enumerate(sentence):
                places.setdefault(word, {}).setdefault(number, []).append(position)
        self._places = places

    def f(self, reference: str) -> float:
        """Score the prediction against one reference.

        Args:
            reference: The text as given; it is not stripped or normalised.

        Returns:
            The package's rouge-l `f`, from 0.0 to 0.999999995; 0.0 where it raises ValueError.
        """
        sentences = _sentences(reference)
        if not sentences or not self._places:
            return 0.0
        overlap: set[str] = set()
        for sentence in sentences:
            self._collect(sentence, overlap)
        recall = len(overlap) / len(set(chain.from_iterable(sentences)))
        precision = len(overlap) / len(self._places)
        return 2.0 * (precision * recall / (precision + recall + 1e-8))

    def _collect(self, reference: Sequence[str], overlap: set[str]) -> None:
        """Add to `overlap` the LCS words of one reference sentence with each of the prediction."""
        shared = self._places.keys() & set(reference)
        if shared <= overlap:
            return
        by_sentence: dict[int, dict[str, list[int]]] = {}
        for word in shared:
            for number, positions in self._places[word].items():
                by_sentence.setdefault(number, {})[word] = positions
        for positions_of in by_sentence.values():
            # The overlap only grows, so a pair of sentences that can't add a word needs no LCS.
            if positions_of.keys() <= overlap:
                continue
            if len(positions_of) == 1:
                overlap.update(positions_of)
            else:
                overlap.update(_lcs_words(reference, positions_of))


def _sentences(text: str) -> list[tuple[str, ...]]:
    """Cut a text as the package does; repeated sentences can't change a union and are dropped."""
    pieces = (tuple(piece.split()) or ("",) for piece in text.split(".") if piece)
    return list(dict.fromkeys(pieces))


def _lcs_words(reference: Sequence[str], positions_of: Mapping[str, list[int]]) -> set[str]:
    """Return the words of the one LCS that the package's walk back finds.

    Columns of the table are the prediction's words, rows the reference's. A column whose word is
    not in the reference repeats its left neighbour in every row, and the walk passes it to the
    left, so only shared words get a column. Rows can't be left out alike: on a row without a match
    the walk still moves left.

    Args:
        reference: The words of one reference sentence.
        positions_of: For each word shared with one prediction sentence, its ascending positions.

    Returns:
        The distinct words on that LCS; at least one, as one word at least is shared.
    """
    column = {place: bit for bit, place in enumerate(sorted(chain(*positions_of.values())))}
    matches = {
        word: sum(1 << column[place] for place in places) for word, places in positions_of.items()
    }
    full = (1 << len(column)) - 1

    # Bit-parallel LCS (Crochemore et al. 2001; Hyyrö 2004): a cleared bit j in row i says that the
    # LCS of the first i reference words is one longer with column j than without it.
    row = full
    rows = []
    for word in reference:
        hits = row & matches.get(word, 0)
        if hits:
            row = ((row + hits) | (row - hits)) & full
        rows.append(row)

    # The package goes up-left on a match, else up where that is strictly longer than going left,
    # else left. "Strictly longer" is a cleared bit, so all steps to the left within a row are one
    # jump to the nearest column that has a match or a cleared bit.
    words: set[str] = set()
    width = len(column)
    for index in range(len(reference) - 1, -1, -1):
        match = matches.get(reference[index], 0)
        width = (((full ^ rows[index]) | match) & ((1 << width) - 1)).bit_length()
        if not width:
            break
        if match >> (width - 1) & 1:
            words.add(reference[index])
            width -= 1
    return words
