"""`reference` mode against the published evaluators, verdict for verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from followrag import load_items, score_item
from followrag.sources import ItemSet

Oracle = Callable[[str], list[dict[str, Any]]]


def disagreements(items: ItemSet, rows: list[dict[str, Any]]) -> list[str]:
    found = []
    for published in rows:
        row = score_item(items.by_key[str(published["key"])], published["response"])
        if row.strict != published["strict"] or row.loose != published["loose"] or row.has_error:
            found.append(f"key {published['key']}: {published['response'][:80]!r}")
    return found


@pytest.mark.parametrize("family", ["compose0", "compose0.15", "odd"])
def test_followrag_verdicts_equal_the_published_evaluator(
    shared: Path, oracle: Oracle, family: str
) -> None:
    items = load_items("followrag", str(shared / "data/followrag"))
    rows = [row for row in oracle("followrag_verdicts.jsonl.gz") if row["family"] == family]
    assert len(rows) > 600
    assert disagreements(items, rows) == []


def test_ifeval_verdicts_equal_the_published_evaluator(shared: Path, oracle: Oracle) -> None:
    items = load_items("followrag_ifeval", str(shared / "data/ifeval"))
    rows = oracle("ifeval_verdicts.jsonl.gz")
    assert len(rows) > 500
    assert disagreements(items, rows) == []
