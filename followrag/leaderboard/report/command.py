"""`followrag report`: runs on one page to explore, and charts as images."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from followrag.errors import OutputError
from followrag.files import write_whole
from followrag.leaderboard.reading.finding import find_runs
from followrag.leaderboard.report.chart import number_of
from followrag.leaderboard.report.contents import contents, drawn
from followrag.leaderboard.report.page import page
from followrag.leaderboard.report.rows import Rows, rows_of
from followrag.leaderboard.tables.board import Board, make_boards
from followrag.leaderboard.texts import one_line

_MOST_WITH_ROWS = 10


def report(
    runs: Annotated[
        list[str],
        typer.Argument(
            help="Run folders, lm-eval results and samples, folders of these, NAME=PATH to name a "
            "run's model, or `reported` for the papers' figures."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The page to write.")] = Path(
        "report.html"
    ),
    rows: Annotated[
        Literal["failing", "all", "none"] | None,
        typer.Option(
            help="Which rows the page holds with prompt, response and reasons; failing with at "
            f"most {_MOST_WITH_ROWS} runs, else none."
        ),
    ] = None,
    headline: Annotated[
        str | None,
        typer.Option(
            help="Metric to rank by; followrag where every run has it, else inst_level_loose_acc."
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="The page's heading.")] = "Runs compared",
    images: Annotated[
        Path | None,
        typer.Option(help="Folder to write each chart to as an image; needs followrag[images]."),
    ] = None,
    image_format: Annotated[
        Literal["svg", "png"], typer.Option(help="What kind of images to write.")
    ] = "svg",
) -> None:
    """Make one page of runs that works offline: tables, charts and single rows.

    Runs that can't be used are named on standard error and on the page, the others are shown all
    the same; the exit code is then 2.
    """
    if images is not None:
        from followrag.leaderboard.report.images import require_kaleido

        require_kaleido()
    found = find_runs(runs)
    boards, left_out = make_boards(found.entries, headline)
    shown = sum(len(board.places) for board in boards)
    kept = rows or ("failing" if shown <= _MOST_WITH_ROWS else "none")
    texts = [Rows(None, [], []) if kept == "none" else rows_of(board, kept) for board in boards]
    problems = [*found.problems, *left_out, *(p for rows in texts for p in rows.problems)]
    for problem in problems:
        print(f"error: {one_line(str(problem))}", file=sys.stderr)
    if boards or found.reported:
        pictures = drawn(boards)
        told = contents(pictures, found.reported, problems, texts)
        _write(out, page(title, told, [rows.shards for rows in texts]))
        print(f"{one_line(str(out))}: {_said(boards, kept, is_default=rows is None)}")
        if images is not None:
            from followrag.leaderboard.report.images import write_images

            written = write_images(pictures, images, image_format)
            print(f"{one_line(str(images))}: {number_of(len(written), 'image')}")
    if problems:
        raise typer.Exit(2)


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, [content])
    except OSError as error:
        raise OutputError(f"{path}: can't be written ({error.strerror})") from error


def _said(boards: Sequence[Board], kept: str, is_default: bool) -> str:
    runs = number_of(sum(len(board.places) for board in boards), "run")
    which = {"failing": "with their failing rows", "all": "with all rows", "none": "without rows"}
    hint = " (`--rows failing` puts failing ones in)" if kept == "none" and is_default else ""
    return f"{runs} on {number_of(len(boards), 'set')} of items, {which[kept]}{hint}"
