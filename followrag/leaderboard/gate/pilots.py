"""What runs that are there teach about a comparison that is planned."""

from __future__ import annotations

import math
from collections.abc import Collection
from itertools import product
from typing import NamedTuple

from followrag.errors import InputError
from followrag.leaderboard.gate.aligning import align
from followrag.leaderboard.gate.comparable import permitted_mismatches
from followrag.leaderboard.gate.sides import read_side
from followrag.leaderboard.metrics import metric
from followrag.leaderboard.settings import Kind
from followrag.leaderboard.statistics.differences import paired


class Pilot(NamedTuple):
    """What two sides teach.

    Attributes:
        spread: The standard deviation of a prompt's difference between two runs.
        prompts: The number of prompts on which the metric compares the sides.
    """

    spread: float
    prompts: int


def read_pilot(
    base: str, candidate: str, name: str, task: str | None = None, allow: Collection[Kind] = ()
) -> Pilot:
    """Learn from two sides, each run of one with each of the other.

    Args:
        base: What `compare_runs` takes.
        candidate: Likewise.
        name: The metric.
        task: Take the runs on this task, where a side has several.
        allow: Kinds of settings that may differ.

    Raises:
        InputError: A side can't be used, the two can't be compared, or nothing differs.
    """
    sides = (read_side(base, task), read_side(candidate, task))
    permitted_mismatches(*sides, allow)
    rows = align(*sides)
    pairs = product(rows.base, rows.candidate)
    found = [paired(metric(name), [old], [new]) for old, new in pairs]
    squares = [one.stderr**2 * one.prompts for one in found if one and one.prompts > 1]
    compared = paired(metric(name), rows.base, rows.candidate)
    if not squares or compared is None or compared.prompts < 2:
        raise InputError(
            f"{base} and {candidate}: have no two prompts in common that {name} counts"
        )
    if not any(squares):
        raise InputError(
            f"{base} and {candidate}: do not differ in {name} on any prompt, so nothing is learned "
            "from them; name other runs, or give --discordance"
        )
    return Pilot(math.sqrt(math.fsum(squares) / len(squares)), compared.prompts)
