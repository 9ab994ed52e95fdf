"""One side of a comparison: a model's run, or several of it with different seeds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from followrag.errors import InputError
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.reading.baseline_file import without_folder
from followrag.leaderboard.reading.finding import find_runs


@dataclass(frozen=True)
class Side:
    """A model on a task.

    Attributes:
        name: What the user called it.
        entries: Its runs, at least one, all with outcomes.
        repeated: Runs that were left out since one of `entries` has the same responses.
    """

    name: str
    entries: tuple[Entry, ...]
    repeated: tuple[Entry, ...] = ()

    @property
    def model(self) -> str:
        """The model's name; of one that is a path, the last part, which baselines keep."""
        return without_folder(self.entries[0].model)

    @property
    def task(self) -> str:
        """The task's name; of one that is a path, the last part, which baselines keep."""
        return without_folder(self.entries[0].settings.task)

    @property
    def outcomes(self) -> list[Outcomes]:
        """What was decided, run by run."""
        return [entry.outcomes for entry in self.entries if entry.outcomes is not None]


def read_side(name: str | os.PathLike[str], task: str | None = None) -> Side:
    """Read the runs of a side.

    Args:
        name: A run folder, a folder of runs of one model, an lm-eval results or samples file, a
            baseline file, or `NAME=PATH` with any of these.
        task: Take the runs on this task only; of a path, the last part is enough.

    Raises:
        InputError: Nothing usable is there, something there is damaged, or it holds runs of several
            models or tasks.
    """
    found = find_runs([os.fspath(name)])
    if found.problems:
        raise InputError("\n  ".join(map(str, found.problems)))
    return make_side(os.fspath(name), found.entries, task)


def make_side(name: str, entries: Sequence[Entry], task: str | None = None) -> Side:
    """Make a side of runs.

    Raises:
        InputError: There are none on the task, or they are of several models or tasks, or have only
            figures.
    """
    chosen = list(entries) if task is None else _on_task(entries, task)
    tasks = sorted({without_folder(entry.settings.task) for entry in entries})
    if not chosen:
        known = f"; there are runs on {', '.join(tasks)}" if tasks else ""
        raise InputError(f"{name}: holds no run" + (f" on {task}{known}" if task else ""))
    if task is None and len(tasks) > 1:
        raise InputError(f"{name}: has runs on {', '.join(tasks)}; choose one with --task")
    if len({entry.model for entry in chosen}) > 1:
        listed = "".join(f"\n  {entry.model}: {entry.where}" for entry in chosen)
        raise InputError(f"{name}: has runs of several models; name one of them:{listed}")
    for entry in chosen:
        if entry.outcomes is None:
            raise InputError(
                f"{entry.where}: has figures but no samples, so its rows can't be paired; run "
                "lm_eval with --log_samples, or `followrag eval`"
            )
        if len(entry.outcomes) == 0 or entry.outcomes.error.all():
            raise InputError(f"{entry.where}: has no row that could be scored; run it again")
    first: dict[frozenset[tuple[str, int]], Entry] = {}
    for entry in chosen:
        first.setdefault(_responses(entry), entry)
    kept = tuple(first.values())
    return Side(name, kept, tuple(entry for entry in chosen if entry not in kept))


def _on_task(entries: Sequence[Entry], task: str) -> list[Entry]:
    exactly = [entry for entry in entries if entry.settings.task == task]
    name = without_folder(task)
    return exactly or [entry for entry in entries if without_folder(entry.settings.task) == name]


def _responses(entry: Entry) -> frozenset[tuple[str, int]]:
    assert entry.outcomes is not None
    return frozenset(zip(entry.outcomes.keys, entry.outcomes.digest.tolist(), strict=True))
