"""`followrag baseline update`: a run as a file to commit and to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from followrag.errors import InputError, OutputError
from followrag.files import write_whole
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.gate.aligning import align
from followrag.leaderboard.gate.baseline_file import (
    baseline_bytes,
    is_baseline,
    read_baseline,
    without_folder,
)
from followrag.leaderboard.gate.flips import Flip, flips
from followrag.leaderboard.gate.sides import Side, make_side, read_side
from followrag.leaderboard.gate.wording import SHOWN, listed, points
from followrag.leaderboard.metrics import METRICS
from followrag.leaderboard.texts import one_line
from followrag.tables import Table, show

WOULD_CHANGE = 1

baseline = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@baseline.callback()
def _baseline() -> None:
    """Keep a run as a small file, to commit and to compare with."""


@baseline.command()
def update(
    file: Annotated[Path, typer.Argument(metavar="BASELINE.json", help="The file to write.")],
    run: Annotated[
        str,
        typer.Argument(help="Run folder, folder of runs with different seeds, or lm-eval results."),
    ],
    task: Annotated[str | None, typer.Option(help="The task, where there are several.")] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; end with exit code 1 if it would change."),
    ] = False,
) -> None:
    """Write a run's settings, figures and verdicts into a file, and show what changes in it.

    Prompts and responses are not in it. Commit the file: its diff has a line for each row that
    changed.
    """
    side = read_side(run, task)
    written = baseline_bytes(side.entries)
    if _content(file) == written:
        print(f"{one_line(str(file))}: holds this run already")
        return
    old = _old_side(file)
    for table in _figure_tables(old, side):
        show(table)
    if old is not None:
        for line in _changes(old, side):
            print(line)
    if check:
        print(f"{one_line(str(file))}: would change")
        raise typer.Exit(WOULD_CHANGE)
    try:
        write_whole(file, [written])
    except OSError as error:
        raise OutputError(f"{file}: can't be written to ({error.strerror})") from error
    print(f"{one_line(str(file))}: written; review its diff and commit it")


def _content(file: Path) -> bytes | None:
    """Read a file that may be replaced: a baseline, or one that isn't there."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{file}: can't be read ({error.strerror})") from error
    if content and not is_baseline(file):
        raise InputError(f"{file}: is no baseline, so it is not replaced; name another file")
    return content


def _old_side(file: Path) -> Side | None:
    if not _content(file):
        return None
    try:
        return make_side(str(file), read_baseline(file))
    except InputError as error:
        print(f"can't be compared with what is there: {one_line(str(error))}")
        return None


def _figure_tables(old: Side | None, new: Side) -> Iterator[Table]:
    """Lay out each run's figures, beside those of the run in its place before."""
    before = old.entries if old else ()
    for place, entry in enumerate(new.entries):
        earlier = before[place] if place < len(before) else None
        rows = [
            [name, _figure(earlier, name), _figure(entry, name)]
            for name in METRICS
            if entry.figure(name) or (earlier and earlier.figure(name))
        ]
        title = one_line(without_folder(entry.model)) + (f", run {place}" if place else "")
        yield Table(title, ["figure", "before", "after"], rows, "Percent.", text_columns=1)


def _figure(entry: Entry | None, name: str) -> str:
    figure = entry.figure(name) if entry else None
    return "-" if figure is None else points(figure.value)


def _changes(old: Side, new: Side) -> Iterator[str]:
    """Say what changed but the figures."""
    if len(old.entries) != len(new.entries):
        yield f"runs: {len(old.entries)} before, {len(new.entries)} after"
    names = [without_folder(side.model) for side in (old, new)]
    if names[0] != names[1]:
        yield f"model: {one_line(names[0])} before, {one_line(names[1])} after"
    for mismatch in old.entries[0].settings.mismatches(new.entries[0].settings):
        yield one_line(f"before and after, {mismatch}")
    try:
        rows = align(old, new)
    except InputError:
        yield "rows: none in common"
        return
    for keys, what in (
        (rows.only_base, "rows are gone"),
        (rows.only_candidate, "rows are new"),
        (rows.changed, "rows have other constraints"),
    ):
        if keys:
            yield f"{len(keys)} {what}: {listed(keys)}"
    found = flips(rows.base, rows.candidate)
    yield f"{len(found)} of {len(rows.base[0])} rows are decided otherwise"
    yield from map(_flip, found[:SHOWN])
    if len(found) > SHOWN:
        yield f"  and {len(found) - SHOWN} more"


def _flip(flip: Flip) -> str:
    changes = ", ".join(
        f"{one_line(change.what)} {change.base:g} -> {change.candidate:g}"
        for change in flip.changes
    )
    return f"  {one_line(flip.key)}: {changes}"
