"""What the commands over many runs have in common: arguments, and how problems are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from followrag.leaderboard.texts import one_line
from followrag.printing import tell
from followrag.records import Problem

Runs = Annotated[
    list[str],
    typer.Argument(
        help="Run folders, lm-eval results and samples, folders of these, NAME=PATH to name a "
        "run's model, or `reported` for the papers' figures."
    ),
]
Headline = Annotated[
    str | None,
    typer.Option(
        help="Metric to rank by; followrag where every run has it, else inst_level_loose_acc."
    ),
]


def print_problems(problems: Iterable[Problem]) -> None:
    """Name on standard error what can't be used, a line each."""
    for problem in problems:
        tell(f"error: {one_line(str(problem))}")
