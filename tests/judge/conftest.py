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


@pytest.fixture(scope="session")
def make_run(
    tmp_path_factory: pytest.TempPathFactory, demo: ItemSet
) -> Callable[[Sequence[str | None]], Path]:
    """Write a run of the demo's items, one for each response; None is a response that failed.

    Each is in a folder of its own, with its items beside it. Beyond the demo's number items are
    repeated under new keys.
    """

    def make(responses: Sequence[str | None]) -> Path:
        folder = tmp_path_factory.mktemp("judged")
        items = [
            demo[key % len(demo)].model_copy(update={"key": key}) for key in range(len(responses))
        ]
        lines = (json.dumps(item.model_dump(mode="json")) + "\n" for item in items)
        (folder / "items.jsonl").write_text("".join(lines))
        asked = load_items(folder / "items.jsonl")
        rows: list[Row] = [
            error_row(item, "no response") if response is None else score_item(item, response)
            for item, response in zip(asked, responses, strict=True)
        ]
        write_run(folder / "run", asked, rows, summarise(rows), {"model": "tested"})
        return folder / "run"

    return make
