"""What a command that scored rows prints, and whether it went well."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from followrag.records import Problem
from followrag.responses import error_reasons
from followrag.scoring import Row
from followrag.summary import Summary
from followrag.tables import show, summary_tables

_SHOWN = 10


def print_figures(title: str, summary: Summary) -> None:
    """Print a run's figures to standard output."""
    if summary.reference is not None:
        title += ", fixed mode"
    for table in summary_tables(title, summary):
        show(table)
    _print_counts(summary)


def print_warnings(rows: Sequence[Row], problems: Sequence[Problem]) -> None:
    """Print what could not be checked or read to standard error."""
    _print_list(
        "rows or constraints could not be checked and count as not followed",
        [
            reason if times == 1 else f"{reason} ({times} times)"
            for reason, times in error_reasons(rows).items()
        ],
    )
    _print_list("input rows could not be used", [str(problem) for problem in problems])


def has_errors(summary: Summary, problems: Sequence[Problem]) -> bool:
    """Tell whether anything could not be checked or read."""
    counts = summary.counts
    return bool(problems or counts.errors or counts.constraint_errors or counts.sample_errors)


def _print_counts(summary: Summary) -> None:
    counts = summary.counts
    parts = [f"{counts.rows} rows"]
    parts += [
        f"{number} {what}"
        for number, what in (
            (counts.errors, "error rows"),
            (counts.constraint_errors, "constraint errors"),
            (counts.empty, "empty responses"),
            (counts.thinking_removed, "with reasoning removed"),
            (counts.thinking_unclosed, "with unclosed reasoning, scored as empty"),
            (counts.sample_errors, "errors among further responses"),
            (counts.fewer_samples, f"with fewer than {counts.samples} responses, left out of PIF"),
            (counts.judged, "rated by the judge"),
            (counts.judge_errors, "judge errors"),
        )
        if number
    ]
    print(", ".join(parts))


def _print_list(what: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    print(f"warning: {len(lines)} {what}:", file=sys.stderr)
    for line in lines[:_SHOWN]:
        print(f"  {line}", file=sys.stderr)
    if len(lines) > _SHOWN:
        print(f"  and {len(lines) - _SHOWN} more", file=sys.stderr)
