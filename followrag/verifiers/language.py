"""The language of a text: the label that langdetect 1.0.9 gives with seed 0, sooner.

langdetect runs seven trials. A trial draws n-grams of the text at random and multiplies, for each
language, the (smoothed) probabilities of the n-grams drawn, until one language holds more than
0.99999 of the sum. The mean over the trials decides. Three things make the same answer cheaper:

1. The random numbers of seed 0 are always the same. They are drawn once, and the choices that
   they mean for a list of `n` n-grams follow by arithmetic: `random.Random.choice` takes the top
   `n.bit_length()` bits of a 32-bit word, and goes on to the next word if they are `n` or more.
2. A hundred draws are multiplied at a time, for all languages at once.
3. Trials stop when those left can't change the answer. A trial adds between 0 and 1 to the total
   of a language, so that a leader who is ahead by more than the number of trials left stays
   ahead; the first time that this is possible, after four trials, its mean is above 3 / 7.

Why the labels are equal. Both programs compute the same real numbers; only the order of the
multiplications, and so the rounding, differs. A trial makes at most 1,001 draws with three
roundings each, and no share that matters underflows (see `_FLOOR`), so that both are within 1e-11
of the real number. A decision (has a trial converged, which language leads, is its mean above
0.1) that falls within 1e-9 of its boundary is left to `_detect_exactly`, which repeats the
operations of langdetect in their order.
"""

import random
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from followrag.verifiers.ngrams import Profiles, load_profiles

__all__ = ["detect", "may_be"]

# The constants of langdetect/detector.py.
_SEED = 0
_TRIALS = 7
_ALPHA = 0.5
_ALPHA_WIDTH = 0.05
_BASE_FREQUENCY = 10_000
_ITERATION_LIMIT = 1_000
_CHECK_INTERVAL = 5
_CONVERGED = 0.99999
_MIN_PROBABILITY = 0.1
_UNKNOWN = "unknown"

_MARGIN = 1e-9
_NEGLIGIBLE = 1e-12
# If a language holds this much, no other can have converged.
_TOO_MUCH_FOR_OTHERS = 2 * (1 - _CONVERGED)

_BLOCK = 100
_CHECKS = _BLOCK // _CHECK_INTERVAL
# The draws of a block, reordered so that those between two checks are multiplied as long rows.
_ORDER = np.append(0, 1 + np.arange(_BLOCK).reshape(_CHECKS, _CHECK_INTERVAL).T)
# Wherever gauss() is called, the weight of seed 0 is between 2.9e-5 and 6.9e-5: a draw multiplies
# by 2.9e-5 to 1.0001 and changes a share by a factor of at most 3.5e4. Scaled by 512 per draw (a
# power of two, which rounds nothing), a block that starts at or above the floor stays between
# 1e-40 * (512 * 2.9e-5) ** 101 > 1e-225 and 55 * 512.1 ** 101 < 1e276. langdetect, which
# normalizes every five draws, may lose a share that falls below 1e-284. Such a share is below the
# floor when the block ends: to fall so far and to come back takes at least 107 draws.
_SCALE_PER_CHECK = 512.0**_CHECK_INTERVAL
_FLOOR = 1e-40

# Seven trials of 1,001 draws, at most half of the words rejected, and four words for each of four
# calls of gauss() make about 14,030 words. Should they not do, `_detect_exactly` takes over.
_STREAM_WORDS = 16_384
_FIRST_WORDS = 2_048
_GAUSS_WORDS = 4


class _Stream(NamedTuple):
    """What `random.Random(0)` yields: 32-bit words, and what gauss() makes of them at each place.

    `weights[p]` are the smoothing weights of the two trials that share one call of the Box-Muller
    transform, if that call reads the words from `p` on.
    """

    words: NDArray[np.uint32]
    weights: NDArray[np.float64]


class _Draws(NamedTuple):
    """Successive choices from a list: the positions chosen, and the word that decided each."""

    chosen: NDArray[np.uint16]
    words: NDArray[np.uint16]


class _Trial(NamedTuple):
    """Where a trial came to rest: one probability per language, and its last draw."""

    probabilities: NDArray[np.float64]
    last_draw: int


