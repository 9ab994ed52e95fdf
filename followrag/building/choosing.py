"""Choosing constraints that go together, so that each is used as often as every other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence

from followrag.building.draws import Draws
from followrag.building.parameters import draw
from followrag.building.setting import Setting
from followrag.verifiers import Constraint

_DRAWS = 3  # tries to find parameters that go together with what was chosen before


class Balance:
    """How often each constraint, and each number of constraints, was used.

    What was used least comes first, equals in random order. As the first choice of an item is free,
    constraints that go together with few others keep up.

    Args:
        ids: The constraints to use.
        sizes: The numbers of constraints an item may have.
    """

    def __init__(self, ids: Sequence[str], sizes: Sequence[int]) -> None:
        self.ids = Counter(dict.fromkeys(ids, 0))
        self.sizes = Counter(dict.fromkeys(sizes, 0))

    def count(self, constraints: Sequence[Constraint]) -> None:
        """Count an item's constraints in."""
        self.ids.update(constraint.id for constraint in constraints)
        self.sizes[len(constraints)] += 1


def choose(
    setting: Setting,
    balance: Balance,
    draws: Draws,
    go_together: Callable[[Sequence[Constraint]], bool],
    aside: Collection[str] = (),
) -> tuple[Constraint, ...]:
    """Choose an item's constraints.

    Args:
        setting: What their parameters are drawn from.
        balance: What was used so far.
        draws: Where chance comes from.
        go_together: Whether constraints can be followed together, as far as rules tell.
        aside: Ids to leave aside.

    Returns:
        As many as the number used least, in random order; fewer or more only where no set of that
        size goes together, and none where no size is left.
    """
    left = [id for id in balance.ids if id not in aside]
    ids = sorted(draws.shuffled(left), key=balance.ids.__getitem__)
    sizes = sorted(draws.shuffled(list(balance.sizes)), key=balance.sizes.__getitem__)
    for size in sizes:
        chosen: list[Constraint] = []
        for id in ids:
            for _ in range(_DRAWS):
                drawn = draw(id, setting, draws)
                if drawn is None:
                    continue
                if go_together([*chosen, drawn]):
                    chosen.append(drawn)
                    break
            if len(chosen) == size:
                return tuple(draws.shuffled(chosen))
    return ()
