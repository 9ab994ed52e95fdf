"""The rules' registry, and what they find."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, product
from typing import NamedTuple, TypeVar, get_args

from followrag.verifiers.constraint import Constraint, Mode

__all__ = ["Conflict", "Rule", "RuleBook", "conflicts", "rule", "rules"]

Slot = type[Constraint] | tuple[type[Constraint], ...]
F = TypeVar("F", bound=Callable[..., str | None])

BOTH: tuple[Mode, ...] = get_args(Mode)


class Conflict(NamedTuple):
    """Constraints that no text follows together.

    Attributes:
        places: Their places among the constraints that were asked about, ascending.
        rule: Name of the rule that found it.
        reason: Why, in words.
    """

    places: tuple[int, ...]
    rule: str
    reason: str


class Rule(NamedTuple):
    """A proven rule between constraint classes.

    Attributes:
        name: What the rule is called in audits.
        slots: The classes that it is about, one entry a constraint; a tuple where several fit.
        modes: The modes in which the proof holds.
        find: Takes one constraint for each slot and says why they conflict, or gives None.
    """

    name: str
    slots: tuple[Slot, ...]
    modes: tuple[Mode, ...]
    find: Callable[..., str | None]

    @property
    def proof(self) -> str:
        """Why the rule is true."""
        return inspect.getdoc(self.find) or ""


Placed = tuple[Rule, tuple[int, ...]]
_MOST_KEPT = 10_000


class RuleBook:
    """Rules of one kind, and what they find among constraints."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}
        self._placed: dict[tuple[type[Constraint], ...], list[Placed]] = {}

    def rule(self, name: str, *slots: Slot, modes: tuple[Mode, ...] = BOTH) -> Callable[[F], F]:
        """Register a function as a rule; its docstring is the proof.

        Args:
            name: What the rule is called.
            *slots: The classes of the constraints that the function takes, in order.
            modes: The modes in which it holds. A constraint that `fixed` mode doesn't repair
                decides as in `reference` mode and counts as one of that mode.

        Raises:
            ValueError: The name is taken.
        """

        def register(find: F) -> F:
            if name in self._rules:
                raise ValueError(f"conflict rule {name!r} is there already")
            self._rules[name] = Rule(name, slots, modes, find)
            self._placed.clear()
            return find

        return register

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in order of registration."""
        return tuple(self._rules.values())

    def find(self, constraints: Sequence[Constraint]) -> tuple[Conflict, ...]:
        """Find every smallest set of constraints that a rule names.

        Returns:
            The conflicts, none of which contains another, the smallest first, then in order of
            their places. Where several rules find the same set, the first of them counts.
        """
        found: dict[tuple[int, ...], Conflict] = {}
        for rule, chosen in self._applicable(tuple(map(type, constraints))):
            reason = rule.find(*(constraints[place] for place in chosen))
            if reason is not None:
                places = tuple(sorted(chosen))
                found.setdefault(places, Conflict(places, rule.name, reason))
        smallest = [
            conflict
            for places, conflict in found.items()
            if not any(set(other) < set(places) for other in found)
        ]
        return tuple(sorted(smallest, key=lambda conflict: (len(conflict.places), conflict.places)))

    def _applicable(self, types: tuple[type[Constraint], ...]) -> list[Placed]:
        """Pair each rule with the places that fit its slots."""
        placed = self._placed.get(types)
        if placed is None:
            placed = [(rule, places) for rule in self.rules for places in _placings(rule, types)]
            if len(self._placed) >= _MOST_KEPT:
                self._placed.clear()
            self._placed[types] = placed
        return placed


_PROVEN = RuleBook()
rule = _PROVEN.rule


def rules() -> tuple[Rule, ...]:
    """All proven rules, in order of registration."""
    return _PROVEN.rules


def conflicts(constraints: Sequence[Constraint]) -> tuple[Conflict, ...]:
    """Find every smallest set of constraints that no text follows strictly together.

    Args:
        constraints: Constraints of one text, in either mode.

    Returns:
        The conflicts, none of which contains another, the smallest first, then in order of their
        places. Where several rules find the same set, the first of them counts.
    """
    return _PROVEN.find(constraints)


def _placings(rule: Rule, types: Sequence[type[Constraint]]) -> Iterator[tuple[int, ...]]:
    fitting = [
        [n for n, cls in enumerate(types) if issubclass(cls, slot) and cls.mode in rule.modes]
        for slot in rule.slots
    ]
    for places in product(*fitting):
        filled = list(zip(places, rule.slots, strict=True))
        # Two constraints of one class fill the slots in one order only.
        if len(set(places)) == len(places) and all(
            place < following
            for (place, slot), (following, other) in pairwise(filled)
            if slot == other
        ):
            yield places
