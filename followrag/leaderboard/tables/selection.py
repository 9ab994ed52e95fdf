"""Which runs belong on a board together, and which of them must stay off it."""

from __future__ import annotations

import json
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from followrag.leaderboard.entries import Entry
from followrag.records import Problem
from followrag.runs import SCORER_VERSION


class Selection(NamedTuple):
    """The runs of a board, one of each model, and why others stay off it."""

    kept: list[Entry]
    problems: list[Problem]


def by_items(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Group runs by their items, with those of `fixed` mode apart.

    Figures of unknown items go with the runs of a task of that name, with as many prompts if their
    number is known, where these runs are of one group.
    """
    groups: dict[object, list[Entry]] = defaultdict(list)
    unknown: list[Entry] = []
    for entry in entries:
        if entry.settings.dataset.get("sha256") is None:
            unknown.append(entry)
        else:
            groups[plain(entry.settings.dataset), entry.settings.is_fixed].append(entry)
    known = list(groups.values())
    for entry in unknown:
        same = [group for group in known if any(_may_be_same(entry, other) for other in group)]
        apart = entry.settings.task, entry.prompts, entry.settings.is_fixed
        (same[0] if len(same) == 1 else groups[apart]).append(entry)
    return list(groups.values())


def select(group: Sequence[Entry]) -> Selection:
    """Choose among runs on the same items.

    Runs of the current scorer are kept, or where there is none those of the most common one; of two
    that are as common, those of the reference. And of each model its newest run, one with rows if
    there is any.
    """
    same, mixed = _of_one_scorer(group)
    kept, doubled = _one_a_model(same)
    return Selection(kept, mixed + doubled)


def plain(settings: Mapping[str, Any] | None) -> str:
    """Write settings so that equal ones are equal texts."""
    return json.dumps(settings, sort_keys=True, default=str)


def _may_be_same(entry: Entry, other: Entry) -> bool:
    is_same_size = entry.prompts in (0, other.prompts)
    is_same_mode = entry.settings.is_fixed == other.settings.is_fixed
    return is_same_size and is_same_mode and entry.settings.task == other.settings.task


def _of_one_scorer(group: Sequence[Entry]) -> Selection:
    times = Counter(plain(entry.settings.scorer) for entry in group)

    def preference(entry: Entry) -> tuple[bool, int, bool, str, str]:
        scorer = entry.settings.scorer
        is_current = scorer.get("version") == SCORER_VERSION
        is_reference = scorer.get("mode") == "reference"
        return is_current, times[plain(scorer)], is_reference, entry.date, plain(scorer)

    pattern = max(group, key=preference)
    kept, problems = [], []
    for entry in group:
        if entry.settings.scorer == pattern.settings.scorer:
            kept.append(entry)
            continue
        message = (
            f"was scored by {_scorer(entry)}, other runs on {entry.settings.task} by "
            f"{_scorer(pattern)}; {_remedy(entry)}"
        )
        problems.append(Problem(str(entry.where), message))
    return Selection(kept, problems)


def _scorer(entry: Entry) -> str:
    scorer = entry.settings.scorer
    return f"version {scorer.get('version')} of the scorer ({scorer.get('mode')})"


def _remedy(entry: Entry) -> str:
    where = shlex.quote(str(entry.where))
    match entry.origin:
        case "run folder":
            return f"run `followrag rescore {where}`"
        case "lm-eval samples":
            return f"run `followrag score {where} --out FOLDER` and name that folder instead"
        case _:
            return "rank it apart, or score its responses again"


def _one_a_model(group: Iterable[Entry]) -> Selection:
    by_model: dict[str, list[Entry]] = defaultdict(list)
    for entry in group:
        by_model[entry.model].append(entry)
    kept, problems = [], []
    for model in sorted(by_model):
        *others, newest = sorted(by_model[model], key=_age)
        kept.append(newest)
        for entry in others:
            where = shlex.quote(str(entry.where))
            message = (
                f"is a duplicate: {newest.where} is shown as the run of {model} on "
                f"{entry.settings.task}; to show both, name this one otherwise: NAME={where}"
            )
            problems.append(Problem(str(entry.where), message))
    return Selection(kept, problems)


def _age(entry: Entry) -> tuple[bool, str, str]:
    return entry.outcomes is not None, entry.date, str(entry.where)
