"""Asking many calls of an engine, each at most once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict

from followrag.errors import ServerError
from followrag.llm.calls import Call, Engine, Failure, Outcome, Reply
from followrag.llm.journal import Journal
from followrag.progress import counting


def ask(
    engine: Engine,
    calls: Sequence[Call],
    journal: Journal | None = None,
    doing: str = "asking",
) -> list[Outcome]:
    """Have calls answered.

    A call whose reply the journal holds isn't asked again, and equal calls are asked once. A reply
    goes to the journal the moment it arrives. A failure doesn't: the next run asks again.

    Args:
        engine: Who answers.
        calls: What to ask.
        journal: What keeps the replies.
        doing: What the progress bar says.

    Returns:
        The outcomes, in the order of the calls.

    Raises:
        ServerError: Nothing more can be had from the engine; the text says what is kept.
        OutputError: The journal can't be written to.
    """
    outcomes: dict[str, Outcome] = {}
    waiting: dict[str, Call] = {}
    for call in calls:
        kept = journal.get(call.key) if journal is not None else None
        if kept is None:
            waiting[call.key] = call
        else:
            outcomes[call.key] = Reply(**kept)

    already = len(outcomes)
    engine.answered += already
    with counting(already + len(waiting), doing, already=already) as count:

        def done(call: Call, outcome: Outcome) -> None:
            if journal is not None and isinstance(outcome, Reply):
                journal.add(call.key, asdict(outcome))
            outcomes[call.key] = outcome
            count(failed=isinstance(outcome, Failure))

        try:
            if waiting:
                engine.run(list(waiting.values()), done)
        except (ServerError, KeyboardInterrupt) as error:
            kept_replies = sum(isinstance(outcome, Reply) for outcome in outcomes.values())
            if journal is None or not kept_replies:
                raise
            kept_there = (
                f"{kept_replies} of {already + len(waiting)} replies are kept in {journal.path}, "
                "and the same command goes on from there"
            )
            if isinstance(error, KeyboardInterrupt):
                print(f"interrupted: {kept_there}", file=sys.stderr)
                raise
            raise ServerError(f"{error}; {kept_there}") from None
    return [outcomes[call.key] for call in calls]
