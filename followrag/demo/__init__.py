"""The built-in demo: a corpus and questions written for this project, and what is built of them.

`corpus.jsonl` holds short passages and `questions.jsonl` the questions with their answers and the
ids of their passages. `items.jsonl` is what `followrag build` makes of the two; after a change of
either, or of the builder, build it again:

    followrag build followrag/demo/questions.jsonl --passages followrag/demo/corpus.jsonl --out demo
    cp demo/items.jsonl followrag/demo/
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ITEMS = FOLDER / "items.jsonl"


def rows() -> list[dict[str, Any]]:
    """Read the demo's item rows, in the shape of the published files."""
    with ITEMS.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
