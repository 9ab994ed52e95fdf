"""Signs of progress on standard error: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Protocol, TypeVar

T = TypeVar("T", covariant=True)


class SizedIterable(Sized, Iterable[T], Protocol[T]):
    """Anything whose length is known before it is gone through."""


class Count(Protocol):
    """What says that work goes on."""

    def __call__(self, *, failed: bool = False) -> None:
        """Say that one more is done, or failed for good."""


@contextmanager
def counting(total: int, doing: str, *, already: int = 0, every: float = 30.0) -> Iterator[Count]:
    """Show how far counted work is: its rate, the time left and how many failed.

    Args:
        total: How many there are.
        doing: What is done with them.
        already: How many of them an earlier run did.
        every: Seconds between two lines where there is no terminal; shorter work shows none.

    Yields:
        A function to call once for each that is done.
    """
    show = _bar if sys.stderr.isatty() else _lines
    with show(total, doing, already, every) as count:
        yield count


def tracked(things: SizedIterable[T], doing: str) -> Iterator[T]:
    """Go through `things`, showing how far it is."""
    with counting(len(things), doing) as count:
        for thing in things:
            yield thing
            count()


@contextmanager
def working(doing: str) -> Iterator[None]:
    """Show that something of unknown length goes on."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(doing):
        yield


@contextmanager
def _bar(total: int, doing: str, already: int, _: float) -> Iterator[Count]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    failures = 0
    start = time.monotonic()
    with Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        "{task.fields[rate]}",
        TimeRemainingColumn(),
        "{task.fields[note]}",
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task(doing, total=total, completed=already, rate="", note="")

        def count(*, failed: bool = False) -> None:
            nonlocal failures
            failures += failed
            progress.advance(task)
            rate = (progress.tasks[0].completed - already) / _since(start)
            note = f"{failures} failed" if failures else ""
            progress.update(task, rate=f"{rate:.1f}/s", note=note)

        yield count


@contextmanager
def _lines(total: int, doing: str, already: int, every: float) -> Iterator[Count]:
    done, failures = already, 0
    start = shown = time.monotonic()

    def count(*, failed: bool = False) -> None:
        nonlocal done, failures, shown
        done, failures = done + 1, failures + failed
        if time.monotonic() - shown < every:
            return
        shown = time.monotonic()
        rate = (done - already) / _since(start)
        left = f"{(total - done) / rate / 60:.1f} min left"
        note = f", {failures} failed" if failures else ""
        print(f"{doing}: {done} of {total}, {rate:.1f}/s, {left}{note}", file=sys.stderr)

    yield count


def _since(start: float) -> float:
    return max(time.monotonic() - start, 1e-9)
