"""The robustness sets that have names."""

from __future__ import annotations

from pathlib import Path

import pytest

from followrag import load_items
from followrag.robustness import KINDS
from followrag.sources import SOURCES


def test_there_is_one_for_each_thing_that_is_varied() -> None:
    assert {name for name in SOURCES if name.startswith("followrag_robust_")} == {
        f"followrag_robust_{kind}" for kind in KINDS
    }


def test_the_demo_is_varied_in_every_way() -> None:
    items = load_items("followrag_demo_robust")
    assert {item.condition.split("=")[0] for item in items} == {*KINDS}
    assert len(items.by_key) == len(items)


@pytest.mark.parametrize("kind", KINDS)
def test_those_of_the_mini_set_are_made_of_it(kind: str, shared: Path) -> None:
    data = str(shared / "data" / "followrag")
    mini = load_items("followrag_mini", data)
    items = load_items(f"followrag_robust_{kind}", data)
    assert {item.origin for item in items} <= {item.key for item in mini}
    assert {item.condition.split("=")[0] for item in items} == {kind}
    assert items.absent == mini.absent
    assert items.problems == ()


def test_the_numbers_of_the_documentation_are_right(shared: Path) -> None:
    data = str(shared / "data" / "followrag")
    counts = {kind: len(load_items(f"followrag_robust_{kind}", data)) for kind in KINDS}
    assert counts == {
        "passages": 1800,
        "position": 177,
        "distractors": 1200,
        "order": 394,
        "wording": 1200,
    }
