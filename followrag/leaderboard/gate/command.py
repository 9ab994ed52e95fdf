"""`followrag compare`: the release gate."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from followrag.errors import InputError, OutputError
from followrag.files import json_line, write_whole
from followrag.leaderboard.gate import github
from followrag.leaderboard.gate.comparison import Comparison, compare_runs
from followrag.leaderboard.gate.junit import junit, junit_unusable
from followrag.leaderboard.gate.policy import Policy, read_policy
from followrag.leaderboard.gate.record import comparison_record, unusable_record
from followrag.leaderboard.gate.writers import markdown, markdown_unusable, print_text
from followrag.leaderboard.settings import KINDS, Kind

_Outcome = Comparison | InputError
_Format = Literal["text", "markdown", "json", "junit"]


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
    format: Annotated[_Format, typer.Option(help="What to print.")] = "text",
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
    writers = [(path, _writer(path)) for path in out or []]
    outcome = _outcome(base, candidate, policy, margin, task, allow or [])
    for path, write in writers:
        try:
            write_whole(path, [write(outcome)])
        except OSError as error:
            raise OutputError(f"{path}: can't be written to ({error.strerror})") from error
    if format != "text":
        print(_WRITERS[format](outcome).decode(), end="")
    elif isinstance(outcome, Comparison):
        print_text(outcome)
    if annotate or github.is_github(os.environ):
        _annotate(outcome, is_text=format == "text")
    if isinstance(outcome, InputError):
        raise outcome
    raise typer.Exit(outcome.decision.exit_code)


def _outcome(
    base: str,
    candidate: str,
    policy: Path | None,
    margin: float | None,
    task: str | None,
    allow: Sequence[str],
) -> _Outcome:
    try:
        rules = Policy() if policy is None else read_policy(policy)
        if margin is not None:
            rules = rules.with_margin(margin)
        return compare_runs(base, candidate, rules, task, [_kind(name) for name in allow])
    except InputError as error:
        return error


def _kind(name: str) -> Kind:
    for kind in KINDS:
        if name == kind:
            return kind
    raise InputError(f"--allow {name}: is no kind of setting; one of {', '.join(KINDS)}")


def _writer(path: Path) -> Callable[[_Outcome], bytes]:
    for name, suffix in (("markdown", ".md"), ("json", ".json"), ("junit", ".xml")):
        if path.suffix == suffix:
            return _WRITERS[name]
    raise InputError(f"{path}: ends in none of .md, .json and .xml; name the file so")


def _markdown(outcome: _Outcome) -> bytes:
    if isinstance(outcome, Comparison):
        return markdown(outcome).encode()
    return markdown_unusable(str(outcome)).encode()


def _json(outcome: _Outcome) -> bytes:
    if isinstance(outcome, Comparison):
        return json_line(comparison_record(outcome), indent=2)
    return json_line(unusable_record(str(outcome)), indent=2)


def _junit(outcome: _Outcome) -> bytes:
    return junit(outcome) if isinstance(outcome, Comparison) else junit_unusable(str(outcome))


_WRITERS = {"markdown": _markdown, "json": _json, "junit": _junit}


def _annotate(outcome: _Outcome, is_text: bool) -> None:
    if isinstance(outcome, Comparison):
        lines = github.annotation_lines(outcome)
    else:
        lines = [github.unusable_annotation(str(outcome))]
    for line in lines:
        print(line, file=sys.stdout if is_text else sys.stderr)
    github.append_summary(os.environ, _markdown(outcome).decode())
