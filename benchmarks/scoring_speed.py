"""Scoring speed beside lm-eval's own ifeval functions: the same rows, one process, one run.

Both score the 2,100 public FollowRAG items, strict and loose, with one published response each
(ids mapped to IFEval's for lm-eval, langdetect seeded for both). Both are warmed up first, so that
neither pays for loading language profiles. Prints the ratio of the times, and whether every
verdict is equal; ends with exit code 1 if one is not.

    python benchmarks/scoring_speed.py [--shared ../shared]
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from followrag import Item, load_items, score_item
from followrag.verifiers import constraint_class

Scores = list[tuple[list[bool], list[bool]]]
PUNKT = Path(__file__).parents[1] / "followrag" / "verifiers" / "punkt" / "english"


def main() -> None:
    """Time both on all rows, once, and compare their verdicts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    items, responses = load(parser.parse_args().shared)
    reference = lm_eval_scorer()
    warm_up, places = range(20), range(len(items))
    ours(items, responses, warm_up)
    theirs(reference, items, responses, warm_up)

    our_seconds, our_scores = timed(lambda: ours(items, responses, places))
    their_seconds, their_scores = timed(lambda: theirs(reference, items, responses, places))
    differing = sum(a != b for a, b in zip(our_scores, their_scores, strict=True))
    print(f"{len(items)} rows, of which {differing} have a differing verdict")
    for name, seconds in (("lm-eval", their_seconds), ("followrag", our_seconds)):
        print(f"{name}: {seconds:.2f} s, {1e3 * seconds / len(items):.2f} ms a row")
    print(f"ratio: {their_seconds / our_seconds:.1f}")
    sys.exit(differing > 0)


def load(shared: Path) -> tuple[list[Item], list[str]]:
    """Pair each public item with its first published response."""
    items = list(load_items("followrag", str(shared / "data" / "followrag")))
    first: dict[int, str] = {}
    with gzip.open(shared / "oracles" / "followrag_verdicts.jsonl.gz", "rt") as file:
        for line in file:
            row = json.loads(line)
            first.setdefault(row["key"], row["response"])
    # Items without a published response borrow the next one's: verdicts are compared all the same.
    pool = list(first.values())
    return items, [
        first.get(int(item.key), pool[place % len(pool)]) for place, item in enumerate(items)
    ]


def ours(items: list[Item], responses: list[str], places: range) -> Scores:
    """Score with this package, from items whose constraints are not built yet."""
    scores = []
    for place in places:
        row = score_item(items[place].model_copy(), responses[place])
        scores.append((row.strict, row.loose))
    return scores


def theirs(
    reference: Callable[..., dict[str, Any]],
    items: list[Item],
    responses: list[str],
    places: range,
) -> Scores:
    """Score with lm-eval's ifeval task."""
    scores = []
    for place in places:
        item = items[place]
        doc = {
            "key": item.key,
            "prompt": item.prompt,
            "instruction_id_list": [
                constraint_class(i).ifeval_id for i in item.instruction_id_list
            ],
            "kwargs": item.kwargs,
        }
        found = reference(doc, [responses[place]])
        scores.append((found["inst_level_strict_acc"], found["inst_level_loose_acc"]))
    return scores


def lm_eval_scorer() -> Callable[..., dict[str, Any]]:
    """Import lm-eval's scorer, with the Punkt data that it would download in a folder."""
    folder = Path(tempfile.mkdtemp())
    english = folder / "tokenizers" / "punkt_tab" / "english"
    shutil.copytree(PUNKT, english)
    os.environ["NLTK_DATA"] = str(folder)
    from langdetect import DetectorFactory

    DetectorFactory.seed = 0
    with contextlib.redirect_stdout(io.StringIO()):
        from lm_eval.tasks.ifeval.utils import process_results
    return process_results  # type: ignore[no-any-return]


def timed(work: Callable[[], Scores]) -> tuple[float, Scores]:
    """Run something and say how many seconds it took."""
    start = time.perf_counter()
    scores = work()
    return time.perf_counter() - start, scores


if __name__ == "__main__":
    main()
