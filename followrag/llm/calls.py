"""What is asked of a language model, and what comes back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes:
        body: The JSON body of an OpenAI-compatible request (model, messages, temperature, ...).
        sample: Tells requests with equal bodies apart: votes, repeats.
    """

    body: Mapping[str, Any]
    sample: int = 0

    @cached_property
    def key(self) -> str:
        """SHA-256 of the body, whatever the order of its names, and the sample."""
        asked = {"body": self.body, "sample": self.sample}
        text = json.dumps(asked, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def chat(
    model: str, messages: Sequence[Mapping[str, str]], *, sample: int = 0, **settings: Any
) -> Call:
    """Make a call of a conversation; `settings` are the other names of the request's body."""
    told = [dict(message) for message in messages]
    return Call({"model": model, "messages": told, **settings}, sample)


@dataclass(frozen=True)
class Reply:
    """What a model answered.

    Attributes:
        text: The answer.
        reasoning: What it thought before, where a server tells it apart.
        finish: Why it ended: "stop", "length", ...; None where that is unknown.
        prompt_tokens: Tokens read; None where unknown.
        completion_tokens: Tokens written, the reasoning included; None where unknown.
        attempts: How many requests it took.
        max_tokens: The limit in effect where it had to be lowered for the prompt to fit, else None.
    """

    text: str
    reasoning: str = ""
    finish: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    attempts: int = 1
    max_tokens: int | None = None


@dataclass(frozen=True)
class Failure:
    """A request that failed for good.

    Attributes:
        reason: Why, in one line.
        attempts: How often it was tried.
    """

    reason: str
    attempts: int = 1


Outcome = Reply | Failure


class Engine(Protocol):
    """Anything that answers calls: a server, or a model in this process.

    Attributes:
        answered: How many calls it answered, those of earlier runs counted in by who knows them.
            An engine that never answered anything is given up sooner.
    """

    answered: int

    def run(self, calls: Sequence[Call], done: Callable[[Call, Outcome], None]) -> None:
        """Answer all calls.

        Args:
            calls: What to ask.
            done: Called in the caller's thread for each call as it finishes, in any order.

        Raises:
            ServerError: Nothing more can be had; what was had went to `done`.
        """
