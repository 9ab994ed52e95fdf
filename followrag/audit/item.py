"""One item examined: what can be followed, what can't, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from followrag.audit.answers import Finding, answer_findings
from followrag.audit.loose import loose_witness
from followrag.audit.loose_conflicts import loose_conflicts
from followrag.audit.mismatches import mismatches
from followrag.audit.witness import Witness, fewest_broken, strict_witness
from followrag.items import Item
from followrag.verifiers import Constraint, Mode, Response, Verdict
from followrag.verifiers.conflicts import Conflict, conflicts
from followrag.verifiers.conflicts.degenerate import degeneracies

__all__ = ["Audited", "Ceiling", "Outcome", "audit_item"]

Outcome = Literal["satisfiable", "contradictory", "undecided", "error"]


class Ceiling(NamedTuple):
    """How many of an item's constraints can be followed together.

    Attributes:
        witness: The text that follows most of them, and their places.
        most: How many can be followed at most, by proof. The ceiling is known where as many are.
    """

    witness: Witness
    most: int

    @property
    def is_known(self) -> bool:
        """Whether the text follows as many as can be."""
        return len(self.witness.followed) == self.most


@dataclass(frozen=True)
class Audited:
    """What an audit says of one item. Everything beyond the strict verdict is computed when asked.

    Attributes:
        item: The item.
        mode: Which checks decide.
        errors: Why constraints can't be built or checked, by their places.
        conflicts: The smallest sets of constraints that no text follows together, places as in the
            item, the smallest first.
        strict: The strict ceiling and its text.
    """

    item: Item
    mode: Mode
    errors: dict[int, str]
    conflicts: tuple[Conflict, ...]
    strict: Ceiling

    @property
    def outcome(self) -> Outcome:
        """The item's class: exactly one of the four."""
        if self.errors:
            return "error"
        if self.conflicts:
            return "contradictory"
        if len(self.strict.witness.followed) == len(self.item.instruction_id_list):
            return "satisfiable"
        return "undecided"

    @cached_property
    def degenerate(self) -> tuple[Conflict, ...]:
        """For a satisfiable item, constraints that only a degenerate text follows."""
        return degeneracies(list(self._built.values())) if self.outcome == "satisfiable" else ()

    @cached_property
    def loose_conflicts(self) -> tuple[Conflict, ...]:
        """The smallest sets of constraints that no text follows loosely."""
        places = list(self._built)
        found = loose_conflicts(list(self._built.values()), self.mode)
        return tuple(_moved(conflict, places) for conflict in found)

    @cached_property
    def loose(self) -> Ceiling:
        """The loose ceiling and its text."""
        places, built = list(self._built), list(self._built.values())
        most = len(built) - len(fewest_broken(self.loose_conflicts))
        strict = self.strict.witness
        inner = Witness(strict.text, tuple(places.index(place) for place in strict.followed))
        if self.conflicts and len(inner.followed) < most:
            inner = loose_witness(built, inner, most, _answer(self.item), self.mode)
        return Ceiling(Witness(inner.text, tuple(places[each] for each in inner.followed)), most)

    @cached_property
    def mismatches(self) -> tuple[Finding, ...]:
        """Where the item's words don't say what its parameters check."""
        return mismatches(self.item)

    @cached_property
    def answers(self) -> tuple[Finding, ...]:
        """What is wrong with the item's gold answers."""
        return answer_findings(self.item, self.mode)

    @property
    def _built(self) -> dict[int, Constraint]:
        built = _buildable(self.item.constraints_in(self.mode))
        return {place: each for place, each in built.items() if place not in self.errors}


def audit_item(item: Item, mode: Mode = "reference") -> Audited:
    """Decide whether an item can be satisfied, with the proof.

    Args:
        item: The item.
        mode: Which checks decide.

    Returns:
        The verdict. A constraint that can't be built or checked is an error; the others are
        examined still.
    """
    asked = item.constraints_in(mode)
    errors = {place: each.reason for place, each in enumerate(asked) if isinstance(each, Verdict)}
    buildable = _buildable(asked)
    places, built = list(buildable), list(buildable.values())
    conflicting = conflicts(built)
    text, followed = strict_witness(built, conflicting, _answer(item))
    witness = Witness(text, tuple(places[each] for each in followed))
    found = tuple(_moved(conflict, places) for conflict in conflicting)
    errors |= _unchecked(buildable, witness, found)
    found = tuple(each for each in found if errors.keys().isdisjoint(each.places))
    most = len(asked) - len(errors) - len(fewest_broken(found))
    return Audited(item, mode, errors, found, Ceiling(witness, most))


def _unchecked(
    built: dict[int, Constraint], witness: Witness, found: Sequence[Conflict]
) -> dict[int, str]:
    """Give the reasons of constraints that can't be checked, as their patterns don't end."""
    proven = {place for conflict in found if len(conflict.places) == 1 for place in conflict.places}
    response = Response(witness.text)
    verdicts = {
        place: asked.check(response)
        for place, asked in built.items()
        if place not in proven and place not in witness.followed
    }
    return {place: verdict.reason for place, verdict in verdicts.items() if verdict.error}


def _answer(item: Item) -> str:
    return item.golds[0] if item.golds else "Yes"


def _buildable(asked: Sequence[Constraint | Verdict]) -> dict[int, Constraint]:
    return {place: each for place, each in enumerate(asked) if isinstance(each, Constraint)}


def _moved(conflict: Conflict, places: Sequence[int]) -> Conflict:
    return conflict._replace(places=tuple(places[place] for place in conflict.places))
