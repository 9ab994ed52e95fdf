"""What many tests need: the data beside the checkout, and small items."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from followrag import Item

SHARED = Path(__file__).parents[1].parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the published data and verdicts, which are not part of the project."""
    if not SHARED.exists():
        if os.environ.get("CI"):
            pytest.fail(f"CI must have {SHARED}")
        pytest.skip(f"{SHARED} with the published data and verdicts is not here")
    return SHARED


@pytest.fixture(scope="session")
def oracle(shared: Path) -> Callable[[str], list[dict[str, Any]]]:
    """Read a file of published verdicts by name."""

    def read(name: str) -> list[dict[str, Any]]:
        with gzip.open(shared / "oracles" / name, "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    return read


@pytest.fixture
def make_item() -> Callable[..., Item]:
    """Build an item from what a test cares about."""

    def make(*constraints: tuple[str, dict[str, Any]], **fields: Any) -> Item:
        chosen = constraints or (("format_no_commas", {}),)
        row = {
            "key": 1,
            "type": "ifnq",
            "prompt": "Where is the Eiffel Tower?",
            "question": "where is the eiffel tower",
            "answer_gold": "Paris/City of Light",
            "instruction_id_list": [id for id, _ in chosen],
            "kwargs": [kwargs for _, kwargs in chosen],
            "passages": [{"title": "Paris", "content": "The Eiffel Tower stands in Paris."}],
        }
        return Item.model_validate(row | fields)

    return make
