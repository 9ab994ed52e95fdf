"""Making a robustness set of items: each item at every level of one thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Any, Literal, get_args

from followrag.conditions import named
from followrag.errors import InputError
from followrag.items import Item
from followrag.prompts import build_prompt
from followrag.robustness.distractors import Distractors
from followrag.robustness.instructions import MOST_ORDERS, reordered, reworded
from followrag.robustness.passages import distracted, gold_at, gold_places, numbered
from followrag.robustness.unfit import UnfitError

Kind = Literal["passages", "position", "distractors", "order", "wording"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# The paper's figure 5 (arXiv 2410.09584) has these numbers of passages.
_LEVELS: Mapping[Kind, tuple[int, ...]] = MappingProxyType(
    {
        "passages": (0, 1, 2, 3, 5, 10),
        "distractors": (0, 1, 3, 5),
        "order": (0, 1),
        "wording": (0, 1, 2, 3),
    }
)


@dataclass(frozen=True)
class Varied:
    """What was made of some items.

    Attributes:
        items: The made items: those of one item beside each other, in the order of the levels.
        levels: The levels.
        left_out: How many items were left out, by the reason.
    """

    items: tuple[Item, ...]
    levels: tuple[int, ...]
    left_out: Mapping[str, int]


def vary(
    items: Sequence[Item],
    kind: Kind,
    levels: Sequence[int] | None = None,
    pool: Distractors | None = None,
) -> Varied:
    """Make every item anew at each level of one thing.

    An item that can't be made at one of the levels is left out at all of them: so all levels ask
    the same, and differ by nothing else.

    Args:
        items: What to vary; no two of them made from the same item.
        kind: What to vary: `passages`, how many there are (0, 1, 2, 3, 5 and 10: the first of the
            item's own, then distractors); `position`, where the only passage stands that holds a
            gold answer (each place from 0 that most items have); `distractors`, how many unrelated
            passages stand among the item's own (0, 1, 3 and 5); `order`, the order of the
            constraints (0: as given, 1: backwards, 2 and 3: at random); `wording`, which of our
            wordings says them (0 to 3).
        levels: Other levels than these.
        pool: Where distractors come from, and the seed of all that is drawn; the passages of
            `items` and 0 where it is None.

    Returns:
        The made items, each named `KEY~KIND=LEVEL`.

    Raises:
        InputError: A level can't be, or an item is there at several levels already.
    """
    _require_single(items)
    chosen = _chosen(items, kind, levels)
    drawn = pool or Distractors(chain.from_iterable(item.passages for item in items))
    made: list[Item] = []
    left_out: Counter[str] = Counter()
    for item in items:
        try:
            made += [_made(item, kind, level, drawn) for level in chosen]
        except UnfitError as error:
            left_out[str(error)] += 1
    return Varied(tuple(made), chosen, left_out)


def _require_single(items: Sequence[Item]) -> None:
    origins = Counter(item.origin for item in items if item.origin is not None)
    for origin, times in origins.items():
        if times > 1:
            raise InputError(
                f"item {origin}: is there at {times} levels already; vary the items that the set "
                "was made of, or a set of one level"
            )


def _chosen(items: Sequence[Item], kind: Kind, levels: Sequence[int] | None) -> tuple[int, ...]:
    if levels is None:
        return _LEVELS.get(kind) or tuple(range(_usual_number(items)))
    chosen = tuple(sorted(set(levels)))
    if not chosen or chosen[0] < 0:
        raise InputError(
            f"{kind}: levels are numbers from 0, not {chosen[0] if chosen else 'none'}"
        )
    if kind == "order" and chosen[-1] >= MOST_ORDERS:
        raise InputError(f"order: has the levels 0 to {MOST_ORDERS - 1}, not {chosen[-1]}")
    return chosen


def _usual_number(items: Sequence[Item]) -> int:
    """Give the number of passages that most items with a gold passage have."""
    sizes = Counter(len(item.passages) for item in items if len(gold_places(item)) == 1)
    return max(sizes, key=lambda size: (sizes[size], size), default=1)


def _made(item: Item, kind: Kind, level: int, pool: Distractors) -> Item:
    condition = named(kind, level)
    row = {name: getattr(item, name) for name in Item.model_fields}
    row |= _changes(item, kind, level, pool)
    if not row["question_with_instrs"].strip():
        raise UnfitError("it has no question_with_instrs to build a prompt of")
    row["prompt"] = build_prompt(row["passages"], row["question_with_instrs"])
    row |= {"key": f"{item.key}~{condition}", "condition": condition, "origin": item.key}
    return Item.model_validate(row)


def _changes(item: Item, kind: Kind, level: int, pool: Distractors) -> dict[str, Any]:
    match kind:
        case "order":
            return reordered(item, level, pool.seed)
        case "wording":
            return reworded(item, level)
        case "passages":
            return {"passages": numbered(item, level, pool)}
        case "position":
            return {"passages": gold_at(item, level)}
        case "distractors":
            return {"passages": distracted(item, level, pool)}
