"""`followrag leaderboard`: runs ranked in tables."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from followrag.errors import InputError
from followrag.files import require_no_folder, write_whole, writing_to
from followrag.leaderboard.outcomes import Grouping
from followrag.leaderboard.reading.finding import find_runs
from followrag.leaderboard.reading.reported import ReportedTable
from followrag.leaderboard.tables.board import Board, make_boards
from followrag.leaderboard.tables.command_line import Headline, Runs, print_problems
from followrag.leaderboard.tables.data_formats import csv_text, json_bytes
from followrag.leaderboard.tables.grids import Grid, board_grid, group_grid, reported_grid
from followrag.leaderboard.tables.modes import mode_grids
from followrag.leaderboard.tables.robustness import robustness_grids
from followrag.leaderboard.tables.terminal import show_grid
from followrag.printing import print_bytes, printing, printing_if_possible
from followrag.records import Problem

_REMEDY = "name another place with --out"

Format = Literal["table", "markdown", "csv", "latex", "json", "every_eval_ever"]


def leaderboard(
    runs: Runs,
    by: Annotated[
        Grouping | None, typer.Option(help="Show one metric by group instead of all metrics.")
    ] = None,
    headline: Headline = None,
    format: Annotated[Format, typer.Option(help="What to write.")] = "table",
    out: Annotated[
        Path | None,
        typer.Option(help="File to write instead of standard output; every_eval_ever: a folder."),
    ] = None,
) -> None:
    """Rank runs: a table for each set of items, the best model first.

    Models share a rank where no paired difference among them is significant. Runs that can't be
    used are named on standard error, the others are shown all the same; the exit code is then 2.
    """
    if format == "every_eval_ever" and out is None:
        raise InputError("every_eval_ever: has a file for each run; name a folder with --out")
    if format == "every_eval_ever" and by is not None:
        raise InputError(f"--by {by}: every_eval_ever has no such groups; leave --by out")
    if format != "every_eval_ever" and out is not None:
        with writing_to(out, _REMEDY):
            require_no_folder(out)
    found = find_runs(runs)
    print_problems(found.problems)
    boards, left_out = make_boards(found.entries, headline)
    print_problems(left_out)
    problems = [*found.problems, *left_out]
    if boards or found.reported or format == "json":
        to_file = writing_to(out, _REMEDY) if out else printing()
        with to_file:
            _write(format, out, boards, found.reported, problems, by, headline)
    if problems:
        raise typer.Exit(2)


def _write(
    format: Format,
    out: Path | None,
    boards: Sequence[Board],
    reported: Sequence[ReportedTable],
    problems: Sequence[Problem],
    by: Grouping | None,
    headline: str | None,
) -> None:
    match format:
        case "every_eval_ever":
            from followrag.leaderboard.tables.every_eval_ever import export

            assert out is not None
            written = export(boards, reported, out)
            with printing_if_possible():
                print(f"{written} records written to {out}")
        case "json":
            _put(json_bytes(boards, reported, problems, by, headline), out)
        case "csv":
            _put(_encoded(csv_text(boards, reported, by, headline)), out)
        case "table" if out is None:
            for grid in _grids(boards, reported, by, headline):
                show_grid(grid)
        case _:
            grids = _grids(boards, reported, by, headline)
            _put(_encoded("\n".join(_marked_up(format, grid) for grid in grids)), out)


def _grids(
    boards: Sequence[Board],
    reported: Sequence[ReportedTable],
    by: Grouping | None,
    headline: str | None,
) -> Iterator[Grid]:
    if by == "condition":
        yield from robustness_grids(boards, headline)
    else:
        for board in boards:
            yield board_grid(board) if by is None else group_grid(board, by, headline)
            yield from mode_grids(board, by, headline)
    yield from map(reported_grid, reported)


def _marked_up(format: Format, grid: Grid) -> str:
    from followrag.leaderboard.tables.markup import latex, markdown

    if format == "table":
        with contextlib.redirect_stdout(io.StringIO()) as text:
            show_grid(grid)
        return text.getvalue().rstrip() + "\n"
    return latex(grid) if format == "latex" else markdown(grid)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="backslashreplace")


def _put(content: bytes, out: Path | None) -> None:
    if out is not None:
        write_whole(out, [content])
    else:
        print_bytes(content)
