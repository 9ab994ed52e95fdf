"""Runs to rank, compare and report, made from the demo and of synthetic rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lm_eval_layouts import Pair, evaluate, read_pair

from followrag import load_items
from followrag.baseline import oracle_answer
from followrag.leaderboard.outcomes import Check, Outcomes, RowOutcome
from followrag.runs import write_run
from followrag.scoring import Row, score_item
from followrag.summary import summarise

IDS = ("length_words", "format_json", "keywords_inclusion", "structure_title")
DATASETS = ("nq", "tqa", "hotpotqa", "webq")


@cache
def _demo_row(place: int, is_good: bool) -> Row:
    item = load_items("followrag_demo")[place]
    good, bad = oracle_answer(item), "I do not know, sorry."
    return score_item(item, good if is_good else bad)


MakeRun = Callable[..., Path]


@pytest.fixture(scope="session")
def write_demo_run() -> MakeRun:
    """Write a real run folder of the demo's 72 items, part of them answered well."""

    def write(
        folder: Path, model: str = "model", skill: float = 0.7, seed: int = 0, **settings: Any
    ) -> Path:
        chance = np.random.default_rng(seed)
        items = load_items("followrag_demo")
        rows = [_demo_row(place, bool(chance.random() < skill)) for place in range(len(items))]
        manifest = {"model": model, "generation_kwargs": {"temperature": 0.0}, **settings}
        write_run(folder, items, rows, summarise(rows), manifest)
        return folder

    return write


@pytest.fixture(scope="session")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that `followrag eval` has written, to be read only: see `evaluate`."""
    return evaluate(tmp_path_factory.mktemp("evaluated"))


@pytest.fixture(scope="session")
def recorded(evaluated: Path) -> Pair:
    return read_pair(evaluated)


@pytest.fixture
def pair(recorded: Pair) -> Pair:
    """What lm-eval's files in `evaluated` hold, free to be changed."""
    return recorded.copy()


@pytest.fixture
def make_outcomes() -> Callable[..., Outcomes]:
    """Draw outcomes: prompts of 1 to 4 constraints that hang together, the same for each seed."""

    def make(
        prompts: int = 300,
        skill: float = 0.7,
        answering: float = 0.5,
        seed: int = 0,
        items: int = 0,
    ) -> Outcomes:
        what, how = np.random.default_rng(items), np.random.default_rng([seed, 1])
        rows = []
        for number in range(prompts):
            asked = what.choice(IDS, size=1 + number % 4, replace=False)
            hard = what.normal()
            chance = 1 / (1 + np.exp(-(np.log(skill / (1 - skill)) - hard)))
            checks = []
            for id in asked:
                loose = bool(how.random() < chance)
                checks.append(Check(str(id), loose and bool(how.random() < 0.95), loose, False))
            answered = float(how.random() < answering)
            response = int(how.integers(2**63))
            dataset = DATASETS[number % 4]
            rows.append(
                RowOutcome(
                    str(number),
                    dataset,
                    checks,
                    answered,
                    length=100,
                    digest=response,
                    qa_acc_unwrapped=answered,
                    qa_acc_other_language=answered,
                )
            )
        return Outcomes.of(rows)

    return make
