"""A set of items examined, and the scores that no model can beat on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from followrag.audit.item import Audited, Ceiling, Outcome, audit_item
from followrag.progress import tracked
from followrag.records import Problem
from followrag.sources import ItemSet
from followrag.verifiers import Mode

__all__ = ["Audit", "Ceilings", "audit_items"]


class Ceilings(NamedTuple):
    """The best that any responses can reach on some items.

    Attributes:
        prompts: Number of items.
        constraints: Number of their constraints.
        reached: Figures by the names that scoring gives them, as fractions, which the texts of the
            audit reach.
        at_most: The proven bounds that differ from those: nothing, where the ceilings are known.
    """

    prompts: int
    constraints: int
    reached: dict[str, float]
    at_most: dict[str, float]


@dataclass(frozen=True)
class Audit:
    """What an audit says of a set of items.

    Attributes:
        name: Name of the set.
        sha256: Its checksum.
        mode: Which checks decide.
        audited: The items, in order.
        problems: Item rows that can't be read. Each counts as an item with one constraint that is
            not followed, as in scores.
    """

    name: str
    sha256: str
    mode: Mode
    audited: tuple[Audited, ...]
    problems: tuple[Problem, ...]

    @property
    def satisfiable(self) -> tuple[Audited, ...]:
        """Items with a text that follows every constraint."""
        return self._of("satisfiable")

    @property
    def contradictory(self) -> tuple[Audited, ...]:
        """Items with constraints that no text follows together."""
        return self._of("contradictory")

    @property
    def undecided(self) -> tuple[Audited, ...]:
        """Items with neither."""
        return self._of("undecided")

    @property
    def errors(self) -> tuple[Audited, ...]:
        """Items with constraints that can't be built."""
        return self._of("error")

    def _of(self, outcome: Outcome) -> tuple[Audited, ...]:
        return tuple(each for each in self.audited if each.outcome == outcome)

    @cached_property
    def ceilings(self) -> Ceilings:
        """The ceilings over all items."""
        return _ceilings(self.audited, len(self.problems))

    @cached_property
    def by_dataset(self) -> dict[str, Ceilings]:
        """The ceilings by the question's source."""
        datasets = sorted({each.item.dataset for each in self.audited})
        return {
            name: _ceilings([each for each in self.audited if each.item.dataset == name])
            for name in datasets
        }

    @cached_property
    def by_constraint_count(self) -> dict[int, Ceilings]:
        """The ceilings by the number of constraints in the item."""
        counts = sorted({len(each.item.instruction_id_list) for each in self.audited})
        return {
            count: _ceilings(
                [each for each in self.audited if len(each.item.instruction_id_list) == count]
            )
            for count in counts
        }


def audit_items(items: ItemSet, mode: Mode | None = None) -> Audit:
    """Decide for each item of a set whether it can be satisfied, showing how far it is.

    Args:
        items: The items.
        mode: Which checks decide; the set's own mode where it is None.
    """
    chosen = mode or items.mode
    audited = tuple(audit_item(item, chosen) for item in tracked(items.items, "auditing"))
    return Audit(items.name, items.sha256, chosen, audited, items.problems)


def _ceilings(audited: Sequence[Audited], unreadable: int = 0) -> Ceilings:
    asked = [len(each.item.instruction_id_list) for each in audited]
    totals = {"prompt": len(asked) + unreadable, "inst": sum(asked) + unreadable}
    reached, at_most = {}, {}
    for reading in ("strict", "loose"):
        ceilings: list[Ceiling] = [getattr(each, reading) for each in audited]
        followed = [len(ceiling.witness.followed) for ceiling in ceilings]
        most = [ceiling.most for ceiling in ceilings]
        for level, total in totals.items():
            name = f"{level}_level_{reading}_acc"
            reached[name] = _counted(level, followed, asked) / total
            bound = _counted(level, most, asked) / total
            if bound != reached[name]:
                at_most[name] = bound
    return Ceilings(totals["prompt"], totals["inst"], reached, at_most)


def _counted(level: str, followed: Sequence[int], asked: Sequence[int]) -> int:
    """Count the constraints that are followed, or the prompts all of whose constraints are."""
    if level == "inst":
        return sum(followed)
    return sum(some == every for some, every in zip(followed, asked, strict=True))
