"""The robustness sets that are sources: five of the mini set, and one of the demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from followrag.errors import InputError
from followrag.items import Item
from followrag.robustness.distractors import Distractors
from followrag.robustness.varying import KINDS, Kind, vary

_SAID: Mapping[Kind, str] = MappingProxyType(
    {
        "passages": "with 0 to 10 passages",
        "position": "with the gold passage at each place",
        "distractors": "with 0 to 5 unrelated passages among theirs",
        "order": "with their constraints in two orders",
        "wording": "with their constraints in four wordings",
    }
)


class RobustSource(NamedTuple):
    """A source that is made of another one.

    Attributes:
        base: The source it is made of.
        kinds: What is varied.
        summary: What it holds, for people.
    """

    base: str
    kinds: tuple[Kind, ...]
    summary: str


ROBUST_SOURCES: Mapping[str, RobustSource] = MappingProxyType(
    {
        **{
            f"followrag_robust_{kind}": RobustSource(
                "followrag_mini", (kind,), f"the items of followrag_mini {_SAID[kind]}"
            )
            for kind in KINDS
        },
        "followrag_demo_robust": RobustSource(
            "followrag_demo", KINDS, "the built-in demo varied in each of these ways"
        ),
    }
)


def made(name: str, items: Sequence[Item]) -> tuple[Item, ...]:
    """Make the items of a source in `ROBUST_SOURCES` of those that it is made of.

    Raises:
        InputError: None of them can be varied so.
    """
    pool = Distractors(chain.from_iterable(item.passages for item in items))
    kinds = ROBUST_SOURCES[name].kinds
    varied = [item for kind in kinds for item in vary(items, kind, pool=pool).items]
    if not varied:
        raise InputError(f"{name}: none of the {len(items)} items can be varied so")
    return tuple(varied)