def detect(text: str) -> str | None:
    """Language of a text, equal to langdetect's with `DetectorFactory.seed = 0`.

    A pure function that any number of threads may call. The global state of langdetect and of
    `random` neither matters nor changes. The first call reads the profiles (0.3 s).

    Returns:
        langdetect's code, such as "en" or "zh-cn"; "unknown" where langdetect returns it (no
        language has a probability above 0.1); None where langdetect raises because the text
        holds no feature (no known n-gram).
    """
    rows = load_profiles().rows_of(text)
    return _label(rows.tobytes()) if len(rows) else None


def may_be(text: str, language: str) -> bool:
    """Whether `detect(text)` could be `language` or None; cheap, and certain where it is False.

    A draw in which English is more probable by 1e-9 or more lowers the language's share against
    English's, and one that neither knows leaves both behind some third language. If no other
    draws are possible, the language ends every trial with at most the share of English, and can't
    lead: a tie would need draws that neither knows only, and then a third language leads.
    """
    rows = load_profiles().rows_of(text)
    return not len(rows) or not _loses_to_english(language).take(rows).all()


@lru_cache(maxsize=64)
def _loses_to_english(language: str) -> NDArray[np.bool_]:
    profiles = load_profiles()
    if language not in profiles.languages:
        return np.ones(len(profiles.probabilities), dtype=np.bool_)
    column = profiles.probabilities[:, profiles.languages.index(language)]
    english = profiles.probabilities[:, profiles.languages.index("en")]
    loses: NDArray[np.bool_] = (english - column >= _MARGIN) | ((english == 0) & (column == 0))
    return loses


@lru_cache(maxsize=128)
def _label(rows: bytes) -> str:
    """The label of a text with these n-grams; readings of one response often share all of them."""
    profiles = load_profiles()
    drawn_from = np.frombuffer(rows, dtype=np.int32)
    label = _detect_fast(profiles, drawn_from)
    return _detect_exactly(profiles, drawn_from.tolist()) if label is None else label


def _detect_fast(profiles: Profiles, rows: NDArray[np.int32]) -> str | None:
    """The label, or None where rounding could matter."""
    weights = _stream().weights
    totals = np.zeros(len(profiles.languages))
    word = start = 0
    for trial in range(_TRIALS):
        # Every other trial calls gauss(), which makes two numbers and keeps one for the next.
        if trial % 2 == 0:
            pair = weights[word]
            # Four draws further on, the choice is of a word that gauss() has left.
            words = _draws(len(rows), start + 1 + _GAUSS_WORDS).words
            start = int(words.searchsorted(np.uint16(word + _GAUSS_WORDS)))
        outcome = _run_trial(profiles.probabilities, rows, start, float(pair[trial % 2]))
        if outcome is None:
            return None
        totals += outcome.probabilities
        start = outcome.last_draw + 1
        word = int(_draws(len(rows), start).words[outcome.last_draw]) + 1
        trials_left = _TRIALS - 1 - trial
        leader = totals.argmax()
        best = float(totals[leader])
        if best > trials_left:
            ahead = best - float(np.partition(totals, -2)[-2])
            if ahead > trials_left + _MARGIN and best > _TRIALS * (_MIN_PROBABILITY + _MARGIN):
                return profiles.languages[leader]
    return _UNKNOWN if best < _TRIALS * (_MIN_PROBABILITY - _MARGIN) else None


