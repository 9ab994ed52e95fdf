"""The constraints of an item in other words or in another order.

The published text mixes question and constraints inseparably, so both are put together anew, in
our own words (`followrag.wordings`). That is so at every level: level 0 is not the published text.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

from followrag.items import Item
from followrag.robustness.unfit import UnfitError
from followrag.verifiers import Constraint
from followrag.wordings import count, with_instructions, worded

MOST_ORDERS = 4


def reworded(item: Item, number: int) -> dict[str, Any]:
    """Say every constraint in its wording of this number.

    Raises:
        UnfitError: A constraint has no such wording, or the item can't be put together.
    """
    constraints = _constraints(item)
    if any(number >= count(constraint) for constraint in constraints):
        raise UnfitError(f"a constraint of it has no wording {number}")
    return {"question_with_instrs": _said(item, constraints, number)}


def reordered(item: Item, number: int, seed: int) -> dict[str, Any]:
    """Put the constraints in an order: 0 as they are, 1 backwards, 2 and more at random.

    Raises:
        UnfitError: There are not as many orders, or the item can't be put together.
    """
    constraints = _constraints(item)
    if number >= math.factorial(len(constraints)):
        raise UnfitError(f"it has too few constraints for an order {number}")
    order = _order(len(constraints), number, random.Random(f"{seed}:{item.key}:order"))
    return {
        "instruction_id_list": [item.instruction_id_list[place] for place in order],
        "kwargs": [item.kwargs[place] for place in order],
        "question_with_instrs": _said(item, [constraints[place] for place in order], 0),
    }


def _order(length: int, number: int, chance: random.Random) -> list[int]:
    """Give the order of this number; no two numbers have the same one."""
    given = list(range(length))
    orders = [given, given[::-1]]
    while len(orders) <= number:
        order = chance.sample(given, length)
        if order not in orders:
            orders.append(order)
    return orders[number]


def _said(item: Item, constraints: Sequence[Constraint], number: int) -> str:
    return with_instructions(item.question, [worded(each, number) for each in constraints])


def _constraints(item: Item) -> list[Constraint]:
    if not item.question.strip():
        raise UnfitError("it has no question apart from its constraints")
    built = [each for each in item.constraints if isinstance(each, Constraint)]
    if len(built) < len(item.constraints):
        raise UnfitError("a constraint of it can't be built")
    return built
