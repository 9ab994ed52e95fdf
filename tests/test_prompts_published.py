"""The prompt, byte for byte as published."""

from __future__ import annotations

from pathlib import Path

from followrag import load_items
from followrag.prompts import build_prompt


def test_every_published_prompt_is_rebuilt_byte_for_byte(shared: Path) -> None:
    items = load_items("followrag", str(shared / "data/followrag"))
    rebuilt = [build_prompt(item.passages, item.question_with_instrs) for item in items]
    assert len(rebuilt) == 2100
    assert rebuilt == [item.prompt for item in items]


def test_the_demos_prompts_are_the_published_one() -> None:
    items = load_items("followrag_demo")
    rebuilt = [build_prompt(item.passages, item.question_with_instrs) for item in items]
    assert rebuilt == [item.prompt for item in items]
