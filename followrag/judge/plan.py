"""What rating a run would take, without asking anyone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from followrag.judge.rating import Judge, Selection, ask_judge
from followrag.llm import Call, Failure, Journal, Outcome, Prices, Reply

_BYTES_A_TOKEN = 4


class _Unasked:
    """An engine that answers nothing and keeps what it was asked."""

    def __init__(self) -> None:
        self.answered = 0
        self.calls: list[Call] = []

    def run(self, calls: Sequence[Call], done: Callable[[Call, Outcome], None]) -> None:
        """Keep the calls."""
        for call in calls:
            self.calls.append(call)
            done(call, Failure("not asked"))


def plan(
    judge: Judge, chosen: Selection, journal_path: Path, prices: Prices | None
) -> dict[str, Any]:
    """Count the calls that rating takes, and estimate their tokens and cost.

    Returns:
        JSON data: `calls` that are to be made, `journalled` ones whose reply is kept,
        `prompt_tokens` estimated at one for 4 bytes of UTF-8, and upper bounds of
        `completion_tokens` and of the `cost` in US dollars; None where unknown. Repeats of
        unreadable replies are not foreseen.
    """
    unasked = _Unasked()
    with Journal(journal_path) if journal_path.exists() else nullcontext() as journal:
        outcomes = ask_judge(judge, chosen.to_ask, unasked, journal).outcomes.values()
    calls = len(unasked.calls)
    texts = [message["content"] for call in unasked.calls for message in call.body["messages"]]
    prompt_tokens = sum(-(-len(text.encode()) // _BYTES_A_TOKEN) for text in texts)
    limit = judge.body.get("max_completion_tokens", judge.body.get("max_tokens"))
    completion_tokens = limit * calls if isinstance(limit, int) else None
    cost = None
    if prices is not None and completion_tokens is not None:
        cost = (prompt_tokens * prices.input + completion_tokens * prices.output) / 1_000_000
    return {
        "rows": chosen.which,
        "to_rate": len(chosen.to_ask) + len(chosen.unanswered),
        "without_call": len(chosen.unanswered),
        "without_gold": chosen.without_gold,
        "calls": calls,
        "journalled": sum(isinstance(outcome, Reply) for outcome in outcomes),
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "cost": cost,
    }


def plan_text(planned: dict[str, Any]) -> str:
    """Write a plan for people."""
    bound, cost = planned["completion_tokens"], planned["cost"]
    which = "mini set, by key" if planned["rows"] == "mini" else "all"
    lines = [
        f"rows to rate: {planned['to_rate']} ({which}), of them {planned['without_call']} without "
        f"a call; {planned['without_gold']} without gold answers are not rated",
        f"calls: {planned['calls']}; {planned['journalled']} more are in the journal",
        f"prompt tokens: about {planned['prompt_tokens']:,} (one for {_BYTES_A_TOKEN} bytes)",
        f"completion tokens: at most {bound:,}" if bound is not None else "no limit of completions",
        *([f"cost: at most ${cost:.2f}, prompts as estimated"] if cost is not None else []),
        "repeats of unreadable replies, up to two for each, come on top",
    ]
    return "\n".join(lines)
