"""The comparison of parts: each constraint, family and dataset, with corrected p values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from followrag.leaderboard.metrics import metric
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.statistics.differences import Difference, paired
from followrag.leaderboard.statistics.multiplicity import holm
from followrag.summary import family_of

SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class Part:
    """How a part differs.

    Attributes:
        name: The constraint's id, or the name of the family or dataset.
        difference: Its paired difference.
        adjusted_p: The p value, corrected by Holm for the other parts in the same list.
    """

    name: str
    difference: Difference
    adjusted_p: float

    @property
    def change(self) -> Literal["worse", "better", "same"]:
        """Whether it differs beyond chance, at 5% over the whole list."""
        if not self.adjusted_p < SIGNIFICANCE:
            return "same"
        return "worse" if self.difference.delta < 0 else "better"


def constraint_parts(base: Sequence[Outcomes], candidate: Sequence[Outcomes]) -> list[Part]:
    """Compare each constraint, sorted by family."""
    ids = sorted(_ids(base), key=lambda id: (family_of(id), id))
    found = {id: paired(metric(f"constraint:{id}"), base, candidate) for id in ids}
    return _parts(found)


def family_parts(base: Sequence[Outcomes], candidate: Sequence[Outcomes]) -> list[Part]:
    """Compare each family of constraints."""
    families = sorted({family_of(id) for id in _ids(base)})
    found = {name: paired(metric(f"family:{name}"), base, candidate) for name in families}
    return _parts(found)


def dataset_parts(name: str, base: Sequence[Outcomes], candidate: Sequence[Outcomes]) -> list[Part]:
    """Compare a metric on each dataset."""
    found = {}
    for dataset in map(str, np.unique(base[0].dataset)):
        places = np.flatnonzero(base[0].dataset == dataset)
        old, new = ([run.rows(places) for run in side] for side in (base, candidate))
        if dataset:
            found[dataset] = paired(metric(name), old, new)
    return _parts(found)


def _ids(runs: Sequence[Outcomes]) -> set[str]:
    return {str(id) for id in np.unique(runs[0].id)} - {""}


def _parts(found: dict[str, Difference | None]) -> list[Part]:
    known = {name: difference for name, difference in found.items() if difference is not None}
    adjusted = holm([difference.p for difference in known.values()])
    return [
        Part(name, difference, p)
        for (name, difference), p in zip(known.items(), adjusted, strict=True)
    ]
