"""From a run to what is asked of the judge, and from its replies to ratings."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from followrag.errors import InputError
from followrag.items import DATASETS, Item
from followrag.judge.prompt import Vote, judge_prompt, read_reply
from followrag.llm import Call, Engine, Failure, Journal, Outcome, Reply, ask, chat
from followrag.ratings import Rating
from followrag.scoring import Row
from followrag.sources import load_items, mini_keys

Which = Literal["mini", "all"]

_ATTEMPTS = 3  # an unreadable reply is asked for twice more
_KEYS_EACH = 700  # published keys count through the datasets, so many in each


class Selection(NamedTuple):
    """Which rows of a run are rated.

    Attributes:
        which: `mini`, the published mini set selected by key, or `all`.
        to_ask: Rows that the judge is asked about.
        unanswered: Keys of rows without an answer, with the reason; rated 0 unasked.
        without_gold: How many rows have no gold answers; they aren't rated.
    """

    which: Which
    to_ask: tuple[Row, ...]
    unanswered: tuple[tuple[int | str, str], ...]
    without_gold: int


def select(rows: Sequence[Row], which: Which | None = None) -> Selection:
    """Select the rows to rate; by default mini where all items are published ones, else all.

    Raises:
        InputError: No row is left.
    """
    readable = [(row.item, row) for row in rows if row.item is not None]
    is_published = _are_published([item for item, _ in readable])
    if which is None:
        which = "mini" if is_published else "all"
    if which == "mini" and not is_published:
        raise InputError("only the published items have a mini set; use --rows all")
    if which == "mini":
        keys = mini_keys()
        readable = [(item, row) for item, row in readable if str(item.key) in keys]
        if not readable:
            raise InputError(f"none of the {len(rows)} rows is in the mini set; use --rows all")
    golden = [(item, row) for item, row in readable if item.golds]
    if not golden:
        raise InputError("no row has gold answers, so that there is nothing to compare with")
    unanswered = tuple((item.key, why) for item, row in golden if (why := _without_answer(row)))
    to_ask = tuple(row for _, row in golden if _without_answer(row) is None)
    return Selection(which, to_ask, unanswered, len(readable) - len(golden))


def _without_answer(row: Row) -> str | None:
    if row.error is not None:
        return f"not asked: no response ({row.error})"
    if row.answer.strip():
        return None
    unclosed = " but unclosed reasoning" if row.thinking == "unclosed" else ""
    return f"not asked: the response is empty{unclosed}"


def _are_published(items: Sequence[Item]) -> bool:
    """Tell published items from others that use their format, such as the demo's."""
    types, demo = list(DATASETS), load_items("followrag_demo").by_key
    return all(
        isinstance(item.key, int)
        and 0 <= item.key < _KEYS_EACH * len(types)
        and item.type == types[item.key // _KEYS_EACH]
        and item != demo.get(str(item.key))
        for item in items
    )


@dataclass(frozen=True)
class Judge:
    """A judge model and how it is asked.

    Attributes:
        model: Its name.
        votes: How many times each row is rated.
        body: What else each request holds: temperature, max_tokens, ...
    """

    model: str
    votes: int
    body: Mapping[str, Any]

    def call(self, row: Row, sample: int) -> Call:
        """Build a request; from the second sample on its number is the seed."""
        assert row.item is not None
        question = row.item.question or row.item.prompt
        prompt = judge_prompt(question, row.item.answer_gold, row.answer)
        body = {**self.body, "seed": sample} if sample else self.body
        return chat(self.model, [{"role": "user", "content": prompt}], sample=sample, **body)


class Asked(NamedTuple):
    """What a judge said.

    Attributes:
        votes: The votes on each row, by key.
        outcomes: What came of each call, by its key; those that were repeated are several calls.
    """

    votes: dict[int | str, list[Vote]]
    outcomes: dict[str, Outcome]


def ask_judge(judge: Judge, rows: Sequence[Row], engine: Engine, journal: Journal | None) -> Asked:
    """Ask a judge for all its votes on rows; what the journal holds isn't asked again.

    An unreadable reply is asked for again as the next unused sample.
    """
    keyed = {row.item.key: row for row in rows if row.item is not None}
    votes: dict[int | str, list[Vote]] = {key: [] for key in keyed}
    outcomes: dict[str, Outcome] = {}
    pending = [(key, sample) for key in keyed for sample in range(judge.votes)]
    attempt = 0
    while pending:
        attempt += 1
        calls = [judge.call(keyed[key], sample) for key, sample in pending]
        found = ask(engine, calls, journal, "judging")
        outcomes |= {call.key: outcome for call, outcome in zip(calls, found, strict=True)}
        again = []
        for (key, sample), outcome in zip(pending, found, strict=True):
            vote = _read(outcome)
            if vote.rating is None and isinstance(outcome, Reply) and attempt < _ATTEMPTS:
                again.append((key, sample + judge.votes))
            else:
                votes[key].append(vote)
        pending = again
    return Asked(votes, outcomes)


def _read(outcome: Outcome) -> Vote:
    if isinstance(outcome, Failure):
        return Vote(None, outcome.reason)
    vote = read_reply(outcome.text)
    if vote.rating is None and outcome.finish == "length":
        return Vote(None, f"{vote.reason}, cut off at the token limit; raise --max-tokens")
    return vote


def rate(key: int | str, votes: Sequence[Vote]) -> Rating:
    """Take the median of the valid votes.

    Fewer than half valid are a judge error, and so are two middle votes that disagree where a vote
    has failed: nothing says which of them counts.
    """
    given = [(vote.rating, vote.reason) for vote in votes if vote.rating is not None]
    ratings = tuple(rating for rating, _ in given)
    if 2 * len(given) < len(votes):
        why = next(vote.reason for vote in votes if vote.rating is None)
        failed = f"{len(votes) - len(given)} of {len(votes)} votes failed: "
        return Rating(key, None, ratings, "", f"{failed if len(votes) > 1 else ''}{why}")
    middle = statistics.median_low(ratings)
    if middle != statistics.median_high(ratings):
        split = f"the {len(ratings)} valid votes are split"
        return Rating(key, None, ratings, "", split)
    _, reason = min(given, key=lambda vote: abs(vote[0] - middle))
    return Rating(key, middle, ratings, reason, None)
