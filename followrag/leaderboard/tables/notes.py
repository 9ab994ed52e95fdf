"""What a reader of a board must know of its runs besides their figures."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from followrag.leaderboard.entries import Entry
from followrag.leaderboard.tables.selection import plain
from followrag.leaderboard.texts import listed

_SHOWN = 5


def setting_notes(entries: Sequence[Entry]) -> Iterator[str]:
    """Say which runs were asked, generated or judged otherwise than most of them."""
    models = [entry.model for entry in entries]
    yield from _differing("Prompts", models, [entry.settings.prompt for entry in entries])
    generation = [entry.settings.generation for entry in entries]
    yield from _differing("Generation settings", models, generation)
    judged = [entry for entry in entries if entry.settings.judge is not None]
    judges = [entry.settings.judge for entry in judged]
    yield from _differing("Judges", [entry.model for entry in judged], judges)


def robustness_note(entries: Sequence[Entry]) -> Iterator[str]:
    """Say that prompts were made of the same items."""
    runs = [entry.outcomes for entry in entries if entry.outcomes is not None]
    for run in runs[:1]:
        items, levels = len(run.units.names), len({*run.condition.tolist()} - {""})
        if items < len(run):
            yield (
                f"A robustness set: {len(run):,} prompts made of {items:,} items, pooled over "
                f"{levels:,} conditions. Standard errors and ranks count what was made of one item "
                "as one; `followrag leaderboard --by condition` tells the conditions apart."
            )


def unranked_note(entries: Sequence[Entry], headline: str) -> Iterator[str]:
    """Say why runs are not ranked."""
    bare = [entry.model for entry in entries if entry.outcomes is None]
    if bare:
        yield f"Not ranked, as only figures are there and no rows: {listed(bare, _SHOWN)}."
    lacking = [entry.model for entry in entries if entry.outcomes is not None]
    if lacking:
        yield f"Not ranked, as they have no {headline}: {listed(lacking, _SHOWN)}."


def _differing(
    what: str, models: Sequence[str], settings: Sequence[Mapping[str, Any] | None]
) -> Iterator[str]:
    texts = list(map(plain, settings))
    if len(set(texts)) < 2:
        return
    [(most, times)] = Counter(texts).most_common(1)
    usual = settings[texts.index(most)]
    others: dict[str, list[str]] = defaultdict(list)
    for model, text, given in zip(models, texts, settings, strict=True):
        if text != most:
            others[_difference(usual, given)].append(model)
    parts = [f"{listed(named, _SHOWN)} ({difference})" for difference, named in others.items()]
    told = listed(parts, _SHOWN)
    yield f"{what} differ for {len(models) - times} of {len(models)} models: {told}."


def _difference(usual: Mapping[str, Any] | None, given: Mapping[str, Any] | None) -> str:
    if given is None:
        return "not recorded"
    known = usual or {}
    return ", ".join(
        f"{name}: {_shown(given.get(name))}"
        for name in sorted({*known, *given})
        if usual is None or known.get(name) != given.get(name)
    )


def _shown(value: object) -> str:
    return "not set" if value is None else json.dumps(value, ensure_ascii=False, default=str)
