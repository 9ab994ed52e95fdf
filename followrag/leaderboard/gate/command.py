"""`followrag compare`: the release gate."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from followrag.errors import FollowragError, InputError, OutputError
from followrag.leaderboard.gate import github
from followrag.leaderboard.gate.comparable import kinds
from followrag.leaderboard.gate.comparison import Comparison, compare_runs
from followrag.leaderboard.gate.outputs import (
    Outcome,
    Written,
    outputs_at,
    remove,
    rendered,
    rendered_markdown,
    write,
)
from followrag.leaderboard.gate.policy import Policy, read_policy
from followrag.leaderboard.gate.writers import print_text
from followrag.leaderboard.settings import KINDS
from followrag.printing import print_bytes, printing_if_possible, tell


def compare(
    base: Annotated[
        str,
        typer.Argument(
            help="Run folder, folder of runs with different seeds, lm-eval results or samples, or "
            "baseline file."
        ),
    ],
    candidate: Annotated[str, typer.Argument(help="The same, of what may be released.")],
    policy: Annotated[
        Path | None, typer.Option(help="TOML file: which metrics gate, margins; see docs/ci.md.")
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(help="Tolerated drop in percent points, of every gate; else the policy's, 2."),
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="The task to compare, where a side has several.")
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar=f"<{'|'.join(KINDS)}>",
            help="Compare although settings of this kind differ; repeatable.",
        ),
    ] = None,
    format: Annotated[Literal["text", Written], typer.Option(help="What to print.")] = "text",
    out: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="Also write to this file: .md, .json or .xml (JUnit); repeatable."
        ),
    ] = None,
    annotate: Annotated[
        bool,
        typer.Option(
            "--github", help="Annotate a GitHub workflow; by itself where GITHUB_ACTIONS is true."
        ),
    ] = False,
) -> None:
    """Tell whether a candidate is worse than a base: REGRESSED, PASS or INCONCLUSIVE.

    Ends with exit code 1, 0 or 3, and with 2 where the input can't be used or compared.
    """
    outputs = outputs_at(out or [], (base, candidate), policy)
    remove(outputs)
    outcome = _outcome(base, candidate, policy, margin, task, allow or [])
    if format == "text" and isinstance(outcome, Comparison):
        with printing_if_possible():
            print_text(outcome)
    outcome = write(outputs, outcome)
    if format != "text":
        with printing_if_possible():
            print_bytes(rendered(outcome, format))
    if annotate or github.is_github(os.environ):
        _annotate(outcome, is_text=format == "text")
    if isinstance(outcome, FollowragError):
        raise outcome
    raise typer.Exit(outcome.decision.exit_code)


def _outcome(
    base: str,
    candidate: str,
    policy: Path | None,
    margin: float | None,
    task: str | None,
    allow: Sequence[str],
) -> Outcome:
    try:
        rules = Policy() if policy is None else read_policy(policy)
        if margin is not None:
            rules = rules.with_margin(margin)
        return compare_runs(base, candidate, rules, task, kinds(allow))
    except InputError as error:
        return InputError(github.shown_lines(str(error)))


def _annotate(outcome: Outcome, is_text: bool) -> None:
    if isinstance(outcome, Comparison):
        lines = github.annotation_lines(outcome)
    else:
        lines = [github.unusable_annotation(str(outcome))]
    with printing_if_possible():
        for line in lines:
            if is_text:
                print(line)
            else:
                tell(line)
    try:
        github.append_summary(os.environ, rendered_markdown(outcome))
    except OutputError as error:
        tell(f"warning: {error}")
