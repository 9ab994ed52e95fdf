"""Signs of progress on standard error, where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Protocol, TypeVar

T = TypeVar("T", covariant=True)


class SizedIterable(Sized, Iterable[T], Protocol[T]):
    """Anything whose length is known before it is gone through."""


def tracked(things: SizedIterable[T], doing: str) -> Iterator[T]:
    """Go through `things` with a bar that shows rate and time left."""
    if not sys.stderr.isatty():
        yield from things
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(
        things, description=doing, total=len(things), console=Console(stderr=True), transient=True
    )


@contextmanager
def working(doing: str) -> Iterator[None]:
    """Show that something of unknown length goes on."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(doing):
        yield
