"""Runs to judge."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from followrag import ItemSet, Row, load_items, score_item
from followrag.runs import write_run
from followrag.scoring import error_row
from followrag.summary import summarise


@pytest.fixture(scope="session")
def demo() -> ItemSet:
    return load_items("followrag_demo")


@pytest.fixture
def make_run(tmp_path: Path, demo: ItemSet) -> Callable[[Sequence[str | None]], Path]:
    """Write a run of the demo's items, one for each response; None is a response that failed.

    Beyond the demo's number its items are repeated under new keys. The items lie beside the run.
    """

    def make(responses: Sequence[str | None]) -> Path:
        items = [
            demo[key % len(demo)].model_copy(update={"key": key}) for key in range(len(responses))
        ]
        lines = (json.dumps(item.model_dump(mode="json")) + "\n" for item in items)
        (tmp_path / "items.jsonl").write_text("".join(lines))
        asked = load_items(tmp_path / "items.jsonl")
        rows: list[Row] = [
            error_row(item, "no response") if response is None else score_item(item, response)
            for item, response in zip(asked, responses, strict=True)
        ]
        write_run(tmp_path / "run", asked, rows, summarise(rows), {"model": "tested"})
        return tmp_path / "run"

    return make