def _run_trial(
    probabilities: NDArray[np.float64], rows: NDArray[np.int32], start: int, weight: float
) -> _Trial | None:
    """Run the trial whose first draw is number `start`; None where rounding could matter.

    langdetect also looks at the first draw alone. One draw can't converge: it leaves each of the
    other languages at least 2.9e-5.
    """
    # Two sums over the languages: of all, and of those that once fell below the floor.
    sums = np.zeros((probabilities.shape[1], 2))
    sums[:, 0] = 1.0
    prior = sums[:, 0]
    for first in range(start, start + _ITERATION_LIMIT, _BLOCK):
        chosen = _draws(len(rows), first + _BLOCK + 1).chosen[first : first + _BLOCK + 1]
        if len(chosen) <= _BLOCK:
            return None
        factors = probabilities.take(rows.take(chosen.take(_ORDER)), axis=0)
        factors += weight
        # The first row is the first draw of the trial, or the last of the block before.
        if first > start:
            factors[0] = prior
        by_check = factors[1:].reshape(_CHECK_INTERVAL, -1)
        products = np.multiply.reduce(by_check, axis=0, initial=_SCALE_PER_CHECK)
        products = products.reshape(_CHECKS, -1)
        products[0] *= factors[0]
        np.multiply.accumulate(products, axis=0, out=products)
        leader = products[-1].argmax()
        held = products[:, leader].tolist()
        for check, (total, faint) in enumerate(products.dot(sums).tolist()):
            if faint > _NEGLIGIBLE * total:
                return None
            share = held[check] / total
            if share < _TOO_MUCH_FOR_OTHERS:
                share = float(products[check].max()) / total
            if share > _CONVERGED - _MARGIN:
                if share < _CONVERGED + _MARGIN:
                    return None
                last_draw = first + (check + 1) * _CHECK_INTERVAL
                return _Trial(products[check] / total, last_draw)
        # A language below the floor goes on with an upper bound of its share. That is good enough
        # as long as the bound is negligible.
        prior = np.maximum(products[-1] / total, _FLOOR)
        sums[prior == _FLOOR, 1] = 1.0
    return _Trial(prior, first + _BLOCK)


def _detect_exactly(profiles: Profiles, rows: list[int]) -> str:
    """Repeat langdetect's `_detect_block` and `_sort_probability`, operation for operation."""
    languages = len(profiles.languages)
    generator = random.Random(_SEED)
    means = [0.0] * languages
    for _ in range(_TRIALS):
        shares = [1.0 / languages] * languages
        weight = (_ALPHA + generator.gauss(0.0, 1.0) * _ALPHA_WIDTH) / _BASE_FREQUENCY
        for iteration in range(_ITERATION_LIMIT + 1):
            row = profiles.probabilities[generator.choice(rows)].tolist()
            shares = [share * (weight + value) for share, value in zip(shares, row, strict=True)]
            if iteration % _CHECK_INTERVAL == 0:
                total = sum(shares)
                shares = [share / total for share in shares]
                if max(shares) > _CONVERGED:
                    break
        means = [mean + share / _TRIALS for mean, share in zip(means, shares, strict=True)]
    best = max(means)
    # langdetect's sort is stable: of equal languages the first one wins.
    return profiles.languages[means.index(best)] if best > _MIN_PROBABILITY else _UNKNOWN


@cache
def _stream() -> _Stream:
    generator = random.Random(_SEED)
    words = np.array([generator.getrandbits(32) for _ in range(_STREAM_WORDS)], dtype=np.uint32)
    # CPython's random() joins 27 bits of one word and 26 of the next, and gauss() takes two of it.
    uniform = ((words[:-1] >> 5) * 67108864.0 + (words[1:] >> 6)) / 9007199254740992.0
    angle = uniform[:-2] * (2.0 * np.pi)
    radius = np.sqrt(-2.0 * np.log(1.0 - uniform[2:]))
    normal = np.stack([np.cos(angle) * radius, np.sin(angle) * radius], axis=1)
    return _Stream(words, (_ALPHA + normal * _ALPHA_WIDTH) / _BASE_FREQUENCY)


def _draws(n: int, count: int) -> _Draws:
    """Choices from a list of length `n`: at least `count` of them if the stream has as many."""
    draws = _first_draws(n)
    return draws if count <= len(draws.chosen) else _all_draws(n)


@lru_cache(maxsize=1024)
def _first_draws(n: int) -> _Draws:
    return _draw(n, _FIRST_WORDS)


@lru_cache(maxsize=128)
def _all_draws(n: int) -> _Draws:
    return _draw(n, _STREAM_WORDS)


def _draw(n: int, length: int) -> _Draws:
    top = _stream().words[:length] >> (32 - n.bit_length())
    accepted = np.flatnonzero(top < n)
    # 16 bits do: a text has at most 30,000 n-grams, and the stream has 16,384 words.
    return _Draws(top[accepted].astype(np.uint16), accepted.astype(np.uint16))
