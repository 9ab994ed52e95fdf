"""Questions to build of, written for these tests."""

from __future__ import annotations

from typing import Any

Rows = list[dict[str, Any]]

_TOWNS = (
    "Arden Bexhill Corvo Dunmore Elster Farrow Glenby Hastow Inverly Jarrow Kelso Lanark Mostar "
    "Norwood Ostend Penrith Quimper Rothes Selkirk Tavira"
)
_NAMES = "Amery Brandt Castel Delorme Eriksen Fontane Gadsby Holmes Ilves Jansen"


def make_plain_rows(count: int) -> Rows:
    towns, names = _TOWNS.split(), _NAMES.split()
    return [_row(number, towns[number % len(towns)], names) for number in range(count)]


def _row(number: int, town: str, names: list[str]) -> dict[str, Any]:
    architect = f"{names[number % len(names)]} {names[(number // 3 + 1) % len(names)]}"
    return {
        "id": f"q{number}",
        "question": f"who designed bridge number {number + 10} of {town}",
        "answers": [architect, architect.split()[0]],
        "passages": [
            {
                "id": f"{number}a",
                "title": f"Bridges of {town}",
                "content": f"The stone bridge number {number + 10} over the harbour was designed "
                f"by {architect} after a flood had carried the wooden crossing away.",
            },
            {
                "id": f"{number}b",
                "title": town,
                "content": f"{town} is a market place with a cathedral, two railway lines and a "
                "famous orchard that travellers visit in autumn.",
            },
            {
                "id": f"{number}c",
                "title": "Engineering",
                "content": "Masons used granite blocks and iron clamps where the current was "
                "strong, and painters covered the railings with green varnish.",
            },
        ],
    }
