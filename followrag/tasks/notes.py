"""How the answers of a run came to be: a note for each request, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from followrag.llm import Failure, Outcome, Reply
from followrag.llm.room import Fit


class Note(NamedTuple):
    """How one answer came to be.

    Attributes:
        task: Name of the task.
        key: The item's key, as text; "" for other people's tasks.
        outcome: The answer, or why there is none.
        fit: The generation limit, and how the prompt fits the context as far as that is known.
        prompt_tokens: Length of the whole prompt; None where it isn't known.
        kept: Whether the answer is an earlier run's, of the same command.
        sample: Its number, from 0, among the answers to the same prompt.
    """

    task: str
    key: str
    outcome: Outcome
    fit: Fit | None
    prompt_tokens: int | None
    kept: bool = False
    sample: int = 0

    @property
    def cut(self) -> int:
        """Number of tokens that the prompt lost."""
        return self.fit.cut if self.fit else 0

    @property
    def is_lowered(self) -> bool:
        """Whether the generation limit had to be lowered for the prompt to fit.

        vLLM's server lowers it without a word, and then ends before the limit it was given.
        """
        if self.fit is not None and self.fit.lowered:
            return True
        if not isinstance(self.outcome, Reply):
            return False
        written, limit = self.outcome.completion_tokens, self.fit.limit if self.fit else 0
        is_clamped = self.finish == "length" and written is not None and written < limit
        return self.outcome.max_tokens is not None or is_clamped

    @property
    def finish(self) -> str | None:
        """How the generation ended; None where it isn't known."""
        return self.outcome.finish if isinstance(self.outcome, Reply) else None

    @property
    def error(self) -> str | None:
        """Why there is no answer."""
        return self.outcome.reason if isinstance(self.outcome, Failure) else None

    def record(self) -> dict[str, Any]:
        """Give the note as JSON data."""
        reply = self.outcome if isinstance(self.outcome, Reply) else None
        known = self.prompt_tokens
        if known is None and reply is not None:
            known = reply.prompt_tokens
        limit = self.fit.limit if self.fit else None
        return {
            "key": self.key,
            "sample": self.sample,
            "finish": self.finish,
            "prompt_tokens": known,
            "prompt_tokens_cut": self.cut,
            "completion_tokens": reply.completion_tokens if reply else None,
            "max_tokens": reply.max_tokens if reply and reply.max_tokens else limit,
            "attempts": self.outcome.attempts,
            "error": self.error,
        }


def totals(notes: Sequence[Note]) -> dict[str, int]:
    """Count what a reader must know before trusting the answers."""
    return {
        "requests": len(notes),
        "kept": sum(note.kept for note in notes),
        "failed": sum(note.error is not None for note in notes),
        "prompts_truncated": sum(note.cut > 0 for note in notes),
        "limits_lowered": sum(note.is_lowered for note in notes),
        "at_limit": sum(note.finish == "length" for note in notes),
        "filtered": sum(note.finish == "content_filter" for note in notes),
        "finish_unknown": sum(note.finish is None and note.error is None for note in notes),
    }


def warnings(notes: Sequence[Note]) -> Iterator[str]:
    """Say in words what is out of the ordinary."""
    counted = totals(notes)
    if counted["prompts_truncated"]:
        most = max(note.cut for note in notes)
        yield (
            f"{counted['prompts_truncated']} prompts were truncated: the model's context is too "
            f"small for them, and their first tokens (up to {most}) are lost"
        )
    if counted["limits_lowered"]:
        yield (
            f"{counted['limits_lowered']} answers had a lower limit of tokens than asked for, so "
            "that their prompts fit the model's context"
        )
    if counted["at_limit"]:
        yield (
            f"{counted['at_limit']} answers ran into their limit of tokens and are cut off; "
            "--gen_kwargs max_gen_toks=N raises it"
        )
    if counted["filtered"]:
        yield f"{counted['filtered']} answers were stopped by the server's content filter"
