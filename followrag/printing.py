"""Standard output and standard error that may be full, closed or no longer read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from followrag.errors import OutputError


@contextmanager
def printing() -> Iterator[None]:
    """Run a block that only prints; what nobody reads any more is dropped.

    Raises:
        OutputError: Standard output can't be written to, as on a full disk.
    """
    if sys.stdout is None:  # closed by whoever started this process
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        _drop(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            raise OutputError(
                f"standard output: can't be written to ({error.strerror}); send it elsewhere"
            ) from error


@contextmanager
def printing_if_possible() -> Iterator[None]:
    """Run a block that only prints; where that fails, a warning says so and the work goes on."""
    try:
        with printing():
            yield
    except OutputError as error:
        tell(f"warning: {error}")


def print_bytes(content: bytes) -> None:
    """Print encoded text as it is, whatever the encoding of standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)


def tell(line: str) -> None:
    """Print a line to standard error, if that can be written to."""
    if sys.stderr is None:
        return
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        _drop(sys.stderr)


def _drop(stream: TextIO) -> None:
    """Send what is still to be written nowhere: else Python fails as it flushes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
