"""A real model server as a process of its own, for as long as a test needs it."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class ModelServer(NamedTuple):
    """A server that answers.

    Attributes:
        url: Its chat endpoint.
        model: The name of the model that it serves.
    """

    url: str
    model: str


@contextmanager
def serving(
    command: Sequence[str | Path], model: str, log: Path, within: float, **variables: str
) -> Iterator[ModelServer]:
    """Run a server's command, wait until it is healthy, and end it afterwards.

    Args:
        command: What to run; `--host` and `--port` are added.
        model: The name under which it serves the model.
        log: Where its output goes.
        within: Seconds in which it must answer.
        **variables: Environment variables.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | variables,
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}/health", log, within)
        yield ModelServer(f"http://127.0.0.1:{port}/v1/chat/completions", model)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(30)


def _wait(process: subprocess.Popen[bytes], health: str, log: Path, within: float) -> None:
    end = time.monotonic() + within
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(health, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"no server after {within} s: {log.read_text()[-2000:]}")
