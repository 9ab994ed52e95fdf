"""How often comparisons keep what they promise: the tables of docs/statistics.md.

Runs are drawn from known chances and compared by
`followrag.leaderboard.statistics.differences.paired`. It counts the intervals that hold the true
difference, that leave 0 out, and that lie below 0, and the p values of 0.05 and less. With 10,000
draws the Monte Carlo error of a figure of 5% is 0.2 points.

    python benchmarks/statistics_simulated.py [--draws 10000] [--seed 0]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tabulate import tabulate

from followrag.leaderboard.metrics import metric
from followrag.leaderboard.outcomes import Outcomes
from followrag.leaderboard.statistics.differences import paired
from followrag.leaderboard.statistics.power import paired_spread, smallest_effect

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from simulated_runs import groups, pair

METRICS = ("prompt_level_loose_acc", "inst_level_loose_acc", "followrag")
Sides = tuple[list[Outcomes], list[Outcomes]]


class Case(NamedTuple):
    """A row of a table: its first cells, what is drawn, and what is true of it."""

    cells: list[str]
    metric: str
    draw: Callable[[np.random.Generator], Sides]
    effect: float = 0.0


def two_runs(name: str, prompts: int, changed: float, effect: float = 0.0) -> Case:
    """Describe a run each, which differ on a share of the constraints and answers."""
    most = 1 if name.startswith("prompt_level") else 4

    def draw(random: np.random.Generator) -> Sides:
        base, candidate = pair(random, prompts, changed, effect, most=most)
        return [base], [candidate]

    cells = [name, str(prompts), f"{changed:.0%}", f"{100 * effect:+.1f}" if effect else "0"]
    return Case(cells, name, draw, effect)


def several_runs(prompts: int, sizes: tuple[int, int], between: float) -> Case:
    """Describe several runs of equal models, whose ability differs from run to run."""
    cells = [METRICS[1], str(prompts), f"{sizes[0]} and {sizes[1]}", f"{between:g}"]
    return Case(cells, METRICS[1], lambda random: groups(random, prompts, sizes, between))


def equal_runs() -> Iterator[Case]:
    sizes = ((50, 0.1), (300, 0.02), (300, 0.1), (700, 0.1), (2800, 0.02), (2800, 0.1))
    for name, (prompts, changed) in product(METRICS, sizes):
        yield two_runs(name, prompts, changed)


def different_runs() -> Iterator[Case]:
    truths = ((50, 0.1, -0.05), (300, 0.02, -0.02), (300, 0.1, -0.05), (2800, 0.1, 0.05))
    for name, truth in product(METRICS, truths):
        yield two_runs(name, *truth)


def planned() -> Iterator[Case]:
    for prompts, changed in product((2100, 700, 300), (0.05, 0.1, 0.2)):
        drop = smallest_effect(prompts, paired_spread(changed))
        yield two_runs(METRICS[0], prompts, changed, -drop)


def equal_models() -> Iterator[Case]:
    for sizes, between in product(((1, 1), (1, 2), (2, 2), (3, 3), (5, 5)), (0.0, 0.1, 0.3)):
        yield several_runs(300, sizes, between)


TABLES = (
    ("Equal runs", ("changed", "truth"), equal_runs),
    ("Different runs", ("changed", "truth"), different_runs),
    ("Planned differences", ("changed", "truth"), planned),
    ("Equal models, several runs", ("runs", "between runs"), equal_models),
)


def rates(case: Case, draws: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    counts = np.zeros(4)
    for _ in range(draws):
        found = paired(metric(case.metric), *case.draw(random))
        assert found is not None
        counts += (
            found.low <= case.effect <= found.high,
            found.low > 0 or found.high < 0,
            found.high < 0,
            found.p <= 0.05,
        )
    return [f"{100 * count / draws:.1f}" for count in counts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for title, names, cases in TABLES:
        columns = ["metric", "prompts", *names, "holds", "leaves 0 out", "below 0", "p <= 0.05"]
        rows = [case.cells + rates(case, options.draws, options.seed) for case in cases()]
        print(f"{title} (percent of {options.draws} draws)\n")
        print(tabulate(rows, columns, "pipe", disable_numparse=True), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
