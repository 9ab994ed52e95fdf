"""Picking an answer out of passages by rules, without a model."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from followrag.baseline.spans import STOP_WORDS, Asked, Span, find_spans, read_asked, stems
from followrag.items import Passage

# Weights, found by coordinate search on the first 100 items of each published file and on every
# item after them whose key is divisible by seven.
_NO_OVERLAP = 0.66
_REACH = 130
_TITLE_STEM = 0.15
_LATER_PASSAGE = 0.1
_FOCUS = 3.5
_REPEATED = 0.33
_TITLE = 1.75
_TITLE_IN_QUESTION = 0.85

_SENTENCE_END = re.compile(r"(?<=[a-z0-9)\]\"'”][.!?])\s+(?=[\"“'A-Z])")
_YES_NO = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will)\b", re.IGNORECASE
)
_LISTED_OPTION = re.compile(r"[,:?] ?([^,:?]+?),? or [^,:?]+\??$")
_NAMED_OPTION = re.compile(r"((?:[A-Z0-9][\w.'’-]*(?: (?:of|the|de|and))? ?)+),? or [A-Z]")
_DISAMBIGUATION = re.compile(r"\s*\([^)]*\)$")
_FALLBACK_WORDS = 5


@dataclass(frozen=True)
class _Sentence:
    """A sentence of a passage.

    Attributes:
        text: The sentence.
        passage: Number of its passage.
        places: Where each of the question's stems starts in it.
        title: The question's stems in the passage's title.
    """

    text: str
    passage: int
    places: dict[str, list[int]]
    title: frozenset[str]


@dataclass
class _Ranking:
    """Candidate answers with their scores, told apart by their stems.

    Attributes:
        asked: What the question asks for.
        scores: Score by key.
        texts: First text seen by key.
    """

    asked: Asked
    scores: dict[str, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def add(self, text: str, score: float) -> None:
        """Add a candidate; one that only repeats words of the question is left out."""
        found = [stem.text for stem in stems(text, stop_words=True)]
        if all(stem in self.asked.stems or stem in STOP_WORDS for stem in found):
            return
        if self.asked.focus in found:
            score *= _FOCUS
        key = " ".join(stem for stem in found if stem not in {"the", "a", "an"})
        before = self.scores.get(key, 0.0)
        self.scores[key] = max(before, score) + _REPEATED * min(before, score)
        self.texts.setdefault(key, text)

    def best(self) -> str | None:
        """The candidate with the highest score, the first of several; None without any."""
        key = max(self.scores, key=self.scores.__getitem__, default=None)
        return None if key is None else self.texts[key]


def pick_answer(question: str, passages: Sequence[Passage]) -> str:
    """Pick a short answer to a question out of passages.

    Dates, numbers or names, as the question word asks, are scored by how many of the question's
    telling words stand near them. A choice gets its first option, a yes-or-no question "yes". A
    pure function, about a millisecond for three passages.

    Args:
        question: The bare question, without instructions.
        passages: Where to look, best first.

    Returns:
        A span of a passage or an option. Where there is none, the first passage's title; without
        passages, the question's first words.
    """
    question = question.strip().strip('"').strip()
    is_closed = _YES_NO.match(question) is not None
    if option := _NAMED_OPTION.search(question) if is_closed else _LISTED_OPTION.search(question):
        return option[1].strip()
    if is_closed:
        return "yes"
    ranking = _Ranking(read_asked(question))
    _rank(ranking, passages)
    titles = (passage.title for passage in passages[:1])
    fallback = next(titles, " ".join(question.split()[:_FALLBACK_WORDS]))
    return ranking.best() or fallback


def _rank(ranking: _Ranking, passages: Sequence[Passage]) -> None:
    """Score the candidates in the passages and the passages' titles."""
    asked = ranking.asked
    sentences = [
        sentence
        for number, passage in enumerate(passages)
        for sentence in _sentences(number, passage, asked.stems)
    ]
    weights = _weights(asked, sentences)
    for sentence in sentences:
        for span in find_spans(sentence.text, asked.kind):
            score = _NO_OVERLAP + _overlap(sentence, span, weights)
            score /= 1 + _LATER_PASSAGE * sentence.passage
            ranking.add(span.text, span.weight * score)
    if asked.kind in {"time", "number"}:
        return
    for number, passage in enumerate(passages):
        title = _DISAMBIGUATION.sub("", passage.title)
        inside = frozenset(stem.text for stem in stems(title))
        outside = {stem: weight for stem, weight in weights.items() if stem not in inside}
        start = Span("", 0)
        near = (_overlap(one, start, outside) for one in sentences if one.passage == number)
        score = _TITLE * max(near, default=0.0) / (1 + _LATER_PASSAGE * number)
        if inside & asked.stems - {asked.focus}:
            score *= _TITLE_IN_QUESTION
        ranking.add(title, score)


def _sentences(number: int, passage: Passage, asked: frozenset[str]) -> list[_Sentence]:
    title = frozenset(stem.text for stem in stems(passage.title)) & asked
    # A passage from the start of a Wikipedia article begins with the article's title.
    content = passage.content.removeprefix(f"{passage.title} ")
    sentences = []
    for text in _SENTENCE_END.split(content):
        places: dict[str, list[int]] = {}
        for stem in stems(text):
            if stem.text in asked:
                places.setdefault(stem.text, []).append(stem.start)
        sentences.append(_Sentence(text, number, places, title))
    return sentences


def _weights(asked: Asked, sentences: Sequence[_Sentence]) -> dict[str, float]:
    """Weigh the question's stems: those in few sentences most, the focus half."""
    weights = {
        stem: math.log(1 + len(sentences) / (1 + sum(stem in one.places for one in sentences)))
        for stem in sorted(asked.stems)
    }
    if asked.focus in weights:
        weights[asked.focus] /= 2
    return weights


def _overlap(sentence: _Sentence, span: Span, weights: dict[str, float]) -> float:
    """Sum the weights of the question's stems outside the span, more the nearer they stand."""
    end = span.start + len(span.text)
    total = 0.0
    for stem, weight in weights.items():
        distances = (
            min(abs(place - span.start), abs(place - end))
            for place in sentence.places.get(stem, ())
            if not span.start <= place < end
        )
        near = max((weight / (1 + distance / _REACH) for distance in distances), default=0.0)
        total += max(near, _TITLE_STEM * weight if stem in sentence.title else 0.0)
    return total
