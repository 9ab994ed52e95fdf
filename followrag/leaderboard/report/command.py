"""`followrag report`: runs on one page to explore, and charts as images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from followrag.files import require_no_folder, write_whole, writing_to
from followrag.leaderboard.reading.finding import find_runs
from followrag.leaderboard.reading.reported import ReportedTable
from followrag.leaderboard.report.chart import number_of
from followrag.leaderboard.report.contents import contents, counted, drawn
from followrag.leaderboard.report.page import page
from followrag.leaderboard.report.rows import Rows, rows_of
from followrag.leaderboard.tables.board import Board, make_boards
from followrag.leaderboard.tables.command_line import Headline, Runs, print_problems
from followrag.leaderboard.texts import one_line
from followrag.printing import printing_if_possible

_MOST_WITH_ROWS = 10
_REMEDY = "name another file with --out"


def report(
    runs: Runs,
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
    headline: Headline = None,
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
    with writing_to(out, _REMEDY):
        require_no_folder(out)
    found = find_runs(runs)
    boards, left_out = make_boards(found.entries, headline)
    shown = sum(len(board.places) for board in boards)
    kept = rows or ("failing" if shown <= _MOST_WITH_ROWS else "none")
    texts = [Rows(None, [], []) if kept == "none" else rows_of(board, kept) for board in boards]
    problems = [*found.problems, *left_out, *(p for rows in texts for p in rows.problems)]
    print_problems(problems)
    if boards or found.reported:
        pictures = drawn(boards)
        told = contents(pictures, found.reported, problems, texts)
        content = page(title, told, [rows.shards for rows in texts])
        with writing_to(out, _REMEDY):
            write_whole(out, [content])
        with printing_if_possible():
            said = _said(boards, found.reported, kept, is_default=rows is None)
            print(f"{one_line(str(out))}: {said}")
        if images is not None:
            from followrag.leaderboard.report.images import write_images

            written = write_images(pictures, images, image_format)
            with printing_if_possible():
                print(f"{one_line(str(images))}: {number_of(len(written), 'image')}")
    if problems:
        raise typer.Exit(2)


def _said(
    boards: Sequence[Board], reported: Sequence[ReportedTable], kept: str, is_default: bool
) -> str:
    said = counted(boards, reported)
    if boards:
        which = {"failing": "with their failing rows", "all": "with all rows"}
        said[0] += f", {which.get(kept, 'without rows')}"
        if kept == "none" and is_default:
            said[0] += " (`--rows failing` puts failing ones in)"
    return "; ".join(said)
