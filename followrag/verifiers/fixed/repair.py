"""Which class repairs which, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from followrag.verifiers.constraint import Constraint

__all__ = ["Repair", "repair", "repaired", "repairs"]

C = TypeVar("C", bound=Constraint)


class Repair(NamedTuple):
    """A class that decides as its base should have.

    Attributes:
        base: The constraint as published.
        cls: Its subclass in `fixed` mode.
        reason: What is wrong with the published check, and what is done instead.
        source: Where that is shown.
    """

    base: type[Constraint]
    cls: type[Constraint]
    reason: str
    source: str


_REPAIRS: dict[type[Constraint], Repair] = {}


def repair(*, reason: str, source: str) -> Callable[[type[C]], type[C]]:
    """Register a subclass as the repair of its base.

    Args:
        reason: What is wrong with the published check, and what is done instead.
        source: Where that is shown.

    Raises:
        ValueError: The base has a repair.
    """

    def register(cls: type[C]) -> type[C]:
        (base,) = cls.__bases__
        if base in _REPAIRS:
            raise ValueError(f"{base.__name__} is repaired by {_REPAIRS[base].cls.__name__}")
        cls.mode = "fixed"
        _REPAIRS[base] = Repair(base, cls, reason, source)
        return cls

    return register


def repaired(constraint: Constraint) -> Constraint:
    """Give a constraint as `fixed` mode has it; the constraint itself where nothing is repaired."""
    found = _REPAIRS.get(type(constraint))
    return found.cls.model_construct(**dict(constraint)) if found else constraint


def repairs() -> tuple[Repair, ...]:
    """All repairs, in order of registration."""
    return tuple(_REPAIRS.values())
