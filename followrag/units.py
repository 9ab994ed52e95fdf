"""What was sampled: items, or those that the items of a robustness set were made from."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from followrag.scoring import Row


def units_of(rows: Sequence[Row]) -> list[Hashable] | None:
    """Name per row its item, or the one that a robustness set made it from.

    Rows of one unit are no independent observations (`followrag.estimates.Linear.by`).

    Returns:
        The units; None where no item was made from another, so that each row is one by itself.
    """
    if not any(row.item and row.item.origin is not None for row in rows):
        return None
    return [_unit(row, place) for place, row in enumerate(rows)]


def _unit(row: Row, place: int) -> Hashable:
    if row.item is None:
        return place
    return str(row.item.key if row.item.origin is None else row.item.origin)
