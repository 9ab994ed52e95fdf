"""How fast `followrag build` is, and how even: 10,000 questions of the demo corpus' words.

    python benchmarks/build_speed.py [QUESTIONS]

Prints seconds, the share of items that both modes can follow, and how far the most and the least
used constraint are from the mean.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from followrag import demo, load_items
from followrag.building.draws import Draws
from followrag.verifiers import Constraint, Response, compose

_WORDS_A_PASSAGE = 100


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        questions, out = Path(folder) / "questions.jsonl", Path(folder) / "built"
        questions.write_text("".join(json.dumps(_row(number)) + "\n" for number in range(count)))
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "followrag", "build", questions, "--out", out], check=True
        )
        seconds = time.perf_counter() - start
        items = load_items(out / "items.jsonl")
    print(f"{len(items):,} items of {count:,} questions in {seconds:.1f} s")
    followed = sum(
        all(
            _is_followed(item.constraints_in(mode), item.golds[0])
            for mode in ("reference", "fixed")
        )
        for item in items
    )
    print(f"can be followed in both modes: {followed / len(items):.2%}")
    used = Counter(id for item in items for id in item.instruction_id_list)
    sizes = Counter(len(item.constraints) for item in items)
    mean = used.total() / len(used)
    low, high = min(used.values()) / mean - 1, max(used.values()) / mean - 1
    print(f"{len(used)} constraints, {mean:.1f} times each on average, {low:+.2%} to {high:+.2%}")
    print(f"items by number of constraints: {dict(sorted(sizes.items()))}")


def _is_followed(constraints: tuple[object, ...], answer: str) -> bool:
    asked = [constraint for constraint in constraints if isinstance(constraint, Constraint)]
    response = Response(compose(asked, answer))
    return all(constraint.check(response).passed for constraint in asked)


def _row(number: int) -> dict[str, object]:
    """Make up a question with an answer and three passages."""
    draws = Draws("build speed", number)
    passages = []
    third = len(_WORDS) // 3
    for place in range(3):
        start = place * third + int(draws.number() * (third - _WORDS_A_PASSAGE))
        text = " ".join(_WORDS[start : start + _WORDS_A_PASSAGE])
        passages.append({"title": draws.one(_WORDS), "content": text})
    return {
        "question": f"what is number {number} of {_said(draws, 5)}?",
        "answers": [_said(draws, 2).title()],
        "passages": passages,
    }


def _said(draws: Draws, count: int) -> str:
    return " ".join(draws.one(_LONG_WORDS) for _ in range(count))


_WORDS = " ".join(passage["content"] for row in demo.rows() for passage in row["passages"]).split()
_LONG_WORDS = [word for word in _WORDS if len(word) > 3]


if __name__ == "__main__":
    main()
