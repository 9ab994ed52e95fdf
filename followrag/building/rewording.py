"""Having a model put constraints in other words, and keeping only what says the same.

The model sees neither the question nor the passages: FollowRAG's own polisher answered some of the
questions instead (at least 14 of 2,100 items). Its words are kept where every parameter is in them
literally, and where the baseline's rules read from them what they read from ours and nothing else.
What fails is worded by us.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from followrag import qa
from followrag.baseline import read_constraints
from followrag.building.making import Made
from followrag.errors import ServerError
from followrag.languages import CODES
from followrag.llm import Call, Engine, Failure, Journal, Outcome, ask, chat
from followrag.thinking import remove_thinking
from followrag.verifiers import Constraint
from followrag.verifiers.sentences import count as count_sentences
from followrag.wordings import literals, with_instructions

_PROMPT = (
    "Say each of the numbered instructions below in other words. They are about the form of an "
    "answer to a question that you are not shown, so don't answer anything. Keep their meaning "
    "exactly: copy every number in digits, every text in quotation marks, every sign and every "
    'name letter by letter, and the words "at least", "less than" and "exactly" where they stand. '
    "Write one English sentence for each instruction, in the same order, each on a line of its own "
    "that starts with the instruction's number and a full stop. Write nothing else.\n\n"
)
_LINE = re.compile(r"\s*(\d+)[.)]\s+(\S.*?)\s*")
_NUMBER = re.compile(r"\d+")
_BOUND = re.compile(
    r"\b(?:at least|at most|less than|more than|fewer than|up to|exactly|minimum|maximum)\b"
)
_NEGATION = re.compile(
    r"\b(?:no|not|none|nothing|never|neither|nor|cannot|without|avoid\w*|refrain\w*|forb\w+)\b|n['’]t\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[a-z]+")
_LONGEST = 3  # times as long as our own words


class Reworded(NamedTuple):
    """What came of asking.

    Attributes:
        made: The items, with a model's words where they say the same.
        kept: How many constraints have a model's words.
        refused: How many have ours, by reason.
    """

    made: list[Made]
    kept: int
    refused: Counter[str]


def reword(
    made: Sequence[Made], model: str, engine: Engine, journal: Journal | None = None
) -> Reworded:
    """Have a model put the constraints of items in other words; one call an item.

    Args:
        made: The items.
        model: The model's name.
        engine: Who answers.
        journal: What keeps the replies.

    Raises:
        ServerError: Not one call was answered, or nothing more can be had.
    """
    outcomes = ask(engine, [_call(item, model) for item in made], journal, "rewording")
    failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    if failures and len(failures) == len(outcomes):
        raise ServerError(
            f"none of {len(failures)} calls was answered; first: {failures[0].reason}"
        )
    refused: Counter[str] = Counter()
    changed = [_said(item, outcome, refused) for item, outcome in zip(made, outcomes, strict=True)]
    return Reworded(changed, sum(sum(item.reworded) for item in changed), refused)


def _call(item: Made, model: str) -> Call:
    numbered = (f"{number}. {said}" for number, said in enumerate(item.sentences, start=1))
    prompt = _PROMPT + "\n".join(numbered)
    return chat(model, [{"role": "user", "content": prompt}])


def _said(item: Made, outcome: Outcome, refused: Counter[str]) -> Made:
    """Take what is fit of a reply."""
    if isinstance(outcome, Failure):
        refused["no reply"] += len(item.sentences)
        return item
    text = remove_thinking(outcome.text).text
    lines = {int(found[1]): found[2] for found in map(_LINE.fullmatch, text.splitlines()) if found}
    sentences = list(item.sentences)
    for place, constraint in enumerate(item.constraints):
        new = lines.get(place + 1, "")
        if reason := _unfit(item, constraint, item.sentences[place], new):
            refused[reason] += 1
        else:
            sentences[place] = new
    taken = [place for place, said in enumerate(item.sentences) if sentences[place] != said]
    if taken and _reading(item, sentences) != _reading(item, item.sentences):
        refused["read differently beside the others"] += len(taken)
        return item
    return item.saying(sentences)


def _unfit(item: Made, constraint: Constraint, old: str, new: str) -> str | None:
    """Say why a model's words can't stand for ours, if they can't."""
    if not new:
        return "no sentence for it in the reply"
    if len(new) > _LONGEST * len(old):
        return "much longer than ours"
    if any(literal not in new for literal in literals(constraint)):
        return "a parameter is lost"
    if not set(_NUMBER.findall(new)) <= set(_NUMBER.findall(old)):
        return "a number is new"
    if _bounds(new) != _bounds(old):
        return "a bound is another one"
    if len(_NEGATION.findall(new)) > len(_NEGATION.findall(old)):
        return "a negation is new"
    if not _languages(new) <= _languages(old):
        return "a language is new"
    if count_sentences(new) > count_sentences(old):
        return "more than one sentence"
    answers = item.setting.answers
    if qa.acc_bounded(new, answers) and not qa.acc_bounded(old, answers):
        return "an answer is in it"
    if _reading(item, [new]) != _reading(item, [old]):
        return "read as something else"
    return None


def _bounds(said: str) -> list[str]:
    return sorted(_BOUND.findall(said.lower()))


def _languages(said: str) -> set[str]:
    return CODES.keys() & set(_LETTERS.findall(said.lower()))


def _reading(item: Made, sentences: Sequence[str]) -> list[Constraint]:
    return read_constraints(with_instructions(item.setting.question, sentences))
