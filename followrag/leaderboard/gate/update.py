"""`followrag baseline update`: a run as a file to commit and to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from followrag.errors import InputError
from followrag.files import write_whole, writing_to
from followrag.leaderboard.entries import Entry
from followrag.leaderboard.gate.aligning import align
from followrag.leaderboard.gate.flips import Flip, flips
from followrag.leaderboard.gate.github import shown, shown_lines
from followrag.leaderboard.gate.sides import Side, make_side, read_side
from followrag.leaderboard.gate.unscored import unrated_rows, unscored_rows
from followrag.leaderboard.gate.wording import points
from followrag.leaderboard.metrics import METRICS
from followrag.leaderboard.reading.baseline_file import (
    baseline_bytes,
    is_baseline,
    read_baseline,
)
from followrag.leaderboard.texts import SHOWN, listed, one_line
from followrag.printing import printing_if_possible, tell
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
    for warning in _warnings(side):
        tell(f"warning: {warning}")
    written = baseline_bytes(side.entries)
    if _content(file) == written:
        _say(f"{one_line(str(file))}: holds this run already")
        return
    old = _old_side(file)
    with printing_if_possible():
        for table in _figure_tables(old, side):
            show(table)
        for line in _changes(old, side) if old else ():
            print(shown_lines(line))
    if check:
        _say(f"{one_line(str(file))}: would change")
        raise typer.Exit(WOULD_CHANGE)
    with writing_to(file, "name another file"):
        write_whole(file, [written])
    _say(f"{one_line(str(file))}: written; review its diff and commit it")


def _say(line: str) -> None:
    with printing_if_possible():
        print(line)


def _warnings(side: Side) -> Iterator[str]:
    for entry, run in zip(side.entries, side.outcomes, strict=True):
        where = one_line(str(entry.where))
        if unscored := int(unscored_rows(run).sum()):
            yield f"{where}: {unscored} rows could not be scored, and count as not followed"
        if unrated := int(unrated_rows([run]).sum()):
            yield f"{where}: {unrated} rows could not be rated by the judge"


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
        _say(f"can't be compared with what is there: {one_line(str(error))}")
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
        title = shown(new.model) + (f", run {place}" if place else "")
        yield Table(title, ["figure", "before", "after"], rows, "Percent.", text_columns=1)


def _figure(entry: Entry | None, name: str) -> str:
    figure = entry.figure(name) if entry else None
    return "-" if figure is None else points(figure.value)


def _changes(old: Side, new: Side) -> Iterator[str]:
    """Say what changed but the figures."""
    if len(old.entries) != len(new.entries):
        yield f"runs: {len(old.entries)} before, {len(new.entries)} after"
    if old.model != new.model:
        yield f"model: {one_line(old.model)} before, {one_line(new.model)} after"
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
