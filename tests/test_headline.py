"""The published headline figures, from the same responses: equal to two decimals.

The published evaluator (if_eval.py:89-99, main_eval.py:38-53) rounds percentages to two decimals.
Its verdicts on the oracle's responses are recorded; here they are added up as it adds them up, and
compared with what `followrag score` says of the same responses.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from followrag.items import DATASETS

Rows = Sequence[dict[str, Any]]
NAMES = {
    "strict_prompt": "prompt_level_strict_acc",
    "strict_instruction": "inst_level_strict_acc",
    "loose_prompt": "prompt_level_loose_acc",
    "loose_instruction": "inst_level_loose_acc",  # the published IF
}


def published(rows: Rows) -> dict[str, float]:
    """Add verdicts up as the published evaluator does."""
    scores = {}
    for reading in ("strict", "loose"):
        verdicts = [row[reading] for row in rows]
        prompts = sum(all(row) for row in verdicts) / len(verdicts)
        instructions = sum(map(sum, verdicts)) / sum(map(len, verdicts))
        scores[f"{reading}_prompt"] = round(prompts * 100, 2)
        scores[f"{reading}_instruction"] = round(instructions * 100, 2)
    return scores


def ours(figures: dict[str, Any]) -> dict[str, float]:
    return {name: round(figures[ours]["value"] * 100, 2) for name, ours in NAMES.items()}


@pytest.fixture(scope="module", params=["compose0", "compose0.15"])
def scored(
    request: pytest.FixtureRequest,
    shared: Path,
    oracle: Callable[[str], list[dict[str, Any]]],
    command: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Rows, dict[str, Any]]:
    """The oracle's verdicts on some responses, and the figures of `followrag score` for them."""
    rows = [row for row in oracle("followrag_verdicts.jsonl.gz") if row["family"] == request.param]
    keys = {row["key"] for row in rows}
    folder = tmp_path_factory.mktemp("headline")
    items = [
        item
        for type in DATASETS
        if (path := shared / f"data/followrag/followRAG_{type}.json").exists()
        for item in json.loads(path.read_text())
        if item["key"] in keys
    ]
    (folder / "items.json").write_text(json.dumps(items))
    (folder / "responses.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = ("--items", folder / "items.json", "--json")
    done = command("score", folder / "responses.jsonl", *asked)
    assert done.returncode == 0, done.stderr
    return rows, json.loads(done.stdout)


def test_the_overall_figures(scored: tuple[Rows, dict[str, Any]]) -> None:
    rows, figures = scored
    assert ours(figures["overall"]) == published(rows)


@pytest.mark.parametrize("type", ["ifnq", "iftq"])
def test_the_figures_of_a_dataset(scored: tuple[Rows, dict[str, Any]], type: str) -> None:
    rows, figures = scored
    of_type = [row for row in rows if row["type"] == type]
    assert len(of_type) > 100
    assert ours(figures["by_dataset"][DATASETS[type]]) == published(of_type)
