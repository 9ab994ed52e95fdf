"""The built-in demo: a corpus and questions written for this project.

`corpus.jsonl` holds short passages, `questions.jsonl` the questions with the ids of their three
passages. Items are put together from both, in the published prompt.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from followrag.items import Passage
from followrag.prompts import build_prompt

_FOLDER = Path(__file__).parent


def rows() -> list[dict[str, Any]]:
    """Build the demo's item rows, in the shape of the published files."""
    corpus = {
        row["id"]: Passage(title=row["title"], content=row["content"])
        for row in _lines("corpus.jsonl")
    }
    return [_row(question, corpus) for question in _lines("questions.jsonl")]


def _row(question: dict[str, Any], corpus: dict[str, Passage]) -> dict[str, Any]:
    passages = [corpus[id] for id in question["passages"]]
    return {
        **question,
        "prompt": build_prompt(passages, question["question_with_instrs"]),
        "answer_gold": "/".join(question["answers"]),
        "passages": [passage.model_dump() for passage in passages],
    }


def _lines(name: str) -> list[dict[str, Any]]:
    with (_FOLDER / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
