"""Each chart as an image for a paper, drawn by kaleido in a browser of this machine."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from followrag.errors import InputError
from followrag.files import write_whole, writing_to
from followrag.leaderboard.report.contents import Drawn
from followrag.leaderboard.report.themes import LIGHT
from followrag.leaderboard.texts import one_line

Format = Literal["svg", "png"]

_PROGRAM = Path(__file__).with_name("drawing.py")
_WIDTH = 900
_SCALE = {"svg": 1, "png": 3}


def require_kaleido() -> None:
    """Make sure that images can be drawn, before anything else is done.

    Raises:
        InputError: kaleido is not installed, or there is no browser.
    """
    if find_spec("kaleido") is None:
        raise InputError(
            "--images: needs kaleido; install it with `pip install 'followrag[images]'`"
        )
    from choreographer.browsers.chromium import Chromium

    browser = Chromium.find_browser(skip_local=False)
    if browser is None or not Path(browser).is_file():
        found = "finds no browser" if browser is None else f"finds no file {browser}"
        raise InputError(
            f"--images: kaleido {found}; install Chrome or Chromium, or name one in BROWSER_PATH"
        )


def write_images(boards: Sequence[Drawn], folder: Path, format: Format) -> list[Path]:
    """Draw every chart, light and on white, and write it to a file of its own.

    Returns:
        The files.

    Raises:
        InputError: The browser fails.
        OutputError: A file can't be written.
    """
    figures = {folder / f"{name}.{format}": figure for name, figure in _figures(boards)}
    images = _drawn(list(figures.values()), format) if figures else []
    with writing_to(folder, "name another folder"):
        for path, image in zip(figures, images, strict=True):
            write_whole(path, [image])
    return list(figures)


def _figures(boards: Sequence[Drawn]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, (board, charts) in enumerate(boards, start=1):
        title = re.sub(r"[^A-Za-z0-9]+", "-", board.title).strip("-").lower()
        parts = [title or "board", *([str(number)] if len(boards) > 1 else [])]
        for chart in charts:
            figure = chart.drawn(LIGHT)
            figure["layout"]["width"] = max(_WIDTH, chart.width)
            yield "-".join([*parts, chart.name]), figure


def _drawn(figures: Sequence[dict[str, Any]], format: Format) -> list[bytes]:
    """Draw in a program of its own, which is ended with its browser whatever happens here."""
    asked = {"figures": figures, "options": {"format": format, "scale": _SCALE[format]}}
    with TemporaryDirectory(prefix="followrag-", ignore_cleanup_errors=True) as folder:
        drawing = subprocess.Popen(
            [sys.executable, "-P", _PROGRAM],
            env={**os.environ, "TMPDIR": folder},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            said, complaints = drawing.communicate(json.dumps(asked).encode())
        finally:
            with suppress(ProcessLookupError, PermissionError):  # nothing is left
                os.killpg(drawing.pid, signal.SIGKILL)
            drawing.wait()
    told = json.loads(said or "{}")
    if "images" in told:
        return [base64.b64decode(image) for image in told["images"]]
    lines = complaints.decode(errors="replace").split("\n")
    why = told.get("failed") or one_line(next(filter(None, reversed(lines)), "it was ended"))
    raise InputError(
        f"--images: the browser that kaleido starts fails ({why}); name another one in BROWSER_PATH"
    )
