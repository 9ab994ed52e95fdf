"""What calls took and cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from followrag.llm.calls import Outcome, Reply


@dataclass(frozen=True)
class Prices:
    """What a model costs, in US dollars per million tokens.

    Attributes:
        input: Tokens read.
        output: Tokens written.
    """

    input: float
    output: float


@dataclass(frozen=True)
class Usage:
    """What calls took.

    Attributes:
        calls: How many there were.
        failures: How many of them failed for good.
        retries: Requests beyond the first of each.
        prompt_tokens: Tokens read, as far as they are known.
        completion_tokens: Tokens written, as far as they are known.
        unmetered: Replies of which one or the other isn't known.
    """

    calls: int
    failures: int
    retries: int
    prompt_tokens: int
    completion_tokens: int
    unmetered: int

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Usage:
        """Add up what outcomes took, journalled ones included."""
        outcomes = list(outcomes)
        replies = [outcome for outcome in outcomes if isinstance(outcome, Reply)]
        return cls(
            calls=len(outcomes),
            failures=len(outcomes) - len(replies),
            retries=sum(outcome.attempts - 1 for outcome in outcomes),
            prompt_tokens=sum(reply.prompt_tokens or 0 for reply in replies),
            completion_tokens=sum(reply.completion_tokens or 0 for reply in replies),
            unmetered=sum(
                reply.prompt_tokens is None or reply.completion_tokens is None for reply in replies
            ),
        )

    def cost(self, prices: Prices) -> float | None:
        """What the tokens cost, in US dollars; None where some are not known."""
        if self.unmetered:
            return None
        price = self.prompt_tokens * prices.input + self.completion_tokens * prices.output
        return price / 1_000_000
