"""What stands between lm-eval and a model: every answer is recorded as it comes, and watched.

A recorded model is the model in every respect but one: what it generates goes through a journal,
so that a run that was killed, or whose server died, goes on from what it had. Beside each answer
stands what lm-eval doesn't keep: whether the prompt was cut, whether the answer ran into its
limit, and why a request failed.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from followrag.errors import FollowragError, InputError, ServerError
from followrag.failures import failed
from followrag.llm import Failure, Journal, Reply, ask
from followrag.llm.batch import end_mark
from followrag.tasks.generation import Asked, Generator, generator_of
from followrag.tasks.notes import Note
from followrag.tasks.reasoning import marked


class Record:
    """What a run's models were asked and answered.

    Attributes:
        notes: A note for each request of this run, answered now or before.
        started: When the first request was made, on `time.perf_counter`'s clock; None before.
        seconds: How long requests took altogether.
    """

    def __init__(self, path: Path, own_tasks: Collection[str]) -> None:
        """Prepare a record.

        Args:
            path: The journal; each process of several adds its rank to the name.
            own_tasks: The tasks whose responses this package scores.
        """
        self.notes: list[Note] = []
        self.started: float | None = None
        self.seconds = 0.0
        self._path = path
        self._own_tasks = own_tasks

    def recorded(self, model: Any) -> RecordedModel:
        """Wrap a model of lm-eval's so that it is recorded here."""
        return RecordedModel(model, self)

    @contextmanager
    def journal(self, rank: int) -> Iterator[Journal]:
        """Open the journal of one process, and say what it holds of an earlier run."""
        path = self._path.with_name(f"{self._path.name}_rank{rank}.jsonl")
        with Journal(path) as journal:
            if len(journal):
                print(
                    f"note: goes on with {len(journal)} answers of an unfinished run; to start "
                    f"anew, remove {path}",
                    file=sys.stderr,
                )
            try:
                yield journal
            finally:
                if not len(journal):
                    self._remove(path)

    def is_own(self, task: str | None) -> bool:
        """Whether a task's responses are scored here."""
        return task in self._own_tasks

    def discard(self) -> None:
        """Remove the journals of all processes: everything in them stands in the results."""
        for path in self._path.parent.glob(f"{self._path.name}_rank*.jsonl"):
            self._remove(path)

    def _remove(self, path: Path) -> None:
        path.unlink()
        with suppress(OSError):  # other runs have theirs in the folder
            self._path.parent.rmdir()


class RecordedModel:
    """A model of lm-eval's whose generations are recorded; everything else is the model's own."""

    def __init__(self, model: Any, record: Record) -> None:
        self._model = model
        self._record = record
        self._generators = {own: generator_of(model, keep_reasoning=own) for own in (True, False)}

    def __getattr__(self, name: str) -> Any:
        """Pass on whatever isn't defined here."""
        return getattr(self._model, name)

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[str]:
        """Generate as lm-eval's models do.

        Returns:
            The responses in the order of the requests. That of a request of one of our tasks that
            failed for good is marked as such, and scored as an error.

        Raises:
            FollowragError: No answer can be had, or a request of another task failed for good: its
                scoring would take anything for an answer.
        """
        if any(len(request.args) != 2 for request in requests):  # other people's, with pictures
            answers: list[str] = self._model.generate_until(requests)
            return answers
        begun = time.perf_counter()
        self._record.started = self._record.started or begun
        texts = [""] * len(requests)
        notes: dict[int, list[Note]] = {}
        # Where the engine is spread over processes (torchrun), each takes itself for the first.
        rank = self._model.rank or int(os.environ.get("LOCAL_RANK", "0"))
        with self._record.journal(rank) as journal:
            owned = [self._record.is_own(request.task_name) for request in requests]
            for is_own in sorted(set(owned)):
                places = [place for place, own in enumerate(owned) if own is is_own]
                part = [requests[place] for place in places]
                for place, (text, note) in zip(
                    places, self._answers(part, is_own, journal), strict=True
                ):
                    texts[place] = text
                    request = requests[place]
                    answered = notes.setdefault(id(request), [])
                    # Several processes get equally many requests by repeating the last one.
                    if len(answered) < (request.repeats or 1):
                        answered.append(note._replace(sample=len(answered)))
        self._record.notes += self._gathered([one for each in notes.values() for one in each])
        self._record.seconds += time.perf_counter() - begun
        return texts

    def _answers(
        self, requests: Sequence[Any], is_own: bool, journal: Journal
    ) -> Iterator[tuple[str, Note]]:
        """Ask one kind of requests; reasoning is left in the text where it is scored here."""
        generator = self._generators[is_own]
        asked = _numbered(generator, requests)
        _refuse_if_none_fits(asked)
        kept = [one.call.key in journal for one in asked]
        outcomes = ask(generator, [one.call for one in asked], journal, "generating")
        failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
        if failures and len(failures) == len(outcomes):
            raise ServerError(
                f"none of {len(failures)} requests was answered; the first: {failures[0].reason}"
            )
        if failures and not is_own:
            raise FollowragError(
                f"{len(failures)} requests of {requests[0].task_name} failed "
                f"({failures[0].reason}); the other answers are kept, run the same command again"
            )
        end = end_mark(self._model)
        # Without a mark that texts hold, transformers has taken the reasoning off by itself.
        is_bare = end is None and vars(self._model).get("think_end_token") is not None
        for request, one, outcome, was_kept in zip(requests, asked, outcomes, kept, strict=True):
            if isinstance(outcome, Failure):
                text = failed(outcome.reason)
            elif is_own:
                text = marked(outcome, "" if is_bare else one.prompt, end)
            else:
                text = self._answer_only(outcome)
            key = str(request.doc["key"]) if is_own else ""
            yield text, Note(request.task_name, key, outcome, one.fit, one.tokens, was_kept)

    def _answer_only(self, reply: Reply) -> str:
        """Give the text after the reasoning, as lm-eval does for its own tasks."""
        from lm_eval.models.utils import postprocess_generated_text

        end = vars(self._model).get("think_end_token")
        return str(
            postprocess_generated_text(reply.text, None, end if isinstance(end, str) else None)
        )

    def _gathered(self, notes: list[Note]) -> list[Note]:
        """Collect the notes of all processes in the first."""
        if self._model.world_size <= 1:
            return notes
        collected = self._model.gather_object(notes, dst=0) or [[]]
        return [note for part in collected for note in part]


def _numbered(generator: Generator, requests: Sequence[Any]) -> list[Asked]:
    """Make requests ready, and number those that are equal."""
    seen: Counter[str] = Counter()
    ready = []
    for request in requests:
        one = generator.asked(request, 0)
        if times := seen[one.call.key]:
            ready.append(generator.asked(request, times))
        else:
            ready.append(one)
        seen[one.call.key] += 1
    return ready


def _refuse_if_none_fits(asked: Sequence[Asked]) -> None:
    fits = [(one.tokens, one.fit) for one in asked if one.fit and one.tokens is not None]
    if fits and len(fits) == len(asked) and all(fit.cut for _, fit in fits):
        tokens, fit = min(fits)
        raise InputError(
            f"no prompt fits the model's context of {tokens - fit.cut + fit.limit} tokens with "
            f"{fit.limit} for the answer: the shortest has {tokens}; take a longer context"
        )
